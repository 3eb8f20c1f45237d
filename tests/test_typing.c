/* A clerk's morning at the console: a case typed by keys alone, wrong fields, drafts, the scanner, two consoles at once. */
#include "tests/clerk.h"

#include "db/audit.h"
#include "forms/idnumber.h"
#include "ra/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTER VTERM_KEY_ENTER
#define F(n) VTERM_KEY_FUNCTION(n)

static struct world *w;

static int
setup(void **state)
{
	(void)state;
	w = world_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* A credit code that no organisation here has had. */
static const char *
new_code(void)
{
	static char code[32];
	static int next;

	snprintf(code, sizeof code, "91441900%08d", 80000000 + ++next);
	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	code[18] = '\0';
	return code;
}

/* Keys pressed besides the characters of what is typed. */
static int pressed, typed;

static void
press(struct term *t, VTermKey key)
{
	pressed++;
	term_press(t, key);
}

static void
type(struct term *t, const char *s)
{
	typed += (int)text_chars(s);
	term_type(t, s);
}

static void
field(struct term *t, const char *value)
{
	type(t, value);
	press(t, ENTER);
}

/* From the queue to the form of a walk-in case, filled in; the cursor stands on the seal's name. */
static void
fill_form(struct term *t, const char *name, const char *code)
{
	press(t, F(2));
	press(t, F(2));
	field(t, "2");
	field(t, name);
	field(t, code);
	field(t, "东莞市松山湖园区科技十路2号");
	field(t, "0769-22380830");
	field(t, "刘晓彤");
	field(t, "13800138000");
	field(t, "liu@example.com");
	press(t, ENTER);		/* the kind of document stands at resident ID */
	field(t, "11010519491231002X");
	field(t, "东莞市松山湖园区科技十路2号");
}

/* The number that the screen shows in its second line. */
static void
number_shown(struct term *t, char no[APP_NO_MAX])
{
	const char *row = term_row(t, 1);
	size_t n = strspn(row + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	assert_in_range(n, 13, APP_NO_MAX - 1);
	snprintf(no, APP_NO_MAX, "%.*s", (int)n, row + 1);
}

static void
a_walk_in_case_is_typed_checked_paid_and_submitted_by_keys_alone(void **state)
{
	struct term *t = clerk_at_work(w, "chen", 24, 80);
	char no[APP_NO_MAX];

	(void)state;
	pressed = typed = 0;
	fill_form(t, "东莞市松湖精密制造有限公司", "91350100M000100Y43");
	term_picture(t, "form-filled-80x24");
	press(t, F(2));
	number_shown(t, no);
	term_hide(t, no, "DG01YYMMDD000010");
	term_picture(t, "number-80x24");
	state_is(w, no, "received");
	press(t, ENTER);
	for (int i = 0; i < 5; i++)
		type(t, "+");
	term_see(t, "材料全部合格");
	term_picture(t, "materials-passed-80x24");
	press(t, F(7));
	type(t, "2");
	press(t, ENTER);
	press(t, ENTER);
	field(t, "4200001234202511260001");
	term_see(t, "已付清");
	press(t, F(4));
	term_picture(t, "next-steps-80x24");
	type(t, "s");
	term_see(t, "待复查");
	state_is(w, no, "review");
	printf("          walk-in case: %d characters typed, %d other keys\n", typed, pressed);
	assert_true(pressed <= 24);
	term_free(t);
	audit_is_whole(w);
}

static void
each_wrong_field_is_told_beside_it(void **state)
{
	/* steps down from the first field, what is typed, what is told */
	static const struct { int down; const char *value, *told; } cases[] = {
		{ 0, "9", "年限为 1 至 5 年" }, { 2, "91350100M000100Y44", "校验" }, { 4, "12345", "电话" },
		{ 5, "李4", "数字" }, { 6, "1380013800", "11 位" }, { 7, "liu.example.com", "@" }, { 9, "110105194912310021", "校验" },
	};
	struct term *t = clerk_at_work(w, "chen", 40, 120);

	(void)state;
	term_press(t, F(2));
	term_press(t, F(2));
	for (size_t i = 0, at = 0; i < sizeof cases / sizeof *cases; i++) {
		for (; (int)at < cases[i].down; at++)
			term_press(t, VTERM_KEY_DOWN);
		term_type(t, cases[i].value);
		term_press(t, VTERM_KEY_DOWN);
		at++;
		term_see(t, cases[i].told);
	}
	term_press(t, F(2));
	term_see(t, "需要更正");
	term_picture(t, "form-wrong-120x40");
	/* the cursor stands on the first wrong one; mended, its error goes */
	term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, "3");
	term_see_not(t, "年限为 1 至 5 年");
	term_type(t, "\033");
	term_free(t);
}

/* A scheme that is online only is never asked for at the counter. */
static void
the_channel_is_one_that_is_offered(void **state)
{
	struct term *t = clerk_at_work(w, "chen", 24, 80);

	(void)state;
	term_press(t, F(2));
	term_press(t, VTERM_KEY_UP);
	term_see(t, "东莞市住房公积金数字证书");
	term_see(t, "现场");
	for (int i = 0; i < 5 && !term_shows(t, "粤企签", NULL, NULL); i++)
		term_type(t, (char[]){ (char)('1' + i), '\0' });
	term_see(t, "粤企签");
	term_see(t, "线上");
	term_see_not(t, "现场");
	term_free(t);
}

static void
a_seal_brings_its_fields_and_its_fee(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char no[APP_NO_MAX];

	(void)state;
	fill_form(t, "东莞市松湖精密制造有限公司", new_code());
	term_see(t, "合计 400.00");
	field(t, "东莞市松湖精密制造有限公司");
	term_see(t, "合计 800.00");
	field(t, "王建国");			/* legal representative */
	term_type(t, " ");			/* nature: its list */
	term_picture(t, "choice-80x24");
	term_press(t, VTERM_KEY_DOWN);
	term_press(t, VTERM_KEY_UP);
	term_press(t, ENTER);
	term_type(t, "2");			/* official seal, by its digit */
	term_press(t, ENTER);
	field(t, "周文静");
	field(t, "行政主管");
	field(t, "13900139000");
	term_type(t, "y");
	term_press(t, F(2));
	number_shown(t, no);
	state_is(w, no, "received");
	assert_int_equal(ra(w, "li", "show", no, "--json", NULL), 0);
	assert_string_equal(out_value(w, "due_fen"), "80000");
	term_free(t);
}

/* ---- what is typed is not lost ---- */

static void
leave_nothing(struct term *t)
{
	/* throws the open form away, so that the next test finds no drafts */
	term_type(t, "\030");
	term_see(t, "放弃");
	term_type(t, "y");
	term_see(t, "未填完 0");
}

static void
resume(struct term *t)
{
	term_see(t, "未填完 1");
	for (int i = 0; i < 5; i++)
		term_press(t, VTERM_KEY_RIGHT);
	term_press(t, ENTER);
}

static void
a_killed_console_leaves_its_draft(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);

	(void)state;
	fill_form(t, "东莞市厚街镇鸿运家具厂", new_code());
	assert_true(term_awaits(t, "草稿已存", 8000));
	kill(t->pid, SIGKILL);
	assert_true(term_ended(t, 5000));
	term_free(t);
	t = clerk_at_work(w, "li", 24, 80);
	resume(t);
	term_see(t, "东莞市厚街镇鸿运家具厂");
	term_see(t, "11010519491231002X");
	term_press(t, F(2));
	term_see(t, "已受理");
	term_press(t, ENTER);
	term_type(t, "\033");
	term_see(t, "未填完 0");	/* applied: the draft is gone */
	term_free(t);
}

