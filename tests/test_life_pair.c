/* Where an organisation's certificate and its administrator's are renewed as one: whichever is named, killed at each step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "tests/life.h"

#include <stdio.h>
#include <string.h>

static struct life l;
static char no[APP_NO_MAX], organisation[64], admin[64], user[64];

static int
ready(void)
{
	l.method = "wechat";
	return 0;
}

#define USER(n, name, id, role) "\"user." n ".name\": \"" name "\", \"user." n ".id_no\": \"" id "\", \"user." n \
	".mobile\": \"13922880055\", \"user." n ".role\": \"" role "\""

static void
serial_like(const char *subject, char out[64])
{
	char sql[300];

	snprintf(sql, sizeof sql, "SELECT serial FROM certificate WHERE subject LIKE '%%%s%%' ORDER BY id DESC LIMIT 1", subject);
	sql_int(l.w, sql);
	snprintf(out, 64, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
}

/* A package of its own on tokens: organisation, administrator, one more user. */
static void
package(const char *name, const char *code)
{
	char text[1500];

	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 1, \"ca\": \"netca\","
	    " \"org.name\": \"%s\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\","
	    " \"org.region\": \"广东省广州市\", \"org.address\": \"广州市黄埔区1号\", \"agent.name\": \"刘晓彤\","
	    " \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"package\": \"org1\", \"extra_users\": 1,"
	    " \"auth_way\": \"face\", " USER("1", "钟丽萍", "440524188001010014", "user") ", "
	    USER("2", "刘晓彤", "11010519491231002X", "administrator") "}", name, code);
	life_ordered(&l, text, no);
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	life_deliver(&l, no);
	snprintf(text, sizeof text, "CN=%s", name);
	serial_like(text, organisation);
	snprintf(text, sizeof text, "O=%s, CN=刘晓彤", name);
	serial_like(text, admin);
	snprintf(text, sizeof text, "O=%s, CN=钟丽萍", name);
	serial_like(text, user);
}

static const char *
renewal(const char *serial, int years)
{
	static char text[300];

	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"renew\", \"channel\": \"online\", \"years\": %d,"
	    " \"old_serial\": \"%s\"}", years, serial);
	return text;
}

static int64_t
ends(const char *serial)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT not_after FROM certificate WHERE serial = '%.63s'", serial);
	return sql_int(l.w, sql);
}

static void
renewed(const char *old, int years)
{
	char serial[64];

	if (strcmp(life_state(&l, old), "superseded") != 0)
		fail_msg("%s is %s", old, out_value(l.w, "state"));
	snprintf(serial, sizeof serial, "%s", out_value(l.w, "replaced_by"));
	assert_string_equal(life_state(&l, serial), "valid");
	assert_int_equal(ends(serial), when_add_years(ends(old), years));
	assert_int_equal(life_listed(&l, old), -1);
	assert_true(life_verifies(&l, serial));
}

/* Whichever of the two is named; the other user is no part of it. */
static void
organisation_and_administrator_are_renewed_as_one(void **st)
{
	(void)st;
	package("广州市黄埔电子有限公司", "91440101MA5K12347N");
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", renewal(user, 1)), NULL), 1);
	assert_non_null(strstr(l.w->err, "old_serial: "));
	assert_non_null(strstr(l.w->err, "add_users"));
	life_ordered(&l, renewal(admin, 2), no);
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"due_fen\":40000"));		/* 100 each and year */
	assert_non_null(strstr(l.w->out, "\"user.1.name\":\"刘晓彤\""));
	assert_null(strstr(l.w->out, "钟丽萍"));
	/* nothing else begins on either of them meanwhile */
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", renewal(organisation, 1)), NULL), 1);
	assert_non_null(strstr(l.w->err, no));
	assert_int_equal(ra(l.w, "huang", "issue", no, "--csr", life_csr(&l, "po"), NULL), 1);
	assert_non_null(strstr(l.w->err, "item: "));
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", "--csr", life_csr(&l, "po"), NULL), 0);
	state_is(l.w, no, "issuing");
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	state_is(l.w, no, "issued");
	life_deliver(&l, no);
	renewed(organisation, 2);
	renewed(admin, 2);
	assert_string_equal(life_state(&l, user), "valid");
	/* and again, from what came of it, named by the other */
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", renewal(organisation, 1)), NULL), 1);
	life_state(&l, organisation);
	snprintf(organisation, sizeof organisation, "%s", out_value(l.w, "replaced_by"));
	life_state(&l, admin);
	snprintf(admin, sizeof admin, "%s", out_value(l.w, "replaced_by"));
	life_ordered(&l, renewal(organisation, 1), no);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", "--csr", life_csr(&l, "pp"), NULL), 0);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "2", "--csr", life_csr(&l, "pa"), NULL), 0);
	life_deliver(&l, no);
	renewed(organisation, 1);
	renewed(admin, 1);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* From today, with the full check again; both have ended. */
