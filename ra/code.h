/*
 * The will of a holder who is not here, proven by a one-time code: sent to the phone that the holder's own record of before
 * has, never to one that is typed now, through the gateway that ra.conf names. Stored is a keyed index of the newest code;
 * it is stored before it is sent, so that no holder ever has a code that the office does not know.
 *
 * ra.conf: gateway = { url; key_file; timeout_s; proxy; tls_ca; tls_cert; tls_key; accepted; text; }, all but url optional.
 * The gateway gets {"id","to","text"} by POST and answers with a flat JSON object; accepted = "member=value" says by which
 * member it tells that it took the message (accepted=true). key_file holds what `Authorization: Bearer` carries.
 * In text {code} {minutes} {service} {holder} {point} are filled in.
 */
#ifndef RA_CODE_H
#define RA_CODE_H

#include "ra/office.h"

#define CODE_DIGITS 6
#define CODE_LIFE_S (10 * 60)	/* a code is taken for so long */
#define CODE_TRIES 5		/* wrong ones until a code is void */
#define CODE_SENDS 3		/* codes per application */

struct code_sent {
	char to[24];		/* the phone, masked */
	int64_t expires_at;
	int left;		/* further codes that may be sent */
};
/* Makes a new code and sends it; an earlier one is void from then on. What surely did not go out is taken back and not
 * counted (FAULT_LATER, told as such); what may have gone out is counted. The code is in no log and on no audit row. */
bool code_send(struct office *o, const char *no, int64_t version, struct code_sent *out, struct err *e) MUST_USE;
/* The code as the holder tells it. A wrong one is counted and refused at `code`; the right one proves the will, once. */
bool code_check(struct office *o, const char *no, int64_t version, const char *code, struct err *e) MUST_USE;

struct code_state {
	int sends, tries;
	int64_t sent_at, expires_at;	/* of the newest, 0 = none */
	int64_t proven_at;		/* 0 = not yet */
	bool open;			/* a code may be told now */
};
bool code_state_of(struct office *o, int64_t application, struct code_state *s, struct err *e) MUST_USE;

#endif
