/*
 * Issuing: write before you sign, nothing lost, nothing twice. Every fact is durable before the next message or token
 * call depends on it; a process killed anywhere is finished or cleanly ended by issue_resume (ra/resume.c). No call of the
 * CA or of a token is made inside a transaction.
 */
#ifndef RA_ISSUE_H
#define RA_ISSUE_H

#include "ra/medium.h"

/* Issues every open item of an approved application, or goes on with one in issuing; what becomes of the old certificate
 * is carried out too. FAULT_LATER with the application issued: only the old one's end at the CA waits. */
bool issue_application(struct office *o, const char *no, int64_t version, const struct issue_medium *m, struct err *e) MUST_USE;

/* What may be asked of who carries it out, beside the medium: */
struct issue_asks {
	bool pin;		/* it goes onto the holder's own token, whose PIN the holder may type */
	bool same_key;		/* the key on that token may go on, as the scheme allows */
};
bool issue_asks_of(struct office *o, const char *no, struct issue_asks *asks, struct err *e) MUST_USE;

struct issue_tally { int finished, ended, waiting; };
/* Finishes or cleanly ends every unfinished intent and unlock, and what a kill left between two intents. tell gets a line each. */
bool issue_resume(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct issue_tally *t, struct err *e) MUST_USE;
/* What a kill left of an open item's token, in line ("": nothing): initialised again, or put aside as damaged where it is destroyed.
 * FAULT_LATER: it is not plugged in or does not work, as line says; line "": another console has the item in hand. */
bool issue_reserved(struct office *o, int64_t item, char *line, size_t linesz, struct err *e) MUST_USE;
/* The token of an unverified item died: its certificate is revoked, the item opened again, the application approved. */
bool issue_abandon(struct office *o, int64_t item, const char *why, struct err *e) MUST_USE;

/* Goes on with one item that has begun; a is filled. */
bool issue_go_on(struct office *o, int64_t app, int64_t item, struct application *a, struct err *e) MUST_USE;
/* The item's certificate was revoked before it was on its medium: the item begins again, on that token if it is reserved for it. The lock is held. */
bool issue_end_dead(struct office *o, struct application *a, struct app_item *item, struct err *e) MUST_USE;

#endif
