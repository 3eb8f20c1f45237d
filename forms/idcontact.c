#include "forms/idnumber.h"
#include "forms/text.h"
#include "forms/tr.h"

#include <string.h>

static const char digits[] = "0123456789";

/* Phone numbers and accounts are sealed in the store: no message here repeats one. */

static bool
is_mobile(const char *s)
{
	return strlen(s) == 11 && text_is_digits(s) && s[0] == '1' && s[1] >= '3';
}

bool
id_mobile(const char *field, const char *s, struct err *e)
{
	size_t n = text_chars(s);

	if (is_mobile(s))
		return true;
	if (!text_is_digits(s))
		return err_field(e, field,
		    "a mobile number is digits only: leave out +86, hyphens and words");
	if (n != 11)
		return err_field(e, field, "a mobile number has 11 digits, not %zu: %s", n,
		    n < 11 ? tr("type the missing ones") : tr("take out what is too many"));
	return err_field(e, field,
	    "a mobile number begins with 13 to 19: compare its first two digits with what the holder gave");
}

/* The part before the extension, which is written -123, x123, #123 or 转123; its digits must be 1
 * to 6. NULL: a wrong one. */
static const char *
extension(const char *s)
{
	static const char *const marks[] = { "转", "X", "x", "#" };
	const char *at, *end = s + strlen(s);
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++) {
		at = strstr(s, marks[i]);
		if (!at)
			continue;
		if (!text_is_digits(at + strlen(marks[i])) || strlen(at + strlen(marks[i])) > 6)
			return NULL;
		return at;
	}
	return end;
}

/* Digits of s[0..n) into out (room for max and the NUL), brackets and single hyphens between
 * them left out. */
static bool
bare_digits(const char *s, size_t n, char *out, size_t max)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (s[i] == '-' && i > 0 && i + 1 < n && s[i - 1] != '-' && s[i - 1] != '(')
			continue;
		if ((s[i] == '(' && i == 0) || (s[i] == ')' && s[0] == '(' && k >= 3 && k <= 4))
			continue;
		if (s[i] < '0' || s[i] > '9' || k == max)
			return false;
		out[k++] = s[i];
	}
	out[k] = '\0';
	return s[0] != '(' || memchr(s, ')', n) != NULL;
}

/* 010 and 02x have three digits and numbers of eight; 03xx to 09xx four and numbers of seven or
 * eight. */
static bool
is_land_line(const char *d)
{
	size_t n = strlen(d), area = d[0] == '0' && (d[1] == '1' || d[1] == '2') ? 3 : 4;

	if (d[0] != '0' || d[1] == '0' || n < area || (d[1] == '1' && d[2] != '0'))
		return false;
	return d[area] >= '2' && (n - area == 8 || (area == 4 && n - area == 7));
}

static bool
is_service_number(const char *d)
{
	return strlen(d) == 10 && (strncmp(d, "400", 3) == 0 || strncmp(d, "800", 3) == 0);
}

bool
id_phone(const char *field, const char *s, struct err *e)
{
	const char *end = extension(s), *hyphen = strrchr(s, '-');
	char d[16] = "";
	bool ok = end && bare_digits(s, (size_t)(end - s), d, sizeof d - 1);
	bool local = ok && d[0] != '0' && (strlen(d) == 7 || strlen(d) == 8);

	if (ok && (is_mobile(d) || is_land_line(d) || is_service_number(d)))
		return true;
	/* an extension behind a hyphen: 0769-22221111-123 */
	if (end && !*end && hyphen && text_is_digits(hyphen + 1) && strlen(hyphen + 1) <= 6
	    && bare_digits(s, (size_t)(hyphen - s), d, sizeof d - 1) && is_land_line(d))
		return true;
	if (s[0] == '+')
		return err_field(e, field,
		    "the number has a country code: leave +86 out and write the area code with its 0");
	if (local)
		return err_field(e, field,
		    "the area code is missing: write it in front, such as 0769-22221111");
	return err_field(e, field,
	    "this is no phone number: write a land line with area code such as 0769-22221111-123, a 400 or 800 number, "
	    "or a mobile number of 11 digits");
}

static bool
is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Labels of letters, digits and inner hyphens, at least two, the last with a letter in front
 * (RFC 1123, 2.1). */
