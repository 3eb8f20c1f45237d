/* The embedded CA as its neighbours see it: the real program on a folder and a port of its own. Its folder, what openssl cmp gets of it,
 * revocations and the list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/authority.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
	assert_int_equal(auth_tool("grep -c ENCRYPTED ca/ca.key ca/rsp.key"), 0);
	assert_int_equal(auth_tool("%s init ca --name X --port 1 --ra-csr ra.csr --ra-cert x.crt", auth_program), 1);
	assert_auth_said("is there already");
	assert_int_equal(auth_tool("%s init ca2 --name X --port 1 --ra-csr ee.key --ra-cert x.crt", auth_program), 1);
	assert_int_equal(stat("ca2", &st), -1);
	assert_int_equal(stat("ca2.new", &st), -1);
	assert_int_equal(stat("x.crt", &st), -1);
	assert_int_equal(auth_tool("%s init ca2 --name X --port 0 --ra-csr ra.csr --ra-cert x.crt", auth_program), 2);
	assert_int_equal(auth_tool("openssl verify -CAfile ca/ca.crt ra.crt ca/rsp.crt"), 0);
	assert_int_equal(auth_tool("openssl x509 -in ra.crt -noout -text"), 0);
	assert_auth_said("CMC Registration Authority");
	assert_int_equal(auth_tool("openssl x509 -in ca/ca.crt -noout -text"), 0);
	assert_auth_said("Digital Signature, Certificate Sign, CRL Sign");
}

static void
a_second_instance_and_a_misspelt_setting_are_refused(void **state)
{
	(void)state;
	assert_int_equal(auth_tool("%s serve ca", auth_program), 3);
	assert_auth_said("is running already");
	assert_int_equal(auth_tool("%s status ca", auth_program), 0);
	assert_auth_said("running, pid");
	auth_stop();
	assert_int_equal(auth_tool("%s status ca", auth_program), 3);
	assert_int_equal(auth_tool("%s stop ca", auth_program), 0);
	assert_int_equal(auth_tool("sed -i s/confirm_wait_s/confirm_wait/ ca/ca.conf"), 0);
	assert_int_not_equal(auth_tool("%s serve ca", auth_program), 0);
	assert_auth_said("confirm_wait");
	assert_int_equal(auth_tool("sed -i s/confirm_wait/confirm_wait_s/ ca/ca.conf"), 0);
	assert_int_equal(auth_tool("%s status elsewhere", auth_program), 4);
	auth_start();
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
		if (auth_tool(CMP "%s", auth_port, rows[i].words) != 0)
			fail_msg("%s: %s", rows[i].words, auth_said);
		assert_int_equal(auth_tool("openssl verify -CAfile ca/ca.crt -purpose smimesign %s", rows[i].file), 0);
		auth_cert_is(rows[i].file, "valid");
	}
	assert_int_equal(auth_tool("openssl x509 -in p10.crt -noout -checkend %d", YEAR - HOUR), 0);
	assert_int_equal(auth_tool("openssl x509 -in p10.crt -noout -checkend %d", YEAR + 25 * HOUR), 1);
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
	assert_int_equal(auth_tool("openssl req -x509 -key ee.key -subj /CN=Foreign -days 9 -out foreign.crt"), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_not_equal(auth_tool(CMP "%s", auth_port, rows[i].words), 0);
		if (!strstr(auth_said, rows[i].reason))
			fail_msg("%s: %s", rows[i].words, auth_said);
	}
	for (const char *const *type = (const char *const[]){ "signKeyPairTypes", "caProtEncCert", "currentCRL", NULL }; *type; type++)
		assert_int_equal(auth_tool(CMP "-cmd genm -infotype %s", auth_port, *type), 0);
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
	auth_make_key("ee2");
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -days 33 -certout old.crt", auth_port), 0);
	old = auth_cert("old.crt");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *key = auth_key(rows[i].key);

		if (auth_tool(CMP "-cmd kur -oldcert old.crt -popo 0 -days 400 -certout new.crt %s", auth_port, rows[i].words) != 0)
			fail_msg("%s: %s", rows[i].words, auth_said);
		cert = auth_cert("new.crt");
		assert_int_equal(X509_NAME_cmp(X509_get_subject_name(cert), X509_get_subject_name(old)), 0);
		assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), key), 1);
		assert_int_equal(auth_tool("openssl verify -CAfile ca/ca.crt new.crt"), 0);
		assert_int_equal(auth_tool("openssl x509 -in new.crt -noout -subject -nameopt RFC2253"), 0);
		assert_auth_said("CN=Holder,O=Org,C=CN");
		auth_cert_is("new.crt", "valid");
		auth_cert_is("old.crt", "valid");	/* usable to its own end */
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	X509_free(old);
	assert_true(auth_log_has("updates"));
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
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout old.crt", auth_port), 0);
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -disable_confirm -certout pending.crt", auth_port), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].reason >= 0)
			assert_int_equal(auth_tool(CMP "-cmd rr -oldcert old.crt -revreason %d", auth_port, rows[i].reason), 0);
		assert_int_not_equal(auth_tool(CMP "-cmd kur -certout x.crt %s", auth_port, rows[i].words), 0);
		if (!strstr(auth_said, rows[i].refusal))
			fail_msg("%s: %s", rows[i].words, auth_said);
	}
	/* the holder's own signature is none that the CA takes, though it is that of the old key */
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout old.crt", auth_port), 0);
	assert_int_not_equal(auth_tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert old.crt -key ee.key"
	    " -cmd kur -newkey ee2.key -certout x.crt", auth_port), 0);
	assert_int_not_equal(access("x.crt", F_OK), 0);
}

