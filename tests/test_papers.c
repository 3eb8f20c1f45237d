/* The papers with short, rare, longest and no data: everything on them, nothing cut, nothing over another, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/embedded.h"
#include "printing/facts.h"
#include "printing/papers.h"
#include "printing/pdf.h"
#include "tests/raster.h"
#include "tests/specimen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct press *press;
static const char *const services[] = { "new", "renew", "replace", "change", "unlock", "revoke", "add_seal", "report_loss" };
#define SERVICES_HERE (sizeof services / sizeof *services)

static int
set_up(void **state)
{
	(void)state;
	press = specimen_press();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	press_close(press);
	return 0;
}

/* ---- the tables themselves ---- */

static void
known(void *arg, const char *id, enum page_list list)
{
	if (!facts_known(id, list))
		fail_msg("%s asks for '%s', which is no field and no fact of that list", (const char *)arg, id);
}

static void
every_table_asks_only_for_what_there_is_and_fills_its_rows(void **st)
{
	(void)st;
	for (int p = 0; p < PAPER_N; p++) {
		const struct page *page = paper_page((enum paper)p);
		const struct cell *c = page->cell;

		page_ids(page, known, (void *)(uintptr_t)paper_names[p].stored);
		assert_int_equal(c->kind, CELL_ROW);
		for (size_t i = 0; i < page->n; i++) {
			float width = 0;
			bool spanned = c[i].kind == CELL_ROW && c[i].flags & ROW_BESIDE;

			if (c[i].kind == CELL_TICKS) {
				char id[64];

				snprintf(id, sizeof id, "stored.%s", c[i].text);
				assert_true(facts_known(id, LIST_NONE));
			}
			if (c[i].kind != CELL_ROW)
				continue;
			for (size_t k = i + 1; k < page->n && c[k].kind != CELL_ROW; k++)
				width += c[k].width;
			/* a row is as wide as the page, less the span that it stands beside */
			if (width != 0 && !spanned && (width < 23.99f || width > 24.01f))
				fail_msg("%s: a row is %.2f wide", paper_names[p].stored, width);
		}
	}
}

static void
a_paper_that_shows_masked_numbers_says_so(void **st)
{
	(void)st;
	assert_true(paper_opens(PAPER_APPLICATION));
	assert_true(paper_opens(PAPER_SEAL_APPLICATION));
	assert_false(paper_opens(PAPER_RECEIPT));
	assert_false(paper_opens(PAPER_CORRECTION));
	assert_false(paper_opens(PAPER_REFUSAL));
	assert_false(paper_opens(PAPER_PICKUP));
	assert_false(paper_opens(PAPER_DELIVERY));
}

/* ---- where things stand ---- */

struct place { float left, top, right, bottom; };

static struct place
place_of(const struct op *o)
{
	return (struct place){ o->x, o->y - o->h * 0.82f, o->x + o->w, o->y + o->h * 0.16f };
}

static bool
meet(struct place a, struct place b)
{
	return a.left + 0.3f < b.right && b.left + 0.3f < a.right && a.top + 0.3f < b.bottom && b.top + 0.3f < a.bottom;
}

static void
no_line_through(const struct op *o, struct place text, const char *paper)
{
	struct place edges[4];
	size_t n = 0;

	if (o->kind == OP_LINE && !o->dashed)
		edges[n++] = (struct place){ o->x, o->y, o->w, o->h };
	if (o->kind == OP_RECT) {
		edges[n++] = (struct place){ o->x, o->y, o->x + o->w, o->y };
		edges[n++] = (struct place){ o->x, o->y + o->h, o->x + o->w, o->y + o->h };
		edges[n++] = (struct place){ o->x, o->y, o->x, o->y + o->h };
		edges[n++] = (struct place){ o->x + o->w, o->y, o->x + o->w, o->y + o->h };
	}
	for (size_t i = 0; i < n; i++) {
		edges[i].left -= 0.4f;
		edges[i].right += 0.4f;
		edges[i].top -= 0.4f;
		edges[i].bottom += 0.4f;
		if (meet(edges[i], text))
			fail_msg("%s: a line goes through a text at %.1f, %.1f", paper, text.left, text.top);
	}
}

