/* Killed at each step of replacements, revocations, holds, releases, unlocks and records: resume finishes or the command is
 * given again, and then exactly the promised certificates are valid, here and at the CA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/stock.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static int
ready(void)
{
	return ra(l.w, "chen", "token", "add", "--soft", "40", NULL);
}

#define N(a) (sizeof (a) / sizeof *(a))
static const enum step revoking[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED };

/* A command that is killed; resume, and the command again where nothing had reached the journal. */
static void
killed(const char *no, enum step at, const char *command, const char *option, const char *value, const char *end)
{
	int rc = life_killed(&l, at, "huang", command, no, option, value);

	if (rc != 128 + 9)
		fail_msg("%s %s: exit %d: %s", command, step_names[at], rc, l.w->err);
	if (ra(l.w, "zhou", "resume", NULL) != 0)
		fail_msg("%s %s: resume: %s%s", command, step_names[at], l.w->out, l.w->err);
	assert_int_equal(ra(l.w, "huang", "show", no, "--json", NULL), 0);
	if (strcmp(out_value(l.w, "state"), "approved") == 0 && ra(l.w, "huang", command, no, option, value, NULL) != 0)
		fail_msg("%s %s: again: %s", command, step_names[at], l.w->err);
	state_is(l.w, no, end);
}

static void
ended(const char *serial, enum step at, const char *state, int listed)
{
	if (strcmp(life_state(&l, serial), state) != 0 || life_listed(&l, serial) != listed)
		fail_msg("%s: %s, listed %d", step_names[at], out_value(l.w, "state"), life_listed(&l, serial));
}

/* A lost token's certificate is held at the acceptance already: killed there too. */
static void
a_replacement_killed_at_each_step_leaves_only_the_new_one(void **st)
{
	static const enum step issuing[] = {
		STEP_RESERVED, STEP_INITIALISED, STEP_INITIALISED_STORED, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED,
		STEP_ANSWERED, STEP_ISSUED, STEP_WRITTEN, STEP_VERIFIED, STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED,
	};
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(issuing); i++) {
		bool lost = i % 2 == 0;

		old = h;
		life_approved(&l, &h, "replace", lost ? "lost" : "damaged", NULL);
		killed(h.no, issuing[i], "issue", NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		ended(old.serial, issuing[i], "revoked", lost ? 1 : 4);
		ended(h.serial, issuing[i], "valid", -1);
		assert_int_equal(h.not_after, old.not_after);
	}
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_true(life_verifies(&l, h.serial));
	audit_is_whole(l.w);
}

static void
an_acceptance_that_holds_killed_at_each_step_holds_in_the_end(void **st)
{
	struct holder h;
	char serial[64];

	(void)st;
	for (size_t i = 0; i < N(revoking); i++) {
		struct stock t;
		struct err e;
		bool found;
		int rc;

		life_holder(&l, NULL, &h);
		snprintf(serial, sizeof serial, "%s", h.serial);
		life_drafted(&l, &h, "replace", "lost", NULL);
		rc = life_killed(&l, revoking[i], "chen", "accept", h.no, NULL, NULL);
		assert_int_equal(rc, 128 + 9);
		state_is(l.w, h.no, "received");		/* it stands */
		/* both ways to go on: resume, and the same acceptance again */
		rc = i % 2 == 0 ? ra(l.w, "zhou", "resume", NULL) : ra(l.w, "chen", "accept", h.no, NULL);
		if (rc != 0)
			fail_msg("%s: %s%s", step_names[revoking[i]], l.w->out, l.w->err);
		ended(serial, revoking[i], "hold", 6);
		went(stock_find(l.clerk->db, h.token, &t, &found, &e), &e);
		assert_int_equal(t.state, TOKEN_LOST);
		/* withdrawn: on hold it stays, until it is found */
		assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "找到了", NULL), 0);
		ended(serial, revoking[i], "hold", 6);
		snprintf(h.serial, sizeof h.serial, "%s", serial);
		life_approved(&l, &h, "report_loss", "found", NULL);
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		ended(serial, revoking[i], "valid", -1);
	}
	audit_is_whole(l.w);
}

static void
a_revocation_a_hold_and_a_release_killed_at_each_step_are_carried_out(void **st)
{
	struct holder h;

	(void)st;
	for (size_t i = 0; i < N(revoking); i++) {
		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "report_loss", "lost", NULL);
		killed(h.no, revoking[i], "revoke", NULL, NULL, "closed");
		ended(h.serial, revoking[i], "hold", 6);
		life_approved(&l, &h, "report_loss", "found", NULL);
		killed(h.no, revoking[i], "revoke", NULL, NULL, "closed");
		ended(h.serial, revoking[i], "valid", -1);
		assert_true(life_verifies(&l, h.serial));
		life_approved(&l, &h, "revoke", "cessation", NULL);
		killed(h.no, revoking[i], "revoke", NULL, NULL, "closed");
		ended(h.serial, revoking[i], "revoked", 5);
	}
	audit_is_whole(l.w);
}

static void
an_unlock_killed_at_each_step_ends_with_a_pin_that_opens(void **st)
{
	static const enum step steps[] = { STEP_UNLOCK_SEALED, STEP_PIN_SET, STEP_UNLOCKED };
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(steps); i++) {
		life_approved(&l, &h, "unlock", NULL, NULL);
		killed(h.no, steps[i], "unlock", "--token", h.token, "issued");
		life_made(&l, &h);
		assert_true(life_pin_opens(&l, h.token, h.pin));
		life_deliver(&l, h.no);
	}
	ended(h.serial, STEP_UNLOCKED, "valid", -1);
	audit_is_whole(l.w);
}

static void
a_record_killed_after_its_step_is_there_once(void **st)
{
	struct holder h;

	(void)st;
	life_scheme(&l, "records", "");
	life_holder(&l, NULL, &h);
	l.scheme = "records";
	life_approved(&l, &h, "add_application", NULL, NULL);
	l.scheme = "dongguan";
	killed(h.no, STEP_RECORDED, "issue", NULL, NULL, "issued");
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate_use"), 1);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replacement_killed_at_each_step_leaves_only_the_new_one),
		cmocka_unit_test(an_acceptance_that_holds_killed_at_each_step_holds_in_the_end),
		cmocka_unit_test(a_revocation_a_hold_and_a_release_killed_at_each_step_are_carried_out),
		cmocka_unit_test(an_unlock_killed_at_each_step_ends_with_a_pin_that_opens),
		cmocka_unit_test(a_record_killed_after_its_step_is_there_once),
	};

	return life_run(&l, tests, ready);
}
