/* main() of `ra`: global options, login, the command table, and the only place that shows errors and exits. */
#include "forms/tr.h"
#include "ra/staff.h"
#include "tui/command.h"
#include "tui/term.h"

#include <locale.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char global_usage[] = "usage: ra [--home DIR] [--as LOGIN] [--json] COMMAND …\n";

static void
print_error(const struct err *e)
{
	fprintf(stderr, "%s%s%s\n", e->field, e->field[0] ? ": " : "", e->text);
	if (e->detail[0] && getenv("RA_DEBUG"))
		fprintf(stderr, "  (%s)\n", e->detail);
}

static int
help(FILE *f)
{
	fputs(global_usage, f);
	for (int i = 0; commands[i]; i++)
		fprintf(f, "  %-9s %-58s %s\n", commands[i]->name, commands[i]->usage, tr(commands[i]->help));
	return f == stdout ? 0 : FAULT_USAGE;
}

static const struct command *
find(const char *name)
{
	for (int i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* 'reason' in "reason= force": 1 without, 2 with a value, 0 not there. */
static int
option_kind(const char *options, const char *name, size_t n)
{
	for (const char *p = options; *p;) {
		size_t len = strcspn(p, " ");
		bool value = p[len - 1] == '=';

		if (len - value == n && strncmp(p, name, n) == 0)
			return value ? 2 : 1;
		p += len;
		p += strspn(p, " ");
	}
	return 0;
}

static bool
parse_option(const struct command *c, struct args *a, int argc, char **argv, int *i, struct err *e)
{
	const char *name = argv[*i] + 2, *eq = strchr(name, '=');
	size_t n = eq ? (size_t)(eq - name) : strlen(name);
	int kind = option_kind(c->options, name, n);

	if (strcmp(name, "json") == 0) {
		a->json = true;
		return true;
	}
	if (kind == 0)
		return err_usage(e, "%s has no option --%.*s: usage: ra %s %s", c->name, (int)n, name, c->name, c->usage);
	if (kind == 1 && eq)
		return err_usage(e, "--%.*s takes no value", (int)n, name);
	if (kind == 2 && !eq && ++*i >= argc)
		return err_usage(e, "--%s wants a value", name);
	if (a->options == ARGS_MAX)
		return err_usage(e, "too many options");
	if (eq)
		argv[*i][2 + n] = '\0';
	a->option[a->options].name = name;
	a->option[a->options++].value = kind == 1 ? "" : eq ? eq + 1 : argv[*i];
	return true;
}

static bool
parse(const struct command *c, struct args *a, int argc, char **argv, struct err *e)
{
	bool rest = false;

	for (int i = 0; i < argc; i++) {
		if (!rest && strcmp(argv[i], "--") == 0)
			rest = true;
		else if (!rest && strncmp(argv[i], "--", 2) == 0) {
			if (!parse_option(c, a, argc, argv, &i, e))
				return false;
		} else if (a->n == ARGS_MAX)
			return err_usage(e, "too many arguments");
		else
			a->at[a->n++] = argv[i];
	}
	if (a->n < c->min || a->n > c->max)
		return err_usage(e, "usage: ra %s %s", c->name, c->usage);
	return true;
}

static bool
login(struct office *o, struct err *e)
{
	char password[256];
	bool ok;

	if (!session.login)
		return err_usage(e, "say who you are: ra --as LOGIN …");
	ok = password_read("RA_PASSWORD_FILE", "RA_PASSWORD", N_("password"), password, e)
	    && staff_login(o, session.login, password, e);
	OPENSSL_cleanse(password, sizeof password);
	return ok;
}

static int
run(const struct command *c, struct args *a)
{
	struct office *o = NULL;
	struct err e = { 0 };
	struct err_list problems = { 0 };
	bool ok = true;

	if (c->needs == NEEDS_TERMINAL)
		term_hush();
	if (c->needs != NEEDS_NOTHING) {
		ok = office_open(session.home, &o, &e);
		if (ok && !getenv("RA_LANGUAGE"))
			tr_language(o->language);
		ok = ok && (c->needs != NEEDS_LOGIN || login(o, &e));
	}
	ok = ok && c->run(o, a, &problems, &e);
	for (size_t i = 0; i < problems.n && i < ERR_LIST_MAX; i++)
		print_error(&problems.at[i]);
	if (problems.n > ERR_LIST_MAX)
		fprintf(stderr, tr("and %zu more\n"), problems.n - ERR_LIST_MAX);
	if (!ok && e.code != FAULT_NONE)
		print_error(&e);
	office_close(o);
	if (fflush(stdout) != 0 && ok) {
		fputs(tr("the output could not be written\n"), stderr);
		return FAULT_INTERNAL;
	}
	if (ok)
		return problems.n > 0 ? FAULT_REFUSED : 0;
	return problems.n > 0 && e.code == FAULT_NONE ? FAULT_REFUSED : e.code == FAULT_NONE ? FAULT_INTERNAL : (int)e.code;
}

int
main(int argc, char **argv)
{
	struct args a = { 0 };
	struct err e = { 0 };
	const struct command *c;
	int i = 1;

	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a limit of file size is told as a full disk is */
	umask(077);
	tr_language(getenv("RA_LANGUAGE") ? getenv("RA_LANGUAGE") : "zh");
	session.home = getenv("RA_HOME") ? getenv("RA_HOME") : "var";
	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--home") == 0 && i + 1 < argc)
			session.home = argv[++i];
		else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc)
			session.login = argv[++i];
		else if (strcmp(argv[i], "--json") == 0)
			a.json = true;
		else
			return help(strcmp(argv[i], "--help") == 0 ? stdout : stderr);
	}
	if (i >= argc || strcmp(argv[i], "help") == 0)
		return help(i < argc ? stdout : stderr);
	c = find(argv[i]);
	if (!c) {
		fprintf(stderr, tr("there is no command '%s': `ra help` lists them\n"), argv[i]);
		return FAULT_USAGE;
	}
	if (!parse(c, &a, argc - i - 1, argv + i + 1, &e)) {
		print_error(&e);
		return FAULT_USAGE;
	}
	return run(c, &a);
}
