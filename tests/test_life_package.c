/* An organisation's certificate with the personal ones of its users: one application, several certificates, each on a medium
 * of its own; further users later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/idnumber.h"
#include "ra/desk.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;
static char no[APP_NO_MAX], organisation[64];

static int
ready(void)
{
	l.method = "wechat";
	return 0;
}

#define USER(n, name, id, role) "\"user." n ".name\": \"" name "\", \"user." n ".id_no\": \"" id "\", \"user." n \
	".mobile\": \"13922880055\", \"user." n ".role\": \"" role "\""

static void
apply(const char *text)
{
	life_ordered(&l, text, no);
}

static void
a_package_is_made_one_by_one_and_issued_with_the_last(void **st)
{
	(void)st;
	apply("{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 2, \"ca\": \"netca\","
	    " \"org.name\": \"广州市云山软件有限公司\", \"org.credit_code\": \"91350100M000100Y43\", \"org.legal_rep\": \"邓建华\","
	    " \"org.region\": \"广东省广州市\", \"org.address\": \"广州市天河区龙口西路1号\", \"agent.name\": \"刘晓彤\","
	    " \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"package\": \"org3\", \"auth_way\": \"face\", "
	    USER("1", "刘晓彤", "11010519491231002X", "administrator") ", "
	    USER("2", "钟丽萍", "440524188001010014", "user") ", " USER("3", "邓建华", "11010119900307803X", "user") "}");
	/* which is the request for? */
	assert_int_equal(ra(l.w, "huang", "issue", no, "--csr", life_csr(&l, "o"), NULL), 1);
	assert_non_null(strstr(l.w->err, "item: "));
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "5", "--csr", life_csr(&l, "o"), NULL), 1);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", "--csr", life_csr(&l, "o"), NULL), 0);
	state_is(l.w, no, "issuing");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid' AND c.subject LIKE '%CN=广州市云山软件有限公司%'"), 1);
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "3", NULL), 0);
	state_is(l.w, no, "issuing");
	assert_int_equal(life_certificates(&l, no, "c.subject LIKE '%钟丽萍%'"), 1);
	/* the rest on tokens, killed on the way */
	assert_int_equal(life_killed(&l, STEP_RECEIVED, "huang", "issue", no, NULL, NULL), 128 + 9);
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	state_is(l.w, no, "issuing");
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	state_is(l.w, no, "issued");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid'"), 4);
	assert_int_equal(sql_int(l.w, "SELECT count(DISTINCT token) FROM item WHERE token IS NOT NULL"), 3);
	life_deliver(&l, no);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
a_token_that_dies_takes_only_its_own_certificate_with_it(void **st)
{
	char serial[64], sql[200];

	(void)st;
	apply("{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 1, \"ca\": \"netca\","
	    " \"org.name\": \"广州市白云包装有限公司\", \"org.credit_code\": \"91440300708461136T\", \"org.legal_rep\": \"邓建华\","
	    " \"org.region\": \"广东省广州市\", \"org.address\": \"广州市白云区1号\", \"agent.name\": \"刘晓彤\","
	    " \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"package\": \"org1\", \"auth_way\": \"face\", "
	    USER("1", "刘晓彤", "11010519491231002X", "administrator") "}");
	assert_int_equal(ra(l.w, "huang", "issue", no, "--item", "1", NULL), 0);
	assert_int_equal(life_killed(&l, STEP_ISSUED, "huang", "issue", no, NULL, NULL), 128 + 9);
	snprintf(sql, sizeof sql, "SELECT t.serial FROM token t WHERE t.state = 'reserved'");
	sql_int(l.w, sql);
	snprintf(serial, sizeof serial, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	assert_int_equal(ra(l.w, "huang", "token", "move", serial, "damaged", "--reason", "掉水里", NULL), 0);
	state_is(l.w, no, "issuing");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid'"), 1);
	assert_int_equal(life_certificates(&l, no, "c.state = 'revoked'"), 1);
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	state_is(l.w, no, "issued");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid'"), 2);
	life_deliver(&l, no);
	assert_true(life_agrees(&l));
}

static void
users_are_added_to_the_organisations_certificate(void **st)
{
	char text[900];

	(void)st;
	sql_int(l.w, "SELECT serial FROM certificate WHERE subject LIKE '%CN=广州市云山软件有限公司%' AND state = 'valid' ORDER BY id LIMIT 1");
	snprintf(organisation, sizeof organisation, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"add_users\", \"channel\": \"online\", \"years\": 1,"
	    " \"old_serial\": \"%s\", %s}", organisation, USER("1", "黎伟强", "440103198501010518", "user"));
	apply(text);
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	state_is(l.w, no, "issued");
	assert_int_equal(life_certificates(&l, no, "c.state = 'valid' AND c.subject LIKE '%黎伟强%' AND c.replaces IS NULL"), 1);
	assert_string_equal(life_state(&l, organisation), "valid");
	life_deliver(&l, no);
	audit_is_whole(l.w);
}

/* As many certificates as users whatever was killed, each on a token of its own. */
static void
two_users_added_together_and_killed_at_each_step_get_one_each(void **st)
{
	static const char users[] = "\"years\": 1, " USER("1", "黎伟强", "440103198501010518", "user") ", "
	    USER("2", "钟丽萍", "440524188001010014", "user");
	struct life_steps s = { .n = 1 };
	struct holder h = { 0 };
	char sql[200];

	(void)st;
	assert_int_equal(ra(l.w, "chen", "token", "add", "--soft", "40", NULL), 0);
	l.scheme = "yueqiqian";
	l.channel = "online";
	for (size_t k = 0; k <= s.n; k++) {
		snprintf(h.serial, sizeof h.serial, "%s", organisation);
		life_approved(&l, &h, "add_users", NULL, users);
		if (k == 0)
			s = life_steps_of_issue(&l, h.no);
		else
			life_goes_on(&l, &s, k - 1, "huang", "issue", h.no, NULL, NULL, "issued");
		snprintf(no, sizeof no, "%s", h.no);
		assert_int_equal(life_certificates(&l, no, "c.state = 'valid' AND c.subject LIKE '%CN=黎伟强%'"), 1);
		assert_int_equal(life_certificates(&l, no, "c.state = 'valid' AND c.subject LIKE '%CN=钟丽萍%'"), 1);
		assert_int_equal(life_certificates(&l, no, "1"), 2);
		snprintf(sql, sizeof sql, "SELECT count(DISTINCT i.token) FROM item i JOIN application a ON a.id = i.application WHERE"
		    " a.no = '%s'", no);
		assert_int_equal(sql_int(l.w, sql), 2);
		life_deliver(&l, no);
	}
	assert_int_equal(s.n, 22);
	assert_string_equal(life_state(&l, organisation), "valid");
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM token WHERE state = 'reserved'"), 0);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_is_made_one_by_one_and_issued_with_the_last),
		cmocka_unit_test(a_token_that_dies_takes_only_its_own_certificate_with_it),
		cmocka_unit_test(users_are_added_to_the_organisations_certificate),
		cmocka_unit_test(two_users_added_together_and_killed_at_each_step_get_one_each),
	};

	return life_run(&l, tests, ready);
}
