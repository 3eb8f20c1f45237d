/*
 * The old certificate of a service: finding it, whether the service may act on it, and the holder's record of before, which
 * fills the form. Reads only; a refusal names the field, the reason and what to do instead.
 */
#ifndef RA_OLD_H
#define RA_OLD_H

#include "db/certificate.h"
#include "ra/service.h"

/* The certificate that the application acts on: the item's since acceptance, before it the one that old_serial names (where
 * row->by_token by its token's serial too, then the newest on it). *known = false: the service needs none, or takes a serial
 * that the store does not know. An unknown one is refused at `old_serial` else. Its state is not looked at. */
bool old_certificate(struct office *o, const struct application *a, const struct service_row *row, struct certificate *c,
    bool *known, struct err *e) MUST_USE;
/* Is the application on a certificate that has to be brought (ra/foreign.h): one that the store does not know, for such a service? */
bool old_to_bring(struct office *o, const struct application *a, bool *wanted, struct err *e) MUST_USE;
/* The certificate that is acted on together with c (ra/pair.h). */
bool old_second(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *c,
    struct certificate *second, bool *has, struct err *e) MUST_USE;
/* May the service act on it now: its state, its scheme and CA, is it on its medium? Refused at `old_serial`. */
bool old_fits(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *c,
    struct err *e) MUST_USE;
/* Which user of a package the certificate is for, from 0 in the order of its application; -1: it is the organisation's own. */
bool old_user(struct office *o, const struct certificate *c, int *user, struct err *e) MUST_USE;
/* The newest finished application with the holder's record. */
bool old_record(struct office *o, const struct certificate *c, struct application *before, struct err *e) MUST_USE;
/* Puts what the service begins with over r: the record of before but for what belongs to one application only, and what the
 * service brings anew. */
bool old_fill(struct office *o, const struct service_row *row, const struct certificate *c, const struct record *before,
    struct record *r, struct err *e) MUST_USE;
/* What a stored application began with; *has = false: with nothing, as a new one does. */
bool old_base(struct office *o, const struct application *a, struct record *base, bool *has, struct err *e) MUST_USE;
/* Does the field (of a user, or -1) differ from what the service began with? Never for what belongs to one application. */
bool old_changed(const struct field *f, const struct record *base, const struct record *r, int user);
/* Lists, at its field, everything that differs from the base (env->before) although the service does not change it; and that nothing was
 * changed where the service has to. */
void old_changes(const struct service_row *row, const struct form_env *env, const struct record *r, struct err_list *problems);

#endif
