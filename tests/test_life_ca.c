/* A CA that is silent or lies while a certificate is renewed, changed, held, released or revoked: nothing half done, and the
 * true one finishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"
#include "tests/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;
static char real_url[80], responder_key[200], ca_key[200], other_key[200], old_crl[200];

static void
sh(const char *command)
{
	char script[1200];

	snprintf(script, sizeof script, "cd %s && %s", l.w->dir, command);
	if (run(l.w, "sh", "-c", script, NULL) != 0)
		fail_msg("%s: %s", command, l.w->err);
}

static int
ready(void)
{
	life_url(&l, real_url);
	world_conf(l.w, "ra.conf", "timeout_s = 30", "timeout_s = 2");
	snprintf(responder_key, sizeof responder_key, "%s/rsp.key", l.w->dir);
	snprintf(ca_key, sizeof ca_key, "%s/ca.key", l.w->dir);
	snprintf(other_key, sizeof other_key, "%s/other.key", l.w->dir);
	snprintf(old_crl, sizeof old_crl, "%s/old.crl", l.w->dir);
	sh("openssl pkey -in home/ca/rsp.key -passin file:home/ca/ca.pass -out rsp.key");
	sh("openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key");
	sh("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key");
	return 0;
}

/* A command at a CA behind a relay that lies; then the true one is there again. */
static int
ra_through(enum lie lie, int at, const char *crl, const char *login, const char *command, const char *no)
{
	struct relay_plan plan = { .upstream = real_url, .lie = lie, .at = at, .responder_key = responder_key, .ca_key = ca_key,
	    .other_key = other_key, .crl = crl };

	return life_through(&l, &plan, login, command, no);
}

/* Answers to one rr. The CA has done its part each time, but for the last row, where the list alone lies. */
static const struct lying { const char *name; enum lie lie; bool old_list; } liars[] = {
	{ "no answer after the deed", LIE_DROP, false }, { "done, says the answer, but not the list", LIE_NONE, true },
	{ "an error without a signature", LIE_UNPROTECTED_ERROR, false }, { "busy", LIE_BUSY, false },
	{ "half an answer", LIE_CUT, false }, { "another transaction", LIE_TID, false },
	{ "another nonce", LIE_NONCE, false }, { "no signature", LIE_UNPROTECTED, false },
};
#define N(a) (sizeof (a) / sizeof *(a))
#define FEW 3		/* of them, where the rest comes to the same: tests/test_liar.c has all */

static void
save_list(void)
{
	assert_int_equal(ra(l.w, "huang", "ca", "crl", "-o", old_crl, NULL), 0);
}

static void
waits_and_is_finished(const char *no, const char *command, const struct lying *x, int at, const char *waiting, const char *end)
{
	int rc;

	save_list();
	rc = ra_through(x->lie, at, x->old_list ? old_crl : NULL, "huang", command, no);
	if (rc != 3)
		fail_msg("%s %s: exit %d: %s", command, x->name, rc, l.w->err);
	state_is(l.w, no, waiting);
	if (ra(l.w, "zhou", "resume", NULL) != 0)
		fail_msg("%s %s: resume: %s%s", command, x->name, l.w->out, l.w->err);
	state_is(l.w, no, end);
}

