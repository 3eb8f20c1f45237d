#include "tui/frame.h"

#include "tui/job.h"
#include "tui/width.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NOTICE_ROWS 3
#define BAR_MAX 24
#define LEAST_ROWS 22
#define LEAST_COLUMNS 80

static const struct action no_action[] = { { 0 } };
static const struct action *common = no_action;
static void (*status_fn)(char *, size_t);
static char notice_text[600], hint_text[400];
static enum tone notice_tone;
static struct { int x, w, key; } bar[BAR_MAX];
static int bar_n;

/* ---- what is said ---- */

void
notice(enum tone tone, const char *fmt, ...)
{
	va_list ap;

	if (notice_text[0] && notice_tone == TONE_BAD && tone != TONE_BAD)
		return;
	va_start(ap, fmt);
	vsnprintf(notice_text, sizeof notice_text, tr(fmt), ap);
	va_end(ap);
	notice_tone = tone;
}

void
notice_err(const struct err *e)
{
	notice(e->code == FAULT_LATER ? TONE_WARN : TONE_BAD, "%s", e->text);
}

void
hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(hint_text, sizeof hint_text, tr(fmt), ap);
	va_end(ap);
}

void
frame_key(void)
{
	notice_text[0] = '\0';
}

/* ---- registering ---- */

void
screen_common(const struct action *actions)
{
	common = actions;
}

void
screen_status(void (*fn)(char *, size_t))
{
	status_fn = fn;
}

const struct action *
frame_common(void)
{
	return common;
}

bool
frame_has_status(void)
{
	return status_fn != NULL;
}

/* ---- actions ---- */

static bool
usable(const struct action *a, struct screen *s)
{
	return !a->usable || a->usable(s);
}

const struct action *
frame_find(const struct action *table, int key)
{
	for (const struct action *a = table; a && a->key; a++)
		if (a->key == key && usable(a, screen_top()))
			return a;
	return NULL;
}

static void help_open(struct screen *of);

static void
help(struct screen *s)
{
	help_open(s);
}

static void
redraw(struct screen *s)
{
	(void)s;
	paint_anew();
}

static void
mouse(struct screen *s)
{
	(void)s;
	notice(TONE_INFO, term_mouse_switch() ? N_("clicks choose and open again") : N_("the mouse selects text now; Alt-m: clicks again"));
}

static void
other_language(struct screen *s)
{
	(void)s;
	screen_language();
}

const struct action frame_always[] = {
	{ K_F(1), N_("Help"), N_("the keys of this screen"), help, NULL },
	{ K_CTRL('L'), "", N_("draw the screen anew"), redraw, NULL },
	{ K_ALT('l'), "", N_("other language"), other_language, NULL },
	{ K_ALT('m'), "", N_("mouse: choose by clicks, or select text (Shift does so always)"), mouse, NULL },
	{ 0 }
};

/* ---- a frame ---- */

static void
draw_title(int w)
{
	const struct screen *s = screen_top();
	char right[160] = "", left[200];
	int rw;

	if (status_fn)
		status_fn(right, sizeof right);
	rw = width_columns(right);
	/* an overlay has its own title in its frame */
	while (s->ops->overlay && s->below)
		s = s->below;
	snprintf(left, sizeof left, " ra  %s", tr(s->ops->title));
	paint_cell(0, 0, w, INK_TITLE, left);
	if (rw > 0 && rw + 2 < w)
		paint_format(0, w - rw - 1, rw + 1, INK_TITLE, "%s ", right);
}

/* "EnterOpen" does not read where there are no colours; "F4打开" and "F4Open" do. */
static bool
runs_together(const char *key, const char *label)
{
	return isalpha((unsigned char)key[strlen(key) - 1]) && isalnum((unsigned char)label[0]);
}

static int
bar_need(const struct action *a)
{
	const char *name = term_key_name(a->key), *label = tr(a->label);

	return width_columns(name) + runs_together(name, label) + width_columns(label);
}

