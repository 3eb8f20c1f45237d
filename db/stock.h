/* The stock ledger of tokens: every token with its state and every move with who, when and why. */
#ifndef DB_STOCK_H
#define DB_STOCK_H

#include "db/db.h"
#include "db/keys.h"
#include "forms/names.h"

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
typedef bool (*stock_fn)(void *arg, const struct stock *t, struct err *e);
bool stock_each(struct db *db, const char *state, stock_fn fn, void *arg, struct err *e) MUST_USE;	/* state NULL = all */
/* SO PINs: current and, while it is being changed, the next ("" when none). Cleanse them after use. */
bool stock_so_pins(struct db *db, struct keys *k, int64_t id, char now_pin[SO_PIN_MAX], char next_pin[SO_PIN_MAX], struct err *e) MUST_USE;
bool stock_so_next(struct db *db, struct keys *k, int64_t id, const char *next_pin, struct err *e) MUST_USE;
/* The next SO PIN has become the current one. */
bool stock_so_changed(struct db *db, struct keys *k, int64_t id, const char *pin, struct err *e) MUST_USE;

#endif
