/* The other authorities whose certificates are taken: the rows of ra.conf's foreign. */
#ifndef RA_TRUST_H
#define RA_TRUST_H

#include "db/application.h"
#include "ra/office.h"

struct trust {		/* a row of ra.conf's foreign; id and name are the config's */
	const char *id, *name;
	char anchors[PATH_MAX_RA];	/* PEM: its CA certificates */
	char crl[PATH_MAX_RA];		/* a file, DER or PEM, or an http address */
	int timeout_s;			/* of the whole answer from there */
};

/* The row i of config_count(o->conf, "foreign"); refused when one of its settings is missing or wrong. */
bool trust_at(struct office *o, int i, struct trust *f, struct err *e) MUST_USE;
/* The authority's name by its id; the id where ra.conf no longer names it. Borrowed. */
const char *trust_name(struct office *o, const char *id);
/* Is that row's authority taken for the service? */
bool trust_serves(struct office *o, int i, enum service service, bool *yes, struct err *e) MUST_USE;
/* Is any? */
bool trust_taken(struct office *o, enum service service, bool *taken, struct err *e) MUST_USE;
/* Is the application's seal a person's, whose certificate may name no organisation? */
bool trust_of_person(const struct application *a);
/* Is the holder that such a certificate names the application's: its organisation, or for a person's seal its legal representative? */
bool trust_holder_is(const struct application *a, const char *holder);

#endif
