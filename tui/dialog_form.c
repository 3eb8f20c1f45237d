/* The dialog of a few fields, and the texts that are offered for one of them; declared in tui/dialog.h. */
#include "tui/dialog.h"

#include <stdlib.h>
#include <string.h>

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
	q->note = dialog_copy(p->note ? p->note : p->d->note);
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
		q->offer[q->offers++] = dialog_copy(texts[i]);
}

static void
take_offer(struct asking *q, int i)
{
	if (q->taken < 0 && i >= 0) {
		free(q->offer[DIALOG_OFFERS]);
		q->offer[DIALOG_OFFERS] = dialog_copy(form_value(&q->form, q->offered));
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
	int note = *q->note ? paint_lines((struct area){ 0, 0, 0, w - 4 }, INK_PLAIN, tr(q->note)) + 1 : 0;
	/* a line per row, one more for each error that may stand below it */
	int offers = q->offers > 0 ? q->offers + 1 : 0;
	struct area f = paint_frame(paint_middle(a, note + (int)q->form.n * 2 + offers + 3, w), tr(q->d->title));

	if (note > 0)
		paint_lines((struct area){ f.y, f.x, note - 1, f.w }, INK_PLAIN, tr(q->note));
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

/* A list of choices that is open is closed first. */
static void
asking_back(struct screen *s)
{
	struct form *f = &((struct asking *)s)->form;

	if (f->popup < 0 || form_key(f, K_ESC) == FORM_IGNORED)
		screen_back(s);
}

static bool
may_leave(struct screen *s)
{
	return !((const struct asking *)s)->d->refused;
}

static void
asking_take(struct screen *s, struct screen *twin)
{
	dialog_swap(&((struct asking *)s)->note, &((struct asking *)twin)->note);
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
	{ K_ESC, N_("Cancel"), N_("close without doing anything"), asking_back, may_leave },
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
