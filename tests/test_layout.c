/* Text into lines and boxes: nothing lost, nothing cut, nothing where it may not stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/text.h"
#include "printing/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct press *press;
static struct sheet sheet;

static int
set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!press_open(&press, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	sheet_open(&sheet, press);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sheet_close(&sheet);
	press_close(press);
	return 0;
}

static struct text
shape(const char *s)
{
	struct text t = sheet_shape(&sheet, FACE_KAI, s);

	assert_false(sheet.failed);
	return t;
}

static bool
is_one_of(const char *set, uint32_t cp)
{
	uint32_t c;

	for (size_t len; (len = text_next(set, &c)) > 0; set += len)
		if (c == cp)
			return true;
	return false;
}

static bool
latin(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
}

/* Texts from an alphabet that has one of everything, always the same ones. */
static void
make_text(unsigned seed, char *out, size_t outsz)
{
	static const char *const pieces[] = { "东", "莞", "市", "公", "司", "，", "。", "（", "）", "《", "》", "“", "”", "、", "a", "b",
	    "12", "-", ".", "@", " ", "𠮷", "㐂", "—", "…", "：", "Ltd", "(", ")" };
	uint32_t x = seed * 2654435761u + 1;
	size_t n = 0;

	out[0] = '\0';
	while (n < outsz - 8 && n < 30 + seed % 200) {
		x = x * 1664525u + 1013904223u;
		n += (size_t)snprintf(out + n, outsz - n, "%s", pieces[(x >> 16) % (sizeof pieces / sizeof *pieces)]);
	}
}

static void
check_lines(struct text t, float size, float width)
{
	struct line lines[LINES_MAX];
	size_t n = text_break(t, size, width, 0, lines), at = 0;

	assert_in_range(n, 1, LINES_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct line *l = &lines[i];

		/* between two lines nothing but blanks is dropped */
		for (; at < l->first; at++)
			assert_int_equal(t.g[at].cp, ' ');
		assert_int_equal(at, l->first);
		at += l->n;
		assert_true(l->width <= width + 0.02f || l->n == 1);
		assert_int_equal(l->last, i + 1 == n);
		if (i + 1 == n || l->n == 0 || lines[i + 1].n == 0)
			continue;
		/* where a line could end at a good place it does; a forced end is told by what would have been left of it */
		for (size_t k = l->first + 1; k < l->first + l->n; k++) {
			uint32_t a = t.g[k - 1].cp, b = t.g[k].cp;

			if (b != ' ' && !latin(a) && !latin(b) && a > 0x2FFF && b > 0x2FFF
			    && !is_one_of("，。（）《》“”、：", a) && !is_one_of("，。（）《》“”、：—…", b)) {
				uint32_t end = t.g[l->first + l->n - 1].cp, begin = t.g[lines[i + 1].first].cp;

				assert_false(is_one_of("，。、：；）》”—…,.;:)]}%·", begin));
				assert_false(is_one_of("（《“([", end));
				assert_false(latin(end) && latin(begin) && lines[i + 1].first == l->first + l->n);
				break;
			}
		}
	}
	while (at < t.n)
		assert_int_equal(t.g[at++].cp, ' ');
}

static void
lines_keep_every_character_and_the_rules_of_where_they_may_end(void **st)
{
	char text[1200];

	(void)st;
	for (unsigned seed = 0; seed < 600; seed++) {
		make_text(seed, text, sizeof text);
		for (float width = 60; width < 400; width += 37)
			check_lines(shape(text), 11, width);
	}
}

