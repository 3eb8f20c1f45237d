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
		wipe(s->line[i].beside);
	}
	s->n = s->measured = 0;
	s->lines = 0;
	s->width = 0;
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
	s->line[s->n].beside = NULL;
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
pane_pair(struct pane *s, enum ink ink, const char *label, const char *was, const char *is)
{
	add(s, false, ink, label, was);
	s->line[s->n - 1].beside = strdup(is);
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

/* Where an entry's text stands: behind its label, or over the whole width. */
static struct area
text_area(const struct pane_line *l, struct area a, int label)
{
	int left = l->label ? label + 3 : 1;

	return (struct area){ a.y, a.x + left, 1, a.w - left - 1 > 1 ? a.w - left - 1 : 1 };
}

/* The half of a text that has another one beside it. */
static struct area
half(struct area text, bool second)
{
	int w = text.w > 4 ? (text.w - 2) / 2 : 1;

	return (struct area){ text.y, second ? text.x + w + 2 : text.x, text.h, w };
}

static int
lines_of(const char *p, int w)
{
	int rows = 0;

	while (*p) {
		p += width_line(p, w);
		p += *p == '\n';
		rows++;
	}
	return rows > 0 ? rows : 1;
}

static int
rows_of(const struct pane_line *l, struct area text)
{
	int left, right;

	if (l->head)
		return 1;
	if (!l->beside)
		return lines_of(l->value, text.w);
	left = lines_of(l->value, half(text, false).w);
	right = lines_of(l->beside, half(text, true).w);
	return left > right ? left : right;
}

/* Once for a width: thousands of entries are measured when they come, not for every frame. */
static void
measure(struct pane *s, int w)
{
	if (s->measured == s->n && s->width == w)
		return;
	s->label = label_width(s, w);
	s->lines = 0;
	for (size_t i = 0; i < s->n; i++) {
		s->line[i].rows = rows_of(&s->line[i], text_area(&s->line[i], (struct area){ 0, 0, 1, w }, s->label));
		s->lines += s->line[i].rows;
	}
	s->measured = s->n;
	s->width = w;
}

/* The lines of a text that lie in the window; y: its first line on the screen. */
static void
draw_text(const char *p, enum ink ink, int y, struct area a, struct area text)
{
	for (; *p && y < a.y + a.h; y++) {
		size_t n = width_line(p, text.w);
		char piece[1024];

		snprintf(piece, sizeof piece, "%.*s", (int)n, p);
		if (y >= a.y)
			paint_text(y, text.x, text.w, ink, piece);
		OPENSSL_cleanse(piece, sizeof piece);
		p += n;
		p += *p == '\n';
	}
}

static void
draw_line(const struct pane_line *l, int y, struct area a, int label)
{
	struct area text = text_area(l, a, label);

	if (l->head) {
		paint_rule(y, a.x, a.w, l->value);
		return;
	}
	if (l->label && y >= a.y)
		paint_right(y, a.x + 1, label, INK_DIM, l->label);
	draw_text(l->value, l->beside ? INK_DIM : l->ink, y, a, l->beside ? half(text, false) : text);
	if (l->beside)
		draw_text(l->beside, l->ink, y, a, half(text, true));
}

void
pane_draw(struct pane *s, struct area a)
{
	int y;

	measure(s, a.w);
	s->height = a.h;
	/* became shorter, or the window higher */
	if (s->top > s->lines - a.h)
		s->top = s->lines > a.h ? s->lines - a.h : 0;
	y = a.y - s->top;
	for (size_t i = 0; i < s->n && y < a.y + a.h; y += s->line[i++].rows)
		if (y + s->line[i].rows > a.y)
			draw_line(&s->line[i], y, a, s->label);
	if (s->top > 0)
		paint_right(a.y, a.x + a.w - 2, 2, INK_DIM, "^");
	if (s->lines > s->top + a.h)
		paint_right(a.y + a.h - 1, a.x + a.w - 2, 2, INK_DIM, "v");
}
