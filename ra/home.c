#include "ra/home.h"

#include "db/migrate.h"
#include "db/schemes.h"
#include "forms/config.h"
#include "ra/staff.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE_PATHS { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", \
	"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", NULL }

static const struct { const char *login, *name; enum role role; } demo_staff[] = {
	{ "chen", "陈晓敏", ROLE_CLERK }, { "li", "李国强", ROLE_CLERK },
	{ "huang", "黄婉仪", ROLE_REVIEWER }, { "zhou", "周志明", ROLE_REVIEWER },
	{ "wu", "吴佩珊", ROLE_FINANCE }, { "liang", "梁伟雄", ROLE_SUPERVISOR }, { "he", "何静", ROLE_AUDITOR },
};

static bool
write_file(const char *dir, const char *name, const char *text, struct err *e)
{
	char path[PATH_MAX_RA];
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "wxe");
	if (!f)
		return err_internal(e, "cannot make %s: %s", path, strerror(errno));
	ok = fputs(text, f) >= 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
	ok = fclose(f) == 0 && ok;
	return ok || err_later(e, "cannot write %s: %s", path, strerror(errno));
}

/* ---- the embedded CA as a program ---- */

/* ra-ca stands beside ra; a test program stands one folder below both. */
static bool
ca_program(char out[PATH_MAX_RA], struct err *e)
{
	static const char *const places[] = { "ra-ca", "../ra-ca" };
	char self[PATH_MAX_RA];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; n > 0 && i < sizeof places / sizeof *places; i++) {
		char copy[PATH_MAX_RA];

		snprintf(copy, sizeof copy, "%s", self);
		if (snprintf(out, PATH_MAX_RA, "%.4000s/%s", dirname(copy), places[i]) < PATH_MAX_RA && access(out, X_OK) == 0)
			return true;
	}
	return err_internal(e, "the program ra-ca is not beside ra: install it there");
}

/* A program begins with every signal let in, whatever the thread that starts it holds back. */
static void
signals_open(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
run_wait(const char *const argv[], bool quiet, int *status, struct err *e)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		return err_internal(e, "cannot start %s: %s", argv[0], strerror(errno));
	if (pid == 0) {
		signals_open();
		if (quiet && (null = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0) {
			dup2(null, STDOUT_FILENO);
			dup2(null, STDERR_FILENO);
		}
		execv(argv[0], (char *const *)(uintptr_t)argv);	/* execv changes nothing */
		_exit(127);
	}
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return err_internal(e, "lost %s: %s", argv[0], strerror(errno));
	return true;
}

/* A port that nobody listens on, below those that the kernel gives to outgoing connections: one of them would otherwise hold
 * it some day when the CA starts. 0: none found. */
static int
free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint16_t r;
	int port = 0;

	for (int i = 0; i < 100 && port == 0 && RAND_bytes((unsigned char *)&r, sizeof r) == 1; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		a.sin_port = htons((uint16_t)(20000 + r % 12000));
		if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0)
			port = ntohs(a.sin_port);
		if (fd >= 0)
			close(fd);
	}
	return port;
}

/* The RA's own key and its request; the CA certifies it. */
static bool
ra_request(const char *dir, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = X509_NAME_new();
	char path[PATH_MAX_RA];
	FILE *f = NULL;
	bool ok;

	ok = key && req && name && X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"CN", -1, -1, 0)
	    && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"RA", -1, -1, 0)
	    && X509_REQ_set_subject_name(req, name) && X509_REQ_set_pubkey(req, key) && X509_REQ_sign(req, key, EVP_sha256()) > 0;
	snprintf(path, sizeof path, "%s/pki/ra.key", dir);
	if (ok && (f = fopen(path, "wxe")) != NULL) {
		ok = PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;
		ok = fclose(f) == 0 && ok;
	}
	ok = ok && f;
	snprintf(path, sizeof path, "%s/pki/ra.csr", dir);
	if (ok && (f = fopen(path, "wxe")) != NULL) {
		ok = PEM_write_X509_REQ(f, req) == 1;
		ok = fclose(f) == 0 && ok;
	}
	ok = ok && f;
	X509_NAME_free(name);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return ok || err_internal(e, "the RA's key cannot be made") || err_openssl(e);
}

