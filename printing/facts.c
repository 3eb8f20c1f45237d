#include "printing/facts.h"

#include "forms/field.h"
#include "forms/money.h"
#include "forms/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- fields of the record ---- */

static const char *
chinese(const struct name *names, const char *stored)
{
	int i = name_index(names, stored);

	return i < 0 ? stored : names[i].zh;
}

static void
field_text(const struct record *r, const char *id, char *out, size_t outsz)
{
	int user;
	const struct field *f = field_find(id, &user);

	out[0] = '\0';
	assert(f != NULL);
	if (!field_filled(f, r, user))
		return;
	switch (f->kind) {
	case FIELD_CHOICE:
		snprintf(out, outsz, "%s", chinese(f->names, field_member(f, r, user)));
		break;
	case FIELD_YESNO:
		snprintf(out, outsz, "%s", *(const int *)field_member(f, r, user) ? "是" : "否");
		break;
	case FIELD_TEXT:
	case FIELD_NUMBER:
		field_show(f, r, user, out, outsz);
		break;
	}
}

static bool
is_field(const char *id)
{
	int user;

	return field_find(id, &user) != NULL;
}

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
		field_text(r, k->id, out, outsz);
}

/* ---- facts ---- */

#define FACT(name) static void fact_##name(const struct facts *f, int i, char *out, size_t n)
#define COPY(value) do { (void)i; snprintf(out, n, "%s", value); } while (0)

static void
date(int64_t at, char *out, size_t n)
{
	out[0] = '\0';
	if (at != 0)
		when_paper(at, out, n);
}

static void
minute(int64_t at, char *out, size_t n)
{
	char shown[20];

	date(at, out, n);
	if (at == 0)
		return;
	when_show(at, shown);		/* 2026-11-21 09:46:00 */
	snprintf(out + strlen(out), n - strlen(out), " %.5s", shown + 11);
}

static void
term(const struct facts *f, const char *service, char *out, size_t n)
{
	const char *numeral = strcmp(f->record->head.service, service) == 0 ? money_numeral(f->record->head.years) : NULL;

	snprintf(out, n, "%s", numeral ? numeral : "　　");
}

FACT(no) { COPY(f->no); }
FACT(scheme) { COPY(f->scheme->zh); }
FACT(ca) { const struct scheme_ca *ca = scheme_ca(f->scheme, f->record->head.ca[0] ? f->record->head.ca : NULL); COPY(ca ? ca->zh : ""); }
FACT(term_new) { (void)i; term(f, "new", out, n); }
FACT(term_renew) { (void)i; term(f, "renew", out, n); }

/* The boxes of the form have room for two services' terms: what another one asks for stands in a row of its own. */
FACT(term_other)
{
	static const char *const others[] = { "swap", "add_users", "add_seal" };

	(void)i;
	out[0] = '\0';
	for (size_t k = 0; k < sizeof others / sizeof *others; k++)
		if (strcmp(f->record->head.service, others[k]) == 0 && money_numeral(f->record->head.years))
			term(f, others[k], out, n);
}

/* Who adds users buys no package: the record names the one that they come to. */
FACT(package)
{
	const struct scheme_package *package = scheme_package(f->scheme, f->record->head.package);

	COPY(package && strcmp(f->record->head.service, "add_users") != 0 ? package->zh : "");
}
FACT(turned) { (void)i; date(f->turned_at, out, n); }
FACT(made) { (void)i; date(f->made_at, out, n); }
FACT(entered) { (void)i; date(f->entered_at, out, n); }
FACT(accepted) { (void)i; minute(f->accepted_at, out, n); }
FACT(accepted_day) { (void)i; date(f->accepted_at, out, n); }
FACT(reviewed) { (void)i; minute(f->reviewed_at, out, n); }
FACT(delivered) { (void)i; date(f->delivered_at, out, n); }
FACT(clerk) { COPY(f->clerk); }
FACT(reviewer) { COPY(f->reviewer); }
FACT(hander) { COPY(f->hander); }
FACT(point) { COPY(f->point_name); }
FACT(point_address) { COPY(f->point_address); }
FACT(why) { COPY(f->reason); }
FACT(delivered_to) { COPY(f->delivered_to); }

