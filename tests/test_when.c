/* forms/when: days, moments, and the edges of calendar and zone. */
#include "forms/when.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
real_days_are_read_in_both_forms(void **state)
{
	static const struct { const char *s; struct day d; } rows[] = {
		{ "2026-11-21", { 2026, 11, 21 } }, { "20261121", { 2026, 11, 21 } }, { "2000-02-29", { 2000, 2, 29 } }, { "2024-02-29", { 2024, 2, 29 } },
		{ "1900-02-28", { 1900, 2, 28 } }, { "2100-02-28", { 2100, 2, 28 } }, { "0001-01-01", { 1, 1, 1 } }, { "9999-12-31", { 9999, 12, 31 } },
		{ "19491231", { 1949, 12, 31 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct day d = { 0 };

		assert_true(day_parse("since", rows[i].s, &d, NULL));
		assert_int_equal(day_compare(d, rows[i].d), 0);
	}
}

static void
days_that_do_not_exist_are_refused(void **state)
{
	static const char *const rows[] = {
		"", "2026", "2026-11", "2026-1-1", "2026-11-21 ", " 2026-11-21", "2026/11/21", "2026-11-2l", "2026-1121", "202611-21", "26-11-21",
		"2026-02-29", "1900-02-29", "2100-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10", "2026-10-00", "2026-10-32",
		"0000-01-01", "00000101", "-026-11-21", "+2026-1-1", "12026-11-21", "２０２６－１１－２１", "2026-11-21T00:00:00Z", "20261131",
		"\xFF", "20\x01", "2026年11月21日",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct day d = { 7, 7, 7 };
		struct err e = { 0 };

		if (day_parse("since", rows[i], &d, &e))
			fail_msg("'%s' was taken", rows[i]);
		assert_int_equal(d.year, 7);
		assert_string_equal(e.field, "since");
		assert_int_equal(e.code, FAULT_REFUSED);
		assert_true(strlen(e.text) > 20);
	}
}

static void
shanghai_midnight_divides_the_days(void **state)
{
	static const struct { const char *iso, *shown; } rows[] = {
		{ "2026-11-20T15:59:59Z", "2026-11-20 23:59:59" }, { "2026-11-20T16:00:00Z", "2026-11-21 00:00:00" },
		{ "2026-11-21T01:46:00Z", "2026-11-21 09:46:00" }, { "1969-12-31T15:59:59Z", "1969-12-31 23:59:59" },
		{ "1970-01-01T00:00:00Z", "1970-01-01 08:00:00" }, { "1969-12-31T23:59:59Z", "1970-01-01 07:59:59" },
		{ "2024-02-28T16:00:00Z", "2024-02-29 00:00:00" }, { "2023-12-31T16:00:00Z", "2024-01-01 00:00:00" },
		{ "2038-01-19T03:14:08Z", "2038-01-19 11:14:08" }, { "1900-02-28T16:00:00Z", "1900-03-01 00:00:00" },
		{ "2100-02-28T16:00:00Z", "2100-03-01 00:00:00" }, { "0001-01-01T00:00:00Z", "0001-01-01 08:00:00" },
		{ "9999-12-31T15:59:59Z", "9999-12-31 23:59:59" },
	};
	char s[32];
	struct day d;
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(when_parse_iso(rows[i].iso, &t));
		when_iso(t, s);
		assert_string_equal(s, rows[i].iso);
		when_show(t, s);
		assert_string_equal(s, rows[i].shown);
		d = day_of(t);
		assert_true(day_start(d) <= t && t < day_start(d) + 86400);
		day_show(d, s);
		assert_int_equal(strncmp(s, rows[i].shown, 10), 0);
		assert_true(strlen(s) == 10);
	}
	when_paper(INT64_C(1795225560), s, sizeof s);
	assert_string_equal(s, "2026年11月21日");
	when_paper(0, s, sizeof s);
	assert_string_equal(s, "1970年1月1日");
}

static void
the_calendar_agrees_with_the_c_library(void **state)
{
	char mine[21], theirs[64];
	struct tm tm;
	int64_t t;

	(void)state;
	for (t = INT64_C(-62135596800); t < INT64_C(253402300799) - 28800; t += 86400 * 5 + 12347) {
		time_t u = (time_t)t, shanghai = (time_t)(t + 28800);

		gmtime_r(&u, &tm);
		snprintf(theirs, sizeof theirs, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec);
		when_iso(t, mine);
		assert_string_equal(mine, theirs);
		gmtime_r(&shanghai, &tm);
		assert_int_equal(day_of(t).day, tm.tm_mday);
		assert_int_equal(day_start(day_of(t)), t + 28800 - (t + 28800 + INT64_C(86400) * 1000000) % 86400 - 28800);
	}
}

static void
times_outside_four_digit_years_are_held_at_the_edge(void **state)
{
	char s[32];

	(void)state;
	when_iso(INT64_MAX, s);
	assert_string_equal(s, "9999-12-31T15:59:59Z");
	when_show(INT64_MAX, s);
	assert_string_equal(s, "9999-12-31 23:59:59");
	when_iso(INT64_MIN, s);
	assert_string_equal(s, "0001-01-01T00:00:00Z");
	assert_int_equal(day_of(INT64_MIN).year, 1);
	assert_int_equal(day_of(when_add_years(INT64_MAX, INT32_MAX)).year, 9999);
	assert_int_equal(day_of(when_add_years(0, INT32_MIN)).year, 1);
	day_show((struct day){ 2026, 2, 30 }, s);
	assert_string_equal(s, "0000-00-00");
	day_show((struct day){ 123456, 2, 30 }, s);
	assert_string_equal(s, "0000-00-00");
}

static void
years_are_added_by_the_shanghai_clock(void **state)
{
	static const struct { const char *from; int years; const char *to; } rows[] = {
		{ "2026-11-21T01:46:05Z", 1, "2027-11-21T01:46:05Z" }, { "2026-11-21T01:46:05Z", 5, "2031-11-21T01:46:05Z" },
		{ "2024-02-29T04:00:00Z", 1, "2025-02-28T04:00:00Z" }, { "2024-02-29T04:00:00Z", 4, "2028-02-29T04:00:00Z" },
		/* 00:30 on 29 February in Shanghai is still the 28th in UTC, and the other way about */
		{ "2024-02-28T16:30:00Z", 1, "2025-02-27T16:30:00Z" }, { "2024-02-28T16:30:00Z", 4, "2028-02-28T16:30:00Z" },
		{ "2024-02-29T15:59:59Z", 1, "2025-02-28T15:59:59Z" }, { "2024-02-29T16:00:00Z", 1, "2025-02-28T16:00:00Z" },
		{ "2023-02-28T16:00:00Z", 1, "2024-02-29T16:00:00Z" },		/* 1 March stays 1 March */
		{ "2096-02-29T04:00:00Z", 4, "2100-02-28T04:00:00Z" }, { "2025-12-31T15:59:59Z", 1, "2026-12-31T15:59:59Z" },
		{ "2025-12-31T16:00:00Z", 1, "2026-12-31T16:00:00Z" }, { "2026-11-21T01:46:05Z", 0, "2026-11-21T01:46:05Z" },
		{ "2024-02-29T04:00:00Z", -1, "2023-02-28T04:00:00Z" },
	};
	char s[21];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(when_parse_iso(rows[i].from, &t));
		when_iso(when_add_years(t, rows[i].years), s);
		assert_string_equal(s, rows[i].to);
	}
}

