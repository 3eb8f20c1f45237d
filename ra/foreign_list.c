#include "ra/foreign_list.h"

#include "forms/json.h"
#include "forms/tr.h"
#include "ra/ca.h"
#include "ra/certificate.h"
#include "ra/http.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX (16u * 1024 * 1024)

static bool
anchors_load(const struct trust *f, STACK_OF(X509) **out, struct err *e)
{
	BIO *b = BIO_new_file(f->anchors, "r");
	X509 *x;

	*out = sk_X509_new_null();
	while (b && *out && (x = PEM_read_bio_X509(b, NULL, NULL, NULL)) != NULL)
		if (sk_X509_push(*out, x) <= 0)
			X509_free(x);
	BIO_free(b);
	ERR_clear_error();
	if (*out && sk_X509_num(*out) > 0)
		return true;
	sk_X509_pop_free(*out, X509_free);
	*out = NULL;
	return err_internal(e, "ra.conf: foreign %s: %s holds no certificate in PEM", f->id, f->anchors);
}

bool
foreign_signs(const struct trust *f, X509 *x, bool *signs, struct err *e)
{
	STACK_OF(X509) *anchors = NULL;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *c = X509_STORE_CTX_new();
	bool ok = store && c ? anchors_load(f, &anchors, e) : err_internal(e, "out of memory");

	for (int i = 0; ok && i < sk_X509_num(anchors); i++)
		ok = X509_STORE_add_cert(store, sk_X509_value(anchors, i)) == 1 || err_internal(e, "out of memory");
	if (ok) {
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
		ok = X509_STORE_CTX_init(c, store, x, NULL) == 1 || err_internal(e, "out of memory");
		*signs = ok && X509_verify_cert(c) == 1;
	}
	ERR_clear_error();
	X509_STORE_CTX_free(c);
	X509_STORE_free(store);
	sk_X509_pop_free(anchors, X509_free);
	return ok;
}

/* ---- the list ---- */

static X509_CRL *
parse(const unsigned char *p, size_t n)
{
	const unsigned char *at = p;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)n);
	BIO *b;

	if (!crl && (b = BIO_new_mem_buf(p, (int)n)) != NULL) {
		crl = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL);
		BIO_free(b);
	}
	ERR_clear_error();
	return crl;
}

static bool
list_of(const struct trust *f, const void *p, size_t n, X509_CRL **out, struct err *e)
{
	*out = parse(p, n);
	return *out != NULL || err_later(e, "what stands at the address of %s is no list of revoked certificates: have its address in"
	    " ra.conf looked at, and repeat (%s)", f->name, f->crl);
}

static bool
unread(const struct trust *f, const struct err *why, struct err *e)
{
	return err_later(e, "the list of revoked certificates of %s cannot be had now: repeat later (%s: %s)", f->name, f->crl,
	    why->detail[0] ? why->detail : why->text);
}

/* Whatever the server calls it: servers differ in that, and the list is known by its signature. */
static bool
fetch(const struct trust *f, X509_CRL **out, struct err *e)
{
	struct ca_config c = { .id = f->id, .url = f->crl, .timeout_s = f->timeout_s };
	unsigned char *answer;
	struct err why = { 0 };
	struct http *h;
	size_t n;
	bool ok;

	if (!http_open(&c, &h, e))
		return false;
	ok = http_call(h, f->crl, "", NULL, 0, LIST_MAX, &answer, &n, &why) == HTTP_ANSWER ? list_of(f, answer, n, out, e) : unread(f, &why, e);
	http_close(h);
	return ok;
}

static bool
read_list(const struct trust *f, X509_CRL **out, struct err *e)
{
	struct err why = { 0 };
	char *text = NULL;
	size_t n = 0;
	bool ok;

	*out = NULL;
	if (strncmp(f->crl, "http", 4) == 0)
		return fetch(f, out, e);
	ok = json_read_file(f->crl, LIST_MAX, &text, &n, &why) ? list_of(f, text, n, out, e) : unread(f, &why, e);
	free(text);
	return ok;
}

/* Signed by one of its CA certificates that has the list's name, and of now. */
static bool
list_good(const struct trust *f, X509_CRL *crl, X509 *x, struct err *e)
{
	STACK_OF(X509) *anchors = NULL;
	int64_t next = 0;
	bool signed_by = false;

	if (!anchors_load(f, &anchors, e))
		return false;
	for (int i = 0; i < sk_X509_num(anchors) && !signed_by; i++)
		signed_by = X509_NAME_cmp(X509_get_subject_name(sk_X509_value(anchors, i)), X509_get_issuer_name(x)) == 0
		    && X509_CRL_verify(crl, X509_get0_pubkey(sk_X509_value(anchors, i))) == 1;
	ERR_clear_error();
	sk_X509_pop_free(anchors, X509_free);
	if (!signed_by || X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(x)) != 0)
		return err_later(e, "the list of %s is not signed by it: have its address in ra.conf looked at, and repeat", f->name);
	if (!X509_CRL_get0_nextUpdate(crl) || !certificate_time(X509_CRL_get0_nextUpdate(crl), &next) || next < when_now())
		return err_later(e, "the list of %s is out of date: repeat when there is a new one", f->name);
	return true;
}

bool
foreign_not_listed(const struct trust *f, X509 *x, const char *serial, struct err *e)
{
	struct ca_listed row;
	X509_CRL *crl = NULL;
	char day[11];
	bool ok;

	if (!read_list(f, &crl, e))
		return false;
	ok = list_good(f, crl, x, e);
	if (ok && ca_listed(crl, X509_get0_serialNumber(x), &row)) {
		day_show(day_of(row.at), day);
		ok = err_field(e, "old_serial", row.reason == CA_HOLD ? N_("the certificate %s is on hold since %s, as %s says")
		    : N_("the certificate %s was revoked on %s, as %s says"), serial, day, f->name);
	}
	X509_CRL_free(crl);
	return ok;
}
