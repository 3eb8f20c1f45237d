#include "db/history.h"

#include <string.h>

bool
organisation_load(struct db *db, int64_t id, struct organisation *o, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT doc, name, changed_at FROM organisation WHERE id = :id");
	stmt_int(&q, ":id", id);
	*found = stmt_row(&q);
	if (*found) {
		memset(o, 0, sizeof *o);
		o->id = id;
		stmt_copy_text(&q, 0, o->doc, sizeof o->doc);
		stmt_copy_text(&q, 1, o->name, sizeof o->name);
		o->changed_at = stmt_get_int(&q, 2);
	}
	return stmt_close(&q, e);
}

bool
organisation_of(struct db *db, enum find_kind kind, int64_t id, int64_t *organisation, struct err *e)
{
	struct stmt q;

	*organisation = 0;
	switch (kind) {
	case FIND_ORGANISATION:
		*organisation = id;
		return true;
	case FIND_APPLICATION:
		stmt_open(&q, db, "SELECT organisation FROM application WHERE id = :id");
		break;
	case FIND_CERTIFICATE:
		stmt_open(&q, db, "SELECT organisation FROM certificate WHERE id = :id");
		break;
	case FIND_TOKEN:
		stmt_open(&q, db, "SELECT a.organisation FROM token t JOIN item i ON i.id = t.item"
		    " JOIN application a ON a.id = i.application WHERE t.id = :id");
		break;
	case FIND_KIND_N:
		return true;
	}
	stmt_int(&q, ":id", id);
	if (stmt_row(&q))
		*organisation = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

/* ---- ids ---- */

static bool
take_ids(struct stmt *q, int64_t *id, size_t max, size_t *n, struct err *e)
{
	*n = 0;
	stmt_int(q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(q))
		id[(*n)++] = stmt_get_int(q, 0);
	return stmt_close(q, e);
}

/* The same of one organisation's; those that were asked for upward are turned round. */
static bool
take_edge(struct stmt *q, int64_t organisation, int64_t edge, bool back, int64_t *id, size_t max, size_t *n, struct err *e)
{
	stmt_int(q, ":organisation", organisation);
	stmt_int(q, ":edge", edge == 0 && !back ? INT64_MAX : edge);
	if (!take_ids(q, id, max, n, e))
		return false;
	for (size_t i = 0; back && i < *n / 2; i++) {
		int64_t swap = id[i];

		id[i] = id[*n - 1 - i];
		id[*n - 1 - i] = swap;
	}
	return true;
}

bool
history_applications(struct db *db, int64_t organisation, int64_t edge, bool back, int64_t *id, size_t max, size_t *n,
    struct err *e)
{
	struct stmt q;

	if (back)
		stmt_open(&q, db, "SELECT id FROM application WHERE organisation = :organisation AND id > :edge ORDER BY id LIMIT :limit");
	else
		stmt_open(&q, db, "SELECT id FROM application WHERE organisation = :organisation AND id < :edge ORDER BY id DESC"
		    " LIMIT :limit");
	return take_edge(&q, organisation, edge, back, id, max, n, e);
}

bool
history_certificates(struct db *db, int64_t organisation, int64_t edge, bool back, int64_t *id, size_t max, size_t *n,
    struct err *e)
{
	struct stmt q;

	if (back)
		stmt_open(&q, db, "SELECT id FROM certificate WHERE organisation = :organisation AND id > :edge ORDER BY id LIMIT :limit");
	else
		stmt_open(&q, db, "SELECT id FROM certificate WHERE organisation = :organisation AND id < :edge ORDER BY id DESC"
		    " LIMIT :limit");
	return take_edge(&q, organisation, edge, back, id, max, n, e);
}

bool
history_certificates_of(struct db *db, int64_t application, int64_t *id, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT id FROM certificate WHERE application = :application ORDER BY id LIMIT :limit");
	stmt_int(&q, ":application", application);
	return take_ids(&q, id, max, n, e);
}

/* ---- what hangs on one application ---- */

bool
history_head(struct db *db, int64_t application, struct history_head *h, struct err *e)
{
	struct stmt q;

	memset(h, 0, sizeof *h);
	stmt_open(&q, db, "SELECT COALESCE(old_serial, ''), COALESCE(reason, ''), COALESCE(why, ''), COALESCE(delivered_to, ''),"
	    " COALESCE(accepted_at, 0), COALESCE(reviewed_at, 0), COALESCE(delivered_at, 0) FROM application WHERE id = :id");
	stmt_int(&q, ":id", application);
	if (stmt_row(&q)) {
		stmt_copy_text(&q, 0, h->old_serial, sizeof h->old_serial);
		stmt_copy_text(&q, 1, h->reason, sizeof h->reason);
		stmt_copy_text(&q, 2, h->why, sizeof h->why);
		stmt_copy_text(&q, 3, h->delivered_to, sizeof h->delivered_to);
		h->accepted_at = stmt_get_int(&q, 4);
		h->reviewed_at = stmt_get_int(&q, 5);
		h->delivered_at = stmt_get_int(&q, 6);
	}
	return stmt_close(&q, e);
}

bool
history_tokens_of(struct db *db, int64_t application, struct history_token *t, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT t.id, t.serial, t.state, COALESCE((SELECT MAX(m.at) FROM token_move m WHERE m.token = t.id),"
	    " t.added_at) FROM item i JOIN token t ON t.id = i.token WHERE i.application = :application ORDER BY i.n LIMIT :limit");
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		memset(&t[*n], 0, sizeof *t);
		t[*n].id = stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, t[*n].serial, sizeof t->serial);
		t[*n].state = (enum token_state)stmt_get_name(&q, 2, token_state_names);
		t[(*n)++].since = stmt_get_int(&q, 3);
	}
	return stmt_close(&q, e);
}

bool
history_payments_of(struct db *db, int64_t application, struct history_payment *p, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT p.id, p.taken_at, l.amount_fen, p.method, COALESCE(p.reference, '') FROM allocation l"
	    " JOIN payment p ON p.id = l.payment WHERE l.application = :application ORDER BY l.payment LIMIT :limit");
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		memset(&p[*n], 0, sizeof *p);
		p[*n].id = stmt_get_int(&q, 0);
		p[*n].at = stmt_get_int(&q, 1);
		p[*n].amount_fen = stmt_get_int(&q, 2);
		stmt_copy_text(&q, 3, p[*n].method, sizeof p->method);
		stmt_copy_text(&q, 4, p[(*n)++].reference, sizeof p->reference);
	}
	return stmt_close(&q, e);
}

bool
history_turns_of(struct db *db, int64_t application, struct history_turn *t, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT act, why, staff, at FROM turn WHERE application = :application ORDER BY n LIMIT :limit");
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		stmt_copy_text(&q, 0, t[*n].act, sizeof t->act);
		stmt_copy_text(&q, 1, t[*n].why, sizeof t->why);
		t[*n].staff = stmt_get_int(&q, 2);
		t[(*n)++].at = stmt_get_int(&q, 3);
	}
	return stmt_close(&q, e);
}

bool
history_turned_at(struct db *db, int64_t application, int64_t *at, struct err *e)
{
	struct stmt q;

	*at = 0;
	stmt_open(&q, db, "SELECT at FROM turn WHERE application = :application ORDER BY n DESC LIMIT 1");
	stmt_int(&q, ":application", application);
	if (stmt_row(&q))
		*at = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}
