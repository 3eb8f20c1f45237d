/* forms/text: what a typed text may hold, and how it is compared, masked and measured. */
#include "forms/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static bool
clean(const char *in, size_t n, size_t max, char *out, size_t outsz, struct err *e)
{
	memset(e, 0, sizeof *e);
	return text_clean("org.name", in, n, max, out, outsz, e);
}

static void
text_is_trimmed_and_composed(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "", "" },
		{ "  \t\r\n ", "" },
		{ "东莞市某某有限公司", "东莞市某某有限公司" },
		{ " \xE3\x80\x80\xC2\xA0""东莞 公司\n", "东莞 公司" },
		{ "e\xCC\x81", "\xC3\xA9" },				/* e + acute */
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C" },	/* jamo -> 한 */
		{ "\xEF\xBC\xA1\xEF\xBC\x91", "\xEF\xBC\xA1\xEF\xBC\x91" },	/* NFC leaves full-width Ａ１ alone: never NFKC */
		{ "\xE3\x8F\x8D", "\xE3\x8F\x8D" },			/* ㏍ likewise */
		{ "\xE2\x84\xAB", "\xC3\x85" },				/* angstrom sign */
		{ "\xF0\xA0\x80\x80", "\xF0\xA0\x80\x80" },		/* U+20000 */
		{ "\xF0\xB1\x8D\x90", "\xF0\xB1\x8D\x90" },		/* U+31350, younger than the library */
		{ "\xE9\xBE\xA6\xE9\xBE\xAF\xE9\xBF\xBF", "\xE9\xBE\xA6\xE9\xBE\xAF\xE9\xBF\xBF" },	/* U+9FA6 U+9FAF U+9FFF */
		{ "\xE4\xB6\xB6", "\xE4\xB6\xB6" },			/* U+4DB6 */
		{ "\xE8\x91\x9B\xF3\xA0\x84\x80", "\xE8\x91\x9B\xF3\xA0\x84\x80" },	/* 葛 with a variation selector */
		{ "买买提·吐尔逊", "买买提·吐尔逊" },
	};
	char out[400];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(clean(rows[i].in, strlen(rows[i].in), 90, out, sizeof out, &e));
		assert_string_equal(out, rows[i].out);
	}
}

static void
each_forbidden_character_is_named_with_its_place(void **state)
{
	static const struct { const char *in; size_t n; const char *says; } rows[] = {
		{ "a\0b", 3, "character 2 is U+0000, a NUL" },
		{ "a\x07" "b", 3, "U+0007, a control" },
		{ "a\nb", 3, "U+000A, a control" },
		{ "a\x7F" "b", 3, "U+007F, a control" },
		{ "a\xC2\x85" "b", 4, "U+0085, a control" },
		{ "a\x1B[31m", 6, "U+001B" },
		{ "a\xE2\x80\xAE" "b", 5, "U+202E, a character that turns" },
		{ "a\xE2\x81\xA6" "b", 5, "U+2066" },
		{ "a\xE2\x81\xA9" "b", 5, "U+2069" },
		{ "a\xE2\x80\x8E" "b", 5, "U+200E" },
		{ "a\xD8\x9C" "b", 4, "U+061C" },
		{ "a\xE2\x80\x8B" "b", 5, "U+200B, an invisible" },
		{ "\xEF\xBB\xBF" "b", 4, "character 1 is U+FEFF" },
		{ "a\xE2\x80\xA8" "b", 5, "U+2028, a line" },
		{ "a\xEE\x80\x80", 4, "U+E000, a private-use" },
		{ "a\xEF\xA3\xBF", 4, "U+F8FF" },
		{ "a\xF3\xB0\x80\x80", 5, "U+F0000, a private-use" },
		{ "a\xEF\xB7\x90", 4, "U+FDD0, a code point that is no" },
		{ "a\xEF\xBF\xBE", 4, "U+FFFE, a code point that is no" },
		{ "a\xF0\x9F\xBF\xBF", 5, "U+1FFFF, a code point that is no" },
		{ "a\xF4\x8F\xBF\xBF", 5, "U+10FFFF, a code point that is no" },
		{ "a\xEF\xBF\xBD", 4, "U+FFFD, the mark" },
		{ "a\xF3\xA0\x81\x81", 5, "U+E0041, an invisible" },
	};
	char out[64] = "untouched";
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(clean(rows[i].in, rows[i].n, 15, out, sizeof out, &e));
		assert_int_equal(e.code, FAULT_REFUSED);
		assert_string_equal(e.field, "org.name");
		if (!strstr(e.text, rows[i].says))
			fail_msg("'%s' does not say '%s'", e.text, rows[i].says);
		assert_string_equal(out, "untouched");
	}
}

