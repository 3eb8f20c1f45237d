#include "forms/idnumber.h"

#include "forms/text.h"
#include "forms/tr.h"

#include <stdio.h>
#include <string.h>

/* GB 32100-2015, no I O S V Z */
static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
static const char code_alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";	/* GB 11714-1997 */
static const char digits[] = "0123456789";

/* Σ of weight × value of the first n characters; -1 when one is not of the alphabet. */
static int
weigh(const char *s, const int *weight, size_t n, const char *alphabet)
{
	const char *at;
	size_t i;
	int sum = 0;

	for (i = 0; i < n; i++) {
		at = s[i] ? strchr(alphabet, s[i]) : NULL;
		if (!at)
			return -1;
		sum += weight[i] * (int)(at - alphabet);
	}
	return sum;
}

char
id_credit_code_check(const char *s17)
{
	static const int weight[17] = {
		1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28
	};
	int sum = weigh(s17, weight, 17, credit_alphabet);

	return (char)(sum < 0 ? 0 : credit_alphabet[(31 - sum % 31) % 31]);
}

char
id_org_code_check(const char *s8)
{
	static const int weight[8] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = weigh(s8, weight, 8, code_alphabet);

	/* 11 - r; 11 is written 0, 10 is written X */
	return (char)(sum < 0 ? 0 : "0X987654321"[sum % 11]);
}

char
id_licence_check(const char *s14)
{
	int p = 10, i;

	for (i = 0; i < 14; i++) {	/* ISO 7064 MOD 11,10 */
		if (s14[i] < '0' || s14[i] > '9')
			return 0;
		p = (p + s14[i] - '0') % 10;
		p = (p ? p : 10) * 2 % 11;
	}
	return digits[(11 - p) % 10];
}

char
id_resident_check(const char *s17)
{
	static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = weigh(s17, weight, 17, digits);

	return (char)(sum < 0 ? 0 : "10X98765432"[sum % 11]);
}

/* Where s leaves the alphabet; its length when it does not. */
static size_t
foreign(const char *s, const char *alphabet)
{
	return strspn(s, alphabet);
}

/* A character that these numbers do not have: names it and its place, counted in characters from
 * 1. */
static bool
refuse_character(const char *field, const char *s, size_t at, const char *hint, struct err *e)
{
	size_t i, len, place = 1;
	uint32_t cp = 0;

	for (i = 0; i < at; i += len, place++)
		len = text_next(s + i, &cp) ? text_next(s + i, &cp) : 1;
	len = text_next(s + at, &cp);
	return err_field(e, field, "character %zu is '%.*s', which such a number never has: %s",
	    place, (int)(len ? len : 1), len ? s + at : "?", hint);
}

/* How a code of ASCII characters departs from its length; false and told when it does. */
static bool
check_length(const char *field, const char *s, size_t wanted, const char *what, struct err *e)
{
	size_t n = text_chars(s);

	if (n == wanted)
		return true;
	return err_field(e, field, "%s has %zu characters, not %zu: %s", what, wanted, n,
	    n < wanted ? tr("type the missing ones") : tr("take out what is too many"));
}

bool
id_credit_code(const char *field, const char *s, struct err *e)
{
	size_t at = foreign(s, credit_alphabet);
	bool whole, organisation;

	if (s[at])
		return refuse_character(field, s, at, strchr("IOSVZ", s[at])
		    ? tr("the letters I O S V Z are not used, look for 1 0 5 U 2 on the licence")
		    : tr("use digits and capital letters as on the licence"), e);
	if (!check_length(field, s, 18, tr("the credit code"), e))
		return false;
	at = strspn(s + 2, digits);
	if (at < 6)
		return err_field(e, field,
		    "character %zu is '%c', but characters 3 to 8 are the digits of the registering office's region: "
		    "compare them with the licence",
		    at + 3, s[at + 2]);
	if (strncmp(s + 8, "00000000", 8) == 0)	/* would pass both checks */
		return err_field(e, field,
		    "characters 9 to 16 of '%s' are all 0, which no organisation has: copy the code from the licence",
		    s);
	whole = s[17] == id_credit_code_check(s);
	organisation = s[16] == id_org_code_check(s + 8);
	if (whole && organisation)
		return true;
	if (organisation)
		return err_field(e, field,
		    "the check character at the end of '%s' does not fit: compare characters 1 to 8 and the last "
		    "one with the licence",
		    s);
	return err_field(e, field,
	    "the check character at place %s of '%s' does not fit: compare characters 9 to 17, the organisation's "
	    "own number, with the licence%s",
	    whole ? "17" : tr("17 and that at the end"), s, whole ? "" : tr(", then the last one"));
}

