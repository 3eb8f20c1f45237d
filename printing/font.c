#include "printing/font.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct table { size_t at, len; };
struct font {
	const unsigned char *map;	/* the whole file */
	size_t len;
	struct table cmap, glyf, head, hhea, hmtx, loca, maxp, os2;
	size_t cmap4, cmap12;		/* chosen subtables, 0: none */
	unsigned glyphs, metrics, em;
	bool long_loca;
};

/* ---- reading, bounded: outside of the file there are zeros ---- */

static unsigned
u16(const struct font *f, size_t at)
{
	return at + 2 <= f->len ? (unsigned)f->map[at] << 8 | f->map[at + 1] : 0;
}

static int
i16(const struct font *f, size_t at)
{
	return (int16_t)u16(f, at);
}

static uint32_t
u32(const struct font *f, size_t at)
{
	return (uint32_t)u16(f, at) << 16 | u16(f, at + 2);
}

/* ---- opening ---- */

static void
find_tables(struct font *f, size_t base)
{
	const struct { char tag[5]; struct table *table; } wanted[] = {
		{ "cmap", &f->cmap }, { "glyf", &f->glyf }, { "head", &f->head }, { "hhea", &f->hhea }, { "hmtx", &f->hmtx },
		{ "loca", &f->loca }, { "maxp", &f->maxp }, { "OS/2", &f->os2 },
	};
	unsigned n = u16(f, base + 4);

	for (unsigned i = 0; i < n; i++) {
		size_t row = base + 12 + 16 * (size_t)i, at = u32(f, row + 8), len = u32(f, row + 12);

		if (row + 16 > f->len || at > f->len || len > f->len - at)
			continue;
		for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
			if (memcmp(f->map + row, wanted[k].tag, 4) == 0)
				*wanted[k].table = (struct table){ at, len };
	}
}

/* Unicode subtables only: (3, 10) or (0, 4 and above) in format 12, (3, 1) in format 4. */
static void
choose_cmap(struct font *f)
{
	unsigned n = u16(f, f->cmap.at + 2);

	for (unsigned i = 0; i < n; i++) {
		size_t row = f->cmap.at + 4 + 8 * (size_t)i, at = f->cmap.at + u32(f, row + 4);
		unsigned platform = u16(f, row), encoding = u16(f, row + 2), format = u16(f, at);

		if (format == 12 && ((platform == 3 && encoding == 10) || (platform == 0 && encoding >= 4)))
			f->cmap12 = at;
		else if (format == 4 && platform == 3 && encoding == 1)
			f->cmap4 = at;
	}
}

static bool
read_font(struct font *f, unsigned index)
{
	size_t base = 0;

	if (f->len >= 4 && memcmp(f->map, "ttcf", 4) == 0) {
		if (index >= u32(f, 8))
			return false;
		base = u32(f, 12 + 4 * (size_t)index);
	}
	find_tables(f, base);
	f->glyphs = u16(f, f->maxp.at + 4);
	f->metrics = u16(f, f->hhea.at + 34);
	f->em = u16(f, f->head.at + 18);
	f->long_loca = i16(f, f->head.at + 50) != 0;
	if (f->cmap.len == 0 || f->glyf.len == 0 || f->head.len < 54 || f->hhea.len < 36 || f->maxp.len < 32
	    || f->os2.len < 78 || f->glyphs == 0 || f->metrics == 0 || f->metrics > f->glyphs || f->em == 0
	    || f->loca.len < ((size_t)f->glyphs + 1) * (f->long_loca ? 4 : 2)
	    || f->hmtx.len < (size_t)f->metrics * 4 + (size_t)(f->glyphs - f->metrics) * 2)
		return false;
	choose_cmap(f);
	return f->cmap4 != 0 || f->cmap12 != 0;
}

bool
font_open(const char *path, unsigned index, struct font **out, struct err *e)
{
	struct font *f = calloc(1, sizeof *f);
	struct stat st;
	void *map = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!f) {
		err_internal(e, "out of memory");
	} else if (fd < 0 || fstat(fd, &st) != 0) {
		err_internal(e, "the font %s cannot be read: %s", path, strerror(errno));
	} else if (st.st_size > 0) {
		f->len = (size_t)st.st_size;
		map = mmap(NULL, f->len, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	if (f && map != MAP_FAILED) {
		f->map = map;
		if (read_font(f, index)) {
			*out = f;
			return true;
		}
	}
	if (f && fd >= 0)
		err_internal(e, "%s is not a TrueType font that can be printed with: install it anew", path);
	font_close(f);
	return false;
}

void
font_close(struct font *f)
{
	if (!f)
		return;
	if (f->map)
		munmap((void *)(uintptr_t)f->map, f->len);
	free(f);
}

/* ---- characters ---- */

static unsigned
lookup12(const struct font *f, uint32_t cp)
{
	uint32_t low = 0, high = u32(f, f->cmap12 + 12);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		size_t row = f->cmap12 + 16 + 12 * (size_t)mid;

		if (cp < u32(f, row))
			high = mid;
		else if (cp > u32(f, row + 4))
			low = mid + 1;
		else
			return u32(f, row + 8) + (cp - u32(f, row));
	}
	return 0;
}

