/* Finding over a real store: by everything that people have in hand, what is noted on the audit, and how little is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "ra/application.h"
#include "ra/find.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *chen, *reader;	/* the reader opens no statements but a search's */
static char first[APP_NO_MAX], second[APP_NO_MAX], third[APP_NO_MAX], issued[APP_NO_MAX];
static char credit[80], serial[64], token[40];
static struct find_list *l;

static int
set_up(void **state)
{
	struct office *huang;
	struct application *a = calloc(1, sizeof *a);
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	reader = world_member(w, "li");
	l = calloc(1, sizeof *l);
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "3", NULL), 0);
	world_draft(w, chen, "\"org.name\": \"广州市珠江（南沙）投资有限公司\", \"org.licence_no\": \"110108000000016\","
	    " \"agent.mobile\": \"13912345678\", \"agent.name\": \"欧阳锋\", \"agent.id_no\": \"440106198001010051\"", first);
	world_draft(w, chen, "\"org.name\": \"深圳ＡＢＣ软件有限公司\", \"org.phone\": \"400-830-1330\"", second);
	world_draft(w, chen, "\"org.name\": \"东莞市石龙镇人民医院\", \"org.phone\": \"076986612345\", \"org.legal_rep\": \"司徒美堂\","
	    " \"org.legal_rep_id_kind\": \"passport\", \"org.legal_rep_id_no\": \"E12345678\"", third);
	world_approved(w, chen, huang, issued);
	office_close(huang);
	assert_int_equal(ra(w, "huang", "issue", issued, NULL), 0);
	assert_int_equal(ra(w, "chen", "show", issued, "--json", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	snprintf(token, sizeof token, "%s", out_value(w, "token"));
	went(application_load(chen, first, a, &e), &e);
	snprintf(credit, sizeof credit, "%s", a->record.org.credit_code);
	free(a);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(l);
	office_close(chen);
	office_close(reader);
	world_free(w);
	return 0;
}

static bool
look(const char *text, bool complete)
{
	struct find_query q = { .text = text, .complete = complete, .max = 50 };
	struct err e;
	bool by_id;

	went(find_all(reader, &q, l, &by_id, &e), &e);
	return by_id;
}

/* Is that among the hits? */
static bool
has(enum find_kind kind, const char *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->hit[i].kind == kind && strcmp(l->hit[i].key, key) == 0)
			return true;
	return false;
}

static void
an_application_is_found_by_its_number_and_by_its_end(void **st)
{
	char text[40];
	size_t n = strlen(first);

	(void)st;
	look(first, false);
	assert_int_equal(l->n, 1);
	assert_string_equal(l->hit[0].key, first);
	assert_string_equal(l->hit[0].state, "draft");
	assert_string_equal(l->hit[0].name, "广州市珠江（南沙）投资有限公司");
	assert_string_equal(l->hit[0].agent, "欧阳锋");
	/* in small letters, in full width, with blanks */
	snprintf(text, sizeof text, "dg01 %s", first + 4);
	look(text, false);
	assert_true(l->n == 1 && has(FIND_APPLICATION, first));
	look("ＤＧ０１", false);
	assert_true(has(FIND_APPLICATION, first) && has(FIND_APPLICATION, issued));
	/* without the letters; the day alone; the end with and without its zeros */
	look(first + 4, false);
	assert_true(has(FIND_APPLICATION, first));
	snprintf(text, sizeof text, "%.6s", first + 4);
	look(text, false);
	assert_true(has(FIND_APPLICATION, first) && has(FIND_APPLICATION, third));
	look(first + n - 6, false);
	assert_true(has(FIND_APPLICATION, first) && !has(FIND_APPLICATION, second));
	look(first + n - 4, false);
	assert_true(has(FIND_APPLICATION, first) && !has(FIND_APPLICATION, second));
	look(first + n - 2, false);	/* 00001 and its check digit */
	assert_true(has(FIND_APPLICATION, first) && !has(FIND_APPLICATION, second));
	look("DG019999", false);
	assert_int_equal(l->n, 0);
}

