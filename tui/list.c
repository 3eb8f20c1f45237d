#include "tui/list.h"

#include "tui/columns.h"
#include "forms/tr.h"
#include "tui/term.h"
#include "tui/width.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKED_MAX 512

void
list_turn(struct list_row *row, int n)
{
	for (int i = 0; i < n / 2; i++) {
		struct list_row t = row[i];

		row[i] = row[n - 1 - i];
		row[n - 1 - i] = t;
	}
}

void
list_open(struct list *l, const struct list_source *source, void *arg)
{
	memset(l, 0, sizeof *l);
	l->source = source;
	l->arg = arg;
	l->row = calloc(LIST_ROWS, sizeof *l->row);
	if (!l->row)
		abort();
	l->first = l->stale = true;
}

void
list_free(struct list *l)
{
	if (l->row)
		OPENSSL_cleanse(l->row, LIST_ROWS * sizeof *l->row);
	free(l->row);
	free(l->marked);
	memset(l, 0, sizeof *l);
}

void
list_refresh(struct list *l)
{
	l->stale = true;
}

void
list_restart(struct list *l)
{
	l->first = l->stale = true;
	l->here = 0;
	l->n = 0;
}

const struct list_row *
list_here(const struct list *l)
{
	return l->here >= 0 && l->here < l->n && l->row[l->here].id != 0 ? &l->row[l->here] : NULL;
}

/* ---- pages ---- */

/* Rows behind `from` (before it with back); -1 and the list's error when the source fails. */
static int
fetch(struct list *l, const struct list_key *from, bool back, int n, struct list_row *out)
{
	int got = 0;

	l->err.code = FAULT_NONE;
	if (n <= 0)
		return 0;
	if (n > LIST_ROWS)
		n = LIST_ROWS;
	if (!l->source->page(l->arg, l, from, back, n, out, &got, &l->err)) {
		if (l->err.code == FAULT_NONE)
			l->err.code = FAULT_INTERNAL;
		return -1;
	}
	return got;
}

static bool
selectable(const struct list *l, int i)
{
	return i >= 0 && i < l->n && l->row[i].id != 0;
}

/* The selection off a heading: forward, or backward where nothing follows. */
static void
settle(struct list *l)
{
	int i;

	if (l->here >= l->n)
		l->here = l->n - 1;
	if (l->here < 0)
		l->here = 0;
	for (i = l->here; i < l->n && !selectable(l, i); i++)
		;
	if (i >= l->n)
		for (i = l->here; i > 0 && !selectable(l, i); i--)
			;
	l->here = i < l->n ? i : 0;
}

/* Up to n rows are added at the end; as many leave at the front as the page is too long. Returns how many came. */
static int
scroll_down(struct list *l, int n)
{
	struct list_row *more;
	int got, over;

	if (l->n == 0 || !(more = calloc((size_t)n, sizeof *more)))
		return 0;
	got = fetch(l, &l->row[l->n - 1].key, false, n, more);
	over = l->n + (got > 0 ? got : 0) - l->height;
	if (got > 0 && over > 0) {
		if (over > l->n)
			over = l->n;
		l->from = l->row[over - 1].key;
		l->first = false;
		memmove(l->row, l->row + over, (size_t)(l->n - over) * sizeof *l->row);
		l->n -= over;
		l->here -= over;
	}
	if (got > 0) {
		memcpy(l->row + l->n, more, (size_t)got * sizeof *l->row);
		l->n += got;
	}
	free(more);
	return got > 0 ? got : 0;
}

/* The same upward. One row more than is shown is asked for: it is the anchor of the page. */
static int
scroll_up(struct list *l, int n)
{
	struct list_row *more, *from;
	int got;

	if (l->n == 0 || l->first || !(more = calloc((size_t)n + 1, sizeof *more)))
		return 0;
	got = fetch(l, &l->row[0].key, true, n + 1, more);
	from = more;
	if (got > n) {
		l->from = more[0].key;
		from = more + 1;
		got--;
	} else {
		l->first = true;
	}
	if (got > 0) {
		if (l->n + got > l->height)
			l->n = l->height > got ? l->height - got : 0;
		memmove(l->row + got, l->row, (size_t)l->n * sizeof *l->row);
		memcpy(l->row, from, (size_t)got * sizeof *l->row);
		l->n += got;
		l->here += got;
	}
	free(more);
	return got > 0 ? got : 0;
}

