/* Documents that are no application: each is refused at its field, and nothing is stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/field.h"
#include "forms/tr.h"
#include "ra/desk.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOC_MAX (300 * 1024)

static struct world *w;
static struct office *clerk;
static char *doc;
static int documents;

/* A document with every field that Dongguan asks for a new certificate with its seal. */
static const struct { const char *id, *value; } whole[] = {
	{ "scheme", "\"dongguan\"" }, { "service", "\"new\"" }, { "channel", "\"counter\"" }, { "ca", "\"netca\"" }, { "years", "2" },
	{ "certificate_count", "1" }, { "cross_border", "false" }, { "remark", "\"备注\"" }, { "seal_notes_read", "true" },
	{ "client_ref", "\"R-1\"" },
	{ "org.name", "\"东莞市松湖精密制造有限公司\"" }, { "org.credit_code", "\"91110000600037341L\"" },
	{ "org.licence_no", "\"110108000000016\"" }, { "org.doc_kind", "\"founding_approval\"" }, { "org.doc_no", "\"粤编办〔2020〕15号\"" },
	{ "org.region", "\"东莞市\"" }, { "org.address", "\"东莞市松山湖园区科技十路2号\"" }, { "org.phone", "\"0769-22380830\"" },
	{ "org.nature", "\"enterprise\"" }, { "org.legal_rep", "\"王小明\"" }, { "org.legal_rep_id_kind", "\"resident_id\"" },
	{ "org.legal_rep_id_no", "\"11010519491231002X\"" },
	{ "agent.name", "\"刘晓彤\"" }, { "agent.mobile", "\"13800138000\"" }, { "agent.email", "\"liu@example.com\"" },
	{ "agent.id_kind", "\"resident_id\"" }, { "agent.id_no", "\"11010519491231002X\"" }, { "agent.address", "\"东莞市松山湖园区科技十路2号\"" },
	{ "recipient.name", "\"刘晓彤\"" }, { "recipient.phone", "\"13800138000\"" }, { "recipient.address", "\"东莞市松山湖园区\"" },
	{ "seal.name", "\"东莞市松湖精密制造有限公司\"" }, { "seal.type", "\"official\"" }, { "seal.diameter_mm", "42" },
	{ "seal.manager", "\"李四海\"" }, { "seal.manager_post", "\"主任\"" }, { "seal.manager_phone", "\"13800138000\"" },
	{ "invoice.title", "\"东莞市松湖精密制造有限公司\"" }, { "invoice.tax_no", "\"91110000600037341L\"" },
	{ "invoice.email", "\"a@example.com\"" }, { "invoice.remark", "\"备注\"" },
	{ "pay.holder", "\"东莞市松湖精密制造有限公司\"" }, { "pay.bank", "\"中信银行广州花园支行\"" }, { "pay.account", "\"6222 0212 3456 7890\"" },
};
#define WHOLE (sizeof whole / sizeof *whole)

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	clerk = world_member(w, "chen");
	tr_language("zh");
	doc = malloc(DOC_MAX);
	return doc ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	printf("%d documents\n", documents);
	free(doc);
	office_close(clerk);
	world_free(w);
	return 0;
}

/* The whole document with the values of the given ids put over it, a NULL value leaving the field out; ended by NULL. */
static size_t
compose(const char *const *over)
{
	size_t n = 0;

	doc[n++] = '{';
	for (size_t i = 0; i < WHOLE; i++) {
		const char *value = whole[i].value;

		for (const char *const *o = over; *o; o += 2)
			if (strcmp(o[0], whole[i].id) == 0)
				value = o[1];
		if (value)
			n += (size_t)snprintf(doc + n, DOC_MAX - n, "%s\"%s\":%s", n > 1 ? "," : "", whole[i].id, value);
	}
	for (const char *const *o = over; *o; o += 2) {
		size_t i = 0;

		while (i < WHOLE && strcmp(o[0], whole[i].id) != 0)
			i++;
		if (i == WHOLE)
			n += (size_t)snprintf(doc + n, DOC_MAX - n, ",\"%s\":%s", o[0], o[1]);
	}
	doc[n++] = '}';
	return n;
}
#define COMPOSE(...) compose((const char *const[]){ __VA_ARGS__, NULL })

/* Chinese throughout: two English words side by side are a message that the catalogue does not know. Quoted values and
 * commands stay as they are. */
