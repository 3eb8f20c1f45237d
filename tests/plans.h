/* What the engine does for the statements of the house: a table that is read whole shows only with a million rows. */
#ifndef TESTS_PLANS_H
#define TESTS_PLANS_H

#include "tests/support.h"

/* Aborts with the statement when one that was opened on db reads a whole table or sorts, unless its text holds one of
 * `allowed` (ended by NULL; NULL: none). */
void plans_are_by_key(struct world *w, struct db *db, const char *const *allowed);

#endif
