/* Work queues over a real store: order, pages in both directions, whose hands, counts, and what the engine does for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/queue.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAFTS 23
#define BIT(state) (1u << APP_##state)

static struct world *w;
static struct office *chen, *li, *liang, *reader;	/* the reader opens no statements but the queue's */
static char by_chen[DRAFTS][APP_NO_MAX], by_li[DRAFTS][APP_NO_MAX];
static char review_chen[APP_NO_MAX], review_liang[APP_NO_MAX];

static int
set_up(void **state)
{
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	li = world_member(w, "li");
	liang = world_member(w, "liang");
	went(office_open(w->home, &reader, &e), &e);
	for (int i = 0; i < DRAFTS; i++) {
		world_draft(w, chen, i % 2 ? "\"channel\": \"mail\"" : NULL, by_chen[i]);
		world_draft(w, li, NULL, by_li[i]);
	}
	world_submitted(w, chen, NULL, review_chen);
	world_submitted(w, liang, NULL, review_liang);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(li);
	office_close(liang);
	office_close(reader);
	world_free(w);
	return 0;
}

/* All rows of a filter, page by page of `max`, from one end to the other; returns how many. */
static size_t
walk(const struct queue_filter *f, bool back, size_t max, struct queue_row *out, size_t room)
{
	struct queue_row page[QUEUE_PAGE_MAX];
	int64_t edge = 0;
	size_t n, all = 0;
	bool end = false;
	struct err e;

	while (!end) {
		went(queue_page(reader->db, f, edge, back, page, max, &n, &edge, &end, &e), &e);
		assert_true(n <= max && all + n <= room);
		if (back) {
			memmove(out + n, out, all * sizeof *out);
			memcpy(out, page, n * sizeof *out);
		} else {
			memcpy(out + all, page, n * sizeof *out);
		}
		all += n;
	}
	return all;
}

static void
pages_of_any_size_in_both_directions_give_the_same_rows_in_the_same_order(void **st)
{
	static const struct queue_filter filters[] = {
		{ .states = 0 }, { .states = 0, .newest = true }, { .states = BIT(DRAFT) }, { .states = BIT(DRAFT), .newest = true },
		{ .states = BIT(DRAFT) | BIT(REVIEW) | BIT(CLOSED) }, { .states = BIT(REVIEW) | BIT(DRAFT), .newest = true },
	};
	static struct queue_row a[200], b[200];

	(void)st;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		size_t want = walk(&filters[i], false, 200, a, 200);

		assert_int_equal(want, filters[i].states == BIT(DRAFT) ? 2 * DRAFTS : 2 * DRAFTS + 2);
		for (size_t k = 1; k < want; k++)
			assert_true(filters[i].newest ? a[k].id < a[k - 1].id : a[k].id > a[k - 1].id);
		for (size_t max = 1; max < 60; max += 7)
			for (int back = 0; back < 2; back++) {
				assert_int_equal(walk(&filters[i], back, max, b, 200), want);
				for (size_t k = 0; k < want; k++)
					assert_int_equal(a[k].id, b[k].id);
			}
	}
}

static void
a_row_shows_what_a_list_needs(void **st)
{
	struct queue_filter f = { .states = BIT(REVIEW) };
	struct queue_row row[4];
	struct application *a = calloc(1, sizeof *a);
	int64_t reached, submitted;
	size_t n;
	bool end;
	struct err e;

	(void)st;
	went(queue_page(reader->db, &f, 0, false, row, 4, &n, &reached, &end, &e), &e);
	assert_int_equal(n, 2);
	assert_true(end);
	assert_string_equal(row[0].no, review_chen);
	assert_string_equal(row[0].scheme, "dongguan");
	assert_string_equal(row[0].service, "new");
	assert_string_equal(row[0].channel, "counter");
	assert_string_equal(row[0].org_name, "东莞市松湖精密制造有限公司");
	assert_string_equal(row[0].agent_name, "刘晓彤");
	assert_int_equal(row[0].state, APP_REVIEW);
	assert_int_equal(row[0].due_fen, 40000);
	assert_int_equal(row[0].paid_fen, 40000);
	assert_int_equal(row[0].waived_fen, 0);
	/* a change that does not move it leaves the time since when it waits */
	submitted = row[0].since;
	went(application_load(chen, review_chen, a, &e), &e);
	assert_int_equal(row[0].version, a->version);
	assert_int_equal(submitted, a->changed_at);
	went(desk_material(chen, review_chen, 0, &(struct desk_check){ .code = "licence_copy", .outcome = MATERIAL_PASS,
	    .copies = -1 }, &e), &e);
	went(queue_row(reader->db, row[0].id, &row[1], &end, &e), &e);
	assert_true(end);
	assert_int_equal(row[1].since, submitted);
	assert_int_equal(row[1].version, a->version + 1);
	went(queue_row(reader->db, 999999, &row[1], &end, &e), &e);
	assert_false(end);
	free(a);
}

