#include "tui/lens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ZOOM_MAX 4.0

/* Width and height of the turned picture, in its own points. */
static void
turned_size(const struct lens *l, double *w, double *h)
{
	bool lies = l->turned % 2 != 0;

	*w = l->picture->size[lies ? 1 : 0];
	*h = l->picture->size[lies ? 0 : 1];
}

/* The window in screen points: a cell is twice as high as wide. */
static double
window_w(const struct lens *l)
{
	return l->cols * LENS_CELL;
}

static double
window_h(const struct lens *l)
{
	return l->rows * LENS_CELL * 2.0;
}

static double
whole_zoom(const struct lens *l)
{
	double w, h;

	turned_size(l, &w, &h);
	return fmin(window_w(l) / w, window_h(l) / h);
}

static double
zoom_now(const struct lens *l)
{
	return l->zoom > 0 ? l->zoom : whole_zoom(l);
}

/* What is looked at stays on the picture; one that is smaller than the window stands in its middle. */
static double
kept_within(double middle, double seen)
{
	if (seen >= 1)
		return 0.5;
	return fmin(fmax(middle, seen / 2), 1 - seen / 2);
}

static void
settle(struct lens *l)
{
	double w, h, z = zoom_now(l);

	turned_size(l, &w, &h);
	l->x = kept_within(l->x, window_w(l) / (w * z));
	l->y = kept_within(l->y, window_h(l) / (h * z));
}

void
lens_open(struct lens *l, const struct picture_levels *picture)
{
	l->picture = picture;
	l->turned = 0;
	lens_whole(l);
}

void
lens_window(struct lens *l, int rows, int cols)
{
	l->rows = rows > 1 ? rows : 1;
	l->cols = cols > 1 ? cols : 1;
	if (!l->picture)
		return;
	if (l->zoom > 0 && l->zoom <= whole_zoom(l))
		l->zoom = 0;
	settle(l);
}

bool
lens_zoom(struct lens *l, double factor)
{
	double from = zoom_now(l), to = fmin(from * factor, ZOOM_MAX), whole = whole_zoom(l);

	l->zoom = to <= whole * 1.001 ? 0 : to;
	settle(l);
	return zoom_now(l) != from;
}

void
lens_whole(struct lens *l)
{
	l->zoom = 0;
	l->x = l->y = 0.5;
}

void
lens_width(struct lens *l)
{
	double w, h;

	turned_size(l, &w, &h);
	l->zoom = window_w(l) / w;
	l->x = 0.5;
	l->y = 0;
	if (l->zoom <= whole_zoom(l))
		l->zoom = 0;
	settle(l);
}

void
lens_pan(struct lens *l, double right, double down)
{
	double w, h, z = zoom_now(l);

	turned_size(l, &w, &h);
	l->x += right * window_w(l) / (w * z);
	l->y += down * window_h(l) / (h * z);
	settle(l);
}

void
lens_turn(struct lens *l, int quarters)
{
	l->turned = ((l->turned + quarters) % 4 + 4) % 4;
	lens_whole(l);
}

int
lens_percent(const struct lens *l)
{
	return (int)lround(zoom_now(l) * 100);
}

void
lens_place(const struct lens *l, int *row, int *col, int *rows, int *cols)
{
	double w, h, z = zoom_now(l);

	turned_size(l, &w, &h);
	*cols = (int)fmin(l->cols, fmax(1, lround(w * z / LENS_CELL)));
	*rows = (int)fmin(l->rows, fmax(1, lround(h * z / (LENS_CELL * 2))));
	*row = (l->rows - *rows) / 2;
	*col = (l->cols - *cols) / 2;
}

/* ---- the points ---- */

/* The level that has at least one point for each that is shown, and as few more as there are. */
static const struct picture_level *
level_for(const struct lens *l, double zoom)
{
	const struct picture_levels *p = l->picture;
	int i = 0;

	while (i + 1 < p->n && p->at[i + 1].width >= p->size[0] * zoom)
		i++;
	return &p->at[i];
}

