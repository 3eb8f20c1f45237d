#include "tests/by_keys.h"

#include "forms/when.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the stages ---- */

static struct term *t;
static bool wide;			/* 120x40, not 80x24 */
static char told[800];
static char promised[20];		/* to when the new certificate goes, as the reviewer read it; "" = not told */

static void
stage(const char *name)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof told - n, "  %s %d+%d", name, walk_count.typed, walk_count.keys);
	walk_count = (struct walk_count){ 0, 0 };
}

struct term *
by_keys_at_work(struct life *l, const char *login)
{
	if (t)
		term_free(t);
	t = login ? clerk_at_work(l->w, login, wide ? 40 : 24, wide ? 120 : 80) : NULL;
	walk_count = (struct walk_count){ 0, 0 };
	return t;
}

static void
keys(const char *keys)
{
	walk_keys(t, (const struct number[]){ { 0 } }, keys);
}

static void
awaits(const char *words)
{
	if (!term_awaits(t, words, BY_KEYS_MS))
		term_see(t, words);
}

/* The newest application's number. */
static void
newest(struct life *l, char no[APP_NO_MAX])
{
	sql_int(l->w, "SELECT no FROM application ORDER BY id DESC LIMIT 1");
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(l->w->out, "\n"), l->w->out);
}

void
by_keys_apply(struct life *l, const struct by_keys *r, struct holder *h)
{
	by_keys_at_work(l, "chen");
	keys("F3");
	keys(h->code);
	awaits("单位 ");
	keys("Enter F4");
	keys(r->begin);
	keys("F2");
	stage("begin");
	awaits("F8只保存");
	if (r->form[0])
		keys(r->form);
	keys("F2");
	awaits("继续核验材料");
	stage("form");
	newest(l, h->no);
	state_is(l->w, h->no, "received");
}

void
by_keys_submit(struct life *l, const struct by_keys *r, const struct holder *h)
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
	state_is(l->w, h->no, "review");
}

static void
read_promised(void)
{
	static const char label[] = "新证书至  ";
	const char *p;
	int row;

	promised[0] = '\0';
	if (term_shows(t, label, &row, NULL) && (p = strstr(term_row(t, row), label)) != NULL)
		snprintf(promised, sizeof promised, "%.16s", p + sizeof label - 1);
}

void
by_keys_approve(struct life *l, const struct by_keys *r, const struct holder *h)
{
	by_keys_at_work(l, "huang");
	clerk_takes(t, "待复查 1");
	awaits("不予受理");
	term_see(t, r->words);
	read_promised();
	keys("F2");
	awaits("本次已处理 1 件");
	stage("review");
	state_is(l->w, h->no, "approved");
}

void
by_keys_carry(struct life *l, const struct by_keys *r, struct holder *h)
{
	by_keys_at_work(l, "huang");
	clerk_takes(t, "待制证 1");
	awaits("F2办理");
	if (r->csr) {
		keys("Down Down");
		keys(life_csr(l, h->no));
	} else if (r->carry) {
		keys(r->carry);
	}
	keys("F2");
	awaits(h->no);
	awaits("F6 办下一件");
	stage("carry");
	if (r->made != MADE_NOTHING)
		life_made(l, h);		/* its PIN is forgotten with the hand-over */
}

void
by_keys_hand(struct life *l, const struct by_keys *r)
{
	by_keys_at_work(l, "chen");
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

static void
must(const struct by_keys *r, bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: not so: %s\n", r->name, what);
	abort();
}

/* Two certificates of one key? */
static bool
one_key(struct life *l, const char *serial, const char *other)
{
	char sql[300];

	snprintf(sql, sizeof sql, "SELECT count(DISTINCT i.public_key) FROM intent i JOIN certificate c ON c.id = i.certificate"
	    " WHERE i.public_key IS NOT NULL AND c.serial IN ('%s', '%s')", serial, other);
	return sql_int(l->w, sql) == 1;
}

/* What is on the token, and whose PIN opens it. */
static void
made(struct life *l, const struct by_keys *r, const struct holder *old, const struct holder *h)
{
	char end[20];

	if (r->made == MADE_NOTHING)
		return;
	if (r->made == UNLOCKED) {
		must(r, strcmp(h->token, old->token) == 0, "the token stays");
		must(r, life_pin_opens(l, old->token, h->pin)
		    && (strcmp(h->pin, old->pin) == 0 || !life_pin_opens(l, old->token, old->pin)), "the new PIN alone opens it");
		must(r, life_on_token(l, old->token, old->serial), "the certificate lies on it");
		return;
	}
	when_short(h->not_after, end);
	if (promised[0] == '2')		/* else it goes by the day of its issue */
		must(r, strcmp(promised, end) == 0, "it ends when the reviewer read that it does");
	else
		must(r, (r->ends < 0) == (promised[0] != '\0'), "its end stands before the reviewer, as far as the old one decides it");
	must(r, strcmp(h->serial, old->serial) != 0 && life_verifies(l, h->serial), "a new certificate that verifies");
	life_is(l, h->serial, "valid", -1);
	must(r, one_key(l, old->serial, h->serial) == r->same_key, "the key is a new one, or the old one where that was asked");
	if (r->made == OWN_DEVICE)
		return;
	must(r, (strcmp(h->token, old->token) == 0) == (r->made == SAME_TOKEN), "the token is the one that it should be");
	must(r, life_on_token(l, h->token, h->serial), "the certificate lies on it");
	must(r, life_pin_opens(l, h->token, h->pin[0] ? h->pin : old->pin), "its PIN opens it");
}

void
by_keys(struct life *l, const struct by_keys *rows)
{
	for (const struct by_keys *r = rows; r->name; r++) {
		struct holder old, h;

		told[0] = '\0';
		wide = r->wide;
		life_holder(l, r->holder, &old);
		h = old;
		if (r->held) {
			life_approved(l, &h, "report_loss", r->held, NULL);
			must(r, ra(l->w, "huang", "revoke", h.no, NULL) == 0, "it is on hold");
		}
		if (r->ends != 0)
			life_ends(l, old.serial, when_now() + r->ends);
		by_keys_apply(l, r, &h);
		by_keys_submit(l, r, &h);
		by_keys_approve(l, r, &h);
		by_keys_carry(l, r, &h);
		if (r->made != MADE_NOTHING || r->hand)
			by_keys_hand(l, r);
		state_is(l->w, h.no, "closed");
		life_is(l, old.serial, r->old_state, r->old_listed);
		made(l, r, &old, &h);
		if (getenv("RA_KEYS"))
			fprintf(stderr, "%-32s%s\n", r->name, told);
	}
	wide = false;
	by_keys_at_work(l, NULL);
}
