/* Every service on a certificate by keys, at the counter and by mail, to the hand-over. */
#include "forms/when.h"
#include "tests/by_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct life l;
static const struct number none[] = { { 0 } };

#define SEAL "\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\"," \
	" \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true," \
	" \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\""

static const struct by_keys rows[] = {
	{ .name = "renew, counter", .wide = true, .holder = SEAL, .begin = "1", .form = "2", .pay = "1 Enter Enter 4711", .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew by CSR, counter", .begin = "1", .form = "1", .pay = "2 Enter Enter 4712", .csr = true, .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = OWN_DEVICE },
	{ .name = "renew, the key goes on, counter", .begin = "1", .form = "5", .pay = "1 Enter Enter 4717", .carry = "Down Down Down y",
	    .same_key = true, .words = "无差异", .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew, mail", .begin = "1 Enter 2", .form = "3", .pay = "4713", .courier = true, .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew after expiry, counter", .ends = -60, .begin = "1", .form = "3", .pay = "1 Enter Enter 4714", .words = "须重新全面核验",
	    .old_state = "expired", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew after expiry, mail", .ends = -60, .begin = "1 Enter 2", .form = "2", .pay = "4718", .courier = true,
	    .words = "须重新全面核验", .old_state = "expired", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "replace lost, counter", .holder = SEAL, .begin = "2 Enter 1", .form = "", .pay = "1 Enter Enter 4715", .words = "补办",
	    .old_state = "revoked", .old_listed = 1, .made = NEW_TOKEN },
	{ .name = "replace damaged, mail", .wide = true, .begin = "2 Enter 2 Enter 2", .form = "", .pay = "4716", .courier = true,
	    .words = "补办", .old_state = "revoked", .old_listed = 4, .made = NEW_TOKEN },
	{ .name = "change, counter", .wide = true, .holder = SEAL, .begin = "3", .form = "^U 东莞市松湖智能制造有限公司", .words = "东莞市松湖智能制造有限公司",
	    .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "change of the legal representative", .holder = SEAL, .begin = "3", .form = "Down Down Down Down ^U 欧阳志刚",
	    .words = "法定代表人  邓建华                     欧阳志刚", .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "change, mail", .begin = "3 Enter 2", .form = "Enter ^U 东莞市南城街道1号", .courier = true, .words = "东莞市南城街道1号",
	    .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "unlock, counter", .wide = true, .begin = "4", .form = "", .words = "解锁", .old_state = "valid", .old_listed = -1, .made = UNLOCKED },
	{ .name = "unlock, mail", .begin = "4 Enter 2", .form = "", .courier = true, .words = "解锁", .old_state = "valid", .old_listed = -1,
	    .made = UNLOCKED },
	{ .name = "revoke, counter", .begin = "5", .form = "", .words = "注销", .old_state = "revoked", .old_listed = 5 },
	{ .name = "revoke, mail", .wide = true, .begin = "5 Enter 3 Enter 2", .form = "", .words = "注销", .old_state = "revoked", .old_listed = 4 },
	{ .name = "report loss, counter", .begin = "7", .form = "", .words = "挂失", .old_state = "hold", .old_listed = 6 },
	{ .name = "report loss, mail", .begin = "7 Enter Enter 2", .form = "", .words = "挂失", .old_state = "hold", .old_listed = 6 },
	{ 0 }
};

static void
every_service_goes_its_road_by_keys(void **state)
{
	(void)state;
	by_keys(&l, rows);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* What the reviewer sends back is corrected in its own form, where it stands, and goes on. */
static void
what_is_sent_back_is_corrected_by_keys(void **state)
{
	static const struct by_keys renewal = { .name = "renew, sent back", .holder = SEAL, .begin = "1", .form = "2",
	    .pay = "1 Enter Enter 4721", .words = "0769-22380999", .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN };
	struct holder h;
	struct term *t;

	(void)state;
	life_holder(&l, renewal.holder, &h);
	by_keys_apply(&l, &renewal, &h);
	by_keys_submit(&l, &renewal, &h);
	t = by_keys_at_work(&l, "huang");
	clerk_takes(t, "待复查 1");
	walk_keys(t, none, "F7 单位电话已改 F2");
	assert_true(term_awaits(t, "本次已处理 1 件", BY_KEYS_MS));
	state_is(l.w, h.no, "received");
	t = by_keys_at_work(&l, "chen");
	clerk_takes(t, "受理中 1");
	walk_keys(t, none, "F4 e");
	assert_true(term_awaits(t, "单位联系电话", BY_KEYS_MS));
	walk_keys(t, none, "F2");			/* nothing was changed: nothing has to be checked again */
	assert_true(term_awaits(t, "没有改动", BY_KEYS_MS));
	walk_keys(t, none, "F4 e");
	assert_true(term_awaits(t, "单位联系电话", BY_KEYS_MS));
	walk_keys(t, none, "Enter Enter Enter Enter Enter ^U 0769-22380999 F2");
	assert_true(term_awaits(t, "须重新核验", BY_KEYS_MS));
	walk_keys(t, none, "+ + F4 Enter");
	assert_true(term_awaits(t, "待复查", BY_KEYS_MS));
	state_is(l.w, h.no, "review");
	by_keys_approve(&l, &renewal, &h);
	by_keys_carry(&l, &renewal, &h);
	by_keys_hand(&l, &renewal);
	state_is(l.w, h.no, "closed");
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

/* A change of nothing, a replacement of what has ended, a second application: told where it is, before or beside what was typed. */
static void
what_cannot_be_is_told_by_keys(void **state)
{
	struct holder h;
	struct term *t;

	(void)state;
	life_holder(&l, SEAL, &h);
	t = by_keys_at_work(&l, "chen");
	walk_keys(t, none, "F3");
	walk_keys(t, none, h.code);
	assert_true(term_awaits(t, "单位 ", BY_KEYS_MS));
	walk_keys(t, none, "Enter F4 3 F2");
	assert_true(term_awaits(t, "F8只保存", BY_KEYS_MS));
	walk_keys(t, none, "F2");
	assert_true(term_awaits(t, "没有不同", BY_KEYS_MS));
	walk_keys(t, none, "^U 东莞市松湖智造有限公司 F2");
	assert_true(term_awaits(t, "继续核验材料", BY_KEYS_MS));
	walk_keys(t, none, "Esc Esc F3");
	walk_keys(t, none, h.code);
	assert_true(term_awaits(t, "单位 ", BY_KEYS_MS));
	walk_keys(t, none, "Enter F4 2 Enter 2 F2");
	assert_true(term_awaits(t, "请先办结或撤回", BY_KEYS_MS));
	term_see(t, "损坏");
	life_holder(&l, NULL, &h);
	life_ends(&l, h.serial, when_now() - 60);
	t = by_keys_at_work(&l, "chen");
	walk_keys(t, none, "F3");
	walk_keys(t, none, h.code);
	assert_true(term_awaits(t, "单位 ", BY_KEYS_MS));
	walk_keys(t, none, "Enter F4");
	assert_true(term_awaits(t, "办理证书业务", BY_KEYS_MS));
	term_see(t, "已到期");
	term_see(t, "更新");
	term_see_not(t, "补办");
	by_keys_at_work(&l, NULL);
	audit_is_whole(l.w);
}

static struct holder renewed;

static void
hide(struct term *t)
{
	term_hide(t, renewed.no, "DG01YYMMDD000010");
	term_hide(t, renewed.token, "0123456789abcdef");
}

static void
a_renewal_asks_whether_the_key_goes_on(void **state)
{
	static const struct stop stops[] = {
		{ "carry-renew", "@it F4 i Down Down Down", NULL, LOOK_EN },
		{ 0 }
	};
	struct number numbers[] = { { "it", renewed.no }, { 0 } };

	(void)state;
	life_holder(&l, "\"org.name\": \"东莞市凤岗通信技术有限公司\"", &renewed);
	life_approved(&l, &renewed, "renew", NULL, "\"years\": 2");
	walk_data("东莞市凤岗通信技术有限公司");
	walk(l.w, "huang", stops, numbers, hide);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_service_goes_its_road_by_keys),
		cmocka_unit_test(what_is_sent_back_is_corrected_by_keys),
		cmocka_unit_test(what_cannot_be_is_told_by_keys),
		cmocka_unit_test(a_renewal_asks_whether_the_key_goes_on),
	};

	return life_run(&l, tests, NULL);
}
