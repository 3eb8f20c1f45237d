#include "ra/pair.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 64		/* certificates of one holder, one after the other */

bool
pair_applies(const struct scheme *s, const struct service_row *row)
{
	return row->together && s->renew_together;
}

/* The application that made a certificate, with its items. */
struct made {
	struct application *a;
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;
};

static bool
made_by(struct office *o, const struct certificate *c, struct made *m, struct err *e)
{
	bool found;

	m->a = calloc(1, sizeof *m->a);
	if (!m->a)
		return err_internal(e, "out of memory");
	if (!app_load(o->db, o->keys, c->application_no, m->a, &found, e)
	    || !app_items(o->db, c->application, m->item, RECORD_USERS_MAX + 1, &m->n, e))
		return false;
	return found || err_internal(e, "the application %s is gone", c->application_no);
}

static void
made_end(struct made *m)
{
	OPENSSL_clear_free(m->a, m->a ? sizeof *m->a : 0);
}

static bool
personal(const struct app_item *item)
{
	return strcmp(item->kind, "personal") == 0;
}

/* The user of an item: the personal items have the record's users in their order; NULL: none. */
static const struct record_user *
user_at(const struct made *m, size_t at)
{
	int user = -1;

	for (size_t i = 0; i <= at; i++)
		user += personal(&m->item[i]);
	return personal(&m->item[at]) && user < m->a->record.users ? &m->a->record.user[user] : NULL;
}

static bool
newest(struct office *o, int64_t id, struct certificate *c, bool *found, struct err *e)
{
	*found = false;
	for (int i = 0; i < CHAIN_MAX && id != 0; i++) {
		if (!cert_load(o->db, id, c, found, e))
			return false;
		id = *found ? c->replaced_by : 0;
	}
	return true;
}

/* Looks through what made the certificate, then through what made the ones before it, until look finds an id. */
static bool
along(struct office *o, const struct certificate *c, int64_t (*look)(const struct made *m, const struct certificate *at),
    int64_t *id, struct err *e)
{
	struct certificate at = *c;
	bool found = true, ok = true;

	*id = 0;
	for (int i = 0; ok && found && *id == 0 && i < CHAIN_MAX; i++) {
		struct made m = { 0 };

		ok = made_by(o, &at, &m, e);
		*id = ok ? look(&m, &at) : 0;
		made_end(&m);
		found = at.replaces != 0;
		ok = ok && (!found || *id != 0 || cert_load(o->db, at.replaces, &at, &found, e));
	}
	return ok;
}

static int64_t
administrators(const struct made *m, const struct certificate *at)
{
	(void)at;
	for (size_t i = 0; i < m->n; i++) {
		const struct record_user *u = user_at(m, i);

		if (u && m->item[i].certificate != 0 && strcmp(u->role, user_role_names[USER_ADMINISTRATOR].stored) == 0)
			return m->item[i].certificate;
	}
	return 0;
}

/* Of the package it came with; a user who was added later names it as the one acted on. */
static int64_t
organisations(const struct made *m, const struct certificate *at)
{
	for (size_t i = 0; i < m->n; i++)
		if (!personal(&m->item[i]) && m->item[i].certificate != 0)
			return m->item[i].certificate;
	for (size_t i = 0; i < m->n; i++)
		if (m->item[i].id == at->item && strcmp(m->a->record.head.service, service_names[SERVICE_ADD_USERS].stored) == 0)
			return m->item[i].old;
	return 0;
}

bool
pair_second(struct office *o, const struct certificate *c, struct certificate *second, bool *has, struct err *e)
{
	int64_t id;

	*has = false;
	if (!along(o, c, administrators, &id, e) || !newest(o, id, second, has, e))
		return false;
	*has = *has && second->id != c->id && second->state != CERT_REVOKED;
	return true;
}

bool
pair_lead(struct office *o, struct certificate *c, struct err *e)
{
	struct certificate lead, second;
	struct record_user user;
	int64_t id;
	bool is_personal, found, has = false;

	if (!pair_user(o, c, &user, &is_personal, e))
		return false;
	OPENSSL_cleanse(&user, sizeof user);
	if (!is_personal)
		return true;
	if (!along(o, c, organisations, &id, e) || !newest(o, id, &lead, &found, e)
	    || (found && !pair_second(o, &lead, &second, &has, e)))
		return false;
	if (has && second.id == c->id)
		*c = lead;
	return true;
}

bool
pair_user(struct office *o, const struct certificate *c, struct record_user *user, bool *has, struct err *e)
{
	struct made m = { 0 };
	bool ok = made_by(o, c, &m, e);

	memset(user, 0, sizeof *user);
	*has = false;
	for (size_t i = 0; ok && i < m.n; i++)
		if (m.item[i].id == c->item && user_at(&m, i)) {
			*user = *user_at(&m, i);
			*has = true;
		}
	made_end(&m);
	return ok;
}
