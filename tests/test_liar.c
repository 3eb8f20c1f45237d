/* A CA that lies in right CMP, each message signed as it should be but for one thing; and another CA of the same name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/ca.h"
#include "ra/certificate.h"
#include "tests/relay.h"
#include "tests/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static char real_url[80], csr[200], responder_key[200], ca_key[200], other_key[200];

static void
sh(const char *command)
{
	char script[1200];

	snprintf(script, sizeof script, "cd %s && %s", w->dir, command);
	if (run(w, "sh", "-c", script, NULL) != 0)
		fail_msg("%s: %s", command, w->err);
}

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	sh("sed -n 's/.*\\(http:[^\"]*\\)\".*/\\1/p' home/ra.conf | head -1 | tr -d '\\n'");
	snprintf(real_url, sizeof real_url, "%.79s", w->out);
	world_conf(w, "ra.conf", "timeout_s = 30", "timeout_s = 2");
	snprintf(csr, sizeof csr, "%s/h.csr", w->dir);
	snprintf(responder_key, sizeof responder_key, "%s/rsp.key", w->dir);
	snprintf(ca_key, sizeof ca_key, "%s/ca.key", w->dir);
	snprintf(other_key, sizeof other_key, "%s/other.key", w->dir);
	sh("openssl pkey -in home/ca/rsp.key -passin file:home/ca/ca.pass -out rsp.key");
	sh("openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key");
	sh("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key");
	sh("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout h.key -out h.csr -subj /CN=holder");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* Runs the command at the CA behind url, then the real one is there again. */
static int
ra_at(const char *url, const char *command, const char *no)
{
	int rc;

	world_conf(w, "ra.conf", real_url, url);
	rc = no ? ra(w, "huang", command, no, "--csr", csr, NULL) : ra(w, "huang", command, NULL);
	world_conf(w, "ra.conf", url, real_url);
	return rc;
}

static int
ra_through(enum lie lie, int at, const char *command, const char *no)
{
	struct relay_plan plan = { .upstream = real_url, .lie = lie, .at = at, .responder_key = responder_key, .ca_key = ca_key,
	    .other_key = other_key };
	char url[80];
	int port, rc;
	pid_t pid = relay_start(&plan, &port);

	snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
	rc = ra_at(url, command, no);
	relay_stop(pid);
	return rc;
}

/* What the CA holds for valid and what the office holds for valid are the same. */
static void
both_sides_agree(void)
{
	sh("sqlite3 home/ca/ca.db \"SELECT serial FROM issued WHERE purpose = 'holder' AND state = 'valid' ORDER BY 1\" > ca.txt");
	sh("sqlite3 home/ra.db \"SELECT serial FROM certificate WHERE state = 'valid' ORDER BY 1\" > ra.txt");
	sh("cmp ca.txt ra.txt && test -s ra.txt");
}