static bool
copy_file(const char *dir, const char *from, const char *to, struct err *e)
{
	char path[PATH_MAX_RA], text[16384];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", dir, from);
	f = fopen(path, "re");
	if (!f)
		return err_internal(e, "cannot read %s: %s", path, strerror(errno));
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	return write_file(dir, to, text, e);
}

static bool
make_ca(const char *dir, int port, struct err *e)
{
	char program[PATH_MAX_RA], ca[PATH_MAX_RA], csr[PATH_MAX_RA], cert[PATH_MAX_RA], number[12];
	const char *const argv[] = { program, "init", ca, "--name", "RA demo CA", "--port", number, "--ra-csr", csr, "--ra-cert", cert, NULL };
	int status = 0;

	snprintf(number, sizeof number, "%d", port);
	snprintf(ca, sizeof ca, "%s/ca", dir);
	snprintf(csr, sizeof csr, "%s/pki/ra.csr", dir);
	snprintf(cert, sizeof cert, "%s/pki/ra.crt", dir);
	if (port == 0)
		return err_internal(e, "no free port on the loopback");
	if (!ca_program(program, e) || !ra_request(dir, e) || !run_wait(argv, false, &status, e))
		return false;
	if (status != 0)
		return err_internal(e, "the embedded CA could not be made (ra-ca init ended with %d)", status);
	return copy_file(dir, "ca/ca.crt", "pki/issuer.pem", e) && copy_file(dir, "ca/rsp.crt", "pki/trust.pem", e);
}

/* ---- files ---- */

/* In a demo home the embedded CA stands for every CA of the shipped schemes. */
#define DEMO_CAS " also = [\"gdca\", \"szca\", \"zhaoqing\", \"gzca\"];"

static bool
write_conf(const char *dir, const char *final, const struct home_plan *p, int port, struct err *e)
{
	static const char *const modules[] = MODULE_PATHS;
	const char *module = modules[0];
	char text[4096];

	for (int i = 0; modules[i]; i++)
		if (access(modules[i], R_OK) == 0) {
			module = modules[i];
			break;
		}
	snprintf(text, sizeof text,
	    "# ra: configuration of this home (libconfig). Paths are relative to it.\n"
	    "store = \"%s\";\n"
	    "service_point = { id = \"DG01\"; name = \"东莞业务受理点\"; address = \"东莞市莞城区东城西路92号\"; };\n"
	    "language = \"zh\";	# zh or en\n"
	    "# idle_lock_s = 300;   # seconds without a key until the console locks itself; 0: never\n"
	    "# printer = \"queue\";   # of `lp`; without one, pages are kept under print/\n"
	    "# viewer = \"feh --scale-down\";	# shows a scan from the console; without one the terminal alone does\n"
	    "pkcs11 = { module = \"%s\"; };\n"
	    "# also: further ids by which schemes name the same CA\n"
	    "cas = (\n"
	    "	{ id = \"netca\"; url = \"http://127.0.0.1:%d/pkix/\"; issuer = \"pki/issuer.pem\"; trust = \"pki/trust.pem\";\n"
	    "	  ra_cert = \"pki/ra.crt\"; ra_key = \"pki/ra.key\"; timeout_s = 30;%s }\n"
	    ");\n"
	    "# certificates of other authorities that holders bring (ra/foreign.h): what signs them, their list of revoked ones (a file, or an address;\n"
	    "# timeout_s of its answer, 30 where it is not given)\n"
	    "# foreign = ( { id = \"bdc\"; name = \"东莞市不动产登记\"; anchors = \"pki/bdc.pem\"; crl = \"pki/bdc.crl\";\n"
	    "#              services = [\"add_seal\"]; } );\n"
	    "# short messages with one-time codes (ra/code.h):\n"
	    "# gateway = { url = \"https://sms.example/send\"; key_file = \"keys/gateway.key\"; timeout_s = 10; };\n",
	    p->store ? p->store : "sqlite:ra.db", module, port, p->demo ? DEMO_CAS : "");
	if (!write_file(dir, "ra.conf", text, e))
		return false;
	snprintf(text, sizeof text, "directories.tokendir = %.2000s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
	    "slots.removable = false\n", final);
	return write_file(dir, "softhsm2.conf", text, e);
}

