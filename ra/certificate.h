/* Small X.509 helpers of the office: names, serials, times, PEM and DER. Owns nothing; results are the caller's. */
#ifndef RA_CERTIFICATE_H
#define RA_CERTIFICATE_H

#include "forms/err.h"

#include <openssl/x509.h>
#include <stdint.h>

/* Adds an attribute: C as PrintableString, all else UTF8String; bounds of RFC 5280 appendix A. type: short name or OID. */
bool certificate_name_add(X509_NAME *name, const char *type, const char *value, struct err *e) MUST_USE;
/* A non-critical extension whose value is one UTF8String (or PrintableString). */
bool certificate_extension(const char *oid, const char *value, bool printable, X509_EXTENSION **out, struct err *e) MUST_USE;
/* Serial as upper-case hex, and back. */
bool certificate_serial(const X509 *x, char *out, size_t outsz, struct err *e) MUST_USE;
bool certificate_serial_hex(const ASN1_INTEGER *serial, char *out, size_t outsz, struct err *e) MUST_USE;
bool certificate_serial_parse(const char *hex, ASN1_INTEGER **out, struct err *e) MUST_USE;
/* The subject in one line of UTF-8. */
bool certificate_subject(const X509 *x, char *out, size_t outsz, struct err *e) MUST_USE;
/* Whose it is, from such a line: the value of its last CN without escapes; the whole line when it has none. */
void certificate_holder(const char *subject, char *out, size_t outsz);
bool certificate_time(const ASN1_TIME *t, int64_t *out);		/* UTC seconds */
ASN1_TIME *certificate_time_new(int64_t t);				/* UTCTime to 2049, GeneralizedTime after (RFC 5280 4.1.2.5) */
/* PEM files; a refusal names the file. */
bool certificate_load(const char *path, X509 **out, struct err *e) MUST_USE;
bool certificate_key_load(const char *path, EVP_PKEY **out, struct err *e) MUST_USE;
bool certificate_save(const char *path, const X509 *x, struct err *e) MUST_USE;
/* Bytes as they are; the file is there whole or not at all. */
bool certificate_file_save(const char *path, const void *p, size_t n, struct err *e) MUST_USE;
/* The key of a PKCS#10 request, PEM or DER, at most 64 KiB: a good one (P-256, RSA of 2048 to 8192 bits) that has signed the
 * request itself. The caller frees it. */
bool certificate_request_key(const char *path, EVP_PKEY **out, struct err *e) MUST_USE;
/* May its key open what was encrypted for it (keyUsage, RFC 5280 4.2.1.3)? Without that extension it may. */
bool certificate_decrypts(X509 *x);

#endif
