/* issue revoke resume token: making certificates, ending them, and what they lie on. */
#include "db/stock.h"
#include "ra/issue.h"
#include "ra/revoke.h"
#include "ra/stock.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static bool
run_issue(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct issue_medium m = { args_option(a, "token"), args_option(a, "csr") };
	int64_t version;

	(void)problems;
	if (m.token && m.csr)
		return err_usage(e, "either --token or --csr");
	return args_int(a, "version", 0, &version, e) && issue_application(o, a->at[0], version, &m, e);
}
const struct command command_issue = { "issue", "NO [--token SERIAL | --csr FILE]", "version= token= csr=",
	N_("issue at the CA and write the token"), NEEDS_LOGIN, 1, 1, run_issue };

static bool
run_revoke(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int64_t version;

	(void)problems;
	return args_int(a, "version", 0, &version, e) && revoke_application(o, a->at[0], version, e);
}
const struct command command_revoke = { "revoke", "NO [--version V]", "version=",
	N_("revoke, hold or release at the CA what the application asks for"), NEEDS_LOGIN, 1, 1, run_revoke };

static void
tell(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

static bool
run_resume(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct issue_tally t;

	(void)a;
	(void)problems;
	if (!issue_resume(o, tell, NULL, &t, e))
		return false;
	printf("finished %d, ended %d, waiting %d\n", t.finished, t.ended, t.waiting);
	return t.waiting == 0 || err_later(e, "%d could not be finished now: repeat later", t.waiting);
}
const struct command command_resume = { "resume", "", "", N_("finish or end what a crash or a silent CA left"), NEEDS_LOGIN, 0, 0,
	run_resume };

/* ---- token ---- */

static bool
token_line(void *arg, const struct stock *t, struct err *e)
{
	struct json *j = arg;
	char at[21];

	(void)e;
	when_iso(t->added_at, at);
	if (!j) {
		printf("%-18s %s\n", t->serial, token_state_names[t->state].stored);
		return true;
	}
	json_open_object(j, NULL);
	json_text(j, "serial", t->serial);
	json_text(j, "state", token_state_names[t->state].stored);
	json_text(j, "added_at", at);
	json_end(j);
	return true;
}

static bool
token_show(struct office *o, const struct args *a, struct err *e)
{
	const char *state = args_option(a, "state");
	struct json *j;
	bool ok;

	if (!office_may(o, ACT_SHOW, e))
		return false;
	if (state && name_index(token_state_names, state) < 0)
		return err_field(e, "state", "there is no state '%s'", state);
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	ok = stock_each(o->db, state, token_line, j, e);
	return list_close(j, ok, e);
}

static bool
token_add(struct office *o, const struct args *a, struct err *e)
{
	char pin[256];
	int64_t soft;
	int made;
	bool ok;

	if (args_option(a, "soft")) {
		if (!args_int(a, "soft", 0, &soft, e))
			return false;
		ok = stock_add_soft(o, soft < 0 || soft > 1000 ? 0 : (int)soft, &made, e);
		printf("%d\n", made);
		return ok;
	}
	if (a->n != 2)
		return err_usage(e, "usage: ra token add SERIAL | --soft N");
	ok = password_read("RA_SO_PIN_FILE", "RA_SO_PIN", N_("factory SO PIN"), pin, e) && stock_add_token(o, a->at[1], pin, e);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

static bool
run_token(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int to;

	(void)problems;
	if (strcmp(a->at[0], "list") == 0 && a->n == 1)
		return token_show(o, a, e);
	if (strcmp(a->at[0], "add") == 0)
		return token_add(o, a, e);
	if (strcmp(a->at[0], "move") != 0 || a->n != 3)
		return err_usage(e, "usage: ra token %s", command_token.usage);
	to = name_index(token_state_names, a->at[2]);
	if (to < 0)
		return err_field(e, "state", "there is no state '%s'", a->at[2]);
	return stock_move(o, a->at[1], (enum token_state)to, args_option(a, "reason") ? args_option(a, "reason") : "", e);
}
const struct command command_token = { "token", "list [--state S] | add SERIAL | add --soft N | move SERIAL STATE --reason R",
	"state= soft= reason=", N_("the stock of tokens"), NEEDS_LOGIN, 1, 3, run_token };
