/* The workflow through the office: what is open to whom in which state, what every other step says, and who may not do both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "ra/application.h"
#include "ra/issue.h"
#include "ra/rules.h"
#include "tests/jpeg.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HANDS "chen"		/* who enters and accepts */

static struct world *w;
static struct office *clerk, *reviewer;
static char csr[160];

/* A case in every state, by the steps that lead there. */
static char no[APP_STATE_N][APP_NO_MAX];
static struct application *in[APP_STATE_N];

static void
step(struct office *o, const char *number, enum act act, const char *reason)
{
	struct err e;

	went(desk_step(o, number, 0, act, reason, &e), &e);
}

static void
issued(char number[APP_NO_MAX])
{
	struct issue_medium m = { .csr = csr };
	struct err e;

	world_approved(w, clerk, reviewer, number);
	went(issue_application(reviewer, number, 0, &m, &e), &e);
}

static int
set_up(void **state)
{
	struct err e;

	(void)state;
	w = world_new();
	snprintf(csr, sizeof csr, "%s/k.csr", w->dir);
	if (run(w, "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj",
	    "/CN=x", "-out", csr, NULL) != 0)
		return 1;
	clerk = world_member(w, HANDS);
	reviewer = world_member(w, "huang");
	world_draft(w, clerk, NULL, no[APP_DRAFT]);
	world_draft(w, clerk, NULL, no[APP_RECEIVED]);
	went(desk_accept(clerk, no[APP_RECEIVED], 0, &e), &e);
	world_draft(w, clerk, NULL, no[APP_CORRECTION]);
	went(desk_accept(clerk, no[APP_CORRECTION], 0, &e), &e);
	step(clerk, no[APP_CORRECTION], ACT_CORRECT, "地址不符");
	world_submitted(w, clerk, NULL, no[APP_REVIEW]);
	world_approved(w, clerk, reviewer, no[APP_APPROVED]);
	world_approved(w, clerk, reviewer, no[APP_ISSUING]);
	setenv("RA_KILL_AT", "STEP_INTENT", 1);
	if (ra(w, "huang", "issue", no[APP_ISSUING], "--csr", csr, NULL) != 128 + 9)
		return 1;
	unsetenv("RA_KILL_AT");
	issued(no[APP_ISSUED]);
	issued(no[APP_DELIVERED]);
	went(desk_send(clerk, no[APP_DELIVERED], 0, "顺丰", "SF1", &e), &e);
	issued(no[APP_CLOSED]);
	went(desk_deliver(clerk, no[APP_CLOSED], 0, "刘晓彤", "11010519491231002X", &e), &e);
	world_submitted(w, clerk, NULL, no[APP_REFUSED]);
	step(reviewer, no[APP_REFUSED], ACT_REFUSE, "材料虚假");
	world_draft(w, clerk, NULL, no[APP_WITHDRAWN]);
	step(clerk, no[APP_WITHDRAWN], ACT_WITHDRAW, "申请单位撤回");
	for (int s = 0; s < APP_STATE_N; s++) {
		if (!no[s][0])
			continue;
		in[s] = calloc(1, sizeof *in[s]);
		went(application_load(clerk, no[s], in[s], &e), &e);
		assert_int_equal(in[s]->state, s);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (int s = 0; s < APP_STATE_N; s++)
		free(in[s]);
	office_close(clerk);
	office_close(reviewer);
	world_free(w);
	return 0;
}

static void
open_to(struct office *o, const struct application *a, char out[300])
{
	enum act next[ACT_N];
	size_t n = workflow_next(o, a, next), used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(out + used, 300 - used, "%s%s", used ? " " : "", acts[next[i]].command);
}

/* Members of every role: chen has entered and accepted all of them, the others had no hand in them. */
static const struct { const char *login, *open[APP_STATE_N]; } rights[] = {
	{ "chen", { "edit accept withdraw", "edit material pay correct withdraw", "edit material pay accept withdraw", "edit material withdraw",
	    "edit withdraw", "", "deliver", "confirm" } },
	{ "li", { "edit accept withdraw", "edit material pay correct withdraw", "edit material pay accept withdraw", "edit material withdraw",
	    "edit issue withdraw", "issue", "deliver", "confirm" } },
	{ "zhou", { "edit accept withdraw", "edit material correct withdraw", "edit material accept withdraw", "edit material review withdraw",
	    "edit issue withdraw", "issue", "deliver", "confirm" } },
	{ "wu", { "", "pay", "pay" } },
	{ "liang", { "edit accept withdraw", "edit material pay correct withdraw", "edit material pay accept withdraw", "edit material review withdraw",
	    "edit issue withdraw", "issue", "deliver", "confirm" } },
	{ "he", { "" } },
};

static void
every_role_sees_what_it_may_do_in_every_state(void **st)
{
	char line[300];

	(void)st;
	for (size_t m = 0; m < sizeof rights / sizeof *rights; m++) {
		struct office *o = world_member(w, rights[m].login);

		for (int s = 0; s < APP_STATE_N; s++) {
			const char *expected = rights[m].open[s] ? rights[m].open[s] : "";

			if (!in[s])
				continue;
			open_to(o, in[s], line);
			if (strcmp(line, expected) != 0)
				fail_msg("%s, %s: open is '%s', not '%s'", app_state_names[s].stored, rights[m].login, line, expected);
		}
		office_close(o);
	}
}

/* Whatever is not open is refused in words, by the step itself too, and leaves no trace. */
static void
every_other_step_is_refused_in_words(void **st)
{
	int rows = sql_int(w, "SELECT count(*) FROM audit"), asked = 0;

	(void)st;
	for (size_t m = 0; m < sizeof rights / sizeof *rights; m++) {
		struct office *o = world_member(w, rights[m].login);

		for (int s = 0; s < APP_STATE_N; s++)
			for (int act = 0; in[s] && act < ACT_N; act++) {
				const char *open = rights[m].open[s] ? rights[m].open[s] : "", *command = acts[act].command;
				enum app_state to = APP_STATE_N;
				struct err e = { 0 };
				bool may = workflow_may(o, in[s], (enum act)act, &to, &e);

				asked++;
				if (!may && (e.code != FAULT_REFUSED || strlen(e.text) < 10 || to != APP_STATE_N))
					fail_msg("%s, %s, %s: '%s'", app_state_names[s].stored, rights[m].login, acts[act].stored, e.text);
				if (may && (to >= APP_STATE_N || (command && !strstr(open, command))))
					fail_msg("%s, %s: %s goes to %d", app_state_names[s].stored, rights[m].login, acts[act].stored, (int)to);
				/* a role without the right hears which roles have it */
				if (!(acts[act].roles & (1u << o->me.role)))
					assert_non_null(strstr(e.text, "for the roles"));
			}
		office_close(o);
	}
	assert_true(asked > 3000);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit"), rows);
}

/* ---- two people, always ---- */

static void
nobody_approves_or_issues_what_passed_the_own_hands(void **st)
{
	static const char *const front[] = { "li", "zhou", "liang" };	/* every role that may enter */
	struct office *second = world_member(w, "huang");
	struct issue_medium m = { .csr = csr };
	struct err e;

	(void)st;
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++) {
			struct office *enters = world_member(w, front[i]), *accepts = world_member(w, front[k]);
			struct office *both[] = { enters, accepts };
			char number[APP_NO_MAX];

			world_draft(w, enters, NULL, number);
			went(desk_accept(accepts, number, 0, &e), &e);
			world_pass(clerk, number);		/* checking papers and taking money is no hand in it */
			for (int b = 0; b < 2; b++) {
				assert_false(desk_step(both[b], number, 0, ACT_APPROVE, NULL, &e));
				assert_false(desk_step(both[b], number, 0, ACT_REFUSE, "x", &e));
				assert_false(desk_step(both[b], number, 0, ACT_RETURN, "x", &e));
				if (both[b]->me.role != ROLE_CLERK)
					assert_non_null(strstr(e.text, "another person"));
			}
			went(desk_step(second, number, 0, ACT_APPROVE, NULL, &e), &e);
			for (int b = 0; b < 2; b++) {
				assert_false(issue_application(both[b], number, 0, &m, &e));
				assert_non_null(strstr(e.text, "another person"));
			}
			went(issue_application(second, number, 0, &m, &e), &e);
			office_close(enters);
			office_close(accepts);
		}
	office_close(second);
}

