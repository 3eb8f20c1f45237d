#include "ra/enrol.h"

#include "ra/application.h"
#include "ra/ask.h"
#include "ra/certificate.h"
#include "ra/follow.h"
#include "ra/item.h"
#include "ra/revoke.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_UNUSED 5		/* cessationOfOperation: a certificate that never went into use */

bool
enrol_journal(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *pub, struct err *e)
{
	struct intent i;
	enum app_state to;
	bool ok = ask_intent(o, a, item, pub, &i, e) && application_begin(o, a->no, a->version, a, e);

	if (ok && workflow_may(o, a, ACT_ISSUE, &to, e)) {
		a->state = to;
		item->state = ITEM_ISSUING;
		item->certificate = 0;
		ok = app_item_store(o->db, item, e) && intent_insert(o->db, &i, e)
		    && application_commit(o, a, ACT_INTENT, e, "item %d at %s", item->n, i.ca);
	} else {
		ok = false;
	}
	office_rollback(o);
	intent_clear(&i);
	if (ok)
		office_step(STEP_INTENT);
	return ok;
}

/* ---- sending ---- */

struct sending {		/* what the storing callback needs */
	struct office *o;
	struct application *a;
	struct app_item *item;
	struct intent *i;
	EVP_PKEY *pub;			/* the intent's key, or NULL */
};

static bool
certificate_row(struct sending *s, X509 *x, struct certificate *c, struct err *e)
{
	memset(c, 0, sizeof *c);
	snprintf(c->ca, sizeof c->ca, "%s", s->i->ca);
	c->state = CERT_UNCONFIRMED;
	c->organisation = s->a->organisation;
	c->application = s->a->id;
	c->item = s->item->id;
	snprintf(c->scheme, sizeof c->scheme, "%.23s", s->a->record.head.scheme);
	c->not_before = s->i->not_before;
	c->not_after = s->i->not_after;
	c->stored_at = when_now();
	c->reason = -1;
	return certificate_serial(x, c->serial, sizeof c->serial, e)
	    && certificate_subject(x, c->subject, sizeof c->subject, e);
}

/* Runs between the CA's answer and certConf: the certificate is durable before it is confirmed. */
static bool
store_received(void *arg, X509 *x, struct err *e)
{
	struct sending *s = arg;
	struct certificate c;
	unsigned char *der = NULL;
	int n;
	bool ok;

	office_step(STEP_SENT);
	if (s->i->state != INTENT_OPEN)
		return true;		/* a repeat: it is stored */
	n = i2d_X509(x, &der);
	if (n <= 0 || !certificate_row(s, x, &c, e)) {
		OPENSSL_free(der);
		return n > 0 ? false : err_internal(e, "the certificate cannot be encoded");
	}
	ok = application_begin(s->o, s->a->no, 0, s->a, e) && ask_old_good(s->o, s->a, s->item, e)
	    && cert_insert(s->o->db, &c, der, (size_t)n, e);
	if (ok) {
		s->i->state = INTENT_RECEIVED;
		s->i->certificate = c.id;
		s->item->certificate = c.id;
		ok = intent_store(s->o->db, s->i, e) && app_item_store(s->o->db, s->item, e)
		    && application_commit(s->o, s->a, ACT_RECEIVED, e, "certificate %s", c.serial);
		if (!ok)
			s->i->state = INTENT_OPEN;
	}
	office_rollback(s->o);
	OPENSSL_free(der);
	if (ok)
		office_step(STEP_RECEIVED);
	return ok;
}

/* All items are issued or better: so is the application. */
static bool
settle_state(struct office *o, struct application *a, struct err *e)
{
	bool open;

	if (!item_any_open(o, a->id, &open, e))
		return false;
	if (!open)
		a->state = APP_ISSUED;
	return true;
}

/* The CA has it: the store too, and where no token is to be written the old one's end with it. */
static bool
mark_confirmed(struct sending *s, struct certificate *c, struct err *e)
{
	struct office *o = s->o;

	c->state = CERT_VALID;
	s->i->state = INTENT_CONFIRMED;
	s->i->last_error[0] = '\0';
	s->item->state = ITEM_ISSUED;
	if (s->item->token == 0) {	/* a CSR's device fetches it: there is nothing to write */
		s->item->state = ITEM_VERIFIED;
		s->i->state = INTENT_DONE;
		s->i->ended_at = when_now();
	}
	return cert_store_state(o->db, c, e) && intent_store(o->db, s->i, e) && app_item_store(o->db, s->item, e)
	    && (s->item->state != ITEM_VERIFIED || follow_old(o, s->a, s->item, e)) && settle_state(o, s->a, e)
	    && application_commit(o, s->a, ACT_ISSUED, e, "certificate %s", c->serial);
}

