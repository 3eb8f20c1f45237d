/* The rarer services by keys: found and resumed, suspended, added areas and seals, an emergency, users of a package. */
#include "tests/by_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct life l;
static const struct number none[] = { { 0 } };

#define OWN(scheme) "\"scheme\": \"" scheme "\""

static const struct by_keys rows[] = {
	{ .name = "found, counter", .holder = NULL, .held = "lost", .begin = "4", .form = "", .words = "挂失-找回", .old_state = "valid",
	    .old_listed = -1 },
	{ .name = "found, mail", .holder = NULL, .held = "lost", .begin = "4 Enter Enter 2", .form = "", .words = "挂失-找回",
	    .old_state = "valid", .old_listed = -1 },
	{ .name = "add seal, counter", .begin = "6", .form = "东莞市松湖精密制造有限公司 Enter 邓建华 Enter 1 Enter 1 Enter 钟丽萍 Enter 行政主管 Enter 0769-22380831 Enter 1", .pay = "1 Enter Enter 6001", .hand = true, .words = "加办印章",
	    .old_state = "valid", .old_listed = -1 },
	{ 0 }
};
/* In schemes of their own: one that suspends, one that records its area, one that marks it in a new certificate. */
static const struct by_keys own[] = {
	{ .name = "suspend, counter", .holder = OWN("suspends"), .begin = "9 Enter 2", .form = "", .words = "挂失-暂停使用", .old_state = "hold",
	    .old_listed = 6 },
	{ .name = "resume, counter", .holder = OWN("suspends"), .held = "suspend", .begin = "4 Enter 2", .form = "", .words = "挂失-恢复使用",
	    .old_state = "valid", .old_listed = -1 },
	{ .name = "add application, recorded", .begin = "Up 3 Enter 1", .form = "", .pay = "1 Enter Enter 6002", .hand = true,
	    .words = "增开应用", .old_state = "valid", .old_listed = -1 },
	{ .name = "add application, marked", .begin = "Up 2 Enter 1", .form = "", .pay = "1 Enter Enter 6003",
	    .words = "增开应用", .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ 0 }
};