static void
no_lie_loses_or_makes_anything_and_the_true_ca_finishes(void **st)
{
	static const struct { const char *name; enum lie lie; int at, rc; const char *state, *words; int stored; } rows[] = {
		{ "another transaction", LIE_TID, 1, 3, "issuing", "cannot be trusted", 0 },
		{ "another nonce", LIE_NONCE, 1, 3, "issuing", "cannot be trusted", 0 },
		{ "no signature", LIE_UNPROTECTED, 1, 3, "issuing", "cannot be trusted", 0 },
		{ "an error without a signature", LIE_UNPROTECTED_ERROR, 1, 3, "issuing", "cannot be trusted", 0 },
		{ "a refusal without a signature", LIE_UNPROTECTED_REFUSAL, 1, 3, "issuing", "cannot be trusted", 0 },
		{ "half an answer", LIE_CUT, 1, 3, "issuing", "resume", 0 },
		{ "no answer after the deed", LIE_DROP, 1, 3, "issuing", "resume", 0 },
		{ "accepted without a certificate", LIE_NO_CERTIFICATE, 1, 3, "issuing", "", 0 },
		{ "busy", LIE_BUSY, 1, 3, "issuing", "just now", 0 },
		{ "a signed error", LIE_ERROR, 1, 1, "approved", "so says the liar", 0 },
		{ "a signed refusal", LIE_REFUSAL, 1, 1, "approved", "so says the liar", 0 },
		{ "a certificate that may issue others", LIE_CA_TRUE, 1, 1, "approved", "CA flag", 0 },
		{ "a certificate by a namesake", LIE_NAMESAKE, 1, 1, "approved", "signature", 0 },
		{ "another transaction, at the end", LIE_TID, 2, 3, "issuing", "cannot be trusted", 1 },
		{ "another nonce, at the end", LIE_NONCE, 2, 3, "issuing", "cannot be trusted", 1 },
		{ "the answer before, at the end", LIE_OLD, 2, 3, "issuing", "cannot be trusted", 1 },
		{ "no signature, at the end", LIE_UNPROTECTED, 2, 3, "issuing", "cannot be trusted", 1 },
		{ "an unsigned error, at the end", LIE_UNPROTECTED_ERROR, 2, 3, "issuing", "cannot be trusted", 1 },
		{ "half an answer, at the end", LIE_CUT, 2, 3, "issuing", "resume", 1 },
		{ "no answer, at the end", LIE_DROP, 2, 3, "issuing", "resume", 1 },
		{ "busy, at the end", LIE_BUSY, 2, 3, "issuing", "just now", 1 },
		{ "silence, at the end", LIE_SILENT, 2, 3, "issuing", "in time", 1 },
		{ "a drip, at the end", LIE_DRIP, 2, 3, "issuing", "in time", 1 },
		{ "an answer without end, at the end", LIE_HUGE, 2, 3, "issuing", "too large", 1 },
	};
	char no[32];

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int before = sql_int(w, "SELECT count(*) FROM certificate"), rc;

		snprintf(no, sizeof no, "%s", world_case(w, true));
		rc = ra_through(rows[i].lie, rows[i].at, "issue", no);
		if (rc != rows[i].rc || !strstr(w->err, rows[i].words))
			fail_msg("%s: exit %d: %s", rows[i].name, rc, w->err);
		state_is(w, no, rows[i].state);
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before + rows[i].stored);
		if (strcmp(rows[i].state, "issuing") == 0)
			rc = ra(w, "huang", "resume", NULL);
		else
			rc = ra(w, "huang", "issue", no, "--csr", csr, NULL);
		if (rc != 0)
			fail_msg("%s, then the true CA: exit %d: %s%s", rows[i].name, rc, w->out, w->err);
		state_is(w, no, "issued");
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before + 1);
	}
	both_sides_agree();
	audit_is_whole(w);
}

static void
a_signed_error_to_the_confirmation_makes_a_new_certificate_and_ends_the_other(void **st)
{
	char no[32], query[200];
	int before, rc;

	(void)st;
	before = sql_int(w, "SELECT count(*) FROM certificate");
	snprintf(no, sizeof no, "%s", world_case(w, true));
	rc = ra_through(LIE_ERROR, 2, "issue", no);
	if (rc != 0)
		fail_msg("exit %d: %s", rc, w->err);
	state_is(w, no, "issued");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before + 2);
	snprintf(query, sizeof query, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
	    " AND c.state = 'valid'", no);
	assert_int_equal(sql_int(w, query), 1);
	both_sides_agree();
	audit_is_whole(w);
}

