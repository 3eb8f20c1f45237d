/*
 * What OpenSSL 3.0 keeps to itself of a CMP message, read with templates of our own over the same bytes: sender,
 * protection, implicitConfirm, body type (RFC 4210 5.1), a template's key and validity (RFC 4211 5), the reason of an
 * rr. Nothing read here is trusted before OpenSSL has verified the message's signature.
 */
#ifndef RA_AUTHORITY_MIRROR_H
#define RA_AUTHORITY_MIRROR_H

#include "db/authority.h"

#include <openssl/cmp.h>
#include <openssl/x509.h>

#define MIRROR_NO_REASON (-1)

enum {				/* tags of PKIBody, RFC 4210 5.1.2 */
	BODY_IR = 0, BODY_IP = 1, BODY_CR = 2, BODY_CP = 3, BODY_P10CR = 4, BODY_KUR = 7, BODY_KUP = 8, BODY_RR = 11,
	BODY_RP = 12, BODY_PKICONF = 19, BODY_GENM = 21, BODY_GENP = 22, BODY_ERROR = 23, BODY_CERTCONF = 24,
};

struct mirror {
	char tid[AUTHORITY_TID_SIZE];	/* transactionID as hex */
	int body;			/* tag of the body, BODY_* */
	bool signature;			/* protection is by a signature, not by a password */
	bool implicit_confirm;		/* asked for */
	int reason;			/* of an rr: CRLReason, 0 when it names none, MIRROR_NO_REASON when unreadable */
	int confirmations;		/* of a certConf: entries in it */
	bool ra_verified;		/* of an ir, cr or kur: the proof of possession is raVerified, no key has to check it */
	X509_NAME *sender;		/* owned */
	unsigned char body_digest[AUTHORITY_DIGEST];	/* SHA-256 of sender and body */
};

/* False when the bytes are no whole PKIMessage, the sender no directory name, or the transactionID not 8..64 octets. */
bool mirror_read(const unsigned char *der, size_t n, struct mirror *m) MUST_USE;
void mirror_clear(struct mirror *m);

/* A CRMF certificate template; the members that matter to issuing, NULL when absent. */
struct mirror_template;
struct mirror_template *mirror_template(const OSSL_CRMF_CERTTEMPLATE *t);
void mirror_template_free(struct mirror_template *t);
const X509_NAME *mirror_subject(const struct mirror_template *t);
const X509_NAME *mirror_issuer(const struct mirror_template *t);
const X509_PUBKEY *mirror_pubkey(const struct mirror_template *t);
const ASN1_TIME *mirror_not_before(const struct mirror_template *t);
const ASN1_TIME *mirror_not_after(const struct mirror_template *t);
const STACK_OF(X509_EXTENSION) *mirror_extensions(const struct mirror_template *t);

/* The PKIStatus of a certConf's statusInfo, -1 when unreadable. */
int mirror_status(const OSSL_CMP_PKISI *si);

#endif
