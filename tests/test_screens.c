/* The second half of a case at the counter, by keys: review, carrying out, printing, handing over, the audit log. */
#include "ra/desk.h"
#include "tests/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *chen, *huang;

static int
setup(void **state)
{
	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "4", NULL), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	office_close(chen);
	office_close(huang);
	world_free(w);
	return 0;
}

/* As a scanner types it. */
static void
scan(struct term *t, const char *no)
{
	char line[APP_NO_MAX + 2];

	snprintf(line, sizeof line, "%s\r", no);
	term_type(t, line);
	term_see(t, "Ctrl-P");
}

/* As long as one case takes at most: the job's end is awaited, not slept for. */
#define LONG_MS 30000

static void
the_reviewer_approves_by_one_key_and_the_next_one_follows(void **state)
{
	char first[APP_NO_MAX], second[APP_NO_MAX];
	struct term *t;

	(void)state;
	world_submitted(w, chen, NULL, first);
	world_submitted(w, chen, NULL, second);
	t = clerk_at_work(w, "huang", 24, 80);
	term_hide(t, first, "DG01YYMMDD000010");
	term_hide(t, second, "DG01YYMMDD000020");
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, first);
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, second);
	state_is(w, first, "approved");
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "必填");
	term_type(t, "营业执照复印件未盖章");
	term_picture(t, "review-return-80x24");
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "本次已处理 2 件");
	state_is(w, second, "received");
	term_free(t);
}

static void
what_it_was_sent_back_for_is_the_past_once_it_went_on(void **state)
{
	char no[APP_NO_MAX];
	struct term *t;
	struct err e;
	int why, materials, col;

	(void)state;
	world_submitted(w, chen, NULL, no);
	went(desk_step(huang, no, 0, ACT_RETURN, "单位地址与执照不一致", &e), &e);
	t = clerk_at_work(w, "chen", 24, 80);
	scan(t, no);
	term_press(t, VTERM_KEY_LEFT);
	term_see(t, "原因  单位地址与执照不一致");
	term_free(t);
	went(desk_step(chen, no, 0, ACT_SUBMIT, NULL, &e), &e);
	t = clerk_at_work(w, "huang", 24, 80);
	clerk_takes(t, "待复查 1");
	term_see(t, "不予受理");
	term_see_not(t, "原因  单位地址");
	/* above the materials: it is none of theirs */
	assert_true(term_shows(t, "此前意见  单位地址与执照不一致", &why, &col));
	assert_true(term_shows(t, "── 材料", &materials, &col));
	assert_true(why < materials);
	term_press(t, VTERM_KEY_FUNCTION(2));
	state_is(w, no, "approved");
	scan(t, no);
	term_see(t, "此前意见  单位地址与执照不一致");
	term_free(t);
}

static void
who_entered_it_may_look_but_not_decide(void **state)
{
	struct office *liang = world_member(w, "liang");
	char no[APP_NO_MAX];
	struct term *t;

	(void)state;
	world_submitted(w, liang, NULL, no);
	t = clerk_at_work(w, "liang", 24, 80);
	scan(t, no);
	term_see(t, "待复查");
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see_not(t, "复查通过");
	term_free(t);
	office_close(liang);
	state_is(w, no, "review");
}

/* From the queue's tray of what is to be made. */
static void
to_issue(struct term *t)
{
	term_press(t, VTERM_KEY_FUNCTION(6));
	term_press(t, VTERM_KEY_FUNCTION(6));
	term_press(t, VTERM_KEY_FUNCTION(6));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "或请求文件");
}

static void
a_certificate_is_made_seen_step_by_step_printed_and_handed_over(void **state)
{
	char no[APP_NO_MAX];
	struct term *t;
	glob_t g;
	char pattern[200];

	(void)state;
	world_approved(w, chen, huang, no);
	t = clerk_at_work(w, "huang", 24, 80);
	to_issue(t);
	while (!term_shows(t, no, NULL, NULL))
		term_press(t, VTERM_KEY_FUNCTION(6));
	term_hide(t, no, "DG01YYMMDD000030");
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_see(t, "已插入的介质");
	term_press(t, VTERM_KEY_ENTER);
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "已制证", LONG_MS));
	term_see(t, "介质已核验");
	state_is(w, no, "issued");

	term_type(t, "\x10");		/* Ctrl-P */
	term_see(t, "密码信封");
	term_press(t, VTERM_KEY_ENTER);
	assert_true(term_awaits(t, "已存为", LONG_MS));
	snprintf(pattern, sizeof pattern, "%s/print/%s-application*.pdf", w->home, no);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	globfree(&g);
	term_free(t);

	t = clerk_at_work(w, "chen", 24, 80);
	term_hide(t, no, "DG01YYMMDD000030");
	scan(t, no);
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see(t, "交付");
	term_type(t, "d");
	term_type(t, "110105194912310038");
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "不是经办人的");
	term_picture(t, "handover-refused-80x24");
	term_type(t, "\x15" "11010519491231002X");	/* Ctrl-U */
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_see(t, "已交付并办结");
	term_free(t);
	state_is(w, no, "closed");
}

