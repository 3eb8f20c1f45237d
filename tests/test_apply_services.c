/* The services of a certificate's life on paper: the old certificate fills the form, and what is wrong is refused in words at its
 * field. The certificates are made at the real CA; the real program applies, or its office inside this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "tests/held.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *w;
static struct office *clerk, *reviewer;
static int64_t shifted;			/* added to the real clock */

static int64_t
shifted_clock(void)
{
	return (int64_t)time(NULL) + shifted;
}

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	clerk = world_member(w, "chen");
	reviewer = world_member(w, "huang");
	when_clock = shifted_clock;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(clerk);
	office_close(reviewer);
	world_free(w);
	return 0;
}

static void
only_what_changes_is_given_and_the_rest_is_the_holders_record(void **st)
{
	struct held h = held_new(w, clerk, reviewer, held_seal("东莞市松湖精密制造有限公司"));
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX];
	struct err e;

	(void)st;
	assert_non_null(a);
	WENT(held_applied(clerk, "renew", h.serial, "\"years\": 3", no));
	went(application_load(clerk, no, a, &e), &e);
	assert_string_equal(a->record.org.credit_code, h.code);
	assert_string_equal(a->record.org.name, "东莞市松湖精密制造有限公司");
	assert_string_equal(a->record.org.address, "东莞市松山湖园区科技十路2号");
	assert_string_equal(a->record.agent.name, "刘晓彤");
	assert_string_equal(a->record.agent.id_no, "11010519491231002X");
	assert_string_equal(a->record.seal.manager, "钟丽萍");
	assert_int_equal(a->record.head.seal_notes_read, 1);
	assert_int_equal(a->record.head.years, 3);
	assert_string_equal(a->record.head.client_ref, "");
	assert_string_equal(a->record.recipient.name, "");
	assert_true(a->filled_from != 0 && a->organisation != 0);
	went(desk_accept(clerk, no, 0, &e) && application_load(clerk, no, a, &e), &e);
	assert_false(a->late);
	assert_int_equal(a->due_fen, 3 * 20000 * 2);		/* certificate and seal */
	assert_int_equal(held_ask(w, "SELECT count(*) FROM item i JOIN application a ON a.id = i.application JOIN certificate c ON c.id = i.old"
	    " WHERE a.no =", no), 1);
	/* another agent may come; the lower-case serial with colons is the same */
	went(desk_step(clerk, no, 0, ACT_WITHDRAW, "另行办理", &e), &e);
	WENT(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"agent.name\": \"陈丽君\", \"agent.id_no\": \"441900198807120045\"", no));
	went(application_load(clerk, no, a, &e), &e);
	assert_string_equal(a->record.agent.name, "陈丽君");
	assert_string_equal(a->record.agent.mobile, "13800138000");
	free(a);
}

static void
the_screen_begins_with_the_holders_record(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	struct record *r = calloc(1, sizeof *r);
	struct record_head head = { 0 };
	bool late = true;
	struct err e;

	(void)st;
	assert_non_null(r);
	record_clear(r);
	head = r->head;
	snprintf(head.scheme, sizeof head.scheme, "dongguan");
	snprintf(head.service, sizeof head.service, "replace");
	snprintf(head.channel, sizeof head.channel, "counter");
	snprintf(head.old_serial, sizeof head.old_serial, "%s", h.serial);
	assert_false(desk_fill(clerk, &head, r, &late, &e));
	assert_string_equal(e.field, "reason");
	snprintf(head.reason, sizeof head.reason, "damaged");
	went(desk_fill(clerk, &head, r, &late, &e), &e);
	assert_false(late);
	assert_string_equal(r->org.credit_code, h.code);
	assert_string_equal(r->head.service, "replace");
	assert_string_equal(r->head.reason, "damaged");
	assert_string_equal(r->head.old_serial, h.serial);
	assert_string_equal(r->head.ca, "netca");
	assert_int_equal(r->head.years, RECORD_UNSET);
	shifted = h.not_after - (int64_t)time(NULL) + 60;
	assert_false(desk_fill(clerk, &head, r, &late, &e));
	assert_string_equal(e.field, "old_serial");
	snprintf(head.service, sizeof head.service, "renew");
	head.reason[0] = '\0';
	went(desk_fill(clerk, &head, r, &late, &e), &e);
	assert_true(late);
	shifted = 0;
	/* a new one begins with what the head says */
	snprintf(head.service, sizeof head.service, "new");
	head.old_serial[0] = '\0';
	went(desk_fill(clerk, &head, r, &late, &e), &e);
	assert_string_equal(r->org.credit_code, "");
	snprintf(head.service, sizeof head.service, "swap");
	assert_false(desk_fill(clerk, &head, r, &late, &e));
	assert_string_equal(e.field, "service");
	free(r);
}

