/* The statement API, transactions and the turnstile, over a real file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/audit.h"
#include "db/migrate.h"
#include "tests/store.h"
#include "tests/support.h"

#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct store *s;

static int
set_up(void **state)
{
	(void)state;
	s = store_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(s);
	return 0;
}

static bool
count_up(struct db *db, const char *name, int64_t value, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO counter(name, value) VALUES (:name, :value)"
	    " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value");
	stmt_text(&q, ":name", name);
	stmt_int(&q, ":value", value);
	return stmt_run(&q, e);
}

static int64_t
counted(struct db *db, const char *name)
{
	struct stmt q;
	struct err e;
	int64_t v = -1;

	stmt_open(&q, db, "SELECT value FROM counter WHERE name = :name");
	stmt_text(&q, ":name", name);
	if (stmt_row(&q))
		v = stmt_get_int(&q, 0);
	went(stmt_close(&q, &e), &e);
	return v;
}

/* ---- values ---- */

static void
values_come_back_as_they_went_in(void **st)
{
	static const int64_t ints[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1795651200 };
	static const char *const texts[] = { "x", "东莞市松湖", "𠮷野家 '; DROP TABLE staff; --", "a\nb" };
	static const unsigned char blob[] = { 0, 1, 0xff, 0, 'x' };
	struct stmt q;
	struct err e;
	size_t n;

	(void)st;
	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
		stmt_open(&q, s->db, "SELECT CAST(:a AS INTEGER), :b, :c, :d, :e");
		stmt_int(&q, ":a", ints[i]);
		stmt_text(&q, ":b", texts[i % 4]);
		stmt_blob(&q, ":c", blob, sizeof blob);
		stmt_text_or_null(&q, ":d", "");
		stmt_text(&q, ":e", "");
		assert_true(stmt_row(&q));
		assert_int_equal(stmt_columns(&q), 5);
		assert_int_equal(stmt_get_int(&q, 0), ints[i]);
		assert_string_equal(stmt_get_text(&q, 1), texts[i % 4]);
		assert_memory_equal(stmt_get_blob(&q, 2, &n), blob, sizeof blob);
		assert_int_equal(n, sizeof blob);
		assert_true(stmt_get_null(&q, 3));
		assert_string_equal(stmt_get_text(&q, 3), "");
		assert_false(stmt_get_null(&q, 4));
		assert_false(stmt_row(&q));
		went(stmt_close(&q, &e), &e);
	}
	/* a parameter that is not given is null, also when the statement served before */
	stmt_open(&q, s->db, "SELECT CAST(:a AS INTEGER), :b, :c, :d, :e");
	assert_true(stmt_row(&q));
	for (int i = 0; i < 5; i++)
		assert_true(stmt_get_null(&q, i));
	assert_null(stmt_get_blob(&q, 2, &n));
	assert_int_equal(n, 0);
	went(stmt_close(&q, &e), &e);
}

static void
the_first_failure_sticks_and_is_told_at_the_end(void **st)
{
	char small[4] = "old";
	struct stmt q;
	struct err e = { 0 };

	(void)st;
	/* a name that the statement has not */
	stmt_open(&q, s->db, "SELECT :a");
	stmt_int(&q, ":b", 1);
	stmt_int(&q, ":a", 2);
	assert_false(stmt_row(&q));
	assert_int_equal(stmt_get_int(&q, 0), 0);
	assert_string_equal(stmt_get_text(&q, 0), "");
	assert_false(stmt_close(&q, &e));
	assert_int_equal(e.code, FAULT_INTERNAL);
	assert_non_null(strstr(e.text, ":b"));
	/* SQL that is none */
	stmt_open(&q, s->db, "SELEKT 1");
	assert_false(stmt_row(&q));
	assert_int_equal(stmt_columns(&q), 0);
	assert_false(stmt_close(&q, &e));
	assert_non_null(strstr(e.detail, "SELEKT"));
	/* a text that does not fit its room is a failure, not a cut */
	stmt_open(&q, s->db, "SELECT :a");
	stmt_text(&q, ":a", "1234");
	assert_true(stmt_row(&q));
	stmt_copy_text(&q, 0, small, sizeof small);
	assert_string_equal(small, "");
	assert_false(stmt_row(&q));
	assert_false(stmt_close(&q, &e));
	/* and the statement is good again the next time */
	stmt_open(&q, s->db, "SELECT :a");
	stmt_text(&q, ":a", "123");
	assert_true(stmt_row(&q));
	stmt_copy_text(&q, 0, small, sizeof small);
	assert_string_equal(small, "123");
	went(stmt_close(&q, &e), &e);
}

