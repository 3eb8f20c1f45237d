/* Scheme versions in the store: the file's text with its effective time. Parsing is forms/scheme.h's. */
#ifndef DB_SCHEMES_H
#define DB_SCHEMES_H

#include "db/db.h"

struct scheme_row { int64_t id; char scheme[24]; int64_t version, effective, loaded_at; };

bool scheme_insert(struct db *db, const char *scheme, int64_t effective, const char *text, int64_t staff, int64_t now, struct scheme_row *out, struct err *e) MUST_USE;
/* The text of one version, malloc'ed. */
bool scheme_text_of(struct db *db, int64_t id, char **text, struct err *e) MUST_USE;
/* The version in force at a time: the newest whose effective time has come. found = false when there is none. */
bool scheme_current(struct db *db, const char *scheme, int64_t at, struct scheme_row *out, bool *found, struct err *e) MUST_USE;
typedef bool (*scheme_row_fn)(void *arg, const struct scheme_row *r, struct err *e);
bool scheme_each(struct db *db, scheme_row_fn fn, void *arg, struct err *e) MUST_USE;

#endif
