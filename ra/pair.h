/*
 * An organisation's certificate and its administrator's personal one, which some schemes renew as one (renew_together): which
 * belongs to which, through every renewal, change and replacement of either. Reads only.
 */
#ifndef RA_PAIR_H
#define RA_PAIR_H

#include "db/certificate.h"
#include "ra/service.h"

/* Does the service take both, in this scheme? */
bool pair_applies(const struct scheme *s, const struct service_row *row);
/* An administrator's certificate becomes its organisation's newest one, which leads; every other one stays. */
bool pair_lead(struct office *o, struct certificate *c, struct err *e) MUST_USE;
/* The administrator's newest certificate beside the organisation's; *has = false: there is none, or it was revoked. */
bool pair_second(struct office *o, const struct certificate *c, struct certificate *second, bool *has, struct err *e) MUST_USE;
/* Whose personal certificate it is, as the application that made it has the user; *has = false: it is an organisation's. */
bool pair_user(struct office *o, const struct certificate *c, struct record_user *user, bool *has, struct err *e) MUST_USE;

#endif
