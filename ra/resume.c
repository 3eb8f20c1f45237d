/* After a kill or a silent CA: everything that is journalled and not done is gone on with. Declared in ra/issue.h. */
#include "ra/issue.h"

#include "db/certificate.h"
#include "forms/tr.h"
#include "ra/item.h"
#include "ra/lock.h"
#include "ra/pin.h"
#include "ra/revoke.h"
#include "ra/service.h"
#include "ra/tidy.h"
#include "ra/unlock.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNFINISHED_MAX 4096
#define LINE_MAX_RA 600

/* A holder who was sent away with the own PIN has to hear of it. */
static bool
has_new_pin(struct office *o, const struct application *a, int64_t item)
{
	const struct service_row *row;
	struct err ignored;
	char pin[PIN_MAX];
	bool yes;

	if (!service_of(o, a, &row, &ignored) || row->medium != MEDIUM_SAME || !app_item_pin(o->db, o->keys, item, pin, &ignored))
		return false;
	yes = pin[0] != '\0';
	OPENSSL_cleanse(pin, sizeof pin);
	return yes;
}

/* Each goes on with one thing and puts into line what it was and how it went. */
static bool
go_on_issue(struct office *o, struct intent *i, char line[LINE_MAX_RA], struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX] = "";
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = app_no_of(o->db, i->application, no, e) && issue_go_on(o, i->application, i->item, a, e);
	snprintf(line, LINE_MAX_RA, "%s: %s%s%s", no, ok ? tr_name(app_state_names, (int)a->state) : e->text,
	    ok && has_new_pin(o, a, i->item) ? ", " : "",
	    ok && has_new_pin(o, a, i->item) ? tr("the holder's token has a new initial PIN") : "");
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* As it is once we have the lock: another console may have done it meanwhile. */
static bool
revoke_and_end(struct office *o, struct intent *i, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	int64_t id = i->id;
	int lock = lock_item(o, i->item, e);
	bool found, ok = a && lock >= 0;

	if (ok) {
		intent_clear(i);
		ok = intent_load(o->db, id, i, &found, e);
	}
	ok = ok && (i->state != INTENT_OPEN || revoke_send(o, i, e)) && item_load(o, i->application, i->item, a, &item, e)
	    && issue_end_dead(o, a, &item, e);
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

static bool
go_on_revoke(struct office *o, struct intent *i, char line[LINE_MAX_RA], struct err *e)
{
	struct certificate c = { 0 };
	struct err ignored;
	int64_t certificate = i->certificate;
	bool found, ok = revoke_and_end(o, i, e);

	if (!cert_load(o->db, certificate, &c, &found, &ignored))
		snprintf(c.serial, sizeof c.serial, "?");
	snprintf(line, LINE_MAX_RA, "%s: %s", c.serial, ok ? tr_name(cert_state_names, (int)c.state) : e->text);
	return ok;
}

struct resuming {
	struct office *o;
	void (*tell)(void *arg, const char *line);
	void *arg;
	struct issue_tally *t;
};

static void
count(struct resuming *r, bool done, const char *line, const struct err *e)
{
	r->t->finished += done;
	r->t->ended += !done && e->code == FAULT_REFUSED;
	r->t->waiting += !done && e->code != FAULT_REFUSED;
	if (r->tell)
		r->tell(r->arg, line);
}

/* One kind of intents of those that were unfinished at the beginning; others may be done by now. */
static bool
resume_intents(struct resuming *r, const int64_t *ids, size_t n, bool revoke, struct err *e)
{
	for (size_t k = 0; k < n; k++) {
		struct intent i;
		struct err inner = { 0 };
		char line[LINE_MAX_RA] = "";
		bool found;

		if (!intent_load(r->o->db, ids[k], &i, &found, e))
			return false;
		if (found && i.revoke == revoke && i.state != INTENT_DONE && i.state != INTENT_ENDED) {
			bool done = (revoke ? go_on_revoke : go_on_issue)(r->o, &i, line, &inner);

			count(r, done, line, &inner);
		}
		intent_clear(&i);
	}
	return true;
}

static bool
resume_unlocks(struct resuming *r, int64_t *ids, struct err *e)
{
	size_t n;

	if (!app_items_waiting(r->o->db, ids, UNFINISHED_MAX, &n, e))
		return false;
	for (size_t k = 0; k < n; k++) {
		struct err inner = { 0 };
		char line[LINE_MAX_RA] = "";
		bool done = unlock_resume(r->o, ids[k], line, sizeof line, &inner);

		count(r, done, line, &inner);
	}
	return true;
}

/* Tokens that were being initialised, and no intent yet. */
static bool
resume_reserved(struct resuming *r, int64_t *ids, struct err *e)
{
	size_t n;

	if (!app_items_reserved(r->o->db, ids, UNFINISHED_MAX, &n, e))
		return false;
	for (size_t k = 0; k < n; k++) {
		struct err inner = { 0 };
		char line[LINE_MAX_RA];
		bool done = issue_reserved(r->o, ids[k], line, sizeof line, &inner);

		if (line[0])
			count(r, done, line, &inner);
	}
	return true;
}

/* Old keys on tokens that are still here. */
static bool
resume_tidy(struct resuming *r, int64_t *ids, struct err *e)
{
	size_t n;

	if (!app_items_untidy(r->o->db, when_now(), ids, UNFINISHED_MAX, &n, e))
		return false;
	for (size_t k = 0; k < n; k++) {
		struct err inner = { 0 };
		char line[LINE_MAX_RA];

		if (!tidy_left(r->o, ids[k], line, sizeof line, e))
			return false;
		if (line[0])
			count(r, true, line, &inner);
	}
	return true;
}

bool
issue_resume(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct issue_tally *t, struct err *e)
{
	struct resuming r = { o, tell, arg, t };
	int64_t *ids = calloc(UNFINISHED_MAX, sizeof *ids);
	size_t n = 0;
	bool ok;

	memset(t, 0, sizeof *t);
	if (!ids)
		return err_internal(e, "out of memory");
	/* revocations first: what is to end is not written to a token before */
	ok = office_may(o, ACT_RESUME, e) && intent_unfinished(o->db, ids, UNFINISHED_MAX, &n, e)
	    && resume_intents(&r, ids, n, true, e) && resume_intents(&r, ids, n, false, e) && resume_unlocks(&r, ids, e)
	    && resume_reserved(&r, ids, e) && resume_tidy(&r, ids, e);
	free(ids);
	return ok;
}