static void
edit(struct office *o, const char *number, const char *text)
{
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	struct err e = { 0 };

	went(json_in_parse(text, strlen(text), &j, &e), &e);
	went(desk_edit(o, number, 0, j, &problems, &e), problems.n ? &problems.at[0] : &e);
	json_in_free(j);
}

static struct application *
now_is(const char *number)
{
	static struct application a;
	struct err e;

	went(application_load(clerk, number, &a, &e), &e);
	return &a;
}

static void
who_edits_an_application_cannot_approve_it(void **st)
{
	struct office *zhou = world_member(w, "zhou");
	char number[APP_NO_MAX];
	struct err e;

	(void)st;
	world_submitted(w, clerk, NULL, number);
	edit(zhou, number, "{\"remark\": \"改\"}");
	world_pass(clerk, number);
	assert_false(desk_step(zhou, number, 0, ACT_APPROVE, NULL, &e));
	assert_non_null(strstr(e.text, "another person"));
	went(desk_step(reviewer, number, 0, ACT_APPROVE, NULL, &e), &e);
	office_close(zhou);
}

/* ---- what is missing ---- */

static void
what_is_missing_is_said_in_words(void **st)
{
	char number[APP_NO_MAX], other[APP_NO_MAX], edits[80];
	struct issue_medium m = { .csr = csr };
	struct err e = { 0 };

	(void)st;
	world_draft(w, clerk, NULL, number);
	assert_false(desk_step(clerk, number, 0, ACT_SUBMIT, NULL, &e));		/* not accepted */
	assert_non_null(strstr(e.text, "draft"));
	went(desk_accept(clerk, number, 0, &e), &e);
	assert_false(desk_step(clerk, number, 0, ACT_SUBMIT, NULL, &e));
	assert_non_null(strstr(e.text, "licence copy"));				/* each paper by name and state */
	assert_non_null(strstr(e.text, "pending"));
	went(desk_material(clerk, number, 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_FAIL, .copies = 1, .reason = "模糊" },
	    &e), &e);
	assert_false(desk_step(clerk, number, 0, ACT_SUBMIT, NULL, &e));
	assert_non_null(strstr(e.text, "fail"));
	assert_false(desk_step(clerk, number, 0, ACT_CORRECT, "", &e));
	assert_string_equal(e.field, "reason");
	assert_false(desk_step(clerk, number, 7, ACT_CORRECT, "x", &e));
	assert_string_equal(e.field, "version");
	/* approved without money: the review does not wait for it, the certificate does */
	for (size_t i = 0; i < 5; i++) {
		static const char *const codes[] = { "certificate_form", "licence_copy", "agent_id_copy", "licence_original", "agent_id_original" };

		went(desk_material(clerk, number, 0, &(struct desk_check){ .code = codes[i], .outcome = MATERIAL_PASS, .copies = -1 }, &e), &e);
	}
	step(clerk, number, ACT_SUBMIT, NULL);
	step(reviewer, number, ACT_APPROVE, NULL);
	assert_false(issue_application(reviewer, number, 0, &m, &e));
	assert_non_null(strstr(e.text, "400.00"));
	/* a second application of the organisation, while the first is open and when it has its certificate */
	snprintf(edits, sizeof edits, "\"org.credit_code\": \"%.18s\"", now_is(number)->record.org.credit_code);
	world_draft(w, clerk, edits, other);
	assert_false(desk_accept(clerk, other, 0, &e));
	assert_string_equal(e.field, "org.credit_code");
	assert_non_null(strstr(e.text, number));
	went(desk_pay(clerk, number, 0, "card", "400", "W1", &e) && issue_application(reviewer, number, 0, &m, &e), &e);
	assert_false(desk_accept(clerk, other, 0, &e));
	assert_non_null(strstr(e.text, "valid certificate"));
	/* hand-over to somebody else */
	assert_false(desk_deliver(clerk, number, 0, "刘晓丹", "11010519491231002X", &e));
	assert_string_equal(e.field, "to");
	assert_false(desk_deliver(clerk, number, 0, "刘晓彤", "110105194912310038", &e));
	assert_string_equal(e.field, "id_no");
	assert_null(strstr(e.text, "002X"));						/* and does not tell the right one */
	assert_false(desk_send(clerk, number, 0, "顺丰", "", &e));
	assert_string_equal(e.field, "tracking");
	went(desk_deliver(clerk, number, 0, " 刘晓彤 ", "11010519491231002x", &e), &e);
	assert_false(desk_deliver(clerk, number, 0, "刘晓彤", "11010519491231002X", &e));	/* twice */
}