static void
what_a_service_does_not_change_is_refused_at_its_field(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL);
	char no[APP_NO_MAX];
	int before = sql_int(w, "SELECT count(*) FROM application");

	(void)st;
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"org.name\": \"另一家公司\"", no), "org.name", "not changed by this service");
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"org.credit_code\": \"91350100M000100Y43\"", no), "org.credit_code",
	    "not changed");
	REFUSED(held_applied(clerk, "replace", h.serial, "\"reason\": \"lost\", \"org.legal_rep\": \"某某\"", no), "org.legal_rep", "not changed");
	REFUSED(held_applied(clerk, "revoke", h.serial, "\"seal.name\": \"某章\"", no), "seal.name", "not changed");
	REFUSED(held_applied(clerk, "change", h.serial, "\"org.credit_code\": \"91350100M000100Y43\"", no), "org.credit_code", "not changed");
	REFUSED(held_applied(clerk, "change", h.serial, "\"agent.name\": \"陈丽君\"", no), "org.name", "nothing differs");
	REFUSED(held_applied(clerk, "change", h.serial, "\"org.name\": \"东莞市松湖精密制造有限公司\"", no), "org.name", "nothing differs");
	REFUSED(held_applied(clerk, "replace", h.serial, "", no), "reason", "lost, damaged");
	REFUSED(held_applied(clerk, "replace", h.serial, "\"reason\": \"cessation\"", no), "reason", "lost, damaged");
	REFUSED(held_applied(clerk, "revoke", h.serial, "\"reason\": \"lost\"", no), "reason", "key_compromise");
	REFUSED(held_applied(clerk, "renew", h.serial, "", no), "years", "required");
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 6", no), "years", "1 to 5");
	REFUSED(held_applied(clerk, "replace", h.serial, "\"reason\": \"lost\", \"years\": 2", no), "years", "not asked");
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"user.1.name\": \"某某\"", no), "user.1.name", "not changed");
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"ca\": \"gdca\"", no), "ca", "leave this empty");
	REFUSED(held_applied(clerk, "recover", h.serial, "", no), "service", "by arrangement");
	REFUSED(held_applied(clerk, "swap", h.serial, "", no), "service", "does not offer");
	REFUSED(held_applied(clerk, "add_users", h.serial, "", no), "service", "does not offer");
	/* the same words as in the record are no change */
	WENT(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"org.address\": \"东莞市松山湖园区科技十路2号\"", no));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before + 1);
}

