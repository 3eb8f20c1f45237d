/* Certificates as the store tells them: state by the clock, lists by key in both directions, chains, `ra cert`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "ra/application.h"
#include "ra/certificate.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADE 240
#define DAY 86400

static struct world *w;
static struct office *chen, *huang, *reader;	/* the reader opens no statements but the lists' */
static struct certificate issued;
static int64_t now;

/* Rows that only differ in what lists look at: states in turn, ends around now with several on the same second. */
static void
make_rows(void)
{
	static const enum cert_state states[] = { CERT_VALID, CERT_HOLD, CERT_REVOKED, CERT_SUPERSEDED, CERT_UNCONFIRMED, CERT_VALID };
	struct certificate c;
	struct err e;

	went(office_begin(chen, &e), &e);
	for (int i = 0; i < MADE; i++) {
		c = issued;
		snprintf(c.serial, sizeof c.serial, "0A%06X", i);
		snprintf(c.subject, sizeof c.subject, "C=CN, CN=机构%d", i);
		c.state = states[i % 6];
		c.not_after = now + (i / 8 - 10) * 5 * DAY + DAY / 2;
		went(cert_insert(chen->db, &c, (const unsigned char *)"x", 1, &e), &e);
		c.revoked_at = c.state == CERT_REVOKED || c.state == CERT_HOLD ? now - DAY : 0;
		c.reason = c.state == CERT_REVOKED ? CRL_CESSATION : c.state == CERT_HOLD ? CRL_HOLD : -1;
		went(cert_store_state(chen->db, &c, &e), &e);
	}
	went(office_commit(chen, ACT_RECEIVED, "certificate:made", &e, "rows for lists"), &e);
}

static int
set_up(void **state)
{
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX];
	struct issue_medium medium = { 0 };
	struct app_item item;
	size_t n;
	bool found;
	int made;
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	went(office_open(w->home, &reader, &e), &e);
	went(stock_add_soft(chen, 1, &made, &e), &e);
	world_approved(w, chen, huang, no);
	went(issue_application(huang, no, 0, &medium, &e) && application_load(chen, no, a, &e) && app_items(chen->db, a->id, &item, 1, &n, &e)
	    && cert_load(chen->db, item.certificate, &issued, &found, &e) && found, &e);
	now = when_now();
	make_rows();
	free(a);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(huang);
	office_close(reader);
	world_free(w);
	return 0;
}

/* ---- states ---- */

static void
expiry_is_told_by_the_clock_and_hides_neither_a_revocation_nor_the_last_second(void **st)
{
	static const struct { enum cert_state stored; int64_t after; enum cert_state told; } rows[] = {
		{ CERT_VALID, 1, CERT_VALID }, { CERT_VALID, 0, CERT_VALID }, { CERT_VALID, -1, CERT_EXPIRED },
		{ CERT_HOLD, 0, CERT_HOLD }, { CERT_HOLD, -1, CERT_EXPIRED }, { CERT_SUPERSEDED, 5, CERT_SUPERSEDED },
		{ CERT_SUPERSEDED, -1, CERT_EXPIRED }, { CERT_REVOKED, -1, CERT_REVOKED }, { CERT_UNCONFIRMED, -1, CERT_EXPIRED },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct certificate c = { .state = rows[i].stored, .not_after = now + rows[i].after };

		assert_int_equal(cert_state_at(&c, now), rows[i].told);
	}
}

static void
a_holder_is_read_from_the_subject_line(void **st)
{
	static const struct { const char *subject, *holder; } rows[] = {
		{ "C=CN, O=甲, CN=东莞市𬭚泰五金有限公司", "东莞市𬭚泰五金有限公司" }, { "CN=甲", "甲" }, { "CN=甲\\, 乙, C=CN", "甲, 乙" },
		{ "O=ACN=x, CN=\" 甲 \"", " 甲 " }, { "O=无名", "O=无名" }, { "CN=", "" }, { "CN=a+OU=b", "a" }, { "CN=x\\", "x\\" },
	};
	char out[TEXT_BYTES(64)], little[6];

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		certificate_holder(rows[i].subject, out, sizeof out);
		assert_string_equal(out, rows[i].holder);
	}
	certificate_holder("CN=甲乙丙", little, sizeof little);
	assert_string_equal(little, "甲");
}

/* ---- lists ---- */

static bool
belongs(const struct certificate *c, const struct cert_filter *f)
{
	enum cert_state s = cert_state_at(c, f->now);

	if (f->before > 0 && (c->not_after >= f->before || (f->state != CERT_EXPIRED && c->not_after < f->now)))
		return false;
	return f->state == CERT_ANY || (f->state == CERT_CURRENT ? s == CERT_VALID || s == CERT_HOLD : (int)s == f->state);
}

