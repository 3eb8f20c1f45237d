#include "ra/unlock.h"

#include "db/stock.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/holder.h"
#include "ra/item.h"
#include "ra/lock.h"
#include "ra/tidy.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Identified before anything is stored; then, in one transaction, the new PIN is sealed and the item on its way. */
static bool
begin(struct office *o, struct application *a, int64_t version, struct app_item *item, const char *serial, struct err *e)
{
	struct stock t;
	enum app_state to;
	bool ok = holder_find(o, a, item, serial, &t, e) && application_begin(o, a->no, version, a, e)
	    && workflow_may(o, a, ACT_UNLOCK, &to, e);

	if (ok) {
		a->state = to;
		item->state = ITEM_ISSUING;
		ok = holder_attach(o, a, item, &t, true, e)
		    && application_commit(o, a, ACT_UNLOCK, e, "item %d token %s, new initial PIN", item->n, t.serial);
	}
	office_rollback(o);
	if (ok)
		office_step(STEP_UNLOCK_SEALED);
	return ok;
}

/* The token cannot be unlocked: nothing was changed on it, and the application is approved again. */
static bool
give_up(struct office *o, struct application *a, struct app_item *item, struct err *told)
{
	struct err inner = { 0 };
	enum app_state to;
	bool ok = application_begin(o, a->no, 0, a, &inner) && workflow_may(o, a, ACT_ENDED, &to, &inner);

	if (ok) {
		a->state = to;
		item->state = ITEM_OPEN;
		item->token = 0;
		ok = app_item_store(o->db, item, &inner) && app_item_pin_store(o->db, o->keys, item, NULL, &inner)
		    && application_commit(o, a, ACT_ENDED, &inner, "item %d: %.180s", item->n, told->text);
	}
	office_rollback(o);
	if (!ok)
		err_detail(told, "and that was not noted: %s", inner.text);
	return false;
}

static bool
mark(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	enum app_state to;
	bool open, ok;

	ok = application_begin(o, a->no, 0, a, e) && workflow_may(o, a, ACT_UNLOCKED, &to, e);
	if (ok) {
		item->state = ITEM_VERIFIED;
		item->certificate = item->old;
		ok = app_item_store(o->db, item, e) && item_any_open(o, a->id, &open, e);
		a->state = !ok || open ? a->state : to;
		ok = ok && application_commit(o, a, ACT_UNLOCKED, e, "item %d, PIN to be changed at first use", item->n);
	}
	office_rollback(o);
	return ok;
}

/* From the sealed PIN on: set, tried, marked. */
static bool
set(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	struct token *t = NULL;
	bool ok = holder_set_pin(o, item, &t, e) && holder_prove(o, a, item, t, e);

	if (ok)
		tidy_token(o, a, item, t);
	token_close(t);
	if (!ok)
		return e->code == FAULT_REFUSED ? give_up(o, a, item, e) : false;
	if (!mark(o, a, item, e))
		return false;
	office_step(STEP_UNLOCKED);
	return true;
}

/* Another token than the one that is being unlocked? */
static bool
same_token(struct office *o, const struct app_item *item, const char *serial, struct err *e)
{
	struct stock t;
	bool found;

	if (!stock_load(o->db, item->token, &t, &found, e))
		return false;
	return (found && strcmp(t.serial, serial) == 0)
	    || err_field(e, "token", "the token %s is being unlocked: go on with that one", found ? t.serial : "?");
}

static bool
carry(struct office *o, struct application *a, int64_t version, int64_t id, const void *arg, struct err *e)
{
	const char *serial = arg;	/* of the token, NULL after a kill */
	struct app_item item;
	int lock = lock_item(o, id, e);
	bool ok;

	if (lock < 0)
		return false;
	ok = item_load(o, a->id, id, a, &item, e);
	if (ok && item.state == ITEM_OPEN)
		ok = begin(o, a, version, &item, serial, e);
	else if (ok && item.state == ITEM_ISSUING && serial)
		ok = same_token(o, &item, serial, e);
	if (ok && item.state == ITEM_ISSUING)
		ok = set(o, a, &item, e);
	close(lock);
	return ok;
}

bool
unlock_application(struct office *o, const char *no, int64_t version, const char *serial, struct err *e)
{
	return item_each(o, no, ACT_UNLOCK, version, carry, serial, e);
}

bool
unlock_resume(struct office *o, int64_t item, char *line, size_t linesz, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX] = "";
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = app_of_item(o->db, item, &a->id, e) && app_no_of(o->db, a->id, no, e) && carry(o, a, 0, item, NULL, e);
	snprintf(line, linesz, "%s: %s", no, ok ? tr_name(app_state_names, (int)a->state) : e->text);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
