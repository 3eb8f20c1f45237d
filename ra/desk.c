#include "ra/desk.h"

#include "db/scan.h"
#include "forms/money.h"
#include "forms/tr.h"
#include "printing/picture.h"
#include "ra/application.h"
#include "ra/hold.h"
#include "ra/lock.h"
#include "ra/rules.h"
#include "ra/workflow.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- materials and money ---- */

/* A check that is taken back, or nothing but copies, shelf or scan of one that was not made yet. */
static bool
pending_good(const struct application *a, const struct desk_check *c, const struct app_material *m, struct err *e)
{
	if (m->outcome == MATERIAL_PENDING)
		return c->copies >= 0 || c->shelf || c->scan || err_field(e, "outcome", "%s is not checked yet: nothing to take back", m->code);
	if (a->state != APP_REVIEW)
		return true;
	return err_field(e, "outcome", "%s was submitted with it: a check is taken back before that only; let %s fail, or return the application",
	    a->no, m->code);
}

static bool
check_good(const struct application *a, const struct desk_check *c, const struct app_material *m, struct err *e)
{
	if (c->bad_points & ~m->points)
		return err_field(e, "not", "the material %s is not checked for that point", m->code);
	switch (c->outcome) {
	case MATERIAL_PASS:
		if (c->bad_points != 0)
			return err_field(e, "not", "a material with a failed point does not pass: use fail");
		if (c->copies >= 0 && c->copies < m->wanted)
			return err_field(e, "copies", "%d copies of %s are wanted, %d is too few to pass", m->wanted, m->code,
			    c->copies);
		return true;
	case MATERIAL_FAIL:
		if (!c->reason || !c->reason[0])
			return err_field(e, "reason", "say why %s fails: the applicant reads it", m->code);
		return true;
	case MATERIAL_PENDING:
		return pending_good(a, c, m, e);
	case MATERIAL_MISSING:
		return true;
	case MATERIAL_OUTCOME_N:
		break;
	}
	return err_field(e, "outcome", "pass, fail, missing or pending");
}

static bool
material_named(struct office *o, const struct application *a, const char *code, struct app_material *out, struct err *e)
{
	struct app_material m[64];
	char codes[300] = "";
	size_t n, used = 0;

	if (!app_materials(o->db, a->id, m, 64, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(m[i].code, code) == 0) {
			*out = m[i];
			return true;
		}
		if (used + sizeof m[i].code + 2 < sizeof codes)
			used += (size_t)snprintf(codes + used, sizeof codes - used, "%s%s", used ? ", " : "", m[i].code);
	}
	return err_field(e, "code", "this application has no material '%s'; it has %s", code, codes);
}

/* A reason stays on record when the material is put right; said again with the copies or the shelf it is the same one. */
static bool
failure_kept(struct office *o, const struct application *a, const struct app_material *before, const struct app_material *m, struct err *e)
{
	if (m->outcome != MATERIAL_FAIL || (before->outcome == MATERIAL_FAIL && strcmp(before->reason, m->reason) == 0))
		return true;
	return app_turn_add(o->db, a->id, acts[ACT_MATERIAL].stored, m->reason, o->me.id, when_now(), e);
}

static bool
material_apply(struct office *o, struct application *a, const struct desk_check *c, const char *scan, struct err *e)
{
	struct app_material before, m;

	if (!material_named(o, a, c->code, &before, e) || !check_good(a, c, &before, e))
		return false;
	m = before;
	m.outcome = c->outcome;
	m.copies = c->copies >= 0 ? c->copies : c->outcome == MATERIAL_PASS ? m.wanted : 0;
	m.bad_points = c->bad_points;
	/* one that is pending again was checked by nobody; who took it back is on the audit */
	m.checked_by = c->outcome == MATERIAL_PENDING ? 0 : o->me.id;
	m.checked_at = c->outcome == MATERIAL_PENDING ? 0 : when_now();
	m.reason[0] = '\0';
	if (c->reason && !text_clean("reason", c->reason, strlen(c->reason), 120, m.reason, sizeof m.reason, e))
		return false;
	if (c->shelf && !text_clean("shelf", c->shelf, strlen(c->shelf), 30, m.shelf, sizeof m.shelf, e))
		return false;
	if (scan[0]) {
		snprintf(m.scan, sizeof m.scan, "%s", scan);
		if (!scan_row(o->db, scan, c->scan_n, o->me.id, when_now(), e))
			return false;
	}
	return failure_kept(o, a, &before, &m, e) && app_material_store(o->db, a->id, &m, e);
}

