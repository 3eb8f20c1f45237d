/* forms/money: fen, figures, capital Chinese. */
#include "forms/money.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void
amounts_are_read_to_the_fen(void **state)
{
	static const struct { const char *s; int64_t fen; } rows[] = {
		{ "0", 0 }, { "0.00", 0 }, { "0.01", 1 }, { "0.5", 50 }, { "400", 40000 }, { "400.5", 40050 }, { "400.00", 40000 },
		{ "1,234.56", 123456 }, { "1,234,567", 123456700 }, { "999,999,999,999.99", MONEY_MAX }, { "999999999999.99", MONEY_MAX },
		{ "４００．００", 40000 }, { "１，２３４．５６", 123456 }, { " 400.00\t", 40000 }, { "0000400.00", 40000 },
		{ "\xE3\x80\x80""12。5", 1250 }, { "100000.05", 10000005 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { 0 };
		int64_t fen = -1;

		if (!money_parse("amount", rows[i].s, &fen, &e))
			fail_msg("%s: %s", rows[i].s, e.text);
		assert_int_equal(fen, rows[i].fen);
	}
}

static void
what_is_no_amount_is_refused_with_its_reason(void **state)
{
	static const struct { const char *s, *says; } rows[] = {
		{ "", "not an amount" }, { " ", "not an amount" }, { ".", "not an amount" }, { ".5", "not an amount" }, { "5.", "not an amount" },
		{ "-1", "sign" }, { "+1", "sign" }, { "－１", "sign" }, { "1.234", "3 decimals" }, { "1.000", "decimals" },
		{ "1.2.3", "not an amount" }, { "1,23", "not an amount" }, { "12,34,567", "not an amount" }, { "1,2345", "not an amount" },
		{ ",123", "not an amount" }, { "1234,567", "not an amount" }, { "1,234,", "not an amount" }, { "1.2,3", "not an amount" },
		{ "1,,234", "not an amount" }, { "1 234", "not an amount" }, { "¥400", "not an amount" }, { "400元", "not an amount" },
		{ "1e3", "not an amount" }, { "0x10", "not an amount" }, { "nan", "not an amount" }, { "四百", "not an amount" },
		{ "1000000000000", "more than" }, { "1,000,000,000,000.00", "more than" }, { "999999999999999999999999.99", "more than" },
		{ "18446744073709551616", "more than" }, { "92233720368547758.08", "more than" },
		{ "99999999999999999999999999999999999999999999", "at most 40" }, { "4\x01" "00", "U+0001" }, { "\xFF", "UTF-8" },
		{ "1\xC2\xB2", "not an amount" }, { "٤", "not an amount" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { 0 };
		int64_t fen = 77;

		assert_false(money_parse("amount", rows[i].s, &fen, &e));
		assert_int_equal(fen, 77);
		assert_string_equal(e.field, "amount");
		if (!strstr(e.text, rows[i].says))
			fail_msg("%s: '%s' does not say '%s'", rows[i].s, e.text, rows[i].says);
	}
}

static void
figures_and_groups_are_exact_to_the_last_value(void **state)
{
	static const struct { int64_t fen; const char *figures, *grouped; } rows[] = {
		{ 0, "0.00", "0.00" }, { 1, "0.01", "0.01" }, { 99, "0.99", "0.99" }, { 100, "1.00", "1.00" }, { 99999, "999.99", "999.99" },
		{ 100000, "1000.00", "1,000.00" }, { 120000, "1200.00", "1,200.00" }, { 123456789, "1234567.89", "1,234,567.89" },
		{ MONEY_MAX, "999999999999.99", "999,999,999,999.99" }, { -5, "-0.05", "-0.05" }, { -120000, "-1200.00", "-1,200.00" },
		{ -99999, "-999.99", "-999.99" }, { INT64_MAX, "92233720368547758.07", "92,233,720,368,547,758.07" },
		{ INT64_MIN, "-92233720368547758.08", "-92,233,720,368,547,758.08" },
	};
	char s[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		money_figures(rows[i].fen, s, sizeof s);
		assert_string_equal(s, rows[i].figures);
		money_grouped(rows[i].fen, s, sizeof s);
		assert_string_equal(s, rows[i].grouped);
	}
	money_grouped(MONEY_MAX, s, 6);
	assert_string_equal(s, "999,9");
}

static void
capital_amounts_follow_the_rules_for_bills(void **state)
{
	static const struct { int64_t fen; const char *words; } rows[] = {
		{ 0, "零元整" }, { 1, "壹分" }, { 5, "伍分" }, { 10, "壹角整" }, { 50, "伍角整" }, { 55, "伍角伍分" }, { 100, "壹元整" },
		{ 101, "壹元零壹分" }, { 110, "壹元壹角整" }, { 111, "壹元壹角壹分" }, { 1000, "壹拾元整" }, { 1005, "壹拾元零伍分" },
		{ 1050, "壹拾元零伍角整" }, { 1100, "壹拾壹元整" }, { 10000, "壹佰元整" }, { 10100, "壹佰零壹元整" }, { 11000, "壹佰壹拾元整" },
		{ 40000, "肆佰元整" }, { 120000, "壹仟贰佰元整" }, { 100100, "壹仟零壹元整" }, { 101000, "壹仟零壹拾元整" },
		/* the four examples that stand in the rules */
		{ 140950, "壹仟肆佰零玖元伍角整" }, { 600714, "陆仟零柒元壹角肆分" }, { 168032, "壹仟陆佰捌拾元零叁角贰分" },
		{ 10700053, "壹拾万柒仟元零伍角叁分" }, { 1640902, "壹万陆仟肆佰零玖元零贰分" }, { 32504, "叁佰贰拾伍元零肆分" },
		{ 1000000, "壹万元整" }, { 1000100, "壹万零壹元整" }, { 1001000, "壹万零壹拾元整" }, { 1010000, "壹万零壹佰元整" },
		{ 1100000, "壹万壹仟元整" }, { 10000005, "壹拾万元零伍分" }, { 10000500, "壹拾万零伍元整" }, { 10010000, "壹拾万零壹佰元整" },
		{ 101000000, "壹佰零壹万元整" }, { 1000000000, "壹仟万元整" }, { 1000100000, "壹仟万壹仟元整" }, { 1000010000, "壹仟万零壹佰元整" },
		{ 10000000000, "壹亿元整" }, { 10000000100, "壹亿零壹元整" }, { 10000100000, "壹亿零壹仟元整" }, { 10001000000, "壹亿零壹万元整" },
		{ 10001000100, "壹亿零壹万零壹元整" }, { 11000000000, "壹亿壹仟万元整" }, { 100000000000, "壹拾亿元整" },
		{ 100010000000, "壹拾亿零壹拾万元整" }, { 100100000000, "壹拾亿零壹佰万元整" }, { 101000000000, "壹拾亿壹仟万元整" },
		{ 10000000000000, "壹仟亿元整" }, { 10000000000001, "壹仟亿元零壹分" }, { 10100000100, "壹亿零壹佰万零壹元整" },
		{ 20304050607080, "贰仟零叁拾亿肆仟零伍拾万陆仟零柒拾元零捌角整" },
		{ MONEY_MAX, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分" },
		{ -120000, "负壹仟贰佰元整" },
		{ MONEY_MAX + 1, "1000000000000.00元" },
	};
	char s[160];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		money_capital(rows[i].fen, s, sizeof s);
		assert_int_equal(strncmp(s, "人民币", 9), 0);
		if (strcmp(s + 9, rows[i].words) != 0)
			fail_msg("%lld: '%s', not '%s'", (long long)rows[i].fen, s + 9, rows[i].words);
	}
	for (size_t room = 1; room < 40; room++) {	/* a buffer too small is never overrun */
		memset(s, '~', sizeof s);
		money_capital(MONEY_MAX, s, room);
		assert_true(strlen(s) < room);
		assert_int_equal(s[room], '~');
	}
	money_capital(INT64_MIN, s, sizeof s);
	assert_true(strlen(s) > 9);
}

/* Reads capital Chinese by an independent rule: digits gather, units multiply, zeros and 整 say nothing. */
static int64_t
read_capital(const char *s)
{
	static const char *const digit[] = { "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖" };
	static const struct { const char *s; int64_t worth; } unit[] = { { "拾", 10 }, { "佰", 100 }, { "仟", 1000 } };
	int64_t total = 0, group = 0, last = 0, fen = 0;

	for (s += strlen("人民币"); *s; s += 3) {
		for (int d = 0; d < 10; d++)
			if (strncmp(s, digit[d], 3) == 0)
				last = d;
		for (int u = 0; u < 3; u++)
			if (strncmp(s, unit[u].s, 3) == 0) {
				group += last * unit[u].worth;
				last = 0;
			}
		if (strncmp(s, "万", 3) == 0 || strncmp(s, "亿", 3) == 0 || strncmp(s, "元", 3) == 0) {
			group += last;
			last = 0;
			total += group * (strncmp(s, "亿", 3) == 0 ? 100000000 : strncmp(s, "万", 3) == 0 ? 10000 : 1);
			group = 0;
		}
		if (strncmp(s, "角", 3) == 0 || strncmp(s, "分", 3) == 0) {
			fen += last * (strncmp(s, "角", 3) == 0 ? 10 : 1);
			last = 0;
		}
	}
	return total * 100 + fen;
}

static void
capital_amounts_read_back_and_never_stutter(void **state)
{
	char s[160];
	uint64_t x = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		int64_t fen = i;

		if (i >= 20000) {	/* many zeros in all places: digits kept by a random mask */
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			fen = 0;
			for (int k = 0; k < 14; k++)
				fen = fen * 10 + ((x >> (2 * k) & 3) == 0 ? (int64_t)((x >> (k + 30)) % 10) : 0);
		}
		money_capital(fen, s, sizeof s);
		assert_int_equal(read_capital(s), fen);
		assert_null(strstr(s, "零零"));
		assert_true(fen == 0 || (!strstr(s, "零万") && !strstr(s, "零亿") && !strstr(s, "零元") && !strstr(s, "亿万")));
	}
}

static void
figures_read_back(void **state)
{
	static const int64_t rows[] = { 0, 1, 10, 99, 100, 12345, 99999999, 100000000, MONEY_MAX - 1, MONEY_MAX };
	char s[64];
	int64_t fen;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		money_figures(rows[i], s, sizeof s);
		assert_true(money_parse("a", s, &fen, NULL));
		assert_int_equal(fen, rows[i]);
		money_grouped(rows[i], s, sizeof s);
		assert_true(money_parse("a", s, &fen, NULL));
		assert_int_equal(fen, rows[i]);
	}
}

static void
numerals_go_from_one_to_ten(void **state)
{
	static const char *const rows[] = { "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "拾" };

	(void)state;
	for (int i = 1; i <= 10; i++)
		assert_string_equal(money_numeral(i), rows[i - 1]);
	assert_null(money_numeral(0));
	assert_null(money_numeral(11));
	assert_null(money_numeral(-1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_read_to_the_fen),
		cmocka_unit_test(what_is_no_amount_is_refused_with_its_reason),
		cmocka_unit_test(figures_and_groups_are_exact_to_the_last_value),
		cmocka_unit_test(capital_amounts_follow_the_rules_for_bills),
		cmocka_unit_test(capital_amounts_read_back_and_never_stutter),
		cmocka_unit_test(figures_read_back),
		cmocka_unit_test(numerals_go_from_one_to_ten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
