/* Fee lines, checklist, items and payments of an application; declared in db/application.h. */
#include "db/application.h"

#include "db/audit.h"
#include "db/sealed.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

bool
app_fee_store(struct db *db, int64_t app, const struct fee_line *l, size_t n, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "DELETE FROM fee_line WHERE application = :application");
	stmt_int(&q, ":application", app);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_APPLICATION, app);
	for (size_t i = 0; i < n; i++) {
		stmt_open(&q, db, "INSERT INTO fee_line(application, n, object, unit_fen, pieces, years, amount_fen)"
		    " VALUES (:application, :n, :object, :unit_fen, :pieces, :years, :amount_fen)");
		stmt_int(&q, ":application", app);
		stmt_int(&q, ":n", (int64_t)i + 1);
		stmt_text(&q, ":object", fee_object_names[l[i].object].stored);
		stmt_int(&q, ":unit_fen", l[i].unit_fen);
		stmt_int(&q, ":pieces", l[i].pieces);
		stmt_int(&q, ":years", l[i].years);
		stmt_int(&q, ":amount_fen", l[i].amount_fen);
		if (!stmt_run(&q, e))
			return false;
	}
	return true;
}

bool
app_fee_load(struct db *db, int64_t app, struct fee_line l[SCHEME_LINES_MAX], size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT object, unit_fen, pieces, years, amount_fen FROM fee_line"
	    " WHERE application = :application ORDER BY n");
	stmt_int(&q, ":application", app);
	while (*n < SCHEME_LINES_MAX && stmt_row(&q)) {
		struct fee_line *f = &l[(*n)++];

		f->object = (enum fee_object)name_index(fee_object_names, stmt_get_text(&q, 0));	/* the store takes no other */
		f->unit_fen = stmt_get_int(&q, 1);
		f->pieces = (int)stmt_get_int(&q, 2);
		f->years = (int)stmt_get_int(&q, 3);
		f->amount_fen = stmt_get_int(&q, 4);
	}
	return stmt_close(&q, e);
}

bool
app_materials_make(struct db *db, int64_t app, const struct scheme_material *const *m, size_t n, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "DELETE FROM material WHERE application = :application");
	stmt_int(&q, ":application", app);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_APPLICATION, app);
	for (size_t i = 0; i < n; i++) {
		stmt_open(&q, db, "INSERT INTO material(application, n, code, wanted, points)"
		    " VALUES (:application, :n, :code, :wanted, :points)");
		stmt_int(&q, ":application", app);
		stmt_int(&q, ":n", (int64_t)i + 1);
		stmt_text(&q, ":code", m[i]->code);
		stmt_int(&q, ":wanted", m[i]->copies);
		stmt_int(&q, ":points", m[i]->points);
		if (!stmt_run(&q, e))
			return false;
	}
	return true;
}

bool
app_materials(struct db *db, int64_t app, struct app_material *m, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT n, code, wanted, copies, points, bad_points, outcome, COALESCE(reason, ''),"
	    " COALESCE(scan, ''), COALESCE(shelf, ''), COALESCE(checked_by, 0), COALESCE(checked_at, 0)"
	    " FROM material WHERE application = :application ORDER BY n");
	stmt_int(&q, ":application", app);
	while (*n < max && stmt_row(&q)) {
		struct app_material *x = &m[(*n)++];

		memset(x, 0, sizeof *x);
		x->n = (int)stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, x->code, sizeof x->code);
		x->wanted = (int)stmt_get_int(&q, 2);
		x->copies = (int)stmt_get_int(&q, 3);
		x->points = (unsigned)stmt_get_int(&q, 4);
		x->bad_points = (unsigned)stmt_get_int(&q, 5);
		x->outcome = (enum material_outcome)stmt_get_name(&q, 6, material_outcome_names);
		stmt_copy_text(&q, 7, x->reason, sizeof x->reason);
		stmt_copy_text(&q, 8, x->scan, sizeof x->scan);
		stmt_copy_text(&q, 9, x->shelf, sizeof x->shelf);
		x->checked_by = stmt_get_int(&q, 10);
		x->checked_at = stmt_get_int(&q, 11);
	}
	return stmt_close(&q, e);
}

