/* Services that come online by keys: Zhaoqing, whose holders nobody meets; what is made goes by courier. */
#include "forms/when.h"
#include "tests/by_keys.h"
#include "tests/gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct life l;

#define HOLDER "\"scheme\": \"zhaoqing\", \"channel\": \"online\", \"years\": 1, \"org.name\": \"肇庆市西江物流有限公司\"," \
	" \"org.legal_rep\": \"何志刚\", \"org.legal_rep_id_kind\": \"resident_id\", \"org.legal_rep_id_no\": \"441900197903050134\"," \
	" \"seal.name\": \"肇庆市西江物流有限公司\", \"seal.type\": \"official\", \"recipient.name\": \"何志刚\"," \
	" \"recipient.phone\": \"13922880022\", \"recipient.address\": \"肇庆市端州区星湖大道18号\""

static const struct by_keys rows[] = {
	{ .name = "replace damaged, online", .holder = HOLDER, .begin = "2 Enter 2", .form = "", .pay = "1 Enter Enter 5001",
	    .courier = true, .words = "补办", .old_state = "revoked", .old_listed = 4, .made = NEW_TOKEN },
	{ .name = "change, online", .holder = HOLDER, .begin = "3", .form = "^U 肇庆市西江智慧物流有限公司", .pay = "1 Enter Enter 5002",
	    .courier = true, .words = "肇庆市西江智慧物流有限公司", .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "unlock, online", .holder = HOLDER, .begin = "4", .form = "", .pay = "1 Enter Enter 5003", .courier = true,
	    .words = "解锁", .old_state = "valid", .old_listed = -1, .made = UNLOCKED },
	{ .name = "renew in its window, online", .holder = HOLDER, .ends = 50 * 86400, .begin = "1", .form = "1", .pay = "2 Enter Enter 5004",
	    .courier = true, .words = "无差异", .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew after expiry, online", .holder = HOLDER, .ends = -60, .begin = "1", .form = "1", .pay = "2 Enter Enter 5005",
	    .courier = true, .words = "须重新全面核验", .old_state = "expired", .old_listed = -1, .made = SAME_TOKEN },
	{ 0 }
};

