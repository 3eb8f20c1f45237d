/* What hangs on an organisation and on one of its applications, read only: for ra/history.c, which makes a whole of it. */
#ifndef DB_HISTORY_H
#define DB_HISTORY_H

#include "db/application.h"
#include "db/find.h"

struct organisation {
	int64_t id;
	char doc[256];		/* credit code, else licence number, else kind:number */
	char name[TEXT_BYTES(64)];	/* as in its newest application */
	int64_t changed_at;
};
struct history_head {		/* of an application, what a list does not show */
	char old_serial[TEXT_BYTES(40)], reason[RECORD_NAME_MAX], why[512], delivered_to[256];
	int64_t accepted_at, reviewed_at, delivered_at;		/* 0 = not yet */
};
struct history_token {
	int64_t id;
	char serial[17];
	enum token_state state;
	int64_t since;		/* of its last move */
};
struct history_payment {
	int64_t id, at, amount_fen;	/* what of it went to this application */
	char method[16], reference[TEXT_BYTES(64)];
};

struct history_turn { char act[32], why[512]; int64_t staff, at; };	/* a reason that the applicant was given */

bool organisation_load(struct db *db, int64_t id, struct organisation *o, bool *found, struct err *e) MUST_USE;
/* Whose a hit is; 0: nobody's. */
bool organisation_of(struct db *db, enum find_kind kind, int64_t id, int64_t *organisation, struct err *e) MUST_USE;

/* Ids, the newest first, those below `edge` or with back the nearest above it; edge 0: from the newest, with back from the
 * oldest. */
bool history_applications(struct db *db, int64_t organisation, int64_t edge, bool back, int64_t *id, size_t max, size_t *n, struct err *e) MUST_USE;
bool history_certificates(struct db *db, int64_t organisation, int64_t edge, bool back, int64_t *id, size_t max, size_t *n, struct err *e) MUST_USE;
/* Of one application, in the order in which they came. */
bool history_head(struct db *db, int64_t application, struct history_head *h, struct err *e) MUST_USE;
bool history_certificates_of(struct db *db, int64_t application, int64_t *id, size_t max, size_t *n, struct err *e) MUST_USE;
bool history_tokens_of(struct db *db, int64_t application, struct history_token *t, size_t max, size_t *n, struct err *e) MUST_USE;
bool history_payments_of(struct db *db, int64_t application, struct history_payment *p, size_t max, size_t *n, struct err *e) MUST_USE;
bool history_turns_of(struct db *db, int64_t application, struct history_turn *t, size_t max, size_t *n, struct err *e) MUST_USE;
/* When the applicant was given the newest reason; 0: never. */
bool history_turned_at(struct db *db, int64_t application, int64_t *at, struct err *e) MUST_USE;

#endif
