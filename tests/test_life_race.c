/* Two people at once on one certificate: one of them stands still at a step while the other goes on, or both run as they like.
 * One wins, the other is told in words; the store and the CA agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof (a) / sizeof *(a))

static struct life l;

static void
of_two_who_issue_the_same_one_is_told_and_one_certificate_is_made(void **st)
{
	static const enum step at[] = { STEP_IDENTIFIED, STEP_PIN_SET, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED,
	    STEP_ANSWERED, STEP_ISSUED, STEP_WRITTEN, STEP_VERIFIED, STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED };
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(at); i++) {
		char edit[100];

		old = h;
		snprintf(edit, sizeof edit, "\"org.address\": \"东莞市松山湖园区科技十路%zu号\"", i + 10);
		life_approved(&l, &h, "change", NULL, edit);
		life_beside(&l, "issue", h.no, at[i], NULL, NULL, "issued");
		life_made(&l, &h);
		assert_int_equal(life_certificates(&l, h.no, "1"), 1);
		life_is(&l, old.serial, "revoked", 3);
		life_is(&l, h.serial, "valid", -1);
		life_deliver(&l, h.no);
	}
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
of_two_who_revoke_hold_or_unlock_the_same_one_is_told(void **st)
{
	static const enum step revoking[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED };
	static const enum step unlocking[] = { STEP_UNLOCK_SEALED, STEP_PIN_SET };
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(unlocking); i++) {
		life_approved(&l, &h, "unlock", NULL, NULL);
		life_beside(&l, "unlock", h.no, unlocking[i], "--token", h.token, "issued");
		life_made(&l, &h);
		assert_true(life_pin_opens(&l, h.token, h.pin));
		life_deliver(&l, h.no);
	}
	for (size_t i = 0; i < N(revoking); i++) {
		life_approved(&l, &h, "report_loss", "lost", NULL);
		life_beside(&l, "revoke", h.no, revoking[i], NULL, NULL, "closed");
		life_is(&l, h.serial, "hold", 6);
		life_approved(&l, &h, "report_loss", "found", NULL);
		life_beside(&l, "revoke", h.no, revoking[i], NULL, NULL, "closed");
		life_is(&l, h.serial, "valid", -1);
	}
	life_approved(&l, &h, "revoke", "cessation", NULL);
	life_beside(&l, "revoke", h.no, STEP_REVOKE_ANSWERED, NULL, NULL, "closed");
	life_is(&l, h.serial, "revoked", 5);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* ---- a hold that lands while a service on the certificate is carried out ---- */

