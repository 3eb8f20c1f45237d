/* Reading and checking a scheme file. */
#include "forms/scheme.h"

#include "forms/config.h"
#include "forms/tr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything a scheme points to lives as long as its parsed file and the blocks taken here. */
#define BLOCKS_MAX 128
struct scheme_store {
	struct config *c;
	void *block[BLOCKS_MAX];
	size_t n;
};
struct reader {
	struct scheme *s;
	struct config *c;
	struct scheme_store *store;
	struct err_list *problems;
};

static void *
block(struct reader *r, size_t n, size_t size)
{
	void *p = r->store->n < BLOCKS_MAX ? calloc(n > 0 ? n : 1, size) : NULL;

	if (!p)
		abort();	/* a file of at most 1 MiB cannot ask for this much */
	r->store->block[r->store->n++] = p;
	return p;
}

static void
note(struct reader *r, const struct err *e)
{
	err_list_take(r->problems, e, "");
}

static void PRINTF(3, 4)
bad(struct reader *r, const char *path, const char *fmt, ...)
{
	char text[300];
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, tr(fmt), ap);
	va_end(ap);
	if (!config_error(r->c, path, &e, "%s", text))
		note(r, &e);
}

/* Readers that note a problem and go on, so that one run tells everything. */
static const char *
text(struct reader *r, const char *path, bool required)
{
	const char *out = NULL;
	struct err e;

	if (!(required ? config_text(r->c, path, &out, &e) : config_text_or(r->c, path, NULL, &out, &e)))
		note(r, &e);
	return out;
}

static int64_t
number(struct reader *r, const char *path, bool required, int64_t dflt, int64_t low, int64_t high)
{
	int64_t v = dflt;
	struct err e;

	if (!(required ? config_int(r->c, path, &v, &e) : config_int_or(r->c, path, dflt, &v, &e))) {
		note(r, &e);
		return dflt;
	}
	if (v < low || v > high)
		bad(r, path, "has to be from %lld to %lld, not %lld", (long long)low, (long long)high, (long long)v);
	return v;
}

static bool
yes(struct reader *r, const char *path, bool dflt)
{
	bool v = dflt;
	struct err e;

	if (!config_bool_or(r->c, path, dflt, &v, &e))
		note(r, &e);
	return v;
}

static void
day(struct reader *r, const char *path, struct day *out)
{
	const char *s = text(r, path, true);
	struct err e;

	if (s && !day_parse("", s, out, &e))
		bad(r, path, "%s", e.text);
}

#define AT(buf, ...) (snprintf(buf, sizeof buf, __VA_ARGS__), buf)

/* A list of stored names as bits. */
static unsigned
bits(struct reader *r, const char *path, const struct name *names, bool required)
{
	char sub[256];
	unsigned out = 0;
	int n = config_count(r->c, path);

	if (n <= 0 && required)
		bad(r, path, n == 0 ? "is empty: name at least one" : "is missing: add the list");
	for (int i = 0; i < n; i++) {
		const char *s = text(r, AT(sub, "%s.[%d]", path, i), true);
		int k = s ? name_index(names, s) : -1;

		if (s && k < 0)
			bad(r, sub, "'%s' is not one of the stored names", s);
		else if (s)
			out |= 1u << k;
	}
	return out;
}

static bool
field_ids_good(const char *ids)
{
	char list[160], *save, *id;
	int user;

	snprintf(list, sizeof list, "%s", ids);
	for (id = strtok_r(list, "|", &save); id; id = strtok_r(NULL, "|", &save))
		if (!field_find(id, &user) && strcmp(id, "user") != 0)
			return false;
	return true;
}

static const char *const *
field_list(struct reader *r, const char *path, size_t *n)
{
	char sub[256];
	int count = config_count(r->c, path);
	const char **out = block(r, (size_t)(count > 0 ? count : 0), sizeof *out);

	*n = 0;
	for (int i = 0; i < count; i++) {
		const char *s = text(r, AT(sub, "%s.[%d]", path, i), true);

		if (s && !field_ids_good(s))
			bad(r, sub, "there is no field '%s': `ra fields` lists them", s);
		else if (s)
			out[(*n)++] = s;
	}
	return out;
}

