/*
 * Text: UTF-8, always NFC (never NFKC: names keep what the licence says). Limits count characters
 * (code points), not bytes. Nothing here allocates except where it says so.
 */
#ifndef FORMS_TEXT_H
#define FORMS_TEXT_H

#include "forms/err.h"
#include <stdint.h>

#define TEXT_BYTES(chars) ((chars) * 4 + 1)	/* room for `chars` characters and the NUL */

/* Copies in[0..n) to out (size outsz), NFC, outer white space trimmed. Refuses broken UTF-8, NUL, control
 * characters, noncharacters, surrogates, private use, bidi controls, other invisible characters, U+FFFD, and more
 * than `max` characters (max <= 2000). field names it. */
bool text_clean(const char *field, const char *in, size_t n, size_t max, char *out, size_t outsz, struct err *e) MUST_USE;
/* What text_clean lets stand inside a text. */
bool text_may_stand(uint32_t cp);
size_t text_chars(const char *s);				/* code points of valid UTF-8 */
/* Decodes one code point, returns its bytes (1..4), 0 at the end or on broken UTF-8. */
size_t text_next(const char *s, uint32_t *cp);
/* Full-width digits, letters, punctuation and the ideographic space to ASCII, in place (NARROW fields only). */
void text_narrow(char *s);
void text_upper(char *s);					/* ASCII letters, in place */
/* For comparing payer and organisation names: full-width to half-width, brackets alike, no spaces, lower case. out: size outsz. */
void text_fold(const char *s, char *out, size_t outsz);
/* "11010519491231002X" -> "110105********002X": keeps `head` and `tail` characters, stars between; all stars when too short. */
void text_mask(const char *s, size_t head, size_t tail, char *out, size_t outsz);
/* Columns on a terminal: wide CJK 2, combining 0, else 1. */
int text_columns(const char *s);
int text_cp_columns(uint32_t cp);					/* of one code point */
/* Writes a code point as UTF-8, returns its bytes (1..4). */
size_t text_put(uint32_t cp, char out[4]);
/* A typed mark joins the letters before it: NFC of s in place (size bytes); false leaves s alone (it would not fit, or is broken). */
bool text_compose(char *s, size_t size);
bool text_is_letter(uint32_t cp);				/* letter or mark of any script, Han as young as it may be, 〇 */
bool text_is_digits(const char *s);				/* at least one, ASCII only */
/* Lower-case hex without separators, out needs 2n+1; text_unhex takes both cases, returns bytes or -1. */
void text_hex(const void *p, size_t n, char *out);
int text_unhex(const char *s, void *out, size_t max);

#endif
