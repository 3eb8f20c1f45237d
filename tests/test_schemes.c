/* The other three schemes, as far as they are published: what each offers, asks, charges and holds up, to the certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "forms/idnumber.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/record.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *clerk, *reviewer;
static int64_t shifted;

static int64_t
shifted_clock(void)
{
	return (int64_t)time(NULL) + shifted;
}

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	clerk = world_member(w, "chen");
	reviewer = world_member(w, "huang");
	when_clock = shifted_clock;
	return ra(w, "chen", "token", "add", "--soft", "12", NULL);
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

/* ---- applying ---- */

static const char *
new_code(void)
{
	static char code[20];

	snprintf(code, sizeof code, "91440100%08d", 60000000 + ++w->next);
	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	code[18] = '\0';
	return code;
}

/* "" when it went through; else "field: words" of each wrong field, in lines. */
static const char *
applied(const char *json, char no[APP_NO_MAX])
{
	static char said[2000];
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	struct err e = { 0 };
	size_t n = 0;

	went(json_in_parse(json, strlen(json), &j, &e), &e);
	said[0] = '\0';
	if (!desk_apply(clerk, j, no, &problems, &e)) {
		for (size_t i = 0; i < problems.n && i < ERR_LIST_MAX && n < sizeof said; i++)
			n += (size_t)snprintf(said + n, sizeof said - n, "%s: %s\n", problems.at[i].field, problems.at[i].text);
		if (problems.n == 0)
			snprintf(said, sizeof said, "%s: %s", e.field, e.text);
	}
	json_in_free(j);
	return said;
}

#define SAYS(said, words) do { \
	const char *s_ = (said); \
	if (!strstr(s_, words)) \
		fail_msg("'%s' does not say '%s'", s_, words); \
} while (0)

#define PERSON "\"agent.name\": \"刘晓彤\", \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\""
#define USER(n, name, id, role) "\"user." n ".name\": \"" name "\", \"user." n ".id_no\": \"" id "\", \"user." n \
	".mobile\": \"13922880055\", \"user." n ".role\": \"" role "\""
#define AGENT_USER USER("1", "刘晓彤", "11010519491231002X", "administrator")

static const char *
yueqiqian(const char *code, const char *more)
{
	static char text[4000];

	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 5,"
	    " \"org.name\": \"广州市云山软件有限公司\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\","
	    " \"org.address\": \"广州市天河区龙口西路1号\", " PERSON "%s%s}", code, more[0] ? ", " : "", more);
	return text;
}

static void
passed(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[32];
	struct err e;
	size_t n;

	assert_non_null(a);
	went(application_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 32, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(clerk, no, 0, &c, &e), &e);
	}
	free(a);
}

static void
paid(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	char yuan[32];
	struct err e;

	assert_non_null(a);
	went(application_load(clerk, no, a, &e), &e);
	money_figures(a->due_fen, yuan, sizeof yuan);
	went(a->due_fen == 0 || desk_pay(clerk, no, 0, "transfer", yuan, no, &e), &e);
	free(a);
}

static void
approved(const char *no)
{
	struct err e;

	went(desk_step(clerk, no, 0, ACT_SUBMIT, NULL, &e) && desk_step(reviewer, no, 0, ACT_APPROVE, NULL, &e), &e);
}

static void
road(const char *no)
{
	struct issue_medium m = { 0 };
	struct err e;

	went(desk_accept(clerk, no, 0, &e), &e);
	passed(no);
	paid(no);
	approved(no);
	went(issue_application(reviewer, no, 0, &m, &e), &e);
	went(desk_deliver(clerk, no, 0, "刘晓彤", "11010519491231002X", &e), &e);
}

/* The n-th item's certificate. */
static struct certificate
made(const char *no, size_t at)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[8];
	struct certificate c;
	struct err e;
	size_t n;
	bool found;

	assert_non_null(a);
	went(application_load(clerk, no, a, &e) && app_items(clerk->db, a->id, item, 8, &n, &e), &e);
	assert_true(at < n);
	went(cert_load(clerk->db, item[at].certificate, &c, &found, &e), &e);
	assert_true(found);
	free(a);
	return c;
}

static int64_t
due(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	int64_t fen;
	struct err e;

	assert_non_null(a);
	went(application_load(clerk, no, a, &e), &e);
	fen = a->due_fen;
	free(a);
	return fen;
}

/* Loads a scheme with its text edited by sed. */
static void
loaded(const char *scheme, const char *sed)
{
	char command[600], file[160];

	assert_int_equal(ra(w, "liang", "scheme", "show", scheme, NULL), 0);
	snprintf(file, sizeof file, "%s/s.cfg", w->dir);
	snprintf(command, sizeof command, "sed -e '%s' %s/out > %s", sed, w->dir, file);
	assert_int_equal(system(command), 0);
	if (ra(w, "liang", "scheme", "load", file, NULL) != 0)
		fail_msg("%s", w->err);
}

