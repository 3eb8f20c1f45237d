/*
 * The scan of a material, and beside it the fields that it proves, so that nobody goes back and forth. Each opening is on the
 * audit before the picture is shown; the check is made right here; the next scan of the application is one key away.
 */
#include "printing/picture.h"
#include "ra/application.h"
#include "ra/rules.h"
#include "ra/scan.h"
#include "tui/screens/scan.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POINTS 12000000u	/* of a picture in memory: A4 at 300 dpi whole */
#define FACTS_LEAST 27		/* columns of what stands beside it */
#define FACTS_MOST 44

/* ---- which one ---- */

static struct app_material *
here(struct scanned *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->material[i].code, v->code) == 0)
			return &v->material[i];
	return NULL;
}

/* The next one that has a scan, in either direction; NULL: there is no other. */
static struct app_material *
other(struct scanned *v, int step)
{
	struct app_material *m = here(v);
	int at = m ? (int)(m - v->material) : step > 0 ? -1 : (int)v->n;

	for (int i = at + step; i >= 0 && i < (int)v->n; i += step)
		if (v->material[i].scan[0])
			return &v->material[i];
	return NULL;
}

static const char *
name_of(const struct scanned *v, const char *code)
{
	return rules_material_name(v->scheme, v->a, code);
}

/* ---- what it is compared with ---- */

static void
put_fact(struct scanned *v, const char *id)
{
	char value[FIELD_SHOW_MAX];
	const struct field *f;
	int user = -1;

	f = field_find(id, &user);
	if (!f || !field_filled(f, &v->a->record, user))
		return;
	field_words(f, v->scheme, &v->a->record, user, v->open, value, sizeof value);
	pane_text(&v->facts, INK_DIM, tr_english() ? f->en : f->zh);
	pane_text(&v->facts, (f->flags & MASKED) && v->open ? INK_WARN : INK_STRONG, value);
	OPENSSL_cleanse(value, sizeof value);
}

static void
put_points(struct scanned *v, const struct app_material *m)
{
	char line[200] = "";
	size_t n = 0;

	for (int p = 0; p < MATERIAL_POINT_N && n < sizeof line; p++)
		if (m->points & (1u << p))
			n += (size_t)snprintf(line + n, sizeof line - n, m->bad_points & (1u << p) ? "%s(%s)" : "%s%s", n ? " " : "",
			    tr_name(material_point_names, p));
	pane_text(&v->facts, INK_DIM, tr("Checked for"));
	pane_text(&v->facts, INK_PLAIN, line);
	if (m->reason[0])
		pane_text(&v->facts, INK_BAD, m->reason);
}

static void
build_facts(struct scanned *v)
{
	const struct scheme_material *m = rules_material(v->scheme, v->a, v->code);

	pane_begin(&v->facts);
	if (!here(v))
		return;
	put_points(v, here(v));
	pane_head(&v->facts, tr("Compare with the form"));
	for (size_t i = 0; m && i < m->proves_n; i++)
		put_fact(v, m->proves[i]);
	if (!m || m->proves_n == 0)
		put_fact(v, "org.name");
}

/* ---- opening: on the audit, decoded, all of it in a job ---- */

struct opening {
	char no[APP_NO_MAX], code[48];
	struct job *job;
	struct picture_levels levels;
};

static bool
stopped(void *arg)
{
	return job_cancelled(arg);
}

static bool
open_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct opening *p = arg;
	struct picture_wish w = { .field = "scan", .most = MOST_POINTS, .stop = stopped, .arg = j };
	unsigned char *jpeg;
	size_t n;
	bool ok;

	if (!scan_open(o, p->no, p->code, SCAN_ON_SCREEN, &jpeg, &n, e))
		return false;
	ok = picture_look(&w, jpeg, n, &p->levels, e);
	scan_wipe(jpeg, n);
	return ok;
}

static void
open_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct scanned *v = (struct scanned *)s;
	struct opening *p = arg;

	if (strcmp(p->code, v->code) != 0)
		return;
	if (ok)
		look_show(&v->look, &p->levels);
	else
		v->failed = *e;
}

static void
open_drop(void *arg)
{
	picture_forget(&((struct opening *)arg)->levels);
	free(arg);
}

static const struct job_plan open_plan = { .lane = JOB_LOOK, .what = N_("opening the scan"), .wait = true, .may_stop = true,
	.run = open_run, .done = open_done, .drop = open_drop };

static void
show(struct scanned *v, const char *code)
{
	struct opening *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	if (code != v->code)
		snprintf(v->code, sizeof v->code, "%s", code);
	look_forget(&v->look);
	memset(&v->failed, 0, sizeof v->failed);
	v->facts.top = 0;
	build_facts(v);
	snprintf(p->no, sizeof p->no, "%s", v->a->no);
	snprintf(p->code, sizeof p->code, "%s", v->code);
	job_start(&v->s, &open_plan, p);
}

