/*
 * Pictures that are printed: a JPEG is decoded whole and encoded anew before libharu sees it, which believes a header and
 * looks no further. PNG is refused: libharu ends the process on a damaged one. And pictures that are looked at, as points.
 * The only place that knows libjpeg.
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

/* A picture as points, and again half as large, and again: whatever size it is looked at, a level of nearly that size is there. */
#define PICTURE_LEVELS 8
struct picture_level { unsigned char *rgb; unsigned width, height; };	/* rows of three bytes a point */
struct picture_levels {
	struct picture_level at[PICTURE_LEVELS];	/* the largest first */
	int n;
	unsigned size[2];	/* width and height of the picture itself; at[0] is smaller where that has too many points */
};
struct picture_wish {
	const char *field;
	size_t most;		/* points of the largest level: a larger picture is decoded smaller, by eighths */
	bool (*stop)(void *arg);	/* asked now and then; true: given up with FAULT_LATER. NULL: never */
	void *arg;
};
/* Refuses as picture_take does. *out: picture_forget, which wipes. */
bool picture_look(const struct picture_wish *w, const unsigned char *jpeg, size_t n, struct picture_levels *out, struct err *e) MUST_USE;
void picture_forget(struct picture_levels *l);

#endif
