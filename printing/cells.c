#include "printing/cells.h"

#include "forms/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIT_PAD 2.0f		/* points left free above and below */
#define COMFORT 2.5f		/* points that type may shrink before the row rather grows, */
#define COMFORT_COMPACT 3.5f	/* and rather than that another page is taken */

const struct style styles[AS_STYLE_N] = {
	[AS_LABEL]        = { FACE_SONG, 10.5f, 7,    2, 1.25f, ALIGN_CENTRE, 1 },
	[AS_VALUE]        = { FACE_KAI,  11.5f, 6.5f, 4, 1.25f, ALIGN_LEFT,   1 },
	[AS_VALUE_CENTRE] = { FACE_KAI,  11.5f, 6.5f, 3, 1.25f, ALIGN_CENTRE, 1 },
	[AS_VALUE_RIGHT]  = { FACE_KAI,  11.5f, 6.5f, 5, 1.25f, ALIGN_RIGHT,  1 },
	[AS_FIGURE]       = { FACE_SONG, 10.5f, 6.5f, 5, 1.25f, ALIGN_RIGHT,  1 },
	[AS_HINT]         = { FACE_SONG, 9,     7,    4, 1.25f, ALIGN_LEFT,   1 },
	[AS_CELL]         = { FACE_SONG, 9,     6,    3, 1.25f, ALIGN_LEFT,   1 },
	[AS_CELL_CENTRE]  = { FACE_SONG, 9,     6,    3, 1.25f, ALIGN_CENTRE, 1 },
	[AS_CELL_RIGHT]   = { FACE_SONG, 9,     6,    3, 1.25f, ALIGN_RIGHT,  1 },
	[AS_HEAD]         = { FACE_HEI,  9.5f,  7,    2, 1.25f, ALIGN_CENTRE, 0.93f },
	[AS_SECTION]      = { FACE_HEI,  10.5f, 8,    5, 1.25f, ALIGN_LEFT,   0.96f },
	[AS_BAND]         = { FACE_HEI,  10.5f, 8,    5, 1.25f, ALIGN_LEFT,   0.88f },
	[AS_NOTE]         = { FACE_SONG, 9,     8,    6, 1.45f, ALIGN_LEFT,   1 },
	[AS_LETTER]       = { FACE_SONG, 14,    10,   0, 1.9f,  ALIGN_LEFT,   1 },
	[AS_ADDRESSEE]    = { FACE_SONG, 14,    10,   0, 1.9f,  ALIGN_LEFT,   1 },
	[AS_LETTER_RIGHT] = { FACE_SONG, 14,    10,   0, 1.9f,  ALIGN_RIGHT,  1 },
	[AS_LETTER_SMALL] = { FACE_SONG, 10.5f, 9,    0, 1.7f,  ALIGN_LEFT,   1 },
	[AS_NUMBER]       = { FACE_SONG, 9.5f,  7,    0, 1.3f,  ALIGN_LEFT,   1 },
	[AS_FOLD]         = { FACE_SONG, 7.5f,  6,    0, 1.3f,  ALIGN_RIGHT,  1 },
	[AS_TITLE]        = { FACE_HEI,  20,    12,   0, 1.4f,  ALIGN_CENTRE, 1 },
	[AS_LOUD]         = { FACE_HEI,  14,    9,    0, 1.4f,  ALIGN_LEFT,   1 },
	[AS_SECRET]       = { FACE_SONG, 26,    10,   4, 1.4f,  ALIGN_CENTRE, 1 },
};

/* ---- texts ---- */

/* What a message names: the id that the cell shows first. */
static void
name_field(struct setting *t, const char *template)
{
	const char *open = strchr(template, '{'), *close = open ? strchr(open, '}') : NULL;

	if (close)
		snprintf(t->field, sizeof t->field, "%.*s", (int)(close - open - 1), open + 1);
	else
		snprintf(t->field, sizeof t->field, "%.47s", template);
	t->sheet->field = t->field;
}

/* Appends the text of the id that `at` begins with, up to any of `ends`; returns where the template goes on. */
static const char *
expand_id(struct setting *t, const char *at, const char *ends, int index, char *out, size_t outsz)
{
	size_t len = strcspn(at, ends);
	char id[64];

	snprintf(id, sizeof id, "%.*s", (int)len, at);
	out[0] = '\0';
	t->from->text(t->from->of, id, index, out, outsz);
	return at + len + (at[len] != '\0');
}

