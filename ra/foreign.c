#include "ra/foreign.h"

#include "forms/config.h"
#include "forms/json.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/certificate.h"
#include "ra/foreign_list.h"
#include "ra/holder.h"
#include "ra/old.h"
#include "ra/token.h"
#include "ra/workflow.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATES_MAX 32	/* on one token */
#define FILE_BYTES_MAX (4 * 1024 * 1024)

/* ---- reading it ---- */

static bool
same_serial(X509 *x, const char *serial, bool *same, struct err *e)
{
	char hex[64];

	if (!certificate_serial(x, hex, sizeof hex, e))
		return false;
	*same = strcmp(hex, serial) == 0;
	return true;
}

/* The one with that serial, its key proven by the holder's PIN. */
static bool
from_session(struct token *t, const char *token, const char *serial, X509 **out, struct err *e)
{
	X509 *x[CERTIFICATES_MAX];
	size_t n;
	bool same, ok;

	if (!token_certificates(t, x, CERTIFICATES_MAX, &n, e))
		return false;
	*out = NULL;
	ok = true;
	for (size_t i = 0; i < n; i++) {
		if (ok && !*out && (ok = same_serial(x[i], serial, &same, e)) && same)
			*out = x[i];
		else
			X509_free(x[i]);
	}
	if (ok && !*out)
		return err_field(e, "token", "the token %s does not hold the certificate %s: take the right one", token, serial);
	return ok && token_prove(t, *out, e);
}

static bool
from_token(struct office *o, const struct foreign_source *from, const char *serial, X509 **out, struct err *e)
{
	struct token *t;
	bool ok;

	if (!from->pin || !from->pin[0])
		return err_field(e, "pin", "the holder types the token's PIN: it proves that the certificate is the holder's");
	if (!holder_open_by(o, from->token, from->pin, &t, e)) {
		if (!e->field[0])
			snprintf(e->field, sizeof e->field, "token");
		return false;
	}
	ok = from_session(t, from->token, serial, out, e);
	token_close(t);
	return ok;
}

/* As DER or PEM: portals and viewers give out either. */
static X509 *
parse(const char *text, size_t n)
{
	const unsigned char *at = (const unsigned char *)text;
	X509 *x = d2i_X509(NULL, &at, (long)n);
	BIO *b;

	if (!x && (b = BIO_new_mem_buf(text, (int)n)) != NULL) {
		x = PEM_read_bio_X509(b, NULL, NULL, NULL);
		BIO_free(b);
	}
	ERR_clear_error();
	return x;
}

static bool
from_file(const char *path, const char *serial, X509 **out, struct err *e)
{
	char hex[64], *text, named[1100];
	struct err why = { 0 };
	size_t n;

	/* "-" is a name here: a console has no other input than its keys */
	snprintf(named, sizeof named, "%s%.1000s", path[0] == '-' ? "./" : "", path);
	if (!json_read_file(named, FILE_BYTES_MAX, &text, &n, &why))
		return err_field(e, "cert", "%s", why.text);
	*out = parse(text, n);
	free(text);
	if (!*out)
		return err_field(e, "cert", "%s holds no certificate, neither as DER nor as PEM: have it exported again", path);
	if (!certificate_serial(*out, hex, sizeof hex, e))
		return false;
	return strcmp(hex, serial) == 0
	    || err_field(e, "cert", "the file holds the certificate %s, the application is on %s", hex, serial);
}

/* ---- is it good? ---- */

static bool
in_time(X509 *x, struct foreign *f, struct err *e)
{
	char day[11];

	if (!certificate_time(X509_get0_notBefore(x), &f->not_before) || !certificate_time(X509_get0_notAfter(x), &f->not_after))
		return err_refuse(e, "the times in the certificate cannot be read");
	day_show(day_of(f->not_after), day);
	if (f->not_after <= when_now())
		return err_field(e, "old_serial", "the certificate %s ended on %s: it has to be renewed where it was issued first", f->serial, day);
	day_show(day_of(f->not_before), day);
	return f->not_before <= when_now() || err_field(e, "old_serial", "the certificate %s is valid from %s on only", f->serial, day);
}

/* By the first authority whose anchors sign it; then that one's list is asked. */
static bool
by_authority(struct office *o, enum service service, X509 *x, struct foreign *f, struct err *e)
{
	int n = config_count(o->conf, "foreign");
	char names[200] = "";
	size_t used = 0;

	for (int i = 0; i < n; i++) {
		struct trust k;
		bool yes, signs;

		if (!trust_serves(o, i, service, &yes, e))
			return false;
		if (!yes)
			continue;
		if (!trust_at(o, i, &k, e) || !foreign_signs(&k, x, &signs, e))
			return false;
		if (signs) {
			snprintf(f->authority, sizeof f->authority, "%.23s", k.id);
			return foreign_not_listed(&k, x, f->serial, e);
		}
		if (used + strlen(k.name) + 3 < sizeof names)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", k.name);
	}
	return err_field(e, "old_serial", "the certificate %s is not signed by one of those that are taken for this service (%s)",
	    f->serial, names);
}

