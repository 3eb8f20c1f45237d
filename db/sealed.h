/*
 * Sealed columns: a text bound and read under the office's keys. place is "table.column:row", so that a value opens only
 * where it was sealed; null stands for "not given" and is not sealed. A failure sticks to the statement.
 */
#ifndef DB_SEALED_H
#define DB_SEALED_H

#include "db/db.h"
#include "db/keys.h"

#define SEALED_PLACE 80		/* bytes of a place */
#define SEALED_MAX 1024		/* bytes of a text, with its NUL */

/* "" and NULL bind null. */
void sealed_bind(struct stmt *q, const char *param, struct keys *k, const char *place, const char *text);
/* The keyed index of the text for column, bound to param. */
void sealed_index(struct stmt *q, const char *param, struct keys *k, const char *column, const char *text);
/* "" for null. A value that is damaged, from elsewhere or too long fails the statement, naming the place. */
void sealed_read(struct stmt *q, int col, struct keys *k, const char *place, char *out, size_t outsz);

#endif