static void
a_silent_ca_loses_nothing_and_the_same_key_goes_on(void **state)
{
	char no[APP_NO_MAX];
	struct term *t;

	(void)state;
	world_approved(w, chen, huang, no);
	t = clerk_at_work(w, "huang", 24, 80);
	to_issue(t);
	/* the console has started the CA where it was not up: silent from here on */
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	while (!term_shows(t, no, NULL, NULL))
		term_press(t, VTERM_KEY_FUNCTION(6));
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "没有丢失", LONG_MS));
	state_is(w, no, "issuing");
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "已制证", LONG_MS));
	term_free(t);
	state_is(w, no, "issued");
	audit_is_whole(w);
}

static void
the_log_is_read_narrowed_and_verified(void **state)
{
	struct term *t = clerk_at_work(w, "he", 40, 120);

	(void)state;
	term_press(t, VTERM_KEY_FUNCTION(10));
	term_type(t, "a");
	term_see(t, "证书签发");
	term_type(t, "退回");
	assert_true(term_awaits(t, "黄婉仪", LONG_MS));
	term_see_not(t, "证书签发");
	term_press(t, VTERM_KEY_FUNCTION(7));
	assert_true(term_awaits(t, "0 处问题", LONG_MS));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "签名密钥");
	term_free(t);
}

static void
what_is_typed_is_looked_for_to_the_beginning_of_the_log(void **state)
{
	char no[APP_NO_MAX];
	struct term *t;

	(void)state;
	world_submitted(w, chen, NULL, no);
	/* what many days leave above the first rows; the screen reads, it does not verify them */
	assert_int_equal(sql_int(w, "WITH RECURSIVE n(i) AS (SELECT max(seq) + 1 FROM audit UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
	    " INSERT INTO audit SELECT a.chain, n.i, a.at, a.staff, a.station, a.act, a.object, a.detail, a.digest, a.previous, a.hash,"
	    " a.staff_key, a.signature FROM n, audit a WHERE a.act = 'submit' AND a.seq = (SELECT max(seq) FROM audit WHERE act = 'submit');"
	    " SELECT max(seq) FROM audit"), 30000);
	t = clerk_at_work(w, "he", 40, 120);
	term_press(t, VTERM_KEY_FUNCTION(10));
	term_type(t, "a");
	term_see(t, "提交复查");
	term_type(t, "证书签发");
	assert_true(term_awaits(t, "黄婉仪", LONG_MS));
	assert_true(term_awaits(t, "日志已全部查完：", LONG_MS));
	term_see_not(t, "提交复查");
	/* a material by the name that the scheme has for it */
	term_press(t, VTERM_KEY_ESCAPE);
	term_see(t, "提交复查");
	term_type(t, "执照");
	assert_true(term_awaits(t, "营业执照或有效证件复印件（盖章）：合格", LONG_MS));
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "营业执照或有效证件复印件（盖章）：合格");
	term_press(t, VTERM_KEY_ESCAPE);
	term_press(t, VTERM_KEY_END);
	term_press(t, VTERM_KEY_PAGEUP);
	term_press(t, VTERM_KEY_HOME);
	term_see(t, "营业执照或有效证件复印件（盖章）：合格");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reviewer_approves_by_one_key_and_the_next_one_follows),
		cmocka_unit_test(what_it_was_sent_back_for_is_the_past_once_it_went_on),
		cmocka_unit_test(who_entered_it_may_look_but_not_decide),
		cmocka_unit_test(a_certificate_is_made_seen_step_by_step_printed_and_handed_over),
		cmocka_unit_test(a_silent_ca_loses_nothing_and_the_same_key_goes_on),
		cmocka_unit_test(the_log_is_read_narrowed_and_verified),
		cmocka_unit_test(what_is_typed_is_looked_for_to_the_beginning_of_the_log),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