/* What was handed over names the agent as its receiver, what was sent names the courier. Until then: as the order says. */
static bool
by_courier(const struct facts *f)
{
	char agent[FIELD_SHOW_MAX], receiver[FIELD_SHOW_MAX];

	if (f->delivered_at == 0)
		return strcmp(f->record->head.channel, "counter") != 0 && !f->record->head.pickup_point[0];
	text_fold(f->record->agent.name, agent, sizeof agent);
	text_fold(f->delivered_to, receiver, sizeof receiver);
	return strcmp(agent, receiver) != 0;
}

FACT(by_courier) { COPY(by_courier(f) ? "yes" : ""); }
FACT(receiver_label) { COPY(by_courier(f) ? "快递单号" : "领 取 人"); }

/* What stands in the boxes: the credit code, or the licence number that is given in its place. */
FACT(org_number) { COPY(f->record->org.credit_code[0] ? f->record->org.credit_code : f->record->org.licence_no); }
FACT(org_licence_besides) { COPY(f->record->org.credit_code[0] ? f->record->org.licence_no : ""); }
FACT(org_place)
{
	(void)i;
	snprintf(out, n, "%s%s%s", f->record->org.region, f->record->org.region[0] && f->record->org.address[0] ? " " : "",
	    f->record->org.address);
}

/* A scheme asks for the agent's address or for the courier's recipient. */
FACT(agent_where)
{
	const struct record_recipient *to = &f->record->recipient;

	if (f->record->agent.address[0] || !to->address[0])
		COPY(f->record->agent.address);
	else
		snprintf(out, n, "%s（%s %s）", to->address, to->name, to->phone);
}

FACT(agent_id_label)
{
	const char *kind = f->record->agent.id_kind;

	COPY(kind[0] == '\0' || strcmp(kind, "resident_id") == 0 ? "身份证号" : chinese(id_kind_names, kind));
}

FACT(seal_size)
{
	(void)i;
	out[0] = '\0';
	if (f->record->seal.diameter_mm != RECORD_UNSET)
		snprintf(out, n, "%d 毫米", f->record->seal.diameter_mm);
}

/* The seal form knows five cases; a seal added to a certificate is a new one. */
FACT(stored_seal_service) { COPY(strcmp(f->record->head.service, "add_seal") == 0 ? "new" : f->record->head.service); }
FACT(seal_service) { COPY(chinese(service_names, f->record->head.service)); }

FACT(contact_where)
{
	const char *place = scheme_text(f->scheme, "contact.place"), *address = scheme_text(f->scheme, "contact.address");

	(void)i;
	snprintf(out, n, "%s，%s", place ? place : f->point_name, address ? address : f->point_address);
}

/* The point that the applicant chose in the order goes before the scheme's own place. */
FACT(pickup_where)
{
	if (f->record->head.pickup_point[0])
		COPY(f->record->head.pickup_point);
	else
		fact_contact_where(f, i, out, n);
}

/* Where the CA is reached: the scheme's own line, or what it tells of its place. */
FACT(footer)
{
	static const char *const parts[] = { "contact.place", "contact.address", "contact.phone", "contact.web" };
	const char *words = scheme_text(f->scheme, "footer");
	size_t used = 0;

	(void)i;
	snprintf(out, n, "%s", words ? words : "");
	for (size_t k = 0; !words && k < sizeof parts / sizeof *parts && used < n; k++) {
		const char *part = scheme_text(f->scheme, parts[k]);

		if (part)
			used += (size_t)snprintf(out + used, n - used, "%s%s", used ? "  " : "", part);
	}
}

FACT(delivery_way) { COPY(by_courier(f) ? "邮寄交付" : "现场交付"); }

FACT(delivery_date)
{
	(void)i;
	if (f->delivered_at != 0)
		date(f->delivered_at, out, n);
	else
		snprintf(out, n, "　　　　年　　月　　日");
}

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

static const char *const fee_objects[] = { [FEE_CERTIFICATE] = "数字证书", [FEE_SEAL] = "电子印章", [FEE_USER] = "个人证书" };
FACT(fee_object) { snprintf(out, n, "%s", fee_objects[f->fee[i].object]); }
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
FACT(payment_at) { minute(f->payment[i].at, out, n); }
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
FACT(item_from) { date(f->item[i].not_before, out, n); }
FACT(item_to) { date(f->item[i].not_after, out, n); }
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
	field_text(f->record, id, out, n);
}

FACT(user_n) { (void)f; snprintf(out, n, "%d", i + 1); }
FACT(user_name) { user_text(f, i, "name", out, n); }
FACT(user_mobile) { user_text(f, i, "mobile", out, n); }
FACT(user_role) { user_text(f, i, "role", out, n); }
FACT(user_id_no) { user_text(f, i, "id_no", out, n); }
FACT(has_users) { COPY(f->record->users > 0 ? "yes" : ""); }

