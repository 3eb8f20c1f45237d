/* The question before a form: scheme, service, channel, and for a service on a certificate which one and why. */
#include "db/queue.h"
#include "db/schemes.h"
#include "ra/desk.h"
#include "ra/history.h"
#include "tui/dialog.h"
#include "tui/screens/new.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDERS_MAX 30

/* The next case begins with the same service: of this session, or of what the member entered last. */
static struct { char scheme[TEXT_BYTES(20)], service[RECORD_NAME_MAX], channel[RECORD_NAME_MAX]; int64_t who; } last;

static bool
add_scheme(void *arg, const struct scheme_row *r, struct err *e)
{
	struct new *n = arg;
	const struct scheme *s;
	int64_t version;
	int k = 0;

	for (; n->schemes[k].stored; k++)
		if (strcmp(n->schemes[k].stored, r->scheme) == 0)
			return true;
	if (k < SCHEMES_MAX && office_scheme_now(console_office(), r->scheme, &s, &version, e))
		n->schemes[k] = (struct name){ s->id, s->zh, s->en };
	return true;
}

/* Reasons that the service knows in this scheme. */
static unsigned
reasons_of(const struct scheme *s, const char *service)
{
	const struct service_row *row;
	struct err ignored;
	unsigned bits = 0;

	for (int i = 0; reason_names[i].stored; i++)
		if ((row = service_row(s, service, reason_names[i].stored, &ignored)) != NULL && row->reason)
			bits |= 1u << i;
	return bits;
}

static bool
needs_old(const struct scheme *s, const char *service)
{
	for (size_t i = 0; s && i < service_rows_n; i++)
		if (strcmp(service_names[service_rows[i].service].stored, service) == 0)
			return service_rows[i].needs != OLD_NONE;
	return false;
}

void
pick_channel(struct form *f, unsigned offered)
{
	int c = name_index(channel_names, form_value(f, "channel"));

	if (offered != 0 && (c < 0 || !(offered & 1u << c)))
		form_set(f, "channel", channel_names[__builtin_ctz(offered)].stored);
}

static void
make_rows(struct new *n)
{
	struct form_row row[5] = {
		{ .id = "scheme", .en = N_("scheme"), .kind = FIELD_CHOICE, .names = n->schemes, .required = true },
		{ .id = "service", .en = N_("service"), .kind = FIELD_CHOICE, .names = service_names, .required = true },
		{ .id = "channel", .en = N_("channel"), .kind = FIELD_CHOICE, .names = channel_names, .required = true },
	};
	const char *service = form_value(&n->pick, "service");
	int k = name_index(service_names, service);
	struct err ignored;
	unsigned reasons;
	int64_t version;
	size_t rows = 3;

	n->scheme = NULL;
	if (office_scheme_now(console_office(), form_value(&n->pick, "scheme"), &n->scheme, &version, &ignored)) {
		row[1].offered = n->scheme->services;
		row[2].offered = k >= 0 ? n->scheme->channels[k] : 0;
		reasons = reasons_of(n->scheme, service);
		if (reasons != 0)
			row[rows++] = (struct form_row){ .id = "reason", .en = N_("reason"), .kind = FIELD_CHOICE,
			    .names = reason_names, .offered = reasons, .required = true };
		if (needs_old(n->scheme, service))
			row[rows++] = (struct form_row){ .id = "old_serial", .en = N_("certificate"), .limit = 40, .required = true,
			    .edit = EDIT_UPPER | EDIT_NARROW | EDIT_SQUEEZE,
			    .hint = N_("its serial number, scanned or typed; F4 finds it by its holder") };
	}
	form_rows(&n->pick, row, rows);
	/* what is not offered is not left standing */
	if (n->scheme && k >= 0 && !(n->scheme->services & (1u << k)))
		form_set(&n->pick, "service", "");
	pick_channel(&n->pick, row[2].offered);
}

static void
picked(void *arg, const char *id)
{
	if (strcmp(id, "old_serial") != 0)
		make_rows(arg);
}
static const struct form_calls calls = { .changed = picked };

static void
remember_last(void)
{
	struct queue_filter mine = { .hands = QUEUE_MINE, .staff = console_office()->me.id, .newest = true };
	struct queue_row row;
	struct err ignored;
	int64_t reached;
	size_t n = 0;
	bool end;

	if (last.who == mine.staff)
		return;
	memset(&last, 0, sizeof last);
	if (!queue_page(console_office()->db, &mine, 0, false, &row, 1, &n, &reached, &end, &ignored) || n == 0)
		return;
	last.who = mine.staff;
	snprintf(last.scheme, sizeof last.scheme, "%s", row.scheme);
	snprintf(last.service, sizeof last.service, "%s", row.service);
	snprintf(last.channel, sizeof last.channel, "%s", row.channel);
}

void
pick_open(struct new *n, const char *serial)
{
	struct form_row row = { .id = "scheme", .en = "", .kind = FIELD_CHOICE, .names = n->schemes };
	struct err e = { 0 };

	if (!scheme_each(console_office()->db, add_scheme, n, &e))
		notice_err(&e);
	remember_last();
	form_open(&n->pick, &row, 1, &calls, n);
	form_set(&n->pick, "scheme", last.scheme[0] ? last.scheme : n->schemes[0].stored ? n->schemes[0].stored : "");
	make_rows(n);
	form_set(&n->pick, "service", serial ? "renew" : last.service[0] ? last.service : "new");
	form_set(&n->pick, "channel", last.channel[0] ? last.channel : "counter");
	make_rows(n);
	if (serial)
		form_set(&n->pick, "old_serial", serial);
	form_go(&n->pick, serial ? "service" : "scheme");
}

