/*
 * The embedded CA as a program on a folder and a port of its own, for the tests of it: started, killed, asked by openssl, by
 * HTTP and by a CMP client that can do what the command line cannot. The process works in that folder; nothing here is the RA's.
 */
#ifndef TESTS_AUTHORITY_H
#define TESTS_AUTHORITY_H

#include <openssl/cmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOUR 3600
#define YEAR (365 * 24 * HOUR)

extern char auth_program[];		/* path of ra-ca */
extern char auth_said[65536];		/* what the last tool wrote */
extern int auth_port;

/* For cmocka's group: makes folder, keys and CA, and takes them away. */
int auth_begin(void **state);
int auth_end(void **state);
void auth_start(void);
void auth_stop(void);
void auth_kill_and_start(void);

/* ---- tools ---- */

/* Runs a command line cut at spaces; returns its exit code, its words are in auth_said. */
int auth_tool(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define assert_auth_said(words) assert_non_null(strstr(auth_said, words))
/* `openssl cmp` with the RA's key; the argument is auth_port */
#define CMP "openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert ra.crt -key ra.key "
/* The file's octets; how many. */
size_t auth_read(const char *path, unsigned char *p, size_t max);
bool auth_log_has(const char *words);
X509 *auth_cert(const char *path);
EVP_PKEY *auth_key(const char *path);
void auth_serial(const X509 *cert, char out[41]);
void auth_make_key(const char *name);
/* A key of its own, and a request with it: NAME.key, NAME.csr. */
void auth_make_request(const char *name);
/* What the CA says of a serial, of the certificate in a file. */
void auth_state_is(const char *serial, const char *state);
void auth_cert_is(const char *file, const char *state);

/* ---- HTTP by hand ---- */

/* Sends bytes as they are; gives the status, and where the body is in the answer. */
int auth_http(const void *p, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n);
int auth_post(const unsigned char *der, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n);
/* The body type of the CA's answer to a stored message, -1 when it was none. */
int auth_post_file(const char *path);

/* ---- a client that can do what the command line cannot ---- */

struct auth_ask {
	const char *what;	/* for messages */
	const char *key;	/* "EC P-256", ... */
	const char *subject;	/* common name; NULL: empty subject */
	int64_t from, to;	/* from now, seconds; 0: leave out */
	const char *oid, *value;	/* an extension as DER in hex, or NULL */
	bool critical;
	const char *refusal;	/* words of the CA's refusal, NULL when it issues */
};
extern const struct auth_ask auth_plain;	/* a P-256 key and a year */

OSSL_CMP_CTX *auth_client(const unsigned char *tid);
EVP_PKEY *auth_make_pkey(const char *kind);
/* cr with raVerified; the certificate, or NULL with the CA's words in why. */
X509 *auth_enrol(OSSL_CMP_CTX *c, const struct auth_ask *a, EVP_PKEY *key, int64_t now, char why[512]);
/* Enrols and gives the serial; "" when refused. */
void auth_enrol_serial(OSSL_CMP_CTX *c, const struct auth_ask *a, EVP_PKEY *key, int64_t now, char serial[41], char why[512]);

#endif
