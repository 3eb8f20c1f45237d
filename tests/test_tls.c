/* TLS to the CA with a client certificate: what does not fit issues nothing and loses nothing, what fits issues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/certificate.h"
#include "tests/relay.h"
#include "tests/support.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400L

static struct world *w;
static char real_url[80], csr[200];

static const char *
path(const char *name)
{
	static char p[8][200];
	static int turn;

	turn = (turn + 1) % 8;
	snprintf(p[turn], sizeof p[turn], "%s/%s", w->dir, name);
	return p[turn];
}

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

/* NAME.crt and NAME.key, valid from and to seconds from now; alt is its subjectAltName. */
static void
make(const char *name, const char *issuer, const char *alt, long from, long to)
{
	X509 *x = X509_new(), *by = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256"), *sign = NULL;
	char file[80];
	struct err e;
	FILE *f;
	static long serial;

	if (issuer) {
		snprintf(file, sizeof file, "%s.crt", issuer);
		assert_true(certificate_load(path(file), &by, &e));
		snprintf(file, sizeof file, "%s.key", issuer);
		assert_true(certificate_key_load(path(file), &sign, &e));
	}
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	assert_true(certificate_name_add(X509_get_subject_name(x), "CN", name, &e));
	X509_set_issuer_name(x, X509_get_subject_name(by ? by : x));
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	X509_set_pubkey(x, key);
	extend(x, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (alt)
		extend(x, NID_subject_alt_name, alt);
	assert_true(X509_sign(x, sign ? sign : key, EVP_sha256()) > 0);
	snprintf(file, sizeof file, "%s.crt", name);
	assert_true(certificate_save(path(file), x, &e));
	snprintf(file, sizeof file, "%s.key", name);
	f = fopen(path(file), "we");
	assert_true(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0);
	EVP_PKEY_free(key);
	EVP_PKEY_free(sign);
	X509_free(by);
	X509_free(x);
}

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	if (run(w, "sh", "-c", "sed -n 's/.*\\(http:[^\"]*\\)\".*/\\1/p' $0/ra.conf | head -1 | tr -d '\\n'", w->home, NULL) != 0)
		return 1;
	snprintf(real_url, sizeof real_url, "%.79s", w->out);
	world_conf(w, "ra.conf", "timeout_s = 30", "timeout_s = 3");
	make("ca", NULL, NULL, -DAY, DAY);
	make("stranger", NULL, NULL, -DAY, DAY);
	make("server", "ca", "IP:127.0.0.1", -DAY, DAY);
	make("elsewhere", "ca", "DNS:ca.elsewhere.example", -DAY, DAY);
	make("expired", "ca", "IP:127.0.0.1", -2 * DAY, -DAY);
	make("future", "ca", "IP:127.0.0.1", DAY, 2 * DAY);
	make("foreign", "stranger", "IP:127.0.0.1", -DAY, DAY);
	make("client", "ca", NULL, -DAY, DAY);
	make("oldclient", "ca", NULL, -2 * DAY, -DAY);
	make("otherclient", "stranger", NULL, -DAY, DAY);
	snprintf(csr, sizeof csr, "%s", path("h.csr"));
	return run(w, "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
	    path("h.key"), "-out", csr, "-subj", "/CN=holder", NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* The home's url and TLS settings, and back to what they were. */
struct setting { char from[160], to[700]; };

static void
set_tls(struct setting *s, const char *url, const char *client)
{
	int n;

	snprintf(s->from, sizeof s->from, "url = \"%s\"", real_url);
	n = snprintf(s->to, sizeof s->to, "url = \"%s\"; tls_ca = \"%s\"", url, path("ca.crt"));
	if (client)
		snprintf(s->to + n, sizeof s->to - (size_t)n, "; tls_cert = \"%s/%s.crt\"; tls_key = \"%s/%s.key\"", w->dir, client, w->dir,
		    client);
	world_conf(w, "ra.conf", s->from, s->to);
}

static void
tls_either_fits_and_issues_or_issues_nothing_and_loses_nothing(void **st)
{
	static const struct { const char *name, *server, *client, *words; } rows[] = {
		{ "a server of another CA", "foreign", "client", "not from tls_ca" },
		{ "a server for another host", "elsewhere", "client", "for another host" },
		{ "a server that has expired", "expired", "client", "expired" },
		{ "a server that is not valid yet", "future", "client", "expired" },
		{ "no client certificate", "server", NULL, "tls_cert" },
		{ "a client of another CA", "server", "otherclient", "tls_cert" },
		{ "a client that has expired", "server", "oldclient", "tls_cert" },
		{ "a client certificate that is not there", "server", "nobody", "tls_cert" },
		{ "what fits", "server", "client", NULL },
	};
	char no[32], url[80];

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char crt[200], key[200];
		struct relay_plan plan = { .upstream = real_url, .tls_cert = crt, .tls_key = key, .tls_client_ca = path("ca.crt") };
		struct setting s;
		int port, rc, before = sql_int(w, "SELECT count(*) FROM certificate");
		pid_t pid;

		snprintf(crt, sizeof crt, "%s/%s.crt", w->dir, rows[i].server);
		snprintf(key, sizeof key, "%s/%s.key", w->dir, rows[i].server);
		snprintf(no, sizeof no, "%s", world_case(w, true));
		pid = relay_start(&plan, &port);
		snprintf(url, sizeof url, "https://127.0.0.1:%d/pkix/", port);
		set_tls(&s, url, rows[i].client);
		rc = ra(w, "huang", "issue", no, "--csr", csr, NULL);
		world_conf(w, "ra.conf", s.to, s.from);
		relay_stop(pid);
		if (rc != (rows[i].words ? 3 : 0) || (rows[i].words && !strstr(w->err, rows[i].words)))
			fail_msg("%s: exit %d: %s", rows[i].name, rc, w->err);
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before + !rows[i].words);
		state_is(w, no, rows[i].words ? "issuing" : "issued");
		assert_int_equal(ra(w, "huang", "resume", NULL), 0);
		state_is(w, no, "issued");
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before + 1);
	}
	audit_is_whole(w);
}

/* https asked of a server that speaks plain HTTP, and the other way round. */
static void
one_side_without_tls_is_told(void **st)
{
	static const struct { bool tls; const char *scheme; } rows[] = { { false, "https" }, { true, "http" } };
	char no[32], url[80], crt[200], key[200];

	(void)st;
	snprintf(crt, sizeof crt, "%s", path("server.crt"));
	snprintf(key, sizeof key, "%s", path("server.key"));
	for (size_t i = 0; i < 2; i++) {
		struct relay_plan plan = { .upstream = real_url, .tls_cert = rows[i].tls ? crt : NULL, .tls_key = key,
		    .tls_client_ca = path("ca.crt") };
		struct setting s;
		int port, rc;
		pid_t pid = relay_start(&plan, &port);

		snprintf(no, sizeof no, "%s", world_case(w, true));
		snprintf(url, sizeof url, "%s://127.0.0.1:%d/pkix/", rows[i].scheme, port);
		set_tls(&s, url, "client");
		rc = ra(w, "huang", "issue", no, "--csr", csr, NULL);
		world_conf(w, "ra.conf", s.to, s.from);
		relay_stop(pid);
		if (rc != 3)
			fail_msg("%s: exit %d: %s", rows[i].scheme, rc, w->err);
		state_is(w, no, "issuing");
		assert_int_equal(ra(w, "huang", "resume", NULL), 0);
		state_is(w, no, "issued");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_either_fits_and_issues_or_issues_nothing_and_loses_nothing),
		cmocka_unit_test(one_side_without_tls_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
