#include "forms/der.h"
#include "ra/authority/cmpsrv.h"

#include "ra/authority/transaction.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES 64		/* transactions of different stripes run side by side */
#define OPEN_MAX 32		/* kept per stripe; an older one is brought back by replay when it is needed */

struct stripe {
	pthread_mutex_t lock;
	struct transaction *open;	/* newest first */
	int n;
};

struct cmpsrv {
	struct authority *a;
	struct stripe stripes[STRIPES];
};

/* OpenSSL's words for the first thing that went wrong with this thread's message */
static _Thread_local char trouble[256];

static int
take_trouble(const char *func, const char *file, int line, OSSL_CMP_severity level, const char *msg)
{
	(void)func;
	(void)file;
	(void)line;
	if (level <= OSSL_CMP_LOG_ERR && !trouble[0])
		snprintf(trouble, sizeof trouble, "%s", msg);
	return 1;
}

/* ---- transactions ---- */

static void
transaction_free(struct transaction *t)
{
	if (!t)
		return;
	OSSL_CMP_SRV_CTX_free(t->srv);
	X509_free(t->cert);
	X509_NAME_free(t->sender);
	free(t);
}

static struct transaction *
transaction_new(struct authority *a, const char *tid)
{
	struct transaction *t = calloc(1, sizeof *t);
	OSSL_CMP_CTX *ctx;

	if (!t)
		return NULL;
	t->a = a;
	snprintf(t->tid, sizeof t->tid, "%s", tid);
	t->srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);
	ctx = t->srv ? OSSL_CMP_SRV_CTX_get0_cmp_ctx(t->srv) : NULL;
	if (!ctx || !OSSL_CMP_SRV_CTX_init(t->srv, t, act_certify, act_revoke, act_tell, act_error, act_confirm, NULL)
	    || !OSSL_CMP_CTX_set1_cert(ctx, a->responder) || !OSSL_CMP_CTX_set1_pkey(ctx, a->responder_key)
	    || !OSSL_CMP_CTX_set_log_cb(ctx, take_trouble)
	    || !OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_LOG_VERBOSITY, OSSL_CMP_LOG_ERR)
	    || !OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(t->srv, a->set.implicit_confirm)
	    || !X509_STORE_up_ref(a->trust))
		goto fail;
	if (!OSSL_CMP_CTX_set0_trustedStore(ctx, a->trust)) {
		X509_STORE_free(a->trust);
		goto fail;
	}
	return t;
fail:
	transaction_free(t);
	return NULL;
}

static struct stripe *
stripe_of(struct cmpsrv *c, const char *tid)
{
	unsigned h = 5381;

	for (; *tid; tid++)
		h = h * 33 + (unsigned char)*tid;
	return &c->stripes[h % STRIPES];
}

static struct transaction *
take(struct stripe *s, const char *tid)
{
	for (struct transaction **p = &s->open, *t; (t = *p) != NULL; p = &t->next)
		if (strcmp(t->tid, tid) == 0) {
			*p = t->next;
			s->n--;
			return t;
		}
	return NULL;
}

static void
keep(struct stripe *s, struct transaction *t)
{
	struct transaction **p = &s->open;

	t->next = s->open;
	s->open = t;
	if (++s->n <= OPEN_MAX)
		return;
	while ((*p)->next)
		p = &(*p)->next;
	transaction_free(*p);
	*p = NULL;
	s->n--;
}

bool
cmpsrv_new(struct authority *a, struct cmpsrv **out, struct err *e)
{
	struct cmpsrv *c = calloc(1, sizeof *c);

	if (!c)
		return err_internal(e, "out of memory");
	c->a = a;
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_init(&c->stripes[i].lock, NULL);
	*out = c;
	return true;
}

void
cmpsrv_free(struct cmpsrv *c)
{
	if (!c)
		return;
	for (int i = 0; i < STRIPES; i++) {
		for (struct transaction *t = c->stripes[i].open, *next; t; t = next) {
			next = t->next;
			transaction_free(t);
		}
		pthread_mutex_destroy(&c->stripes[i].lock);
	}
	free(c);
}

/* ---- messages ---- */

/* Which of its own names a message may use is settled by its signature; without one raVerified is never taken. */
static bool
from_ra(const struct authority *a, const struct mirror *m)
{
	if (!m->signature)
		return false;
	for (int i = 0; i < sk_X509_num(a->ra_certs); i++)
		if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(a->ra_certs, i)), m->sender) == 0)
			return true;
	return false;
}

static OSSL_CMP_MSG *
run(struct transaction *t, const struct mirror *m, const unsigned char *der, size_t n, const OSSL_CMP_MSG *req)
{
	OSSL_CMP_MSG *rsp;

	t->m = m;
	t->der = der;
	t->der_n = n;
	t->repeated = false;
	OSSL_CMP_SRV_CTX_set_accept_raverified(t->srv, from_ra(t->a, m));
	rsp = OSSL_CMP_SRV_process_request(t->srv, req);
	/* the peer may hold any of several answers, each with a nonce of its own: its confirmation is known by
	 * transactionID, certHash and signature */
	if (t->repeated)
		OSSL_CMP_CTX_set1_senderNonce(OSSL_CMP_SRV_CTX_get0_cmp_ctx(t->srv), NULL);
	return rsp;
}

