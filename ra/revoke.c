#include "ra/revoke.h"

#include "ra/application.h"
#include "ra/certificate.h"
#include "ra/follow.h"
#include "ra/item.h"
#include "ra/journal.h"
#include "ra/lock.h"
#include "ra/service.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a CRLReason makes of a certificate; every other reason is the end. */
struct ending { int reason; enum cert_state to; enum act act; };
static const struct ending endings[] = {
	{ CA_HOLD, CERT_HOLD, ACT_HELD },
	{ CA_RELEASE, CERT_VALID, ACT_RELEASED },
};
static const struct ending for_good = { -1, CERT_REVOKED, ACT_REVOKED };

static const struct ending *
ending_of(int reason)
{
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (endings[i].reason == reason)
			return &endings[i];
	return &for_good;
}

/* Everything that one intent is about, as it is inside the transaction. */
struct revoking {
	struct application *a;
	struct app_item item;
	struct certificate c;
	bool serves;			/* the application's service is this revocation, and waits for it */
	bool leads;			/* it is the one that the item names; the others are those before it */
};

static bool
revoking_begin(struct office *o, const struct intent *i, struct revoking *r, struct err *e)
{
	const struct service_row *row;
	char no[APP_NO_MAX];
	bool found;

	memset(r, 0, sizeof *r);
	r->a = calloc(1, sizeof *r->a);
	if (!r->a)
		return err_internal(e, "out of memory");
	if (!app_no_of(o->db, i->application, no, e) || !application_begin(o, no, 0, r->a, e)
	    || !item_find(o, i->application, i->item, &r->item, e) || !cert_load(o->db, i->certificate, &r->c, &found, e))
		return false;
	if (!found)
		return err_internal(e, "the certificate to revoke is not in the store");
	if (r->item.state != ITEM_ISSUING)
		return true;
	if (!service_of(o, r->a, &row, e))
		return false;
	r->serves = row->at_ca == AT_CA_REVOKE && row->crl_reason == i->reason;
	r->leads = r->serves && r->item.old == i->certificate;
	return true;
}

static void
revoking_end(struct office *o, struct revoking *r)
{
	office_rollback(o);
	OPENSSL_clear_free(r->a, r->a ? sizeof *r->a : 0);
}

/* ---- what the CA's list shows ---- */

static bool
listed_now(struct ca *ca, const ASN1_INTEGER *serial, bool *listed, struct ca_listed *row, struct err *e)
{
	X509_CRL *crl = NULL;

	if (!ca_crl(ca, &crl, e))
		return false;
	*listed = ca_listed(crl, serial, row);
	X509_CRL_free(crl);
	return true;
}

/* One that has expired may have left the list (RFC 5280 3.3). */
static bool
shows(const struct ending *end, bool listed, const struct ca_listed *row, const struct certificate *c)
{
	switch (end->to) {
	case CERT_HOLD:
		return listed && row->reason == CA_HOLD;
	case CERT_VALID:
		return !listed;
	default:
		return listed ? row->reason != CA_HOLD : c->not_after < when_now();
	}
}

/* ---- how it ends ---- */

/* The list's own date and reason: the CA may have had it revoked before, and keeps the date of a hold. */
static void
mark(struct certificate *c, const struct ending *end, const struct intent *i, const struct ca_listed *row)
{
	if (c->state == CERT_REVOKED)
		return;			/* for good, whatever came later */
	c->state = end->to;
	if (end->to == CERT_VALID) {
		c->state = c->replaced_by != 0 ? CERT_SUPERSEDED : CERT_VALID;
		c->revoked_at = 0;
		c->reason = -1;
		return;
	}
	c->revoked_at = row->at != 0 ? row->at : when_now();
	c->reason = row->at != 0 ? row->reason : i->reason;
}

