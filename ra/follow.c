#include "ra/follow.h"

#include "db/certificate.h"
#include "ra/journal.h"
#include "ra/rules.h"
#include "ra/service.h"

static bool
superseded(struct office *o, const struct app_item *item, const struct service_row *row, struct certificate *old, struct err *e)
{
	(void)o;
	(void)item;
	(void)row;
	(void)e;
	/* one on hold or revoked stays so; the end of its validity is told, never stored */
	if (old->state == CERT_VALID)
		old->state = CERT_SUPERSEDED;
	return true;
}

static bool
revoked(struct office *o, const struct app_item *item, const struct service_row *row, struct certificate *old, struct err *e)
{
	/* one that has ended meanwhile needs no revocation: its signature is of no use any more */
	if (old->state == CERT_REVOKED || old->not_after <= when_now())
		return true;
	return journal_end(o, item, old, row->crl_reason, e);
}

typedef bool (*fate_fn)(struct office *o, const struct app_item *item, const struct service_row *row, struct certificate *old,
    struct err *e);
static const fate_fn fates[] = { [FATE_KEEP] = NULL, [FATE_SUPERSEDED] = superseded, [FATE_REVOKED] = revoked };

/* Both are loaded and stored whole: links, state, and the areas. */
static bool
succeed(struct office *o, struct application *a, const struct app_item *item, const struct service_row *row, struct err *e)
{
	struct certificate old, new;
	bool is_old, is_new;

	if (!cert_load(o->db, item->old, &old, &is_old, e) || !cert_load(o->db, item->certificate, &new, &is_new, e))
		return false;
	if (!is_old || !is_new)
		return err_internal(e, "a certificate of item %d is not in the store", item->n);
	new.replaces = old.id;
	old.replaced_by = new.id;
	return fates[row->fate](o, item, row, &old, e) && cert_store_state(o->db, &old, e) && cert_store_state(o->db, &new, e)
	    && cert_uses_copy(o->db, old.id, new.id, e) && follow_use(o, a, new.id, e);
}

bool
follow_old(struct office *o, struct application *a, const struct app_item *item, struct err *e)
{
	const struct service_row *row;

	if (!service_of(o, a, &row, e))
		return false;
	if (item->old != 0 && fates[row->fate] && !succeed(o, a, item, row, e))
		return false;
	/* a new name is the organisation's when its certificate says so, not before */
	if (row->needs != OLD_CERTIFICATE || !service_field(row->changes, "org.name"))
		return true;
	return org_ensure(o->db, &a->record.org, when_now(), &a->organisation, e);
}

bool
follow_use(struct office *o, const struct application *a, int64_t certificate, struct err *e)
{
	const struct service_row *row;
	const struct scheme *s;

	if (!service_of(o, a, &row, e) || !rules_scheme(o, a, &s, e))
		return false;
	return !row->adds_use || !s->application || cert_use_add(o->db, certificate, s->application, a->id, when_now(), e);
}

bool
follow_token(struct office *o, const char *serial, enum token_state to, const char *why, struct err *e)
{
	struct stock t;
	bool found = false;

	if (serial[0] && !stock_find(o->db, serial, &t, &found, e))
		return false;
	if (!found || (t.state != TOKEN_ACTIVE && t.state != TOKEN_SUSPENDED && t.state != TOKEN_LOST))
		return true;
	return stock_store(o->db, &t, to, t.item, o->me.id, when_now(), why, e);
}