static void
what_breaks_a_rule_of_the_schema_is_refused_by_the_store(void **st)
{
	static const char *const rows[] = {
		"INSERT INTO token(serial, state, added_at) VALUES ('1', 'stolen', 0)",
		"INSERT INTO token(serial, state, added_at) VALUES ('1', 'blank', 'noon')",
		"INSERT INTO token(serial, added_at) VALUES ('1', 0)",
		"INSERT INTO hand(application, staff) VALUES (4711, 1)",
		"INSERT INTO payment(method, amount_fen, taken_by, taken_at) VALUES ('cash', 0, 1, 0)",
		"INSERT INTO staff(login, name, role, made_at) VALUES ('chen', 'x', 'clerk', 0)",
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stmt q;
		struct err e = { 0 };

		store_begin(s);
		stmt_open_(&q, s->db, rows[i]);
		if (stmt_run(&q, &e))
			fail_msg("went through: %s", rows[i]);
		assert_int_equal(e.code, FAULT_INTERNAL);
		assert_true(e.text[0] != '\0');
		db_rollback(s->db);
	}
	assert_int_equal(store_number(s, "SELECT (SELECT count(*) FROM token) + (SELECT count(*) FROM payment)"), 0);
}

static void
different_rows_never_have_the_same_digest(void **st)
{
	static const char *const rows[] = {
		"SELECT 'ab' AS a, 'c' AS b", "SELECT 'a' AS a, 'bc' AS b", "SELECT 'abc' AS a, '' AS b", "SELECT 'abc' AS a",
		"SELECT '' AS a, 'abc' AS b", "SELECT 1 AS a", "SELECT '1' AS a", "SELECT x'31' AS a", "SELECT 1 AS b", "SELECT 11 AS a",
		"SELECT 1 AS a, 1 AS b", "SELECT -1 AS a", "SELECT 0 AS a", "SELECT '' AS a", "SELECT x'' AS a",
	};
	unsigned char md[sizeof rows / sizeof *rows][32];
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stmt q;
		struct err e;

		EVP_DigestInit_ex(c, EVP_sha256(), NULL);
		stmt_open_(&q, s->db, rows[i]);
		assert_true(stmt_row(&q));
		stmt_digest_row(&q, c);
		went(stmt_close(&q, &e), &e);
		EVP_DigestFinal_ex(c, md[i], NULL);
		for (size_t k = 0; k < i; k++)
			if (memcmp(md[k], md[i], 32) == 0)
				fail_msg("%s = %s", rows[k], rows[i]);
	}
	/* a column without a value adds nothing: a migration that adds one leaves old digests as they are */
	for (int i = 0; i < 2; i++) {
		struct stmt q;
		struct err e;

		EVP_DigestInit_ex(c, EVP_sha256(), NULL);
		stmt_open_(&q, s->db, i == 0 ? "SELECT 5 AS a" : "SELECT 5 AS a, NULL AS added");
		assert_true(stmt_row(&q));
		stmt_digest_row(&q, c);
		went(stmt_close(&q, &e), &e);
		EVP_DigestFinal_ex(c, md[i], NULL);
	}
	assert_memory_equal(md[0], md[1], 32);
	EVP_MD_CTX_free(c);
}

/* ---- transactions ---- */

static void
what_is_rolled_back_or_not_on_the_audit_is_not_there(void **st)
{
	struct err e = { 0 };

	(void)st;
	store_begin(s);
	assert_true(db_writing(s->db));
	went(count_up(s->db, "rolled", 1, &e), &e);
	assert_int_equal(counted(s->db, "rolled"), 1);
	db_rollback(s->db);
	assert_false(db_writing(s->db));
	db_rollback(s->db);		/* allowed without one */
	assert_int_equal(counted(s->db, "rolled"), -1);

	store_begin(s);
	went(count_up(s->db, "unaudited", 1, &e), &e);
	db_touch(s->db, OBJECT_STAFF, 1);
	db_touch(s->db, OBJECT_STAFF, 1);
	assert_int_equal(db_touched(s->db, &(const struct db_touched *){ NULL }), 1);
	assert_false(db_commit(s->db, &e));
	assert_int_equal(e.code, FAULT_INTERNAL);
	assert_non_null(strstr(e.text, "audit"));
	assert_false(db_writing(s->db));
	assert_int_equal(counted(s->db, "unaudited"), -1);

	store_begin(s);			/* and the list of what was touched begins empty */
	went(count_up(s->db, "plain", 1, &e) && db_commit(s->db, &e), &e);
	assert_int_equal(counted(s->db, "plain"), 1);
}

