/* Fields, the scheme reader, fees and materials; the schema's CHECKs beside the stored names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/embedded.h"
#include "forms/scheme.h"
#include "ra/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct embedded *
dongguan(void)
{
	for (const struct embedded *f = scheme_files; f->name; f++)
		if (strcmp(f->name, "dongguan") == 0)
			return f;
	fail_msg("the scheme is not built in");
	return NULL;
}

static struct scheme *
shipped(void)
{
	struct err_list problems = { 0 };
	struct scheme *s = NULL;

	if (!scheme_parse("dongguan", dongguan()->text, &s, &problems))
		fail_msg("%s", problems.at[0].text);
	return s;
}

static void
field_ids_and_columns_are_unique_and_found(void **st)
{
	int user;

	(void)st;
	for (size_t i = 0; i < fields_n; i++) {
		assert_ptr_equal(field_find(fields[i].id, &user), &fields[i]);
		assert_int_equal(user, -1);
		assert_true(fields[i].zh[0] && fields[i].en[0]);
		assert_true(!(fields[i].flags & INDEXED) || (fields[i].flags & SEALED));
		if (fields[i].kind == FIELD_TEXT)
			assert_int_equal(fields[i].size, TEXT_BYTES(fields[i].high));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(fields[i].column, fields[k].column);
	}
	assert_ptr_equal(field_find("user.3.name", &user), &user_fields[0]);
	assert_int_equal(user, 2);
	assert_null(field_find("user.0.name", &user));
	assert_null(field_find("user.51.name", &user));
	assert_null(field_find("org.", &user));
}

/* Whoever adds a field gives it a check, or says here why there is nothing to check beyond its limits. */
static void
every_typed_text_has_a_check_of_its_own(void **st)
{
	static const char *const free_texts[] = { "remark", "invoice.remark", "client_ref",	/* whatever is written there */
	    "scheme", "ca", "package", "auth_way", "user.N.role", "user.N.grant" };		/* names that the scheme knows */

	(void)st;
	for (size_t i = 0; i < fields_n + user_fields_n; i++) {
		const struct field *f = i < fields_n ? &fields[i] : &user_fields[i - fields_n];
		bool is_free = false;

		for (size_t k = 0; k < sizeof free_texts / sizeof *free_texts; k++)
			is_free = is_free || strcmp(free_texts[k], f->id) == 0;
		if (f->kind == FIELD_TEXT && !f->check != is_free)
			fail_msg("%s %s", f->id, f->check ? "has a check after all" : "has no check");
	}
}

static void
fees_follow_the_published_table(void **st)
{
	static const struct { const char *service; int years; bool seal; int64_t fen; size_t lines; } rows[] = {
		{ "new", 1, false, 20000, 1 }, { "new", 1, true, 40000, 2 }, { "new", 3, true, 120000, 2 }, { "new", 5, false, 100000, 1 },
		{ "renew", 2, true, 80000, 2 }, { "replace", RECORD_UNSET, true, 5000, 2 }, { "replace", RECORD_UNSET, false, 5000, 1 },
		{ "change", RECORD_UNSET, false, 0, 1 }, { "unlock", RECORD_UNSET, true, 0, 1 }, { "revoke", RECORD_UNSET, false, 0, 1 },
		{ "add_seal", 2, true, 40000, 1 },
	};
	struct scheme *s = shipped();
	struct fee_line l[SCHEME_LINES_MAX];
	struct record *r = calloc(1, sizeof *r);
	struct err e;
	size_t n;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t sum = 0;

		record_clear(r);
		snprintf(r->head.service, sizeof r->head.service, "%s", rows[i].service);
		snprintf(r->head.channel, sizeof r->head.channel, "counter");
		r->head.years = rows[i].years;
		if (rows[i].seal)
			snprintf(r->seal.name, sizeof r->seal.name, "x");
		assert_true(scheme_fee(s, r, (struct day){ 2026, 11, 21 }, l, &n, &e));
		assert_int_equal(n, rows[i].lines);
		for (size_t k = 0; k < n; k++)
			sum += l[k].amount_fen;
		assert_int_equal(sum, rows[i].fen);
	}
	snprintf(r->head.service, sizeof r->head.service, "recover");
	assert_false(scheme_fee(s, r, (struct day){ 2026, 11, 21 }, l, &n, &e));	/* no amount is published */
	assert_false(scheme_fee_set(s, "recover", (struct day){ 2026, 11, 21 }, &e));
	assert_true(scheme_fee_set(s, "report_loss", (struct day){ 2026, 11, 21 }, &e));
	assert_false(scheme_fee(s, r, (struct day){ 2019, 12, 31 }, l, &n, &e));	/* before the first table */
	free(r);
	scheme_free(s);
}

static char *
edited(const char *from, const char *to)
{
	const char *text = dongguan()->text, *p = strstr(text, from);
	char *out = malloc(strlen(text) + strlen(to) + 1);

	if (!p || !out)
		fail_msg("no '%s' in the scheme", from);
	sprintf(out, "%.*s%s%s", (int)(p - text), text, to, p + strlen(from));
	return out;
}