/* ---- on to the form ---- */

/* A new one: the form follows at once. Refused as the office would refuse it after everything was typed. */
static bool
begin_new(struct new *n, struct err *e)
{
	struct form_env env = { .scheme = n->scheme, .today = day_of(when_now()) };
	struct record_head h = n->record->head;

	return desk_fill(console_office(), &h, n->record, &env.late, e) && office_printable(console_office(), &env, e)
	    && new_form(n, &env, e);
}

/* On a certificate: the holder's record is opened by a job, since that is on the audit; then its form takes this one's place. */
static bool
fill_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct draft *d = arg;
	struct record_head h = d->record.head;

	(void)j;
	return begin_fill(o, &h, &d->record, e);
}

static void
fill_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct draft *d;

	if (!ok) {
		form_refuse(&((struct new *)s)->pick, e);
		return;
	}
	d = malloc(sizeof *d);
	if (!d)
		abort();
	*d = *(const struct draft *)arg;
	screen_pop();
	screen_push(&screen_edit, d);
}

static void
fill_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct draft));
}

static const struct job_plan fill_plan = { .lane = JOB_STORE, .what = N_("opening the form"), .wait = true, .run = fill_run,
	.done = fill_done, .drop = fill_drop };

static void
begin_old(struct screen *s, const struct record *r)
{
	struct draft *d = OPENSSL_zalloc(sizeof *d);

	if (!d)
		abort();
	d->record = *r;
	job_start(s, &fill_plan, d);
}

static void
remember(const struct record_head *h)
{
	snprintf(last.scheme, sizeof last.scheme, "%s", h->scheme);
	snprintf(last.service, sizeof last.service, "%s", h->service);
	snprintf(last.channel, sizeof last.channel, "%s", h->channel);
	last.who = console_office()->me.id;
}

void
pick_take(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct record_head *h = &n->record->head;
	struct err e = { 0 };

	if (!form_check(&n->pick))
		return;
	record_clear(n->record);
	snprintf(h->scheme, sizeof h->scheme, "%s", form_value(&n->pick, "scheme"));
	snprintf(h->service, sizeof h->service, "%s", form_value(&n->pick, "service"));
	snprintf(h->channel, sizeof h->channel, "%s", form_value(&n->pick, "channel"));
	snprintf(h->reason, sizeof h->reason, "%s", form_value(&n->pick, "reason"));
	snprintf(h->old_serial, sizeof h->old_serial, "%s", form_value(&n->pick, "old_serial"));
	remember(h);
	if (h->old_serial[0])
		begin_old(s, n->record);
	else if (!begin_new(n, &e))
		form_refuse(&n->pick, &e);
}

/* ---- the certificate by its holder ---- */

static struct history_certificate *holders;	/* shown to be chosen from */

static void
holder_chosen(struct screen *below, void *arg, int i)
{
	(void)arg;
	form_set(&((struct new *)below)->pick, "old_serial", holders[i].c.serial);
	form_go(&((struct new *)below)->pick, "old_serial");
}

static void
show_holders(size_t n)
{
	struct dialog_option o[HOLDERS_MAX] = { 0 };
	static char more[HOLDERS_MAX][200];
	char to[20];

	for (size_t i = 0; i < n; i++) {
		when_short(holders[i].c.not_after, to);
		to[10] = '\0';
		snprintf(more[i], sizeof more[i], "%s  %s  %.100s", tr_name(cert_state_names, (int)holders[i].now), to,
		    holders[i].c.subject);
		o[i].label = holders[i].c.serial;
		o[i].more = more[i];
	}
	dialog_choose(tr("Which certificate?"), o, (int)n, 0, holder_chosen, NULL);
}

static void
holder_given(struct screen *dialog, struct form *f, void *arg)
{
	struct office *o = console_office();
	struct err e = { 0 };
	int64_t organisation;
	size_t n = 0;

	(void)arg;
	if (!holders && !(holders = calloc(HOLDERS_MAX, sizeof *holders)))
		abort();
	if (!history_whose(o, form_value(f, "holder"), &organisation, &e)
	    || !history_pick(o, organisation, 0, false, holders, HOLDERS_MAX, &n, &e)) {
		snprintf(e.field, sizeof e.field, "holder");
		dialog_refuse(dialog, &e);
		return;
	}
	if (n == 0) {
		err_field(&e, "holder", "this organisation has no certificate yet");
		dialog_refuse(dialog, &e);
		return;
	}
	dialog_done(dialog);
	show_holders(n);
}

static const struct form_row holder_rows[] = {
	{ .id = "holder", .en = N_("holder"), .limit = 64, .required = true,
	  .hint = N_("part of the name, credit code, phone, application number, serial of certificate or token") },
};
static const struct dialog_form holder_dialog = { .title = N_("Whose certificate?"), .rows = holder_rows, .n = 1,
	.done = holder_given };

void
pick_holder(struct screen *s)
{
	(void)s;
	dialog_form(&holder_dialog, NULL, NULL);
}

bool
pick_needs_old(struct screen *s)
{
	const struct new *n = (const struct new *)s;

	return !n->typing && needs_old(n->scheme, form_value(&n->pick, "service"));
}
