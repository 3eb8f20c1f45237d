#include "tui/dialog.h"

#include "tui/width.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
dialog_copy(const char *s)
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

	c->question = dialog_copy(p->question);
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

void
dialog_swap(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

static void
confirm_take(struct screen *s, struct screen *twin)
{
	dialog_swap(&((struct confirm *)s)->question, &((struct confirm *)twin)->question);
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

	((struct reading *)s)->title = dialog_copy(p->title);
	((struct reading *)s)->text = dialog_copy(p->text);
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
	dialog_swap(&((struct reading *)s)->title, &((struct reading *)twin)->title);
	dialog_swap(&((struct reading *)s)->text, &((struct reading *)twin)->text);
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

	c->title = dialog_copy(p->title);
	c->n = p->n;
	c->here = p->here >= 0 && p->here < p->n ? p->here : 0;
	c->chosen = p->chosen;
	c->arg = p->arg;
	c->option = calloc((size_t)(p->n > 0 ? p->n : 1), sizeof *c->option);
	if (!c->option)
		abort();
	for (int i = 0; i < p->n; i++) {
		c->option[i].label = dialog_copy(p->options[i].label);
		c->option[i].more = dialog_copy(p->options[i].more);
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
	dialog_swap(&c->title, &t->title);
	for (int i = 0; i < c->n; i++) {
		dialog_swap(&c->option[i].label, &t->option[i].label);
		dialog_swap(&c->option[i].more, &t->option[i].more);
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
