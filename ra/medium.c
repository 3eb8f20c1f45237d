#include "ra/medium.h"

#include "db/stock.h"
#include "forms/der.h"
#include "ra/application.h"
#include "ra/ask.h"
#include "ra/certificate.h"
#include "ra/enrol.h"
#include "ra/follow.h"
#include "ra/holder.h"
#include "ra/item.h"
#include "ra/personalise.h"
#include "ra/rules.h"
#include "ra/service.h"
#include "ra/tidy.h"

#include <openssl/crypto.h>
#include <stdio.h>

/* How a token is made ready for an item, and opened. */
static const struct kind {
	bool (*take)(struct office *o, struct application *a, struct app_item *item, const char *serial, const char *pin,
	    struct err *e);
	bool (*open)(struct office *o, struct application *a, struct app_item *item, const char *pin, struct token **t,
	    struct err *e);
} kinds[] = {
	[MEDIUM_NONE] = { NULL, NULL },
	[MEDIUM_NEW] = { personalise_take, personalise_open },
	[MEDIUM_SAME] = { holder_take, holder_open },
};

/* Scheme, row and (where the service has one) old certificate of the item, parsed. */
struct making {
	const struct scheme *s;
	const struct scheme_ca *ca;
	const struct service_row *row;
	X509 *old;
};

static bool
making_of(struct office *o, const struct application *a, const struct app_item *item, struct making *k, struct err *e)
{
	*k = (struct making){ .ca = ask_ca(o, a, e) };
	return k->ca && rules_scheme(o, a, &k->s, e) && service_of(o, a, &k->row, e)
	    && (item->old == 0 || item_x509(o, item->old, &k->old, e));
}

bool
medium_may_keep_key(const struct service_row *row, const struct scheme *s)
{
	return row->at_ca == AT_CA_UPDATE && s->renew_same_key;
}

/* ---- a request of the holder's own device ---- */

/* The CA would refuse it too; here the clerk reads what to do before anything is asked. */
static bool
in_good_hands(struct office *o, EVP_PKEY *key, struct err *e)
{
	unsigned char *spki = NULL;
	char serial[64] = "";
	int n = der_spki(key, &spki);
	bool ok = (n > 0 || err_internal(e, "the request's key cannot be encoded")) && cert_compromised(o->db, spki, (size_t)n, serial, e);

	OPENSSL_free(spki);
	return ok && (!serial[0] || err_field(e, "csr", "the request has the key of the certificate %s, which was revoked as compromised: a"
	    " new key pair is needed, have the holder's device make one", serial));
}

static bool
key_by_csr(struct office *o, const struct making *k, const struct app_item *item, const char *path, EVP_PKEY **pub, struct err *e)
{
	EVP_PKEY *key = NULL;

	if (item->token != 0)
		return err_refuse(e, "a token is taken for this item already: go on with it, or move it first");
	if (!certificate_request_key(path, &key, e))
		return false;
	if (!in_good_hands(o, key, e)) {
		EVP_PKEY_free(key);
		return false;
	}
	if (k->old && !medium_may_keep_key(k->row, k->s) && EVP_PKEY_eq(key, X509_get0_pubkey(k->old)) == 1) {
		EVP_PKEY_free(key);
		return err_field(e, "csr", "the request has the key of the old certificate, which may not go on here: have the holder's"
		    " device make a new key");
	}
	*pub = key;
	return true;
}

/* ---- a key on the token ---- */

/* The old key, proven by holder_take; or the one that was made before a kill; or a new one. */
static bool
key_on(struct token *t, const struct making *k, const char *label, bool same, EVP_PKEY **key, struct err *e)
{
	bool found = false;

	if (same) {
		*key = X509_get_pubkey(k->old);
		return *key || err_internal(e, "the old certificate has no usable key");
	}
	return token_generated(t, k->ca->key, label, key, &found, e) && (found || token_generate(t, k->ca->key, label, key, e));
}

