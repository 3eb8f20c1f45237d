/* What is printed again is the same file, byte for byte, whenever and by whom: pages tell the record, not the clock or the login. */
#include "forms/when.h"
#include "ra/desk.h"
#include "tests/raster.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *chen, *huang;

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	return ra(w, "chen", "token", "add", "--soft", "2", NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(huang);
	world_free(w);
	return 0;
}

/* The page as the command prints it for this member when its clock is that much ahead; malloc'ed. */
static char *
printed(const char *who, const char *no, const char *paper, const char *ahead, size_t *n)
{
	char path[160], *pdf = NULL;
	struct err e;
	int rc;

	snprintf(path, sizeof path, "%s/again.pdf", w->dir);
	setenv("CLOCK_AHEAD", ahead, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 0);
	setenv("LD_PRELOAD", built("tests/clockshim.so"), 1);
	rc = ra(w, who, "print", no, paper, "-o", path, "--reason", "再印一份", NULL);
	unsetenv("LD_PRELOAD");
	unsetenv("CLOCK_AHEAD");
	if (rc != 0)
		fail_msg("%s of %s: %s", paper, no, w->err);
	went(json_read_file(path, 8 << 20, &pdf, n, &e), &e);
	return pdf;
}

static void
the_same_whenever_and_for_whom(const char *no, const char *paper)
{
	static const struct { const char *who, *ahead; } row[] = { { "chen", "0" }, { "huang", "61" }, { "huang", "86400" }, { "liang", "3456000" } };
	size_t n, m;
	char *first = printed("huang", no, paper, "0", &n);

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char *again = printed(row[i].who, no, paper, row[i].ahead, &m);

		if (m != n || memcmp(first, again, n) != 0)
			fail_msg("%s of %s is another file when %s prints it %s seconds later", paper, no, row[i].who, row[i].ahead);
		free(again);
	}
	free(first);
	/* the command did go by that clock */
	assert_int_equal(sql_int(w, "SELECT max(at) - strftime('%s', 'now') > 3400000 FROM audit WHERE act = 'printed'"), 1);
}

/* Every paper that the application has now. */
static int
papers_are_the_same(const char *no)
{
	char list[400], *s, *paper;
	int seen = 0;

	assert_int_equal(ra(w, "huang", "print", no, "--json", NULL), 0);
	s = strstr(w->out, "\"papers\":[");
	assert_non_null(s);
	snprintf(list, sizeof list, "%.*s", (int)strcspn(s + 10, "]"), s + 10);
	for (paper = strtok_r(list, "\",", &s); paper; paper = strtok_r(NULL, "\",", &s)) {
		the_same_whenever_and_for_whom(no, paper);
		seen++;
	}
	return seen;
}

static void
every_paper_of_a_case_is_the_same_file_whenever_and_by_whom_it_is_printed(void **st)
{
	char no[APP_NO_MAX];
	struct err e;

	(void)st;
	world_draft(w, chen, "\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true,"
	    " \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\"", no);
	assert_int_equal(papers_are_the_same(no), 2);		/* the forms */
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e) && desk_step(chen, no, 0, ACT_CORRECT, "单位地址与执照不一致", &e), &e);
	assert_int_equal(papers_are_the_same(no), 3);		/* correction */
	world_submitted(w, chen, NULL, no);
	went(desk_step(huang, no, 0, ACT_REFUSE, "经办人授权已撤销", &e), &e);
	assert_int_equal(papers_are_the_same(no), 3);		/* refusal */
	world_approved(w, chen, huang, no);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	assert_int_equal(papers_are_the_same(no), 5);		/* pick-up slip, PIN letter, delivery receipt */
	assert_int_equal(ra(w, "chen", "deliver", no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	assert_int_equal(papers_are_the_same(no), 3);
	audit_is_whole(w);
}

static void
a_page_is_dated_by_what_it_tells(void **st)
{
	static const char *const papers[] = { "receipt", "correction" };
	char no[APP_NO_MAX], day[40], *pdf, *text;
	struct err e;
	size_t n;

	(void)st;
	world_draft(w, chen, NULL, no);
	when_paper(when_now(), day, sizeof day);
	went(desk_accept(chen, no, 0, &e) && desk_step(chen, no, 0, ACT_CORRECT, "单位地址与执照不一致", &e), &e);
	for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
		pdf = printed("huang", no, papers[i], "3456000", &n);
		text = raster_text(pdf, n, true);
		if (!strstr(text, day))
			fail_msg("%s is not dated %s: %s", papers[i], day, text);
		free(text);
		free(pdf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_paper_of_a_case_is_the_same_file_whenever_and_by_whom_it_is_printed),
		cmocka_unit_test(a_page_is_dated_by_what_it_tells),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
