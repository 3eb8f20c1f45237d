/* Between the two files that know PKCS#11, ra/token.c and ra/token_object.c; for no other. */
#ifndef RA_TOKEN_P11_H
#define RA_TOKEN_P11_H

#include "ra/token.h"

#include <p11-kit/pkcs11.h>

#define TOKEN_VALUE_MAX 16384	/* bytes of one certificate on a token */

struct token {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	char serial[TOKEN_SERIAL_MAX];
};

/* What a module said, in words; returns false. */
bool token_fail(struct err *e, CK_RV rv, const char *serial, const char *what);
bool token_objects(struct token *t, CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *found, struct err *e) MUST_USE;
bool token_key_id(EVP_PKEY *pub, unsigned char id[20], struct err *e) MUST_USE;
/* SHA-256 digest signed by the private key to pub; *sig is OPENSSL_malloc'ed. */
bool token_sign(struct token *t, EVP_PKEY *pub, const unsigned char digest[32], unsigned char **sig, int *n, struct err *e) MUST_USE;

#endif
