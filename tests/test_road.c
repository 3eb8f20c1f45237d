/* The whole road of a walk-in application through the commands, and every kill on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/office.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world *w;
static const char *const materials[] = { "certificate_form", "licence_copy", "agent_id_copy", "licence_original",
	"agent_id_original" };

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	return ra(w, "chen", "token", "add", "--soft", "30", NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

static void
a_walk_in_application_is_closed_with_a_certificate_of_exactly_its_term(void **st)
{
	char no[32], serial[64], pem[160], issuer[160];
	int64_t from, to;

	(void)st;
	assert_int_equal(ra(w, "chen", "apply", world_form(w, NULL), NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	for (size_t i = 0; i < sizeof materials / sizeof *materials; i++)
		assert_int_equal(ra(w, "chen", "material", no, materials[i], "pass", NULL), 0);
	assert_int_equal(ra(w, "chen", "pay", no, "--method", "card", "--amount", "400.00", "--ref", no, NULL), 0);
	assert_int_equal(ra(w, "chen", "submit", no, NULL), 0);
	assert_int_equal(ra(w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	assert_string_equal(out_value(w, "state"), "issued");
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	assert_true(when_parse_iso(out_value(w, "not_before"), &from));
	assert_true(when_parse_iso(out_value(w, "not_after"), &to));
	assert_int_equal(to, when_add_years(from, 2));
	snprintf(pem, sizeof pem, "%s/c.pem", w->dir);
	snprintf(issuer, sizeof issuer, "%s/pki/issuer.pem", w->home);
	assert_int_equal(ra(w, "chen", "cert", "export", serial, "-o", pem, NULL), 0);
	assert_int_equal(run(w, "openssl", "verify", "-CAfile", issuer, pem, NULL), 0);
	assert_int_equal(run(w, "openssl", "x509", "-in", pem, "-noout", "-text", NULL), 0);
	assert_non_null(strstr(w->out, "1.2.156.10260.4.4"));
	assert_int_equal(ra(w, "li", "deliver", no, "--to", "刘晓彤", "--id-no", "11010519491231002x", NULL), 0);
	state_is(w, no, "closed");
	assert_int_equal(ra(w, "huang", "pin", no, NULL), 1);	/* wiped */
	audit_is_whole(w);
}

static void
what_is_wrong_is_refused_and_stores_nothing(void **st)
{
	char no[32], other[32], serial[40];
	int rows;

	(void)st;
	snprintf(no, sizeof no, "%s", world_case(w, false));
	rows = sql_int(w, "SELECT count(*) FROM audit");
	assert_int_equal(ra(w, "chen", "review", no, "approve", NULL), 1);
	assert_int_equal(ra(w, "wu", "review", no, "approve", NULL), 1);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 1);
	assert_int_equal(ra(w, "chen", "pay", no, "--method", "card", "--amount", "0.01", "--ref", "x", NULL), 1);
	assert_int_equal(ra(w, "huang", "review", no, "return", NULL), 1);
	assert_non_null(strstr(w->err, "reason: "));
	assert_int_equal(ra(w, "chen", "submit", "DG01261121000010", NULL), 1);
	assert_int_equal(ra(w, "he", "withdraw", no, "--reason", "x", NULL), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit"), rows);
	/* one reference, one payment */
	assert_int_equal(ra(w, "chen", "apply", world_form(w, NULL), NULL), 0);
	snprintf(other, sizeof other, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "chen", "accept", other, NULL), 0);
	assert_int_equal(ra(w, "chen", "pay", other, "--method", "card", "--amount", "400", "--ref", no, NULL), 1);
	assert_non_null(strstr(w->err, "ref: "));
	assert_int_equal(ra(w, "chen", "pay", other, "--method", "card", "--amount", "400.01", "--ref", "over", NULL), 1);
	assert_non_null(strstr(w->err, "amount: "));
	assert_int_equal(ra(w, "chen", "submit", other, NULL), 1);	/* materials */
	assert_int_equal(ra(w, "liang", "accept", other, NULL), 1);	/* twice */
	/* unpaid, by a supervisor who accepted it himself: never both */
	assert_int_equal(ra(w, "liang", "edit", no, world_file(w, "e.json", "{\"remark\":\"x\"}"), NULL), 0);
	state_is(w, no, "received");
	for (size_t i = 0; i < sizeof materials / sizeof *materials; i++)
		assert_int_equal(ra(w, "chen", "material", no, materials[i], "pass", NULL), 0);
	assert_int_equal(ra(w, "chen", "submit", no, NULL), 0);
	assert_int_equal(ra(w, "liang", "review", no, "approve", NULL), 1);
	assert_int_equal(ra(w, "zhou", "review", no, "approve", NULL), 0);
	/* a token that is not blank, one that is not there */
	assert_int_equal(ra(w, "chen", "token", "list", "--state", "active", "--json", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	assert_true(serial[0] != '\0');
	assert_int_equal(ra(w, "huang", "issue", no, "--token", serial, NULL), 1);
	assert_int_equal(ra(w, "huang", "issue", no, "--token", "0000000000000000", NULL), 1);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 1);		/* twice */
	audit_is_whole(w);
}

