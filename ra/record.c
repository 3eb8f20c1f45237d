#include "ra/record.h"

#include "ra/application.h"
#include "ra/follow.h"
#include "ra/item.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static bool
record_item(struct office *o, const struct application *a, struct app_item *item, struct err *e)
{
	struct certificate c;

	/* another authority's: kept with the application (ra/foreign.c) */
	if (item->old == 0) {
		item->state = ITEM_VERIFIED;
		return app_item_store(o->db, item, e);
	}
	if (!item_old(o, a, item, &c, e))
		return false;
	item->certificate = c.id;
	item->state = ITEM_VERIFIED;
	return app_item_store(o->db, item, e) && follow_use(o, a, c.id, e);
}

bool
record_application(struct office *o, const char *no, int64_t version, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[RECORD_USERS_MAX + 1];
	enum app_state to;
	size_t n = 0;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_begin(o, no, version, a, e) && workflow_may(o, a, ACT_RECORDED, &to, e)
	    && app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e);
	for (size_t i = 0; ok && i < n; i++)
		ok = record_item(o, a, &item[i], e);
	if (ok) {
		a->state = to;
		ok = application_commit(o, a, ACT_RECORDED, e, "%s", a->record.head.service);
	}
	office_rollback(o);
	if (ok)
		office_step(STEP_RECORDED);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
