#include "ra/issue.h"

#include "db/certificate.h"
#include "db/stock.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/enrol.h"
#include "ra/foreign.h"
#include "ra/item.h"
#include "ra/lock.h"
#include "ra/personalise.h"
#include "ra/record.h"
#include "ra/revoke.h"
#include "ra/rules.h"
#include "ra/service.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_DEAD_TOKEN 5	/* cessationOfOperation: it never went into use */

/* ---- one item on its way; every function starts from what the store says ---- */

/* The key of an intent that ended without being used up: the same key goes into the next one. */
static bool
key_of_last(struct office *o, int64_t intent, EVP_PKEY **pub, struct err *e)
{
	struct intent i;
	const unsigned char *p;
	bool found;

	if (!intent_load(o->db, intent, &i, &found, e))
		return false;
	p = i.public_key;
	*pub = found ? d2i_PUBKEY(NULL, &p, (long)i.public_key_n) : NULL;
	intent_clear(&i);
	return *pub || err_internal(e, "the journalled key is damaged");
}

static bool
send_item(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *journalled, struct err *e)
{
	for (int round = 0; round < 2; round++) {
		struct intent i;
		EVP_PKEY *pub = NULL;
		int64_t last;
		bool found, anew, ok;

		if (!intent_of_item(o->db, item->id, &i, &found, e))
			return false;
		last = i.id;
		intent_clear(&i);
		if (!found)
			return err_internal(e, "item %d of %s has no open intent", item->n, a->no);
		ok = enrol_send(o, a, item, journalled, &anew, e);
		if (!anew)
			return ok;
		ok = key_of_last(o, last, &pub, e) && enrol_journal(o, a, item, pub, e);
		EVP_PKEY_free(pub);
		if (!ok)
			return false;
	}
	return err_later(e, "the CA does not keep the transaction: repeat later");
}

static bool
start_item(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, EVP_PKEY **pub,
    struct err *e)
{
	return medium_key(o, a, item, m, pub, e) && enrol_journal(o, a, item, *pub, e);
}

/* A certificate that is on its way out is not gone on with. */
static bool
not_revoking(struct office *o, const struct app_item *item, struct err *e)
{
	struct intent i;
	bool found;

	if (item->certificate == 0)
		return true;
	if (!intent_revocation(o->db, item->id, item->certificate, &i, &found, e))
		return false;
	intent_clear(&i);
	return !found || err_later(e, "the certificate of item %d is being revoked: run `ra resume` first", item->n);
}

bool
issue_end_dead(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	struct certificate c;
	struct stock t;
	bool found, reserved;

	/* its own old one: to end it is what the service is for */
	if (item->certificate == 0 || item->certificate == item->old || (item->state != ITEM_ISSUING && item->state != ITEM_ISSUED))
		return true;
	if (!cert_load(o->db, item->certificate, &c, &found, e))
		return false;
	if (!found || c.state != CERT_REVOKED)
		return true;
	if (item->token != 0 && !stock_load(o->db, item->token, &t, &reserved, e))
		return false;
	/* a token of the stock that nobody gave up is initialised again for the item */
	if (item->token != 0 && !(reserved && t.state == TOKEN_RESERVED))
		item->token = 0;
	return enrol_end(o, a, item, "certificate revoked", e);
}

/* m NULL: only goes on with what has begun. The item's lock is held. */
static bool
carry_on(struct office *o, struct application *a, int64_t id, struct app_item *item, const struct issue_medium *m, struct err *e)
{
	EVP_PKEY *pub = NULL;
	bool ok;

	/* what is journalled for the old certificate goes first: a lost token is on hold before its successor is made */
	ok = item_load(o, a->id, id, a, item, e) && not_revoking(o, item, e) && issue_end_dead(o, a, item, e)
	    && revoke_open(o, item, e);
	if (ok && item->state == ITEM_OPEN && m)
		ok = start_item(o, a, item, m, &pub, e);
	if (ok && item->state == ITEM_ISSUING)
		ok = send_item(o, a, item, pub, e);
	if (ok && item->state == ITEM_ISSUED && item->token != 0)
		ok = medium_write(o, a, item, m, e);
	/* and what the new one means for the old one last */
	ok = ok && revoke_open(o, item, e);
	EVP_PKEY_free(pub);
	return ok;
}

