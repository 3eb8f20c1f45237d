/* Every service of a certificate's life that asks the CA for a new one: from acceptance to hand-over, seen from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/when.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static void
a_renewal_in_time_runs_on_from_the_old_end_and_both_stay_valid(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 3");
	setenv("RA_TOKEN_PIN", old.pin, 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	unsetenv("RA_TOKEN_PIN");
	life_made(&l, &h);
	assert_string_equal(h.token, old.token);
	assert_string_not_equal(h.serial, old.serial);
	assert_int_equal(h.not_after, when_add_years(old.not_after, 3));
	assert_string_equal(h.pin, "");		/* the holder's own stays */
	assert_true(life_pin_opens(&l, h.token, old.pin));
	assert_true(life_verifies(&l, old.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, old.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_string_equal(life_state(&l, old.serial), "superseded");
	assert_string_equal(out_value(l.w, "replaced_by"), h.serial);
	assert_string_equal(life_state(&l, h.serial), "valid");
	assert_string_equal(out_value(l.w, "replaces"), old.serial);
	life_deliver(&l, h.no);
	state_is(l.w, h.no, "closed");
	audit_is_whole(l.w);
}

static void
a_replaced_lost_token_ends_its_certificate_and_keeps_its_end(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "replace", "lost", NULL);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_string_not_equal(h.token, old.token);
	assert_int_equal(h.not_after, old.not_after);
	assert_int_equal(life_listed(&l, old.serial), 1);
	assert_false(life_verifies(&l, old.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_string_equal(life_state(&l, old.serial), "revoked");
	assert_string_equal(out_value(l.w, "reason"), "key_compromise");
	life_deliver(&l, h.no);
	state_is(l.w, h.no, "closed");
	audit_is_whole(l.w);
}

/* The one that was renewed is held with its successor; neither stands in the way of the seal's new certificate. */
static void
a_renewed_certificate_with_a_seal_is_lost_and_replaced(void **st)
{
	struct holder h, first, second;

	(void)st;
	life_holder(&l, "\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true,"
	    " \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\"", &h);
	first = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 1");
	setenv("RA_TOKEN_PIN", first.pin, 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	unsetenv("RA_TOKEN_PIN");
	life_made(&l, &h);
	life_deliver(&l, h.no);
	second = h;
	life_approved(&l, &h, "replace", "lost", NULL);
	assert_string_equal(life_state(&l, second.serial), "hold");
	assert_string_equal(life_state(&l, first.serial), "hold");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_string_equal(life_state(&l, second.serial), "revoked");
	assert_string_equal(life_state(&l, first.serial), "revoked");
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
a_change_keeps_the_end_and_revokes_the_old_on_the_same_token(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "change", NULL, "\"org.name\": \"东莞市松湖智能制造有限公司\"");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);		/* without a PIN: set anew by the SO PIN */
	life_made(&l, &h);
	assert_string_equal(h.token, old.token);
	assert_int_equal(h.not_after, old.not_after);
	assert_int_equal(life_listed(&l, old.serial), 3);
	assert_true(life_verifies(&l, h.serial));
	assert_false(life_verifies(&l, old.serial));
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(h.pin[0] != '\0');
	assert_true(life_pin_opens(&l, h.token, h.pin));
	assert_int_equal(ra(l.w, "huang", "cert", "show", h.serial, NULL), 0);
	assert_non_null(strstr(l.w->out, "智能制造"));
	life_deliver(&l, h.no);
	assert_int_equal(ra(l.w, "huang", "pin", h.no, NULL), 1);
	audit_is_whole(l.w);
}

/* The holder's own device keeps its key where the scheme allows it, and for a renewal only. */
static void
a_request_of_the_holders_device_renews_with_the_old_key_or_a_new_one(void **st)
{
	struct holder h, old;
	struct issue_medium m = { .csr = life_csr(&l, "first") };
	struct err e;

	(void)st;
	world_submitted(l.w, l.clerk, NULL, h.no);
	went(desk_step(l.reviewer, h.no, 0, ACT_APPROVE, NULL, &e) && issue_application(l.reviewer, h.no, 0, &m, &e), &e);
	life_made(&l, &h);
	life_deliver(&l, h.no);
	assert_string_equal(h.token, "");
	for (int i = 0; i < 2; i++) {
		old = h;
		life_approved(&l, &h, "renew", NULL, "\"years\": 1");
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 1);		/* it lies on no token */
		assert_non_null(strstr(l.w->err, "token: "));
		assert_int_equal(ra(l.w, "huang", "issue", h.no, "--csr", life_csr(&l, i == 0 ? "first" : "second"), NULL), 0);
		life_made(&l, &h);
		assert_int_equal(h.not_after, when_add_years(old.not_after, 1));
		assert_true(life_verifies(&l, old.serial));
		assert_true(life_verifies(&l, h.serial));
		assert_string_equal(life_state(&l, old.serial), "superseded");
		life_deliver(&l, h.no);
	}
	/* the two that may not keep it */
	life_approved(&l, &h, "change", NULL, "\"org.address\": \"东莞市松山湖园区科技十路8号\"");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--csr", life_csr(&l, "second"), NULL), 1);
	assert_non_null(strstr(l.w->err, "csr: "));
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--csr", life_csr(&l, "third"), NULL), 0);
	old = h;
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 3);
	life_deliver(&l, h.no);
	life_approved(&l, &h, "replace", "damaged", NULL);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--csr", life_csr(&l, "third"), NULL), 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);		/* from now on on a token */
	old = h;
	life_made(&l, &h);
	assert_int_equal(life_listed(&l, old.serial), 4);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_int_equal(h.not_after, old.not_after);
	audit_is_whole(l.w);
}

