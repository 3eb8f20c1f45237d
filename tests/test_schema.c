/* The schema: words on every column, lists that agree with the program's, and migrations that keep what was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/audit.h"
#include "db/migrate.h"
#include "forms/field.h"
#include "tests/store.h"
#include "tests/support.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the files ---- */

/* Calls fn with each line of each migration that is not an engine's own. */
static void
each_line(void (*fn)(const char *file, const char *line))
{
	for (const struct embedded *f = schema_files; f->name; f++) {
		char *copy = strdup(f->text), *save;

		for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			if (strncmp(line, "--lite", 6) != 0 && strncmp(line, "--pg", 4) != 0)
				fn(f->name, line);
		free(copy);
	}
}

static bool
begins(const char *line, const char *word)
{
	return strncmp(line, word, strlen(word)) == 0;
}

static void
column_has_words(const char *file, const char *line)
{
	const char *words = strstr(line, " -- ");
	bool column = (line[0] == '\t' && islower((unsigned char)line[1])) || strstr(line, "ADD COLUMN");

	if (column && (!words || strlen(words + 4) < 2))
		fail_msg("%s: no words on: %s", file, line);
}

static void
every_column_says_what_it_holds(void **st)
{
	(void)st;
	each_line(column_has_words);
}

static void
types_are_of_both_engines(const char *file, const char *line)
{
	static const char *const types[] = { "INTEGER", "TEXT", "BLOB" };
	static const char *const never[] = { "AUTOINCREMENT", "IF NOT EXISTS", "DATETIME", "BOOLEAN", "VARCHAR", "COLLATE", "GLOB", "rowid", "REPLACE" };
	char name[64], type[32];

	if (line[0] == '\t' && islower((unsigned char)line[1]) && sscanf(line, " %63s %31[A-Z]", name, type) == 2) {
		bool known = false;

		for (size_t i = 0; i < 3; i++)
			known = known || strcmp(type, types[i]) == 0;
		if (!known)
			fail_msg("%s: a type that one engine has not: %s", file, line);
	}
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strstr(line, never[i]) && !begins(line, "--"))
			fail_msg("%s: %s: %s", file, never[i], line);
	/* every table is STRICT, so that a text in a number's column is refused */
	if (begins(line, ")") && !strstr(line, "STRICT"))
		fail_msg("%s: a table that is not STRICT", file);
}

static void
types_are_the_three_that_both_engines_take(void **st)
{
	(void)st;
	each_line(types_are_of_both_engines);
}

/* ---- the lists ---- */

static const struct name item_kinds[] = { { "organisation", "", "" }, { "personal", "", "" }, { NULL, NULL, NULL } };
static const struct name intent_kinds[] = { { "issue", "", "" }, { "revoke", "", "" }, { NULL, NULL, NULL } };
static const struct { const char *table, *column; const struct name *names; } lists[] = {
	{ "staff", "role", role_names }, { "application", "state", app_state_names }, { "application", "channel", channel_names },
	{ "application", "service", service_names }, { "fee_line", "object", fee_object_names }, { "material", "outcome", material_outcome_names },
	{ "payment", "method", pay_method_names }, { "token", "state", token_state_names }, { "item", "kind", item_kinds },
	{ "item", "state", item_state_names }, { "certificate", "state", cert_state_names }, { "intent", "kind", intent_kinds },
	{ "intent", "state", intent_state_names }, { "printjob", "state", print_state_names },
};
#define LISTS (sizeof lists / sizeof *lists)

/* Are the quoted words from p to the closing bracket just these names, in their order? */
static bool
same_list(const char *p, const struct name *names)
{
	int i = 0;

	for (; *p && *p != ')'; p++) {
		const char *end;

		if (*p != '\'')
			continue;
		end = strchr(++p, '\'');
		if (!names[i].stored || strlen(names[i].stored) != (size_t)(end - p) || strncmp(names[i].stored, p, (size_t)(end - p)) != 0)
			return false;
		i++;
		p = end;
	}
	return names[i].stored == NULL;
}

