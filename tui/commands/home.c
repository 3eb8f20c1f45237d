/* init migrate ca: the home itself, and its CAs. */
#include "ra/certificate.h"
#include "ra/home.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
run_init(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct home_plan p = { .home = session.home, .demo = args_option(a, "demo") != NULL, .store = args_option(a, "store") };
	char password[256] = "";
	bool ok;

	(void)o;
	(void)problems;
	if (!p.demo) {
		if (!password_read("RA_NEW_PASSWORD_FILE", "RA_NEW_PASSWORD", N_("password of the first supervisor, `admin`"), password, e))
			return false;
		if (text_chars(password) < 8)
			return err_field(e, "password", "the password has at least 8 characters");
		p.admin_password = password;
	}
	ok = home_make(&p, e);
	OPENSSL_cleanse(password, sizeof password);
	if (ok && p.demo)
		printf("%s/demo-logins\n", p.home);
	return ok;
}
const struct command command_init = { "init", "[--demo] [--store URL]", "demo store=", N_("make a home with the embedded CA"),
	NEEDS_NOTHING, 0, 0, run_init };

static bool
run_migrate(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int made;

	(void)o;
	(void)a;
	(void)problems;
	if (!home_migrate(session.home, &made, e))
		return false;
	printf("%d\n", made);
	return true;
}
const struct command command_migrate = { "migrate", "", "", N_("bring the store to this program's version"), NEEDS_NOTHING, 0, 0,
	run_migrate };

/* The first one where none is named. */
static bool
ca_named(const struct office *o, const char *given, const char **id, struct err *e)
{
	if (o->ca_n == 0)
		return err_internal(e, "ra.conf names no CA: add one to cas");
	for (size_t i = 0; i < o->ca_n; i++)
		if (!given || strcmp(o->ca[i].id, given) == 0) {
			*id = o->ca[i].id;
			return true;
		}
	return err_field(e, "ca", "ra.conf has no CA '%s'; its first one is %s", given, o->ca[0].id);
}

/* The list is public: nobody has to log in. */
static bool
save_crl(const char *given, const char *path, struct err *e)
{
	struct office *o = NULL;
	struct ca *ca;
	const char *id = NULL;
	unsigned char *der = NULL;
	size_t n;
	bool ok;

	if (!path || !path[0])
		return err_usage(e, "name the file: ra ca crl -o FILE.crl");
	if (!office_open(session.home, &o, e))
		return false;
	ok = ca_named(o, given, &id, e) && office_ca(o, id, &ca, e) && ca_crl_der(ca, &der, &n, e)
	    && certificate_file_save(path, der, n, e);
	free(der);
	office_close(o);
	return ok;
}

static bool
run_ca(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *out = args_option(a, "out");

	(void)o;
	(void)problems;
	if (strcmp(a->at[0], "crl") == 0) {
		if (!out && a->n == 3 && strcmp(a->at[1], "-o") == 0)
			out = a->at[2];
		return save_crl(args_option(a, "ca"), out, e);
	}
	if (a->n > 1)
		return err_usage(e, "usage: ra ca %s", command_ca.usage);
	if (strcmp(a->at[0], "start") == 0)
		return home_ca_start(session.home, e);
	if (strcmp(a->at[0], "stop") == 0)
		return home_ca_stop(session.home, e);
	if (strcmp(a->at[0], "status") == 0)
		return home_ca_running(session.home, e);
	return err_usage(e, "start, stop, status or crl, not '%s'", a->at[0]);
}
const struct command command_ca = { "ca", "start|stop|status | crl -o FILE [--ca ID]", "out= ca=",
	N_("the embedded CA of this home; a CA's list of revoked certificates"), NEEDS_NOTHING, 1, 3, run_ca };