/* certConf after a restart, or twice: the stored request brings the server context back to where it awaits one. */
static void
bring_back(struct transaction *t)
{
	struct authority_cert c = { 0 };
	OSSL_CMP_MSG *old = NULL, *answer = NULL;
	struct mirror m = { 0 };
	struct err e;
	const unsigned char *p;
	bool found = false;

	pthread_mutex_lock(&t->a->store_lock);
	if (!authority_by_tid(t->a->db, t->tid, &c, &found, &e))
		authority_note(t->a, t->tid, NULL, "failure", "%s [%s]", e.text, e.detail);
	pthread_mutex_unlock(&t->a->store_lock);
	p = c.message;
	if (found && c.message && (old = d2i_OSSL_CMP_MSG(NULL, &p, (long)c.message_n))
	    && mirror_read(c.message, c.message_n, &m)) {
		t->replay = true;
		answer = run(t, &m, c.message, c.message_n, old);
		t->replay = false;
		authority_note(t->a, t->tid, c.serial, "bring-back", "%s", t->cert ? "transaction restored" : "not restored");
	}
	OSSL_CMP_MSG_free(answer);
	OSSL_CMP_MSG_free(old);
	mirror_clear(&m);
	authority_cert_clear(&c);
}

/* An empty certConf rejects the certificate (RFC 4210 5.3.18); OpenSSL answers it without a callback. */
static bool
reject_all(struct transaction *t)
{
	struct err e = { 0 };

	if (act_reject(t, &e))
		return true;
	authority_note(t->a, t->tid, NULL, "reject", "empty confirmation: %s", e.text);
	return false;
}

static int
handle(struct transaction *t, const struct mirror *m, const unsigned char *der, size_t n, const OSSL_CMP_MSG *req,
    unsigned char **out, size_t *out_n, bool *open)
{
	OSSL_CMP_MSG *rsp;
	int body, size;

	trouble[0] = '\0';
	if (m->body == BODY_CERTCONF && !t->cert)
		bring_back(t);
	rsp = run(t, m, der, n, req);
	t->m = NULL;
	if (!rsp) {
		authority_note(t->a, t->tid, NULL, "failure", "no answer: %s", trouble);
		return 500;
	}
	body = OSSL_CMP_MSG_get_bodytype(rsp);
	t->m = m;
	if (m->body == BODY_CERTCONF && m->confirmations == 0 && body == BODY_PKICONF && !reject_all(t)) {
		OSSL_CMP_MSG_free(rsp);
		return 500;
	}
	t->m = NULL;
	if (body == BODY_ERROR)
		authority_note(t->a, t->tid, NULL, "reject", "body %d: %s", m->body, trouble[0] ? trouble : "refused");
	*open = (body == BODY_IP || body == BODY_CP || body == BODY_KUP) && t->cert && !(m->implicit_confirm && t->a->set.implicit_confirm);
	size = i2d_OSSL_CMP_MSG(rsp, out);
	OSSL_CMP_MSG_free(rsp);
	*out_n = size > 0 ? (size_t)size : 0;
	return size > 0 ? 200 : 500;
}

/* The message, all of it. Where the RA has proven possession the key is looked at once, when the certificate is made
 * (issue.c); OpenSSL checks every other proof with the key in the message. */
static OSSL_CMP_MSG *
parse(const unsigned char *der, size_t n, bool keys_later)
{
	OSSL_LIB_CTX *was = keys_later ? der_keys_later_begin() : NULL;
	const unsigned char *p = der;
	OSSL_CMP_MSG *msg = d2i_OSSL_CMP_MSG(NULL, &p, (long)n);

	der_keys_later_end(was);
	if (msg && p == der + n)
		return msg;
	OSSL_CMP_MSG_free(msg);
	return NULL;
}

int
cmpsrv_answer(struct cmpsrv *c, unsigned char *der, size_t n, unsigned char **out, size_t *out_n)
{
	struct mirror m = { 0 };
	struct transaction *t;
	struct stripe *s;
	OSSL_CMP_MSG *req = NULL;
	bool open = false;
	int status = 400;

	n = der_strip_extra_certs(der, n);
	*out = NULL;
	if (!mirror_read(der, n, &m) || !(req = parse(der, n, m.ra_verified))) {
		authority_note(c->a, m.tid, NULL, "reject", "%zu bytes that are no CMP message", n);
		goto out;
	}
	status = 500;
	s = stripe_of(c, m.tid);
	pthread_mutex_lock(&s->lock);
	t = take(s, m.tid);
	/* a request of a transaction that awaits its confirmation begins anew, from the store */
	if (t && m.body != BODY_CERTCONF) {
		transaction_free(t);
		t = NULL;
	}
	if (!t)
		t = transaction_new(c->a, m.tid);
	if (t)
		status = handle(t, &m, der, n, req, out, out_n, &open);
	if (t && open)
		keep(s, t);
	else
		transaction_free(t);
	pthread_mutex_unlock(&s->lock);
out:
	OSSL_CMP_MSG_free(req);
	mirror_clear(&m);
	ERR_clear_error();
	return status;
}
