#include "tui/screen.h"

#include "tui/frame.h"
#include "tui/job.h"
#include "tui/scanner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AHEAD_MAX 256		/* keys kept while a screen waits for its job */

static struct screen *top;
static struct screen *gone;		/* closed in this event: freed after it, so that their functions may return */
static bool quitting;
static const struct opener *opening;	/* runs now … */
static struct screen *opening_on;	/* … over this one */
static bool twinning;
static bool (*scan_known)(const char *);
static void (*scan_opens)(const char *);
static void (*idle_fn)(void);
static int idle_s;

static int ahead[AHEAD_MAX];		/* typed ahead; a paste or a click is the last one, since its text is kept once */
static int ahead_n;
static int64_t last_key_ms, last_tick_ms;

static int64_t
now_ms(void)
{
	struct timespec t;

	/* goes on while the machine sleeps: a console that wakes up has been left alone */
	clock_gettime(CLOCK_BOOTTIME, &t);
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
	else
		screen_again();
}

struct screen *
screen_push(const struct screen_ops *ops, void *arg)
{
	struct screen *s = calloc(1, ops->size);

	if (!s)
		abort();
	s->ops = ops;
	s->below = top;
	if (opening && top == opening_on)
		s->opener = *opening;
	top = s;
	if (ops->sealed && s->below) {
		frame_key();	/* what was said is not for whoever stands before a lock … */
		ahead_n = 0;	/* … and what was typed for the screen below is no password */
	}
	if (!ops->open || ops->open(s, arg))
		return s;
	/* what it opened above itself goes with it */
	while (top != s)
		drop_top();
	drop_top();
	return NULL;
}

void
screen_again(void)
{
	if (top && top->ops->back)
		top->ops->back(top);
}

void
screen_opens(const struct opener *o, struct screen *below)
{
	const struct opener *before = opening;
	struct screen *before_on = opening_on;

	opening = o;
	opening_on = below;
	if (o->run)
		o->run(below);
	else
		o->chosen(below, o->arg, o->i);
	opening = before;
	opening_on = before_on;
}

void
screen_twin(struct screen *s, void (*take)(struct screen *s, struct screen *twin))
{
	struct screen *kept = top, *below = s->below;
	struct opener o = s->opener;

	if (!o.run && !o.chosen)
		return;
	top = below;
	twinning = true;
	screen_opens(&o, below);
	twinning = false;
	if (top != below && top->below == below && top->ops == s->ops)
		take(s, top);
	while (top != below)
		drop_top();
	top = kept;
	frame_key();		/* what it had to say was said the first time */
}

bool
screen_is_twin(void)
{
	return twinning;
}

/* From the first screen that is seen upwards. */
static void
reword(struct screen *s)
{
	if (s->ops->overlay && s->below)
		reword(s->below);
	if (s->ops->words)
		s->ops->words(s);
	else if (s->ops->back)
		s->ops->back(s);
}

void
screen_language(void)
{
	tr_language(tr_english() ? "zh" : "en");
	if (top)
		reword(top);
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

bool
screen_keeps(void)
{
	for (struct screen *s = top; s; s = s->below)
		if (s->ops->keep && !s->ops->keep(s))
			return false;
	return true;
}

bool
screen_under_seal(const struct screen *of)
{
	bool sealed = false;

	for (const struct screen *s = top; s && s != of; s = s->below)
		sealed = sealed || s->ops->sealed;
	return sealed;
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

/* ---- registering ---- */

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

/* ---- keys ---- */

static void
dispatch(int key)
{
	const struct action *a;
	struct screen *s = top;

	frame_key();
	key = frame_clicked(key);
	if ((a = frame_find(frame_always, key)) != NULL || (a = frame_find(s->ops->actions, key)) != NULL) {
		screen_opens(&(struct opener){ .run = a->run }, s);
		return;
	}
	if (s->ops->key && s->ops->key(s, key))
		return;
	if (!s->ops->sealed && (a = frame_find(frame_common(), key)) != NULL)
		screen_opens(&(struct opener){ .run = a->run }, s);
	else if (key == K_ESC)
		screen_back(s);
}

static void
give_up(const struct job *j)
{
	if (job_plan_of(j)->may_stop && job_age_ms(j) >= FRAME_BUSY_MS) {
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
	return top && frame_find(top->ops->actions, key) != NULL;
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
		ms = least(ms, job_age_ms(j) < FRAME_BUSY_MS ? FRAME_BUSY_MS - job_age_ms(j) : 250);
	if (top && (top->ops->tick || frame_has_status()))
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

/* One turn: keys, reports, time; then one frame. */
static void
turn(void)
{
	bool all;

	do {
		all = read_keys();
		job_reap();
		take_ahead();
		time_passes(now_ms());
		free_gone();
	} while (!all && !quitting && top);
	term_resized();
	if (top && !quitting && !term_behind()) {
		frame_draw();
		term_shown();
		if (!job_awaited(top) && ahead_n == 0)
			term_answer();
	}
}

enum loop_end
screen_run(const struct screen_ops *first, void *arg)
{
	enum loop_end end = LOOP_QUIT;

	quitting = false;
	last_key_ms = last_tick_ms = now_ms();
	if (!screen_push(first, arg))
		return LOOP_QUIT;
	for (;;) {
		turn();
		if (quitting || !top)
			break;
		if (term_wait(job_fd(), patience(now_ms())) & WAIT_LOST) {
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
