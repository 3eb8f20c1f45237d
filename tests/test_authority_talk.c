/* Transactions with the embedded CA that are killed, rejected, said twice, forgotten or many at once, and what is no message at all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/authority.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- transactions ---- */

static void
a_transaction_outlives_a_kill(void **state)
{
	static const unsigned char tid[16] = "transaction no 1";
	EVP_PKEY *key = auth_make_pkey("EC P-256");
	struct auth_ask other = auth_plain;
	OSSL_CMP_CTX *c;
	char first[41], again[41], why[512];
	int64_t now = time(NULL);

	(void)state;
	c = auth_client(tid);
	OSSL_CMP_CTX_set_option(c, OSSL_CMP_OPT_DISABLE_CONFIRM, 1);
	auth_enrol_serial(c, &auth_plain, key, now, first, why);
	OSSL_CMP_CTX_free(c);
	auth_state_is(first, "unconfirmed");
	auth_kill_and_start();
	auth_state_is(first, "unconfirmed");
	c = auth_client(tid);
	auth_enrol_serial(c, &auth_plain, key, now, again, why);
	OSSL_CMP_CTX_free(c);
	assert_string_equal(again, first);
	auth_state_is(first, "valid");
	other.subject = "Other";
	c = auth_client(tid);
	auth_enrol_serial(c, &other, key, now, again, why);
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
	auth_kill_and_start();
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
	EVP_PKEY *key = auth_make_pkey("EC P-256");
	OSSL_CMP_CTX *c = auth_client(NULL);
	char serial[41], why[512];

	(void)state;
	OSSL_CMP_CTX_set_certConf_cb(c, kill_before_confirming);
	auth_enrol_serial(c, &auth_plain, key, time(NULL), serial, why);
	auth_state_is(serial, "valid");
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
a_certificate_that_the_ra_rejects_is_revoked_at_once(void **state)
{
	EVP_PKEY *key = auth_make_pkey("EC P-256");
	OSSL_CMP_CTX *c = auth_client((const unsigned char *)"transaction no 2");
	char serial[41], why[512];
	int64_t now = time(NULL);
	X509 *cert;

	(void)state;
	OSSL_CMP_CTX_set_certConf_cb(c, reject);
	assert_null(auth_enrol(c, &auth_plain, key, now, why));
	cert = OSSL_CMP_CTX_get0_newCert(c);
	assert_non_null(cert);
	auth_serial(cert, serial);
	auth_state_is(serial, "revoked");
	OSSL_CMP_CTX_free(c);
	/* the transaction is over: the same again is told so */
	c = auth_client((const unsigned char *)"transaction no 2");
	assert_null(auth_enrol(c, &auth_plain, key, now, why));
	assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_certRevoked);
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
messages_that_come_twice_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout t.crt -reqout t1.der,t2.der", auth_port), 0);
	assert_int_equal(auth_post_file("t2.der"), 19);	/* pkiconf */
	assert_int_equal(auth_post_file("t1.der"), 3);	/* cp */
	assert_true(auth_log_has("the same request again, the same certificate"));
	assert_int_equal(auth_post_file("t2.der"), 19);
	auth_kill_and_start();
	assert_int_equal(auth_post_file("t2.der"), 19);
	auth_cert_is("t.crt", "valid");
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert t.crt -revreason 4", auth_port), 0);
	assert_int_equal(auth_post_file("t2.der"), 23);	/* error: revoked meanwhile */
	auth_cert_is("t.crt", "revoked");
}

static void
what_is_not_confirmed_in_time_is_revoked(void **state)
{
	(void)state;
	auth_stop();
	assert_int_equal(auth_tool("sed -i s/^confirm_wait_s.=.300/confirm_wait_s=1/ ca/ca.conf"), 0);
	auth_start();
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout late.crt -disable_confirm", auth_port), 0);
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout ok.crt -implicit_confirm", auth_port), 0);
	sleep(3);
	auth_cert_is("late.crt", "revoked");
	auth_cert_is("ok.crt", "valid");
	assert_true(auth_log_has("reap: not confirmed in time"));
	auth_stop();
	assert_int_equal(auth_tool("sed -i s/^confirm_wait_s=1/confirm_wait_s=300/ ca/ca.conf"), 0);
	auth_start();
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
		OSSL_CMP_CTX *c = auth_client(NULL);

		auth_enrol_serial(c, &auth_plain, key, time(NULL), w->serials[i], why);
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

		auth_state_is(a, "valid");
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
		int status = auth_http(rows[i].head, strlen(rows[i].head), answer, sizeof answer, &body, &n);

		if (status != rows[i].status)
			fail_msg("%.60s: %d, not %d", rows[i].head, status, rows[i].status);
	}
	assert_int_equal(auth_post(big, sizeof big, answer, sizeof answer, &body, &n), 413);
}

static void
damaged_messages_are_answered_and_issue_nothing(void **state)
{
	static unsigned char der[65536], copy[65536], answer[65536];
	size_t n, body, body_n;
	unsigned bits;
	char before[65536];

	(void)state;
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout m.crt -reqout m1.der,m2.der", auth_port), 0);
	n = auth_read("m1.der", der, sizeof der);
	assert_int_equal(auth_tool("%s status ca", auth_program), 0);
	snprintf(before, sizeof before, "%s", auth_said);
	for (size_t i = 0; i < 300; i++) {
		size_t len = i % 3 == 0 ? i * n / 300 : n;
		int status;

		memcpy(copy, der, n);
		assert_int_equal(RAND_bytes((unsigned char *)&bits, sizeof bits), 1);
		copy[bits / 8 % n] ^= (unsigned char)(1u << bits % 8);
		status = auth_post(copy, len, answer, sizeof answer, &body, &body_n);
		if (status != 200 && status != 400)
			fail_msg("byte %zu bit %u of %zu: %d", bits / 8 % n, bits % 8, len, status);
	}
	assert_int_equal(auth_tool("%s status ca", auth_program), 0);
	assert_string_equal(auth_said, before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_outlives_a_kill),
		cmocka_unit_test(a_confirmation_after_a_kill_is_taken),
		cmocka_unit_test(a_certificate_that_the_ra_rejects_is_revoked_at_once),
		cmocka_unit_test(messages_that_come_twice_change_nothing),
		cmocka_unit_test(what_is_not_confirmed_in_time_is_revoked),
		cmocka_unit_test(many_at_once_each_get_their_own),
		cmocka_unit_test(http_that_is_no_cmp_gets_the_right_refusal),
		cmocka_unit_test(damaged_messages_are_answered_and_issue_nothing),
	};

	return cmocka_run_group_tests(tests, auth_begin, auth_end);
}
