#include "printing/pdf.h"

#include "forms/when.h"
#include "printing/pdf_font.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	HPDF_Doc doc;
	HPDF_Page page;
	float height, pen;		/* of the page; line width that is set, -1 unknown */
	HPDF_STATUS error, detail;	/* the first that libharu told */
	struct cast cast[FONT_N];
	const unsigned char *jpeg;	/* picture that image shows */
	HPDF_Image image;
	HPDF_ExtGState multiply;
	struct err *e;
};

/* libharu goes on after an error as if nothing was: the first is kept, and asked for after every step. */
static void
note_error(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
	struct job *j = user;

	if (j->error == HPDF_OK) {
		j->error = error;
		j->detail = detail;
	}
}

static bool
told(struct job *j)
{
	if (j->error == HPDF_OK && HPDF_GetError(j->doc) == HPDF_OK)
		return true;
	err_internal(j->e, "the page cannot be made");
	return err_detail(j->e, "libharu 0x%04lX, %lu", (unsigned long)j->error, (unsigned long)j->detail);
}

static bool
collect(struct job *j, const struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; s->op[i].kind == OP_TEXT && k < s->op[i].text.n; k++)
			if (!cast_add(&j->cast[s->op[i].text.g[k].font], &s->op[i].text.g[k]))
				return err_internal(j->e, "out of memory");
	return true;
}

/* ---- drawing ---- */

static size_t
encode(unsigned code, char *out)
{
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3F));
	out[2] = (char)(0x80 | (code & 0x3F));
	return 3;
}

static void
set_pen(struct job *j, float pen)
{
	if (j->pen != pen)
		HPDF_Page_SetLineWidth(j->page, pen);
	j->pen = pen;
}

#define RUN 200			/* characters per string: libharu takes 32,767 bytes at most */

static void
draw_text(struct job *j, const struct op *o)
{
	char utf8[RUN * 3 + 1];
	bool thick = false;

	HPDF_Page_BeginText(j->page);
	HPDF_Page_MoveTextPos(j->page, o->x, j->height - o->y);
	if (o->spacing != 0)
		HPDF_Page_SetCharSpace(j->page, o->spacing);
	for (size_t i = 0; i < o->text.n;) {
		const struct glyph *g = &o->text.g[i];
		struct cast *c = &j->cast[g->font];
		bool want = o->pen > 0 && g->font != FONT_SERIF;
		size_t n = 0;

		for (size_t end = i + RUN; i < o->text.n && i < end && o->text.g[i].font == g->font; i++)
			n += encode(cast_code(c, o->text.g[i].cp), utf8 + n);
		utf8[n] = '\0';
		if (want != thick)
			HPDF_Page_SetTextRenderingMode(j->page, want ? HPDF_FILL_THEN_STROKE : HPDF_FILL);
		if (want)
			set_pen(j, o->pen);
		thick = want;
		HPDF_Page_SetFontAndSize(j->page, c->font, o->h);
		HPDF_Page_ShowText(j->page, utf8);
	}
	if (o->spacing != 0)
		HPDF_Page_SetCharSpace(j->page, 0);
	if (thick)
		HPDF_Page_SetTextRenderingMode(j->page, HPDF_FILL);
	HPDF_Page_EndText(j->page);
}

static void
draw_line(struct job *j, const struct op *o)
{
	static const HPDF_UINT16 dash[] = { 3, 3 };

	set_pen(j, o->pen);
	if (o->dashed)
		HPDF_Page_SetDash(j->page, dash, 2, 0);
	HPDF_Page_MoveTo(j->page, o->x, j->height - o->y);
	HPDF_Page_LineTo(j->page, o->w, j->height - o->h);
	HPDF_Page_Stroke(j->page);
	if (o->dashed)
		HPDF_Page_SetDash(j->page, NULL, 0, 0);
}

static void
draw_box(struct job *j, const struct op *o)
{
	if (o->kind == OP_RECT)
		set_pen(j, o->pen);
	else
		HPDF_Page_SetGrayFill(j->page, o->pen);
	HPDF_Page_Rectangle(j->page, o->x, j->height - o->y - o->h, o->w, o->h);
	if (o->kind == OP_RECT) {
		HPDF_Page_Stroke(j->page);
	} else {
		HPDF_Page_Fill(j->page);
		HPDF_Page_SetGrayFill(j->page, 0);
	}
}

static void
draw_tick(struct job *j, const struct op *o)
{
	float bottom = j->height - o->y - o->h;

	set_pen(j, 1.3f);
	HPDF_Page_MoveTo(j->page, o->x + o->w * 0.16f, bottom + o->h * 0.50f);
	HPDF_Page_LineTo(j->page, o->x + o->w * 0.42f, bottom + o->h * 0.20f);
	HPDF_Page_LineTo(j->page, o->x + o->w * 0.90f, bottom + o->h * 0.88f);
	HPDF_Page_Stroke(j->page);
}

