/*
 * Applications and everything that hangs on one: its record (sealed columns opened here), users, hands, fee lines,
 * checklist, items, payments. Every change notes its object for the audit (db_touch).
 */
#ifndef DB_APPLICATION_H
#define DB_APPLICATION_H

#include "db/db.h"
#include "db/keys.h"
#include "forms/names.h"
#include "forms/record.h"
#include "forms/scheme.h"

#define APP_NO_MAX 24

struct application {
	int64_t id;
	char no[APP_NO_MAX];
	enum app_state state;
	int64_t version;
	int64_t scheme_version;		/* row of table scheme; 0 before acceptance */
	int64_t organisation;
	char point[17];
	int64_t entered_by, entered_at, accepted_by, accepted_at, reviewed_by, reviewed_at;
	int64_t delivered_by, delivered_at, changed_at;	/* 0 = not yet */
	char delivered_to[256], why[512];
	int64_t filled_from;		/* the closed application with the holder's record of before; 0 = none */
	bool emergency;			/* emergency revocation: no materials, a second person approves */
	bool late;			/* renewal accepted after the old certificate's end */
	int64_t due_fen, paid_fen, waived_fen;	/* due and paid are sums of the live rows */
	struct record record;
};

struct app_material {
	int n;
	char code[48];
	int wanted, copies;
	unsigned points, bad_points;
	enum material_outcome outcome;
	char reason[512], scan[65], shelf[128];
	int64_t checked_by, checked_at;
};
struct app_item {
	int64_t id, application;
	int n;
	char kind[16];
	enum item_state state;
	int64_t token, certificate;
	int64_t old;			/* certificate that the service acts on; 0 = none */
};

/* The next number of a service point on a day: POINT + yymmdd + five digits + check digit (ISO 7064 MOD 11,10 over the digits). */
bool app_next_no(struct db *db, const char *point, int64_t now, char no[APP_NO_MAX], struct err *e) MUST_USE;
bool app_no_valid(const char *no);

/* Inserts; a->id is set. a->no has to be set. */
bool app_insert(struct db *db, struct keys *k, struct application *a, struct err *e) MUST_USE;
/* Loads by number; found = false when there is none. */
bool app_load(struct db *db, struct keys *k, const char *no, struct application *a, bool *found, struct err *e) MUST_USE;
bool app_no_of(struct db *db, int64_t id, char no[APP_NO_MAX], struct err *e) MUST_USE;
/* 0: there is none. */
bool app_id_of(struct db *db, const char *no, int64_t *id, struct err *e) MUST_USE;
bool app_no_of_ref(struct db *db, const char *client_ref, char no[APP_NO_MAX], bool *found, struct err *e) MUST_USE;
/* Writes the record's columns and users anew. */
bool app_store_record(struct db *db, struct keys *k, const struct application *a, struct err *e) MUST_USE;
/* Writes everything but the record; version and changed_at are advanced here. */
bool app_store_head(struct db *db, struct application *a, int64_t now, struct err *e) MUST_USE;

/* A reason that the applicant is given (correction, return, refusal, withdrawal): all of them are kept. */
bool app_turn_add(struct db *db, int64_t app, const char *act, const char *why, int64_t staff, int64_t now, struct err *e) MUST_USE;

/* Front-side hands: who entered, edited or accepted. */
bool app_hand_add(struct db *db, int64_t app, int64_t staff, struct err *e) MUST_USE;
bool app_hand_has(struct db *db, int64_t app, int64_t staff, bool *has, struct err *e) MUST_USE;

bool app_fee_store(struct db *db, int64_t app, const struct fee_line *l, size_t n, struct err *e) MUST_USE;
bool app_fee_load(struct db *db, int64_t app, struct fee_line l[SCHEME_LINES_MAX], size_t *n, struct err *e) MUST_USE;

/* Makes the checklist anew, all pending. */
bool app_materials_make(struct db *db, int64_t app, const struct scheme_material *const *m, size_t n, struct err *e) MUST_USE;
bool app_materials(struct db *db, int64_t app, struct app_material *m, size_t max, size_t *n, struct err *e) MUST_USE;
bool app_material_store(struct db *db, int64_t app, const struct app_material *m, struct err *e) MUST_USE;

/* old: the certificate that the service acts on, 0 = none. */
bool app_item_add(struct db *db, int64_t app, int n, const char *kind, int64_t old, struct err *e) MUST_USE;
bool app_items(struct db *db, int64_t app, struct app_item *i, size_t max, size_t *n, struct err *e) MUST_USE;
bool app_of_item(struct db *db, int64_t item, int64_t *app, struct err *e) MUST_USE;
/* The item that a token is taken for and that has no verified certificate on it yet; 0: none. */
bool app_item_on_token(struct db *db, int64_t token, int64_t *item, struct err *e) MUST_USE;
/* Items on their way without an open intent at the CA (those whose token is being unlocked), oldest first. */
bool app_items_waiting(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;
/* Items that a token is taken for and of which nothing is asked of the CA yet, oldest first. */
bool app_items_reserved(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;
/* Items that are made and not handed over, on whose token a certificate lies that was revoked or has ended. */
bool app_items_untidy(struct db *db, int64_t now, int64_t *ids, size_t max, size_t *n, struct err *e) MUST_USE;
bool app_item_store(struct db *db, const struct app_item *i, struct err *e) MUST_USE;
/* The sealed initial PIN; NULL wipes it. out has room for 64 bytes, "" when there is none. */
bool app_item_pin_store(struct db *db, struct keys *k, const struct app_item *i, const char *pin, struct err *e) MUST_USE;
bool app_item_pin(struct db *db, struct keys *k, int64_t item, char out[64], struct err *e) MUST_USE;

/* A payment and its allocation to one application. taken = false and `by` = the other application's number when the
 * reference was used before. */
bool app_pay(struct db *db, int64_t app, const char *method, int64_t fen, const char *reference, int64_t staff, int64_t now,
    bool *taken, char by[APP_NO_MAX], struct err *e) MUST_USE;

/* The organisation's row, made or renamed; its grams with it. */
bool org_ensure(struct db *db, const struct record_org *o, int64_t now, int64_t *id, struct err *e) MUST_USE;

#endif