static void
a_renewal_on_the_token_keeps_its_key_when_that_is_asked_and_allowed(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	life_approved(&l, &h, "renew", NULL, "\"years\": 5");		/* together with what is left more than a new one may have */
	setenv("RA_TOKEN_PIN_FILE", world_file(l.w, "pin", "00000000\n"), 1);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--same-key", NULL), 1);
	assert_non_null(strstr(l.w->err, "pin: "));
	state_is(l.w, h.no, "approved");
	world_file(l.w, "pin", old.pin);
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--token", old.token, "--same-key", NULL), 0);
	unsetenv("RA_TOKEN_PIN_FILE");
	life_made(&l, &h);
	assert_int_equal(h.not_after, when_add_years(old.not_after, 5));
	assert_int_equal(sql_int(l.w, "SELECT count(DISTINCT public_key) FROM intent WHERE item IN (SELECT id FROM item WHERE token ="
	    " (SELECT token FROM item ORDER BY id DESC LIMIT 1))"), 1);
	assert_true(life_verifies(&l, h.serial));
	assert_true(life_verifies(&l, old.serial));
	life_approved(&l, &h, "change", NULL, "\"org.address\": \"东莞市松山湖园区科技十路8号\"");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, "--same-key", NULL), 1);
	assert_non_null(strstr(l.w->err, "same_key: "));
	audit_is_whole(l.w);
}

/* An update names the old certificate to the CA; one that has ended is followed by a new one. */
static void
a_renewal_after_expiry_runs_from_today_and_one_accepted_in_time_from_the_old_end(void **st)
{
	static const struct { bool late; int kurs; } rows[] = { { true, 0 }, { false, 0 } };
	struct holder h, old;
	char sql[200];

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ended = when_now() - 86400;

		life_holder(&l, NULL, &h);
		old = h;
		if (rows[i].late)
			life_ends(&l, old.serial, ended);
		life_approved(&l, &h, "renew", NULL, "\"years\": 2");
		if (!rows[i].late)
			life_ends(&l, old.serial, ended);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
		life_made(&l, &h);
		if (rows[i].late)
			assert_true(h.not_after >= when_add_years(when_now() - 30, 2) && h.not_after <= when_add_years(when_now(), 2));
		else
			assert_int_equal(h.not_after, when_add_years(ended, 2));
		snprintf(sql, sizeof sql, "SELECT count(*) FROM intent n JOIN application a ON a.id = n.application WHERE a.no = '%s' AND"
		    " n.old IS NOT NULL", h.no);
		assert_int_equal(sql_int(l.w, sql), rows[i].kurs);
		assert_string_equal(life_state(&l, old.serial), "expired");
		assert_string_equal(life_state(&l, h.serial), "valid");
	}
	audit_is_whole(l.w);
}

