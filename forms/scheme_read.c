#include "forms/scheme_read.h"

#include "forms/tr.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	alignas(max_align_t) unsigned char at[];
};
struct scheme_store {
	struct config *c;
	struct block *blocks;
};

struct scheme_store *
rd_store(struct config *c)
{
	struct scheme_store *store = calloc(1, sizeof *store);

	if (!store)
		abort();	/* a file of at most 1 MiB asks for little memory */
	store->c = c;
	return store;
}

void
rd_store_free(struct scheme_store *store)
{
	for (struct block *b = store->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	config_free(store->c);
	free(store);
}

void *
rd_block(struct reader *r, size_t n, size_t size)
{
	struct block *b = calloc(1, sizeof *b + n * size);

	if (!b)
		abort();
	b->next = r->store->blocks;
	r->store->blocks = b;
	return b->at;
}

static void
note(struct reader *r, const struct err *e)
{
	err_list_take(r->problems, e, "");
}

void
rd_bad(struct reader *r, const char *path, const char *fmt, ...)
{
	char text[300];
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, tr(fmt), ap);
	va_end(ap);
	if (!config_error(r->c, path, &e, "%s", text))
		note(r, &e);
}

/* Readers that note a problem and go on, so that one run tells everything. */
const char *
rd_text(struct reader *r, const char *path, bool required)
{
	const char *out = NULL;
	struct err e;

	if (!(required ? config_text(r->c, path, &out, &e) : config_text_or(r->c, path, NULL, &out, &e)))
		note(r, &e);
	return out;
}

int64_t
rd_number(struct reader *r, const char *path, bool required, int64_t dflt, int64_t low, int64_t high)
{
	int64_t v = dflt;
	struct err e;

	if (!(required ? config_int(r->c, path, &v, &e) : config_int_or(r->c, path, dflt, &v, &e))) {
		note(r, &e);
		return dflt;
	}
	if (v < low || v > high)
		rd_bad(r, path, "has to be from %lld to %lld, not %lld", (long long)low, (long long)high, (long long)v);
	return v;
}

bool
rd_yes(struct reader *r, const char *path, bool dflt)
{
	bool v = dflt;
	struct err e;

	if (!config_bool_or(r->c, path, dflt, &v, &e))
		note(r, &e);
	return v;
}

void
rd_day(struct reader *r, const char *path, struct day *out)
{
	const char *s = rd_text(r, path, true);
	struct err e;

	if (s && !day_parse("", s, out, &e))
		rd_bad(r, path, "%s", e.text);
}

/* A list of stored names as bits. */
unsigned
rd_bits(struct reader *r, const char *path, const struct name *names, bool required)
{
	char sub[256];
	unsigned out = 0;
	int n = config_count(r->c, path);

	if (n <= 0 && required)
		rd_bad(r, path, n == 0 ? N_("is empty: name at least one") : N_("is missing: add the list"));
	for (int i = 0; i < n; i++) {
		const char *s = rd_text(r, AT(sub, "%s.[%d]", path, i), true);
		int k = s ? name_index(names, s) : -1;

		if (s && k < 0)
			rd_bad(r, sub, "'%s' is not one of the stored names", s);
		else if (s)
			out |= 1u << k;
	}
	return out;
}

static bool
field_ids_good(const char *ids)
{
	char list[160], *save, *id;
	int user;

	snprintf(list, sizeof list, "%s", ids);
	for (id = strtok_r(list, "|", &save); id; id = strtok_r(NULL, "|", &save))
		if (!field_find(id, &user) && strcmp(id, "user") != 0)
			return false;
	return true;
}

const char *const *
rd_fields(struct reader *r, const char *path, size_t *n)
{
	char sub[256];
	int count = config_count(r->c, path);
	const char **out = rd_block(r, (size_t)(count > 0 ? count : 0), sizeof *out);

	*n = 0;
	for (int i = 0; i < count; i++) {
		const char *s = rd_text(r, AT(sub, "%s.[%d]", path, i), true);

		if (s && !field_ids_good(s))
			rd_bad(r, sub, "there is no field '%s': `ra fields` lists them", s);
		else if (s)
			out[(*n)++] = s;
	}
	return out;
}

int
rd_count(struct reader *r, const char *path)
{
	int n = config_count(r->c, path);

	return n > 0 ? n : 0;
}
