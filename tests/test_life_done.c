/* A case is not done before everything that it promised is: a CA that is silent about one certificate of several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "tests/life.h"
#include "tests/relay.h"

#include <stdio.h>
#include <string.h>

static struct life l;
static char real_url[80], responder_key[200];

static int
ready(void)
{
	char script[600];

	life_url(&l, real_url);
	world_conf(l.w, "ra.conf", "timeout_s = 30", "timeout_s = 2");
	snprintf(responder_key, sizeof responder_key, "%s/rsp.key", l.w->dir);
	snprintf(script, sizeof script, "openssl pkey -in %s/ca/rsp.key -passin file:%s/ca/ca.pass -out %s", l.w->home, l.w->home, responder_key);
	return run(l.w, "sh", "-c", script, NULL);
}

/* The CA does its part and says that it is busy, at the nth message alone. */
static int
busy(int at, const char *login, const char *command, const char *no)
{
	struct relay_plan plan = { .upstream = real_url, .lie = LIE_BUSY, .at = at, .responder_key = responder_key };

	return life_through(&l, &plan, login, command, no);
}

/* A renewed one and the one before it end together: silent about one of them, the case stays open until both are done. */
static void
a_service_is_not_done_before_all_that_it_promised_is(void **st)
{
	static const struct { const char *service, *reason, *state, *end; int listed; } rows[] = {
		{ "report_loss", "lost", "hold", "hold", 6 }, { "report_loss", "found", "valid", "superseded", -1 },
		{ "revoke", "cessation", "revoked", "revoked", 5 },
	};
	struct holder h, old;
	char serial[64];

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 1");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	life_deliver(&l, h.no);
	snprintf(serial, sizeof serial, "%s", h.serial);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(h.serial, sizeof h.serial, "%s", serial);
		life_approved(&l, &h, rows[i].service, rows[i].reason, NULL);
		/* the first message is about the older one: it goes unanswered twice, the newer one's is carried out */
		assert_int_equal(busy(1, "huang", "revoke", h.no), 3);
		assert_int_equal(busy(1, "zhou", "resume", NULL), 3);
		state_is(l.w, h.no, "issuing");
		assert_int_equal(ra(l.w, "huang", "show", h.no, "--json", NULL), 0);
		assert_non_null(strstr(l.w->out, "\"next\":[\"revoke\"]"));
		assert_non_null(strstr(strstr(l.w->out, "\"at_ca\":[{"), old.serial));
		assert_string_equal(life_state(&l, serial), rows[i].state);
		assert_int_equal(life_listed(&l, serial), rows[i].listed);
		assert_string_not_equal(life_state(&l, old.serial), rows[i].end);
		if (i % 2 == 0)
			assert_int_equal(ra(l.w, "zhou", "resume", NULL), 0);
		else
			assert_int_equal(ra(l.w, "huang", "revoke", h.no, NULL), 0);
		state_is(l.w, h.no, "closed");
		assert_string_equal(life_state(&l, serial), rows[i].state);
		assert_string_equal(life_state(&l, old.serial), rows[i].end);
		assert_int_equal(life_listed(&l, old.serial), rows[i].listed);
	}
	audit_is_whole(l.w);
}

/* A replacement is made, but the certificates of the lost token are not ended: it is not handed over as done. */
static void
a_replacement_is_not_handed_over_before_the_old_ones_are_ended(void **st)
{
	struct holder h, old;
	struct err e;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "replace", "damaged", NULL);
	/* ir, certConf, rr: the third */
	assert_int_equal(busy(3, "huang", "issue", h.no), 3);
	state_is(l.w, h.no, "issued");
	assert_non_null(strstr(l.w->out, "\"next\":[\"issue\"]"));
	assert_false(desk_deliver(l.clerk, h.no, 0, "刘晓彤", "11010519491231002X", &e));
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	assert_string_equal(life_state(&l, old.serial), "revoked");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);
	life_deliver(&l, h.no);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_not_done_before_all_that_it_promised_is),
		cmocka_unit_test(a_replacement_is_not_handed_over_before_the_old_ones_are_ended),
	};

	return life_run(&l, tests, ready);
}
