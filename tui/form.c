#include "tui/form_cell.h"

#include "forms/tr.h"
#include "tui/screen.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 8
/* ---- values ---- */

bool
form_is_typed(const struct form_row *r)
{
	return r->kind == FIELD_TEXT || r->kind == FIELD_NUMBER;
}

static const char *
value_of(const struct form_cell *c)
{
	if (form_is_typed(&c->row))
		return c->edit.text;
	if (c->choice == NO_CHOICE)
		return "";
	return c->row.kind == FIELD_YESNO ? c->choice ? "yes" : "no" : c->row.names[c->choice].stored;
}

static void
set_value(struct form_cell *c, const char *value)
{
	if (form_is_typed(&c->row))
		edit_set(&c->edit, value);
	else if (c->row.kind == FIELD_YESNO)
		c->choice = strcmp(value, "yes") == 0 ? 1 : strcmp(value, "no") == 0 ? 0 : NO_CHOICE;
	else
		c->choice = name_index(c->row.names, value);
}

static struct form_cell *
cell_of(const struct form *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->cell[i].row.id, id) == 0)
			return &f->cell[i];
	return NULL;
}

const char *
form_value(const struct form *f, const char *id)
{
	const struct form_cell *c = cell_of(f, id);

	return c ? value_of(c) : "";
}

static void
set_error(struct form_cell *c, const struct err *e)
{
	for (int english = 0; english < 2; english++)
		snprintf(c->error[english], sizeof c->error[0], "%s", e ? err_in(e, english) : "");
}

void
form_set(struct form *f, const char *id, const char *value)
{
	struct form_cell *c = cell_of(f, id);

	if (!c)
		return;
	set_value(c, value);
	set_error(c, NULL);
}

const char *
form_error(const struct form *f, const char *id)
{
	const struct form_cell *c = cell_of(f, id);

	return c ? c->error[tr_english()] : "";
}

size_t
form_wrong(const struct form *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->cell[i].error[0][0] != '\0';
	return n;
}

const char *
form_here(const struct form *f)
{
	return f->here < f->n ? f->cell[f->here].row.id : "";
}

void
form_kept(struct form *f)
{
	f->typed = false;
}

/* ---- opening, other rows ---- */

static void
cell_open(struct form_cell *c, const struct form_row *r)
{
	memset(c, 0, sizeof *c);
	c->row = *r;
	c->choice = NO_CHOICE;
	edit_open(&c->edit, r->limit, r->edit | (r->kind == FIELD_NUMBER ? EDIT_DIGITS | EDIT_NARROW : 0));
}

static bool
can_stand(const struct form *f, size_t i)
{
	return i < f->n && !f->cell[i].row.fixed;
}

/* The cursor on a row that can be typed into, from i on, else before it. */
static void
stand(struct form *f, size_t i)
{
	size_t k = i;

	while (k < f->n && !can_stand(f, k))
		k++;
	if (k >= f->n)
		for (k = i < f->n ? i : f->n; k > 0 && !can_stand(f, k - 1); k--)
			;
	f->here = k < f->n ? k : k > 0 ? k - 1 : 0;
	f->popup = -1;		/* the list of another row */
	if (f->here < f->n)
		edit_enter(&f->cell[f->here].edit);
}

void
form_open(struct form *f, const struct form_row *rows, size_t n, const struct form_calls *calls, void *arg)
{
	memset(f, 0, sizeof *f);
	f->calls = calls;
	f->arg = arg;
	f->popup = -1;
	form_rows(f, rows, n);
	stand(f, 0);
}

void
form_close(struct form *f)
{
	for (size_t i = 0; i < f->n; i++)
		edit_close(&f->cell[i].edit);
	free(f->cell);
	memset(f, 0, sizeof *f);
}

