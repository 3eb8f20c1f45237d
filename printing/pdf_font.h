/* The fonts of one PDF: which characters of each are used, under which codes, and the subset that goes in. For printing/pdf.c. */
#ifndef PRINTING_PDF_FONT_H
#define PRINTING_PDF_FONT_H

#include "printing/press.h"

#include <hpdf.h>

/* The characters of one font in this file, in the order of their first use. libharu takes text as UTF-8 of at most three
 * bytes and prints a blank for anything longer, so each character gets a code of its own, dense from FONT_SUBSET_CODE. */
struct cast {
	struct { uint32_t cp; uint16_t code; } *slot;	/* open addressing by cp; code 0: free */
	size_t slots;
	uint32_t *cp;			/* by code - FONT_SUBSET_CODE */
	uint16_t *glyph;
	size_t n;
	HPDF_Font font;
};

/* false: no memory, or too many. */
bool cast_add(struct cast *c, const struct glyph *g) MUST_USE;
/* The code of a character that was added. */
unsigned cast_code(const struct cast *c, uint32_t cp);
/* Puts the font into the document: c->font is what the text is shown with. */
bool cast_attach(struct cast *c, HPDF_Doc doc, const struct font *font, const char *ps_name, struct err *e) MUST_USE;
void cast_free(struct cast *c);

#endif
