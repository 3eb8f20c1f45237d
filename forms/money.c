#include "forms/money.h"

#include "forms/text.h"

#include <stdio.h>
#include <string.h>

static const char *const numerals[] = { "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖" };

bool
money_parse(const char *field, const char *s, int64_t *fen, struct err *e)
{
	char in[64];
	int64_t v = 0;
	int decimals = -1, digits = 0;

	if (strlen(s) >= sizeof in)
		return err_field(e, field, "the amount is too long");
	snprintf(in, sizeof in, "%s", s);
	text_narrow(in);
	for (const char *p = in; *p; p++) {
		if (*p == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (*p == ',' && decimals < 0 && digits > 0 && strspn(p + 1, "0123456789") == 3)
			continue;
		if (*p < '0' || *p > '9' || decimals == 2)
			return err_field(e, field, "write the amount as 400.00, with at most two decimals, not '%.40s'", in);
		v = v * 10 + (*p - '0');
		digits++;
		decimals += decimals >= 0;
		if (v > MONEY_MAX)
			return err_field(e, field, "the amount %.40s is too large", in);
	}
	if (digits == 0 || decimals == 0)
		return err_field(e, field, "write the amount as 400.00, not '%.40s'", in);
	for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
		v *= 10;
	if (v > MONEY_MAX)
		return err_field(e, field, "the amount %.40s is too large", in);
	*fen = v;
	return true;
}

void
money_figures(int64_t fen, char *out, size_t outsz)
{
	uint64_t u = fen < 0 ? (uint64_t)-fen : (uint64_t)fen;

	snprintf(out, outsz, "%s%llu.%02u", fen < 0 ? "-" : "", (unsigned long long)(u / 100), (unsigned)(u % 100));
}

void
money_grouped(int64_t fen, char *out, size_t outsz)
{
	char plain[40], grouped[60];
	size_t n = 0, dot;

	money_figures(fen, plain, sizeof plain);
	dot = strcspn(plain, ".");
	for (size_t i = 0; plain[i]; i++) {
		if (i > 0 && i < dot && (dot - i) % 3 == 0 && plain[i - 1] != '-')
			grouped[n++] = ',';
		grouped[n++] = plain[i];
	}
	grouped[n] = '\0';
	snprintf(out, outsz, "%s", grouped);
}

static void
add(char *out, size_t outsz, const char *s)
{
	size_t n = strlen(out);

	snprintf(out + n, outsz - n, "%s", s);
}

/* The whole yuan: groups of four digits with 万 and 亿; one 零 for any run of zeros between figures. */
static void
capital_yuan(int64_t yuan, char *out, size_t outsz)
{
	static const char *const places[] = { "", "拾", "佰", "仟" };
	static const char *const groups[] = { "", "万", "亿", "万" };
	int digit[16], n = 0;
	bool zero = false, group = false, high = false;

	for (; yuan > 0 && n < 16; yuan /= 10)
		digit[n++] = (int)(yuan % 10);
	for (int i = n - 1; i >= 0; i--) {
		if (digit[i] == 0) {
			zero = true;
		} else {
			if (zero && out[strlen("人民币")])
				add(out, outsz, numerals[0]);
			zero = false;
			group = true;
			add(out, outsz, numerals[digit[i]]);
			add(out, outsz, places[i % 4]);
		}
		if (i % 4 == 0 && i > 0) {
			high = high || group;
			if (group || (i == 8 && high))
				add(out, outsz, groups[i / 4]);
			group = false;
		}
	}
	add(out, outsz, "元");
}

void
money_capital(int64_t fen, char *out, size_t outsz)
{
	int64_t yuan = fen / 100;
	int jiao = (int)(fen / 10 % 10), cent = (int)(fen % 10);

	snprintf(out, outsz, "人民币");
	if (fen == 0) {
		add(out, outsz, "零元整");
		return;
	}
	if (yuan > 0)
		capital_yuan(yuan, out, outsz);
	if (jiao == 0 && cent == 0) {
		add(out, outsz, "整");
		return;
	}
	/* 零 before 角 where the yuan ends in zero, and in place of an empty 角 */
	if (yuan > 0 && (jiao == 0 || yuan % 10 == 0))
		add(out, outsz, numerals[0]);
	if (jiao > 0) {
		add(out, outsz, numerals[jiao]);
		add(out, outsz, "角");
	}
	if (cent > 0) {
		add(out, outsz, numerals[cent]);
		add(out, outsz, "分");
	} else {
		add(out, outsz, "整");
	}
}

const char *
money_numeral(int n)
{
	if (n == 10)
		return "拾";
	return n >= 1 && n <= 9 ? numerals[n] : NULL;
}
