/* Taking a payment at the counter: method, amount, reference. */
#include "forms/money.h"
#include "ra/desk.h"
#include "ra/rules.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct paying {
	char no[APP_NO_MAX];
	int64_t version;
	char method[RECORD_NAME_MAX], amount[32], ref[TEXT_BYTES(64)];
	struct dialog_form form;
	struct form_row row[3];
};

/* The last method taken here is offered again: a day has many of a kind. */
static char last_method[RECORD_NAME_MAX];

static bool
pay_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct paying *p = arg;

	(void)j;
	return desk_pay(o, p->no, p->version, p->method, p->amount, p->ref, e);
}

static void
pay_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct paying *p = arg;

	if (!ok) {
		dialog_refuse(s, e);
		return;
	}
	notice(TONE_GOOD, N_("%s: %s yuan taken by %s"), p->no, p->amount, tr_stored(pay_method_names, p->method));
	dialog_done(s);
}

static const struct job_plan pay_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = pay_run,
	.done = pay_done, .drop = free };

static void
given(struct screen *dialog, struct form *f, void *arg)
{
	struct paying *p = malloc(sizeof *p);

	if (!p)
		abort();
	*p = *(const struct paying *)arg;
	snprintf(p->method, sizeof p->method, "%s", form_value(f, "method"));
	snprintf(last_method, sizeof last_method, "%s", p->method);
	snprintf(p->amount, sizeof p->amount, "%s", form_value(f, "amount"));
	snprintf(p->ref, sizeof p->ref, "%s", form_value(f, "ref"));
	job_start(dialog, &pay_plan, p);
}

static bool
check(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	int64_t fen;

	(void)arg;
	if (strcmp(id, "amount") != 0)
		return true;
	if (!money_parse("amount", value, &fen, e))
		return false;
	money_figures(fen, shown, FIELD_SHOW_MAX);
	return true;
}
static const struct form_calls calls = { .check = check };

void
pay_application(struct screen *app, const struct application *a)
{
	struct paying *p = calloc(1, sizeof *p);
	const struct scheme *s;
	struct err e;
	struct form *f;
	char open[32];
	unsigned one;
	int channel = name_index(channel_names, a->record.head.channel), last = name_index(pay_method_names, last_method);

	(void)app;
	if (!p)
		abort();
	if (!rules_scheme(console_office(), a, &s, &e) || channel < 0) {
		notice_err(&e);
		free(p);
		return;
	}
	snprintf(p->no, sizeof p->no, "%s", a->no);
	p->version = a->version;
	p->row[0] = (struct form_row){ .id = "method", .en = N_("method"), .kind = FIELD_CHOICE, .names = pay_method_names,
	    .offered = s->methods[channel], .required = true };
	p->row[1] = (struct form_row){ .id = "amount", .en = N_("amount in yuan"), .limit = 14, .edit = EDIT_NARROW, .required = true };
	p->row[2] = (struct form_row){ .id = "ref", .en = N_("reference number"), .limit = 64, .edit = EDIT_NARROW | EDIT_SQUEEZE,
	    .hint = N_("of the slip or the payment's own; scan it or type it") };
	p->form = (struct dialog_form){ .title = N_("Payment"), .rows = p->row, .n = 3, .calls = &calls, .done = given, .drop = free };
	f = dialog_form_of(dialog_form(&p->form, NULL, p));
	money_figures(a->due_fen - a->paid_fen - a->waived_fen, open, sizeof open);
	form_set(f, "amount", open);
	one = s->methods[channel];
	if (last >= 0 && (s->methods[channel] & (1u << last)))
		form_set(f, "method", last_method);
	if (one != 0 && (one & (one - 1)) == 0) {	/* by mail there is one way: its number is what is left to type */
		form_set(f, "method", pay_method_names[__builtin_ctz(one)].stored);
		form_go(f, "ref");
	}
}