static void
is_chinese(const char *text)
{
	size_t letters = 0;
	bool word = false, quoted = false;

	for (const char *p = text; *p; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');

		quoted = *p == '`' || strncmp(p, "“", 3) == 0 ? !quoted : strncmp(p, "”", 3) == 0 ? false : quoted;
		letters = letter && !quoted ? letters + 1 : 0;
		if (letters == 3 && word)
			fail_msg("not in Chinese: %s", text);
		if (!letter)
			word = *p == ' ' && p > text && p[-1] >= 'a' && p[-1] <= 'z' && !quoted;
	}
}

/* Is the document refused with exactly this field among the told ones? field "": as a whole, with its place. */
static void
refused_at(size_t n, const char *field, const char *what)
{
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	struct err e = { 0 };
	char no[APP_NO_MAX] = "";
	bool stored = json_in_parse(doc, n, &j, &e) && desk_apply(clerk, j, no, &problems, &e);
	size_t told = 0;

	documents++;
	for (size_t i = 0; i < problems.n && i < ERR_LIST_MAX; i++) {
		told += strcmp(problems.at[i].field, field) == 0;
		assert_int_equal(problems.at[i].code, FAULT_REFUSED);
		assert_true(problems.at[i].text[0] != '\0');
		assert_null(strpbrk(problems.at[i].text, "\n\r\x1b\a"));
		is_chinese(problems.at[i].text);
	}
	is_chinese(e.text);
	if (stored || (field[0] ? told != 1 : e.code != FAULT_REFUSED))
		fail_msg("%s %s: %s; %zu problems, first %s: %s", field, what, stored ? "stored" : e.text, problems.n,
		    problems.n ? problems.at[0].field : "-", problems.n ? problems.at[0].text : "-");
	json_in_free(j);
}

static void
nothing_was_stored(void)
{
	assert_int_equal(sql_int(w, "SELECT (SELECT count(*) FROM application) + (SELECT count(*) FROM organisation)"
	    " + (SELECT count(*) FROM counter)"), 0);
}

static void
a_field_that_is_required_is_missed_where_it_stands(void **st)
{
	static const char *const required[] = { "scheme", "service", "years", "org.name", "org.address", "org.phone", "agent.name",
	    "agent.mobile", "agent.email", "agent.id_no", "agent.address", "org.legal_rep", "org.nature", "seal.type", "seal.manager",
	    "seal.manager_post", "seal.manager_phone", "seal_notes_read", "seal.name", "org.doc_no", "org.doc_kind", "org.credit_code" };

	(void)st;
	for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
		bool text = strcmp(required[i], "years") != 0 && strcmp(required[i], "seal_notes_read") != 0;

		refused_at(COMPOSE(required[i], NULL), required[i], "missing");
		refused_at(COMPOSE(required[i], "null"), required[i], "null");
		if (text)
			refused_at(COMPOSE(required[i], "\"\""), required[i], "empty");
		if (text)
			refused_at(COMPOSE(required[i], "\" \\t\\u3000 \""), required[i], "blanks");
	}
	/* one document of three has to be given; without a seal the code need not be it */
	refused_at(COMPOSE("seal.name", NULL, "seal.type", NULL, "seal.diameter_mm", NULL, "seal.manager", NULL, "seal.manager_post", NULL,
	    "seal.manager_phone", NULL, "seal_notes_read", NULL, "org.legal_rep", NULL, "org.nature", NULL, "org.credit_code", NULL,
	    "org.licence_no", NULL, "org.doc_no", NULL, "org.doc_kind", NULL), "org.credit_code", "no document at all");
	nothing_was_stored();
}

static void
a_value_of_another_type_is_told_where_it_stands(void **st)
{
	static const char *const others[] = { "[]", "{}", "[\"x\"]", "{\"a\":1}", "1.5", "1e3" };

	(void)st;
	for (size_t i = 0; i < WHOLE; i++) {
		char first = whole[i].value[0];

		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			refused_at(COMPOSE(whole[i].id, others[k]), whole[i].id, others[k]);
		if (first != '"')
			refused_at(COMPOSE(whole[i].id, "\"2\""), whole[i].id, "text");
		if (first != 't' && first != 'f')
			refused_at(COMPOSE(whole[i].id, "true"), whole[i].id, "yes/no");
		if (first < '0' || first > '9')
			refused_at(COMPOSE(whole[i].id, "7"), whole[i].id, "number");
	}
	nothing_was_stored();
}

