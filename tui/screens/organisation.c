/*
 * An organisation on one screen: every application it ever made with the certificates, tokens and payments that came of it,
 * the newest first; and its certificates alone, from which a service is begun.
 */
#include "forms/money.h"
#include "ra/certificate.h"
#include "ra/history.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16		/* applications that are read at a time */
#define REFRESH_S 10

enum { TAB_ALL, TAB_CERTIFICATES, TABS };
static const char *const tab_titles[TABS] = { N_("Whole history"), N_("Certificates") };

struct folder {
	struct screen s;
	struct organisation who;
	struct list list;
	int tab, since, place[TABS];
};

/* What a line stands for is in its id: the kind, and the id in its table. */
enum part { PART_APPLICATION = 1, PART_CERTIFICATE, PART_TOKEN, PART_PAYMENT };
#define LINE_ID(part, id) ((id) * 8 + (part))

/* ---- lines of the whole history ---- */

static void
put_day(char *out, size_t outsz, int64_t t)
{
	char day[11];

	day_show(day_of(t), day);
	snprintf(out, outsz, "%s", day);
}

static void
put_case(const struct history_case *c, struct list_row *r)
{
	char yuan[40] = "";
	bool fixed = c->head.accepted_at != 0;		/* before, nobody knows a fee */

	if (c->row.due_fen > 0)
		money_grouped(c->row.due_fen, yuan, sizeof yuan);
	put_day(r->cell[0], sizeof r->cell[0], c->row.entered_at);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", c->row.no);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_name(app_state_names, (int)c->row.state));
	snprintf(r->cell[3], sizeof r->cell[3], "%s %s %.80s  %s %s", tr_stored(service_names, c->row.service),
	    tr_stored(channel_names, c->row.channel), c->row.agent_name, fixed ? tr_name(money_state_names, (int)c->money) : "", yuan);
	r->ink = INK_STRONG;
}

static enum ink
ink_of(enum cert_state state)
{
	return state == CERT_VALID ? INK_GOOD : state == CERT_HOLD || state == CERT_UNCONFIRMED ? INK_WARN : INK_DIM;
}

static void
chain_words(const struct history_certificate *h, char *out, size_t outsz)
{
	char tail[16];

	out[0] = '\0';
	if (h->replaced_by[0]) {
		serial_tail(h->replaced_by, tail, sizeof tail);
		snprintf(out, outsz, tr("replaced by %s"), tail);
	} else if (h->now == CERT_REVOKED && h->c.reason >= 0 && h->c.reason < CRL_REASON_N) {
		snprintf(out, outsz, "%s", tr_name(crl_reason_names, h->c.reason));
	} else if (h->replaces[0]) {
		serial_tail(h->replaces, tail, sizeof tail);
		snprintf(out, outsz, tr("replaces %s"), tail);
	}
}

static void
put_certificate(const struct history_certificate *h, struct list_row *r)
{
	char tail[16], day[11], words[80];

	serial_tail(h->c.serial, tail, sizeof tail);
	day_show(day_of(h->c.not_after), day);
	chain_words(h, words, sizeof words);
	put_day(r->cell[0], sizeof r->cell[0], h->c.not_before);
	snprintf(r->cell[1], sizeof r->cell[1], "%s %s", tr("certificate"), tail);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_name(cert_state_names, (int)h->now));
	snprintf(r->cell[3], sizeof r->cell[3], tr("to %s"), day);
	if (words[0])
		snprintf(r->cell[3] + strlen(r->cell[3]), sizeof r->cell[3] - strlen(r->cell[3]), "  %s", words);
	r->ink = ink_of(h->now);
	snprintf(r->ref, sizeof r->ref, "%s", h->c.serial);
}

static void
put_token(const struct history_token *t, struct list_row *r)
{
	put_day(r->cell[0], sizeof r->cell[0], t->since);
	snprintf(r->cell[1], sizeof r->cell[1], "%s %s", tr("token"), t->serial);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_name(token_state_names, (int)t->state));
	snprintf(r->ref, sizeof r->ref, "%s", t->serial);
}

