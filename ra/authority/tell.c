#include "ra/authority/transaction.h"

#include "ra/authority/keys.h"

#include <openssl/asn1t.h>
#include <stdlib.h>

/* genm: general messages (RFC 4210 5.3.19, RFC 9480 2.15). A type that is not listed is sent back as it came. */

/* SEQUENCE OF one encoded value */
static ASN1_TYPE *
sequence_of(unsigned char *const *der, const int *n, int count)
{
	unsigned char *all, *p;
	ASN1_TYPE *t = NULL;
	const unsigned char *q;
	int sum = 0;

	for (int i = 0; i < count; i++) {
		if (n[i] <= 0)
			return NULL;
		sum += n[i];
	}
	p = all = OPENSSL_malloc((size_t)ASN1_object_size(1, sum, V_ASN1_SEQUENCE));
	if (!all)
		return NULL;
	q = all;
	ASN1_put_object(&p, 1, sum, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < n[i]; k++)
			*p++ = der[i][k];
	t = d2i_ASN1_TYPE(NULL, &q, p - all);
	OPENSSL_free(all);
	return t;
}

/* signKeyPairTypes: the algorithms of keys that are certified, P-256 first */
static ASN1_TYPE *
key_types(struct authority *a)
{
	X509_ALGOR *ec = X509_ALGOR_new(), *rsa = X509_ALGOR_new();
	unsigned char *der[2] = { NULL, NULL };
	ASN1_TYPE *t = NULL;
	int n[2];

	(void)a;
	if (ec && rsa && X509_ALGOR_set0(ec, OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
	    OBJ_nid2obj(NID_X9_62_prime256v1))
	    && X509_ALGOR_set0(rsa, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL)) {
		n[0] = i2d_X509_ALGOR(ec, &der[0]);
		n[1] = i2d_X509_ALGOR(rsa, &der[1]);
		t = sequence_of(der, n, 2);
	}
	OPENSSL_free(der[0]);
	OPENSSL_free(der[1]);
	X509_ALGOR_free(ec);
	X509_ALGOR_free(rsa);
	return t;
}

static ASN1_TYPE *
ca_certs(struct authority *a)
{
	unsigned char *der = NULL;
	int n = i2d_X509(a->cert, &der);
	ASN1_TYPE *t = sequence_of(&der, &n, 1);

	OPENSSL_free(der);
	return t;
}

static ASN1_TYPE *
current_crl(struct authority *a)
{
	struct authority_crl c = { 0 };
	struct err e;
	ASN1_TYPE *t = NULL;
	const unsigned char *p;
	bool ok;

	pthread_mutex_lock(&a->store_lock);
	ok = authority_crl_get(a->db, &c, &e);
	pthread_mutex_unlock(&a->store_lock);
	p = c.der;
	if (ok && c.number > 0)
		t = d2i_ASN1_TYPE(NULL, &p, (long)c.der_n);
	authority_crl_clear(&c);
	return t;
}

static const struct subject {
	int nid;
	ASN1_TYPE *(*value)(struct authority *a);	/* NULL: none to give, the type alone goes back */
} subjects[] = {
	{ NID_id_it_caProtEncCert, NULL },		/* the CA's key is not for encryption */
	{ NID_id_it_signKeyPairTypes, key_types },
	{ NID_id_it_currentCRL, current_crl },
	{ NID_id_it_caCerts, ca_certs },
};

static OSSL_CMP_ITAV *
told(struct authority *a, const OSSL_CMP_ITAV *asked)
{
	ASN1_OBJECT *type = OSSL_CMP_ITAV_get0_type(asked), *own;
	ASN1_TYPE *value = NULL;
	OSSL_CMP_ITAV *out;
	size_t i = 0;

	while (i < sizeof subjects / sizeof subjects[0] && subjects[i].nid != OBJ_obj2nid(type))
		i++;
	if (i == sizeof subjects / sizeof subjects[0])
		return OSSL_CMP_ITAV_dup(asked);
	if (subjects[i].value && !(value = subjects[i].value(a)))
		return NULL;
	own = OBJ_dup(type);
	out = own ? OSSL_CMP_ITAV_create(own, value) : NULL;
	if (!out) {
		ASN1_TYPE_free(value);
		ASN1_OBJECT_free(own);
	}
	return out;
}

int
act_tell(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const STACK_OF(OSSL_CMP_ITAV) *in,
    STACK_OF(OSSL_CMP_ITAV) **out)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	STACK_OF(OSSL_CMP_ITAV) *all = sk_OSSL_CMP_ITAV_new_null();

	(void)req;
	for (int i = 0; all && i < sk_OSSL_CMP_ITAV_num(in); i++) {
		OSSL_CMP_ITAV *item = told(t->a, sk_OSSL_CMP_ITAV_value(in, i));

		if (!item || !sk_OSSL_CMP_ITAV_push(all, item)) {
			OSSL_CMP_ITAV_free(item);
			sk_OSSL_CMP_ITAV_pop_free(all, OSSL_CMP_ITAV_free);
			return 0;
		}
	}
	authority_note(t->a, t->tid, NULL, "genm", "%d questions", sk_OSSL_CMP_ITAV_num(in));
	*out = all;
	return all != NULL;
}

void
act_error(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, const OSSL_CMP_PKISI *si, const ASN1_INTEGER *code,
    const OSSL_CMP_PKIFREETEXT *text)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	char words[OSSL_CMP_PKISI_BUFLEN];

	(void)req;
	(void)code;
	(void)text;
	authority_note(t->a, t->tid, NULL, "peer-error", "%s",
	    si && OSSL_CMP_snprint_PKIStatusInfo(si, words, sizeof words) ? words : "no status");
}
