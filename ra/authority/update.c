#include "ra/authority/transaction.h"

#include "forms/when.h"
#include "ra/authority/keys.h"

/* kur: whether the certificate it names may be updated (RFC 4210 5.3.5: existing, non-revoked and non-expired). */

static const struct rule { enum cert_state state; int failure; const char *text; } rules[] = {
	{ CERT_UNCONFIRMED, OSSL_CMP_PKIFAILUREINFO_badRequest, N_("the old certificate is not confirmed yet") },
	{ CERT_VALID, GRANTED, "" },
	{ CERT_HOLD, OSSL_CMP_PKIFAILUREINFO_badRequest, N_("the old certificate is on hold: release it first") },
	{ CERT_REVOKED, OSSL_CMP_PKIFAILUREINFO_certRevoked, N_("the old certificate is revoked: ask for a new one by cr") },
};

static struct verdict
judge(const struct authority_cert *c)
{
	if (c->not_after < when_now())
		return (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badRequest,
		    N_("the old certificate has expired: ask for a new one by cr") };
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].state == c->state)
			return (struct verdict){ rules[i].failure, rules[i].text };
	return (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertId, N_("the old certificate is of no use") };
}

struct verdict
update_named(const struct authority *a, const OSSL_CRMF_MSG *crm, char serial[AUTHORITY_SERIAL_SIZE])
{
	const OSSL_CRMF_CERTID *id = OSSL_CRMF_MSG_get0_regCtrl_oldCertID(crm);
	const X509_NAME *issuer = id ? OSSL_CRMF_CERTID_get0_issuer(id) : NULL;

	if (!id)
		return (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badRequest, N_("a key update names the old certificate as oldCertID") };
	serial_hex(OSSL_CRMF_CERTID_get0_serialNumber(id), serial);
	if (!issuer || !serial[0] || X509_NAME_cmp(issuer, X509_get_subject_name(a->cert)) != 0)
		return (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertId, N_("oldCertID does not name a certificate of this CA") };
	return (struct verdict){ GRANTED, "" };
}

bool
update_allowed(struct authority *a, const char *serial, const X509_NAME *subject, struct verdict *v, X509 **old, struct err *e)
{
	struct authority_cert c = { 0 };
	const unsigned char *p;
	bool found = false, ok = true;

	if (!authority_by_serial(a->db, serial, &c, &found, e))
		return false;
	p = c.der;
	if (!found || c.purpose != FOR_HOLDER)
		*v = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertId, N_("the CA has issued no such certificate to a holder") };
	else if ((*v = judge(&c)).failure != GRANTED)
		;
	else if (!(*old = d2i_X509(NULL, &p, (long)c.der_n)))
		ok = err_internal(e, "the stored certificate cannot be read");
	else if (subject && X509_NAME_entry_count(subject) > 0 && X509_NAME_cmp(subject, X509_get_subject_name(*old)) != 0)
		*v = (struct verdict){ OSSL_CMP_PKIFAILUREINFO_badCertTemplate,
		    N_("the subject is not that of the old certificate: ask for a new one by cr") };
	authority_cert_clear(&c);
	return ok;
}