static void
an_organisation_is_found_by_its_numbers_and_by_words_of_its_name(void **st)
{
	static const struct { const char *text; bool first, second, third; } rows[] = {
		{ "珠江", true, false, false }, { "投资", true, false, false }, { "广州", true, false, false },
		{ "有限公司", true, true, false }, { "公司", true, true, false }, { "珠江(南沙)", true, false, false },
		{ "珠江（南沙）投", true, false, false }, { "南沙投资", false, false, false }, { "广州 投资", true, false, false },
		{ "投资　广州", true, false, false }, { "广州 软件", false, false, false }, { "abc", false, true, false },
		{ "深圳ABC软", false, true, false }, { "石龙 医院", false, false, true }, { "人民医院", false, false, true },
		{ "医院", false, false, true }, { "院", false, false, false }, { "东莞 院", false, false, true },
		{ "珠江南", false, false, false }, { "公司 深圳", false, true, false },
	};
	struct application *a = calloc(1, sizeof *a);
	char second_credit[80], third_credit[80];
	struct err e;

	(void)st;
	went(application_load(chen, second, a, &e), &e);
	snprintf(second_credit, sizeof second_credit, "%s", a->record.org.credit_code);
	went(application_load(chen, third, a, &e), &e);
	snprintf(third_credit, sizeof third_credit, "%s", a->record.org.credit_code);
	free(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		look(rows[i].text, false);
		if (has(FIND_ORGANISATION, credit) != rows[i].first || has(FIND_ORGANISATION, second_credit) != rows[i].second
		    || has(FIND_ORGANISATION, third_credit) != rows[i].third)
			fail_msg("%s", rows[i].text);
	}
	look(credit, false);
	assert_true(has(FIND_ORGANISATION, credit) && !has(FIND_ORGANISATION, second_credit));
	assert_string_equal(l->hit[0].state, "");
	look(credit + 12, false);
	assert_true(has(FIND_ORGANISATION, credit) && !has(FIND_ORGANISATION, second_credit));
	look("91441900", false);
	assert_true(has(FIND_ORGANISATION, credit) && has(FIND_ORGANISATION, second_credit));
	look("110108000000016", false);
	assert_true(has(FIND_ORGANISATION, credit) && l->n == 1);
	look("1101080", false);
	assert_true(has(FIND_ORGANISATION, credit));
}

static void
a_name_that_begins_so_stands_before_one_that_holds_it(void **st)
{
	char a[APP_NO_MAX], b[APP_NO_MAX];

	(void)st;
	world_draft(w, chen, "\"org.name\": \"海珠红星百货商店\"", a);
	world_draft(w, chen, "\"org.name\": \"广东红星印刷厂\"", b);
	world_draft(w, chen, "\"org.name\": \"红星造纸厂\"", a);
	look("红星", false);
	assert_int_equal(l->n, 3);
	assert_string_equal(l->hit[0].name, "红星造纸厂");
	look("红星百", false);
	assert_int_equal(l->n, 1);
}

/* An order with two users, as a portal sends it. */
static void
order_users(char no[APP_NO_MAX])
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof path, "%s/order.json", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 2, \"ca\": \"netca\", \"package\": \"org3\","
	    " \"org.name\": \"佛山陶瓷研究所\", \"org.credit_code\": \"91350100M000100Y43\", \"org.legal_rep\": \"邓建华\", \"auth_way\": \"face\","
	    " \"org.region\": \"广东省佛山市\", \"org.address\": \"佛山市禅城区江湾路1号\", \"agent.name\": \"关淑怡\","
	    " \"agent.mobile\": \"13800138111\", \"agent.id_no\": \"11010519491231002X\","
	    " \"user.1.name\": \"关淑怡\", \"user.1.id_no\": \"11010519491231002X\", \"user.1.mobile\": \"13800138111\", \"user.1.role\": \"administrator\","
	    " \"user.2.name\": \"阿依古丽·买买提\", \"user.2.id_no\": \"440524188001010014\", \"user.2.mobile\": \"13922880055\", \"user.2.role\": \"user\","
	    " \"user.3.name\": \"麦家琪\", \"user.3.id_no\": \"440103198501010518\", \"user.3.mobile\": \"13922880056\", \"user.3.role\": \"user\"}", f);
	assert_int_equal(fclose(f), 0);
	if (ra(w, "chen", "apply", path, NULL) != 0)
		fail_msg("%s", w->err);
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(w->out, " \n"), w->out);
}

/* The agent, the legal representative and the users, each told as the one that was found. */
static void
a_person_is_found_by_the_name_and_by_what_follows_the_surname(void **st)
{
	char order[APP_NO_MAX];
	static const struct { const char *text, *person; enum { FIRST, THIRD, ORDER, NOBODY } no; } rows[] = {
		{ "欧阳锋", "欧阳锋", FIRST }, { "欧阳", "欧阳锋", FIRST }, { "阳锋", "欧阳锋", FIRST }, { "司徒美堂", "司徒美堂", THIRD },
		{ "司徒", "司徒美堂", THIRD }, { "关淑怡", "关淑怡", ORDER }, { "淑怡", "关淑怡", ORDER }, { "麦家", "麦家琪", ORDER },
		{ "家琪", "麦家琪", ORDER }, { "阿依古丽", "阿依古丽·买买提", ORDER }, { "锋", NULL, NOBODY }, { "欧阴", NULL, NOBODY },
		{ "关淑怡x", NULL, NOBODY }, { "13922880055", "阿依古丽·买买提", ORDER }, { "440103198501010518", "麦家琪", ORDER },
	};

	(void)st;
	order_users(order);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *const nos[] = { first, third, order };

		look(rows[i].text, true);
		if (rows[i].no == NOBODY ? l->n != 0 : l->n != 1 || !has(FIND_APPLICATION, nos[rows[i].no])
		    || strcmp(l->hit[0].person, rows[i].person) != 0)
			fail_msg("%s: %zu, %s", rows[i].text, l->n, l->n > 0 ? l->hit[0].person : "");
	}
	assert_string_equal(l->hit[0].agent, "关淑怡");
	look("刘晓彤", false);
	assert_true(has(FIND_APPLICATION, issued));
}

