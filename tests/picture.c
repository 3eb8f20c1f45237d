/* What stands on a test's terminal (tests/term.h): cells, rows, words, and whole pictures of it. */
#include "tests/term.h"

#include "forms/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
put_cell(struct term *t, int row, int col, char *out, size_t outsz)
{
	VTermScreenCell cell;
	size_t n = 0;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &cell);
	if (cell.chars[0] == (uint32_t)-1)
		return 0;
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && n + 4 < outsz; i++) {
		bool moved = t->manner == TERM_WIDE && cell.chars[i] >= WIDE_SHIFT && cell.chars[i] < 2 * WIDE_SHIFT;

		n += text_put(moved ? cell.chars[i] - WIDE_SHIFT : cell.chars[i], out + n);
	}
	if (n == 0)
		out[n++] = ' ';
	return n;
}

const char *
term_row(struct term *t, int row)
{
	static char ring[8][4096];
	static unsigned turn;
	char *out = ring[turn++ & 7];
	size_t n = 0;

	for (int c = 0; c < t->cols && n + 32 < sizeof ring[0]; c++)
		n += put_cell(t, row, c, out + n, sizeof ring[0] - n);
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

uint32_t
term_cell(struct term *t, int row, int col, unsigned char sign[3], unsigned char behind[3])
{
	VTermScreenCell c;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &c);
	vterm_screen_convert_color_to_rgb(t->screen, &c.fg);
	vterm_screen_convert_color_to_rgb(t->screen, &c.bg);
	memcpy(c.attrs.reverse ? behind : sign, (unsigned char[]){ c.fg.rgb.red, c.fg.rgb.green, c.fg.rgb.blue }, 3);
	memcpy(c.attrs.reverse ? sign : behind, (unsigned char[]){ c.bg.rgb.red, c.bg.rgb.green, c.bg.rgb.blue }, 3);
	return c.chars[0] ? c.chars[0] : ' ';
}

int
term_width(struct term *t, int row, int col)
{
	VTermScreenCell cell;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &cell);
	return cell.chars[0] == (uint32_t)-1 ? 0 : cell.width;
}

bool
term_torn(struct term *t, int *row, int *col)
{
	for (*row = 0; *row < t->rows; ++*row)
		for (*col = 0; *col < t->cols; ++*col) {
			int w = term_width(t, *row, *col);

			if (w == 0 || (w == 2 && (*col + 1 == t->cols || term_width(t, *row, *col + 1) != 0)))
				return true;
			*col += w - 1;
		}
	return false;
}

uint32_t
term_sign(struct term *t, int row, int col)
{
	VTermScreenCell c;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &c);
	return c.chars[0];
}

bool
term_shows(struct term *t, const char *text, int *row, int *col)
{
	for (int r = 0; r < t->rows; r++) {
		const char *line = term_row(t, r), *hit = strstr(line, text);
		char before[4096];

		if (!hit)
			continue;
		snprintf(before, sizeof before, "%.*s", (int)(hit - line), line);
		if (row)
			*row = r;
		if (col)
			*col = text_columns(before);
		return true;
	}
	return false;
}

void
term_dump(struct term *t)
{
	fprintf(stderr, "-- %dx%d, cursor %d,%d%s%s\n", t->cols, t->rows, t->cursor.row, t->cursor.col, t->eof ? ", gone" : "",
	    t->altscreen ? "" : ", not on the full screen");
	for (int r = 0; r < t->rows; r++)
		fprintf(stderr, "%2d|%s\n", r, term_row(t, r));
}

static void
give_up(struct term *t, const char *what)
{
	term_dump(t);
	fprintf(stderr, "%s\n", what);
	abort();
}

void
term_see(struct term *t, const char *text)
{
	if (!term_shows(t, text, NULL, NULL)) {
		fprintf(stderr, "not on the screen: %s\n", text);
		give_up(t, "see above");
	}
}

void
term_see_not(struct term *t, const char *text)
{
	if (term_shows(t, text, NULL, NULL)) {
		fprintf(stderr, "still on the screen: %s\n", text);
		give_up(t, "see above");
	}
}

struct term_looks
term_looks(struct term *t, const char *text)
{
	VTermScreenCell c;
	int row = 0, col = 0;

	term_see(t, text);
	term_shows(t, text, &row, &col);
	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &c);
	return (struct term_looks){ !VTERM_COLOR_IS_DEFAULT_FG(&c.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&c.bg), c.attrs.reverse,
		c.attrs.bold };
}

/* ---- pictures ---- */

void
term_hide(struct term *t, const char *text, const char *instead)
{
	if (t->hidden_n == (int)(sizeof t->hidden / sizeof *t->hidden))
		abort();
	t->hidden[t->hidden_n].text = text;
	t->hidden[t->hidden_n++].instead = instead;
}

