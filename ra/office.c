#include "ra/office.h"

#include "db/migrate.h"
#include "db/schemes.h"
#include "forms/config.h"
#include "forms/tr.h"
#include "printing/paper.h"
#include "ra/audit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACT(e, stored, command, zh, en, roles) { stored, command, zh, en, roles },
const struct act_row acts[] = {
#include "ra/acts.def"
};
#undef ACT

#define STEP(name) #name,
const char *const step_names[] = {
#include "ra/steps.def"
};
#undef STEP

static _Thread_local struct { void (*fn)(void *arg, enum step s); void *arg; } watcher;

void
office_watch(void (*fn)(void *arg, enum step s), void *arg)
{
	watcher.fn = fn;
	watcher.arg = arg;
}

/* NAME, or NAME:K for the K-th time that it is passed. */
static bool
is_at(const char *at, enum step s, int passed)
{
	size_t n = strlen(step_names[s]);

	if (!at || strncmp(at, step_names[s], n) != 0 || (at[n] != '\0' && at[n] != ':'))
		return false;
	return passed == (at[n] ? strtol(at + n + 1, NULL, 10) : 1);
}

void
office_step(enum step s)
{
	static _Atomic int passes[STEP_N];	/* jobs of a console pass steps on their own threads */
	int passed = ++passes[s];

	if (is_at(getenv("RA_KILL_AT"), s, passed))
		raise(SIGKILL);
	if (is_at(getenv("RA_STOP_AT"), s, passed))
		raise(SIGSTOP);
	if (watcher.fn)
		watcher.fn(watcher.arg, s);
}

void
office_path(const struct office *o, const char *name, char out[PATH_MAX_RA])
{
	snprintf(out, PATH_MAX_RA, "%s%s%s", name[0] == '/' ? "" : o->home, name[0] == '/' ? "" : "/", name);
}

/* ---- opening ---- */

static const struct { const char *key; bool required, path; } ca_keys[7] = {
	{ "issuer", true, true }, { "trust", true, true }, { "ra_cert", true, true }, { "ra_key", true, true },
	{ "tls_ca", false, true }, { "tls_cert", false, true }, { "tls_key", false, true },
};

static bool
read_ca(struct office *o, size_t i, struct err *e)
{
	struct ca_config *c = &o->ca[i];
	const char **slot[7] = { &c->issuer, &c->trust, &c->ra_cert, &c->ra_key, &c->tls_ca, &c->tls_cert, &c->tls_key };
	char path[64];
	const char *value;
	int64_t timeout;

	snprintf(path, sizeof path, "cas.[%zu].id", i);
	if (!config_text(o->conf, path, &c->id, e))
		return false;
	snprintf(path, sizeof path, "cas.[%zu].url", i);
	if (!config_text(o->conf, path, &c->url, e))
		return false;
	for (int k = 0; k < 7; k++) {
		snprintf(path, sizeof path, "cas.[%zu].%s", i, ca_keys[k].key);
		if (ca_keys[k].required ? !config_text(o->conf, path, &value, e)
		    : !config_text_or(o->conf, path, NULL, &value, e))
			return false;
		if (value) {
			office_path(o, value, o->ca_path[i][k]);
			*slot[k] = o->ca_path[i][k];
		}
	}
	snprintf(path, sizeof path, "cas.[%zu].proxy", i);
	if (!config_text_or(o->conf, path, NULL, &c->proxy, e))
		return false;
	snprintf(path, sizeof path, "cas.[%zu].timeout_s", i);
	if (!config_int_or(o->conf, path, 30, &timeout, e))
		return false;
	if (timeout < 1 || timeout > 600)
		return config_error(o->conf, path, e, "1 to 600 seconds, not %lld", (long long)timeout);
	c->timeout_s = (int)timeout;
	return true;
}

/* Further ids by which schemes name the same CA: rows of their own, so that each has its connection. */
static bool
read_also(struct office *o, size_t i, struct err *e)
{
	char path[64];
	int n;

	snprintf(path, sizeof path, "cas.[%zu].also", i);
	n = config_count(o->conf, path);
	for (int k = 0; k < n; k++) {
		struct ca_config c = o->ca[i];

		snprintf(path, sizeof path, "cas.[%zu].also.[%d]", i, k);
		if (!config_text(o->conf, path, &c.id, e))
			return false;
		if (o->ca_n == OFFICE_CAS)
			return config_error(o->conf, path, e, "at most %d CAs", OFFICE_CAS);
		o->ca[o->ca_n++] = c;
	}
	return true;
}

