/* The papers as files: copies, bytes, what is refused, pictures and reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "printing/facts.h"
#include "printing/papers.h"
#include "printing/picture.h"
#include "printing/pdf.h"
#include "printing/report.h"
#include "tests/jpeg.h"
#include "tests/raster.h"
#include "tests/specimen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct press *press;

static int
set_up(void **state)
{
	(void)state;
	press = specimen_press();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	press_close(press);
	return 0;
}

/* ---- copies, bytes, refusals ---- */

static void
copies_are_labelled_pages_of_one_file(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	struct err e;
	unsigned char *pdf = NULL;
	size_t n;
	char *text;

	(void)st;
	pdf = specimen_set(press, PAPER_APPLICATION, &x->facts, 3, &n);
	text = raster_text(pdf, n, true);
	assert_non_null(strstr(text, "第一联（受理点存）"));
	assert_non_null(strstr(strstr(text, "第一联（受理点存）"), "第二联（申请单位存）"));
	assert_non_null(strstr(text, "第三联（证书机构存）"));
	free(text);
	free(pdf);
	pdf = specimen_set(press, PAPER_APPLICATION, &x->facts, 1, &n);
	text = raster_text(pdf, n, true);
	assert_null(strstr(text, "第一联"));
	free(text);
	free(pdf);
	assert_false(paper_set(press, PAPER_APPLICATION, &x->facts, 0, &pdf, &n, &e));
	assert_string_equal(e.field, "copies");
	assert_false(paper_set(press, PAPER_APPLICATION, &x->facts, 6, &pdf, &n, &e));
	specimen_free(x);
}

static void
the_same_facts_give_the_same_bytes_and_others_do_not(void **st)
{
	(void)st;
	for (int p = 0; p < PAPER_N; p++) {
		struct specimen *x = specimen_new(SPECIMEN_RARE, "new"), *y = specimen_new(SPECIMEN_RARE, "new");
		unsigned char *a, *b, *c;
		size_t an, bn, cn;

		a = specimen_set(press, (enum paper)p, &x->facts, 2, &an);
		b = specimen_set(press, (enum paper)p, &y->facts, 2, &bn);
		assert_int_equal(an, bn);
		assert_memory_equal(a, b, an);
		y->facts.changed_at += 60;
		c = specimen_set(press, (enum paper)p, &y->facts, 2, &cn);
		assert_true(cn != an || memcmp(a, c, an) != 0);
		free(a);
		free(b);
		free(c);
		specimen_free(x);
		specimen_free(y);
	}
}

static void
what_has_no_room_or_no_glyph_is_refused_and_never_cut(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	char *endless = malloc(3 * 3000 + 1);
	unsigned char *pdf = NULL;
	struct err e;
	size_t n;

	(void)st;
	assert_non_null(endless);
	endless[0] = '\0';
	for (int i = 0; i < 3000; i++)
		memcpy(endless + 3 * (size_t)i, "长", 4);
	x->facts.reason = endless;
	assert_false(paper_set(press, PAPER_CORRECTION, &x->facts, 1, &pdf, &n, &e));
	assert_string_equal(e.field, "why");
	assert_int_equal(e.code, FAULT_REFUSED);
	endless[3 * 900] = '\0';	/* many lines, but they have room */
	free(specimen_set(press, PAPER_CORRECTION, &x->facts, 1, &n));
	x->facts.reason = "见\xea\x80\x80号文件";
	assert_false(paper_set(press, PAPER_REFUSAL, &x->facts, 1, &pdf, &n, &e));
	assert_string_equal(e.field, "why");
	assert_non_null(strstr(e.text, "U+A000"));
	x->facts.reason = "";
	snprintf(x->record.org.name, sizeof x->record.org.name, "东莞\xee\x80\x80公司");
	assert_false(paper_set(press, PAPER_APPLICATION, &x->facts, 1, &pdf, &n, &e));
	assert_string_equal(e.field, "org.name");
	assert_null(pdf);
	free(endless);
	specimen_free(x);
}

