/* The claims of speed, each as a ratio against a peer or a limit measured in the same run. `bench [certificates] [rows]`;
 * 0 certificates: the store alone. */
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/staff.h"
#include "tests/bench.h"
#include "tests/bench_store.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct world *w;

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of one write + fdatasync on the disk of the home. */
double
sync_time(void)
{
	char path[160], block[4096] = "x";
	double t;
	int fd;

	snprintf(path, sizeof path, "%s/sync", w->dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	t = now();
	for (int i = 0; i < 500; i++)
		if (pwrite(fd, block, sizeof block, (off_t)i * 4096) < 0 || fdatasync(fd) != 0)
			exit(1);
	t = (now() - t) / 500;
	close(fd);
	return t;
}

struct accepted { int n, ready; double longest; };
static int *go;			/* shared: set when all have logged in */

static void
accept_some(struct accepted *r, char (*no)[APP_NO_MAX], int n)
{
	struct office *o = world_member(w, "li");
	struct err e;

	__atomic_store_n(&r->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(go, __ATOMIC_SEQ_CST))
		usleep(100);
	for (int i = 0; i < n; i++) {
		double t = now();

		went(desk_accept(o, no[i], 0, &e), &e);
		t = now() - t;
		r->longest = t > r->longest ? t : r->longest;
		r->n++;
	}
	office_close(o);
}

static void
bench_accept(int processes, int each)
{
	struct accepted *r = mmap(NULL, sizeof *r * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct office *clerk = world_member(w, "chen");
	char (*no)[APP_NO_MAX] = calloc((size_t)(processes * each), sizeof *no);
	double t, sync, longest = 0;
	int n = 0;

	for (int i = 0; i < processes * each; i++)
		world_draft(w, clerk, NULL, no[i]);
	office_close(clerk);
	sync = sync_time();
	go = mmap(NULL, sizeof *go, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int p = 0; p < processes; p++)
		if (fork() == 0) {
			accept_some(&r[p], no + p * each, each);
			_exit(0);
		}
	for (int p = 0; p < processes; p++)
		while (!__atomic_load_n(&r[p].ready, __ATOMIC_SEQ_CST))
			usleep(1000);
	t = now();
	__atomic_store_n(go, 1, __ATOMIC_SEQ_CST);
	while (wait(NULL) > 0)
		;
	t = now() - t;
	for (int p = 0; p < processes; p++) {
		n += r[p].n;
		longest = r[p].longest > longest ? r[p].longest : longest;
	}
	printf("accept: %d processes, %d accepts in %.2f s: %.0f/s; fdatasync %.0f/s: ratio %.2f; longest wait %.1f ms"
	    " (limit 100)\n", processes, n, t, n / t, 1 / sync, n / t * sync, longest * 1e3);
	munmap(r, sizeof *r * 64);
	munmap(go, sizeof *go);
	free(no);
}

int
main(int argc, char **argv)
{
	int certificates = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 200, rows = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1000000;

	if (certificates > 0) {
		w = world_new();
		bench_issue(certificates);
		bench_accept(1, 1000);
		bench_accept(16, 200);
		world_free(w);
	}
	bench_store(rows);
	return 0;
}
