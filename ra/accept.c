/* Acceptance: what is fixed from then on, and what it does to an old certificate; the verbs are declared in ra/desk.h. */
#include "ra/accept.h"

#include "ra/application.h"
#include "ra/desk.h"
#include "ra/follow.h"
#include "ra/journal.h"
#include "ra/old.h"
#include "ra/revoke.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
accept_terms(struct office *o, const struct application *a, const struct scheme *s, int64_t at, struct err *e)
{
	const struct scheme_material *m[64];
	struct fee_line lines[SCHEME_LINES_MAX];
	size_t n;

	if (!scheme_fee(s, &a->record, day_of(at), lines, &n, e) || !app_fee_store(o->db, a->id, lines, n, e))
		return false;
	n = scheme_materials(s, &a->record, a->late, m, 64);
	return app_materials_make(o->db, a->id, m, n, e);
}

/* A personal certificate for each user of the application. */
static bool
personal_items(struct office *o, const struct application *a, int after, const struct certificate *old, struct err *e)
{
	for (int u = 0; u < a->record.users; u++)
		if (!app_item_add(o->db, a->id, after + u + 1, "personal", old ? old->id : 0, e))
			return false;
	return true;
}

/* The nth item, of the certificate that is acted on: of the same kind as the one it was made for. */
static bool
old_item(struct office *o, const struct application *a, int nth, const struct certificate *old, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, old->application, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (item[i].id == old->item)
			return app_item_add(o->db, a->id, nth, item[i].kind, old->id, e);
	return err_internal(e, "the certificate %s has no item", old->serial);
}

/* An item for each certificate that is made, or for the one that is acted on. */
static bool
make_items(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *old,
    struct err *e)
{
	int pieces = a->record.head.certificate_count > 0 ? a->record.head.certificate_count : 1;
	struct certificate second;
	bool has;

	if (row->per_user)
		return personal_items(o, a, 0, old, e);
	if (old)
		return old_second(o, a, row, old, &second, &has, e) && old_item(o, a, 1, old, e)
		    && (!has || old_item(o, a, 2, &second, e));
	for (int i = 1; i <= pieces; i++)
		if (!app_item_add(o->db, a->id, i, "organisation", 0, e))
			return false;
	return personal_items(o, a, pieces, NULL, e);
}

/* What the acceptance does to an old certificate: its token is out of use, a lost one's certificate is going to be on hold. A
 * token comes back into use with the end of the hold at the CA (ra/revoke.c). */
static bool
set_aside(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *old,
    struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (row->old_token != TOKEN_BLANK && row->old_token != TOKEN_ACTIVE && !follow_token(o, old->token, row->old_token, a->no, e))
		return false;
	if (!row->hold_at_once)
		return true;
	return app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e) && journal_hold(o, a, &item[0], e);
}

static bool
accept_first(struct office *o, struct application *a, struct err *e)
{
	const struct service_row *row;
	const struct scheme *s;
	struct certificate old;
	int64_t now = when_now();
	bool known;

	if (!office_scheme_now(o, a->record.head.scheme, &s, &a->scheme_version, e)
	    || !(row = service_row(s, a->record.head.service, a->record.head.reason, e))
	    || !old_certificate(o, a, row, &old, &known, e))
		return false;
	a->late = service_late(row, a, known ? &old : NULL, now);
	if (!accept_terms(o, a, s, now, e) || !make_items(o, a, row, known ? &old : NULL, e)
	    || (known && !set_aside(o, a, row, &old, e)))
		return false;
	a->accepted_at = now;
	return true;
}