static void
a_reviewer_is_not_offered_what_passed_the_own_hands(void **st)
{
	struct queue_filter f = { .states = BIT(REVIEW), .hands = QUEUE_NOT_MINE, .staff = liang->me.id };
	static struct queue_row row[200];

	(void)st;
	assert_int_equal(walk(&f, false, 3, row, 200), 1);
	assert_string_equal(row[0].no, review_chen);
	f.staff = chen->me.id;
	assert_int_equal(walk(&f, false, 3, row, 200), 1);
	assert_string_equal(row[0].no, review_liang);
	f.staff = li->me.id;
	assert_int_equal(walk(&f, false, 3, row, 200), 2);
	f.hands = QUEUE_MINE;
	assert_int_equal(walk(&f, false, 3, row, 200), 0);
	f.states = 0;
	assert_int_equal(walk(&f, false, 3, row, 200), DRAFTS);
	for (int i = 0; i < DRAFTS; i++)
		assert_string_equal(row[i].no, by_li[i]);
	f.newest = true;
	assert_int_equal(walk(&f, true, 5, row, 200), DRAFTS);
	for (int i = 0; i < DRAFTS; i++)
		assert_string_equal(row[i].no, by_li[DRAFTS - 1 - i]);
	/* what is closed is found by the member's own hands */
	for (int i = 0; i < 4; i++) {
		struct err e;

		went(desk_step(li, by_li[i], 0, ACT_WITHDRAW, "不办了", &e), &e);
	}
	f = (struct queue_filter){ .states = BIT(WITHDRAWN) | BIT(CLOSED), .hands = QUEUE_MINE, .staff = li->me.id };
	assert_int_equal(walk(&f, false, 3, row, 200), 4);
	f.staff = chen->me.id;
	assert_int_equal(walk(&f, false, 3, row, 200), 0);
}

static void
scheme_service_channel_and_point_narrow_the_list(void **st)
{
	struct queue_filter f = { .states = BIT(DRAFT), .channel = "mail" };
	static struct queue_row row[200];

	(void)st;
	assert_int_equal(walk(&f, false, 4, row, 200), DRAFTS / 2);
	for (int i = 0; i < DRAFTS / 2; i++)
		assert_string_equal(row[i].channel, "mail");
	f.scheme = "dongguan";
	f.service = "new";
	f.point = chen->point;
	assert_int_equal(walk(&f, true, 4, row, 200), DRAFTS / 2);
	f.point = "ELSEWHER";
	assert_int_equal(walk(&f, false, 4, row, 200), 0);
	f.point = NULL;
	f.service = "renew";
	assert_int_equal(walk(&f, false, 4, row, 200), 0);
	f.service = NULL;
	f.scheme = "zhaoqing";
	assert_int_equal(walk(&f, true, 4, row, 200), 0);
}

static void
counts_stop_at_their_limit(void **st)
{
	struct queue_filter f = { .states = BIT(DRAFT) | BIT(REVIEW) };
	struct queue_count c[APP_STATE_N];
	struct err e;
	int drafts;

	(void)st;
	went(queue_counts(reader->db, &f, 999, c, &e), &e);
	drafts = c[APP_DRAFT].n;
	assert_int_equal(drafts, sql_int(w, "SELECT count(*) FROM application WHERE state = 'draft'"));
	assert_int_equal(c[APP_REVIEW].n, 2);
	assert_false(c[APP_DRAFT].more);
	assert_int_equal(c[APP_WITHDRAWN].n, 0);	/* not asked */
	went(queue_counts(reader->db, &f, 10, c, &e), &e);
	assert_int_equal(c[APP_DRAFT].n, 10);
	assert_true(c[APP_DRAFT].more);
	assert_int_equal(c[APP_REVIEW].n, 2);
	assert_false(c[APP_REVIEW].more);
	went(queue_counts(reader->db, &f, drafts, c, &e), &e);
	assert_int_equal(c[APP_DRAFT].n, drafts);
	assert_false(c[APP_DRAFT].more);
	f = (struct queue_filter){ .hands = QUEUE_NOT_MINE, .staff = liang->me.id };
	went(queue_counts(reader->db, &f, 999, c, &e), &e);
	assert_int_equal(c[APP_REVIEW].n, 1);
	assert_int_equal(c[APP_DRAFT].n, drafts);
}

