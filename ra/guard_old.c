#include "ra/guard.h"

#include "db/foreign.h"
#include "db/holder.h"
#include "forms/text.h"
#include "forms/tr.h"
#include "ra/certificate.h"
#include "ra/old.h"
#include "ra/rules.h"
#include "ra/trust.h"

#include <string.h>

/* The service's row and its old certificate, found or not. */
static bool
acted_on(struct office *o, const struct application *a, const struct service_row **row, struct certificate *c, bool *known,
    struct err *e)
{
	return service_of(o, a, row, e) && old_certificate(o, a, *row, c, known, e);
}

/* ---- the certificates that the holder has ---- */

bool
guard_old_good(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	struct certificate c, second;
	bool known, has;

	if (!acted_on(o, a, &row, &c, &known, e))
		return false;
	return !known || (old_fits(o, a, row, &c, e) && old_second(o, a, row, &c, &second, &has, e)
	    && (!has || old_fits(o, a, row, &second, e)));
}

struct clash {			/* of an application with others on the same certificate */
	const struct application *a;
	const struct service_row *row;
	const struct scheme *s;
	const char *serial;
};

/* Does the other one count on the hold that this one would lift? An emergency and a lost token's replacement, until they are decided. */
static bool
counts_on_hold(const struct clash *k, const struct holder_open *x, const struct service_row *other)
{
	return k->row->at_ca == AT_CA_REVOKE && k->row->crl_reason == CA_RELEASE && (x->emergency || (other && other->hold_at_once));
}

static bool
clashes(void *arg, const struct holder_open *x, struct err *e)
{
	const struct clash *k = arg;
	const struct service_row *other = service_row(k->s, x->service, x->reason, e);
	bool urgent = other && other->urgent;
	bool beside = k->row->urgent ? strcmp(x->service, k->a->record.head.service) != 0 : urgent;

	if (x->id == k->a->id || (beside && !counts_on_hold(k, x, other)))
		return true;
	return err_field(e, "old_serial", "the application %s (%s) on the certificate %s is open: finish or withdraw it first",
	    x->no, tr_stored(service_names, x->service), k->serial);
}

/* One that was swapped gives no second: what came of it is the holder's certificate here. */
static bool
not_swapped(struct office *o, const struct application *a, const struct service_row *row, struct err *e)
{
	const struct record_head *h = &a->record.head;
	char no[APP_NO_MAX];

	if (row->needs != OLD_FOREIGN || a->state == APP_ISSUED)
		return true;
	if (!holder_done_about(o->db, h->scheme, h->service, h->old_serial, no, e))
		return false;
	return !no[0] || err_field(e, "old_serial", "the certificate %s was swapped already (%s): replace or renew what was made for it",
	    h->old_serial, no);
}

bool
guard_no_other_open(struct office *o, const struct application *a, struct err *e)
{
	struct certificate c, second;
	struct clash k = { .a = a, .serial = c.serial };
	bool known, has;

	if (!acted_on(o, a, &k.row, &c, &known, e) || !rules_scheme(o, a, &k.s, e))
		return false;
	if (!known) {		/* another authority's: by its serial, whoever says that it is theirs */
		k.serial = a->record.head.old_serial;
		return !k.serial[0] || (holder_open_about(o->db, k.serial, clashes, &k, e) && not_swapped(o, a, k.row, e));
	}
	if (!holder_open_on(o->db, c.id, clashes, &k, e) || !old_second(o, a, k.row, &c, &second, &has, e))
		return false;
	k.serial = second.serial;
	return !has || holder_open_on(o->db, second.id, clashes, &k, e);
}

struct wearing {		/* a seal, sought on other certificates */
	const struct application *a;
	const struct service_row *row;
	int64_t old;		/* certificate that the service acts on; 0 = none */
	char folded[TEXT_BYTES(64)];
};

