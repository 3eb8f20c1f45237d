#include "ra/staff.h"

#include "forms/tr.h"
#include "ra/member_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- login ---- */

static void
become(struct office *o, const struct member *m, int64_t key_id, EVP_PKEY *signer)
{
	EVP_PKEY_free(o->signer);
	o->me = *m;
	o->key_id = key_id;
	o->signer = signer;
}

/* A member's row is changed as it is under the lock: what another console did to it meanwhile stays. */
static bool
change_begin(struct office *o, int64_t id, struct member *m, struct err *e)
{
	bool found;

	return office_begin(o, e) && staff_load(o->db, id, m, &found, e);
}

/* Stores m and commits, unless something before failed (ok); rolls back then. */
static bool
change_end(struct office *o, bool ok, const struct member *m, enum act act, const char *detail, struct err *e)
{
	char object[64];

	snprintf(object, sizeof object, "staff:%s", m->login);
	ok = ok && staff_store(o->db, m, e) && office_commit(o, act, object, e, "%s", detail);
	office_rollback(o);
	return ok;
}

/* Counts a wrong password; the row is signed by the station, since nobody has proven who it was. */
static bool
note_failure(struct office *o, struct member *m, struct err *e)
{
	bool ok = staff_login_system(o, e) && change_begin(o, m->id, m, e);

	if (ok && ++m->failures >= STAFF_FAILURES) {
		m->failures = 0;
		m->locked_until = when_now() + STAFF_LOCK_S;
	}
	return change_end(o, ok, m, m->failures == 0 ? ACT_LOCKED_OUT : ACT_LOGIN_FAILED, "wrong password", e);
}

static bool
wrong_password(struct office *o, struct member *m, const char *field, struct err *e)
{
	struct err inner;
	bool noted = note_failure(o, m, &inner);
	char until[20];

	staff_leave(o);
	if (!noted) {
		*e = inner;
		return false;
	}
	if (m->locked_until > when_now()) {
		when_show(m->locked_until, until);
		return err_field(e, field, "the password is wrong; the login is locked for %d minutes after %d tries, until %.5s",
		    STAFF_LOCK_S / 60, STAFF_FAILURES, until + 11);
	}
	return err_field(e, field, strcmp(field, "password") == 0 ? "login or password is wrong (%d more tries)"
	    : N_("the old password is wrong (%d more tries)"), STAFF_FAILURES - m->failures);
}

static bool
forget_failures(struct office *o, struct err *e)
{
	bool ok;

	if (o->me.failures == 0 && o->me.locked_until == 0)
		return true;
	ok = change_begin(o, o->me.id, &o->me, e);
	o->me.failures = 0;
	o->me.locked_until = 0;
	return change_end(o, ok, &o->me, ACT_STAFF_PASSWD, "right password after wrong ones", e);
}

bool
staff_in_force(struct office *o, struct err *e)
{
	struct member m;
	struct member_key k;
	bool found, key;

	if (!staff_load(o->db, o->me.id, &m, &found, e) || !staff_key_load(o->db, o->key_id, &k, &key, e))
		return false;
	if (!found || !key)
		return err_internal(e, "the member who works is not in the store");
	if (m.disabled)
		return err_refuse(e, "the login %s was disabled meanwhile: ask a supervisor; nothing was stored", m.login);
	if (k.retired_at != 0 || m.role != o->me.role)
		return err_refuse(e, "the password of %s was reset meanwhile: log in again with the new one; nothing was stored", m.login);
	return true;
}

static bool
locked_out(const struct member *m, struct err *e)
{
	char until[20];

	when_show(m->locked_until, until);
	return err_field(e, "login", "the login %s is locked for another %lld minutes, until %.5s: wait, or have a supervisor set a"
	    " new password", m->login, (long long)((m->locked_until - when_now() + 59) / 60), until + 11);
}

bool
staff_login(struct office *o, const char *login, const char *password, struct err *e)
{
	static const unsigned char no_salt[16];
	unsigned char nothing[32];
	struct member m;
	struct member_key k;
	EVP_PKEY *key = NULL;
	bool found;

	if (!staff_find(o->db, login, &m, &found, e))
		return false;
	if (!found || m.role == ROLE_SYSTEM) {
		/* the same time as for a wrong password, and its words but for the tries that are left */
		if (!member_key_derive(password, no_salt, nothing, e))
			return false;
		return err_field(e, "password", "login or password is wrong");
	}
	if (m.disabled)
		return err_field(e, "login", "the login %s is disabled: ask a supervisor", login);
	if (m.locked_until > when_now())
		return locked_out(&m, e);
	if (!staff_key_current(o->db, m.id, &k, &found, e))
		return false;
	if (!found)
		return err_internal(e, "the login %s has no signing key: have the password reset", login);
	switch (member_key_open(&k, login, password, &key, e)) {
	case 1:
		become(o, &m, k.id, key);
		return forget_failures(o, e);
	case 0:
		return wrong_password(o, &m, "password", e);
	}
	return false;
}

