/* The CA's list against the store: agreement, every kind of difference in both directions, and 100,000 rows of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/certificate.h"
#include "ra/application.h"
#include "ra/issue.h"
#include "ra/reconcile.h"
#include "ra/revoke.h"
#include "ra/stock.h"
#include "tests/plans.h"
#include "tests/support.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DAY 86400
#define MANY 100000

static struct world *w;
static struct office *chen, *huang, *liang;
static struct certificate issued;
static char ca_url[80];

/* ---- a place that gives out a list ---- */

static struct {
	int fd, port, fetched;
	unsigned char *der, *der_next;	/* next: from the second fetching on, when there is one */
	int n, n_next;
	pthread_t thread;
} place;

static void *
serve(void *arg)
{
	char ask[4096], head[200];

	for (int fd; (fd = accept(place.fd, NULL, NULL)) >= 0; close(fd)) {
		bool next = place.fetched++ > 0 && place.der_next;
		const unsigned char *p = next ? place.der_next : place.der;
		int n = next ? place.n_next : place.n, done = 0;

		if (read(fd, ask, sizeof ask) <= 0)
			continue;
		snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: %d\r\n"
		    "Connection: close\r\n\r\n", n);
		if (send(fd, head, strlen(head), MSG_NOSIGNAL) < 0)
			continue;
		for (ssize_t k; done < n && (k = send(fd, p + done, (size_t)(n - done), MSG_NOSIGNAL)) > 0; done += (int)k)
			;
	}
	return arg;
}

static void
place_open(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;

	place.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(place.fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(place.fd, 8), 0);
	assert_int_equal(getsockname(place.fd, (struct sockaddr *)&a, &n), 0);
	place.port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&place.thread, NULL, serve, NULL), 0);
}

struct row { const char *serial; int reason; };

static void
row_add(X509_CRL *crl, const char *serial, int reason, int64_t at)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_TIME *when = certificate_time_new(at);
	ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
	ASN1_INTEGER *number;
	struct err e;

	went(certificate_serial_parse(serial, &number, &e), &e);
	X509_REVOKED_set_serialNumber(r, number);
	X509_REVOKED_set_revocationDate(r, when);
	ASN1_ENUMERATED_set(code, reason);
	if (reason > 0)		/* unspecified is told by its absence (RFC 5280 5.3.1) */
		X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, code, 0, 0);
	X509_CRL_add0_revoked(crl, r);
	ASN1_INTEGER_free(number);
	ASN1_ENUMERATED_free(code);
	ASN1_TIME_free(when);
}

/* A list signed by the CA itself; the bytes are the caller's. */
static int
list_make(const struct row *rows, size_t n, size_t numbered, unsigned char **der)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = certificate_time_new(when_now() - 60), *to = certificate_time_new(when_now() + DAY);
	EVP_PKEY *key;
	X509 *ca;
	char path[160], serial[24];
	int len;
	struct err e;

	snprintf(path, sizeof path, "%s/pki/issuer.pem", w->home);
	went(certificate_load(path, &ca, &e), &e);
	snprintf(path, sizeof path, "%s/ca.key", w->dir);
	went(certificate_key_load(path, &key, &e), &e);
	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca));
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, to);
	for (size_t i = 0; i < n; i++)
		row_add(crl, rows[i].serial, rows[i].reason, when_now() - DAY);
	for (size_t i = 0; i < numbered; i++) {
		snprintf(serial, sizeof serial, "5A%012zX", i);
		row_add(crl, serial, CRL_CESSATION, when_now() - DAY);
	}
	X509_CRL_sort(crl);
	assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
	*der = NULL;
	len = i2d_X509_CRL(crl, der);
	assert_true(len > 0);
	X509_CRL_free(crl);
	X509_free(ca);
	EVP_PKEY_free(key);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return len;
}

static void
place_gives(const struct row *rows, size_t n, const struct row *next, size_t next_n)
{
	OPENSSL_free(place.der);
	OPENSSL_free(place.der_next);
	place.der_next = NULL;
	place.n = list_make(rows, n, 0, &place.der);
	if (next)
		place.n_next = list_make(next, next_n, 0, &place.der_next);
	place.fetched = 0;
}

/* ---- the store ---- */

