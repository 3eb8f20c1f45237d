#include "forms/names.h"

#include <stddef.h>
#include <string.h>

#define ROW(e, s, zh, en) { s, zh, en },
#define TABLE(table, LIST) const struct name table[] = { LIST(ROW) { NULL, NULL, NULL } }

TABLE(app_state_names, APP_STATES);
TABLE(item_state_names, ITEM_STATES);
TABLE(token_state_names, TOKEN_STATES);
TABLE(cert_state_names, CERT_STATES);
TABLE(intent_state_names, INTENT_STATES);
TABLE(material_outcome_names, MATERIAL_OUTCOMES);
TABLE(material_point_names, MATERIAL_POINTS);
TABLE(money_state_names, MONEY_STATES);
TABLE(fee_object_names, FEE_OBJECTS);
TABLE(pay_method_names, PAY_METHODS);
TABLE(role_names, ROLES);
TABLE(service_names, SERVICES);
TABLE(channel_names, CHANNELS);
TABLE(nature_names, NATURES);
TABLE(seal_type_names, SEAL_TYPES);
TABLE(user_role_names, USER_ROLES);
TABLE(id_kind_names, ID_KINDS);
TABLE(doc_kind_names, DOC_KINDS);
TABLE(reason_names, REASONS);
TABLE(crl_reason_names, CRL_REASONS);
TABLE(print_state_names, PRINT_STATES);

int
name_index(const struct name *table, const char *stored)
{
	if (!stored)
		return -1;
	for (int i = 0; table[i].stored; i++)
		if (strcmp(table[i].stored, stored) == 0)
			return i;
	return -1;
}
