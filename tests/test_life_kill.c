/* Killed at each step of renewals, changes and marked applications on the holder's own token: resume finishes or the command
 * is given again, and then exactly the promised certificates are valid, here and at the CA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static const enum step issuing[] = {
	STEP_IDENTIFIED, STEP_PIN_SET, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED, STEP_ANSWERED, STEP_ISSUED,
	STEP_WRITTEN, STEP_VERIFIED,
};
static const enum step revoking[] = { STEP_REVOKE_INTENT, STEP_REVOKE_ANSWERED, STEP_REVOKED };
#define N(a) (sizeof (a) / sizeof *(a))

/* One issue that is killed, then gone on with to its end. */
static void
killed_and_gone_on(struct holder *h, enum step at, const char *option, const char *value)
{
	int rc = life_killed(&l, at, "huang", "issue", h->no, option, value);

	if (rc != 128 + 9)
		fail_msg("%s: exit %d: %s", step_names[at], rc, l.w->err);
	if (ra(l.w, "zhou", "resume", NULL) != 0)
		fail_msg("%s: resume: %s%s", step_names[at], l.w->out, l.w->err);
	assert_int_equal(ra(l.w, "huang", "show", h->no, "--json", NULL), 0);
	/* nothing had reached the journal: the step is simply done again */
	if (strcmp(out_value(l.w, "state"), "approved") == 0 && ra(l.w, "huang", "issue", h->no, option, value, NULL) != 0)
		fail_msg("%s: again: %s", step_names[at], l.w->err);
	state_is(l.w, h->no, "issued");
	life_made(&l, h);
	life_deliver(&l, h->no);
}

static void
renewed(struct holder *h, enum step at, const char *option, const char *value)
{
	struct holder old = *h;

	life_approved(&l, h, "renew", NULL, "\"years\": 1");
	killed_and_gone_on(h, at, option, value);
	if (h->not_after != when_add_years(old.not_after, 1))
		fail_msg("%s: another end", step_names[at]);
	if (strcmp(life_state(&l, old.serial), "superseded") != 0 || strcmp(out_value(l.w, "replaced_by"), h->serial) != 0)
		fail_msg("%s: the old one is %s", step_names[at], l.w->out);
	if (strcmp(life_state(&l, h->serial), "valid") != 0 || life_listed(&l, old.serial) != -1)
		fail_msg("%s: not both valid", step_names[at]);
}

/* A new PIN is set where none is given; where the holder's own is, a kill ends its use: resume has none, and sets a new one. */
static void
a_renewal_killed_at_each_step_leaves_the_old_and_one_new(void **st)
{
	struct holder h;

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(issuing); i++) {
		renewed(&h, issuing[i], NULL, NULL);
		assert_true(h.pin[0] != '\0');
		if (i > 1)
			continue;
		setenv("RA_TOKEN_PIN", h.pin, 1);
		renewed(&h, issuing[i == 0 ? 5 : 7], NULL, NULL);
		unsetenv("RA_TOKEN_PIN");
		assert_true(h.pin[0] != '\0');
	}
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_verifies(&l, h.serial));
	/* no key was left lying: as many key pairs as certificates */
	assert_true(life_at_token(&l, h.token, "n=$(pkcs11-tool --module $m --slot $slot --login --pin \"$pin\" --list-objects --type"
	    " privkey 2>/dev/null | grep -c '^Private Key') && [ $n = $(pkcs11-tool --module $m --slot $slot --list-objects --type cert"
	    " 2>/dev/null | grep -c 'label:.*松湖') ] && [ $n = 13 ]", h.pin));
	audit_is_whole(l.w);
}

static void
a_renewal_by_a_request_killed_at_each_step_leaves_the_old_and_one_new(void **st)
{
	struct holder h;
	char csr[160], name[8];

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 3; i < 8; i++) {
		snprintf(name, sizeof name, "k%zu", i);
		snprintf(csr, sizeof csr, "%s", life_csr(&l, name));
		renewed(&h, issuing[i], "--csr", csr);
	}
	assert_true(life_verifies(&l, h.serial));
	audit_is_whole(l.w);
}

static void
a_change_killed_at_each_step_leaves_only_the_new_one(void **st)
{
	struct holder h, old;
	char edit[120];

	(void)st;
	life_holder(&l, NULL, &h);
	for (size_t i = 0; i < N(issuing) + N(revoking); i++) {
		enum step at = i < N(issuing) ? issuing[i] : revoking[i - N(issuing)];

		old = h;
		snprintf(edit, sizeof edit, "\"org.name\": \"东莞市松湖第%zu制造有限公司\"", i);
		life_approved(&l, &h, "change", NULL, edit);
		killed_and_gone_on(&h, at, NULL, NULL);
		if (h.not_after != old.not_after || life_listed(&l, old.serial) != 3 || life_listed(&l, h.serial) != -1)
			fail_msg("%s: end %d, listed %d and %d", step_names[at], h.not_after == old.not_after,
			    life_listed(&l, old.serial), life_listed(&l, h.serial));
		if (strcmp(life_state(&l, old.serial), "revoked") != 0)
			fail_msg("%s: the old one is %s", step_names[at], l.w->out);
	}
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_pin_opens(&l, h.token, h.pin));
	/* what was changed is off the token, and no key was left lying */
	assert_true(life_at_token(&l, h.token, "[ $(pkcs11-tool --module $m --slot $slot --login --pin \"$pin\" --list-objects --type"
	    " privkey 2>/dev/null | grep -c '^Private Key') = 1 ] && [ $(pkcs11-tool --module $m --slot $slot --list-objects --type cert"
	    " 2>/dev/null | grep -c 'label:.*松湖') = 1 ]", h.pin));
	snprintf(edit, sizeof edit, "SELECT count(*) FROM organisation WHERE name = '东莞市松湖第%zu制造有限公司'", N(issuing) + N(revoking) - 1);
	assert_int_equal(sql_int(l.w, edit), 1);
	audit_is_whole(l.w);
}

static void
nothing_is_left_open_and_the_ca_has_the_same_certificates(void **st)
{
	(void)st;
	assert_true(life_agrees(&l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_renewal_killed_at_each_step_leaves_the_old_and_one_new),
		cmocka_unit_test(a_renewal_by_a_request_killed_at_each_step_leaves_the_old_and_one_new),
		cmocka_unit_test(a_change_killed_at_each_step_leaves_only_the_new_one),
		cmocka_unit_test(nothing_is_left_open_and_the_ca_has_the_same_certificates),
	};

	return life_run(&l, tests, NULL);
}
