/* Certificates on a token; declared in ra/token.h. */
#include "ra/token_p11.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct encoded { unsigned char *value, *subject, *issuer, *serial, *label; int value_n, subject_n, issuer_n, serial_n, label_n; };

static bool
encode(X509 *x, struct encoded *c, struct err *e)
{
	X509_NAME *name = X509_get_subject_name(x);
	X509_NAME_ENTRY *cn = X509_NAME_get_entry(name, X509_NAME_get_index_by_NID(name, NID_commonName, -1));

	memset(c, 0, sizeof *c);
	c->value_n = i2d_X509(x, &c->value);
	c->subject_n = i2d_X509_NAME(name, &c->subject);
	c->issuer_n = i2d_X509_NAME(X509_get_issuer_name(x), &c->issuer);
	c->serial_n = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &c->serial);
	/* what other programs show: the holder's name */
	c->label_n = cn ? ASN1_STRING_to_UTF8(&c->label, X509_NAME_ENTRY_get_data(cn)) : 0;
	return (c->value_n > 0 && c->subject_n > 0 && c->issuer_n > 0 && c->serial_n > 0)
	    || err_internal(e, "the certificate cannot be encoded");
}

static void
encoded_free(struct encoded *c)
{
	OPENSSL_free(c->value);
	OPENSSL_free(c->subject);
	OPENSSL_free(c->issuer);
	OPENSSL_free(c->serial);
	OPENSSL_free(c->label);
}

/* Is there an object with exactly these bytes? */
static bool
present(struct token *t, const struct encoded *c, bool *there, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_VALUE, c->value, (CK_ULONG)c->value_n } };
	unsigned char *back = malloc((size_t)c->value_n + 1);
	CK_ATTRIBUTE v = { CKA_VALUE, back, (CK_ULONG)c->value_n + 1 };
	CK_OBJECT_HANDLE o;
	CK_ULONG n;
	CK_RV rv;
	bool ok = back && token_objects(t, a, 2, &o, 1, &n, e);

	*there = false;
	if (ok && n == 1) {
		/* read back and compared here: a module may search in a cache */
		rv = t->f->C_GetAttributeValue(t->session, o, &v, 1);
		ok = rv == CKR_OK || token_fail(e, rv, t->serial, "C_GetAttributeValue");
		*there = ok && v.ulValueLen == (CK_ULONG)c->value_n && memcmp(back, c->value, (size_t)c->value_n) == 0;
	}
	free(back);
	return ok;
}

bool
token_holds(struct token *t, X509 *cert, bool *holds, struct err *e)
{
	struct encoded c;
	bool ok = encode(cert, &c, e) && present(t, &c, holds, e);

	encoded_free(&c);
	return ok;
}

static bool
write_one(struct token *t, X509 *x, const unsigned char id[20], struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	unsigned char own[20];
	struct encoded c;
	CK_OBJECT_HANDLE o;
	bool there, ok;

	memcpy(own, id, sizeof own);
	ok = encode(x, &c, e) && present(t, &c, &there, e);
	if (ok && !there) {
		CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_CERTIFICATE_TYPE, &type, sizeof type },
		    { CKA_TOKEN, &yes, 1 }, { CKA_PRIVATE, &no, 1 }, { CKA_ID, own, sizeof own },
		    { CKA_LABEL, c.label, c.label_n > 0 ? (CK_ULONG)c.label_n : 0 },
		    { CKA_SUBJECT, c.subject, (CK_ULONG)c.subject_n }, { CKA_ISSUER, c.issuer, (CK_ULONG)c.issuer_n },
		    { CKA_SERIAL_NUMBER, c.serial, (CK_ULONG)c.serial_n }, { CKA_VALUE, c.value, (CK_ULONG)c.value_n } };
		CK_RV rv = t->f->C_CreateObject(t->session, a, sizeof a / sizeof *a, &o);

		ok = rv == CKR_OK || token_fail(e, rv, t->serial, "C_CreateObject");
		ok = ok && present(t, &c, &there, e);
		if (ok && !there)
			ok = err_refuse(e, "the token %s does not give back what was written: take another", t->serial);
	}
	encoded_free(&c);
	return ok;
}

bool
token_write(struct token *t, X509 *cert, X509 **chain, size_t chain_n, struct err *e)
{
	unsigned char id[20];
	bool has;

	if (!token_has_key(t, X509_get0_pubkey(cert), &has, e) || !token_key_id(X509_get0_pubkey(cert), id, e))
		return false;
	if (!has)
		return err_refuse(e, "the token %s has not the key of this certificate: it is another's token", t->serial);
	if (!write_one(t, cert, id, e))
		return false;
	for (size_t i = 0; i < chain_n; i++)
		if (!token_key_id(X509_get0_pubkey(chain[i]), id, e) || !write_one(t, chain[i], id, e))
			return false;
	return true;
}

