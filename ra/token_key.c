/* Keys on a token; declared in ra/token.h. */
#include "ra/token_p11.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>


bool
token_key_id(EVP_PKEY *pub, unsigned char id[20], struct err *e)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(pub, &der);
	bool ok = n > 0 && EVP_Digest(der, (size_t)n, id, NULL, EVP_sha1(), NULL) == 1;

	OPENSSL_free(der);
	return ok || err_internal(e, "the key cannot be named");
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *b)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *p = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY *key = NULL;

	if (c && p && EVP_PKEY_fromdata_init(c) == 1 && EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, p) != 1)
		key = NULL;
	OSSL_PARAM_free(p);
	EVP_PKEY_CTX_free(c);
	return key;
}

/* The standard has the point in an OCTET STRING; some modules give it bare. */
static EVP_PKEY *
ec_public(struct token *t, CK_OBJECT_HANDLE o)
{
	unsigned char raw[256];
	CK_ATTRIBUTE a = { CKA_EC_POINT, raw, sizeof raw };
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	const unsigned char *p = raw;
	EVP_PKEY *key = NULL;

	if (b && t->f->C_GetAttributeValue(t->session, o, &a, 1) == CKR_OK) {
		CK_ULONG n = a.ulValueLen;

		if (n == 67 && raw[0] == 4 && raw[1] == 65) {
			p += 2;
			n -= 2;
		}
		if (OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0)
		    && OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, p, n))
			key = from_params("EC", b);
	}
	OSSL_PARAM_BLD_free(b);
	return key;
}

static EVP_PKEY *
rsa_public(struct token *t, CK_OBJECT_HANDLE o)
{
	unsigned char n[1024], x[16];
	CK_ATTRIBUTE a[] = { { CKA_MODULUS, n, sizeof n }, { CKA_PUBLIC_EXPONENT, x, sizeof x } };
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *bn = NULL, *be = NULL;
	EVP_PKEY *key = NULL;

	if (b && t->f->C_GetAttributeValue(t->session, o, a, 2) == CKR_OK) {
		bn = BN_bin2bn(n, (int)a[0].ulValueLen, NULL);
		be = BN_bin2bn(x, (int)a[1].ulValueLen, NULL);
		if (bn && be && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn)
		    && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be))
			key = from_params("RSA", b);
	}
	BN_free(bn);
	BN_free(be);
	OSSL_PARAM_BLD_free(b);
	return key;
}

/* The kinds of keys that a scheme may name. */
static const struct kind {
	const char *name;
	CK_KEY_TYPE type;
	CK_MECHANISM_TYPE generate;
	EVP_PKEY *(*public)(struct token *t, CK_OBJECT_HANDLE o);
} kinds[] = {
	{ "p256", CKK_EC, CKM_EC_KEY_PAIR_GEN, ec_public },
	{ "rsa2048", CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, rsa_public },
};

static const struct kind *
kind_of(const char *name, struct err *e)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	err_internal(e, "the key kind %s is not known", name);
	return NULL;
}

static CK_RV
generate(struct token *t, const struct kind *k, const char *label, CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private)
{
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG bits = 2048, named = strlen(label);
	unsigned char e65537[] = { 1, 0, 1 }, p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	void *text = (void *)(uintptr_t)label;
	CK_ATTRIBUTE rsa_a[] = { { CKA_TOKEN, &yes, 1 }, { CKA_VERIFY, &yes, 1 }, { CKA_LABEL, text, named },
	    { CKA_MODULUS_BITS, &bits, sizeof bits }, { CKA_PUBLIC_EXPONENT, e65537, sizeof e65537 } };
	CK_ATTRIBUTE ec_a[] = { { CKA_TOKEN, &yes, 1 }, { CKA_VERIFY, &yes, 1 }, { CKA_LABEL, text, named },
	    { CKA_EC_PARAMS, p256, sizeof p256 } };
	CK_ATTRIBUTE private_a[] = { { CKA_TOKEN, &yes, 1 }, { CKA_PRIVATE, &yes, 1 }, { CKA_SENSITIVE, &yes, 1 },
	    { CKA_EXTRACTABLE, &no, 1 }, { CKA_SIGN, &yes, 1 }, { CKA_LABEL, text, named } };
	CK_MECHANISM mech = { k->generate, NULL, 0 };
	bool ec = k->type == CKK_EC;

	return t->f->C_GenerateKeyPair(t->session, &mech, ec ? ec_a : rsa_a, ec ? 4 : 5, private_a, 6, public, private);
}

