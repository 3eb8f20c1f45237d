/* Members: passwords, lock-out, resets, and that nobody signs who may not any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/audit.h"
#include "ra/desk.h"
#include "ra/staff.h"
#include "tests/support.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct world *w;
static struct office *liang;	/* supervisor */
static int64_t ahead;		/* seconds that the clock of this program is ahead */

static int64_t
clock_ahead(void)
{
	return (int64_t)time(NULL) + ahead;
}

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	when_clock = clock_ahead;
	liang = world_member(w, "liang");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(liang);
	world_free(w);
	return 0;
}

static struct office *
opened(void)
{
	struct office *o = NULL;
	struct err e;

	went(office_open(w->home, &o, &e), &e);
	return o;
}

/* A member of its own for a test, whose password is the own one already. */
static void
hire(const char *login, enum role role)
{
	struct err e;

	went(staff_create(liang, login, "测试员", role, "first-Kennwort", false, &e), &e);
}

static bool
logs_in(const char *login, const char *password, struct err *e)
{
	struct office *o = opened();
	bool ok = staff_login(o, login, password, e);

	office_close(o);
	return ok;
}

static void
a_wrong_password_and_an_unknown_login_are_told_alike(void **st)
{
	struct err wrong = { 0 }, unknown = { 0 }, system = { 0 };
	struct office *o = opened();

	(void)st;
	hire("a1", ROLE_CLERK);
	assert_false(staff_login(o, "a1", "wrong", &wrong));
	assert_false(staff_login(o, "nobody-at-all", "wrong", &unknown));
	assert_false(staff_login(o, "system", "", &system));
	assert_int_equal(strncmp(wrong.text, unknown.text, strlen(unknown.text)), 0);	/* but for the tries that are left */
	assert_string_equal(unknown.text, system.text);
	assert_string_equal(wrong.field, "password");
	/* and nothing of the station's key stays with who failed */
	assert_int_equal(o->me.id, 0);
	assert_null(o->signer);
	office_close(o);
}

static void
five_wrong_ones_lock_for_a_quarter_of_an_hour(void **st)
{
	struct err e = { 0 };

	(void)st;
	hire("a2", ROLE_CLERK);
	for (int i = 0; i < STAFF_FAILURES - 1; i++)
		assert_false(logs_in("a2", "wrong", &e));
	went(logs_in("a2", "first-Kennwort", &e), &e);		/* the right one in between begins the count again */
	for (int i = 0; i < STAFF_FAILURES; i++) {
		assert_false(logs_in("a2", "wrong", &e));
		assert_string_equal(e.field, "password");
	}
	assert_non_null(strstr(e.text, "locked for 15 minutes"));
	assert_false(logs_in("a2", "first-Kennwort", &e));
	assert_string_equal(e.field, "login");
	ahead = STAFF_LOCK_S - 5;
	assert_false(logs_in("a2", "first-Kennwort", &e));
	assert_non_null(strstr(e.text, "1 minutes"));
	ahead = STAFF_LOCK_S + 1;
	went(logs_in("a2", "first-Kennwort", &e), &e);
	ahead = 0;
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE object = 'staff:a2' AND act = 'login_failed'"), 2 * STAFF_FAILURES - 2);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE object = 'staff:a2' AND act = 'locked_out'"), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit a JOIN staff s ON s.id = a.staff WHERE a.act IN ('login_failed', 'locked_out')"
	    " AND s.login <> 'system'"), 0);
}

static void
passwords_and_logins_that_cannot_be_are_told_at_their_field(void **st)
{
	static const struct { const char *login, *name, *password; enum role role; const char *field; } rows[] = {
		{ "", "x", "long enough", ROLE_CLERK, "login" }, { "Chen", "x", "long enough", ROLE_CLERK, "login" },
		{ "a b", "x", "long enough", ROLE_CLERK, "login" }, { "陈", "x", "long enough", ROLE_CLERK, "login" },
		{ "abcdefghijklmnopqrstuvwxyz0123456", "x", "long enough", ROLE_CLERK, "login" }, { "chen", "x", "long enough", ROLE_CLERK, "login" },
		{ "b1", "x", "1234567", ROLE_CLERK, "password" }, { "b1", "x", "", ROLE_CLERK, "password" },
		{ "b1", "x", "my-b1-is-it", ROLE_CLERK, "password" }, { "b1", "", "long enough", ROLE_CLERK, "name" },
		{ "b1", "a\x1b", "long enough", ROLE_CLERK, "name" }, { "b1", "x", "long enough", ROLE_SYSTEM, "role" },
	};
	struct err e = { 0 };

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (staff_create(liang, rows[i].login, rows[i].name, rows[i].role, rows[i].password, true, &e) || strcmp(e.field, rows[i].field) != 0)
			fail_msg("'%s' '%s': %s: %s", rows[i].login, rows[i].password, e.field, e.text);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM staff WHERE login = 'b1'"), 0);
	went(staff_create(liang, "b1", "欧阳𠮷", ROLE_CLERK, "八个汉字就够用了", true, &e), &e);
}

