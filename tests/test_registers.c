/* The registers at the counter: certificates, token stock, staff, as a clerk meets them on a terminal. */
#include "db/certificate.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tests/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DAY 86400

static struct world *w;
static struct office *chen, *huang;
static char no[APP_NO_MAX];
static struct certificate issued;
static char token[5][TOKEN_SERIAL_MAX];
static char tail[12];			/* of the issued certificate's serial, as lists show it */

/* The place of the menu with this key, at work as this member. */
static struct term *
at_place(const char *login, const char *key, int rows, int cols)
{
	struct term *t = clerk_at_work(w, login, rows, cols);

	term_hide(t, no, "DG01YYMMDD000010");
	term_hide(t, issued.serial, "CERTCERTCERTCERTCERTCERTCERTCERT");
	term_hide(t, tail, "..CERTCERT");
	/* two years, with a leap day or without */
	term_hide(t, "730天", "NNN天");
	term_hide(t, "731天", "NNN天");
	term_hide(t, " 730 天", " NNN 天");
	term_hide(t, " 731 天", " NNN 天");
	for (int i = 0; i < 5; i++)
		term_hide(t, token[i], (const char *const[]){ "t0ken-the-first0", "t0ken-the-second", "t0ken-the-third0", "t0ken-the-fourth",
		    "t0ken-the-fifth0" }[i]);
	term_press(t, VTERM_KEY_FUNCTION(10));
	term_type(t, key);
	return t;
}

/* Certificates that only differ from the issued one in what is told. */
static void
put(const char *serial, const char *holder, enum cert_state state, int reason, int64_t days)
{
	struct certificate c = issued;
	unsigned char *der;
	size_t n;
	struct err e;

	snprintf(c.serial, sizeof c.serial, "%s", serial);
	snprintf(c.subject, sizeof c.subject, "C=CN, CN=%s", holder);
	c.state = state;
	c.not_after = day_start(day_of(when_now())) + days * DAY + DAY / 2;
	c.id = 0;
	went(cert_der(chen->db, issued.id, &der, &n, &e) && office_begin(chen, &e) && cert_insert(chen->db, &c, der, n, &e), &e);
	free(der);
	c.revoked_at = reason >= 0 ? when_now() - DAY : 0;
	c.reason = reason;
	went(cert_store_state(chen->db, &c, &e) && office_commit(chen, ACT_RECEIVED, "certificate:made", &e, "a row"), &e);
}

static void
put_all(void)
{
	struct certificate older, newer;
	bool found;
	struct err e;

	put("0A0000000000000000000000000000A1", "东莞市大朗毛织有限公司", CERT_VALID, -1, 10);
	put("0A0000000000000000000000000000A2", "东莞市虎门服装有限公司", CERT_HOLD, CRL_HOLD, 45);
	put("0A0000000000000000000000000000A3", "东莞市石碣电子有限公司", CERT_REVOKED, CRL_KEY, 100);
	put("0A0000000000000000000000000000A4", "东莞市常平物流有限公司", CERT_VALID, -1, -30);
	put("0A0000000000000000000000000000A5", "东莞市松湖精密制造有限公司", CERT_SUPERSEDED, -1, 200);
	went(cert_find(chen->db, "0A0000000000000000000000000000A5", &older, &found, &e)
	    && cert_find(chen->db, issued.serial, &newer, &found, &e), &e);
	older.replaced_by = newer.id;
	newer.replaces = older.id;
	went(office_begin(chen, &e) && cert_store_state(chen->db, &older, &e) && cert_store_state(chen->db, &newer, &e)
	    && office_commit(chen, ACT_VERIFIED, "certificate:chain", &e, "chain"), &e);
}

