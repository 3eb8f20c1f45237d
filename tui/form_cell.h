/* Inside the form widget: form.c, form_choice.c and form_draw.c. Nobody else includes it. */
#ifndef TUI_FORM_CELL_H
#define TUI_FORM_CELL_H

#include "tui/form.h"

#define NO_CHOICE (-1)

struct form_cell {
	struct form_row row;
	struct edit edit;		/* TEXT, NUMBER */
	int choice;			/* CHOICE: row of names; YESNO: 1, 0; NO_CHOICE: empty */
	bool touched;			/* typed into since the cursor came */
	char error[2][sizeof ((struct err *)0)->text];	/* in Chinese, in English */
	int line, lines;		/* where it was laid out: first line of the form, how many */
	int x, w;			/* its field on the screen */
};

bool form_is_typed(const struct form_row *r);		/* TEXT and NUMBER, not chosen */
/* A choice's options in order: how many, which row of names the k-th is (yes/no: 1, 0), its shown word ("" for NO_CHOICE). */
int form_options(const struct form_row *r);
int form_option_at(const struct form_row *r, int k);
const char *form_option_text(const struct form_row *r, int choice);
/* A key on a choice, and while its list is open. */
enum form_answer form_choose(struct form *f, struct form_cell *c, int key);
enum form_answer form_popup_key(struct form *f, struct form_cell *c, int key);
/* Checks, and tells that it was chosen; the rows may be others afterwards. */
void form_was_chosen(struct form *f, struct form_cell *c);
/* The cursor to the next row. */
enum form_answer form_next(struct form *f, bool done_at_end);

#endif
