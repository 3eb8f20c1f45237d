#include "printing/page.h"

#include "printing/cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MM PT_PER_MM
#define LEFT (18 * MM)
#define RIGHT (A4_WIDTH - 18 * MM)
#define COLUMN ((RIGHT - LEFT) / 24)
#define TOP (38 * MM)			/* first row below the title */
#define TOP_BARE (12 * MM)
#define TOP_AGAIN (24 * MM)		/* on the pages that follow */
#define BOTTOM (A4_HEIGHT - 15 * MM)
#define THIN 0.5f
#define FRAME 1.4f
#define COMPACT_ROW 0.8f		/* of the heights in the table, rather than another page */
#define GROW_ALL 0.25f			/* every row may grow by so much, */
#define GROW_ROOM 0.8f			/* those with room for stamps by this */

struct row {
	const struct cell *head;	/* its CELL_ROW */
	size_t first, n;		/* slots */
	int index;			/* member of its list, -1: of none */
	unsigned flags;
	float height, y;
	size_t page;
	bool again;			/* column heads repeated on a further page */
};
struct book {				/* the rows of one page table, laid on pages */
	struct setting t;
	const struct page *page;
	struct slot *slot;
	size_t slots, slot_cap;
	struct row *row;
	size_t rows, row_cap;
	size_t pages;
};

static void
fail(struct book *b)
{
	if (!b->t.sheet->failed)
		err_internal(&b->t.sheet->err, "out of memory");
	b->t.sheet->failed = true;
}

/* ---- from the table to rows ---- */

static struct row *
add_row(struct book *b)
{
	if (b->rows == b->row_cap) {
		size_t cap = b->row_cap * 2 + 64;
		struct row *p = realloc(b->row, cap * sizeof *p);

		if (!p) {
			fail(b);
			return NULL;
		}
		b->row = p;
		b->row_cap = cap;
	}
	memset(&b->row[b->rows], 0, sizeof b->row[0]);
	return &b->row[b->rows++];
}

static void
add_slot(struct book *b, const struct cell *c, float x, int index)
{
	struct slot *s;

	if (b->slots == b->slot_cap) {
		size_t cap = b->slot_cap * 2 + 128;
		struct slot *p = realloc(b->slot, cap * sizeof *p);

		if (!p) {
			fail(b);
			return;
		}
		b->slot = p;
		b->slot_cap = cap;
	}
	s = &b->slot[b->slots++];
	memset(s, 0, sizeof *s);
	s->cell = c;
	s->x = x;
	s->width = c->width * COLUMN;
	s->index = index;
}

static bool
has_text(struct book *b, const char *id, int index)
{
	char text[TEMPLATE_MAX];

	b->t.from->text(b->t.from->of, id, index, text, sizeof text);
	return text[0] != '\0';
}

/* Where a row's cells begin: beside the span of the row that it belongs to. */
static float
row_left(const struct book *b, unsigned flags)
{
	if (!(flags & ROW_BESIDE))
		return LEFT;
	for (size_t r = b->rows; r-- > 0;)
		if (!(b->row[r].flags & ROW_BESIDE))
			for (size_t i = 0; i < b->row[r].n; i++) {
				const struct slot *s = &b->slot[b->row[r].first + i];

				if (s->cell->kind == CELL_SPAN || s->cell->kind == CELL_SIDE)
					return s->x + s->width;
			}
	return LEFT;
}

static void
take_row(struct book *b, const struct cell *c, const struct cell *end, int index)
{
	float x = row_left(b, c->flags);
	size_t first = b->slots;
	struct row *r;

	for (const struct cell *k = c + 1; k < end; k++)
		if ((k->kind == CELL_WHEN && !has_text(b, k->text, index)) || (k->kind == CELL_UNLESS && has_text(b, k->text, index)))
			return;
	for (const struct cell *k = c + 1; k < end; k++) {
		if (k->kind == CELL_WHEN || k->kind == CELL_UNLESS || k->kind == CELL_EACH)
			continue;
		add_slot(b, k, x, index);
		x += k->width * COLUMN;
	}
	r = add_row(b);
	if (!r)
		return;
	r->head = c;
	r->flags = c->flags;
	r->first = first;
	r->index = index;
	r->n = b->slots - first;
	for (size_t i = r->first; i < b->slots; i++)
		cell_shape(&b->t, &b->slot[i]);
}