static bool
read_config(struct office *o, struct err *e)
{
	char path[PATH_MAX_RA];
	const char *id;
	int n;

	office_path(o, "ra.conf", path);
	if (!config_load(path, &o->conf, e) || !config_text(o->conf, "service_point.id", &id, e)
	    || !config_text(o->conf, "service_point.name", &o->point_name, e)
	    || !config_text_or(o->conf, "service_point.address", "", &o->point_address, e)
	    || !config_text_or(o->conf, "language", "zh", &o->language, e))
		return false;
	if (id[0] == '\0' || strlen(id) > 8 || strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(id))
		return config_error(o->conf, "service_point.id", e, "1 to 8 capital letters and digits, not '%s'", id);
	snprintf(o->point, sizeof o->point, "%s", id);
	n = config_count(o->conf, "cas");
	if (n > OFFICE_CAS)
		return config_error(o->conf, "cas", e, "at most %d CAs", OFFICE_CAS);
	o->ca_n = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < o->ca_n; i++)
		if (!read_ca(o, i, e))
			return false;
	for (int i = 0; i < n; i++)
		if (!read_also(o, (size_t)i, e))
			return false;
	return true;
}

static void
station_name(char *out, size_t outsz)
{
	char host[40] = "?", tty[64];
	bool terminal = ttyname_r(STDIN_FILENO, tty, sizeof tty) == 0;

	gethostname(host, sizeof host - 1);
	snprintf(out, outsz, "%.39s %.20s", host, terminal ? tty : "-");
}

static bool
home_good(struct office *o, const char *home, struct err *e)
{
	struct stat st;

	if (!realpath(home, o->home) || stat(o->home, &st) != 0)
		return err_internal(e, "there is no home %s: run `ra init`", home);
	if ((st.st_mode & 077) != 0)
		return err_internal(e, "the home %s may be read by others: run chmod 700 on it", home);
	return true;
}

bool
office_open(const char *home, struct office **out, struct err *e)
{
	struct office *o = calloc(1, sizeof *o);
	const char *store;
	char keys[PATH_MAX_RA];

	if (!o)
		return err_internal(e, "out of memory");
	if (strlen(home) >= HOME_MAX || !home_good(o, home, e))
		goto fail;
	if (!read_config(o, e) || !config_text(o->conf, "store", &store, e)) {
		e->code = FAULT_INTERNAL;	/* not the clerk's to mend */
		goto fail;
	}
	/* the module reads it; set here, since a thread that loads the module later may not touch the environment */
	office_path(o, "softhsm2.conf", keys);
	if (access(keys, R_OK) == 0)
		setenv("SOFTHSM2_CONF", keys, 0);
	office_path(o, "keys", keys);
	station_name(o->station, sizeof o->station);
	if (!keys_load(keys, &o->keys, e) || !db_open(store, o->home, DB_WRITE, &o->db, e)
	    || !db_version_check(o->db, schema_files, e))
		goto fail;
	*out = o;
	return true;
fail:
	office_close(o);
	return false;
}

void
office_close(struct office *o)
{
	struct err ignored;

	if (!o)
		return;
	/* the day's head is kept after the day's first change; a failure is told by the next verification */
	if (o->changed && o->db && audit_head_keep(o, &ignored))
		o->changed = false;
	token_module_close(o->module);
	press_close(o->press);
	for (size_t i = 0; i < o->ca_n; i++)
		ca_close(o->ca_open[i]);
	for (size_t i = 0; i < o->schemes_n; i++)
		scheme_free(o->schemes[i].scheme);
	EVP_PKEY_free(o->signer);
	db_close(o->db);
	keys_free(o->keys);
	config_free(o->conf);
	free(o);
}

/* ---- rights and changes ---- */

const char *
act_name(enum act act)
{
	return tr_english() ? acts[act].en : acts[act].zh;
}

