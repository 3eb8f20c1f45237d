/* Who sits there: the idle lock and what goes on under it, a first password, a login that is locked out. */
#include "tests/clerk.h"

#include "db/staff.h"
#include "forms/when.h"
#include "ra/staff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ENTER VTERM_KEY_ENTER
#define F(n) VTERM_KEY_FUNCTION(n)

static struct world *w;

static int
setup(void **state)
{
	(void)state;
	w = world_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* The queue, then a form that has its term and the beginning of a name. */
static struct term *
typing(const char *login)
{
	struct term *t = clerk_at_work(w, login, 24, 80);

	term_press(t, F(2));
	term_press(t, F(2));
	term_type(t, "2\r");
	term_type(t, "东莞市塘厦镇");
	return t;
}

static void
unlock(struct term *t, const char *password)
{
	term_type(t, password);
	term_press(t, ENTER);
}

static void
nothing_shows_but_who_works_here(struct term *t)
{
	term_see(t, "已锁定");
	for (int r = 1; r < t->rows - 1; r++) {
		const char *line = term_row(t, r);

		if (line[0] && !strstr(line, "│") && !strstr(line, "──") && strcmp(line, " 按任意键关闭") != 0) {
			term_dump(t);
			fail();
		}
	}
}

static void
left_alone_it_locks_and_opens_to_the_same_member_only(void **state)
{
	struct term *t;
	int row;

	(void)state;
	world_conf(w, "ra.conf", "# idle_lock_s = 300;", "idle_lock_s = 3;");
	t = typing("li");
	assert_true(term_awaits(t, "已锁定", 15000));
	world_conf(w, "ra.conf", "idle_lock_s = 3;", "# idle_lock_s = 300;");
	nothing_shows_but_who_works_here(t);
	unlock(t, clerk_password(w, "chen"));		/* another one's password */
	term_see(t, "还可以试 4 次");
	unlock(t, "");
	term_see(t, "已锁定");
	/* no key leads past it */
	term_press(t, F(3));
	term_press(t, F(10));
	term_see(t, "请确认");
	term_type(t, "\033\033");
	term_press(t, F(1));
	nothing_shows_but_who_works_here(t);
	term_press(t, F(10));
	term_type(t, "\033\033");
	nothing_shows_but_who_works_here(t);
	unlock(t, clerk_password(w, "li"));
	assert_true(term_shows(t, "[东莞市塘厦镇 ", &row, NULL));
	assert_int_equal(t->cursor.row, row);
	term_type(t, "金属制品厂");
	term_see(t, "[东莞市塘厦镇金属制品厂 ");
	term_type(t, "\030y");
	term_free(t);
}

static void
another_member_takes_over_and_what_was_typed_is_a_draft(void **state)
{
	struct term *t = typing("li");

	(void)state;
	term_press(t, F(9));
	nothing_shows_but_who_works_here(t);
	term_press(t, F(10));
	term_type(t, "y");
	term_see(t, "登录");
	term_see_not(t, "塘厦");
	term_type(t, "\025chen\r");
	unlock(t, clerk_password(w, "chen"));
	term_see(t, "陈晓敏 受理员");
	term_see(t, "未填完 0");				/* it is the other one's */
	term_press(t, F(9));
	term_press(t, F(10));
	term_type(t, "y");
	term_type(t, "\025li\r");
	unlock(t, clerk_password(w, "li"));
	clerk_takes(t, "未填完 1");
	term_see(t, "[东莞市塘厦镇 ");
	term_type(t, "\030y");
	term_free(t);
}

static void
a_console_that_is_killed_under_the_lock_has_kept_what_was_typed(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct term *t = typing("li");

		term_press(t, F(9));
		term_read(t, 300);		/* the draft is written by a job */
		kill(t->pid, signals[i]);
		assert_true(term_ended(t, 10000));
		assert_int_equal(t->status, signals[i]);
		term_free(t);
		t = clerk_at_work(w, "li", 24, 80);
		clerk_takes(t, "未填完 1");
		term_see(t, "[东莞市塘厦镇 ");
		term_type(t, "\030y");
		term_see(t, "未填完 0");
		term_free(t);
	}
}

/* ---- work that ends under the lock ---- */

static void
what_ends_under_the_lock_is_told_after_it(void **state)
{
	struct office *chen = world_member(w, "chen"), *huang = world_member(w, "huang");
	char no[APP_NO_MAX], sql[120];
	struct term *t;

	(void)state;
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "1", NULL), 0);
	world_approved(w, chen, huang, no);
	office_close(chen);
	office_close(huang);
	t = clerk_at_work(w, "huang", 24, 80);
	clerk_takes(t, "待制证 1");
	term_press(t, F(7));
	term_press(t, ENTER);
	kill(world_ca(w), SIGSTOP);		/* so that it lasts */
	term_press(t, F(2));
	term_press(t, F(9));
	nothing_shows_but_who_works_here(t);
	kill(world_ca(w), SIGCONT);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM application WHERE no = '%s' AND state = 'issued'", no);
	for (int i = 0; i < 200 && sql_int(w, sql) == 0; i++)
		term_read(t, 100);
	state_is(w, no, "issued");
	term_read(t, 500);
	term_barrier(t);
	nothing_shows_but_who_works_here(t);
	unlock(t, "not-this-one");
	term_see_not(t, no);
	unlock(t, clerk_password(w, "huang"));
	term_see(t, no);
	assert_true(term_awaits(t, "已制证", 5000));
	term_free(t);
}

