/*
 * Every service on a certificate by keys, by the channels that offer it: found, begun, its form, materials, money, review, carried
 * out, handed over or sent; at its end what openssl, the CA's list and the token say. RA_KEYS=1 tells what was typed at each stage.
 */
#include "forms/when.h"
#include "tests/clerk.h"
#include "tests/life.h"
#include "tests/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000

static struct life l;

#define SEAL "\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\"," \
	" \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true," \
	" \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\""

enum made { MADE_NOTHING, SAME_TOKEN, NEW_TOKEN, OWN_DEVICE, UNLOCKED };
static const struct row {
	const char *name;
	const char *holder;		/* edits of the holder's first application */
	const char *begin;		/* in the dialog of the service */
	const char *form;		/* in its form, before F2; "" nothing has to be typed */
	const char *pay;		/* in the payment's dialog; NULL: nothing is due */
	const char *carry;		/* on the carry-out screen, before F2; NULL: the queue's Enter and F2 do */
	bool csr;			/* the request's path is typed there */
	bool courier;
	int ends;			/* the old certificate's end is that many seconds from now; 0: as it is */
	const char *words;		/* what the reviewer sees */
	const char *old_state; int old_listed;	/* of the old certificate */
	enum made made;
} rows[] = {
	{ .name = "renew, counter", .holder = SEAL, .begin = "1", .form = "2", .pay = "1 Enter Enter 4711", .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew by CSR, counter", .begin = "1", .form = "1", .pay = "2 Enter Enter 4712", .csr = true, .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = OWN_DEVICE },
	{ .name = "renew, mail", .begin = "1 Enter 2", .form = "3", .pay = "4713", .courier = true, .words = "无差异",
	    .old_state = "superseded", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "renew after expiry, counter", .ends = -60, .begin = "1", .form = "3", .pay = "1 Enter Enter 4714", .words = "须重新全面核验",
	    .old_state = "expired", .old_listed = -1, .made = SAME_TOKEN },
	{ .name = "replace lost, counter", .holder = SEAL, .begin = "2 Enter 1", .form = "", .pay = "1 Enter Enter 4715", .words = "补办",
	    .old_state = "revoked", .old_listed = 1, .made = NEW_TOKEN },
	{ .name = "replace damaged, mail", .begin = "2 Enter 2 Enter 2", .form = "", .pay = "4716", .courier = true,
	    .words = "补办", .old_state = "revoked", .old_listed = 4, .made = NEW_TOKEN },
	{ .name = "change, counter", .holder = SEAL, .begin = "3", .form = "^U 东莞市松湖智能制造有限公司", .words = "东莞市松湖智能制造有限公司",
	    .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "change, mail", .begin = "3 Enter 2", .form = "Enter ^U 东莞市南城街道1号", .courier = true, .words = "东莞市南城街道1号",
	    .old_state = "revoked", .old_listed = 3, .made = SAME_TOKEN },
	{ .name = "unlock, counter", .begin = "4", .form = "", .words = "解锁", .old_state = "valid", .old_listed = -1, .made = UNLOCKED },
	{ .name = "unlock, mail", .begin = "4 Enter 2", .form = "", .courier = true, .words = "解锁", .old_state = "valid", .old_listed = -1,
	    .made = UNLOCKED },
	{ .name = "revoke, counter", .begin = "5", .form = "", .words = "注销", .old_state = "revoked", .old_listed = 5 },
	{ .name = "revoke, mail", .begin = "5 Enter 3 Enter 2", .form = "", .words = "注销", .old_state = "revoked", .old_listed = 4 },
	{ .name = "report loss, counter", .begin = "7", .form = "", .words = "挂失", .old_state = "hold", .old_listed = 6 },
	{ .name = "report loss, mail", .begin = "7 Enter Enter 2", .form = "", .words = "挂失", .old_state = "hold", .old_listed = 6 },
};

/* ---- the stages ---- */

static struct term *t;
static char told[800];

static void
stage(const char *name)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof told - n, "  %s %d+%d", name, walk_count.typed, walk_count.keys);
	walk_count = (struct walk_count){ 0, 0 };
}

static void
at_work(const char *login)
{
	if (t)
		term_free(t);
	t = clerk_at_work(l.w, login, 24, 80);
	walk_count = (struct walk_count){ 0, 0 };
}

static void
keys(const char *keys)
{
	walk_keys(t, (const struct number[]){ { 0 } }, keys);
}

