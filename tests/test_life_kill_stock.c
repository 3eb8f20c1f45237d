/* A token of the stock that dies while it is being made: killed at each change of its files by SoftHSM2, or interrupted as a
 * maker's token would be. It is initialised again, or put aside as damaged, by the program itself; the case ends on one token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 600		/* more than an issue makes to a token's files */
#define INITIALISING 33		/* those of a token with a key pair on it that is wiped and gets its PINs */

static struct life l;

static int
ready(void)
{
	life_shim(&l);
	return ra(l.w, "chen", "token", "add", "--soft", "60", NULL);
}

static void
ends_as_one(const char *no, const char *at)
{
	if (ra(l.w, "huang", "show", no, "--json", NULL) != 0 || (strcmp(out_value(l.w, "state"), "issued") == 0
	    ? ra(l.w, "zhou", "resume", NULL) : ra(l.w, "huang", "issue", no, NULL)) != 0)
		fail_msg("%s: %s%s", at, l.w->out, l.w->err);
	state_is(l.w, no, "issued");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid'"), 1);
	assert_int_equal(life_certificates(&l, no, "c.state <> 'revoked'"), 1);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
}

/* Killed on the way again: there is a key pair to be wiped then. */
static void
begun(char no[APP_NO_MAX])
{
	world_approved(l.w, l.clerk, l.reviewer, no);
	assert_int_equal(life_killed(&l, STEP_KEY_MADE, "huang", "issue", no, NULL, NULL), 128 + 9);
}

