/* Ends of certificates and what is no end: revoked for each reason, on hold and released, emergencies, unlocked tokens. */
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

static void
a_revocation_is_closed_when_the_list_shows_its_reason(void **st)
{
	static const struct { const char *reason; int code; } rows[] = {
		{ "key_compromise", 1 }, { "affiliation_changed", 3 }, { "superseded", 4 }, { "cessation", 5 },
		{ "privilege_withdrawn", 9 },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct holder h;

		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "revoke", rows[i].reason, NULL);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
		assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 1);
		assert_int_equal(ra(l.w, "chen", "revoke", h.no, NULL), 1);		/* the accepting clerk */
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, "--version", "1", NULL), 1);
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		state_is(l.w, h.no, "closed");
		assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 1);		/* twice */
		assert_int_equal(life_listed(&l, h.serial), rows[i].code);
		assert_string_equal(life_state(&l, h.serial), "revoked");
		assert_string_equal(out_value(l.w, "reason"), rows[i].reason);
		assert_true(out_value(l.w, "revoked_at")[0] == '2');
		assert_false(life_verifies(&l, h.serial));
	}
	assert_int_equal(ra(l.w, "huang", "cert", "reconcile", NULL), 0);
	audit_is_whole(l.w);
}

/* Lost as a device: its key is never certified again, whoever asks; a new one is. */
static void
a_request_with_a_compromised_key_is_refused_before_the_ca_is_asked(void **st)
{
	struct holder h, other;
	char sql[200];

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "replace", "damaged", NULL);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--csr", life_csr(&l, "leaked"), NULL), 0);
	life_made(&l, &h);
	life_deliver(&l, h.no);
	life_approved(&l, &h, "revoke", "key_compromise", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	life_holder(&l, NULL, &other);
	life_approved(&l, &other, "renew", NULL, "\"years\": 1");
	assert_int_equal(ra(l.w, "huang", "issue", other.no, "--csr", life_csr(&l, "leaked"), NULL), 1);
	assert_non_null(strstr(l.w->err, "csr: "));
	assert_non_null(strstr(l.w->err, h.serial));
	state_is(l.w, other.no, "approved");
	snprintf(sql, sizeof sql, "SELECT count(*) FROM intent i JOIN application a ON a.id = i.application WHERE a.no = '%s'", other.no);
	assert_int_equal(sql_int(l.w, sql), 0);
	assert_int_equal(ra(l.w, "huang", "issue", other.no, "--csr", life_csr(&l, "sound"), NULL), 0);
	life_deliver(&l, other.no);
	audit_is_whole(l.w);
}

static void
a_lost_token_is_held_found_again_held_and_revoked(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "report_loss", "lost", NULL);
	assert_string_equal(life_token_state(&l, h.token), "lost");
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	state_is(l.w, h.no, "closed");
	assert_int_equal(life_listed(&l, h.serial), 6);
	assert_string_equal(life_state(&l, h.serial), "hold");
	assert_false(life_verifies(&l, h.serial));
	life_approved(&l, &h, "report_loss", "found", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	state_is(l.w, h.no, "closed");
	assert_int_equal(life_listed(&l, h.serial), -1);
	assert_string_equal(life_state(&l, h.serial), "valid");
	assert_string_equal(out_value(l.w, "revoked_at"), "null");
	assert_string_equal(life_token_state(&l, h.token), "active");
	assert_true(life_verifies(&l, h.serial));
	/* held again, then ended: the list keeps the date of the hold */
	life_approved(&l, &h, "report_loss", "lost", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	life_approved(&l, &h, "revoke", "key_compromise", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	assert_int_equal(life_listed(&l, h.serial), 1);
	assert_string_equal(life_state(&l, h.serial), "revoked");
	assert_int_equal(ra(l.w, "huang", "cert", "reconcile", NULL), 0);
	audit_is_whole(l.w);
}

/* A replacement for a lost token holds the certificate from its acceptance, and revokes it with the new one in hand. */
static void
a_lost_token_that_is_replaced_is_held_at_acceptance(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_accepted(&l, &h, "replace", "lost", NULL);
	state_is(l.w, h.no, "received");
	assert_int_equal(life_listed(&l, old.serial), 6);
	assert_string_equal(life_state(&l, old.serial), "hold");
	assert_string_equal(life_token_state(&l, old.token), "lost");
	life_check(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 1);
	assert_string_equal(life_state(&l, old.serial), "revoked");
	assert_string_equal(out_value(l.w, "replaced_by"), h.serial);
	assert_true(life_verifies(&l, h.serial));
	assert_int_equal(h.not_after, old.not_after);
	life_deliver(&l, h.no);
	assert_string_equal(life_token_state(&l, old.token), "lost");
	assert_string_equal(life_token_state(&l, h.token), "active");
	audit_is_whole(l.w);
}

static void
an_emergency_is_held_at_once_and_ended_by_a_second_person(void **st)
{
	struct holder h;
	char no[APP_NO_MAX];

	(void)st;
	life_holder(&l, NULL, &h);
	assert_int_equal(ra(l.w, "huang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);
	assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	assert_int_equal(life_listed(&l, h.serial), 6);
	assert_int_equal(ra(l.w, "huang", "revoke", no, NULL), 1);		/* not reviewed yet */
	assert_int_equal(ra(l.w, "liang", "review", no, "approve", NULL), 1);	/* the same supervisor */
	assert_int_equal(ra(l.w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(l.w, "liang", "revoke", no, NULL), 1);
	assert_int_equal(ra(l.w, "huang", "revoke", no, NULL), 0);
	state_is(l.w, no, "closed");
	assert_int_equal(life_listed(&l, h.serial), 1);
	assert_string_equal(life_state(&l, h.serial), "revoked");
	audit_is_whole(l.w);
}

/* A certificate that ends or is held beside a service on it: the service does not go on, not even after a kill. */
static void
a_service_stops_when_its_certificate_is_held_or_revoked_meanwhile(void **st)
{
	static const enum step at[] = { STEP_N, STEP_INTENT, STEP_SENT, STEP_RECEIVED, STEP_ANSWERED };
	struct holder h, old;
	char sql[200], no[APP_NO_MAX];

	(void)st;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		life_holder(&l, NULL, &h);
		old = h;
		life_approved(&l, &h, i % 2 == 0 ? "renew" : "change", NULL,
		    i % 2 == 0 ? "\"years\": 1" : "\"org.address\": \"东莞市松山湖园区科技十路8号\"");
		if (at[i] != STEP_N)
			assert_int_equal(life_killed(&l, at[i], "huang", "issue", h.no, NULL, NULL), 128 + 9);
		assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", old.serial, "--reason", "key_compromise", NULL), 0);
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		assert_int_equal(ra(l.w, "huang", "review", no, "approve", NULL), 0);
		if (i > 2)
			assert_int_equal(ra(l.w, "huang", "revoke", no, NULL), 0);
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);		/* ended, in words: nothing waits */
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
		assert_non_null(strstr(l.w->err, "old_serial: "));
		state_is(l.w, h.no, "approved");
		snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
		    " AND c.state <> 'revoked'", h.no);
		assert_int_equal(sql_int(l.w, sql), 0);
		assert_string_equal(life_state(&l, old.serial), i > 2 ? "revoked" : "hold");
		assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "证书已注销", NULL), 0);
	}
	audit_is_whole(l.w);
}

