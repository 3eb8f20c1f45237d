/* A CA that does what it is asked and answers when nobody listens any more, and one whose list is missing, old, out of date,
 * or another's: each service says so in words, nothing is half done, and `ra resume` finishes it at the true one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"
#include "tests/relay.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof (a) / sizeof *(a))

static struct life l;
static char real_url[80];

/* What is wrong with the CA, and with which message of the command. */
enum list { LIST_TRUE, LIST_MISSING, LIST_OLD, LIST_OVER, LIST_FOREIGN, LIST_GARBAGE, LIST_N };
static const struct failing { const char *name, *words; enum lie lie; enum list list; } faults[] = {
	{ "answers too late", "", LIE_SILENT, LIST_TRUE },
	{ "no list", "", LIE_NONE, LIST_MISSING },
	{ "a list from before", "its list does not show it yet", LIE_NONE, LIST_OLD },
	{ "a list that is over", "", LIE_NONE, LIST_OVER },
	{ "a list of another's key", "", LIE_NONE, LIST_FOREIGN },
	{ "a list that is none", "", LIE_NONE, LIST_GARBAGE },
};

static const char *
path_of(const char *name)
{
	static char path[2][160];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof path[0], "%s/%s", l.w->dir, name);
	return path[turn];
}

static const char *const list_files[LIST_N] = { NULL, "nowhere.crl", "before.crl", "over.crl", "foreign.crl", "garbage.crl" };

static int
ready(void)
{
	char script[300];

	snprintf(script, sizeof script, "cd %s && sed -n 's/.*\\(http:[^\"]*\\)\".*/\\1/p' home/ra.conf | tr -d '\\n'"
	    " && openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key", l.w->dir);
	if (run(l.w, "sh", "-c", script, NULL) != 0)
		return 1;
	snprintf(real_url, sizeof real_url, "%.79s", l.w->out);
	world_conf(l.w, "ra.conf", "timeout_s = 30", "timeout_s = 2");
	world_file(l.w, "garbage.crl", "0\x82\x01 this is no list");
	return 0;
}

/* A list in the CA's name with nothing in it: signed by the key, good until that many seconds from now. */
static void
make_list(const char *name, EVP_PKEY *key, long good)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	FILE *f = fopen(path_of("home/pki/issuer.pem"), "re");
	X509 *issuer = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	assert_true(crl && t && issuer && key);
	fclose(f);
	assert_true(X509_CRL_set_version(crl, 1) && X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)));
	assert_true(X509_gmtime_adj(t, -7200) && X509_CRL_set1_lastUpdate(crl, t));
	assert_true(X509_gmtime_adj(t, good) && X509_CRL_set1_nextUpdate(crl, t));
	assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
	f = fopen(path_of(name), "we");
	assert_true(f && i2d_X509_CRL_fp(f, crl) == 1);
	fclose(f);
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
	X509_free(issuer);
	EVP_PKEY_free(key);
}

static void
make_lists(void)
{
	FILE *f = fopen(path_of("ca.key"), "re");

	assert_non_null(f);
	make_list(list_files[LIST_OVER], PEM_read_PrivateKey(f, NULL, NULL, NULL), -60);
	fclose(f);
	make_list(list_files[LIST_FOREIGN], EVP_EC_gen("P-256"), 86400);
	assert_int_equal(ra(l.w, "huang", "ca", "crl", "-o", path_of(list_files[LIST_OLD]), NULL), 0);
}

/* A command at the CA with that fault from the at-th message on; then the true one is there again. */
static int
through(const struct failing *x, int at, const char *login, const char *const args[5])
{
	struct relay_plan plan = { .upstream = real_url, .lie = x->lie, .at = at };
	char url[80], list[160];
	int port, rc;
	pid_t pid;

	if (x->list != LIST_TRUE) {
		snprintf(list, sizeof list, "%s", path_of(list_files[x->list]));
		plan.crl = list;
	}
	pid = relay_start(&plan, &port);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
	world_conf(l.w, "ra.conf", real_url, url);
	rc = ra(l.w, login, args[0], args[1], args[2], args[3], args[4], NULL);
	world_conf(l.w, "ra.conf", url, real_url);
	relay_stop(pid);
	return rc;
}

/* It waits, in words; and so it does once more when resume meets the same fault. */
static void
waits(const struct failing *x, int at, const char *login, const char *command, const char *no)
{
	const char *const args[5] = { command, no };
	static const char *const resume[5] = { "resume" };
	int rc;

	make_lists();
	rc = through(x, at, login, args);
	if (rc != 3 || !l.w->err[0] || !strstr(l.w->err, x->words))
		fail_msg("%s %s: exit %d: %s", command, x->name, rc, l.w->err);
	rc = x->lie == LIE_SILENT ? 3 : through(x, 1, "zhou", resume);	/* a silence costs its time */
	if (rc != 3)
		fail_msg("resume, %s: exit %d: %s%s", x->name, rc, l.w->out, l.w->err);
}