static void
the_pin_lies_in_the_middle_third_only(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	struct sheet s;
	int seen = 0, folds = 0;

	(void)st;
	sheet_open(&s, press);
	paper_lay(&s, PAPER_PIN_LETTER, &x->facts, 1, NULL);
	for (size_t i = 0; i < s.n; i++) {
		if (s.op[i].kind == OP_LINE && s.op[i].dashed)
			folds++;
		if (s.op[i].kind != OP_TEXT || s.op[i].text.n != 8 || s.op[i].text.g[0].cp != '8')
			continue;
		seen++;
		assert_true(s.op[i].y > A4_HEIGHT / 3 + 20 && s.op[i].y < A4_HEIGHT * 2 / 3 - 20);
	}
	assert_int_equal(seen, 1);
	assert_int_equal(folds, 2);
	sheet_close(&s);
	specimen_free(x);
}

/* ---- pictures ---- */

static void
a_picture_that_lies_about_itself_is_refused(void **st)
{
	struct picture p;
	unsigned long n;
	unsigned char *jpeg = make_jpeg(400, 400, JCS_RGB, &n), *copy = malloc(n + 64);
	static const unsigned char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0";
	struct err e;

	(void)st;
	assert_non_null(copy);
	assert_true(picture_take("imprint", jpeg, n, &p, &e));
	assert_int_equal(p.width, 400);
	assert_true(p.width_mm > 33.8f && p.width_mm < 33.9f);
	picture_free(&p);
	for (int lie = 0; lie < 4; lie++) {	/* taller, lower, wider, narrower than the data */
		static const int sizes[][2] = { { 800, 400 }, { 200, 400 }, { 400, 800 }, { 400, 120 } };
		unsigned char *at;

		memcpy(copy, jpeg, n);
		at = jpeg_frame_size(copy, n);
		at[0] = (unsigned char)(sizes[lie][0] >> 8);
		at[1] = (unsigned char)sizes[lie][0];
		at[2] = (unsigned char)(sizes[lie][1] >> 8);
		at[3] = (unsigned char)sizes[lie][1];
		assert_false(picture_take("imprint", copy, n, &p, &e));
		assert_string_equal(e.field, "imprint");
	}
	memcpy(copy, jpeg, n);
	memset(jpeg_frame_size(copy, n), 0xFF, 4);	/* 65,535 × 65,535 */
	assert_false(picture_take("imprint", copy, n, &p, &e));
	for (size_t keep = 4; keep < n; keep += n / 13)	/* cut off */
		assert_false(picture_take("imprint", jpeg, keep, &p, &e));
	assert_false(picture_take("imprint", png, sizeof png, &p, &e));
	assert_non_null(strstr(e.text, "PNG"));
	assert_false(picture_take("imprint", (const unsigned char *)"GIF89a", 6, &p, &e));
	assert_false(picture_take("imprint", (const unsigned char *)"", 0, &p, &e));
	free(jpeg);
	jpeg = make_jpeg(64, 64, JCS_CMYK, &n);
	assert_false(picture_take("imprint", jpeg, n, &p, &e));
	free(jpeg);
	free(copy);
}

static void
a_damaged_picture_never_does_more_than_be_refused(void **st)
{
	unsigned long n;
	unsigned char *jpeg = make_jpeg(200, 160, JCS_RGB, &n), *copy = malloc(n);
	struct picture p;
	struct err e;
	uint32_t x = 7;

	(void)st;
	assert_non_null(copy);
	for (int round = 0; round < 600; round++) {
		memcpy(copy, jpeg, n);
		for (int k = 0; k < 1 + round % 5; k++) {
			x = x * 1664525u + 1013904223u;
			copy[2 + (x >> 8) % (round % 2 ? 600 : n - 2)] = (unsigned char)(x >> 24);
		}
		if (picture_take("imprint", copy, n, &p, &e))
			picture_free(&p);
		else
			assert_true(e.text[0] != '\0');
	}
	free(copy);
	free(jpeg);
}

