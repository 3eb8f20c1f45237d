/*
 * Carrying out: the certificate is made, the token unlocked, the revocation sent; each step is seen as it happens. A stack
 * is worked off one after the other: insert the token, F2, and F6 brings the next application. What the service's row
 * (ra/services.def) needs is asked here and nothing else.
 */
#include "db/certificate.h"
#include "db/stock.h"
#include "ra/application.h"
#include "ra/handin.h"
#include "ra/issue.h"
#include "ra/revoke.h"
#include "ra/rules.h"
#include "ra/service.h"
#include "ra/unlock.h"
#include "tui/dialog.h"
#include "tui/pane.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING ((1u << APP_APPROVED) | (1u << APP_ISSUING))

/* What each step of ra/steps.def means to who watches it. */
static const char *const step_words[STEP_N] = {
	[STEP_RESERVED] = N_("token reserved"), [STEP_INITIALISED] = N_("token initialised"),
	[STEP_INITIALISED_STORED] = N_("its SO PIN kept"), [STEP_KEY_MADE] = N_("key pair made on the token"),
	[STEP_INTENT] = N_("request journalled"), [STEP_SENT] = N_("the CA has answered"),
	[STEP_RECEIVED] = N_("certificate stored"), [STEP_ANSWERED] = N_("certificate confirmed at the CA"),
	[STEP_ISSUED] = N_("certificate issued"), [STEP_WRITTEN] = N_("written to the token and read back"),
	[STEP_VERIFIED] = N_("token verified"), [STEP_WIPED] = N_("token wiped"), [STEP_CLEARED] = N_("old key taken off the token"), [STEP_REVOKE_INTENT] = N_("revocation journalled"),
	[STEP_REVOKE_ANSWERED] = N_("revoked at the CA"), [STEP_REVOKED] = N_("seen in the CA's list"),
	[STEP_IDENTIFIED] = N_("the holder's token identified"), [STEP_PIN_SET] = N_("PIN set anew"),
	[STEP_UNLOCK_SEALED] = N_("new PIN sealed"), [STEP_UNLOCKED] = N_("PIN set and tried"),
	[STEP_RECORDED] = N_("recorded"), [STEP_PUT_ASIDE] = N_("broken token put aside as damaged"),
};

struct carry {
	struct screen s;
	struct application *a;
	const struct scheme *scheme;
	const struct service_row *row;
	int item;			/* which certificate the holder's token is for, from 1; 0: it has one, or they are made together */
	struct issue_asks asks;
	struct form form;
	struct pane result;
	enum step step[64];		/* that happened in this run */
	int steps;
	struct job *job;
	struct err err;			/* of the last run; code 0: none, or it went well */
	int made;			/* in this sitting */
	char handin[TOKEN_SERIAL_MAX];	/* the holder's token, plugged in, that may be handed in after the revocation; "": none */
};

/* ---- what is asked ---- */

static const struct form_row token_row = { .id = "token", .en = N_("token"), .limit = 16, .edit = EDIT_NARROW | EDIT_SQUEEZE,
	.hint = N_("serial of the plugged-in token (F7 lists them); empty: the blank one that has waited longest") };
static const struct form_row own_row = { .id = "token", .en = N_("token"), .limit = 16, .edit = EDIT_NARROW | EDIT_SQUEEZE,
	.hint = N_("serial of the holder's token, plugged in (F7 lists them)") };
static const struct form_row pin_row = { .id = "pin", .en = N_("holder's PIN"), .limit = 63, .edit = EDIT_SECRET,
	.hint = N_("typed by the holder; empty: a new initial PIN is set, to be changed at first use") };
static const struct form_row csr_row = { .id = "csr", .en = N_("or a request file"), .limit = 200,
	.hint = N_("a CSR that the holder's own device made; the token stays empty then") };
static const struct form_row key_row = { .id = "same_key", .en = N_("keep the key"), .kind = FIELD_YESNO,
	.hint = N_("no: a new key pair is made on the token; yes: the old one goes on") };
static const struct form_row item_row = { .id = "item", .en = N_("certificate"), .kind = FIELD_NUMBER, .limit = 2,
	.edit = EDIT_DIGITS | EDIT_NARROW, .required = true, .hint = N_("which of the application's certificates the token is for: 1, 2 ..") };

