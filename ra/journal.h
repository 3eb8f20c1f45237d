/*
 * The journal of what a certificate's state at the CA is to become: revoked, held, released. Each verb writes an intent
 * inside the transaction of the act that decides it (acceptance, the new certificate on its medium, `ra revoke`);
 * ra/revoke.c carries it out after the commit, and `ra resume` after a kill. Nothing here calls the CA.
 */
#ifndef RA_JOURNAL_H
#define RA_JOURNAL_H

#include "db/certificate.h"
#include "ra/workflow.h"

/* certificateHold of item->old from now on (a lost token): at acceptance. One that is held or revoked already, or is going
 * to be, is left alone. The caller commits, then lets revoke_follow send it. */
bool journal_hold(struct office *o, const struct application *a, const struct app_item *item, struct err *e) MUST_USE;
/* What the certificate is to become, by its CRLReason (RFC 5280 5.3.1; 6 hold, 8 release), for this item. */
bool journal_revoke(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e) MUST_USE;

#endif