static void
an_old_certificate_that_does_not_fit_is_refused_with_the_remedy(void **st)
{
	struct held revoked = held_new(w, clerk, reviewer, NULL), held = held_new(w, clerk, reviewer, NULL), superseded = held_new(w, clerk, reviewer, NULL), newer = held_new(w, clerk, reviewer, NULL), good = held_new(w, clerk, reviewer, NULL);
	char no[APP_NO_MAX], seen[96], sql[200];
	struct certificate c;
	struct err e;
	bool found;

	(void)st;
	/* states that other services bring about */
	went(office_begin(clerk, &e) && cert_load(clerk->db, revoked.id, &c, &found, &e), &e);
	c.state = CERT_REVOKED;
	c.revoked_at = when_now();
	c.reason = 5;
	went(cert_store_state(clerk->db, &c, &e) && cert_load(clerk->db, held.id, &c, &found, &e), &e);
	c.state = CERT_HOLD;
	went(cert_store_state(clerk->db, &c, &e) && cert_load(clerk->db, superseded.id, &c, &found, &e), &e);
	c.state = CERT_SUPERSEDED;
	c.replaced_by = newer.id;
	went(cert_store_state(clerk->db, &c, &e) && office_commit(clerk, ACT_REVOKED, "certificate:test", &e, "states"), &e);

	REFUSED(held_applied(clerk, "renew", "", "\"years\": 1", no), "old_serial", "required");
	REFUSED(held_applied(clerk, "renew", "0123456789ABCDEF", "\"years\": 1", no), "old_serial", "no certificate");
	REFUSED(held_applied(clerk, "unlock", "0123456789ABCDEF", "", no), "old_serial", "no token");
	REFUSED(held_applied(clerk, "renew", revoked.serial, "\"years\": 1", no), "old_serial", "apply for a new one");
	REFUSED(held_applied(clerk, "replace", revoked.serial, "\"reason\": \"lost\"", no), "old_serial", "was revoked on");
	REFUSED(held_applied(clerk, "revoke", revoked.serial, "", no), "old_serial", "was revoked on");
	REFUSED(held_applied(clerk, "renew", held.serial, "\"years\": 1", no), "old_serial", "on hold");
	REFUSED(held_applied(clerk, "change", held.serial, "\"org.name\": \"新名称有限公司\"", no), "old_serial", "on hold");
	REFUSED(held_applied(clerk, "report_loss", good.serial, "\"reason\": \"found\"", no), "old_serial", "nothing to lift");
	REFUSED(held_applied(clerk, "report_loss", held.serial, "", no), "old_serial", "on hold");
	REFUSED(held_applied(clerk, "renew", superseded.serial, "\"years\": 1", no), "old_serial", newer.serial);
	REFUSED(held_applied(clerk, "replace", superseded.serial, "\"reason\": \"lost\"", no), "old_serial", newer.serial);
	WENT(held_applied(clerk, "revoke", superseded.serial, "", no));
	/* as certificate viewers show it */
	for (size_t i = 0; i < strlen(good.serial); i++)
		snprintf(seen + i / 2 * 3 + i % 2, sizeof seen - i / 2 * 3 - i % 2, "%c:", tolower((unsigned char)good.serial[i]));
	seen[strlen(seen) - 1] = '\0';
	assert_true(strlen(seen) > 40 && strchr(seen, ':') != NULL);
	WENT(held_applied(clerk, "revoke", seen, "", no));
	snprintf(sql, sizeof sql, "SELECT count(*) FROM application WHERE no = '%s' AND old_serial = '%s'", no, good.serial);
	assert_int_equal(sql_int(w, sql), 1);
	WENT(held_applied(clerk, "revoke", held.serial, "\"reason\": \"key_compromise\"", no));
	WENT(held_applied(clerk, "report_loss", held.serial, "\"reason\": \"found\"", no));
}

