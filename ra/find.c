#include "ra/find.h"

#include "db/certificate.h"
#include "forms/idnumber.h"
#include "forms/tr.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

/* The typed text in the forms in which things are stored. "" where it cannot be that. */
struct search {
	struct office *o;
	const struct find_query *q;
	struct find_list *l;
	bool by_id;
	char name[TEXT_BYTES(64)];	/* as a person's name may stand in a form; "" where it cannot be one */
	char code[40];			/* capital letters and digits, blanks and separators dropped */
	char digits[40];		/* of a text that has digits, blanks and signs of phone numbers only */
	char hex[64];			/* upper case */
	char typed[40];			/* narrow, without blanks: as a phone field keeps it */
	char word[FIND_TERMS][TEXT_BYTES(64)];	/* folded words */
	size_t words;
};

/* ---- the typed text ---- */

/* Keeps what is of `alphabet`, drops what is of `between`; "" when there is something else or too much. */
static void
only(const char *s, const char *alphabet, const char *between, char *out, size_t outsz)
{
	size_t n = 0;

	for (; *s; s++) {
		if (strchr(between, *s))
			continue;
		if (!strchr(alphabet, *s) || n + 1 >= outsz) {
			n = 0;
			break;
		}
		out[n++] = *s;
	}
	out[n] = '\0';
}

static void
split(struct search *s, const char *text)
{
	char one[TEXT_BYTES(64)];

	/* the ideographic space parts words too; text_narrow has made it a blank */
	for (; s->words < FIND_TERMS && *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		snprintf(one, sizeof one, "%.*s", (int)(n < sizeof one ? n : sizeof one - 1), text);
		text_fold(one, s->word[s->words], sizeof s->word[0]);
		s->words += s->word[s->words][0] != '\0';
		text += n;
	}
}

static bool
read_typed(struct search *s, struct err *e)
{
	char text[TEXT_BYTES(64)], upper[TEXT_BYTES(64)];

	if (!text_clean("text", s->q->text, strlen(s->q->text), 64, text, sizeof text, e))
		return false;
	text_narrow(text);
	split(s, text);
	snprintf(s->name, sizeof s->name, "%s", text_chars(text) > 1 && !strpbrk(text, "0123456789") ? text : "");
	snprintf(upper, sizeof upper, "%s", text);
	text_upper(upper);
	only(upper, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -", s->code, sizeof s->code);
	only(upper, "0123456789", " -+().", s->digits, sizeof s->digits);
	only(upper, "0123456789ABCDEF", " -:", s->hex, sizeof s->hex);
	only(text, "0123456789-()+#xX", " ", s->typed, sizeof s->typed);
	return true;
}

/* ---- look-ups: each adds what the text is, if it can be that ---- */

static bool
by_number(struct search *s, struct err *e)
{
	char full[64];
	size_t n = strlen(s->code);

	if (n < FIND_TAIL || n >= APP_NO_MAX)
		return true;
	if (!isdigit((unsigned char)s->code[0]))
		return find_number_head(s->o->db, s->code, s->l, e);
	/* without the letters of the own service point: the day, or the day and the rest */
	if (n < 6 || !s->digits[0])
		return true;
	snprintf(full, sizeof full, "%s%s", s->o->point, s->code);
	return find_number_head(s->o->db, full, s->l, e);
}

static bool
by_number_tail(struct search *s, struct err *e)
{
	char tail[40];
	size_t n = strlen(s->digits);

	if (n < 2 || n > 12)
		return true;
	/* zeros before may be left out: 421 is the end of ..00421 */
	snprintf(tail, sizeof tail, "%.*s%.12s", n < FIND_TAIL ? (int)(FIND_TAIL - n) : 0, "0000", s->digits);
	return find_number_tail(s->o->db, tail, s->l, e);
}

static bool
look_phone(struct search *s, const char *value, struct err *e)
{
	return (strlen(value) != 11 || (find_sealed(s->o->db, s->o->keys, FIND_AGENT_MOBILE, value, s->l, e)
	    && find_sealed(s->o->db, s->o->keys, FIND_USER_MOBILE, value, s->l, e)))
	    && find_sealed(s->o->db, s->o->keys, FIND_ORG_PHONE, value, s->l, e);
}

/* A land line as it may have been typed into the form: with a hyphen behind the area code, in brackets, or without either. */
static bool
look_land_line(struct search *s, const char *area, const char *rest, struct err *e)
{
	static const struct { const char *before, *behind; } forms[] = { { "", "-" }, { "", "" }, { "(", ")" } };
	char value[64];

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		snprintf(value, sizeof value, "%s%s%s%s", forms[i].before, area, forms[i].behind, rest);
		if (!find_sealed(s->o->db, s->o->keys, FIND_ORG_PHONE, value, s->l, e))
			return false;
	}
	return true;
}

