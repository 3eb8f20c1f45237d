/* A store of its own for tests of the cabinet: a fresh folder with the keys and the whole schema, one member in it. */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include "db/db.h"
#include "db/keys.h"

struct store {
	char dir[64];
	struct db *db;
	struct keys *keys;
	int64_t staff;		/* row of the member */
};

struct store *store_new(void);
void store_free(struct store *s);
/* Opens and closes the file, as another program would. */
void store_reopen(struct store *s);
/* A write transaction; committing passes the audit over, which is not what these tests are about. */
void store_begin(struct store *s);
void store_commit(struct store *s);
/* One number of one query, or a script that has to go through, by the engine's own command: behind the program's back. */
int64_t store_number(struct store *s, const char *sql);
void store_script(struct store *s, const char *sql);
/* Does any file of the store hold these bytes? */
bool store_holds(struct store *s, const char *bytes);

#endif
