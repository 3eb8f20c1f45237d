#include "db/foreign.h"

#include "db/audit.h"

#include <stdlib.h>
#include <string.h>

bool
foreign_store(struct db *db, const struct foreign *f, const unsigned char *der, size_t n, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO foreign_certificate(application, authority, serial, subject, holder, not_before, not_after, der,"
	    " source, checked_at, staff) VALUES (:application, :authority, :serial, :subject, :holder, :not_before, :not_after, :der,"
	    " :source, :checked_at, :staff) ON CONFLICT (application) DO UPDATE SET authority = :authority, serial = :serial,"
	    " subject = :subject, holder = :holder, not_before = :not_before, not_after = :not_after, der = :der, source = :source,"
	    " checked_at = :checked_at, staff = :staff");
	stmt_int(&q, ":application", f->application);
	stmt_text(&q, ":authority", f->authority);
	stmt_text(&q, ":serial", f->serial);
	stmt_text(&q, ":subject", f->subject);
	stmt_text(&q, ":holder", f->holder);
	stmt_int(&q, ":not_before", f->not_before);
	stmt_int(&q, ":not_after", f->not_after);
	stmt_blob(&q, ":der", der, n);
	stmt_text(&q, ":source", f->source);
	stmt_int(&q, ":checked_at", f->checked_at);
	stmt_int(&q, ":staff", f->staff);
	db_touch(db, OBJECT_APPLICATION, f->application);
	return stmt_run(&q, e);
}

bool
foreign_load(struct db *db, int64_t application, struct foreign *f, bool *found, struct err *e)
{
	struct stmt q;

	memset(f, 0, sizeof *f);
	stmt_open(&q, db, "SELECT authority, serial, subject, holder, source, not_before, not_after, checked_at, staff"
	    " FROM foreign_certificate WHERE application = :application");
	stmt_int(&q, ":application", application);
	*found = stmt_row(&q);
	if (*found) {
		f->application = application;
		stmt_copy_text(&q, 0, f->authority, sizeof f->authority);
		stmt_copy_text(&q, 1, f->serial, sizeof f->serial);
		stmt_copy_text(&q, 2, f->subject, sizeof f->subject);
		stmt_copy_text(&q, 3, f->holder, sizeof f->holder);
		stmt_copy_text(&q, 4, f->source, sizeof f->source);
		f->not_before = stmt_get_int(&q, 5);
		f->not_after = stmt_get_int(&q, 6);
		f->checked_at = stmt_get_int(&q, 7);
		f->staff = stmt_get_int(&q, 8);
	}
	return stmt_close(&q, e);
}

bool
foreign_der(struct db *db, int64_t application, unsigned char **der, size_t *n, struct err *e)
{
	struct stmt q;
	const void *p = NULL;

	*der = NULL;
	stmt_open(&q, db, "SELECT der FROM foreign_certificate WHERE application = :application");
	stmt_int(&q, ":application", application);
	if (stmt_row(&q) && (p = stmt_get_blob(&q, 0, n)) && (*der = malloc(*n)))
		memcpy(*der, p, *n);
	return stmt_close(&q, e) && (*der || err_internal(e, "the certificate that was brought cannot be read"));
}

bool
foreign_sealed(struct db *db, const char *authority, const char *serial, int64_t not_id, char no[APP_NO_MAX], struct err *e)
{
	struct stmt q;

	no[0] = '\0';
	stmt_open(&q, db, "SELECT a.no FROM foreign_certificate f JOIN application a ON a.id = f.application WHERE f.serial = :serial"
	    " AND f.authority = :authority AND a.id <> :not_id AND a.service = 'add_seal'"
	    " AND a.state NOT IN ('refused', 'withdrawn', 'expired') LIMIT 1");
	stmt_text(&q, ":serial", serial);
	stmt_text(&q, ":authority", authority);
	stmt_int(&q, ":not_id", not_id);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, no, APP_NO_MAX);
	return stmt_close(&q, e);
}