static void
put(const char *serial, enum cert_state state, int reason, int64_t not_after)
{
	struct certificate c = issued;
	struct err e;

	snprintf(c.serial, sizeof c.serial, "%s", serial);
	c.state = state;
	c.not_after = not_after;
	c.id = 0;
	went(office_begin(chen, &e) && cert_insert(chen->db, &c, (const unsigned char *)"x", 1, &e), &e);
	c.revoked_at = reason >= 0 ? when_now() - DAY : 0;
	c.reason = reason;
	went(cert_store_state(chen->db, &c, &e) && office_commit(chen, ACT_RECEIVED, "certificate:made", &e, "a row"), &e);
}

static struct difference got[64];
static size_t got_n;

static bool
note(void *arg, const struct difference *d, struct err *e)
{
	(void)arg;
	(void)e;
	assert_true(got_n < sizeof got / sizeof *got);
	got[got_n++] = *d;
	return true;
}

static struct reconcile_tally
look(void)
{
	static const struct reconcile_calls calls = { note, NULL, NULL };
	struct office *o = NULL;
	struct reconcile_tally t;
	struct err e;

	got_n = 0;
	went(office_open(w->home, &o, &e), &e);		/* ra.conf as it is now */
	o->me = chen->me;
	went(reconcile(o, NULL, &calls, &t, &e), &e);
	assert_int_equal(t.cas, 1);
	assert_int_equal(t.differences, got_n);
	office_close(o);
	return t;
}

