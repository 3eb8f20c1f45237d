/* Killed at each step of renewals after expiry and of replacements of what is on hold already. Which steps those are a run
 * without a kill tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "ra/revoke.h"
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

/* The old one has ended: it is told as that, whatever became of it, and the new one runs from the moment of its intent. */
static void
a_renewal_after_expiry_killed_at_each_step_makes_one_from_today(void **st)
{
	struct life_steps s = { .n = 1 };
	struct holder h;
	char old[64];

	(void)st;
	for (size_t k = 0; k <= s.n; k++) {
		int64_t began = when_now();

		life_holder(&l, NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		life_ends(&l, old, when_now() - 86400);
		life_approved(&l, &h, "renew", NULL, "\"years\": 2");
		if (k == 0)
			s = life_steps_of_issue(&l, h.no);
		else
			life_goes_on(&l, &s, k - 1, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		assert_true(h.not_after >= when_add_years(began, 2) && h.not_after <= when_add_years(when_now(), 2));
		life_is(&l, old, "expired", -1);
		life_is(&l, h.serial, "valid", -1);
	}
	assert_true(s.n >= 10);
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	audit_is_whole(l.w);
}

/* Reported lost before: on hold when the replacement is applied for. */
static void
a_replacement_of_a_certificate_on_hold_killed_at_each_step_ends_the_old_one(void **st)
{
	struct life_steps s = { .n = 1 };
	struct holder h;
	char old[64];
	struct err e;

	(void)st;
	for (size_t k = 0; k <= s.n; k++) {
		life_holder(&l, NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		life_approved(&l, &h, "report_loss", "lost", NULL);
		went(revoke_application(l.reviewer, h.no, 0, &e), &e);
		life_approved(&l, &h, "replace", "lost", NULL);
		if (k == 0)
			s = life_steps_of_issue(&l, h.no);
		else
			life_goes_on(&l, &s, k - 1, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, old, "revoked", 1);
		life_is(&l, h.serial, "valid", -1);
	}
	assert_int_equal(s.n, 14);
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_renewal_after_expiry_killed_at_each_step_makes_one_from_today),
		cmocka_unit_test(a_replacement_of_a_certificate_on_hold_killed_at_each_step_ends_the_old_one),
	};

	return life_run(&l, tests, ready);
}
