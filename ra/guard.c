#include "ra/guard.h"

#include "db/code.h"
#include "forms/money.h"
#include "forms/tr.h"
#include "ra/old.h"
#include "ra/rules.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* ---- the form, the people, the papers, the money ---- */

bool
guard_ordinary(struct office *o, const struct application *a, struct err *e)
{
	(void)o;
	return !a->emergency || err_refuse(e, "%s is an emergency revocation: it is not edited, only decided or withdrawn", a->no);
}

bool
guard_complete(struct office *o, const struct application *a, struct err *e)
{
	struct record *base = calloc(1, sizeof *base);
	struct err_list problems = { 0 };
	struct form_env env = { .today = day_of(when_now()) };
	const struct service_row *row;
	struct certificate c;
	bool has, known, ok;

	if (!base)
		return err_internal(e, "out of memory");
	ok = rules_scheme(o, a, &env.scheme, e) && old_base(o, a, base, &has, e) && service_of(o, a, &row, e)
	    && old_certificate(o, a, row, &c, &known, e);
	if (ok && !a->emergency) {
		env.before = has ? base : NULL;
		env.late = known && service_late(row, a, &c, when_now());
		record_check(&a->record, &env, &problems);
		if (problems.n > 0)
			*e = problems.at[0];
		ok = problems.n == 0;
	}
	OPENSSL_clear_free(base, sizeof *base);
	return ok;
}

bool
guard_other_person(struct office *o, const struct application *a, struct err *e)
{
	bool has;

	if (!app_hand_has(o->db, a->id, o->me.id, &has, e))
		return false;
	if (has)
		return err_refuse(e, "%s entered or accepted this application: another person has to do this", o->me.login);
	return true;
}

bool
guard_has_materials(struct office *o, const struct application *a, struct err *e)
{
	struct app_material m;
	size_t n;

	if (!app_materials(o->db, a->id, &m, 1, &n, e))
		return false;
	return n > 0 || err_refuse(e, "%s brings no materials", a->no);
}

bool
guard_gate_later(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;

	if (!rules_scheme(o, a, &s, e))
		return false;
	return s->gate_at_delivery || err_refuse(e, "the materials of %s were checked before it was issued", a->no);
}

bool
guard_materials_passed(struct office *o, const struct application *a, struct err *e)
{
	struct app_material m[64];
	const struct scheme *s;
	char missing[380] = "";
	size_t n, used = 0;

	if (!rules_scheme(o, a, &s, e) || !app_materials(o->db, a->id, m, 64, &n, e))
		return false;
	if (s->gate_at_delivery && a->state != APP_ISSUED)
		return true;
	for (size_t i = 0; i < n; i++)
		if (m[i].outcome != MATERIAL_PASS && used + 160 < sizeof missing)
			used += (size_t)snprintf(missing + used, sizeof missing - used, "%s%s (%s)", used ? ", " : "",
			    rules_material_name(s, a, m[i].code),
			    tr_name(material_outcome_names, (int)m[i].outcome));
	return used == 0 || err_refuse(e, "these materials have not passed yet: %s", missing);
}

bool
guard_settled(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	char open_yuan[32];

	if (!rules_scheme(o, a, &s, e))
		return false;
	if (s->gate_at_delivery && a->state != APP_ISSUED)
		return true;
	if (a->paid_fen + a->waived_fen >= a->due_fen)
		return true;
	money_figures(a->due_fen - a->paid_fen - a->waived_fen, open_yuan, sizeof open_yuan);
	return err_refuse(e, "%s yuan are not paid yet: take the payment first", open_yuan);
}

bool
guard_money_open(struct office *o, const struct application *a, struct err *e)
{
	(void)o;
	if (a->paid_fen + a->waived_fen < a->due_fen)
		return true;
	return err_refuse(e, a->due_fen == 0 ? N_("nothing is to be paid for this application")
	    : N_("the fee is paid in full"));
}

/* ---- what carries the service out: the other ways are no steps of this application ---- */

static bool
carried_by(struct office *o, const struct application *a, enum act act, struct err *e)
{
	const struct service_row *row;

	if (!service_of(o, a, &row, e))
		return false;
	return row->act == act || err_refuse(e, "%s is carried out by `ra %s`", a->no, acts[row->act].command);
}

bool guard_by_issue(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_ISSUE, e); }
bool guard_by_revoke(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_REVOKE, e); }
bool guard_by_unlock(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_UNLOCK, e); }

bool
guard_recorded(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;

	if (!service_of(o, a, &row, e))
		return false;
	return (row->act == ACT_ISSUE && row->at_ca == AT_CA_NOTHING)
	    || err_refuse(e, "%s is carried out by `ra %s`", a->no, acts[row->act].command);
}

/* ---- the will of a holder who is not here ---- */

static bool
proven_by_code(struct office *o, const struct application *a, bool *yes, struct err *e)
{
	struct will_code c;
	bool found;

	if (!code_load(o->db, a->id, &c, &found, e))
		return false;
	*yes = c.proven_at != 0;
	OPENSSL_cleanse(&c, sizeof c);
	return true;
}

bool
guard_code_open(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	bool proven;

	if (!service_of(o, a, &row, e) || !proven_by_code(o, a, &proven, e))
		return false;
	if (row->at_ca != AT_CA_REVOKE)
		return err_refuse(e, "a one-time code proves the will to revoke or to hold a certificate, nothing else");
	if (strcmp(a->record.head.channel, "counter") == 0)
		return err_refuse(e, "at the counter the stamped form and the agent's ID prove the will");
	return !proven || err_refuse(e, "the will is proven already");
}

bool
guard_will_proven(struct office *o, const struct application *a, struct err *e)
{
	int service = name_index(service_names, a->record.head.service), channel = name_index(channel_names, a->record.head.channel);
	const struct scheme *s;
	bool proven;

	if (!rules_scheme(o, a, &s, e))
		return false;
	if (a->emergency || service < 0 || channel < 0 || !(s->by_code[service] & (1u << channel)))
		return true;
	if (!proven_by_code(o, a, &proven, e))
		return false;
	return proven || err_refuse(e, "the will of the holder is not proven yet: send a one-time code to the registered phone"
	    " (`ra code %s send`)", a->no);
}

bool
guard_items_verified(struct office *o, const struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (item[i].state != ITEM_VERIFIED && item[i].state != ITEM_DROPPED)
			return err_refuse(e, "the certificate of item %d is not on its token yet: run `ra issue` or `ra resume`",
			    item[i].n);
	return true;
}

/* Issued, but a token is still to be written or the old certificate's end to be sent. */
bool
guard_unfinished(struct office *o, const struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	int64_t open;
	size_t n;

	if (!intent_revocations(o->db, a->id, &open, e) || !app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		open += item[i].state == ITEM_ISSUED;
	return open > 0 || err_refuse(e, "%s is made already", a->no);
}

bool
guard_old_settled(struct office *o, const struct application *a, struct err *e)
{
	int64_t open;

	if (!intent_revocations(o->db, a->id, &open, e))
		return false;
	return open == 0 || err_refuse(e, "the old certificate's end is not carried out at the CA yet: run `ra resume`");
}