static int
set_up(void **state)
{
	struct application *a = calloc(1, sizeof *a);
	struct issue_medium medium = { 0 };
	struct app_item item;
	char no[APP_NO_MAX], script[400];
	bool found;
	size_t n;
	int made;
	struct err e;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	liang = world_member(w, "liang");
	snprintf(ca_url, sizeof ca_url, "%s", chen->ca[0].url);
	went(stock_add_soft(chen, 1, &made, &e), &e);
	world_approved(w, chen, huang, no);
	went(issue_application(huang, no, 0, &medium, &e) && application_load(chen, no, a, &e) && app_items(chen->db, a->id, &item, 1, &n, &e)
	    && cert_load(chen->db, item.certificate, &issued, &found, &e) && found, &e);
	snprintf(script, sizeof script, "cd %s && openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key", w->dir);
	free(a);
	place_open();
	return run(w, "sh", "-c", script, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	shutdown(place.fd, SHUT_RDWR);
	close(place.fd);
	pthread_join(place.thread, NULL);
	OPENSSL_free(place.der);
	OPENSSL_free(place.der_next);
	office_close(chen);
	office_close(huang);
	office_close(liang);
	world_free(w);
	return 0;
}

static void
ask_place(bool yes)
{
	char mine[80];

	snprintf(mine, sizeof mine, "http://127.0.0.1:%d/pkix/", place.port);
	world_conf(w, "ra.conf", yes ? ca_url : mine, yes ? mine : ca_url);
}

/* ---- tests ---- */

static void
a_certificate_that_the_ca_revoked_by_itself_is_found_and_taken_over(void **st)
{
	char command[900], serial[64];
	struct err e;

	(void)st;
	assert_int_equal(look().differences, 0);
	snprintf(serial, sizeof serial, "%s", issued.serial);
	assert_int_equal(ra(w, "chen", "cert", "export", serial, "-o", world_file(w, "c.pem", ""), NULL), 0);
	snprintf(command, sizeof command, "cd %s && openssl cmp -cmd rr -server %s -trusted home/pki/issuer.pem -cert home/pki/ra.crt"
	    " -key home/pki/ra.key -oldcert c.pem -revreason 4", w->dir, ca_url);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	assert_int_equal(look().differences, 1);
	assert_int_equal(got[0].kind, DIFFERS_STATE);
	assert_string_equal(got[0].serial, serial);
	assert_int_equal(difference_ca_state(&got[0]), CERT_REVOKED);
	assert_int_equal(got[0].c.state, CERT_VALID);
	assert_int_equal(ra(w, "he", "cert", "reconcile", "--json", NULL), 0);
	assert_string_equal(out_value(w, "serial"), serial);
	assert_string_equal(out_value(w, "difference"), "state");
	assert_string_equal(out_value(w, "store_state"), "valid");
	assert_string_equal(out_value(w, "ca_state"), "revoked");
	assert_string_equal(out_value(w, "ca_reason"), "superseded");
	assert_int_equal(ra(w, "he", "cert", "check", serial, "--json", NULL), 0);
	assert_string_equal(out_value(w, "difference"), "state");
	assert_string_equal(out_value(w, "ca_state"), "revoked");
	/* only a supervisor takes the CA's word, with a reason, and only where there is a difference */
	assert_int_equal(ra(w, "chen", "cert", "adopt", serial, "--reason", "x", NULL), 1);
	assert_int_equal(ra(w, "liang", "cert", "adopt", serial, NULL), 1);
	assert_non_null(strstr(w->err, "reason: "));
	assert_int_equal(ra(w, "liang", "cert", "adopt", serial, "--reason", "CA 来函", NULL), 0);
	assert_int_equal(ra(w, "he", "cert", "show", serial, "--json", NULL), 0);
	assert_string_equal(out_value(w, "state"), "revoked");
	assert_string_equal(out_value(w, "reason"), "superseded");
	assert_int_equal(look().differences, 0);
	assert_int_equal(ra(w, "he", "cert", "check", serial, NULL), 0);
	assert_non_null(strstr(w->out, "agree"));
	assert_non_null(strstr(w->out, "CA: revoked (superseded) since"));
	assert_int_equal(ra(w, "he", "cert", "check", "77", NULL), 1);
	assert_false(reconcile_adopt(liang, serial, "again", &e));
	assert_non_null(strstr(e.text, "agree"));
	assert_int_equal(ra(w, "he", "cert", "reconcile", NULL), 0);
	assert_non_null(strstr(w->out, "0 differences"));
	audit_is_whole(w);
}

static void
every_kind_of_difference_is_told_in_both_directions(void **st)
{
	static const struct { const char *serial; enum cert_state here; int reason; bool listed; int ca_reason; int ends; int kind; } rows[] = {
		/* in agreement */
		{ "6A01", CERT_VALID, -1, false, 0, 9, -1 }, { "6A02", CERT_REVOKED, CRL_KEY, true, CRL_KEY, 9, -1 },
		{ "6A03", CERT_HOLD, CRL_HOLD, true, CRL_HOLD, 9, -1 }, { "6A04", CERT_REVOKED, CRL_UNSPECIFIED, true, 0, 9, -1 },
		{ "6A05", CERT_SUPERSEDED, -1, false, 0, 9, -1 }, { "6A06", CERT_REVOKED, CRL_CESSATION, false, 0, -9, -1 },
		/* the CA says more */
		{ "6A11", CERT_VALID, -1, true, CRL_KEY, 9, DIFFERS_STATE }, { "6A12", CERT_VALID, -1, true, CRL_HOLD, 9, DIFFERS_STATE },
		{ "6A13", CERT_SUPERSEDED, -1, true, CRL_CESSATION, 9, DIFFERS_STATE }, { "6A14", CERT_HOLD, CRL_HOLD, true, CRL_KEY, 9, DIFFERS_STATE },
		{ "6A15", CERT_UNCONFIRMED, -1, true, CRL_UNSPECIFIED, 9, DIFFERS_STATE }, { "6A16", CERT_VALID, -1, true, CRL_KEY, -9, DIFFERS_STATE },
		/* the store says more */
		{ "6A21", CERT_REVOKED, CRL_KEY, false, 0, 9, DIFFERS_STATE }, { "6A22", CERT_HOLD, CRL_HOLD, false, 0, 9, DIFFERS_STATE },
		{ "6A23", CERT_REVOKED, CRL_KEY, true, CRL_HOLD, 9, DIFFERS_STATE },
		/* they say different things of it */
		{ "6A31", CERT_REVOKED, CRL_KEY, true, CRL_CESSATION, 9, DIFFERS_REASON },
	};
	struct row list[32] = { { "0777", CRL_KEY }, { "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", CRL_HOLD } };
	size_t n = 2, at = 0;
	char words[400];

	(void)st;
	list[n++] = (struct row){ issued.serial, CRL_SUPERSEDED };		/* of the test before */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put(rows[i].serial, rows[i].here, rows[i].reason, when_now() + rows[i].ends * DAY);
		if (rows[i].listed)
			list[n++] = (struct row){ rows[i].serial, rows[i].ca_reason };
	}
	ask_place(true);
	place_gives(list, n, NULL, 0);
	look();
	assert_string_equal(got[at].serial, "0777");
	assert_int_equal(got[at].kind, DIFFERS_UNKNOWN);
	assert_false(got[at++].here);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].kind < 0)
			continue;
		assert_true(at < got_n);
		assert_string_equal(got[at].serial, rows[i].serial);
		assert_int_equal(got[at].kind, rows[i].kind);
		assert_int_equal(got[at].listed, rows[i].listed);
		assert_int_equal(got[at].c.state, rows[i].here);
		assert_string_equal(got[at].c.application_no, issued.application_no);
		difference_words(&got[at], words, sizeof words);
		assert_non_null(strstr(words, got[at].listed ? "since" : "not in its list"));
		assert_non_null(strstr(difference_remedy(&got[at]), "ra cert adopt"));
		at++;
	}
	assert_int_equal(got[at].kind, DIFFERS_UNKNOWN);
	assert_int_equal(got_n, at + 1);
	difference_words(&got[at], words, sizeof words);
	assert_non_null(strstr(words, "not in the store"));
	assert_non_null(strstr(difference_remedy(&got[at]), "ask the CA"));
	assert_int_equal(ra(w, "he", "cert", "reconcile", "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"serial\":\"0777\""));
	assert_non_null(strstr(w->out, "\"store_state\":null"));
}

