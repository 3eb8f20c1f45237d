/* One certificate: what it says, what became of it, what it lies on and serves, and the whole chain it belongs to. */
#include "db/certificate.h"
#include "db/holder.h"
#include "db/queue.h"
#include "db/stock.h"
#include "ra/certificate.h"
#include "ra/hold.h"
#include "ra/reconcile.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/pane.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHAIN_MAX 40
#define USES_MAX 32
#define CHAIN_ROWS 4		/* lines of the chain that are always seen */

struct card {
	struct screen s;
	struct certificate *chain;	/* CHAIN_MAX, the oldest first */
	size_t n, at;			/* this one is chain[at] */
	char open_no[APP_NO_MAX];	/* the newest application that is open on it, "" = none */
	struct pane pane;
	struct list list;
};

static const struct certificate *
shown(const struct screen *s)
{
	const struct card *k = (const struct card *)s;

	return &k->chain[k->at];
}

/* The service of the application that a certificate was made for, in words. */
static void
service_words(int64_t application, char *out, size_t outsz)
{
	struct queue_row row;
	struct err ignored;
	bool found;

	out[0] = '\0';
	if (queue_row(console_office()->db, application, &row, &found, &ignored) && found)
		snprintf(out, outsz, "%s", tr_stored(service_names, row.service));
}

/* ---- what it says ---- */

static void
put_state(struct card *k, const struct certificate *c)
{
	int64_t now = when_now();
	enum cert_state state = cert_state_at(c, now);
	char at[20], left[60] = "";

	when_short(c->revoked_at, at);
	if (c->not_after >= now && state != CERT_REVOKED)
		snprintf(left, sizeof left, tr("  %d days left"), days_left(c->not_after));
	pane_row(&k->pane, state == CERT_VALID ? INK_GOOD : INK_WARN, tr("state"), "%s%s", tr_name(cert_state_names, (int)state), left);
	if (c->revoked_at != 0)
		pane_row(&k->pane, INK_WARN, c->state == CERT_HOLD ? tr("on hold since") : tr("revoked at"), "%s  %s", at,
		    c->state == CERT_REVOKED && c->reason >= 0 && c->reason < CRL_REASON_N ? tr_name(crl_reason_names, c->reason) : "");
}

/* Why it is on hold, and what is to be done where nobody has begun anything. */
static bool
put_hold(struct card *k, const struct certificate *c, struct err *e)
{
	struct hold h;
	char why[300];
	bool held;

	if (!hold_of(console_office(), c, &h, &held, e))
		return false;
	if (!held)
		return true;
	hold_words(&h, why, sizeof why);
	pane_row(&k->pane, INK_PLAIN, tr("on hold"), "%s", why);
	pane_row(&k->pane, h.open_no[0] ? INK_PLAIN : INK_WARN, "", "%s%s%s", hold_remedy(&h), h.open_no[0] ? "  " : "", h.open_no);
	return true;
}

/* Who wants a service on it sees here that one goes on. */
static bool
put_open(void *arg, const struct holder_open *x, struct err *e)
{
	struct card *k = arg;
	struct queue_row row;
	bool found;

	if (!queue_row(console_office()->db, x->id, &row, &found, e))
		return false;
	pane_row(&k->pane, INK_STRONG, tr("under way"), "%s  %s%s%s  %s", x->no, tr_stored(service_names, x->service),
	    x->reason[0] ? ": " : "", x->emergency ? tr("emergency") : tr_stored(reason_names, x->reason),
	    found ? tr_name(app_state_names, (int)row.state) : "");
	snprintf(k->open_no, sizeof k->open_no, "%s", x->no);
	return true;
}

static bool
put_token(struct card *k, const struct certificate *c, struct err *e)
{
	struct stock t;
	bool found;

	if (!c->token[0]) {
		pane_row(&k->pane, INK_PLAIN, tr("token"), "%s", tr("none: the key is on the holder's own device"));
		return true;
	}
	if (!stock_find(console_office()->db, c->token, &t, &found, e))
		return false;
	pane_row(&k->pane, INK_PLAIN, tr("token"), "%s  %s", c->token, found ? tr_name(token_state_names, (int)t.state) : "");
	return true;
}

