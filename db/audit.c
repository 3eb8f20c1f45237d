#include "db/audit.h"

#include <openssl/evp.h>
#include <string.h>

/* Which rows an object is made of; the first statement holds the object itself. */
#define MAX_PARTS 9
#define OBJECT_NAME(e, s) s,
static const char *const kind_names[] = { OBJECT_KINDS(OBJECT_NAME) };
static const char *const parts[OBJECT_KIND_N][MAX_PARTS] = {
	[OBJECT_APPLICATION] = {
		"SELECT * FROM application WHERE id = :id",
		"SELECT * FROM application_user WHERE application = :id ORDER BY n",
		"SELECT * FROM hand WHERE application = :id ORDER BY staff",
		"SELECT * FROM fee_line WHERE application = :id ORDER BY n",
		"SELECT * FROM material WHERE application = :id ORDER BY n",
		"SELECT * FROM item WHERE application = :id ORDER BY n",
		"SELECT * FROM will_code WHERE application = :id",
		"SELECT * FROM turn WHERE application = :id ORDER BY n",
		"SELECT * FROM foreign_certificate WHERE application = :id" },
	[OBJECT_ORGANISATION] = { "SELECT * FROM organisation WHERE id = :id" },
	[OBJECT_PAYMENT] = { "SELECT * FROM payment WHERE id = :id",
		"SELECT * FROM allocation WHERE payment = :id ORDER BY application" },
	[OBJECT_INTENT] = { "SELECT * FROM intent WHERE id = :id" },
	[OBJECT_CERTIFICATE] = { "SELECT * FROM certificate WHERE id = :id",
		"SELECT * FROM certificate_use WHERE certificate = :id ORDER BY name" },
	[OBJECT_TOKEN] = { "SELECT * FROM token WHERE id = :id",
		"SELECT * FROM token_move WHERE token = :id ORDER BY n" },
	[OBJECT_STAFF] = { "SELECT * FROM staff WHERE id = :id",
		"SELECT * FROM staff_key WHERE staff = :id ORDER BY id" },
	[OBJECT_SCHEME] = { "SELECT * FROM scheme WHERE id = :id" },
	[OBJECT_PRINTJOB] = { "SELECT * FROM printjob WHERE id = :id" },
};
#define ORPHANS(table) "SELECT count(*) FROM " table " t WHERE NOT EXISTS" \
	" (SELECT 1 FROM audit_object o WHERE o.kind = :kind AND o.id = t.id)"
static const char *const orphans[OBJECT_KIND_N] = {
	[OBJECT_APPLICATION] = ORPHANS("application"),
	[OBJECT_ORGANISATION] = ORPHANS("organisation"),
	[OBJECT_PAYMENT] = ORPHANS("payment"),
	[OBJECT_INTENT] = ORPHANS("intent"),
	[OBJECT_CERTIFICATE] = ORPHANS("certificate"),
	[OBJECT_TOKEN] = ORPHANS("token"),
	[OBJECT_STAFF] = ORPHANS("staff"),
	[OBJECT_SCHEME] = ORPHANS("scheme"),
	[OBJECT_PRINTJOB] = ORPHANS("printjob"),
};

const char *
object_kind_name(enum object_kind k)
{
	return kind_names[k];
}

bool
audit_live_digest(struct db *db, enum object_kind kind, int64_t id, unsigned char out[AUDIT_HASH], bool *exists,
    struct err *e)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct stmt q;
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	*exists = false;
	if (!ok)
		err_internal(e, "the digest cannot be made");
	for (int i = 0; ok && i < MAX_PARTS && parts[kind][i]; i++) {
		unsigned char part = (unsigned char)i;

		stmt_open_(&q, db, parts[kind][i]);
		stmt_int(&q, ":id", id);
		while (stmt_row(&q)) {
			*exists = *exists || i == 0;
			EVP_DigestUpdate(md, &part, 1);
			stmt_digest_row(&q, md);
		}
		ok = stmt_close(&q, e);
	}
	if (ok)
		EVP_DigestFinal_ex(md, out, NULL);
	EVP_MD_CTX_free(md);
	return ok;
}

