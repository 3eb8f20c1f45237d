/* The store against the lists of the CAs: a job with its progress, then the differences, each to be looked at or taken over. */
#include "ra/certificate.h"
#include "ra/reconcile.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 10000		/* differences that are shown; further ones are only counted */

struct line {			/* a difference as it is shown */
	int64_t id;
	bool here, journalled;
	enum difference_kind kind;
	char serial[64], holder[TEXT_BYTES(64)], ca[24];
	char there[40], store[40], words[600];
};
struct comparing {		/* the job's own, until it is over */
	struct job *job;
	struct line *line;
	size_t n, room;
	struct reconcile_tally t;
};

struct comparison {
	struct screen s;
	struct job *job;		/* NULL: none runs */
	struct line *line;
	size_t n;
	struct reconcile_tally t;
	struct err err;			/* of the last run; code 0 = none */
	bool ran;
	struct list list;
};

/* ---- the job ---- */

static bool
note(void *arg, const struct difference *d, struct err *e)
{
	struct comparing *c = arg;
	struct line *l;

	if (c->n == KEPT)
		return true;
	if (c->n == c->room) {
		size_t room = c->room * 2 + 64;
		struct line *more = realloc(c->line, room * sizeof *more);

		if (!more)
			return err_internal(e, "out of memory");
		c->line = more;
		c->room = room;
	}
	l = &c->line[c->n++];
	memset(l, 0, sizeof *l);
	l->id = (int64_t)c->n;
	l->here = d->here;
	l->journalled = d->journalled;
	l->kind = d->kind;
	snprintf(l->serial, sizeof l->serial, "%s", d->serial);
	snprintf(l->ca, sizeof l->ca, "%s", d->ca);
	if (d->here)
		certificate_holder(d->c.subject, l->holder, sizeof l->holder);
	snprintf(l->there, sizeof l->there, "%s", d->listed ? tr_name(cert_state_names, (int)difference_ca_state(d)) : tr("not listed"));
	snprintf(l->store, sizeof l->store, "%s", d->here ? tr_name(cert_state_names, (int)d->c.state) : tr("unknown"));
	difference_words(d, l->words, sizeof l->words);
	return true;
}

static bool
goes_on(void *arg, const char *ca, int64_t done, int64_t of)
{
	struct comparing *c = arg;

	job_progress(c->job, (int)done, (int)of, ca);
	return !job_cancelled(c->job);
}

static bool
compare_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct comparing *c = arg;
	struct reconcile_calls calls = { note, goes_on, c };

	c->job = j;
	return reconcile(o, NULL, &calls, &c->t, e);
}

static void
compare_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct comparison *u = (struct comparison *)s;
	struct comparing *c = arg;

	u->job = NULL;
	u->ran = true;
	free(u->line);
	u->line = c->line;
	u->n = c->n;
	u->t = c->t;
	c->line = NULL;
	memset(&u->err, 0, sizeof u->err);
	if (!ok)
		u->err = *e;
	list_restart(&u->list);
}

static void
compare_drop(void *arg)
{
	free(((struct comparing *)arg)->line);
	free(arg);
}

/* The screen draws the progress itself: the progress call only asks for a frame. */
static void
compare_progress(struct screen *s, void *arg)
{
	(void)s;
	(void)arg;
}

static const struct job_plan compare_plan = { .lane = JOB_SLOW, .what = N_("comparing with the CA"), .run = compare_run,
	.done = compare_done, .progress = compare_progress, .drop = compare_drop };

static void
compare(struct screen *s)
{
	struct comparison *u = (struct comparison *)s;
	struct comparing *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	u->job = job_start(s, &compare_plan, c);
}

