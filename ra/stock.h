/* The stock of tokens: adding, moving, and what a dead token means for the item on it. */
#ifndef RA_STOCK_H
#define RA_STOCK_H

#include "db/stock.h"
#include "ra/office.h"

/* n new SoftHSM2 tokens, blank, with random sealed SO PINs; the count that was made also on failure. */
bool stock_add_soft(struct office *o, int n, int *made, struct err *e) MUST_USE;
/* A plugged-in hardware token with its factory SO PIN. */
bool stock_add_token(struct office *o, const char *serial, const char *so_pin, struct err *e) MUST_USE;
/* One of the allowed moves (standards.md: token life). A token with an unverified certificate ends that first. */
bool stock_move(struct office *o, const char *serial, enum token_state to, const char *why, struct err *e) MUST_USE;
/* Where a person may move a token from this state; returns how many. */
size_t stock_moves_from(enum token_state from, enum token_state to[TOKEN_STATE_N]);

struct stock_plugged {			/* a token that is plugged in now */
	struct token_info info;
	bool in_stock;
	struct stock_row row;		/* when in stock */
};
/* At most max; looks at the readers and at the ledger. anew: a module that sees new tokens only when it starts is started again. */
bool stock_plugged(struct office *o, bool anew, struct stock_plugged *out, size_t max, size_t *n, struct err *e) MUST_USE;
/* What is to be said of its PINs: "PIN locked", "one try left" …; "" when nothing is. In the clerk's language. */
const char *stock_pin_words(const struct token_info *info);

#endif
