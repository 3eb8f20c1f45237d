/* Reading and checking a scheme file: its head, and what has to agree between its sections. */
#include "forms/scheme_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sections ---- */

static void
read_head(struct reader *r)
{
	struct scheme *s = r->s;
	const char *gate;

	s->id = rd_text(r, "id", true);
	s->zh = rd_text(r, "name", true);
	s->en = rd_text(r, "name_en", true);
	rd_day(r, "effective", &s->effective);
	s->term_min = (int)rd_number(r, "term.min", true, 1, 1, 5);
	s->term_max = (int)rd_number(r, "term.max", true, 5, s->term_min, 5);
	s->certificates_max = (int)rd_number(r, "certificates_max", false, 1, 1, 100);
	s->one_per_org = rd_yes(r, "one_per_organisation", false);
	s->one_per_centre = rd_yes(r, "one_per_centre", false);
	gate = rd_text(r, "gate", true);
	if (gate && strcmp(gate, "producing") != 0 && strcmp(gate, "handing_over") != 0)
		rd_bad(r, "gate", "producing or handing_over, not '%s'", gate);
	s->gate_at_delivery = gate && strcmp(gate, "handing_over") == 0;
	s->promise_days = (int)rd_number(r, "promise_days", false, 0, 0, 60);
	s->activation_hours = (int)rd_number(r, "activation_hours", false, 0, 0, 240);
	s->renewal_window_days = (int)rd_number(r, "renewal_window_days", false, 0, 0, 3650);
	s->lapse_draft_days = (int)rd_number(r, "lapse.draft_days", false, 0, 0, 3650);
	s->lapse_correction_days = (int)rd_number(r, "lapse.correction_days", false, 0, 0, 3650);
	s->lapse_unpaid_days = (int)rd_number(r, "lapse.unpaid_days", false, 0, 0, 3650);
	s->renew_same_key = rd_yes(r, "renew_same_key", false);
	s->renew_together = rd_yes(r, "renew_together", false);
	s->suspension = rd_yes(r, "suspension", false);
	s->invoice_remark = rd_yes(r, "invoice_remark", false);
	s->one_per_seal = rd_yes(r, "one_per_seal", false);
	s->application = rd_text(r, "application.name", false);
	s->application_marker = rd_text(r, "application.marker", false);
	s->remark = rd_text(r, "transfer_remark", false);
	s->methods[CHANNEL_COUNTER] = rd_bits(r, "payment.counter", pay_method_names, false);
	s->methods[CHANNEL_MAIL] = rd_bits(r, "payment.mail", pay_method_names, false);
	s->methods[CHANNEL_ONLINE] = rd_bits(r, "payment.online", pay_method_names, false);
	if (s->id && (strspn(s->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(s->id) || strlen(s->id) > 20 || !s->id[0]))
		rd_bad(r, "id", "1 to 20 small letters, digits and _, not '%s'", s->id);
}

static void
read_pin(struct reader *r)
{
	struct scheme_pin *p = &r->s->pin;

	p->initial = rd_text(r, "pin.initial", false);
	p->length = (int)rd_number(r, "pin.length", false, 8, 6, 32);
	p->min = (int)rd_number(r, "pin.min", true, 6, 6, 64);
	p->max = (int)rd_number(r, "pin.max", true, 16, p->min, 64);
	p->tries = (int)rd_number(r, "pin.tries", true, 10, 1, 10);
	p->must_change = rd_yes(r, "pin.must_change", true);
	if (p->initial && (strlen(p->initial) < 6 || strlen(p->initial) > 63))
		rd_bad(r, "pin.initial", "6 to 63 characters (GM/T 0027, 9.2)");
}

/* A list of channels that the service is offered by; dflt when it is not there. */
static unsigned
of_channels(struct reader *r, const char *path, int service, unsigned dflt)
{
	unsigned out = config_has(r->c, path) ? rd_bits(r, path, channel_names, true) : dflt;

	if (out & ~r->s->channels[service])
		rd_bad(r, path, "names a channel that the service is not offered by: add it to channels");
	return out;
}

static void
read_services(struct reader *r)
{
	char sub[256];
	int n = config_count(r->c, "services");

	if (n <= 0)
		rd_bad(r, "services", "is missing: list the services with their channels");
	for (int i = 0; i < n; i++) {
		const char *name = rd_text(r, AT(sub, "services.[%d].service", i), true);
		int k = name ? name_index(service_names, name) : -1;

		if (name && k < 0)
			rd_bad(r, sub, "there is no service '%s'", name);
		if (k < 0)
			continue;
		if (r->s->services & (1u << k))
			rd_bad(r, sub, "the service %s stands twice: remove one", name);
		r->s->services |= 1u << k;
		r->s->channels[k] = rd_bits(r, AT(sub, "services.[%d].channels", i), channel_names, true);
		r->s->after_expiry[k] = of_channels(r, AT(sub, "services.[%d].after_expiry", i), k, r->s->channels[k]);
		r->s->by_code[k] = of_channels(r, AT(sub, "services.[%d].by_code", i), k, 0);
	}
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
			rd_bad(r, "asks", "says nothing for %s by %s: add the fields of its form", service_names[service].stored,
			    channel_names[c].stored);
	}
	for (size_t t = 0; t < s->fees_n; t++) {
		bool fee = false;

		for (size_t i = 0; i < s->fees[t].n; i++)
			fee = fee || (int)s->fees[t].fee[i].service == service;
		if (!fee)
			rd_bad(r, "fees", "table %zu has no line for %s: add one, with fen = 0 where it is free", t + 1,
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
	    || (a->when != b->when && a->when != WHEN_ANY && b->when != WHEN_ANY)
	    || (a->way && b->way && strcmp(a->way, b->way) != 0) || (a->seals && b->seals && !(a->seals & b->seals)))
		return;
	for (size_t x = 0; x < a->n; x++)
		for (size_t y = 0; y < b->n; y++)
			if (a->material[x].code && b->material[y].code && strcmp(a->material[x].code, b->material[y].code) == 0)
				rd_bad(r, AT(sub, "materials.[%d].list.[%zu]", k, y), "the material %s stands twice for one service: remove one",
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
	if (!r.s)
		abort();
	r.s->store = r.store = rd_store(r.c);
	read_head(&r);
	read_pin(&r);
	read_services(&r);
	rd_ways(&r);
	rd_packages(&r);
	rd_fees(&r);
	rd_materials(&r);
	rd_asks(&r);
	rd_cas(&r);
	rd_texts(&r);
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
	if (!s)
		return;
	rd_store_free(s->store);
	free(s);
}