/* ---- from office to office ---- */

struct staff_pass {
	struct member member;
	int64_t key_id;
	EVP_PKEY *signer;
};

static bool
pass_of(const struct member *m, int64_t key_id, EVP_PKEY *signer, struct staff_pass **out, struct err *e)
{
	struct staff_pass *p = calloc(1, sizeof *p);

	if (p && signer && !(p->signer = EVP_PKEY_dup(signer))) {
		free(p);
		return err_internal(e, "the signing key cannot be handed over") || err_openssl(e);
	}
	if (!p)
		return err_internal(e, "out of memory");
	p->member = *m;
	p->key_id = key_id;
	*out = p;
	return true;
}

bool
staff_pass_take(const struct office *o, struct staff_pass **out, struct err *e)
{
	return pass_of(&o->me, o->key_id, o->signer, out, e);
}

bool
staff_pass_copy(const struct staff_pass *p, struct staff_pass **out, struct err *e)
{
	return pass_of(&p->member, p->key_id, p->signer, out, e);
}

const struct member *
staff_pass_member(const struct staff_pass *p)
{
	return &p->member;
}

void
staff_pass_wear(struct office *o, struct staff_pass *p)
{
	become(o, &p->member, p->key_id, p->signer);
	p->signer = NULL;
	staff_pass_free(p);
}

void
staff_pass_free(struct staff_pass *p)
{
	if (!p)
		return;
	EVP_PKEY_free(p->signer);
	free(p);
}

void
staff_leave(struct office *o)
{
	static const struct member nobody;

	become(o, &nobody, 0, NULL);
}

void
staff_lock(struct office *o)
{
	EVP_PKEY_free(o->signer);
	o->signer = NULL;
}

/* ---- the station ---- */

bool
staff_station_key_create(const char *keys_dir, struct err *e)
{
	char path[PATH_MAX_RA];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *f = NULL;
	bool ok = false;
	int fd;

	snprintf(path, sizeof path, "%s/station.key", keys_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (key && f)
		ok = PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 && fflush(f) == 0 && fsync(fd) == 0;
	if (!ok)
		err_internal(e, "the station's key %s cannot be made: %s", path, strerror(errno));
	if (f)
		fclose(f);
	EVP_PKEY_free(key);
	return ok;
}

bool
staff_station_key(const struct office *o, EVP_PKEY **out, struct err *e)
{
	char path[PATH_MAX_RA];
	FILE *f;

	office_path(o, "keys/station.key", path);
	f = fopen(path, "re");
	*out = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	if (!*out) {
		err_internal(e, "the key file %s cannot be read: put it back from the key backup", path);
		err_openssl(e);
	}
	return *out != NULL;
}

bool
staff_login_system(struct office *o, struct err *e)
{
	struct member m;
	struct member_key k;
	EVP_PKEY *key = NULL;
	bool found;

	if (!staff_find(o->db, "system", &m, &found, e) || (found && !staff_key_current(o->db, m.id, &k, &found, e)))
		return false;
	if (!found)
		return err_internal(e, "the store has no member `system`: it was not made by `ra init`");
	if (!staff_station_key(o, &key, e))
		return false;
	become(o, &m, k.id, key);
	return true;
}

/* ---- members ---- */

bool
staff_random_password(char out[STAFF_RANDOM], struct err *e)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	unsigned char b;

	for (size_t i = 0; i + 1 < STAFF_RANDOM;) {
		if (RAND_bytes(&b, 1) != 1)
			return err_internal(e, "no random numbers") || err_openssl(e);
		if (b < 248)		/* 8 × 31: every letter alike */
			out[i++] = letters[b % (sizeof letters - 1)];
	}
	out[STAFF_RANDOM - 1] = '\0';
	return true;
}

static bool
password_good(const char *login, const char *password, struct err *e)
{
	if (text_chars(password) < STAFF_PASSWORD_MIN)
		return err_field(e, "password", "the password has at least %d characters", STAFF_PASSWORD_MIN);
	if (strstr(password, login))
		return err_field(e, "password", "the password may not contain the login");
	return true;
}

static bool
login_good(const char *login, struct err *e)
{
	size_t n = strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	/* it names a folder too (ra/draft.c) */
	if (n == 0 || login[n] != '\0' || n > 32 || login[0] == '.')
		return err_field(e, "login", "a login has 1 to 32 small letters, digits, dots or hyphens and does not begin with a"
		    " dot: not '%s'", login);
	return true;
}

bool
staff_insert_with_key(struct office *o, struct member *m, const char *password, struct err *e)
{
	struct member_key k;
	EVP_PKEY *station = NULL;
	bool ok;

	if (!staff_insert(o->db, m, e))
		return false;
	if (m->role != ROLE_SYSTEM)
		return member_key_new(m->id, m->login, password, &k, e) && staff_key_insert(o->db, &k, e);
	if (!staff_station_key(o, &station, e))
		return false;
	memset(&k, 0, sizeof k);
	k.staff = m->id;
	k.made_at = when_now();
	ok = member_key_public(station, &k, e) && staff_key_insert(o->db, &k, e);
	if (ok)
		become(o, m, k.id, station);
	else
		EVP_PKEY_free(station);
	return ok;
}