static bool
confirmed(struct sending *s, struct err *e)
{
	struct office *o = s->o;
	struct certificate c;
	bool found, good = true, ok;

	office_step(STEP_ANSWERED);
	ok = application_begin(o, s->a->no, 0, s->a, e) && cert_load(o->db, s->i->certificate, &c, &found, e)
	    && (good = ask_old_good(o, s->a, s->item, e)) && mark_confirmed(s, &c, e);
	office_rollback(o);
	if (ok)
		office_step(STEP_ISSUED);
	return ok || good || e->code != FAULT_REFUSED ? ok : enrol_call_off(o, s->a, s->item, e);
}

/* Nothing usable came: the intent stays, with the reason, to be sent again. */
static bool
waits(struct sending *s, struct err *e)
{
	struct err inner;

	s->i->tries++;
	snprintf(s->i->last_error, sizeof s->i->last_error, "%s", e->text);
	if (!application_begin(s->o, s->a->no, 0, s->a, &inner) || !intent_store(s->o->db, s->i, &inner)
	    || !application_commit(s->o, s->a, ACT_INTENT, &inner, "try %lld without an answer", (long long)s->i->tries))
		err_detail(e, "and the try was not noted: %s", inner.text);
	office_rollback(s->o);
	return false;
}

/* The serial of the certificate that the intent updates; NULL for none. */
static bool
updated_serial(struct office *o, const struct intent *i, ASN1_INTEGER **out, struct err *e)
{
	struct certificate c;
	bool found;

	*out = NULL;
	if (i->old == 0)
		return true;
	if (!cert_load(o->db, i->old, &c, &found, e))
		return false;
	return found ? certificate_serial_parse(c.serial, out, e) : err_internal(e, "the certificate to update is not in the store");
}

/* What the journal holds, as a request; old lives as long as the caller's. */
static bool
request_of(const struct intent *i, EVP_PKEY *pub, const ASN1_INTEGER *old, struct ca_request *r, struct err *e)
{
	const unsigned char *p;

	memset(r, 0, sizeof *r);
	r->old = old;
	memcpy(r->tid, i->tid, sizeof r->tid);
	p = i->subject;
	r->subject = d2i_X509_NAME(NULL, &p, (long)i->subject_n);
	p = i->public_key;
	r->pubkey = pub && EVP_PKEY_up_ref(pub) ? pub : d2i_PUBKEY(NULL, &p, (long)i->public_key_n);
	p = i->extensions;
	r->extensions = i->extensions ? d2i_X509_EXTENSIONS(NULL, &p, (long)i->extensions_n) : NULL;
	r->not_before = i->not_before;
	r->not_after = i->not_after;
	if (r->subject && r->pubkey && (r->extensions || !i->extensions))
		return true;
	return err_internal(e, "the journalled intent %lld is damaged", (long long)i->id) || err_openssl(e);
}

static void
request_clear(struct ca_request *r)
{
	X509_NAME_free(r->subject);
	EVP_PKEY_free(r->pubkey);
	sk_X509_EXTENSION_pop_free(r->extensions, X509_EXTENSION_free);
}

/* The application that an ended item goes back to: approved, or still issuing where other items have what they asked for. */
static bool
state_after(struct office *o, const struct application *a, const struct app_item *ended, enum app_state *to, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!workflow_may(o, a, ACT_ENDED, to, e) || !app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t k = 0; k < n; k++)
		if (item[k].id != ended->id && item[k].state != ITEM_OPEN)
			*to = APP_ISSUING;
	return true;
}

