#include "ra/authority/make.h"
#include "ra/authority/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row per option and per command; usage, parsing and dispatch come from these. */
enum option { OPT_NAME, OPT_PORT, OPT_RA_CSR, OPT_RA_CERT, OPT_KEY, OPT_READY_FD, OPTION_N };
static const char *const option_names[] = { "--name", "--port", "--ra-csr", "--ra-cert", "--key", "--ready-fd" };
_Static_assert(sizeof option_names / sizeof option_names[0] == OPTION_N, "a name for each option");

struct arguments { const char *dir; const char *value[OPTION_N]; };

static bool
number(const char *s, long min, long max, enum option o, long *out, struct err *e)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s == '\0' || *end != '\0' || n < min || n > max)
		return err_usage(e, "%s %s: write a number from %ld to %ld", option_names[o], s, min, max);
	*out = n;
	return true;
}

static bool
run_init(const struct arguments *a, struct err *e)
{
	struct make_request r = { .dir = a->dir, .name = a->value[OPT_NAME], .ra_csr = a->value[OPT_RA_CSR],
	    .ra_cert = a->value[OPT_RA_CERT], .key = KEYS_P256 };
	const char *key = a->value[OPT_KEY] ? a->value[OPT_KEY] : "p256";
	long port;

	if (!r.name || !a->value[OPT_PORT] || !r.ra_csr || !r.ra_cert)
		return err_usage(e, "init needs --name, --port, --ra-csr and --ra-cert");
	if (!number(a->value[OPT_PORT], 1, 65535, OPT_PORT, &port, e))
		return false;
	if (strcmp(key, "rsa2048") == 0)
		r.key = KEYS_RSA;
	else if (strcmp(key, "p256") != 0)
		return err_usage(e, "--key %s: write p256 or rsa2048", key);
	r.port = (int)port;
	return make_ca(&r, e);
}

static bool
run_serve(const struct arguments *a, struct err *e)
{
	long fd = -1;

	if (a->value[OPT_READY_FD] && !number(a->value[OPT_READY_FD], 0, 65535, OPT_READY_FD, &fd, e))
		return false;
	return serve_run(a->dir, (int)fd, e);
}

static bool
run_status(const struct arguments *a, struct err *e)
{
	return serve_status(a->dir, e);
}

static bool
run_stop(const struct arguments *a, struct err *e)
{
	return serve_stop(a->dir, e);
}

static const struct command {
	const char *name, *usage, *help;
	unsigned takes;		/* bits of enum option */
	bool (*run)(const struct arguments *a, struct err *e);
} commands[] = {
	{ "init", "DIR --name NAME --port P --ra-csr FILE --ra-cert FILE [--key p256|rsa2048]",
	    "makes a CA in the new folder DIR and certifies the RA's request",
	    1u << OPT_NAME | 1u << OPT_PORT | 1u << OPT_RA_CSR | 1u << OPT_RA_CERT | 1u << OPT_KEY, run_init },
	{ "serve", "DIR [--ready-fd N]", "runs it in the foreground until SIGTERM; one byte to N says that it listens",
	    1u << OPT_READY_FD, run_serve },
	{ "status", "DIR", "says whether it runs, and where (exit 3 when it does not)", 0, run_status },
	{ "stop", "DIR", "ends it and waits for its end", 0, run_stop },
};
#define COMMAND_N (sizeof commands / sizeof commands[0])

static void
usage(FILE *f)
{
	for (size_t i = 0; i < COMMAND_N; i++)
		fprintf(f, "ra-ca %s %s\n\t%s\n", commands[i].name, commands[i].usage, commands[i].help);
}

static bool
parse(const struct command *c, int n, char **words, struct arguments *a, struct err *e)
{
	for (int i = 0; i < n; i++) {
		int o = 0;

		if (strncmp(words[i], "--", 2) != 0) {
			if (a->dir)
				return err_usage(e, "%s: one folder is enough", words[i]);
			a->dir = words[i];
			continue;
		}
		while (o < OPTION_N && strcmp(words[i], option_names[o]) != 0)
			o++;
		if (o == OPTION_N || (c->takes & 1u << o) == 0)
			return err_usage(e, "%s is no option of %s", words[i], c->name);
		if (++i == n)
			return err_usage(e, "%s needs a value", option_names[o]);
		a->value[o] = words[i];
	}
	return (a->dir && a->dir[0]) || err_usage(e, "%s needs the CA's folder", c->name);
}

int
main(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct err e = { 0 };
	size_t i = 0;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		usage(stdout);
		return 0;
	}
	while (i < COMMAND_N && (argc < 2 || strcmp(argv[1], commands[i].name) != 0))
		i++;
	if (i == COMMAND_N) {
		usage(stderr);
		return FAULT_USAGE;
	}
	if (parse(&commands[i], argc - 2, argv + 2, &a, &e) && commands[i].run(&a, &e))
		return 0;
	fprintf(stderr, "ra-ca: %s\n", e.text);
	if (e.detail[0])
		fprintf(stderr, "ra-ca: (%s)\n", e.detail);
	return e.code;
}