/* A password that another has set opens nothing but its change: asked of every command that there is. */
static void
a_password_set_by_another_opens_nothing_but_its_change(void **st)
{
	static const char *const good[][4] = { { "list" }, { "find", "东莞" }, { "cert", "list" }, { "token", "list" }, { "staff", "list" }, { "scheme", "list" },
	    { "scheme", "show", "dongguan" }, { "audit", "list" }, { "audit", "verify" }, { "resume" } };
	char no[APP_NO_MAX], password[64] = "given-Kennwort";
	struct office *chen = world_member(w, "chen");
	struct err e = { 0 };

	(void)st;
	went(staff_create(liang, "c1", "新来的", ROLE_SUPERVISOR, password, true, &e), &e);
	world_draft(w, chen, NULL, no);
	office_close(chen);
	setenv("RA_PASSWORD", password, 1);
	for (int i = 0; commands[i]; i++) {
		const struct command *c = commands[i];
		char *args[8] = { NULL };

		if (c->needs != NEEDS_LOGIN)
			continue;
		/* the number of an application stands for whatever is asked */
		for (int k = 0; k < c->min && k < 7; k++)
			args[k] = no;
		if (run(w, built("ra"), "--home", w->home, "--as", "c1", c->name, args[0], args[1], args[2], args[3], NULL) == 0)
			fail_msg("ra %s went through: %s", c->name, w->out);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (run(w, built("ra"), "--home", w->home, "--as", "c1", good[i][0], good[i][1], good[i][2], NULL) != 1 || !strstr(w->err, "change it first"))
			fail_msg("ra %s %s: %s%s", good[i][0], good[i][1] ? good[i][1] : "", w->out, w->err);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "show", no, NULL), 1);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "accept", no, NULL), 1);
	state_is(w, no, "draft");
	/* the same again is no change */
	setenv("RA_NEW_PASSWORD", password, 1);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "staff", "passwd", "c1", NULL), 1);
	assert_non_null(strstr(w->err, "choose another"));
	setenv("RA_NEW_PASSWORD", "eigenes-Kennwort", 1);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "staff", "passwd", "c1", NULL), 0);
	unsetenv("RA_NEW_PASSWORD");
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "list", NULL), 1);	/* the given one is gone */
	setenv("RA_PASSWORD", "eigenes-Kennwort", 1);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "c1", "list", NULL), 0);
	unsetenv("RA_PASSWORD");
}

static void
an_own_change_keeps_the_key_and_a_reset_makes_a_new_one(void **st)
{
	struct office *o = opened();
	struct err e = { 0 };
	int64_t key;

	(void)st;
	hire("d1", ROLE_CLERK);
	went(staff_login(o, "d1", "first-Kennwort", &e), &e);
	key = o->key_id;
	assert_false(staff_passwd(o, "d1", "wrong", "second-Kennwort", &e));
	assert_string_equal(e.field, "old_password");
	for (int i = 0; i < 4; i++)
		assert_false(staff_passwd(o, "d1", "wrong", "second-Kennwort", &e));
	assert_string_equal(e.field, "old_password");
	assert_string_equal(o->me.login, "d1");
	assert_false(logs_in("d1", "first-Kennwort", &e));		/* guesses at an open console count like those at the login */
	assert_string_equal(e.field, "login");
	assert_false(staff_passwd(o, "d1", "wrong", "second-Kennwort", &e));
	assert_string_equal(e.field, "login");
	went(staff_passwd(o, "d1", "first-Kennwort", "second-Kennwort", &e), &e);
	assert_false(logs_in("d1", "first-Kennwort", &e));
	went(staff_login(o, "d1", "second-Kennwort", &e), &e);
	assert_int_equal(o->key_id, key);
	went(staff_passwd(liang, "d1", NULL, "third-Kennwort", &e), &e);
	assert_false(logs_in("d1", "second-Kennwort", &e));
	went(staff_login(o, "d1", "third-Kennwort", &e), &e);
	assert_int_not_equal(o->key_id, key);
	office_close(o);
	audit_is_whole(w);		/* what the old key signed still verifies */
}