static void
after_its_end_a_certificate_is_renewed_with_the_full_check_and_nothing_else(void **st)
{
	struct held h = held_new(w, clerk, reviewer, NULL), other = held_new(w, clerk, reviewer, NULL);
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[16];
	char no[APP_NO_MAX];
	struct err e;
	size_t n;

	(void)st;
	assert_non_null(a);
	held_accepted(clerk, "renew", other.serial, "\"years\": 2", no);	/* in time, carried out late */
	went(application_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 16, &n, &e), &e);
	assert_int_equal(n, 2);
	shifted = h.not_after - (int64_t)time(NULL) + 3600;
	REFUSED(held_applied(clerk, "replace", h.serial, "\"reason\": \"damaged\"", no), "old_serial", "renew it, or apply for a new one");
	REFUSED(held_applied(clerk, "change", h.serial, "\"org.name\": \"新名称有限公司\"", no), "old_serial", "ended on");
	REFUSED(held_applied(clerk, "unlock", h.serial, "", no), "old_serial", "ended on");
	REFUSED(held_applied(clerk, "revoke", h.serial, "", no), "old_serial", "ended on");
	REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1, \"channel\": \"online\"", no), "channel", "full check");
	held_accepted(clerk, "renew", h.serial, "\"years\": 3, \"certificate_count\": 1", no);
	went(application_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 16, &n, &e), &e);
	assert_true(a->late);
	assert_int_equal(n, 6);
	assert_string_equal(m[n - 1].code, "token");
	REFUSED(held_applied(clerk, "renew", other.serial, "\"years\": 1", no), "old_serial", "is open");
	shifted = 0;
	/* one certificate per organisation: a new one has been made since, and the old one is not renewed beside it */
	{
		struct held third = held_new(w, clerk, reviewer, NULL), fourth;
		char form[80], sql[160];

		snprintf(sql, sizeof sql, "UPDATE certificate SET not_after = %lld WHERE serial = '%s'; SELECT changes()",
		    (long long)time(NULL) - 60, third.serial);
		assert_int_equal(sql_int(w, sql), 1);
		snprintf(form, sizeof form, "\"org.credit_code\": \"%s\"", third.code);
		fourth = held_new(w, clerk, reviewer, form);
		WENT(held_applied(clerk, "renew", third.serial, "\"years\": 1", no));
		assert_false(desk_accept(clerk, no, 0, &e));
		assert_string_equal(e.field, "org.credit_code");
		assert_non_null(strstr(e.text, fourth.serial));
	}
	free(a);
}

static void
a_term_past_the_issuers_own_end_is_refused_at_the_years(void **st)
{
	struct held h = held_new(w, clerk, reviewer, "\"years\": 5");
	char no[APP_NO_MAX];
	int ends;

	(void)st;
	WENT(held_applied(clerk, "renew", h.serial, "\"years\": 5", no));
	run(w, "sh", "-c", "date -d \"$(openssl x509 -in \"$0\"/pki/issuer.pem -noout -enddate | cut -d= -f2)\" +%s", w->home, NULL);
	ends = (int)((strtoll(w->out, NULL, 10) - (int64_t)time(NULL)) / 86400);
	assert_true(ends > 0);
	/* as if it were so late that three more years fit, five do not */
	shifted = strtoll(w->out, NULL, 10) - h.not_after - (int64_t)(3 * 366) * 86400;
	if (shifted + (int64_t)time(NULL) < h.not_after) {
		REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 5", no), "years", "the CA's own certificate ends on");
		WENT(held_applied(clerk, "renew", h.serial, "\"years\": 1", no));
	} else {
		shifted = strtoll(w->out, NULL, 10) - (int64_t)time(NULL) - (int64_t)(3 * 366 + 10) * 86400;
		REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 5", no), "years", "at most 3 years");
		shifted += (int64_t)3 * 366 * 86400;
		REFUSED(held_applied(clerk, "renew", h.serial, "\"years\": 1", no), "years", "no whole year");
	}
	shifted = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_changes_is_given_and_the_rest_is_the_holders_record),
		cmocka_unit_test(the_screen_begins_with_the_holders_record),
		cmocka_unit_test(what_a_service_does_not_change_is_refused_at_its_field),
		cmocka_unit_test(an_old_certificate_that_does_not_fit_is_refused_with_the_remedy),
		cmocka_unit_test(after_its_end_a_certificate_is_renewed_with_the_full_check_and_nothing_else),
		cmocka_unit_test(a_term_past_the_issuers_own_end_is_refused_at_the_years),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
