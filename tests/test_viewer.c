/* Scans on the console: a real `ra console` on terminals of every kind, scans as they come from a scanner, the form beside them. */
#include "tests/clerk.h"

#include "ra/desk.h"
#include "tests/jpeg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static struct world *w;
static struct office *chen;
static char no[APP_NO_MAX];

static void
give(const char *number, const char *code, enum material_outcome outcome, int width, int height)
{
	struct err e;
	unsigned long n;
	unsigned char *jpeg = make_sheet(width, height, JCS_RGB, &n);

	went(desk_material(chen, number, 0, &(struct desk_check){ .code = code, .outcome = outcome, .copies = outcome == MATERIAL_PASS ? -1 : 1,
	    .scan = jpeg, .scan_n = n }, &e), &e);
	free(jpeg);
}

static int
set_up(void **state)
{
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e), &e);
	give(no, "licence_copy", MATERIAL_PENDING, 1200, 800);
	give(no, "agent_id_copy", MATERIAL_PENDING, 800, 1200);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	world_free(w);
	return 0;
}

static int
openings(void)
{
	return sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_scan'");
}

/* At work, the application's materials on the screen, the one with the first scan selected. */
static struct term *
at_materials(const char *login, int rows, int cols)
{
	struct term *t = clerk_at_work(w, login, rows, cols);
	char line[APP_NO_MAX + 2];

	snprintf(line, sizeof line, "%s\r", no);
	term_type(t, line);
	term_hide(t, no, "DG01YYMMDD000010");
	term_see(t, "营业执照或有效证件复印件");
	term_press(t, VTERM_KEY_DOWN);
	return t;
}

/* What a cell of the picture shows: 'k' dark, 'w' light, 'r' red. */
static char
shade(struct term *t, int row, int col)
{
	unsigned char sign[3], behind[3], *seen;
	uint32_t c = term_cell(t, row, col, sign, behind);

	seen = c == ' ' ? behind : sign;
	return seen[0] > 150 && seen[1] < 100 ? 'r' : seen[1] > 150 ? 'w' : 'k';
}

/* The rows and columns where the picture begins and ends on the screen: what is not black there. */
static void
corners(struct term *t, int *top, int *left, int *bottom, int *right)
{
	*top = t->rows;
	*left = t->cols;
	*bottom = *right = -1;
	for (int r = 3; r < t->rows - 2; r++)
		for (int c = 0; c < t->cols - 30; c++) {
			unsigned char sign[3], behind[3];
			uint32_t u = term_cell(t, r, c, sign, behind);

			if (u == ' ' && behind[0] < 60 && behind[1] < 60)
				continue;
			*top = r < *top ? r : *top;
			*left = c < *left ? c : *left;
			*bottom = r > *bottom ? r : *bottom;
			*right = c > *right ? c : *right;
		}
}

static void
the_picture_stands_beside_what_it_proves_and_the_opening_on_the_audit(void **st)
{
	struct term *t = at_materials("chen", 24, 80);
	int before = openings(), top, left, bottom, right;

	(void)st;
	term_picture(t, "materials-scans-80x24");
	term_type(t, "s");
	term_see(t, "1200 x 800");
	term_see(t, "机构名称");
	term_see(t, "1/2");
	assert_int_equal(openings(), before + 1);
	term_picture(t, "scan-80x24");
	/* half as high as wide at the most, so it fills the width: the bar's end, the disc */
	corners(t, &top, &left, &bottom, &right);
	assert_true(right - left > 40 && bottom - top > 12);
	assert_int_equal(shade(t, top + 1, right - 2), 'w');
	assert_int_equal(shade(t, bottom - (bottom - top) / 4, left + (right - left) * 3 / 4), 'r');
	assert_int_equal(shade(t, bottom - 2, left + 2), 'w');
	term_resize(t, 40, 120);
	term_see(t, "1200 x 800");
	term_picture(t, "scan-120x40");
	assert_int_equal(openings(), before + 1);
	term_type(t, "n");
	term_see(t, "800 x 1200");
	assert_int_equal(openings(), before + 2);
	term_see(t, "110105********002X");
	term_press(t, VTERM_KEY_FUNCTION(8));
	term_see(t, "11010519491231002X");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_id'"), 1);
	term_type(t, "n");
	term_see(t, "最后一张");
	term_type(t, "\x1b");
	term_see(t, "材料");
	term_free(t);
	audit_is_whole(w);
}

