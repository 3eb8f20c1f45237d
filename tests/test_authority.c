/* The embedded CA as its neighbours see it: the real program on a folder and a port of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/cmp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600
#define YEAR (365 * 24 * HOUR)

static char program[PATH_MAX + 16], folder[] = "/tmp/test_authority.XXXXXX";
static char said[65536];		/* what the last tool wrote */
static pid_t ca_pid;
static int port;

/* ---- tools ---- */

/* Runs a command line cut at spaces; returns its exit code, its words are in `said`. */
static int __attribute__((format(printf, 1, 2)))
tool(const char *fmt, ...)
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
	while ((k = read(ends[0], said + got, sizeof said - 1 - got)) > 0)
		got += (size_t)k;
	said[got] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define assert_said(words) assert_non_null(strstr(said, words))

static size_t
slurp(const char *path, unsigned char *p, size_t max)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, max, f);
	fclose(f);
	return n;
}

static bool
log_has(const char *words)
{
	static unsigned char text[1 << 20];
	size_t n = slurp("ca/ca.log", text, sizeof text - 1);

	text[n] = '\0';
	return strstr((char *)text, words) != NULL;
}

static X509 *
read_cert(const char *path)
{
	FILE *f = fopen(path, "r");
	X509 *cert;

	assert_non_null(f);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(cert);
	return cert;
}

static EVP_PKEY *
read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key;

	assert_non_null(f);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(key);
	return key;
}

static void
serial_of(const X509 *cert, char out[41])
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = BN_bn2hex(n);

	snprintf(out, 41, "%s", hex);
	OPENSSL_free(hex);
	BN_free(n);
}

/* ---- HTTP by hand ---- */

/* Sends bytes as they are; gives the status, and the body from `body` on in the returned buffer. */
static int
http(const void *p, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
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

static int
post(const unsigned char *der, size_t n, unsigned char *answer, size_t max, size_t *body, size_t *body_n)
{
	unsigned char *all = malloc(n + 256);
	int head = snprintf((char *)all, 256, "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\n"
	    "Connection: close\r\nContent-Length: %zu\r\n\r\n", n), status;

	memcpy(all + head, der, n);
	status = http(all, (size_t)head + n, answer, max, body, body_n);
	free(all);
	return status;
}

/* The body type of the CA's answer to a stored message, -1 when it was none. */
static int
post_file(const char *path)
{
	static unsigned char der[65536], answer[65536];
	size_t body, n = slurp(path, der, sizeof der);
	const unsigned char *p;
	OSSL_CMP_MSG *m;
	int type;

	if (post(der, n, answer, sizeof answer, &body, &n) != 200)
		return -1;
	p = answer + body;
	m = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);
	type = m ? OSSL_CMP_MSG_get_bodytype(m) : -1;
	OSSL_CMP_MSG_free(m);
	return type;
}

static const char *
get(const char *path)
{
	static unsigned char answer[65536];
	char line[256];
	size_t body, n;
	int k = snprintf(line, sizeof line, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);

	if (http(line, (size_t)k, answer, sizeof answer, &body, &n) != 200)
		return "";
	return (char *)answer + body;
}

static void
assert_state(const char *serial, const char *state)
{
	char path[96], wanted[64];

	snprintf(path, sizeof path, "/pkix/status/%s", serial);
	snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", state);
	if (!strstr(get(path), wanted))
		fail_msg("%s is not %s: %s", serial, state, get(path));
}

static void
assert_cert_state(const char *file, const char *state)
{
	X509 *cert = read_cert(file);
	char serial[41];

	serial_of(cert, serial);
	X509_free(cert);
	assert_state(serial, state);
}

/* ---- the CA's process ---- */