/* The object with exactly this certificate; *n 0: there is none. */
static bool
object_of(struct token *t, const struct encoded *c, CK_OBJECT_HANDLE *o, CK_ULONG *n, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_VALUE, c->value, (CK_ULONG)c->value_n } };

	return token_objects(t, a, 2, o, 1, n, e);
}

static bool
destroy(struct token *t, CK_OBJECT_CLASS class, const unsigned char id[20], struct err *e)
{
	unsigned char own[20];
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_ID, own, sizeof own } };
	CK_OBJECT_HANDLE o[4];
	CK_ULONG n;

	memcpy(own, id, sizeof own);
	if (!token_objects(t, a, 2, o, 4, &n, e))
		return false;
	for (CK_ULONG i = 0; i < n; i++)
		TRY(t->f->C_DestroyObject(t->session, o[i]), t->serial);
	return true;
}

/* Certificates that share a key share its CKA_ID. The private key goes first and the certificate last, so that a repeat after a
 * kill finds what is left. */
static bool
remove_with_key(struct token *t, const struct encoded *c, const unsigned char id[20], struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	unsigned char own[20];
	CK_ATTRIBUTE a[] = { { CKA_CLASS, &class, sizeof class }, { CKA_ID, own, sizeof own } };
	CK_OBJECT_HANDLE o, same[4];
	CK_ULONG there, n;

	memcpy(own, id, sizeof own);
	if (!object_of(t, c, &o, &there, e) || !token_objects(t, a, 2, same, 4, &n, e))
		return false;
	if (n <= there && (!destroy(t, CKO_PRIVATE_KEY, id, e) || !destroy(t, CKO_PUBLIC_KEY, id, e)))
		return false;
	if (there > 0)
		TRY(t->f->C_DestroyObject(t->session, o), t->serial);
	return true;
}

bool
token_remove(struct token *t, X509 *cert, struct err *e)
{
	unsigned char id[20];
	struct encoded c;
	bool ok = encode(cert, &c, e) && token_key_id(X509_get0_pubkey(cert), id, e) && remove_with_key(t, &c, id, e);

	encoded_free(&c);
	return ok;
}

bool
token_label(struct token *t, X509 *cert, const char *label, struct err *e)
{
	CK_ATTRIBUTE l = { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) };
	struct encoded c;
	CK_OBJECT_HANDLE o;
	CK_ULONG n = 0;
	CK_RV rv = CKR_OK;
	bool ok = encode(cert, &c, e) && object_of(t, &c, &o, &n, e);

	encoded_free(&c);
	if (ok && n > 0)
		rv = t->f->C_SetAttributeValue(t->session, o, &l, 1);
	return ok && (rv == CKR_OK || token_fail(e, rv, t->serial, "C_SetAttributeValue"));
}

bool
token_certificates(struct token *t, X509 **out, size_t max, size_t *n, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE a = { CKA_CLASS, &class, sizeof class };
	CK_OBJECT_HANDLE o[64];
	unsigned char raw[TOKEN_VALUE_MAX];
	CK_ULONG found;

	*n = 0;
	if (!token_objects(t, &a, 1, o, 64, &found, e))
		return false;
	for (CK_ULONG i = 0; i < found && *n < max; i++) {
		CK_ATTRIBUTE v = { CKA_VALUE, raw, sizeof raw };
		const unsigned char *p = raw;
		X509 *x = NULL;

		if (t->f->C_GetAttributeValue(t->session, o[i], &v, 1) == CKR_OK)
			x = d2i_X509(NULL, &p, (long)v.ulValueLen);
		if (x && X509_check_ca(x) == 0)
			out[(*n)++] = x;
		else
			X509_free(x);
	}
	return true;
}

bool
token_prove(struct token *t, X509 *cert, struct err *e)
{
	EVP_PKEY *pub = X509_get0_pubkey(cert);
	unsigned char random[32], digest[32], *sig = NULL;
	EVP_PKEY_CTX *c = NULL;
	int n = 0;
	bool ok = false;

	if (!pub || RAND_bytes(random, sizeof random) != 1
	    || EVP_Digest(random, sizeof random, digest, NULL, EVP_sha256(), NULL) != 1)
		return err_internal(e, "no random numbers");
	if (!token_sign(t, pub, digest, &sig, &n, e))
		return false;
	c = EVP_PKEY_CTX_new(pub, NULL);
	ok = c && EVP_PKEY_verify_init(c) == 1 && EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1
	    && EVP_PKEY_verify(c, sig, (size_t)n, digest, sizeof digest) == 1;
	EVP_PKEY_CTX_free(c);
	OPENSSL_free(sig);
	return ok || err_refuse(e, "the key of token %s does not fit its certificate: take another", t->serial) || err_openssl(e);
}