static void
a_reader_keeps_its_snapshot_and_holds_no_writer_up(void **st)
{
	struct db *reader = NULL, *only = NULL;
	struct err e = { 0 };

	(void)st;
	went(db_open("sqlite:ra.db", s->dir, DB_WRITE, &reader, &e) && db_read_begin(reader, &e), &e);
	assert_int_equal(counted(reader, "snapshot"), -1);
	store_begin(s);
	went(count_up(s->db, "snapshot", 1, &e), &e);
	assert_int_equal(counted(reader, "snapshot"), -1);
	store_commit(s);
	assert_int_equal(counted(reader, "snapshot"), -1);
	db_read_end(reader);
	assert_int_equal(counted(reader, "snapshot"), 1);
	db_close(reader);
	/* who opens for reading only cannot begin */
	went(db_open("sqlite:ra.db", s->dir, DB_READ, &only, &e), &e);
	assert_int_equal(counted(only, "snapshot"), 1);
	assert_false(db_begin(only, &e));
	assert_non_null(strstr(e.text, "reading only"));
	db_close(only);
}

/* ---- the turnstile ---- */

struct turn { int n; double longest; };

static void
take_turns(struct turn *t, double until)
{
	struct db *db = NULL;
	struct err e;

	went(db_open("sqlite:ra.db", s->dir, DB_WRITE, &db, &e), &e);
	while (seconds_now() < until) {
		double began = seconds_now();

		went(db_begin(db, &e) && count_up(db, "turns", 1, &e) && db_commit(db, &e), &e);
		t->n++;
		t->longest = seconds_now() - began > t->longest ? seconds_now() - began : t->longest;
	}
	db_close(db);
}

/* Eight writers without a pause: each comes to its turn as often as the others, and none waits long. */
static void
writers_take_turns(void **st)
{
	struct turn *t = mmap(NULL, 8 * sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double until = seconds_now() + 2;
	int all = 0, most = 0, least = INT32_MAX, status;

	(void)st;
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			take_turns(&t[i], until);
			_exit(0);
		}
	for (int i = 0; i < 8; i++)
		assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	for (int i = 0; i < 8; i++) {
		all += t[i].n;
		most = t[i].n > most ? t[i].n : most;
		least = t[i].n < least ? t[i].n : least;
		if (t[i].longest > 1)
			fail_msg("writer %d waited %.2f s", i, t[i].longest);
	}
	if (least < most / 2)
		fail_msg("one writer came %d times, another %d times", least, most);
	assert_int_equal(counted(s->db, "turns"), all);
	munmap(t, 8 * sizeof *t);
}

/* Killed while it holds the door, with half a change written. */
static void
a_killed_writer_leaves_the_door_open_and_nothing_behind(void **st)
{
	(void)st;
	for (int i = 0; i < 10; i++) {
		int ends[2];
		char byte;
		struct err e;
		double began;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0) {
			struct db *db = NULL;

			went(db_open("sqlite:ra.db", s->dir, DB_WRITE, &db, &e) && db_begin(db, &e) && count_up(db, "killed", 1, &e), &e);
			if (write(ends[1], "x", 1) != 1)
				_exit(1);
			pause();
			_exit(1);
		}
		assert_int_equal(read(ends[0], &byte, 1), 1);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(ends[0]);
		close(ends[1]);
		began = seconds_now();
		store_begin(s);
		went(count_up(s->db, "after", 1, &e), &e);
		store_commit(s);
		assert_true(seconds_now() - began < 1);
		assert_int_equal(counted(s->db, "killed"), -1);
	}
	assert_int_equal(counted(s->db, "after"), 10);
}