static void
a_word_goes_whole_to_the_next_line_and_is_parted_only_when_it_is_longer_than_one(void **st)
{
	struct line l[LINES_MAX];
	struct text t = shape("联系人 zhangjie@example.com");

	(void)st;
	assert_int_equal(text_break(t, 10, text_width(t.g, t.n, 10) - 1, 0, l), 2);
	assert_int_equal(t.g[l[1].first].cp, 'z');
	t = shape("zhangjie.longmailbox@info-tech.example.com.cn");
	assert_int_equal(text_break(t, 10, 110, 0, l), 2);
	assert_int_equal(t.g[l[1].first - 1].cp, '@');
	t = shape("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_in_range(text_break(t, 10, 50, 0, l), 7, 9);
}

static void
paragraphs_end_where_they_are_ended(void **st)
{
	struct line l[LINES_MAX];
	struct text t = shape("第一段\n\n第三段\n");

	(void)st;
	assert_int_equal(text_break(t, 10, 200, 20, l), 3);
	assert_int_equal(l[1].n, 0);
	assert_true(l[0].last && l[1].last && l[2].last);
	assert_int_equal(l[2].n, 3);
	assert_int_equal(text_break(shape(""), 10, 200, 0, l), 0);
}

static void
a_text_shrinks_then_wraps_then_is_refused(void **st)
{
	struct fit f = { .size = 11, .min = 7, .width = 110, .height = 22 };
	struct fitted got;

	(void)st;
	assert_true(text_fit(shape("东莞市松湖精密"), &f, &got));
	assert_true(got.n == 1 && got.size == 11);
	assert_true(text_fit(shape("东莞市松湖精密制造公司"), &f, &got));	/* 11 characters in 110 points */
	assert_true(got.n == 1 && got.size == 10);
	assert_true(text_fit(shape("东莞市松湖精密制造有限公司分公司"), &f, &got));
	assert_true(got.n == 2 && got.size < 11 && got.size >= 7);
	assert_false(text_fit(shape("东莞市松湖精密制造有限公司分公司东莞市松湖精密制造有限公司分公司东莞市松湖精密制造有限公司分公司"), &f, &got));
}

static void
what_does_not_fit_fails_the_sheet_and_names_the_field(void **st)
{
	struct fit f = { .size = 11, .min = 7, .width = 40, .height = 12 };
	struct sheet s;
	struct err e;

	(void)st;
	sheet_open(&s, press);
	sheet_page(&s, A4_WIDTH, A4_HEIGHT);
	s.field = "org.address";
	sheet_fit(&s, FACE_KAI, &f, 0, 0, ALIGN_LEFT, sheet_shape(&s, FACE_KAI, "东莞市松山湖园区科技十路2号"));
	s.field = "";
	assert_false(sheet_good(&s, &e));
	assert_string_equal(e.field, "org.address");
	assert_int_equal(e.code, FAULT_REFUSED);
	sheet_close(&s);
}

static void
broken_bytes_and_characters_that_no_font_draws_are_refused_by_name(void **st)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "东\xe8\x8e", "UTF-8" }, { "\xf0\x82\x82\xac", "UTF-8" }, { "\xed\xa0\x80", "UTF-8" }, { "a\xff", "UTF-8" },
		{ "王\xee\x80\x80", "U+E000" }, { "\xf3\xb0\x80\x80", "U+F0000" }, { "a\x01", "U+0001" },
		{ "\xea\x80\x80", "U+A000" }, { "\xe0\xbd\x96", "U+0F56" },
	};
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(press_printable(press, "org.name", rows[i].text, &e));
		assert_string_equal(e.field, "org.name");
		assert_non_null(strstr(e.text, rows[i].says));
	}
	assert_true(press_printable(press, "org.name", "𠮷𬭎㐂䶮·（）“”—…①℃№ é 2号", &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_keep_every_character_and_the_rules_of_where_they_may_end),
		cmocka_unit_test(a_word_goes_whole_to_the_next_line_and_is_parted_only_when_it_is_longer_than_one),
		cmocka_unit_test(paragraphs_end_where_they_are_ended),
		cmocka_unit_test(a_text_shrinks_then_wraps_then_is_refused),
		cmocka_unit_test(what_does_not_fit_fails_the_sheet_and_names_the_field),
		cmocka_unit_test(broken_bytes_and_characters_that_no_font_draws_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
