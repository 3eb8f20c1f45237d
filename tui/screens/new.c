/*
 * A new application, or the edit of one: which service, then the form. What is typed is kept in a sealed draft (keep.c);
 * F2 stores and accepts it in one go.
 */
#include "forms/money.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/workflow.h"
#include "tui/dialog.h"
#include "tui/screens/new.h"
#include "tui/width.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PANEL_FROM 112		/* columns from which fees and materials stand in a panel of their own */
#define PANEL_W 36

/* Of this session: values of the case before may be repeated by the same member. */
static struct record *last_record;
static int64_t last_member;

/* ---- the form ---- */

bool
new_form(struct new *n, const struct form_env *env, struct err *e)
{
	n->scheme = env->scheme;
	if (!entry_open(&n->entry, env, n->record, e))
		return false;
	n->entry.typed = new_typed;
	n->entry.arg = n;
	n->typing = true;
	return true;
}

/* ---- stored and accepted ---- */

struct storing {
	struct json_in *fields;
	char edit[APP_NO_MAX], no[APP_NO_MAX], draft[DRAFT_ID_MAX];
	int64_t version;
	bool accept, stored;		/* stored: it has its number, whatever came of the acceptance */
	bool same;			/* an edit that changed nothing */
	struct err_list problems;
};

static bool
unchanged(struct office *o, const char *no, int64_t version)
{
	struct application *a = calloc(1, sizeof *a);
	struct err ignored;
	bool same = a && application_load(o, no, a, &ignored) && a->version == version;

	OPENSSL_clear_free(a, sizeof *a);
	return same;
}

static bool
store_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct storing *t = arg;
	struct err ignored;
	bool ok;

	(void)j;
	if (t->edit[0]) {
		snprintf(t->no, sizeof t->no, "%s", t->edit);
		ok = desk_edit(o, t->edit, t->version, t->fields, &t->problems, e);
		t->same = ok && unchanged(o, t->no, t->version);
	} else {
		ok = desk_apply(o, t->fields, t->no, &t->problems, e);
	}
	if (!ok)
		return false;
	t->stored = true;
	if (t->draft[0] && !draft_drop(o, t->draft, &ignored))
		t->draft[0] = '\0';	/* stays in the list; its member drops it there */
	return !t->accept || desk_accept(o, t->no, 0, e);
}

static void
store_drop(void *arg)
{
	struct storing *t = arg;

	json_in_free(t->fields);
	OPENSSL_clear_free(t, sizeof *t);
}

static void
remember(const struct record *r)
{
	if (!last_record)
		last_record = malloc(sizeof *last_record);
	if (last_record)
		*last_record = *r;
	last_member = console_office()->me.id;
}

static void
store_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct new *n = (struct new *)s;
	struct storing *t = arg;
	char no[APP_NO_MAX];
	bool edit = t->edit[0] != '\0';

	if (!t->stored) {
		if (t->problems.n > 0)
			form_refuse_all(&n->entry.form, &t->problems);
		else
			form_refuse(&n->entry.form, e);
		return;
	}
	n->done = true;
	remember(n->entry.record);
	snprintf(no, sizeof no, "%s", t->no);
	screen_pop();
	if (edit) {
		notice(TONE_GOOD, t->same ? N_("%s: nothing is changed, its checks stand") : N_("%s is changed; its checks start again"), no);
		return;
	}
	if (!ok)
		notice(TONE_WARN, N_("stored as %s, but not accepted: %s"), no, e->text);
	console_application(no);
	if (ok)
		screen_push(&screen_number, no);
}

static const struct job_plan store_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = store_run,
	.done = store_done, .drop = store_drop };