static int
set_up(void **state)
{
	struct application *a = calloc(1, sizeof *a);
	struct issue_medium medium = { 0 };
	struct stock_row row[5];
	struct app_item item;
	bool found;
	size_t n;
	int made;
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	went(stock_add_soft(chen, 5, &made, &e), &e);
	world_approved(w, chen, huang, no);
	went(issue_application(huang, no, 0, &medium, &e) && application_load(chen, no, a, &e) && app_items(chen->db, a->id, &item, 1, &n, &e)
	    && cert_load(chen->db, item.certificate, &issued, &found, &e)
	    && desk_deliver(chen, no, 0, "刘晓彤", "11010519491231002X", &e), &e);
	went(stock_page(chen->db, STOCK_ANY, 0, false, row, 5, &n, &e), &e);
	for (int i = 0; i < 5; i++)
		snprintf(token[i], sizeof token[i], "%s", row[i].t.serial);
	snprintf(tail, sizeof tail, "..%.8s", issued.serial + strlen(issued.serial) - 8);
	put_all();
	free(a);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(huang);
	world_free(w);
	return 0;
}

/* ---- certificates ---- */

static void
certificates_lie_in_shelves_by_what_they_are_now(void **state)
{
	struct term *t = at_place("wu", "c", 24, 80);

	(void)state;
	term_see(t, "东莞市大朗毛织有限公司");		/* ends in ten days */
	term_see(t, "东莞市虎门服装有限公司");		/* on hold, 45 days */
	term_see_not(t, "东莞市松湖精密制造有限公司");
	term_picture(t, "certificates-80x24");
	term_press(t, VTERM_KEY_FUNCTION(7));
	term_press(t, VTERM_KEY_BACKSPACE);
	term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, "0\r");
	term_see(t, "1 至 3650 天");
	term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, "20\r");
	term_see(t, "20天内到期");
	term_see(t, "东莞市大朗毛织有限公司");
	term_see_not(t, "东莞市虎门服装有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* valid */
	term_see(t, "东莞市松湖精密制造有限公司");
	term_see_not(t, "东莞市常平物流有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* on hold */
	term_see(t, "东莞市虎门服装有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* on hold, and nothing is open on it */
	term_see(t, "东莞市虎门服装有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* superseded */
	term_see(t, "东莞市松湖精密制造有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* revoked */
	term_see(t, "东莞市石碣电子有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* expired, though nothing ran */
	term_see(t, "东莞市常平物流有限公司");
	term_press(t, VTERM_KEY_RIGHT);			/* all, the latest end first */
	term_resize(t, 40, 120);
	term_picture(t, "certificates-all-120x40");
	term_type(t, "石碣");
	term_see(t, "东莞市石碣电子有限公司");
	term_see_not(t, "东莞市常平物流有限公司");
	term_press(t, VTERM_KEY_ESCAPE);
	term_see(t, "东莞市常平物流有限公司");
	term_free(t);
}

static void
one_certificate_shows_its_chain_and_leads_to_token_and_application(void **state)
{
	struct term *t = at_place("he", "c", 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_RIGHT);
	term_type(t, "松湖");
	term_press(t, VTERM_KEY_ENTER);
	term_press(t, VTERM_KEY_FUNCTION(8));
	assert_true(term_awaits(t, "一致", 20000));	/* the CA does not list it, the store has it valid */
	term_press(t, VTERM_KEY_UP);
	term_press(t, VTERM_KEY_ENTER);			/* the one that it replaces */
	term_see(t, "0A0000000000000000000000000000A5");
	term_see(t, "已更新");
	term_press(t, VTERM_KEY_DOWN);
	term_press(t, VTERM_KEY_ENTER);
	term_type(t, "t");
	term_see(t, "调拨记录");
	term_type(t, "c");
	term_see(t, issued.serial);
	term_type(t, "a");
	term_see(t, "东莞市住房公积金数字证书");
	term_see(t, no);
	term_type(t, "k");
	term_see(t, issued.serial);
	term_press(t, VTERM_KEY_ESCAPE);
	term_type(t, "o");
	term_see(t, "全部经过");
	term_press(t, VTERM_KEY_ESCAPE);
	term_press(t, VTERM_KEY_ESCAPE);
	term_press(t, VTERM_KEY_ESCAPE);
	term_press(t, VTERM_KEY_ESCAPE);
	term_press(t, VTERM_KEY_ESCAPE);
	term_see(t, "60天内到期");
	term_free(t);
}

static void
a_certificate_is_written_into_a_file_once(void **state)
{
	struct term *t = at_place("chen", "c", 24, 80);
	char path[160];

	(void)state;
	snprintf(path, sizeof path, "%s/out.pem", w->dir);
	term_press(t, VTERM_KEY_RIGHT);
	term_type(t, "松湖");
	term_press(t, VTERM_KEY_ENTER);
	for (int twice = 0; twice < 2; twice++) {
		term_press(t, VTERM_KEY_FUNCTION(7));
		term_see(t, ".pem");
		term_type(t, "\x15");			/* Ctrl-U: what is proposed goes */
		term_type(t, path);
		term_type(t, "\r");
		term_see(t, twice ? "已存在" : "已写入");
	}
	assert_int_equal(run(w, "openssl", "x509", "-in", path, "-noout", "-serial", NULL), 0);
	assert_non_null(strstr(w->out, issued.serial));
	term_free(t);
}

static void
the_store_is_compared_with_the_ca_and_a_supervisor_takes_its_word(void **state)
{
	struct term *t = at_place("chen", "c", 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_FUNCTION(8));
	assert_true(term_awaits(t, "差异 2 项", 20000));	/* held and revoked here only */
	term_see_not(t, "F2采用");
	term_picture(t, "reconcile-80x24");
	term_press(t, VTERM_KEY_DOWN);
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "东莞市石碣电子有限公司");
	term_free(t);
	t = at_place("liang", "c", 40, 120);
	term_press(t, VTERM_KEY_FUNCTION(8));
	assert_true(term_awaits(t, "差异 2 项", 20000));
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_type(t, "\r");
	term_see(t, "采用 CA 的状态");			/* a reason is asked for */
	term_type(t, "CA 来函确认\r");
	assert_true(term_awaits(t, "差异 1 项", 20000));
	term_picture(t, "reconcile-120x40");
	term_free(t);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'adopt' AND detail = 'valid: CA 来函确认'"), 1);
	audit_is_whole(w);
}

static void
a_ca_that_is_down_is_told_on_the_screen(void **state)
{
	struct term *t = at_place("chen", "c", 24, 80);

	(void)state;
	assert_int_equal(ra(w, NULL, "ca", "stop", NULL), 0);
	term_press(t, VTERM_KEY_FUNCTION(8));
	assert_true(term_awaits(t, "netca", 20000));
	term_see_not(t, "差异 0 项");
	assert_int_equal(ra(w, NULL, "ca", "start", NULL), 0);
	term_press(t, VTERM_KEY_FUNCTION(5));
	assert_true(term_awaits(t, "差异 1 项", 20000));
	term_free(t);
}

static void
a_ca_that_never_answers_keeps_nobody(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char mute[80];
	struct term *t;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(mute, sizeof mute, "http://127.0.0.1:%d/pkix/", ntohs(a.sin_port));
	world_conf(w, "ra.conf", chen->ca[0].url, mute);
	t = at_place("chen", "c", 24, 80);
	term_press(t, VTERM_KEY_FUNCTION(8));
	assert_true(term_awaits(t, "netca：正在取注销列表", 20000));
	term_press(t, VTERM_KEY_ESCAPE);
	term_see(t, "60天内到期");
	term_free(t);
	close(fd);
	world_conf(w, "ra.conf", mute, chen->ca[0].url);
}

/* ---- tokens ---- */

static void
tokens_are_added_and_moved_with_a_reason_that_stays(void **state)
{
	struct term *t = at_place("chen", "t", 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_RIGHT);
	term_see_not(t, token[0]);
	term_press(t, VTERM_KEY_FUNCTION(8));
	term_type(t, "1");				/* damaged */
	term_type(t, "\r");
	term_see(t, "必填");
	term_type(t, "外壳开裂\r");
	term_see(t, "损坏 1");
	assert_true(sql_int(w, "SELECT count(*) FROM token WHERE state = 'damaged'") == 1);
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_type(t, "2\r");
	assert_true(term_awaits(t, "空白 5", 20000));
	for (int i = 0; i < 5; i++)
		term_press(t, VTERM_KEY_RIGHT);		/* damaged */
	term_see(t, token[1]);
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "外壳开裂");
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "陈晓敏 (chen)");
	term_free(t);
	audit_is_whole(w);
}

static void
an_active_token_moves_with_a_word_about_its_certificate(void **state)
{
	struct term *t = at_place("li", "t", 40, 120);

	(void)state;
	term_type(t, "松湖");
	term_see(t, token[0]);
	term_press(t, VTERM_KEY_ENTER);
	term_press(t, VTERM_KEY_FUNCTION(8));
	term_type(t, "2");				/* lost */
	term_see(t, "补办、挂失或注销");
	term_press(t, VTERM_KEY_ESCAPE);
	term_free(t);
}

static void
what_is_plugged_in_is_seen_live_and_a_new_token_is_added_by_its_factory_pin(void **state)
{
	struct term *t = at_place("chen", "t", 24, 80);
	char command[700], serial[TOKEN_SERIAL_MAX];
	struct stock_row row[8];
	size_t n;
	struct err e;

	(void)state;
	went(stock_page(chen->db, STOCK_ANY, 0, false, row, 8, &n, &e), &e);
	assert_int_equal(n, 7);				/* two were added at the counter */
	term_hide(t, row[5].t.serial, "t0ken-the-sixth0");
	term_hide(t, row[6].t.serial, "t0ken-the-sevent");
	term_press(t, VTERM_KEY_LEFT);
	assert_true(term_awaits(t, "库存状态", 20000));
	term_see(t, token[0]);
	term_see(t, "未设 PIN");
	snprintf(command, sizeof command, "SOFTHSM2_CONF=%s/softhsm2.conf softhsm2-util --init-token --free --label fresh --so-pin 87654321"
	    " --pin 1234 >/dev/null && SOFTHSM2_CONF=%s/softhsm2.conf softhsm2-util --show-slots | grep -B8 'Label: *fresh' |"
	    " sed -n 's/.*Serial number: *//p' | tail -1 | tr -d ' \\n'", w->home, w->home);
	assert_int_equal(run(w, "sh", "-c", command, NULL), 0);
	snprintf(serial, sizeof serial, "%.16s", w->out);
	assert_int_equal(strlen(serial), 16);
	term_press(t, VTERM_KEY_FUNCTION(5));		/* SoftHSM2 sees new tokens only when it starts */
	assert_true(term_awaits(t, "不在库", 20000));
	term_see(t, serial);
	term_hide(t, serial, "t0ken-not-in-yet");
	term_picture(t, "plugged-80x24");
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "出厂");
	term_type(t, "11111111\r");
	assert_true(term_awaits(t, "的管理员密码不对", 20000));	/* at its field */
	term_type(t, "\x15");
	term_type(t, "87654321\r");
	assert_true(term_awaits(t, "已入库", 20000));
	term_free(t);
	snprintf(command, sizeof command, "SELECT count(*) FROM token WHERE serial = '%s' AND state = 'blank'", serial);
	assert_int_equal(sql_int(w, command), 1);
	audit_is_whole(w);
}

static void
who_may_not_move_tokens_is_not_offered_it(void **state)
{
	struct term *t = at_place("he", "t", 24, 80);

	(void)state;
	term_see(t, "F5");
	term_see_not(t, "F8");
	term_see_not(t, "F2");
	term_press(t, VTERM_KEY_FUNCTION(8));
	term_see(t, "全部");
	term_free(t);
}

static void
tabs_that_do_not_all_fit_move_so_that_the_chosen_one_is_seen(void **state)
{
	struct term *t = at_place("he", "t", 24, 80);

	(void)state;
	term_alt(t, 'l');
	term_see(t, "Token stock");
	term_see(t, " All | blank");
	term_see_not(t, "Plugged in");
	term_press(t, VTERM_KEY_LEFT);
	term_see(t, "Plugged in");
	term_see_not(t, " All |");
	term_click(t, 1, 0);				/* '<': the one before those that are seen */
	term_see(t, " All | blank");
	term_see(t, "No token is here.");		/* reserved */
	term_free(t);
}

/* ---- staff ---- */

static void
a_supervisor_adds_a_member_whose_first_password_is_shown_once(void **state)
{
	struct term *t = at_place("liang", "s", 24, 80);
	char given[16], *p;
	int row, col;

	(void)state;
	term_press(t, VTERM_KEY_FUNCTION(2));
	term_type(t, "Mai Xiao\t麦小雨\tc\t\r");
	term_see(t, "小写字母");				/* refused at its field, the rest stays typed */
	term_see(t, "麦小雨");
	term_type(t, "\x15" "mai\r");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_shows(t, "mai 的初始密码", &row, &col));
	p = strdup(term_row(t, row + 2));
	assert_int_equal(sscanf(strstr(p, "   "), "%15s", given), 1);
	free(p);
	assert_int_equal(strlen(given), 12);
	term_press(t, VTERM_KEY_ESCAPE);
	term_see(t, "麦小雨");
	term_see(t, "待修改密码");
	term_see_not(t, given);
	term_free(t);
	/* the login works with it, and nothing else than its change */
	setenv("RA_PASSWORD", given, 1);
	assert_int_equal(run(w, built("ra"), "--home", w->home, "--as", "mai", "list", NULL), 1);
	unsetenv("RA_PASSWORD");
	assert_non_null(strstr(w->err, "change it first"));
}

