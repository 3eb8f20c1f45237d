/* Another authority's certificate is read from the holder's token, by the PIN that the holder types, or from a file. */
#include "ra/foreign.h"
#include "ra/stock.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bringing { char no[APP_NO_MAX], token[20], file[1024], pin[260]; int64_t version; };

static void
bringing_free(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct bringing));
}

static bool
bring_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct bringing *b = arg;
	struct foreign_source from = { .file = b->file[0] ? b->file : NULL, .token = b->token, .pin = b->pin };

	(void)j;
	return foreign_bring(o, b->no, b->version, &from, e);
}

static void
bring_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct bringing *b = arg;

	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	notice(TONE_GOOD, N_("%s: the certificate is read, checked and kept"), b->no);
	dialog_done(dialog);
}

/* The list of the other authority may be far away. */
static const struct job_plan bring_plan = { .lane = JOB_SLOW, .what = N_("reading and checking the certificate"), .wait = true, .may_stop = true,
	.run = bring_run, .done = bring_done, .drop = bringing_free };

static void
given(struct screen *dialog, struct form *f, void *arg)
{
	struct bringing *b = malloc(sizeof *b);
	struct err e = { 0 };

	if (!b)
		abort();
	*b = *(const struct bringing *)arg;
	snprintf(b->token, sizeof b->token, "%.16s", form_value(f, "token"));
	snprintf(b->file, sizeof b->file, "%.1000s", form_value(f, "cert"));
	snprintf(b->pin, sizeof b->pin, "%.255s", form_value(f, "pin"));
	if (b->token[0] || b->file[0]) {
		job_start(dialog, &bring_plan, b);
		return;
	}
	bringing_free(b);
	err_field(&e, "token", "name the token that is plugged in, or a file");
	dialog_refuse(dialog, &e);
}

static const struct form_row rows[] = {
	{ .id = "token", .en = N_("token"), .limit = 16, .edit = EDIT_NARROW | EDIT_SQUEEZE, .hint = N_("serial of the holder's token, plugged in") },
	{ .id = "pin", .en = N_("holder's PIN"), .limit = 63, .edit = EDIT_SECRET, .hint = N_("typed by the holder: it proves that the certificate is the holder's") },
	{ .id = "cert", .en = N_("or a file"), .limit = 200, .hint = N_("the certificate as DER or PEM, read in place of the token") },
};
static const struct dialog_form bring_dialog = { .title = N_("Certificate of another authority"), .rows = rows, .n = 3, .done = given,
	.drop = bringing_free };

/* ---- the token that is plugged in already ---- */

#define PLUGGED_MAX 64
struct readers { struct stock_plugged p[PLUGGED_MAX]; char only[17]; };

static bool
readers_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct readers *k = arg;
	int strange = 0;
	size_t n;

	(void)j;
	if (!stock_plugged(o, true, k->p, PLUGGED_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!k->p[i].in_stock && strange++ == 0)
			snprintf(k->only, sizeof k->only, "%s", k->p[i].info.serial);
	if (strange != 1)
		k->only[0] = '\0';
	return true;
}

/* Where nothing is typed yet, it stands there, and its PIN is next. Without a reader the token or a file is named by hand. */
static void
readers_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	struct form *f = dialog_form_of(dialog);
	const struct readers *k = arg;

	(void)e;
	if (!ok || !k->only[0] || form_value(f, "token")[0] || form_value(f, "cert")[0])
		return;
	form_set(f, "token", k->only);
	if (strcmp(form_here(f), "token") == 0)
		form_go(f, "pin");
}

static const struct job_plan readers_plan = { .lane = JOB_SLOW, .what = N_("looking at the readers"), .run = readers_run,
	.done = readers_done, .drop = free };

void
bring_it(struct screen *app, const struct application *a)
{
	struct bringing *b = calloc(1, sizeof *b);
	struct screen *dialog;
	struct readers *k;

	(void)app;
	if (!b)
		abort();
	snprintf(b->no, sizeof b->no, "%s", a->no);
	b->version = a->version;
	dialog = dialog_form(&bring_dialog, a->record.head.old_serial, b);
	if (screen_is_twin())
		return;
	k = calloc(1, sizeof *k);
	if (!k)
		abort();
	job_start(dialog, &readers_plan, k);
}
