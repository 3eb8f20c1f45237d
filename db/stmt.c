/* Statements; declared in db/db.h. */
#include "db/engine.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
fail_with(struct stmt *q, int rc)
{
	if (!q->failed)
		db_engine_error(q->db, rc, &q->err);
	q->failed = true;
}

static void
refuse(struct stmt *q, const char *what, const char *name)
{
	if (!q->failed)
		err_internal(&q->err, "the statement has no %s %s", what, name);
	q->failed = true;
}

static struct prepared *
slot_of(struct db *db, const char *sql)
{
	size_t i = ((uintptr_t)sql >> 3) * 2654435761u % PREPARED_MAX;

	for (int n = 0; n < PREPARED_MAX; n++, i = (i + 1) % PREPARED_MAX)
		if (!db->prepared[i].sql || db->prepared[i].sql == sql)
			return &db->prepared[i];
	return NULL;
}

void
stmt_open_(struct stmt *q, struct db *db, const char *sql)
{
	struct prepared *p = slot_of(db, sql);
	int rc;

	memset(q, 0, sizeof *q);
	q->db = db;
	assert(p);
	if (!p->s) {
		rc = sqlite3_prepare_v3(db->engine, sql, -1, SQLITE_PREPARE_PERSISTENT, &p->s, NULL);
		if (rc != SQLITE_OK) {
			fail_with(q, rc);
			return;
		}
		p->sql = sql;
	}
	assert(!p->open);		/* a statement is never used inside itself */
	p->open = true;
	q->slot = p;
	q->s = p->s;
	sqlite3_reset(q->s);
	sqlite3_clear_bindings(q->s);
}

static int
parameter(struct stmt *q, const char *name)
{
	const char *next;
	int i;

	if (q->failed)
		return 0;
	/* mostly they come in the order of the statement, which spares comparing the names of all */
	next = sqlite3_bind_parameter_name(q->s, q->last + 1);
	i = next && strcmp(next, name) == 0 ? q->last + 1 : sqlite3_bind_parameter_index(q->s, name);
	if (i == 0)
		refuse(q, "parameter", name);
	return q->last = i;
}

void
stmt_int(struct stmt *q, const char *name, int64_t v)
{
	int i = parameter(q, name);

	if (i > 0)
		sqlite3_bind_int64(q->s, i, v);
}

void
stmt_text(struct stmt *q, const char *name, const char *s)
{
	int i = parameter(q, name);

	if (i > 0)
		sqlite3_bind_text(q->s, i, s, -1, SQLITE_TRANSIENT);
}

void
stmt_text_or_null(struct stmt *q, const char *name, const char *s)
{
	stmt_text(q, name, s && s[0] ? s : NULL);
}

void
stmt_blob(struct stmt *q, const char *name, const void *p, size_t n)
{
	int i = parameter(q, name);

	if (i > 0)
		sqlite3_bind_blob64(q->s, i, p, n, SQLITE_TRANSIENT);
}

void
stmt_null(struct stmt *q, const char *name)
{
	int i = parameter(q, name);

	if (i > 0)
		sqlite3_bind_null(q->s, i);
}

void
stmt_int_or_null(struct stmt *q, const char *name, int64_t v)
{
	if (v == 0)
		stmt_null(q, name);
	else
		stmt_int(q, name, v);
}

void
stmt_fail(struct stmt *q, const struct err *e)
{
	if (!q->failed)
		q->err = *e;
	q->failed = true;
}

bool
stmt_row(struct stmt *q)
{
	int rc;

	if (q->failed)
		return false;
	rc = sqlite3_step(q->s);
	q->row = rc == SQLITE_ROW;
	if (q->row)
		return true;
	if (rc != SQLITE_DONE)
		fail_with(q, rc);
	q->changed = sqlite3_changes64(q->db->engine);
	return false;
}

static bool
readable(struct stmt *q, int col)
{
	if (q->failed)
		return false;
	assert(q->row && col < sqlite3_column_count(q->s));
	return true;
}

int64_t
stmt_get_int(struct stmt *q, int col)
{
	return readable(q, col) ? sqlite3_column_int64(q->s, col) : 0;
}

const char *
stmt_get_text(struct stmt *q, int col)
{
	const unsigned char *s = readable(q, col) ? sqlite3_column_text(q->s, col) : NULL;

	return s ? (const char *)s : "";
}

