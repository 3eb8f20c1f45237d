/* The stock of tokens: adding, moving, and what a dead token means for the item on it. */
#ifndef RA_STOCK_H
#define RA_STOCK_H

#include "ra/office.h"

/* n new SoftHSM2 tokens, blank, with random sealed SO PINs; the count that was made also on failure. */
bool stock_add_soft(struct office *o, int n, int *made, struct err *e) MUST_USE;
/* A plugged-in hardware token with its factory SO PIN. */
bool stock_add_token(struct office *o, const char *serial, const char *so_pin, struct err *e) MUST_USE;
/* One of the allowed moves (standards.md: token life). A token with an unverified certificate ends that first. */
bool stock_move(struct office *o, const char *serial, enum token_state to, const char *why, struct err *e) MUST_USE;

#endif
