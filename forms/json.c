#include "forms/json.h"

#include "forms/text.h"
#include "forms/tr.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than any field id. A key is shown in messages, so it has to be clean. */
#define KEY_CHARS 100
#define DEPTH_MAX 16		/* of what we write */

struct json_in {
	json_t *root;		/* owns the texts */
	size_t n;
	struct json_pair pair[];
};

/* What jansson says, in words that tell how to mend it. */
static const struct complaint {
	enum json_error_code code;
	const char *text;
} complaints[] = {
	{ json_error_invalid_utf8, N_("a byte that is not UTF-8: save the file as UTF-8") },
	{ json_error_premature_end_of_input,
	    N_("the text ends too early: close every quote and brace, the last character is }") },
	{ json_error_end_of_input_expected, N_("more text behind the object: send one object only") },
	{ json_error_null_byte_in_key, N_("a key holds a NUL character: take \\u0000 out") },
	{ json_error_numeric_overflow,
	    N_("a number is too large: write whole numbers, long ones in quotes") },
	{ json_error_stack_overflow, N_("values are nested too deeply: send one flat object") },
};

static bool
complain(const json_error_t *je, struct err *e)
{
	static const char near[] = "duplicate object key near '\"";
	enum json_error_code code = json_error_code(je);
	size_t i, n;

	if (code == json_error_out_of_memory)
		return err_internal(e, "out of memory while reading JSON");
	if (code == json_error_duplicate_key) {
		/* jansson adds the key only when it is short; nothing but a plain field id is
		 * shown */
		n = strncmp(je->text, near, sizeof near - 1) ? 0
		    : strspn(je->text + sizeof near - 1, "abcdefghijklmnopqrstuvwxyz0123456789._");
		if (n > 0 && je->text[sizeof near - 1 + n] == '"')
			return err_refuse(e,
			    "line %d, column %d: the key \"%.*s\" stands twice: keep one of them",
			    je->line, je->column, (int)n, je->text + sizeof near - 1);
		return err_refuse(e, "line %d, column %d: a key stands twice: keep one of them",
		    je->line, je->column);
	}
	for (i = 0; i < sizeof complaints / sizeof *complaints; i++)
		if (complaints[i].code == code)
			return err_refuse(e,
			    "line %d, column %d: %s", je->line, je->column, tr(complaints[i].text));
	/* the words near the error are left out: they may be an identity number */
	return err_refuse(e,
	    "line %d, column %d: this is not JSON: check quotes, commas and braces just before it",
	    je->line, je->column);
}

static void
take_value(struct json_pair *p, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		p->kind = JSON_KIND_TEXT;
		p->text = json_string_value(v);
		p->len = json_string_length(v);
		return;
	case JSON_INTEGER:
		p->kind = JSON_KIND_NUMBER;
		p->number = json_integer_value(v);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		p->kind = JSON_KIND_BOOL;
		p->number = json_is_true(v);
		return;
	case JSON_NULL:
		p->kind = JSON_KIND_NULL;
		return;
	case JSON_REAL:
	case JSON_OBJECT:
	case JSON_ARRAY:
		p->kind = JSON_KIND_OTHER;
		return;
	}
}

static bool
take_pairs(struct json_in *j, struct err *e)
{
	char clean[TEXT_BYTES(KEY_CHARS)];
	const char *key;
	struct err why;
	json_t *value;

	json_object_foreach(j->root, key, value) {
		/* a key is printed in messages: control characters would reach the clerk's
		 * terminal */
		if (!text_clean("", key, strlen(key), KEY_CHARS, clean, sizeof clean, &why))
			return err_refuse(e, "key number %zu: %s", j->n + 1, why.text);
		j->pair[j->n].key = key;
		take_value(&j->pair[j->n++], value);
	}
	return true;
}

bool
json_in_parse(const char *s, size_t n, struct json_in **out, struct err *e)
{
	struct json_in *j = NULL;
	json_t *root = NULL;
	json_error_t je;
	bool ok = false;

	if (n > JSON_IN_MAX)
		return err_refuse(e,
		    "at most %d bytes of JSON, not %zu: send one application at a time",
		    JSON_IN_MAX, n);
	/* editors put it there; RFC 8259, 8.1 lets us pass it over */
	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	root = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &je);
	if (!root)
		return complain(&je, e);
	if (!json_is_object(root)) {
		err_refuse(e,
		    "line 1, column 1: the text is not an object: write {\"field\": value, ...}");
		goto out;
	}
	j = calloc(1, sizeof *j + json_object_size(root) * sizeof *j->pair);
	if (!j) {
		err_internal(e, "out of memory while reading JSON");
		goto out;
	}
	j->root = root;
	root = NULL;
	if (!take_pairs(j, e))
		goto out;
	*out = j;
	j = NULL;
	ok = true;
out:
	json_decref(root);
	json_in_free(j);
	return ok;
}

size_t
json_in_count(const struct json_in *j)
{
	return j->n;
}