static void
an_application_is_found_by_any_way_of_writing_its_phone(void **st)
{
	static const char *const of_first[] = { "13912345678", "139 1234 5678", "+86 13912345678", "139-1234-5678", "1391234 5678" };
	static const char *const of_second[] = { "4008301330", "400-830-1330", "400 830 1330" };
	static const char *const of_third[] = { "076986612345", "0769-86612345", "(0769)86612345", "0769 8661 2345" };
	static const char *const of_issued[] = { "0769-22380830", "076922380830", "（0769）22380830", "22380830", "2238 0830" };

	(void)st;
	for (size_t i = 0; i < 5; i++) {
		look(of_first[i], false);
		assert_true(has(FIND_APPLICATION, first) && l->n == 1);
	}
	for (size_t i = 0; i < 3; i++) {
		look(of_second[i], false);
		assert_true(has(FIND_APPLICATION, second) && l->n == 1);
	}
	for (size_t i = 0; i < 5; i++) {
		look(of_issued[i], false);
		assert_true(has(FIND_APPLICATION, issued) && has(FIND_APPLICATION, first) && !has(FIND_APPLICATION, second));
	}
	for (size_t i = 0; i < 4; i++) {
		look(of_third[i], false);
		assert_true(has(FIND_APPLICATION, third) && l->n == 1);
	}
	look("86612345", false);
	assert_true(has(FIND_APPLICATION, third) && l->n == 1);
	look("13912345679", false);
	assert_int_equal(l->n, 0);
}

