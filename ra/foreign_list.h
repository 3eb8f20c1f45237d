/* Another authority's signature and its list of revoked certificates; for ra/foreign.c. */
#ifndef RA_FOREIGN_LIST_H
#define RA_FOREIGN_LIST_H

#include "ra/trust.h"

#include <openssl/x509.h>

/* Is the certificate signed by one of its CA certificates, up to the one that stands there? Time is not looked at. */
bool foreign_signs(const struct trust *f, X509 *x, bool *signs, struct err *e) MUST_USE;
/* Refused when its list has the certificate. FAULT_LATER: the list cannot be had, is not signed by it, or is out of date. */
bool foreign_not_listed(const struct trust *f, X509 *x, const char *serial, struct err *e) MUST_USE;

#endif
