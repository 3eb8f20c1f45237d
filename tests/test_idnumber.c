/* forms/idnumber: numbers, names and addresses that are typed in. Good numbers were computed apart from the code under test. */
#include "forms/idnumber.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof (a) / sizeof *(a))

static const struct day today = { 2026, 11, 21 };

typedef bool (*check_fn)(const char *field, const char *s, struct err *e);

struct refusal { const char *s, *says; };

static void
takes(check_fn check, const char *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = { 0 };

		if (!check("f.id", rows[i], &e))
			fail_msg("'%s': %s", rows[i], e.text);
	}
}

/* secret: the value must not be in the message. */
static void
refuses(check_fn check, const struct refusal *rows, size_t n, bool secret)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = { 0 };

		if (check("f.id", rows[i].s, &e))
			fail_msg("'%s' was taken", rows[i].s);
		assert_int_equal(e.code, FAULT_REFUSED);
		assert_string_equal(e.field, "f.id");
		if (!strstr(e.text, rows[i].says))
			fail_msg("'%s': '%s' does not say '%s'", rows[i].s, e.text, rows[i].says);
		assert_non_null(strchr(e.text, ':'));	/* the reason, then the remedy */
		assert_null(strchr(e.text, '\n'));
		if (secret && strlen(rows[i].s) > 3)
			assert_null(strstr(e.text, rows[i].s));
	}
}

static void
credit_codes_are_checked(void **state)
{
	static const char *const good[] = {
		"91350100M000100Y43", "91110000600037341L",
		"Y1100000MA4UXYTW00", "Y1100000123456788U",		/* begin with Y */
		"91441900MA40000710", "91441900MA40003030", "91441900MA400083X0",	/* Σ mod 31 = 0 */
		"91441900MA400008XP", "91441900MA4000020P",		/* organisation check X and 0 */
		"12441900MA4UXYTW0A", "52441900MA4UXYTW06", "N1440100MA4UXYTW02", "A1100000MA0000015W", "93441900MA00000157",
	};
	static const struct refusal bad[] = {
		{ "", "not 0" }, { "9135010", "not 7" }, { "91350100M000100Y4", "not 17" }, { "91350100M000100Y433", "not 19" },
		{ "91350100MO00100Y43", "character 10 is 'O'" }, { "9I350100M000100Y43", "character 2 is 'I'" },
		{ "91350100S000100Y43", "I O S V Z" }, { "91350100V000100Y43", "I O S V Z" }, { "91350100Z000100Y43", "I O S V Z" },
		{ "91350100m000100Y43", "character 9 is 'm'" }, { "91350100M000100-43", "character 16 is '-'" },
		{ "91350100 M000100Y43", "character 9 is ' '" }, { "91350100东000100Y43", "character 9 is '东'" },
		{ "东东350100M000100Y43", "character 1 is '东'" }, { "91350100M000东00Y43", "character 13 is '东'" },
		{ "9135A100M000100Y43", "characters 3 to 8 are the digits" }, { "9135010AM000100Y43", "character 8 is 'A'" },
		{ "91350100M000100Y44", "characters 1 to 8 and the last" }, { "91350100M000100Y40", "check character" },
		{ "91350100M000100Y53", "characters 9 to 17" }, { "91350100M000100X43", "characters 9 to 17" },
		{ "91350110M000100Y43", "characters 1 to 8" },
		/* the last one fits, the organisation's own number does not */
		{ "91350100M000100Y56", "place 17 of" }, { "91110000600037342P", "place 17 of" }, { "19350100M000100Y43", "characters 1 to 8" },
		{ "000000000000000000", "all 0" }, { "91110000600037341\xFF", "never has" },
	};

	(void)state;
	takes(id_credit_code, good, COUNT(good));
	refuses(id_credit_code, bad, COUNT(bad), false);
}

static void
one_wrong_or_two_swapped_characters_of_a_credit_code_are_found(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char *const good[] = { "91350100M000100Y43", "91110000600037341L", "91441900MA40000710", "Y1100000MA4UXYTW00" };
	char s[19];

	(void)state;
	for (size_t g = 0; g < COUNT(good); g++)
		for (int at = 0; at < 18; at++) {
			memcpy(s, good[g], 19);
			for (const char *c = alphabet; *c; c++) {
				s[at] = *c;
				assert_int_equal(id_credit_code("f", s, NULL), *c == good[g][at]);
			}
			memcpy(s, good[g], 19);
			if (at < 17 && s[at] != s[at + 1]) {
				s[at] = good[g][at + 1];
				s[at + 1] = good[g][at];
				assert_false(id_credit_code("f", s, NULL));
			}
		}
}

