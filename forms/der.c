#include "forms/der.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#define EXTRA_CERTS 1		/* [1] in PKIMessage */

size_t
der_strip_extra_certs(unsigned char *der, size_t n)
{
	const unsigned char *p = der, *end, *at;
	unsigned char head[8], *h = head;
	long len;
	int tag, class, r = ASN1_get_object(&p, &len, &tag, &class, (long)n);

	/* definite lengths only; anything odd is left for the parser to refuse */
	if ((r & 0x81) != 0 || tag != V_ASN1_SEQUENCE || p + len != der + n)
		return n;
	end = p + len;
	for (at = p; at < end;) {
		const unsigned char *begin = at;

		r = ASN1_get_object(&at, &len, &tag, &class, end - at);
		if ((r & 0x81) != 0)
			return n;
		at += len;
		if (class == V_ASN1_CONTEXT_SPECIFIC && tag == EXTRA_CERTS && begin != p && at == end) {
			int keep = (int)(begin - p);
			size_t size;

			ASN1_put_object(&h, 1, keep, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
			size = (size_t)(h - head);
			memmove(der + size, p, (size_t)keep);
			memcpy(der, head, size);
			return size + (size_t)keep;
		}
	}
	return n;
}

static OSSL_LIB_CTX *without;		/* a library context with no algorithms; lives as long as the program */

static void
make_without(void)
{
	without = OSSL_LIB_CTX_new();
	/* the null provider keeps the context from loading the default one by itself */
	if (without && !OSSL_PROVIDER_load(without, "null")) {
		OSSL_LIB_CTX_free(without);
		without = NULL;
	}
}

OSSL_LIB_CTX *
der_keys_later_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_without);
	return without ? OSSL_LIB_CTX_set0_default(without) : NULL;
}

void
der_keys_later_end(OSSL_LIB_CTX *was)
{
	if (was)
		OSSL_LIB_CTX_set0_default(was);
}

/* ---- keys ---- */

#define P256_POINT 65		/* 4, x, y: uncompressed (SEC 1 2.3.3) */
#define P256_SHORT 33		/* 2 or 3, x: compressed */

/* The point of a P-256 key by named curve (RFC 5480 2.1.1); NULL for every other key. */
static const unsigned char *
p256_point(const X509_PUBKEY *pub, int *n)
{
	const unsigned char *point;
	const void *parameter;
	X509_ALGOR *algorithm;
	ASN1_OBJECT *type;
	int kind;

	if (X509_PUBKEY_get0_param(&type, &point, n, &algorithm, pub) != 1)
		return NULL;
	X509_ALGOR_get0(NULL, &kind, &parameter, algorithm);
	if (OBJ_obj2nid(type) != NID_X9_62_id_ecPublicKey || kind != V_ASN1_OBJECT
	    || OBJ_obj2nid(parameter) != NID_X9_62_prime256v1)
		return NULL;
	return point;
}

/* RFC 5480 2.2 knows these two forms; OpenSSL would take the point at infinity, too. */
static EVP_PKEY *
p256_key(const unsigned char *point, int n)
{
	char group[] = SN_X9_62_prime256v1;
	OSSL_PARAM of[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point, (size_t)n),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *c = NULL;
	EVP_PKEY *key = NULL;

	if ((n == P256_POINT && point[0] == 4) || (n == P256_SHORT && (point[0] == 2 || point[0] == 3)))
		c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (!c || EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, of) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	return key;
}

EVP_PKEY *
der_key(const X509_PUBKEY *pub)
{
	const unsigned char *point, *p;
	unsigned char *der = NULL;
	EVP_PKEY *key;
	int n = 0;

	point = p256_point(pub, &n);
	if (point)
		return p256_key(point, n);
	n = i2d_X509_PUBKEY(pub, &der);
	p = der;
	key = n > 0 ? d2i_PUBKEY(NULL, &p, n) : NULL;
	OPENSSL_free(der);
	return key;
}

int
der_spki(EVP_PKEY *key, unsigned char **out)
{
	unsigned char point[P256_POINT + 1], *own;
	char group[32] = "";
	X509_PUBKEY *pub;
	size_t n = 0;
	int len = -1;

	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1
	    || strcmp(group, SN_X9_62_prime256v1) != 0
	    || EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n) != 1 || n != P256_POINT)
		return i2d_PUBKEY(key, out);
	pub = X509_PUBKEY_new();
	own = OPENSSL_memdup(point, n);
	if (pub && own && X509_PUBKEY_set0_param(pub, OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
	    OBJ_nid2obj(NID_X9_62_prime256v1), own, (int)n) == 1) {
		own = NULL;
		len = i2d_X509_PUBKEY(pub, out);
	}
	OPENSSL_free(own);
	X509_PUBKEY_free(pub);
	return len;
}