static void
it_is_enlarged_moved_and_turned_by_keys(void **st)
{
	struct term *t = at_materials("chen", 24, 80);
	char first[4000] = "", now[4000] = "";
	int before = openings();

	(void)st;
	term_type(t, "s");
	for (int r = 3; r < 20; r++)
		snprintf(first + strlen(first), sizeof first - strlen(first), "%s\n", term_row(t, r));
	term_type(t, "w");
	term_type(t, "++++");
	term_see_not(t, " 35%");
	term_press(t, VTERM_KEY_HOME);
	/* the bar fills the window from its corner on */
	assert_int_equal(shade(t, 4, 3), 'k');
	assert_int_equal(shade(t, 5, 40), 'k');
	term_press(t, VTERM_KEY_END);
	term_press(t, VTERM_KEY_RIGHT);
	assert_int_equal(shade(t, 20, 3), 'w');
	term_type(t, "d");
	term_see_not(t, "机构名称");
	term_type(t, "d");
	term_type(t, "0");
	/* four quarters, and it is what it was; keys typed ahead of the drawing are not lost */
	term_type(t, "rr");
	assert_int_equal(shade(t, 7, 13), 'r');
	term_type(t, "rr");
	for (int r = 3; r < 20; r++)
		snprintf(now + strlen(now), sizeof now - strlen(now), "%s\n", term_row(t, r));
	assert_string_equal(first, now);
	term_type(t, "i");
	assert_int_equal(shade(t, 12, 10), 'k');
	assert_int_equal(openings(), before + 1);
	term_free(t);
}

static void
the_check_is_made_beside_the_picture_and_taken_back(void **st)
{
	struct term *t = at_materials("chen", 24, 80);

	(void)st;
	term_type(t, "s");
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "800 x 1200");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE code = 'licence_copy' AND outcome = 'pass'"), 1);
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_see(t, "经办人身份证复印件");
	term_type(t, "\r\r\r\r");
	term_type(t, "看不清");
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "看不清");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE code = 'agent_id_copy' AND outcome = 'fail' AND reason = '看不清'"), 1);
	term_type(t, "u");
	term_see(t, "已撤销核验");
	term_type(t, "p");
	term_see(t, "1200 x 800");
	term_type(t, "u");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE code IN ('agent_id_copy', 'licence_copy') AND outcome = 'pending'"), 2);
	/* and in the list: a wrong key is undone, wherever the selection went meanwhile */
	term_type(t, "\x1b");
	term_type(t, "+");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE outcome = 'pass'"), 1);
	term_type(t, "u");
	term_see(t, "已撤销核验");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE outcome = 'pass'"), 0);
	term_free(t);
	audit_is_whole(w);
}

static void
terminals_of_few_colours_and_none_show_it_as_well(void **st)
{
	static const struct { const char *term, *variable; enum manner manner; } terms[] = {
		{ "xterm-256color", "RA_ASCII", TERM_USUAL }, { "xterm-256color", "NO_COLOR", TERM_USUAL }, { "xterm", "RA_ASCII", TERM_USUAL },
		{ "xterm", NULL, TERM_USUAL }, { "xterm-256color", NULL, TERM_WIDE }, { "linux", NULL, TERM_USUAL }, { "vt100", NULL, TERM_USUAL },
		{ "vt100", "RA_ASCII", TERM_USUAL },
	};
	int before = openings();

	(void)st;
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct term *t;

		if (terms[i].variable)
			setenv(terms[i].variable, "1", 1);
		term_as(terms[i].term, terms[i].manner);
		t = at_materials("chen", 24, 80);
		if (terms[i].variable)
			unsetenv(terms[i].variable);
		term_type(t, "s");
		term_see(t, "1200 x 800");
		/* paper is light, the bar dark: by a colour, or by the sign that stands there */
		assert_int_equal(shade(t, 10, 4), 'w');
		assert_int_equal(shade(t, 4, 4), 'k');
		term_type(t, "+");
		term_type(t, "\x1b");
		term_free(t);
	}
	term_as("xterm-256color", TERM_USUAL);
	assert_int_equal(openings(), before + (int)(sizeof terms / sizeof *terms));
}

