#include "tests/authority.h"

#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char auth_program[PATH_MAX + 16], auth_said[65536];
int auth_port;

static char folder[] = "/tmp/test_authority.XXXXXX";
static pid_t ca_pid;

/* ---- tools ---- */

/* Runs a command line cut at spaces; returns its exit code, its words are in `auth_said`. */
int __attribute__((format(printf, 1, 2)))
auth_tool(const char *fmt, ...)
{
	char line[2048], *argv[64], *save = NULL;
	int ends[2], n = 0, status;
	size_t got = 0;
	ssize_t k;
	va_list ap;
	pid_t pid;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	for (char *w = strtok_r(line, " ", &save); w && n < 63; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	while ((k = read(ends[0], auth_said + got, sizeof auth_said - 1 - got)) > 0)
		got += (size_t)k;
	auth_said[got] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

size_t
auth_read(const char *path, unsigned char *p, size_t max)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, max, f);
	fclose(f);
	return n;
}

bool
auth_log_has(const char *words)
{
	static unsigned char text[1 << 20];
	size_t n = auth_read("ca/ca.log", text, sizeof text - 1);

	text[n] = '\0';
	return strstr((char *)text, words) != NULL;
}

X509 *
auth_cert(const char *path)
{
	FILE *f = fopen(path, "r");
	X509 *cert;

	assert_non_null(f);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(cert);
	return cert;
}

EVP_PKEY *
auth_key(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key;

	assert_non_null(f);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(key);
	return key;
}

void
auth_serial(const X509 *cert, char out[41])
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = BN_bn2hex(n);

	snprintf(out, 41, "%s", hex);
	OPENSSL_free(hex);
	BN_free(n);
}

/* ---- HTTP by hand ---- */

/* Sends bytes as they are; gives the status, and the body from `body` on in the returned buffer. */
int
auth_http(const void *p, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)auth_port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	struct timeval limit = { 10, 0 };
	size_t got = 0;
	ssize_t k;
	char *end;

	assert_true(s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	for (size_t done = 0; done < n && (k = send(s, (const char *)p + done, n - done, MSG_NOSIGNAL)) > 0;)
		done += (size_t)k;
	while (got < max - 1 && (k = recv(s, answer + got, max - 1 - got, 0)) > 0)
		got += (size_t)k;
	close(s);
	answer[got] = '\0';
	sscanf((char *)answer, "HTTP/1.1 %d", &status);
	end = strstr((char *)answer, "\r\n\r\n");
	*body = end ? (size_t)(end - (char *)answer) + 4 : got;
	*body_n = got - *body;
	return status;
}

int
auth_post(const unsigned char *der, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n)
{
	unsigned char *all = malloc(n + 256);
	int head = snprintf((char *)all, 256, "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\n"
	    "Connection: close\r\nContent-Length: %zu\r\n\r\n", n), status;

	memcpy(all + head, der, n);
	status = auth_http(all, (size_t)head + n, answer, max, body, body_n);
	free(all);
	return status;
}

/* The body type of the CA's answer to a stored message, -1 when it was none. */
int
auth_post_file(const char *path)
{
	static unsigned char der[65536], answer[65536];
	size_t body, n = auth_read(path, der, sizeof der);
	const unsigned char *p;
	OSSL_CMP_MSG *m;
	int type;

	if (auth_post(der, n, answer, sizeof answer, &body, &n) != 200)
		return -1;
	p = answer + body;
	m = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);
	type = m ? OSSL_CMP_MSG_get_bodytype(m) : -1;
	OSSL_CMP_MSG_free(m);
	return type;
}

static const char *
auth_get(const char *path)
{
	static unsigned char answer[65536];
	char line[256];
	size_t body, n;
	int k = snprintf(line, sizeof line, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);

	if (auth_http(line, (size_t)k, answer, sizeof answer, &body, &n) != 200)
		return "";
	return (char *)answer + body;
}

