#include "tui/canvas.h"

#include <chafa.h>

/* Colours 16 to 255 are the same on every terminal; the first 16 are whatever its user chose. */
static ChafaCanvasMode
mode_of(int colours)
{
	return colours >= 256 ? CHAFA_CANVAS_MODE_INDEXED_240 : colours >= 16 ? CHAFA_CANVAS_MODE_INDEXED_16
	    : colours >= 8 ? CHAFA_CANVAS_MODE_INDEXED_8 : CHAFA_CANVAS_MODE_FGBG;
}

/* Halves, quarters and eighths of a cell: every font of a terminal has them. */
static ChafaSymbolMap *
symbols_of(const struct canvas *c)
{
	ChafaSymbolMap *m = chafa_symbol_map_new();

	chafa_symbol_map_add_by_tags(m, c->ascii ? CHAFA_SYMBOL_TAG_ASCII
	    : CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_SOLID);
	return m;
}

static ChafaCanvas *
canvas_new(const struct canvas *c)
{
	ChafaCanvasConfig *k = chafa_canvas_config_new();
	ChafaSymbolMap *m = symbols_of(c);
	ChafaCanvas *canvas;

	chafa_canvas_config_set_geometry(k, c->cols, c->rows);
	chafa_canvas_config_set_canvas_mode(k, mode_of(c->colours));
	chafa_canvas_config_set_symbol_map(k, m);
	chafa_canvas_config_set_work_factor(k, 0.5f);
	chafa_canvas_config_set_fg_color(k, 0xffffff);
	chafa_canvas_config_set_bg_color(k, 0x000000);
	/* it stretches what little contrast there is: a light grey band on paper becomes black */
	chafa_canvas_config_set_preprocessing_enabled(k, FALSE);
	/* a mean of black and white is yellow where there is no grey */
	if (c->colours < 16)
		chafa_canvas_config_set_color_extractor(k, CHAFA_COLOR_EXTRACTOR_MEDIAN);
	canvas = chafa_canvas_new(k);
	chafa_canvas_config_unref(k);
	chafa_symbol_map_unref(m);
	return canvas;
}

#define VIVID 60		/* what differs less between its components is a shade of paper, not a colour */

/* Terminals of few colours have no shades to set type in: yellow letters on white come of them. So what is not vivid becomes
 * grey, and with 8 colours and less black or white, its middle greys as a fine pattern. */
static void
simplify(int colours, unsigned char *p, int width, int height)
{
	static const unsigned char pattern[4][4] = { { 0, 8, 2, 10 }, { 12, 4, 14, 6 }, { 3, 11, 1, 9 }, { 15, 7, 13, 5 } };

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, p += 3) {
			int low = p[0] < p[1] ? p[0] : p[1], high = p[0] > p[1] ? p[0] : p[1], grey = (2 * p[0] + 5 * p[1] + p[2]) / 8;

			low = p[2] < low ? p[2] : low;
			high = p[2] > high ? p[2] : high;
			if (high - low < VIVID || colours == 0)
				p[0] = p[1] = p[2] = (unsigned char)grey;
			for (int c = 0; c < 3 && colours < 16; c++)
				p[c] = p[c] > 128 + pattern[y % 4][x % 4] * 5 ? 255 : 0;
		}
}

void
canvas_draw(const struct canvas *c, unsigned char *points, int width, int height, struct paint_dot *out)
{
	ChafaCanvas *canvas = canvas_new(c);

	if (c->colours < 256)
		simplify(c->colours, points, width, height);
	chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGB8, points, width, height, width * 3);
	for (int y = 0; y < c->rows; y++)
		for (int x = 0; x < c->cols; x++, out++) {
			gunichar u = chafa_canvas_get_char_at(canvas, x, y);
			gint fg = -1, bg = -1;

			if (c->colours >= 8)
				chafa_canvas_get_raw_colors_at(canvas, x, y, &fg, &bg);
			/* a cell of one colour has but one */
			fg = fg < 256 ? fg : -1;
			bg = bg < 256 ? bg : -1;
			*out = (struct paint_dot){ u ? u : ' ', (short)(fg >= 0 ? fg : bg), (short)(bg >= 0 ? bg : fg) };
		}
	chafa_canvas_unref(canvas);
}
