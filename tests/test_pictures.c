/* Pictures of every screen at 80x24 and 120x40, and that each of them changes its language whole (tests/walk.h): the counter. */
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tests/life.h"
#include "tests/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;
static struct holder kept, lost, ended;
static char received[APP_NO_MAX], correction[APP_NO_MAX], review[APP_NO_MAX], approved[APP_NO_MAX], issued[APP_NO_MAX],
    sent[APP_NO_MAX], unlock[APP_NO_MAX], revoke[APP_NO_MAX], draft[APP_NO_MAX], silent[APP_NO_MAX];
static const struct number numbers[] = {
	{ "received", received }, { "correction", correction }, { "review", review }, { "approved", approved }, { "issued", issued },
	{ "sent", sent }, { "unlock", unlock }, { "revoke", revoke }, { "draft", draft }, { "silent", silent }, { 0 }
};

/* What was typed in this hall: the rest of its data are in the scheme and the demo's own files. */
static const char typed[] = "东莞市企石电子有限公司 东莞市石碣电子有限公司 东莞市虎门服装有限公司 东莞市常平物流有限公司 东莞市厚街家具有限公司 东莞市长安五金模具有限公司 "
	"东莞市塘厦高尔夫用品有限公司 东莞市凤岗通信技术有限公司 东莞市清溪光电科技有限公司 东莞市樟木头塑胶原料有限公司 东莞市大朗毛织有限公司 "
	"东莞市松山湖高新技术产业开发区横沥模具科技产业发展有限公司 黄志强 行政经理 李国栋 顺丰速运 营业执照复印件未盖章 不再补办 经办人未获授权 无此";

#define ORG(name) "\"org.name\": \"" name "\""
#define MAIL "\"channel\": \"mail\", \"recipient.name\": \"刘晓彤\", \"recipient.phone\": \"13800138000\", \"recipient.address\": " \
	"\"东莞市松山湖园区科技十路2号\", "

static void
accepted(const char *edits, char no[APP_NO_MAX])
{
	struct err e;

	world_draft(l.w, l.clerk, edits, no);
	went(desk_accept(l.clerk, no, 0, &e), &e);
}

static void
check(const char *no, const char *code, enum material_outcome outcome, unsigned bad, const char *reason)
{
	struct desk_check c = { .code = code, .outcome = outcome, .copies = -1, .bad_points = bad, .reason = reason };
	struct err e;

	went(desk_material(l.clerk, no, 0, &c, &e), &e);
}

static void
issue(const char *no)
{
	struct issue_medium m = { 0 };
	struct err e;

	went(issue_application(l.reviewer, no, 0, &m, &e), &e);
}

static void
step(struct office *o, const char *no, enum act act, const char *reason)
{
	struct err e;

	went(desk_step(o, no, 0, act, reason, &e), &e);
}

static void
a_week_at_the_hall(void)
{
	struct holder h;
	struct err e;
	int made;

	went(stock_add_soft(l.clerk, 8, &made, &e), &e);
	life_holder(&l, ORG("东莞市石碣电子有限公司"), &kept);
	life_holder(&l, ORG("东莞市虎门服装有限公司"), &lost);
	life_holder(&l, ORG("东莞市常平物流有限公司"), &ended);
	h = lost;
	life_accepted(&l, &h, "replace", "lost", NULL);
	step(l.clerk, h.no, ACT_WITHDRAW, "不再补办");
	h = kept;
	life_approved(&l, &h, "unlock", NULL, NULL);
	snprintf(unlock, sizeof unlock, "%s", h.no);
	h = ended;
	life_approved(&l, &h, "revoke", NULL, NULL);
	snprintf(revoke, sizeof revoke, "%s", h.no);
	accepted(ORG("东莞市厚街家具有限公司"), correction);
	check(correction, "licence_copy", MATERIAL_FAIL, 1u << POINT_STAMPED, "营业执照复印件未盖章");
	step(l.clerk, correction, ACT_CORRECT, "营业执照复印件未盖章");
	world_submitted(l.w, l.clerk, ORG("东莞市长安五金模具有限公司"), review);
	world_submitted(l.w, l.clerk, ORG("东莞市塘厦高尔夫用品有限公司"), draft);
	step(l.reviewer, draft, ACT_REFUSE, "经办人未获授权");
	world_submitted(l.w, l.clerk, ORG("东莞市凤岗通信技术有限公司"), approved);
	step(l.reviewer, approved, ACT_APPROVE, NULL);
	world_submitted(l.w, l.clerk, ORG("东莞市企石电子有限公司"), silent);
	step(l.reviewer, silent, ACT_APPROVE, NULL);
	world_submitted(l.w, l.clerk, ORG("东莞市清溪光电科技有限公司"), issued);
	step(l.reviewer, issued, ACT_APPROVE, NULL);
	issue(issued);
	accepted(MAIL ORG("东莞市樟木头塑胶原料有限公司"), sent);
	l.method = "transfer";
	life_check(&l, sent);
	l.method = "card";
	issue(sent);
	went(desk_send(l.clerk, sent, 0, "顺丰速运", "SF1234567890", &e), &e);
	accepted(ORG("东莞市松山湖高新技术产业开发区横沥模具科技产业发展有限公司") ", \"seal.name\": \"东莞市松山湖高新技术产业开发区横沥模具科技产业发展有限公司\","
	    " \"seal.type\": \"official\", \"seal.manager\": \"黄志强\", \"seal.manager_post\": \"行政经理\", \"seal.manager_phone\": \"0769-22380831\","
	    " \"org.legal_rep\": \"李国栋\", \"org.nature\": \"enterprise\", \"seal_notes_read\": true", received);
	check(received, "certificate_form", MATERIAL_PASS, 0, NULL);
	check(received, "licence_copy", MATERIAL_FAIL, 1u << POINT_STAMPED, "营业执照复印件未盖章");
	check(received, "agent_id_copy", MATERIAL_MISSING, 0, NULL);
	world_draft(l.w, l.clerk, ORG("东莞市大朗毛织有限公司"), draft);
}

