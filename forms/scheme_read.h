/*
 * For forms/scheme*.c only: reading one scheme file. Every reader notes what is wrong with its line and goes on, so that one run
 * tells everything. What a scheme points to lives in the parsed file or in blocks that the store owns.
 */
#ifndef FORMS_SCHEME_READ_H
#define FORMS_SCHEME_READ_H

#include "forms/config.h"
#include "forms/scheme.h"

struct scheme_store;
struct reader {
	struct scheme *s;
	struct config *c;
	struct scheme_store *store;
	struct err_list *problems;
};

/* Makes path texts: AT(buffer, format, …) is the buffer. */
#define AT(buf, ...) (snprintf(buf, sizeof buf, __VA_ARGS__), buf)

struct scheme_store *rd_store(struct config *c);
void rd_store_free(struct scheme_store *store);
/* Zeroed memory of the store. */
void *rd_block(struct reader *r, size_t n, size_t size);
void rd_bad(struct reader *r, const char *path, const char *fmt, ...) PRINTF(3, 4);
const char *rd_text(struct reader *r, const char *path, bool required);
int64_t rd_number(struct reader *r, const char *path, bool required, int64_t dflt, int64_t low, int64_t high);
bool rd_yes(struct reader *r, const char *path, bool dflt);
void rd_day(struct reader *r, const char *path, struct day *out);
/* A list of stored names as bits. */
unsigned rd_bits(struct reader *r, const char *path, const struct name *names, bool required);
/* A list of field ids; "a|b" stands for one of them. */
const char *const *rd_fields(struct reader *r, const char *path, size_t *n);
/* Members of a list, 0 when it is not there. */
int rd_count(struct reader *r, const char *path);

/* ---- sections, forms/scheme_parts.c ---- */
void rd_fees(struct reader *r);
void rd_ways(struct reader *r);
void rd_packages(struct reader *r);
void rd_materials(struct reader *r);
void rd_asks(struct reader *r);
void rd_cas(struct reader *r);
void rd_texts(struct reader *r);

#endif
