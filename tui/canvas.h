/*
 * A picture in characters: for each cell of the terminal the one whose shape and two colours come nearest. The only place
 * that knows libchafa; the cells are painted by tui/paint.h.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "tui/paint.h"

#include <stdbool.h>

struct canvas {
	int rows, cols;
	int colours;			/* of the terminal: 0, 8, 16 or 256 (paint_colours) */
	bool ascii;			/* block characters are no use here: two columns wide, or unknown */
};

/* points: width × height of three bytes, laid over all the cells; with few colours they are simplified in place. out: rows × cols.
 * Any thread. */
void canvas_draw(const struct canvas *c, unsigned char *points, int width, int height, struct paint_dot *out);

#endif
