/* What a turned-away application leaves on hold: said, shown, listed, and lifted only by who may; tokens go with their
 * certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "tests/clerk.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

/* Is it on the list of those that nobody decides about? */
static bool
listed_held(const char *serial)
{
	assert_int_equal(ra(l.w, "liang", "cert", "list", "--held", NULL), 0);
	return strstr(l.w->out, serial) != NULL;
}

static void
reviewed(const char *no)
{
	world_pass(l.clerk, no);
	assert_int_equal(ra(l.w, "huang", "review", no, "refuse", "--reason", "经办人未获授权", NULL), 0);
}

static void
emergency(const char *serial, char no[APP_NO_MAX])
{
	assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", serial, "--reason", "key_compromise", NULL), 0);
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
}

/* Withdrawn by the applicant or refused by the second person: lost is lost, and who turns it away is told. */
static void
a_lost_token_stays_on_hold_when_its_replacement_is_turned_away_and_that_is_said(void **st)
{
	struct holder h, old;

	(void)st;
	for (int refused = 0; refused < 2; refused++) {
		life_holder(&l, NULL, &h);
		old = h;
		life_accepted(&l, &h, "replace", "lost", NULL);
		assert_false(listed_held(old.serial));		/* the replacement decides */
		assert_int_equal(ra(l.w, "huang", "cert", "show", old.serial, "--json", NULL), 0);
		assert_string_equal(out_value(l.w, "by"), h.no);
		assert_string_equal(out_value(l.w, "open"), h.no);
		if (refused)
			reviewed(h.no);
		else
			assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "不再补办", NULL), 0);
		assert_non_null(strstr(l.w->out, old.serial));
		assert_non_null(strstr(l.w->out, "found"));
		assert_int_equal(ra(l.w, "chen", "show", h.no, NULL), 0);
		assert_non_null(strstr(l.w->out, old.serial));
		assert_int_equal(ra(l.w, "chen", "show", h.no, "--json", NULL), 0);
		assert_non_null(strstr(l.w->out, "\"holds\":[{\"serial\":\""));
		assert_string_equal(life_state(&l, old.serial), "hold");
		assert_string_equal(out_value(l.w, "open"), "null");
		assert_int_equal(life_listed(&l, old.serial), 6);
		assert_string_equal(life_token_state(&l, old.token), "lost");
		assert_true(listed_held(old.serial));
		/* found again: the ordinary way, two people */
		snprintf(h.serial, sizeof h.serial, "%s", old.serial);
		life_approved(&l, &h, "report_loss", "found", NULL);
		assert_false(listed_held(old.serial));
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		assert_string_equal(life_state(&l, old.serial), "valid");
		assert_string_equal(out_value(l.w, "hold"), "");
		assert_string_equal(life_token_state(&l, old.token), "active");
		assert_false(listed_held(old.serial));
	}
	audit_is_whole(l.w);
}

/* Where nothing is on hold the holder has a usable certificate, and its token is in use with it. */
static void
a_token_is_back_in_use_when_the_application_that_took_it_out_is_turned_away(void **st)
{
	static const struct { const char *service, *reason, *state; } rows[] = {
		{ "replace", "damaged", "damaged" }, { "report_loss", "lost", "lost" }, { "report_loss", "suspend", "suspended" },
	};
	struct holder h, old;

	(void)st;
	life_scheme(&l, "holds", "");
	life_holder(&l, "\"scheme\": \"holds\"", &h);
	l.scheme = "holds";
	old = h;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(h.serial, sizeof h.serial, "%s", old.serial);
		life_accepted(&l, &h, rows[i].service, rows[i].reason, NULL);
		assert_string_equal(life_token_state(&l, old.token), rows[i].state);
		if (i % 2 == 0)
			assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "还能用", NULL), 0);
		else
			reviewed(h.no);
		assert_string_equal(l.w->out, "");		/* nothing is on hold */
		assert_string_equal(life_token_state(&l, old.token), "active");
		assert_string_equal(life_state(&l, old.serial), "valid");
	}
	snprintf(h.serial, sizeof h.serial, "%s", old.serial);
	life_approved(&l, &h, "unlock", NULL, NULL);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", old.token, NULL), 0);
	l.scheme = "dongguan";
	audit_is_whole(l.w);
}

