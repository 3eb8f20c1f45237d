#include "ra/authority/transaction.h"

#include "forms/when.h"
#include "ra/authority/compromised.h"
#include "ra/authority/crl.h"
#include "ra/authority/issue.h"
#include "ra/authority/keys.h"

#include <openssl/err.h>
#include <openssl/cmperr.h>
#include <string.h>

#define NEVER_USED 5		/* cessationOfOperation, see crl.c */

static OSSL_CMP_PKISI *
refuse(struct transaction *t, const char *serial, int failure, const char *text)
{
	authority_note(t->a, t->tid, serial, "reject", "%s", text);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << failure, text);
}

static OSSL_CMP_PKISI *
store_failed(struct transaction *t, const struct err *e)
{
	authority_note(t->a, t->tid, NULL, "failure", "%s [%s]", e->text, e->detail);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_systemUnavail,
	    N_("the CA's store is not available, repeat later"));
}

/* ---- ir, cr, p10cr, kur ---- */

struct asked {			/* a request, whichever of the two forms it came in */
	struct mirror_template *template;
	STACK_OF(X509_EXTENSION) *of_csr;
	struct wanted want;
	char old[AUTHORITY_SERIAL_SIZE];	/* of a kur: the certificate that is updated; "" else */
	X509 *old_cert;
	unsigned char digest[AUTHORITY_DIGEST];	/* of body type, sender and what is asked; not of nonces or signatures */
};

static void
asked_clear(struct asked *q)
{
	mirror_template_free(q->template);
	X509_free(q->old_cert);
	sk_X509_EXTENSION_pop_free(q->of_csr, X509_EXTENSION_free);
}

static bool
digest_asked(const struct transaction *t, const unsigned char *der, int n, struct asked *q)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char body = (unsigned char)t->m->body, *name = NULL;
	int name_n = i2d_X509_NAME(t->m->sender, &name);
	bool ok = md && n > 0 && name_n > 0 && EVP_DigestInit(md, EVP_sha256()) == 1
	    && EVP_DigestUpdate(md, &body, 1) == 1 && EVP_DigestUpdate(md, name, (size_t)name_n) == 1
	    && EVP_DigestUpdate(md, q->old, strlen(q->old)) == 1 && EVP_DigestUpdate(md, der, (size_t)n) == 1
	    && EVP_DigestFinal(md, q->digest, NULL) == 1;

	OPENSSL_free(name);
	EVP_MD_CTX_free(md);
	return ok;
}

static bool
read_asked(struct transaction *t, const OSSL_CRMF_MSG *crm, const X509_REQ *p10, struct asked *q, struct err *e)
{
	unsigned char *der = NULL;
	bool ok;
	int n;

	if (crm) {
		const OSSL_CRMF_CERTTEMPLATE *own = OSSL_CRMF_MSG_get0_tmpl(crm);
		const X509_NAME *issuer;

		q->template = mirror_template(own);
		if (!q->template)
			return err_refuse(e, "the certificate template cannot be read");
		issuer = mirror_issuer(q->template);
		if (issuer && X509_NAME_cmp(issuer, X509_get_subject_name(t->a->cert)) != 0)
			return err_refuse(e, "the template names another issuer");
		q->want = (struct wanted){ mirror_subject(q->template), mirror_pubkey(q->template),
		    mirror_not_before(q->template), mirror_not_after(q->template), mirror_extensions(q->template), 0 };
		n = i2d_OSSL_CRMF_CERTTEMPLATE(own, &der);
	} else {
		X509_REQ *csr = (X509_REQ *)(uintptr_t)p10;	/* OpenSSL's getters of it are not const */

		q->of_csr = X509_REQ_get_extensions(csr);
		q->want = (struct wanted){ X509_REQ_get_subject_name(csr), X509_REQ_get_X509_PUBKEY(csr), NULL, NULL, q->of_csr, 0 };
		n = i2d_re_X509_REQ_tbs(csr, &der);
	}
	ok = digest_asked(t, der, n, q);
	OPENSSL_free(der);
	return ok || err_internal(e, "out of memory");
}