static void
a_lost_line_leaves_the_draft_and_no_console(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	pid_t pid = t->pid;

	(void)state;
	term_press(t, F(2));
	term_press(t, F(2));
	field(t, "3");
	type(t, "东莞市虎门镇");
	close(t->fd);
	t->eof = true;
	assert_true(term_ended(t, 10000));
	assert_int_equal(kill(pid, 0), -1);
	t->fd = dup(0);
	term_free(t);
	t = clerk_at_work(w, "li", 24, 80);
	resume(t);
	term_see(t, "东莞市虎门镇");
	leave_nothing(t);
	term_free(t);
}

static void
esc_keeps_the_form_where_it_was_left(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	int row;

	(void)state;
	term_press(t, F(2));
	term_press(t, F(2));
	field(t, "1");
	field(t, "东莞市长安镇宏达五金店");
	type(t, "9135");
	term_type(t, "\033");
	term_see(t, "已存入");
	resume(t);
	term_see(t, "东莞市长安镇宏达五金店");
	assert_true(term_shows(t, "[9135 ", &row, NULL));
	assert_int_equal(t->cursor.row, row);		/* the cursor is where it was */
	leave_nothing(t);
	term_free(t);
}

/* ---- other ways in ---- */

static void
a_scanned_number_opens_from_anywhere_and_leaves_the_form_alone(void **state)
{
	struct office *chen = world_member(w, "chen");
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char no[APP_NO_MAX], scan[APP_NO_MAX + 2];

	(void)state;
	world_draft(w, chen, NULL, no);
	snprintf(scan, sizeof scan, "%s\r", no);
	term_type(t, scan);				/* from the queue */
	number_shown(t, scan);
	assert_string_equal(scan, no);
	term_type(t, "\033");
	term_press(t, F(2));
	term_press(t, F(2));
	field(t, "2");
	type(t, "东莞市石龙镇");
	snprintf(scan, sizeof scan, "%s\r", no);
	term_type(t, scan);				/* from the middle of a field */
	number_shown(t, scan);
	assert_string_equal(scan, no);
	term_type(t, "\033");
	term_see(t, "[东莞市石龙镇 ");			/* nothing of the number is left in it */
	term_type(t, "DG0125112600001X\r");
	term_see(t, "[东莞市石龙镇DG0125112600001X ");	/* no such application: it was typing */
	leave_nothing(t);
	term_free(t);
	office_close(chen);
}

