#include "db/certificate.h"

#include "db/audit.h"
#include "db/holder.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cert_state
cert_state_at(const struct certificate *c, int64_t now)
{
	if (c->not_after < now && c->state != CERT_REVOKED)
		return CERT_EXPIRED;
	return c->state;
}

bool
cert_insert(struct db *db, struct certificate *c, const unsigned char *der, size_t n, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO certificate(ca, serial, state, organisation, application, item, scheme, subject,"
	    " not_before, not_after, der, stored_at, replaces) VALUES (:ca, :serial, :state, :organisation, :application,"
	    " :item, :scheme, :subject, :not_before, :not_after, :der, :stored_at, :replaces)"
	    " ON CONFLICT (ca, serial) DO UPDATE SET stored_at = certificate.stored_at RETURNING id");
	stmt_text(&q, ":ca", c->ca);
	stmt_text(&q, ":serial", c->serial);
	stmt_text(&q, ":state", cert_state_names[c->state].stored);
	stmt_int_or_null(&q, ":organisation", c->organisation);
	stmt_int(&q, ":application", c->application);
	stmt_int(&q, ":item", c->item);
	stmt_text(&q, ":scheme", c->scheme);
	stmt_text(&q, ":subject", c->subject);
	stmt_int(&q, ":not_before", c->not_before);
	stmt_int(&q, ":not_after", c->not_after);
	stmt_blob(&q, ":der", der, n);
	stmt_int(&q, ":stored_at", c->stored_at);
	stmt_int_or_null(&q, ":replaces", c->replaces);
	if (stmt_row(&q))
		c->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_CERTIFICATE, c->id);
	return true;
}

#define CERT_COLUMNS "c.id, c.ca, c.serial, c.state, COALESCE(c.organisation, 0), c.application, c.item, c.scheme," \
	" c.subject, c.not_before, c.not_after, c.stored_at, COALESCE(c.revoked_at, 0), COALESCE(c.reason, -1)," \
	" COALESCE(c.replaces, 0), COALESCE(c.replaced_by, 0), COALESCE(c.off_token_at, 0), a.no, COALESCE(t.serial, '')"
#define CERT_FROM " FROM certificate c JOIN application a ON a.id = c.application JOIN item i ON i.id = c.item" \
	" LEFT JOIN token t ON t.id = i.token"

static void
read_certificate(struct stmt *q, struct certificate *c)
{
	memset(c, 0, sizeof *c);
	c->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, c->ca, sizeof c->ca);
	stmt_copy_text(q, 2, c->serial, sizeof c->serial);
	c->state = (enum cert_state)stmt_get_name(q, 3, cert_state_names);
	c->organisation = stmt_get_int(q, 4);
	c->application = stmt_get_int(q, 5);
	c->item = stmt_get_int(q, 6);
	stmt_copy_text(q, 7, c->scheme, sizeof c->scheme);
	stmt_copy_text(q, 8, c->subject, sizeof c->subject);
	c->not_before = stmt_get_int(q, 9);
	c->not_after = stmt_get_int(q, 10);
	c->stored_at = stmt_get_int(q, 11);
	c->revoked_at = stmt_get_int(q, 12);
	c->reason = (int)stmt_get_int(q, 13);
	c->replaces = stmt_get_int(q, 14);
	c->replaced_by = stmt_get_int(q, 15);
	c->off_token_at = stmt_get_int(q, 16);
	stmt_copy_text(q, 17, c->application_no, sizeof c->application_no);
	stmt_copy_text(q, 18, c->token, sizeof c->token);
}

bool
cert_load(struct db *db, int64_t id, struct certificate *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS CERT_FROM " WHERE c.id = :id");
	stmt_int(&q, ":id", id);
	*found = stmt_row(&q);
	if (*found)
		read_certificate(&q, c);
	return stmt_close(&q, e);
}

/* As the store writes serials: whole octets in upper-case hex, no leading zero octets. */
static void
serial_written(const char *typed, char out[64])
{
	char digits[63];
	size_t n = 0;

	for (; *typed && n + 1 < sizeof digits; typed++)
		if (*typed != ' ' && *typed != ':' && (n > 0 || *typed != '0'))
			digits[n++] = (char)toupper((unsigned char)*typed);
	digits[n] = '\0';
	snprintf(out, 64, "%s%s", n % 2 ? "0" : "", digits);
}

