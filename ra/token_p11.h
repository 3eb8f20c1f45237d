/* Between the files that know PKCS#11, ra/token*.c; for no other. */
#ifndef RA_TOKEN_P11_H
#define RA_TOKEN_P11_H

#include "ra/token.h"

#include <p11-kit/pkcs11.h>

#define TOKEN_VALUE_MAX 16384	/* bytes of one certificate on a token */

struct token_module {
	void *library;
	CK_FUNCTION_LIST *f;
	char lock[4352];	/* file that serialises starting the module and initialising tokens over processes */
	bool soft;		/* SoftHSM2: keeps its tokens in files that another process may be writing */
	bool locked;		/* this one holds the lock for writing */
};

struct token {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	char serial[TOKEN_SERIAL_MAX];
};

/* What a module said, in words; returns false. */
bool token_fail(struct err *e, CK_RV rv, const char *serial, const char *what);
/* Returns from the calling function with the error told. */
#define TRY(call, serial) do { \
	CK_RV rv_ = (call); \
	if (rv_ != CKR_OK) \
		return token_fail(e, rv_, serial, #call); \
} while (0)

/* how: LOCK_SH for who reads the tokens' files, LOCK_EX for who writes them. The descriptor holds it; -1: told. */
int token_files_lock(const struct token_module *m, int how, struct err *e) MUST_USE;
/* The slot of a serial, or (serial NULL) of a label, or (both NULL) of an uninitialised token; info may be NULL. */
bool token_slot(struct token_module *m, const char *serial, const char *label, CK_SLOT_ID *slot, struct token_info *info, struct err *e) MUST_USE;
void token_count_session(const CK_FUNCTION_LIST *f, int by);
bool token_objects(struct token *t, CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *found, struct err *e) MUST_USE;
bool token_key_id(EVP_PKEY *pub, unsigned char id[20], struct err *e) MUST_USE;
/* SHA-256 digest signed by the private key to pub; *sig is OPENSSL_malloc'ed. */
bool token_sign(struct token *t, EVP_PKEY *pub, const unsigned char digest[32], unsigned char **sig, int *n, struct err *e) MUST_USE;

#endif
