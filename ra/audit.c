#include "ra/audit.h"
#include "forms/tr.h"

#include "ra/staff.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the hash of a row: every column with its length before it ---- */

static void
put(EVP_MD_CTX *md, const void *p, size_t n)
{
	uint64_t be = htobe64((uint64_t)n);

	EVP_DigestUpdate(md, &be, sizeof be);
	EVP_DigestUpdate(md, p, n);
}

static void
put_int(EVP_MD_CTX *md, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);

	put(md, &be, sizeof be);
}

static bool
row_hash(const struct audit_row *r, unsigned char out[AUDIT_HASH], struct err *e)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	if (ok) {
		put(md, r->chain, strlen(r->chain));
		put_int(md, r->seq);
		put_int(md, r->at);
		put_int(md, r->staff);
		put_int(md, r->staff_key);
		put(md, r->station, strlen(r->station));
		put(md, r->act, strlen(r->act));
		put(md, r->object, strlen(r->object));
		put(md, r->detail, strlen(r->detail));
		put(md, r->digest, AUDIT_HASH);
		put(md, r->previous, AUDIT_HASH);
		ok = EVP_DigestFinal_ex(md, out, NULL) == 1;
	}
	EVP_MD_CTX_free(md);
	return ok || err_internal(e, "the audit's hash cannot be made");
}

static bool
sign_hash(EVP_PKEY *key, const unsigned char hash[AUDIT_HASH], unsigned char *sig, size_t *n, struct err *e)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool ok = c && EVP_PKEY_sign_init(c) == 1 && EVP_PKEY_sign(c, sig, n, hash, AUDIT_HASH) == 1;

	EVP_PKEY_CTX_free(c);
	return ok || err_internal(e, "the audit row cannot be signed") || err_openssl(e);
}

static bool
verify_hash(EVP_PKEY *key, const unsigned char hash[AUDIT_HASH], const unsigned char *sig, size_t n)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool ok = c && EVP_PKEY_verify_init(c) == 1 && EVP_PKEY_verify(c, sig, n, hash, AUDIT_HASH) == 1;

	EVP_PKEY_CTX_free(c);
	return ok;
}

/* ---- writing ---- */

static bool
append_objects(struct office *o, struct audit_row *r, struct err *e)
{
	const struct db_touched *t;
	size_t n = db_touched(o->db, &t);

	for (size_t i = 0; i < n; i++) {
		struct audit_object obj = { .kind = (enum object_kind)t[i].kind, .id = t[i].id };
		bool exists;

		if (!audit_live_digest(o->db, obj.kind, obj.id, obj.digest, &exists, e)
		    || !audit_next_version(o->db, obj.kind, obj.id, &obj.version, e)
		    || !audit_insert_object(o->db, r->chain, r->seq, &obj, e))
			return false;
	}
	return audit_objects_digest(o->db, r->chain, r->seq, r->digest, e);
}

bool
audit_append(struct office *o, enum act act, const char *object, const char *detail, struct err *e)
{
	struct audit_row r = { .at = when_now(), .staff = o->me.id, .staff_key = o->key_id };
	int64_t seq;

	assert(o->signer && o->me.id != 0);
	/* the station's key may sign only acts that no person does, and no person those */
	if (!(acts[act].roles & (1u << o->me.role)))
		return err_internal(e, "the act %s may not be signed by the role %s", acts[act].stored,
		    role_names[o->me.role].stored);
	if (!staff_in_force(o, e))
		return false;
	snprintf(r.chain, sizeof r.chain, "%s", o->point);
	snprintf(r.station, sizeof r.station, "%s", o->station);
	snprintf(r.act, sizeof r.act, "%s", acts[act].stored);
	snprintf(r.object, sizeof r.object, "%s", object);
	snprintf(r.detail, sizeof r.detail, "%s", detail);
	if (!audit_head(o->db, r.chain, &seq, r.previous, e))
		return false;
	r.seq = seq + 1;
	r.signature_len = sizeof r.signature;
	return append_objects(o, &r, e) && row_hash(&r, r.hash, e)
	    && sign_hash(o->signer, r.hash, r.signature, &r.signature_len, e) && audit_insert(o->db, &r, e);
}

/* ---- the heads kept outside the store: "DAY SEQ HASH SIGNATURE", one line a day ---- */

