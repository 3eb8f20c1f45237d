/* The form widget: choices and yes/no, typed by digit or letter, or taken from their list; declared in tui/form.h. */
#include "forms/tr.h"
#include "tui/form_cell.h"
#include "tui/term.h"

static bool
offered(const struct form_row *r, int i)
{
	return r->offered == 0 || (r->offered & (1u << i));
}

int
form_options(const struct form_row *r)
{
	int n = 0;

	if (r->kind == FIELD_YESNO)
		return 2;
	for (int i = 0; r->names[i].stored; i++)
		n += offered(r, i);
	return n;
}

/* Row of names of the k-th option; yes stands before no. */
int
form_option_at(const struct form_row *r, int k)
{
	if (r->kind == FIELD_YESNO)
		return k == 0;
	for (int i = 0; r->names[i].stored; i++)
		if (offered(r, i) && k-- == 0)
			return i;
	return NO_CHOICE;
}

static int
option_of(const struct form_row *r, int choice)
{
	for (int k = 0; k < form_options(r); k++)
		if (form_option_at(r, k) == choice)
			return k;
	return -1;
}

const char *
form_option_text(const struct form_row *r, int choice)
{
	if (choice == NO_CHOICE)
		return "";
	if (r->kind == FIELD_YESNO)
		return choice ? tr("yes") : tr("no");
	return tr_name(r->names, choice);
}

/* The option that a digit or a first letter means, beginning behind the one at `from`; -1 = none. */
static int
option_by(const struct form_row *r, int key, int from)
{
	int n = form_options(r);

	if (key >= '1' && key <= '9')
		return key - '1' < n ? key - '1' : -1;
	for (int k = 1; k <= n; k++) {
		int at = (from + k + n) % n, i = form_option_at(r, at);
		const char *word = r->kind == FIELD_YESNO ? i ? "y" : "n" : r->names[i].stored;

		if (key > ' ' && key < 0x7F && (word[0] | 0x20) == (key | 0x20))
			return at;
	}
	return -1;
}

enum form_answer
form_choose(struct form *f, struct form_cell *c, int key)
{
	int n = form_options(&c->row), at = option_of(&c->row, c->choice), to = -1;

	if (n == 0)
		return FORM_IGNORED;	/* a choice without a choice */
	if (key == ' ' && n > 2) {
		f->popup = at < 0 ? 0 : at;
		return FORM_TAKEN;
	}
	if (key == K_RIGHT || key == ' ')
		to = (at + 1) % n;
	else if (key == K_LEFT)
		to = at <= 0 ? n - 1 : at - 1;
	else if ((key == K_BACKSPACE || key == K_DEL) && c->choice != NO_CHOICE) {
		c->choice = NO_CHOICE;
		form_was_chosen(f, c);
		return FORM_TAKEN;
	} else
		to = option_by(&c->row, key, at);
	if (to < 0)
		return key > ' ' && key < K_SPECIAL ? FORM_TAKEN : FORM_IGNORED;
	c->choice = form_option_at(&c->row, to);
	form_was_chosen(f, c);
	return FORM_TAKEN;
}

enum form_answer
form_popup_key(struct form *f, struct form_cell *c, int key)
{
	int n = form_options(&c->row), to = -1;

	if (n == 0)
		return FORM_IGNORED;
	switch (key) {
	case K_DOWN:
		f->popup = (f->popup + 1) % n;
		return FORM_TAKEN;
	case K_UP:
		f->popup = (f->popup + n - 1) % n;
		return FORM_TAKEN;
	case K_HOME:
	case K_PGUP:
		f->popup = 0;
		return FORM_TAKEN;
	case K_END:
	case K_PGDN:
		f->popup = n - 1;
		return FORM_TAKEN;
	case K_ESC:
		f->popup = -1;
		return FORM_TAKEN;
	case K_ENTER:
	case ' ':
		to = f->popup;
		break;
	default:
		if ((to = option_by(&c->row, key, f->popup)) >= 0 && !(key >= '1' && key <= '9')) {
			f->popup = to;		/* a letter jumps, Enter takes */
			return FORM_TAKEN;
		}
	}
	if (to < 0)
		return key >= K_F(1) ? FORM_IGNORED : FORM_TAKEN;
	f->popup = -1;
	c->choice = form_option_at(&c->row, to);
	form_was_chosen(f, c);
	return key == K_ENTER ? form_next(f, false) : FORM_TAKEN;
}
