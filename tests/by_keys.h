/* A service on a certificate by keys, from the search to the hand-over, as a row; and what openssl, the CA's list and the token say
 * of it at its end. RA_KEYS=1 tells what was typed at each stage: characters + other keys. */
#ifndef TESTS_BY_KEYS_H
#define TESTS_BY_KEYS_H

#include "tests/clerk.h"
#include "tests/life.h"
#include "tests/walk.h"

#define BY_KEYS_MS 30000		/* what a job may take */
enum made { MADE_NOTHING, SAME_TOKEN, NEW_TOKEN, OWN_DEVICE, UNLOCKED };
struct by_keys {
	const char *name;
	const char *holder;		/* edits of the holder's first application */
	const char *begin;		/* in the dialog of the service */
	const char *form;		/* in its form, before F2; "" nothing has to be typed */
	const char *pay;		/* in the payment's dialog; NULL: nothing is due */
	const char *carry;		/* on the carry-out screen, before F2; NULL: the queue's Enter and F2 do */
	bool csr;			/* the request's path is typed there */
	bool same_key;			/* the old key goes on */
	bool wide;			/* at 120x40, else at 80x24 */
	bool courier;
	bool hand;			/* something is handed over though no certificate is made */
	const char *held;		/* it is on hold by report_loss for this reason; NULL: it is not */
	int ends;			/* the old certificate's end is that many seconds from now; 0: as it is */
	const char *words;		/* what the reviewer sees */
	const char *old_state; int old_listed;	/* of the old certificate */
	enum made made;
};

/* Rows end with { 0 }. Aborts with the screen where it does not go so. */
void by_keys(struct life *l, const struct by_keys *rows);
/* The stages alone, for roads of another kind. */
void by_keys_apply(struct life *l, const struct by_keys *r, struct holder *h);
void by_keys_submit(struct life *l, const struct by_keys *r, const struct holder *h);
void by_keys_approve(struct life *l, const struct by_keys *r, const struct holder *h);
void by_keys_carry(struct life *l, const struct by_keys *r, struct holder *h);
void by_keys_hand(struct life *l, const struct by_keys *r);
/* A member's console in this file's place of the last one; NULL: none any more. */
struct term *by_keys_at_work(struct life *l, const char *login);

#endif
