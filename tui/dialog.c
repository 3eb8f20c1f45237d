#include "tui/dialog.h"

#include "tui/width.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
copy(const char *s)
{
	char *out = strdup(s ? s : "");

	if (!out)
		abort();
	return out;
}

static void
close_it(struct screen *s)
{
	(void)s;
	screen_pop();
}

/* ---- a question ---- */

struct confirm {
	struct screen s;
	char *question;
	void (*yes)(struct screen *, void *);
	void *arg;
};
struct confirm_plan { const char *question; void (*yes)(struct screen *, void *); void *arg; };

static bool
confirm_open(struct screen *s, void *arg)
{
	struct confirm *c = (struct confirm *)s;
	const struct confirm_plan *p = arg;

	c->question = copy(p->question);
	c->yes = p->yes;
	c->arg = p->arg;
	return true;
}

static void
confirm_draw(struct screen *s, struct area a)
{
	const struct confirm *c = (const struct confirm *)s;
	int lines = paint_lines((struct area){ 0, 0, 0, 56 }, INK_PLAIN, c->question);
	struct area f = paint_frame(paint_middle(a, lines + 5, 60), tr("Please confirm"));

	paint_lines((struct area){ f.y + 1, f.x, lines, 56 }, INK_PLAIN, c->question);
	paint_text(f.y + lines + 2, f.x, 56, INK_STRONG, tr("Enter or y: yes     Esc or n: no"));
}

static void
confirm_yes(struct screen *s)
{
	struct confirm *c = (struct confirm *)s;
	struct screen *below = s->below;
	void (*yes)(struct screen *, void *) = c->yes;
	void *arg = c->arg;

	screen_pop();
	yes(below, arg);
}

