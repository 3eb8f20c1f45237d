/*
 * Issuing: from what a CMP request asks for to a signed certificate. The subject, key, validity and identifying
 * extensions are the RA's; all else is the profile's. Nothing here touches the store.
 */
#ifndef RA_AUTHORITY_ISSUE_H
#define RA_AUTHORITY_ISSUE_H

#include "ra/authority/authority.h"

struct wanted {			/* all borrowed */
	const X509_NAME *subject;
	const X509_PUBKEY *pubkey;
	const ASN1_TIME *not_before, *not_after;	/* NULL: now, and one year later */
	const STACK_OF(X509_EXTENSION) *extensions;
	int64_t runs_on;		/* of an update: the old certificate's end, from which the longest validity counts; 0: from notBefore */
};

/* Refuses in words what a limit or the profile does not allow, else makes and signs the certificate. */
bool issue_cert(const struct authority *a, const struct wanted *w, X509 **out, struct err *e) MUST_USE;

#endif
