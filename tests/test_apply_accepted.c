/* What an acceptance of a service on a certificate does: one at a time, a seal on one certificate, a lost one on hold, a silent CA, an
 * emergency; old and new side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "tests/held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *clerk, *reviewer;

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	clerk = world_member(w, "chen");
	reviewer = world_member(w, "huang");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(clerk);
	office_close(reviewer);
	world_free(w);
	return 0;
}

static void
two_open_applications_on_one_certificate_are_refused_but_for_urgent_ones(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	char first[APP_NO_MAX], second[APP_NO_MAX], no[APP_NO_MAX];
	struct err e;

	(void)st;
	/* two drafts may lie there; only one is accepted */
	WENT(held_applied(clerk, "renew", h.serial, "\"years\": 1", first));
	WENT(held_applied(clerk, "unlock", h.serial, "", second));
	went(desk_accept(clerk, first, 0, &e), &e);
	assert_false(desk_accept(clerk, second, 0, &e));
	assert_string_equal(e.field, "old_serial");
	assert_non_null(strstr(e.text, first));
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1", no), "old_serial", first);
	held_accepted(clerk, "report_loss", h.serial, "", no);
	REFUSED(held_applied(clerk, "report_loss", h.serial, "", no), "old_serial", "is open");
	held_accepted(clerk, "revoke", h.serial, "\"reason\": \"key_compromise\"", no);
	REFUSED(held_applied(clerk, "revoke", h.serial, "", no), "old_serial", "is open");
	went(desk_step(clerk, first, 0, ACT_WITHDRAW, "撤回", &e), &e);
	/* the urgent ones do not stand in the way of another kind */
	went(desk_accept(clerk, second, 0, &e), &e);
}

static void
a_seal_hangs_on_one_certificate_only(void **st)
{
	struct held a = held_new(w, clerk, reviewer, held_seal("东莞市甲单位公章")), plain;
	char form[1400], no[APP_NO_MAX], other[APP_NO_MAX];
	struct err e;

	(void)st;
	/* a further certificate of the same organisation: only for a further seal */
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\"", a.code);
	world_draft(w, clerk, form, no);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_string_equal(e.field, "org.credit_code");
	assert_non_null(strstr(e.text, a.serial));
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\", " HELD_SEAL, a.code, "东莞市甲单位公章");
	world_draft(w, clerk, form, no);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_string_equal(e.field, "seal.name");
	assert_non_null(strstr(e.text, a.serial));
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\", " HELD_SEAL, a.code, "东莞市甲单位合同章");
	world_draft(w, clerk, form, no);
	went(desk_accept(clerk, no, 0, &e), &e);
	world_draft(w, clerk, form, other);
	assert_false(desk_accept(clerk, other, 0, &e));		/* the open application is going to carry it */
	assert_string_equal(e.field, "seal.name");
	assert_non_null(strstr(e.text, no));
	/* a change to a seal that another certificate carries; and the certificate's own seal is no obstacle to itself */
	REFUSED(held_applied(clerk, "change", a.serial, "\"seal.name\": \"东莞市甲单位合同章\"", no), "seal.name", "hangs on");
	WENT(held_applied(clerk, "change", a.serial, "\"org.address\": \"东莞市南城街道1号\"", no));
	/* add a seal: to one that has none, for the years that are left */
	REFUSED(held_applied(clerk, "add_seal", a.serial, "\"seal.name\": \"东莞市甲单位财务章\"", no), "seal.name", "a further seal needs a further");
	plain = held_new(w, clerk, reviewer, NULL);
	snprintf(form, sizeof form, HELD_SEAL, "东莞市乙单位公章");
	REFUSED(held_applied(clerk, "add_seal", plain.serial, "", no), "seal.name", "required");
	{
		char years[1500];

		snprintf(years, sizeof years, "%s, \"years\": 3", form);
		REFUSED(held_applied(clerk, "add_seal", plain.serial, years, no), "years", "2 years left");
	}
	held_accepted(clerk, "add_seal", plain.serial, form, no);
	assert_int_equal(held_ask(w, "SELECT years FROM application WHERE no =", no), 2);
	assert_int_equal(held_ask(w, "SELECT SUM(f.amount_fen) FROM fee_line f JOIN application a ON a.id = f.application WHERE a.no =", no),
	    40000);
}

