#include "db/authority.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 2	/* of the CA's store */

/* Times are UTC seconds. Names of states are those of forms/names.h; only these four stand here. */
static const char schema[] =
    "CREATE TABLE authority(\n"
    "	version INTEGER NOT NULL		-- of this schema\n"
    ") STRICT;\n"
    "INSERT INTO authority(version) VALUES (2);\n"
    "CREATE TABLE issued(\n"
    "	serial TEXT PRIMARY KEY,		-- upper-case hex of the serial number\n"
    "	purpose TEXT NOT NULL CHECK (purpose IN ('holder', 'ra', 'responder')),	-- who holds the key\n"
    "	state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'valid', 'hold', 'revoked')),	-- expiry is computed\n"
    "	tid TEXT UNIQUE,			-- CMP transactionID as hex, null when made by init\n"
    "	digest BLOB,				-- SHA-256 of what was asked for and by whom: tells a repeat from a misuse\n"
    "	message BLOB,				-- the PKIMessage that asked for it, replayed when a certConf comes after a restart\n"
    "	subject TEXT NOT NULL,			-- RFC 2253, for people\n"
    "	not_before INTEGER NOT NULL,\n"
    "	not_after INTEGER NOT NULL,\n"
    "	issued_at INTEGER NOT NULL,\n"
    "	confirm_by INTEGER,			-- an unconfirmed certificate is revoked after this moment\n"
    "	revoked_at INTEGER,			-- moment of hold or revocation\n"
    "	reason INTEGER,				-- CRLReason of RFC 5280 5.3.1\n"
    "	der BLOB NOT NULL,			-- the certificate\n"
    "	CHECK ((state IN ('hold', 'revoked')) = (revoked_at IS NOT NULL)),\n"
    "	CHECK ((revoked_at IS NULL) = (reason IS NULL)),\n"
    "	CHECK (state <> 'unconfirmed' OR confirm_by IS NOT NULL)\n"
    ") STRICT;\n"
    "CREATE INDEX issued_confirm ON issued(confirm_by) WHERE state = 'unconfirmed';\n"
    "CREATE INDEX issued_revoked ON issued(serial) WHERE state IN ('hold', 'revoked');\n"
    "CREATE TABLE revocation(\n"
    "	tid TEXT PRIMARY KEY,			-- CMP transactionID as hex\n"
    "	digest BLOB NOT NULL,			-- SHA-256 of the request's body and sender\n"
    "	serial TEXT NOT NULL REFERENCES issued(serial),	-- what it acted on\n"
    "	reason INTEGER NOT NULL,		-- CRLReason, 8 = taken off hold\n"
    "	done_at INTEGER NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE crl(\n"
    "	number INTEGER PRIMARY KEY,		-- cRLNumber, only grows; one row, the current one\n"
    "	this_update INTEGER NOT NULL,\n"
    "	next_update INTEGER NOT NULL,\n"
    "	der BLOB NOT NULL\n"
    ") STRICT;\n";

/* Version 2: keys that are in wrong hands. The rows of before are put there when the CA starts. */
#define COMPROMISED \
    "CREATE TABLE compromised(\n" \
    "	serial TEXT PRIMARY KEY REFERENCES issued(serial),	-- revoked with keyCompromise\n" \
    "	key BLOB NOT NULL			-- SHA-256 of its public key's bits\n" \
    ") STRICT;\n" \
    "CREATE INDEX compromised_key ON compromised(key);\n"
static const char to_version_2[] = COMPROMISED "UPDATE authority SET version = 2;\n";

static const char *const purposes[] = { "holder", "ra", "responder" };
_Static_assert(sizeof purposes / sizeof purposes[0] == AUTHORITY_PURPOSE_N, "a name for each purpose");

void
authority_cert_clear(struct authority_cert *c)
{
	free(c->der);
	free(c->message);
	memset(c, 0, sizeof *c);
}

void
authority_crl_clear(struct authority_crl *c)
{
	free(c->der);
	memset(c, 0, sizeof *c);
}

bool
authority_create(const char *dir, struct db **out, struct err *e)
{
	struct db *db = NULL;

	if (!db_open("sqlite:ca.db", dir, DB_CREATE, &db, e))
		return false;
	if (!db_begin(db, e) || !db_script(db, schema, e) || !db_script(db, COMPROMISED, e) || !db_commit(db, e)) {
		db_close(db);
		return false;
	}
	*out = db;
	return true;
}

bool
authority_open(const char *dir, struct db **out, struct err *e)
{
	struct db *db = NULL;
	struct stmt q;
	int64_t version = 0;

	if (!db_open("sqlite:ca.db", dir, DB_WRITE, &db, e))
		return false;
	stmt_open(&q, db, "SELECT version FROM authority");
	if (stmt_row(&q))
		version = stmt_get_int(&q, 0);
	if (!stmt_close(&q, e))
		goto fail;
	if (version == 1 && db_begin(db, e)) {
		if (!db_script(db, to_version_2, e) || !db_commit(db, e)) {
			db_rollback(db);
			goto fail;
		}
		version = VERSION;
	}
	if (version != VERSION) {
		err_internal(e, "the CA's store in %s is of version %lld, this program knows %d: use the program that wrote it",
		    dir, (long long)version, VERSION);
		goto fail;
	}
	*out = db;
	return true;
fail:
	db_close(db);
	return false;
}

