#include "ra/authority/mirror.h"

#include "forms/der.h"
#include "ra/authority/keys.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define TID_MIN 8
#define TID_MAX 64
#define EXTRA_CERTS 1		/* [1] in PKIMessage */

struct header {
	ASN1_INTEGER *pvno;
	GENERAL_NAME *sender, *recipient;
	ASN1_GENERALIZEDTIME *time;
	X509_ALGOR *protection;
	ASN1_OCTET_STRING *sender_kid, *recip_kid, *tid, *sender_nonce, *recip_nonce;
	ASN1_TYPE *free_text, *general_info;
};
struct message { struct header *header; ASN1_TYPE *body, *protection, *extra; };
struct validity { ASN1_TIME *not_before, *not_after; };
struct mirror_template {
	ASN1_INTEGER *version, *serial;
	X509_ALGOR *algorithm;
	X509_NAME *issuer;
	struct validity *validity;
	X509_NAME *subject;
	X509_PUBKEY *pubkey;
	ASN1_BIT_STRING *issuer_uid, *subject_uid;
	STACK_OF(X509_EXTENSION) *extensions;
};
struct revocation { struct mirror_template *details; STACK_OF(X509_EXTENSION) *entry; };

/* OpenSSL's macros write typedef names; these stay inside this file. */
typedef struct header HEADER;
typedef struct message MESSAGE;
typedef struct validity VALIDITY;
typedef struct mirror_template TEMPLATE;
typedef struct revocation REVOCATION;

ASN1_SEQUENCE(HEADER) = {
	ASN1_SIMPLE(HEADER, pvno, ASN1_INTEGER),
	ASN1_SIMPLE(HEADER, sender, GENERAL_NAME),
	ASN1_SIMPLE(HEADER, recipient, GENERAL_NAME),
	ASN1_EXP_OPT(HEADER, time, ASN1_GENERALIZEDTIME, 0),
	ASN1_EXP_OPT(HEADER, protection, X509_ALGOR, 1),
	ASN1_EXP_OPT(HEADER, sender_kid, ASN1_OCTET_STRING, 2),
	ASN1_EXP_OPT(HEADER, recip_kid, ASN1_OCTET_STRING, 3),
	ASN1_EXP_OPT(HEADER, tid, ASN1_OCTET_STRING, 4),
	ASN1_EXP_OPT(HEADER, sender_nonce, ASN1_OCTET_STRING, 5),
	ASN1_EXP_OPT(HEADER, recip_nonce, ASN1_OCTET_STRING, 6),
	ASN1_EXP_OPT(HEADER, free_text, ASN1_ANY, 7),
	ASN1_EXP_OPT(HEADER, general_info, ASN1_ANY, 8),
} static_ASN1_SEQUENCE_END(HEADER)

ASN1_SEQUENCE(MESSAGE) = {
	ASN1_SIMPLE(MESSAGE, header, HEADER),
	ASN1_SIMPLE(MESSAGE, body, ASN1_ANY),
	ASN1_EXP_OPT(MESSAGE, protection, ASN1_ANY, 0),
	ASN1_EXP_OPT(MESSAGE, extra, ASN1_ANY, EXTRA_CERTS),
} static_ASN1_SEQUENCE_END(MESSAGE)

ASN1_SEQUENCE(VALIDITY) = {
	ASN1_EXP_OPT(VALIDITY, not_before, ASN1_TIME, 0),
	ASN1_EXP_OPT(VALIDITY, not_after, ASN1_TIME, 1),
} static_ASN1_SEQUENCE_END(VALIDITY)

ASN1_SEQUENCE(TEMPLATE) = {
	ASN1_IMP_OPT(TEMPLATE, version, ASN1_INTEGER, 0),
	ASN1_IMP_OPT(TEMPLATE, serial, ASN1_INTEGER, 1),
	ASN1_IMP_OPT(TEMPLATE, algorithm, X509_ALGOR, 2),
	ASN1_EXP_OPT(TEMPLATE, issuer, X509_NAME, 3),
	ASN1_IMP_OPT(TEMPLATE, validity, VALIDITY, 4),
	ASN1_EXP_OPT(TEMPLATE, subject, X509_NAME, 5),
	ASN1_IMP_OPT(TEMPLATE, pubkey, X509_PUBKEY, 6),
	ASN1_IMP_OPT(TEMPLATE, issuer_uid, ASN1_BIT_STRING, 7),
	ASN1_IMP_OPT(TEMPLATE, subject_uid, ASN1_BIT_STRING, 8),
	ASN1_IMP_SEQUENCE_OF_OPT(TEMPLATE, extensions, X509_EXTENSION, 9),
} static_ASN1_SEQUENCE_END(TEMPLATE)

ASN1_SEQUENCE(REVOCATION) = {
	ASN1_SIMPLE(REVOCATION, details, TEMPLATE),
	ASN1_SEQUENCE_OF_OPT(REVOCATION, entry, X509_EXTENSION),
} static_ASN1_SEQUENCE_END(REVOCATION)