static void
put_payment(const struct history_payment *p, struct list_row *r)
{
	char yuan[40];

	money_grouped(p->amount_fen, yuan, sizeof yuan);
	put_day(r->cell[0], sizeof r->cell[0], p->at);
	snprintf(r->cell[1], sizeof r->cell[1], "%s %s", tr("payment"), yuan);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_stored(pay_method_names, p->method));
	snprintf(r->cell[3], sizeof r->cell[3], "%.120s", p->reference);
}

static size_t
lines_of(const struct history_case *c)
{
	return 1 + c->certificates + c->tokens + c->payments;
}

/* Line i of an application: itself, then what came of it. */
static void
put_line(const struct history_case *c, size_t i, struct list_row *r)
{
	size_t k = i;

	memset(r, 0, sizeof *r);
	r->key.n[0] = c->row.id;
	r->key.n[1] = (int64_t)i;
	snprintf(r->ref, sizeof r->ref, "%s", c->row.no);
	if (i == 0) {
		r->id = LINE_ID(PART_APPLICATION, c->row.id);
		put_case(c, r);
	} else if ((k = i - 1) < c->certificates) {
		r->id = LINE_ID(PART_CERTIFICATE, c->certificate[k].c.id);
		put_certificate(&c->certificate[k], r);
	} else if ((k -= c->certificates) < c->tokens) {
		r->id = LINE_ID(PART_TOKEN, c->token[k].id);
		put_token(&c->token[k], r);
	} else {
		k -= c->tokens;
		r->id = LINE_ID(PART_PAYMENT, c->payment[k].id);
		put_payment(&c->payment[k], r);
	}
	if (i > 0) {
		memmove(r->cell[1] + 2, r->cell[1], strlen(r->cell[1]) + 1);
		memcpy(r->cell[1], "  ", 2);
	}
}

/* Lines behind one of an application, or before it; *edge is the application to go on with. */
static void
take_lines(const struct history *h, const struct list_key *from, bool back, int n, struct list_row *out, int *got, int64_t *edge)
{
	for (size_t k = 0; k < h->n && *got < n; k++) {
		const struct history_case *c = &h->at[back ? h->n - 1 - k : k];
		size_t all = lines_of(c), i = 0;

		*edge = c->row.id;
		if (from && c->row.id == from->n[0])
			i = back ? all - (size_t)from->n[1] : (size_t)from->n[1] + 1;
		for (; i < all && *got < n; i++)
			put_line(c, back ? all - 1 - i : i, &out[(*got)++]);
	}
}

static bool
all_lines(struct folder *f, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	/* the application of `from` itself is read again: its other lines follow */
	int64_t edge = from ? from->n[0] + (back ? -1 : 1) : 0;
	bool end = false;

	*got = 0;
	while (!end && *got < n) {
		struct history *h = NULL;

		if (!history_read(console_office(), f->who.id, edge, back, PIECE, &h, e))
			return false;
		end = h->end;
		take_lines(h, from, back, n, out, got, &edge);
		history_free(h);
	}
	if (back)
		list_turn(out, *got);
	return true;
}

/* ---- lines of the certificates alone ---- */

static void
put_holding(const struct folder *f, const struct history_certificate *h, struct list_row *r)
{
	int left = days_left(h->c.not_after);
	char holder[TEXT_BYTES(64)];

	memset(r, 0, sizeof *r);
	r->id = LINE_ID(PART_CERTIFICATE, h->c.id);
	r->key.n[0] = h->c.id;
	snprintf(r->ref, sizeof r->ref, "%s", h->c.serial);
	serial_tail(h->c.serial, r->cell[0], sizeof r->cell[0]);
	certificate_holder(h->c.subject, holder, sizeof holder);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", strcmp(holder, f->who.name) == 0 ? tr("itself") : holder);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_name(cert_state_names, (int)h->now));
	put_day(r->cell[3], sizeof r->cell[3], h->c.not_before);
	put_day(r->cell[4], sizeof r->cell[4], h->c.not_after);
	if (left >= 0 && h->now != CERT_REVOKED)
		snprintf(r->cell[5], sizeof r->cell[5], tr("%d d"), left);
	chain_words(h, r->cell[6], sizeof r->cell[6]);
	snprintf(r->cell[7], sizeof r->cell[7], "%s", h->c.token);
	r->ink = ink_of(h->now);
}

