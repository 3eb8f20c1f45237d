#include "ra/holder.h"

#include "forms/tr.h"
#include "ra/application.h"
#include "ra/item.h"
#include "ra/pin.h"
#include "ra/rules.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#define CHAIN_MAX 64		/* certificates of one holder, renewed again and again */

/* ---- which token ---- */

static bool
in_use(const struct stock *t)
{
	return t->state == TOKEN_ACTIVE || t->state == TOKEN_SUSPENDED;
}

/* The ledger's token of a certificate: its own, or that of the one which it replaces, where the holder's client fetched it
 * onto the same token. *found false: it lies on no token that is in use. */
static bool
ledger(struct office *o, const struct certificate *old, struct stock *t, bool *found, struct err *e)
{
	struct certificate c = *old;
	bool there = true;

	*found = false;
	for (int i = 0; i < CHAIN_MAX && there; i++) {
		if (c.token[0]) {
			if (!stock_find(o->db, c.token, t, found, e))
				return false;
			*found = *found && in_use(t);
			return true;
		}
		if (c.replaces == 0)
			return true;
		if (!cert_load(o->db, c.replaces, &c, &there, e))
			return false;
	}
	return true;
}

static bool
named(struct office *o, const struct certificate *old, const char *serial, struct stock *t, struct err *e)
{
	bool found;

	if (!ledger(o, old, t, &found, e))
		return false;
	if (!found)
		return err_field(e, "token", "the certificate %s lies on no token that is in use: have the holder's own device make a"
		    " request (CSR), or apply for a replacement", old->serial);
	return !serial || strcmp(serial, t->serial) == 0
	    || err_field(e, "token", "the certificate %s lies on token %s, not on %s: take that one", old->serial, t->serial, serial);
}

static bool
holds(struct office *o, struct token *t, int64_t certificate, bool *yes, struct err *e)
{
	X509 *x;
	bool ok;

	if (!item_x509(o, certificate, &x, e))
		return false;
	ok = token_holds(t, x, yes, e);
	X509_free(x);
	return ok;
}

/* Of the old certificate and, where it came onto no token of ours, those that it replaces: the first that is on this token. */
static bool
held(struct office *o, const struct certificate *old, struct token *t, int64_t *id, struct err *e)
{
	struct certificate c = *old;
	bool yes = false, found = true;

	*id = 0;
	for (int i = 0; i < CHAIN_MAX && found; i++) {
		if (!holds(o, t, c.id, &yes, e))
			return false;
		if (yes)
			*id = c.id;
		if (yes || c.token[0] || c.replaces == 0)
			return true;
		if (!cert_load(o->db, c.replaces, &c, &found, e))
			return false;
	}
	return true;
}

static bool
identified(struct office *o, const struct stock *s, const struct certificate *old, struct token *t, int64_t *id, struct err *e)
{
	return held(o, old, t, id, e) && (*id != 0
	    || err_field(e, "token", "the token %s does not hold the certificate %s: it is another's or was wiped; take the right"
	    " one, or apply for a replacement", s->serial, old->serial));
}

bool
holder_find(struct office *o, const struct application *a, const struct app_item *item, const char *serial, struct stock *t,
    struct err *e)
{
	struct token_module *m;
	struct token_info info;
	struct certificate old;
	struct token *session;
	int64_t id;
	bool ok;

	if (!item_old(o, a, item, &old, e) || !named(o, &old, serial, t, e) || !office_module(o, &m, e)
	    || !token_find(m, t->serial, &info, e) || !token_open(m, t->serial, NULL, &session, e))
		return false;
	ok = identified(o, t, &old, session, &id, e);
	token_close(session);
	return ok;
}

/* ---- the PIN ---- */

bool
holder_attach(struct office *o, const struct application *a, struct app_item *item, const struct stock *t, bool anew,
    struct err *e)
{
	const struct scheme *s;
	char pin[PIN_MAX];
	bool ok;