bool
app_material_store(struct db *db, int64_t app, const struct app_material *m, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE material SET copies = :copies, outcome = :outcome, bad_points = :bad_points,"
	    " reason = :reason, scan = :scan, shelf = :shelf, checked_by = :checked_by, checked_at = :checked_at"
	    " WHERE application = :application AND n = :n");
	stmt_int(&q, ":application", app);
	stmt_int(&q, ":n", m->n);
	stmt_int(&q, ":copies", m->copies);
	stmt_text(&q, ":outcome", material_outcome_names[m->outcome].stored);
	stmt_int(&q, ":bad_points", m->bad_points);
	stmt_text_or_null(&q, ":reason", m->reason);
	stmt_text_or_null(&q, ":scan", m->scan);
	stmt_text_or_null(&q, ":shelf", m->shelf);
	stmt_int_or_null(&q, ":checked_by", m->checked_by);
	stmt_int_or_null(&q, ":checked_at", m->checked_at);
	db_touch(db, OBJECT_APPLICATION, app);
	return stmt_run(&q, e);
}

bool
app_item_add(struct db *db, int64_t app, int n, const char *kind, int64_t old, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO item(application, n, kind, state, old) VALUES (:application, :n, :kind, 'open', :old)"
	    " ON CONFLICT (application, n) DO NOTHING");
	stmt_int(&q, ":application", app);
	stmt_int(&q, ":n", n);
	stmt_text(&q, ":kind", kind);
	stmt_int_or_null(&q, ":old", old);
	db_touch(db, OBJECT_APPLICATION, app);
	return stmt_run(&q, e);
}

bool
app_items(struct db *db, int64_t app, struct app_item *i, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT id, application, n, kind, state, COALESCE(token, 0), COALESCE(certificate, 0), COALESCE(old, 0)"
	    " FROM item WHERE application = :application ORDER BY n");
	stmt_int(&q, ":application", app);
	while (*n < max && stmt_row(&q)) {
		struct app_item *x = &i[(*n)++];

		memset(x, 0, sizeof *x);
		x->id = stmt_get_int(&q, 0);
		x->application = stmt_get_int(&q, 1);
		x->n = (int)stmt_get_int(&q, 2);
		stmt_copy_text(&q, 3, x->kind, sizeof x->kind);
		x->state = (enum item_state)stmt_get_name(&q, 4, item_state_names);
		x->token = stmt_get_int(&q, 5);
		x->certificate = stmt_get_int(&q, 6);
		x->old = stmt_get_int(&q, 7);
	}
	return stmt_close(&q, e);
}