/* What the two schemes do not publish is put in, so that they take applications. */
static void
set_fees(const char *scheme)
{
	char command[400];

	snprintf(command, sizeof command, "sed -E '/fen =/! s/(on = .* per = \"(year|piece)\";) *\\}/\\1 fen = 10000; }/' forms/schemes/%s.cfg > %s/%s.cfg",
	    scheme, l.w->dir, scheme);
	assert_int_equal(run(l.w, "sh", "-c", command, NULL), 0);
	snprintf(command, sizeof command, "%s/%s.cfg", l.w->dir, scheme);
	if (ra(l.w, "liang", "scheme", "load", command, NULL) != 0)
		fprintf(stderr, "%s", l.w->err);
}

static int
set_up(void **state)
{
	(void)state;
	l = (struct life){ .w = world_new(), .scheme = "dongguan", .channel = "counter", .method = "card" };
	l.clerk = world_member(l.w, "chen");
	l.reviewer = world_member(l.w, "huang");
	set_fees("guangzhou");
	set_fees("zhaoqing");
	a_week_at_the_hall();
	walk_data(typed);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	life_close(&l);
	return 0;
}

static void
hide(struct term *t)
{
	static char password[16][64];
	static char path[160];
	char login[32], role[32];
	FILE *f;

	snprintf(path, sizeof path, "%s/demo-logins", l.w->home);
	f = fopen(path, "re");
	for (int i = 0; f && i < 16 && fscanf(f, "%31s %31s %63s", login, role, password[i]) == 3; i++)
		term_hide(t, password[i], "............");
	if (f)
		fclose(f);
	/* a slow machine, a leap year */
	term_hide(t, " 1分", " 0分");
	term_hide(t, " 1 min", " 0 min");
	term_hide(t, " 730天", " NNN天");	/* with the blank before: a serial may end so */
	term_hide(t, " 731天", " NNN天");
	term_hide(t, " 730 天", " NNN 天");
	term_hide(t, " 731 天", " NNN 天");
	term_hide(t, " 730 d", " NNN d");
	term_hide(t, " 731 d", " NNN d");
}