/* Holders' tokens are plugged in one by one: the first certificate that is not made yet; 0: they are not asked for singly. */
static int
first_open(const struct carry *c)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct err ignored;
	size_t n;

	if (c->row->medium != MEDIUM_SAME || !app_items(console_office()->db, c->a->id, item, RECORD_USERS_MAX + 1, &n, &ignored) || n < 2)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (item[i].state == ITEM_OPEN || item[i].state == ITEM_ISSUING || item[i].state == ITEM_ISSUED)
			return item[i].n;
	return 0;
}

static void
ask(struct carry *c)
{
	struct form_row rows[5];
	size_t n = 0;

	if (c->item != 0)
		rows[n++] = item_row;
	if (c->row->act == ACT_UNLOCK)
		rows[n++] = own_row;
	else if (c->row->act == ACT_ISSUE && c->row->at_ca != AT_CA_NOTHING) {
		rows[n++] = c->row->medium == MEDIUM_SAME ? own_row : token_row;
		if (c->asks.pin)
			rows[n++] = pin_row;
		rows[n++] = csr_row;
		if (c->asks.same_key)
			rows[n++] = key_row;
	}
	form_rows(&c->form, rows, n);
}

/* The token that the certificate acted on lies on: the one that has to be plugged in. */
static bool
own_token(struct carry *c, char serial[17], struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct certificate old;
	size_t n, at = c->item > 0 ? (size_t)c->item - 1 : 0;
	bool found;

	serial[0] = '\0';
	if (!app_items(console_office()->db, c->a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	if (n <= at || item[at].old == 0)
		return true;
	if (!cert_load(console_office()->db, item[at].old, &old, &found, e))
		return false;
	if (found)
		snprintf(serial, 17, "%.16s", old.token);
	return true;
}

static bool
load(struct carry *c, struct err *e)
{
	struct office *o = console_office();
	char no[APP_NO_MAX], serial[17];

	snprintf(no, sizeof no, "%s", c->a->no);
	return application_load(o, no, c->a, e) && rules_scheme(o, c->a, &c->scheme, e) && service_of(o, c->a, &c->row, e)
	    && own_token(c, serial, e);
}

/* ---- what came of it ---- */

static bool
put_item(struct pane *p, const struct app_item *i, struct err *e)
{
	struct office *o = console_office();
	struct certificate c;
	struct stock t;
	bool cert = false, token = false;
	char to[20];

	if ((i->certificate != 0 && !cert_load(o->db, i->certificate, &c, &cert, e))
	    || (i->token != 0 && !stock_load(o->db, i->token, &t, &token, e)))
		return false;
	pane_row(p, i->state == ITEM_VERIFIED || i->state == ITEM_DELIVERED ? INK_GOOD : INK_PLAIN, tr("state"), "%s",
	    tr_name(item_state_names, (int)i->state));
	if (cert) {
		when_short(c.not_after, to);
		pane_row(p, INK_STRONG, tr("serial"), "%s", c.serial);
		pane_row(p, INK_PLAIN, tr("valid"), tr("to %s  (%s)"), to, tr_name(cert_state_names, (int)cert_state_at(&c, when_now())));
	}
	if (token)
		pane_row(p, INK_PLAIN, tr("token"), "%s  %s", t.serial, tr_name(token_state_names, (int)t.state));
	return true;
}

/* What F2 is going to do: said as long as nothing was done. */
static const char *
plan_of(const struct carry *c)
{
	if (c->row->act == ACT_UNLOCK)
		return N_("F2 sets a new PIN on the holder's token, which has to be plugged in, and tries it.");
	if (c->row->act == ACT_REVOKE)
		return N_("F2 tells the CA, and looks into the CA's list whether it is done.");
	return N_("F2 makes the key pair on the token, has the certificate issued by the CA, writes it on the token and reads it back."
	    " Ctrl-P prints the PIN letter then.");
}

static void
show_result(struct carry *c)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct err e = { 0 };
	size_t n;
	char old[17];

	pane_begin(&c->result);
	if (c->err.code != FAULT_NONE)
		pane_text(&c->result, c->err.code == FAULT_LATER ? INK_WARN : INK_BAD, err_in(&c->err, tr_english()));
	if (c->err.code == FAULT_LATER)
		pane_text(&c->result, INK_PLAIN, tr("Nothing is lost: F2 goes on from here."));
	if (!app_items(console_office()->db, c->a->id, item, RECORD_USERS_MAX + 1, &n, &e))
		n = 0;
	if (c->handin[0])
		pane_text(&c->result, INK_WARN, tr("The holder's token is plugged in. If it was handed in, F4 destroys its keys; if not, it stays as it is."));
	for (size_t i = 0; i < n && e.code == FAULT_NONE; i++)
		if (item[i].state != ITEM_OPEN && !put_item(&c->result, &item[i], &e))
			break;
	/* the newest on top: what happens now is seen without scrolling */
	for (int i = c->steps - 1; i >= 0; i--)
		pane_row(&c->result, INK_GOOD, "+", "%s", tr(step_words[c->step[i]]));
	if (c->row->medium == MEDIUM_SAME && c->steps == 0 && own_token(c, old, &e) && old[0])
		pane_row(&c->result, INK_PLAIN, tr("holder's token"), "%s", old);
	if (c->err.code == FAULT_NONE && c->steps == 0 && (c->a->state == APP_APPROVED || c->a->state == APP_ISSUING))
		pane_text(&c->result, INK_DIM, tr(plan_of(c)));
	if (e.code != FAULT_NONE)
		notice_err(&e);
}

/* The rows for the certificate that comes next, with the token that has to be plugged in for it. */
static void
prepare(struct carry *c)
{
	char serial[17], nth[12];
	struct err e;

	c->item = first_open(c);
	ask(c);
	snprintf(nth, sizeof nth, "%d", c->item);
	form_set(&c->form, "item", c->item != 0 ? nth : "");
	form_set(&c->form, "token", "");
	form_set(&c->form, "pin", "");
	form_set(&c->form, "csr", "");
	form_set(&c->form, "same_key", "no");
	if (c->row->medium == MEDIUM_SAME && own_token(c, serial, &e))
		form_set(&c->form, "token", serial);
}

/* Another certificate: its token. */
static void
changed(void *arg, const char *id)
{
	struct carry *c = arg;
	char serial[17];
	struct err e;

	if (strcmp(id, "item") != 0)
		return;
	c->item = (int)strtol(form_value(&c->form, "item"), NULL, 10);
	if (own_token(c, serial, &e))
		form_set(&c->form, "token", serial);
}
static const struct form_calls calls = { .changed = changed };

static bool
begin(struct carry *c, struct err *e)
{

	c->steps = 0;
	c->handin[0] = '\0';
	memset(&c->err, 0, sizeof c->err);
	c->asks = (struct issue_asks){ 0 };
	if (!load(c, e))
		return false;
	if (c->row->act == ACT_ISSUE && !issue_asks_of(console_office(), c->a->no, &c->asks, e))
		return false;
	prepare(c);
	show_result(c);
	return true;
}

/* ---- the work ---- */

struct working {
	char no[APP_NO_MAX], token[20], csr[EDIT_BYTES], pin[260];
	int64_t version;
	int item;
	bool same_key;
	enum act act;
	struct job *job;
	enum step step[64];		/* written by the lane, read by the loop up to `steps`, which is written last */
	_Atomic int steps;
	char handin[TOKEN_SERIAL_MAX];	/* as in struct carry */
};

static void
working_free(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct working));
}

