/* The CA over CMP (RFC 4210, 9480, 9483); declared in ra/ca.h. */
#include "ra/ca.h"

#include "forms/der.h"
#include "ra/certificate.h"
#include "ra/http.h"

#include <openssl/cmp.h>
#include <openssl/crmf.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)256 * 1024)
#define CRL_MAX ((size_t)16 * 1024 * 1024)

struct ca {
	struct http *http;
	char *url;
	X509 *issuer, *trust, *cert;
	EVP_PKEY *key;
	int timeout_s;
	bool pinned;			/* trust is the signer itself */
	/* of the message under way */
	struct err transport;
	bool sent;			/* at least one message may have reached the CA */
	bool hold;			/* our own store failed: nothing more goes out */
};

bool
ca_open(const struct ca_config *c, struct ca **out, struct err *e)
{
	struct ca *ca = calloc(1, sizeof *ca);

	if (!ca)
		return err_internal(e, "out of memory");
	ca->timeout_s = c->timeout_s;
	ca->url = strdup(c->url);
	if (!ca->url || !certificate_load(c->issuer, &ca->issuer, e) || !certificate_load(c->trust, &ca->trust, e)
	    || !certificate_load(c->ra_cert, &ca->cert, e) || !certificate_key_load(c->ra_key, &ca->key, e)
	    || !http_open(c, &ca->http, e)) {
		ca_close(ca);
		return false;
	}
	if (X509_check_private_key(ca->cert, ca->key) != 1) {
		err_internal(e, "the RA's key %s does not belong to its certificate %s", c->ra_key, c->ra_cert);
		ca_close(ca);
		return false;
	}
	ca->pinned = X509_check_ca(ca->trust) == 0;
	*out = ca;
	return true;
}

void
ca_close(struct ca *ca)
{
	if (!ca)
		return;
	http_close(ca->http);
	X509_free(ca->issuer);
	X509_free(ca->trust);
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	free(ca->url);
	free(ca);
}

X509 *
ca_issuer(struct ca *ca)
{
	return ca->issuer;
}

/* ---- transport ---- */

static OSSL_CMP_MSG *
transfer(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *req)
{
	struct ca *ca = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
	unsigned char *der = NULL, *answer;
	const unsigned char *p;
	size_t n;
	OSSL_CMP_MSG *msg = NULL;
	OSSL_LIB_CTX *was;
	int len = i2d_OSSL_CMP_MSG(req, &der);
	enum http_outcome o;

	if (len <= 0 || ca->hold) {
		OPENSSL_free(der);
		return NULL;
	}
	o = http_call(ca->http, ca->url, "application/pkixcmp", der, (size_t)len, ANSWER_MAX, &answer, &n, &ca->transport);
	OPENSSL_free(der);
	ca->sent = ca->sent || o != HTTP_NOT_SENT;
	if (o != HTTP_ANSWER)
		return NULL;
	if (ca->pinned)
		n = der_strip_extra_certs(answer, n);
	p = answer;
	was = der_keys_later_begin();	/* the certificate is copied out of the message before it is used */
	msg = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);
	der_keys_later_end(was);
	if (msg && p == answer + n)
		return msg;
	OSSL_CMP_MSG_free(msg);
	ERR_clear_error();
	err_later(&ca->transport, "the CA's answer is no CMP message: `ra resume` goes on later");
	return NULL;
}

static int
quiet(const char *func, const char *file, int line, OSSL_CMP_severity level, const char *msg)
{
	(void)func;
	(void)file;
	(void)line;
	(void)level;
	(void)msg;
	return 1;
}

static bool
trust_signer(struct ca *ca, OSSL_CMP_CTX *c)
{
	X509_STORE *s;

	/* the signer's own certificate is pinned; a CA certificate anchors a path */
	if (ca->pinned)
		return OSSL_CMP_CTX_set1_srvCert(c, ca->trust) == 1;
	s = X509_STORE_new();
	if (s && X509_STORE_add_cert(s, ca->trust) == 1 && OSSL_CMP_CTX_set0_trustedStore(c, s) == 1)
		return true;
	X509_STORE_free(s);
	return false;
}