static void
a_lost_one_is_held_at_once_and_what_it_is_about_stays(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	struct err_list problems = { 0 };
	char no[APP_NO_MAX], edit[200];
	struct json_in *j;
	struct err e;

	(void)st;
	held_accepted(clerk, "replace", h.serial, "\"reason\": \"lost\"", no);
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'hold' AND reason = 6 AND serial =", h.serial), 1);
	assert_int_equal(held_ask(w, "SELECT SUM(f.amount_fen) FROM fee_line f JOIN application a ON a.id = f.application WHERE a.no =", no),
	    5000);
	snprintf(edit, sizeof edit, "{\"reason\": \"damaged\", \"old_serial\": \"00\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	assert_false(desk_edit(clerk, no, 0, j, &problems, &e));
	assert_true(err_list_has(&problems, "reason") && err_list_has(&problems, "old_serial"));
	json_in_free(j);
	snprintf(edit, sizeof edit, "{\"agent.name\": \"陈丽君\", \"agent.id_no\": \"441900198807120045\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	problems.n = 0;
	went(desk_edit(clerk, no, 0, j, &problems, &e), problems.n ? &problems.at[0] : &e);
	json_in_free(j);
	snprintf(edit, sizeof edit, "{\"org.name\": \"某某有限公司\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	assert_false(desk_edit(clerk, no, 0, j, &problems, &e));
	assert_true(err_list_has(&problems, "org.name"));
	json_in_free(j);
}

static void
an_emergency_holds_at_once_and_a_second_person_decides(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL), other = held_new(w, clerk, reviewer, NULL);
	char no[APP_NO_MAX], crl[160];

	(void)st;
	assert_int_equal(ra(w, "chen", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, NULL), 1);
	assert_non_null(strstr(w->err, "reason: give the reason: key_compromise"));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", "00FF", "--reason", "cessation", NULL), 1);
	assert_non_null(strstr(w->err, "old_serial: "));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", h.serial), 1);
	state_is(w, no, "review");
	assert_non_null(strstr(w->out, "\"emergency\":true"));
	assert_non_null(strstr(w->out, "\"next\":[\"review\",\"withdraw\"]"));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);	/* one is open */
	assert_int_equal(ra(w, "liang", "review", no, "approve", NULL), 1);		/* never alone */
	assert_int_equal(ra(w, "liang", "revoke", no, NULL), 1);
	assert_int_equal(ra(w, "liang", "edit", no, world_file(w, "e.json", "{\"remark\": \"x\"}"), NULL), 1);
	assert_int_equal(ra(w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(w, "liang", "revoke", no, NULL), 1);
	assert_int_equal(ra(w, "huang", "revoke", no, NULL), 0);
	state_is(w, no, "closed");
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'revoked' AND reason = 1 AND serial =", h.serial), 1);
	snprintf(crl, sizeof crl, "%s/list.pem", w->dir);
	assert_int_equal(ra(w, "huang", "ca", "crl", "-o", crl, NULL), 0);
	assert_int_equal(run(w, "openssl", "crl", "-in", crl, "-noout", "-text", NULL), 0);
	assert_non_null(strstr(w->out, h.serial));
	/* the CA is silent: the application stands, resume holds */
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", other.serial, "--reason", "privilege_withdrawn", NULL), 3);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	state_is(w, no, "review");
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", other.serial), 1);
	/* the second person says no: the hold that waited for that is lifted */
	assert_int_equal(ra(w, "huang", "review", no, "refuse", "--reason", "查无此事", NULL), 0);
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'valid' AND serial =", other.serial), 1);
}

static void
old_and_new_stand_side_by_side(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	char no[APP_NO_MAX];

	(void)st;
	held_accepted(clerk, "change", h.serial, "\"org.name\": \"东莞市松湖智能制造有限公司\", \"org.legal_rep\": \"邓建国\","
	    " \"agent.mobile\": \"13922880055\", \"agent.id_no\": \"441900198807120045\"", no);
	assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "{\"field\":\"org.name\",\"before\":\"东莞市松湖精密制造有限公司\","
	    "\"after\":\"东莞市松湖智能制造有限公司\"}"));
	assert_non_null(strstr(w->out, "{\"field\":\"org.legal_rep\",\"before\":\"\",\"after\":\"邓建国\"}"));
	assert_non_null(strstr(w->out, "{\"field\":\"agent.mobile\",\"before\":\"138****8000\",\"after\":\"139****0055\"}"));
	assert_null(strstr(w->out, "441900198807120045"));
	assert_non_null(strstr(w->out, "\"late\":false"));
	{
		char old[200];

		snprintf(old, sizeof old, "\"old\":{\"serial\":\"%s\",\"state\":\"valid\"", h.serial);
		assert_non_null(strstr(w->out, old));
	}
	assert_int_equal(ra(w, "huang", "show", no, NULL), 0);
	assert_non_null(strstr(w->out, "东莞市松湖精密制造有限公司 => 东莞市松湖智能制造有限公司"));
	assert_non_null(strstr(w->out, h.serial));
	/* the holder keeps its old name until the new certificate is there */
	assert_int_equal(held_ask(w, "SELECT count(*) FROM organisation WHERE name = '东莞市松湖精密制造有限公司' AND doc =", h.code), 1);
}

static void
a_silent_ca_leaves_it_accepted_and_accepting_again_sends_again(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	char no[APP_NO_MAX];
	struct err e;
	int version;

	(void)st;
	WENT(held_applied(clerk, "replace", h.serial, "\"reason\": \"lost\"", no));
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_int_equal(e.code, FAULT_LATER);
	assert_non_null(strstr(e.text, "ra resume"));
	state_is(w, no, "received");
	version = held_ask(w, "SELECT version FROM application WHERE no =", no);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 3);
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	assert_int_equal(held_ask(w, "SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", h.serial), 1);
	assert_int_equal(held_ask(w, "SELECT version FROM application WHERE no =", no), version);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 1);		/* nothing is left to send */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_open_applications_on_one_certificate_are_refused_but_for_urgent_ones),
		cmocka_unit_test(a_seal_hangs_on_one_certificate_only),
		cmocka_unit_test(a_lost_one_is_held_at_once_and_what_it_is_about_stays),
		cmocka_unit_test(an_emergency_holds_at_once_and_a_second_person_decides),
		cmocka_unit_test(old_and_new_stand_side_by_side),
		cmocka_unit_test(a_silent_ca_leaves_it_accepted_and_accepting_again_sends_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
