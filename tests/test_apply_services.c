/* The services of a certificate's life on paper: the old certificate fills the form, and what is wrong is refused in words at its
 * field. The certificates are made at the real CA; the real program applies, or its office inside this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "tests/support.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
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

/* A request of a holder's own device. */
static const char *
request(void)
{
	static char path[160];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	FILE *f;

	snprintf(path, sizeof path, "%s/holder.csr", w->dir);
	f = fopen(path, "we");
	assert_true(key && req && f && X509_REQ_set_pubkey(req, key) && X509_REQ_sign(req, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509_REQ(f, req), 1);
	fclose(f);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return path;
}

struct held { char no[APP_NO_MAX], serial[64], code[20]; int64_t id, not_after; };

/* A certificate of an organisation of its own, handed over; edits as in world_form. */
static struct held
holder(const char *edits)
{
	struct issue_medium csr = { .csr = request() };
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[4];
	struct certificate c;
	struct held h;
	struct err e;
	size_t n;
	bool found;

	assert_non_null(a);
	world_submitted(w, clerk, edits, h.no);
	went(desk_step(reviewer, h.no, 0, ACT_APPROVE, NULL, &e) && issue_application(reviewer, h.no, 0, &csr, &e)
	    && desk_deliver(clerk, h.no, 0, "刘晓彤", "11010519491231002X", &e) && desk_load(clerk, h.no, a, &e)
	    && app_items(clerk->db, a->id, item, 4, &n, &e) && cert_load(clerk->db, item[0].certificate, &c, &found, &e), &e);
	h.id = c.id;
	h.not_after = c.not_after;
	snprintf(h.serial, sizeof h.serial, "%s", c.serial);
	snprintf(h.code, sizeof h.code, "%.19s", a->record.org.credit_code);
	free(a);
	return h;
}

#define SEAL "\"org.legal_rep\": \"邓建华\",\"org.nature\": \"enterprise\",\"seal.name\": \"%s\",\"seal.type\": \"official\"," \
	"\"seal.manager\": \"钟丽萍\",\"seal.manager_post\": \"行政主管\",\"seal.manager_phone\": \"0769-22380831\",\"seal_notes_read\": true"

static const char *
with_seal(const char *name)
{
	static char text[1024];

	snprintf(text, sizeof text, SEAL, name);
	return text;
}

/* Applies for a service on a certificate: "" when it went through, with the number in no; else "field: words" of the first. */
static const char *
applied(const char *service, const char *serial, const char *more, char no[APP_NO_MAX])
{
	static char said[600];
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	char text[2048];
	struct err e = { 0 };

	snprintf(text, sizeof text, "{\"scheme\": \"dongguan\", \"service\": \"%s\", \"old_serial\": \"%s\"%s%s}",
	    service, serial, more[0] ? ", " : "", more);
	went(json_in_parse(text, strlen(text), &j, &e), &e);
	said[0] = '\0';
	if (!desk_apply(clerk, j, no, &problems, &e)) {
		const struct err *x = problems.n > 0 ? &problems.at[0] : &e;

		snprintf(said, sizeof said, "%s: %s", x->field, x->text);
	}
	json_in_free(j);
	return said;
}

#define REFUSED(said, field, words) do { \
	const char *s_ = (said); \
	if (strncmp(s_, field ": ", strlen(field) + 2) != 0 || !strstr(s_, words)) \
		fail_msg("'%s' instead of '%s: …%s…'", s_, field, words); \
} while (0)
#define WENT(said) assert_string_equal(said, "")

static void
accepted(const char *service, const char *serial, const char *more, char no[APP_NO_MAX])
{
	struct err e;

	WENT(applied(service, serial, more, no));
	went(desk_accept(clerk, no, 0, &e), &e);
}

/* The number that a query gives which ends with a value. */
static int
ask(const char *query, const char *value)
{
	char sql[400];

	snprintf(sql, sizeof sql, "%s '%s'", query, value);
	return sql_int(w, sql);
}