/* ---- others ---- */

FACT(change_label) { const struct field *k = change_at(f, (size_t)i, NULL); COPY(k ? k->zh : ""); }
FACT(change_before) { change_text(f, i, f->before, out, n); }
FACT(change_after) { change_text(f, i, f->record, out, n); }

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
FACT(must_change) { (void)i; yes_if(f->scheme->pin.must_change, out, n); }

FACT(promise)
{
	(void)i;
	out[0] = '\0';
	if (f->scheme->promise_days > 0)
		snprintf(out, n, "%d", f->scheme->promise_days);
}

FACT(activation)
{
	(void)i;
	out[0] = '\0';
	if (f->scheme->activation_hours > 0)
		snprintf(out, n, "%d", f->scheme->activation_hours);
}

static const struct fact {
	const char *id;
	enum page_list list;
	void (*text)(const struct facts *f, int i, char *out, size_t n);
} facts[] = {
	{ "no", LIST_NONE, fact_no }, { "scheme.name", LIST_NONE, fact_scheme }, { "ca.name", LIST_NONE, fact_ca },
	{ "term.new", LIST_NONE, fact_term_new }, { "term.renew", LIST_NONE, fact_term_renew },
	{ "term.other", LIST_NONE, fact_term_other }, { "package.name", LIST_NONE, fact_package },
	{ "entered", LIST_NONE, fact_entered }, { "accepted", LIST_NONE, fact_accepted }, { "accepted.day", LIST_NONE, fact_accepted_day },
	{ "turned", LIST_NONE, fact_turned }, { "made", LIST_NONE, fact_made },
	{ "reviewed", LIST_NONE, fact_reviewed }, { "delivered", LIST_NONE, fact_delivered }, { "clerk", LIST_NONE, fact_clerk },
	{ "reviewer", LIST_NONE, fact_reviewer }, { "hander", LIST_NONE, fact_hander }, { "point", LIST_NONE, fact_point },
	{ "point.address", LIST_NONE, fact_point_address }, { "why", LIST_NONE, fact_why },
	{ "delivered_to", LIST_NONE, fact_delivered_to }, { "by_courier", LIST_NONE, fact_by_courier },
	{ "receiver.label", LIST_NONE, fact_receiver_label },
	{ "org.number", LIST_NONE, fact_org_number }, { "org.licence_besides", LIST_NONE, fact_org_licence_besides },
	{ "org.place", LIST_NONE, fact_org_place }, { "agent.id_label", LIST_NONE, fact_agent_id_label },
	{ "agent.where", LIST_NONE, fact_agent_where },
	{ "seal.size", LIST_NONE, fact_seal_size }, { "seal.service", LIST_NONE, fact_seal_service },
	{ "stored.seal.service", LIST_NONE, fact_stored_seal_service },
	{ "due", LIST_NONE, fact_due }, { "due.capital", LIST_NONE, fact_due_capital }, { "paid", LIST_NONE, fact_paid },
	{ "paid.capital", LIST_NONE, fact_paid_capital }, { "money", LIST_NONE, fact_money }, { "owed", LIST_NONE, fact_owed },
	{ "owed.words", LIST_NONE, fact_owed_words }, { "contact.where", LIST_NONE, fact_contact_where },
	{ "pickup.where", LIST_NONE, fact_pickup_where },
	{ "footer", LIST_NONE, fact_footer },
	{ "delivery.way", LIST_NONE, fact_delivery_way }, { "delivery.date", LIST_NONE, fact_delivery_date },
	{ "refund", LIST_NONE, fact_refund }, { "missing", LIST_NONE, fact_missing }, { "items.tokens", LIST_NONE, fact_item_tokens },
	{ "has.changes", LIST_NONE, fact_has_changes }, { "has.materials", LIST_NONE, fact_has_materials },
	{ "has.open_materials", LIST_NONE, fact_has_open_materials }, { "has.fees", LIST_NONE, fact_has_fees },
	{ "has.payments", LIST_NONE, fact_has_payments }, { "has.items", LIST_NONE, fact_has_items },
	{ "must_change", LIST_NONE, fact_must_change }, { "promise", LIST_NONE, fact_promise },
	{ "activation", LIST_NONE, fact_activation },
	{ "material.n", LIST_MATERIALS, fact_material_n }, { "material.name", LIST_MATERIALS, fact_material_name },
	{ "material.wanted", LIST_MATERIALS, fact_material_wanted }, { "material.brought", LIST_MATERIALS, fact_material_brought },
	{ "material.outcome", LIST_MATERIALS, fact_material_outcome }, { "material.reason", LIST_MATERIALS, fact_material_reason },
	{ "open.n", LIST_OPEN_MATERIALS, fact_material_n }, { "open.name", LIST_OPEN_MATERIALS, fact_open_name },
	{ "open.problem", LIST_OPEN_MATERIALS, fact_open_problem },
	{ "fee.object", LIST_FEES, fact_fee_object }, { "fee.unit", LIST_FEES, fact_fee_unit }, { "fee.pieces", LIST_FEES, fact_fee_pieces },
	{ "fee.years", LIST_FEES, fact_fee_years }, { "fee.amount", LIST_FEES, fact_fee_amount },
	{ "payment.at", LIST_PAYMENTS, fact_payment_at }, { "payment.method", LIST_PAYMENTS, fact_payment_method },
	{ "payment.reference", LIST_PAYMENTS, fact_payment_reference }, { "payment.amount", LIST_PAYMENTS, fact_payment_amount },
	{ "item.n", LIST_ITEMS, fact_item_n }, { "item.kind", LIST_ITEMS, fact_item_kind }, { "item.certificate", LIST_ITEMS, fact_item_certificate },
	{ "item.token", LIST_ITEMS, fact_item_token }, { "item.from", LIST_ITEMS, fact_item_from }, { "item.to", LIST_ITEMS, fact_item_to },
	{ "item.pin", LIST_ITEMS, fact_item_pin },
	{ "change.label", LIST_CHANGES, fact_change_label }, { "change.before", LIST_CHANGES, fact_change_before },
	{ "change.after", LIST_CHANGES, fact_change_after },
	{ "has.users", LIST_NONE, fact_has_users }, { "holder.n", LIST_USERS, fact_user_n }, { "holder.name", LIST_USERS, fact_user_name },
	{ "holder.id_no", LIST_USERS, fact_user_id_no }, { "holder.mobile", LIST_USERS, fact_user_mobile },
	{ "holder.role", LIST_USERS, fact_user_role },
};
#define FACTS (sizeof facts / sizeof *facts)

