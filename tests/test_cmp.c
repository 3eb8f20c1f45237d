/* The CMP client against the mock server of `openssl cmp` and against the embedded CA: certificates, revocation, the list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "ra/ca.h"
#include "ra/certificate.h"
#include "tests/relay.h"
#include "tests/support.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world *w;

static int
set_up(void **state)
{
	char script[400];

	(void)state;
	w = world_new();
	snprintf(script, sizeof script, "cd %s && openssl pkey -in home/ca/rsp.key -passin file:home/ca/ca.pass -out rsp.key"
	    " && openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key", w->dir);
	return run(w, "sh", "-c", script, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

static char *
path(const char *name)
{
	static char p[6][200];
	static int turn;

	turn = (turn + 1) % 6;
	snprintf(p[turn], sizeof p[turn], "%s/%s", w->dir, name);
	return p[turn];
}

static void
request_make(struct ca_request *r, bool implicit)
{
	struct err e;

	memset(r, 0, sizeof *r);
	memset(r->tid, implicit ? 7 : 8, sizeof r->tid);
	r->subject = X509_NAME_new();
	assert_true(certificate_name_add(r->subject, "C", "CN", &e));
	assert_true(certificate_name_add(r->subject, "CN", "东莞市𬭚泰五金有限公司", &e));
	r->pubkey = EVP_EC_gen("P-256");
	r->not_before = when_now();
	r->not_after = when_add_years(r->not_before, 1);
	r->implicit_confirm = implicit;
}

/* The certificate that was asked for, made with the CA's own key. */
static void
answer_make(const struct ca_request *r, const char *file)
{
	X509 *ca, *x = X509_new();
	EVP_PKEY *key;
	ASN1_TIME *from = certificate_time_new(r->not_before), *to = certificate_time_new(r->not_after);
	struct err e;

	assert_true(certificate_load(path("home/ca/ca.crt"), &ca, &e));
	assert_true(certificate_key_load(path("ca.key"), &key, &e));
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
	X509_set_subject_name(x, r->subject);
	X509_set_issuer_name(x, X509_get_subject_name(ca));
	X509_set_pubkey(x, r->pubkey);
	X509_set1_notBefore(x, from);
	X509_set1_notAfter(x, to);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	assert_true(certificate_save(file, x, &e));
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_free(x);
	X509_free(ca);
	EVP_PKEY_free(key);
}

static pid_t
start_mock(const char *cert, bool implicit, bool poll, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char number[12];
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	*port = ntohs(a.sin_port);
	snprintf(number, sizeof number, "%d", *port);
	pid = fork();
	if (pid == 0) {
		if (!freopen(path("mock.log"), "w", stdout) || !freopen(path("mock.err"), "w", stderr))
			_exit(126);
		alarm(30);
		execlp("openssl", "openssl", "cmp", "-port", number, "-srv_cert", path("home/ca/rsp.crt"), "-srv_key", path("rsp.key"),
		    "-srv_trusted", path("home/ca/ca.crt"), "-rsp_cert", cert, "-rsp_extracerts", path("home/ca/ca.crt"),
		    "-accept_raverified", "-poll_count", poll ? "2" : "0", "-check_after", "1",
		    implicit ? "-grant_implicitconf" : (char *)NULL, (char *)NULL);
		_exit(127);
	}
	wait_for_listener(*port);
	return pid;
}

static void
config_make(struct ca_config *c, char url[80], int port)
{
	memset(c, 0, sizeof *c);
	snprintf(url, 80, "http://127.0.0.1:%d/pkix/", port);
	c->id = "mock";
	c->url = url;
	c->issuer = path("home/pki/issuer.pem");
	c->trust = path("home/pki/trust.pem");
	c->ra_cert = path("home/pki/ra.crt");
	c->ra_key = path("home/pki/ra.key");
	c->timeout_s = 5;
}

static bool
stored(void *arg, X509 *cert, struct err *e)
{
	(void)e;
	assert_non_null(cert);
	++*(int *)arg;
	return true;
}