static void
start(void)
{
	int ends[2];
	char fd[16], byte;

	assert_int_equal(pipe(ends), 0);
	ca_pid = fork();
	if (ca_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* no orphan when a test is ended */
		close(ends[0]);
		snprintf(fd, sizeof fd, "%d", ends[1]);
		execl(program, program, "serve", "ca", "--ready-fd", fd, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
}

static int
ended(void)
{
	int status;

	assert_int_equal(waitpid(ca_pid, &status, 0), ca_pid);
	ca_pid = 0;
	return status;
}

static void
stop(void)
{
	assert_int_equal(tool("%s stop ca", program), 0);
	assert_int_equal(ended(), 0);
}

static void
kill_and_start(void)
{
	kill(ca_pid, SIGKILL);
	ended();
	start();
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

static void
make_key(const char *name)
{
	assert_int_equal(tool("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s.key", name), 0);
}

/* A key of its own, and a request with it: NAME.key, NAME.csr. */
static void
make_request(const char *name)
{
	make_key(name);
	assert_int_equal(tool("openssl req -new -key %s.key -subj /C=CN/O=Org/CN=Holder -out %s.csr", name, name), 0);
}

static int
begin(void **state)
{
	char *slash;
	ssize_t n = readlink("/proc/self/exe", program, PATH_MAX);

	(void)state;
	/* build/tests/test_authority -> build/ra-ca */
	program[n] = '\0';
	for (int i = 0; i < 2 && (slash = strrchr(program, '/')); i++)
		*slash = '\0';
	strcat(program, "/ra-ca");
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	port = free_port();
	make_key("ra");
	make_key("ee");
	assert_int_equal(tool("openssl req -new -key ra.key -subj /C=CN/O=Hall/CN=RA-1 -out ra.csr"), 0);
	assert_int_equal(tool("openssl req -new -key ee.key -subj /C=CN/O=Org/CN=Holder -out ee.csr"), 0);
	assert_int_equal(tool("%s init ca --name Training-CA --port %d --ra-csr ra.csr --ra-cert ra.crt", program, port), 0);
	start();
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

static int
end(void **state)
{
	(void)state;
	if (ca_pid > 0) {
		kill(ca_pid, SIGKILL);
		ended();
	}
	if (chdir("/") != 0)
		return -1;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* `openssl cmp` with the RA's key */
#define CMP "openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert ra.crt -key ra.key "

/* ---- a client that can do what the command line cannot ---- */

struct ask {
	const char *what;	/* for messages */
	const char *key;	/* "EC P-256", ... */
	const char *subject;	/* common name; NULL: empty subject */
	int64_t from, to;	/* from now, seconds; 0: leave out */
	const char *oid, *value;	/* an extension as DER in hex, or NULL */
	bool critical;
	const char *refusal;	/* words of the CA's refusal, NULL when it issues */
};

static OSSL_CMP_CTX *
client(const unsigned char *tid)
{
	OSSL_CMP_CTX *c = OSSL_CMP_CTX_new(NULL, NULL);
	X509_STORE *trust = X509_STORE_new();
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	X509 *ca = read_cert("ca/ca.crt"), *ra = read_cert("ra.crt");
	EVP_PKEY *key = read_key("ra.key");

	X509_STORE_add_cert(trust, ca);
	assert_true(OSSL_CMP_CTX_set1_server(c, "127.0.0.1") && OSSL_CMP_CTX_set_serverPort(c, port)
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

static EVP_PKEY *
make_pkey(const char *kind)
{
	if (strncmp(kind, "RSA ", 4) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(kind + 4));
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind + 3);
}

static void
add_extension(OSSL_CMP_CTX *c, const struct ask *a)
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
static X509 *
enrol(OSSL_CMP_CTX *c, const struct ask *a, EVP_PKEY *key, int64_t now, char why[512])
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

static const struct ask plain = { .key = "EC P-256", .subject = "Plain", .to = YEAR };

/* Enrols and gives the serial; "" when refused. */
static void
enrol_serial(OSSL_CMP_CTX *c, const struct ask *a, EVP_PKEY *key, int64_t now, char serial[41], char why[512])
{
	X509 *cert = enrol(c, a, key, now, why);

	serial[0] = '\0';
	if (cert)
		serial_of(cert, serial);
}

/* ---- the folder ---- */

static void
init_makes_a_private_folder_and_refuses_an_existing_one(void **state)
{
	static const struct { const char *name; mode_t mode; } files[] = {
		{ "ca", 0700 }, { "ca/ca.key", 0600 }, { "ca/rsp.key", 0600 }, { "ca/ca.pass", 0600 },
		{ "ca/ca.conf", 0600 }, { "ca/ca.db", 0600 }, { "ca/ca.log", 0600 },
	};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		assert_int_equal(stat(files[i].name, &st), 0);
		assert_int_equal(st.st_mode & 0777, files[i].mode);
	}
	assert_int_equal(tool("grep -c ENCRYPTED ca/ca.key ca/rsp.key"), 0);
	assert_int_equal(tool("%s init ca --name X --port 1 --ra-csr ra.csr --ra-cert x.crt", program), 1);
	assert_said("is there already");
	assert_int_equal(tool("%s init ca2 --name X --port 1 --ra-csr ee.key --ra-cert x.crt", program), 1);
	assert_int_equal(stat("ca2", &st), -1);
	assert_int_equal(stat("ca2.new", &st), -1);
	assert_int_equal(stat("x.crt", &st), -1);
	assert_int_equal(tool("%s init ca2 --name X --port 0 --ra-csr ra.csr --ra-cert x.crt", program), 2);
	assert_int_equal(tool("openssl verify -CAfile ca/ca.crt ra.crt ca/rsp.crt"), 0);
	assert_int_equal(tool("openssl x509 -in ra.crt -noout -text"), 0);
	assert_said("CMC Registration Authority");
	assert_int_equal(tool("openssl x509 -in ca/ca.crt -noout -text"), 0);
	assert_said("Digital Signature, Certificate Sign, CRL Sign");
}

static void
a_second_instance_and_a_misspelt_setting_are_refused(void **state)
{
	(void)state;
	assert_int_equal(tool("%s serve ca", program), 3);
	assert_said("is running already");
	assert_int_equal(tool("%s status ca", program), 0);
	assert_said("running, pid");
	stop();
	assert_int_equal(tool("%s status ca", program), 3);
	assert_int_equal(tool("%s stop ca", program), 0);
	assert_int_equal(tool("sed -i s/confirm_wait_s/confirm_wait/ ca/ca.conf"), 0);
	assert_int_not_equal(tool("%s serve ca", program), 0);
	assert_said("confirm_wait");
	assert_int_equal(tool("sed -i s/confirm_wait/confirm_wait_s/ ca/ca.conf"), 0);
	assert_int_equal(tool("%s status elsewhere", program), 4);
	start();
}

/* ---- openssl cmp ---- */

static void
openssl_cmp_gets_certificates_by_ir_cr_and_p10cr(void **state)
{
	static const struct { const char *words, *file; } rows[] = {
		{ "-cmd ir -newkey ee.key -subject /C=CN/CN=a -popo 0 -certout ir.crt", "ir.crt" },
		{ "-cmd ir -newkey ee.key -subject /C=CN/CN=a -popo 1 -certout ir2.crt", "ir2.crt" },
		{ "-cmd cr -csr ee.csr -popo 0 -days 33 -certout cr.crt", "cr.crt" },
		{ "-cmd p10cr -csr ee.csr -certout p10.crt", "p10.crt" },
		{ "-cmd cr -csr ee.csr -popo 0 -implicit_confirm -certout implicit.crt", "implicit.crt" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (tool(CMP "%s", port, rows[i].words) != 0)
			fail_msg("%s: %s", rows[i].words, said);
		assert_int_equal(tool("openssl verify -CAfile ca/ca.crt -purpose smimesign %s", rows[i].file), 0);
		assert_cert_state(rows[i].file, "valid");
	}
	assert_int_equal(tool("openssl x509 -in p10.crt -noout -checkend %d", YEAR - HOUR), 0);
	assert_int_equal(tool("openssl x509 -in p10.crt -noout -checkend %d", YEAR + 25 * HOUR), 1);
}

static void
what_the_ca_does_not_do_is_refused_in_words(void **state)
{
	static const struct { const char *words, *reason; } rows[] = {
		{ "-cmd kur -oldcert ra.crt -newkey ee.key -popo 0 -certout x.crt", "badCertId" },
		{ "-cmd kur -oldcert foreign.crt -newkey ee.key -popo 0 -certout x.crt", "badCertId" },
		{ "-cmd ir -newkey ee.key -subject /CN=z -unprotected_requests -certout x.crt", "missing protection" },
		{ "-cmd rr -oldcert ra.crt -revreason 4", "badCertId" },
		{ "-cmd rr -oldcert foreign.crt -revreason 4", "badCertId" },
	};

	(void)state;
	assert_int_equal(tool("openssl req -x509 -key ee.key -subj /CN=Foreign -days 9 -out foreign.crt"), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_not_equal(tool(CMP "%s", port, rows[i].words), 0);
		if (!strstr(said, rows[i].reason))
			fail_msg("%s: %s", rows[i].words, said);
	}
	for (const char *const *type = (const char *const[]){ "signKeyPairTypes", "caProtEncCert", "currentCRL", NULL }; *type; type++)
		assert_int_equal(tool(CMP "-cmd genm -infotype %s", port, *type), 0);
}

/* ---- kur ---- */

static void
openssl_cmp_updates_with_a_new_key_or_the_old_one(void **state)
{
	static const struct { const char *words, *key; } rows[] = {
		{ "-newkey ee2.key", "ee2.key" }, { "-newkey ee.key", "ee.key" }, { "-newkey ee2.key -subject /C=CN/O=Org/CN=Holder", "ee2.key" },
		{ "-newkey ee2.key -implicit_confirm", "ee2.key" },
		{ "-newkey ee2.key -subject /C=CN/O=ORG/CN=holder", "ee2.key" },	/* the same by RFC 5280 7.1 */
	};
	X509 *old, *cert;

	(void)state;
	make_key("ee2");
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -days 33 -certout old.crt", port), 0);
	old = read_cert("old.crt");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *key = read_key(rows[i].key);

		if (tool(CMP "-cmd kur -oldcert old.crt -popo 0 -days 400 -certout new.crt %s", port, rows[i].words) != 0)
			fail_msg("%s: %s", rows[i].words, said);
		cert = read_cert("new.crt");
		assert_int_equal(X509_NAME_cmp(X509_get_subject_name(cert), X509_get_subject_name(old)), 0);
		assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), key), 1);
		assert_int_equal(tool("openssl verify -CAfile ca/ca.crt new.crt"), 0);
		assert_int_equal(tool("openssl x509 -in new.crt -noout -subject -nameopt RFC2253"), 0);
		assert_said("CN=Holder,O=Org,C=CN");
		assert_cert_state("new.crt", "valid");
		assert_cert_state("old.crt", "valid");	/* usable to its own end */
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	X509_free(old);
	assert_true(log_has("updates"));
}

static void
what_may_not_be_updated_is_told_with_the_reason(void **state)
{
	static const struct { int reason; const char *words, *refusal; } rows[] = {
		{ -1, "-oldcert old.crt -newkey ee.key -popo 0 -subject /C=CN/O=Org/CN=Other", "subject is not that of the old certificate" },
		{ -1, "-oldcert old.crt -newkey ra.key -popo 0", "RA's own" },
		{ 6, "-oldcert old.crt -newkey ee.key -popo 0", "release it first" },
		{ 4, "-oldcert old.crt -newkey ee.key -popo 0", "certRevoked" },
		{ -1, "-oldcert pending.crt -newkey ee.key -popo 0", "not confirmed yet" },
	};

	(void)state;
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout old.crt", port), 0);
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -disable_confirm -certout pending.crt", port), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].reason >= 0)
			assert_int_equal(tool(CMP "-cmd rr -oldcert old.crt -revreason %d", port, rows[i].reason), 0);
		assert_int_not_equal(tool(CMP "-cmd kur -certout x.crt %s", port, rows[i].words), 0);
		if (!strstr(said, rows[i].refusal))
			fail_msg("%s: %s", rows[i].words, said);
	}
	/* the holder's own signature is none that the CA takes, though it is that of the old key */
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout old.crt", port), 0);
	assert_int_not_equal(tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert old.crt -key ee.key"
	    " -cmd kur -newkey ee2.key -certout x.crt", port), 0);
	assert_int_not_equal(access("x.crt", F_OK), 0);
}

static void
only_the_ra_s_own_signature_counts(void **state)
{
	(void)state;
	assert_int_equal(tool("openssl req -x509 -key ee.key -subj /C=CN/O=Hall/CN=RA-1 -days 9 -out fake.crt"), 0);
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout holder.crt", port), 0);
	/* a namesake, a holder of this very CA, a password */
	assert_int_not_equal(tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert fake.crt -key ee.key"
	    " -cmd cr -csr ee.csr -popo 0 -certout x.crt", port), 0);
	assert_int_not_equal(tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert holder.crt"
	    " -key ee.key -extracerts ca/ca.crt -cmd cr -csr ee.csr -popo 0 -certout x.crt", port), 0);
	assert_int_not_equal(tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -ref RA-1 -secret pass:x"
	    " -recipient /CN=x -cmd cr -csr ee.csr -popo 0 -certout x.crt", port), 0);
	assert_int_not_equal(access("x.crt", F_OK), 0);
	assert_true(log_has("no suitable sender cert"));
}

