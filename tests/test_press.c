/* The press: which characters it can print, and that the PDF really shows and says them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "printing/pdf.h"
#include "tests/raster.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MADE_AT INT64_C(1795225560)	/* 2026-11-21 09:46 in Shanghai */

static struct press *press;

static int
set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (press_open(&press, &e))
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return 1;
}

static int
tear_down(void **state)
{
	(void)state;
	press_close(press);
	return 0;
}

static void
every_han_character_of_gb_18030_is_printable(void **st)
{
	static const uint32_t blocks[][2] = {	/* GB 18030-2022 level 3: the URO, extensions A to F */
		{ 0x3007, 0x3007 }, { 0x3400, 0x4DB5 }, { 0x4E00, 0x9FFF }, { 0x20000, 0x2A6D6 }, { 0x2A700, 0x2B734 },
		{ 0x2B740, 0x2B81D }, { 0x2B820, 0x2CEA1 }, { 0x2CEB0, 0x2EBE0 },
	};
	struct glyph g;

	(void)st;
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		for (uint32_t cp = blocks[i][0]; cp <= blocks[i][1]; cp++)
			for (int face = 0; face < FACE_N; face++)
				if (!press_glyph(press, (enum face)face, cp, &g))
					fail_msg("U+%04X is not printable", (unsigned)cp);
}

static void
a_missing_font_is_told_with_its_package(void **st)
{
	static const struct { const char *folder, *package; } rows[] = {
		{ "liberation", "fonts-liberation" }, { "babelstone", "fonts-babelstone-han" }, { "wqy", "fonts-wqy-zenhei" },
		{ "lxgw-wenkai", "fonts-lxgw-wenkai" }, { "hanazono", "fonts-hanazono" },
	};
	char dir[] = "/tmp/ra-fonts-XXXXXX", path[128], target[128];
	struct press *p = NULL;
	struct err e = { 0 };

	(void)st;
	assert_non_null(mkdtemp(dir));
	setenv("RA_FONTS", dir, 1);
	/* every folder but one is there; the one is told */
	for (size_t gone = 0; gone < sizeof rows / sizeof *rows; gone++) {
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			snprintf(path, sizeof path, "%s/%s", dir, rows[i].folder);
			snprintf(target, sizeof target, "/usr/share/fonts/truetype/%s", rows[i].folder);
			unlink(path);
			if (i != gone)
				assert_int_equal(symlink(target, path), 0);
		}
		assert_false(press_open(&p, &e));
		assert_null(p);
		assert_non_null(strstr(e.text, rows[gone].package));
		assert_int_equal(e.code, FAULT_INTERNAL);
	}
	/* a file that is no font */
	snprintf(path, sizeof path, "%s/hanazono", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/hanazono/HanaMinA.ttf", dir);
	fclose(fopen(path, "we"));
	assert_false(press_open(&p, &e));
	unlink(path);
	snprintf(path, sizeof path, "%s/hanazono", dir);
	rmdir(path);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, rows[i].folder);
		unlink(path);
	}
	rmdir(dir);
	unsetenv("RA_FONTS");
}

/* ---- what the page shows ---- */

#define GRID_SIZE 36.0f
#define GRID_STEP 50.0f
#define GRID_ACROSS 10
/* one of every font of the chains, simple and composite, beyond the BMP, the standard's rare ones */
static const char *const grid = "东莞ééǖÅ证㐂㛃䶮堃喆犇龘靐𠮷𬭎𪚥𠀀𫠜𬺓한ДΣあ①℃№éABgjy09@&·《》（）—…😀";

static void
draw_grid(struct sheet *s, enum face face)
{
	struct text t = sheet_shape(s, face, grid);

	sheet_page(s, A4_WIDTH, A4_HEIGHT);
	for (size_t i = 0; i < t.n; i++)
		sheet_text(s, face, GRID_SIZE, 40 + GRID_STEP * (float)(i % GRID_ACROSS),
		    80 + GRID_STEP * (float)(i / GRID_ACROSS), (struct text){ t.g + i, 1 }, 0);
}

