/* Everything that a crash or a silent CA left is finished or cleanly ended, and told line by line. */
#include "ra/issue.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resuming { char text[8000]; size_t n; struct issue_tally t; };

static void
resumed(void *arg, const char *line)
{
	struct resuming *r = arg;

	if (r->n + strlen(line) + 2 < sizeof r->text)
		r->n += (size_t)snprintf(r->text + r->n, sizeof r->text - r->n, "%s\n", line);
}

static bool
resume_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct resuming *r = arg;

	(void)j;
	return issue_resume(o, resumed, r, &r->t, e);
}

static void
resume_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct resuming *r = arg;
	char line[200];

	if (!ok) {
		notice_err(e);
		return;
	}
	snprintf(line, sizeof line, tr("finished %d, ended %d, still waiting %d"), r->t.finished, r->t.ended, r->t.waiting);
	resumed(r, line);
	s->ops->back(s);
	dialog_text(tr("Resumed"), r->text);
}

static const struct job_plan resume_plan = { .lane = JOB_SLOW, .what = N_("finishing what was left"), .wait = true, .may_stop = true,
	.run = resume_run, .done = resume_done, .drop = free };

void
resume_all(struct screen *s)
{
	struct resuming *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	job_start(s, &resume_plan, r);
}
