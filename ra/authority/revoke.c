#include "ra/authority/transaction.h"

#include "forms/when.h"
#include "ra/authority/compromised.h"
#include "ra/authority/crl.h"
#include "ra/authority/keys.h"

#include <string.h>

enum wish { WISH_REVOKE, WISH_HOLD, WISH_RELEASE };

/* CRLReasons an RA may give (RFC 5280 5.3.1); 2 and 10 are not about a holder's key, 7 is not assigned. */
static const struct reason { int code; enum wish wish; } reasons[] = {
	{ 0, WISH_REVOKE }, { 1, WISH_REVOKE }, { 3, WISH_REVOKE }, { 4, WISH_REVOKE }, { 5, WISH_REVOKE },
	{ 6, WISH_HOLD }, { 8, WISH_RELEASE }, { 9, WISH_REVOKE },
};

/* A hold or a release of what is so already is granted: the answer to the first asking may have been lost. A revoked
 * certificate is told by certRevoked (RFC 4210 5.2.3), by which a repeat knows that it came through. */
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
	{ CERT_REVOKED, WISH_REVOKE, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, N_("the certificate is revoked already") },
	{ CERT_UNCONFIRMED, WISH_HOLD, CERT_UNCONFIRMED, OSSL_CMP_PKIFAILUREINFO_badRequest, N_("the certificate is not confirmed yet") },
	{ CERT_VALID, WISH_HOLD, CERT_HOLD, GRANTED, "put on hold" },
	{ CERT_HOLD, WISH_HOLD, CERT_HOLD, GRANTED, "on hold already, nothing to do" },
	{ CERT_REVOKED, WISH_HOLD, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, N_("the certificate is revoked already") },
	{ CERT_UNCONFIRMED, WISH_RELEASE, CERT_UNCONFIRMED, OSSL_CMP_PKIFAILUREINFO_badRequest, N_("the certificate is not confirmed yet") },
	{ CERT_VALID, WISH_RELEASE, CERT_VALID, GRANTED, "not on hold, nothing to do" },
	{ CERT_HOLD, WISH_RELEASE, CERT_VALID, GRANTED, "taken off hold" },
	{ CERT_REVOKED, WISH_RELEASE, CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, N_("the certificate is revoked for good") },
};

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

/* One that goes from hold to the end keeps the date of its hold: from then on it was not to be trusted (X.509 8.5.2). */
static bool
move(struct authority *a, const struct authority_cert *c, const struct rule *r, int reason, int64_t now, struct err *e)
{
	if (r->to == CERT_VALID)
		return authority_move(a->db, c->serial, r->to, 0, -1, e);
	return (reason != CRL_KEY || compromised_add(a, c, e))
	    && authority_move(a->db, c->serial, r->to, r->from == CERT_HOLD ? c->revoked_at : now, reason, e);
}

static bool
apply(struct transaction *t, const struct authority_cert *c, const struct rule *r, int reason, struct err *e)
{
	struct authority *a = t->a;
	int64_t now = when_now();

	if (!db_begin(a->db, e))
		return false;
	if (authority_rr_add(a->db, t->tid, t->m->body_digest, c->serial, reason, now, e)
	    && (r->from == r->to || (move(a, c, r, reason, now, e) && crl_make(a, e))) && db_commit(a->db, e))
		return true;
	db_rollback(a->db);
	return false;
}

/* A repeated message must not act again: it could take a certificate off a later hold. */
static bool
seen_before(struct transaction *t, struct verdict *out, bool *seen, struct err *e)
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
		*out = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_transactionIdInUse,
		    N_("the transactionID was used for another request") };
	else if (*seen)
		*out = (struct verdict){ GRANTED, "this request was carried out before" };
	return true;
}

static bool
revoke(struct transaction *t, const char *serial, const struct reason *why, struct verdict *out, struct err *e)
{
	struct authority_cert c = { 0 };
	const struct rule *r;
	bool found = false, seen = false, ok = true;

	if (!seen_before(t, out, &seen, e))
		return false;
	if (seen)
		return true;
	if (!authority_by_serial(t->a->db, serial, &c, &found, e))
		return false;
	if (!found || c.purpose != FOR_HOLDER) {
		*out = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertId, N_("the CA has issued no such certificate to a holder") };
	} else {
		r = rule_find(c.state, why->wish);
		*out = (struct verdict){ r->failure, r->text };
		ok = r->failure != GRANTED || apply(t, &c, r, why->code, e);
	}
	authority_cert_clear(&c);
	return ok;
}

OSSL_CMP_PKISI *
act_revoke(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	const struct reason *why = reason_find(t->m->reason);
	struct verdict out = { GRANTED, "" };
	struct err e = { 0 };
	char hex[AUTHORITY_SERIAL_SIZE] = "";
	bool ok = true;

	(void)req;
	if (serial)
		serial_hex(serial, hex);
	if (!why)
		out = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badRequest, N_("the reason is not one the CA takes") };
	else if (!issuer || !hex[0] || X509_NAME_cmp(issuer, X509_get_subject_name(t->a->cert)) != 0)
		out = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertId, N_("issuer and serial do not name a certificate of this CA") };
	else {
		pthread_mutex_lock(&t->a->store_lock);
		ok = revoke(t, hex, why, &out, &e);
		pthread_mutex_unlock(&t->a->store_lock);
	}
	if (!ok) {
		authority_note(t->a, t->tid, hex, "failure", "%s [%s]", e.text, e.detail);
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_systemUnavail,
		    N_("the CA's store is not available, repeat later"));
	}
	authority_note(t->a, t->tid, hex, out.failure == GRANTED ? "revoke" : "reject", "%s (reason %d)", out.text,
	    t->m->reason);
	if (out.failure == GRANTED)
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << out.failure, out.text);
}
