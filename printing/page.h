/*
 * Pages as data: a table of rows and cells over ids of fields and facts (printing/papers/ *.def). A new form is a new table;
 * nothing here knows what stands on one. Texts are templates: "受理编号：{no}" asks the source for `no`,
 * and "[promise:{promise} 个工作日]" stands only when `promise` has a text.
 *
 * A row is as high as its fullest cell needs, at least as high as its table says; the rows of a page that is not full grow
 * to fill it; what does not fit on a page goes on to the next with title and column heads repeated. Nothing is cut.
 */
#ifndef PRINTING_PAGE_H
#define PRINTING_PAGE_H

#include "printing/layout.h"

enum page_list { LIST_NONE, LIST_MATERIALS, LIST_OPEN_MATERIALS, LIST_FEES, LIST_PAYMENTS, LIST_ITEMS, LIST_CHANGES, LIST_USERS, LIST_ROWS };

/* How a text stands in its cell; the sizes are in page.c. */
enum page_style { AS_LABEL, AS_VALUE, AS_VALUE_CENTRE, AS_VALUE_RIGHT, AS_FIGURE, AS_HINT, AS_CELL, AS_CELL_CENTRE, AS_CELL_RIGHT, AS_HEAD, AS_SECTION, AS_BAND, AS_NOTE,
	AS_LETTER, AS_ADDRESSEE, AS_LETTER_RIGHT, AS_LETTER_SMALL, AS_NUMBER, AS_FOLD, AS_TITLE, AS_LOUD, AS_SECRET, AS_STYLE_N };

enum cell_kind {
	CELL_ROW,	/* begins a row */
	CELL_WHEN,	/* the row stands only when the id has a text … */
	CELL_UNLESS,	/* … or has none */
	CELL_EACH,	/* the row stands once for every member of a list */
	CELL_TEXT,	/* a template, one value or a label */
	CELL_WORDS,	/* paragraphs */
	CELL_TICKS,	/* choices with boxes: "new=新申请|renew=更新\nchange=变更" on two lines; a value not among them is added */
	CELL_BOXES,	/* one box per character */
	CELL_SIGN,	/* room for a signature or a stamp: text above left, text2 below right */
	CELL_SPAN,	/* a label over this row and the BESIDE ones that follow */
	CELL_SIDE,	/* the same with the characters one below the other */
	CELL_PICTURE,	/* the imprint, or room for it with a hint below */
};
enum row_flag {
	ROW_PLAIN = 1,	/* no lines */
	ROW_HEADS = 2,	/* column heads: repeated where the rows that follow go on to another page */
	ROW_KEEP = 4,	/* stays on one page with the next row */
	ROW_BESIDE = 8,	/* stands right of the span of a row above */
	ROW_JOIN = 16,	/* no line to the row above */
	ROW_GROW = 32,	/* takes what is left of a page that is not full */
	ROW_CUT = 64,	/* a dashed line across the paper in its middle: here it is cut or folded */
	ROW_AT = 128,	/* its mm is the place from the upper edge of the paper, where that is still free, not a height */
};
struct cell {
	enum cell_kind kind;
	float width;			/* 24ths of the type area; ROW: least height in mm, or its place (AT) */
	unsigned flags;			/* ROW */
	enum page_style style;
	enum page_list list;		/* EACH */
	int n;				/* BOXES */
	const char *text, *text2;
};

#define ROW(mm, flag) { .kind = CELL_ROW, .width = mm, .flags = flag },
#define WHEN(id) { .kind = CELL_WHEN, .text = id },
#define UNLESS(id) { .kind = CELL_UNLESS, .text = id },
#define EACH(l) { .kind = CELL_EACH, .list = l },
#define LABEL(w, t) { .kind = CELL_TEXT, .width = w, .style = AS_LABEL, .text = t },
#define VALUE(w, t) { .kind = CELL_TEXT, .width = w, .style = AS_VALUE, .text = t },
#define TEXT_AS(s, w, t) { .kind = CELL_TEXT, .width = w, .style = s, .text = t },
#define WORDS(s, w, t) { .kind = CELL_WORDS, .width = w, .style = s, .text = t },
#define TICKS(w, id, options) { .kind = CELL_TICKS, .width = w, .text = id, .text2 = options },
#define BOXES(w, count, id) { .kind = CELL_BOXES, .width = w, .n = count, .text = id },
#define SIGN(w, above, below) { .kind = CELL_SIGN, .width = w, .text = above, .text2 = below },
#define SPAN(w, t) { .kind = CELL_SPAN, .width = w, .text = t },
#define SIDE(w, t) { .kind = CELL_SIDE, .width = w, .text = t },
#define PICTURE(w, hint) { .kind = CELL_PICTURE, .width = w, .text = hint },
#define SECTION(t) ROW(6.6f, ROW_KEEP) TEXT_AS(AS_SECTION, 24, t)

/* What is asked for the texts. */
struct page_source {
	const void *of;
	/* The text of an id into out; index: which member inside of EACH, else -1. "stored.ID" is asked for the value that
	 * TICKS compares. An id that does not exist is a mistake of the table. */
	void (*text)(const void *of, const char *id, int index, char *out, size_t outsz);
	size_t (*count)(const void *of, enum page_list list);
	const struct picture *picture;	/* NULL: none */
};

enum page_flag {
	PAGE_FILL = 1,		/* rows grow to fill the page */
	PAGE_BARE = 2,		/* no title, number and QR: rows only */
};
struct page {
	const char *title, *subtitle, *number, *footer;	/* templates; subtitle and footer may come out empty */
	const char *again;				/* the number on pages after the first; NULL: as on the first */
	const char *qr;					/* template; NULL: none */
	unsigned flags;
	const struct cell *cell; size_t n;
};

#define TEMPLATE_MAX 4096	/* bytes of one text */

/* Sets the page onto the sheet; `copy` is the label of a copy ("第一联 …"), "" for none. Failures stick in the sheet. */
void page_set(struct sheet *s, const struct page *p, const struct page_source *from, const char *copy);
/* Calls fn for every id that a table asks for, EACH's list beside it: for tests, and for what a page discloses. */
void page_ids(const struct page *p, void (*fn)(void *arg, const char *id, enum page_list list), void *arg);

#endif
