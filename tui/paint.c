#include "tui/paint.h"

#include "tui/width.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 2048

static bool ascii, colours;
static int cursor_y = -1, cursor_x;

/* With colours and without. What a colour says is always said by a word or a sign as well. */
enum pair { PAIR_TITLE = 1, PAIR_BAR, PAIR_GOOD, PAIR_WARN, PAIR_BAD, PAIR_HEAD };
static const struct { enum pair pair; attr_t colour, mono; } inks[INK_N] = {
	[INK_PLAIN] = { 0, A_NORMAL, A_NORMAL },
	[INK_STRONG] = { 0, A_BOLD, A_BOLD },
	[INK_DIM] = { 0, A_DIM, A_DIM },
	[INK_TITLE] = { PAIR_TITLE, A_BOLD, A_REVERSE },
	[INK_KEY] = { 0, A_BOLD, A_BOLD },
	[INK_KEY_LABEL] = { PAIR_BAR, A_NORMAL, A_REVERSE },
	[INK_HEAD] = { PAIR_HEAD, A_BOLD, A_BOLD },
	[INK_HERE] = { PAIR_BAR, A_NORMAL, A_REVERSE },
	[INK_FIELD] = { 0, A_UNDERLINE, A_UNDERLINE },
	[INK_FIELD_HERE] = { 0, A_UNDERLINE | A_BOLD, A_UNDERLINE | A_BOLD },
	[INK_GOOD] = { PAIR_GOOD, A_NORMAL, A_NORMAL },
	[INK_WARN] = { PAIR_WARN, A_BOLD, A_BOLD },
	[INK_BAD] = { PAIR_BAD, A_BOLD, A_BOLD },
};

void
paint_open(bool ascii_frames)
{
	const char *without = getenv("NO_COLOR");
	short ground = -1;

	ascii = ascii_frames;
	colours = has_colors() && !(without && *without) && start_color() == OK;
	if (!colours)
		return;
	if (use_default_colors() != OK)
		ground = COLOR_BLACK;
	init_pair(PAIR_TITLE, COLOR_WHITE, COLOR_BLUE);
	init_pair(PAIR_BAR, COLOR_BLACK, COLOR_CYAN);
	init_pair(PAIR_GOOD, COLOR_GREEN, ground);
	init_pair(PAIR_WARN, COLOR_YELLOW, ground);
	init_pair(PAIR_BAD, COLOR_RED, ground);
	init_pair(PAIR_HEAD, COLOR_CYAN, ground);
}

static void
dip(enum ink ink)
{
	attr_set(colours ? inks[ink].colour : inks[ink].mono, colours ? (short)inks[ink].pair : 0, NULL);
}

/* ---- text ---- */

/* Is this column the right half of a wide character? */
static bool
right_half(int y, int x)
{
	cchar_t c;

	return x > 0 && x < COLS && mvin_wch(y, x, &c) == OK && (c.attr & A_CHARTEXT) > 1;
}

/* Before w columns are written over: a wide character that stands half in them goes as a whole. Curses would leave its other
 * half standing, and the rest of the row would move aside. */
static void
cut_out(int y, int x, int w)
{
	bool before = w > 0 && right_half(y, x), behind = w > 0 && right_half(y, x + w);

	if (before)
		mvaddch(y, x - 1, ' ');
	if (behind)
		mvaddch(y, x + w, ' ');
}

/* Bytes of the beginning of s that fit w columns. Broken bytes and what may not stand in a text are shown as '?': no two
 * terminals agree on how wide an invisible character is, and one that turns the writing would turn the rest of the row. */
static int
printable(const char *s, int w, char out[LINE_BYTES], size_t *bytes)
{
	size_t n, o = 0, i = 0;
	int sum = 0, cw;

	while ((n = width_next(s + i, &cw)) > 0 && sum + cw <= w && o + n + 1 < LINE_BYTES) {
		uint32_t cp;
		bool good = text_next(s + i, &cp) > 0 && text_may_stand(cp);

		if (good) {
			memcpy(out + o, s + i, n);
			o += n;
		} else {
			out[o++] = '?';
		}
		sum += cw;
		i += n;
	}
	out[o] = '\0';
	*bytes = i;
	return sum;
}

