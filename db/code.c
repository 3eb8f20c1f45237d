#include "db/code.h"

#include "db/audit.h"

#include <string.h>

bool
code_load(struct db *db, int64_t application, struct will_code *c, bool *found, struct err *e)
{
	struct stmt q;
	const void *index;
	size_t n;

	memset(c, 0, sizeof *c);
	c->application = application;
	stmt_open(&q, db, "SELECT code, sends, sent_at, expires_at, tries, COALESCE(proven_at, 0) FROM will_code"
	    " WHERE application = :application");
	stmt_int(&q, ":application", application);
	*found = stmt_row(&q);
	if (*found) {
		index = stmt_get_blob(&q, 0, &n);
		c->live = index && n == sizeof c->index;
		if (c->live)
			memcpy(c->index, index, n);
		c->sends = (int)stmt_get_int(&q, 1);
		c->sent_at = stmt_get_int(&q, 2);
		c->expires_at = stmt_get_int(&q, 3);
		c->tries = (int)stmt_get_int(&q, 4);
		c->proven_at = stmt_get_int(&q, 5);
	}
	return stmt_close(&q, e);
}

bool
code_store(struct db *db, const struct will_code *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO will_code(application, code, sends, sent_at, expires_at, tries, proven_at)"
	    " VALUES (:application, :code, :sends, :sent_at, :expires_at, :tries, :proven_at)"
	    " ON CONFLICT (application) DO UPDATE SET code = excluded.code, sends = excluded.sends,"
	    " sent_at = excluded.sent_at, expires_at = excluded.expires_at, tries = excluded.tries,"
	    " proven_at = excluded.proven_at");
	stmt_int(&q, ":application", c->application);
	stmt_blob(&q, ":code", c->index, c->live ? sizeof c->index : 0);
	stmt_int(&q, ":sends", c->sends);
	stmt_int(&q, ":sent_at", c->sent_at);
	stmt_int(&q, ":expires_at", c->expires_at);
	stmt_int(&q, ":tries", c->tries);
	stmt_int_or_null(&q, ":proven_at", c->proven_at);
	db_touch(db, OBJECT_APPLICATION, c->application);
	return stmt_run(&q, e);
}