static void
every_list_of_the_schema_is_the_programs_list(void **st)
{
	struct store *s = store_new();
	struct stmt q;
	struct err e;
	size_t found = 0;

	(void)st;
	stmt_open(&q, s->db, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
	while (stmt_row(&q)) {
		const char *table = stmt_get_text(&q, 0), *sql = stmt_get_text(&q, 1);

		for (const char *p = sql; (p = strstr(p, " IN ('")) != NULL; p += 4) {
			const char *column = p;
			size_t i;

			while (column > sql && column[-1] != '(')
				column--;
			for (i = 0; i < LISTS; i++)
				if (strcmp(lists[i].table, table) == 0 && strncmp(lists[i].column, column, (size_t)(p - column)) == 0
				    && strlen(lists[i].column) == (size_t)(p - column))
					break;
			if (i == LISTS)
				fail_msg("%s: a list that no test knows: %.80s", table, column);
			if (!same_list(p + 4, lists[i].names))
				fail_msg("%s.%s: another list than the program's: %.200s", table, lists[i].column, p);
			found++;
		}
	}
	went(stmt_close(&q, &e), &e);
	assert_int_equal(found, LISTS);
	store_free(s);
}

static void
every_field_of_the_record_has_its_column(void **st)
{
	struct store *s = store_new();
	char sql[300];

	(void)st;
	for (size_t i = 0; i < fields_n + user_fields_n; i++) {
		const struct field *f = i < fields_n ? &fields[i] : &user_fields[i - fields_n];
		const char *type = f->flags & SEALED ? "BLOB" : f->kind == FIELD_NUMBER || f->kind == FIELD_YESNO ? "INTEGER" : "TEXT";

		snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('%s') WHERE (name = '%s' AND type = '%s') OR name = '%s_x'",
		    f->of_user ? "application_user" : "application", f->column, type, f->column);
		if (store_number(s, sql) != 1 + !!(f->flags & INDEXED))
			fail_msg("%s has not its column %s %s", f->id, f->column, type);
	}
	store_free(s);
}

/* ---- migrating ---- */

/* A store as the first version made it, with a row in every table that the audit answers for. */
static const char content[] =
	"INSERT INTO staff(id, login, name, role, made_at) VALUES (1, 'chen', '陈', 'clerk', 1);"
	"INSERT INTO staff_key(id, staff, public_key, made_at) VALUES (1, 1, x'00', 1);"
	"INSERT INTO scheme(id, scheme, version, effective, text, loaded_at, loaded_by) VALUES (1, 'dongguan', 1, 1, 't', 1, 1);"
	"INSERT INTO organisation(id, doc, name, folded, changed_at) VALUES (1, 'D', 'N', 'n', 1);"
	"INSERT INTO gram(g, organisation) VALUES (1, 1);"
	"INSERT INTO application(id, no, state, version, scheme_version, organisation, point, entered_by, entered_at, changed_at, scheme,"
	" channel, service, years, org_name, agent_id_no, agent_id_no_x)"
	" VALUES (1, 'DG01', 'issued', 3, 1, 1, 'DG01', 1, 5, 9, 'dongguan', 'counter', 'new', 2, 'N', x'0102', x'03');"
	"INSERT INTO application_user(application, n, user_name) VALUES (1, 1, 'u');"
	"INSERT INTO hand(application, staff) VALUES (1, 1);"
	"INSERT INTO fee_line(application, n, object, unit_fen, pieces, years, amount_fen) VALUES (1, 1, 'certificate', 20000, 1, 2, 40000);"
	"INSERT INTO fee_line(application, n, object, unit_fen, pieces, years, amount_fen) VALUES (1, 2, 'seal', 20000, 1, 2, 40000);"
	"INSERT INTO material(application, n, code, wanted, points) VALUES (1, 1, 'licence_copy', 1, 15);"
	"INSERT INTO payment(id, method, amount_fen, reference, taken_by, taken_at) VALUES (1, 'card', 80000, 'R', 1, 6);"
	"INSERT INTO allocation(payment, application, amount_fen) VALUES (1, 1, 80000);"
	"INSERT INTO token(id, serial, state, so_pin, item, added_at) VALUES (1, 'T', 'active', x'04', 1, 1);"
	"INSERT INTO token_move(token, n, to_state, at, staff, why) VALUES (1, 1, 'blank', 1, 1, 'w');"
	"INSERT INTO item(id, application, n, kind, state, token, certificate) VALUES (1, 1, 1, 'organisation', 'verified', 1, 1);"
	"INSERT INTO certificate(id, ca, serial, state, organisation, application, item, scheme, subject, not_before, not_after, der, stored_at)"
	" VALUES (1, 'netca', '0A', 'valid', 1, 1, 1, 'dongguan', 'CN', 1, 99, x'30', 7);"
	"INSERT INTO intent(id, kind, item, application, ca, tid, state, not_before, not_after, certificate, staff, made_at)"
	" VALUES (1, 'issue', 1, 1, 'netca', x'000102030405060708090a0b0c0d0e0f', 'done', 1, 99, 1, 1, 7);"
	"INSERT INTO scan(digest, bytes, kind, stored_by, stored_at) VALUES ('d', 1, 'jpeg', 1, 1);";

