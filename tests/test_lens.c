/* Pictures as characters: which part of one is seen, turned which way, and what the terminal's colours make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/jpeg.h"
#include "tui/canvas.h"
#include "tui/lens.h"
#include "tui/width.h"

#include <stdlib.h>
#include <string.h>

#define W 800
#define H 1200

static struct picture_levels sheet;

static bool
look(const struct picture_wish *w, int width, int height, J_COLOR_SPACE space, struct picture_levels *out, struct err *e)
{
	unsigned long n;
	unsigned char *jpeg = make_sheet(width, height, space, &n);
	bool ok = picture_look(w, jpeg, n, out, e);

	free(jpeg);
	return ok;
}

static int
set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	return look(&(struct picture_wish){ .field = "scan", .most = 12000000 }, W, H, JCS_RGB, &sheet, &e) ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	picture_forget(&sheet);
	return 0;
}

static struct lens
lens(int rows, int cols)
{
	struct lens l = { 0 };

	lens_open(&l, &sheet);
	lens_window(&l, rows, cols);
	return l;
}

/* 'k' black, 'r' red, 'w' white, '?' anything between, at a place in percent of what is seen. */
static char
seen(const struct lens *l, int x, int y)
{
	int row, col, rows, cols;
	size_t n;
	unsigned char *points = lens_points(l, &n), *p;
	char c;

	lens_place(l, &row, &col, &rows, &cols);
	assert_int_equal(n, rows * cols * LENS_CELL * LENS_CELL * 3);
	p = points + ((size_t)(rows * LENS_CELL * y / 100) * (size_t)(cols * LENS_CELL) + (size_t)(cols * LENS_CELL * x / 100)) * 3;
	c = p[0] > 200 && p[1] > 200 ? 'w' : p[0] > 200 && p[1] < 90 ? 'r' : p[0] < 60 && p[1] < 60 ? 'k' : '?';
	free(points);
	return c;
}

static void
the_whole_picture_keeps_its_shape_in_any_window(void **state)
{
	static const int windows[][2] = { { 20, 52 }, { 37, 80 }, { 60, 200 }, { 1, 1 }, { 3, 200 }, { 100, 5 } };

	(void)state;
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
		struct lens l = lens(windows[i][0], windows[i][1]);
		int row, col, rows, cols;

		lens_place(&l, &row, &col, &rows, &cols);
		assert_true(row >= 0 && col >= 0 && rows >= 1 && cols >= 1 && row + rows <= windows[i][0] && col + cols <= windows[i][1]);
		/* a cell is twice as high as wide: within half a cell either way */
		if (rows > 3 && cols > 3)
			assert_true(abs(cols * H - rows * 2 * W) <= (H > W ? H : W));
		free(lens_points(&l, &(size_t){ 0 }));
	}
}

static void
it_is_turned_by_quarters(void **state)
{
	/* where the middle of the bar and of the disc stand, in percent */
	static const struct { int bar[2], disc[2]; } rows[] = {
		{ { 25, 6 }, { 75, 75 } }, { { 93, 25 }, { 25, 75 } }, { { 75, 93 }, { 25, 25 } }, { { 6, 75 }, { 75, 25 } },
	};
	struct lens l = lens(40, 100);

	(void)state;
	for (int quarter = 0; quarter < 4; quarter++, lens_turn(&l, 1))
		for (int at = 0; at < 4; at++) {
			assert_int_equal(seen(&l, rows[at].bar[0], rows[at].bar[1]) == 'k', at == quarter);
			assert_int_equal(seen(&l, rows[at].disc[0], rows[at].disc[1]) == 'r', at == quarter);
		}
	assert_int_equal(l.turned, 0);
	lens_turn(&l, -1);
	assert_int_equal(seen(&l, 6, 75), 'k');
}

static void
it_is_enlarged_and_moved_and_never_leaves_the_window(void **state)
{
	struct lens l = lens(20, 50);
	int whole = lens_percent(&l), steps = 0;

	(void)state;
	assert_false(lens_zoom(&l, 0.5));
	while (lens_zoom(&l, 1.5))
		steps++;
	assert_true(steps > 5 && lens_percent(&l) == 400);
	assert_int_equal(seen(&l, 50, 50), 'w');
	lens_pan(&l, -1e6, -1e6);
	assert_int_equal(seen(&l, 0, 0), 'k');
	assert_int_equal(seen(&l, 99, 99), 'k');
	lens_pan(&l, 1e6, 1e6);
	assert_int_equal(seen(&l, 99, 99), 'w');
	assert_true(l.x < 1 && l.y < 1 && l.x > 0.9 && l.y > 0.9);
	while (lens_zoom(&l, 1 / 1.5))
		;
	assert_int_equal(lens_percent(&l), whole);
	assert_true(l.x == 0.5 && l.y == 0.5);
	lens_width(&l);
	assert_int_equal(lens_percent(&l), 50);		/* 400 screen points for 800 */
	assert_int_equal(seen(&l, 25, 2), 'k');
	/* a window that grows over the picture shows the whole of it */
	lens_window(&l, 200, 500);
	assert_int_equal(seen(&l, 75, 75), 'r');
}

