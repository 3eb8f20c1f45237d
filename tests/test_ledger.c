/* Tokens, members, schemes, certificates and the journal, over a real file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "db/schemes.h"
#include "db/staff.h"
#include "db/stock.h"
#include "tests/store.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store *s;

static int
set_up(void **state)
{
	(void)state;
	s = store_new();
	store_script(s, "INSERT INTO application(id, no, state, version, point, entered_by, entered_at, changed_at, scheme, channel, service)"
	    " VALUES (1, 'DG01', 'approved', 1, 'DG01', 1, 1, 1, 'dongguan', 'counter', 'new');"
	    " INSERT INTO item(id, application, n, kind, state) VALUES (1, 1, 1, 'organisation', 'open'), (2, 1, 2, 'organisation', 'open')");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(s);
	return 0;
}

/* ---- tokens ---- */

static struct stock
token(const char *serial)
{
	struct stock t;
	struct err e;
	bool found;

	went(stock_find(s->db, serial, &t, &found, &e), &e);
	assert_true(found);
	return t;
}

static void
every_move_of_a_token_is_in_the_ledger(void **st)
{
	static const enum token_state way[] = { TOKEN_RESERVED, TOKEN_RESERVED, TOKEN_ACTIVE, TOKEN_SUSPENDED, TOKEN_ACTIVE, TOKEN_LOST, TOKEN_TERMINATED };
	struct stock_move move[16];
	struct stock t;
	struct err e = { 0 };
	int64_t id;
	size_t n;

	(void)st;
	store_begin(s);
	went(stock_add(s->db, s->keys, "00000000000000A1", "11112222", s->staff, 10, &id, &e), &e);
	store_commit(s);
	store_begin(s);
	assert_false(stock_add(s->db, s->keys, "00000000000000A1", "11112222", s->staff, 10, &id, &e));
	assert_non_null(strstr(e.text, "in the stock already"));
	db_rollback(s->db);
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		t = token("00000000000000A1");
		store_begin(s);
		went(stock_store(s->db, &t, way[i], way[i] == TOKEN_RESERVED ? 1 : t.item, s->staff, 20 + (int64_t)i, "why", &e), &e);
		store_commit(s);
		assert_int_equal(token("00000000000000A1").state, way[i]);
	}
	went(stock_moves(s->db, t.id, move, 16, &n, &e), &e);
	assert_int_equal(n, 7);			/* it came, then six changes; staying where it was is none */
	assert_string_equal(move[n - 1].from, "");
	assert_string_equal(move[n - 1].to, "blank");
	for (size_t i = 1; i < n; i++)
		assert_string_equal(move[i - 1].from, move[i].to);	/* without a gap */
	assert_string_equal(move[0].to, "terminated");
	assert_string_equal(move[0].login, "chen");
}

static void
blank_tokens_come_in_the_order_in_which_they_were_added(void **st)
{
	struct stock t;
	struct err e;
	int64_t id, after = 0;
	bool found;
	char serial[20];

	(void)st;
	for (int i = 0; i < 5; i++) {
		snprintf(serial, sizeof serial, "B%d", i);
		store_begin(s);
		went(stock_add(s->db, s->keys, serial, "1", s->staff, 10, &id, &e), &e);
		store_commit(s);
	}
	t = token("B2");
	store_begin(s);
	went(stock_store(s->db, &t, TOKEN_DAMAGED, 0, s->staff, 11, "x", &e), &e);
	store_commit(s);
	for (int i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		snprintf(serial, sizeof serial, "B%d", i);
		went(stock_next_blank(s->db, after, &t, &found, &e), &e);
		assert_true(found);
		assert_string_equal(t.serial, serial);
		after = t.id;
	}
	went(stock_next_blank(s->db, after, &t, &found, &e), &e);
	assert_false(found);
}

