#include "ra/workflow.h"

#include "forms/money.h"
#include "forms/tr.h"
#include "ra/code.h"
#include "ra/service.h"

#include <stdio.h>
#include <string.h>

typedef bool (*guard_fn)(struct office *o, const struct application *a, struct err *e);

/* ---- guards: true, or in words what is missing ---- */

static bool
complete(struct office *o, const struct application *a, struct err *e)
{
	struct err_list problems = { 0 };
	struct form_env env = { .today = day_of(when_now()) };

	if (!workflow_scheme(o, a, &env.scheme, e))
		return false;
	record_check(&a->record, &env, &problems);
	if (problems.n == 0)
		return true;
	*e = problems.at[0];
	return false;
}

static bool
other_person(struct office *o, const struct application *a, struct err *e)
{
	bool has;

	if (!app_hand_has(o->db, a->id, o->me.id, &has, e))
		return false;
	if (has)
		return err_refuse(e, "%s entered or accepted this application: another person has to do this", o->me.login);
	return true;
}

const char *
workflow_material_name(const struct scheme *s, const struct application *a, const char *code)
{
	const struct scheme_material *m[64];
	size_t n = scheme_materials(s, &a->record, m, 64);

	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i]->code, code) == 0)
			return tr_english() ? m[i]->en : m[i]->zh;
	return code;
}

static bool
materials_passed(struct office *o, const struct application *a, struct err *e)
{
	struct app_material m[64];
	const struct scheme *s;
	char missing[380] = "";
	size_t n, used = 0;

	if (!workflow_scheme(o, a, &s, e) || !app_materials(o->db, a->id, m, 64, &n, e))
		return false;
	if (s->gate_at_delivery && a->state != APP_ISSUED)
		return true;
	for (size_t i = 0; i < n; i++)
		if (m[i].outcome != MATERIAL_PASS && used + 160 < sizeof missing)
			used += (size_t)snprintf(missing + used, sizeof missing - used, "%s%s (%s)", used ? ", " : "",
			    workflow_material_name(s, a, m[i].code),
			    tr_name(material_outcome_names, (int)m[i].outcome));
	return used == 0 || err_refuse(e, "these materials have not passed yet: %s", missing);
}

static bool
settled(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	char open_yuan[32];

	if (!workflow_scheme(o, a, &s, e))
		return false;
	if (s->gate_at_delivery && a->state != APP_ISSUED)
		return true;
	if (a->paid_fen + a->waived_fen >= a->due_fen)
		return true;
	money_figures(a->due_fen - a->paid_fen - a->waived_fen, open_yuan, sizeof open_yuan);
	return err_refuse(e, "%s yuan are not paid yet: take the payment first", open_yuan);
}

/* Dongguan: one valid certificate per organisation; neither one that is there nor one on its way. */
static bool
no_second_certificate(struct office *o, const struct application *a, struct err *e)
{
	const struct scheme *s;
	char serial[64], no[APP_NO_MAX];

	if (!workflow_scheme(o, a, &s, e))
		return false;
	if (!s->one_per_org || strcmp(a->record.head.service, "new") != 0)
		return true;
	if (!org_valid_certificate(o->db, a->organisation, s->id, when_now(), serial, e))
		return false;
	if (serial[0])
		return err_field(e, "org.credit_code", "the organisation has the valid certificate %s: renew, replace or"
		    " change that one", serial);
	if (!org_open_application(o->db, a->organisation, s->id, a->id, no, e))
		return false;
	if (no[0])
		return err_field(e, "org.credit_code", "the organisation has the open application %s: finish or withdraw it"
		    " first", no);
	return true;
}

static bool
money_open(struct office *o, const struct application *a, struct err *e)
{
	(void)o;
	if (a->paid_fen + a->waived_fen < a->due_fen)
		return true;
	return err_refuse(e, a->due_fen == 0 ? N_("nothing is to be paid for this application")
	    : N_("the fee is paid in full"));
}

/* Which of issue, revoke and unlock carries the service out: the other two are no steps of this application. */
static bool
carried_by(struct office *o, const struct application *a, enum act act, struct err *e)
{
	const struct service_row *row;

	if (!service_of(o, a, &row, e))
		return false;
	return row->act == act || err_refuse(e, "%s is carried out by `ra %s`", a->no, acts[row->act].command);
}

static bool by_issue(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_ISSUE, e); }
static bool by_revoke(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_REVOKE, e); }
static bool by_unlock(struct office *o, const struct application *a, struct err *e) { return carried_by(o, a, ACT_UNLOCK, e); }

