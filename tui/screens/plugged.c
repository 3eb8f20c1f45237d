/* The tokens that are plugged in, to choose one of: blank ones of the stock, or holders' that are in use. */
#include "ra/stock.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>

#define PLUGGED_MAX 64

struct look {
	bool blank;
	void (*chosen)(struct screen *below, const char *serial);
	size_t n;
	struct stock_plugged p[PLUGGED_MAX];
};
/* of the list that is open: there is one at a time */
static char serials[PLUGGED_MAX][17], owners[PLUGGED_MAX][TEXT_BYTES(64)];
static void (*take)(struct screen *below, const char *serial);

static bool
look_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct look *k = arg;
	size_t kept = 0;

	(void)j;
	if (!stock_plugged(o, true, k->p, PLUGGED_MAX, &k->n, e))
		return false;
	for (size_t i = 0; i < k->n; i++)
		if (k->p[i].in_stock && (k->p[i].row.t.state == TOKEN_BLANK) == k->blank)
			k->p[kept++] = k->p[i];
	k->n = kept;
	return true;
}

static void
token_chosen(struct screen *below, void *arg, int i)
{
	(void)arg;
	take(below, serials[i]);
}

static void
show(struct screen *below, void *arg, int n)
{
	struct dialog_option option[PLUGGED_MAX] = { 0 };

	(void)below;
	(void)arg;
	for (int i = 0; i < n; i++) {
		option[i].label = serials[i];
		option[i].more = owners[i];
	}
	dialog_choose(tr("Plugged-in tokens"), option, n, 0, token_chosen, NULL);
}

static void
look_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct look *k = arg;

	if (!ok) {
		notice_err(e);
		return;
	}
	for (size_t i = 0; i < k->n; i++) {
		snprintf(serials[i], sizeof serials[i], "%s", k->p[i].info.serial);
		snprintf(owners[i], sizeof owners[i], "%s", k->p[i].row.owner);
	}
	take = k->chosen;
	if (k->n == 0)
		notice(TONE_WARN, k->blank ? N_("no blank token of the stock is plugged in") : N_("no token that is in use is plugged in"));
	else
		screen_opens(&(struct opener){ .chosen = show, .i = (int)k->n }, s);
}

static const struct job_plan look_plan = { .lane = JOB_SLOW, .what = N_("looking at the readers"), .wait = true, .may_stop = true,
	.run = look_run, .done = look_done, .drop = free };

void
plugged_ask(struct screen *s, bool blank, void (*chosen)(struct screen *below, const char *serial))
{
	struct look *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	k->blank = blank;
	k->chosen = chosen;
	job_start(s, &look_plan, k);
}
