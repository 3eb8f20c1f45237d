/* List and form by themselves, and the rows of an application's form. None of them needs a terminal to be tested: they are drawn
 * nowhere here. */
#include "db/application.h"
#include "forms/embedded.h"
#include "forms/tr.h"
#include "tui/entry.h"
#include "tui/list.h"
#include "tui/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- list ---- */

#define SOURCE_ROWS 1000
static int fetched;

/* Rows 1 … SOURCE_ROWS; every hundredth is a heading. */
static bool
source_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	int64_t first = back ? (from ? from->n[0] : SOURCE_ROWS + 1) - n : (from ? from->n[0] : 0) + 1;
	int64_t end = back ? (from ? from->n[0] : SOURCE_ROWS + 1) : first + n;

	(void)arg;
	(void)l;
	(void)e;
	*got = 0;
	for (int64_t i = first < 1 ? 1 : first; i < end && i <= SOURCE_ROWS; i++) {
		struct list_row *r = &out[(*got)++];

		memset(r, 0, sizeof *r);
		r->key.n[0] = i;
		r->id = i % 100 == 0 ? 0 : i;
		fetched++;
	}
	return true;
}
static const struct list_column no_columns[] = { { "n", 5, 1, false }, { NULL, 0, 0, false } };
static const struct list_source thousand = { .page = source_page, .columns = no_columns, .empty = "none", .marks = true };

static void
open_list(struct list *l)
{
	list_open(l, &thousand, NULL);
	l->height = 20;
	list_key(l, K_HOME);
}

static int64_t
here(const struct list *l)
{
	return list_here(l) ? list_here(l)->id : -1;
}

static void
a_list_walks_its_source_in_both_directions_and_fetches_what_it_shows(void **state)
{
	struct list l;

	(void)state;
	open_list(&l);
	assert_int_equal(here(&l), 1);
	for (int i = 0; i < 150; i++)
		list_key(&l, K_DOWN);
	assert_int_equal(here(&l), 152);	/* the heading 100 was stepped over */
	assert_int_equal(l.n, 20);
	for (int i = 0; i < 60; i++)
		list_key(&l, K_UP);
	assert_int_equal(here(&l), 91);
	list_key(&l, K_END);
	assert_int_equal(here(&l), 999);	/* 1000 is a heading */
	fetched = 0;
	list_key(&l, K_PGUP);
	assert_int_equal(here(&l), 980);
	assert_true(fetched <= 21);
	for (int i = 0; i < 60; i++)
		list_key(&l, K_PGUP);
	assert_int_equal(here(&l), 1);
	for (int i = 0; i < 60; i++)
		list_key(&l, K_PGDN);
	assert_int_equal(here(&l), 999);
	list_free(&l);
}

static void
marks_stay_with_their_rows(void **state)
{
	struct list l;

	(void)state;
	open_list(&l);
	list_key(&l, ' ');
	list_key(&l, ' ');
	assert_int_equal(here(&l), 3);
	list_key(&l, K_END);
	assert_true(list_marked(&l, 1) && list_marked(&l, 2) && !list_marked(&l, 3));
	list_key(&l, K_HOME);
	list_key(&l, ' ');
	assert_false(list_marked(&l, 1));
	list_unmark(&l);
	assert_false(list_marked(&l, 2));
	list_free(&l);
}

/* ---- form ---- */

static const struct form_row rows[] = {
	{ .id = "name", .en = "name", .kind = FIELD_TEXT, .limit = 5, .required = true },
	{ .id = "fixed", .en = "fixed", .kind = FIELD_TEXT, .fixed = true },
	{ .id = "nature", .en = "nature", .kind = FIELD_CHOICE, .names = nature_names,
	  .offered = 1u << 0 | 1u << 2 | 1u << 3 },
	{ .id = "yes", .en = "yes", .kind = FIELD_YESNO },
	{ .id = "n", .en = "n", .kind = FIELD_NUMBER, .limit = 2 },
};
static int changes;

static bool
no_x(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	(void)arg;
	(void)shown;
	return strcmp(id, "name") != 0 || !strchr(value, 'x') || err_field(e, id, "no x");
}

static void
count_change(void *arg, const char *id)
{
	(void)arg;
	(void)id;
	changes++;
}
static const struct form_calls form_calls = { no_x, count_change, NULL };

