/* forms/config: lines in messages, exact types, unread settings, and what libconfig would let pass. */
#include "forms/config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* libconfig 1.5 loses the text it holds when it meets a syntax error. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig\n";
}

static const char sample[] =
    "# a comment with \"quotes\" and 99999999999999\n"
    "store = \"sqlite:ra.db\";\n"
    "language = \"中文\";\n"
    "limit = 5000000000L; small = -2147483648; hex = 0x10; on = true; rate = 1.5e3;\n"
    "service_point = {\n"
    "  id = \"DG01\";\n"
    "  name = \"东莞 \" \"受理点\";\n"
    "};\n"
    "cas = (\n"
    "  { id = \"netca\"; url = \"http://x/\"; },\n"
    "  { id = \"two\";\n"
    "    urll = \"http://y/\"; }\n"
    ");\n"
    "days = [ 1, 2, 3 ]; none = ();\n";

static struct config *
parsed(const char *text)
{
	struct config *c = NULL;
	struct err e = { 0 };

	if (!config_parse("ra.conf", text, &c, &e))
		fail_msg("%.60s: %s", text, e.text);
	return c;
}

static void
settings_are_read_by_path_and_type(void **state)
{
	struct config *c = parsed(sample);
	const char *s = NULL;
	int64_t n = 0;
	bool b = false;

	(void)state;
	assert_true(config_text(c, "store", &s, NULL));
	assert_string_equal(s, "sqlite:ra.db");
	assert_true(config_text(c, "service_point.name", &s, NULL));
	assert_string_equal(s, "东莞 受理点");
	assert_true(config_text(c, "cas.[1].id", &s, NULL));
	assert_string_equal(s, "two");
	assert_true(config_int(c, "limit", &n, NULL));
	assert_int_equal(n, INT64_C(5000000000));
	assert_true(config_int(c, "small", &n, NULL));
	assert_int_equal(n, INT32_MIN);
	assert_true(config_int(c, "hex", &n, NULL));
	assert_int_equal(n, 16);
	assert_true(config_int(c, "days.[2]", &n, NULL));
	assert_int_equal(n, 3);
	assert_true(config_bool(c, "on", &b, NULL));
	assert_true(b);
	assert_int_equal(config_count(c, ""), 11);
	assert_int_equal(config_count(c, "cas"), 2);
	assert_int_equal(config_count(c, "days"), 3);
	assert_int_equal(config_count(c, "none"), 0);
	assert_int_equal(config_count(c, "store"), -1);
	assert_int_equal(config_count(c, "absent"), -1);
	assert_string_equal(config_member(c, "", 0), "store");
	assert_string_equal(config_member(c, "service_point", 1), "name");
	assert_string_equal(config_member(c, "cas.[1]", 1), "urll");
	assert_null(config_member(c, "service_point", 2));
	assert_null(config_member(c, "service_point", -1));
	assert_null(config_member(c, "cas", 0));
	assert_null(config_member(c, "absent", 0));
	assert_true(config_has(c, "cas.[0].url"));
	assert_false(config_has(c, "cas.[2]"));
	assert_false(config_has(c, "store.x"));
	assert_int_equal(config_line(c, "service_point.name"), 7);
	assert_int_equal(config_line(c, "cas.[1].urll"), 12);
	assert_int_equal(config_line(c, "cas.[9]"), 0);
	assert_int_equal(config_line(c, "absent"), 0);
	config_free(c);
	config_free(NULL);
}

static void
defaults_stand_in_for_absent_settings_only(void **state)
{
	struct config *c = parsed(sample);
	const char *s = "before";
	struct err e = { 0 };
	int64_t n = 7;
	bool b = false;

	(void)state;
	assert_true(config_text_or(c, "absent", "d", &s, NULL));
	assert_string_equal(s, "d");
	assert_true(config_text_or(c, "absent", NULL, &s, NULL));
	assert_null(s);
	assert_true(config_text_or(c, "store", "d", &s, NULL));
	assert_string_equal(s, "sqlite:ra.db");
	assert_true(config_int_or(c, "absent", 30, &n, NULL));
	assert_int_equal(n, 30);
	assert_true(config_bool_or(c, "absent", true, &b, NULL));
	assert_true(b);
	assert_false(config_int_or(c, "store", 1, &n, &e));
	assert_int_equal(n, 30);
	assert_string_equal(e.text, "ra.conf:2: store: write a whole number, not a text in quotes");
	assert_false(config_bool_or(c, "small", false, &b, &e));
	assert_true(b);
	assert_string_equal(e.text, "ra.conf:4: small: write true or false, not a whole number");
	assert_false(config_int_or(c, "rate", 1, &n, &e));
	assert_non_null(strstr(e.text, "not a number with a point"));
	assert_false(config_text_or(c, "cas", "d", &s, &e));
	assert_non_null(strstr(e.text, "ra.conf:9: cas: write a text in quotes, not a list"));
	config_free(c);
}