static void
the_imprint_stands_in_its_box_at_its_own_size_or_the_box_is_empty(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	struct raster with, without;
	struct raster_box ink;
	unsigned long jn;
	unsigned char *jpeg = make_jpeg(500, 500, JCS_RGB, &jn), *pdf;
	float left = 18 * PT_PER_MM + 2.2f * 7.25f * PT_PER_MM, top = 125 * PT_PER_MM, w = 11.6f * 7.25f * PT_PER_MM,
	    h = 40 * PT_PER_MM;
	size_t n;

	(void)st;
	pdf = specimen_set(press, PAPER_SEAL_APPLICATION, &x->facts, 1, &n);
	raster_load(&without, pdf, n, 1, 100);
	free(pdf);
	assert_false(raster_ink(&without, left, top, w, h, 200, &ink));
	x->facts.imprint = jpeg;
	x->facts.imprint_n = jn;
	pdf = specimen_set(press, PAPER_SEAL_APPLICATION, &x->facts, 1, &n);
	raster_load(&with, pdf, n, 1, 100);
	free(pdf);
	assert_true(raster_ink(&with, left, top - 20, w, h + 60, 200, &ink));
	/* 500 points at 300 dpi; the ring is four fifths of it */
	assert_true(ink.w > 94 && ink.w < 98 && ink.h > 94 && ink.h < 98);
	jpeg[jn / 2] ^= 0xFF;
	jpeg[jn / 2 + 1] = 0xFF;
	raster_free(&with);
	raster_free(&without);
	free(jpeg);
	specimen_free(x);
}

/* ---- reports ---- */

static void
report_cell(void *arg, size_t row, size_t column, char *out, size_t outsz)
{
	(void)arg;
	if (column == 0)
		snprintf(out, outsz, "R%zuR", row + 1);
	else
		snprintf(out, outsz, "%s", column == 1 ? "广州𬭎远堃喆犇信息技术（集团）股份有限公司" : "1,234.00");
}

static void
a_report_has_every_row_once_and_its_heads_on_every_page(void **st)
{
	struct report r = { .title = "受理日报表", .subtitle = "2026年11月21日", .line = "受理点：东莞", .words = "主管签字：", .footer = "页脚",
	    .column = { { "序号", 4, REPORT_CENTRE }, { "申请单位", 14, REPORT_LEFT }, { "金额（元）", 6, REPORT_RIGHT } }, .columns = 3,
	    .cell = report_cell, .total = { "合计", NULL, "9,999.00" }, .made_at = 1795225560 };
	static const size_t rows[] = { 0, 1, 36, 40, 60, 500 };

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned char *pdf = NULL;
		size_t n, pages = 0, heads = 0;
		struct err e = { 0 };
		char *text, want[24];

		r.rows = rows[i];
		if (!report_set(press, &r, &pdf, &n, &e))
			fail_msg("%s", e.text);
		text = raster_text(pdf, n, false);
		for (size_t k = 0; k < r.rows; k++) {
			snprintf(want, sizeof want, "R%zuR", k + 1);
			assert_non_null(strstr(text, want));
			assert_null(strstr(strstr(text, want) + 1, want));
		}
		for (const char *p = text; (p = strchr(p, '\f')) != NULL; p++)
			pages++;
		for (const char *p = text; (p = strstr(p, "申请单位")) != NULL; p++)
			heads++;
		assert_int_equal(pages, r.rows > 400 ? 13 : r.rows > 45 ? 2 : 1);
		assert_int_equal(heads, pages);
		assert_non_null(strstr(text, "9,999.00"));
		free(text);
		free(pdf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_labelled_pages_of_one_file),
		cmocka_unit_test(the_same_facts_give_the_same_bytes_and_others_do_not),
		cmocka_unit_test(what_has_no_room_or_no_glyph_is_refused_and_never_cut),
		cmocka_unit_test(the_pin_lies_in_the_middle_third_only),
		cmocka_unit_test(a_picture_that_lies_about_itself_is_refused),
		cmocka_unit_test(a_damaged_picture_never_does_more_than_be_refused),
		cmocka_unit_test(the_imprint_stands_in_its_box_at_its_own_size_or_the_box_is_empty),
		cmocka_unit_test(a_report_has_every_row_once_and_its_heads_on_every_page),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
