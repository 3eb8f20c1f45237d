/*
 * The audit log of this service point: newest first, narrowed as one types, one row in full, verified by a job, marked.
 * What is typed is looked for by a job, part by part, from the newest row on: what it found stands there at once, and it
 * rests when there is more than the screen shows.
 */
#include "ra/audit.h"
#include "tui/dialog.h"
#include "tui/screens/audit_rows.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD (2 * LIST_ROWS)		/* found rows that are had in hand before it rests */

struct log {
	struct screen s;
	struct list list;
	struct audit_reader reader;
	int64_t marked;			/* rows up to here were audited */
	struct job *job;		/* verifying or marking */
	bool verified;			/* in this sitting … */
	struct audit_report report;	/* … with this outcome, the last time */
	/* the search for what is typed */
	char typed[TEXT_BYTES(LIST_TYPED)];
	unsigned turn;
	struct job *looking;		/* its part on the way, … */
	int64_t seq, at;		/* … how far it looked, … */
	bool all;			/* … to the end of the log */
	int64_t *hit; size_t n, room;	/* rows, the newest first */
	size_t wanted;
};

/* ---- looking for what is typed ---- */

static void look(struct log *u);

static bool
look_stopped(const void *job)
{
	return job_cancelled(job);
}

static bool
look_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct audit_look *k = arg;
	bool ok;

	audit_reader_open(&k->reader, o);
	ok = audit_look_on(k, look_stopped, j, e);
	audit_reader_close(&k->reader);
	return ok;
}

static void
look_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct log *u = (struct log *)s;
	const struct audit_look *k = arg;

	if (k->turn != u->turn)
		return;			/* another text stands there by now */
	u->looking = NULL;
	u->all = !ok || k->end;
	if (!ok)
		notice_err(e);
	if (u->n + k->n > u->room) {
		u->room = 2 * (u->n + k->n);
		u->hit = realloc(u->hit, u->room * sizeof *u->hit);
		if (!u->hit)
			abort();
	}
	u->seq = k->seq;
	u->at = k->at;
	if (k->n > 0) {
		memcpy(u->hit + u->n, k->hit, k->n * sizeof *u->hit);
		u->n += k->n;
		list_refresh(&u->list);
	}
	look(u);
}

static const struct job_plan look_plan = { .lane = JOB_LOOK, .what = N_("searching"), .run = look_run, .done = look_done, .drop = free };

/* The next part, where more is wanted. */
static void
look(struct log *u)
{
	struct audit_look *k;

	if (u->looking || u->all || !u->typed[0] || u->n >= u->wanted)
		return;
	k = calloc(1, sizeof *k);
	if (!k)
		abort();
	snprintf(k->typed, sizeof k->typed, "%s", u->typed);
	k->turn = u->turn;
	k->seq = u->seq;
	u->looking = job_start(&u->s, &look_plan, k);
}

/* Anew, for what is typed now. */
static void
look_anew(struct log *u)
{
	if (u->looking)
		job_cancel(u->looking);
	u->looking = NULL;
	u->turn++;
	snprintf(u->typed, sizeof u->typed, "%s", u->list.typed);
	u->seq = u->at = 0;
	u->n = 0;
	u->all = false;
	u->wanted = AHEAD;
	look(u);
}

/* ---- rows ---- */

static void
put_row(struct log *u, const struct audit_row *a, struct list_row *r)
{
	audit_reader_row(&u->reader, a, r);
	r->mark = a->seq <= u->marked ? '\0' : '*';
}

