/*
 * The store of the embedded CA, HOME/ca/ca.db, apart from the office's store: what was issued, in which CMP
 * transaction, and the current CRL. The CA alone opens it. Every verb that changes runs in the caller's write
 * transaction; one struct db serves one thread at a time (the CA guards it with a mutex).
 */
#ifndef DB_AUTHORITY_H
#define DB_AUTHORITY_H

#include "db/db.h"
#include "forms/names.h"
#include <stdint.h>

#define AUTHORITY_SERIAL_SIZE 41	/* 20 octets as hex (RFC 5280 4.1.2.2) */
#define AUTHORITY_TID_SIZE 129		/* 64 octets as hex */
#define AUTHORITY_DIGEST 32

enum authority_purpose { FOR_HOLDER, FOR_RA, FOR_RESPONDER, AUTHORITY_PURPOSE_N };

struct authority_cert {
	char serial[AUTHORITY_SERIAL_SIZE];	/* upper-case hex */
	enum authority_purpose purpose;
	enum cert_state state;			/* unconfirmed, valid, hold or revoked; expiry is computed */
	char tid[AUTHORITY_TID_SIZE];		/* transactionID as hex, "" when made by init */
	char subject[1024];			/* RFC 2253, for people; cut when longer */
	unsigned char digest[AUTHORITY_DIGEST];	/* SHA-256 of what was asked for, by whom */
	int64_t not_before, not_after, issued_at;	/* UTC seconds */
	int64_t confirm_by;			/* UTC seconds, 0 when no confirmation is awaited */
	int64_t revoked_at;			/* UTC seconds, 0 when never revoked or held */
	int reason;				/* CRLReason, -1 when not revoked */
	unsigned char *der, *message;		/* certificate; the PKIMessage that asked for it. Owned */
	size_t der_n, message_n;
};

struct authority_crl {
	int64_t number, this_update, next_update;
	unsigned char *der;			/* owned */
	size_t der_n;
};

void authority_cert_clear(struct authority_cert *c);
void authority_crl_clear(struct authority_crl *c);

/* Makes the store DIR/ca.db. Opens it; an older one is brought to this version, a newer one refused. */
bool authority_create(const char *dir, struct db **out, struct err *e) MUST_USE;
bool authority_open(const char *dir, struct db **out, struct err *e) MUST_USE;

bool authority_add(struct db *db, const struct authority_cert *c, struct err *e) MUST_USE;
/* found tells whether there is one; c is to be cleared by the caller either way. */
bool authority_by_tid(struct db *db, const char *tid, struct authority_cert *c, bool *found, struct err *e) MUST_USE;
bool authority_by_serial(struct db *db, const char *serial, struct authority_cert *c, bool *found, struct err *e) MUST_USE;
/* Moves a certificate to a state; at and reason go with hold and revoked, else 0 and -1. */
bool authority_move(struct db *db, const char *serial, enum cert_state to, int64_t at, int reason, struct err *e) MUST_USE;
/* The unconfirmed certificate that is longest overdue at `now`. */
bool authority_overdue(struct db *db, int64_t now, struct authority_cert *c, bool *found, struct err *e) MUST_USE;

/* Each held or revoked certificate that was still valid at `since`, in the order of serials. fn returns false to stop. */
typedef bool (*authority_revoked_fn)(void *arg, const char *serial, int64_t at, int reason);
bool authority_revoked(struct db *db, int64_t since, authority_revoked_fn fn, void *arg, struct err *e) MUST_USE;
/* Keys of certificates that were revoked with keyCompromise, by the SHA-256 of the public key's bits. */
bool authority_compromise(struct db *db, const char *serial, const unsigned char key[AUTHORITY_DIGEST], struct err *e) MUST_USE;
bool authority_compromised(struct db *db, const unsigned char key[AUTHORITY_DIGEST], bool *yes, struct err *e) MUST_USE;
/* One that was revoked so before the store noted keys. */
bool authority_uncounted(struct db *db, struct authority_cert *c, bool *found, struct err *e) MUST_USE;
/* The current CRL; number 0 when there is none yet. Storing a new one forgets the one before. */
bool authority_crl_get(struct db *db, struct authority_crl *c, struct err *e) MUST_USE;
bool authority_crl_put(struct db *db, const struct authority_crl *c, struct err *e) MUST_USE;

/* Transactions that revoked: a repeat must not act a second time. known: seen before; same: with the same digest. */
bool authority_rr_seen(struct db *db, const char *tid, const unsigned char digest[AUTHORITY_DIGEST], bool *known, bool *same,
    struct err *e) MUST_USE;
bool authority_rr_add(struct db *db, const char *tid, const unsigned char digest[AUTHORITY_DIGEST], const char *serial,
    int reason, int64_t at, struct err *e) MUST_USE;
/* Numbers for `ra-ca status`. */
bool authority_count(struct db *db, enum cert_state state, int64_t *n, struct err *e) MUST_USE;

#endif
