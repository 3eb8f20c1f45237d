#include "ra/authority/serve.h"

#include "ra/authority/crl.h"
#include "ra/authority/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define ROUND_S 1		/* between two looks for unconfirmed certificates and a stale CRL */
#define STOP_WAIT_MS 15000

/* ---- rounds ---- */

struct rounds {
	struct authority *a;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ending;
};

static void
one_round(struct authority *a)
{
	struct err e = { 0 };
	int reaped = 0;

	pthread_mutex_lock(&a->store_lock);
	if (!crl_reap(a, &reaped, &e) || !crl_refresh(a, &e))
		authority_note(a, NULL, NULL, "failure", "%s [%s]", e.text, e.detail);
	pthread_mutex_unlock(&a->store_lock);
}

static void *
rounds_run(void *arg)
{
	struct rounds *r = arg;
	struct timespec until;

	pthread_mutex_lock(&r->lock);
	while (!r->ending) {
		pthread_mutex_unlock(&r->lock);
		one_round(r->a);
		pthread_mutex_lock(&r->lock);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += ROUND_S;
		while (!r->ending && pthread_cond_timedwait(&r->wake, &r->lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static bool
rounds_begin(struct rounds *r, struct authority *a, struct err *e)
{
	pthread_condattr_t attr;

	r->a = a;
	r->ending = false;
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&r->thread, NULL, rounds_run, r) == 0)
		return true;
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	return err_later(e, "cannot start a thread: %s", strerror(errno));
}

static void
rounds_end(struct rounds *r)
{
	pthread_mutex_lock(&r->lock);
	r->ending = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
}

/* ---- commands ---- */

static void
wait_for_end(const sigset_t *ends, int ready_fd)
{
	int which;

	if (ready_fd >= 0) {
		if (write(ready_fd, "+", 1) != 1)
			fprintf(stderr, "ra-ca: nobody waits for the word that it is ready\n");
		close(ready_fd);
	}
	while (sigwait(ends, &which) != 0)
		;
}

bool
serve_run(const char *dir, int ready_fd, struct err *e)
{
	struct authority *a = NULL;
	struct cmpsrv *cmp = NULL;
	struct server *server = NULL;
	struct rounds rounds;
	sigset_t ends;
	bool ok = false;

	/* blocked before any thread exists, so that sigwait alone gets them */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!authority_load(dir, true, &a, e))
		return false;
	if (!crl_refresh(a, e) || !cmpsrv_new(a, &cmp, e) || !rounds_begin(&rounds, a, e))
		goto out;
	if (server_start(a, cmp, &server, e)) {
		authority_note(a, NULL, NULL, "start", "listens on %s port %d", a->set.listen, a->set.port);
		wait_for_end(&ends, ready_fd);
		server_stop(server);
		authority_note(a, NULL, NULL, "stop", "ended by a signal");
		ok = true;
	}
	rounds_end(&rounds);
out:
	cmpsrv_free(cmp);
	authority_free(a);
	return ok;
}

bool
serve_status(const char *dir, struct err *e)
{
	static const enum cert_state states[] = { CERT_VALID, CERT_UNCONFIRMED, CERT_HOLD, CERT_REVOKED };
	struct authority *a = NULL;
	int64_t n[4] = { 0 };
	long pid;
	bool ok;

	if (!authority_running(dir, &pid, e))
		return false;
	if (pid == 0)
		return err_later(e, "the CA of %s does not run: `ra-ca serve %s` starts it", dir, dir);
	ok = authority_load(dir, false, &a, e);
	for (int i = 0; ok && i < 4; i++)
		ok = authority_count(a->db, states[i], &n[i], e);
	if (ok)
		printf("running, pid %ld, http://%s:%d/pkix/, valid %lld, unconfirmed %lld, hold %lld, revoked %lld\n", pid,
		    a->set.listen, a->set.port, (long long)n[0], (long long)n[1], (long long)n[2], (long long)n[3]);
	authority_free(a);
	return ok;
}

/* The pid is read while the lock is held and signalled through a descriptor of that very process, so that a pid that
 * was given anew is never hit. */
static bool
send_end(const char *dir, long pid, struct err *e)
{
	long now = 0;
	int fd = pidfd_open((pid_t)pid, 0);
	bool ok = true;

	if (fd < 0)
		return errno == ESRCH || err_internal(e, "cannot reach process %ld: %s", pid, strerror(errno));
	if (!authority_running(dir, &now, e))
		ok = false;
	else if (now == pid && pidfd_send_signal(fd, SIGTERM, NULL, 0) != 0 && errno != ESRCH)
		ok = err_internal(e, "cannot end process %ld: %s", pid, strerror(errno));
	close(fd);
	return ok;
}

bool
serve_stop(const char *dir, struct err *e)
{
	const struct timespec nap = { 0, 10 * 1000 * 1000 };
	long pid;

	if (!authority_running(dir, &pid, e))
		return false;
	if (pid == 0)
		return true;
	if (!send_end(dir, pid, e))
		return false;
	for (int left = STOP_WAIT_MS; left > 0; left -= 10) {
		if (!authority_running(dir, &pid, e))
			return false;
		if (pid == 0)
			return true;
		nanosleep(&nap, NULL);
	}
	return err_later(e, "process %ld does not end: look what it waits for", pid);
}