static void
only_what_changes_is_given_and_the_rest_is_the_holders_record(void **st)
{
	struct held h = holder(with_seal("东莞市松湖精密制造有限公司"));
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX];
	struct err e;

	(void)st;
	assert_non_null(a);
	WENT(applied("renew", h.serial, "\"years\": 3", no));
	went(desk_load(clerk, no, a, &e), &e);
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
	went(desk_accept(clerk, no, 0, &e) && desk_load(clerk, no, a, &e), &e);
	assert_false(a->late);
	assert_int_equal(a->due_fen, 3 * 20000 * 2);		/* certificate and seal */
	assert_int_equal(ask("SELECT count(*) FROM item i JOIN application a ON a.id = i.application JOIN certificate c ON c.id = i.old"
	    " WHERE a.no =", no), 1);
	/* another agent may come; the lower-case serial with colons is the same */
	went(desk_step(clerk, no, 0, ACT_WITHDRAW, "另行办理", &e), &e);
	WENT(applied("renew", h.serial, "\"years\": 1, \"agent.name\": \"陈丽君\", \"agent.id_no\": \"441900198807120045\"", no));
	went(desk_load(clerk, no, a, &e), &e);
	assert_string_equal(a->record.agent.name, "陈丽君");
	assert_string_equal(a->record.agent.mobile, "13800138000");
	free(a);
}

static void
the_screen_begins_with_the_holders_record(void **st)
{
	struct held h = holder(NULL);
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
	struct held h = holder(NULL);
	char no[APP_NO_MAX];
	int before = sql_int(w, "SELECT count(*) FROM application");

	(void)st;
	REFUSED(applied("renew", h.serial, "\"years\": 1, \"org.name\": \"另一家公司\"", no), "org.name", "not changed by this service");
	REFUSED(applied("renew", h.serial, "\"years\": 1, \"org.credit_code\": \"91350100M000100Y43\"", no), "org.credit_code",
	    "not changed");
	REFUSED(applied("replace", h.serial, "\"reason\": \"lost\", \"org.legal_rep\": \"某某\"", no), "org.legal_rep", "not changed");
	REFUSED(applied("revoke", h.serial, "\"seal.name\": \"某章\"", no), "seal.name", "not changed");
	REFUSED(applied("change", h.serial, "\"org.credit_code\": \"91350100M000100Y43\"", no), "org.credit_code", "not changed");
	REFUSED(applied("change", h.serial, "\"agent.name\": \"陈丽君\"", no), "org.name", "nothing differs");
	REFUSED(applied("change", h.serial, "\"org.name\": \"东莞市松湖精密制造有限公司\"", no), "org.name", "nothing differs");
	REFUSED(applied("replace", h.serial, "", no), "reason", "lost, damaged");
	REFUSED(applied("replace", h.serial, "\"reason\": \"cessation\"", no), "reason", "lost, damaged");
	REFUSED(applied("revoke", h.serial, "\"reason\": \"lost\"", no), "reason", "key_compromise");
	REFUSED(applied("renew", h.serial, "", no), "years", "required");
	REFUSED(applied("renew", h.serial, "\"years\": 6", no), "years", "1 to 5");
	REFUSED(applied("replace", h.serial, "\"reason\": \"lost\", \"years\": 2", no), "years", "not asked");
	REFUSED(applied("renew", h.serial, "\"years\": 1, \"user.1.name\": \"某某\"", no), "user.1.name", "not changed");
	REFUSED(applied("renew", h.serial, "\"years\": 1, \"ca\": \"gdca\"", no), "ca", "leave this empty");
	REFUSED(applied("recover", h.serial, "", no), "service", "by arrangement");
	REFUSED(applied("swap", h.serial, "", no), "service", "does not offer");
	REFUSED(applied("add_users", h.serial, "", no), "service", "does not offer");
	/* the same words as in the record are no change */
	WENT(applied("renew", h.serial, "\"years\": 1, \"org.address\": \"东莞市松山湖园区科技十路2号\"", no));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), before + 1);
}