static bool
worn(void *arg, const struct holder_seal *x, struct err *e)
{
	const struct wearing *k = arg;
	char folded[TEXT_BYTES(64)];

	if (k->old != 0 && x->certificate == k->old) {
		if (k->row->new_seal)
			return err_field(e, "seal.name", "the certificate carries the seal %s already: a further seal needs a further"
			    " certificate", x->name);
		return true;
	}
	text_fold(x->name, folded, sizeof folded);
	if (strcmp(folded, k->folded) != 0 || strcmp(x->type, k->a->record.seal.type) != 0)
		return true;
	return err_field(e, "seal.name", "the seal %s hangs on %s already: one seal has one certificate, renew, replace or change"
	    " that one", x->name, x->serial);
}

bool
guard_seal_free(struct office *o, const struct application *a, struct err *e)
{
	struct wearing k = { .a = a };
	struct certificate c;
	bool known;

	if (!a->record.seal.name[0] || a->organisation == 0)
		return true;
	if (!acted_on(o, a, &k.row, &c, &known, e))
		return false;
	/* what makes no certificate and no seal carries none anywhere */
	if (k.row->at_ca == AT_CA_REVOKE || (k.row->at_ca == AT_CA_NOTHING && !k.row->new_seal))
		return true;
	k.old = known ? c.id : 0;
	text_fold(a->record.seal.name, k.folded, sizeof k.folded);
	return holder_seals(o->db, a->organisation, a->record.head.scheme, when_now(), a->id, worn, &k, e);
}

/* Does the organisation have one certificate more afterwards than it may use now? By a new one, and by a renewal after expiry. */
static bool
one_more(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *old, bool *adds,
    struct err *e)
{
	int user = -1;

	*adds = row->needs != OLD_CERTIFICATE;
	if (!old || !service_late(row, a, old, when_now()))
		return true;
	if (!old_user(o, old, &user, e))
		return false;
	*adds = user < 0;
	return true;
}

bool
guard_no_second(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	const struct service_row *row;
	const char *scheme;
	struct certificate c;
	char serial[64], no[APP_NO_MAX];
	bool known, adds;

	if (!rules_scheme(o, a, &s, e) || !acted_on(o, a, &row, &c, &known, e)
	    || !one_more(o, a, row, known ? &c : NULL, &adds, e))
		return false;
	if (!adds || !(s->one_per_org || s->one_per_centre || s->one_per_seal))
		return true;
	/* a further seal is what a further certificate is for; guard_seal_free looks whether it is one */
	if (s->one_per_seal && !s->one_per_org && a->record.seal.name[0])
		return true;
	scheme = s->one_per_centre ? NULL : s->id;
	if (!holder_valid(o->db, a->organisation, scheme, a->record.head.ca, known ? c.id : 0, when_now(), serial, e)
	    || !holder_opening(o->db, a->organisation, scheme, a->record.head.ca, a->id, no, e))
		return false;
	if (serial[0])
		return err_field(e, "org.credit_code", s->one_per_centre
		    ? N_("the organisation has applied already, it has the valid certificate %s: add the application to that one")
		    : s->one_per_seal ? N_("the organisation has the valid certificate %s: renew, replace or change that one; a further"
		    " one is made for a further seal only")
		    : N_("the organisation has the valid certificate %s: renew, replace or change that one"), serial);
	if (no[0])
		return err_field(e, "org.credit_code", "the organisation has the open application %s: finish or withdraw it"
		    " first", no);
	return true;
}

/* ---- time ---- */

bool
guard_renewal_open(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	const struct scheme *s;
	struct certificate c;
	struct day opens;
	char from[11], to[11];
	bool known;

	if (!acted_on(o, a, &row, &c, &known, e) || !rules_scheme(o, a, &s, e))
		return false;
	if (!known || row->expiry != EXPIRY_RENEWED || s->renewal_window_days == 0)
		return true;
	opens = day_of(c.not_after - (int64_t)s->renewal_window_days * 86400);
	if (day_compare(day_of(when_now()), opens) >= 0)
		return true;
	day_show(opens, from);
	day_show(day_of(c.not_after), to);
	return err_field(e, "old_serial", "the certificate %s ends on %s; it may be renewed from %s on, %d days before", c.serial, to,
	    from, s->renewal_window_days);
}

