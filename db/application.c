#include "db/application.h"

#include "db/audit.h"
#include "db/sealed.h"
#include "forms/field.h"
#include "forms/when.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

/* ISO 7064 MOD 11,10 over the digits of the number; letters of the point count by their ASCII code's last digit. */
static char
check_digit(const char *s)
{
	int p = 10;

	for (; *s; s++) {
		int d = (unsigned char)*s % 10;

		if (*s >= '0' && *s <= '9')
			d = *s - '0';
		p = (p + d) % 10;
		p = (p == 0 ? 10 : p) * 2 % 11;
	}
	return (char)('0' + (11 - p) % 10);
}

bool
app_no_valid(const char *no)
{
	char head[APP_NO_MAX];
	size_t n = strlen(no);

	if (n < 13 || n >= APP_NO_MAX)
		return false;
	memcpy(head, no, n - 1);
	head[n - 1] = '\0';
	return check_digit(head) == no[n - 1];
}

bool
app_next_no(struct db *db, const char *point, int64_t now, char no[APP_NO_MAX], struct err *e)
{
	struct day d = day_of(now);
	struct stmt q;
	char name[40], head[APP_NO_MAX];
	int64_t seq = 0;

	snprintf(name, sizeof name, "no:%s:%02d%02d%02d", point, d.year % 100, d.month, d.day);
	stmt_open(&q, db, "INSERT INTO counter(name, value) VALUES (:name, 1)"
	    " ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value");
	stmt_text(&q, ":name", name);
	if (stmt_row(&q))
		seq = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	if (seq > 99999)
		return err_refuse(e, "this service point has given its 99999 numbers of the day: go on tomorrow");
	snprintf(head, sizeof head, "%.8s%02d%02d%02d%05d", point, d.year % 100, d.month, d.day, (int)seq);
	snprintf(no, APP_NO_MAX, "%.22s%c", head, check_digit(head));
	return true;
}

/* ---- the record's columns, made from the field rows ---- */

#define COLUMNS_INDEXED ", org_phone_x, org_legal_rep_id_no_x, agent_mobile_x, agent_id_no_x"
#define PARAMS_INDEXED ", :org_phone_x, :org_legal_rep_id_no_x, :agent_mobile_x, :agent_id_no_x"
#define SETS_INDEXED ", org_phone_x = :org_phone_x, org_legal_rep_id_no_x = :org_legal_rep_id_no_x," \
	" agent_mobile_x = :agent_mobile_x, agent_id_no_x = :agent_id_no_x"

static const char insert_sql[] = "INSERT INTO application(no, state, version, organisation, point, entered_by, entered_at,"
	" changed_at, state_since, filled_from, emergency"
#define COLUMN_AS(column) ", " column
#include "db/columns.h"
	COLUMNS_INDEXED ") VALUES (:no, :state, 1, :organisation, :point, :entered_by, :entered_at, :entered_at, :entered_at,"
	" :filled_from, :emergency"
#define COLUMN_AS(column) ", :" column
#include "db/columns.h"
	PARAMS_INDEXED ") RETURNING id";

static const char update_sql[] = "UPDATE application SET organisation = :organisation"
#define COLUMN_AS(column) ", " column " = :" column
#include "db/columns.h"
	SETS_INDEXED " WHERE id = :id";

static const char select_sql[] = "SELECT id, no, state, version, scheme_version, organisation, point, entered_by, entered_at,"
	" accepted_by, accepted_at, reviewed_by, reviewed_at, delivered_by, delivered_at, changed_at, delivered_to, why,"
	" waived_fen, (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS INTEGER) FROM fee_line f WHERE f.application = a.id),"
	" (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS INTEGER) FROM allocation l WHERE l.application = a.id),"
	" filled_from, emergency, late"
#define COLUMN_AS(column) ", " column
#include "db/columns.h"
	" FROM application a WHERE no = :no";
#define FIRST_FIELD 24		/* column of the first field above */

