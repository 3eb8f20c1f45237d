#include "ra/member_key.h"

#include "forms/when.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>

/* scrypt N = 2^15, r = 8, p = 1: about 110 ms and 32 MiB */
#define SCRYPT_N (UINT64_C(1) << 15)
#define SCRYPT_MEM (UINT64_C(64) << 20)
#define WRAP_EXTRA (12 + 16)

bool
member_key_derive(const char *password, const unsigned char salt[16], unsigned char key[32], struct err *e)
{
	if (EVP_PBE_scrypt(password, strlen(password), salt, 16, SCRYPT_N, 8, 1, SCRYPT_MEM, key, 32) == 1)
		return true;
	return err_internal(e, "the password cannot be derived") || err_openssl(e);
}

static bool
wrap(const unsigned char key[32], const char *login, const unsigned char *in, size_t n, unsigned char *out, struct err *e)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int l;
	bool ok = c && RAND_bytes(out, 12) == 1 && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, out) == 1
	    && EVP_EncryptUpdate(c, NULL, &l, (const unsigned char *)login, (int)strlen(login)) == 1
	    && EVP_EncryptUpdate(c, out + 12, &l, in, (int)n) == 1 && EVP_EncryptFinal_ex(c, out + 12 + n, &l) == 1
	    && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out + 12 + n) == 1;

	EVP_CIPHER_CTX_free(c);
	return ok || err_internal(e, "the signing key cannot be sealed") || err_openssl(e);
}

static bool
unwrap(const unsigned char key[32], const char *login, const unsigned char *in, size_t n, unsigned char *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char tag[16];
	int l;
	bool ok;

	if (n < WRAP_EXTRA) {
		EVP_CIPHER_CTX_free(c);
		return false;
	}
	memcpy(tag, in + n - 16, 16);
	ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, in) == 1
	    && EVP_DecryptUpdate(c, NULL, &l, (const unsigned char *)login, (int)strlen(login)) == 1
	    && EVP_DecryptUpdate(c, out, &l, in + 12, (int)(n - WRAP_EXTRA)) == 1
	    && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1 && EVP_DecryptFinal_ex(c, out + l, &l) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool
member_key_seal(struct member_key *k, const char *login, const char *password, const unsigned char *der, size_t n, struct err *e)
{
	unsigned char key[32];
	bool ok;

	if (n + WRAP_EXTRA > sizeof k->sealed || RAND_bytes(k->salt, sizeof k->salt) != 1)
		return err_internal(e, "the signing key cannot be sealed");
	k->salt_n = sizeof k->salt;
	k->sealed_n = n + WRAP_EXTRA;
	ok = member_key_derive(password, k->salt, key, e) && wrap(key, login, der, n, k->sealed, e);
	OPENSSL_cleanse(key, sizeof key);
	return ok;
}

int
member_key_open(const struct member_key *k, const char *login, const char *password, EVP_PKEY **out, struct err *e)
{
	unsigned char key[32], der[sizeof k->sealed];
	const unsigned char *p = der;
	int rc = -1;

	if (!member_key_derive(password, k->salt, key, e))
		return -1;
	if (!unwrap(key, login, k->sealed, k->sealed_n, der))
		rc = 0;
	else if ((*out = d2i_AutoPrivateKey(NULL, &p, (long)(k->sealed_n - WRAP_EXTRA))) != NULL)
		rc = 1;
	else
		err_internal(e, "the signing key of %s is damaged: have the password reset", login);
	OPENSSL_cleanse(key, sizeof key);
	OPENSSL_cleanse(der, sizeof der);
	return rc;
}

bool
member_key_public(EVP_PKEY *key, struct member_key *k, struct err *e)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);

	if (n <= 0 || (size_t)n > sizeof k->public_key) {
		OPENSSL_free(der);
		return err_internal(e, "the public key cannot be stored");
	}
	memcpy(k->public_key, der, (size_t)n);
	k->public_n = (size_t)n;
	OPENSSL_free(der);
	return true;
}

bool
member_key_new(int64_t staff, const char *login, const char *password, struct member_key *k, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	unsigned char *der = NULL;
	int n;
	bool ok = false;

	memset(k, 0, sizeof *k);
	k->staff = staff;
	k->made_at = when_now();
	if (!key || (n = i2d_PrivateKey(key, &der)) <= 0) {
		err_internal(e, "no signing key can be made");
		err_openssl(e);
	} else {
		ok = member_key_public(key, k, e) && member_key_seal(k, login, password, der, (size_t)n, e);
		OPENSSL_clear_free(der, (size_t)n);
	}
	EVP_PKEY_free(key);
	return ok;
}