static void
money_is_taken_once_and_never_too_much(void **st)
{
	static const struct { const char *method, *amount, *ref, *field; } rows[] = {
		{ "card", "0", "M0", "amount" }, { "card", "-1", "M0", "amount" }, { "card", "400.01", "M0", "amount" }, { "card", "1e3", "M0", "amount" },
		{ "card", "1.001", "M0", "amount" }, { "card", "", "M0", "amount" }, { "card", "99999999999999999999", "M0", "amount" },
		{ "card", "100", "", "ref" }, { "card", "100", "a\x1b", "ref" }, { "cash", "100", "", "method" }, { "bitcoin", "100", "M0", "method" },
		{ "transfer", "100", "M1", "" }, { "transfer", "100", "M1", "ref" }, { "card", "100", "M1", "" }, { "card", "200.01", "M2", "amount" },
		{ "card", "200.00", "M2", "" }, { "card", "0.01", "M3", "" /* refused: paid in full */ },
	};
	char number[APP_NO_MAX], other[APP_NO_MAX];
	struct err e = { 0 };
	int paid = 0;

	(void)st;
	world_draft(w, clerk, NULL, number);
	assert_false(desk_pay(clerk, number, 0, "card", "100", "M0", &e));		/* before acceptance nothing is due */
	went(desk_accept(clerk, number, 0, &e), &e);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool ok = desk_pay(clerk, number, 0, rows[i].method, rows[i].amount, rows[i].ref, &e);
		bool wanted = rows[i].field[0] == '\0' && i + 1 < sizeof rows / sizeof *rows;

		if (ok != wanted || (!ok && strcmp(e.field, rows[i].field) != 0))
			fail_msg("%s %s %s: %s: %s", rows[i].method, rows[i].amount, rows[i].ref, e.field, e.text);
		paid += ok;
	}
	assert_int_equal(paid, 3);
	assert_int_equal(now_is(number)->paid_fen, 40000);
	assert_int_equal(rules_money(now_is(number)), MONEY_SETTLED);
	/* another application, and the number that has the reference */
	world_draft(w, clerk, NULL, other);
	went(desk_accept(clerk, other, 0, &e), &e);
	assert_false(desk_pay(clerk, other, 0, "card", "100", "M2", &e));
	assert_string_equal(e.field, "ref");
	assert_non_null(strstr(e.text, number));
	assert_int_equal(now_is(other)->paid_fen, 0);
}

