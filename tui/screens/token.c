/* One token of the stock: where it is, whom it serves, and its whole history; and moving it with a reason. */
#include "ra/stock.h"
#include "ra/tidy.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/pane.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVES_MAX 300
#define WRITTEN_MAX 64
#define MOVE_ROWS 5		/* lines of the history that are always seen */

struct held {
	struct screen s;
	struct stock_row row;
	struct stock_move *move;	/* MOVES_MAX, the newest first */
	size_t n;
	struct pane pane;
	struct list list;
};

/* ---- moving ---- */

struct moving { char serial[TOKEN_SERIAL_MAX], certificate[64]; enum token_state from, to; char reason[TEXT_BYTES(100)]; };

static bool
move_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct moving *m = arg;

	(void)j;
	return stock_move(o, m->serial, m->to, m->reason, e);
}

static void
move_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct moving *m = arg;

	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	notice(TONE_GOOD, N_("%s: %s"), m->serial, tr_name(token_state_names, (int)m->to));
	dialog_done(dialog);
}

/* A reserved one may have a certificate that ends at the CA first. */
static const struct job_plan move_plan = { .lane = JOB_SLOW, .what = N_("moving the token"), .wait = true, .run = move_run,
	.done = move_done, .drop = free };

static void
reason_given(struct screen *dialog, struct form *f, void *arg)
{
	struct moving *m = malloc(sizeof *m);

	if (!m)
		abort();
	*m = *(const struct moving *)arg;
	snprintf(m->reason, sizeof m->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &move_plan, m);
}

static const struct form_row reason_rows[] = {
	{ .id = "reason", .en = N_("reason"), .limit = 100, .required = true, .hint = N_("it stands in the token's history") },
};
static const struct dialog_form reason_dialog = { .title = N_("Move the token"), .rows = reason_rows, .n = 1, .done = reason_given,
	.drop = free };

static void
to_chosen(struct screen *below, void *arg, int i)
{
	struct moving *m = malloc(sizeof *m);
	enum token_state may[TOKEN_STATE_N];
	char note[500];
	int n;

	(void)below;
	if (!m)
		abort();
	*m = *(const struct moving *)arg;
	stock_moves_from(m->from, may);
	m->to = may[i];
	n = snprintf(note, sizeof note, "%s: %s -> %s", m->serial, tr_name(token_state_names, (int)m->from),
	    tr_name(token_state_names, (int)m->to));
	if (m->certificate[0] && (m->to == TOKEN_LOST || m->to == TOKEN_DAMAGED || m->to == TOKEN_TERMINATED))
		snprintf(note + n, sizeof note - (size_t)n, "\n%s", tr("This moves the token in the stock only: its certificate stays as it is"
		    " until a replacement, a loss report or a revocation is applied for."));
	reasons_offer(dialog_form(&reason_dialog, note, m), REASON_MOVE, token_state_names[m->to].stored);
}

void
token_move_ask(const struct stock_row *row)
{
	static struct moving next;	/* of the choice on the screen; copied when one is made */
	enum token_state may[TOKEN_STATE_N];
	struct dialog_option o[TOKEN_STATE_N] = { 0 };
	size_t n = stock_moves_from(row->t.state, may);
	char title[120];

	if (n == 0) {
		notice(TONE_INFO, N_("from %s a token goes nowhere"), tr_name(token_state_names, (int)row->t.state));
		return;
	}
	memset(&next, 0, sizeof next);
	snprintf(next.serial, sizeof next.serial, "%s", row->t.serial);
	snprintf(next.certificate, sizeof next.certificate, "%s", row->certificate_serial);
	next.from = row->t.state;
	for (size_t i = 0; i < n; i++)
		o[i].label = tr_name(token_state_names, (int)may[i]);
	snprintf(title, sizeof title, "%s  %s ->", row->t.serial, tr_name(token_state_names, (int)row->t.state));
	dialog_choose(title, o, (int)n, 0, to_chosen, &next);
}

/* ---- reading ---- */

