/*
 * Certificates on hold: who asked for it, and what is open about it. What an application that is turned away (withdrawn,
 * refused) leaves of what its acceptance did to the holder's certificate and token: a hold stays, since the token may really be
 * lost, and that is told; only the second person's refusal of an emergency revocation lifts the hold that waited for it.
 */
#ifndef RA_HOLD_H
#define RA_HOLD_H

#include "db/certificate.h"
#include "db/holder.h"
#include "ra/workflow.h"

#define HOLDS_MAX 32		/* certificates that one application holds: each with those before it */

struct hold {
	struct certificate c;
	bool at_ca;			/* false: journalled, the CA has not said yes yet */
	struct holder_hold by;
	char open_no[APP_NO_MAX];	/* the open application that decides about it, "" = none: somebody has to begin one */
};

/* Is it on hold, or going to be? Then why. */
bool hold_of(struct office *o, const struct certificate *c, struct hold *h, bool *held, struct err *e) MUST_USE;
/* The certificates that this application put on hold and that still are, or are going to be. */
bool hold_left(struct office *o, const struct application *a, struct hold h[HOLDS_MAX], size_t *n, struct err *e) MUST_USE;
/* Who asked for it and why; what can be done about it. In the process's language. */
void hold_words(const struct hold *h, char *out, size_t outsz);
const char *hold_remedy(const struct hold *h);

/* Inside the transaction that turns the application away: a token that was reserved for it is blank again, one that its acceptance
 * took out of use is back in use where the certificate is; the hold of a refused emergency is going to be lifted. hold_follow then sends that (FAULT_LATER: the decision
 * stands, `ra resume` goes on). */
bool hold_turned_away(struct office *o, const struct application *a, enum act act, struct err *e) MUST_USE;
bool hold_follow(struct office *o, const struct application *a, enum act act, struct err *e) MUST_USE;

#endif
