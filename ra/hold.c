#include "ra/hold.h"

#include "db/stock.h"
#include "forms/tr.h"
#include "ra/ca.h"
#include "ra/journal.h"
#include "ra/revoke.h"
#include "ra/rules.h"
#include "ra/service.h"

#include <stdio.h>
#include <string.h>

/* ---- what is on hold ---- */

static bool
first(void *arg, const struct holder_open *x, struct err *e)
{
	char *no = arg;

	(void)e;
	if (!no[0] && x->decides)
		snprintf(no, APP_NO_MAX, "%s", x->no);
	return true;
}

/* One that is held with its successor is decided about with that one. */
static bool
open_on(struct office *o, const struct certificate *c, char no[APP_NO_MAX], struct err *e)
{
	no[0] = '\0';
	return holder_open_on(o->db, c->id, first, no, e)
	    && (no[0] || c->replaced_by == 0 || holder_open_on(o->db, c->replaced_by, first, no, e));
}

bool
hold_of(struct office *o, const struct certificate *c, struct hold *h, bool *held, struct err *e)
{
	memset(h, 0, sizeof *h);
	*held = false;
	if (c->state == CERT_REVOKED || c->not_after <= when_now())
		return true;
	h->c = *c;
	h->at_ca = c->state == CERT_HOLD;
	if (!holder_hold(o->db, c->id, &h->by, e) || !open_on(o, c, h->open_no, e))
		return false;
	*held = h->at_ca || (h->by.no[0] && !h->by.sent);
	return true;
}

bool
hold_left(struct office *o, const struct application *a, struct hold h[HOLDS_MAX], size_t *n, struct err *e)
{
	int64_t id[HOLDS_MAX];
	struct certificate c;
	bool found, held;
	size_t k;

	*n = 0;
	if (!intent_holds(o->db, a->id, id, HOLDS_MAX, &k, e))
		return false;
	for (size_t i = 0; i < k; i++) {
		if (!cert_load(o->db, id[i], &c, &found, e) || (found && !hold_of(o, &c, &h[*n], &held, e)))
			return false;
		/* held anew by another one meanwhile: that one's */
		*n += found && held && strcmp(h[*n].by.no, a->no) == 0;
	}
	return true;
}

void
hold_words(const struct hold *h, char *out, size_t outsz)
{
	const struct holder_hold *by = &h->by;

	if (!by->no[0])
		snprintf(out, outsz, "%s", tr("taken over from the CA's list"));
	else
		snprintf(out, outsz, tr("by %s (%s%s%s), %s"), by->no, tr_stored(service_names, by->service),
		    by->reason[0] ? ": " : "", by->emergency ? tr("emergency") : tr_stored(reason_names, by->reason),
		    tr_name(app_state_names, (int)by->state));
}

const char *
hold_remedy(const struct hold *h)
{
	if (!h->at_ca)
		return tr("the CA has not put it on hold yet: run `ra resume`");
	if (h->open_no[0])
		return tr("an open application decides about it");
	return tr("nothing is open on it: report the token found (service report_loss, reason found), or replace or revoke it");
}

/* ---- an application that is turned away ---- */

/* A token goes with its certificate: out of use with one on hold, in use with one that may be used. */
static bool
token_back(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *old,
    struct err *e)
{
	struct hold h;
	struct stock t;
	bool held, found = false;

	if (row->old_token == TOKEN_BLANK || row->old_token == TOKEN_ACTIVE || !old->token[0])
		return true;
	if (!hold_of(o, old, &h, &held, e))
		return false;
	if (held || old->state == CERT_REVOKED)
		return true;
	if (!stock_find(o->db, old->token, &t, &found, e))
		return false;
	return !found || t.state != row->old_token || stock_store(o->db, &t, TOKEN_ACTIVE, t.item, o->me.id, when_now(), a->no, e);
}

/* One of the stock that was taken for the item goes back there, as blank as it is again with the next key. */
static bool
token_free(struct office *o, const struct application *a, struct app_item *item, struct err *e)
{
	struct stock t;
	bool found;

	if (item->token == 0)
		return true;
	if (!stock_load(o->db, item->token, &t, &found, e))
		return false;
	item->token = 0;
	return (!found || t.state != TOKEN_RESERVED || stock_store(o->db, &t, TOKEN_BLANK, 0, o->me.id, when_now(), a->no, e))
	    && app_item_store(o->db, item, e) && app_item_pin_store(o->db, o->keys, item, NULL, e);
}

struct claim { const struct application *a; const struct scheme *s; bool lost; };

/* Another application says that the token is lost, and found the hold in place. */
static bool
claims(void *arg, const struct holder_open *x, struct err *e)
{
	struct claim *k = arg;
	const struct service_row *row = x->id == k->a->id ? NULL : service_row(k->s, x->service, x->reason, e);

	k->lost = k->lost || (row && row->old_token == TOKEN_LOST);
	return true;
}

/* The hold was there until the second person decides, and that one says no. What the CA has not answered yet is asked first. */
static bool
release(struct office *o, const struct application *a, const struct app_item *item, struct err *e)
{
	struct hold h[HOLDS_MAX];
	struct claim k = { .a = a };
	size_t n;

	if (!hold_left(o, a, h, &n, e) || !rules_scheme(o, a, &k.s, e) || !holder_open_on(o->db, item->old, claims, &k, e))
		return false;
	for (size_t i = 0; i < n && !k.lost; i++)
		if (!journal_revoke(o, item, &h[i].c, CA_RELEASE, e))
			return false;
	return true;
}

static bool
lifts(const struct application *a, enum act act)
{
	return a->emergency && act == ACT_REFUSE;
}

bool
hold_turned_away(struct office *o, const struct application *a, enum act act, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	const struct service_row *row;
	struct certificate old;
	size_t n;
	bool found;

	if (a->accepted_at == 0)
		return true;
	if (!service_of(o, a, &row, e) || !app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!token_free(o, a, &item[i], e))
			return false;
		if (item[i].old == 0)
			continue;
		if (!cert_load(o->db, item[i].old, &old, &found, e) || (found && !token_back(o, a, row, &old, e)))
			return false;
	}
	return n == 0 || !lifts(a, act) || release(o, a, &item[0], e);
}

bool
hold_follow(struct office *o, const struct application *a, enum act act, struct err *e)
{
	struct err inner;

	if (!lifts(a, act) || revoke_follow(o, a->no, &inner))
		return true;
	if (inner.code == FAULT_LATER)
		return err_later(e, "%s is refused, but the hold is not lifted at the CA yet: run `ra resume` (%s)", a->no, inner.text);
	*e = inner;
	return false;
}