static void
what_is_missing_is_told_at_the_nearest_line(void **state)
{
	struct config *c = parsed(sample);
	const char *s = "before";
	struct err e = { 0 };
	int64_t n = 7;
	bool b = true;

	(void)state;
	assert_false(config_text(c, "service_point.address", &s, &e));
	assert_string_equal(s, "before");
	assert_string_equal(e.text, "ra.conf:5: service_point.address: the setting is missing: add it");
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_false(config_text(c, "cas.[1].url", &s, &e));
	assert_non_null(strstr(e.text, "ra.conf:11: cas.[1].url: "));
	assert_false(config_int(c, "absent.very.deep", &n, &e));
	assert_non_null(strstr(e.text, "ra.conf:1: absent.very.deep: "));
	assert_false(config_bool(c, "absent", &b, &e));
	assert_int_equal(n, 7);
	assert_true(b);
	assert_false(config_error(c, "cas.[0].url", &e, "only https, not '%s'", "http"));
	assert_string_equal(e.text, "ra.conf:10: cas.[0].url: only https, not 'http'");
	config_free(c);
}

static void
broken_files_are_refused_with_their_line(void **state)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "a = 1;\nb = ;", "ra.conf:2: " }, { "a = 1;\nb = \"x\n\n;", "ra.conf:2: the text or comment that begins here never ends" },
		{ "a = \"x\\\"", "never ends" }, { "a = 1; /* \n *", "ra.conf:1: the text or comment" }, { "a = 1;\na = 2;", "ra.conf:2: duplicate" }, { "a", "ra.conf:1: " },
		{ "{", "ra.conf:1: " }, { "a = (1, 2;", "ra.conf:1: " }, { "a = [1, \"x\"];", "ra.conf:1: " }, { "a = { b = 1; b = 2; };", "duplicate" },
		{ "a = 1;\n\nb = 2147483648;", "ra.conf:3: the number 2147483648 is too large" }, { "a = -2147483649;", "too large" },
		{ "a = 5000000000;", "put L behind it" }, { "a = 0xFFFFFFFF;", "too large" }, { "a = 9223372036854775808L;", "too large" },
		{ "a = 99999999999999999999;", "too large" }, { "a = 99999999999999999999L;", "too large" }, { "5000000000", "too large" },
		{ "/* \n\n */ a = 99999999999;", "ra.conf:3: " }, { "// x\n# y\na = \"\n\"; b = 99999999999;", "ra.conf:4: " },
		{ "a = (1,\n { b = 99999999999; });", "ra.conf:2: " },
		{ "@include \"/etc/passwd\"\n", "ra.conf:1: @include" }, { "a = 1;\n  @include \"x\"\n", "ra.conf:2: @include" },
		{ "a = \"\xFF\";", "ra.conf:1: byte 0xFF is not UTF-8" }, { "a = 1; # \n# \xB6\xAB", "ra.conf:2: byte 0xB6" },
		{ "a = \"\\xFF\";", "ra.conf:1: the text holds" }, { "a = 1;\nb = ( { c = \"\\x1b[2J\"; } );", "ra.conf:2: the text holds" },
		{ "a = \"\\x7f\";", "control" }, { "a = \"\\x80\";", "broken" }, { "a = 1;\x01", "ra.conf:1: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config *c = NULL;
		struct err e = { 0 };

		if (config_parse("ra.conf", rows[i].text, &c, &e))
			fail_msg("'%s' was taken", rows[i].text);
		assert_null(c);
		assert_int_equal(e.code, FAULT_REFUSED);
		if (!strstr(e.text, rows[i].says))
			fail_msg("'%s': '%s' does not say '%s'", rows[i].text, e.text, rows[i].says);
	}
}

