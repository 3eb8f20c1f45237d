#include "ra/certificate.h"

#include "forms/der.h"
#include "forms/text.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CSR_MAX 65536

bool
certificate_name_add(X509_NAME *name, const char *type, const char *value, struct err *e)
{
	ASN1_OBJECT *o;
	bool country = strcmp(type, "C") == 0;
	int ok;

	/* RFC 5280 appendix A: X520countryName is two letters of a PrintableString; 64 characters in O, OU and CN */
	if (country && (strlen(value) != 2 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
		return err_internal(e, "'%.40s' is no country of a name, which is two capital letters: mend the scheme", value);
	if (!value[0] || text_chars(value) > 64)
		return err_refuse(e, "'%.100s' does not fit into the certificate's %s (at most 64 characters, RFC 5280)", value, type);
	o = OBJ_txt2obj(type, 0);
	if (!o)
		return err_internal(e, "'%s' is no attribute of a name: mend the scheme", type) || err_openssl(e);
	ok = X509_NAME_add_entry_by_OBJ(name, o, country ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING,
	    (const unsigned char *)value, (int)strlen(value), -1, 0);
	ASN1_OBJECT_free(o);
	return ok || err_internal(e, "the name cannot be made") || err_openssl(e);
}

bool
certificate_extension(const char *oid, const char *value, bool printable, X509_EXTENSION **out, struct err *e)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_STRING *s = ASN1_STRING_type_new(printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING);
	ASN1_OCTET_STRING *os = ASN1_OCTET_STRING_new();
	unsigned char *der = NULL;
	int n = -1;

	if (s && ASN1_STRING_set(s, value, (int)strlen(value)))
		n = printable ? i2d_ASN1_PRINTABLESTRING(s, &der) : i2d_ASN1_UTF8STRING(s, &der);
	*out = NULL;
	if (o && os && n > 0 && ASN1_OCTET_STRING_set(os, der, n))
		*out = X509_EXTENSION_create_by_OBJ(NULL, o, 0, os);
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(os);
	ASN1_STRING_free(s);
	ASN1_OBJECT_free(o);
	return *out || err_internal(e, "the extension %s cannot be made: mend the scheme", oid) || err_openssl(e);
}

bool
certificate_serial(const X509 *x, char *out, size_t outsz, struct err *e)
{
	return certificate_serial_hex(X509_get0_serialNumber(x), out, outsz, e);
}

bool
certificate_serial_hex(const ASN1_INTEGER *serial, char *out, size_t outsz, struct err *e)
{
	BIGNUM *b = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = b ? BN_bn2hex(b) : NULL;
	bool ok = hex && strlen(hex) < outsz;

	if (ok)
		snprintf(out, outsz, "%s", hex);
	OPENSSL_free(hex);
	BN_free(b);
	return ok || err_internal(e, "the serial number is too long");
}

bool
certificate_serial_parse(const char *hex, ASN1_INTEGER **out, struct err *e)
{
	BIGNUM *b = NULL;

	*out = NULL;
	if (hex[0] && strspn(hex, "0123456789ABCDEFabcdef") == strlen(hex) && BN_hex2bn(&b, hex))
		*out = BN_to_ASN1_INTEGER(b, NULL);
	BN_free(b);
	return *out || err_field(e, "serial", "'%.64s' is no serial number: hexadecimal digits only", hex);
}

bool
certificate_subject(const X509 *x, char *out, size_t outsz, struct err *e)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long n = 0;

	if (b && X509_NAME_print_ex(b, X509_get_subject_name(x), 0, (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB)
	    & ~(unsigned long)XN_FLAG_SPC_EQ) >= 0)
		n = BIO_get_mem_data(b, &p);
	if (n > 0 && (size_t)n < outsz)
		snprintf(out, outsz, "%.*s", (int)n, p);
	BIO_free(b);
	return (n > 0 && (size_t)n < outsz) || err_internal(e, "the certificate's subject is too long to be shown");
}

/* A byte of UTF-8 that begins no character. */
static bool
is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void
certificate_holder(const char *subject, char *out, size_t outsz)
{
	const char *cn = NULL;
	size_t n = 0;

	for (const char *p = subject; (p = strstr(p, "CN=")) != NULL; p += 3)
		if (p == subject || p[-1] == ' ' || p[-1] == ',' || p[-1] == '+')
			cn = p + 3;
	if (!cn) {
		snprintf(out, outsz, "%s", subject);
		return;
	}
	/* a backslash before a special character, quotes around a value with blanks at its ends (RFC 4514) */
	for (bool quoted = false; *cn && n + 1 < outsz && (quoted || (*cn != ',' && *cn != '+')); cn++) {
		if (*cn == '"') {
			quoted = !quoted;
			continue;
		}
		if (*cn == '\\' && cn[1])
			cn++;
		out[n++] = *cn;
	}
	if (is_inside(*cn)) {		/* cut: never half a character */
		while (n > 0 && is_inside(out[n - 1]))
			n--;
		n -= n > 0;
	}
	out[n] = '\0';
}

