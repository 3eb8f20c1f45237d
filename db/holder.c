#include "db/holder.h"

#include <string.h>

#define OPEN "('received', 'correction', 'review', 'approved', 'issuing')"
#define FINISHED "('issued', 'delivered', 'closed')"
/* a renewed one that was put on hold with its successor is the successor's matter */
#define USABLE "c.state IN ('unconfirmed', 'valid', 'hold') AND c.replaced_by IS NULL AND c.not_after > :now"

bool
holder_record_no(struct db *db, int64_t certificate, int64_t *id, char no[APP_NO_MAX], struct err *e)
{
	struct stmt q;

	*id = 0;
	no[0] = '\0';
	stmt_open(&q, db, "SELECT a.id, a.no FROM application a WHERE a.id = (SELECT MAX(w.id) FROM ("
	    "SELECT a1.id FROM certificate c JOIN application a1 ON a1.id = c.application WHERE c.id = :certificate"
	    " AND a1.state IN " FINISHED
	    " UNION ALL SELECT a2.id FROM item i JOIN application a2 ON a2.id = i.application WHERE i.old = :certificate"
	    " AND a2.state IN " FINISHED ") w)");
	stmt_int(&q, ":certificate", certificate);
	if (stmt_row(&q)) {
		*id = stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, no, APP_NO_MAX);
	}
	return stmt_close(&q, e);
}

#define OPEN_COLUMNS "a.id, a.no, a.service, COALESCE(a.reason, ''), COALESCE(a.emergency, 0)," \
	" CASE WHEN " HOLDER_DECIDES("a") " THEN 1 ELSE 0 END"
#define IS_OPEN "a.state IN ('received', 'correction', 'review', 'approved', 'issuing', 'issued')"

static bool
each_open(struct stmt *q, holder_open_fn fn, void *arg, struct err *e)
{
	struct holder_open x;
	bool ok = true;

	while (ok && stmt_row(q)) {
		x.id = stmt_get_int(q, 0);
		stmt_copy_text(q, 1, x.no, sizeof x.no);
		stmt_copy_text(q, 2, x.service, sizeof x.service);
		stmt_copy_text(q, 3, x.reason, sizeof x.reason);
		x.emergency = stmt_get_int(q, 4) == 1;
		x.decides = stmt_get_int(q, 5) == 1;
		ok = fn(arg, &x, e);
	}
	return stmt_close(q, ok ? e : NULL) && ok;
}

bool
holder_open_on(struct db *db, int64_t certificate, holder_open_fn fn, void *arg, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " OPEN_COLUMNS " FROM item i JOIN application a ON a.id = i.application"
	    " WHERE i.old = :certificate AND " IS_OPEN " ORDER BY i.id");
	stmt_int(&q, ":certificate", certificate);
	return each_open(&q, fn, arg, e);
}

bool
holder_open_about(struct db *db, const char *serial, holder_open_fn fn, void *arg, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " OPEN_COLUMNS " FROM application a WHERE a.old_serial = :serial AND " IS_OPEN " ORDER BY a.id");
	stmt_text(&q, ":serial", serial);
	return each_open(&q, fn, arg, e);
}

bool
holder_done_about(struct db *db, const char *scheme, const char *service, const char *serial, char no[APP_NO_MAX], struct err *e)
{
	struct stmt q;

	no[0] = '\0';
	stmt_open(&q, db, "SELECT no FROM application WHERE old_serial = :serial AND scheme = :scheme AND service = :service"
	    " AND state IN ('issued', 'delivered', 'closed') ORDER BY id DESC LIMIT 1");
	stmt_text(&q, ":serial", serial);
	stmt_text(&q, ":scheme", scheme);
	stmt_text(&q, ":service", service);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, no, APP_NO_MAX);
	return stmt_close(&q, e);
}

bool
holder_hold(struct db *db, int64_t certificate, struct holder_hold *h, struct err *e)
{
	struct stmt q;

	memset(h, 0, sizeof *h);
	stmt_open(&q, db, "SELECT a.no, a.service, COALESCE(a.reason, ''), COALESCE(a.emergency, 0), a.state,"
	    " CASE WHEN r.state = 'done' THEN 1 ELSE 0 END"
	    " FROM intent r JOIN application a ON a.id = r.application WHERE r.certificate = :certificate AND r.kind = 'revoke'"
	    " AND r.reason = 6 AND r.state IN ('open', 'done') ORDER BY r.id DESC LIMIT 1");
	stmt_int(&q, ":certificate", certificate);
	if (stmt_row(&q)) {
		stmt_copy_text(&q, 0, h->no, sizeof h->no);
		stmt_copy_text(&q, 1, h->service, sizeof h->service);
		stmt_copy_text(&q, 2, h->reason, sizeof h->reason);
		h->emergency = stmt_get_int(&q, 3) == 1;
		h->state = (enum app_state)stmt_get_name(&q, 4, app_state_names);
		h->sent = stmt_get_int(&q, 5) == 1;
	}
	return stmt_close(&q, e);
}

