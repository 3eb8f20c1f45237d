/* The console as a clerk meets it: a real `ra console` on a pseudo-terminal, a real home, CA and tokens. */
#include "tests/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <sys/wait.h>

static struct world *w;
static char passwords[16][2][64];	/* login, password: hidden in pictures of the login screen */
static int logins;

static void
read_logins(void)
{
	char path[160], role[32];
	FILE *f;

	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	f = fopen(path, "re");
	assert_non_null(f);
	while (logins < 16 && fscanf(f, "%63s %31s %63s", passwords[logins][0], role, passwords[logins][1]) == 3)
		logins++;
	fclose(f);
}

static struct term *
console(const char *login, int rows, int cols)
{
	struct term *t = term_console(w->home, login, rows, cols);

	for (int i = 0; i < logins; i++)
		term_hide(t, passwords[i][1], "............");
	return t;
}

static int
setup(void **state)
{
	(void)state;
	w = world_new();
	read_logins();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

static void
a_demo_home_shows_its_logins_and_takes_one(void **state)
{
	struct term *t = console(NULL, 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "陈晓敏 受理员");
	term_picture(t, "queue-empty-80x24");
	term_free(t);
}

static void
a_wrong_password_is_told_and_the_field_is_empty_again(void **state)
{
	struct term *t = console("li", 24, 80);

	(void)state;
	term_type(t, "not-this-one\r");
	term_see(t, "还可以试 4 次");
	term_type(t, clerk_password(w, "li"));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "李国强 受理员");
	term_free(t);
}

static void
an_application_is_opened_from_the_queue_and_read_in_all_tabs(void **state)
{
	static const char *const tabs[] = { "统一社会信用代码", "核验要点", "400.00   =", "待制", "录入申请" };
	struct term *t;
	char no[32];

	(void)state;
	assert_int_equal(ra(w, "chen", "apply", world_form(w, NULL), NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	t = clerk_at_work(w, "chen", 24, 80);
	term_hide(t, no, "DG01YYMMDD000010");
	term_see(t, no);
	term_picture(t, "queue-one-80x24");
	term_press(t, VTERM_KEY_ENTER);
	term_press(t, VTERM_KEY_LEFT);
	for (int i = 0; i < 5; i++) {
		term_see(t, tabs[i]);
		term_press(t, VTERM_KEY_RIGHT);
	}
	term_free(t);
}

static void
what_is_written_over_a_wide_character_leaves_no_half_of_it(void **state)
{
	struct term *t = clerk_at_work(w, "chen", 24, 80);
	int row, col;

	(void)state;
	/* over the last column's title, which then ends one column further to the right */
	term_type(t, "\xE6\x98\x8B\xE5\x8E\xA4" "5");
	term_see(t, "/\xE6\x98\x8B\xE5\x8E\xA4" "5");
	assert_false(term_torn(t, &row, &col));
	term_press(t, VTERM_KEY_RIGHT);
	assert_false(term_torn(t, &row, &col));
	term_free(t);
}

static void
what_nobody_sees_is_neither_taken_nor_drawn(void **state)
{
	struct term *t = clerk_at_work(w, "chen", 24, 80);

	(void)state;
	term_type(t, "a\xE2\x80\xAE" "b\xE2\x80\x8B" "c");	/* turns the writing; a blank without width */
	term_see(t, "/abc");
	term_type(t, "\033");
	term_press(t, VTERM_KEY_FUNCTION(3));
	term_paste(t, "a\xE2\x80\xAE" "b");
	term_see(t, "[ab ");
	term_see(t, "此处不能输入该字符");
	term_free(t);
}

static void
the_terminal_is_given_back_as_it_was(void **state)
{
	struct term *t = clerk_at_work(w, "chen", 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_FUNCTION(1));
	term_resize(t, 40, 120);
	term_resize(t, 24, 80);
	term_type(t, "\033");
	term_press(t, VTERM_KEY_FUNCTION(10));
	term_type(t, "q");
	term_send(t, "\r");
	assert_true(term_ended(t, 20000));
	assert_int_equal(t->status, 0);
	assert_true(term_given_back(t));
	term_free(t);
}

static void
what_is_typed_in_the_wrong_tray_is_searched_everywhere(void **state)
{
	struct term *t;
	char no[32];

	(void)state;
	assert_int_equal(ra(w, "chen", "apply", world_form(w, "\"org.name\": \"东莞市道滘镇永顺纸品厂\""), NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	t = clerk_at_work(w, "li", 24, 80);
	term_click(t, 1, 30);			/* nothing waits to be issued */
	for (size_t i = 0; no[i]; i++)
		term_type(t, (char[]){ no[i], '\0' });		/* by hand, not by a scanner */
	term_see(t, "此栏没有");
	term_press(t, VTERM_KEY_ENTER);
	assert_true(term_awaits(t, "Ctrl-P", 5000));
	term_see(t, "永顺纸品厂");
	term_type(t, "\033");
	term_type(t, "\033");
	term_type(t, "\033");
	term_see(t, "待制证");
	term_see_not(t, no);
	term_type(t, "永顺");
	term_press(t, VTERM_KEY_ENTER);
	assert_true(term_awaits(t, "永顺纸品厂", 5000));
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_demo_home_shows_its_logins_and_takes_one),
		cmocka_unit_test(a_wrong_password_is_told_and_the_field_is_empty_again),
		cmocka_unit_test(an_application_is_opened_from_the_queue_and_read_in_all_tabs),
		cmocka_unit_test(what_is_written_over_a_wide_character_leaves_no_half_of_it),
		cmocka_unit_test(what_nobody_sees_is_neither_taken_nor_drawn),
		cmocka_unit_test(the_terminal_is_given_back_as_it_was),
		cmocka_unit_test(what_is_typed_in_the_wrong_tray_is_searched_everywhere),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
