/* Service by channel, through the office: the materials, the money and the hand-over that each brings, to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/revoke.h"
#include "ra/service.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life l;

static int
set_up(void **state)
{
	(void)state;
	life_open(&l);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	audit_is_whole(l.w);
	life_close(&l);
	return 0;
}

/* A certificate on the holder's own device, so that any number of cases needs no token. */
static void
device(struct holder *h, const char *name)
{
	struct issue_medium m = { .csr = life_csr(&l, name) };
	struct err e;

	world_submitted(l.w, l.clerk, NULL, h->no);
	went(desk_step(l.reviewer, h->no, 0, ACT_APPROVE, NULL, &e) && issue_application(l.reviewer, h->no, 0, &m, &e), &e);
	life_made(&l, h);
	life_deliver(&l, h->no);
}

/* Checks and pays as the channel has it; the number of materials. */
static size_t
checked(const char *no, const char *method, int64_t due)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[32];
	char yuan[32];
	struct err e;
	size_t n;

	assert_non_null(a);
	went(application_load(l.clerk, no, a, &e) && app_materials(l.clerk->db, a->id, m, 32, &n, &e), &e);
	assert_int_equal(a->due_fen, due);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(l.clerk, no, 0, &c, &e), &e);
	}
	money_figures(due, yuan, sizeof yuan);
	went(due == 0 || desk_pay(l.clerk, no, 0, method, yuan, no, &e), &e);
	free(a);
	return n;
}

static const struct row {
	const char *service, *reason, *channel, *edits;
	size_t materials;
	const char *method;
	int64_t due;
	const char *old;		/* what becomes of the old certificate */
} rows[] = {
	{ "renew", NULL, "counter", "\"years\": 2", 2, "wechat", 40000, "superseded" },
	{ "renew", NULL, "mail", "\"years\": 1", 2, "transfer", 20000, "superseded" },
	{ "renew", NULL, "online", "\"years\": 3", 0, "alipay", 60000, "superseded" },
	{ "replace", "lost", "counter", "", 5, "card", 5000, "revoked" },
	{ "replace", "damaged", "mail", "", 4, "transfer", 5000, "revoked" },
	{ "change", NULL, "counter", "\"org.address\": \"东莞市南城街道1号\"", 6, NULL, 0, "revoked" },
	{ "change", NULL, "mail", "\"org.legal_rep\": \"邓建国\"", 4, NULL, 0, "revoked" },
	{ "revoke", "superseded", "counter", "", 5, NULL, 0, "revoked" },
	{ "revoke", NULL, "mail", "", 3, NULL, 0, "revoked" },
	{ "report_loss", NULL, "counter", "", 5, NULL, 0, "hold" },
	{ "report_loss", "lost", "mail", "", 3, NULL, 0, "hold" },
};

static void
each_service_goes_its_road_by_each_channel(void **st)
{
	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct holder h, old;
		struct scheme s = { .id = "dongguan" };
		char name[16], more[300];
		struct err e;
		bool ok;

		snprintf(name, sizeof name, "d%zu", i);
		device(&h, name);
		old = h;
		/* life_accepted is for the counter: another channel is one of the edits */
		snprintf(more, sizeof more, "{\"scheme\": \"dongguan\", \"service\": \"%s\", \"channel\": \"%s\", \"old_serial\": \"%s\"%s%s%s%s%s}",
		    r->service, r->channel, h.serial, r->reason ? ", \"reason\": \"" : "", r->reason ? r->reason : "",
		    r->reason ? "\"" : "", r->edits[0] ? ", " : "", r->edits);
		{
			struct err_list problems = { 0 };
			struct json_in *j = NULL;

			went(json_in_parse(more, strlen(more), &j, &e), &e);
			ok = desk_apply(l.clerk, j, h.no, &problems, &e);
			went(ok, problems.n ? &problems.at[0] : &e);
			json_in_free(j);
		}
		went(desk_accept(l.clerk, h.no, 0, &e), &e);
		assert_int_equal(checked(h.no, r->method, r->due), r->materials);
		went(desk_step(l.clerk, h.no, 0, ACT_SUBMIT, NULL, &e) && desk_step(l.reviewer, h.no, 0, ACT_APPROVE, NULL, &e), &e);
		if (service_row(&s, r->service, r->reason, &e)->act == ACT_REVOKE) {
			went(revoke_application(l.reviewer, h.no, 0, &e), &e);
		} else {
			struct issue_medium m;

			snprintf(name, sizeof name, "n%zu", i);
			m = (struct issue_medium){ .csr = life_csr(&l, name) };
			went(issue_application(l.reviewer, h.no, 0, &m, &e), &e);
			life_made(&l, &h);
			assert_true(life_verifies(&l, h.serial));
			/* by mail and online it is sent, and the receipt confirmed */
			if (strcmp(r->channel, "counter") == 0)
				life_deliver(&l, h.no);
			else
				went(desk_send(l.clerk, h.no, 0, "顺丰", h.no, &e) && desk_step(l.clerk, h.no, 0, ACT_CONFIRM, NULL, &e), &e);
		}
		state_is(l.w, h.no, "closed");
		if (strcmp(life_state(&l, old.serial), r->old) != 0)
			fail_msg("%s by %s: the old one is %s", r->service, r->channel, life_state(&l, old.serial));
		assert_int_equal(life_verifies(&l, old.serial), strcmp(r->old, "superseded") == 0);
	}
}

/* What a channel or a scheme does not offer is refused before anything else is looked at. */
static void
what_is_not_offered_is_refused_first(void **st)
{
	static const struct { const char *json, *words; } refused[] = {
		{ "{\"scheme\": \"dongguan\", \"service\": \"revoke\", \"channel\": \"online\", \"old_serial\": \"%s\"}", "channel: " },
		{ "{\"scheme\": \"dongguan\", \"service\": \"add_seal\", \"channel\": \"mail\", \"old_serial\": \"%s\"}", "channel: " },
		{ "{\"scheme\": \"dongguan\", \"service\": \"add_users\", \"old_serial\": \"%s\"}", "service: " },
		{ "{\"scheme\": \"dongguan\", \"service\": \"report_loss\", \"reason\": \"suspend\", \"old_serial\": \"%s\"}", "reason: " },
		{ "{\"scheme\": \"yueqiqian\", \"service\": \"unlock\", \"channel\": \"online\", \"old_serial\": \"%s\"}", "service: " },
		{ "{\"scheme\": \"guangzhou\", \"service\": \"unlock\", \"channel\": \"online\", \"old_serial\": \"%s\"}", "channel: " },
		{ "{\"scheme\": \"zhaoqing\", \"service\": \"report_loss\", \"channel\": \"online\", \"old_serial\": \"%s\"}", "service: " },
		{ "{\"scheme\": \"zhaoqing\", \"service\": \"renew\", \"channel\": \"online\", \"old_serial\": \"%s\"}", "service: " },
	};
	struct holder h;

	(void)st;
	device(&h, "refused");
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		char text[300], *at;
		const char *p = strstr(refused[i].json, "%s");

		snprintf(text, sizeof text, "%.*s%s%s", (int)(p - refused[i].json), refused[i].json, h.serial, p + 2);
		assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "f.json", text), NULL), 1);
		at = strchr(l.w->err, '\n');
		if (strncmp(l.w->err, refused[i].words, strlen(refused[i].words)) != 0 || (at && at[1] != '\0'))
			fail_msg("%s: %s", text, l.w->err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_service_goes_its_road_by_each_channel),
		cmocka_unit_test(what_is_not_offered_is_refused_first),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