/* Where the rows behind `seq` begin among those found: newer ones stand before it. */
static size_t
behind(const struct log *u, int64_t seq)
{
	size_t lo = 0, hi = u->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->hit[mid] >= seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
page_found(struct log *u, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	size_t first, end, k = 1;
	struct audit_row a;
	bool ok = true;

	if (back) {
		end = !from ? u->n : behind(u, from->n[0] + 1);
		first = end > (size_t)n ? end - (size_t)n : 0;
	} else {
		first = from ? behind(u, from->n[0]) : 0;
		end = first + (size_t)n < u->n ? first + (size_t)n : u->n;
		if (first + AHEAD > u->wanted)
			u->wanted = first + AHEAD;
		look(u);
	}
	for (*got = 0; ok && first < end; first++) {
		ok = audit_page(console_office()->db, console_office()->point, u->hit[first] - 1, true, &a, 1, &k, e);
		if (ok && k == 1)
			put_row(u, &a, &out[(*got)++]);
	}
	return ok;
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct log *u = arg;
	struct audit_row *a;
	size_t k = 0;
	bool ok;

	*got = 0;
	if (strcmp(l->typed, u->typed) != 0)
		look_anew(u);
	if (u->typed[0])
		return page_found(u, from, back, n, out, got, e);
	a = calloc((size_t)n, sizeof *a);
	if (!a)
		return err_internal(e, "out of memory");
	ok = audit_page(console_office()->db, console_office()->point, from ? from->n[0] : 0, back, a, (size_t)n, &k, e);
	for (size_t i = 0; ok && i < k; i++)
		put_row(u, &a[i], &out[(*got)++]);
	free(a);
	if (back)
		list_turn(out, *got);
	return ok;
}

static const struct list_column columns[] = {
	{ N_("When"), 17, 0, false }, { N_("Who"), 9, 1, false }, { N_("What"), 13, 1, false }, { N_("On what"), 30, 2, false },
	{ N_("Details"), 0, 6, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = N_("No row of the log fits."), .typed = true };

/* ---- verifying and marking ---- */

struct verifying { struct job *job; int lines; char text[12000]; size_t n; struct audit_report r; };

static void
told(void *arg, const char *line)
{
	struct verifying *v = arg;

	v->lines++;
	job_progress(v->job, v->lines, 0, line);
	if (v->n + strlen(line) + 2 < sizeof v->text)
		v->n += (size_t)snprintf(v->text + v->n, sizeof v->text - v->n, "%s\n", line);
}

static bool
verify_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct verifying *v = arg;

	v->job = j;
	return audit_verify(o, told, v, &v->r, e);
}

static void
verify_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct log *u = (struct log *)s;
	struct verifying *v = arg;

	u->job = NULL;
	if (!ok) {
		notice_err(e);
		return;
	}
	u->verified = true;
	u->report = v->r;
	if (v->r.problems == 0)
		notice(TONE_GOOD, N_("the log is whole: chain, signatures and every record agree"));
	else
		dialog_text(tr("The log does not agree"), v->text);
}

static const struct job_plan verify_plan = { .lane = JOB_READ, .what = N_("verifying the log"), .run = verify_run,
	.done = verify_done, .drop = free };

static void
verify(struct screen *s)
{
	struct verifying *v = calloc(1, sizeof *v);

	if (!v)
		abort();
	((struct log *)s)->job = job_start(s, &verify_plan, v);
	notice(TONE_INFO, N_("verifying the log; you can go on reading"));
}

static bool
mark_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	(void)j;
	(void)arg;
	return audit_mark_all(o, e);
}

static void
mark_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	(void)arg;
	if (ok)
		notice(TONE_GOOD, N_("every row so far is marked as audited"));
	else
		notice_err(e);
	s->ops->back(s);
}

static const struct job_plan mark_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = mark_run, .done = mark_done };

static void
mark_yes(struct screen *below, void *arg)
{
	(void)arg;
	job_start(below, &mark_plan, NULL);
}

static void
mark(struct screen *s)
{
	(void)s;
	dialog_confirm(tr("Mark every row so far as audited by you?"), mark_yes, NULL);
}

static bool
may_mark(struct screen *s)
{
	(void)s;
	return (acts[ACT_AUDIT_MARK].roles & (1u << console_office()->me.role)) != 0;
}

static bool
idle(struct screen *s)
{
	return !((struct log *)s)->job;
}

/* ---- one row in full ---- */

