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

struct json;			/* a writer; an error (out of memory) sticks until json_print tells it */
struct json *json_new(void);
void json_free(struct json *j);
/* Each opens; key NULL inside arrays and at the top. (jansson owns the shorter names json_object and json_array.) */
void json_open_object(struct json *j, const char *key);
void json_open_array(struct json *j, const char *key);
void json_end(struct json *j);				/* closes the innermost */
void json_text(struct json *j, const char *key, const char *s);	/* NULL writes null; broken bytes become U+FFFD */
void json_int(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
/* Prints the finished value and a newline, indented on a terminal, else compact; false when the stream or the writer failed. */
bool json_print(struct json *j, FILE *f) MUST_USE;

#endif
