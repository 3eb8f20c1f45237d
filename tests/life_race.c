/* Two people at once on services; declared in tests/life.h. */
#include "tests/life.h"

#include "ra/issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
life_told(struct life *l, int rc, int expected, const char *words)
{
	if (rc == expected && strstr(l->w->err, words))
		return;
	fprintf(stderr, "exit %d, not %d: '%s' instead of '..%s..'\n", rc, expected, l->w->err, words);
	abort();
}

void
life_beside(struct life *l, const char *command, const char *no, enum step at, const char *option, const char *value, const char *end)
{
	pid_t first = life_stopped(l, at, "huang", command, no, option, value);

	life_told(l, ra(l->w, "zhou", command, no, option, value, NULL), 3, "being worked on at another console");
	if (ra(l->w, "zhou", "resume", NULL) != 0 && !strstr(l->w->out, "being worked on at another console")) {
		fprintf(stderr, "%s: resume: %s%s\n", step_names[at], l->w->out, l->w->err);
		abort();
	}
	life_went(l, life_let_go(l, first));
	state_is(l->w, no, end);
}

struct life_both
life_both(struct life *l, const char *login, const char *command, const char *no, const char *other, const char *option,
    const char *value)
{
	struct life_both b;
	pid_t pid[2] = {
		ra_begin(l->w, "one", login, command, no, option, value, NULL),
		ra_begin(l->w, "two", login, command, other, option, value, NULL),
	};

	for (int i = 0; i < 2; i++) {
		b.rc[i] = ra_end(l->w, pid[i], i == 0 ? "one" : "two");
		snprintf(b.err[i], sizeof b.err[i], "%.599s", l->w->err);
	}
	return b;
}

void
life_one_of(const struct life_both *b, int rc, const char *words)
{
	int loser = b->rc[0] == 0 ? 1 : 0;

	if (b->rc[!loser] == 0 && b->rc[loser] == rc && strstr(b->err[loser], words))
		return;
	fprintf(stderr, "exit %d and %d: '%s' and '%s'\n", b->rc[0], b->rc[1], b->err[0], b->err[1]);
	abort();
}
