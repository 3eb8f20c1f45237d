/* The tab of materials: a checklist. + passes, - fails, * is missing; the selection goes on to the next one; u takes back. */
#include "ra/workflow.h"
#include "ra/rules.h"
#include "tui/screens/application.h"

#include <stdio.h>
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

/* Four of them have room beside each other, their full names only in Chinese. */
static const char *const point_words[MATERIAL_POINT_N] = { [POINT_PRESENT] = N_("here"), [POINT_STAMPED] = N_("stamp"),
	[POINT_LEGIBLE] = N_("clear"), [POINT_AGREES] = N_("agree") };

/* The points that are checked, failed ones in brackets. */
static void
points_words(const struct app_material *m, char *out, size_t outsz)
{
	size_t n = 0;

	out[0] = '\0';
	for (int p = 0; p < MATERIAL_POINT_N; p++)
		if (m->points & (1u << p) && n < outsz)
			n += (size_t)snprintf(out + n, outsz - n, m->bad_points & (1u << p) ? "%s(%s)" : "%s%s", n ? " " : "",
			    tr(point_words[p]));
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
	snprintf(r->cell[0], sizeof r->cell[0], "%s", rules_material_name(d->scheme, d->a, m->code));
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(material_outcome_names, (int)m->outcome));
	snprintf(r->cell[2], sizeof r->cell[2], "%d/%d", m->copies, m->wanted);
	points_words(m, r->cell[3], sizeof r->cell[3]);
	snprintf(r->cell[4], sizeof r->cell[4], "%s", m->scan[0] ? tr("yes") : "");
	snprintf(r->cell[5], sizeof r->cell[5], "%.60s", m->shelf);
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
	{ N_("Material"), 28, 4, false }, { N_("Outcome"), 6, 1, false }, { N_("Copies"), 4, 0, true },
	{ N_("Checked for"), 24, 2, false }, { N_("Scan"), 4, 0, false }, { N_("Shelf"), 4, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source before = { .page = page, .columns = columns,
	.empty = N_("The checklist is made when the application is accepted.") };
static const struct list_source accepted = { .page = page, .columns = columns, .empty = N_("This service by this channel needs no materials.") };

void
materials_open(struct dossier *d)
{
	list_open(&d->list, &before, d);
}

static bool
all_pass(const struct dossier *d)
{
	for (size_t i = 0; i < d->materials; i++)
		if (d->material[i].outcome != MATERIAL_PASS)
			return false;
	return true;
}

static bool
is_to_pay(const struct application *a)
{
	enum app_state to;
	struct err ignored;

	return workflow_may(console_office(), a, ACT_PAY, &to, &ignored);
}

static void
draw(struct dossier *d, struct area a)
{
	const struct list_row *r;
	const struct app_material *m;

	d->list.source = d->a->accepted_at != 0 ? &accepted : &before;
	list_draw(&d->list, (struct area){ a.y, a.x, a.h - 3, a.w });
	if (d->a->state == APP_RECEIVED && all_pass(d))
		hint(is_to_pay(d->a) ? N_("all materials are in order: F7 takes the payment") : N_("all materials are in order: F4 goes on"));
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
	bool taken = list_key(&d->list, k);

	if (taken)
		d->decided[0] = '\0';
	return taken;
}
const struct tab tab_materials = { N_("Materials"), NULL, draw, key };

/* ---- checking ---- */

/* The selected one; false when there is none. */
static bool
selected(const struct dossier *d, struct dossier_material *m)
{
	const struct list_row *r = list_here(&d->list);

	if (!r)
		return false;
	*m = (struct dossier_material){ d->a, &d->material[r->id - 1], r->cell[0] };
	return true;
}

static void
decide(struct screen *s, enum material_outcome outcome)
{
	struct dossier *d = (struct dossier *)s;
	struct dossier_material m;

	if (!selected(d, &m))
		return;
	snprintf(d->decided, sizeof d->decided, "%s", m.m->code);
	check_start(s, &m, outcome);
	list_key(&d->list, K_DOWN);
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

void
materials_fail(struct screen *s)
{
	struct dossier_material m;

	if (selected((struct dossier *)s, &m))
		check_fail_ask(&m);
}

void
materials_more(struct screen *s)
{
	struct dossier_material m;

	if (selected((struct dossier *)s, &m))
		check_more_ask(&m);
}

bool
materials_can(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;

	return d->tab == TAB_MATERIALS && d->materials > 0 && check_open(d->a);
}

void
materials_wrong(const struct screen *app, size_t limit, char *out, size_t outsz)
{
	const struct dossier *d = (const struct dossier *)app;
	char piece[400];
	size_t n = 0;

	out[0] = '\0';
	if (app->ops != &screen_application)
		return;
	for (size_t i = 0; i < d->materials; i++) {
		const struct app_material *m = &d->material[i];
		const char *name = rules_material_name(d->scheme, d->a, m->code);

		if (m->outcome == MATERIAL_FAIL)
			snprintf(piece, sizeof piece, tr("%s%s: %s"), n > 0 ? tr("; ") : "", name, m->reason);
		else if (m->outcome == MATERIAL_MISSING)
			snprintf(piece, sizeof piece, tr("%s%s is missing"), n > 0 ? tr("; ") : "", name);
		else
			continue;
		if (text_chars(out) + text_chars(piece) <= limit && n + strlen(piece) < outsz)
			n += (size_t)snprintf(out + n, outsz - n, "%s", piece);
	}
}

/* ---- a wrong key ---- */

/* The last one that was decided here while the selection was not moved since; else the selected one. */
static bool
to_take_back(const struct dossier *d, struct dossier_material *m)
{
	if (!selected(d, m))
		return false;
	for (size_t i = 0; i < d->materials && d->decided[0]; i++)
		if (strcmp(d->material[i].code, d->decided) == 0) {
			m->m = &d->material[i];
			m->name = rules_material_name(d->scheme, d->a, d->decided);
		}
	return check_back_open(d->a, m->m);
}

void
materials_undo(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;
	struct dossier_material m;

	if (!to_take_back(d, &m))
		return;
	for (size_t i = d->materials; i > 0 && list_here(&d->list)->id != (int64_t)(m.m - d->material) + 1; i--)
		list_key(&d->list, list_here(&d->list)->id > (int64_t)(m.m - d->material) + 1 ? K_UP : K_DOWN);
	d->decided[0] = '\0';
	check_start(s, &m, MATERIAL_PENDING);
}

bool
materials_can_undo(struct screen *s)
{
	struct dossier_material m;

	return materials_can(s) && to_take_back((struct dossier *)s, &m);
}

/* ---- the picture ---- */

void
materials_look(struct screen *s)
{
	struct dossier_material m;

	if (selected((struct dossier *)s, &m))
		scan_look(m.a->no, m.m->code);
}

bool
materials_can_look(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;
	struct dossier_material m;

	return d->tab == TAB_MATERIALS && dossier_may(s, ACT_OPEN_SCAN) && selected(d, &m) && m.m->scan[0];
}
