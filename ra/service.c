#include "ra/service.h"

#include "ra/workflow.h"

#include <stdio.h>
#include <string.h>

#define REVOKING .act = ACT_REVOKE, .needs = OLD_CERTIFICATE, .states = OF(VALID) | OF(HOLD) | OF(SUPERSEDED), \
	.at_ca = AT_CA_REVOKE, .changes = PEOPLE
#define HOLDING .act = ACT_REVOKE, .needs = OLD_CERTIFICATE, .at_ca = AT_CA_REVOKE, .changes = PEOPLE
#define SERVICE(...) { __VA_ARGS__ },
static const struct service_row rows[] = {
#include "ra/services.def"
};
#define ROWS (sizeof rows / sizeof *rows)

static bool
fits(const struct service_row *r, const struct scheme *s, const char *reason)
{
	if (r->marker && !s->application_marker)
		return false;
	if (r->where_offered && !s->suspension)
		return false;
	return !r->reason || (reason && strcmp(r->reason, reason) == 0);
}

const struct service_row *
service_row(const struct scheme *s, const char *service, const char *reason, struct err *e)
{
	int k = name_index(service_names, service);
	char reasons[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++) {
		if ((int)rows[i].service != k)
			continue;
		if (fits(&rows[i], s, reason))
			return &rows[i];
		if (rows[i].reason && (!rows[i].where_offered || s->suspension) && n + 24 < sizeof reasons)
			n += (size_t)snprintf(reasons + n, sizeof reasons - n, "%s%s", n > 0 ? ", " : "", rows[i].reason);
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

	return workflow_scheme(o, a, &s, e) && (*row = service_row(s, a->record.head.service, a->record.head.reason, e)) != NULL;
}

bool
service_changes(const struct service_row *row, const char *field)
{
	const char *p = row->changes;

	if (!p)
		return true;
	while (*p) {
		size_t n = strcspn(p, " ");

		if (strncmp(p, field, n) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}