static void
draw_qr(struct job *j, const struct op *o)
{
	float module = o->w / (float)o->qr_n, top = j->height - o->y;

	for (size_t y = 0; y < o->qr_n; y++)
		for (size_t x = 0, end; x < o->qr_n; x = end + 1) {
			for (end = x; end < o->qr_n && (o->qr[y * o->qr_n + end] & 1); end++)
				;
			if (end > x)
				HPDF_Page_Rectangle(j->page, o->x + (float)x * module, top - (float)(y + 1) * module,
				    (float)(end - x) * module, module);
		}
	HPDF_Page_Fill(j->page);
}

/* Multiplied, as ink lies on paper: print below a seal stays readable. */
static void
draw_picture(struct job *j, const struct op *o)
{
	if (j->jpeg != o->picture.jpeg) {	/* each copy shows the same one */
		j->jpeg = o->picture.jpeg;
		j->image = HPDF_LoadJpegImageFromMem(j->doc, o->picture.jpeg, (HPDF_UINT)o->picture.n);
		j->multiply = HPDF_CreateExtGState(j->doc);
		HPDF_ExtGState_SetBlendMode(j->multiply, HPDF_BM_MULTIPLY);
	}
	if (!j->image || !j->multiply)
		return;		/* told by the handler */
	HPDF_Page_GSave(j->page);
	HPDF_Page_SetExtGState(j->page, j->multiply);
	HPDF_Page_DrawImage(j->page, j->image, o->x, j->height - o->y - o->h, o->w, o->h);
	HPDF_Page_GRestore(j->page);
}

static void
draw(struct job *j, const struct op *o)
{
	switch (o->kind) {
	case OP_PAGE:
		j->page = HPDF_AddPage(j->doc);
		j->height = o->h;
		j->pen = -1;
		if (j->page) {
			HPDF_Page_SetWidth(j->page, o->w);
			HPDF_Page_SetHeight(j->page, o->h);
		}
		break;
	case OP_TEXT:
		draw_text(j, o);
		break;
	case OP_LINE:
		draw_line(j, o);
		break;
	case OP_RECT:
	case OP_FILL:
		draw_box(j, o);
		break;
	case OP_TICK:
		draw_tick(j, o);
		break;
	case OP_QR:
		draw_qr(j, o);
		break;
	case OP_PICTURE:
		draw_picture(j, o);
		break;
	}
}

/* ---- the file ---- */

static bool
describe(struct job *j, const char *title, int64_t at)
{
	struct day d = day_of(at);
	int second = (int)(at - day_start(d));
	HPDF_Date date = { d.year, d.month, d.day, second / 3600, second / 60 % 60, second % 60, '+', 8, 0 };

	HPDF_UseUTFEncodings(j->doc);
	HPDF_SetCurrentEncoder(j->doc, "UTF-8");
	HPDF_SetCompressionMode(j->doc, HPDF_COMP_ALL);
	HPDF_SetInfoAttr(j->doc, HPDF_INFO_TITLE, title);
	HPDF_SetInfoAttr(j->doc, HPDF_INFO_CREATOR, "ra");
	HPDF_SetInfoDateAttr(j->doc, HPDF_INFO_CREATION_DATE, date);
	HPDF_SetInfoDateAttr(j->doc, HPDF_INFO_MOD_DATE, date);
	return told(j);
}

static bool
take_bytes(struct job *j, unsigned char **pdf, size_t *n)
{
	HPDF_UINT32 size, got;
	unsigned char *p;

	HPDF_SaveToStream(j->doc);
	if (!told(j))
		return false;
	size = got = HPDF_GetStreamSize(j->doc);
	p = size > 0 ? malloc(size) : NULL;
	if (!p)
		return err_internal(j->e, "out of memory");
	HPDF_ResetStream(j->doc);
	HPDF_ReadFromStream(j->doc, p, &got);
	if (got != size) {
		free(p);
		return told(j) && err_internal(j->e, "the page cannot be made");
	}
	*pdf = p;
	*n = size;
	return true;
}

static bool
set_all(struct job *j, const struct sheet *s)
{
	for (int f = 0; f < FONT_N; f++)
		if (j->cast[f].n > 0 && (!cast_attach(&j->cast[f], j->doc, s->press->font[f], press_font_name((enum press_font)f), j->e)
		    || !told(j)))
			return false;
	for (size_t i = 0; i < s->n; i++) {
		draw(j, &s->op[i]);
		if (j->error != HPDF_OK)
			return told(j);
	}
	return told(j);
}

bool
pdf_make(const struct sheet *s, const char *title, int64_t made_at, unsigned char **pdf, size_t *n, struct err *e)
{
	struct job j = { .e = e, .pen = -1 };
	bool ok = false;

	if (!sheet_good(s, e))
		return false;
	j.doc = HPDF_New(note_error, &j);
	if (!j.doc)
		return err_internal(e, "out of memory");
	ok = describe(&j, title, made_at) && collect(&j, s) && set_all(&j, s) && take_bytes(&j, pdf, n);
	HPDF_Free(j.doc);
	for (int f = 0; f < FONT_N; f++)
		cast_free(&j.cast[f]);
	return ok;
}