static bool
certificates(struct folder *f, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct history_certificate *c = calloc((size_t)n, sizeof *c);
	size_t k = 0;
	bool ok;

	if (!c)
		return err_internal(e, "out of memory");
	ok = history_pick(console_office(), f->who.id, from ? from->n[0] : 0, back, c, (size_t)n, &k, e);
	for (*got = 0; ok && (size_t)*got < k; ++*got)
		put_holding(f, &c[*got], &out[*got]);
	free(c);
	return ok;
}

/* ---- the list ---- */

static bool
page_all(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	(void)l;
	return all_lines(arg, from, back, n, out, got, e);
}

static bool
page_certificates(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	(void)l;
	return certificates(arg, from, back, n, out, got, e);
}

static const struct list_column all_columns[] = {
	{ N_("Date"), 10, 0, false }, { N_("What"), 23, 1, false }, { N_("State"), 8, 1, false }, { "", 34, 6, false },
	{ NULL, 0, 0, false }
};
static const struct list_column certificate_columns[] = {
	{ N_("Serial"), 10, 1, false }, { N_("Holder"), 12, 3, false }, { N_("State"), 8, 1, false }, { N_("From"), 0, 1, false },
	{ N_("Ends"), 10, 0, false }, { N_("Left"), 7, 0, true }, { "", 24, 4, false }, { N_("Token"), 0, 3, false }, { NULL, 0, 0, false }
};
static const struct list_source sources[TABS] = {
	[TAB_ALL] = { .page = page_all, .columns = all_columns, .empty = N_("Nothing yet.") },
	[TAB_CERTIFICATES] = { .page = page_certificates, .columns = certificate_columns, .empty = N_("It has no certificate yet.") },
};

static void
choose(struct folder *f, int tab)
{
	list_free(&f->list);
	f->tab = tab % TABS;
	list_open(&f->list, &sources[f->tab], f);
}

/* ---- the screen ---- */

static bool
folder_open(struct screen *s, void *arg)
{
	struct folder *f = (struct folder *)s;
	struct err e = { 0 };
	bool found = false;

	list_open(&f->list, &sources[TAB_ALL], f);
	if (!office_may(console_office(), ACT_SHOW, &e)
	    || !organisation_load(console_office()->db, *(const int64_t *)arg, &f->who, &found, &e)) {
		notice_err(&e);
		return false;
	}
	assert(found);		/* organisations are never deleted */
	return true;
}

static void
folder_close(struct screen *s)
{
	list_free(&((struct folder *)s)->list);
}

static void
refresh(struct screen *s)
{
	((struct folder *)s)->since = 0;
	list_refresh(&((struct folder *)s)->list);
}

static void
folder_tick(struct screen *s)
{
	if (++((struct folder *)s)->since >= REFRESH_S)
		refresh(s);
}

/* "law_firm:123" is a document of its kind; else it is a credit code, or a licence number. */
static void
doc_words(const char *doc, char *out, size_t outsz)
{
	const char *colon = strchr(doc, ':');
	char kind[RECORD_NAME_MAX];

	if (!colon) {
		snprintf(out, outsz, "%s %s", strlen(doc) == 18 ? tr("credit code") : tr("licence number"), doc);
		return;
	}
	snprintf(kind, sizeof kind, "%.*s", (int)(colon - doc), doc);
	snprintf(out, outsz, "%s %s", tr_stored(doc_kind_names, kind), colon + 1);
}

