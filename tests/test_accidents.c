/* What happens to a console at work: signals, crashes, suspension, storms of sizes. The terminal is given back, what was typed
 * is there again. */
#include "tests/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTER VTERM_KEY_ENTER
#define F(n) VTERM_KEY_FUNCTION(n)

static struct world *w;

static int
setup(void **state)
{
	struct rlimit none = { 0, 0 };

	(void)state;
	setrlimit(RLIMIT_CORE, &none);
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

/* A form that has its term, and a name that was begun. */
static void
begin_form(struct term *t, const char *name)
{
	term_press(t, F(2));
	term_press(t, F(2));
	term_type(t, "2\r");
	term_type(t, name);
}

/* The one draft of li is opened, has the name, and is thrown away. */
static void
draft_is_there(const char *name)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char field[200];

	snprintf(field, sizeof field, "[%s ", name);
	clerk_takes(t, "未填完 1");
	term_see(t, field);
	term_type(t, "\030y");
	term_see(t, "未填完 0");
	term_free(t);
}

/* ---- signals ---- */

static void
a_signal_ends_it_in_order(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct term *t = clerk_at_work(w, "li", 24, 80);

		begin_form(t, "东莞市清溪镇");
		assert_false(term_given_back(t));
		kill(t->pid, signals[i]);
		assert_true(term_ended(t, 10000));
		assert_int_equal(t->status & 0x7F, signals[i]);
		assert_true(term_given_back(t));
		for (int r = 0; r < t->rows; r++)
			assert_null(strstr(term_row(t, r), "清溪"));
		term_free(t);
		draft_is_there("东莞市清溪镇");
	}
}

/* A thread of the process that is not its first. */
static pid_t
other_thread(pid_t pid)
{
	char path[64];
	struct dirent *d;
	pid_t found = 0;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && (pid_t)strtol(d->d_name, NULL, 10) != pid)
			found = (pid_t)strtol(d->d_name, NULL, 10);
	closedir(dir);
	return found;
}

static void
a_crash_gives_the_terminal_back_whichever_thread_it_strikes(void **state)
{
	static const struct { int signal; bool worker; const char *type; } cases[] = {
		{ SIGSEGV, false, "xterm-256color" }, { SIGABRT, false, "screen-256color" }, { SIGBUS, true, "xterm" },
		{ SIGSEGV, true, "linux" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct term *t;

		term_as(cases[i].type, TERM_USUAL);
		t = clerk_at_work(w, "li", 24, 80);
		term_as("xterm-256color", TERM_USUAL);
		begin_form(t, "东莞市凤岗镇");
		assert_true(term_awaits(t, "草稿已存", 8000));
		assert_int_equal(syscall(SYS_tgkill, t->pid, cases[i].worker ? other_thread(t->pid) : t->pid, cases[i].signal), 0);
		assert_true(term_ended(t, 10000));
		/* a sanitizer ends it by an exit of its own */
		assert_true((t->status & 0x7F) == cases[i].signal || WEXITSTATUS(t->status) != 0);
		assert_true(term_given_back(t));
		for (int r = 0; r < t->rows; r++)
			assert_null(strstr(term_row(t, r), "凤岗"));	/* nothing is left where there is no other screen */
		term_free(t);
		draft_is_there("东莞市凤岗镇");
	}
}

static pid_t
child_of(pid_t pid)
{
	char path[80];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &child), 1);
	fclose(f);
	return child;
}

static void
copy_screen(struct term *t, char rows[100][1400])
{
	for (int r = 0; r < t->rows; r++)
		snprintf(rows[r], sizeof rows[r], "%s", r == 0 ? "" : term_row(t, r));	/* without the clock */
}

static void
screen_is(struct term *t, char rows[100][1400])
{
	for (int r = 1; r < t->rows; r++)
		if (strcmp(rows[r], term_row(t, r)) != 0) {
			term_dump(t);
			fprintf(stderr, "row %d was: %s\n", r, rows[r]);
			fail();
		}
}

static char before[100][1400];

/* Waits for what another program than the console says. */
static bool
comes(struct term *t, const char *text, int ms)
{
	for (long end = ms_now() + ms; ms_now() < end && !term_shows(t, text, NULL, NULL);)
		term_read(t, 20);
	return term_shows(t, text, NULL, NULL);
}

static void
suspended_it_leaves_the_shell_its_terminal_and_comes_back_whole(void **state)
{
	char script[400];
	const char *argv[] = { "/bin/bash", "--norc", "-mc", script, NULL };
	struct term *t;
	pid_t ra_pid;

	(void)state;
	snprintf(script, sizeof script, "%s --home %s --as li console; echo the shell is here; read x; fg; echo ended $?", built("ra"),
	    w->home);
	t = term_start(24, 80, argv);
	term_up(t);
	ra_pid = child_of(t->pid);
	term_type(t, clerk_password(w, "li"));
	term_press(t, ENTER);
	begin_form(t, "东莞市桥头镇");
	copy_screen(t, before);
	kill(ra_pid, SIGTSTP);
	assert_true(comes(t, "the shell is here", 5000));
	assert_true(term_given_back(t));
	assert_false(term_shows(t, "桥头", NULL, NULL));
	term_send(t, "\n");
	while (!t->altscreen)
		term_read(t, 20);
	term_barrier(t);
	screen_is(t, before);
	assert_true(t->clicks && t->brackets);
	term_type(t, "第三小学");
	term_see(t, "[东莞市桥头镇第三小学 ");
	term_type(t, "\030y");
	kill(ra_pid, SIGTERM);
	assert_true(comes(t, "ended 143", 10000));
	assert_true(term_ended(t, 5000));
	assert_true(term_given_back(t));
	term_free(t);
}

