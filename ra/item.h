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
/* A service that is carried out item by item: step for each, when the workflow lets the act. version is the one that the clerk saw
 * for the first, 0 after it, since each step is a change. arg is the step's. */
typedef bool (*item_step_fn)(struct office *o, struct application *a, int64_t version, int64_t item, const void *arg, struct err *e);
bool item_each(struct office *o, const char *no, enum act act, int64_t version, item_step_fn step, const void *arg, struct err *e) MUST_USE;
/* Is one of the application's items still to be carried out? */
bool item_any_open(struct office *o, int64_t app, bool *open, struct err *e) MUST_USE;
/* The certificate that the service acts on; refuses when the application names none. */
bool item_old(struct office *o, const struct application *a, const struct app_item *item, struct certificate *c, struct err *e) MUST_USE;
/* A stored certificate, parsed; the caller's. */
bool item_x509(struct office *o, int64_t certificate, X509 **out, struct err *e) MUST_USE;

#endif
