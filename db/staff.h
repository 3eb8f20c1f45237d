/* Members and their signing keys. Deriving, sealing and signing are ra/staff.c's. */
#ifndef DB_STAFF_H
#define DB_STAFF_H

#include "db/db.h"
#include "forms/names.h"

struct member {
	int64_t id;
	char login[33], name[129];
	enum role role;
	bool disabled, must_change;
	int failures;
	int64_t locked_until, made_at;
};
struct member_key {
	int64_t id, staff;
	unsigned char public_key[128]; size_t public_n;	/* SPKI DER */
	unsigned char salt[16]; size_t salt_n;		/* 0: the station's */
	unsigned char sealed[400]; size_t sealed_n;
	int64_t made_at, retired_at;
};

bool staff_insert(struct db *db, struct member *m, struct err *e) MUST_USE;
bool staff_find(struct db *db, const char *login, struct member *m, bool *found, struct err *e) MUST_USE;
bool staff_load(struct db *db, int64_t id, struct member *m, bool *found, struct err *e) MUST_USE;
bool staff_store(struct db *db, const struct member *m, struct err *e) MUST_USE;	/* name, role, disabled, must_change, failures, lock */
typedef bool (*member_fn)(void *arg, const struct member *m, struct err *e);
bool staff_each(struct db *db, member_fn fn, void *arg, struct err *e) MUST_USE;

/* Inserts a key and retires the member's former one. */
bool staff_key_insert(struct db *db, struct member_key *k, struct err *e) MUST_USE;
/* Rewraps: the same key under another password. */
bool staff_key_rewrap(struct db *db, const struct member_key *k, struct err *e) MUST_USE;
bool staff_key_current(struct db *db, int64_t staff, struct member_key *k, bool *found, struct err *e) MUST_USE;
bool staff_key_load(struct db *db, int64_t id, struct member_key *k, bool *found, struct err *e) MUST_USE;

#endif
