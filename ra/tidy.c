#include "ra/tidy.h"

#include "db/stock.h"
#include "forms/tr.h"
#include "ra/certificate.h"
#include "ra/item.h"
#include "ra/lock.h"
#include "ra/pin.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ON_TOKEN_MAX 64

bool
tidy_ended(struct office *o, const struct certificate *c, bool *yes, struct err *e)
{
	*yes = c->state == CERT_REVOKED || c->not_after <= when_now();
	return *yes || cert_ending(o->db, c->id, yes, e);
}

/* Not the one that is being made, nor, until that is verified, the one by which the token was identified. */
static bool
free_of(const struct app_item *item, const struct certificate *c)
{
	return c->off_token_at == 0 && c->id != item->certificate && (c->id != item->old || item->state == ITEM_VERIFIED);
}

static bool
keep(struct token *t, const struct certificate *c, X509 *x, struct err *e)
{
	char holder[TEXT_BYTES(64)], day[11], label[sizeof holder + 40];

	certificate_holder(c->subject, holder, sizeof holder);
	day_show(day_of(c->not_after), day);
	snprintf(label, sizeof label, tr("%s (old, to %s)"), holder, day);
	return token_label(t, x, label, e);
}

static bool
take_off(struct office *o, const struct application *a, const struct certificate *c, struct token *t, X509 *x, struct err *e)
{
	char object[64];
	bool ok = token_remove(t, x, e);

	if (!ok)
		return false;
	office_step(STEP_CLEARED);
	snprintf(object, sizeof object, "certificate:%.50s", c->serial);
	ok = office_begin(o, e) && cert_taken_off(o->db, c->id, when_now(), e)
	    && office_commit(o, ACT_CLEARED, object, e, "token %s for %s", c->token, a->no);
	office_rollback(o);
	return ok;
}

/* What is of no use any more and is not kept: *n of those that are still on the token, as far as the store knows. */
static bool
left(struct office *o, const struct app_item *item, size_t *n, struct err *e)
{
	struct certificate *c = calloc(ON_TOKEN_MAX, sizeof *c);
	size_t all = 0;
	bool ok = c ? cert_on_token(o->db, item->token, c, ON_TOKEN_MAX, &all, e) : err_internal(e, "out of memory");

	*n = 0;
	for (size_t i = 0; ok && i < all; i++) {
		struct err ignored;
		X509 *x = NULL;
		bool gone = false;

		ok = !free_of(item, &c[i]) || tidy_ended(o, &c[i], &gone, e);
		/* one that does not parse stays where it is */
		if (ok && gone && item_x509(o, c[i].id, &x, &ignored))
			*n += !certificate_decrypts(x);
		X509_free(x);
	}
	free(c);
	return ok;
}

void
tidy_token(struct office *o, const struct application *a, const struct app_item *item, struct token *t)
{
	struct certificate *c = calloc(ON_TOKEN_MAX, sizeof *c);
	struct err ignored;
	size_t n = 0;
	bool ok = c && cert_on_token(o->db, item->token, c, ON_TOKEN_MAX, &n, &ignored);

	for (size_t i = 0; ok && i < n; i++) {
		X509 *x = NULL;
		bool gone = false;

		ok = !free_of(item, &c[i]) || tidy_ended(o, &c[i], &gone, &ignored);
		if (ok && gone)
			ok = item_x509(o, c[i].id, &x, &ignored)
			    && (certificate_decrypts(x) ? keep(t, &c[i], x, &ignored) : take_off(o, a, &c[i], t, x, &ignored));
		X509_free(x);
	}
	free(c);
}

/* The item's own certificate is read on it first: the PIN is tried on no other token. */
static bool
is_its_token(struct office *o, const struct app_item *item, struct token_module *m, const char *serial, struct err *e)
{
	struct token_info info;
	struct token *t = NULL;
	X509 *x = NULL;
	bool holds = false, ok;

	ok = token_find(m, serial, &info, e) && token_open(m, serial, NULL, &t, e) && item_x509(o, item->certificate, &x, e)
	    && token_holds(t, x, &holds, e);
	X509_free(x);
	token_close(t);
	return ok && holds;
}

static bool
open_sealed(struct office *o, const struct app_item *item, struct stock *s, struct token **t, struct err *e)
{
	struct token_module *m;
	char pin[PIN_MAX] = "";
	bool found, ok;

	ok = stock_load(o->db, item->token, s, &found, e) && found && app_item_pin(o->db, o->keys, item->id, pin, e) && pin[0]
	    && office_module(o, &m, e) && is_its_token(o, item, m, s->serial, e) && token_open(m, s->serial, pin, t, e);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

bool
tidy_left(struct office *o, int64_t id, char *line, size_t linesz, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	struct stock s;
	struct token *t = NULL;
	struct err ignored;
	size_t before = 0, after = 0;
	int lock = a ? lock_item(o, id, &ignored) : -1;
	bool ok = true;

	line[0] = '\0';
	if (lock >= 0)
		ok = app_of_item(o->db, id, &a->id, e) && item_load(o, a->id, id, a, &item, e) && left(o, &item, &before, e);
	if (lock >= 0 && ok && before > 0 && open_sealed(o, &item, &s, &t, &ignored)) {
		tidy_token(o, a, &item, t);
		ok = left(o, &item, &after, e);
		if (ok && after < before)
			snprintf(line, linesz, tr("%s: what had ended is taken off the token %s with its key"), a->no, s.serial);
	}
	token_close(t);
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

bool
tidy_words(struct office *o, const struct certificate *c, char *out, size_t outsz, struct err *e)
{
	struct err ignored;
	char day[11];
	X509 *x = NULL;
	bool gone;

	out[0] = '\0';
	day_show(day_of(c->off_token_at), day);
	if (c->off_token_at != 0) {
		snprintf(out, outsz, tr("taken off the token with its key on %s"), day);
		return true;
	}
	if (!tidy_ended(o, c, &gone, e))
		return false;
	if (!gone)
		snprintf(out, outsz, "%s", c->replaced_by != 0 ? tr("stays until its own end") : "");
	else if (!item_x509(o, c->id, &x, &ignored))
		snprintf(out, outsz, "%s", tr("the stored certificate does not parse"));
	else
		snprintf(out, outsz, "%s", certificate_decrypts(x) ? tr("stays: its key opens what was encrypted for it")
		    : tr("is taken off with its key at the next service with this token"));
	X509_free(x);
	return true;
}
