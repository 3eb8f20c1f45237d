#include "ra/authority/keys.h"

#include "forms/der.h"
#include "forms/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RSA_MIN 2048
#define RSA_MAX 4096		/* larger keys only cost time in every later check */
#define EXPONENT_MIN 65537
#define EXPONENT_BITS 64

/* ---- files ---- */

bool
file_put(const char *path, int mode, const void *p, size_t n, struct err *e)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
	size_t done = 0;

	if (fd < 0)
		return err_refuse(e, "cannot make %s: %s", path, strerror(errno));
	while (done < n) {
		ssize_t k = write(fd, (const char *)p + done, n - done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		done += (size_t)k;
	}
	if (done < n || fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0) {
		int why = errno;

		close(fd);
		unlink(path);
		return err_later(e, "cannot write %s: %s", path, strerror(why));
	}
	close(fd);
	return true;
}

static bool
bio_put(const char *path, int mode, BIO *b, struct err *e)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	return file_put(path, mode, p, (size_t)n, e);
}

bool
cert_put(const char *path, X509 *cert, struct err *e)
{
	BIO *b = BIO_new(BIO_s_mem());
	bool ok;

	if (!b || !PEM_write_bio_X509(b, cert)) {
		BIO_free(b);
		err_internal(e, "cannot encode the certificate for %s", path);
		return err_openssl(e);
	}
	ok = bio_put(path, 0644, b, e);
	BIO_free(b);
	return ok;
}

bool
cert_get(const char *path, X509 **out, struct err *e)
{
	BIO *b = BIO_new_file(path, "r");
	X509 *cert = b ? PEM_read_bio_X509(b, NULL, NULL, NULL) : NULL;

	BIO_free(b);
	if (!cert) {
		err_internal(e, "cannot read a certificate from %s: it has to be a PEM file", path);
		return err_openssl(e);
	}
	*out = cert;
	return true;
}

bool
key_put(const char *path, EVP_PKEY *key, const char *pass, struct err *e)
{
	BIO *b = BIO_new(BIO_s_mem());
	bool ok;

	if (!b || !PEM_write_bio_PKCS8PrivateKey(b, key, EVP_aes_256_cbc(), pass, (int)strlen(pass), NULL, NULL)) {
		BIO_free(b);
		err_internal(e, "cannot encode the key for %s", path);
		return err_openssl(e);
	}
	ok = bio_put(path, 0600, b, e);
	BIO_free(b);
	return ok;
}

bool
key_get(const char *path, const char *pass, EVP_PKEY **out, struct err *e)
{
	BIO *b = BIO_new_file(path, "r");
	char own[PASS_SIZE];
	EVP_PKEY *key;

	memcpy(own, pass, sizeof own);
	key = b ? PEM_read_bio_PrivateKey(b, NULL, NULL, own) : NULL;
	OPENSSL_cleanse(own, sizeof own);
	BIO_free(b);
	if (!key) {
		err_internal(e, "cannot open the key %s: restore it and ca.pass from the backup", path);
		return err_openssl(e);
	}
	*out = key;
	return true;
}

bool
pass_make(const char *path, char pass[PASS_SIZE], struct err *e)
{
	unsigned char raw[PASS_SIZE / 2];

	if (RAND_priv_bytes(raw, sizeof raw) != 1) {
		err_internal(e, "the random generator failed");
		return err_openssl(e);
	}
	hex_of(raw, sizeof raw, pass);
	OPENSSL_cleanse(raw, sizeof raw);
	return file_put(path, 0600, pass, PASS_SIZE - 1, e);
}

bool
pass_get(const char *path, char pass[PASS_SIZE], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, pass, PASS_SIZE - 1);

	if (fd >= 0)
		close(fd);
	if (n != PASS_SIZE - 1)
		return err_internal(e, "cannot read the passphrase %s: restore it from the backup", path);
	pass[n] = '\0';
	return true;
}

/* ---- values ---- */

