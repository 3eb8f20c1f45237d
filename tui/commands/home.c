/* init migrate ca: the home itself. */
#include "ra/home.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
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
		if (!password_read("RA_NEW_PASSWORD_FILE", "RA_NEW_PASSWORD", "password of the first supervisor, `admin`", password, e))
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

static bool
run_ca(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	(void)o;
	(void)problems;
	if (strcmp(a->at[0], "start") == 0)
		return home_ca_start(session.home, e);
	if (strcmp(a->at[0], "stop") == 0)
		return home_ca_stop(session.home, e);
	if (strcmp(a->at[0], "status") == 0)
		return home_ca_running(session.home, e);
	return err_usage(e, "start, stop or status, not '%s'", a->at[0]);
}
const struct command command_ca = { "ca", "start|stop|status", "", N_("the embedded CA of this home"), NEEDS_NOTHING, 1, 1, run_ca };
