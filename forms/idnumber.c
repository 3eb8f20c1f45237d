/* Check digits: credit code, organisation code, licence, resident ID. */
#include "forms/idnumber.h"

#include "forms/text.h"

#include <stdio.h>
#include <string.h>

static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int
index_in(const char *alphabet, char c)
{
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

/* GB 32100-2015, 5.2: (31 - sum mod 31) mod 31 */
char
id_credit_code_check(const char *s17)
{
	static const int weights[] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28 };
	int sum = 0;

	for (int i = 0; i < 17; i++) {
		int v = index_in(credit_alphabet, s17[i]);

		if (v < 0)
			return 0;
		sum += v * weights[i];
	}
	return credit_alphabet[(31 - sum % 31) % 31];
}

/* GB 11714-1997: 11 - sum mod 11; 10 is X, 11 is 0 */
char
id_org_code_check(const char *s8)
{
	static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0, r;

	for (int i = 0; i < 8; i++) {
		int v = s8[i] >= '0' && s8[i] <= '9' ? s8[i] - '0' : s8[i] >= 'A' && s8[i] <= 'Z' ? s8[i] - 'A' + 10 : -1;

		if (v < 0)
			return 0;
		sum += v * weights[i];
	}
	r = 11 - sum % 11;
	return r == 10 ? 'X' : r == 11 ? '0' : (char)('0' + r);
}

/* GS 15-2006: ISO 7064 MOD 11,10 */
char
id_licence_check(const char *s14)
{
	int p = 10;

	for (int i = 0; i < 14; i++) {
		if (s14[i] < '0' || s14[i] > '9')
			return 0;
		p = (p + s14[i] - '0') % 10;
		p = (p == 0 ? 10 : p) * 2 % 11;
	}
	return (char)('0' + (11 - p) % 10);
}

/* GB 11643-1999: ISO 7064 MOD 11-2 */
char
id_resident_check(const char *s17)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;

	for (int i = 0; i < 17; i++) {
		if (s17[i] < '0' || s17[i] > '9')
			return 0;
		sum += (s17[i] - '0') * weights[i];
	}
	return "10X98765432"[sum % 11];
}

bool
id_credit_code(const char *field, const char *s, struct err *e)
{
	if (strlen(s) != 18)
		return err_field(e, field, "a credit code has 18 characters, this has %zu (GB 32100)", text_chars(s));
	for (int i = 0; i < 18; i++)
		if (index_in(credit_alphabet, s[i]) < 0)
			return err_field(e, field, "character %d cannot stand in a credit code: digits and capital letters without"
			    " I, O, S, V and Z", i + 1);
	if (id_credit_code_check(s) != s[17])
		return err_field(e, field, "the check character of the credit code does not fit: compare all 18 characters with"
		    " the licence");
	if (id_org_code_check(s + 8) != s[16])
		return err_field(e, field, "characters 9 to 17 of the credit code are no organisation code: compare them with"
		    " the licence");
	return true;
}

bool
id_org_code(const char *field, const char *s, struct err *e)
{
	char code[10];
	size_t n = strlen(s);

	if (n == 10 && s[8] == '-')
		snprintf(code, sizeof code, "%.8s%c", s, s[9]);
	else if (n == 9)
		snprintf(code, sizeof code, "%s", s);
	else
		return err_field(e, field, "an organisation code has 9 characters (GB 11714)");
	if (id_org_code_check(code) == 0 || id_org_code_check(code) != code[8])
		return err_field(e, field, "the check character of the organisation code does not fit: compare it with the paper");
	return true;
}

bool
id_licence_is_old(const char *s)
{
	return strlen(s) != 15 || !text_is_digits(s);
}

bool
id_licence(const char *field, const char *s, struct err *e)
{
	size_t n = strlen(s);

	if (n == 18)
		return err_field(e, field, "18 characters are a credit code: type it in that field");
	if (n == 15 && text_is_digits(s)) {
		if (id_licence_check(s) != s[14])
			return err_field(e, field, "the check digit of the licence number does not fit: compare it with the licence");
		return true;
	}
	if (n < 6 || n > 20)
		return err_field(e, field, "a licence number has 15 digits (older ones 6 to 20 characters), this has %zu", n);
	return true;
}