/* What else was written to it than the certificate in use: what stays, goes next, or is gone. */
static bool
put_old(struct held *h, struct err *e)
{
	struct certificate *c = calloc(WRITTEN_MAX, sizeof *c);
	char words[200], to[11];
	size_t n = 0;
	bool first = true, ok = c && cert_on_token(console_office()->db, h->row.t.id, c, WRITTEN_MAX, &n, e);

	for (size_t i = 0; ok && i < n; i++) {
		if (c[i].id == h->row.certificate)
			continue;
		ok = tidy_words(console_office(), &c[i], words, sizeof words, e);
		day_show(day_of(c[i].not_after), to);
		pane_row(&h->pane, INK_DIM, first ? tr("before it") : "", tr("%s  %s, to %s"), c[i].serial,
		    tr_name(cert_state_names, (int)cert_state_at(&c[i], when_now())), to);
		if (ok && words[0])
			pane_row(&h->pane, c[i].off_token_at != 0 ? INK_DIM : INK_PLAIN, "", "%s", words);
		first = false;
	}
	free(c);
	return ok;
}

static bool
read_all(struct held *h, const char *serial, struct err *e)
{
	struct office *o = console_office();
	char at[20];
	bool found;

	if (!stock_row(o->db, serial, &h->row, &found, e))
		return false;
	if (!found)
		return err_field(e, "token", "the token %s is not in the stock", serial);
	if (!stock_moves(o->db, h->row.t.id, h->move, MOVES_MAX, &h->n, e))
		return false;
	pane_begin(&h->pane);
	pane_row(&h->pane, INK_STRONG, tr("serial"), "%s", h->row.t.serial);
	pane_row(&h->pane, h->row.t.state == TOKEN_BLANK || h->row.t.state == TOKEN_ACTIVE ? INK_GOOD : INK_WARN, tr("state"), "%s",
	    tr_name(token_state_names, (int)h->row.t.state));
	when_short(h->row.t.added_at, at);
	pane_row(&h->pane, INK_PLAIN, tr("came"), "%s", at);
	if (h->row.owner[0])
		pane_row(&h->pane, INK_PLAIN, tr("owner"), "%s", h->row.owner);
	if (h->row.application_no[0])
		pane_row(&h->pane, INK_PLAIN, tr("application"), "%s", h->row.application_no);
	if (h->row.certificate_serial[0])
		pane_row(&h->pane, INK_PLAIN, tr("certificate"), "%s", h->row.certificate_serial);
	list_refresh(&h->list);
	return put_old(h, e);
}

