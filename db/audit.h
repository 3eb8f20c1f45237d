/*
 * The audit's rows. An object is what one audit row can answer for: an application with everything that hangs on it, a
 * token with its moves … ; its digest is taken from the live rows, so that a later change behind the audit's back is
 * found. Signing and verifying are ra/audit.c's.
 */
#ifndef DB_AUDIT_H
#define DB_AUDIT_H

#include "db/db.h"

#define OBJECT_KINDS(X) \
	X(OBJECT_APPLICATION, "application") \
	X(OBJECT_ORGANISATION, "organisation") \
	X(OBJECT_PAYMENT, "payment") \
	X(OBJECT_INTENT, "intent") \
	X(OBJECT_CERTIFICATE, "certificate") \
	X(OBJECT_TOKEN, "token") \
	X(OBJECT_STAFF, "staff") \
	X(OBJECT_SCHEME, "scheme") \
	X(OBJECT_PRINTJOB, "printjob")
#define OBJECT_ENUM(e, s) e,
enum object_kind { OBJECT_KINDS(OBJECT_ENUM) OBJECT_KIND_N };

#define AUDIT_HASH 32
struct audit_row {
	char chain[17];
	int64_t seq, at, staff, staff_key;
	char station[64], act[32], object[64], detail[256];
	unsigned char digest[AUDIT_HASH], previous[AUDIT_HASH], hash[AUDIT_HASH];
	unsigned char signature[80];
	size_t signature_len;
};
struct audit_object {
	enum object_kind kind;
	int64_t id, version;
	unsigned char digest[AUDIT_HASH];
};

const char *object_kind_name(enum object_kind k);
/* Digest of the live rows of one object; exists = false when there are none. */
bool audit_live_digest(struct db *db, enum object_kind kind, int64_t id, unsigned char out[AUDIT_HASH], bool *exists, struct err *e) MUST_USE;
/* The next version of an object. */
bool audit_next_version(struct db *db, enum object_kind kind, int64_t id, int64_t *v, struct err *e) MUST_USE;
/* Last row of a chain; seq 0 and zeros when it is empty. */
bool audit_head(struct db *db, const char *chain, int64_t *seq, unsigned char hash[AUDIT_HASH], struct err *e) MUST_USE;
/* Inside the running transaction: first the objects of the coming row, then (their digest taken) the row and the head,
 * which clears the list of touched objects. */
bool audit_insert_object(struct db *db, const char *chain, int64_t seq, const struct audit_object *o, struct err *e) MUST_USE;
bool audit_insert(struct db *db, const struct audit_row *r, struct err *e) MUST_USE;

/* Reading, in order. Return false to stop with *e. */
typedef bool (*audit_row_fn)(void *arg, const struct audit_row *r, struct err *e);
bool audit_each(struct db *db, const char *chain, int64_t from, audit_row_fn fn, void *arg, struct err *e) MUST_USE;
/* The newest `limit` rows, newest first, with act/object filters ("" = any; an object's beginning is enough). */
bool audit_newest(struct db *db, const char *act, const char *object, int limit, audit_row_fn fn, void *arg, struct err *e) MUST_USE;
/* The rows about one application and the certificates that came of it, in order: what changed them, and what names the
 * application as its object ("application:NO") without a change of it, such as numbers opened. */
bool audit_about(struct db *db, int64_t application, const char *object, audit_row_fn fn, void *arg, struct err *e) MUST_USE;
/* Rows of one chain below seq, the newest first (back: above seq, the oldest first); seq 0: from the end (back: from the first). */
bool audit_page(struct db *db, const char *chain, int64_t seq, bool back, struct audit_row *out, size_t max, size_t *n, struct err *e) MUST_USE;
/* Digest over the audit_object rows of one row, as audit_row.digest has it. */
bool audit_objects_digest(struct db *db, const char *chain, int64_t seq, unsigned char out[AUDIT_HASH], struct err *e) MUST_USE;
/* The newest digest of every object of a kind, in order of id. */
typedef bool (*audit_latest_fn)(void *arg, int64_t id, const unsigned char digest[AUDIT_HASH], struct err *e);
bool audit_latest(struct db *db, enum object_kind kind, audit_latest_fn fn, void *arg, struct err *e) MUST_USE;
/* Rows of a kind that no audit row answers for. */
bool audit_orphans(struct db *db, enum object_kind kind, int64_t *n, struct err *e) MUST_USE;
bool audit_chains(struct db *db, char chains[][17], size_t max, size_t *n, struct err *e) MUST_USE;
bool audit_mark(struct db *db, const char *chain, int64_t up_to, int64_t staff, int64_t at, struct err *e) MUST_USE;
bool audit_marked(struct db *db, const char *chain, int64_t *up_to, struct err *e) MUST_USE;

#endif
