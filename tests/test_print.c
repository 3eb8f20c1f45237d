/* `ra print`: which papers there are, where they go, what is noted of it, and a printer that is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/json.h"
#include "ra/desk.h"
#include "ra/print.h"
#include "tests/jpeg.h"
#include "tests/raster.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world *w;
static struct office *chen, *huang;

/* A print system of one queue, `hall`: what it is given lies in lp.pdf and lp.args. */
static const char lp[] = "#!/bin/sh\n"
	"[ \"$2\" = hall ] || { echo \"lp: The printer or class does not exist.\" >&2; cat >/dev/null; exit 1; }\n"
	"echo \"$@\" >\"${0%/*}/../lp.args\"; cat >\"${0%/*}/../lp.pdf\"; echo \"request id is hall-7 (1 file(s))\"\n";

static int
set_up(void **state)
{
	char dir[96], path[4400];

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	snprintf(dir, sizeof dir, "%s/bin", w->dir);
	mkdir(dir, 0700);
	chmod(world_file(w, "bin/lp", lp), 0700);
	snprintf(path, sizeof path, "%s:%s", dir, getenv("PATH"));
	setenv("PATH", path, 1);
	return ra(w, "chen", "token", "add", "--soft", "2", NULL);
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

static const char *
file(const char *name)
{
	static char path[3][192];
	static int turn;

	turn = (turn + 1) % 3;
	snprintf(path[turn], sizeof path[turn], "%s/%s", w->dir, name);
	return path[turn];
}

static char *
text_of(const char *path)
{
	char *pdf = NULL, *text;
	struct err e;
	size_t n;

	went(json_read_file(path, 8 << 20, &pdf, &n, &e), &e);
	text = raster_text(pdf, n, true);
	free(pdf);
	return text;
}

static void
says(const char *path, const char *want)
{
	char *text = text_of(path);

	if (!strstr(text, want))
		fail_msg("%s is not on the page: %s", want, text);
	free(text);
}

static void
refused(int rc, int want, const char *words)
{
	if (rc != want || !strstr(w->err, words))
		fail_msg("%d, not %d with '%s': %s", rc, want, words, w->err);
}

static int
audit_rows(const char *act, const char *no)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM audit WHERE act = '%s' AND object = 'application:%s'", act, no);
	return sql_int(w, sql);
}

static void
papers_of(const char *no, const char *want)
{
	assert_int_equal(ra(w, "huang", "print", no, "--json", NULL), 0);
	if (!strstr(w->out, want))
		fail_msg("%s: not %s but %s", no, want, w->out);
}

/* ---- which papers ---- */

static void
the_papers_follow_state_and_service(void **st)
{
	char no[APP_NO_MAX], seal[APP_NO_MAX];
	struct err e;

	(void)st;
	world_draft(w, chen, NULL, no);
	papers_of(no, "\"papers\":[\"application\"]");
	refused(ra(w, "huang", "print", no, "receipt", "-o", file("x.pdf"), NULL), 1, "page: ");
	went(desk_accept(chen, no, 0, &e), &e);
	papers_of(no, "[\"application\",\"receipt\"]");
	went(desk_step(chen, no, 0, ACT_CORRECT, "单位地址与执照不一致", &e), &e);
	papers_of(no, "[\"application\",\"receipt\",\"correction\"]");
	assert_int_equal(ra(w, "huang", "print", no, "correction", "-o", file("c.pdf"), NULL), 0);
	says(file("c.pdf"), "单位地址与执照不一致");
	world_draft(w, chen, "\"seal.name\": \"东莞市松湖精密制造有限公司\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true,"
	    " \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\"", seal);
	papers_of(seal, "[\"application\",\"seal-application\"]");
	assert_int_equal(ra(w, "huang", "print", seal, "seal-application", "-o", file("s.pdf"), NULL), 0);
	says(file("s.pdf"), "钟丽萍");
	world_submitted(w, chen, NULL, no);
	went(desk_step(huang, no, 0, ACT_REFUSE, "经办人授权已撤销", &e), &e);
	papers_of(no, "[\"application\",\"receipt\",\"refusal\"]");
	assert_int_equal(ra(w, "huang", "print", no, "refusal", "-o", file("r.pdf"), NULL), 0);
	says(file("r.pdf"), "经办人授权已撤销");
	says(file("r.pdf"), "人民币肆佰元整（￥400.00）将按原付款渠道退还");
	refused(ra(w, "huang", "print", no, "nothing", NULL), 1, "page: ");
	refused(ra(w, "huang", "print", "DG0126112199999", "application", NULL), 1, "no: ");
}

/* ---- files ---- */

