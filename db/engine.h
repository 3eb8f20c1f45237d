/*
 * Inside the statement API: what db.c (opening, transactions) and stmt.c (statements) share. Nobody else includes it.
 */
#ifndef DB_ENGINE_H
#define DB_ENGINE_H

#include "db/db.h"

#include <sqlite3.h>

#define PREPARED_MAX 512	/* power of two; more literals than the program has */

struct prepared {
	const char *sql;	/* the literal's address */
	sqlite3_stmt *s;
	bool open;
};

struct db {
	sqlite3 *engine;
	int gate[2];		/* turnstile: [1] is the queue, [0] the door; -1 when read only */
	bool writing, reading;
	struct db_touched touched[DB_TOUCHED_MAX];	/* changed in this transaction, not yet on the audit */
	size_t touched_n;
	struct prepared prepared[PREPARED_MAX];
};

/* Fills *e from the engine's code: what happened and what helps. Returns false. */
bool db_engine_error(struct db *db, int rc, struct err *e);

#endif
