#include "forms/json.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct json_in {
	json_t *root;
	size_t n;
	struct json_pair *pair;
};

static void
fill_pair(struct json_pair *p, const char *key, const json_t *v)
{
	p->key = key;
	p->kind = JSON_KIND_OTHER;
	switch (json_typeof(v)) {
	case JSON_STRING:
		p->kind = JSON_KIND_TEXT;
		p->text = json_string_value(v);
		p->len = json_string_length(v);
		break;
	case JSON_INTEGER:
		p->kind = JSON_KIND_NUMBER;
		p->number = json_integer_value(v);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		p->kind = JSON_KIND_BOOL;
		p->number = json_is_true(v);
		break;
	case JSON_NULL:
		p->kind = JSON_KIND_NULL;
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_REAL:
		break;
	}
}

bool
json_in_parse(const char *s, size_t n, struct json_in **out, struct err *e)
{
	struct json_in *j;
	json_error_t je;
	const char *key;
	json_t *v;

	if (n > JSON_IN_MAX)
		return err_refuse(e, "the file has %zu bytes, an application at most %d: is it the right file?", n, JSON_IN_MAX);
	j = calloc(1, sizeof *j);
	if (!j)
		return err_internal(e, "out of memory");
	/* NUL inside strings is let through here: the field's own check tells where it stands */
	j->root = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &je);
	if (!j->root) {
		err_refuse(e, "line %d, column %d: not valid JSON: %.200s", je.line, je.column, je.text);
		goto fail;
	}
	if (!json_is_object(j->root)) {
		err_refuse(e, "write one JSON object: { \"field\": value, … }");
		goto fail;
	}
	j->pair = calloc(json_object_size(j->root) + 1, sizeof *j->pair);
	if (!j->pair) {
		err_internal(e, "out of memory");
		goto fail;
	}
	json_object_foreach(j->root, key, v)
		fill_pair(&j->pair[j->n++], key, v);
	*out = j;
	return true;
fail:
	json_in_free(j);
	return false;
}

size_t
json_in_count(const struct json_in *j)
{
	return j->n;
}

const struct json_pair *
json_in_at(const struct json_in *j, size_t i)
{
	return &j->pair[i];
}

void
json_in_free(struct json_in *j)
{
	if (!j)
		return;
	json_decref(j->root);
	free(j->pair);
	free(j);
}

bool
json_read_file(const char *path, size_t max, char **buf, size_t *n, struct err *e)
{
	bool in = strcmp(path, "-") == 0;
	FILE *f = in ? stdin : fopen(path, "re");
	char *b = NULL;
	size_t got;
	bool bad;

	if (!f)
		return err_refuse(e, "cannot read %.200s: %s", path, strerror(errno));
	b = malloc(max + 2);
	if (!b) {
		if (!in)
			fclose(f);
		return err_internal(e, "out of memory");
	}
	got = fread(b, 1, max + 1, f);
	bad = ferror(f) != 0;
	if (!in)
		fclose(f);
	if (bad || got > max) {
		free(b);
		return bad ? err_refuse(e, "cannot read %.200s", path)
		    : err_refuse(e, "%.200s is larger than the %zu bytes that are taken: is it the right file?", path, max);
	}
	b[got] = '\0';
	*buf = b;
	*n = got;
	return true;
}

/* ---- writing ---- */

#define JSON_DEPTH 16
struct jout {
	json_t *open[JSON_DEPTH];
	int depth;
	json_t *done;
	bool failed;
};

struct jout *
jout_new(void)
{
	struct jout *j = calloc(1, sizeof *j);

	if (!j)
		abort();
	return j;
}

void
jout_free(struct jout *j)
{
	if (!j)
		return;
	while (j->depth > 0)
		json_decref(j->open[--j->depth]);
	json_decref(j->done);
	free(j);
}

/* Takes v. */
static void
put(struct jout *j, const char *key, json_t *v)
{
	json_t *in = j->depth > 0 ? j->open[j->depth - 1] : NULL;
	int rc = -1;

	if (!v) {
		j->failed = true;
		return;
	}
	if (!in) {
		j->done = v;
		return;
	}
	rc = json_is_array(in) ? json_array_append_new(in, v) : key ? json_object_set_new(in, key, v) : -1;
	j->failed = j->failed || rc != 0;
}

static void
open_value(struct jout *j, const char *key, json_t *v)
{
	if (!v || j->depth == JSON_DEPTH) {
		j->failed = true;
		json_decref(v);
		return;
	}
	put(j, key, json_incref(v));
	j->open[j->depth++] = v;
}

void
jout_object(struct jout *j, const char *key)
{
	open_value(j, key, json_object());
}

void
jout_array(struct jout *j, const char *key)
{
	open_value(j, key, json_array());
}

void
jout_end(struct jout *j)
{
	if (j->depth > 0)
		json_decref(j->open[--j->depth]);
}

void
jout_text(struct jout *j, const char *key, const char *s)
{
	put(j, key, s ? json_string(s) : json_null());
}

void
jout_int(struct jout *j, const char *key, int64_t v)
{
	put(j, key, json_integer(v));
}

void
jout_bool(struct jout *j, const char *key, bool v)
{
	put(j, key, json_boolean(v));
}

bool
jout_print(struct jout *j, FILE *f)
{
	if (j->failed || j->depth > 0 || !j->done)
		return false;
	return json_dumpf(j->done, f, JSON_INDENT(1) | JSON_ENCODE_ANY) == 0 && fputc('\n', f) != EOF && fflush(f) == 0;
}