static void
take_rows(struct book *b)
{
	const struct cell *end = b->page->cell + b->page->n, *next;

	for (const struct cell *c = b->page->cell; c < end && !b->t.sheet->failed; c = next) {
		const struct cell *each = NULL;
		size_t members;

		for (next = c + 1; next < end && next->kind != CELL_ROW; next++)
			each = next->kind == CELL_EACH ? next : each;
		members = each ? b->t.from->count(b->t.from->of, each->list) : 1;
		for (size_t i = 0; i < members; i++)
			take_row(b, c, next, each ? (int)i : -1);
	}
}

/* ---- heights and pages ---- */

static void
measure(struct book *b)
{
	for (size_t r = 0; r < b->rows; r++) {
		struct row *row = &b->row[r];

		row->height = row->flags & ROW_AT ? 0 : row->head->width * MM * (b->t.compact ? COMPACT_ROW : 1);
		for (size_t i = 0; i < row->n; i++)
			row->height = fmaxf(row->height, cell_need(&b->t, &b->slot[row->first + i], row->height));
	}
}

static float
page_top(const struct book *b, size_t page)
{
	return page > 0 ? TOP_AGAIN : b->page->flags & PAGE_BARE ? TOP_BARE : TOP;
}

/* Does the row have to stand on the page of the row after it? */
static bool
keeps(const struct book *b, size_t r)
{
	return r + 1 < b->rows && (b->row[r].flags & (ROW_KEEP | ROW_HEADS) || b->row[r + 1].flags & (ROW_BESIDE | ROW_JOIN));
}

/* The height of the rows from r on that have to stay together. */
static float
block_height(const struct book *b, size_t r)
{
	float h = b->row[r].height;

	while (keeps(b, r))
		h += b->row[++r].height;
	return h;
}

/* The heads of the rows that go on at row r: the last HEADS row, where only members of its list stand between. */
static const struct row *
heads_for(const struct book *b, size_t r)
{
	bool member = b->row[r].index >= 0;

	while (member && r-- > 0) {
		if (b->row[r].flags & ROW_HEADS)
			return &b->row[r];
		if (b->row[r].index < 0)
			return NULL;
	}
	return NULL;
}

static size_t
insert_heads(struct book *b, size_t at, const struct row *heads)
{
	struct row copy = *heads;

	copy.again = true;
	if (!add_row(b))
		return at;
	memmove(&b->row[at + 1], &b->row[at], (b->rows - at - 1) * sizeof *b->row);
	b->row[at] = copy;
	return at;
}

/* No page has room for the row: the cell that needs most of it is named. */
static void
row_overflow(struct book *b, const struct row *row)
{
	float most = 0;

	for (size_t i = 0; i < row->n; i++) {
		struct slot *s = &b->slot[row->first + i];
		float need = cell_need(&b->t, s, 0);

		if (need <= most)
			continue;
		most = need;
		cell_name(&b->t, s);
	}
	sheet_overflow(b->t.sheet);
}

static void
paginate(struct book *b)
{
	float y = page_top(b, 0);
	size_t page = 0;

	for (size_t r = 0; r < b->rows && !b->t.sheet->failed; r++) {
		bool starts = r == 0 || !keeps(b, r - 1);

		if (b->row[r].flags & ROW_AT)
			y = fmaxf(y, b->row[r].head->width * MM);
		if (starts && y + block_height(b, r) > BOTTOM + 0.01f && y > page_top(b, page)) {
			const struct row *heads = heads_for(b, r);

			y = page_top(b, ++page);
			if (heads)
				r = insert_heads(b, r, heads);
		}
		if (y + b->row[r].height > BOTTOM + 0.01f)
			row_overflow(b, &b->row[r]);
		b->row[r].page = page;
		b->row[r].y = y;
		y += b->row[r].height;
	}
	b->pages = page + 1;
}

/* Words look lost in more room than they need. */
static bool
stretches(const struct book *b, const struct row *r)
{
	return !(r->flags & ROW_PLAIN) && !(r->n == 1 && b->slot[r->first].cell->kind == CELL_WORDS);
}

/* Lets the rows [from, to) of one page grow to its end. */
static void
stretch(struct book *b, size_t from, size_t to)
{
	float used = 0, roomy = 0, all = 0, left, grow_all, grow_roomy;

	for (size_t r = from; r < to; r++) {
		used = fmaxf(used, b->row[r].y + b->row[r].height);
		all += stretches(b, &b->row[r]) ? b->row[r].height : 0;
		roomy += b->row[r].flags & ROW_GROW ? b->row[r].height : 0;
	}
	left = BOTTOM - used;
	if (left <= 0 || all <= 0)
		return;
	grow_roomy = roomy > 0 ? fminf(GROW_ROOM, left / roomy) : 0;
	left -= grow_roomy * roomy;
	grow_all = fminf(GROW_ALL, left / all);
	for (size_t r = from; r < to; r++) {
		struct row *row = &b->row[r];

		if (r > from)
			row->y = b->row[r - 1].y + b->row[r - 1].height;
		row->height *= 1 + (stretches(b, row) ? grow_all : 0) + (row->flags & ROW_GROW ? grow_roomy : 0);
	}
}