void
cell_expand(struct setting *t, const char *template, int index, char out[TEMPLATE_MAX])
{
	char test[TEMPLATE_MAX];
	size_t n = 0;

	while (*template && n < TEMPLATE_MAX - 1) {
		size_t len = strcspn(template, "{[]");

		n += (size_t)snprintf(out + n, TEMPLATE_MAX - n, "%.*s", (int)len, template);
		template += len;
		if (n >= TEMPLATE_MAX - 1)
			break;
		if (*template == '{') {
			template = expand_id(t, template + 1, "}", index, out + n, TEMPLATE_MAX - n);
			n += strlen(out + n);
		} else if (*template == '[') {
			template = expand_id(t, template + 1, ":", index, test, sizeof test);
			if (test[0] == '\0')
				template += strcspn(template, "]");
		} else if (*template == ']') {
			template++;
		}
	}
	if (n >= TEMPLATE_MAX - 1)
		sheet_overflow(t->sheet);	/* the buffer is full: it may be less than the whole */
	out[n < TEMPLATE_MAX ? n : TEMPLATE_MAX - 1] = '\0';
}

static struct text
shape(struct setting *t, enum face face, const char *template, int index)
{
	char utf8[TEMPLATE_MAX];

	if (!template)
		return (struct text){ NULL, 0 };
	name_field(t, template);
	cell_expand(t, template, index, utf8);
	return sheet_shape(t->sheet, face, utf8);
}

static void
value_of(struct setting *t, const char *id, int index, char *out, size_t outsz)
{
	snprintf(t->field, sizeof t->field, "%.47s", id);
	t->sheet->field = t->field;
	t->from->text(t->from->of, id, index, out, outsz);
}

/* A declaration without words is worse than none. */
static void
no_words(struct setting *t)
{
	if (!t->sheet->failed)
		err_internal(&t->sheet->err, "the scheme has no words for '%s' on this page: add them to its texts", t->field);
	t->sheet->failed = true;
}

void
cell_shape(struct setting *t, struct slot *s)
{
	const struct cell *c = s->cell;
	char value[TEMPLATE_MAX], id[64];

	switch (c->kind) {
	case CELL_TEXT:
		s->text = shape(t, styles[c->style].face, c->text, s->index);
		break;
	case CELL_WORDS:
		s->text = shape(t, styles[c->style].face, c->text, s->index);
		if (s->text.n == 0)
			no_words(t);
		break;
	case CELL_SPAN:
	case CELL_SIDE:
	case CELL_SIGN:
	case CELL_PICTURE:
		s->text = shape(t, FACE_SONG, c->text, s->index);
		s->text2 = shape(t, FACE_SONG, c->text2, s->index);
		break;
	case CELL_BOXES:
		value_of(t, c->text, s->index, value, sizeof value);
		s->text = sheet_shape(t->sheet, FACE_KAI, value);
		break;
	case CELL_TICKS:
		snprintf(id, sizeof id, "stored.%s", c->text);
		value_of(t, id, s->index, s->value, sizeof s->value);
		break;
	case CELL_ROW:
	case CELL_WHEN:
	case CELL_UNLESS:
	case CELL_EACH:
		break;
	}
}

/* ---- choices with boxes ---- */

#define TICK_SIZE 10.5f
#define TICK_BOX 9.0f
#define TICK_GAP 4.0f		/* between box and words */
#define TICK_APART 12.0f	/* between choices */
#define TICK_PAD 6.0f
#define TICK_LINE 17.0f

struct tick { struct text words; bool ticked, ends_line; float width; };
#define TICKS_MAX 16

static size_t
read_ticks(struct setting *t, const struct slot *s, struct tick out[TICKS_MAX])
{
	char stored[32], words[200], shown[TEMPLATE_MAX];
	bool found = s->value[0] == '\0';
	size_t n = 0;

	for (const char *p = s->cell->text2; *p && n < TICKS_MAX - 1;) {
		size_t key = strcspn(p, "="), len = strcspn(p, "|\n");

		snprintf(stored, sizeof stored, "%.*s", (int)key, p);
		snprintf(words, sizeof words, "%.*s", (int)(len - key - 1), p + key + 1);
		cell_expand(t, words, s->index, shown);
		out[n].words = sheet_shape(t->sheet, FACE_SONG, shown);
		out[n].ticked = strcmp(stored, s->value) == 0;
		found = found || out[n].ticked;
		out[n].ends_line = p[len] == '\n';
		n++;
		p += len + (p[len] != '\0');
	}
	if (!found) {
		t->from->text(t->from->of, s->cell->text, s->index, shown, sizeof shown);
		out[n].words = sheet_shape(t->sheet, FACE_SONG, shown);
		out[n].ends_line = false;
		out[n++].ticked = true;
	}
	for (size_t i = 0; i < n; i++)
		out[i].width = TICK_BOX + TICK_GAP + text_width(out[i].words.g, out[i].words.n, TICK_SIZE);
	return n;
}

