/*
 * A pane: headings, rows of label and value, and texts, to be read and scrolled. Built anew when what it shows changes
 * (it holds copies in the language of that moment), drawn as often as needed.
 */
#ifndef TUI_PANE_H
#define TUI_PANE_H

#include "tui/paint.h"

struct pane_line { char *label, *value, *beside; enum ink ink; bool head; int rows; };
struct pane {
	struct pane_line *line;
	size_t n, room, measured;	/* measured: so many have their rows … */
	int width, label;		/* … in this width, with labels so wide */
	int top, height, lines;		/* first line shown, lines that fit, lines there are */
};

void pane_close(struct pane *s);			/* cleanses: values may be opened numbers */
/* Empties it for building anew; the place stays. */
void pane_begin(struct pane *s);
void pane_head(struct pane *s, const char *title);
/* Labels stand flush right in one column; an empty value is drawn as nothing. */
void pane_row(struct pane *s, enum ink ink, const char *label, const char *fmt, ...) PRINTF(4, 5);
/* Two values side by side, each in its half: what was, dim, and what is. */
void pane_pair(struct pane *s, enum ink ink, const char *label, const char *was, const char *is);
/* A text over the whole width, broken into lines; "" is an empty line. */
void pane_text(struct pane *s, enum ink ink, const char *text);
/* Up, Down, pages, Home, End, wheel; true: taken. */
bool pane_key(struct pane *s, int key);
void pane_draw(struct pane *s, struct area a);

#endif