static void
an_identity_number_is_looked_for_only_when_it_is_complete_and_never_unnoted(void **st)
{
	struct find_query q = { .text = "440106198001010051", .complete = true, .max = 50 };
	struct office *wu;
	int rows = sql_int(w, "SELECT count(*) FROM audit");
	struct err e;
	bool by_id;

	(void)st;
	assert_true(look("440106198001010051", false));
	assert_int_equal(l->n, 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit"), rows);
	assert_true(look("44010619800101 0051", true));
	assert_int_equal(l->n, 1);
	assert_true(has(FIND_APPLICATION, first));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id' AND object = 'search'"), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE detail LIKE '%0051%' OR object LIKE '%0051%'"), 0);
	/* a passport, when it is nothing else */
	assert_true(look("e12345678", true));
	assert_true(l->n == 1 && has(FIND_APPLICATION, third));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id'"), 2);
	/* what has another meaning is not noted as a search for a person */
	assert_false(look(first, true));
	assert_false(look("珠江", true));
	assert_false(look("13912345678", true));
	assert_false(look(credit, true));
	assert_false(look(serial, true));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'find_id'"), 2);
	wu = world_member(w, "wu");		/* finance */
	assert_false(find_all(wu, &q, l, &by_id, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	q.text = "珠江";
	went(find_all(wu, &q, l, &by_id, &e), &e);
	assert_true(has(FIND_ORGANISATION, credit));
	office_close(wu);
	audit_is_whole(w);
}

static void
a_certificate_and_a_token_are_found_by_their_serials(void **st)
{
	char text[80], spaced[200];
	size_t n = 0;

	(void)st;
	look(serial, false);
	assert_true(l->n == 1 && has(FIND_CERTIFICATE, serial));
	assert_string_equal(l->hit[0].state, "valid");
	assert_true(l->hit[0].at > when_now());
	assert_string_equal(l->hit[0].name, "东莞市松湖精密制造有限公司");
	for (size_t i = 0; serial[i]; i++)
		n += (size_t)snprintf(spaced + n, sizeof spaced - n, "%s%c", i > 0 && i % 2 == 0 ? ":" : "", serial[i] | 0x20);
	look(spaced, false);
	assert_true(l->n == 1 && has(FIND_CERTIFICATE, serial));
	snprintf(text, sizeof text, "%.8s", serial);
	look(text, false);
	assert_true(has(FIND_CERTIFICATE, serial));
	look(serial + strlen(serial) - 5, false);
	assert_true(has(FIND_CERTIFICATE, serial));
	look(token, false);
	assert_true(l->n == 1 && has(FIND_TOKEN, token));
	assert_string_equal(l->hit[0].state, "active");
	snprintf(text, sizeof text, "%s", token + strlen(token) - 6);
	text_upper(text);
	look(text, false);
	assert_true(has(FIND_TOKEN, token));
	/* when its end has come it is expired, without anybody's doing */
	assert_int_equal(sql_int(w, "UPDATE certificate SET not_after = 1700000000; SELECT changes()"), 1);
	look(serial, false);
	assert_string_equal(l->hit[0].state, "expired");
	assert_string_equal(find_state_shown(&l->hit[0]), cert_state_names[CERT_EXPIRED].en);
}

static void
anything_else_typed_finds_nothing_and_harms_nothing(void **st)
{
	static const char *const rows[] = { "", " ", "%", "__", "''", "\"); DROP TABLE application; --", "有", "*", "\\", "9", "-", "0000",
	    "((((", "不存在的名称", "𠮷野家𠮷野家", "ffffffffffffffffffffffffffffffff", "+86", "99999999999999999999999999999999999999" };
	struct find_query q = { .max = 50 };
	char many[600] = "";
	struct err e;
	bool by_id;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		look(rows[i], true);
		if (l->n != 0)
			fail_msg("'%s' finds %s", rows[i], l->hit[0].key);
	}
	for (int i = 0; i < 70; i++)
		snprintf(many + 3 * i, sizeof many - 3 * (size_t)i, "%s", "东");
	q.text = many;
	assert_false(find_all(reader, &q, l, &by_id, &e));
	assert_string_equal(e.field, "text");
	q.text = "a\x01" "b";
	assert_false(find_all(reader, &q, l, &by_id, &e));
}

static void
a_search_ends_at_its_limit_or_when_it_is_told_to(void **st)
{
	struct find_query q = { .text = "有限公司", .max = 2 };
	atomic_bool stop = true;
	struct err e;
	bool by_id;

	(void)st;
	went(find_all(reader, &q, l, &by_id, &e), &e);
	assert_int_equal(l->n, 2);
	assert_true(l->more);
	q.stop = &stop;
	went(find_all(reader, &q, l, &by_id, &e), &e);
	assert_int_equal(l->n, 0);
	look("有限公司", false);
	assert_true(l->n > 2);
	assert_false(l->more);
}

static void
the_command_prints_lines_and_json(void **st)
{
	(void)st;
	assert_int_equal(ra(w, "li", "find", "珠江", NULL), 0);
	assert_non_null(strstr(w->out, credit));
	assert_non_null(strstr(w->out, "organisation"));
	assert_int_equal(ra(w, "li", "find", "139 1234 5678", "--json", NULL), 0);
	assert_string_equal(out_value(w, "kind"), "application");
	assert_string_equal(out_value(w, "key"), first);
	assert_string_equal(out_value(w, "state"), "draft");
	assert_string_equal(out_value(w, "agent"), "欧阳锋");
	assert_null(strstr(w->out, "13912345678"));
	assert_int_equal(ra(w, "li", "find", "有限公司", "--limit", "1", NULL), 0);
	assert_non_null(strstr(w->out, "there are more"));
	assert_int_equal(ra(w, "li", "find", "没有这家", "--json", NULL), 0);
	assert_string_equal(w->out, "[]\n");
	assert_int_equal(ra(w, "li", "find", "x", "--limit", "0", NULL), 1);
	assert_int_equal(ra(w, "li", "find", NULL), 2);
}

static void
no_statement_of_a_search_reads_a_table_or_sorts(void **st)
{
	static const char *const written[] = { "INTO audit", "audit_object", NULL };	/* the note of a search by ID */

	(void)st;
	plans_are_by_key(w, reader->db, written);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_application_is_found_by_its_number_and_by_its_end),
		cmocka_unit_test(an_organisation_is_found_by_its_numbers_and_by_words_of_its_name),
		cmocka_unit_test(a_name_that_begins_so_stands_before_one_that_holds_it),
		cmocka_unit_test(an_application_is_found_by_any_way_of_writing_its_phone),
		cmocka_unit_test(an_identity_number_is_looked_for_only_when_it_is_complete_and_never_unnoted),
		cmocka_unit_test(a_person_is_found_by_the_name_and_by_what_follows_the_surname),
		cmocka_unit_test(a_certificate_and_a_token_are_found_by_their_serials),
		cmocka_unit_test(anything_else_typed_finds_nothing_and_harms_nothing),
		cmocka_unit_test(a_search_ends_at_its_limit_or_when_it_is_told_to),
		cmocka_unit_test(the_command_prints_lines_and_json),
		cmocka_unit_test(no_statement_of_a_search_reads_a_table_or_sorts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
