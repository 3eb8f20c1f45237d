/*
 * What hangs on a certificate and on its holder: the applications that acted on it, the seals that valid certificates carry,
 * the certificates and open applications that a further one may clash with. Reads only.
 */
#ifndef DB_HOLDER_H
#define DB_HOLDER_H

#include "db/application.h"

/* The number of the newest finished application (issued, delivered, closed) that made the certificate or acted on it: it
 * holds the holder's record as it is. "" when there is none. */
bool holder_record_no(struct db *db, int64_t certificate, int64_t *id, char no[APP_NO_MAX], struct err *e) MUST_USE;

struct holder_open {		/* an application that is accepted and not at its end */
	int64_t id;
	char no[APP_NO_MAX], service[RECORD_NAME_MAX];
	char reason[RECORD_NAME_MAX];
	bool emergency;
	bool decides;			/* on what becomes of a certificate that is on hold */
};
/* The condition for that: others, which wait for their hand-over say, leave the hold to somebody else. */
#define HOLDER_DECIDES(a) a ".service IN ('revoke', 'replace', 'report_loss')"
typedef bool (*holder_open_fn)(void *arg, const struct holder_open *x, struct err *e);
/* The open ones that act on a certificate, oldest first. */
bool holder_open_on(struct db *db, int64_t certificate, holder_open_fn fn, void *arg, struct err *e) MUST_USE;
/* The open ones that name this serial, which may be of another authority's certificate. */
bool holder_open_about(struct db *db, const char *serial, holder_open_fn fn, void *arg, struct err *e) MUST_USE;
/* The application of this scheme and service that was carried out on that serial: its number, "" = there is none. */
bool holder_done_about(struct db *db, const char *scheme, const char *service, const char *serial, char no[APP_NO_MAX], struct err *e) MUST_USE;

struct holder_hold {		/* who put a certificate on hold; no "": no application of this store (taken over from the CA's list) */
	char no[APP_NO_MAX], service[RECORD_NAME_MAX], reason[RECORD_NAME_MAX];
	bool emergency;
	enum app_state state;		/* of that application, now */
	bool sent;			/* false: journalled, the CA has not answered yet */
};
/* The newest hold that was asked for a certificate. */
bool holder_hold(struct db *db, int64_t certificate, struct holder_hold *h, struct err *e) MUST_USE;

struct holder_seal {		/* a seal, and what carries it or is going to */
	int64_t certificate;		/* 0: an open application */
	char serial[64];		/* of the certificate, or the application's number */
	char name[TEXT_BYTES(64)], type[RECORD_NAME_MAX];
};
typedef bool (*holder_seal_fn)(void *arg, const struct holder_seal *x, struct err *e);
/* The seals of an organisation in a scheme: those on certificates that are usable at `now` (superseded ones do not count), and
 * those of open applications other than not_id; an open one is told with the certificate it acts on, 0 for none. */
bool holder_seals(struct db *db, int64_t org, const char *scheme, int64_t now, int64_t not_id, holder_seal_fn fn, void *arg,
    struct err *e) MUST_USE;

/* The serial of an organisation's own certificate that is valid or on hold at `now`, other than not_certificate: of one scheme,
 * or with scheme NULL of one CA, whatever the scheme. "" when there is none. */
bool holder_valid(struct db *db, int64_t org, const char *scheme, const char *ca, int64_t not_certificate, int64_t now,
    char serial[64], struct err *e) MUST_USE;
/* The number of another open application of the organisation for a first certificate (no item acts on one): in the scheme, or
 * with scheme NULL at the CA. "" when there is none. */
bool holder_opening(struct db *db, int64_t org, const char *scheme, const char *ca, int64_t not_id, char no[APP_NO_MAX],
    struct err *e) MUST_USE;

#endif