bool
enrol_end(struct office *o, struct application *a, struct app_item *item, const char *why, struct err *e)
{
	struct intent i;
	enum app_state to;
	bool found, ok;

	memset(&i, 0, sizeof i);
	ok = application_begin(o, a->no, 0, a, e) && intent_of_item(o->db, item->id, &i, &found, e);
	if (ok && found) {
		i.state = INTENT_ENDED;
		i.ended_at = when_now();
		snprintf(i.last_error, sizeof i.last_error, "%s", why);
		ok = intent_store(o->db, &i, e);
	}
	if (ok) {
		item->state = ITEM_OPEN;
		item->certificate = 0;
		/* the initial PIN stays with the token that it was made for */
		ok = app_item_store(o->db, item, e) && (item->token != 0 || app_item_pin_store(o->db, o->keys, item, NULL, e))
		    && state_after(o, a, item, &to, e);
		a->state = ok ? to : a->state;
		ok = ok && application_commit(o, a, ACT_ENDED, e, "item %d: %.180s", item->n, why);
	}
	office_rollback(o);
	intent_clear(&i);
	if (ok)
		office_step(STEP_ENDED);
	return ok;
}

/* The transaction of this intent can come to nothing any more, but the key is good: the certificate that may have come is
 * revoked, the intent ended, and the caller journals a new one. */
static bool
start_anew(struct sending *s, const char *why, bool *anew, struct err *e)
{
	if (s->i->certificate != 0 && !revoke_unused(s->o, s->i->certificate, REASON_UNUSED, e))
		return false;
	*anew = enrol_end(s->o, s->a, s->item, why, e);
	return *anew;
}

static bool
refused(struct office *o, struct application *a, struct app_item *item, struct err *told)
{
	struct err inner;

	if (!enrol_end(o, a, item, told->text, &inner))
		*told = inner;
	return false;
}

/* A certificate that the CA made without our knowing is in nobody's hands, and the CA drops it unconfirmed. */
bool
enrol_call_off(struct office *o, struct application *a, struct app_item *item, struct err *told)
{
	struct err inner;

	if (item->certificate == 0 || revoke_unused(o, item->certificate, REASON_UNUSED, &inner))
		return refused(o, a, item, told);
	*told = inner;
	return false;
}

static bool
send_intent(struct sending *s, bool *anew, struct err *e)
{
	struct ca *ca;
	struct ca_request r;
	ASN1_INTEGER *old;
	enum ca_outcome outcome;
	char why[400];

	if (!office_ca(s->o, s->i->ca, &ca, e) || !updated_serial(s->o, s->i, &old, e))
		return false;
	if (!request_of(s->i, s->pub, old, &r, e)) {
		request_clear(&r);
		ASN1_INTEGER_free(old);
		return false;
	}
	outcome = ca_enrol(ca, &r, store_received, s, e);
	request_clear(&r);
	ASN1_INTEGER_free(old);
	snprintf(why, sizeof why, "%s", outcome == CA_CONFIRMED ? "" : e->text);
	switch (outcome) {
	case CA_CONFIRMED:
		return confirmed(s, e);
	case CA_UNCONFIRMED:
	case CA_NOT_SENT:
	case CA_UNKNOWN:
		return waits(s, e);
	case CA_TID_USED:
		return start_anew(s, why, anew, e);
	case CA_REFUSED:
		/* it was there once: the CA has dropped it unconfirmed meanwhile */
		return s->i->state == INTENT_RECEIVED ? start_anew(s, why, anew, e) : refused(s->o, s->a, s->item, e);
	case CA_REJECTED:
		return refused(s->o, s->a, s->item, e);
	}
	return false;
}

bool
enrol_send(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *pub, bool *anew, struct err *e)
{
	struct intent i;
	struct sending s = { o, a, item, &i, pub };
	bool found, ok = false;

	*anew = false;
	if (!intent_of_item(o->db, item->id, &i, &found, e))
		return false;
	if (!found)
		return err_internal(e, "item %d of %s has no open intent", item->n, a->no);
	if (i.state == INTENT_CONFIRMED)
		ok = true;
	else if (ask_old_good(o, a, item, e))
		ok = send_intent(&s, anew, e);
	else
		ok = e->code == FAULT_REFUSED ? enrol_call_off(o, a, item, e) : false;
	intent_clear(&i);
	return ok;
}

bool
enrol_done(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	struct intent i;
	bool found, ok;

	(void)a;
	if (!intent_of_item(o->db, item->id, &i, &found, e))
		return false;
	if (!found)
		return true;
	i.state = INTENT_DONE;
	i.ended_at = when_now();
	ok = intent_store(o->db, &i, e);
	intent_clear(&i);
	return ok;
}
