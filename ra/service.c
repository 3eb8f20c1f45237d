#include "ra/service.h"

#include "ra/rules.h"

#include <stdio.h>
#include <string.h>

#define REVOKING .act = ACT_REVOKE, .needs = OLD_CERTIFICATE, .states = OF(VALID) | OF(HOLD) | OF(SUPERSEDED), \
	.at_ca = AT_CA_REVOKE, .urgent = true, .may_return = true, .changes = PEOPLE
#define HOLDING .act = ACT_REVOKE, .needs = OLD_CERTIFICATE, .at_ca = AT_CA_REVOKE, .urgent = true, .changes = PEOPLE
#define SERVICE(...) { __VA_ARGS__ },
const struct service_row service_rows[] = {
#include "ra/services.def"
};
const size_t service_rows_n = sizeof service_rows / sizeof *service_rows;

static bool
fits(const struct service_row *r, const struct scheme *s, const char *reason)
{
	if (r->marker && !s->application_marker)
		return false;
	if (r->where_offered && !s->suspension)
		return false;
	if (!r->reason)
		return true;
	return reason && reason[0] ? strcmp(r->reason, reason) == 0 : r->usual;
}

const struct service_row *
service_row(const struct scheme *s, const char *service, const char *reason, struct err *e)
{
	int k = name_index(service_names, service);
	char reasons[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < service_rows_n; i++) {
		if ((int)service_rows[i].service != k)
			continue;
		if (fits(&service_rows[i], s, reason))
			return &service_rows[i];
		if (service_rows[i].reason && (!service_rows[i].where_offered || s->suspension) && n + 24 < sizeof reasons)
			n += (size_t)snprintf(reasons + n, sizeof reasons - n, "%s%s", n > 0 ? ", " : "", service_rows[i].reason);
	}
	if (n > 0)
		err_field(e, "reason", "give the reason: %s", reasons);
	else
		err_field(e, "service", "there is no service '%s'", service);
	return NULL;
}

bool
service_of(struct office *o, const struct application *a, const struct service_row **row, struct err *e)
{
	const struct scheme *s;

	return rules_scheme(o, a, &s, e) && (*row = service_row(s, a->record.head.service, a->record.head.reason, e)) != NULL;
}

bool
service_field(const char *list, const char *field)
{
	if (!list)
		return true;
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (strncmp(p, field, n) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

bool
service_late(const struct service_row *row, const struct application *a, const struct certificate *old, int64_t now)
{
	if (row->expiry != EXPIRY_RENEWED || !old)
		return false;
	return a->accepted_at != 0 ? a->late : old->not_after < now;
}

int64_t
service_end(const struct service_row *row, int64_t old_end, bool late, int years)
{
	if (row->expiry == EXPIRY_OLD)
		return old_end;
	return row->expiry == EXPIRY_RENEWED && old_end != 0 && !late ? when_add_years(old_end, years) : 0;
}

int64_t
service_not_after(const struct service_row *row, const struct application *a, const struct certificate *old, int64_t now)
{
	int years = a->record.head.years;
	int64_t end = old ? service_end(row, old->not_after, service_late(row, a, old, now), years) : 0;

	return end != 0 || row->expiry == EXPIRY_NONE || row->expiry == EXPIRY_OLD ? end : when_add_years(now, years);
}

int
service_years_left(const struct certificate *c, int64_t now)
{
	int years = 0;

	while (when_add_years(now, years) < c->not_after)
		years++;
	return years;
}