static void
broken_utf8_of_every_class_is_refused(void **state)
{
	static const char *const rows[] = {
		"\x80", "\xBF", "a\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xED\xA0\x80\xED\xB0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80",
		"\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF", "\xC3", "\xE4\xB8", "\xF0\xA0\x80", "\xE4\xB8q", "\xC3(", "\xF0\xA0\x80(",
		"\xB6\xAB\xDD\xB8",				/* 东莞 in GB 18030 */
		"\xE4\xB8\x9C\xE8", "ok \xE4", " \x80 ", "\xE3\x80", "\xC2\xA0\xC2",
	};
	char out[64];
	struct err e;
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(clean(rows[i], strlen(rows[i]), 15, out, sizeof out, &e));
		assert_non_null(strstr(e.text, "not UTF-8"));
	}
	/* every byte alone, and every pair that begins outside ASCII, agrees with the rule for two-byte characters */
	for (unsigned a = 0x80; a < 0x100; a++)
		for (unsigned b = 1; b < 0x100; b++) {
			const char s[] = { (char)a, (char)b, 0 };
			bool good = a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF;

			assert_int_equal(text_next(s, &cp), good ? 2 : 0);
		}
}

static void
every_code_point_survives_or_is_refused_for_a_reason(void **state)
{
	char in[8] = "a", out[32];
	unsigned long passed = 0;
	struct err e;

	(void)state;
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		size_t n = 1;
		uint32_t back;

		if (c < 0x80)
			in[n++] = (char)c;
		else if (c < 0x800)
			in[n++] = (char)(0xC0 | c >> 6);
		else if (c < 0x10000)
			in[n++] = (char)(0xE0 | c >> 12);
		else
			in[n++] = (char)(0xF0 | c >> 18);
		if (c >= 0x10000)
			in[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		if (c >= 0x800)
			in[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		if (c >= 0x80)
			in[n++] = (char)(0x80 | (c & 0x3F));
		in[n] = '\0';
		assert_int_equal(text_next(in + 1, &back), c >= 0xD800 && c <= 0xDFFF ? 0 : n - 1);
		if (!clean(in, n, 6, out, sizeof out, &e)) {
			assert_true(e.text[0]);
			continue;
		}
		passed++;
		if ((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF)
		    || (c >= 0x2A700 && c <= 0x2EE5D) || (c >= 0x30000 && c <= 0x323AF))
			assert_string_equal(out, in);	/* Han as typed */
	}
	assert_true(passed > 900000);
}

static void
limits_count_characters_after_composing(void **state)
{
	char *big = malloc(10000001), out[TEXT_BYTES(4)];
	struct err e;

	(void)state;
	assert_true(clean("东莞公司", 12, 4, out, sizeof out, &e));
	assert_false(clean("东莞公司们", 15, 4, out, sizeof out, &e));
	assert_non_null(strstr(e.text, "at most 4 characters, not 5"));
	assert_true(clean("\xF0\xA0\x80\x80\xF0\xA0\x80\x80\xF0\xA0\x80\x80\xF0\xA0\x80\x80", 16, 4, out, sizeof out, &e));
	/* four letters of four canonical parts each: 16 typed code points are 4 */
	assert_true(clean("α\xCC\x93\xCC\x80\xCD\x85" "α\xCC\x93\xCC\x80\xCD\x85" "α\xCC\x93\xCC\x80\xCD\x85" "α\xCC\x93\xCC\x80\xCD\x85",
	    32, 4, out, sizeof out, &e));
	assert_int_equal(text_chars(out), 4);
	assert_false(clean("a\xCC\x80\xCC\x80\xCC\x80\xCC\x80\xCC\x80", 11, 4, out, sizeof out, &e));
	assert_non_null(big);
	memset(big, 'a', 10000000);
	assert_false(clean(big, 10000000, 2000, out, sizeof out, &e));
	assert_non_null(strstr(e.text, "at most 2000 characters"));
	memset(big, ' ', 10000000);
	big[9999999] = 'x';
	assert_true(clean(big, 10000000, 4, out, sizeof out, &e));
	assert_string_equal(out, "x");
	assert_false(clean("abcd", 4, 4, out, 4, &e));	/* the caller's room counts too */
	free(big);
}

static void
narrow_makes_typed_full_width_into_ascii(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "９１４４１９００ＭＡ", "91441900MA" },
		{ "（０７６９）\xE3\x80\x80""２２－１", "(0769) 22-1" },
		{ "ａ＠ｂ。ｃｏｍ", "a@b.com" },
		{ "东莞！", "东莞!" },
		{ "\xE2\x80\x94\xE2\x88\x92", "--" },
		{ "\xF0\xA0\x80\x80～", "\xF0\xA0\x80\x80~" },
		{ "", "" },
	};
	char s[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		strncpy(s, rows[i].in, sizeof s - 1);
		s[sizeof s - 1] = '\0';
		text_narrow(s);
		assert_string_equal(s, rows[i].out);
	}
	strncpy(s, "abcxyzé东{`", sizeof s - 1);
	text_upper(s);
	assert_string_equal(s, "ABCXYZé东{`");
}