static void
resumed(const struct failing *x, const char *no, const char *end)
{
	if (ra(l.w, "zhou", "resume", NULL) != 0)
		fail_msg("%s: resume: %s%s", x->name, l.w->out, l.w->err);
	state_is(l.w, no, end);
}

static void
revocations_holds_and_releases_wait_and_are_resumed(void **st)
{
	struct holder h;

	(void)st;
	for (size_t i = 0; i < N(faults); i++) {
		life_holder(&l, NULL, &h);
		life_approved(&l, &h, "report_loss", "lost", NULL);
		waits(&faults[i], 1, "huang", "revoke", h.no);
		state_is(l.w, h.no, "issuing");
		assert_string_equal(life_state(&l, h.serial), "valid");		/* not marked before it is seen */
		resumed(&faults[i], h.no, "closed");
		life_is(&l, h.serial, "hold", 6);
		life_approved(&l, &h, "report_loss", "found", NULL);
		/* a list that is empty shows a release: only the others are no proof */
		if (faults[i].list != LIST_OLD) {
			waits(&faults[i], 1, "huang", "revoke", h.no);
			assert_string_equal(life_state(&l, h.serial), "hold");
			resumed(&faults[i], h.no, "closed");
		} else {
			assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		}
		life_is(&l, h.serial, "valid", -1);
		life_approved(&l, &h, "revoke", "key_compromise", NULL);
		waits(&faults[i], 1, "huang", "revoke", h.no);
		resumed(&faults[i], h.no, "closed");
		life_is(&l, h.serial, "revoked", 1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
an_emergency_stands_and_is_resumed(void **st)
{
	struct holder h;
	char no[APP_NO_MAX];

	(void)st;
	for (size_t i = 0; i < N(faults); i++) {
		const char *const args[5] = { "revoke", "--emergency", h.serial, "--reason", "key_compromise" };
		int rc;

		life_holder(&l, NULL, &h);
		make_lists();
		rc = through(&faults[i], 1, "liang", args);
		if (rc != 3 || !strstr(l.w->err, "run `ra resume`"))
			fail_msg("%s: exit %d: %s", faults[i].name, rc, l.w->err);
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		resumed(&faults[i], no, "review");
		life_is(&l, h.serial, "hold", 6);
		assert_int_equal(ra(l.w, "huang", "review", no, "approve", NULL), 0);
		waits(&faults[i], 1, "huang", "revoke", no);
		resumed(&faults[i], no, "closed");
		life_is(&l, h.serial, "revoked", 1);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Messages of a change: the request, the confirmation, the old one's end. Of a lost one's replacement: the hold at the
 * acceptance before. */
static void
a_change_and_a_replacement_wait_and_are_resumed(void **st)
{
	struct holder h;
	char old[64], edit[120];

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(faults); i += 2) {		/* each is met above */
		snprintf(old, sizeof old, "%s", h.serial);
		snprintf(edit, sizeof edit, "\"org.address\": \"东莞市松山湖园区科技十路%zu号\"", 40 + i);
		life_approved(&l, &h, "change", NULL, edit);
		waits(&faults[i], 3, "huang", "issue", h.no);
		state_is(l.w, h.no, "issued");
		resumed(&faults[i], h.no, "issued");
		life_made(&l, &h);
		life_is(&l, old, "revoked", 3);
		life_deliver(&l, h.no);
		snprintf(old, sizeof old, "%s", h.serial);
		life_drafted(&l, &h, "replace", "lost", NULL);
		waits(&faults[i], 1, "chen", "accept", h.no);
		resumed(&faults[i], h.no, "received");
		life_is(&l, old, "hold", 6);
		life_check(&l, h.no);
		waits(&faults[i], 3, "huang", "issue", h.no);
		resumed(&faults[i], h.no, "issued");
		life_made(&l, &h);
		life_is(&l, old, "revoked", 1);
		life_is(&l, h.serial, "valid", -1);
		life_deliver(&l, h.no);
	}
	/* the answers to the request and to its confirmation too late */
	for (int at = 1; at <= 2; at++) {
		snprintf(old, sizeof old, "%s", h.serial);
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		waits(&faults[0], at, "huang", "issue", h.no);
		state_is(l.w, h.no, "issuing");
		resumed(&faults[0], h.no, "issued");
		life_made(&l, &h);
		life_is(&l, old, "superseded", -1);
		life_is(&l, h.serial, "valid", -1);
		life_deliver(&l, h.no);
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(revocations_holds_and_releases_wait_and_are_resumed),
		cmocka_unit_test(an_emergency_stands_and_is_resumed),
		cmocka_unit_test(a_change_and_a_replacement_wait_and_are_resumed),
	};

	return life_run(&l, tests, ready);
}
