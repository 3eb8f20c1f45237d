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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_emergency_is_two_peoples_work_by_keys),
		cmocka_unit_test(the_rarer_services_go_their_road_by_keys),
	};

	return life_run(&l, tests, NULL);
}