static unsigned
lookup4(const struct font *f, uint32_t cp)
{
	unsigned segments = u16(f, f->cmap4 + 6) / 2, low = 0, high = segments, delta, offset, g;
	size_t ends = f->cmap4 + 14, starts = ends + 2 + 2 * (size_t)segments, deltas = starts + 2 * (size_t)segments,
	    offsets = deltas + 2 * (size_t)segments;

	if (cp > 0xFFFF)
		return 0;
	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (u16(f, ends + 2 * (size_t)mid) < cp)
			low = mid + 1;
		else
			high = mid;
	}
	if (low >= segments || cp < u16(f, starts + 2 * (size_t)low))
		return 0;
	delta = u16(f, deltas + 2 * (size_t)low);
	offset = u16(f, offsets + 2 * (size_t)low);
	if (offset == 0)
		return (cp + delta) & 0xFFFF;
	/* the offset counts from its own place (OpenType, cmap format 4) */
	g = u16(f, offsets + 2 * (size_t)low + offset + 2 * (size_t)(cp - u16(f, starts + 2 * (size_t)low)));
	return g ? (g + delta) & 0xFFFF : 0;
}

/* The outline's bytes in glyf; len 0: none. */
static struct table
outline(const struct font *f, unsigned glyph)
{
	size_t from, to;

	if (glyph >= f->glyphs)
		return (struct table){ 0, 0 };
	if (f->long_loca) {
		from = u32(f, f->loca.at + 4 * (size_t)glyph);
		to = u32(f, f->loca.at + 4 * (size_t)glyph + 4);
	} else {
		from = 2 * (size_t)u16(f, f->loca.at + 2 * (size_t)glyph);
		to = 2 * (size_t)u16(f, f->loca.at + 2 * (size_t)glyph + 2);
	}
	if (from >= to || to > f->glyf.len || to - from < 12)
		return (struct table){ 0, 0 };
	return (struct table){ f->glyf.at + from, to - from };
}

bool
font_is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xA0 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200A);
}

unsigned
font_glyph(const struct font *f, uint32_t cp)
{
	unsigned g = f->cmap12 ? lookup12(f, cp) : lookup4(f, cp);

	if (g == 0 || g >= f->glyphs)
		return 0;
	return font_is_blank(cp) || outline(f, g).len > 0 ? g : 0;
}

unsigned
font_advance(const struct font *f, unsigned glyph)
{
	unsigned i = glyph < f->metrics ? glyph : f->metrics - 1;

	return u16(f, f->hmtx.at + 4 * (size_t)i) * 1000 / f->em;
}

bool
font_ink(const struct font *f, unsigned glyph, struct font_box *box)
{
	struct table o = outline(f, glyph);
	int em = (int)f->em;

	if (o.len == 0)
		return false;
	*box = (struct font_box){ i16(f, o.at + 2) * 1000 / em, i16(f, o.at + 4) * 1000 / em, i16(f, o.at + 6) * 1000 / em,
	    i16(f, o.at + 8) * 1000 / em };
	return true;
}

/* ---- a file of some glyphs ---- */

/* Composite glyphs, OpenType glyf: flags of a component. */
enum { WORDS = 1, SCALE = 8, MORE = 32, XY_SCALE = 64, TWO_BY_TWO = 128, INSTRUCTIONS = 256 };

struct bytes { unsigned char *p; size_t n, cap; bool failed; };
struct subset {
	const struct font *font;
	unsigned *old;			/* by new glyph */
	uint16_t *new;			/* by old glyph, 0: not in it */
	size_t n, cap;
	struct bytes glyf, loca, hmtx;
	bool failed;
};

static unsigned char *
room(struct bytes *b, size_t n)
{
	if (b->n + n > b->cap) {
		size_t cap = (b->n + n) * 2 + 4096;
		unsigned char *p = b->failed ? NULL : realloc(b->p, cap);

		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->cap = cap;
	}
	b->n += n;
	return b->p + b->n - n;
}

