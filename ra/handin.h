/*
 * A holder who has a certificate revoked may hand in its token (services.def: may_return). Then its keys are destroyed and it leaves
 * the stock's use for good; what is not handed in stays as it is, and nothing is destroyed without being asked for.
 */
#ifndef RA_HANDIN_H
#define RA_HANDIN_H

#include "ra/office.h"

/* The token that may be handed in with this application, which has revoked: plugged in, out of the stock's use not yet, and with
 * nothing on it that is in use. serial "": there is none. */
bool handin_offered(struct office *o, const char *no, char serial[TOKEN_SERIAL_MAX], struct err *e) MUST_USE;
/* Wipes the token by its SO PIN, with all keys and certificates, and ends it in the ledger; may be repeated after a kill. Refused while
 * a certificate on it is in use or a service with it is open; FAULT_LATER: not plugged in. why NULL or "": the usual words. */
bool handin_token(struct office *o, const char *serial, const char *why, struct err *e) MUST_USE;

#endif
