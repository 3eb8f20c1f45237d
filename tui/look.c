#include "tui/look.h"

#include "tui/job.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

struct look_picture { struct picture_levels levels; int users; };

static void
let_go(struct look_picture *p)
{
	if (!p || --p->users > 0)
		return;
	picture_forget(&p->levels);
	free(p);
}

static void
forget_dots(struct look *k)
{
	OPENSSL_clear_free(k->dot, (size_t)k->rows * (size_t)k->cols * sizeof *k->dot);
	k->dot = NULL;
}

void
look_forget(struct look *k)
{
	forget_dots(k);
	let_go(k->picture);
	k->picture = NULL;
	k->lens.picture = NULL;
}

void
look_show(struct look *k, struct picture_levels *p)
{
	look_forget(k);
	k->picture = calloc(1, sizeof *k->picture);
	if (!k->picture)
		abort();
	k->picture->levels = *p;
	k->picture->users = 1;
	memset(p, 0, sizeof *p);
	lens_open(&k->lens, &k->picture->levels);
	k->stale = true;
}

/* ---- drawing ---- */

struct drawing {
	struct look *to;		/* looked at by done() only: its screen is there then */
	struct look_picture *picture;
	struct lens lens;
	struct canvas canvas;
	int row, col;
	struct paint_dot *dot;
};

static bool
draw_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct drawing *d = arg;
	unsigned char *points;
	size_t n;

	(void)j;
	(void)o;
	(void)e;
	points = lens_points(&d->lens, &n);
	canvas_draw(&d->canvas, points, d->canvas.cols * LENS_CELL, d->canvas.rows * LENS_CELL, d->dot);
	OPENSSL_clear_free(points, n);
	return true;
}

static void
draw_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct drawing *d = arg;
	struct look *k = d->to;

	(void)s;
	if (!ok)
		notice_err(e);
	if (!ok || k->picture != d->picture)
		return;
	forget_dots(k);
	k->dot = d->dot;
	k->row = d->row;
	k->col = d->col;
	k->rows = d->canvas.rows;
	k->cols = d->canvas.cols;
	d->dot = NULL;
}

static void
draw_drop(void *arg)
{
	struct drawing *d = arg;

	OPENSSL_clear_free(d->dot, (size_t)d->canvas.rows * (size_t)d->canvas.cols * sizeof *d->dot);
	let_go(d->picture);
	free(d);
}

static const struct job_plan draw_plan = { .lane = JOB_LOOK, .what = N_("drawing the picture"), .wait = true, .run = draw_run,
	.done = draw_done, .drop = draw_drop };

static void
draw_anew(struct look *k, struct screen *s)
{
	struct drawing *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->to = k;
	d->picture = k->picture;
	d->picture->users++;
	d->lens = k->lens;
	lens_place(&d->lens, &d->row, &d->col, &d->canvas.rows, &d->canvas.cols);
	d->canvas.colours = paint_colours();
	d->canvas.ascii = paint_ascii();
	d->dot = calloc((size_t)d->canvas.rows * (size_t)d->canvas.cols, sizeof *d->dot);
	if (!d->dot)
		abort();
	k->stale = false;
	job_start(s, &draw_plan, d);
}

void
look_draw(struct look *k, struct screen *s, struct area a)
{
	if (!k->picture || a.h < 1 || a.w < 1)
		return;
	if (k->lens.rows != a.h || k->lens.cols != a.w) {
		lens_window(&k->lens, a.h, a.w);
		k->stale = true;
	}
	if (k->stale && !job_awaited(s))
		draw_anew(k, s);
	/* one of another size stands there for a moment */
	if (k->dot && k->row + k->rows <= a.h && k->col + k->cols <= a.w)
		paint_dots((struct area){ a.y + k->row, a.x + k->col, k->rows, k->cols }, k->dot);
}

/* ---- keys ---- */

#define ZOOM_STEP 1.5
#define PAN_STEP 0.25
#define PAN_PAGE 0.9

static int
wheel(int key)
{
	if (key != K_MOUSE)
		return key;
	return term_mouse().what == MOUSE_WHEEL_DOWN ? K_DOWN : term_mouse().what == MOUSE_WHEEL_UP ? K_UP : K_NONE;
}

bool
look_key(struct look *k, int key)
{
	static const struct { int key; double right, down; } pans[] = {
		{ K_LEFT, -PAN_STEP, 0 }, { K_RIGHT, PAN_STEP, 0 }, { K_UP, 0, -PAN_STEP }, { K_DOWN, 0, PAN_STEP },
		{ K_PGUP, 0, -PAN_PAGE }, { K_PGDN, 0, PAN_PAGE }, { ' ', 0, PAN_PAGE }, { K_HOME, -1e6, -1e6 }, { K_END, 0, 1e6 },
	};
	struct lens *l = &k->lens;

	if (!k->picture)
		return false;
	key = wheel(key);
	k->stale = true;
	for (size_t i = 0; i < sizeof pans / sizeof *pans; i++)
		if (pans[i].key == key) {
			lens_pan(l, pans[i].right, pans[i].down);
			return true;
		}
	switch (key) {
	case '+':
	case '=':
		lens_zoom(l, ZOOM_STEP);
		return true;
	case '-':
		lens_zoom(l, 1 / ZOOM_STEP);
		return true;
	case '0':
		lens_whole(l);
		return true;
	case 'w':
		lens_width(l);
		return true;
	case 'r':
		lens_turn(l, 1);
		return true;
	case 'c':
		l->contrast = (l->contrast + 1) % LENS_CONTRASTS;
		return true;
	case 'i':
		l->inverted = !l->inverted;
		return true;
	}
	k->stale = false;
	return false;
}