static void
enrol(bool implicit, bool poll)
{
	struct ca_config c;
	struct ca_request r;
	struct ca *ca = NULL;
	struct err e = { 0 };
	enum ca_outcome o;
	char url[80], file[200];
	int port, count = 0;
	pid_t pid;

	request_make(&r, implicit);
	snprintf(file, sizeof file, "%s", path("answer.crt"));
	answer_make(&r, file);
	pid = start_mock(file, implicit, poll, &port);
	config_make(&c, url, port);
	assert_true(ca_open(&c, &ca, &e));
	o = ca_enrol(ca, &r, stored, &count, &e);
	if (o != CA_CONFIRMED)
		fail_msg("%d %s (%s)", (int)o, e.text, e.detail);
	assert_int_equal(count, 1);
	assert_true(ca_ping(ca, &e));
	ca_close(ca);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	X509_NAME_free(r.subject);
	EVP_PKEY_free(r.pubkey);
}

static void
a_certificate_comes_from_the_mock_server_with_an_explicit_confirmation(void **st)
{
	(void)st;
	enrol(false, false);
}

static void
a_certificate_comes_from_the_mock_server_with_an_implicit_confirmation(void **st)
{
	(void)st;
	enrol(true, false);
}

static void
a_ca_that_lets_wait_is_asked_again_until_it_answers(void **st)
{
	(void)st;
	enrol(false, true);
}

static void
what_is_not_there_is_not_sent(void **st)
{
	struct ca_config c;
	struct ca_request r;
	struct ca *ca = NULL;
	struct err e = { 0 };
	char url[80];
	int count = 0;

	(void)st;
	request_make(&r, false);
	config_make(&c, url, 1);
	assert_true(ca_open(&c, &ca, &e));
	assert_int_equal(ca_enrol(ca, &r, stored, &count, &e), CA_NOT_SENT);
	assert_int_equal(e.code, FAULT_LATER);
	assert_int_equal(count, 0);
	ca_close(ca);
	c.ra_key = path("rsp.key");
	assert_false(ca_open(&c, &ca, &e));	/* not the RA's own key */
	c.ra_key = path("nowhere");
	assert_false(ca_open(&c, &ca, &e));
	assert_non_null(strstr(e.text, "nowhere"));
	X509_NAME_free(r.subject);
	EVP_PKEY_free(r.pubkey);
}

/* ---- the embedded CA ---- */

static void
real_config(struct ca_config *c)
{
	static char url[80];
	char text[4096] = "", *p;
	FILE *f = fopen(path("home/ra.conf"), "re");

	assert_true(f && fread(text, 1, sizeof text - 1, f) > 0);
	fclose(f);
	p = strstr(text, "http://");
	assert_non_null(p);
	config_make(c, url, 0);
	snprintf(url, sizeof url, "%.*s", (int)strcspn(p, "\""), p);
}

static bool
stored_serial(void *arg, X509 *cert, struct err *e)
{
	(void)e;
	*(ASN1_INTEGER **)arg = ASN1_INTEGER_dup(X509_get0_serialNumber(cert));
	return true;
}