static void
revoking_holding_and_releasing_follow_the_table(void **state)
{
	static const struct { int reason, exit; const char *state; } rows[] = {
		{ 8, 0, "valid" }, { 6, 0, "hold" }, { 6, 0, "hold" }, { 8, 0, "valid" }, { 8, 0, "valid" }, { 2, 1, "valid" },
		{ 6, 0, "hold" }, { 1, 0, "revoked" }, { 1, 1, "revoked" }, { 8, 1, "revoked" }, { 6, 1, "revoked" },
	};

	(void)state;
	make_request("lost");		/* its key ends compromised: certified never again */
	assert_int_equal(tool(CMP "-cmd cr -csr lost.csr -popo 0 -certout r.crt", port), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int code = tool(CMP "-cmd rr -oldcert r.crt -revreason %d", port, rows[i].reason);

		if ((code != 0) != rows[i].exit)
			fail_msg("step %zu, reason %d: %s", i, rows[i].reason, said);
		assert_cert_state("r.crt", rows[i].state);
	}
	assert_said("certRevoked");
}

static void
a_repeated_release_does_not_act_on_a_later_hold(void **state)
{
	(void)state;
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout h.crt", port), 0);
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 6", port), 0);
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 8 -reqout release.der", port), 0);
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 6", port), 0);
	assert_int_equal(post_file("release.der"), 12);		/* rp */
	assert_cert_state("h.crt", "hold");
}