bool
token_generate(struct token *t, const char *kind, const char *label, EVP_PKEY **pub, struct err *e)
{
	const struct kind *k = kind_of(kind, e);
	unsigned char id[20];
	CK_ATTRIBUTE ia = { CKA_ID, id, 20 };
	CK_OBJECT_HANDLE public, private;
	EVP_PKEY *key;

	if (!k)
		return false;
	TRY(generate(t, k, label, &public, &private), t->serial);
	key = k->public(t, public);
	if (!key)
		return err_later(e, "the token %s does not give its public key: take another", t->serial) || err_openssl(e);
	if (token_key_id(key, id, e)) {
		CK_RV rv = t->f->C_SetAttributeValue(t->session, public, &ia, 1);

		if (rv == CKR_OK)
			rv = t->f->C_SetAttributeValue(t->session, private, &ia, 1);
		if (rv == CKR_OK) {
			*pub = key;
			return true;
		}
		token_fail(e, rv, t->serial, "C_SetAttributeValue");
	}
	EVP_PKEY_free(key);
	return false;
}

static bool
private_key(struct token *t, unsigned char id[20], CK_OBJECT_HANDLE *o, bool *found, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_ID, id, 20 } };
	CK_ULONG n;

	if (!token_objects(t, a, 2, o, 1, &n, e))
		return false;
	*found = n == 1;
	return true;
}

/* The first of these public keys that has its private key beside it; one that was killed before its id was set is left
 * lying. *pub NULL: none. */
static bool
whole_pair(struct token *t, const struct kind *k, const CK_OBJECT_HANDLE *o, CK_ULONG n, EVP_PKEY **pub, struct err *e)
{
	unsigned char id[20];

	*pub = NULL;
	for (CK_ULONG i = 0; i < n && !*pub; i++) {
		EVP_PKEY *key = k->public(t, o[i]);
		CK_OBJECT_HANDLE private;
		bool found = false;

		if (key && (!token_key_id(key, id, e) || !private_key(t, id, &private, &found, e))) {
			EVP_PKEY_free(key);
			return false;
		}
		if (found)
			*pub = key;
		else
			EVP_PKEY_free(key);
	}
	ERR_clear_error();
	return true;
}

bool
token_generated(struct token *t, const char *kind, const char *label, EVP_PKEY **pub, bool *found, struct err *e)
{
	const struct kind *k = kind_of(kind, e);
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = k ? k->type : 0;
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_KEY_TYPE, &type, sizeof type },
	    { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
	CK_OBJECT_HANDLE o[8];
	CK_ULONG n;
	EVP_PKEY *key;

	if (!k || !token_objects(t, a, 3, o, 8, &n, e) || !whole_pair(t, k, o, n, &key, e))
		return false;
	*found = key != NULL;
	if (key)
		*pub = key;
	return true;
}

bool
token_has_key(struct token *t, EVP_PKEY *pub, bool *has, struct err *e)
{
	unsigned char id[20];
	CK_OBJECT_HANDLE o;

	return token_key_id(pub, id, e) && private_key(t, id, &o, has, e);
}

/* Signs a SHA-256 digest: PKCS#1 v1.5 with its DigestInfo, or ECDSA as DER. *sig is OPENSSL_malloc'ed. */
static bool
sign_digest(struct token *t, CK_OBJECT_HANDLE key, bool ec, const unsigned char digest[32], unsigned char **sig, int *n,
    struct err *e)
{
	unsigned char in[51] = { 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20 };
	unsigned char raw[1024];
	CK_ULONG len = sizeof raw;
	CK_MECHANISM mech = { ec ? CKM_ECDSA : CKM_RSA_PKCS, NULL, 0 };
	ECDSA_SIG *s;

