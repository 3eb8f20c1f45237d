/*
 * A terminal for tests: the program runs on a pseudo-terminal, libvterm is the screen. Nothing here waits for time: after
 * every key the program is asked by a barrier (ESC[777~) and answers (OSC 777;idle) when it has drawn what came of all keys
 * before it, its jobs included.
 *
 * What is on the screen is compared with a text picture, tests/pictures/NAME.txt. RA_PICTURES=update writes them anew: look
 * at `git diff tests/pictures` then. What differs from run to run (times, numbers, passwords) is written over by term_hide.
 */
#ifndef TESTS_TERM_H
#define TESTS_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <vterm.h>

/* What the terminal is like: in UTF-8 and one that answers; draws ambiguous characters (─ · “) two columns wide; of an 8-bit
 * character set; answers nothing. */
enum manner { TERM_USUAL, TERM_WIDE, TERM_LATIN, TERM_SILENT };

#define WIDE_SHIFT 0x20000	/* libvterm draws what is there two columns wide: ambiguous characters are moved up there */

struct term {
	pid_t pid;
	int fd, rows, cols;
	int status;			/* of waitpid, after term_ended */
	enum manner manner;
	bool eof, ended, altscreen, cursor_shown, listening;
	bool clicks, brackets;		/* it sends clicks; it marks what is pasted */
	char mode[40];			/* a sequence that sets modes, so far */
	size_t mode_n;
	unsigned long asked, answered;
	size_t matched;			/* bytes of an answer that came so far */
	unsigned long bytes;		/* that came from the program */
	VTerm *vt;
	VTermScreen *screen;
	VTermPos cursor;
	int hidden_n;
	struct { const char *text, *instead; } hidden[32];
};

/* Those started from now on are of this TERM (NULL: none at all) and manner; at first xterm-256color and usual. */
void term_as(const char *type, enum manner manner);
/* They have this library in front of them (NULL: none). Borrowed. */
void term_preload(const char *library);
/* Starts argv (ended by NULL) on a terminal of that size, barriers on. */
struct term *term_start(int rows, int cols, const char *const argv[]);
/* Waits until a program that was started owns the terminal. */
void term_up(struct term *t);
/* `ra console` of a home; login is filled in, NULL = none. */
struct term *term_console(const char *home, const char *login, int rows, int cols);
void term_free(struct term *t);			/* kills and reaps what still runs */

/* Each sends and waits for the barrier; aborts with the screen on stderr when the program does not answer. */
void term_type(struct term *t, const char *utf8);	/* as from a keyboard; "\r" is Enter */
void term_press(struct term *t, VTermKey key);		/* VTERM_KEY_ENTER, VTERM_KEY_FUNCTION(2) … */
void term_alt(struct term *t, char c);
void term_paste(struct term *t, const char *utf8);	/* bracketed */
void term_resize(struct term *t, int rows, int cols);
void term_size(struct term *t, int rows, int cols);	/* the same without waiting */
void term_click(struct term *t, int row, int col);
void term_barrier(struct term *t);
/* Sends without waiting: a scanner, keys typed ahead. */
void term_send(struct term *t, const char *utf8);
/* A barrier where anything may have been sent: broken bytes before it may swallow it, so it is sent again until it is
 * answered, after a while with an Esc that stops what takes so long; false: the program has ended instead. */
bool term_settles(struct term *t);

/* Does the text stand on the screen? In one row; *row and *col where it begins (NULL allowed). */
bool term_shows(struct term *t, const char *text, int *row, int *col);
/* Waits until it does (for what a tick or a job brings), at most ms. */
bool term_awaits(struct term *t, const char *text, int ms);
const char *term_row(struct term *t, int row);		/* UTF-8, blanks at the end cut; until the eighth next call */
int term_width(struct term *t, int row, int col);	/* columns of the cell; 0: right half of a wide one */
/* The colours of a cell as seen, reversed or not: red, green, blue of its sign and of what is behind. Returns the sign. */
uint32_t term_cell(struct term *t, int row, int col, unsigned char sign[3], unsigned char behind[3]);
uint32_t term_sign(struct term *t, int row, int col);	/* the cell's first code point, 0: none */
/* How the text is drawn that stands on the screen. */
struct term_looks { bool coloured, reverse, bold; };
struct term_looks term_looks(struct term *t, const char *text);
bool term_ended(struct term *t, int ms);		/* waits for its end */
/* Is the terminal as the shell wants it: no other screen, cursor shown, no clicks, no marked pastes, lines and echo? */
bool term_given_back(struct term *t);
void term_read(struct term *t, int ms);			/* what comes meanwhile */
/* Half of a wide character without its other half: the first one; false where every character is whole. */
bool term_torn(struct term *t, int *row, int *col);
void term_dump(struct term *t);				/* to stderr */

/* Aborts with the screen when it is not so. */
void term_see(struct term *t, const char *text);
void term_see_not(struct term *t, const char *text);
/* From now on pictures show `instead` where text stands; both of the same width. Borrowed. */
void term_hide(struct term *t, const char *text, const char *instead);
/* A row as pictures show it; until the eighth next call. */
const char *term_hidden_row(struct term *t, int row);
/* Compares the screen with tests/pictures/NAME.txt. */
void term_picture(struct term *t, const char *name);

#endif
