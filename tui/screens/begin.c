/*
 * A service on a certificate that is there: which one (only what its state, the scheme and the member allow is offered),
 * then its form, filled from the holder's record.
 */
#include "db/certificate.h"
#include "db/holder.h"
#include "db/schemes.h"
#include "ra/application.h"
#include "ra/ca.h"
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/draft.h"
#include "ra/old.h"
#include "ra/service.h"
#include "tui/dialog.h"
#include "tui/screens/new.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct begin {			/* the dialog's */
	struct certificate c;
	enum cert_state now;
	struct name schemes[SCHEMES_MAX + 1];	/* those that offer something on it */
	const struct scheme *scheme;
};

/* ---- what is offered ---- */

static bool
row_offered(const struct scheme *s, const struct service_row *r, const struct certificate *c, enum cert_state now)
{
	if (r->needs == OLD_NONE || r->by_arrangement || !(s->services & 1u << r->service) || !(r->states & 1u << now))
		return false;
	if ((r->marker && !s->application_marker) || (r->where_offered && !s->suspension))
		return false;
	return strcmp(s->id, c->scheme) == 0 || (r->any_scheme && scheme_ca(s, c->ca));
}

/* Bits of the services that are open; of the reasons for one of them (0: no reason is asked). */
static unsigned
services_of(const struct begin *b)
{
	unsigned bits = 0;

	for (size_t i = 0; b->scheme && i < service_rows_n; i++)
		if (row_offered(b->scheme, &service_rows[i], &b->c, b->now))
			bits |= 1u << service_rows[i].service;
	return bits;
}

static unsigned
reasons_of(const struct begin *b, int service)
{
	unsigned bits = 0;

	for (size_t i = 0; b->scheme && i < service_rows_n; i++)
		if ((int)service_rows[i].service == service && service_rows[i].reason
		    && row_offered(b->scheme, &service_rows[i], &b->c, b->now))
			bits |= 1u << name_index(reason_names, service_rows[i].reason);
	return bits;
}

static const char *
usual_reason(int service, unsigned offered)
{
	for (size_t i = 0; i < service_rows_n; i++)
		if ((int)service_rows[i].service == service && service_rows[i].usual
		    && offered & 1u << name_index(reason_names, service_rows[i].reason))
			return service_rows[i].reason;
	return "";
}

static bool
add_scheme(void *arg, const struct scheme_row *r, struct err *e)
{
	struct begin *b = arg;
	const struct scheme *before = b->scheme;
	int64_t version;
	int k = 0;

	for (; b->schemes[k].stored; k++)
		if (strcmp(b->schemes[k].stored, r->scheme) == 0)
			return true;
	if (k == SCHEMES_MAX || !office_scheme_now(console_office(), r->scheme, &b->scheme, &version, e))
		return true;		/* one that is not in force yet */
	if (services_of(b) != 0)
		b->schemes[k] = (struct name){ b->scheme->id, b->scheme->zh, b->scheme->en };
	b->scheme = before;
	return true;
}

static size_t
bits_in(unsigned bits)
{
	size_t n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* ---- the form ---- */

struct filling {
	struct certificate c;
	struct record_head head;
	struct draft draft;
};

bool
begin_fill(struct office *o, const struct record_head *head, struct record *out, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	const struct scheme *s;
	const struct service_row *row = NULL;
	struct certificate c;
	int64_t id, version;
	bool late, known, ok;

	if (!a)
		return err_internal(e, "out of memory");
	a->record.head = *head;
	ok = desk_fill(o, head, out, &late, e) && office_scheme_now(o, head->scheme, &s, &version, e)
	    && (row = service_row(s, head->service, head->reason, e)) != NULL && old_certificate(o, a, row, &c, &known, e);
	/* the form shows numbers of the record of before whole: that is on the audit before it opens */
	if (ok && known)
		ok = holder_record_no(o->db, c.id, &id, a->no, e) && application_note_opened(o, a, ACT_OPEN_ID, head->service, e);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

static bool
fill_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct filling *t = arg;

	(void)j;
	return begin_fill(o, &t->head, &t->draft.record, e);
}

static void
fill_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct filling *t = arg;
	struct draft *d;

	if (!ok && dialog_form_of(s)) {
		dialog_refuse(s, e);
		return;
	}
	if (!ok) {
		notice_err(e);
		return;
	}
	if (dialog_form_of(s))
		dialog_done(s);
	d = malloc(sizeof *d);
	if (!d)
		abort();
	*d = t->draft;
	screen_push(&screen_edit, d);
}