static void
check_page(const struct op *op, size_t n, const char *paper)
{
	for (size_t i = 0; i < n; i++) {
		struct place a = place_of(&op[i]);

		if (op[i].kind != OP_TEXT)
			continue;
		if (a.left < 30 || a.right > A4_WIDTH - 30 || a.top < 20 || a.bottom > A4_HEIGHT - 10)
			fail_msg("%s: a text leaves the page at %.1f, %.1f", paper, a.left, a.top);
		for (size_t k = 0; k < n; k++) {
			if (k > i && op[k].kind == OP_TEXT && meet(a, place_of(&op[k])))
				fail_msg("%s: two texts meet at %.1f, %.1f and %.1f, %.1f", paper, a.left, a.top, op[k].x, op[k].y);
			no_line_through(&op[k], a, paper);
		}
	}
}

static void
check_laid(enum paper paper, const struct facts *f, const char *what)
{
	struct sheet s;
	struct err e = { 0 };
	size_t from = 0;

	sheet_open(&s, press);
	paper_lay(&s, paper, f, 2, NULL);
	if (!sheet_good(&s, &e))
		fail_msg("%s %s: %s: %s", paper_names[paper].stored, what, e.field, e.text);
	for (size_t i = 1; i <= s.n; i++)
		if (i == s.n || s.op[i].kind == OP_PAGE) {
			check_page(s.op + from + 1, i - from - 1, paper_names[paper].stored);
			from = i;
		}
	sheet_close(&s);
}

static void
nothing_stands_over_another_or_leaves_its_cell_on_any_paper(void **st)
{
	(void)st;
	for (int kind = 0; kind < SPECIMEN_KIND_N; kind++)
		for (size_t v = 0; v < SERVICES_HERE; v++) {
			struct specimen *x = specimen_new((enum specimen_kind)kind, services[v]);

			for (int p = 0; p < PAPER_N; p++)
				check_laid((enum paper)p, &x->facts, services[v]);
			specimen_free(x);
		}
}

/* ---- what can be read ---- */

static void
squeeze(char *s)
{
	char *out = s;

	for (const char *p = s; *p; p++) {
		if (strncmp(p, "\xe3\x80\x80", 3) == 0)
			p += 2;
		else if (!strchr(" \n", *p))
			*out++ = *p;
	}
	*out = '\0';
}

static void
must_say(const char *text, const char *want, const char *paper, const char *id)
{
	char plain[TEMPLATE_MAX];

	snprintf(plain, sizeof plain, "%s", want);
	squeeze(plain);
	if (!strstr(text, plain))
		fail_msg("%s does not say %s: '%s' is not in %s", paper, id, plain, text);
}