/* ---- resident ID ---- */

static const struct { const char *code, *name; } provinces[] = {
	{ "11", "北京" }, { "12", "天津" }, { "13", "河北" }, { "14", "山西" }, { "15", "内蒙古" }, { "21", "辽宁" },
	{ "22", "吉林" }, { "23", "黑龙江" }, { "31", "上海" }, { "32", "江苏" }, { "33", "浙江" }, { "34", "安徽" },
	{ "35", "福建" }, { "36", "江西" }, { "37", "山东" }, { "41", "河南" }, { "42", "湖北" }, { "43", "湖南" },
	{ "44", "广东" }, { "45", "广西" }, { "46", "海南" }, { "50", "重庆" }, { "51", "四川" }, { "52", "贵州" },
	{ "53", "云南" }, { "54", "西藏" }, { "61", "陕西" }, { "62", "甘肃" }, { "63", "青海" }, { "64", "宁夏" },
	{ "65", "新疆" }, { "71", "台湾" }, { "81", "香港" }, { "82", "澳门" }, { "83", "台湾" },
};

const char *
id_province(const char *two_digits)
{
	for (size_t i = 0; i < sizeof provinces / sizeof *provinces; i++)
		if (strncmp(provinces[i].code, two_digits, 2) == 0)
			return provinces[i].name;
	return NULL;
}

/* The number itself is personal: no message repeats it. */
bool
id_resident(const char *field, const char *s, struct day today, struct err *e)
{
	struct day born;
	char birth[9];

	if (strlen(s) == 15 && text_is_digits(s))
		return err_field(e, field, "15 digits are the old form, which is not valid any more: type the 18 of the card");
	if (strlen(s) != 18)
		return err_field(e, field, "a resident ID number has 18 characters, this has %zu", text_chars(s));
	if (strspn(s, "0123456789") < 17 || !strchr("0123456789X", s[17]))
		return err_field(e, field, "a resident ID number has 17 digits and a digit or X");
	if (!id_province(s))
		return err_field(e, field, "the first two digits are no province: compare them with the card");
	snprintf(birth, sizeof birth, "%.8s", s + 6);
	if (!day_parse(field, birth, &born, NULL) || born.year < 1850 || day_compare(born, today) > 0)
		return err_field(e, field, "digits 7 to 14 are no date of birth: compare them with the card");
	if (id_resident_check(s) != s[17])
		return err_field(e, field, "the check character does not fit: compare all 18 characters with the card");
	return true;
}

static bool
letters_digits(const char *s, size_t min, size_t max)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return s[n] == '\0' && n >= min && n <= max;
}

bool
id_person(const char *field, const char *kind, const char *s, struct day today, struct err *e)
{
	size_t n = strlen(s);

	if (!kind[0] || strcmp(kind, "resident_id") == 0)
		return id_resident(field, s, today, e);
	if (strcmp(kind, "passport") == 0)
		return letters_digits(s, 5, 12) || err_field(e, field, "a passport number has 5 to 12 capital letters and digits");
	if (strcmp(kind, "hk_macao_permit") == 0)
		return ((n == 9 || n == 11) && (s[0] == 'H' || s[0] == 'M') && text_is_digits(s + 1))
		    || err_field(e, field, "the permit's number is H or M with 8 or 10 digits");
	if (strcmp(kind, "taiwan_permit") == 0)
		return ((n == 8 || n == 10) && text_is_digits(s)) || err_field(e, field, "the permit's number has 8 or 10 digits");
	if (strcmp(kind, "foreign_residence") == 0)
		return (n == 18 && s[0] == '9' && id_resident_check(s) == s[17]) || (n == 15 && letters_digits(s, 15, 15))
		    || err_field(e, field, "the card's number has 18 digits beginning with 9, or 15 letters and digits on older"
		    " cards: compare it with the card");
	return n >= 2 || err_field(e, field, "give the number of the document");
}