static void
after_their_end_both_begin_today(void **st)
{
	int64_t now = when_now();
	char text[400];

	(void)st;
	life_state(&l, organisation);
	snprintf(organisation, sizeof organisation, "%s", out_value(l.w, "replaced_by"));
	life_state(&l, admin);
	snprintf(admin, sizeof admin, "%s", out_value(l.w, "replaced_by"));
	life_ends(&l, organisation, now - 5);
	life_ends(&l, admin, now - 4);
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", renewal(organisation, 1)), NULL), 1);
	assert_non_null(strstr(l.w->err, "auth_way: "));
	snprintf(text, sizeof text, "%.*s, \"auth_way\": \"face\"}", (int)strlen(renewal(admin, 1)) - 1, renewal(admin, 1));
	life_ordered(&l, text, no);
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	assert_string_equal(out_value(l.w, "late"), "true");
	assert_non_null(strstr(l.w->out, "face_check"));
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", "--csr", life_csr(&l, "lo"), NULL), 0);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "2", "--csr", life_csr(&l, "la"), NULL), 0);
	life_deliver(&l, no);
	for (int i = 0; i < 2; i++) {
		life_state(&l, i == 0 ? organisation : admin);
		snprintf(text, sizeof text, "%s", out_value(l.w, "replaced_by"));
		assert_string_equal(life_state(&l, text), "valid");
		assert_true(ends(text) >= when_add_years(now, 1) && ends(text) <= when_add_years(when_now(), 1));
	}
	audit_is_whole(l.w);
}

static void
a_double_renewal_killed_at_each_step_leaves_both_renewed(void **st)
{
	static const enum step at[] = { STEP_IDENTIFIED, STEP_INTENT, STEP_RECEIVED, STEP_ANSWERED, STEP_WRITTEN, STEP_VERIFIED };

	(void)st;
	package("广州市南沙贸易有限公司", "91440101MA5K432156");
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		life_ordered(&l, renewal(i % 2 == 0 ? organisation : admin, 1), no);
		/* in the first, or between the two */
		if (i % 3 == 2)
			assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", NULL), 0);
		if (life_killed(&l, at[i], "huang", "issue", no, NULL, NULL) != 128 + 9)
			fail_msg("%s: %s", step_names[at[i]], l.w->err);
		if (ra(l.w, "zhou", "resume", NULL) != 0)
			fail_msg("%s: resume: %s%s", step_names[at[i]], l.w->out, l.w->err);
		assert_int_equal(ra(l.w, "huang", "show", no, "--json", NULL), 0);
		if (strcmp(out_value(l.w, "state"), "issued") != 0 && ra(l.w, "huang", "issue", no, NULL) != 0)
			fail_msg("%s: again: %s", step_names[at[i]], l.w->err);
		state_is(l.w, no, "issued");
		life_deliver(&l, no);
		renewed(organisation, 1);
		renewed(admin, 1);
		life_state(&l, organisation);
		snprintf(organisation, sizeof organisation, "%s", out_value(l.w, "replaced_by"));
		life_state(&l, admin);
		snprintf(admin, sizeof admin, "%s", out_value(l.w, "replaced_by"));
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(organisation_and_administrator_are_renewed_as_one),
		cmocka_unit_test(after_their_end_both_begin_today),
		cmocka_unit_test(a_double_renewal_killed_at_each_step_leaves_both_renewed),
	};

	return life_run(&l, tests, ready);
}