/* The item goes on without its token: opened again, the application approved, what the CA had made revoked. */
static bool
without_token(struct office *o, struct application *a, struct app_item *item, const char *why, struct err *e)
{
	bool ok;

	if (item->certificate != 0 && !revoke_unused(o, item->certificate, REASON_DEAD_TOKEN, e))
		return false;
	item->token = 0;
	ok = item->state == ITEM_OPEN ? application_begin(o, a->no, 0, a, e) && app_item_store(o->db, item, e)
	    && app_item_pin_store(o->db, o->keys, item, NULL, e)
	    && application_commit(o, a, ACT_RESERVE, e, "item %d without its token: %.150s", item->n, why)
	    : enrol_end(o, a, item, why, e);
	office_rollback(o);
	return ok;
}

/* ---- a token that died ---- */

static const char destroyed[] = N_("it was destroyed while it was being written");
static const char broken[] = N_("it could not be initialised");

/* The token of the stock that the item was being made on, when a kill destroyed it (ra/token.h). */
static bool
is_destroyed(struct office *o, const struct app_item *item, struct stock *t)
{
	struct token_module *m;
	struct err ignored;
	bool found;

	return item->token != 0 && (item->state == ITEM_OPEN || item->state == ITEM_ISSUED)
	    && stock_load(o->db, item->token, t, &found, &ignored) && found
	    && (t->state == TOKEN_RESERVED || t->state == TOKEN_DAMAGED) && office_module(o, &m, &ignored)
	    && token_destroyed(m, t->serial);
}

/* The clerk has another in hand for the one that is reserved, which is plugged in and cannot be initialised. */
static bool
is_given_up(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, struct stock *t)
{
	struct token_module *module;
	struct token_info info;
	struct err ignored;
	bool found, done;

	return m && m->token && item->state == ITEM_OPEN && item->token != 0 && stock_load(o->db, item->token, t, &found, &ignored)
	    && found && t->state == TOKEN_RESERVED && strcmp(t->serial, m->token) != 0 && office_module(o, &module, &ignored)
	    && token_find(module, t->serial, &info, &ignored) && !personalise_again(o, a, item, &done, &ignored);
}

/* The ledger first: killed behind it, the item is found on a damaged token and this is done again. */
static bool
bury(struct office *o, struct application *a, struct app_item *item, struct stock *t, const char *why, struct err *e)
{
	char object[64];
	bool ok = true;

	if (t->state == TOKEN_RESERVED) {
		snprintf(object, sizeof object, "token:%s", t->serial);
		ok = office_begin(o, e) && stock_store(o->db, t, TOKEN_DAMAGED, 0, o->me.id, when_now(), why, e)
		    && office_commit(o, ACT_TOKEN_MOVE, object, e, "%s", token_state_names[TOKEN_DAMAGED].stored);
		office_rollback(o);
	}
	if (ok)
		office_step(STEP_PUT_ASIDE);
	return ok && without_token(o, a, item, why, e);
}

static bool
carry(struct office *o, struct application *a, int64_t id, const struct issue_medium *m, struct err *e)
{
	struct app_item item = { 0 };
	struct stock t;
	const char *why = NULL;
	int lock = lock_item(o, id, e);
	bool ok;

	if (lock < 0)
		return false;
	ok = carry_on(o, a, id, &item, m, e);
	if (!ok && e->code == FAULT_LATER && is_destroyed(o, &item, &t))
		why = destroyed;
	else if (!ok && e->code == FAULT_REFUSED && is_given_up(o, a, &item, m, &t))
		why = broken;
	if (why)
		ok = bury(o, a, &item, &t, why, e) && (!m || carry_on(o, a, id, &item, m, e));
	close(lock);
	return ok;
}

/* What the resume tells of it, or nothing. */
static bool
look_at_reserved(struct office *o, struct application *a, struct app_item *item, char *line, size_t linesz, struct err *e)
{
	struct stock t = { 0 };
	bool found, done;

	if (item->state != ITEM_OPEN || item->token == 0)
		return true;
	if (is_destroyed(o, item, &t)) {
		snprintf(line, linesz, tr("%s: the token %s was destroyed while it was being written; it is put aside as damaged, issue on"
		    " another"), a->no, t.serial);
		return bury(o, a, item, &t, destroyed, e);
	}
	if (!personalise_again(o, a, item, &done, e))
		return false;
	if (!done)
		return true;
	if (!stock_load(o->db, item->token, &t, &found, e))
		return false;
	snprintf(line, linesz, tr("%s: the token %s is initialised again, issue goes on with it"), a->no, t.serial);
	return true;
}

