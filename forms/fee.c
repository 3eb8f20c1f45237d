/* What a scheme says of one application: fees, materials, fields; declared in forms/scheme.h. */
#include "forms/scheme.h"

#include "forms/tr.h"

#include <string.h>

bool
scheme_offers(const struct scheme *s, const char *service, const char *channel, struct err *e)
{
	int k = name_index(service_names, service), c = name_index(channel_names, channel);

	if (k < 0)
		return err_field(e, "service", "name the service: new, renew, replace, …");
	if (!(s->services & (1u << k)))
		return err_field(e, "service", "the scheme %s does not offer the service %s", s->id, tr_stored(service_names, service));
	if (c >= 0 && !(s->channels[k] & (1u << c)))
		return err_field(e, "channel", "the scheme %s does not offer %s by %s", s->id,
		    tr_stored(service_names, service), tr_stored(channel_names, channel));
	return true;
}

const struct scheme_ca *
scheme_ca(const struct scheme *s, const char *id)
{
	for (size_t i = 0; i < s->ca_n; i++)
		if (!id || strcmp(s->ca[i].id, id) == 0)
			return &s->ca[i];
	return NULL;
}

const char *
scheme_text(const struct scheme *s, const char *key)
{
	for (size_t i = 0; i < s->text_n; i++)
		if (strcmp(s->text[i].key, key) == 0)
			return s->text[i].zh;
	return NULL;
}

const struct scheme_way *
scheme_way(const struct scheme *s, const char *id)
{
	for (size_t i = 0; i < s->ways_n; i++)
		if (s->way[i].id && strcmp(s->way[i].id, id) == 0)
			return &s->way[i];
	return NULL;
}

const struct scheme_package *
scheme_package(const struct scheme *s, const char *id)
{
	for (size_t i = 0; i < s->packages_n; i++)
		if (strcmp(s->package[i].id, id) == 0)
			return &s->package[i];
	return NULL;
}

bool
scheme_name_at(const struct scheme *s, const char *field, size_t i, struct name *out)
{
	const char *id = NULL, *zh = NULL;

	if (strcmp(field, "ca") == 0 && i < s->ca_n) {
		id = s->ca[i].id;
		zh = s->ca[i].zh;
	} else if (strcmp(field, "package") == 0 && i < s->packages_n) {
		id = s->package[i].id;
		zh = s->package[i].zh;
	} else if (strcmp(field, "auth_way") == 0 && i < s->ways_n) {
		id = s->way[i].id;
		zh = s->way[i].zh;
	}
	if (!id)
		return false;
	*out = (struct name){ id, zh, zh };
	return true;
}

static bool
applies(const struct record *r, unsigned services, unsigned channels)
{
	int service = name_index(service_names, r->head.service), channel = name_index(channel_names, r->head.channel);

	return service >= 0 && channel >= 0 && (services & (1u << service)) && (channels & (1u << channel));
}

static bool
in_time(enum scheme_when when, bool late)
{
	return when == WHEN_ANY || (when == WHEN_EXPIRED) == late;
}

const struct scheme_asks *
scheme_asks(const struct scheme *s, const struct record *r, bool late)
{
	for (size_t i = 0; i < s->asks_n; i++)
		if (applies(r, s->asks[i].services, s->asks[i].channels) && in_time(s->asks[i].when, late))
			return &s->asks[i];
	return NULL;
}

static const struct scheme_fees *
table_of(const struct scheme *s, struct day day)
{
	const struct scheme_fees *found = NULL;

	for (size_t i = 0; i < s->fees_n; i++)
		if (day_compare(s->fees[i].effective, day) <= 0)
			found = &s->fees[i];
	return found;
}

static bool
unset(const struct scheme *s, const char *service, struct err *e)
{
	return err_refuse(e, "the fee for %s is not set in the scheme %s: a supervisor has to load it first",
	    tr_stored(service_names, service), s->id);
}

bool
scheme_fee_set(const struct scheme *s, const char *service, struct day day, struct err *e)
{
	const struct scheme_fees *t = table_of(s, day);

	if (!t)
		return err_refuse(e, "the scheme %s has no fee table for this day", s->id);
	for (size_t i = 0; i < t->n; i++)
		if (t->fee[i].unit_fen == SCHEME_FEE_UNSET && (int)t->fee[i].service == name_index(service_names, service))
			return unset(s, service, e);
	return true;
}

bool
scheme_fee(const struct scheme *s, const struct record *r, struct day day, struct fee_line lines[SCHEME_LINES_MAX],
    size_t *n, struct err *e)
{
	const struct scheme_fees *t = table_of(s, day);
	int service = name_index(service_names, r->head.service);
	int pieces = r->head.certificate_count > 0 ? r->head.certificate_count : 1;
	size_t k = 0;

	if (!t)
		return err_refuse(e, "the scheme %s has no fee table for this day", s->id);
	for (size_t i = 0; i < t->n; i++) {
		const struct scheme_fee *f = &t->fee[i];
		struct fee_line *l = &lines[k];

		if ((int)f->service != service || (f->object == FEE_SEAL && !r->seal.name[0])
		    || (f->object == FEE_USER && r->users == 0))
			continue;
		if (f->unit_fen == SCHEME_FEE_UNSET)
			return unset(s, r->head.service, e);
		if (k == SCHEME_LINES_MAX)
			return err_internal(e, "the fee table has too many lines for %s", r->head.service);
		l->object = f->object;
		l->unit_fen = f->unit_fen;
		l->pieces = f->object == FEE_USER ? r->users : pieces;
		l->years = f->per == FEE_PER_YEAR ? (r->head.years > 0 ? r->head.years : 0) : 1;
		l->amount_fen = f->unit_fen * l->pieces * l->years;
		k++;
	}
	*n = k;
	return true;
}

static bool
list_fits(const struct scheme_materials *m, const struct record *r, bool late)
{
	int seal = name_index(seal_type_names, r->seal.type);

	return applies(r, m->services, m->channels) && in_time(m->when, late)
	    && (!m->way || strcmp(m->way, r->head.auth_way) == 0) && (m->seals == 0 || (seal >= 0 && m->seals & (1u << seal)));
}

size_t
scheme_materials(const struct scheme *s, const struct record *r, bool late, const struct scheme_material **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s->materials_n; i++) {
		if (!list_fits(&s->materials[i], r, late))
			continue;
		for (size_t k = 0; k < s->materials[i].n && n < max; k++)
			if (!s->materials[i].material[k].only_with_seal || r->seal.name[0])
				out[n++] = &s->materials[i].material[k];
	}
	return n;
}