/* domain.md section 7: what each paper has to show of its application */
static const struct { enum paper paper; const char *id; } shown[] = {
	{ PAPER_APPLICATION, "no" }, { PAPER_APPLICATION, "text.form.subtitle" }, { PAPER_APPLICATION, "seal.name" },
	{ PAPER_APPLICATION, "old_serial" }, { PAPER_APPLICATION, "reason" }, { PAPER_APPLICATION, "org.name" },
	{ PAPER_APPLICATION, "org.number" }, { PAPER_APPLICATION, "org.licence_no" }, { PAPER_APPLICATION, "org.doc_kind" },
	{ PAPER_APPLICATION, "org.doc_no" }, { PAPER_APPLICATION, "org.place" }, { PAPER_APPLICATION, "org.phone" },
	{ PAPER_APPLICATION, "agent.name" }, { PAPER_APPLICATION, "agent.mobile" }, { PAPER_APPLICATION, "agent.email" },
	{ PAPER_APPLICATION, "agent.id_no" }, { PAPER_APPLICATION, "agent.address" }, { PAPER_APPLICATION, "remark" },
	{ PAPER_APPLICATION, "text.notice.*" }, { PAPER_APPLICATION, "text.declaration.*" }, { PAPER_APPLICATION, "clerk" },
	{ PAPER_APPLICATION, "accepted" }, { PAPER_APPLICATION, "text.footer" }, { PAPER_APPLICATION, "text.contact.hotline" },
	{ PAPER_APPLICATION, "text.contact.qq" },
	{ PAPER_SEAL_APPLICATION, "org.name" }, { PAPER_SEAL_APPLICATION, "org.legal_rep" }, { PAPER_SEAL_APPLICATION, "org.place" },
	{ PAPER_SEAL_APPLICATION, "org.number" }, { PAPER_SEAL_APPLICATION, "seal.name" }, { PAPER_SEAL_APPLICATION, "seal.size" },
	{ PAPER_SEAL_APPLICATION, "seal.manager" }, { PAPER_SEAL_APPLICATION, "seal.manager_post" },
	{ PAPER_SEAL_APPLICATION, "seal.manager_phone" }, { PAPER_SEAL_APPLICATION, "text.seal_notes.*" },
	{ PAPER_SEAL_APPLICATION, "text.seal_declaration.*" },
	{ PAPER_RECEIPT, "no" }, { PAPER_RECEIPT, "org.name" }, { PAPER_RECEIPT, "scheme.name" }, { PAPER_RECEIPT, "service" },
	{ PAPER_RECEIPT, "agent.name" }, { PAPER_RECEIPT, "masked.agent.mobile" }, { PAPER_RECEIPT, "accepted" },
	{ PAPER_RECEIPT, "missing" }, { PAPER_RECEIPT, "due" }, { PAPER_RECEIPT, "due.capital" }, { PAPER_RECEIPT, "paid" },
	{ PAPER_RECEIPT, "paid.capital" }, { PAPER_RECEIPT, "money" }, { PAPER_RECEIPT, "clerk" }, { PAPER_RECEIPT, "point" },
	{ PAPER_CORRECTION, "no" }, { PAPER_CORRECTION, "org.name" }, { PAPER_CORRECTION, "why" }, { PAPER_CORRECTION, "entered" },
	{ PAPER_CORRECTION, "text.contact.address" }, { PAPER_CORRECTION, "text.contact.hours" }, { PAPER_CORRECTION, "turned" },
	{ PAPER_REFUSAL, "no" }, { PAPER_REFUSAL, "org.name" }, { PAPER_REFUSAL, "why" }, { PAPER_REFUSAL, "paid.capital" },
	{ PAPER_REFUSAL, "reviewer" }, { PAPER_REFUSAL, "text.contact.phone" }, { PAPER_REFUSAL, "point" }, { PAPER_REFUSAL, "turned" },
	{ PAPER_PICKUP, "org.name" }, { PAPER_PICKUP, "agent.name" }, { PAPER_PICKUP, "pickup.where" },
	{ PAPER_PICKUP, "text.contact.hours" }, { PAPER_PICKUP, "masked.agent.mobile" }, { PAPER_PICKUP, "made" },
	{ PAPER_PIN_LETTER, "org.name" }, { PAPER_PIN_LETTER, "agent.name" }, { PAPER_PIN_LETTER, "text.told.*" },
	{ PAPER_PIN_LETTER, "point" }, { PAPER_PIN_LETTER, "made" },
	{ PAPER_DELIVERY, "org.name" }, { PAPER_DELIVERY, "agent.name" }, { PAPER_DELIVERY, "masked.agent.id_no" },
	{ PAPER_DELIVERY, "seal.name" }, { PAPER_DELIVERY, "text.told.*" }, { PAPER_DELIVERY, "hander" }, { PAPER_DELIVERY, "point" },
};
static const struct { enum paper paper; enum page_list list; const char *id; } listed[] = {
	{ PAPER_APPLICATION, LIST_CHANGES, "change.label" }, { PAPER_APPLICATION, LIST_CHANGES, "change.before" },
	{ PAPER_APPLICATION, LIST_CHANGES, "change.after" }, { PAPER_SEAL_APPLICATION, LIST_CHANGES, "change.before" },
	{ PAPER_RECEIPT, LIST_MATERIALS, "material.name" }, { PAPER_RECEIPT, LIST_MATERIALS, "material.outcome" },
	{ PAPER_RECEIPT, LIST_MATERIALS, "material.reason" }, { PAPER_RECEIPT, LIST_FEES, "fee.object" },
	{ PAPER_RECEIPT, LIST_FEES, "fee.amount" }, { PAPER_RECEIPT, LIST_PAYMENTS, "payment.reference" },
	{ PAPER_RECEIPT, LIST_PAYMENTS, "payment.method" }, { PAPER_CORRECTION, LIST_OPEN_MATERIALS, "open.name" },
	{ PAPER_CORRECTION, LIST_OPEN_MATERIALS, "open.problem" }, { PAPER_PIN_LETTER, LIST_ITEMS, "item.pin" },
	{ PAPER_PIN_LETTER, LIST_ITEMS, "item.token" }, { PAPER_DELIVERY, LIST_ITEMS, "item.certificate" },
	{ PAPER_DELIVERY, LIST_ITEMS, "item.token" }, { PAPER_DELIVERY, LIST_ITEMS, "item.to" },
};

