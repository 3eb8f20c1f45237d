#include "tui/job.h"

#include "ra/staff.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct job {
	const struct job_plan *plan;
	void *arg;
	struct screen *owner;		/* loop's thread; NULL when its screen has closed */
	struct staff_pass *pass;	/* who started it */
	struct job *next;		/* of all, loop's thread */
	struct job *queued;		/* of its lane, under the lock */
	int64_t started_ms;
	atomic_bool cancelled;
	/* under the lock */
	bool told, finished, ok;
	int done, of;
	char line[200];
	struct err err;
};

struct lane {
	pthread_t thread;
	bool running;			/* the thread was started */
	struct job *first, *last;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static struct lane lanes[JOB_LANES];
static bool stopping;
static int wake_fd = -1;
static struct job *jobs;		/* all that are not reaped, oldest first; loop's thread */
static struct office *loops_office;
static char home[HOME_MAX];

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
wake(void)
{
	uint64_t one = 1;
	ssize_t ignored = write(wake_fd, &one, sizeof one);

	(void)ignored;
}

/* ---- the lane's thread ---- */

static struct job *
take(struct lane *l)
{
	struct job *j;

	pthread_mutex_lock(&lock);
	while (!l->first && !stopping)
		pthread_cond_wait(&work, &lock);
	j = l->first;
	if (j) {
		l->first = j->queued;
		if (!l->first)
			l->last = NULL;
	}
	pthread_mutex_unlock(&lock);
	return j;
}

static void
finish(struct job *j, bool ok, const struct err *e)
{
	pthread_mutex_lock(&lock);
	j->ok = ok;
	j->err = *e;
	j->finished = true;
	pthread_mutex_unlock(&lock);
	wake();
}

static void
work_at(struct office **o, struct job *j)
{
	struct err e = { 0 };
	bool ok = false;

	if (!*o && !office_open(home, o, &e)) {
		finish(j, false, &e);
		return;
	}
	staff_pass_wear(*o, j->pass);
	j->pass = NULL;
	if (!job_cancelled(j))
		ok = j->plan->run(j, *o, j->arg, &e);
	/* an office that nobody works in holds no signing key */
	staff_leave(*o);
	finish(j, ok, &e);
}

static void *
lane_main(void *arg)
{
	struct lane *l = arg;
	struct office *o = NULL;
	struct job *j;

	while ((j = take(l)) != NULL)
		work_at(&o, j);
	office_close(o);
	return NULL;
}

/* Signals are the loop's, but a crash in here has to reach the handler that gives the terminal back. */
static bool
lane_start(struct lane *l)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	sigset_t none, normal;

	sigfillset(&none);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigdelset(&none, crashes[i]);
	pthread_sigmask(SIG_BLOCK, &none, &normal);
	l->running = pthread_create(&l->thread, NULL, lane_main, l) == 0;
	pthread_sigmask(SIG_SETMASK, &normal, NULL);
	return l->running;
}

/* ---- for run() ---- */

void
job_progress(struct job *j, int done, int of, const char *line)
{
	pthread_mutex_lock(&lock);
	j->done = done;
	j->of = of;
	snprintf(j->line, sizeof j->line, "%s", line ? line : "");
	j->told = true;
	pthread_mutex_unlock(&lock);
	wake();
}

bool
job_cancelled(const struct job *j)
{
	return atomic_load(&j->cancelled);
}

/* ---- for the loop's thread ---- */

