/*
 * Errors. What can fail returns bool, takes a struct err last and leaves its outputs alone on failure.
 * An err is a plain value of the caller; only tui/ shows it and only a main exits with it.
 * A struct err_list collects every wrong field of one form.
 */
#ifndef FORMS_ERR_H
#define FORMS_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

enum fault {			/* the values are the exit codes of `ra` */
	FAULT_NONE = 0,
	FAULT_REFUSED = 1,	/* a rule says no; the line tells how to mend it */
	FAULT_USAGE = 2,	/* the command line is wrong */
	FAULT_LATER = 3,	/* CA, token, printer or store is not reachable; nothing lost, repeat */
	FAULT_INTERNAL = 4,	/* damaged store, missing key file, our own mistake */
};

struct err {
	enum fault code;
	char field[48];		/* field id the cursor goes to, or "" */
	char text[400];		/* one line for the clerk: reason and remedy, UTF-8 */
	char other[400];	/* the same in the other language than the process's when it was made */
	bool english;		/* which of them text is in */
	char detail[400];	/* for the log, may be "" */
};

#define ERR_LIST_MAX 64
struct err_list {
	size_t n;
	struct err at[ERR_LIST_MAX];	/* later ones than ERR_LIST_MAX are counted out */
};

/* Each fills *e (NULL allowed) and returns false, so that `return err_field(...)` reads well. */
bool err_field(struct err *e, const char *field, const char *fmt, ...) PRINTF(3, 4);	/* FAULT_REFUSED at a field */
bool err_refuse(struct err *e, const char *fmt, ...) PRINTF(2, 3);			/* FAULT_REFUSED */
bool err_later(struct err *e, const char *fmt, ...) PRINTF(2, 3);			/* FAULT_LATER */
bool err_internal(struct err *e, const char *fmt, ...) PRINTF(2, 3);			/* FAULT_INTERNAL */
bool err_usage(struct err *e, const char *fmt, ...) PRINTF(2, 3);			/* FAULT_USAGE */
/* With a message of a table (N_()), which is no format. */
bool err_message(struct err *e, enum fault code, const char *message);
/* Adds to the detail line, keeps the rest; returns false. */
bool err_detail(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Appends the pending OpenSSL errors to the detail and clears the queue; returns false. */
bool err_openssl(struct err *e);

/* The line in that language, for what is shown longer than a language may last. */
const char *err_in(const struct err *e, bool english);

/* Adds one wrong field to the list. */
void err_list_add(struct err_list *l, const char *field, const char *fmt, ...) PRINTF(3, 4);
/* Adds a copy of e, with its field replaced by `field` unless that is NULL. */
void err_list_take(struct err_list *l, const struct err *e, const char *field);
/* Was this field told already? */
bool err_list_has(const struct err_list *l, const char *field);

#endif
