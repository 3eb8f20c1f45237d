#include "db/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PREPARED_MAX 512	/* power of two; more literals than the program has */
#define WAIT_MS 30000		/* longest wait at the turnstile */

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

/* A full disk shows as an I/O error too, where the engine's shared memory cannot grow. */
static bool
disk_full(struct db *db)
{
	const char *path = sqlite3_db_filename(db->engine, "main");
	struct statvfs v;

	return path && path[0] && statvfs(path, &v) == 0 && v.f_bavail * v.f_frsize < 65536;
}

static bool
engine_error(struct db *db, int rc, struct err *e)
{
	const char *m = sqlite3_errmsg(db->engine);

	if ((rc & 0xff) == SQLITE_IOERR && disk_full(db))
		rc = SQLITE_FULL;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_later(e, "the store is locked by another program: close that and repeat");
		break;
	case SQLITE_FULL:
		err_later(e, "the disk of the store is full: make room and repeat; nothing was stored");
		break;
	case SQLITE_IOERR:
		err_later(e, "the disk of the store gives errors: call the administrator; nothing was stored");
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		err_internal(e, "the store may not be written: check the owner of its file and folder");
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		err_internal(e, "the store is damaged: restore it from a backup");
		break;
	case SQLITE_CONSTRAINT:
		err_internal(e, "the store refuses a value that breaks its rules: %s", m);
		break;
	default:
		err_internal(e, "the store failed: %s", m);
	}
	return err_detail(e, "sqlite %d: %s", rc, m);
}

/* ---- opening ---- */

static bool
pragmas(struct db *db, enum db_mode mode, struct err *e)
{
	static const char both[] = "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON;"
	    "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;";
	int rc;

	sqlite3_busy_timeout(db->engine, 10000);
	rc = sqlite3_exec(db->engine, both, NULL, NULL, NULL);
	if (rc == SQLITE_OK && mode != DB_READ)
		rc = sqlite3_exec(db->engine, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", NULL, NULL, NULL);
	/* reads the header, so a foreign or damaged file is told now */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->engine, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	return rc == SQLITE_OK || engine_error(db, rc, e);
}

static bool
gates(struct db *db, const char *path, struct err *e)
{
	char name[4200];

	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof name, "%s.gate%d", path, i);
		db->gate[i] = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		if (db->gate[i] < 0)
			return err_internal(e, "cannot open %s: %s", name, strerror(errno));
	}
	return true;
}

bool
db_open(const char *url, const char *dir, enum db_mode mode, struct db **out, struct err *e)
{
	struct db *db = NULL;
	char path[4096];
	int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc;

	if (strncmp(url, "sqlite:", 7) != 0)
		return err_internal(e, "the store %s is not known: write \"sqlite:FILE\" in ra.conf", url);
	if ((size_t)snprintf(path, sizeof path, "%s%s%s", url[7] == '/' ? "" : dir, url[7] == '/' ? "" : "/",
	    url + 7) >= sizeof path)
		return err_internal(e, "the path of the store is too long");
	if (mode != DB_CREATE && access(path, F_OK) != 0)
		return err_internal(e, "there is no store %s: run `ra init`, or restore a backup", path);
	db = calloc(1, sizeof *db);
	if (!db)
		return err_internal(e, "out of memory");
	db->gate[0] = db->gate[1] = -1;
	rc = sqlite3_open_v2(path, &db->engine, flags | (mode == DB_CREATE ? SQLITE_OPEN_CREATE : 0)
	    | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		err_internal(e, "the store %s cannot be opened: %s", path, sqlite3_errmsg(db->engine));
		goto fail;
	}
	if (mode == DB_CREATE)
		chmod(path, 0600);
	if (!pragmas(db, mode, e) || (mode != DB_READ && !gates(db, path, e)))
		goto fail;
	*out = db;
	return true;
fail:
	db_close(db);
	return false;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	db_read_end(db);
	for (int i = 0; i < PREPARED_MAX; i++)
		sqlite3_finalize(db->prepared[i].s);
	sqlite3_close(db->engine);
	for (int i = 0; i < 2; i++)
		if (db->gate[i] >= 0)
			close(db->gate[i]);
	free(db);
}

