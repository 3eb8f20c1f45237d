/*
 * What stands on an application's papers, gathered from the store: struct facts of the print room with everything that its
 * texts lie in. Reads only.
 */
#ifndef RA_FACTS_H
#define RA_FACTS_H

#include "printing/paper.h"
#include "ra/office.h"

struct print_facts;		/* owns what its facts point to; holds opened numbers, and PINs where they were asked for */

/* a is copied. The imprint's scan is read for the seal's form only, initial PINs for the PIN letter only. */
bool facts_read(struct office *o, const struct application *a, enum paper paper, struct print_facts **out, struct err *e) MUST_USE;
const struct facts *facts_of(const struct print_facts *p);
void facts_free(struct print_facts *p);		/* cleanses; NULL allowed */

#endif
