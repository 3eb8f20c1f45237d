/* The stock of tokens read: whose each is, its history, pages by key, what is plugged in; and the moves a person may make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS 9

static struct world *w;
static struct office *chen, *huang, *reader;	/* the reader opens no statements but the stock's */
static char no[APP_NO_MAX], used[TOKEN_SERIAL_MAX];

static int
set_up(void **state)
{
	struct issue_medium medium = { 0 };
	struct stock_row row;
	size_t n;
	int made;
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	reader = world_member(w, "he");
	went(stock_add_soft(chen, TOKENS, &made, &e), &e);
	assert_int_equal(made, TOKENS);
	world_approved(w, chen, huang, no);
	went(issue_application(huang, no, 0, &medium, &e) && desk_deliver(chen, no, 0, "刘晓彤", "11010519491231002X", &e), &e);
	went(stock_page(chen->db, TOKEN_ACTIVE, 0, false, &row, 1, &n, &e), &e);
	assert_int_equal(n, 1);
	snprintf(used, sizeof used, "%s", row.t.serial);
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

static void
a_token_in_use_is_listed_with_its_owner_application_and_certificate(void **st)
{
	struct stock_row row;
	bool found;
	struct err e;

	(void)st;
	went(stock_row(chen->db, used, &row, &found, &e), &e);
	assert_true(found);
	assert_int_equal(row.t.state, TOKEN_ACTIVE);
	assert_string_equal(row.owner, "东莞市松湖精密制造有限公司");
	assert_string_equal(row.application_no, no);
	assert_int_equal(ra(w, "he", "token", "list", "--state", "active", "--json", NULL), 0);
	assert_string_equal(out_value(w, "serial"), used);
	assert_string_equal(out_value(w, "owner"), row.owner);
	assert_string_equal(out_value(w, "certificate"), row.certificate_serial);
	assert_int_equal(ra(w, "he", "cert", "show", row.certificate_serial, "--json", NULL), 0);
	assert_string_equal(out_value(w, "token"), used);
	/* a blank one has none */
	assert_int_equal(ra(w, "he", "token", "list", "--state", "blank", "--json", NULL), 0);
	assert_string_equal(out_value(w, "owner"), "null");
	assert_int_equal(ra(w, "he", "token", "list", "--state", "gone", NULL), 1);
	assert_non_null(strstr(w->err, "state: "));
}

static void
pages_of_any_size_in_both_directions_give_the_same_tokens(void **st)
{
	struct stock_row page[TOKENS + 1], all[TOKENS + 1];
	struct err e;

	(void)st;
	for (int state = STOCK_ANY; state <= TOKEN_BLANK; state++)
		for (size_t max = 1; max <= TOKENS + 1; max++)
			for (int back = 0; back < 2; back++) {
				size_t n = max, count = 0;
				int64_t edge = 0;

				while (n == max) {
					went(stock_page(reader->db, state, edge, back, page, max, &n, &e), &e);
					if (back)
						memmove(all + n, all, count * sizeof *all);
					memcpy(all + (back ? 0 : count), page, n * sizeof *all);
					count += n;
					edge = n > 0 ? page[back ? 0 : n - 1].t.id : edge;
				}
				assert_int_equal(count, state == STOCK_ANY ? TOKENS : TOKENS - 1);
				for (size_t i = 1; i < count; i++)
					assert_true(all[i - 1].t.id < all[i].t.id);
			}
}

static void
a_token_shows_who_moved_it_when_and_why(void **st)
{
	struct stock_move m[16];
	struct stock_row row;
	size_t n;
	bool found;
	struct err e;

	(void)st;
	went(stock_row(reader->db, used, &row, &found, &e) && stock_moves(reader->db, row.t.id, m, 16, &n, &e), &e);
	assert_int_equal(n, 3);			/* came, reserved, active; the newest first */
	assert_string_equal(m[0].to, "active");
	assert_string_equal(m[0].login, "huang");
	assert_string_equal(m[2].from, "");
	assert_string_equal(m[2].to, "blank");
	assert_string_equal(m[2].who, "陈晓敏");
	assert_int_equal(ra(w, "li", "token", "move", used, "suspended", "--reason", "单位来电暂停", NULL), 0);
	assert_int_equal(ra(w, "he", "token", "show", used, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"moves\":[{\"from\":\"active\",\"to\":\"suspended\""));
	assert_non_null(strstr(w->out, "\"login\":\"li\",\"why\":\"单位来电暂停\""));
	assert_int_equal(ra(w, "he", "token", "show", used, NULL), 0);
	assert_non_null(strstr(w->out, "单位来电暂停"));
	assert_int_equal(ra(w, "he", "token", "show", "no-such", NULL), 1);
	assert_non_null(strstr(w->err, "token: "));
	assert_int_equal(ra(w, "li", "token", "move", used, "active", "--reason", "恢复", NULL), 0);
}

/* Every move that the list of moves offers goes, and no other does. */
static void
exactly_the_offered_moves_are_possible(void **st)
{
	struct stock_row row[TOKENS];
	enum token_state may[TOKEN_STATE_N];
	struct err e;
	size_t n, k;

	(void)st;
	went(stock_page(chen->db, TOKEN_BLANK, 0, false, row, TOKENS, &n, &e), &e);
	assert_true(n > 3);
	k = stock_moves_from(TOKEN_BLANK, may);
	assert_int_equal(k, 3);
	for (size_t i = 0; i < k; i++) {
		assert_false(stock_move(chen, row[i].t.serial, may[i], "", &e));
		assert_string_equal(e.field, "reason");
		went(stock_move(chen, row[i].t.serial, may[i], "盘点", &e), &e);
	}
	assert_false(stock_move(chen, row[3].t.serial, TOKEN_ACTIVE, "盘点", &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_false(stock_move(reader, row[3].t.serial, TOKEN_LOST, "盘点", &e));	/* an auditor moves nothing */
	assert_int_equal(stock_moves_from(TOKEN_TERMINATED, may), 0);
	audit_is_whole(w);
}

static void
counts_stop_at_their_limit(void **st)
{
	int count[TOKEN_STATE_N];
	struct err e;

	(void)st;
	went(stock_counts(reader->db, 1000, count, &e), &e);
	assert_int_equal(count[TOKEN_BLANK], TOKENS - 4);
	assert_int_equal(count[TOKEN_ACTIVE], 1);
	assert_int_equal(count[TOKEN_DAMAGED] + count[TOKEN_LOST] + count[TOKEN_TERMINATED], 3);
	went(stock_counts(reader->db, 2, count, &e), &e);
	assert_int_equal(count[TOKEN_BLANK], 2);
}

static void
no_statement_of_the_stock_reads_a_table_or_sorts(void **st)
{
	(void)st;
	plans_are_by_key(w, reader->db, NULL);
}

static void
what_is_plugged_in_is_shown_with_what_the_stock_knows_of_it(void **st)
{
	struct stock_plugged p[32];
	size_t n, mine = 0, blank = 0;
	struct err e;

	(void)st;
	went(stock_plugged(chen, false, p, 32, &n, &e), &e);
	assert_true(n >= TOKENS);
	for (size_t i = 0; i < n; i++) {
		if (!p[i].in_stock)
			continue;
		mine += strcmp(p[i].info.serial, used) == 0 && strcmp(p[i].row.owner, "东莞市松湖精密制造有限公司") == 0;
		blank += p[i].row.t.state == TOKEN_BLANK && strcmp(stock_pin_words(&p[i].info), "no PIN yet") == 0;
		if (strcmp(p[i].info.serial, used) == 0)
			assert_string_equal(stock_pin_words(&p[i].info), "");
	}
	assert_int_equal(mine, 1);
	assert_int_equal(blank, TOKENS - 4);
	assert_int_equal(ra(w, "he", "token", "plugged", "--json", NULL), 0);
	assert_non_null(strstr(w->out, used));
	assert_int_equal(ra(w, "he", "token", "plugged", NULL), 0);
	assert_non_null(strstr(w->out, used));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_in_use_is_listed_with_its_owner_application_and_certificate),
		cmocka_unit_test(pages_of_any_size_in_both_directions_give_the_same_tokens),
		cmocka_unit_test(a_token_shows_who_moved_it_when_and_why),
		cmocka_unit_test(exactly_the_offered_moves_are_possible),
		cmocka_unit_test(counts_stop_at_their_limit),
		cmocka_unit_test(no_statement_of_the_stock_reads_a_table_or_sorts),
		cmocka_unit_test(what_is_plugged_in_is_shown_with_what_the_stock_knows_of_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
