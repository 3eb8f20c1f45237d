/* Killed at each call of a token while one in a holder's hands is unlocked, and a failure at each: in the end it has one PIN,
 * which is the sealed one, and its certificate is as good as before. And a token that is given up, killed at each step.
 * The module is tests/p11shim.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 60	/* more than an unlock makes */

static struct life l;

static int
ready(void)
{
	life_shim(&l);
	return 0;
}

static int
unlocked(const struct holder *h, const char *fault, int k)
{
	char text[40];
	int rc;

	snprintf(text, sizeof text, "%s any %d\n", fault, k);
	life_fault(&l, text);
	rc = ra(l.w, "huang", "unlock", h->no, "--token", h->token, NULL);
	life_fault(&l, "");
	return rc;
}

/* Resumed, or begun again where nothing had been sealed; the token opens with the PIN that is printed. */
static void
gone_on_with(struct holder *h, int k)
{
	if (ra(l.w, "zhou", "resume", NULL) != 0)
		fail_msg("call %d: resume: %s%s", k, l.w->out, l.w->err);
	assert_int_equal(ra(l.w, "huang", "show", h->no, "--json", NULL), 0);
	if (strcmp(out_value(l.w, "state"), "approved") == 0
	    && ra(l.w, "huang", "unlock", h->no, "--token", h->token, NULL) != 0)
		fail_msg("call %d: again: %s", k, l.w->err);
	state_is(l.w, h->no, "issued");
	life_made(&l, h);
	if (!life_pin_opens(&l, h->token, h->pin))
		fail_msg("call %d: the PIN does not open", k);
	life_deliver(&l, h->no);
}

static void
each_call(const char *fault, int rc)
{
	struct holder h;
	int k = 0, got;

	life_holder(&l, NULL, &h);
	do {
		assert_true(k++ < CALLS_MAX);
		life_approved(&l, &h, "unlock", NULL, NULL);
		got = unlocked(&h, fault, k);
		if (got != 0 && got != rc)
			fail_msg("%s at call %d: exit %d: %s", fault, k, got, l.w->err);
		gone_on_with(&h, k);
	} while (got != 0);
	assert_true(k > 10);		/* the last one failed nowhere */
	life_is(&l, h.serial, "valid", -1);
	assert_true(life_on_token(&l, h.token, h.serial));
	audit_is_whole(l.w);
}

static void
an_unlock_killed_at_each_call_of_the_token_ends_with_the_sealed_pin(void **st)
{
	(void)st;
	each_call("kill", 128 + 9);
}

static void
an_unlock_that_fails_at_each_call_of_the_token_waits_and_goes_on(void **st)
{
	(void)st;
	each_call("fail", 3);
}

/* Half made on a token that broke: given up, killed, and the move said again. */
static void
a_token_that_is_given_up_killed_at_each_step_takes_its_certificate_along(void **st)
{
	static const enum step giving_up[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED, STEP_ENDED };
	struct holder h;
	char no[APP_NO_MAX], sql[120];

	(void)st;
	for (size_t k = 0; k < sizeof giving_up / sizeof *giving_up; k++) {
		world_approved(l.w, l.clerk, l.reviewer, no);
		snprintf(h.no, sizeof h.no, "%s", no);
		assert_int_equal(life_killed(&l, STEP_ISSUED, "huang", "issue", no, NULL, NULL), 128 + 9);
		life_made(&l, &h);
		setenv("RA_KILL_AT", step_names[giving_up[k]], 1);
		assert_int_equal(ra(l.w, "huang", "token", "move", h.token, "damaged", "--reason", "摔坏", NULL), 128 + 9);
		unsetenv("RA_KILL_AT");
		if (k % 2 == 0)
			assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		if (ra(l.w, "huang", "token", "move", h.token, "damaged", "--reason", "摔坏", NULL) != 0)
			fail_msg("%s: %s", step_names[giving_up[k]], l.w->err);
		state_is(l.w, no, "approved");
		life_is(&l, h.serial, "revoked", 5);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM token WHERE serial = '%s' AND state = 'damaged'", h.token);
		assert_int_equal(sql_int(l.w, sql), 1);
		assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
		life_made(&l, &h);
		life_is(&l, h.serial, "valid", -1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* What SoftHSM2 leaves of a holder's token is nobody's to make again: it is moved by a person, and replaced. Nothing of the service is
 * left half done by that, and the certificate is what it was. */
static void
a_holders_token_that_a_kill_destroyed_is_moved_and_replaced(void **st)
{
	static const struct { const char *service, *edits, *command; int rc; } rows[] = {
		{ "unlock", NULL, "unlock", 3 }, { "change", "\"org.address\": \"东莞市松山湖园区科技十路8号\"", "issue", 0 },
	};
	struct holder h;
	char old[64], token[TOKEN_SERIAL_MAX];

	(void)st;
	assert_int_equal(ra(l.w, "chen", "token", "add", "--soft", "10", NULL), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *option = i == 0 ? "--token" : NULL;

		life_holder(&l, NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		snprintf(token, sizeof token, "%s", h.token);
		life_approved(&l, &h, rows[i].service, NULL, rows[i].edits);
		/* between the cutting of the token's own file and its writing */
		assert_int_equal(life_killed_at_change(&l, 2, "huang", rows[i].command, h.no, option, token), 128 + 9);
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), rows[i].rc);
		assert_int_equal(ra(l.w, "huang", rows[i].command, h.no, option, token, NULL), 3);
		assert_non_null(strstr(l.w->err, token));
		life_went(&l, ra(l.w, "huang", "token", "move", token, "damaged", "--reason", "文件损坏", NULL));
		state_is(l.w, h.no, "approved");
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		life_went(&l, ra(l.w, "chen", "withdraw", h.no, "--reason", "改办补办", NULL));
		life_is(&l, old, "valid", -1);
		life_approved(&l, &h, "replace", "damaged", NULL);
		life_went(&l, ra(l.w, "huang", "issue", h.no, NULL));
		life_made(&l, &h);
		life_is(&l, old, "revoked", 4);
		life_is(&l, h.serial, "valid", -1);
		life_deliver(&l, h.no);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unlock_killed_at_each_call_of_the_token_ends_with_the_sealed_pin),
		cmocka_unit_test(an_unlock_that_fails_at_each_call_of_the_token_waits_and_goes_on),
		cmocka_unit_test(a_token_that_is_given_up_killed_at_each_step_takes_its_certificate_along),
		cmocka_unit_test(a_holders_token_that_a_kill_destroyed_is_moved_and_replaced),
	};

	return life_run(&l, tests, ready);
}
