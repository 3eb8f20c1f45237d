/*
 * A walk through the console by keys, stop by stop. At each stop the screen is looked at in both languages and both sizes:
 * it is the same picture as before (tests/pictures/NAME-80x24.txt, NAME-120x40.txt, and with LOOK_EN NAME-en-…), and no word
 * of the other language is on it unless it is data.
 */
#ifndef TESTS_WALK_H
#define TESTS_WALK_H

#include "tests/support.h"
#include "tests/term.h"

enum { LOOK_EN = 1, LOOK_NOT = 2 };	/* NOT: no pictures here, only the words are looked at */
struct stop {
	const char *name;	/* of its pictures; NULL: only on the way */
	/* Parted by blanks: F1 … F12, Enter, Esc, Up, Down, Left, Right, Tab, Back, Home, End, ^X, Alt-x; @name scans that
	 * number of the walk; anything else is typed, '_' as a blank. */
	const char *keys;
	const char *awaits;	/* Chinese that the last key brings, of a job too; NULL: nothing is waited for */
	unsigned looks;
};
struct number { const char *name, *no; };	/* what @name stands for */

/* With the member at work (NULL: at the login screen). Rows end with { 0 }; numbers with { 0 }. hide() is called with the terminal
 * before the first stop: what differs from run to run is put over (NULL allowed). */
void walk(struct world *w, const char *login, const struct stop *stops, const struct number *numbers, void (*hide)(struct term *));
/* The keys of a stop alone. */
void walk_keys(struct term *t, const struct number *numbers, const char *keys);
/* What a member typed in walk_keys since it was set to zero: characters, and other keys; a scan is a key. */
struct walk_count { int typed, keys; };
extern struct walk_count walk_count;
/* More Chinese or other words that are data of this world, one string; borrowed. */
void walk_data(const char *words);

#endif
