/* A sheet as a PDF file. The only place that knows libharu; every way in which that fails without saying so is kept out
 * here (see the comments) or before (printing/font.h). */
#ifndef PRINTING_PDF_H
#define PRINTING_PDF_H

#include "printing/layout.h"

/* malloc'ed *pdf of *n bytes: fonts as subsets, extractable text. The same sheet, title and time give the same bytes. */
bool pdf_make(const struct sheet *s, const char *title, int64_t made_at, unsigned char **pdf, size_t *n, struct err *e) MUST_USE;

#endif
