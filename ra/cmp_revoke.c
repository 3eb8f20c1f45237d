#include "ra/cmp.h"

#include "ra/certificate.h"
#include "ra/http.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRL_MAX ((size_t)16 * 1024 * 1024)

/* ---- the list ---- */

/* Fetches and checks the list; *crl is the caller's, the bytes live until the next message. */
static bool
fetch(struct ca *ca, X509_CRL **crl, const unsigned char **der, size_t *n, struct err *e)
{
	char url[2048];
	unsigned char *answer;
	const unsigned char *p;
	size_t size, len = strlen(ca->url);
	X509_CRL *got;

	snprintf(url, sizeof url, "%s%scrl", ca->url, len > 0 && ca->url[len - 1] == '/' ? "" : "/");
	if (http_call(ca->http, url, "application/pkix-crl", NULL, 0, CRL_MAX, &answer, &size, e) != HTTP_ANSWER)
		return false;
	p = answer;
	got = d2i_X509_CRL(NULL, &p, (long)size);
	if (!got || p != answer + size || X509_NAME_cmp(X509_CRL_get_issuer(got), X509_get_subject_name(ca->issuer)) != 0
	    || X509_CRL_verify(got, X509_get0_pubkey(ca->issuer)) != 1) {
		X509_CRL_free(got);
		err_later(e, "the CA's list of revoked certificates is not signed by it: repeat later");
		return err_openssl(e);
	}
	/* an old one tells nothing of what was revoked since (RFC 5280 5.1.2.5) */
	if (!X509_CRL_get0_nextUpdate(got) || X509_cmp_current_time(X509_CRL_get0_nextUpdate(got)) <= 0) {
		X509_CRL_free(got);
		return err_later(e, "the CA's list of revoked certificates is out of date: the CA or this machine's clock needs a look");
	}
	*crl = got;
	*der = answer;
	*n = size;
	return true;
}

bool
ca_crl(struct ca *ca, X509_CRL **out, struct err *e)
{
	const unsigned char *der;
	size_t n;

	return fetch(ca, out, &der, &n, e);
}

bool
ca_crl_der(struct ca *ca, unsigned char **out, size_t *n, struct err *e)
{
	X509_CRL *crl = NULL;
	const unsigned char *der;
	unsigned char *own;
	size_t size;

	if (!fetch(ca, &crl, &der, &size, e))
		return false;
	X509_CRL_free(crl);
	own = malloc(size);
	if (!own)
		return err_internal(e, "out of memory");
	memcpy(own, der, size);
	*out = own;
	*n = size;
	return true;
}

static bool
row_of(const X509_REVOKED *row, struct ca_listed *out)
{
	ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(row, NID_crl_reason, NULL, NULL);

	out->reason = code ? (int)ASN1_ENUMERATED_get(code) : 0;
	ASN1_ENUMERATED_free(code);
	return certificate_time(X509_REVOKED_get0_revocationDate(row), &out->at);
}

bool
ca_listed(X509_CRL *crl, const ASN1_INTEGER *serial, struct ca_listed *out)
{
	X509_REVOKED *row = NULL;

	memset(out, 0, sizeof *out);
	if (X509_CRL_get0_by_serial(crl, &row, (ASN1_INTEGER *)(uintptr_t)serial) != 1)
		return false;
	return row_of(row, out);
}

bool
ca_listed_each(X509_CRL *crl, ca_listed_fn fn, void *arg, struct err *e)
{
	STACK_OF(X509_REVOKED) *rows = X509_CRL_get_REVOKED(crl);
	bool ok = true;

	for (int i = 0; ok && i < sk_X509_REVOKED_num(rows); i++) {
		const X509_REVOKED *row = sk_X509_REVOKED_value(rows, i);
		struct ca_listed l = { 0 };
		char serial[64];

		ok = certificate_serial_hex(X509_REVOKED_get0_serialNumber(row), serial, sizeof serial, e)
		    && (row_of(row, &l) || err_internal(e, "the CA's list has a row without a date, for %s", serial))
		    && fn(arg, serial, &l, e);
	}
	return ok;
}

/* ---- rr ---- */

/* One that encodes, signed by ourselves; only issuer and serial go out. */
X509 *
cmp_stand_in(struct ca *ca, const ASN1_INTEGER *serial)
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

/* certRevoked answers a hold or a release that was carried out before, and one of a certificate that is revoked for
 * good: the list tells which. */
static enum ca_outcome
settled(struct ca *ca, const ASN1_INTEGER *serial, int reason, struct err *e)
{
	X509_CRL *crl = NULL;
	struct ca_listed row;
	bool listed;

	if (!ca_crl(ca, &crl, e))
		return CA_UNKNOWN;
	listed = ca_listed(crl, serial, &row);
	X509_CRL_free(crl);
	if (listed ? reason == CA_HOLD && row.reason == CA_HOLD : reason == CA_RELEASE)
		return CA_CONFIRMED;
	if (!listed || row.reason == CA_HOLD) {
		err_later(e, "the CA's list does not show yet what its answer says: repeat later");
		return CA_UNKNOWN;
	}
	err_refuse(e, "the certificate is revoked for good: it can be neither held nor released");
	return CA_REFUSED;
}

enum ca_outcome
ca_revoke(struct ca *ca, const unsigned char tid[CA_TID_LEN], const ASN1_INTEGER *serial, int reason, struct err *e)
{
	OSSL_CMP_CTX *c = cmp_context(ca, tid, e);
	X509 *x = NULL;
	enum ca_outcome o = CA_NOT_SENT;

	if (!c)
		return o;
	x = cmp_stand_in(ca, serial);
	if (!x || !OSSL_CMP_CTX_set1_oldCert(c, x) || !OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_REVOCATION_REASON, reason)) {
		err_internal(e, "the revocation cannot be made");
		err_openssl(e);
	} else if (OSSL_CMP_exec_RR_ses(c) == 1) {
		o = CA_CONFIRMED;
	} else {
		int info = OSSL_CMP_CTX_get_failInfoCode(c);

		o = cmp_outcome(ca, c, false, e);
		if (o == CA_REFUSED && info >= 0 && (info & 1 << OSSL_CMP_PKIFAILUREINFO_certRevoked))
			o = reason == CA_HOLD || reason == CA_RELEASE ? settled(ca, serial, reason, e) : CA_CONFIRMED;
	}
	X509_free(x);
	OSSL_CMP_CTX_free(c);
	ERR_clear_error();
	return o;
}