/* Asked before a scan is stored, so that a refused check leaves no file behind; asked again in the transaction. */
static bool
check_wanted(struct office *o, const char *no, struct application *a, const struct desk_check *c, struct err *e)
{
	enum app_state to;
	struct app_material m;
	char text[TEXT_BYTES(120)];

	return application_load(o, no, a, e) && workflow_may(o, a, ACT_MATERIAL, &to, e) && material_named(o, a, c->code, &m, e)
	    && check_good(a, c, &m, e)
	    && (!c->reason || text_clean("reason", c->reason, strlen(c->reason), 120, text, sizeof text, e))
	    && (!c->shelf || text_clean("shelf", c->shelf, strlen(c->shelf), 30, text, sizeof text, e));
}

bool
desk_material(struct office *o, const char *no, int64_t version, const struct desk_check *c, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char scans[PATH_MAX_RA], digest[65] = "";
	enum app_state to;
	bool ok = false;

	if (!a)
		return err_internal(e, "out of memory");
	office_path(o, "scans", scans);
	/* the file is durable before the transaction begins, so the write lock is held only for rows */
	if ((!c->scan || (check_wanted(o, no, a, c, e) && picture_good("scan", c->scan, c->scan_n, e)
	    && scan_file(o->keys, scans, c->scan, c->scan_n, digest, e))) && application_begin(o, no, version, a, e)
	    && workflow_may(o, a, ACT_MATERIAL, &to, e) && material_apply(o, a, c, digest, e))
		ok = application_commit(o, a, ACT_MATERIAL, e, "%s %s", c->code, material_outcome_names[c->outcome].stored);
	office_rollback(o);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

static bool
method_good(struct office *o, const struct application *a, const char *method, const char *reference, struct err *e)
{
	const struct scheme *s;
	int m = name_index(pay_method_names, method), c = name_index(channel_names, a->record.head.channel);

	if (m < 0)
		return err_field(e, "method", "cash, card, wechat, alipay or transfer, not '%s'", method);
	if (!rules_scheme(o, a, &s, e))
		return false;
	if (c < 0 || !(s->methods[c] & (1u << m)))
		return err_field(e, "method", "this scheme does not take %s for applications by %s", method, a->record.head.channel);
	if (!reference[0] && m != PAY_CASH)
		return err_field(e, "ref", "give the reference number of the payment");
	return true;
}

static bool
pay_apply(struct office *o, struct application *a, const char *method, int64_t fen, const char *reference, struct err *e)
{
	int64_t open_fen = a->due_fen - a->paid_fen - a->waived_fen;
	char yuan[32], by[APP_NO_MAX];
	bool taken;

	if (fen <= 0)
		return err_field(e, "amount", "the amount has to be more than 0");
	if (fen > open_fen) {
		money_figures(open_fen, yuan, sizeof yuan);
		return err_field(e, "amount", "only %s yuan are open: take no more than that", yuan);
	}
	if (!app_pay(o->db, a->id, method, fen, reference, o->me.id, when_now(), &taken, by, e))
		return false;
	if (!taken)
		return err_field(e, "ref", "the reference %s was used before%s%s: look at the slip again", reference,
		    by[0] ? ", for " : "", by);
	return true;
}

bool
desk_pay(struct office *o, const char *no, int64_t version, const char *method, const char *amount, const char *reference,
    struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char ref[TEXT_BYTES(64)] = "";
	enum app_state to;
	int64_t fen;
	bool ok = false;

	if (!a)
		return err_internal(e, "out of memory");
	if (money_parse("amount", amount, &fen, e)
	    && text_clean("ref", reference ? reference : "", strlen(reference ? reference : ""), 64, ref, sizeof ref, e)
	    && application_begin(o, no, version, a, e) && workflow_may(o, a, ACT_PAY, &to, e)
	    && method_good(o, a, method, ref, e) && pay_apply(o, a, method, fen, ref, e))
		ok = application_commit(o, a, ACT_PAY, e, "%s %lld fen", method, (long long)fen);
	office_rollback(o);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* ---- steps ---- */

static bool
needs_reason(enum act act)
{
	return act == ACT_CORRECT || act == ACT_WITHDRAW || act == ACT_RETURN || act == ACT_REFUSE;
}

static bool
step_apply(struct office *o, struct application *a, enum act act, const char *reason, struct err *e)
{
	if (needs_reason(act) && (!reason || !reason[0]))
		return err_field(e, "reason", "give the reason: the applicant reads it");
	if (reason && reason[0] && (!text_clean("reason", reason, strlen(reason), 120, a->why, sizeof a->why, e)
	    || !app_turn_add(o->db, a->id, acts[act].stored, a->why, o->me.id, when_now(), e)))
		return false;
	if (act == ACT_APPROVE || act == ACT_REFUSE) {
		a->reviewed_by = o->me.id;
		a->reviewed_at = when_now();
	}
	return true;
}

static bool
turns_away(enum act act)
{
	return act == ACT_WITHDRAW || act == ACT_REFUSE || act == ACT_EXPIRE;
}

/* One that is turned away is in nobody's hands: its items are ours until that is stored. */
static bool
in_hand(struct office *o, const char *no, enum act act, struct application *a, struct locks *k, struct err *e)
{
	return !turns_away(act) || (application_load(o, no, a, e) && lock_items(o, a->id, k, e));
}

bool
desk_step(struct office *o, const char *no, int64_t version, enum act act, const char *reason, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct locks k = { .n = 0 };
	enum app_state to;
	bool ok = false;

	if (!a)
		return err_internal(e, "out of memory");
	if (in_hand(o, no, act, a, &k, e) && application_begin(o, no, version, a, e) && workflow_may(o, a, act, &to, e)
	    && step_apply(o, a, act, reason, e) && (!turns_away(act) || hold_turned_away(o, a, act, e))) {
		const char *from = app_state_names[a->state].stored;

		a->state = to;
		ok = application_commit(o, a, act, e, "%s to %s", from, app_state_names[to].stored);
	}
	office_rollback(o);
	lock_release(&k);
	ok = ok && (!turns_away(act) || hold_follow(o, a, act, e));
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

/* ---- hand-over ---- */

static bool
agent_agrees(const struct application *a, const char *to, const char *id_no, struct err *e)
{
	char name[TEXT_BYTES(64)], given[TEXT_BYTES(64)], number[TEXT_BYTES(32)];
	const struct field *f = field_find("agent.id_no", &(int){ 0 });
	struct record *r;
	bool same;

	text_fold(a->record.agent.name, name, sizeof name);
	text_fold(to, given, sizeof given);
	if (strcmp(name, given) != 0)
		return err_field(e, "to", "the agent of this application is %s: hand it to nobody else", a->record.agent.name);
	/* typed as loosely as at the entry: the field's own normalising */
	r = calloc(1, sizeof *r);
	if (!r)
		return err_internal(e, "out of memory");
	record_clear(r);
	same = field_set(f, r, -1, id_no, strlen(id_no), e);
	if (same) {
		snprintf(number, sizeof number, "%s", r->agent.id_no);
		same = CRYPTO_memcmp(number, a->record.agent.id_no, strlen(a->record.agent.id_no) + 1) == 0
		    || err_field(e, "id_no", "the number on this ID is not the agent's: look at the card again");
	}
	OPENSSL_clear_free(r, sizeof *r);
	OPENSSL_cleanse(number, sizeof number);
	return same;
}

/* Items and tokens go to the holder; the initial PINs are wiped. */
static bool
hand_items(struct office *o, const struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (item[i].state != ITEM_VERIFIED)
			continue;
		item[i].state = ITEM_DELIVERED;
		if (!app_item_store(o->db, &item[i], e) || !app_item_pin_store(o->db, o->keys, &item[i], NULL, e))
			return false;
	}
	return true;
}

static bool
deliver(struct office *o, const char *no, int64_t version, enum act act, const char *to, const char *id_no, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	enum app_state state;
	bool ok = false;

	if (!a)
		return err_internal(e, "out of memory");
	if (application_begin(o, no, version, a, e) && workflow_may(o, a, act, &state, e)
	    && (act == ACT_SEND || agent_agrees(a, to, id_no, e))
	    && text_clean("to", to, strlen(to), 60, a->delivered_to, sizeof a->delivered_to, e) && hand_items(o, a, e)) {
		a->state = state;
		a->delivered_by = o->me.id;
		a->delivered_at = when_now();
		ok = application_commit(o, a, act, e, "%s", act == ACT_SEND ? a->delivered_to : "agent's ID agrees");
	}
	office_rollback(o);
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
desk_deliver(struct office *o, const char *no, int64_t version, const char *to, const char *id_no, struct err *e)
{
	return deliver(o, no, version, ACT_DELIVER, to, id_no, e);
}

bool
desk_send(struct office *o, const char *no, int64_t version, const char *courier, const char *tracking, struct err *e)
{
	char line[256];

	if (!courier[0] || !tracking[0])
		return err_field(e, courier[0] ? "tracking" : "courier", "give the courier and the tracking number");
	snprintf(line, sizeof line, "%.100s %.100s", courier, tracking);
	return deliver(o, no, version, ACT_SEND, line, "", e);
}
