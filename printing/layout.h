/*
 * Setting text into boxes, and the sheet: the list of everything that is drawn, page after page. Points, x from the left,
 * y downwards from the upper edge of the page. Nothing here knows PDF; nothing here cuts: what does not fit is told.
 *
 * A sheet's first failure sticks (a character that cannot be printed, a text that does not fit, no memory), names the
 * field it happened at, and only sheet_good tells.
 */
#ifndef PRINTING_LAYOUT_H
#define PRINTING_LAYOUT_H

#include "printing/press.h"

#define PT_PER_MM (72 / 25.4f)
#define A4_WIDTH 595.28f
#define A4_HEIGHT 841.89f

/* ---- text ---- */

struct text {			/* shaped characters, '\n' between lines; in the sheet's memory */
	const struct glyph *g;
	size_t n;
};
struct line { size_t first, n; float width; bool last; };	/* last: of its paragraph */
#define LINES_MAX 120

float text_width(const struct glyph *g, size_t n, float size);
/* Breaks t for this width: before and after Han, never before closing or after opening punctuation, words of letters and
 * digits whole; a word longer than a line breaks behind @ . - _ / or, at last, anywhere. The first line of a paragraph
 * is shorter by `indent`. Returns the number of lines; more than LINES_MAX are only counted to LINES_MAX + 1. */
size_t text_break(struct text t, float size, float width, float indent, struct line out[LINES_MAX]);

struct fit {			/* how a text may be set into a box */
	float size, min;	/* type size wanted, and the smallest that may be read */
	float width, height;
};
struct fitted { float size, leading; size_t n; struct line line[LINES_MAX]; };
/* One line while the type shrinks by at most two points, then lines at the largest size that fits. false: not even at min. */
bool text_fit(struct text t, const struct fit *f, struct fitted *out);
/* The height that text_fit wants for t at exactly this size. */
float text_height(struct text t, float size, float width);

/* ---- the sheet ---- */

enum op_kind { OP_PAGE, OP_TEXT, OP_LINE, OP_RECT, OP_FILL, OP_TICK, OP_QR, OP_PICTURE };
/* A JPEG that was checked (printing/picture.h); width_mm is the size of the original, 0 when the scan does not say. */
struct picture { const unsigned char *jpeg; size_t n; unsigned width, height; float width_mm; };
struct op {
	enum op_kind kind;
	enum face face;
	bool dashed;			/* LINE */
	float x, y, w, h;		/* PAGE: w h · TEXT: base line's start, h the type size · LINE: to w h · else a box */
	float pen;			/* width of lines in points · TEXT: stroke that thickens · FILL: grey, 0 black */
	float spacing;			/* TEXT: between characters */
	struct text text;		/* TEXT without '\n' · QR: modules in text.g's place, see qr */
	const unsigned char *qr; size_t qr_n;	/* QR: qr_n × qr_n modules, bit 0 set is black */
	struct picture picture;
};
struct sheet {
	const struct press *press;
	struct op *op;
	size_t n, cap;
	size_t pages;
	const char *field;		/* what is being set, for the message */
	struct err err;
	bool failed;
	struct arena *arena;
};

void sheet_open(struct sheet *s, const struct press *p);
void sheet_close(struct sheet *s);
/* Did everything so far go well? */
bool sheet_good(const struct sheet *s, struct err *e) MUST_USE;
/* Fails the sheet: this does not fit where it belongs. */
void sheet_overflow(struct sheet *s);

/* Shapes a text in the sheet's memory; an empty one when the sheet has failed. */
struct text sheet_shape(struct sheet *s, enum face face, const char *utf8);
void sheet_page(struct sheet *s, float width, float height);
/* One line, base line at y. Song is thickened a little: it is thin on paper. */
void sheet_text(struct sheet *s, enum face face, float size, float x, float y, struct text t, float spacing);
void sheet_line(struct sheet *s, float x1, float y1, float x2, float y2, float pen, bool dashed);
void sheet_rect(struct sheet *s, float x, float y, float w, float h, float pen);
void sheet_fill(struct sheet *s, float x, float y, float w, float h, float grey);
/* A square box, ticked or not. */
void sheet_box(struct sheet *s, float x, float y, float side, bool ticked);
/* A QR code of the text, with its quiet zone, in a square. */
void sheet_qr(struct sheet *s, float x, float y, float side, const char *text);
void sheet_picture(struct sheet *s, float x, float y, float w, float h, const struct picture *p);

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };
/* Fits a text into a box and draws it, in the middle of the height. Fails the sheet when it does not fit. */
void sheet_fit(struct sheet *s, enum face face, const struct fit *f, float x, float y, enum align align, struct text t);
/* Paragraphs from y downwards, justified where they stand left; returns the y below them. */
float sheet_words(struct sheet *s, enum face face, float size, float leading, float x, float y, float width, float indent,
    enum align align, struct text t);
/* Lines that sheet_words would take. */
size_t sheet_words_lines(struct text t, float size, float width, float indent);

#endif