static void
a_wrong_check_character_is_told_without_the_right_one(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const char good[] = "91350100M000100Y43";
	char s[19], quoted[4] = "'3'", first[400] = "";
	struct err e;

	(void)state;
	memcpy(s, good, sizeof s);
	for (const char *c = alphabet; *c; c++) {
		char *echo;

		s[17] = *c;
		if (*c == '3')
			continue;
		assert_false(id_credit_code("f", s, &e));
		assert_non_null(strstr(e.text, "check character"));
		assert_null(strstr(e.text, good));
		assert_null(strstr(e.text, quoted));
		echo = strstr(e.text, s);
		assert_non_null(echo);
		echo[17] = '?';
		if (!first[0])
			memcpy(first, e.text, sizeof first);
		assert_string_equal(first, e.text);	/* the same words whatever was typed */
	}
}

static void
organisation_codes_are_checked(void **state)
{
	static const char *const good[] = { "00990986X", "600037341", "M000100Y4", "60003734-1", "00990986-X", "MA400002-0", "MA4000020" };
	static const struct refusal bad[] = {
		{ "", "not 0" }, { "0099098", "not 7" }, { "00990986XX", "not 10" }, { "600037342", "does not fit" }, { "00990986Y", "digit or X" },
		{ "00990986x", "never has" }, { "6000-37341", "never has" }, { "600037-341", "never has" }, { "60003734--", "never has" },
		{ "-60003734", "never has" }, { "60003734-", "never has" }, { "0O990986X", "does not fit" }, { "60003734一", "never has" },
	};

	(void)state;
	takes(id_org_code, good, COUNT(good));
	refuses(id_org_code, bad, COUNT(bad), false);
}

static void
licence_numbers_are_checked_and_older_forms_pass(void **state)
{
	static const char *const good[] = {
		"110108000000016", "441900001234562", "441900600000013", "91350100M000100Y43", "4419001234567", "441900NA000123X",
		"粤东总字第001234号", "4419001234567(1-1)",
	};
	static const struct { const char *s; bool old; } forms[] = {
		{ "110108000000016", false }, { "4419001234567", true }, { "441900NA000123X", true }, { "441900NA0001234", true },
		{ "91350100M000100Y43", false }, { "粤东总字第001234号", true }, { "", false }, { "11010800000001", false }, { "ABC", false },
	};
	static const struct refusal bad[] = {
		{ "", "no licence number" }, { "110108000000017", "does not fit" }, { "110108000000061", "does not fit" },
		{ "11010800000001", "not 14" }, { "1101080000000160", "not 16" }, { "1", "not 1" }, { "无", "no licence number" },
		{ "ABC", "no licence number" }, { "110108'000000016", "no licence number" }, { "91350100M000100Y44", "check character" },
	};

	(void)state;
	takes(id_licence, good, COUNT(good));
	refuses(id_licence, bad, COUNT(bad), false);
	for (size_t i = 0; i < COUNT(forms); i++)
		if (id_licence_is_old(forms[i].s) != forms[i].old)
			fail_msg("%s", forms[i].s);
	for (int at = 0; at < 15; at++) {
		char s[] = "441900001234562", was = s[at];

		for (char c = '0'; c <= '9'; c++) {
			s[at] = c;
			assert_int_equal(id_licence("f", s, NULL), c == was);
		}
	}
}

static bool
resident(const char *field, const char *s, struct err *e)
{
	return id_resident(field, s, today, e);
}

