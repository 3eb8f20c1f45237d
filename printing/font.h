/*
 * One TrueType file: which characters it can really draw, how wide they are, and a small file of some of its glyphs.
 * Reads cmap formats 4 and 12 itself, since libharu sees neither missing glyphs nor characters beyond U+FFFF. Mapped and
 * read-only: threads may share one. A damaged file gives empty glyphs, never a read outside of it.
 */
#ifndef PRINTING_FONT_H
#define PRINTING_FONT_H

#include "forms/err.h"
#include <stdint.h>

struct font;

/* `index` is the face in a collection (.ttc), else 0. Refuses what has no TrueType outlines (CFF). */
bool font_open(const char *path, unsigned index, struct font **out, struct err *e) MUST_USE;
void font_close(struct font *f);

/* The glyph of a character; 0 when the font cannot draw it: none there, or an empty outline where there should be ink. */
unsigned font_glyph(const struct font *f, uint32_t cp);
/* Is the character a blank, so that an empty outline is right? */
bool font_is_blank(uint32_t cp);
/* Advance in thousandths of the type size, rounded down as PDF's W array has it. */
unsigned font_advance(const struct font *f, unsigned glyph);
/* The ink's box in thousandths of the type size, y upwards from the base line; false for no ink. */
struct font_box { int left, bottom, right, top; };
bool font_ink(const struct font *f, unsigned glyph, struct font_box *box);

/* A TrueType file of these glyphs: glyph i + 1 of it is glyphs[i], and its cmap gives that one to the character
 * FONT_SUBSET_CODE + i; what they are composed of follows. Hinting is dropped. n <= FONT_SUBSET_MAX. malloc'ed. */
#define FONT_SUBSET_CODE 0x100u
#define FONT_SUBSET_MAX 60000u
bool font_subset(const struct font *f, const uint16_t *glyphs, size_t n, const char *name, unsigned char **out, size_t *len,
    struct err *e) MUST_USE;

#endif