void
auth_state_is(const char *serial, const char *state)
{
	char path[96], wanted[64];

	snprintf(path, sizeof path, "/pkix/status/%s", serial);
	snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", state);
	if (!strstr(auth_get(path), wanted))
		fail_msg("%s is not %s: %s", serial, state, auth_get(path));
}

void
auth_cert_is(const char *file, const char *state)
{
	X509 *cert = auth_cert(file);
	char serial[41];

	auth_serial(cert, serial);
	X509_free(cert);
	auth_state_is(serial, state);
}

/* ---- the CA's process ---- */

void
auth_start(void)
{
	int ends[2];
	char fd[16], byte;

	assert_int_equal(pipe(ends), 0);
	ca_pid = fork();
	if (ca_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* no orphan when a test is ended */
		close(ends[0]);
		snprintf(fd, sizeof fd, "%d", ends[1]);
		execl(auth_program, auth_program, "serve", "ca", "--ready-fd", fd, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
}

static int
auth_ended(void)
{
	int status;

	assert_int_equal(waitpid(ca_pid, &status, 0), ca_pid);
	ca_pid = 0;
	return status;
}

void
auth_stop(void)
{
	assert_int_equal(auth_tool("%s stop ca", auth_program), 0);
	assert_int_equal(auth_ended(), 0);
}

void
auth_kill_and_start(void)
{
	kill(ca_pid, SIGKILL);
	auth_ended();
	auth_start();
}

static int
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &n), 0);
	close(s);
	return ntohs(at.sin_port);
}

void
auth_make_key(const char *name)
{
	assert_int_equal(auth_tool("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s.key", name), 0);
}

/* A key of its own, and a request with it: NAME.key, NAME.csr. */
void
auth_make_request(const char *name)
{
	auth_make_key(name);
	assert_int_equal(auth_tool("openssl req -new -key %s.key -subj /C=CN/O=Org/CN=Holder -out %s.csr", name, name), 0);
}

int
auth_begin(void **state)
{
	char *slash;
	ssize_t n = readlink("/proc/self/exe", auth_program, PATH_MAX);

	(void)state;
	/* build/tests/test_authority -> build/ra-ca */
	auth_program[n] = '\0';
	for (int i = 0; i < 2 && (slash = strrchr(auth_program, '/')); i++)
		*slash = '\0';
	strcat(auth_program, "/ra-ca");
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	auth_port = free_port();
	auth_make_key("ra");
	auth_make_key("ee");
	assert_int_equal(auth_tool("openssl req -new -key ra.key -subj /C=CN/O=Hall/CN=RA-1 -out ra.csr"), 0);
	assert_int_equal(auth_tool("openssl req -new -key ee.key -subj /C=CN/O=Org/CN=Holder -out ee.csr"), 0);
	assert_int_equal(auth_tool("%s init ca --name Training-CA --port %d --ra-csr ra.csr --ra-cert ra.crt", auth_program, auth_port), 0);
	auth_start();
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
auth_end(void **state)
{
	(void)state;
	if (ca_pid > 0) {
		kill(ca_pid, SIGKILL);
		auth_ended();
	}
	if (chdir("/") != 0)
		return -1;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- a client that can do what the command line cannot ---- */

OSSL_CMP_CTX *
auth_client(const unsigned char *tid)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);
	X509_STORE *trust = X509_STORE_new();
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	X509 *ca = auth_cert("ca/ca.crt"), *ra = auth_cert("ra.crt");
	EVP_PKEY *key = auth_key("ra.key");

	X509_STORE_add_cert(trust, ca);
	assert_true(OSSL_CMP_CTX_set1_server(c, "127.0.0.1") && OSSL_CMP_CTX_set_serverPort(c, auth_port)
	    && OSSL_CMP_CTX_set1_serverPath(c, "pkix/") && OSSL_CMP_CTX_set0_trustedStore(c, trust)
	    && OSSL_CMP_CTX_set1_cert(c, ra) && OSSL_CMP_CTX_set1_pkey(c, key)
	    && OSSL_CMP_CTX_set1_recipient(c, X509_get_subject_name(ca))
	    && OSSL_CMP_CTX_set1_issuer(c, X509_get_subject_name(ca))
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_LOG_VERBOSITY, OSSL_CMP_LOG_EMERG)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_MSG_TIMEOUT, 10)
	    && OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_KEEP_ALIVE, 0));
	if (tid) {
		assert_true(ASN1_OCTET_STRING_set(id, tid, 16));
		assert_true(OSSL_CMP_CTX_set1_transactionID(c, id));
	}
	ASN1_OCTET_STRING_free(id);
	X509_free(ca);
	X509_free(ra);
	EVP_PKEY_free(key);
	return c;
}

