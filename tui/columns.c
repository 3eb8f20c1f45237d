#include "tui/columns.h"

#include "forms/tr.h"
#include "tui/width.h"

/* Widths of the columns in w: those at 80, and what is wider shared out by `grow`. */
static void
widths(const struct list_column *c, int w, int out[LIST_CELLS])
{
	int used = 2, grow = 0, n = 0, left;

	for (; n < LIST_CELLS && c[n].title; n++) {
		bool shown = c[n].width > 0 || w >= 100;

		out[n] = c[n].width > 0 ? c[n].width : shown && c[n].grow > 0 ? 10 : 0;
		used += out[n] > 0 ? out[n] + 1 : 0;
		grow += out[n] > 0 ? c[n].grow : 0;
	}
	left = w - used;
	for (int i = 0; i < n && grow > 0 && left > 0; i++)
		if (out[i] > 0) {
			int share = left * c[i].grow / grow;

			out[i] += share;
			left -= share;
			grow -= c[i].grow;
		}
}

#define WORD_MAX 16		/* a column whose cells are no wider holds words, dates, numbers: these are not to be cut */

/* What the title and the cells of this page need. */
static void
needs(const struct list *l, int n, const int w[LIST_CELLS], int out[LIST_CELLS])
{
	for (int k = 0; k < n; k++) {
		out[k] = width_columns(tr(l->source->columns[k].title));
		for (int i = 0; i < l->n && w[k] > 0; i++) {
			int cell = l->row[i].id != 0 ? width_columns(l->row[i].cell[k]) : 0;

			out[k] = cell > out[k] ? cell : out[k];
		}
	}
}

/* Takes up to `want` columns from where most are spare; then, for a word, from the widest column, which is cut anyhow. */
static int
take_room(int n, const int need[LIST_CELLS], int w[LIST_CELLS], int to, int want)
{
	int got = 0;

	while (got < want) {
		int from = -1;

		for (int k = 0; k < n; k++)
			if (k != to && w[k] > need[k] && (from < 0 || w[k] - need[k] > w[from] - need[from]))
				from = k;
		for (int k = 0; from < 0 && need[to] <= WORD_MAX && k < n; k++)
			if (k != to && w[k] > WORD_MAX + 4 && w[k] >= w[to] && (from < 0 || w[k] > w[from]))
				from = k;
		if (from < 0)
			break;
		w[from]--;
		got++;
	}
	return got;
}

/* Where a cell of this page would be cut and another column has room, or is a long text, the column is made wider; words first. */
static void
fit(const struct list *l, int w[LIST_CELLS])
{
	int need[LIST_CELLS] = { 0 }, n = 0;

	while (n < LIST_CELLS && l->source->columns[n].title)
		n++;
	needs(l, n, w, need);
	for (int words = 1; words >= 0; words--)
		for (int k = 0; k < n; k++)
			if (w[k] > 0 && need[k] > w[k] && (need[k] <= WORD_MAX) == (words == 1))
				w[k] += take_room(n, need, w, k, need[k] - w[k]);
}

void
columns_of(const struct list *l, int w, int out[LIST_CELLS])
{
	widths(l->source->columns, w, out);
	fit(l, out);
}
