/* Small X.509 helpers of the office: names, serials, times, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/certificate.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
names_keep_rare_characters_and_the_bounds_of_rfc_5280(void **st)
{
	static const struct { const char *type, *value; bool good; } rows[] = {
		{ "C", "CN", true }, { "C", "CHN", false }, { "C", "中", false }, { "O", "东莞市𠮷野精密制造有限公司", true }, { "CN", "", false },
		{ "organizationIdentifier", "91110000600037341L", true }, { "1.2.156.10260.4.4", "x", true }, { "no such type", "x", false },
	};
	X509_NAME *n = X509_NAME_new();
	char longest[65 * 4 + 1] = "";

	(void)st;
	assert_non_null(n);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { 0 };

		if (certificate_name_add(n, rows[i].type, rows[i].value, &e) != rows[i].good)
			fail_msg("%s=%s: %s", rows[i].type, rows[i].value, e.text);
		assert_true(rows[i].good || e.text[0]);
	}
	/* 64 characters, however many bytes they are (ub-common-name) */
	for (int i = 0; i < 64; i++)
		memcpy(longest + 3 * i, "东", 3);
	assert_true(certificate_name_add(n, "CN", longest, &(struct err){ 0 }));
	memcpy(longest + 3 * 64, "东", 3);
	assert_false(certificate_name_add(n, "CN", longest, &(struct err){ 0 }));
	X509_NAME_free(n);
}

static void
serials_go_to_hex_and_back(void **st)
{
	static const char *const good[] = { "01", "0A1B", "7F", "FF00", "0123456789ABCDEF0123456789ABCDEF01234567" };
	static const char *const bad[] = { "", "xyz", "0A:1B" };

	(void)st;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ASN1_INTEGER *a = NULL;
		struct err e = { 0 };
		char hex[64];

		went(certificate_serial_parse(good[i], &a, &e) && certificate_serial_hex(a, hex, sizeof hex, &e), &e);
		assert_string_equal(hex, good[i]);
		ASN1_INTEGER_free(a);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ASN1_INTEGER *a = NULL;

		if (certificate_serial_parse(bad[i], &a, &(struct err){ 0 }))
			fail_msg("'%s' was taken", bad[i]);
		assert_null(a);
	}
}

/* RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. */
static void
times_are_exact_and_of_the_right_type(void **st)
{
	static const struct { int64_t t; int type; } rows[] = {
		{ 0, V_ASN1_UTCTIME }, { 1795651200, V_ASN1_UTCTIME }, { 2524607999, V_ASN1_UTCTIME }, { 2524608000, V_ASN1_GENERALIZEDTIME },
		{ 4102444800, V_ASN1_GENERALIZEDTIME },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ASN1_TIME *t = certificate_time_new(rows[i].t);
		int64_t back = -1;

		assert_non_null(t);
		assert_int_equal(ASN1_STRING_type(t), rows[i].type);
		assert_true(certificate_time(t, &back));
		assert_int_equal(back, rows[i].t);
		ASN1_TIME_free(t);
	}
}

static void
requests_are_taken_only_with_a_good_key_and_their_own_signature(void **st)
{
	static const struct { const char *make; bool good; } rows[] = {
		{ "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=x -out r", true },
		{ "openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out r", true },
		{ "openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=x -outform DER -out r", true },
		{ "openssl req -new -newkey rsa:1024 -nodes -keyout k -subj /CN=x -out r", false },
		{ "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout k -subj /CN=x -out r", false },
		{ "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out r", false },
		{ "openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=x -outform DER -out r && printf x | dd of=r bs=1 seek=400 conv=notrunc", false },
		{ "openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=x -outform DER -out r && printf x >> r", false },
		{ "echo nothing > r", false }, { ": > r", false }, { "head -c 100000 /dev/zero > r", false }, { "rm -f r", false },
	};
	char dir[] = "/tmp/ra-cert-XXXXXX", command[400], path[64];

	(void)st;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/r", dir);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		EVP_PKEY *key = NULL;
		struct err e = { 0 };

		snprintf(command, sizeof command, "cd %s && rm -f r k && { %s; } >/dev/null 2>&1", dir, rows[i].make);
		assert_int_equal(system(command), 0);
		if (certificate_request_key(path, &key, &e) != rows[i].good)
			fail_msg("%s: %s", rows[i].make, e.text);
		assert_int_equal(key != NULL, rows[i].good);
		assert_true(rows[i].good || e.text[0]);
		EVP_PKEY_free(key);
	}
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_keep_rare_characters_and_the_bounds_of_rfc_5280),
		cmocka_unit_test(serials_go_to_hex_and_back),
		cmocka_unit_test(times_are_exact_and_of_the_right_type),
		cmocka_unit_test(requests_are_taken_only_with_a_good_key_and_their_own_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