static void
fill_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct filling));
}

static const struct job_plan fill_plan = { .lane = JOB_STORE, .what = N_("opening the form"), .wait = true, .run = fill_run,
	.done = fill_done, .drop = fill_drop };

static void
fill(struct screen *s, const struct certificate *c, const char *scheme, const char *service, const char *reason, const char *channel)
{
	struct filling *t = OPENSSL_zalloc(sizeof *t);
	struct record *empty = malloc(sizeof *empty);

	if (!t || !empty)
		abort();
	record_clear(empty);
	t->c = *c;
	t->head = empty->head;
	free(empty);
	snprintf(t->head.scheme, sizeof t->head.scheme, "%s", scheme);
	snprintf(t->head.service, sizeof t->head.service, "%s", service);
	snprintf(t->head.reason, sizeof t->head.reason, "%s", reason);
	snprintf(t->head.channel, sizeof t->head.channel, "%s", channel);
	snprintf(t->head.old_serial, sizeof t->head.old_serial, "%s", c->serial);
	job_start(s, &fill_plan, t);
}

/* ---- the dialog ---- */

static void
show_rows(struct begin *b, struct form *f)
{
	struct form_row rows[4] = {
		{ .id = "scheme", .en = N_("scheme"), .kind = FIELD_CHOICE, .names = b->schemes, .required = true },
		{ .id = "service", .en = N_("service"), .kind = FIELD_CHOICE, .names = service_names, .required = true },
	};
	int service;
	unsigned reasons;
	size_t n = 2, first = b->schemes[1].stored ? 0 : 1;	/* one scheme is not asked for */
	int64_t version;
	struct err ignored;

	if (!office_scheme_now(console_office(), first == 0 ? form_value(f, "scheme") : b->schemes[0].stored, &b->scheme, &version,
	    &ignored))
		b->scheme = NULL;
	rows[1].offered = services_of(b);
	service = name_index(service_names, form_value(f, "service"));
	if (service >= 0 && !(rows[1].offered & 1u << service))
		service = -1;
	reasons = service >= 0 ? reasons_of(b, service) : 0;
	if (reasons != 0)
		rows[n++] = (struct form_row){ .id = "reason", .en = N_("reason"), .kind = FIELD_CHOICE, .names = reason_names,
		    .offered = reasons, .required = true };
	if (service >= 0 && b->scheme && bits_in(b->scheme->channels[service]) > 1)
		rows[n++] = (struct form_row){ .id = "channel", .en = N_("channel"), .kind = FIELD_CHOICE, .names = channel_names,
		    .offered = b->scheme->channels[service], .required = true };
	form_rows(f, rows + first, n - first);
	if (service < 0)
		form_set(f, "service", "");
	if (reasons != 0 && !form_value(f, "reason")[0])
		form_set(f, "reason", bits_in(reasons) == 1 ? reason_names[__builtin_ctz(reasons)].stored : usual_reason(service, reasons));
	if (service >= 0 && b->scheme)
		pick_channel(f, b->scheme->channels[service]);
}

static void
changed(void *arg, const char *id)
{
	struct form *f = dialog_form_of(screen_top());

	if (!f)
		return;
	if (strcmp(id, "service") == 0)
		form_set(f, "reason", "");
	show_rows(arg, f);
}

