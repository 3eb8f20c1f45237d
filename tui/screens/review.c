/*
 * Review: what a second person looks at before a certificate is made. What differs from the holder's record stands first,
 * then the checklist, the money, the whole record; the decision is one key, and the next application follows by itself.
 */
#include "db/foreign.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/old.h"
#include "ra/rules.h"
#include "ra/trust.h"
#include "ra/workflow.h"
#include "tui/screens/application.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCANS_BY_KEY 9

struct review {
	struct screen s;
	struct application *a;
	const struct scheme *scheme;
	struct pane pane;
	struct err barred;		/* why this member may not decide; code 0: may */
	int decided;			/* in this sitting */
	char scan[SCANS_BY_KEY][48];	/* codes of the materials that have one, in their order */
	int scans;
};

/* ---- what is looked at ---- */

static void
put_changes(struct pane *p, const struct application *a, const struct record *base)
{
	char before[FIELD_SHOW_MAX], after[FIELD_SHOW_MAX];
	bool any = false;

	pane_head(p, tr("What differs from the holder's record"));
	for (size_t i = 0; i < fields_n; i++) {
		if (!old_changed(&fields[i], base, &a->record, -1))
			continue;
		if (!any)
			pane_pair(p, INK_DIM, "", tr("before"), tr("now"));
		any = true;
		field_words(&fields[i], NULL, base, -1, false, before, sizeof before);
		field_words(&fields[i], NULL, &a->record, -1, false, after, sizeof after);
		pane_pair(p, INK_STRONG, tr_english() ? fields[i].en : fields[i].zh, before[0] ? before : "-", after[0] ? after : "-");
	}
	if (!any)
		pane_text(p, INK_DIM, tr("Nothing: the record is the holder's as it was."));
	OPENSSL_cleanse(before, sizeof before);
	OPENSSL_cleanse(after, sizeof after);
}

static void
put_old(struct pane *p, const struct certificate *c)
{
	char from[20], to[20];

	when_short(c->not_before, from);
	when_short(c->not_after, to);
	pane_row(p, INK_STRONG, tr("serial"), "%s", c->serial);
	pane_row(p, INK_PLAIN, tr("state"), "%s", tr_name(cert_state_names, (int)cert_state_at(c, when_now())));
	pane_row(p, INK_PLAIN, tr("subject"), "%s", c->subject);
	pane_row(p, INK_PLAIN, tr("valid"), "%s - %s", from, to);
}

/* How far the new one goes. */
static void
put_end(struct pane *p, const struct application *a, const struct service_row *row, const struct certificate *old)
{
	int64_t end = service_end(row, old->not_after, service_late(row, a, old, when_now()), a->record.head.years);
	char to[20];

	if (end != 0) {
		when_short(end, to);
		pane_row(p, INK_STRONG, tr("the new one until"), "%s", to);
	} else if (row->expiry == EXPIRY_RENEWED)
		pane_row(p, INK_STRONG, tr("the new one until"), tr("its issue and %d years"), a->record.head.years);
}

/* Another authority's certificate, as it was read; nothing where none was. */
static bool
put_foreign(struct review *v, struct err *e)
{
	struct foreign f;
	static const char token[] = "token ";
	char from[20], to[20], at[20];
	bool found;

	if (!foreign_load(console_office()->db, v->a->id, &f, &found, e))
		return false;
	if (!found)
		return true;
	when_short(f.not_before, from);
	when_short(f.not_after, to);
	when_short(f.checked_at, at);
	pane_head(&v->pane, tr("Certificate of another authority"));
	pane_row(&v->pane, INK_STRONG, tr("holder"), "%s", f.holder);
	pane_row(&v->pane, INK_PLAIN, tr("authority"), "%s", trust_name(console_office(), f.authority));
	pane_row(&v->pane, INK_PLAIN, tr("serial"), "%s", f.serial);
	pane_row(&v->pane, INK_PLAIN, tr("subject"), "%s", f.subject);
	pane_row(&v->pane, INK_PLAIN, tr("valid"), "%s - %s", from, to);
	if (strncmp(f.source, token, sizeof token - 1) == 0)
		pane_row(&v->pane, INK_GOOD, tr("read"), tr("from the holder's token %s, with its PIN"), f.source + sizeof token - 1);
	else
		pane_row(&v->pane, INK_PLAIN, tr("read"), "%s", tr("from a file"));
	pane_row(&v->pane, INK_GOOD, tr("checked"), tr("signature and list of revoked ones, %s, %s"), at, member_name(console_office(), f.staff));
	return true;
}

