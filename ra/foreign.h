/*
 * Certificates of other authorities that a holder brings for a service here: a seal for one of the real-estate registration, the
 * swap of another CA's token. ra.conf's foreign says whose are taken for which service, what signs them (anchors) and where their
 * list of revoked ones is. It is read from the plugged-in token, by the holder's PIN, or from a file; its chain, its time, the list
 * and its holder are checked before it is kept with the application, and once more when the service is carried out.
 */
#ifndef RA_FOREIGN_H
#define RA_FOREIGN_H

#include "db/foreign.h"
#include "ra/service.h"

struct foreign_source { const char *file, *token, *pin; };	/* a file, DER or PEM; or a token and its holder's PIN */

/* Reads, checks and keeps it. FAULT_LATER: the token is not plugged in, or the list of its authority cannot be had now. */
bool foreign_bring(struct office *o, const char *no, int64_t version, const struct foreign_source *from, struct err *e) MUST_USE;
/* What is kept for the application is looked at again: time, chain and list. Nothing where nothing has to be brought. */
bool foreign_again(struct office *o, const struct application *a, struct err *e) MUST_USE;

#endif
