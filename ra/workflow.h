/*
 * The workflow: one table of steps {from, act, to, guards}. A step that is not in the table does not exist, on any screen.
 * Guards say in words what is missing. Needs nothing but the office's readers; changes nothing.
 */
#ifndef RA_WORKFLOW_H
#define RA_WORKFLOW_H

#include "ra/office.h"

/* Is the step open to the member who works, now? *to gets the state after it. */
bool workflow_may(struct office *o, const struct application *a, enum act act, enum app_state *to, struct err *e) MUST_USE;
/* Would acceptance refuse a draft, as it is now, whatever is mended on its form? For telling so before it is typed out. */
bool workflow_entry(struct office *o, const struct application *a, struct err *e) MUST_USE;
/* The acts that are open now, in the order of the table, one per command; returns how many. Guards that only look are asked too. */
size_t workflow_next(struct office *o, const struct application *a, enum act out[ACT_N]);

#endif