static void
make(const struct sheet *s, unsigned char **pdf, size_t *n)
{
	struct err e = { 0 };

	if (!pdf_make(s, "testpage", MADE_AT, pdf, n, &e))
		fail_msg("%s (%s)", e.text, e.detail);
}

static void
near(const char *what, uint32_t cp, float got, float want, float slack)
{
	if (fabsf(got - want) > slack)
		fail_msg("U+%04X: its ink's %s is at %.2f, the font says %.2f", (unsigned)cp, what, got, want);
}

/* A component that was lost, another glyph or a blank would have another outline than the font's own header tells. */
static void
every_glyph_on_paper_has_the_outline_that_its_font_gives_it(void **st)
{
	(void)st;
	for (int face = 0; face < FACE_N; face++) {
		struct sheet s;
		struct raster r;
		unsigned char *pdf;
		size_t n, seen = 0;

		sheet_open(&s, press);
		draw_grid(&s, (enum face)face);
		make(&s, &pdf, &n);
		raster_load(&r, pdf, n, 1, 200);
		for (size_t i = 0; i < s.n; i++) {
			const struct op *o = &s.op[i];
			const struct glyph *g;
			struct raster_box ink;
			struct font_box b;
			float grow = o->pen / 2 + 0.55f;

			if (o->kind != OP_TEXT)
				continue;
			g = &o->text.g[0];
			assert_true(font_ink(press->font[g->font], g->id, &b));
			assert_true(raster_ink(&r, o->x - 6, o->y - 40, GRID_STEP, GRID_STEP - 1, 140, &ink));
			near("left", g->cp, ink.x, o->x + (float)b.left * GRID_SIZE / 1000, grow);
			near("top", g->cp, ink.y, o->y - (float)b.top * GRID_SIZE / 1000, grow);
			near("right", g->cp, ink.x + ink.w, o->x + (float)b.right * GRID_SIZE / 1000, grow);
			near("bottom", g->cp, ink.y + ink.h, o->y - (float)b.bottom * GRID_SIZE / 1000, grow);
			seen++;
		}
		assert_in_range(seen, 40, 80);
		raster_free(&r);
		free(pdf);
		sheet_close(&s);
	}
}

static void
the_text_of_the_pdf_is_the_text_that_was_set(void **st)
{
	static const char *const lines[] = {
		"上海堃喆犇信息技术（集团）股份有限公司“浦东新区”张江分公司", "𠮷田𬭎䶮㐂张㛃買·买买提·éüā龘靐齉爩", "zhangjie.longmailbox@info-tech.example.com.cn",
		"《电子认证业务规则》（CPS）〔2024〕第1号①②③℃‰№§￥400.00", "8:30–12:00，14:00–17:30→服务",
	};
	struct sheet s;
	unsigned char *pdf;
	char *text;
	size_t n, k;

	(void)st;
	sheet_open(&s, press);
	sheet_page(&s, A4_WIDTH, A4_HEIGHT);
	for (int face = 0; face < FACE_N; face++)
		for (k = 0; k < sizeof lines / sizeof *lines; k++)
			sheet_text(&s, (enum face)face, 11, 40, 60 + 20 * (float)k + 120 * (float)face,
			    sheet_shape(&s, (enum face)face, lines[k]), 0);
	make(&s, &pdf, &n);
	text = raster_text(pdf, n, false);
	for (int face = 0; face < FACE_N; face++)
		for (k = 0; k < sizeof lines / sizeof *lines; k++) {
			char *at = strstr(text, lines[k]);

			if (!at)
				fail_msg("%s is not in: %s", lines[k], text);
			*at = '?';	/* each face has its own */
		}
	free(text);
	free(pdf);
	sheet_close(&s);
}

static void *
make_on_a_thread(void *arg)
{
	struct sheet s;
	unsigned char *pdf;
	size_t n;

	sheet_open(&s, press);
	draw_grid(&s, FACE_KAI);
	sheet_qr(&s, 400, 700, 48, "DG0126112100001");
	make(&s, &pdf, &n);
	sheet_close(&s);
	*(size_t *)arg = n;
	return pdf;
}

