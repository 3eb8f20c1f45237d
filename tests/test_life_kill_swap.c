/* Killed at each step of swaps and of applications that are marked in a new certificate. Which steps those are a run without a
 * kill tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static int
ready(void)
{
	life_scheme(&l, "swaps", "");
	life_scheme(&l, "marks", "1.2.156.10260.4.1.77");
	return ra(l.w, "chen", "token", "add", "--soft", "40", NULL);
}

/* A swap approved: of a token of elsewhere for an organisation that is new here, or of the holder's own. */
static void
swap(struct holder *h, bool foreign)
{
	char code[20], more[300];

	world_code(l.w, code);
	if (foreign)
		snprintf(h->serial, sizeof h->serial, "5A9C0FFEE%.8s", code + 8);
	snprintf(more, sizeof more, "\"years\": 1, \"org.name\": \"肇庆市端州砚石有限公司\", \"org.credit_code\": \"%s\","
	    " \"agent.name\": \"刘晓彤\", \"agent.id_no\": \"11010519491231002X\"", code);
	l.scheme = "swaps";
	life_approved(&l, h, "swap", NULL, foreign ? more : "\"years\": 1");
	l.scheme = "dongguan";
}

static void
a_swap_killed_at_each_step_makes_one_and_supersedes_what_is_ours(void **st)
{
	struct life_steps s;
	struct holder h = { 0 };
	char old[64];

	(void)st;
	swap(&h, true);
	s = life_steps_of_issue(&l, h.no);
	assert_int_equal(s.n, 11);
	for (size_t k = 0; k < s.n; k++) {
		swap(&h, true);
		life_goes_on(&l, &s, k, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, h.serial, "valid", -1);
		snprintf(old, sizeof old, "%s", h.serial);
		swap(&h, false);
		life_goes_on(&l, &s, k, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, old, "superseded", -1);
		life_is(&l, h.serial, "valid", -1);
	}
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
a_marked_application_killed_at_each_step_is_there_once(void **st)
{
	struct life_steps s = { .n = 1 };
	struct holder h;
	char old[64], sql[200];

	(void)st;
	for (size_t k = 0; k <= s.n; k++) {
		life_holder(&l, NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		l.scheme = "marks";
		life_approved(&l, &h, "add_application", NULL, NULL);
		l.scheme = "dongguan";
		if (k == 0)
			s = life_steps_of_issue(&l, h.no);
		else
			life_goes_on(&l, &s, k - 1, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, old, "superseded", -1);
		life_is(&l, h.serial, "valid", -1);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate_use u JOIN certificate c ON c.id = u.certificate WHERE"
		    " c.serial = '%s'", h.serial);
		assert_int_equal(sql_int(l.w, sql), 1);
	}
	assert_true(s.n >= 10);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Held while the new one is on its way: that one is revoked, whatever is killed meanwhile, and when the hold is lifted it is made. */
static void
what_a_hold_calls_off_killed_at_each_step_leaves_no_certificate_and_begins_again(void **st)
{
	static const enum step off[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED, STEP_ENDED };
	struct holder h = { 0 };
	char no[APP_NO_MAX], old[64];

	(void)st;
	for (size_t k = 0; k < 2 * sizeof off / sizeof *off; k++) {
		bool swaps = k % 2 == 0;

		life_holder(&l, swaps ? "\"scheme\": \"swaps\"" : NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		l.scheme = swaps ? "swaps" : "marks";
		life_approved(&l, &h, swaps ? "swap" : "add_application", NULL, swaps ? "\"years\": 1" : NULL);
		l.scheme = "dongguan";
		assert_int_equal(life_killed(&l, STEP_RECEIVED, "huang", "issue", h.no, NULL, NULL), 128 + 9);
		life_went(&l, ra(l.w, "liang", "revoke", "--emergency", old, "--reason", "key_compromise", NULL));
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		assert_int_equal(life_killed(&l, off[k / 2], "zhou", "resume", NULL, NULL, NULL), 128 + 9);
		life_went(&l, ra(l.w, "zhou", "resume", NULL));
		state_is(l.w, h.no, "approved");
		assert_int_equal(life_certificates(&l, h.no, "c.state <> 'revoked'"), 0);
		life_is(&l, old, "hold", 6);
		life_went(&l, ra(l.w, "huang", "review", no, "refuse", "--reason", "查无此事", NULL));
		life_went(&l, ra(l.w, "huang", "issue", h.no, NULL));
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, old, "superseded", -1);
		life_is(&l, h.serial, "valid", -1);
		assert_int_equal(sql_int(l.w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_swap_killed_at_each_step_makes_one_and_supersedes_what_is_ours),
		cmocka_unit_test(a_marked_application_killed_at_each_step_is_there_once),
		cmocka_unit_test(what_a_hold_calls_off_killed_at_each_step_leaves_no_certificate_and_begins_again),
	};

	return life_run(&l, tests, ready);
}
