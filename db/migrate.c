#include "db/migrate.h"

#include "forms/when.h"

static int
count(const struct embedded *files)
{
	int n = 0;

	while (files[n].name)
		n++;
	return n;
}

static bool
version(struct db *db, int64_t *v, struct err *e)
{
	struct stmt q;

	*v = 0;
	stmt_open(&q, db, "SELECT COALESCE(MAX(version), 0) FROM schema_version");
	if (stmt_row(&q))
		*v = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

static bool
newer(int64_t v, int n, struct err *e)
{
	return err_internal(e, "the store has version %lld and is newer than this program (version %d):"
	    " start the newer program", (long long)v, n);
}

bool
db_migrate(struct db *db, const struct embedded *files, int *made, struct err *e)
{
	struct stmt q;
	int64_t v = 0;
	int n = count(files);

	*made = 0;
	if (!db_begin(db, e))
		return false;
	if (!db_script(db, "CREATE TABLE IF NOT EXISTS schema_version("
	    "version INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT", e) || !version(db, &v, e))
		goto fail;
	if (v > n) {
		newer(v, n, e);
		goto fail;
	}
	for (; v < n; v++) {
		if (!db_script(db, files[v].text, e))
			goto fail;
		stmt_open(&q, db, "INSERT INTO schema_version(version, at) VALUES (:version, :at)");
		stmt_int(&q, ":version", v + 1);
		stmt_int(&q, ":at", when_now());
		if (!stmt_run(&q, e))
			goto fail;
		++*made;
	}
	return db_commit(db, e);
fail:
	db_rollback(db);
	return false;
}

bool
db_version_check(struct db *db, const struct embedded *files, struct err *e)
{
	struct err inner;
	int64_t v;
	int n = count(files);

	if (!version(db, &v, &inner)) {
		if (inner.code == FAULT_LATER) {
			*e = inner;
			return false;
		}
		err_internal(e, "the store cannot be read as one of this program: restore it from a backup");
		return err_detail(e, "%s", inner.text);
	}
	if (v > n)
		return newer(v, n, e);
	if (v < n)
		return err_internal(e, "the store has version %lld, this program needs %d: run `ra migrate`",
		    (long long)v, n);
	return true;
}