/* ---- sections ---- */

static void
read_head(struct reader *r)
{
	struct scheme *s = r->s;
	const char *gate;

	s->id = text(r, "id", true);
	s->zh = text(r, "name", true);
	s->en = text(r, "name_en", true);
	day(r, "effective", &s->effective);
	s->term_min = (int)number(r, "term.min", true, 1, 1, 5);
	s->term_max = (int)number(r, "term.max", true, 5, s->term_min, 5);
	s->certificates_max = (int)number(r, "certificates_max", false, 1, 1, 100);
	s->one_per_org = yes(r, "one_per_organisation", false);
	s->one_per_centre = yes(r, "one_per_centre", false);
	gate = text(r, "gate", true);
	if (gate && strcmp(gate, "producing") != 0 && strcmp(gate, "handing_over") != 0)
		bad(r, "gate", "producing or handing_over, not '%s'", gate);
	s->gate_at_delivery = gate && strcmp(gate, "handing_over") == 0;
	s->promise_days = (int)number(r, "promise_days", false, 0, 0, 60);
	s->activation_hours = (int)number(r, "activation_hours", false, 0, 0, 240);
	s->renewal_window_days = (int)number(r, "renewal_window_days", false, 0, 0, 3650);
	s->renew_same_key = yes(r, "renew_same_key", false);
	s->suspension = yes(r, "suspension", false);
	s->one_per_seal = yes(r, "one_per_seal", false);
	s->application = text(r, "application.name", false);
	s->application_marker = text(r, "application.marker", false);
	s->remark = text(r, "transfer_remark", false);
	s->methods[CHANNEL_COUNTER] = bits(r, "payment.counter", pay_method_names, false);
	s->methods[CHANNEL_MAIL] = bits(r, "payment.mail", pay_method_names, false);
	s->methods[CHANNEL_ONLINE] = bits(r, "payment.online", pay_method_names, false);
	if (s->id && (strspn(s->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(s->id) || strlen(s->id) > 20 || !s->id[0]))
		bad(r, "id", "1 to 20 small letters, digits and _, not '%s'", s->id);
}

static void
read_pin(struct reader *r)
{
	struct scheme_pin *p = &r->s->pin;

	p->initial = text(r, "pin.initial", false);
	p->length = (int)number(r, "pin.length", false, 8, 6, 32);
	p->min = (int)number(r, "pin.min", true, 6, 6, 64);
	p->max = (int)number(r, "pin.max", true, 16, p->min, 64);
	p->tries = (int)number(r, "pin.tries", true, 10, 1, 10);
	p->must_change = yes(r, "pin.must_change", true);
	if (p->initial && (strlen(p->initial) < 6 || strlen(p->initial) > 63))
		bad(r, "pin.initial", "6 to 63 characters (GM/T 0027, 9.2)");
}

/* A list of channels that the service is offered by; dflt when it is not there. */
static unsigned
of_channels(struct reader *r, const char *path, int service, unsigned dflt)
{
	unsigned out = config_has(r->c, path) ? bits(r, path, channel_names, true) : dflt;

	if (out & ~r->s->channels[service])
		bad(r, path, "names a channel that the service is not offered by: add it to channels");
	return out;
}

static void
read_services(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "services");

	if (n <= 0)
		bad(r, "services", "is missing: list the services with their channels");
	for (int i = 0; i < n; i++) {
		const char *name = text(r, AT(sub, "services.[%d].service", i), true);
		int k = name ? name_index(service_names, name) : -1;

		if (name && k < 0)
			bad(r, sub, "there is no service '%s'", name);
		if (k < 0)
			continue;
		if (r->s->services & (1u << k))
			bad(r, sub, "the service %s stands twice: remove one", name);
		r->s->services |= 1u << k;
		r->s->channels[k] = bits(r, AT(sub, "services.[%d].channels", i), channel_names, true);
		r->s->after_expiry[k] = of_channels(r, AT(sub, "services.[%d].after_expiry", i), k, r->s->channels[k]);
		r->s->by_code[k] = of_channels(r, AT(sub, "services.[%d].by_code", i), k, 0);
	}
}