int
paint_text(int y, int x, int w, enum ink ink, const char *s)
{
	char line[LINE_BYTES];
	size_t bytes;
	int used;

	if (y < 0 || y >= LINES || x < 0 || x >= COLS)
		return 0;
	if (w > COLS - x)
		w = COLS - x;
	if (w <= 0)
		return 0;
	used = printable(s, w, line, &bytes);
	dip(ink);
	/* blanks at the end of a broken line need no place */
	if (s[bytes + strspn(s + bytes, " ")] != '\0' && w > 2) {
		used = printable(s, w - 2, line, &bytes);
		cut_out(y, x, used + 2);
		mvaddstr(y, x, line);
		mvaddstr(y, x + used, "..");		/* not …: two columns wide on some terminals */
		used += 2;
	} else {
		cut_out(y, x, used);
		mvaddstr(y, x, line);
	}
	return used;
}

void
paint_cell(int y, int x, int w, enum ink ink, const char *s)
{
	int used = paint_text(y, x, w, ink, s);

	if (used < w)
		paint_blank((struct area){ y, x + used, 1, w - used }, ink);
}

void
paint_right(int y, int x, int w, enum ink ink, const char *s)
{
	int columns = width_columns(s);

	if (columns < w)
		paint_blank((struct area){ y, x, 1, w - columns }, ink);
	paint_text(y, columns < w ? x + w - columns : x, w, ink, s);
}

int
paint_format(int y, int x, int w, enum ink ink, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	return paint_text(y, x, w, ink, line);
}

int
paint_lines(struct area a, enum ink ink, const char *s)
{
	char line[LINE_BYTES];
	int rows = 0;

	while (*s) {
		size_t n = width_line(s, a.w > 0 ? a.w : 1);

		if (rows < a.h) {
			snprintf(line, sizeof line, "%.*s", (int)n, s);
			paint_text(a.y + rows, a.x, a.w, ink, line);
		}
		rows++;
		s += n;
		s += *s == '\n';
	}
	return rows;
}

/* ---- areas, lines, frames ---- */

void
paint_blank(struct area a, enum ink ink)
{
	int w = a.x + a.w > COLS ? COLS - a.x : a.w;

	dip(ink);
	for (int r = 0; r < a.h && a.y + r < LINES; r++) {
		cut_out(a.y + r, a.x, w);
		for (int c = 0; c < w; c++)
			mvaddch(a.y + r, a.x + c, ' ');
	}
}

static void
put_sign(int y, int x, char flat, const cchar_t *line)
{
	if (y < 0 || x < 0 || y >= LINES || x >= COLS)
		return;
	if (ascii)
		mvaddch(y, x, (chtype)(unsigned char)flat);
	else
		mvadd_wch(y, x, line);
}

static void
put_across(int y, int x, int w)
{
	cut_out(y, x, w);
	for (int c = 0; c < w; c++)
		put_sign(y, x + c, '-', WACS_HLINE);
}

struct area
paint_frame(struct area a, const char *title)
{
	struct area in = { a.y + 1, a.x + 2, a.h - 2, a.w - 4 };

	paint_blank(a, INK_PLAIN);
	dip(INK_PLAIN);
	put_across(a.y, a.x, a.w);
	put_across(a.y + a.h - 1, a.x, a.w);
	for (int r = 1; r < a.h - 1; r++) {
		put_sign(a.y + r, a.x, '|', WACS_VLINE);
		put_sign(a.y + r, a.x + a.w - 1, '|', WACS_VLINE);
	}
	put_sign(a.y, a.x, '+', WACS_ULCORNER);
	put_sign(a.y, a.x + a.w - 1, '+', WACS_URCORNER);
	put_sign(a.y + a.h - 1, a.x, '+', WACS_LLCORNER);
	put_sign(a.y + a.h - 1, a.x + a.w - 1, '+', WACS_LRCORNER);
	if (title)
		paint_format(a.y, a.x + 2, a.w - 4, INK_STRONG, " %s ", title);
	return in;
}

void
paint_rule(int y, int x, int w, const char *title)
{
	dip(INK_PLAIN);
	put_across(y, x, w);
	if (title)
		paint_format(y, x + 2, w - 4, INK_HEAD, " %s ", title);
}

