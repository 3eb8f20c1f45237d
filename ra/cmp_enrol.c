#include "ra/cmp.h"

#include "forms/der.h"
#include "ra/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* ---- comparing what came with what was asked ---- */

static bool
differs(struct err *e, const char *what)
{
	return err_refuse(e, "the CA's certificate was refused: its %s is not what was asked", what);
}

static bool
validity_agrees(const struct ca_request *r, const X509 *x)
{
	int64_t from, to;

	return certificate_time(X509_get0_notBefore(x), &from) && certificate_time(X509_get0_notAfter(x), &to)
	    && from == r->not_before && to == r->not_after;
}

static bool
extension_agrees(X509 *x, X509_EXTENSION *want)
{
	int i = X509_get_ext_by_OBJ(x, X509_EXTENSION_get_object(want), -1);
	X509_EXTENSION *got = i >= 0 ? X509_get_ext(x, i) : NULL;

	return got && ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(got), X509_EXTENSION_get_data(want)) == 0;
}

/* May it be taken for a CA's? X509_check_ca alone says no to CA:TRUE beside a keyUsage that does not certify. */
static bool
is_ca(X509 *x)
{
	uint32_t flags = X509_get_extension_flags(x), usage = X509_get_key_usage(x);

	return X509_check_ca(x) != 0 || (flags & (EXFLAG_CA | EXFLAG_INVALID)) != 0
	    || ((flags & EXFLAG_KUSAGE) != 0 && (usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0);
}

bool
ca_matches(struct ca *ca, const struct ca_request *r, X509 *cert, struct err *e)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	if (X509_NAME_cmp(X509_get_subject_name(cert), r->subject) != 0)
		return differs(e, "subject");
	if (!key || EVP_PKEY_eq(key, r->pubkey) != 1)
		return differs(e, "key");
	if (!validity_agrees(r, cert))
		return differs(e, "validity");
	if (X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(ca->issuer)) != 0)
		return differs(e, "issuer");
	if (is_ca(cert))
		return differs(e, "CA flag");
	for (int i = 0; i < sk_X509_EXTENSION_num(r->extensions); i++)
		if (!extension_agrees(cert, sk_X509_EXTENSION_value(r->extensions, i)))
			return differs(e, "identifying extension");
	if (X509_verify(cert, X509_get0_pubkey(ca->issuer)) != 1) {
		differs(e, "signature");
		return err_openssl(e);
	}
	return true;
}

/* ---- enrolment ---- */

struct enrolment {
	struct ca *ca;
	const struct ca_request *r;
	ca_stored_fn stored;
	void *arg;
	bool was_stored, rejected;
	struct err why;
};

/* Runs before certConf is sent (and, with an implicit confirmation, before the exchange ends). */
static int
on_certificate(OSSL_CMP_CTX *ctx, X509 *cert, int fail_info, const char **text)
{
	struct enrolment *n = OSSL_CMP_CTX_get_certConf_cb_arg(ctx);

	if (fail_info == 0 && ca_matches(n->ca, n->r, cert, &n->why)) {
		n->was_stored = n->stored(n->arg, cert, &n->why);
		if (n->was_stored)
			return 0;
		/* our own store failed: no answer goes out, so that a repeat finds the certificate still unconfirmed */
		if (n->why.code != FAULT_REFUSED) {
			n->ca->hold = true;
			*text = "the RA cannot store the certificate";
			return 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure;
		}
	}
	if (fail_info != 0)
		differs(&n->why, "key");
	n->rejected = true;
	*text = "the certificate is not what the RA asked for, or not wanted any more";
	return fail_info != 0 ? fail_info : 1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate;
}

/* What is asked for, put where OpenSSL makes the template from; an update names the old certificate as oldCertID
 * (RFC 4211 6.5). */
static bool
set_asked(struct ca *ca, OSSL_CMP_CTX *c, const struct ca_request *r)
{
	X509_EXTENSIONS *copy = NULL;
	EVP_PKEY *key = r->pubkey;
	X509 *old;
	bool ok;

	if (!OSSL_CMP_CTX_set1_subjectName(c, r->subject) || !EVP_PKEY_up_ref(key))
		return false;
	if (!OSSL_CMP_CTX_set0_newPkey(c, 0, key)) {
		EVP_PKEY_free(key);
		return false;
	}
	if (r->extensions) {
		copy = sk_X509_EXTENSION_deep_copy(r->extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
		if (!copy || !OSSL_CMP_CTX_set0_reqExtensions(c, copy))
			return false;
	}
	if (!r->old)
		return true;
	old = cmp_stand_in(ca, r->old);
	ok = old && OSSL_CMP_CTX_set1_oldCert(c, old);
	X509_free(old);
	return ok;
}

static OSSL_CRMF_MSG *
template(struct ca *ca, OSSL_CMP_CTX *c, const struct ca_request *r)
{
	OSSL_CRMF_MSG *m = NULL;
	OSSL_LIB_CTX *was;
	ASN1_TIME *from = certificate_time_new(r->not_before), *to = certificate_time_new(r->not_after);

	if (set_asked(ca, c, r)) {
		was = der_keys_later_begin();	/* its key is r->pubkey, decoded already */
		m = OSSL_CMP_CTX_setup_CRM(c, r->old != NULL, 0);
		der_keys_later_end(was);
	}
	if (m && from && to && OSSL_CRMF_MSG_set0_validity(m, from, to)) {
		from = to = NULL;
		if (OSSL_CRMF_MSG_create_popo(OSSL_CRMF_POPO_RAVERIFIED, m, NULL, NULL, NULL, NULL))
			return m;
	}
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	OSSL_CRMF_MSG_free(m);
	return NULL;
}

enum ca_outcome
ca_enrol(struct ca *ca, const struct ca_request *r, ca_stored_fn stored, void *arg, struct err *e)
{
	struct enrolment n = { .ca = ca, .r = r, .stored = stored, .arg = arg };
	OSSL_CMP_CTX *c = cmp_context(ca, r->tid, e);
	OSSL_CRMF_MSG *m = NULL;
	enum ca_outcome o = CA_NOT_SENT;
	X509 *x;

	if (!c)
		return o;
	if (!OSSL_CMP_CTX_set_certConf_cb(c, on_certificate) || !OSSL_CMP_CTX_set_certConf_cb_arg(c, &n)
	    || !OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, r->implicit_confirm) || !(m = template(ca, c, r))) {
		err_internal(e, "the request to the CA cannot be made");
		err_openssl(e);
		goto out;
	}
	ca->keys_later = der_keys_later_begin();
	x = OSSL_CMP_exec_certreq(c, r->old ? OSSL_CMP_KUR : OSSL_CMP_CR, m);
	der_keys_later_end(ca->keys_later);
	ca->keys_later = NULL;
	/* an implicit confirmation does not ask the callback: what came is compared and stored here */
	if (x && !n.was_stored && !n.rejected) {
		if (!ca_matches(ca, r, x, &n.why))
			n.rejected = true;
		else
			n.was_stored = stored(arg, x, &n.why);
	}
	if (n.rejected) {
		*e = n.why;
		o = CA_REJECTED;
	} else if (x && n.was_stored) {
		o = CA_CONFIRMED;
	} else if (n.why.code != FAULT_NONE) {
		*e = n.why;
		o = CA_UNKNOWN;
	} else {
		o = cmp_outcome(ca, c, n.was_stored, e);
	}
out:
	OSSL_CRMF_MSG_free(m);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return o;
}