bool
holder_seals(struct db *db, int64_t org, const char *scheme, int64_t now, int64_t not_id, holder_seal_fn fn, void *arg,
    struct err *e)
{
	struct holder_seal x;
	struct stmt q;
	bool ok = true;

	stmt_open(&q, db, "SELECT c.id, c.serial, a.seal_name, a.seal_type FROM certificate c JOIN item m ON m.id = c.item"
	    " JOIN application a ON a.id = c.application WHERE c.organisation = :org AND " USABLE
	    " AND m.kind = 'organisation' AND a.scheme = :scheme AND a.seal_name IS NOT NULL"
	    " UNION ALL SELECT c.id, c.serial, a.seal_name, a.seal_type FROM certificate c JOIN item i ON i.old = c.id"
	    " JOIN application a ON a.id = i.application WHERE c.organisation = :org AND " USABLE
	    " AND a.service = 'add_seal' AND a.state IN " FINISHED " AND a.scheme = :scheme AND a.seal_name IS NOT NULL"
	    " UNION ALL SELECT COALESCE(i.old, 0), a.no, a.seal_name, a.seal_type FROM application a"
	    " JOIN item i ON i.application = a.id WHERE a.organisation = :org AND a.id <> :not_id AND a.state IN " OPEN
	    " AND i.kind = 'organisation' AND a.scheme = :scheme AND a.seal_name IS NOT NULL"
	    " UNION ALL SELECT 0, f.serial, a.seal_name, a.seal_type FROM application a JOIN foreign_certificate f"
	    " ON f.application = a.id WHERE a.organisation = :org AND a.service = 'add_seal' AND a.state IN " FINISHED
	    " AND f.not_after > :now AND a.scheme = :scheme AND a.seal_name IS NOT NULL");
	stmt_int(&q, ":org", org);
	stmt_text(&q, ":scheme", scheme);
	stmt_int(&q, ":now", now);
	stmt_int(&q, ":not_id", not_id);
	while (ok && stmt_row(&q)) {
		x.certificate = stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, x.serial, sizeof x.serial);
		stmt_copy_text(&q, 2, x.name, sizeof x.name);
		stmt_copy_text(&q, 3, x.type, sizeof x.type);
		ok = fn(arg, &x, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}

bool
holder_valid(struct db *db, int64_t org, const char *scheme, const char *ca, int64_t not_certificate, int64_t now,
    char serial[64], struct err *e)
{
	struct stmt q;

	serial[0] = '\0';
	stmt_open(&q, db, "SELECT c.serial FROM certificate c JOIN item i ON i.id = c.item WHERE c.organisation = :org"
	    " AND (:scheme IS NULL OR c.scheme = :scheme) AND (:scheme IS NOT NULL OR c.ca = :ca) AND " USABLE
	    " AND c.id <> :not_certificate AND i.kind = 'organisation' LIMIT 1");
	stmt_int(&q, ":org", org);
	stmt_text(&q, ":scheme", scheme);
	stmt_text(&q, ":ca", ca);
	stmt_int(&q, ":now", now);
	stmt_int(&q, ":not_certificate", not_certificate);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, serial, 64);
	return stmt_close(&q, e);
}

bool
holder_opening(struct db *db, int64_t org, const char *scheme, const char *ca, int64_t not_id, char no[APP_NO_MAX],
    struct err *e)
{
	struct stmt q;

	no[0] = '\0';
	stmt_open(&q, db, "SELECT a.no FROM application a WHERE a.organisation = :org"
	    " AND (:scheme IS NULL OR a.scheme = :scheme) AND (:scheme IS NOT NULL OR a.ca = :ca) AND a.id <> :not_id"
	    " AND a.state IN " OPEN " AND NOT EXISTS (SELECT 1 FROM item i WHERE i.application = a.id AND i.old IS NOT NULL)"
	    " LIMIT 1");
	stmt_int(&q, ":org", org);
	stmt_text(&q, ":scheme", scheme);
	stmt_text(&q, ":ca", ca);
	stmt_int(&q, ":not_id", not_id);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, no, APP_NO_MAX);
	return stmt_close(&q, e);
}
