/*
 * One item of an application while it is carried out: its rows (its lock is ra/lock.h).
 * What is loaded is the caller's own copy; nothing here changes the store.
 */
#ifndef RA_ITEM_H
#define RA_ITEM_H

#include "db/certificate.h"
#include "ra/workflow.h"

#include <openssl/x509.h>

/* An item of an application; application and item as they are now. */
bool item_find(struct office *o, int64_t app, int64_t item, struct app_item *out, struct err *e) MUST_USE;
bool item_load(struct office *o, int64_t app, int64_t item, struct application *a, struct app_item *out, struct err *e) MUST_USE;
/* The certificate that the service acts on; refuses when the application names none. */
bool item_old(struct office *o, const struct application *a, const struct app_item *item, struct certificate *c, struct err *e) MUST_USE;
/* A stored certificate, parsed; the caller's. */
bool item_x509(struct office *o, int64_t certificate, X509 **out, struct err *e) MUST_USE;

#endif
