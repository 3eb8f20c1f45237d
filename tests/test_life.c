/* Every service of a certificate's life that asks the CA for a new one: from acceptance to hand-over, seen from outside. */
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
set_up(void **state)
{
	(void)state;
	life_open(&l);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	life_close(&l);
	return 0;
}

static void
a_renewal_in_time_runs_on_from_the_old_end_and_both_stay_valid(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 3");
	setenv("RA_TOKEN_PIN", old.pin, 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	unsetenv("RA_TOKEN_PIN");
	life_made(&l, &h);
	assert_string_equal(h.token, old.token);
	assert_string_not_equal(h.serial, old.serial);
	assert_int_equal(h.not_after, when_add_years(old.not_after, 3));
	assert_string_equal(h.pin, "");		/* the holder's own stays */
	assert_true(life_pin_opens(&l, h.token, old.pin));
	assert_true(life_verifies(&l, old.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, old.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_string_equal(life_state(&l, old.serial), "superseded");
	assert_string_equal(out_value(l.w, "replaced_by"), h.serial);
	assert_string_equal(life_state(&l, h.serial), "valid");
	assert_string_equal(out_value(l.w, "replaces"), old.serial);
	life_deliver(&l, h.no);
	state_is(l.w, h.no, "closed");
	audit_is_whole(l.w);
}

static void
a_replaced_lost_token_ends_its_certificate_and_keeps_its_end(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "replace", "lost", NULL);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_string_not_equal(h.token, old.token);
	assert_int_equal(h.not_after, old.not_after);
	assert_int_equal(life_listed(&l, old.serial), 1);
	assert_false(life_verifies(&l, old.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_string_equal(life_state(&l, old.serial), "revoked");
	assert_string_equal(out_value(l.w, "reason"), "key_compromise");
	life_deliver(&l, h.no);
	state_is(l.w, h.no, "closed");
	audit_is_whole(l.w);
}

static void
a_change_keeps_the_end_and_revokes_the_old_on_the_same_token(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "change", NULL, "\"org.name\": \"东莞市松湖智能制造有限公司\"");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);		/* without a PIN: set anew by the SO PIN */
	life_made(&l, &h);
	assert_string_equal(h.token, old.token);
	assert_int_equal(h.not_after, old.not_after);
	assert_int_equal(life_listed(&l, old.serial), 3);
	assert_true(life_verifies(&l, h.serial));
	assert_false(life_verifies(&l, old.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(h.pin[0] != '\0');
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_int_equal(ra(l.w, "huang", "cert", "show", h.serial, NULL), 0);
	assert_non_null(strstr(l.w->out, "智能制造"));
	life_deliver(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "pin", h.no, NULL), 1);
	audit_is_whole(l.w);
}

static void
a_revocation_is_closed_when_the_list_shows_it(void **st)
{
	static const struct { const char *reason; int code; const char *shown; } rows[] = {
		{ "key_compromise", 1, "key_compromise" }, { "cessation", 5, "cessation" },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct holder h;

		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "revoke", rows[i].reason, NULL);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
		assert_int_equal(ra(l.w, "chen", "revoke", h.no, NULL), 1);		/* the accepting clerk */
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		state_is(l.w, h.no, "closed");
		assert_int_equal(life_listed(&l, h.serial), rows[i].code);
		assert_string_equal(life_state(&l, h.serial), "revoked");
		assert_string_equal(out_value(l.w, "reason"), rows[i].shown);
		assert_false(life_verifies(&l, h.serial));
	}
	audit_is_whole(l.w);
}

static void
an_unlocked_token_takes_the_new_initial_pin_and_no_other(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "unlock", NULL, NULL);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, NULL), 2);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", "0123456789abcdef", NULL), 1);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 0);
	life_made(&l, &h);
	assert_string_equal(h.serial, old.serial);
	assert_true(h.pin[0] != '\0');
	assert_string_not_equal(h.pin, old.pin);
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_false(life_pin_opens(&l, h.token, old.pin));
	assert_true(life_verifies(&l, h.serial));
	state_is(l.w, h.no, "issued");
	life_deliver(&l, h.no);
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_renewal_in_time_runs_on_from_the_old_end_and_both_stay_valid),
		cmocka_unit_test(a_replaced_lost_token_ends_its_certificate_and_keeps_its_end),
		cmocka_unit_test(a_change_keeps_the_end_and_revokes_the_old_on_the_same_token),
		cmocka_unit_test(a_revocation_is_closed_when_the_list_shows_it),
		cmocka_unit_test(an_unlocked_token_takes_the_new_initial_pin_and_no_other),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