/* The scan files put aside one after the other; the first material's is the one with the larger picture. */
static void
spoil(const char *how)
{
	char command[400];

	snprintf(command, sizeof command, "for f in $(find %s/scans -type f); do %s; done", w->home, how);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
}

static void
a_file_that_is_gone_or_was_changed_is_told_and_was_not_opened(void **st)
{
	struct term *t = at_materials("chen", 24, 80);
	int before = openings();

	(void)st;
	spoil("mv $f $f.aside");
	term_type(t, "s");
	term_see(t, "扫描件文件不存在");
	term_alt(t, 'l');
	term_see(t, "the file of the scan is not there");
	term_see(t, "Compare with the form");
	term_alt(t, 'l');
	spoil("mv $f ${f%.aside}; cp -p ${f%.aside} /tmp/$(basename $(dirname $f)).$(basename ${f%.aside}); truncate -s 500 ${f%.aside}");
	term_type(t, "n");
	term_see(t, "扫描件文件被改动过");
	spoil("mv /tmp/$(basename $(dirname $f)).$(basename $f) $f");
	assert_int_equal(openings(), before);
	term_type(t, "p");
	term_see(t, "1200 x 800");
	assert_int_equal(openings(), before + 1);
	term_free(t);
}

static void
finance_has_no_key_for_it_and_the_auditor_looks_without_checking(void **st)
{
	struct term *t = clerk_at_work(w, "wu", 24, 80);
	char line[APP_NO_MAX + 2];
	int before = openings();

	(void)st;
	snprintf(line, sizeof line, "%s\r", no);
	term_type(t, line);
	term_press(t, VTERM_KEY_RIGHT);
	term_press(t, VTERM_KEY_DOWN);
	term_see_not(t, "看图");
	term_type(t, "s");
	term_see_not(t, "1200 x 800");
	term_free(t);
	assert_int_equal(openings(), before);
	t = clerk_at_work(w, "he", 24, 80);
	term_type(t, line);
	term_press(t, VTERM_KEY_RIGHT);
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "s");
	term_see(t, "1200 x 800");
	term_see_not(t, "F2合格");
	term_free(t);
	assert_int_equal(openings(), before + 1);
}

static double
milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
the_reviewer_looks_at_what_is_marked_in_the_review(void **st)
{
	char number[APP_NO_MAX];
	struct term *t;
	struct err e;
	double from, opened;
	int before;

	(void)st;
	world_draft(w, chen, NULL, number);
	went(desk_accept(chen, number, 0, &e), &e);
	/* twenty million points, as a flatbed at 600 dpi gives them */
	give(number, "certificate_form", MATERIAL_PASS, 3744, 5400);
	give(number, "licence_copy", MATERIAL_PASS, 1200, 800);
	world_pass(chen, number);
	before = openings();
	t = clerk_at_work(w, "huang", 24, 80);
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, number);
	term_see(t, "[1] 机构数字证书申请表");
	term_see(t, "[2] 营业执照");
	term_type(t, "2");
	term_see(t, "1200 x 800");
	term_resize(t, 40, 120);
	from = milliseconds();
	term_type(t, "p");
	term_see(t, "3744 x 5400");
	opened = milliseconds() - from;
	term_type(t, "w");
	from = milliseconds();
	for (int i = 0; i < 20; i++)
		term_press(t, i % 2 ? VTERM_KEY_RIGHT : VTERM_KEY_DOWN);
	print_message("120x40: 20 million points seen after %.0f ms, moved by a key in %.1f ms\n", opened, (milliseconds() - from) / 20);
	term_type(t, "www+");
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_see(t, "一致  [");
	term_type(t, "\x1b");
	term_type(t, "\x1b");
	term_see(t, "[1]");
	assert_int_equal(openings(), before + 2);
	term_free(t);
	audit_is_whole(w);
}