static void
the_checker_names_line_key_and_remedy(void **st)
{
	static const struct { const char *from, *to, *words[2]; } rows[] = {
		{ "gate = \"producing\";", "", { "gate", "missing" } },
		{ "gate = \"producing\";", "gate = \"never\";", { "scheme:", "producing or handing_over" } },
		{ "max = 5;", "max = 9;", { "term.max", "1 to 5" } },
		{ "max = 5;", "max = \"5\";", { "term.max", "number" } },
		{ "\"unlock\"", "\"unlck\"", { "unlck", "there is no service" } },
		{ "tries = 10", "tries = 11", { "pin.tries", "1 to 10" } },
		{ "id = \"dongguan\"", "id = \"Dong guan\"", { "id", "small letters" } },
		{ "one_per_seal = true", "one_per_seel = true", { "one_per_seel", "" } },
		{ "\"agent.mobile\"", "\"agent.mobil\"", { "agent.mobil", "ra fields" } },
		{ "points = [\"present\"", "points = [\"presnt\"", { "presnt", "" } },
		{ "code = \"seal_form\"", "code = \"certificate_form\"", { "twice", "" } },
		{ "effective = \"2020-01-01\"", "effective = \"2020-02-30\"", { "effective", "2020-02-30" } },
		{ "per = \"year\";  fen = 20000", "per = \"month\";  fen = 20000", { "year or piece", "" } },
		{ "fen = 20000", "fen = -5", { "fen", "" } },
		{ "key = \"p256\"", "key = \"p384\"", { "p256 or rsa2048", "" } },
		{ "{ type = \"O\"; field = \"org.name\"; }", "{ type = \"O\"; field = \"org.nam\"; }", { "org.nam", "" } },
		{ "proves = [\"org.name\"", "proves = [\"org.nam\"", { "org.nam", "ra fields" } },
		{ "services = (", "services = ", { "scheme:", "" } },
		{ "东莞市住房公积金数字证书", "\xff\xfe", { "scheme:", "UTF-8" } },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err_list problems = { 0 };
		struct scheme *s = NULL;
		char *text = edited(rows[i].from, rows[i].to);
		bool found = false;

		assert_false(scheme_parse("scheme", text, &s, &problems));
		for (size_t k = 0; k < problems.n && k < ERR_LIST_MAX; k++)
			found = found || (strstr(problems.at[k].text, rows[i].words[0]) && strstr(problems.at[k].text, rows[i].words[1])
			    && strncmp(problems.at[k].text, "scheme:", 7) == 0);
		if (!found)
			fail_msg("%s -> %s: %s", rows[i].from, rows[i].to, problems.at[0].text);
		free(text);
	}
}

static void
a_later_fee_table_counts_from_its_day(void **st)
{
	char *text = edited("fees = (", "fees = ( { effective = \"2010-01-01\"; lines = ("
	    "{ service = \"new\"; on = \"certificate\"; per = \"year\"; fen = 1; },"
	    "{ service = \"renew\"; on = \"certificate\"; per = \"year\"; fen = 1; },"
	    "{ service = \"replace\"; on = \"certificate\"; per = \"piece\"; fen = 1; },"
	    "{ service = \"change\"; on = \"certificate\"; per = \"piece\"; fen = 1; },"
	    "{ service = \"unlock\"; on = \"certificate\"; per = \"piece\"; fen = 1; },"
	    "{ service = \"revoke\"; on = \"certificate\"; per = \"piece\"; fen = 1; },"
	    "{ service = \"recover\"; on = \"certificate\"; per = \"piece\"; fen = 1; },"
	    "{ service = \"add_seal\"; on = \"seal\"; per = \"year\"; fen = 1; },"
	    "{ service = \"report_loss\"; on = \"certificate\"; per = \"piece\"; fen = 1; } ); },");
	struct err_list problems = { 0 };
	struct fee_line l[SCHEME_LINES_MAX];
	struct record *r = calloc(1, sizeof *r);
	struct scheme *s = NULL;
	struct err e;
	size_t n;

	(void)st;
	if (!scheme_parse("scheme", text, &s, &problems))
		fail_msg("%s", problems.at[0].text);
	record_clear(r);
	snprintf(r->head.service, sizeof r->head.service, "new");
	r->head.years = 2;
	assert_true(scheme_fee(s, r, (struct day){ 2019, 12, 31 }, l, &n, &e));
	assert_int_equal(l[0].amount_fen, 2);
	assert_true(scheme_fee(s, r, (struct day){ 2020, 1, 1 }, l, &n, &e));
	assert_int_equal(l[0].amount_fen, 40000);
	scheme_free(s);
	free(r);
	free(text);
}

