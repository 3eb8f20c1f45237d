/* Killed at each step of emergencies, of suspending and resuming, of a loss that ends in revocation, and of what is recorded
 * only. */
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
/* what `ra revoke` passes for one certificate (tests/test_life_kill_end.c) */
static const struct life_steps revoking = { { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED }, 3 };

static int
ready(void)
{
	life_scheme(&l, "suspends", "");
	return 0;
}

/* An emergency that dies at the k-th step of its hold; its number, which nobody was told. */
static void
emergency(struct holder *h, size_t k)
{
	setenv("RA_KILL_AT", step_names[revoking.at[k]], 1);
	assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", h->serial, "--reason", "key_compromise", NULL), 128 + 9);
	unsetenv("RA_KILL_AT");
	sql_int(l.w, "SELECT no FROM application ORDER BY id DESC LIMIT 1");
	snprintf(h->no, sizeof h->no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	state_is(l.w, h->no, "review");
}

static void
review(const char *no, const char *verdict)
{
	if (ra(l.w, "huang", "review", no, verdict, "--reason", "经核实", NULL) != 0)
		fail_msg("%s", l.w->err);
}

/* Said a second time after a kill, it is not made twice. */
static void
an_emergency_killed_at_each_step_is_held_and_revoked_when_the_second_person_agrees(void **st)
{
	struct holder h;

	(void)st;
	for (size_t k = 0; k < revoking.n; k++) {
		life_holder(&l, NULL, &h);
		emergency(&h, k);
		assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);
		assert_non_null(strstr(l.w->err, h.no));
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		life_is(&l, h.serial, "hold", 6);
		review(h.no, "approve");
		life_goes_on(&l, &revoking, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, h.serial, "revoked", 1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The second person is quicker than anybody's resume: what is journalled goes first, and in its order. */
static void
an_emergency_that_is_decided_before_its_hold_was_sent_ends_as_decided(void **st)
{
	struct holder h;

	(void)st;
	for (size_t k = 0; k < revoking.n; k++) {
		life_holder(&l, NULL, &h);
		emergency(&h, k);
		review(h.no, "approve");
		life_goes_on(&l, &revoking, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, h.serial, "revoked", 1);
		life_holder(&l, NULL, &h);
		emergency(&h, k);
		review(h.no, "refuse");
		life_is(&l, h.serial, "valid", -1);
		assert_true(life_verifies(&l, h.serial));
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The hold and, with the second person's no, its end: killed on the way to either. */
static void
an_emergency_that_is_refused_killed_at_each_step_is_lifted(void **st)
{
	struct holder h;
	char at[64];

	(void)st;
	for (size_t k = 0; k < 2 * revoking.n; k++) {
		life_holder(&l, NULL, &h);
		emergency(&h, 0);
		snprintf(at, sizeof at, "%s:%d", step_names[revoking.at[k % revoking.n]], k < revoking.n ? 1 : 2);
		setenv("RA_KILL_AT", at, 1);
		assert_int_equal(ra(l.w, "huang", "review", h.no, "refuse", "--reason", "查无此事", NULL), 128 + 9);
		unsetenv("RA_KILL_AT");
		state_is(l.w, h.no, "refused");
		if (ra(l.w, "zhou", "resume", NULL) != 0)
			fail_msg("%s: %s%s", at, l.w->out, l.w->err);
		life_is(&l, h.serial, "valid", -1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static const char *
token_is(const char *serial)
{
	static char sql[120];

	snprintf(sql, sizeof sql, "SELECT state FROM token WHERE serial = '%s'", serial);
	sql_int(l.w, sql);
	l.w->out[strcspn(l.w->out, "\n")] = '\0';
	return l.w->out;
}

static void
a_suspension_and_its_end_killed_at_each_step_are_carried_out(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, "\"scheme\": \"suspends\"", &h);
	l.scheme = "suspends";
	for (size_t k = 0; k < revoking.n; k++) {
		life_approved(&l, &h, "report_loss", "suspend", NULL);
		life_goes_on(&l, &revoking, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, h.serial, "hold", 6);
		assert_string_equal(token_is(h.token), "suspended");
		life_approved(&l, &h, "report_loss", "resume", NULL);
		life_goes_on(&l, &revoking, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, h.serial, "valid", -1);
		assert_string_equal(token_is(h.token), "active");
	}
	l.scheme = "dongguan";
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* One that was renewed goes with its successor: as many steps again, and killed between the two. */
static void
a_loss_of_a_renewed_certificate_killed_at_each_step_ends_both_when_it_is_revoked(void **st)
{
	struct life_steps both = { .n = 6 };
	struct holder h;
	char old[64];

	(void)st;
	memcpy(both.at, revoking.at, 3 * sizeof both.at[0]);
	memcpy(both.at + 3, revoking.at, 3 * sizeof both.at[0]);
	for (size_t k = 0; k < both.n; k++) {
		life_holder(&l, NULL, &h);
		snprintf(old, sizeof old, "%s", h.serial);
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		life_steps_of_issue(&l, h.no);
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_approved(&l, &h, "report_loss", "lost", NULL);
		life_goes_on(&l, &both, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, old, "hold", 6);
		life_is(&l, h.serial, "hold", 6);
		assert_string_equal(token_is(h.token), "lost");
		life_approved(&l, &h, "revoke", "key_compromise", NULL);
		life_goes_on(&l, &both, k, "huang", "revoke", h.no, NULL, NULL, "closed");
		life_is(&l, old, "revoked", 1);
		life_is(&l, h.serial, "revoked", 1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The old certificate is held while the new one is on its way: that one is revoked, whatever is killed meanwhile. */
static void
a_renewal_that_a_hold_calls_off_killed_at_each_step_leaves_no_new_certificate(void **st)
{
	static const enum step off[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED, STEP_ENDED };
	struct holder h;
	char no[APP_NO_MAX], sql[200];

	(void)st;
	for (size_t k = 0; k < sizeof off / sizeof *off; k++) {
		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		assert_int_equal(life_killed(&l, STEP_RECEIVED, "huang", "issue", h.no, NULL, NULL), 128 + 9);
		assert_int_equal(ra(l.w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 0);
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		assert_int_equal(life_killed(&l, off[k], "zhou", "resume", NULL, NULL, NULL), 128 + 9);
		if (ra(l.w, "zhou", "resume", NULL) != 0)
			fail_msg("%s: %s%s", step_names[off[k]], l.w->out, l.w->err);
		state_is(l.w, h.no, "approved");
		snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
		    " AND c.state <> 'revoked'", h.no);
		assert_int_equal(sql_int(l.w, sql), 0);
		life_is(&l, h.serial, "hold", 6);
		review(no, "approve");
		assert_int_equal(ra(l.w, "huang", "revoke", no, NULL), 0);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
		assert_non_null(strstr(l.w->err, "old_serial: "));
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
a_seal_that_is_added_and_an_area_that_is_recorded_are_there_once_after_a_kill(void **st)
{
	static const struct life_steps recording = { { STEP_RECORDED }, 1 };
	struct holder h;
	char old[64];
	int certificates;

	(void)st;
	life_holder(&l, NULL, &h);
	certificates = sql_int(l.w, "SELECT count(*) FROM certificate");
	snprintf(old, sizeof old, "%s", h.serial);
	life_approved(&l, &h, "add_seal", NULL, "\"years\": 2, \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\","
	    " \"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true");
	life_goes_on(&l, &recording, 0, "huang", "issue", h.no, NULL, NULL, "issued");
	life_made(&l, &h);
	life_deliver(&l, h.no);
	assert_string_equal(h.serial, old);
	l.scheme = "suspends";
	life_approved(&l, &h, "add_application", NULL, NULL);
	l.scheme = "dongguan";
	life_goes_on(&l, &recording, 0, "huang", "issue", h.no, NULL, NULL, "issued");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);		/* it is done */
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate_use"), 1);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate"), certificates);
	life_is(&l, old, "valid", -1);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_emergency_killed_at_each_step_is_held_and_revoked_when_the_second_person_agrees),
		cmocka_unit_test(an_emergency_that_is_decided_before_its_hold_was_sent_ends_as_decided),
		cmocka_unit_test(an_emergency_that_is_refused_killed_at_each_step_is_lifted),
		cmocka_unit_test(a_suspension_and_its_end_killed_at_each_step_are_carried_out),
		cmocka_unit_test(a_loss_of_a_renewed_certificate_killed_at_each_step_ends_both_when_it_is_revoked),
		cmocka_unit_test(a_renewal_that_a_hold_calls_off_killed_at_each_step_leaves_no_new_certificate),
		cmocka_unit_test(a_seal_that_is_added_and_an_area_that_is_recorded_are_there_once_after_a_kill),
	};

	return life_run(&l, tests, ready);
}
