#include "ra/application.h"

#include "forms/tr.h"

#include <stdio.h>

bool
application_load(struct office *o, const char *no, struct application *a, struct err *e)
{
	char wanted[APP_NO_MAX];
	bool found;

	/* no may be a's own, which the loading wipes */
	snprintf(wanted, sizeof wanted, "%s", no);
	no = wanted;
	if (!app_load(o->db, o->keys, no, a, &found, e))
		return false;
	if (found)
		return true;
	return err_field(e, "no", app_no_valid(no) ? N_("there is no application %s")
	    : N_("there is no application %s: its check digit is wrong, look at the number again"), no);
}

bool
application_begin(struct office *o, const char *no, int64_t version, struct application *a, struct err *e)
{
	if (!office_begin(o, e))
		return false;
	if (application_load(o, no, a, e)) {
		if (version == 0 || version == a->version)
			return true;
		err_field(e, "version", "somebody changed %s meanwhile (version %lld, you saw %lld): look at it again;"
		    " nothing was overwritten", a->no, (long long)a->version, (long long)version);
	}
	office_rollback(o);
	return false;
}

void
application_object(const struct application *a, char out[64])
{
	snprintf(out, 64, "application:%s", a->no);
}

bool
application_commit(struct office *o, struct application *a, enum act act, struct err *e, const char *detail, ...)
{
	char line[256], object[64];
	va_list ap;

	va_start(ap, detail);
	vsnprintf(line, sizeof line, detail, ap);
	va_end(ap);
	application_object(a, object);
	if (!app_store_head(o->db, a, when_now(), e)) {
		office_rollback(o);
		return false;
	}
	return office_commit(o, act, object, e, "%s", line);
}

bool
application_note_opened(struct office *o, const struct application *a, enum act act, const char *why, struct err *e)
{
	char object[64];

	application_object(a, object);
	if (!office_may(o, act, e) || !office_begin(o, e))
		return false;
	return office_commit(o, act, object, e, "%s", why);
}
