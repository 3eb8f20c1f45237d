/* A step of an application: the will of a holder who is not here is proven by a one-time code, sent and told back. */
#include "ra/code.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct telling { char no[APP_NO_MAX], code[80]; struct code_sent sent; };

static struct telling *
telling_new(const char *no)
{
	struct telling *t = OPENSSL_zalloc(sizeof *t);

	if (!t)
		abort();
	snprintf(t->no, sizeof t->no, "%s", no);
	return t;
}

static void
telling_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct telling));
}

/* ---- the code is told ---- */

static bool
check_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct telling *t = arg;

	(void)j;
	return code_check(o, t->no, 0, t->code, e);
}

static void
check_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct telling *t = arg;

	if (!ok) {
		form_set(dialog_form_of(dialog), "code", "");
		dialog_refuse(dialog, e);
		return;
	}
	notice(TONE_GOOD, N_("%s: the will is proven"), t->no);
	dialog_done(dialog);
}

static const struct job_plan check_plan = { .lane = JOB_STORE, .what = N_("checking the code"), .wait = true, .run = check_run,
	.done = check_done, .drop = telling_drop };

static void
code_given(struct screen *dialog, struct form *f, void *arg)
{
	struct telling *t = telling_new(arg);

	snprintf(t->code, sizeof t->code, "%.79s", form_value(f, "code"));
	job_start(dialog, &check_plan, t);
}

static const struct form_row code_rows[] = {
	{ .id = "code", .en = N_("one-time code"), .limit = 12, .edit = EDIT_NARROW | EDIT_SQUEEZE, .required = true,
	  .hint = N_("as the holder tells it") },
};
static const struct dialog_form code_dialog = { .title = N_("One-time code"), .rows = code_rows, .n = 1, .done = code_given,
	.drop = free };

static void
ask_code(const char *no, const char *note)
{
	dialog_form(&code_dialog, note, strdup(no));
}

/* ---- the code is sent ---- */

static bool
send_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct telling *t = arg;

	(void)j;
	return code_send(o, t->no, 0, &t->sent, e);
}

static void
send_done(struct screen *app, void *arg, bool ok, const struct err *e)
{
	const struct telling *t = arg;
	char until[20], note[300];

	app->ops->back(app);
	if (!ok) {
		notice_err(e);
		return;
	}
	when_show(t->sent.expires_at, until);
	snprintf(note, sizeof note, tr("Sent to %s, the registered phone; taken until %.5s. %d more may be sent."), t->sent.to, until + 11,
	    t->sent.left);
	ask_code(t->no, note);
}

static const struct job_plan send_plan = { .lane = JOB_SLOW, .what = N_("sending the code"), .wait = true, .run = send_run,
	.done = send_done, .drop = telling_drop };

static void
way_chosen(struct screen *app, void *arg, int i)
{
	if (i == 0)
		job_start(app, &send_plan, telling_new(arg));
	else
		ask_code(arg, NULL);
}

void
prove_will(struct screen *app, const struct application *a)
{
	static char no[APP_NO_MAX];	/* of the choice on the screen */
	struct dialog_option o[] = { { .label = tr("send a code"), .key = 's' }, { .label = tr("type the code that was sent"), .key = 't' } };
	struct code_state s;
	struct err e;

	snprintf(no, sizeof no, "%s", a->no);
	if (!code_state_of(console_office(), a->id, &s, &e))
		notice_err(&e);
	else if (s.open)
		dialog_choose(tr("One-time code"), o, 2, 1, way_chosen, no);
	else
		job_start(app, &send_plan, telling_new(no));
}
