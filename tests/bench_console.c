#include "tests/bench_console.h"

#include "tests/clerk.h"
#include "tests/million.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES 400
#define STARTS 20
#define TRAYS 9			/* of a reviewer: tui/screens/queue.c */
#define MEDIAN_GOAL 3.0
#define P99_GOAL 16.0
#define START_GOAL 60.0

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
told(const char *what, double *t, int n)
{
	qsort(t, (size_t)n, sizeof *t, by_size);
	printf("%-44s median %6.2f ms, p99 %6.2f ms (goals %.0f and %.0f)\n", what, t[n / 2], t[n * 99 / 100], MEDIAN_GOAL, P99_GOAL);
}

/* One key after the other, each until its frame is on the terminal; the keys come round. */
static void
keys(struct term *t, const char *what, const VTermKey *key, int n)
{
	double took[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		double begin = now_ms();

		term_press(t, key[i % n]);
		took[i] = now_ms() - begin;
	}
	told(what, took, SAMPLES);
}

/* Letters that narrow a list, and the same taken back. */
static void
typing(struct term *t, const char *what, const char *const *text, int n)
{
	double took[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		double begin = now_ms();

		term_type(t, text[i % n]);
		took[i] = now_ms() - begin;
	}
	told(what, took, SAMPLES);
}

static void
starts(struct world *w)
{
	double took[STARTS];

	for (int i = 0; i < STARTS; i++) {
		double begin = now_ms();
		struct term *t = term_console(w->home, NULL, 24, 80);	/* returns after the first frame */

		took[i] = now_ms() - begin;
		term_free(t);
	}
	qsort(took, STARTS, sizeof *took, by_size);
	printf("%-44s median %6.2f ms, most %6.2f ms (goal %.0f)\n", "console: start to the first frame", took[STARTS / 2],
	    took[STARTS - 1], START_GOAL);
}

void
bench_console(struct world *w)
{
	static const VTermKey down[] = { VTERM_KEY_DOWN, VTERM_KEY_DOWN, VTERM_KEY_DOWN, VTERM_KEY_UP };
	static const VTermKey pages[] = { VTERM_KEY_PAGEDOWN, VTERM_KEY_PAGEDOWN, VTERM_KEY_PAGEUP };
	static const VTermKey ends[] = { VTERM_KEY_END, VTERM_KEY_HOME };
	static const VTermKey tabs[] = { VTERM_KEY_FUNCTION(6) };
	static const VTermKey help[] = { VTERM_KEY_FUNCTION(1), VTERM_KEY_ENTER };
	static const char *const letters[] = { "松", "湖", "\177", "\177" };
	struct term *t;

	starts(w);
	t = clerk_at_work(w, "huang", 40, 120);
	keys(t, "console: a row down in a queue", down, 4);
	keys(t, "console: next tray of work", tabs, 1);
	keys(t, "console: help and back", help, 2);
	/* on to the last of a reviewer's trays: all applications */
	for (int i = SAMPLES % TRAYS; i < TRAYS - 1; i++)
		term_press(t, VTERM_KEY_FUNCTION(6));
	keys(t, "console: a page further in all applications", pages, 3);
	keys(t, "console: the last page and the first", ends, 2);
	term_press(t, VTERM_KEY_FUNCTION(3));
	typing(t, "console: a letter in find", letters, 4);
	term_free(t);
}
