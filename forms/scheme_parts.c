/* The lists of a scheme file: fees, packages, ways of authorisation, materials, fields, CAs, texts. */
#include "forms/scheme_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
read_fee(struct reader *r, const char *path, struct scheme_fee *f)
{
	char sub[256];
	const char *service = rd_text(r, AT(sub, "%s.service", path), true);
	int k = service ? name_index(service_names, service) : -1;
	const char *object, *per;

	if (service && k < 0)
		rd_bad(r, sub, "there is no service '%s'", service);
	f->service = k < 0 ? SERVICE_NEW : (enum service)k;
	object = rd_text(r, AT(sub, "%s.on", path), true);
	k = name_index(fee_object_names, object);
	if (object && k < 0)
		rd_bad(r, sub, "certificate, seal, user or token, not '%s'", object);
	f->object = k < 0 ? FEE_CERTIFICATE : (enum fee_object)k;
	per = rd_text(r, AT(sub, "%s.per", path), true);
	if (per && strcmp(per, "year") != 0 && strcmp(per, "piece") != 0)
		rd_bad(r, sub, "year or piece, not '%s'", per);
	f->per = per && strcmp(per, "year") == 0 ? FEE_PER_YEAR : FEE_PER_PIECE;
	f->unit_fen = rd_number(r, AT(sub, "%s.fen", path), false, SCHEME_FEE_UNSET, SCHEME_FEE_UNSET, 100000000);
}

void
rd_fees(struct reader *r)
{
	char sub[256], line[160];
	int n = config_count(r->c, "fees");
	struct scheme_fees *t = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	if (n <= 0)
		rd_bad(r, "fees", "is missing: add at least one fee table with its effective date");
	for (int i = 0; i < n; i++) {
		int lines = config_count(r->c, AT(sub, "fees.[%d].lines", i));
		struct scheme_fee *f = rd_block(r, (size_t)(lines > 0 ? lines : 0), sizeof *f);

		if (lines <= 0)
			rd_bad(r, sub, "is missing: add the lines of the table");
		rd_day(r, AT(sub, "fees.[%d].effective", i), &t[i].effective);
		if (i > 0 && day_compare(t[i - 1].effective, t[i].effective) >= 0)
			rd_bad(r, sub, "fee tables stand in the order of their dates: this one has to be later than the one before");
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

	m->code = rd_text(r, AT(sub, "%s.code", path), true);
	if (m->code && (strlen(m->code) > 47 || strspn(m->code, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(m->code)))
		rd_bad(r, sub, "a code has at most 47 small letters, digits and _");
	m->zh = rd_text(r, AT(sub, "%s.name", path), true);
	m->en = rd_text(r, AT(sub, "%s.name_en", path), true);
	m->copies = (int)rd_number(r, AT(sub, "%s.copies", path), false, 1, 0, 20);
	m->original = rd_yes(r, AT(sub, "%s.original", path), false);
	m->only_with_seal = rd_yes(r, AT(sub, "%s.only_with_seal", path), false);
	m->points = rd_bits(r, AT(sub, "%s.points", path), material_point_names, true);
	m->proves = rd_fields(r, AT(sub, "%s.proves", path), &m->proves_n);
}

static enum scheme_when
when_of(struct reader *r, const char *path)
{
	const char *s = rd_text(r, path, false);

	if (s && strcmp(s, "in_time") != 0 && strcmp(s, "expired") != 0)
		rd_bad(r, path, "in_time or expired, not '%s'", s);
	return !s ? WHEN_ANY : strcmp(s, "in_time") == 0 ? WHEN_IN_TIME : WHEN_EXPIRED;
}

void
rd_ways(struct reader *r)
{
	char sub[256];
	int n = rd_count(r, "auth_ways");
	struct scheme_way *t = rd_block(r, (size_t)n, sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].id = rd_text(r, AT(sub, "auth_ways.[%d].id", i), true);
		t[i].zh = rd_text(r, AT(sub, "auth_ways.[%d].name", i), true);
		t[i].region = rd_text(r, AT(sub, "auth_ways.[%d].region", i), false);
		t[i].needs = rd_fields(r, AT(sub, "auth_ways.[%d].needs", i), &t[i].needs_n);
	}
	r->s->way = t;
	r->s->ways_n = (size_t)n;
}

void
rd_packages(struct reader *r)
{
	char sub[256];
	int n = rd_count(r, "packages");
	struct scheme_package *t = rd_block(r, (size_t)n, sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].id = rd_text(r, AT(sub, "packages.[%d].id", i), true);
		t[i].zh = rd_text(r, AT(sub, "packages.[%d].name", i), true);
		t[i].users = (int)rd_number(r, AT(sub, "packages.[%d].users", i), true, 1, 1, RECORD_USERS_MAX);
	}
	r->s->package = t;
	r->s->packages_n = (size_t)n;
}

