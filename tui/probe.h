/*
 * What kind of terminal this is, asked of itself before curses has it: it is made to write some characters and says where
 * its cursor stands then (ESC[6n). For tui/term.c.
 */
#ifndef TUI_PROBE_H
#define TUI_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct probe {
	bool answered;			/* it told; else the rest is what most terminals are */
	bool utf8;			/* Chinese characters in UTF-8 take their two columns each */
	bool wide_frames;		/* frames are two columns wide … */
	bool wide_ambiguous;		/* … or other characters on which terminals differ (· — “ ×) */
	char early[100];		/* what was typed meanwhile */
	size_t early_n;
};

/* The terminal is `before`, and is left in the state in which its keys come singly. RA_AMBIGUOUS=wide or narrow in the
 * environment is believed more than the terminal (under tmux it is tmux that answers). */
void probe_terminal(const struct termios *before, struct probe *out);

/* Is the terminal of that name a text console of the kernel? Those have no Chinese characters, whatever they answer. */
bool probe_text_console(const char *tty);

#endif
