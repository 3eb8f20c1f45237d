#include "db/staff.h"

#include "db/audit.h"

#include <string.h>

bool
staff_insert(struct db *db, struct member *m, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO staff(login, name, role, must_change, made_at)"
	    " VALUES (:login, :name, :role, :must_change, :made_at) ON CONFLICT (login) DO NOTHING RETURNING id");
	stmt_text(&q, ":login", m->login);
	stmt_text(&q, ":name", m->name);
	stmt_text(&q, ":role", role_names[m->role].stored);
	stmt_int(&q, ":must_change", m->must_change);
	stmt_int(&q, ":made_at", m->made_at);
	m->id = 0;
	if (stmt_row(&q))
		m->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	if (m->id == 0)
		return err_field(e, "login", "there is a member with the login %s already: choose another", m->login);
	db_touch(db, OBJECT_STAFF, m->id);
	return true;
}

#define MEMBER_COLUMNS "id, login, name, role, disabled, must_change, failures, locked_until, made_at"

static void
read_member(struct stmt *q, struct member *m)
{
	memset(m, 0, sizeof *m);
	m->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, m->login, sizeof m->login);
	stmt_copy_text(q, 2, m->name, sizeof m->name);
	m->role = (enum role)stmt_get_name(q, 3, role_names);
	m->disabled = stmt_get_int(q, 4) != 0;
	m->must_change = stmt_get_int(q, 5) != 0;
	m->failures = (int)stmt_get_int(q, 6);
	m->locked_until = stmt_get_int(q, 7);
	m->made_at = stmt_get_int(q, 8);
}

bool
staff_find(struct db *db, const char *login, struct member *m, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " MEMBER_COLUMNS " FROM staff WHERE login = :login");
	stmt_text(&q, ":login", login);
	*found = stmt_row(&q);
	if (*found)
		read_member(&q, m);
	return stmt_close(&q, e);
}

bool
staff_load(struct db *db, int64_t id, struct member *m, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " MEMBER_COLUMNS " FROM staff WHERE id = :id");
	stmt_int(&q, ":id", id);
	*found = stmt_row(&q);
	if (*found)
		read_member(&q, m);
	return stmt_close(&q, e);
}

bool
staff_store(struct db *db, const struct member *m, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE staff SET name = :name, role = :role, disabled = :disabled, must_change = :must_change,"
	    " failures = :failures, locked_until = :locked_until WHERE id = :id");
	stmt_int(&q, ":id", m->id);
	stmt_text(&q, ":name", m->name);
	stmt_text(&q, ":role", role_names[m->role].stored);
	stmt_int(&q, ":disabled", m->disabled);
	stmt_int(&q, ":must_change", m->must_change);
	stmt_int(&q, ":failures", m->failures);
	stmt_int(&q, ":locked_until", m->locked_until);
	db_touch(db, OBJECT_STAFF, m->id);
	return stmt_run(&q, e);
}

bool
staff_each(struct db *db, member_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	struct member m;
	bool ok = true;

	stmt_open(&q, db, "SELECT " MEMBER_COLUMNS " FROM staff ORDER BY id");
	while (ok && stmt_row(&q)) {
		read_member(&q, &m);
		ok = q.failed || fn(arg, &m, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}

bool
staff_key_insert(struct db *db, struct member_key *k, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE staff_key SET retired_at = :now WHERE staff = :staff AND retired_at IS NULL");
	stmt_int(&q, ":staff", k->staff);
	stmt_int(&q, ":now", k->made_at);
	if (!stmt_run(&q, e))
		return false;
	stmt_open(&q, db, "INSERT INTO staff_key(staff, public_key, salt, sealed_key, made_at)"
	    " VALUES (:staff, :public_key, :salt, :sealed_key, :made_at) RETURNING id");
	stmt_int(&q, ":staff", k->staff);
	stmt_blob(&q, ":public_key", k->public_key, k->public_n);
	if (k->salt_n > 0) {
		stmt_blob(&q, ":salt", k->salt, k->salt_n);
		stmt_blob(&q, ":sealed_key", k->sealed, k->sealed_n);
	}
	stmt_int(&q, ":made_at", k->made_at);
	if (stmt_row(&q))
		k->id = stmt_get_int(&q, 0);
	db_touch(db, OBJECT_STAFF, k->staff);
	return stmt_run(&q, e);
}

bool
staff_key_rewrap(struct db *db, const struct member_key *k, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE staff_key SET salt = :salt, sealed_key = :sealed_key WHERE id = :id");
	stmt_int(&q, ":id", k->id);
	stmt_blob(&q, ":salt", k->salt, k->salt_n);
	stmt_blob(&q, ":sealed_key", k->sealed, k->sealed_n);
	db_touch(db, OBJECT_STAFF, k->staff);
	return stmt_run(&q, e);
}

static void
copy(struct stmt *q, int col, unsigned char *out, size_t max, size_t *n)
{
	const void *p = stmt_get_blob(q, col, n);

	if (!p || *n > max)
		*n = 0;
	else
		memcpy(out, p, *n);
}

static bool
one_key(struct stmt *q, struct member_key *k, bool *found, struct err *e)
{
	*found = stmt_row(q);
	if (*found) {
		memset(k, 0, sizeof *k);
		k->id = stmt_get_int(q, 0);
		k->staff = stmt_get_int(q, 1);
		copy(q, 2, k->public_key, sizeof k->public_key, &k->public_n);
		copy(q, 3, k->salt, sizeof k->salt, &k->salt_n);
		copy(q, 4, k->sealed, sizeof k->sealed, &k->sealed_n);
		k->made_at = stmt_get_int(q, 5);
		k->retired_at = stmt_get_int(q, 6);
	}
	return stmt_close(q, e);
}

#define STAFF_KEY_COLUMNS "id, staff, public_key, salt, sealed_key, made_at, COALESCE(retired_at, 0)"

bool
staff_key_current(struct db *db, int64_t staff, struct member_key *k, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " STAFF_KEY_COLUMNS " FROM staff_key WHERE staff = :staff AND retired_at IS NULL"
	    " ORDER BY id DESC LIMIT 1");
	stmt_int(&q, ":staff", staff);
	return one_key(&q, k, found, e);
}

bool
staff_key_load(struct db *db, int64_t id, struct member_key *k, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " STAFF_KEY_COLUMNS " FROM staff_key WHERE id = :id");
	stmt_int(&q, ":id", id);
	return one_key(&q, k, found, e);
}
