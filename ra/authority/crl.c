#include "ra/authority/crl.h"

#include "forms/when.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600
#define REAP_MAX 100		/* in one transaction, so that requests wait at most milliseconds */
/* The holder never came to use it, nothing replaced it and no key is suspected: of the reasons of RFC 5280 5.3.1 this
 * is the nearest; RFC 4210 names none. */
#define NEVER_USED 5		/* cessationOfOperation */

static bool
add_entry(void *arg, const char *serial, int64_t at, int reason)
{
	X509_CRL *crl = arg;
	X509_REVOKED *r = X509_REVOKED_new();
	BIGNUM *n = NULL;
	ASN1_INTEGER *number = NULL;
	ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)at);
	ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
	bool ok = r && when && code && BN_hex2bn(&n, serial) > 0 && (number = BN_to_ASN1_INTEGER(n, NULL))
	    && X509_REVOKED_set_serialNumber(r, number) && X509_REVOKED_set_revocationDate(r, when);

	/* reason 0 is to be left out (RFC 5280 5.3.1) */
	if (ok && reason > 0)
		ok = ASN1_ENUMERATED_set(code, reason) && X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, code, 0, 0) == 1;
	ok = ok && X509_CRL_add0_revoked(crl, r);
	if (!ok)
		X509_REVOKED_free(r);
	ASN1_ENUMERATED_free(code);
	ASN1_TIME_free(when);
	ASN1_INTEGER_free(number);
	BN_free(n);
	return ok;
}

static bool
set_head(struct authority *a, X509_CRL *crl, const struct authority_crl *c)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)c->this_update);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)c->next_update);
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509V3_CTX ctx;
	X509_EXTENSION *x = NULL;
	bool ok;

	X509V3_set_ctx(&ctx, a->cert, NULL, NULL, crl, 0);
	X509V3_set_nconf(&ctx, NULL);
	ok = from && to && number && X509_CRL_set_version(crl, X509_CRL_VERSION_2)
	    && X509_CRL_set_issuer_name(crl, X509_get_subject_name(a->cert)) && X509_CRL_set1_lastUpdate(crl, from)
	    && X509_CRL_set1_nextUpdate(crl, to) && ASN1_INTEGER_set_int64(number, c->number)
	    && (x = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always"))
	    && X509_CRL_add_ext(crl, x, -1) && X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
	X509_EXTENSION_free(x);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return ok;
}

bool
crl_make(struct authority *a, struct err *e)
{
	struct authority_crl last = { 0 }, next = { 0 };
	X509_CRL *crl = X509_CRL_new();
	unsigned char *der = NULL;
	bool ok = false;
	int n;

	if (!crl || !authority_crl_get(a->db, &last, e))
		goto out;
	next.number = last.number + 1;
	next.this_update = when_now();
	next.next_update = next.this_update + a->set.crl_hours * HOUR;
	if (!set_head(a, crl, &next)) {
		err_internal(e, "the CRL cannot be made");
		err_openssl(e);
		goto out;
	}
	/* one that expires stays on a CRL issued after that (RFC 5280 3.3) */
	if (!authority_revoked(a->db, next.this_update - 2 * a->set.crl_hours * HOUR, add_entry, crl, e))
		goto out;
	X509_CRL_sort(crl);
	n = X509_CRL_sign(crl, a->key, EVP_sha256()) > 0 ? i2d_X509_CRL(crl, &der) : -1;
	if (n <= 0) {
		err_internal(e, "the CA's key could not sign the CRL");
		err_openssl(e);
		goto out;
	}
	next.der = der;
	next.der_n = (size_t)n;
	ok = authority_crl_put(a->db, &next, e);
out:
	OPENSSL_free(der);
	authority_crl_clear(&last);
	X509_CRL_free(crl);
	return ok;
}

static bool
is_stale(struct authority *a, bool *stale, struct err *e)
{
	struct authority_crl c;

	if (!authority_crl_get(a->db, &c, e))
		return false;
	*stale = c.number == 0 || when_now() >= c.this_update + a->set.crl_hours * HOUR / 2;
	authority_crl_clear(&c);
	return true;
}

bool
crl_refresh(struct authority *a, struct err *e)
{
	bool stale;

	if (!is_stale(a, &stale, e))
		return false;
	if (!stale)
		return true;
	if (db_begin(a->db, e) && crl_make(a, e) && db_commit(a->db, e)) {
		authority_note(a, NULL, NULL, "crl", "made, for there is none or it is getting old");
		return true;
	}
	db_rollback(a->db);
	return false;
}

static bool
reap_one(struct authority *a, int64_t now, bool *found, struct err *e)
{
	struct authority_cert c;
	bool ok = authority_overdue(a->db, now, &c, found, e);

	if (ok && *found) {
		ok = authority_move(a->db, c.serial, CERT_REVOKED, now, NEVER_USED, e);
		if (ok)
			authority_note(a, c.tid, c.serial, "reap", "not confirmed in time, revoked with reason %d", NEVER_USED);
	}
	authority_cert_clear(&c);
	return ok;
}

bool
crl_reap(struct authority *a, int *reaped, struct err *e)
{
	struct authority_cert c;
	int64_t now = when_now();
	bool found;
	int n = 0;

	if (!authority_overdue(a->db, now, &c, &found, e))
		return false;
	authority_cert_clear(&c);
	if (found && !db_begin(a->db, e))
		return false;
	while (found && n < REAP_MAX) {
		if (!reap_one(a, now, &found, e))
			goto fail;
		n += found;
	}
	if (n > 0 && (!crl_make(a, e) || !db_commit(a->db, e)))
		goto fail;
	*reaped = n;
	return true;
fail:
	db_rollback(a->db);
	if (n > 0)
		authority_note(a, NULL, NULL, "reap-undone", "%d revocations could not be stored: %s", n, e->text);
	return false;
}