static void
an_old_certificate_that_does_not_fit_is_refused_with_the_remedy(void **st)
{
	struct held revoked = holder(NULL), held = holder(NULL), superseded = holder(NULL), newer = holder(NULL), good = holder(NULL);
	struct certificate c;
	char no[APP_NO_MAX];
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

	REFUSED(applied("renew", "", "\"years\": 1", no), "old_serial", "required");
	REFUSED(applied("renew", "0123456789ABCDEF", "\"years\": 1", no), "old_serial", "no certificate");
	REFUSED(applied("unlock", "0123456789ABCDEF", "", no), "old_serial", "no token");
	REFUSED(applied("renew", revoked.serial, "\"years\": 1", no), "old_serial", "apply for a new one");
	REFUSED(applied("replace", revoked.serial, "\"reason\": \"lost\"", no), "old_serial", "was revoked on");
	REFUSED(applied("revoke", revoked.serial, "", no), "old_serial", "was revoked on");
	REFUSED(applied("renew", held.serial, "\"years\": 1", no), "old_serial", "on hold");
	REFUSED(applied("change", held.serial, "\"org.name\": \"新名称有限公司\"", no), "old_serial", "on hold");
	REFUSED(applied("report_loss", good.serial, "\"reason\": \"found\"", no), "old_serial", "nothing to lift");
	REFUSED(applied("report_loss", held.serial, "", no), "old_serial", "on hold");
	REFUSED(applied("renew", superseded.serial, "\"years\": 1", no), "old_serial", newer.serial);
	REFUSED(applied("replace", superseded.serial, "\"reason\": \"lost\"", no), "old_serial", newer.serial);
	WENT(applied("revoke", superseded.serial, "", no));
	WENT(applied("revoke", held.serial, "\"reason\": \"key_compromise\"", no));
	WENT(applied("report_loss", held.serial, "\"reason\": \"found\"", no));
}

static void
after_its_end_a_certificate_is_renewed_with_the_full_check_and_nothing_else(void **st)
{
	struct held h = holder(NULL), other = holder(NULL);
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[16];
	char no[APP_NO_MAX];
	struct err e;
	size_t n;

	(void)st;
	assert_non_null(a);
	accepted("renew", other.serial, "\"years\": 2", no);	/* in time, carried out late */
	went(desk_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 16, &n, &e), &e);
	assert_int_equal(n, 2);
	shifted = h.not_after - (int64_t)time(NULL) + 3600;
	REFUSED(applied("replace", h.serial, "\"reason\": \"damaged\"", no), "old_serial", "renew it, or apply for a new one");
	REFUSED(applied("change", h.serial, "\"org.name\": \"新名称有限公司\"", no), "old_serial", "ended on");
	REFUSED(applied("unlock", h.serial, "", no), "old_serial", "ended on");
	REFUSED(applied("revoke", h.serial, "", no), "old_serial", "ended on");
	REFUSED(applied("renew", h.serial, "\"years\": 1, \"channel\": \"online\"", no), "channel", "full check");
	accepted("renew", h.serial, "\"years\": 3, \"certificate_count\": 1", no);
	went(desk_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 16, &n, &e), &e);
	assert_true(a->late);
	assert_int_equal(n, 6);
	assert_string_equal(m[n - 1].code, "token");
	REFUSED(applied("renew", other.serial, "\"years\": 1", no), "old_serial", "is open");
	shifted = 0;
	/* one certificate per organisation: a new one has been made since, and the old one is not renewed beside it */
	{
		struct held third = holder(NULL), fourth;
		char form[80], sql[160];

		snprintf(sql, sizeof sql, "UPDATE certificate SET not_after = %lld WHERE serial = '%s'; SELECT changes()",
		    (long long)time(NULL) - 60, third.serial);
		assert_int_equal(sql_int(w, sql), 1);
		snprintf(form, sizeof form, "\"org.credit_code\": \"%s\"", third.code);
		fourth = holder(form);
		WENT(applied("renew", third.serial, "\"years\": 1", no));
		assert_false(desk_accept(clerk, no, 0, &e));
		assert_string_equal(e.field, "org.credit_code");
		assert_non_null(strstr(e.text, fourth.serial));
	}
	free(a);
}

