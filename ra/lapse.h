/*
 * Applications that lapse: the scheme says after how many days an entry that nobody accepted, a correction that is not answered, or
 * a fee that is not paid ends it. Nothing runs by itself: `ra expire` at the start of the day, or the step in the console, carries it
 * out, on its caller's name; until then the application is open.
 */
#ifndef RA_LAPSE_H
#define RA_LAPSE_H

#include "ra/workflow.h"

/* The moment from which it lapses, and why, in words; *at 0: it does not. */
bool lapse_of(struct office *o, const struct application *a, int64_t *at, char *why, size_t whysz, struct err *e) MUST_USE;
/* One that is overdue; refused with the day on which it will be. */
bool lapse_one(struct office *o, const char *no, int64_t version, struct err *e) MUST_USE;
/* All that are overdue, over all schemes; tell gets a line each: number, reason. */
bool lapse_all(struct office *o, void (*tell)(void *arg, const char *line), void *arg, int *n, struct err *e) MUST_USE;

#endif
