/*
 * What follows from a new certificate for the old one: superseded, or its revocation journalled; the application areas that
 * it serves go on; a changed name becomes the organisation's. By the service's row, inside the transaction that marks the
 * new certificate as being on its medium. And where the old one's token goes.
 */
#ifndef RA_FOLLOW_H
#define RA_FOLLOW_H

#include "db/stock.h"
#include "ra/workflow.h"

/* item->certificate is the new one. Nothing where the service has no old certificate. */
bool follow_old(struct office *o, struct application *a, const struct app_item *item, struct err *e) MUST_USE;
/* The certificate serves the scheme's application area from now on, where the service is to say so. */
bool follow_use(struct office *o, const struct application *a, int64_t certificate, struct err *e) MUST_USE;
/* Inside a transaction: the token in a holder's hands goes where a service sends it (lost, damaged, suspended, active again).
 * "" and one that is no longer the holder's are left alone. */
bool follow_token(struct office *o, const char *serial, enum token_state to, const char *why, struct err *e) MUST_USE;

#endif
