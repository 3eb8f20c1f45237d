/*
 * The holder's own token at the counter: found in the ledger, identified by the certificate on it, never wiped. Its PIN is
 * the holder's own, or is set anew by the SO PIN to the scheme's initial one, which is sealed first and has to be changed at
 * first use. The item's lock is held.
 */
#ifndef RA_HOLDER_H
#define RA_HOLDER_H

#include "db/stock.h"
#include "ra/workflow.h"

/* The token that the item's old certificate lies on: in the ledger, plugged in, and that certificate read on it. serial: the
 * one that the clerk has in hand, or NULL. Refused at `token`; FAULT_LATER: not plugged in. */
bool holder_find(struct office *o, const struct application *a, const struct app_item *item, const char *serial, struct stock *t, struct err *e) MUST_USE;
/* Inside a transaction: the token becomes the item's; anew: with a new initial PIN sealed, unless one is there; else
 * without any, since the holder's own stays. */
bool holder_attach(struct office *o, const struct application *a, struct app_item *item, const struct stock *t, bool anew, struct err *e) MUST_USE;
/* Sets the sealed initial PIN by the SO PIN, which restores the retry counter, and opens a session by it. May be repeated. */
bool holder_set_pin(struct office *o, const struct app_item *item, struct token **t, struct err *e) MUST_USE;
/* Proves that the token has the key of the certificate by which it was identified. */
bool holder_prove(struct office *o, const struct application *a, const struct app_item *item, struct token *t, struct err *e) MUST_USE;

/* A session on the plugged-in token by its holder's PIN, whosever token it is. Refused at `pin`, with what one more wrong one would do. */
bool holder_open_by(struct office *o, const char *serial, const char *pin, struct token **t, struct err *e) MUST_USE;
/* Makes the token ready for the item: found, attached, PIN tried or (pin NULL) set anew. */
bool holder_take(struct office *o, struct application *a, struct app_item *item, const char *serial, const char *pin, struct err *e) MUST_USE;
/* A session on it, by the holder's PIN or (pin NULL) by the initial one, set anew where the store knows none. */
bool holder_open(struct office *o, struct application *a, struct app_item *item, const char *pin, struct token **t, struct err *e) MUST_USE;

#endif