static void
store(struct screen *s, bool accept)
{
	struct new *n = (struct new *)s;
	struct storing *t;
	struct err e;

	if (!entry_check(&n->entry)) {
		if (form_wrong(&n->entry.form) > 0)	/* else it is about a field that has no row, and said */
			notice(TONE_BAD, N_("%zu fields are not right yet: they are marked"), form_wrong(&n->entry.form));
		return;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		abort();
	if (!entry_json(&n->entry, &t->fields, &e)) {
		notice_err(&e);
		store_drop(t);
		return;
	}
	snprintf(t->edit, sizeof t->edit, "%s", n->draft->no);
	snprintf(t->draft, sizeof t->draft, "%s", n->draft->id);
	t->version = n->draft->version;
	t->accept = accept && !t->edit[0];
	job_start(s, &store_plan, t);
}

/* ---- looking ---- */

static int64_t
fee_words(struct new *n, char *out, size_t outsz)
{
	struct fee_line l[SCHEME_LINES_MAX];
	struct err e;
	size_t k, used = 0;
	int64_t sum = 0;
	char yuan[40];

	out[0] = '\0';
	if (!scheme_fee(n->scheme, n->entry.record, n->entry.env.today, l, &k, &e)) {
		snprintf(out, outsz, "%s", e.text);
		return -1;
	}
	for (size_t i = 0; i < k; i++) {
		money_grouped(l[i].amount_fen, yuan, sizeof yuan);
		if (used < outsz)
			used += (size_t)snprintf(out + used, outsz - used, "%s%s %s", used ? "  " : "",
			    tr_name(fee_object_names, l[i].object), yuan);
		sum += l[i].amount_fen;
	}
	return sum;
}

static void
draw_fee_line(struct new *n, int y, struct area a)
{
	char lines[400], yuan[40];
	int64_t sum = fee_words(n, lines, sizeof lines);
	int x = a.x + 1;

	x += paint_text(y, x, a.w - 2, INK_DIM, tr("Fee")) + 2;
	x += paint_text(y, x, a.x + a.w - x, sum < 0 ? INK_WARN : INK_PLAIN, lines) + 2;
	if (sum >= 0) {
		money_grouped(sum, yuan, sizeof yuan);
		x += paint_format(y, x, a.x + a.w - x, INK_STRONG, "%s %s", tr("together"), yuan) + 2;
	}
	if (n->entry.env.before && x < a.x + a.w)	/* whose certificate the service is on */
		paint_right(y, x, a.x + a.w - x - 1, INK_DIM, n->before->org.name);
}

static void
draw_panel(struct new *n, struct area a)
{
	const struct scheme_material *m[64];
	size_t k = scheme_materials(n->scheme, n->entry.record, n->entry.env.late, m, 64);
	struct area f = paint_frame(a, tr("To bring"));
	int y = f.y;

	for (size_t i = 0; i < k && y < f.y + f.h; i++) {
		const char *name = tr_english() ? m[i]->en : m[i]->zh;
		struct area line = { y, f.x + 3, f.y + f.h - y, f.w - 3 };

		paint_format(y, f.x, 3, INK_STRONG, "%d", m[i]->copies);
		y += paint_lines(line, INK_PLAIN, name);
	}
	if (n->scheme->promise_days > 0 && y < f.y + f.h - 1)
		paint_format(y + 1, f.x, f.w, INK_DIM, tr("promised in %d working days"), n->scheme->promise_days);
}

/* To which day the new certificate goes, as far as the old one decides it; "" = by the day of its issue, or there is none. */
static void
until_words(const struct new *n, char *out, size_t outsz)
{
	int years = n->entry.record->head.years;
	int64_t end = service_end(n->entry.service, n->old_end, n->entry.env.late, years);
	char day[11];

	out[0] = '\0';
	if (end == 0 || (years <= 0 && n->entry.service->expiry == EXPIRY_RENEWED))
		return;
	day_show(day_of(end), day);
	snprintf(out, outsz, tr("valid until %s"), day);
}

static void
draw_title(struct new *n, struct area a)
{
	const struct record_head *h = &n->entry.record->head;
	char kept[64] = "", until[64], at[20];
	int x, right = a.x + a.w - 1;

	x = a.x + 1 + paint_format(a.y, a.x + 1, a.w - 20, INK_STRONG, "%s  %s  %s", service_title(h),
	    tr_stored(channel_names, h->channel), scheme_title(n->scheme));
	if (n->draft->no[0])
		x += 2 + paint_text(a.y, x + 2, 20, INK_WARN, n->draft->no);
	if (n->draft->at != 0 && !n->dirty) {
		when_short(n->draft->at, at);
		snprintf(kept, sizeof kept, tr("draft kept %s"), at + 11);
		right -= width_columns(kept);
		paint_text(a.y, right, width_columns(kept), INK_DIM, kept);
		right -= 2;
	}
	until_words(n, until, sizeof until);
	right -= width_columns(until);
	if (x + 2 <= right)		/* a long title goes before it */
		paint_text(a.y, right, width_columns(until), INK_PLAIN, until);
}

static void
draw_typing(struct new *n, struct area a)
{
	bool panel = a.w >= PANEL_FROM;
	struct area form = { a.y + 1, a.x, a.h - 2, panel ? a.w - PANEL_W : a.w };

	draw_title(n, a);
	form_draw(&n->entry.form, form);
	if (panel)
		draw_panel(n, (struct area){ a.y + 1, a.x + a.w - PANEL_W + 1, a.h - 2, PANEL_W - 1 });
	draw_fee_line(n, a.y + a.h - 1, a);
}

static void
new_draw(struct screen *s, struct area a)
{
	struct new *n = (struct new *)s;
	struct area f;

	if (n->typing) {
		draw_typing(n, a);
		return;
	}
	f = paint_frame(paint_middle(a, (int)n->pick.n * 2 + 4, 76), tr("Which service?"));
	form_draw(&n->pick, (struct area){ f.y + 1, f.x, f.h - 1, f.w });
}

/* ---- opening, keys, closing ---- */

void
new_make(struct new *n)
{
	n->record = malloc(sizeof *n->record);
	n->draft = calloc(1, sizeof *n->draft);
	if (!n->record || !n->draft)
		abort();
	record_clear(n->record);
}

static bool
new_open(struct screen *s, void *arg)
{
	struct new *n = (struct new *)s;
	struct err e;

	new_make(n);
	if (!office_may(console_office(), ACT_APPLY, &e)) {
		notice_err(&e);
		return false;
	}
	pick_open(n, arg);
	return true;
}

static void
new_close(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct err ignored;

	/* the last chance of a signal or a lost line: nobody is there to be told */
	if (!new_save(n, &ignored))
		n->dirty = true;
	form_close(&n->pick);
	entry_close(&n->entry);
	OPENSSL_clear_free(n->record, sizeof *n->record);
	OPENSSL_clear_free(n->before, n->before ? sizeof *n->before : 0);
	OPENSSL_clear_free(n->draft, sizeof *n->draft);
}

static bool
new_leave(struct screen *s)
{
	struct new *n = (struct new *)s;

	if (!n->typing || (!n->dirty && !n->saving && !n->draft->id[0]))
		return true;
	if (!new_keep(s))
		return false;
	notice(TONE_INFO, N_("kept as an unfinished form: it is in the tray of that name"));
	return true;
}

static void
done(struct screen *s)
{
	if (((struct new *)s)->typing)
		store(s, true);
	else
		pick_take(s);
}

static bool
new_key(struct screen *s, int key)
{
	struct new *n = (struct new *)s;

	switch (form_key(n->typing ? &n->entry.form : &n->pick, key)) {
	case FORM_DONE:
		/* Enter on the last field of a long form is not the end of it: F2 is */
		if (!n->typing)
			pick_take(s);
		else
			notice(TONE_INFO, N_("that was the last field: F2 stores and accepts"));
		return true;
	case FORM_TAKEN:
		return true;
	case FORM_IGNORED:
		break;
	}
	return false;
}

/* What is wrong is said again: some of it names fields by their labels. */
static void
new_words(struct screen *s)
{
	struct new *n = (struct new *)s;
	char here[64];

	if (!n->typing || form_wrong(&n->entry.form) == 0)
		return;
	snprintf(here, sizeof here, "%s", form_here(&n->entry.form));
	(void)entry_check(&n->entry);
	form_go(&n->entry.form, here);
}

static void
keep(struct screen *s)
{
	store(s, false);
}

static bool
is_new(struct screen *s)
{
	return ((struct new *)s)->typing && !((struct new *)s)->draft->no[0];
}

static void
repeat(struct screen *s)
{
	struct new *n = (struct new *)s;

	if (!entry_repeat(&n->entry, last_record))
		notice(TONE_INFO, N_("the case before has nothing in this field"));
}

static bool
can_repeat(struct screen *s)
{
	return ((struct new *)s)->typing && last_record && last_member == console_office()->me.id;
}

static void
discard_yes(struct screen *below, void *arg)
{
	struct new *n = (struct new *)below;
	struct err e;

	(void)arg;
	new_stop_saving(n);
	if (n->draft->id[0] && !draft_drop(console_office(), n->draft->id, &e)) {
		notice_err(&e);
		return;
	}
	n->done = true;
	screen_pop();
}

static void
discard(struct screen *s)
{
	(void)s;
	dialog_confirm(tr("Throw away what is typed here?"), discard_yes, NULL);
}

static bool
is_typing(struct screen *s)
{
	return ((struct new *)s)->typing;
}

/* A list of choices that is open is closed first. */
static void
back(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct form *f = n->typing ? &n->entry.form : &n->pick;

	if (f->popup < 0 || form_key(f, K_ESC) == FORM_IGNORED)
		screen_back(s);
}

static const struct action new_actions[] = {
	{ K_F(2), N_("Done"), N_("check, store and accept"), done, NULL },
	{ K_ESC, N_("Back"), N_("back; what is typed is kept as an unfinished form"), back, NULL },
	{ K_F(4), N_("Holder"), N_("choose the certificate by its holder's name, number, phone …"), pick_holder, pick_needs_old },
	{ K_F(7), N_("Repeat"), N_("take this field from the case before"), repeat, can_repeat },
	{ K_F(8), N_("Store only"), N_("store the application without accepting it"), keep, is_new },
	{ K_CTRL('X'), "", N_("throw away what is typed"), discard, is_typing },
	{ 0 }
};
const struct screen_ops screen_new = { .title = N_("New application"), .size = sizeof(struct new), .actions = new_actions,
	.open = new_open, .draw = new_draw, .key = new_key, .words = new_words, .tick = new_tick, .leave = new_leave, .keep = new_keep,
	.close = new_close };
/* The same with a draft to begin with: one that was left, or the record of an application. */
const struct screen_ops screen_edit = { .title = N_("Form"), .size = sizeof(struct new), .actions = new_actions,
	.open = new_begin, .draw = new_draw, .key = new_key, .words = new_words, .tick = new_tick, .leave = new_leave, .keep = new_keep,
	.close = new_close };