bool
issue_reserved(struct office *o, int64_t id, char *line, size_t linesz, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	char no[APP_NO_MAX] = "";
	int lock = a ? lock_item(o, id, e) : -1;
	bool ok = lock >= 0 && app_of_item(o->db, id, &a->id, e) && item_load(o, a->id, id, a, &item, e);

	line[0] = '\0';
	if (ok) {
		snprintf(no, sizeof no, "%s", a->no);
		ok = look_at_reserved(o, a, &item, line, linesz, e);
	}
	if (!ok && lock >= 0)
		snprintf(line, linesz, "%s: %s", no, e->text);
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

/* Does the clerk say clearly which item? A token, a holder's PIN and a request are for one. */
static bool
chosen(const struct application *a, const struct app_item *item, size_t n, const struct issue_medium *m, struct err *e)
{
	size_t open = 0;

	for (size_t i = 0; i < n; i++)
		open += item[i].state == ITEM_OPEN;
	if (m->item < 0 || m->item > (int)n)
		return err_field(e, "item", "%s has %zu certificates, 1 to %zu", a->no, n, n);
	return m->item != 0 || open < 2 || !(m->token || m->csr || m->pin)
	    || err_field(e, "item", "%s has %zu certificates to make: say for which one the token, the PIN or the request is", a->no, open);
}

static bool
make_application(struct office *o, struct application *a, int64_t version, const struct issue_medium *m, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	enum app_state to;
	size_t n = 0;
	bool ok;

	ok = app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e) && chosen(a, item, n, m, e);
	if (ok && version != 0 && version != a->version)
		ok = err_field(e, "version", "somebody changed %s meanwhile: look at it again", a->no);
	ok = ok && workflow_may(o, a, ACT_ISSUE, &to, e);
	for (size_t i = 0; ok && i < n; i++)
		if (m->item == 0 || item[i].n == m->item)
			ok = carry(o, a, item[i].id, m, e);
	return ok;
}

bool
issue_application(struct office *o, const char *no, int64_t version, const struct issue_medium *m, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	const struct service_row *row;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	/* what another authority said of a certificate that was brought is asked once more before it is carried out */
	ok = application_load(o, no, a, e) && service_of(o, a, &row, e) && (a->state != APP_APPROVED || foreign_again(o, a, e));
	if (ok && row->act == ACT_ISSUE && row->at_ca == AT_CA_NOTHING)
		ok = record_application(o, no, version, e);
	else
		ok = ok && make_application(o, a, version, m, e);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
issue_asks_of(struct office *o, const char *no, struct issue_asks *asks, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	const struct service_row *row;
	const struct scheme *s;
	bool ok;

	*asks = (struct issue_asks){ 0 };

	if (!a)
		return err_internal(e, "out of memory");
	ok = application_load(o, no, a, e) && service_of(o, a, &row, e) && rules_scheme(o, a, &s, e);
	asks->pin = ok && row->medium == MEDIUM_SAME && row->at_ca != AT_CA_NOTHING
	    && (a->state == APP_APPROVED || a->state == APP_ISSUING || a->state == APP_ISSUED);
	asks->same_key = asks->pin && medium_may_keep_key(row, s);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
issue_go_on(struct office *o, int64_t app, int64_t item, struct application *a, struct err *e)
{
	a->id = app;
	return carry(o, a, item, NULL, e);
}

/* Nothing was asked of the CA for it that may still be answered. */
static bool
nothing_asked(struct office *o, const struct app_item *item, struct err *e)
{
	struct intent i;
	bool found;

	if (!intent_of_item(o->db, item->id, &i, &found, e))
		return false;
	intent_clear(&i);
	return !found || err_refuse(e, "the CA has not answered for this item yet: run `ra resume` first");
}

bool
issue_abandon(struct office *o, int64_t id, const char *why, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	bool ok = a != NULL;
	int lock;

	if (id == 0 || !a) {
		free(a);
		return id == 0;
	}
	lock = lock_item(o, id, e);
	ok = lock >= 0 && app_of_item(o->db, id, &a->id, e) && item_load(o, a->id, id, a, &item, e)
	    && (item.certificate != 0 || item.state != ITEM_ISSUING || nothing_asked(o, &item, e))
	    && without_token(o, a, &item, why, e);
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