static bool
put_uses(struct card *k, const struct certificate *c, struct err *e)
{
	struct cert_use use[USES_MAX];
	char at[20];
	size_t n;

	if (!cert_uses(console_office()->db, c->id, use, USES_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		when_short(use[i].since, at);
		pane_row(&k->pane, INK_PLAIN, tr("used for"), "%s  %s  %s", use[i].name, at, use[i].application_no);
	}
	return true;
}

static bool
build(struct card *k, struct err *e)
{
	const struct certificate *c = &k->chain[k->at];
	const struct scheme *scheme;
	int64_t version;
	char from[20], to[20], service[60], holder[TEXT_BYTES(64)];
	struct err ignored;

	certificate_holder(c->subject, holder, sizeof holder);
	when_short(c->not_before, from);
	when_short(c->not_after, to);
	service_words(c->application, service, sizeof service);
	pane_begin(&k->pane);
	pane_row(&k->pane, INK_STRONG, tr("holder"), "%s", holder);
	pane_row(&k->pane, INK_PLAIN, tr("serial"), "%s", c->serial);
	put_state(k, c);
	pane_row(&k->pane, INK_PLAIN, tr("valid"), "%s - %s", from, to);
	pane_row(&k->pane, INK_PLAIN, tr("subject"), "%s", c->subject);
	pane_row(&k->pane, INK_PLAIN, tr("scheme"), "%s  CA: %s",
	    office_scheme_now(console_office(), c->scheme, &scheme, &version, &ignored) ? scheme_title(scheme) : c->scheme, c->ca);
	pane_row(&k->pane, INK_PLAIN, tr("application"), "%s  %s", c->application_no, service);
	k->open_no[0] = '\0';
	return put_hold(k, c, e) && holder_open_on(console_office()->db, c->id, put_open, k, e) && put_token(k, c, e) && put_uses(k, c, e);
}

/* ---- the chain ---- */

static void
put_link(const struct card *k, size_t i, struct list_row *r)
{
	const struct certificate *c = &k->chain[i];
	char from[11], to[11];

	memset(r, 0, sizeof *r);
	r->id = c->id;
	r->key.n[0] = (int64_t)i + 1;
	snprintf(r->ref, sizeof r->ref, "%s", c->serial);
	day_show(day_of(c->not_before), from);
	day_show(day_of(c->not_after), to);
	service_words(c->application, r->cell[0], sizeof r->cell[0]);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", from);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", to);
	snprintf(r->cell[3], sizeof r->cell[3], "%s", tr_name(cert_state_names, (int)cert_state_at(c, when_now())));
	snprintf(r->cell[4], sizeof r->cell[4], "%s", c->application_no);
	serial_tail(c->serial, r->cell[5], sizeof r->cell[5]);
	r->ink = i == k->at ? INK_STRONG : INK_PLAIN;
	r->mark = i == k->at ? '*' : '\0';
}