static void
what_was_typed_ahead_is_no_password(void **state)
{
	struct office *chen = world_member(w, "chen");
	char no[APP_NO_MAX], gate[160];
	struct term *t;
	int fd;

	(void)state;
	world_draft(w, chen, NULL, no);
	office_close(chen);
	world_conf(w, "ra.conf", "# idle_lock_s = 300;", "idle_lock_s = 3;");
	t = clerk_at_work(w, "li", 24, 80);
	world_conf(w, "ra.conf", "idle_lock_s = 3;", "# idle_lock_s = 300;");
	term_type(t, no);
	term_press(t, ENTER);
	snprintf(gate, sizeof gate, "%s/ra.db.gate0", w->home);
	fd = open(gate, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	term_press(t, F(4));
	term_send(t, "a");			/* accept: waits for the store */
	term_send(t, "abc\rxyz\r");
	term_read(t, 4500);
	flock(fd, LOCK_UN);
	close(fd);
	term_barrier(t);
	nothing_shows_but_who_works_here(t);
	assert_true(term_shows(t, "[          ", NULL, NULL));
	for (int i = 0; i < 100 && sql_int(w, "SELECT count(*) FROM application WHERE state = 'draft'") > 0; i++)
		term_read(t, 50);
	unlock(t, clerk_password(w, "li"));
	state_is(w, no, "received");		/* it went on under the lock */
	term_see(t, no);
	term_see(t, "已受理");
	term_free(t);
}

static void
a_time_that_makes_no_sense_is_told(void **state)
{
	struct term *t;

	(void)state;
	world_conf(w, "ra.conf", "# idle_lock_s = 300;", "idle_lock_s = -5;");
	t = term_console(w->home, "li", 24, 80);
	world_conf(w, "ra.conf", "idle_lock_s = -5;", "# idle_lock_s = 300;");
	term_see(t, "idle_lock_s");
	term_free(t);
}

/* ---- passwords ---- */

static void
a_password_that_somebody_else_set_is_changed_before_any_work(void **state)
{
	struct term *t;

	(void)state;
	setenv("RA_NEW_PASSWORD", "from-the-boss-1", 1);
	assert_int_equal(ra(w, "liang", "staff", "passwd", "wu", NULL), 0);
	unsetenv("RA_NEW_PASSWORD");
	t = term_console(w->home, "wu", 24, 80);
	unlock(t, "from-the-boss-1");
	term_see(t, "至少 8");
	term_type(t, "\033");			/* no way around: back to the login */
	term_see_not(t, "至少 8");
	term_see(t, "演示账号");
	term_type(t, "\025wu\r");
	unlock(t, "from-the-boss-1");
	term_type(t, "short\r");
	unlock(t, "short");
	term_see(t, "密码至少 8");
	term_type(t, "\033");
	term_see(t, "演示账号");
	term_type(t, "\025wu\r");
	unlock(t, "from-the-boss-1");
	term_type(t, "one-of-my-own-7\r");
	unlock(t, "another-one-8");
	term_see(t, "不一致");
	term_press(t, VTERM_KEY_UP);
	term_type(t, "\025one-of-my-own-7\r\025one-of-my-own-7\r");
	assert_true(term_awaits(t, "密码已修改", 5000));
	term_free(t);
	t = term_console(w->home, "wu", 24, 80);
	unlock(t, "from-the-boss-1");
	term_see(t, "还可以试 4 次");
	unlock(t, "one-of-my-own-7");
	term_see_not(t, "至少 8");
	term_see(t, "F10菜单");
	term_free(t);
}

static void
too_many_wrong_passwords_say_until_when(void **state)
{
	struct office *o = NULL;
	struct member m;
	struct err e;
	bool found;
	char until[20];
	struct term *t = term_console(w->home, "he", 24, 80);

	(void)state;
	for (int i = 1; i < STAFF_FAILURES; i++)
		unlock(t, "guessing");
	term_see(t, "还可以试 1 次");
	unlock(t, "guessing");
	went(office_open(w->home, &o, &e), &e);
	went(staff_find(o->db, "he", &m, &found, &e), &e);
	office_close(o);
	when_show(m.locked_until, until);
	until[16] = '\0';
	term_see(t, "15 分钟");
	term_see(t, until + 11);
	unlock(t, clerk_password(w, "he"));	/* the right one comes too late */
	term_see(t, until + 11);
	term_see(t, "主管");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_alone_it_locks_and_opens_to_the_same_member_only),
		cmocka_unit_test(another_member_takes_over_and_what_was_typed_is_a_draft),
		cmocka_unit_test(a_console_that_is_killed_under_the_lock_has_kept_what_was_typed),
		cmocka_unit_test(what_ends_under_the_lock_is_told_after_it),
		cmocka_unit_test(what_was_typed_ahead_is_no_password),
		cmocka_unit_test(a_time_that_makes_no_sense_is_told),
		cmocka_unit_test(a_password_that_somebody_else_set_is_changed_before_any_work),
		cmocka_unit_test(too_many_wrong_passwords_say_until_when),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