static size_t
walk(const struct cert_filter *f, bool back, size_t max, struct certificate *out, size_t room)
{
	struct certificate *page = calloc(max, sizeof *page);
	struct cert_key edge;
	size_t n = max, all = 0;
	struct err e;

	while (n == max) {
		went(cert_page(reader->db, f, all ? &edge : NULL, back, page, max, &n, &e), &e);
		assert_true(all + n <= room);
		if (back)
			memmove(out + n, out, all * sizeof *out);
		memcpy(out + (back ? 0 : all), page, n * sizeof *out);
		all += n;
		if (n > 0)
			edge = (struct cert_key){ page[back ? 0 : n - 1].not_after, page[back ? 0 : n - 1].id };
	}
	free(page);
	return all;
}

static void
gives_its_rows(const struct cert_filter *f, const struct certificate *all, struct certificate *got)
{
	static const size_t sizes[] = { 1, 7, 64, 300 };
	size_t want = 0;

	for (size_t i = 0; i <= MADE; i++)
		want += belongs(&all[i], f);
	assert_true(want > 0);
	for (size_t s = 0; s < 2 * (sizeof sizes / sizeof *sizes); s++) {
		assert_int_equal(walk(f, s % 2, sizes[s / 2], got, MADE + 1), want);
		for (size_t i = 0; i < want; i++) {
			assert_true(belongs(&got[i], f));
			assert_true(i == 0 || got[i - 1].not_after < got[i].not_after
			    || (got[i - 1].not_after == got[i].not_after && got[i - 1].id < got[i].id));
		}
	}
}

static void
every_filter_gives_exactly_its_rows_by_pages_of_any_size_in_both_directions(void **st)
{
	struct certificate *all = calloc(MADE + 1, sizeof *all), *got = calloc(MADE + 1, sizeof *got);
	struct cert_filter f = { .state = CERT_ANY, .now = now };

	(void)st;
	assert_int_equal(walk(&f, false, 50, all, MADE + 1), MADE + 1);
	for (int edges = 0; edges < 2; edges++) {
		f.now = now + (edges ? DAY / 2 : 0);		/* where certificates end, and between */
		for (f.state = CERT_CURRENT; f.state < CERT_STATE_N; f.state++)
			for (int soon = 0; soon < 2; soon++) {
				f.before = soon ? f.now + 60 * DAY : 0;
				gives_its_rows(&f, all, got);
			}
	}
	free(all);
	free(got);
}

static void
no_statement_of_a_list_reads_a_table_or_sorts(void **st)
{
	(void)st;
	plans_are_by_key(w, reader->db, NULL);
}

/* ---- the command ---- */

static int
lines_of(const char *out)
{
	int n = 0;

	for (; *out; out++)
		n += *out == '\n';
	return n;
}

static void
the_list_shows_what_expires_soon_and_goes_on_behind_a_certificate(void **st)
{
	char serial[64];
	int whole;

	(void)st;
	assert_int_equal(ra(w, "chen", "cert", "list", "--expiring", "60", NULL), 0);
	whole = lines_of(w->out);
	assert_int_equal(whole, sql_int(w, "SELECT count(*) FROM certificate WHERE state IN ('valid','hold') AND not_after >="
	    " unixepoch() AND not_after < unixepoch() + 60 * 86400"));
	assert_int_equal(ra(w, "chen", "cert", "list", "--expiring", "60", "--limit", "5", NULL), 0);
	assert_int_equal(lines_of(w->out), 5);
	for (const char *p = w->out; *p; p = strchr(p, '\n') + 1)
		snprintf(serial, sizeof serial, "%.8s", p);
	assert_int_equal(ra(w, "chen", "cert", "list", "--expiring", "60", "--after", serial, NULL), 0);
	assert_int_equal(lines_of(w->out), whole - 5);
	assert_null(strstr(w->out, serial));
	assert_int_equal(ra(w, "chen", "cert", "list", "--state", "revoked", "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"reason\":\"cessation\",\"reason_code\":5"));
	assert_null(strstr(w->out, "\"state\":\"valid\""));
	/* refused in words */
	assert_int_equal(ra(w, "chen", "cert", "list", "--state", "gone", NULL), 1);
	assert_non_null(strstr(w->err, "state: "));
	assert_int_equal(ra(w, "chen", "cert", "list", "--expiring", "0", NULL), 1);
	assert_int_equal(ra(w, "chen", "cert", "list", "--expiring", "9", "--state", "expired", NULL), 1);
	assert_int_equal(ra(w, "chen", "cert", "list", "--after", "FF", NULL), 1);
	assert_non_null(strstr(w->err, "after: "));
}