/* The value of a constructed ASN1_ANY of a sequence as its members; NULL when it is none. */
static ASN1_SEQUENCE_ANY *
members(const unsigned char *p, long n)
{
	const unsigned char *q = p;
	ASN1_SEQUENCE_ANY *s = d2i_ASN1_SEQUENCE_ANY(NULL, &q, n);

	if (s && q != p + n) {
		sk_ASN1_TYPE_pop_free(s, ASN1_TYPE_free);
		return NULL;
	}
	return s;
}

/* generalInfo: SEQUENCE OF InfoTypeAndValue; implicitConfirm is told by its OID alone (RFC 4210 5.1.1.1) */
static bool
wants_implicit(const ASN1_TYPE *info)
{
	ASN1_SEQUENCE_ANY *all, *one;
	bool found = false;

	if (!info || info->type != V_ASN1_SEQUENCE)
		return false;
	all = members(info->value.sequence->data, info->value.sequence->length);
	for (int i = 0; i < sk_ASN1_TYPE_num(all); i++) {
		ASN1_TYPE *item = sk_ASN1_TYPE_value(all, i), *type;

		if (item->type != V_ASN1_SEQUENCE)
			continue;
		one = members(item->value.sequence->data, item->value.sequence->length);
		type = sk_ASN1_TYPE_num(one) > 0 ? sk_ASN1_TYPE_value(one, 0) : NULL;
		found |= type && type->type == V_ASN1_OBJECT
		    && OBJ_obj2nid(type->value.object) == NID_id_it_implicitConfirm;
		sk_ASN1_TYPE_pop_free(one, ASN1_TYPE_free);
	}
	sk_ASN1_TYPE_pop_free(all, ASN1_TYPE_free);
	return found;
}

/* crlEntryDetails of the only RevDetails */
static int
reason_of(const unsigned char *p, long n)
{
	ASN1_SEQUENCE_ANY *all = members(p, n);
	ASN1_TYPE *first = sk_ASN1_TYPE_num(all) == 1 ? sk_ASN1_TYPE_value(all, 0) : NULL;
	REVOCATION *r = NULL;
	ASN1_ENUMERATED *code;
	int critical = -1, reason = MIRROR_NO_REASON;

	if (first && first->type == V_ASN1_SEQUENCE) {
		const unsigned char *q = first->value.sequence->data;

		r = (REVOCATION *)ASN1_item_d2i(NULL, &q, first->value.sequence->length, ASN1_ITEM_rptr(REVOCATION));
	}
	if (r) {
		code = X509V3_get_d2i(r->entry, NID_crl_reason, &critical, NULL);
		if (code)
			reason = (int)ASN1_ENUMERATED_get(code);
		else if (critical == -1)
			reason = 0;		/* names none: unspecified */
		ASN1_ENUMERATED_free(code);
	}
	ASN1_item_free((ASN1_VALUE *)r, ASN1_ITEM_rptr(REVOCATION));
	sk_ASN1_TYPE_pop_free(all, ASN1_TYPE_free);
	return reason;
}

/* CertReqMsg ::= SEQUENCE { certReq, popo [0] raVerified NULL, ... } (RFC 4211 3, implicit tags) */
static bool
is_ra_verified(const unsigned char *p, long n)
{
	static const unsigned char verified[] = { 0x80, 0 };
	ASN1_SEQUENCE_ANY *all = members(p, n), *one = NULL;
	ASN1_TYPE *first = sk_ASN1_TYPE_num(all) == 1 ? sk_ASN1_TYPE_value(all, 0) : NULL, *popo = NULL;
	bool yes;

	if (first && first->type == V_ASN1_SEQUENCE)
		one = members(first->value.sequence->data, first->value.sequence->length);
	if (sk_ASN1_TYPE_num(one) > 1)
		popo = sk_ASN1_TYPE_value(one, 1);
	yes = popo && popo->type == V_ASN1_OTHER && popo->value.asn1_string->length == sizeof verified
	    && memcmp(popo->value.asn1_string->data, verified, sizeof verified) == 0;
	sk_ASN1_TYPE_pop_free(one, ASN1_TYPE_free);
	sk_ASN1_TYPE_pop_free(all, ASN1_TYPE_free);
	return yes;
}

static int
count_of(const unsigned char *p, long n)
{
	ASN1_SEQUENCE_ANY *all = members(p, n);
	int count = all ? sk_ASN1_TYPE_num(all) : -1;

	sk_ASN1_TYPE_pop_free(all, ASN1_TYPE_free);
	return count;
}