static void
fill_pages(struct book *b)
{
	size_t from = 0;

	for (size_t r = 1; r <= b->rows; r++)
		if (r == b->rows || b->row[r].page != b->row[from].page) {
			stretch(b, from, r);
			from = r;
		}
}

/* ---- drawing ---- */

static float
span_height(const struct book *b, size_t r)
{
	float h = b->row[r].height;

	while (r + 1 < b->rows && b->row[r + 1].flags & ROW_BESIDE && b->row[r + 1].page == b->row[r].page)
		h += b->row[++r].height;
	return h;
}

static void
draw_edges(struct book *b, size_t r, const struct slot *s, float height)
{
	bool open = r + 1 < b->rows && b->row[r + 1].flags & ROW_JOIN;
	float x = s->x, y = b->row[r].y, w = s->width;

	if (b->row[r].flags & (ROW_PLAIN | ROW_JOIN))
		return;
	if (!open) {
		sheet_rect(b->t.sheet, x, y, w, height, THIN);
		return;
	}
	sheet_line(b->t.sheet, x, y, x + w, y, THIN, false);
	sheet_line(b->t.sheet, x, y, x, y + height, THIN, false);
	sheet_line(b->t.sheet, x + w, y, x + w, y + height, THIN, false);
}

static void
draw_row(struct book *b, size_t r)
{
	struct row *row = &b->row[r];

	for (size_t i = 0; i < row->n; i++) {
		struct slot *s = &b->slot[row->first + i];
		bool spans = s->cell->kind == CELL_SPAN || s->cell->kind == CELL_SIDE;
		float height = spans ? span_height(b, r) : row->height;

		cell_draw(&b->t, s, row->y, height);
		draw_edges(b, r, s, height);
	}
	if (row->flags & ROW_CUT)
		sheet_line(b->t.sheet, 6 * MM, row->y + row->height / 2, A4_WIDTH - 6 * MM, row->y + row->height / 2, 0.6f, true);
}

/* A strong frame around each run of rows with lines. */
static void
draw_frames(struct book *b, size_t page)
{
	float top = 0, bottom = 0;

	for (size_t r = 0; r <= b->rows; r++) {
		const struct row *row = r < b->rows && b->row[r].page == page ? &b->row[r] : NULL;
		bool framed = row && !(row->flags & ROW_PLAIN);

		if (!framed && bottom > top)
			sheet_rect(b->t.sheet, LEFT, top, RIGHT - LEFT, bottom - top, FRAME);
		if (!framed) {
			top = bottom = 0;
			continue;
		}
		top = bottom > top ? top : row->y;
		bottom = row->y + row->height;
	}
}

static float
put_text(struct book *b, enum face face, float size, float x, float y, enum align align, const char *utf8, float spacing)
{
	struct text t = sheet_shape(b->t.sheet, face, utf8);
	float w = text_width(t.g, t.n, size) + (t.n > 1 ? spacing * (float)(t.n - 1) : 0);

	x -= align == ALIGN_CENTRE ? w / 2 : align == ALIGN_RIGHT ? w : 0;
	sheet_text(b->t.sheet, face, size, x, y, t, spacing);
	return w;
}

#define QR_SIDE (19 * MM)

static void
draw_head(struct book *b, size_t page, const char *copy)
{
	const struct page *p = b->page;
	char title[TEMPLATE_MAX], line[TEMPLATE_MAX], again[TEMPLATE_MAX + 16];

	if (p->flags & PAGE_BARE)
		return;
	cell_expand(&b->t, p->title, -1, title);
	cell_expand(&b->t, page > 0 && p->again ? p->again : p->number, -1, line);
	if (page > 0) {
		snprintf(again, sizeof again, "%s（续）", title);
		put_text(b, FACE_HEI, 13, A4_WIDTH / 2, 16.5f * MM, ALIGN_CENTRE, again, 0);
		put_text(b, FACE_SONG, 9, LEFT, TOP_AGAIN - 2 * MM, ALIGN_LEFT, line, 0);
		put_text(b, FACE_SONG, 9, RIGHT, TOP_AGAIN - 2 * MM, ALIGN_RIGHT, copy, 0);
		return;
	}
	put_text(b, FACE_HEI, 21, A4_WIDTH / 2, 23 * MM, ALIGN_CENTRE, title, 1.8f);
	put_text(b, FACE_SONG, 9.5f, LEFT, TOP - 2.2f * MM, ALIGN_LEFT, line, 0);
	put_text(b, FACE_SONG, 9.5f, LEFT, 15 * MM, ALIGN_LEFT, copy, 0);
	cell_expand(&b->t, p->subtitle, -1, line);
	put_text(b, FACE_SONG, 10.5f, A4_WIDTH / 2, 30 * MM, ALIGN_CENTRE, line, 0);
	if (p->qr) {
		cell_expand(&b->t, p->qr, -1, line);
		if (line[0])
			sheet_qr(b->t.sheet, RIGHT - QR_SIDE + QR_SIDE / 8, TOP - QR_SIDE, QR_SIDE, line);
	}
}

