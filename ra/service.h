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
	bool marker;			/* only in schemes whose add_application is a marker in the certificate */
	bool where_offered;		/* only in schemes with suspension = true */
	bool by_arrangement;		/* no application is taken */
	enum act act;			/* what carries it out: ACT_ISSUE, ACT_REVOKE, ACT_UNLOCK */
	enum service_old needs;
	bool by_token;			/* old_serial may be the token's */
	unsigned states;		/* bits 1 << enum cert_state (cert_state_at) that the old certificate may have */
	enum service_ca at_ca;
	enum service_expiry expiry;
	enum service_fate fate;
	int crl_reason;			/* RFC 5280 5.3.1, of the revocation (fate or at_ca) */
	bool hold_at_once;		/* certificateHold from acceptance on */
	enum service_medium medium;
	enum token_state old_token;	/* the old token moves there at acceptance; TOKEN_BLANK (0): it does not move */
	bool must_change;		/* at least one field has to differ from the holder's record */
	const char *changes;		/* beginnings of field ids that may differ from the holder's record, blank between; NULL: all */
};

/* The row for a service, a reason (NULL or "") and a scheme; NULL with the reason refused in words at `reason`. */
const struct service_row *service_row(const struct scheme *s, const char *service, const char *reason, struct err *e);
/* The same for an application, by its scheme version. */
bool service_of(struct office *o, const struct application *a, const struct service_row **row, struct err *e) MUST_USE;
/* Does the field belong to what the service may change? */
bool service_changes(const struct service_row *row, const char *field);

#endif