static void
watch(void *arg, enum step s)
{
	struct working *k = arg;
	int n = k->steps;

	if (n < (int)(sizeof k->step / sizeof *k->step)) {
		k->step[n] = s;
		k->steps = n + 1;
	}
	job_progress(k->job, n + 1, 0, tr(step_words[s]));
}

static bool
work_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct working *k = arg;
	struct issue_medium m = { .token = k->token[0] ? k->token : NULL, .csr = k->csr[0] ? k->csr : NULL,
	    .pin = k->pin[0] ? k->pin : NULL, .item = k->item, .same_key = k->same_key };
	bool ok;

	k->job = j;
	office_watch(watch, k);
	if (k->act == ACT_UNLOCK)
		ok = unlock_application(o, k->no, k->version, k->token, e);
	else if (k->act == ACT_REVOKE)
		ok = revoke_application(o, k->no, k->version, e) && handin_offered(o, k->no, k->handin, e);
	else
		ok = issue_application(o, k->no, k->version, &m, e);
	office_watch(NULL, NULL);
	return ok;
}

static void
take_steps(struct carry *c, const struct working *k)
{
	c->steps = k->steps;
	memcpy(c->step, k->step, (size_t)c->steps * sizeof *c->step);
}

static void
work_progress(struct screen *s, void *arg)
{
	struct carry *c = (struct carry *)s;

	take_steps(c, arg);
	show_result(c);
}

