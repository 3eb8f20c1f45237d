/*
 * What a certificate comes onto: a token of the stock, the holder's own token, or the holder's device, which sends a CSR.
 * The service's row says which (MEDIUM_NEW, MEDIUM_SAME); a CSR may stand for either. The item's lock is held.
 */
#ifndef RA_MEDIUM_H
#define RA_MEDIUM_H

#include "ra/service.h"
#include "ra/workflow.h"

struct issue_medium {		/* what the clerk gives; all NULL: the next blank token, or the holder's own with a new PIN */
	const char *token;	/* serial */
	const char *csr;	/* path of a CSR that the holder's device made */
	const char *pin;	/* the holder's own PIN of the own token; NULL: set anew by the SO PIN */
	int item;		/* only this one; 0: every one that is open, each on a token of its own */
	bool same_key;		/* a renewal keeps the key of the own token, where the scheme allows it */
};

/* May the old key go on: in a renewal, where the scheme allows it. */
bool medium_may_keep_key(const struct service_row *row, const struct scheme *s);
/* Makes the medium ready and gets the public key to be certified: made on the token and proven by a request that the token
 * signs, or the CSR's. */
bool medium_key(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, EVP_PKEY **pub, struct err *e) MUST_USE;
/* Writes certificate and chain, reads them back, proves the key; then, in one transaction, marks item and token and what
 * becomes of the old certificate. m NULL: after a kill. One whose old certificate has ended meanwhile is called off (ra/enrol.h). */
bool medium_write(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, struct err *e) MUST_USE;

#endif
