/* What can be done to an application next, and how: a row per act. workflow_next says which of them are open. */
#include "db/queue.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/reason.h"
#include "ra/hold.h"
#include "ra/lapse.h"
#include "tui/dialog.h"
#include "tui/screens/application.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- steps of one key, and of a reason ---- */

struct going {
	char no[APP_NO_MAX];
	int64_t version;
	enum act act;
	char reason[TEXT_BYTES(120)];
};

static struct going *
going_new(const struct application *a, enum act act)
{
	struct going *g = calloc(1, sizeof *g);

	if (!g)
		abort();
	snprintf(g->no, sizeof g->no, "%s", a->no);
	g->version = a->version;
	g->act = act;
	return g;
}

static bool
step_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct going *g = arg;

	(void)j;
	if (g->act == ACT_ACCEPT)
		return desk_accept(o, g->no, g->version, e);
	if (g->act == ACT_EXPIRE)
		return lapse_one(o, g->no, g->version, e);
	return desk_step(o, g->no, g->version, g->act, g->reason, e);
}

static void
told(const struct going *g)
{
	notice(TONE_GOOD, N_("%s: done: %s"), g->no, act_name(g->act));
}

/* ---- what a turned-away application leaves on hold: it is said at once, and the way out is one key ---- */

static void
lift_hold(struct screen *below, void *arg)
{
	(void)below;
	service_begin(WISH_LIFT, arg);
}

static void
ask_hold(const char *no)
{
	static char serial[64];		/* of the question that is open: there is one at a time */
	struct office *o = console_office();
	struct application *a = calloc(1, sizeof *a);
	struct hold h[HOLDS_MAX];
	char text[700], why[300];
	struct err e;
	size_t n = 0;

	if (!a)
		abort();
	if (!application_load(o, no, a, &e) || !hold_left(o, a, h, &n, &e))
		notice_err(&e);
	OPENSSL_clear_free(a, sizeof *a);
	if (n == 0)
		return;
	hold_words(&h[n - 1], why, sizeof why);
	snprintf(serial, sizeof serial, "%s", h[n - 1].c.serial);
	snprintf(text, sizeof text, tr("The certificate %s stays on hold: %s. Only if the token is back: begin the report that it was found,"
	    " which lifts the hold?"), h[n - 1].c.serial, why);
	if (!h[n - 1].at_ca || h[n - 1].open_no[0] || !(acts[ACT_APPLY].roles & (1u << o->me.role)))
		notice(TONE_WARN, N_("the certificate %s stays on hold: %s"), h[n - 1].c.serial, hold_remedy(&h[n - 1]));
	else
		dialog_confirm(text, lift_hold, serial);
}

/* s is the application's screen, or the dialog over it. */
static void
step_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	enum act act = ((const struct going *)arg)->act;

	if (!ok && dialog_form_of(s)) {
		dialog_refuse(s, e);
		return;
	}
	if (!ok)
		notice_err(e);
	else
		told(arg);
	if (dialog_form_of(s))
		dialog_done(s);
	else
		s->ops->back(s);
	if (ok && act == ACT_ACCEPT)
		dossier_to_work((struct dossier *)s);
	if (ok && (act == ACT_WITHDRAW || act == ACT_REFUSE || act == ACT_EXPIRE))
		ask_hold(((const struct going *)arg)->no);
}

static const struct job_plan step_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = step_run,
	.done = step_done, .drop = free };

static void
reason_given(struct screen *dialog, struct form *f, void *arg)
{
	struct going *g = malloc(sizeof *g);

	if (!g)
		abort();
	*g = *(const struct going *)arg;
	snprintf(g->reason, sizeof g->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &step_plan, g);
}

#define REASON_LIMIT 120

static const struct form_row reason_rows[] = {
	{ .id = "reason", .en = N_("reason"), .limit = REASON_LIMIT, .required = true, .hint = N_("the applicant reads it") },
};
static const struct dialog_form reason_dialog = { .title = N_("Reason"), .rows = reason_rows, .n = 1, .done = reason_given,
	.drop = free };