/* A whole CA with the same name, its own keys, and our RA's certificate accepted: only its signature tells it apart. */
static void
another_ca_of_the_same_name_is_not_believed(void **st)
{
	static const char *const trusts[] = { "trust = \"pki/trust.pem\"", "trust = \"pki/issuer.pem\"" };	/* the signer pinned; a path from the CA */
	char no[32], url[80], script[600];
	int port;
	struct relay_plan none = { .upstream = real_url };
	pid_t pid = relay_start(&none, &port);	/* only for a free port */

	(void)st;
	relay_stop(pid);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
	snprintf(script, sizeof script, "openssl req -new -key home/pki/ra.key -subj /CN=x -out x.csr && %s init ca2 --name 'RA demo CA'"
	    " --port %d --ra-csr x.csr --ra-cert x.crt && cp home/pki/ra.crt ca2/ra.crt", built("ra-ca"), port);
	sh(script);
	snprintf(script, sizeof script, "(%s serve ca2 --ready-fd 3 3>ready >ca2.out 2>&1 &) ; for i in 1 2 3 4 5 6 7 8 9 10; do"
	    " test -s ready && exit 0; sleep 0.2; done; cat ca2.out; exit 1", built("ra-ca"));
	sh(script);
	for (size_t i = 0; i < 2; i++) {
		snprintf(no, sizeof no, "%s", world_case(w, true));
		if (i == 1)
			world_conf(w, "ra.conf", trusts[0], trusts[1]);
		if (ra_at(url, "issue", no) != 3 || !strstr(w->err, "cannot be trusted"))
			fail_msg("%s: %s", trusts[i], w->err);
		state_is(w, no, "issuing");
		if (ra(w, "huang", "resume", NULL) != 0)
			fail_msg("%s: %s%s", trusts[i], w->out, w->err);
		state_is(w, no, "issued");
	}
	world_conf(w, "ra.conf", trusts[1], trusts[0]);
	snprintf(script, sizeof script, "%s stop ca2", built("ra-ca"));
	sh(script);
	/* it did issue, but nothing of it was believed */
	both_sides_agree();
	audit_is_whole(w);
}

/* ---- the client alone ---- */

static struct ca *
client(const char *url)
{
	static char file[4][200];
	static const char *const names[] = { "pki/issuer.pem", "pki/trust.pem", "pki/ra.crt", "pki/ra.key" };
	struct ca_config c = { .id = "liar", .url = url, .issuer = file[0], .trust = file[1], .ra_cert = file[2], .ra_key = file[3],
	    .timeout_s = 2 };
	struct ca *ca = NULL;
	struct err e;

	for (int i = 0; i < 4; i++)
		snprintf(file[i], sizeof file[i], "%s/%s", w->home, names[i]);
	if (!ca_open(&c, &ca, &e))
		fail_msg("%s", e.text);
	return ca;
}

static ASN1_INTEGER *
some_serial(void)
{
	ASN1_INTEGER *serial = NULL;
	char no[32];
	struct err e;

	snprintf(no, sizeof no, "%s", world_case(w, true));
	assert_int_equal(ra(w, "huang", "issue", no, "--csr", csr, NULL), 0);
	sql_int(w, "SELECT serial FROM certificate ORDER BY id DESC LIMIT 1");
	w->out[strcspn(w->out, "\n")] = '\0';
	assert_true(certificate_serial_parse(w->out, &serial, &e));
	return serial;
}

static void
a_revocation_that_is_answered_wrongly_is_repeated_and_then_true(void **st)
{
	static const struct { enum lie lie; enum ca_outcome outcome; } rows[] = {
		{ LIE_TID, CA_UNKNOWN }, { LIE_NONCE, CA_UNKNOWN }, { LIE_UNPROTECTED, CA_UNKNOWN }, { LIE_UNPROTECTED_ERROR, CA_UNKNOWN },
		{ LIE_CUT, CA_UNKNOWN }, { LIE_DROP, CA_UNKNOWN }, { LIE_BUSY, CA_UNKNOWN }, { LIE_ERROR, CA_REFUSED },
	};
	static const int reasons[] = { CA_HOLD, CA_RELEASE, 4 };	/* superseded: its key is asked for again */
	unsigned char tid[CA_TID_LEN] = { 9 };
	ASN1_INTEGER *serial;
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		serial = some_serial();
		for (size_t k = 0; k < 3; k++) {
			struct relay_plan plan = { .upstream = real_url, .lie = rows[i].lie, .at = 1, .responder_key = responder_key };
			char url[80];
			int port;
			pid_t pid = relay_start(&plan, &port);
			struct ca *ca;
			enum ca_outcome o;

			snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
			tid[1] = (unsigned char)i;
			tid[2] = (unsigned char)k;
			ca = client(url);
			o = ca_revoke(ca, tid, serial, reasons[k], &e);
			ca_close(ca);
			relay_stop(pid);
			if (o != rows[i].outcome)
				fail_msg("row %zu, reason %d: %d %s", i, reasons[k], (int)o, e.text);
			ca = client(real_url);	/* the CA had done it: the repeat changes nothing */
			if (ca_revoke(ca, tid, serial, reasons[k], &e) != CA_CONFIRMED)
				fail_msg("row %zu, reason %d, again: %s", i, reasons[k], e.text);
			ca_close(ca);
		}
		ASN1_INTEGER_free(serial);
	}
}