static void
stopped_without_being_asked_it_draws_over_what_was_written_meanwhile(void **state)
{
	static const char other[] = "\033[5;5Hsomething else\033[?25h\033[0m\033[10;1H\033[J";
	struct term *t = clerk_at_work(w, "li", 24, 80);

	(void)state;
	begin_form(t, "东莞市桥头镇");
	copy_screen(t, before);
	kill(t->pid, SIGSTOP);
	vterm_input_write(t->vt, other, sizeof other - 1);
	assert_true(term_shows(t, "something else", NULL, NULL));
	kill(t->pid, SIGCONT);
	term_barrier(t);
	screen_is(t, before);
	/* asked where no shell would ever continue it: the kernel does not stop it, and it is back at once */
	kill(t->pid, SIGTSTP);
	term_barrier(t);
	screen_is(t, before);
	assert_true(t->clicks && t->brackets && t->altscreen);
	term_type(t, "\030y");
	term_free(t);
}

/* ---- sizes ---- */

/* 400 sizes between 20x5 and 300x100; every fortieth time a key, if there is one. */
static void
storm(struct term *t, const char *even, const char *odd)
{
	long begun = ms_now();
	unsigned seed = 7;

	for (int i = 0; i < 400; i++) {
		seed = seed * 1103515245 + 12345;
		term_size(t, 5 + (int)(seed >> 8) % 96, 20 + (int)(seed >> 16) % 281);
		if (i % 40 == 0)
			term_send(t, i % 80 == 0 ? even : odd);
		if (i % 4 == 0)
			term_read(t, 1);
	}
	printf("          400 sizes in %ld ms\n", ms_now() - begun);
	term_resize(t, 24, 80);
}

/* What is on the screen is what a frame that is drawn anew has. */
static void
frame_is_as_new(struct term *t)
{
	copy_screen(t, before);
	term_type(t, "\f");
	screen_is(t, before);
}

static void
a_storm_of_sizes_loses_no_key_and_leaves_a_whole_frame(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);

	(void)state;
	begin_form(t, "东莞市");
	storm(t, "东", "1");
	frame_is_as_new(t);
	term_see(t, "[东莞市东1东1东1东1东1 ");
	term_type(t, "\030y");
	term_free(t);
}

static void
a_storm_while_a_certificate_is_made_disturbs_nothing(void **state)
{
	struct office *chen = world_member(w, "chen"), *huang = world_member(w, "huang");
	char no[APP_NO_MAX];
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
	kill(world_ca(w), SIGSTOP);
	term_press(t, F(2));
	storm(t, "", "");
	term_see(t, no);
	kill(world_ca(w), SIGCONT);
	storm(t, "\033OB", "\033OA");
	assert_true(term_awaits(t, "已制证", 20000));
	state_is(w, no, "issued");
	storm(t, "\033OB", "\033OA");		/* the last key takes the notice away */
	frame_is_as_new(t);
	term_free(t);
}

static void
too_small_a_window_says_what_is_needed(void **state)
{
	static const struct { int rows, cols; bool fits; } sizes[] = {
		{ 5, 20, false }, { 21, 80, false }, { 22, 79, false }, { 2, 200, false }, { 22, 80, true }, { 100, 300, true },
	};
	struct term *t = clerk_at_work(w, "li", 24, 80);

	(void)state;
	begin_form(t, "东莞市");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(t, sizes[i].rows, sizes[i].cols);
		assert_int_equal(term_shows(t, "80x22", NULL, NULL) || term_shows(t, "x22", NULL, NULL), !sizes[i].fits);
		assert_int_equal(term_shows(t, "[东莞市", NULL, NULL), sizes[i].fits);
		term_type(t, "区");
	}
	term_resize(t, 1, 1);
	term_resize(t, 24, 80);
	term_see(t, "[东莞市区区区区区区 ");
	term_type(t, "\030y");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_ends_it_in_order),
		cmocka_unit_test(a_crash_gives_the_terminal_back_whichever_thread_it_strikes),
		cmocka_unit_test(suspended_it_leaves_the_shell_its_terminal_and_comes_back_whole),
		cmocka_unit_test(stopped_without_being_asked_it_draws_over_what_was_written_meanwhile),
		cmocka_unit_test(a_storm_of_sizes_loses_no_key_and_leaves_a_whole_frame),
		cmocka_unit_test(a_storm_while_a_certificate_is_made_disturbs_nothing),
		cmocka_unit_test(too_small_a_window_says_what_is_needed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
