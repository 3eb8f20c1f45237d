/* The form widget: how it looks; declared in tui/form.h. */
#include "forms/tr.h"
#include "tui/form_cell.h"
#include "tui/screen.h"
#include "tui/width.h"

#include <stdio.h>

#define ERROR_LINES 2

static const char *
label_of(const struct form_row *r)
{
	return !r->zh ? tr(r->en) : tr_english() ? r->en : r->zh;
}

static int
label_width(const struct form *f, int w)
{
	int widest = 8;

	for (size_t i = 0; i < f->n; i++) {
		int k = width_columns(label_of(&f->cell[i].row));

		widest = k > widest ? k : widest;
	}
	return widest < w * 2 / 5 ? widest : w * 2 / 5;
}

static int
natural_width(const struct form_row *r)
{
	int w = 0;

	if (form_is_typed(r))
		return (r->limit > 0 ? r->limit : 100) * (r->edit & (EDIT_NARROW | EDIT_DIGITS) || r->kind == FIELD_NUMBER ? 1 : 2) + 1;
	for (int k = 0; k < form_options(r); k++) {
		int one = width_columns(form_option_text(r, form_option_at(r, k)));

		w = one > w ? one : w;
	}
	return w + 1;
}

/* Lines of all rows for this width; where each begins and how many it takes. */
static int
lay_out(struct form *f, struct area a, int label)
{
	int line = 0, room = a.w - label - 5;
	int widest = room * 2 / 3 < 30 ? room : room * 2 / 3;	/* a short error still finds its place beside a long field */

	for (size_t i = 0; i < f->n; i++) {
		struct form_cell *c = &f->cell[i];
		int w = natural_width(&c->row), beside;

		if (c->row.section)
			line += i > 0 && a.h > 30 ? 2 : 1;
		c->w = w < widest ? w : widest;
		c->x = a.x + label + 4;
		c->line = line;
		c->lines = 1;
		beside = a.w - label - 4 - c->w - 3;
		if (c->error[0][0] && width_columns(c->error[tr_english()]) > beside) {
			int more = paint_lines((struct area){ 0, 0, 0, room }, INK_BAD, c->error[tr_english()]);

			c->lines += more < ERROR_LINES ? more : ERROR_LINES;
		}
		line += c->lines;
	}
	return line;
}

static void
draw_value(struct form *f, size_t i, int y)
{
	struct form_cell *c = &f->cell[i];
	bool here = i == f->here && !c->row.fixed;

	if (c->row.fixed) {
		paint_text(y, c->x, c->w, INK_PLAIN, form_is_typed(&c->row) ? c->edit.text : form_option_text(&c->row, c->choice));
		return;
	}
	if (form_is_typed(&c->row)) {
		edit_draw(&c->edit, y, c->x, c->w, here);
		return;
	}
	paint_text(y, c->x - 1, 1, INK_DIM, "[");
	paint_cell(y, c->x, c->w, here ? INK_FIELD_HERE : INK_FIELD, form_option_text(&c->row, c->choice));
	paint_text(y, c->x + c->w, 1, INK_DIM, "]");
	if (here)
		paint_cursor(y, c->x);
}

static void
draw_row(struct form *f, size_t i, struct area a, int label)
{
	struct form_cell *c = &f->cell[i];
	int y = a.y + c->line - (int)f->top;

	if (c->row.section && y - 1 >= a.y && y - 1 < a.y + a.h)
		paint_rule(y - 1, a.x, a.w, tr(c->row.section));
	if (y >= a.y && y < a.y + a.h) {
		if (c->row.required)
			paint_text(y, a.x, 1, INK_WARN, "*");
		paint_right(y, a.x + 1, label, i == f->here ? INK_STRONG : INK_PLAIN, label_of(&c->row));
		draw_value(f, i, y);
		if (c->error[0][0] && c->lines == 1)
			paint_text(y, c->x + c->w + 2, a.x + a.w - c->x - c->w - 2, INK_BAD, c->error[tr_english()]);
	}
	if (c->lines > 1 && y + 1 < a.y + a.h && y + 1 >= a.y) {
		struct area below = { y + 1, c->x, c->lines - 1, a.w - label - 5 };

		if (below.y + below.h > a.y + a.h)
			below.h = a.y + a.h - below.y;
		paint_lines(below, INK_BAD, c->error[tr_english()]);
	}
}

static void
draw_popup(const struct form *f, struct area a)
{
	const struct form_cell *c = &f->cell[f->here];
	int n = form_options(&c->row), y = a.y + c->line - (int)f->top + 1, first = 0;
	struct area p = { y, c->x - 2, n + 2, natural_width(&c->row) + 8 };

	if (p.h > a.h)
		p.h = a.h;
	if (p.y + p.h > a.y + a.h)
		p.y = a.y + a.h - p.h;
	if (p.x + p.w > a.x + a.w)
		p.x = a.x + a.w - p.w;
	p = paint_frame(p, NULL);
	if (f->popup >= p.h)
		first = f->popup - p.h + 1;
	for (int k = first; k < n && k - first < p.h; k++) {
		char line[200];

		snprintf(line, sizeof line, "%c %s", k < 9 ? '1' + k : ' ', form_option_text(&c->row, form_option_at(&c->row, k)));
		paint_cell(p.y + k - first, p.x, p.w, k == f->popup ? INK_HERE : INK_PLAIN, line);
	}
	paint_cursor(p.y + f->popup - first, p.x);
}

/* The words of a choice with the digits that choose them, as many as a line holds. */
static void
say_options(const struct form_cell *c, int w)
{
	char line[400] = "";
	size_t n = 0;

	for (int k = 0; k < form_options(&c->row) && k < 9; k++) {
		n += (size_t)snprintf(line + n, sizeof line - n, "%s%d %s", k ? "  " : "", k + 1,
		    form_option_text(&c->row, form_option_at(&c->row, k)));
		if (n >= sizeof line || width_columns(line) > w - 2)
			break;
	}
	if (n < sizeof line && width_columns(line) <= w - 2)
		hint("%s", line);
	else
		hint(N_("the digit or first letter chooses, Space lists"));
}

static void
say_hint(const struct form_cell *c, int w)
{
	if (c->row.hint)
		hint("%s", tr(c->row.hint));
	else if (c->row.kind == FIELD_YESNO)
		hint(N_("y or n, Space changes it"));
	else if (c->row.kind == FIELD_CHOICE)
		say_options(c, w);
}

void
form_draw(struct form *f, struct area a)
{
	int label = label_width(f, a.w), total = lay_out(f, a, label);
	const struct form_cell *c = f->here < f->n ? &f->cell[f->here] : NULL;
	int top = (int)f->top, from, to;

	f->drawn = a;
	if (c) {		/* the row with the cursor in view, with its heading and its error */
		from = c->line - (c->row.section ? 1 : 0);
		to = c->line + c->lines;
		if (from < top)
			top = from;
		if (to > top + a.h)
			top = to - a.h;
	}
	if (top > total - a.h)
		top = total > a.h ? total - a.h : 0;
	f->top = (size_t)(top > 0 ? top : 0);
	for (size_t i = 0; i < f->n; i++)
		draw_row(f, i, a, label);
	if (f->top > 0)
		paint_right(a.y, a.x + a.w - 2, 2, INK_DIM, "^");
	if (total > (int)f->top + a.h)
		paint_right(a.y + a.h - 1, a.x + a.w - 2, 2, INK_DIM, "v");
	if (c)
		say_hint(c, a.w);
	if (f->popup >= 0 && c)
		draw_popup(f, a);
}
