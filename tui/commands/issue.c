/* issue resume token cert: certificates and what they lie on. */
#include "db/certificate.h"
#include "db/stock.h"
#include "ra/certificate.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tui/command.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
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
	ok = password_read("RA_SO_PIN_FILE", "RA_SO_PIN", "factory SO PIN", pin, e) && stock_add_token(o, a->at[1], pin, e);
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

/* ---- cert ---- */

static void
put_certificate(struct json *j, const struct certificate *c)
{
	char from[21], to[21], at[21];

	when_iso(c->not_before, from);
	when_iso(c->not_after, to);
	when_iso(c->revoked_at, at);
	json_open_object(j, NULL);
	json_text(j, "serial", c->serial);
	json_text(j, "application", c->application_no);
	json_text(j, "state", cert_state_names[cert_state_at(c, when_now())].stored);
	json_text(j, "subject", c->subject);
	json_text(j, "not_before", from);
	json_text(j, "not_after", to);
	json_text(j, "token", c->token[0] ? c->token : NULL);
	json_text(j, "revoked_at", c->revoked_at ? at : NULL);
	json_end(j);
}

static bool
certificate_line(void *arg, const struct certificate *c, struct err *e)
{
	char to[20];

	(void)e;
	if (arg) {
		put_certificate(arg, c);
		return true;
	}
	when_show(c->not_after, to);
	printf("%-34s %-11s %s  %s\n", c->serial, cert_state_names[cert_state_at(c, when_now())].stored, to, c->subject);
	return true;
}

static bool
certificate_list(struct office *o, const struct args *a, struct err *e)
{
	struct json *j;
	int64_t days, now = when_now();
	bool ok;

	if (!args_int(a, "expiring", 0, &days, e))
		return false;
	if (days < 0 || days > 36500)
		return err_field(e, "expiring", "0 to 36500 days");
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	ok = cert_each(o->db, now, days > 0 ? now + days * 86400 : 0, certificate_line, j, e);
	return list_close(j, ok, e);
}

static bool
certificate_export(struct office *o, const struct certificate *c, const char *path, struct err *e)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *x;
	size_t n;
	bool ok;

	if (!path)
		return err_usage(e, "name the file: -o FILE.pem or --out FILE.pem");
	if (!cert_der(o->db, c->id, &der, &n, e))
		return false;
	p = der;
	x = d2i_X509(NULL, &p, (long)n);
	free(der);
	ok = x ? certificate_save(path, x, e) : err_internal(e, "the stored certificate does not parse");
	X509_free(x);
	return ok;
}

static bool
run_cert(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct certificate c;
	struct json *j;
	const char *out = args_option(a, "out");
	bool found, ok;

	(void)problems;
	if (!office_may(o, ACT_SHOW, e))
		return false;
	if (strcmp(a->at[0], "list") == 0 && a->n == 1)
		return certificate_list(o, a, e);
	if (a->n < 2)
		return err_usage(e, "usage: ra cert %s", command_cert.usage);
	if (!cert_find(o->db, a->at[1], &c, &found, e))
		return false;
	if (!found)
		return err_field(e, "serial", "there is no certificate %s in the store", a->at[1]);
	if (strcmp(a->at[0], "export") == 0) {
		if (!out && a->n == 4 && strcmp(a->at[2], "-o") == 0)
			out = a->at[3];
		return certificate_export(o, &c, out, e);
	}
	if (strcmp(a->at[0], "show") != 0)
		return err_usage(e, "usage: ra cert %s", command_cert.usage);
	if (!a->json)
		return certificate_line(NULL, &c, e);
	j = json_new();
	put_certificate(j, &c);
	ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	json_free(j);
	return ok;
}
const struct command command_cert = { "cert", "list [--expiring DAYS] | show SERIAL | export SERIAL -o FILE", "expiring= out=",
	N_("certificates"), NEEDS_LOGIN, 1, 4, run_cert };
