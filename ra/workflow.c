#include "ra/workflow.h"

#include "forms/tr.h"
#include "ra/guard.h"

#include <stdio.h>
#include <string.h>

#define GUARDS(...) (const guard_fn[]){ __VA_ARGS__, NULL }
/* what acceptance, approval and carrying out all ask: is the way still free? */
#define FREE guard_old_good, guard_no_other_open, guard_no_second, guard_seal_free, guard_term_fits
#define SECOND guard_other_person, guard_materials_passed, guard_settled, guard_will_proven, guard_brought
static const struct transition {
	enum app_state from;
	enum act act;
	enum app_state to;
	const guard_fn *guards;
} transitions[] = {
	{ APP_DRAFT,      ACT_EDIT,     APP_DRAFT,      GUARDS(guard_ordinary) },
	{ APP_DRAFT,      ACT_ACCEPT,   APP_RECEIVED,   GUARDS(guard_complete, FREE, guard_renewal_open) },
	{ APP_DRAFT,      ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_DRAFT,      ACT_EXPIRE,   APP_EXPIRED,    GUARDS(guard_ordinary, guard_overdue) },
	{ APP_RECEIVED,   ACT_EDIT,     APP_RECEIVED,   GUARDS(guard_ordinary) },
	{ APP_RECEIVED,   ACT_MATERIAL, APP_RECEIVED,   GUARDS(guard_has_materials) },
	{ APP_RECEIVED,   ACT_BRING,    APP_RECEIVED,   GUARDS(guard_brings) },
	{ APP_RECEIVED,   ACT_PAY,      APP_RECEIVED,   GUARDS(guard_money_open) },
	{ APP_RECEIVED,   ACT_CODE,     APP_RECEIVED,   GUARDS(guard_code_open) },
	{ APP_RECEIVED,   ACT_PROVEN,   APP_RECEIVED,   GUARDS(guard_code_open) },
	{ APP_RECEIVED,   ACT_SUBMIT,   APP_REVIEW,     GUARDS(guard_complete, guard_brought, guard_materials_passed, guard_will_proven) },
	{ APP_RECEIVED,   ACT_CORRECT,  APP_CORRECTION, GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_RECEIVED,   ACT_EXPIRE,   APP_EXPIRED,    GUARDS(guard_ordinary, guard_overdue) },
	{ APP_CORRECTION, ACT_EDIT,     APP_CORRECTION, GUARDS(guard_ordinary) },
	{ APP_CORRECTION, ACT_MATERIAL, APP_CORRECTION, GUARDS(guard_has_materials) },
	{ APP_CORRECTION, ACT_BRING,    APP_CORRECTION, GUARDS(guard_brings) },
	{ APP_CORRECTION, ACT_PAY,      APP_CORRECTION, GUARDS(guard_money_open) },
	{ APP_CORRECTION, ACT_CODE,     APP_CORRECTION, GUARDS(guard_code_open) },
	{ APP_CORRECTION, ACT_PROVEN,   APP_CORRECTION, GUARDS(guard_code_open) },
	{ APP_CORRECTION, ACT_ACCEPT,   APP_RECEIVED,   GUARDS(guard_complete, FREE, guard_renewal_open) },
	{ APP_CORRECTION, ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_CORRECTION, ACT_EXPIRE,   APP_EXPIRED,    GUARDS(guard_ordinary, guard_overdue) },
	{ APP_REVIEW,     ACT_EDIT,     APP_RECEIVED,   GUARDS(guard_ordinary) },
	{ APP_REVIEW,     ACT_MATERIAL, APP_REVIEW,     GUARDS(guard_has_materials) },
	{ APP_REVIEW,     ACT_BRING,    APP_REVIEW,     GUARDS(guard_brings) },
	{ APP_REVIEW,     ACT_PAY,      APP_REVIEW,     GUARDS(guard_money_open) },
	{ APP_REVIEW,     ACT_CODE,     APP_REVIEW,     GUARDS(guard_code_open) },
	{ APP_REVIEW,     ACT_PROVEN,   APP_REVIEW,     GUARDS(guard_code_open) },
	{ APP_REVIEW,     ACT_APPROVE,  APP_APPROVED,   GUARDS(guard_other_person, guard_complete, guard_materials_passed, guard_will_proven, guard_brought, FREE) },
	{ APP_REVIEW,     ACT_RETURN,   APP_RECEIVED,   GUARDS(guard_other_person) },
	{ APP_REVIEW,     ACT_REFUSE,   APP_REFUSED,    GUARDS(guard_other_person) },
	{ APP_REVIEW,     ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_REVIEW,     ACT_EXPIRE,   APP_EXPIRED,    GUARDS(guard_ordinary, guard_overdue) },
	{ APP_APPROVED,   ACT_EDIT,     APP_RECEIVED,   GUARDS(guard_ordinary) },
	{ APP_APPROVED,   ACT_PAY,      APP_APPROVED,   GUARDS(guard_money_open) },
	{ APP_APPROVED,   ACT_ISSUE,    APP_ISSUING,    GUARDS(guard_by_issue, SECOND, FREE) },
	{ APP_APPROVED,   ACT_REVOKE,   APP_ISSUING,    GUARDS(guard_by_revoke, SECOND, FREE) },
	{ APP_APPROVED,   ACT_UNLOCK,   APP_ISSUING,    GUARDS(guard_by_unlock, SECOND, FREE) },
	{ APP_APPROVED,   ACT_RECORDED, APP_ISSUED,     GUARDS(guard_recorded, SECOND, FREE) },
	{ APP_APPROVED,   ACT_WITHDRAW, APP_WITHDRAWN,  GUARDS(NULL) },
	{ APP_APPROVED,   ACT_EXPIRE,   APP_EXPIRED,    GUARDS(guard_ordinary, guard_overdue) },
	{ APP_ISSUING,    ACT_ISSUE,    APP_ISSUING,    GUARDS(guard_by_issue, guard_other_person) },
	{ APP_ISSUING,    ACT_REVOKE,   APP_ISSUING,    GUARDS(guard_by_revoke, guard_other_person) },
	{ APP_ISSUING,    ACT_REVOKED,  APP_CLOSED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_UNLOCK,   APP_ISSUING,    GUARDS(guard_by_unlock, guard_other_person) },
	{ APP_ISSUING,    ACT_UNLOCKED, APP_ISSUED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_ISSUED,   APP_ISSUED,     GUARDS(NULL) },
	{ APP_ISSUING,    ACT_ENDED,    APP_APPROVED,   GUARDS(NULL) },
	{ APP_ISSUED,     ACT_ENDED,    APP_APPROVED,   GUARDS(NULL) },
	{ APP_ISSUED,     ACT_ISSUE,    APP_ISSUED,     GUARDS(guard_by_issue, guard_unfinished) },
	{ APP_ISSUED,     ACT_MATERIAL, APP_ISSUED,     GUARDS(guard_has_materials, guard_gate_later) },
	{ APP_ISSUED,     ACT_PAY,      APP_ISSUED,     GUARDS(guard_money_open) },
	{ APP_ISSUED,     ACT_DELIVER,  APP_CLOSED,     GUARDS(guard_items_verified, guard_old_settled, guard_materials_passed, guard_settled) },
	{ APP_ISSUED,     ACT_SEND,     APP_DELIVERED,  GUARDS(guard_items_verified, guard_old_settled, guard_materials_passed, guard_settled) },
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

bool
workflow_entry(struct office *o, const struct application *a, struct err *e)
{
	static const guard_fn asked[] = { guard_old_good, guard_no_other_open, guard_seal_free, guard_term_fits, guard_renewal_open };

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (!asked[i](o, a, e))
			return false;
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