static void
place_of(char out[SEALED_PLACE], const char *no, int user, const char *column)
{
	if (user < 0)
		snprintf(out, SEALED_PLACE, "application.%s:%s", column, no);
	else
		snprintf(out, SEALED_PLACE, "application_user.%s:%s/%d", column, no, user + 1);
}

static void
bind_field(struct stmt *q, struct keys *k, const char *no, const struct field *f, const struct record *r, int user)
{
	char param[64], index[64], place[SEALED_PLACE];
	const void *m = field_member(f, r, user);

	snprintf(param, sizeof param, ":%s", f->column);
	snprintf(index, sizeof index, ":%s_x", f->column);
	switch (f->kind) {
	case FIELD_NUMBER:
	case FIELD_YESNO:
		if (*(const int *)m == RECORD_UNSET)
			stmt_null(q, param);
		else
			stmt_int(q, param, *(const int *)m);
		return;
	case FIELD_TEXT:
	case FIELD_CHOICE:
		break;
	}
	if (!(f->flags & SEALED)) {
		stmt_text_or_null(q, param, m);
		return;
	}
	place_of(place, no, user, f->column);
	sealed_bind(q, param, k, place, m);
	if (f->flags & INDEXED)
		sealed_index(q, index, k, f->column, m);
}

static void
read_field(struct stmt *q, int col, struct keys *k, const char *no, const struct field *f, struct record *r, int user)
{
	char place[SEALED_PLACE];
	void *m = field_member(f, r, user);

	switch (f->kind) {
	case FIELD_NUMBER:
	case FIELD_YESNO:
		*(int *)m = stmt_get_null(q, col) ? RECORD_UNSET : (int)stmt_get_int(q, col);
		return;
	case FIELD_TEXT:
	case FIELD_CHOICE:
		break;
	}
	if (!(f->flags & SEALED)) {
		stmt_copy_text(q, col, m, f->size);
		return;
	}
	place_of(place, no, user, f->column);
	sealed_read(q, col, k, place, m, f->size);
}

/* ---- users ---- */

static const char user_insert_sql[] = "INSERT INTO application_user(application, n"
#define COLUMN_AS(column) ", " column
#define COLUMN_USERS
#include "db/columns.h"
	", user_id_no_x, user_mobile_x) VALUES (:application, :n"
#define COLUMN_AS(column) ", :" column
#define COLUMN_USERS
#include "db/columns.h"
	", :user_id_no_x, :user_mobile_x)";
static const char user_select_sql[] = "SELECT n"
#define COLUMN_AS(column) ", " column
#define COLUMN_USERS
#include "db/columns.h"
	" FROM application_user WHERE application = :application ORDER BY n";

static bool
store_users(struct db *db, struct keys *k, const struct application *a, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "DELETE FROM application_user WHERE application = :application");
	stmt_int(&q, ":application", a->id);
	if (!stmt_run(&q, e))
		return false;
	for (int u = 0; u < a->record.users; u++) {
		stmt_open_(&q, db, user_insert_sql);
		stmt_int(&q, ":application", a->id);
		stmt_int(&q, ":n", u + 1);
		for (size_t i = 0; i < user_fields_n; i++)
			bind_field(&q, k, a->no, &user_fields[i], &a->record, u);
		if (!stmt_run(&q, e))
			return false;
	}
	return true;
}

static bool
load_users(struct db *db, struct keys *k, struct application *a, struct err *e)
{
	struct stmt q;

	a->record.users = 0;
	stmt_open_(&q, db, user_select_sql);
	stmt_int(&q, ":application", a->id);
	while (a->record.users < RECORD_USERS_MAX && stmt_row(&q)) {
		int u = a->record.users++;

		for (size_t i = 0; i < user_fields_n; i++)
			read_field(&q, 1 + (int)i, k, a->no, &user_fields[i], &a->record, u);
	}
	return stmt_close(&q, e);
}

/* ---- rows ---- */

