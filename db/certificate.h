/* Certificates received from a CA, and the journal of what was asked of one (intents). DER in, DER out: no OpenSSL here. */
#ifndef DB_CERTIFICATE_H
#define DB_CERTIFICATE_H

#include "db/db.h"
#include "forms/names.h"
#include "forms/text.h"

struct certificate {
	int64_t id;
	char ca[24], serial[64];		/* upper-case hex */
	enum cert_state state;			/* as stored; cert_state_at tells expiry */
	int64_t organisation, application, item;
	char scheme[24], subject[1024];
	int64_t not_before, not_after, stored_at, revoked_at;
	int reason;				/* -1 none */
	int64_t replaces, replaced_by;
	int64_t off_token_at;			/* when it and its key were removed from its token; 0: it lies there */
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

/* What it is at `now`: the end of its validity is told here and never stored. */
enum cert_state cert_state_at(const struct certificate *c, int64_t now);

/* Stores the certificate; the same (ca, serial) again finds the row that is there. */
bool cert_insert(struct db *db, struct certificate *c, const unsigned char *der, size_t n, struct err *e) MUST_USE;
bool cert_load(struct db *db, int64_t id, struct certificate *c, bool *found, struct err *e) MUST_USE;
/* By serial, typed as loosely as people copy it (any case, blanks, colons, leading zeros); the newest when two CAs share it. */
bool cert_find(struct db *db, const char *serial, struct certificate *c, bool *found, struct err *e) MUST_USE;
/* Exactly this CA's. */
bool cert_of_ca(struct db *db, const char *ca, const char *serial, struct certificate *c, bool *found, struct err *e) MUST_USE;
/* The serial by id, "" for 0 and for one that is not there. */
bool cert_serial_of(struct db *db, int64_t id, char out[64], struct err *e) MUST_USE;
/* DER into malloc'ed *der. */
bool cert_der(struct db *db, int64_t id, unsigned char **der, size_t *n, struct err *e) MUST_USE;
bool cert_store_state(struct db *db, const struct certificate *c, struct err *e) MUST_USE;

/* Lists by (not_after, id): pages in both directions, each a walk along a key. */
struct cert_key { int64_t not_after, id; };
#define CERT_ANY (-1)
#define CERT_CURRENT (-2)			/* valid or on hold: what a holder counts on */
#define CERT_HELD (-3)				/* on hold, and no application is open that decides about it */
struct cert_filter {
	int state;				/* enum cert_state as cert_state_at tells it, or one of the three above */
	int64_t now;
	int64_t before;				/* only those that end before it (and after now, unless state is CERT_EXPIRED); 0: any end */
};
/* At most max rows behind edge, or before it with back; edge NULL: from the first, with back from the last. Rows stand in
 * the order of the list either way. Fewer than max: nothing lies beyond. */
bool cert_page(struct db *db, const struct cert_filter *f, const struct cert_key *edge, bool back, struct certificate *c,
    size_t max, size_t *n, struct err *e) MUST_USE;

/* The certificates that were written to a token of the stock, also those given up on the way there; the newest first, at most max. */
bool cert_on_token(struct db *db, int64_t token, struct certificate *c, size_t max, size_t *n, struct err *e) MUST_USE;
/* It and its key are not on its token any more. */
bool cert_taken_off(struct db *db, int64_t id, int64_t at, struct err *e) MUST_USE;

/* The whole chain that a certificate belongs to by replaces and replaced_by, the oldest first, at most max; *at is its own place. */
bool cert_chain(struct db *db, int64_t id, struct certificate *c, size_t max, size_t *n, size_t *at, struct err *e) MUST_USE;

/* Application areas that a certificate serves besides its scheme, oldest first. */
struct cert_use { char name[TEXT_BYTES(40)], application_no[24]; int64_t since; };
bool cert_uses(struct db *db, int64_t id, struct cert_use *use, size_t max, size_t *n, struct err *e) MUST_USE;
/* One more, unless it is there; all of one for another, which follows it. */
bool cert_use_add(struct db *db, int64_t id, const char *name, int64_t application, int64_t now, struct err *e) MUST_USE;
bool cert_uses_copy(struct db *db, int64_t from, int64_t to, struct err *e) MUST_USE;

/* What a CA's list has to show: its certificates that are revoked or on hold here, in the order of their serials (strcmp). */
struct cert_ceased { char serial[64]; enum cert_state state; int reason; int64_t not_after; };
typedef bool (*cert_ceased_fn)(void *arg, const struct cert_ceased *c, struct err *e);
bool cert_ceased_each(struct db *db, const char *ca, cert_ceased_fn fn, void *arg, struct err *e) MUST_USE;
/* The serial of a certificate with this public key (SubjectPublicKeyInfo, DER) that was revoked as compromised; "": none. */
bool cert_compromised(struct db *db, const unsigned char *spki, size_t n, char serial[64], struct err *e) MUST_USE;
/* Is its end, for good, journalled and not carried out yet? */
bool cert_ending(struct db *db, int64_t id, bool *yes, struct err *e) MUST_USE;
/* Is something about this certificate journalled that the CA has not answered yet? */
bool cert_journalled(struct db *db, int64_t id, bool *yes, struct err *e) MUST_USE;

void intent_clear(struct intent *i);		/* frees what it owns */
bool intent_insert(struct db *db, struct intent *i, struct err *e) MUST_USE;
/* State, certificate, tries, last error, end. */
bool intent_store(struct db *db, const struct intent *i, struct err *e) MUST_USE;
bool intent_load(struct db *db, int64_t id, struct intent *i, bool *found, struct err *e) MUST_USE;
/* The open issuing one of an item (state open, received, confirmed). */
bool intent_of_item(struct db *db, int64_t item, struct intent *i, bool *found, struct err *e) MUST_USE;
/* The oldest open revocation of an item: of that certificate, or (0) of any. */
bool intent_revocation(struct db *db, int64_t item, int64_t certificate, struct intent *i, bool *found, struct err *e) MUST_USE;
/* The newest open revocation, hold or release of a certificate that another item asked for; its CRLReason, -1: there is none. */
bool intent_against(struct db *db, int64_t certificate, int64_t item, int *reason, struct err *e) MUST_USE;
/* The open revocation, hold or release of a certificate, of whatever item, that was journalled next after this one (0: the first). */
bool intent_next_about(struct db *db, int64_t certificate, int64_t after, struct intent *i, bool *found, struct err *e) MUST_USE;
/* How many revocations of an application are not carried out yet. */
bool intent_revocations(struct db *db, int64_t application, int64_t *n, struct err *e) MUST_USE;
struct intent_open {			/* a revocation, hold or release that is promised and not carried out yet */
	char serial[64];
	int reason;			/* CRLReason */
	int64_t tries;
	char last_error[400];
};
bool intent_revocations_of(struct db *db, int64_t application, struct intent_open *i, size_t max, size_t *n, struct err *e) MUST_USE;
/* The certificates that an application asked to be put on hold, done or on its way: their ids, oldest first. */
bool intent_holds(struct db *db, int64_t application, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;
/* Ids of all unfinished ones, oldest first. */
bool intent_unfinished(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;

#endif
