/* A blank token of the stock for one item: reserved, initialised, opened by its initial PIN. The item's lock is held. */
#ifndef RA_PERSONALISE_H
#define RA_PERSONALISE_H

#include "ra/workflow.h"

/* Reserves a blank token (serial NULL: the longest waiting one that is plugged in) unless the item has one, seals its coming
 * SO PIN and the holder's initial PIN, and initialises it; may be repeated until an intent exists. pin is not used. */
bool personalise_take(struct office *o, struct application *a, struct app_item *item, const char *serial, const char *pin, struct err *e) MUST_USE;
/* Initialises the reserved token again where that was not done or not to its end. *done false: it was whole, or is none of the stock's
 * that is reserved. FAULT_LATER: it is not plugged in or does not work. No intent exists. */
bool personalise_again(struct office *o, struct application *a, struct app_item *item, bool *done, struct err *e) MUST_USE;
/* A session on the item's token, by its initial PIN. */
bool personalise_open(struct office *o, struct application *a, struct app_item *item, const char *pin, struct token **t, struct err *e) MUST_USE;

#endif
