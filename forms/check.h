/* The checks that the field rows name: thin wrappers over forms/idnumber.h. For forms/field.c only. */
#ifndef FORMS_CHECK_H
#define FORMS_CHECK_H

#include "forms/field.h"

#define CHECK_DECLARE(name) bool name(const struct record *r, const char *field, const char *value, \
	const struct form_env *env, struct err *e) MUST_USE
CHECK_DECLARE(check_org_name);
CHECK_DECLARE(check_credit_code);
CHECK_DECLARE(check_licence);
CHECK_DECLARE(check_phone);
CHECK_DECLARE(check_mobile);
CHECK_DECLARE(check_email);
CHECK_DECLARE(check_person_name);
CHECK_DECLARE(check_agent_id);
CHECK_DECLARE(check_legal_rep_id);
CHECK_DECLARE(check_account);
CHECK_DECLARE(check_user_id);
CHECK_DECLARE(check_document);
CHECK_DECLARE(check_tax_no);
CHECK_DECLARE(check_serial);
CHECK_DECLARE(check_words);

#endif