static void
check_said(const struct specimen *x, enum paper paper)
{
	size_t n;
	unsigned char *pdf = specimen_set(press, paper, &x->facts, 1, &n);
	char *text = raster_text(pdf, n, true), want[TEMPLATE_MAX];

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (shown[i].paper == paper) {
			facts_text(&x->facts, shown[i].id, -1, want, sizeof want);
			must_say(text, want, paper_names[paper].stored, shown[i].id);
		}
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		for (size_t k = 0; listed[i].paper == paper && k < facts_count(&x->facts, listed[i].list); k++) {
			facts_text(&x->facts, listed[i].id, (int)k, want, sizeof want);
			must_say(text, want, paper_names[paper].stored, listed[i].id);
		}
	free(text);
	free(pdf);
}

static void
every_value_can_be_read_out_of_the_pdf_as_it_was_typed(void **st)
{
	static const char *const some[] = { "new", "change", "replace" };

	(void)st;
	for (int kind = 0; kind < SPECIMEN_EMPTY; kind++)
		for (size_t v = 0; v < sizeof some / sizeof *some; v++) {
			struct specimen *x = specimen_new((enum specimen_kind)kind, some[v]);

			for (int p = 0; p < PAPER_N; p++)
				check_said(x, (enum paper)p);
			specimen_free(x);
		}
}

static void
a_notice_names_what_is_wrong_and_not_what_nobody_looked_at(void **st)
{
	static const enum paper notices[] = { PAPER_CORRECTION, PAPER_REFUSAL };

	(void)st;
	for (size_t i = 0; i < 2; i++) {
		struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
		size_t n;
		unsigned char *pdf;
		char *text;

		x->facts.material[0].outcome = MATERIAL_PENDING;
		pdf = specimen_set(press, notices[i], &x->facts, 1, &n);
		text = raster_text(pdf, n, true);
		assert_null(strstr(text, "待核"));
		assert_null(strstr(text, x->facts.material[0].name));
		must_say(text, "未提交", "a notice", "what is missing");
		must_say(text, "不合格：复印件模糊，无法辨认号码", "a notice", "what failed");
		free(text);
		free(pdf);
		/* where nothing is wrong with a material there is no table of them */
		for (size_t m = 0; m < x->facts.materials; m++)
			x->facts.material[m].outcome = m % 2 ? MATERIAL_PASS : MATERIAL_PENDING;
		pdf = specimen_set(press, notices[i], &x->facts, 1, &n);
		text = raster_text(pdf, n, true);
		assert_null(strstr(text, "存在的问题"));
		must_say(text, "单位地址与营业执照不一致", "a notice", "why");
		free(text);
		free(pdf);
		specimen_free(x);
	}
}