/* The page behind its anchor anew; a short one at the end of the list is filled up from before. */
static void
reload(struct list *l)
{
	int64_t id = list_here(l) ? list_here(l)->id : 0;
	int got = fetch(l, l->first ? NULL : &l->from, false, l->height, l->row);

	l->stale = false;
	l->n = got > 0 ? got : 0;
	if (l->n == 0 && !l->first && got == 0) {
		l->first = true;
		got = fetch(l, NULL, false, l->height, l->row);
		l->n = got > 0 ? got : 0;
	}
	if (l->n > 0 && l->n < l->height && !l->first)
		scroll_up(l, l->height - l->n);
	for (int i = 0; id != 0 && i < l->n; i++)
		if (l->row[i].id == id)
			l->here = i;
	settle(l);
}

static void
jump_end(struct list *l)
{
	int got = fetch(l, NULL, true, l->height < LIST_ROWS ? l->height + 1 : l->height, l->row);

	l->first = got <= l->height;
	if (got > l->height) {
		l->from = l->row[0].key;
		memmove(l->row, l->row + 1, (size_t)--got * sizeof *l->row);
	}
	l->n = got > 0 ? got : 0;
	l->here = l->n - 1;
	settle(l);
}

static void
jump_home(struct list *l)
{
	list_restart(l);
	if (l->height > 0)
		reload(l);
}

/* ---- moving ---- */

static void
down(struct list *l)
{
	for (int i = l->here + 1; i < l->n; i++)
		if (selectable(l, i)) {
			l->here = i;
			return;
		}
	while (scroll_down(l, 1) > 0)
		if (selectable(l, l->n - 1)) {
			l->here = l->n - 1;
			return;
		}
}

static void
up(struct list *l)
{
	for (int i = l->here - 1; i >= 0; i--)
		if (selectable(l, i)) {
			l->here = i;
			return;
		}
	while (scroll_up(l, 1) > 0)
		if (selectable(l, 0)) {
			l->here = 0;
			return;
		}
}

static void
page_down(struct list *l)
{
	int at = l->here, got = scroll_down(l, l->height - 1);

	l->here = got > 0 ? at : l->n - 1;
	settle(l);
}

static void
page_up(struct list *l)
{
	int at = l->here, got = scroll_up(l, l->height - 1);

	l->here = got > 0 ? at : 0;
	settle(l);
}

/* ---- marks and typing ---- */

bool
list_marked(const struct list *l, int64_t id)
{
	for (int i = 0; i < l->marked_n; i++)
		if (l->marked[i] == id)
			return true;
	return false;
}

void
list_unmark(struct list *l)
{
	l->marked_n = 0;
}

static void
toggle(struct list *l)
{
	const struct list_row *r = list_here(l);

	if (!r)
		return;
	if (!l->marked && !(l->marked = calloc(MARKED_MAX, sizeof *l->marked)))
		return;
	for (int i = 0; i < l->marked_n; i++)
		if (l->marked[i] == r->id) {
			l->marked[i] = l->marked[--l->marked_n];
			return;
		}
	if (l->marked_n < MARKED_MAX)
		l->marked[l->marked_n++] = r->id;
}

static bool
type(struct list *l, int key)
{
	size_t n = strlen(l->typed), k;
	char bytes[8];

	if (key == K_BACKSPACE && n > 0) {
		l->typed[width_previous(l->typed, n)] = '\0';
	} else if (key == K_ESC && n > 0) {
		l->typed[0] = '\0';
	} else if (key > ' ' && key < K_SPECIAL && text_may_stand((uint32_t)key) && text_chars(l->typed) < LIST_TYPED) {
		k = text_put((uint32_t)key, bytes);
		memcpy(l->typed + n, bytes, k);
		l->typed[n + k] = '\0';
	} else {
		return key == K_BACKSPACE;
	}
	list_restart(l);
	return true;
}

static bool
paste(struct list *l)
{
	uint32_t cp;
	size_t n;

	for (const char *s = term_pasted(); (n = text_next(s, &cp)) > 0; s += n)
		if (cp > ' ')
			type(l, (int)cp);
	return true;
}