static void
put(struct bytes *b, const void *p, size_t n)
{
	unsigned char *to = n > 0 ? room(b, n) : NULL;

	if (to)
		memcpy(to, p, n);
}

static void
put16(struct bytes *b, unsigned v)
{
	put(b, (unsigned char[]){ v >> 8 & 255, v & 255 }, 2);
}

static void
put32(struct bytes *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v & 0xFFFF);
}

static void
pad4(struct bytes *b)
{
	put(b, "\0\0\0", -b->n & 3);
}

static void
set16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static unsigned
get16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static unsigned
subset_append(struct subset *s, unsigned old)
{
	if (s->n == s->cap) {
		size_t cap = s->cap * 2 + 64;
		unsigned *p = s->failed ? NULL : realloc(s->old, cap * sizeof *p);

		if (!p || s->n >= 0xFFFE) {
			s->failed = true;
			return 0;
		}
		s->old = p;
		s->cap = cap;
	}
	s->old[s->n] = old;
	return (unsigned)s->n++;
}

/* Renames the components of the composite glyph in p[0..n) and takes them in. */
static void
rename_components(struct subset *s, unsigned char *p, size_t n)
{
	size_t at = 10;
	unsigned flags;

	do {
		unsigned old;

		if (at + 4 > n) {
			s->failed = true;
			return;
		}
		flags = get16(p + at);
		old = get16(p + at + 2);
		if (old >= s->font->glyphs) {
			s->failed = true;
			return;
		}
		if (s->new[old] == 0)
			s->new[old] = (uint16_t)subset_append(s, old);
		set16(p + at, flags & ~(unsigned)INSTRUCTIONS);
		set16(p + at + 2, s->new[old]);
		at += 4 + (flags & WORDS ? 4 : 2);
		at += flags & SCALE ? 2 : flags & XY_SCALE ? 4 : flags & TWO_BY_TWO ? 8 : 0;
	} while (flags & MORE);
}

static void
add_outline(struct subset *s, unsigned old)
{
	struct table o = outline(s->font, old);
	const unsigned char *p = s->font->map + o.at;
	size_t start = s->glyf.n, contours, hints, head;

	if (o.len == 0)
		return;
	if (p[0] & 0x80) {
		put(&s->glyf, p, o.len);
		if (!s->glyf.failed)
			rename_components(s, s->glyf.p + start, o.len);
	} else {
		contours = get16(p);
		head = 10 + 2 * contours;
		hints = head + 2 <= o.len ? get16(p + head) : 0;
		if (head + 2 + hints > o.len) {
			s->failed = true;
			return;
		}
		put(&s->glyf, p, head);
		put16(&s->glyf, 0);
		put(&s->glyf, p + head + 2 + hints, o.len - head - 2 - hints);
	}
	pad4(&s->glyf);
}

static void
add_metrics(struct subset *s, unsigned old)
{
	const struct font *f = s->font;
	unsigned last = f->metrics - 1;
	size_t bearing = old < f->metrics ? f->hmtx.at + 4 * (size_t)old + 2
	    : f->hmtx.at + 4 * (size_t)f->metrics + 2 * (size_t)(old - f->metrics);

	put16(&s->hmtx, u16(f, f->hmtx.at + 4 * (size_t)(old < last ? old : last)));
	put16(&s->hmtx, u16(f, bearing));
}

static void
build_glyphs(struct subset *s)
{
	/* the list grows by components while it is walked */
	for (size_t i = 0; i < s->n && !s->failed; i++) {
		put32(&s->loca, (uint32_t)s->glyf.n);
		if (i == 0) {		/* .notdef: no ink, one em wide, so that only other widths are listed */
			put16(&s->hmtx, s->font->em);
			put16(&s->hmtx, 0);
			continue;
		}
		add_outline(s, s->old[i]);
		add_metrics(s, s->old[i]);
	}
	put32(&s->loca, (uint32_t)s->glyf.n);
}

/* Format 4 with one segment for the codes and the obligatory last one. */
static void
build_cmap(struct bytes *b, size_t codes)
{
	static const unsigned head[] = { 0, 1, 3, 1, 0, 12, 4, 32, 0, 4, 4, 1, 0 };

	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		put16(b, head[i]);
	put16(b, (unsigned)(FONT_SUBSET_CODE + codes - 1));
	put16(b, 0xFFFF);
	put16(b, 0);
	put16(b, FONT_SUBSET_CODE);
	put16(b, 0xFFFF);
	put16(b, 0x10000u + 1 - FONT_SUBSET_CODE);
	put16(b, 1);
	put16(b, 0);
	put16(b, 0);
}