static void
a_paste_stays_in_its_field(void **state)
{
	struct term *t = clerk_at_work(w, "li", 24, 80);
	int row;

	(void)state;
	term_press(t, F(2));
	term_press(t, F(2));
	field(t, "2");
	term_paste(t, "东莞市大朗镇\r\n毛织有限公司\t（分厂）");
	term_see(t, "[东莞市大朗镇毛织有限公司（分厂）");
	assert_true(term_shows(t, "机构名称", &row, NULL));
	assert_int_equal(t->cursor.row, row);
	term_press(t, ENTER);
	term_see(t, "机构名称");
	term_paste(t, "9135 0100 M000 100Y 43");	/* in groups, as people send codes */
	term_see(t, "[91350100M000100Y43");
	leave_nothing(t);
	term_free(t);
}

static void
two_consoles_on_one_application_do_not_overwrite_each_other(void **state)
{
	struct office *chen = world_member(w, "chen");
	struct term *a, *b;
	char no[APP_NO_MAX], scan[APP_NO_MAX + 2];
	struct err e;

	(void)state;
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e), &e);
	snprintf(scan, sizeof scan, "%s\r", no);
	a = clerk_at_work(w, "chen", 24, 80);
	b = clerk_at_work(w, "li", 24, 80);
	term_type(a, scan);
	term_type(b, scan);
	term_type(a, "+");
	term_type(b, "-");
	for (int i = 0; i < 4; i++)
		term_press(b, VTERM_KEY_DOWN);
	term_type(b, "章不清");
	term_press(b, F(2));
	term_see(b, "已被他人修改");	/* refused: what it saw is not what is there */
	term_type(b, "\033");
	term_press(b, VTERM_KEY_HOME);
	term_see(b, "+机构数字证书申请表");	/* and it sees the other's check now */
	term_type(b, "-");
	for (int i = 0; i < 4; i++)
		term_press(b, VTERM_KEY_DOWN);
	term_type(b, "章不清");
	term_press(b, F(2));
	term_see(b, "章不清");
	term_press(a, F(5));
	term_press(a, VTERM_KEY_HOME);
	term_see(a, "-机构数字证书申请表");
	term_free(a);
	term_free(b);
	office_close(chen);
}

static void
opened_numbers_and_an_edit_are_on_the_audit(void **state)
{
	struct office *chen = world_member(w, "chen");
	struct term *t = clerk_at_work(w, "li", 24, 80);
	char no[APP_NO_MAX], scan[APP_NO_MAX + 2], sql[200];
	struct err e;
	int row;

	(void)state;
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e), &e);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM audit WHERE act = 'open_id' AND object = 'application:%s'", no);
	assert_int_equal(sql_int(w, sql), 0);
	snprintf(scan, sizeof scan, "%s\r", no);
	term_type(t, scan);
	term_press(t, VTERM_KEY_LEFT);
	term_see(t, "138****8000");
	term_press(t, F(8));
	term_see(t, "13800138000");
	assert_int_equal(sql_int(w, sql), 1);
	term_press(t, F(8));
	term_see(t, "138****8000");
	term_press(t, F(4));
	term_type(t, "e");
	term_see(t, "13800138000");
	assert_int_equal(sql_int(w, sql), 2);
	assert_true(term_shows(t, "单位法定住所", &row, NULL));
	while (t->cursor.row != row)
		term_press(t, VTERM_KEY_DOWN);
	term_type(t, "A座");
	term_press(t, F(2));
	term_see(t, "须重新核验");
	term_see(t, "科技十路2号A座");
	term_free(t);
	office_close(chen);
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_in_case_is_typed_checked_paid_and_submitted_by_keys_alone),
		cmocka_unit_test(each_wrong_field_is_told_beside_it),
		cmocka_unit_test(the_channel_is_one_that_is_offered),
		cmocka_unit_test(a_seal_brings_its_fields_and_its_fee),
		cmocka_unit_test(a_killed_console_leaves_its_draft),
		cmocka_unit_test(a_lost_line_leaves_the_draft_and_no_console),
		cmocka_unit_test(esc_keeps_the_form_where_it_was_left),
		cmocka_unit_test(a_scanned_number_opens_from_anywhere_and_leaves_the_form_alone),
		cmocka_unit_test(a_paste_stays_in_its_field),
		cmocka_unit_test(two_consoles_on_one_application_do_not_overwrite_each_other),
		cmocka_unit_test(opened_numbers_and_an_edit_are_on_the_audit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
