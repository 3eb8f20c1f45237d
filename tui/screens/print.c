/* Printing: the papers of an application with what became of each, to the printer or to a file. */
#include "printing/spool.h"
#include "ra/application.h"
#include "ra/print.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MAX 64

struct printing {
	struct screen s;
	struct application *a;
	struct list list;
	enum paper paper[PAPER_N];
	size_t papers, jobs;
	struct printjob *job;		/* JOBS_MAX, newest first */
};

static bool
load(struct printing *p, struct err *e)
{
	struct office *o = console_office();
	char no[APP_NO_MAX];

	snprintf(no, sizeof no, "%s", p->a->no);
	if (!application_load(o, no, p->a, e) || !print_jobs(o, p->a, p->job, JOBS_MAX, &p->jobs, e))
		return false;
	p->papers = print_papers(o, p->a, p->paper);
	list_refresh(&p->list);
	return true;
}

/* ---- the list ---- */

static const struct printjob *
last_of(const struct printing *p, enum paper paper)
{
	for (size_t i = 0; i < p->jobs; i++)
		if (strcmp(p->job[i].paper, paper_names[paper].stored) == 0)
			return &p->job[i];
	return NULL;
}

static void
put_row(const struct printing *p, size_t i, struct list_row *r)
{
	const struct printjob *j = last_of(p, p->paper[i]);

	memset(r, 0, sizeof *r);
	r->id = r->key.n[0] = (int64_t)i + 1;
	snprintf(r->cell[0], sizeof r->cell[0], "%s", tr_name(paper_names, (int)p->paper[i]));
	if (!j)
		return;
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(print_state_names, (int)j->state));
	when_short(j->made_at, r->cell[2]);
	snprintf(r->cell[3], sizeof r->cell[3], "%d", j->copies);
	snprintf(r->cell[4], sizeof r->cell[4], "%s", member_name(console_office(), j->staff));
	r->ink = j->state == PRINT_FAILED ? INK_BAD : j->state == PRINT_DONE ? INK_PLAIN : INK_WARN;
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	const struct printing *p = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)p->papers + 1 : 0;

	(void)l;
	(void)e;
	for (*got = 0; *got < n; ++*got) {
		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)p->papers)
			break;
		put_row(p, (size_t)at - 1, &out[*got]);
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column columns[] = {
	{ N_("Paper"), 24, 2, false }, { N_("Printed"), 10, 0, false }, { N_("When"), 17, 0, false }, { N_("Copies"), 5, 0, true },
	{ N_("By"), 10, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = N_("Nothing of this can be printed now.") };

static int
selected(const struct printing *p)
{
	const struct list_row *r = list_here(&p->list);

	return r && r->id >= 1 && r->id <= (int64_t)p->papers ? (int)r->id - 1 : -1;
}

/* ---- printing ---- */

struct ordering {
	char no[APP_NO_MAX], file[EDIT_BYTES], reason[TEXT_BYTES(120)], printer[SPOOL_QUEUE_MAX];
	enum paper paper;
	int copies;			/* 0: as many as the scheme wants */
	struct printjob job;
};

static struct ordering *
ordering_new(const struct printing *p)
{
	struct ordering *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	snprintf(k->no, sizeof k->no, "%s", p->a->no);
	k->paper = p->paper[selected(p)];
	return k;
}

static bool
print_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct ordering *k = arg;
	struct print_order order = { .paper = k->paper, .copies = k->copies, .file = k->file[0] ? k->file : NULL,
		.printer = k->printer[0] ? k->printer : NULL, .reason = k->reason[0] ? k->reason : NULL };

	(void)j;
	return print_paper(o, k->no, &order, &k->job, e);
}

static void ask_reason(const struct ordering *k, const struct err *e);

static void
print_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct ordering *k = arg;
	bool asked = dialog_form_of(s) != NULL;

	if (!ok && asked) {
		dialog_refuse(s, e);
		return;
	}
	if (asked)
		dialog_done(s);
	if (!ok && strcmp(e->field, "reason") == 0)
		ask_reason(k, e);
	else if (!ok)
		notice_err(e);
	else if (k->job.state == PRINT_KEPT)
		notice(TONE_WARN, N_("no printer: kept as %s"), k->job.target);
	else
		notice(TONE_GOOD, N_("%s: printed to %s"), tr_name(paper_names, (int)k->paper), k->job.target);
	if (!asked)
		s->ops->back(s);
}