/* A one-time code proves the will of a holder who is not here, for what ends or holds a certificate. */
static bool
code_open(struct office *o, const struct application *a, struct err *e)
{
	const struct service_row *row;
	bool proven;

	if (!service_of(o, a, &row, e) || !code_proven(o, a->id, &proven, e))
		return false;
	if (row->at_ca != AT_CA_REVOKE)
		return err_refuse(e, "a one-time code proves the will to revoke or to hold a certificate, nothing else");
	if (strcmp(a->record.head.channel, "counter") == 0)
		return err_refuse(e, "at the counter the stamped form and the agent's ID prove the will");
	return !proven || err_refuse(e, "the will is proven already");
}

static bool
items_verified(struct office *o, const struct application *a, struct err *e)
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

/* ---- the table ---- */

#define GUARDS(...) (const guard_fn[]){ __VA_ARGS__, NULL }
static const struct transition {
	enum app_state from;
	enum act act;
	enum app_state to;
	const guard_fn *guards;
} transitions[] = {
	{ APP_DRAFT,      ACT_EDIT,     APP_DRAFT,      GUARDS(NULL) },
	{ APP_DRAFT,      ACT_ACCEPT,   APP_RECEIVED,   GUARDS(complete, no_second_certificate) },
	{ APP_DRAFT,      ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_EDIT,     APP_RECEIVED,   GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_MATERIAL, APP_RECEIVED,   GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_PAY,      APP_RECEIVED,   GUARDS(money_open) },
	{ APP_RECEIVED,   ACT_CODE,     APP_RECEIVED,   GUARDS(code_open) },
	{ APP_RECEIVED,   ACT_PROVEN,   APP_RECEIVED,   GUARDS(code_open) },
	{ APP_RECEIVED,   ACT_SUBMIT,   APP_REVIEW,     GUARDS(complete, materials_passed) },
	{ APP_RECEIVED,   ACT_CORRECT,  APP_CORRECTION, GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_CORRECTION, ACT_EDIT,     APP_CORRECTION, GUARDS(NULL) },
	{ APP_CORRECTION, ACT_MATERIAL, APP_CORRECTION, GUARDS(NULL) },
	{ APP_CORRECTION, ACT_PAY,      APP_CORRECTION, GUARDS(money_open) },
	{ APP_CORRECTION, ACT_CODE,     APP_CORRECTION, GUARDS(code_open) },
	{ APP_CORRECTION, ACT_PROVEN,   APP_CORRECTION, GUARDS(code_open) },
	{ APP_CORRECTION, ACT_ACCEPT,   APP_RECEIVED,   GUARDS(complete, no_second_certificate) },
	{ APP_CORRECTION, ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_REVIEW,     ACT_EDIT,     APP_RECEIVED,   GUARDS(NULL) },
	{ APP_REVIEW,     ACT_MATERIAL, APP_REVIEW,     GUARDS(NULL) },
	{ APP_REVIEW,     ACT_PAY,      APP_REVIEW,     GUARDS(money_open) },
	{ APP_REVIEW,     ACT_CODE,     APP_REVIEW,     GUARDS(code_open) },
	{ APP_REVIEW,     ACT_PROVEN,   APP_REVIEW,     GUARDS(code_open) },
	{ APP_REVIEW,     ACT_APPROVE,  APP_APPROVED,   GUARDS(other_person, complete, materials_passed, no_second_certificate) },
	{ APP_REVIEW,     ACT_RETURN,   APP_RECEIVED,   GUARDS(other_person) },
	{ APP_REVIEW,     ACT_REFUSE,   APP_REFUSED,    GUARDS(other_person) },
	{ APP_REVIEW,     ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_APPROVED,   ACT_EDIT,     APP_RECEIVED,   GUARDS(NULL) },
	{ APP_APPROVED,   ACT_PAY,      APP_APPROVED,   GUARDS(money_open) },
	{ APP_APPROVED,   ACT_ISSUE,    APP_ISSUING,    GUARDS(by_issue, other_person, materials_passed, settled, no_second_certificate) },
	{ APP_APPROVED,   ACT_REVOKE,   APP_ISSUING,    GUARDS(by_revoke, other_person, materials_passed, settled) },
	{ APP_APPROVED,   ACT_UNLOCK,   APP_ISSUING,    GUARDS(by_unlock, other_person, materials_passed, settled) },
	{ APP_APPROVED,   ACT_RECORDED, APP_ISSUED,     GUARDS(by_issue, other_person, materials_passed, settled) },
	{ APP_APPROVED,   ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_ISSUING,    ACT_ISSUE,    APP_ISSUING,    GUARDS(by_issue, other_person) },
	{ APP_ISSUING,    ACT_REVOKE,   APP_ISSUING,    GUARDS(by_revoke, other_person) },
	{ APP_ISSUING,    ACT_REVOKED,  APP_CLOSED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_UNLOCK,   APP_ISSUING,    GUARDS(by_unlock, other_person) },
	{ APP_ISSUING,    ACT_UNLOCKED, APP_ISSUED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_ISSUED,   APP_ISSUED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_ENDED,    APP_APPROVED,   GUARDS(NULL) },
	{ APP_ISSUED,     ACT_ENDED,    APP_APPROVED,   GUARDS(NULL) },
	{ APP_ISSUED,     ACT_PAY,      APP_ISSUED,     GUARDS(money_open) },
	{ APP_ISSUED,     ACT_DELIVER,  APP_CLOSED,     GUARDS(items_verified, materials_passed, settled) },
	{ APP_ISSUED,     ACT_SEND,     APP_DELIVERED,  GUARDS(items_verified, materials_passed, settled) },
	{ APP_DELIVERED,  ACT_CONFIRM,  APP_CLOSED,     GUARDS(NULL) },
};
#define TRANSITIONS (sizeof transitions / sizeof *transitions)

