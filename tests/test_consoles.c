/* Several consoles of one home at the same moment: nobody gets another's token, number or decision, and nobody is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/issue.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSOLES 16

static struct world *w;

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* Runs `ra --as LOGIN COMMAND` once per number, all at the same time; how many ended with 0. What went wrong is in err. */
static int
at_once(const char *login, const char *before, char no[][APP_NO_MAX], int n, const char *after)
{
	char script[8192], name[32];
	size_t used;
	int good = 0;

	used = (size_t)snprintf(script, sizeof script, "cd %s; export RA_HOME=home RA_LANGUAGE=en RA_PASSWORD=$(awk '$1 == \"%s\""
	    " { print $3 }' home/demo-logins);", w->dir, login);
	for (int i = 0; i < n; i++)
		used += (size_t)snprintf(script + used, sizeof script - used, "{ %s --as %s %s %s %s >o%d 2>e%d; echo $? > r%d; } & ",
		    built("ra"), login, before, no ? no[i] : "", after, i, i, i);
	snprintf(script + used, sizeof script - used, "wait; cat e[0-9]* >&2; cat o[0-9]* | grep .");
	run(w, "sh", "-c", script, NULL);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "r%d", i);
		good += world_read(w, name)[0] == '0';
	}
	return good;
}

static void
tokens_are_added_by_several_consoles_at_once(void **st)
{
	(void)st;
	assert_int_equal(at_once("chen", "token add --soft 4", NULL, 4, ""), 4);
	assert_int_equal(sql_int(w, "SELECT count(DISTINCT serial) FROM token WHERE state = 'blank'"), CONSOLES);
}

static void
sixteen_consoles_with_sixteen_tokens_make_sixteen_certificates(void **st)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = world_member(w, "huang");
	char no[CONSOLES][APP_NO_MAX];
	int good;

	(void)st;
	for (int i = 0; i < CONSOLES; i++)
		world_approved(w, clerk, reviewer, no[i]);
	office_close(clerk);
	office_close(reviewer);
	good = at_once("huang", "issue", no, CONSOLES, "");
	if (good != CONSOLES)
		fprintf(stderr, "%s", w->err);
	assert_int_equal(good, CONSOLES);
	assert_int_equal(sql_int(w, "SELECT count(DISTINCT token) FROM item WHERE state = 'verified'"), CONSOLES);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM token WHERE state = 'active'"), CONSOLES);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate WHERE state = 'valid'"), CONSOLES);
	audit_is_whole(w);
}

static int
at_once_on_one(const char *login, const char *command, const char *no)
{
	char same[CONSOLES][APP_NO_MAX];

	for (int i = 0; i < CONSOLES; i++)
		snprintf(same[i], sizeof same[i], "%s", no);
	return at_once(login, command, same, CONSOLES, "");
}

static void
of_sixteen_who_do_the_same_step_one_has_done_it(void **st)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = world_member(w, "huang");
	char draft[APP_NO_MAX], approved[APP_NO_MAX], sql[200];

	(void)st;
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "2", NULL), 0);
	world_draft(w, clerk, NULL, draft);
	world_approved(w, clerk, reviewer, approved);
	office_close(clerk);
	office_close(reviewer);
	assert_int_equal(at_once_on_one("li", "accept", draft), 1);
	assert_true(at_once_on_one("huang", "issue", approved) >= 1);	/* who comes late may find it done */
	state_is(w, approved, "issued");
	snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'",
	    approved);
	assert_int_equal(sql_int(w, sql), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
	audit_is_whole(w);
}

static void
every_console_gives_a_number_of_its_own(void **st)
{
	char form[256], before[300];

	(void)st;
	snprintf(form, sizeof form, "%s", world_form(w, NULL));
	snprintf(before, sizeof before, "apply %s", form);
	assert_int_equal(at_once("li", before, NULL, CONSOLES, ""), CONSOLES);
	assert_int_equal(sql_int(w, "SELECT count(*) = count(DISTINCT no) AND count(*) >= 16 FROM application"), 1);
	/* and the same reference is one application, whoever comes first */
	snprintf(form, sizeof form, "%s", world_form(w, "\"client_ref\": \"portal-7\""));
	snprintf(before, sizeof before, "apply %s", form);
	assert_int_equal(at_once("li", before, NULL, CONSOLES, ""), CONSOLES);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application WHERE client_ref = 'portal-7'"), 1);
}

