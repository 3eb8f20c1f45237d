/* One application: form, materials, money, certificates, history; F4 does what comes next. */
#include "tui/screens/application.h"

#include "forms/money.h"
#include "ra/application.h"
#include "ra/rules.h"
#include "ra/workflow.h"
#include "tui/dialog.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tab *const tabs[TABS] = { &tab_form, &tab_materials, &tab_money, &tab_items, &tab_history };

/* ---- reading ---- */

static bool
read_all(struct dossier *d, struct err *e)
{
	struct office *o = console_office();
	char no[APP_NO_MAX];

	snprintf(no, sizeof no, "%s", d->a->no);
	if (!application_load(o, no, d->a, e) || !rules_scheme(o, d->a, &d->scheme, e)
	    || !app_materials(o->db, d->a->id, d->material, MATERIALS_MAX, &d->materials, e))
		return false;
	list_refresh(&d->list);
	pane_begin(&d->pane);
	return !tabs[d->tab]->build || tabs[d->tab]->build(d, e);
}

void
dossier_refresh(struct dossier *d)
{
	struct err e = { 0 };

	if (!read_all(d, &e))
		notice_err(&e);
}

void
dossier_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	(void)arg;
	if (!ok)
		notice_err(e);
	dossier_refresh((struct dossier *)s);
}

void
dossier_to_work(struct dossier *d)
{
	if (d->a->state != APP_RECEIVED || d->materials == 0 || !dossier_may(&d->s, ACT_MATERIAL))
		return;
	d->tab = TAB_MATERIALS;
	dossier_refresh(d);
}

bool
dossier_may(struct screen *s, enum act act)
{
	(void)s;
	return (acts[act].roles & (1u << console_office()->me.role)) != 0;
}

static bool
application_open(struct screen *s, void *arg)
{
	struct dossier *d = (struct dossier *)s;
	struct err e = { 0 };

	d->a = calloc(1, sizeof *d->a);
	if (!d->a)
		abort();
	materials_open(d);
	snprintf(d->a->no, sizeof d->a->no, "%s", (const char *)arg);
	if (office_may(console_office(), ACT_SHOW, &e) && read_all(d, &e)) {
		dossier_to_work(d);
		return true;
	}
	notice_err(&e);
	return false;
}

static void
application_close(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;

	list_free(&d->list);
	pane_close(&d->pane);
	free(d->acts);
	OPENSSL_clear_free(d->a, sizeof *d->a);
}

static void
application_back(struct screen *s)
{
	dossier_refresh((struct dossier *)s);
}

/* ---- looking ---- */

static void
draw_head(const struct dossier *d, struct area a)
{
	const struct application *p = d->a;
	char due[40], line[600];
	int x;

	x = a.x + 1 + paint_text(a.y, a.x + 1, 24, INK_STRONG, p->no);
	x += 2 + paint_text(a.y, x + 2, 16, p->state == APP_CORRECTION || p->state == APP_REFUSED ? INK_WARN : INK_GOOD,
	    tr_name(app_state_names, (int)p->state));
	snprintf(line, sizeof line, "%s  %s  %s", service_title(&p->record.head),
	    tr_stored(channel_names, p->record.head.channel), scheme_title(d->scheme));
	paint_text(a.y, x + 2, a.x + a.w - x - 3, INK_PLAIN, line);
	money_grouped(p->due_fen - p->paid_fen - p->waived_fen, due, sizeof due);
	paint_text(a.y + 1, a.x + 1, a.w - 34, INK_STRONG, p->record.org.name);
	if (p->scheme_version != 0) {
		snprintf(line, sizeof line, "%s  %s %s", tr_name(money_state_names, (int)rules_money(p)), tr("open"), due);
		paint_right(a.y + 1, a.x + a.w - 31, 30, INK_PLAIN, line);
	}
}

static void
application_draw(struct screen *s, struct area a)
{
	struct dossier *d = (struct dossier *)s;
	const char *names[TABS];
	struct area in = { a.y + 3, a.x, a.h - 3, a.w };

	for (int i = 0; i < TABS; i++)
		names[i] = tr(tabs[i]->title);
	draw_head(d, a);
	paint_tabs(a.y + 2, a.x, a.w, names, TABS, d->tab, d->place);
	if (tabs[d->tab]->draw)
		tabs[d->tab]->draw(d, in);
	else
		pane_draw(&d->pane, in);
}

static void
show_tab(struct dossier *d, int tab)
{
	d->tab = (tab + TABS) % TABS;
	d->pane.top = 0;
	dossier_refresh(d);
}

static bool
application_key(struct screen *s, int key)
{
	struct dossier *d = (struct dossier *)s;

	if (key == K_MOUSE && term_mouse().y == 3)
		for (int i = TABS; i-- > 0;)
			if (term_mouse().x >= d->place[i]) {
				show_tab(d, i);
				return true;
			}
	if (tabs[d->tab]->key)
		return tabs[d->tab]->key(d, key);
	return pane_key(&d->pane, key);
}

static void
next_tab(struct screen *s)
{
	show_tab((struct dossier *)s, ((struct dossier *)s)->tab + 1);
}

static void
previous_tab(struct screen *s)
{
	show_tab((struct dossier *)s, ((struct dossier *)s)->tab - 1);
}

static void
refresh(struct screen *s)
{
	dossier_refresh((struct dossier *)s);
}

