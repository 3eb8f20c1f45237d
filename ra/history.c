#include "ra/history.h"

#include "forms/tr.h"
#include "ra/application.h"
#include "ra/find.h"
#include "ra/rules.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 100		/* of a page */
#define PARTS_MAX 256		/* certificates, tokens or payments of one application */

/* ---- certificates ---- */

static bool
read_certificates(struct office *o, const int64_t *id, size_t n, struct history_certificate *c, struct err *e)
{
	int64_t now = when_now();
	bool found;

	for (size_t i = 0; i < n; i++) {
		if (!cert_load(o->db, id[i], &c[i].c, &found, e) || !cert_serial_of(o->db, c[i].c.replaces, c[i].replaces, e)
		    || !cert_serial_of(o->db, c[i].c.replaced_by, c[i].replaced_by, e))
			return false;
		c[i].now = cert_state_at(&c[i].c, now);
	}
	return true;
}

bool
history_pick(struct office *o, int64_t organisation, int64_t edge, bool back, struct history_certificate *c, size_t max, size_t *n,
    struct err *e)
{
	int64_t id[PARTS_MAX];

	return office_may(o, ACT_SHOW, e)
	    && history_certificates(o->db, organisation, edge, back, id, max < PARTS_MAX ? max : PARTS_MAX, n, e)
	    && read_certificates(o, id, *n, c, e);
}

/* ---- one organisation ---- */

static void *
copy_of(const void *p, size_t n, size_t size)
{
	void *q = n > 0 ? malloc(n * size) : NULL;

	if (q)
		memcpy(q, p, n * size);
	return q;
}

static bool
read_parts(struct office *o, struct history_case *c, struct err *e)
{
	struct history_token token[PARTS_MAX];
	struct history_payment payment[PARTS_MAX];
	int64_t id[PARTS_MAX];
	size_t n, tokens, payments;

	if (!history_certificates_of(o->db, c->row.id, id, PARTS_MAX, &n, e)
	    || !history_tokens_of(o->db, c->row.id, token, PARTS_MAX, &tokens, e)
	    || !history_payments_of(o->db, c->row.id, payment, PARTS_MAX, &payments, e))
		return false;
	c->certificate = n > 0 ? calloc(n, sizeof *c->certificate) : NULL;
	c->token = copy_of(token, tokens, sizeof *token);
	c->payment = copy_of(payment, payments, sizeof *payment);
	if ((n > 0 && !c->certificate) || (tokens > 0 && !c->token) || (payments > 0 && !c->payment))
		return err_internal(e, "out of memory");
	c->certificates = n;
	c->tokens = tokens;
	c->payments = payments;
	return read_certificates(o, id, n, c->certificate, e);
}

static bool
read_case(struct office *o, int64_t id, struct history_case *c, struct err *e)
{
	bool found;

	if (!queue_row(o->db, id, &c->row, &found, e) || !history_head(o->db, id, &c->head, e))
		return false;
	c->money = rules_money_of(c->row.state, c->row.due_fen, c->row.paid_fen, c->row.waived_fen);
	return read_parts(o, c, e);
}

static bool
read_page(struct office *o, int64_t organisation, int64_t edge, bool back, size_t max, struct history *h, struct err *e)
{
	int64_t id[CASES_MAX + 1];
	size_t n, first;
	bool found;

	if (!organisation_load(o->db, organisation, &h->who, &found, e))
		return false;
	if (!found)
		return err_refuse(e, "there is no such organisation in the store");
	/* one more than is wanted tells whether something lies beyond: the last, with back the first */
	if (!history_applications(o->db, organisation, edge, back, id, max + 1, &n, e))
		return false;
	h->end = n <= max;
	first = back && n > max ? 1 : 0;
	n = n < max ? n : max;
	h->at = calloc(n > 0 ? n : 1, sizeof *h->at);
	if (!h->at)
		return err_internal(e, "out of memory");
	for (size_t i = 0; i < n; i++) {
		h->n++;			/* what was read of one before a failure is freed with the rest */
		if (!read_case(o, id[first + i], &h->at[i], e))
			return false;
	}
	return true;
}

bool
history_read(struct office *o, int64_t organisation, int64_t edge, bool back, size_t max, struct history **out, struct err *e)
{
	struct history *h;
	bool ok;

	assert(max > 0 && max <= CASES_MAX);
	if (!office_may(o, ACT_SHOW, e))
		return false;
	h = calloc(1, sizeof *h);
	if (!h)
		return err_internal(e, "out of memory");
	ok = db_read_begin(o->db, e);
	if (ok) {
		ok = read_page(o, organisation, edge, back, max, h, e);
		db_read_end(o->db);
	}
	if (ok)
		*out = h;
	else
		history_free(h);
	return ok;
}

