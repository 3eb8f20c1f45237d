#include "ra/enrol.h"

#include "forms/field.h"
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/revoke.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_UNUSED 5		/* cessationOfOperation: a certificate that never went into use */

/* ---- what is asked: subject and identifying extensions by the scheme's rows ---- */

static const struct scheme_ca *
scheme_ca_of(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	const struct scheme_ca *ca;

	if (!workflow_scheme(o, a, &s, e))
		return NULL;
	ca = scheme_ca(s, a->record.head.ca[0] ? a->record.head.ca : NULL);
	if (!ca)
		err_field(e, "ca", "the scheme %s has no CA '%s'", s->id, a->record.head.ca);
	return ca;
}

static void
field_value(const struct application *a, const char *id, char out[FIELD_SHOW_MAX])
{
	int user;
	const struct field *f = field_find(id, &user);

	out[0] = '\0';
	if (f)
		field_show(f, &a->record, user, out, FIELD_SHOW_MAX);
}

bool
enrol_subject(struct office *o, const struct application *a, X509_NAME **out, struct err *e)
{
	const struct scheme_ca *ca = scheme_ca_of(o, a, e);
	X509_NAME *name = NULL;
	char value[FIELD_SHOW_MAX];

	if (!ca)
		return false;
	name = X509_NAME_new();
	if (!name)
		return err_internal(e, "out of memory");
	for (size_t i = 0; i < ca->subject_n; i++) {
		const struct scheme_name_part *p = &ca->subject[i];

		if (p->text)
			snprintf(value, sizeof value, "%s", p->text);
		else
			field_value(a, p->field, value);
		if (value[0] && !certificate_name_add(name, p->type, value, e)) {
			X509_NAME_free(name);
			return false;
		}
	}
	*out = name;
	return true;
}

static bool
extensions_der(const struct scheme_ca *ca, const struct application *a, struct intent *i, struct err *e)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	char value[FIELD_SHOW_MAX];
	bool ok = list != NULL;
	int n;

	for (size_t k = 0; ok && k < ca->extension_n; k++) {
		X509_EXTENSION *x = NULL;

		field_value(a, ca->extension[k].field, value);
		if (!value[0])
			continue;
		ok = certificate_extension(ca->extension[k].oid, value, ca->extension[k].printable, &x, e)
		    && sk_X509_EXTENSION_push(list, x) > 0;
	}
	if (ok && sk_X509_EXTENSION_num(list) > 0) {
		unsigned char *der = NULL;

		n = i2d_X509_EXTENSIONS(list, &der);
		ok = n > 0 && (i->extensions = malloc((size_t)n)) != NULL;
		if (ok) {
			memcpy(i->extensions, der, (size_t)n);
			i->extensions_n = (size_t)n;
		}
		OPENSSL_free(der);
	}
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return ok || (e->code != FAULT_NONE ? false : err_internal(e, "out of memory"));
}

/* A DER encoding into malloc'ed memory. */
static bool
keep(unsigned char *der, int n, unsigned char **out, size_t *outn)
{
	*out = n > 0 ? malloc((size_t)n) : NULL;
	if (*out)
		memcpy(*out, der, (size_t)n);
	*outn = n > 0 ? (size_t)n : 0;
	OPENSSL_free(der);
	return *out != NULL;
}

static bool
intent_make(struct office *o, const struct application *a, const struct app_item *item, EVP_PKEY *pub, struct intent *i,
    struct err *e)
{
	const struct scheme_ca *ca = scheme_ca_of(o, a, e);
	X509_NAME *subject = NULL;
	unsigned char *name = NULL, *spki = NULL;
	bool ok;
	int n;

	memset(i, 0, sizeof *i);
	if (!ca || !enrol_subject(o, a, &subject, e))
		return false;
	n = i2d_X509_NAME(subject, &name);
	ok = keep(name, n, &i->subject, &i->subject_n);
	X509_NAME_free(subject);
	n = i2d_PUBKEY(pub, &spki);
	ok = keep(spki, n, &i->public_key, &i->public_key_n) && ok;
	if (!ok || RAND_bytes(i->tid, sizeof i->tid) != 1)
		return err_internal(e, "the intent cannot be made") || err_openssl(e);
	i->item = item->id;
	i->application = a->id;
	snprintf(i->ca, sizeof i->ca, "%s", ca->id);
	i->state = INTENT_OPEN;
	i->made_at = i->not_before = when_now();
	i->not_after = when_add_years(i->made_at, a->record.head.years);
	i->reason = -1;
	i->staff = o->me.id;
	e->code = FAULT_NONE;
	return extensions_der(ca, a, i, e);
}

