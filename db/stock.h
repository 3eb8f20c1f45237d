/* The stock ledger of tokens: every token with its state and every move with who, when and why. */
#ifndef DB_STOCK_H
#define DB_STOCK_H

#include "db/db.h"
#include "db/keys.h"
#include "forms/names.h"
#include "forms/record.h"

#define SO_PIN_MAX 33

struct stock {
	int64_t id;
	char serial[17];
	enum token_state state;
	int64_t item, added_at;		/* item 0: none */
};

/* Adds a blank token with its SO PIN sealed. Refuses a serial that is there. */
bool stock_add(struct db *db, struct keys *k, const char *serial, const char *so_pin, int64_t staff, int64_t now, int64_t *id, struct err *e) MUST_USE;
bool stock_find(struct db *db, const char *serial, struct stock *t, bool *found, struct err *e) MUST_USE;
bool stock_load(struct db *db, int64_t id, struct stock *t, bool *found, struct err *e) MUST_USE;
/* The blank token that has waited longest of those after `after` (0: of all); found = false: there is none. */
bool stock_next_blank(struct db *db, int64_t after, struct stock *t, bool *found, struct err *e) MUST_USE;
/* Writes state and item; a changed state becomes a move. */
bool stock_store(struct db *db, struct stock *t, enum token_state to, int64_t item, int64_t staff, int64_t now, const char *why, struct err *e) MUST_USE;
/* SO PINs: current and, while it is being changed, the next ("" when none). Cleanse them after use. */
bool stock_so_pins(struct db *db, struct keys *k, int64_t id, char now_pin[SO_PIN_MAX], char next_pin[SO_PIN_MAX], struct err *e) MUST_USE;
/* What the SO PIN is going to be; one that was said before and not done stays, since the token may have it already. */
bool stock_so_next(struct db *db, struct keys *k, int64_t id, const char *next_pin, struct err *e) MUST_USE;
/* The next SO PIN has become the current one. */
bool stock_so_changed(struct db *db, struct keys *k, int64_t id, const char *pin, struct err *e) MUST_USE;

/* ---- the reading side ---- */

struct stock_row {			/* a token with whom it serves; "" where it serves nobody */
	struct stock t;
	char owner[TEXT_BYTES(64)];	/* the organisation, by its name of now */
	char application_no[24];	/* that it was made for last */
	int64_t certificate;		/* on it; 0 = none */
	char certificate_serial[64];
};
#define STOCK_ANY (-1)
/* At most max rows behind id `edge`, or before it with back, in the order in which they came; edge 0: from the first, with
 * back from the last. state: enum token_state or STOCK_ANY. Fewer than max: nothing lies beyond. */
bool stock_page(struct db *db, int state, int64_t edge, bool back, struct stock_row *row, size_t max, size_t *n, struct err *e) MUST_USE;
bool stock_row(struct db *db, const char *serial, struct stock_row *row, bool *found, struct err *e) MUST_USE;
/* How many there are of each state, counted up to max. */
bool stock_counts(struct db *db, int max, int count[TOKEN_STATE_N], struct err *e) MUST_USE;
struct stock_move {
	int n;				/* 1.. */
	char from[RECORD_NAME_MAX], to[RECORD_NAME_MAX];	/* stored names; from "" when it came */
	int64_t at;
	char login[33], who[129];	/* whose hand: login and name */
	char why[512];
};
/* The newest first, at most max. */
bool stock_moves(struct db *db, int64_t id, struct stock_move *move, size_t max, size_t *n, struct err *e) MUST_USE;

#endif