static OSSL_CMP_CTX *
context(struct ca *ca, const unsigned char tid[CA_TID_LEN], struct err *e)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	bool ok;

	ca->sent = ca->hold = false;
	memset(&ca->transport, 0, sizeof ca->transport);
	ok = c && id && (!tid || (ASN1_OCTET_STRING_set(id, tid, CA_TID_LEN) && OSSL_CMP_CTX_set1_transactionID(c, id)))
	    && OSSL_CMP_CTX_set_log_cb(c, quiet) && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_LOG_VERBOSITY, OSSL_CMP_LOG_ERR)
	    && OSSL_CMP_CTX_set1_cert(c, ca->cert) && OSSL_CMP_CTX_set1_pkey(c, ca->key) && trust_signer(ca, c)
	    && OSSL_CMP_CTX_set1_issuer(c, X509_get_subject_name(ca->issuer))
	    && OSSL_CMP_CTX_set1_recipient(c, X509_get_subject_name(ca->issuer))
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_MSG_TIMEOUT, ca->timeout_s)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_TOTAL_TIMEOUT, 4 * ca->timeout_s)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_SUBJECTALTNAME_NODEFAULT, 1)
	    && OSSL_CMP_CTX_set_transfer_cb(c, transfer) && OSSL_CMP_CTX_set_transfer_cb_arg(c, ca);
	ASN1_OCTET_STRING_free(id);
	if (ok)
		return c;
	OSSL_CMP_CTX_free(c);
	err_internal(e, "the CMP message cannot be made");
	err_openssl(e);
	return NULL;
}

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
	if (X509_check_ca(cert) != 0)
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
		n->ca->hold = true;
		*text = "the RA cannot store the certificate";
		return 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure;
	}
	if (fail_info != 0)
		differs(&n->why, "key");
	n->rejected = true;
	*text = "the certificate is not what the RA asked for";
	return fail_info != 0 ? fail_info : 1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate;
}

