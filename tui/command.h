/*
 * Commands: one record each in tui/commands/, one table in tui/command.c. A command is a thin row over the same office
 * functions as the screens; only main shows errors and exits.
 */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include "forms/tr.h"
#include "ra/office.h"

#define ARGS_MAX 32
struct args {
	int n;				/* positional */
	const char *at[ARGS_MAX];
	int options;
	struct { const char *name, *value; } option[ARGS_MAX];
	bool json;			/* --json */
};

enum command_needs { NEEDS_NOTHING, NEEDS_OFFICE, NEEDS_LOGIN, NEEDS_TERMINAL /* office and terminal */ };
struct command {
	const char *name;
	const char *usage;		/* arguments, without the name */
	const char *options;		/* "reason= force": with = takes a value */
	const char *help;		/* one line */
	enum command_needs needs;
	int min, max;			/* positional arguments */
	/* o is NULL with NEEDS_NOTHING. Several wrong fields go into problems. */
	bool (*run)(struct office *o, const struct args *a, struct err_list *problems, struct err *e);
};

extern const struct command *const commands[];	/* ended by NULL */

/* Value of an option, NULL when absent; "" for one without a value. */
const char *args_option(const struct args *a, const char *name);
/* An option's number, or dflt. */
bool args_int(const struct args *a, const char *name, int64_t dflt, int64_t *out, struct err *e) MUST_USE;
/* Ends a list that was opened as a JSON array, prints and frees it; NULL: the lines were printed. Returns ok and the writing's success. */
struct json;
bool list_close(struct json *j, bool ok, struct err *e) MUST_USE;
/* Home and password as main found them, for the commands that need them before an office is open. */
struct session { const char *home, *login; };
extern struct session session;
/* Reads a password from the file, the variable, or (prompt) the terminal without echo. Cleanse it. */
bool password_read(const char *file_variable, const char *variable, const char *prompt, char out[256], struct err *e) MUST_USE;

/* one a line, so that two additions do not meet */
#define COMMANDS(X) \
	X(init) \
	X(migrate) \
	X(ca) \
	X(fields) \
	X(console) \
	X(apply) \
	X(edit) \
	X(accept) \
	X(bring) \
	X(submit) \
	X(correct) \
	X(withdraw) \
	X(expire) \
	X(show) \
	X(find) \
	X(history) \
	X(list) \
	X(material) \
	X(scan) \
	X(pay) \
	X(review) \
	X(issue) \
	X(revoke) \
	X(unlock) \
	X(resume) \
	X(pin) \
	X(deliver) \
	X(confirm) \
	X(print) \
	X(token) \
	X(cert) \
	X(code) \
	X(scheme) \
	X(staff) \
	X(audit)
#define COMMAND_DECLARE(name) extern const struct command command_##name;
COMMANDS(COMMAND_DECLARE)

#endif
