/* The mouse: rows, tabs, the key bar, the wheel; switched off; from terminals of the old kind. */
#include "tests/clerk.h"

#include "ra/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void
click_on(struct term *t, const char *text)
{
	int row, col;

	term_see(t, text);
	assert_true(term_shows(t, text, &row, &col));
	term_click(t, row, col + 1);
}

static bool
is_marked(struct term *t, const char *text)
{
	struct term_looks l = term_looks(t, text);

	return l.coloured || l.reverse;
}

static void
clicks_choose_open_and_press_keys_until_they_are_switched_off(void **state)
{
	struct office *chen = world_member(w, "chen");
	char one[APP_NO_MAX], two[APP_NO_MAX];
	struct term *t;
	struct err e;

	(void)state;
	world_draft(w, chen, NULL, one);
	went(desk_accept(chen, one, 0, &e), &e);
	world_draft(w, chen, NULL, two);
	went(desk_accept(chen, two, 0, &e), &e);
	office_close(chen);
	t = clerk_at_work(w, "chen", 24, 80);
	assert_true(t->clicks);
	assert_true(is_marked(t, one));
	click_on(t, two);
	assert_true(is_marked(t, two));
	term_type(t, "\033[<64;10;10M");		/* the wheel */
	assert_true(is_marked(t, one));
	click_on(t, "全部");
	term_see(t, two);
	assert_true(is_marked(t, "全部"));
	click_on(t, two);
	click_on(t, two);			/* the second of two opens */
	term_see_not(t, one);
	term_see(t, two);
	click_on(t, "材料");
	term_see(t, "机构数字证书申请表");
	term_type(t, "\033");
	click_on(t, "F10");
	term_see(t, "介质库存");
	click_on(t, "介质库存");
	term_see(t, "空白");
	term_alt(t, 'm');
	assert_false(t->clicks);
	term_see(t, "选取文字");
	term_alt(t, 'm');
	assert_true(t->clicks);
	term_free(t);
	setenv("RA_NO_MOUSE", "1", 1);
	t = term_console(w->home, "chen", 24, 80);
	assert_false(t->clicks);
	term_free(t);
	unsetenv("RA_NO_MOUSE");
}

static void
a_click_on_the_mark_at_the_edge_goes_on_to_the_tabs_that_found_no_room(void **state)
{
	struct term *t = clerk_at_work(w, "huang", 24, 80);

	(void)state;
	term_see_not(t, "全部");
	assert_int_equal(term_sign(t, 1, 79), '>');
	assert_int_not_equal(term_sign(t, 1, 0), '<');
	for (int i = 0; i < 9 && term_sign(t, 1, 79) == '>'; i++)
		term_click(t, 1, 79);
	term_see(t, "全部");
	assert_int_equal(term_sign(t, 1, 0), '<');
	assert_int_not_equal(term_sign(t, 1, 79), '>');
	term_free(t);
	t = clerk_at_work(w, "huang", 24, 120);	/* room for all: no mark */
	term_see(t, "全部");
	assert_null(strchr(term_row(t, 1), '>'));
	assert_null(strchr(term_row(t, 1), '<'));
	term_free(t);
}

/* screen and old terminals send a click as three bytes, which are no characters from column 96 on. */
static void
old_clicks_reach_the_far_columns(void **state)
{
	static const int columns[] = { 3, 94, 95, 110, 119 };
	char click[16];
	struct term *t;

	(void)state;
	term_as("screen-256color", TERM_USUAL);
	t = clerk_at_work(w, "chen", 40, 120);
	term_as("xterm-256color", TERM_USUAL);
	assert_true(t->clicks);
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		term_press(t, VTERM_KEY_HOME);
		assert_int_not_equal(term_sign(t, 4, 0), '>');
		snprintf(click, sizeof click, "\033[M %c%c\033[M#%c%c", 33 + columns[i], 33 + 4, 33 + columns[i], 33 + 4);
		term_type(t, click);
		assert_int_equal(term_sign(t, 4, 0), '>');
	}
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clicks_choose_open_and_press_keys_until_they_are_switched_off),
		cmocka_unit_test(a_click_on_the_mark_at_the_edge_goes_on_to_the_tabs_that_found_no_room),
		cmocka_unit_test(old_clicks_reach_the_far_columns),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
