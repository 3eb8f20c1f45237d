/* What the embedded CA certifies exactly as asked, and what it does not certify: keys, names, times, extensions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/authority.h"

#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- limits of what is issued ---- */

static const struct auth_ask asks[] = {
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
assert_as_asked(const struct auth_ask *a, X509 *cert, EVP_PKEY *key, int64_t now)
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
		const struct auth_ask *a = &asks[i];
		OSSL_CMP_CTX *c = auth_client(NULL);
		EVP_PKEY *key = auth_make_pkey(a->key);
		int64_t now = time(NULL);
		char why[512];
		X509 *cert = auth_enrol(c, a, key, now, why);

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
	static const struct auth_ask beyond = { "beyond", "EC P-256", "Holder", 0, YEAR, NULL, NULL, false, NULL };
	OSSL_CMP_CTX *c;
	EVP_PKEY *key = auth_make_pkey("EC P-256");
	char why[512];

	(void)state;
	auth_stop();
	/* the same CA, whose own certificate ends in 200 days */
	assert_int_equal(auth_tool("cp ca/ca.crt whole.crt"), 0);
	assert_int_equal(auth_tool("openssl x509 -in whole.crt -out ca/ca.crt -days 200 -signkey ca/ca.key -passin file:ca/ca.pass"), 0);
	auth_start();
	c = auth_client(NULL);
	assert_null(auth_enrol(c, &beyond, key, time(NULL), why));
	assert_non_null(strstr(why, "later than the CA's own"));
	assert_non_null(strstr(why, "shorter term"));
	OSSL_CMP_CTX_free(c);
	auth_stop();
	assert_int_equal(auth_tool("cp whole.crt ca/ca.crt"), 0);
	auth_start();
	c = auth_client(NULL);
	assert_non_null(auth_enrol(c, &beyond, key, time(NULL), why));
	OSSL_CMP_CTX_free(c);
	EVP_PKEY_free(key);
}

static void
a_key_of_the_house_is_not_certified_for_a_holder(void **state)
{
	OSSL_CMP_CTX *c = auth_client(NULL);
	EVP_PKEY *key = auth_key("ra.key");
	char why[512];

	(void)state;
	assert_null(auth_enrol(c, &auth_plain, key, time(NULL), why));
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
		auth_make_request(rows[i].name);
		assert_int_equal(auth_tool(CMP "-cmd cr -csr %s.csr -popo 0 -certout %s.crt", auth_port, rows[i].name, rows[i].name), 0);
		assert_int_equal(auth_tool(CMP "-cmd rr -oldcert %s.crt -revreason %d", auth_port, rows[i].name, rows[i].reason), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		EVP_PKEY *key;

		if (i == 2) {
			auth_stop();
			file = fopen("older.sql", "we");
			assert_non_null(file);
			fputs("DROP TABLE compromised; UPDATE authority SET version = 1;", file);
			fclose(file);
			assert_int_equal(auth_tool("sqlite3 -init older.sql ca/ca.db .quit"), 0);
			auth_start();
		}
		snprintf(name, sizeof name, "%s.key", rows[i % 2].name);
		key = auth_key(name);
		c = auth_client(NULL);
		assert_int_equal(auth_enrol(c, &auth_plain, key, time(NULL), why) == NULL, rows[i % 2].refused);
		if (rows[i % 2].refused) {
			assert_non_null(strstr(why, "make a new key pair"));
			assert_int_equal(OSSL_CMP_CTX_get_failInfoCode(c), 1 << OSSL_CMP_PKIFAILUREINFO_badCertTemplate);
		}
		OSSL_CMP_CTX_free(c);
		EVP_PKEY_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gets_exactly_what_it_asks_for_or_a_reason),
		cmocka_unit_test(nothing_is_issued_beyond_the_ca_s_own_end),
		cmocka_unit_test(a_key_of_the_house_is_not_certified_for_a_holder),
		cmocka_unit_test(a_key_in_wrong_hands_is_certified_for_nobody_any_more),
	};

	return cmocka_run_group_tests(tests, auth_begin, auth_end);
}
