/* Terminals of every kind: how wide they draw, their colours, missing keys, and the ones that cannot serve. */
#include "tests/clerk.h"

#include "ra/desk.h"
#include "tui/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
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

/* ---- how wide ---- */

/* The frame on the screen is closed: its sides stand below its corners in every row. corner and side: of its left. */
static void
frame_is_whole(struct term *t, const char *corner, uint32_t side)
{
	int row, left, right, below;

	assert_true(term_shows(t, corner, &row, &left));
	right = t->cols - 1;
	while (term_sign(t, row, right) == 0 || term_sign(t, row, right) == ' ')
		right--;
	for (below = row + 1; below < t->rows && term_sign(t, below, left) == side; below++)
		assert_int_equal(term_sign(t, below, right), side);
	assert_true(below - row >= 4);
	assert_int_equal(term_sign(t, below, right - 1), term_sign(t, below, left + 1));
}

static void
ambiguous_characters_two_columns_wide_shift_nothing(void **state)
{
	struct term *t;
	int col, later;

	(void)state;
	term_as("xterm-256color", TERM_WIDE);
	t = clerk_at_work(w, "chen", 24, 80);
	term_press(t, F(1));
	term_see_not(t, "─");
	frame_is_whole(t, "+-", '|');
	term_type(t, "\033");
	term_press(t, F(2));
	term_press(t, F(2));
	term_type(t, "1\r");
	term_type(t, "甲·乙“丙”—丁…戊");
	/* the cursor stands where the terminal has it: two columns for each of them */
	assert_true(term_shows(t, "[甲·乙“丙”—丁…戊", NULL, &col));
	assert_int_equal(t->cursor.col, col + 1 + 10 * 2);
	term_press(t, VTERM_KEY_HOME);
	for (int i = 0; i < 3; i++)
		term_press(t, VTERM_KEY_RIGHT);
	assert_int_equal(t->cursor.col, col + 1 + 3 * 2);
	term_press(t, VTERM_KEY_DEL);
	assert_true(term_shows(t, "[甲·乙丙”—丁…戊", NULL, &later));
	assert_int_equal(later, col);
	term_type(t, "\030y");
	term_free(t);
	term_as("xterm-256color", TERM_USUAL);
}

/* What was drawn change by change is what a frame that is drawn whole has. */
static void
nothing_has_shifted(struct term *t)
{
	static char before[24][1000];

	for (int r = 1; r < 24; r++)
		snprintf(before[r], sizeof before[r], "%s", term_row(t, r));
	term_type(t, "\f");
	for (int r = 1; r < 24; r++)
		assert_string_equal(term_row(t, r), before[r]);
}

/* The column of the cell in which the text's first character stands. */
static int
cell_of(struct term *t, int row, uint32_t cp)
{
	for (int c = 0; c < t->cols; c++)
		if (term_sign(t, row, c) == cp)
			return c;
	return -1;
}

static void
lists_and_pages_with_wide_characters_stay_in_their_columns(void **state)
{
	struct office *chen = world_member(w, "chen");
	char no[APP_NO_MAX];
	struct term *t;
	struct err e;
	int row;

	(void)state;
	world_draft(w, chen, "\"org.name\": \"东莞市甲·乙×丙厂\", \"org.address\": \"东莞市“松山湖”—科技十路…2号\"", no);
	went(desk_accept(chen, no, 0, &e), &e);
	office_close(chen);
	term_as("xterm-256color", TERM_WIDE);
	t = clerk_at_work(w, "chen", 24, 80);
	assert_true(term_shows(t, "甲·乙×丙", &row, NULL));
	assert_int_equal(cell_of(t, row, 0x5F85), cell_of(t, 2, 0x8D39));	/* 待(付) below 费(用) */
	nothing_has_shifted(t);
	term_type(t, no);
	term_press(t, ENTER);
	for (int i = 0; i < 5; i++) {
		term_press(t, VTERM_KEY_RIGHT);
		nothing_has_shifted(t);
	}
	term_press(t, VTERM_KEY_LEFT);
	term_see(t, "“松山湖”—科技十路…2号");
	term_press(t, F(4));
	nothing_has_shifted(t);
	term_type(t, "\033");
	nothing_has_shifted(t);
	term_press(t, F(1));
	term_alt(t, 'l');
	nothing_has_shifted(t);
	term_free(t);
	term_as("xterm-256color", TERM_USUAL);
}