bool
stmt_get_null(struct stmt *q, int col)
{
	return !readable(q, col) || sqlite3_column_type(q->s, col) == SQLITE_NULL;
}

const void *
stmt_get_blob(struct stmt *q, int col, size_t *n)
{
	const void *p;

	*n = 0;
	if (!readable(q, col))
		return NULL;
	p = sqlite3_column_blob(q->s, col);
	*n = (size_t)sqlite3_column_bytes(q->s, col);
	return p;
}

void
stmt_copy_text(struct stmt *q, int col, char *out, size_t outsz)
{
	const char *s = stmt_get_text(q, col);

	if (strlen(s) >= outsz) {
		if (!q->failed)
			err_internal(&q->err, "the store holds a longer text than fits column %d", col);
		q->failed = true;
		out[0] = '\0';
		return;
	}
	memcpy(out, s, strlen(s) + 1);
}

int
stmt_get_name(struct stmt *q, int col, const struct name *names)
{
	const char *stored = stmt_get_text(q, col);
	int i = name_index(names, stored);
	struct err e;

	if (i >= 0)
		return i;
	err_internal(&e, "the store is damaged: it holds the name '%.40s', which this program does not know", stored);
	stmt_fail(q, &e);
	return 0;
}

int
stmt_columns(struct stmt *q)
{
	return q->failed ? 0 : sqlite3_column_count(q->s);
}

/* Lengths stand before values: two different rows never give the same bytes. */
void
stmt_digest_row(struct stmt *q, struct evp_md_ctx_st *md)
{
	char number[24];

	for (int i = 0; i < stmt_columns(q); i++) {
		const char *name = sqlite3_column_name(q->s, i);
		unsigned char head[9];
		const void *p;
		size_t n;

		switch (sqlite3_column_type(q->s, i)) {
		case SQLITE_INTEGER:
			head[0] = 'i';
			n = (size_t)snprintf(number, sizeof number, "%lld", (long long)sqlite3_column_int64(q->s, i));
			p = number;
			break;
		case SQLITE_NULL:
			continue;
		case SQLITE_TEXT:
			head[0] = 't';
			p = sqlite3_column_text(q->s, i);
			n = (size_t)sqlite3_column_bytes(q->s, i);
			break;
		default:
			head[0] = 'b';
			p = sqlite3_column_blob(q->s, i);
			n = (size_t)sqlite3_column_bytes(q->s, i);
		}
		for (int k = 0; k < 8; k++)
			head[1 + k] = (unsigned char)(n >> (56 - 8 * k));
		EVP_DigestUpdate(md, name, strlen(name) + 1);
		EVP_DigestUpdate(md, head, sizeof head);
		if (n > 0)
			EVP_DigestUpdate(md, p, n);
	}
}

bool
stmt_close(struct stmt *q, struct err *e)
{
	if (q->s) {
		sqlite3_reset(q->s);
		q->slot->open = false;
		q->s = NULL;
	}
	if (q->failed && e)
		*e = q->err;
	return !q->failed;
}

bool
stmt_run(struct stmt *q, struct err *e)
{
	while (stmt_row(q))
		;
	return stmt_close(q, e);
}

int64_t
stmt_changed(const struct stmt *q)
{
	return q->changed;
}

bool
db_inspect(struct db *db, char damage[200], struct err *e)
{
	struct stmt q;

	damage[0] = '\0';
	stmt_open(&q, db, "PRAGMA integrity_check(1)");
	if (stmt_row(&q) && strcmp(stmt_get_text(&q, 0), "ok") != 0) {
		/* a first line may only name the file */
		const char *m = stmt_get_text(&q, 0), *line = strchr(m, '\n');

		snprintf(damage, 200, "%.199s", m[0] == '*' && line ? line + 1 : m);
		damage[strcspn(damage, "\n")] = '\0';
	}
	if (!stmt_close(&q, e))
		return false;
	stmt_open(&q, db, "PRAGMA foreign_key_check");
	if (stmt_row(&q) && !damage[0])
		snprintf(damage, 200, "%.60s refers to a missing row of %.60s", stmt_get_text(&q, 0), stmt_get_text(&q, 2));
	return stmt_close(&q, e);
}

const char *
db_statement(const struct db *db, size_t *at)
{
	while (*at < PREPARED_MAX)
		if (db->prepared[(*at)++].sql)
			return db->prepared[*at - 1].sql;
	return NULL;
}