#define AMOUNTS "s/\\(per = \"[a-z]*\"; \\)}/\\1fen = 12300; }/"

/* ---- Yueqiqian ---- */

static void
a_package_has_its_places_its_administrator_and_its_agent(void **st)
{
	char code[20], no[APP_NO_MAX];

	(void)st;
	snprintf(code, sizeof code, "%s", new_code());
	SAYS(applied(yueqiqian(code, ""), no), "package: ");
	SAYS(applied(yueqiqian(code, ""), no), "ca: ");
	SAYS(applied(yueqiqian(code, ""), no), "user.1.name: give at least one further user");
	SAYS(applied(yueqiqian(code, ""), no), "auth_way: ");
#define WHOLE "\"ca\": \"gdca\", \"org.region\": \"广东省广州市\", \"auth_way\": \"face\", "
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org9\", " AGENT_USER), no), "package: this scheme has no package 'org9'");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org3\", " AGENT_USER), no), "extra_users: the package has places for 3");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", \"extra_users\": 1, " AGENT_USER), no), "places for 2 users");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", " USER("1", "刘晓彤", "11010519491231002X", "user")), no),
	    "user.1.role: one of the users is the administrator");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", " USER("1", "陈丽君", "441900198807120045", "administrator")), no),
	    "user.1.id_no: the agent takes one of the places");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", \"user.1.name\": \"刘晓彤\""), no), "user.1.mobile: is required");
	SAYS(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", " USER("1", "刘晓彤", "11010519491231002X", "boss")), no),
	    "user.1.role: one of administrator, user");
}

static void
the_will_is_proven_by_a_way_of_the_scheme(void **st)
{
	char code[20], no[APP_NO_MAX];

	(void)st;
	snprintf(code, sizeof code, "%s", new_code());
#define ORDER "\"ca\": \"szca\", \"package\": \"org1\", " AGENT_USER ", "
	SAYS(applied(yueqiqian(code, ORDER "\"org.region\": \"湖南省长沙市\", \"auth_way\": \"face\""), no),
	    "auth_way: 法定代表人人脸核验 is for organisations of the region 广东 only");
	SAYS(applied(yueqiqian(code, ORDER "\"org.region\": \"湖南省长沙市\", \"auth_way\": \"sms\""), no), "auth_way: one of these ways");
	SAYS(applied(yueqiqian(code, ORDER "\"org.region\": \"湖南省长沙市\", \"auth_way\": \"account\""), no), "pay.account: is required");
	SAYS(applied(yueqiqian(code, ORDER "\"org.region\": \"广东省\", \"auth_way\": \"face\", \"invoice.title\": \"别的公司\""), no),
	    "invoice.remark: the invoice goes to another title");
	/* the account way brings the papers, the other one the result of the check */
	assert_string_equal(applied(yueqiqian(code, ORDER "\"org.region\": \"湖南省长沙市\", \"auth_way\": \"account\", \"pay.holder\":"
	    " \"广州市云山软件有限公司\", \"pay.bank\": \"中国银行\", \"pay.account\": \"6217000000000000000\""), no), "");
	{
		struct err e;

		went(desk_accept(clerk, no, 0, &e), &e);
	}
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	SAYS(w->out, "authorisation_letter");
	SAYS(w->out, "transfer_voucher");
	assert_null(strstr(w->out, "face_check"));
}

