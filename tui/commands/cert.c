/* cert: certificates received from a CA. */
#include "db/certificate.h"
#include "ra/certificate.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