/* The two records that libharu asks for: subfamily (2) and PostScript name (6). */
static void
build_name(struct bytes *b, const char *name)
{
	static const char regular[] = "Regular";
	size_t n = strlen(name), r = sizeof regular - 1;
	const unsigned words[] = { 0, 2, 6 + 24, 3, 1, 0x409, 2, (unsigned)(2 * r), 0, 3, 1, 0x409, 6, (unsigned)(2 * n),
	    (unsigned)(2 * r) };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		put16(b, words[i]);
	for (size_t i = 0; i < r; i++)
		put16(b, (unsigned char)regular[i]);
	for (size_t i = 0; i < n; i++)
		put16(b, (unsigned char)name[i]);
}

static void
copy_table(const struct font *f, struct bytes *b, const struct table *t)
{
	put(b, f->map + t->at, t->len);
}

enum { T_OS2, T_CMAP, T_GLYF, T_HEAD, T_HHEA, T_HMTX, T_LOCA, T_MAXP, T_NAME, T_POST, T_N };

static bool
assemble(const struct bytes *t, unsigned char **out, size_t *len)
{
	static const char tags[T_N][5] = { "OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post" };
	struct bytes b = { 0 };
	size_t at = 12 + 16 * (size_t)T_N;

	put32(&b, 0x10000);
	put16(&b, T_N);
	put16(&b, 128);
	put16(&b, 3);
	put16(&b, T_N * 16 - 128);
	for (int i = 0; i < T_N; i++) {
		put(&b, tags[i], 4);
		put32(&b, 0);
		put32(&b, (uint32_t)at);
		put32(&b, (uint32_t)t[i].n);
		at += (t[i].n + 3) & ~(size_t)3;
	}
	for (int i = 0; i < T_N; i++) {
		put(&b, t[i].p, t[i].n);
		pad4(&b);
		b.failed = b.failed || t[i].failed;
	}
	if (b.failed) {
		free(b.p);
		return false;
	}
	*out = b.p;
	*len = b.n;
	return true;
}

static bool
subset_finish(struct subset *s, size_t codes, const char *name, unsigned char **out, size_t *len)
{
	const struct font *f = s->font;
	struct bytes t[T_N] = { 0 };
	bool ok;

	t[T_GLYF] = s->glyf;
	t[T_HMTX] = s->hmtx;
	t[T_LOCA] = s->loca;
	copy_table(f, &t[T_OS2], &f->os2);
	copy_table(f, &t[T_HEAD], &f->head);
	copy_table(f, &t[T_HHEA], &f->hhea);
	copy_table(f, &t[T_MAXP], &f->maxp);
	build_cmap(&t[T_CMAP], codes);
	build_name(&t[T_NAME], name);
	put32(&t[T_POST], 0x30000);
	for (int i = 0; i < 7; i++)
		put32(&t[T_POST], 0);
	ok = t[T_HEAD].p && t[T_HHEA].p && t[T_MAXP].p;
	if (ok) {
		set16(t[T_HEAD].p + 50, 1);	/* long loca */
		set16(t[T_HHEA].p + 34, (unsigned)s->n);
		set16(t[T_MAXP].p + 4, (unsigned)s->n);
		ok = assemble(t, out, len);
	}
	for (int i = 0; i < T_N; i++)
		free(t[i].p);
	return ok;
}

bool
font_subset(const struct font *f, const uint16_t *glyphs, size_t n, const char *name, unsigned char **out, size_t *len,
    struct err *e)
{
	struct subset s = { .font = f };
	bool ok;

	s.new = calloc(65536, sizeof *s.new);
	s.failed = !s.new || n > FONT_SUBSET_MAX;
	subset_append(&s, 0);
	for (size_t i = 0; i < n && !s.failed; i++) {
		unsigned at = subset_append(&s, glyphs[i]);

		/* two characters may share a glyph: components point to the first */
		if (s.new[glyphs[i]] == 0)
			s.new[glyphs[i]] = (uint16_t)at;
	}
	if (!s.failed)
		build_glyphs(&s);
	ok = !s.failed && subset_finish(&s, n, name, out, len);
	if (s.failed) {
		free(s.glyf.p);
		free(s.hmtx.p);
		free(s.loca.p);
	}
	free(s.new);
	free(s.old);
	return ok || err_internal(e, "the font %s is damaged, or memory is out: install its package anew", name);
}
