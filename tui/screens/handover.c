/* Handing over: at the counter to the agent, whose name and document are compared; by courier with its tracking number. */
#include "ra/desk.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was typed last time, in this console: one courier serves the hall for years. */
static char last_courier[TEXT_BYTES(40)];

struct handing {
	char no[APP_NO_MAX];
	int64_t version;
	enum act act;
	char agent[TEXT_BYTES(40)];
	char first[TEXT_BYTES(64)], second[TEXT_BYTES(64)];	/* name and document, or courier and tracking number */
};

static void
handing_free(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct handing));
}

static struct handing *
handing_new(const struct application *a, enum act act)
{
	struct handing *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	snprintf(h->no, sizeof h->no, "%s", a->no);
	h->version = a->version;
	h->act = act;
	snprintf(h->agent, sizeof h->agent, "%s", a->record.agent.name);
	return h;
}

static bool
hand_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	const struct handing *h = arg;

	(void)j;
	return h->act == ACT_SEND ? desk_send(o, h->no, h->version, h->first, h->second, e)
	    : desk_deliver(o, h->no, h->version, h->first, h->second, e);
}

static void
hand_done(struct screen *dialog, void *arg, bool ok, const struct err *e)
{
	const struct handing *h = arg;

	if (!ok) {
		dialog_refuse(dialog, e);
		return;
	}
	if (h->act == ACT_SEND)
		snprintf(last_courier, sizeof last_courier, "%.160s", h->first);
	if (h->act == ACT_SEND)
		notice(TONE_GOOD, N_("%s is on its way: confirm it when it has arrived"), h->no);
	else
		notice(TONE_GOOD, N_("%s was handed over and is closed"), h->no);
	dialog_done(dialog);
}

static const struct job_plan hand_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = hand_run,
	.done = hand_done, .drop = handing_free };

static void
given(struct screen *dialog, struct form *f, void *arg)
{
	struct handing *h = malloc(sizeof *h);

	if (!h)
		abort();
	*h = *(const struct handing *)arg;
	snprintf(h->first, sizeof h->first, "%s", form_value(f, h->act == ACT_SEND ? "courier" : "to"));
	snprintf(h->second, sizeof h->second, "%s", form_value(f, h->act == ACT_SEND ? "tracking" : "id_no"));
	job_start(dialog, &hand_plan, h);
}

static const struct form_row agent_rows[] = {
	{ .id = "to", .en = N_("received by"), .limit = 40, .required = true, .hint = N_("the agent who stands here, as on the ID") },
	{ .id = "id_no", .en = N_("ID number"), .limit = 32, .edit = EDIT_UPPER | EDIT_NARROW | EDIT_SQUEEZE, .required = true,
	    .hint = N_("type it from the card, or scan it: it is compared with the application's") },
};
static const struct dialog_form agent_dialog = { .title = N_("Hand over to the agent"), .rows = agent_rows, .n = 2, .done = given,
	.drop = handing_free };

static const struct form_row courier_rows[] = {
	{ .id = "courier", .en = N_("courier"), .limit = 40, .required = true, .hint = N_("name of the courier service") },
	{ .id = "tracking", .en = N_("tracking number"), .limit = 60, .edit = EDIT_UPPER | EDIT_NARROW | EDIT_SQUEEZE,
	    .required = true, .hint = N_("scan it from the label") },
};
static const struct dialog_form courier_dialog = { .title = N_("Send by courier"), .rows = courier_rows, .n = 2, .done = given,
	.drop = handing_free };

void
deliver_it(struct screen *app, const struct application *a)
{
	char note[400];
	struct screen *d;

	(void)app;
	snprintf(note, sizeof note, "%s  %s", a->no, a->record.org.name);
	d = dialog_form(&agent_dialog, note, handing_new(a, ACT_DELIVER));
	if (d)
		form_set(dialog_form_of(d), "to", a->record.agent.name);
	if (d)
		form_go(dialog_form_of(d), "id_no");
}

void
send_it(struct screen *app, const struct application *a)
{
	char note[600];
	struct screen *d;
	const char *to = a->record.recipient.name[0] ? a->record.recipient.name : a->record.agent.name;
	const char *where = a->record.recipient.address[0] ? a->record.recipient.address : a->record.agent.address;

	(void)app;
	snprintf(note, sizeof note, tr("to %s, %s"), to, where);
	d = dialog_form(&courier_dialog, note, handing_new(a, ACT_SEND));
	if (d && last_courier[0]) {
		form_set(dialog_form_of(d), "courier", last_courier);
		form_go(dialog_form_of(d), "tracking");
	}
}
