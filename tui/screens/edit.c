/* Going on with an unfinished form, and editing an application: the same form with something in it. */
#include "ra/desk.h"
#include "ra/application.h"
#include "ra/old.h"
#include "ra/rules.h"
#include "ra/workflow.h"
#include "tui/screens/new.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The scheme of the form: of an application its accepted version, else the one in force. Tells when somebody was faster. */
static bool
env_of(struct new *n, struct form_env *env, struct err *e)
{
	struct office *o = console_office();
	struct application *a = calloc(1, sizeof *a);
	const struct service_row *row;
	struct certificate old;
	int64_t version;
	bool known = false, stands = false, late = false, ok;

	n->before = malloc(sizeof *n->before);
	if (!a || !n->before)
		abort();
	a->record = *n->record;
	if (n->draft->no[0])
		ok = application_load(o, n->draft->no, a, e) && rules_scheme(o, a, &env->scheme, e)
		    && service_of(o, a, &row, e) && old_base(o, a, n->before, &known, e) && old_certificate(o, a, row, &old, &stands, e);
	else
		ok = office_scheme_now(o, a->record.head.scheme, &env->scheme, &version, e)
		    && (row = service_row(env->scheme, a->record.head.service, a->record.head.reason, e)) != NULL
		    && old_certificate(o, a, row, &old, &stands, e)
		    && (!(known = stands) || desk_fill(o, &n->record->head, n->before, &late, e));
	if (ok && n->draft->no[0] && a->version != n->draft->version)
		notice(TONE_WARN, N_("somebody changed %s since this form was begun: look at it before you store yours"), a->no);
	env->today = day_of(when_now());
	if (ok && known) {
		env->before = n->before;
		env->late = n->draft->no[0] ? a->late : late;
	}
	n->old_end = ok && stands ? old.not_after : 0;
	OPENSSL_clear_free(a, sizeof *a);
	return ok && office_printable(o, env, e);
}

bool
new_begin(struct screen *s, void *arg)
{
	struct new *n = (struct new *)s;
	struct form_env env = { 0 };
	struct err e = { 0 };

	new_make(n);
	OPENSSL_clear_free(n->draft, sizeof *n->draft);
	n->draft = arg;
	*n->record = n->draft->record;
	if (!env_of(n, &env, &e) || !new_form(n, &env, &e)) {
		notice_err(&e);
		return false;
	}
	if (n->draft->here[0])
		form_go(&n->entry.form, n->draft->here);
	else
		form_go_open(&n->entry.form);
	return true;
}

void
new_resume(const char *id)
{
	struct draft *d = calloc(1, sizeof *d);
	struct err e;

	if (!d)
		abort();
	if (draft_load(console_office(), id, d, &e)) {
		screen_push(&screen_edit, d);
		return;
	}
	notice_err(&e);
	OPENSSL_clear_free(d, sizeof *d);
}

/* ---- editing shows identity numbers whole: that is on the audit before the form opens ---- */

struct editing {
	char no[APP_NO_MAX];
	struct draft draft;
};

static bool
edit_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct editing *t = arg;
	struct application *a = calloc(1, sizeof *a);
	enum app_state to;
	bool found = false;
	bool ok;

	(void)j;
	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, t->no, a, e) && workflow_may(o, a, ACT_EDIT, &to, e)
	    && application_note_opened(o, a, ACT_OPEN_ID, "edit", e) && draft_of(o, t->no, &t->draft, &found, e);
	if (ok && !found) {
		memset(&t->draft, 0, sizeof t->draft);
		memcpy(t->draft.no, a->no, sizeof a->no);
		t->draft.version = a->version;
		t->draft.record = a->record;
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

static void
edit_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct editing *t = arg;
	struct draft *d;

	(void)s;
	if (!ok) {
		notice_err(e);
		return;
	}
	d = malloc(sizeof *d);
	if (!d)
		abort();
	*d = t->draft;
	screen_push(&screen_edit, d);
}

static void
edit_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct editing));
}

static const struct job_plan edit_plan = { .lane = JOB_STORE, .what = N_("opening the form"), .wait = true, .run = edit_run,
	.done = edit_done, .drop = edit_drop };

void
edit_application(struct screen *app, const struct application *a)
{
	struct editing *t = OPENSSL_zalloc(sizeof *t);

	if (!t)
		abort();
	memcpy(t->no, a->no, sizeof t->no);
	job_start(app, &edit_plan, t);
}
