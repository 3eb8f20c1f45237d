/* cert: certificates received from a CA. */
#include "db/certificate.h"
#include "ra/certificate.h"
#include "ra/hold.h"
#include "ra/reconcile.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 200
#define USES_MAX 64

/* ---- one certificate ---- */

static void
put_reason(struct json *j, const struct certificate *c)
{
	if (c->reason < 0 || c->reason >= CRL_REASON_N) {
		json_text(j, "reason", NULL);
		return;
	}
	json_text(j, "reason", crl_reason_names[c->reason].stored);
	json_int(j, "reason_code", c->reason);
}

static bool
put_certificate(struct office *o, struct json *j, const struct certificate *c, struct err *e)
{
	char from[21], to[21], at[21], older[64], newer[64], holder[TEXT_BYTES(64)];

	if (!cert_serial_of(o->db, c->replaces, older, e) || !cert_serial_of(o->db, c->replaced_by, newer, e))
		return false;
	when_iso(c->not_before, from);
	when_iso(c->not_after, to);
	when_iso(c->revoked_at, at);
	certificate_holder(c->subject, holder, sizeof holder);
	json_open_object(j, NULL);
	json_text(j, "serial", c->serial);
	json_text(j, "state", cert_state_names[cert_state_at(c, when_now())].stored);
	json_text(j, "subject", c->subject);
	json_text(j, "holder", holder);
	json_text(j, "not_before", from);
	json_text(j, "not_after", to);
	json_text(j, "revoked_at", c->revoked_at ? at : NULL);
	put_reason(j, c);
	json_text(j, "replaced_by", newer[0] ? newer : NULL);
	json_text(j, "replaces", older[0] ? older : NULL);
	json_text(j, "application", c->application_no);
	json_text(j, "token", c->token[0] && c->off_token_at == 0 ? c->token : NULL);
	json_text(j, "scheme", c->scheme);
	json_text(j, "ca", c->ca);
	return true;
}

/* Why it is on hold, and whether somebody is about to decide. */
static bool
put_hold(struct office *o, struct json *j, const struct certificate *c, struct err *e)
{
	struct hold h;
	bool held;

	if (!hold_of(o, c, &h, &held, e))
		return false;
	if (!held)
		return true;
	json_open_object(j, "hold");
	json_bool(j, "at_ca", h.at_ca);
	json_text(j, "by", h.by.no[0] ? h.by.no : NULL);
	json_text(j, "service", h.by.no[0] ? h.by.service : NULL);
	json_text(j, "reason", h.by.reason[0] ? h.by.reason : NULL);
	json_bool(j, "emergency", h.by.emergency);
	json_text(j, "open", h.open_no[0] ? h.open_no : NULL);
	json_end(j);
	return true;
}

static bool
show_json(struct office *o, const struct certificate *c, const struct cert_use *use, size_t uses, struct err *e)
{
	struct json *j = json_new();
	char at[21];
	bool ok = put_certificate(o, j, c, e) && put_hold(o, j, c, e);

	if (ok) {
		json_open_array(j, "uses");
		for (size_t i = 0; i < uses; i++) {
			when_iso(use[i].since, at);
			json_open_object(j, NULL);
			json_text(j, "name", use[i].name);
			json_text(j, "since", at);
			json_text(j, "application", use[i].application_no);
			json_end(j);
		}
		json_end(j);
		json_end(j);
		ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	}
	json_free(j);
	return ok;
}

static void
show_line(const char *label, const char *value)
{
	int pad = 14 - text_columns(label);

	if (value[0])
		printf("  %s%*s %s\n", label, pad > 0 ? pad : 0, "", value);
}

static bool
show_hold(struct office *o, const struct certificate *c, struct err *e)
{
	struct hold h;
	char line[400];
	bool held;

	if (!hold_of(o, c, &h, &held, e))
		return false;
	if (!held)
		return true;
	hold_words(&h, line, sizeof line);
	show_line(tr("on hold"), line);
	snprintf(line, sizeof line, "%s%s%s", hold_remedy(&h), h.open_no[0] ? " " : "", h.open_no);
	show_line("", line);
	return true;
}

static bool
show_text(struct office *o, const struct certificate *c, const struct cert_use *use, size_t uses, struct err *e)
{
	char at[20], line[200], older[64], newer[64];

	if (!cert_serial_of(o->db, c->replaces, older, e) || !cert_serial_of(o->db, c->replaced_by, newer, e))
		return false;
	printf("%s  %s\n", c->serial, tr_name(cert_state_names, (int)cert_state_at(c, when_now())));
	show_line(tr("subject"), c->subject);
	when_show(c->not_before, at);
	show_line(tr("valid from"), at);
	when_show(c->not_after, at);
	show_line(tr("valid to"), at);
	if (c->revoked_at != 0) {
		when_show(c->revoked_at, at);
		snprintf(line, sizeof line, "%s  %s", at,
		    c->reason >= 0 && c->reason < CRL_REASON_N ? tr_name(crl_reason_names, c->reason) : "");
		show_line(c->state == CERT_HOLD ? tr("on hold since") : tr("revoked at"), line);
	}
	if (!show_hold(o, c, e))
		return false;
	show_line(tr("replaces"), older);
	show_line(tr("replaced by"), newer);
	show_line(tr("application"), c->application_no);
	show_line(tr("token"), c->token);
	show_line("CA", c->ca);
	for (size_t i = 0; i < uses; i++)
		show_line(tr("used for"), use[i].name);
	return true;
}