void
rd_materials(struct reader *r)
{
	char sub[256], line[160];
	int n = config_count(r->c, "materials");
	struct scheme_materials *t = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		int lines;
		struct scheme_material *m;

		t[i].services = rd_bits(r, AT(sub, "materials.[%d].services", i), service_names, true);
		t[i].channels = rd_bits(r, AT(sub, "materials.[%d].channels", i), channel_names, true);
		t[i].when = when_of(r, AT(sub, "materials.[%d].when", i));
		t[i].seals = rd_bits(r, AT(sub, "materials.[%d].seals", i), seal_type_names, false);
		t[i].way = rd_text(r, AT(sub, "materials.[%d].way", i), false);
		if (t[i].way && !scheme_way(r->s, t[i].way))
			rd_bad(r, sub, "there is no '%s' among the auth_ways", t[i].way);
		lines = config_count(r->c, AT(sub, "materials.[%d].list", i));
		m = rd_block(r, (size_t)(lines > 0 ? lines : 0), sizeof *m);
		for (int k = 0; k < lines; k++) {
			read_material(r, AT(line, "materials.[%d].list.[%d]", i, k), &m[k]);
			for (int x = 0; x < k; x++)
				if (m[k].code && m[x].code && strcmp(m[k].code, m[x].code) == 0)
					rd_bad(r, line, "the material %s stands twice: remove one", m[k].code);
		}
		t[i].material = m;
		t[i].n = lines > 0 ? (size_t)lines : 0;
	}
	r->s->materials = t;
	r->s->materials_n = n > 0 ? (size_t)n : 0;
}

/* "name" is the field user.N.name. */
static const struct field *
field_of_user(const char *name)
{
	for (size_t i = 0; i < user_fields_n; i++)
		if (strcmp(user_fields[i].id + strlen("user.N."), name) == 0)
			return &user_fields[i];
	return NULL;
}

static void
read_each_user(struct reader *r, const char *path, struct scheme_asks *t)
{
	char sub[256];
	int n = rd_count(r, path);
	const char **out = rd_block(r, (size_t)n, sizeof *out);

	for (int i = 0; i < n; i++) {
		const char *s = rd_text(r, AT(sub, "%.200s.[%d]", path, i), true);

		if (s && !field_of_user(s))
			rd_bad(r, sub, "there is no field '%s' of a user", s);
		else if (s)
			out[t->each_user_n++] = s;
	}
	t->each_user = out;
}

void
rd_asks(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "asks");
	struct scheme_asks *t = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].services = rd_bits(r, AT(sub, "asks.[%d].services", i), service_names, true);
		t[i].channels = rd_bits(r, AT(sub, "asks.[%d].channels", i), channel_names, true);
		t[i].required = rd_fields(r, AT(sub, "asks.[%d].required", i), &t[i].required_n);
		t[i].optional = rd_fields(r, AT(sub, "asks.[%d].optional", i), &t[i].optional_n);
		t[i].with_seal = rd_fields(r, AT(sub, "asks.[%d].with_seal", i), &t[i].with_seal_n);
		t[i].when = when_of(r, AT(sub, "asks.[%d].when", i));
		read_each_user(r, AT(sub, "asks.[%d].each_user", i), &t[i]);
	}
	r->s->asks = t;
	r->s->asks_n = n > 0 ? (size_t)n : 0;
}

