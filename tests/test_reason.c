/* What was said before is offered again: reasons, the service of a new application, the printer; and a long history of an
 * application stalls nobody. */
#include "tests/clerk.h"
#include "tests/plans.h"

#include "ra/desk.h"
#include "ra/history.h"
#include "ra/reason.h"
#include "ra/stock.h"
#include "forms/tr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define UNSTAMPED "营业执照复印件未盖章"
#define UNCLEAR "经办人身份证看不清"
#define OTHER "地址与营业执照不一致"

static struct world *w;
static struct office *chen, *huang, *zhou;
static char no[APP_NO_MAX];

static void
turned_back(struct office *by, const char *why)
{
	char number[APP_NO_MAX];
	struct err e;

	world_submitted(w, chen, NULL, number);
	went(desk_step(by, number, 0, ACT_RETURN, why, &e), &e);
}

static int
set_up(void **state)
{
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	zhou = world_member(w, "zhou");
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e), &e);
	turned_back(huang, UNSTAMPED);
	turned_back(huang, UNSTAMPED);
	turned_back(zhou, OTHER);
	turned_back(huang, UNCLEAR);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(huang);
	office_close(zhou);
	world_free(w);
	return 0;
}

static void
usual_are(struct office *o, enum reason_kind kind, const char *of, const char *const *expected, size_t n)
{
	struct reasons r;
	struct err e;

	went(reasons_usual(o, kind, of, &r, &e), &e);
	assert_int_equal(r.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(r.text[i], expected[i]);
}

static void
one_s_own_last_stands_first_then_what_is_given_most(void **st)
{
	(void)st;
	usual_are(huang, REASON_TURN, "return", (const char *const[]){ UNCLEAR, UNSTAMPED, OTHER }, 3);
	usual_are(zhou, REASON_TURN, "return", (const char *const[]){ OTHER, UNSTAMPED, UNCLEAR }, 3);
	/* who never gave one gets the hall's */
	usual_are(chen, REASON_TURN, "return", (const char *const[]){ UNSTAMPED, UNCLEAR, OTHER }, 3);
	usual_are(huang, REASON_TURN, "refuse", NULL, 0);
	plans_are_by_key(w, huang->db, (const char *const[]){ "FROM scheme WHERE scheme = :scheme", NULL });
}

static void
why_a_material_failed_stays_on_record_when_it_is_put_right(void **st)
{
	struct history_act *h = NULL;
	size_t n = 0, told = 0;
	struct err e;

	(void)st;
	assert_int_equal(ra(w, "chen", "material", no, "licence_copy", "fail", "--reason", UNSTAMPED, NULL), 0);
	assert_int_equal(ra(w, "chen", "material", no, "licence_copy", "fail", "--reason", UNSTAMPED, "--shelf", "A-3", NULL), 0);
	assert_int_equal(ra(w, "chen", "material", no, "licence_copy", "pass", NULL), 0);
	assert_int_equal(ra(w, "chen", "material", no, "agent_id_copy", "fail", "--reason", UNCLEAR, NULL), 0);
	usual_are(chen, REASON_TURN, "material", (const char *const[]){ UNCLEAR, UNSTAMPED }, 2);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM turn WHERE act = 'material'"), 2);
	tr_language("en");
	went(history_acts(chen, no, &h, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		if (h[i].act == ACT_MATERIAL && strstr(h[i].words, "fail; "))
			told++;
		else
			assert_null(strstr(h[i].words, UNSTAMPED));
	assert_int_equal(told, 2);
	free(h);
	audit_is_whole(w);
}

static void
what_the_program_writes_of_a_token_is_no_reason(void **st)
{
	struct err e;

	(void)st;
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "2", NULL), 0);
	sql_int(w, "SELECT serial FROM token ORDER BY id LIMIT 1");
	w->out[strcspn(w->out, "\n")] = '\0';
	went(stock_move(chen, w->out, TOKEN_DAMAGED, "外壳破裂", &e), &e);
	sql_int(w, "INSERT INTO token_move(token, n, from_state, to_state, at, staff, why) SELECT token, 9, 'active',"
	    " 'damaged', at + 9, staff, (SELECT min(no) FROM application) FROM token_move WHERE to_state = 'damaged'");
	usual_are(chen, REASON_MOVE, "damaged", (const char *const[]){ "外壳破裂" }, 1);
	sql_int(w, "DELETE FROM token_move WHERE n = 9");
}

static void
a_reason_is_taken_by_down_and_changed_as_needed(void **st)
{
	char number[APP_NO_MAX];
	struct term *t;

	(void)st;
	world_submitted(w, chen, NULL, number);
	t = clerk_at_work(w, "huang", 24, 80);
	term_hide(t, number, "DG01YYMMDD000060");
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, number);
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_see(t, UNSTAMPED);
	term_type(t, "另");
	term_press(t, VTERM_KEY_DOWN);
	term_press(t, VTERM_KEY_DOWN);
	term_picture(t, "reason-offered-80x24");
	/* up again to what was typed, and down once more */
	term_press(t, VTERM_KEY_UP);
	term_press(t, VTERM_KEY_UP);
	term_see(t, "[另");
	term_press(t, VTERM_KEY_DOWN);
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "，请补盖");
	term_press(t, VTERM_KEY_FUNCTION(2));
	state_is(w, number, "received");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM turn WHERE why = '" UNSTAMPED "，请补盖'"), 1);
	term_free(t);
	/* at a material: the fields keep their arrows, the last one goes on into the list */
	t = clerk_at_work(w, "chen", 24, 80);
	term_hide(t, no, "DG01YYMMDD000010");
	term_type(t, no);
	term_type(t, "\r");
	term_see(t, "材料");
	term_type(t, "-");
	term_see(t, UNCLEAR);
	for (int i = 0; i < 5; i++)
		term_press(t, VTERM_KEY_DOWN);
	term_picture(t, "material-fail-80x24");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM material WHERE outcome = 'fail' AND reason = '" UNCLEAR "'"), 2);
	term_free(t);
}

