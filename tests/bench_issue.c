/* Issuing beside `openssl ca`: both in the same run, by turns of a few certificates, every turn counted for itself. */
#include "ra/issue.h"
#include "tests/bench.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TURN_OURS 10		/* certificates in a turn: a worker issues one after the other */
#define TURN_PEER 5

extern char **environ;

static double
seconds(struct timespec t)
{
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds of a process and all threads it ever had, to the nanosecond; 0: this one. */
static double
cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		exit(1);
	return seconds(t);
}

static double
time_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
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

static void
signature_time(double *sign, double *verify)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *s = EVP_PKEY_CTX_new(key, NULL), *v = EVP_PKEY_CTX_new(key, NULL);
	unsigned char digest[32] = { 1 }, sig[80];
	size_t n = sizeof sig;
	double t = cpu_of(0);

	EVP_PKEY_sign_init(s);
	EVP_PKEY_verify_init(v);
	for (int i = 0; i < 1000; i++) {
		n = sizeof sig;
		EVP_PKEY_sign(s, sig, &n, digest, sizeof digest);
	}
	*sign = (cpu_of(0) - t) / 1000;
	t = cpu_of(0);
	for (int i = 0; i < 1000; i++)
		EVP_PKEY_verify(v, sig, n, digest, sizeof digest);
	*verify = (cpu_of(0) - t) / 1000;
	EVP_PKEY_CTX_free(s);
	EVP_PKEY_CTX_free(v);
	EVP_PKEY_free(key);
}

/* ---- the peer ---- */

static void
peer_make(void)
{
	char script[2000];

	snprintf(script, sizeof script, "mkdir -p %s/oca && cd %s/oca && : > index.txt && echo 01 > serial &&"
	    " openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=peer &&"
	    " printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=%s/oca/index.txt\\nserial=%s/oca/serial\\nnew_certs_dir=%s/oca\\n"
	    "certificate=%s/oca/ca.crt\\nprivate_key=%s/oca/ca.key\\ndefault_md=sha256\\npolicy=p\\nunique_subject=no\\n[p]\\n"
	    "commonName=supplied\\n' > c.cnf", w->dir, w->dir, w->dir, w->dir, w->dir, w->dir, w->dir);
	if (run(w, "sh", "-c", script, NULL) != 0)
		exit(1);
}

/* CPU seconds of one certificate by the peer: of the program itself, with no shell around it. */
static double
peer_issue(const char *csr)
{
	char conf[160], out[160];
	const char *const argv[] = { "openssl", "ca", "-config", conf, "-batch", "-notext", "-days", "365", "-subj", "/CN=holder", "-in",
	    csr, "-out", out, NULL };
	posix_spawn_file_actions_t quiet;
	struct rusage r;
	pid_t pid;
	int status;

	snprintf(conf, sizeof conf, "%s/oca/c.cnf", w->dir);
	snprintf(out, sizeof out, "%s/oca/out.crt", w->dir);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ) != 0 || wait4(pid, &status, 0, &r) != pid || status != 0)
		exit(1);
	posix_spawn_file_actions_destroy(&quiet);
	return time_of(r.ru_utime) + time_of(r.ru_stime);
}

/* ---- by turns ---- */

struct figure { double ra, ca, ours, peer, wall; };	/* seconds per certificate of a turn */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of the member at `offset`: its value at this share of all turns, 0 the least, 0.5 the middle. */
static double
at(const struct figure *f, int n, size_t offset, double share)
{
	double *v = calloc((size_t)n, sizeof *v), x;

	for (int i = 0; i < n; i++)
		memcpy(&v[i], (const char *)&f[i] + offset, sizeof v[i]);
	qsort(v, (size_t)n, sizeof *v, compare);
	x = v[(int)(share * (n - 1))];
	free(v);
	return x;
}
#define AT(member, share) at(f, n, offsetof(struct figure, member), share)

static struct figure
one_turn(struct office *reviewer, char no[TURN_OURS][APP_NO_MAX], const char *csr, pid_t ca)
{
	struct issue_medium m = { .csr = csr };
	struct figure f = { 0 };
	struct err e;
	double self = cpu_of(0), other = cpu_of(ca), t = now();

	for (int i = 0; i < TURN_OURS; i++)
		if (!issue_application(reviewer, no[i], 0, &m, &e)) {
			fprintf(stderr, "bench: %s (%s)\n", e.text, e.detail);
			exit(1);
		}
	f.wall = (now() - t) / TURN_OURS;
	f.ra = (cpu_of(0) - self) / TURN_OURS;
	f.ca = (cpu_of(ca) - other) / TURN_OURS;
	f.ours = f.ra + f.ca;
	for (int i = 0; i < TURN_PEER; i++)
		f.peer += peer_issue(csr) / TURN_PEER;
	return f;
}

static void
tell(const struct figure *f, int n, double sync)
{
	static const struct { const char *name; double share; } shares[] = { { "least", 0 }, { "middle", 0.5 } };
	double sign, verify;

	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		double share = shares[i].share, ours = AT(ours, share), peer = AT(peer, share);

		printf("issue: CPU per certificate, %s of %d turns: %.2f ms (RA %.2f + CA %.2f), openssl ca %.2f ms: %.2f times"
		    " (goal 1.5)\n", shares[i].name, n, ours * 1e3, AT(ra, share) * 1e3, AT(ca, share) * 1e3, peer * 1e3, peer / ours);
	}
	signature_time(&sign, &verify);
	/* signatures: certificate, 4 CMP messages, 3 audit rows; verifications: 4 messages, certificate, request */
	printf("issue: 8 signatures and 6 verifications alone %.2f ms: %.2f times that\n", (8 * sign + 6 * verify) * 1e3,
	    AT(ours, 0.5) / (8 * sign + 6 * verify));
	/* commits: intent, received, issued here; issued, confirmed at the CA */
	printf("issue: wall %.2f ms in the middle; 5 commits at %.3f ms are %.2f ms: %.1f times that\n", AT(wall, 0.5) * 1e3,
	    sync * 1e3, 5 * sync * 1e3, AT(wall, 0.5) / (5 * sync));
}

void
bench_issue(int n)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = world_member(w, "huang");
	int turns = n < TURN_OURS ? 1 : n / TURN_OURS;
	struct figure *f = calloc((size_t)turns, sizeof *f);
	char no[TURN_OURS][APP_NO_MAX], csr[160], ca_dir[160];
	double sync;
	pid_t ca;

	snprintf(ca_dir, sizeof ca_dir, "%s/ca", w->home);
	run(w, built("ra-ca"), "status", ca_dir, NULL);
	ca = (pid_t)strtol(strstr(w->out, "pid ") + 4, NULL, 10);
	snprintf(csr, sizeof csr, "%s/b.csr", w->dir);
	write_csr(csr);
	peer_make();
	sync = sync_time();
	for (int i = -1; i < turns; i++) {	/* the first does what a day does once: connections, statements */
		for (int k = 0; k < TURN_OURS; k++)
			world_approved(w, clerk, reviewer, no[k]);
		f[i < 0 ? 0 : i] = one_turn(reviewer, no, csr, ca);
	}
	tell(f, turns, sync);
	office_close(clerk);
	office_close(reviewer);
	free(f);
}