/* That clock time on 29 February of the next leap year that has it still before it; its end two years later. */
static int64_t
next_leap(char end[40])
{
	char text[40];
	int64_t leap;

	for (int year = 2028;; year += 4) {
		snprintf(text, sizeof text, "%d-02-29T09:46:07Z", year);
		assert_true(when_parse_iso(text, &leap));
		snprintf(end, 40, "%d-02-28T09:46:07Z", year + 2);
		if (leap > when_now() + 86400)
			return leap;
	}
}

/* 29 February, at the same clock time in Shanghai: the 28th where there is none, to the second. */
static void
a_certificate_that_ends_on_a_leap_day_is_renewed_to_the_28th(void **st)
{
	struct holder h;
	char old[64], end[40];
	int64_t leap = next_leap(end), next;

	(void)st;
	assert_true(when_parse_iso(end, &next));
	life_holder(&l, NULL, &h);
	snprintf(old, sizeof old, "%s", h.serial);
	life_ends(&l, h.serial, leap);
	life_approved(&l, &h, "renew", NULL, "\"years\": 2");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_int_equal(h.not_after, next);
	assert_int_equal(ra(l.w, "huang", "cert", "show", h.serial, "--json", NULL), 0);
	assert_string_equal(out_value(l.w, "not_after"), end);
}

/* What a certificate serves besides its scheme is recorded, or marked in a new one, and goes on with its successors. */
static void
an_application_area_is_recorded_or_marked_and_goes_on(void **st)
{
	static const char *const markers[] = { "", "1.2.156.10260.4.1.77" };
	struct holder h, old;

	(void)st;
	for (size_t i = 0; i < 2; i++) {
		life_scheme(&l, i == 0 ? "records" : "marks", markers[i]);
		life_holder(&l, NULL, &h);
		old = h;
		l.scheme = i == 0 ? "records" : "marks";
		life_approved(&l, &h, "add_application", NULL, NULL);
		l.scheme = "dongguan";
		assert_int_equal(ra(l.w, "chen", "issue", h.no, NULL), 1);
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
		life_made(&l, &h);
		state_is(l.w, h.no, "issued");
		assert_int_equal(ra(l.w, "huang", "cert", "show", h.serial, "--json", NULL), 0);
		assert_non_null(strstr(l.w->out, "probe area"));
		assert_int_equal(strcmp(h.serial, old.serial) == 0, i == 0);
		assert_int_equal(h.not_after, old.not_after);
		if (i == 1) {
			char pem[160];

			assert_string_equal(life_state(&l, old.serial), "superseded");
			assert_true(life_verifies(&l, h.serial));
			snprintf(pem, sizeof pem, "%s/c.pem", l.w->dir);
			assert_int_equal(run(l.w, "openssl", "x509", "-in", pem, "-noout", "-text", NULL), 0);
			assert_non_null(strstr(l.w->out, "probe area"));
		}
		life_deliver(&l, h.no);
		/* the successor serves it too */
		l.scheme = i == 0 ? "dongguan" : "marks";
		life_approved(&l, &h, "replace", "damaged", NULL);
		l.scheme = "dongguan";
		assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
		life_made(&l, &h);
		assert_int_equal(ra(l.w, "huang", "cert", "show", h.serial, "--json", NULL), 0);
		assert_non_null(strstr(l.w->out, "probe area"));
	}
	audit_is_whole(l.w);
}