static void
so_pins_are_sealed_to_their_token_and_column(void **st)
{
	char now_pin[SO_PIN_MAX], next_pin[SO_PIN_MAX];
	struct stock a, b;
	struct err e = { 0 };
	int64_t id;

	(void)st;
	store_begin(s);
	went(stock_add(s->db, s->keys, "C1", "31415926", s->staff, 1, &id, &e) && stock_add(s->db, s->keys, "C2", "27182818", s->staff, 1, &id, &e),
	    &e);
	store_commit(s);
	a = token("C1");
	b = token("C2");
	store_begin(s);
	went(stock_so_next(s->db, s->keys, a.id, "16180339", &e), &e);
	store_commit(s);
	went(stock_so_pins(s->db, s->keys, a.id, now_pin, next_pin, &e), &e);
	assert_string_equal(now_pin, "31415926");
	assert_string_equal(next_pin, "16180339");
	assert_false(store_holds(s, "31415926"));
	assert_false(store_holds(s, "16180339"));
	store_begin(s);
	went(stock_so_changed(s->db, s->keys, a.id, "16180339", &e), &e);
	store_commit(s);
	went(stock_so_pins(s->db, s->keys, a.id, now_pin, next_pin, &e), &e);
	assert_string_equal(now_pin, "16180339");
	assert_string_equal(next_pin, "");
	/* another token's, and the other column's */
	store_script(s, "UPDATE token SET so_pin = (SELECT so_pin FROM token WHERE serial = 'C2') WHERE serial = 'C1'");
	assert_false(stock_so_pins(s->db, s->keys, a.id, now_pin, next_pin, &e));
	assert_non_null(strstr(e.text, "does not open"));
	store_script(s, "UPDATE token SET so_pin_next = so_pin WHERE serial = 'C2'");
	assert_false(stock_so_pins(s->db, s->keys, b.id, now_pin, next_pin, &e));
}

/* ---- members ---- */

static void
a_member_has_one_key_in_force_and_keeps_the_old_ones(void **st)
{
	struct member m = { .role = ROLE_REVIEWER, .login = "huang", .name = "黄婉仪", .made_at = 5 }, back;
	struct member_key first = { .public_key = { 1 }, .public_n = 1, .salt_n = 16, .sealed = { 2 }, .sealed_n = 9, .made_at = 6 }, second, found_key;
	struct err e = { 0 };
	bool found;

	(void)st;
	store_begin(s);
	went(staff_insert(s->db, &m, &e), &e);
	first.staff = m.id;
	second = first;
	second.public_key[0] = 7;
	second.made_at = 8;
	went(staff_key_insert(s->db, &first, &e) && staff_key_insert(s->db, &second, &e), &e);
	store_commit(s);
	store_begin(s);
	assert_false(staff_insert(s->db, &(struct member){ .role = ROLE_CLERK, .login = "huang", .name = "x" }, &e));
	assert_string_equal(e.field, "login");
	db_rollback(s->db);
	went(staff_key_current(s->db, m.id, &found_key, &found, &e), &e);
	assert_true(found && found_key.id == second.id && found_key.public_key[0] == 7);
	went(staff_key_load(s->db, first.id, &found_key, &found, &e), &e);
	assert_true(found && found_key.retired_at == 8);
	m.disabled = m.must_change = true;
	m.failures = 3;
	m.locked_until = 99;
	store_begin(s);
	went(staff_store(s->db, &m, &e), &e);
	store_commit(s);
	went(staff_find(s->db, "huang", &back, &found, &e), &e);
	assert_true(found && back.disabled && back.must_change);
	assert_int_equal(back.failures, 3);
	assert_int_equal(back.locked_until, 99);
	assert_int_equal(back.role, ROLE_REVIEWER);
	assert_string_equal(back.name, "黄婉仪");
	went(staff_find(s->db, "HUANG", &back, &found, &e), &e);
	assert_false(found);
}

/* ---- schemes ---- */

static void
the_scheme_in_force_is_the_newest_whose_time_has_come(void **st)
{
	static const struct { int64_t at; int64_t version; } rows[] = { { 99, 0 }, { 100, 1 }, { 150, 1 }, { 200, 3 }, { 250, 3 }, { 300, 4 } };
	struct scheme_row r;
	char *text = NULL;
	struct err e = { 0 };
	bool found;

	(void)st;
	store_begin(s);
	went(scheme_insert(s->db, "x", 100, "one", s->staff, 1, &r, &e) && scheme_insert(s->db, "x", 200, "two", s->staff, 1, &r, &e)
	    && scheme_insert(s->db, "x", 200, "two, corrected", s->staff, 1, &r, &e)
	    && scheme_insert(s->db, "x", 300, "three", s->staff, 1, &r, &e), &e);
	assert_int_equal(r.version, 4);
	went(scheme_insert(s->db, "y", 1, "other", s->staff, 1, &r, &e), &e);
	assert_int_equal(r.version, 1);
	store_commit(s);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		went(scheme_current(s->db, "x", rows[i].at, &r, &found, &e), &e);
		assert_int_equal(found ? r.version : 0, rows[i].version);
	}
	went(scheme_current(s->db, "x", 250, &r, &found, &e) && scheme_text_of(s->db, r.id, &text, &e), &e);
	assert_string_equal(text, "two, corrected");
	free(text);
	assert_false(scheme_text_of(s->db, 4711, &text, &e));
	assert_null(text);
}

