/*
 * JSON in and out (jansson inside, nowhere else). Intake takes one flat object of at most JSON_IN_MAX bytes;
 * a writer builds one value in memory and prints it compact or indented.
 */
#ifndef FORMS_JSON_H
#define FORMS_JSON_H

#include "forms/err.h"
#include <stdint.h>
#include <stdio.h>

#define JSON_IN_MAX (256 * 1024)	/* bytes of one application */

enum json_kind { JSON_KIND_TEXT, JSON_KIND_NUMBER, JSON_KIND_BOOL, JSON_KIND_NULL, JSON_KIND_OTHER };
struct json_pair {
	const char *key;	/* valid UTF-8 */
	enum json_kind kind;
	const char *text;	/* TEXT: the bytes, may hold NUL inside */
	size_t len;		/* TEXT: bytes */
	int64_t number;		/* NUMBER: integers only, others are OTHER; BOOL: 0 or 1 */
};
struct json_in;			/* a parsed flat object; pairs live until json_in_free */

/* Parses one flat object. Refuses more than JSON_IN_MAX bytes, broken UTF-8, duplicate keys, trailing data, other top values,
 * naming line and column. */
bool json_in_parse(const char *s, size_t n, struct json_in **out, struct err *e) MUST_USE;
size_t json_in_count(const struct json_in *j);
const struct json_pair *json_in_at(const struct json_in *j, size_t i);
void json_in_free(struct json_in *j);
/* Reads a whole file ("-" = stdin) of at most max bytes into malloc'ed *buf (NUL-terminated); free with free(). */
bool json_read_file(const char *path, size_t max, char **buf, size_t *n, struct err *e) MUST_USE;

struct jout;			/* a writer; errors (out of memory) abort at the end */
struct jout *jout_new(void);
void jout_free(struct jout *j);
void jout_object(struct jout *j, const char *key);	/* opens; key NULL inside arrays and at the top */
void jout_array(struct jout *j, const char *key);
void jout_end(struct jout *j);				/* closes the innermost */
void jout_text(struct jout *j, const char *key, const char *s);	/* NULL writes null */
void jout_int(struct jout *j, const char *key, int64_t v);
void jout_bool(struct jout *j, const char *key, bool v);
/* Prints the finished value and a newline; false when the stream failed. */
bool jout_print(struct jout *j, FILE *f) MUST_USE;

#endif