/* ---- the list ---- */

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	const struct comparison *u = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)u->n + 1 : 0;

	(void)l;
	(void)e;
	for (*got = 0; *got < n; ++*got) {
		struct list_row *r = &out[*got];
		const struct line *d;

		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)u->n)
			break;
		d = &u->line[at - 1];
		memset(r, 0, sizeof *r);
		r->id = d->id;
		r->key.n[0] = at;
		snprintf(r->ref, sizeof r->ref, "%s", d->serial);
		snprintf(r->cell[0], sizeof r->cell[0], "%s", d->serial);
		snprintf(r->cell[1], sizeof r->cell[1], "%s", d->there);
		snprintf(r->cell[2], sizeof r->cell[2], "%s", d->store);
		snprintf(r->cell[3], sizeof r->cell[3], "%s", d->holder);
		snprintf(r->cell[4], sizeof r->cell[4], "%s", d->ca);
		r->ink = d->journalled ? INK_DIM : INK_PLAIN;
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column columns[] = {
	{ N_("Serial"), 32, 2, false }, { N_("At the CA"), 10, 1, false }, { N_("Here"), 8, 1, false }, { N_("Holder"), 22, 8, false },
	{ N_("CA"), 0, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = N_("No differences.") };

static const struct line *
selected(const struct comparison *u)
{
	const struct list_row *r = list_here(&u->list);

	return r && r->key.n[0] >= 1 && r->key.n[0] <= (int64_t)u->n ? &u->line[r->key.n[0] - 1] : NULL;
}

/* ---- the screen ---- */

static bool
comparison_open(struct screen *s, void *arg)
{
	struct comparison *u = (struct comparison *)s;

	(void)arg;
	list_open(&u->list, &source, u);
	compare(s);
	return true;
}

static void
comparison_close(struct screen *s)
{
	struct comparison *u = (struct comparison *)s;

	list_free(&u->list);
	free(u->line);
}

static void
draw_progress(const struct comparison *u, struct area a)
{
	struct area box = paint_frame(paint_middle(a, 6, 60), tr("Comparing with the CA"));
	int done = 0, of = 0;
	const char *line = job_told(u->job, &done, &of);

	paint_format(box.y + 1, box.x, box.w, INK_PLAIN, of > 0 ? tr("%s: %d of %d rows") : tr("%s: fetching its list"), line, done, of);
	paint_meter(box.y + 2, box.x, box.w, done < of ? done : of, of);
	hint(N_("Esc gives it up"));
}

static void
draw_summary(const struct comparison *u, struct area a)
{
	char line[300];

	snprintf(line, sizeof line, tr("%d CAs compared: %lld rows in their lists, %lld revoked or on hold here"), u->t.cas,
	    (long long)u->t.listed, (long long)u->t.ceased);
	paint_text(a.y, a.x + 1, a.w - 2, INK_PLAIN, line);
	if (u->err.code != FAULT_NONE)
		paint_lines((struct area){ a.y + 1, a.x + 1, 2, a.w - 2 }, INK_BAD, u->err.text);
	else
		paint_format(a.y + 1, a.x + 1, a.w - 2, u->t.differences > 0 ? INK_WARN : INK_GOOD, u->t.differences > (int64_t)u->n
		    ? tr("%lld differences, the first %zu of them:") : tr("%lld differences"), (long long)u->t.differences, u->n);
}

static void
comparison_draw(struct screen *s, struct area a)
{
	struct comparison *u = (struct comparison *)s;
	const struct line *d = selected(u);

	if (u->job) {
		draw_progress(u, a);
		return;
	}
	if (!u->ran)
		return;
	draw_summary(u, a);
	list_draw(&u->list, (struct area){ a.y + 3, a.x, a.h - 6, a.w });
	if (!d)
		return;
	paint_rule(a.y + a.h - 3, a.x, a.w, NULL);
	paint_text(a.y + a.h - 2, a.x + 1, a.w - 2, INK_WARN, d->words);
	paint_text(a.y + a.h - 1, a.x + 1, a.w - 2, INK_PLAIN, d->journalled ? tr("a request to the CA is under way: run `ra resume`")
	    : d->here ? tr("ask the CA; a supervisor takes its word over by F2") : tr("not issued through this office: ask the CA about it"));
}

static bool
comparison_key(struct screen *s, int key)
{
	struct comparison *u = (struct comparison *)s;

	return !u->job && list_key(&u->list, key);
}

static bool
idle(struct screen *s)
{
	return !((struct comparison *)s)->job;
}

static bool
on_certificate(struct screen *s)
{
	return idle(s) && selected((struct comparison *)s) && selected((struct comparison *)s)->here;
}

static void
enter(struct screen *s)
{
	const struct line *d = selected((struct comparison *)s);

	if (d)
		console_certificate(d->serial);
}

/* ---- taking the CA's word ---- */

struct adopting { char serial[64], reason[TEXT_BYTES(100)]; };

static bool
adopt_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct adopting *a = arg;

	(void)j;
	return reconcile_adopt(o, a->serial, a->reason, e);
}

static void
adopt_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct adopting *a = arg;
	struct screen *below = dialog->below;

	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	notice(TONE_GOOD, N_("taken over: %s"), a->serial);
	dialog_done(dialog);
	compare(below);
}

static const struct job_plan adopt_plan = { .lane = JOB_SLOW, .what = N_("asking the CA"), .wait = true, .run = adopt_run,
	.done = adopt_done, .drop = free };

static void
adopt_given(struct screen *dialog, struct form *f, void *arg)
{
	struct adopting *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	snprintf(a->serial, sizeof a->serial, "%s", (const char *)arg);
	snprintf(a->reason, sizeof a->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &adopt_plan, a);
}

static const struct form_row adopt_rows[] = { { .id = "reason", .en = N_("reason"), .limit = 100, .required = true } };
static const struct dialog_form adopt_dialog = { .title = N_("Take over the CA's word"), .rows = adopt_rows, .n = 1,
	.done = adopt_given, .drop = free };

static void
adopt(struct screen *s)
{
	const struct line *d = selected((struct comparison *)s);

	if (d)
		dialog_form(&adopt_dialog, d->words, strdup(d->serial));
}

static bool
may_adopt(struct screen *s)
{
	return on_certificate(s) && (acts[ACT_ADOPT].roles & (1u << console_office()->me.role)) != 0
	    && !selected((struct comparison *)s)->journalled;
}

static const struct action comparison_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected certificate"), enter, on_certificate },
	{ K_F(2), N_("Take over"), N_("make the CA's word for this certificate the store's (supervisor, on the audit)"), adopt, may_adopt },
	{ K_F(5), N_("Again"), N_("compare again"), compare, idle },
	{ 0 }
};
const struct screen_ops screen_reconcile = { .title = N_("Compare with the CA"), .size = sizeof(struct comparison),
	.actions = comparison_actions, .open = comparison_open, .draw = comparison_draw, .key = comparison_key,
	.close = comparison_close };