/* Takes what the store holds of this transactionID: *cert, or the refusal; neither when a new one is to be made. */
static OSSL_CMP_PKISI *
recall(struct transaction *t, const struct asked *q, X509 **cert)
{
	struct authority *a = t->a;
	struct authority_cert c = { 0 };
	struct err e = { 0 };
	bool found = false, revoked = false, same;
	OSSL_CMP_PKISI *answer = NULL;
	const unsigned char *p;

	if (!authority_by_tid(a->db, t->tid, &c, &found, &e)
	    || (!found && !authority_rr_seen(a->db, t->tid, q->digest, &revoked, &same, &e)))
		return store_failed(t, &e);
	if (!found && !revoked)
		return NULL;
	p = c.der;
	if (revoked || memcmp(c.digest, q->digest, sizeof c.digest) != 0)
		answer = refuse(t, c.serial, OSSL_CMP_PKIFAILUREINFO_transactionIdInUse,
		    N_("the transactionID was used for another request"));
	else if (c.state == CERT_REVOKED && !t->replay)
		answer = refuse(t, c.serial, OSSL_CMP_PKIFAILUREINFO_certRevoked,
		    N_("the certificate of this transaction was revoked: begin a new transaction"));
	else if (!(*cert = d2i_X509(NULL, &p, (long)c.der_n)))
		answer = OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure, NULL);
	else if (c.state == CERT_UNCONFIRMED && !t->replay && t->m->implicit_confirm && a->set.implicit_confirm
	    && (!db_begin(a->db, &e) || !authority_move(a->db, c.serial, CERT_VALID, 0, -1, &e) || !db_commit(a->db, &e)))
		answer = store_failed(t, &e);
	if (!answer && !t->replay)
		authority_note(a, t->tid, c.serial, "repeat", "the same request again, the same certificate");
	if (answer) {
		db_rollback(a->db);
		X509_free(*cert);
		*cert = NULL;
	}
	authority_cert_clear(&c);
	return answer;
}

static bool
store_new(struct transaction *t, const struct asked *q, X509 *cert, struct err *e)
{
	struct authority *a = t->a;
	bool implicit = t->m->implicit_confirm && a->set.implicit_confirm;
	struct authority_cert c = { .purpose = FOR_HOLDER, .issued_at = when_now(), .reason = -1,
	    .state = implicit ? CERT_VALID : CERT_UNCONFIRMED };
	bool ok = false;

	c.confirm_by = implicit ? 0 : c.issued_at + a->set.confirm_wait_s;
	memcpy(c.tid, t->tid, sizeof c.tid);
	memcpy(c.digest, q->digest, sizeof c.digest);
	c.message = (unsigned char *)(uintptr_t)t->der;		/* borrowed for the call */
	c.message_n = t->der_n;
	if (row_of(cert, &c, e)) {
		pthread_mutex_lock(&a->store_lock);
		ok = db_begin(a->db, e) && compromised_not(a, cert, e) && authority_add(a->db, &c, e) && db_commit(a->db, e);
		if (!ok)
			db_rollback(a->db);
		pthread_mutex_unlock(&a->store_lock);
	}
	if (ok)
		authority_note(a, t->tid, c.serial, "issue", "%s%s%s%s", c.subject, implicit ? " (implicit confirmation)" : "",
		    q->old[0] ? " updates " : "", q->old);
	c.message = NULL;
	authority_cert_clear(&c);
	return ok;
}

/* A kur: the old certificate is looked at, and its subject, byte by byte, goes into the new one. */
static OSSL_CMP_PKISI *
update(struct transaction *t, struct asked *q)
{
	struct verdict v = { GRANTED, "" };
	struct err e = { 0 };

	if (!update_allowed(t->a, q->old, q->want.subject, &v, &q->old_cert, &e))
		return store_failed(t, &e);
	if (v.failure != GRANTED)
		return refuse(t, q->old, v.failure, v.text);
	q->want.subject = X509_get_subject_name(q->old_cert);
	if (!time_of(X509_get0_notAfter(q->old_cert), &q->want.runs_on))
		q->want.runs_on = 0;
	return NULL;
}

static OSSL_CMP_PKISI *
certify(struct transaction *t, struct asked *q, X509 **out)
{
	struct err e = { 0 };
	OSSL_CMP_PKISI *answer;

	pthread_mutex_lock(&t->a->store_lock);
	answer = recall(t, q, out);
	if (!answer && !*out && q->old[0])
		answer = update(t, q);
	pthread_mutex_unlock(&t->a->store_lock);
	t->repeated = *out != NULL;
	if (answer || *out)
		return answer;
	if (!issue_cert(t->a, &q->want, out, &e)) {
		if (e.code == FAULT_REFUSED)
			return refuse(t, NULL, OSSL_CMP_PKIFAILUREINFO_badCertTemplate, e.text);
		authority_note(t->a, t->tid, NULL, "failure", "%s [%s]", e.text, e.detail);
		return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure, NULL);
	}
	if (!store_new(t, q, *out, &e)) {
		X509_free(*out);
		*out = NULL;
		return e.code == FAULT_REFUSED ? refuse(t, NULL, OSSL_CMP_PKIFAILUREINFO_badCertTemplate, e.text) : store_failed(t, &e);
	}
	return NULL;
}