bool
certificate_time(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

ASN1_TIME *
certificate_time_new(int64_t t)
{
	return ASN1_TIME_set(NULL, (time_t)t);
}

/* ---- files ---- */

static bool
file_bad(struct err *e, const char *what, const char *path)
{
	err_internal(e, "the %s %s cannot be read%s%s: look at its path in ra.conf and at its rights", what, path,
	    errno ? ": " : "", errno ? strerror(errno) : "");
	return err_openssl(e);
}

bool
certificate_load(const char *path, X509 **out, struct err *e)
{
	FILE *f;

	errno = 0;
	f = fopen(path, "re");
	*out = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return *out || file_bad(e, "certificate file", path);
}

bool
certificate_key_load(const char *path, EVP_PKEY **out, struct err *e)
{
	FILE *f;

	errno = 0;
	f = fopen(path, "re");
	*out = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return *out || file_bad(e, "key file", path);
}

bool
certificate_file_save(const char *path, const void *p, size_t n, struct err *e)
{
	char tmp[4300];
	FILE *f;
	bool ok;

	snprintf(tmp, sizeof tmp, "%.4096s.tmp", path);
	f = fopen(tmp, "we");
	if (!f)
		return err_refuse(e, "cannot write %.200s: %s", path, strerror(errno));
	ok = fwrite(p, 1, n, f) == n && fflush(f) == 0;
	ok = fclose(f) == 0 && ok;
	if (ok && rename(tmp, path) == 0)
		return true;
	err_later(e, "cannot write %.200s: %s", path, strerror(errno));
	remove(tmp);
	return false;
}

bool
certificate_save(const char *path, const X509 *x, struct err *e)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = b && PEM_write_bio_X509(b, x) == 1 ? BIO_get_mem_data(b, &p) : 0;
	bool ok = n > 0 ? certificate_file_save(path, p, (size_t)n, e)
	    : err_internal(e, "the certificate cannot be written as PEM") || err_openssl(e);

	BIO_free(b);
	return ok;
}

/* ---- requests ---- */

static bool
key_good(EVP_PKEY *key, struct err *e)
{
	char group[80] = "";

	if (!key)
		return err_field(e, "csr", "the request holds no usable key") || err_openssl(e);
	if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192)
		return true;
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL)
	    && strcmp(group, "prime256v1") == 0)
		return true;
	return err_field(e, "csr", "the request's key has to be P-256, or RSA of 2048 to 8192 bits");
}

static X509_REQ *
parse_request(char *buf, size_t n)
{
	const unsigned char *p = (const unsigned char *)buf;
	X509_REQ *r = NULL;
	BIO *b;

	if (strstr(buf, "-----BEGIN")) {
		b = BIO_new_mem_buf(buf, (int)n);
		r = b ? PEM_read_bio_X509_REQ(b, NULL, NULL, NULL) : NULL;
		BIO_free(b);
		return r;
	}
	r = d2i_X509_REQ(NULL, &p, (long)n);
	if (r && p != (const unsigned char *)buf + n) {
		X509_REQ_free(r);
		return NULL;
	}
	return r;
}

/* Its key is decoded once, by der_key. */
static X509_REQ *
parse_request_later(char *buf, size_t n)
{
	OSSL_LIB_CTX *was = der_keys_later_begin();
	X509_REQ *r = parse_request(buf, n);

	der_keys_later_end(was);
	return r;
}

bool
certificate_request_key(const char *path, EVP_PKEY **out, struct err *e)
{
	char *buf = malloc(CSR_MAX + 2);
	FILE *f = fopen(path, "re");
	X509_REQ *r = NULL;
	EVP_PKEY *key = NULL;
	size_t n = 0;
	bool ok = false;

	if (!f || !buf) {
		err_field(e, "csr", "cannot read %.200s: %s", path, strerror(errno));
		goto out;
	}
	n = fread(buf, 1, CSR_MAX + 1, f);
	buf[n] = '\0';
	if (n > CSR_MAX || !(r = parse_request_later(buf, n))) {
		err_field(e, "csr", "%.200s is no certificate request (PKCS#10, PEM or DER)", path);
		err_openssl(e);
		goto out;
	}
	key = der_key(X509_REQ_get_X509_PUBKEY(r));
	if (!key_good(key, e))
		goto out;
	if (X509_REQ_verify(r, key) != 1) {
		err_field(e, "csr", "the request's own signature is wrong: have it made again");
		err_openssl(e);
		goto out;
	}
	*out = key;
	key = NULL;
	ok = true;
out:
	if (f)
		fclose(f);
	X509_REQ_free(r);
	EVP_PKEY_free(key);
	free(buf);
	return ok;
}

bool
certificate_decrypts(X509 *x)
{
	return (X509_get_key_usage(x) & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0;
}
