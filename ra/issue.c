#include "ra/issue.h"

#include "db/certificate.h"
#include "db/stock.h"
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/enrol.h"
#include "ra/item.h"
#include "ra/personalise.h"
#include "ra/revoke.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_DEAD_TOKEN 5	/* cessationOfOperation: it never went into use */
#define UNFINISHED_MAX 4096

/* ---- one item on its way; every function starts from what the store says ---- */

static bool
key_by_csr(const char *path, const struct application *a, const struct scheme_ca *ca, EVP_PKEY **pub, struct err *e)
{
	X509_REQ *csr = NULL;

	(void)a;
	(void)ca;
	if (!certificate_request_load(path, &csr, e))
		return false;
	*pub = X509_REQ_get_pubkey(csr);
	X509_REQ_free(csr);
	return *pub || err_field(e, "csr", "the request holds no usable key");
}

static bool
key_by_token(struct office *o, struct application *a, struct app_item *item, const char *serial, EVP_PKEY **pub,
    struct err *e)
{
	X509_NAME *subject = NULL;
	bool ok;

	if (item->token != 0 && serial) {
		struct stock t;
		bool found;

		if (!stock_load(o->db, item->token, &t, &found, e))
			return false;
		if (found && strcmp(t.serial, serial) != 0)
			return err_field(e, "token", "the token %s is reserved for this item: go on with it, or move it first",
			    t.serial);
	}
	if (item->token == 0 && !personalise_reserve(o, a, item, serial, e))
		return false;
	if (!enrol_subject(o, a, &subject, e))
		return false;
	ok = personalise_initialise(o, a, item, e) && personalise_key(o, a, item, subject, pub, e);
	X509_NAME_free(subject);
	return ok;
}

/* The key of an intent that ended without being used up: the same key goes into the next one. */
static bool
key_of_last(struct office *o, int64_t intent, EVP_PKEY **pub, struct err *e)
{
	struct intent i;
	const unsigned char *p;
	bool found;

	if (!intent_load(o->db, intent, &i, &found, e))
		return false;
	p = i.public_key;
	*pub = found ? d2i_PUBKEY(NULL, &p, (long)i.public_key_n) : NULL;
	intent_clear(&i);
	return *pub || err_internal(e, "the journalled key is damaged");
}

static bool
send_item(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *journalled, struct err *e)
{
	for (int round = 0; round < 2; round++) {
		struct intent i;
		EVP_PKEY *pub = NULL;
		int64_t last;
		bool found, anew, ok;

		if (!intent_of_item(o->db, item->id, &i, &found, e))
			return false;
		last = i.id;
		intent_clear(&i);
		if (!found)
			return err_internal(e, "item %d of %s has no open intent", item->n, a->no);
		ok = enrol_send(o, a, item, journalled, &anew, e);
		if (!anew)
			return ok;
		ok = key_of_last(o, last, &pub, e) && enrol_journal(o, a, item, pub, e);
		EVP_PKEY_free(pub);
		if (!ok)
			return false;
	}
	return err_later(e, "the CA does not keep the transaction: repeat later");
}

static bool
start_item(struct office *o, struct application *a, struct app_item *item, const struct issue_medium *m, EVP_PKEY **pub,
    struct err *e)
{
	const struct scheme *s;
	const struct scheme_ca *ca;
	bool ok;

	if (!workflow_scheme(o, a, &s, e))
		return false;
	ca = scheme_ca(s, a->record.head.ca[0] ? a->record.head.ca : NULL);
	if (m->csr && item->token != 0)
		return err_refuse(e, "a token is reserved for this item: move it back to blank before a CSR is used");
	ok = m->csr ? key_by_csr(m->csr, a, ca, pub, e) : key_by_token(o, a, item, m->token, pub, e);
	return ok && enrol_journal(o, a, item, *pub, e);
}

/* A certificate that is on its way out is not gone on with. */
static bool
not_revoking(struct office *o, const struct app_item *item, struct err *e)
{
	struct intent i;
	bool found;

	if (item->certificate == 0)
		return true;
	if (!intent_revocation(o->db, item->id, item->certificate, &i, &found, e))
		return false;
	intent_clear(&i);
	return !found || err_later(e, "the certificate of item %d is being revoked: run `ra resume` first", item->n);
}

/* Its certificate was revoked before it was on its medium: the item begins again, without that token. */
static bool
end_dead(struct office *o, struct application *a, struct app_item *item, struct err *e)
{
	struct certificate c;
	bool found;

	if (item->certificate == 0 || (item->state != ITEM_ISSUING && item->state != ITEM_ISSUED))
		return true;
	if (!cert_load(o->db, item->certificate, &c, &found, e))
		return false;
	if (!found || c.state != CERT_REVOKED)
		return true;
	item->token = 0;
	return enrol_end(o, a, item, "certificate revoked", e);
}

