#include "ra/authority/issue.h"

#include "forms/tr.h"
#include "forms/when.h"
#include "ra/authority/keys.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define HOUR 3600
#define BACKDATE (24 * HOUR)	/* how old notBefore may be: a request journalled yesterday and sent today */
#define POSTDATE HOUR		/* how far ahead: clocks that differ */
#define EXTENSION_MAX 1024	/* octets of one identifying extension */

struct span { int64_t from, to; };	/* notBefore, notAfter, UTC seconds */

static bool
span_of(const struct authority *a, const struct wanted *w, struct span *s, struct err *e)
{
	int64_t now = when_now(), from = now, to, longest;
	char end[21];

	if (w->not_before && !time_of(w->not_before, &from))
		return err_refuse(e, N_("notBefore cannot be read"));
	to = when_add_years(from, 1);
	if (w->not_after && !time_of(w->not_after, &to))
		return err_refuse(e, N_("notAfter cannot be read"));
	if (from < now - BACKDATE)
		return err_refuse(e, N_("notBefore is more than 24 hours ago: the request is too old, or the clocks of RA and CA differ"));
	if (from > now + POSTDATE)
		return err_refuse(e, N_("notBefore is more than 1 hour ahead: the clocks of RA and CA differ"));
	if (to <= from || to <= now)
		return err_refuse(e, N_("notAfter is not after notBefore and the present"));
	longest = when_add_years(w->runs_on > from ? w->runs_on : from, a->set.max_years) + a->set.slack_hours * HOUR;
	if (to > longest)
		return err_refuse(e, "the validity is longer than %d years", a->set.max_years);
	if (to > a->not_after) {
		when_iso(a->not_after, end);
		return err_refuse(e, "notAfter is later than the CA's own, %s: ask for a shorter term", end);
	}
	*s = (struct span){ from, to };
	return true;
}

/* ---- extensions ---- */

static bool
matches(const char *pattern, const char *oid)
{
	size_t n = strlen(pattern);

	if (n > 1 && pattern[n - 1] == '*')
		return strncmp(pattern, oid, n - 1) == 0;
	return strcmp(pattern, oid) == 0;
}

static bool
allowed(const struct profile *p, const char *oid)
{
	for (int i = 0; i < p->allowed_n; i++)
		if (matches(p->allowed[i], oid))
			return true;
	return false;
}

/* Those the profile writes itself are the profile's, whatever the template says of them (RFC 4211 5). */
static bool
is_ours(const struct profile *p, const ASN1_OBJECT *type)
{
	return OBJ_obj2nid(type) == NID_subject_key_identifier || X509v3_get_ext_by_OBJ(p->fixed, type, -1) >= 0;
}

static bool
take_extension(X509 *cert, const struct profile *p, X509_EXTENSION *x, struct err *e)
{
	ASN1_OBJECT *type = X509_EXTENSION_get_object(x);
	char oid[80];

	if (is_ours(p, type))
		return true;
	OBJ_obj2txt(oid, sizeof oid, type, 1);
	if (!allowed(p, oid))
		return err_refuse(e, "the extension %s is not one the profile takes from a request", oid);
	if (X509_EXTENSION_get_critical(x))
		return err_refuse(e, "the extension %s must not be critical", oid);
	if (ASN1_STRING_length(X509_EXTENSION_get_data(x)) > EXTENSION_MAX)
		return err_refuse(e, "the extension %s is longer than %d octets", oid, EXTENSION_MAX);
	if (X509_get_ext_by_OBJ(cert, type, -1) >= 0)
		return err_refuse(e, "the extension %s stands there twice", oid);
	return X509_add_ext(cert, x, -1) == 1 || err_internal(e, "out of memory");
}

/* subjectKeyIdentifier, method 1 of RFC 5280 4.2.1.2 */
static bool
add_key_id(X509 *cert)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
	unsigned char id[SHA_DIGEST_LENGTH];
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	bool ok = s && EVP_Digest(bits->data, (size_t)bits->length, id, NULL, EVP_sha1(), NULL) == 1
	    && ASN1_OCTET_STRING_set(s, id, sizeof id) && X509_add1_ext_i2d(cert, NID_subject_key_identifier, s, 0, 0) == 1;

	ASN1_OCTET_STRING_free(s);
	return ok;
}

static bool
extend(X509 *cert, const struct profile *p, const STACK_OF(X509_EXTENSION) *asked, struct err *e)
{
	for (int i = 0; i < sk_X509_EXTENSION_num(p->fixed); i++)
		if (X509_add_ext(cert, sk_X509_EXTENSION_value(p->fixed, i), -1) != 1)
			return err_internal(e, "out of memory");
	if (!add_key_id(cert))
		return err_internal(e, "out of memory");
	for (int i = 0; i < sk_X509_EXTENSION_num(asked); i++)
		if (!take_extension(cert, p, sk_X509_EXTENSION_value(asked, i), e))
			return false;
	return true;
}

/* A holder's key that is one of ours would let the holder sign as the CA. */
static bool
foreign_key(const struct authority *a, EVP_PKEY *key, struct err *e)
{
	if (EVP_PKEY_eq(key, a->key) == 1 || EVP_PKEY_eq(key, a->responder_key) == 1)
		return err_refuse(e, N_("the public key is the CA's own"));
	for (int i = 0; i < sk_X509_num(a->ra_certs); i++)
		if (EVP_PKEY_eq(key, X509_get0_pubkey(sk_X509_value(a->ra_certs, i))) == 1)
			return err_refuse(e, N_("the public key is the RA's own"));
	return true;
}

static X509 *
make(const struct authority *a, const struct wanted *w, const struct profile *p, enum key_kind kind, const struct span *s,
    struct err *e)
{
	X509 *cert = cert_new_for(w->subject, X509_get_subject_name(a->cert), w->pubkey, kind, s->from, s->to);

	if (!cert) {
		err_internal(e, "the certificate cannot be made");
		err_openssl(e);
		return NULL;
	}
	if (extend(cert, p, w->extensions, e) && cert_sign(cert, a->key, e))
		return cert;
	X509_free(cert);
	return NULL;
}

bool
issue_cert(const struct authority *a, const struct wanted *w, X509 **out, struct err *e)
{
	enum key_kind kind = KEYS_P256;
	const struct profile *p;
	struct span s = { 0, 0 };
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;

	if (!key_accept(w->pubkey, &kind, &key, e))
		return false;
	p = &a->set.profiles[kind];
	if (!p->fixed)
		err_refuse(e, N_("the CA has no profile for this kind of key"));
	else if (subject_accept(w->subject, e) && span_of(a, w, &s, e) && foreign_key(a, key, e))
		cert = make(a, w, p, kind, &s, e);
	EVP_PKEY_free(key);
	if (!cert)
		return false;
	*out = cert;
	return true;
}
