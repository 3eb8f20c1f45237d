/*
 * The print room's figures, beside what one would write first (libharu with whole fonts) and, where their packages are
 * installed, beside cairo with pango. The same texts stand at the same places on all of them.
 */
#include "printing/papers.h"
#include "printing/pdf.h"
#include "printing/report.h"
#include "tests/specimen.h"

#include <hpdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#ifdef HAVE_CAIRO
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#endif

#define FONTS "/usr/share/fonts/truetype/"

static struct press *press;

static double
cpu_ms(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
}

static void
must(bool ok, const struct err *e)
{
	if (!ok) {
		fprintf(stderr, "bench_print: %s (%s)\n", e->text, e->detail);
		exit(1);
	}
}

/* ---- ours ---- */

static double
ours(const struct facts *f, int copies, int rounds, size_t *size)
{
	double t = cpu_ms();
	struct err e;

	for (int i = 0; i < rounds; i++) {
		unsigned char *pdf;

		must(paper_set(press, PAPER_APPLICATION, f, copies, &pdf, size, &e), &e);
		free(pdf);
	}
	return (cpu_ms() - t) / rounds;
}

/* ---- libharu as its manual has it ---- */

static size_t
utf8_of(struct text t, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++) {
		uint32_t c = t.g[i].cp;

		if (c < 0x80) {
			out[n++] = (char)c;
			continue;
		}
		if (c >= 0x10000) {
			out[n++] = (char)(0xF0 | c >> 18);
			out[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		} else if (c >= 0x800) {
			out[n++] = (char)(0xE0 | c >> 12);
		} else {
			out[n++] = (char)(0xC0 | c >> 6);
		}
		if (c >= 0x800)
			out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out[n++] = (char)(0x80 | (c & 0x3F));
	}
	out[n] = '\0';
	return n;
}

static void
ignore(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
	(void)error;
	(void)detail;
	(void)user;
}

static size_t
naive(const struct sheet *s)
{
	HPDF_Doc doc = HPDF_New(ignore, NULL);
	HPDF_Font font[FACE_N];
	HPDF_Page page = NULL;
	char text[TEMPLATE_MAX * 4];
	size_t n;

	HPDF_UseUTFEncodings(doc);
	HPDF_SetCompressionMode(doc, HPDF_COMP_ALL);
	font[FACE_SONG] = HPDF_GetFont(doc, HPDF_LoadTTFontFromFile(doc, FONTS "babelstone/BabelStoneHan.ttf", HPDF_TRUE), "UTF-8");
	font[FACE_HEI] = HPDF_GetFont(doc, HPDF_LoadTTFontFromFile2(doc, FONTS "wqy/wqy-zenhei.ttc", 0, HPDF_TRUE), "UTF-8");
	font[FACE_KAI] = HPDF_GetFont(doc, HPDF_LoadTTFontFromFile(doc, FONTS "lxgw-wenkai/LXGWWenKai-Regular.ttf", HPDF_TRUE), "UTF-8");
	for (size_t i = 0; i < s->n; i++) {
		const struct op *o = &s->op[i];

		if (o->kind == OP_PAGE) {
			page = HPDF_AddPage(doc);
			HPDF_Page_SetWidth(page, o->w);
			HPDF_Page_SetHeight(page, o->h);
		} else if (o->kind == OP_TEXT) {
			utf8_of(o->text, text);
			HPDF_Page_BeginText(page);
			HPDF_Page_SetFontAndSize(page, font[o->face], o->h);
			HPDF_Page_TextOut(page, o->x, A4_HEIGHT - o->y, text);
			HPDF_Page_EndText(page);
		} else if (o->kind == OP_RECT) {
			HPDF_Page_Rectangle(page, o->x, A4_HEIGHT - o->y - o->h, o->w, o->h);
			HPDF_Page_Stroke(page);
		}
	}
	HPDF_SaveToStream(doc);
	n = HPDF_GetStreamSize(doc);
	HPDF_Free(doc);
	return n;
}

/* ---- cairo and pango ---- */

#ifdef HAVE_CAIRO
static cairo_status_t
count(void *arg, const unsigned char *p, unsigned n)
{
	(void)p;
	*(size_t *)arg += n;
	return CAIRO_STATUS_SUCCESS;
}

static size_t
with_cairo(const struct sheet *s)
{
	static const char *const names[FACE_N] = { "Liberation Serif,BabelStone Han", "Liberation Sans,WenQuanYi Zen Hei", "Liberation Serif,LXGW WenKai" };
	size_t size = 0;
	cairo_surface_t *out = cairo_pdf_surface_create_for_stream(count, &size, (double)A4_WIDTH, (double)A4_HEIGHT);
	cairo_t *c = cairo_create(out);
	PangoLayout *layout = pango_cairo_create_layout(c);
	char text[TEMPLATE_MAX * 4];
	bool begun = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct op *o = &s->op[i];

		if (o->kind == OP_PAGE) {
			if (begun)
				cairo_show_page(c);
			begun = true;
		} else if (o->kind == OP_TEXT) {
			PangoFontDescription *f = pango_font_description_from_string(names[o->face]);

			pango_font_description_set_absolute_size(f, (double)o->h * PANGO_SCALE);
			pango_layout_set_font_description(layout, f);
			pango_font_description_free(f);
			pango_layout_set_text(layout, text, (int)utf8_of(o->text, text));
			cairo_move_to(c, (double)o->x, (double)o->y);
			pango_cairo_show_layout_line(c, pango_layout_get_line_readonly(layout, 0));
		} else if (o->kind == OP_RECT) {
			cairo_set_line_width(c, (double)o->pen);
			cairo_rectangle(c, (double)o->x, (double)o->y, (double)o->w, (double)o->h);
			cairo_stroke(c);
		}
	}
	g_object_unref(layout);
	cairo_destroy(c);
	cairo_surface_finish(out);
	cairo_surface_destroy(out);
	return size;
}
#endif