/* ---- certificates and the journal ---- */

static struct certificate
certificate(const char *ca, const char *serial)
{
	struct certificate c = { .state = CERT_UNCONFIRMED, .application = 1, .item = 1, .not_before = 1000, .not_after = 2000, .stored_at = 1000, .reason = -1 };

	snprintf(c.ca, sizeof c.ca, "%s", ca);
	snprintf(c.serial, sizeof c.serial, "%s", serial);
	snprintf(c.scheme, sizeof c.scheme, "dongguan");
	snprintf(c.subject, sizeof c.subject, "CN=x");
	return c;
}

static void
the_same_certificate_is_stored_once_and_found_however_it_is_typed(void **st)
{
	static const char *const typed[] = { "0A1B2C", "a1b2c", "0a:1b:2c", "0A 1B 2C", "000A1B2C" };
	struct certificate one = certificate("netca", "0A1B2C"), again = one, other = certificate("gdca", "0A1B2C"), c;
	unsigned char *der = NULL;
	struct err e = { 0 };
	bool found;
	size_t n;

	(void)st;
	store_begin(s);
	went(cert_insert(s->db, &one, (const unsigned char *)"\x30\x00\x01", 3, &e) && cert_insert(s->db, &again, (const unsigned char *)"\x30\x00\x01", 3, &e)
	    && cert_insert(s->db, &other, (const unsigned char *)"\x30\x02", 2, &e), &e);
	store_commit(s);
	assert_int_equal(one.id, again.id);
	assert_int_not_equal(one.id, other.id);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		went(cert_find(s->db, typed[i], &c, &found, &e), &e);
		if (!found)
			fail_msg("%s is not found", typed[i]);
		assert_int_equal(c.id, other.id);	/* the newest of two CAs */
		assert_string_equal(c.application_no, "DG01");
	}
	went(cert_find(s->db, "0A1B2D", &c, &found, &e), &e);
	assert_false(found);
	went(cert_der(s->db, one.id, &der, &n, &e), &e);
	assert_int_equal(n, 3);
	assert_memory_equal(der, "\x30\x00\x01", 3);
	free(der);
	assert_false(cert_der(s->db, 4711, &der, &n, &e));
}

static void
expiry_is_told_by_the_clock_and_revocation_outlives_it(void **st)
{
	struct certificate c = certificate("netca", "01");

	(void)st;
	c.state = CERT_VALID;
	assert_int_equal(cert_state_at(&c, 1999), CERT_VALID);
	assert_int_equal(cert_state_at(&c, 2000), CERT_VALID);		/* notAfter itself still counts (RFC 5280 4.1.2.5) */
	assert_int_equal(cert_state_at(&c, 2001), CERT_EXPIRED);
	c.state = CERT_REVOKED;
	assert_int_equal(cert_state_at(&c, 2001), CERT_REVOKED);
	c.state = CERT_HOLD;
	assert_int_equal(cert_state_at(&c, 2001), CERT_EXPIRED);
}

static struct intent
intent(int64_t item, bool revoke, unsigned char tid)
{
	struct intent i = { .revoke = revoke, .item = item, .application = 1, .ca = "netca", .tid = { tid }, .state = INTENT_OPEN, .not_before = 5, .not_after = 6,
	    .reason = revoke ? 5 : -1, .staff = s->staff, .made_at = 7 };

	if (!revoke) {
		i.subject = (unsigned char *)strdup("S");
		i.subject_n = 1;
		i.public_key = (unsigned char *)strdup("KEY");
		i.public_key_n = 3;
	}
	return i;
}

