/* From an application onward: to the certificate that it made or acts on, to a service on that one, to its organisation. */
#include "db/certificate.h"
#include "ra/application.h"
#include "ra/certificate.h"
#include "ra/workflow.h"
#include "tui/dialog.h"
#include "tui/screens/application.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 40
#define HERE_MAX (RECORD_USERS_MAX + 1)

/* Of the list that is open: there is one at a time. */
static char serials[HERE_MAX][64];
static void (*go)(const char *serial);

struct here { size_t n; struct certificate c[HERE_MAX]; };

/* newest: what a service is begun on is what became of it. */
static bool
read_here(const struct dossier *d, bool newest, struct here *h, struct err *e)
{
	struct app_item item[HERE_MAX];
	struct certificate chain[CHAIN_MAX];
	struct db *db = console_office()->db;
	size_t n, links, at;

	h->n = 0;
	if (!app_items(db, d->a->id, item, HERE_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		int64_t id = item[i].certificate ? item[i].certificate : item[i].old;
		bool found = false;

		if (id != 0 && newest && (!cert_chain(db, id, chain, CHAIN_MAX, &links, &at, e)))
			return false;
		if (id != 0 && newest && links > 0)
			id = chain[links - 1].id;
		if (id != 0 && !cert_load(db, id, &h->c[h->n], &found, e))
			return false;
		h->n += found;
	}
	return true;
}

static void
chosen(struct screen *below, void *arg, int i)
{
	(void)below;
	(void)arg;
	go(serials[i]);
}

static void
ask(const struct here *h)
{
	struct dialog_option option[HERE_MAX] = { 0 };
	char holder[HERE_MAX][TEXT_BYTES(64)];

	for (size_t i = 0; i < h->n; i++) {
		certificate_holder(h->c[i].subject, holder[i], sizeof holder[i]);
		option[i].label = holder[i];
		option[i].more = tr_name(cert_state_names, (int)cert_state_at(&h->c[i], when_now()));
	}
	dialog_choose(tr("Which certificate?"), option, (int)h->n, 0, chosen, NULL);
}

/* With one certificate at once, with several the chosen one; false: there is none. */
static bool
with_certificate(struct screen *app, bool newest, void (*act)(const char *serial))
{
	struct here *h = calloc(1, sizeof *h);
	struct err e;
	size_t n;

	if (!h)
		abort();
	if (!read_here((struct dossier *)app, newest, h, &e)) {
		notice_err(&e);
		h->n = 0;
	}
	go = act;
	n = h->n;
	for (size_t i = 0; i < n; i++)
		snprintf(serials[i], sizeof serials[i], "%s", h->c[i].serial);
	if (n > 1)
		ask(h);
	free(h);
	if (n == 1)
		act(serials[0]);
	return n > 0;
}

void
onward_certificate(struct screen *app)
{
	if (!with_certificate(app, false, console_certificate))
		notice(TONE_INFO, N_("it has no certificate yet"));
}

static void
begin(const char *serial)
{
	service_begin(WISH_ANY, serial);
}

bool
onward_service(struct screen *app)
{
	const struct dossier *d = (const struct dossier *)app;

	return d->a->state == APP_CLOSED && dossier_may(app, ACT_APPLY) && with_certificate(app, true, begin);
}

void
onward_organisation(struct screen *app)
{
	console_organisation(((struct dossier *)app)->a->organisation);
}

bool
onward_has_organisation(struct screen *app)
{
	return ((struct dossier *)app)->a->organisation != 0;
}