/* ---- the CRL ---- */

static int64_t
crl_number(void)
{
	char *at;

	assert_int_equal(tool("curl -sf -o crl.der http://127.0.0.1:%d/pkix/crl", port), 0);
	assert_int_equal(tool("openssl crl -inform der -in crl.der -CAfile ca/ca.crt -noout -text"), 0);
	assert_said("verify OK");
	at = strstr(said, "X509v3 CRL Number:");
	assert_non_null(at);
	return strtoll(strchr(at, '\n'), NULL, 0);
}

static void
the_crl_is_signed_grows_in_number_and_lists_what_is_revoked(void **state)
{
	X509 *cert;
	char serial[41];
	int64_t number = crl_number();

	(void)state;
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout c.crt", port), 0);
	cert = read_cert("c.crt");
	serial_of(cert, serial);
	X509_free(cert);
	assert_int_equal(crl_number(), number);
	assert_null(strstr(said, serial));
	assert_int_equal(tool(CMP "-cmd rr -oldcert c.crt -revreason 4", port), 0);
	assert_int_equal(crl_number(), number + 1);
	assert_said(serial);
	assert_said("Superseded");
	kill_and_start();
	assert_int_equal(crl_number(), number + 1);
}

/* The lines of the CRL as text from the entry of this serial on; NULL when it has none. */
static char *
crl_entry(const char *serial)
{
	crl_number();
	return strstr(said, serial);
}