static OSSL_CRMF_MSG *
template(OSSL_CMP_CTX *c, const struct ca_request *r)
{
	OSSL_CRMF_MSG *m;
	ASN1_TIME *from = NULL, *to = NULL;
	X509_EXTENSIONS *copy = NULL;
	EVP_PKEY *key = r->pubkey;

	if (!OSSL_CMP_CTX_set1_subjectName(c, r->subject) || !EVP_PKEY_up_ref(key))
		return NULL;
	if (!OSSL_CMP_CTX_set0_newPkey(c, 0, key)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	if (r->extensions) {
		copy = sk_X509_EXTENSION_deep_copy(r->extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
		if (!copy || !OSSL_CMP_CTX_set0_reqExtensions(c, copy))
			return NULL;
	}
	m = OSSL_CMP_CTX_setup_CRM(c, 0, 0);
	from = certificate_time_new(r->not_before);
	to = certificate_time_new(r->not_after);
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

/* What a failed exchange means. A status of rejection counts only from a protected answer: OpenSSL sets it after the
 * protection was verified. */
static enum ca_outcome
outcome(struct ca *ca, OSSL_CMP_CTX *c, bool was_stored, struct err *e)
{
	int status = OSSL_CMP_CTX_get_status(c), info = OSSL_CMP_CTX_get_failInfoCode(c);
	char text[300] = "";
	OSSL_CMP_PKIFREETEXT *free_text = OSSL_CMP_CTX_get0_statusString(c);

	if (free_text && sk_ASN1_UTF8STRING_num(free_text) > 0) {
		ASN1_UTF8STRING *s = sk_ASN1_UTF8STRING_value(free_text, 0);

		snprintf(text, sizeof text, "%.*s", ASN1_STRING_length(s), (const char *)ASN1_STRING_get0_data(s));
	}
	if (status == OSSL_CMP_PKISTATUS_rejection) {
		err_refuse(e, "the CA refuses: %s", text[0] ? text : "without a reason");
		err_openssl(e);
		if (info >= 0 && (info & 1 << OSSL_CMP_PKIFAILUREINFO_transactionIdInUse))
			return CA_TID_USED;
		return CA_REFUSED;
	}
	if (ca->transport.code != FAULT_NONE)
		*e = ca->transport;
	else
		err_later(e, "the CA's answer cannot be trusted (signature, transaction or form): `ra resume` goes on later");
	err_openssl(e);
	if (was_stored)
		return CA_UNCONFIRMED;
	return ca->sent ? CA_UNKNOWN : CA_NOT_SENT;
}

enum ca_outcome
ca_enrol(struct ca *ca, const struct ca_request *r, ca_stored_fn stored, void *arg, struct err *e)
{
	struct enrolment n = { .ca = ca, .r = r, .stored = stored, .arg = arg };
	OSSL_CMP_CTX *c = context(ca, r->tid, e);
	OSSL_CRMF_MSG *m = NULL;
	enum ca_outcome o = CA_NOT_SENT;
	X509 *x;

	if (!c)
		return o;
	if (!OSSL_CMP_CTX_set_certConf_cb(c, on_certificate) || !OSSL_CMP_CTX_set_certConf_cb_arg(c, &n)
	    || !OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_IMPLICIT_CONFIRM, r->implicit_confirm) || !(m = template(c, r))) {
		err_internal(e, "the request to the CA cannot be made");
		err_openssl(e);
		goto out;
	}
	x = OSSL_CMP_exec_certreq(c, OSSL_CMP_CR, m);
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
		o = outcome(ca, c, n.was_stored, e);
	}
out:
	OSSL_CRMF_MSG_free(m);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return o;
}

/* ---- revocation, health, CRL ---- */

/* OpenSSL 3.0 names the certificate of an rr by a certificate, which has to encode: one with issuer and serial, signed by
 * ourselves, is enough. Only issuer and serial go out. */
static X509 *
stand_in(struct ca *ca, const ASN1_INTEGER *serial)
{
	X509 *x = X509_new();

	if (x && X509_set_issuer_name(x, X509_get_subject_name(ca->issuer))
	    && X509_set_serialNumber(x, (ASN1_INTEGER *)(uintptr_t)serial)
	    && X509_set_subject_name(x, X509_get_subject_name(ca->issuer)) && X509_set_pubkey(x, ca->key)
	    && X509_gmtime_adj(X509_getm_notBefore(x), 0) && X509_gmtime_adj(X509_getm_notAfter(x), 60)
	    && X509_sign(x, ca->key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

enum ca_outcome
ca_revoke(struct ca *ca, const unsigned char tid[CA_TID_LEN], const ASN1_INTEGER *serial, int reason, struct err *e)
{
	OSSL_CMP_CTX *c = context(ca, tid, e);
	X509 *x = NULL;
	enum ca_outcome o = CA_NOT_SENT;

	if (!c)
		return o;
	x = stand_in(ca, serial);
	if (!x || !OSSL_CMP_CTX_set1_oldCert(c, x) || !OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_REVOCATION_REASON, reason)) {
		err_internal(e, "the revocation cannot be made");
		err_openssl(e);
	} else if (OSSL_CMP_exec_RR_ses(c) == 1) {
		o = CA_CONFIRMED;
	} else {
		int info = OSSL_CMP_CTX_get_failInfoCode(c);

		o = outcome(ca, c, false, e);
		if (o == CA_REFUSED && info >= 0 && (info & 1 << OSSL_CMP_PKIFAILUREINFO_certRevoked))
			o = CA_CONFIRMED;	/* a repeat after a lost answer */
	}
	X509_free(x);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return o;
}

bool
ca_ping(struct ca *ca, struct err *e)
{
	OSSL_CMP_CTX *c = context(ca, NULL, e);
	STACK_OF(OSSL_CMP_ITAV) *answer = NULL;
	OSSL_CMP_ITAV *ask;

	if (!c)
		return false;
	ask = OSSL_CMP_ITAV_create(OBJ_nid2obj(NID_id_it_caProtEncCert), NULL);
	if (ask && OSSL_CMP_CTX_push0_genm_ITAV(c, ask))
		answer = OSSL_CMP_exec_GENM_ses(c);
	if (!answer && outcome(ca, c, false, e) == CA_CONFIRMED)
		err_internal(e, "the CA cannot be asked");
	sk_OSSL_CMP_ITAV_pop_free(answer, OSSL_CMP_ITAV_free);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return answer != NULL;
}

bool
ca_crl(struct ca *ca, X509_CRL **out, struct err *e)
{
	char url[2048];
	unsigned char *answer;
	const unsigned char *p;
	size_t n, len = strlen(ca->url);
	X509_CRL *crl;

	snprintf(url, sizeof url, "%s%scrl", ca->url, len > 0 && ca->url[len - 1] == '/' ? "" : "/");
	if (http_call(ca->http, url, "application/pkix-crl", NULL, 0, CRL_MAX, &answer, &n, e) != HTTP_ANSWER)
		return false;
	p = answer;
	crl = d2i_X509_CRL(NULL, &p, (long)n);
	if (!crl || p != answer + n || X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca->issuer)) != 0
	    || X509_CRL_verify(crl, X509_get0_pubkey(ca->issuer)) != 1) {
		X509_CRL_free(crl);
		err_later(e, "the CA's list of revoked certificates is not signed by it: repeat later");
		return err_openssl(e);
	}
	*out = crl;
	return true;
}