/* Those of the table, up to the row `end`, that have room. */
static int
bar_table(const struct action *table, const struct action *end, int y, int x, int w)
{
	for (const struct action *a = table; a && a != end && a->key && bar_n < BAR_MAX; a++) {
		const char *name = term_key_name(a->key), *label = tr(a->label);
		int gap = runs_together(name, label), need = bar_need(a);

		if (!*a->label || !usable(a, screen_top()) || x + need + 1 > w)
			continue;
		bar[bar_n].x = x;
		bar[bar_n].w = need;
		bar[bar_n++].key = a->key;
		x += paint_text(y, x, w - x, INK_KEY, name) + gap;
		x += paint_text(y, x, w - x, INK_KEY_LABEL, label) + 1;
	}
	return x;
}

static void
draw_bar(int y, int w)
{
	bool whole = !screen_top()->ops->sealed && !screen_top()->ops->overlay;
	const struct action *last = common;	/* the menu: the way on from everywhere keeps its place */
	int x, kept = 0;

	while (whole && last->key && last[1].key)
		last++;
	if (whole && last->key && usable(last, screen_top()))
		kept = bar_need(last) + 1;
	bar_n = 0;
	x = bar_table(frame_always, NULL, y, 0, w);
	x = bar_table(screen_top()->ops->actions, NULL, y, x, w - kept);
	if (whole) {
		x = bar_table(common, last, y, x, w - kept);
		bar_table(last, NULL, y, x, w);
	}
}

static enum ink
tone_ink(void)
{
	switch (notice_tone) {
	case TONE_INFO:
		return INK_STRONG;
	case TONE_GOOD:
		return INK_GOOD;
	case TONE_WARN:
		return INK_WARN;
	case TONE_BAD:
		return INK_BAD;
	}
	return INK_PLAIN;
}

static bool
draw_busy(int y, int w)
{
	const struct job *j = job_awaited(screen_top());
	const struct job_plan *p;
	int done, of, x;
	const char *line;

	if (!j || job_age_ms(j) < FRAME_BUSY_MS)
		return false;
	p = job_plan_of(j);
	line = job_told(j, &done, &of);
	x = paint_format(y, 1, w - 22, INK_WARN, "%s %s", *line ? line : tr(p->what), p->may_stop ? tr("(Esc stops)") : "");
	paint_meter(y, x + 2, 16, done, of);
	return true;
}

static void
draw_notice(int y, int w)
{
	const char *text = notice_text[0] ? notice_text : hint_text;
	struct area a = { y, 1, 0, w - 2 };

	if (draw_busy(y, w) || !*text)
		return;
	a.h = paint_lines(a, INK_PLAIN, text);
	if (a.h > NOTICE_ROWS)
		a.h = NOTICE_ROWS;
	a.y = y - a.h + 1;
	paint_blank((struct area){ a.y, 0, a.h, w }, INK_PLAIN);
	paint_lines(a, notice_text[0] ? tone_ink() : INK_DIM, text);
}

static void
draw_screen(struct screen *s, struct area a)
{
	if (s->ops->overlay && s->below)
		draw_screen(s->below, a);
	paint_layer();
	if (s == screen_top())
		hint_text[0] = '\0';
	s->ops->draw(s, a);
}

static void
draw_too_small(struct area t)
{
	char line[200];

	snprintf(line, sizeof line, tr("the window is %dx%d: make it at least %dx%d"), t.w, t.h, LEAST_COLUMNS, LEAST_ROWS);
	paint_lines(t, INK_WARN, line);
}

void
frame_draw(void)
{
	struct area t = paint_terminal();

	paint_begin();
	if (t.h < LEAST_ROWS || t.w < LEAST_COLUMNS) {
		draw_too_small(t);
		paint_end();
		return;
	}
	draw_screen(screen_top(), (struct area){ 1, 0, t.h - 3, t.w });
	draw_title(t.w);
	draw_notice(t.h - 2, t.w);
	draw_bar(t.h - 1, t.w);
	paint_end();
}