static void
two_open_applications_on_one_certificate_are_refused_but_for_urgent_ones(void **st)
{
	struct held h = holder(NULL);
	char first[APP_NO_MAX], second[APP_NO_MAX], no[APP_NO_MAX];
	struct err e;

	(void)st;
	/* two drafts may lie there; only one is accepted */
	WENT(applied("renew", h.serial, "\"years\": 1", first));
	WENT(applied("unlock", h.serial, "", second));
	went(desk_accept(clerk, first, 0, &e), &e);
	assert_false(desk_accept(clerk, second, 0, &e));
	assert_string_equal(e.field, "old_serial");
	assert_non_null(strstr(e.text, first));
	REFUSED(applied("renew", h.serial, "\"years\": 1", no), "old_serial", first);
	accepted("report_loss", h.serial, "", no);
	REFUSED(applied("report_loss", h.serial, "", no), "old_serial", "is open");
	accepted("revoke", h.serial, "\"reason\": \"key_compromise\"", no);
	REFUSED(applied("revoke", h.serial, "", no), "old_serial", "is open");
	went(desk_step(clerk, first, 0, ACT_WITHDRAW, "撤回", &e), &e);
	/* the urgent ones do not stand in the way of another kind */
	went(desk_accept(clerk, second, 0, &e), &e);
}

static void
a_seal_hangs_on_one_certificate_only(void **st)
{
	struct held a = holder(with_seal("东莞市甲单位公章")), plain;
	char form[1400], no[APP_NO_MAX], other[APP_NO_MAX];
	struct err e;

	(void)st;
	/* a further certificate of the same organisation: only for a further seal */
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\"", a.code);
	world_draft(w, clerk, form, no);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_string_equal(e.field, "org.credit_code");
	assert_non_null(strstr(e.text, a.serial));
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\", " SEAL, a.code, "东莞市甲单位公章");
	world_draft(w, clerk, form, no);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_string_equal(e.field, "seal.name");
	assert_non_null(strstr(e.text, a.serial));
	snprintf(form, sizeof form, "\"org.credit_code\": \"%s\", " SEAL, a.code, "东莞市甲单位合同章");
	world_draft(w, clerk, form, no);
	went(desk_accept(clerk, no, 0, &e), &e);
	world_draft(w, clerk, form, other);
	assert_false(desk_accept(clerk, other, 0, &e));		/* the open application is going to carry it */
	assert_string_equal(e.field, "seal.name");
	assert_non_null(strstr(e.text, no));
	/* a change to a seal that another certificate carries; and the certificate's own seal is no obstacle to itself */
	REFUSED(applied("change", a.serial, "\"seal.name\": \"东莞市甲单位合同章\"", no), "seal.name", "hangs on");
	WENT(applied("change", a.serial, "\"org.address\": \"东莞市南城街道1号\"", no));
	/* add a seal: to one that has none, for the years that are left */
	REFUSED(applied("add_seal", a.serial, "\"seal.name\": \"东莞市甲单位财务章\"", no), "seal.name", "a further seal needs a further");
	plain = holder(NULL);
	snprintf(form, sizeof form, SEAL, "东莞市乙单位公章");
	REFUSED(applied("add_seal", plain.serial, "", no), "seal.name", "required");
	{
		char years[1500];

		snprintf(years, sizeof years, "%s, \"years\": 3", form);
		REFUSED(applied("add_seal", plain.serial, years, no), "years", "2 years left");
	}
	accepted("add_seal", plain.serial, form, no);
	assert_int_equal(ask("SELECT years FROM application WHERE no =", no), 2);
	assert_int_equal(ask("SELECT SUM(f.amount_fen) FROM fee_line f JOIN application a ON a.id = f.application WHERE a.no =", no),
	    40000);
}

