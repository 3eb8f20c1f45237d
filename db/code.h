/*
 * One-time codes by which the will of a holder is proven who is not here: one row per application, with the keyed index of
 * the newest code and never the code itself. Limits and sending are ra/code.c's.
 */
#ifndef DB_CODE_H
#define DB_CODE_H

#include "db/db.h"
#include "db/keys.h"

struct will_code {
	int64_t application;
	bool live;			/* a code is open: index is its own */
	unsigned char index[INDEX_LEN];	/* db/keys.h; wiped with the code's end */
	int sends, tries;		/* codes sent so far; wrong ones against the newest */
	int64_t sent_at, expires_at;	/* of the newest */
	int64_t proven_at;		/* the right one came; 0 = not yet */
};

bool code_load(struct db *db, int64_t application, struct will_code *c, bool *found, struct err *e) MUST_USE;
/* Makes or overwrites the application's row. */
bool code_store(struct db *db, const struct will_code *c, struct err *e) MUST_USE;

#endif