bool
audit_next_version(struct db *db, enum object_kind kind, int64_t id, int64_t *v, struct err *e)
{
	struct stmt q;

	*v = 1;
	stmt_open(&q, db, "SELECT COALESCE(MAX(version), 0) + 1 FROM audit_object WHERE kind = :kind AND id = :id");
	stmt_text(&q, ":kind", kind_names[kind]);
	stmt_int(&q, ":id", id);
	if (stmt_row(&q))
		*v = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

static void
copy_hash(struct stmt *q, int col, unsigned char out[AUDIT_HASH])
{
	size_t n;
	const void *p = stmt_get_blob(q, col, &n);

	memset(out, 0, AUDIT_HASH);
	if (n == AUDIT_HASH)		/* another length verifies as a wrong hash */
		memcpy(out, p, n);
}

bool
audit_head(struct db *db, const char *chain, int64_t *seq, unsigned char hash[AUDIT_HASH], struct err *e)
{
	struct stmt q;

	*seq = 0;
	memset(hash, 0, AUDIT_HASH);
	stmt_open(&q, db, "SELECT seq, hash FROM audit_head WHERE chain = :chain");
	stmt_text(&q, ":chain", chain);
	if (stmt_row(&q)) {
		*seq = stmt_get_int(&q, 0);
		copy_hash(&q, 1, hash);
	}
	return stmt_close(&q, e);
}

bool
audit_insert_object(struct db *db, const char *chain, int64_t seq, const struct audit_object *o, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO audit_object(chain, seq, kind, id, version, digest)"
	    " VALUES (:chain, :seq, :kind, :id, :version, :digest)");
	stmt_text(&q, ":chain", chain);
	stmt_int(&q, ":seq", seq);
	stmt_text(&q, ":kind", kind_names[o->kind]);
	stmt_int(&q, ":id", o->id);
	stmt_int(&q, ":version", o->version);
	stmt_blob(&q, ":digest", o->digest, AUDIT_HASH);
	return stmt_run(&q, e);
}

static bool
set_head(struct db *db, const struct audit_row *r, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO audit_head(chain, seq, hash) VALUES (:chain, :seq, :hash)"
	    " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash");
	stmt_text(&q, ":chain", r->chain);
	stmt_int(&q, ":seq", r->seq);
	stmt_blob(&q, ":hash", r->hash, AUDIT_HASH);
	return stmt_run(&q, e);
}

bool
audit_insert(struct db *db, const struct audit_row *r, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO audit(chain, seq, at, staff, station, act, object, detail, digest, previous, hash,"
	    " staff_key, signature) VALUES (:chain, :seq, :at, :staff, :station, :act, :object, :detail, :digest,"
	    " :previous, :hash, :staff_key, :signature)");
	stmt_text(&q, ":chain", r->chain);
	stmt_int(&q, ":seq", r->seq);
	stmt_int(&q, ":at", r->at);
	stmt_int(&q, ":staff", r->staff);
	stmt_text(&q, ":station", r->station);
	stmt_text(&q, ":act", r->act);
	stmt_text(&q, ":object", r->object);
	stmt_text(&q, ":detail", r->detail);
	stmt_blob(&q, ":digest", r->digest, AUDIT_HASH);
	stmt_blob(&q, ":previous", r->previous, AUDIT_HASH);
	stmt_blob(&q, ":hash", r->hash, AUDIT_HASH);
	stmt_int(&q, ":staff_key", r->staff_key);
	stmt_blob(&q, ":signature", r->signature, r->signature_len);
	if (!stmt_run(&q, e))
		return false;
	if (!set_head(db, r, e))
		return false;
	db_touched_clear(db);
	return true;
}

/* ---- reading ---- */

#define ROW_COLUMNS "chain, seq, at, staff, staff_key, station, act, object, detail, digest, previous, hash, signature"

static void
read_row(struct stmt *q, struct audit_row *r)
{
	const void *p;
	size_t n;

	memset(r, 0, sizeof *r);
	stmt_copy_text(q, 0, r->chain, sizeof r->chain);
	r->seq = stmt_get_int(q, 1);
	r->at = stmt_get_int(q, 2);
	r->staff = stmt_get_int(q, 3);
	r->staff_key = stmt_get_int(q, 4);
	stmt_copy_text(q, 5, r->station, sizeof r->station);
	stmt_copy_text(q, 6, r->act, sizeof r->act);
	stmt_copy_text(q, 7, r->object, sizeof r->object);
	stmt_copy_text(q, 8, r->detail, sizeof r->detail);
	copy_hash(q, 9, r->digest);
	copy_hash(q, 10, r->previous);
	copy_hash(q, 11, r->hash);
	p = stmt_get_blob(q, 12, &n);
	if (n <= sizeof r->signature) {
		memcpy(r->signature, p ? p : "", n);
		r->signature_len = n;
	}
}

static bool
feed(struct stmt *q, audit_row_fn fn, void *arg, struct err *e)
{
	struct audit_row r;
	bool ok = true;

	while (ok && stmt_row(q)) {
		read_row(q, &r);
		ok = q->failed || fn(arg, &r, e);
	}
	return stmt_close(q, ok ? e : NULL) && ok;
}

bool
audit_each(struct db *db, const char *chain, int64_t from, audit_row_fn fn, void *arg, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " ROW_COLUMNS " FROM audit WHERE chain = :chain AND seq >= :from ORDER BY seq");
	stmt_text(&q, ":chain", chain);
	stmt_int(&q, ":from", from);
	return feed(&q, fn, arg, e);
}

