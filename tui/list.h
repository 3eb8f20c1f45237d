/*
 * A list that walks its source by key, page by page in both directions, and never counts or skips rows: the millionth
 * page costs what the first does. It holds the rows it shows and no more.
 *
 * The source gives rows in one order. A row carries what the source needs to find its neighbours (key), and its cells.
 * Letters and digits that are typed collect in list.typed; a source that can narrows or seeks by it.
 */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include "forms/text.h"
#include "tui/paint.h"

#define LIST_CELLS 8
#define LIST_ROWS 200			/* of one page at most */
#define LIST_TYPED 64			/* characters */

struct list_key { int64_t n[2]; char s[TEXT_BYTES(32)]; };	/* as the source orders: the list only hands it back */
struct list_row {
	struct list_key key;
	int64_t id;			/* 0: a heading, the selection steps over it */
	char ref[64];			/* what a selection hands on: an application's number, a serial */
	char cell[LIST_CELLS][TEXT_BYTES(64)];
	enum ink ink;			/* of the row while it is not selected */
	char mark;			/* before the row: '!' overdue, '*' new …; 0 = none */
};

struct list_column {
	const char *title;		/* N_() */
	int width;			/* columns at 80; 0 = not shown there */
	int grow;			/* share of what a wider terminal adds; width 0 with grow: shown from 100 columns on */
	bool right;			/* flush right: numbers, money */
};

struct list;
struct list_source {
	/* n rows at most behind `from` (before it with back), always in display order; from NULL: from the very beginning
	 * (end with back). list->typed may narrow. false stops with *e, which the list shows. */
	bool (*page)(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
	    struct err *e);
	const struct list_column *columns;	/* ended by a row without title */
	const char *empty;		/* N_(): what an empty list says */
	bool typed;			/* the source looks at list->typed */
	bool marks;			/* Space marks rows, list_marked() tells them */
};

struct list {
	const struct list_source *source;
	void *arg;
	struct list_row *row;		/* the page that is shown */
	int n, here, height;		/* rows of it; selected one; rows that fit */
	struct list_key from;		/* the page is what stands behind this row … */
	bool first;			/* … or at the very beginning */
	bool stale;			/* fetch anew with the next drawing */
	char typed[TEXT_BYTES(LIST_TYPED)];
	int64_t *marked; int marked_n;
	struct err err;			/* the source's failure; code 0 = none */
	int top;			/* line of the first row, for clicks */
};

/* The rows in the other order: for sources that walk backwards. */
void list_turn(struct list_row *row, int n);

void list_open(struct list *l, const struct list_source *source, void *arg);
void list_free(struct list *l);
/* The rows may have changed: fetched anew with the next frame, the selected row kept where it is still there. */
void list_refresh(struct list *l);
/* The filter changed: from the beginning. */
void list_restart(struct list *l);
/* Arrows, pages, Home, End, wheel, clicks, typing, Space where marks are; true: taken. Enter is the screen's. */
bool list_key(struct list *l, int key);
void list_draw(struct list *l, struct area a);
/* The selected row, NULL when there is none. */
const struct list_row *list_here(const struct list *l);
bool list_marked(const struct list *l, int64_t id);
void list_unmark(struct list *l);

#endif
