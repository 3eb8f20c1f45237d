#include "ra/journal.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

bool
journal_revoke(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e)
{
	struct intent i;
	bool ok;

	memset(&i, 0, sizeof i);
	if (RAND_bytes(i.tid, sizeof i.tid) != 1)
		return err_internal(e, "no random numbers") || err_openssl(e);
	snprintf(i.ca, sizeof i.ca, "%s", c->ca);
	i.revoke = true;
	i.item = item->id;
	i.application = item->application;
	i.state = INTENT_OPEN;
	i.certificate = c->id;
	i.reason = reason;
	i.staff = o->me.id;
	i.made_at = when_now();
	ok = intent_insert(o->db, &i, e);
	intent_clear(&i);
	return ok;
}

bool
journal_becomes(struct office *o, const struct certificate *c, int64_t item, enum cert_state *state, struct err *e)
{
	int reason;

	*state = c->state;
	if (c->state == CERT_REVOKED)
		return true;
	if (!intent_against(o->db, c->id, item, &reason, e))
		return false;
	if (reason == CA_RELEASE && c->state == CERT_HOLD)
		*state = CERT_VALID;
	else if (reason >= 0 && reason != CA_RELEASE)
		*state = reason == CA_HOLD ? CERT_HOLD : CERT_REVOKED;
	return true;
}

bool
journal_line(struct office *o, const struct certificate *c, struct certificate line[JOURNAL_LINE_MAX], size_t *n, struct err *e)
{
	int64_t next = c->replaces;

	*n = 0;
	while (next != 0 && *n < JOURNAL_LINE_MAX) {
		struct certificate *x = &line[*n];
		bool found;

		if (!cert_load(o->db, next, x, &found, e))
			return false;
		if (!found)
			return err_internal(e, "the certificate before %s is not in the store", c->serial);
		next = x->replaces;
		*n += x->state != CERT_REVOKED && x->not_after > when_now();
	}
	return true;
}

/* A hold is for what is not held, a release for what is; every other end is for all. */
static bool
concerns(struct office *o, const struct certificate *c, int reason, bool *yes, struct err *e)
{
	enum cert_state state;

	if (!journal_becomes(o, c, 0, &state, e))
		return false;
	*yes = reason == CA_HOLD ? state != CERT_HOLD && state != CERT_REVOKED : reason != CA_RELEASE || state == CERT_HOLD;
	return true;
}

static bool
journal_predecessors(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e)
{
	struct certificate line[JOURNAL_LINE_MAX];
	struct intent i;
	size_t n;
	bool yes, open;

	if (!journal_line(o, c, line, &n, e))
		return false;
	for (size_t k = 0; k < n; k++) {
		if (!concerns(o, &line[k], reason, &yes, e))
			return false;
		if (!yes)
			continue;
		if (!intent_revocation(o->db, item->id, line[k].id, &i, &open, e))
			return false;
		intent_clear(&i);
		if (!open && !journal_revoke(o, item, &line[k], reason, e))
			return false;
	}
	return true;
}

bool
journal_end(struct office *o, const struct app_item *item, const struct certificate *c, int reason, struct err *e)
{
	return journal_predecessors(o, item, c, reason, e) && journal_revoke(o, item, c, reason, e);
}

bool
journal_hold(struct office *o, const struct application *a, const struct app_item *item, struct err *e)
{
	struct certificate c;
	bool found, yes;

	if (!cert_load(o->db, item->old, &c, &found, e))
		return false;
	if (!found)
		return err_internal(e, "%s names no certificate to put on hold", a->no);
	if (!journal_predecessors(o, item, &c, CA_HOLD, e) || !concerns(o, &c, CA_HOLD, &yes, e))
		return false;
	return !yes || c.not_after <= when_now() || journal_revoke(o, item, &c, CA_HOLD, e);
}