/* What the paper says, white space aside, of these facts. */
static void
paper_says(enum paper paper, const struct facts *f, const char *words, const char *not_words)
{
	size_t n;
	unsigned char *pdf = specimen_set(press, paper, f, 1, &n);
	char *text = raster_text(pdf, n, true), *others = strdup(not_words);

	must_say(text, words, paper_names[paper].stored, "words");
	squeeze(others);
	if (strstr(text, others))
		fail_msg("%s says %s", paper_names[paper].stored, not_words);
	free(others);
	free(text);
	free(pdf);
}

static void
the_delivery_receipt_tells_how_it_was_handed_over(void **st)
{
	static const struct { const char *channel, *pickup_point, *to; bool done; const char *says, *not; } rows[] = {
		{ "counter", "", "", false, "现场交付", "邮寄交付" },
		{ "mail", "", "", false, "邮寄交付", "现场交付" },
		{ "online", "", "", false, "邮寄交付", "现场交付" },
		{ "online", "政务大厅", "", false, "现场交付", "邮寄交付" },
		{ "online", "", "agent", true, "现场交付", "快递单号" },
		{ "online", "政务大厅", "顺丰 SF1234567890123", true, "邮寄交付", "现场交付" },
		{ "counter", "", "顺丰 SF1234567890123", true, "快递单号", "现场交付" },
		{ "mail", "", "agent", true, "现场交付", "快递单号" },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");

		snprintf(x->record.head.channel, sizeof x->record.head.channel, "%s", rows[i].channel);
		snprintf(x->record.head.pickup_point, sizeof x->record.head.pickup_point, "%s", rows[i].pickup_point);
		x->facts.delivered_to = strcmp(rows[i].to, "agent") == 0 ? x->record.agent.name : rows[i].to;
		x->facts.delivered_at = rows[i].done ? x->facts.made_at + 60 : 0;
		paper_says(PAPER_DELIVERY, &x->facts, rows[i].says, rows[i].not);
		specimen_free(x);
	}
}

static void
a_pick_up_slip_sends_to_the_point_that_was_chosen(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");

	(void)st;
	snprintf(x->record.head.channel, sizeof x->record.head.channel, "online");
	paper_says(PAPER_PICKUP, &x->facts, scheme_text(x->scheme, "contact.address"), "政务大厅二号窗");
	paper_says(PAPER_PICKUP, &x->facts, "选择邮寄的", "政务大厅二号窗");
	snprintf(x->record.head.pickup_point, sizeof x->record.head.pickup_point, "政务大厅二号窗");
	paper_says(PAPER_PICKUP, &x->facts, "政务大厅二号窗", "选择邮寄的");
	paper_says(PAPER_PICKUP, &x->facts, "政务大厅二号窗", scheme_text(x->scheme, "contact.address"));
	specimen_free(x);
}

static void
a_fee_by_the_piece_has_no_years_on_the_receipt(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "replace");
	char years[16];

	(void)st;
	x->record.head.years = RECORD_UNSET;
	assert_int_equal(x->facts.fees, 2);
	for (int i = 0; i < 2; i++) {
		facts_text(&x->facts, "fee.years", i, years, sizeof years);
		assert_string_equal(years, "—");
	}
	paper_says(PAPER_RECEIPT, &x->facts, "50.001—50.00", "50.001150.00");
	specimen_free(x);
	for (int term = 1; term <= 2; term++) {
		char want[12];

		x = specimen_new(SPECIMEN_SHORT, "new");
		x->record.head.years = x->facts.fee[0].years = term;
		facts_text(&x->facts, "fee.years", 0, years, sizeof years);
		snprintf(want, sizeof want, "%d", term);
		assert_string_equal(years, want);
		specimen_free(x);
	}
}

