/*
 * The terminal: set up for the console, given back whole whatever happens (end, signal, crash, lost line), and its keys
 * as plain numbers. Knows curses together with tui/keyboard.c and
 * tui/paint.c; nothing else does. One terminal per process, used by the
 * loop's thread only.
 *
 * A key is a code point (a typed character), a control character, or one of enum key. Escape sequences that no table
 * knows are swallowed: they never act as Esc followed by typed text. What is pasted arrives as one K_PASTE.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "forms/err.h"

#include <stdint.h>

#define K_CTRL(c) ((c) & 31)
#define K_SPECIAL 0x200000		/* above every code point */
#define K_ALT(c) (0x400000 | (c))	/* Alt and an ASCII character */
enum key {
	K_NONE = 0,
	K_TAB = 9, K_ENTER = 13, K_ESC = 27,
	K_UP = K_SPECIAL, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PGUP, K_PGDN, K_INS, K_DEL, K_BACKSPACE, K_BACKTAB,
	K_PASTE,		/* term_pasted() has the text */
	K_MOUSE,		/* term_mouse() has the place */
	K_SYNC,			/* the tests' barrier; never reaches a screen */
	K_F0			/* K_F(1) … K_F(12) */
};
#define K_F(n) (K_F0 + (n))

struct mouse { int y, x; enum { MOUSE_PRESS, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } what; };

/* Before what takes a moment: a password that is typed ahead already is not shown. */
void term_hush(void);
/* Takes the terminal over. FAULT_USAGE when stdin or stdout is none; refused when TERM is unknown or cannot place a cursor,
 * or the terminal does not show UTF-8. The environment: RA_ASCII=1 frames in ASCII; RA_AMBIGUOUS=wide|narrow, where the
 * terminal does not tell it rightly; RA_NO_MOUSE=1; NO_COLOR=1. */
bool term_open(struct err *e) MUST_USE;
/* It is a text console of the kernel, which has no Chinese characters. */
bool term_lacks_chinese(void);
/* Gives it back; allowed twice and without term_open. A crash, abort() or exit() does the same by itself. */
void term_close(void);
/* Leaves the terminal to another program (a viewer) and takes it back; everything is drawn anew. */
void term_leave(void);
void term_return(void);
/* Ends the process by the signal that asked for it, so that its parent sees it; returns where there was none. */
void term_die(void);

/* The next key. A function key that the terminal has not is Alt with its digit (Alt-0 is F10, Alt-- F11, Alt-= F12), or
 * Ctrl-G and then the digit; Ctrl-V and Alt-v are PgDn and PgUp. K_NONE for something that means nothing, -1 when there is none just now. Never waits. */
int term_key(void);
/* Gives a key back: the next term_key returns it (a double click is the Enter that follows it). */
void term_push(int key);
const char *term_pasted(void);			/* of the last K_PASTE: UTF-8 in one line */
struct mouse term_mouse(void);			/* of the last K_MOUSE */
/* "F2", "Enter", "Ctrl-N", "Alt-x", "+": as the key bar and the help name it; lives until the eighth next call. */
const char *term_key_name(int key);

/* Waits for a key, for fd to become readable, for a signal, at most ms (-1: for ever). SIGTSTP stops in here. */
enum { WAIT_KEY = 1, WAIT_FD = 2, WAIT_LOST = 4 };	/* LOST: the terminal is gone */
unsigned term_wait(int fd, int ms);
/* The terminal has a new size or was taken back (SIGCONT): the next frame is drawn whole. */
bool term_resized(void);
/* After a frame: sends it. While term_behind() the terminal has not taken the one before, and no other is drawn. */
void term_shown(void);
bool term_behind(void);
/* The signal that asks the program to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT), or 0. */
int term_signal(void);
/* Answers the barriers (K_SYNC) seen so far; called after a frame. Only with RA_TUI_TEST in the environment. */
void term_answer(void);
/* Puts text on the clipboard of the terminal's own machine (OSC 52); terminals that cannot ignore it. */
void term_copy(const char *text);
/* Clicks come to us or, the other way, the terminal itself selects text (with Shift it mostly does always); which it is now. */
bool term_mouse_switch(void);

#endif