static void
every_wrong_field_is_reported_with_its_name(void **st)
{
	static const struct { const char *edits, *field; } rows[] = {
		{ "\"years\": 0", "years: " }, { "\"years\": 6", "years: " }, { "\"years\": \"2\"", "years: " },
		{ "\"years\": 2.5", "years: " },
		{ "\"org.credit_code\": \"91350100M000100Y44\"", "org.credit_code: " },
		{ "\"agent.id_no\": \"11010519491231002Y\"", "agent.id_no: " }, { "\"agent.mobile\": \"123\"", "agent.mobile: " },
		{ "\"agent.email\": \"a@b\"", "agent.email: " }, { "\"agent.name\": \"\"", "agent.name: " },
		{ "\"no.such\": \"x\"", "no.such: " }, { "\"org.name\": \"a\\u0007b\"", "org.name: " },
		{ "\"org.name\": \"a\\u0000b\"", "org.name: " }, { "\"org.name\": \"东莞\\uA000公司\"", "org.name: " },
		{ "\"org.address\": \"东莞市\\u0F56路2号\"", "org.address: " }, { "\"remark\": \"\\u0633\"", "remark: " }, { "\"cross_border\": \"yes\"", "cross_border: " },
		{ "\"certificate_count\": 2", "certificate_count: " }, { "\"service\": \"swap\"", "service: " },
		{ "\"channel\": \"online\"", "channel: " }, { "\"scheme\": \"nowhere\"", "scheme: " },
		{ "\"seal.type\": \"official\"", "seal.name: " }, { "\"seal.name\": \"某某公章\"", "seal.manager: " },
		{ "\"auth_way\": \"face\"", "auth_way: " }, { "\"user.1.name\": \"某某\"", "user.1.name: " },
	};
	char huge[700];
	int before;

	(void)st;
	before = sql_int(w, "SELECT count(*) FROM application");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc = ra(w, "chen", "apply", world_form(w, rows[i].edits), NULL);

		if (rc != 1 || !strstr(w->err, rows[i].field))
			fprintf(stderr, "%s: %d %s", rows[i].edits, rc, w->err);
		assert_int_equal(rc, 1);
		assert_non_null(strstr(w->err, rows[i].field));
	}
	/* several at once */
	assert_int_equal(ra(w, "chen", "apply", world_form(w, "\"years\": 9,\"agent.email\": \"x\",\"zip\": \"1\""), NULL), 1);
	assert_non_null(strstr(w->err, "years: "));
	assert_non_null(strstr(w->err, "agent.email: "));
	assert_non_null(strstr(w->err, "zip: "));
	snprintf(huge, sizeof huge, "\"org.address\": \"%0500d\"", 1);
	assert_int_equal(ra(w, "chen", "apply", world_form(w, huge), NULL), 1);
	assert_non_null(strstr(w->err, "org.address: "));
	assert_int_equal(ra(w, "chen", "apply", world_file(w, "b.json", "{\"scheme\": \"\xff\"}"), NULL), 1);
	assert_int_equal(ra(w, "chen", "apply", world_file(w, "b.json", "[]"), NULL), 1);
	assert_int_equal(ra(w, "chen", "apply", "/nowhere", NULL), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before);
	/* the caller's own reference: a repeat changes nothing and prints the same number */
	assert_int_equal(ra(w, "chen", "apply", world_form(w, "\"client_ref\": \"portal-1\""), NULL), 0);
	snprintf(huge, sizeof huge, "%.600s", w->out);
	assert_int_equal(ra(w, "li", "apply", world_form(w, "\"client_ref\": \"portal-1\""), NULL), 0);
	assert_string_equal(w->out, huge);
}

static void
two_clerks_never_overwrite_each_other(void **st)
{
	char no[32];

	(void)st;
	assert_int_equal(ra(w, "chen", "apply", world_form(w, NULL), NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "chen", "edit", no, world_file(w, "e.json", "{\"remark\":\"一\"}"), "--version", "1", NULL), 0);
	assert_int_equal(ra(w, "li", "edit", no, world_file(w, "e.json", "{\"remark\":\"二\"}"), "--version", "1", NULL), 1);
	assert_non_null(strstr(w->err, "version: "));
	assert_int_equal(ra(w, "li", "show", no, "--json", NULL), 0);
	assert_string_equal(out_value(w, "remark"), "一");
}