static void
enter_goes_through_the_fields_and_ends_on_the_last(void **state)
{
	struct form f;

	(void)state;
	form_open(&f, rows, 5, &form_calls, NULL);
	assert_string_equal(form_here(&f), "name");
	form_key(&f, 'a');
	assert_int_equal(form_key(&f, K_ENTER), FORM_TAKEN);
	assert_string_equal(form_here(&f), "nature");	/* a fixed row is stepped over */
	form_key(&f, '2');
	assert_string_equal(form_value(&f, "nature"), "state_organ");	/* the second that is offered */
	form_key(&f, 's');
	assert_string_equal(form_value(&f, "nature"), "social_group");
	form_key(&f, 's');
	assert_string_equal(form_value(&f, "nature"), "state_organ");	/* the next with that letter */
	form_key(&f, K_ENTER);
	form_key(&f, 'y');
	assert_string_equal(form_value(&f, "yes"), "yes");
	form_key(&f, ' ');
	assert_string_equal(form_value(&f, "yes"), "no");
	form_key(&f, K_ENTER);
	form_key(&f, '7');
	form_key(&f, 'q');
	assert_string_equal(form_value(&f, "n"), "7");
	assert_int_equal(form_key(&f, K_ENTER), FORM_DONE);
	form_close(&f);
}

static void
the_list_of_a_choice_opens_with_space_and_takes_with_enter(void **state)
{
	struct form f;

	(void)state;
	form_open(&f, rows, 5, NULL, NULL);
	form_go(&f, "nature");
	form_key(&f, ' ');
	assert_true(f.popup >= 0);
	form_key(&f, K_DOWN);
	form_key(&f, K_ENTER);
	assert_int_equal(f.popup, -1);
	assert_string_equal(form_value(&f, "nature"), "state_organ");
	assert_string_equal(form_here(&f), "yes");
	form_go(&f, "nature");
	form_key(&f, ' ');
	form_key(&f, K_ESC);
	assert_int_equal(f.popup, -1);
	assert_string_equal(form_value(&f, "nature"), "state_organ");
	form_key(&f, K_BACKSPACE);
	assert_string_equal(form_value(&f, "nature"), "");
	/* it belongs to its row: who is led to another one (F2, a refusal) has closed it */
	form_key(&f, ' ');
	assert_true(f.popup >= 0);
	assert_false(form_check(&f));
	assert_string_equal(form_here(&f), "name");
	assert_int_equal(f.popup, -1);
	form_go(&f, "nature");
	form_key(&f, ' ');
	form_rows(&f, rows, 1);
	assert_int_equal(f.popup, -1);
	form_close(&f);
}

static void
an_error_stands_at_its_field_until_it_is_mended(void **state)
{
	struct err_list problems = { 0 };
	struct form f;

	(void)state;
	form_open(&f, rows, 5, &form_calls, NULL);
	assert_false(form_check(&f));
	assert_string_equal(form_here(&f), "name");
	assert_string_equal(form_error(&f, "name"), "is required: fill it in");
	form_key(&f, 'x');
	assert_string_equal(form_error(&f, "name"), "no x");	/* told as it is typed, since it was wrong */
	form_key(&f, K_BACKSPACE);
	form_key(&f, 'b');
	assert_string_equal(form_error(&f, "name"), "");
	form_key(&f, 'x');
	assert_string_equal(form_error(&f, "name"), "");	/* not yet: it is being typed */
	form_key(&f, K_ENTER);
	assert_string_equal(form_error(&f, "name"), "no x");
	err_list_add(&problems, "n", "too many");
	err_list_add(&problems, "nature", "not this one");
	form_refuse_all(&f, &problems);
	assert_int_equal(form_wrong(&f), 3);
	assert_string_equal(form_here(&f), "name");		/* the first on the form */
	form_close(&f);
}

static void
other_rows_keep_what_was_typed(void **state)
{
	struct form f;

	(void)state;
	form_open(&f, rows, 3, &form_calls, NULL);
	form_key(&f, 'a');
	form_go(&f, "nature");
	form_key(&f, '1');
	form_rows(&f, rows, 5);
	assert_string_equal(form_value(&f, "name"), "a");
	assert_string_equal(form_value(&f, "nature"), "enterprise");
	assert_string_equal(form_here(&f), "nature");
	changes = 0;
	form_key(&f, K_DOWN);
	assert_int_equal(changes, 0);	/* nothing was typed since the rows came */
	form_close(&f);
}

/* ---- the form of an application ---- */

static struct scheme *
dongguan(void)
{
	struct err_list problems = { 0 };
	struct scheme *s = NULL;

	for (const struct embedded *f = scheme_files; f->name; f++)
		if (strstr(f->name, "dongguan"))
			assert_true(scheme_parse(f->name, f->text, &s, &problems));
	assert_non_null(s);
	return s;
}