void
form_rows(struct form *f, const struct form_row *rows, size_t n)
{
	struct form_cell *old = f->cell;
	size_t old_n = f->n;
	const char *here = form_here(f);
	char id[64];

	snprintf(id, sizeof id, "%s", here);
	f->cell = calloc(n > 0 ? n : 1, sizeof *f->cell);
	if (!f->cell)
		abort();
	f->n = n;
	for (size_t i = 0; i < n; i++) {
		cell_open(&f->cell[i], &rows[i]);
		for (size_t k = 0; k < old_n; k++)
			if (strcmp(old[k].row.id, rows[i].id) == 0) {
				set_value(&f->cell[i], value_of(&old[k]));
				memcpy(f->cell[i].error, old[k].error, sizeof old[k].error);
			}
	}
	for (size_t k = 0; k < old_n; k++)
		edit_close(&old[k].edit);
	free(old);
	if (f->here >= n)
		f->here = n > 0 ? n - 1 : 0;
	f->popup = -1;
	form_go(f, id);
}

void
form_go(struct form *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->cell[i].row.id, id) == 0)
			stand(f, i);
}

/* ---- checks ---- */

static bool
check_cell(struct form *f, struct form_cell *c, bool leaving)
{
	char shown[FIELD_SHOW_MAX] = "";
	const char *value = value_of(c);
	struct err e = { 0 };
	bool ok;

	if (!*value) {
		if (!c->row.required)
			set_error(c, NULL);
		return true;
	}
	ok = !f->calls || !f->calls->check || f->calls->check(f->arg, c->row.id, value, shown, &e);
	set_error(c, ok ? NULL : &e);
	if (ok && leaving && shown[0] && form_is_typed(&c->row) && strcmp(shown, value) != 0)
		edit_set(&c->edit, shown);
	OPENSSL_cleanse(shown, sizeof shown);
	return ok;
}

bool
form_check(struct form *f)
{
	size_t bad = f->n;
	struct err e;

	for (size_t i = f->n; i-- > 0;) {
		struct form_cell *c = &f->cell[i];
		bool ok = check_cell(f, c, true);

		if (ok && c->row.required && !*value_of(c)) {
			ok = err_refuse(&e, "is required: fill it in");
			set_error(c, &e);
		}
		if (!ok)
			bad = i;
	}
	if (bad == f->n)
		return true;
	stand(f, bad);
	return false;
}

void
form_go_open(struct form *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->cell[i].row.required && !f->cell[i].row.fixed && !value_of(&f->cell[i])[0]) {
			form_go(f, f->cell[i].row.id);
			return;
		}
}

void
form_refuse(struct form *f, const struct err *e)
{
	struct form_cell *c = e->field[0] ? cell_of(f, e->field) : NULL;

	if (!c) {
		int user;
		const struct field *k = e->field[0] ? field_find(e->field, &user) : NULL;

		if (k)		/* it has no row here: its name stands before what is wrong */
			notice(TONE_BAD, "%s: %s", tr_english() ? k->en : k->zh, e->text);
		else
			notice_err(e);
		return;
	}
	set_error(c, e);
	form_go(f, e->field);
}

void
form_refuse_all(struct form *f, const struct err_list *problems)
{
	for (size_t i = problems->n < ERR_LIST_MAX ? problems->n : ERR_LIST_MAX; i-- > 0;)
		form_refuse(f, &problems->at[i]);
	/* the first in the order of the form, whatever the order of the list */
	for (size_t i = 0; i < f->n; i++)
		if (f->cell[i].error[0][0]) {
			stand(f, i);
			return;
		}
}

/* ---- keys ---- */

static void
leave(struct form *f)
{
	struct form_cell *c = &f->cell[f->here];

	if (f->here >= f->n)
		return;
	check_cell(f, c, true);
	if (c->touched && f->calls && f->calls->changed) {
		c->touched = false;
		f->calls->changed(f->arg, c->row.id);	/* may change the rows: c is gone */
	}
}

enum form_answer
form_next(struct form *f, bool done_at_end)
{
	char id[64];

	snprintf(id, sizeof id, "%s", form_here(f));
	leave(f);		/* may change the rows */
	form_go(f, id);
	for (size_t i = f->here + 1; i < f->n; i++)
		if (can_stand(f, i)) {
			stand(f, i);
			return FORM_TAKEN;
		}
	return done_at_end ? FORM_DONE : FORM_TAKEN;
}