static bool
chain_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct card *k = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)k->n + 1 : 0;

	(void)l;
	(void)e;
	for (*got = 0; *got < n; ++*got) {
		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)k->n)
			break;
		put_link(k, (size_t)at - 1, &out[*got]);
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column columns[] = {
	{ N_("Made by"), 14, 3, false }, { N_("From"), 10, 0, false }, { N_("To"), 10, 0, false }, { N_("State"), 8, 1, false },
	{ N_("Application"), 16, 2, false }, { N_("Serial"), 11, 2, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = chain_page, .columns = columns, .empty = "" };

/* ---- the screen ---- */

static bool
read_all(struct card *k, const char *serial, struct err *e)
{
	struct certificate c;
	bool found;

	if (!cert_find(console_office()->db, serial, &c, &found, e))
		return false;
	if (!found)
		return err_field(e, "serial", "there is no certificate %s in the store", serial);
	if (!cert_chain(console_office()->db, c.id, k->chain, CHAIN_MAX, &k->n, &k->at, e) || !build(k, e))
		return false;
	list_refresh(&k->list);
	return true;
}

static bool
card_open(struct screen *s, void *arg)
{
	struct card *k = (struct card *)s;
	struct err e = { 0 };

	k->chain = calloc(CHAIN_MAX, sizeof *k->chain);
	if (!k->chain)
		abort();
	list_open(&k->list, &source, k);
	if (office_may(console_office(), ACT_SHOW, &e) && read_all(k, arg, &e)) {
		k->list.here = (int)k->at;
		return true;
	}
	notice_err(&e);
	return false;
}

static void
card_close(struct screen *s)
{
	struct card *k = (struct card *)s;

	list_free(&k->list);
	pane_close(&k->pane);
	free(k->chain);
}

static void
refresh(struct screen *s)
{
	struct card *k = (struct card *)s;
	char serial[64];
	struct err e;

	snprintf(serial, sizeof serial, "%s", shown(s)->serial);
	if (!read_all(k, serial, &e))
		notice_err(&e);
}

/* The facts take what they need, and the chain the rest, CHAIN_ROWS at least. */
static void
card_draw(struct screen *s, struct area a)
{
	struct card *k = (struct card *)s;
	int least = CHAIN_ROWS + 2, facts;

	pane_draw(&k->pane, (struct area){ a.y, a.x, a.h > least ? a.h - least : 1, a.w });
	facts = k->pane.lines + 1 < a.h - least ? k->pane.lines + 1 : a.h - least;
	if (facts < 1)
		return;
	paint_rule(a.y + facts, a.x, a.w, tr("Chain of certificates"));
	list_draw(&k->list, (struct area){ a.y + facts + 1, a.x, a.h - facts - 1, a.w });
}

static bool
card_key(struct screen *s, int key)
{
	return list_key(&((struct card *)s)->list, key);
}

static void
enter(struct screen *s)
{
	struct card *k = (struct card *)s;
	const struct list_row *r = list_here(&k->list);
	struct err e;

	if (r && !read_all(k, r->ref, &e))
		notice_err(&e);
}

static void
go_application(struct screen *s)
{
	console_application(shown(s)->application_no);
}

static void
go_open(struct screen *s)
{
	console_application(((struct card *)s)->open_no);
}

static bool
has_open(struct screen *s)
{
	return ((struct card *)s)->open_no[0] != '\0';
}

static void
go_token(struct screen *s)
{
	console_token(shown(s)->token);
}

static bool
on_token(struct screen *s)
{
	return shown(s)->token[0] != '\0';
}

static void
begin(struct screen *s)
{
	service_begin(WISH_ANY, shown(s)->serial);
}

static bool
may_apply(struct screen *s)
{
	(void)s;
	return (acts[ACT_APPLY].roles & (1u << console_office()->me.role)) != 0;
}

static void
emergency(struct screen *s)
{
	emergency_ask(shown(s)->serial);
}

static bool
may_hold(struct screen *s)
{
	return (acts[ACT_EMERGENCY].roles & (1u << console_office()->me.role)) != 0
	    && cert_state_at(shown(s), when_now()) == CERT_VALID;
}

static void
go_organisation(struct screen *s)
{
	console_organisation(shown(s)->organisation);
}

static bool
has_organisation(struct screen *s)
{
	return shown(s)->organisation != 0;
}

static void
copy_serial(struct screen *s)
{
	term_copy(shown(s)->serial);
	notice(TONE_INFO, N_("%s is on the clipboard, where the terminal has one"), shown(s)->serial);
}

/* ---- export ---- */

static bool
export_to(const struct certificate *c, const char *path, struct err *e)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *x;
	size_t n;
	bool ok;

	if (access(path, F_OK) == 0)
		return err_field(e, "file", "there is a file %s already: name another", path);
	if (!cert_der(console_office()->db, c->id, &der, &n, e))
		return false;
	p = der;
	x = d2i_X509(NULL, &p, (long)n);
	free(der);
	ok = x ? certificate_save(path, x, e) : err_internal(e, "the stored certificate does not parse");
	X509_free(x);
	return ok;
}

