/* The search for everything and the organisation's screen, as a clerk uses them on a terminal. */
#include "ra/application.h"
#include "ra/history.h"
#include "ra/issue.h"
#include "tests/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static char closed[APP_NO_MAX], open_one[APP_NO_MAX], other[APP_NO_MAX];
static char serial[64], tail[16], token[40], credit[80], day[11], end[11];

static int
set_up(void **state)
{
	struct application *a = calloc(1, sizeof *a);
	struct office *chen, *huang;
	char edits[200];
	int64_t to;
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "2", NULL), 0);
	world_approved(w, chen, huang, closed);
	assert_int_equal(ra(w, "huang", "issue", closed, NULL), 0);
	assert_int_equal(ra(w, "huang", "show", closed, "--json", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	snprintf(token, sizeof token, "%s", out_value(w, "token"));
	assert_true(when_parse_iso(out_value(w, "not_after"), &to));
	day_show(day_of(to), end);
	day_show(day_of(when_now()), day);
	snprintf(tail, sizeof tail, "..%s", serial + strlen(serial) - 8);
	assert_int_equal(ra(w, "li", "deliver", closed, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	went(application_load(chen, closed, a, &e), &e);
	snprintf(credit, sizeof credit, "%s", a->record.org.credit_code);
	snprintf(edits, sizeof edits, "\"org.credit_code\": \"%s\"", credit);
	world_draft(w, chen, edits, open_one);
	world_draft(w, chen, "\"org.name\": \"广州市珠江（南沙）投资有限公司\", \"agent.name\": \"欧阳锋\", \"agent.mobile\": \"13912345678\","
	    " \"agent.id_no\": \"440106198001010051\"", other);
	free(a);
	office_close(chen);
	office_close(huang);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

static struct term *
at_find(const char *login, int rows, int cols)
{
	struct term *t = clerk_at_work(w, login, rows, cols);

	term_hide(t, closed, "DG01YYMMDD000010");
	term_hide(t, open_one, "DG01YYMMDD000028");
	term_hide(t, other, "DG01YYMMDD000036");
	term_hide(t, serial, "CERTCERTCERTCERTCERTCERTCERTCERT");
	term_hide(t, tail, "..CERTCERT");
	term_hide(t, token, "t0ken-the-first0");
	term_hide(t, day, "YYYY-MM-DD");
	term_hide(t, end, "YYYY-MM-DD");
	/* two years, with a leap day or without */
	term_hide(t, "730天", "NNN天");
	term_hide(t, "731天", "NNN天");
	term_hide(t, " 730 天", " NNN 天");
	term_hide(t, " 731 天", " NNN 天");
	term_press(t, VTERM_KEY_FUNCTION(3));
	return t;
}

/* A search runs in a thread of its own: what it finds comes a moment after the key. */
static void
comes(struct term *t, const char *text)
{
	if (!term_awaits(t, text, 5000))
		term_see(t, text);
}

static void
what_is_typed_is_found_key_by_key_and_enter_opens_it(void **st)
{
	struct term *t = at_find("chen", 24, 80);

	(void)st;
	term_picture(t, "find-empty-80x24");
	term_type(t, "松");
	comes(t, "再输入一个字");	/* one character is not enough */
	term_type(t, "湖");
	comes(t, "东莞市松湖精密制造有限公司");
	comes(t, credit);
	term_press(t, VTERM_KEY_BACKSPACE);
	term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, "南沙 投资");
	comes(t, "广州市珠江（南沙）投资");
	term_see_not(t, "松湖");
	/* Esc takes back what is typed, then leaves */
	term_type(t, "\x1b");
	term_see_not(t, "南沙");
	term_type(t, "139 1234 5678");
	comes(t, "欧阳锋");
	term_see_not(t, "13912345678");
	term_type(t, "\r");
	comes(t, "广州市珠江（南沙）投资有限公司");
	comes(t, "139****5678");	/* the application's screen */
	term_type(t, "\x1b");
	comes(t, "139 1234 5678");
	term_free(t);
}

/* Who comes back from what was found has done with it: the next number stands alone, and what stood there can still be changed. */
static void
what_is_typed_after_a_look_elsewhere_is_another_search(void **st)
{
	struct term *t = at_find("chen", 24, 80);

	(void)st;
	term_type(t, token);
	term_type(t, "\r");
	comes(t, "调拨记录");
	term_press(t, VTERM_KEY_FUNCTION(4));		/* what a service is wanted on is not moved in the stock */
	comes(t, "办理证书业务");
	term_type(t, "\x1b");
	term_press(t, VTERM_KEY_FUNCTION(3));
	comes(t, "直接输入即开始新的查找");
	term_type(t, "南沙");
	comes(t, "广州市珠江（南沙）投资");
	term_see_not(t, token);
	term_see_not(t, "直接输入");
	term_type(t, "\r");
	comes(t, "欧阳锋");
	term_type(t, "\x1b");
	comes(t, "直接输入即开始新的查找");
	term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, "方");
	comes(t, "没有找到");
	term_see(t, "南方");
	term_press(t, VTERM_KEY_FUNCTION(3));		/* here already: another one begins */
	term_type(t, "松湖");
	comes(t, credit);
	term_see_not(t, "南方");
	term_free(t);
}

static void
every_kind_of_number_opens_its_own_screen(void **st)
{
	struct term *t = at_find("li", 40, 120);

	(void)st;
	term_type(t, serial);
	comes(t, tail);
	term_picture(t, "find-serial-120x40");
	term_type(t, "\r");
	comes(t, "证书沿革");
	term_type(t, "\x1b\x1b");
	term_type(t, token);
	term_type(t, "\r");
	comes(t, token);
	comes(t, "在用");
	term_type(t, "\x1b\x1b");
	/* typed ahead: Enter before the answer opens what comes */
	term_send(t, closed + strlen(closed) - 5);
	term_type(t, "\r");
	comes(t, "已办结");
	term_type(t, "\x1b\x1b");
	/* nothing typed: what was opened last stands there */
	comes(t, "最近打开");
	term_picture(t, "find-recent-120x40");
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "\r");
	comes(t, token);
	term_free(t);
}

static void
an_identity_number_waits_for_enter_and_is_noted(void **st)
{
	struct term *t = at_find("chen", 24, 80);
	int before = sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id'");

	(void)st;
	term_type(t, "440106198001010051");
	comes(t, "查找会记入审计");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id'"), before);
	term_type(t, "\r");
	comes(t, "欧阳锋");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id'"), before + 1);
	term_type(t, "\x1b");
	term_type(t, "440106198001010052\r");
	comes(t, "没有找到");
	term_free(t);
	t = at_find("wu", 24, 80);
	term_type(t, "440106198001010051\r");
	comes(t, "财务");	/* finance may not: the refusal names the roles */
	term_see_not(t, "欧阳锋");
	term_free(t);
}

static void
an_organisation_stands_on_one_screen_with_all_it_had(void **st)
{
	struct term *t = at_find("chen", 24, 80);

	(void)st;
	term_type(t, credit);
	comes(t, "松湖");
	term_type(t, "\r");
	comes(t, "全部经过");
	comes(t, open_one);
	comes(t, token);
	comes(t, "刷卡");
	term_resize(t, 40, 120);
	term_press(t, VTERM_KEY_DOWN);
	term_type(t, "\r");
	comes(t, "已办结");		/* the older application */
	term_type(t, "\x1b");
	term_press(t, VTERM_KEY_FUNCTION(6));
	term_type(t, "\r");
	comes(t, "证书沿革");
	term_type(t, "o");
	comes(t, "全部经过");
	term_free(t);
}

static void
a_service_is_begun_from_a_certificate_and_its_form_is_filled(void **st)
{
	struct term *t = at_find("chen", 24, 80);
	int opened = sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_id'");

	(void)st;
	term_type(t, credit);
	term_type(t, "\r");
	term_press(t, VTERM_KEY_FUNCTION(6));
	term_press(t, VTERM_KEY_FUNCTION(4));
	comes(t, "办理证书业务");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_id'"), opened);
	term_type(t, "2");
	comes(t, "补办");
	comes(t, "原因");
	term_type(t, "\r1");
	comes(t, "遗失");
	term_press(t, VTERM_KEY_FUNCTION(2));
	comes(t, "补办-遗失  现场");
	comes(t, "13800138000");
	/* the numbers that the form shows are on the audit */
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'open_id'"), opened + 1);
	term_press(t, VTERM_KEY_FUNCTION(2));
	comes(t, "50.00");
	comes(t, "已受理");
	term_free(t);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application WHERE service = 'replace' AND reason = 'lost'"), 1);
}

static void
what_a_certificate_cannot_have_done_is_not_offered_or_told_in_the_dialog(void **st)
{
	struct term *t = at_find("li", 24, 80);

	(void)st;
	/* the one before: it is on hold, and a replacement is on its way */
	term_type(t, serial);
	term_type(t, "\r");
	comes(t, "冻结");
	term_press(t, VTERM_KEY_FUNCTION(4));
	comes(t, "办理证书业务");
	term_see_not(t, "更新");		/* not of one on hold */
	term_picture(t, "service-hold-80x24");
	term_type(t, "1\r1");
	comes(t, "遗失");
	term_press(t, VTERM_KEY_FUNCTION(2));
	comes(t, "先办结或撤回");		/* the dialog stays, with the reason of the refusal */
	comes(t, "办理证书业务");
	term_free(t);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application WHERE service = 'replace'"), 1);
	assert_int_equal(sql_int(w, "UPDATE certificate SET state = 'revoked', revoked_at = not_before, reason = 5; SELECT changes()"), 1);
	t = at_find("li", 24, 80);
	term_type(t, serial);
	term_type(t, "\r");
	comes(t, "已注销");
	term_press(t, VTERM_KEY_FUNCTION(4));
	comes(t, "没有可办理的业务");
	term_free(t);
	/* who takes no applications is not offered it */
	t = at_find("wu", 24, 80);
	term_type(t, serial);
	term_type(t, "\r");
	comes(t, "已注销");
	term_see_not(t, "F4业务");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_found_key_by_key_and_enter_opens_it),
		cmocka_unit_test(what_is_typed_after_a_look_elsewhere_is_another_search),
		cmocka_unit_test(every_kind_of_number_opens_its_own_screen),
		cmocka_unit_test(an_identity_number_waits_for_enter_and_is_noted),
		cmocka_unit_test(an_organisation_stands_on_one_screen_with_all_it_had),
		cmocka_unit_test(a_service_is_begun_from_a_certificate_and_its_form_is_filled),
		cmocka_unit_test(what_a_certificate_cannot_have_done_is_not_offered_or_told_in_the_dialog),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
