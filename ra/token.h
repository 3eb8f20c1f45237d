/*
 * Tokens over PKCS#11: the only room that knows the module. A token is named by its serial number. PINs come in as
 * caller's memory and are neither kept nor logged. No call touches the store.
 */
#ifndef RA_TOKEN_H
#define RA_TOKEN_H

#include "forms/err.h"
#include <openssl/x509.h>

struct token_module;		/* the loaded module; offices of one process share its start */
struct token;			/* an open session on one token */

#define TOKEN_SERIAL_MAX 17	/* 16 characters and the NUL (CK_TOKEN_INFO.serialNumber, trimmed) */

struct token_info {
	char serial[TOKEN_SERIAL_MAX];
	char label[33];
	bool initialised, user_pin_set, pin_locked, pin_final_try, so_locked;
};

/* lock: a file of the home, by which processes that start a module or initialise a token wait for each other. */
bool token_module_open(const char *path, const char *lock, struct token_module **out, struct err *e) MUST_USE;
void token_module_close(struct token_module *m);
/* Tokens that are plugged in now, at most max; returns how many. */
bool token_list(struct token_module *m, struct token_info *out, size_t max, size_t *n, struct err *e) MUST_USE;
/* A module that sees new tokens only when it starts is started again, unless somebody in this process works with a token.
 * true: it was, and looking once more is worth it. */
bool token_look_again(struct token_module *m) MUST_USE;
/* SoftHSM2 rewrites a token's file in place: one whose writer was killed in the middle is gone, and nobody can plug it in again.
 * true only when the module is SoftHSM2 and, started anew, has no such token. */
bool token_destroyed(struct token_module *m, const char *serial) MUST_USE;
bool token_find(struct token_module *m, const char *serial, struct token_info *out, struct err *e) MUST_USE;	/* FAULT_LATER: not plugged in */
/* A new SoftHSM2 token in the free slot, initialised with so_pin, no user PIN: "blank". */
bool token_create_soft(struct token_module *m, const char *label, const char *so_pin, char serial[TOKEN_SERIAL_MAX], struct err *e) MUST_USE;
/* Wipes and initialises by SO PIN, changes the SO PIN from so_old to so_new (equal: kept), sets the user PIN.
 * Tries so_new first when so_old is refused, so that it can be repeated after a kill. */
bool token_initialise(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new, const char *pin, struct err *e) MUST_USE;
/* Is this the SO PIN? A wrong one costs one of the token's tries. */
bool token_prove_so(struct token_module *m, const char *serial, const char *so_pin, struct err *e) MUST_USE;
/* Unlock: user PIN by SO PIN. FAULT_REFUSED with clear words when the SO PIN is locked or wrong. */
bool token_set_pin(struct token_module *m, const char *serial, const char *so_pin, const char *pin, struct err *e) MUST_USE;

/* The holder's session; pin NULL: a public one, which sees certificates and no private key. */
bool token_open(struct token_module *m, const char *serial, const char *pin, struct token **out, struct err *e) MUST_USE;
void token_close(struct token *t);
/* Key pair on the token ("p256" or "rsa2048"); CKA_ID = SHA-1 of the SPKI; label is what other programs show. pub is
 * the caller's. */
bool token_generate(struct token *t, const char *kind, const char *label, EVP_PKEY **pub, struct err *e) MUST_USE;
/* The key pair of that kind and label which token_generate made before, so that a repeat makes no second one. */
bool token_generated(struct token *t, const char *kind, const char *label, EVP_PKEY **pub, bool *found, struct err *e) MUST_USE;
/* Is the private key to this public key there? */
bool token_has_key(struct token *t, EVP_PKEY *pub, bool *has, struct err *e) MUST_USE;
/* A PKCS#10 request over subject, signed on the token and verified here. */
bool token_request(struct token *t, EVP_PKEY *pub, X509_NAME *subject, X509_REQ **out, struct err *e) MUST_USE;
/* Writes the certificate beside its key and the chain (issuers), reads all back and compares byte for byte. Repeating it changes nothing. */
bool token_write(struct token *t, X509 *cert, X509 **chain, size_t chain_n, struct err *e) MUST_USE;
/* Takes the certificate off the token and destroys its key pair, unless another certificate there has the same key. What is not
 * there any more is well too. */
bool token_remove(struct token *t, X509 *cert, struct err *e) MUST_USE;
/* The label by which other programs show the certificate; one that is not there is left alone. */
bool token_label(struct token *t, X509 *cert, const char *label, struct err *e) MUST_USE;
/* Certificates of end entities on the token, at most max; each is the caller's. */
bool token_certificates(struct token *t, X509 **out, size_t max, size_t *n, struct err *e) MUST_USE;
/* Is exactly this certificate on the token? Read back and compared byte for byte. */
bool token_holds(struct token *t, X509 *cert, bool *holds, struct err *e) MUST_USE;
/* Proves that the private key works and belongs to cert: signs fresh random bytes and verifies. */
bool token_prove(struct token *t, X509 *cert, struct err *e) MUST_USE;

#endif
