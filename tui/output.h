/*
 * The way to the terminal. A terminal that does not read (a line that hangs, a paused window) must not stop the program:
 * what is to be sent waits here, and no frame is drawn while an older one waits, so that it never grows. curses is led to
 * draw into memory; for tui/term.c alone. One per process, used by the loop's thread only.
 */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* A stream that is the terminal, for curses to begin on; NULL when none can be made. */
FILE *output_open(void);
/* From now on what is written to that stream lands in memory, until output_collect takes it. */
void output_divert(void);
void output_close(void);

void output_say(const char *s);			/* behind everything that waits */
void output_collect(void);			/* takes what curses has written */
void output_flush(void);			/* sends as much as the terminal takes now */
bool output_behind(void);			/* something waits still */
int output_fd(void);				/* writable when output_flush gets on */
/* Waits until all is sent, at most ms; what is left then is thrown away. */
void output_finish(int ms);

#endif