/* Its amounts are not published: a supervisor has loaded some. */
static int
ready(void)
{
	char command[400], lines[200];

	snprintf(command, sizeof command, "sed 's/\\(per = \"[a-z]*\"; \\)}/\\1fen = 100; }/' forms/schemes/zhaoqing.cfg > %s/z.cfg",
	    l.w->dir);
	if (run(l.w, "sh", "-c", command, NULL) != 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	gateway_start();
	snprintf(lines, sizeof lines, "language = \"zh\";\ngateway = { url = \"http://127.0.0.1:%d/send\"; timeout_s = 5; };", gateway.port);
	world_conf(l.w, "ra.conf", "language = \"zh\";", lines);
	snprintf(command, sizeof command, "%s/z.cfg", l.w->dir);
	l.method = "wechat";
	return ra(l.w, "liang", "scheme", "load", command, NULL);
}

static void
services_online_go_their_road_by_keys(void **state)
{
	(void)state;
	by_keys(&l, rows);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
keys(struct term *t, const char *keys)
{
	walk_keys(t, (const struct number[]){ { 0 } }, keys);
}

/* Nobody comes and nothing is brought: the code to the registered phone is the holder's will. */
static void
a_revocation_online_is_proven_by_the_code_that_is_typed(void **state)
{
	static const struct by_keys revocation = { .name = "revoke, online", .holder = HOLDER, .begin = "5", .form = "",
	    .words = "注销", .old_state = "revoked", .old_listed = 5 };
	struct holder old, h;
	struct term *t;

	(void)state;
	life_holder(&l, revocation.holder, &old);
	h = old;
	by_keys_apply(&l, &revocation, &h);
	t = by_keys_at_work(&l, "chen");
	clerk_takes(t, "受理中 1");
	term_hide(t, h.no, "DG01YYMMDD000010");
	term_hide(t, "1分", "0分");
	keys(t, "F4");
	term_see_not(t, "提交复查");		/* not before the will is proven */
	keys(t, "Enter");
	assert_true(term_awaits(t, "138****8000", BY_KEYS_MS));
	term_picture(t, "code-80x24");
	keys(t, strcmp(gateway_code(), "000000") == 0 ? "111111 F2" : "000000 F2");
	assert_true(term_awaits(t, "验证码不正确", BY_KEYS_MS));
	term_picture(t, "code-wrong-80x24");
	keys(t, "^U");
	keys(t, gateway_code());
	keys(t, "F2");
	assert_true(term_awaits(t, "办理意愿已核实", BY_KEYS_MS));
	keys(t, "F4 Enter");
	assert_true(term_awaits(t, "待复查", BY_KEYS_MS));
	state_is(l.w, h.no, "review");
	by_keys_approve(&l, &revocation, &h);
	by_keys_carry(&l, &revocation, &h);
	state_is(l.w, h.no, "closed");
	life_is(&l, old.serial, "revoked", 5);
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

/* A holder of another CA's token comes new: everything is typed, the old serial is recorded, a token of this scheme is sent. */
static void
a_swap_is_typed_and_sent(void **state)
{
	static const struct by_keys swap = { .name = "swap, online", .pay = "1 Enter Enter 5010", .courier = true, .words = "UKey更换",
	    .made = NEW_TOKEN };
	struct holder h = { 0 };
	struct term *t;

	(void)state;
	t = by_keys_at_work(&l, "chen");
	keys(t, "F2 4 Tab 7 Tab Tab SZCA20190017 F2");
	assert_true(term_awaits(t, "法定代表人证件类型", BY_KEYS_MS));
	keys(t, "1 Enter 肇庆市端州砚石有限公司 Enter 91350100M000100Y43 Enter 何志刚 Enter 1 Enter 441900197903050134 Enter 何志刚 Enter"
	    " 13922880022 Enter Enter 441900197903050134 Enter 肇庆市端州砚石有限公司 Enter 1 Enter");
	keys(t, "何志刚 Enter 13922880022 Enter 肇庆市端州区星湖大道18号 F2");
	if (!term_awaits(t, "继续核验材料", BY_KEYS_MS))
		term_see(t, "继续核验材料");
	sql_int(l.w, "SELECT no FROM application ORDER BY id DESC LIMIT 1");
	snprintf(h.no, sizeof h.no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	by_keys_submit(&l, &swap, &h);
	by_keys_approve(&l, &swap, &h);
	by_keys_carry(&l, &swap, &h);
	by_keys_hand(&l, &swap);
	state_is(l.w, h.no, "closed");
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, h.serial) && life_pin_opens(&l, h.token, "12345678"));
	assert_int_equal(ra(l.w, "huang", "show", h.no, "--json", NULL), 0);
	assert_string_equal(out_value(l.w, "old_serial"), "SZCA20190017");
	/* the same one again is refused before anything is typed */
	t = by_keys_at_work(&l, "chen");
	keys(t, "F2 4 Tab 7 Tab Tab SZCA20190017 F2");
	assert_true(term_awaits(t, "已更换过", BY_KEYS_MS));
	term_see_not(t, "法定代表人证件类型");
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

static void
a_renewal_before_its_window_is_refused_with_the_day_that_opens_it(void **state)
{
	struct holder h;
	struct term *t;
	char day[11];

	(void)state;
	life_holder(&l, HOLDER, &h);
	day_show(day_of(h.not_after - 60 * INT64_C(86400)), day);
	t = by_keys_at_work(&l, "chen");
	keys(t, "F3");
	keys(t, h.code);
	assert_true(term_awaits(t, "单位 ", BY_KEYS_MS));
	keys(t, "Enter F4 1 F2");
	assert_true(term_awaits(t, day, BY_KEYS_MS));
	by_keys_at_work(&l, NULL);
}

/* What the portal sent waits as a draft; the hall accepts, looks at the scans, takes the portal's payment and sends the token. */
static void
an_order_of_the_portal_is_worked_through(void **state)
{
	static const struct by_keys order = { .name = "replace, ordered at the portal", .pay = "1 Enter Enter 5011", .courier = true, .words = "补办" };
	struct holder old, h;
	struct term *t;
	char json[300];

	(void)state;
	life_holder(&l, HOLDER, &old);
	h = old;
	snprintf(json, sizeof json, "{\"scheme\": \"zhaoqing\", \"service\": \"replace\", \"channel\": \"online\", \"reason\": \"damaged\","
	    " \"old_serial\": \"%s\"}", old.serial);
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "order.json", json), NULL), 0);
	snprintf(h.no, sizeof h.no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	t = by_keys_at_work(&l, "chen");
	clerk_takes(t, "受理中 1");
	term_see(t, "草稿");
	keys(t, "F4 Enter");
	assert_true(term_awaits(t, "：已受理", BY_KEYS_MS));
	by_keys_submit(&l, &order, &h);
	by_keys_approve(&l, &order, &h);
	by_keys_carry(&l, &order, &h);
	life_made(&l, &h);
	by_keys_hand(&l, &order);
	state_is(l.w, h.no, "closed");
	assert_true(strcmp(h.serial, old.serial) != 0 && h.not_after == old.not_after && life_verifies(&l, h.serial));
	life_is(&l, old.serial, "revoked", 4);
	assert_true(life_on_token(&l, h.token, h.serial) && life_pin_opens(&l, h.token, "12345678"));
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_of_the_portal_is_worked_through),
		cmocka_unit_test(services_online_go_their_road_by_keys),
		cmocka_unit_test(a_revocation_online_is_proven_by_the_code_that_is_typed),
		cmocka_unit_test(a_swap_is_typed_and_sent),
		cmocka_unit_test(a_renewal_before_its_window_is_refused_with_the_day_that_opens_it),
	};

	return life_run(&l, tests, ready);
}
