/* Facts of made-up applications for tests and figures of the print room: short, rare, longest and empty ones. */
#ifndef TESTS_SPECIMEN_H
#define TESTS_SPECIMEN_H

#include "printing/papers.h"

enum specimen_kind { SPECIMEN_SHORT, SPECIMEN_RARE, SPECIMEN_LONG, SPECIMEN_EMPTY, SPECIMEN_KIND_N };
struct specimen {
	struct scheme *scheme;		/* Dongguan's */
	struct record record, before;
	struct facts facts;
};

/* Malloc'ed, its service by stored name; aborts with words. LONG: every text of the record at its limit. */
struct specimen *specimen_new(enum specimen_kind kind, const char *service);
void specimen_free(struct specimen *s);
/* The press; aborts with words. Ends with press_close. */
struct press *specimen_press(void);
/* A paper as a PDF, which is to be freed; aborts with words. */
unsigned char *specimen_set(struct press *press, enum paper paper, const struct facts *f, int copies, size_t *n);

#endif