static bool
read_body(const MESSAGE *msg, struct mirror *m)
{
	const unsigned char *p;
	long n;
	int tag, class, head;

	if (msg->body->type != V_ASN1_OTHER)
		return false;
	p = msg->body->value.asn1_string->data;
	head = ASN1_get_object(&p, &n, &tag, &class, msg->body->value.asn1_string->length);
	if ((head & 0x80) != 0 || (class & V_ASN1_CONTEXT_SPECIFIC) == 0)
		return false;
	m->body = tag;
	m->reason = tag == BODY_RR ? reason_of(p, n) : MIRROR_NO_REASON;
	m->confirmations = tag == BODY_CERTCONF ? count_of(p, n) : 0;
	m->ra_verified = (tag == BODY_IR || tag == BODY_CR || tag == BODY_KUR) && is_ra_verified(p, n);
	return true;
}

static bool
digest_body(const MESSAGE *msg, struct mirror *m)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char *name = NULL;
	const ASN1_STRING *body = msg->body->value.asn1_string;
	int n = i2d_X509_NAME(m->sender, &name);
	bool ok = md && n > 0 && EVP_DigestInit(md, EVP_sha256()) == 1 && EVP_DigestUpdate(md, name, (size_t)n) == 1
	    && EVP_DigestUpdate(md, body->data, (size_t)body->length) == 1
	    && EVP_DigestFinal(md, m->body_digest, NULL) == 1;

	EVP_MD_CTX_free(md);
	OPENSSL_free(name);
	return ok;
}

bool
mirror_read(const unsigned char *der, size_t n, struct mirror *m)
{
	const unsigned char *p = der;
	MESSAGE *msg = (MESSAGE *)ASN1_item_d2i(NULL, &p, (long)n, ASN1_ITEM_rptr(MESSAGE));
	const HEADER *h = msg ? msg->header : NULL;
	int digest, key;
	bool ok = false;

	memset(m, 0, sizeof *m);
	if (!h || p != der + n || h->sender->type != GEN_DIRNAME || !h->tid
	    || h->tid->length < TID_MIN || h->tid->length > TID_MAX || !read_body(msg, m))
		goto out;
	hex_of(h->tid->data, (size_t)h->tid->length, m->tid);
	/* password-based MACs have no pair of digest and key algorithm */
	m->signature = h->protection && msg->protection
	    && OBJ_find_sigid_algs(OBJ_obj2nid(h->protection->algorithm), &digest, &key) == 1;
	m->implicit_confirm = wants_implicit(h->general_info);
	m->sender = X509_NAME_dup(h->sender->d.directoryName);
	ok = m->sender && digest_body(msg, m);
out:
	ASN1_item_free((ASN1_VALUE *)msg, ASN1_ITEM_rptr(MESSAGE));
	if (!ok)
		mirror_clear(m);
	ERR_clear_error();
	return ok;
}

void
mirror_clear(struct mirror *m)
{
	X509_NAME_free(m->sender);
	memset(m, 0, sizeof *m);
}

/* ---- templates ---- */

struct mirror_template *
mirror_template(const OSSL_CRMF_CERTTEMPLATE *t)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	int n = i2d_OSSL_CRMF_CERTTEMPLATE(t, &der);
	TEMPLATE *own = NULL;

	OSSL_LIB_CTX *was = der_keys_later_begin();

	p = der;
	if (n > 0)
		own = (TEMPLATE *)ASN1_item_d2i(NULL, &p, n, ASN1_ITEM_rptr(TEMPLATE));
	der_keys_later_end(was);
	OPENSSL_free(der);
	return own;
}

void
mirror_template_free(struct mirror_template *t)
{
	ASN1_item_free((ASN1_VALUE *)t, ASN1_ITEM_rptr(TEMPLATE));
}

const X509_NAME *
mirror_subject(const struct mirror_template *t)
{
	return t->subject;
}

const X509_NAME *
mirror_issuer(const struct mirror_template *t)
{
	return t->issuer;
}

const X509_PUBKEY *
mirror_pubkey(const struct mirror_template *t)
{
	return t->pubkey;
}

const ASN1_TIME *
mirror_not_before(const struct mirror_template *t)
{
	return t->validity ? t->validity->not_before : NULL;
}

const ASN1_TIME *
mirror_not_after(const struct mirror_template *t)
{
	return t->validity ? t->validity->not_after : NULL;
}

const STACK_OF(X509_EXTENSION) *
mirror_extensions(const struct mirror_template *t)
{
	return t->extensions;
}

int
mirror_status(const OSSL_CMP_PKISI *si)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	ASN1_INTEGER *status = NULL;
	int n = i2d_OSSL_CMP_PKISI(si, &der), tag, class, value = -1;
	long len;

	p = der;
	/* PKIStatusInfo ::= SEQUENCE { status INTEGER, ... } */
	if (n > 0 && (ASN1_get_object(&p, &len, &tag, &class, n) & 0x80) == 0)
		status = d2i_ASN1_INTEGER(NULL, &p, len);
	if (status)
		value = (int)ASN1_INTEGER_get(status);
	ASN1_INTEGER_free(status);
	OPENSSL_free(der);
	return value;
}
