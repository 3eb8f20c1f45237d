/* forms/json: hostile intake, exact kinds, and a writer whose output reads back. */
#include "forms/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof (a) / sizeof *(a))

static struct json_in *
parsed(const char *s, size_t n)
{
	struct json_in *j = NULL;
	struct err e = { 0 };

	if (!json_in_parse(s, n, &j, &e))
		fail_msg("%.60s: %s", s, e.text);
	return j;
}

/* n 0: strlen */
static void
refused(const char *s, size_t n, const char *says)
{
	struct json_in *j = (struct json_in *)&n;	/* must stay as it is */
	struct err e = { 0 };

	if (json_in_parse(s, n ? n : strlen(s), &j, &e))
		fail_msg("%.60s was taken", s);
	assert_ptr_equal(j, &n);
	assert_int_equal(e.code, FAULT_REFUSED);
	if (!strstr(e.text, says))
		fail_msg("%.60s: '%s' does not say '%s'", s, e.text, says);
}

static void
each_value_has_its_kind(void **state)
{
	static const char text[] = "\xEF\xBB\xBF{\"a\":\"x\\u0000y\",\"b\":5,\"c\":true,\"d\":false,\"e\":null,\"f\":1.5,\"g\":[1],\"h\":{\"i\":1},"
	    "\"k\":-9223372036854775808,\"l\":9223372036854775807,\"m\":1e2,\"n\":\"\",\"o\":\"\\ud840\\udc00\",\"p\":-0,\"q\":1.0}";
	static const struct { const char *key; enum json_kind kind; int64_t number; const char *text; size_t len; } rows[] = {
		{ "a", JSON_KIND_TEXT, 0, "x\0y", 3 }, { "b", JSON_KIND_NUMBER, 5, NULL, 0 }, { "c", JSON_KIND_BOOL, 1, NULL, 0 },
		{ "d", JSON_KIND_BOOL, 0, NULL, 0 }, { "e", JSON_KIND_NULL, 0, NULL, 0 }, { "f", JSON_KIND_OTHER, 0, NULL, 0 },
		{ "g", JSON_KIND_OTHER, 0, NULL, 0 }, { "h", JSON_KIND_OTHER, 0, NULL, 0 }, { "k", JSON_KIND_NUMBER, INT64_MIN, NULL, 0 },
		{ "l", JSON_KIND_NUMBER, INT64_MAX, NULL, 0 }, { "m", JSON_KIND_OTHER, 0, NULL, 0 }, { "n", JSON_KIND_TEXT, 0, "", 0 },
		{ "o", JSON_KIND_TEXT, 0, "\xF0\xA0\x80\x80", 4 }, { "p", JSON_KIND_NUMBER, 0, NULL, 0 }, { "q", JSON_KIND_OTHER, 0, NULL, 0 },
	};
	struct json_in *j = parsed(text, sizeof text - 1);

	(void)state;
	assert_int_equal(json_in_count(j), COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct json_pair *p = json_in_at(j, i);

		assert_string_equal(p->key, rows[i].key);
		assert_int_equal(p->kind, rows[i].kind);
		assert_int_equal(p->number, rows[i].number);
		assert_int_equal(p->len, rows[i].len);
		if (rows[i].text)
			assert_memory_equal(p->text, rows[i].text, rows[i].len + 1);
	}
	assert_null(json_in_at(j, COUNT(rows)));
	json_in_free(j);
	json_in_free(NULL);
	j = parsed(" {} \n", 5);
	assert_int_equal(json_in_count(j), 0);
	assert_null(json_in_at(j, 0));
	json_in_free(j);
}

