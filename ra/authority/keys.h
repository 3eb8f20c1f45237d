/*
 * Keys and certificates as files, and the values of certificates that both init and issuing need. Private keys are
 * PKCS#8 sealed with the passphrase in ca.pass (0600); passphrases end in OPENSSL_cleanse.
 */
#ifndef RA_AUTHORITY_KEYS_H
#define RA_AUTHORITY_KEYS_H

#include "db/authority.h"
#include "ra/authority/authority.h"

#define PASS_SIZE 65		/* 32 random octets as hex */
#define SUBJECT_MAX 4096	/* octets of a subject's DER */

/* Writes a new file (refuses an existing one), with mode, and syncs it. */
bool file_put(const char *path, int mode, const void *p, size_t n, struct err *e) MUST_USE;
bool cert_put(const char *path, X509 *cert, struct err *e) MUST_USE;
bool cert_get(const char *path, X509 **out, struct err *e) MUST_USE;
bool key_put(const char *path, EVP_PKEY *key, const char *pass, struct err *e) MUST_USE;
bool key_get(const char *path, const char *pass, EVP_PKEY **out, struct err *e) MUST_USE;
bool pass_make(const char *path, char pass[PASS_SIZE], struct err *e) MUST_USE;
bool pass_get(const char *path, char pass[PASS_SIZE], struct err *e) MUST_USE;

/* P-256 (named curve) or RSA of 2048 to 4096 bits with an odd exponent from 65537; says what is wrong otherwise. The key
 * is the caller's. */
bool key_accept(const X509_PUBKEY *pub, enum key_kind *kind, EVP_PKEY **key, struct err *e) MUST_USE;
bool subject_accept(const X509_NAME *subject, struct err *e) MUST_USE;
/* A new certificate of version 3 with a random positive serial of 16 octets. NULL when out of memory or randomness. */
X509 *cert_new(const X509_NAME *subject, const X509_NAME *issuer, EVP_PKEY *pub, int64_t not_before, int64_t not_after);
/* The same for the accepted key of a request: its bytes go into the certificate as they are, with the algorithm of its kind. */
X509 *cert_new_for(const X509_NAME *subject, const X509_NAME *issuer, const X509_PUBKEY *pub, enum key_kind kind,
    int64_t not_before, int64_t not_after);
bool cert_add_ext(X509 *cert, X509 *issuer, int nid, const char *value) MUST_USE;
bool cert_sign(X509 *cert, EVP_PKEY *key, struct err *e) MUST_USE;
void serial_hex(const ASN1_INTEGER *serial, char out[AUTHORITY_SERIAL_SIZE]);	/* "" when longer than 20 octets */
void hex_of(const unsigned char *p, size_t n, char *out);	/* 2n+1 bytes, upper case */
bool time_of(const ASN1_TIME *t, int64_t *out);		/* UTC seconds */
/* Fills serial, subject, times and der of a row for the store. */
bool row_of(X509 *cert, struct authority_cert *row, struct err *e) MUST_USE;

#endif