static const struct job_plan print_plan = { .lane = JOB_SLOW, .what = N_("printing"), .wait = true, .run = print_run,
	.done = print_done, .drop = free };

static void
form_given(struct screen *dialog, struct form *f, void *arg)
{
	struct ordering *k = malloc(sizeof *k);

	if (!k)
		abort();
	*k = *(const struct ordering *)arg;
	if (form_value(f, "file")[0])
		snprintf(k->file, sizeof k->file, "%s", form_value(f, "file"));
	if (form_value(f, "reason")[0])
		snprintf(k->reason, sizeof k->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &print_plan, k);
}

static const struct form_row reason_rows[] = { { .id = "reason", .en = N_("reason"), .limit = 120, .required = true } };
static const struct dialog_form reason_dialog = { .title = N_("Print again"), .rows = reason_rows, .n = 1, .done = form_given,
	.drop = free };

static void
ask_reason(const struct ordering *k, const struct err *e)
{
	struct ordering *again = malloc(sizeof *again);

	if (!again)
		abort();
	*again = *k;
	dialog_form(&reason_dialog, e->text, again);
}

static const struct form_row file_rows[] = {
	{ .id = "file", .en = N_("file"), .limit = 250, .required = true, .hint = N_("where the PDF is written to") },
	{ .id = "reason", .en = N_("reason"), .limit = 120, .hint = N_("only where a PIN letter is printed again") },
};
static const struct dialog_form file_dialog = { .title = N_("To a file"), .rows = file_rows, .n = 2, .done = form_given, .drop = free };

/* Of this session: the printer and copies that the member chose last, offered the next time. */
static struct { char printer[SPOOL_QUEUE_MAX], copies[8]; int64_t who; } chosen;

static void
choice_given(struct screen *dialog, struct form *f, void *arg)
{
	struct ordering *k = malloc(sizeof *k);

	if (!k)
		abort();
	*k = *(const struct ordering *)arg;
	snprintf(chosen.printer, sizeof chosen.printer, "%.*s", (int)sizeof chosen.printer - 1, form_value(f, "printer"));
	snprintf(chosen.copies, sizeof chosen.copies, "%.7s", form_value(f, "copies"));
	chosen.who = console_office()->me.id;
	snprintf(k->printer, sizeof k->printer, "%s", chosen.printer);
	k->copies = (int)strtol(chosen.copies, NULL, 10);
	snprintf(k->reason, sizeof k->reason, "%s", form_value(f, "reason"));
	job_start(dialog, &print_plan, k);
}

static bool
choice_good(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	long copies = strtol(value, NULL, 10);

	(void)arg;
	(void)shown;
	if (strcmp(id, "printer") == 0)
		return spool_queue_good(value, e);
	return strcmp(id, "copies") != 0 || (copies >= 1 && copies <= PAPER_COPIES_MAX) || err_field(e, "copies", "1 to %d copies, not %ld", PAPER_COPIES_MAX, copies);
}

static const struct form_row choice_rows[] = {
	{ .id = "printer", .en = N_("printer"), .limit = 100, .hint = N_("the name of its queue; empty: the one that ra.conf names") },
	{ .id = "copies", .en = N_("copies"), .kind = FIELD_NUMBER, .limit = 2, .hint = N_("empty: as many as the scheme wants") },
	{ .id = "reason", .en = N_("reason"), .limit = 120, .hint = N_("only where a PIN letter is printed again") },
};
static const struct form_calls choice_calls = { .check = choice_good };
static const struct dialog_form choice_dialog = { .title = N_("To a printer"), .rows = choice_rows, .n = 3, .calls = &choice_calls,
	.done = choice_given, .drop = free };

