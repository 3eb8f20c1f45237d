/* Certificates that live: holders with one on a token, and services on it, for the tests of issue 4's issuing side. */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include "tests/support.h"

struct holder {
	char code[20];			/* credit code */
	char no[APP_NO_MAX];		/* the newest application */
	char serial[64];		/* the newest certificate */
	int64_t not_after;
	char token[TOKEN_SERIAL_MAX], pin[64];	/* of the token and its user; "" for a CSR */
};

struct life {				/* a world with members logged in */
	struct world *w;
	struct office *clerk, *reviewer;
	const char *scheme, *channel, *method;	/* of the services; how they are paid */
};
void life_open(struct life *l);
void life_close(struct life *l);
/* Runs cmocka's tests on one life, opened before them, made ready by ready() (NULL: nothing more to do) and closed behind them. */
#define life_run(l, tests, ready) (life_begin(l, ready), cmocka_run_group_tests(tests, life_set_up, life_tear_down))
void life_begin(struct life *l, int (*ready)(void));
int life_set_up(void **state);
int life_tear_down(void **state);
/* The token module is tests/p11shim.c from now on, whose faults life_fault sets ("": none). */
void life_shim(struct life *l);
void life_fault(struct life *l, const char *faults);

/* A new certificate, issued on a token and handed over; edits as world_form has them. */
void life_holder(struct life *l, const char *edits, struct holder *h);
/* A service on the holder's certificate, approved: its number into h->no. edits: more fields, NULL none. */
void life_approved(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits);
/* The same as a draft, with only what the service asks; accepted. */
void life_drafted(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits);
void life_accepted(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits);
/* An order as a portal sends it, taken by `ra apply`, accepted and approved. */
void life_ordered(struct life *l, const char *json, char no[APP_NO_MAX]);
/* From acceptance to approval. */
void life_check(struct life *l, const char *no);
/* After `ra issue`: fills serial, not_after, token and initial PIN (where there is one) of the newest application. */
void life_made(struct life *l, struct holder *h);
void life_deliver(struct life *l, const char *no);

/* The store's word for the end of a certificate becomes t, audited: the CA would make none that has ended. */
void life_ends(struct life *l, const char *serial, int64_t t);
/* A scheme of its own beside Dongguan's, which offers every service; marker: OID of the extension for its application area
 * `probe area`, or "" where that is recorded only. */
void life_scheme(struct life *l, const char *id, const char *marker);
/* A request made by openssl with the key in NAME.key, which is made when it is not there; its path lives until the next call. */
const char *life_csr(struct life *l, const char *name);

/* `ra` at a kill: RA_KILL_AT is that step; the exit code. */
int life_killed(struct life *l, enum step at, const char *login, const char *command, const char *no, const char *option, const char *value);
/* `ra` killed before the k-th change of a token's file by SoftHSM2 (tests/killshim.c). */
int life_killed_at_change(struct life *l, int k, const char *login, const char *command, const char *no, const char *option, const char *value);
/* The same, begun and standing still at that step while others go on; then let go: its exit code, out and err. */
pid_t life_stopped(struct life *l, enum step at, const char *login, const char *command, const char *no, const char *option,
    const char *value);
int life_let_go(struct life *l, pid_t pid);
/* The steps that something in this program passes, in their order, for a kill at each of them. */
struct life_steps { enum step at[64]; size_t n; };
void life_watch(struct life_steps *s);	/* NULL: no more */
/* Of the issue of an approved application, which goes through. */
struct life_steps life_steps_of_issue(struct life *l, const char *no);
/* `ra COMMAND NO` killed at the k-th of those steps, `ra resume`, and the same command again where the application is still
 * approved or issuing, since it had not begun, was ended or has more to make: then it is in state `end`. Aborts with words where it is not. */
void life_goes_on(struct life *l, const struct life_steps *s, size_t k, const char *login, const char *command, const char *no,
    const char *option, const char *value, const char *end);

/* `ra` ended with this code and these words; aborts with what it said where it did not. */
void life_told(struct life *l, int rc, int expected, const char *words);
/* The first stands still at the step with the certificate in hand; a second is told so, a resume does not take it away; the first goes on
 * to state `end`. */
void life_beside(struct life *l, const char *command, const char *no, enum step at, const char *option, const char *value, const char *end);
/* `ra COMMAND NO option value` of two applications, or of one twice, at once. */
struct life_both { int rc[2]; char err[2][600]; };
struct life_both life_both(struct life *l, const char *login, const char *command, const char *no, const char *other, const char *option,
    const char *value);
/* One of them did it; the other ended with this code and these words. */
void life_one_of(const struct life_both *b, int rc, const char *words);
/* The CA's url in ra.conf; `ra` with a relay (tests/relay.h) in its place, which is gone afterwards. */
struct relay_plan;
void life_url(struct life *l, char out[80]);
int life_through(struct life *l, const struct relay_plan *plan, const char *login, const char *command, const char *no);
/* What `openssl verify -crl_check` says with the CA's list of now: true when it is good. */
bool life_verifies(struct life *l, const char *serial);
/* CRLReason by which the CA's list has it, -1: it is not listed. */
int life_listed(struct life *l, const char *serial);
/* State as `ra cert show` tells it; lives until the next call. */
const char *life_state(struct life *l, const char *serial);
/* State of a token in the stock. */
const char *life_token_state(struct life *l, const char *token);
/* How many certificates an application has of which this SQL is true (c: the certificate). */
int life_certificates(struct life *l, const char *no, const char *what);
/* It went through; what it said, where it did not. */
void life_went(struct life *l, int rc);
/* Both: the state, and the CRLReason by which it is listed. Aborts with words where it is not so. */
void life_is(struct life *l, const char *serial, const char *state, int listed);
/* No intent is open; the CA's list and its valid certificates are the store's, one by one. */
bool life_agrees(struct life *l);
/* A script in the world's folder about the token with that serial: $m is the module, $slot its slot, $pin what is given. */
bool life_at_token(struct life *l, const char *token, const char *commands, const char *pin);
/* pkcs11-tool reads the certificate from the token: the same bytes as in the store? */
bool life_on_token(struct life *l, const char *token, const char *serial);
/* Does the token take this PIN? */
bool life_pin_opens(struct life *l, const char *token, const char *pin);

#endif