/* It is the application's: by the holder's name, and by the organisation's code where the certificate has one. */
static bool
of_holder(const struct application *a, X509 *x, struct foreign *f, struct err *e)
{
	X509_NAME *name = X509_get_subject_name(x);
	char code[64] = "";
	int at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
	bool person = at < 0 && trust_of_person(a);
	unsigned char *text = NULL;

	if (at < 0)
		at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at < 0 || ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))) < 0)
		return err_field(e, "old_serial", "the certificate %s names no organisation", f->serial);
	snprintf(f->holder, sizeof f->holder, "%s", (char *)text);
	OPENSSL_free(text);
	if (!trust_holder_is(a, f->holder))
		return err_field(e, person ? "org.legal_rep" : "org.name",
		    "the certificate %s is %s's, not %s's: it has to be changed where it was issued first", f->serial,
		    f->holder, person ? a->record.org.legal_rep : a->record.org.name);
	if (X509_NAME_get_text_by_NID(name, NID_organizationIdentifier, code, sizeof code) <= 0 || !a->record.org.credit_code[0]
	    || strstr(code, a->record.org.credit_code))
		return true;
	return err_field(e, "org.credit_code", "the certificate %s has the code %s, the application %s", f->serial, code,
	    a->record.org.credit_code);
}

static bool
fits(struct office *o, const struct application *a, const struct service_row *row, const struct foreign *f, struct err *e)
{
	struct certificate c = { .not_after = f->not_after };
	char no[APP_NO_MAX];
	int left = service_years_left(&c, when_now());

	if (!row->new_seal)
		return true;
	if (a->record.head.years > left)
		return err_field(e, "years", "the certificate has %d years left, a begun one counted whole: the seal ends with it", left);
	return foreign_sealed(o->db, f->authority, f->serial, a->id, no, e)
	    && (!no[0] || err_field(e, "old_serial", "the certificate %s has its seal by %s: a further seal needs a further certificate",
	    f->serial, no));
}

static bool
good(struct office *o, const struct application *a, const struct service_row *row, X509 *x, struct foreign *f, struct err *e)
{
	return certificate_serial(x, f->serial, sizeof f->serial, e) && certificate_subject(x, f->subject, sizeof f->subject, e)
	    && in_time(x, f, e) && by_authority(o, row->service, x, f, e) && of_holder(a, x, f, e) && fits(o, a, row, f, e);
}

/* ---- keeping it ---- */

static bool
keep(struct office *o, struct application *a, int64_t version, struct foreign *f, X509 *x, struct err *e)
{
	unsigned char *der = NULL;
	enum app_state to;
	int n = i2d_X509(x, &der);
	bool ok = (n > 0 || err_internal(e, "the certificate cannot be encoded")) && application_begin(o, a->no, version, a, e)
	    && workflow_may(o, a, ACT_BRING, &to, e);

	if (ok) {
		f->application = a->id;
		f->checked_at = when_now();
		f->staff = o->me.id;
		ok = foreign_store(o->db, f, der, (size_t)n, e)
		    && application_commit(o, a, ACT_BRING, e, "certificate %s of %s", f->serial, f->authority);
	}
	office_rollback(o);
	OPENSSL_free(der);
	return ok;
}

bool
foreign_bring(struct office *o, const char *no, int64_t version, const struct foreign_source *from, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	const struct service_row *row;
	struct foreign f = { 0 };
	enum app_state to;
	X509 *x = NULL;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && workflow_may(o, a, ACT_BRING, &to, e) && service_of(o, a, &row, e)
	    && (from->file ? from_file(from->file, a->record.head.old_serial, &x, e)
	    : from_token(o, from, a->record.head.old_serial, &x, e));
	if (ok) {
		snprintf(f.source, sizeof f.source, "%s%.30s", from->file ? "file" : "token ", from->file ? "" : from->token);
		ok = good(o, a, row, x, &f, e) && keep(o, a, version, &f, x, e);
	}
	X509_free(x);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
foreign_again(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	struct foreign f;
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *x;
	size_t n;
	bool wanted, ok;

	if (!old_to_bring(o, a, &wanted, e))
		return false;
	if (!wanted)
		return true;
	if (!service_of(o, a, &row, e) || !foreign_der(o->db, a->id, &der, &n, e))
		return false;
	p = der;
	x = d2i_X509(NULL, &p, (long)n);
	memset(&f, 0, sizeof f);
	ok = x ? good(o, a, row, x, &f, e) : err_internal(e, "the certificate that was brought does not parse");
	X509_free(x);
	free(der);
	return ok;
}