static void
the_form_tells_for_whom_and_how_long_users_are_added(void **st)
{
	static const int counts[] = { 1, 2, RECORD_USERS_MAX };

	(void)st;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct specimen *x = specimen_new(SPECIMEN_SHORT, "add_users");
		char last[96];

		x->record.head.years = 3;
		for (x->record.users = 0; x->record.users < counts[i]; x->record.users++) {
			struct record_user *u = &x->record.user[x->record.users];

			snprintf(u->name, sizeof u->name, "欧阳慧第%d", x->record.users + 1);
			snprintf(u->id_no, sizeof u->id_no, "44010619930618062X");
			snprintf(u->mobile, sizeof u->mobile, "139228800%02d", x->record.users + 1);
			snprintf(u->role, sizeof u->role, "user");
		}
		snprintf(last, sizeof last, "%d欧阳慧第%d44010619930618062X139228800%02d授权用户", counts[i], counts[i], counts[i]);
		paper_says(PAPER_APPLICATION, &x->facts, last, "证书套餐");
		paper_says(PAPER_APPLICATION, &x->facts, "年限叁年", "管理员");
		x->record.user[0].name[0] = '\0';
		for (int k = 0; k < 40; k++)
			strcat(x->record.user[0].name, "𬭎");
		check_laid(PAPER_APPLICATION, &x->facts, "users");
		specimen_free(x);
	}
}

static void
a_package_and_its_authority_stand_on_the_form(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	const struct scheme_package packages[] = { { "org3", "机构证书 + 3 名授权用户", 3 } };

	(void)st;
	paper_says(PAPER_APPLICATION, &x->facts, "年限：贰年", "证书套餐");
	x->scheme->package = packages;
	x->scheme->packages_n = 1;
	snprintf(x->record.head.package, sizeof x->record.head.package, "org3");
	paper_says(PAPER_APPLICATION, &x->facts, "证书套餐机构证书 + 3 名授权用户", "授权用户证件号码");
	paper_says(PAPER_APPLICATION, &x->facts, scheme_ca(x->scheme, NULL)->zh, "授权用户证件号码");
	specimen_free(x);
}

static void
where_the_courier_goes_stands_on_the_form(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	struct record *r = &x->record;

	(void)st;
	snprintf(r->recipient.name, sizeof r->recipient.name, "何志刚");
	snprintf(r->recipient.phone, sizeof r->recipient.phone, "13922880022");
	snprintf(r->recipient.address, sizeof r->recipient.address, "肇庆市端州区星湖大道18号");
	paper_says(PAPER_APPLICATION, &x->facts, r->agent.address, "星湖大道");
	r->agent.address[0] = '\0';
	paper_says(PAPER_APPLICATION, &x->facts, "收件地址肇庆市端州区星湖大道18号（何志刚13922880022）", "（ ）");
	r->recipient.address[0] = '\0';
	paper_says(PAPER_APPLICATION, &x->facts, "收件地址", "何志刚");
	specimen_free(x);
	x = specimen_new(SPECIMEN_LONG, "new");
	x->record.agent.address[0] = '\0';
	check_laid(PAPER_APPLICATION, &x->facts, "the longest recipient");
	specimen_free(x);
}