/* A child that is started while a transaction runs does not keep the door when its parent is through. */
static void
a_program_that_was_started_meanwhile_does_not_hold_the_door(void **st)
{
	struct db *other = NULL;
	struct err e;
	pid_t pid;

	(void)st;
	store_begin(s);
	pid = fork();
	if (pid == 0) {
		execlp("sleep", "sleep", "20", (char *)NULL);
		_exit(127);
	}
	went(count_up(s->db, "meanwhile", 1, &e), &e);
	store_commit(s);
	went(db_open("sqlite:ra.db", s->dir, DB_WRITE, &other, &e) && db_begin(other, &e), &e);
	db_rollback(other);
	db_close(other);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- opening ---- */

static void
a_file_that_is_no_store_of_ours_is_told_in_words(void **st)
{
	static const struct { const char *make, *words; } rows[] = {
		{ ":", "ra init" },
		{ "printf 'not a database, not at all, no' > x/ra.db", "damaged" },
		{ "head -c 100000 /dev/urandom > x/ra.db", "damaged" },
		{ ": > x/ra.db", "cannot be read as one of this program" },
		{ "mkdir x/ra.db", "cannot be opened" },
		{ "sqlite3 x/ra.db 'CREATE TABLE a(b)'", "cannot be read as one of this program" },
		{ "sqlite3 x/ra.db 'CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at INTEGER); INSERT INTO schema_version VALUES (1, 0)'",
		    "ra migrate" },
		{ "cp ra.db x/ra.db; sqlite3 x/ra.db 'INSERT INTO schema_version VALUES (99, 0)'", "newer" },
		{ "head -c 30000 ra.db > x/ra.db", "" },
	};
	char command[400], dir[80];

	(void)st;
	store_script(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct db *db = NULL;
		struct err e = { 0 };
		bool ok;

		snprintf(command, sizeof command, "cd %s && rm -rf x && mkdir x && { %s; } >/dev/null 2>&1", s->dir, rows[i].make);
		assert_int_equal(system(command), 0);
		snprintf(dir, sizeof dir, "%s/x", s->dir);
		ok = db_open("sqlite:ra.db", dir, DB_WRITE, &db, &e) && db_version_check(db, schema_files, &e);
		db_close(db);
		if (ok || e.code != FAULT_INTERNAL || !strstr(e.text, rows[i].words))
			fail_msg("%s: %s", rows[i].make, ok ? "opened" : e.text);
	}
	{
		struct db *db = NULL;
		struct err e = { 0 };

		assert_false(db_open("mysql:ra", s->dir, DB_WRITE, &db, &e));
		assert_non_null(strstr(e.text, "sqlite:FILE"));
	}
}

/* ---- migrations ---- */

static void
a_migration_that_fails_leaves_the_store_as_it_was(void **st)
{
	static const struct embedded broken[] = {
		{ "001", "CREATE TABLE a(x INTEGER NOT NULL) STRICT;", 0 },
		{ "002", "CREATE TABLE b(x INTEGER NOT NULL) STRICT; INSERT INTO a(x) VALUES (1); CREATE TABLE a(x INTEGER);", 0 },
		{ NULL, NULL, 0 } };
	static const struct embedded good[] = {
		{ "001", "CREATE TABLE a(x INTEGER NOT NULL) STRICT;", 0 },
		{ "002", "--pg CREATE NONSENSE;\n--lite CREATE TABLE b(x INTEGER NOT NULL) STRICT;\nINSERT INTO b(x) VALUES (7);", 0 },
		{ NULL, NULL, 0 } };
	static const struct embedded first[] = { { "001", "CREATE TABLE a(x INTEGER NOT NULL) STRICT;", 0 }, { NULL, NULL, 0 } };
	struct db *db = NULL;
	struct err e = { 0 };
	int made;

	(void)st;
	went(db_open("sqlite:m.db", s->dir, DB_CREATE, &db, &e), &e);
	went(db_migrate(db, first, &made, &e), &e);
	assert_int_equal(made, 1);
	assert_false(db_version_check(db, good, &e));
	assert_non_null(strstr(e.text, "ra migrate"));
	assert_false(db_migrate(db, broken, &made, &e));
	went(db_version_check(db, first, &e), &e);
	went(db_migrate(db, good, &made, &e), &e);
	assert_int_equal(made, 1);
	went(db_migrate(db, good, &made, &e), &e);
	assert_int_equal(made, 0);
	went(db_version_check(db, good, &e), &e);
	/* the older program leaves the newer store alone */
	assert_false(db_migrate(db, first, &made, &e));
	assert_non_null(strstr(e.text, "newer"));
	db_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_went_in),
		cmocka_unit_test(the_first_failure_sticks_and_is_told_at_the_end),
		cmocka_unit_test(what_breaks_a_rule_of_the_schema_is_refused_by_the_store),
		cmocka_unit_test(different_rows_never_have_the_same_digest),
		cmocka_unit_test(what_is_rolled_back_or_not_on_the_audit_is_not_there),
		cmocka_unit_test(a_reader_keeps_its_snapshot_and_holds_no_writer_up),
		cmocka_unit_test(writers_take_turns),
		cmocka_unit_test(a_killed_writer_leaves_the_door_open_and_nothing_behind),
		cmocka_unit_test(a_program_that_was_started_meanwhile_does_not_hold_the_door),
		cmocka_unit_test(a_file_that_is_no_store_of_ours_is_told_in_words),
		cmocka_unit_test(a_migration_that_fails_leaves_the_store_as_it_was),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