static void
a_term_past_the_issuers_own_end_is_refused_at_the_years(void **st)
{
	struct held h = holder("\"years\": 5");
	char no[APP_NO_MAX];
	int ends;

	(void)st;
	WENT(applied("renew", h.serial, "\"years\": 5", no));
	run(w, "sh", "-c", "date -d \"$(openssl x509 -in \"$0\"/pki/issuer.pem -noout -enddate | cut -d= -f2)\" +%s", w->home, NULL);
	ends = (int)((strtoll(w->out, NULL, 10) - (int64_t)time(NULL)) / 86400);
	assert_true(ends > 0);
	/* as if it were so late that three more years fit, five do not */
	shifted = strtoll(w->out, NULL, 10) - h.not_after - (int64_t)(3 * 366) * 86400;
	if (shifted + (int64_t)time(NULL) < h.not_after) {
		REFUSED(applied("renew", h.serial, "\"years\": 5", no), "years", "the CA's own certificate ends on");
		WENT(applied("renew", h.serial, "\"years\": 1", no));
	} else {
		shifted = strtoll(w->out, NULL, 10) - (int64_t)time(NULL) - (int64_t)(3 * 366 + 10) * 86400;
		REFUSED(applied("renew", h.serial, "\"years\": 5", no), "years", "at most 3 years");
		shifted += (int64_t)3 * 366 * 86400;
		REFUSED(applied("renew", h.serial, "\"years\": 1", no), "years", "no whole year");
	}
	shifted = 0;
}

static void
a_lost_one_is_held_at_once_and_what_it_is_about_stays(void **st)
{
	struct held h = holder(NULL);
	struct err_list problems = { 0 };
	char no[APP_NO_MAX], edit[200];
	struct json_in *j;
	struct err e;

	(void)st;
	accepted("replace", h.serial, "\"reason\": \"lost\"", no);
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'hold' AND reason = 6 AND serial =", h.serial), 1);
	assert_int_equal(ask("SELECT SUM(f.amount_fen) FROM fee_line f JOIN application a ON a.id = f.application WHERE a.no =", no),
	    5000);
	snprintf(edit, sizeof edit, "{\"reason\": \"damaged\", \"old_serial\": \"00\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	assert_false(desk_edit(clerk, no, 0, j, &problems, &e));
	assert_true(err_list_has(&problems, "reason") && err_list_has(&problems, "old_serial"));
	json_in_free(j);
	snprintf(edit, sizeof edit, "{\"agent.name\": \"陈丽君\", \"agent.id_no\": \"441900198807120045\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	problems.n = 0;
	went(desk_edit(clerk, no, 0, j, &problems, &e), problems.n ? &problems.at[0] : &e);
	json_in_free(j);
	snprintf(edit, sizeof edit, "{\"org.name\": \"某某有限公司\"}");
	went(json_in_parse(edit, strlen(edit), &j, &e), &e);
	assert_false(desk_edit(clerk, no, 0, j, &problems, &e));
	assert_true(err_list_has(&problems, "org.name"));
	json_in_free(j);
}

static void
a_silent_ca_leaves_it_accepted_and_accepting_again_sends_again(void **st)
{
	struct held h = holder(NULL);
	char no[APP_NO_MAX];
	struct err e;
	int version;

	(void)st;
	WENT(applied("replace", h.serial, "\"reason\": \"lost\"", no));
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_false(desk_accept(clerk, no, 0, &e));
	assert_int_equal(e.code, FAULT_LATER);
	assert_non_null(strstr(e.text, "ra resume"));
	state_is(w, no, "received");
	version = ask("SELECT version FROM application WHERE no =", no);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 3);
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", h.serial), 1);
	assert_int_equal(ask("SELECT version FROM application WHERE no =", no), version);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 1);		/* nothing is left to send */
}

