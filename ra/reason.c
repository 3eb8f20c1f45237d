#include "ra/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKED_AT 200		/* rows: what was usual years ago is not any more */
#define OWN 3			/* times that one's own counts */

struct told { const char *text; int weight, first; };	/* first: how many rows are newer */

/* Heavier ones first, of equals the one that was given last. */
static int
by_weight(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	return x->weight != y->weight ? (x->weight < y->weight) - (x->weight > y->weight) : (x->first > y->first) - (x->first < y->first);
}

/* A reason that people gave: the program writes the number of an application where it moves a token by itself. */
static bool
by_people(const char *text)
{
	return text[0] && !app_no_valid(text);
}

static size_t
weigh(const struct reason_row *row, size_t rows, int64_t me, struct told *told)
{
	bool own_seen = false;
	size_t n = 0, k;

	for (size_t i = 0; i < rows; i++) {
		if (!by_people(row[i].text))
			continue;
		for (k = 0; k < n && strcmp(told[k].text, row[i].text) != 0; k++)
			;
		if (k == n)
			told[n++] = (struct told){ row[i].text, 0, (int)i };
		told[k].weight += row[i].staff == me ? OWN : 1;
		/* the last one of one's own stands first whatever the others count */
		if (row[i].staff == me && !own_seen)
			told[k].weight += LOOKED_AT * OWN;
		own_seen = own_seen || row[i].staff == me;
	}
	return n;
}

bool
reasons_usual(struct office *o, enum reason_kind kind, const char *of, struct reasons *out, struct err *e)
{
	struct reason_row *row = calloc(LOOKED_AT, sizeof *row);
	struct told told[LOOKED_AT];
	size_t rows, n;
	bool ok;

	if (!row)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_SHOW, e) && reason_last(o->db, kind, of, row, LOOKED_AT, &rows, e);
	if (ok) {
		n = weigh(row, rows, o->me.id, told);
		qsort(told, n, sizeof *told, by_weight);
		out->n = n < REASONS_MAX ? n : REASONS_MAX;
		for (size_t i = 0; i < out->n; i++)
			snprintf(out->text[i], sizeof out->text[i], "%s", told[i].text);
	}
	free(row);
	return ok;
}