static bool
make_dirs(const char *dir, struct err *e)
{
	static const char *const names[] = { "", "/keys", "/pki", "/scans", "/heads", "/tokens" };
	char path[PATH_MAX_RA];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s%s", dir, names[i]);
		if (mkdir(path, 0700) != 0)
			return err_internal(e, "cannot make the folder %s: %s", path, strerror(errno));
	}
	return true;
}

/* ---- the store's first content: members and schemes, one transaction, signed by the station ---- */

static bool
add_member(struct office *o, const char *login, const char *name, enum role role, const char *password, struct err *e)
{
	struct member m = { .role = role, .made_at = when_now() };

	snprintf(m.login, sizeof m.login, "%s", login);
	snprintf(m.name, sizeof m.name, "%s", name);
	return staff_insert_with_key(o, &m, password, e);
}

static bool
add_staff(struct office *o, const struct home_plan *p, FILE *logins, struct err *e)
{
	char password[STAFF_RANDOM];
	bool ok = add_member(o, "system", "系统", ROLE_SYSTEM, "", e);

	if (!p->demo)
		return ok && add_member(o, "admin", "主管", ROLE_SUPERVISOR, p->admin_password, e);
	for (size_t i = 0; ok && i < sizeof demo_staff / sizeof *demo_staff; i++) {
		ok = staff_random_password(password, e)
		    && add_member(o, demo_staff[i].login, demo_staff[i].name, demo_staff[i].role, password, e);
		if (ok)
			fprintf(logins, "%s %s %s\n", demo_staff[i].login, role_names[demo_staff[i].role].stored, password);
	}
	OPENSSL_cleanse(password, sizeof password);
	return ok;
}

static bool
add_schemes(struct office *o, struct err *e)
{
	for (const struct embedded *f = scheme_files; f->name; f++) {
		struct err_list problems = { 0 };
		struct scheme *s = NULL;
		struct scheme_row row;
		bool ok;

		if (!scheme_parse(f->name, f->text, &s, &problems)) {
			*e = problems.at[0];
			return false;
		}
		ok = scheme_insert(o->db, s->id, day_start(s->effective), f->text, o->me.id, when_now(), &row, e);
		scheme_free(s);
		if (!ok)
			return false;
	}
	return true;
}

static bool
fill_store(const char *dir, const struct home_plan *p, FILE *logins, struct err *e)
{
	struct office *o = NULL;
	struct db *db = NULL;
	int made;
	bool ok;

	if (!db_open(p->store ? p->store : "sqlite:ra.db", dir, DB_CREATE, &db, e))
		return false;
	ok = db_migrate(db, schema_files, &made, e);
	db_close(db);
	ok = ok && office_open(dir, &o, e) && office_begin(o, e);
	if (ok)
		ok = add_staff(o, p, logins, e) && staff_login_system(o, e) && add_schemes(o, e)
		    && office_commit(o, ACT_INIT, "home", e, "%s", p->demo ? "demo" : "new home");
	office_close(o);
	return ok;
}

static bool
make_inside(const char *dir, const char *final, const struct home_plan *p, struct err *e)
{
	char keys[PATH_MAX_RA], path[PATH_MAX_RA];
	int port = free_port();
	FILE *logins;
	bool ok;

	snprintf(keys, sizeof keys, "%s/keys", dir);
	snprintf(path, sizeof path, "%s/demo-logins", dir);
	if (!make_dirs(dir, e) || !keys_create(keys, e) || !staff_station_key_create(keys, e) || !make_ca(dir, port, e)
	    || !write_conf(dir, final, p, port, e))
		return false;
	logins = fopen(p->demo ? path : "/dev/null", "we");
	if (!logins)
		return err_internal(e, "cannot make %s: %s", path, strerror(errno));
	ok = fill_store(dir, p, logins, e);
	ok = (fclose(logins) == 0 || err_later(e, "cannot write %s: %s", path, strerror(errno))) && ok;
	return ok;
}

