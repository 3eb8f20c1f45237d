/* Print jobs: every paper that was printed, with its fate. Making and sending are ra/print.c's. */
#ifndef DB_PRINTJOB_H
#define DB_PRINTJOB_H

#include "db/db.h"
#include "forms/names.h"

struct printjob {
	int64_t id, application;
	char paper[24];			/* stored name: printing/paper.h */
	int copies;
	char target[512];		/* queue, or path of the file */
	enum print_state state;
	char why[512], error[401];
	int64_t staff, made_at, ended_at;	/* ended_at 0: its fate is not known yet */
};

/* Inserts as it is; j->id is set. */
bool printjob_insert(struct db *db, struct printjob *j, struct err *e) MUST_USE;
/* Writes target, state, error and end. */
bool printjob_store(struct db *db, const struct printjob *j, struct err *e) MUST_USE;
/* Of one application, newest first, at most max. */
bool printjob_list(struct db *db, int64_t application, struct printjob *j, size_t max, size_t *n, struct err *e) MUST_USE;
/* How many of one paper may have come out: all but the failed ones. */
bool printjob_printed(struct db *db, int64_t application, const char *paper, int *n, struct err *e) MUST_USE;

#endif
