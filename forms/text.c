#include "forms/text.h"
#include "forms/tr.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <utf8proc.h>

/* Longest limit that text_clean takes. A composed character comes from at most 4 canonical ones
 * (U+1F82), so what decomposes to more than 4 × max cannot get under the limit any more. */
#define CLEAN_MAX 2000

/* What may not stand in a text, in ascending order. */
static const struct refused {
	uint32_t low, high;
	const char *what;	/* "… may not stand here" */
} refused[] = {
	{ 0x0000,   0x0000,   N_("a NUL character") },
	{ 0x0001,   0x001F,   N_("a control character") },
	{ 0x007F,   0x009F,   N_("a control character") },
	{ 0x00AD,   0x00AD,   N_("an invisible character") },
	{ 0x061C,   0x061C,   N_("a character that turns the writing direction") },
	{ 0x200B,   0x200B,   N_("an invisible character") },
	{ 0x200E,   0x200F,   N_("a character that turns the writing direction") },
	{ 0x2028,   0x2029,   N_("a line separator") },
	{ 0x202A,   0x202E,   N_("a character that turns the writing direction") },
	{ 0x2060,   0x2064,   N_("an invisible character") },
	{ 0x2066,   0x2069,   N_("a character that turns the writing direction") },
	{ 0xD800,   0xDFFF,   N_("half of a surrogate pair") },
	{ 0xE000,   0xF8FF,   N_("a private-use character, which other computers show differently,") },
	{ 0xFDD0,   0xFDEF,   N_("a code point that is no character") },
	{ 0xFEFF,   0xFEFF,   N_("an invisible character") },
	{ 0xFFF9,   0xFFFB,   N_("an invisible character") },
	{ 0xFFFD,   0xFFFD,   N_("the mark of a character that was lost on the way") },
	{ 0xE0001,  0xE007F,  N_("an invisible character") },
	{ 0xF0000,  0x10FFFF, N_("a private-use character, which other computers show differently,") },
};

/* Decodes at most n bytes; 0 on broken UTF-8 (RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF). */
static size_t
decode(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len, i;
	uint32_t c;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	len = p[0] >= 0xC2 && p[0] <= 0xDF ? 2
	    : (p[0] & 0xF0) == 0xE0 ? 3
	    : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
	if (len == 0 || len > n)
		return 0;
	c = p[0] & (0x7Fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3F);
	}
	if ((len == 3 && (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF)))
	    || (len == 4 && (c < 0x10000 || c > 0x10FFFF)))
		return 0;
	*cp = c;
	return len;
}

/* Writes a valid code point, returns its bytes. */
static size_t
encode(uint32_t cp, char out[4])
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
}

size_t
text_next(const char *s, uint32_t *cp)
{
	/* strnlen: a NUL inside a sequence is no continuation byte, so nothing behind it is
	 * looked at */
	return *s ? decode(s, strnlen(s, 4), cp) : 0;
}

/* White space that is trimmed at both ends, wherever it came from. */
static bool
is_blank(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85 || cp == 0xA0 || cp == 0x1680
	    || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F
	    || cp == 0x205F || cp == 0x3000;
}

/* The reason why cp is refused, as shown, NULL when it may stand. */
static const char *
refusal(uint32_t cp)
{
	size_t i;

	if ((cp & 0xFFFE) == 0xFFFE)	/* the last two of every plane */
		return tr(N_("a code point that is no character"));
	for (i = 0; i < sizeof refused / sizeof *refused; i++)
		if (cp >= refused[i].low && cp <= refused[i].high)
			return tr(refused[i].what);
	return NULL;
}

bool
text_may_stand(uint32_t cp)
{
	return refusal(cp) == NULL;
}

/* Narrows in[0..n) to its part without outer white space. Stops at broken bytes, which are told
 * later. */
static const char *
trim(const char *in, size_t *n)
{
	size_t from = 0, to, len, at;
	uint32_t cp = 0;

	while ((len = decode(in + from, *n - from, &cp)) > 0 && is_blank(cp))
		from += len;
	to = at = from;
	while (at < *n) {
		len = decode(in + at, *n - at, &cp);
		at += len ? len : 1;
		if (len == 0 || !is_blank(cp))
			to = at;
	}
	*n = to - from;
	return in + from;
}

/* Every character by itself; counts them. */
static bool
check_characters(const char *field, const char *in, size_t n, size_t *count, struct err *e)
{
	size_t at, len, chars = 0;
	const char *why;
	uint32_t cp = 0;

	for (at = 0; at < n; at += len) {
		chars++;
		len = decode(in + at, n - at, &cp);
		if (len == 0)
			return err_field(e, field,
			    "character %zu is broken (byte 0x%02X is not UTF-8 here): send the text as UTF-8",
			    chars, (unsigned)(unsigned char)in[at]);
		why = refusal(cp);
		if (why)
			return err_field(e, field,
			    "character %zu is U+%04X, %s and may not stand here: take it out or type the text again",
			    chars, (unsigned)cp, why);
	}
	*count = chars;
	return true;
}

static bool
too_long(const char *field, size_t max, size_t chars, struct err *e)
{
	return err_field(e, field, "at most %zu characters, not %zu: shorten the text", max, chars);
}

bool
text_clean(const char *field, const char *in, size_t n, size_t max, char *out, size_t outsz,
    struct err *e)
{
	utf8proc_int32_t wide[4 * CLEAN_MAX + 1];	/* reencode wants room for its NUL */
	utf8proc_ssize_t len;
	size_t chars = 0, room;

