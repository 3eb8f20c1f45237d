#include "ra/rules.h"

#include "forms/tr.h"

#include <string.h>

bool
rules_scheme(struct office *o, const struct application *a, const struct scheme **s, struct err *e)
{
	int64_t version;

	if (a->scheme_version != 0)
		return office_scheme(o, a->scheme_version, s, e);
	return office_scheme_now(o, a->record.head.scheme, s, &version, e);
}

const struct scheme_material *
rules_material(const struct scheme *s, const struct application *a, const char *code)
{
	const struct scheme_material *m[64];
	size_t n = scheme_materials(s, &a->record, a->late, m, 64);

	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i]->code, code) == 0)
			return m[i];
	return NULL;
}

const char *
rules_material_name(const struct scheme *s, const struct application *a, const char *code)
{
	const struct scheme_material *m = rules_material(s, a, code);

	return !m ? code : tr_english() ? m->en : m->zh;
}

enum money_state
rules_money_of(enum app_state state, int64_t due_fen, int64_t paid_fen, int64_t waived_fen)
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
rules_money(const struct application *a)
{
	return rules_money_of(a->state, a->due_fen, a->paid_fen, a->waived_fen);
}