/* ---- the lines ---- */

static double
peer(size_t (*make)(const struct sheet *s), const struct facts *f, int copies, int rounds, size_t *size)
{
	struct sheet s;
	struct err e;
	double t;

	sheet_open(&s, press);
	paper_lay(&s, PAPER_APPLICATION, f, copies, NULL);
	must(sheet_good(&s, &e), &e);
	*size = make(&s);		/* caches warm */
	t = cpu_ms();
	for (int i = 0; i < rounds; i++)
		*size = make(&s);
	t = (cpu_ms() - t) / rounds;
	sheet_close(&s);
	return t;
}

static void
bench_form(const char *what, enum specimen_kind kind, const char *service)
{
	struct specimen *x = specimen_new(kind, service);
	size_t size, other;
	double one, two, t;

	ours(&x->facts, 1, 3, &size);
	one = ours(&x->facts, 1, 100, &size);
	two = ours(&x->facts, 2, 100, &other);
	printf("form (%s): CPU %.1f ms and %.0f KB for one copy, %.1f ms and %.0f KB per copy of two (goal 15 ms, 100 KB)\n", what, one,
	    (double)size / 1024, two / 2, (double)other / 2048);
	if (kind != SPECIMEN_SHORT) {
		specimen_free(x);
		return;
	}
	t = peer(naive, &x->facts, 1, 5, &other);
	printf("form: libharu with whole fonts %.0f ms and %.0f KB: %.0f times as much CPU (goal 15), %.0f times the size\n", t,
	    (double)other / 1024, t / one, (double)other / (double)size);
#ifdef HAVE_CAIRO
	t = peer(with_cairo, &x->facts, 1, 50, &other);
	printf("form: cairo and pango %.1f ms and %.0f KB: %.2f times as much CPU, %.2f times the size\n", t, (double)other / 1024, t / one,
	    (double)other / (double)size);
#else
	printf("form: cairo and pango are not here to compare with (libcairo2-dev, libpango1.0-dev)\n");
#endif
	specimen_free(x);
}

static void
cell(void *arg, size_t row, size_t column, char *out, size_t outsz)
{
	static const char *const orgs[] = { "上海堃喆犇信息技术有限公司", "北京市海淀区人民法院", "广州㙟塱股份有限公司",
	    "浙江䶮舟会计师事务所（特殊普通合伙）", "杭州𬭎远律师事务所" };
	static const char *const services[] = { "新申请", "更新", "变更", "注销", "补办" };

	(void)arg;
	if (column == 0)
		snprintf(out, outsz, "%zu", row + 1);
	else if (column == 1)
		snprintf(out, outsz, "DG01261121%05zu", row);
	else if (column < 5)
		snprintf(out, outsz, "%s", column == 2 ? orgs[row % 5] : column == 3 ? services[row % 5] : "陈志强");
	else
		snprintf(out, outsz, "%zu.00", 200 * (row % 3 + 1));
}

static void
bench_report(void)
{
	struct report r = { .title = "数字证书受理日报表", .subtitle = "2026年11月21日", .line = "受理点：东莞市民服务中心数字证书受理点",
	    .words = "主管签字：", .footer = "东莞市民服务中心数字证书受理点",
	    .column = { { "序号", 2, REPORT_CENTRE }, { "受理编号", 5, REPORT_CENTRE }, { "申请单位", 8, REPORT_LEFT },
	    { "业务类型", 3, REPORT_CENTRE }, { "受理员", 3, REPORT_CENTRE }, { "金额（元）", 3, REPORT_RIGHT } },
	    .columns = 6, .rows = 3950, .cell = cell, .total = { "合计", NULL, NULL, NULL, NULL, "1,580,000.00" }, .made_at = 1795225560 };
	unsigned char *pdf;
	double t = cpu_ms();
	size_t n, pages = 0;
	struct err e;

	must(report_set(press, &r, &pdf, &n, &e), &e);
	t = cpu_ms() - t;
	for (const unsigned char *p = pdf; (p = memmem(p, n - (size_t)(p - pdf), "/Type /Page\n", 12)) != NULL; p++)
		pages++;
	printf("report: %zu rows on %zu pages in %.0f ms, %zu KB: %.1f reports of 100 pages a second (goal 1)\n", r.rows, pages, t, n / 1024,
	    1e3 / (t * 100 / (double)pages));
	free(pdf);
}

int
main(void)
{
	struct err e = { 0 };
	double t = cpu_ms();

	must(press_open(&press, &e), &e);
	printf("press: opened in %.2f ms\n", cpu_ms() - t);
	bench_form("walk-in", SPECIMEN_SHORT, "new");
	bench_form("rare characters, change", SPECIMEN_RARE, "change");
	bench_form("every field full", SPECIMEN_LONG, "new");
	bench_report();
	press_close(press);
	return 0;
}