bool
home_make(const struct home_plan *p, struct err *e)
{
	char tmp[HOME_MAX], parent[HOME_MAX], full[PATH_MAX_RA], final[PATH_MAX_RA + HOME_MAX];
	struct stat st;

	if (strlen(p->home) + 32 > HOME_MAX)
		return err_usage(e, "the path of the home is too long");
	if (stat(p->home, &st) == 0 && rmdir(p->home) != 0)
		return err_refuse(e, "there is something at %s already: choose another home", p->home);
	snprintf(parent, sizeof parent, "%s", p->home);
	if (!realpath(dirname(parent), full))
		return err_refuse(e, "the folder of the home %s is not there", p->home);
	snprintf(parent, sizeof parent, "%s", p->home);
	snprintf(final, sizeof final, "%s/%s", full, basename(parent));
	snprintf(tmp, sizeof tmp, "%s.new%ld", p->home, (long)getpid());
	if (!make_inside(tmp, final, p, e))
		return err_detail(e, "what was made so far lies in %s", tmp);
	if (rename(tmp, p->home) != 0)
		return err_internal(e, "cannot rename %s to %s: %s", tmp, p->home, strerror(errno));
	return true;
}

bool
home_migrate(const char *home, int *made, struct err *e)
{
	struct config *c = NULL;
	struct office *o = NULL;
	struct db *db = NULL;
	char path[PATH_MAX_RA];
	const char *store;
	bool ok;

	*made = 0;
	snprintf(path, sizeof path, "%s/ra.conf", home);
	ok = config_load(path, &c, e) && config_text(c, "store", &store, e) && db_open(store, home, DB_WRITE, &db, e)
	    && db_migrate(db, schema_files, made, e);
	db_close(db);
	config_free(c);
	if (!ok || *made == 0)
		return ok;
	ok = office_open(home, &o, e) && staff_login_system(o, e) && office_begin(o, e)
	    && office_commit(o, ACT_MIGRATE, "store", e, "%d migrations", *made);
	office_close(o);
	return ok;
}

/* ---- starting and stopping the embedded CA ---- */

static bool
running(const char *home, bool quiet, struct err *e)
{
	char program[PATH_MAX_RA], ca[PATH_MAX_RA];
	const char *const argv[] = { program, "status", ca, NULL };
	int status;

	snprintf(ca, sizeof ca, "%s/ca", home);
	if (!ca_program(program, e) || !run_wait(argv, quiet, &status, e))
		return false;
	return status == 0 || err_later(e, "the embedded CA is not running: start it with `ra ca start`");
}

bool
home_ca_running(const char *home, struct err *e)
{
	return running(home, false, e);
}

static void
become_ca(const char *program, const char *ca, const char *log, int ready)
{
	char number[12];
	int fd, null;

	/* nothing of the caller stays open in a program that outlives it: a lock that it held would stay held */
	ready = dup2(ready, 3);
	close_range(4, ~0u, 0);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	snprintf(number, sizeof number, "%d", ready);
	setsid();
	signals_open();
	dup2(null, 0);
	dup2(fd >= 0 ? fd : null, 1);
	dup2(fd >= 0 ? fd : null, 2);
	execl(program, program, "serve", ca, "--ready-fd", number, (char *)NULL);
	_exit(127);
}

bool
home_ca_start(const char *home, struct err *e)
{
	char program[PATH_MAX_RA], ca[PATH_MAX_RA], log[PATH_MAX_RA], byte;
	struct pollfd p = { .events = POLLIN };
	int ends[2];
	pid_t pid;
	bool ok;

	if (running(home, true, e))
		return true;
	if (!ca_program(program, e))
		return false;
	if (!realpath(home, log))
		return err_internal(e, "there is no home %s", home);
	snprintf(ca, sizeof ca, "%.4000s/ca", log);
	snprintf(log, sizeof log, "%.4000s/start.log", ca);
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return err_internal(e, "cannot start the CA: %s", strerror(errno));
	if (pid == 0) {
		close(ends[0]);
		become_ca(program, ca, log, ends[1]);
	}
	close(ends[1]);
	p.fd = ends[0];
	ok = poll(&p, 1, 10000) == 1 && read(ends[0], &byte, 1) == 1;
	close(ends[0]);
	return ok || err_later(e, "the embedded CA did not start: see %s", log);
}

bool
home_ca_stop(const char *home, struct err *e)
{
	char program[PATH_MAX_RA], ca[PATH_MAX_RA];
	const char *const argv[] = { program, "stop", ca, NULL };
	int status;

	snprintf(ca, sizeof ca, "%s/ca", home);
	if (!ca_program(program, e) || !run_wait(argv, false, &status, e))
		return false;
	return status == 0 || err_later(e, "the embedded CA could not be stopped");
}
