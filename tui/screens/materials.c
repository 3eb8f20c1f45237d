/* The tab of materials: a checklist. + passes, - fails, * is missing; the selection goes on to the next one. */
#include "db/scan.h"
#include "ra/desk.h"
#include "ra/workflow.h"
#include "tui/dialog.h"
#include "tui/screens/application.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ink
outcome_ink(enum material_outcome o)
{
	switch (o) {
	case MATERIAL_PASS:
		return INK_GOOD;
	case MATERIAL_FAIL:
		return INK_BAD;
	case MATERIAL_MISSING:
		return INK_WARN;
	case MATERIAL_PENDING:
	case MATERIAL_OUTCOME_N:
		break;
	}
	return INK_PLAIN;
}

static char
outcome_mark(enum material_outcome o)
{
	static const char marks[MATERIAL_OUTCOME_N] = { [MATERIAL_PENDING] = ' ', [MATERIAL_PASS] = '+', [MATERIAL_FAIL] = '-',
	    [MATERIAL_MISSING] = '*' };

	return marks[o];
}

/* The points that are checked, failed ones in brackets. */
static void
points_words(const struct app_material *m, char *out, size_t outsz)
{
	size_t n = 0;

	out[0] = '\0';
	for (int p = 0; p < MATERIAL_POINT_N; p++)
		if (m->points & (1u << p) && n < outsz)
			n += (size_t)snprintf(out + n, outsz - n, m->bad_points & (1u << p) ? "%s(%s)" : "%s%s", n ? " " : "",
			    tr_name(material_point_names, p));
}

static void
put_row(const struct dossier *d, size_t i, struct list_row *r)
{
	const struct app_material *m = &d->material[i];

	memset(r, 0, sizeof *r);
	r->id = (int64_t)i + 1;
	r->key.n[0] = r->id;
	r->mark = outcome_mark(m->outcome);
	r->ink = outcome_ink(m->outcome);
	snprintf(r->ref, sizeof r->ref, "%s", m->code);
	snprintf(r->cell[0], sizeof r->cell[0], "%s", workflow_material_name(d->scheme, d->a, m->code));
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(material_outcome_names, (int)m->outcome));
	snprintf(r->cell[2], sizeof r->cell[2], "%d/%d", m->copies, m->wanted);
	points_words(m, r->cell[3], sizeof r->cell[3]);
	snprintf(r->cell[4], sizeof r->cell[4], "%.60s", m->shelf);
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct dossier *d = arg;
	int64_t first = from ? back ? from->n[0] - 1 - n : from->n[0] : back ? (int64_t)d->materials - n : 0;
	int64_t last = from ? back ? from->n[0] - 1 : from->n[0] + n : back ? (int64_t)d->materials : n;

	(void)l;
	(void)e;
	*got = 0;
	for (int64_t i = first < 0 ? 0 : first; i < last && i < (int64_t)d->materials; i++)
		put_row(d, (size_t)i, &out[(*got)++]);
	return true;
}

