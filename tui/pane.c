#include "tui/pane.h"

#include "tui/term.h"
#include "tui/width.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
wipe(char *s)
{
	if (s)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

void
pane_begin(struct pane *s)
{
	for (size_t i = 0; i < s->n; i++) {
		wipe(s->line[i].label);
		wipe(s->line[i].value);
	}
	s->n = 0;
}

void
pane_close(struct pane *s)
{
	pane_begin(s);
	free(s->line);
	memset(s, 0, sizeof *s);
}

static void
add(struct pane *s, bool head, enum ink ink, const char *label, const char *value)
{
	if (s->n == s->room) {
		s->room = s->room * 2 + 32;
		s->line = realloc(s->line, s->room * sizeof *s->line);
		if (!s->line)
			abort();
	}
	s->line[s->n].head = head;
	s->line[s->n].ink = ink;
	s->line[s->n].label = label ? strdup(label) : NULL;
	s->line[s->n++].value = strdup(value);
}

void
pane_head(struct pane *s, const char *title)
{
	add(s, true, INK_HEAD, NULL, title);
}

void
pane_row(struct pane *s, enum ink ink, const char *label, const char *fmt, ...)
{
	char value[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	add(s, false, ink, label, value);
	OPENSSL_cleanse(value, sizeof value);
}

void
pane_text(struct pane *s, enum ink ink, const char *text)
{
	add(s, false, ink, NULL, text);
}

bool
pane_key(struct pane *s, int key)
{
	int most = s->lines > s->height ? s->lines - s->height : 0, page = s->height > 1 ? s->height - 1 : 1;

	if (key == K_MOUSE)
		key = term_mouse().what == MOUSE_WHEEL_DOWN ? K_DOWN : term_mouse().what == MOUSE_WHEEL_UP ? K_UP : K_NONE;
	switch (key) {
	case K_DOWN:
		s->top++;
		break;
	case K_UP:
		s->top--;
		break;
	case K_PGDN:
	case ' ':
		s->top += page;
		break;
	case K_PGUP:
		s->top -= page;
		break;
	case K_HOME:
		s->top = 0;
		break;
	case K_END:
		s->top = most;
		break;
	default:
		return false;
	}
	s->top = s->top > most ? most : s->top < 0 ? 0 : s->top;
	return true;
}

static int
label_width(const struct pane *s, int w)
{
	int widest = 0;

	for (size_t i = 0; i < s->n; i++) {
		int k = s->line[i].label ? width_columns(s->line[i].label) : 0;

		widest = k > widest ? k : widest;
	}
	return widest < w * 2 / 5 ? widest : w * 2 / 5;
}

/* Draws the lines of one entry that lie in the window; returns how many it has. y: its first line on the screen. */
static int
draw_line(const struct pane_line *l, int y, struct area a, int label)
{
	struct area text = { y, a.x + 1, 0, a.w - 2 };
	const char *p = l->value;
	int rows = 0;

	if (l->head) {
		if (y >= a.y && y < a.y + a.h)
			paint_rule(y, a.x, a.w, l->value);
		return 1;
	}
	if (l->label) {
		text.x = a.x + label + 3;
		text.w = a.w - label - 4;
		if (y >= a.y && y < a.y + a.h)
			paint_right(y, a.x + 1, label, INK_DIM, l->label);
	}
	if (!*p)
		return 1;
	while (*p) {
		size_t n = width_line(p, text.w > 0 ? text.w : 1);
		char piece[1024];

		snprintf(piece, sizeof piece, "%.*s", (int)n, p);
		if (y + rows >= a.y && y + rows < a.y + a.h)
			paint_text(y + rows, text.x, text.w, l->ink, piece);
		OPENSSL_cleanse(piece, sizeof piece);
		rows++;
		p += n;
		p += *p == '\n';
	}
	return rows;
}

void
pane_draw(struct pane *s, struct area a)
{
	int label = label_width(s, a.w), y = a.y - s->top;

	s->height = a.h;
	for (size_t i = 0; i < s->n; i++)
		y += draw_line(&s->line[i], y, a, label);
	s->lines = y + s->top - a.y;
	if (s->top > 0 && s->top > s->lines - a.h) {	/* became shorter, or the window higher: once more */
		s->top = s->lines > a.h ? s->lines - a.h : 0;
		paint_blank(a, INK_PLAIN);
		pane_draw(s, a);
		return;
	}
	if (s->top > 0)
		paint_right(a.y, a.x + a.w - 2, 2, INK_DIM, "^");
	if (s->lines > s->top + a.h)
		paint_right(a.y + a.h - 1, a.x + a.w - 2, 2, INK_DIM, "v");
}
