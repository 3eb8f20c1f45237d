/* apply edit accept submit correct withdraw review confirm: an application's steps. */
#include "ra/desk.h"
#include "ra/application.h"
#include "ra/foreign.h"
#include "ra/hold.h"
#include "ra/lapse.h"
#include "ra/revoke.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
read_fields(const char *path, struct json_in **out, struct err *e)
{
	char *buf = NULL;
	size_t n;
	bool ok;

	if (!json_read_file(path, JSON_IN_MAX, &buf, &n, e))
		return false;
	ok = json_in_parse(buf, n, out, e);
	free(buf);
	return ok;
}

static bool
run_apply(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct json_in *j = NULL;
	char no[APP_NO_MAX];
	bool ok = read_fields(a->at[0], &j, e) && desk_apply(o, j, no, problems, e);

	json_in_free(j);
	if (ok)
		printf("%s\n", no);
	return ok;
}
const struct command command_apply = { "apply", "FILE|-", "", N_("take a new application from a flat JSON object of fields"),
	NEEDS_LOGIN, 1, 1, run_apply };

static bool
run_edit(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct json_in *j = NULL;
	int64_t version;
	bool ok = args_int(a, "version", 0, &version, e) && read_fields(a->at[1], &j, e)
	    && desk_edit(o, a->at[0], version, j, problems, e);

	json_in_free(j);
	return ok;
}
const struct command command_edit = { "edit", "NO FILE|- [--version V]", "version=", N_("write the given fields; voids the checks"),
	NEEDS_LOGIN, 2, 2, run_edit };

static bool
run_accept(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int64_t version;

	(void)problems;
	/* a lost token is held at the CA at once; when the CA is silent the application stands, and `ra resume` goes on */
	return args_int(a, "version", 0, &version, e) && desk_accept(o, a->at[0], version, e) && revoke_follow(o, a->at[0], e);
}
const struct command command_accept = { "accept", "NO [--version V]", "version=", N_("accept: fixes fee and checklist"),
	NEEDS_LOGIN, 1, 1, run_accept };

static bool
step(struct office *o, const struct args *a, enum act act, struct err *e)
{
	int64_t version;

	return args_int(a, "version", 0, &version, e)
	    && desk_step(o, a->at[0], version, act, args_option(a, "reason"), e);
}

/* What an application that was turned away leaves on hold: nobody else would say so. */
static bool
tell_holds(struct office *o, const char *no, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct hold h[HOLDS_MAX];
	char why[300];
	size_t n = 0;
	bool ok = a && application_load(o, no, a, e) && hold_left(o, a, h, &n, e);

	for (size_t i = 0; ok && i < n; i++) {
		hold_words(&h[i], why, sizeof why);
		printf(tr("the certificate %s stays on hold, %s: %s%s%s\n"), h[i].c.serial, why, hold_remedy(&h[i]),
		    h[i].open_no[0] ? " " : "", h[i].open_no);
	}
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

static bool
turn_away(struct office *o, const struct args *a, enum act act, struct err *e)
{
	return step(o, a, act, e) && tell_holds(o, a->at[0], e);
}

#define STEP_COMMAND(name, act, run, usage, help) \
static bool \
run_##name(struct office *o, const struct args *a, struct err_list *problems, struct err *e) \
{ \
	(void)problems; \
	return run(o, a, act, e); \
} \
const struct command command_##name = { #name, usage, "version= reason=", help, NEEDS_LOGIN, 1, 1, run_##name };

STEP_COMMAND(submit, ACT_SUBMIT, step, "NO [--version V]", N_("hand to the reviewer"))
STEP_COMMAND(correct, ACT_CORRECT, step, "NO --reason R", N_("ask the applicant for a correction"))
STEP_COMMAND(withdraw, ACT_WITHDRAW, turn_away, "NO --reason R", N_("the applicant withdraws"))
STEP_COMMAND(confirm, ACT_CONFIRM, step, "NO", N_("the courier has delivered"))

static bool
run_review(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	static const struct { const char *word; enum act act; bool (*run)(struct office *, const struct args *, enum act, struct err *); }
	    words[] = { { "approve", ACT_APPROVE, step }, { "return", ACT_RETURN, step }, { "refuse", ACT_REFUSE, turn_away } };

	(void)problems;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(a->at[1], words[i].word) == 0)
			return words[i].run(o, a, words[i].act, e);
	return err_usage(e, "approve, return or refuse, not '%s'", a->at[1]);
}
const struct command command_review = { "review", "NO approve|return|refuse [--reason R]", "version= reason=",
	N_("the second person's decision"), NEEDS_LOGIN, 2, 2, run_review };

struct lapsing { struct office *o; bool ok; struct err e; };

static void
tell_lapsed(void *arg, const char *line)
{
	struct lapsing *l = arg;
	char no[APP_NO_MAX];

	printf("%s\n", line);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(line, ":"), line);
	l->ok = l->ok && tell_holds(l->o, no, &l->e);
}

/* At the start of the day: every open application whose period is over. */
static bool
run_expire(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct lapsing l = { .o = o, .ok = true };
	int64_t version;
	int n;

	(void)problems;
	if (a->n == 1)
		return args_int(a, "version", 0, &version, e) && lapse_one(o, a->at[0], version, e) && tell_holds(o, a->at[0], e);
	if (!lapse_all(o, tell_lapsed, &l, &n, e))
		return false;
	printf(tr("%d applications have lapsed\n"), n);
	if (!l.ok)
		*e = l.e;
	return l.ok;
}
const struct command command_expire = { "expire", "[NO]", "version=", N_("end what lapsed: not accepted, corrected or paid in the scheme's time"),
	NEEDS_LOGIN, 0, 1, run_expire };

/* The holder's PIN never on a command line. */
static bool
run_bring(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct foreign_source from = { .file = args_option(a, "cert"), .token = args_option(a, "token") };
	char pin[256] = "";
	int64_t version;
	bool ok;

	(void)problems;
	if (!from.file == !from.token)
		return err_usage(e, "usage: ra bring %s", command_bring.usage);
	ok = args_int(a, "version", 0, &version, e)
	    && (from.file || password_read("RA_TOKEN_PIN_FILE", "RA_TOKEN_PIN", tr("PIN of the holder's token"), pin, e));
	from.pin = pin;
	ok = ok && foreign_bring(o, a->at[0], version, &from, e);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}
const struct command command_bring = { "bring", "NO --token SERIAL | --cert FILE", "version= token= cert=",
	N_("read another authority's certificate, for a seal or a swap, and check it"), NEEDS_LOGIN, 1, 1, run_bring };
