/* Keys made by ourselves beside OpenSSL's own: the same keys, the same bytes, and nothing that is no key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/der.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

static EVP_PKEY *
make(const char *kind)
{
	if (strncmp(kind, "RSA ", 4) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(kind + 4, NULL, 10));
	if (strncmp(kind, "EC ", 3) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind + 3);
	return EVP_PKEY_Q_keygen(NULL, NULL, kind);
}

/* As it stands in a message: not decoded. */
static X509_PUBKEY *
undecoded(const unsigned char *der, int n)
{
	OSSL_LIB_CTX *was = der_keys_later_begin();
	const unsigned char *p = der;
	unsigned long before = ERR_peek_last_error();
	X509_PUBKEY *pub = d2i_X509_PUBKEY(NULL, &p, n);

	der_keys_later_end(was);
	assert_non_null(pub);
	assert_true(ERR_peek_last_error() == before);	/* it is no mistake */
	return pub;
}

static void
a_key_is_the_same_whichever_way_it_is_made_and_so_are_its_bytes(void **st)
{
	static const char *const kinds[] = { "EC P-256", "EC P-384", "SM2", "RSA 2048", "ED25519" };

	(void)st;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		EVP_PKEY *key = make(kinds[i]), *own;
		unsigned char *theirs = NULL, *ours = NULL;
		int n = i2d_PUBKEY(key, &theirs), m = der_spki(key, &ours);
		X509_PUBKEY *pub = undecoded(theirs, n);

		if (n != m || memcmp(theirs, ours, (size_t)n) != 0)
			fail_msg("%s: other bytes", kinds[i]);
		assert_null(X509_PUBKEY_get0(pub));
		ERR_clear_error();
		own = der_key(pub);
		if (!own || EVP_PKEY_eq(own, key) != 1)
			fail_msg("%s: another key", kinds[i]);
		EVP_PKEY_free(own);
		X509_PUBKEY_free(pub);
		OPENSSL_free(theirs);
		OPENSSL_free(ours);
		EVP_PKEY_free(key);
	}
}

static void
a_key_made_from_its_point_verifies_what_the_private_key_signed(void **st)
{
	EVP_PKEY *key = make("EC P-256"), *own;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char sig[80], *der = NULL;
	const unsigned char *text = (const unsigned char *)"text";
	size_t n = sizeof sig;
	X509_PUBKEY *pub;
	int len = i2d_PUBKEY(key, &der);

	(void)st;
	pub = undecoded(der, len);
	own = der_key(pub);
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(md, sig, &n, text, 4), 1);
	EVP_MD_CTX_reset(md);
	assert_int_equal(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, own), 1);
	assert_int_equal(EVP_DigestVerify(md, sig, n, text, 4), 1);
	EVP_MD_CTX_reset(md);
	assert_int_equal(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, own), 1);
	assert_int_not_equal(EVP_DigestVerify(md, sig, n, text, 3), 1);
	EVP_MD_CTX_free(md);
	X509_PUBKEY_free(pub);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	EVP_PKEY_free(own);
}

/* An elliptic-curve key with this point. */
static EVP_PKEY *
from_point(const unsigned char *point, int n)
{
	X509_PUBKEY *pub = X509_PUBKEY_new();
	EVP_PKEY *key;

	assert_int_equal(X509_PUBKEY_set0_param(pub, OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
	    OBJ_nid2obj(NID_X9_62_prime256v1), OPENSSL_memdup(point, (size_t)n), n), 1);
	key = der_key(pub);
	X509_PUBKEY_free(pub);
	ERR_clear_error();
	return key;
}

static void
a_point_that_is_not_on_the_curve_is_no_key(void **st)
{
	EVP_PKEY *key = make("EC P-256"), *own;
	unsigned char point[65], squeezed[33], zero[65] = { 4 }, big[65];
	size_t n = 0;

	(void)st;
	assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n), 1);
	assert_int_equal(n, 65);
	own = from_point(point, 65);
	assert_int_equal(EVP_PKEY_eq(own, key), 1);
	EVP_PKEY_free(own);
	memcpy(squeezed + 1, point + 1, 32);
	squeezed[0] = (unsigned char)(2 | (point[64] & 1));	/* compressed */
	own = from_point(squeezed, 33);
	assert_int_equal(EVP_PKEY_eq(own, key), 1);
	EVP_PKEY_free(own);
	assert_null(from_point(point, 64));
	assert_null(from_point(point, 1));
	assert_null(from_point(zero, 65));
	assert_null(from_point(zero + 1, 1));			/* the point at infinity */
	memset(big, 0xff, sizeof big);
	big[0] = 4;
	assert_null(from_point(big, 65));			/* coordinates beyond the field */
	for (int i = 0; i < 200; i++) {
		memcpy(big, point, sizeof big);
		big[1 + i % 64] ^= (unsigned char)(1 << i % 8);
		assert_null(from_point(big, 65));
	}
	memcpy(big, point, sizeof big);
	big[0] = (unsigned char)(6 | (point[64] & 1));		/* the hybrid form, which RFC 5480 2.2 forbids */
	assert_null(from_point(big, 65));
	EVP_PKEY_free(key);
}

static void
keys_are_decoded_again_after_the_end(void **st)
{
	EVP_PKEY *key = make("EC P-256");
	unsigned char *der = NULL;
	const unsigned char *p;
	int n = i2d_PUBKEY(key, &der);
	X509_PUBKEY *pub = undecoded(der, n), *again;

	(void)st;
	p = der;
	again = d2i_X509_PUBKEY(NULL, &p, n);
	assert_non_null(X509_PUBKEY_get0(again));
	assert_null(X509_PUBKEY_get0(pub));
	ERR_clear_error();
	der_keys_later_end(NULL);	/* allowed: where begin found no memory */
	X509_PUBKEY_free(pub);
	X509_PUBKEY_free(again);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_the_same_whichever_way_it_is_made_and_so_are_its_bytes),
		cmocka_unit_test(a_key_made_from_its_point_verifies_what_the_private_key_signed),
		cmocka_unit_test(a_point_that_is_not_on_the_curve_is_no_key),
		cmocka_unit_test(keys_are_decoded_again_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