	item->token = t->id;
	if (!app_item_store(o->db, item, e) || !app_item_pin(o->db, o->keys, item->id, pin, e))
		return false;
	if (anew && pin[0]) {
		OPENSSL_cleanse(pin, sizeof pin);
		return true;
	}
	ok = !anew || (rules_scheme(o, a, &s, e) && pin_initial(s, pin, e));
	ok = ok && app_item_pin_store(o->db, o->keys, item, anew ? pin : NULL, e);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

bool
holder_set_pin(struct office *o, const struct app_item *item, struct token **t, struct err *e)
{
	struct token_module *m;
	struct stock s;
	char pin[PIN_MAX] = "", so[SO_PIN_MAX] = "", next[SO_PIN_MAX] = "";
	bool found, ok;

	if (!office_module(o, &m, e) || !stock_load(o->db, item->token, &s, &found, e))
		return false;
	if (!found)
		return err_internal(e, "the token of item %d is not in the stock", item->n);
	ok = app_item_pin(o->db, o->keys, item->id, pin, e) && stock_so_pins(o->db, o->keys, s.id, so, next, e)
	    && (pin[0] || err_internal(e, "item %d has no sealed PIN", item->n)) && token_set_pin(m, s.serial, so, pin, e);
	if (ok)
		office_step(STEP_PIN_SET);
	ok = ok && token_open(m, s.serial, pin, t, e);
	OPENSSL_cleanse(pin, sizeof pin);
	OPENSSL_cleanse(so, sizeof so);
	OPENSSL_cleanse(next, sizeof next);
	return ok;
}

bool
holder_open_by(struct office *o, const char *serial, const char *pin, struct token **t, struct err *e)
{
	struct token_module *m;
	struct token_info info;
	struct err ignored;

	if (!office_module(o, &m, e))
		return false;
	if (token_open(m, serial, pin, t, e))
		return true;
	if (e->code == FAULT_REFUSED)
		snprintf(e->field, sizeof e->field, "pin");
	if (e->code == FAULT_REFUSED && token_find(m, serial, &info, &ignored) && info.pin_final_try)
		return err_field(e, "pin", "the PIN of token %s is wrong, and one more wrong one locks it: have it set anew instead", serial);
	return false;
}

static bool
sealed_there(struct office *o, const struct app_item *item, bool *there, struct err *e)
{
	char pin[PIN_MAX];
	bool ok = app_item_pin(o->db, o->keys, item->id, pin, e);

	*there = ok && pin[0] != '\0';
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

/* In a transaction of its own, where the item has not yet what it needs. */
static bool
attach(struct office *o, struct application *a, struct app_item *item, const struct stock *t, bool anew, struct err *e)
{
	bool sealed, ok;

	if (!sealed_there(o, item, &sealed, e))
		return false;
	if (item->token == t->id && sealed == anew)
		return true;
	ok = application_begin(o, a->no, 0, a, e) && holder_attach(o, a, item, t, anew, e)
	    && application_commit(o, a, ACT_IDENTIFIED, e, "item %d token %s%s", item->n, t->serial, anew ? ", new initial PIN" : "");
	office_rollback(o);
	if (ok)
		office_step(STEP_IDENTIFIED);
	return ok;
}

bool
holder_prove(struct office *o, const struct application *a, const struct app_item *item, struct token *t, struct err *e)
{
	struct certificate old;
	struct stock s;
	int64_t id;
	X509 *x;
	bool found, ok;

	if (!item_old(o, a, item, &old, e) || !stock_load(o->db, item->token, &s, &found, e)
	    || !identified(o, &s, &old, t, &id, e) || !item_x509(o, id, &x, e))
		return false;
	ok = token_prove(t, x, e);
	X509_free(x);
	return ok;
}

/* For a service that goes on with the holder's own PIN too: that is the other way. */
static bool
set_anew(struct office *o, const struct app_item *item, const char *serial, struct token **t, struct err *e)
{
	if (holder_set_pin(o, item, t, e))
		return true;
	if (e->code == FAULT_REFUSED)
		err_field(e, "pin", "the PIN of token %s cannot be set anew, its SO PIN is locked or not the known one: have the holder type"
		    " the own PIN, or apply for a replacement", serial);
	return false;
}

bool
holder_take(struct office *o, struct application *a, struct app_item *item, const char *serial, const char *pin, struct err *e)
{
	struct token *t = NULL;
	struct stock s;
	bool ok;

	if (!holder_find(o, a, item, serial, &s, e))
		return false;
	if (item->token != 0 && item->token != s.id)
		return err_refuse(e, "item %d has another token already: move that one first", item->n);
	/* the holder's own PIN is tried before anything is stored */
	if (pin)
		ok = holder_open_by(o, s.serial, pin, &t, e) && attach(o, a, item, &s, false, e);
	else
		ok = attach(o, a, item, &s, true, e) && set_anew(o, item, s.serial, &t, e);
	ok = ok && holder_prove(o, a, item, t, e);
	token_close(t);
	return ok;
}

bool
holder_open(struct office *o, struct application *a, struct app_item *item, const char *pin, struct token **t, struct err *e)
{
	struct stock s;
	bool found;

	if (!stock_load(o->db, item->token, &s, &found, e))
		return false;
	if (!found)
		return err_internal(e, "the token of item %d is not in the stock", item->n);
	if (pin)
		return holder_open_by(o, s.serial, pin, t, e);
	return attach(o, a, item, &s, true, e) && set_anew(o, item, s.serial, t, e);
}