/* ---- the help page: made of the tables ---- */

#define HELP_MAX 64
struct help {
	struct screen s;
	struct screen *of;
	const struct action *line[HELP_MAX];
	int n, first;
};

static void
help_table(struct help *h, const struct action *table)
{
	for (const struct action *a = table; a && a->key && h->n < HELP_MAX; a++)
		if (usable(a, h->of) && *a->help)
			h->line[h->n++] = a;
}

static bool
help_start(struct screen *s, void *arg)
{
	struct help *h = (struct help *)s;

	h->of = arg;
	help_table(h, h->of->ops->actions);
	help_table(h, frame_always);
	if (!h->of->ops->sealed && !h->of->ops->overlay)
		help_table(h, common);
	return true;
}

#define KEY_COLUMNS 11

static int
help_rows(const struct action *a, int w)
{
	return paint_lines((struct area){ 0, 0, 0, w }, INK_PLAIN, tr(a->help));
}

static void
help_draw(struct screen *s, struct area a)
{
	struct help *h = (struct help *)s;
	int rows = 0, widest = 60;
	char title[160];
	struct area f;

	for (int i = 0; i < h->n; i++)
		if (width_columns(tr(h->line[i]->help)) > widest)
			widest = width_columns(tr(h->line[i]->help));
	if (widest > a.w - KEY_COLUMNS - 4)
		widest = a.w - KEY_COLUMNS - 4;
	for (int i = 0; i < h->n; i++)
		rows += help_rows(h->line[i], widest);
	snprintf(title, sizeof title, tr("Help: %s"), tr(h->of->ops->title));
	f = paint_frame(paint_middle(a, rows + 4, widest + KEY_COLUMNS + 4), title);
	paint_text(f.y + f.h - 1, f.x, f.w, INK_DIM, tr("F keys that the terminal lacks: Alt-1 to Alt-0, or Ctrl-G and the digit"));
	f.h -= 2;
	if (rows <= f.h)
		h->first = 0;
	else if (h->first >= h->n)
		h->first = h->n - 1;
	for (int i = h->first, y = 0; i < h->n && y < f.h; y += help_rows(h->line[i++], widest)) {
		paint_cell(f.y + y, f.x, KEY_COLUMNS, INK_KEY, term_key_name(h->line[i]->key));
		paint_lines((struct area){ f.y + y, f.x + KEY_COLUMNS, f.h - y, widest }, INK_PLAIN, tr(h->line[i]->help));
	}
	hint(rows > f.h ? N_("Up and Down scroll, any other key closes") : N_("any key closes"));
}

static bool
help_key(struct screen *s, int key)
{
	struct help *h = (struct help *)s;

	if (key == K_DOWN || key == K_PGDN)
		h->first += key == K_DOWN ? 1 : 10;
	else if ((key == K_UP || key == K_PGUP) && h->first > 0)
		h->first -= key == K_UP || h->first < 10 ? 1 : 10;
	else if (key != K_UP && key != K_PGUP)
		screen_pop();
	return true;
}

static const struct screen_ops help_ops = { .title = N_("Help"), .size = sizeof(struct help), .overlay = true,
	.open = help_start, .draw = help_draw, .key = help_key };

static void
help_open(struct screen *of)
{
	if (of->ops != &help_ops)
		screen_push(&help_ops, of);
	else
		screen_pop();
}

/* A click on the key bar is the key that it names. */
int
frame_clicked(int key)
{
	struct mouse m = term_mouse();
	struct area t = paint_terminal();

	if (key != K_MOUSE || m.y != t.h - 1 || (m.what != MOUSE_PRESS && m.what != MOUSE_DOUBLE))
		return key;
	for (int i = 0; i < bar_n; i++)
		if (m.x >= bar[i].x && m.x < bar[i].x + bar[i].w)
			return bar[i].key;
	return K_NONE;
}