bool
office_may(const struct office *o, enum act act, struct err *e)
{
	char roles[200] = "";
	size_t n = 0;

	if (o->me.must_change && act != ACT_STAFF_PASSWD)
		return err_refuse(e, "the password of %s was set by somebody else: change it first (ra staff passwd %s)", o->me.login,
		    o->me.login);
	if (acts[act].roles & (1u << o->me.role))
		return true;
	for (int r = 0; r < ROLE_N; r++)
		if (acts[act].roles & (1u << r) && n < sizeof roles)
			n += (size_t)snprintf(roles + n, sizeof roles - n, "%s%s", n > 0 ? ", " : "", tr_name(role_names, r));
	return err_refuse(e, "'%s' is for the roles %s; you are logged in as %s", act_name(act), roles,
	    tr_name(role_names, (int)o->me.role));
}

bool
office_begin(struct office *o, struct err *e)
{
	return db_begin(o->db, e);
}

bool
office_commit(struct office *o, enum act act, const char *object, struct err *e, const char *detail, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, detail);
	vsnprintf(line, sizeof line, detail, ap);
	va_end(ap);
	if (!audit_append(o, act, object, line, e)) {
		db_rollback(o->db);
		return false;
	}
	if (!db_commit(o->db, e))
		return false;
	o->changed = true;
	return true;
}

void
office_rollback(struct office *o)
{
	db_rollback(o->db);
}

/* ---- schemes, CAs, tokens ---- */

static bool
load_scheme(struct office *o, int64_t version, const struct scheme **out, struct err *e)
{
	struct err_list problems = { 0 };
	char *text = NULL;
	struct scheme *s = NULL;
	bool ok;

	if (!scheme_text_of(o->db, version, &text, e))
		return false;
	ok = scheme_parse("scheme", text, &s, &problems);
	free(text);
	if (!ok) {
		if (problems.n > 0)
			*e = problems.at[0];
		e->code = FAULT_INTERNAL;
		return false;
	}
	if (o->schemes_n == sizeof o->schemes / sizeof *o->schemes) {
		scheme_free(o->schemes[0].scheme);
		memmove(o->schemes, o->schemes + 1, --o->schemes_n * sizeof *o->schemes);
	}
	o->schemes[o->schemes_n].id = version;
	o->schemes[o->schemes_n++].scheme = s;
	*out = s;
	return true;
}

bool
office_scheme(struct office *o, int64_t version, const struct scheme **out, struct err *e)
{
	for (size_t i = 0; i < o->schemes_n; i++)
		if (o->schemes[i].id == version) {
			*out = o->schemes[i].scheme;
			return true;
		}
	return load_scheme(o, version, out, e);
}

bool
office_scheme_now(struct office *o, const char *scheme, const struct scheme **out, int64_t *version, struct err *e)
{
	struct scheme_row row;
	bool found;

	if (!scheme_current(o->db, scheme, when_now(), &row, &found, e))
		return false;
	if (!found)
		return err_field(e, "scheme", "there is no scheme '%s': `ra scheme list` shows the ones in force", scheme);
	*version = row.id;
	return office_scheme(o, row.id, out, e);
}

bool
office_ca(struct office *o, const char *id, struct ca **out, struct err *e)
{
	for (size_t i = 0; i < o->ca_n; i++) {
		if (strcmp(o->ca[i].id, id) != 0)
			continue;
		if (!o->ca_open[i] && !ca_open(&o->ca[i], &o->ca_open[i], e))
			return false;
		*out = o->ca_open[i];
		return true;
	}
	return err_internal(e, "ra.conf has no CA '%s': add it to cas", id);
}

bool
office_module(struct office *o, struct token_module **out, struct err *e)
{
	char lock[PATH_MAX_RA];
	const char *path;

	if (!o->module) {
		office_path(o, "token.lock", lock);
		if (!config_text(o->conf, "pkcs11.module", &path, e) || !token_module_open(path, lock, &o->module, e))
			return false;
	}
	*out = o->module;
	return true;
}

bool
office_press(struct office *o, struct press **out, struct err *e)
{
	if (!o->press && !press_open(&o->press, e))
		return false;
	*out = o->press;
	return true;
}

bool
office_printable(struct office *o, struct form_env *env, struct err *e)
{
	struct press *p;

	if (!office_press(o, &p, e))
		return false;
	env->printable = press_printable;
	env->press = p;
	return true;
}
