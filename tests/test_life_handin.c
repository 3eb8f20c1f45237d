/* A token that the holder hands in when its certificate is revoked: asked for, its keys are destroyed and it leaves the stock; not
 * asked for, nothing is destroyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
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

/* Looked at from outside: how many objects anybody sees. */
static bool
is_empty(const char *token)
{
	return life_at_token(&l, token, "[ $(pkcs11-tool --module $m --slot $slot --list-objects 2>/dev/null | wc -l) = 0 ]", "");
}

static void
revoked(struct holder *h)
{
	life_holder(&l, NULL, h);
	life_approved(&l, h, "revoke", "cessation", NULL);
	life_went(&l, ra(l.w, "huang", "revoke", h->no, NULL));
}

static void
a_token_that_is_handed_in_loses_its_keys_and_one_that_is_not_keeps_them(void **st)
{
	struct holder h, kept;

	(void)st;
	revoked(&h);
	assert_non_null(strstr(l.w->out, "ra token return"));
	assert_non_null(strstr(l.w->out, h.token));
	/* said, not done */
	life_is(&l, h.serial, "revoked", 5);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_string_equal(life_token_state(&l, h.token), "active");
	life_went(&l, ra(l.w, "chen", "token", "return", h.token, NULL));
	assert_true(is_empty(h.token));
	assert_false(life_pin_opens(&l, h.token, h.pin));
	assert_string_equal(life_token_state(&l, h.token), "terminated");
	assert_int_equal(ra(l.w, "chen", "token", "show", h.token, NULL), 0);
	assert_non_null(strstr(l.w->out, "handed in by the holder"));
	assert_non_null(strstr(l.w->out, "taken off the token"));
	/* once */
	assert_int_equal(ra(l.w, "chen", "token", "return", h.token, NULL), 1);
	assert_non_null(strstr(l.w->err, "token: "));
	/* who takes it home: nothing is offered where it is not plugged in, and nothing happens */
	life_holder(&l, NULL, &kept);
	life_approved(&l, &kept, "revoke", "cessation", NULL);
	life_fault(&l, "maker\nremoved\n");
	life_went(&l, ra(l.w, "huang", "revoke", kept.no, NULL));
	assert_null(strstr(l.w->out, "ra token return"));
	assert_int_equal(ra(l.w, "chen", "token", "return", kept.token, NULL), 3);
	life_fault(&l, "");
	assert_true(life_on_token(&l, kept.token, kept.serial));
	assert_string_equal(life_token_state(&l, kept.token), "active");
	audit_is_whole(l.w);
}

/* What is in use is not destroyed by mistake, nor what no holder has. */
static void
what_is_in_use_or_open_is_not_taken_back(void **st)
{
	struct holder h, late;
	char blank[TOKEN_SERIAL_MAX], old[64];

	(void)st;
	life_holder(&l, NULL, &h);
	assert_int_equal(ra(l.w, "chen", "token", "return", h.token, NULL), 1);
	assert_non_null(strstr(l.w->err, h.serial));
	/* it has ended, but is to be renewed onto the same token */
	life_holder(&l, NULL, &late);
	snprintf(old, sizeof old, "%s", late.serial);
	life_ends(&l, old, when_now() - 86400);
	life_accepted(&l, &late, "renew", NULL, "\"years\": 1");
	life_told(&l, ra(l.w, "chen", "token", "return", late.token, NULL), 1, late.no);
	assert_true(life_on_token(&l, late.token, old));
	/* on hold only: it may be found */
	life_approved(&l, &h, "report_loss", "lost", NULL);
	life_went(&l, ra(l.w, "huang", "revoke", h.no, NULL));
	assert_null(strstr(l.w->out, "ra token return"));
	assert_int_equal(ra(l.w, "chen", "token", "return", h.token, NULL), 1);
	sql_int(l.w, "SELECT serial FROM token WHERE state = 'blank' ORDER BY id LIMIT 1");
	snprintf(blank, sizeof blank, "%.16s", l.w->out);
	assert_int_equal(ra(l.w, "chen", "token", "return", blank, NULL), 1);
	assert_non_null(strstr(l.w->err, "no holder's"));
	assert_int_equal(ra(l.w, "chen", "token", "return", "feedfeedfeedfeed", NULL), 1);
	assert_int_equal(ra(l.w, "he", "token", "return", h.token, NULL), 1);	/* an auditor */
	assert_true(life_on_token(&l, h.token, h.serial));
	audit_is_whole(l.w);
}

/* Killed between the wiping and the ledger, and at each call of the token: said again it is done. */
static void
handing_in_killed_anywhere_is_said_again(void **st)
{
	static const char *const faults[] = { "kill C_InitToken 1\n", "kill C_OpenSession 1\n", "kill C_InitPIN 1\n", "fail C_Login 1\n" };
	struct holder h;

	(void)st;
	for (size_t i = 0; i <= sizeof faults / sizeof *faults; i++) {
		bool step = i == sizeof faults / sizeof *faults;

		revoked(&h);
		life_fault(&l, step ? "" : faults[i]);
		assert_int_not_equal(step ? life_killed(&l, STEP_WIPED, "chen", "token", "return", h.token, NULL)
		    : ra(l.w, "chen", "token", "return", h.token, NULL), 0);
		life_fault(&l, "");
		assert_string_equal(life_token_state(&l, h.token), "active");
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		life_went(&l, ra(l.w, "chen", "token", "return", h.token, NULL));
		assert_true(is_empty(h.token));
		assert_string_equal(life_token_state(&l, h.token), "terminated");
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_that_is_handed_in_loses_its_keys_and_one_that_is_not_keeps_them),
		cmocka_unit_test(what_is_in_use_or_open_is_not_taken_back),
		cmocka_unit_test(handing_in_killed_anywhere_is_said_again),
	};

	return life_run(&l, tests, ready);
}