static const struct transition *
find(enum app_state from, enum act act)
{
	for (size_t i = 0; i < TRANSITIONS; i++)
		if (transitions[i].from == from && transitions[i].act == act)
			return &transitions[i];
	return NULL;
}

static bool
guards_pass(struct office *o, const struct application *a, const struct transition *t, struct err *e)
{
	for (const guard_fn *g = t->guards; *g; g++)
		if (!(*g)(o, a, e))
			return false;
	return true;
}

bool
workflow_may(struct office *o, const struct application *a, enum act act, enum app_state *to, struct err *e)
{
	const struct transition *t = find(a->state, act);
	char from[200] = "";
	size_t n = 0;

	if (!office_may(o, act, e))
		return false;
	if (!t) {
		for (size_t i = 0; i < TRANSITIONS && n < sizeof from; i++)
			if (transitions[i].act == act)
				n += (size_t)snprintf(from + n, sizeof from - n, "%s%s", n ? ", " : "",
				    tr_name(app_state_names, (int)transitions[i].from));
		return err_refuse(e, "%s is in state %s; %s goes from %s only", a->no, tr_name(app_state_names, (int)a->state),
		    act_name(act), from);
	}
	if (!guards_pass(o, a, t, e))
		return false;
	*to = t->to;
	return true;
}

size_t
workflow_next(struct office *o, const struct application *a, enum act out[ACT_N])
{
	struct err ignored;
	size_t n = 0;

	for (size_t i = 0; i < TRANSITIONS; i++) {
		const struct transition *t = &transitions[i];

		if (t->from == a->state && acts[t->act].command && (acts[t->act].roles & (1u << o->me.role))
		    && guards_pass(o, a, t, &ignored) && !(n > 0 && strcmp(acts[out[n - 1]].command, acts[t->act].command) == 0))
			out[n++] = t->act;
	}
	return n;
}

bool
workflow_scheme(struct office *o, const struct application *a, const struct scheme **s, struct err *e)
{
	int64_t version;

	if (a->scheme_version != 0)
		return office_scheme(o, a->scheme_version, s, e);
	return office_scheme_now(o, a->record.head.scheme, s, &version, e);
}

enum money_state
workflow_money_of(enum app_state state, int64_t due_fen, int64_t paid_fen, int64_t waived_fen)
{
	bool over = state == APP_REFUSED || state == APP_WITHDRAWN || state == APP_EXPIRED;

	if (paid_fen > 0 && (over || paid_fen + waived_fen > due_fen))
		return MONEY_TO_REFUND;
	if (due_fen == 0)
		return MONEY_NONE_DUE;
	if (paid_fen + waived_fen >= due_fen)
		return paid_fen == 0 ? MONEY_WAIVED : MONEY_SETTLED;
	return paid_fen > 0 ? MONEY_PART : MONEY_DUE;
}

enum money_state
workflow_money(const struct application *a)
{
	return workflow_money_of(a->state, a->due_fen, a->paid_fen, a->waived_fen);
}
