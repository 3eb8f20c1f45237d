/* The journal of what was asked of a CA; declared in db/certificate.h. */
#include "db/certificate.h"

#include "db/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
intent_clear(struct intent *i)
{
	free(i->subject);
	free(i->public_key);
	free(i->extensions);
	memset(i, 0, sizeof *i);
}

bool
intent_insert(struct db *db, struct intent *i, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO intent(kind, item, application, ca, tid, state, subject, public_key, extensions,"
	    " not_before, not_after, certificate, reason, staff, made_at, old) VALUES (:kind, :item, :application, :ca, :tid,"
	    " :state, :subject, :public_key, :extensions, :not_before, :not_after, :certificate, :reason, :staff, :made_at, :old)"
	    " RETURNING id");
	stmt_text(&q, ":kind", i->revoke ? "revoke" : "issue");
	stmt_int(&q, ":item", i->item);
	stmt_int(&q, ":application", i->application);
	stmt_text(&q, ":ca", i->ca);
	stmt_blob(&q, ":tid", i->tid, sizeof i->tid);
	stmt_text(&q, ":state", intent_state_names[i->state].stored);
	stmt_blob(&q, ":subject", i->subject, i->subject_n);
	stmt_blob(&q, ":public_key", i->public_key, i->public_key_n);
	stmt_blob(&q, ":extensions", i->extensions, i->extensions_n);
	if (!i->revoke) {
		stmt_int(&q, ":not_before", i->not_before);
		stmt_int(&q, ":not_after", i->not_after);
		stmt_int_or_null(&q, ":old", i->old);
	} else {
		stmt_int(&q, ":certificate", i->certificate);
		stmt_int(&q, ":reason", i->reason);
	}
	stmt_int(&q, ":staff", i->staff);
	stmt_int(&q, ":made_at", i->made_at);
	if (stmt_row(&q))
		i->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_INTENT, i->id);
	return true;
}

bool
intent_store(struct db *db, const struct intent *i, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE intent SET state = :state, certificate = :certificate, tries = :tries,"
	    " last_error = :last_error, ended_at = :ended_at WHERE id = :id");
	stmt_int(&q, ":id", i->id);
	stmt_text(&q, ":state", intent_state_names[i->state].stored);
	stmt_int_or_null(&q, ":certificate", i->certificate);
	stmt_int(&q, ":tries", i->tries);
	stmt_text_or_null(&q, ":last_error", i->last_error);
	stmt_int_or_null(&q, ":ended_at", i->ended_at);
	db_touch(db, OBJECT_INTENT, i->id);
	return stmt_run(&q, e);
}

static unsigned char *
copy_blob(struct stmt *q, int col, size_t *n, bool *ok)
{
	const void *p = stmt_get_blob(q, col, n);
	unsigned char *out = NULL;

	if (p && *n > 0 && !(out = malloc(*n)))
		*ok = false;
	if (out)
		memcpy(out, p, *n);
	return out;
}

#define INTENT_COLUMNS "id, kind, item, application, ca, tid, state, subject, public_key, extensions," \
	" COALESCE(not_before, 0), COALESCE(not_after, 0), COALESCE(certificate, 0), COALESCE(reason, -1), tries," \
	" COALESCE(last_error, ''), staff, made_at, COALESCE(ended_at, 0), COALESCE(old, 0)"

static bool
read_intent(struct stmt *q, struct intent *i)
{
	const void *p;
	size_t n;
	bool ok = true;

	memset(i, 0, sizeof *i);
	i->id = stmt_get_int(q, 0);
	i->revoke = strcmp(stmt_get_text(q, 1), "revoke") == 0;
	i->item = stmt_get_int(q, 2);
	i->application = stmt_get_int(q, 3);
	stmt_copy_text(q, 4, i->ca, sizeof i->ca);
	p = stmt_get_blob(q, 5, &n);
	if (n == sizeof i->tid)
		memcpy(i->tid, p, n);
	i->state = (enum intent_state)stmt_get_name(q, 6, intent_state_names);
	i->subject = copy_blob(q, 7, &i->subject_n, &ok);
	i->public_key = copy_blob(q, 8, &i->public_key_n, &ok);
	i->extensions = copy_blob(q, 9, &i->extensions_n, &ok);
	i->not_before = stmt_get_int(q, 10);
	i->not_after = stmt_get_int(q, 11);
	i->certificate = stmt_get_int(q, 12);
	i->reason = (int)stmt_get_int(q, 13);
	i->tries = stmt_get_int(q, 14);
	stmt_copy_text(q, 15, i->last_error, sizeof i->last_error);
	i->staff = stmt_get_int(q, 16);
	i->made_at = stmt_get_int(q, 17);
	i->ended_at = stmt_get_int(q, 18);
	i->old = stmt_get_int(q, 19);
	return ok;
}

