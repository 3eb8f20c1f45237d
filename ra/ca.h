/*
 * The CA as the office sees it: four verbs over one connection. CMP (ra/cmp.c) is the implementation. No call touches
 * the store; ca_enrol hands the certificate to `stored` before it confirms (write before you sign).
 */
#ifndef RA_CA_H
#define RA_CA_H

#include "forms/err.h"
#include <openssl/x509.h>
#include <stdint.h>

struct ca_config {		/* PEM paths, absolute */
	const char *id, *url;
	const char *issuer;	/* the CA certificate that issues */
	const char *trust;	/* what may sign the CA's CMP answers */
	const char *ra_cert, *ra_key;
	const char *tls_ca, *tls_cert, *tls_key;	/* NULL without TLS */
	const char *proxy;	/* NULL: none */
	int timeout_s;		/* of one message, 1..600 */
};

#define CA_TID_LEN 16
struct ca_request {		/* exactly what the journal holds; built anew from it for a repeat */
	unsigned char tid[CA_TID_LEN];
	X509_NAME *subject;
	EVP_PKEY *pubkey;
	int64_t not_before, not_after;		/* UTC seconds, exact */
	STACK_OF(X509_EXTENSION) *extensions;	/* identifying ones, may be NULL */
	bool implicit_confirm;
};

enum ca_outcome {
	CA_CONFIRMED,		/* certificate stored and confirmed */
	CA_UNCONFIRMED,		/* certificate stored, the confirmation's answer did not come: repeat */
	CA_NOT_SENT,		/* nothing reached the CA */
	CA_UNKNOWN,		/* sent, no usable answer: repeat with the same tid */
	CA_REFUSED,		/* the CA refused in a protected answer */
	CA_TID_USED,		/* the CA refuses this transactionID: find and revoke, then begin anew */
	CA_REJECTED,		/* a certificate came that is not what was asked: rejected in certConf, told in err */
};

struct ca;			/* one connection, one thread */

bool ca_open(const struct ca_config *c, struct ca **out, struct err *e) MUST_USE;
void ca_close(struct ca *ca);
/* The certificate as it came, compared with the request and with the issuer's signature. Return false to reject it. */
typedef bool (*ca_stored_fn)(void *arg, X509 *cert, struct err *e);
/* cr with raVerified. err is filled unless CA_CONFIRMED. stored runs before certConf is sent (with implicit_confirm: at once). */
enum ca_outcome ca_enrol(struct ca *ca, const struct ca_request *r, ca_stored_fn stored, void *arg, struct err *e);
/* rr by issuer and serial, reason as CRLReason number (8 = removeFromCRL). CA_CONFIRMED also when it was revoked already. */
enum ca_outcome ca_revoke(struct ca *ca, const unsigned char tid[CA_TID_LEN], const ASN1_INTEGER *serial, int reason, struct err *e);
bool ca_ping(struct ca *ca, struct err *e) MUST_USE;			/* genm */
/* Compares subject, key, validity, extensions, issuer, signature, CA:FALSE; names what differs. */
bool ca_matches(struct ca *ca, const struct ca_request *r, X509 *cert, struct err *e) MUST_USE;
X509 *ca_issuer(struct ca *ca);						/* borrowed */
/* The CA's current CRL over HTTP (path "crl" beside the CMP url), signature and issuer checked. Caller frees. */
bool ca_crl(struct ca *ca, X509_CRL **out, struct err *e) MUST_USE;

#endif