static void
work_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct carry *c = (struct carry *)s;
	struct err again = { 0 };

	c->job = NULL;
	take_steps(c, arg);
	snprintf(c->handin, sizeof c->handin, "%s", ((struct working *)arg)->handin);
	memset(&c->err, 0, sizeof c->err);
	if (!ok)
		c->err = *e;
	if (!load(c, &again))
		notice_err(&again);
	show_result(c);
	form_set(&c->form, "pin", "");
	if (ok && c->item != 0 && first_open(c) != 0) {
		prepare(c);
		notice(TONE_GOOD, N_("made; now the token of certificate %d"), c->item);
	} else if (ok) {
		c->made++;
		notice(TONE_GOOD, N_("%s: %s; F6 brings the next one"), c->a->no, tr_name(app_state_names, (int)c->a->state));
	} else if (e->field[0] && form_value(&c->form, e->field)[0]) {
		form_refuse(&c->form, e);
	}
}

static const struct job_plan work_plan = { .lane = JOB_SLOW, .what = N_("working"), .run = work_run, .done = work_done,
	.progress = work_progress, .drop = working_free };

static void
go(struct screen *s)
{
	struct carry *c = (struct carry *)s;
	struct working *k;
	struct err e = { 0 };

	if (c->a->state != APP_APPROVED && c->a->state != APP_ISSUING && !(c->a->state == APP_ISSUED && c->err.code == FAULT_LATER)) {
		notice(TONE_INFO, N_("%s is done already; F6 brings the next one"), c->a->no);
		return;
	}
	if (!load(c, &e)) {
		notice_err(&e);
		return;
	}
	k = calloc(1, sizeof *k);
	if (!k)
		abort();
	snprintf(k->no, sizeof k->no, "%s", c->a->no);
	snprintf(k->token, sizeof k->token, "%.16s", form_value(&c->form, "token"));
	snprintf(k->csr, sizeof k->csr, "%s", form_value(&c->form, "csr"));
	snprintf(k->pin, sizeof k->pin, "%.255s", form_value(&c->form, "pin"));
	k->same_key = strcmp(form_value(&c->form, "same_key"), "yes") == 0 && !k->csr[0];
	if (k->csr[0])
		k->token[0] = '\0';
	k->version = c->a->version;
	k->item = c->item;
	k->act = c->row->act;
	c->steps = 0;
	memset(&c->err, 0, sizeof c->err);
	show_result(c);
	c->job = job_start(s, &work_plan, k);
}

static void
token_chosen(struct screen *below, const char *serial)
{
	form_set(&((struct carry *)below)->form, "token", serial);
}

static void
plugged(struct screen *s)
{
	plugged_ask(s, ((struct carry *)s)->row->medium == MEDIUM_NEW, token_chosen);
}

static bool
idle(struct screen *s)
{
	return !((struct carry *)s)->job;
}

static void
hand_in(struct screen *s)
{
	handin_ask(((struct carry *)s)->handin);
}

static bool
has_handin(struct screen *s)
{
	return idle(s) && ((struct carry *)s)->handin[0] != '\0';
}

/* ---- the screen ---- */

static bool
carry_open(struct screen *s, void *arg)
{
	struct carry *c = (struct carry *)s;
	struct err e = { 0 };

	c->a = calloc(1, sizeof *c->a);
	if (!c->a)
		abort();
	snprintf(c->a->no, sizeof c->a->no, "%s", (const char *)arg);
	form_open(&c->form, NULL, 0, &calls, c);
	if (office_may(console_office(), ACT_ISSUE, &e) && begin(c, &e))
		return true;
	notice_err(&e);
	return false;
}

static void
carry_close(struct screen *s)
{
	struct carry *c = (struct carry *)s;

	form_close(&c->form);
	pane_close(&c->result);
	OPENSSL_clear_free(c->a, sizeof *c->a);
}

