/*
 * Migrations: numbered files built into the program, each run once, all of one start in one transaction. A store that
 * is newer than the program is refused.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "db/db.h"
#include "forms/embedded.h"

/* Brings the store of db to the last of `files` (numbered 1.. in their order); made counts the ones that were run. */
bool db_migrate(struct db *db, const struct embedded *files, int *made, struct err *e) MUST_USE;
/* Refuses a store that is older (run `ra migrate`), newer, or no store of ours at all. */
bool db_version_check(struct db *db, const struct embedded *files, struct err *e) MUST_USE;

#endif