/* When the certificate that issues for this CA ends; looked up once, without opening the line to the CA. */
static bool
issuer_ends(struct office *o, const char *ca, int64_t *t, struct err *e)
{
	X509 *x = NULL;
	bool ok;

	for (size_t i = 0; i < o->ca_n; i++) {
		if (strcmp(o->ca[i].id, ca) != 0)
			continue;
		ok = o->ca_ends[i] != 0 || certificate_load(o->ca[i].issuer, &x, e);
		if (x && !certificate_time(X509_get0_notAfter(x), &o->ca_ends[i]))
			ok = err_internal(e, "the time in %s is damaged", o->ca[i].issuer);
		*t = o->ca_ends[i];
		X509_free(x);
		return ok;
	}
	return err_field(e, "ca", "ra.conf has no CA '%s': add it to cas", ca);
}

static bool
too_long(const struct application *a, const struct service_row *row, const struct certificate *old, int64_t ends, struct err *e)
{
	struct application *b = calloc(1, sizeof *b);
	int years = a->record.head.years;
	char day[11];

	if (!b)
		return err_internal(e, "out of memory");
	*b = *a;
	while (years > 0 && service_not_after(row, b, old, when_now()) > ends)
		b->record.head.years = --years;
	OPENSSL_clear_free(b, sizeof *b);
	day_show(day_of(ends), day);
	if (years > 0)
		return err_field(e, "years", "the CA's own certificate ends on %s: the term is at most %d years now", day, years);
	return err_field(e, "years", "the CA's own certificate ends on %s: no whole year fits before it", day);
}

bool
guard_term_fits(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	const struct scheme *s;
	const struct scheme_ca *ca;
	struct certificate c;
	int64_t ends = 0;
	bool known;

	if (!acted_on(o, a, &row, &c, &known, e) || !rules_scheme(o, a, &s, e))
		return false;
	if (known && row->new_seal && a->accepted_at == 0 && a->record.head.years > service_years_left(&c, when_now()))
		return err_field(e, "years", "the certificate has %d years left, a begun one counted whole: the seal ends with it",
		    service_years_left(&c, when_now()));
	if (row->expiry == EXPIRY_NONE)
		return true;
	ca = scheme_ca(s, a->record.head.ca[0] ? a->record.head.ca : NULL);
	if (!ca)
		return err_field(e, "ca", "this scheme has no CA '%s'", a->record.head.ca);
	if (!issuer_ends(o, ca->id, &ends, e))
		return false;
	return service_not_after(row, a, known ? &c : NULL, when_now()) <= ends || too_long(a, row, known ? &c : NULL, ends, e);
}

/* ---- a certificate of another authority ---- */

bool
guard_brings(struct office *o, const struct application *a, struct err *e)
{
	bool wanted;

	return old_to_bring(o, a, &wanted, e)
	    && (wanted || err_refuse(e, "%s is on no certificate of another authority: nothing has to be brought", a->no));
}

bool
guard_brought(struct office *o, const struct application *a, struct err *e)
{
	struct foreign f;
	bool wanted, found;

	if (!old_to_bring(o, a, &wanted, e))
		return false;
	if (!wanted)
		return true;
	if (!foreign_load(o->db, a->id, &f, &found, e))
		return false;
	if (!found || !trust_holder_is(a, f.holder))
		return err_field(e, "old_serial", "the certificate %s is not of this store: read it from the holder's token or a file first"
		    " (`ra bring %s`)", a->record.head.old_serial, a->no);
	return f.not_after > when_now() || err_field(e, "old_serial", "the certificate %s has ended meanwhile", f.serial);
}