static void
export_given(struct screen *dialog, struct form *f, void *arg)
{
	char path[1024];
	struct err e;

	snprintf(path, sizeof path, "%s", form_value(f, "file"));
	if (!export_to(arg, path, &e)) {
		snprintf(e.field, sizeof e.field, "file");
		dialog_refuse(dialog, &e);
		return;
	}
	dialog_done(dialog);
	notice(TONE_GOOD, N_("written: %s"), path);
}

static const struct form_row export_rows[] = { { .id = "file", .en = N_("file"), .limit = 200, .required = true } };
static const struct dialog_form export_dialog = { .title = N_("Export"), .rows = export_rows, .n = 1, .done = export_given };

static void
export_it(struct screen *s)
{
	struct card *k = (struct card *)s;
	struct screen *dialog = dialog_form(&export_dialog, tr("The certificate as PEM, on the machine that the console runs on."),
	    &k->chain[k->at]);
	char name[80];

	snprintf(name, sizeof name, "%s.pem", shown(s)->serial);
	form_set(dialog_form_of(dialog), "file", name);
}

/* ---- what the CA says of it ---- */

struct asking { char serial[64]; struct difference d; bool differs; };

static bool
ask_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct asking *k = arg;

	(void)j;
	return reconcile_one(o, k->serial, &k->d, &k->differs, e);
}

static void
ask_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct asking *k = arg;
	char words[600];

	(void)s;
	if (!ok) {
		notice_err(e);
		return;
	}
	difference_words(&k->d, words, sizeof words);
	notice(k->differs ? TONE_WARN : TONE_GOOD, k->differs ? N_("they differ. %s") : N_("they agree. %s"), words);
}

static const struct job_plan ask_plan = { .lane = JOB_SLOW, .what = N_("asking the CA"), .wait = true, .may_stop = true,
	.run = ask_run, .done = ask_done, .drop = free };

static void
ask_ca(struct screen *s)
{
	struct asking *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	snprintf(k->serial, sizeof k->serial, "%s", shown(s)->serial);
	job_start(s, &ask_plan, k);
}

static const struct action card_actions[] = {
	{ K_ENTER, N_("Show"), N_("show the selected certificate of the chain"), enter, NULL },
	{ K_F(4), N_("Service"), N_("begin a service on it: renew, replace, change, unlock, revoke"), begin, may_apply },
	{ K_F(5), N_("Refresh"), N_("read it again"), refresh, NULL },
	{ K_F(7), N_("Export"), N_("write the certificate into a file"), export_it, NULL },
	{ K_F(8), N_("Ask CA"), N_("look at what the CA's list says of this certificate now"), ask_ca, NULL },
	{ K_F(12), N_("Emergency"), N_("emergency revocation: on hold at once, a second person decides"), emergency, may_hold },
	{ 'a', N_("Application"), N_("open the application that it was made for"), go_application, NULL },
	{ 'w', N_("Under way"), N_("open the application that goes on on it"), go_open, has_open },
	{ 't', N_("Token"), N_("open the token that it lies on"), go_token, on_token },
	{ 'o', N_("Organisation"), N_("open the whole history of its holder"), go_organisation, has_organisation },
	{ K_CTRL('C'), "", N_("put the serial on the clipboard"), copy_serial, NULL },
	{ 0 }
};
const struct screen_ops screen_certificate = { .title = N_("Certificate"), .size = sizeof(struct card), .actions = card_actions,
	.open = card_open, .draw = card_draw, .key = card_key, .back = refresh, .close = card_close };

void
console_certificate(const char *serial)
{
	char copy[64];

	snprintf(copy, sizeof copy, "%.63s", serial);
	screen_push(&screen_certificate, copy);
}
