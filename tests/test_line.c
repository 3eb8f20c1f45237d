/* A holder who renewed in time has two usable certificates on one token: what ends or holds the one is meant for both. And what
 * the paper does with the token in the ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/stock.h"
#include "ra/application.h"
#include "ra/revoke.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

/* A holder who has renewed in time: h the newer certificate, old the one before it, both usable. */
static void
renewed(struct holder *h, struct holder *old)
{
	life_holder(&l, NULL, h);
	*old = *h;
	life_approved(&l, h, "renew", NULL, "\"years\": 1");
	setenv("RA_TOKEN_PIN", old->pin, 1);
	assert_int_equal(ra(l.w, "huang", "issue", h->no, NULL), 0);
	unsetenv("RA_TOKEN_PIN");
	life_made(&l, h);
	life_deliver(&l, h->no);
	assert_true(life_verifies(&l, old->serial));
	assert_true(life_verifies(&l, h->serial));
}

static void
token_is(const char *serial, enum token_state state)
{
	struct stock t;
	struct err e;
	bool found;

	went(stock_find(l.clerk->db, serial, &t, &found, &e), &e);
	assert_true(found);
	assert_int_equal(t.state, state);
}

static void
a_lost_token_loses_both(void **st)
{
	struct holder h, old, mid;

	(void)st;
	renewed(&h, &old);
	mid = h;
	life_accepted(&l, &h, "replace", "lost", NULL);
	token_is(old.token, TOKEN_LOST);
	assert_string_equal(life_state(&l, old.serial), "hold");
	assert_string_equal(life_state(&l, mid.serial), "hold");
	assert_int_equal(life_listed(&l, old.serial), 6);
	assert_int_equal(life_listed(&l, mid.serial), 6);
	life_check(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 1);
	assert_int_equal(life_listed(&l, mid.serial), 1);
	assert_true(life_verifies(&l, h.serial));
	assert_int_equal(h.not_after, mid.not_after);
	life_deliver(&l, h.no);
	audit_is_whole(l.w);
}

static void
a_loss_that_is_found_again_gives_both_back(void **st)
{
	struct holder h, old, mid;

	(void)st;
	renewed(&h, &old);
	mid = h;
	life_approved(&l, &h, "report_loss", NULL, NULL);		/* lost is what is meant without a reason */
	token_is(old.token, TOKEN_LOST);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	state_is(l.w, h.no, "closed");
	assert_string_equal(life_state(&l, old.serial), "hold");
	assert_string_equal(life_state(&l, mid.serial), "hold");
	life_approved(&l, &h, "report_loss", "found", NULL);
	token_is(old.token, TOKEN_LOST);				/* not before the CA has lifted the hold */
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	token_is(old.token, TOKEN_ACTIVE);
	assert_string_equal(life_state(&l, old.serial), "superseded");
	assert_string_equal(life_state(&l, mid.serial), "valid");
	assert_int_equal(life_listed(&l, old.serial), -1);
	assert_int_equal(life_listed(&l, mid.serial), -1);
	audit_is_whole(l.w);
}

static void
a_revocation_and_a_change_end_both(void **st)
{
	struct holder h, old, mid;

	(void)st;
	renewed(&h, &old);
	life_approved(&l, &h, "revoke", "cessation", NULL);
	assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
	state_is(l.w, h.no, "closed");
	assert_int_equal(life_listed(&l, old.serial), 5);
	assert_int_equal(life_listed(&l, h.serial), 5);

	renewed(&h, &old);
	mid = h;
	life_approved(&l, &h, "change", NULL, "\"org.name\": \"东莞市松湖智能制造有限公司\"");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 3);
	assert_int_equal(life_listed(&l, mid.serial), 3);
	assert_true(life_verifies(&l, h.serial));
	audit_is_whole(l.w);
}

static void
killed_between_the_two_it_ends_both(void **st)
{
	static const enum step steps[] = { STEP_REVOKE_ANSWERED, STEP_REVOKED };

	(void)st;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct holder h, old;

		renewed(&h, &old);
		life_approved(&l, &h, "revoke", "key_compromise", NULL);
		assert_int_equal(life_killed(&l, steps[i], "huang", "revoke", h.no, NULL, NULL), 128 + 9);
		assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		state_is(l.w, h.no, "closed");
		assert_int_equal(life_listed(&l, old.serial), 1);
		assert_int_equal(life_listed(&l, h.serial), 1);
	}
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM intent WHERE state NOT IN ('done', 'ended')"), 0);
	audit_is_whole(l.w);
}

static void
the_tokens_serial_names_its_newest_certificate(void **st)
{
	struct holder h, old, by_token;
	struct application *a = calloc(1, sizeof *a);
	struct err e;

	(void)st;
	assert_non_null(a);
	renewed(&h, &old);
	by_token = h;
	snprintf(by_token.serial, sizeof by_token.serial, "%s", h.token);
	life_approved(&l, &by_token, "unlock", NULL, NULL);
	went(application_load(l.clerk, by_token.no, a, &e), &e);
	assert_string_equal(a->record.head.old_serial, h.serial);
	assert_int_equal(ra(l.w, "huang", "show", by_token.no, "--json", NULL), 0);
	assert_non_null(strstr(strstr(l.w->out, "\"next\""), "\"unlock\""));
	assert_null(strstr(strstr(l.w->out, "\"next\""), "\"issue\""));
	assert_int_equal(ra(l.w, "huang", "issue", by_token.no, NULL), 1);
	assert_int_equal(ra(l.w, "huang", "revoke", by_token.no, NULL), 1);
	assert_int_equal(ra(l.w, "huang", "unlock", by_token.no, "--token", h.token, NULL), 0);
	life_deliver(&l, by_token.no);
	/* damaged: out of use from the acceptance on, and not on hold */
	life_accepted(&l, &h, "replace", "damaged", NULL);
	token_is(old.token, TOKEN_DAMAGED);
	assert_int_equal(life_listed(&l, old.serial), -1);
	free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_token_loses_both),
		cmocka_unit_test(a_loss_that_is_found_again_gives_both_back),
		cmocka_unit_test(a_revocation_and_a_change_end_both),
		cmocka_unit_test(killed_between_the_two_it_ends_both),
		cmocka_unit_test(the_tokens_serial_names_its_newest_certificate),
	};

	return life_run(&l, tests, NULL);
}