/* The line each choice stands on; returns the number of lines. */
static size_t
flow_ticks(const struct slot *s, const struct tick *tick, size_t n, size_t line[TICKS_MAX])
{
	float x = 0, room = s->width - 2 * TICK_PAD;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (x > 0 && (x + tick[i].width > room || tick[i - 1].ends_line)) {
			at++;
			x = 0;
		}
		line[i] = at;
		x += tick[i].width + TICK_APART;
	}
	return n > 0 ? at + 1 : 0;
}

static void
draw_ticks(struct setting *t, const struct slot *s, float y, float height)
{
	struct tick tick[TICKS_MAX];
	size_t line[TICKS_MAX], n = read_ticks(t, s, tick), lines = flow_ticks(s, tick, n, line);
	float middle = y + height / 2 - (float)(lines - 1) * TICK_LINE / 2, x = s->x + TICK_PAD;

	for (size_t i = 0; i < n; i++) {
		float here = middle + (float)line[i] * TICK_LINE;

		if (i > 0 && line[i] != line[i - 1])
			x = s->x + TICK_PAD;
		sheet_box(t->sheet, x, here - TICK_BOX / 2, TICK_BOX, tick[i].ticked);
		sheet_text(t->sheet, FACE_SONG, TICK_SIZE, x + TICK_BOX + TICK_GAP, here + TICK_SIZE * 0.36f, tick[i].words, 0);
		x += tick[i].width + TICK_APART;
	}
}

/* ---- the other kinds ---- */

static void
draw_fitted(struct setting *t, const struct slot *s, enum page_style as, float y, float height)
{
	const struct style *st = &styles[as];
	struct fit f = { st->size, st->min, s->width - 2 * st->pad, height - 2 * FIT_PAD };

	if (st->grey < 1)
		sheet_fill(t->sheet, s->x, y, s->width, height, st->grey);
	sheet_fit(t->sheet, st->face, &f, s->x + st->pad, y + FIT_PAD, st->align, s->text);
}

#define BOX_TYPE 12.0f

static void
draw_boxes(struct setting *t, const struct slot *s, float y, float height)
{
	size_t n = (size_t)s->cell->n;
	float w = s->width / (float)n;

	if (s->text.n > n) {
		draw_fitted(t, s, AS_VALUE, y, height);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			sheet_line(t->sheet, s->x + (float)i * w, y, s->x + (float)i * w, y + height, 0.3f, false);
		if (i < s->text.n)
			sheet_text(t->sheet, FACE_KAI, BOX_TYPE, s->x + (float)i * w + (w - text_width(s->text.g + i, 1, BOX_TYPE)) / 2,
			    y + height / 2 + BOX_TYPE * 0.34f, (struct text){ s->text.g + i, 1 }, 0);
	}
}

#define SIGN_TYPE 10.5f
#define SIGN_PAD 6.0f

static void
draw_sign(struct setting *t, const struct slot *s, float y, float height)
{
	float below = text_width(s->text2.g, s->text2.n, SIGN_TYPE);

	sheet_words(t->sheet, FACE_SONG, SIGN_TYPE, SIGN_TYPE * 1.4f, s->x + SIGN_PAD, y + 4, s->width - 2 * SIGN_PAD, 0, ALIGN_LEFT, s->text);
	sheet_text(t->sheet, FACE_SONG, SIGN_TYPE, s->x + s->width - SIGN_PAD - below, y + height - 8, s->text2, 0);
}

static float
sign_need(const struct slot *s)
{
	size_t lines = sheet_words_lines(s->text, SIGN_TYPE, s->width - 2 * SIGN_PAD, 0);

	return (float)lines * SIGN_TYPE * 1.4f + (s->text2.n > 0 ? 20 : 8);
}

#define SIDE_TYPE 10.5f

static void
draw_side(struct setting *t, const struct slot *s, float y, float height)
{
	float step = fminf(SIDE_TYPE * 1.5f, height / (float)(s->text.n > 0 ? s->text.n : 1));
	float at = y + height / 2 - (float)s->text.n * step / 2 + step / 2 + SIDE_TYPE * 0.36f;

	for (size_t i = 0; i < s->text.n; i++, at += step)
		sheet_text(t->sheet, FACE_SONG, SIDE_TYPE, s->x + (s->width - text_width(s->text.g + i, 1, SIDE_TYPE)) / 2, at,
		    (struct text){ s->text.g + i, 1 }, 0);
}

#define HINT_TYPE 8.0f