static void
a_hold_is_listed_taken_off_and_keeps_its_date_when_it_becomes_the_end(void **state)
{
	X509 *cert;
	char serial[41], held[128], *entry;
	int64_t number;

	(void)state;
	make_request("held");		/* its key ends compromised */
	assert_int_equal(tool(CMP "-cmd cr -csr held.csr -popo 0 -certout h.crt", port), 0);
	cert = read_cert("h.crt");
	serial_of(cert, serial);
	X509_free(cert);
	number = crl_number();
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 6", port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	assert_non_null(strstr(entry, "Certificate Hold"));
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 8", port), 0);
	assert_null(crl_entry(serial));
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 6", port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	snprintf(held, sizeof held, "%.*s", (int)(strstr(entry, "CRL entry") - entry), entry);
	assert_non_null(strstr(held, "Revocation Date"));
	sleep(2);
	assert_int_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 1", port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	assert_non_null(strstr(entry, "Key Compromise"));
	assert_int_equal(strncmp(entry, held, strlen(held)), 0);	/* X.509: the date of the hold */
	assert_int_equal(crl_number(), number + 4);
	/* nothing changes by a repeat, the number neither */
	assert_int_not_equal(tool(CMP "-cmd rr -oldcert h.crt -revreason 1", port), 0);
	assert_int_equal(crl_number(), number + 4);
}

/* ---- limits of what is issued ---- */

static const struct ask asks[] = {
	{ "a P-256 key", "EC P-256", "好 Holder", 0, YEAR, NULL, NULL, false, NULL },
	{ "an RSA-2048 key", "RSA 2048", "Holder", -10, YEAR, NULL, NULL, false, NULL },
	{ "yesterday, five years", "EC P-256", "Holder", -23 * HOUR, 5 * YEAR, NULL, NULL, false, NULL },
	{ "an organisation code", "EC P-256", "Holder", 0, YEAR, "1.2.156.10260.4.1.4", "1303414243", false, NULL },
	{ "a credit code", "EC P-256", "Holder", 0, YEAR, "1.2.156.10260.4.4", "0C03414243", false, NULL },
	{ "a keyUsage of its own", "EC P-256", "Holder", 0, YEAR, "2.5.29.15", "03020106", true, NULL },
	{ "RSA-1024", "RSA 1024", "Holder", 0, YEAR, NULL, NULL, false, "1024 bits" },
	{ "P-384", "EC P-384", "Holder", 0, YEAR, NULL, NULL, false, "not P-256" },
	{ "no subject", "EC P-256", NULL, 0, YEAR, NULL, NULL, false, "subject is empty" },
	{ "too old", "EC P-256", "Holder", -25 * HOUR, YEAR, NULL, NULL, false, "24 hours ago" },
	{ "too new", "EC P-256", "Holder", 2 * HOUR, YEAR, NULL, NULL, false, "1 hour ahead" },
	{ "over already", "EC P-256", "Holder", -2 * HOUR, -HOUR, NULL, NULL, false, "not after" },
	{ "too long", "EC P-256", "Holder", 0, 5 * YEAR + 96 * HOUR, NULL, NULL, false, "longer than 5 years" },
	{ "a foreign extension", "EC P-256", "Holder", 0, YEAR, "1.2.3.4", "0500", false, "1.2.3.4" },
	{ "a name constraint", "EC P-256", "Holder", 0, YEAR, "2.5.29.30", "3000", false, "2.5.29.30" },
	{ "the arc itself", "EC P-256", "Holder", 0, YEAR, "1.2.156.10260.4.1", "0500", false, "1.2.156.10260.4.1" },
	{ "a critical code", "EC P-256", "Holder", 0, YEAR, "1.2.156.10260.4.4", "0C0141", true, "critical" },
};