/* What the program of the first version took an object's digest from: stores in the field have these on their audit. */
static const char *const first_parts[OBJECT_KIND_N][7] = {
	[OBJECT_APPLICATION] = { "SELECT * FROM application WHERE id = 1", "SELECT * FROM application_user WHERE application = 1 ORDER BY n",
	    "SELECT * FROM hand WHERE application = 1 ORDER BY staff", "SELECT * FROM fee_line WHERE application = 1 ORDER BY n",
	    "SELECT * FROM material WHERE application = 1 ORDER BY n", "SELECT * FROM item WHERE application = 1 ORDER BY n" },
	[OBJECT_ORGANISATION] = { "SELECT * FROM organisation WHERE id = 1" },
	[OBJECT_PAYMENT] = { "SELECT * FROM payment WHERE id = 1", "SELECT * FROM allocation WHERE payment = 1 ORDER BY application" },
	[OBJECT_INTENT] = { "SELECT * FROM intent WHERE id = 1" },
	[OBJECT_CERTIFICATE] = { "SELECT * FROM certificate WHERE id = 1" },
	[OBJECT_TOKEN] = { "SELECT * FROM token WHERE id = 1", "SELECT * FROM token_move WHERE token = 1 ORDER BY n" },
	[OBJECT_STAFF] = { "SELECT * FROM staff WHERE id = 1", "SELECT * FROM staff_key WHERE staff = 1 ORDER BY id" },
	[OBJECT_SCHEME] = { "SELECT * FROM scheme WHERE id = 1" },
};

static void
first_digest(struct db *db, int kind, unsigned char out[AUDIT_HASH])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct stmt q;
	struct err e;

	EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	for (unsigned char part = 0; first_parts[kind][part]; part++) {
		stmt_open_(&q, db, first_parts[kind][part]);
		while (stmt_row(&q)) {
			EVP_DigestUpdate(md, &part, 1);
			stmt_digest_row(&q, md);
		}
		went(stmt_close(&q, &e), &e);
	}
	EVP_DigestFinal_ex(md, out, NULL);
	EVP_MD_CTX_free(md);
}

static void
a_store_of_the_first_version_comes_up_with_all_it_had(void **st)
{
	struct embedded first[2] = { schema_files[0], { NULL, NULL, 0 } };
	unsigned char before[OBJECT_KIND_N][AUDIT_HASH], after[AUDIT_HASH];
	bool exists;
	char dir[] = "/tmp/ra-store-XXXXXX", command[200];
	struct db *db = NULL;
	struct err e;
	int made, all = 0;

	(void)st;
	while (schema_files[all].name)
		all++;
	assert_non_null(mkdtemp(dir));
	went(db_open("sqlite:ra.db", dir, DB_CREATE, &db, &e) && db_migrate(db, first, &made, &e), &e);
	went(db_begin(db, &e) && db_script(db, content, &e) && db_commit(db, &e), &e);
	for (int k = 0; k < OBJECT_KIND_N && first_parts[k][0]; k++)
		first_digest(db, k, before[k]);
	db_close(db);
	db = NULL;

	went(db_open("sqlite:ra.db", dir, DB_WRITE, &db, &e), &e);
	assert_false(db_version_check(db, schema_files, &e));
	went(db_migrate(db, schema_files, &made, &e) && db_version_check(db, schema_files, &e), &e);
	assert_int_equal(made, all - 1);
	/* what was on the audit still agrees with its digests */
	for (int k = 0; k < OBJECT_KIND_N && first_parts[k][0]; k++) {
		went(audit_live_digest(db, (enum object_kind)k, 1, after, &exists, &e), &e);
		if (!exists || memcmp(before[k], after, AUDIT_HASH) != 0)
			fail_msg("the digest of the %s changed", object_kind_name((enum object_kind)k));
	}
	db_close(db);
	snprintf(command, sizeof command, "test \"$(sqlite3 %s/ra.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')\" = ok", dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_says_what_it_holds),
		cmocka_unit_test(types_are_the_three_that_both_engines_take),
		cmocka_unit_test(every_list_of_the_schema_is_the_programs_list),
		cmocka_unit_test(every_field_of_the_record_has_its_column),
		cmocka_unit_test(a_store_of_the_first_version_comes_up_with_all_it_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
