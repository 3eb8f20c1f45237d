/*
 * The audit: rows chained by hash and signed by the operator's own key (GM/T 0037 8.6.1.1), verified against the live
 * rows and against the heads that lie outside the store.
 */
#ifndef RA_AUDIT_H
#define RA_AUDIT_H

#include "ra/office.h"

/* Appends the row for everything touched in the running transaction; does not commit. */
bool audit_append(struct office *o, enum act act, const char *object, const char *detail, struct err *e) MUST_USE;
/* Writes today's signed head into HOME/heads/CHAIN when it is not there yet: date, sequence, hash, station's signature. */
bool audit_head_keep(struct office *o, struct err *e) MUST_USE;

/* The auditor marks every row of this point's chain so far as audited (GM/T 0037 8.6.1.7). */
bool audit_mark_all(struct office *o, struct err *e) MUST_USE;

struct audit_report {
	int64_t rows, objects, problems;
	char first[400];	/* the first problem, in words */
};
/* Verifies all chains, signatures, objects and kept heads. false only when it could not look. */
bool audit_verify(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct audit_report *r, struct err *e) MUST_USE;

#endif
