#include "db/certificate.h"

#include "db/audit.h"

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
	if (c->organisation != 0)
		stmt_int(&q, ":organisation", c->organisation);
	stmt_int(&q, ":application", c->application);
	stmt_int(&q, ":item", c->item);
	stmt_text(&q, ":scheme", c->scheme);
	stmt_text(&q, ":subject", c->subject);
	stmt_int(&q, ":not_before", c->not_before);
	stmt_int(&q, ":not_after", c->not_after);
	stmt_blob(&q, ":der", der, n);
	stmt_int(&q, ":stored_at", c->stored_at);
	if (c->replaces != 0)
		stmt_int(&q, ":replaces", c->replaces);
	if (stmt_row(&q))
		c->id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_CERTIFICATE, c->id);
	return true;
}

#define CERT_COLUMNS "c.id, c.ca, c.serial, c.state, COALESCE(c.organisation, 0), c.application, c.item, c.scheme," \
	" c.subject, c.not_before, c.not_after, c.stored_at, COALESCE(c.revoked_at, 0), COALESCE(c.reason, -1)," \
	" COALESCE(c.replaces, 0), COALESCE(c.replaced_by, 0), a.no, COALESCE(t.serial, '')"
#define CERT_FROM " FROM certificate c JOIN application a ON a.id = c.application JOIN item i ON i.id = c.item" \
	" LEFT JOIN token t ON t.id = i.token"

static void
read_certificate(struct stmt *q, struct certificate *c)
{
	memset(c, 0, sizeof *c);
	c->id = stmt_get_int(q, 0);
	stmt_copy_text(q, 1, c->ca, sizeof c->ca);
	stmt_copy_text(q, 2, c->serial, sizeof c->serial);
	c->state = (enum cert_state)name_index(cert_state_names, stmt_get_text(q, 3));
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
	stmt_copy_text(q, 16, c->application_no, sizeof c->application_no);
	stmt_copy_text(q, 17, c->token, sizeof c->token);
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

bool
cert_find(struct db *db, const char *serial, struct certificate *c, bool *found, struct err *e)
{
	struct stmt q;
	char upper[64];
	size_t n = 0;

	for (; *serial && n + 1 < sizeof upper; serial++)
		if (*serial != ' ' && *serial != ':')
			upper[n++] = (char)toupper((unsigned char)*serial);
	upper[n] = '\0';
	stmt_open(&q, db, "SELECT " CERT_COLUMNS CERT_FROM " WHERE c.serial = :serial ORDER BY c.id DESC LIMIT 1");
	stmt_text(&q, ":serial", upper);
	*found = stmt_row(&q);
	if (*found)
		read_certificate(&q, c);
	return stmt_close(&q, e);
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

bool
cert_store_state(struct db *db, const struct certificate *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE certificate SET state = :state, revoked_at = :revoked_at, reason = :reason,"
	    " replaces = :replaces, replaced_by = :replaced_by WHERE id = :id");
	stmt_int(&q, ":id", c->id);
	stmt_text(&q, ":state", cert_state_names[c->state].stored);
	if (c->revoked_at != 0)
		stmt_int(&q, ":revoked_at", c->revoked_at);
	if (c->reason >= 0)
		stmt_int(&q, ":reason", c->reason);
	if (c->replaces != 0)
		stmt_int(&q, ":replaces", c->replaces);
	if (c->replaced_by != 0)
		stmt_int(&q, ":replaced_by", c->replaced_by);
	db_touch(db, OBJECT_CERTIFICATE, c->id);
	return stmt_run(&q, e);
}

bool
cert_each(struct db *db, int64_t now, int64_t before, cert_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	struct certificate c;
	bool ok = true;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS CERT_FROM
	    " WHERE c.not_after >= :from AND c.not_after < :before ORDER BY c.not_after, c.id");
	stmt_int(&q, ":from", before > 0 ? now : 0);
	stmt_int(&q, ":before", before > 0 ? before : INT64_MAX);
	while (ok && stmt_row(&q)) {
		read_certificate(&q, &c);
		ok = fn(arg, &c, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}