void
paint_meter(int y, int x, int w, int done, int of)
{
	int full = of > 0 ? (int)((int64_t)w * (done > of ? of : done) / of) : 0;
	struct timespec t;

	for (int c = 0; c < w; c++)
		paint_text(y, x + c, 1, c < full ? INK_HERE : INK_DIM, c < full ? "=" : "-");
	if (of > 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	for (int c = 0; c < 4 && w > 4; c++)
		paint_text(y, x + (int)((t.tv_sec * 4 + t.tv_nsec / 250000000) % (w - 3)) + c, 1, INK_HERE, "=");
}

/* The first tab that is drawn, so that the one at `here` is seen whole: 0 where all fit. */
static int
first_tab(int w, const char *const *names, int n, int here)
{
	int first = 0, all = 0, used = 2;	/* "<" and a blank */

	for (int i = 0; i < n; i++)
		all += width_columns(names[i]) + 3;
	if (all - 1 <= w)
		return 0;
	for (int i = here; i >= 0; i--) {
		used += width_columns(names[i]) + 3;
		if (used > w && i < here) {
			first = i + 1;
			break;
		}
	}
	return first;
}

int
paint_tabs(int y, int x, int w, const char *const *names, int n, int here, int *place)
{
	int at = x, first = first_tab(w, names, n, here);

	for (int i = 0; place && i < first; i++)
		place[i] = x;		/* a click on '<' shows the one before */
	if (first > 0)
		at += paint_text(y, at, w, INK_DIM, "<");
	for (int i = first; i < n; i++) {
		/* a blank on each side, the bar before it, room for the mark unless it is the last */
		if (i > here && at + width_columns(names[i]) + 3 + (i + 1 < n) > x + w) {
			paint_text(y, x + w - 1, 1, INK_DIM, ">");
			for (int k = i; place && k < n; k++)
				place[k] = k == i ? x + w - 1 : x + w;	/* a click on '>' shows the next */
			return x + w;
		}
		if (i > first)
			at += paint_text(y, at, x + w - at, INK_DIM, "|");
		if (place)
			place[i] = at;
		at += paint_format(y, at, x + w - at, i == here ? INK_HERE : INK_PLAIN, " %s ", names[i]);
	}
	return at;
}

struct area
paint_middle(struct area within, int h, int w)
{
	if (h > within.h)
		h = within.h;
	if (w > within.w)
		w = within.w;
	return (struct area){ within.y + (within.h - h) / 2, within.x + (within.w - w) / 2, h, w };
}

/* ---- pictures ---- */

int
paint_colours(void)
{
	return !colours ? 0 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

bool
paint_ascii(void)
{
	return ascii;
}

/* The pair of two colours, whichever of them is in front: swapped tells. 0 where the terminal has no more pairs. */
static int
pair_of(int fg, int bg, bool *swapped)
{
	static unsigned short known[256][256];
	static int next = PAIR_HEAD + 1;	/* the inks' own stand before */
	int low = fg < bg ? fg : bg, high = fg < bg ? bg : fg;

	*swapped = fg < bg;
	if (!known[high][low] && next < COLOR_PAIRS && next < 0xffff && init_extended_pair(next, high, low) == OK)
		known[high][low] = (unsigned short)next++;
	return known[high][low];
}

void
paint_dots(struct area a, const struct paint_dot *dot)
{
	for (int y = 0; y < a.h; y++)
		for (int x = 0; x < a.w; x++, dot++) {
			wchar_t text[2] = { (wchar_t)dot->character, L'\0' };
			bool swapped = false, coloured = dot->fg >= 0 && dot->bg >= 0 && dot->fg < COLORS && dot->bg < COLORS;
			int pair = coloured ? pair_of(dot->fg, dot->bg, &swapped) : 0;
			cchar_t c;

			if (a.y + y >= LINES || a.x + x >= COLS)
				continue;
			if (setcchar(&c, text, swapped ? A_REVERSE : A_NORMAL, (short)pair, &pair) == OK)
				mvadd_wch(a.y + y, a.x + x, &c);
		}
}

/* ---- a frame ---- */

struct area
paint_terminal(void)
{
	return (struct area){ 0, 0, LINES, COLS };
}

void
paint_anew(void)
{
	clearok(curscr, TRUE);
}

void
paint_begin(void)
{
	erase();
	cursor_y = -1;
}

void
paint_layer(void)
{
	cursor_y = -1;
}

void
paint_cursor(int y, int x)
{
	cursor_y = y;
	cursor_x = x;
}

void
paint_end(void)
{
	bool shown = cursor_y >= 0 && cursor_y < LINES && cursor_x >= 0 && cursor_x < COLS;

	move(shown ? cursor_y : LINES - 1, shown ? cursor_x : COLS - 1);
	curs_set(shown);
	refresh();
}
