/* Certificates received from a CA, and the journal of what was asked of one (intents). DER in, DER out: no OpenSSL here. */
#ifndef DB_CERTIFICATE_H
#define DB_CERTIFICATE_H

#include "db/db.h"
#include "forms/names.h"

struct certificate {
	int64_t id;
	char ca[24], serial[64];		/* upper-case hex */
	enum cert_state state;			/* as stored; cert_state_at tells expiry */
	int64_t organisation, application, item;
	char scheme[24], subject[1024];
	int64_t not_before, not_after, stored_at, revoked_at;
	int reason;				/* -1 none */
	int64_t replaces, replaced_by;
	char application_no[24], token[64];	/* for showing; filled by the readers */
};

struct intent {
	int64_t id;
	bool revoke;				/* else issue */
	int64_t item, application;
	int64_t old;				/* issue: the certificate that is updated (kur); 0: a new one */
	char ca[24];
	unsigned char tid[16];
	enum intent_state state;
	unsigned char *subject, *public_key, *extensions;	/* DER, owned: intent_clear */
	size_t subject_n, public_key_n, extensions_n;
	int64_t not_before, not_after, certificate;
	int reason;				/* revoke: CRLReason */
	int64_t tries;
	char last_error[400];
	int64_t staff, made_at, ended_at;
};

enum cert_state cert_state_at(const struct certificate *c, int64_t now);

/* Stores the certificate; the same (ca, serial) again finds the row that is there. */
bool cert_insert(struct db *db, struct certificate *c, const unsigned char *der, size_t n, struct err *e) MUST_USE;
bool cert_load(struct db *db, int64_t id, struct certificate *c, bool *found, struct err *e) MUST_USE;
/* By serial (any case, leading zeros allowed), newest first when two CAs share it. */
bool cert_find(struct db *db, const char *serial, struct certificate *c, bool *found, struct err *e) MUST_USE;
/* DER into malloc'ed *der. */
bool cert_der(struct db *db, int64_t id, unsigned char **der, size_t *n, struct err *e) MUST_USE;
bool cert_store_state(struct db *db, const struct certificate *c, struct err *e) MUST_USE;
typedef bool (*cert_fn)(void *arg, const struct certificate *c, struct err *e);
/* All, or those whose not_after lies in [now, before) when before > 0; in order of not_after. */
bool cert_each(struct db *db, int64_t now, int64_t before, cert_fn fn, void *arg, struct err *e) MUST_USE;

void intent_clear(struct intent *i);		/* frees what it owns */
bool intent_insert(struct db *db, struct intent *i, struct err *e) MUST_USE;
/* State, certificate, tries, last error, end. */
bool intent_store(struct db *db, const struct intent *i, struct err *e) MUST_USE;
bool intent_load(struct db *db, int64_t id, struct intent *i, bool *found, struct err *e) MUST_USE;
/* The open one of an item (state open, received, confirmed) of that kind. */
bool intent_of_item(struct db *db, int64_t item, bool revoke, struct intent *i, bool *found, struct err *e) MUST_USE;
/* Ids of all unfinished ones, oldest first. */
bool intent_unfinished(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;

#endif
