/*
 * The embedded CA, a program and a process of its own: it has its folder (ca.conf, ca.key, ca.pass, ca.crt, rsp.key,
 * rsp.crt, ra.crt, ca.db, ca.log, ca.pid), its store and its log, and knows of the office only the certificate that
 * signs the office's messages. One struct authority is shared by all threads; what changes in it stands under store_lock.
 */
#ifndef RA_AUTHORITY_AUTHORITY_H
#define RA_AUTHORITY_AUTHORITY_H

#include "db/authority.h"
#include "forms/config.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>

#define ALLOWED_MAX 16		/* patterns of extensions in a profile */
#define RA_CERTS_MAX 8

enum key_kind { KEYS_P256, KEYS_RSA, KEY_KIND_N };	/* of the holder's key; one profile each */

struct profile {
	const char *allowed[ALLOWED_MAX];	/* OIDs a template may bring; "1.2.*" stands for all below 1.2 */
	int allowed_n;
	STACK_OF(X509_EXTENSION) *fixed;	/* every extension that is the same on each certificate */
};

struct settings {		/* ca.conf; texts belong to the config */
	const char *name, *listen, *crl_url;
	int port;
	int64_t confirm_wait_s;
	bool implicit_confirm;	/* granted when asked for */
	int max_years;		/* longest validity, calendar years */
	int64_t slack_hours;	/* what a validity may be longer than max_years */
	int64_t crl_hours;	/* nextUpdate - thisUpdate; renewed at half of it */
	const char *ra_certs[RA_CERTS_MAX];
	int ra_certs_n;
	struct profile profiles[KEY_KIND_N];
};

struct authority {
	char dir[3072];
	struct config *config;
	struct settings set;
	X509 *cert, *responder;
	EVP_PKEY *key, *responder_key;
	int64_t not_after;			/* of cert, UTC seconds */
	STACK_OF(X509) *ra_certs;		/* whose signature is accepted */
	X509_STORE *trust;			/* exactly ra_certs */
	int log_fd, lock_fd;
	pthread_mutex_t store_lock;		/* guards db and the CRL in it */
	struct db *db;
};

/* Reads DIR whole: settings, keys, store. With running it takes the lock first (FAULT_LATER when another has it). */
bool authority_load(const char *dir, bool running, struct authority **out, struct err *e) MUST_USE;
void authority_free(struct authority *a);
/* Takes the lock on DIR/ca.pid and writes the pid; the lock ends with the process. */
bool authority_lock(const char *dir, int *fd, struct err *e) MUST_USE;
/* The pid of the process that holds the lock, 0 when nobody does. */
bool authority_running(const char *dir, long *pid, struct err *e) MUST_USE;

/* Settings and the extensions they make, settings.c. */
bool settings_read(struct config *c, struct settings *s, struct err *e) MUST_USE;
bool profiles_read(struct config *c, struct settings *s, X509 *ca, struct err *e) MUST_USE;
void settings_clear(struct settings *s);

/* One line of DIR/ca.log: time, transactionID or "-", serial or "-", act and words. No secrets are given to it. */
void authority_note(struct authority *a, const char *tid, const char *serial, const char *act, const char *fmt, ...)
    PRINTF(5, 6);

#endif
