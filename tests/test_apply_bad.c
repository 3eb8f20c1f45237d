/* Bad input of the services on a certificate, by `ra apply` and `ra accept`, for each of the four schemes that offers the service: refused at
 * its field in words, and nothing is stored. A row per sentence; where a scheme does not offer it, that is refused first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "forms/record.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof (a) / sizeof *(a))
#define AGENT "\"agent.name\": \"刘晓彤\", \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\""
#define SEAL "\"seal.name\": \"端州砚石有限公司\", \"seal.type\": \"official\""
#define RECIPIENT "\"recipient.name\": \"刘晓彤\", \"recipient.phone\": \"13800138000\", \"recipient.address\": \"肇庆市1号\""
#define USER "\"user.1.name\": \"刘晓彤\", \"user.1.id_no\": \"11010519491231002X\", \"user.1.mobile\": \"13800138000\"," \
	" \"user.1.role\": \"administrator\""

static struct life l;
static int64_t shifted;

/* The schemes, and what a new certificate of each asks beside organisation and agent. */
static struct of_scheme {
	const char *id, *more;
	const char *channel, *later;	/* of a new one, and of the services on it */
	const char *sent;		/* where a replacement goes */
	struct holder h;
} schemes[] = {
	{ "dongguan", "\"agent.email\": \"liu@example.com\", \"agent.address\": \"东莞市1号\", \"org.phone\": \"0769-22380830\"", "counter", "counter", "", { .no = "" } },
	{ "yueqiqian", "\"ca\": \"netca\", \"org.region\": \"广东省广州市\", \"auth_way\": \"face\", \"package\": \"org1\", " USER, "online", "online", "", { .no = "" } },
	{ "zhaoqing", SEAL ", \"org.legal_rep_id_kind\": \"resident_id\", \"org.legal_rep_id_no\": \"440103198501010518\", " RECIPIENT,
	    "online", "online", ", " RECIPIENT, { .no = "" } },
	{ "guangzhou", SEAL ", \"org.phone\": \"020-83124994\", \"pickup_point\": \"市民服务大厅\"", "online", "counter", "", { .no = "" } },
};

static int64_t
shifted_clock(void)
{
	return (int64_t)time(NULL) + shifted;
}

/* Amounts that are not published are made up. */
static void
load_amounts(const char *scheme)
{
	char script[400];

	assert_int_equal(ra(l.w, "liang", "scheme", "show", scheme, NULL), 0);
	world_file(l.w, "base.cfg", l.w->out);
	snprintf(script, sizeof script, "cd %s && sed -e 's/\\(per = \"[a-z]*\"; \\)}/\\1fen = 100; }/' base.cfg > amounts.cfg", l.w->dir);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	snprintf(script, sizeof script, "%s/amounts.cfg", l.w->dir);
	if (ra(l.w, "liang", "scheme", "load", script, NULL) != 0)
		fail_msg("%s", l.w->err);
}

