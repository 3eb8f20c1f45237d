/*
 * A picture that is looked at: a widget over tui/lens.h and tui/canvas.h. Its points are turned into characters by a job
 * whenever size, place or turn changes; the last drawing stays until the new one is there. The picture is shared with such a
 * job and wiped when the last of them lets go of it.
 */
#ifndef TUI_LOOK_H
#define TUI_LOOK_H

#include "tui/canvas.h"
#include "tui/lens.h"
#include "tui/screen.h"

struct look_picture;			/* a picture with those who use it; the loop's thread counts them */
struct look {
	struct look_picture *picture;	/* NULL: none yet */
	struct lens lens;
	struct paint_dot *dot;		/* the last drawing; NULL: none yet */
	int row, col, rows, cols;	/* where it stands in the window */
	bool stale;			/* drawn anew with the next frame */
};

/* Takes the picture over: *p is empty then. */
void look_show(struct look *k, struct picture_levels *p);
/* Nothing is looked at any more. */
void look_forget(struct look *k);
/* + - 0 w r c i, arrows, pages, Home, End, wheel; true: taken. The screen has them in its table of actions, for the help. */
bool look_key(struct look *k, int key);
/* From the screen's draw(): s waits for the job that draws. */
void look_draw(struct look *k, struct screen *s, struct area a);

#endif