static void
what_the_terminal_does_not_tell_can_be_set(void **state)
{
	struct term *t;

	(void)state;
	setenv("RA_ASCII", "1", 1);
	t = term_console(w->home, NULL, 24, 80);
	term_see(t, "+- ");
	frame_is_whole(t, "+-", '|');
	term_free(t);
	unsetenv("RA_ASCII");
	/* one that answers nothing is as most are: after a second it is taken so */
	term_as("vt220", TERM_SILENT);
	t = term_console(w->home, NULL, 24, 80);
	term_see(t, "┌─ ");
	frame_is_whole(t, "┌─", 0x2502);
	term_free(t);
	setenv("RA_AMBIGUOUS", "wide", 1);
	t = term_console(w->home, NULL, 24, 80);
	term_see(t, "+- ");
	term_free(t);
	unsetenv("RA_AMBIGUOUS");
	term_as("xterm-256color", TERM_USUAL);
}

static void
one_that_cannot_serve_is_told_why(void **state)
{
	static const struct { const char *type; enum manner manner; const char *told; } cases[] = {
		{ "dumb", TERM_USUAL, "TERM=dumb cannot place a cursor" }, { "nonsense", TERM_USUAL, "TERM=nonsense is not known" },
		{ "", TERM_USUAL, "set TERM" }, { NULL, TERM_USUAL, "set TERM" },
		{ "xterm", TERM_LATIN, "does not show Chinese in UTF-8" },
	};

	(void)state;
	setenv("RA_LANGUAGE", "en", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *argv[] = { built("ra"), "--home", w->home, "console", NULL };
		struct term *t;

		term_as(cases[i].type, cases[i].manner);
		t = term_start(24, 80, argv);
		assert_true(term_ended(t, 10000));
		assert_int_equal(t->status, 1 << 8);
		term_see(t, cases[i].told);
		assert_true(term_given_back(t));
		for (int r = 0; r < 24; r++)
			for (const char *p = term_row(t, r); *p; p++)
				assert_in_range(*p, ' ', '~');
		term_free(t);
	}
	setenv("RA_LANGUAGE", "zh", 1);
	unsetenv("RA_LANGUAGE");
	term_as("xterm-256color", TERM_USUAL);
}

static void
a_terminal_that_this_machine_does_not_know_is_taken_for_its_like(void **state)
{
	static const char *const some[] = { "putty-256color", "xterm-kitty", "screen.unheard-of", "alacritty", "iTerm2.app" };

	(void)state;
	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		struct term *t;

		term_as(some[i], TERM_USUAL);
		t = term_console(w->home, "chen", 24, 80);
		frame_is_whole(t, "┌─", 0x2502);
		assert_true(t->clicks);
		term_free(t);
	}
	term_as("xterm-256color", TERM_USUAL);
}

static void
a_text_console_of_the_kernel_is_known_by_its_name(void **state)
{
	(void)state;
	assert_true(probe_text_console("/dev/tty1") && probe_text_console("/dev/tty63"));
	assert_false(probe_text_console("/dev/pts/1") || probe_text_console("/dev/tty") || probe_text_console("/dev/ttyS0"));
	assert_false(probe_text_console("/dev/ttyUSB0") || probe_text_console(""));
}

static void
any_locale_of_the_environment_will_do(void **state)
{
	static const char *const locales[] = { "C", "zh_CN.GB18030", "POSIX", "nonsense" };

	(void)state;
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		struct term *t;

		setenv("LC_ALL", locales[i], 1);
		t = term_console(w->home, "chen", 24, 80);
		term_see(t, "东莞业务受理点");
		frame_is_whole(t, "┌─", 0x2502);
		term_free(t);
	}
	unsetenv("LC_ALL");
}

/* ---- colours ---- */

