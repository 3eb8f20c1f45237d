#include "ra/lapse.h"

#include "db/queue.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/guard.h"
#include "ra/rules.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY 86400
#define OPEN (1u << APP_DRAFT | 1u << APP_RECEIVED | 1u << APP_CORRECTION | 1u << APP_REVIEW | 1u << APP_APPROVED)

/* Which period runs for it now, in days, and since when; 0: none. */
static int
running(const struct scheme *s, const struct application *a, int64_t *since, char *why, size_t whysz)
{
	if (a->state == APP_DRAFT) {
		snprintf(why, whysz, tr("not accepted within %d days"), s->lapse_draft_days);
		return s->lapse_draft_days;
	}
	if (a->state == APP_CORRECTION) {
		snprintf(why, whysz, tr("the correction was not answered within %d days"), s->lapse_correction_days);
		return s->lapse_correction_days;
	}
	if (a->paid_fen + a->waived_fen >= a->due_fen)
		return 0;
	*since = a->accepted_at;
	snprintf(why, whysz, tr("not paid within %d days"), s->lapse_unpaid_days);
	return s->lapse_unpaid_days;
}

bool
lapse_of(struct office *o, const struct application *a, int64_t *at, char *why, size_t whysz, struct err *e)
{
	const struct scheme *s;
	struct queue_row row;
	int64_t since;
	bool found;
	int days;

	*at = 0;
	why[0] = '\0';
	if (!(OPEN & 1u << a->state))
		return true;
	if (!rules_scheme(o, a, &s, e) || !queue_row(o->db, a->id, &row, &found, e))
		return false;
	since = found ? row.since : a->entered_at;
	days = running(s, a, &since, why, whysz);
	*at = days > 0 ? since + (int64_t)days * DAY : 0;
	return true;
}

bool
guard_overdue(struct office *o, const struct application *a, struct err *e)
{
	char why[200], day[11];
	int64_t at;

	if (!lapse_of(o, a, &at, why, sizeof why, e))
		return false;
	if (at == 0)
		return err_refuse(e, "no period runs for %s after which it lapses: withdraw or refuse it", a->no);
	day_show(day_of(at), day);
	return at <= when_now() || err_refuse(e, "%s lapses on %s, not before", a->no, day);
}

bool
lapse_one(struct office *o, const char *no, int64_t version, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char why[200];
	int64_t at;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && lapse_of(o, a, &at, why, sizeof why, e)
	    && desk_step(o, a->no, version, ACT_EXPIRE, why, e);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* What is not overdue, or was moved on meanwhile, is left as it is. */
static bool
look_at(struct office *o, const char *no, void (*tell)(void *arg, const char *line), void *arg, int *n, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char why[200], line[300];
	enum app_state to;
	struct err not_yet;
	int64_t at;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e);
	if (ok && workflow_may(o, a, ACT_EXPIRE, &to, &not_yet)) {
		ok = lapse_of(o, a, &at, why, sizeof why, e) && desk_step(o, a->no, a->version, ACT_EXPIRE, why, e);
		*n += ok;
		snprintf(line, sizeof line, "%s: %s", a->no, why);
		if (ok && tell)
			tell(arg, line);
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
lapse_all(struct office *o, void (*tell)(void *arg, const char *line), void *arg, int *n, struct err *e)
{
	struct queue_filter f = { .states = OPEN };
	struct queue_row row[64];
	int64_t edge = 0;
	bool end = false, ok = office_may(o, ACT_EXPIRE, e);
	size_t k;

	*n = 0;
	while (ok && !end) {
		ok = queue_page(o->db, &f, edge, false, row, 64, &k, &edge, &end, e);
		for (size_t i = 0; ok && i < k; i++)
			ok = look_at(o, row[i].no, tell, arg, n, e);
	}
	return ok;
}
