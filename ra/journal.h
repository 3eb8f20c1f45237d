/*
 * The journal of what a certificate's state at the CA is to become: revoked, held, released. Each verb writes an intent
 * inside the transaction of the act that decides it (acceptance, the new certificate on its medium, `ra revoke`);
 * ra/revoke.c carries it out after the commit, and `ra resume` after a kill. Nothing here calls the CA.
 */
#ifndef RA_JOURNAL_H
#define RA_JOURNAL_H

#include "db/certificate.h"
#include "ra/workflow.h"

/* What a certificate is going to be when all is carried out that other items than this one (0: any) have journalled for it. */
bool journal_becomes(struct office *o, const struct certificate *c, int64_t item, enum cert_state *state, struct err *e) MUST_USE;

/* What a holder may still use beside a certificate: its predecessors by renewal in time, each to its own end. Who loses a token,
 * is renamed or wants an end means them too. Newest first. */
#define JOURNAL_LINE_MAX 8
bool journal_line(struct office *o, const struct certificate *c, struct certificate line[JOURNAL_LINE_MAX], size_t *n, struct err *e) MUST_USE;
/* certificateHold of item->old from now on (a lost token): at acceptance. One that is held or revoked already, or is going to be,
 * is left alone; one whose hold is being lifted is held again after that. The caller commits, then lets revoke_follow send it. */
bool journal_hold(struct office *o, const struct application *a, const struct app_item *item, struct err *e) MUST_USE;
/* What the certificate is to become, and its line before it, by the CRLReason (RFC 5280 5.3.1; 6 hold, 8 release), for this
 * item. */
bool journal_end(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e) MUST_USE;
/* The one certificate alone. */
bool journal_revoke(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e) MUST_USE;

#endif