static void
draw_picture(struct setting *t, const struct slot *s, float y, float height)
{
	const struct picture *p = t->from->picture;
	float room_w = s->width - 12, room_h = height - 12, w, h;

	if (!p) {
		struct fit f = { HINT_TYPE, 6, s->width - 12, 14 };

		sheet_fit(t->sheet, FACE_SONG, &f, s->x + 6, y + height - 18, ALIGN_CENTRE, s->text);
		return;
	}
	/* as large as it was where the scan says so, else as large as there is room */
	w = p->width_mm > 0 && p->width_mm * PT_PER_MM <= room_w ? p->width_mm * PT_PER_MM : room_w;
	h = w * (float)p->height / (float)p->width;
	if (h > room_h) {
		h = room_h;
		w = h * (float)p->width / (float)p->height;
	}
	sheet_picture(t->sheet, s->x + (s->width - w) / 2, y + (height - h) / 2, w, h, p);
}

static float
words_leading(const struct setting *t, const struct style *st)
{
	return st->size * (t->compact ? (st->leading + 1.2f) / 2 : st->leading);
}

static void
draw_words(struct setting *t, const struct slot *s, float y)
{
	const struct style *st = &styles[s->cell->style];

	sheet_words(t->sheet, st->face, st->size, words_leading(t, st), s->x + st->pad, y + st->pad * 0.7f, s->width - 2 * st->pad,
	    s->cell->style == AS_LETTER ? st->size * 2 : 0, st->align, s->text);
}

static float
words_need(struct setting *t, const struct slot *s)
{
	const struct style *st = &styles[s->cell->style];
	size_t lines = sheet_words_lines(s->text, st->size, s->width - 2 * st->pad, s->cell->style == AS_LETTER ? st->size * 2 : 0);

	if (lines > LINES_MAX)
		sheet_overflow(t->sheet);
	return (float)lines * words_leading(t, st) + st->pad * 1.4f;
}

/* ---- all kinds ---- */

/* The height in which the text stands at a size that one likes to read. */
static float
fitted_need(const struct setting *t, const struct slot *s, enum page_style as, float least)
{
	const struct style *st = &styles[as];
	float comfort = fmaxf(st->min, st->size - (t->compact ? COMFORT_COMPACT : COMFORT));
	struct fit f = { st->size, comfort, s->width - 2 * st->pad, 0 };
	struct fitted got;

	least = fmaxf(least, st->size + 2 * FIT_PAD);
	f.height = least - 2 * FIT_PAD;
	if (s->text.n == 0 || text_fit(s->text, &f, &got))
		return least;
	return text_height(s->text, comfort, f.width) + 2 * FIT_PAD;
}

float
cell_need(struct setting *t, struct slot *s, float least)
{
	struct tick tick[TICKS_MAX];
	size_t line[TICKS_MAX];

	switch (s->cell->kind) {
	case CELL_TEXT:
		return fitted_need(t, s, s->cell->style, least);
	case CELL_WORDS:
		return words_need(t, s);
	case CELL_TICKS:
		return (float)flow_ticks(s, tick, read_ticks(t, s, tick), line) * TICK_LINE + 4;
	case CELL_BOXES:
		return s->text.n > (size_t)s->cell->n ? fitted_need(t, s, AS_VALUE, least) : 0;
	case CELL_SIGN:
		return sign_need(s);
	case CELL_SPAN:
	case CELL_SIDE:
	case CELL_PICTURE:
	case CELL_ROW:
	case CELL_WHEN:
	case CELL_UNLESS:
	case CELL_EACH:
		break;
	}
	return 0;
}

void
cell_name(struct setting *t, const struct slot *s)
{
	name_field(t, s->cell->text ? s->cell->text : "");
}

void
cell_draw(struct setting *t, struct slot *s, float y, float height)
{
	cell_name(t, s);
	switch (s->cell->kind) {
	case CELL_TEXT:
		draw_fitted(t, s, s->cell->style, y, height);
		break;
	case CELL_SPAN:
		draw_fitted(t, s, AS_LABEL, y, height);
		break;
	case CELL_WORDS:
		draw_words(t, s, y);
		break;
	case CELL_TICKS:
		draw_ticks(t, s, y, height);
		break;
	case CELL_BOXES:
		draw_boxes(t, s, y, height);
		break;
	case CELL_SIGN:
		draw_sign(t, s, y, height);
		break;
	case CELL_SIDE:
		draw_side(t, s, y, height);
		break;
	case CELL_PICTURE:
		draw_picture(t, s, y, height);
		break;
	case CELL_ROW:
	case CELL_WHEN:
	case CELL_UNLESS:
	case CELL_EACH:
		break;
	}
}