static bool
load(struct scanned *v, struct err *e)
{
	struct office *o = console_office();
	char no[APP_NO_MAX];

	snprintf(no, sizeof no, "%s", v->a->no);
	if (!application_load(o, no, v->a, e) || !rules_scheme(o, v->a, &v->scheme, e)
	    || !app_materials(o->db, v->a->id, v->material, MATERIALS_MAX, &v->n, e))
		return false;
	build_facts(v);
	return true;
}

/* ---- the screen ---- */

struct asked { const char *no, *code; };

static bool
scan_begin(struct screen *s, void *arg)
{
	struct scanned *v = (struct scanned *)s;
	const struct asked *q = arg;
	struct err e = { 0 };
	bool ok;

	v->viewer = VIEWER_NONE;
	v->a = calloc(1, sizeof *v->a);
	if (!v->a)
		abort();
	snprintf(v->a->no, sizeof v->a->no, "%s", q->no);
	ok = office_may(console_office(), ACT_OPEN_SCAN, &e) && load(v, &e);
	if (ok && q->code)
		snprintf(v->code, sizeof v->code, "%s", q->code);
	else if (ok && other(v, 1))
		snprintf(v->code, sizeof v->code, "%s", other(v, 1)->code);
	if (ok && !v->code[0])
		ok = err_refuse(&e, "no material of this application has a scan");
	if (!ok) {
		notice_err(&e);
		return false;
	}
	show(v, v->code);
	return true;
}

static void
scan_close(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;

	look_forget(&v->look);
	viewer_close(&v->viewer);
	pane_close(&v->facts);
	OPENSSL_clear_free(v->a, sizeof *v->a);
}

static void go(struct screen *s, int step);

static void
scan_words(struct screen *s)
{
	struct err e = { 0 };

	if (!load((struct scanned *)s, &e))
		notice_err(&e);
}

/* After a check, by key or in its dialog. */
static void
scan_back(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;
	struct err e = { 0 };
	bool going = v->going;

	v->going = false;
	if (!load(v, &e)) {
		notice_err(&e);
		return;
	}
	if (!going || !here(v) || here(v)->outcome != MATERIAL_PASS)
		return;
	if (other(v, 1)) {
		notice(TONE_GOOD, N_("%s passes; this is the next one"), name_of(v, v->code));
		go(s, 1);
	} else {
		notice(TONE_GOOD, N_("%s passes; that was the last scan, Esc goes back"), name_of(v, v->code));
	}
}

static void
draw_head(struct scanned *v, struct area a)
{
	static const enum ink inks[MATERIAL_OUTCOME_N] = { [MATERIAL_PENDING] = INK_WARN, [MATERIAL_PASS] = INK_GOOD,
		[MATERIAL_FAIL] = INK_BAD, [MATERIAL_MISSING] = INK_BAD };
	const struct app_material *m = here(v);
	char line[200] = "";
	int at = 0, of = 0, x;

	for (size_t i = 0; i < v->n; i++) {
		of += v->material[i].scan[0] != '\0';
		at = &v->material[i] == m ? of : at;
	}
	x = a.x + 1 + paint_format(a.y, a.x + 1, a.w - 2, INK_STRONG, "%s", v->a->no);
	paint_text(a.y, x + 2, a.x + a.w - x - 3, INK_PLAIN, v->a->record.org.name);
	x = a.x + 1 + paint_format(a.y + 1, a.x + 1, a.w - 32, INK_HEAD, "%d/%d  %s", at, of, name_of(v, v->code));
	if (m)
		paint_text(a.y + 1, x + 2, 10, inks[m->outcome], tr_name(material_outcome_names, (int)m->outcome));
	if (v->look.picture && v->look.lens.rows > 0)
		snprintf(line, sizeof line, "%u x %u  %d%%", v->look.lens.picture->size[0], v->look.lens.picture->size[1],
		    lens_percent(&v->look.lens));
	paint_right(a.y + 1, a.x + a.w - 19, 18, INK_DIM, line);
}

static void
scan_draw(struct screen *s, struct area a)
{
	struct scanned *v = (struct scanned *)s;
	struct area in = { a.y + 2, a.x, a.h - 2, a.w }, facts = in;

	draw_head(v, a);
	if (!v->alone) {
		facts.w = a.w / 3 < FACTS_LEAST ? FACTS_LEAST : a.w / 3 > FACTS_MOST ? FACTS_MOST : a.w / 3;
		in.w -= facts.w + 1;
		facts.x = in.x + in.w + 1;
		pane_draw(&v->facts, facts);
	}
	if (v->failed.code != FAULT_NONE)
		paint_lines((struct area){ in.y + 1, in.x + 1, in.h - 1, in.w - 2 }, INK_BAD, err_in(&v->failed, tr_english()));
	look_draw(&v->look, s, in);
}

/* ---- keys ---- */

