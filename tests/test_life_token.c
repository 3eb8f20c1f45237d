/* Tokens in holders' hands that lock, vanish, fill up or fail at a call while they are unlocked, renewed or changed: told in
 * words, nothing lost on them, gone on with. The module is tests/p11shim.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static int
ready(void)
{
	life_shim(&l);
	return 0;
}

#define N(a) (sizeof (a) / sizeof *(a))

static void
an_unlock_that_fails_at_a_call_is_done_again(void **st)
{
	static const struct { const char *fault; int rc; const char *state; } rows[] = {
		{ "pinlock\n", 0, "issued" }, { "removed\n", 3, "approved" }, { "fail C_OpenSession 1\n", 3, "approved" },
		{ "fail C_OpenSession 2\n", 3, "issuing" }, { "fail C_InitPIN 1\n", 3, "issuing" }, { "fail C_Login 1\n", 3, "issuing" },
		{ "fail C_Login 2\n", 3, "issuing" }, { "fail C_Sign 1\n", 3, "issuing" }, { "fail C_FindObjectsInit 1\n", 3, "approved" },
		{ "kill C_InitPIN 1\n", 137, "issuing" }, { "kill C_Sign 1\n", 137, "issuing" },
	};
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(rows); i++) {
		int rc;

		life_approved(&l, &h, "unlock", NULL, NULL);
		life_fault(&l, rows[i].fault);
		rc = ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL);
		life_fault(&l, "");
		if (rc != rows[i].rc)
			fail_msg("%s: exit %d: %s", rows[i].fault, rc, l.w->err);
		state_is(l.w, h.no, rows[i].state);
		if (strcmp(rows[i].state, "issuing") == 0)
			rc = i % 2 == 0 ? ra(l.w, "zhou", "resume", NULL) : ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL);
		else if (strcmp(rows[i].state, "approved") == 0)
			rc = ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL);
		if (rc != 0)
			fail_msg("%s, then again: exit %d: %s%s", rows[i].fault, rc, l.w->out, l.w->err);
		state_is(l.w, h.no, "issued");
		life_made(&l, &h);
		assert_true(life_pin_opens(&l, h.token, h.pin));
		life_deliver(&l, h.no);
	}
	audit_is_whole(l.w);
}

/* A token that cannot be unlocked: the advice is to replace it, and the application goes from there. */
static void
a_token_whose_so_pin_is_locked_or_unknown_ends_with_advice(void **st)
{
	static const struct { const char *fault, *words; } rows[] = {
		{ "solock\n", "locked: it cannot be unlocked, replace it" }, { "sowrong\n", "not the known one" },
	};
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(rows); i++) {
		char old[64];

		life_approved(&l, &h, "unlock", NULL, NULL);
		life_fault(&l, rows[i].fault);
		assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 1);
		if (!strstr(l.w->err, rows[i].words))
			fail_msg("%s: %s", rows[i].fault, l.w->err);
		life_fault(&l, "");
		state_is(l.w, h.no, "approved");
		assert_int_equal(ra(l.w, "huang", "pin", h.no, NULL), 1);	/* none was set */
		assert_true(life_pin_opens(&l, h.token, h.pin));
		assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "改办补办", NULL), 0);
		/* the way that the advice names */
		snprintf(old, sizeof old, "%s", h.serial);
		life_approved(&l, &h, "replace", "damaged", NULL);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
		life_made(&l, &h);
		assert_string_equal(life_state(&l, old), "revoked");
		life_deliver(&l, h.no);
	}
	audit_is_whole(l.w);
}

