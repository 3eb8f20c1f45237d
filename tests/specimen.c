#include "tests/specimen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/embedded.h"

#define NOW INT64_C(1795225560)		/* 2026-11-21 09:46 in Shanghai */

static const char *const short_one[][2] = {
	{ "years", "2" }, { "cross_border", "no" }, { "org.name", "东莞市松湖精密制造有限公司" }, { "org.credit_code", "91350100M000100Y43" },
	{ "org.address", "东莞市松山湖园区科技十路2号" }, { "org.phone", "0769-22380830" }, { "org.legal_rep", "邓建华" },
	{ "org.nature", "enterprise" }, { "agent.name", "刘晓彤" }, { "agent.mobile", "13800138000" }, { "agent.email", "liu@example.com" },
	{ "agent.id_kind", "resident_id" }, { "agent.id_no", "11010519491231002X" }, { "agent.address", "东莞市松山湖园区科技十路2号" },
	{ "seal.name", "东莞市松湖精密制造有限公司" }, { "seal.type", "official" }, { "seal.diameter_mm", "40" },
	{ "seal.manager", "钟丽萍" }, { "seal.manager_post", "行政主管" }, { "seal.manager_phone", "0769-22380831" },
	{ "seal_notes_read", "yes" },
};
static const char *const rare_one[][2] = {
	{ "years", "5" }, { "cross_border", "yes" }, { "org.name", "广州㙟塱𬭎远堃喆犇信息技术（集团）股份有限公司" },
	{ "org.licence_no", "110108000000016" }, { "org.doc_kind", "private_non_enterprise" }, { "org.doc_no", "沪浦民证字第0123号" },
	{ "org.address", "上海市浦东新区张江高科技园区博云路2号浦软大厦北楼10层1008－1012室（中国（上海）自由贸易试验区）" },
	{ "org.phone", "021-68881234-801" }, { "org.legal_rep", "𬭎䶮㐂" }, { "org.nature", "other" },
	{ "agent.name", "𠮷田·买买提江·阿卜杜热合曼" }, { "agent.mobile", "13800138000" },
	{ "agent.email", "zhangjie.longmailbox-of-the-department@info-tech.example-institute.com.cn" }, { "agent.id_kind", "passport" },
	{ "agent.id_no", "E12345678" }, { "agent.address", "上海市徐汇区漕溪北路398号汇智大厦12楼（200030）𠮷田 收" },
	{ "seal.name", "广州㙟塱𬭎远堃喆犇信息技术（集团）股份有限公司合同专用章（2）" }, { "seal.type", "legal_rep" },
	{ "seal.diameter_mm", "42" }, { "seal.manager", "龘靐齉" }, { "seal.manager_post", "综合管理部副经理兼档案室主任" },
	{ "seal.manager_phone", "0769-22380831-8001" }, { "seal_notes_read", "yes" },
	{ "remark", "证书介质请寄送至收件地址；电子邮件与短信同时通知经办人，节假日顺延。" },
};

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "specimen: %s\n", what);
		abort();
	}
}

static void
set(struct record *r, const char *id, const char *value)
{
	int user;
	const struct field *f = field_find(id, &user);
	struct err e = { 0 };

	must(f && field_set(f, r, user, value, strlen(value), &e), f ? e.text : id);
}

static void
fill(struct record *r, const char *const (*row)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		set(r, row[i][0], row[i][1]);
}

/* Every text at its limit: Latin ones of the widest letter without a place to break, others of a character beyond the BMP. */
static void
fill_up(struct record *r)
{
	for (size_t i = 0; i < fields_n; i++) {
		const struct field *f = &fields[i];
		char *m = field_member(f, r, -1);
		size_t n = 0;

		if (f->kind == FIELD_CHOICE && f->names != service_names && f->names != channel_names && f->names != reason_names) {
			const struct name *longest = f->names;

			for (const struct name *k = f->names; k->stored; k++)
				longest = strlen(k->zh) > strlen(longest->zh) ? k : longest;
			snprintf(m, f->size, "%s", longest->stored);
		}
		if (f->kind != FIELD_TEXT)
			continue;
		for (int k = 0; k < f->high; k++)
			n += (size_t)snprintf(m + n, f->size - n, "%s", f->flags & NARROW ? "W" : "𬭎");
	}
	r->head.years = 5;
	r->head.cross_border = 0;
	r->seal.diameter_mm = 60;
}

static void
later_service(struct specimen *s, const char *service)
{
	struct record *r = &s->record;

	set(r, "old_serial", "3A5F00C1D2E4B6978899AABBCCDDEEFF01");
	set(r, "reason", strcmp(service, "replace") == 0 || strcmp(service, "report_loss") == 0 ? "lost" : "affiliation_changed");
	if (strcmp(service, "change") != 0)
		return;
	s->before = *r;
	s->facts.before = &s->before;
	set(&s->before, "org.name", "东莞市松湖模具制造有限公司");
	set(&s->before, "org.legal_rep", "邓华");
	set(&s->before, "org.address", "东莞市厚街镇鸿运路1号");
	set(&s->before, "seal.name", "东莞市松湖模具制造有限公司");
}