static void
rr_after_rr_is_confirmed_as_often_as_it_is_asked_and_never_undoes_the_end(void **st)
{
	static const struct { int reason; enum ca_outcome outcome; bool listed; int shown; } rows[] = {
		{ CA_RELEASE, CA_CONFIRMED, false, 0 }, { CA_HOLD, CA_CONFIRMED, true, CA_HOLD },
		{ CA_HOLD, CA_CONFIRMED, true, CA_HOLD }, { CA_RELEASE, CA_CONFIRMED, false, 0 },
		{ CA_RELEASE, CA_CONFIRMED, false, 0 }, { CA_HOLD, CA_CONFIRMED, true, CA_HOLD }, { 1, CA_CONFIRMED, true, 1 },
		{ 1, CA_CONFIRMED, true, 1 }, { CA_HOLD, CA_REFUSED, true, 1 }, { CA_RELEASE, CA_REFUSED, true, 1 },
	};
	struct ca_config c;
	struct ca_request r;
	struct ca *ca = NULL;
	ASN1_INTEGER *serial = NULL;
	struct err e = { 0 };

	(void)st;
	real_config(&c);
	request_make(&r, false);
	assert_true(ca_open(&c, &ca, &e));
	assert_int_equal(ca_enrol(ca, &r, stored_serial, &serial, &e), CA_CONFIRMED);
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		size_t k = i / 2;	/* each is sent twice in one transaction, too */
		unsigned char tid[CA_TID_LEN] = { 1, (unsigned char)k };
		enum ca_outcome o = ca_revoke(ca, tid, serial, rows[k].reason, &e);
		struct ca_listed row;
		X509_CRL *crl = NULL;

		if (o != rows[k].outcome)
			fail_msg("row %zu: %d %s (%s)", k, (int)o, e.text, e.detail);
		assert_true(ca_crl(ca, &crl, &e));
		assert_int_equal(ca_listed(crl, serial, &row), rows[k].listed);
		assert_int_equal(row.reason, rows[k].shown);
		assert_true(!rows[k].listed || (row.at > when_now() - 60 && row.at <= when_now()));
		X509_CRL_free(crl);
	}
	ca_close(ca);
	ASN1_INTEGER_free(serial);
	X509_NAME_free(r.subject);
	EVP_PKEY_free(r.pubkey);
}

static enum ca_outcome
update_to(struct ca *ca, struct ca_request *r, unsigned char turn, ASN1_INTEGER **serial, struct err *e)
{
	memset(r->tid, turn, sizeof r->tid);
	ASN1_INTEGER_free(*serial);
	*serial = NULL;
	return ca_enrol(ca, r, stored_serial, serial, e);
}

static void
an_update_keeps_the_subject_takes_either_key_and_leaves_the_old_one(void **st)
{
	struct ca_config c;
	struct ca_request r;
	struct ca *ca = NULL;
	ASN1_INTEGER *old = NULL, *first = NULL, *again = NULL;
	X509_CRL *crl = NULL;
	struct ca_listed row;
	struct err e = { 0 };

	(void)st;
	real_config(&c);
	request_make(&r, false);
	assert_true(ca_open(&c, &ca, &e));
	assert_int_equal(update_to(ca, &r, 20, &old, &e), CA_CONFIRMED);
	r.old = old;
	r.not_after = when_add_years(r.not_after, 2);	/* the old end + 2 years, to the second: ca_matches compares it */
	assert_int_equal(update_to(ca, &r, 21, &first, &e), CA_CONFIRMED);
	assert_int_not_equal(ASN1_INTEGER_cmp(first, old), 0);
	assert_int_equal(update_to(ca, &r, 21, &again, &e), CA_CONFIRMED);
	assert_int_equal(ASN1_INTEGER_cmp(first, again), 0);
	EVP_PKEY_free(r.pubkey);
	r.pubkey = EVP_EC_gen("P-256");
	assert_int_equal(update_to(ca, &r, 21, &again, &e), CA_TID_USED);
	assert_int_equal(update_to(ca, &r, 22, &again, &e), CA_CONFIRMED);
	assert_true(ca_crl(ca, &crl, &e));
	assert_false(ca_listed(crl, old, &row));
	X509_CRL_free(crl);
	ca_close(ca);
	ASN1_INTEGER_free(old);
	ASN1_INTEGER_free(first);
	ASN1_INTEGER_free(again);
	X509_NAME_free(r.subject);
	EVP_PKEY_free(r.pubkey);
}

