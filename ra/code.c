#include "ra/code.h"

#include "db/code.h"
#include "forms/config.h"
#include "forms/idnumber.h"
#include "forms/tr.h"
#include "ra/application.h"
#include "ra/http.h"
#include "ra/pin.h"
#include "ra/workflow.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 256
#define MESSAGE_MAX 1024
/* What the holder reads, in the holder's language, unless ra.conf has another. */
#define TEXT "【{point}】您正在办理{holder}数字证书的{service}业务，验证码{code}，{minutes}分钟内有效。请仅告知受理人员；如非本人办理，请立即联系业务受理点。"
#define ACCEPTED "accepted=true"

/* ---- the gateway ---- */

struct gateway {
	struct ca_config line;		/* url, time limit, proxy and TLS, as for a CA */
	char path[3][PATH_MAX_RA];	/* tls_ca, tls_cert, tls_key made absolute */
	const char *accepted, *text;
	char key[KEY_MAX];		/* "" without one */
};

static bool
key_read(const struct office *o, const char *name, char key[KEY_MAX], struct err *e)
{
	char path[PATH_MAX_RA];
	FILE *f;
	bool ok;

	office_path(o, name, path);
	f = fopen(path, "re");
	ok = f && fgets(key, KEY_MAX, f);
	if (f)
		fclose(f);
	key[ok ? strcspn(key, "\r\n") : 0] = '\0';
	return key[0] || err_internal(e, "the gateway's key file %s cannot be read: look at gateway.key_file in ra.conf", path);
}

static bool
gateway_read(struct office *o, struct gateway *g, struct err *e)
{
	static const char *const names[] = { "gateway.tls_ca", "gateway.tls_cert", "gateway.tls_key" };
	const char **slot[] = { &g->line.tls_ca, &g->line.tls_cert, &g->line.tls_key };
	const char *key_file, *value;
	int64_t timeout;

	memset(g, 0, sizeof *g);
	if (!config_has(o->conf, "gateway"))
		return err_refuse(e, "ra.conf has no gateway for short messages: let the holder prove the will by the stamped form");
	if (!config_text(o->conf, "gateway.url", &g->line.url, e)
	    || !config_text_or(o->conf, "gateway.key_file", NULL, &key_file, e)
	    || !config_text_or(o->conf, "gateway.proxy", NULL, &g->line.proxy, e)
	    || !config_text_or(o->conf, "gateway.accepted", ACCEPTED, &g->accepted, e)
	    || !config_text_or(o->conf, "gateway.text", TEXT, &g->text, e)
	    || !config_int_or(o->conf, "gateway.timeout_s", 10, &timeout, e))
		return false;
	if (timeout < 1 || timeout > 60)
		return config_error(o->conf, "gateway.timeout_s", e, "1 to 60 seconds, not %lld", (long long)timeout);
	if (!strchr(g->accepted, '='))
		return config_error(o->conf, "gateway.accepted", e, "member=value of the answer, not '%s'", g->accepted);
	if (!strstr(g->text, "{code}"))
		return config_error(o->conf, "gateway.text", e, "the text has to hold {code}");
	g->line.timeout_s = (int)timeout;
	for (size_t i = 0; i < 3; i++) {
		if (!config_text_or(o->conf, names[i], NULL, &value, e))
			return false;
		if (value) {
			office_path(o, value, g->path[i]);
			*slot[i] = g->path[i];
		}
	}
	return !key_file || key_read(o, key_file, g->key, e);
}

/* Does the answer say that the message was taken? 1 yes, 0 no, -1 it cannot be understood. */
static int
answer_says(const struct gateway *g, const char *answer, size_t n)
{
	size_t name = strcspn(g->accepted, "=");
	const char *value = g->accepted + name + 1;
	struct json_in *j = NULL;
	char number[24];
	struct err ignored;
	int says = -1;

	if (!json_in_parse(answer, n, &j, &ignored))
		return -1;
	for (size_t i = 0; i < json_in_count(j); i++) {
		const struct json_pair *p = json_in_at(j, i);

		if (strlen(p->key) != name || strncmp(p->key, g->accepted, name) != 0)
			continue;
		snprintf(number, sizeof number, "%lld", (long long)p->number);
		if (p->kind == JSON_KIND_TEXT)
			says = strcmp(p->text, value) == 0;
		else if (p->kind == JSON_KIND_NUMBER)
			says = strcmp(number, value) == 0;
		else if (p->kind == JSON_KIND_BOOL)
			says = strcmp(p->number ? "true" : "false", value) == 0;
	}
	json_in_free(j);
	return says;
}