static void
assert_as_asked(const struct ask *a, X509 *cert, EVP_PKEY *key, int64_t now)
{
	time_t from = (time_t)(now + a->from), to = (time_t)(now + a->to);
	char oid[80];
	int seen = 0;

	assert_int_equal(X509_get_version(cert), X509_VERSION_3);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), key), 1);
	if (a->from != 0)
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), from), 0);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), to), 0);
	assert_int_equal(X509_get_extension_flags(cert) & EXFLAG_CA, 0);
	assert_int_equal(X509_get_key_usage(cert), KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION
	    | (EVP_PKEY_is_a(key, "RSA") ? KU_KEY_ENCIPHERMENT : 0));
	assert_int_equal(X509_get_extended_key_usage(cert), XKU_SSL_CLIENT | XKU_SMIME);
	assert_non_null(X509_get0_subject_key_id(cert));
	assert_non_null(X509_get0_authority_key_id(cert));
	assert_true(X509_get_ext_by_NID(cert, NID_crl_distribution_points, -1) >= 0);
	assert_true(X509_get_ext_by_NID(cert, NID_certificate_policies, -1) >= 0);
	assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(cert)), 16);
	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(X509_get_ext(cert, i)), 1);
		seen += a->oid && strcmp(oid, a->oid) == 0;
	}
	assert_int_equal(seen, a->oid ? 1 : 0);
}

static void
a_request_gets_exactly_what_it_asks_for_or_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		const struct ask *a = &asks[i];
		OSSL_CMP_CTX *c = client(NULL);
		EVP_PKEY *key = make_pkey(a->key);
		int64_t now = time(NULL);
		char why[512];
		X509 *cert = enrol(c, a, key, now, why);

		if ((cert == NULL) != (a->refusal != NULL) || (a->refusal && !strstr(why, a->refusal)))
			fail_msg("%s: %s", a->what, cert ? "issued" : why);
		if (cert)
			assert_as_asked(a, cert, key, now);
		else
			assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate);
		EVP_PKEY_free(key);
		OSSL_CMP_CTX_free(c);
	}
}

static void
nothing_is_issued_beyond_the_ca_s_own_end(void **state)
{
	static const struct ask beyond = { "beyond", "EC P-256", "Holder", 0, YEAR, NULL, NULL, false, NULL };
	OSSL_CMP_CTX *c;
	EVP_PKEY *key = make_pkey("EC P-256");
	char why[512];

	(void)state;
	stop();
	/* the same CA, whose own certificate ends in 200 days */
	assert_int_equal(tool("cp ca/ca.crt whole.crt"), 0);
	assert_int_equal(tool("openssl x509 -in whole.crt -out ca/ca.crt -days 200 -signkey ca/ca.key -passin file:ca/ca.pass"), 0);
	start();
	c = client(NULL);
	assert_null(enrol(c, &beyond, key, time(NULL), why));
	assert_non_null(strstr(why, "later than the CA's own"));
	assert_non_null(strstr(why, "shorter term"));
	OSSL_CMP_CTX_free(c);
	stop();
	assert_int_equal(tool("cp whole.crt ca/ca.crt"), 0);
	start();
	c = client(NULL);
	assert_non_null(enrol(c, &beyond, key, time(NULL), why));
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
a_key_of_the_house_is_not_certified_for_a_holder(void **state)
{
	OSSL_CMP_CTX *c = client(NULL);
	EVP_PKEY *key = read_key("ra.key");
	char why[512];

	(void)state;
	assert_null(enrol(c, &plain, key, time(NULL), why));
	assert_non_null(strstr(why, "RA's own"));
	EVP_PKEY_free(key);
	OSSL_CMP_CTX_free(c);
}

/* RFC 5280 5.3.1: whoever has it would have the new holder's key too. A store that did not note keys learns them at the start. */
static void
a_key_in_wrong_hands_is_certified_for_nobody_any_more(void **state)
{
	static const struct { const char *name; int reason; bool refused; } rows[] = { { "wrong", 1, true }, { "spare", 4, false } };
	OSSL_CMP_CTX *c;
	FILE *file;
	char name[20], why[512];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		make_request(rows[i].name);
		assert_int_equal(tool(CMP "-cmd cr -csr %s.csr -popo 0 -certout %s.crt", port, rows[i].name, rows[i].name), 0);
		assert_int_equal(tool(CMP "-cmd rr -oldcert %s.crt -revreason %d", port, rows[i].name, rows[i].reason), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		EVP_PKEY *key;

		if (i == 2) {
			stop();
			file = fopen("older.sql", "we");
			assert_non_null(file);
			fputs("DROP TABLE compromised; UPDATE authority SET version = 1;", file);
			fclose(file);
			assert_int_equal(tool("sqlite3 -init older.sql ca/ca.db .quit"), 0);
			start();
		}
		snprintf(name, sizeof name, "%s.key", rows[i % 2].name);
		key = read_key(name);
		c = client(NULL);
		assert_int_equal(enrol(c, &plain, key, time(NULL), why) == NULL, rows[i % 2].refused);
		if (rows[i % 2].refused) {
			assert_non_null(strstr(why, "make a new key pair"));
			assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate);
		}
		OSSL_CMP_CTX_free(c);
		EVP_PKEY_free(key);
	}
}

