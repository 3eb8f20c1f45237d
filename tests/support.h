/*
 * A home with a running CA, and `ra` as a program, for whole-program tests. A world lives in a fresh folder under /tmp
 * and takes its CA down with it.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include "ra/office.h"

#include <sys/types.h>

struct world {
	char dir[64];			/* its folder */
	char home[96];			/* RA home */
	char out[65536], err[16384];	/* of the last command */
	int next;			/* for organisations that nobody has had */
};

/* Makes the world: init --demo, ca start. */
struct world *world_new(void);
void world_free(struct world *w);
/* The process of its CA: stopped and continued, it is a slow one. */
pid_t world_ca(struct world *w);
/* A clock that only goes on, for how long something took. */
double seconds_now(void);
long ms_now(void);
/* Path of a built program or test file. */
const char *built(const char *name);
/* Runs ra as that login (NULL: none), arguments ended by NULL; fills out and err; the exit code, or 128 + signal. */
int ra(struct world *w, const char *login, ...) __attribute__((sentinel));
/* The same beside others: its output lies under this name until ra_end, which is the exit code as above and fills out and err. */
pid_t ra_begin(struct world *w, const char *name, const char *login, ...) __attribute__((sentinel));
int ra_end(struct world *w, pid_t pid, const char *name);
/* Waits until it stops at RA_STOP_AT; false: it ended without. kill(pid, SIGCONT) lets it go on. */
bool ra_stops(pid_t pid);
/* Any program. */
int run(struct world *w, const char *program, ...) __attribute__((sentinel));
/* A file in the world's folder; its path lives until the next call. */
const char *world_file(struct world *w, const char *name, const char *content);
/* What the world's file of that name holds; lives until the next call. */
const char *world_read(struct world *w, const char *name);
/* The credit code of an organisation that nobody has had. */
void world_code(struct world *w, char code[20]);
/* The demo application with an organisation of its own, with edits "key":value pairs put over it (NULL: none). */
const char *world_form(struct world *w, const char *edits);
/* The same road inside this program, which spares a login for each step. The office of a member who has logged in; the
 * caller closes it. A draft with edits (NULL: none); one that is accepted, checked, paid and submitted; an approved one. */
struct office *world_member(struct world *w, const char *login);
void world_draft(struct world *w, struct office *clerk, const char *edits, char no[APP_NO_MAX]);
void world_submitted(struct world *w, struct office *clerk, const char *edits, char no[APP_NO_MAX]);
/* From received on: materials passed, what is due paid, submitted. */
void world_pass(struct office *clerk, const char *no);
void world_approved(struct world *w, struct office *clerk, struct office *reviewer, char no[APP_NO_MAX]);
/* Submitted by chen (approved by huang when `approved`); the number lives until the next call. */
const char *world_case(struct world *w, bool approved);
/* Value of "key" in the last output, as text; "" when absent. Lives until the next call. */
const char *out_value(struct world *w, const char *key);
/* Each aborts with words when it is not so: the call went through; the audit verifies; the number a query gives; the
 * application's state. */
void went(bool ok, const struct err *e);
void audit_is_whole(struct world *w);
int sql_int(struct world *w, const char *sql);
void state_is(struct world *w, const char *no, const char *state);
/* Changes a line of ra.conf: `from` to `to`. */
void world_conf(struct world *w, const char *file, const char *from, const char *to);

#endif