bool
cert_find(struct db *db, const char *serial, struct certificate *c, bool *found, struct err *e)
{
	struct stmt q;
	char written[64];

	serial_written(serial, written);
	stmt_open(&q, db, "SELECT " CERT_COLUMNS CERT_FROM " WHERE c.serial = :serial ORDER BY c.id DESC LIMIT 1");
	stmt_text(&q, ":serial", written);
	*found = stmt_row(&q);
	if (*found)
		read_certificate(&q, c);
	return stmt_close(&q, e);
}

bool
cert_of_ca(struct db *db, const char *ca, const char *serial, struct certificate *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS CERT_FROM " WHERE c.ca = :ca AND c.serial = :serial");
	stmt_text(&q, ":ca", ca);
	stmt_text(&q, ":serial", serial);
	*found = stmt_row(&q);
	if (*found)
		read_certificate(&q, c);
	return stmt_close(&q, e);
}

bool
cert_serial_of(struct db *db, int64_t id, char out[64], struct err *e)
{
	struct certificate c;
	bool found = false;

	out[0] = '\0';
	if (id != 0 && !cert_load(db, id, &c, &found, e))
		return false;
	if (found)
		snprintf(out, 64, "%s", c.serial);
	return true;
}

bool
cert_der(struct db *db, int64_t id, unsigned char **der, size_t *n, struct err *e)
{
	struct stmt q;
	const void *p;
	bool ok = true;

	stmt_open(&q, db, "SELECT der FROM certificate WHERE id = :id");
	stmt_int(&q, ":id", id);
	*der = NULL;
	if (!stmt_row(&q))
		ok = err_internal(e, "there is no certificate %lld in the store", (long long)id);
	else if ((p = stmt_get_blob(&q, 0, n)) && (*der = malloc(*n)))
		memcpy(*der, p, *n);
	else
		ok = err_internal(e, "the certificate %lld cannot be read", (long long)id);
	return stmt_close(&q, ok ? e : NULL) && ok;
}

/* The chain is written by itself, and only where it changes: the table refers to itself by these columns, for which the
 * engine writes every index of the row anew. */
static bool
store_chain(struct db *db, const struct certificate *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE certificate SET replaces = :replaces, replaced_by = :replaced_by WHERE id = :id"
	    " AND (replaces IS DISTINCT FROM :replaces OR replaced_by IS DISTINCT FROM :replaced_by)");
	stmt_int(&q, ":id", c->id);
	stmt_int_or_null(&q, ":replaces", c->replaces);
	stmt_int_or_null(&q, ":replaced_by", c->replaced_by);
	return stmt_run(&q, e);
}

bool
cert_store_state(struct db *db, const struct certificate *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE certificate SET state = :state, revoked_at = :revoked_at, reason = :reason WHERE id = :id");
	stmt_int(&q, ":id", c->id);
	stmt_text(&q, ":state", cert_state_names[c->state].stored);
	stmt_int_or_null(&q, ":revoked_at", c->revoked_at);
	if (c->reason >= 0)
		stmt_int(&q, ":reason", c->reason);
	db_touch(db, OBJECT_CERTIFICATE, c->id);
	return stmt_run(&q, e) && store_chain(db, c, e);
}

/* ---- lists ---- */

/* The bounds stand on the side that the walk comes from only once, so that the engine begins at the key itself. Each WHERE
 * names the condition of the index that it walks (db/schema/). */
#define UP(where) "SELECT " CERT_COLUMNS CERT_FROM " WHERE " where " AND (c.not_after, c.id) > (:edge, :edge_id)" \
	" AND c.not_after < :before ORDER BY c.not_after, c.id LIMIT :limit"
#define DOWN(where) "SELECT " CERT_COLUMNS CERT_FROM " WHERE " where " AND (c.not_after, c.id) < (:edge, :edge_id)" \
	" AND c.not_after >= :from ORDER BY c.not_after DESC, c.id DESC LIMIT :limit"