static void
to_chosen(struct screen *s)
{
	struct ordering *k = ordering_new((struct printing *)s);
	struct form *f = dialog_form_of(dialog_form(&choice_dialog, tr_name(paper_names, (int)k->paper), k));

	if (chosen.who != console_office()->me.id)
		memset(&chosen, 0, sizeof chosen);
	form_set(f, "printer", chosen.printer);
	form_set(f, "copies", chosen.copies);
}

static void
to_printer(struct screen *s)
{
	job_start(s, &print_plan, ordering_new((struct printing *)s));
}

static void
to_file(struct screen *s)
{
	struct printing *p = (struct printing *)s;
	char name[80], path[PATH_MAX_RA];
	struct ordering *k = ordering_new(p);
	struct screen *d;

	snprintf(name, sizeof name, "print/%s-%s.pdf", p->a->no, paper_names[k->paper].stored);
	office_path(console_office(), name, path);
	d = dialog_form(&file_dialog, tr_name(paper_names, (int)k->paper), k);
	if (d)
		form_set(dialog_form_of(d), "file", path);
}

/* ---- the screen ---- */

static bool
print_open(struct screen *s, void *arg)
{
	struct printing *p = (struct printing *)s;
	struct err e = { 0 };

	p->a = calloc(1, sizeof *p->a);
	p->job = calloc(JOBS_MAX, sizeof *p->job);
	if (!p->a || !p->job)
		abort();
	snprintf(p->a->no, sizeof p->a->no, "%s", (const char *)arg);
	list_open(&p->list, &source, p);
	if (office_may(console_office(), ACT_PRINT, &e) && load(p, &e))
		return true;
	notice_err(&e);
	return false;
}

static void
print_close(struct screen *s)
{
	struct printing *p = (struct printing *)s;

	list_free(&p->list);
	free(p->job);
	OPENSSL_clear_free(p->a, sizeof *p->a);
}

static void
print_back(struct screen *s)
{
	struct err e = { 0 };

	if (!load((struct printing *)s, &e))
		notice_err(&e);
}

static void
print_draw(struct screen *s, struct area a)
{
	struct printing *p = (struct printing *)s;
	int i = selected(p);
	const struct printjob *j = i >= 0 ? last_of(p, p->paper[i]) : NULL;
	int x;

	x = a.x + 1 + paint_text(a.y, a.x + 1, 24, INK_STRONG, p->a->no);
	paint_text(a.y, x + 2, a.x + a.w - x - 3, INK_PLAIN, p->a->record.org.name);
	list_draw(&p->list, (struct area){ a.y + 2, a.x, a.h - 6, a.w });
	if (!j)
		return;
	paint_rule(a.y + a.h - 4, a.x, a.w, tr("where it went"));
	paint_lines((struct area){ a.y + a.h - 3, a.x + 1, 2, a.w - 2 }, INK_PLAIN, j->target);
	paint_text(a.y + a.h - 1, a.x + 1, a.w - 2, INK_BAD, j->error[0] ? j->error : j->why);
}

static bool
print_key(struct screen *s, int key)
{
	return list_key(&((struct printing *)s)->list, key);
}

static bool
any(struct screen *s)
{
	return selected((struct printing *)s) >= 0;
}

static void
copy_path(struct screen *s)
{
	struct printing *p = (struct printing *)s;
	const struct printjob *j = last_of(p, p->paper[selected(p)]);

	if (!j)
		return;
	term_copy(j->target);
	notice(TONE_INFO, N_("%s is on the clipboard, where the terminal has one"), j->target);
}

static const struct action print_actions[] = {
	{ K_ENTER, N_("Print"), N_("print it, as many copies as the scheme wants; without a printer it is kept as a file"), to_printer, any },
	{ K_F(4), N_("Printer"), N_("print it to a printer of choice, so many copies"), to_chosen, any },
	{ K_F(7), N_("To a file"), N_("write it as a PDF to a file"), to_file, any },
	{ K_CTRL('C'), "", N_("put the place of the last one on the clipboard"), copy_path, any },
	{ 0 }
};
const struct screen_ops screen_print = { .title = N_("Print"), .size = sizeof(struct printing), .actions = print_actions,
	.open = print_open, .draw = print_draw, .key = print_key, .back = print_back, .close = print_close };
