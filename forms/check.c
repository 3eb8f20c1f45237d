#include "forms/check.h"

#include "forms/idnumber.h"

#define CHECK(name, body) \
bool \
name(const struct record *r, const char *field, const char *value, const struct form_env *env, struct err *e) \
{ \
	(void)r; \
	(void)env; \
	return body; \
}

/* field is "user.3.id_no" */
static const struct record_user *
user_of(const struct record *r, const char *field)
{
	int user;

	return field_find(field, &user) && user >= 0 ? &r->user[user] : &r->user[0];
}

CHECK(check_org_name, id_org_name(field, value, e))
CHECK(check_credit_code, id_credit_code(field, value, e))
CHECK(check_licence, id_licence(field, value, e))
CHECK(check_phone, id_phone(field, value, e))
CHECK(check_mobile, id_mobile(field, value, e))
CHECK(check_email, id_email(field, value, e))
CHECK(check_person_name, id_person_name(field, value, e))
CHECK(check_agent_id, id_person(field, r->agent.id_kind, value, env->today, e))
CHECK(check_legal_rep_id, id_person(field, r->org.legal_rep_id_kind, value, env->today, e))
CHECK(check_account, id_bank_account(field, value, e))
CHECK(check_user_id, id_person(field, user_of(r, field)->id_kind, value, env->today, e))
CHECK(check_document, id_document(field, r->org.doc_kind, value, e))
CHECK(check_tax_no, id_tax_no(field, value, env->today, e))
CHECK(check_serial, id_serial(field, value, e))
CHECK(check_words, id_words(field, value, e))