static void
a_seal_is_added_without_the_ca_and_the_certificate_stays(void **st)
{
	struct holder h, old;
	char path[160];
	int certificates;

	(void)st;
	life_holder(&l, NULL, &h);
	old = h;
	certificates = sql_int(l.w, "SELECT count(*) FROM certificate");
	life_approved(&l, &h, "add_seal", NULL, "\"years\": 2, \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\","
	    " \"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true");
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_string_equal(h.serial, old.serial);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate"), certificates);
	assert_true(life_verifies(&l, h.serial));
	life_deliver(&l, h.no);
	state_is(l.w, h.no, "closed");
	/* the receipt names the token that the certificate lies on */
	snprintf(path, sizeof path, "%s/delivery.pdf", l.w->dir);
	assert_int_equal(ra(l.w, "huang", "print", h.no, "delivery", "-o", path, NULL), 0);
	assert_int_equal(run(l.w, "pdftotext", path, "-", NULL), 0);
	assert_non_null(strstr(l.w->out, old.token));
	assert_null(strstr(l.w->out, "申请人自有设备"));
	audit_is_whole(l.w);
}

static void
a_swapped_token_is_new_and_the_one_of_elsewhere_recorded(void **st)
{
	struct holder h = { .serial = "5A9C0FFEE0123456" };
	char old[64];

	(void)st;
	life_scheme(&l, "swaps", "");
	l.scheme = "swaps";
	life_approved(&l, &h, "swap", NULL, "\"years\": 1, \"org.name\": \"肇庆市端州砚石有限公司\", \"org.credit_code\": \"91350100M000100Y43\","
	    " \"agent.name\": \"刘晓彤\", \"agent.id_no\": \"11010519491231002X\"");
	l.scheme = "dongguan";
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_true(life_on_token(&l, h.token, h.serial));
	assert_true(life_verifies(&l, h.serial));
	assert_int_equal(ra(l.w, "huang", "show", h.no, "--json", NULL), 0);
	assert_string_equal(out_value(l.w, "old_serial"), "5A9C0FFEE0123456");
	life_deliver(&l, h.no);
	/* one that this store made itself is superseded */
	life_holder(&l, "\"scheme\": \"swaps\"", &h);
	snprintf(old, sizeof old, "%s", h.serial);
	l.scheme = "swaps";
	life_approved(&l, &h, "swap", NULL, "\"years\": 1");
	l.scheme = "dongguan";
	assert_int_equal(ra(l.w, "huang", "issue", h.no, NULL), 0);
	life_made(&l, &h);
	assert_string_equal(life_state(&l, old), "superseded");
	assert_true(life_verifies(&l, h.serial));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_renewal_in_time_runs_on_from_the_old_end_and_both_stay_valid),
		cmocka_unit_test(a_replaced_lost_token_ends_its_certificate_and_keeps_its_end),
		cmocka_unit_test(a_renewed_certificate_with_a_seal_is_lost_and_replaced),
		cmocka_unit_test(a_change_keeps_the_end_and_revokes_the_old_on_the_same_token),
		cmocka_unit_test(a_request_of_the_holders_device_renews_with_the_old_key_or_a_new_one),
		cmocka_unit_test(a_renewal_on_the_token_keeps_its_key_when_that_is_asked_and_allowed),
		cmocka_unit_test(a_renewal_after_expiry_runs_from_today_and_one_accepted_in_time_from_the_old_end),
		cmocka_unit_test(a_certificate_that_ends_on_a_leap_day_is_renewed_to_the_28th),
		cmocka_unit_test(an_application_area_is_recorded_or_marked_and_goes_on),
		cmocka_unit_test(a_seal_is_added_without_the_ca_and_the_certificate_stays),
		cmocka_unit_test(a_swapped_token_is_new_and_the_one_of_elsewhere_recorded),
	};

	return life_run(&l, tests, NULL);
}
