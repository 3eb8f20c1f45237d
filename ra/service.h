/*
 * The services of a certificate's life: one table (ra/services.def), read by the desk, the workflow and the issuing. What a
 * service may do, on which old certificate, is told here in words; nothing here changes the store.
 */
#ifndef RA_SERVICE_H
#define RA_SERVICE_H

#include "db/certificate.h"
#include "ra/office.h"

enum service_old { OLD_NONE, OLD_CERTIFICATE, OLD_FOREIGN };	/* FOREIGN: the serial may be one that the store does not know */
enum service_ca { AT_CA_NOTHING, AT_CA_ISSUE, AT_CA_UPDATE, AT_CA_REVOKE };	/* UPDATE: CMP kur; REVOKE: by crl_reason */
enum service_expiry { EXPIRY_NONE, EXPIRY_TERM, EXPIRY_RENEWED, EXPIRY_OLD };
enum service_fate { FATE_KEEP, FATE_SUPERSEDED, FATE_REVOKED };	/* of the old certificate once the new one is on its medium */
enum service_medium { MEDIUM_NONE, MEDIUM_NEW, MEDIUM_SAME };	/* SAME: the holder's token, or a CSR of the holder's client */

struct service_row {
	enum service service;
	const char *reason;		/* stored name; NULL: any or none */
	bool usual;			/* the one that is meant when no reason is given */
	bool marker;			/* only in schemes whose add_application is a marker in the certificate */
	bool where_offered;		/* only in schemes with suspension = true */
	bool by_arrangement;		/* no application is taken */
	bool urgent;			/* may be open beside another service on the same certificate */
	enum act act;			/* what carries it out: ACT_ISSUE, ACT_REVOKE, ACT_UNLOCK */
	enum service_old needs;
	bool foreign_too;		/* old_serial may be a certificate of another authority that ra.conf names for it (ra/foreign.h) */
	bool by_token;			/* old_serial may be the token's */
	bool any_scheme;		/* the old certificate may be another scheme's, of the same CA */
	unsigned states;		/* bits 1 << enum cert_state (cert_state_at) that the old certificate may have */
	enum service_ca at_ca;
	enum service_expiry expiry;
	enum service_fate fate;
	int crl_reason;			/* RFC 5280 5.3.1, of the revocation (fate or at_ca) */
	bool hold_at_once;		/* certificateHold from acceptance on */
	enum service_medium medium;
	enum token_state old_token;	/* the old token moves there: at acceptance where that takes it out of use, back to
					 * active when the CA has lifted the hold; TOKEN_BLANK (0): it does not move */
	bool may_return;		/* the holder may hand in the token with it, whose keys are destroyed then (ra/handin.h) */
	bool together;			/* where the scheme says so, an organisation's certificate and its administrator's are one
					 * (ra/pair.h), and other users' are none: they buy a place again */
	bool per_user;			/* an item, a personal certificate, for each user that is given; its users are its own */
	bool new_seal;			/* made for a certificate without a seal, for the years that are left of it */
	const char *must_change;	/* at least one field that begins so has to differ from the record; NULL: none */
	bool adds_use;			/* the certificate serves the scheme's application area from then on */
	const char *changes;		/* beginnings of field ids that may differ from the holder's record, blank between; NULL: all */
};

/* The table itself, in its order. */
extern const struct service_row service_rows[];
extern const size_t service_rows_n;
/* The row for a service, a reason (NULL or "": the usual one) and a scheme; NULL with the reason refused in words at `reason`. */
const struct service_row *service_row(const struct scheme *s, const char *service, const char *reason, struct err *e);
/* The same for an application, by its scheme version. */
bool service_of(struct office *o, const struct application *a, const struct service_row **row, struct err *e) MUST_USE;
/* Is the field one that begins like a word of the list? NULL: every field is. For row->changes and row->must_change. */
bool service_field(const char *list, const char *field);
/* Is this a renewal after the old certificate's end? As fixed by the acceptance, before it as of `now`. old NULL: none. */
bool service_late(const struct service_row *row, const struct application *a, const struct certificate *old, int64_t now);
/* The end of the certificate that is issued, where it goes by the end of the old one (0: none); 0: it does not, or there is none. late: a
 * renewal after that end. */
int64_t service_end(const struct service_row *row, int64_t old_end, bool late, int years);
/* The end of the certificate that is issued at `now`, by row->expiry; 0: none is issued. old may be NULL where there is none. */
int64_t service_not_after(const struct service_row *row, const struct application *a, const struct certificate *old, int64_t now);
/* Years that are left of a certificate at `now`, a begun one counted whole. */
int service_years_left(const struct certificate *c, int64_t now);

#endif