static bool
head_hash(const char *chain, const char *day, int64_t seq, const unsigned char hash[AUDIT_HASH], unsigned char out[AUDIT_HASH])
{
	char line[160], hex[65];

	text_hex(hash, AUDIT_HASH, hex);
	snprintf(line, sizeof line, "%s %s %lld %s", chain, day, (long long)seq, hex);
	return EVP_Digest(line, strlen(line), out, NULL, EVP_sha256(), NULL) == 1;
}

static bool
last_line(int fd, char *out, size_t outsz)
{
	off_t end = lseek(fd, 0, SEEK_END);
	off_t from = end > (off_t)outsz - 1 ? end - ((off_t)outsz - 1) : 0;
	ssize_t n = pread(fd, out, (size_t)(end - from), from);
	char *p;

	out[n > 0 ? n : 0] = '\0';
	if (n > 0 && out[n - 1] == '\n')
		out[n - 1] = '\0';
	p = strrchr(out, '\n');
	if (p)
		memmove(out, p + 1, strlen(p + 1) + 1);
	return n > 0;
}

static bool
head_write(struct office *o, int fd, const char *day, struct err *e)
{
	unsigned char hash[AUDIT_HASH], digest[AUDIT_HASH], sig[80];
	char line[420], hex[65], sighex[161];
	size_t n = sizeof sig;
	int64_t seq;
	EVP_PKEY *key = NULL;
	bool ok;

	if (!audit_head(o->db, o->point, &seq, hash, e) || !staff_station_key(o, &key, e))
		return false;
	ok = head_hash(o->point, day, seq, hash, digest) && sign_hash(key, digest, sig, &n, e);
	EVP_PKEY_free(key);
	if (!ok || seq == 0)
		return ok;
	text_hex(hash, AUDIT_HASH, hex);
	text_hex(sig, n, sighex);
	snprintf(line, sizeof line, "%s %lld %s %s\n", day, (long long)seq, hex, sighex);
	ok = write(fd, line, strlen(line)) == (ssize_t)strlen(line) && fsync(fd) == 0;
	return ok || err_later(e, "the day's audit head cannot be kept in heads/: %s", strerror(errno));
}

