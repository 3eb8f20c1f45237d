#include "ra/authority/compromised.h"

#include "forms/tr.h"

/* The bits alone: what the CA issues has one encoding of each key. */
static bool
digest(X509 *cert, unsigned char out[AUTHORITY_DIGEST], struct err *e)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);

	return EVP_Digest(bits->data, (size_t)bits->length, out, NULL, EVP_sha256(), NULL) == 1 || err_internal(e, "out of memory");
}

bool
compromised_add(struct authority *a, const struct authority_cert *c, struct err *e)
{
	const unsigned char *p = c->der;
	unsigned char key[AUTHORITY_DIGEST];
	X509 *cert = d2i_X509(NULL, &p, (long)c->der_n);
	bool ok = cert ? digest(cert, key, e) && authority_compromise(a->db, c->serial, key, e)
	    : err_internal(e, "the stored certificate cannot be read");

	X509_free(cert);
	return ok;
}

bool
compromised_not(struct authority *a, X509 *cert, struct err *e)
{
	unsigned char key[AUTHORITY_DIGEST];
	bool yes;

	return digest(cert, key, e) && authority_compromised(a->db, key, &yes, e)
	    && (!yes || err_refuse(e, N_("the public key is that of a certificate which was revoked as compromised: make a new key pair")));
}

bool
compromised_fill(struct authority *a, struct err *e)
{
	bool found = true, ok = db_begin(a->db, e);

	while (ok && found) {
		struct authority_cert c = { 0 };

		ok = authority_uncounted(a->db, &c, &found, e) && (!found || compromised_add(a, &c, e));
		authority_cert_clear(&c);
	}
	if (ok && db_commit(a->db, e))
		return true;
	db_rollback(a->db);
	return false;
}