/* ---- transactions ---- */

static void
a_transaction_outlives_a_kill(void **state)
{
	static const unsigned char tid[16] = "transaction no 1";
	EVP_PKEY *key = make_pkey("EC P-256");
	struct ask other = plain;
	OSSL_CMP_CTX *c;
	char first[41], again[41], why[512];
	int64_t now = time(NULL);

	(void)state;
	c = client(tid);
	OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_DISABLE_CONFIRM, 1);
	enrol_serial(c, &plain, key, now, first, why);
	OSSL_CMP_CTX_free(c);
	assert_state(first, "unconfirmed");
	kill_and_start();
	assert_state(first, "unconfirmed");
	c = client(tid);
	enrol_serial(c, &plain, key, now, again, why);
	OSSL_CMP_CTX_free(c);
	assert_string_equal(again, first);
	assert_state(first, "valid");
	other.subject = "Other";
	c = client(tid);
	enrol_serial(c, &other, key, now, again, why);
	assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_transactionIdInUse);
	OSSL_CMP_CTX_free(c);
	assert_string_equal(again, "");
	EVP_PKEY_free(key);
}

static int
kill_before_confirming(OSSL_CMP_CTX *c, X509 *cert, int fail_info, const char **text)
{
	(void)c;
	(void)cert;
	(void)text;
	kill_and_start();
	return fail_info;
}

static int
reject(OSSL_CMP_CTX *c, X509 *cert, int fail_info, const char **text)
{
	(void)c;
	(void)cert;
	(void)fail_info;
	*text = "not what was asked for";
	return 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
}

static void
a_confirmation_after_a_kill_is_taken(void **state)
{
	EVP_PKEY *key = make_pkey("EC P-256");
	OSSL_CMP_CTX *c = client(NULL);
	char serial[41], why[512];

	(void)state;
	OSSL_CMP_CTX_set_certConf_cb(c, kill_before_confirming);
	enrol_serial(c, &plain, key, time(NULL), serial, why);
	assert_state(serial, "valid");
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
a_certificate_that_the_ra_rejects_is_revoked_at_once(void **state)
{
	EVP_PKEY *key = make_pkey("EC P-256");
	OSSL_CMP_CTX *c = client((const unsigned char *)"transaction no 2");
	char serial[41], why[512];
	int64_t now = time(NULL);
	X509 *cert;

	(void)state;
	OSSL_CMP_CTX_set_certConf_cb(c, reject);
	assert_null(enrol(c, &plain, key, now, why));
	cert = OSSL_CMP_CTX_get0_newCert(c);
	assert_non_null(cert);
	serial_of(cert, serial);
	assert_state(serial, "revoked");
	OSSL_CMP_CTX_free(c);
	/* the transaction is over: the same again is told so */
	c = client((const unsigned char *)"transaction no 2");
	assert_null(enrol(c, &plain, key, now, why));
	assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_certRevoked);
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
messages_that_come_twice_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout t.crt -reqout t1.der,t2.der", port), 0);
	assert_int_equal(post_file("t2.der"), 19);	/* pkiconf */
	assert_int_equal(post_file("t1.der"), 3);	/* cp */
	assert_true(log_has("the same request again, the same certificate"));
	assert_int_equal(post_file("t2.der"), 19);
	kill_and_start();
	assert_int_equal(post_file("t2.der"), 19);
	assert_cert_state("t.crt", "valid");
	assert_int_equal(tool(CMP "-cmd rr -oldcert t.crt -revreason 4", port), 0);
	assert_int_equal(post_file("t2.der"), 23);	/* error: revoked meanwhile */
	assert_cert_state("t.crt", "revoked");
}

static void
what_is_not_confirmed_in_time_is_revoked(void **state)
{
	(void)state;
	stop();
	assert_int_equal(tool("sed -i s/^confirm_wait_s.=.300/confirm_wait_s=1/ ca/ca.conf"), 0);
	start();
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout late.crt -disable_confirm", port), 0);
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout ok.crt -implicit_confirm", port), 0);
	sleep(3);
	assert_cert_state("late.crt", "revoked");
	assert_cert_state("ok.crt", "valid");
	assert_true(log_has("reap: not confirmed in time"));
	stop();
	assert_int_equal(tool("sed -i s/^confirm_wait_s=1/confirm_wait_s=300/ ca/ca.conf"), 0);
	start();
}

#define WORKERS 6
#define EACH 5

struct work { char serials[EACH][41]; };

static void *
work(void *arg)
{
	struct work *w = arg;
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	char why[512];

	for (int i = 0; i < EACH; i++) {
		OSSL_CMP_CTX *c = client(NULL);

		enrol_serial(c, &plain, key, time(NULL), w->serials[i], why);
		OSSL_CMP_CTX_free(c);
	}
	EVP_PKEY_free(key);
	return NULL;
}