/* Nobody here says the area code of a number of the province. */
static bool
by_local_phone(struct search *s, struct err *e)
{
	static const char *const areas[] = { "020", "0769", "0755", "0757", "0758", "0752", "0760", "0756", "0750", "0751", "0753", "0754",
	    "0759", "0762", "0763", "0766", "0768", "0660", "0662", "0663", "0668" };
	size_t n = strlen(s->digits);

	if ((n != 7 && n != 8) || s->digits[0] == '0' || s->digits[0] == '1')
		return true;
	for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
		if (!look_land_line(s, areas[i], s->digits, e))
			return false;
	return true;
}

/* The keyed index knows whole numbers only, as they were typed into the form. */
static bool
by_phone(struct search *s, struct err *e)
{
	const char *d = s->digits;
	char area[8], other[64];
	size_t n;

	if (strncmp(d, "0086", 4) == 0)
		d += 4;
	else if (strncmp(d, "86", 2) == 0 && strlen(d) == 13)
		d += 2;
	n = strlen(d);
	if (n < 7 || n > 16)
		return true;
	if (!look_phone(s, d, e) || (strcmp(s->typed, d) != 0 && s->typed[0] && !look_phone(s, s->typed, e)))
		return false;
	if (d[0] == '0') {
		snprintf(area, sizeof area, "%.*s", d[1] == '1' || d[1] == '2' ? 3 : 4, d);
		return look_land_line(s, area, d + strlen(area), e);
	}
	if (n != 10 || (d[0] != '4' && d[0] != '8'))
		return true;
	snprintf(other, sizeof other, "%.3s-%.3s-%s", d, d + 3, d + 6);		/* 400-830-1330 */
	if (!look_phone(s, other, e))
		return false;
	snprintf(other, sizeof other, "%.3s-%s", d, d + 3);
	return look_phone(s, other, e);
}

/* What is surely an identity number: with a check digit, or in the form of one kind of card. */
static bool
is_identity(const char *code)
{
	static const char *const kinds[] = { "resident_id", "hk_macao_permit", "foreign_residence" };
	struct err ignored;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (id_person("text", kinds[i], code, day_of(when_now()), &ignored))
			return true;
	return false;
}

/* What may be a passport or a Taiwan permit, if it is nothing else: at most two letters, 7 to 10 digits. */
static bool
may_be_identity(const char *code)
{
	size_t letters = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), n = strlen(code + letters);

	return letters <= 2 && n >= 7 && n <= 10 && text_is_digits(code + letters);
}

static bool
look_identity(struct search *s, struct err *e)
{
	s->by_id = true;
	if (!s->q->complete)
		return true;
	/* on the audit before anything is looked at */
	if (!office_may(s->o, ACT_FIND_ID, e) || !office_begin(s->o, e)
	    || !office_commit(s->o, ACT_FIND_ID, "search", e, "by identity number"))
		return false;
	return find_sealed(s->o->db, s->o->keys, FIND_AGENT_ID, s->code, s->l, e)
	    && find_sealed(s->o->db, s->o->keys, FIND_USER_ID, s->code, s->l, e)
	    && find_sealed(s->o->db, s->o->keys, FIND_LEGAL_REP_ID, s->code, s->l, e);
}

static bool
by_identity(struct search *s, struct err *e)
{
	return !is_identity(s->code) || look_identity(s, e);
}

static bool
by_possible_identity(struct search *s, struct err *e)
{
	return s->by_id || s->l->n > 0 || !may_be_identity(s->code) || look_identity(s, e);
}

/* A document that is no credit code and no licence stands in the store as kind:number. */
static bool
by_doc(struct search *s, struct err *e)
{
	char doc[80];

	if (strlen(s->code) < FIND_TAIL)
		return true;
	if (!find_doc_head(s->o->db, s->code, s->l, e))
		return false;
	for (const struct name *kind = doc_kind_names; kind->stored; kind++) {
		snprintf(doc, sizeof doc, "%s:%s", kind->stored, s->code);
		if (!find_doc_head(s->o->db, doc, s->l, e))
			return false;
	}
	return true;
}

static bool
by_doc_tail(struct search *s, struct err *e)
{
	return strlen(s->code) < FIND_TAIL || find_doc_tail(s->o->db, s->code, s->l, e);
}

static bool
by_licence(struct search *s, struct err *e)
{
	return strlen(s->code) < 6 || strlen(s->code) > 20 || find_licence(s->o->db, s->code, s->l, e);
}

static bool
by_certificate(struct search *s, struct err *e)
{
	return strlen(s->hex) < 6 || find_certificate_head(s->o->db, s->hex, s->l, e);
}

static bool
by_certificate_tail(struct search *s, struct err *e)
{
	return strlen(s->hex) < FIND_TAIL || find_certificate_tail(s->o->db, s->hex, s->l, e);
}