	assert(max <= CLEAN_MAX && outsz > 0);
	in = trim(in, &n);
	if (!check_characters(field, in, n, &chars, e))
		return false;
	if (chars > 4 * max)
		return too_long(field, max, chars, e);
	room = 4 * max;
	len = utf8proc_decompose((const utf8proc_uint8_t *)in, (utf8proc_ssize_t)n, wide,
	    (utf8proc_ssize_t)room, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0)
		return err_field(e, field, "the text cannot be normalised (%s): type it again",
		    utf8proc_errmsg(len));
	if ((size_t)len > room)
		return too_long(field, max, chars, e);
	len = utf8proc_normalize_utf32(wide, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0 || (size_t)len > max)
		return too_long(field, max, len < 0 ? chars : (size_t)len, e);
	len = utf8proc_reencode(wide, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0 || (size_t)len >= outsz)
		return err_field(e, field, "at most %zu bytes: shorten the text", outsz - 1);
	memcpy(out, wide, (size_t)len);
	out[len] = '\0';
	return true;
}

size_t
text_chars(const char *s)
{
	size_t n = 0, len;
	uint32_t cp;

	for (; (len = text_next(s, &cp)) > 0; s += len)
		n++;
	return n;
}

/* One typed character as ASCII has it, or itself. */
static uint32_t
narrow(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		return cp - 0xFF01 + 0x21;
	if (cp == 0x3000)
		return ' ';
	if (cp == 0x3002)	/* the full stop of an input method left on: a@b。com */
		return '.';
	if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
		return '-';
	return cp;
}

void
text_narrow(char *s)
{
	const char *in = s;
	size_t len;
	uint32_t cp;

	/* never longer than before, so reading stays ahead of writing */
	for (; (len = text_next(in, &cp)) > 0; in += len)
		s += encode(narrow(cp), s);
	*s = '\0';
}

void
text_upper(char *s)
{
	for (; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
}

/* Brackets and middle dots that banks and licences write for one another. */
static uint32_t
alike(uint32_t cp)
{
	static const struct {
		uint32_t as;
		uint32_t of[9];		/* ended by 0 */
	} same[] = {
		{ '(', { '[', '{', 0x3010, 0x3014, 0x3016, 0x300C, 0x300E, 0xFE59 } },
		{ ')', { ']', '}', 0x3011, 0x3015, 0x3017, 0x300D, 0x300F, 0xFE5A } },
		{ 0xB7, { 0x2022, 0x2027, 0x2219, 0x22C5, 0x2E31, 0x30FB, 0xFF65 } },
	};
	size_t i, k;

	for (i = 0; i < sizeof same / sizeof *same; i++)
		for (k = 0; same[i].of[k]; k++)
			if (same[i].of[k] == cp)
				return same[i].as;
	return cp;
}

void
text_fold(const char *s, char *out, size_t outsz)
{
	size_t len, wrote, n = 0;
	char one[4];
	uint32_t cp;

	assert(outsz > 0);
	for (; (len = text_next(s, &cp)) > 0; s += len) {
		if (is_blank(cp))
			continue;
		cp = alike(narrow(cp));
		wrote = encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)cp), one);
		if (n + wrote >= outsz)
			break;
		memcpy(out + n, one, wrote);
		n += wrote;
	}
	out[n] = '\0';
}

void
text_mask(const char *s, size_t head, size_t tail, char *out, size_t outsz)
{
	size_t chars = text_chars(s), i, len, n = 0;
	bool shown, any = chars > head && chars - head > tail;	/* too short: nothing is shown */
	uint32_t cp;

	assert(outsz > 0);
	for (i = 0; (len = text_next(s, &cp)) > 0; s += len, i++) {
		shown = any && (i < head || i >= chars - tail);
		if (n + (shown ? len : 1) >= outsz)
			break;
		if (shown)
			memcpy(out + n, s, len);
		else
			out[n] = '*';
		n += shown ? len : 1;
	}
	out[n] = '\0';
}

/* Han characters by block, so that those younger than the Unicode of utf8proc count too (GB
 * 18030-2022, level 3). */
static bool
is_han(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x4DBF) || (cp >= 0x4E00 && cp <= 0x9FFF)
	    || (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x3FFFD);
}

int
text_cp_columns(uint32_t cp)
{
	return is_han(cp) ? 2 : utf8proc_charwidth((utf8proc_int32_t)cp);
}

int
text_columns(const char *s)
{
	int n = 0;
	size_t len;
	uint32_t cp;

	for (; (len = text_next(s, &cp)) > 0; s += len)
		n += text_cp_columns(cp);
	return n;
}

size_t
text_put(uint32_t cp, char out[4])
{
	return encode(cp, out);
}

bool
text_compose(char *s, size_t size)
{
	utf8proc_int32_t wide[64];
	utf8proc_ssize_t len;

	len = utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)strlen(s), wide, 63,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0 || len > 63)
		return false;
	len = utf8proc_reencode(wide, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0 || (size_t)len >= size)
		return false;
	memcpy(s, wide, (size_t)len);
	s[len] = '\0';
	return true;
}

bool
text_is_letter(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);

	/* joiners belong to the letters around them */
	return is_han(cp) || cp == 0x3007 || cp == 0x200C || cp == 0x200D
	    || (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_ME);
}

bool
text_is_digits(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

void
text_hex(const void *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *b = p;
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digit[b[i] >> 4];
		out[2 * i + 1] = digit[b[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
text_unhex(const char *s, void *out, size_t max)
{
	size_t i, n = strlen(s);

	if (n % 2 || n / 2 > max || n / 2 > INT32_MAX || s[strspn(s, "0123456789abcdefABCDEF")])
		return -1;
	for (i = 0; i < n / 2; i++)
		((unsigned char *)out)[i] =
		    (unsigned char)(nibble(s[2 * i]) << 4 | nibble(s[2 * i + 1]));
	return (int)(n / 2);
}