static void
contrast_and_light_are_changed(void **state)
{
	struct lens l = lens(20, 50);

	(void)state;
	l.inverted = true;
	assert_int_equal(seen(&l, 25, 6), 'w');
	assert_int_equal(seen(&l, 75, 30), 'k');
	l.inverted = false;
	l.contrast = LENS_BLACK_AND_WHITE;
	assert_int_equal(seen(&l, 25, 6), 'k');
	assert_int_equal(seen(&l, 75, 30), 'w');
}

static void
a_picture_is_decoded_as_large_as_is_wanted_and_not_at_all_when_it_is_spoilt(void **state)
{
	struct picture_levels p;
	unsigned long n;
	unsigned char *jpeg = make_sheet(2480, 3508, JCS_RGB, &n);
	struct err e = { 0 };

	(void)state;
	assert_true(picture_look(&(struct picture_wish){ .field = "scan", .most = 2000000 }, jpeg, n, &p, &e));
	assert_int_equal(p.size[0], 2480);
	assert_true((size_t)p.at[0].width * p.at[0].height <= 2000000 && (size_t)p.at[0].width * p.at[0].height > 1000000);
	for (int i = 1; i < p.n; i++)
		assert_int_equal(p.at[i].width, p.at[i - 1].width / 2);
	assert_true(p.n >= 5);
	picture_forget(&p);
	assert_int_equal(p.n, 0);
	assert_false(picture_look(&(struct picture_wish){ .field = "scan", .most = 2000000 }, jpeg, n / 2, &p, &e));
	assert_string_equal(e.field, "scan");
	assert_false(picture_look(&(struct picture_wish){ .field = "scan", .most = 2000000 }, (const unsigned char *)"\x89PNG\r\n\x1a\n", 8, &p, &e));
	free(jpeg);
	/* a grey one has three components as well */
	assert_true(look(&(struct picture_wish){ .field = "scan", .most = 2000000 }, 300, 200, JCS_GRAYSCALE, &p, &e));
	assert_memory_equal(p.at[0].rgb, "\x05\x05\x05", 3);
	picture_forget(&p);
}

static bool
at_once(void *arg)
{
	return ++*(int *)arg > 3;
}

static void
decoding_stops_when_nobody_waits_any_more(void **state)
{
	struct picture_levels p = { 0 };
	struct err e = { 0 };
	int asked = 0;

	(void)state;
	assert_false(look(&(struct picture_wish){ .field = "scan", .most = 12000000, .stop = at_once, .arg = &asked }, 1000, 2000, JCS_RGB, &p, &e));
	assert_int_equal(asked, 4);
	assert_int_equal(e.code, FAULT_LATER);
	assert_int_equal(p.n, 0);
}

/* ---- characters ---- */

static void
every_terminal_gets_signs_one_column_wide_in_colours_that_it_has(void **state)
{
	static const struct { int colours; bool ascii; int dark, light, red; } rows[] = {
		{ 256, false, 232, 231, 196 }, { 16, false, 0, 15, 9 }, { 8, false, 0, 7, 1 }, { 0, false, -1, -1, -1 },
		{ 256, true, 232, 231, 196 }, { 0, true, -1, -1, -1 },
	};
	struct lens l = lens(20, 50);
	int row, col, height, width;

	(void)state;
	lens_place(&l, &row, &col, &height, &width);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct canvas c = { height, width, rows[i].colours, rows[i].ascii };
		struct paint_dot *dot = calloc((size_t)(height * width), sizeof *dot), *bar, *paper, *disc;
		size_t n;
		unsigned char *points = lens_points(&l, &n);

		canvas_draw(&c, points, width * LENS_CELL, height * LENS_CELL, dot);
		for (int k = 0; k < height * width; k++) {
			assert_int_equal(width_of(dot[k].character), 1);
			assert_true(!rows[i].ascii || dot[k].character < 0x7F);
			assert_true(dot[k].fg >= -1 && dot[k].fg < (rows[i].colours ? rows[i].colours : 1));
			assert_int_equal(dot[k].fg >= 0 && dot[k].bg >= 0, rows[i].colours > 0);
			assert_true(dot[k].bg >= -1 && dot[k].bg < (rows[i].colours ? rows[i].colours : 1));
		}
		bar = &dot[width / 4];
		paper = &dot[height / 2 * width + width / 4];
		disc = &dot[height * 3 / 4 * width + width * 3 / 4];
		if (rows[i].colours == 0) {
			assert_int_equal(bar->character, ' ');
			assert_true(paper->character != ' ');
		} else if (!rows[i].ascii) {
			/* all of a cell in one colour: a blank or a full block */
			assert_int_equal(bar->character == ' ' ? bar->bg : bar->fg, rows[i].dark);
			assert_in_range(paper->character == ' ' ? paper->bg : paper->fg, rows[i].light, rows[i].light == 231 ? 255 : rows[i].light);
			assert_true((disc->character == ' ' ? disc->bg : disc->fg) != rows[i].light);
		}
		free(points);
		free(dot);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_picture_keeps_its_shape_in_any_window),
		cmocka_unit_test(it_is_turned_by_quarters),
		cmocka_unit_test(it_is_enlarged_and_moved_and_never_leaves_the_window),
		cmocka_unit_test(contrast_and_light_are_changed),
		cmocka_unit_test(a_picture_is_decoded_as_large_as_is_wanted_and_not_at_all_when_it_is_spoilt),
		cmocka_unit_test(decoding_stops_when_nobody_waits_any_more),
		cmocka_unit_test(every_terminal_gets_signs_one_column_wide_in_colours_that_it_has),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
