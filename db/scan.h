/*
 * Scans: sealed, content-addressed files DIR/xx/rest-of-digest beside the store. The file is durable before its row.
 */
#ifndef DB_SCAN_H
#define DB_SCAN_H

#include "db/db.h"
#include "db/keys.h"

#define SCAN_MAX (5u * 1024 * 1024)	/* bytes of one picture (domain.md section 4) */

/* Stores a colour JPEG; the same picture again changes nothing. digest: 64 hex characters. Writes the row inside the
 * running write transaction; the file before it. */
bool scan_file(struct keys *k, const char *dir, const void *p, size_t n, char digest[65], struct err *e) MUST_USE;
bool scan_row(struct db *db, const char *digest, size_t n, int64_t staff, int64_t now, struct err *e) MUST_USE;
/* Opens and checks the digest; malloc'ed. */
bool scan_load(struct keys *k, const char *dir, const char *digest, unsigned char **p, size_t *n, struct err *e) MUST_USE;

#endif