/* A console that runs all day. */
static void
who_is_disabled_or_reset_signs_nothing_more(void **st)
{
	struct office *one = opened(), *two = opened();
	char no[APP_NO_MAX], other[APP_NO_MAX];
	struct err e = { 0 };

	(void)st;
	hire("e1", ROLE_CLERK);
	hire("e2", ROLE_CLERK);
	went(staff_login(one, "e1", "first-Kennwort", &e) && staff_login(two, "e2", "first-Kennwort", &e), &e);
	world_draft(w, one, NULL, no);
	world_draft(w, two, NULL, other);
	went(staff_enable(liang, "e1", false, &e), &e);
	assert_false(logs_in("e1", "first-Kennwort", &e));
	assert_false(desk_accept(one, no, 0, &e));
	assert_non_null(strstr(e.text, "disabled"));
	/* nor by changing the own password, which must not put it in force again */
	assert_false(staff_passwd(one, "e1", "first-Kennwort", "second-Kennwort", &e));
	assert_int_equal(sql_int(w, "SELECT disabled FROM staff WHERE login = 'e1'"), 1);
	state_is(w, no, "draft");
	went(staff_passwd(liang, "e2", NULL, "third-Kennwort", &e), &e);
	assert_false(desk_accept(two, other, 0, &e));
	assert_non_null(strstr(e.text, "reset"));
	state_is(w, other, "draft");
	went(staff_enable(liang, "e1", true, &e), &e);
	went(desk_accept(one, no, 0, &e), &e);
	assert_false(staff_enable(liang, "liang", false, &e));		/* nobody the own one */
	assert_false(staff_enable(one, "li", false, &e));		/* nor without the right */
	assert_false(staff_enable(liang, "system", false, &e));
	assert_false(staff_passwd(liang, "system", NULL, "long enough", &e));
	office_close(one);
	office_close(two);
	audit_is_whole(w);
}

/* The signing key lies sealed to its login: on another's row it does not open. */
static void
a_sealed_key_opens_only_for_its_own_login(void **st)
{
	struct err e = { 0 };

	(void)st;
	hire("f1", ROLE_CLERK);
	hire("f2", ROLE_CLERK);		/* with the same password */
	went(logs_in("f1", "first-Kennwort", &e), &e);
	assert_int_equal(sql_int(w, "SELECT count(DISTINCT sealed_key) = 2 AND count(DISTINCT salt) = 2 FROM staff_key k JOIN staff s ON s.id = k.staff"
	    " WHERE s.login IN ('f1', 'f2')"), 1);
	sql_int(w, "UPDATE staff_key SET salt = (SELECT salt FROM staff_key k JOIN staff s ON s.id = k.staff WHERE s.login = 'f2'),"
	    " sealed_key = (SELECT sealed_key FROM staff_key k JOIN staff s ON s.id = k.staff WHERE s.login = 'f2')"
	    " WHERE staff = (SELECT id FROM staff WHERE login = 'f1')");
	assert_false(logs_in("f1", "first-Kennwort", &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_password_and_an_unknown_login_are_told_alike),
		cmocka_unit_test(five_wrong_ones_lock_for_a_quarter_of_an_hour),
		cmocka_unit_test(passwords_and_logins_that_cannot_be_are_told_at_their_field),
		cmocka_unit_test(a_password_set_by_another_opens_nothing_but_its_change),
		cmocka_unit_test(an_own_change_keeps_the_key_and_a_reset_makes_a_new_one),
		cmocka_unit_test(who_is_disabled_or_reset_signs_nothing_more),
		cmocka_unit_test(a_sealed_key_opens_only_for_its_own_login),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
