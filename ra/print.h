/*
 * Printing: which papers an application has, and their way to a file or to a queue. Every job is a row with its fate; the row
 * and what it discloses are on the audit before anything leaves the house. Called on any thread with an office of its own.
 */
#ifndef RA_PRINT_H
#define RA_PRINT_H

#include "db/printjob.h"
#include "printing/paper.h"
#include "ra/office.h"

/* The papers that the application has in its service and state and that the member may print, in the order of PAPERS. */
size_t print_papers(struct office *o, const struct application *a, enum paper out[PAPER_N]);

struct print_order {
	enum paper paper;
	int copies;		/* 0: as many as the scheme wants of it */
	const char *file;	/* path to write it to; NULL: a queue */
	const char *printer;	/* queue; NULL: the one that ra.conf names (printer = "…"), where that has none the page is kept */
	const char *reason;	/* NULL: none; a PIN letter that was printed before needs one */
};
/* Makes the paper and sends it. *job tells its fate: done, or kept as the file job->target under HOME/print, which is no
 * failure where no queue is named. With a queue that does not take it the page is kept and the answer is FAULT_LATER, which
 * names the file; a PIN letter is never kept, it can be printed again without a reason. */
bool print_paper(struct office *o, const char *no, const struct print_order *order, struct printjob *job, struct err *e) MUST_USE;
/* The application's jobs, newest first, at most max. */
bool print_jobs(struct office *o, const struct application *a, struct printjob *job, size_t max, size_t *n, struct err *e) MUST_USE;

#endif