static void
bind_record(struct stmt *q, struct keys *k, const struct application *a)
{
	for (size_t i = 0; i < fields_n; i++)
		bind_field(q, k, a->no, &fields[i], &a->record, -1);
}

bool
app_insert(struct db *db, struct keys *k, struct application *a, struct err *e)
{
	struct stmt q;

	stmt_open_(&q, db, insert_sql);
	stmt_text(&q, ":no", a->no);
	stmt_text(&q, ":state", app_state_names[a->state].stored);
	stmt_int_or_null(&q, ":organisation", a->organisation);
	stmt_text(&q, ":point", a->point);
	stmt_int(&q, ":entered_by", a->entered_by);
	stmt_int(&q, ":entered_at", a->entered_at);
	stmt_int_or_null(&q, ":filled_from", a->filled_from);
	stmt_int_or_null(&q, ":emergency", a->emergency);
	bind_record(&q, k, a);
	if (stmt_row(&q))
		a->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	a->version = 1;
	a->changed_at = a->entered_at;
	db_touch(db, OBJECT_APPLICATION, a->id);
	return store_users(db, k, a, e);
}

bool
app_store_record(struct db *db, struct keys *k, const struct application *a, struct err *e)
{
	struct stmt q;

	stmt_open_(&q, db, update_sql);
	stmt_int(&q, ":id", a->id);
	stmt_int_or_null(&q, ":organisation", a->organisation);
	bind_record(&q, k, a);
	db_touch(db, OBJECT_APPLICATION, a->id);
	return stmt_run(&q, e) && store_users(db, k, a, e);
}

bool
app_store_head(struct db *db, struct application *a, int64_t now, struct err *e)
{
	struct stmt q;

	a->version++;
	a->changed_at = now;
	stmt_open(&q, db, "UPDATE application SET state_since = CASE WHEN state = :state THEN state_since ELSE :now END,"
	    " state = :state, version = :version, scheme_version = :scheme_version,"
	    " accepted_by = :accepted_by, accepted_at = :accepted_at, reviewed_by = :reviewed_by,"
	    " reviewed_at = :reviewed_at, delivered_by = :delivered_by, delivered_at = :delivered_at,"
	    " delivered_to = :delivered_to, why = :why, waived_fen = :waived_fen, changed_at = :now,"
	    " late = :late WHERE id = :id");
	stmt_int(&q, ":id", a->id);
	stmt_text(&q, ":state", app_state_names[a->state].stored);
	stmt_int(&q, ":version", a->version);
	stmt_int_or_null(&q, ":scheme_version", a->scheme_version);
	stmt_int_or_null(&q, ":accepted_by", a->accepted_by);
	stmt_int_or_null(&q, ":accepted_at", a->accepted_at);
	stmt_int_or_null(&q, ":reviewed_by", a->reviewed_by);
	stmt_int_or_null(&q, ":reviewed_at", a->reviewed_at);
	stmt_int_or_null(&q, ":delivered_by", a->delivered_by);
	stmt_int_or_null(&q, ":delivered_at", a->delivered_at);
	stmt_text_or_null(&q, ":delivered_to", a->delivered_to);
	stmt_text_or_null(&q, ":why", a->why);
	stmt_int(&q, ":waived_fen", a->waived_fen);
	stmt_int_or_null(&q, ":late", a->late);
	stmt_int(&q, ":now", now);
	db_touch(db, OBJECT_APPLICATION, a->id);
	return stmt_run(&q, e);
}