static void
a_correction_is_asked_with_what_is_wrong_already_written(void **st)
{
	char number[APP_NO_MAX];
	struct term *t;
	struct err e;

	(void)st;
	world_draft(w, chen, NULL, number);
	went(desk_accept(chen, number, 0, &e), &e);
	t = clerk_at_work(w, "chen", 24, 80);
	term_type(t, number);
	term_type(t, "\r");
	term_type(t, "+-");
	term_type(t, "\033");			/* a failure needs its reason: not yet */
	term_type(t, "-");
	for (int i = 0; i < 4; i++)
		term_press(t, VTERM_KEY_DOWN);
	term_type(t, "复印件未盖章");
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "*");
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "c");
	term_type(t, "。");
	term_press(t, VTERM_KEY_FUNCTION(2));
	state_is(w, number, "correction");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM turn WHERE why = '营业执照或有效证件复印件（盖章）：复印件未盖章；缺经办人身份证复印件"
	    "（盖章）。'"), 1);
	term_free(t);
}

static void
a_new_application_begins_with_what_the_member_took_last_in_an_earlier_session_too(void **st)
{
	struct term *t;

	(void)st;
	/* li has entered nothing yet */
	t = clerk_at_work(w, "li", 24, 80);
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "[现场");
	term_type(t, "\x1b");
	term_free(t);
	assert_int_equal(ra(w, "li", "apply", world_form(w, "\"channel\": \"mail\""), NULL), 0);
	t = clerk_at_work(w, "li", 24, 80);
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "[邮寄");
	term_free(t);
}

static void
a_printer_is_chosen_once_and_offered_the_next_time(void **st)
{
	static const char lp[] = "#!/bin/sh\necho \"$@\" >\"${0%/*}/../lp.args\"; cat >/dev/null; echo \"request id is hall-7 (1 file(s))\"\n";
	char path[4400], before[4300], line[APP_NO_MAX + 2];
	struct term *t;

	(void)st;
	snprintf(path, sizeof path, "%s/bin", w->dir);
	mkdir(path, 0700);
	chmod(world_file(w, "bin/lp", lp), 0700);
	snprintf(before, sizeof before, "%s", getenv("PATH"));
	snprintf(path, sizeof path, "%s/bin:%s", w->dir, before);
	setenv("PATH", path, 1);
	t = clerk_at_work(w, "chen", 24, 80);
	setenv("PATH", before, 1);
	snprintf(line, sizeof line, "%s\r", no);
	term_type(t, line);
	term_type(t, "\x10");		/* Ctrl-P */
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "a b\r");
	term_see(t, "不是打印队列名");
	term_press(t, VTERM_KEY_UP);
	term_type(t, "\x15hall\r9\r");
	term_see(t, "份数为 1 至 5");
	term_press(t, VTERM_KEY_UP);
	term_type(t, "\x15" "3\r");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "已打印到 hall", 20000));
	assert_non_null(strstr(world_read(w, "lp.args"), "-d hall"));
	assert_int_equal(sql_int(w, "SELECT copies FROM printjob ORDER BY id DESC LIMIT 1"), 3);
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see(t, "[hall");
	term_see(t, "[3 ");
	term_free(t);
}

/* ---- a long history ---- */

static void
ten_thousand_acts_of_one_application_are_read_without_a_stall(void **st)
{
	char sql[600], line[APP_NO_MAX + 2];
	struct term *t;
	double from;

	(void)st;
	snprintf(sql, sizeof sql, "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 10000) INSERT INTO audit SELECT 'ZZ', i,"
	    " at + i, staff, station, act, object, detail, digest, previous, hash, staff_key, signature FROM k,"
	    " (SELECT * FROM audit WHERE object = 'application:%s' AND act = 'material' ORDER BY seq LIMIT 1)", no);
	sql_int(w, sql);
	t = clerk_at_work(w, "li", 24, 80);
	snprintf(line, sizeof line, "%s\r", no);
	term_type(t, line);
	term_press(t, VTERM_KEY_LEFT);
	term_press(t, VTERM_KEY_LEFT);
	term_see(t, "录入申请");
	term_press(t, VTERM_KEY_END);
	term_see(t, "核验材料");
	from = seconds_now();
	for (int i = 0; i < 100; i++)
		term_press(t, i % 2 ? VTERM_KEY_PAGEUP : VTERM_KEY_DOWN);
	from = seconds_now() - from;
	print_message("a key in a history of 10,000 acts: %.2f ms\n", from * 10);
	assert_true(from < 5);
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_s_own_last_stands_first_then_what_is_given_most),
		cmocka_unit_test(why_a_material_failed_stays_on_record_when_it_is_put_right),
		cmocka_unit_test(what_the_program_writes_of_a_token_is_no_reason),
		cmocka_unit_test(a_reason_is_taken_by_down_and_changed_as_needed),
		cmocka_unit_test(a_correction_is_asked_with_what_is_wrong_already_written),
		cmocka_unit_test(a_new_application_begins_with_what_the_member_took_last_in_an_earlier_session_too),
		cmocka_unit_test(a_printer_is_chosen_once_and_offered_the_next_time),
		cmocka_unit_test(ten_thousand_acts_of_one_application_are_read_without_a_stall),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
