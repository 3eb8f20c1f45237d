/*
 * Reports: one table of any columns over any number of rows and pages, with heads on every page, totals at the end and
 * pages numbered. The same input gives the same bytes.
 */
#ifndef PRINTING_REPORT_H
#define PRINTING_REPORT_H

#include "printing/paper.h"

#define REPORT_COLUMNS_MAX 12
enum report_align { REPORT_LEFT, REPORT_CENTRE, REPORT_RIGHT };
struct report_column {
	const char *label;
	float width;			/* 24ths of the page; all of them together 24 */
	enum report_align align;
};
struct report {
	const char *title, *subtitle;	/* subtitle "" for none */
	const char *line;		/* above the table: place, days, who made it */
	const char *words;		/* below it: notes and signatures, "" for none */
	const char *footer;
	struct report_column column[REPORT_COLUMNS_MAX]; size_t columns;
	size_t rows;
	/* The text of a cell into out; row is < rows. */
	void (*cell)(void *arg, size_t row, size_t column, char *out, size_t outsz);
	void *arg;
	const char *total[REPORT_COLUMNS_MAX];	/* last row; all NULL: none */
	int64_t made_at;
};

/* malloc'ed *pdf of *n bytes. */
bool report_set(const struct press *p, const struct report *r, unsigned char **pdf, size_t *n, struct err *e) MUST_USE;

#endif