static void
broken_json_is_refused_with_line_and_column(void **state)
{
	static const struct { const char *s; size_t n; const char *says; } rows[] = {
		{ "", 0, "ends too early" }, { "  \n", 0, "ends too early" }, { "{", 0, "ends too early" }, { "{\"a\":", 0, "ends too early" },
		{ "{\"a\":\"x", 0, "ends too early" }, { "{\"a\":1", 0, "ends too early" },
		{ "{\"a\":1,}", 0, "not JSON" }, { "{a:1}", 0, "not JSON" }, { "{'a':1}", 0, "not JSON" }, { "{\"a\" 1}", 0, "not JSON" },
		{ "{\"a\":01}", 0, "not JSON" }, { "{\"a\":+1}", 0, "not JSON" }, { "{\"a\":NaN}", 0, "not JSON" }, { "{\"a\":Infinity}", 0, "not JSON" },
		{ "{\"a\":True}", 0, "not JSON" }, { "{\"a\":\"\\x41\"}", 0, "not JSON" }, { "{\"a\":1 /* c */}", 0, "not JSON" },
		{ "{\"a\":\"\\ud800\"}", 0, "not JSON" }, { "{\"a\":\"\\udc00\"}", 0, "not JSON" }, { "{\"a\":\"\\ud800\\u0041\"}", 0, "not JSON" },
		{ "{\n\"a\": 1,\n  b\n}", 0, "line 3, column 3: " }, { "{\"a\":\"x\ny\"}", 0, "not JSON" }, { "{\"a\":\"x\x01y\"}", 0, "not JSON" },
		{ "{\"a\":1} {\"b\":2}", 0, "more text behind" }, { "{\"a\":1}x", 0, "more text behind" }, { "{\"a\":1}\0", 8, "more text behind" },
		{ "\0", 1, "ends too early" }, { "{\"a\0b\":1}", 9, "" },
		{ "{\"a\":\"\x80\"}", 0, "not UTF-8" }, { "{\"a\":\"\xC0\x80\"}", 0, "not UTF-8" }, { "{\"a\":\"\xED\xA0\x80\"}", 0, "not UTF-8" },
		{ "{\"a\":\"\xF4\x90\x80\x80\"}", 0, "not UTF-8" }, { "{\"\xFF\":1}", 0, "not UTF-8" }, { "\xFF\xFE{\0", 4, "not UTF-8" },
		{ "{\"\xB6\xAB\":1}", 0, "not UTF-8" }, { "{\"a\":\"\xE4\xB8\"}", 0, "not UTF-8" },
		{ "[]", 0, "not an object" }, { "[{\"a\":1}]", 0, "not an object" }, { "1", 0, "not an object" }, { "\"x\"", 0, "not an object" },
		{ "null", 0, "not an object" }, { "true", 0, "not an object" },
		{ "{\"a\":9223372036854775808}", 0, "too large" }, { "{\"a\":-9223372036854775809}", 0, "too large" },
		{ "{\"a\":1e999}", 0, "too large" }, { "{\"a\":123456789012345678901234567890}", 0, "too large" },
		{ "{\"a\":1,\"a\":2}", 0, "\"a\" stands twice" }, { "{\"org.name\":\"x\",\n\"b\":1,\n\"org.name\":\"x\"}", 0, "line 3" },
		{ "{\"\\u0061\":1,\"a\":2}", 0, "stands twice" }, { "{\"x\":{\"a\":1,\"a\":2}}", 0, "stands twice" },
		{ "{\"agent.a_key_that_is_long_enough\":1,\"agent.a_key_that_is_long_enough\":2}", 0, "a key stands twice" },
		{ "{\"a\\u0000b\":1}", 0, "NUL" }, { "{\"a\\u001bb\":1}", 0, "key number 1" }, { "{\"ok\":1,\"\xE2\x80\xAE\":1}", 0, "key number 2" },
		{ "{\"\\ufffe\":1}", 0, "key number 1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refused(rows[i].s, rows[i].n, rows[i].says);
}

static void
a_message_never_repeats_what_may_be_an_identity_number(void **state)
{
	struct json_in *j;
	struct err e = { 0 };

	(void)state;
	assert_false(json_in_parse("{\"agent.id_no\": 11010519491231002X}", 36, &j, &e));
	assert_null(strstr(e.text, "110105"));
	assert_false(json_in_parse("{\"agent.id_no\": \"11010519491231002X\" x}", 40, &j, &e));
	assert_null(strstr(e.text, "110105"));
}

static void
large_and_deep_texts_are_refused_quickly(void **state)
{
	char *big = malloc(10000000);
	struct json_in *j;

	(void)state;
	assert_non_null(big);
	memset(big, '[', 10000000);
	refused(big, 10000000, "at most 262144 bytes");
	refused(big, JSON_IN_MAX + 1, "at most 262144 bytes");
	refused(big, JSON_IN_MAX, "nested too deeply");
	for (size_t i = 0; i + 5 <= JSON_IN_MAX; i += 5)
		memcpy(big + i, "{\"a\":", 5);
	refused(big, JSON_IN_MAX - 4, "nested too deeply");
	memset(big, 'x', JSON_IN_MAX);
	memcpy(big, "{\"a\":\"", 6);
	memcpy(big + JSON_IN_MAX - 2, "\"}", 2);
	j = parsed(big, JSON_IN_MAX);
	assert_int_equal(json_in_at(j, 0)->len, JSON_IN_MAX - 8);
	json_in_free(j);
	memset(big, 'k', JSON_IN_MAX);		/* a key is no place for it */
	memcpy(big, "{\"", 2);
	memcpy(big + JSON_IN_MAX - 4, "\":1}", 4);
	refused(big, JSON_IN_MAX, "key number 1: at most 100");
	free(big);
}

static void
no_piece_of_a_good_text_crashes_or_passes(void **state)
{
	static const char text[] = "{\"org.name\":\"东莞\\u00e9\",\"years\":5,\"x\":[1,{\"y\":null}],\"z\":true}";
	char copy[sizeof text];
	struct json_in *j;
	unsigned x = 12345;

	(void)state;
	for (size_t n = 0; n + 1 < sizeof text - 1; n++)
		assert_false(json_in_parse(text, n, &j, NULL));
	for (int i = 0; i < 20000; i++) {
		memcpy(copy, text, sizeof text);
		for (int k = 0; k < 3; k++) {
			x = x * 1103515245 + 12345;
			copy[(x >> 16) % (sizeof text - 1)] = (char)(x >> 8);
		}
		if (json_in_parse(copy, sizeof text - 1, &j, NULL)) {
			for (size_t p = 0; p < json_in_count(j); p++)
				assert_non_null(json_in_at(j, p)->key);
			json_in_free(j);
		}
	}
}

static void
files_are_read_up_to_their_limit(void **state)
{
	char path[] = "/tmp/test_json.XXXXXX", *buf = NULL;
	int fd = mkstemp(path);
	struct err e = { 0 };
	size_t n = 99;

	(void)state;
	assert_true(fd >= 0);
	assert_true(json_read_file(path, 10, &buf, &n, &e));
	assert_int_equal(n, 0);
	assert_string_equal(buf, "");
	free(buf);
	assert_int_equal(write(fd, "0123456\0 9", 10), 10);
	assert_true(json_read_file(path, 10, &buf, &n, &e));
	assert_int_equal(n, 10);
	assert_memory_equal(buf, "0123456\0 9", 11);
	free(buf);
	buf = NULL;
	assert_false(json_read_file(path, 9, &buf, &n, &e));
	assert_non_null(strstr(e.text, "longer than 9 bytes"));
	assert_null(buf);
	for (int i = 0; i < 100; i++)
		assert_int_equal(write(fd, path, sizeof path), sizeof path);
	assert_true(json_read_file(path, 100000, &buf, &n, &e));
	assert_int_equal(n, 10 + 100 * sizeof path);
	free(buf);
	close(fd);
	unlink(path);
	assert_false(json_read_file(path, 10, &buf, &n, &e));
	assert_non_null(strstr(e.text, "No such file"));
	assert_non_null(strstr(e.text, path));
	assert_false(json_read_file("/tmp", 10, &buf, &n, &e));
	assert_non_null(strstr(e.text, "is a folder"));
	assert_false(json_read_file("/dev/zero", 1000, &buf, &n, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
}

static char *
printed(struct json *j)
{
	char *buf = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&buf, &n);

	assert_non_null(f);
	assert_true(json_print(j, f));
	fclose(f);
	json_free(j);
	return buf;
}

static void
the_writer_keeps_order_and_escapes(void **state)
{
	struct json *j = json_new();
	char *s;

	(void)state;
	json_open_object(j, NULL);
	json_text(j, "z", "东莞 \"\\ \n \x01 \xF0\xA0\x80\x80");
	json_int(j, "a", INT64_MIN);
	json_bool(j, "b", true);
	json_text(j, "c", NULL);
	json_open_array(j, "list");
	json_int(j, NULL, 1);
	json_open_object(j, NULL);
	json_end(j);
	json_open_array(j, NULL);
	json_text(j, NULL, "x");
	json_end(j);
	json_end(j);
	json_open_object(j, "in");
	json_bool(j, "no", false);
	json_end(j);
	json_end(j);
	s = printed(j);
	assert_string_equal(s, "{\"z\":\"东莞 \\\"\\\\ \\n \\u0001 \xF0\xA0\x80\x80\",\"a\":-9223372036854775808,\"b\":true,\"c\":null,"
	    "\"list\":[1,{},[\"x\"]],\"in\":{\"no\":false}}\n");
	free(s);
	j = json_new();
	json_open_array(j, NULL);
	json_text(j, NULL, "a\xFF" "b\xE4\xB8" "c\xE4\xB8\x9C");		/* broken bytes are shown as such, not lost */
	json_end(j);
	s = printed(j);
	assert_string_equal(s, "[\"a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD" "c\xE4\xB8\x9C\"]\n");
	free(s);
}

static void
a_stream_that_fails_is_told(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct json *j = json_new();

	(void)state;
	assert_non_null(f);
	json_open_object(j, NULL);
	json_text(j, "a", "b");
	json_end(j);
	assert_false(json_print(j, f));
	fclose(f);
	json_free(j);
	j = json_new();
	assert_false(json_print(j, stdout));	/* nothing was written into it */
	json_free(j);
	json_free(NULL);
	json_open_object(NULL, NULL);		/* what follows a json_new that found no memory */
	json_text(NULL, "a", "b");
	json_end(NULL);
	assert_false(json_print(NULL, stdout));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_its_kind),
		cmocka_unit_test(broken_json_is_refused_with_line_and_column),
		cmocka_unit_test(a_message_never_repeats_what_may_be_an_identity_number),
		cmocka_unit_test(large_and_deep_texts_are_refused_quickly),
		cmocka_unit_test(no_piece_of_a_good_text_crashes_or_passes),
		cmocka_unit_test(files_are_read_up_to_their_limit),
		cmocka_unit_test(the_writer_keeps_order_and_escapes),
		cmocka_unit_test(a_stream_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