static const char *
channel_of(const struct scheme *s, int service, const char *typed)
{
	if (typed[0])
		return typed;
	for (int c = 0; c < CHANNEL_N; c++)
		if (s->channels[service] & 1u << c)
			return channel_names[c].stored;
	return "counter";
}

static void
chosen(struct screen *dialog, struct form *f, void *arg)
{
	struct begin *b = arg;
	const char *service = form_value(f, "service");

	fill(dialog, &b->c, b->scheme->id, service, form_value(f, "reason"),
	    channel_of(b->scheme, name_index(service_names, service), form_value(f, "channel")));
}

static const struct form_row first_rows[] = { { .id = "service", .en = N_("service"), .kind = FIELD_CHOICE, .names = service_names } };
static const struct form_calls calls = { .changed = changed };
static const struct dialog_form dialog = { .title = N_("Service on this certificate"), .rows = first_rows, .n = 1, .calls = &calls,
	.done = chosen, .drop = free };

static void
ask(struct begin *b)
{
	char note[400], holder[TEXT_BYTES(64)], to[11];
	struct screen *s;
	struct form *f;

	certificate_holder(b->c.subject, holder, sizeof holder);
	day_show(day_of(b->c.not_after), to);
	snprintf(note, sizeof note, tr("%.200s  %s, to %s"), holder, tr_name(cert_state_names, (int)b->now), to);
	s = dialog_form(&dialog, note, b);
	f = dialog_form_of(s);
	show_rows(b, f);
	form_set(f, "scheme", b->schemes[0].stored);
	for (int i = 0; b->schemes[i].stored; i++)
		if (strcmp(b->schemes[i].stored, b->c.scheme) == 0)
			form_set(f, "scheme", b->c.scheme);
	show_rows(b, f);
	form_go(f, "service");
}

/* The row that lifts the hold of a certificate, as its own scheme offers it: found, else taken up again; NULL: none does. */
static const struct service_row *
lifting(const struct begin *b)
{
	for (size_t i = 0; b->scheme && i < service_rows_n; i++)
		if (service_rows[i].at_ca == AT_CA_REVOKE && service_rows[i].crl_reason == CA_RELEASE
		    && row_offered(b->scheme, &service_rows[i], &b->c, b->now))
			return &service_rows[i];
	return NULL;
}

/* The form that lifts a hold at once; false: the scheme has none. */
static bool
lift(struct begin *b)
{
	const struct service_row *row;
	int64_t version;
	struct err ignored;

	if (!office_scheme_now(console_office(), b->c.scheme, &b->scheme, &version, &ignored) || !(row = lifting(b)))
		return false;
	fill(screen_top(), &b->c, b->scheme->id, service_names[row->service].stored, row->reason,
	    channel_of(b->scheme, row->service, b->scheme->channels[row->service] & 1u << CHANNEL_COUNTER ? "counter" : ""));
	return true;
}

void
service_begin(enum service_wish wish, const char *old_serial)
{
	struct begin *b = calloc(1, sizeof *b);
	struct err e = { 0 };
	bool found = false;

	if (!b)
		abort();
	if (!office_may(console_office(), ACT_APPLY, &e) || !cert_find(console_office()->db, old_serial, &b->c, &found, &e)
	    || (!found && !err_refuse(&e, "there is no certificate %s in the store", old_serial))) {
		notice_err(&e);
		free(b);
		return;
	}
	b->now = cert_state_at(&b->c, when_now());
	if (wish == WISH_LIFT && lift(b)) {
		free(b);
		return;
	}
	if (!scheme_each(console_office()->db, add_scheme, b, &e) || !b->schemes[0].stored) {
		if (e.code != FAULT_NONE)
			notice_err(&e);
		else
			notice(TONE_WARN, N_("no service is open on a certificate that is %s"), tr_name(cert_state_names, (int)b->now));
		free(b);
		return;
	}
	ask(b);
}