static void
one_certificate_is_shown_with_what_it_replaces_and_serves(void **st)
{
	struct certificate older, newer;
	char shown[64], with_colons[100];
	bool found;
	struct err e;

	(void)st;
	went(cert_find(chen->db, "a000000", &older, &found, &e), &e);	/* without its leading zero */
	assert_true(found);
	assert_string_equal(older.serial, "0A000000");
	went(cert_find(chen->db, "00 0a:00:00:05", &newer, &found, &e), &e);
	assert_true(found);
	older.state = CERT_SUPERSEDED;
	older.replaced_by = newer.id;
	newer.replaces = older.id;
	went(office_begin(chen, &e) && cert_store_state(chen->db, &older, &e) && cert_store_state(chen->db, &newer, &e)
	    && office_commit(chen, ACT_VERIFIED, "certificate:chain", &e, "chain"), &e);
	assert_int_equal(ra(w, "he", "cert", "show", older.serial, "--json", NULL), 0);
	assert_string_equal(out_value(w, "replaced_by"), newer.serial);
	assert_string_equal(out_value(w, "replaces"), "null");
	assert_int_equal(ra(w, "he", "cert", "show", newer.serial, NULL), 0);
	assert_non_null(strstr(w->out, "replaces       0A000000"));
	/* a real one: where it came from and what it lies on */
	snprintf(with_colons, sizeof with_colons, "%.2s:%.60s", issued.serial, issued.serial + 2);
	assert_int_equal(ra(w, "he", "cert", "show", with_colons, "--json", NULL), 0);
	assert_string_equal(out_value(w, "serial"), issued.serial);
	assert_string_equal(out_value(w, "state"), "valid");
	assert_string_equal(out_value(w, "application"), issued.application_no);
	assert_string_equal(out_value(w, "token"), issued.token);
	assert_true(issued.token[0]);
	assert_string_equal(out_value(w, "holder"), "东莞市松湖精密制造有限公司");
	assert_string_equal(out_value(w, "reason"), "null");
	when_iso(issued.not_after, shown);
	assert_string_equal(out_value(w, "not_after"), shown);
	assert_int_equal(ra(w, "he", "cert", "show", "77", NULL), 1);
	assert_non_null(strstr(w->err, "serial: "));
}

static void
link_them(const char *older, const char *newer, bool both)
{
	struct certificate a, b;
	bool found;
	struct err e;

	went(cert_find(chen->db, older, &a, &found, &e) && found && cert_find(chen->db, newer, &b, &found, &e) && found, &e);
	a.replaced_by = both ? b.id : 0;
	b.replaces = a.id;
	went(office_begin(chen, &e) && cert_store_state(chen->db, &a, &e) && cert_store_state(chen->db, &b, &e)
	    && office_commit(chen, ACT_VERIFIED, "certificate:chain", &e, "chain"), &e);
}

static void
a_chain_is_whole_from_each_of_its_certificates_and_has_an_end(void **st)
{
	static const char *const links[] = { "0A000001", "0A000002", "0A000003", "0A000004" };
	struct certificate c[8], one;
	size_t n, at;
	bool found;
	struct err e;

	(void)st;
	link_them(links[0], links[1], true);
	link_them(links[1], links[2], true);
	link_them(links[2], links[3], false);		/* not on its medium yet: the old one does not know it */
	for (size_t i = 0; i < 4; i++) {
		went(cert_find(chen->db, links[i], &one, &found, &e) && cert_chain(chen->db, one.id, c, 8, &n, &at, &e), &e);
		assert_int_equal(n, i == 3 ? 4 : 3);
		assert_int_equal(at, i);
		for (size_t k = 0; k < n; k++)
			assert_string_equal(c[k].serial, links[k]);
		/* less room: it itself is among them */
		went(cert_chain(chen->db, one.id, c, 2, &n, &at, &e), &e);
		assert_true(n <= 2 && at < n);
		assert_string_equal(c[at].serial, links[i]);
	}
	link_them(links[2], links[0], true);		/* a damaged store: a circle */
	went(cert_chain(chen->db, one.id, c, 8, &n, &at, &e), &e);
	assert_int_equal(n, 8);
	went(cert_chain(chen->db, -1, c, 8, &n, &at, &e), &e);
	assert_int_equal(n, 0);
}

static void
applications_that_it_serves_are_listed(void **st)
{
	char sql[300];
	struct cert_use use[4];
	size_t n;
	struct err e;

	(void)st;
	snprintf(sql, sizeof sql, "INSERT INTO certificate_use(certificate, name, application, since) VALUES (%lld, '市城建', %lld,"
	    " 1700000000); SELECT changes()", (long long)issued.id, (long long)issued.application);
	assert_int_equal(sql_int(w, sql), 1);
	went(cert_uses(chen->db, issued.id, use, 4, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_string_equal(use[0].name, "市城建");
	assert_int_equal(ra(w, "he", "cert", "show", issued.serial, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"uses\":[{\"name\":\"市城建\",\"since\":\"2023-11-14T22:13:20Z\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expiry_is_told_by_the_clock_and_hides_neither_a_revocation_nor_the_last_second),
		cmocka_unit_test(a_holder_is_read_from_the_subject_line),
		cmocka_unit_test(every_filter_gives_exactly_its_rows_by_pages_of_any_size_in_both_directions),
		cmocka_unit_test(no_statement_of_a_list_reads_a_table_or_sorts),
		cmocka_unit_test(the_list_shows_what_expires_soon_and_goes_on_behind_a_certificate),
		cmocka_unit_test(one_certificate_is_shown_with_what_it_replaces_and_serves),
		cmocka_unit_test(a_chain_is_whole_from_each_of_its_certificates_and_has_an_end),
		cmocka_unit_test(applications_that_it_serves_are_listed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
