/* Applicant organisations and the grams by which their names are found; declared in db/application.h. */
#include "db/application.h"

#include "db/audit.h"

#include <stdio.h>
#include <string.h>

static void
document_of(const struct record_org *o, char out[256])
{
	if (o->credit_code[0])
		snprintf(out, 256, "%s", o->credit_code);
	else if (o->licence_no[0])
		snprintf(out, 256, "%s", o->licence_no);
	else
		snprintf(out, 256, "%s:%.200s", o->doc_kind, o->doc_no);
}

static bool
gram(struct db *db, int64_t id, int64_t g, bool add, struct err *e)
{
	struct stmt q;

	if (add)
		stmt_open(&q, db, "INSERT INTO gram(g, organisation) VALUES (:g, :id) ON CONFLICT (g, organisation) DO NOTHING");
	else
		stmt_open(&q, db, "DELETE FROM gram WHERE g = :g AND organisation = :id");
	stmt_int(&q, ":g", g);
	stmt_int(&q, ":id", id);
	return stmt_run(&q, e);
}

/* One row per start position: three code points packed, so that two characters are a range and three an equality. Rows are
 * added and removed by their whole key: nothing here looks through the table. */
static bool
grams(struct db *db, int64_t id, const char *folded, bool add, struct err *e)
{
	uint32_t c[3] = { 0, 0, 0 };
	const char *s = folded;

	for (int i = 0; i < 2; i++)
		s += text_next(s, &c[i]);
	while (c[0] != 0) {
		size_t n = text_next(s, &c[2]);

		if (n == 0)
			c[2] = 0;
		s += n;
		if (!gram(db, id, (int64_t)c[0] << 42 | (int64_t)c[1] << 21 | c[2], add, e))
			return false;
		c[0] = c[1];
		c[1] = c[2];
	}
	return true;
}

bool
org_ensure(struct db *db, const struct record_org *o, int64_t now, int64_t *id, struct err *e)
{
	struct stmt q;
	char doc[256], folded[TEXT_BYTES(64)], old[TEXT_BYTES(64)] = "", old_folded[TEXT_BYTES(64)] = "";
	bool known;

	document_of(o, doc);
	text_fold(o->name, folded, sizeof folded);
	stmt_open(&q, db, "SELECT id, name, folded FROM organisation WHERE doc = :doc");
	stmt_text(&q, ":doc", doc);
	known = stmt_row(&q);
	if (known) {
		*id = stmt_get_int(&q, 0);
		stmt_copy_text(&q, 1, old, sizeof old);
		stmt_copy_text(&q, 2, old_folded, sizeof old_folded);
	}
	if (!stmt_close(&q, e))
		return false;
	if (known && strcmp(old, o->name) == 0)
		return true;
	stmt_open(&q, db, "INSERT INTO organisation(doc, name, folded, changed_at) VALUES (:doc, :name, :folded, :now)"
	    " ON CONFLICT (doc) DO UPDATE SET name = excluded.name, folded = excluded.folded,"
	    " changed_at = excluded.changed_at RETURNING id");
	stmt_text(&q, ":doc", doc);
	stmt_text(&q, ":name", o->name);
	stmt_text(&q, ":folded", folded);
	stmt_int(&q, ":now", now);
	if (stmt_row(&q))
		*id = stmt_get_int(&q, 0);
	if (!stmt_run(&q, e))
		return false;
	db_touch(db, OBJECT_ORGANISATION, *id);
	return (!known || grams(db, *id, old_folded, false, e)) && grams(db, *id, folded, true, e);
}
