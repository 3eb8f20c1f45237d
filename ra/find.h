/*
 * Finding anything from what somebody has in hand: one typed text, looked up as everything that it may be (application
 * number or its end, credit code, licence or other document number, phone, identity number, serial of a certificate or a
 * token, words of an organisation's name, a person's name). Fast enough to run with every key; what is shown of a person is never more than
 * the name.
 */
#ifndef RA_FIND_H
#define RA_FIND_H

#include "db/find.h"
#include "ra/office.h"

#include <stdatomic.h>

struct find_query {
	const char *text;		/* as typed or scanned */
	/* The text is typed to its end (Enter, a command). Only then are identity numbers looked for, which is noted on the
	 * audit (ACT_FIND_ID, never the number): in the console that belongs into a job that writes. */
	bool complete;
	size_t max;			/* hits wanted, at most FIND_MAX */
	const atomic_bool *stop;	/* set by another thread: the search ends with what it has; NULL = never */
};

/* Fills the list, the likeliest first; states are those of now. *by_id: the text has the form of an identity number, so that
 * with complete it was looked for, or would be. An empty list is no error. */
bool find_all(struct office *o, const struct find_query *q, struct find_list *l, bool *by_id, struct err *e) MUST_USE;

/* "application", "organisation" … as stored names; and as shown. */
const char *find_kind_name(enum find_kind kind);
const char *find_kind_shown(enum find_kind kind);
/* The state as shown; an organisation's is that of its newest certificate. */
const char *find_state_shown(const struct find_hit *h);
/* What a list shows behind key and state: name, agent, service, date. */
void find_line(const struct find_hit *h, char *out, size_t outsz);

#endif