static void
a_text_that_is_no_clean_text_is_told_where_it_stands(void **st)
{
	static const char *const bad[] = { "\"东\\u202e莞\"", "\"东\\u2066莞\"", "\"东\\u200b莞\"", "\"东\\u0007莞\"", "\"东\\u001b[2J莞\"",
	    "\"东\\u0000莞\"", "\"东\\u2028莞\"", "\"东\\ufffe莞\"", "\"东\\ue000莞\"" };
	char *over = malloc(4096);

	(void)st;
	assert_non_null(over);
	for (size_t i = 0; i < WHOLE; i++) {
		if (whole[i].value[0] != '"')
			continue;
		for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
			refused_at(COMPOSE(whole[i].id, bad[k]), whole[i].id, bad[k]);
		over[0] = '\0';
		for (size_t k = 0; k < 250; k++)
			strcat(over, k == 0 ? "\"长" : k == 249 ? "长\"" : "长");
		refused_at(COMPOSE(whole[i].id, over), whole[i].id, "over-long");
		refused_at(COMPOSE(whole[i].id, "\"\xe4\xb8\""), "", "broken UTF-8");
		refused_at(COMPOSE(whole[i].id, "\"\xed\xa0\x80\""), "", "a surrogate in UTF-8");
		refused_at(COMPOSE(whole[i].id, "\"\\ud800\""), "", "half a surrogate pair");
	}
	free(over);
	nothing_was_stored();
}

static void
a_value_that_cannot_be_right_is_told_where_it_stands(void **st)
{
	static const char *const rows[][2] = {
		{ "years", "0" }, { "years", "6" }, { "years", "-1" }, { "years", "\"2\"" }, { "years", "1e3" }, { "years", "2.0" },
		{ "years", "9223372036854775807" }, { "years", "4294967298" }, { "certificate_count", "0" }, { "certificate_count", "2" },
		{ "certificate_count", "-1" }, { "seal.diameter_mm", "9" }, { "seal.diameter_mm", "61" },
		{ "scheme", "\"nowhere\"" }, { "scheme", "\"../etc\"" }, { "scheme", "\"Dongguan\"" }, { "service", "\"steal\"" }, { "service", "\"swap\"" },
		{ "channel", "\"fax\"" }, { "channel", "\"online\"" }, { "ca", "\"szca\"" }, { "org.nature", "\"x\"" }, { "seal.type", "\"round\"" },
		{ "org.doc_kind", "\"x\"" }, { "agent.id_kind", "\"x\"" }, { "org.legal_rep_id_kind", "\"x\"" },
		{ "org.name", "\"1\"" }, { "org.credit_code", "\"91350100M000100Y44\"" }, { "org.licence_no", "\"110108000000017\"" },
		{ "org.doc_no", "\"!!\"" }, { "org.doc_no", "\"没有编号\"" }, { "org.region", "\"#\"" }, { "org.address", "\"1\"" }, { "org.phone", "\"123\"" },
		{ "org.legal_rep", "\"7\"" }, { "org.legal_rep_id_no", "\"110105194912310021\"" },
		{ "agent.name", "\"刘\"" }, { "agent.mobile", "\"1380013800\"" }, { "agent.email", "\"a@b\"" }, { "agent.id_no", "\"11010519491331002X\"" },
		{ "agent.address", "\".\"" }, { "recipient.name", "\"x1\"" }, { "recipient.phone", "\"1\"" }, { "recipient.address", "\"?\"" },
		{ "seal.name", "\"章\"" }, { "seal.manager", "\"9\"" }, { "seal.manager_post", "\"9\"" }, { "seal.manager_phone", "\"1\"" },
		{ "seal_notes_read", "false" },
		{ "invoice.title", "\"1\"" }, { "invoice.tax_no", "\"91\"" }, { "invoice.tax_no", "\"!!!!!!!!!!!!!!!\"" }, { "invoice.email", "\"x\"" },
		{ "pay.holder", "\"1\"" }, { "pay.bank", "\"1\"" }, { "pay.account", "\"12\"" },
		{ "old_serial", "\"0A1B\"" }, { "package", "\"1+3\"" }, { "extra_users", "1" }, { "auth_way", "\"face\"" }, { "pickup_point", "\"东莞\"" },
		{ "zip", "\"1\"" }, { "__proto__", "\"1\"" }, { "ORG.NAME", "\"x\"" }, { "user.0.name", "\"某某\"" }, { "user.51.name", "\"某某\"" },
		{ "user.01.name", "\"某某\"" }, { "user.1.zip", "\"某某\"" }, { "user.1.name", "\"某某\"" },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refused_at(COMPOSE(rows[i][0], rows[i][1]), rows[i][0], rows[i][1]);
	refused_at(COMPOSE("user.1.id_no", "\"11010519491331002X\"", "user.1.name", "\"某某\""), "user.1.id_no", "a month 13");
	refused_at(COMPOSE("user.2.id_no", "\"7\"", "user.2.id_kind", "\"passport\"", "user.2.name", "\"某某\""), "user.2.id_no", "no passport");
	nothing_was_stored();
}

/* Whatever else is wrong, and whether or not the scheme is known. */
static void
every_wrong_field_of_one_document_is_told(void **st)
{
	static const char *const wrong[] = { "years", "org.credit_code", "agent.mobile", "invoice.tax_no", "zip" };
	static const char *const schemes[] = { "\"dongguan\"", "\"nowhere\"", "7", NULL };

	(void)st;
	for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
		size_t n = COMPOSE("scheme", schemes[s], "years", "9", "org.credit_code", "\"x\"", "agent.mobile", "\"1\"", "invoice.tax_no", "\"9\"",
		    "zip", "1");

		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
			refused_at(n, wrong[i], "with others");
		if (s > 0)
			refused_at(n, "scheme", "with others");
	}
	nothing_was_stored();
}