/* A console runs all day; tokens are added at another one. */
static void
a_running_console_finds_tokens_that_were_added_elsewhere(void **st)
{
	struct office *reviewer = world_member(w, "huang");
	struct issue_medium any = { 0 };
	char no[APP_NO_MAX];
	struct err e;

	(void)st;
	while (sql_int(w, "SELECT count(*) FROM token WHERE state = 'blank'") > 0) {
		snprintf(no, sizeof no, "%s", world_case(w, true));
		went(issue_application(reviewer, no, 0, &any, &e), &e);
	}
	snprintf(no, sizeof no, "%s", world_case(w, true));
	assert_false(issue_application(reviewer, no, 0, &any, &e));
	assert_int_equal(e.code, FAULT_LATER);
	assert_non_null(strstr(e.text, "ra token add"));
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "1", NULL), 0);
	went(issue_application(reviewer, no, 0, &any, &e), &e);
	state_is(w, no, "issued");
	office_close(reviewer);
}

/* A worker of a console has an office of its own in the same process. */
static void
an_office_that_closes_leaves_the_tokens_to_the_others_of_its_process(void **st)
{
	struct office *one = world_member(w, "huang"), *other = world_member(w, "zhou");
	struct token_info *list = calloc(64, sizeof *list);
	struct token_module *a, *b;
	size_t n, again;
	struct err e;

	(void)st;
	went(office_module(one, &a, &e) && office_module(other, &b, &e) && token_list(b, list, 64, &n, &e), &e);
	office_close(one);
	went(token_list(b, list, 64, &again, &e), &e);
	assert_true(n > 0);
	assert_int_equal(n, again);
	office_close(other);
	free(list);
}

static void
a_token_is_taken_into_stock_only_with_its_right_so_pin(void **st)
{
	char command[400], serial[32];

	(void)st;
	snprintf(command, sizeof command, "export SOFTHSM2_CONF=%s/softhsm2.conf; softhsm2-util --init-token --free --label bought"
	    " --so-pin 88888888 --pin 123456 >/dev/null; softhsm2-util --show-slots | grep -B5 'Label: *bought'"
	    " | sed -n 's/ *Serial number: *//p'", w->home);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	snprintf(serial, sizeof serial, "%.16s", w->out);
	assert_int_equal(strlen(serial), 16);
	setenv("RA_SO_PIN", "00000000", 1);
	assert_int_equal(ra(w, "chen", "token", "add", serial, NULL), 1);
	assert_non_null(strstr(w->err, "so_pin: "));
	setenv("RA_SO_PIN", "1", 1);
	assert_int_equal(ra(w, "chen", "token", "add", serial, NULL), 1);
	assert_int_equal(ra(w, "chen", "token", "add", "feedfeedfeedfeed", NULL), 3);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM token WHERE state = 'blank'"), 0);
	setenv("RA_SO_PIN", "88888888", 1);
	assert_int_equal(ra(w, "wu", "token", "add", serial, NULL), 1);
	assert_int_equal(ra(w, "chen", "token", "add", serial, NULL), 0);
	assert_int_equal(ra(w, "chen", "token", "add", serial, NULL), 1);
	unsetenv("RA_SO_PIN");
	assert_int_equal(ra(w, "huang", "issue", world_case(w, true), "--token", serial, NULL), 0);
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_added_by_several_consoles_at_once),
		cmocka_unit_test(sixteen_consoles_with_sixteen_tokens_make_sixteen_certificates),
		cmocka_unit_test(of_sixteen_who_do_the_same_step_one_has_done_it),
		cmocka_unit_test(every_console_gives_a_number_of_its_own),
		cmocka_unit_test(a_running_console_finds_tokens_that_were_added_elsewhere),
		cmocka_unit_test(an_office_that_closes_leaves_the_tokens_to_the_others_of_its_process),
		cmocka_unit_test(a_token_is_taken_into_stock_only_with_its_right_so_pin),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
