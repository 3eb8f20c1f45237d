/*
 * Making a CA: a new folder with keys, certificates, settings and an empty store, whole or not at all.
 */
#ifndef RA_AUTHORITY_MAKE_H
#define RA_AUTHORITY_MAKE_H

#include "ra/authority/authority.h"

struct make_request {
	const char *dir;		/* must not exist */
	const char *name;		/* common name of the CA */
	const char *ra_csr, *ra_cert;	/* files: the office's request, and where its certificate goes */
	int port;
	enum key_kind key;		/* the CA's own */
};

bool make_ca(const struct make_request *r, struct err *e) MUST_USE;

#endif
