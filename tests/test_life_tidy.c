/* A holder's token after many services: what ended is taken off with its key, what is used stays, a small token does not fill up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "ra/issue.h"
#include "tests/life.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static int
ready(void)
{
	life_shim(&l);
	return 0;
}

/* Private keys and end entity certificates on the token, looked at from outside. */
static void
holds(const struct holder *h, int keys, int certificates)
{
	char script[600];

	snprintf(script, sizeof script, "k=$(pkcs11-tool --module $m --slot $slot --login --pin \"$pin\" --list-objects --type privkey"
	    " 2>/dev/null | grep -c '^Private Key'); p=$(pkcs11-tool --module $m --slot $slot --list-objects --type pubkey 2>/dev/null"
	    " | grep -c '^Public Key'); c=$(pkcs11-tool --module $m --slot $slot --list-objects --type cert 2>/dev/null"
	    " | grep -c 'label:.*东莞'); echo $k $p $c; [ \"$k $p $c\" = '%d %d %d' ]", keys, keys, certificates);
	if (!life_at_token(&l, h->token, script, h->pin))
		fail_msg("keys and certificates on the token: %s, not %d %d", l.w->out, keys, certificates);
}

static void
made(struct holder *h, const char *service, const char *edits, const char *fault, int rc)
{
	life_approved(&l, h, service, NULL, edits);
	life_fault(&l, fault);
	if (ra(l.w, "huang", "issue", h->no, NULL) != rc)
		fail_msg("%s: %s", service, l.w->err);
	life_fault(&l, "");
	if (rc != 0)
		return;
	life_made(&l, h);
	life_deliver(&l, h->no);
}

static void
changed(struct holder *h, int n, const char *fault, int rc)
{
	char edits[120];

	snprintf(edits, sizeof edits, "\"org.name\": \"东莞市第%d制造有限公司\"", n);
	made(h, "change", edits, fault, rc);
}

static void
the_old_key_leaves_with_a_change_and_the_token_says_so(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	holds(&h, 1, 1);
	changed(&h, 1, "", 0);
	holds(&h, 1, 1);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_false(life_on_token(&l, h.token, old.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_int_equal(ra(l.w, "huang", "token", "show", h.token, NULL), 0);
	assert_non_null(strstr(l.w->out, old.serial));
	assert_non_null(strstr(l.w->out, "taken off the token"));
	assert_int_equal(ra(l.w, "huang", "token", "show", h.token, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"off_token_at\":\"2"));
	assert_int_equal(ra(l.w, "huang", "cert", "show", old.serial, "--json", NULL), 0);
	assert_string_equal(out_value(l.w, "token"), "null");
	/* again and again, with room for two key pairs: the new one beside the old one */
	for (int i = 2; i < 6; i++)
		changed(&h, i, "room 2\n", 0);
	holds(&h, 1, 1);
	audit_is_whole(l.w);
}

/* Renewed in time it is used to its own end; then the next service takes it off, and makes room for itself. */
static void
a_renewed_one_stays_to_its_own_end_and_leaves_with_the_next_service(void **st)
{
	struct holder h, first;

	(void)st;
	life_holder(&l, NULL, &h);
	first = h;
	made(&h, "renew", "\"years\": 1", "room 2\n", 0);
	holds(&h, 2, 2);
	assert_int_equal(ra(l.w, "huang", "token", "show", h.token, NULL), 0);
	assert_non_null(strstr(l.w->out, "stays until its own end"));
	/* full: both are in use, and that is told */
	made(&h, "renew", "\"years\": 1", "room 2\n", 1);
	assert_non_null(strstr(l.w->err, "full"));
	state_is(l.w, h.no, "approved");
	life_ends(&l, first.serial, when_now() - 5);
	assert_int_equal(ra(l.w, "huang", "token", "show", h.token, NULL), 0);
	assert_non_null(strstr(l.w->out, "at the next service"));
	life_fault(&l, "room 2\n");
	if (ra(l.w, "huang", "issue", h.no, NULL) != 0)
		fail_msg("%s", l.w->err);
	life_fault(&l, "");
	life_made(&l, &h);
	life_deliver(&l, h.no);
	holds(&h, 2, 2);
	assert_false(life_on_token(&l, h.token, first.serial));
	audit_is_whole(l.w);
}

/* One key in two certificates: the key stays with the one that is used. */
static void
a_key_that_went_on_stays_when_its_first_certificate_leaves(void **st)
{
	struct holder h, first;

	(void)st;
	life_holder(&l, NULL, &h);
	first = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 1");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--same-key", NULL), 0);
	life_made(&l, &h);
	life_deliver(&l, h.no);
	holds(&h, 1, 2);
	life_ends(&l, first.serial, when_now() - 5);
	life_approved(&l, &h, "unlock", NULL, NULL);
	assert_int_equal(ra(l.w, "huang", "unlock", h.no, "--token", h.token, NULL), 0);
	life_made(&l, &h);
	holds(&h, 1, 1);
	assert_true(life_on_token(&l, h.token, h.serial));
	life_deliver(&l, h.no);
	audit_is_whole(l.w);
}