static bool
click(struct list *l)
{
	struct mouse m = term_mouse();
	int i = m.y - l->top;

	switch (m.what) {
	case MOUSE_WHEEL_UP:
		up(l);
		return true;
	case MOUSE_WHEEL_DOWN:
		down(l);
		return true;
	case MOUSE_PRESS:
	case MOUSE_DOUBLE:
		break;
	}
	if (!selectable(l, i))
		return false;
	l->here = i;
	if (m.what == MOUSE_DOUBLE)
		term_push(K_ENTER);
	return true;
}

bool
list_key(struct list *l, int key)
{
	switch (key) {
	case K_DOWN:
		down(l);
		return true;
	case K_UP:
		up(l);
		return true;
	case K_PGDN:
		page_down(l);
		return true;
	case K_PGUP:
		page_up(l);
		return true;
	case K_HOME:
		jump_home(l);
		return true;
	case K_END:
		jump_end(l);
		return true;
	case K_MOUSE:
		return click(l);
	case ' ':
		if (l->source->marks) {
			toggle(l);
			down(l);
			return true;
		}
		return false;
	case K_PASTE:
		return l->source->typed && paste(l);
	}
	return l->source->typed && type(l, key);
}

/* ---- drawing ---- */

static void
draw_heads(const struct list *l, struct area a, const int w[LIST_CELLS])
{
	const struct list_column *c = l->source->columns;
	int x = a.x + 2;

	for (int i = 0; i < LIST_CELLS && c[i].title; i++) {
		if (w[i] == 0)
			continue;
		(c[i].right ? paint_right : paint_cell)(a.y, x, w[i], INK_HEAD, tr(c[i].title));
		x += w[i] + 1;
	}
	if (l->typed[0])
		paint_format(a.y, a.x + a.w - width_columns(l->typed) - 4, width_columns(l->typed) + 4, INK_WARN, " /%s ", l->typed);
}

static void
draw_row(const struct list *l, int i, struct area a, const int w[LIST_CELLS])
{
	const struct list_row *r = &l->row[i];
	const struct list_column *c = l->source->columns;
	enum ink ink = i == l->here && r->id != 0 ? INK_HERE : r->ink;
	char mark[3] = { list_marked(l, r->id) ? '+' : i == l->here && r->id != 0 ? '>' : ' ', r->mark ? r->mark : ' ', '\0' };
	int x = a.x + 2;

	if (r->id == 0) {		/* a heading */
		paint_text(a.y + i, a.x, a.w, INK_HEAD, r->cell[0]);
		return;
	}
	paint_cell(a.y + i, a.x, a.w, ink, mark);
	for (int k = 0; k < LIST_CELLS && c[k].title; k++) {
		if (w[k] == 0)
			continue;
		(c[k].right ? paint_right : paint_cell)(a.y + i, x, w[k], ink, r->cell[k]);
		x += w[k] + 1;
	}
}

void
list_draw(struct list *l, struct area a)
{
	int w[LIST_CELLS] = { 0 }, height = a.h - 1;

	if (height > LIST_ROWS)
		height = LIST_ROWS;
	if (height < 1)
		return;
	if (l->here >= height) {	/* the window became lower: the selection stays in view */
		int over = l->here - height + 1;

		l->from = l->row[over - 1].key;
		l->first = false;
		memmove(l->row, l->row + over, (size_t)(l->n - over) * sizeof *l->row);
		l->n -= over;
		l->here -= over;
	}
	if (l->stale || height != l->height) {
		l->height = height;
		reload(l);
	}
	columns_of(l, a.w, w);
	draw_heads(l, a, w);
	l->top = a.y + 1;
	a.y++;
	for (int i = 0; i < l->n; i++)
		draw_row(l, i, a, w);
	if (l->err.code != FAULT_NONE)
		paint_lines((struct area){ a.y + 1, a.x + 2, 4, a.w - 4 }, INK_BAD, err_in(&l->err, tr_english()));
	else if (l->n == 0)
		paint_lines((struct area){ a.y + 1, a.x + 2, 4, a.w - 4 }, INK_DIM, l->typed[0] ? tr("Nothing here matches what is typed. Esc"
		    " takes it back.") : tr(l->source->empty));
	if (list_here(l))
		paint_cursor(a.y + l->here, a.x);
}