/* One certificate of the scheme, handed over; the first of its items. */
static void
make(struct of_scheme *s)
{
	struct issue_medium m = { 0 };
	char text[1800], code[20];
	struct err e;

	world_code(l.w, code);
	snprintf(text, sizeof text, "{ \"scheme\": \"%s\", \"channel\": \"%s\", \"service\": \"new\", \"years\": 1, \"org.name\": \"端州砚石有限公司\","
	    " \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\", \"org.address\": \"端州区1号\", " AGENT ", %s }", s->id, s->channel, code, s->more);
	if (ra(l.w, "chen", "apply", world_file(l.w, "new.json", text), NULL) != 0)
		fail_msg("%s: %s", s->id, l.w->err);
	snprintf(s->h.no, sizeof s->h.no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	went(desk_accept(l.clerk, s->h.no, 0, &e), &e);
	l.method = strcmp(s->channel, "counter") == 0 ? "card" : "transfer";
	life_check(&l, s->h.no);
	went(issue_application(l.reviewer, s->h.no, 0, &m, &e) && desk_deliver(l.clerk, s->h.no, 0, "刘晓彤", "11010519491231002X", &e), &e);
	snprintf(text, sizeof text, "SELECT c.serial FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s' ORDER BY c.item"
	    " LIMIT 1", s->h.no);
	sql_int(l.w, text);
	snprintf(s->h.serial, sizeof s->h.serial, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
}

static int
ready(void)
{
	load_amounts("yueqiqian");
	load_amounts("zhaoqing");
	load_amounts("guangzhou");
	for (size_t i = 0; i < N(schemes); i++)
		make(&schemes[i]);
	when_clock = shifted_clock;
	return 0;
}

/* As another service, the years or the CA could have left it: in this state, ending so many days from now. */
static void
becomes(const char *serial, const char *state, int days)
{
	char sql[300];

	snprintf(sql, sizeof sql, "UPDATE certificate SET state = '%s', revoked_at = CASE WHEN '%s' = 'revoked' THEN %lld ELSE NULL END,"
	    " not_after = %lld WHERE serial = '%s'; SELECT changes()", state, state, (long long)time(NULL) - 86400,
	    (long long)time(NULL) + (int64_t)days * 86400, serial);
	assert_int_equal(sql_int(l.w, sql), 1);
}

static bool
offers(const struct of_scheme *s, const char *service)
{
	const struct scheme *row;
	int64_t version;
	struct err e;

	went(office_scheme_now(l.clerk, s->id, &row, &version, &e), &e);
	return (row->services & 1u << name_index(service_names, service)) != 0;
}

static int
applied(const struct of_scheme *s, const char *service, const char *serial, const char *more)
{
	char text[900];

	snprintf(text, sizeof text, "{ \"scheme\": \"%s\", \"channel\": \"%s\", \"service\": \"%s\", \"old_serial\": \"%s\"%s%s }", s->id, s->later,
	    service, serial, more[0] ? ", " : "", more);
	return ra(l.w, "chen", "apply", world_file(l.w, "bad.json", text), NULL);
}

static const struct bad {
	const char *service;
	const char *state; int days;	/* of the old certificate; days 0: an unknown serial is given */
	const char *more, *field, *words;
} rows[] = {
	{ "renew", "revoked", 30, "\"years\": 1", "old_serial", "was revoked on" },
	{ "renew", "hold", 30, "\"years\": 1", "old_serial", "is on hold" },
	{ "renew", "valid", 0, "\"years\": 1", "old_serial", "no certificate in the store" },
	{ "renew", "valid", 30, "", "years", "required" },
	{ "renew", "valid", 30, "\"years\": 6", "years", "1 to 5" },
	{ "renew", "valid", 30, "\"years\": 1, \"org.name\": \"另一家有限公司\"", "org.name", "not changed by this service" },
	{ "replace", "valid", -2, "\"reason\": \"damaged\"", "old_serial", "ended on" },
	{ "replace", "revoked", 30, "\"reason\": \"lost\"", "old_serial", "was revoked on" },
	{ "replace", "valid", 0, "\"reason\": \"lost\"", "old_serial", "no certificate in the store" },
	{ "replace", "valid", 30, "", "reason", "lost, damaged" },
	{ "replace", "valid", 30, "\"reason\": \"cessation\"", "reason", "lost, damaged" },
	{ "replace", "valid", 30, "\"reason\": \"lost\", \"org.credit_code\": \"91350100M000100Y43\"", "org.credit_code", "not changed" },
	{ "change", "valid", -2, "\"org.name\": \"另一家有限公司\"", "old_serial", "ended on" },
	{ "change", "revoked", 30, "\"org.name\": \"另一家有限公司\"", "old_serial", "was revoked on" },
	{ "change", "valid", 30, "", "org.name", "nothing differs" },
	{ "change", "valid", 30, "\"org.name\": \"另一家有限公司\", \"org.credit_code\": \"91350100M000100Y43\"", "org.credit_code", "not changed" },
	{ "unlock", "revoked", 30, "", "old_serial", "was revoked on" },
	{ "unlock", "valid", 0, "", "old_serial", "no certificate and no token" },
	{ "unlock", "valid", 30, "\"org.name\": \"另一家有限公司\"", "org.name", "not changed" },
	{ "revoke", "revoked", 30, "\"reason\": \"cessation\"", "old_serial", "was revoked on" },
	{ "revoke", "valid", -2, "\"reason\": \"cessation\"", "old_serial", "ended on" },
	{ "revoke", "valid", 30, "\"reason\": \"lost\"", "reason", "key_compromise" },
	{ "revoke", "valid", 30, "\"reason\": \"cessation\", \"org.address\": \"别处2号\"", "org.address", "not changed" },
	{ "report_loss", "revoked", 30, "", "old_serial", "was revoked on" },
	{ "report_loss", "valid", 30, "\"reason\": \"found\"", "old_serial", "nothing to lift" },
	{ "report_loss", "valid", 30, "\"reason\": \"damaged\"", "reason", "lost" },
	{ "add_users", "revoked", 30, "\"years\": 1, " USER, "old_serial", "was revoked on" },
	{ "add_users", "valid", -2, "\"years\": 1, " USER, "old_serial", "ended on" },
	{ "add_application", "revoked", 30, "", "old_serial", "was revoked on" },
	{ "add_application", "valid", 30, "", "old_serial", "serves" },
	{ "add_seal", "revoked", 30, "\"years\": 1", "old_serial", "was revoked on" },
	{ "add_seal", "valid", 0, "\"years\": 1", "old_serial", "no certificate in the store" },
};

/* One line of what was said begins with the field and has the words. */
static bool
says(const char *said, const char *field, const char *words)
{
	size_t n = strlen(field);

	for (const char *p = said; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		const char *at = strncmp(p, field, n) == 0 && p[n] == ':' ? strstr(p, words) : NULL;

		if (at && at < p + strcspn(p, "\n"))
			return true;
	}
	return false;
}

static void
bad_input_of_each_service_is_refused_at_its_field_in_each_scheme(void **st)
{
	int refused = 0, before = sql_int(l.w, "SELECT count(*) FROM application");

	(void)st;
	for (size_t k = 0; k < N(schemes); k++)
		for (size_t i = 0; i < N(rows); i++) {
			const struct bad *r = &rows[i];
			int rc;

			if (!offers(&schemes[k], r->service))
				continue;
			becomes(schemes[k].h.serial, r->state, r->days ? r->days : 30);
			rc = applied(&schemes[k], r->service, r->days ? schemes[k].h.serial : "0123456789ABCDEF", r->more);
			if (rc != 1 || !says(l.w->err, r->field, r->words))
				fail_msg("%s %s (%s, %d days, %s): exit %d: %s", schemes[k].id, r->service, r->state, r->days, r->more, rc,
				    l.w->err);
			refused++;
		}
	assert_true(refused > 60);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM application"), before);
	for (size_t k = 0; k < N(schemes); k++)
		becomes(schemes[k].h.serial, "valid", 30);
}

/* Nothing else is asked, and nothing else is complained about. */
static void
a_service_that_a_scheme_does_not_offer_is_refused_before_anything_is_typed(void **st)
{
	int refused = 0;

	(void)st;
	for (size_t k = 0; k < N(schemes); k++)
		for (int v = 0; service_names[v].stored; v++) {
			char text[200];
			struct record_head head = { 0 };
			struct record *r = calloc(1, sizeof *r);
			struct err e;
			bool late;

			assert_non_null(r);
			if (!offers(&schemes[k], service_names[v].stored)) {
				snprintf(text, sizeof text, "{ \"scheme\": \"%s\", \"service\": \"%s\" }", schemes[k].id, service_names[v].stored);
				assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "bad.json", text), NULL), 1);
				if (!says(l.w->err, "service", "does not offer") || strchr(l.w->err, '\n')[1] != '\0')
					fail_msg("%s %s: %s", schemes[k].id, service_names[v].stored, l.w->err);
				/* what the console asks before it shows a form */
				snprintf(head.scheme, sizeof head.scheme, "%s", schemes[k].id);
				snprintf(head.service, sizeof head.service, "%s", service_names[v].stored);
				assert_false(desk_fill(l.clerk, &head, r, &late, &e));
				assert_string_equal(e.field, "service");
				refused++;
			}
			free(r);
		}
	assert_true(refused > 10);
}