static bool
is_domain(const char *s)
{
	size_t n, labels = 0;

	if (strlen(s) > 253)
		return false;
	for (;; s += n + 1) {
		n = strcspn(s, ".");
		if (n < 1 || n > 63 || s[0] == '-' || s[n - 1] == '-')
			return false;
		for (size_t i = 0; i < n; i++)
			if (!is_letter_or_digit(s[i]) && s[i] != '-')
				return false;
		labels++;
		if (s[n] == '\0')
			return labels >= 2 && n >= 2 && !(s[0] >= '0' && s[0] <= '9');
	}
}

/* RFC 5321, 4.1.2 Dot-string; quoted local parts are not in use. */
static bool
is_local_part(const char *s, size_t n)
{
	size_t i;

	if (n < 1 || n > 64 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] == '.' && s[i - 1] == '.')
			return false;
		if (!is_letter_or_digit(s[i]) && !strchr(".!#$%&'*+/=?^_`{|}~-", s[i]))
			return false;
	}
	return true;
}

bool
id_email(const char *field, const char *s, struct err *e)
{
	const char *at = strchr(s, '@');

	if (!at)
		return err_field(e, field,
		    "'%s' has no @: write the address as name@example.com", s);
	if (strchr(at + 1, '@'))
		return err_field(e, field, "'%s' has more than one @: give one address only", s);
	if (!is_local_part(s, (size_t)(at - s)))
		return err_field(e, field,
		    "the part before the @ in '%s' is not right: use letters, digits and single dots",
		    s);
	if (!is_domain(at + 1))
		return err_field(e, field,
		    "the part behind the @ in '%s' is not right: write it as example.com", s);
	return true;
}

bool
id_postcode(const char *field, const char *s, struct err *e)
{
	if (strlen(s) != 6 || !text_is_digits(s) || strcmp(s, "000000") == 0)
		return err_field(e, field, "'%s' is no post code: write its six digits", s);
	return true;
}

bool
id_person_name(const char *field, const char *s, struct err *e)
{
	size_t len, i, letters = 0;
	bool edge = true;	/* a sign may stand between letters only */
	uint32_t cp;

	for (i = 0; (len = text_next(s + i, &cp)) > 0; i += len) {
		if (cp >= '0' && cp <= '9')
			return err_field(e, field,
			    "the name '%s' has a digit: write it as on the identity document", s);
		if (cp == 0x2022 || cp == 0x2027 || cp == 0x2219 || cp == 0x22C5 || cp == 0x2E31
		    || cp == 0x30FB || cp == 0xFF0E || cp == 0xFF65)
			return err_field(e, field,
			    "the name '%s' has the dot '%.*s': type the middle dot '·' (U+00B7) instead",
			    s, (int)len, s + i);
		if (text_is_letter(cp)) {
			letters++;
			edge = false;
			continue;
		}
		if (cp >= 0x80 ? cp != 0xB7 && cp != 0x2019 && cp != 0x0F0B
		    : !strchr(" -'.", (int)cp))
			return err_field(e, field,
			    "the name '%s' has '%.*s': take out what is not on the identity document",
			    s, (int)len, s + i);
		if (edge)
			return err_field(e, field,
			    "the name '%s' has '%.*s' where a letter should be: write it between letters",
			    s, (int)len, s + i);
		/* "J. Smith": a blank may follow, and the name may end in it */
		edge = cp != '.';
	}
	if (letters < 2)
		return err_field(e, field,
		    "the name '%s' is too short: write family name and given name", s);
	if (edge)
		return err_field(e, field, "the name '%s' ends in a sign: take it out", s);
	return true;
}

bool
id_org_name(const char *field, const char *s, struct err *e)
{
	size_t len, letters = 0;
	const char *p;
	uint32_t cp;

	for (p = s; (len = text_next(p, &cp)) > 0; p += len)
		letters += text_is_letter(cp);
	if (text_chars(s) < 2)
		return err_field(e, field,
		    "the name '%s' is too short: write it in full as on the licence", s);
	if (letters == 0)
		return err_field(e, field,
		    "the name '%s' has no letter or character: write it as on the licence", s);
	return true;
}

bool
id_bank_account(const char *field, const char *s, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; s[i]; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			n++;
		else if ((s[i] != ' ' && s[i] != '-') || i == 0 || !strchr(digits, s[i + 1])
		    || !s[i + 1])
			return err_field(e, field,
			    "an account number is digits, with single blanks or hyphens between them: take out the rest");
	}
	if (n < 6 || n > 32)
		return err_field(e, field,
		    "an account number has 6 to 32 digits, not %zu: compare it with the bank's paper",
		    n);
	return true;
}
