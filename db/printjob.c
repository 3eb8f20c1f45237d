#include "db/printjob.h"

#include "db/audit.h"

#include <string.h>

bool
printjob_insert(struct db *db, struct printjob *j, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO printjob(application, paper, copies, target, state, why, staff, made_at)"
	    " VALUES (:application, :paper, :copies, :target, :state, :why, :staff, :made_at) RETURNING id");
	stmt_int(&q, ":application", j->application);
	stmt_text(&q, ":paper", j->paper);
	stmt_int(&q, ":copies", j->copies);
	stmt_text(&q, ":target", j->target);
	stmt_text(&q, ":state", print_state_names[j->state].stored);
	stmt_text_or_null(&q, ":why", j->why);
	stmt_int(&q, ":staff", j->staff);
	stmt_int(&q, ":made_at", j->made_at);
	if (stmt_row(&q))
		j->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_PRINTJOB, j->id);
	return true;
}

bool
printjob_store(struct db *db, const struct printjob *j, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE printjob SET target = :target, state = :state, error = :error, ended_at = :ended_at"
	    " WHERE id = :id");
	stmt_int(&q, ":id", j->id);
	stmt_text(&q, ":target", j->target);
	stmt_text(&q, ":state", print_state_names[j->state].stored);
	stmt_text_or_null(&q, ":error", j->error);
	stmt_int(&q, ":ended_at", j->ended_at);
	db_touch(db, OBJECT_PRINTJOB, j->id);
	return stmt_run(&q, e);
}

bool
printjob_list(struct db *db, int64_t application, struct printjob *j, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT id, application, paper, copies, target, state, COALESCE(why, ''), COALESCE(error, ''), staff,"
	    " made_at, COALESCE(ended_at, 0) FROM printjob WHERE application = :application ORDER BY id DESC LIMIT :max");
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		struct printjob *x = &j[(*n)++];

		memset(x, 0, sizeof *x);
		x->id = stmt_get_int(&q, 0);
		x->application = stmt_get_int(&q, 1);
		stmt_copy_text(&q, 2, x->paper, sizeof x->paper);
		x->copies = (int)stmt_get_int(&q, 3);
		stmt_copy_text(&q, 4, x->target, sizeof x->target);
		x->state = (enum print_state)name_index(print_state_names, stmt_get_text(&q, 5));
		stmt_copy_text(&q, 6, x->why, sizeof x->why);
		stmt_copy_text(&q, 7, x->error, sizeof x->error);
		x->staff = stmt_get_int(&q, 8);
		x->made_at = stmt_get_int(&q, 9);
		x->ended_at = stmt_get_int(&q, 10);
	}
	return stmt_close(&q, e);
}

bool
printjob_printed(struct db *db, int64_t application, const char *paper, int *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT count(*) FROM printjob WHERE application = :application AND paper = :paper"
	    " AND state <> 'failed'");
	stmt_int(&q, ":application", application);
	stmt_text(&q, ":paper", paper);
	if (stmt_row(&q))
		*n = (int)stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}
