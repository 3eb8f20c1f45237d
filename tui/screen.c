#include "tui/screen.h"

#include "tui/job.h"
#include "tui/scanner.h"
#include "tui/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AHEAD_MAX 256		/* keys kept while a screen waits for its job */
#define BUSY_MS 100		/* from here on the clerk is told that it works */
#define NOTICE_ROWS 3
#define BAR_MAX 24
#define LEAST_ROWS 22
#define LEAST_COLUMNS 80

static struct screen *top;
static struct screen *gone;		/* closed in this event: freed after it, so that their functions may return */
static bool quitting;
static const struct action no_action[] = { { 0 } };
static const struct action *common = no_action;
static void (*status_fn)(char *, size_t);
static bool (*scan_known)(const char *);
static void (*scan_opens)(const char *);
static void (*idle_fn)(void);
static int idle_s;

static char notice_text[600], hint_text[400];
static enum tone notice_tone;

static int ahead[AHEAD_MAX];		/* typed ahead; a paste or a click is the last one, since its text is kept once */
static int ahead_n;
static int64_t last_key_ms, last_tick_ms;
static struct { int x, w, key; } bar[BAR_MAX];
static int bar_n;

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the stack ---- */

struct screen *
screen_top(void)
{
	return top;
}

static void
drop_top(void)
{
	struct screen *s = top;

	job_forget(s);
	top = s->below;
	if (s->ops->close)
		s->ops->close(s);
	s->below = gone;
	gone = s;
}

static void
back_on_top(void)
{
	if (!top)
		quitting = true;
	else if (top->ops->back)
		top->ops->back(top);
}

struct screen *
screen_push(const struct screen_ops *ops, void *arg)
{
	struct screen *s = calloc(1, ops->size);

	if (!s)
		abort();
	s->ops = ops;
	s->below = top;
	top = s;
	if (!ops->open || ops->open(s, arg))
		return s;
	/* what it opened above itself goes with it */
	while (top != s)
		drop_top();
	drop_top();
	return NULL;
}

void
screen_pop(void)
{
	drop_top();
	back_on_top();
}

void
screen_pop_to(struct screen *s)
{
	if (top == s)
		return;
	while (top && top != s)
		drop_top();
	back_on_top();
}

void
screen_restart(const struct screen_ops *ops, void *arg)
{
	while (top)
		drop_top();
	if (!screen_push(ops, arg))
		quitting = true;
}

void
screen_back(struct screen *s)
{
	if (!s->ops->leave || s->ops->leave(s))
		screen_pop_to(s->below);
}

void
screen_quit(void)
{
	quitting = true;
}

static void
free_gone(void)
{
	while (gone) {
		struct screen *s = gone;

		gone = s->below;
		free(s);
	}
}

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

void
screen_on_scan(bool (*known)(const char *), void (*opens)(const char *))
{
	scan_known = known;
	scan_opens = opens;
}

void
screen_on_idle(int seconds, void (*fn)(void))
{
	idle_s = seconds;
	idle_fn = fn;
	last_key_ms = now_ms();
}

/* ---- actions ---- */

static bool
usable(const struct action *a)
{
	return !a->usable || a->usable(top);
}