static bool
certificate_show(struct office *o, const struct certificate *c, bool as_json, struct err *e)
{
	struct cert_use use[USES_MAX];
	size_t uses;

	if (!cert_uses(o->db, c->id, use, USES_MAX, &uses, e))
		return false;
	return as_json ? show_json(o, c, use, uses, e) : show_text(o, c, use, uses, e);
}

static bool
certificate_export(struct office *o, const struct certificate *c, const char *path, struct err *e)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *x;
	size_t n;
	bool ok;

	if (!path)
		return err_usage(e, "name the file: -o FILE.pem or --out FILE.pem");
	if (!cert_der(o->db, c->id, &der, &n, e))
		return false;
	p = der;
	x = d2i_X509(NULL, &p, (long)n);
	free(der);
	ok = x ? certificate_save(path, x, e) : err_internal(e, "the stored certificate does not parse");
	X509_free(x);
	return ok;
}

/* ---- lists ---- */

static bool
list_one(struct office *o, struct json *j, const struct certificate *c, struct err *e)
{
	char to[20], holder[TEXT_BYTES(64)];
	const char *state = tr_name(cert_state_names, (int)cert_state_at(c, when_now()));
	int pad = 11 - text_columns(state);

	if (j) {
		if (!put_certificate(o, j, c, e))
			return false;
		json_end(j);
		return true;
	}
	when_show(c->not_after, to);
	certificate_holder(c->subject, holder, sizeof holder);
	printf("%-40s %s%*s %s  %s\n", c->serial, state, pad > 0 ? pad : 0, "", to, holder);
	return true;
}

/* Page by page behind the key: a reader never holds a snapshot for longer than one. */
static bool
list_pages(struct office *o, struct json *j, const struct cert_filter *f, struct cert_key *edge, int64_t limit, struct err *e)
{
	struct certificate *c = calloc(PAGE, sizeof *c);
	struct cert_key at = edge ? *edge : (struct cert_key){ 0 };
	size_t n = PAGE, max = PAGE;
	bool ok = true;

	if (!c)
		return err_internal(e, "out of memory");
	while (ok && n == max && limit > 0) {
		max = limit < PAGE ? (size_t)limit : PAGE;
		ok = cert_page(o->db, f, edge, false, c, max, &n, e);
		for (size_t i = 0; ok && i < n; i++)
			ok = list_one(o, j, &c[i], e);
		if (ok && n > 0) {
			at = (struct cert_key){ c[n - 1].not_after, c[n - 1].id };
			edge = &at;
		}
		limit -= (int64_t)n;
	}
	free(c);
	return ok;
}

static bool
filter_of(const struct args *a, struct cert_filter *f, struct err *e)
{
	const char *state = args_option(a, "state");
	bool held = args_option(a, "held") != NULL;
	int64_t days;

	if (!args_int(a, "expiring", 0, &days, e))
		return false;
	if (days < 0 || days > 36500 || (days == 0 && args_option(a, "expiring")))
		return err_field(e, "expiring", "1 to 36500 days");
	f->now = when_now();
	f->before = days > 0 ? f->now + days * 86400 : 0;
	f->state = state ? name_index(cert_state_names, state) : days > 0 ? CERT_CURRENT : CERT_ANY;
	if (state && f->state < 0)
		return err_field(e, "state", "there is no state '%s'", state);
	if (held && state)
		return err_field(e, "held", "give either --held or --state");
	f->state = held ? CERT_HELD : f->state;
	if (f->state == CERT_EXPIRED && days > 0)
		return err_field(e, "expiring", "what has expired does not expire any more: give either --state expired or --expiring");
	return true;
}

static bool
certificate_list(struct office *o, const struct args *a, struct err *e)
{
	const char *after = args_option(a, "after");
	struct cert_filter f;
	struct cert_key edge = { 0 };
	struct certificate c;
	struct json *j;
	int64_t limit;
	bool found = true, ok;

	if (!filter_of(a, &f, e) || !args_int(a, "limit", INT64_MAX, &limit, e))
		return false;
	if (after && !cert_find(o->db, after, &c, &found, e))
		return false;
	if (!found)
		return err_field(e, "after", "there is no certificate %s in the store", after);
	if (after)
		edge = (struct cert_key){ c.not_after, c.id };
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	ok = list_pages(o, j, &f, after ? &edge : NULL, limit, e);
	return list_close(j, ok, e);
}