static void
begin(struct entry *n, struct scheme *s)
{
	struct record *r = malloc(sizeof *r);
	struct form_env env = { .scheme = s, .today = { 2025, 11, 26 } };
	struct err e;

	record_clear(r);
	snprintf(r->head.scheme, sizeof r->head.scheme, "dongguan");
	snprintf(r->head.service, sizeof r->head.service, "new");
	snprintf(r->head.channel, sizeof r->head.channel, "counter");
	assert_true(entry_open(n, &env, r, &e));
	free(r);
}

static bool
asks(const struct entry *n, const char *id)
{
	for (size_t i = 0; i < n->rows_n; i++)
		if (strcmp(n->rows[i].id, id) == 0)
			return true;
	return false;
}

static void
fill(struct entry *n, const char *id, const char *value)
{
	form_go(&n->form, id);
	assert_string_equal(form_here(&n->form), id);
	for (uint32_t cp; *value; value += text_next(value, &cp)) {
		text_next(value, &cp);
		form_key(&n->form, (int)cp);
	}
	form_key(&n->form, K_DOWN);
}

static void
what_a_plain_case_needs_stands_first_and_a_seal_brings_its_fields(void **state)
{
	struct scheme *s = dongguan();
	struct entry n;

	(void)state;
	begin(&n, s);
	assert_string_equal(n.rows[0].id, "years");
	assert_string_equal(n.rows[1].id, "org.name");
	assert_string_equal(n.rows[2].id, "org.credit_code");
	assert_false(asks(&n, "seal.type"));
	fill(&n, "seal.name", "东莞市松湖精密制造有限公司");
	assert_true(asks(&n, "seal.type") && asks(&n, "seal.manager_phone") && asks(&n, "seal_notes_read"));
	assert_string_equal(form_here(&n.form), "org.legal_rep");	/* what the seal needs comes next, not somewhere above */
	form_go(&n.form, "seal.name");
	form_key(&n.form, K_CTRL('U'));
	form_key(&n.form, K_DOWN);
	assert_false(asks(&n, "seal.type"));
	entry_close(&n);
	scheme_free(s);
}

static void
a_form_is_checked_as_the_office_checks_it(void **state)
{
	struct scheme *s = dongguan();
	struct json_in *j;
	struct entry n;
	struct err e;

	(void)state;
	begin(&n, s);
	assert_false(entry_check(&n));
	assert_string_equal(form_here(&n.form), "years");
	fill(&n, "years", "2");
	fill(&n, "org.name", "东莞市松湖精密制造有限公司");
	fill(&n, "org.credit_code", "91350100m000100y43");	/* the check is told when the field is full */
	assert_string_equal(form_value(&n.form, "org.credit_code"), "91350100M000100Y43");
	fill(&n, "org.address", "东莞市");
	fill(&n, "org.phone", "0769-22380830");
	fill(&n, "agent.name", "刘晓彤");
	fill(&n, "agent.mobile", "1380013800");
	assert_true(form_error(&n.form, "agent.mobile")[0] != '\0');
	fill(&n, "agent.mobile", "0");
	assert_string_equal(form_error(&n.form, "agent.mobile"), "");
	fill(&n, "agent.email", "liu@example.com");
	fill(&n, "agent.id_no", "11010519491231002x");
	fill(&n, "agent.address", "东莞市");
	assert_true(entry_check(&n));
	assert_true(entry_json(&n, &j, &e));
	assert_true(json_in_count(j) > 12);
	json_in_free(j);
	form_go(&n.form, "years");
	form_key(&n.form, K_BACKSPACE);
	fill(&n, "years", "9");
	assert_false(entry_check(&n));
	assert_string_equal(form_here(&n.form), "years");
	entry_close(&n);
	scheme_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_walks_its_source_in_both_directions_and_fetches_what_it_shows),
		cmocka_unit_test(marks_stay_with_their_rows),
		cmocka_unit_test(enter_goes_through_the_fields_and_ends_on_the_last),
		cmocka_unit_test(the_list_of_a_choice_opens_with_space_and_takes_with_enter),
		cmocka_unit_test(an_error_stands_at_its_field_until_it_is_mended),
		cmocka_unit_test(other_rows_keep_what_was_typed),
		cmocka_unit_test(what_a_plain_case_needs_stands_first_and_a_seal_brings_its_fields),
		cmocka_unit_test(a_form_is_checked_as_the_office_checks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