static void
resident_numbers_are_checked_and_never_repeated(void **state)
{
	static const char *const good[] = {
		"11010519491231002X", "44190019900101001X", "441900200002290012", "441900202402291232", "810000198001010014",
		"830000199912311238", "441900194910010006", "441900202611210013",	/* the last was born today */
		"441900187601010015",
	};
	static const struct refusal bad[] = {
		{ "", "not 0" }, { "11010519491231002", "not 17" }, { "11010519491231002XX", "not 19" }, { "110105491231002", "no longer valid" },
		{ "11010519491231002x", "neither a digit nor X" }, { "1101051949123100XX", "character 17" }, { "X1010519491231002X", "character 1 " },
		{ "11010519491231002A", "neither" }, { "11010519491231002一", "neither" }, { "1101051949123100一X", "character 17" },
		{ "110105194912310021", "does not fit" }, { "11010519491213002X", "does not fit" }, { "110105194912310020", "does not fit" },
		{ "441900190002290016", "no date of birth" },	/* 1900 was no leap year */
		{ "441900210002290011", "no date of birth" }, { "441900199902300014", "no date of birth" },
		{ "441900199913010012", "no date of birth" }, { "441900199900010013", "no date of birth" },
		{ "441900202611220019", "ahead of today" }, { "441900187001010011", "150 years" },
		{ "991900199001010017", "no province" }, { "001900199001010018", "no province" }, { "４４１９００１９９００１０１００１Ｘ", "not a digit" },
	};

	(void)state;
	takes(resident, good, COUNT(good));
	refuses(resident, bad, COUNT(bad), true);
	for (int at = 0; at < 18; at++) {
		char s[] = "11010519491231002X", was = s[at];

		for (const char *c = "0123456789X"; *c; c++) {
			s[at] = *c;
			assert_int_equal(id_resident("f", s, today, NULL), *c == was);
		}
	}
}