	memcpy(in + 19, digest, 32);
	TRY(t->f->C_SignInit(t->session, &mech, key), t->serial);
	TRY(t->f->C_Sign(t->session, ec ? in + 19 : in, ec ? 32 : sizeof in, raw, &len), t->serial);
	*sig = NULL;
	if (!ec) {
		*sig = OPENSSL_memdup(raw, len);
		*n = (int)len;
	} else if ((s = ECDSA_SIG_new()) != NULL) {
		if (ECDSA_SIG_set0(s, BN_bin2bn(raw, (int)len / 2, NULL), BN_bin2bn(raw + len / 2, (int)len / 2, NULL)))
			*n = i2d_ECDSA_SIG(s, sig);
		ECDSA_SIG_free(s);
	}
	return *sig || err_internal(e, "out of memory");
}

static bool
sign_request(struct token *t, CK_OBJECT_HANDLE key, bool ec, X509_REQ *r, struct err *e)
{
	unsigned char *tbs = NULL, *sig = NULL, digest[32];
	int n = i2d_re_X509_REQ_tbs(r, &tbs), len = 0;
	X509_ALGOR *alg = X509_ALGOR_new();
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	bool ok = n > 0 && alg && bits && EVP_Digest(tbs, (size_t)n, digest, NULL, EVP_sha256(), NULL) == 1;

	ok = ok && sign_digest(t, key, ec, digest, &sig, &len, e);
	if (ok) {
		X509_ALGOR_set0(alg, OBJ_nid2obj(ec ? NID_ecdsa_with_SHA256 : NID_sha256WithRSAEncryption),
		    ec ? V_ASN1_UNDEF : V_ASN1_NULL, NULL);
		ok = ASN1_BIT_STRING_set(bits, sig, len) && X509_REQ_set1_signature_algo(r, alg);
		/* or trailing zero bits of the signature are cut */
		bits->flags = (bits->flags & ~0x0f) | ASN1_STRING_FLAG_BITS_LEFT;
		X509_REQ_set0_signature(r, bits);
		bits = NULL;
	}
	OPENSSL_free(tbs);
	OPENSSL_free(sig);
	X509_ALGOR_free(alg);
	ASN1_BIT_STRING_free(bits);
	return ok;
}

bool
token_request(struct token *t, EVP_PKEY *pub, X509_NAME *subject, X509_REQ **out, struct err *e)
{
	unsigned char id[20];
	CK_OBJECT_HANDLE key;
	X509_REQ *r = NULL;
	bool found, ok;

	if (!token_key_id(pub, id, e) || !private_key(t, id, &key, &found, e))
		return false;
	if (!found)
		return err_refuse(e, "the token %s has no private key to this public key", t->serial);
	r = X509_REQ_new();
	ok = r && X509_REQ_set_version(r, 0) && X509_REQ_set_subject_name(r, subject) && X509_REQ_set_pubkey(r, pub)
	    && sign_request(t, key, EVP_PKEY_is_a(pub, "EC"), r, e);
	if (ok && X509_REQ_verify(r, pub) == 1) {
		*out = r;
		return true;
	}
	if (ok)
		err_refuse(e, "the token %s signs wrongly: take another", t->serial);
	err_openssl(e);
	X509_REQ_free(r);
	return false;
}

bool
token_sign(struct token *t, EVP_PKEY *pub, const unsigned char digest[32], unsigned char **sig, int *n, struct err *e)
{
	unsigned char id[20];
	CK_OBJECT_HANDLE key;
	bool found;

	if (!token_key_id(pub, id, e) || !private_key(t, id, &key, &found, e))
		return false;
	if (!found)
		return err_refuse(e, "the token %s has not the key of this certificate", t->serial);
	return sign_digest(t, key, EVP_PKEY_is_a(pub, "EC"), digest, sig, n, e);
}