static void
folder_draw(struct screen *s, struct area a)
{
	struct folder *f = (struct folder *)s;
	const char *names[TABS];
	char doc[400];

	for (int i = 0; i < TABS; i++)
		names[i] = tr(tab_titles[i]);
	doc_words(f->who.doc, doc, sizeof doc);
	paint_text(a.y, a.x + 1, a.w - 2, INK_STRONG, f->who.name);
	paint_text(a.y + 1, a.x + 1, a.w - 2, INK_PLAIN, doc);
	paint_tabs(a.y + 2, a.x, a.w, names, TABS, f->tab, f->place);
	list_draw(&f->list, (struct area){ a.y + 3, a.x, a.h - 3, a.w });
}

static bool
folder_key(struct screen *s, int key)
{
	struct folder *f = (struct folder *)s;

	if (key == K_MOUSE && term_mouse().what == MOUSE_PRESS && term_mouse().y == f->list.top - 2) {
		for (int i = TABS; i-- > 0;)
			if (term_mouse().x >= f->place[i]) {
				choose(f, i);
				return true;
			}
	}
	return list_key(&f->list, key);
}

static void
next_tab(struct screen *s)
{
	struct folder *f = (struct folder *)s;

	choose(f, f->tab + 1);
}

static void
enter(struct screen *s)
{
	const struct list_row *r = list_here(&((struct folder *)s)->list);

	if (!r)
		return;
	switch ((enum part)(r->id % 8)) {
	case PART_APPLICATION:
	case PART_PAYMENT:
		console_application(r->ref);
		return;
	case PART_CERTIFICATE:
		console_certificate(r->ref);
		return;
	case PART_TOKEN:
		console_token(r->ref);
		return;
	}
}

/* The certificate that a service is most likely about: the only one that is valid or on hold, else the only one at all. */
static bool
only_one(const struct folder *f, char serial[64], struct err *e)
{
	enum { MANY = 16 };
	struct history_certificate *c = calloc(MANY, sizeof *c);
	size_t n = 0, live = 0, at = 0;
	bool ok;

	if (!c)
		return err_internal(e, "out of memory");
	ok = history_pick(console_office(), f->who.id, 0, false, c, MANY, &n, e);
	for (size_t i = 0; i < n; i++)
		if (c[i].now == CERT_VALID || c[i].now == CERT_HOLD) {
			live++;
			at = i;
		}
	snprintf(serial, 64, "%s", ok && n < MANY && (live == 1 || n == 1) ? c[at].c.serial : "");
	free(c);
	return ok;
}

static void
begin(struct screen *s)
{
	struct folder *f = (struct folder *)s;
	const struct list_row *r = list_here(&f->list);
	char serial[64];
	struct err e;

	if (r && r->id % 8 == PART_CERTIFICATE) {
		service_begin(WISH_ANY, r->ref);
	} else if (!only_one(f, serial, &e)) {
		notice_err(&e);
	} else if (serial[0]) {
		service_begin(WISH_ANY, serial);
	} else {
		choose(f, TAB_CERTIFICATES);
		notice(TONE_INFO, N_("choose the certificate, then F4"));
	}
}

static bool
may_begin(struct screen *s)
{
	(void)s;
	return (acts[ACT_APPLY].roles & (1u << console_office()->me.role)) != 0;
}

static const struct action folder_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected application, certificate or token"), enter, NULL },
	{ K_F(4), N_("Service"), N_("begin a service on its certificate: renew, replace, change, unlock, revoke"), begin, may_begin },
	{ K_F(5), N_("Refresh"), N_("read it again"), refresh, NULL },
	{ K_F(6), N_("Tab"), N_("next tab; Left and Right too"), next_tab, NULL },
	{ K_RIGHT, "", "", next_tab, NULL },
	{ K_LEFT, "", "", next_tab, NULL },
	{ 0 }
};
const struct screen_ops screen_organisation = { .title = N_("Organisation"), .size = sizeof(struct folder),
	.actions = folder_actions, .open = folder_open, .draw = folder_draw, .key = folder_key, .tick = folder_tick, .back = refresh,
	.close = folder_close };

void
console_organisation(int64_t id)
{
	screen_push(&screen_organisation, &id);
}
