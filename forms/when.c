#include "forms/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHANGHAI (8 * 3600)	/* fixed: no summer time since 1991 */

static int64_t
system_clock(void)
{
	return (int64_t)time(NULL);
}

int64_t (*when_clock)(void) = system_clock;

static bool
leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int
month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return m == 2 && leap(y) ? 29 : days[m - 1];
}

bool
day_valid(struct day d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1
	    && d.day <= month_days(d.year, d.month);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar; March is the first month, so the leap day is the last. */
static int64_t
days_from(struct day d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct day
day_from(int64_t z)
{
	int64_t era, doe, yoe, doy, mp;
	struct day d;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp + (mp < 10 ? 3 : -9));
	d.year = (int)(yoe + era * 400 + (d.month <= 2));
	return d;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
day_parse(const char *field, const char *s, struct day *d, struct err *e)
{
	struct day x = { 0, 0, 0 };
	int used = 0;
	size_t n = strlen(s);
	bool form = (n == 10 && sscanf(s, "%4d-%2d-%2d%n", &x.year, &x.month, &x.day, &used) == 3)
	    || (n == 8 && sscanf(s, "%4d%2d%2d%n", &x.year, &x.month, &x.day, &used) == 3);

	if (!form || (size_t)used != n || strspn(s, "0123456789-") != n)
		return err_field(e, field, "write the date as 2026-11-21, not '%.40s'", s);
	if (!day_valid(x))
		return err_field(e, field, "there is no day %s in the calendar", s);
	*d = x;
	return true;
}

struct day
day_of(int64_t t)
{
	return day_from(floor_div(t + SHANGHAI, 86400));
}

int64_t
day_start(struct day d)
{
	return days_from(d) * 86400 - SHANGHAI;
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

void
day_show(struct day d, char out[11])
{
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100, (unsigned)d.day % 100);
}

static void
stamp(int64_t t, char sep, const char *end, char *out, size_t outsz)
{
	struct day d = day_from(floor_div(t, 86400));
	int64_t s = t - floor_div(t, 86400) * 86400;

	snprintf(out, outsz, "%04u-%02u-%02u%c%02u:%02u:%02u%s", (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100, sep, (unsigned)(s / 3600), (unsigned)(s / 60 % 60), (unsigned)(s % 60), end);
}

void
when_iso(int64_t t, char out[21])
{
	stamp(t, 'T', "Z", out, 21);
}

void
when_show(int64_t t, char out[20])
{
	stamp(t + SHANGHAI, ' ', "", out, 20);
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
	int64_t clock = t - day_start(d);

	d.year += years;
	if (d.month == 2 && d.day == 29 && !leap(d.year))
		d.day = 28;
	return day_start(d) + clock;
}

bool
when_parse_iso(const char *s, int64_t *t)
{
	struct day d;
	int h, m, sec, used = 0;

	if (strlen(s) != 20 || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &d.year, &d.month, &d.day, &h, &m, &sec, &used) != 6
	    || used != 20 || strspn(s, "0123456789-T:Z") != 20 || !day_valid(d) || h > 23 || m > 59 || sec > 59)
		return false;
	*t = days_from(d) * 86400 + h * 3600 + m * 60 + sec;
	return true;
}