void
hex_of(const unsigned char *p, size_t n, char *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

void
serial_hex(const ASN1_INTEGER *serial, char out[AUTHORITY_SERIAL_SIZE])
{
	int n = ASN1_STRING_length(serial);

	out[0] = '\0';
	if (ASN1_STRING_type(serial) == V_ASN1_INTEGER && n <= 20)
		hex_of(ASN1_STRING_get0_data(serial), (size_t)n, out);
}

bool
time_of(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

static bool
rsa_accept(EVP_PKEY *key, struct err *e)
{
	BIGNUM *exponent = NULL;
	int bits = EVP_PKEY_get_bits(key);
	bool ok;

	if (bits < RSA_MIN || bits > RSA_MAX)
		return err_refuse(e, "the RSA key has %d bits: %d to %d are accepted", bits, RSA_MIN, RSA_MAX);
	ok = EVP_PKEY_get_bn_param(key, "e", &exponent) == 1 && BN_is_odd(exponent)
	    && BN_num_bits(exponent) <= EXPONENT_BITS && (BN_num_bits(exponent) > 32 || BN_get_word(exponent) >= EXPONENT_MIN);
	BN_free(exponent);
	return ok || err_refuse(e, "the RSA exponent is not an odd number from %d", EXPONENT_MIN);
}

/* parameters spelt out are refused even when they spell P-256 (RFC 5480 2.1.1) */
static bool
is_named_p256(const X509_PUBKEY *pub)
{
	X509_ALGOR *algorithm;
	const void *parameter;
	int type;

	X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, pub);
	X509_ALGOR_get0(NULL, &type, &parameter, algorithm);
	return type == V_ASN1_OBJECT && OBJ_obj2nid(parameter) == NID_X9_62_prime256v1;
}

bool
key_accept(const X509_PUBKEY *pub, enum key_kind *kind, EVP_PKEY **out, struct err *e)
{
	EVP_PKEY *key = pub ? der_key(pub) : NULL;
	bool ok, rsa;

	if (!key) {
		ERR_clear_error();
		return err_refuse(e, N_("there is no public key, or it cannot be read"));
	}
	rsa = EVP_PKEY_is_a(key, "RSA");
	if (rsa)
		ok = rsa_accept(key, e);
	else if (!EVP_PKEY_is_a(key, "EC"))
		ok = err_refuse(e, N_("the key is neither RSA nor P-256"));
	else
		ok = is_named_p256(pub) || err_refuse(e, N_("the curve of the key is not P-256"));
	if (!ok) {
		EVP_PKEY_free(key);
		return false;
	}
	*kind = rsa ? KEYS_RSA : KEYS_P256;
	*out = key;
	return true;
}

bool
subject_accept(const X509_NAME *subject, struct err *e)
{
	int n = subject ? i2d_X509_NAME(subject, NULL) : 0;

	if (!subject || X509_NAME_entry_count(subject) == 0)
		return err_refuse(e, N_("the subject is empty"));
	if (n <= 0 || n > SUBJECT_MAX)
		return err_refuse(e, "the subject is longer than %d octets", SUBJECT_MAX);
	return true;
}

static bool
set_serial(X509 *cert)
{
	unsigned char raw[16];
	BIGNUM *n = NULL;
	bool ok = false;

	if (RAND_bytes(raw, sizeof raw) != 1)
		return false;
	raw[0] = (raw[0] & 0x3f) | 0x40;	/* positive, and always 16 octets long */
	n = BN_bin2bn(raw, sizeof raw, NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return ok;
}

static X509 *
cert_blank(const X509_NAME *subject, const X509_NAME *issuer, int64_t not_before, int64_t not_after)
{
	X509 *cert = X509_new();

	if (cert && X509_set_version(cert, X509_VERSION_3) && set_serial(cert)
	    && X509_set_subject_name(cert, subject) && X509_set_issuer_name(cert, issuer)
	    && ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)not_before)
	    && ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)not_after))
		return cert;
	X509_free(cert);
	return NULL;
}

X509 *
cert_new(const X509_NAME *subject, const X509_NAME *issuer, EVP_PKEY *pub, int64_t not_before, int64_t not_after)
{
	X509 *cert = cert_blank(subject, issuer, not_before, not_after);

	if (cert && X509_set_pubkey(cert, pub))
		return cert;
	X509_free(cert);
	return NULL;
}

/* AlgorithmIdentifiers of keys: RFC 3279 2.3.1 (RSA, with NULL), RFC 5480 2.1.1 (a named curve) */
static bool
set_key(X509 *cert, const X509_PUBKEY *pub, enum key_kind kind)
{
	const unsigned char *bits;
	unsigned char *own;
	ASN1_OBJECT *type;
	int n, ok;

	if (X509_PUBKEY_get0_param(&type, &bits, &n, NULL, pub) != 1 || !(own = OPENSSL_memdup(bits, (size_t)n)))
		return false;
	if (kind == KEYS_P256)
		ok = X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
		    OBJ_nid2obj(NID_X9_62_prime256v1), own, n);
	else
		ok = X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL, own, n);
	if (ok != 1)
		OPENSSL_free(own);
	return ok == 1;
}

X509 *
cert_new_for(const X509_NAME *subject, const X509_NAME *issuer, const X509_PUBKEY *pub, enum key_kind kind,
    int64_t not_before, int64_t not_after)
{
	X509 *cert = cert_blank(subject, issuer, not_before, not_after);

	if (cert && set_key(cert, pub, kind))
		return cert;
	X509_free(cert);
	return NULL;
}

bool
cert_add_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, NULL);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = x && X509_add_ext(cert, x, -1);
	X509_EXTENSION_free(x);
	return ok;
}

bool
cert_sign(X509 *cert, EVP_PKEY *key, struct err *e)
{
	if (X509_sign(cert, key, EVP_sha256()) > 0)
		return true;
	err_internal(e, "the CA's key could not sign");
	return err_openssl(e);
}

bool
row_of(X509 *cert, struct authority_cert *row, struct err *e)
{
	BIO *b = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der), k;

	serial_hex(X509_get0_serialNumber(cert), row->serial);
	row->der = n > 0 ? malloc((size_t)n) : NULL;
	if (!b || !row->der || !time_of(X509_get0_notBefore(cert), &row->not_before)
	    || !time_of(X509_get0_notAfter(cert), &row->not_after)) {
		BIO_free(b);
		OPENSSL_free(der);
		return err_internal(e, "out of memory");
	}
	memcpy(row->der, der, (size_t)n);
	row->der_n = (size_t)n;
	OPENSSL_free(der);
	X509_NAME_print_ex(b, X509_get_subject_name(cert), 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	k = BIO_read(b, row->subject, sizeof row->subject - 1);
	k = k < 0 ? 0 : k;
	/* cut at a whole character */
	while (k == (int)sizeof row->subject - 1 && k > 0 && ((unsigned char)row->subject[k - 1] & 0xC0) == 0x80)
		k--;
	if (k > 0 && (unsigned char)row->subject[k - 1] >= 0xC0)
		k--;
	row->subject[k] = '\0';
	BIO_free(b);
	return true;
}
