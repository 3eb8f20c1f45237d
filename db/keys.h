/*
 * Keys of sealed columns and scans. They lie in HOME/keys (0700, files 0600), never in the store or its backup:
 * `seal.key` has one line per key "ID HEX64" (the last one seals, all open), `index.key` one line HEX64.
 */
#ifndef DB_KEYS_H
#define DB_KEYS_H

#include "forms/err.h"
#include <stdint.h>

struct keys;

#define SEAL_EXTRA 29		/* bytes that sealing adds: key id 1, iv 12, tag 16 */
#define INDEX_LEN 32

/* Makes fresh key files in dir; refuses when one is there. */
bool keys_create(const char *dir, struct err *e) MUST_USE;
bool keys_load(const char *dir, struct keys **out, struct err *e) MUST_USE;
void keys_free(struct keys *k);

/* AES-256-GCM. place is "table.column:row": a sealed value opens only where it was sealed. out: n + SEAL_EXTRA bytes. */
bool keys_seal(struct keys *k, const char *place, const void *in, size_t n, unsigned char *out, struct err *e) MUST_USE;
/* out: n - SEAL_EXTRA bytes. */
bool keys_open(struct keys *k, const char *place, const unsigned char *in, size_t n, void *out, struct err *e) MUST_USE;
/* HMAC-SHA-256 over column, a zero byte and the value: equality search without opening. */
bool keys_index(struct keys *k, const char *column, const char *value, unsigned char out[INDEX_LEN], struct err *e) MUST_USE;

#endif
