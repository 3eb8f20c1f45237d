#include "printing/facts_in.h"

#include "forms/money.h"

#include <string.h>

/* ---- money ---- */

static void
figures(int64_t fen, char *out, size_t n)
{
	money_grouped(fen, out, n);
}

static int64_t
open_fen(const struct facts *f)
{
	return f->due_fen > f->paid_fen && f->money != MONEY_WAIVED && f->money != MONEY_SETTLED ? f->due_fen - f->paid_fen : 0;
}

FACT(due) { (void)i; figures(f->due_fen, out, n); }
FACT(due_capital) { (void)i; money_capital(f->due_fen, out, n); }
FACT(paid) { (void)i; figures(f->paid_fen, out, n); }
FACT(paid_capital) { (void)i; money_capital(f->paid_fen, out, n); }
FACT(money) { COPY(money_state_names[f->money].zh); }

FACT(owed)
{
	(void)i;
	out[0] = '\0';
	if (open_fen(f) > 0)
		figures(open_fen(f), out, n);
}

FACT(owed_words)
{
	char yuan[48];

	(void)i;
	figures(open_fen(f), yuan, sizeof yuan);
	snprintf(out, n, "%s%s", open_fen(f) > 0 ? "尚欠 ￥" : "无欠款", open_fen(f) > 0 ? yuan : "");
}

FACT(refund)
{
	(void)i;
	out[0] = '\0';
	if (f->paid_fen > 0)
		figures(f->paid_fen, out, n);
}

/* On paper by its full name. */
static const char *const fee_objects[FEE_OBJECT_N] = { [FEE_CERTIFICATE] = "数字证书", [FEE_SEAL] = "电子印章",
	[FEE_USER] = "个人证书", [FEE_TOKEN] = "证书介质" };
FACT(fee_object) { COPY(fee_objects[f->fee[i].object]); }
FACT(fee_unit) { figures(f->fee[i].unit_fen, out, n); }
FACT(fee_pieces) { snprintf(out, n, "%d", f->fee[i].pieces); }

/* A line per piece has one year in the table: on paper it has none, unless the application's term is that year. */
FACT(fee_years)
{
	if (f->fee[i].years == 1 && f->record->head.years != 1)
		snprintf(out, n, "—");
	else
		snprintf(out, n, "%d", f->fee[i].years);
}

FACT(fee_amount) { figures(f->fee[i].amount_fen, out, n); }
FACT(payment_at) { facts_minute(f->payment[i].at, out, n); }
FACT(payment_method) { COPY(pay_method_names[f->payment[i].method].zh); }
FACT(payment_reference) { COPY(f->payment[i].reference); }
FACT(payment_amount) { figures(f->payment[i].fen, out, n); }

/* ---- materials ---- */

/* What nobody has looked at yet is no fault of the applicant's. */
static bool
at_fault(enum material_outcome outcome)
{
	return outcome == MATERIAL_FAIL || outcome == MATERIAL_MISSING;
}

static const struct fact_material *
open_material(const struct facts *f, size_t wanted, size_t *count)
{
	size_t n = 0;

	for (size_t i = 0; i < f->materials; i++)
		if (at_fault(f->material[i].outcome) && n++ == wanted)
			return &f->material[i];
	if (count)
		*count = n;
	return NULL;
}

FACT(material_n) { (void)f; snprintf(out, n, "%d", i + 1); }
FACT(material_name) { COPY(f->material[i].name); }
FACT(material_wanted) { snprintf(out, n, "%d", f->material[i].wanted); }
FACT(material_brought) { snprintf(out, n, "%d", f->material[i].brought); }
FACT(material_outcome) { COPY(material_outcome_names[f->material[i].outcome].zh); }
FACT(material_reason) { COPY(f->material[i].reason); }
FACT(open_name) { const struct fact_material *m = open_material(f, (size_t)i, NULL); COPY(m ? m->name : ""); }

FACT(open_problem)
{
	const struct fact_material *m = open_material(f, (size_t)i, NULL);

	out[0] = '\0';
	if (m)
		snprintf(out, n, "%s%s%s", m->outcome == MATERIAL_MISSING ? "未提交" : material_outcome_names[m->outcome].zh,
		    m->reason[0] ? "：" : "", m->reason);
}