/* The item has what was asked when its own certificate and all before it have it; the application is closed with its last item. */
static bool
settle(struct office *o, struct revoking *r, struct err *e)
{
	enum app_state to;
	int64_t waiting;
	bool open;

	if (!intent_revocations(o->db, r->a->id, &waiting, e))
		return false;
	if (r->item.certificate == 0 || waiting > 0)
		return true;
	r->item.state = ITEM_DELIVERED;
	if (!app_item_store(o->db, &r->item, e) || !workflow_may(o, r->a, ACT_REVOKED, &to, e) || !item_any_open(o, r->a->id, &open, e))
		return false;
	if (!open)
		r->a->state = to;
	return true;
}

/* item.certificate says that the item's own certificate has it. */
static bool
serve(struct office *o, struct revoking *r, enum act act, int reason, struct err *e)
{
	const struct service_row *row;

	if (!service_of(o, r->a, &row, e))
		return false;
	/* found again, or taken up again: the token is in use with its certificate */
	if (r->leads && row->old_token == TOKEN_ACTIVE && !follow_token(o, r->c.token, TOKEN_ACTIVE, r->a->no, e))
		return false;
	if (r->leads)
		r->item.certificate = r->c.id;
	return app_item_store(o->db, &r->item, e) && settle(o, r, e)
	    && application_commit(o, r->a, act, e, "certificate %s reason %d", r->c.serial, reason);
}

static bool
done(struct office *o, struct intent *i, const struct ca_listed *row, struct err *e)
{
	const struct ending *end = ending_of(i->reason);
	struct revoking r;
	char object[64];
	bool ok = revoking_begin(o, i, &r, e);

	if (ok) {
		mark(&r.c, end, i, row);
		i->state = INTENT_DONE;
		i->last_error[0] = '\0';
		i->ended_at = when_now();
		snprintf(object, sizeof object, "certificate:%.50s", r.c.serial);
		ok = cert_store_state(o->db, &r.c, e) && intent_store(o->db, i, e)
		    && (r.serves ? serve(o, &r, end->act, i->reason, e)
		    : office_commit(o, end->act, object, e, "reason %d for %s", i->reason, r.a->no));
	}
	revoking_end(o, &r);
	if (ok)
		office_step(STEP_REVOKED);
	return ok;
}

/* The CA will not, and says so under its signature. A hold, a release and a service that asked for it end with that; what
 * has to follow from a new certificate stays open. A certificate that the list shows as revoked is marked so. */
static bool
refused(struct office *o, struct intent *i, bool listed, const struct ca_listed *row, struct err *told)
{
	struct err inner = { 0 };
	struct revoking r;
	enum app_state to;
	char object[64];
	bool ends, ok = revoking_begin(o, i, &r, &inner);

	ends = ok && (r.leads || ending_of(i->reason) != &for_good);
	if (ok && listed && row->reason != CA_HOLD) {
		mark(&r.c, &for_good, i, row);
		ok = cert_store_state(o->db, &r.c, &inner);
	}
	i->tries++;
	i->state = ends ? INTENT_ENDED : i->state;
	i->ended_at = ends ? when_now() : 0;
	snprintf(i->last_error, sizeof i->last_error, "%s", told->text);
	ok = ok && intent_store(o->db, i, &inner);
	if (ok && r.leads) {
		r.item.state = ITEM_OPEN;
		ok = app_item_store(o->db, &r.item, &inner) && workflow_may(o, r.a, ACT_ENDED, &to, &inner);
		r.a->state = ok ? to : r.a->state;
		ok = ok && application_commit(o, r.a, ACT_ENDED, &inner, "certificate %s: %.150s", r.c.serial, told->text);
	} else if (ok && r.serves && ends) {
		ok = settle(o, &r, &inner) && application_commit(o, r.a, ACT_ENDED, &inner, "certificate %s: %.150s", r.c.serial, told->text);
	} else if (ok) {
		snprintf(object, sizeof object, "certificate:%.50s", r.c.serial);
		ok = office_commit(o, ends ? ACT_ENDED : ACT_REVOKE, object, &inner, "refused: %.180s", told->text);
	}
	revoking_end(o, &r);
	if (!ok)
		err_detail(told, "and that was not noted: %s", inner.text);
	return false;
}

