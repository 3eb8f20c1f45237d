/*
 * The CA as the office sees it: enrol, revoke, list and ask over one connection. CMP (ra/cmp*.c) is the implementation.
 * No call touches the store; ca_enrol hands the certificate to `stored` before it confirms (write before you sign).
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
	/* Serial of the certificate that is updated: a kur (RFC 9483 4.1.3), whose subject is that certificate's own and
	 * which the CA refuses for one that is held, revoked, unconfirmed or expired. The key may be the old one. The old
	 * certificate stays as it is. NULL: a new certificate, by cr. */
	const ASN1_INTEGER *old;
};

enum ca_outcome {
	CA_CONFIRMED,		/* certificate stored and confirmed */
	CA_UNCONFIRMED,		/* certificate stored, the confirmation's answer did not come: repeat */
	CA_NOT_SENT,		/* nothing reached the CA */
	CA_UNKNOWN,		/* sent, no usable answer: repeat with the same tid */
	CA_REFUSED,		/* the CA refused in a protected answer */
	CA_TID_USED,		/* the CA refuses this transactionID: find and revoke, then begin anew */
	CA_REJECTED,		/* a certificate came that is not what was asked, or not wanted: rejected in certConf, told in err */
};

struct ca;			/* one connection, one thread */

bool ca_open(const struct ca_config *c, struct ca **out, struct err *e) MUST_USE;
void ca_close(struct ca *ca);
/* The certificate as it came, compared with the request and with the issuer's signature. Return false with FAULT_REFUSED to reject
 * it in certConf; with any other code nothing is answered, and a repeat finds it as it is. */
typedef bool (*ca_stored_fn)(void *arg, X509 *cert, struct err *e);
/* cr, or kur with r->old, with raVerified. err is filled unless CA_CONFIRMED. stored runs before certConf is sent (with implicit_confirm: at once). */
enum ca_outcome ca_enrol(struct ca *ca, const struct ca_request *r, ca_stored_fn stored, void *arg, struct err *e);
/* CRLReasons that are no end (RFC 5280 5.3.1): CA_HOLD suspends, CA_RELEASE takes off hold (removeFromCRL). */
enum { CA_HOLD = 6, CA_RELEASE = 8 };
/* rr by issuer and serial, reason as CRLReason number. A held certificate may be released, or revoked for good; then the CA
 * keeps the date of the hold as that of the revocation (X.509 8.5.2). Each may be repeated after a lost answer, with the
 * same tid or a new one: CA_CONFIRMED also when it was revoked, held, or off hold already; CA_REFUSED when one that is
 * revoked for good is to be held or released. */
enum ca_outcome ca_revoke(struct ca *ca, const unsigned char tid[CA_TID_LEN], const ASN1_INTEGER *serial, int reason, struct err *e);
bool ca_ping(struct ca *ca, struct err *e) MUST_USE;			/* genm */
/* Compares subject, key, validity, extensions, issuer, signature, CA:FALSE; names what differs. */
bool ca_matches(struct ca *ca, const struct ca_request *r, X509 *cert, struct err *e) MUST_USE;
X509 *ca_issuer(struct ca *ca);						/* borrowed */
/* Refuses, at the field `years`, a notAfter behind the issuer's own, which no CA may certify: for before anything is sent. */
bool ca_covers(struct ca *ca, int64_t not_after, struct err *e) MUST_USE;

/* The CA's current CRL over HTTP (path "crl" beside the CMP url): signature, issuer and nextUpdate checked. Caller frees. */
bool ca_crl(struct ca *ca, X509_CRL **out, struct err *e) MUST_USE;
/* The same as the bytes that came, DER; free() them. */
bool ca_crl_der(struct ca *ca, unsigned char **out, size_t *n, struct err *e) MUST_USE;
/* What the list says of a serial; false when nothing. */
struct ca_listed { int reason; int64_t at; };	/* CRLReason (CA_HOLD: on hold), revocationDate in UTC seconds */
bool ca_listed(X509_CRL *crl, const ASN1_INTEGER *serial, struct ca_listed *out);
/* Every row of the list; serial as upper-case hex. fn returns false to stop with *e. */
typedef bool (*ca_listed_fn)(void *arg, const char *serial, const struct ca_listed *l, struct err *e);
bool ca_listed_each(X509_CRL *crl, ca_listed_fn fn, void *arg, struct err *e) MUST_USE;

#endif
