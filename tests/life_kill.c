/* Services that are killed or stand still at a step, and what becomes of them; declared in tests/life.h. */
#include "tests/life.h"

#include "ra/issue.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
life_killed(struct life *l, enum step at, const char *login, const char *command, const char *no, const char *option,
    const char *value)
{
	int rc;

	setenv("RA_KILL_AT", step_names[at], 1);
	rc = ra(l->w, login, command, no, option, value, NULL);
	unsetenv("RA_KILL_AT");
	return rc;
}

int
life_killed_at_change(struct life *l, int k, const char *login, const char *command, const char *no, const char *option,
    const char *value)
{
	char at[16];
	int rc;

	snprintf(at, sizeof at, "%d", k);
	setenv("KILL_CHANGE", at, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 0);
	setenv("LD_PRELOAD", built("tests/killshim.so"), 1);
	rc = ra(l->w, login, command, no, option, value, NULL);
	unsetenv("LD_PRELOAD");
	unsetenv("KILL_CHANGE");
	return rc;
}

pid_t
life_stopped(struct life *l, enum step at, const char *login, const char *command, const char *no, const char *option,
    const char *value)
{
	pid_t pid;

	setenv("RA_STOP_AT", step_names[at], 1);
	pid = ra_begin(l->w, "stopped", login, command, no, option, value, NULL);
	unsetenv("RA_STOP_AT");
	if (!ra_stops(pid)) {
		int rc = ra_end(l->w, pid, "stopped");

		fprintf(stderr, "%s %s never came to %s: exit %d: %s\n", command, no, step_names[at], rc, l->w->err);
		abort();
	}
	return pid;
}

int
life_let_go(struct life *l, pid_t pid)
{
	kill(pid, SIGCONT);
	return ra_end(l->w, pid, "stopped");
}

static void
note(void *arg, enum step at)
{
	struct life_steps *s = arg;

	if (s->n == sizeof s->at / sizeof *s->at) {
		fprintf(stderr, "more steps than can be noted\n");
		abort();
	}
	s->at[s->n++] = at;
}

void
life_watch(struct life_steps *s)
{
	if (s)
		s->n = 0;
	office_watch(s ? note : NULL, s);
}

struct life_steps
life_steps_of_issue(struct life *l, const char *no)
{
	struct issue_medium m = { 0 };
	struct life_steps s;
	struct err e;

	life_watch(&s);
	went(issue_application(l->reviewer, no, 0, &m, &e), &e);
	life_watch(NULL);
	state_is(l->w, no, "issued");
	return s;
}

/* "NAME:K": the k-th of the steps, and how often that one was passed by then. */
static const char *
moment(const struct life_steps *s, size_t k)
{
	static char text[64];
	int times = 0;

	for (size_t i = 0; i <= k; i++)
		times += s->at[i] == s->at[k];
	snprintf(text, sizeof text, "%s:%d", step_names[s->at[k]], times);
	return text;
}

static void
need(struct life *l, bool ok, const char *command, const char *no, const char *at)
{
	if (ok)
		return;
	fprintf(stderr, "%s of %s, killed at %s: %s%s\n", command, no, at, l->w->out, l->w->err);
	abort();
}

void
life_goes_on(struct life *l, const struct life_steps *s, size_t k, const char *login, const char *command, const char *no,
    const char *option, const char *value, const char *end)
{
	const char *at = moment(s, k);

	setenv("RA_KILL_AT", at, 1);
	need(l, ra(l->w, login, command, no, option, value, NULL) == 128 + 9, command, no, at);
	unsetenv("RA_KILL_AT");
	need(l, ra(l->w, "zhou", "resume", NULL) == 0, "resume", no, at);
	need(l, ra(l->w, login, "show", no, "--json", NULL) == 0, "show", no, at);
	if (strcmp(out_value(l->w, "state"), "approved") == 0 || strcmp(out_value(l->w, "state"), "issuing") == 0)
		need(l, ra(l->w, login, command, no, option, value, NULL) == 0, command, no, at);
	need(l, ra(l->w, login, "show", no, "--json", NULL) == 0, "show", no, at);
	need(l, strcmp(out_value(l->w, "state"), end) == 0, end, no, at);
}
