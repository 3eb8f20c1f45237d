/* The number of an application that was just accepted, large: to be read out, written on the paper, copied. */
#include "tui/big.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <string.h>

struct number {
	struct screen s;
	char no[APP_NO_MAX];
};

static bool
number_open(struct screen *s, void *arg)
{
	snprintf(((struct number *)s)->no, APP_NO_MAX, "%s", (const char *)arg);
	return true;
}

static void
number_draw(struct screen *s, struct area a)
{
	const struct number *n = (const struct number *)s;
	struct area f = paint_frame(paint_middle(a, BIG_ROWS + 7, 76), tr("Accepted"));
	int w = big_columns(n->no);

	big_draw(f.y + 1, f.x + (w < f.w ? (f.w - w) / 2 : 0), f.w, INK_HERE, n->no);
	paint_text(f.y + BIG_ROWS + 2, f.x + (f.w - (int)strlen(n->no)) / 2, f.w, INK_STRONG, n->no);
	paint_text(f.y + BIG_ROWS + 4, f.x, f.w, INK_DIM, tr("Enter goes on to the materials, Ctrl-C puts the number on the clipboard"));
}

static void
copy(struct screen *s)
{
	term_copy(((struct number *)s)->no);
	notice(TONE_INFO, N_("%s is on the clipboard, where the terminal has one"), ((struct number *)s)->no);
}

static void
go_on(struct screen *s)
{
	(void)s;
	screen_pop();
}

static void
print_it(struct screen *s)
{
	screen_push(&screen_print, ((struct number *)s)->no);
}

static const struct action number_actions[] = {
	{ K_ENTER, N_("Go on"), N_("go on to the materials"), go_on, NULL },
	{ K_CTRL('P'), N_("Print"), N_("the application form, to be signed and stamped"), print_it, NULL },
	{ K_CTRL('C'), N_("Copy"), N_("put the application number on the clipboard"), copy, NULL },
	{ 0 }
};
const struct screen_ops screen_number = { .title = N_("Accepted"), .size = sizeof(struct number), .overlay = true,
	.actions = number_actions, .open = number_open, .draw = number_draw };
