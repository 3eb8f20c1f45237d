#include "ra/personalise.h"

#include "db/stock.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/pin.h"
#include "ra/rules.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 2048	/* plugged in at once: SoftHSM2's may be many */

/* ---- which token: chosen inside the transaction that reserves it, so that two consoles never take the same ---- */

struct plugged {		/* what was plugged in just before */
	struct token_info *at;
	size_t n;
};

static bool
is_plugged(const struct plugged *p, const char *serial)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->at[i].serial, serial) == 0)
			return true;
	return false;
}

/* The longest waiting one of those that are plugged in; absent: there is none. */
static bool
choose_any(struct office *o, const struct plugged *p, struct stock *t, bool *absent, struct err *e)
{
	int64_t after = 0;
	bool found;

	do {
		if (!stock_next_blank(o->db, after, t, &found, e))
			return false;
		*absent = !found;
		if (!found)
			return err_later(e, after == 0 ? N_("there is no blank token in the stock: add some with `ra token add`")
			    : N_("no blank token of the stock is plugged in: plug one in and repeat"));
		after = t->id;
	} while (!is_plugged(p, t->serial));
	return true;
}

static bool
choose_named(struct office *o, const char *serial, struct stock *t, struct err *e)
{
	bool found;

	if (!stock_find(o->db, serial, t, &found, e))
		return false;
	if (!found)
		return err_field(e, "token", "the token %s is not in the stock: add it with `ra token add`", serial);
	return t->state == TOKEN_BLANK || err_field(e, "token", "the token %s is not blank (%s): take another", t->serial,
	    tr_name(token_state_names, (int)t->state));
}