static void
read_fee(struct reader *r, const char *path, struct scheme_fee *f)
{
	char sub[256];
	const char *service = text(r, AT(sub, "%s.service", path), true);
	int k = service ? name_index(service_names, service) : -1;
	const char *object, *per;

	if (service && k < 0)
		bad(r, sub, "there is no service '%s'", service);
	f->service = k < 0 ? SERVICE_NEW : (enum service)k;
	object = text(r, AT(sub, "%s.on", path), true);
	if (object && strcmp(object, "certificate") != 0 && strcmp(object, "seal") != 0 && strcmp(object, "user") != 0)
		bad(r, sub, "certificate, seal or user, not '%s'", object);
	f->object = object && strcmp(object, "seal") == 0 ? FEE_SEAL
	    : object && strcmp(object, "user") == 0 ? FEE_USER : FEE_CERTIFICATE;
	per = text(r, AT(sub, "%s.per", path), true);
	if (per && strcmp(per, "year") != 0 && strcmp(per, "piece") != 0)
		bad(r, sub, "year or piece, not '%s'", per);
	f->per = per && strcmp(per, "year") == 0 ? FEE_PER_YEAR : FEE_PER_PIECE;
	f->unit_fen = number(r, AT(sub, "%s.fen", path), false, SCHEME_FEE_UNSET, SCHEME_FEE_UNSET, 100000000);
}

static void
read_fees(struct reader *r)
{
	char sub[256], line[160];
	int n = config_count(r->c, "fees");
	struct scheme_fees *t = block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	if (n <= 0)
		bad(r, "fees", "is missing: add at least one fee table with its effective date");
	for (int i = 0; i < n; i++) {
		int lines = config_count(r->c, AT(sub, "fees.[%d].lines", i));
		struct scheme_fee *f = block(r, (size_t)(lines > 0 ? lines : 0), sizeof *f);

		if (lines <= 0)
			bad(r, sub, "is missing: add the lines of the table");
		day(r, AT(sub, "fees.[%d].effective", i), &t[i].effective);
		if (i > 0 && day_compare(t[i - 1].effective, t[i].effective) >= 0)
			bad(r, sub, "fee tables stand in the order of their dates: this one has to be later than the one before");
		for (int k = 0; k < lines; k++)
			read_fee(r, AT(line, "fees.[%d].lines.[%d]", i, k), &f[k]);
		t[i].fee = f;
		t[i].n = lines > 0 ? (size_t)lines : 0;
	}
	r->s->fees = t;
	r->s->fees_n = n > 0 ? (size_t)n : 0;
}

static void
read_material(struct reader *r, const char *path, struct scheme_material *m)
{
	char sub[256];

	m->code = text(r, AT(sub, "%s.code", path), true);
	if (m->code && (strlen(m->code) > 47 || strspn(m->code, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(m->code)))
		bad(r, sub, "a code has at most 47 small letters, digits and _");
	m->zh = text(r, AT(sub, "%s.name", path), true);
	m->en = text(r, AT(sub, "%s.name_en", path), true);
	m->copies = (int)number(r, AT(sub, "%s.copies", path), false, 1, 0, 20);
	m->original = yes(r, AT(sub, "%s.original", path), false);
	m->only_with_seal = yes(r, AT(sub, "%s.only_with_seal", path), false);
	m->points = bits(r, AT(sub, "%s.points", path), material_point_names, true);
}

static enum scheme_when
when_of(struct reader *r, const char *path)
{
	const char *s = text(r, path, false);

	if (s && strcmp(s, "in_time") != 0 && strcmp(s, "expired") != 0)
		bad(r, path, "in_time or expired, not '%s'", s);
	return !s ? WHEN_ANY : strcmp(s, "in_time") == 0 ? WHEN_IN_TIME : WHEN_EXPIRED;
}

static void
read_materials(struct reader *r)
{
	char sub[256], line[160];
	int n = config_count(r->c, "materials");
	struct scheme_materials *t = block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		int lines;
		struct scheme_material *m;

		t[i].services = bits(r, AT(sub, "materials.[%d].services", i), service_names, true);
		t[i].channels = bits(r, AT(sub, "materials.[%d].channels", i), channel_names, true);
		t[i].when = when_of(r, AT(sub, "materials.[%d].when", i));
		lines = config_count(r->c, AT(sub, "materials.[%d].list", i));
		m = block(r, (size_t)(lines > 0 ? lines : 0), sizeof *m);
		for (int k = 0; k < lines; k++) {
			read_material(r, AT(line, "materials.[%d].list.[%d]", i, k), &m[k]);
			for (int x = 0; x < k; x++)
				if (m[k].code && m[x].code && strcmp(m[k].code, m[x].code) == 0)
					bad(r, line, "the material %s stands twice: remove one", m[k].code);
		}
		t[i].material = m;
		t[i].n = lines > 0 ? (size_t)lines : 0;
	}
	r->s->materials = t;
	r->s->materials_n = n > 0 ? (size_t)n : 0;
}