OSSL_CMP_PKISI *
act_certify(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id, const OSSL_CRMF_MSG *crm, const X509_REQ *p10,
    X509 **cert, STACK_OF(X509) **chain, STACK_OF(X509) **ca_pubs)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	struct asked q = { 0 };
	struct verdict v = { GRANTED, "" };
	struct err e = { 0 };
	X509 *made = NULL;
	OSSL_CMP_PKISI *answer;

	(void)req;
	(void)id;
	*cert = NULL;
	*chain = *ca_pubs = NULL;
	if (t->m->body == BODY_KUR)
		v = update_named(t->a, crm, q.old);
	if (v.failure != GRANTED)
		answer = refuse(t, NULL, v.failure, v.text);
	else if (!read_asked(t, crm, p10, &q, &e))
		answer = refuse(t, NULL, OSSL_CMP_PKIFAILUREINFO_badCertTemplate, e.text);
	else
		answer = certify(t, &q, &made);
	if (made) {
		X509_free(t->cert);
		X509_NAME_free(t->sender);
		t->sender = X509_NAME_dup(t->m->sender);
		t->cert = made;
		X509_up_ref(made);
		*cert = made;
		if ((*chain = sk_X509_new_null()) && X509_up_ref(t->a->cert) && !sk_X509_push(*chain, t->a->cert))
			X509_free(t->a->cert);
		answer = OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
	}
	asked_clear(&q);
	return answer;
}

/* ---- certConf ---- */

static bool
move_to(struct transaction *t, const char *serial, enum cert_state to, struct err *e)
{
	struct authority *a = t->a;
	bool revoke = to == CERT_REVOKED;

	if (db_begin(a->db, e) && authority_move(a->db, serial, to, revoke ? when_now() : 0, revoke ? NEVER_USED : -1, e)
	    && (!revoke || crl_make(a, e)) && db_commit(a->db, e))
		return true;
	db_rollback(a->db);
	return false;
}

/* wanted says what the holder's side said of the certificate. */
static bool
settle(struct transaction *t, bool wanted, struct err *e)
{
	struct authority_cert c = { 0 };
	enum cert_state to = wanted ? CERT_VALID : CERT_REVOKED;
	bool found = false, ok = false;
	char serial[AUTHORITY_SERIAL_SIZE];

	serial_hex(X509_get0_serialNumber(t->cert), serial);
	pthread_mutex_lock(&t->a->store_lock);
	if (!authority_by_serial(t->a->db, serial, &c, &found, e))
		goto out;
	if (!found)
		err_internal(e, "the certificate is not in the store");
	else if (c.state == CERT_UNCONFIRMED)
		ok = move_to(t, serial, to, e);
	else if (wanted == (c.state != CERT_REVOKED))
		ok = true;		/* a repeat */
	else if (wanted)
		err_refuse(e, "the certificate was revoked because it was not confirmed in time");
	else
		err_refuse(e, "the certificate was confirmed before: revoke it by rr");
	if (ok)
		authority_note(t->a, t->tid, serial, wanted ? "confirm" : "reject-by-holder", "%s",
		    c.state != CERT_UNCONFIRMED ? "again" : wanted ? "valid" : "revoked at once");
out:
	pthread_mutex_unlock(&t->a->store_lock);
	authority_cert_clear(&c);
	return ok;
}

static bool
same_sender(struct transaction *t, struct err *e)
{
	if (t->cert && t->sender && X509_NAME_cmp(t->sender, t->m->sender) == 0)
		return true;
	return err_refuse(e, "the transaction is not known, or belongs to another sender");
}

bool
act_reject(struct transaction *t, struct err *e)
{
	return same_sender(t, e) && settle(t, false, e);
}

int
act_confirm(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id, const ASN1_OCTET_STRING *hash,
    const OSSL_CMP_PKISI *si)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	ASN1_OCTET_STRING *own = t->cert ? X509_digest_sig(t->cert, NULL, NULL) : NULL;
	int status = si ? mirror_status(si) : OSSL_CMP_PKISTATUS_accepted;
	struct err e = { 0 };
	bool ok = false;

	(void)req;
	(void)id;
	if (!own || ASN1_OCTET_STRING_cmp(hash, own) != 0)
		err_refuse(&e, "certHash is not that of the certificate");
	else if (status != OSSL_CMP_PKISTATUS_accepted && status != OSSL_CMP_PKISTATUS_grantedWithMods
	    && status != OSSL_CMP_PKISTATUS_rejection)
		err_refuse(&e, "the status of the confirmation is neither accepted nor rejection");
	else
		ok = same_sender(t, &e) && settle(t, status != OSSL_CMP_PKISTATUS_rejection, &e);
	ASN1_OCTET_STRING_free(own);
	if (!ok) {
		authority_note(t->a, t->tid, NULL, "reject", "confirmation: %s", e.text);
		ERR_raise_data(ERR_LIB_CMP, CMP_R_CERTIFICATE_NOT_ACCEPTED, "%s", e.text);
	}
	return ok;
}