static bool
one(struct stmt *q, struct intent *i, bool *found, struct err *e)
{
	bool ok = true;

	memset(i, 0, sizeof *i);
	*found = stmt_row(q);
	if (*found)
		ok = read_intent(q, i);
	if (stmt_close(q, e) && ok)
		return true;
	intent_clear(i);
	return ok ? false : err_internal(e, "out of memory");
}

bool
intent_load(struct db *db, int64_t id, struct intent *i, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " INTENT_COLUMNS " FROM intent WHERE id = :id");
	stmt_int(&q, ":id", id);
	return one(&q, i, found, e);
}

bool
intent_of_item(struct db *db, int64_t item, struct intent *i, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " INTENT_COLUMNS " FROM intent WHERE item = :item AND kind = 'issue'"
	    " AND state IN ('open', 'received', 'confirmed') ORDER BY id LIMIT 1");
	stmt_int(&q, ":item", item);
	return one(&q, i, found, e);
}

bool
intent_revocation(struct db *db, int64_t item, int64_t certificate, struct intent *i, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " INTENT_COLUMNS " FROM intent WHERE item = :item AND kind = 'revoke' AND state = 'open'"
	    " AND (:certificate = 0 OR certificate = :certificate) ORDER BY id LIMIT 1");
	stmt_int(&q, ":item", item);
	stmt_int(&q, ":certificate", certificate);
	return one(&q, i, found, e);
}

bool
intent_against(struct db *db, int64_t certificate, int64_t item, int *reason, struct err *e)
{
	struct stmt q;

	*reason = -1;
	stmt_open(&q, db, "SELECT reason FROM intent WHERE certificate = :certificate AND kind = 'revoke' AND state = 'open'"
	    " AND item <> :item ORDER BY id DESC LIMIT 1");
	stmt_int(&q, ":certificate", certificate);
	stmt_int(&q, ":item", item);
	if (stmt_row(&q))
		*reason = (int)stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
intent_next_about(struct db *db, int64_t certificate, int64_t after, struct intent *i, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " INTENT_COLUMNS " FROM intent WHERE certificate = :certificate AND kind = 'revoke'"
	    " AND state = 'open' AND id > :after ORDER BY id LIMIT 1");
	stmt_int(&q, ":certificate", certificate);
	stmt_int(&q, ":after", after);
	return one(&q, i, found, e);
}

bool
intent_revocations(struct db *db, int64_t application, int64_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT count(*) FROM item i JOIN intent r ON r.item = i.id"
	    " WHERE i.application = :application AND r.kind = 'revoke' AND r.state = 'open'");
	stmt_int(&q, ":application", application);
	if (stmt_row(&q))
		*n = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
intent_revocations_of(struct db *db, int64_t application, struct intent_open *i, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT c.serial, r.reason, r.tries, COALESCE(r.last_error, '') FROM item i JOIN intent r ON r.item = i.id"
	    " JOIN certificate c ON c.id = r.certificate WHERE i.application = :application AND r.kind = 'revoke'"
	    " AND r.state = 'open' ORDER BY r.id");
	stmt_int(&q, ":application", application);
	while (*n < max && stmt_row(&q)) {
		struct intent_open *x = &i[(*n)++];

		stmt_copy_text(&q, 0, x->serial, sizeof x->serial);
		x->reason = (int)stmt_get_int(&q, 1);
		x->tries = stmt_get_int(&q, 2);
		stmt_copy_text(&q, 3, x->last_error, sizeof x->last_error);
	}
	return stmt_close(&q, e);
}

bool
intent_holds(struct db *db, int64_t application, int64_t *ids, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT DISTINCT r.certificate FROM item i JOIN intent r ON r.item = i.id"
	    " WHERE i.application = :application AND r.kind = 'revoke' AND r.reason = 6 AND r.state IN ('open', 'done')"
	    " ORDER BY r.certificate LIMIT :max");
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		ids[(*n)++] = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
intent_unfinished(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT id FROM intent WHERE state IN ('open', 'received', 'confirmed') ORDER BY id LIMIT :max");
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		ids[(*n)++] = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}