/* A maker's serial may have small letters: the case on it and what a scanner gives need not agree. */
static bool
token_both(struct search *s, bool (*look)(struct db *, const char *, struct find_list *, struct err *), struct err *e)
{
	char lower[40];
	size_t n = strlen(s->code);

	if (n < FIND_TAIL)
		return true;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)s->code[i]);
	return look(s->o->db, s->code, s->l, e) && (strcmp(lower, s->code) == 0 || look(s->o->db, lower, s->l, e));
}

static bool
by_token(struct search *s, struct err *e)
{
	return token_both(s, find_token_head, e);
}

static bool
by_token_tail(struct search *s, struct err *e)
{
	return token_both(s, find_token_tail, e);
}

static bool
by_name(struct search *s, struct err *e)
{
	return s->words == 0 || find_name(s->o->db, s->word, s->words, s->l, e);
}

static bool
by_person(struct search *s, struct err *e)
{
	return !s->name[0] || find_person(s->o->db, s->name, s->l, e);
}

/* ---- all of them ---- */

/* The likeliest first. What is found by a piece of a number leaves room for what is found in other ways. */
static const struct { bool (*look)(struct search *s, struct err *e); bool piece; } lookups[] = {
	{ by_number, true }, { by_phone, false }, { by_local_phone, false }, { by_identity, false }, { by_doc, true }, { by_licence, true },
	{ by_certificate, true }, { by_token, true }, { by_number_tail, true }, { by_token_tail, true },
	{ by_certificate_tail, true }, { by_doc_tail, true }, { by_name, false }, { by_person, false }, { by_possible_identity, false },
};

/* States as they are now: nobody has to run a job for a certificate to expire. */
static bool
states_now(struct office *o, struct find_list *l, struct err *e)
{
	int64_t now = when_now();

	for (size_t i = 0; i < l->n; i++) {
		struct find_hit *h = &l->hit[i];
		struct certificate c = { 0 };

		if (h->kind == FIND_ORGANISATION && !find_newest_certificate(o->db, h, e))
			return false;
		if ((h->kind != FIND_CERTIFICATE && h->kind != FIND_ORGANISATION) || !h->state[0])
			continue;
		c.not_after = h->at;
		c.state = (enum cert_state)name_index(cert_state_names, h->state);
		snprintf(h->state, sizeof h->state, "%s", cert_state_names[cert_state_at(&c, now)].stored);
	}
	return true;
}

bool
find_all(struct office *o, const struct find_query *q, struct find_list *l, bool *by_id, struct err *e)
{
	struct search s = { .o = o, .q = q, .l = l };
	size_t max = q->max < FIND_MAX ? q->max : FIND_MAX;
	bool more = false, ok;

	l->n = 0;
	l->more = false;
	*by_id = false;
	ok = office_may(o, ACT_SHOW, e) && read_typed(&s, e);
	for (size_t i = 0; ok && i < sizeof lookups / sizeof *lookups; i++) {
		if ((q->stop && atomic_load(q->stop)) || l->n == max)
			break;
		l->max = lookups[i].piece && l->n + max / 3 + 1 < max ? l->n + max / 3 + 1 : max;
		l->more = false;
		ok = lookups[i].look(&s, e);
		more = more || l->more;
		if (ok && i == 0 && l->n == 1 && app_no_valid(s.code) && strcmp(l->hit[0].key, s.code) == 0)
			break;		/* a whole number, with its check digit: it is nothing else */
	}
	l->max = max;
	l->more = more || l->n == max;
	*by_id = s.by_id;
	OPENSSL_cleanse(&s, sizeof s);
	return ok && states_now(o, l, e);
}

/* ---- words ---- */

static const char *const kind_names[] = { N_("application"), N_("organisation"), N_("certificate"), N_("token") };

const char *
find_kind_name(enum find_kind kind)
{
	return kind_names[kind];
}

const char *
find_kind_shown(enum find_kind kind)
{
	return tr(kind_names[kind]);
}

const char *
find_state_shown(const struct find_hit *h)
{
	static const struct name *const tables[] = { app_state_names, cert_state_names, cert_state_names, token_state_names };

	return h->state[0] ? tr_stored(tables[h->kind], h->state) : "";
}

void
find_line(const struct find_hit *h, char *out, size_t outsz)
{
	char day[11] = "";

	day_show(day_of(h->at), day);
	switch (h->kind) {
	case FIND_APPLICATION:
		snprintf(out, outsz, "%s  %s  %s  %s", tr_stored(service_names, h->service), h->name, h->person, day);
		return;
	case FIND_ORGANISATION:
	case FIND_CERTIFICATE:
		snprintf(out, outsz, h->at != 0 ? tr("%s  until %s") : "%s", h->name, day);
		return;
	case FIND_TOKEN:
	case FIND_KIND_N:
		snprintf(out, outsz, "%s", h->name);
		return;
	}
}