static void
another_program_gets_the_picture_and_no_kill_leaves_it_behind(void **st)
{
	char command[500], conf[300];
	struct term *t;
	int before = openings();

	(void)st;
	snprintf(conf, sizeof conf, "viewer = \"sh %s\";\nlanguage = ", world_file(w, "viewer.sh", "cp \"$1\" \"$(dirname $0)/seen.jpg\"\n"));
	world_conf(w, "ra.conf", "language = ", conf);
	snprintf(command, sizeof command, "find %s -type f | grep -v 'ra.db\\|console.log' | sort >%s/before", w->home, w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	t = at_materials("chen", 24, 80);
	term_type(t, "s");
	term_type(t, "v");
	term_see(t, "看图程序");
	snprintf(command, sizeof command, "for i in $(seq 100); do [ -s %s/seen.jpg ] && head -c 3 %s/seen.jpg | od -An -tx1 && exit; sleep 0.05; done; exit 1",
	    w->dir, w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_string_equal(w->out, " ff d8 ff\n");
	assert_int_equal(openings(), before + 2);
	kill(t->pid, SIGKILL);
	assert_true(term_ended(t, 5000));
	term_free(t);
	t = at_materials("chen", 24, 80);
	term_free(t);
	snprintf(command, sizeof command, "find %s -type f | grep -v 'ra.db\\|console.log' | sort | diff - %s/before", w->home, w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	/* one that draws on the terminal has it to itself, and gives it back */
	world_conf(w, "ra.conf", "viewer = \"sh ", "viewer_on_terminal = true; viewer = \"sh ");
	t = at_materials("chen", 24, 80);
	world_file(w, "viewer.sh", "stty sane; head -c 3 \"$1\" >\"$(dirname $0)/begun\"; read line; echo \"$line\" >\"$(dirname $0)/ended\"\n");
	term_type(t, "s");
	term_send(t, "v");
	snprintf(command, sizeof command, "for i in $(seq 100); do [ -s %s/begun ] && exit; sleep 0.05; done; exit 1", w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	term_send(t, "typed to it\r");
	snprintf(command, sizeof command, "for i in $(seq 100); do [ -s %s/ended ] && exit; sleep 0.05; done; exit 1", w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_string_equal(world_read(w, "ended"), "typed to it\n");
	term_barrier(t);
	term_see(t, "1200 x 800");
	term_type(t, "+");
	/* or it goes to a file, which is not written over unless that is said */
	snprintf(command, sizeof command, "%s/out.jpg\r\r", w->dir);
	term_type(t, "e\x15");
	term_type(t, command);
	term_see(t, "out.jpg");
	assert_memory_equal(world_read(w, "out.jpg"), "\xff\xd8\xff", 3);
	term_type(t, "e\x15");
	term_type(t, command);
	term_see(t, "已存在");
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "y");
	before = openings();
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see_not(t, "已存在");
	assert_int_equal(openings(), before + 1);
	term_free(t);
	/* and one that is not there is told */
	world_conf(w, "ra.conf", "viewer = \"sh ", "viewer = \"no-such-program ");
	t = at_materials("chen", 24, 80);
	term_type(t, "s");
	term_type(t, "v");
	term_see(t, "no-such-program");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picture_stands_beside_what_it_proves_and_the_opening_on_the_audit),
		cmocka_unit_test(it_is_enlarged_moved_and_turned_by_keys),
		cmocka_unit_test(the_check_is_made_beside_the_picture_and_taken_back),
		cmocka_unit_test(terminals_of_few_colours_and_none_show_it_as_well),
		cmocka_unit_test(a_file_that_is_gone_or_was_changed_is_told_and_was_not_opened),
		cmocka_unit_test(finance_has_no_key_for_it_and_the_auditor_looks_without_checking),
		cmocka_unit_test(the_reviewer_looks_at_what_is_marked_in_the_review),
		cmocka_unit_test(another_program_gets_the_picture_and_no_kill_leaves_it_behind),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
