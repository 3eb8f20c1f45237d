#include "ra/authority/transaction.h"

/* genm: general messages (RFC 4210 5.3.19, RFC 9483 4.3). A type that is not listed is sent back as it came. */

/*
 * OSSL_CMP_ITAV_create takes an ASN1_TYPE, but of the types that the RFC defines OpenSSL keeps the value itself, told
 * apart by the OID: a list of algorithms, a CRL. So these are handed over as what they are.
 */

/* signKeyPairTypes: the algorithms of keys that are certified, P-256 first */
static void *
key_types(struct authority *a)
{
	X509_ALGOR *ec = X509_ALGOR_new(), *rsa = X509_ALGOR_new();
	STACK_OF(X509_ALGOR) *all = sk_X509_ALGOR_new_null();

	(void)a;
	if (ec && rsa && all && sk_X509_ALGOR_reserve(all, 2) && X509_ALGOR_set0(ec,
	    OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT, OBJ_nid2obj(NID_X9_62_prime256v1))
	    && X509_ALGOR_set0(rsa, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL)) {
		sk_X509_ALGOR_push(all, ec);
		sk_X509_ALGOR_push(all, rsa);
		return all;
	}
	X509_ALGOR_free(ec);
	X509_ALGOR_free(rsa);
	sk_X509_ALGOR_free(all);
	return NULL;
}

static void
key_types_free(void *p)
{
	sk_X509_ALGOR_pop_free(p, X509_ALGOR_free);
}

static void *
current_crl(struct authority *a)
{
	struct authority_crl c = { 0 };
	struct err e;
	X509_CRL *crl = NULL;
	const unsigned char *p;
	bool ok;

	pthread_mutex_lock(&a->store_lock);
	ok = authority_crl_get(a->db, &c, &e);
	pthread_mutex_unlock(&a->store_lock);
	p = c.der;
	if (ok && c.number > 0)
		crl = d2i_X509_CRL(NULL, &p, (long)c.der_n);
	authority_crl_clear(&c);
	return crl;
}

static void
crl_free(void *p)
{
	X509_CRL_free(p);
}

static const struct subject {
	int nid;
	void *(*value)(struct authority *a);	/* NULL: none to give, the type alone goes back */
	void (*value_free)(void *p);
} subjects[] = {
	{ NID_id_it_caProtEncCert, NULL, NULL },		/* the CA's key is not for encryption */
	{ NID_id_it_signKeyPairTypes, key_types, key_types_free },
	{ NID_id_it_currentCRL, current_crl, crl_free },
};

static OSSL_CMP_ITAV *
told(struct authority *a, const OSSL_CMP_ITAV *asked)
{
	ASN1_OBJECT *type = OSSL_CMP_ITAV_get0_type(asked), *own;
	void *value = NULL;
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
		if (value)
			subjects[i].value_free(value);
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