/* Nothing usable came: the intent stays, with the reason, to be sent again. */
static bool
waits(struct office *o, struct intent *i, const char *serial, struct err *told)
{
	struct err inner = { 0 };
	char object[64];

	i->tries++;
	snprintf(i->last_error, sizeof i->last_error, "%s", told->text);
	snprintf(object, sizeof object, "certificate:%.50s", serial);
	if (!office_begin(o, &inner) || !intent_store(o->db, i, &inner)
	    || !office_commit(o, ACT_REVOKE, object, &inner, "try %lld without an answer", (long long)i->tries))
		err_detail(told, "and the try was not noted: %s", inner.text);
	office_rollback(o);
	return false;
}

/* The list, not the answer, says what became of the certificate: an answer of "done" waits for it, and a refusal is none
 * when it shows what was asked. */
static bool
answered(struct office *o, struct intent *i, const struct certificate *c, struct ca *ca, const ASN1_INTEGER *serial, bool refusal,
    struct err *e)
{
	struct ca_listed row = { 0 };
	struct err told = *e;
	bool listed = false, known = listed_now(ca, serial, &listed, &row, e);

	if (known && shows(ending_of(i->reason), listed, &row, c))
		return done(o, i, &row, e);
	if (refusal) {
		*e = told;
		return refused(o, i, listed, &row, e);
	}
	if (known)
		err_later(e, "the CA says that it is done, but its list does not show it yet: repeat later");
	return waits(o, i, c->serial, e);
}

static bool
send_now(struct office *o, struct intent *i, struct err *e)
{
	struct certificate c;
	struct ca *ca;
	ASN1_INTEGER *serial = NULL;
	bool found, ok = false;

	if (!cert_load(o->db, i->certificate, &c, &found, e) || !office_ca(o, i->ca, &ca, e))
		return false;
	if (!found || !certificate_serial_parse(c.serial, &serial, e))
		return found ? false : err_internal(e, "the certificate to revoke is not in the store");
	office_step(STEP_REVOKE_INTENT);
	switch (ca_revoke(ca, i->tid, serial, i->reason, e)) {
	case CA_CONFIRMED:
		office_step(STEP_REVOKE_ANSWERED);
		ok = answered(o, i, &c, ca, serial, false, e);
		break;
	case CA_REFUSED:
		ok = answered(o, i, &c, ca, serial, true, e);
		break;
	case CA_UNCONFIRMED:
	case CA_NOT_SENT:
	case CA_UNKNOWN:
	case CA_TID_USED:
	case CA_REJECTED:
		ok = waits(o, i, c.serial, e);
		break;
	}
	ASN1_INTEGER_free(serial);
	return ok;
}

/* Under its item's lock, unless that is ours already, and as it is then. */
static bool
send_other(struct office *o, const struct intent *other, int64_t ours, struct err *e)
{
	struct intent i;
	int lock = other->item == ours ? -1 : lock_item(o, other->item, e);
	bool found, ok;

	if (lock < 0 && other->item != ours)
		return false;
	ok = intent_load(o->db, other->id, &i, &found, e);
	if (ok && found && i.state == INTENT_OPEN)
		ok = send_now(o, &i, e);
	intent_clear(&i);
	if (lock >= 0)
		close(lock);
	return ok;
}

/* What was journalled for the certificate before, by whomever, goes first: a hold that follows a release is the hold. One that the
 * CA refuses stands in nobody's way. */
static bool
send_before(struct office *o, const struct intent *i, struct err *e)
{
	struct intent x;
	int64_t after = 0;
	bool found, ok;

	do {
		ok = intent_next_about(o->db, i->certificate, after, &x, &found, e);
		found = ok && found && x.id < i->id;
		after = x.id;
		if (found && !send_other(o, &x, i->item, e))
			ok = e->code == FAULT_REFUSED;
		intent_clear(&x);
	} while (ok && found);
	return ok;
}

bool
revoke_send(struct office *o, struct intent *i, struct err *e)
{
	return send_before(o, i, e) && send_now(o, i, e);
}