static void
logins_are_disabled_enabled_and_given_new_passwords(void **state)
{
	struct term *t = at_place("liang", "s", 24, 80);

	(void)state;
	term_press(t, VTERM_KEY_DOWN);			/* li */
	term_press(t, VTERM_KEY_ENTER);
	term_type(t, "d");
	term_see(t, "停用账号 li");
	term_type(t, "y");
	term_see(t, "已停用");
	assert_int_equal(ra(w, "li", "list", NULL), 1);
	assert_non_null(strstr(w->err, "disabled"));
	term_press(t, VTERM_KEY_ENTER);
	term_type(t, "d");
	term_type(t, "y");
	term_see_not(t, "已停用");
	assert_int_equal(ra(w, "li", "list", NULL), 0);
	term_press(t, VTERM_KEY_ENTER);
	term_type(t, "r");
	term_type(t, "short\r");
	term_see(t, "8");				/* too short: at its field */
	term_type(t, "\x15" "a-longer-one\r");
	term_see(t, "待修改密码");
	assert_int_equal(ra(w, "li", "list", NULL), 1);		/* the old one opens nothing */
	for (int i = 0; i < 4; i++)
		term_press(t, VTERM_KEY_DOWN);		/* liang: oneself */
	term_press(t, VTERM_KEY_ENTER);
	term_see(t, "不能停用自己的账号");
	term_free(t);
	audit_is_whole(w);
}