static void
adopting_makes_store_and_list_agree_whatever_the_difference_was(void **st)
{
	(void)st;
	for (bool left = true; left;) {
		struct office *o = world_member(w, "liang");
		struct err e;

		look();
		left = false;
		for (size_t i = 0; i < got_n; i++)
			if (got[i].kind != DIFFERS_UNKNOWN) {
				went(reconcile_adopt(o, got[i].serial, "对账", &e), &e);
				left = true;
			}
		office_close(o);
	}
	assert_int_equal(got_n, 2);			/* what the store does not know stays */
	assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate WHERE serial = '6A21' AND state = 'valid' AND reason IS NULL"
	    " AND revoked_at IS NULL"), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate WHERE serial = '6A12' AND state = 'hold' AND reason = 6"), 1);
	audit_is_whole(w);
}

static void
what_changes_while_it_looks_is_no_difference(void **st)
{
	struct row first[] = { { "6A77", CRL_KEY }, { "0777", CRL_KEY } }, second[] = { { "0777", CRL_KEY } };
	size_t before;

	(void)st;
	put("6A77", CERT_VALID, -1, when_now() + DAY);
	place_gives(first, 2, NULL, 0);
	look();
	before = got_n;
	place_gives(first, 2, second, 1);		/* the second look at the list does not have it any more */
	look();
	assert_int_equal(got_n, before - 1);
	for (size_t i = 0; i < got_n; i++)
		assert_string_not_equal(got[i].serial, "6A77");
}

static void
a_request_that_is_under_way_is_told_as_such(void **st)
{
	char no[APP_NO_MAX], serial[64], sql[200];
	struct application *a = calloc(1, sizeof *a);
	struct issue_medium medium = { 0 };
	struct app_item item;
	struct certificate c;
	size_t n;
	bool found;
	int made;
	struct err e;

	(void)st;
	ask_place(false);
	went(stock_add_soft(chen, 1, &made, &e), &e);
	world_approved(w, chen, huang, no);
	went(issue_application(huang, no, 0, &medium, &e) && application_load(chen, no, a, &e) && app_items(chen->db, a->id, &item, 1, &n, &e)
	    && cert_load(chen->db, item.certificate, &c, &found, &e), &e);
	snprintf(serial, sizeof serial, "%s", c.serial);
	/* revoked at the CA, killed before the store knew */
	setenv("RA_KILL_AT", "STEP_REVOKE_ANSWERED", 1);
	snprintf(sql, sizeof sql, "UPDATE item SET state = 'issued' WHERE id = %lld; UPDATE token SET state = 'reserved' WHERE id = %lld;"
	    " SELECT changes()", (long long)item.id, (long long)item.token);
	assert_int_equal(sql_int(w, sql), 1);
	assert_int_equal(ra(w, "huang", "token", "move", c.token, "damaged", "--reason", "摔坏", NULL), 128 + 9);
	unsetenv("RA_KILL_AT");
	look();
	found = false;
	for (size_t i = 0; i < got_n; i++)
		if (strcmp(got[i].serial, serial) == 0) {
			found = true;
			assert_true(got[i].journalled);
		}
	assert_true(found);
	assert_int_equal(ra(w, "liang", "cert", "adopt", serial, "--reason", "x", NULL), 3);
	assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
	look();
	for (size_t i = 0; i < got_n; i++)
		assert_string_not_equal(got[i].serial, serial);
	free(a);
}