static void
an_issue_killed_at_each_change_of_the_tokens_files_ends_on_one_token(void **st)
{
	char no[APP_NO_MAX], at[40];
	int k = 0, rc;

	(void)st;
	do {
		k += k < INITIALISING ? 1 : 29;
		assert_true(k < CHANGES_MAX);
		begun(no);
		rc = life_killed_at_change(&l, k, "huang", "issue", no, NULL, NULL);
		if (rc != 0 && rc != 128 + 9)
			fail_msg("change %d: exit %d: %s", k, rc, l.w->err);
		snprintf(at, sizeof at, "change %d", k);
		if (k % 2 == 0 && ra(l.w, "zhou", "resume", NULL) != 0)
			fail_msg("%s: resume: %s%s", at, l.w->out, l.w->err);
		ends_as_one(no, at);
	} while (rc != 0);
	assert_true(k > INITIALISING);
	/* of those that were cut nothing is left */
	assert_in_range(sql_int(l.w, "SELECT count(*) FROM token WHERE state = 'damaged'"), 5, INITIALISING);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The resume says what became of it, and the history why; the resume may be killed too. */
static void
a_destroyed_token_is_put_aside_in_words_by_whoever_comes_first(void **st)
{
	static const enum step at[] = { STEP_PUT_ASIDE, STEP_INITIALISED };
	char no[APP_NO_MAX], token[TOKEN_SERIAL_MAX], script[300];

	(void)st;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		begun(no);
		sql_int(l.w, "SELECT serial FROM token WHERE state = 'reserved'");
		snprintf(token, sizeof token, "%.16s", l.w->out);
		/* a token's folder ends in its serial number */
		snprintf(script, sizeof script, "cd %s/home/tokens/*-%.4s-%s && : > token.object", l.w->dir, token, token + 4);
		assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
		if (i == 0)
			assert_int_equal(life_killed(&l, at[i], "zhou", "resume", NULL, NULL, NULL), 128 + 9);
		else
			assert_int_equal(life_killed(&l, at[i], "huang", "issue", no, NULL, NULL), 128 + 9);
		assert_string_equal(life_token_state(&l, token), "damaged");
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		assert_non_null(strstr(l.w->out, i == 0 ? token : "initialised again"));
		assert_non_null(strstr(l.w->out, no));
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);	/* once */
		assert_null(strstr(l.w->out, no));
		assert_int_equal(ra(l.w, "huang", "token", "show", token, NULL), 0);
		assert_non_null(strstr(l.w->out, "destroyed while it was being written"));
		ends_as_one(no, step_names[at[i]]);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* A kill between an object's file and its lock: SoftHSM2 calls it a fault of the device, but goes on when it is asked again. */
static void
half_an_object_does_not_stop_a_token_from_being_initialised_again(void **st)
{
	char no[APP_NO_MAX], token[TOKEN_SERIAL_MAX], script[300];

	(void)st;
	begun(no);
	sql_int(l.w, "SELECT serial FROM token WHERE state = 'reserved'");
	snprintf(token, sizeof token, "%.16s", l.w->out);
	snprintf(script, sizeof script, "cd %s/home/tokens/*-%.4s-%s && touch one.object two.object", l.w->dir, token, token + 4);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	ends_as_one(no, "half an object");
	assert_string_equal(life_token_state(&l, token), "active");
	assert_true(life_agrees(&l));
}

/* It keeps its serial number and is plugged in; whether it is initialised it says itself. */
static void
a_makers_token_that_was_interrupted_is_initialised_again_on_its_slot(void **st)
{
	static const char *const kills[] = { "maker\nkill C_InitToken 1\n", "maker\nkill C_SetPIN 1\n", "maker\nkill C_InitPIN 1\n" };
	char no[APP_NO_MAX], token[TOKEN_SERIAL_MAX];

	(void)st;
	for (size_t i = 0; i < 2 * sizeof kills / sizeof *kills; i++) {
		world_approved(l.w, l.clerk, l.reviewer, no);
		life_fault(&l, kills[i / 2]);
		assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 128 + 9);
		sql_int(l.w, "SELECT serial FROM token WHERE state = 'reserved'");
		snprintf(token, sizeof token, "%.16s", l.w->out);
		/* in the drawer nothing can be said of it */
		life_fault(&l, "maker\nremoved\n");
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 3);
		assert_non_null(strstr(l.w->out, token));
		assert_string_equal(life_token_state(&l, token), "reserved");
		life_fault(&l, "maker\nhalfway\n");
		if (i % 2 == 0) {
			if (ra(l.w, "zhou", "resume", NULL) != 0 || !strstr(l.w->out, "initialised again"))
				fail_msg("%s: %s%s", kills[i / 2], l.w->out, l.w->err);
		}
		ends_as_one(no, kills[i / 2]);
		assert_string_equal(life_token_state(&l, token), "active");
	}
	life_fault(&l, "");
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* One that does not work stays the clerk's to judge: who names another gives it up, and the program puts it aside. */
static void
a_makers_token_that_stays_broken_is_put_aside_when_another_is_named(void **st)
{
	char no[APP_NO_MAX], token[2][TOKEN_SERIAL_MAX], other[TOKEN_SERIAL_MAX];

	(void)st;
	world_approved(l.w, l.clerk, l.reviewer, no);
	life_fault(&l, "maker\nfail C_InitToken 1\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 3);
		assert_non_null(strstr(l.w->err, "or take another"));
		sql_int(l.w, "SELECT serial FROM token WHERE state = 'reserved'");
		snprintf(token[i], sizeof token[i], "%.16s", l.w->out);
	}
	assert_string_equal(token[0], token[1]);
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 3);
	assert_non_null(strstr(l.w->out, "or take another"));
	sql_int(l.w, "SELECT serial FROM token WHERE state = 'blank' ORDER BY id DESC LIMIT 1");
	snprintf(other, sizeof other, "%.16s", l.w->out);
	life_went(&l, ra(l.w, "huang", "issue", no, "--token", other, NULL));
	ends_as_one(no, "another");
	assert_string_equal(life_token_state(&l, token[0]), "damaged");
	assert_string_equal(life_token_state(&l, other), "active");
	/* one that works is not given up by that */
	world_approved(l.w, l.clerk, l.reviewer, no);
	life_fault(&l, "maker\nkill C_InitPIN 1\n");
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 128 + 9);
	life_fault(&l, "maker\n");
	sql_int(l.w, "SELECT serial FROM token WHERE state = 'blank' ORDER BY id DESC LIMIT 1");
	snprintf(other, sizeof other, "%.16s", l.w->out);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--token", other, NULL), 1);
	assert_non_null(strstr(l.w->err, "is reserved for this item"));
	ends_as_one(no, "its own");
	assert_string_equal(life_token_state(&l, other), "blank");
	life_fault(&l, "");
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_issue_killed_at_each_change_of_the_tokens_files_ends_on_one_token),
		cmocka_unit_test(a_destroyed_token_is_put_aside_in_words_by_whoever_comes_first),
		cmocka_unit_test(half_an_object_does_not_stop_a_token_from_being_initialised_again),
		cmocka_unit_test(a_makers_token_that_was_interrupted_is_initialised_again_on_its_slot),
		cmocka_unit_test(a_makers_token_that_stays_broken_is_put_aside_when_another_is_named),
	};

	return life_run(&l, tests, ready);
}
