#include "forms/money.h"

#include "forms/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PARSE_CHARS 40	/* far more than MONEY_MAX needs, with separators and zeros in front */

static const char *const numeral[] = {
	"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "拾"
};

/* Is s digits, either without separators or in groups of three behind a first one of one to
 * three? */
static bool
grouped_well(const char *s, size_t n)
{
	size_t i, first = strcspn(s, ",");

	if (first >= n)
		return n > 0 && strspn(s, "0123456789") >= n;
	if (first < 1 || first > 3 || (n - first) % 4 != 0)
		return false;
	for (i = 0; i < n; i++)
		if (i >= first && (i - first) % 4 == 0 ? s[i] != ',' : s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

bool
money_parse(const char *field, const char *s, int64_t *fen, struct err *e)
{
	char t[TEXT_BYTES(PARSE_CHARS)];
	size_t whole, i, decimals;
	int64_t v = 0;

	if (!text_clean(field, s, strlen(s), PARSE_CHARS, t, sizeof t, e))
		return false;
	text_narrow(t);
	whole = strcspn(t, ".");
	decimals = t[whole] == '.' ? strlen(t + whole + 1) : 0;
	if (t[0] == '+' || t[0] == '-')
		return err_field(e, field,
		    "'%s' has a sign: write the amount without one, such as 400.00", t);
	if (!grouped_well(t, whole) || (t[whole] == '.' && !text_is_digits(t + whole + 1)))
		return err_field(e, field,
		    "'%s' is not an amount: write yuan in figures, such as 400.00 or 1,234.56", t);
	if (decimals > 2)
		return err_field(e, field,
		    "'%s' has %zu decimals: write at most two, there is nothing smaller than a fen",
		    t, decimals);
	for (i = 0; i < whole + 3; i++) {	/* the point and two decimals, written or not */
		char c = i <= whole ? t[i] : i - whole <= decimals ? t[i] : '0';

		if (c == ',' || i == whole)
			continue;
		v = v * 10 + (c - '0');
		if (v > MONEY_MAX)
			return err_field(e, field,
			    "'%s' is more than 999,999,999,999.99 yuan: check the amount", t);
	}
	*fen = v;
	return true;
}

/* The amount without its sign; INT64_MIN has no positive twin in int64_t. */
static uint64_t
magnitude(int64_t fen)
{
	return fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
}

void
money_figures(int64_t fen, char *out, size_t outsz)
{
	uint64_t v = magnitude(fen);

	snprintf(out, outsz, "%s%" PRIu64 ".%02" PRIu64, fen < 0 ? "-" : "", v / 100, v % 100);
}

void
money_grouped(int64_t fen, char *out, size_t outsz)
{
	char plain[32], grouped[48];
	size_t n = 0, i, whole, sign = fen < 0;

	money_figures(fen, plain, sizeof plain);
	whole = strcspn(plain, ".");
	for (i = 0; plain[i]; i++) {
		if (i > sign && i < whole && (whole - i) % 3 == 0)
			grouped[n++] = ',';
		grouped[n++] = plain[i];
	}
	grouped[n] = '\0';
	snprintf(out, outsz, "%s", grouped);
}

struct writer { char *out; size_t size, n; };

static void
add(struct writer *w, const char *s)
{
	size_t n = strlen(s);

	if (w->n + n < w->size) {
		memcpy(w->out + w->n, s, n + 1);
		w->n += n;
	}
}

/* Whole yuan: one 零 for any run of zeros that stands between digits; none before 万 and 亿, none
 * at the end. */
static void
add_yuan(struct writer *w, uint64_t yuan)
{
	static const char *const inner[] = { "", "拾", "佰", "仟" };
	static const char *const outer[] = { "", "万", "亿" };
	bool gap = false, group_filled = false, begun = false;
	uint64_t power = UINT64_C(100000000000);
	int place, digit;

	for (place = 11; place >= 0; place--, power /= 10) {
		digit = (int)(yuan / power % 10);
		if (digit == 0) {
			gap = begun;
		} else {
			if (gap)
				add(w, numeral[0]);
			add(w, numeral[digit]);
			add(w, inner[place % 4]);
			gap = false;
			begun = group_filled = true;
		}
		if (place % 4 == 0) {
			if (group_filled) {
				add(w, outer[place / 4]);
				gap = false;	/* 107000 is 壹拾万柒仟: no zero is read before 万 */
			}
			group_filled = false;
		}
	}
}

/*
 * As the rules for filling in bills have it (正确填写票据和结算凭证的基本规定): 整 after yuan and after jiao, never
 * after fen; 零 for a missing jiao before fen, and before jiao when the yuan end in 0.
 */
void
money_capital(int64_t fen, char *out, size_t outsz)
{
	struct writer w = { out, outsz, 0 };
	uint64_t v = magnitude(fen), yuan = v / 100;
	int jiao = (int)(v / 10 % 10), rest = (int)(v % 10);
	char figures[32];

	if (outsz > 0)
		out[0] = '\0';
	add(&w, "人民币");
	if (fen < 0)
		add(&w, "负");
	/* no form has room for it: say it in figures rather than wrongly */
	if (v > (uint64_t)MONEY_MAX) {
		money_figures((int64_t)(v > INT64_MAX ? INT64_MAX : v), figures, sizeof figures);
		add(&w, figures);
		add(&w, "元");
		return;
	}
	if (yuan > 0) {
		add_yuan(&w, yuan);
		add(&w, "元");
	}
	if (v == 0)
		add(&w, "零元");
	if (yuan > 0 && (jiao > 0 ? yuan % 10 == 0 : rest > 0))
		add(&w, numeral[0]);
	if (jiao > 0) {
		add(&w, numeral[jiao]);
		add(&w, "角");
	}
	if (rest > 0) {
		add(&w, numeral[rest]);
		add(&w, "分");
	} else {
		add(&w, "整");
	}
}

const char *
money_numeral(int n)
{
	return n >= 1 && n <= 10 ? numeral[n] : NULL;
}
