/*
 * The barcode scanner: a keyboard that types an application number faster than a hand does and ends it with Enter. The
 * first character goes through at once, so that typing has no delay; the ones that follow it without a pause are held, and
 * go through too when it was no number after all.
 */
#ifndef TUI_SCANNER_H
#define TUI_SCANNER_H

#include <stdbool.h>
#include <stdint.h>

#define SCAN_GAP_MS 25		/* between two characters of a scanner; hands and key repeat are slower */

/* Takes every key with its time. take() gets what is typed, in order; sets_off(): a first character for which this says
 * true is held as well; scanned() gets a number with a right check digit, and whether its first character went through
 * (to be taken back); false: it was typing after all. */
void scanner_take(int key, int64_t now_ms, void (*take)(int key), bool (*sets_off)(int key),
    bool (*scanned)(const char *no, bool first_was_taken));
bool scanner_holds(void);
int64_t scanner_due(void);			/* when what is held goes through */
void scanner_flush(void (*take)(int key));

#endif