void
reasons_offer(struct screen *dialog, enum reason_kind kind, const char *of)
{
	struct reasons r;
	const char *text[REASONS_MAX];
	struct err ignored;

	if (!reasons_usual(console_office(), kind, of, &r, &ignored))
		return;
	for (size_t i = 0; i < r.n; i++)
		text[i] = r.text[i];
	dialog_offer(dialog, "reason", text, r.n);
}

void
step_start(struct screen *s, const struct application *a, enum act act)
{
	job_start(s, &step_plan, going_new(a, act));
}

struct screen *
step_ask(const struct application *a, enum act act)
{
	struct screen *dialog = dialog_form(&reason_dialog, act_name(act), going_new(a, act));

	reasons_offer(dialog, REASON_TURN, acts[act].stored);
	return dialog;
}

bool
waiting_next(unsigned states, int64_t after, char no[APP_NO_MAX])
{
	struct office *o = console_office();
	struct queue_filter f = { .states = states, .hands = QUEUE_NOT_MINE, .staff = o->me.id };
	struct queue_row row;
	struct err e = { 0 };
	int64_t edge = after;
	size_t n;

	for (int round = 0; round < 2; edge = 0, round++)
		for (bool end = false; !end;) {
			if (!queue_page(o->db, &f, edge, false, &row, 1, &n, &edge, &end, &e)) {
				notice_err(&e);
				return false;
			}
			if (n == 1) {
				snprintf(no, APP_NO_MAX, "%s", row.no);
				return true;
			}
		}
	return false;
}

#define PLAIN_STEP(name, act) \
static void \
name(struct screen *app, const struct application *a) \
{ \
	step_start(app, a, act); \
}
#define REASON_STEP(name, act) \
static void \
name(struct screen *app, const struct application *a) \
{ \
	(void)app; \
	step_ask(a, act); \
}
PLAIN_STEP(accept_it, ACT_ACCEPT)
PLAIN_STEP(submit_it, ACT_SUBMIT)
PLAIN_STEP(confirm_it, ACT_CONFIRM)
PLAIN_STEP(expire_it, ACT_EXPIRE)
REASON_STEP(withdraw_it, ACT_WITHDRAW)
REASON_STEP(return_it, ACT_RETURN)
REASON_STEP(refuse_it, ACT_REFUSE)

/* What is wrong with the materials was typed once already. */
static void
correct_it(struct screen *app, const struct application *a)
{
	char wrong[TEXT_BYTES(REASON_LIMIT)];
	struct screen *dialog = step_ask(a, ACT_CORRECT);

	materials_wrong(app, REASON_LIMIT, wrong, sizeof wrong);
	if (dialog && wrong[0])
		form_set(dialog_form_of(dialog), "reason", wrong);
}

/* What goes on stands first, so that Enter takes it; then what goes back. */
const struct next_step next_steps[] = {
	{ ACT_ACCEPT, 'a', N_("Accept"), accept_it },
	{ ACT_BRING, 'z', N_("Read the other authority's certificate"), bring_it },
	{ ACT_SUBMIT, 's', N_("Submit for review"), submit_it },
	{ ACT_CODE, 'v', N_("One-time code"), prove_will },
	{ ACT_PAY, 'p', N_("Take a payment"), pay_application },
	{ ACT_APPROVE, 'r', N_("Review it"), review_it },
	{ ACT_ISSUE, 'i', N_("Make the certificate"), carry_it },
	{ ACT_UNLOCK, 'i', N_("Unlock the token"), carry_it },
	{ ACT_REVOKE, 'i', N_("Carry out at the CA"), carry_it },
	{ ACT_DELIVER, 'd', N_("Hand over to the agent"), deliver_it },
	{ ACT_SEND, 'k', N_("Send by courier"), send_it },
	{ ACT_CONFIRM, 'f', N_("Confirm the arrival"), confirm_it },
	{ ACT_EDIT, 'e', N_("Change the form"), edit_application },
	{ ACT_CORRECT, 'c', N_("Ask for correction"), correct_it },
	{ ACT_RETURN, 'b', N_("Return to the counter"), return_it },
	{ ACT_REFUSE, 'x', N_("Refuse"), refuse_it },
	{ ACT_EXPIRE, 'o', N_("Close as expired"), expire_it },
	{ ACT_WITHDRAW, 'w', N_("Withdraw"), withdraw_it },
	{ 0, '\0', NULL, NULL }
};
