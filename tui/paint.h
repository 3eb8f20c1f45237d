/*
 * Drawing: text, lines and frames in columns, in a few inks with a meaning. Everything is clipped to the terminal.
 * A frame is built anew for every event, from the bottom of the screen stack up; curses sends only what changed.
 * Of signs use ASCII, Chinese punctuation and the frames here: □ ☑ √ × ● → … — ① are two columns wide on some terminals.
 */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include "forms/text.h"

#include <stdint.h>

struct area { int y, x, h, w; };	/* rows and columns; what a screen may draw on */

enum ink {
	INK_PLAIN, INK_STRONG, INK_DIM,
	INK_TITLE,			/* the top line */
	INK_KEY, INK_KEY_LABEL,		/* the key bar */
	INK_HEAD,			/* column heads, section titles */
	INK_HERE,			/* the selected row or tab */
	INK_FIELD, INK_FIELD_HERE,	/* what can be typed into */
	INK_GOOD, INK_WARN, INK_BAD,	/* done; look at this; wrong */
	INK_N
};

/* At most w columns of s, what does not fit is cut with "..". Returns the columns used. */
int paint_text(int y, int x, int w, enum ink ink, const char *s);
/* Exactly w columns, filled up with blanks: for columns and rows. */
void paint_cell(int y, int x, int w, enum ink ink, const char *s);
/* The same, flush right. */
void paint_right(int y, int x, int w, enum ink ink, const char *s);
int paint_format(int y, int x, int w, enum ink ink, const char *fmt, ...) PRINTF(5, 6);
/* Breaks s into lines of a.w columns and draws as many as fit; returns how many it has (a.h may be 0: only count). */
int paint_lines(struct area a, enum ink ink, const char *s);
void paint_blank(struct area a, enum ink ink);
/* A frame with blanks inside; title may be NULL. Returns the inside. */
struct area paint_frame(struct area a, const char *title);
/* A line across, with a title in it unless NULL. */
void paint_rule(int y, int x, int w, const char *title);
/* A bar of w columns, done of `of` filled; of = 0: no measure, a block that runs with the clock. */
void paint_meter(int y, int x, int w, int done, int of);
/* Tabs side by side, the one at `here` marked and always seen (where not all fit, the first ones leave, and '<' and '>' say
 * that there are more); returns the column behind. place[i] gets where each begins (NULL allowed). */
int paint_tabs(int y, int x, int w, const char *const *names, int n, int here, int *place);
/* An area of h × w in the middle of another, cut to it. */
struct area paint_middle(struct area within, int h, int w);
/* Cells of a picture: a character in two colours of the terminal's own (0 .. paint_colours() - 1; -1: as it writes by itself). */
struct paint_dot { uint32_t character; short fg, bg; };
void paint_dots(struct area a, const struct paint_dot *dot);	/* a.h rows of a.w */
int paint_colours(void);			/* 0, 8, 16 or 256 */
bool paint_ascii(void);				/* frames and blocks are drawn in ASCII here */
/* Where the cursor stands after the frame; not called: hidden. The topmost screen's call counts. */
void paint_cursor(int y, int x);

/* For tui/screen.c: begin and end of a frame, the size of the terminal. */
void paint_begin(void);
void paint_end(void);
/* A screen of the stack begins: an earlier screen's cursor is forgotten. */
void paint_layer(void);
struct area paint_terminal(void);
/* The next frame is sent whole: the terminal shows something else than we think. */
void paint_anew(void);
/* For tui/term.c, once: colours, and whether frames are drawn in ASCII. */
void paint_open(bool ascii_frames);

#endif