bool
audit_page(struct db *db, const char *chain, int64_t seq, bool back, struct audit_row *out, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	if (back)
		stmt_open(&q, db, "SELECT " ROW_COLUMNS " FROM audit WHERE chain = :chain AND seq > :seq ORDER BY seq LIMIT :max");
	else
		stmt_open(&q, db, "SELECT " ROW_COLUMNS " FROM audit WHERE chain = :chain AND seq < :seq ORDER BY seq DESC LIMIT :max");
	stmt_text(&q, ":chain", chain);
	stmt_int(&q, ":seq", seq != 0 || back ? seq : INT64_MAX);
	stmt_int(&q, ":max", (int64_t)max);
	while (*n < max && stmt_row(&q))
		read_row(&q, &out[(*n)++]);
	return stmt_close(&q, e);
}

bool
audit_newest(struct db *db, const char *act, const char *object, int limit, audit_row_fn fn, void *arg, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " ROW_COLUMNS " FROM audit WHERE (:act = '' OR act = :act)"
	    " AND (:object = '' OR substr(object, 1, length(:object)) = :object) ORDER BY at DESC, seq DESC LIMIT :limit");
	stmt_text(&q, ":act", act);
	stmt_text(&q, ":object", object);
	stmt_int(&q, ":limit", limit);
	return feed(&q, fn, arg, e);
}

bool
audit_about(struct db *db, int64_t application, const char *object, audit_row_fn fn, void *arg, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT r.chain, r.seq, r.at, r.staff, r.staff_key, r.station, r.act, r.object, r.detail, r.digest,"
	    " r.previous, r.hash, r.signature FROM"
	    " (SELECT chain, seq FROM audit_object WHERE kind = 'application' AND id = :application"
	    " UNION SELECT o.chain, o.seq FROM certificate c, audit_object o WHERE c.application = :application"
	    " AND o.kind = 'certificate' AND o.id = c.id"
	    " UNION SELECT chain, seq FROM audit WHERE object = :object) w"
	    " JOIN audit r ON r.chain = w.chain AND r.seq = w.seq ORDER BY r.at, r.chain, r.seq");
	stmt_int(&q, ":application", application);
	stmt_text(&q, ":object", object);
	return feed(&q, fn, arg, e);
}

bool
audit_objects_digest(struct db *db, const char *chain, int64_t seq, unsigned char out[AUDIT_HASH], struct err *e)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct stmt q;
	bool ok;

	if (!md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(md);
		return err_internal(e, "the digest cannot be made");
	}
	stmt_open(&q, db, "SELECT kind, id, version, digest FROM audit_object WHERE chain = :chain AND seq = :seq"
	    " ORDER BY kind, id");
	stmt_text(&q, ":chain", chain);
	stmt_int(&q, ":seq", seq);
	while (stmt_row(&q))
		stmt_digest_row(&q, md);
	ok = stmt_close(&q, e);
	if (ok)
		EVP_DigestFinal_ex(md, out, NULL);
	EVP_MD_CTX_free(md);
	return ok;
}

bool
audit_latest(struct db *db, enum object_kind kind, audit_latest_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	unsigned char digest[AUDIT_HASH];
	bool ok = true;

	stmt_open(&q, db, "SELECT id, digest FROM audit_object a WHERE kind = :kind AND version ="
	    " (SELECT MAX(version) FROM audit_object b WHERE b.kind = a.kind AND b.id = a.id) ORDER BY id");
	stmt_text(&q, ":kind", kind_names[kind]);
	while (ok && stmt_row(&q)) {
		copy_hash(&q, 1, digest);
		ok = fn(arg, stmt_get_int(&q, 0), digest, e);
	}
	return stmt_close(&q, ok ? e : NULL) && ok;
}

bool
audit_orphans(struct db *db, enum object_kind kind, int64_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open_(&q, db, orphans[kind]);
	stmt_text(&q, ":kind", kind_names[kind]);
	if (stmt_row(&q))
		*n = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

bool
audit_chains(struct db *db, char chains[][17], size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	stmt_open(&q, db, "SELECT chain FROM audit GROUP BY chain UNION SELECT chain FROM audit_head ORDER BY chain");
	while (*n < max && stmt_row(&q))
		stmt_copy_text(&q, 0, chains[(*n)++], 17);
	return stmt_close(&q, e);
}

bool
audit_mark(struct db *db, const char *chain, int64_t up_to, int64_t staff, int64_t at, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO audit_mark(chain, up_to, staff, at) VALUES (:chain, :up_to, :staff, :at)"
	    " ON CONFLICT (chain, up_to) DO NOTHING");
	stmt_text(&q, ":chain", chain);
	stmt_int(&q, ":up_to", up_to);
	stmt_int(&q, ":staff", staff);
	stmt_int(&q, ":at", at);
	return stmt_run(&q, e);
}

bool
audit_marked(struct db *db, const char *chain, int64_t *up_to, struct err *e)
{
	struct stmt q;

	*up_to = 0;
	stmt_open(&q, db, "SELECT COALESCE(MAX(up_to), 0) FROM audit_mark WHERE chain = :chain");
	stmt_text(&q, ":chain", chain);
	if (stmt_row(&q))
		*up_to = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}