struct job *
job_start(struct screen *s, const struct job_plan *p, void *arg)
{
	struct job *j = calloc(1, sizeof *j), **end = &jobs;
	struct lane *l = &lanes[p->lane];
	struct err e = { 0 };

	if (screen_is_twin()) {		/* only its words are wanted */
		if (p->drop)
			p->drop(arg);
		free(j);
		return NULL;
	}
	if (!j)
		abort();
	j->plan = p;
	j->arg = arg;
	j->owner = s;
	j->started_ms = now_ms();
	while (*end)
		end = &(*end)->next;
	*end = j;
	if (!staff_pass_take(loops_office, &j->pass, &e)) {
		finish(j, false, &e);
		return j;
	}
	if (!l->running && !lane_start(l)) {
		err_later(&e, "no thread can be started: close other programs and repeat");
		finish(j, false, &e);
		return j;
	}
	pthread_mutex_lock(&lock);
	if (l->last)
		l->last->queued = j;
	else
		l->first = j;
	l->last = j;
	pthread_cond_broadcast(&work);
	pthread_mutex_unlock(&lock);
	return j;
}

void
job_cancel(struct job *j)
{
	atomic_store(&j->cancelled, true);
}

const char *
job_told(const struct job *j, int *done, int *of)
{
	static char line[sizeof j->line];

	pthread_mutex_lock(&lock);
	*done = j->done;
	*of = j->of;
	memcpy(line, j->line, sizeof line);
	pthread_mutex_unlock(&lock);
	return line;
}

int
job_count(void)
{
	int n = 0;

	for (const struct job *j = jobs; j; j = j->next)
		n++;
	return n;
}

int
job_fd(void)
{
	return wake_fd;
}

static void
end(struct job *j)
{
	struct screen *s = j->owner;

	if (s && j->plan->done)
		j->plan->done(s, j->arg, j->ok, &j->err);
	else if (s && !j->ok)
		notice_err(&j->err);
	if (j->plan->drop)
		j->plan->drop(j->arg);
	staff_pass_free(j->pass);
	OPENSSL_cleanse(j->line, sizeof j->line);
	free(j);
}

/* The next one to report: a finished one is taken off the list first, since done() may start and forget jobs. */
static bool
reap_one(void)
{
	for (struct job **p = &jobs; *p; p = &(*p)->next) {
		struct job *j = *p;
		bool finished, told;

		if (j->owner && screen_under_seal(j->owner))
			continue;	/* a result, a dialog, a PIN over the lock would be read by whoever stands there */
		pthread_mutex_lock(&lock);
		finished = j->finished;
		told = j->told;
		j->told = false;
		pthread_mutex_unlock(&lock);
		if (finished) {
			*p = j->next;
			end(j);
			return true;
		}
		if (told && j->owner && j->plan->progress) {
			j->plan->progress(j->owner, j->arg);
			return true;
		}
	}
	return false;
}

void
job_reap(void)
{
	uint64_t n;
	ssize_t ignored = read(wake_fd, &n, sizeof n);

	(void)ignored;
	while (reap_one())
		;
}

void
job_forget(struct screen *s)
{
	for (struct job *j = jobs; j; j = j->next)
		if (j->owner == s) {
			j->owner = NULL;
			job_cancel(j);
		}
}

const struct job *
job_awaited(struct screen *s)
{
	for (const struct job *j = jobs; j; j = j->next)
		if (j->owner == s && j->plan->wait)
			return j;
	return NULL;
}

const struct job_plan *
job_plan_of(const struct job *j)
{
	return j->plan;
}

int
job_age_ms(const struct job *j)
{
	return (int)(now_ms() - j->started_ms);
}

/* ---- beginning and end ---- */

bool
job_open(struct office *o, struct err *e)
{
	loops_office = o;
	stopping = false;
	snprintf(home, sizeof home, "%s", o->home);
	if (wake_fd < 0)
		wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return wake_fd >= 0 || err_internal(e, "no eventfd: close other programs and repeat");
}

bool
job_close(int wait_ms)
{
	struct timespec until;
	bool all = true;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&work);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < JOB_LANES; i++)
		if (lanes[i].running) {
			lanes[i].running = pthread_timedjoin_np(lanes[i].thread, NULL, &until) != 0;
			all = all && !lanes[i].running;
		}
	if (!all)
		return false;
	while (jobs) {
		jobs->owner = NULL;
		reap_one();
	}
	return true;
}
