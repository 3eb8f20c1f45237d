#include "ra/reconcile.h"

#include "forms/tr.h"
#include "ra/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TELL_EVERY 5000		/* rows between two tellings of progress */

const char *
difference_name(enum difference_kind k)
{
#define DIFFERENCE_NAME(e, s) s,
	static const char *const names[] = { DIFFERENCES(DIFFERENCE_NAME) };

	return names[k];
}

enum cert_state
difference_ca_state(const struct difference *d)
{
	if (!d->listed)
		return CERT_VALID;
	return d->reason == CA_HOLD ? CERT_HOLD : CERT_REVOKED;
}

static const char *
reason_shown(int reason)
{
	return reason >= 0 && reason < CRL_REASON_N ? tr_name(crl_reason_names, reason) : "?";
}

const char *
difference_remedy(const struct difference *d)
{
	if (d->journalled)
		return tr("a request to the CA is under way: run `ra resume`");
	if (d->kind == DIFFERS_UNKNOWN)
		return tr("not issued through this office: ask the CA about it");
	return tr("ask the CA; a supervisor takes its word over by `ra cert adopt`");
}

/* A state with its reason where that says more. */
static void
side(enum cert_state state, int reason, char *out, size_t outsz)
{
	bool more = state == CERT_REVOKED && reason >= 0;

	snprintf(out, outsz, more ? tr("%s (%s)") : "%s", tr_name(cert_state_names, (int)state), more ? reason_shown(reason) : "");
}

void
difference_words(const struct difference *d, char *out, size_t outsz)
{
	char there[120], at[20], here[120];

	when_show(d->at, at);
	side(difference_ca_state(d), d->reason, there, sizeof there);
	side(d->c.state, d->c.reason, here, sizeof here);
	if (!d->here)
		snprintf(out, outsz, tr("CA: %s since %s; not in the store"), there, at);
	else if (d->listed)
		snprintf(out, outsz, tr("CA: %s since %s; here: %s"), there, at, here);
	else
		snprintf(out, outsz, tr("CA: not in its list; here: %s"), here);
}

/* ---- the CA's list, sorted by serial ---- */

struct entry { char serial[64]; struct ca_listed l; };
struct listing { struct entry *at; size_t n, room; int64_t this_update; };

static bool
take_entry(void *arg, const char *serial, const struct ca_listed *l, struct err *e)
{
	struct listing *list = arg;

	if (list->n == list->room) {
		size_t room = list->room * 2 + 1024;
		struct entry *at = realloc(list->at, room * sizeof *at);

		if (!at)
			return err_internal(e, "out of memory");
		list->at = at;
		list->room = room;
	}
	snprintf(list->at[list->n].serial, sizeof list->at[0].serial, "%.63s", serial);
	list->at[list->n++].l = *l;
	return true;
}

static int
by_serial(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->serial, ((const struct entry *)b)->serial);
}

static void
listing_free(struct listing *list)
{
	free(list->at);
	memset(list, 0, sizeof *list);
}

static bool
listing_fetch(struct office *o, const char *id, struct listing *list, struct err *e)
{
	X509_CRL *crl = NULL;
	struct ca *ca;
	bool ok = office_ca(o, id, &ca, e) && ca_crl(ca, &crl, e);

	listing_free(list);
	ok = ok && (certificate_time(X509_CRL_get0_lastUpdate(crl), &list->this_update)
	    || err_later(e, "the list of the CA %s has no date", id)) && ca_listed_each(crl, take_entry, list, e);
	X509_CRL_free(crl);
	if (ok && list->n > 0)
		qsort(list->at, list->n, sizeof *list->at, by_serial);
	return ok;
}

static const struct ca_listed *
listing_find(const struct listing *list, const char *serial)
{
	struct entry want = { 0 };
	const struct entry *at;

	snprintf(want.serial, sizeof want.serial, "%.63s", serial);
	at = list->n > 0 ? bsearch(&want, list->at, list->n, sizeof want, by_serial) : NULL;
	return at ? &at->l : NULL;
}

/* ---- the comparison ---- */

/* l NULL: not listed. A list need not show what has ended (RFC 5280 3.3). */
static bool
differs(const struct ca_listed *l, enum cert_state state, int reason, int64_t not_after, int64_t this_update,
    enum difference_kind *kind)
{
	bool ceased = state == CERT_REVOKED || state == CERT_HOLD;

	*kind = DIFFERS_STATE;
	if (!l)
		return ceased && not_after > this_update;
	if (!ceased || (state == CERT_HOLD) != (l->reason == CA_HOLD))
		return true;
	*kind = DIFFERS_REASON;
	return l->reason != (reason > 0 ? reason : 0);
}

struct serial_list { char (*at)[64]; size_t n, room; };

