/* The press: opening the fonts, and what they can print between them. */
#include "printing/press.h"

#include "forms/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct { const char *file; unsigned index; const char *package, *name; } fonts[FONT_N] = {
	[FONT_SERIF]  = { "liberation/LiberationSerif-Regular.ttf", 0, "fonts-liberation",    "LiberationSerif" },
	[FONT_SANS]   = { "liberation/LiberationSans-Regular.ttf",  0, "fonts-liberation",    "LiberationSans" },
	[FONT_SONG]   = { "babelstone/BabelStoneHan.ttf",           0, "fonts-babelstone-han", "BabelStoneHan" },
	[FONT_HEI]    = { "wqy/wqy-zenhei.ttc",                     0, "fonts-wqy-zenhei",    "WenQuanYiZenHei" },
	[FONT_KAI]    = { "lxgw-wenkai/LXGWWenKai-Regular.ttf",     0, "fonts-lxgw-wenkai",   "LXGWWenKai" },
	[FONT_HANA_A] = { "hanazono/HanaMinA.ttf",                  0, "fonts-hanazono",      "HanaMinA" },
	[FONT_HANA_B] = { "hanazono/HanaMinB.ttf",                  0, "fonts-hanazono",      "HanaMinB" },
};

/* ASCII is the Latin font's alone; everything else goes down the chain and comes to the Latin font last. */
static const struct { enum press_font latin, chain[6]; } faces[FACE_N] = {
	[FACE_SONG] = { FONT_SERIF, { FONT_SONG, FONT_KAI, FONT_HANA_A, FONT_HANA_B, FONT_HEI, FONT_SERIF } },
	[FACE_HEI]  = { FONT_SANS,  { FONT_HEI, FONT_SONG, FONT_KAI, FONT_HANA_A, FONT_HANA_B, FONT_SERIF } },
	[FACE_KAI]  = { FONT_SERIF, { FONT_KAI, FONT_SONG, FONT_HANA_A, FONT_HANA_B, FONT_HEI, FONT_SERIF } },
};

static bool
open_one(struct press *p, const char *root, size_t i, struct err *e)
{
	char path[4200];

	snprintf(path, sizeof path, "%s/%s", root, fonts[i].file);
	if (access(path, F_OK) != 0) {
		err_internal(e, "the font %s is not installed: apt-get install %s", fonts[i].file, fonts[i].package);
		return err_detail(e, "%s", path);
	}
	return font_open(path, fonts[i].index, &p->font[i], e);
}

bool
press_open(struct press **out, struct err *e)
{
	const char *root = getenv("RA_FONTS");
	struct press *p = calloc(1, sizeof *p);

	if (!p)
		return err_internal(e, "out of memory");
	for (size_t i = 0; i < FONT_N; i++)
		if (!open_one(p, root ? root : "/usr/share/fonts/truetype", i, e)) {
			press_close(p);
			return false;
		}
	*out = p;
	return true;
}

void
press_close(struct press *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < FONT_N; i++)
		font_close(p->font[i]);
	free(p);
}

const char *
press_font_name(enum press_font f)
{
	return fonts[f].name;
}

/* In data a private character may be anything; fonts draw arbitrary things there. Controls draw nothing. */
static bool
refused(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0xE000 && cp <= 0xF8FF) || cp >= 0xF0000
	    || (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF);
}

static bool
in_font(const struct press *p, enum press_font f, uint32_t cp, struct glyph *g)
{
	unsigned id = font_glyph(p->font[f], cp);

	if (id == 0)
		return false;
	*g = (struct glyph){ cp, (uint16_t)id, (uint16_t)font_advance(p->font[f], id), (uint8_t)f };
	return true;
}

bool
press_glyph(const struct press *p, enum face face, uint32_t cp, struct glyph *g)
{
	if (refused(cp))
		return false;
	if (cp < 0x80)
		return in_font(p, faces[face].latin, cp, g);
	for (size_t i = 0; i < sizeof faces[face].chain / sizeof *faces[face].chain; i++)
		if (in_font(p, faces[face].chain[i], cp, g))
			return true;
	return false;
}

static bool
unprintable(const char *field, const char *s, size_t len, uint32_t cp, struct err *e)
{
	if (len == 0)
		return err_field(e, field, "the text is not valid UTF-8: type it again");
	if (refused(cp))
		return err_field(e, field, "the character U+%04X cannot be printed: take it out", (unsigned)cp);
	return err_field(e, field, "no font here can print the character '%.*s' (U+%04X): look whether it is meant, or write it"
	    " as the certificate's CA writes it", (int)len, s, (unsigned)cp);
}

bool
press_shape(const struct press *p, enum face face, const char *field, const char *s, struct glyph *out, size_t max,
    size_t *n, struct err *e)
{
	size_t count = 0, len;
	uint32_t cp = 0;

	for (; *s; s += len) {
		struct glyph g = { .cp = '\n' };

		len = text_next(s, &cp);
		/* a line's end is the layout's, it needs no glyph */
		if (len == 0 || (cp != '\n' && !press_glyph(p, face, cp, &g)))
			return unprintable(field, s, len, cp, e);
		if (count == max)
			return err_field(e, field, "the text is longer than %zu characters: shorten it", max);
		out[count++] = g;
	}
	*n = count;
	return true;
}

bool
press_printable(const struct press *p, const char *field, const char *s, struct err *e)
{
	struct glyph g;
	uint32_t cp;
	size_t len;

	for (; *s; s += len) {
		cp = 0;
		len = text_next(s, &cp);
		if (len == 0 || !press_glyph(p, FACE_KAI, cp, &g))
			return unprintable(field, s, len, cp, e);
	}
	return true;
}