static void
good_files_with_odd_contents_pass(void **state)
{
	static const char *const rows[] = {
		"", "\xEF\xBB\xBFx = 1;", "a = \"99999999999 @include \\\" 99999999999\";", "a = 1 # 99999999999\n", "a = 1; /* @include */",
		"a99999999999 = 1;", "a-99999999999 = 1;", "a = 1.5; b = 1e5; c = 123456789012.5; d = 1.0e+10; e = -1.5E-10;",
		"a = 2147483647; b = -2147483648; c = 9223372036854775807L;", "a = \"x\\n\\ty\";", "a = \"一\n二\";", "a = 1\nb = 2\n", "a = -5; b = +5;",
		"a = 0x7FFFFFFF; b = 0xFFFFFFFFFFL;",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		config_free(parsed(rows[i]));
}

static void
settings_that_nobody_read_are_named(void **state)
{
	static struct err_list l;
	struct config *c = parsed(sample);
	const char *s;
	int64_t n;
	bool b;
	static const char *const left[] = {
		"ra.conf:3: language: ", "ra.conf:4: hex: ", "ra.conf:4: rate: ", "ra.conf:7: service_point.name: ",
		"ra.conf:12: cas.[1].urll: ", "ra.conf:14: days: ",
	};

	(void)state;
	assert_true(config_text(c, "store", &s, NULL));
	assert_true(config_int(c, "limit", &n, NULL));
	assert_false(config_text(c, "small", &s, NULL));	/* a wrong type has been told already */
	assert_true(config_bool(c, "on", &b, NULL));
	assert_true(config_text(c, "service_point.id", &s, NULL));
	assert_int_equal(config_count(c, "cas"), 2);
	assert_int_equal(config_count(c, "none"), 0);
	for (int i = 0; i < 2; i++) {
		char path[32];

		snprintf(path, sizeof path, "cas.[%d].id", i);
		assert_true(config_text(c, path, &s, NULL));
		snprintf(path, sizeof path, "cas.[%d].url", i);
		assert_true(config_text_or(c, path, "", &s, NULL));
	}
	config_unread(c, &l);
	assert_int_equal(l.n, COUNT(left));
	for (size_t i = 0; i < COUNT(left); i++)
		if (strncmp(l.at[i].text, left[i], strlen(left[i])) != 0)
			fail_msg("'%s', not '%s'", l.at[i].text, left[i]);
	config_free(c);
	c = parsed("x = { y = 1; z = 2; };\nw = 3;");
	l.n = 0;
	config_unread(c, &l);		/* an unknown group is one line */
	assert_int_equal(l.n, 2);
	assert_non_null(strstr(l.at[0].text, "ra.conf:1: x: "));
	assert_non_null(strstr(l.at[1].text, "ra.conf:2: w: "));
	config_free(c);
}

static void
hostile_nesting_and_pieces_do_no_harm(void **state)
{
	size_t size = 1 << 20;
	char *big = malloc(size + 1), copy[sizeof sample];
	struct config *c;
	struct err e = { 0 };
	unsigned x = 4711;

	(void)state;
	assert_non_null(big);
	memset(big, '(', size);
	big[size] = '\0';
	memcpy(big, "a=", 2);
	assert_false(config_parse("deep", big, &c, &e));
	for (size_t i = 0; i + 3 <= size; i += 3)
		memcpy(big + i, "a={", 3);
	assert_false(config_parse("deep", big, &c, &e));
	for (size_t depth = 500; depth < 4000; depth += 500) {	/* as deep as libconfig goes, closed properly */
		memset(big + 2, '(', depth);
		memset(big + 2 + depth, ')', depth);
		memcpy(big + 2 + 2 * depth, ";", 2);
		if (config_parse("deep", big, &c, &e)) {
			static struct err_list l;

			l.n = 0;
			config_unread(c, &l);
			assert_int_equal(l.n, 1);
			config_free(c);
		}
	}
	free(big);
	for (size_t n = 0; n < sizeof sample; n++) {
		memcpy(copy, sample, n);
		copy[n] = '\0';
		if (config_parse("cut", copy, &c, &e))
			config_free(c);
	}
	for (int i = 0; i < 3000; i++) {
		memcpy(copy, sample, sizeof sample);
		for (int k = 0; k < 4; k++) {
			x = x * 1103515245 + 12345;
			copy[(x >> 16) % (sizeof sample - 1)] = "\"(){}[];=,@#/*\\x9L.\n-"[(x >> 8) % 21];
		}
		if (config_parse("bent", copy, &c, &e)) {
			static struct err_list l;

			l.n = 0;
			config_unread(c, &l);
			config_free(c);
		} else {
			assert_true(strncmp(e.text, "bent:", 5) == 0);
		}
	}
}

static void
files_are_loaded_up_to_one_mebibyte(void **state)
{
	char path[] = "/tmp/test_config.XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct config *c = NULL;
	struct err e = { 0 };

	(void)state;
	assert_non_null(f);
	fputs("a = 1;\nb = ;\n", f);
	fflush(f);
	assert_false(config_load(path, &c, &e));
	assert_int_equal(strncmp(e.text, path, strlen(path)), 0);
	assert_non_null(strstr(e.text, ":2: "));
	rewind(f);
	fputs("a = 1;\nb = 2;\n", f);
	fflush(f);
	assert_true(config_load(path, &c, &e));
	assert_int_equal(config_line(c, "b"), 2);
	config_free(c);
	c = NULL;
	fputc('\0', f);
	fflush(f);
	assert_false(config_load(path, &c, &e));
	assert_non_null(strstr(e.text, "NUL"));
	for (int i = 0; i < 1024 * 1024; i++)
		fputc(' ', f);
	fclose(f);
	assert_false(config_load(path, &c, &e));
	assert_non_null(strstr(e.text, "longer than"));
	unlink(path);
	assert_false(config_load(path, &c, &e));
	assert_non_null(strstr(e.text, "No such file"));
	assert_false(config_load("/tmp", &c, &e));
	assert_null(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read_by_path_and_type),
		cmocka_unit_test(defaults_stand_in_for_absent_settings_only),
		cmocka_unit_test(what_is_missing_is_told_at_the_nearest_line),
		cmocka_unit_test(broken_files_are_refused_with_their_line),
		cmocka_unit_test(good_files_with_odd_contents_pass),
		cmocka_unit_test(settings_that_nobody_read_are_named),
		cmocka_unit_test(hostile_nesting_and_pieces_do_no_harm),
		cmocka_unit_test(files_are_loaded_up_to_one_mebibyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