bool
id_org_code(const char *field, const char *s, struct err *e)
{
	size_t n = strlen(s);
	char plain[10], last;
	size_t at;

	if (n == 10 && s[8] == '-') {
		memcpy(plain, s, 8);
		plain[8] = s[9];
		plain[9] = '\0';
		s = plain;
	}
	at = foreign(s, code_alphabet);
	if (s[at])
		return refuse_character(field, s, at,
		    tr("use digits and capital letters, a hyphen only before the last one"), e);
	if (!check_length(field, s, 9, tr("the organisation code"), e))
		return false;
	last = s[8];
	if (last != 'X' && (last < '0' || last > '9'))
		return err_field(e, field,
		    "the organisation code '%s' ends in '%c', but its check character is a digit or X: "
		    "compare it with the certificate",
		    s, last);
	if (last != id_org_code_check(s))
		return err_field(e, field,
		    "the check character of the organisation code '%s' does not fit: compare all nine characters "
		    "with the certificate",
		    s);
	return true;
}

/* Count of ASCII digits in s. */
static size_t
digit_count(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s >= '0' && *s <= '9';
	return n;
}

bool
id_licence_is_old(const char *s)
{
	size_t n = strlen(s), all = digit_count(s);

	if (all == n)
		return n == 13;
	if (n == 18 && s[foreign(s, credit_alphabet)] == '\0')	/* a credit code typed here */
		return false;
	/* NA…X of the co-operatives, numbers with letters, hyphens and copies in brackets,
	 * 粤总字第…号 */
	return all >= 5 && s[strcspn(s, " \t\"'\\<>")] == '\0';
}

bool
id_licence(const char *field, const char *s, struct err *e)
{
	size_t n = strlen(s);

	if (id_licence_is_old(s))
		return true;
	if (n == 18)
		/* since 2015 the licence carries the credit code as its number */
		return id_credit_code(field, s, e);
	if (!text_is_digits(s))
		return err_field(e, field,
		    "'%s' is no licence number: write the 15 digits, or an older number as the licence has it",
		    s);
	if (n != 15)
		return err_field(e, field,
		    "the licence number has 15 digits (older ones 13), not %zu: compare it with the licence",
		    n);
	if (s[14] != id_licence_check(s))
		return err_field(e, field,
		    "the check digit of the licence number '%s' does not fit: compare the 6 digits of the office, the 8 of "
		    "the sequence and the last one with the licence",
		    s);
	return true;
}

const char *
id_province(const char *two_digits)
{
	/* GB/T 2260; 83 is the Taiwan residents' permit, 81 and 82 Hong Kong and Macao */
	static const struct {
		char digits[3];
		const char *zh;
	} provinces[] = {
		{ "11", "北京" },
		{ "12", "天津" },
		{ "13", "河北" },
		{ "14", "山西" },
		{ "15", "内蒙古" },
		{ "21", "辽宁" },
		{ "22", "吉林" },
		{ "23", "黑龙江" },
		{ "31", "上海" },
		{ "32", "江苏" },
		{ "33", "浙江" },
		{ "34", "安徽" },
		{ "35", "福建" },
		{ "36", "江西" },
		{ "37", "山东" },
		{ "41", "河南" },
		{ "42", "湖北" },
		{ "43", "湖南" },
		{ "44", "广东" },
		{ "45", "广西" },
		{ "46", "海南" },
		{ "50", "重庆" },
		{ "51", "四川" },
		{ "52", "贵州" },
		{ "53", "云南" },
		{ "54", "西藏" },
		{ "61", "陕西" },
		{ "62", "甘肃" },
		{ "63", "青海" },
		{ "64", "宁夏" },
		{ "65", "新疆" },
		{ "71", "台湾" },
		{ "81", "香港" },
		{ "82", "澳门" },
		{ "83", "台湾" },
	};
	size_t i;

	for (i = 0; i < sizeof provinces / sizeof *provinces; i++)
		if (strncmp(provinces[i].digits, two_digits, 2) == 0)
			return provinces[i].zh;
	return NULL;
}

/* Digits 7 to 14 and the check character, as resident cards and the newer foreigners' cards have
 * them. */
static bool
check_card(const char *field, const char *s, struct day today, struct err *e)
{
	char birth[9];
	struct day d;

	memcpy(birth, s + 6, 8);
	birth[8] = '\0';
	if (!day_parse(field, birth, &d, NULL))
		return err_field(e, field,
		    "digits 7 to 14 are no date of birth: compare year, month and day with the card");
	if (day_compare(d, today) > 0)
		return err_field(e, field,
		    "the date of birth in digits 7 to 14 lies ahead of today: compare it with the card");
	if (d.year < today.year - 150)
		return err_field(e, field,
		    "the date of birth in digits 7 to 14 is more than 150 years ago: compare it with the card");
	if (s[17] != id_resident_check(s))
		return err_field(e, field,
		    "the check character at the end does not fit: compare all 18 characters with the card");
	return true;
}

