/*
 * A new application, or the edit of one: which service, then the form. What is typed is kept in a sealed draft a second
 * after the last key and whenever the screen closes; F2 stores and accepts it in one go.
 */
#include "db/schemes.h"
#include "forms/money.h"
#include "ra/desk.h"
#include "ra/workflow.h"
#include "tui/dialog.h"
#include "tui/screens/new.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PANEL_FROM 112		/* columns from which fees and materials stand in a panel of their own */
#define PANEL_W 36

/* Of this session: the next case begins with the same service, and may repeat values of the last one. */
static struct { char scheme[TEXT_BYTES(20)], service[RECORD_NAME_MAX], channel[RECORD_NAME_MAX]; int64_t who; } last;
static struct record *last_record;

/* ---- which service ---- */

static bool
add_scheme(void *arg, const struct scheme_row *r, struct err *e)
{
	struct new *n = arg;
	const struct scheme *s;
	int64_t version;
	int k = 0;

	while (n->schemes[k].stored) {
		if (strcmp(n->schemes[k].stored, r->scheme) == 0)
			return true;
		k++;
	}
	if (k < SCHEMES_MAX && office_scheme_now(console_office(), r->scheme, &s, &version, e))
		n->schemes[k] = (struct name){ s->id, s->zh, s->en };
	return true;
}

static void
pick_rows(struct new *n)
{
	struct form_row rows[3] = {
		{ .id = "scheme", .en = N_("scheme"), .kind = FIELD_CHOICE, .names = n->schemes, .required = true },
		{ .id = "service", .en = N_("service"), .kind = FIELD_CHOICE, .names = service_names, .required = true },
		{ .id = "channel", .en = N_("channel"), .kind = FIELD_CHOICE, .names = channel_names, .required = true },
	};
	int service = name_index(service_names, form_value(&n->pick, "service"));
	struct err ignored;
	int64_t version;

	if (office_scheme_now(console_office(), form_value(&n->pick, "scheme"), &n->scheme, &version, &ignored)) {
		rows[1].offered = n->scheme->services;
		rows[2].offered = service >= 0 ? n->scheme->channels[service] : 0;
	}
	form_rows(&n->pick, rows, 3);
	/* what is not offered is not left standing */
	if (n->scheme && service >= 0 && !(n->scheme->services & (1u << service)))
		form_set(&n->pick, "service", "");
}

static void
picked(void *arg, const char *id)
{
	(void)id;
	pick_rows(arg);
}

static const struct form_calls pick_calls = { .changed = picked };

static void
open_pick(struct new *n)
{
	struct err e = { 0 };
	static const struct form_row none = { .id = "scheme", .en = "", .kind = FIELD_CHOICE };
	struct form_row row = none;

	row.names = n->schemes;
	if (!scheme_each(console_office()->db, add_scheme, n, &e))
		notice_err(&e);
	form_open(&n->pick, &row, 1, &pick_calls, n);
	if (last.who != console_office()->me.id)
		memset(&last, 0, sizeof last);
	form_set(&n->pick, "scheme", last.scheme[0] ? last.scheme : n->schemes[0].stored ? n->schemes[0].stored : "");
	pick_rows(n);
	form_set(&n->pick, "service", last.service[0] ? last.service : "new");
	form_set(&n->pick, "channel", last.channel[0] ? last.channel : "counter");
	pick_rows(n);
	form_go(&n->pick, "scheme");
}

/* ---- the draft ---- */

static void
typed(void *arg)
{
	struct new *n = arg;

	n->dirty = true;
	n->quiet = 0;
}

static void
fill_draft(struct new *n, struct draft *d)
{
	*d = *n->draft;
	d->record = *n->entry.record;
	snprintf(d->here, sizeof d->here, "%s", form_here(&n->entry.form));
}

static bool
save_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	(void)j;
	return draft_save(o, arg, e);
}

static void
save_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct new *n = (struct new *)s;
	const struct draft *d = arg;

	n->saving = false;
	if (ok) {
		snprintf(n->draft->id, sizeof n->draft->id, "%s", d->id);
		n->draft->at = d->at;
	} else {
		n->dirty = true;
		notice_err(e);
	}
}

static void
save_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct draft));
}

static const struct job_plan save_plan = { .lane = JOB_STORE, .what = N_("keeping the draft"), .run = save_run,
	.done = save_done, .drop = save_drop };

static void
new_tick(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct draft *d;

	if (!n->typing || !n->dirty || n->saving || n->done || ++n->quiet < 1)
		return;
	d = malloc(sizeof *d);
	if (!d)
		return;
	fill_draft(n, d);
	n->dirty = false;
	n->saving = true;
	job_start(s, &save_plan, d);
}

/* The screen closes with something typed: kept at once, whatever closes it. */
static void
save_now(struct new *n)
{
	struct err ignored;

	if (!n->typing || !n->dirty || n->done)
		return;
	fill_draft(n, n->draft);
	if (draft_save(console_office(), n->draft, &ignored))
		n->dirty = false;
}

/* ---- the form ---- */

bool
new_form(struct new *n, struct err *e)
{
	if (!entry_open(&n->entry, n->scheme, n->record, e))
		return false;
	n->entry.typed = typed;
	n->entry.arg = n;
	n->typing = true;
	return true;
}

