/* Telephone, mail, names, accounts; declared in forms/idnumber.h. */
#include "forms/idnumber.h"

#include "forms/text.h"

#include <stdio.h>
#include <string.h>

bool
id_mobile(const char *field, const char *s, struct err *e)
{
	if (strlen(s) == 11 && text_is_digits(s) && s[0] == '1' && s[1] >= '3')
		return true;
	return err_field(e, field, "a mobile number has 11 digits beginning with 13 to 19, without +86");
}

/* 0769-22380830, 020-89524338-101, (0769)22380830, 400-830-1330, 12345, or a mobile */
bool
id_phone(const char *field, const char *s, struct err *e)
{
	char digits[40];
	size_t n = 0, body;

	for (const char *p = s; *p; p++) {
		if (*p >= '0' && *p <= '9' && n + 1 < sizeof digits)
			digits[n++] = *p;
		else if (!strchr("-() ", *p) && !(*p == '+' && p == s))
			return err_field(e, field, "a telephone number has digits, hyphens and brackets only");
	}
	digits[n] = '\0';
	body = s[0] == '+' && strncmp(digits, "86", 2) == 0 ? 2 : 0;
	if (n - body == 11 && digits[body] == '1' && digits[body + 1] >= '3')
		return true;
	if (n == 10 && (strncmp(digits, "400", 3) == 0 || strncmp(digits, "800", 3) == 0))
		return true;
	if (digits[body] == '0' ? n - body >= 10 && n - body <= 17 : body == 2 && n - body >= 9 && n - body <= 16)
		return true;
	if (digits[0] != '0' && digits[0] != '1' && (n == 7 || n == 8))
		return err_field(e, field, "give the area code too, like 0769-22380830");
	return err_field(e, field, "write a land line as 0769-22380830, or a mobile number of 11 digits");
}

bool
id_email(const char *field, const char *s, struct err *e)
{
	const char *at = strrchr(s, '@'), *dot = at ? strrchr(at, '.') : NULL;
	size_t n = strlen(s);

	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || strchr("()<>,;:\\\"[]", *p))
			return err_field(e, field, "an e-mail address has no blanks, Chinese characters or brackets");
	if (!at || at == s || strchr(s, '@') != at)
		return err_field(e, field, "write the e-mail address as name@example.com");
	if (!dot || dot == at + 1 || strlen(dot) < 3 || at[1] == '-' || n > 80 || strstr(s, "..") || s[0] == '.' || at[-1] == '.')
		return err_field(e, field, "the part after @ of '%.60s' is no mail domain", s);
	return true;
}

bool
id_postcode(const char *field, const char *s, struct err *e)
{
	return (strlen(s) == 6 && text_is_digits(s)) || err_field(e, field, "a post code has 6 digits");
}

static bool
has_digit(const char *s)
{
	return strpbrk(s, "0123456789") != NULL;
}

bool
id_person_name(const char *field, const char *s, struct err *e)
{
	if (text_chars(s) < 2)
		return err_field(e, field, "a name has at least two characters");
	if (has_digit(s) || strpbrk(s, "@#$%^&*_=+<>/\\|\"!?;:[]{}~`"))
		return err_field(e, field, "a name has no digits or signs: '%.60s'", s);
	return true;
}

bool
id_org_name(const char *field, const char *s, struct err *e)
{
	if (text_chars(s) < 2)
		return err_field(e, field, "give the full name, at least two characters");
	if (strspn(s, "0123456789 .-") == strlen(s))
		return err_field(e, field, "'%.60s' is a number, not a name: give the full name as on the licence", s);
	if (strpbrk(s, "<>|\\^~`"))
		return err_field(e, field, "the name holds a sign that no licence has: look at it again");
	return true;
}

bool
id_bank_account(const char *field, const char *s, struct err *e)
{
	size_t n = 0;

	for (const char *p = s; *p; p++) {
		if (*p >= '0' && *p <= '9')
			n++;
		else if (*p != ' ' && *p != '-')
			return err_field(e, field, "an account number has digits only");
	}
	return (n >= 6 && n <= 32) || err_field(e, field, "an account number has 6 to 32 digits, this has %zu", n);
}