static void
rights_are_one_table_that_everybody_may_read(void **state)
{
	struct term *t = at_place("chen", "s", 40, 120);

	(void)state;
	term_see_not(t, "F2");
	term_press(t, VTERM_KEY_RIGHT);
	term_see(t, "录入申请");
	term_see(t, "复查通过");
	term_press(t, VTERM_KEY_END);
	term_see(t, "标记审计");
	term_see_not(t, "初始化  ");
	term_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_lie_in_shelves_by_what_they_are_now),
		cmocka_unit_test(one_certificate_shows_its_chain_and_leads_to_token_and_application),
		cmocka_unit_test(a_certificate_is_written_into_a_file_once),
		cmocka_unit_test(the_store_is_compared_with_the_ca_and_a_supervisor_takes_its_word),
		cmocka_unit_test(a_ca_that_is_down_is_told_on_the_screen),
		cmocka_unit_test(a_ca_that_never_answers_keeps_nobody),
		cmocka_unit_test(tokens_are_added_and_moved_with_a_reason_that_stays),
		cmocka_unit_test(an_active_token_moves_with_a_word_about_its_certificate),
		cmocka_unit_test(what_is_plugged_in_is_seen_live_and_a_new_token_is_added_by_its_factory_pin),
		cmocka_unit_test(who_may_not_move_tokens_is_not_offered_it),
		cmocka_unit_test(tabs_that_do_not_all_fit_move_so_that_the_chosen_one_is_seen),
		cmocka_unit_test(a_supervisor_adds_a_member_whose_first_password_is_shown_once),
		cmocka_unit_test(logins_are_disabled_enabled_and_given_new_passwords),
		cmocka_unit_test(rights_are_one_table_that_everybody_may_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