static void
an_intent_comes_back_exactly_and_is_found_until_it_ends(void **st)
{
	struct intent i = intent(2, false, 1), r = intent(2, true, 2), back;
	struct certificate c = certificate("netca", "77");
	int64_t ids[8], open;
	struct err e = { 0 };
	bool found;
	size_t n;

	(void)st;
	store_begin(s);
	went(cert_insert(s->db, &c, (const unsigned char *)"0", 1, &e), &e);
	r.certificate = c.id;
	went(intent_insert(s->db, &i, &e) && intent_insert(s->db, &r, &e), &e);
	store_commit(s);
	store_reopen(s);
	went(intent_of_item(s->db, 2, &back, &found, &e), &e);
	assert_true(found && back.id == i.id && !back.revoke && back.extensions == NULL);
	assert_memory_equal(back.tid, i.tid, sizeof i.tid);
	assert_memory_equal(back.public_key, "KEY", 3);
	assert_int_equal(back.not_after, 6);
	intent_clear(&back);
	went(intent_revocation(s->db, 2, 0, &back, &found, &e), &e);
	assert_true(found && back.id == r.id && back.reason == 5 && back.certificate == c.id);
	intent_clear(&back);
	went(intent_revocations(s->db, 1, &open, &e), &e);
	assert_int_equal(open, 1);
	went(intent_unfinished(s->db, ids, 8, &n, &e), &e);
	assert_int_equal(n, 2);
	for (enum intent_state k = INTENT_RECEIVED; k <= INTENT_ENDED; k++) {
		i.state = k;
		i.tries++;
		i.certificate = c.id;
		snprintf(i.last_error, sizeof i.last_error, "try %d", (int)i.tries);
		i.ended_at = k >= INTENT_DONE ? 9 : 0;
		store_begin(s);
		went(intent_store(s->db, &i, &e), &e);
		store_commit(s);
		went(intent_of_item(s->db, 2, &back, &found, &e), &e);
		assert_int_equal(found, k < INTENT_DONE);
		intent_clear(&back);
	}
	went(intent_load(s->db, i.id, &back, &found, &e), &e);
	assert_true(found && back.state == INTENT_ENDED && back.ended_at == 9 && back.tries == i.tries);
	assert_string_equal(back.last_error, i.last_error);
	intent_clear(&back);
	/* a transactionID is never used twice */
	store_begin(s);
	assert_false(intent_insert(s->db, &i, &e));
	db_rollback(s->db);
	went(intent_load(s->db, 4711, &back, &found, &e), &e);
	assert_false(found);
	intent_clear(&i);
}

/* A damaged page may give any bytes back: a name that is none is told, not followed. */
static void
a_name_that_is_in_no_list_is_told_as_damage(void **st)
{
	struct stock t;
	struct member m;
	struct certificate c;
	struct err e = { 0 };
	bool found;

	(void)st;
	store_script(s, "PRAGMA ignore_check_constraints = 1; UPDATE token SET state = 'blunk'; UPDATE staff SET role = ''; UPDATE certificate SET state = 'VALID'");
	assert_false(stock_find(s->db, "C1", &t, &found, &e));
	assert_int_equal(e.code, FAULT_INTERNAL);
	assert_non_null(strstr(e.text, "'blunk'"));
	assert_false(staff_find(s->db, "chen", &m, &found, &e));
	assert_false(cert_find(s->db, "77", &c, &found, &e));
	assert_non_null(strstr(e.text, "damaged"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_move_of_a_token_is_in_the_ledger),
		cmocka_unit_test(blank_tokens_come_in_the_order_in_which_they_were_added),
		cmocka_unit_test(so_pins_are_sealed_to_their_token_and_column),
		cmocka_unit_test(a_member_has_one_key_in_force_and_keeps_the_old_ones),
		cmocka_unit_test(the_scheme_in_force_is_the_newest_whose_time_has_come),
		cmocka_unit_test(the_same_certificate_is_stored_once_and_found_however_it_is_typed),
		cmocka_unit_test(expiry_is_told_by_the_clock_and_revocation_outlives_it),
		cmocka_unit_test(an_intent_comes_back_exactly_and_is_found_until_it_ends),
		cmocka_unit_test(a_name_that_is_in_no_list_is_told_as_damage),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
