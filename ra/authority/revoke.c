#include "ra/authority/transaction.h"

#include "forms/when.h"
#include "ra/authority/crl.h"
#include "ra/authority/keys.h"

#include <string.h>

#define REMOVE_FROM_CRL 8

enum wish { WISH_REVOKE, WISH_HOLD, WISH_RELEASE };

/* CRLReasons an RA may give (RFC 5280 5.3.1); 2 and 10 are not about a holder's key, 7 is not assigned. */
static const struct reason { int code; enum wish wish; } reasons[] = {
	{ 0, WISH_REVOKE }, { 1, WISH_REVOKE }, { 3, WISH_REVOKE }, { 4, WISH_REVOKE }, { 5, WISH_REVOKE },
	{ 6, WISH_HOLD }, { REMOVE_FROM_CRL, WISH_RELEASE }, { 9, WISH_REVOKE },
};

#define GRANTED (-1)
static const struct rule {
	enum cert_state from;
	enum wish wish;
	enum cert_state to;
	int failure;		/* GRANTED or a bit of PKIFailureInfo */
	const char *text;
} rules[] = {
	{ CERT_UNCONFIRMED, WISH_REVOKE, CERT_REVOKED, GRANTED, "revoked" },
	{ CERT_VALID, WISH_REVOKE, CERT_REVOKED, GRANTED, "revoked" },
	{ CERT_HOLD, WISH_REVOKE, CERT_REVOKED, GRANTED, "revoked from hold" },
	{ CERT_REVOKED, WISH_REVOKE, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, "the certificate is revoked already" },
	{ CERT_UNCONFIRMED, WISH_HOLD, CERT_UNCONFIRMED, OSSL_CMP_PKIFAILUREINFO_badRequest, "the certificate is not confirmed yet" },
	{ CERT_VALID, WISH_HOLD, CERT_HOLD, GRANTED, "put on hold" },
	{ CERT_HOLD, WISH_HOLD, CERT_HOLD, OSSL_CMP_PKIFAILUREINFO_certRevoked, "the certificate is on hold already" },
	{ CERT_REVOKED, WISH_HOLD, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, "the certificate is revoked already" },
	{ CERT_UNCONFIRMED, WISH_RELEASE, CERT_UNCONFIRMED, OSSL_CMP_PKIFAILUREINFO_badRequest, "the certificate is not confirmed yet" },
	/* after a lost answer the wish is fulfilled already */
	{ CERT_VALID, WISH_RELEASE, CERT_VALID, GRANTED, "not on hold, nothing to do" },
	{ CERT_HOLD, WISH_RELEASE, CERT_VALID, GRANTED, "taken off hold" },
	{ CERT_REVOKED, WISH_RELEASE, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, "the certificate is revoked for good" },
};

struct answer { int failure; const char *text; char serial[AUTHORITY_SERIAL_SIZE]; };

static const struct reason *
reason_find(int code)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].code == code)
			return &reasons[i];
	return NULL;
}

static const struct rule *
rule_find(enum cert_state from, enum wish wish)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].from == from && rules[i].wish == wish)
			return &rules[i];
	return NULL;
}

static bool
apply(struct transaction *t, const char *serial, const struct rule *r, int reason, struct err *e)
{
	struct authority *a = t->a;
	int64_t now = when_now();
	bool back = r->to == CERT_VALID;

	if (!db_begin(a->db, e))
		return false;
	if (authority_rr_add(a->db, t->tid, t->m->body_digest, serial, reason, now, e)
	    && (r->from == r->to || (authority_move(a->db, serial, r->to, back ? 0 : now, back ? -1 : reason, e)
	    && crl_make(a, e))) && db_commit(a->db, e))
		return true;
	db_rollback(a->db);
	return false;
}

/* A repeated message must not act again: it could take a certificate off a later hold. */
static bool
seen_before(struct transaction *t, int reason, struct answer *out, bool *seen, struct err *e)
{
	struct authority_cert c = { 0 };
	bool issued = false, known = false, same = false;

	if (!authority_by_tid(t->a->db, t->tid, &c, &issued, e))
		return false;
	authority_cert_clear(&c);
	if (!issued && !authority_rr_seen(t->a->db, t->tid, t->m->body_digest, &known, &same, e))
		return false;
	*seen = issued || known;
	if (*seen && !same)
		*out = (struct answer){ OSSL_CMP_PKIFAILUREINFO_transactionIdInUse,
		    "the transactionID was used for another request", "" };
	else if (*seen)
		*out = (struct answer){ reason == REMOVE_FROM_CRL ? GRANTED : OSSL_CMP_PKIFAILUREINFO_certRevoked,
		    "this request was carried out before", "" };
	return true;
}

static bool
revoke(struct transaction *t, const char *serial, const struct reason *why, struct answer *out, struct err *e)
{
	struct authority_cert c = { 0 };
	const struct rule *r;
	bool found = false, seen = false, ok = true;

	if (!seen_before(t, why->code, out, &seen, e))
		return false;
	memcpy(out->serial, serial, sizeof out->serial);
	if (seen)
		return true;
	if (!authority_by_serial(t->a->db, serial, &c, &found, e))
		return false;
	if (!found || c.purpose != FOR_HOLDER) {
		out->failure = OSSL_CMP_PKIFAILUREINFO_badCertId;
		out->text = "the CA has issued no such certificate to a holder";
	} else {
		r = rule_find(c.state, why->wish);
		out->failure = r->failure;
		out->text = r->text;
		ok = r->failure != GRANTED || apply(t, serial, r, why->code, e);
	}
	authority_cert_clear(&c);
	return ok;
}

OSSL_CMP_PKISI *
act_revoke(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	const struct reason *why = reason_find(t->m->reason);
	struct answer out = { GRANTED, "", "" };
	struct err e = { 0 };
	char hex[AUTHORITY_SERIAL_SIZE] = "";
	bool ok = true;

	(void)req;
	if (serial)
		serial_hex(serial, hex);
	if (!why)
		out = (struct answer){ OSSL_CMP_PKIFAILUREINFO_badRequest, "the reason is not one the CA takes", "" };
	else if (!issuer || !hex[0] || X509_NAME_cmp(issuer, X509_get_subject_name(t->a->cert)) != 0)
		out = (struct answer){ OSSL_CMP_PKIFAILUREINFO_badCertId, "issuer and serial do not name a certificate of this CA", "" };
	else {
		pthread_mutex_lock(&t->a->store_lock);
		ok = revoke(t, hex, why, &out, &e);
		pthread_mutex_unlock(&t->a->store_lock);
	}
	if (!ok) {
		authority_note(t->a, t->tid, hex, "failure", "%s [%s]", e.text, e.detail);
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_systemUnavail,
		    "the CA's store is not available, repeat later");
	}
	authority_note(t->a, t->tid, hex, out.failure == GRANTED ? "revoke" : "reject", "%s (reason %d)", out.text,
	    t->m->reason);
	if (out.failure == GRANTED)
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << out.failure, out.text);
}
