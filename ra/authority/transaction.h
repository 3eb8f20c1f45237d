/*
 * One CMP transaction and what its messages do: the callbacks of OpenSSL's server context. cmpsrv.c owns transactions
 * and lets one thread at a time into each; certify.c, update.c, revoke.c and tell.c hold the callbacks.
 */
#ifndef RA_AUTHORITY_TRANSACTION_H
#define RA_AUTHORITY_TRANSACTION_H

#include "forms/tr.h"
#include "ra/authority/authority.h"
#include "ra/authority/mirror.h"

#include <openssl/cmp.h>

struct transaction {
	struct transaction *next;
	struct authority *a;
	OSSL_CMP_SRV_CTX *srv;
	char tid[AUTHORITY_TID_SIZE];
	X509 *cert;			/* issued here, NULL before */
	X509_NAME *sender;		/* who asked for cert */
	/* of the message in work */
	const struct mirror *m;
	const unsigned char *der;	/* its bytes, kept for a replay */
	size_t der_n;
	bool replay;			/* bringing back, nothing is to change */
	bool repeated;			/* the certificate was given out before, under another nonce */
};

/* Whether the CA does what is asked. */
#define GRANTED (-1)
struct verdict {
	int failure;			/* GRANTED or a bit of PKIFailureInfo */
	const char *text;		/* static; N_() puts it into the catalogue for the RA that shows it */
};

OSSL_CMP_PKISI *act_certify(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id, const OSSL_CRMF_MSG *crm,
    const X509_REQ *p10, X509 **cert, STACK_OF(X509) **chain, STACK_OF(X509) **ca_pubs);
OSSL_CMP_PKISI *act_revoke(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const X509_NAME *issuer,
    const ASN1_INTEGER *serial);
int act_confirm(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id, const ASN1_OCTET_STRING *hash,
    const OSSL_CMP_PKISI *si);
int act_tell(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const STACK_OF(OSSL_CMP_ITAV) *in,
    STACK_OF(OSSL_CMP_ITAV) **out);
void act_error(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const OSSL_CMP_PKISI *si, const ASN1_INTEGER *code,
    const OSSL_CMP_PKIFREETEXT *text);
/* The transaction's certificate is not wanted: revokes it unless that is done; false when it was confirmed before or
 * the store failed, with the reason in e. */
bool act_reject(struct transaction *t, struct err *e) MUST_USE;

/* The serial that a kur names as its oldCertID. */
struct verdict update_named(const struct authority *a, const OSSL_CRMF_MSG *crm, char serial[AUTHORITY_SERIAL_SIZE]);
/* Whether that certificate may be updated to one for subject (NULL or empty: the old one's): this CA's, a holder's, in
 * force, of the same subject (RFC 5280 7.1). *old is the caller's when v is GRANTED, or may be set. store_lock is held. */
bool update_allowed(struct authority *a, const char *serial, const X509_NAME *subject, struct verdict *v, X509 **old,
    struct err *e) MUST_USE;

#endif