static void
a_text_that_is_no_flat_object_is_refused_as_a_whole(void **st)
{
	static const char *const rows[] = { "", " ", "null", "[]", "\"x\"", "7", "{", "{}x", "{\"a\":1}{\"a\":1}", "\xef\xbb\xbf", "{\"scheme\":\"dongguan\"",
	    "{\"scheme\":NaN}", "{'scheme':'x'}", "{\"scheme\":\"x\",}", "{\"a\\u0000b\":1}", "{\"a\\u001bb\":1}", "{\"years\":1e400}",
	    "{\"years\":99999999999999999999}", "{\"years\":0x2}", "{\"years\":02}", "{\"years\":1,\"years\":2}", "{\"scheme\":\"x\",\"sch\\u0065me\":\"x\"}",
	    "// x\n{}", "{\"remark\":\"a\nb\"}" };

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refused_at((size_t)snprintf(doc, DOC_MAX, "%s", rows[i]), "", rows[i]);
	refused_at((size_t)snprintf(doc, DOC_MAX, "\xff\xfe{%c}", 0), "", "UTF-16");
	/* deep: 100,000 brackets, and objects as deep as the limit of bytes lets them be */
	memset(doc, '[', 100000);
	memset(doc + 100000, ']', 100000);
	refused_at(200000, "", "100,000 brackets");
	memset(doc, '[', 200000);
	refused_at(200000, "", "200,000 open brackets");
	for (size_t i = 0; i < 40000; i++)
		memcpy(doc + 5 * i, "{\"a\":", 5);
	refused_at(200000, "", "40,000 objects");
	memset(doc, ' ', JSON_IN_MAX + 1);
	refused_at(JSON_IN_MAX + 1, "", "a byte too many");
	nothing_was_stored();
}

/* And by the command: the exit code, the words, and in no time. */
static void
the_command_ends_with_one_and_prints_no_number(void **st)
{
	static const char *const scripts[] = {
		"head -c 10000000 /dev/zero | tr '\\0' x | (printf '{\"remark\":\"'; cat; printf '\"}')",
		"head -c 10000000 /dev/zero", "yes '{\"a\":1,' | head -c 10000000", "seq -f '\"k%.0f\":1,' 1 12000 | (printf '{'; cat; printf '\"z\":1}')",
		"head -c 200000 /dev/urandom", "printf '{\"years\":1e3}'", "printf '{\"remark\":%100000d}' 1 | tr ' ' '['",
	};
	char command[900];

	(void)st;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		snprintf(command, sizeof command, "export RA_LANGUAGE=en RA_PASSWORD=$(awk '$1==\"chen\"{print $3}' %s/demo-logins); (%s) |"
		    " timeout 10 %s --home %s --as chen apply -", w->home, scripts[i], built("ra"), w->home);
		if (run(w, "sh", "-c", command, NULL) != 1 || w->out[0] || !w->err[0] || strlen(w->err) > 8000)
			fail_msg("%s: %s%.300s", scripts[i], w->out, w->err);
	}
	nothing_was_stored();
	/* the document that all were made of is good, and told so by nothing but its number */
	doc[COMPOSE("client_ref", "\"R-2\"")] = '\0';
	assert_int_equal(ra(w, "chen", "apply", world_file(w, "good.json", doc), NULL), 0);
	assert_string_equal(w->err, "");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_that_is_required_is_missed_where_it_stands),
		cmocka_unit_test(a_value_of_another_type_is_told_where_it_stands),
		cmocka_unit_test(a_text_that_is_no_clean_text_is_told_where_it_stands),
		cmocka_unit_test(a_value_that_cannot_be_right_is_told_where_it_stands),
		cmocka_unit_test(every_wrong_field_of_one_document_is_told),
		cmocka_unit_test(a_text_that_is_no_flat_object_is_refused_as_a_whole),
		cmocka_unit_test(the_command_ends_with_one_and_prints_no_number),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
