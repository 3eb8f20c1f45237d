/* A token that the holder handed in after a revocation: asked once more, then its keys are destroyed. */
#include "ra/handin.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char asked[TOKEN_SERIAL_MAX];	/* there is one dialog at a time */

static bool
handin_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	(void)j;
	return handin_token(o, arg, NULL, e);
}

static void
handin_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	if (!ok) {
		notice_err(e);
		return;
	}
	s->ops->back(s);
	notice(TONE_GOOD, N_("the keys on token %s are destroyed; it is terminated"), (const char *)arg);
}

static const struct job_plan handin_plan = { .lane = JOB_SLOW, .what = N_("wiping the token"), .wait = true, .run = handin_run,
	.done = handin_done, .drop = free };

static void
handin_yes(struct screen *below, void *arg)
{
	char *serial = strdup(asked);

	(void)arg;
	if (!serial)
		abort();
	job_start(below, &handin_plan, serial);
}

void
handin_ask(const char *serial)
{
	char question[400];

	snprintf(asked, sizeof asked, "%s", serial);
	snprintf(question, sizeof question, tr("Was the token %s handed in? All keys on it are destroyed; what was encrypted for them can be"
	    " opened no more."), serial);
	dialog_confirm(question, handin_yes, NULL);
}