static void
before_the_login(void **state)
{
	static const struct stop stops[] = {
		{ "login", "", NULL, LOOK_EN },
		{ "login-help", "F1", NULL, 0 },
		{ "login-demo", "Esc F4", NULL, 0 },
		{ "login-wrong", "Esc li Enter wrong-as-can-be Enter", "还可以试", LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, NULL, stops, numbers, hide);
}

static void
the_queue_and_what_stands_everywhere(void **state)
{
	static const struct stop stops[] = {
		{ "queue", "", NULL, LOOK_EN },
		{ "queue-help", "F1", NULL, LOOK_EN },
		{ "menu", "Esc F10", NULL, LOOK_EN },
		{ "password", "p", NULL, 0 },
		{ "quit", "Esc F10 q", NULL, 0 },
		{ "queue-correction", "Esc Right", NULL, 0 },
		{ "queue-issue", "Right", NULL, 0 },
		{ "queue-hand-over", "Right", NULL, 0 },
		{ "queue-on-the-way", "Right", NULL, 0 },
		{ "queue-unfinished", "Right", NULL, 0 },
		{ "queue-mine", "Right", NULL, 0 },
		{ "queue-all", "Right", NULL, LOOK_EN },
		{ "queue-nothing", "无此", NULL, LOOK_EN },
		{ "locked", "Esc F9", NULL, LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "chen", stops, numbers, hide);
}

static void
an_application_in_all_its_tabs(void **state)
{
	static const struct stop stops[] = {
		{ "application-materials", "@received", "缺", LOOK_EN },
		{ "materials-fail", "Down -", NULL, LOOK_EN },
		{ "materials-copies", "Esc c", NULL, 0 },
		{ "payment", "Esc F7", NULL, LOOK_EN },
		{ "application-form", "Esc Left", NULL, LOOK_EN },
		{ "application-opened", "F8", NULL, LOOK_NOT },
		{ "application-money", "Right Right", NULL, LOOK_EN },
		{ "application-items", "Right", NULL, LOOK_EN },
		{ "application-history", "Right", NULL, LOOK_EN },
		{ "steps", "F4", NULL, LOOK_EN },
		{ "reason", "w", NULL, 0 },
		{ "application-help", "Esc F1", NULL, 0 },
		{ "edit", "Esc F4 e", NULL, 0 },
		{ "correction-form", "Esc Esc @correction", NULL, 0 },
		{ "draft-form", "Esc @draft", NULL, 0 },
		{ "sent-history", "Esc @sent Left", NULL, 0 },
		{ "sent-items", "Left", NULL, 0 },
		{ "hand-over", "Esc @issued F4 d", NULL, LOOK_EN },
		{ "hand-over-refused", "110105194912310038 F2", "不是经办人的", 0 },
		{ "send", "Esc F4 k", NULL, LOOK_EN },
		{ "confirm", "Esc Esc @sent F4", NULL, 0 },
		{ "print", "Esc Esc @issued ^P", NULL, LOOK_EN },
		{ "print-file", "F7", NULL, 0 },
		{ 0 }
	};

	(void)state;
	walk(l.w, "chen", stops, numbers, hide);
}

static void
a_new_application_of_each_scheme(void **state)
{
	static const struct stop stops[] = {
		{ "choice-new", "F2", NULL, LOOK_EN },
		{ "choice-renew", "Tab Right", NULL, 0 },
		{ "choice-holder", "F4", NULL, 0 },
		{ "new-dongguan", "Esc Left F2", NULL, LOOK_EN },
		{ "new-dongguan-wrong", "F2", "需要更正", LOOK_EN },
		{ "new-discard", "^X", NULL, 0 },
		{ "choice-list", "y F2 Up Up Space", NULL, 0 },
		{ "new-guangzhou", "Esc 2 Tab Tab 1 F2", NULL, LOOK_EN },
		{ "new-yueqiqian", "^X y F2 3 Tab Tab 1 F2", NULL, LOOK_EN },
		{ "new-zhaoqing", "^X y F2 4 Tab Tab 1 F2", NULL, LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "chen", stops, numbers, hide);
}

static void
the_reviewer(void **state)
{
	static const struct stop stops[] = {
		{ "queue-review", "", NULL, LOOK_EN },
		{ "review", "Enter", NULL, LOOK_EN },
		{ "review-return-asked", "F7", NULL, 0 },
		{ "review-refuse", "Esc F12", NULL, 0 },
		{ "review-help", "Esc F1", NULL, LOOK_NOT },
		{ "carry", "Esc Esc @approved F4 i", NULL, LOOK_EN },
		{ "carry-tokens", "F7", "已插入", 0 },
		{ "carry-done", "Esc F2", "已制证", LOOK_EN },
		{ "carry-unlock", "Esc Esc @unlock F4 i", NULL, LOOK_EN },
		{ "carry-unlocked", "F2", "办下一件", 0 },
		{ "carry-revoke", "Esc Esc @revoke F4 i", NULL, 0 },
		{ "carry-revoked", "F2", "办下一件", LOOK_EN },
		{ "carry-hand-in", "F4", "是否已交回", LOOK_NOT },
		{ "carry-handed-in", "y", "已报废", 0 },
		{ 0 }
	};

	(void)state;
	walk(l.w, "huang", stops, numbers, hide);
}

static void
finding(void **state)
{
	static const struct stop stops[] = {
		{ "find", "F3", NULL, LOOK_EN },
		{ "find-name", "石碣电子", "石碣电子有限公司", LOOK_EN },
		{ "find-nothing", "Esc 无此", "没有", 0 },
		{ "find-identity", "Esc 11010519491231002X", "证件号码", 0 },
		{ "find-applications", "Enter", "石碣", 0 },
		{ 0 }
	};

	(void)state;
	walk(l.w, "li", stops, numbers, hide);
}

static void
the_registers(void **state)
{
	static const struct stop stops[] = {
		{ "supervisor", "", NULL, 0 },
		{ "queue-on-hold", "Right Right Right Right Right", NULL, LOOK_EN },
		{ "certificates-valid", "F10 c Right", NULL, LOOK_EN },
		{ "certificates-days", "F7", NULL, 0 },
		{ "certificate", "Esc 石碣 Enter", NULL, LOOK_EN },
		{ "service-begin", "F4", NULL, LOOK_EN },
		{ "certificate-ca", "Esc F8", "一致", 0 },
		{ "certificate-export", "F7", NULL, 0 },
		{ "organisation", "Esc o", NULL, LOOK_EN },
		{ "organisation-certificates", "Right", NULL, LOOK_EN },
		{ "tokens", "Esc Esc Esc F10 t", NULL, LOOK_EN },
		{ "token-move", "F8", NULL, 0 },
		{ "token-add", "Esc F2", NULL, 0 },
		{ "token", "Esc Enter", NULL, LOOK_EN },
		{ "token-plugged", "Esc Left", "库存状态", LOOK_EN },
		{ "staff", "Esc F10 s", NULL, LOOK_EN },
		{ "staff-account", "Enter", NULL, 0 },
		{ "staff-add", "Esc F2", NULL, LOOK_EN },
		{ "staff-reset", "Esc Down Down Down Enter r", NULL, LOOK_EN },
		{ "staff-rights", "another-one-8 Enter Right", NULL, LOOK_NOT },
		{ "reconcile-agrees", "Esc F10 c F8", "差异", LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "liang", stops, numbers, hide);
}

/* zhou's password was set by the supervisor. */
static void
a_password_of_ones_own(void **state)
{
	static const struct stop stops[] = {
		{ "password-first", "zhou Enter another-one-8 Enter", "再输一次", LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, NULL, stops, numbers, hide);
}

/* Once the console is there, which starts the CA where it is not up. */
static void
silence(struct term *t)
{
	assert_int_equal(ra(l.w, NULL, "ca", "stop", NULL), 0);
	term_hide(t, l.clerk->ca[0].url, "http://127.0.0.1:PORT/pkix/");
}

static void
a_ca_that_is_silent(void **state)
{
	static const struct stop stops[] = {
		{ "carry-silent", "@silent F4 i F2", "没有丢失", LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "huang", stops, numbers, silence);
	assert_int_equal(ra(l.w, NULL, "ca", "start", NULL), 0);
}

static void
a_case_from_its_form_to_its_number(void **state)
{
	static const struct stop stops[] = {
		{ "new-filled", "F2 F2 2 Enter 无此 Enter 91350100M000100Y43 Enter 无此 Enter 0769-22380830 Enter 李国栋 Enter 13800138000"
		    " Enter liu@example.com Enter Enter 11010519491231002X Enter 无此", NULL, 0 },
		{ "accepted", "F2", "已受理", LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "chen", stops, numbers, hide);
}

static void
the_auditor(void **state)
{
	static const struct stop stops[] = {
		{ "audit", "F10 a", NULL, LOOK_EN },
		{ "audit-narrowed", "梁伟雄", "日志已全部查完", LOOK_EN },
		{ "audit-row", "Esc Enter", NULL, LOOK_NOT },
		{ "audit-verified", "Esc F7", "处问题", LOOK_EN },
		{ NULL, "zzz", "处问题", 0 },
		{ "audit-mark", "F2", NULL, LOOK_EN },
		{ 0 }
	};

	(void)state;
	walk(l.w, "he", stops, numbers, hide);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_login),
		cmocka_unit_test(the_queue_and_what_stands_everywhere),
		cmocka_unit_test(an_application_in_all_its_tabs),
		cmocka_unit_test(a_new_application_of_each_scheme),
		cmocka_unit_test(the_reviewer),
		cmocka_unit_test(finding),
		cmocka_unit_test(the_registers),
		cmocka_unit_test(the_auditor),
		cmocka_unit_test(a_password_of_ones_own),
		cmocka_unit_test(a_case_from_its_form_to_its_number),
		cmocka_unit_test(a_ca_that_is_silent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
