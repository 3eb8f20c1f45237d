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
journal_hold(struct office *o, const struct application *a, const struct app_item *item, struct err *e)
{
	struct certificate c;
	struct intent i;
	bool found, open;

	if (!cert_load(o->db, item->old, &c, &found, e))
		return false;
	if (!found)
		return err_internal(e, "%s names no certificate to put on hold", a->no);
	if (c.state == CERT_HOLD || c.state == CERT_REVOKED || c.not_after <= when_now())
		return true;
	if (!intent_revocation(o->db, item->id, c.id, &i, &open, e))
		return false;
	intent_clear(&i);
	return open || journal_revoke(o, item, &c, CA_HOLD, e);
}
