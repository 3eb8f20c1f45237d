/*
 * A member's signing key (P-256), sealed under the password: scrypt, then AES-256-GCM over the private key's DER, stored as
 * iv | ciphertext | tag and bound to the login, so that it opens for nobody else.
 */
#ifndef RA_MEMBER_KEY_H
#define RA_MEMBER_KEY_H

#include "db/staff.h"
#include "forms/err.h"

#include <openssl/evp.h>

/* The key that a password and a salt give: about 80 ms and 32 MiB. */
bool member_key_derive(const char *password, const unsigned char salt[16], unsigned char key[32], struct err *e) MUST_USE;
/* Seals der (n bytes of a private key) under a fresh salt into k. */
bool member_key_seal(struct member_key *k, const char *login, const char *password, const unsigned char *der, size_t n,
    struct err *e) MUST_USE;
/* 1 opened, *out is the caller's; 0 wrong password; -1 failed, see e. */
int member_key_open(const struct member_key *k, const char *login, const char *password, EVP_PKEY **out, struct err *e) MUST_USE;
/* The public half into k. */
bool member_key_public(EVP_PKEY *key, struct member_key *k, struct err *e) MUST_USE;
/* A fresh key of that member, sealed. */
bool member_key_new(int64_t staff, const char *login, const char *password, struct member_key *k, struct err *e) MUST_USE;

#endif