bool
enrol_journal(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *pub, struct err *e)
{
	struct intent i;
	enum app_state to;
	bool ok = intent_make(o, a, item, pub, &i, e) && desk_begin(o, a->no, 0, a, e);

	if (ok && workflow_may(o, a, ACT_ISSUE, &to, e)) {
		a->state = to;
		item->state = ITEM_ISSUING;
		item->certificate = 0;
		ok = app_item_store(o->db, item, e) && intent_insert(o->db, &i, e)
		    && desk_commit(o, a, ACT_INTENT, e, "item %d at %s", item->n, i.ca);
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
	ok = desk_begin(s->o, s->a->no, 0, s->a, e) && cert_insert(s->o->db, &c, der, (size_t)n, e);
	if (ok) {
		s->i->state = INTENT_RECEIVED;
		s->i->certificate = c.id;
		s->item->certificate = c.id;
		ok = intent_store(s->o->db, s->i, e) && app_item_store(s->o->db, s->item, e)
		    && desk_commit(s->o, s->a, ACT_RECEIVED, e, "certificate %s", c.serial);
		if (!ok)
			s->i->state = INTENT_OPEN;
	}
	office_rollback(s->o);
	OPENSSL_free(der);
	if (ok)
		office_step(STEP_RECEIVED);
	return ok;
}

bool
enrol_settle_state(struct office *o, struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t k = 0; k < n; k++)
		if (item[k].state == ITEM_OPEN || item[k].state == ITEM_ISSUING)
			return true;
	a->state = APP_ISSUED;
	return true;
}

static bool
confirmed(struct sending *s, struct err *e)
{
	struct office *o = s->o;
	struct certificate c;
	bool found, ok;

	office_step(STEP_ANSWERED);
	ok = desk_begin(o, s->a->no, 0, s->a, e) && cert_load(o->db, s->i->certificate, &c, &found, e);
	if (ok) {
		c.state = CERT_VALID;
		s->i->state = INTENT_CONFIRMED;
		s->i->last_error[0] = '\0';
		s->item->state = ITEM_ISSUED;
		if (s->item->token == 0) {	/* a CSR's device fetches it: there is nothing to write */
			s->item->state = ITEM_VERIFIED;
			s->i->state = INTENT_DONE;
			s->i->ended_at = when_now();
		}
		ok = cert_store_state(o->db, &c, e) && intent_store(o->db, s->i, e) && app_item_store(o->db, s->item, e)
		    && enrol_settle_state(o, s->a, e) && desk_commit(o, s->a, ACT_ISSUED, e, "certificate %s", c.serial);
	}
	office_rollback(o);
	if (ok)
		office_step(STEP_ISSUED);
	return ok;
}

/* Nothing usable came: the intent stays, with the reason, to be sent again. */
static bool
waits(struct sending *s, struct err *e)
{
	struct err inner;

	s->i->tries++;
	snprintf(s->i->last_error, sizeof s->i->last_error, "%s", e->text);
	if (!desk_begin(s->o, s->a->no, 0, s->a, &inner) || !intent_store(s->o->db, s->i, &inner)
	    || !desk_commit(s->o, s->a, ACT_INTENT, &inner, "try %lld without an answer", (long long)s->i->tries))
		err_detail(e, "and the try was not noted: %s", inner.text);
	office_rollback(s->o);
	return false;
}

static bool
request_of(const struct intent *i, EVP_PKEY *pub, struct ca_request *r, struct err *e)
{
	const unsigned char *p;

	memset(r, 0, sizeof *r);
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

bool
enrol_end(struct office *o, struct application *a, struct app_item *item, const char *why, struct err *e)
{
	struct intent i;
	enum app_state to;
	bool found, ok;

	memset(&i, 0, sizeof i);
	ok = desk_begin(o, a->no, 0, a, e) && intent_of_item(o->db, item->id, &i, &found, e);
	if (ok && found) {
		i.state = INTENT_ENDED;
		i.ended_at = when_now();
		snprintf(i.last_error, sizeof i.last_error, "%s", why);
		ok = intent_store(o->db, &i, e);
	}
	if (ok) {
		item->state = ITEM_OPEN;
		item->certificate = 0;
		ok = app_item_store(o->db, item, e) && workflow_may(o, a, ACT_ENDED, &to, e);
		a->state = ok ? to : a->state;
		ok = ok && desk_commit(o, a, ACT_ENDED, e, "item %d: %.180s", item->n, why);
	}
	office_rollback(o);
	intent_clear(&i);
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
refused(struct sending *s, struct err *e)
{
	struct err inner, told = *e;

	if (!enrol_end(s->o, s->a, s->item, e->text, &inner)) {
		*e = inner;
		return false;
	}
	*e = told;
	return false;
}

static bool
send_intent(struct sending *s, bool *anew, struct err *e)
{
	struct ca *ca;
	struct ca_request r;
	enum ca_outcome outcome;
	char why[400];

	if (!office_ca(s->o, s->i->ca, &ca, e) || !request_of(s->i, s->pub, &r, e))
		return false;
	outcome = ca_enrol(ca, &r, store_received, s, e);
	request_clear(&r);
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
		return s->i->state == INTENT_RECEIVED ? start_anew(s, why, anew, e) : refused(s, e);
	case CA_REJECTED:
		return refused(s, e);
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
	ok = i.state == INTENT_CONFIRMED || send_intent(&s, anew, e);
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