static void
each_kind_of_document_has_its_own_rule(void **state)
{
	static const struct { const char *kind, *s, *says; } rows[] = {	/* says NULL: good */
		{ "resident_id", "11010519491231002X", NULL }, { "resident_id", "E12345678", "18 characters" },
		{ "passport", "E12345678", NULL }, { "passport", "EA1234567", NULL }, { "passport", "123456789", NULL }, { "passport", "ABCDE", "passport" },
		{ "passport", "E123", "passport" }, { "passport", "E1234567812345678901", NULL }, { "passport", "E12345678123456789012", "passport" },
		{ "passport", "E1234-678", "passport" }, { "passport", "e12345678", "passport" }, { "passport", "", "passport" },
		{ "hk_macao_permit", "H12345678", NULL }, { "hk_macao_permit", "M1234567890", NULL }, { "hk_macao_permit", "H123456789", "permit" },
		{ "hk_macao_permit", "A12345678", "permit" }, { "hk_macao_permit", "12345678", "permit" }, { "hk_macao_permit", "", "permit" },
		{ "hk_macao_permit", "H1234567A", "permit" }, { "hk_macao_permit", "H12345678 ", "permit" },
		{ "taiwan_permit", "12345678", NULL }, { "taiwan_permit", "1234567890", NULL }, { "taiwan_permit", "1234567890B", NULL },
		{ "taiwan_permit", "1234567890(B)", NULL }, { "taiwan_permit", "123456789", "permit" }, { "taiwan_permit", "1234567890(B", "permit" },
		{ "foreign_residence", "USA440012345678", NULL }, { "foreign_residence", "911156199002280012", NULL },
		{ "foreign_residence", "91115619900230001X", "no date of birth" }, { "foreign_residence", "911156199002280013", "does not fit" },
		{ "foreign_residence", "US4400123456789", "residence card" }, { "foreign_residence", "", "residence card" },
		{ "foreign_residence", "9", "not 1" }, { "foreign_residence", "11010519491231002X", "residence card" },
		{ "other", "军字第123号", NULL }, { "other", "12", "3 to 32" }, { "other", "ABC", "digit" }, { "other", "", "3 to 32" },
		{ "other", "123456789012345678901234567890123", "3 to 32" },
		{ "resident", "11010519491231002X", "no kind" }, { "", "1", "no kind" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e = { 0 };
		bool ok = id_person("agent.id_no", rows[i].kind, rows[i].s, today, &e);

		if (ok != !rows[i].says || (!ok && !strstr(e.text, rows[i].says)))
			fail_msg("%s '%s': %s", rows[i].kind, rows[i].s, ok ? "taken" : e.text);
		if (!ok && strlen(rows[i].s) > 3)
			assert_null(strstr(e.text, rows[i].s));
	}
}

static void
mobiles_and_phones_are_told_apart(void **state)
{
	static const char *const mobile[] = { "13800138000", "19912345678", "14712345678" };
	static const struct refusal not_mobile[] = {
		{ "", "digits only" }, { "1380013800", "not 10" }, { "138001380000", "not 12" }, { "12800138000", "13 to 19" },
		{ "23800138000", "13 to 19" }, { "+8613800138000", "digits only" }, { "138-0013-8000", "digits only" }, { "1380013800a", "digits only" },
		{ "１３８００１３８０００", "digits only" }, { "10000000000", "13 to 19" },
	};
	static const char *const phone[] = {
		"0769-22221111", "076922221111", "(0769)22221111", "(0769)-2222-1111", "0769-2222111", "010-62345678", "020-81234567", "0769-22221111-123",
		"0769-22221111转123", "076922221111#1", "0769-22221111x8001", "400-830-1234", "4008301234", "800-8301-234", "13800138000",
		"138-0013-8000", "0898-66221111",
	};
	static const struct refusal not_phone[] = {
		{ "", "no phone" }, { "23334444", "area code is missing" }, { "2333-4444", "area code is missing" }, { "+86-769-22221111", "country code" },
		{ "0755", "no phone" }, { "0755-", "no phone" }, { "0755-2333", "no phone" }, { "010-1234567", "no phone" }, { "0769-12221111", "no phone" },
		{ "0769--22221111", "no phone" }, { "-076922221111", "no phone" }, { "076922221111-", "no phone" }, { "(0769 22221111", "no phone" },
		{ "0769)22221111", "no phone" }, { "0769-22221111转", "no phone" }, { "0769-22221111转1234567", "no phone" },
		{ "0769-22221111转ab", "no phone" }, { "0000-22221111", "no phone" }, { "011-22221111", "no phone" }, { "500-830-1234", "no phone" },
		{ "0769 22221111 0769 22221111 0769 22221111", "no phone" }, { "东莞", "no phone" }, { "'; DROP", "no phone" },
		{ "-", "no phone" }, { "(", "no phone" }, { "()", "no phone" }, { "转", "no phone" }, { "0", "no phone" }, { "#1", "no phone" },
		{ "12345678901234567890", "no phone" },
	};

	(void)state;
	takes(id_mobile, mobile, COUNT(mobile));
	refuses(id_mobile, not_mobile, COUNT(not_mobile), true);
	takes(id_phone, phone, COUNT(phone));
	refuses(id_phone, not_phone, COUNT(not_phone), true);
}

static void
mail_addresses_are_checked(void **state)
{
	static const char *const good[] = { "a@b.cn", "li.ming@example.com", "li_ming+ra@mail.example-a.com.cn", "12345@qq.com", "x@1a.cn", "a@xn--fiqs8s.cn" };
	static const struct refusal bad[] = {
		{ "", "no @" }, { "abc", "no @" }, { "a@b", "behind" }, { "@b.cn", "before" }, { "a@", "behind" }, { "a@@b.cn", "more than one" },
		{ "a@b@c.cn", "more than one" }, { ".a@b.cn", "before" }, { "a.@b.cn", "before" }, { "a..b@c.cn", "before" }, { "a b@c.cn", "before" },
		{ "李@example.com", "before" }, { "a@例子.cn", "behind" }, { "a@b..cn", "behind" }, { "a@.cn", "behind" }, { "a@b.", "behind" },
		{ "a@-b.cn", "behind" }, { "a@b-.cn", "behind" }, { "a@b.c", "behind" }, { "a@1.2.3.4", "behind" }, { "a@b_c.cn", "behind" },
		{ "a@b.cn,c@d.cn", "more than one" }, { "\"a b\"@c.cn", "before" }, { "<a@b.cn>", "before" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.cn", "before" },
		{ "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.cn", "behind" },
	};
	static const char *const post[] = { "523000", "010000", "100000" };
	static const struct refusal not_post[] = {
		{ "", "six digits" }, { "52300", "six" }, { "5230000", "six" }, { "52300a", "six" }, { "000000", "six" }, { "５２３０００", "six" },
	};

	(void)state;
	takes(id_email, good, COUNT(good));
	refuses(id_email, bad, COUNT(bad), false);
	takes(id_postcode, post, COUNT(post));
	refuses(id_postcode, not_post, COUNT(not_post), false);
}

static void
names_take_rare_characters_and_the_middle_dot(void **state)
{
	static const char *const people[] = {
		"李明", "欧阳某某", "买买提·吐尔逊", "\xF0\xA0\x80\x80\xF0\xB1\x8D\x90", "张\xE4\xB6\xB6", "王\xE9\xBF\xBF", "李〇", "葛\xF3\xA0\x84\x80明",
		"O'Brien", "O’Brien", "John Smith", "J. Smith", "Jean-Luc Picard", "José Núñez", "Smith Jr.", "བསོད་ནམས", "محمد",
	};
	static const struct refusal not_people[] = {
		{ "", "too short" }, { "李", "too short" }, { "A", "too short" }, { "李明2", "digit" }, { "123", "digit" }, { "李•明", "U+00B7" },
		{ "李・明", "U+00B7" }, { "李．明", "U+00B7" }, { "李/明", "'/'" }, { "李（明）", "'（'" }, { "·李明", "between letters" },
		{ "李明·", "ends in a sign" }, { "李··明", "between letters" }, { "李  明", "between letters" }, { "-李明", "between letters" },
		{ "李明<b>", "'<'" }, { "李明；", "'；'" }, { "··", "between" }, { "李明😀", "'😀'" }, { "李２明", "'２'" },
	};
	static const char *const orgs[] = {
		"东莞市某某有限公司", "某某（中国）有限公司", "A&B 商行", "3M中国", "东莞", "\xF0\xA0\x80\x80\xF0\xA0\x80\x81", "第1小学·分校",
	};
	static const struct refusal not_orgs[] = {
		{ "", "too short" }, { "东", "too short" }, { "12345", "no letter" }, { "（）", "no letter" }, { "--", "no letter" }, { "１２３", "no letter" },
	};

	(void)state;
	takes(id_person_name, people, COUNT(people));
	refuses(id_person_name, not_people, COUNT(not_people), false);
	takes(id_org_name, orgs, COUNT(orgs));
	refuses(id_org_name, not_orgs, COUNT(not_orgs), false);
}

static void
bank_accounts_are_digits_in_groups(void **state)
{
	static const char *const good[] = { "123456", "6222 0212 3456 7890 123", "44-001-0012", "12345678901234567890123456789012" };
	static const struct refusal bad[] = {
		{ "", "not 0" }, { "12345", "not 5" }, { "123456789012345678901234567890123", "not 33" }, { " 123456", "digits" }, { "123456 ", "digits" },
		{ "123--456", "digits" }, { "123 -456", "digits" }, { "12345a", "digits" }, { "1234５6", "digits" }, { "-", "digits" }, { "123456-", "digits" },
	};

	(void)state;
	takes(id_bank_account, good, COUNT(good));
	refuses(id_bank_account, bad, COUNT(bad), true);
}

static bool
tax_no(const char *field, const char *s, struct err *e)
{
	return id_tax_no(field, s, today, e);
}

static bool
founding_approval(const char *field, const char *s, struct err *e)
{
	return id_document(field, "founding_approval", s, e);
}

static void
papers_without_a_standard_have_numbers_that_can_be_such(void **state)
{
	static const char *const taxes[] = { "91110000600037341L", "11010519491231002X", "110108000000016", "11010519491231002X01",
	    "91110000600037341" };
	static const struct refusal not_taxes[] = {
		{ "", "not 0" }, { "91", "not 2" }, { "9111000060003734", "not 16" }, { "911100006000373411122", "not 21" },
		{ "91110000600037342L", "check character" }, { "110105194912310021", "check character" },
		{ "91110000-60003734L", "digits and capital letters" }, { "!!!!!!!!!!!!!!!", "digits and capital letters" },
		{ "东莞纳税人识别号码共十五个字呀", "digits and capital letters" },
	};
	static const char *const documents[] = { "粤编办〔2020〕15号", "东工法证字第190001号", "31440000MD0123456X", "A-123", "[2020]7号" };
	static const struct refusal not_documents[] = {
		{ "", "no document number" }, { "!!", "no document number has" }, { "。", "has" }, { "123", "no document number" },
		{ "没有编号的批文", "no document number" }, { "A123?", "'?'" }, { "A 123", "' '" },
	};
	static const char *const serials[] = { "0A1B", "77", "35F2C0D1E4B3A29180776655443322110F0E0D0C" };
	static const struct refusal not_serials[] = { { "", "no serial number" }, { "0A:1B", "no serial number" }, { "０", "no serial number" } };
	static const char *const words[] = { "东莞市松山湖园区科技十路2号", "主任", "中信银行", "HQ" };
	static const struct refusal not_words[] = { { "", "too little" }, { "1", "too little" }, { "?", "too little" }, { "12-34", "too little" },
	    { "室", "too little" } };
	struct err e;

	(void)state;
	takes(tax_no, taxes, COUNT(taxes));
	refuses(tax_no, not_taxes, COUNT(not_taxes), true);
	takes(founding_approval, documents, COUNT(documents));
	refuses(founding_approval, not_documents, COUNT(not_documents), false);
	assert_true(id_document("f.id", "org_code", "00990986-X", &e));
	assert_false(id_document("f.id", "org_code", "009909861", &e));
	assert_true(id_document("f.id", "credit_code_cert", "91110000600037341L", &e));
	assert_false(id_document("f.id", "credit_code_cert", "91110000600037341M", &e));
	takes(id_serial, serials, COUNT(serials));
	refuses(id_serial, not_serials, COUNT(not_serials), false);
	takes(id_words, words, COUNT(words));
	refuses(id_words, not_words, COUNT(not_words), false);
}

static void
check_characters_are_made_for_test_data(void **state)
{
	(void)state;
	assert_int_equal(id_credit_code_check("91350100M000100Y4"), '3');
	assert_int_equal(id_credit_code_check("91110000600037341"), 'L');
	assert_int_equal(id_credit_code_check("91441900MA4000071"), '0');
	assert_int_equal(id_credit_code_check("91350100MO00100Y4"), 0);
	assert_int_equal(id_credit_code_check("9135"), 0);
	assert_int_equal(id_credit_code_check(""), 0);
	assert_int_equal(id_org_code_check("00990986"), 'X');
	assert_int_equal(id_org_code_check("60003734"), '1');
	assert_int_equal(id_org_code_check("M000100Y"), '4');
	assert_int_equal(id_org_code_check("MA400002"), '0');
	assert_int_equal(id_org_code_check("MA40000a"), 0);
	assert_int_equal(id_org_code_check("MA4"), 0);
	assert_int_equal(id_licence_check("11010800000001"), '6');
	assert_int_equal(id_licence_check("00000000000000"), '5');
	assert_int_equal(id_licence_check("99999999999999"), '3');
	assert_int_equal(id_licence_check("1101080000000"), 0);
	assert_int_equal(id_resident_check("11010519491231002"), 'X');
	assert_int_equal(id_resident_check("1101051949123100"), 0);
	assert_int_equal(id_resident_check("1101051949123100X"), 0);
	assert_string_equal(id_province("44"), "广东");
	assert_string_equal(id_province("110105"), "北京");
	assert_null(id_province("99"));
	assert_null(id_province("4"));
	assert_null(id_province(""));
	assert_null(id_province("16"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credit_codes_are_checked),
		cmocka_unit_test(one_wrong_or_two_swapped_characters_of_a_credit_code_are_found),
		cmocka_unit_test(a_wrong_check_character_is_told_without_the_right_one),
		cmocka_unit_test(organisation_codes_are_checked),
		cmocka_unit_test(licence_numbers_are_checked_and_older_forms_pass),
		cmocka_unit_test(resident_numbers_are_checked_and_never_repeated),
		cmocka_unit_test(each_kind_of_document_has_its_own_rule),
		cmocka_unit_test(mobiles_and_phones_are_told_apart),
		cmocka_unit_test(mail_addresses_are_checked),
		cmocka_unit_test(names_take_rare_characters_and_the_middle_dot),
		cmocka_unit_test(bank_accounts_are_digits_in_groups),
		cmocka_unit_test(papers_without_a_standard_have_numbers_that_can_be_such),
		cmocka_unit_test(check_characters_are_made_for_test_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