void
history_free(struct history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++) {
		free(h->at[i].certificate);
		free(h->at[i].token);
		free(h->at[i].payment);
	}
	free(h->at);
	free(h);
}

bool
history_whose(struct office *o, const char *text, int64_t *organisation, struct err *e)
{
	struct find_query q = { .text = text, .complete = true, .max = FIND_MAX };
	struct find_list *l = malloc(sizeof *l);
	int64_t whose = 0, one;
	bool by_id, ok;

	if (!l)
		return err_internal(e, "out of memory");
	ok = find_all(o, &q, l, &by_id, e);
	for (size_t i = 0; ok && i < l->n; i++) {
		ok = organisation_of(o->db, l->hit[i].kind, l->hit[i].id, &one, e);
		if (ok && one != 0 && whose != 0 && one != whose)
			ok = err_refuse(e, "'%s' is found with several organisations: type more of it, or look with `ra find`", text);
		if (one != 0)
			whose = one;
	}
	if (ok && whose == 0)
		ok = err_refuse(e, "'%s' is found with no organisation: compare it with the paper", text);
	if (ok)
		*organisation = whose;
	free(l);
	return ok;
}

/* ---- one application, in words ---- */

struct acts_reader {
	struct office *o;
	const struct scheme *s;
	const struct application *a;
	struct history_act *at;
	size_t n, room;
	struct member who;		/* of the last row: one member's rows come in runs */
};

static bool
take_act(void *arg, const struct audit_row *r, struct err *e)
{
	struct acts_reader *v = arg;
	struct history_act *h;
	bool found = true;

	if (v->n == v->room) {
		size_t room = v->room ? 2 * v->room : 32;

		h = realloc(v->at, room * sizeof *h);
		if (!h)
			return err_internal(e, "out of memory");
		v->at = h;
		v->room = room;
	}
	if (v->who.id != r->staff && !staff_load(v->o->db, r->staff, &v->who, &found, e))
		return false;
	h = &v->at[v->n++];
	memset(h, 0, sizeof *h);
	snprintf(h->chain, sizeof h->chain, "%s", r->chain);
	h->seq = r->seq;
	h->at = r->at;
	snprintf(h->login, sizeof h->login, "%s", found ? v->who.login : "?");
	snprintf(h->name, sizeof h->name, "%s", found ? v->who.name : "?");
	h->act = history_act_of(r->act);
	snprintf(h->stored, sizeof h->stored, "%s", r->act);
	snprintf(h->what, sizeof h->what, "%s", h->act == ACT_N ? r->act : act_name(h->act));
	history_words(v->s, v->a, h->act, r->detail, h->words, sizeof h->words);
	/* a check tells one when the material fails */
	h->turns = h->act != ACT_MATERIAL || (strlen(r->detail) > 5 && strcmp(r->detail + strlen(r->detail) - 5, " fail") == 0);
	snprintf(h->station, sizeof h->station, "%s", r->station);
	return true;
}

static void
add_words(struct history_act *h, const char *why)
{
	size_t n = strlen(h->words);

	snprintf(h->words + n, sizeof h->words - n, "%s%s", n > 0 ? tr("; ") : "", why);
}

/* Each reason that the applicant was given belongs to the act that gave it: both stand in their order. */
static bool
tell_why(struct acts_reader *v, struct err *e)
{
	struct history_turn turn[PARTS_MAX];
	size_t turns, t = 0;

	if (!history_turns_of(v->o->db, v->a->id, turn, PARTS_MAX, &turns, e))
		return false;
	for (size_t i = 0; i < v->n; i++)
		if (t < turns && v->at[i].turns && strcmp(turn[t].act, v->at[i].stored) == 0 && v->at[i].at >= turn[t].at)
			add_words(&v->at[i], turn[t++].why);
	return true;
}

bool
history_acts(struct office *o, const char *no, struct history_act **out, size_t *n, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct acts_reader v = { .o = o, .a = a };
	struct err ignored;
	char object[64];
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_SHOW, e) && application_load(o, no, a, e);
	if (ok && !rules_scheme(o, a, &v.s, &ignored))
		v.s = NULL;		/* a scheme that is gone: materials are told by their codes */
	snprintf(object, sizeof object, "application:%s", ok ? a->no : "");
	ok = ok && audit_about(o->db, a->id, object, take_act, &v, e) && tell_why(&v, e);
	if (ok) {
		*out = v.at;
		*n = v.n;
	} else {
		free(v.at);
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