/* 17 digits and a digit or X. The number itself is personal: no message repeats it. */
static bool
check_card_form(const char *field, const char *s, struct err *e)
{
	size_t n = text_chars(s), at = foreign(s, digits);

	if (n == 15 && text_is_digits(s))
		return err_field(e, field,
		    "numbers of 15 digits are no longer valid: type the 18 characters of the present card");
	if (n != 18)
		return err_field(e, field, "an identity card number has 18 characters, not %zu: %s",
		    n, n < 18 ? tr("type the missing ones") : tr("take out what is too many"));
	if (at < 17)
		return err_field(e, field,
		    "character %zu is not a digit: only the last one may be X", at + 1);
	if (at == 17 && strcmp(s + 17, "X") != 0)
		return err_field(e, field,
		    "the last character is neither a digit nor X: compare it with the card");
	return true;
}

bool
id_resident(const char *field, const char *s, struct day today, struct err *e)
{
	if (!check_card_form(field, s, e))
		return false;
	if (!id_province(s))
		return err_field(e, field,
		    "the first two digits are no province: compare them with the card");
	return check_card(field, s, today, e);
}

/* Is s of one of the shapes, given as one text with blanks between? A is a letter, 0 a digit,
 * others stand for themselves. */
static bool
shaped(const char *s, const char *shapes)
{
	const char *p = shapes, *t;

	while (*p) {
		for (t = s; *p && *p != ' ' && *t; p++, t++)
			if (*p == 'A' ? *t < 'A' || *t > 'Z'
			    : *p == '0' ? *t < '0' || *t > '9' : *t != *p)
				break;
		if (*t == '\0' && (*p == ' ' || *p == '\0'))
			return true;
		p += strcspn(p, " ");
		p += *p == ' ';
	}
	return false;
}

static bool
check_passport(const char *field, const char *s, struct err *e)
{
	size_t n = strlen(s);

	if (n < 5 || n > 20 || s[foreign(s, code_alphabet)] || digit_count(s) == 0)
		return err_field(e, field,
		    "a passport number has 5 to 20 digits and capital letters: compare it with the passport");
	return true;
}

static bool
check_hk_macao(const char *field, const char *s, struct err *e)
{
	/* the cards of before 2013 add two digits for the number of their issue */
	if (!shaped(s, "H00000000 M00000000 H0000000000 M0000000000"))
		return err_field(e, field,
		    "a Hong Kong or Macao permit has H or M and 8 digits (older ones 10): compare it with the card");
	return true;
}

static bool
check_taiwan(const char *field, const char *s, struct err *e)
{
	if (!shaped(s, "00000000 0000000000 0000000000A 0000000000(A)"))
		return err_field(e, field,
		    "a Taiwan permit has 8 digits (older ones 10 digits and a letter): compare it with the card");
	return true;
}

/* Cards of before December 2023: three letters of the nationality and 12 digits; later 18 as
 * residents', first digit 9. */
static bool
check_foreigner(const char *field, const char *s, struct day today, struct err *e)
{
	if (shaped(s, "AAA000000000000"))
		return true;
	if (s[0] != '9')
		return err_field(e, field,
		    "a foreigner's residence card has 18 characters that begin with 9, or 3 letters and 12 digits: "
		    "compare it with the card");
	return check_card_form(field, s, e) && check_card(field, s, today, e);
}

static bool
check_other(const char *field, const char *s, struct err *e)
{
	size_t n = text_chars(s);

	if (n < 3 || n > 32 || digit_count(s) == 0)
		return err_field(e, field,
		    "a document number has 3 to 32 characters and a digit among them: copy it as it is printed");
	return true;
}

bool
id_person(const char *field, const char *kind, const char *s, struct day today, struct err *e)
{
	static const struct {
		const char *kind;
		bool (*check)(const char *field, const char *s, struct err *e);
		bool (*dated)(const char *field, const char *s, struct day today, struct err *e);
	} kinds[] = {
		{ "resident_id", NULL, id_resident },
		{ "passport", check_passport, NULL },
		{ "hk_macao_permit", check_hk_macao, NULL },
		{ "taiwan_permit", check_taiwan, NULL },
		{ "foreign_residence", NULL, check_foreigner },
		{ "other", check_other, NULL },
	};
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].dated ? kinds[i].dated(field, s, today, e)
			    : kinds[i].check(field, s, e);
	return err_field(e, field,
	    "'%s' is no kind of document: choose resident_id, passport, hk_macao_permit, taiwan_permit, "
	    "foreign_residence or other",
	    kind);
}
