/* Going on with an unfinished form, and editing an application: the same form with something in it. */
#include "ra/desk.h"
#include "ra/workflow.h"
#include "tui/screens/new.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The scheme of the form: of an application its accepted version, else the one in force. Tells when somebody was faster. */
static bool
scheme_of(struct new *n, struct err *e)
{
	struct office *o = console_office();
	struct application *a;
	int64_t version;
	bool ok;

	if (!n->draft->no[0])
		return office_scheme_now(o, n->record->head.scheme, &n->scheme, &version, e);
	a = calloc(1, sizeof *a);
	ok = a ? desk_load(o, n->draft->no, a, e) && workflow_scheme(o, a, &n->scheme, e) : err_internal(e, "out of memory");
	if (ok && a->version != n->draft->version)
		notice(TONE_WARN, N_("somebody changed %s since this form was begun: look at it before you store yours"), a->no);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

/* A service on a certificate begins with its holder's record, and is refused as it would be at its end. */
static bool
service_of_form(struct new *n, struct err *e)
{
	bool late;

	if (n->draft->no[0] || !n->record->head.old_serial[0])
		return true;
	n->before = malloc(sizeof *n->before);
	if (!n->before)
		return err_internal(e, "out of memory");
	record_clear(n->before);
	if (!desk_fill(console_office(), &n->record->head, n->before, &late, e))
		return false;
	entry_before(&n->entry, n->before, late);
	return true;
}

bool
new_begin(struct screen *s, void *arg)
{
	struct new *n = (struct new *)s;
	struct err e;

	new_make(n);
	OPENSSL_clear_free(n->draft, sizeof *n->draft);
	n->draft = arg;
	*n->record = n->draft->record;
	if (!scheme_of(n, &e) || !new_form(n, &e) || !service_of_form(n, &e)) {
		notice_err(&e);
		return false;
	}
	form_go(&n->entry.form, n->draft->here);
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
	bool ok = a ? desk_load(o, t->no, a, e) && workflow_may(o, a, ACT_EDIT, &to, e)
	    && desk_note_opened(o, a, ACT_OPEN_ID, "edit", e) && draft_of(o, t->no, &t->draft, &found, e)
	    : err_internal(e, "out of memory");

	(void)j;
	if (ok && !found) {
		memset(&t->draft, 0, sizeof t->draft);
		memcpy(t->draft.no, a->no, sizeof a->no);
		t->draft.version = a->version;
		t->draft.record = a->record;
	}
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
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