#define ALL "c.id > 0"
#define STATE "c.state = :state"
#define CURRENT "c.state <> 'revoked' AND COALESCE(c.state, '') IN ('valid', 'hold')"	/* COALESCE: not by (state, …), which would sort */
#define ENDED "c.state <> 'revoked'"
/* One that is held together with its successor is the successor's matter. */
#define HELD "c.state = 'hold' AND NOT EXISTS (SELECT 1 FROM certificate s WHERE s.id = c.replaced_by AND s.state = 'hold')" \
	" AND NOT EXISTS (SELECT 1 FROM item h JOIN application b ON b.id = h.application WHERE h.old = c.id" \
	" AND " HOLDER_DECIDES("b") " AND b.state IN ('received', 'correction', 'review', 'approved', 'issuing', 'issued'))"

static void
open_page(struct stmt *q, struct db *db, int state, bool back)
{
	if (state == CERT_ANY && back)
		stmt_open(q, db, DOWN(ALL));
	else if (state == CERT_ANY)
		stmt_open(q, db, UP(ALL));
	else if (state == CERT_CURRENT && back)
		stmt_open(q, db, DOWN(CURRENT));
	else if (state == CERT_CURRENT)
		stmt_open(q, db, UP(CURRENT));
	else if (state == CERT_HELD && back)
		stmt_open(q, db, DOWN(HELD));
	else if (state == CERT_HELD)
		stmt_open(q, db, UP(HELD));
	else if (state == CERT_EXPIRED && back)
		stmt_open(q, db, DOWN(ENDED));
	else if (state == CERT_EXPIRED)
		stmt_open(q, db, UP(ENDED));
	else if (back)
		stmt_open(q, db, DOWN(STATE));
	else
		stmt_open(q, db, UP(STATE));
	if (state >= 0 && state != CERT_EXPIRED)
		stmt_text(q, ":state", cert_state_names[state].stored);
}

/* From which end on and up to which a filter's certificates lie. A revoked one stays revoked behind its end. */
static void
range_of(const struct cert_filter *f, int64_t *from, int64_t *before)
{
	bool whole = f->before == 0 && (f->state == CERT_ANY || f->state == CERT_REVOKED);

	*from = whole || f->state == CERT_EXPIRED ? 0 : f->now;
	*before = f->before > 0 ? f->before : INT64_MAX;
	if (f->state == CERT_EXPIRED && *before > f->now)
		*before = f->now;
}

static void
turn(struct certificate *c, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct certificate swap = c[i];

		c[i] = c[n - 1 - i];
		c[n - 1 - i] = swap;
	}
}

bool
cert_page(struct db *db, const struct cert_filter *f, const struct cert_key *edge, bool back, struct certificate *c,
    size_t max, size_t *n, struct err *e)
{
	struct cert_key at;
	int64_t from, before;
	struct stmt q;

	range_of(f, &from, &before);
	at = edge ? *edge : back ? (struct cert_key){ before, 0 } : (struct cert_key){ from - 1, INT64_MAX };
	*n = 0;
	open_page(&q, db, f->state, back);
	stmt_int(&q, ":edge", at.not_after);
	stmt_int(&q, ":edge_id", at.id);
	if (back)
		stmt_int(&q, ":from", from);
	else
		stmt_int(&q, ":before", before);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q))
		read_certificate(&q, &c[(*n)++]);
	if (back)
		turn(c, *n);
	return stmt_close(&q, e);
}

bool
cert_on_token(struct db *db, int64_t token, struct certificate *c, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT " CERT_COLUMNS " FROM item i JOIN certificate c ON c.item = i.id AND c.application = i.application"
	    " JOIN application a ON a.id = i.application JOIN token t ON t.id = i.token WHERE i.token = :token"
	    " AND (c.state = 'revoked' OR (i.state IN ('verified', 'delivered') AND c.id = i.certificate)) ORDER BY c.id DESC");
	stmt_int(&q, ":token", token);
	while (*n < max && stmt_row(&q))
		read_certificate(&q, &c[(*n)++]);
	return stmt_close(&q, e);
}

bool
cert_taken_off(struct db *db, int64_t id, int64_t at, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE certificate SET off_token_at = :at WHERE id = :id");
	stmt_int(&q, ":id", id);
	stmt_int(&q, ":at", at);
	db_touch(db, OBJECT_CERTIFICATE, id);
	return stmt_run(&q, e);
}

/* Adds id and what stands behind it on one side of the chain. */
static bool
chain_add(struct db *db, int64_t id, bool older, struct certificate *c, size_t max, size_t *n, struct err *e)
{
	bool found;

	while (id != 0 && *n < max) {
		if (!cert_load(db, id, &c[*n], &found, e))
			return false;
		if (!found)
			return true;
		id = older ? c[*n].replaces : c[*n].replaced_by;
		++*n;
	}
	return true;
}