static void
the_state_of_the_money_follows_the_amounts(void **st)
{
	static const struct { enum app_state state; int64_t due, paid, waived; enum money_state money; } rows[] = {
		{ APP_RECEIVED, 0, 0, 0, MONEY_NONE_DUE }, { APP_RECEIVED, 400, 0, 0, MONEY_DUE }, { APP_RECEIVED, 400, 1, 0, MONEY_PART },
		{ APP_RECEIVED, 400, 400, 0, MONEY_SETTLED }, { APP_RECEIVED, 400, 0, 400, MONEY_WAIVED }, { APP_RECEIVED, 400, 100, 300, MONEY_SETTLED },
		{ APP_RECEIVED, 400, 401, 0, MONEY_TO_REFUND }, { APP_RECEIVED, 0, 1, 0, MONEY_TO_REFUND }, { APP_WITHDRAWN, 400, 400, 0, MONEY_TO_REFUND },
		{ APP_REFUSED, 400, 100, 0, MONEY_TO_REFUND }, { APP_EXPIRED, 400, 100, 0, MONEY_TO_REFUND }, { APP_WITHDRAWN, 400, 0, 0, MONEY_DUE },
		{ APP_CLOSED, 400, 400, 0, MONEY_SETTLED },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(rules_money_of(rows[i].state, rows[i].due, rows[i].paid, rows[i].waived), rows[i].money);
}

/* ---- edits ---- */

static void
an_edit_voids_checks_and_review_and_one_that_changes_nothing_does_not(void **st)
{
	char number[APP_NO_MAX];
	struct app_material m[16];
	struct err e;
	size_t n;

	(void)st;
	world_approved(w, clerk, reviewer, number);
	edit(clerk, number, "{\"years\": 2, \"agent.name\": \"刘晓彤\"}");		/* as it was */
	assert_int_equal(now_is(number)->state, APP_APPROVED);
	edit(clerk, number, "{\"years\": 3}");
	assert_int_equal(now_is(number)->state, APP_RECEIVED);
	assert_int_equal(now_is(number)->reviewed_by, 0);
	went(app_materials(clerk->db, now_is(number)->id, m, 16, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(m[i].outcome, MATERIAL_PENDING);
	/* the fee follows by the accepted table: more is due, then an excess is to go back */
	assert_int_equal(now_is(number)->due_fen, 60000);
	assert_int_equal(rules_money(now_is(number)), MONEY_PART);
	edit(clerk, number, "{\"years\": 1}");
	assert_int_equal(rules_money(now_is(number)), MONEY_TO_REFUND);
	/* a seal brings its line, its form and its paper */
	edit(clerk, number, "{\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"李四海\","
	    " \"seal.manager_post\": \"主任\", \"seal.manager_phone\": \"13800138000\", \"seal_notes_read\": true, \"org.legal_rep\": \"王小明\","
	    " \"org.nature\": \"enterprise\"}");
	assert_int_equal(now_is(number)->due_fen, 40000);
	went(app_materials(clerk->db, now_is(number)->id, m, 16, &n, &e), &e);
	assert_int_equal(n, 6);
	audit_is_whole(w);
}

/* ---- materials ---- */

static void
a_check_that_cannot_be_is_refused_and_stores_no_scan(void **st)
{
	unsigned long size;
	unsigned char *jpeg = make_jpeg(60, 40, JCS_RGB, &size);
	static const struct { struct desk_check check; const char *field; } rows[] = {
		{ { .code = "seal_form", .outcome = MATERIAL_PASS, .copies = -1 }, "code" },
		{ { .code = "", .outcome = MATERIAL_PASS, .copies = -1 }, "code" },
		{ { .code = "certificate_form", .outcome = MATERIAL_PASS, .copies = 1 }, "copies" },
		{ { .code = "certificate_form", .outcome = MATERIAL_FAIL, .copies = 2 }, "reason" },
		{ { .code = "certificate_form", .outcome = MATERIAL_PASS, .copies = 2, .bad_points = 1u << POINT_STAMPED }, "not" },
		{ { .code = "licence_original", .outcome = MATERIAL_FAIL, .copies = 1, .bad_points = 1u << POINT_STAMPED, .reason = "x" }, "not" },
		{ { .code = "certificate_form", .outcome = MATERIAL_FAIL, .copies = 2, .reason = "a\x1b" }, "reason" },
		{ { .code = "certificate_form", .outcome = MATERIAL_PASS, .copies = -1, .shelf = "a\nb" }, "shelf" },
	};
	char number[APP_NO_MAX], command[200];
	struct err e = { 0 };

	(void)st;
	world_draft(w, clerk, NULL, number);
	went(desk_accept(clerk, number, 0, &e), &e);
	snprintf(command, sizeof command, "find %s/scans -type f | wc -l", w->home);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct desk_check c = rows[i].check;

		c.scan = jpeg;
		c.scan_n = size;
		if (desk_material(clerk, number, 0, &c, &e) || strcmp(e.field, rows[i].field) != 0)
			fail_msg("%s: %s: %s", c.code, e.field, e.text);
	}
	/* nor one for an application that is not there or past it, or a picture that is none */
	assert_false(desk_material(clerk, "DG01261121000010", 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS, .copies = -1,
	    .scan = jpeg, .scan_n = size }, &e));
	assert_false(desk_material(clerk, no[APP_CLOSED], 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS, .copies = -1,
	    .scan = jpeg, .scan_n = size }, &e));
	assert_false(desk_material(clerk, number, 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS, .copies = -1,
	    .scan = "GIF89a", .scan_n = 6 }, &e));
	assert_string_equal(e.field, "scan");
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_int_equal(strtol(w->out, NULL, 10), 0);
	went(desk_material(clerk, number, 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS, .copies = -1, .scan = jpeg,
	    .scan_n = size, .shelf = "A-3" }, &e), &e);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_int_equal(strtol(w->out, NULL, 10), 1);
	free(jpeg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_sees_what_it_may_do_in_every_state),
		cmocka_unit_test(every_other_step_is_refused_in_words),
		cmocka_unit_test(nobody_approves_or_issues_what_passed_the_own_hands),
		cmocka_unit_test(who_edits_an_application_cannot_approve_it),
		cmocka_unit_test(what_is_missing_is_said_in_words),
		cmocka_unit_test(money_is_taken_once_and_never_too_much),
		cmocka_unit_test(the_state_of_the_money_follows_the_amounts),
		cmocka_unit_test(an_edit_voids_checks_and_review_and_one_that_changes_nothing_does_not),
		cmocka_unit_test(a_check_that_cannot_be_is_refused_and_stores_no_scan),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
