/* Text into lines and boxes. The sheet's drawing verbs are in sheet.c. */
#include "printing/layout.h"

#include <math.h>
#include <string.h>

#define SLACK 0.01f		/* points; sums of rounded widths */

/* ---- where a line may end: GB/T 15834-2011 5.1, and Latin words whole ---- */

static bool
among(const uint32_t *set, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (set[i] == cp)
			return true;
	return false;
}

static bool
no_start(uint32_t cp)
{
	static const uint32_t set[] = {
		0x3001, 0x3002, 0xFF0C, 0xFF0E, 0xFF1B, 0xFF1A, 0xFF1F, 0xFF01, 0xFF09, 0xFF3D, 0xFF5D, 0x300B, 0x3009, 0x300D,
		0x300F, 0x3011, 0x3015, 0x3017, 0x2026, 0x2014, 0x2013, 0xFF5E, 0x00B7, 0x2030, 0xFF05, 0x2103, 0x201D, 0x2019,
		',', '.', ';', ':', '?', '!', ')', ']', '}', '%',
	};

	return among(set, sizeof set / sizeof *set, cp);
}

static bool
no_end(uint32_t cp)
{
	static const uint32_t set[] = {
		0xFF08, 0xFF3B, 0xFF5B, 0x300A, 0x3008, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0x201C, 0x2018, 0xFFE5, 0x2116,
		'(', '[', '{', '$', '#',
	};

	return among(set, sizeof set / sizeof *set, cp);
}

static bool
of_word(uint32_t cp)
{
	return (cp > ' ' && cp < 0x7F) || (cp > 0xA0 && cp < 0x250 && cp != 0xB7) || cp == 0x2013;
}

static bool
may_break(uint32_t before, uint32_t after)
{
	return after != ' ' && !no_start(after) && !no_end(before) && !(of_word(before) && of_word(after));
}

/* Inside a word that is longer than its line. */
static bool
soft_break(uint32_t before, uint32_t after)
{
	return of_word(before) && of_word(after) && strchr("@.-_/", (int)(before & 0x7F)) && before < 0x80 && !no_start(after);
}

/* ---- breaking ---- */

float
text_width(const struct glyph *g, size_t n, float size)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += g[i].advance;
	return sum * size / 1000;
}

static size_t
trim_right(const struct glyph *g, size_t first, size_t end)
{
	while (end > first && g[end - 1].cp == ' ')
		end--;
	return end;
}

/* The end of the line that begins at `first`; *next: where the following one begins. */
static size_t
line_end(struct text t, size_t first, float size, float width, size_t *next)
{
	size_t good = first, soft = first, i;
	uint32_t ink = 0;	/* the character before, blanks left out of account where they cannot end a line */
	float w = 0;

	for (i = first; i < t.n && t.g[i].cp != '\n'; i++) {
		float a = (float)t.g[i].advance * size / 1000;
		uint32_t cp = t.g[i].cp, before = i > first ? t.g[i - 1].cp : 0;

		if (i > first && may_break(before, cp) && !(before == ' ' && no_end(ink)))
			good = i;
		else if (i > first && soft_break(before, cp))
			soft = i;
		ink = cp == ' ' ? ink : cp;
		if (w + a > width + SLACK && t.g[i].cp != ' ') {
			if (good == first)
				good = soft > first ? soft : i > first ? i : i + 1;
			*next = good;
			while (*next < t.n && t.g[*next].cp == ' ')
				++*next;
			return trim_right(t.g, first, good);
		}
		w += a;
	}
	*next = i;
	return trim_right(t.g, first, i);
}

size_t
text_break(struct text t, float size, float width, float indent, struct line out[LINES_MAX])
{
	size_t n = 0, next;
	bool begins = true;

	for (size_t first = 0; first < t.n; first = next) {
		size_t end = line_end(t, first, size, begins ? width - indent : width, &next);
		bool last = next >= t.n || t.g[next].cp == '\n';

		if (n == LINES_MAX)
			return LINES_MAX + 1;
		out[n++] = (struct line){ first, end - first, text_width(t.g + first, end - first, size), last };
		begins = last;
		next += next < t.n && t.g[next].cp == '\n';
	}
	return n;
}

/* ---- fitting ---- */

#define LEADING 1.25f
#define JUSTIFY_MOST 0.09f	/* of the type size; readers take more for a blank between words */
#define STEP 0.5f		/* points by which type shrinks */
#define ONE_LINE_STEPS 4

static float
lines_height(size_t n, float size)
{
	return n > 0 ? (float)(n - 1) * size * LEADING + size : 0;
}

static bool
fit_at(struct text t, const struct fit *f, float size, size_t most, struct fitted *out)
{
	out->size = size;
	out->leading = size * LEADING;
	out->n = text_break(t, size, f->width, 0, out->line);
	return out->n <= most && lines_height(out->n, size) <= f->height + SLACK;
}

float
text_height(struct text t, float size, float width)
{
	struct line line[LINES_MAX];

	return lines_height(text_break(t, size, width, 0, line), size);
}

bool
text_fit(struct text t, const struct fit *f, struct fitted *out)
{
	int steps = (int)((f->size - f->min + SLACK) / STEP);

	for (int i = 0; i <= steps && i <= ONE_LINE_STEPS; i++)
		if (fit_at(t, f, f->size - (float)i * STEP, 1, out))
			return true;
	for (int i = 0; i <= steps; i++)
		if (fit_at(t, f, f->size - (float)i * STEP, LINES_MAX, out))
			return true;
	return false;
}

void
sheet_fit(struct sheet *s, enum face face, const struct fit *f, float x, float y, enum align align, struct text t)
{
	struct fitted fit;
	float base;

	if (t.n == 0 || s->failed)
		return;
	if (!text_fit(t, f, &fit)) {
		sheet_overflow(s);
		return;
	}
	/* the lines as a block in the middle; a character's middle lies about 0.36 of its size above the base line */
	base = y + f->height / 2 - (float)(fit.n - 1) * fit.leading / 2 + fit.size * 0.36f;
	for (size_t i = 0; i < fit.n; i++) {
		struct line *l = &fit.line[i];
		float free_width = f->width - l->width;
		float dx = align == ALIGN_CENTRE ? free_width / 2 : align == ALIGN_RIGHT ? free_width : 0;

		sheet_text(s, face, fit.size, x + dx, base, (struct text){ t.g + l->first, l->n }, 0);
		base += fit.leading;
	}
}

size_t
sheet_words_lines(struct text t, float size, float width, float indent)
{
	struct line lines[LINES_MAX];

	return text_break(t, size, width, indent, lines);
}

float
sheet_words(struct sheet *s, enum face face, float size, float leading, float x, float y, float width, float indent,
    enum align align, struct text t)
{
	struct line lines[LINES_MAX];
	size_t n = text_break(t, size, width, indent, lines);
	bool begins = true;

	if (n > LINES_MAX) {
		sheet_overflow(s);
		return y;
	}
	for (size_t i = 0; i < n; i++) {
		struct line *l = &lines[i];
		float in = begins ? indent : 0, left = width - in - l->width;
		float gap = l->last || l->n < 2 || align != ALIGN_LEFT ? 0 : fmaxf(left, 0) / (float)(l->n - 1);

		in += align == ALIGN_RIGHT ? left : align == ALIGN_CENTRE ? left / 2 : 0;
		/* a line that a long word left short stays ragged */
		sheet_text(s, face, size, x + in, y + leading / 2 + size * 0.36f, (struct text){ t.g + l->first, l->n },
		    gap < size * JUSTIFY_MOST ? gap : 0);
		begins = l->last;
		y += leading;
	}
	return y;
}
