/* The claims of speed, each as a ratio against a peer or a limit measured in the same run. `bench [certificates] [rows]`;
 * 0 certificates: the store alone. */
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/staff.h"
#include "tests/bench_store.h"
#include "tests/support.h"

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

static struct world *w;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu(int who)
{
	struct rusage r;

	getrusage(who, &r);
	return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* CPU seconds of another process, from /proc. */
static double
cpu_of(long pid)
{
	char path[64], line[1024] = "";
	unsigned long user = 0, sys = 0;
	const char *p;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f && fgets(line, sizeof line, f) && (p = strrchr(line, ')')) != NULL)
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
	if (f)
		fclose(f);
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static void
write_csr(const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *r = X509_REQ_new();
	FILE *f = fopen(path, "we");

	X509_REQ_set_pubkey(r, key);
	X509_REQ_sign(r, key, EVP_sha256());
	PEM_write_X509_REQ(f, r);
	fclose(f);
	X509_REQ_free(r);
	EVP_PKEY_free(key);
}

/* Seconds of one write + fdatasync on the disk of the home. */
static double
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

static void
signature_time(double *sign, double *verify)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *s = EVP_PKEY_CTX_new(key, NULL), *v = EVP_PKEY_CTX_new(key, NULL);
	unsigned char digest[32] = { 1 }, sig[80];
	size_t n = sizeof sig;
	double t = cpu(RUSAGE_SELF);

	EVP_PKEY_sign_init(s);
	EVP_PKEY_verify_init(v);
	for (int i = 0; i < 1000; i++) {
		n = sizeof sig;
		EVP_PKEY_sign(s, sig, &n, digest, sizeof digest);
	}
	*sign = (cpu(RUSAGE_SELF) - t) / 1000;
	t = cpu(RUSAGE_SELF);
	for (int i = 0; i < 1000; i++)
		EVP_PKEY_verify(v, sig, n, digest, sizeof digest);
	*verify = (cpu(RUSAGE_SELF) - t) / 1000;
	EVP_PKEY_CTX_free(s);
	EVP_PKEY_CTX_free(v);
	EVP_PKEY_free(key);
}

static double
openssl_ca(int n, const char *csr)
{
	char script[2000];
	double t;

	snprintf(script, sizeof script, "mkdir -p %s/oca && cd %s/oca && : > index.txt && echo 01 > serial &&"
	    " openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=peer &&"
	    " printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\nserial=serial\\nnew_certs_dir=.\\ncertificate=ca.crt\\n"
	    "private_key=ca.key\\ndefault_md=sha256\\npolicy=p\\nunique_subject=no\\n[p]\\ncommonName=supplied\\n' > c.cnf",
	    w->dir, w->dir);
	if (run(w, "sh", "-c", script, NULL) != 0)
		exit(1);
	t = cpu(RUSAGE_CHILDREN);
	for (int i = 0; i < n; i++) {
		snprintf(script, sizeof script, "cd %s/oca && exec openssl ca -config c.cnf -batch -notext -days 365 -subj /CN=holder"
		    " -in %s -out out.crt", w->dir, csr);
		if (run(w, "sh", "-c", script, NULL) != 0)
			exit(1);
	}
	return (cpu(RUSAGE_CHILDREN) - t) / n;
}

static void
bench_issue(int n)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = world_member(w, "huang");
	char (*no)[APP_NO_MAX] = calloc((size_t)n, sizeof *no), csr[160], ca_dir[160];
	double wall, self, ca, sign, verify, sync, peer, total;
	struct err e;
	long pid;

	for (int i = 0; i < n; i++)
		world_approved(w, clerk, reviewer, no[i]);
	snprintf(ca_dir, sizeof ca_dir, "%s/ca", w->home);
	run(w, built("ra-ca"), "status", ca_dir, NULL);
	pid = strtol(strstr(w->out, "pid ") + 4, NULL, 10);
	snprintf(csr, sizeof csr, "%s/b.csr", w->dir);
	write_csr(csr);
	sync = sync_time();
	self = cpu(RUSAGE_SELF);
	ca = cpu_of(pid);
	wall = now();
	for (int i = 0; i < n; i++) {
		struct issue_medium m = { .csr = csr };

		went(issue_application(reviewer, no[i], 0, &m, &e), &e);
	}
	wall = (now() - wall) / n;
	self = (cpu(RUSAGE_SELF) - self) / n;
	ca = (cpu_of(pid) - ca) / n;
	total = self + ca;
	signature_time(&sign, &verify);
	peer = openssl_ca(20, csr);
	printf("issue: CPU per certificate %.2f ms (RA %.2f + CA %.2f); openssl ca %.2f ms: %.2f times as much (goal 1.5)\n",
	    total * 1e3, self * 1e3, ca * 1e3, peer * 1e3, peer / total);
	/* signatures: certificate, 4 CMP messages, 3 audit rows; verifications: 4 messages, certificate, request */
	printf("issue: 8 signatures and 6 verifications alone %.2f ms: %.2f times that\n", (8 * sign + 6 * verify) * 1e3,
	    total / (8 * sign + 6 * verify));
	/* commits: intent, received, issued here; issued, confirmed at the CA */
	printf("issue: wall %.2f ms; 5 commits at %.3f ms are %.2f ms: %.1f times that\n", wall * 1e3, sync * 1e3, 5 * sync * 1e3,
	    wall / (5 * sync));
	office_close(clerk);
	office_close(reviewer);
	free(no);
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
