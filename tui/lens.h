/*
 * A lens over a picture: which part of it fills so many cells of the terminal, how large, turned which way. Knows points
 * and numbers only: tui/canvas.h makes characters of what it gives.
 */
#ifndef TUI_LENS_H
#define TUI_LENS_H

#include "printing/picture.h"

/* Points that one cell is drawn from. A cell is twice as high as wide: each of its points is 1 across and 2 down. */
#define LENS_CELL 8

enum lens_contrast { LENS_AS_IT_IS, LENS_STRONGER, LENS_BLACK_AND_WHITE, LENS_CONTRASTS };
struct lens {
	const struct picture_levels *picture;	/* borrowed */
	int rows, cols;			/* of the window */
	int turned;			/* quarters, clockwise */
	double zoom;			/* screen points for one of the picture; 0: as large as the whole of it fits */
	double x, y;			/* what stands in the middle of the window: 0 .. 1 of the turned picture */
	enum lens_contrast contrast;
	bool inverted;
};

/* A new picture, seen whole and upright. */
void lens_open(struct lens *l, const struct picture_levels *picture);
/* The window has this size from now on. */
void lens_window(struct lens *l, int rows, int cols);
/* By a factor; out at most until the whole is seen, in until a point is as wide as half a cell. false: no further. */
bool lens_zoom(struct lens *l, double factor);
void lens_whole(struct lens *l);
void lens_width(struct lens *l);		/* as wide as the window, from its top */
/* By parts of the window; stays on the picture. */
void lens_pan(struct lens *l, double right, double down);
void lens_turn(struct lens *l, int quarters);
/* How large in percent of one screen point for one of the picture; what of it is seen, in percent from the top left. */
int lens_percent(const struct lens *l);
/* Cells that the picture takes of the window (the rest of it stays empty), and where they begin. */
void lens_place(const struct lens *l, int *row, int *col, int *rows, int *cols);
/* The points of those cells: rows * LENS_CELL lines of cols * LENS_CELL points, three bytes each. malloc'ed; wipe it. */
unsigned char *lens_points(const struct lens *l, size_t *n);

#endif
