/* Two processes that do the same at the same moment, neither waiting for the other: acceptances on one certificate, a token
 * for two applications, hand-overs, resumes. One has it, the other is told; the store and the CA agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 5

static struct life l;

static void
of_two_applications_on_one_certificate_one_is_accepted(void **st)
{
	struct holder h, other;
	struct life_both b;

	(void)st;
	life_holder(&l, NULL, &h);
	for (int i = 0; i < ROUNDS; i++) {
		other = h;
		life_drafted(&l, &h, "renew", NULL, "\"years\": 1");
		life_drafted(&l, &other, i % 2 == 0 ? "unlock" : "replace", i % 2 == 0 ? NULL : "damaged", NULL);
		b = life_both(&l, "chen", "accept", h.no, other.no, NULL, NULL);
		life_one_of(&b, 1, "old_serial: ");
		assert_int_equal(sql_int(l.w, "SELECT count(*) FROM application WHERE state = 'received'"), 1);
		life_went(&l, ra(l.w, "chen", "withdraw", b.rc[0] == 0 ? h.no : other.no, "--reason", "另行办理", NULL));
		life_went(&l, ra(l.w, "chen", "withdraw", b.rc[0] == 0 ? other.no : h.no, "--reason", "另行办理", NULL));
	}
	life_is(&l, h.serial, "valid", -1);
	audit_is_whole(l.w);
}

/* Two supervisors' alarms about the same certificate, or one's key pressed twice. */
static void
of_two_emergencies_about_one_certificate_one_is_begun(void **st)
{
	struct holder h;
	struct life_both b;
	char no[APP_NO_MAX];

	(void)st;
	for (int i = 0; i < ROUNDS; i++) {
		life_holder(&l, NULL, &h);
		b = life_both(&l, "liang", "revoke", "--emergency", "--emergency", h.serial, "--reason=key_compromise");
		life_one_of(&b, 1, "old_serial: ");
		life_is(&l, h.serial, "hold", 6);
		assert_int_equal(sql_int(l.w, "SELECT count(*) FROM application WHERE state = 'review'"), 1);
		sql_int(l.w, "SELECT no FROM application WHERE state = 'review'");
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		life_went(&l, ra(l.w, "huang", "review", no, "approve", NULL));
		b = life_both(&l, "huang", "revoke", no, no, NULL, NULL);
		if (b.rc[0] != 0)	/* who comes while it is carried out, or when it is done */
			life_one_of(&b, b.rc[0], b.rc[0] == 3 ? "another console" : "");
		else if (b.rc[1] != 0)
			life_one_of(&b, b.rc[1], b.rc[1] == 3 ? "another console" : "");
		state_is(l.w, no, "closed");
		life_is(&l, h.serial, "revoked", 1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
one_token_goes_to_one_of_two_applications(void **st)
{
	char no[2][APP_NO_MAX], token[TOKEN_SERIAL_MAX];
	struct life_both b;

	(void)st;
	for (int i = 0; i < ROUNDS; i++) {
		world_approved(l.w, l.clerk, l.reviewer, no[0]);
		world_approved(l.w, l.clerk, l.reviewer, no[1]);
		sql_int(l.w, "SELECT serial FROM token WHERE state = 'blank' ORDER BY id LIMIT 1");
		snprintf(token, sizeof token, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		b = life_both(&l, "huang", "issue", no[0], no[1], "--token", token);
		life_one_of(&b, 1, "token: ");
		state_is(l.w, no[b.rc[0] == 0 ? 0 : 1], "issued");
		state_is(l.w, no[b.rc[0] == 0 ? 1 : 0], "approved");
		life_went(&l, ra(l.w, "huang", "issue", no[b.rc[0] == 0 ? 1 : 0], NULL));
	}
	assert_int_equal(sql_int(l.w, "SELECT count(DISTINCT token) FROM item WHERE token IS NOT NULL"),
	    sql_int(l.w, "SELECT count(*) FROM item WHERE token IS NOT NULL AND state IN ('verified', 'delivered') AND old IS NULL"));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Nobody turns away what another has in hand; after a kill anybody may, and the token is blank again. */
static void
what_is_being_carried_out_is_not_withdrawn_and_after_a_kill_its_token_is_free(void **st)
{
	static const enum step at[] = { STEP_RESERVED, STEP_INITIALISED, STEP_KEY_MADE, STEP_INTENT };
	char no[APP_NO_MAX], token[TOKEN_SERIAL_MAX];
	int certificates;

	(void)st;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		pid_t first;
		int rc;

		world_approved(l.w, l.clerk, l.reviewer, no);
		first = life_stopped(&l, at[i], "huang", "issue", no, NULL, NULL);
		rc = ra(l.w, "chen", "withdraw", no, "--reason", "不办了", NULL);
		if (rc != 3 || !strstr(l.w->err, "another console"))
			fail_msg("%s: exit %d: %s", step_names[at[i]], rc, l.w->err);
		life_went(&l, life_let_go(&l, first));
		state_is(l.w, no, "issued");
	}
	certificates = sql_int(l.w, "SELECT count(*) FROM certificate");
	for (size_t i = 0; i < 3; i++) {
		world_approved(l.w, l.clerk, l.reviewer, no);
		assert_int_equal(life_killed(&l, at[i], "huang", "issue", no, NULL, NULL), 128 + 9);
		sql_int(l.w, "SELECT serial FROM token WHERE state = 'reserved'");
		snprintf(token, sizeof token, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		life_went(&l, ra(l.w, "chen", "withdraw", no, "--reason", "不办了", NULL));
		assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 1);
		assert_int_equal(sql_int(l.w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
		/* and of use for the next one */
		world_approved(l.w, l.clerk, l.reviewer, no);
		life_went(&l, ra(l.w, "huang", "issue", no, "--token", token, NULL));
	}
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate"), certificates + 3);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Everything that a kill can leave, and two who tidy up at once: what one has in hand the other leaves. */
static void
two_resumes_at_once_finish_everything_once(void **st)
{
	struct holder h[4], old[4];

	(void)st;
	for (int round = 0; round < 3; round++) {
		static const enum step at[] = { STEP_SENT, STEP_RECEIVED, STEP_REVOKE_ANSWERED, STEP_UNLOCK_SEALED };
		static const char *const service[] = { "renew", "change", "report_loss", "unlock" };
		static const char *const command[] = { "issue", "issue", "revoke", "unlock" };
		static const char *const edits[] = { "\"years\": 1", "\"org.address\": \"东莞市松山湖园区科技十路8号\"", NULL, NULL };

		for (int i = 0; i < 4; i++) {
			life_holder(&l, NULL, &h[i]);
			old[i] = h[i];
			life_approved(&l, &h[i], service[i], NULL, edits[i]);
			assert_int_equal(life_killed(&l, at[i], "huang", command[i], h[i].no, i == 3 ? "--token" : NULL, h[i].token), 128 + 9);
		}
		{
			struct life_both b = life_both(&l, "zhou", "resume", NULL, NULL, NULL, NULL);

			if ((b.rc[0] != 0 && b.rc[0] != 3) || (b.rc[1] != 0 && b.rc[1] != 3))
				fail_msg("exit %d and %d: %s, %s", b.rc[0], b.rc[1], b.err[0], b.err[1]);
		}
		life_went(&l, ra(l.w, "zhou", "resume", NULL));
		for (int i = 0; i < 4; i++)
			state_is(l.w, h[i].no, i == 2 ? "closed" : "issued");
		life_is(&l, old[0].serial, "superseded", -1);
		life_is(&l, old[1].serial, "revoked", 3);
		life_is(&l, old[2].serial, "hold", 6);
		life_is(&l, old[3].serial, "valid", -1);
		for (int i = 0; i < 4; i++)
			if (i != 2) {
				life_made(&l, &h[i]);
				life_deliver(&l, h[i].no);
				life_is(&l, h[i].serial, "valid", -1);
			}
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
one_token_is_handed_over_once(void **st)
{
	char no[APP_NO_MAX];

	(void)st;
	for (int i = 0; i < 3; i++) {
		pid_t pid[2];
		int rc[2];

		world_approved(l.w, l.clerk, l.reviewer, no);
		life_went(&l, ra(l.w, "huang", "issue", no, NULL));
		for (int k = 0; k < 2; k++)
			pid[k] = ra_begin(l.w, k ? "two" : "one", k ? "huang" : "chen", "deliver", no, "--to", "刘晓彤", "--id-no",
			    "11010519491231002X", NULL);
		for (int k = 0; k < 2; k++)
			rc[k] = ra_end(l.w, pid[k], k ? "two" : "one");
		if ((rc[0] == 0) == (rc[1] == 0) || rc[0] + rc[1] != 1)
			fail_msg("exit %d and %d: %s", rc[0], rc[1], l.w->err);
		state_is(l.w, no, "closed");
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_applications_on_one_certificate_one_is_accepted),
		cmocka_unit_test(of_two_emergencies_about_one_certificate_one_is_begun),
		cmocka_unit_test(one_token_goes_to_one_of_two_applications),
		cmocka_unit_test(what_is_being_carried_out_is_not_withdrawn_and_after_a_kill_its_token_is_free),
		cmocka_unit_test(two_resumes_at_once_finish_everything_once),
		cmocka_unit_test(one_token_is_handed_over_once),
	};

	return life_run(&l, tests, NULL);
}
