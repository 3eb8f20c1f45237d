/*
 * The form widget: rows of labels and fields, in sections, with the error of each field beside it. Enter goes to the next
 * field, Up and Down too; a choice takes the digit or first letter of one of its words, or Space for the list of them.
 * It holds texts and checks nothing itself: `check` is asked when a field is left, while it is typed once it was told
 * wrong, and for all rows by form_check. tui/entry.h puts the fields of an application on it.
 */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "forms/field.h"
#include "tui/edit.h"

struct form_row {
	const char *id;			/* errors land here by it; lives as long as the form */
	const char *en, *zh;		/* label; zh NULL: en is N_() */
	enum field_kind kind;
	int limit;			/* TEXT, NUMBER: characters; 0 = 256 */
	unsigned edit;			/* EDIT_* */
	const struct name *names;	/* CHOICE */
	unsigned offered;		/* CHOICE: bits of the rows of names that may be chosen; 0 = all */
	bool required;			/* marked, and an empty one is told by form_check */
	bool fixed;			/* shown, not typed */
	const char *section;		/* N_(): a heading above this row, NULL = none */
	const char *hint;		/* N_(): said while the cursor is here, NULL = none */
};

struct form_calls {
	/* Is this value right? NULL = nothing to check. Not asked for empty ones. It may show the value normalised:
	 * write it to shown (FIELD_SHOW_MAX) and it replaces what was typed when the field is left. */
	bool (*check)(void *arg, const char *id, const char *value, char *shown, struct err *e);
	/* A value changed: after each key for choices and yes/no, when the field is left for texts. NULL allowed. */
	void (*changed)(void *arg, const char *id);
	/* Any key changed any text: the draft is not what is kept any more. NULL allowed. */
	void (*typed)(void *arg);
};

struct form_cell;			/* a row with its text and error */
struct form {
	const struct form_calls *calls;
	void *arg;
	struct form_cell *cell;
	size_t n, here, top;		/* rows; the one with the cursor; first line shown */
	int popup;			/* option under the cursor of the list of a choice; -1: not open */
	bool typed;			/* something was typed since form_open or form_kept */
	struct area drawn;
};

void form_open(struct form *f, const struct form_row *rows, size_t n, const struct form_calls *calls, void *arg);
void form_close(struct form *f);			/* cleanses */
/* Other rows; what was typed stays under the same id, and so does the cursor. */
void form_rows(struct form *f, const struct form_row *rows, size_t n);
/* Text as typed, stored name of a choice, "yes"/"no"; "" when empty or no such row. */
const char *form_value(const struct form *f, const char *id);
void form_set(struct form *f, const char *id, const char *value);
const char *form_here(const struct form *f);		/* id of the row with the cursor, "" without rows */
void form_go(struct form *f, const char *id);
/* To the first required field that is empty; stays where there is none. */
void form_go_open(struct form *f);

enum form_answer { FORM_IGNORED, FORM_TAKEN, FORM_DONE };	/* DONE: Enter on the last row */
enum form_answer form_key(struct form *f, int key);
void form_draw(struct form *f, struct area a);
/* Asks for all rows; the cursor goes to the first wrong one and false comes back. */
bool form_check(struct form *f);
/* Shows what the office refused at its fields, the cursor at the first; what has no row here becomes a notice. */
void form_refuse(struct form *f, const struct err *e);
void form_refuse_all(struct form *f, const struct err_list *problems);
/* The row's error, "" when it has none. */
const char *form_error(const struct form *f, const char *id);
size_t form_wrong(const struct form *f);		/* rows with an error */
void form_kept(struct form *f);				/* what is typed is stored: not `typed` any more */

#endif
