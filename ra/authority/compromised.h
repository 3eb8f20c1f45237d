/* Keys in wrong hands: who has the private key of a certificate that was revoked with keyCompromise (RFC 5280 5.3.1) would
 * have the new holder's too. The CA certifies such a key never again. store_lock is held, changes are in a transaction. */
#ifndef RA_AUTHORITY_COMPROMISED_H
#define RA_AUTHORITY_COMPROMISED_H

#include "ra/authority/authority.h"

/* Notes the key of a certificate that is being revoked so. */
bool compromised_add(struct authority *a, const struct authority_cert *c, struct err *e) MUST_USE;
/* Refused (FAULT_REFUSED) when the key of this new certificate is one of them. */
bool compromised_not(struct authority *a, X509 *cert, struct err *e) MUST_USE;
/* Notes those that were revoked before the store noted keys; in a transaction of its own. */
bool compromised_fill(struct authority *a, struct err *e) MUST_USE;

#endif
