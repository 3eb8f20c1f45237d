/*
 * Another program that shows a picture: ra.conf's `viewer = "feh --scale-down"`, words without a shell, the picture's path behind
 * them; `viewer_on_terminal = true` when it draws on this terminal itself, which is left to it meanwhile. The picture lies in
 * memory under /proc and in no folder: it is gone with the console, however that ends.
 */
#ifndef TUI_VIEWER_H
#define TUI_VIEWER_H

#include "forms/config.h"

#include <stddef.h>
#include <sys/types.h>

struct viewer { int fd; pid_t pid; };	/* the picture's memory, -1 = none; the program, 0 = none that we wait for */
#define VIEWER_NONE (struct viewer){ -1, 0 }

/* Does ra.conf name one? */
bool viewer_named(struct config *c);
/* Starts it on a copy of the picture. What v showed before is let go of. */
bool viewer_show(struct viewer *v, struct config *c, const void *jpeg, size_t n, struct err *e) MUST_USE;
/* Lets go of the picture: a program that has not read it yet finds nothing. */
void viewer_close(struct viewer *v);

#endif