static void
an_update_that_may_not_be_is_refused_in_words(void **st)
{
	struct ca_config c;
	struct ca_request r;
	struct ca *ca = NULL;
	ASN1_INTEGER *old = NULL, *gone = NULL, *made = NULL;
	unsigned char tid[CA_TID_LEN] = { 2 };
	struct err e = { 0 };

	(void)st;
	real_config(&c);
	request_make(&r, false);
	assert_true(ca_open(&c, &ca, &e));
	assert_int_equal(update_to(ca, &r, 30, &old, &e), CA_CONFIRMED);
	r.not_after = when_now() + 2;
	assert_int_equal(update_to(ca, &r, 31, &gone, &e), CA_CONFIRMED);
	r.not_after = when_add_years(r.not_before, 1);
	r.old = old;
	assert_true(certificate_name_add(r.subject, "OU", "another", &e));
	assert_int_equal(update_to(ca, &r, 32, &made, &e), CA_REFUSED);
	assert_non_null(strstr(e.text, "subject"));
	X509_NAME_ENTRY_free(X509_NAME_delete_entry(r.subject, 2));
	assert_int_equal(ca_revoke(ca, tid, old, 4, &e), CA_CONFIRMED);
	assert_int_equal(update_to(ca, &r, 33, &made, &e), CA_REFUSED);
	assert_non_null(strstr(e.text, "revoked"));
	sleep(3);
	r.old = gone;
	assert_int_equal(update_to(ca, &r, 34, &made, &e), CA_REFUSED);
	assert_non_null(strstr(e.text, "expired"));
	assert_null(made);
	ca_close(ca);
	ASN1_INTEGER_free(old);
	ASN1_INTEGER_free(gone);
	X509_NAME_free(r.subject);
	EVP_PKEY_free(r.pubkey);
}

static void
the_list_is_saved_as_it_came(void **st)
{
	char script[400];

	(void)st;
	assert_int_equal(ra(w, NULL, "ca", "crl", "-o", path("list.crl"), NULL), 0);
	snprintf(script, sizeof script, "openssl crl -inform der -in %s/list.crl -CAfile %s/ca/ca.crt -noout 2>&1 | grep 'verify OK'",
	    w->dir, w->home);
	assert_int_equal(run(w, "sh", "-c", script, NULL), 0);
	snprintf(script, sizeof script, "curl -sf $(sed -n 's/^crl_url = \"\\(.*\\)\";/\\1/p' %s/ca/ca.conf) | cmp - %s/list.crl",
	    w->home, w->dir);
	assert_int_equal(run(w, "sh", "-c", script, NULL), 0);
	assert_int_equal(ra(w, NULL, "ca", "crl", NULL), 2);
	assert_int_equal(ra(w, NULL, "ca", "crl", "-o", path("nowhere/list.crl"), NULL), 1);
	assert_int_equal(ra(w, NULL, "ca", "crl", "--ca", "nobody", "-o", path("x.crl"), NULL), 1);
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_int_equal(ra(w, NULL, "ca", "crl", "-o", path("x.crl"), NULL), 3);
	assert_int_not_equal(access(path("x.crl"), F_OK), 0);
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
}

static void
a_term_behind_the_issuer_s_own_end_is_told_before_anything_is_sent(void **st)
{
	struct ca_config c;
	struct ca *ca = NULL;
	struct err e = { 0 };

	(void)st;
	real_config(&c);
	assert_true(ca_open(&c, &ca, &e));
	assert_true(ca_covers(ca, when_add_years(when_now(), 19), &e));
	assert_false(ca_covers(ca, when_add_years(when_now(), 21), &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_string_equal(e.field, "years");
	ca_close(ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_comes_from_the_mock_server_with_an_explicit_confirmation),
		cmocka_unit_test(a_certificate_comes_from_the_mock_server_with_an_implicit_confirmation),
		cmocka_unit_test(a_ca_that_lets_wait_is_asked_again_until_it_answers),
		cmocka_unit_test(what_is_not_there_is_not_sent),
		cmocka_unit_test(rr_after_rr_is_confirmed_as_often_as_it_is_asked_and_never_undoes_the_end),
		cmocka_unit_test(an_update_keeps_the_subject_takes_either_key_and_leaves_the_old_one),
		cmocka_unit_test(an_update_that_may_not_be_is_refused_in_words),
		cmocka_unit_test(the_list_is_saved_as_it_came),
		cmocka_unit_test(a_term_behind_the_issuer_s_own_end_is_told_before_anything_is_sent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