static void
swap(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

static void
confirm_take(struct screen *s, struct screen *twin)
{
	swap(&((struct confirm *)s)->question, &((struct confirm *)twin)->question);
}

static void
confirm_words(struct screen *s)
{
	screen_twin(s, confirm_take);
}

static void
confirm_close(struct screen *s)
{
	free(((struct confirm *)s)->question);
}

static const struct action confirm_actions[] = {
	{ K_ENTER, N_("Yes"), N_("yes"), confirm_yes, NULL },
	{ 'y', "", "", confirm_yes, NULL },
	{ K_ESC, N_("No"), N_("no, back"), close_it, NULL },
	{ 'n', "", "", close_it, NULL },
	{ 0 }
};
static const struct screen_ops confirm_ops = { .title = N_("Please confirm"), .size = sizeof(struct confirm), .overlay = true,
	.actions = confirm_actions, .open = confirm_open, .draw = confirm_draw, .words = confirm_words, .close = confirm_close };

void
dialog_confirm(const char *question, void (*yes)(struct screen *below, void *arg), void *arg)
{
	struct confirm_plan p = { question, yes, arg };

	screen_push(&confirm_ops, &p);
}

/* ---- a text ---- */

struct reading {
	struct screen s;
	char *title, *text;
	int first, lines, height;
};
struct reading_plan { const char *title, *text; };

static bool
reading_open(struct screen *s, void *arg)
{
	const struct reading_plan *p = arg;

	((struct reading *)s)->title = copy(p->title);
	((struct reading *)s)->text = copy(p->text);
	return true;
}

static void
reading_draw(struct screen *s, struct area a)
{
	struct reading *r = (struct reading *)s;
	int w = a.w > 100 ? 96 : a.w - 4;
	struct area f;
	const char *p = r->text;

	r->lines = paint_lines((struct area){ 0, 0, 0, w - 4 }, INK_PLAIN, r->text);
	f = paint_frame(paint_middle(a, r->lines + 2, w), r->title);
	r->height = f.h;
	if (r->first > r->lines - f.h)
		r->first = r->lines > f.h ? r->lines - f.h : 0;
	for (int i = 0; i < r->first && *p; i++) {
		p += width_line(p, w - 4);
		p += *p == '\n';
	}
	paint_lines(f, INK_PLAIN, p);
	if (r->lines > f.h)
		hint(N_("Up and Down scroll, Esc closes"));
}

static bool
reading_key(struct screen *s, int key)
{
	struct reading *r = (struct reading *)s;

	switch (key) {
	case K_DOWN:
		r->first++;
		return true;
	case K_PGDN:
	case ' ':
		r->first += r->height;
		return true;
	case K_UP:
	case K_PGUP:
		r->first -= key == K_UP ? 1 : r->height;
		if (r->first < 0)
			r->first = 0;
		return true;
	}
	return false;
}

static void
reading_take(struct screen *s, struct screen *twin)
{
	swap(&((struct reading *)s)->title, &((struct reading *)twin)->title);
	swap(&((struct reading *)s)->text, &((struct reading *)twin)->text);
}

static void
reading_words(struct screen *s)
{
	screen_twin(s, reading_take);
}

static void
reading_close(struct screen *s)
{
	struct reading *r = (struct reading *)s;

	OPENSSL_cleanse(r->text, strlen(r->text));
	free(r->text);
	free(r->title);
}

static const struct action reading_actions[] = {
	{ K_ESC, N_("Close"), N_("close"), close_it, NULL },
	{ K_ENTER, "", "", close_it, NULL },
	{ K_F(2), "", "", close_it, NULL },
	{ 0 }
};
static const struct screen_ops reading_ops = { .title = N_("Text"), .size = sizeof(struct reading), .overlay = true,
	.actions = reading_actions, .open = reading_open, .draw = reading_draw, .key = reading_key, .words = reading_words, .close = reading_close };

void
dialog_text(const char *title, const char *text)
{
	struct reading_plan p = { title, text };

	screen_push(&reading_ops, &p);
}

/* ---- a choice ---- */

struct choosing {
	struct screen s;
	char *title;
	struct { char *label, *more; char key; } *option;
	int n, here, first, top, height;
	void (*chosen)(struct screen *, void *, int);
	void *arg;
};
struct choosing_plan {
	const char *title;
	const struct dialog_option *options;
	int n, here;
	void (*chosen)(struct screen *, void *, int);
	void *arg;
};

static bool
choosing_open(struct screen *s, void *arg)
{
	struct choosing *c = (struct choosing *)s;
	const struct choosing_plan *p = arg;

	c->title = copy(p->title);
	c->n = p->n;
	c->here = p->here >= 0 && p->here < p->n ? p->here : 0;
	c->chosen = p->chosen;
	c->arg = p->arg;
	c->option = calloc((size_t)(p->n > 0 ? p->n : 1), sizeof *c->option);
	if (!c->option)
		abort();
	for (int i = 0; i < p->n; i++) {
		c->option[i].label = copy(p->options[i].label);
		c->option[i].more = copy(p->options[i].more);
		c->option[i].key = p->options[i].key ? p->options[i].key : i < 9 ? (char)('1' + i) : '\0';
	}
	return true;
}

static void
choosing_draw(struct screen *s, struct area a)
{
	struct choosing *c = (struct choosing *)s;
	int label = 0, more = 0;
	struct area f;

	for (int i = 0; i < c->n; i++) {
		int l = width_columns(c->option[i].label), m = width_columns(c->option[i].more);

		label = l > label ? l : label;
		more = m > more ? m : more;
	}
	label += 2;
	more = more > 0 ? more + 2 : 0;
	if (4 + label + more < width_columns(c->title) + 4)
		more = width_columns(c->title) - label;
	f = paint_frame(paint_middle(a, c->n + 2, label + more + 7), c->title);
	if (c->here < c->first)
		c->first = c->here;
	if (c->here >= c->first + f.h)
		c->first = c->here - f.h + 1;
	c->top = f.y;
	c->height = f.h;
	for (int i = c->first; i < c->n && i - c->first < f.h; i++) {
		enum ink ink = i == c->here ? INK_HERE : INK_PLAIN;
		int y = f.y + i - c->first;
		char key[4] = { c->option[i].key ? c->option[i].key : ' ', ' ', '\0' };

		paint_cell(y, f.x, f.w, ink, "");
		paint_text(y, f.x, 3, i == c->here ? INK_HERE : INK_KEY, key);
		paint_text(y, f.x + 3, f.w - 3, ink, c->option[i].label);
		paint_text(y, f.x + 3 + label, f.w - 3 - label, i == c->here ? INK_HERE : INK_DIM, c->option[i].more);
	}
	paint_cursor(f.y + c->here - c->first, f.x);
}

static void
take(struct choosing *c, int i)
{
	struct opener o = { .chosen = c->chosen, .arg = c->arg, .i = i };
	struct screen *below = c->s.below;

	screen_pop();
	screen_opens(&o, below);
}

static void
choosing_enter(struct screen *s)
{
	if (((struct choosing *)s)->n > 0)
		take((struct choosing *)s, ((struct choosing *)s)->here);
}

static bool
choosing_mouse(struct choosing *c)
{
	struct mouse m = term_mouse();
	int i = m.y - c->top + c->first;

	if (m.what == MOUSE_WHEEL_DOWN || m.what == MOUSE_WHEEL_UP) {
		c->here += m.what == MOUSE_WHEEL_DOWN ? c->here + 1 < c->n : -(c->here > 0);
		return true;
	}
	if (m.y < c->top || m.y >= c->top + c->height || i >= c->n)
		return true;
	take(c, i);
	return true;
}

static bool
choosing_key(struct screen *s, int key)
{
	struct choosing *c = (struct choosing *)s;

	switch (key) {
	case K_DOWN:
	case K_TAB:
		c->here = c->n > 0 ? (c->here + 1) % c->n : 0;
		return true;
	case K_UP:
	case K_BACKTAB:
		c->here = c->n > 0 ? (c->here + c->n - 1) % c->n : 0;
		return true;
	case K_HOME:
	case K_PGUP:
		c->here = 0;
		return true;
	case K_END:
	case K_PGDN:
		c->here = c->n > 0 ? c->n - 1 : 0;
		return true;
	case K_MOUSE:
		return choosing_mouse(c);
	}
	for (int i = 0; i < c->n && key > ' ' && key < 0x7F; i++)
		if (c->option[i].key && (c->option[i].key | 0x20) == (key | 0x20)) {
			take(c, i);
			return true;
		}
	return false;
}

static void
choosing_take(struct screen *s, struct screen *twin)
{
	struct choosing *c = (struct choosing *)s, *t = (struct choosing *)twin;

	if (c->n != t->n)
		return;
	swap(&c->title, &t->title);
	for (int i = 0; i < c->n; i++) {
		swap(&c->option[i].label, &t->option[i].label);
		swap(&c->option[i].more, &t->option[i].more);
	}
}

static void
choosing_words(struct screen *s)
{
	screen_twin(s, choosing_take);
}

static void
choosing_close(struct screen *s)
{
	struct choosing *c = (struct choosing *)s;

	for (int i = 0; i < c->n; i++) {
		free(c->option[i].label);
		free(c->option[i].more);
	}
	free(c->option);
	free(c->title);
}

static const struct action choosing_actions[] = {
	{ K_ENTER, N_("Choose"), N_("take the marked line; its digit or letter does it at once"), choosing_enter, NULL },
	{ K_ESC, N_("Back"), N_("back"), close_it, NULL },
	{ 0 }
};
static const struct screen_ops choosing_ops = { .title = N_("Choose"), .size = sizeof(struct choosing), .overlay = true,
	.actions = choosing_actions, .open = choosing_open, .draw = choosing_draw, .key = choosing_key, .words = choosing_words, .close = choosing_close };

void
dialog_choose(const char *title, const struct dialog_option *options, int n, int here,
    void (*chosen)(struct screen *below, void *arg, int i), void *arg)
{
	struct choosing_plan p = { title, options, n, here, chosen, arg };

	screen_push(&choosing_ops, &p);
}

/* ---- a few fields ---- */

struct asking {
	struct screen s;
	const struct dialog_form *d;
	char *note;
	void *arg;
	struct form form;
	const char *offered;		/* id of the field that texts are offered for; NULL: none are */
	char *offer[DIALOG_OFFERS + 1];	/* the last one is what was typed before one was taken */
	int offers, taken, offer_top;	/* taken: the one in the field, -1 = what was typed */
};
struct asking_plan { const struct dialog_form *d; const char *note; void *arg; };

static bool
asking_open(struct screen *s, void *arg)
{
	struct asking *q = (struct asking *)s;
	const struct asking_plan *p = arg;

	q->d = p->d;
	q->note = copy(p->note ? p->note : p->d->note);
	q->arg = p->arg;
	form_open(&q->form, p->d->rows, p->d->n, p->d->calls, p->arg);
	return true;
}

/* ---- texts that are offered for a field ---- */

void
dialog_offer(struct screen *dialog, const char *id, const char *const *texts, size_t n)
{
	struct asking *q = (struct asking *)dialog;

	q->offered = id;
	q->taken = -1;
	for (size_t i = 0; i < n && q->offers < DIALOG_OFFERS; i++)
		q->offer[q->offers++] = copy(texts[i]);
}

static void
take_offer(struct asking *q, int i)
{
	if (q->taken < 0 && i >= 0) {
		free(q->offer[DIALOG_OFFERS]);
		q->offer[DIALOG_OFFERS] = copy(form_value(&q->form, q->offered));
	}
	q->taken = i;
	form_set(&q->form, q->offered, q->offer[i >= 0 ? i : DIALOG_OFFERS]);
}

/* Down from the field goes to the first one, Up from that back to what was typed; a click takes one. */
static bool
offer_key(struct asking *q, int key)
{
	int clicked = key == K_MOUSE && term_mouse().what == MOUSE_PRESS ? term_mouse().y - q->offer_top : -1;

	if (q->offers == 0)
		return false;
	if (clicked >= 0 && clicked < q->offers && q->offer_top > 0) {
		form_go(&q->form, q->offered);
		take_offer(q, clicked);
		return true;
	}
	if (strcmp(form_here(&q->form), q->offered) != 0)
		return false;
	/* one that was changed meanwhile is what was typed now */
	if (q->taken >= 0 && strcmp(form_value(&q->form, q->offered), q->offer[q->taken]) != 0)
		q->taken = -1;
	if ((key != K_DOWN || q->taken + 1 >= q->offers) && (key != K_UP || q->taken < 0))
		return false;
	take_offer(q, q->taken + (key == K_DOWN ? 1 : -1));
	return true;
}

static void
draw_offers(struct asking *q, struct area a)
{
	paint_text(a.y, a.x, a.w, INK_DIM, tr("Given before; Down takes one, to be changed as needed:"));
	q->offer_top = a.y + 1;
	for (int i = 0; i < q->offers && i + 1 < a.h; i++)
		paint_cell(a.y + 1 + i, a.x + 2, a.w - 2, i == q->taken ? INK_HERE : INK_PLAIN, q->offer[i]);
}

static void
asking_draw(struct screen *s, struct area a)
{
	struct asking *q = (struct asking *)s;
	int w = a.w > 90 ? 86 : a.w - 4;
	int note = *q->note ? paint_lines((struct area){ 0, 0, 0, w - 4 }, INK_PLAIN, q->note) + 1 : 0;
	/* a line per row, one more for each error that may stand below it */
	int offers = q->offers > 0 ? q->offers + 1 : 0;
	struct area f = paint_frame(paint_middle(a, note + (int)q->form.n * 2 + offers + 3, w), tr(q->d->title));

	if (note > 0)
		paint_lines((struct area){ f.y, f.x, note - 1, f.w }, INK_PLAIN, q->note);
	/* where all has no room the fields go first */
	if (offers > f.h - note - (int)q->form.n - 1)
		offers = f.h - note - (int)q->form.n - 1;
	if (offers > 1)
		draw_offers(q, (struct area){ f.y + f.h - offers, f.x, offers, f.w });
	form_draw(&q->form, (struct area){ f.y + note, f.x, f.h - note - (offers > 1 ? offers : 0), f.w });
}

static void
asking_done(struct screen *s)
{
	struct asking *q = (struct asking *)s;

	if (form_check(&q->form))
		q->d->done(s, &q->form, q->arg);
}

static bool
asking_key(struct screen *s, int key)
{
	if (offer_key((struct asking *)s, key))
		return true;
	switch (form_key(&((struct asking *)s)->form, key)) {
	case FORM_DONE:
		asking_done(s);
		return true;
	case FORM_TAKEN:
		return true;
	case FORM_IGNORED:
		break;
	}
	return false;
}

static bool
asking_leave(struct screen *s)
{
	const struct asking *q = (const struct asking *)s;

	if (q->d->refused)
		q->d->refused();
	return !q->d->refused;
}

static bool
may_leave(struct screen *s)
{
	return !((const struct asking *)s)->d->refused;
}

static void
asking_take(struct screen *s, struct screen *twin)
{
	swap(&((struct asking *)s)->note, &((struct asking *)twin)->note);
}

static void
asking_words(struct screen *s)
{
	screen_twin(s, asking_take);
}

static void
asking_close(struct screen *s)
{
	struct asking *q = (struct asking *)s;

	form_close(&q->form);
	free(q->note);
	for (int i = 0; i <= DIALOG_OFFERS; i++)
		free(q->offer[i]);
	if (q->d->drop)
		q->d->drop(q->arg);
}

static const struct action asking_actions[] = {
	{ K_F(2), N_("Done"), N_("done: check and go on; Enter on the last field does it too"), asking_done, NULL },
	{ K_ESC, N_("Cancel"), N_("close without doing anything"), screen_back, may_leave },
	{ 0 }
};
static const struct screen_ops asking_ops = { .title = N_("Entry"), .size = sizeof(struct asking), .overlay = true,
	.actions = asking_actions, .open = asking_open, .draw = asking_draw, .key = asking_key,
	.words = asking_words, .leave = asking_leave, .close = asking_close };

struct screen *
dialog_form(const struct dialog_form *d, const char *note, void *arg)
{
	struct asking_plan p = { d, note, arg };

	return screen_push(&asking_ops, &p);
}

struct form *
dialog_form_of(struct screen *dialog)
{
	return dialog && dialog->ops == &asking_ops ? &((struct asking *)dialog)->form : NULL;
}

void *
dialog_arg(struct screen *dialog)
{
	return ((struct asking *)dialog)->arg;
}

void
dialog_refuse(struct screen *dialog, const struct err *e)
{
	form_refuse(&((struct asking *)dialog)->form, e);
}

void
dialog_done(struct screen *dialog)
{
	screen_pop_to(dialog->below);
}