/* Accepted before, and what its acceptance asked of the CA is not done: the CA was silent. */
static bool
unsent(struct office *o, const char *no, struct application *a, bool *yes, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct intent i;
	size_t n;

	*yes = false;
	if (!application_load(o, no, a, e) || !app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	if (a->state != APP_RECEIVED || n == 0 || item[0].old == 0)
		return true;
	if (!intent_revocation(o->db, item[0].id, item[0].old, &i, yes, e))
		return false;
	intent_clear(&i);
	return true;
}

/* Sends what the act has journalled; that stands whatever the CA says. */
static bool
follow(struct office *o, const char *no, struct err *e)
{
	struct err inner;

	if (revoke_follow(o, no, &inner))
		return true;
	if (inner.code == FAULT_LATER)
		return err_later(e, "%s is accepted, but its certificate is not on hold at the CA yet: run `ra resume` (%s)", no, inner.text);
	*e = inner;
	return false;
}

static bool
accept(struct office *o, const char *no, int64_t version, struct application *a, bool *holds, struct err *e)
{
	const struct service_row *row;
	enum app_state to;
	bool ok = false;

	if (application_begin(o, no, version, a, e) && workflow_may(o, a, ACT_ACCEPT, &to, e)
	    && (a->accepted_at != 0 || accept_first(o, a, e)) && app_hand_add(o->db, a->id, o->me.id, e)
	    && service_of(o, a, &row, e)) {
		*holds = row->hold_at_once;
		a->state = to;
		a->accepted_by = o->me.id;
		ok = application_commit(o, a, ACT_ACCEPT, e, "scheme version %lld", (long long)a->scheme_version);
	}
	office_rollback(o);
	return ok;
}

bool
desk_accept(struct office *o, const char *no, int64_t version, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	bool holds = false, ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_ACCEPT, e) && unsent(o, no, a, &holds, e)
	    && (holds || accept(o, no, version, a, &holds, e)) && (!holds || follow(o, a->no, e));
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* ---- emergency revocation ---- */

/* The holder's record of before with the revocation's head; a supervisor needs no papers to begin. */
static bool
emergency_form(struct office *o, struct application *a, struct certificate *c, const char *serial, const char *reason,
    struct err *e)
{
	struct application *before = calloc(1, sizeof *before);
	struct record_head *h = &a->record.head;
	const struct service_row *row;
	const struct scheme *s;
	bool found, ok = false;

	if (!before)
		return err_internal(e, "out of memory");
	if (!cert_find(o->db, serial, c, &found, e))
		goto out;
	if (!found) {
		err_field(e, "old_serial", "no certificate in the store has the serial %s: look at it again, or find the holder"
		    " (`ra find`)", serial);
		goto out;
	}
	record_clear(&a->record);
	if (!office_scheme_now(o, c->scheme, &s, &a->scheme_version, e)
	    || !(row = service_row(s, service_names[SERVICE_REVOKE].stored, reason && reason[0] ? reason : "-", e))
	    || !old_record(o, c, before, e) || !old_fill(o, row, c, &before->record, &a->record, e))
		goto out;
	snprintf(h->scheme, sizeof h->scheme, "%s", s->id);
	snprintf(h->service, sizeof h->service, "%s", service_names[SERVICE_REVOKE].stored);
	snprintf(h->channel, sizeof h->channel, "%s", channel_names[CHANNEL_COUNTER].stored);
	snprintf(h->reason, sizeof h->reason, "%s", row->reason);
	snprintf(h->old_serial, sizeof h->old_serial, "%s", c->serial);
	a->filled_from = before->id;
	a->organisation = c->organisation;
	ok = workflow_entry(o, a, e);
out:
	OPENSSL_clear_free(before, sizeof *before);
	return ok;
}

/* Straight to the second person, the certificate going to be on hold: one transaction, which looks once more whether another one
 * was quicker. */
static bool
emergency_store(struct office *o, struct application *a, const struct certificate *c, struct err *e)
{
	struct app_item item;
	size_t n;

	if (!office_begin(o, e) || !workflow_entry(o, a, e))
		return false;
	a->state = APP_REVIEW;
	a->emergency = true;
	a->entered_by = a->accepted_by = o->me.id;
	a->entered_at = a->accepted_at = when_now();
	snprintf(a->point, sizeof a->point, "%s", o->point);
	return app_next_no(o->db, o->point, a->entered_at, a->no, e) && app_insert(o->db, o->keys, a, e)
	    && app_hand_add(o->db, a->id, o->me.id, e) && old_item(o, a, 1, c, e) && app_items(o->db, a->id, &item, 1, &n, e)
	    && journal_hold(o, a, &item, e)
	    && application_commit(o, a, ACT_EMERGENCY, e, "certificate %s %s", c->serial, a->record.head.reason);
}

bool
desk_emergency(struct office *o, const char *serial, const char *reason, char no[APP_NO_MAX], struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct certificate c;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_EMERGENCY, e) && emergency_form(o, a, &c, serial, reason, e) && emergency_store(o, a, &c, e);
	office_rollback(o);
	if (ok) {
		snprintf(no, APP_NO_MAX, "%s", a->no);
		ok = follow(o, no, e);
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