static void
only_the_one_iso_form_is_read(void **state)
{
	static const char *const rows[] = {
		"", "2026-11-21", "2026-11-21T01:46:00", "2026-11-21 01:46:00Z", "2026-11-21T01:46:00z", "2026-11-21T01:46:00+08:00",
		"2026-11-21T24:00:00Z", "2026-11-21T01:60:00Z", "2026-11-21T01:46:60Z", "2026-02-29T01:46:00Z", "1900-02-29T00:00:00Z",
		"2026-11-21T01:46:00Z ", "2026-11-21T1:46:00Z", "2026-11-21T01:46:00.0Z", "0000-11-21T01:46:00Z", "2026-00-21T01:46:00Z",
	};
	int64_t t = 42;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_false(when_parse_iso(rows[i], &t));
	assert_int_equal(t, 42);
}

static void
days_compare_by_year_then_month_then_day(void **state)
{
	static const struct day rows[] = { { 1999, 12, 31 }, { 2000, 1, 1 }, { 2000, 1, 2 }, { 2000, 2, 1 }, { 2001, 1, 1 } };
	const size_t n = sizeof rows / sizeof *rows;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			int c = day_compare(rows[i], rows[k]);

			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
			assert_int_equal((day_start(rows[i]) > day_start(rows[k])) - (day_start(rows[i]) < day_start(rows[k])), (i > k) - (i < k));
		}
	assert_false(day_valid((struct day){ 2026, 0, 1 }));
	assert_false(day_valid((struct day){ 2026, 13, 1 }));
	assert_false(day_valid((struct day){ 2026, 1, 0 }));
	assert_false(day_valid((struct day){ 10000, 1, 1 }));
	assert_true(day_valid((struct day){ 2400, 2, 29 }));
}

static int64_t
stopped(void)
{
	return 1000;
}

static void
the_clock_can_be_replaced(void **state)
{
	int64_t (*before)(void) = when_clock;

	(void)state;
	assert_true(when_now() - (int64_t)time(NULL) <= 1);
	when_clock = stopped;
	assert_int_equal(when_now(), 1000);
	when_clock = before;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_days_are_read_in_both_forms),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(shanghai_midnight_divides_the_days),
		cmocka_unit_test(the_calendar_agrees_with_the_c_library),
		cmocka_unit_test(times_outside_four_digit_years_are_held_at_the_edge),
		cmocka_unit_test(years_are_added_by_the_shanghai_clock),
		cmocka_unit_test(only_the_one_iso_form_is_read),
		cmocka_unit_test(days_compare_by_year_then_month_then_day),
		cmocka_unit_test(the_clock_can_be_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
