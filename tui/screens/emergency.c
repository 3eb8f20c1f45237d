/* An emergency revocation: a supervisor holds the certificate at once, and a second person decides on its end. */
#include "ra/desk.h"
#include "ra/service.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct emergency {
	char serial[64], reason[RECORD_NAME_MAX], no[APP_NO_MAX];
	struct form_row row;
};

static bool
hold_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct emergency *x = arg;

	(void)j;
	return desk_emergency(o, x->serial, x->reason, x->no, e);
}

static void
hold_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	char no[APP_NO_MAX];

	snprintf(no, sizeof no, "%s", ((struct emergency *)arg)->no);
	if (!no[0]) {
		dialog_refuse(dialog, e);
		return;
	}
	dialog_done(dialog);
	console_application(no);
	if (ok)
		notice(TONE_GOOD, N_("%s: the certificate is on hold; a second person decides on it in the review"), no);
	else
		notice_err(e);		/* it is stored, and the CA is silent: said with what to do */
}

static const struct job_plan hold_plan = { .lane = JOB_SLOW, .what = N_("holding the certificate at the CA"), .wait = true,
	.run = hold_run, .done = hold_done, .drop = free };

static void
given(struct screen *dialog, struct form *f, void *arg)
{
	struct emergency *x = malloc(sizeof *x);	/* the job's own: the dialog may close before it */

	if (!x)
		abort();
	*x = *(const struct emergency *)arg;
	snprintf(x->reason, sizeof x->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &hold_plan, x);
}

static const struct form_row first_rows[] = { { .id = "reason", .en = N_("reason"), .kind = FIELD_CHOICE, .names = reason_names } };
static const struct dialog_form dialog = { .title = N_("Emergency revocation"), .rows = first_rows, .n = 1, .done = given, .drop = free };

void
emergency_ask(const char *serial)
{
	struct emergency *x = calloc(1, sizeof *x);
	struct form *f;
	unsigned offered = 0;

	if (!x)
		abort();
	snprintf(x->serial, sizeof x->serial, "%s", serial);
	for (size_t i = 0; i < service_rows_n; i++)
		if (service_rows[i].service == SERVICE_REVOKE)
			offered |= 1u << name_index(reason_names, service_rows[i].reason);
	x->row = first_rows[0];
	x->row.offered = offered;
	x->row.required = true;
	f = dialog_form_of(dialog_form(&dialog, tr("It is put on hold at the CA at once, without papers. A second person revokes it in the review,"
	    " or releases it."), x));
	form_rows(f, &x->row, 1);
}
