/*
 * Pictures that are printed: a JPEG is decoded whole and encoded anew before libharu sees it, which believes a header and
 * looks no further. PNG is refused: libharu ends the process on a damaged one. The only place that knows libjpeg.
 */
#ifndef PRINTING_PICTURE_H
#define PRINTING_PICTURE_H

#include "printing/layout.h"

/* *out: a sound JPEG of the same picture, no larger than a page can show, its bytes malloc'ed in out->jpeg (picture_free).
 * Refuses at `field` what is no JPEG, is damaged, cut off, lies about its size, or is neither grey nor colour. The same
 * bytes give the same bytes. */
bool picture_take(const char *field, const unsigned char *jpeg, size_t n, struct picture *out, struct err *e) MUST_USE;
void picture_free(struct picture *p);
/* The same refusals, and nothing made. */
bool picture_good(const char *field, const unsigned char *jpeg, size_t n, struct err *e) MUST_USE;
/* What the header says of itself. */
bool picture_size(const char *field, const unsigned char *jpeg, size_t n, unsigned *width, unsigned *height, struct err *e) MUST_USE;

#endif
