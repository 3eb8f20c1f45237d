/* The audit log of this service point: newest first, narrowed as one types, one row in full, verified by a job, marked. */
#include "ra/audit.h"
#include "ra/history.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 128
#define LOOK_ROWS 20000		/* rows that one page of a typed filter looks through */

struct log {
	struct screen s;
	struct list list;
	int64_t marked;			/* rows up to here were audited */
	struct job *job;
	bool verified;			/* in this sitting … */
	struct audit_report report;	/* … with this outcome, the last time */
};

/* ---- rows ---- */

static const char *
act_words(const struct audit_row *r)
{
	enum act act = history_act_of(r->act);

	return act == ACT_N ? r->act : act_name(act);
}

/* "application:DG01…" as people read it. */
static void
object_words(const char *object, char *out, size_t outsz)
{
	static const struct { const char *prefix, *word; } kinds[] = {
		{ "application:", N_("application") }, { "token:", N_("token") }, { "certificate:", N_("certificate") },
		{ "staff:", N_("member") }, { "scheme:", N_("scheme") },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(object, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
			snprintf(out, outsz, "%s %s", tr(kinds[i].word), object + strlen(kinds[i].prefix));
			return;
		}
	snprintf(out, outsz, "%s", strcmp(object, "search") == 0 ? tr("a search") : object);
}

static void
put_row(const struct log *u, const struct audit_row *a, struct list_row *r)
{
	memset(r, 0, sizeof *r);
	r->id = r->key.n[0] = a->seq;
	when_short(a->at, r->cell[0]);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", member_name(console_office(), a->staff));
	snprintf(r->cell[2], sizeof r->cell[2], "%s", act_words(a));
	snprintf(r->ref, sizeof r->ref, "%s", a->object);
	object_words(a->object, r->cell[3], sizeof r->cell[3]);
	history_words(NULL, NULL, history_act_of(a->act), a->detail, r->cell[4], sizeof r->cell[4]);
	r->mark = a->seq <= u->marked ? '\0' : '*';
}

/* Who, what, on what, which day: whatever of these contains what was typed. */
static bool
matches(const struct list *l, const struct list_row *r)
{
	char typed[sizeof l->typed];

	snprintf(typed, sizeof typed, "%s", l->typed);
	text_upper(typed);
	for (int i = 0; i < 5; i++)
		if (strstr(r->cell[i], l->typed) || strstr(r->cell[i], typed))
			return true;
	return !l->typed[0];
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	const struct log *u = arg;
	struct audit_row *a = calloc(PIECE, sizeof *a);
	int64_t seq = from ? from->n[0] : 0;
	size_t k = PIECE, looked = 0;
	bool ok = true;

	if (!a)
		return err_internal(e, "out of memory");
	*got = 0;
	while (ok && k == PIECE && *got < n && looked < LOOK_ROWS) {
		ok = audit_page(console_office()->db, console_office()->point, seq, back, a, PIECE, &k, e);
		looked += k;
		for (size_t i = 0; ok && i < k && *got < n; i++) {
			seq = a[i].seq;
			put_row(u, &a[i], &out[*got]);
			*got += matches(l, &out[*got]);
		}
	}
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
	object_words(a.object, on, sizeof on);
	history_words(NULL, NULL, history_act_of(a.act), a.detail, words, sizeof words);
	text_hex(a.hash, AUDIT_HASH, hash);
	text_hex(a.previous, AUDIT_HASH, previous);
	snprintf(text, sizeof text, tr("row %lld of chain %s\n%s  %s\nat %s\n\n%s (%s)\non %s\n%s\n\nhash      %s\nprevious  %s\nsigned by key %lld"),
	    (long long)a.seq, a.chain, at, member_name(console_office(), a.staff), a.station, act_words(&a), a.act, on, words,
	    hash, previous, (long long)a.staff_key);
	dialog_text(tr("One row of the log"), text);
}

static void
object(struct screen *s)
{
	const struct list_row *r = list_here(&((struct log *)s)->list);
	static const char prefix[] = "application:";

	if (r && strncmp(r->ref, prefix, sizeof prefix - 1) == 0)
		console_application(r->ref + sizeof prefix - 1);
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

static bool
log_open(struct screen *s, void *arg)
{
	struct log *u = (struct log *)s;
	struct err e = { 0 };

	(void)arg;
	list_open(&u->list, &source, u);
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
	list_free(&((struct log *)s)->list);
}

static void
log_draw(struct screen *s, struct area a)
{
	struct log *u = (struct log *)s;

	list_draw(&u->list, (struct area){ a.y, a.x, a.h - 1, a.w });
	if (u->job)
		paint_meter(a.y + a.h - 1, a.x + 1, a.w - 2, 0, 0);
	else if (u->verified)
		paint_format(a.y + a.h - 1, a.x + 1, a.w - 2, u->report.problems == 0 ? INK_GOOD : INK_BAD, tr("verified: %lld rows, %lld"
		    " objects, %lld problems"), (long long)u->report.rows, (long long)u->report.objects, (long long)u->report.problems);
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
	{ K_F(5), N_("Refresh"), N_("read it again"), log_back, NULL },
	{ 0 }
};
const struct screen_ops screen_audit = { .title = N_("Audit"), .size = sizeof(struct log), .actions = log_actions,
	.open = log_open, .draw = log_draw, .key = log_key, .back = log_back, .close = log_close };
