/*
 * Revocation as the world sees it: the CRL (RFC 5280 5), made anew in the transaction that revokes, and once half of
 * its time is over. The caller holds store_lock in all of these.
 */
#ifndef RA_AUTHORITY_CRL_H
#define RA_AUTHORITY_CRL_H

#include "ra/authority/authority.h"

/* Makes and stores the next CRL inside the caller's write transaction. */
bool crl_make(struct authority *a, struct err *e) MUST_USE;
/* Makes a new one in a transaction of its own when there is none or it is stale. */
bool crl_refresh(struct authority *a, struct err *e) MUST_USE;
/* Revokes what was not confirmed in time (RFC 4210 5.3.18 expects a certConf, else the certificate counts as not
 * taken) and makes the CRL, all in one transaction. reaped counts them. */
bool crl_reap(struct authority *a, int *reaped, struct err *e) MUST_USE;

#endif
