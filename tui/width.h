/*
 * How wide text is on the terminal. A cluster is a character with the marks that combine with it: the cursor stands
 * before one, Backspace takes one. Curses measures with the same function (tui/width.c defines wcwidth), so that what we
 * count and what it draws agree, on terminals that draw ambiguous characters two columns wide as well.
 */
#ifndef TUI_WIDTH_H
#define TUI_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* This terminal draws ambiguous characters (· § ° …) two columns wide. Asked by term_open. */
void width_ambiguous(bool wide);

int width_of(uint32_t cp);				/* 0, 1 or 2 columns */
int width_columns(const char *s);
/* Bytes of the cluster at s (0 at the end); *columns gets its width, NULL allowed. A broken byte is a cluster of one column. */
size_t width_next(const char *s, int *columns);
/* Where the cluster begins that ends at byte `at`. */
size_t width_previous(const char *s, size_t at);
/* Bytes of the longest beginning within `columns`; *used gets its width, NULL allowed. */
size_t width_fit(const char *s, int columns, int *used);
/* The same, broken where a line may break: after a blank or between Chinese characters, never before 。，、）. At least one cluster. */
size_t width_line(const char *s, int columns);

#endif
