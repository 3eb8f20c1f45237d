#include "forms/when.h"

#include "forms/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_S INT64_C(86400)
#define SHANGHAI_S (8 * INT64_C(3600))	/* fixed since 1991; the house has no older times */
/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59+08:00: outside, years would not have four digits */
#define TIME_MIN INT64_C(-62135596800)
#define TIME_MAX (INT64_C(253402300799) - SHANGHAI_S)

static int64_t
system_clock(void)
{
	return (int64_t)time(NULL);
}

int64_t (*when_clock)(void) = system_clock;

struct moment {			/* a point of time taken apart in one zone */
	struct day day;
	int hour, minute, second;
};

static int64_t
clamp(int64_t t)
{
	return t < TIME_MIN ? TIME_MIN : t > TIME_MAX ? TIME_MAX : t;
}

/* Days since 1970-01-01. Counted in years that begin in March, so that the leap day is the last
 * of its year. */
static int64_t
day_number(struct day d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t of_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
	int64_t before = y >= 0 ? y / 400 : (y - 399) / 400;
	int64_t of_era = y - before * 400;

	return before * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct day
number_day(int64_t n)
{
	int64_t era, of_era, year, of_year, month;
	struct day d;

	n += 719468;
	era = (n >= 0 ? n : n - 146096) / 146097;
	of_era = n - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	d.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	d.month = (int)(month < 10 ? month + 3 : month - 9);
	d.year = (int)(year + era * 400 + (d.month <= 2));
	return d;
}

static struct moment
take_apart(int64_t t, int64_t zone)
{
	struct moment m;
	int64_t days, rest;

	t = clamp(t) + zone;
	days = t >= 0 ? t / DAY_S : (t - DAY_S + 1) / DAY_S;
	rest = t - days * DAY_S;
	m.day = number_day(days);
	m.hour = (int)(rest / 3600);
	m.minute = (int)(rest / 60 % 60);
	m.second = (int)(rest % 60);
	return m;
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
		return 29;
	return days[month - 1];
}

bool
day_valid(struct day d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1
	    && d.day <= days_in(d.year, d.month);
}

/* n digits as a number. */
static int
digits(const char *s, size_t n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');
	return v;
}

/* Does s have the shape of the pattern, where 0 stands for any digit? */
static bool
shaped(const char *s, const char *pattern)
{
	for (; *pattern; s++, pattern++)
		if (*pattern == '0' ? *s < '0' || *s > '9' : *s != *pattern)
			return false;
	return *s == '\0';
}

bool
day_parse(const char *field, const char *s, struct day *d, struct err *e)
{
	struct day got;
	bool dashes = shaped(s, "0000-00-00");
	char shown[64];

	if (!text_clean(field, s, strlen(s), 15, shown, sizeof shown, e))
		return false;
	if (!dashes && !shaped(s, "00000000"))
		return err_field(e, field,
		    "'%s' is not a date: write year, month and day as 2026-11-21", shown);
	got.year = digits(s, 4);
	got.month = digits(s + (dashes ? 5 : 4), 2);
	got.day = digits(s + (dashes ? 8 : 6), 2);
	if (!day_valid(got))
		return err_field(e, field,
		    "there is no day %s in the calendar: check year, month and day", shown);
	*d = got;
	return true;
}

struct day
day_of(int64_t t)
{
	return take_apart(t, SHANGHAI_S).day;
}

int64_t
day_start(struct day d)
{
	return day_number(d) * DAY_S - SHANGHAI_S;
}

int
day_compare(struct day a, struct day b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

/* v in n digits, zeros in front. */
static void
put(char *out, int v, int n)
{
	while (n-- > 0) {
		out[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* Fills "0000-00-00" and, when there is room for it in the template, "?00:00:00?". */
static void
fill(struct moment m, char *out)
{
	put(out, m.day.year, 4);
	put(out + 5, m.day.month, 2);
	put(out + 8, m.day.day, 2);
	if (out[10] == '\0')
		return;
	put(out + 11, m.hour, 2);
	put(out + 14, m.minute, 2);
	put(out + 17, m.second, 2);
}

void
day_show(struct day d, char out[11])
{
	memcpy(out, "0000-00-00", 11);
	if (day_valid(d))
		fill((struct moment){ .day = d }, out);
}

void
when_iso(int64_t t, char out[21])
{
	memcpy(out, "0000-00-00T00:00:00Z", 21);
	fill(take_apart(t, 0), out);
}

void
when_show(int64_t t, char out[20])
{
	memcpy(out, "0000-00-00 00:00:00", 20);
	fill(take_apart(t, SHANGHAI_S), out);
}

void
when_paper(int64_t t, char *out, size_t outsz)
{
	struct day d = day_of(t);

	snprintf(out, outsz, "%d年%d月%d日", d.year, d.month, d.day);
}

int64_t
when_add_years(int64_t t, int years)
{
	struct day d = day_of(t);
	int64_t of_day = clamp(t) - day_start(d);
	int64_t year = (int64_t)d.year + years;

	d.year = (int)(year < 1 ? 1 : year > 9999 ? 9999 : year);
	if (d.day > days_in(d.year, d.month))
		d.day = days_in(d.year, d.month);
	return day_start(d) + of_day;
}

bool
when_parse_iso(const char *s, int64_t *t)
{
	struct day d;
	int hour, minute, second;

	if (!shaped(s, "0000-00-00T00:00:00Z"))
		return false;
	d = (struct day){ digits(s, 4), digits(s + 5, 2), digits(s + 8, 2) };
	hour = digits(s + 11, 2);
	minute = digits(s + 14, 2);
	second = digits(s + 17, 2);
	if (!day_valid(d) || hour > 23 || minute > 59 || second > 59)
		return false;
	*t = day_number(d) * DAY_S + hour * INT64_C(3600) + minute * INT64_C(60) + second;
	return true;
}
