#include "ra/ask.h"

#include "forms/der.h"
#include "forms/field.h"
#include "forms/tr.h"
#include "ra/certificate.h"
#include "ra/journal.h"
#include "ra/item.h"
#include "ra/rules.h"
#include "ra/service.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKS_MAX 512		/* bytes of the names of application areas in one certificate */

const struct scheme_ca *
ask_ca(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	const struct scheme_ca *ca;

	if (!rules_scheme(o, a, &s, e))
		return NULL;
	ca = scheme_ca(s, a->record.head.ca[0] ? a->record.head.ca : NULL);
	if (!ca)
		err_field(e, "ca", "the scheme %s has no CA '%s'", s->id, a->record.head.ca);
	return ca;
}

/* "user.N.name" is the field of the item's own user. */
static void
field_value(const struct application *a, int own, const char *id, char out[FIELD_SHOW_MAX])
{
	int user;
	const struct field *f = field_find(id, &user);

	out[0] = '\0';
	for (size_t i = 0; !f && own >= 0 && i < user_fields_n; i++)
		if (strcmp(user_fields[i].id, id) == 0) {
			f = &user_fields[i];
			user = own;
		}
	if (f)
		field_show(f, &a->record, user, out, FIELD_SHOW_MAX);
}

/* Whose certificate it is: the users of the record have the personal items in their order; -1: the organisation's. */
static bool
user_of(struct office *o, const struct application *a, const struct app_item *item, int *user, struct err *e)
{
	struct app_item list[RECORD_USERS_MAX + 1];
	size_t n;

	*user = -1;
	if (strcmp(item->kind, "personal") != 0)
		return true;
	if (!app_items(o->db, a->id, list, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n && list[i].n <= item->n; i++)
		*user += strcmp(list[i].kind, "personal") == 0;
	return *user < a->record.users || err_internal(e, "item %d of %s has no user", item->n, a->no);
}

/* Row, scheme and old certificate of one item; old.id 0 where there is none. */
struct asking {
	const struct scheme *s;
	const struct scheme_ca *ca;
	const struct service_row *row;
	struct certificate old;
	int user;			/* whose personal certificate it is; -1: the organisation's */
};

static bool
asking_of(struct office *o, const struct application *a, const struct app_item *item, struct asking *k, struct err *e)
{
	memset(k, 0, sizeof *k);
	k->ca = ask_ca(o, a, e);
	return k->ca && rules_scheme(o, a, &k->s, e) && service_of(o, a, &k->row, e) && user_of(o, a, item, &k->user, e)
	    && (k->row->needs != OLD_CERTIFICATE || item_old(o, a, item, &k->old, e));
}

/* ---- subject ---- */

static bool
subject_of_old(struct office *o, const struct certificate *old, X509_NAME **out, struct err *e)
{
	X509 *x;

	if (!item_x509(o, old->id, &x, e))
		return false;
	*out = X509_NAME_dup(X509_get_subject_name(x));
	X509_free(x);
	return *out || err_internal(e, "out of memory");
}

static bool
subject_by_rows(const struct asking *k, const struct application *a, X509_NAME **out, struct err *e)
{
	const struct scheme_name_part *part = k->user < 0 ? k->ca->subject : k->ca->personal;
	size_t n = k->user < 0 ? k->ca->subject_n : k->ca->personal_n;
	X509_NAME *name = X509_NAME_new();
	char value[FIELD_SHOW_MAX];

	if (!name)
		return err_internal(e, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct scheme_name_part *p = &part[i];

		if (p->text)
			snprintf(value, sizeof value, "%s", p->text);
		else
			field_value(a, k->user, p->field, value);
		if (value[0] && !certificate_name_add(name, p->type, value, e)) {
			X509_NAME_free(name);
			return false;
		}
	}
	*out = name;
	return true;
}

static bool
subject(struct office *o, const struct application *a, const struct asking *k, X509_NAME **out, struct err *e)
{
	return k->row->at_ca == AT_CA_UPDATE ? subject_of_old(o, &k->old, out, e) : subject_by_rows(k, a, out, e);
}

bool
ask_subject(struct office *o, const struct application *a, const struct app_item *item, X509_NAME **out, struct err *e)
{
	struct asking k;

	return asking_of(o, a, item, &k, e) && subject(o, a, &k, out, e);
}

/* ---- extensions ---- */

static bool
push(STACK_OF(X509_EXTENSION) *list, const char *oid, const char *value, bool printable, struct err *e)
{
	X509_EXTENSION *x = NULL;

	if (!certificate_extension(oid, value, printable, &x, e))
		return false;
	if (sk_X509_EXTENSION_push(list, x) > 0)
		return true;
	X509_EXTENSION_free(x);
	return err_internal(e, "out of memory");
}

static void
add_mark(char marks[MARKS_MAX], const char *name)
{
	size_t n = strlen(marks);

	if (name && name[0] && n + strlen(name) + 2 < MARKS_MAX)
		snprintf(marks + n, MARKS_MAX - n, "%s%s", n > 0 ? ";" : "", name);
}

/* The application areas that the certificate serves, the scheme's own first: one UTF8String, ';' between. An old
 * certificate's areas go on with the new one. */
static bool
marks_of(struct office *o, const struct asking *k, char marks[MARKS_MAX], struct err *e)
{
	struct cert_use use[16];
	const struct scheme *s;
	int64_t version;
	size_t n = 0;

	marks[0] = '\0';
	add_mark(marks, k->s->application);
	if (k->old.id == 0)
		return true;
	if (!office_scheme_now(o, k->old.scheme, &s, &version, e) || !cert_uses(o->db, k->old.id, use, 16, &n, e))
		return false;
	if (s->application && strcmp(s->application, k->s->application) != 0)
		add_mark(marks, s->application);
	for (size_t i = 0; i < n; i++)
		if (strcmp(use[i].name, k->s->application) != 0)
			add_mark(marks, use[i].name);
	return true;
}

static bool
extensions(struct office *o, const struct application *a, const struct asking *k, STACK_OF(X509_EXTENSION) *list, struct err *e)
{
	char value[FIELD_SHOW_MAX], marks[MARKS_MAX];

	/* the scheme's identifying extensions are the organisation's */
	for (size_t i = 0; k->user < 0 && i < k->ca->extension_n; i++) {
		const struct scheme_extension *x = &k->ca->extension[i];

		field_value(a, k->user, x->field, value);
		if (value[0] && !push(list, x->oid, value, x->printable, e))
			return false;
	}
	if (!k->s->application_marker || !k->s->application)
		return true;
	return marks_of(o, k, marks, e) && push(list, k->s->application_marker, marks, false, e);
}

/* ---- the intent ---- */

/* A DER encoding into malloc'ed memory. */
static bool
keep(unsigned char *der, int n, unsigned char **out, size_t *outn)
{
	*out = n > 0 ? malloc((size_t)n) : NULL;
	if (*out)
		memcpy(*out, der, (size_t)n);
	*outn = n > 0 ? (size_t)n : 0;
	OPENSSL_free(der);
	return *out != NULL;
}

static bool
keep_extensions(struct office *o, const struct application *a, const struct asking *k, struct intent *i, struct err *e)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	unsigned char *der = NULL;
	bool ok = list ? extensions(o, a, k, list, e) : err_internal(e, "out of memory");

	if (ok && sk_X509_EXTENSION_num(list) > 0) {
		int n = i2d_X509_EXTENSIONS(list, &der);

		ok = keep(der, n, &i->extensions, &i->extensions_n) || err_internal(e, "out of memory");
	}
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return ok;
}