static void
an_organisation_has_one_certificate(void **st)
{
	char form[256], no[32];

	(void)st;
	snprintf(form, sizeof form, "%s", world_form(w, NULL));
	assert_int_equal(ra(w, "chen", "apply", form, NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	assert_int_equal(ra(w, "li", "apply", form, NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ra(w, "li", "accept", no, NULL), 1);
	assert_non_null(strstr(w->err, "org.credit_code: "));
}

static void
a_csr_of_the_holders_device_is_certified(void **st)
{
	char no[32], key[160], csr[160];

	(void)st;
	snprintf(no, sizeof no, "%s", world_case(w, true));
	snprintf(key, sizeof key, "%s/k.pem", w->dir);
	snprintf(csr, sizeof csr, "%s/k.csr", w->dir);
	assert_int_equal(ra(w, "huang", "issue", no, "--csr", world_file(w, "bad.csr", "no csr"), NULL), 1);
	assert_non_null(strstr(w->err, "csr: "));
	assert_int_equal(run(w, "openssl", "req", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-subj", "/CN=x", "-out",
	    csr, NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", no, "--csr", csr, NULL), 1);
	assert_int_equal(run(w, "openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", "/CN=x", "-out",
	    csr, NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", no, "--csr", csr, NULL), 0);
	state_is(w, no, "issued");
	assert_int_equal(ra(w, "chen", "cert", "export", out_value(w, "serial"), "-o", world_file(w, "k.crt", ""), NULL), 0);
	snprintf(key, sizeof key, "%s/k.crt", w->dir);
	assert_int_equal(run(w, "openssl", "x509", "-in", key, "-noout", "-subject", "-nameopt", "utf8", NULL), 0);
	assert_non_null(strstr(w->out, "松湖"));		/* the RA's subject, not the request's */
}

static void
killed_at_every_step_it_ends_with_one_certificate(void **st)
{
	(void)st;
	for (int s = 0; s <= STEP_VERIFIED; s++) {
		char no[32], sql[200];

		snprintf(no, sizeof no, "%s", world_case(w, true));
		setenv("RA_KILL_AT", step_names[s], 1);
		assert_int_equal(ra(w, "huang", "issue", no, NULL), 128 + 9);
		unsetenv("RA_KILL_AT");
		assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
		/* nothing had reached the journal: the step is simply done again */
		assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
		if (strcmp(out_value(w, "state"), "approved") == 0)
			assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
		state_is(w, no, "issued");
		snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE"
		    " a.no = '%s' AND c.state = 'valid'", no);
		assert_int_equal(sql_int(w, sql), 1);
		assert_int_equal(ra(w, "chen", "deliver", no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	}
	assert_int_equal(sql_int(w, "SELECT count(*) FROM intent WHERE state NOT IN ('done', 'ended')"), 0);
	audit_is_whole(w);
}

/* As many certificates at the CA as here: no orphan. */
static void
the_ca_has_no_certificate_that_the_store_has_not(void **st)
{
	char ca[160], valid[64];
	int n = sql_int(w, "SELECT count(*) FROM certificate WHERE state = 'valid'");

	(void)st;
	snprintf(ca, sizeof ca, "%s/ca", w->home);
	assert_int_equal(run(w, built("ra-ca"), "status", ca, NULL), 0);
	snprintf(valid, sizeof valid, " valid %d, unconfirmed 0,", n);
	if (!strstr(w->out, valid))
		fprintf(stderr, "store %d, CA %s", n, w->out);
	assert_non_null(strstr(w->out, valid));
}

static void
a_certificate_that_the_ca_dropped_unconfirmed_is_replaced_with_the_same_key(void **st)
{
	char no[32], sql[300];

	(void)st;
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	world_conf(w, "ca/ca.conf", "confirm_wait_s = 300", "confirm_wait_s = 1");
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	snprintf(no, sizeof no, "%s", world_case(w, true));
	setenv("RA_KILL_AT", "STEP_RECEIVED", 1);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 128 + 9);
	unsetenv("RA_KILL_AT");
	sleep(4);
	assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
	state_is(w, no, "issued");
	snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
	    " AND c.state = 'revoked'", no);
	assert_int_equal(sql_int(w, sql), 1);
	snprintf(sql, sizeof sql, "SELECT count(DISTINCT i.public_key) FROM intent i JOIN application a ON a.id = i.application"
	    " WHERE a.no = '%s' AND i.kind = 'issue'", no);
	assert_int_equal(sql_int(w, sql), 1);
	audit_is_whole(w);
}

static void
a_token_that_dies_before_it_is_verified_gives_its_certificate_back(void **st)
{
	char no[32], serial[40], sql[300];

	(void)st;
	snprintf(no, sizeof no, "%s", world_case(w, true));
	setenv("RA_KILL_AT", "STEP_ISSUED", 1);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 128 + 9);
	unsetenv("RA_KILL_AT");
	assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "token"));
	assert_int_equal(ra(w, "huang", "token", "move", serial, "damaged", "--reason", "掉水里", NULL), 0);
	state_is(w, no, "approved");
	snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
	    " AND c.state = 'revoked'", no);
	assert_int_equal(sql_int(w, sql), 1);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	state_is(w, no, "issued");
	audit_is_whole(w);
}

static void
killed_while_revoking_it_ends_revoked_and_approved_again(void **st)
{
	(void)st;
	for (int s = STEP_REVOKE_INTENT; s <= STEP_REVOKED; s++) {
		char no[32], serial[40], sql[300];

		snprintf(no, sizeof no, "%s", world_case(w, true));
		setenv("RA_KILL_AT", "STEP_ISSUED", 1);
		assert_int_equal(ra(w, "huang", "issue", no, NULL), 128 + 9);
		assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
		snprintf(serial, sizeof serial, "%s", out_value(w, "token"));
		setenv("RA_KILL_AT", step_names[s], 1);
		assert_int_equal(ra(w, "huang", "token", "move", serial, "damaged", "--reason", "x", NULL), 128 + 9);
		unsetenv("RA_KILL_AT");
		if (s < STEP_REVOKED)
			assert_int_equal(ra(w, "huang", "issue", no, NULL), 3);		/* not while it is being revoked */
		assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
		state_is(w, no, "approved");
		snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
		    " AND c.state = 'revoked'", no);
		assert_int_equal(sql_int(w, sql), 1);
		assert_int_equal(ra(w, "huang", "token", "move", serial, "damaged", "--reason", "x", NULL), 0);
		assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
		state_is(w, no, "issued");
	}
	audit_is_whole(w);
}

static void
a_scheme_loaded_anew_with_rsa_keys_issues_on_the_token(void **st)
{
	char no[32], command[600], pem[160];

	(void)st;
	assert_int_equal(ra(w, "chen", "scheme", "load", "/nowhere", NULL), 1);
	assert_int_equal(ra(w, "liang", "scheme", "show", "dongguan", NULL), 0);
	snprintf(command, sizeof command, "sed 's/\"p256\"/\"rsa2048\"/' %s/out > %s/rsa.cfg", w->dir, w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/rsa.cfg", w->dir);
	assert_int_equal(ra(w, "liang", "scheme", "check", command, NULL), 0);
	assert_int_equal(ra(w, "chen", "scheme", "load", command, NULL), 1);
	assert_int_equal(ra(w, "liang", "scheme", "load", command, NULL), 0);
	snprintf(no, sizeof no, "%s", world_case(w, true));
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	state_is(w, no, "issued");
	snprintf(pem, sizeof pem, "%s/rsa.pem", w->dir);
	assert_int_equal(ra(w, "chen", "cert", "export", out_value(w, "serial"), "-o", pem, NULL), 0);
	assert_int_equal(run(w, "openssl", "x509", "-in", pem, "-noout", "-text", NULL), 0);
	assert_non_null(strstr(w->out, "2048 bit"));
	audit_is_whole(w);
}

static void
a_store_that_another_program_locks_is_told_and_waited_for(void **st)
{
	char command[400], no[32];

	(void)st;
	assert_int_equal(ra(w, "chen", "apply", world_form(w, NULL), NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	snprintf(command, sizeof command, "(echo 'BEGIN IMMEDIATE;'; sleep 13; echo 'COMMIT;') | sqlite3 %s/ra.db & sleep 0.5", w->home);
	assert_int_equal(system(command), 0);
	assert_int_equal(ra(w, "chen", "show", no, NULL), 0);		/* readers go on */
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 3);
	assert_non_null(strstr(w->err, "locked by another program"));
	sleep(4);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_in_application_is_closed_with_a_certificate_of_exactly_its_term),
		cmocka_unit_test(what_is_wrong_is_refused_and_stores_nothing),
		cmocka_unit_test(every_wrong_field_is_reported_with_its_name),
		cmocka_unit_test(two_clerks_never_overwrite_each_other),
		cmocka_unit_test(an_organisation_has_one_certificate),
		cmocka_unit_test(a_csr_of_the_holders_device_is_certified),
		cmocka_unit_test(killed_at_every_step_it_ends_with_one_certificate),
		cmocka_unit_test(the_ca_has_no_certificate_that_the_store_has_not),
		cmocka_unit_test(a_certificate_that_the_ca_dropped_unconfirmed_is_replaced_with_the_same_key),
		cmocka_unit_test(a_token_that_dies_before_it_is_verified_gives_its_certificate_back),
		cmocka_unit_test(killed_while_revoking_it_ends_revoked_and_approved_again),
		cmocka_unit_test(a_scheme_loaded_anew_with_rsa_keys_issues_on_the_token),
		cmocka_unit_test(a_store_that_another_program_locks_is_told_and_waited_for),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