#define LOOK_KEY(name, key) \
static void \
name(struct screen *s) \
{ \
	look_key(&((struct scanned *)s)->look, key); \
}
LOOK_KEY(larger, '+')
LOOK_KEY(smaller, '-')
LOOK_KEY(whole, '0')
LOOK_KEY(wide, 'w')
LOOK_KEY(turn, 'r')
LOOK_KEY(contrast, 'c')
LOOK_KEY(invert, 'i')

static bool
scan_key(struct screen *s, int key)
{
	return look_key(&((struct scanned *)s)->look, key);
}

static bool
seen(struct screen *s)
{
	return ((struct scanned *)s)->look.picture != NULL;
}

static void
go(struct screen *s, int step)
{
	struct app_material *m = other((struct scanned *)s, step);

	if (m)
		show((struct scanned *)s, m->code);
	else
		notice(TONE_INFO, step > 0 ? N_("that was the last scan of this application") : N_("this is the first scan of this application"));
}

static void
next(struct screen *s)
{
	go(s, 1);
}

static void
previous(struct screen *s)
{
	go(s, -1);
}

static void
beside(struct screen *s)
{
	((struct scanned *)s)->alone = !((struct scanned *)s)->alone;
}

static struct dossier_material
material(struct scanned *v)
{
	return (struct dossier_material){ v->a, here(v), name_of(v, v->code) };
}

static bool
may_check(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;

	return here(v) && check_open(v->a) && v->look.picture;
}

static void
pass(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;
	struct dossier_material m = material(v);

	v->going = true;
	/* one that passes already keeps who checked it */
	if (m.m->outcome == MATERIAL_PASS)
		scan_back(s);
	else
		check_start(s, &m, MATERIAL_PASS);
}

static void
fail(struct screen *s)
{
	struct dossier_material m = material((struct scanned *)s);

	check_fail_ask(&m);
}

static void
undo(struct screen *s)
{
	struct dossier_material m = material((struct scanned *)s);

	check_start(s, &m, MATERIAL_PENDING);
}

static bool
may_undo(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;

	return here(v) && check_back_open(v->a, here(v));
}

/* ---- numbers ---- */

static void
numbers_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct scanned *v = (struct scanned *)s;

	(void)arg;
	v->open = ok;
	if (ok)
		notice(TONE_INFO, N_("the numbers are open; that is on the audit log"));
	else
		notice_err(e);
	build_facts(v);
}

static const struct job_plan numbers_plan = { .lane = JOB_STORE, .what = N_("noting it on the audit"), .wait = true,
	.run = numbers_run, .done = numbers_done, .drop = free };

static void
numbers(struct screen *s)
{
	struct scanned *v = (struct scanned *)s;

	if (!v->open) {
		job_start(s, &numbers_plan, strdup(v->a->no));
		return;
	}
	v->open = false;
	build_facts(v);
}

static bool
may_open(struct screen *s)
{
	return dossier_may(s, ACT_OPEN_ID) && !((struct scanned *)s)->alone;
}

static const struct action scan_actions[] = {
	{ K_F(2), N_("Pass"), N_("it passes in every point; the next scan follows"), pass, may_check },
	{ K_F(7), N_("Fail"), N_("it fails: say in which points and why"), fail, may_check },
	{ 'u', N_("Undo"), N_("take its check back: it is to be checked again"), undo, may_undo },
	{ '+', N_("larger"), N_("larger; arrows, PgUp and PgDn move the picture"), larger, seen },
	{ '-', N_("smaller"), N_("smaller"), smaller, seen },
	{ 'w', N_("width"), N_("as wide as the window"), wide, seen },
	{ '0', "", N_("the whole picture"), whole, seen },
	{ 'r', N_("turn"), N_("turn it by a quarter"), turn, seen },
	{ 'n', N_("next"), N_("the next scan of this application (noted on the audit)"), next, NULL },
	{ 'p', "", N_("the scan before"), previous, NULL },
	{ 'd', N_("data"), N_("the form's data beside it, or the picture alone"), beside, NULL },
	{ K_F(8), N_("Numbers"), N_("show identity numbers and phones whole (noted on the audit), or masked again"), numbers, may_open },
	{ 'v', N_("viewer"), N_("show it by the program that ra.conf names as viewer (noted on the audit)"), scan_lend, scan_has_viewer },
	{ 'e', "", N_("write it to a file (noted on the audit)"), scan_export_ask, seen },
	{ 'c', "", N_("more contrast, black and white, as it is"), contrast, seen },
	{ 'i', "", N_("light for dark"), invert, seen },
	{ 0 }
};
static const struct screen_ops screen_scan = { .title = N_("Scan"), .size = sizeof(struct scanned), .actions = scan_actions,
	.open = scan_begin, .draw = scan_draw, .key = scan_key, .back = scan_back, .words = scan_words, .close = scan_close };

void
scan_look(const char *no, const char *code)
{
	struct asked q = { no, code };

	screen_push(&screen_scan, &q);
}