/* An application of one kind is open on the certificate: of each other kind that the scheme offers none is taken beside it. */
static void
two_open_applications_on_one_certificate_are_refused_in_each_scheme(void **st)
{
	static const struct { const char *service, *more; } second[] = {
		{ "renew", "\"years\": 1" }, { "replace", "\"reason\": \"damaged\"" }, { "change", "\"org.name\": \"另一家有限公司\"" }, { "unlock", "" },
	};

	(void)st;
	for (size_t k = 0; k < N(schemes); k++) {
		char no[APP_NO_MAX];

		if (applied(&schemes[k], "renew", schemes[k].h.serial, "\"years\": 1") != 0)
			fail_msg("%s: %s", schemes[k].id, l.w->err);
		snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
		assert_int_equal(ra(l.w, "chen", "accept", no, NULL), 0);
		for (size_t i = 0; i < N(second); i++) {
			char with[300];

			if (!offers(&schemes[k], second[i].service))
				continue;
			snprintf(with, sizeof with, "%s%s", second[i].more, strcmp(second[i].service, "replace") == 0 ? schemes[k].sent : "");
			if (applied(&schemes[k], second[i].service, schemes[k].h.serial, with) != 1
			    || !says(l.w->err, "old_serial", no))
				fail_msg("%s %s: %s", schemes[k].id, second[i].service, l.w->err);
		}
		assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "另行办理", NULL), 0);
	}
}