EVP_PKEY *
auth_make_pkey(const char *kind)
{
	if (strncmp(kind, "RSA ", 4) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(kind + 4));
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind + 3);
}

static void
add_extension(OSSL_CMP_CTX *c, const struct auth_ask *a)
{
	X509_EXTENSIONS *all = NULL;
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(a->oid, 1);
	X509_EXTENSION *x;
	long n;
	unsigned char *der = OPENSSL_hexstr2buf(a->value, &n);

	assert_true(ASN1_OCTET_STRING_set(value, der, (int)n));
	x = X509_EXTENSION_create_by_OBJ(NULL, oid, a->critical, value);
	assert_non_null(X509v3_add_ext(&all, x, -1));
	assert_true(OSSL_CMP_CTX_set0_reqExtensions(c, all));
	X509_EXTENSION_free(x);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(value);
	OPENSSL_free(der);
}

/* cr with raVerified; the certificate, or NULL with the CA's words in why. */
X509 *
auth_enrol(OSSL_CMP_CTX *c, const struct auth_ask *a, EVP_PKEY *key, int64_t now, char why[512])
{
	X509_NAME *subject = X509_NAME_new();
	OSSL_CRMF_MSG *m;
	OSSL_CMP_PKIFREETEXT *text;
	X509 *cert;

	if (a->subject)
		X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)a->subject, -1, -1, 0);
	EVP_PKEY_up_ref(key);
	assert_true(OSSL_CMP_CTX_set0_newPkey(c, 0, key) && OSSL_CMP_CTX_set1_subjectName(c, subject));
	X509_NAME_free(subject);
	if (a->oid)
		add_extension(c, a);
	m = OSSL_CMP_CTX_setup_CRM(c, 0, 0);
	assert_non_null(m);
	assert_true(OSSL_CRMF_MSG_set0_validity(m, a->from ? ASN1_TIME_set(NULL, (time_t)(now + a->from)) : NULL,
	    a->to ? ASN1_TIME_set(NULL, (time_t)(now + a->to)) : NULL));
	assert_true(OSSL_CRMF_MSG_create_popo(OSSL_CRMF_POPO_RAVERIFIED, m, NULL, NULL, NULL, NULL));
	cert = OSSL_CMP_exec_certreq(c, OSSL_CMP_CR, m);
	text = OSSL_CMP_CTX_get0_statusString(c);
	why[0] = '\0';
	if (sk_ASN1_UTF8STRING_num(text) > 0)
		snprintf(why, 512, "%s", ASN1_STRING_get0_data(sk_ASN1_UTF8STRING_value(text, 0)));
	OSSL_CRMF_MSG_free(m);
	ERR_clear_error();
	return cert;
}

const struct auth_ask auth_plain = { .key = "EC P-256", .subject = "Plain", .to = YEAR };

/* Enrols and gives the serial; "" when refused. */
void
auth_enrol_serial(OSSL_CMP_CTX *c, const struct auth_ask *a, EVP_PKEY *key, int64_t now, char serial[41], char why[512])
{
	X509 *cert = auth_enrol(c, a, key, now, why);

	serial[0] = '\0';
	if (cert)
		auth_serial(cert, serial);
}