struct message { char id[APP_NO_MAX + 8], to[24], text[MESSAGE_MAX]; };

static bool
message_json(const struct message *m, char **out, size_t *n, struct err *e)
{
	struct json *j = json_new();
	FILE *f = open_memstream(out, n);
	bool ok;

	json_open_object(j, NULL);
	json_text(j, "id", m->id);
	json_text(j, "to", m->to);
	json_text(j, "text", m->text);
	json_end(j);
	ok = f && json_print(j, f);
	if (f)
		ok = fclose(f) == 0 && ok;
	json_free(j);
	return ok || err_internal(e, "out of memory");
}

/* Sends it. *surely_not: the gateway has not taken it, so that nobody can have the code. */
static bool
gateway_send(const struct gateway *g, const struct message *m, bool *surely_not, struct err *e)
{
	struct http *h = NULL;
	const char *answer = NULL;
	char *body = NULL;
	size_t body_n = 0, n = 0;
	long status = 0;
	enum http_outcome outcome = HTTP_NOT_SENT;
	int says = -1;

	*surely_not = true;
	if (!message_json(m, &body, &body_n, e) || !http_open(&g->line, &h, e)) {
		free(body);
		return false;
	}
	outcome = http_post_json(h, g->line.url, g->key[0] ? g->key : NULL, body, &status, &answer, &n);
	if (outcome == HTTP_ANSWER)
		says = answer_says(g, answer, n);
	http_close(h);
	OPENSSL_cleanse(body, body_n);
	free(body);
	*surely_not = outcome == HTTP_NOT_SENT || says == 0;
	if (says == 1)
		return true;
	if (outcome == HTTP_NOT_SENT && status == 0)
		return err_later(e, "the gateway for short messages cannot be reached: no code was sent; repeat later");
	if (outcome == HTTP_NOT_SENT)
		return err_later(e, "the gateway for short messages refuses (HTTP %ld): no code was sent; repeat later", status);
	if (says == 0)
		return err_later(e, "the gateway for short messages did not take the message: no code was sent; look at the number"
		    " and at the gateway");
	return err_later(e, "the gateway for short messages gives no usable answer: the code may have gone out or not; ask the"
	    " holder, and send another when none has come");
}

/* ---- whom it goes to ---- */

/* The mobile number of the holder's record of before: the agent's, or the organisation's own. */
static bool
registered_phone(struct office *o, const struct application *a, char out[24], struct err *e)
{
	struct application *before = calloc(1, sizeof *before);
	char no[APP_NO_MAX];
	struct err ignored;
	bool ok = true;

	if (!before)
		return err_internal(e, "out of memory");
	if (a->filled_from == 0)
		ok = err_refuse(e, "the holder has no earlier record here, so that no phone is registered: let the will be proven by the"
		    " stamped form");
	ok = ok && app_no_of(o->db, a->filled_from, no, e) && application_load(o, no, before, e);
	if (ok) {
		const char *phone = before->record.agent.mobile;

		if (!id_mobile("phone", phone, &ignored))
			phone = before->record.org.phone;
		ok = id_mobile("phone", phone, &ignored) || err_refuse(e, "the holder's record %s has no mobile number: let the will"
		    " be proven by the stamped form", no);
		if (ok)
			snprintf(out, 24, "%.23s", phone);
	}
	OPENSSL_clear_free(before, before ? sizeof *before : 0);
	return ok;
}

/* ---- the code ---- */