static void
read_head(struct stmt *q, struct application *a)
{
	a->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, a->no, sizeof a->no);
	a->state = (enum app_state)stmt_get_name(q, 2, app_state_names);
	a->version = stmt_get_int(q, 3);
	a->scheme_version = stmt_get_int(q, 4);
	a->organisation = stmt_get_int(q, 5);
	stmt_copy_text(q, 6, a->point, sizeof a->point);
	a->entered_by = stmt_get_int(q, 7);
	a->entered_at = stmt_get_int(q, 8);
	a->accepted_by = stmt_get_int(q, 9);
	a->accepted_at = stmt_get_int(q, 10);
	a->reviewed_by = stmt_get_int(q, 11);
	a->reviewed_at = stmt_get_int(q, 12);
	a->delivered_by = stmt_get_int(q, 13);
	a->delivered_at = stmt_get_int(q, 14);
	a->changed_at = stmt_get_int(q, 15);
	stmt_copy_text(q, 16, a->delivered_to, sizeof a->delivered_to);
	stmt_copy_text(q, 17, a->why, sizeof a->why);
	a->waived_fen = stmt_get_int(q, 18);
	a->due_fen = stmt_get_int(q, 19);
	a->paid_fen = stmt_get_int(q, 20);
	a->filled_from = stmt_get_int(q, 21);
	a->emergency = stmt_get_int(q, 22) != 0;
	a->late = stmt_get_int(q, 23) != 0;
}

bool
app_load(struct db *db, struct keys *k, const char *no, struct application *a, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open_(&q, db, select_sql);
	stmt_text(&q, ":no", no);	/* copied: no may be the a->no that is wiped next */
	memset(a, 0, sizeof *a);
	record_clear(&a->record);
	*found = stmt_row(&q);
	if (*found) {
		read_head(&q, a);
		for (size_t i = 0; i < fields_n; i++)
			read_field(&q, FIRST_FIELD + (int)i, k, a->no, &fields[i], &a->record, -1);
	}
	return stmt_close(&q, e) && (!*found || load_users(db, k, a, e));
}

bool
app_no_of(struct db *db, int64_t id, char no[APP_NO_MAX], struct err *e)
{
	struct stmt q;

	no[0] = '\0';
	stmt_open(&q, db, "SELECT no FROM application WHERE id = :id");
	stmt_int(&q, ":id", id);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, no, APP_NO_MAX);
	return stmt_close(&q, e);
}

bool
app_id_of(struct db *db, const char *no, int64_t *id, struct err *e)
{
	struct stmt q;

	*id = 0;
	stmt_open(&q, db, "SELECT id FROM application WHERE no = :no");
	stmt_text(&q, ":no", no);
	if (stmt_row(&q))
		*id = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
app_no_of_ref(struct db *db, const char *client_ref, char no[APP_NO_MAX], bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT no FROM application WHERE client_ref = :ref");
	stmt_text(&q, ":ref", client_ref);
	*found = stmt_row(&q);
	if (*found)
		stmt_copy_text(&q, 0, no, APP_NO_MAX);
	return stmt_close(&q, e);
}

bool
app_turn_add(struct db *db, int64_t app, const char *act, const char *why, int64_t staff, int64_t now, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO turn(application, n, act, why, staff, at) VALUES (:application,"
	    " (SELECT COALESCE(MAX(n), 0) + 1 FROM turn WHERE application = :application), :act, :why, :staff, :at)");
	stmt_int(&q, ":application", app);
	stmt_text(&q, ":act", act);
	stmt_text(&q, ":why", why);
	stmt_int(&q, ":staff", staff);
	stmt_int(&q, ":at", now);
	db_touch(db, OBJECT_APPLICATION, app);
	return stmt_run(&q, e);
}

bool
app_hand_add(struct db *db, int64_t app, int64_t staff, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO hand(application, staff) VALUES (:application, :staff)"
	    " ON CONFLICT (application, staff) DO NOTHING");
	stmt_int(&q, ":application", app);
	stmt_int(&q, ":staff", staff);
	db_touch(db, OBJECT_APPLICATION, app);
	return stmt_run(&q, e);
}

bool
app_hand_has(struct db *db, int64_t app, int64_t staff, bool *has, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT 1 FROM hand WHERE application = :application AND staff = :staff");
	stmt_int(&q, ":application", app);
	stmt_int(&q, ":staff", staff);
	*has = stmt_row(&q);
	return stmt_close(&q, e);
}