static bool
reserve_rows(struct office *o, struct application *a, struct app_item *item, struct stock *t, struct err *e)
{
	const struct scheme *s;
	char so[PIN_SO_LEN + 1], pin[PIN_MAX];
	bool ok;

	ok = rules_scheme(o, a, &s, e) && pin_random(so, PIN_SO_LEN, e) && pin_initial(s, pin, e);
	item->token = t->id;
	ok = ok && stock_so_next(o->db, o->keys, t->id, so, e)
	    && stock_store(o->db, t, TOKEN_RESERVED, item->id, o->me.id, when_now(), a->no, e)
	    && app_item_store(o->db, item, e) && app_item_pin_store(o->db, o->keys, item, pin, e);
	OPENSSL_cleanse(so, sizeof so);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

static bool
reserve(struct office *o, struct application *a, struct app_item *item, const char *serial, const struct plugged *p,
    bool *absent, struct err *e)
{
	struct stock t;
	enum app_state to;
	bool ok;

	*absent = false;
	if (!application_begin(o, a->no, 0, a, e))
		return false;
	ok = workflow_may(o, a, ACT_ISSUE, &to, e) && (serial ? choose_named(o, serial, &t, e) : choose_any(o, p, &t, absent, e)) && reserve_rows(o, a, item, &t, e)
	    && application_commit(o, a, ACT_RESERVE, e, "item %d token %s", item->n, t.serial);
	office_rollback(o);
	return ok;
}

static bool
reserve_named(struct office *o, struct application *a, struct app_item *item, const char *serial, struct token_module *m,
    struct err *e)
{
	struct token_info info;
	struct stock t;
	bool absent;

	/* known and plugged in, before anything is stored */
	return choose_named(o, serial, &t, e) && token_find(m, t.serial, &info, e)
	    && reserve(o, a, item, serial, NULL, &absent, e);
}

static bool
reserve_any(struct office *o, struct application *a, struct app_item *item, struct token_module *m, struct err *e)
{
	struct plugged p = { calloc(TOKENS_MAX, sizeof *p.at), 0 };
	bool absent = false, ok = false;

	if (!p.at)
		return err_internal(e, "out of memory");
	for (int round = 0; !ok && round < 2; round++) {
		if ((round > 0 && (!absent || !token_look_again(m))) || !token_list(m, p.at, TOKENS_MAX, &p.n, e))
			break;
		ok = reserve(o, a, item, NULL, &p, &absent, e);
	}
	free(p.at);
	return ok;
}

static bool
reserve_one(struct office *o, struct application *a, struct app_item *item, const char *serial, struct err *e)
{
	struct token_module *m;

	if (!office_module(o, &m, e)
	    || !(serial ? reserve_named(o, a, item, serial, m, e) : reserve_any(o, a, item, m, e)))
		return false;
	office_step(STEP_RESERVED);
	return true;
}

static bool
initialise(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	struct token_module *m;
	struct stock t;
	char now_pin[SO_PIN_MAX], next_pin[SO_PIN_MAX], pin[PIN_MAX] = "";
	bool found, ok = false;

	if (!office_module(o, &m, e) || !stock_load(o->db, item->token, &t, &found, e))
		return false;
	if (stock_so_pins(o->db, o->keys, t.id, now_pin, next_pin, e) && app_item_pin(o->db, o->keys, item->id, pin, e))
		ok = token_initialise(m, t.serial, a->no, now_pin, next_pin[0] ? next_pin : now_pin, pin, e);
	if (ok)
		office_step(STEP_INITIALISED);
	if (ok && next_pin[0]) {
		ok = application_begin(o, a->no, 0, a, e) && stock_so_changed(o->db, o->keys, t.id, next_pin, e)
		    && application_commit(o, a, ACT_INITIALISE, e, "item %d token %s", item->n, t.serial);
		office_rollback(o);
	}
	OPENSSL_cleanse(now_pin, sizeof now_pin);
	OPENSSL_cleanse(next_pin, sizeof next_pin);
	OPENSSL_cleanse(pin, sizeof pin);
	if (ok)
		office_step(STEP_INITIALISED_STORED);
	return ok;
}

/* The clerk names one while another is reserved for this item. */
static bool
not_another(struct office *o, const struct app_item *item, const char *serial, struct err *e)
{
	struct stock t;
	bool found;

	if (!serial || item->token == 0)
		return true;
	if (!stock_load(o->db, item->token, &t, &found, e))
		return false;
	return !found || strcmp(t.serial, serial) == 0
	    || err_field(e, "token", "the token %s is reserved for this item: go on with it, or move it first", t.serial);
}

bool
personalise_take(struct office *o, struct application *a, struct app_item *item, const char *serial, const char *pin,
    struct err *e)
{
	(void)pin;
	return not_another(o, item, serial, e) && (item->token != 0 || reserve_one(o, a, item, serial, e))
	    && initialise(o, a, item, e);
}

bool
personalise_again(struct office *o, struct application *a, struct app_item *item, bool *done, struct err *e)
{
	struct token_module *m;
	struct token_info info;
	struct stock t;
	char now_pin[SO_PIN_MAX], next_pin[SO_PIN_MAX];
	bool found, whole, ok;

	*done = false;
	if (!stock_load(o->db, item->token, &t, &found, e))
		return false;
	if (!found || t.state != TOKEN_RESERVED)
		return true;
	if (!office_module(o, &m, e) || !token_find(m, t.serial, &info, e))
		return false;
	ok = stock_so_pins(o->db, o->keys, t.id, now_pin, next_pin, e);
	whole = ok && !next_pin[0] && info.initialised && info.user_pin_set && strcmp(info.label, a->no) == 0;
	OPENSSL_cleanse(now_pin, sizeof now_pin);
	OPENSSL_cleanse(next_pin, sizeof next_pin);
	*done = ok && !whole && initialise(o, a, item, e);
	return whole || *done;
}

bool
personalise_open(struct office *o, struct application *a, struct app_item *item, const char *pin, struct token **t,
    struct err *e)
{
	struct token_module *m;
	struct stock s;
	char sealed[PIN_MAX] = "";
	bool found, ok;

	(void)a;
	(void)pin;
	if (!office_module(o, &m, e) || !stock_load(o->db, item->token, &s, &found, e))
		return false;
	if (!found)
		return err_internal(e, "the token of item %d is not in the stock", item->n);
	ok = app_item_pin(o->db, o->keys, item->id, sealed, e) && token_open(m, s.serial, sealed, t, e);
	OPENSSL_cleanse(sealed, sizeof sealed);
	return ok;
}