/* Bound to the application and to the sending: the same digits give another index each time. */
static bool
index_of(struct office *o, const struct will_code *c, const char *code, unsigned char out[INDEX_LEN], struct err *e)
{
	char place[64];

	snprintf(place, sizeof place, "will_code.code:%lld:%d", (long long)c->application, c->sends);
	return keys_index(o->keys, place, code, out, e);
}

static void
wipe(struct will_code *c)
{
	c->live = false;
	OPENSSL_cleanse(c->index, sizeof c->index);
}

struct filling { const char *name, *value; };

static void
fill_text(const char *text, const struct filling *with, char *out, size_t outsz)
{
	size_t n = 0;

	while (*text && n + 1 < outsz) {
		const struct filling *w = with;

		while (w->name && strncmp(text, w->name, strlen(w->name)) != 0)
			w++;
		if (!w->name) {
			out[n++] = *text++;
			continue;
		}
		n += (size_t)snprintf(out + n, outsz - n, "%s", w->value);
		n = n < outsz ? n : outsz - 1;
		text += strlen(w->name);
	}
	out[n] = '\0';
}

static void
message_make(const struct office *o, const struct gateway *g, const struct application *a, const struct will_code *c,
    const char *code, struct message *m)
{
	char minutes[12];
	const struct filling with[] = { { "{code}", code }, { "{minutes}", minutes }, { "{holder}", a->record.org.name },
		{ "{service}", service_names[name_index(service_names, a->record.head.service)].zh }, { "{point}", o->point_name },
		{ NULL, NULL } };

	snprintf(minutes, sizeof minutes, "%d", CODE_LIFE_S / 60);
	snprintf(m->id, sizeof m->id, "%s-%d", a->no, c->sends);
	fill_text(g->text, with, m->text, sizeof m->text);
}

/* Stores the new code, before anything is sent. */
static bool
code_make(struct office *o, const struct gateway *g, struct application *a, struct will_code *c, struct message *m, struct err *e)
{
	char code[CODE_DIGITS + 1];
	enum app_state to;
	bool found, ok;

	ok = workflow_may(o, a, ACT_CODE, &to, e) && registered_phone(o, a, m->to, e) && code_load(o->db, a->id, c, &found, e);
	if (ok && c->sends >= CODE_SENDS)
		ok = err_refuse(e, "%d codes were sent for this application, no more are: let the holder prove the will by the stamped form",
		    CODE_SENDS);
	if (ok) {
		c->sends++;
		c->tries = 0;
		c->sent_at = when_now();
		c->expires_at = c->sent_at + CODE_LIFE_S;
		c->live = true;
		ok = pin_random(code, CODE_DIGITS, e) && index_of(o, c, code, c->index, e) && code_store(o->db, c, e);
		if (ok)
			message_make(o, g, a, c, code, m);
		OPENSSL_cleanse(code, sizeof code);
	}
	return ok && application_commit(o, a, ACT_CODE, e, "sending %d of %d", c->sends, CODE_SENDS);
}

/* Nobody has the code: it is void and the sending is not counted, unless another was stored meanwhile. */
static bool
take_back(struct office *o, struct application *a, const struct will_code *sent, struct err *e)
{
	struct will_code c;
	bool found, ok;

	if (!application_begin(o, a->no, 0, a, e))
		return false;
	ok = code_load(o->db, a->id, &c, &found, e);
	if (ok && c.live && c.sends == sent->sends && CRYPTO_memcmp(c.index, sent->index, sizeof c.index) == 0) {
		wipe(&c);
		c.sends--;
		c.expires_at = c.sent_at;
		ok = code_store(o->db, &c, e) && application_commit(o, a, ACT_CODE_VOID, e, "not sent by the gateway");
	}
	office_rollback(o);
	return ok;
}