static const struct action *
find(const struct action *table, int key)
{
	for (const struct action *a = table; a && a->key; a++)
		if (a->key == key && usable(a))
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

static const struct action always[] = {
	{ K_F(1), N_("Help"), N_("the keys of this screen"), help, NULL },
	{ K_CTRL('L'), "", N_("draw the screen anew"), redraw, NULL },
	{ 0 }
};

/* ---- a frame ---- */

static void
draw_title(int w)
{
	char right[160] = "", left[200];
	int rw;

	if (status_fn)
		status_fn(right, sizeof right);
	rw = width_columns(right);
	snprintf(left, sizeof left, " ra  %s", tr(top->ops->title));
	paint_cell(0, 0, w, INK_TITLE, left);
	if (rw > 0 && rw + 2 < w)
		paint_format(0, w - rw - 1, rw + 1, INK_TITLE, "%s ", right);
}

static int
bar_table(const struct action *table, int y, int x, int w)
{
	for (const struct action *a = table; a && a->key && bar_n < BAR_MAX; a++) {
		const char *name = term_key_name(a->key), *label = tr(a->label);
		int need = width_columns(name) + width_columns(label);

		if (!*a->label || !usable(a) || x + need + 1 > w)
			continue;
		bar[bar_n].x = x;
		bar[bar_n].w = need;
		bar[bar_n++].key = a->key;
		x += paint_text(y, x, w - x, INK_KEY, name);
		x += paint_text(y, x, w - x, INK_KEY_LABEL, label) + 1;
	}
	return x;
}

static void
draw_bar(int y, int w)
{
	int x;

	bar_n = 0;
	x = bar_table(always, y, 0, w);
	x = bar_table(top->ops->actions, y, x, w);
	if (!top->ops->sealed && !top->ops->overlay)
		bar_table(common, y, x, w);
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
	const struct job *j = job_awaited(top);
	const struct job_plan *p;
	int done, of, x;
	const char *line;

	if (!j || job_age_ms(j) < BUSY_MS)
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
	if (s == top)
		hint_text[0] = '\0';
	s->ops->draw(s, a);
}

static void
draw(void)
{
	struct area t = paint_terminal();

	paint_begin();
	if (t.h < LEAST_ROWS || t.w < LEAST_COLUMNS) {
		paint_format(0, 0, t.w, INK_WARN, tr("the window is %dx%d: make it at least %dx%d"), t.w, t.h, LEAST_COLUMNS, LEAST_ROWS);
		paint_end();
		return;
	}
	draw_screen(top, (struct area){ 1, 0, t.h - 3, t.w });
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
	struct screen *self = top;

	/* usable() looks at the screen the help is about */
	top = h->of;
	for (const struct action *a = table; a && a->key && h->n < HELP_MAX; a++)
		if (usable(a) && *a->help)
			h->line[h->n++] = a;
	top = self;
}

static bool
help_start(struct screen *s, void *arg)
{
	struct help *h = (struct help *)s;

	h->of = arg;
	help_table(h, h->of->ops->actions);
	help_table(h, always);
	if (!h->of->ops->sealed && !h->of->ops->overlay)
		help_table(h, common);
	return true;
}

static void
help_draw(struct screen *s, struct area a)
{
	struct help *h = (struct help *)s;
	struct area f = paint_middle(a, h->n + 2, 72);
	char title[160];

	snprintf(title, sizeof title, "%s: %s", tr("Help"), tr(h->of->ops->title));
	f = paint_frame(f, title);
	if (h->first > h->n - f.h)
		h->first = h->n > f.h ? h->n - f.h : 0;
	for (int i = 0; i < f.h && h->first + i < h->n; i++) {
		paint_cell(f.y + i, f.x, 11, INK_KEY, term_key_name(h->line[h->first + i]->key));
		paint_text(f.y + i, f.x + 11, f.w - 11, INK_PLAIN, tr(h->line[h->first + i]->help));
	}
	if (h->n > f.h)
		hint(N_("Up and Down scroll, any other key closes"));
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

/* ---- keys ---- */

/* A click on the key bar is the key that it names. */
static int
clicked(int key)
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

static void
dispatch(int key)
{
	const struct action *a;
	struct screen *s = top;

	notice_text[0] = '\0';
	key = clicked(key);
	if ((a = find(always, key)) != NULL || (a = find(s->ops->actions, key)) != NULL) {
		a->run(s);
		return;
	}
	if (s->ops->key && s->ops->key(s, key))
		return;
	if (!s->ops->sealed && (a = find(common, key)) != NULL)
		a->run(s);
	else if (key == K_ESC)
		screen_back(s);
}

static void
give_up(const struct job *j)
{
	if (job_plan_of(j)->may_stop && job_age_ms(j) >= BUSY_MS) {
		job_cancel((struct job *)(uintptr_t)j);
		ahead_n = 0;
	}
}

static bool
one_only(int key)
{
	return key == K_PASTE || key == K_MOUSE;
}

/* A key whose text the scanner has let through: now, or kept while the screen waits for its job. */
static void
take(int key)
{
	const struct job *j = top ? job_awaited(top) : NULL;

	if (key == K_NONE || key == K_SYNC || !top || quitting)
		return;
	if (j && key == K_ESC) {
		give_up(j);
		return;
	}
	if (j || ahead_n > 0) {
		if (ahead_n < AHEAD_MAX)
			ahead[ahead_n++] = key;
		return;
	}
	dispatch(key);
}

static void
take_ahead(void)
{
	while (ahead_n > 0 && top && !quitting && !job_awaited(top)) {
		int key = ahead[0];

		memmove(ahead, ahead + 1, (size_t)--ahead_n * sizeof *ahead);
		dispatch(key);
	}
}

/* An action of the screen would take this character: a scanner's first one may not set it off. */
static bool
sets_off(int key)
{
	return top && find(top->ops->actions, key) != NULL;
}

static bool
scanned(const char *no, bool first_was_taken)
{
	if (!top || quitting || top->ops->sealed || !scan_known || job_awaited(top) || ahead_n > 0 || !scan_known(no))
		return false;
	if (first_was_taken)
		dispatch(K_BACKSPACE);
	scan_opens(no);
	return true;
}

/* Takes what the terminal has; false: there may be more. */
static bool
read_keys(void)
{
	for (int n = 0; n < 1000 && !quitting && top; n++) {
		int key;

		/* the text of a paste waits with its key: nothing more is read meanwhile */
		if (ahead_n > 0 && one_only(ahead[ahead_n - 1]))
			return true;
		key = term_key();
		if (key < 0)
			return true;
		last_key_ms = now_ms();
		scanner_take(key, last_key_ms, take, sets_off, scanned);
		if (key == K_SYNC && top && job_awaited(top))
			return true;	/* answered when its screen has what it waits for */
	}
	return false;
}

/* ---- the loop ---- */

static int
least(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

static int
patience(int64_t now)
{
	const struct job *j = top ? job_awaited(top) : NULL;
	int ms = -1;

	if (scanner_holds())
		ms = least(ms, scanner_due() - now);
	if (j)
		ms = least(ms, job_age_ms(j) < BUSY_MS ? BUSY_MS - job_age_ms(j) : 250);
	if (top && (top->ops->tick || status_fn))
		ms = least(ms, last_tick_ms + 1000 - now);
	if (idle_s > 0 && idle_fn)
		ms = least(ms, last_key_ms + (int64_t)idle_s * 1000 - now);
	return ms;
}

static void
time_passes(int64_t now)
{
	if (scanner_holds() && now >= scanner_due())
		scanner_flush(take);
	if (now - last_tick_ms >= 1000) {
		last_tick_ms = now;
		if (top && top->ops->tick && !job_awaited(top))
			top->ops->tick(top);
	}
	if (idle_s > 0 && idle_fn && now - last_key_ms >= (int64_t)idle_s * 1000) {
		last_key_ms = now;
		idle_fn();
	}
}

/* One turn after what happened: keys, reports, time; then one frame. */
static void
turn(unsigned what)
{
	bool all;

	do {
		all = read_keys();
		if (what & WAIT_FD)
			job_reap();
		take_ahead();
		time_passes(now_ms());
		free_gone();
	} while (!all && !quitting && top);
	term_resized();
	if (top && !quitting) {
		draw();
		if (!job_awaited(top) && ahead_n == 0)
			term_answer();
	}
}

enum loop_end
screen_run(const struct screen_ops *first, void *arg)
{
	unsigned what = 0;
	enum loop_end end = LOOP_QUIT;

	quitting = false;
	last_key_ms = last_tick_ms = now_ms();
	if (!screen_push(first, arg))
		return LOOP_QUIT;
	for (;;) {
		turn(what);
		if (quitting || !top)
			break;
		what = term_wait(job_fd(), patience(now_ms()));
		if (what & WAIT_LOST) {
			end = LOOP_LOST;
			break;
		}
		if (term_signal() != 0) {
			end = LOOP_SIGNAL;
			break;
		}
	}
	while (top)
		drop_top();
	free_gone();
	ahead_n = 0;
	return end;
}
