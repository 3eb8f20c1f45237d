/* Numbers and words on papers that no single standard rules; declared in forms/idnumber.h. */
#include "forms/idnumber.h"
#include "forms/text.h"

#include <string.h>

static bool
is_code_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

static bool
is_code(const char *s)
{
	for (; *s; s++)
		if (!is_code_character(*s))
			return false;
	return true;
}

/* 粤编办〔2020〕15号, 31440000MD0123456X, 东工法证字第190001号 … : letters, digits, and the signs such numbers are written with. */
static bool
written_number(const char *field, const char *s, struct err *e)
{
	size_t len, digit_n = 0;
	uint32_t cp;

	for (const char *p = s; (len = text_next(p, &cp)) > 0; p += len) {
		digit_n += cp >= '0' && cp <= '9';
		if (text_is_letter(cp) || (cp >= '0' && cp <= '9') || (cp < 0x80 && strchr("()[]-/.", (int)cp))
		    || cp == 0x3014 || cp == 0x3015 || cp == 0xB7)
			continue;
		return err_field(e, field, "the number has '%.*s', which no document number has: copy it from the document",
		    (int)len, p);
	}
	if (digit_n == 0 || text_chars(s) < 4)
		return err_field(e, field, "'%s' is no document number: copy it from the document", s);
	return true;
}

bool
id_document(const char *field, const char *kind, const char *s, struct err *e)
{
	if (strcmp(kind, "credit_code_cert") == 0)
		return id_credit_code(field, s, e);
	if (strcmp(kind, "org_code") == 0)
		return id_org_code(field, s, e);
	return written_number(field, s, e);
}

bool
id_tax_no(const char *field, const char *s, struct day today, struct err *e)
{
	size_t n = text_chars(s);
	struct err ignored;

	if (!is_code(s))
		return err_field(e, field, "a tax number is digits and capital letters only: copy it from the tax registration");
	if (n != 15 && n != 17 && n != 18 && n != 20)
		return err_field(e, field, "a tax number has 15, 17, 18 or 20 characters, not %zu: compare it with the tax"
		    " registration", n);
	/* an organisation's is its credit code, a person's the number of the identity card */
	if (n == 18 && !id_credit_code(field, s, &ignored) && !id_resident(field, s, today, &ignored))
		return err_field(e, field, "the check character of the tax number does not fit: compare all 18 characters with the"
		    " licence");
	return true;
}

bool
id_serial(const char *field, const char *s, struct err *e)
{
	if (!s[0] || !is_code(s))
		return err_field(e, field, "'%s' is no serial number: it has digits and letters only, as the client or the token"
		    " shows it", s);
	return true;
}

bool
id_words(const char *field, const char *s, struct err *e)
{
	size_t len, letters = 0;
	uint32_t cp;

	for (const char *p = s; (len = text_next(p, &cp)) > 0; p += len)
		letters += text_is_letter(cp);
	return letters >= 2 || err_field(e, field, "'%s' says too little: write it in words", s);
}