/* A list with this issuer's name, signed by that key, due at next_update seconds from now. */
static void
write_list(const char *path, const char *key_path, X509_NAME *issuer, long next_update, const char *more)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, -7200), *to = X509_gmtime_adj(NULL, next_update);
	EVP_PKEY *key = NULL;
	unsigned char *der = NULL;
	struct err e;
	FILE *f = fopen(path, "we");
	int n;

	assert_true(certificate_key_load(key_path, &key, &e));
	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, issuer);
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, to);
	assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
	n = i2d_X509_CRL(crl, &der);
	assert_true(f && fwrite(der, 1, (size_t)n, f) == (size_t)n && fputs(more, f) >= 0 && fclose(f) == 0);
	OPENSSL_free(der);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_CRL_free(crl);
	EVP_PKEY_free(key);
}

static void
a_list_that_is_not_the_ca_s_or_too_old_is_not_believed(void **st)
{
	static const struct { const char *name, *key; bool own_name; long due; const char *more, *words; } rows[] = {
		{ "right", "ca.key", true, 3600, "", NULL },
		{ "a namesake's", "other.key", true, 3600, "", "not signed by it" },
		{ "another issuer's", "ca.key", false, 3600, "", "not signed by it" },
		{ "too old", "ca.key", true, -60, "", "out of date" },
		{ "with more behind it", "ca.key", true, 3600, "more", "not signed by it" },
	};
	X509_NAME *other = X509_NAME_new();
	char list[200], key[200];
	struct relay_plan plan = { .upstream = real_url, .crl = list };
	struct ca *ca = client(real_url);
	struct err e;

	(void)st;
	assert_true(certificate_name_add(other, "CN", "another CA", &e));
	snprintf(list, sizeof list, "%s/list.crl", w->dir);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		X509_CRL *crl = NULL;
		struct ca *to;
		char url[80];
		int port;
		pid_t pid;
		bool ok;

		snprintf(key, sizeof key, "%s/%s", w->dir, rows[i].key);
		write_list(list, key, rows[i].own_name ? X509_get_subject_name(ca_issuer(ca)) : other, rows[i].due, rows[i].more);
		pid = relay_start(&plan, &port);
		snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
		to = client(url);
		ok = ca_crl(to, &crl, &e);
		ca_close(to);
		relay_stop(pid);
		if (ok != !rows[i].words || (rows[i].words && (e.code != FAULT_LATER || !strstr(e.text, rows[i].words))))
			fail_msg("%s: %d %s", rows[i].name, ok, e.text);
		X509_CRL_free(crl);
	}
	ca_close(ca);
	X509_NAME_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_lie_loses_or_makes_anything_and_the_true_ca_finishes),
		cmocka_unit_test(a_signed_error_to_the_confirmation_makes_a_new_certificate_and_ends_the_other),
		cmocka_unit_test(another_ca_of_the_same_name_is_not_believed),
		cmocka_unit_test(a_revocation_that_is_answered_wrongly_is_repeated_and_then_true),
		cmocka_unit_test(a_list_that_is_not_the_ca_s_or_too_old_is_not_believed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
