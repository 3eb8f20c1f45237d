/* Services that ask nothing of the CA: the record alone says what the certificate serves from now on, or which seal hangs on it. */
#ifndef RA_RECORD_H
#define RA_RECORD_H

#include "ra/workflow.h"

/* Records an approved application in one transaction: issued, every item with the certificate that it is about. */
bool record_application(struct office *o, const char *no, int64_t version, struct err *e) MUST_USE;

#endif
