/* Another authority's signature and its list of revoked certificates; for ra/foreign.c. */
#ifndef RA_FOREIGN_LIST_H
#define RA_FOREIGN_LIST_H

#include "ra/office.h"

#include <openssl/x509.h>

struct foreign_authority {		/* a row of ra.conf's foreign; id and name are the config's */
	const char *id, *name;
	char anchors[PATH_MAX_RA];	/* PEM: its CA certificates */
	char crl[PATH_MAX_RA];		/* a file, DER or PEM, or an http address */
};

/* Is the certificate signed by one of its CA certificates, up to the one that stands there? Time is not looked at. */
bool foreign_signs(const struct foreign_authority *f, X509 *x, bool *signs, struct err *e) MUST_USE;
/* Refused when its list has the certificate. FAULT_LATER: the list cannot be had, is not signed by it, or is out of date. */
bool foreign_not_listed(const struct foreign_authority *f, X509 *x, const char *serial, struct err *e) MUST_USE;

#endif
