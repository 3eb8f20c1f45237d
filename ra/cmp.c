#include "ra/cmp.h"

#include "forms/der.h"
#include "forms/tr.h"
#include "forms/when.h"
#include "ra/certificate.h"
#include "ra/http.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)256 * 1024)

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
	if (!certificate_time(X509_get0_notAfter(ca->issuer), &ca->not_after)) {
		ca_close(ca);
		return err_internal(e, "the issuer's certificate %s has no validity", c->issuer);
	}
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

bool
ca_covers(struct ca *ca, int64_t not_after, struct err *e)
{
	char day[11];

	if (not_after <= ca->not_after)
		return true;
	day_show(day_of(ca->not_after), day);
	return err_field(e, "years", "the CA's own certificate ends on %s: choose a term that ends before", day);
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

	der_keys_later_end(ca->keys_later);	/* the request is made; what comes back is for use */
	ca->keys_later = NULL;
	if (len <= 0 || ca->hold) {
		OPENSSL_free(der);
		return NULL;
	}
	o = http_call(ca->http, ca->url, "application/pkixcmp", der, (size_t)len, ANSWER_MAX, &answer, &n, &ca->transport);
	OPENSSL_free(der);
	ca->sent = ca->sent || o != HTTP_NOT_SENT;
	if (o != HTTP_ANSWER)
		return NULL;
	p = answer;
	if (ca->pinned) {
		n = der_strip_extra_certs(answer, n);
		was = der_keys_later_begin();	/* the certificate is copied out of the message before it is used */
		msg = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);
		der_keys_later_end(was);
	} else {	/* the path to the signer goes through extraCerts as they stand in the message */
		msg = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);
	}
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

OSSL_CMP_CTX *
cmp_context(struct ca *ca, const unsigned char tid[CA_TID_LEN], struct err *e)
{
	/* its algorithms are the program's own, also while der_keys_later is on for this thread */
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(OSSL_LIB_CTX_get0_global_default(), NULL);
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

/* The CA says that it cannot just now, not that it will not (RFC 4210 5.2.3). */
static bool
is_passing(int info)
{
	return info >= 0 && (info & (1 << OSSL_CMP_PKIFAILUREINFO_systemUnavail | 1 << OSSL_CMP_PKIFAILUREINFO_systemFailure)) != 0;
}

/* A status of rejection counts only from a protected answer: OpenSSL sets it after the
 * protection was verified. */
enum ca_outcome
cmp_outcome(struct ca *ca, OSSL_CMP_CTX *c, bool was_stored, struct err *e)
{
	int status = OSSL_CMP_CTX_get_status(c), info = OSSL_CMP_CTX_get_failInfoCode(c);
	char text[300] = "";
	OSSL_CMP_PKIFREETEXT *free_text = OSSL_CMP_CTX_get0_statusString(c);

	if (free_text && sk_ASN1_UTF8STRING_num(free_text) > 0) {
		ASN1_UTF8STRING *s = sk_ASN1_UTF8STRING_value(free_text, 0);

		snprintf(text, sizeof text, "%.*s", ASN1_STRING_length(s), (const char *)ASN1_STRING_get0_data(s));
	}
	if (status == OSSL_CMP_PKISTATUS_rejection && is_passing(info)) {
		err_later(e, "the CA cannot work just now (%s): `ra resume` goes on later", text[0] ? tr(text) : tr("it gives no reason"));
		err_openssl(e);
		return was_stored ? CA_UNCONFIRMED : CA_UNKNOWN;
	}
	if (status == OSSL_CMP_PKISTATUS_rejection) {
		err_refuse(e, "the CA refuses: %s", text[0] ? tr(text) : tr("it gives no reason"));
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

bool
ca_ping(struct ca *ca, struct err *e)
{
	OSSL_CMP_CTX *c = cmp_context(ca, NULL, e);
	STACK_OF(OSSL_CMP_ITAV) *answer = NULL;
	OSSL_CMP_ITAV *ask;

	if (!c)
		return false;
	ask = OSSL_CMP_ITAV_create(OBJ_nid2obj(NID_id_it_caProtEncCert), NULL);
	if (ask && OSSL_CMP_CTX_push0_genm_ITAV(c, ask))
		answer = OSSL_CMP_exec_GENM_ses(c);
	if (!answer && cmp_outcome(ca, c, false, e) == CA_CONFIRMED)
		err_internal(e, "the CA cannot be asked");
	sk_OSSL_CMP_ITAV_pop_free(answer, OSSL_CMP_ITAV_free);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return answer != NULL;
}