FACT(missing)
{
	size_t used = 0;

	(void)i;
	out[0] = '\0';
	for (size_t k = 0; k < f->materials; k++)
		if (f->material[k].outcome != MATERIAL_PASS && used < n)
			used += (size_t)snprintf(out + used, n - used, "%s%s", used ? "；" : "", f->material[k].name);
}

/* ---- items ---- */

FACT(item_n) { (void)f; snprintf(out, n, "%d", i + 1); }
FACT(item_kind) { COPY(strcmp(f->item[i].kind, "personal") == 0 ? "个人证书" : "机构证书"); }
FACT(item_certificate) { COPY(f->item[i].certificate); }
FACT(item_token) { COPY(f->item[i].token[0] ? f->item[i].token : "申请人自有设备"); }
FACT(item_from) { facts_date(f->item[i].not_before, out, n); }
FACT(item_to) { facts_date(f->item[i].not_after, out, n); }
FACT(item_pin) { COPY(f->item[i].pin ? f->item[i].pin : ""); }

FACT(item_tokens)
{
	size_t tokens = 0;

	(void)i;
	for (size_t k = 0; k < f->items; k++)
		tokens += f->item[k].token[0] != '\0';
	snprintf(out, n, "%zu", tokens);
}

/* ---- users ---- */

static void
user_text(const struct facts *f, int i, const char *part, char *out, size_t n)
{
	char id[32];

	snprintf(id, sizeof id, "user.%d.%s", i + 1, part);
	facts_field(f->record, id, out, n);
}

FACT(user_n) { (void)f; snprintf(out, n, "%d", i + 1); }
FACT(user_name) { user_text(f, i, "name", out, n); }
FACT(user_mobile) { user_text(f, i, "mobile", out, n); }
FACT(user_role) { user_text(f, i, "role", out, n); }
FACT(user_id_no) { user_text(f, i, "id_no", out, n); }
FACT(has_users) { COPY(f->record->users > 0 ? "yes" : ""); }

/* ---- changes ---- */

/* What is new beside the record of before: fields of the organisation and the seal that are not alike. */
static const struct field *
change_at(const struct facts *f, size_t wanted, size_t *count)
{
	char was[FIELD_SHOW_MAX], is[FIELD_SHOW_MAX];
	size_t n = 0;

	for (size_t i = 0; f->before && i < fields_n; i++) {
		if (strncmp(fields[i].id, "org.", 4) != 0 && strncmp(fields[i].id, "seal.", 5) != 0)
			continue;
		field_show(&fields[i], f->before, -1, was, sizeof was);
		field_show(&fields[i], f->record, -1, is, sizeof is);
		if (strcmp(was, is) == 0)
			continue;
		if (n++ == wanted)
			return &fields[i];
	}
	if (count)
		*count = n;
	return NULL;
}

static void
change_text(const struct facts *f, int index, const struct record *r, char *out, size_t outsz)
{
	const struct field *k = change_at(f, (size_t)index, NULL);

	if (!k)
		out[0] = '\0';
	else if (k->flags & MASKED)
		field_show_masked(k, r, -1, out, outsz);
	else
		facts_field(r, k->id, out, outsz);
}

FACT(change_label) { const struct field *k = change_at(f, (size_t)i, NULL); COPY(k ? k->zh : ""); }
FACT(change_before) { change_text(f, i, f->before, out, n); }
FACT(change_after) { change_text(f, i, f->record, out, n); }


/* ---- what there is ---- */

static void
yes_if(bool yes, char *out, size_t n)
{
	snprintf(out, n, "%s", yes ? "yes" : "");
}

FACT(has_changes) { (void)i; yes_if(facts_count(f, LIST_CHANGES) > 0, out, n); }
FACT(has_materials) { (void)i; yes_if(f->materials > 0, out, n); }
FACT(has_open_materials) { (void)i; yes_if(facts_count(f, LIST_OPEN_MATERIALS) > 0, out, n); }
FACT(has_fees) { (void)i; yes_if(f->fees > 0, out, n); }
FACT(has_payments) { (void)i; yes_if(f->payments > 0, out, n); }
FACT(has_items) { (void)i; yes_if(f->items > 0, out, n); }

