#include "printing/pdf_font.h"

#include <hpdf_font.h>
#include <hpdf_fontdef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- characters ---- */

static size_t
slot_of(const struct cast *c, uint32_t cp)
{
	size_t i = cp * UINT32_C(2654435761) & (c->slots - 1);

	while (c->slot[i].code != 0 && c->slot[i].cp != cp)
		i = (i + 1) & (c->slots - 1);
	return i;
}

static bool
cast_grow(struct cast *c)
{
	struct cast old = *c;
	size_t slots = old.slots ? old.slots * 2 : 512;
	uint32_t *cp = realloc(c->cp, slots / 2 * sizeof *cp);
	uint16_t *glyph;

	if (!cp)
		return false;
	c->cp = cp;
	glyph = realloc(c->glyph, slots / 2 * sizeof *glyph);
	if (!glyph)
		return false;
	c->glyph = glyph;
	c->slot = calloc(slots, sizeof *c->slot);
	if (!c->slot) {
		c->slot = old.slot;
		return false;
	}
	c->slots = slots;
	for (size_t i = 0; i < old.slots; i++)
		if (old.slot[i].code != 0) {
			size_t at = slot_of(c, old.slot[i].cp);

			c->slot[at].cp = old.slot[i].cp;
			c->slot[at].code = old.slot[i].code;
		}
	free(old.slot);
	return true;
}

bool
cast_add(struct cast *c, const struct glyph *g)
{
	size_t at;

	if (c->n * 2 >= c->slots && !cast_grow(c))
		return false;
	at = slot_of(c, g->cp);
	if (c->slot[at].code != 0)
		return true;
	if (c->n == FONT_SUBSET_MAX)
		return false;
	c->slot[at].cp = g->cp;
	c->slot[at].code = (uint16_t)(FONT_SUBSET_CODE + c->n);
	c->cp[c->n] = g->cp;
	c->glyph[c->n++] = g->id;
	return true;
}

unsigned
cast_code(const struct cast *c, uint32_t cp)
{
	return c->slot[slot_of(c, cp)].code;
}

void
cast_free(struct cast *c)
{
	free(c->slot);
	free(c->cp);
	free(c->glyph);
}

/* ---- the font in the file ---- */