/* The holder's token is never wiped: what was on it is there after every fault. */
static void
a_renewal_that_fails_at_a_call_keeps_what_is_on_the_token(void **st)
{
	static const struct { const char *fault; int rc; } rows[] = {
		{ "removed\n", 3 }, { "full\n", 1 }, { "fail C_InitPIN 1\n", 3 }, { "fail C_OpenSession 3\n", 3 },
		{ "fail C_GenerateKeyPair 1\n", 3 }, { "fail C_SetAttributeValue 2\n", 3 }, { "fail C_SignInit 2\n", 3 },
		{ "fail C_CreateObject 1\n", 3 }, { "fail C_Sign 3\n", 3 }, { "kill C_GenerateKeyPair 1\n", 137 },
		{ "kill C_CreateObject 1\n", 137 }, { "kill C_Sign 2\n", 137 },
	};
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(rows); i++) {
		int rc;

		old = h;
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		life_fault(&l, rows[i].fault);
		rc = ra(l.w, "huang", "issue", h.no, NULL);
		life_fault(&l, "");
		if (rc != rows[i].rc)
			fail_msg("%s: exit %d: %s", rows[i].fault, rc, l.w->err);
		rc = ra(l.w, "huang", "issue", h.no, NULL);
		if (rc != 0)
			fail_msg("%s, then again: exit %d: %s", rows[i].fault, rc, l.w->err);
		state_is(l.w, h.no, "issued");
		life_made(&l, &h);
		assert_string_equal(h.token, old.token);
		assert_true(life_on_token(&l, h.token, old.serial));
		assert_true(life_on_token(&l, h.token, h.serial));
		assert_true(life_pin_opens(&l, h.token, h.pin));
		assert_string_equal(life_state(&l, old.serial), "superseded");
		life_deliver(&l, h.no);
	}
	audit_is_whole(l.w);
}

/* A wrong PIN of the holder costs one try and is told with what is left; nothing is stored. */
static void
a_wrong_pin_of_the_holder_is_told_with_what_is_left(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "change", NULL, "\"org.address\": \"东莞市松山湖园区科技十路8号\"");
	setenv("RA_TOKEN_PIN", "no-such-pin", 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	assert_non_null(strstr(l.w->err, "pin: the PIN of token"));
	life_fault(&l, "final\n");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	assert_non_null(strstr(l.w->err, "one more wrong one locks it"));
	life_fault(&l, "pinlock\n");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	assert_non_null(strstr(l.w->err, "locked"));
	unsetenv("RA_TOKEN_PIN");
	state_is(l.w, h.no, "approved");
	life_fault(&l, "pinlock\nsolock\n");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	assert_non_null(strstr(l.w->err, "type the own PIN"));
	/* which is taken, although a new one was sealed already */
	life_fault(&l, "solock\n");
	setenv("RA_TOKEN_PIN", "no-such-pin", 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	unsetenv("RA_TOKEN_PIN");
	life_fault(&l, "pinlock\n");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);		/* set anew, which lifts the lock */
	life_made(&l, &h);
	assert_true(life_pin_opens(&l, h.token, h.pin));
	life_deliver(&l, h.no);
	audit_is_whole(l.w);
}

/* The token breaks with the new certificate half on its way: that one is revoked, the old one stays, and a replacement helps. */
static void
a_holders_token_that_breaks_before_the_new_certificate_is_on_it(void **st)
{
	struct holder h, old;
	char made[64];

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 1");
	assert_int_equal(life_killed(&l, STEP_ISSUED, "huang", "issue", h.no, NULL, NULL), 128 + 9);
	life_made(&l, &h);
	snprintf(made, sizeof made, "%s", h.serial);
	assert_int_equal(ra(l.w, "huang", "token", "move", old.token, "damaged", "--reason", "摔坏", NULL), 0);
	state_is(l.w, h.no, "approved");
	assert_string_equal(life_state(&l, made), "revoked");
	assert_int_equal(life_listed(&l, made), 5);
	assert_string_equal(life_state(&l, old.serial), "valid");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	assert_non_null(strstr(l.w->err, "replacement"));
	assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "改办补办", NULL), 0);
	snprintf(h.serial, sizeof h.serial, "%s", old.serial);
	life_approved(&l, &h, "replace", "damaged", NULL);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(h.not_after, old.not_after);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unlock_that_fails_at_a_call_is_done_again),
		cmocka_unit_test(a_token_whose_so_pin_is_locked_or_unknown_ends_with_advice),
		cmocka_unit_test(a_renewal_that_fails_at_a_call_keeps_what_is_on_the_token),
		cmocka_unit_test(a_wrong_pin_of_the_holder_is_told_with_what_is_left),
		cmocka_unit_test(a_holders_token_that_breaks_before_the_new_certificate_is_on_it),
	};

	return life_run(&l, tests, ready);
}
