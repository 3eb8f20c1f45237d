/* What is typed into a form of an application is kept in its draft: a second after the last key by a job, and at once whenever
 * the screen closes. */
#include "tui/screens/new.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
new_typed(void *arg)
{
	struct new *n = arg;

	n->dirty = true;
	n->quiet = 0;
}

static void
fill_draft(struct new *n, struct draft *d)
{
	*d = *n->draft;
	d->record = *n->entry.record;
	snprintf(d->here, sizeof d->here, "%s", form_here(&n->entry.form));
}

/* Held while a draft is written by its job: the screen may want to write it too, at the moment it closes. */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static bool
save_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	bool ok;

	pthread_mutex_lock(&writing);
	ok = job_cancelled(j) || draft_save(o, arg, e);
	pthread_mutex_unlock(&writing);
	return ok;
}

static void
save_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct new *n = (struct new *)s;
	const struct draft *d = arg;

	if (d != n->saving)
		return;		/* stopped meanwhile */
	n->saving = NULL;
	if (ok) {
		snprintf(n->draft->id, sizeof n->draft->id, "%s", d->id);
		n->draft->at = d->at;
	} else {
		n->dirty = true;
		notice_err(e);
	}
}

static void
save_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct draft));
}

static const struct job_plan save_plan = { .lane = JOB_STORE, .what = N_("keeping the draft"), .run = save_run,
	.done = save_done, .drop = save_drop };

void
new_tick(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct draft *d;

	if (!n->typing || !n->dirty || n->saving || n->done || ++n->quiet < 1)
		return;
	d = malloc(sizeof *d);
	if (!d)
		return;
	fill_draft(n, d);
	n->dirty = false;
	n->saving = d;
	n->saver = job_start(s, &save_plan, d);
}

/* The saving on its way is over now, or will not be; what is typed counts as not kept. */
void
new_stop_saving(struct new *n)
{
	if (!n->saving)
		return;
	job_cancel(n->saver);
	pthread_mutex_lock(&writing);
	memcpy(n->draft->id, n->saving->id, sizeof n->draft->id);
	pthread_mutex_unlock(&writing);
	n->saving = NULL;
	n->dirty = true;
}

/* The screen closes with something typed: kept at once, whatever closes it. */
bool
new_save(struct new *n, struct err *e)
{
	new_stop_saving(n);
	if (!n->typing || !n->dirty || n->done)
		return true;
	fill_draft(n, n->draft);
	if (!draft_save(console_office(), n->draft, e))
		return false;
	n->dirty = false;
	return true;
}

bool
new_keep(struct screen *s)
{
	struct err e;

	if (new_save((struct new *)s, &e))
		return true;
	notice_err(&e);
	return false;
}