/* The hold of an emergency waits for the second person: who says no lifts it, also when the CA is silent or ra is killed. */
static void
a_refused_emergency_is_lifted_and_a_withdrawn_one_is_not(void **st)
{
	static const enum step at[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED };
	struct holder h;
	char no[APP_NO_MAX];

	(void)st;
	life_holder(&l, NULL, &h);
	emergency(h.serial, no);
	assert_int_equal(ra(l.w, "liang", "review", no, "refuse", "--reason", "误报", NULL), 1);	/* the same supervisor */
	assert_int_equal(life_listed(&l, h.serial), 6);
	assert_int_equal(ra(l.w, "huang", "review", no, "refuse", "--reason", "误报", NULL), 0);
	assert_int_equal(life_listed(&l, h.serial), -1);
	assert_string_equal(life_state(&l, h.serial), "valid");
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		emergency(h.serial, no);
		setenv("RA_KILL_AT", step_names[at[i]], 1);
		assert_int_equal(ra(l.w, "huang", "review", no, "refuse", "--reason", "误报", NULL), 128 + 9);
		unsetenv("RA_KILL_AT");
		state_is(l.w, no, "refused");
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		assert_int_equal(life_listed(&l, h.serial), -1);
		assert_string_equal(life_state(&l, h.serial), "valid");
	}
	emergency(h.serial, no);
	assert_int_equal(ra(l.w, NULL, "ca", "stop", NULL), 0);
	assert_int_equal(ra(l.w, "huang", "review", no, "refuse", "--reason", "误报", NULL), 3);
	state_is(l.w, no, "refused");
	assert_int_equal(ra(l.w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	assert_string_equal(life_state(&l, h.serial), "valid");
	emergency(h.serial, no);
	assert_int_equal(ra(l.w, "liang", "withdraw", no, "--reason", "误报", NULL), 0);
	assert_non_null(strstr(l.w->out, h.serial));
	assert_string_equal(life_state(&l, h.serial), "hold");
	assert_true(listed_held(h.serial));
	assert_int_equal(ra(l.w, "huang", "cert", "reconcile", NULL), 0);
	audit_is_whole(l.w);
}

/* An emergency that is refused says nothing about a token that was reported lost meanwhile. */
static void
a_refused_emergency_does_not_release_a_token_that_is_lost(void **st)
{
	struct holder h, old;
	char no[APP_NO_MAX];

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	emergency(h.serial, no);
	life_accepted(&l, &h, "replace", "lost", NULL);
	assert_int_equal(ra(l.w, "huang", "review", no, "refuse", "--reason", "误报", NULL), 0);
	assert_non_null(strstr(l.w->out, h.no));		/* who decides now */
	assert_int_equal(life_listed(&l, old.serial), 6);
	life_check(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	assert_int_equal(life_listed(&l, old.serial), 1);
	audit_is_whole(l.w);
}

/* An unlock whose token waits for its hand-over decides nothing: the hold is told with the one that does, or with none. */
static void
a_hold_is_not_left_to_an_application_that_is_about_something_else(void **st)
{
	struct holder h, old;
	char no[APP_NO_MAX];

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "unlock", NULL, NULL);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", old.token, NULL), 0);
	emergency(old.serial, no);
	assert_string_equal(life_state(&l, old.serial), "hold");
	assert_string_equal(out_value(l.w, "open"), no);
	assert_false(listed_held(old.serial));
	assert_int_equal(ra(l.w, "liang", "withdraw", no, "--reason", "误报", NULL), 0);
	assert_string_equal(life_state(&l, old.serial), "hold");
	assert_string_equal(out_value(l.w, "open"), "null");
	assert_true(listed_held(old.serial));
	audit_is_whole(l.w);
}

/* The console says it where it happens, offers the way out, and keeps it before the supervisor's eyes. */
static void
at_the_counter_the_hold_is_told_and_the_form_that_lifts_it_is_one_key(void **st)
{
	struct holder h, old;
	struct term *t;
	char typed[APP_NO_MAX + 1];

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_accepted(&l, &h, "replace", "lost", NULL);
	t = clerk_at_work(l.w, "chen", 24, 80);
	snprintf(typed, sizeof typed, "%s\r", h.no);
	term_type(t, typed);
	term_see(t, h.no);
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "w");
	term_type(t, "介质已找回\r");
	term_awaits(t, "仍处于冻结状态", 5000);
	term_see(t, "仍处于冻结状态");
	term_type(t, "y");
	term_awaits(t, "找回", 5000);
	term_see(t, "挂失");
	term_see(t, "找回");
	term_free(t);
	assert_string_equal(life_state(&l, old.serial), "hold");
	t = clerk_at_work(l.w, "liang", 24, 80);
	term_see(t, "冻结 ");
	term_press(t, VTERM_KEY_RIGHT);		/* from what waits for hand-over, over what is on the way */
	term_press(t, VTERM_KEY_RIGHT);
	term_see(t, "东莞市松湖精密制造有限公司");
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "尚无在办业务");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_token_stays_on_hold_when_its_replacement_is_turned_away_and_that_is_said),
		cmocka_unit_test(a_token_is_back_in_use_when_the_application_that_took_it_out_is_turned_away),
		cmocka_unit_test(a_refused_emergency_is_lifted_and_a_withdrawn_one_is_not),
		cmocka_unit_test(a_refused_emergency_does_not_release_a_token_that_is_lost),
		cmocka_unit_test(a_hold_is_not_left_to_an_application_that_is_about_something_else),
		cmocka_unit_test(at_the_counter_the_hold_is_told_and_the_form_that_lifts_it_is_one_key),
	};

	return life_run(&l, tests, NULL);
}