static void
a_form_is_a_file_of_labelled_copies_and_its_numbers_are_noted_as_opened(void **st)
{
	char no[APP_NO_MAX];
	struct stat s;
	char *text;

	(void)st;
	world_submitted(w, chen, NULL, no);
	assert_int_equal(ra(w, "huang", "print", no, "application", "-o", file("a.pdf"), "--json", NULL), 0);
	assert_string_equal(out_value(w, "state"), "done");
	assert_string_equal(out_value(w, "copies"), "2");	/* as the scheme wants */
	assert_int_equal(stat(file("a.pdf"), &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
	text = text_of(file("a.pdf"));
	assert_non_null(strstr(text, "11010519491231002X"));
	assert_non_null(strstr(text, "第一联（受理点存）"));
	assert_non_null(strstr(text, "第二联（申请单位存）"));
	assert_non_null(strstr(text, no));
	free(text);
	assert_int_equal(audit_rows("open_id", no), 1);
	assert_int_equal(audit_rows("printed", no), 1);
	/* a receipt opens nothing */
	assert_int_equal(ra(w, "chen", "print", no, "receipt", "--copies", "1", "--out", file("q.pdf"), NULL), 0);
	assert_int_equal(audit_rows("open_id", no), 1);
	assert_int_equal(audit_rows("print", no), 1);
	text = text_of(file("q.pdf"));
	assert_null(strstr(text, "11010519491231002X"));
	assert_non_null(strstr(text, "人民币肆佰元整"));
	assert_non_null(strstr(text, "138****8000"));
	free(text);
	/* who may */
	refused(ra(w, "he", "print", no, "receipt", "-o", file("n.pdf"), NULL), 1, "");
	refused(ra(w, "wu", "print", no, "application", "-o", file("n.pdf"), NULL), 1, "");
	assert_int_equal(ra(w, "wu", "print", no, "receipt", "-o", file("n.pdf"), NULL), 0);
	/* what is no place for a file, and no number of copies */
	refused(ra(w, "chen", "print", no, "receipt", "-o", w->dir, NULL), 1, "file: ");
	refused(ra(w, "chen", "print", no, "receipt", "-o", "/dev/null", NULL), 1, "file: ");
	refused(ra(w, "chen", "print", no, "receipt", "-o", file("no/such/place.pdf"), NULL), 1, "file: ");
	refused(ra(w, "chen", "print", no, "receipt", "-o", file("n.pdf"), "--copies", "6", NULL), 1, "copies: ");
	refused(ra(w, "chen", "print", no, "receipt", "-o", file("n.pdf"), "--copies", "0", NULL), 1, "copies: ");
	assert_int_equal(ra(w, "chen", "print", no, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"state\":\"failed\""));
	assert_int_equal(ra(w, "huang", "history", no, "--acts", NULL), 0);
	assert_non_null(strstr(w->out, "certificate application form, 2 copies"));
	audit_is_whole(w);
}

static void
the_store_s_facts_stand_on_the_receipt(void **st)
{
	char no[APP_NO_MAX];
	struct err e;
	struct desk_check c = { .code = "licence_copy", .outcome = MATERIAL_FAIL, .copies = 1, .reason = "复印件模糊" };

	(void)st;
	world_draft(w, chen, NULL, no);
	went(desk_accept(chen, no, 0, &e) && desk_material(chen, no, 0, &c, &e) && desk_pay(chen, no, 0, "wechat", "150.5", "WX4711", &e), &e);
	assert_int_equal(ra(w, "chen", "print", no, "receipt", "-o", file("t.pdf"), NULL), 0);
	says(file("t.pdf"), "营业执照或有效证件复印件（盖章）11不合格复印件模糊");
	says(file("t.pdf"), "微信支付WX4711150.50");
	says(file("t.pdf"), "尚欠￥249.50");
	says(file("t.pdf"), "已收人民币壹佰伍拾元");
	says(file("t.pdf"), "受理员：");
}

/* ---- queues ---- */

static void
a_queue_gets_the_bytes_and_a_gone_one_leaves_them_kept(void **st)
{
	char no[APP_NO_MAX], kept[300];
	struct stat s;

	(void)st;
	world_submitted(w, chen, NULL, no);
	assert_int_equal(ra(w, "chen", "print", no, "receipt", "--printer", "hall", NULL), 0);
	assert_non_null(strstr(w->out, "hall"));
	assert_non_null(strstr(world_read(w, "lp.args"), "-d hall -n 1"));
	assert_non_null(strstr(world_read(w, "lp.args"), no));
	says(file("lp.pdf"), "受理回执");
	refused(ra(w, "chen", "print", no, "receipt", "--printer", "gone", NULL), 3, "does not exist");
	snprintf(kept, sizeof kept, "%s", strstr(w->err, w->home) ? strstr(w->err, w->home) : "");
	kept[strcspn(kept, "\n")] = '\0';
	assert_int_equal(stat(kept, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
	says(kept, "受理回执");
	/* none named: kept, and that is no failure */
	assert_int_equal(ra(w, "chen", "print", no, "receipt", "--json", NULL), 0);
	assert_string_equal(out_value(w, "state"), "kept");
	says(out_value(w, "target"), "受理回执");
	/* named in ra.conf */
	world_conf(w, "ra.conf", "language", "printer = \"hall\";\nlanguage");
	assert_int_equal(ra(w, "chen", "print", no, "receipt", "--json", NULL), 0);
	assert_string_equal(out_value(w, "target"), "hall");
	world_conf(w, "ra.conf", "printer = \"hall\";\n", "");
	for (int i = 0; i < 3; i++) {
		static const char *const bad[] = { "-o", "a b", "$(id)" };

		refused(ra(w, "chen", "print", no, "receipt", "--printer", bad[i], NULL), 1, "printer: ");
	}
	assert_int_equal(sql_int(w, "SELECT count(*) FROM printjob WHERE state = 'queued'"), 0);
	audit_is_whole(w);
}

static void
without_a_print_system_the_page_is_kept_and_that_is_said(void **st)
{
	char no[APP_NO_MAX], path[4400];

	(void)st;
	world_submitted(w, chen, NULL, no);
	snprintf(path, sizeof path, "%s", getenv("PATH"));
	setenv("PATH", "/nowhere", 1);
	refused(ra(w, "chen", "print", no, "receipt", "--printer", "hall", NULL), 3, "not installed");
	setenv("PATH", path, 1);
	assert_non_null(strstr(w->err, "/print/"));
}

/* ---- the PIN letter ---- */

static void
a_pin_letter_is_audited_never_kept_and_printed_again_only_with_a_reason(void **st)
{
	char no[APP_NO_MAX], pin[32], folder[160];
	char *text;
	int kept;

	(void)st;
	world_approved(w, chen, huang, no);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	papers_of(no, "[\"application\",\"receipt\",\"pickup\",\"pin-letter\",\"delivery\"]");
	snprintf(folder, sizeof folder, "ls %s/print 2>/dev/null | grep -c pin-letter", w->home);
	/* neither without a queue nor with a gone one; what failed was not printed */
	refused(ra(w, "huang", "print", no, "pin-letter", NULL), 1, "printer: ");
	refused(ra(w, "huang", "print", no, "pin-letter", "--printer", "gone", NULL), 3, "not kept");
	run(w, "sh", "-c", folder, NULL);
	kept = (int)strtol(w->out, NULL, 10);
	assert_int_equal(kept, 0);
	assert_int_equal(ra(w, "huang", "print", no, "pin-letter", "--printer", "hall", NULL), 0);
	assert_int_equal(audit_rows("open_pin", no), 2);
	assert_int_equal(ra(w, "huang", "pin", no, NULL), 0);
	snprintf(pin, sizeof pin, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	text = text_of(file("lp.pdf"));
	assert_non_null(strstr(text, pin));
	assert_non_null(strstr(text, "刘晓彤"));
	free(text);
	assert_null(strstr(world_read(w, "lp.args"), pin));
	refused(ra(w, "huang", "print", no, "pin-letter", "--printer", "hall", NULL), 1, "reason: ");
	refused(ra(w, "huang", "print", no, "pin-letter", "-o", file("p.pdf"), NULL), 1, "reason: ");
	assert_int_equal(ra(w, "huang", "print", no, "pin-letter", "-o", file("p.pdf"), "--reason", "卡纸", NULL), 0);
	says(file("p.pdf"), pin);
	refused(ra(w, "wu", "print", no, "pin-letter", "--printer", "hall", NULL), 1, "");
	/* the slips of the hand-over */
	assert_int_equal(ra(w, "huang", "print", no, "pickup", "-o", file("u.pdf"), NULL), 0);
	says(file("u.pdf"), "1个");
	assert_int_equal(ra(w, "chen", "deliver", no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	papers_of(no, "[\"application\",\"receipt\",\"delivery\"]");
	refused(ra(w, "huang", "print", no, "pin-letter", "--printer", "hall", "--reason", "再印", NULL), 1, "page: ");
	assert_int_equal(ra(w, "huang", "print", no, "delivery", "-o", file("d.pdf"), NULL), 0);
	text = text_of(file("d.pdf"));
	assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(text, out_value(w, "token")));
	assert_non_null(strstr(text, "110105********002X"));
	assert_null(strstr(text, "11010519491231002X"));
	free(text);
	audit_is_whole(w);
}

/* ---- scans and fonts ---- */

static void
write_bytes(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(file(name), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int
pictures_on(const char *pdf)
{
	run(w, "sh", "-c", "pdfimages -list \"$0\" | tail -n +3 | wc -l", pdf, NULL);
	return (int)strtol(w->out, NULL, 10);
}

static void
a_scan_that_lies_is_refused_and_a_true_imprint_is_printed(void **st)
{
	static const unsigned char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	unsigned long n, sheet_n;
	unsigned char *jpeg = make_jpeg(500, 480, JCS_RGB, &n), *sheet = make_jpeg(827, 1169, JCS_RGB, &sheet_n);
	char no[APP_NO_MAX];
	struct err e;

	(void)st;
	world_draft(w, chen, "\"seal.name\": \"松湖公章\", \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\","
	    " \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true,"
	    " \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\"", no);
	went(desk_accept(chen, no, 0, &e), &e);
	write_bytes("cut.jpg", jpeg, n / 2);
	refused(ra(w, "chen", "material", no, "seal_form", "pass", "--scan", file("cut.jpg"), NULL), 1, "scan: ");
	jpeg_frame_size(jpeg, n)[0] ^= 1;	/* 256 lines more or less than there are */
	write_bytes("lies.jpg", jpeg, n);
	refused(ra(w, "chen", "material", no, "seal_form", "pass", "--scan", file("lies.jpg"), NULL), 1, "scan: ");
	jpeg_frame_size(jpeg, n)[0] ^= 1;
	write_bytes("p.png", png, sizeof png);
	refused(ra(w, "chen", "material", no, "seal_form", "pass", "--scan", file("p.png"), NULL), 1, "PNG");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM scan"), 0);
	/* the whole form on the scanner is no imprint */
	write_bytes("sheet.jpg", sheet, sheet_n);
	assert_int_equal(ra(w, "chen", "material", no, "seal_form", "pass", "--scan", file("sheet.jpg"), NULL), 0);
	assert_int_equal(ra(w, "chen", "print", no, "seal-application", "-o", file("e.pdf"), NULL), 0);
	assert_int_equal(pictures_on(file("e.pdf")), 0);
	write_bytes("true.jpg", jpeg, n);
	assert_int_equal(ra(w, "chen", "material", no, "seal_form", "pass", "--scan", file("true.jpg"), NULL), 0);
	assert_int_equal(ra(w, "chen", "print", no, "seal-application", "-o", file("i.pdf"), NULL), 0);
	assert_int_equal(pictures_on(file("i.pdf")), 1);
	free(sheet);
	free(jpeg);
}

static void
a_missing_font_package_is_named(void **st)
{
	char no[APP_NO_MAX];

	(void)st;
	world_draft(w, chen, NULL, no);
	setenv("RA_FONTS", "/nowhere", 1);
	refused(ra(w, "chen", "print", no, "application", "-o", file("f.pdf"), NULL), 4, "apt-get install fonts-liberation");
	refused(ra(w, "chen", "apply", world_form(w, NULL), NULL), 4, "apt-get install fonts-liberation");
	assert_int_equal(ra(w, "chen", "show", no, NULL), 0);	/* what needs no paper goes on */
	unsetenv("RA_FONTS");
	assert_int_not_equal(access(file("f.pdf"), F_OK), 0);
}

static void
every_paper_has_its_row_in_the_table_of_papers(void **st)
{
	char no[APP_NO_MAX];
	struct err e;
	struct printjob job;

	(void)st;
	world_draft(w, chen, NULL, no);
	for (int p = 0; p < PAPER_N; p++) {
		struct print_order order = { .paper = (enum paper)p, .file = file("row.pdf") };

		/* made, or refused in words: never without a row */
		if (!print_paper(chen, no, &order, &job, &e))
			assert_string_equal(e.field, "page");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_follow_state_and_service),
		cmocka_unit_test(a_form_is_a_file_of_labelled_copies_and_its_numbers_are_noted_as_opened),
		cmocka_unit_test(the_store_s_facts_stand_on_the_receipt),
		cmocka_unit_test(a_queue_gets_the_bytes_and_a_gone_one_leaves_them_kept),
		cmocka_unit_test(without_a_print_system_the_page_is_kept_and_that_is_said),
		cmocka_unit_test(a_pin_letter_is_audited_never_kept_and_printed_again_only_with_a_reason),
		cmocka_unit_test(a_scan_that_lies_is_refused_and_a_true_imprint_is_printed),
		cmocka_unit_test(a_missing_font_package_is_named),
		cmocka_unit_test(every_paper_has_its_row_in_the_table_of_papers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
