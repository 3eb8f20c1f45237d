/* The tab of materials: a checklist. + passes, - fails, * is missing; the selection goes on to the next one. */
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

static void
draw(struct dossier *d, struct area a)
{
	const struct list_row *r;
	const struct app_material *m;

	list_draw(&d->list, (struct area){ a.y, a.x, a.h - 3, a.w });
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
