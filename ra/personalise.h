/* One token for one item: reserve, initialise, key pair and request, write and read back. The item's lock is held. */
#ifndef RA_PERSONALISE_H
#define RA_PERSONALISE_H

#include "ra/workflow.h"

#include <openssl/x509.h>

/* Reserves a blank token (serial NULL: the longest waiting) and seals its coming SO PIN and the holder's initial PIN. */
bool personalise_reserve(struct office *o, struct application *a, struct app_item *item, const char *serial, struct err *e) MUST_USE;
/* Initialises the reserved token; may be repeated until an intent exists. */
bool personalise_initialise(struct office *o, struct application *a, struct app_item *item, struct err *e) MUST_USE;
/* Makes the key pair and proves it by a request that the token signs. */
bool personalise_key(struct office *o, struct application *a, struct app_item *item, X509_NAME *subject, EVP_PKEY **pub, struct err *e) MUST_USE;
/* Writes certificate and chain, reads back, proves the key, marks item and token. */
bool personalise_write(struct office *o, struct application *a, struct app_item *item, struct err *e) MUST_USE;

#endif