static bool
suspect(struct serial_list *s, const char *serial, struct err *e)
{
	if (s->n == s->room) {
		size_t room = s->room * 2 + 64;
		char (*at)[64] = realloc(s->at, room * sizeof *at);

		if (!at)
			return err_internal(e, "out of memory");
		s->at = at;
		s->room = room;
	}
	snprintf(s->at[s->n++], sizeof s->at[0], "%.63s", serial);
	return true;
}

struct run {
	struct office *o;
	const char *ca;
	bool again;			/* a further name of a CA whose list was walked: only the rows here are looked at */
	const struct reconcile_calls *calls;
	struct reconcile_tally *t;
	struct listing list;
	size_t next;			/* of the list, in the walk */
	int64_t seen;			/* rows of both sides passed */
	struct serial_list suspects;
};

/* Tells progress now and then; false: stop. */
static bool
goes_on(struct run *r, int64_t of)
{
	if (r->seen++ % TELL_EVERY == 0 && r->calls->goes_on && !r->calls->goes_on(r->calls->arg, r->ca, r->seen - 1, of))
		r->t->stopped = true;
	return !r->t->stopped;
}

/* The rows of the list before `serial` that no row here has answered to: unknown, or valid here. */
static bool
pass_listed(struct run *r, const char *serial, struct err *e)
{
	while (r->next < r->list.n && (!serial || strcmp(r->list.at[r->next].serial, serial) < 0)) {
		if (!goes_on(r, (int64_t)r->list.n) || (!r->again && !suspect(&r->suspects, r->list.at[r->next].serial, e)))
			return false;
		r->next++;
	}
	return true;
}

static bool
pass_ceased(void *arg, const struct cert_ceased *c, struct err *e)
{
	struct run *r = arg;
	enum difference_kind kind;
	const struct ca_listed *l = NULL;

	r->t->ceased++;
	if (!pass_listed(r, c->serial, e))
		return false;
	if (r->next < r->list.n && strcmp(r->list.at[r->next].serial, c->serial) == 0)
		l = &r->list.at[r->next++].l;
	if (!goes_on(r, (int64_t)r->list.n))
		return false;
	return !differs(l, c->state, c->reason, c->not_after, r->list.this_update, &kind) || suspect(&r->suspects, c->serial, e);
}

/* A further name for the CA called id, as the embedded one has them in a demo home: the same certificate issues. */
static bool
same_ca(const struct office *o, const char *id, const struct ca_config *c)
{
	for (size_t i = 0; i < o->ca_n; i++)
		if (strcmp(o->ca[i].id, id) == 0)
			return &o->ca[i] != c && strcmp(o->ca[i].issuer, c->issuer) == 0;
	return false;
}

/* The certificate under a further name of its CA. One that has ceased here is told with that name's own rows. */
static bool
by_other_name(struct run *r, struct difference *d, bool *ceased, struct err *e)
{
	*ceased = false;
	for (size_t i = 0; !d->here && i < r->o->ca_n; i++)
		if (same_ca(r->o, r->ca, &r->o->ca[i]) && !cert_of_ca(r->o->db, r->o->ca[i].id, d->serial, &d->c, &d->here, e))
			return false;
	if (d->here && strcmp(d->c.ca, r->ca) != 0) {
		snprintf(d->ca, sizeof d->ca, "%s", d->c.ca);
		*ceased = d->c.state == CERT_REVOKED || d->c.state == CERT_HOLD;
	}
	return true;
}

static bool
look_again(struct run *r, const char *serial, struct difference *d, bool *still, struct err *e)
{
	const struct ca_listed *l = listing_find(&r->list, serial);
	bool elsewhere;

	memset(d, 0, sizeof *d);
	snprintf(d->ca, sizeof d->ca, "%.23s", r->ca);
	snprintf(d->serial, sizeof d->serial, "%.63s", serial);
	if (!cert_of_ca(r->o->db, r->ca, serial, &d->c, &d->here, e))
		return false;
	d->listed = l != NULL;
	d->reason = l ? l->reason : -1;
	d->at = l ? l->at : 0;
	if (!by_other_name(r, d, &elsewhere, e))
		return false;
	if (elsewhere) {
		*still = false;
		return true;
	}
	*still = d->here ? differs(l, d->c.state, d->c.reason, d->c.not_after, r->list.this_update, &d->kind) : d->listed;
	if (!d->here)
		d->kind = DIFFERS_UNKNOWN;
	return !*still || !d->here || cert_journalled(r->o->db, d->c.id, &d->journalled, e);
}

static bool
tell_suspects(struct run *r, struct err *e)
{
	struct difference *d = calloc(1, sizeof *d);
	bool still, ok = true;

	if (!d)
		return err_internal(e, "out of memory");
	for (size_t i = 0; ok && i < r->suspects.n && goes_on(r, (int64_t)r->suspects.n); i++) {
		ok = look_again(r, r->suspects.at[i], d, &still, e);
		if (ok && still) {
			r->t->differences++;
			ok = r->calls->differs(r->calls->arg, d, e);
		}
	}
	free(d);
	return ok;
}