/* A key that decrypts stays with its certificate, labelled as the old one. */
static void
a_key_that_opens_what_was_encrypted_for_it_stays_labelled(void **st)
{
	struct holder h, old;
	char path[100];

	(void)st;
	life_scheme(&l, "rsa", "");
	assert_int_equal(ra(l.w, "liang", "scheme", "show", "rsa", NULL), 0);
	snprintf(path, sizeof path, "%s", world_file(l.w, "rsa.cfg", l.w->out));
	assert_int_equal(run(l.w, "sh", "-c", "cd $0 && sed -i 's/key = \"p256\"/key = \"rsa2048\"/' rsa.cfg", l.w->dir, NULL), 0);
	if (ra(l.w, "liang", "scheme", "load", path, NULL) != 0)
		fail_msg("%s", l.w->err);
	life_holder(&l, "\"scheme\": \"rsa\"", &h);
	l.scheme = "rsa";
	old = h;
	changed(&h, 7, "", 0);
	l.scheme = "dongguan";
	holds(&h, 2, 2);
	assert_true(life_on_token(&l, h.token, old.serial));
	assert_true(life_at_token(&l, h.token, "pkcs11-tool --module $m --slot $slot --list-objects --type cert 2>/dev/null"
	    " | grep 'label:' | grep -q '(old, to 20'", h.pin));
	assert_int_equal(ra(l.w, "huang", "token", "show", h.token, NULL), 0);
	assert_non_null(strstr(l.w->out, "encrypted"));
	audit_is_whole(l.w);
}

/* A token that fails while it is tidied, and a kill: the service is done all the same, and the next one takes off what was left. */
static void
what_is_left_by_a_fault_or_a_kill_leaves_with_the_next_service(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	changed(&h, 1, "fail C_DestroyObject 1\n", 0);
	holds(&h, 2, 2);
	changed(&h, 2, "fail C_DestroyObject 4\n", 0);	/* private, public, certificate; then the next one's */
	holds(&h, 2, 2);
	old = h;
	life_approved(&l, &h, "change", NULL, "\"org.name\": \"东莞市第三制造有限公司\"");
	assert_int_equal(life_killed(&l, STEP_CLEARED, "huang", "issue", h.no, NULL, NULL), 128 + 9);
	if (ra(l.w, "zhou", "resume", NULL) != 0 || ra(l.w, "huang", "issue", h.no, NULL) != 0)
		fail_msg("%s", l.w->err);
	life_made(&l, &h);
	life_deliver(&l, h.no);
	holds(&h, 1, 1);
	assert_string_equal(life_state(&l, old.serial), "revoked");
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* As long as the token is here with its sealed PIN, a resume takes off what a fault left; handed over, nobody knows its PIN. */
static void
what_is_left_on_a_token_that_is_still_here_leaves_with_the_resume(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	life_approved(&l, &h, "change", NULL, "\"org.name\": \"东莞市第八制造有限公司\"");
	life_fault(&l, "fail C_DestroyObject 1\n");
	life_went(&l, ra(l.w, "huang", "issue", h.no, NULL));
	life_made(&l, &h);
	life_fault(&l, "removed\n");
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	life_fault(&l, "");
	holds(&h, 2, 2);
	assert_int_equal(life_killed(&l, STEP_CLEARED, "zhou", "resume", NULL, NULL, NULL), 128 + 9);
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	assert_non_null(strstr(l.w->out, h.token));
	holds(&h, 1, 1);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	assert_null(strstr(l.w->out, h.token));
	life_deliver(&l, h.no);
	changed(&h, 9, "fail C_DestroyObject 1\n", 0);
	assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
	assert_null(strstr(l.w->out, h.token));
	holds(&h, 2, 2);
	audit_is_whole(l.w);
}

/* The resume looks at what waits, never at all that ever was. */
static void
the_resume_reads_no_table_whole(void **st)
{
	struct office *o = world_member(l.w, "zhou");
	struct issue_tally t;
	struct err e;

	(void)st;
	went(issue_resume(o, NULL, NULL, &t, &e), &e);
	/* the few that are under way */
	plans_are_by_key(l.w, o->db, (const char *const[]){ "FROM intent", "IN ('approved', 'issuing')", NULL });
	office_close(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_old_key_leaves_with_a_change_and_the_token_says_so),
		cmocka_unit_test(a_renewed_one_stays_to_its_own_end_and_leaves_with_the_next_service),
		cmocka_unit_test(a_key_that_went_on_stays_when_its_first_certificate_leaves),
		cmocka_unit_test(a_key_that_opens_what_was_encrypted_for_it_stays_labelled),
		cmocka_unit_test(what_is_left_by_a_fault_or_a_kill_leaves_with_the_next_service),
		cmocka_unit_test(what_is_left_on_a_token_that_is_still_here_leaves_with_the_resume),
		cmocka_unit_test(the_resume_reads_no_table_whole),
	};

	return life_run(&l, tests, ready);
}