static void
draw_foot(struct book *b, size_t page)
{
	char line[TEMPLATE_MAX];
	float y = BOTTOM + 4.5f * MM;
	struct fit f = { 8, 5.5f, RIGHT - LEFT, 10 };

	cell_expand(&b->t, b->page->footer, -1, line);
	b->t.sheet->field = "text.footer";
	sheet_fit(b->t.sheet, FACE_SONG, &f, LEFT, y - 7, ALIGN_CENTRE, sheet_shape(b->t.sheet, FACE_SONG, line));
	if (b->pages > 1) {
		snprintf(line, sizeof line, "第 %zu 页 共 %zu 页", page + 1, b->pages);
		put_text(b, FACE_SONG, 8, A4_WIDTH / 2, y + 4 * MM, ALIGN_CENTRE, line, 0);
	}
}

static void
draw_pages(struct book *b, const char *copy)
{
	size_t r = 0;

	for (size_t page = 0; page < b->pages; page++) {
		sheet_page(b->t.sheet, A4_WIDTH, A4_HEIGHT);
		draw_head(b, page, copy);
		for (; r < b->rows && b->row[r].page == page; r++)
			draw_row(b, r);
		draw_frames(b, page);
		draw_foot(b, page);
	}
}

/* ---- the door ---- */

static void
paginate_anew(struct book *b, bool compact)
{
	size_t kept = 0;

	for (size_t r = 0; r < b->rows; r++)
		if (!b->row[r].again)
			b->row[kept++] = b->row[r];
	b->rows = kept;
	b->t.compact = compact;
	measure(b);
	paginate(b);
}

/* A form that nearly fits on one page is set on one, in smaller type; what takes several is set at its ease. */
static void
lay(struct book *b)
{
	take_rows(b);
	measure(b);
	paginate(b);
	if (b->pages > 1 && b->pages < 4 && !b->t.sheet->failed)
		paginate_anew(b, true);
	if (b->pages > 1 && b->t.compact)
		paginate_anew(b, false);
}

void
page_set(struct sheet *s, const struct page *p, const struct page_source *from, const char *copy)
{
	struct book b = { .t = { .sheet = s, .from = from }, .page = p };

	lay(&b);
	if (!s->failed && p->flags & PAGE_FILL)
		fill_pages(&b);
	if (!s->failed)
		draw_pages(&b, copy);
	s->field = "";
	free(b.slot);
	free(b.row);
}

static void
template_ids(const char *template, void (*fn)(void *arg, const char *id, enum page_list list), void *arg, enum page_list list)
{
	char id[64];

	for (const char *p = template ? strpbrk(template, "{[") : NULL; p; p = strpbrk(p + 1, "{[")) {
		snprintf(id, sizeof id, "%.*s", (int)strcspn(p + 1, "}:"), p + 1);
		fn(arg, id, list);
	}
}

void
page_ids(const struct page *p, void (*fn)(void *arg, const char *id, enum page_list list), void *arg)
{
	const char *const whole[] = { p->title, p->subtitle, p->number, p->footer, p->qr };
	enum page_list list = LIST_NONE;

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		template_ids(whole[i], fn, arg, LIST_NONE);
	for (const struct cell *c = p->cell, *end = p->cell + p->n; c < end; c++) {
		if (c->kind == CELL_ROW) {
			list = LIST_NONE;
			for (const struct cell *k = c + 1; k < end && k->kind != CELL_ROW; k++)
				list = k->kind == CELL_EACH ? k->list : list;
		}
		if (c->kind == CELL_WHEN || c->kind == CELL_UNLESS || c->kind == CELL_TICKS || c->kind == CELL_BOXES)
			fn(arg, c->text, list);
		else
			template_ids(c->text, fn, arg, list);
		template_ids(c->text2, fn, arg, list);
	}
}
