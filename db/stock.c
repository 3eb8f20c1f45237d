#include "db/stock.h"

#include "db/audit.h"
#include "forms/tr.h"
#include "db/sealed.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static void
pin_place(char out[SEALED_PLACE], const char *column, int64_t id)
{
	snprintf(out, SEALED_PLACE, "token.%s:%lld", column, (long long)id);
}

static void
bind_pin(struct stmt *q, struct keys *k, const char *column, int64_t id, const char *pin)
{
	char place[SEALED_PLACE];

	pin_place(place, column, id);
	sealed_bind(q, ":pin", k, place, pin);
}

static void
read_pin(struct stmt *q, int col, struct keys *k, const char *column, int64_t id, char out[SO_PIN_MAX])
{
	char place[SEALED_PLACE];

	pin_place(place, column, id);
	sealed_read(q, col, k, place, out, SO_PIN_MAX);
}

static bool
note_move(struct db *db, int64_t id, const char *from, const char *to, int64_t staff, int64_t now, const char *why, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO token_move(token, n, from_state, to_state, at, staff, why)"
	    " SELECT :id, COALESCE(MAX(n), 0) + 1, :from, :to, :now, :staff, :why FROM token_move WHERE token = :id");
	stmt_int(&q, ":id", id);
	stmt_text(&q, ":from", from);
	stmt_text(&q, ":to", to);
	stmt_int(&q, ":now", now);
	stmt_int(&q, ":staff", staff);
	stmt_text(&q, ":why", why);
	db_touch(db, OBJECT_TOKEN, id);
	return stmt_run(&q, e);
}

bool
stock_add(struct db *db, struct keys *k, const char *serial, const char *so_pin, int64_t staff, int64_t now, int64_t *id,
    struct err *e)
{
	struct stmt q;

	*id = 0;
	stmt_open(&q, db, "INSERT INTO token(serial, state, added_at) VALUES (:serial, 'blank', :now)"
	    " ON CONFLICT (serial) DO NOTHING RETURNING id");
	stmt_text(&q, ":serial", serial);
	stmt_int(&q, ":now", now);
	if (stmt_row(&q))
		*id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	if (*id == 0)
		return err_refuse(e, "the token %s is in the stock already", serial);
	stmt_open(&q, db, "UPDATE token SET so_pin = :pin WHERE id = :id");
	stmt_int(&q, ":id", *id);
	bind_pin(&q, k, "so_pin", *id, so_pin);
	return stmt_run(&q, e) && note_move(db, *id, NULL, "blank", staff, now, N_("added to the stock"), e);
}

#define STOCK_COLUMNS "id, serial, state, COALESCE(item, 0), added_at"

static void
read_stock(struct stmt *q, struct stock *t)
{
	memset(t, 0, sizeof *t);
	t->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, t->serial, sizeof t->serial);
	t->state = (enum token_state)stmt_get_name(q, 2, token_state_names);
	t->item = stmt_get_int(q, 3);
	t->added_at = stmt_get_int(q, 4);
}

bool
stock_find(struct db *db, const char *serial, struct stock *t, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " STOCK_COLUMNS " FROM token WHERE serial = :serial");
	stmt_text(&q, ":serial", serial);
	*found = stmt_row(&q);
	if (*found)
		read_stock(&q, t);
	return stmt_close(&q, e);
}

bool
stock_load(struct db *db, int64_t id, struct stock *t, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " STOCK_COLUMNS " FROM token WHERE id = :id");
	stmt_int(&q, ":id", id);
	*found = stmt_row(&q);
	if (*found)
		read_stock(&q, t);
	return stmt_close(&q, e);
}

bool
stock_next_blank(struct db *db, int64_t after, struct stock *t, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " STOCK_COLUMNS " FROM token WHERE state = 'blank' AND id > :after ORDER BY id LIMIT 1");
	stmt_int(&q, ":after", after);
	*found = stmt_row(&q);
	if (*found)
		read_stock(&q, t);
	return stmt_close(&q, e);
}

bool
stock_store(struct db *db, struct stock *t, enum token_state to, int64_t item, int64_t staff, int64_t now, const char *why,
    struct err *e)
{
	struct stmt q;
	enum token_state from = t->state;

	stmt_open(&q, db, "UPDATE token SET state = :state, item = :item WHERE id = :id");
	stmt_int(&q, ":id", t->id);
	stmt_text(&q, ":state", token_state_names[to].stored);
	stmt_int_or_null(&q, ":item", item);
	db_touch(db, OBJECT_TOKEN, t->id);
	if (!stmt_run(&q, e))
		return false;
	t->state = to;
	t->item = item;
	return from == to || note_move(db, t->id, token_state_names[from].stored, token_state_names[to].stored, staff, now, why, e);
}

bool
stock_so_pins(struct db *db, struct keys *k, int64_t id, char now_pin[SO_PIN_MAX], char next_pin[SO_PIN_MAX],
    struct err *e)
{
	struct stmt q;

	now_pin[0] = next_pin[0] = '\0';
	stmt_open(&q, db, "SELECT so_pin, so_pin_next FROM token WHERE id = :id");
	stmt_int(&q, ":id", id);
	if (stmt_row(&q)) {
		read_pin(&q, 0, k, "so_pin", id, now_pin);
		read_pin(&q, 1, k, "so_pin_next", id, next_pin);
	}
	return stmt_close(&q, e);
}

