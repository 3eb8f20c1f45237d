/* The ways of a scan out of the console: to another program, to a file. Each is an opening of its own on the audit. */
#include "ra/scan.h"
#include "ra/rules.h"
#include "tui/dialog.h"
#include "tui/screens/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- another program ---- */

struct lending { char no[APP_NO_MAX], code[48]; unsigned char *jpeg; size_t n; };

static bool
lend_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct lending *p = arg;

	(void)j;
	return scan_open(o, p->no, p->code, SCAN_IN_VIEWER, &p->jpeg, &p->n, e);
}

static void
lend_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct scanned *v = (struct scanned *)s;
	const struct lending *p = arg;
	struct err mine = *e;

	if (ok && viewer_show(&v->viewer, console_office()->conf, p->jpeg, p->n, &mine))
		notice(TONE_INFO, N_("shown by the viewer, as long as this screen is open"));
	else
		notice_err(&mine);
}

static void
lend_drop(void *arg)
{
	struct lending *p = arg;

	scan_wipe(p->jpeg, p->n);
	free(p);
}

static const struct job_plan lend_plan = { .lane = JOB_LOOK, .what = N_("opening the scan"), .wait = true, .run = lend_run,
	.done = lend_done, .drop = lend_drop };

void
scan_lend(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;
	struct lending *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	snprintf(p->no, sizeof p->no, "%s", v->a->no);
	snprintf(p->code, sizeof p->code, "%s", v->code);
	job_start(s, &lend_plan, p);
}

bool
scan_has_viewer(struct screen *s)
{
	return ((struct scanned *)s)->look.picture && viewer_named(console_office()->conf);
}

/* ---- a file ---- */

struct exporting { char no[APP_NO_MAX], code[48], file[EDIT_BYTES]; bool over; };

static bool
export_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct exporting *x = arg;

	(void)j;
	return scan_export(o, x->no, x->code, x->file, x->over, e);
}

static void
export_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	notice(TONE_GOOD, N_("written to %s"), ((const struct exporting *)arg)->file);
	dialog_done(dialog);
}

static const struct job_plan export_plan = { .lane = JOB_LOOK, .what = N_("writing the file"), .wait = true, .run = export_run,
	.done = export_done, .drop = free };

static void
file_given(struct screen *dialog, struct form *f, void *arg)
{
	struct exporting *x = malloc(sizeof *x);

	if (!x)
		abort();
	*x = *(const struct exporting *)arg;
	snprintf(x->file, sizeof x->file, "%s", form_value(f, "file"));
	x->over = strcmp(form_value(f, "over"), "yes") == 0;
	job_start(dialog, &export_plan, x);
}

static const struct form_row file_rows[] = {
	{ .id = "file", .en = N_("file"), .limit = 250, .required = true, .hint = N_("where the JPEG is written to, readable by you alone") },
	{ .id = "over", .en = N_("replace"), .kind = FIELD_YESNO, .hint = N_("whether a file of that name is written over") },
};
static const struct dialog_form file_dialog = { .title = N_("To a file"), .rows = file_rows, .n = 2, .done = file_given, .drop = free };

void
scan_export_ask(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;
	struct exporting *x = calloc(1, sizeof *x);
	const char *own = getenv("HOME");
	char path[EDIT_BYTES];
	struct form *f;

	if (!x)
		abort();
	snprintf(x->no, sizeof x->no, "%s", v->a->no);
	snprintf(x->code, sizeof x->code, "%s", v->code);
	snprintf(path, sizeof path, "%.200s/%s-%s.jpg", own ? own : ".", x->no, x->code);
	f = dialog_form_of(dialog_form(&file_dialog, rules_material_name(v->scheme, v->a, v->code), x));
	form_set(f, "file", path);
	form_set(f, "over", "no");
}