bool
app_of_item(struct db *db, int64_t item, int64_t *app, struct err *e)
{
	struct stmt q;

	*app = 0;
	stmt_open(&q, db, "SELECT application FROM item WHERE id = :id");
	stmt_int(&q, ":id", item);
	if (stmt_row(&q))
		*app = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_item_on_token(struct db *db, int64_t token, int64_t *item, struct err *e)
{
	struct stmt q;

	*item = 0;
	stmt_open(&q, db, "SELECT id FROM item WHERE token = :token AND state IN ('open', 'issuing', 'issued') ORDER BY id DESC LIMIT 1");
	stmt_int(&q, ":token", token);
	if (stmt_row(&q))
		*item = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_items_waiting(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT i.id FROM application a JOIN item i ON i.application = a.id WHERE a.state = 'issuing'"
	    " AND i.state = 'issuing' AND NOT EXISTS (SELECT 1 FROM intent n WHERE n.item = i.id"
	    " AND n.state IN ('open', 'received', 'confirmed')) ORDER BY a.id, i.n LIMIT :max");
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		ids[(*n)++] = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_items_reserved(struct db *db, int64_t *ids, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT i.id FROM application a JOIN item i ON i.application = a.id WHERE a.state IN ('approved', 'issuing')"
	    " AND i.state = 'open' AND i.token IS NOT NULL ORDER BY a.id, i.n LIMIT :max");
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		ids[(*n)++] = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_items_untidy(struct db *db, int64_t now, int64_t *ids, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT i.id FROM application a JOIN item i ON i.application = a.id WHERE a.state = 'issued'"
	    " AND i.state = 'verified' AND i.token IS NOT NULL AND EXISTS (SELECT 1 FROM item j JOIN certificate c ON c.item = j.id"
	    " AND c.application = j.application WHERE j.token = i.token AND c.off_token_at IS NULL AND (c.state = 'revoked' OR c.not_after <= :now))"
	    " ORDER BY a.id, i.n LIMIT :max");
	stmt_int(&q, ":now", now);
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		ids[(*n)++] = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_item_store(struct db *db, const struct app_item *i, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE item SET state = :state, token = :token, certificate = :certificate WHERE id = :id");
	stmt_int(&q, ":id", i->id);
	stmt_text(&q, ":state", item_state_names[i->state].stored);
	stmt_int_or_null(&q, ":token", i->token);
	stmt_int_or_null(&q, ":certificate", i->certificate);
	db_touch(db, OBJECT_APPLICATION, i->application);
	return stmt_run(&q, e);
}

static void
pin_place(char out[SEALED_PLACE], int64_t item)
{
	snprintf(out, SEALED_PLACE, "item.pin:%lld", (long long)item);
}

bool
app_item_pin_store(struct db *db, struct keys *k, const struct app_item *i, const char *pin, struct err *e)
{
	char place[SEALED_PLACE];
	struct stmt q;

	pin_place(place, i->id);
	stmt_open(&q, db, "UPDATE item SET pin = :pin WHERE id = :id");
	stmt_int(&q, ":id", i->id);
	sealed_bind(&q, ":pin", k, place, pin);
	db_touch(db, OBJECT_APPLICATION, i->application);
	return stmt_run(&q, e);
}

bool
app_item_pin(struct db *db, struct keys *k, int64_t item, char out[64], struct err *e)
{
	char place[SEALED_PLACE];
	struct stmt q;

	out[0] = '\0';
	pin_place(place, item);
	stmt_open(&q, db, "SELECT pin FROM item WHERE id = :id");
	stmt_int(&q, ":id", item);
	if (stmt_row(&q))
		sealed_read(&q, 0, k, place, out, 64);
	return stmt_close(&q, e);
}

/* ---- payments ---- */

static bool
reference_taken(struct db *db, const char *method, const char *reference, char by[APP_NO_MAX], bool *taken, struct err *e)
{
	struct stmt q;

	by[0] = '\0';
	stmt_open(&q, db, "SELECT a.no FROM payment p LEFT JOIN allocation l ON l.payment = p.id"
	    " LEFT JOIN application a ON a.id = l.application WHERE p.method = :method AND p.reference = :reference");
	stmt_text(&q, ":method", method);
	stmt_text(&q, ":reference", reference);
	*taken = stmt_row(&q);
	if (*taken)
		stmt_copy_text(&q, 0, by, APP_NO_MAX);
	return stmt_close(&q, e);
}

bool
app_pay(struct db *db, int64_t app, const char *method, int64_t fen, const char *reference, int64_t staff, int64_t now,
    bool *taken, char by[APP_NO_MAX], struct err *e)
{
	struct stmt q;
	int64_t id = 0;

	*taken = true;
	if (reference[0]) {
		bool used;

		if (!reference_taken(db, method, reference, by, &used, e))
			return false;
		if (used) {
			*taken = false;
			return true;
		}
	}
	stmt_open(&q, db, "INSERT INTO payment(method, amount_fen, reference, taken_by, taken_at)"
	    " VALUES (:method, :fen, :reference, :staff, :now) RETURNING id");
	stmt_text(&q, ":method", method);
	stmt_int(&q, ":fen", fen);
	stmt_text_or_null(&q, ":reference", reference);
	stmt_int(&q, ":staff", staff);
	stmt_int(&q, ":now", now);
	if (stmt_row(&q))
		id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	stmt_open(&q, db, "INSERT INTO allocation(payment, application, amount_fen) VALUES (:payment, :application, :fen)");
	stmt_int(&q, ":payment", id);
	stmt_int(&q, ":application", app);
	stmt_int(&q, ":fen", fen);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_PAYMENT, id);
	db_touch(db, OBJECT_APPLICATION, app);
	return true;
}