static const struct list_column columns[] = {
	{ N_("Material"), 33, 4, false }, { N_("Outcome"), 8, 1, false }, { N_("Copies"), 5, 0, true },
	{ N_("Checked for"), 21, 2, false }, { N_("Shelf"), 6, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns,
	.empty = N_("The checklist is made when the application is accepted.") };

void
materials_open(struct dossier *d)
{
	list_open(&d->list, &source, d);
}

static bool
all_pass(const struct dossier *d)
{
	for (size_t i = 0; i < d->materials; i++)
		if (d->material[i].outcome != MATERIAL_PASS)
			return false;
	return true;
}

static void
draw(struct dossier *d, struct area a)
{
	const struct list_row *r;
	const struct app_material *m;

	list_draw(&d->list, (struct area){ a.y, a.x, a.h - 3, a.w });
	if (d->a->state == APP_RECEIVED && d->materials > 0 && all_pass(d))
		hint(N_("all materials are in order: F4 goes on"));
	else if (materials_can(&d->s))
		hint(N_("+ passes and goes on to the next, - says what fails, * is missing"));
	r = list_here(&d->list);
	if (!r)
		return;
	m = &d->material[r->id - 1];
	paint_rule(a.y + a.h - 3, a.x, a.w, r->cell[0]);
	paint_lines((struct area){ a.y + a.h - 2, a.x + 1, 2, a.w - 2 }, m->outcome == MATERIAL_FAIL ? INK_BAD : INK_PLAIN,
	    m->reason);
}

static bool
key(struct dossier *d, int k)
{
	return list_key(&d->list, k);
}
const struct tab tab_materials = { N_("Materials"), NULL, draw, key };

/* ---- checking ---- */

/* One outcome on its way to the store; as dialog it has its own fields, since the points differ by material. */
struct checking {
	char no[APP_NO_MAX], name[TEXT_BYTES(64)];
	int64_t version;
	struct app_material m;
	char scan[512];			/* path of a JPEG, "" = none */
	struct dialog_form form;
	struct form_row row[MATERIAL_POINT_N + 4];
};

static struct checking *
checking_new(const struct dossier *d)
{
	const struct list_row *r = list_here(&d->list);
	struct checking *c = r ? calloc(1, sizeof *c) : NULL;

	if (!c)
		return NULL;
	snprintf(c->no, sizeof c->no, "%s", d->a->no);
	snprintf(c->name, sizeof c->name, "%s", r->cell[0]);
	c->version = d->a->version;
	c->m = d->material[r->id - 1];
	return c;
}

static bool
check_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct checking *c = arg;
	struct desk_check k = { .code = c->m.code, .outcome = c->m.outcome, .copies = c->m.copies, .bad_points = c->m.bad_points,
	    .reason = c->m.reason, .shelf = c->m.shelf };
	char *picture = NULL;
	bool ok = true;

	(void)j;
	if (c->scan[0] && !json_read_file(c->scan, SCAN_MAX, &picture, &k.scan_n, e)) {
		snprintf(e->field, sizeof e->field, "scan");
		return false;
	}
	k.scan = picture;
	ok = desk_material(o, c->no, c->version, &k, e);
	free(picture);
	return ok;
}

static void
check_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	if (!dialog_form_of(s))
		dossier_done(s, arg, ok, e);
	else if (ok)
		dialog_done(s);
	else
		dialog_refuse(s, e);
}

static const struct job_plan check_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = check_run,
	.done = check_done, .drop = free };

static void
decide(struct screen *s, enum material_outcome outcome)
{
	struct dossier *d = (struct dossier *)s;
	struct checking *c = checking_new(d);

	if (!c)
		return;
	c->m.outcome = outcome;
	c->m.copies = outcome == MATERIAL_MISSING ? 0 : -1;
	c->m.bad_points = 0;
	c->m.reason[0] = '\0';
	list_key(&d->list, K_DOWN);
	job_start(s, &check_plan, c);
}

void
materials_pass(struct screen *s)
{
	decide(s, MATERIAL_PASS);
}

void
materials_missing(struct screen *s)
{
	decide(s, MATERIAL_MISSING);
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
materials_fail(struct screen *s)
{
	struct checking *c = checking_new((struct dossier *)s);
	struct screen *dialog;
	size_t n = 0;

	if (!c)
		return;
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
materials_more(struct screen *s)
{
	struct checking *c = checking_new((struct dossier *)s);
	struct form *f;
	char copies[12];

	if (!c)
		return;
	f = dialog_form_of(dialog_form(&more_dialog, c->name, c));
	snprintf(copies, sizeof copies, "%d", c->m.copies > 0 ? c->m.copies : c->m.wanted);
	form_set(f, "copies", copies);
	form_set(f, "shelf", c->m.shelf);
}

bool
materials_can(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;

	return d->tab == TAB_MATERIALS && d->materials > 0 && dossier_may(s, ACT_MATERIAL)
	    && (d->a->state == APP_RECEIVED || d->a->state == APP_CORRECTION || d->a->state == APP_REVIEW);
}