static void
only_the_ra_s_own_signature_counts(void **state)
{
	(void)state;
	assert_int_equal(auth_tool("openssl req -x509 -key ee.key -subj /C=CN/O=Hall/CN=RA-1 -days 9 -out fake.crt"), 0);
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout holder.crt", auth_port), 0);
	/* a namesake, a holder of this very CA, a password */
	assert_int_not_equal(auth_tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert fake.crt -key ee.key"
	    " -cmd cr -csr ee.csr -popo 0 -certout x.crt", auth_port), 0);
	assert_int_not_equal(auth_tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -cert holder.crt"
	    " -key ee.key -extracerts ca/ca.crt -cmd cr -csr ee.csr -popo 0 -certout x.crt", auth_port), 0);
	assert_int_not_equal(auth_tool("openssl cmp -server 127.0.0.1:%d -path pkix/ -trusted ca/ca.crt -ref RA-1 -secret pass:x"
	    " -recipient /CN=x -cmd cr -csr ee.csr -popo 0 -certout x.crt", auth_port), 0);
	assert_int_not_equal(access("x.crt", F_OK), 0);
	assert_true(auth_log_has("no suitable sender cert"));
}

static void
revoking_holding_and_releasing_follow_the_table(void **state)
{
	static const struct { int reason, exit; const char *state; } rows[] = {
		{ 8, 0, "valid" }, { 6, 0, "hold" }, { 6, 0, "hold" }, { 8, 0, "valid" }, { 8, 0, "valid" }, { 2, 1, "valid" },
		{ 6, 0, "hold" }, { 1, 0, "revoked" }, { 1, 1, "revoked" }, { 8, 1, "revoked" }, { 6, 1, "revoked" },
	};

	(void)state;
	auth_make_request("lost");		/* its key ends compromised: certified never again */
	assert_int_equal(auth_tool(CMP "-cmd cr -csr lost.csr -popo 0 -certout r.crt", auth_port), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int code = auth_tool(CMP "-cmd rr -oldcert r.crt -revreason %d", auth_port, rows[i].reason);

		if ((code != 0) != rows[i].exit)
			fail_msg("step %zu, reason %d: %s", i, rows[i].reason, auth_said);
		auth_cert_is("r.crt", rows[i].state);
	}
	assert_auth_said("certRevoked");
}

static void
a_repeated_release_does_not_act_on_a_later_hold(void **state)
{
	(void)state;
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout h.crt", auth_port), 0);
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 6", auth_port), 0);
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 8 -reqout release.der", auth_port), 0);
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 6", auth_port), 0);
	assert_int_equal(auth_post_file("release.der"), 12);		/* rp */
	auth_cert_is("h.crt", "hold");
}

/* ---- the CRL ---- */

static int64_t
crl_number(void)
{
	char *at;

	assert_int_equal(auth_tool("curl -sf -o crl.der http://127.0.0.1:%d/pkix/crl", auth_port), 0);
	assert_int_equal(auth_tool("openssl crl -inform der -in crl.der -CAfile ca/ca.crt -noout -text"), 0);
	assert_auth_said("verify OK");
	at = strstr(auth_said, "X509v3 CRL Number:");
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
	assert_int_equal(auth_tool(CMP "-cmd cr -csr ee.csr -popo 0 -certout c.crt", auth_port), 0);
	cert = auth_cert("c.crt");
	auth_serial(cert, serial);
	X509_free(cert);
	assert_int_equal(crl_number(), number);
	assert_null(strstr(auth_said, serial));
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert c.crt -revreason 4", auth_port), 0);
	assert_int_equal(crl_number(), number + 1);
	assert_auth_said(serial);
	assert_auth_said("Superseded");
	auth_kill_and_start();
	assert_int_equal(crl_number(), number + 1);
}

/* The lines of the CRL as text from the entry of this serial on; NULL when it has none. */
static char *
crl_entry(const char *serial)
{
	crl_number();
	return strstr(auth_said, serial);
}

static void
a_hold_is_listed_taken_off_and_keeps_its_date_when_it_becomes_the_end(void **state)
{
	X509 *cert;
	char serial[41], held[128], *entry;
	int64_t number;

	(void)state;
	auth_make_request("held");		/* its key ends compromised */
	assert_int_equal(auth_tool(CMP "-cmd cr -csr held.csr -popo 0 -certout h.crt", auth_port), 0);
	cert = auth_cert("h.crt");
	auth_serial(cert, serial);
	X509_free(cert);
	number = crl_number();
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 6", auth_port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	assert_non_null(strstr(entry, "Certificate Hold"));
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 8", auth_port), 0);
	assert_null(crl_entry(serial));
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 6", auth_port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	snprintf(held, sizeof held, "%.*s", (int)(strstr(entry, "CRL entry") - entry), entry);
	assert_non_null(strstr(held, "Revocation Date"));
	sleep(2);
	assert_int_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 1", auth_port), 0);
	entry = crl_entry(serial);
	assert_non_null(entry);
	assert_non_null(strstr(entry, "Key Compromise"));
	assert_int_equal(strncmp(entry, held, strlen(held)), 0);	/* X.509: the date of the hold */
	assert_int_equal(crl_number(), number + 4);
	/* nothing changes by a repeat, the number neither */
	assert_int_not_equal(auth_tool(CMP "-cmd rr -oldcert h.crt -revreason 1", auth_port), 0);
	assert_int_equal(crl_number(), number + 4);
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
	};

	return cmocka_run_group_tests(tests, auth_begin, auth_end);
}
