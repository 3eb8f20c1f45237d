#include "forms/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

size_t
text_next(const char *s, uint32_t *cp)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	*cp = 0;
	if (!s[0])
		return 0;
	n = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, &c);
	if (n <= 0)
		return 0;
	*cp = (uint32_t)c;
	return (size_t)n;
}

size_t
text_chars(const char *s)
{
	uint32_t c;
	size_t n = 0, k;

	for (; (k = text_next(s, &c)) > 0; s += k)
		n++;
	return n;
}

/* ---- what a field may hold ---- */

static const char *
refused(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
		return "a control character";
	if ((c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE)
		return "a code that is no character";
	if ((c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000)
		return "a private character that others cannot read";
	if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C)
		return "an invisible direction mark";
	if (c == 0xFEFF || c == 0x200B || c == 0x2060 || c == 0x00AD)
		return "an invisible character";
	return NULL;
}

static bool
blank(uint32_t c)
{
	return c == ' ' || c == 0x3000 || c == 0xA0 || c == '\t';
}

/* Checks every code point; *from and *to are the bounds without white space around. */
static bool
scan(const char *field, const char *in, size_t n, size_t *from, size_t *to, struct err *e)
{
	size_t i = 0;
	bool text = false;

	*from = *to = 0;
	while (i < n) {
		utf8proc_int32_t c;
		utf8proc_ssize_t k = utf8proc_iterate((const utf8proc_uint8_t *)in + i, (utf8proc_ssize_t)(n - i), &c);
		const char *why;

		if (k <= 0)
			return err_field(e, field, "the text is not valid UTF-8 at byte %zu: type it again", i + 1);
		why = blank((uint32_t)c) ? NULL : refused((uint32_t)c);
		if (why)
			return err_field(e, field, "the text holds %s (U+%04X): remove it", why, (unsigned)c);
		if (!blank((uint32_t)c)) {
			*from = text ? *from : i;
			*to = i + (size_t)k;
			text = true;
		} else if (c == '\t' && text && i + 1 < n && *to < i) {
			return err_field(e, field, "the text holds a tabulator: use a blank");
		}
		i += (size_t)k;
	}
	return true;
}

bool
text_clean(const char *field, const char *in, size_t n, size_t max, char *out, size_t outsz, struct err *e)
{
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t len;
	size_t from, to, chars;

	if (n > 4 * 1024 * 1024)
		return err_field(e, field, "the text is far too long");
	if (!scan(field, in, n, &from, &to, e))
		return false;
	if (memchr(in + from, '\t', to - from))
		return err_field(e, field, "the text holds a tabulator: use a blank");
	len = utf8proc_map((const utf8proc_uint8_t *)in + from, (utf8proc_ssize_t)(to - from), &nfc,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0)
		return err_internal(e, "the text could not be normalised: %s", utf8proc_errmsg(len));
	chars = text_chars((const char *)nfc);
	if (chars > max || (size_t)len >= outsz) {
		free(nfc);
		return err_field(e, field, "at most %zu characters, this has %zu: shorten it", max, chars);
	}
	memset(out, 0, outsz);		/* equal texts are equal bytes, whatever stood there before */
	memcpy(out, nfc, (size_t)len);
	free(nfc);
	return true;
}

/* ---- forms of a text ---- */

static uint32_t
narrow(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFEE0;
	if (c == 0x3000 || c == 0xA0)
		return ' ';
	if (c == 0x3002)
		return '.';
	if (c >= 0x2010 && c <= 0x2015)
		return '-';
	return c;
}

void
text_narrow(char *s)
{
	char *out = s;
	uint32_t c;
	size_t k;

	for (; (k = text_next(s, &c)) > 0; s += k) {
		uint32_t n = narrow(c);

		if (n < 0x80) {
			*out++ = (char)n;
		} else {
			memmove(out, s, k);
			out += k;
		}
	}
	memset(out, 0, (size_t)(s - out) + 1);
}

void
text_upper(char *s)
{
	for (; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
}

void
text_fold(const char *s, char *out, size_t outsz)
{
	uint32_t c;
	size_t k, n = 0;

	for (; (k = text_next(s, &c)) > 0; s += k) {
		utf8proc_uint8_t b[4];
		utf8proc_ssize_t len;

		c = narrow(c);
		if (c == ' ' || c == 0x2002 || c == 0x2003 || c == 0x2009)
			continue;
		if (c == 0x3014 || c == 0x3010 || c == '[' || c == '{' || c == 0xFE59)
			c = '(';
		if (c == 0x3015 || c == 0x3011 || c == ']' || c == '}' || c == 0xFE5A)
			c = ')';
		if (c == 0x2022 || c == 0x30FB || c == 0x2027)
			c = 0xB7;
		len = utf8proc_encode_char(utf8proc_tolower((utf8proc_int32_t)c), b);
		if (n + (size_t)len >= outsz)
			break;
		memcpy(out + n, b, (size_t)len);
		n += (size_t)len;
	}
	out[n] = '\0';
}

void
text_mask(const char *s, size_t head, size_t tail, char *out, size_t outsz)
{
	size_t chars = text_chars(s), n = 0, i = 0, k;
	bool all = chars < head + tail + 4;
	uint32_t c;

	for (; (k = text_next(s, &c)) > 0; s += k, i++) {
		bool show = !all && (i < head || i >= chars - tail);

		if (n + (show ? k : 1) >= outsz)
			break;
		if (show) {
			memcpy(out + n, s, k);
			n += k;
		} else {
			out[n++] = '*';
		}
	}
	out[n] = '\0';
}

int
text_columns(const char *s)
{
	uint32_t c;
	size_t k;
	int n = 0;

	for (; (k = text_next(s, &c)) > 0; s += k)
		n += utf8proc_charwidth((utf8proc_int32_t)c);
	return n;
}

bool
text_is_digits(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789") == strlen(s);
}

void
text_hex(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[b[i] >> 4];
		out[2 * i + 1] = digits[b[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
text_unhex(const char *s, void *out, size_t max)
{
	unsigned char *b = out;
	size_t n = strlen(s);

	if (n % 2 != 0 || n / 2 > max)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		int h = hex_digit(s[2 * i]), l = hex_digit(s[2 * i + 1]);

		if (h < 0 || l < 0)
			return -1;
		b[i] = (unsigned char)(h << 4 | l);
	}
	return (int)(n / 2);
}
