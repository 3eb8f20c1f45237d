/*
 * What an acceptance fixes: fee lines and checklist. The verbs desk_accept and desk_emergency are declared in ra/desk.h.
 */
#ifndef RA_ACCEPT_H
#define RA_ACCEPT_H

#include "ra/office.h"

/* Fee lines by the table valid at `at` and the checklist, all pending, made anew. Inside a transaction. */
bool accept_terms(struct office *o, const struct application *a, const struct scheme *s, int64_t at, struct err *e) MUST_USE;

#endif
