/* The tabs of an application that are read: form, money, certificates, history. */
#include "db/certificate.h"
#include "db/stock.h"
#include "forms/money.h"
#include "ra/history.h"
#include "ra/hold.h"
#include "ra/workflow.h"
#include "tui/screens/application.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- form ---- */

static const struct { const char *prefix, *title; } parts[] = {
	{ "org.", N_("Applicant organisation") }, { "agent.", N_("Agent") }, { "seal.", N_("Electronic seal") },
	{ "recipient.", N_("Recipient of the courier") }, { "invoice.", N_("Invoice") }, { "pay.", N_("Payer's account") },
};
#define PARTS (sizeof parts / sizeof *parts)

static size_t
part_of(const char *id)
{
	size_t i = 0;

	while (i < PARTS && strncmp(id, parts[i].prefix, strlen(parts[i].prefix)) != 0)
		i++;
	return i;
}

static void
put_field(struct pane *p, const struct reading *r, const struct field *f, int user)
{
	char value[FIELD_SHOW_MAX];

	if (!field_filled(f, &r->a->record, user))
		return;
	field_words(f, r->scheme, &r->a->record, user, r->open, value, sizeof value);
	pane_row(p, (f->flags & MASKED) && r->open ? INK_WARN : INK_PLAIN, tr_english() ? f->en : f->zh, "%s", value);
	OPENSSL_cleanse(value, sizeof value);
}

/* What the head of the screen says already. */
static bool
in_head(const struct field *f)
{
	static const char *const ids[] = { "scheme", "service", "channel" };

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(f->id, ids[i]) == 0)
			return true;
	return false;
}

static void
put_part(struct pane *p, const struct reading *r, size_t part)
{
	bool any = false;

	for (size_t i = 0; i < fields_n; i++) {
		if (part_of(fields[i].id) != part || in_head(&fields[i]) || !field_filled(&fields[i], &r->a->record, -1))
			continue;
		if (!any)
			pane_head(p, part < PARTS ? tr(parts[part].title) : tr("Application"));
		any = true;
		put_field(p, r, &fields[i], -1);
	}
}

/* Where it went on since, the reason is of the past. */
void
pane_why(struct pane *p, const struct application *a)
{
	const unsigned past = 1u << APP_REVIEW | 1u << APP_APPROVED | 1u << APP_ISSUING | 1u << APP_ISSUED | 1u << APP_DELIVERED
	    | 1u << APP_CLOSED;
	bool over = past & 1u << a->state;

	if (a->why[0])
		pane_row(p, over ? INK_DIM : INK_WARN, over ? tr("said before") : tr("reason given"), "%s", a->why);
}

void
pane_record(struct pane *p, const struct reading *r)
{
	char title[80];

	put_part(p, r, PARTS);
	for (size_t i = 0; i < PARTS; i++)
		put_part(p, r, i);
	for (int u = 0; u < r->a->record.users; u++) {
		snprintf(title, sizeof title, "%s %d", tr("User"), u + 1);
		pane_head(p, title);
		for (size_t i = 0; i < user_fields_n; i++)
			put_field(p, r, &user_fields[i], u);
	}
}

static bool
build_form(struct dossier *d, struct err *e)
{
	(void)e;
	pane_why(&d->pane, d->a);
	pane_record(&d->pane, &(struct reading){ d->a, d->scheme, d->open });
	return true;
}
const struct tab tab_form = { N_("Form"), build_form, NULL, NULL };

/* ---- money ---- */

static void
put_fen(struct dossier *d, enum ink ink, const char *label, int64_t fen)
{
	char yuan[40];

	money_grouped(fen, yuan, sizeof yuan);
	pane_row(&d->pane, ink, label, "%14s", yuan);
}

static void
put_fee(struct dossier *d, const struct fee_line *l)
{
	char unit[40], amount[40];

	money_grouped(l->unit_fen, unit, sizeof unit);
	money_grouped(l->amount_fen, amount, sizeof amount);
	pane_row(&d->pane, INK_PLAIN, tr_name(fee_object_names, l->object), tr("%14s   = %s each x %d x years %d"),
	    amount, unit, l->pieces, l->years);
}