static void
replace(char *line, size_t size, const char *text, const char *instead)
{
	char *hit = line;

	while ((hit = strstr(hit, text)) != NULL) {
		size_t a = strlen(text), b = strlen(instead);

		if (strlen(line) - a + b + 1 > size)
			return;
		memmove(hit + b, hit + a, strlen(hit + a) + 1);
		memcpy(hit, instead, b);
		hit += b;
	}
}

/* "09:46" is hidden wherever it stands: the clock, times of acts. */
static void
hide_times(char *line)
{
	for (char *p = line; *p; p++)
		if (p[0] >= '0' && p[0] <= '2' && p[1] >= '0' && p[1] <= '9' && p[2] == ':' && p[3] >= '0' && p[3] <= '5'
		    && p[4] >= '0' && p[4] <= '9')
			memcpy(p, "HH:MM", 5);
}

static void
hide_days(char *line)
{
	for (char *p = line; strlen(p) >= 10; p++)
		if (p[0] == '2' && p[1] == '0' && p[4] == '-' && p[7] == '-' && strspn(p, "0123456789-") == 10)
			memcpy(p, "YYYY-MM-DD", 10);
}

/* "11-26 周四" and "11-26 Thu" of the top line. */
static void
hide_weekdays(char *line)
{
	for (char *p = line; strlen(p) >= 9; p++) {
		if (strspn(p, "0123456789") != 2 || p[2] != '-' || strspn(p + 3, "0123456789") != 2 || p[5] != ' ')
			continue;
		if (strncmp(p + 6, "周", strlen("周")) == 0)
			memcpy(p, "MM-DD 周某", strlen("MM-DD 周某"));
		else if (strchr("SMTWF", p[6]) && p[9] == ' ')
			memcpy(p, "MM-DD Day", strlen("MM-DD Day"));
	}
}

/* Serials of certificates and tokens, digests: long runs of hexadecimal digits, and the ends "..6F0A12C4". */
static void
hide_serials(char *line)
{
	static const char small[] = "0123456789abcdef", large[] = "0123456789ABCDEF";

	for (char *p = line; *p; p++) {
		size_t n = strspn(p, small), k = strspn(p, large);
		const char *digits = n >= k ? small : large;

		n = n >= k ? n : k;
		if (!isalnum((unsigned char)p[n]) && (n == 16 || n >= 20 || (n == 8 && p - line >= 2 && p[-1] == '.' && p[-2] == '.')))
			for (size_t i = 0; i < n; i++)
				p[i] = digits[i % 16];
		while (isalnum((unsigned char)p[n]))
			n++;
		p += n > 0 ? n - 1 : 0;
	}
}

/* Numbers of applications: their day and their check digit. */
static void
hide_numbers(char *line)
{
	for (char *p = line; strlen(p) >= 16; p++)
		if (p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z' && strspn(p + 2, "0123456789") == 14) {
			memcpy(p + 4, "YYMMDD", 6);
			p[15] = '0';
		}
}

const char *
term_hidden_row(struct term *t, int row)
{
	static char ring[8][4096];
	static unsigned turn;
	char *line = ring[turn++ & 7];

	snprintf(line, sizeof ring[0], "%s", term_row(t, row));
	for (int i = 0; i < t->hidden_n; i++)
		replace(line, sizeof ring[0], t->hidden[i].text, t->hidden[i].instead);
	hide_times(line);
	hide_days(line);
	hide_weekdays(line);
	hide_serials(line);
	hide_numbers(line);
	return line;
}

static void
draw_picture(struct term *t, char *out, size_t size)
{
	size_t n = 0;

	for (int r = 0; r < t->rows; r++)
		n += (size_t)snprintf(out + n, size - n, "%s\n", term_hidden_row(t, r));
	snprintf(out + n, size - n, "cursor %d,%d%s\n", t->cursor.row, t->cursor.col, t->cursor_shown ? "" : " hidden");
}

void
term_picture(struct term *t, const char *name)
{
	static char now[65536], then[65536];
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "tests/pictures/%s.txt", name);
	draw_picture(t, now, sizeof now);
	if (getenv("RA_PICTURES") && strcmp(getenv("RA_PICTURES"), "update") == 0) {
		f = fopen(path, "we");
		if (!f || fputs(now, f) < 0 || fclose(f) != 0)
			give_up(t, "the picture cannot be written");
		return;
	}
	f = fopen(path, "re");
	n = f ? fread(then, 1, sizeof then - 1, f) : 0;
	then[n] = '\0';
	if (f)
		fclose(f);
	if (strcmp(now, then) == 0)
		return;
	fprintf(stderr, "not as in %s (RA_PICTURES=update writes it anew); it was\n%s", path, then);
	give_up(t, "and is now as above");
}