/* An application on an old certificate: that one, and what is new about its holder. */
static bool
put_service(struct review *v, struct err *e)
{
	struct office *o = console_office();
	const struct service_row *row;
	struct certificate old, second;
	struct record *base = calloc(1, sizeof *base);
	bool known, has, both = false, ok = false;

	if (!base)
		abort();
	if (service_of(o, v->a, &row, e) && (ok = true) && row->needs != OLD_NONE) {
		ok = old_certificate(o, v->a, row, &old, &known, e) && old_base(o, v->a, base, &has, e);
		ok = ok && (!known || old_second(o, v->a, row, &old, &second, &both, e));
		if (ok && known) {
			pane_head(&v->pane, tr("The certificate that this acts on"));
			put_old(&v->pane, &old);
			put_end(&v->pane, v->a, row, &old);
			if (both) {
				pane_head(&v->pane, tr("Together with it: its administrator's"));
				put_old(&v->pane, &second);
			}
		} else if (ok)
			pane_row(&v->pane, INK_WARN, tr("old serial"), "%s", v->a->record.head.old_serial);
		ok = ok && put_foreign(v, e);
		if (ok && has)
			put_changes(&v->pane, v->a, base);
	}
	OPENSSL_clear_free(base, sizeof *base);
	return ok;
}

static const enum ink outcome_inks[MATERIAL_OUTCOME_N] = { [MATERIAL_PENDING] = INK_WARN, [MATERIAL_PASS] = INK_GOOD,
	[MATERIAL_FAIL] = INK_BAD, [MATERIAL_MISSING] = INK_BAD };

static bool
put_materials(struct review *v, struct err *e)
{
	struct office *o = console_office();
	struct app_material m[MATERIALS_MAX];
	char points[200];
	size_t n;

	if (!app_materials(o->db, v->a->id, m, MATERIALS_MAX, &n, e))
		return false;
	v->scans = 0;
	pane_head(&v->pane, tr("Materials"));
	if (n == 0)
		pane_text(&v->pane, INK_DIM, tr("This service asks for none."));
	for (size_t i = 0; i < n; i++) {
		char mark[16] = "";
		size_t used = 0;

		points[0] = '\0';
		for (int p = 0; p < MATERIAL_POINT_N && used < sizeof points; p++)
			if (m[i].bad_points & (1u << p))
				used += (size_t)snprintf(points + used, sizeof points - used, " (%s)", tr_name(material_point_names, p));
		if (m[i].scan[0] && v->scans < SCANS_BY_KEY) {
			snprintf(v->scan[v->scans], sizeof v->scan[0], "%s", m[i].code);
			snprintf(mark, sizeof mark, "[%d] ", ++v->scans);
		}
		pane_row(&v->pane, outcome_inks[m[i].outcome], tr_name(material_outcome_names, (int)m[i].outcome), "%s%s  %d/%d%s  %s",
		    mark, rules_material_name(v->scheme, v->a, m[i].code), m[i].copies, m[i].wanted, points,
		    member_name(o, m[i].checked_by));
		if (m[i].reason[0])
			pane_row(&v->pane, INK_BAD, "", "%s", m[i].reason);
	}
	return true;
}