static void
materials_depend_on_channel_and_seal(void **st)
{
	static const struct { const char *service, *channel; bool seal, late; size_t n; const char *last; } rows[] = {
		{ "new", "counter", false, false, 5, "agent_id_original" }, { "new", "counter", true, false, 6, "seal_form" },
		{ "new", "mail", false, false, 4, "transfer_voucher" }, { "new", "mail", true, false, 5, "seal_form" },
		{ "unlock", "counter", false, false, 6, "token" }, { "unlock", "counter", true, false, 6, "token" },
		{ "change", "mail", true, false, 5, "token" }, { "revoke", "mail", true, false, 4, "seal_form" },
		/* in time: no repeat of the organisation's check, and the token stays with the holder */
		{ "renew", "counter", true, false, 2, "agent_id_original" }, { "renew", "counter", true, true, 7, "token" },
		{ "renew", "mail", false, false, 2, "transfer_voucher" }, { "renew", "mail", false, true, 5, "token" },
	};
	const struct scheme_material *m[32];
	struct scheme *s = shipped();
	struct record *r = calloc(1, sizeof *r);

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		record_clear(r);
		snprintf(r->head.service, sizeof r->head.service, "%s", rows[i].service);
		snprintf(r->head.channel, sizeof r->head.channel, "%s", rows[i].channel);
		if (rows[i].seal)
			snprintf(r->seal.name, sizeof r->seal.name, "x");
		assert_int_equal(scheme_materials(s, r, rows[i].late, m, 32), rows[i].n);
		assert_string_equal(m[rows[i].n - 1]->code, rows[i].last);
		assert_string_equal(m[0]->code, "certificate_form");
		assert_int_equal(m[0]->copies, 2);
		/* whoever looks at one sees what to compare it with */
		for (size_t k = 0; k < rows[i].n; k++)
			assert_true(m[k]->proves_n > 0);
	}
	free(r);
	scheme_free(s);
}

/* Every CHECK list of the schema is the list of stored names. */
static void
check_is(const char *column, const struct name *names)
{
	char want[700];
	size_t n;

	n = (size_t)snprintf(want, sizeof want, "CHECK (%s IN (", column);
	for (const struct name *x = names; x->stored; x++)
		n += (size_t)snprintf(want + n, sizeof want - n, "%s'%s'", x == names ? "" : ",", x->stored);
	snprintf(want + n, sizeof want - n, "))");
	if (!strstr(schema_files[0].text, want))
		fail_msg("the schema has no %s", want);
}

static void
the_schemas_checks_are_the_stored_names(void **st)
{
	(void)st;
	check_is("state", app_state_names);
	check_is("state", item_state_names);
	check_is("state", token_state_names);
	check_is("state", cert_state_names);
	check_is("state", intent_state_names);
	check_is("outcome", material_outcome_names);
	check_is("method", pay_method_names);
	check_is("role", role_names);
	check_is("service", service_names);
	check_is("channel", channel_names);
}

static void
every_column_of_the_schema_has_its_comment(void **st)
{
	const char *p = schema_files[0].text;

	(void)st;
	for (; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\n");
		bool column = p[0] == '\t' && ((p[1] >= 'a' && p[1] <= 'z'));

		if (column && !memmem(p, n, "-- ", 3))
			fail_msg("no comment: %.*s", (int)n, p);
	}
}

static void
every_act_has_a_role_and_only_the_station_signs_its_own(void **st)
{
	(void)st;
	for (int i = 0; i < ACT_N; i++) {
		assert_true(acts[i].roles != 0);
		assert_true(!(acts[i].roles & R(SYSTEM)) || acts[i].roles == R(SYSTEM));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(acts[i].stored, acts[k].stored);
	}
	assert_false(acts[ACT_ACCEPT].roles & (R(FINANCE) | R(AUDITOR)));
	assert_false(acts[ACT_APPROVE].roles & (R(FINANCE) | R(AUDITOR) | R(CLERK)));
}

static void
application_numbers_find_a_wrong_digit(void **st)
{
	char no[] = "DG01261121000019";

	(void)st;
	assert_true(app_no_valid(no));
	for (size_t i = 4; i < sizeof no - 1; i++)
		for (char c = '0'; c <= '9'; c++) {
			char other[sizeof no];

			memcpy(other, no, sizeof no);
			other[i] = c;
			assert_int_equal(app_no_valid(other), c == no[i]);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_ids_and_columns_are_unique_and_found),
		cmocka_unit_test(every_typed_text_has_a_check_of_its_own),
		cmocka_unit_test(fees_follow_the_published_table),
		cmocka_unit_test(the_checker_names_line_key_and_remedy),
		cmocka_unit_test(a_later_fee_table_counts_from_its_day),
		cmocka_unit_test(materials_depend_on_channel_and_seal),
		cmocka_unit_test(the_schemas_checks_are_the_stored_names),
		cmocka_unit_test(every_column_of_the_schema_has_its_comment),
		cmocka_unit_test(every_act_has_a_role_and_only_the_station_signs_its_own),
		cmocka_unit_test(application_numbers_find_a_wrong_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