static void
every_page_of_a_notice_has_its_number(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_LONG, "new");
	size_t n, numbers = 0;
	unsigned char *pdf;
	char *text;

	(void)st;
	for (size_t m = 0; m < x->facts.materials; m++) {
		x->facts.material[m].outcome = MATERIAL_FAIL;
		x->facts.material[m].reason = x->facts.reason;
	}
	pdf = specimen_set(press, PAPER_CORRECTION, &x->facts, 1, &n);
	text = raster_text(pdf, n, true);
	must_say(text, "第2页共2页", "a long notice", "its pages");
	for (const char *at = text; (at = strstr(at, "编号：DG0126112100017")); at++)
		numbers++;
	assert_int_equal(numbers, 2);
	free(text);
	free(pdf);
	specimen_free(x);
}

static void
a_serial_stands_on_one_line_of_the_delivery_receipt(void **st)
{
	static const char *const serials[] = { "5B2DCBDF39D3F4775B29120B36E9B266", "5C7416D37D52CFE8FDC701739973ADCE",
		"BDACEBDFA9DCFB77ABCD12EBD6E9B2DC" };

	(void)st;
	for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
		struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
		size_t n;
		unsigned char *pdf;
		char *text;

		x->facts.item[0].certificate = serials[i];
		pdf = specimen_set(press, PAPER_DELIVERY, &x->facts, 1, &n);
		text = raster_text(pdf, n, false);
		must_say(text, serials[i], "the delivery receipt", "item.certificate");
		free(text);
		free(pdf);
		specimen_free(x);
	}
}

/* ---- what can be seen ---- */

static bool
has_ink(const struct raster *r, const struct op *o)
{
	return raster_darkest(r, o->x, o->y - o->h * 0.75f, o->w, o->h * 0.7f) < 150;
}

/* Is what the ops draw on the raster, and are boxes ticked and empty as they should be? */
static void
check_seen(const struct op *op, size_t n, const struct raster *r, const char *paper)
{
	for (size_t i = 0; i < n; i++) {
		const struct op *o = &op[i];

		if (o->kind == OP_TEXT && !font_is_blank(o->text.g[0].cp) && !has_ink(r, o))
			fail_msg("%s: a text at %.1f, %.1f is not on the paper", paper, o->x, o->y);
		if (o->kind == OP_RECT && o->w < 10 && o->w == o->h) {
			bool ticked = i + 1 < n && op[i + 1].kind == OP_TICK;

			assert_int_equal(raster_darkest(r, o->x + 2.5f, o->y + 2.5f, o->w - 5, o->h - 5) < 128, ticked);
		}
	}
}

static void
what_is_set_is_on_the_paper(void **st)
{
	(void)st;
	for (int kind = 0; kind < SPECIMEN_KIND_N; kind++) {
		struct specimen *x = specimen_new((enum specimen_kind)kind, kind == SPECIMEN_RARE ? "change" : "new");

		for (int p = 0; p < PAPER_N; p++) {
			struct sheet s;
			struct raster r;
			unsigned char *pdf;
			struct err e = { 0 };
			size_t n, end;

			sheet_open(&s, press);
			paper_lay(&s, (enum paper)p, &x->facts, 1, NULL);
			assert_true(pdf_make(&s, "page", 1, &pdf, &n, &e));
			raster_load(&r, pdf, n, 1, 100);
			for (end = 1; end < s.n && s.op[end].kind != OP_PAGE; end++)
				;
			check_seen(s.op, end, &r, paper_names[p].stored);
			raster_free(&r);
			free(pdf);
			sheet_close(&s);
		}
		specimen_free(x);
	}
}