static void
put_people(struct review *v)
{
	struct office *o = console_office();
	char at[20], due[40], paid[40];

	when_short(v->a->accepted_at, at);
	money_grouped(v->a->due_fen, due, sizeof due);
	money_grouped(v->a->paid_fen, paid, sizeof paid);
	pane_row(&v->pane, INK_PLAIN, tr("accepted"), "%s  %s", member_name(o, v->a->accepted_by), at);
	if (v->a->emergency)
		pane_row(&v->pane, INK_WARN, tr("emergency"), "%s", tr("no materials were asked: the certificate is on hold until you decide"));
	if (v->a->late)
		pane_row(&v->pane, INK_WARN, tr("renewal"), "%s", tr("after the old certificate's end: everything is checked again"));
	pane_row(&v->pane, v->a->paid_fen + v->a->waived_fen >= v->a->due_fen ? INK_GOOD : INK_WARN, tr("money"),
	    tr("%s of %s paid, %s"), paid, due, tr_name(money_state_names, (int)rules_money(v->a)));
	pane_why(&v->pane, v->a);
}

static bool
build(struct review *v, struct err *e)
{
	struct office *o = console_office();
	char no[APP_NO_MAX];
	enum app_state to;

	snprintf(no, sizeof no, "%s", v->a->no);
	if (!application_load(o, no, v->a, e) || !rules_scheme(o, v->a, &v->scheme, e))
		return false;
	memset(&v->barred, 0, sizeof v->barred);
	if (workflow_may(o, v->a, ACT_RETURN, &to, &v->barred))
		v->barred.code = FAULT_NONE;
	pane_begin(&v->pane);
	if (v->barred.code != FAULT_NONE)
		pane_text(&v->pane, INK_BAD, v->barred.text);
	put_people(v);
	if (!put_service(v, e) || !put_materials(v, e))
		return false;
	pane_record(&v->pane, &(struct reading){ v->a, v->scheme, false });
	return true;
}

/* ---- the screen ---- */

static bool
review_open(struct screen *s, void *arg)
{
	struct review *v = (struct review *)s;
	struct err e = { 0 };

	v->a = calloc(1, sizeof *v->a);
	if (!v->a)
		abort();
	snprintf(v->a->no, sizeof v->a->no, "%s", (const char *)arg);
	if (office_may(console_office(), ACT_APPROVE, &e) && build(v, &e))
		return true;
	notice_err(&e);
	return false;
}

static void
review_close(struct screen *s)
{
	struct review *v = (struct review *)s;

	pane_close(&v->pane);
	OPENSSL_clear_free(v->a, sizeof *v->a);
}

static bool
next_review(const struct review *v, char no[APP_NO_MAX])
{
	return waiting_next(1u << APP_REVIEW, v->a->id, no);
}

static void
review_words(struct screen *s)
{
	struct err e = { 0 };

	if (!build((struct review *)s, &e))
		notice_err(&e);
}

/* After a decision (or a change by somebody else) the next one comes by itself. */
static void
review_back(struct screen *s)
{
	struct review *v = (struct review *)s;
	struct err e = { 0 };
	char no[APP_NO_MAX];

	if (!build(v, &e)) {
		notice_err(&e);
		return;
	}
	if (v->a->state == APP_REVIEW)
		return;
	v->decided++;
	if (!next_review(v, no)) {
		notice(TONE_GOOD, N_("nothing more waits for your review; decided in this sitting: %d"), v->decided);
		screen_pop();
		return;
	}
	snprintf(v->a->no, sizeof v->a->no, "%s", no);
	v->pane.top = 0;
	if (!build(v, &e))
		notice_err(&e);
}

static void
review_draw(struct screen *s, struct area a)
{
	struct review *v = (struct review *)s;
	char line[300];
	int x;

	x = a.x + 1 + paint_text(a.y, a.x + 1, 24, INK_STRONG, v->a->no);
	snprintf(line, sizeof line, "%s  %s  %s", service_title(&v->a->record.head),
	    tr_stored(channel_names, v->a->record.head.channel), scheme_title(v->scheme));
	paint_text(a.y, x + 2, a.x + a.w - x - 3, INK_PLAIN, line);
	paint_text(a.y + 1, a.x + 1, a.w - 2, INK_STRONG, v->a->record.org.name);
	pane_draw(&v->pane, (struct area){ a.y + 2, a.x, a.h - 2, a.w });
}