bool
staff_create(struct office *o, const char *login, const char *name, enum role role, const char *password, bool must_change,
    struct err *e)
{
	struct member m = { .role = role, .must_change = must_change, .made_at = when_now() };
	char object[64];

	if (!office_may(o, ACT_STAFF_ADD, e) || !login_good(login, e) || !password_good(login, password, e)
	    || !text_clean("name", name, strlen(name), 32, m.name, sizeof m.name, e))
		return false;
	if (role == ROLE_SYSTEM || !m.name[0])
		return err_field(e, m.name[0] ? "role" : "name", m.name[0] ? N_("nobody can have the role system") : N_("give the name"));
	snprintf(m.login, sizeof m.login, "%s", login);
	snprintf(object, sizeof object, "staff:%s", login);
	if (!office_begin(o, e))
		return false;
	if (!staff_insert_with_key(o, &m, password, e)) {
		office_rollback(o);
		return false;
	}
	return office_commit(o, ACT_STAFF_ADD, object, e, "role %s", role_names[role].stored);
}

/* Guessing at an open console counts as it does at the login; the member goes on working. */
static bool
wrong_old(struct office *o, struct err *e)
{
	struct staff_pass *mine;
	struct member m;
	bool found;

	if (!staff_load(o->db, o->me.id, &m, &found, e))
		return false;
	if (m.locked_until > when_now())
		return locked_out(&m, e);
	if (!staff_pass_take(o, &mine, e))
		return false;
	wrong_password(o, &m, "old_password", e);
	staff_pass_wear(o, mine);
	return false;
}

static bool
own_passwd(struct office *o, const char *old_password, const char *new_password, struct err *e)
{
	struct member m = o->me;
	struct member_key k;
	EVP_PKEY *key = NULL;
	unsigned char *der = NULL;
	bool found, ok = false;
	int n = 0;

	if (!staff_key_current(o->db, o->me.id, &k, &found, e))
		return false;
	switch (member_key_open(&k, o->me.login, old_password, &key, e)) {
	case 1:
		break;
	case 0:
		return wrong_old(o, e);
	default:
		return false;
	}
	n = i2d_PrivateKey(key, &der);
	if (strcmp(old_password, new_password) == 0) {
		err_field(e, "password", "the new password is the old one: choose another");
	} else if (n > 0 && member_key_seal(&k, o->me.login, new_password, der, (size_t)n, e)) {
		ok = change_begin(o, o->me.id, &m, e) && staff_key_rewrap(o->db, &k, e);
		m.must_change = false;
		m.failures = 0;
		m.locked_until = 0;
		ok = change_end(o, ok, &m, ACT_STAFF_PASSWD, "own password", e);
	}
	if (ok)
		o->me = m;
	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	EVP_PKEY_free(key);
	return ok;
}

/* Another member than the one who works. */
static bool
other_member(struct office *o, const char *login, struct member *m, struct err *e)
{
	bool found;

	if (!staff_find(o->db, login, m, &found, e))
		return false;
	return (found && m->role != ROLE_SYSTEM) || err_field(e, "login", "there is no member with the login %s", login);
}

/* A reset makes a new key: the old one opens only by the forgotten password. Old signatures stay verifiable. */
bool
staff_passwd(struct office *o, const char *login, const char *old_password, const char *new_password, struct err *e)
{
	struct member m;
	struct member_key k;
	bool ok;

	if (!password_good(login, new_password, e))
		return false;
	if (strcmp(login, o->me.login) == 0)
		return own_passwd(o, old_password, new_password, e);
	if (!office_may(o, ACT_STAFF_RESET, e) || !other_member(o, login, &m, e) || !member_key_new(m.id, login, new_password, &k, e))
		return false;
	ok = change_begin(o, m.id, &m, e) && staff_key_insert(o->db, &k, e);
	m.must_change = true;
	m.failures = 0;
	m.locked_until = 0;
	return change_end(o, ok, &m, ACT_STAFF_RESET, "new key", e);
}

bool
staff_enable(struct office *o, const char *login, bool enabled, struct err *e)
{
	struct member m;
	bool ok;

	if (!office_may(o, enabled ? ACT_STAFF_ON : ACT_STAFF_OFF, e) || !other_member(o, login, &m, e))
		return false;
	if (m.id == o->me.id)
		return err_field(e, "login", "nobody can disable the own login");
	ok = change_begin(o, m.id, &m, e);
	m.disabled = !enabled;
	return change_end(o, ok, &m, enabled ? ACT_STAFF_ON : ACT_STAFF_OFF, enabled ? "enabled" : "disabled", e);
}