/* ---- transactions ---- */

/* The door, with a limit, so that a stuck writer becomes a message and not a frozen program. Only the head of the queue
 * looks at it, so a short nap costs little. */
static bool
wait_door(int fd)
{
	struct timespec nap = { 0, 50000 };

	for (long naps = 0; naps < WAIT_MS * 20L; naps++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

bool
db_begin(struct db *db, struct err *e)
{
	bool open;
	int rc;

	assert(!db->writing && !db->reading);
	if (db->gate[0] < 0)
		return err_internal(e, "the store was opened for reading only");
	/* the kernel serves those who wait for the queue in their order */
	while (flock(db->gate[1], LOCK_EX) != 0)
		if (errno != EINTR)
			return err_internal(e, "the store's queue cannot be entered: %s", strerror(errno));
	open = wait_door(db->gate[0]);
	flock(db->gate[1], LOCK_UN);
	if (!open)
		return err_later(e, "the store is busy for too long: repeat, or look for a stuck program");
	rc = sqlite3_exec(db->engine, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		flock(db->gate[0], LOCK_UN);
		return engine_error(db, rc, e);
	}
	db->writing = true;
	return true;
}

static void
reset_all(struct db *db)
{
	for (int i = 0; i < PREPARED_MAX; i++)
		if (db->prepared[i].s)
			sqlite3_reset(db->prepared[i].s);
}

bool
db_commit(struct db *db, struct err *e)
{
	int rc;

	assert(db->writing);
	if (db->touched_n > 0) {
		db_rollback(db);
		return err_internal(e, "a change without its audit row was not stored");
	}
	rc = sqlite3_exec(db->engine, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		engine_error(db, rc, e);
		db_rollback(db);
		return false;
	}
	db->writing = false;
	flock(db->gate[0], LOCK_UN);
	return true;
}

void
db_rollback(struct db *db)
{
	if (!db->writing)
		return;
	reset_all(db);
	sqlite3_exec(db->engine, "ROLLBACK", NULL, NULL, NULL);
	db->writing = false;
	db->touched_n = 0;
	flock(db->gate[0], LOCK_UN);
}

void
db_touch(struct db *db, int kind, int64_t id)
{
	assert(db->writing);
	for (size_t i = db->touched_n; i-- > 0;)
		if (db->touched[i].kind == kind && db->touched[i].id == id)
			return;
	assert(db->touched_n < DB_TOUCHED_MAX);		/* bulk work commits in small batches */
	db->touched[db->touched_n++] = (struct db_touched){ kind, id };
}

size_t
db_touched(const struct db *db, const struct db_touched **out)
{
	*out = db->touched;
	return db->touched_n;
}

void
db_touched_clear(struct db *db)
{
	db->touched_n = 0;
}

bool
db_writing(const struct db *db)
{
	return db->writing;
}

bool
db_read_begin(struct db *db, struct err *e)
{
	int rc;

	assert(!db->writing && !db->reading);
	rc = sqlite3_exec(db->engine, "BEGIN", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return engine_error(db, rc, e);
	db->reading = true;
	return true;
}

void
db_read_end(struct db *db)
{
	if (db->reading)
		sqlite3_exec(db->engine, "COMMIT", NULL, NULL, NULL);
	db->reading = false;
}

bool
db_script(struct db *db, const char *sql, struct err *e)
{
	char *own = strdup(sql);
	int rc;

	if (!own)
		return err_internal(e, "out of memory");
	/* lines of this engine alone stand behind a mark that is a comment to the others */
	for (char *p = own; (p = strstr(p, "--lite ")) != NULL; p += 7)
		if (p == own || p[-1] == '\n')
			memset(p, ' ', 7);
	rc = sqlite3_exec(db->engine, own, NULL, NULL, NULL);
	free(own);
	return rc == SQLITE_OK || engine_error(db, rc, e);
}

/* ---- statements ---- */

static void
fail_with(struct stmt *q, int rc)
{
	if (!q->failed)
		engine_error(q->db, rc, &q->err);
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
