/*
 * The open fonts behind `struct press`, for the print room only. A face is a chain of fonts: the first that can draw a
 * character does. Every chain ends in all of the others, so that a text that one face can print, every face can.
 */
#ifndef PRINTING_PRESS_H
#define PRINTING_PRESS_H

#include "printing/font.h"
#include "printing/paper.h"

enum press_font { FONT_SERIF, FONT_SANS, FONT_SONG, FONT_HEI, FONT_KAI, FONT_HANA_A, FONT_HANA_B, FONT_N };
enum face { FACE_SONG, FACE_HEI, FACE_KAI, FACE_N };	/* labels and words · titles · what was filled in */

struct glyph {
	uint32_t cp;
	uint16_t id;		/* in its font */
	uint16_t advance;	/* thousandths of the type size */
	uint8_t font;		/* enum press_font */
};

struct press {
	struct font *font[FONT_N];
};

/* The glyph of a character in a face; false when no font of the press can draw it. */
bool press_glyph(const struct press *p, enum face face, uint32_t cp, struct glyph *g) MUST_USE;
/* Decodes strictly and finds the glyphs: at most max into out, *n how many. A refusal names the character at `field`. */
bool press_shape(const struct press *p, enum face face, const char *field, const char *s, struct glyph *out, size_t max,
    size_t *n, struct err *e) MUST_USE;
/* PostScript name of the font as it stands in the PDF. */
const char *press_font_name(enum press_font f);

#endif
