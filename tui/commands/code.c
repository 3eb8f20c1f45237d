/* code: the one-time code that proves a holder's will from afar. */
#include "ra/code.h"
#include "ra/application.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
send_code(struct office *o, const struct args *a, int64_t version, struct err *e)
{
	struct code_sent s;
	char until[20];

	if (!code_send(o, a->at[0], version, &s, e))
		return false;
	when_show(s.expires_at, until);
	printf(tr("sent to %s, taken until %s; %d more may be sent\n"), s.to, until, s.left);
	return true;
}

static bool
show_code(struct office *o, const char *no, bool as_json, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct code_state s;
	struct json *j;
	char at[21];
	bool ok = a && office_may(o, ACT_SHOW, e) && application_load(o, no, a, e) && code_state_of(o, a->id, &s, e);

	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	if (!ok)
		return false;
	if (!as_json) {
		printf(tr("%d of %d codes sent, %d of %d wrong tries, %s\n"), s.sends, CODE_SENDS, s.tries, CODE_TRIES,
		    s.proven_at ? tr("the will is proven") : s.open ? tr("a code is open") : tr("no code is open"));
		return true;
	}
	j = json_new();
	json_open_object(j, NULL);
	json_int(j, "sends", s.sends);
	json_int(j, "tries", s.tries);
	json_bool(j, "open", s.open);
	when_iso(s.expires_at, at);
	json_text(j, "expires_at", s.open ? at : NULL);
	when_iso(s.proven_at, at);
	json_text(j, "proven_at", s.proven_at ? at : NULL);
	json_end(j);
	ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	json_free(j);
	return ok;
}

static bool
run_code(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int64_t version;

	(void)problems;
	if (!args_int(a, "version", 0, &version, e))
		return false;
	if (strcmp(a->at[1], "send") == 0 && a->n == 2)
		return send_code(o, a, version, e);
	if (strcmp(a->at[1], "check") == 0 && a->n == 3)
		return code_check(o, a->at[0], version, a->at[2], e);
	if (strcmp(a->at[1], "show") == 0 && a->n == 2)
		return show_code(o, a->at[0], a->json, e);
	return err_usage(e, "usage: ra code %s", command_code.usage);
}
const struct command command_code = { "code", "NO send | NO check CODE | NO show", "version=",
	N_("prove the holder's will from afar by a one-time code"), NEEDS_LOGIN, 2, 3, run_code };
