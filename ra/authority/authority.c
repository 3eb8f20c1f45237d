#include "ra/authority/authority.h"

#include "forms/when.h"
#include "ra/authority/compromised.h"
#include "ra/authority/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *
in_dir(const struct authority *a, const char *name, char out[4096])
{
	snprintf(out, 4096, "%s/%s", a->dir, name);
	return out;
}

/* ---- one process per folder ---- */

bool
authority_lock(const char *dir, int *fd, struct err *e)
{
	char path[4096], line[32];
	int n, f;

	snprintf(path, sizeof path, "%s/ca.pid", dir);
	f = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (f < 0)
		return err_internal(e, "cannot open %s: %s", path, strerror(errno));
	if (flock(f, LOCK_EX | LOCK_NB) != 0) {
		close(f);
		return err_later(e, "the CA of %s is running already: `ra-ca stop %s` ends it", dir, dir);
	}
	n = snprintf(line, sizeof line, "%ld\n", (long)getpid());
	if (ftruncate(f, 0) != 0 || pwrite(f, line, (size_t)n, 0) != n) {
		close(f);
		return err_later(e, "cannot write %s: %s", path, strerror(errno));
	}
	*fd = f;
	return true;
}

bool
authority_running(const char *dir, long *pid, struct err *e)
{
	char path[4096], line[32] = "";
	int f;

	snprintf(path, sizeof path, "%s/ca.conf", dir);
	if (access(path, R_OK) != 0)
		return err_internal(e, "there is no CA in %s: `ra-ca init` makes one", dir);
	*pid = 0;
	snprintf(path, sizeof path, "%s/ca.pid", dir);
	f = open(path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return errno == ENOENT || err_internal(e, "cannot open %s: %s", path, strerror(errno));
	if (flock(f, LOCK_SH | LOCK_NB) != 0 && pread(f, line, sizeof line - 1, 0) > 0)
		*pid = strtol(line, NULL, 10);
	close(f);
	return true;
}

/* ---- log ---- */

void
authority_note(struct authority *a, const char *tid, const char *serial, const char *act, const char *fmt, ...)
{
	char line[2048], when[21];
	size_t n;
	va_list ap;
	int k;

	when_iso(when_now(), when);
	k = snprintf(line, sizeof line - 1, "%s tid=%s serial=%s %s: ", when, tid && tid[0] ? tid : "-",
	    serial && serial[0] ? serial : "-", act);
	n = (size_t)k < sizeof line - 1 ? (size_t)k : sizeof line - 2;
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof line - 1 - n, fmt, ap);
	va_end(ap);
	n = n + (size_t)k < sizeof line - 1 ? n + (size_t)k : sizeof line - 2;
	/* a peer's text must not begin a line of its own */
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* one write, so that lines of several threads stay whole; a full disk must not stop the CA */
	if (write(a->log_fd, line, n) < 0)
		fprintf(stderr, "ra-ca: cannot write ca.log: %s\n", strerror(errno));
}

/* ---- loading ---- */

static bool
load_keys(struct authority *a, struct err *e)
{
	char path[4096], pass[PASS_SIZE];
	bool ok = cert_get(in_dir(a, "ca.crt", path), &a->cert, e) && cert_get(in_dir(a, "rsp.crt", path), &a->responder, e)
	    && pass_get(in_dir(a, "ca.pass", path), pass, e) && key_get(in_dir(a, "ca.key", path), pass, &a->key, e)
	    && key_get(in_dir(a, "rsp.key", path), pass, &a->responder_key, e);

	OPENSSL_cleanse(pass, sizeof pass);
	if (!ok)
		return false;
	if (X509_check_private_key(a->cert, a->key) != 1)
		return err_internal(e, "ca.key does not belong to ca.crt: restore both from the backup");
	if (X509_check_private_key(a->responder, a->responder_key) != 1)
		return err_internal(e, "rsp.key does not belong to rsp.crt: restore both from the backup");
	return time_of(X509_get0_notAfter(a->cert), &a->not_after) || err_internal(e, "ca.crt has no validity");
}

/* Only the listed certificates are trust anchors, and none of them may vouch for another. */
static bool
load_trust(struct authority *a, struct err *e)
{
	char path[4096];

	a->trust = X509_STORE_new();
	a->ra_certs = sk_X509_new_null();
	if (!a->trust || !a->ra_certs || !X509_STORE_set_flags(a->trust, X509_V_FLAG_PARTIAL_CHAIN))
		return err_internal(e, "out of memory");
	for (int i = 0; i < a->set.ra_certs_n; i++) {
		const char *name = a->set.ra_certs[i];
		X509 *cert;

		if (!cert_get(name[0] == '/' ? name : in_dir(a, name, path), &cert, e))
			return false;
		if (!sk_X509_push(a->ra_certs, cert)) {
			X509_free(cert);
			return err_internal(e, "out of memory");
		}
		if (X509_check_ca(cert) != 0)
			return err_internal(e, "%s may issue certificates: an RA's certificate must not (CA:FALSE)", name);
		if (X509_STORE_add_cert(a->trust, cert) != 1)
			return err_internal(e, "out of memory");
	}
	return true;
}

static bool
load(struct authority *a, struct err *e)
{
	char path[4096];
	struct err_list unread = { 0 };

	if (!config_load(in_dir(a, "ca.conf", path), &a->config, e) || !settings_read(a->config, &a->set, e)
	    || !load_keys(a, e) || !profiles_read(a->config, &a->set, a->cert, e) || !load_trust(a, e))
		return false;
	config_unread(a->config, &unread);
	if (unread.n > 0) {
		*e = unread.at[0];
		return false;
	}
	a->log_fd = open(in_dir(a, "ca.log", path), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	if (a->log_fd < 0)
		return err_internal(e, "cannot open %s: %s", path, strerror(errno));
	return authority_open(a->dir, &a->db, e);
}

bool
authority_load(const char *dir, bool running, struct authority **out, struct err *e)
{
	struct authority *a = calloc(1, sizeof *a);
	long pid;

	if (!a)
		return err_internal(e, "out of memory");
	a->log_fd = a->lock_fd = -1;
	pthread_mutex_init(&a->store_lock, NULL);
	if ((size_t)snprintf(a->dir, sizeof a->dir, "%s", dir) >= sizeof a->dir)
		err_usage(e, "the path of the CA's folder is too long");
	else if (authority_running(dir, &pid, e) && (!running || authority_lock(dir, &a->lock_fd, e)) && load(a, e)
	    && (!running || compromised_fill(a, e))) {
		*out = a;
		return true;
	}
	authority_free(a);
	return false;
}

void
authority_free(struct authority *a)
{
	if (!a)
		return;
	db_close(a->db);
	X509_STORE_free(a->trust);
	sk_X509_pop_free(a->ra_certs, X509_free);
	X509_free(a->cert);
	X509_free(a->responder);
	EVP_PKEY_free(a->key);
	EVP_PKEY_free(a->responder_key);
	settings_clear(&a->set);
	config_free(a->config);
	if (a->log_fd >= 0)
		close(a->log_fd);
	if (a->lock_fd >= 0)
		close(a->lock_fd);
	pthread_mutex_destroy(&a->store_lock);
	free(a);
}