static void
awaits(const char *words)
{
	if (!term_awaits(t, words, WAIT_MS))
		term_see(t, words);
}

/* The newest application's number. */
static void
newest(char no[APP_NO_MAX])
{
	sql_int(l.w, "SELECT no FROM application ORDER BY id DESC LIMIT 1");
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
}

static void
applied(const struct row *r, struct holder *h)
{
	at_work("chen");
	keys("F3");
	keys(h->code);
	awaits("单位 ");
	keys("Enter F6");
	awaits("剩余");
	keys("F4");
	keys(r->begin);
	keys("F2");
	stage("begin");
	awaits("F8只保存");
	if (r->form[0])
		keys(r->form);
	keys("F2");
	awaits("继续核验材料");
	stage("form");
	newest(h->no);
	state_is(l.w, h->no, "received");
}

static void
checked(const struct row *r, const struct holder *h)
{
	keys("Enter");
	for (int n = 0; n < 12 && term_shows(t, "待核", NULL, NULL); n++)
		keys("+");
	stage("check");
	if (r->pay) {
		keys("F7");
		keys(r->pay);
		keys("F2");
		awaits("已付清");
		stage("pay");
	}
	keys("F4 Enter");
	awaits("待复查");
	stage("submit");
	state_is(l.w, h->no, "review");
}

static void
reviewed(const struct row *r, const struct holder *h)
{
	at_work("huang");
	clerk_takes(t, "待复查 1");
	awaits("不予受理");
	term_see(t, r->words);
	keys("F2");
	awaits("本次已处理 1 件");
	stage("review");
	state_is(l.w, h->no, "approved");
}

static void
carried(const struct row *r, struct holder *h)
{
	at_work("huang");
	clerk_takes(t, "待制证 1");
	awaits("F2办理");
	if (r->csr) {
		keys("Down Down");
		keys(life_csr(&l, h->no));
	} else if (r->carry) {
		keys(r->carry);
	}
	keys("F2");
	awaits(h->no);
	awaits("F6 办下一件");
	stage("carry");
	if (r->made != MADE_NOTHING)
		life_made(&l, h);		/* its PIN is forgotten with the hand-over */
}

static void
handed(const struct row *r)
{
	at_work("chen");
	clerk_takes(t, "待交付 1");
	if (r->courier) {
		keys("F4 k");
		keys("顺丰 Enter SF1234567890 F2");
		awaits("已寄出");
		keys("F4 f");
	} else {
		keys("F4 Enter Enter 11010519491231002X F2");
	}
	awaits("已办结");
	stage("hand over");
}

/* ---- the whole ---- */

/* What is on the token, and whose PIN opens it. */
static void
made(const struct row *r, const struct holder *old, const struct holder *h)
{
	if (r->made == MADE_NOTHING)
		return;
	if (r->made == UNLOCKED) {
		assert_string_equal(h->token, old->token);
		assert_true(life_pin_opens(&l, old->token, h->pin) && !life_pin_opens(&l, old->token, old->pin));
		assert_true(life_on_token(&l, old->token, old->serial));
		return;
	}
	assert_string_not_equal(h->serial, old->serial);
	assert_true(life_verifies(&l, h->serial));
	life_is(&l, h->serial, "valid", -1);
	if (r->made == OWN_DEVICE)
		return;
	assert_int_equal(strcmp(h->token, old->token) == 0, r->made == SAME_TOKEN);
	assert_true(life_on_token(&l, h->token, h->serial));
	if (!life_pin_opens(&l, h->token, h->pin[0] ? h->pin : old->pin))
		fail_msg("%s: PIN %s (old %s)", r->name, h->pin, old->pin);
}

static void
every_service_goes_its_road_by_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct holder old, h;

		told[0] = '\0';
		life_holder(&l, r->holder, &old);
		h = old;
		if (r->ends != 0)
			life_ends(&l, old.serial, when_now() + r->ends);
		applied(r, &h);
		checked(r, &h);
		reviewed(r, &h);
		carried(r, &h);
		if (r->made != MADE_NOTHING)
			handed(r);
		state_is(l.w, h.no, "closed");
		life_is(&l, old.serial, r->old_state, r->old_listed);
		made(r, &old, &h);
		if (getenv("RA_KEYS"))
			fprintf(stderr, "%-32s%s\n", r->name, told);
	}
	term_free(t);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_service_goes_its_road_by_keys),
	};

	return life_run(&l, tests, NULL);
}
