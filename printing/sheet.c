/* The sheet: what is drawn, in order, with its memory. Declared in printing/layout.h. */
#include "printing/layout.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK (64 * 1024)

struct arena {
	struct arena *before;
	size_t used, size;
	max_align_t memory[];
};

/* ---- memory and failures ---- */

static void
fail_memory(struct sheet *s)
{
	if (!s->failed)
		err_internal(&s->err, "out of memory");
	s->failed = true;
}

static void *
keep(struct sheet *s, size_t n)
{
	struct arena *a = s->arena;
	void *p;

	n = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!a || a->used + n > a->size) {
		size_t size = n > BLOCK ? n : BLOCK;

		a = malloc(sizeof *a + size);
		if (!a) {
			fail_memory(s);
			return NULL;
		}
		a->before = s->arena;
		a->used = 0;
		a->size = size;
		s->arena = a;
	}
	p = (char *)a->memory + a->used;
	a->used += n;
	return p;
}

void
sheet_open(struct sheet *s, const struct press *p)
{
	memset(s, 0, sizeof *s);
	s->press = p;
	s->field = "";
}

void
sheet_close(struct sheet *s)
{
	struct arena *before;

	for (struct arena *a = s->arena; a; a = before) {
		before = a->before;
		free(a);
	}
	free(s->op);
	memset(s, 0, sizeof *s);
}

bool
sheet_good(const struct sheet *s, struct err *e)
{
	if (s->failed)
		*e = s->err;
	return !s->failed;
}

void
sheet_overflow(struct sheet *s)
{
	if (!s->failed)
		err_field(&s->err, s->field, "the text does not fit on the page where it belongs: shorten it; nothing was printed");
	s->failed = true;
}

/* ---- verbs ---- */

#define TEXT_MAX 4096		/* characters of one text */

struct text
sheet_shape(struct sheet *s, enum face face, const char *utf8)
{
	size_t room = strlen(utf8), n = 0;
	struct glyph *g;

	if (s->failed || room == 0)
		return (struct text){ NULL, 0 };
	room = room < TEXT_MAX ? room : TEXT_MAX;
	g = keep(s, room * sizeof *g);
	if (!g)
		return (struct text){ NULL, 0 };
	if (!press_shape(s->press, face, s->field, utf8, g, room, &n, &s->err)) {
		s->failed = true;
		return (struct text){ NULL, 0 };
	}
	/* what was not needed goes back: this was the newest piece */
	s->arena->used -= (room - n) * sizeof *g / sizeof(max_align_t) * sizeof(max_align_t);
	return (struct text){ g, n };
}

static struct op *
add(struct sheet *s, enum op_kind kind)
{
	struct op *o;

	if (s->failed)
		return NULL;
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;

		o = realloc(s->op, cap * sizeof *o);
		if (!o) {
			fail_memory(s);
			return NULL;
		}
		s->op = o;
		s->cap = cap;
	}
	o = &s->op[s->n++];
	memset(o, 0, sizeof *o);
	o->kind = kind;
	return o;
}

static struct op *
add_box(struct sheet *s, enum op_kind kind, float x, float y, float w, float h)
{
	struct op *o = add(s, kind);

	if (o) {
		o->x = x;
		o->y = y;
		o->w = w;
		o->h = h;
	}
	return o;
}

void
sheet_page(struct sheet *s, float width, float height)
{
	if (add_box(s, OP_PAGE, 0, 0, width, height))
		s->pages++;
}

/* BabelStone Han is drawn for the screen; this much of a stroke around makes it a book face on paper. */
static const float thicken[FACE_N] = { [FACE_SONG] = 1 / 70.0f };

void
sheet_text(struct sheet *s, enum face face, float size, float x, float y, struct text t, float spacing)
{
	struct op *o = t.n > 0 ? add_box(s, OP_TEXT, x, y, 0, size) : NULL;

	if (!o)
		return;
	o->face = face;
	o->pen = thicken[face] * size;
	o->spacing = spacing;
	o->text = t;
	o->w = text_width(t.g, t.n, size) + spacing * (float)(t.n - 1);
}

void
sheet_line(struct sheet *s, float x1, float y1, float x2, float y2, float pen, bool dashed)
{
	struct op *o = add_box(s, OP_LINE, x1, y1, x2, y2);

	if (o) {
		o->pen = pen;
		o->dashed = dashed;
	}
}

void
sheet_rect(struct sheet *s, float x, float y, float w, float h, float pen)
{
	struct op *o = add_box(s, OP_RECT, x, y, w, h);

	if (o)
		o->pen = pen;
}

void
sheet_fill(struct sheet *s, float x, float y, float w, float h, float grey)
{
	struct op *o = add_box(s, OP_FILL, x, y, w, h);

	if (o)
		o->pen = grey;
}

void
sheet_box(struct sheet *s, float x, float y, float side, bool ticked)
{
	sheet_rect(s, x, y, side, side, 0.7f);
	if (ticked)
		add_box(s, OP_TICK, x, y, side, side);
}

void
sheet_qr(struct sheet *s, float x, float y, float side, const char *text)
{
	QRcode *q = s->failed ? NULL : QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	size_t n = q ? (size_t)q->width : 0;
	unsigned char *modules = q ? keep(s, n * n) : NULL;
	float quiet = side / (float)(n + 8) * 4;	/* four modules, ISO/IEC 18004 */
	struct op *o;

	if (!modules) {
		QRcode_free(q);
		fail_memory(s);
		return;
	}
	memcpy(modules, q->data, n * n);
	QRcode_free(q);
	o = add_box(s, OP_QR, x + quiet, y + quiet, side - 2 * quiet, side - 2 * quiet);
	if (o) {
		o->qr = modules;
		o->qr_n = n;
	}
}

void
sheet_picture(struct sheet *s, float x, float y, float w, float h, const struct picture *p)
{
	struct op *o = add_box(s, OP_PICTURE, x, y, w, h);

	if (o)
		o->picture = *p;
}