static void
read_asks(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "asks");
	struct scheme_asks *t = block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].services = bits(r, AT(sub, "asks.[%d].services", i), service_names, true);
		t[i].channels = bits(r, AT(sub, "asks.[%d].channels", i), channel_names, true);
		t[i].required = field_list(r, AT(sub, "asks.[%d].required", i), &t[i].required_n);
		t[i].optional = field_list(r, AT(sub, "asks.[%d].optional", i), &t[i].optional_n);
		t[i].with_seal = field_list(r, AT(sub, "asks.[%d].with_seal", i), &t[i].with_seal_n);
	}
	r->s->asks = t;
	r->s->asks_n = n > 0 ? (size_t)n : 0;
}

static void
read_subject(struct reader *r, const char *path, struct scheme_ca *ca)
{
	char sub[256];
	int n = config_count(r->c, path), user;
	struct scheme_name_part *p = block(r, (size_t)(n > 0 ? n : 0), sizeof *p);

	if (n <= 0)
		bad(r, path, "is missing: a certificate needs a subject");
	for (int i = 0; i < n; i++) {
		p[i].type = text(r, AT(sub, "%.200s.[%d].type", path, i), true);
		p[i].text = text(r, AT(sub, "%.200s.[%d].text", path, i), false);
		p[i].field = text(r, AT(sub, "%.200s.[%d].field", path, i), !p[i].text);
		if (p[i].field && !field_find(p[i].field, &user))
			bad(r, sub, "there is no field '%s'", p[i].field);
	}
	ca->subject = p;
	ca->subject_n = n > 0 ? (size_t)n : 0;
}

static void
read_extensions(struct reader *r, const char *path, struct scheme_ca *ca)
{
	char sub[256];
	int n = config_count(r->c, path), user;
	struct scheme_extension *x = block(r, (size_t)(n > 0 ? n : 0), sizeof *x);

	for (int i = 0; i < n; i++) {
		x[i].oid = text(r, AT(sub, "%.200s.[%d].oid", path, i), true);
		if (x[i].oid && (strspn(x[i].oid, "0123456789.") != strlen(x[i].oid) || !strchr(x[i].oid, '.')))
			bad(r, sub, "write the OID in numbers, like 1.2.156.10260.4.1.4");
		x[i].field = text(r, AT(sub, "%.200s.[%d].field", path, i), true);
		if (x[i].field && !field_find(x[i].field, &user))
			bad(r, sub, "there is no field '%s'", x[i].field);
		x[i].printable = yes(r, AT(sub, "%.200s.[%d].printable", path, i), false);
	}
	ca->extension = x;
	ca->extension_n = n > 0 ? (size_t)n : 0;
}

static void
read_cas(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "cas");
	struct scheme_ca *ca = block(r, (size_t)(n > 0 ? n : 0), sizeof *ca);

	if (n <= 0)
		bad(r, "cas", "is missing: name at least one CA");
	for (int i = 0; i < n; i++) {
		ca[i].id = text(r, AT(sub, "cas.[%d].id", i), true);
		ca[i].zh = text(r, AT(sub, "cas.[%d].name", i), true);
		ca[i].key = text(r, AT(sub, "cas.[%d].key", i), true);
		if (ca[i].key && strcmp(ca[i].key, "p256") != 0 && strcmp(ca[i].key, "rsa2048") != 0)
			bad(r, sub, "p256 or rsa2048, not '%s'", ca[i].key);
		ca[i].account_holder = text(r, AT(sub, "cas.[%d].account.holder", i), false);
		ca[i].account_bank = text(r, AT(sub, "cas.[%d].account.bank", i), false);
		ca[i].account_no = text(r, AT(sub, "cas.[%d].account.number", i), false);
		read_subject(r, AT(sub, "cas.[%d].subject", i), &ca[i]);
		read_extensions(r, AT(sub, "cas.[%d].extensions", i), &ca[i]);
	}
	r->s->ca = ca;
	r->s->ca_n = n > 0 ? (size_t)n : 0;
}