static void
take_service(struct screen *s)
{
	struct new *n = (struct new *)s;
	struct record_head *h = &n->record->head;
	struct err e;

	if (!form_check(&n->pick))
		return;
	snprintf(h->scheme, sizeof h->scheme, "%s", form_value(&n->pick, "scheme"));
	snprintf(h->service, sizeof h->service, "%s", form_value(&n->pick, "service"));
	snprintf(h->channel, sizeof h->channel, "%s", form_value(&n->pick, "channel"));
	if (!new_form(n, &e)) {
		form_refuse(&n->pick, &e);
		return;
	}
	snprintf(last.scheme, sizeof last.scheme, "%s", h->scheme);
	snprintf(last.service, sizeof last.service, "%s", h->service);
	snprintf(last.channel, sizeof last.channel, "%s", h->channel);
	last.who = console_office()->me.id;
}

/* ---- stored and accepted ---- */

struct storing {
	struct json_in *fields;
	char edit[APP_NO_MAX], no[APP_NO_MAX], draft[DRAFT_ID_MAX];
	int64_t version;
	bool accept, stored;		/* stored: it has its number, whatever came of the acceptance */
	struct err_list problems;
};

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
		notice(TONE_GOOD, N_("%s is changed; its checks start again"), no);
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
			    l[i].object == FEE_SEAL ? tr("seal") : tr("certificate"), yuan);
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
		paint_format(y, x, a.x + a.w - x, INK_STRONG, "%s %s", tr("together"), yuan);
	}
}

static void
draw_panel(struct new *n, struct area a)
{
	const struct scheme_material *m[64];
	size_t k = scheme_materials(n->scheme, n->entry.record, false, m, 64);
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

static void
draw_typing(struct new *n, struct area a)
{
	const struct record_head *h = &n->entry.record->head;
	bool panel = a.w >= PANEL_FROM;
	struct area form = { a.y + 1, a.x, a.h - 2, panel ? a.w - PANEL_W : a.w };
	char kept[64] = "", at[20];
	int x;

	x = a.x + 1 + paint_format(a.y, a.x + 1, a.w - 20, INK_STRONG, "%s  %s  %s", scheme_title(n->scheme),
	    tr_stored(service_names, h->service), tr_stored(channel_names, h->channel));
	if (n->draft->no[0])
		paint_text(a.y, x + 2, 20, INK_WARN, n->draft->no);
	if (n->draft->at != 0 && !n->dirty) {
		when_short(n->draft->at, at);
		snprintf(kept, sizeof kept, tr("draft kept %s"), at + 11);
		paint_right(a.y, a.x + a.w - 25, 24, INK_DIM, kept);
	}
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
	f = paint_frame(paint_middle(a, 7, 70), tr("Which service?"));
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

	(void)arg;
	new_make(n);
	if (!office_may(console_office(), ACT_APPLY, &e)) {
		notice_err(&e);
		return false;
	}
	open_pick(n);
	return true;
}

static void
new_close(struct screen *s)
{
	struct new *n = (struct new *)s;

	save_now(n);
	form_close(&n->pick);
	entry_close(&n->entry);
	OPENSSL_clear_free(n->record, sizeof *n->record);
	OPENSSL_clear_free(n->draft, sizeof *n->draft);
	OPENSSL_clear_free(n->before, n->before ? sizeof *n->before : 0);
}

static bool
new_leave(struct screen *s)
{
	struct new *n = (struct new *)s;

	if (n->typing && (n->dirty || n->draft->id[0])) {
		save_now(n);
		notice(TONE_INFO, N_("kept as an unfinished form: it is in the tray of that name"));
	}
	return true;
}

static void
done(struct screen *s)
{
	if (((struct new *)s)->typing)
		store(s, true);
	else
		take_service(s);
}

static bool
new_key(struct screen *s, int key)
{
	struct new *n = (struct new *)s;

	switch (form_key(n->typing ? &n->entry.form : &n->pick, key)) {
	case FORM_DONE:
		/* Enter on the last field of a long form is not the end of it: F2 is */
		if (!n->typing)
			take_service(s);
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
	return ((struct new *)s)->typing && last_record && last.who == console_office()->me.id;
}

static void
discard_yes(struct screen *below, void *arg)
{
	struct new *n = (struct new *)below;
	struct err e;

	(void)arg;
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

static const struct action new_actions[] = {
	{ K_F(2), N_("Done"), N_("check, store and accept"), done, NULL },
	{ K_ESC, N_("Back"), N_("back; what is typed is kept as an unfinished form"), screen_back, NULL },
	{ K_F(7), N_("Repeat"), N_("take this field from the case before"), repeat, can_repeat },
	{ K_F(8), N_("Store only"), N_("store the application without accepting it"), keep, is_new },
	{ K_CTRL('X'), "", N_("throw away what is typed"), discard, is_typing },
	{ 0 }
};
const struct screen_ops screen_new = { .title = N_("New application"), .size = sizeof(struct new), .actions = new_actions,
	.open = new_open, .draw = new_draw, .key = new_key, .tick = new_tick, .leave = new_leave, .close = new_close };
/* The same with a draft to begin with: one that was left, or the record of an application. */
const struct screen_ops screen_edit = { .title = N_("Form"), .size = sizeof(struct new), .actions = new_actions,
	.open = new_begin, .draw = new_draw, .key = new_key, .tick = new_tick, .leave = new_leave, .close = new_close };
