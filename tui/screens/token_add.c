/* Tokens come into the stock: new soft ones, or one that is plugged in, by its factory SO PIN. */
#include "ra/stock.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOFT_MAX 1000

struct adding { int soft, made; char serial[TOKEN_SERIAL_MAX], so_pin[256]; };

static bool
add_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct adding *a = arg;
	int made;

	if (!a->serial[0]) {
		while (a->made < a->soft && !job_cancelled(j)) {
			job_progress(j, a->made, a->soft, "");
			if (!stock_add_soft(o, 1, &made, e))
				return false;
			a->made++;
		}
		return true;
	}
	return stock_add_token(o, a->serial, a->so_pin, e);
}

static void
add_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct adding *a = arg;

	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	if (a->serial[0])
		notice(TONE_GOOD, N_("%s is in the stock, blank"), a->serial);
	else
		notice(TONE_GOOD, N_("%d blank tokens are in the stock"), a->made);
	dialog_done(dialog);
}

static void
add_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct adding));
}

static const struct job_plan add_plan = { .lane = JOB_SLOW, .what = N_("adding to the stock"), .wait = true, .may_stop = true,
	.run = add_run, .done = add_done, .drop = add_drop };

static void
add_given(struct screen *dialog, struct form *f, void *arg)
{
	struct adding *a = OPENSSL_zalloc(sizeof *a);

	if (!a)
		abort();
	a->soft = (int)strtol(form_value(f, "soft"), NULL, 10);
	snprintf(a->serial, sizeof a->serial, "%s", arg ? (const char *)arg : "");
	snprintf(a->so_pin, sizeof a->so_pin, "%s", form_value(f, "so_pin"));
	job_start(dialog, &add_plan, a);
}

static bool
number_good(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	long n = strtol(value, NULL, 10);

	(void)arg;
	(void)shown;
	if (strcmp(id, "soft") != 0)
		return true;
	return (n >= 1 && n <= SOFT_MAX) || err_field(e, id, "1 to %d tokens at once", SOFT_MAX);
}

static const struct form_calls number_calls = { .check = number_good };
static const struct form_row soft_rows[] = {
	{ .id = "soft", .en = N_("how many"), .kind = FIELD_NUMBER, .limit = 4, .edit = EDIT_DIGITS | EDIT_NARROW, .required = true },
};
static const struct dialog_form soft_dialog = { .title = N_("New soft tokens"), .rows = soft_rows, .n = 1, .calls = &number_calls,
	.done = add_given };
static const struct form_row pin_rows[] = {
	{ .id = "so_pin", .en = N_("factory SO PIN"), .limit = 32, .edit = EDIT_SECRET | EDIT_NARROW, .required = true,
	  .hint = N_("a wrong one costs the token a try") },
};
static const struct dialog_form pin_dialog = { .title = N_("Add the plugged-in token"), .rows = pin_rows, .n = 1, .done = add_given,
	.drop = free };

void
token_add_soft_ask(void)
{
	dialog_form(&soft_dialog, tr("Made in SoftHSM2 on this machine: for training and tests. Hardware tokens are added where they are"
	    " plugged in."), NULL);
}

void
token_add_ask(const char *serial)
{
	dialog_form(&pin_dialog, serial, strdup(serial));
}