bool
authority_add(struct db *db, const struct authority_cert *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO issued(serial, purpose, state, tid, digest, message, subject, not_before, not_after,"
	    " issued_at, confirm_by, der) VALUES (:serial, :purpose, :state, :tid, :digest, :message, :subject, :not_before,"
	    " :not_after, :issued_at, :confirm_by, :der)");
	stmt_text(&q, ":serial", c->serial);
	stmt_text(&q, ":purpose", purposes[c->purpose]);
	stmt_text(&q, ":state", cert_state_names[c->state].stored);
	stmt_text_or_null(&q, ":tid", c->tid);
	stmt_blob(&q, ":digest", c->tid[0] ? c->digest : NULL, sizeof c->digest);
	stmt_blob(&q, ":message", c->message, c->message_n);
	stmt_text(&q, ":subject", c->subject);
	stmt_int(&q, ":not_before", c->not_before);
	stmt_int(&q, ":not_after", c->not_after);
	stmt_int(&q, ":issued_at", c->issued_at);
	stmt_int_or_null(&q, ":confirm_by", c->confirm_by);
	stmt_blob(&q, ":der", c->der, c->der_n);
	return stmt_run(&q, e);
}

#define CERT_COLUMNS "serial, purpose, state, tid, subject, not_before, not_after, issued_at, confirm_by, revoked_at," \
	" reason, digest, der, message"

static unsigned char *
copy_blob(struct stmt *q, int col, size_t *n)
{
	const void *p = stmt_get_blob(q, col, n);
	unsigned char *own = p ? malloc(*n + 1) : NULL;

	if (own)
		memcpy(own, p, *n);
	else
		*n = 0;
	return own;
}

static void
read_cert(struct stmt *q, struct authority_cert *c)
{
	const void *digest;
	const char *purpose;
	size_t n;
	int state;

	stmt_copy_text(q, 0, c->serial, sizeof c->serial);
	purpose = stmt_get_text(q, 1);
	for (int i = 0; i < AUTHORITY_PURPOSE_N; i++)
		if (strcmp(purpose, purposes[i]) == 0)
			c->purpose = (enum authority_purpose)i;
	state = name_index(cert_state_names, stmt_get_text(q, 2));
	c->state = state < 0 ? CERT_REVOKED : (enum cert_state)state;
	stmt_copy_text(q, 3, c->tid, sizeof c->tid);
	stmt_copy_text(q, 4, c->subject, sizeof c->subject);
	c->not_before = stmt_get_int(q, 5);
	c->not_after = stmt_get_int(q, 6);
	c->issued_at = stmt_get_int(q, 7);
	c->confirm_by = stmt_get_int(q, 8);
	c->revoked_at = stmt_get_int(q, 9);
	c->reason = stmt_get_null(q, 10) ? -1 : (int)stmt_get_int(q, 10);
	digest = stmt_get_blob(q, 11, &n);
	if (digest && n == sizeof c->digest)
		memcpy(c->digest, digest, n);
	c->der = copy_blob(q, 12, &c->der_n);
	c->message = copy_blob(q, 13, &c->message_n);
}

static bool
take_cert(struct stmt *q, struct authority_cert *c, bool *found, struct err *e)
{
	bool some;

	memset(c, 0, sizeof *c);
	some = stmt_row(q);
	if (some)
		read_cert(q, c);
	if (!stmt_close(q, e)) {
		authority_cert_clear(c);
		return false;
	}
	if (some && !c->der)
		return err_internal(e, "out of memory");
	*found = some;
	return true;
}

bool
authority_by_tid(struct db *db, const char *tid, struct authority_cert *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS " FROM issued WHERE tid = :tid");
	stmt_text(&q, ":tid", tid);
	return take_cert(&q, c, found, e);
}

bool
authority_by_serial(struct db *db, const char *serial, struct authority_cert *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS " FROM issued WHERE serial = :serial");
	stmt_text(&q, ":serial", serial);
	return take_cert(&q, c, found, e);
}

bool
authority_overdue(struct db *db, int64_t now, struct authority_cert *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS " FROM issued WHERE state = 'unconfirmed' AND confirm_by <= :now"
	    " ORDER BY confirm_by LIMIT 1");
	stmt_int(&q, ":now", now);
	return take_cert(&q, c, found, e);
}

bool
authority_move(struct db *db, const char *serial, enum cert_state to, int64_t at, int reason, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "UPDATE issued SET state = :state, revoked_at = :at, reason = :reason WHERE serial = :serial");
	stmt_text(&q, ":state", cert_state_names[to].stored);
	if (reason >= 0) {
		stmt_int(&q, ":at", at);
		stmt_int(&q, ":reason", reason);
	}
	stmt_text(&q, ":serial", serial);
	if (!stmt_run(&q, e))
		return false;
	return stmt_changed(&q) == 1 || err_internal(e, "the certificate %s is not in the CA's store", serial);
}

