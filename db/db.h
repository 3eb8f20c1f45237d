/*
 * The statement API: one thin layer over the engine (SQLite now; the calls carry nothing of it). SQL is a literal
 * with named parameters in the subset that PostgreSQL 15 takes too. The first failure of a statement sticks, later
 * calls on it do nothing, and only stmt_close tells. One struct db serves one thread.
 *
 * A write transaction queues at the turnstile (two file locks beside the store), so no writer starves.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "forms/err.h"
#include "forms/names.h"
#include <stdint.h>

struct db;
struct sqlite3_stmt;
struct prepared;

struct stmt {
	struct db *db;
	struct sqlite3_stmt *s;		/* NULL when it could not be prepared */
	struct prepared *slot;		/* where it is kept */
	struct err err;			/* the first failure */
	bool failed, row;
	int last;			/* the parameter that was bound last */
	int64_t changed;		/* rows changed, after the last step */
};

enum db_mode { DB_WRITE, DB_READ, DB_CREATE };

/* url "sqlite:PATH" (PATH relative to dir unless absolute). Refuses a missing, damaged, locked or foreign file in words. */
bool db_open(const char *url, const char *dir, enum db_mode mode, struct db **out, struct err *e) MUST_USE;
void db_close(struct db *db);

/* Begins a write transaction (waits at the turnstile, at most 30 s then FAULT_LATER). */
bool db_begin(struct db *db, struct err *e) MUST_USE;
/* Durable when it returns true; on failure everything is rolled back. */
bool db_commit(struct db *db, struct err *e) MUST_USE;
void db_rollback(struct db *db);		/* allowed without a transaction */
bool db_writing(const struct db *db);

/* No audit, no change: what a transaction changed is noted here, and db_commit refuses while a noted object has no
 * audit row (db/audit.h clears the list by writing one). */
struct db_touched { int kind; int64_t id; };
#define DB_TOUCHED_MAX 4096
void db_touch(struct db *db, int kind, int64_t id);
size_t db_touched(const struct db *db, const struct db_touched **out);
void db_touched_clear(struct db *db);
/* A consistent snapshot for several reads. */
bool db_read_begin(struct db *db, struct err *e) MUST_USE;
void db_read_end(struct db *db);
/* Reads the whole file: every page whole, every index as its table says, every reference to a row that is there. damage: the
 * first thing that is not so, in the engine's words; "" when all is well. */
bool db_inspect(struct db *db, char damage[200], struct err *e) MUST_USE;
/* Runs a script of several statements (migrations only). */
bool db_script(struct db *db, const char *sql, struct err *e) MUST_USE;

/* Opens a statement (prepared once per db and kept). sql has to be a literal: it is told apart by its address. */
void stmt_open_(struct stmt *q, struct db *db, const char *sql);
#define stmt_open(q, db, sql) stmt_open_((q), (db), "" sql "")
void stmt_int(struct stmt *q, const char *name, int64_t v);
void stmt_text(struct stmt *q, const char *name, const char *s);	/* NULL binds null; copied */
void stmt_text_or_null(struct stmt *q, const char *name, const char *s);	/* "" binds null */
void stmt_blob(struct stmt *q, const char *name, const void *p, size_t n);	/* NULL binds null; copied */
void stmt_null(struct stmt *q, const char *name);
void stmt_int_or_null(struct stmt *q, const char *name, int64_t v);	/* 0 binds null: ids and times that are not there yet */
/* A failure of the caller's own while it binds or reads: sticks like the engine's. */
void stmt_fail(struct stmt *q, const struct err *e);
bool stmt_row(struct stmt *q);			/* steps; true while there is a row */
int64_t stmt_get_int(struct stmt *q, int col);
const char *stmt_get_text(struct stmt *q, int col);		/* "" for null; until the next step */
bool stmt_get_null(struct stmt *q, int col);
const void *stmt_get_blob(struct stmt *q, int col, size_t *n);	/* NULL for null */
void stmt_copy_text(struct stmt *q, int col, char *out, size_t outsz);	/* too long is a failure */
/* The row of a list of stored names (forms/names.h); a name that is not in it is a failure, and 0. */
int stmt_get_name(struct stmt *q, int col, const struct name *names);
int stmt_columns(struct stmt *q);
/* The row as canonical bytes for digests: name, type letter, length, value of each column that is not null (so that a
 * column that a migration adds changes no old digest). */
struct evp_md_ctx_st;
void stmt_digest_row(struct stmt *q, struct evp_md_ctx_st *md);
bool stmt_close(struct stmt *q, struct err *e) MUST_USE;	/* resets; false when anything failed */
/* Steps to the end and closes: for statements that give no rows. */
bool stmt_run(struct stmt *q, struct err *e) MUST_USE;
int64_t stmt_changed(const struct stmt *q);

/* The literals that were opened on db so far, one per call, NULL at the end; *at begins at 0. For looking at their plans. */
const char *db_statement(const struct db *db, size_t *at);

#endif
