#include "db/engine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 30000		/* longest wait at the turnstile */

/* A full disk shows as an I/O error too, where the engine's shared memory cannot grow. */
static bool
disk_full(struct db *db)
{
	const char *path = sqlite3_db_filename(db->engine, "main");
	int why = sqlite3_system_errno(db->engine);
	struct statvfs v;

	if (why == ENOSPC || why == EDQUOT || why == EFBIG)
		return true;
	return path && path[0] && statvfs(path, &v) == 0 && v.f_bavail * v.f_frsize < 65536;
}

bool
db_engine_error(struct db *db, int rc, struct err *e)
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
	return rc == SQLITE_OK || db_engine_error(db, rc, e);
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

/* The file that we have open is not the store any more: moved away, or another one was restored in its place. */
static bool
is_away(struct db *db)
{
	int moved = 0;

	return sqlite3_file_control(db->engine, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
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
	if (is_away(db)) {
		flock(db->gate[0], LOCK_UN);
		return err_later(e, "the store was moved away or replaced: put it back, or start this program anew; nothing was stored");
	}
	rc = sqlite3_exec(db->engine, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		flock(db->gate[0], LOCK_UN);
		return db_engine_error(db, rc, e);
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
		db_engine_error(db, rc, e);
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
		return db_engine_error(db, rc, e);
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
	return rc == SQLITE_OK || db_engine_error(db, rc, e);
}