bool
code_send(struct office *o, const char *no, int64_t version, struct code_sent *out, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct gateway *g = calloc(1, sizeof *g);
	struct message m;
	struct will_code c;
	struct err inner;
	bool surely_not, ok = false;

	if (!a || !g) {
		err_internal(e, "out of memory");
		goto out;
	}
	if (!office_may(o, ACT_CODE, e) || !gateway_read(o, g, e) || !application_begin(o, no, version, a, e))
		goto out;
	ok = code_make(o, g, a, &c, &m, e);
	office_rollback(o);
	if (!ok)
		goto out;
	ok = gateway_send(g, &m, &surely_not, e);
	/* a failure to take it back leaves a code that nobody has, which expires */
	if (!ok && surely_not && !take_back(o, a, &c, &inner))
		err_detail(e, "%s", inner.text);
	text_mask(m.to, 3, 4, out->to, sizeof out->to);
	out->expires_at = c.expires_at;
	out->left = CODE_SENDS - c.sends;
out:
	OPENSSL_cleanse(&m, sizeof m);
	OPENSSL_clear_free(g, g ? sizeof *g : 0);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}

/* ---- the answer ---- */

/* As people tell numbers: full-width digits, blanks and hyphens between. */
static bool
code_typed(const char *typed, char out[CODE_DIGITS + 1], struct err *e)
{
	char clean[TEXT_BYTES(40)];
	size_t n = 0;

	if (!text_clean("code", typed, strlen(typed), 40, clean, sizeof clean, e))
		return false;
	text_narrow(clean);
	for (const char *p = clean; *p; p++) {
		if (*p == ' ' || *p == '-')
			continue;
		if (n < CODE_DIGITS)
			out[n] = *p;
		n++;
	}
	out[n < CODE_DIGITS ? n : CODE_DIGITS] = '\0';
	OPENSSL_cleanse(clean, sizeof clean);
	return (n == CODE_DIGITS && text_is_digits(out)) || err_field(e, "code", "a code has %d digits", CODE_DIGITS);
}

/* Counts the wrong code durably, and tells it. */
static bool
wrong(struct office *o, struct application *a, struct will_code *c, struct err *e)
{
	bool last = ++c->tries >= CODE_TRIES;

	if (last)
		wipe(c);
	if (!code_store(o->db, c, e) || !application_commit(o, a, ACT_CODE_WRONG, e, "wrong code, %d of %d", c->tries, CODE_TRIES))
		return false;
	if (last)
		return err_field(e, "code", "the code is wrong for the %dth time and void now: send another", CODE_TRIES);
	return err_field(e, "code", "the code is wrong (%d more tries)", CODE_TRIES - c->tries);
}

static bool
judge(struct office *o, struct application *a, const char *code, struct err *e)
{
	struct will_code c;
	unsigned char index[INDEX_LEN];
	enum app_state to;
	bool found;

	if (!workflow_may(o, a, ACT_PROVEN, &to, e) || !code_load(o->db, a->id, &c, &found, e))
		return false;
	if (!c.live)
		return err_field(e, "code", "no code is open for this application: send one");
	if (when_now() > c.expires_at) {
		wipe(&c);
		if (!code_store(o->db, &c, e) || !application_commit(o, a, ACT_CODE_VOID, e, "expired"))
			return false;
		return err_field(e, "code", "the code has expired after %d minutes: send another", CODE_LIFE_S / 60);
	}
	if (!index_of(o, &c, code, index, e))
		return false;
	if (CRYPTO_memcmp(index, c.index, sizeof index) != 0)
		return wrong(o, a, &c, e);
	wipe(&c);
	c.proven_at = when_now();
	return code_store(o->db, &c, e) && application_commit(o, a, ACT_PROVEN, e, "code %d", c.sends);
}

bool
code_check(struct office *o, const char *no, int64_t version, const char *code, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char typed[CODE_DIGITS + 1];
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_PROVEN, e) && code_typed(code, typed, e) && application_begin(o, no, version, a, e);
	if (ok) {
		ok = judge(o, a, typed, e);
		office_rollback(o);
	}
	OPENSSL_cleanse(typed, sizeof typed);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
code_state_of(struct office *o, int64_t application, struct code_state *s, struct err *e)
{
	struct will_code c;
	bool found;

	if (!code_load(o->db, application, &c, &found, e))
		return false;
	*s = (struct code_state){ c.sends, c.tries, c.sent_at, c.expires_at, c.proven_at, c.live && when_now() <= c.expires_at };
	OPENSSL_cleanse(&c, sizeof c);
	return true;
}