static bool
one_ca(struct run *r, struct err *e)
{
	int64_t listed;
	bool ok;

	if (!goes_on(r, 0))
		return true;
	r->seen = 0;
	ok = listing_fetch(r->o, r->ca, &r->list, e);
	listed = (int64_t)r->list.n;

	/* one snapshot of the store for the whole walk */
	if (ok && (ok = db_read_begin(r->o->db, e))) {
		ok = cert_ceased_each(r->o->db, r->ca, pass_ceased, r, e) && pass_listed(r, NULL, e);
		db_read_end(r->o->db);
	}
	if (r->t->stopped)
		ok = true;
	else if (ok && r->suspects.n > 0) {
		r->seen = 0;
		ok = listing_fetch(r->o, r->ca, &r->list, e) && tell_suspects(r, e);
	}
	if (ok && !r->again) {
		r->t->cas++;
		r->t->listed += listed;
	}
	listing_free(&r->list);
	free(r->suspects.at);
	return ok;
}

bool
reconcile(struct office *o, const char *ca, const struct reconcile_calls *calls, struct reconcile_tally *t, struct err *e)
{
	struct err later = { 0 };
	bool known = false;

	memset(t, 0, sizeof *t);
	if (!office_may(o, ACT_SHOW, e))
		return false;
	for (size_t i = 0; i < o->ca_n && !t->stopped; i++) {
		struct run r = { .o = o, .ca = o->ca[i].id, .calls = calls, .t = t };
		struct err inner;

		if (ca && strcmp(ca, r.ca) != 0)
			continue;
		known = true;
		for (size_t k = 0; !ca && k < i; k++)
			r.again = r.again || same_ca(o, r.ca, &o->ca[k]);
		if (one_ca(&r, &inner))
			continue;
		if (inner.code != FAULT_LATER) {
			*e = inner;
			return false;
		}
		if (r.again)
			continue;	/* told by its first name */
		err_later(&later, "%.20s: %.360s", r.ca, inner.text);
		err_detail(&later, "%s", inner.detail);
	}
	if (!known)
		return err_field(e, "ca", "ra.conf has no CA '%s'", ca ? ca : "");
	if (later.code != FAULT_NONE)
		*e = later;
	return later.code == FAULT_NONE;
}

/* ---- taking the CA's word ---- */

static bool
find_here(struct office *o, const char *serial, struct certificate *c, struct err *e)
{
	bool found;

	if (!cert_find(o->db, serial, c, &found, e))
		return false;
	return found || err_field(e, "serial", "there is no certificate %s in the store", serial);
}

bool
reconcile_one(struct office *o, const char *serial, struct difference *d, bool *differ, struct err *e)
{
	struct certificate c;
	struct run r = { .o = o };
	bool ok = office_may(o, ACT_SHOW, e) && find_here(o, serial, &c, e);

	r.ca = c.ca;
	ok = ok && listing_fetch(o, r.ca, &r.list, e) && look_again(&r, c.serial, d, differ, e);
	listing_free(&r.list);
	return ok;
}

static bool
adopt(struct office *o, struct run *r, const char *why, struct err *e)
{
	struct difference d;
	char object[96];
	bool still;

	if (!look_again(r, r->suspects.at[0], &d, &still, e))
		return false;
	if (!still)
		return err_refuse(e, "the CA's list and the store agree about %s: there is nothing to take over", d.serial);
	if (d.journalled)
		return err_later(e, "a request to the CA about %s is under way: run `ra resume` first", d.serial);
	d.c.state = difference_ca_state(&d);
	if (d.c.state == CERT_VALID && d.c.replaced_by != 0)
		d.c.state = CERT_SUPERSEDED;
	d.c.revoked_at = d.at;
	d.c.reason = d.reason;
	snprintf(object, sizeof object, "certificate:%s", d.serial);
	return cert_store_state(o->db, &d.c, e) && office_commit(o, ACT_ADOPT, object, e, "%s: %s",
	    cert_state_names[d.c.state].stored, why);
}

bool
reconcile_adopt(struct office *o, const char *serial, const char *why, struct err *e)
{
	struct certificate c;
	struct run r = { .o = o };
	char reason[TEXT_BYTES(100)];
	bool ok;

	if (!office_may(o, ACT_ADOPT, e) || !text_clean("reason", why, strlen(why), 100, reason, sizeof reason, e)
	    || (!reason[0] && !err_field(e, "reason", "say why the CA's word is taken over")) || !find_here(o, serial, &c, e))
		return false;
	r.ca = c.ca;
	ok = listing_fetch(o, r.ca, &r.list, e) && suspect(&r.suspects, c.serial, e) && office_begin(o, e);
	if (ok) {
		ok = adopt(o, &r, reason, e);
		office_rollback(o);
	}
	listing_free(&r.list);
	free(r.suspects.at);
	return ok;
}
