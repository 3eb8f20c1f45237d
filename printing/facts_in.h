/* How a fact is written; for facts.c and facts_lists.c only. */
#ifndef PRINTING_FACTS_IN_H
#define PRINTING_FACTS_IN_H

#include "printing/facts.h"
#include "printing/paper.h"

#include <stdio.h>

struct fact {
	const char *id;
	enum page_list list;
	void (*text)(const struct facts *f, int i, char *out, size_t n);
};

/* Money, materials, what was made, users, changes: all that has lists; an empty id ends it. */
extern const struct fact facts_of_lists[];

#define FACT(name) static void fact_##name(const struct facts *f, int i, char *out, size_t n)
#define COPY(value) do { (void)i; snprintf(out, n, "%s", value); } while (0)

/* A field of the record by its id, in Chinese; empty when it is not filled. */
void facts_field(const struct record *r, const char *id, char *out, size_t outsz);
/* A time on paper, and with its minute; empty for 0. */
void facts_date(int64_t at, char *out, size_t n);
void facts_minute(int64_t at, char *out, size_t n);

#endif
