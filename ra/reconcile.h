/*
 * The store compared with what each CA says itself: its list of revoked certificates (CRL, RFC 5280 5) against the states of
 * certificates here, both ways. Looks only; reconcile_adopt takes one certificate's state over from the CA, on the audit.
 */
#ifndef RA_RECONCILE_H
#define RA_RECONCILE_H

#include "db/certificate.h"
#include "ra/office.h"

#define DIFFERENCES(X) \
	X(DIFFERS_UNKNOWN, "unknown")	/* the CA lists it, the store does not know it */ \
	X(DIFFERS_STATE,   "state")	/* they say different things of it */ \
	X(DIFFERS_REASON,  "reason")	/* they give different reasons */
#define DIFFERENCE_ENUM(e, s) e,
enum difference_kind { DIFFERENCES(DIFFERENCE_ENUM) DIFFERENCE_N };

struct difference {
	enum difference_kind kind;
	char ca[24], serial[64];
	bool here;			/* the store has it: c */
	struct certificate c;
	bool listed;			/* the CA's list has it: reason (CRLReason) and since when */
	int reason;
	int64_t at;
	bool journalled;		/* a request to the CA is under way: `ra resume` ends the difference */
};
const char *difference_name(enum difference_kind k);		/* stored */
/* What the CA says, as a state of the store's: hold, revoked, or valid when it lists nothing. */
enum cert_state difference_ca_state(const struct difference *d);
/* One line for people: what each side says. */
void difference_words(const struct difference *d, char *out, size_t outsz);
/* And what to do, where differences are listed by a command. */
const char *difference_remedy(const struct difference *d);

struct reconcile_calls {
	bool (*differs)(void *arg, const struct difference *d, struct err *e);	/* false stops with *e */
	/* How far it is (of = 0: unknown); false stops without an error. NULL allowed. */
	bool (*goes_on)(void *arg, const char *ca, int64_t done, int64_t of);
	void *arg;
};
struct reconcile_tally {
	int cas;			/* compared */
	int64_t listed, ceased;		/* rows of their lists; certificates revoked or on hold here */
	int64_t differences;
	bool stopped;			/* goes_on said so */
};
/* Compares with one CA of ra.conf, or (NULL) with each. Differences come in the order of serials, and only those that a second
 * look at list and store still finds: what others change meanwhile is none. A CA that does not answer is passed over;
 * FAULT_LATER at the end names it, and the tally has what was compared. */
bool reconcile(struct office *o, const char *ca, const struct reconcile_calls *calls, struct reconcile_tally *t, struct err *e) MUST_USE;
/* What the CA's list of now says of one certificate, and whether that differs from the store: the effect of a revocation. */
bool reconcile_one(struct office *o, const char *serial, struct difference *d, bool *differs, struct err *e) MUST_USE;
/* Takes the CA's word for one certificate: state, date and reason of its list become the store's. Refused when they agree, or
 * while a request to the CA is under way. */
bool reconcile_adopt(struct office *o, const char *serial, const char *why, struct err *e) MUST_USE;

#endif