static void
materials(struct specimen *s)
{
	const struct scheme_material *m[64];
	struct facts *f = &s->facts;

	f->materials = scheme_materials(s->scheme, &s->record, false, m, 64);
	for (size_t i = 0; i < f->materials; i++)
		f->material[i] = (struct fact_material){ m[i]->zh, m[i]->copies, m[i]->copies, MATERIAL_PASS, "" };
	f->material[1].outcome = MATERIAL_MISSING;
	f->material[1].brought = 0;
	f->material[2].outcome = MATERIAL_FAIL;
	f->material[2].reason = "复印件模糊，无法辨认号码";
}

static void
money(struct specimen *s)
{
	struct facts *f = &s->facts;
	struct err e;

	if (!scheme_fee(s->scheme, &s->record, day_of(NOW), f->fee, &f->fees, &e))
		f->fees = 0;	/* a service without a published fee */
	for (size_t i = 0; i < f->fees; i++)
		f->due_fen += f->fee[i].amount_fen;
	f->paid_fen = 40000;
	f->money = f->due_fen > f->paid_fen ? MONEY_PART : MONEY_TO_REFUND;
	f->payments = 2;
	f->payment[0] = (struct fact_payment){ PAY_WECHAT, 20000, "4200001234202611210123456789", NOW - 300 };
	f->payment[1] = (struct fact_payment){ PAY_CASH, 20000, "", NOW - 200 };
}

static void
facts(struct specimen *s, enum specimen_kind kind)
{
	struct facts *f = &s->facts;

	f->record = &s->record;
	f->scheme = s->scheme;
	f->changed_at = NOW;
	f->no = f->clerk = f->reviewer = f->hander = f->point_name = f->point_address = f->reason = f->delivered_to = "";
	if (kind == SPECIMEN_EMPTY)
		return;
	f->no = "DG0126112100017";
	f->entered_at = NOW - 600;
	f->accepted_at = f->turned_at = f->made_at = NOW;
	f->clerk = "陈志强";
	f->reviewer = "黄秀英";
	f->hander = "李敏";
	f->point_name = "东莞市民服务中心数字证书受理点";
	f->point_address = "东莞市莞城区东城西路92号一楼";
	f->reason = kind == SPECIMEN_LONG ? "单位地址与营业执照不一致；申请表第二联缺少单位公章；经办人身份证复印件不清晰，无法辨认号码；印模未盖全，边缘缺损，请重新"
	    "加盖后提交；单位地址与营业执照不一致；申请表第二联缺少单位公章；经办人身份证复印件不清晰。" : "单位地址与营业执照不一致";
	materials(s);
	money(s);
	f->items = kind == SPECIMEN_LONG ? 3 : 1;
	for (size_t i = 0; i < f->items; i++)
		f->item[i] = (struct fact_item){ "organisation", "3A5F00C1D2E4B6978899AABBCCDDEEFF01", "A1B2C3D4E5F60718", NOW,
		    when_add_years(NOW, 2), "83920174" };
}

static const char *
dongguan(void)
{
	for (const struct embedded *f = scheme_files; f->name; f++)
		if (strstr(f->name, "dongguan"))
			return f->text;
	must(false, "no scheme");
	return NULL;
}

struct specimen *
specimen_new(enum specimen_kind kind, const char *service)
{
	struct specimen *s = calloc(1, sizeof *s);
	struct err_list problems = { 0 };

	must(s && scheme_parse("dongguan", dongguan(), &s->scheme, &problems), "the scheme does not parse");
	record_clear(&s->record);
	if (kind == SPECIMEN_SHORT)
		fill(&s->record, short_one, sizeof short_one / sizeof *short_one);
	if (kind == SPECIMEN_RARE)
		fill(&s->record, rare_one, sizeof rare_one / sizeof *rare_one);
	if (kind == SPECIMEN_LONG)
		fill_up(&s->record);
	set(&s->record, "scheme", "dongguan");
	set(&s->record, "service", service);
	set(&s->record, "channel", "counter");
	facts(s, kind);
	if (strcmp(service, "new") != 0 && kind != SPECIMEN_EMPTY)
		later_service(s, service);
	return s;
}

void
specimen_free(struct specimen *s)
{
	scheme_free(s->scheme);
	free(s);
}

struct press *
specimen_press(void)
{
	struct press *press = NULL;
	struct err e = { 0 };

	if (!press_open(&press, &e)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	return press;
}

unsigned char *
specimen_set(struct press *press, enum paper paper, const struct facts *f, int copies, size_t *n)
{
	unsigned char *pdf = NULL;
	struct err e = { 0 };

	if (!paper_set(press, paper, f, copies, &pdf, n, &e)) {
		fprintf(stderr, "%s: %s: %s (%s)\n", paper_names[paper].stored, e.field, e.text, e.detail);
		abort();
	}
	return pdf;
}