static bool
key_by_token(struct office *o, struct application *a, struct app_item *item, const struct making *k,
    const struct issue_medium *m, EVP_PKEY **pub, struct err *e)
{
	struct token *t = NULL;
	X509_NAME *subject = NULL;
	X509_REQ *csr = NULL;
	EVP_PKEY *key = NULL;
	char label[40];
	bool ok;

	snprintf(label, sizeof label, "%s-%d", a->no, item->n);
	ok = kinds[k->row->medium].take(o, a, item, m->token, m->pin, e) && ask_subject(o, a, item, &subject, e)
	    && kinds[k->row->medium].open(o, a, item, m->pin, &t, e);
	/* room first */
	if (ok && k->row->medium == MEDIUM_SAME)
		tidy_token(o, a, item, t);
	ok = ok && key_on(t, k, label, m->same_key, &key, e) && token_request(t, key, subject, &csr, e);
	if (ok) {
		*pub = key;
		key = NULL;
		office_step(STEP_KEY_MADE);
	}
	X509_REQ_free(csr);
	X509_NAME_free(subject);
	EVP_PKEY_free(key);
	token_close(t);
	return ok;
}

static bool
given_good(const struct making *k, const struct application *a, const struct issue_medium *m, struct err *e)
{
	if (k->row->medium == MEDIUM_NONE)
		return err_internal(e, "the service %s makes no certificate", a->record.head.service);
	if (m->same_key && (!medium_may_keep_key(k->row, k->s) || k->row->medium != MEDIUM_SAME || !k->old))
		return err_field(e, "same_key", "only a renewal keeps the key, and only where the scheme %s allows it", k->s->id);
	return true;
}

bool
medium_key(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, EVP_PKEY **pub,
    struct err *e)
{
	struct making k;
	bool ok = making_of(o, a, item, &k, e) && given_good(&k, a, m, e)
	    && (m->csr ? key_by_csr(o, &k, item, m->csr, pub, e) : key_by_token(o, a, item, &k, m, pub, e));

	X509_free(k.old);
	return ok;
}

/* ---- the certificate onto it ---- */

/* *good false: the old certificate has ended meanwhile, as e says. */
static bool
mark(struct office *o, struct application *a, struct app_item *item, bool *good, struct err *e)
{
	struct stock t;
	bool found, ok;

	ok = application_begin(o, a->no, 0, a, e) && (*good = ask_old_good(o, a, item, e)) && stock_load(o->db, item->token, &t, &found, e)
	    && stock_store(o->db, &t, t.state == TOKEN_RESERVED ? TOKEN_ACTIVE : t.state, item->id, o->me.id, when_now(), a->no, e);
	if (ok) {
		item->state = ITEM_VERIFIED;
		ok = app_item_store(o->db, item, e) && enrol_done(o, a, item, e) && follow_old(o, a, item, e)
		    && application_commit(o, a, ACT_VERIFIED, e, "item %d token %s", item->n, t.serial);
	}
	office_rollback(o);
	return ok;
}

static bool
write_on(struct office *o, struct application *a, struct app_item *item, struct token *t, X509 *cert, X509 *issuer, bool *good,
    struct err *e)
{
	if (!token_write(t, cert, &issuer, 1, e) || !token_prove(t, cert, e))
		return false;
	office_step(STEP_WRITTEN);
	if (!mark(o, a, item, good, e))
		return false;
	office_step(STEP_VERIFIED);
	return true;
}

bool
medium_write(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, struct err *e)
{
	const struct scheme_ca *sca = ask_ca(o, a, e);
	const struct service_row *row;
	struct ca *ca;
	struct token *t = NULL;
	X509 *cert = NULL;
	bool good, ok;

	if (!sca || !service_of(o, a, &row, e) || !office_ca(o, sca->id, &ca, e) || !item_x509(o, item->certificate, &cert, e))
		return false;
	/* looked at before the token is, and once more where it is marked */
	good = ask_old_good(o, a, item, e);
	ok = good && kinds[row->medium].open(o, a, item, m ? m->pin : NULL, &t, e)
	    && write_on(o, a, item, t, cert, ca_issuer(ca), &good, e);
	if (ok && row->medium == MEDIUM_SAME)
		tidy_token(o, a, item, t);
	token_close(t);
	X509_free(cert);
	return ok || good || e->code != FAULT_REFUSED ? ok : enrol_call_off(o, a, item, e);
}
