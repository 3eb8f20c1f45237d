#include "ra/old.h"

#include "db/holder.h"
#include "db/stock.h"
#include "forms/field.h"
#include "forms/tr.h"
#include "ra/pair.h"
#include "ra/rules.h"
#include "ra/trust.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding it ---- */

/* Of an accepted application: the one its first item acts on. */
static bool
of_item(struct office *o, const struct application *a, struct certificate *c, bool *known, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	*known = false;
	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	return n == 0 || item[0].old == 0 || cert_load(o->db, item[0].old, c, known, e);
}

/* The field is typed in capitals; a token's serial may have small letters on its case. */
static bool
token_named(struct office *o, const char *serial, struct stock *t, bool *found, struct err *e)
{
	char lower[sizeof t->serial];
	size_t n = 0;

	if (!stock_find(o->db, serial, t, found, e))
		return false;
	if (*found)
		return true;
	for (; serial[n] && n + 1 < sizeof lower; n++)
		lower[n] = (char)tolower((unsigned char)serial[n]);
	lower[n] = '\0';
	return serial[n] != '\0' || stock_find(o->db, lower, t, found, e);
}

/* The newest certificate on a token: the ledger's item tells the first, its successors on the same token follow. */
static bool
of_token(struct office *o, const char *serial, struct certificate *c, bool *known, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct stock t;
	int64_t app;
	size_t n;
	bool found;

	*known = false;
	if (!token_named(o, serial, &t, &found, e))
		return false;
	if (!found || t.item == 0)
		return true;
	if (!app_of_item(o->db, t.item, &app, e) || !app_items(o->db, app, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (item[i].id == t.item && item[i].certificate != 0 && !cert_load(o->db, item[i].certificate, c, known, e))
			return false;
	for (bool next = *known; next && c->replaced_by != 0;) {
		struct certificate newer;

		if (!cert_load(o->db, c->replaced_by, &newer, &next, e))
			return false;
		next = next && strcmp(newer.token, t.serial) == 0;
		if (next)
			*c = newer;
	}
	return true;
}

bool
old_certificate(struct office *o, const struct application *a, const struct service_row *row, struct certificate *c,
    bool *known, struct err *e)
{
	const char *serial = a->record.head.old_serial;
	bool foreign = false;

	memset(c, 0, sizeof *c);
	*known = false;
	if (row->needs == OLD_NONE)
		return true;
	if (a->accepted_at != 0)
		return of_item(o, a, c, known, e);
	if (!serial[0])
		return err_field(e, "old_serial", "is required: give the serial of the certificate that this is about (`ra find`)");
	if (!cert_find(o->db, serial, c, known, e) || (!*known && row->by_token && !of_token(o, serial, c, known, e)))
		return false;
	if (*known && row->together) {
		const struct scheme *s;

		if (!rules_scheme(o, a, &s, e) || (pair_applies(s, row) && !pair_lead(o, c, e)))
			return false;
	}
	/* a foreign one that some other scheme's holder has here stays that one's: it is recorded only */
	if (*known && row->needs == OLD_FOREIGN && strcmp(c->scheme, a->record.head.scheme) != 0)
		*known = false;
	if (*known || row->needs == OLD_FOREIGN)
		return true;
	if (row->foreign_too && !trust_taken(o, row->service, &foreign, e))
		return false;
	if (row->foreign_too && foreign)
		return true;
	return err_field(e, "old_serial", row->by_token
	    ? N_("no certificate and no token in the store has the serial %s: look at it again, or find the holder (`ra find`)")
	    : N_("no certificate in the store has the serial %s: look at it again, or find the holder (`ra find`)"), serial);
}

bool
old_to_bring(struct office *o, const struct application *a, bool *wanted, struct err *e)
{
	const struct service_row *row;
	struct certificate c;
	bool known;

	*wanted = false;
	if (!service_of(o, a, &row, e))
		return false;
	if (row->needs != OLD_FOREIGN && !row->foreign_too)
		return true;
	return old_certificate(o, a, row, &c, &known, e) && (known || trust_taken(o, row->service, wanted, e));
}

/* ---- may the service act on it? ---- */

/* A certificate that was superseded or held stays that after its end for those services that go on from an expired one. */
static enum cert_state
state_for(const struct service_row *row, const struct certificate *c)
{
	enum cert_state state = cert_state_at(c, when_now());

	if (state == CERT_EXPIRED && c->state != CERT_VALID && row->states & (1u << CERT_EXPIRED))
		return c->state;
	return state;
}

static bool
refuse(struct office *o, const struct certificate *c, enum cert_state state, struct err *e)
{
	struct certificate newer = { 0 };
	char day[11];
	bool found;

	switch (state) {
	case CERT_UNCONFIRMED:
		return err_field(e, "old_serial", "the certificate %s is not confirmed at the CA yet: run `ra resume` first", c->serial);
	case CERT_VALID:
		return err_field(e, "old_serial", "the certificate %s is valid: it is not on hold, there is nothing to lift", c->serial);
	case CERT_HOLD:
		return err_field(e, "old_serial", "the certificate %s is on hold: report it found first, or replace or revoke it",
		    c->serial);
	case CERT_REVOKED:
		day_show(day_of(c->revoked_at), day);
		return err_field(e, "old_serial", "the certificate %s was revoked on %s: apply for a new one", c->serial, day);
	case CERT_SUPERSEDED:
		if (c->replaced_by != 0 && !cert_load(o->db, c->replaced_by, &newer, &found, e))
			return false;
		return err_field(e, "old_serial", "the certificate %s was renewed already: its successor is %s, take that one",
		    c->serial, newer.serial);
	case CERT_EXPIRED:
		day_show(day_of(c->not_after), day);
		return err_field(e, "old_serial", "the certificate %s ended on %s: renew it, or apply for a new one", c->serial, day);
	case CERT_STATE_N:
		break;
	}
	return err_internal(e, "the certificate %s has no state", c->serial);
}

static bool
of_scheme(const struct scheme *s, const struct service_row *row, const struct certificate *c, struct err *e)
{
	if (strcmp(c->scheme, s->id) == 0)
		return true;
	if (!row->any_scheme)
		return err_field(e, "old_serial", "the certificate %s belongs to the scheme %s: apply there", c->serial, c->scheme);
	return scheme_ca(s, c->ca) || err_field(e, "old_serial", "the certificate %s is of the CA %s, which the scheme %s does not work"
	    " with: apply where it was issued", c->serial, c->ca, s->id);
}

/* An application area is added once. */
static bool
serves_not(struct office *o, const struct scheme *s, const struct service_row *row, const struct certificate *c, struct err *e)
{
	const struct scheme *own;
	struct cert_use use[16];
	int64_t version;
	size_t n;
	bool serves;

	if (!row->adds_use)
		return true;
	if (!s->application)
		return err_field(e, "service", "the scheme %s has no application area to add", s->id);
	if (!office_scheme_now(o, c->scheme, &own, &version, e) || !cert_uses(o->db, c->id, use, 16, &n, e))
		return false;
	serves = own->application && strcmp(own->application, s->application) == 0;
	for (size_t i = 0; i < n; i++)
		serves = serves || strcmp(use[i].name, s->application) == 0;
	return !serves || err_field(e, "old_serial", "the certificate %s serves %s already", c->serial, s->application);
}

/* Not one that is still on its way to its token: that is finished or given up first. */
static bool
on_its_medium(struct office *o, const struct certificate *c, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, c->application, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (item[i].id == c->item && (item[i].state == ITEM_VERIFIED || item[i].state == ITEM_DELIVERED))
			return true;
	return err_field(e, "old_serial", "the certificate %s of %s is not on its medium yet: finish that first (`ra resume`)",
	    c->serial, c->application_no);
}

bool
old_second(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *c,
    struct certificate *second, bool *has, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	const struct scheme *s;
	size_t n;

	*has = false;
	if (!rules_scheme(o, a, &s, e))
		return false;
	if (!pair_applies(s, row))
		return true;
	if (a->accepted_at == 0)
		return pair_second(o, c, second, has, e);
	return app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e)
	    && (n < 2 || item[1].old == 0 || cert_load(o->db, item[1].old, second, has, e));
}

/* A place that is bought again is no renewal. */
static bool
not_a_user(struct office *o, const struct scheme *s, const struct service_row *row, const struct certificate *c, struct err *e)
{
	struct record_user user;
	char to[11];
	bool is_user;

	if (!pair_applies(s, row))
		return true;
	if (!pair_user(o, c, &user, &is_user, e))
		return false;
	is_user = is_user && strcmp(user.role, user_role_names[USER_ADMINISTRATOR].stored) != 0;
	OPENSSL_cleanse(&user, sizeof user);
	day_show(day_of(c->not_after), to);
	return !is_user || err_field(e, "old_serial", "a user's certificate is not renewed: when it has ended, on %s, a place is bought and assigned"
	    " again (add_users on the organisation's certificate)", to);
}

bool
old_fits(struct office *o, const struct application *a, const struct service_row *row, const struct certificate *c,
    struct err *e)
{
	const struct scheme *s;
	enum cert_state state = state_for(row, c);
	int service = row->service, channel = name_index(channel_names, a->record.head.channel);

	if (!rules_scheme(o, a, &s, e) || !of_scheme(s, row, c, e))
		return false;
	if (!(row->states & (1u << state)))
		return refuse(o, c, state, e);
	if (a->record.head.ca[0] && strcmp(a->record.head.ca, c->ca) != 0)
		return err_field(e, "ca", "the certificate %s is of the CA %s: leave this empty", c->serial, c->ca);
	if (service_late(row, a, c, when_now()) && channel >= 0 && !(s->after_expiry[service] & (1u << channel)))
		return err_field(e, "channel", "after its end a certificate is not renewed by %s: the full check needs the papers",
		    tr_stored(channel_names, a->record.head.channel));
	return not_a_user(o, s, row, c, e) && serves_not(o, s, row, c, e) && on_its_medium(o, c, e);
}

/* ---- the holder's record of before ---- */

static bool
load(struct office *o, const char *no, struct application *before, struct err *e)
{
	bool found;

	if (!app_load(o->db, o->keys, no, before, &found, e))
		return false;
	return found || err_internal(e, "the application %s is gone", no);
}

bool
old_record(struct office *o, const struct certificate *c, struct application *before, struct err *e)
{
	char no[APP_NO_MAX];
	int64_t id;

	if (!holder_record_no(o->db, c->id, &id, no, e))
		return false;
	if (!no[0])
		return err_field(e, "old_serial", "the application %s of the certificate %s is not finished yet: finish it first",
		    c->application_no, c->serial);
	return load(o, no, before, e);
}

/* Beginnings of what belongs to one application only, and is not the holder's. */
#define OF_ONE_APPLICATION "scheme channel service ca years certificate_count old_serial reason remark extra_users auth_way" \
	" pickup_point client_ref recipient. invoice. pay."

bool
old_user(struct office *o, const struct certificate *c, int *user, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	int count = 0;
	size_t n;

	*user = -1;
	if (!app_items(o->db, c->application, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(item[i].kind, "personal") != 0)
			continue;
		if (item[i].id == c->item)
			*user = count;
		count++;
	}
	return true;
}

/* A personal certificate's service is about its own holder: the record keeps that user, as its first, and no seal. */
static bool
fill_personal(struct office *o, const struct certificate *c, const struct record *before, struct record *r, struct err *e)
{
	int user;

	if (!old_user(o, c, &user, e))
		return false;
	if (user < 0)
		return true;
	if (user >= before->users)	/* a later service on this certificate alone: its record has one user */
		user = before->users - 1;
	memset(r->user, 0, sizeof r->user);
	r->users = user < 0 ? 0 : 1;
	if (user >= 0)
		r->user[0] = before->user[user];
	for (size_t i = 0; i < fields_n; i++)
		if (service_field("seal", fields[i].id)) {
			void *m = field_member(&fields[i], r, -1);

			if (fields[i].kind == FIELD_NUMBER || fields[i].kind == FIELD_YESNO)
				*(int *)m = RECORD_UNSET;
			else
				memset(m, 0, fields[i].size);
		}
	return true;
}

/* Of the organisation's users only the administrator, where the two are one. */
static bool
fill_together(struct office *o, const struct service_row *row, const struct certificate *c, const struct record *before,
    struct record *r, struct err *e)
{
	const struct scheme *s;
	struct certificate second;
	int64_t version;
	int user = -1;
	bool has = false, is_user;

	if (!office_scheme_now(o, c->scheme, &s, &version, e) || !old_user(o, c, &user, e))
		return false;
	if (!pair_applies(s, row) || user >= 0)
		return fill_personal(o, c, before, r, e);
	memset(r->user, 0, sizeof r->user);
	r->users = 0;
	if (!pair_second(o, c, &second, &has, e) || (has && !pair_user(o, &second, &r->user[0], &is_user, e)))
		return false;
	r->users = has && is_user;
	return true;
}

bool
old_fill(struct office *o, const struct service_row *row, const struct certificate *c, const struct record *before,
    struct record *r, struct err *e)
{
	for (size_t i = 0; i < fields_n; i++)
		if (!service_field(OF_ONE_APPLICATION, fields[i].id))
			memcpy(field_member(&fields[i], r, -1), field_member(&fields[i], before, -1), fields[i].size);
	snprintf(r->head.ca, sizeof r->head.ca, "%.20s", c->ca);
	if (row->per_user)
		return true;
	r->users = before->users;
	memcpy(r->user, before->user, sizeof r->user);
	return row->together ? fill_together(o, row, c, before, r, e) : fill_personal(o, c, before, r, e);
}

bool
old_base(struct office *o, const struct application *a, struct record *base, bool *has, struct err *e)
{
	struct application *before = calloc(1, sizeof *before);
	const struct service_row *row;
	struct certificate c;
	char no[APP_NO_MAX];
	bool known, ok = false;

	*has = a->filled_from != 0;
	if (!before)
		return err_internal(e, "out of memory");
	record_clear(base);
	ok = !*has || (service_of(o, a, &row, e) && old_certificate(o, a, row, &c, &known, e)
	    && app_no_of(o->db, a->filled_from, no, e) && load(o, no, before, e)
	    && old_fill(o, row, &c, &before->record, base, e));
	OPENSSL_clear_free(before, sizeof *before);
	return ok;
}

/* ---- what differs ---- */

bool
old_changed(const struct field *f, const struct record *base, const struct record *r, int user)
{
	if (user >= base->users)
		return field_filled(f, r, user);
	return (user >= 0 || !service_field(OF_ONE_APPLICATION, f->id)) && !field_same(f, r, base, user);
}

/* The form asks for it and the record of before has nothing: it is added, not changed. */
static bool
added(const struct scheme *s, bool late, const struct field *f, const struct record *base, const struct record *r)
{
	const struct scheme_asks *k = scheme_asks(s, r, late);

	if (field_filled(f, base, -1) || !k)
		return false;
	for (size_t i = 0; i < k->required_n; i++)
		if (strstr(k->required[i], f->id))
			return true;
	return false;
}

static void
not_changed(const char *field, struct err_list *problems)
{
	err_list_add(problems, field, "is not changed by this service: leave it out, the holder's record stays; a change is applied"
	    " for as `change`");
}

static void
user_changes(const struct record *base, const struct record *r, struct err_list *problems)
{
	char id[64];

	for (int u = 0; u < r->users; u++)
		for (size_t i = 0; i < user_fields_n; i++)
			if (old_changed(&user_fields[i], base, r, u)) {
				snprintf(id, sizeof id, "user.%d.%s", u + 1, user_fields[i].id + strlen("user.N."));
				not_changed(id, problems);
			}
}

void
old_changes(const struct service_row *row, const struct form_env *env, const struct record *r, struct err_list *problems)
{
	const struct record *base = env->before;
	bool changed = row->must_change == NULL;

	for (size_t i = 0; i < fields_n; i++) {
		const struct field *f = &fields[i];

		if (!old_changed(f, base, r, -1))
			continue;
		if (!service_field(row->changes, f->id) && !added(env->scheme, env->late, f, base, r))
			not_changed(f->id, problems);
		changed = changed || service_field(row->must_change, f->id);
	}
	if (!service_field(row->changes, "user"))
		user_changes(base, r, problems);
	if (!changed)
		err_list_add(problems, "org.name", "nothing differs from the holder's record: give what has changed (name, legal"
		    " representative, address, seal)");
}