/* libharu's own ToUnicode maps codes to themselves: written anew, with surrogates beyond U+FFFF (PDF 32000-1 9.10.3). */
static void
write_unicode(const struct cast *c, HPDF_Stream s)
{
	char line[64];

	HPDF_MemStream_FreeData(s);
	s->size = 0;
	HPDF_Stream_WriteStr(s, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo"
	    " <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
	    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
	for (size_t i = 0; i < c->n; i++) {
		unsigned code = (unsigned)(FONT_SUBSET_CODE + i), cp = c->cp[i];

		if (i % 100 == 0) {
			snprintf(line, sizeof line, "%zu beginbfchar\n", c->n - i < 100 ? c->n - i : (size_t)100);
			HPDF_Stream_WriteStr(s, line);
		}
		if (cp <= 0xFFFF)
			snprintf(line, sizeof line, "<%04X> <%04X>\n", code, cp);
		else
			snprintf(line, sizeof line, "<%04X> <%04X%04X>\n", code, 0xD800 + ((cp - 0x10000) >> 10),
			    0xDC00 + (cp & 0x3FF));
		HPDF_Stream_WriteStr(s, line);
		if (i % 100 == 99 || i + 1 == c->n)
			HPDF_Stream_WriteStr(s, "endbfchar\n");
	}
	HPDF_Stream_WriteStr(s, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

/* CIDToGIDMap: libharu writes all of 65,535 codes, of which these are used. */
static void
write_glyphs(const struct cast *c, HPDF_Stream s)
{
	HPDF_MemStream_FreeData(s);
	s->size = 0;
	for (size_t code = 0; code < FONT_SUBSET_CODE + c->n; code++) {
		size_t gid = code < FONT_SUBSET_CODE ? 0 : code - FONT_SUBSET_CODE + 1;

		HPDF_Stream_Write(s, (HPDF_BYTE[]){ (HPDF_BYTE)(gid >> 8), (HPDF_BYTE)gid }, 2);
	}
}

/* libharu reads fonts from files only. */
static const char *
load_font(HPDF_Doc doc, const unsigned char *ttf, size_t n)
{
	const char *name = NULL;
	char path[64];
	size_t done = 0;
	int fd = memfd_create("font", MFD_CLOEXEC);

	while (fd >= 0 && done < n) {
		ssize_t w = write(fd, ttf + done, n - done);

		if (w <= 0)
			break;
		done += (size_t)w;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd >= 0 && done == n)
		name = HPDF_LoadTTFontFromFile(doc, path, HPDF_TRUE);
	if (fd >= 0)
		close(fd);
	return name;
}

/* The subset goes in as it is. libharu would copy it glyph by glyph, four bytes at a time, and leave out components that
 * stand in components; where a descriptor is there already it does not. */
static HPDF_STATUS
embed(HPDF_Font font, const unsigned char *ttf, size_t n)
{
	HPDF_FontAttr attr = (HPDF_FontAttr)font->attr;
	HPDF_FontDef def = attr->fontdef;
	HPDF_Dict descriptor = HPDF_Dict_New(font->mmgr), data = HPDF_DictStream_New(font->mmgr, attr->xref);
	HPDF_STATUS rc = HPDF_OK;

	if (!descriptor || !data)
		return HPDF_FAILD_TO_ALLOC_MEM;
	data->filter = font->filter;
	rc += HPDF_Xref_Add(attr->xref, descriptor);
	rc += HPDF_Stream_Write(data->stream, ttf, (HPDF_UINT)n);
	rc += HPDF_Dict_AddNumber(data, "Length1", (HPDF_INT32)n);
	rc += HPDF_Dict_AddName(descriptor, "Type", "FontDescriptor");
	rc += HPDF_Dict_AddName(descriptor, "FontName", ((HPDF_TTFontDefAttr)def->attr)->base_font);
	rc += HPDF_Dict_AddNumber(descriptor, "Flags", 4);	/* its characters are its own, PDF 32000-1 table 123 */
	rc += HPDF_Dict_Add(descriptor, "FontBBox", HPDF_Box_Array_New(font->mmgr, def->font_bbox));
	rc += HPDF_Dict_AddNumber(descriptor, "ItalicAngle", 0);
	rc += HPDF_Dict_AddNumber(descriptor, "Ascent", def->ascent);
	rc += HPDF_Dict_AddNumber(descriptor, "Descent", def->descent);
	rc += HPDF_Dict_AddNumber(descriptor, "CapHeight", def->ascent);
	rc += HPDF_Dict_AddNumber(descriptor, "StemV", 80);
	rc += HPDF_Dict_Add(descriptor, "FontFile2", data);
	def->descriptor = descriptor;
	return rc;
}

bool
cast_attach(struct cast *c, HPDF_Doc doc, const struct font *font, const char *ps_name, struct err *e)
{
	unsigned char *ttf;
	const char *name;
	HPDF_FontAttr attr;
	size_t n;
	bool ok = false;

	if (!font_subset(font, c->glyph, c->n, ps_name, &ttf, &n, e))
		return false;
	name = load_font(doc, ttf, n);
	c->font = name ? HPDF_GetFont(doc, name, "UTF-8") : NULL;
	if (c->font) {
		attr = (HPDF_FontAttr)c->font->attr;
		write_unicode(c, attr->cmap_stream->stream);
		write_glyphs(c, attr->map_stream->stream);
		ok = embed(c->font, ttf, n) == HPDF_OK;
	}
	free(ttf);
	return ok || err_internal(e, "the fonts cannot be loaded: is /proc mounted and memory free?");
}