static void
the_same_sheet_gives_the_same_bytes_on_any_thread(void **st)
{
	pthread_t thread[4];
	size_t n, other;
	unsigned char *first = make_on_a_thread(&n);
	size_t sizes[4];

	(void)st;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, make_on_a_thread, &sizes[i]), 0);
	for (int i = 0; i < 4; i++) {
		void *pdf;

		assert_int_equal(pthread_join(thread[i], &pdf), 0);
		other = sizes[i];
		assert_int_equal(other, n);
		assert_memory_equal(pdf, first, n);
		free(pdf);
	}
	assert_non_null(memmem(first, n, "20261121", 8));
	free(first);
}

static void
a_qr_code_stands_module_by_module(void **st)
{
	struct sheet s;
	struct raster r;
	const struct op *o;
	unsigned char *pdf;
	float module;
	size_t n;

	(void)st;
	sheet_open(&s, press);
	sheet_page(&s, A4_WIDTH, A4_HEIGHT);
	sheet_qr(&s, 100, 100, 48, "DG0126112100001");
	make(&s, &pdf, &n);
	raster_load(&r, pdf, n, 1, 300);
	o = &s.op[s.n - 1];
	module = o->w / (float)o->qr_n;
	for (size_t y = 0; y < o->qr_n; y++)
		for (size_t x = 0; x < o->qr_n; x++)
			assert_int_equal(raster_darkest(&r, o->x + ((float)x + 0.5f) * module, o->y + ((float)y + 0.5f) * module, 0, 0) < 128,
			    o->qr[y * o->qr_n + x] & 1);
	raster_free(&r);
	free(pdf);
	sheet_close(&s);
}

static void
a_damaged_font_never_reads_outside_of_itself(void **st)
{
	char path[] = "/tmp/ra-font-XXXXXX";
	unsigned char *bytes = NULL, *out;
	uint16_t glyphs[200];
	struct font *f;
	struct err e;
	size_t n, len;
	uint32_t x = 1;
	int fd = mkstemp(path);

	(void)st;
	assert_true(fd >= 0);
	for (int i = 0; i < 200; i++)
		glyphs[i] = (uint16_t)(i + 3);
	assert_true(font_subset(press->font[FONT_SERIF], glyphs, 200, "Damaged", &bytes, &n, &e));
	for (int round = 0; round < 400; round++) {
		unsigned char *copy = malloc(n);
		size_t keep = round % 4 == 3 ? n * (size_t)(round % 97) / 97 : n;

		assert_non_null(copy);
		memcpy(copy, bytes, n);
		for (int k = 0; k < 1 + round % 8; k++) {
			x = x * 1664525u + 1013904223u;
			copy[(x >> 8) % (round & 1 ? 400 : n)] = (unsigned char)(x >> 24);
		}
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, copy, keep, 0), keep);
		free(copy);
		if (!font_open(path, 0, &f, &e))
			continue;
		for (uint32_t cp = 0xF0; cp < 0x200; cp++) {
			struct font_box b;
			unsigned g = font_glyph(f, cp);

			font_advance(f, g);
			(void)font_ink(f, g, &b);
		}
		if (font_subset(f, glyphs, 100, "Again", &out, &len, &e))
			free(out);
		font_close(f);
	}
	free(bytes);
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_han_character_of_gb_18030_is_printable),
		cmocka_unit_test(a_missing_font_is_told_with_its_package),
		cmocka_unit_test(every_glyph_on_paper_has_the_outline_that_its_font_gives_it),
		cmocka_unit_test(the_text_of_the_pdf_is_the_text_that_was_set),
		cmocka_unit_test(the_same_sheet_gives_the_same_bytes_on_any_thread),
		cmocka_unit_test(a_qr_code_stands_module_by_module),
		cmocka_unit_test(a_damaged_font_never_reads_outside_of_itself),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
