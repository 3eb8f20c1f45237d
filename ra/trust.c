#include "ra/trust.h"

#include "forms/config.h"
#include "forms/text.h"

#include <stdio.h>
#include <string.h>

bool
trust_at(struct office *o, int i, struct trust *f, struct err *e)
{
	char path[64];
	const char *anchors, *list;
	int64_t timeout;

	snprintf(path, sizeof path, "foreign.[%d].id", i);
	if (!config_text(o->conf, path, &f->id, e))
		return false;
	snprintf(path, sizeof path, "foreign.[%d].name", i);
	if (!config_text(o->conf, path, &f->name, e))
		return false;
	snprintf(path, sizeof path, "foreign.[%d].anchors", i);
	if (!config_text(o->conf, path, &anchors, e))
		return false;
	office_path(o, anchors, f->anchors);
	snprintf(path, sizeof path, "foreign.[%d].crl", i);
	if (!config_text(o->conf, path, &list, e))
		return false;
	if (strncmp(list, "http", 4) == 0)
		snprintf(f->crl, sizeof f->crl, "%s", list);
	else
		office_path(o, list, f->crl);
	snprintf(path, sizeof path, "foreign.[%d].timeout_s", i);
	if (!config_int_or(o->conf, path, 30, &timeout, e))
		return false;
	if (timeout < 1 || timeout > 600)
		return config_error(o->conf, path, e, "1 to 600 seconds, not %lld", (long long)timeout);
	f->timeout_s = (int)timeout;
	return true;
}

const char *
trust_name(struct office *o, const char *id)
{
	struct trust f;
	struct err ignored;

	for (int i = 0; i < config_count(o->conf, "foreign"); i++)
		if (trust_at(o, i, &f, &ignored) && strcmp(f.id, id) == 0)
			return f.name;
	return id;
}

bool
trust_serves(struct office *o, int i, enum service service, bool *yes, struct err *e)
{
	char path[64];
	const char *name;
	int n;

	*yes = false;
	snprintf(path, sizeof path, "foreign.[%d].services", i);
	n = config_count(o->conf, path);
	for (int k = 0; k < n; k++) {
		snprintf(path, sizeof path, "foreign.[%d].services.[%d]", i, k);
		if (!config_text(o->conf, path, &name, e))
			return false;
		*yes = *yes || strcmp(name, service_names[service].stored) == 0;
	}
	return true;
}

bool
trust_taken(struct office *o, enum service service, bool *taken, struct err *e)
{
	int n = config_count(o->conf, "foreign");

	*taken = false;
	for (int i = 0; i < n && !*taken; i++)
		if (!trust_serves(o, i, service, taken, e))
			return false;
	return true;
}

bool
trust_of_person(const struct application *a)
{
	int type = name_index(seal_type_names, a->record.seal.type);

	return type == SEAL_LEGAL_REP || type == SEAL_PERSONAL;
}

static bool
same_name(const char *a, const char *b)
{
	char x[TEXT_BYTES(120)], y[TEXT_BYTES(120)];

	text_fold(a, x, sizeof x);
	text_fold(b, y, sizeof y);
	return strcmp(x, y) == 0;
}

bool
trust_holder_is(const struct application *a, const char *holder)
{
	return same_name(holder, a->record.org.name) || (trust_of_person(a) && same_name(holder, a->record.org.legal_rep));
}