static void
carry_back(struct screen *s)
{
	struct carry *c = (struct carry *)s;
	struct err e = { 0 };

	struct stock t;
	bool found;

	if (!c->job && !load(c, &e))
		notice_err(&e);
	if (c->handin[0] && stock_find(console_office()->db, c->handin, &t, &found, &e) && found && t.state == TOKEN_TERMINATED)
		c->handin[0] = '\0';
	show_result(c);
}

static void
carry_draw(struct screen *s, struct area a)
{
	struct carry *c = (struct carry *)s;
	char line[300];
	int x, rows = (int)c->form.n + 1;

	x = a.x + 1 + paint_text(a.y, a.x + 1, 24, INK_STRONG, c->a->no);
	x += 2 + paint_text(a.y, x + 2, 16, INK_GOOD, tr_name(app_state_names, (int)c->a->state));
	snprintf(line, sizeof line, "%s  %s", service_title(&c->a->record.head), scheme_title(c->scheme));
	paint_text(a.y, x + 2, a.x + a.w - x - 3, INK_PLAIN, line);
	paint_text(a.y + 1, a.x + 1, a.w - 2, INK_STRONG, c->a->record.org.name);
	form_draw(&c->form, (struct area){ a.y + 3, a.x, rows, a.w });
	paint_rule(a.y + 3 + rows, a.x, a.w, c->job ? tr("working ..") : tr("Steps"));
	pane_draw(&c->result, (struct area){ a.y + 4 + rows, a.x, a.h - 4 - rows, a.w });
	if (c->job)
		hint(N_("Esc leaves this running; what is not finished waits in the queue"));
	else if (c->form.n == 0)
		hint(N_("F2 carries it out"));
}

static bool
carry_key(struct screen *s, int key)
{
	struct carry *c = (struct carry *)s;

	if (c->job)
		return pane_key(&c->result, key);
	if (c->form.n > 0) {
		enum form_answer f = form_key(&c->form, key);

		if (f == FORM_DONE)
			go(s);
		if (f != FORM_IGNORED)
			return true;
	}
	return pane_key(&c->result, key);
}

static bool
has_token(struct screen *s)
{
	const struct carry *c = (const struct carry *)s;

	return !c->job && c->form.n > 0;
}

static void
next_one(struct screen *s)
{
	struct carry *c = (struct carry *)s;
	struct err e = { 0 };
	char no[APP_NO_MAX];

	if (!waiting_next(WAITING, c->a->id, no) || strcmp(no, c->a->no) == 0) {
		notice(TONE_INFO, N_("nothing more waits to be carried out; done in this sitting: %d"), c->made);
		return;
	}
	snprintf(c->a->no, sizeof c->a->no, "%s", no);
	if (!begin(c, &e))
		notice_err(&e);
}

static void
whole(struct screen *s)
{
	console_application(((struct carry *)s)->a->no);
}

static void
print_it(struct screen *s)
{
	screen_push(&screen_print, ((struct carry *)s)->a->no);
}

static const struct action carry_actions[] = {
	{ K_F(2), N_("Go"), N_("make the certificate, unlock, revoke: what the service is; goes on where it stopped"), go, idle },
	{ K_F(6), N_("Next"), N_("the next application that waits to be carried out"), next_one, idle },
	{ K_F(4), N_("Hand in"), N_("the holder handed in the token: destroy its keys"), hand_in, has_handin },
	{ K_F(7), N_("Tokens"), N_("choose among the tokens that are plugged in"), plugged, has_token },
	{ K_F(5), N_("Resume"), N_("finish everything that a crash or a silent CA left, not only this"), resume_all, idle },
	{ K_CTRL('P'), N_("Print"), N_("PIN letter, pick-up slip"), print_it, idle },
	{ K_F(8), N_("Open"), N_("the whole application with its tabs"), whole, NULL },
	{ 0 }
};
const struct screen_ops screen_carry = { .title = N_("Carry out"), .size = sizeof(struct carry), .actions = carry_actions,
	.open = carry_open, .draw = carry_draw, .key = carry_key, .back = carry_back, .close = carry_close };

/* A step of next_steps. */
void
carry_it(struct screen *app, const struct application *a)
{
	char no[APP_NO_MAX];

	(void)app;
	snprintf(no, sizeof no, "%s", a->no);
	screen_push(&screen_carry, no);
}
