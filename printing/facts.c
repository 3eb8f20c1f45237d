#include "printing/facts_in.h"

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

void
facts_field(const struct record *r, const char *id, char *out, size_t outsz)
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

/* ---- facts ---- */

void
facts_date(int64_t at, char *out, size_t n)
{
	out[0] = '\0';
	if (at != 0)
		when_paper(at, out, n);
}

void
facts_minute(int64_t at, char *out, size_t n)
{
	char shown[20];

	facts_date(at, out, n);
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
FACT(turned) { (void)i; facts_date(f->turned_at, out, n); }
FACT(made) { (void)i; facts_date(f->made_at, out, n); }
FACT(entered) { (void)i; facts_date(f->entered_at, out, n); }
FACT(accepted) { (void)i; facts_minute(f->accepted_at, out, n); }
FACT(accepted_day) { (void)i; facts_date(f->accepted_at, out, n); }
FACT(reviewed) { (void)i; facts_minute(f->reviewed_at, out, n); }
FACT(delivered) { (void)i; facts_date(f->delivered_at, out, n); }
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
		facts_date(f->delivered_at, out, n);
	else
		snprintf(out, n, "　　　　年　　月　　日");
}

/* ---- others ---- */

FACT(must_change) { COPY(f->scheme->pin.must_change ? "yes" : ""); }

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

static const struct fact facts[] = {
	{ "no", LIST_NONE, fact_no }, { "scheme.name", LIST_NONE, fact_scheme }, { "ca.name", LIST_NONE, fact_ca },
	{ "term.new", LIST_NONE, fact_term_new }, { "term.renew", LIST_NONE, fact_term_renew },
	{ "term.other", LIST_NONE, fact_term_other }, { "package.name", LIST_NONE, fact_package },
	{ "entered", LIST_NONE, fact_entered }, { "accepted", LIST_NONE, fact_accepted },
	{ "accepted.day", LIST_NONE, fact_accepted_day }, { "turned", LIST_NONE, fact_turned }, { "made", LIST_NONE, fact_made },
	{ "reviewed", LIST_NONE, fact_reviewed }, { "delivered", LIST_NONE, fact_delivered }, { "clerk", LIST_NONE, fact_clerk },
	{ "reviewer", LIST_NONE, fact_reviewer }, { "hander", LIST_NONE, fact_hander }, { "point", LIST_NONE, fact_point },
	{ "point.address", LIST_NONE, fact_point_address }, { "why", LIST_NONE, fact_why },
	{ "delivered_to", LIST_NONE, fact_delivered_to }, { "by_courier", LIST_NONE, fact_by_courier },
	{ "receiver.label", LIST_NONE, fact_receiver_label }, { "org.number", LIST_NONE, fact_org_number },
	{ "org.licence_besides", LIST_NONE, fact_org_licence_besides }, { "org.place", LIST_NONE, fact_org_place },
	{ "agent.id_label", LIST_NONE, fact_agent_id_label }, { "agent.where", LIST_NONE, fact_agent_where },
	{ "seal.size", LIST_NONE, fact_seal_size }, { "seal.service", LIST_NONE, fact_seal_service },
	{ "stored.seal.service", LIST_NONE, fact_stored_seal_service }, { "contact.where", LIST_NONE, fact_contact_where },
	{ "pickup.where", LIST_NONE, fact_pickup_where }, { "footer", LIST_NONE, fact_footer },
	{ "delivery.way", LIST_NONE, fact_delivery_way }, { "delivery.date", LIST_NONE, fact_delivery_date },
	{ "must_change", LIST_NONE, fact_must_change }, { "promise", LIST_NONE, fact_promise },
	{ "activation", LIST_NONE, fact_activation },
	{ 0 }
};

static const struct fact *
in_table(const struct fact *k, const char *id)
{
	while (k->id && strcmp(k->id, id) != 0)
		k++;
	return k->id ? k : NULL;
}

static const struct fact *
find(const char *id)
{
	const struct fact *k = in_table(facts, id);

	return k ? k : in_table(facts_of_lists, id);
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
		facts_field(f->record, id, out, outsz);
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
