/* Reasons that were given before, read only: for ra/reason.c, which tells the usual ones. */
#ifndef DB_REASON_H
#define DB_REASON_H

#include "db/db.h"
#include "forms/text.h"

enum reason_kind {
	REASON_TURN,	/* an applicant was turned back or away, a material was not right: of = stored name of the act */
	REASON_MOVE,	/* a token was moved in the stock: of = stored name of the state it came to */
};
struct reason_row { char text[TEXT_BYTES(120)]; int64_t staff; };

/* The newest first, at most max. */
bool reason_last(struct db *db, enum reason_kind kind, const char *of, struct reason_row *row, size_t max, size_t *n, struct err *e) MUST_USE;

#endif