static void
a_package_becomes_an_organisations_certificate_and_one_for_each_user(void **st)
{
	char code[20], no[APP_NO_MAX], added[APP_NO_MAX], text[1500];
	struct certificate c;
	struct err e;

	(void)st;
	snprintf(code, sizeof code, "%s", new_code());
	assert_string_equal(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", \"extra_users\": 1, " AGENT_USER ", "
	    USER("2", "陈丽君", "441900198807120045", "user")), no), "");
	road(no);
	assert_int_equal(due(no), 5 * 10000 + 2 * 5 * 10000);
	c = made(no, 0);
	assert_string_equal(c.ca, "gdca");
	SAYS(c.subject, "广州市云山软件有限公司");
	SAYS(made(no, 1).subject, "CN=刘晓彤");
	SAYS(made(no, 2).subject, "CN=陈丽君");
	SAYS(made(no, 2).subject, "O=广州市云山软件有限公司");
	/* one per organisation, the users' own do not count */
	assert_string_equal(applied(yueqiqian(code, WHOLE "\"package\": \"org1\", " AGENT_USER), added), "");
	assert_false(desk_accept(clerk, added, 0, &e));
	assert_string_equal(e.field, "org.credit_code");
	SAYS(e.text, c.serial);
	/* further users under the organisation's certificate */
	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"add_users\", \"channel\": \"online\", \"years\": 2,"
	    " \"old_serial\": \"%s\", " USER("1", "黎伟强", "440103198501010518", "user") "}", c.serial);
	assert_string_equal(applied(text, added), "");
	road(added);
	assert_int_equal(due(added), 2 * 10000);
	SAYS(made(added, 0).subject, "CN=黎伟强");
	/* what happens to a user's own certificate is about that user alone */
	c = made(no, 2);
	snprintf(text, sizeof text, "{\"scheme\": \"yueqiqian\", \"service\": \"report_loss\", \"channel\": \"online\", \"reason\":"
	    " \"suspend\", \"old_serial\": \"%s\"}", c.serial);
	assert_string_equal(applied(text, added), "");
	assert_int_equal(ra(w, "chen", "show", added, "--json", NULL), 0);
	SAYS(w->out, "\"user.1.name\":\"陈丽君\"");
	assert_null(strstr(w->out, "user.2.name"));
	/* the will is proven by a code before it goes on */
	went(desk_accept(clerk, added, 0, &e), &e);
	assert_false(desk_step(clerk, added, 0, ACT_SUBMIT, NULL, &e));
	SAYS(e.text, "one-time code");
}

/* ---- Zhaoqing ---- */

static const char *
zhaoqing(const char *service, const char *more)
{
	static char text[3000];

	snprintf(text, sizeof text, "{\"scheme\": \"zhaoqing\", \"service\": \"%s\", \"channel\": \"online\", %s}", service, more);
	return text;
}

#define HOLDER "\"org.name\": \"肇庆市星湖贸易有限公司\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\"," \
	" \"org.legal_rep_id_no\": \"440103198501010518\", \"seal.name\": \"%s\", \"seal.type\": \"%s\", " PERSON "," \
	" \"recipient.name\": \"刘晓彤\", \"recipient.phone\": \"13800138000\", \"recipient.address\": \"肇庆市端州区星湖路1号\""

static void
amounts_that_are_not_published_have_to_be_loaded_first(void **st)
{
	char no[APP_NO_MAX], more[1200], first[64];
	char code[20];
	struct certificate c;
	struct err e;

	(void)st;
	snprintf(code, sizeof code, "%s", new_code());
	snprintf(more, sizeof more, "\"years\": 2, " HOLDER, code, "肇庆市星湖贸易有限公司", "official");
	SAYS(applied(zhaoqing("new", more), no), "service: the fee for new is not set in the scheme zhaoqing");
	loaded("zhaoqing", AMOUNTS);
	assert_string_equal(applied(zhaoqing("new", more), no), "");
	road(no);
	assert_int_equal(due(no), 2 * 12300);
	c = made(no, 0);
	snprintf(first, sizeof first, "%s", c.serial);
	/* the legal representative's seal is an order of its own, with other papers */
	snprintf(more, sizeof more, "\"years\": 2, " HOLDER, code, "邓建华", "legal_rep");
	assert_string_equal(applied(zhaoqing("new", more), no), "");
	went(desk_accept(clerk, no, 0, &e), &e);
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	SAYS(w->out, "legal_rep_id");
	assert_null(strstr(w->out, "licence_scan"));
	/* the window opens sixty days before the end, told with its day */
	snprintf(more, sizeof more, "\"years\": 1, \"old_serial\": \"%s\"", first);
	{
		char day[11];

		day_show(day_of(c.not_after - (int64_t)60 * 86400), day);
		SAYS(applied(zhaoqing("renew", more), no), "old_serial: the certificate");
		SAYS(applied(zhaoqing("renew", more), no), day);
	}
	shifted = c.not_after - (int64_t)60 * 86400 - (int64_t)time(NULL);
	assert_string_equal(applied(zhaoqing("renew", more), no), "");
	shifted = 0;
	/* an old UKey of another CA is taken as typed, for a holder that is not known yet */
	snprintf(code, sizeof code, "%s", new_code());
	snprintf(more, sizeof more, "\"years\": 1, \"old_serial\": \"SZCA20190017\", " HOLDER, code, "肇庆市西江物流有限公司", "official");
	assert_string_equal(applied(zhaoqing("swap", more), no), "");
	road(no);
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	SAYS(w->out, "\"old\":{\"serial\":\"SZCA20190017\",\"state\":null");
	SAYS(w->out, "\"state\":\"closed\"");
}

/* ---- Guangzhou ---- */

