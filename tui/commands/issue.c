/* issue revoke resume: making certificates and ending them. */
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/revoke.h"
#include "tui/command.h"

#include <stdio.h>

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
	const char *serial = args_option(a, "emergency");
	char no[APP_NO_MAX] = "";
	int64_t version;
	bool ok;

	(void)problems;
	if (a->n != (serial ? 0 : 1))
		return err_usage(e, "usage: ra revoke %s", command_revoke.usage);
	if (!serial)
		return args_int(a, "version", 0, &version, e) && revoke_application(o, a->at[0], version, e);
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