bool
cert_chain(struct db *db, int64_t id, struct certificate *c, size_t max, size_t *n, size_t *at, struct err *e)
{
	*n = *at = 0;
	if (!chain_add(db, id, true, c, max, n, e))
		return false;
	if (*n == 0)
		return true;
	turn(c, *n);
	*at = *n - 1;
	return chain_add(db, c[*at].replaced_by, false, c, max, n, e);
}

bool
cert_uses(struct db *db, int64_t id, struct cert_use *use, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT u.name, u.since, a.no FROM certificate_use u JOIN application a ON a.id = u.application"
	    " WHERE u.certificate = :id ORDER BY u.since, u.name");
	stmt_int(&q, ":id", id);
	while (*n < max && stmt_row(&q)) {
		struct cert_use *u = &use[(*n)++];

		stmt_copy_text(&q, 0, u->name, sizeof u->name);
		u->since = stmt_get_int(&q, 1);
		stmt_copy_text(&q, 2, u->application_no, sizeof u->application_no);
	}
	return stmt_close(&q, e);
}

bool
cert_ceased_each(struct db *db, const char *ca, cert_ceased_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	struct cert_ceased c;
	bool ok = true;

	stmt_open(&q, db, "SELECT serial, state, COALESCE(reason, 0), not_after FROM certificate"
	    " WHERE ca = :ca AND state IN ('revoked', 'hold') ORDER BY serial");
	stmt_text(&q, ":ca", ca);
	while (ok && stmt_row(&q)) {
		stmt_copy_text(&q, 0, c.serial, sizeof c.serial);
		c.state = (enum cert_state)stmt_get_name(&q, 1, cert_state_names);
		c.reason = (int)stmt_get_int(&q, 2);
		c.not_after = stmt_get_int(&q, 3);
		ok = fn(arg, &c, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}

bool
cert_compromised(struct db *db, const unsigned char *spki, size_t n, char serial[64], struct err *e)
{
	struct stmt q;

	serial[0] = '\0';
	stmt_open(&q, db, "SELECT c.serial FROM certificate c JOIN intent i ON i.item = c.item AND i.certificate = c.id"
	    " WHERE c.state = 'revoked' AND c.reason = 1 AND i.kind = 'issue' AND i.public_key = :key LIMIT 1");
	stmt_blob(&q, ":key", spki, n);
	if (stmt_row(&q))
		stmt_copy_text(&q, 0, serial, 64);
	return stmt_close(&q, e);
}

bool
cert_ending(struct db *db, int64_t id, bool *yes, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT 1 FROM intent WHERE certificate = :id AND kind = 'revoke' AND state = 'open'"
	    " AND reason NOT IN (6, 8) LIMIT 1");
	stmt_int(&q, ":id", id);
	*yes = stmt_row(&q);
	return stmt_close(&q, e);
}

bool
cert_journalled(struct db *db, int64_t id, bool *yes, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT 1 FROM intent WHERE state IN ('open','received','confirmed') AND certificate = :id LIMIT 1");
	stmt_int(&q, ":id", id);
	*yes = stmt_row(&q);
	return stmt_close(&q, e);
}

bool
cert_use_add(struct db *db, int64_t id, const char *name, int64_t application, int64_t now, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO certificate_use(certificate, name, application, since) VALUES (:id, :name, :application, :now)"
	    " ON CONFLICT (certificate, name) DO NOTHING");
	stmt_int(&q, ":id", id);
	stmt_text(&q, ":name", name);
	stmt_int(&q, ":application", application);
	stmt_int(&q, ":now", now);
	db_touch(db, OBJECT_CERTIFICATE, id);
	return stmt_run(&q, e);
}

bool
cert_uses_copy(struct db *db, int64_t from, int64_t to, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO certificate_use(certificate, name, application, since)"
	    " SELECT :to, name, application, since FROM certificate_use WHERE certificate = :from"
	    " ON CONFLICT (certificate, name) DO NOTHING");
	stmt_int(&q, ":from", from);
	stmt_int(&q, ":to", to);
	db_touch(db, OBJECT_CERTIFICATE, to);
	return stmt_run(&q, e);
}