static void
read_texts(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "texts");
	struct scheme_text *t = block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].key = text(r, AT(sub, "texts.[%d].key", i), true);
		t[i].zh = text(r, AT(sub, "texts.[%d].text", i), true);
	}
	r->s->text = t;
	r->s->text_n = n > 0 ? (size_t)n : 0;
}

/* ---- what has to agree between the sections ---- */

static void
check_service(struct reader *r, int service)
{
	const struct scheme *s = r->s;

	for (int c = 0; c < CHANNEL_N; c++) {
		bool asks = false;

		if (!(s->channels[service] & (1u << c)))
			continue;
		for (size_t i = 0; i < s->asks_n; i++)
			asks = asks || ((s->asks[i].services & (1u << service)) && (s->asks[i].channels & (1u << c)));
		if (!asks)
			bad(r, "asks", "says nothing for %s by %s: add the fields of its form", service_names[service].stored,
			    channel_names[c].stored);
	}
	for (size_t t = 0; t < s->fees_n; t++) {
		bool fee = false;

		for (size_t i = 0; i < s->fees[t].n; i++)
			fee = fee || (int)s->fees[t].fee[i].service == service;
		if (!fee)
			bad(r, "fees", "table %zu has no line for %s: add one, with fen = 0 where it is free", t + 1,
			    service_names[service].stored);
	}
}

/* Lists that may come together for one application share no material. */
static void
check_materials(struct reader *r, int i, int k)
{
	const struct scheme_materials *a = &r->s->materials[i], *b = &r->s->materials[k];
	char sub[256];

	if (!(a->services & b->services) || !(a->channels & b->channels)
	    || (a->when != b->when && a->when != WHEN_ANY && b->when != WHEN_ANY))
		return;
	for (size_t x = 0; x < a->n; x++)
		for (size_t y = 0; y < b->n; y++)
			if (a->material[x].code && b->material[y].code && strcmp(a->material[x].code, b->material[y].code) == 0)
				bad(r, AT(sub, "materials.[%d].list.[%zu]", k, y), "the material %s stands twice for one service: remove one",
				    b->material[y].code);
}

bool
scheme_parse(const char *name, const char *source, struct scheme **out, struct err_list *problems)
{
	struct reader r = { .problems = problems };
	struct err e;
	size_t before = problems->n;

	if (!config_parse(name, source, &r.c, &e)) {
		err_list_take(problems, &e, "");
		return false;
	}
	r.s = calloc(1, sizeof *r.s);
	r.store = calloc(1, sizeof *r.store);
	if (!r.s || !r.store)
		abort();
	r.store->c = r.c;
	r.s->store = r.store;
	read_head(&r);
	read_pin(&r);
	read_services(&r);
	read_fees(&r);
	read_materials(&r);
	read_asks(&r);
	read_cas(&r);
	read_texts(&r);
	for (int k = 0; k < SERVICE_N; k++)
		if (r.s->services & (1u << k))
			check_service(&r, k);
	for (size_t i = 0; i < r.s->materials_n; i++)
		for (size_t k = 0; k < i; k++)
			check_materials(&r, (int)k, (int)i);
	config_unread(r.c, problems);
	if (problems->n > before) {
		scheme_free(r.s);
		return false;
	}
	*out = r.s;
	return true;
}

void
scheme_free(struct scheme *s)
{
	struct scheme_store *store;

	if (!s)
		return;
	store = s->store;
	for (size_t i = 0; i < store->n; i++)
		free(store->block[i]);
	config_free(store->c);
	free(store);
	free(s);
}
