/*
 * Histories, read only: everything that one organisation ever asked for and got, and what was done to one application, in
 * words. Nothing here opens a sealed value.
 */
#ifndef RA_HISTORY_H
#define RA_HISTORY_H

#include "db/certificate.h"
#include "db/history.h"
#include "db/queue.h"
#include "ra/workflow.h"

struct history_certificate {
	struct certificate c;
	enum cert_state now;			/* cert_state_at this moment */
	char replaces[64], replaced_by[64];	/* serials, "" = none */
};
struct history_case {				/* one application with what came of it */
	struct queue_row row;
	struct history_head head;
	enum money_state money;
	struct history_certificate *certificate; size_t certificates;
	struct history_token *token; size_t tokens;
	struct history_payment *payment; size_t payments;
};
struct history {
	struct organisation who;
	struct history_case *at; size_t n;	/* the newest first */
	bool end;				/* nothing lies beyond, in the direction that was asked for */
};

/* A page of at most max (1 to 100) applications of all services, in one snapshot of the store, each with its certificates,
 * tokens and payments: those older than `edge` (an application's id), or with back the nearest newer ones; edge 0: from the
 * newest, with back from the oldest. *out is the caller's: history_free. */
bool history_read(struct office *o, int64_t organisation, int64_t edge, bool back, size_t max, struct history **out,
    struct err *e) MUST_USE;
void history_free(struct history *h);
/* The organisation's certificates alone, the newest first, to pick from what a service acts on; edge as above, of certificates. */
bool history_pick(struct office *o, int64_t organisation, int64_t edge, bool back, struct history_certificate *c, size_t max,
    size_t *n, struct err *e) MUST_USE;
/* Whose number, code, serial, phone or name that is; refused when it is nobody's, or several organisations'. */
bool history_whose(struct office *o, const char *text, int64_t *organisation, struct err *e) MUST_USE;

struct history_act {			/* one row of the audit about one application */
	char chain[17];
	int64_t seq, at;
	char login[33], name[129];	/* who */
	enum act act;			/* ACT_N: one that this program does not know */
	char stored[32];		/* its stored name */
	char what[64];			/* the act as shown */
	char words[512];		/* what else there is to say, as shown; "" = nothing */
	bool turns;			/* it may have told the applicant a reason */
	char station[64];
};
/* What was done to an application and to the certificates that came of it, from the first act on. *out is malloc'ed. */
bool history_acts(struct office *o, const char *no, struct history_act **out, size_t *n, struct err *e) MUST_USE;

/* The detail of an audit row in the process's language: stored names become the shown ones. s: for the names of materials,
 * with a (both may be NULL). A detail of no known form is shown as it stands. ra/history_words.c has the table. */
void history_words(const struct scheme *s, const struct application *a, enum act act, const char *detail, char *out, size_t outsz);
/* Do details of this act name something that only the application's scheme has a name for? */
bool history_of_scheme(enum act act);
/* The act of a stored name, ACT_N when there is none. */
enum act history_act_of(const char *stored);

#endif
