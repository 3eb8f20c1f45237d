#include "ra/handin.h"

#include "db/certificate.h"
#include "db/holder.h"
#include "db/stock.h"
#include "forms/text.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/item.h"
#include "ra/pin.h"
#include "ra/service.h"
#include "ra/tidy.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ON_TOKEN_MAX 64

static bool
with_a_holder(const struct stock *t)
{
	return t->state == TOKEN_ACTIVE || t->state == TOKEN_SUSPENDED || t->state == TOKEN_LOST;
}

/* One that is of use still: its serial into used, "" when there is none. */
static bool
in_use(struct office *o, const struct stock *t, char used[64], struct err *e)
{
	struct certificate *c = calloc(ON_TOKEN_MAX, sizeof *c);
	size_t n = 0;
	bool gone, ok = c ? cert_on_token(o->db, t->id, c, ON_TOKEN_MAX, &n, e) : err_internal(e, "out of memory");

	used[0] = '\0';
	for (size_t i = 0; ok && i < n && !used[0]; i++) {
		ok = tidy_ended(o, &c[i], &gone, e);
		if (ok && !gone)
			snprintf(used, 64, "%s", c[i].serial);
	}
	free(c);
	return ok;
}

/* A service that is applied for needs the token, or is about it. */
static bool
stands_in_the_way(void *arg, const struct holder_open *x, struct err *e)
{
	(void)arg;
	return err_field(e, "token", "the application %s (%s) on a certificate of this token is open: finish or withdraw it first", x->no,
	    tr_stored(service_names, x->service));
}

static bool
nothing_open(struct office *o, const struct stock *t, struct err *e)
{
	struct certificate *c = calloc(ON_TOKEN_MAX, sizeof *c);
	size_t n = 0;
	bool ok = c ? cert_on_token(o->db, t->id, c, ON_TOKEN_MAX, &n, e) : err_internal(e, "out of memory");

	for (size_t i = 0; ok && i < n; i++)
		ok = holder_open_on(o->db, c[i].id, stands_in_the_way, NULL, e);
	free(c);
	return ok;
}

static bool
may_go(struct office *o, const struct stock *t, struct err *e)
{
	char used[64];
	int64_t item;

	if (!with_a_holder(t))
		return err_field(e, "token", "the token %s is no holder's (%s): move it instead", t->serial,
		    tr_name(token_state_names, (int)t->state));
	if (!app_item_on_token(o->db, t->id, &item, e) || !in_use(o, t, used, e))
		return false;
	if (item != 0)
		return err_field(e, "token", "a service with the token %s is open: finish or withdraw it first", t->serial);
	if (used[0])
		return err_field(e, "token", "the certificate %s on the token %s is in use: revoke it first", used, t->serial);
	return nothing_open(o, t, e);
}

/* ---- is there one? ---- */

static bool
token_of(struct office *o, const struct application *a, struct stock *t, bool *found, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct certificate c;
	size_t n;

	*found = false;
	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	if (n == 0 || item[0].old == 0)
		return true;
	if (!cert_load(o->db, item[0].old, &c, found, e))
		return false;
	*found = *found && c.token[0];
	return !*found || stock_find(o->db, c.token, t, found, e);
}

bool
handin_offered(struct office *o, const char *no, char serial[TOKEN_SERIAL_MAX], struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	const struct service_row *row;
	struct token_module *m;
	struct token_info info;
	struct stock t;
	struct err ignored;
	bool found = false, ok;

	serial[0] = '\0';
	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && service_of(o, a, &row, e) && (!row->may_return || a->state != APP_CLOSED || token_of(o, a, &t, &found, e));
	OPENSSL_clear_free(a, sizeof *a);
	if (ok && found && may_go(o, &t, &ignored) && office_module(o, &m, &ignored) && token_find(m, t.serial, &info, &ignored))
		memcpy(serial, t.serial, sizeof t.serial);
	return ok;
}

/* ---- handed in ---- */

/* The SO PIN is the stock's: that the token takes it shows that it is this one. The user PIN is nobody's. */
static bool
wipe(struct office *o, const struct stock *t, struct err *e)
{
	struct token_module *m;
	char now_pin[SO_PIN_MAX] = "", next_pin[SO_PIN_MAX] = "", pin[PIN_SO_LEN + 1] = "";
	bool ok;

	if (!office_module(o, &m, e))
		return false;
	if (token_destroyed(m, t->serial))
		return true;
	ok = stock_so_pins(o->db, o->keys, t->id, now_pin, next_pin, e) && pin_random(pin, PIN_SO_LEN, e)
	    && token_initialise(m, t->serial, t->serial, next_pin[0] ? next_pin : now_pin, now_pin, pin, e);
	OPENSSL_cleanse(now_pin, sizeof now_pin);
	OPENSSL_cleanse(next_pin, sizeof next_pin);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

/* Inside a transaction: what was on it is off it. */
static bool
taken_off(struct office *o, const struct stock *t, struct err *e)
{
	struct certificate *c = calloc(ON_TOKEN_MAX, sizeof *c);
	size_t n = 0;
	bool ok = c ? cert_on_token(o->db, t->id, c, ON_TOKEN_MAX, &n, e) : err_internal(e, "out of memory");

	for (size_t i = 0; ok && i < n; i++)
		ok = c[i].off_token_at != 0 || cert_taken_off(o->db, c[i].id, when_now(), e);
	free(c);
	return ok;
}

static bool
find(struct office *o, const char *serial, struct stock *t, struct err *e)
{
	bool found;

	return stock_find(o->db, serial, t, &found, e)
	    && (found || err_field(e, "token", "the token %s is not in the stock", serial)) && may_go(o, t, e);
}

bool
handin_token(struct office *o, const char *serial, const char *why, struct err *e)
{
	static const char usual[] = N_("handed in by the holder, its keys destroyed");
	char object[64], reason[TEXT_BYTES(100)] = "";
	struct stock t;
	bool ok;

	if (!office_may(o, ACT_TOKEN_MOVE, e) || (why && !text_clean("reason", why, strlen(why), 100, reason, sizeof reason, e))
	    || !find(o, serial, &t, e) || !wipe(o, &t, e))
		return false;
	office_step(STEP_WIPED);
	snprintf(object, sizeof object, "token:%s", t.serial);
	ok = office_begin(o, e) && find(o, serial, &t, e) && taken_off(o, &t, e)
	    && stock_store(o->db, &t, TOKEN_TERMINATED, t.item, o->me.id, when_now(), reason[0] ? reason : usual, e)
	    && office_commit(o, ACT_TOKEN_MOVE, object, e, "%s", token_state_names[TOKEN_TERMINATED].stored);
	office_rollback(o);
	return ok;
}