static void
the_rarer_services_go_their_road_by_keys(void **state)
{
	(void)state;
	by_keys(&l, rows);
	life_scheme(&l, "suspends", "");
	life_scheme(&l, "marks", "1.2.156.10260.4.1.77");
	l.scheme = "suspends";
	by_keys(&l, own);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

#define USER(n, name, id, role) "\"user." n ".name\": \"" name "\", \"user." n ".id_no\": \"" id "\", \"user." n \
	".mobile\": \"13922880055\", \"user." n ".role\": \"" role "\""

static int
of_users(const char *no, const char *name)
{
	char what[200];

	snprintf(what, sizeof what, "c.state = 'valid' AND c.subject LIKE '%%CN=%s%%'", name);
	return life_certificates(&l, no, what);
}

/* A package typed at the counter, then two users more: each gets a certificate and a token of their own. */
static void
users_of_a_package_are_added_by_keys(void **state)
{
	static const struct by_keys added = { .name = "add users, online", .pay = "1 Enter Enter 6010", .words = "增加授权" };
	struct holder h = { .code = "91350100M000100Y43" };
	char package[APP_NO_MAX];
	struct term *t;

	(void)state;
	life_ordered(&l, "{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 2, \"ca\": \"netca\","
	    " \"org.name\": \"广州市云山软件有限公司\", \"org.credit_code\": \"91350100M000100Y43\", \"org.legal_rep\": \"邓建华\","
	    " \"org.region\": \"广东省广州市\", \"org.address\": \"广州市天河区龙口西路1号\", \"agent.name\": \"刘晓彤\","
	    " \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"package\": \"org1\", \"auth_way\": \"face\", "
	    USER("1", "刘晓彤", "11010519491231002X", "administrator") "}", package);
	t = by_keys_at_work(&l, "huang");
	clerk_takes(t, "待制证 1");
	walk_keys(t, none, "F2");
	assert_true(term_awaits(t, "F6 办下一件", BY_KEYS_MS));
	by_keys_hand(&l, &added);
	t = by_keys_at_work(&l, "chen");
	walk_keys(t, none, "F3 91350100M000100Y43");
	assert_true(term_awaits(t, "单位 ", BY_KEYS_MS));
	walk_keys(t, none, "Enter F4");
	term_see(t, "本单位");
	term_see(t, "请选定证书");
	walk_keys(t, none, "End F4 4 F2");
	assert_true(term_awaits(t, "授权用户姓名", BY_KEYS_MS));
	walk_keys(t, none, "1 Enter Enter Enter Enter Enter 黎伟强 Enter Enter 440103198501010518 Enter 13922880055 Enter Enter Enter"
	    " 钟丽萍 Enter 1 Enter 440524188001010014 Enter 13922880056 Enter 2 F2");
	assert_true(term_awaits(t, "继续核验材料", BY_KEYS_MS));
	sql_int(l.w, "SELECT no FROM application ORDER BY id DESC LIMIT 1");
	snprintf(h.no, sizeof h.no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	by_keys_submit(&l, &added, &h);
	by_keys_approve(&l, &added, &h);
	by_keys_carry(&l, &added, &h);
	state_is(l.w, h.no, "issued");
	assert_int_equal(of_users(h.no, "黎伟强"), 1);
	assert_int_equal(of_users(h.no, "钟丽萍"), 1);
	assert_int_equal(sql_int(l.w, "SELECT count(DISTINCT i.token) FROM item i JOIN application a ON a.id = i.application WHERE"
	    " a.id = (SELECT max(id) FROM application)"), 2);
	by_keys_hand(&l, &added);
	state_is(l.w, h.no, "closed");
	/* what is closed leads on to a service on one of its certificates */
	t = by_keys_at_work(&l, "chen");
	walk_keys(t, none, h.no);
	walk_keys(t, none, "Enter");
	assert_true(term_awaits(t, "已办结", BY_KEYS_MS));
	walk_keys(t, none, "F4");
	term_see(t, "黎伟强");
	walk_keys(t, none, "2");
	term_see(t, "办理证书业务");
	term_see(t, "钟丽萍");
	walk_keys(t, none, "Esc k 1 o");
	assert_true(term_awaits(t, "全部经过 |", BY_KEYS_MS));
	term_see(t, "广州市云山软件有限公司");
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

/* A supervisor holds, somebody else decides. */
static void
an_emergency_is_two_peoples_work_by_keys(void **state)
{
	struct holder h;
	struct term *t;

	(void)state;
	life_holder(&l, NULL, &h);
	t = by_keys_at_work(&l, "huang");
	walk_keys(t, none, "F3");
	walk_keys(t, none, h.serial);
	assert_true(term_awaits(t, "证书 ", BY_KEYS_MS));
	walk_keys(t, none, "Enter");
	term_see(t, h.serial);
	term_see_not(t, "紧急注销");
	t = by_keys_at_work(&l, "liang");
	walk_keys(t, none, "F3");
	walk_keys(t, none, h.serial);
	assert_true(term_awaits(t, "证书 ", BY_KEYS_MS));
	term_hide(t, h.serial, "0123456789ABCDEF0123456789ABCDEF");
	term_hide(t, h.serial + strlen(h.serial) - 8, "01234567");
	term_hide(t, h.token, "0123456789abcdef");
	term_hide(t, h.code, "91350100M000100Y43");
	term_hide(t, h.no, "DG01YYMMDD000010");
	term_hide(t, "731 天", "NNN 天");
	term_hide(t, "730 天", "NNN 天");
	term_hide(t, "731 days", "NNN days");
	term_hide(t, "730 days", "NNN days");
	walk_keys(t, none, "Enter F12");
	term_see(t, "立即在 CA 冻结");
	term_picture(t, "emergency-80x24");
	term_alt(t, 'l');
	term_picture(t, "emergency-en-80x24");
	term_alt(t, 'l');
	walk_keys(t, none, "F2");
	term_see(t, "必填");
	walk_keys(t, none, "1 F2");
	assert_true(term_awaits(t, "由另一人在复查中决定", BY_KEYS_MS));
	life_is(&l, h.serial, "hold", 6);
	walk_keys(t, none, "Esc");
	term_see(t, "注销: 紧急  待复查");			/* the certificate tells what goes on on it */
	term_picture(t, "certificate-held-80x24");
	walk_keys(t, none, "w");
	assert_true(term_awaits(t, "下一步", BY_KEYS_MS));
	t = by_keys_at_work(&l, "huang");
	clerk_takes(t, "待复查 1");
	term_see(t, "紧急");
	walk_keys(t, none, "F2");
	assert_true(term_awaits(t, "本次已处理 1 件", BY_KEYS_MS));
	life_is(&l, h.serial, "hold", 6);
	t = by_keys_at_work(&l, "huang");
	clerk_takes(t, "待制证 1");
	walk_keys(t, none, "F2");
	assert_true(term_awaits(t, "F6 办下一件", BY_KEYS_MS));
	life_is(&l, h.serial, "revoked", 1);
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

static int
ready(void)
{
	l.method = "wechat";
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_emergency_is_two_peoples_work_by_keys),
		cmocka_unit_test(users_of_a_package_are_added_by_keys),
		cmocka_unit_test(the_rarer_services_go_their_road_by_keys),
	};

	return life_run(&l, tests, ready);
}
