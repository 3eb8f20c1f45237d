#include "db/schemes.h"

#include "db/audit.h"

#include <stdlib.h>
#include <string.h>

#define SCHEME_COLUMNS "id, scheme, version, effective, loaded_at"

static void
read_row(struct stmt *q, struct scheme_row *r)
{
	memset(r, 0, sizeof *r);
	r->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, r->scheme, sizeof r->scheme);
	r->version = stmt_get_int(q, 2);
	r->effective = stmt_get_int(q, 3);
	r->loaded_at = stmt_get_int(q, 4);
}

bool
scheme_insert(struct db *db, const char *scheme, int64_t effective, const char *text, int64_t staff, int64_t now,
    struct scheme_row *out, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO scheme(scheme, version, effective, text, loaded_at, loaded_by)"
	    " SELECT :scheme, COALESCE(MAX(version), 0) + 1, :effective, :text, :now, :staff FROM scheme"
	    " WHERE scheme = :scheme RETURNING " SCHEME_COLUMNS);
	stmt_text(&q, ":scheme", scheme);
	stmt_int(&q, ":effective", effective);
	stmt_text(&q, ":text", text);
	stmt_int(&q, ":now", now);
	stmt_int(&q, ":staff", staff);
	if (stmt_row(&q))
		read_row(&q, out);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_SCHEME, out->id);
	return true;
}

bool
scheme_text_of(struct db *db, int64_t id, char **text, struct err *e)
{
	struct stmt q;

	*text = NULL;
	stmt_open(&q, db, "SELECT text FROM scheme WHERE id = :id");
	stmt_int(&q, ":id", id);
	if (stmt_row(&q))
		*text = strdup(stmt_get_text(&q, 0));
	if (!stmt_close(&q, e))
		return false;
	return *text || err_internal(e, "scheme version %lld is not in the store", (long long)id);
}

bool
scheme_current(struct db *db, const char *scheme, int64_t at, struct scheme_row *out, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " SCHEME_COLUMNS " FROM scheme WHERE scheme = :scheme AND effective <= :at"
	    " ORDER BY effective DESC, version DESC LIMIT 1");
	stmt_text(&q, ":scheme", scheme);
	stmt_int(&q, ":at", at);
	*found = stmt_row(&q);
	if (*found)
		read_row(&q, out);
	return stmt_close(&q, e);
}

bool
scheme_each(struct db *db, scheme_row_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	struct scheme_row r;
	bool ok = true;

	stmt_open(&q, db, "SELECT " SCHEME_COLUMNS " FROM scheme ORDER BY scheme, version");
	while (ok && stmt_row(&q)) {
		read_row(&q, &r);
		ok = fn(arg, &r, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}