/* Wherever the service is: as long as its certificate is not on its medium, it ends, and what was made is revoked. */
static void
a_service_that_is_being_carried_out_stops_when_its_certificate_is_held(void **st)
{
	static const enum step at[] = { STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED, STEP_ANSWERED, STEP_ISSUED,
	    STEP_WRITTEN };
	struct holder h;
	char no[APP_NO_MAX];

	(void)st;
	for (size_t i = 0; i < N(at); i++) {
		pid_t first;

		life_holder(&l, NULL, &h);
		life_approved(&l, &h, i % 2 == 0 ? "renew" : "change", NULL,
		    i % 2 == 0 ? "\"years\": 1" : "\"org.address\": \"东莞市松山湖园区科技十路8号\"");
		first = life_stopped(&l, at[i], "huang", "issue", h.no, NULL, NULL);
		life_went(&l, ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL));
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		if (i > 3) {
			life_went(&l, ra(l.w, "huang", "review", no, "approve", NULL));
			life_went(&l, ra(l.w, "huang", "revoke", no, NULL));
		}
		life_told(&l, life_let_go(&l, first), 1, "old_serial: ");
		state_is(l.w, h.no, "approved");
		assert_int_equal(life_certificates(&l, h.no, "c.state <> 'revoked'"), 0);
		life_is(&l, h.serial, i > 3 ? "revoked" : "hold", i > 3 ? 1 : 6);
		life_went(&l, ra(l.w, "chen", "withdraw", h.no, "--reason", "证书已停用", NULL));
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The hold is decided but not at the CA yet when the service begins: that is enough. */
static void
a_service_does_not_begin_when_its_certificate_is_going_to_be_held(void **st)
{
	struct holder h;
	pid_t first;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "renew", NULL, "\"years\": 1");
	setenv("RA_STOP_AT", "STEP_REVOKE_INTENT", 1);
	first = ra_begin(l.w, "stopped", "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL);
	unsetenv("RA_STOP_AT");
	assert_true(ra_stops(first));
	life_told(&l, ra(l.w, "huang", "issue", h.no, NULL), 1, "old_serial: ");
	state_is(l.w, h.no, "approved");
	life_went(&l, life_let_go(&l, first));
	life_is(&l, h.serial, "hold", 6);
	assert_int_equal(life_certificates(&l, h.no, "c.state <> 'revoked'"), 0);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* A token was found, and while that is on its way to the CA an emergency wants its hold to stay: in this order. */
static void
a_hold_that_lands_while_one_is_lifted_stays(void **st)
{
	static const enum step at[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED };
	struct holder h;

	(void)st;
	for (size_t i = 0; i < 2 * N(at); i++) {
		bool killed = i >= N(at);
		pid_t first = 0;
		int rc;

		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "report_loss", "lost", NULL);
		life_went(&l, ra(l.w, "huang", "revoke", h.no, NULL));
		life_approved(&l, &h, "report_loss", "found", NULL);
		if (killed)
			assert_int_equal(life_killed(&l, at[i % N(at)], "huang", "revoke", h.no, NULL, NULL), 128 + 9);
		else
			first = life_stopped(&l, at[i % N(at)], "huang", "revoke", h.no, NULL, NULL);
		rc = ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL);
		if (killed)
			life_went(&l, rc);
		else
			life_told(&l, rc, 3, "not on hold at the CA yet");
		if (!killed)
			life_went(&l, life_let_go(&l, first));
		state_is(l.w, h.no, "closed");
		life_went(&l, ra(l.w, "zhou", "resume", NULL));
		life_is(&l, h.serial, "hold", 6);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Two who have it found and one who wants it revoked: the hold is not lifted under the second person's hands. */
static void
a_hold_that_an_emergency_or_a_replacement_counts_on_is_not_lifted(void **st)
{
	struct holder h;
	char no[APP_NO_MAX], found[APP_NO_MAX], form[200];

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "report_loss", "lost", NULL);
	life_went(&l, ra(l.w, "huang", "revoke", h.no, NULL));
	life_approved(&l, &h, "report_loss", "found", NULL);
	snprintf(found, sizeof found, "%s", h.no);
	life_went(&l, ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL));
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	life_told(&l, ra(l.w, "huang", "revoke", found, NULL), 1, no);
	life_went(&l, ra(l.w, "huang", "review", no, "refuse", "--reason", "查无此事", NULL));
	/* it was on hold before: so it is again, and the first of the two goes on */
	life_is(&l, h.serial, "hold", 6);
	life_went(&l, ra(l.w, "huang", "revoke", found, NULL));
	life_is(&l, h.serial, "valid", -1);
	/* reported lost for a replacement, and then found: the replacement is withdrawn first */
	life_holder(&l, NULL, &h);
	life_accepted(&l, &h, "replace", "lost", NULL);
	snprintf(no, sizeof no, "%s", h.no);
	snprintf(form, sizeof form, "{\"scheme\": \"dongguan\", \"service\": \"report_loss\", \"reason\": \"found\", \"old_serial\": \"%s\"}",
	    h.serial);
	life_told(&l, ra(l.w, "chen", "apply", world_file(l.w, "found.json", form), NULL), 1, no);
	life_went(&l, ra(l.w, "chen", "withdraw", no, "--reason", "找到了", NULL));
	life_approved(&l, &h, "report_loss", "found", NULL);
	life_went(&l, ra(l.w, "huang", "revoke", h.no, NULL));
	life_is(&l, h.serial, "valid", -1);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_who_issue_the_same_one_is_told_and_one_certificate_is_made),
		cmocka_unit_test(of_two_who_revoke_hold_or_unlock_the_same_one_is_told),
		cmocka_unit_test(a_service_that_is_being_carried_out_stops_when_its_certificate_is_held),
		cmocka_unit_test(a_hold_that_lands_while_one_is_lifted_stays),
		cmocka_unit_test(a_hold_that_an_emergency_or_a_replacement_counts_on_is_not_lifted),
		cmocka_unit_test(a_service_does_not_begin_when_its_certificate_is_going_to_be_held),
	};

	return life_run(&l, tests, NULL);
}
