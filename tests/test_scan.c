/* Scans that are looked at: who may, what stands on the audit, what a file that was spoiled says; and checks that are taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/tr.h"
#include "ra/desk.h"
#include "ra/history.h"
#include "ra/scan.h"
#include "tests/jpeg.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct world *w;
static struct office *chen;
static unsigned char *jpeg;
static unsigned long jpeg_n;
static char no[APP_NO_MAX], file[200];

static int
set_up(void **state)
{
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	jpeg = make_jpeg(300, 200, JCS_RGB, &jpeg_n);
	snprintf(file, sizeof file, "%s/licence.jpg", w->dir);
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e), &e);
	went(desk_material(chen, no, 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS, .copies = -1,
	    .scan = jpeg, .scan_n = jpeg_n }, &e), &e);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(jpeg);
	office_close(chen);
	world_free(w);
	return 0;
}

static int
openings(void)
{
	return sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_scan'");
}

static void
it_is_written_to_a_file_for_those_who_may_and_each_time_is_on_the_audit(void **st)
{
	static const struct { const char *login; int code; } rows[] = {
		{ "chen", 0 }, { "huang", 0 }, { "liang", 0 }, { "he", 0 }, { "wu", 1 },
	};
	char *text = NULL;
	struct stat s;
	struct err e;
	size_t n;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int before = openings();

		remove(file);
		assert_int_equal(ra(w, rows[i].login, "scan", no, "licence_copy", "-o", file, NULL), rows[i].code);
		assert_int_equal(openings(), before + (rows[i].code == 0));
		assert_int_equal(stat(file, &s) == 0, rows[i].code == 0);
		if (rows[i].code != 0)
			continue;
		assert_int_equal(s.st_mode & 0777, 0600);
		went(json_read_file(file, 1u << 20, &text, &n, &e), &e);
		assert_int_equal(n, jpeg_n);
		assert_memory_equal(text, jpeg, n);
		free(text);
	}
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit r JOIN staff s ON s.id = r.staff JOIN scan c"
	    " WHERE r.act = 'open_scan' AND s.login = 'he' AND r.detail = 'licence_copy ' || c.digest || ' to a file'"), 1);
	audit_is_whole(w);
}

static void
a_file_that_is_there_is_left_alone_unless_it_is_said(void **st)
{
	int before;

	(void)st;
	snprintf(file, sizeof file, "%s", world_file(w, "mine.jpg", "mine"));
	before = openings();
	assert_int_equal(ra(w, "chen", "scan", no, "licence_copy", "-o", file, NULL), 1);
	assert_non_null(strstr(w->err, "--force"));
	assert_string_equal(world_read(w, "mine.jpg"), "mine");
	assert_int_equal(openings(), before);
	assert_int_equal(ra(w, "chen", "scan", no, "licence_copy", "--force", "-o", file, NULL), 0);
	assert_memory_equal(world_read(w, "mine.jpg"), "\xff\xd8\xff", 3);
	assert_int_equal(ra(w, "chen", "scan", no, "licence_copy", NULL), 2);
	assert_int_equal(ra(w, "chen", "scan", no, "certificate_form", "--out", file, "--force", NULL), 1);
	assert_non_null(strstr(w->err, "licence_copy"));
	assert_int_equal(ra(w, "chen", "scan", no, "no_such", "--out", file, "--force", NULL), 1);
	assert_int_equal(ra(w, "chen", "scan", "DG0126112100001", "licence_copy", "--out", file, "--force", NULL), 1);
	assert_int_equal(openings(), before + 1);
}

/* Spoils the one scan file by a shell's words on "$f", which is put back afterwards. */
static void
spoilt(const char *how, const char *said)
{
	char command[400];
	unsigned char *p = NULL;
	int before = openings();
	struct err e = { 0 };
	size_t n = 0;

	snprintf(command, sizeof command, "f=$(find %s/scans -type f) && cp -p $f %s/kept && %s && echo $f >%s/where", w->home, w->dir, how, w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_false(scan_open(chen, no, "licence_copy", SCAN_ON_SCREEN, &p, &n, &e));
	assert_null(p);
	if (!strstr(e.text, said))
		fail_msg("%s: '%s' says nothing of '%s'", how, e.text, said);
	assert_non_null(strstr(e.text, "backup"));
	assert_int_equal(openings(), before);
	snprintf(command, sizeof command, "cp -p %s/kept $(cat %s/where)", w->dir, w->dir);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	went(scan_open(chen, no, "licence_copy", SCAN_ON_SCREEN, &p, &n, &e), &e);
	scan_wipe(p, n);
	assert_int_equal(openings(), before + 1);
}

static void
a_spoilt_file_is_told_in_words_and_was_not_opened(void **st)
{
	(void)st;
	tr_language("en");
	spoilt("rm $f", "not there");
	spoilt("truncate -s 20 $f", "damaged");
	spoilt("truncate -s 400 $f", "changed");
	spoilt("printf x | dd of=$f bs=1 seek=200 conv=notrunc 2>/dev/null", "changed");
	spoilt("head -c 6000000 /dev/zero >$f", "damaged");
	audit_is_whole(w);
}

static void
an_opening_has_its_words_in_the_history(void **st)
{
	struct history_act *h = NULL;
	size_t n = 0, seen = 0;
	struct err e;

	(void)st;
	tr_language("en");
	went(history_acts(chen, no, &h, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		if (h[i].act == ACT_OPEN_SCAN) {
			if (strcmp(h[i].words, "licence copy, stamped, to a file") != 0)
				assert_string_equal(h[i].words, "licence copy, stamped");
			seen++;
		}
	assert_int_equal(seen, openings());
	free(h);
}

/* ---- a check is taken back ---- */

static void
outcome_is(const char *number, const char *outcome, int by_somebody)
{
	char sql[300];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM material m JOIN application a ON a.id = m.application WHERE a.no = '%s'"
	    " AND m.code = 'licence_copy' AND m.outcome = '%s' AND (m.checked_by IS NOT NULL) = %d", number, outcome, by_somebody);
	assert_int_equal(sql_int(w, sql), 1);
}

static void
a_check_is_taken_back_until_the_application_is_submitted(void **st)
{
	char number[APP_NO_MAX], sql[200];

	(void)st;
	world_draft(w, chen, NULL, number);
	assert_int_equal(ra(w, "chen", "accept", number, NULL), 0);
	assert_int_equal(ra(w, "chen", "material", number, "licence_copy", "pending", NULL), 1);
	assert_non_null(strstr(w->err, "outcome"));
	assert_int_equal(ra(w, "chen", "material", number, "licence_copy", "pass", "--scan", file, "--shelf", "A-3", NULL), 0);
	outcome_is(number, "pass", 1);
	assert_int_equal(ra(w, "li", "material", number, "licence_copy", "pending", NULL), 0);
	outcome_is(number, "pending", 0);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM audit WHERE object = 'application:%s' AND detail = 'licence_copy pending'", number);
	assert_int_equal(sql_int(w, sql), 1);
	/* paper and picture stay where they are */
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE outcome = 'pending' AND shelf = 'A-3' AND scan IS NOT NULL"), 1);
	assert_int_equal(ra(w, "chen", "submit", number, NULL), 1);
	assert_int_equal(ra(w, "chen", "material", number, "licence_copy", "fail", "--reason", "x", NULL), 0);
	assert_int_equal(ra(w, "chen", "material", number, "licence_copy", "pending", NULL), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE reason IS NOT NULL"), 0);
	world_submitted(w, chen, NULL, number);
	assert_int_equal(ra(w, "huang", "material", number, "licence_copy", "pending", NULL), 1);
	outcome_is(number, "pass", 1);
	assert_int_equal(ra(w, "huang", "material", number, "licence_copy", "fail", "--reason", "章不清", NULL), 0);
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_written_to_a_file_for_those_who_may_and_each_time_is_on_the_audit),
		cmocka_unit_test(a_file_that_is_there_is_left_alone_unless_it_is_said),
		cmocka_unit_test(a_spoilt_file_is_told_in_words_and_was_not_opened),
		cmocka_unit_test(an_opening_has_its_words_in_the_history),
		cmocka_unit_test(a_check_is_taken_back_until_the_application_is_submitted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
