/*
 * Keys as the terminal sends them, made into the numbers of tui/term.h, which declares what screens use of this
 * (term_key, term_push, term_pasted, term_mouse, term_key_name). For tui/term.c alone.
 */
#ifndef TUI_KEYBOARD_H
#define TUI_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>

/* curses is up. early: bytes that were typed before it was. */
void keyboard_open(bool testing, const char *early, size_t early_n);
void keyboard_mouse(bool on);			/* off: the terminal itself selects and pastes */
/* Something is there that curses has read already, or a paste that has not ended: look again after at most *ms. */
bool keyboard_wait(int *ms);
int keyboard_barriers(void);			/* seen since the last call */

#endif