static bool
build_money(struct dossier *d, struct err *e)
{
	struct office *o = console_office();
	struct fee_line line[SCHEME_LINES_MAX];
	struct history_payment pay[64];
	const struct scheme_ca *ca = scheme_ca(d->scheme, d->a->record.head.ca[0] ? d->a->record.head.ca : NULL);
	char at[20], yuan[40], capital[200];
	size_t n, p;

	if (!app_fee_load(o->db, d->a->id, line, &n, e) || !history_payments_of(o->db, d->a->id, pay, 64, &p, e))
		return false;
	pane_head(&d->pane, tr("Fee in yuan"));
	if (d->a->scheme_version == 0)
		pane_text(&d->pane, INK_DIM, tr("The fee is fixed when the application is accepted."));
	for (size_t i = 0; i < n; i++)
		put_fee(d, &line[i]);
	put_fen(d, INK_STRONG, tr("due"), d->a->due_fen);
	if (d->a->due_fen > 0 && !tr_english()) {
		money_capital(d->a->due_fen, capital, sizeof capital);
		pane_row(&d->pane, INK_PLAIN, "", "%s", capital);
	}
	put_fen(d, INK_PLAIN, tr("paid"), d->a->paid_fen);
	if (d->a->waived_fen > 0)
		put_fen(d, INK_PLAIN, tr("waived"), d->a->waived_fen);
	put_fen(d, d->a->paid_fen + d->a->waived_fen < d->a->due_fen ? INK_WARN : INK_GOOD, tr("open"),
	    d->a->due_fen - d->a->paid_fen - d->a->waived_fen);
	pane_head(&d->pane, tr("Payments in yuan"));
	if (p == 0)
		pane_text(&d->pane, INK_DIM, tr("None yet."));
	for (size_t i = 0; i < p; i++) {
		when_short(pay[i].at, at);
		money_grouped(pay[i].amount_fen, yuan, sizeof yuan);
		pane_row(&d->pane, INK_PLAIN, tr_stored(pay_method_names, pay[i].method), "%14s   %s   %s", yuan, at,
		    pay[i].reference);
	}
	if (ca && ca->account_no) {
		pane_head(&d->pane, tr("Transfers go to"));
		pane_row(&d->pane, INK_PLAIN, tr("account"), "%s  %s  %s", ca->account_holder ? ca->account_holder : "",
		    ca->account_bank ? ca->account_bank : "", ca->account_no);
		pane_row(&d->pane, INK_PLAIN, tr("remark"), "%s", d->scheme->remark ? d->scheme->remark : d->a->no);
	}
	return true;
}
const struct tab tab_money = { N_("Money"), build_money, NULL, NULL };

/* ---- certificates ---- */

static bool
put_item(struct dossier *d, const struct app_item *item, struct err *e)
{
	struct office *o = console_office();
	struct certificate c;
	struct stock t;
	char title[80], from[20], to[20];
	bool cert = false, token = false;

	if (item->certificate != 0 && !cert_load(o->db, item->certificate, &c, &cert, e))
		return false;
	if (item->token != 0 && !stock_load(o->db, item->token, &t, &token, e))
		return false;
	snprintf(title, sizeof title, "%s %d", tr("Certificate"), item->n);
	pane_head(&d->pane, title);
	pane_row(&d->pane, INK_PLAIN, tr("state"), "%s", tr_name(item_state_names, (int)item->state));
	if (cert) {
		when_short(c.not_before, from);
		when_short(c.not_after, to);
		pane_row(&d->pane, INK_STRONG, tr("serial"), "%s", c.serial);
		pane_row(&d->pane, INK_PLAIN, tr("at the CA"), "%s  %s", c.ca,
		    tr_name(cert_state_names, (int)cert_state_at(&c, when_now())));
		pane_row(&d->pane, INK_PLAIN, tr("subject"), "%s", c.subject);
		pane_row(&d->pane, INK_PLAIN, tr("valid"), "%s - %s", from, to);
	}
	if (token)
		pane_row(&d->pane, INK_PLAIN, tr("token"), "%s  %s", t.serial, tr_name(token_state_names, (int)t.state));
	return true;
}