static bool
open_of(struct office *o, const struct app_item *item, int64_t certificate, struct err *e)
{
	bool found = true, ok = true;

	while (ok && found) {
		struct intent i;

		ok = intent_revocation(o->db, item->id, certificate, &i, &found, e);
		if (ok && found)
			ok = revoke_send(o, &i, e);
		intent_clear(&i);
	}
	return ok;
}

bool
revoke_open(struct office *o, const struct app_item *item, struct err *e)
{
	struct certificate line[JOURNAL_LINE_MAX], c;
	size_t n = 0;
	bool found;

	if (item->old == 0)
		return true;
	if (!cert_load(o->db, item->old, &c, &found, e) || (found && !journal_line(o, &c, line, &n, e)))
		return false;
	for (size_t k = 0; k < n; k++)
		if (!open_of(o, item, line[k].id, e))
			return false;
	return open_of(o, item, item->old, e);
}

bool
revoke_unused(struct office *o, int64_t certificate, int reason, struct err *e)
{
	struct certificate c;
	struct app_item item = { 0 };
	struct intent i;
	char object[64];
	bool found, open, ok;

	if (!cert_load(o->db, certificate, &c, &found, e))
		return false;
	if (!found || c.state == CERT_REVOKED)
		return found || err_internal(e, "the certificate to revoke is not in the store");
	if (!intent_revocation(o->db, c.item, c.id, &i, &open, e))
		return false;
	ok = true;
	if (!open) {
		item.id = c.item;
		item.application = c.application;
		snprintf(object, sizeof object, "certificate:%.50s", c.serial);
		ok = office_begin(o, e) && journal_revoke(o, &item, &c, reason, e)
		    && office_commit(o, ACT_REVOKE, object, e, "reason %d", reason);
		office_rollback(o);
		ok = ok && intent_revocation(o->db, c.item, c.id, &i, &open, e);
	}
	ok = ok && revoke_send(o, &i, e);
	intent_clear(&i);
	return ok;
}

/* ---- the services that revoke, hold and release ---- */

static bool
journal(struct office *o, struct application *a, int64_t version, struct app_item *item, struct err *e)
{
	const struct service_row *row;
	struct certificate c;
	enum app_state to;
	bool ok = application_begin(o, a->no, version, a, e) && workflow_may(o, a, ACT_REVOKE, &to, e) && service_of(o, a, &row, e)
	    && item_old(o, a, item, &c, e);

	if (ok && c.state == CERT_REVOKED)
		ok = err_refuse(e, "the certificate %s is revoked already: withdraw %s", c.serial, a->no);
	if (ok) {
		a->state = to;
		item->state = ITEM_ISSUING;
		ok = app_item_store(o->db, item, e) && journal_end(o, item, &c, row->crl_reason, e)
		    && application_commit(o, a, ACT_REVOKE, e, "certificate %s reason %d", c.serial, row->crl_reason);
	}
	office_rollback(o);
	return ok;
}

static bool
carry(struct office *o, struct application *a, int64_t version, int64_t id, const void *arg, struct err *e)
{
	struct app_item item;
	int lock = lock_item(o, id, e);
	bool ok;

	(void)arg;
	if (lock < 0)
		return false;
	ok = item_load(o, a->id, id, a, &item, e);
	if (ok && item.state == ITEM_OPEN)
		ok = journal(o, a, version, &item, e);
	ok = ok && revoke_open(o, &item, e);
	close(lock);
	return ok;
}

bool
revoke_application(struct office *o, const char *no, int64_t version, struct err *e)
{
	return item_each(o, no, ACT_REVOKE, version, carry, NULL, e);
}

bool
revoke_follow(struct office *o, const char *no, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n = 0;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		int lock = item[i].old != 0 ? lock_item(o, item[i].id, e) : -1;

		if (item[i].old == 0)
			continue;
		ok = lock >= 0 && revoke_open(o, &item[i], e);
		if (lock >= 0)
			close(lock);
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