bool
stock_so_next(struct db *db, struct keys *k, int64_t id, const char *next_pin, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE token SET so_pin_next = COALESCE(so_pin_next, :pin) WHERE id = :id");
	stmt_int(&q, ":id", id);
	bind_pin(&q, k, "so_pin_next", id, next_pin);
	db_touch(db, OBJECT_TOKEN, id);
	return stmt_run(&q, e);
}

bool
stock_so_changed(struct db *db, struct keys *k, int64_t id, const char *pin, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE token SET so_pin = :pin, so_pin_next = NULL WHERE id = :id");
	stmt_int(&q, ":id", id);
	bind_pin(&q, k, "so_pin", id, pin);
	db_touch(db, OBJECT_TOKEN, id);
	return stmt_run(&q, e);
}

/* ---- the reading side ---- */

#define ROW_COLUMNS "SELECT t.id, t.serial, t.state, COALESCE(t.item, 0), t.added_at, COALESCE(o.name, ''), COALESCE(a.no, '')," \
	" COALESCE(c.id, 0), COALESCE(c.serial, '') FROM token t LEFT JOIN item i ON i.id = t.item" \
	" LEFT JOIN application a ON a.id = i.application LEFT JOIN organisation o ON o.id = a.organisation" \
	" LEFT JOIN certificate c ON c.id = i.certificate"

static void
read_row(struct stmt *q, struct stock_row *row)
{
	memset(row, 0, sizeof *row);
	read_stock(q, &row->t);
	stmt_copy_text(q, 5, row->owner, sizeof row->owner);
	stmt_copy_text(q, 6, row->application_no, sizeof row->application_no);
	row->certificate = stmt_get_int(q, 7);
	stmt_copy_text(q, 8, row->certificate_serial, sizeof row->certificate_serial);
}

bool
stock_page(struct db *db, int state, int64_t edge, bool back, struct stock_row *row, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	if (state == STOCK_ANY && back)
		stmt_open(&q, db, ROW_COLUMNS " WHERE t.id < :edge ORDER BY t.id DESC LIMIT :limit");
	else if (state == STOCK_ANY)
		stmt_open(&q, db, ROW_COLUMNS " WHERE t.id > :edge ORDER BY t.id LIMIT :limit");
	else if (back)
		stmt_open(&q, db, ROW_COLUMNS " WHERE t.state = :state AND t.id < :edge ORDER BY t.id DESC LIMIT :limit");
	else
		stmt_open(&q, db, ROW_COLUMNS " WHERE t.state = :state AND t.id > :edge ORDER BY t.id LIMIT :limit");
	stmt_int(&q, ":edge", edge == 0 && back ? INT64_MAX : edge);
	stmt_int(&q, ":limit", (int64_t)max);
	if (state != STOCK_ANY)
		stmt_text(&q, ":state", token_state_names[state].stored);
	while (*n < max && stmt_row(&q))
		read_row(&q, &row[(*n)++]);
	for (size_t i = 0; back && i < *n / 2; i++) {
		struct stock_row swap = row[i];

		row[i] = row[*n - 1 - i];
		row[*n - 1 - i] = swap;
	}
	return stmt_close(&q, e);
}

bool
stock_row(struct db *db, const char *serial, struct stock_row *row, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, ROW_COLUMNS " WHERE t.serial = :serial");
	stmt_text(&q, ":serial", serial);
	*found = stmt_row(&q);
	if (*found)
		read_row(&q, row);
	return stmt_close(&q, e);
}

bool
stock_counts(struct db *db, int max, int count[TOKEN_STATE_N], struct err *e)
{
	struct stmt q;
	bool ok = true;

	for (int s = 0; ok && s < TOKEN_STATE_N; s++) {
		stmt_open(&q, db, "SELECT count(*) FROM (SELECT id FROM token WHERE state = :state LIMIT :max) w");
		stmt_text(&q, ":state", token_state_names[s].stored);
		stmt_int(&q, ":max", max);
		count[s] = stmt_row(&q) ? (int)stmt_get_int(&q, 0) : 0;
		ok = stmt_close(&q, e);
	}
	return ok;
}

bool
stock_moves(struct db *db, int64_t id, struct stock_move *move, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT m.n, COALESCE(m.from_state, ''), m.to_state, m.at, s.login, s.name, m.why FROM token_move m"
	    " JOIN staff s ON s.id = m.staff WHERE m.token = :id ORDER BY m.n DESC LIMIT :limit");
	stmt_int(&q, ":id", id);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		struct stock_move *m = &move[(*n)++];

		m->n = (int)stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, m->from, sizeof m->from);
		stmt_copy_text(&q, 2, m->to, sizeof m->to);
		m->at = stmt_get_int(&q, 3);
		stmt_copy_text(&q, 4, m->login, sizeof m->login);
		stmt_copy_text(&q, 5, m->who, sizeof m->who);
		stmt_copy_text(&q, 6, m->why, sizeof m->why);
	}
	return stmt_close(&q, e);
}
