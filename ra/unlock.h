/*
 * Unlocking a holder's token: identified by ledger and certificate, user PIN set anew by the SO PIN (sealed before the token
 * is touched), retry counter restored, tried. Nothing is sent to the CA. Killed anywhere it is done again.
 */
#ifndef RA_UNLOCK_H
#define RA_UNLOCK_H

#include "ra/workflow.h"

/* Carries out an unlock, or goes on with it: the application is issued and waits for its hand-over. serial: the token that
 * the clerk has in hand. A token whose SO PIN is locked or not known ends the try with advice; the application is approved
 * again and may be withdrawn. */
bool unlock_application(struct office *o, const char *no, int64_t version, const char *serial, struct err *e) MUST_USE;
/* After a kill: an item that waits for its PIN to be set. The application's number and state, or why not, go into line. */
bool unlock_resume(struct office *o, int64_t item, char *line, size_t linesz, struct err *e) MUST_USE;

#endif