static void
a_certificate_is_suspended_and_resumed_where_the_scheme_offers_it(void **st)
{
	struct holder h;

	(void)st;
	life_scheme(&l, "suspends", "");
	life_holder(&l, "\"scheme\": \"suspends\"", &h);
	l.scheme = "suspends";
	life_approved(&l, &h, "report_loss", "suspend", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	assert_string_equal(life_state(&l, h.serial), "hold");
	assert_string_equal(life_token_state(&l, h.token), "suspended");
	assert_false(life_verifies(&l, h.serial));
	life_approved(&l, &h, "report_loss", "resume", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	assert_string_equal(life_state(&l, h.serial), "valid");
	assert_string_equal(life_token_state(&l, h.token), "active");
	assert_true(life_verifies(&l, h.serial));
	l.scheme = "dongguan";
	audit_is_whole(l.w);
}

/* ---- unlock ---- */

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
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	state_is(l.w, h.no, "approved");
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 0);
	life_made(&l, &h);
	assert_string_equal(h.serial, old.serial);
	assert_true(h.pin[0] != '\0');
	assert_string_not_equal(h.pin, old.pin);
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_false(life_pin_opens(&l, h.token, old.pin));
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	state_is(l.w, h.no, "issued");
	assert_int_equal(ra(l.w, "huang", "pin", h.no, NULL), 0);
	assert_non_null(strstr(l.w->out, h.pin));
	life_deliver(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "pin", h.no, NULL), 1);		/* wiped */
	audit_is_whole(l.w);
}

/* The token of another, one that was wiped, one that is not plugged in. */
static void
a_token_that_is_not_the_right_one_is_not_touched(void **st)
{
	struct holder h, other;
	char script[500];

	(void)st;
	life_holder(&l, NULL, &h);
	life_holder(&l, NULL, &other);
	life_approved(&l, &h, "unlock", NULL, NULL);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", other.token, NULL), 1);
	assert_non_null(strstr(l.w->err, "token: "));
	assert_non_null(strstr(l.w->err, h.token));
	assert_true(life_pin_opens(&l, other.token, other.pin));
	snprintf(script, sizeof script, "mv %s/tokens %s/away", l.w->home, l.w->home);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	snprintf(script, sizeof script, "mkdir -m 700 %s/tokens", l.w->home);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 3);
	snprintf(script, sizeof script, "rmdir %s/tokens && mv %s/away %s/tokens", l.w->home, l.w->home, l.w->home);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	state_is(l.w, h.no, "approved");
	/* the certificate removed from it */
	assert_true(life_at_token(&l, h.token, "pkcs11-tool --module $m --slot $slot --login --pin \"$pin\" --delete-object --type cert"
	    " --label '东莞市松湖精密制造有限公司'", h.pin));
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 1);
	assert_non_null(strstr(l.w->err, "does not hold"));
	state_is(l.w, h.no, "approved");
	assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "改办补办", NULL), 0);
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revocation_is_closed_when_the_list_shows_its_reason),
		cmocka_unit_test(a_request_with_a_compromised_key_is_refused_before_the_ca_is_asked),
		cmocka_unit_test(a_lost_token_is_held_found_again_held_and_revoked),
		cmocka_unit_test(a_lost_token_that_is_replaced_is_held_at_acceptance),
		cmocka_unit_test(an_emergency_is_held_at_once_and_ended_by_a_second_person),
		cmocka_unit_test(a_service_stops_when_its_certificate_is_held_or_revoked_meanwhile),
		cmocka_unit_test(a_certificate_is_suspended_and_resumed_where_the_scheme_offers_it),
		cmocka_unit_test(an_unlocked_token_takes_the_new_initial_pin_and_no_other),
		cmocka_unit_test(a_token_that_is_not_the_right_one_is_not_touched),
	};

	return life_run(&l, tests, NULL);
}