static void
tone(const struct lens *l, unsigned char table[256])
{
	static const double gains[LENS_CONTRASTS] = { [LENS_AS_IT_IS] = 1, [LENS_STRONGER] = 2, [LENS_BLACK_AND_WHITE] = 12 };
	/* paper is grey rather than white on most scans: what is darker than it counts as ink */
	double middle = l->contrast == LENS_BLACK_AND_WHITE ? 160 : 140;

	for (int i = 0; i < 256; i++) {
		double v = l->contrast == LENS_AS_IT_IS ? i : 128 + (i - middle) * gains[l->contrast];

		table[i] = (unsigned char)fmin(fmax(v, 0), 255);
		if (l->inverted)
			table[i] = (unsigned char)(255 - table[i]);
	}
}

struct span { unsigned from, to; };	/* points of a level, `to` is the first one behind */

/* n pieces of the part from `first`, so long, of a side of `size` points, at least one point each; backwards where the turned
 * picture runs against the level. */
static void
spans(struct span *out, int n, double first, double length, unsigned size, bool backwards)
{
	for (int i = 0; i < n; i++) {
		double a = (first + length * i / n) * size, b = a + length / n * size;
		struct span *s = &out[backwards ? n - 1 - i : i];

		s->from = (unsigned)fmin(fmax(a, 0), size - 1.0);
		s->to = (unsigned)fmin(ceil(b), size);
		if (s->to <= s->from)
			s->to = s->from + 1;
	}
}

static void
mean(const struct picture_level *p, struct span x, struct span y, const unsigned char table[256], unsigned char out[3])
{
	unsigned sum[3] = { 0, 0, 0 }, n = (x.to - x.from) * (y.to - y.from);

	for (unsigned v = y.from; v < y.to; v++) {
		const unsigned char *q = p->rgb + ((size_t)v * p->width + x.from) * 3;

		for (unsigned u = x.from; u < x.to; u++, q += 3)
			for (int c = 0; c < 3; c++)
				sum[c] += q[c];
	}
	for (int c = 0; c < 3; c++)
		out[c] = table[sum[c] / n];
}

unsigned char *
lens_points(const struct lens *l, size_t *n)
{
	double w, h, z = zoom_now(l);
	int row, col, rows, cols, across, down;
	bool lies = l->turned % 2 != 0;
	const struct picture_level *p = level_for(l, z);
	unsigned char table[256], *out;
	struct span *x, *y;

	turned_size(l, &w, &h);
	lens_place(l, &row, &col, &rows, &cols);
	across = cols * LENS_CELL;
	down = rows * LENS_CELL;
	/* the part that is seen, in 0 .. 1 of the turned picture */
	w = fmin(1, window_w(l) / (w * z));
	h = fmin(1, window_h(l) / (h * z));
	tone(l, table);
	*n = (size_t)across * (size_t)down * 3;
	out = malloc(*n);
	x = calloc((size_t)across, sizeof *x);
	y = calloc((size_t)down, sizeof *y);
	if (!out || !x || !y)
		abort();
	/* a quarter clockwise: what is read to the right runs up the picture, what is read downwards to its right */
	spans(x, across, l->turned == 1 || l->turned == 2 ? 1 - l->x - w / 2 : l->x - w / 2, w, lies ? p->height : p->width,
	    l->turned == 1 || l->turned == 2);
	spans(y, down, l->turned == 2 || l->turned == 3 ? 1 - l->y - h / 2 : l->y - h / 2, h, lies ? p->width : p->height,
	    l->turned == 2 || l->turned == 3);
	for (int v = 0; v < down; v++)
		for (int u = 0; u < across; u++)
			mean(p, lies ? y[v] : x[u], lies ? x[u] : y[v], table, out + ((size_t)v * (size_t)across + (size_t)u) * 3);
	free(x);
	free(y);
	return out;
}