static enum form_answer
previous(struct form *f)
{
	leave(f);
	for (size_t i = f->here; i-- > 0;)
		if (can_stand(f, i)) {
			stand(f, i);
			break;
		}
	return FORM_TAKEN;
}

static enum form_answer
page(struct form *f, bool back)
{
	leave(f);
	stand(f, back ? f->here > PAGE_ROWS ? f->here - PAGE_ROWS : 0 : f->here + PAGE_ROWS < f->n ? f->here + PAGE_ROWS : f->n - 1);
	return FORM_TAKEN;
}

static void
was_typed(struct form *f)
{
	f->typed = f->cell[f->here].touched = true;
	if (f->calls && f->calls->typed)
		f->calls->typed(f->arg);
}

void
form_was_chosen(struct form *f, struct form_cell *c)
{
	char id[64];

	snprintf(id, sizeof id, "%s", c->row.id);
	check_cell(f, c, false);
	was_typed(f);
	if (f->calls && f->calls->changed)
		f->calls->changed(f->arg, id);
}

static enum form_answer
type(struct form *f, struct form_cell *c, int key)
{
	switch (edit_key(&c->edit, key)) {
	case EDIT_IGNORED:
		return FORM_IGNORED;
	case EDIT_MOVED:
		break;
	case EDIT_REFUSED:
		notice(TONE_WARN, "%s", edit_why());
		if (key != K_PASTE)
			break;
		was_typed(f);
		break;
	case EDIT_CHANGED:
		/* told while it is typed: once it was wrong, and as soon as it cannot grow any more */
		if (c->error[0][0] || (int)text_chars(c->edit.text) == c->edit.limit)
			check_cell(f, c, false);
		was_typed(f);
		break;
	}
	return FORM_TAKEN;
}

static enum form_answer
click(struct form *f)
{
	struct mouse m = term_mouse();
	int line = m.y - f->drawn.y + (int)f->top;
	char id[64];

	if (m.what == MOUSE_WHEEL_UP || m.what == MOUSE_WHEEL_DOWN)
		return m.what == MOUSE_WHEEL_UP ? previous(f) : form_next(f, false);
	if (m.y < f->drawn.y || m.y >= f->drawn.y + f->drawn.h)
		return FORM_IGNORED;
	for (size_t i = 0; i < f->n; i++) {
		struct form_cell *c = &f->cell[i];

		if (line < c->line || line >= c->line + c->lines || !can_stand(f, i))
			continue;
		if (i != f->here) {
			snprintf(id, sizeof id, "%s", c->row.id);
			leave(f);		/* may change the rows */
			form_go(f, id);
			return FORM_TAKEN;
		}
		if (form_is_typed(&c->row) && m.x >= c->x && m.x < c->x + c->w)
			edit_click(&c->edit, m.x - c->x);
		else if (!form_is_typed(&c->row) && m.what == MOUSE_PRESS)
			form_choose(f, c, ' ');
		return FORM_TAKEN;
	}
	return FORM_IGNORED;
}

enum form_answer
form_key(struct form *f, int key)
{
	struct form_cell *c;

	if (f->n == 0 || !can_stand(f, f->here))
		return key == K_ENTER ? FORM_DONE : FORM_IGNORED;
	c = &f->cell[f->here];
	if (f->popup >= 0)
		return form_popup_key(f, c, key);
	switch (key) {
	case K_ENTER:
		return form_next(f, true);
	case K_TAB:
	case K_DOWN:
		return form_next(f, false);
	case K_BACKTAB:
	case K_UP:
		return previous(f);
	case K_PGDN:
	case K_PGUP:
		return page(f, key == K_PGUP);
	case K_MOUSE:
		return click(f);
	}
	return form_is_typed(&c->row) ? type(f, c, key) : form_choose(f, c, key);
}
