/* Pages read back: a PDF as grey pixels (pdftoppm) and as text (pdftotext). Each aborts with words when the tool fails. */
#ifndef TESTS_RASTER_H
#define TESTS_RASTER_H

#include <stdbool.h>
#include <stddef.h>

struct raster { int width, height; unsigned char *grey; float scale; };	/* scale: pixels per point */

/* Page 1.. of the PDF at dpi. */
void raster_load(struct raster *r, const void *pdf, size_t n, int page, int dpi);
void raster_free(struct raster *r);
/* The darkest pixel of a box in points from the upper left corner, 255 is white; outside of the page is white. */
int raster_darkest(const struct raster *r, float x, float y, float w, float h);
/* The box of everything darker than `level` inside a box, in points; false when there is none. */
struct raster_box { float x, y, w, h; };
bool raster_ink(const struct raster *r, float x, float y, float w, float h, int level, struct raster_box *ink);
/* The text of all pages, malloc'ed; blanks and line ends dropped when `squeezed`. */
char *raster_text(const void *pdf, size_t n, bool squeezed);

#endif
