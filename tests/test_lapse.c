/* Applications that lapse by the scheme's periods: told with the day, carried out when asked, money to be refunded, holds told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/audit.h"
#include "forms/when.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "tests/life.h"

#include <stdio.h>
#include <string.h>

static struct life l;

static int
ready(void)
{
	char path[100], script[300];

	assert_int_equal(ra(l.w, "liang", "scheme", "show", "dongguan", NULL), 0);
	snprintf(path, sizeof path, "%s", world_file(l.w, "lapse.cfg", l.w->out));
	snprintf(script, sizeof script, "sed -i -e 's/^id = .*/id = \"lapses\"; lapse = { draft_days = 10; correction_days = 20; unpaid_days = 30; };/' %s", path);
	assert_int_equal(run(l.w, "sh", "-c", script, NULL), 0);
	if (ra(l.w, "liang", "scheme", "load", path, NULL) != 0)
		fail_msg("%s", l.w->err);
	return 0;
}

/* As if it had come into its state, and been accepted, so many days ago. */
static void
aged(const char *no, int days)
{
	struct application a;
	struct stmt q;
	struct err e;

	went(application_begin(l.clerk, no, 0, &a, &e), &e);
	stmt_open(&q, l.clerk->db, "UPDATE application SET state_since = :t, entered_at = :t,"
	    " accepted_at = CASE WHEN accepted_at IS NULL THEN NULL ELSE :t END WHERE id = :id");
	stmt_int(&q, ":t", when_now() - (int64_t)days * 86400 - 60);
	stmt_int(&q, ":id", a.id);
	db_touch(l.clerk->db, OBJECT_APPLICATION, a.id);
	went(stmt_run(&q, &e) && office_commit(l.clerk, ACT_EDIT, "application:test", &e, "older"), &e);
}

static void
what_is_not_accepted_corrected_or_paid_in_time_lapses(void **st)
{
	char draft[APP_NO_MAX], correction[APP_NO_MAX], unpaid[APP_NO_MAX], part[APP_NO_MAX], paid[APP_NO_MAX], other[APP_NO_MAX];
	struct err e;

	(void)st;
	world_draft(l.w, l.clerk, "\"scheme\": \"lapses\"", draft);
	world_draft(l.w, l.clerk, "\"scheme\": \"lapses\"", correction);
	world_draft(l.w, l.clerk, "\"scheme\": \"lapses\"", unpaid);
	world_draft(l.w, l.clerk, "\"scheme\": \"lapses\"", part);
	world_draft(l.w, l.clerk, NULL, other);
	world_submitted(l.w, l.clerk, "\"scheme\": \"lapses\"", paid);
	went(desk_accept(l.clerk, correction, 0, &e) && desk_step(l.clerk, correction, 0, ACT_CORRECT, "地址不符", &e)
	    && desk_accept(l.clerk, unpaid, 0, &e) && desk_accept(l.clerk, part, 0, &e)
	    && desk_pay(l.clerk, part, 0, "card", "100.00", "P1", &e), &e);
	/* the day is told, and nothing lapses before it */
	assert_int_equal(ra(l.w, "chen", "expire", draft, NULL), 1);
	assert_non_null(strstr(l.w->err, "lapses on 20"));
	assert_int_equal(ra(l.w, "chen", "expire", other, NULL), 1);
	assert_non_null(strstr(l.w->err, "no period"));
	aged(draft, 9);
	aged(correction, 19);
	aged(unpaid, 29);
	assert_int_equal(ra(l.w, "chen", "expire", NULL), 0);
	assert_non_null(strstr(l.w->out, "0 applications"));
	aged(draft, 10);
	aged(correction, 20);
	aged(unpaid, 30);
	aged(part, 30);
	aged(paid, 300);
	aged(other, 300);
	assert_int_equal(ra(l.w, "wu", "expire", NULL), 1);		/* finance does not */
	assert_int_equal(ra(l.w, "chen", "show", draft, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"expire\""));
	assert_int_equal(ra(l.w, "chen", "expire", NULL), 0);
	assert_non_null(strstr(l.w->out, "4 applications"));
	assert_non_null(strstr(l.w->out, draft));
	assert_non_null(strstr(l.w->out, "not accepted within 10 days"));
	state_is(l.w, draft, "expired");
	state_is(l.w, correction, "expired");
	state_is(l.w, unpaid, "expired");
	state_is(l.w, part, "expired");
	assert_non_null(strstr(l.w->out, "\"state\":\"to_refund\""));
	assert_non_null(strstr(l.w->out, "\"why\":\"not paid within 30 days\""));
	state_is(l.w, paid, "review");
	state_is(l.w, other, "draft");
	/* it is over: nothing goes on from there */
	assert_int_equal(ra(l.w, "chen", "accept", draft, NULL), 1);
	assert_int_equal(ra(l.w, "chen", "expire", NULL), 0);
	assert_non_null(strstr(l.w->out, "0 applications"));
	audit_is_whole(l.w);
}

/* A replacement that nobody pays: the certificate of the lost token stays on hold, and that is told. */
static void
a_lapsed_replacement_tells_what_it_leaves_on_hold(void **st)
{
	struct holder h, old;

	(void)st;
	life_holder(&l, "\"scheme\": \"lapses\"", &h);
	l.scheme = "lapses";
	old = h;
	life_accepted(&l, &h, "replace", "lost", NULL);
	aged(h.no, 31);
	assert_int_equal(ra(l.w, "chen", "expire", NULL), 0);
	state_is(l.w, h.no, "expired");
	assert_int_equal(ra(l.w, "liang", "cert", "list", "--held", NULL), 0);
	assert_non_null(strstr(l.w->out, old.serial));
	l.scheme = "dongguan";
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_accepted_corrected_or_paid_in_time_lapses),
		cmocka_unit_test(a_lapsed_replacement_tells_what_it_leaves_on_hold),
	};

	return life_run(&l, tests, ready);
}