static void
copy_number(struct screen *s)
{
	term_copy(((struct dossier *)s)->a->no);
	notice(TONE_INFO, N_("%s is on the clipboard, where the terminal has one"), ((struct dossier *)s)->a->no);
}

/* ---- numbers are opened on purpose ---- */

bool
numbers_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	bool ok = a && application_load(o, arg, a, e) && application_note_opened(o, a, ACT_OPEN_ID, "console", e);

	(void)j;
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

static void
open_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	((struct dossier *)s)->open = ok;
	if (ok)
		notice(TONE_INFO, N_("the numbers are open; that is on the audit log"));
	dossier_done(s, arg, ok, e);
}

static const struct job_plan open_plan = { .lane = JOB_STORE, .what = N_("noting it on the audit"), .wait = true,
	.run = numbers_run, .done = open_done, .drop = free };

static void
open_numbers(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;

	if (d->open) {
		d->open = false;
		dossier_refresh(d);
		return;
	}
	if (d->tab != TAB_FORM)
		show_tab(d, TAB_FORM);
	job_start(s, &open_plan, strdup(d->a->no));
}

static void
print_it(struct screen *s)
{
	screen_push(&screen_print, ((struct dossier *)s)->a->no);
}

static bool
may_print(struct screen *s)
{
	return dossier_may(s, ACT_PRINT);
}

static bool
may_open(struct screen *s)
{
	return dossier_may(s, ACT_OPEN_ID);
}

/* ---- what comes next ---- */

#define NEXT_MAX 24
/* The steps that are open to this member now, in the order of the table: what leads on stands first. */
static int
open_steps(struct dossier *d, const struct next_step *out[NEXT_MAX])
{
	struct err ignored;
	enum app_state to;
	int n = 0;

	for (const struct next_step *s = next_steps; s->run && n < NEXT_MAX; s++)
		if (workflow_may(console_office(), d->a, s->act, &to, &ignored))
			out[n++] = s;
	return n;
}

static void
step_chosen(struct screen *below, void *arg, int i)
{
	struct dossier *d = (struct dossier *)below;
	const struct next_step *step[NEXT_MAX];
	int n = open_steps(d, step);

	(void)arg;
	/* read again since the list was shown: somebody may have been faster */
	if (i < n)
		step[i]->run(below, d->a);
}

static void
next_menu(struct screen *s)
{
	struct dossier *d = (struct dossier *)s;
	const struct next_step *step[NEXT_MAX];
	struct dialog_option o[NEXT_MAX] = { 0 };
	int n = open_steps(d, step);

	for (int i = 0; i < n; i++) {
		o[i].label = tr(step[i]->label);
		o[i].key = step[i]->key;
	}
	if (n == 0 && !onward_service(s))
		notice(TONE_INFO, N_("nothing is open to you here in state %s"), tr_name(app_state_names, (int)d->a->state));
	else if (n > 0)
		dialog_choose(tr("What comes next"), o, n, 0, step_chosen, NULL);
}

static void
pay(struct screen *s)
{
	pay_application(s, ((struct dossier *)s)->a);
}

static bool
can_pay(struct screen *s)
{
	enum app_state to;
	struct err ignored;

	return workflow_may(console_office(), ((struct dossier *)s)->a, ACT_PAY, &to, &ignored);
}

/* ---- keys ---- */

static const struct action application_actions[] = {
	{ '+', N_("Pass"), N_("the selected material passes in every point"), materials_pass, materials_can },
	{ '-', N_("Fail"), N_("it fails: say in which points and why"), materials_fail, materials_can },
	{ '*', N_("Missing"), N_("it is missing"), materials_missing, materials_can },
	{ 'c', N_("Copies"), N_("copies brought, shelf, scan of the selected material"), materials_more, materials_can },
	{ 's', N_("look"), N_("look at the scan of the selected material (noted on the audit)"), materials_look, materials_can_look },
	{ 'u', N_("Undo"), N_("take the last check back: the material is to be checked again"), materials_undo, materials_can_undo },
	{ K_F(4), N_("Next step"), N_("what comes next: accept, submit, review, issue, hand over …; closed: a service"), next_menu, NULL },
	{ K_F(5), "", N_("read it again"), refresh, NULL },
	{ K_F(7), N_("Pay"), N_("take a payment"), pay, can_pay },
	{ K_F(6), N_("Tab"), N_("next tab; Left and Right too"), next_tab, NULL },
	{ K_CTRL('P'), N_("Print"), N_("its papers: application form, receipt, notices, PIN letter …"), print_it, may_print },
	{ K_F(8), N_("Numbers"), N_("show identity numbers and phones whole (noted on the audit), or masked again"), open_numbers, may_open },
	{ 'k', N_("Certificate"), N_("open its certificate, or the one that it is on"), onward_certificate, NULL },
	{ 'o', N_("Organisation"), N_("open the whole history of its organisation"), onward_organisation, onward_has_organisation },
	{ K_RIGHT, "", "", next_tab, NULL },
	{ K_LEFT, "", "", previous_tab, NULL },
	{ K_CTRL('C'), "", N_("put the application number on the clipboard"), copy_number, NULL },
	{ 0 }
};
const struct screen_ops screen_application = { .title = N_("Application"), .size = sizeof(struct dossier),
	.actions = application_actions, .open = application_open, .draw = application_draw, .key = application_key,
	.back = application_back, .close = application_close };