bool
ask_old_good(struct office *o, const struct application *a, const struct app_item *item, struct err *e)
{
	struct asking k;
	enum cert_state state;

	bool found = true;

	/* a swap may be of one of ours too */
	if (!asking_of(o, a, item, &k, e) || (k.old.id == 0 && item->old != 0 && !cert_load(o->db, item->old, &k.old, &found, e)))
		return false;
	if (k.old.id == 0 || !found)
		return true;
	if (!journal_becomes(o, &k.old, item->id, &state, e))
		return false;
	if (state == CERT_VALID)	/* a hold counts until it is lifted */
		state = k.old.state;
	if (state != CERT_REVOKED && (state != CERT_HOLD || (k.row->states & (1u << CERT_HOLD))))
		return true;
	return err_field(e, "old_serial", state == CERT_REVOKED
	    ? N_("the certificate %s was revoked meanwhile: withdraw %s and apply for a new one")
	    : N_("the certificate %s was put on hold meanwhile: go on with %s when it is found, or withdraw it"), k.old.serial, a->no);
}

/* By the service's row (service_not_after). What would end before it begins is not asked for. */
static bool
not_after(const struct application *a, const struct asking *k, int64_t now, int64_t *to, struct err *e)
{
	char end[20];

	*to = service_not_after(k->row, a, k->old.id != 0 ? &k->old : NULL, now);
	when_show(*to, end);
	if (*to == 0)
		return err_internal(e, "the service %s asks for no certificate", a->record.head.service);
	return *to > now || err_refuse(e, "the certificate %s ended on %s: withdraw %s and renew it", k->old.serial, end, a->no);
}

/* kur is for a certificate that is good now, at the CA that made it; any other is followed by a new one (cr). */
static int64_t
updated(const struct asking *k, int64_t now)
{
	if (k->row->at_ca != AT_CA_UPDATE || cert_state_at(&k->old, now) != CERT_VALID || strcmp(k->old.ca, k->ca->id) != 0)
		return 0;
	return k->old.id;
}

static bool
keep_names(struct office *o, const struct application *a, const struct asking *k, EVP_PKEY *pub, struct intent *i, struct err *e)
{
	X509_NAME *name = NULL;
	unsigned char *der = NULL;
	bool ok;
	int n;

	if (!subject(o, a, k, &name, e))
		return false;
	n = i2d_X509_NAME(name, &der);
	ok = keep(der, n, &i->subject, &i->subject_n);
	X509_NAME_free(name);
	der = NULL;
	n = der_spki(pub, &der);
	ok = keep(der, n, &i->public_key, &i->public_key_n) && ok;
	return ok || err_internal(e, "the request cannot be encoded") || err_openssl(e);
}

bool
ask_intent(struct office *o, const struct application *a, const struct app_item *item, EVP_PKEY *pub, struct intent *i,
    struct err *e)
{
	struct asking k;
	struct ca *ca;
	int64_t to = 0;

	memset(i, 0, sizeof *i);
	if (!asking_of(o, a, item, &k, e))
		return false;
	i->made_at = i->not_before = when_now();
	if (!not_after(a, &k, i->made_at, &to, e) || !office_ca(o, k.ca->id, &ca, e) || !ca_covers(ca, to, e)
	    || !keep_names(o, a, &k, pub, i, e) || !keep_extensions(o, a, &k, i, e))
		return false;
	if (RAND_bytes(i->tid, sizeof i->tid) != 1)
		return err_internal(e, "no random numbers") || err_openssl(e);
	i->item = item->id;
	i->application = a->id;
	snprintf(i->ca, sizeof i->ca, "%s", k.ca->id);
	i->state = INTENT_OPEN;
	i->not_after = to;
	i->old = updated(&k, i->made_at);
	i->reason = -1;
	i->staff = o->me.id;
	return true;
}