static void
many_at_once_each_get_their_own(void **state)
{
	static struct work all[WORKERS];
	pthread_t threads[WORKERS];

	(void)state;
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &all[i]), 0);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WORKERS * EACH; i++) {
		const char *a = all[i / EACH].serials[i % EACH];

		assert_state(a, "valid");
		for (int k = 0; k < i; k++)
			assert_string_not_equal(a, all[k / EACH].serials[k % EACH]);
	}
}

/* ---- hostile input ---- */

static void
http_that_is_no_cmp_gets_the_right_refusal(void **state)
{
	static const struct { const char *head; int status; } rows[] = {
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nContent-Length: 4\r\nConnection: close\r\n\r\njunk", 400 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 400 },
		{ "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\njunk", 415 },
		{ "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\njunk", 415 },
		{ "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nTransfer-Encoding: chunked\r\n"
		  "Connection: close\r\n\r\n4\r\njunk\r\n0\r\n\r\n", 411 },
		{ "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nContent-Length: 99999999999\r\n"
		  "Connection: close\r\n\r\n", 413 },
		{ "POST /other HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 404 },
		{ "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405 },
		{ "GET /pkix/status/00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404 },
		{ "GET /pkix/status/'%20OR%201=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404 },
		{ "GET /../ca.key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404 },
		{ "GET /pkix/ca HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200 },
	};
	static unsigned char answer[8192], big[300 * 1024];
	size_t body, n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int status = http(rows[i].head, strlen(rows[i].head), answer, sizeof answer, &body, &n);

		if (status != rows[i].status)
			fail_msg("%.60s: %d, not %d", rows[i].head, status, rows[i].status);
	}
	assert_int_equal(post(big, sizeof big, answer, sizeof answer, &body, &n), 413);
}

static void
damaged_messages_are_answered_and_issue_nothing(void **state)
{
	static unsigned char der[65536], copy[65536], answer[65536];
	size_t n, body, body_n;
	unsigned bits;
	char before[65536];

	(void)state;
	assert_int_equal(tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout m.crt -reqout m1.der,m2.der", port), 0);
	n = slurp("m1.der", der, sizeof der);
	assert_int_equal(tool("%s status ca", program), 0);
	snprintf(before, sizeof before, "%s", said);
	for (size_t i = 0; i < 300; i++) {
		size_t len = i % 3 == 0 ? i * n / 300 : n;
		int status;

		memcpy(copy, der, n);
		assert_int_equal(RAND_bytes((unsigned char *)&bits, sizeof bits), 1);
		copy[bits / 8 % n] ^= (unsigned char)(1u << bits % 8);
		status = post(copy, len, answer, sizeof answer, &body, &body_n);
		if (status != 200 && status != 400)
			fail_msg("byte %zu bit %u of %zu: %d", bits / 8 % n, bits % 8, len, status);
	}
	assert_int_equal(tool("%s status ca", program), 0);
	assert_string_equal(said, before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_makes_a_private_folder_and_refuses_an_existing_one),
		cmocka_unit_test(a_second_instance_and_a_misspelt_setting_are_refused),
		cmocka_unit_test(openssl_cmp_gets_certificates_by_ir_cr_and_p10cr),
		cmocka_unit_test(what_the_ca_does_not_do_is_refused_in_words),
		cmocka_unit_test(openssl_cmp_updates_with_a_new_key_or_the_old_one),
		cmocka_unit_test(what_may_not_be_updated_is_told_with_the_reason),
		cmocka_unit_test(only_the_ra_s_own_signature_counts),
		cmocka_unit_test(revoking_holding_and_releasing_follow_the_table),
		cmocka_unit_test(a_repeated_release_does_not_act_on_a_later_hold),
		cmocka_unit_test(the_crl_is_signed_grows_in_number_and_lists_what_is_revoked),
		cmocka_unit_test(a_hold_is_listed_taken_off_and_keeps_its_date_when_it_becomes_the_end),
		cmocka_unit_test(a_request_gets_exactly_what_it_asks_for_or_a_reason),
		cmocka_unit_test(nothing_is_issued_beyond_the_ca_s_own_end),
		cmocka_unit_test(a_key_of_the_house_is_not_certified_for_a_holder),
		cmocka_unit_test(a_key_in_wrong_hands_is_certified_for_nobody_any_more),
		cmocka_unit_test(a_transaction_outlives_a_kill),
		cmocka_unit_test(a_confirmation_after_a_kill_is_taken),
		cmocka_unit_test(a_certificate_that_the_ra_rejects_is_revoked_at_once),
		cmocka_unit_test(messages_that_come_twice_change_nothing),
		cmocka_unit_test(what_is_not_confirmed_in_time_is_revoked),
		cmocka_unit_test(many_at_once_each_get_their_own),
		cmocka_unit_test(http_that_is_no_cmp_gets_the_right_refusal),
		cmocka_unit_test(damaged_messages_are_answered_and_issue_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