static void
without_colours_it_reads_as_well(void **state)
{
	static const struct { const char *type, *no_color; bool coloured; } cases[] = {
		{ "xterm-256color", NULL, true }, { "xterm", NULL, true }, { "linux", NULL, true }, { "xterm-256color", "1", false },
		{ "vt100", NULL, false }, { "vt220", NULL, false }, { "xterm-256color", "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct term_looks title, here, wrong;
		struct term *t;

		term_as(cases[i].type, TERM_USUAL);
		if (cases[i].no_color)
			setenv("NO_COLOR", cases[i].no_color, 1);
		t = term_console(w->home, "li", 24, 80);
		term_type(t, "wrong-as-can-be\r");
		title = term_looks(t, "登录");
		here = term_looks(t, "帮助");
		wrong = term_looks(t, "登录名或密码");
		assert_int_equal(title.coloured, cases[i].coloured);
		assert_int_equal(here.coloured, cases[i].coloured);
		assert_true(cases[i].coloured || (title.reverse && here.reverse && wrong.bold && !wrong.coloured));
		assert_true(wrong.coloured == cases[i].coloured);
		term_type(t, clerk_password(w, "li"));
		term_type(t, "\r");
		term_see(t, "李国强");
		term_free(t);
		unsetenv("NO_COLOR");
	}
	term_as("xterm-256color", TERM_USUAL);
}

/* ---- keys that it lacks, keys that come too early ---- */

static void
what_a_function_key_does_is_done_without_one(void **state)
{
	struct term *t;

	(void)state;
	term_as("vt100", TERM_USUAL);
	t = clerk_at_work(w, "li", 24, 80);
	term_alt(t, '1');
	term_see(t, "Ctrl-G 再按数字");		/* the help says it */
	term_type(t, "\033");
	term_alt(t, '0');
	term_see(t, "填写申请表");
	term_type(t, "\033");
	term_type(t, "\a2");			/* a new application */
	term_see(t, "业务");
	term_type(t, "\a2");
	term_see(t, "机构名称");
	term_type(t, "\033");
	term_type(t, "\a9");			/* locked */
	term_see(t, "已锁定");
	term_type(t, clerk_password(w, "li"));
	term_alt(t, '2');
	term_see(t, "李国强 受理员");
	term_free(t);
	term_as("xterm-256color", TERM_USUAL);
}

static void
a_password_typed_while_it_starts_is_taken_and_never_shown(void **state)
{
	const char *argv[] = { built("ra"), "--home", w->home, "--as", "li", "console", NULL };
	struct term *t = term_start(24, 80, argv);
	struct termios now = { .c_lflag = ECHO };

	(void)state;
	while (now.c_lflag & ECHO && tcgetattr(t->fd, &now) == 0)
		usleep(1000);
	term_send(t, clerk_password(w, "li"));
	term_send(t, "\r");
	term_up(t);
	assert_true(term_awaits(t, "李国强 受理员", 5000));
	kill(t->pid, SIGTERM);
	assert_true(term_ended(t, 5000));
	assert_true(term_given_back(t));
	term_see_not(t, clerk_password(w, "li"));
	term_free(t);
}

static void
an_answer_that_another_program_asked_for_is_not_taken(void **state)
{
	const char *argv[] = { built("ra"), "--home", w->home, "console", NULL };
	struct term *t = term_start(24, 80, argv);

	(void)state;
	term_send(t, "\033[24;80R\033[24;80R");
	term_up(t);
	term_see(t, "┌─ 登录");
	term_see_not(t, "80R");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ambiguous_characters_two_columns_wide_shift_nothing),
		cmocka_unit_test(what_the_terminal_does_not_tell_can_be_set),
		cmocka_unit_test(one_that_cannot_serve_is_told_why),
		cmocka_unit_test(a_terminal_that_this_machine_does_not_know_is_taken_for_its_like),
		cmocka_unit_test(a_text_console_of_the_kernel_is_known_by_its_name),
		cmocka_unit_test(any_locale_of_the_environment_will_do),
		cmocka_unit_test(without_colours_it_reads_as_well),
		cmocka_unit_test(what_a_function_key_does_is_done_without_one),
		cmocka_unit_test(a_password_typed_while_it_starts_is_taken_and_never_shown),
		cmocka_unit_test(an_answer_that_another_program_asked_for_is_not_taken),
		cmocka_unit_test(lists_and_pages_with_wide_characters_stay_in_their_columns),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