static void
a_ca_that_cannot_be_asked_is_named_and_nothing_is_claimed(void **st)
{
	(void)st;
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_int_equal(ra(w, "he", "cert", "reconcile", "--json", NULL), 3);
	assert_non_null(strstr(w->err, "netca"));
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(w, "he", "cert", "reconcile", "--ca", "nobody", NULL), 1);
	assert_non_null(strstr(w->err, "ca: "));
}

static bool
count(void *arg, const struct difference *d, struct err *e)
{
	(void)d;
	(void)e;
	++*(int64_t *)arg;
	return true;
}

static int told;
static bool
tell(void *arg, const char *ca, int64_t done, int64_t of)
{
	(void)arg;
	assert_string_equal(ca, "netca");
	assert_true(done <= of + MANY);
	return ++told < 1000000;
}
static bool
stop(void *arg, const char *ca, int64_t done, int64_t of)
{
	(void)arg;
	(void)ca;
	(void)of;
	return done < 20000;
}

static void
a_hundred_thousand_rows_are_compared_in_seconds_and_it_can_be_stopped(void **st)
{
	struct office *o = NULL;
	struct reconcile_tally t;
	int64_t n = 0;
	char sql[700];
	double began;
	struct err e;

	(void)st;
	snprintf(sql, sizeof sql, "INSERT INTO certificate(ca, serial, state, application, item, scheme, subject, not_before, not_after, der,"
	    " stored_at, revoked_at, reason) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT 'netca',"
	    " printf('5A%%012X', i), 'revoked', %lld, %lld, 'dongguan', 'CN=x', 0, %lld, x'00', 0, 0, 5 FROM n; SELECT changes()", MANY - 1,
	    (long long)issued.application, (long long)issued.item, (long long)when_now() + DAY);
	assert_int_equal(sql_int(w, sql), MANY);
	ask_place(true);
	OPENSSL_free(place.der);
	OPENSSL_free(place.der_next);
	place.der_next = NULL;
	place.n = list_make(NULL, 0, MANY, &place.der);
	went(office_open(w->home, &o, &e), &e);
	o->me = chen->me;
	began = seconds_now();
	went(reconcile(o, "netca", &(struct reconcile_calls){ count, tell, &n }, &t, &e), &e);
	print_message("%d rows of each side compared in %.2f s\n", MANY, seconds_now() - began);
	assert_true(seconds_now() - began < 10);
	assert_int_equal(t.listed, MANY);
	assert_true(t.ceased >= MANY && t.differences == n && n < 64);
	assert_true(told >= 2 * MANY / 5000 / 2);
	/* the same, all of them different: the store knows none of them */
	assert_int_equal(sql_int(w, "UPDATE certificate SET ca = 'other' WHERE length(serial) = 14; SELECT changes()"), MANY);
	n = 0;
	began = seconds_now();
	went(reconcile(o, "netca", &(struct reconcile_calls){ count, NULL, &n }, &t, &e), &e);
	print_message("%lld differences told in %.2f s\n", (long long)n, seconds_now() - began);
	assert_true(n >= MANY && seconds_now() - began < 20);
	n = 0;
	went(reconcile(o, "netca", &(struct reconcile_calls){ count, stop, &n }, &t, &e), &e);
	assert_true(t.stopped);
	assert_int_equal(n, 0);
	plans_are_by_key(w, o->db, (const char *const[]){ "FROM intent", NULL });	/* the few that are open */
	office_close(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_that_the_ca_revoked_by_itself_is_found_and_taken_over),
		cmocka_unit_test(every_kind_of_difference_is_told_in_both_directions),
		cmocka_unit_test(adopting_makes_store_and_list_agree_whatever_the_difference_was),
		cmocka_unit_test(what_changes_while_it_looks_is_no_difference),
		cmocka_unit_test(a_request_that_is_under_way_is_told_as_such),
		cmocka_unit_test(a_ca_that_cannot_be_asked_is_named_and_nothing_is_claimed),
		cmocka_unit_test(a_hundred_thousand_rows_are_compared_in_seconds_and_it_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
