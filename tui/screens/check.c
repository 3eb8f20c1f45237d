/* Checks of materials: an outcome on its way to the store, and the dialogs that ask for what it says. */
#include "db/scan.h"
#include "ra/desk.h"
#include "tui/dialog.h"
#include "tui/screens/application.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One outcome; as dialog it has its own fields, since the points differ by material. */
struct checking {
	char no[APP_NO_MAX], name[TEXT_BYTES(64)];
	int64_t version;
	struct app_material m;
	char scan[512];			/* path of a JPEG, "" = none */
	bool bare;			/* nothing but the outcome is said */
	struct dialog_form form;
	struct form_row row[MATERIAL_POINT_N + 4];
};

bool
check_open(const struct application *a)
{
	return (acts[ACT_MATERIAL].roles & (1u << console_office()->me.role)) != 0
	    && (a->state == APP_RECEIVED || a->state == APP_CORRECTION || a->state == APP_REVIEW);
}

bool
check_back_open(const struct application *a, const struct app_material *m)
{
	return check_open(a) && a->state != APP_REVIEW && m->outcome != MATERIAL_PENDING;
}

static struct checking *
checking_new(const struct dossier_material *d)
{
	struct checking *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	snprintf(c->no, sizeof c->no, "%s", d->a->no);
	snprintf(c->name, sizeof c->name, "%s", d->name);
	c->version = d->a->version;
	c->m = *d->m;
	return c;
}

static bool
check_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct checking *c = arg;
	struct desk_check k = { .code = c->m.code, .outcome = c->m.outcome, .copies = c->m.copies, .bad_points = c->m.bad_points,
	    .reason = c->m.reason, .shelf = c->bare ? NULL : c->m.shelf };
	char *picture = NULL;
	bool ok = true;

	(void)j;
	if (c->scan[0] && !json_read_file(c->scan, SCAN_MAX, &picture, &k.scan_n, e)) {
		snprintf(e->field, sizeof e->field, "scan");
		return false;
	}
	k.scan = picture;
	ok = desk_material(o, c->no, c->version, &k, e);
	OPENSSL_clear_free(picture, k.scan_n);
	return ok;
}

static void
check_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct checking *c = arg;

	if (dialog_form_of(s)) {
		if (ok)
			dialog_done(s);
		else
			dialog_refuse(s, e);
		return;
	}
	if (!ok)
		notice_err(e);
	else if (c->m.outcome == MATERIAL_PENDING)
		notice(TONE_INFO, N_("%s: the check is taken back"), c->name);
	s->ops->back(s);
}

static const struct job_plan check_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = check_run,
	.done = check_done, .drop = free };

void
check_start(struct screen *s, const struct dossier_material *d, enum material_outcome outcome)
{
	struct checking *c = checking_new(d);

	c->m.outcome = outcome;
	c->m.copies = outcome == MATERIAL_MISSING ? 0 : -1;
	c->m.bad_points = 0;
	c->m.reason[0] = '\0';
	c->bare = true;
	job_start(s, &check_plan, c);
}

static struct checking *
checking_copy(const struct checking *from)
{
	struct checking *c = malloc(sizeof *c);

	if (!c)
		abort();
	*c = *from;
	return c;
}

/* ---- what fails, and why ---- */

static const char *const point_ids[MATERIAL_POINT_N] = { "present", "stamped", "legible", "agrees" };

static void
fail_done(struct screen *dialog, struct form *f, void *arg)
{
	struct checking *c = checking_copy(arg);

	c->m.outcome = MATERIAL_FAIL;
	c->m.copies = -1;
	c->m.bad_points = 0;
	for (int p = 0; p < MATERIAL_POINT_N; p++)
		if ((c->m.points & (1u << p)) && strcmp(form_value(f, point_ids[p]), "no") == 0)
			c->m.bad_points |= 1u << p;
	snprintf(c->m.reason, sizeof c->m.reason, "%s", form_value(f, "reason"));
	job_start(dialog, &check_plan, c);
}

void
check_fail_ask(const struct dossier_material *d)
{
	struct checking *c = checking_new(d);
	struct screen *dialog;
	size_t n = 0;

	for (int p = 0; p < MATERIAL_POINT_N; p++)
		if (c->m.points & (1u << p))
			c->row[n++] = (struct form_row){ .id = point_ids[p], .en = material_point_names[p].en,
			    .zh = material_point_names[p].zh, .kind = FIELD_YESNO };
	c->row[n++] = (struct form_row){ .id = "reason", .en = N_("reason"), .limit = 120, .required = true,
	    .hint = N_("the applicant reads it") };
	c->form = (struct dialog_form){ .title = N_("Not right"), .rows = c->row, .n = n, .done = fail_done, .drop = free };
	dialog = dialog_form(&c->form, c->name, c);
	for (int p = 0; p < MATERIAL_POINT_N; p++)
		form_set(dialog_form_of(dialog), point_ids[p], c->m.bad_points & (1u << p) ? "no" : "yes");
	form_set(dialog_form_of(dialog), "reason", c->m.reason);
	reasons_offer(dialog, REASON_TURN, acts[ACT_MATERIAL].stored);
}

/* ---- copies, shelf, scan ---- */

static void
more_done(struct screen *dialog, struct form *f, void *arg)
{
	struct checking *c = checking_copy(arg);
	const char *copies = form_value(f, "copies");

	c->m.copies = *copies ? (int)strtol(copies, NULL, 10) : 0;
	snprintf(c->m.shelf, sizeof c->m.shelf, "%s", form_value(f, "shelf"));
	snprintf(c->scan, sizeof c->scan, "%s", form_value(f, "scan"));
	job_start(dialog, &check_plan, c);
}

static const struct form_row more_rows[] = {
	{ .id = "copies", .en = N_("copies brought"), .kind = FIELD_NUMBER, .limit = 2 },
	{ .id = "shelf", .en = N_("shelf"), .limit = 30, .hint = N_("where the paper lies") },
	{ .id = "scan", .en = N_("scan"), .limit = 250, .hint = N_("path of a JPEG file, at most 5 MB") },
};
static const struct dialog_form more_dialog = { .title = N_("Copies, shelf, scan"), .rows = more_rows, .n = 3, .done = more_done,
	.drop = free };

void
check_more_ask(const struct dossier_material *d)
{
	struct checking *c = checking_new(d);
	struct form *f = dialog_form_of(dialog_form(&more_dialog, c->name, c));
	char copies[12];

	snprintf(copies, sizeof copies, "%d", c->m.copies > 0 ? c->m.copies : c->m.wanted);
	form_set(f, "copies", copies);
	form_set(f, "shelf", c->m.shelf);
}
