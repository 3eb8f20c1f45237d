/*
 * The line editor: one line of UTF-8 with a cursor that stands between clusters. Limits count characters (code points,
 * NFC: a typed mark joins its letter). Knows keys, not where they come from. Ctrl-A/E begin and end, Ctrl-B/F and arrows,
 * Ctrl-W word, Ctrl-U all before, Ctrl-K all behind (cut, Ctrl-Y puts back), Ctrl-Z undo.
 */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include "forms/text.h"
#include "tui/paint.h"

#define EDIT_BYTES TEXT_BYTES(256)

enum edit_flag {
	EDIT_UPPER = 1,		/* letters become capitals */
	EDIT_NARROW = 2,	/* full-width characters become ASCII */
	EDIT_DIGITS = 4,	/* digits only */
	EDIT_SECRET = 8,	/* shown as stars, neither cut nor kept for undo */
	EDIT_SQUEEZE = 16,	/* blanks are not taken (numbers copied in groups) */
};
struct edit_undo;
struct edit {
	char text[EDIT_BYTES];	/* NUL-terminated */
	size_t len, cur, left;	/* bytes: length, cursor, first one shown */
	int limit;		/* characters, at most 256; 0 = 256 */
	unsigned flags;
	struct edit_undo *undo;
};

void edit_open(struct edit *e, int limit, unsigned flags);
void edit_close(struct edit *e);			/* cleanses */
/* Sets the text, cursor behind it, nothing to undo. What is too long is cut at a cluster. */
void edit_set(struct edit *e, const char *text);

/* The cursor comes to it: stands behind the text, and what is typed now is another step for undo. */
void edit_enter(struct edit *e);

enum edit_answer {
	EDIT_IGNORED,		/* not an editing key */
	EDIT_MOVED,		/* the cursor at most */
	EDIT_CHANGED,
	EDIT_REFUSED,		/* a character that this field does not take, or full: say so */
};
/* Takes one key (K_PASTE too). edit_why tells why the last one was refused, in words. */
enum edit_answer edit_key(struct edit *e, int key);
const char *edit_why(void);
/* Draws in w columns, scrolled so that the cursor is seen; '<' and '>' where more is. Puts the cursor when here. */
void edit_draw(struct edit *e, int y, int x, int w, bool here);
/* The cursor to the cluster at this column of the last drawing. */
void edit_click(struct edit *e, int column);

#endif