bool
audit_head_keep(struct office *o, struct err *e)
{
	char path[PATH_MAX_RA], name[40], day[11], line[512];
	bool ok = true;
	int fd;

	day_show(day_of(when_now()), day);
	snprintf(name, sizeof name, "heads/%s", o->point);
	office_path(o, name, path);
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		ok = err_internal(e, "the audit head cannot be kept in %s: %s", path, strerror(errno));
	else if (!last_line(fd, line, sizeof line) || strncmp(line, day, 10) != 0)
		ok = head_write(o, fd, day, e);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* ---- verifying ---- */

struct verify {
	struct office *o;
	struct audit_report *r;
	void (*tell)(void *arg, const char *line);
	void *arg;
	const char *chain;
	int64_t want;
	unsigned char previous[AUDIT_HASH];
	struct member_key key;		/* of the last row: one operator's rows come in runs */
	EVP_PKEY *public;
	struct member member;
	unsigned char *station; int station_n;	/* SPKI of the station's key as it lies in HOME/keys */
};

static void PRINTF(2, 3)
problem(struct verify *v, const char *fmt, ...)
{
	char line[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, tr(fmt), ap);
	va_end(ap);
	if (v->r->problems++ == 0)
		snprintf(v->r->first, sizeof v->r->first, "%s", line);
	if (v->tell)
		v->tell(v->arg, line);
}

static bool
signer_of(struct verify *v, const struct audit_row *r, bool *found, struct err *e)
{
	const unsigned char *p;

	*found = true;
	if (v->public && v->key.id == r->staff_key)
		return true;
	EVP_PKEY_free(v->public);
	v->public = NULL;
	if (!staff_key_load(v->o->db, r->staff_key, &v->key, found, e))
		return false;
	if (*found && !staff_load(v->o->db, v->key.staff, &v->member, found, e))
		return false;
	p = v->key.public_key;
	if (*found)
		v->public = d2i_PUBKEY(NULL, &p, (long)v->key.public_n);
	*found = v->public != NULL;
	return true;
}

static int
act_of(const char *stored)
{
	for (int i = 0; i < ACT_N; i++)
		if (strcmp(acts[i].stored, stored) == 0)
			return i;
	return -1;
}

static void
check_signer(struct verify *v, const struct audit_row *r)
{
	int act = act_of(r->act);
	bool station = act >= 0 && acts[act].roles == R(SYSTEM);

	if (v->key.staff != r->staff)
		problem(v, "row %s/%lld: signed with another member's key", v->chain, (long long)r->seq);
	if (v->key.retired_at != 0 && r->at > v->key.retired_at)
		problem(v, "row %s/%lld: signed with a key that was out of force by then", v->chain, (long long)r->seq);
	if (station != (v->member.role == ROLE_SYSTEM))
		problem(v, "row %s/%lld: the act %s was signed by the role %s", v->chain, (long long)r->seq, r->act,
		    role_names[v->member.role].stored);
	if (station && (v->station_n != (int)v->key.public_n
	    || memcmp(v->station, v->key.public_key, v->key.public_n) != 0))
		problem(v, "row %s/%lld: not the station's key of HOME/keys", v->chain, (long long)r->seq);
	if (!verify_hash(v->public, r->hash, r->signature, r->signature_len))
		problem(v, "row %s/%lld: the signature does not verify", v->chain, (long long)r->seq);
}

static bool
check_row(void *arg, const struct audit_row *r, struct err *e)
{
	struct verify *v = arg;
	unsigned char hash[AUDIT_HASH], digest[AUDIT_HASH];
	bool found;

	v->r->rows++;
	if (r->seq != v->want)
		problem(v, "chain %s: rows %lld to %lld are missing", v->chain, (long long)v->want, (long long)r->seq - 1);
	v->want = r->seq + 1;
	if (memcmp(r->previous, v->previous, AUDIT_HASH) != 0)
		problem(v, "row %s/%lld: does not follow the row before it", v->chain, (long long)r->seq);
	if (!row_hash(r, hash, e) || !audit_objects_digest(v->o->db, v->chain, r->seq, digest, e))
		return false;
	if (memcmp(hash, r->hash, AUDIT_HASH) != 0)
		problem(v, "row %s/%lld: was changed", v->chain, (long long)r->seq);
	if (memcmp(digest, r->digest, AUDIT_HASH) != 0)
		problem(v, "row %s/%lld: its list of objects was changed", v->chain, (long long)r->seq);
	memcpy(v->previous, r->hash, AUDIT_HASH);
	if (!signer_of(v, r, &found, e))
		return false;
	if (!found)
		problem(v, "row %s/%lld: its key is not in the store", v->chain, (long long)r->seq);
	else
		check_signer(v, r);
	return true;
}

struct wanted { const struct audit_row *at; unsigned char hash[AUDIT_HASH]; bool found; };

static bool
take_hash(void *arg, const struct audit_row *r, struct err *e)
{
	struct wanted *w = arg;

	memcpy(w->hash, r->hash, AUDIT_HASH);
	w->found = true;
	err_internal(e, "enough");
	return false;		/* the first row is the wanted one */
}

static bool
check_kept_line(struct verify *v, EVP_PKEY *station, char *line, struct err *e)
{
	char day[16], hex[80], sighex[200];
	unsigned char hash[AUDIT_HASH], digest[AUDIT_HASH], sig[80];
	struct wanted w = { 0 };
	struct err inner;
	long long seq;
	int n;

	(void)e;
	if (sscanf(line, "%15s %lld %79s %199s", day, &seq, hex, sighex) != 4 || text_unhex(hex, hash, sizeof hash) != AUDIT_HASH
	    || (n = text_unhex(sighex, sig, sizeof sig)) <= 0) {
		problem(v, "heads/%s: a line is damaged", v->chain);
		return true;
	}
	if (!head_hash(v->chain, day, seq, hash, digest) || !verify_hash(station, digest, sig, (size_t)n))
		problem(v, "heads/%s: the head of %s is not signed by the station", v->chain, day);
	if (!audit_each(v->o->db, v->chain, seq, take_hash, &w, &inner) && !w.found) {
		*e = inner;
		return false;
	}
	if (!w.found || memcmp(w.hash, hash, AUDIT_HASH) != 0)
		problem(v, "chain %s: the head of %s (row %lld) is not in the store: rows were cut or replaced", v->chain, day, seq);
	return true;
}

static bool
check_kept(struct verify *v, EVP_PKEY *station, struct err *e)
{
	char path[PATH_MAX_RA], name[40], line[512];
	bool ok = true;
	FILE *f;

	snprintf(name, sizeof name, "heads/%s", v->chain);
	office_path(v->o, name, path);
	f = fopen(path, "re");
	if (!f) {
		problem(v, "chain %s: no kept head (%s)", v->chain, strerror(errno));
		return true;
	}
	while (ok && fgets(line, sizeof line, f))
		ok = check_kept_line(v, station, line, e);
	fclose(f);
	return ok;
}

static bool
check_chain(struct verify *v, EVP_PKEY *station, struct err *e)
{
	int64_t seq;
	unsigned char hash[AUDIT_HASH];

	v->want = 1;
	memset(v->previous, 0, sizeof v->previous);
	if (!audit_each(v->o->db, v->chain, 1, check_row, v, e) || !audit_head(v->o->db, v->chain, &seq, hash, e))
		return false;
	if (seq != v->want - 1 || memcmp(hash, v->previous, AUDIT_HASH) != 0)
		problem(v, "chain %s: the head says row %lld, the last row is %lld", v->chain, (long long)seq,
		    (long long)v->want - 1);
	return check_kept(v, station, e);
}

struct object_check { struct verify *v; enum object_kind kind; };

static bool
check_object(void *arg, int64_t id, const unsigned char digest[AUDIT_HASH], struct err *e)
{
	struct object_check *c = arg;
	unsigned char live[AUDIT_HASH];
	bool exists;

	c->v->r->objects++;
	if (!audit_live_digest(c->v->o->db, c->kind, id, live, &exists, e))
		return false;
	if (!exists)
		problem(c->v, "%s %lld was deleted behind the audit", object_kind_name(c->kind), (long long)id);
	else if (memcmp(live, digest, AUDIT_HASH) != 0)
		problem(c->v, "%s %lld was changed behind the audit", object_kind_name(c->kind), (long long)id);
	return true;
}

static bool
check_objects(struct verify *v, struct err *e)
{
	for (int k = 0; k < OBJECT_KIND_N; k++) {
		struct object_check c = { v, (enum object_kind)k };
		int64_t n;

		if (!audit_latest(v->o->db, c.kind, check_object, &c, e) || !audit_orphans(v->o->db, c.kind, &n, e))
			return false;
		if (n > 0)
			problem(v, "%lld rows of %s are on no audit row", (long long)n, object_kind_name(c.kind));
	}
	return true;
}

static bool
check_file(struct verify *v, struct err *e)
{
	char damage[200];

	if (!db_inspect(v->o->db, damage, e))
		return false;
	if (damage[0])
		problem(v, "the file of the store is damaged, restore it from a backup: %s", damage);
	return true;
}

bool
audit_verify(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct audit_report *r, struct err *e)
{
	struct verify v = { .o = o, .r = r, .tell = tell, .arg = arg };
	char chains[64][17];
	EVP_PKEY *station = NULL;
	size_t n = 0;
	bool ok;

	memset(r, 0, sizeof *r);
	if (!office_may(o, ACT_AUDIT_READ, e) || !staff_station_key(o, &station, e))
		return false;
	v.station_n = i2d_PUBKEY(station, &v.station);
	ok = db_read_begin(o->db, e);
	ok = ok && check_file(&v, e) && audit_chains(o->db, chains, 64, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		v.chain = chains[i];
		ok = check_chain(&v, station, e);
	}
	ok = ok && check_objects(&v, e);
	db_read_end(o->db);
	OPENSSL_free(v.station);
	EVP_PKEY_free(v.public);
	EVP_PKEY_free(station);
	return ok;
}

bool
audit_mark_all(struct office *o, struct err *e)
{
	unsigned char hash[AUDIT_HASH];
	int64_t seq;

	if (!office_may(o, ACT_AUDIT_MARK, e) || !audit_head(o->db, o->point, &seq, hash, e) || !office_begin(o, e))
		return false;
	if (audit_mark(o->db, o->point, seq, o->me.id, when_now(), e))
		return office_commit(o, ACT_AUDIT_MARK, "audit", e, "rows up to %lld", (long long)seq);
	office_rollback(o);
	return false;
}
