#include "tui/command.h"

#include "forms/json.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define COMMAND_ROW(name) &command_##name,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };
struct session session;

const char *
args_option(const struct args *a, const char *name)
{
	for (int i = 0; i < a->options; i++)
		if (strcmp(a->option[i].name, name) == 0)
			return a->option[i].value;
	return NULL;
}

bool
args_int(const struct args *a, const char *name, int64_t dflt, int64_t *out, struct err *e)
{
	const char *s = args_option(a, name);
	char *end;
	long long v;

	*out = dflt;
	if (!s)
		return true;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0')
		return err_field(e, name, "a whole number, not '%s'", s);
	*out = v;
	return true;
}

bool
list_close(struct json *j, bool ok, struct err *e)
{
	if (!j)
		return ok;
	json_end(j);
	ok = ok && (json_print(j, stdout) || err_internal(e, "the output could not be written"));
	json_free(j);
	return ok;
}

static bool
read_line(FILE *f, char out[256])
{
	if (!fgets(out, 256, f))
		return false;
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static bool
ask(const char *prompt, char out[256], struct err *e)
{
	struct termios t, quiet;
	bool tty = tcgetattr(STDIN_FILENO, &t) == 0, ok;

	if (!tty)
		return err_usage(e, "give the password in RA_PASSWORD_FILE or RA_PASSWORD");
	quiet = t;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(stderr, "%s: ", tr(prompt));
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	ok = read_line(stdin, out);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &t);
	fputc('\n', stderr);
	return ok || err_usage(e, "no password was typed");
}

bool
password_read(const char *file_variable, const char *variable, const char *prompt, char out[256], struct err *e)
{
	const char *path = getenv(file_variable), *value = getenv(variable);
	FILE *f;
	bool ok;

	if (path) {
		f = fopen(path, "re");
		ok = f && read_line(f, out);
		if (f)
			fclose(f);
		return ok || err_usage(e, "the password file %s cannot be read", path);
	}
	if (value) {
		snprintf(out, 256, "%s", value);
		return true;
	}
	return ask(prompt, out, e);
}