static bool
moves_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct held *h = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)h->n + 1 : 0;

	(void)l;
	(void)e;
	for (*got = 0; *got < n; ++*got) {
		struct list_row *r = &out[*got];
		const struct stock_move *m;

		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)h->n)
			break;
		m = &h->move[at - 1];
		memset(r, 0, sizeof *r);
		r->id = r->key.n[0] = at;
		when_short(m->at, r->cell[0]);
		snprintf(r->cell[1], sizeof r->cell[1], "%s", m->from[0] ? tr_stored(token_state_names, m->from) : "");
		snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_stored(token_state_names, m->to));
		snprintf(r->cell[3], sizeof r->cell[3], "%s", m->who);
		snprintf(r->cell[4], sizeof r->cell[4], "%.250s", tr(m->why));
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column columns[] = {
	{ N_("When"), 16, 0, false }, { N_("From"), 8, 0, false }, { N_("To"), 8, 0, false }, { N_("Who"), 10, 1, false },
	{ N_("Why"), 26, 6, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = moves_page, .columns = columns, .empty = "" };

/* ---- the screen ---- */

static bool
held_open(struct screen *s, void *arg)
{
	struct held *h = (struct held *)s;
	struct err e = { 0 };

	h->move = calloc(MOVES_MAX, sizeof *h->move);
	if (!h->move)
		abort();
	list_open(&h->list, &source, h);
	if (office_may(console_office(), ACT_SHOW, &e) && read_all(h, arg, &e))
		return true;
	notice_err(&e);
	return false;
}

static void
held_close(struct screen *s)
{
	struct held *h = (struct held *)s;

	list_free(&h->list);
	pane_close(&h->pane);
	free(h->move);
}

static void
refresh(struct screen *s)
{
	struct held *h = (struct held *)s;
	char serial[TOKEN_SERIAL_MAX];
	struct err e;

	snprintf(serial, sizeof serial, "%s", h->row.t.serial);
	if (!read_all(h, serial, &e))
		notice_err(&e);
}

static void
held_draw(struct screen *s, struct area a)
{
	struct held *h = (struct held *)s;
	int least = MOVE_ROWS + 2, facts;

	pane_draw(&h->pane, (struct area){ a.y, a.x, a.h > least ? a.h - least : 1, a.w });
	facts = h->pane.lines + 1 < a.h - least ? h->pane.lines + 1 : a.h - least;
	if (facts < 1)
		return;
	paint_rule(a.y + facts, a.x, a.w, tr("History of moves"));
	list_draw(&h->list, (struct area){ a.y + facts + 1, a.x, a.h - facts - 1, a.w });
}

static bool
held_key(struct screen *s, int key)
{
	return list_key(&((struct held *)s)->list, key);
}

static void
read_move(struct screen *s)
{
	struct held *h = (struct held *)s;
	const struct list_row *r = list_here(&h->list);
	const struct stock_move *m = r ? &h->move[r->key.n[0] - 1] : NULL;
	char at[20], text[1200];

	if (!m)
		return;
	when_short(m->at, at);
	snprintf(text, sizeof text, "%s  %s (%s)\n%s -> %s\n\n%s", at, m->who, m->login,
	    m->from[0] ? tr_stored(token_state_names, m->from) : "", tr_stored(token_state_names, m->to), tr(m->why));
	dialog_text(h->row.t.serial, text);
}

static void
move_it(struct screen *s)
{
	token_move_ask(&((struct held *)s)->row);
}

static bool
may_move(struct screen *s)
{
	(void)s;
	return (acts[ACT_TOKEN_MOVE].roles & (1u << console_office()->me.role)) != 0;
}

static void
go_application(struct screen *s)
{
	console_application(((struct held *)s)->row.application_no);
}

static bool
has_application(struct screen *s)
{
	return ((struct held *)s)->row.application_no[0] != '\0';
}

static void
go_certificate(struct screen *s)
{
	console_certificate(((struct held *)s)->row.certificate_serial);
}

static bool
has_certificate(struct screen *s)
{
	return ((struct held *)s)->row.certificate_serial[0] != '\0';
}

static void
begin(struct screen *s)
{
	service_begin(WISH_ANY, ((struct held *)s)->row.certificate_serial);
}

static bool
may_begin(struct screen *s)
{
	return has_certificate(s) && (acts[ACT_APPLY].roles & (1u << console_office()->me.role)) != 0;
}

static const struct action held_actions[] = {
	{ K_ENTER, N_("Read"), N_("read the selected move whole"), read_move, NULL },
	{ K_F(4), N_("Service"), N_("begin a service on its certificate: renew, replace, change, unlock, revoke"), begin, may_begin },
	{ K_F(8), N_("Move"), N_("move the token: lost, damaged, blank again …"), move_it, may_move },
	{ 'a', N_("Application"), N_("open the application that it was made for"), go_application, has_application },
	{ 'c', N_("Certificate"), N_("open the certificate on it"), go_certificate, has_certificate },
	{ K_F(5), N_("Refresh"), N_("read it again"), refresh, NULL },
	{ 0 }
};
const struct screen_ops screen_token = { .title = N_("Token"), .size = sizeof(struct held), .actions = held_actions,
	.open = held_open, .draw = held_draw, .key = held_key, .back = refresh, .close = held_close };

void
console_token(const char *serial)
{
	char copy[TOKEN_SERIAL_MAX];

	snprintf(copy, sizeof copy, "%.16s", serial);
	screen_push(&screen_token, copy);
}