static bool
review_key(struct screen *s, int key)
{
	return pane_key(&((struct review *)s)->pane, key);
}

static bool
may_decide(struct screen *s)
{
	return ((struct review *)s)->barred.code == FAULT_NONE;
}

static void
approve(struct screen *s)
{
	struct review *v = (struct review *)s;
	struct err e = { 0 };
	enum app_state to;

	if (!workflow_may(console_office(), v->a, ACT_APPROVE, &to, &e))
		notice_err(&e);
	else
		step_start(s, v->a, ACT_APPROVE);
}

static void
turn_back(struct screen *s)
{
	step_ask(((struct review *)s)->a, ACT_RETURN);
}

static void
refuse(struct screen *s)
{
	step_ask(((struct review *)s)->a, ACT_REFUSE);
}

static void
skip(struct screen *s)
{
	struct review *v = (struct review *)s;
	char no[APP_NO_MAX];
	struct err e = { 0 };

	if (!next_review(v, no) || strcmp(no, v->a->no) == 0) {
		notice(TONE_INFO, N_("this is the only one that waits for you"));
		return;
	}
	snprintf(v->a->no, sizeof v->a->no, "%s", no);
	v->pane.top = 0;
	if (!build(v, &e))
		notice_err(&e);
}

static void
whole(struct screen *s)
{
	console_application(((struct review *)s)->a->no);
}

/* ---- scans: the digit that stands before the material ---- */

static void
look_at(struct screen *s, int i)
{
	struct review *v = (struct review *)s;

	scan_look(v->a->no, v->scan[i]);
}

static bool
has_scans(const struct screen *s, int n)
{
	return ((const struct review *)s)->scans >= n && (acts[ACT_OPEN_SCAN].roles & (1u << console_office()->me.role)) != 0;
}

#define SCAN_KEY(n) \
static void \
look_##n(struct screen *s) \
{ \
	look_at(s, n - 1); \
} \
static bool \
has_##n(struct screen *s) \
{ \
	return has_scans(s, n); \
}
SCAN_KEY(1)
SCAN_KEY(2)
SCAN_KEY(3)
SCAN_KEY(4)
SCAN_KEY(5)
SCAN_KEY(6)
SCAN_KEY(7)
SCAN_KEY(8)
SCAN_KEY(9)

static const struct action review_actions[] = {
	{ K_F(2), N_("Approve"), N_("everything is right: it may be issued"), approve, may_decide },
	{ K_F(7), N_("Return"), N_("back to the counter, with the reason"), turn_back, may_decide },
	{ K_F(12), N_("Refuse"), N_("turned down for good, with the reason; money is to be refunded"), refuse, may_decide },
	{ K_F(6), N_("Skip"), N_("the next one that waits, without deciding on this"), skip, NULL },
	{ 's', N_("look"), N_("look at the scans beside the form; 1 to 9: the one with that number (noted on the audit)"), look_1, has_1 },
	{ K_ENTER, N_("Open"), N_("the whole application with its tabs: numbers, history"), whole, NULL },
	{ '1', "", "", look_1, has_1 }, { '2', "", "", look_2, has_2 }, { '3', "", "", look_3, has_3 },
	{ '4', "", "", look_4, has_4 }, { '5', "", "", look_5, has_5 }, { '6', "", "", look_6, has_6 },
	{ '7', "", "", look_7, has_7 }, { '8', "", "", look_8, has_8 }, { '9', "", "", look_9, has_9 },
	{ 0 }
};
const struct screen_ops screen_review = { .title = N_("Review of an application"), .size = sizeof(struct review), .actions = review_actions,
	.open = review_open, .draw = review_draw, .key = review_key, .back = review_back, .words = review_words, .close = review_close };

/* A step of next_steps. */
void
review_it(struct screen *app, const struct application *a)
{
	char no[APP_NO_MAX];

	(void)app;
	snprintf(no, sizeof no, "%s", a->no);
	screen_push(&screen_review, no);
}