const struct json_pair *
json_in_at(const struct json_in *j, size_t i)
{
	return i < j->n ? &j->pair[i] : NULL;
}

void
json_in_free(struct json_in *j)
{
	if (!j)
		return;
	json_decref(j->root);
	free(j);
}

/* Reads to the end or to one byte more than max, into a buffer that grows. */
static bool
read_all(FILE *f, const char *name, size_t max, char **buf, size_t *n, struct err *e)
{
	size_t size = 0, got = 0;
	char *b = NULL, *more;

	do {
		if (size - got < 2) {
			size = size ? size * 2 : 8192;
			if (size > max + 2)
				size = max + 2;
			more = realloc(b, size);
			if (!more) {
				free(b);
				return err_internal(e, "out of memory while reading %s", name);
			}
			b = more;
		}
		got += fread(b + got, 1, size - 1 - got, f);
	} while (got <= max && !feof(f) && !ferror(f));
	if (ferror(f) || got > max) {
		free(b);
		return ferror(f) ? err_refuse(e, "%s cannot be read: %s", name, strerror(errno))
		    : err_refuse(e, "%s is longer than %zu bytes: split it", name, max);
	}
	b[got] = '\0';
	*buf = b;
	*n = got;
	return true;
}

bool
json_read_file(const char *path, size_t max, char **buf, size_t *n, struct err *e)
{
	struct stat st;
	FILE *f;
	bool ok;

	assert(max < SIZE_MAX - 2);
	if (strcmp(path, "-") == 0)
		return read_all(stdin, tr("the standard input"), max, buf, n, e);
	f = fopen(path, "re");
	if (!f)
		return err_refuse(e, "%s cannot be opened: %s", path, strerror(errno));
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
		ok = err_refuse(e, "%s is a folder: name a file", path);
	else
		ok = read_all(f, path, max, buf, n, e);
	fclose(f);
	return ok;
}

struct json {
	json_t *open[DEPTH_MAX];	/* the innermost is last; borrowed from root */
	int depth;
	json_t *root;
	bool failed;
};

struct json *
json_new(void)
{
	return calloc(1, sizeof(struct json));
}

void
json_free(struct json *j)
{
	if (!j)
		return;
	json_decref(j->root);
	free(j);
}

/* Puts v (which may be NULL: out of memory) where the writer stands. */
static void
put(struct json *j, const char *key, json_t *v)
{
	json_t *in;

	if (!j || !v || j->failed) {
		if (j)
			j->failed = true;
		json_decref(v);
		return;
	}
	if (j->depth == 0) {
		assert(!j->root && !key);
		j->root = v;
		return;
	}
	in = j->open[j->depth - 1];
	assert(json_is_object(in) == (key != NULL));
	if (key ? json_object_set_new(in, key, v) : json_array_append_new(in, v))
		j->failed = true;
}

static void
open_value(struct json *j, const char *key, json_t *v)
{
	json_incref(v);		/* ours while it is put; put gives one away */
	put(j, key, v);
	if (j) {
		assert(j->depth < DEPTH_MAX);
		j->open[j->depth++] = v;
	}
	json_decref(v);
}

void
json_open_object(struct json *j, const char *key)
{
	open_value(j, key, json_object());
}

void
json_open_array(struct json *j, const char *key)
{
	open_value(j, key, json_array());
}

void
json_end(struct json *j)
{
	if (!j)
		return;
	assert(j->depth > 0);
	j->depth--;
}

/* s with every byte that is not UTF-8 replaced, so that a log line from elsewhere cannot spoil
 * the answer. */
static json_t *
repaired(const char *s)
{
	size_t len, n = 0;
	char *copy = malloc(3 * strlen(s) + 1);
	uint32_t cp;
	json_t *v;

	if (!copy)
		return NULL;
	for (; *s; s += len ? len : 1) {
		len = text_next(s, &cp);
		memcpy(copy + n, len ? s : "\xEF\xBF\xBD", len ? len : 3);
		n += len ? len : 3;
	}
	v = json_stringn(copy, n);
	free(copy);
	return v;
}

void
json_text(struct json *j, const char *key, const char *s)
{
	json_t *v = s ? json_string(s) : json_null();

	put(j, key, v || !s ? v : repaired(s));
}

void
json_int(struct json *j, const char *key, int64_t v)
{
	put(j, key, json_integer(v));
}

void
json_bool(struct json *j, const char *key, bool v)
{
	put(j, key, json_boolean(v));
}

bool
json_print(struct json *j, FILE *f)
{
	bool terminal = isatty(fileno(f)) == 1;
	size_t flags;

	if (!j || j->failed || !j->root)
		return false;
	assert(j->depth == 0);
	flags = JSON_ENCODE_ANY | (terminal ? JSON_INDENT(2) : JSON_COMPACT);
	return json_dumpf(j->root, f, flags) == 0 && fputc('\n', f) != EOF && fflush(f) == 0;
}