static void
holds_releases_and_revocations_wait_for_a_true_answer_and_the_list(void **st)
{
	struct holder h;

	(void)st;
	for (size_t i = 0; i < N(liars); i++) {
		life_holder(&l, NULL, &h);
		if (i < FEW) {
			life_approved(&l, &h, "report_loss", "lost", NULL);
			waits_and_is_finished(h.no, "revoke", &liars[i], 1, "issuing", "closed");
			assert_string_equal(life_state(&l, h.serial), "hold");
			assert_int_equal(life_listed(&l, h.serial), 6);
			life_approved(&l, &h, "report_loss", "found", NULL);
			waits_and_is_finished(h.no, "revoke", &liars[i], 1, "issuing", "closed");
			assert_string_equal(life_state(&l, h.serial), "valid");
			assert_int_equal(life_listed(&l, h.serial), -1);
		}
		life_approved(&l, &h, "revoke", "superseded", NULL);
		waits_and_is_finished(h.no, "revoke", &liars[i], 1, "issuing", "closed");
		assert_string_equal(life_state(&l, h.serial), "revoked");
		assert_int_equal(life_listed(&l, h.serial), 4);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* The list says that it was done, whatever a signed refusal says; and when neither is so, the application begins again. */
static void
a_signed_refusal_is_believed_only_when_the_list_agrees(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "revoke", "cessation", NULL);
	assert_int_equal(ra_through(LIE_ERROR, 1, NULL, "huang", "revoke", h.no), 0);
	state_is(l.w, h.no, "closed");
	assert_string_equal(life_state(&l, h.serial), "revoked");
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "report_loss", "lost", NULL);
	save_list();
	assert_int_equal(ra_through(LIE_ERROR, 1, old_crl, "huang", "revoke", h.no), 1);
	assert_non_null(strstr(l.w->err, "so says the liar"));
	state_is(l.w, h.no, "approved");
	assert_string_equal(life_state(&l, h.serial), "valid");
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);		/* the CA had it done: the same again ends well */
	assert_string_equal(life_state(&l, h.serial), "hold");
	/* revoked at the CA behind our back: a release is refused for good, and the store learns it */
	sh("sqlite3 home/ca/ca.db \"UPDATE issued SET reason = 1, state = 'revoked' WHERE state = 'hold'\"");
	assert_int_equal(ra(l.w, NULL, "ca", "stop", NULL), 0);
	sh("sqlite3 home/ca/ca.db 'DELETE FROM crl'");
	assert_int_equal(ra(l.w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(life_listed(&l, h.serial), 1);
	life_approved(&l, &h, "report_loss", "found", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 1);
	state_is(l.w, h.no, "approved");
	assert_string_equal(life_state(&l, h.serial), "revoked");
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 1);
	assert_int_equal(ra(l.w, "chen", "withdraw", h.no, "--reason", "已注销", NULL), 0);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
an_acceptance_stands_when_the_ca_is_silent_about_the_hold(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_drafted(&l, &h, "replace", "lost", NULL);
	assert_int_equal(ra_through(LIE_DROP, 1, NULL, "chen", "accept", h.no), 3);
	assert_non_null(strstr(l.w->err, "resume"));
	state_is(l.w, h.no, "received");
	life_check(&l, h.no);
	/* the hold goes first, then the new one; and the old one's end last */
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 1);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM intent WHERE state = 'done' AND kind = 'revoke' AND application ="
	    " (SELECT MAX(id) FROM application)"), 2);
	assert_true(life_verifies(&l, h.serial));
	audit_is_whole(l.w);
}

/* Messages of one change: 1 the request, 2 the confirmation, 3 the old one's revocation. */
static void
renewals_and_changes_wait_at_each_message(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	for (int at = 1; at <= 3; at++)
		for (size_t i = 0; i < FEW; i++) {
			char edit[100];

			if (liars[i].old_list && at < 3)
				continue;
			old = h;
			snprintf(edit, sizeof edit, "\"org.address\": \"东莞市松山湖园区科技十路%d号\"", at * 10 + (int)i);
			life_approved(&l, &h, "change", NULL, edit);
			waits_and_is_finished(h.no, "issue", &liars[i], at, at < 3 ? "issuing" : "issued", "issued");
			life_made(&l, &h);
			if (strcmp(life_state(&l, old.serial), "revoked") != 0 || life_listed(&l, old.serial) != 3)
				fail_msg("%s at %d: the old one is %s", liars[i].name, at, out_value(l.w, "state"));
			assert_string_equal(life_state(&l, h.serial), "valid");
			life_deliver(&l, h.no);
		}
	for (int at = 1; at <= 2; at++) {
		static const struct lying drop = { "no answer after the deed", LIE_DROP, false };

		old = h;
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		waits_and_is_finished(h.no, "issue", &drop, at, "issuing", "issued");
		life_made(&l, &h);
		assert_string_equal(life_state(&l, old.serial), "superseded");
		assert_string_equal(life_state(&l, h.serial), "valid");
		life_deliver(&l, h.no);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Nothing is handed over while the old one is still good at the CA. */
static void
a_change_is_not_handed_over_before_the_old_one_has_ended(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "change", NULL, "\"org.address\": \"东莞市松山湖园区科技十路99号\"");
	assert_int_equal(ra_through(LIE_DROP, 3, NULL, "huang", "issue", h.no), 3);
	state_is(l.w, h.no, "issued");
	assert_int_equal(ra(l.w, "chen", "deliver", h.no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 1);
	assert_non_null(strstr(l.w->err, "resume"));
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);		/* goes on as resume does */
	assert_int_equal(ra(l.w, "chen", "deliver", h.no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_releases_and_revocations_wait_for_a_true_answer_and_the_list),
		cmocka_unit_test(a_signed_refusal_is_believed_only_when_the_list_agrees),
		cmocka_unit_test(an_acceptance_stands_when_the_ca_is_silent_about_the_hold),
		cmocka_unit_test(renewals_and_changes_wait_at_each_message),
		cmocka_unit_test(a_change_is_not_handed_over_before_the_old_one_has_ended),
	};

	return life_run(&l, tests, ready);
}