/* m NULL: only goes on with what has begun. */
static bool
carry(struct office *o, struct application *a, int64_t id, const struct issue_medium *m, struct err *e)
{
	struct app_item item;
	EVP_PKEY *pub = NULL;
	int lock = item_lock(o, id, e);
	bool ok;

	if (lock < 0)
		return false;
	/* what is journalled for the old certificate goes first: a lost token is on hold before its successor is made */
	ok = item_load(o, a->id, id, a, &item, e) && not_revoking(o, &item, e) && end_dead(o, a, &item, e)
	    && revoke_open(o, &item, e);
	if (ok && item.state == ITEM_OPEN && m)
		ok = start_item(o, a, &item, m, &pub, e);
	if (ok && item.state == ITEM_ISSUING)
		ok = send_item(o, a, &item, pub, e);
	if (ok && item.state == ITEM_ISSUED && item.token != 0)
		ok = personalise_write(o, a, &item, e);
	EVP_PKEY_free(pub);
	close(lock);
	return ok;
}

bool
issue_application(struct office *o, const char *no, int64_t version, const struct issue_medium *m, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[RECORD_USERS_MAX + 1];
	enum app_state to;
	size_t n = 0;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = desk_load(o, no, a, e) && app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e);
	if (ok && version != 0 && version != a->version)
		ok = err_field(e, "version", "somebody changed %s meanwhile: look at it again", no);
	/* issued with a token still to write: that is gone on with */
	if (ok && !(a->state == APP_ISSUED && n > 0 && item[n - 1].state == ITEM_ISSUED))
		ok = workflow_may(o, a, ACT_ISSUE, &to, e);
	else if (ok)
		ok = office_may(o, ACT_ISSUE, e);
	for (size_t i = 0; ok && i < n; i++)
		ok = carry(o, a, item[i].id, m, e);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* ---- after a kill ---- */

static bool
resume_issue(struct office *o, const struct intent *i, char *line, size_t linesz, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char no[APP_NO_MAX];
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = app_no_of(o->db, i->application, no, e) && desk_load(o, no, a, e) && carry(o, a, i->item, NULL, e);
	snprintf(line, linesz, "%s: %s", no, ok ? app_state_names[a->state].stored : e->text);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

static bool
resume_revoke(struct office *o, struct intent *i, char *line, size_t linesz, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	int lock = item_lock(o, i->item, e);
	bool ok = a && lock >= 0;

	ok = ok && revoke_send(o, i, e) && item_load(o, i->application, i->item, a, &item, e) && end_dead(o, a, &item, e);
	snprintf(line, linesz, "revocation %lld: %s", (long long)i->id, ok ? "done" : e->text);
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

bool
issue_resume(struct office *o, void (*tell)(void *arg, const char *line), void *arg, struct issue_tally *t, struct err *e)
{
	int64_t *ids = calloc(UNFINISHED_MAX, sizeof *ids);
	size_t n = 0;
	bool ok = ids != NULL;

	memset(t, 0, sizeof *t);
	ok = ok && office_may(o, ACT_RESUME, e) && intent_unfinished(o->db, ids, UNFINISHED_MAX, &n, e);
	/* revocations first: what is to end is not written to a token before */
	for (size_t k = 0; ok && k < 2 * n; k++) {
		struct intent i;
		struct err inner;
		char line[600];
		bool found, done;

		ok = intent_load(o->db, ids[k < n ? k : k - n], &i, &found, e);
		if (!ok || !found || i.state == INTENT_DONE || i.state == INTENT_ENDED || i.revoke != (k < n)) {
			intent_clear(&i);
			continue;
		}
		done = i.revoke ? resume_revoke(o, &i, line, sizeof line, &inner) : resume_issue(o, &i, line, sizeof line, &inner);
		t->finished += done;
		t->ended += !done && inner.code == FAULT_REFUSED;
		t->waiting += !done && inner.code != FAULT_REFUSED;
		if (tell)
			tell(arg, line);
		intent_clear(&i);
	}
	free(ids);
	return ok;
}

bool
issue_abandon(struct office *o, int64_t id, const char *why, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_item item;
	bool ok = a != NULL;
	int lock;

	if (id == 0 || !a) {
		free(a);
		return id == 0;
	}
	lock = item_lock(o, id, e);
	ok = lock >= 0 && app_of_item(o->db, id, &a->id, e) && item_load(o, a->id, id, a, &item, e);
	if (ok && item.certificate != 0)
		ok = revoke_unused(o, item.certificate, REASON_DEAD_TOKEN, e);
	else if (ok && item.state == ITEM_ISSUING)
		ok = err_refuse(e, "the CA has not answered for this item yet: run `ra resume` first");
	if (ok) {
		item.token = 0;
		ok = item.state == ITEM_OPEN ? desk_begin(o, a->no, 0, a, e) && app_item_store(o->db, &item, e)
		    && app_item_pin_store(o->db, o->keys, &item, NULL, e)
		    && desk_commit(o, a, ACT_RESERVE, e, "item %d without its token: %.150s", item.n, why)
		    : enrol_end(o, a, &item, why, e);
		office_rollback(o);
	}
	if (lock >= 0)
		close(lock);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}
