/*
 * A holder's token is not filled up by what came before: at a service with the token plugged in, a certificate on it that was
 * revoked (or is going to be) or has ended leaves it, and its private key is destroyed. One whose key may open what was encrypted for
 * it stays, labelled as the old one. One that was renewed in time stays until its own end.
 */
#ifndef RA_TIDY_H
#define RA_TIDY_H

#include "db/certificate.h"
#include "ra/token.h"
#include "ra/workflow.h"

/* Is it of no use any more: revoked, on its way there, or past its end? */
bool tidy_ended(struct office *o, const struct certificate *c, bool *yes, struct err *e) MUST_USE;
/* The token is open with its holder's PIN; the item's lock is held. The certificate that the item acts on is left until the new one is
 * verified. What does not go now goes next time: the service does not fail by it. */
void tidy_token(struct office *o, const struct application *a, const struct app_item *item, struct token *t);
/* What a fault or a kill left on the token of an item that is not handed over yet: where it is plugged in and its initial PIN is sealed
 * here, that goes now, as line says ("": nothing did). A PIN of the holder's own nobody knows: then the next service does it. */
bool tidy_left(struct office *o, int64_t item, char *line, size_t linesz, struct err *e) MUST_USE;
/* What a certificate that was written to a token is there now: "" in use, else why it stays, goes or is gone. In words. */
bool tidy_words(struct office *o, const struct certificate *c, char *out, size_t outsz, struct err *e) MUST_USE;

#endif
