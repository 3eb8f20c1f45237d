/* issue revoke unlock resume: making certificates, ending them, and the PINs of holders. */
#include "ra/desk.h"
#include "ra/application.h"
#include "ra/handin.h"
#include "ra/issue.h"
#include "ra/pin.h"
#include "ra/revoke.h"
#include "ra/unlock.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The holder's own PIN, never on a command line; pin stays "" when none is given: a new initial one is set. */
static bool
holder_pin(struct office *o, const char *no, bool csr, char pin[256], struct err *e)
{
	bool given = getenv("RA_TOKEN_PIN_FILE") || getenv("RA_TOKEN_PIN");
	struct issue_asks asks;

	pin[0] = '\0';
	if (!issue_asks_of(o, no, &asks, e))
		return false;
	if (!asks.pin || csr || (!given && !isatty(STDIN_FILENO)))
		return true;
	return password_read("RA_TOKEN_PIN_FILE", "RA_TOKEN_PIN", tr("PIN of the holder's token (none: a new initial PIN is set)"),
	    pin, e);
}

/* What the application's certificates are now, and where they lie. */
static bool
tell_items(struct office *o, const char *no, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[RECORD_USERS_MAX + 1];
	struct certificate c;
	char until[20], pin[PIN_MAX] = "";
	size_t n = 0;
	bool found, sealed = false, ok;

	ok = a && application_load(o, no, a, e) && app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		ok = item[i].certificate == 0 || (cert_load(o->db, item[i].certificate, &c, &found, e)
		    && app_item_pin(o->db, o->keys, item[i].id, pin, e));
		if (!ok || item[i].certificate == 0)
			continue;
		when_show(c.not_after, until);
		printf(tr("certificate %s, %s, until %s"), c.serial, tr_name(cert_state_names, (int)cert_state_at(&c, when_now())), until);
		if (c.token[0])
			printf(tr(", token %s"), c.token);
		printf("\n");
		sealed = sealed || pin[0];
		OPENSSL_cleanse(pin, sizeof pin);
	}
	if (ok && sealed)
		printf(tr("a new initial PIN is on the token: `ra pin %s`\n"), no);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

static bool
run_issue(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct issue_medium m = { .token = args_option(a, "token"), .csr = args_option(a, "csr"),
	    .same_key = args_option(a, "same-key") != NULL };
	char pin[256];
	int64_t version, item;
	bool ok;

	(void)problems;
	if ((m.token || m.same_key) && m.csr)
		return err_usage(e, "either --token or --csr");
	ok = args_int(a, "version", 0, &version, e) && args_int(a, "item", 0, &item, e) && holder_pin(o, a->at[0], m.csr != NULL, pin, e);
	if (ok) {
		m.pin = pin[0] ? pin : NULL;
		m.item = item < 0 || item > RECORD_USERS_MAX + 1 ? -1 : (int)item;
		ok = issue_application(o, a->at[0], version, &m, e) && tell_items(o, a->at[0], e);
	}
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}
const struct command command_issue = { "issue", "NO [--item N] [--token SERIAL] [--same-key] [--csr FILE]", "version= item= token= csr= same-key",
	N_("issue at the CA and write the token"), NEEDS_LOGIN, 1, 1, run_issue };

static bool
run_unlock(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *token = args_option(a, "token");
	int64_t version;

	(void)problems;
	if (!token)
		return err_usage(e, "usage: ra unlock %s", command_unlock.usage);
	return args_int(a, "version", 0, &version, e) && unlock_application(o, a->at[0], version, token, e)
	    && tell_items(o, a->at[0], e);
}
const struct command command_unlock = { "unlock", "NO --token SERIAL", "version= token=",
	N_("set a new initial PIN on the holder's token"), NEEDS_LOGIN, 1, 1, run_unlock };

/* Nothing is destroyed unless it is asked for. */
static bool
tell_handin(struct office *o, const char *no, struct err *e)
{
	char token[TOKEN_SERIAL_MAX];

	if (!handin_offered(o, no, token, e))
		return false;
	if (token[0])
		printf(tr("the holder's token %s is plugged in; handed in, its keys are destroyed by `ra token return %s`\n"), token, token);
	return true;
}

static bool
run_revoke(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *serial = args_option(a, "emergency");
	char no[APP_NO_MAX] = "";
	int64_t version;
	bool ok;

	(void)problems;
	if (a->n != (serial ? 0 : 1))
		return err_usage(e, "usage: ra revoke %s", command_revoke.usage);
	if (!serial)
		return args_int(a, "version", 0, &version, e) && revoke_application(o, a->at[0], version, e)
		    && tell_items(o, a->at[0], e) && tell_handin(o, a->at[0], e);
	ok = desk_emergency(o, serial, args_option(a, "reason"), no, e);
	if (no[0])
		printf("%s\n", no);
	return ok;
}
const struct command command_revoke = { "revoke", "NO [--version V] | --emergency SERIAL --reason R", "version= emergency= reason=",
	N_("revoke, hold or release at the CA; an emergency holds at once and waits for a review"), NEEDS_LOGIN, 0, 1, run_revoke };

static void
tell(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

static bool
run_resume(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct issue_tally t = { 0 };

	(void)a;
	(void)problems;
	if (!issue_resume(o, tell, NULL, &t, e))
		return false;
	printf(tr("finished %d, ended %d, waiting %d\n"), t.finished, t.ended, t.waiting);
	return t.waiting == 0 || err_later(e, "%d could not be finished now: repeat later", t.waiting);
}
const struct command command_resume = { "resume", "", "", N_("finish or end what a crash or a silent CA left"), NEEDS_LOGIN, 0, 0,
	run_resume };