bool
authority_revoked(struct db *db, int64_t since, authority_revoked_fn fn, void *arg, struct err *e)
{
	struct stmt q;
	bool go = true;

	stmt_open(&q, db, "SELECT serial, revoked_at, reason FROM issued WHERE state IN ('hold', 'revoked')"
	    " AND not_after >= :since ORDER BY serial");
	stmt_int(&q, ":since", since);
	while (go && stmt_row(&q))
		go = fn(arg, stmt_get_text(&q, 0), stmt_get_int(&q, 1), (int)stmt_get_int(&q, 2));
	if (!stmt_close(&q, e))
		return false;
	return go || err_internal(e, "out of memory");
}

bool
authority_compromise(struct db *db, const char *serial, const unsigned char key[AUTHORITY_DIGEST], struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO compromised(serial, key) VALUES (:serial, :key) ON CONFLICT (serial) DO NOTHING");
	stmt_text(&q, ":serial", serial);
	stmt_blob(&q, ":key", key, AUTHORITY_DIGEST);
	return stmt_run(&q, e);
}

bool
authority_compromised(struct db *db, const unsigned char key[AUTHORITY_DIGEST], bool *yes, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT 1 FROM compromised WHERE key = :key LIMIT 1");
	stmt_blob(&q, ":key", key, AUTHORITY_DIGEST);
	*yes = stmt_row(&q);
	return stmt_close(&q, e);
}

bool
authority_uncounted(struct db *db, struct authority_cert *c, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT " CERT_COLUMNS " FROM issued WHERE state IN ('hold', 'revoked') AND state = 'revoked' AND reason = 1"
	    " AND NOT EXISTS (SELECT 1 FROM compromised k WHERE k.serial = issued.serial) LIMIT 1");
	return take_cert(&q, c, found, e);
}

bool
authority_crl_get(struct db *db, struct authority_crl *c, struct err *e)
{
	struct stmt q;

	memset(c, 0, sizeof *c);
	stmt_open(&q, db, "SELECT number, this_update, next_update, der FROM crl ORDER BY number DESC LIMIT 1");
	if (stmt_row(&q)) {
		c->number = stmt_get_int(&q, 0);
		c->this_update = stmt_get_int(&q, 1);
		c->next_update = stmt_get_int(&q, 2);
		c->der = copy_blob(&q, 3, &c->der_n);
	}
	if (!stmt_close(&q, e)) {
		authority_crl_clear(c);
		return false;
	}
	return true;
}

bool
authority_crl_put(struct db *db, const struct authority_crl *c, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO crl(number, this_update, next_update, der)"
	    " VALUES (:number, :this_update, :next_update, :der)");
	stmt_int(&q, ":number", c->number);
	stmt_int(&q, ":this_update", c->this_update);
	stmt_int(&q, ":next_update", c->next_update);
	stmt_blob(&q, ":der", c->der, c->der_n);
	if (!stmt_run(&q, e))
		return false;
	stmt_open(&q, db, "DELETE FROM crl WHERE number < :number");
	stmt_int(&q, ":number", c->number);
	return stmt_run(&q, e);
}

bool
authority_rr_seen(struct db *db, const char *tid, const unsigned char digest[AUTHORITY_DIGEST], bool *known, bool *same,
    struct err *e)
{
	struct stmt q;
	bool row, equal = false;

	stmt_open(&q, db, "SELECT digest FROM revocation WHERE tid = :tid");
	stmt_text(&q, ":tid", tid);
	row = stmt_row(&q);
	if (row) {
		size_t n;
		const void *p = stmt_get_blob(&q, 0, &n);

		equal = p && n == AUTHORITY_DIGEST && memcmp(p, digest, n) == 0;
	}
	if (!stmt_close(&q, e))
		return false;
	*known = row;
	*same = equal;
	return true;
}

bool
authority_rr_add(struct db *db, const char *tid, const unsigned char digest[AUTHORITY_DIGEST], const char *serial,
    int reason, int64_t at, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO revocation(tid, digest, serial, reason, done_at)"
	    " VALUES (:tid, :digest, :serial, :reason, :done_at)");
	stmt_text(&q, ":tid", tid);
	stmt_blob(&q, ":digest", digest, AUTHORITY_DIGEST);
	stmt_text(&q, ":serial", serial);
	stmt_int(&q, ":reason", reason);
	stmt_int(&q, ":done_at", at);
	return stmt_run(&q, e);
}

bool
authority_count(struct db *db, enum cert_state state, int64_t *n, struct err *e)
{
	struct stmt q;
	int64_t count = 0;

	stmt_open(&q, db, "SELECT count(*) FROM issued WHERE purpose = 'holder' AND state = :state");
	stmt_text(&q, ":state", cert_state_names[state].stored);
	if (stmt_row(&q))
		count = stmt_get_int(&q, 0);
	if (!stmt_close(&q, e))
		return false;
	*n = count;
	return true;
}