static const char *
guangzhou(const char *scheme, const char *code)
{
	static char text[2000];

	snprintf(text, sizeof text, "{\"scheme\": \"%s\", \"service\": \"new\", \"channel\": \"online\", \"years\": 1, \"pickup_point\":"
	    " \"市民服务大厅\", \"org.name\": \"广州市越秀建设有限公司\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\","
	    " \"org.address\": \"广州市越秀区1号\", \"org.phone\": \"020-83124994\", \"seal.name\": \"广州市越秀建设有限公司\","
	    " \"seal.type\": \"official\", " PERSON "}", scheme, code);
	return text;
}

static void
one_per_organisation_at_the_whole_centre_and_the_application_is_added(void **st)
{
	struct issue_medium m = { 0 };
	char code[20], no[APP_NO_MAX], more[300];
	struct certificate c;
	struct err e;

	(void)st;
	SAYS(applied(guangzhou("guangzhou", new_code()), no), "not set in the scheme guangzhou");
	loaded("guangzhou", AMOUNTS);
	loaded("guangzhou", "s/id = \"guangzhou\"/id = \"gz_trade\"/; s/市城建/工程交易/g");
	/* money and materials wait for the hand-over */
	snprintf(code, sizeof code, "%s", new_code());
	assert_string_equal(applied(guangzhou("gz_trade", code), no), "");
	went(desk_accept(clerk, no, 0, &e), &e);
	assert_int_equal(due(no), 2 * 12300);
	approved(no);
	went(issue_application(reviewer, no, 0, &m, &e), &e);
	assert_false(desk_deliver(clerk, no, 0, "刘晓彤", "11010519491231002X", &e));
	SAYS(e.text, "materials");
	c = made(no, 0);
	{
		struct app_material list[32];
		struct application *a = calloc(1, sizeof *a);
		size_t n;

		assert_non_null(a);
		went(application_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, list, 32, &n, &e), &e);
		assert_int_equal(n, 11);
		assert_int_equal(list[0].wanted, 3);
		free(a);
	}
	/* at the pick-up point */
	passed(no);
	assert_false(desk_deliver(clerk, no, 0, "刘晓彤", "11010519491231002X", &e));
	SAYS(e.text, "not paid");
	paid(no);
	went(desk_deliver(clerk, no, 0, "刘晓彤", "11010519491231002X", &e), &e);
	/* who has one at the centre adds the application, whatever the scheme it was made for */
	assert_string_equal(applied(guangzhou("guangzhou", code), no), "");
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_string_equal(e.field, "org.credit_code");
	SAYS(e.text, "applied already");
	SAYS(e.text, c.serial);
	snprintf(more, sizeof more, "{\"scheme\": \"guangzhou\", \"service\": \"renew\", \"years\": 1, \"old_serial\": \"%s\"}", c.serial);
	SAYS(applied(more, no), "old_serial: the certificate");		/* renewed in its own scheme */
	snprintf(more, sizeof more, "{\"scheme\": \"gz_trade\", \"service\": \"add_application\", \"old_serial\": \"%s\"}", c.serial);
	SAYS(applied(more, no), "serves 工程交易 already");
	snprintf(more, sizeof more, "{\"scheme\": \"guangzhou\", \"service\": \"add_application\", \"old_serial\": \"%s\"}", c.serial);
	assert_string_equal(applied(more, no), "");
	went(desk_accept(clerk, no, 0, &e), &e);
	approved(no);
	went(record_application(reviewer, no, 0, &e), &e);
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	SAYS(w->out, "\"uses\":[\"市城建\"]");
	assert_string_equal(made(no, 0).serial, c.serial);
	snprintf(more, sizeof more, "{\"scheme\": \"guangzhou\", \"service\": \"add_application\", \"old_serial\": \"%s\"}", c.serial);
	SAYS(applied(more, no), "serves 市城建 already");
	/* a Dongguan certificate is of another CA */
	world_draft(w, clerk, NULL, no);
	road(no);
	snprintf(more, sizeof more, "{\"scheme\": \"guangzhou\", \"service\": \"add_application\", \"old_serial\": \"%s\"}",
	    made(no, 0).serial);
	SAYS(applied(more, no), "apply where it was issued");
}

static void
nothing_of_it_leaves_the_audit_broken(void **st)
{
	(void)st;
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_has_its_places_its_administrator_and_its_agent),
		cmocka_unit_test(the_will_is_proven_by_a_way_of_the_scheme),
		cmocka_unit_test(a_package_becomes_an_organisations_certificate_and_one_for_each_user),
		cmocka_unit_test(amounts_that_are_not_published_have_to_be_loaded_first),
		cmocka_unit_test(one_per_organisation_at_the_whole_centre_and_the_application_is_added),
		cmocka_unit_test(nothing_of_it_leaves_the_audit_broken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
