/*
 * Inside of the CA over CMP (RFC 4210, 9480, 9483), whose outside is ra/ca.h: cmp.c has the connection and what every
 * message shares, cmp_enrol.c certificates, cmp_revoke.c revocation and the CRL. Nobody else includes this.
 */
#ifndef RA_CMP_H
#define RA_CMP_H

#include "ra/ca.h"

#include <openssl/cmp.h>
#include <openssl/crmf.h>

struct http;
struct ca {
	struct http *http;
	char *url;
	X509 *issuer, *trust, *cert;
	EVP_PKEY *key;
	int64_t not_after;		/* of issuer, UTC seconds */
	int timeout_s;
	bool pinned;			/* trust is the signer itself */
	/* of the message under way */
	struct err transport;
	bool sent;			/* at least one message may have reached the CA */
	bool hold;			/* our own store failed: nothing more goes out */
	OSSL_LIB_CTX *keys_later;	/* der_keys_later_begin's, while a request is copied into its message; else NULL */
};

/* A context for one transaction (tid NULL: a random one); the caller frees it. NULL with e filled. */
OSSL_CMP_CTX *cmp_context(struct ca *ca, const unsigned char tid[CA_TID_LEN], struct err *e);
/* What a failed exchange means, told in e. */
enum ca_outcome cmp_outcome(struct ca *ca, OSSL_CMP_CTX *c, bool was_stored, struct err *e);
/* A certificate with the issuer's name and this serial, by which OpenSSL 3.0 names the one that an rr or kur is about. */
X509 *cmp_stand_in(struct ca *ca, const ASN1_INTEGER *serial);

#endif
