/*
 * Issuing: write before you sign, nothing lost, nothing twice. Every fact is durable before the next message or token
 * call depends on it; a process killed anywhere is finished or cleanly ended by issue_resume. No call of the CA or of a
 * token is made inside a transaction.
 */
#ifndef RA_ISSUE_H
#define RA_ISSUE_H

#include "ra/workflow.h"

struct issue_medium {
	const char *token;	/* serial; NULL: the blank token that has waited longest */
	const char *csr;	/* path of a CSR that the holder's device made; NULL: a token */
};
/* Issues every open item of an approved application, or goes on with one in issuing. */
bool issue_application(struct office *o, const char *no, int64_t version, const struct issue_medium *m, struct err *e) MUST_USE;

struct issue_tally { int finished, ended, waiting; };
/* Finishes or cleanly ends every unfinished intent, and what a kill left between two intents. tell gets a line each. */
bool issue_resume(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct issue_tally *t, struct err *e) MUST_USE;
/* The token of an unverified item died: its certificate is revoked, the item opened again, the application approved. */
bool issue_abandon(struct office *o, int64_t item, const char *why, struct err *e) MUST_USE;

#endif