static void
the_right_box_is_ticked_for_each_service(void **st)
{
	static const struct { const char *service, *words; } rows[] = {
		{ "new", "新申请（年限：贰年）" }, { "renew", "更新（年限：贰年）" }, { "change", "变更" }, { "revoke", "注销" }, { "replace", "补办" },
		{ "unlock", "解锁" }, { "recover", "密钥恢复" }, { "report_loss", "挂失" },
	};

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct specimen *x = specimen_new(SPECIMEN_SHORT, rows[i].service);
		struct sheet s;
		int ticks = 0;

		sheet_open(&s, press);
		paper_lay(&s, PAPER_APPLICATION, &x->facts, 1, NULL);
		for (size_t k = 0; k + 2 < s.n; k++) {
			struct text want = sheet_shape(&s, FACE_SONG, rows[i].words), got = s.op[k + 1].text;

			if (s.op[k].kind != OP_TICK || s.op[k + 1].kind != OP_TEXT)
				continue;
			/* the words of a ticked box: of the service, or 否 of the cross-border row */
			if (got.n == 1)
				continue;
			ticks++;
			assert_int_equal(got.n, want.n);
			for (size_t g = 0; g < got.n; g++)
				assert_int_equal(got.g[g].cp, want.g[g].cp);
		}
		assert_int_equal(ticks, 1);
		sheet_close(&s);
		specimen_free(x);
	}
}

static void
a_scheme_without_the_words_of_a_declaration_prints_no_form(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");
	unsigned char *pdf = NULL;
	struct err e;
	size_t n;

	(void)st;
	for (size_t i = 0; i < x->scheme->text_n; i++)
		if (strncmp(x->scheme->text[i].key, "declaration.1", 13) == 0)
			*(const char **)(uintptr_t)&x->scheme->text[i].key = "other";
	assert_false(paper_set(press, PAPER_APPLICATION, &x->facts, 1, &pdf, &n, &e));
	assert_non_null(strstr(e.text, "declaration"));
	specimen_free(x);
}

static void
every_scheme_has_the_words_for_every_paper(void **st)
{
	struct specimen *x = specimen_new(SPECIMEN_SHORT, "new");

	(void)st;
	for (const struct embedded *f = scheme_files; f->name; f++) {
		struct err_list problems = { 0 };
		struct scheme *scheme;

		assert_true(scheme_parse(f->name, f->text, &scheme, &problems));
		x->facts.scheme = scheme;
		for (int p = 0; p < PAPER_N; p++) {
			struct sheet s;
			struct err e = { 0 };

			sheet_open(&s, press);
			paper_lay(&s, (enum paper)p, &x->facts, 1, NULL);
			if (!sheet_good(&s, &e))
				fail_msg("%s %s: %s", f->name, paper_names[p].stored, e.text);
			check_page(s.op + 1, s.n - 1, paper_names[p].stored);
			sheet_close(&s);
		}
		scheme_free(scheme);
	}
	specimen_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_asks_only_for_what_there_is_and_fills_its_rows),
		cmocka_unit_test(a_paper_that_shows_masked_numbers_says_so),
		cmocka_unit_test(nothing_stands_over_another_or_leaves_its_cell_on_any_paper),
		cmocka_unit_test(every_value_can_be_read_out_of_the_pdf_as_it_was_typed),
		cmocka_unit_test(a_notice_names_what_is_wrong_and_not_what_nobody_looked_at),
		cmocka_unit_test(the_delivery_receipt_tells_how_it_was_handed_over),
		cmocka_unit_test(a_pick_up_slip_sends_to_the_point_that_was_chosen),
		cmocka_unit_test(a_fee_by_the_piece_has_no_years_on_the_receipt),
		cmocka_unit_test(the_form_tells_for_whom_and_how_long_users_are_added),
		cmocka_unit_test(a_package_and_its_authority_stand_on_the_form),
		cmocka_unit_test(where_the_courier_goes_stands_on_the_form),
		cmocka_unit_test(every_page_of_a_notice_has_its_number),
		cmocka_unit_test(a_serial_stands_on_one_line_of_the_delivery_receipt),
		cmocka_unit_test(what_is_set_is_on_the_paper),
		cmocka_unit_test(the_right_box_is_ticked_for_each_service),
		cmocka_unit_test(a_scheme_without_the_words_of_a_declaration_prints_no_form),
		cmocka_unit_test(every_scheme_has_the_words_for_every_paper),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