static void
a_rare_filter_over_many_rows_is_looked_through_in_pieces_and_loses_nothing(void **st)
{
	struct queue_filter f = { .states = BIT(CLOSED), .scheme = "guangzhou" };
	static struct queue_row row[200];
	struct queue_count c[APP_STATE_N];
	struct err e;

	(void)st;
	/* 17,000 closed rows of one scheme, with three of another far apart, and open ones of it */
	assert_int_equal(sql_int(w, "INSERT INTO application(no, state, version, point, entered_by, entered_at, changed_at, scheme,"
	    " channel, service) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 16999) SELECT 'XX' || i,"
	    " 'closed', 1, 'DG01', 2, 1700000000 + i, 1700000000 + i, CASE WHEN i IN (4999, 5000, 16000) THEN 'guangzhou'"
	    " ELSE 'dongguan' END, 'counter', 'new' FROM n; SELECT changes()"), 17000);
	for (size_t max = 1; max < 200; max += 66)
		for (int back = 0; back < 2; back++) {
			assert_int_equal(walk(&f, back, max, row, 200), 3);
			assert_string_equal(row[0].no, "XX4999");
			assert_string_equal(row[1].no, "XX5000");
			assert_string_equal(row[2].no, "XX16000");
		}
	/* merged with a state that is looked at to its end at once */
	f.states = BIT(CLOSED) | BIT(DRAFT);
	f.scheme = NULL;
	f.service = "renew";
	assert_int_equal(walk(&f, false, 10, row, 200), 0);
	f.states = 0;
	f.service = NULL;
	f.scheme = "guangzhou";
	f.newest = true;
	assert_int_equal(walk(&f, false, 2, row, 200), 3);
	assert_string_equal(row[0].no, "XX16000");
	went(queue_counts(reader->db, &(struct queue_filter){ 0 }, 999, c, &e), &e);
	assert_int_equal(c[APP_CLOSED].n, 999);
	assert_true(c[APP_CLOSED].more);
}

/* Lines of the last command's output. */
static int
lines(void)
{
	int n = 0;

	for (const char *p = w->out; *p; p++)
		n += *p == '\n';
	return n;
}

static void
the_list_command_narrows_and_pages_as_the_queue_does(void **st)
{
	char after[APP_NO_MAX];

	(void)st;
	assert_int_equal(ra(w, "li", "list", "--mine", NULL), 0);
	assert_int_equal(lines(), DRAFTS);
	assert_int_equal(ra(w, "li", "list", "--mine", "--state", "withdrawn", "--json", NULL), 0);
	assert_string_equal(out_value(w, "no"), by_li[0]);
	assert_string_equal(out_value(w, "state"), "withdrawn");
	assert_true(strlen(out_value(w, "state_since")) == 20);
	assert_int_equal(ra(w, "huang", "list", "--not-mine", "--state", "review", NULL), 0);
	assert_int_equal(lines(), 2);
	assert_int_equal(ra(w, "huang", "list", "--state", "draft", "--channel", "mail", "--limit", "3", NULL), 0);
	assert_int_equal(lines(), 3);
	snprintf(after, sizeof after, "%s", by_chen[5]);
	assert_int_equal(ra(w, "huang", "list", "--state", "draft", "--channel", "mail", "--after", after, NULL), 0);
	assert_int_equal(lines(), DRAFTS / 2 - 3);
	assert_int_equal(ra(w, "huang", "list", "--service", "new", "--newest", "--limit", "1", "--json", NULL), 0);
	assert_string_equal(out_value(w, "no"), "XX16999");
	/* since: what the rows of long ago are not */
	assert_int_equal(ra(w, "huang", "list", "--since", "2025-01-01", NULL), 0);
	assert_int_equal(lines(), 2 * DRAFTS + 2);
	assert_int_equal(ra(w, "huang", "list", "--since", "2025-01-01", "--newest", "--state", "review", NULL), 0);
	assert_int_equal(lines(), 2);
	assert_int_equal(ra(w, "huang", "list", "--since", "2099-01-01", NULL), 0);
	assert_int_equal(lines(), 0);
	assert_int_equal(ra(w, "huang", "list", "--service", "nothing", NULL), 1);
	assert_int_equal(ra(w, "huang", "list", "--after", "DG0", NULL), 1);
	assert_int_equal(ra(w, "huang", "list", "--limit", "0", NULL), 1);
}

static void
no_statement_of_a_queue_reads_a_table_or_sorts(void **st)
{
	(void)st;
	plans_are_by_key(w, reader->db, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_any_size_in_both_directions_give_the_same_rows_in_the_same_order),
		cmocka_unit_test(a_row_shows_what_a_list_needs),
		cmocka_unit_test(a_reviewer_is_not_offered_what_passed_the_own_hands),
		cmocka_unit_test(scheme_service_channel_and_point_narrow_the_list),
		cmocka_unit_test(counts_stop_at_their_limit),
		cmocka_unit_test(a_rare_filter_over_many_rows_is_looked_through_in_pieces_and_loses_nothing),
		cmocka_unit_test(the_list_command_narrows_and_pages_as_the_queue_does),
		cmocka_unit_test(no_statement_of_a_queue_reads_a_table_or_sorts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
