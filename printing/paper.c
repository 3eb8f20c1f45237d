/* The papers: which table of rows each is, and how its copies are called. */
#include "printing/paper.h"

#include "printing/facts.h"
#include "printing/pdf.h"
#include "printing/papers.h"
#include "printing/picture.h"

#include <stdio.h>
#include <string.h>

#define PAPER_NAME(e, stored, zh, en) { stored, zh, en },
const struct name paper_names[] = { PAPERS(PAPER_NAME) { NULL, NULL, NULL } };

static const struct cell application[] = {
#include "printing/papers/application.def"
};
static const struct cell seal_application[] = {
#include "printing/papers/seal-application.def"
};
static const struct cell receipt[] = {
#include "printing/papers/receipt.def"
};
static const struct cell correction[] = {
#include "printing/papers/correction.def"
};
static const struct cell refusal[] = {
#include "printing/papers/refusal.def"
};
static const struct cell pickup[] = {
#include "printing/papers/pickup.def"
};
static const struct cell pin_letter[] = {
#include "printing/papers/pin-letter.def"
};
static const struct cell delivery[] = {
#include "printing/papers/delivery.def"
};

#define CELLS(table) .cell = table, .n = sizeof table / sizeof *table
#define NUMBERED .number = "受理编号：{no}", .qr = "{no}"
#define FOOTER "{footer}[text.contact.hotline:  热线 {text.contact.hotline}][text.contact.qq:  QQ {text.contact.qq}]"
#define POINT_FOOTER "{point}[point.address:  {point.address}][text.contact.phone:  电话 {text.contact.phone}]"
static const struct page pages[PAPER_N] = {
	[PAPER_APPLICATION] = { .title = "机构数字证书申请表", .subtitle = "{text.form.subtitle}", NUMBERED, .footer = FOOTER,
	    .flags = PAGE_FILL, CELLS(application) },
	[PAPER_SEAL_APPLICATION] = { .title = "电子印章申请表", .subtitle = "{text.form.subtitle}", NUMBERED, .footer = FOOTER,
	    .flags = PAGE_FILL, CELLS(seal_application) },
	[PAPER_RECEIPT] = { .title = "受理回执", .subtitle = "", NUMBERED, .footer = POINT_FOOTER,
	    .flags = PAGE_FILL, CELLS(receipt) },
	[PAPER_CORRECTION] = { .title = "补正通知书", .subtitle = "", .number = "", .again = "编号：{no}", .qr = "{no}", .footer = POINT_FOOTER,
	    CELLS(correction) },
	[PAPER_REFUSAL] = { .title = "不予受理通知书", .subtitle = "", .number = "", .again = "编号：{no}", .qr = "{no}", .footer = POINT_FOOTER,
	    CELLS(refusal) },
	[PAPER_PICKUP] = { .title = "领证通知单", .subtitle = "", NUMBERED, .footer = POINT_FOOTER, CELLS(pickup) },
	[PAPER_PIN_LETTER] = { .title = "密码信封", .subtitle = "", .number = "", .footer = "", .flags = PAGE_BARE, CELLS(pin_letter) },
	[PAPER_DELIVERY] = { .title = "证书交付回执", .subtitle = "", NUMBERED, .footer = POINT_FOOTER,
	    .flags = PAGE_FILL, CELLS(delivery) },
};

static const char *const ordinals[PAPER_COPIES_MAX] = { "第一联", "第二联", "第三联", "第四联", "第五联" };
/* who keeps which copy; further ones have their number alone */
static const char *const keepers[PAPER_N][PAPER_COPIES_MAX] = {
	[PAPER_APPLICATION]      = { "受理点存", "申请单位存", "证书机构存" },
	[PAPER_SEAL_APPLICATION] = { "受理点存", "申请单位存", "证书机构存" },
	[PAPER_RECEIPT]          = { "申请单位存", "受理点存" },
	[PAPER_CORRECTION]       = { "送达申请单位", "受理点存" },
	[PAPER_REFUSAL]          = { "送达申请单位", "受理点存" },
	[PAPER_PICKUP]           = { "申请单位存" },
	[PAPER_DELIVERY]         = { "受理点存", "申请单位存" },
};

static void
copy_label(enum paper paper, int copy, int copies, char out[64])
{
	const char *keeper = keepers[paper][copy];

	out[0] = '\0';
	if (copies > 1)
		snprintf(out, 64, "%s%s%s%s", ordinals[copy], keeper ? "（" : "", keeper ? keeper : "", keeper ? "）" : "");
}

void
paper_lay(struct sheet *s, enum paper paper, const struct facts *f, int copies, const struct picture *imprint)
{
	struct page_source from = { .of = f, .text = facts_text, .count = facts_count, .picture = imprint };
	char label[64];

	for (int i = 0; i < copies; i++) {
		copy_label(paper, i, copies, label);
		page_set(s, &pages[paper], &from, label);
	}
}

const struct page *
paper_page(enum paper paper)
{
	return &pages[paper];
}

bool
paper_set(const struct press *p, enum paper paper, const struct facts *f, int copies, unsigned char **pdf, size_t *n,
    struct err *e)
{
	struct picture imprint = { 0 };
	bool shows = f->imprint && paper == PAPER_SEAL_APPLICATION, ok;
	char title[128];
	struct sheet s;

	if (copies < 1 || copies > PAPER_COPIES_MAX)
		return err_field(e, "copies", "1 to %d copies, not %d", PAPER_COPIES_MAX, copies);
	if (shows && !picture_take("imprint", f->imprint, f->imprint_n, &imprint, e))
		return false;
	sheet_open(&s, p);
	paper_lay(&s, paper, f, copies, shows ? &imprint : NULL);
	snprintf(title, sizeof title, "%s %s", paper_names[paper].zh, f->no);
	ok = sheet_good(&s, e) && pdf_make(&s, title, f->changed_at, pdf, n, e);
	sheet_close(&s);
	picture_free(&imprint);
	return ok;
}

static void
look(void *arg, const char *id, enum page_list list)
{
	bool *opens = arg;
	int user;
	const struct field *k = field_find(id, &user);

	(void)list;
	*opens = *opens || (k && k->flags & MASKED);
}

bool
paper_opens(enum paper paper)
{
	bool opens = false;

	page_ids(&pages[paper], look, &opens);
	return opens;
}