static void
whole(struct screen *s)
{
	struct log *u = (struct log *)s;
	const struct list_row *r = list_here(&u->list);
	struct audit_row a;
	struct err e = { 0 };
	char text[2400], at[20], words[600], on[120], hash[2 * AUDIT_HASH + 1], previous[2 * AUDIT_HASH + 1];
	size_t n;

	if (!r)
		return;
	if (!audit_page(console_office()->db, console_office()->point, r->id - 1, true, &a, 1, &n, &e) || n == 0) {
		notice_err(&e);
		return;
	}
	when_show(a.at, at);
	audit_object_words(a.object, on, sizeof on);
	audit_reader_detail(&u->reader, &a, words, sizeof words);
	text_hex(a.hash, AUDIT_HASH, hash);
	text_hex(a.previous, AUDIT_HASH, previous);
	snprintf(text, sizeof text, tr("row %lld of chain %s\n%s  %s\nat %s\n\n%s (%s)\non %s\n%s\n\nhash      %s\nprevious  %s\nsigned by key %lld"),
	    (long long)a.seq, a.chain, at, member_name(console_office(), a.staff), a.station, audit_act_words(&a), a.act, on, words,
	    hash, previous, (long long)a.staff_key);
	dialog_text(tr("One row of the log"), text);
}

static void
object(struct screen *s)
{
	const struct list_row *r = list_here(&((struct log *)s)->list);
	const char *no = r ? audit_application_of(r->ref) : NULL;

	if (no)
		console_application(no);
	else
		notice(TONE_INFO, N_("this row is not about an application"));
}

/* ---- the screen ---- */

static void
log_back(struct screen *s)
{
	struct log *u = (struct log *)s;
	struct err e = { 0 };

	if (!audit_marked(console_office()->db, console_office()->point, &u->marked, &e))
		notice_err(&e);
	list_refresh(&u->list);
}

/* What came since is looked through too. */
static void
log_again(struct screen *s)
{
	look_anew((struct log *)s);
	log_back(s);
}

static bool
log_open(struct screen *s, void *arg)
{
	struct log *u = (struct log *)s;
	struct err e = { 0 };

	(void)arg;
	list_open(&u->list, &source, u);
	audit_reader_open(&u->reader, console_office());
	if (!office_may(console_office(), ACT_AUDIT_READ, &e)) {
		notice_err(&e);
		return false;
	}
	log_back(s);
	return true;
}

static void
log_close(struct screen *s)
{
	struct log *u = (struct log *)s;

	list_free(&u->list);
	audit_reader_close(&u->reader);
	free(u->hit);
}

static void
draw_looking(const struct log *u, struct area a)
{
	char at[20] = "";

	if (u->at != 0)
		when_short(u->at, at);
	if (u->looking)
		paint_format(a.y + a.h - 1, a.x + 1, a.w - 2, INK_DIM, tr("looking through the log: %zu rows fit, back to %s"), u->n, at);
	else
		paint_format(a.y + a.h - 1, a.x + 1, a.w - 2, INK_DIM, tr("the whole log was looked through: %zu rows fit"), u->n);
}

static void
log_draw(struct screen *s, struct area a)
{
	struct log *u = (struct log *)s;

	list_draw(&u->list, (struct area){ a.y, a.x, a.h - 1, a.w });
	if (u->job)
		paint_meter(a.y + a.h - 1, a.x + 1, a.w - 2, 0, 0);
	else if (u->verified && !u->looking)
		paint_format(a.y + a.h - 1, a.x + 1, a.w - 2, u->report.problems == 0 ? INK_GOOD : INK_BAD, tr("verified: %lld rows, %lld"
		    " objects, %lld problems"), (long long)u->report.rows, (long long)u->report.objects, (long long)u->report.problems);
	else if (u->looking || (u->typed[0] && u->all))
		draw_looking(u, a);
	hint(N_("type a day, name, act or number to narrow the list; * is not audited yet"));
}

static bool
log_key(struct screen *s, int key)
{
	return list_key(&((struct log *)s)->list, key);
}

static const struct action log_actions[] = {
	{ K_ENTER, N_("Row"), N_("one row in full, with its hashes"), whole, NULL },
	{ K_F(6), N_("Application"), N_("open the application that the row is about"), object, NULL },
	{ K_F(7), N_("Verify"), N_("check chain, signatures, kept heads and every record against the log"), verify, idle },
	{ K_F(2), N_("Mark"), N_("mark every row so far as audited"), mark, may_mark },
	{ K_F(5), N_("Refresh"), N_("read it again"), log_again, NULL },
	{ 0 }
};
const struct screen_ops screen_audit = { .title = N_("Audit"), .size = sizeof(struct log), .actions = log_actions,
	.open = log_open, .draw = log_draw, .key = log_key, .back = log_back, .close = log_close };