static const struct scheme_name_part *
read_subject(struct reader *r, const char *path, size_t *out_n)
{
	char sub[256];
	int n = rd_count(r, path), user;
	struct scheme_name_part *p = rd_block(r, (size_t)n, sizeof *p);

	for (int i = 0; i < n; i++) {
		p[i].type = rd_text(r, AT(sub, "%.200s.[%d].type", path, i), true);
		p[i].text = rd_text(r, AT(sub, "%.200s.[%d].text", path, i), false);
		p[i].field = rd_text(r, AT(sub, "%.200s.[%d].field", path, i), !p[i].text);
		if (p[i].field && !field_find(p[i].field, &user)
		    && (strncmp(p[i].field, "user.N.", 7) != 0 || !field_of_user(p[i].field + 7)))
			rd_bad(r, sub, "there is no field '%s'", p[i].field);
	}
	*out_n = (size_t)n;
	return p;
}

static void
read_extensions(struct reader *r, const char *path, struct scheme_ca *ca)
{
	char sub[256];
	int n = config_count(r->c, path), user;
	struct scheme_extension *x = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *x);

	for (int i = 0; i < n; i++) {
		x[i].oid = rd_text(r, AT(sub, "%.200s.[%d].oid", path, i), true);
		if (x[i].oid && (strspn(x[i].oid, "0123456789.") != strlen(x[i].oid) || !strchr(x[i].oid, '.')))
			rd_bad(r, sub, "write the OID in numbers, like 1.2.156.10260.4.1.4");
		x[i].field = rd_text(r, AT(sub, "%.200s.[%d].field", path, i), true);
		if (x[i].field && !field_find(x[i].field, &user))
			rd_bad(r, sub, "there is no field '%s'", x[i].field);
		x[i].printable = rd_yes(r, AT(sub, "%.200s.[%d].printable", path, i), false);
	}
	ca->extension = x;
	ca->extension_n = n > 0 ? (size_t)n : 0;
}

void
rd_cas(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "cas");
	struct scheme_ca *ca = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *ca);

	if (n <= 0)
		rd_bad(r, "cas", "is missing: name at least one CA");
	for (int i = 0; i < n; i++) {
		ca[i].id = rd_text(r, AT(sub, "cas.[%d].id", i), true);
		ca[i].zh = rd_text(r, AT(sub, "cas.[%d].name", i), true);
		ca[i].key = rd_text(r, AT(sub, "cas.[%d].key", i), true);
		if (ca[i].key && strcmp(ca[i].key, "p256") != 0 && strcmp(ca[i].key, "rsa2048") != 0)
			rd_bad(r, sub, "p256 or rsa2048, not '%s'", ca[i].key);
		ca[i].account_holder = rd_text(r, AT(sub, "cas.[%d].account.holder", i), false);
		ca[i].account_bank = rd_text(r, AT(sub, "cas.[%d].account.bank", i), false);
		ca[i].account_no = rd_text(r, AT(sub, "cas.[%d].account.number", i), false);
		ca[i].subject = read_subject(r, AT(sub, "cas.[%d].subject", i), &ca[i].subject_n);
		if (ca[i].subject_n == 0)
			rd_bad(r, sub, "is missing: a certificate needs a subject");
		ca[i].personal = read_subject(r, AT(sub, "cas.[%d].personal", i), &ca[i].personal_n);
		if (ca[i].personal_n == 0 && r->s->packages_n > 0)
			rd_bad(r, sub, "is missing: the users of a package need a subject");
		read_extensions(r, AT(sub, "cas.[%d].extensions", i), &ca[i]);
	}
	r->s->ca = ca;
	r->s->ca_n = n > 0 ? (size_t)n : 0;
}

void
rd_texts(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "texts");
	struct scheme_text *t = rd_block(r, (size_t)(n > 0 ? n : 0), sizeof *t);

	for (int i = 0; i < n; i++) {
		t[i].key = rd_text(r, AT(sub, "texts.[%d].key", i), true);
		t[i].zh = rd_text(r, AT(sub, "texts.[%d].text", i), true);
	}
	r->s->text = t;
	r->s->text_n = n > 0 ? (size_t)n : 0;
}