/* What is promised about old certificates and not carried out at the CA yet: the case is not done before. */
static bool
put_waiting(struct dossier *d, struct err *e)
{
	struct intent_open w[HOLDS_MAX];
	size_t n;

	if (!intent_revocations_of(console_office()->db, d->a->id, w, HOLDS_MAX, &n, e))
		return false;
	if (n > 0)
		pane_head(&d->pane, tr("Not done at the CA yet"));
	for (size_t i = 0; i < n; i++) {
		pane_row(&d->pane, INK_WARN, tr_name(crl_reason_names, w[i].reason), "%s", w[i].serial);
		pane_row(&d->pane, INK_DIM, "", "%s", w[i].last_error[0] ? w[i].last_error : tr("nothing was sent yet"));
	}
	return true;
}

/* What it put on hold and is on hold still. */
static bool
put_holds(struct dossier *d, struct err *e)
{
	struct hold h[HOLDS_MAX];
	size_t n;

	if (!hold_left(console_office(), d->a, h, &n, e))
		return false;
	if (n > 0)
		pane_head(&d->pane, tr("On hold by this application"));
	for (size_t i = 0; i < n; i++) {
		pane_row(&d->pane, INK_WARN, tr("on hold"), "%s", h[i].c.serial);
		pane_row(&d->pane, INK_DIM, "", "%s%s%s", hold_remedy(&h[i]), h[i].open_no[0] ? "  " : "", h[i].open_no);
	}
	return true;
}

static bool
build_items(struct dossier *d, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(console_office()->db, d->a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	if (n == 0)
		pane_text(&d->pane, INK_DIM, tr("Certificates are made after the application was accepted and approved."));
	for (size_t i = 0; i < n; i++)
		if (!put_item(d, &item[i], e))
			return false;
	return put_waiting(d, e) && put_holds(d, e);
}
const struct tab tab_items = { N_("Certificates"), build_items, NULL, NULL };

/* ---- history: read by a job, since one may be thousands of acts long ---- */

static void
put_acts(struct dossier *d)
{
	char at[20], label[80];

	for (size_t i = 0; i < d->acts_n; i++) {
		const struct history_act *h = &d->acts[i];

		when_short(h->at, at);
		snprintf(label, sizeof label, "%s  %.40s", at, h->name);
		pane_row(&d->pane, INK_PLAIN, label, h->words[0] ? tr("%s: %s") : "%s", h->what, h->words);
	}
}

struct acts_read { char no[APP_NO_MAX]; struct history_act *acts; size_t n; };

static bool
acts_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct acts_read *r = arg;

	(void)j;
	return history_acts(o, r->no, &r->acts, &r->n, e);
}

static void
acts_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct dossier *d = (struct dossier *)s;
	struct acts_read *r = arg;

	if (!ok) {
		notice_err(e);
		return;
	}
	free(d->acts);
	d->acts = r->acts;
	d->acts_n = r->n;
	r->acts = NULL;
	if (d->tab != TAB_HISTORY)
		return;
	pane_begin(&d->pane);
	put_acts(d);
}

static void
acts_drop(void *arg)
{
	free(((struct acts_read *)arg)->acts);
	free(arg);
}

static const struct job_plan acts_plan = { .lane = JOB_LOOK, .what = N_("reading the history"), .wait = true, .run = acts_run,
	.done = acts_done, .drop = acts_drop };

/* What was read last stands there until the job has it anew. */
static bool
build_history(struct dossier *d, struct err *e)
{
	struct acts_read *r = calloc(1, sizeof *r);

	if (!r)
		return err_internal(e, "out of memory");
	put_acts(d);
	snprintf(r->no, sizeof r->no, "%s", d->a->no);
	job_start(&d->s, &acts_plan, r);
	return true;
}
const struct tab tab_history = { N_("History"), build_history, NULL, NULL };
