/* SIGKILL at moments that nobody chose: whatever was going on ends as one certificate, or as if it had not begun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATIONS 24

static struct world *w;
static char passwords[2][64];	/* of chen and huang */

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	for (int i = 0; i < 2; i++) {
		char command[200];

		snprintf(command, sizeof command, "awk '$1 == \"%s\" { print $3 }' %s/demo-logins", i == 0 ? "chen" : "huang", w->home);
		run(w, "sh", "-c", command, NULL);
		snprintf(passwords[i], sizeof passwords[i], "%.*s", (int)strcspn(w->out, "\n"), w->out);
	}
	return ra(w, "chen", "token", "add", "--soft", "30", NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

static double
between(double low, double high)
{
	uint32_t r = 0;

	assert_int_equal(RAND_bytes((unsigned char *)&r, sizeof r), 1);
	return low + (high - low) * r / UINT32_MAX;
}

/* The command, killed after so many seconds if it is not through by then; 137 when it was killed. */
static int
killed_after(double seconds, int who, const char *command, const char *a, const char *b, const char *c)
{
	char limit[24];

	snprintf(limit, sizeof limit, "%.4f", seconds);
	setenv("RA_PASSWORD", passwords[who], 1);
	return run(w, "timeout", "-s", "KILL", limit, built("ra"), "--home", w->home, "--as", who == 0 ? "chen" : "huang", command, a, b, c, NULL);
}

/* How long it takes when nobody interferes. */
static double
time_of(int who, const char *command, const char *a)
{
	double t = seconds_now();

	assert_int_equal(killed_after(60, who, command, a, NULL, NULL), 0);
	return seconds_now() - t;
}

static void
all_is_consistent(void)
{
	char ca[160], valid[64];
	int n;

	assert_int_equal(sql_int(w, "SELECT count(*) FROM intent WHERE state NOT IN ('done', 'ended')"), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application a WHERE state = 'issued' AND (SELECT count(*) FROM certificate c"
	    " WHERE c.application = a.id AND c.state = 'valid') <> 1"), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM item i JOIN token t ON t.id = i.token WHERE i.state = 'verified' AND"
	    " (t.state <> 'active' OR t.item <> i.id)"), 0);
	/* as many at the CA as here: no orphan */
	n = sql_int(w, "SELECT count(*) FROM certificate WHERE state = 'valid'");
	snprintf(ca, sizeof ca, "%s/ca", w->home);
	assert_int_equal(run(w, built("ra-ca"), "status", ca, NULL), 0);
	snprintf(valid, sizeof valid, " valid %d, unconfirmed 0,", n);
	if (!strstr(w->out, valid))
		fail_msg("store %d, CA %s", n, w->out);
	audit_is_whole(w);
}

static void
issues_killed_at_random_end_as_one_certificate_each(void **st)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = world_member(w, "huang");
	char no[APPLICATIONS][APP_NO_MAX];
	double start, issue;
	int killed = 0;

	(void)st;
	for (int i = 0; i < APPLICATIONS; i++)
		world_approved(w, clerk, reviewer, no[i]);
	office_close(clerk);
	office_close(reviewer);
	issue = time_of(1, "issue", no[0]);
	start = time_of(1, "show", no[0]);
	for (int i = 1; i < APPLICATIONS; i++)
		killed += killed_after(between(start * 0.6, issue), 1, "issue", no[i], NULL, NULL) == 137;
	/* who comes to mend it is killed too */
	for (int i = 0; i < 6; i++)
		killed += killed_after(between(start * 0.6, issue * 3), 1, "resume", NULL, NULL, NULL) == 137;
	printf("%d killed (start %.0f ms, issue %.0f ms)\n", killed, start * 1e3, issue * 1e3);
	assert_true(killed > APPLICATIONS / 4);
	if (ra(w, "zhou", "resume", NULL) != 0)
		fail_msg("resume: %s%s", w->out, w->err);
	for (int i = 0; i < APPLICATIONS; i++) {
		assert_int_equal(ra(w, "huang", "show", no[i], "--json", NULL), 0);
		/* killed before anything was journalled: the step is simply done again, on another token where that one was destroyed */
		if (strcmp(out_value(w, "state"), "approved") == 0 && ra(w, "huang", "issue", no[i], NULL) != 0)
			fail_msg("issue: %s", w->err);
		state_is(w, no[i], "issued");
	}
	all_is_consistent();
	printf("%d tokens destroyed in the middle of a write\n", sql_int(w, "SELECT count(*) FROM token WHERE state = 'damaged'"));
}

/* Paper steps are one transaction each: killed, they are done or not begun, and doing them again is enough. */
static void
paper_steps_killed_at_random_are_done_or_not_begun(void **st)
{
	double start;

	(void)st;
	start = time_of(0, "list", "--state=draft");
	for (int i = 0; i < 3; i++) {
		static const struct { const char *command, *arg; const char *state; } steps[] = {
			{ "accept", NULL, "received" }, { "withdraw", "--reason=撤回", "withdrawn" },
		};
		char form[300], ref[64], no[32] = "", sql[200];
		int before = sql_int(w, "SELECT count(*) FROM application");

		snprintf(ref, sizeof ref, "\"client_ref\": \"kill-%d\"", i);
		snprintf(form, sizeof form, "%s", world_form(w, ref));
		for (int try = 0; no[0] == '\0'; try++) {
			assert_true(try < 50);
			if (killed_after(between(0.7, 1.5) * start * (1 + try / 4.0), 0, "apply", form, NULL, NULL) == 0)
				snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
		}
		assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before + 1);
		for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
			for (int try = 0; try < 50; try++) {
				killed_after(between(0.7, 1.5) * start * (1 + try / 4.0), 0, steps[k].command, no, steps[k].arg, NULL);
				snprintf(sql, sizeof sql, "SELECT state = '%s' FROM application WHERE no = '%s'", steps[k].state, no);
				if (sql_int(w, sql))
					break;
			}
			state_is(w, no, steps[k].state);
		}
		/* each step counted once */
		snprintf(sql, sizeof sql, "SELECT count(*) FROM audit WHERE object = 'application:%s'", no);
		assert_int_equal(sql_int(w, sql), 3);
	}
	all_is_consistent();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(issues_killed_at_random_end_as_one_certificate_each),
		cmocka_unit_test(paper_steps_killed_at_random_are_done_or_not_begun),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