/* A year or so before the issuer's own end. */
static void
a_term_past_the_issuers_own_end_is_refused_in_each_scheme(void **st)
{
	int64_t late;

	(void)st;
	run(l.w, "sh", "-c", "date -d \"$(openssl x509 -in \"$0\"/pki/issuer.pem -noout -enddate | cut -d= -f2)\" +%s", l.w->home, NULL);
	late = strtoll(l.w->out, NULL, 10) - (int64_t)time(NULL) - (int64_t)500 * 86400;
	for (size_t k = 0; k < N(schemes); k++) {
		struct err_list problems = { 0 };
		struct json_in *j = NULL;
		char text[300], no[APP_NO_MAX];
		struct err e = { 0 };
		const struct err *x;

		becomes(schemes[k].h.serial, "valid", (int)(late / 86400) + 30);
		shifted = late;
		snprintf(text, sizeof text, "{ \"scheme\": \"%s\", \"channel\": \"%s\", \"service\": \"renew\", \"old_serial\": \"%s\", \"years\": 5 }",
		    schemes[k].id, schemes[k].later, schemes[k].h.serial);
		went(json_in_parse(text, strlen(text), &j, &e), &e);
		assert_false(desk_apply(l.clerk, j, no, &problems, &e));
		x = problems.n > 0 ? &problems.at[0] : &e;
		shifted = 0;
		if (strcmp(x->field, "years") != 0 || !strstr(x->text, "the CA's own certificate ends on"))
			fail_msg("%s: %s: %s", schemes[k].id, x->field, x->text);
		json_in_free(j);
		becomes(schemes[k].h.serial, "valid", 30);
	}
}

/* The legal representative's seal and the organisation's are two certificates: one does not become the other's. */
static void
a_change_that_would_hang_a_seal_on_a_second_certificate_is_refused(void **st)
{
	struct of_scheme *z = &schemes[2], other = *z;
	char sql[300];

	(void)st;
	other.more = "\"seal.name\": \"邓建华\", \"seal.type\": \"legal_rep\", \"org.legal_rep_id_kind\": \"resident_id\", \"org.legal_rep_id_no\": \"440103198501010518\", " RECIPIENT;
	make(&other);
	/* of the same organisation */
	snprintf(sql, sizeof sql, "UPDATE certificate SET organisation = (SELECT organisation FROM certificate WHERE serial = '%s') WHERE"
	    " serial = '%s'; SELECT changes()", z->h.serial, other.h.serial);
	assert_int_equal(sql_int(l.w, sql), 1);
	if (applied(z, "change", other.h.serial, SEAL) != 1 || !says(l.w->err, "seal.name", z->h.serial))
		fail_msg("%s", l.w->err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_of_each_service_is_refused_at_its_field_in_each_scheme),
		cmocka_unit_test(a_service_that_a_scheme_does_not_offer_is_refused_before_anything_is_typed),
		cmocka_unit_test(two_open_applications_on_one_certificate_are_refused_in_each_scheme),
		cmocka_unit_test(a_term_past_the_issuers_own_end_is_refused_in_each_scheme),
		cmocka_unit_test(a_change_that_would_hang_a_seal_on_a_second_certificate_is_refused),
	};

	return life_run(&l, tests, ready);
}