/* ---- the CA's list against the store ---- */

static void
put_side(struct json *j, const char *state, int reason, const char *state_key, const char *reason_key)
{
	json_text(j, state_key, state);
	json_text(j, reason_key, state && reason >= 0 && reason < CRL_REASON_N ? crl_reason_names[reason].stored : NULL);
}

static void
put_difference(struct json *j, const struct difference *d, const char *kind)
{
	char words[600], at[21];

	difference_words(d, words, sizeof words);
	when_iso(d->at, at);
	json_open_object(j, NULL);
	json_text(j, "ca", d->ca);
	json_text(j, "serial", d->serial);
	json_text(j, "difference", kind);
	put_side(j, d->here ? cert_state_names[d->c.state].stored : NULL, d->c.reason, "store_state", "store_reason");
	put_side(j, cert_state_names[difference_ca_state(d)].stored, d->reason, "ca_state", "ca_reason");
	json_text(j, "ca_since", d->listed ? at : NULL);
	json_text(j, "application", d->here ? d->c.application_no : NULL);
	json_bool(j, "under_way", d->journalled);
	json_text(j, "words", words);
	json_end(j);
}

/* One certificate: what both sides say. */
static bool
certificate_check(struct office *o, const struct args *a, struct err *e)
{
	struct difference d;
	char words[600];
	bool differs, ok = true;
	struct json *j;

	if (!reconcile_one(o, a->at[1], &d, &differs, e))
		return false;
	if (a->json) {
		j = json_new();
		put_difference(j, &d, differs ? difference_name(d.kind) : NULL);
		ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
		json_free(j);
		return ok;
	}
	difference_words(&d, words, sizeof words);
	printf("%s\n%s\n", words, differs ? difference_remedy(&d) : tr("the CA's list and the store agree"));
	return true;
}

static bool
difference_line(void *arg, const struct difference *d, struct err *e)
{
	struct json *j = arg;
	char words[600];

	(void)e;
	difference_words(d, words, sizeof words);
	if (!j) {
		printf("%-40s %s\n%-40s %s\n", d->serial, words, "", difference_remedy(d));
		return true;
	}
	put_difference(j, d, difference_name(d->kind));
	return true;
}

static bool
certificate_reconcile(struct office *o, const struct args *a, struct err *e)
{
	struct json *j = a->json ? json_new() : NULL;
	struct reconcile_calls calls = { difference_line, NULL, j };
	struct reconcile_tally t;
	bool ok;

	if (j)
		json_open_array(j, NULL);
	ok = reconcile(o, args_option(a, "ca"), &calls, &t, e);
	if (!j && t.cas > 0)
		printf(tr("%d CAs: %lld rows in their lists, %lld certificates revoked or on hold here, %lld differences\n"), t.cas,
		    (long long)t.listed, (long long)t.ceased, (long long)t.differences);
	return list_close(j, ok, e);
}

static bool
run_cert(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct certificate c;
	const char *out = args_option(a, "out");
	bool found;

	(void)problems;
	if (!office_may(o, ACT_SHOW, e))
		return false;
	if (strcmp(a->at[0], "list") == 0 && a->n == 1)
		return certificate_list(o, a, e);
	if (strcmp(a->at[0], "reconcile") == 0 && a->n == 1)
		return certificate_reconcile(o, a, e);
	if (a->n < 2)
		return err_usage(e, "usage: ra cert %s", command_cert.usage);
	if (strcmp(a->at[0], "check") == 0 && a->n == 2)
		return certificate_check(o, a, e);
	if (strcmp(a->at[0], "adopt") == 0 && a->n == 2)
		return reconcile_adopt(o, a->at[1], args_option(a, "reason") ? args_option(a, "reason") : "", e);
	if (!cert_find(o->db, a->at[1], &c, &found, e))
		return false;
	if (!found)
		return err_field(e, "serial", "there is no certificate %s in the store", a->at[1]);
	if (strcmp(a->at[0], "export") == 0) {
		if (!out && a->n == 4 && strcmp(a->at[2], "-o") == 0)
			out = a->at[3];
		return certificate_export(o, &c, out, e);
	}
	if (strcmp(a->at[0], "show") != 0)
		return err_usage(e, "usage: ra cert %s", command_cert.usage);
	return certificate_show(o, &c, a->json, e);
}
const struct command command_cert = { "cert", "list [--expiring DAYS] [--state S | --held] [--limit N] [--after SERIAL] | show SERIAL"
	" | export SERIAL -o FILE | check SERIAL | reconcile [--ca ID] | adopt SERIAL --reason R",
	"expiring= state= held limit= after= out= ca= reason=", N_("certificates; reconcile compares them with the CA's list"),
	NEEDS_LOGIN, 1, 4, run_cert };
