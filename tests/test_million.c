/* The made-up hall (tests/million.h) is one that the program opens, finds its way in and goes on working with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/queue.h"
#include "ra/desk.h"
#include "ra/find.h"
#include "ra/history.h"
#include "tests/million.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 5000

static struct world *w;
static struct office *huang;

static int
set_up(void **state)
{
	(void)state;
	w = world_new();
	million_fill(w, ROWS);
	huang = world_member(w, "huang");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(huang);
	world_free(w);
	return 0;
}

static size_t
hits(const char *text, enum find_kind kind)
{
	static struct find_list l;
	struct find_query q = { .text = text, .complete = true, .max = 50 };
	size_t n = 0;
	struct err e;
	bool by_id;

	went(find_all(huang, &q, &l, &by_id, &e), &e);
	for (size_t i = 0; i < l.n; i++)
		n += l.hit[i].kind == kind;
	return n;
}

static void
its_rows_are_found_by_everything_they_hold(void **st)
{
	static const int rows[] = { 1, 2, 999, ROWS / 2, ROWS - MILLION_AGAIN * MILLION_CASES };
	char name[TEXT_BYTES(64)], text[32];

	(void)st;
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), ROWS);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM organisation"), ROWS);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		million_name(rows[i], name, sizeof name);
		assert_true(hits(name, FIND_ORGANISATION) >= 1);
		million_credit_code(rows[i], text);
		assert_int_equal(hits(text, FIND_ORGANISATION), 1);
		million_mobile(rows[i], text);
		assert_int_equal(hits(text, FIND_APPLICATION), 1);
		million_id_no(rows[i], text);
		assert_true(hits(text, FIND_APPLICATION) >= 1);
	}
	/* the first closed one has its certificate */
	million_serial(sql_int(w, "SELECT MIN(id) FROM application WHERE state = 'closed'"), text);
	assert_int_equal(hits(text, FIND_CERTIFICATE), 1);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

static void
an_organisation_with_many_applications_has_them_in_its_history(void **st)
{
	struct history *h = NULL;
	struct err e;

	(void)st;
	went(history_read(huang, 1, 0, false, 100, &h, &e), &e);
	assert_int_equal(h->n, MILLION_CASES + 1);
	history_free(h);
}

static void
an_open_one_is_reviewed_issued_and_handed_over_and_a_new_one_gets_the_next_number(void **st)
{
	struct queue_filter f = { .states = 1u << APP_REVIEW, .hands = QUEUE_NOT_MINE, .staff = huang->me.id };
	struct queue_row row[10];
	char csr[160], draft[APP_NO_MAX], id_no[19];
	struct office *chen;
	int64_t reached;
	struct err e;
	size_t n;
	bool end;

	(void)st;
	/* one whose organisation has no other certificate: the scheme allows one */
	went(queue_page(huang->db, &f, ROWS - MILLION_OPEN, false, row, 10, &n, &reached, &end, &e), &e);
	assert_int_equal(n, 10);
	assert_true(row[0].id < ROWS - MILLION_AGAIN * MILLION_CASES);
	went(desk_step(huang, row[0].no, 0, ACT_APPROVE, NULL, &e), &e);
	snprintf(csr, sizeof csr, "%s/m.csr", w->dir);
	assert_int_equal(run(w, "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
	    "-keyout", "/dev/null", "-out", csr, NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", row[0].no, "--csr", csr, NULL), 0);
	million_id_no((int)row[0].id, id_no);
	assert_int_equal(ra(w, "li", "deliver", row[0].no, "--to", row[0].agent_name, "--id-no", id_no, NULL), 0);
	state_is(w, row[0].no, "closed");
	chen = world_member(w, "chen");
	world_draft(w, chen, NULL, draft);
	office_close(chen);
	assert_true(app_no_valid(draft));
	assert_int_equal(sql_int(w, "SELECT count(*) FROM application"), ROWS + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_rows_are_found_by_everything_they_hold),
		cmocka_unit_test(an_organisation_with_many_applications_has_them_in_its_history),
		cmocka_unit_test(an_open_one_is_reviewed_issued_and_handed_over_and_a_new_one_gets_the_next_number),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