static const struct fact *
find(const char *id)
{
	for (size_t k = 0; k < FACTS; k++)
		if (strcmp(facts[k].id, id) == 0)
			return &facts[k];
	return NULL;
}

/* ---- words of the scheme ---- */

/* text.notice.*: notice.1, notice.2 … as numbered paragraphs; text.KEY: that one. */
static void
scheme_words(const struct scheme *s, const char *key, char *out, size_t outsz)
{
	size_t len = strlen(key), used = 0;
	char one[64];

	out[0] = '\0';
	if (len < 2 || strcmp(key + len - 2, ".*") != 0) {
		const char *words = scheme_text(s, key);

		snprintf(out, outsz, "%s", words ? words : "");
		return;
	}
	for (int i = 1; used < outsz; i++) {
		const char *words;

		snprintf(one, sizeof one, "%.*s.%d", (int)len - 2, key, i);
		words = scheme_text(s, one);
		if (!words)
			return;
		used += (size_t)snprintf(out + used, outsz - used, "%s%d．%s", i > 1 ? "\n" : "", i, words);
	}
}

/* ---- the door ---- */

void
facts_text(const void *of, const char *id, int index, char *out, size_t outsz)
{
	const struct facts *f = of;
	const struct fact *fact = find(id);
	int user;

	if (fact)
		fact->text(f, index, out, outsz);
	else if (strncmp(id, "text.", 5) == 0)
		scheme_words(f->scheme, id + 5, out, outsz);
	else if (strncmp(id, "stored.", 7) == 0)
		field_show(field_find(id + 7, &user), f->record, -1, out, outsz);
	else if (strncmp(id, "masked.", 7) == 0)
		field_show_masked(field_find(id + 7, &user), f->record, -1, out, outsz);
	else
		field_text(f->record, id, out, outsz);
}

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

bool
facts_known(const char *id, enum page_list list)
{
	const struct fact *fact = find(id);

	if (fact)
		return fact->list == LIST_NONE || fact->list == list;
	if (strncmp(id, "text.", 5) == 0)
		return true;
	if (strncmp(id, "stored.", 7) == 0 || strncmp(id, "masked.", 7) == 0)
		id += 7;
	return is_field(id);
}