const struct fact facts_of_lists[] = {
	{ "due", LIST_NONE, fact_due }, { "due.capital", LIST_NONE, fact_due_capital }, { "paid", LIST_NONE, fact_paid },
	{ "paid.capital", LIST_NONE, fact_paid_capital }, { "money", LIST_NONE, fact_money }, { "owed", LIST_NONE, fact_owed },
	{ "owed.words", LIST_NONE, fact_owed_words }, { "refund", LIST_NONE, fact_refund },
	{ "missing", LIST_NONE, fact_missing }, { "items.tokens", LIST_NONE, fact_item_tokens },
	{ "has.changes", LIST_NONE, fact_has_changes }, { "has.materials", LIST_NONE, fact_has_materials },
	{ "has.open_materials", LIST_NONE, fact_has_open_materials }, { "has.fees", LIST_NONE, fact_has_fees },
	{ "has.payments", LIST_NONE, fact_has_payments }, { "has.items", LIST_NONE, fact_has_items },
	{ "material.n", LIST_MATERIALS, fact_material_n }, { "material.name", LIST_MATERIALS, fact_material_name },
	{ "material.wanted", LIST_MATERIALS, fact_material_wanted },
	{ "material.brought", LIST_MATERIALS, fact_material_brought },
	{ "material.outcome", LIST_MATERIALS, fact_material_outcome },
	{ "material.reason", LIST_MATERIALS, fact_material_reason }, { "open.n", LIST_OPEN_MATERIALS, fact_material_n },
	{ "open.name", LIST_OPEN_MATERIALS, fact_open_name }, { "open.problem", LIST_OPEN_MATERIALS, fact_open_problem },
	{ "fee.object", LIST_FEES, fact_fee_object }, { "fee.unit", LIST_FEES, fact_fee_unit },
	{ "fee.pieces", LIST_FEES, fact_fee_pieces }, { "fee.years", LIST_FEES, fact_fee_years },
	{ "fee.amount", LIST_FEES, fact_fee_amount }, { "payment.at", LIST_PAYMENTS, fact_payment_at },
	{ "payment.method", LIST_PAYMENTS, fact_payment_method }, { "payment.reference", LIST_PAYMENTS, fact_payment_reference },
	{ "payment.amount", LIST_PAYMENTS, fact_payment_amount }, { "item.n", LIST_ITEMS, fact_item_n },
	{ "item.kind", LIST_ITEMS, fact_item_kind }, { "item.certificate", LIST_ITEMS, fact_item_certificate },
	{ "item.token", LIST_ITEMS, fact_item_token }, { "item.from", LIST_ITEMS, fact_item_from },
	{ "item.to", LIST_ITEMS, fact_item_to }, { "item.pin", LIST_ITEMS, fact_item_pin },
	{ "change.label", LIST_CHANGES, fact_change_label }, { "change.before", LIST_CHANGES, fact_change_before },
	{ "change.after", LIST_CHANGES, fact_change_after }, { "has.users", LIST_NONE, fact_has_users },
	{ "holder.n", LIST_USERS, fact_user_n }, { "holder.name", LIST_USERS, fact_user_name },
	{ "holder.id_no", LIST_USERS, fact_user_id_no }, { "holder.mobile", LIST_USERS, fact_user_mobile },
	{ "holder.role", LIST_USERS, fact_user_role },
	{ 0 }
};

size_t
facts_count(const void *of, enum page_list list)
{
	const struct facts *f = of;
	size_t n = 0;

	switch (list) {
	case LIST_MATERIALS:
		return f->materials;
	case LIST_OPEN_MATERIALS:
		open_material(f, SIZE_MAX, &n);
		return n;
	case LIST_FEES:
		return f->fees;
	case LIST_PAYMENTS:
		return f->payments;
	case LIST_ITEMS:
		return f->items;
	case LIST_CHANGES:
		change_at(f, SIZE_MAX, &n);
		return n;
	case LIST_USERS:
		return (size_t)f->record->users;
	case LIST_NONE:
	case LIST_ROWS:
		break;
	}
	return 0;
}

