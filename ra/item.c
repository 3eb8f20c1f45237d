#include "ra/item.h"

#include "ra/application.h"

#include <openssl/crypto.h>
#include <stdlib.h>

bool
item_find(struct office *o, int64_t app, int64_t item, struct app_item *out, struct err *e)
{
	struct app_item list[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, app, list, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].id == item) {
			*out = list[i];
			return true;
		}
	return err_internal(e, "item %lld is not in the store", (long long)item);
}

bool
item_load(struct office *o, int64_t app, int64_t item, struct application *a, struct app_item *out, struct err *e)
{
	char no[APP_NO_MAX];

	return app_no_of(o->db, app, no, e) && application_load(o, no, a, e) && item_find(o, app, item, out, e);
}

bool
item_each(struct office *o, const char *no, enum act act, int64_t version, item_step_fn step, const void *arg, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[RECORD_USERS_MAX + 1];
	enum app_state to;
	size_t n = 0;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e) && workflow_may(o, a, act, &to, e);
	for (size_t i = 0; ok && i < n; i++)
		ok = step(o, a, i == 0 ? version : 0, item[i].id, arg, e);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
item_any_open(struct office *o, int64_t app, bool *open, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, app, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	*open = false;
	for (size_t i = 0; i < n; i++)
		*open = *open || item[i].state == ITEM_OPEN || item[i].state == ITEM_ISSUING;
	return true;
}

bool
item_old(struct office *o, const struct application *a, const struct app_item *item, struct certificate *c, struct err *e)
{
	bool found = false;

	if (item->old != 0 && !cert_load(o->db, item->old, c, &found, e))
		return false;
	return found || err_field(e, "old_serial", "%s names no certificate to act on: withdraw it and apply anew", a->no);
}

bool
item_x509(struct office *o, int64_t certificate, X509 **out, struct err *e)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	size_t n;

	if (!cert_der(o->db, certificate, &der, &n, e))
		return false;
	p = der;
	*out = d2i_X509(NULL, &p, (long)n);
	free(der);
	return *out || err_internal(e, "the stored certificate %lld does not parse", (long long)certificate) || err_openssl(e);
}