static void
fold_makes_names_of_one_organisation_equal(void **state)
{
	char a[200], b[200];

	(void)state;
	text_fold("东莞市 某某（中国）有限公司ＡＢＣ", a, sizeof a);
	text_fold("东莞市某某(中国)\xE3\x80\x80有限公司abc", b, sizeof b);
	assert_string_equal(a, b);
	text_fold("买买提•吐尔逊【甲】", a, sizeof a);
	text_fold("买买提·吐尔逊[甲]", b, sizeof b);
	assert_string_equal(a, b);
	text_fold("东莞东莞", a, 8);		/* cut between characters, never inside */
	assert_string_equal(a, "东莞");
	text_fold("东莞一", a, sizeof a);
	text_fold("东莞二", b, sizeof b);
	assert_string_not_equal(a, b);
}

static void
mask_keeps_only_head_and_tail(void **state)
{
	static const struct { const char *in; size_t head, tail; const char *out; } rows[] = {
		{ "11010519491231002X", 6, 4, "110105********002X" },
		{ "13800138000", 3, 4, "138****8000" },
		{ "1234567890", 6, 4, "**********" },
		{ "12345678901", 6, 4, "123456*8901" },
		{ "123", 6, 4, "***" },
		{ "", 6, 4, "" },
		{ "欧阳某某", 1, 1, "欧**某" },
		{ "1234", SIZE_MAX, SIZE_MAX, "****" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text_mask(rows[i].in, rows[i].head, rows[i].tail, out, sizeof out);
		assert_string_equal(out, rows[i].out);
	}
	text_mask("东莞东莞东莞", 3, 0, out, 9);
	assert_string_equal(out, "东莞");
}

static void
columns_are_those_of_a_terminal(void **state)
{
	static const struct { const char *s; int columns; } rows[] = {
		{ "", 0 }, { "abc", 3 }, { "东莞", 4 }, { "Ａ", 2 }, { "e\xCC\x80", 1 }, { "\xF0\xA0\x80\x80", 2 },
		{ "\xF0\xB1\x8D\x90", 2 }, { "·", 1 }, { "（a）", 5 }, { "\xE9\xBF\xBF", 2 }, { "〇", 2 }, { "─", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_columns(rows[i].s) != rows[i].columns)
			fail_msg("%s: %d", rows[i].s, text_columns(rows[i].s));
}

static void
letters_are_those_of_all_scripts(void **state)
{
	static const uint32_t yes[] = { 'a', 'Z', 0xE9, 0x4E00, 0x9FFF, 0x4DB6, 0x20000, 0x31350, 0x3007, 0x0F40, 0x0627, 0x0301, 0x1820 };
	static const uint32_t no[] = { 0, '1', ' ', '-', 0xB7, 0x3002, 0xFF10, 0xE000, 0x2460, 0x1F600, 0x30FB, 0x110000 };

	(void)state;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(text_is_letter(yes[i]));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(text_is_letter(no[i]));
	assert_true(text_is_digits("0123456789"));
	assert_false(text_is_digits(""));
	assert_false(text_is_digits("１"));
	assert_false(text_is_digits("12a"));
}

static void
hex_goes_both_ways_and_refuses_the_rest(void **state)
{
	static const char *const bad[] = { "0", "abc", "zz", "0g", "00 11", "-1", "0x00", "00112233445566778899" };
	unsigned char raw[4] = { 0x00, 0x7F, 0x80, 0xFF }, back[4];
	char hex[9];

	(void)state;
	text_hex(raw, 4, hex);
	assert_string_equal(hex, "007f80ff");
	assert_int_equal(text_unhex("007F80fF", back, 4), 4);
	assert_memory_equal(raw, back, 4);
	assert_int_equal(text_unhex("", back, 4), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(text_unhex(bad[i], back, 4), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_trimmed_and_composed),
		cmocka_unit_test(each_forbidden_character_is_named_with_its_place),
		cmocka_unit_test(broken_utf8_of_every_class_is_refused),
		cmocka_unit_test(every_code_point_survives_or_is_refused_for_a_reason),
		cmocka_unit_test(limits_count_characters_after_composing),
		cmocka_unit_test(narrow_makes_typed_full_width_into_ascii),
		cmocka_unit_test(fold_makes_names_of_one_organisation_equal),
		cmocka_unit_test(mask_keeps_only_head_and_tail),
		cmocka_unit_test(columns_are_those_of_a_terminal),
		cmocka_unit_test(letters_are_those_of_all_scripts),
		cmocka_unit_test(hex_goes_both_ways_and_refuses_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