static void
an_emergency_holds_at_once_and_a_second_person_decides(void **st)
{
	struct held h = holder(NULL), other = holder(NULL);
	char no[APP_NO_MAX], crl[160];

	(void)st;
	assert_int_equal(ra(w, "chen", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, NULL), 1);
	assert_non_null(strstr(w->err, "reason: give the reason: key_compromise"));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", "00FF", "--reason", "cessation", NULL), 1);
	assert_non_null(strstr(w->err, "old_serial: "));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 0);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", h.serial), 1);
	state_is(w, no, "review");
	assert_non_null(strstr(w->out, "\"emergency\":true"));
	assert_non_null(strstr(w->out, "\"next\":[\"review\",\"withdraw\"]"));
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", h.serial, "--reason", "key_compromise", NULL), 1);	/* one is open */
	assert_int_equal(ra(w, "liang", "review", no, "approve", NULL), 1);		/* never alone */
	assert_int_equal(ra(w, "liang", "revoke", no, NULL), 1);
	assert_int_equal(ra(w, "liang", "edit", no, world_file(w, "e.json", "{\"remark\": \"x\"}"), NULL), 1);
	assert_int_equal(ra(w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(w, "liang", "revoke", no, NULL), 1);
	assert_int_equal(ra(w, "huang", "revoke", no, NULL), 0);
	state_is(w, no, "closed");
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'revoked' AND reason = 1 AND serial =", h.serial), 1);
	snprintf(crl, sizeof crl, "%s/list.pem", w->dir);
	assert_int_equal(ra(w, "huang", "ca", "crl", "-o", crl, NULL), 0);
	assert_int_equal(run(w, "openssl", "crl", "-in", crl, "-noout", "-text", NULL), 0);
	assert_non_null(strstr(w->out, h.serial));
	/* the CA is silent: the application stands, resume holds */
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	assert_int_equal(ra(w, "liang", "revoke", "--emergency", other.serial, "--reason", "privilege_withdrawn", NULL), 3);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	state_is(w, no, "review");
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	assert_int_equal(ra(w, "zhou", "resume", NULL), 0);
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'hold' AND serial =", other.serial), 1);
	/* the second person says no: the hold that waited for that is lifted */
	assert_int_equal(ra(w, "huang", "review", no, "refuse", "--reason", "查无此事", NULL), 0);
	assert_int_equal(ask("SELECT count(*) FROM certificate WHERE state = 'valid' AND serial =", other.serial), 1);
}

static void
old_and_new_stand_side_by_side(void **st)
{
	struct held h = holder(NULL);
	char no[APP_NO_MAX];

	(void)st;
	accepted("change", h.serial, "\"org.name\": \"东莞市松湖智能制造有限公司\", \"org.legal_rep\": \"邓建国\","
	    " \"agent.mobile\": \"13922880055\", \"agent.id_no\": \"441900198807120045\"", no);
	assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "{\"field\":\"org.name\",\"before\":\"东莞市松湖精密制造有限公司\","
	    "\"after\":\"东莞市松湖智能制造有限公司\"}"));
	assert_non_null(strstr(w->out, "{\"field\":\"org.legal_rep\",\"before\":\"\",\"after\":\"邓建国\"}"));
	assert_non_null(strstr(w->out, "{\"field\":\"agent.mobile\",\"before\":\"138****8000\",\"after\":\"139****0055\"}"));
	assert_null(strstr(w->out, "441900198807120045"));
	assert_non_null(strstr(w->out, "\"late\":false"));
	{
		char old[200];

		snprintf(old, sizeof old, "\"old\":{\"serial\":\"%s\",\"state\":\"valid\"", h.serial);
		assert_non_null(strstr(w->out, old));
	}
	assert_int_equal(ra(w, "huang", "show", no, NULL), 0);
	assert_non_null(strstr(w->out, "东莞市松湖精密制造有限公司 => 东莞市松湖智能制造有限公司"));
	assert_non_null(strstr(w->out, h.serial));
	/* the holder keeps its old name until the new certificate is there */
	assert_int_equal(ask("SELECT count(*) FROM organisation WHERE name = '东莞市松湖精密制造有限公司' AND doc =", h.code), 1);
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
		cmocka_unit_test(two_open_applications_on_one_certificate_are_refused_but_for_urgent_ones),
		cmocka_unit_test(a_seal_hangs_on_one_certificate_only),
		cmocka_unit_test(a_term_past_the_issuers_own_end_is_refused_at_the_years),
		cmocka_unit_test(a_lost_one_is_held_at_once_and_what_it_is_about_stays),
		cmocka_unit_test(an_emergency_holds_at_once_and_a_second_person_decides),
		cmocka_unit_test(old_and_new_stand_side_by_side),
		cmocka_unit_test(a_silent_ca_leaves_it_accepted_and_accepting_again_sends_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
