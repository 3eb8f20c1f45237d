/* show: one application. */
#include "db/certificate.h"
#include "db/foreign.h"
#include "db/stock.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/hold.h"
#include "ra/old.h"
#include "ra/rules.h"
#include "tui/command.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
put_fields(struct json *j, const struct application *a, bool open)
{
	char value[FIELD_SHOW_MAX], id[64];

	json_open_object(j, "fields");
	for (int user = -1; user < a->record.users; user++)
		for (size_t i = 0; i < (user < 0 ? fields_n : user_fields_n); i++) {
			const struct field *f = user < 0 ? &fields[i] : &user_fields[i];

			if (!field_filled(f, &a->record, user))
				continue;
			if (user < 0)
				snprintf(id, sizeof id, "%s", f->id);
			else
				snprintf(id, sizeof id, "user.%d.%s", user + 1, f->id + 7);
			(open ? field_show : field_show_masked)(f, &a->record, user, value, sizeof value);
			if (f->kind == FIELD_NUMBER)
				json_int(j, id, strtoll(value, NULL, 10));
			else if (f->kind == FIELD_YESNO)
				json_bool(j, id, strcmp(value, "yes") == 0);
			else
				json_text(j, id, value);
		}
	json_end(j);
	OPENSSL_cleanse(value, sizeof value);
	return true;
}

static void
put_money(struct json *j, const struct application *a)
{
	json_open_object(j, "money");
	json_int(j, "due_fen", a->due_fen);
	json_int(j, "paid_fen", a->paid_fen);
	json_text(j, "state", money_state_names[rules_money(a)].stored);
	json_end(j);
}

static const char *
material_label(struct office *o, const struct application *a, const char *code)
{
	const struct scheme *s;
	struct err ignored;

	return rules_scheme(o, a, &s, &ignored) ? rules_material_name(s, a, code) : code;
}

static bool
put_materials(struct office *o, struct json *j, const struct application *a, struct err *e)
{
	struct app_material m[64];
	size_t n;

	if (!app_materials(o->db, a->id, m, 64, &n, e))
		return false;
	json_open_array(j, "materials");
	for (size_t i = 0; i < n; i++) {
		json_open_object(j, NULL);
		json_text(j, "code", m[i].code);
		json_text(j, "name", material_label(o, a, m[i].code));
		json_int(j, "copies", m[i].wanted);
		json_int(j, "brought", m[i].copies);
		json_text(j, "outcome", material_outcome_names[m[i].outcome].stored);
		if (m[i].reason[0])
			json_text(j, "reason", m[i].reason);
		json_end(j);
	}
	json_end(j);
	return true;
}

static bool
put_item(struct office *o, struct json *j, const struct app_item *item, struct err *e)
{
	struct certificate c;
	struct stock t;
	char from[21], to[21], old[64];
	bool cert = false, token = false;

	if (item->certificate != 0 && !cert_load(o->db, item->certificate, &c, &cert, e))
		return false;
	if (item->token != 0 && !stock_load(o->db, item->token, &t, &token, e))
		return false;
	if (!cert_serial_of(o->db, item->old, old, e))
		return false;
	when_iso(cert ? c.not_before : 0, from);
	when_iso(cert ? c.not_after : 0, to);
	json_open_object(j, NULL);
	json_text(j, "kind", item->kind);
	json_text(j, "state", item_state_names[item->state].stored);
	json_text(j, "serial", cert ? c.serial : NULL);
	json_text(j, "not_before", cert ? from : NULL);
	json_text(j, "not_after", cert ? to : NULL);
	json_text(j, "token", token ? t.serial : NULL);
	json_text(j, "old", old[0] ? old : NULL);
	json_end(j);
	return true;
}

static bool
put_items(struct office *o, struct json *j, const struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	json_open_array(j, "items");
	for (size_t i = 0; i < n; i++)
		if (!put_item(o, j, &item[i], e))
			return false;
	json_end(j);
	return true;
}

/* ---- what the service acts on, and what it changes ---- */

struct looking {		/* at an application that acts on an old certificate */
	struct certificate old, second;	/* second: acted on together with it */
	bool acts, known;	/* on one; the store has it */
	bool both;
	struct foreign brought;	/* another authority's; application 0: none */
	struct record *base;	/* what it began with; NULL: nothing */
};

static void
look_end(struct looking *l)
{
	OPENSSL_clear_free(l->base, l->base ? sizeof *l->base : 0);
	l->base = NULL;
}

static bool
look(struct office *o, const struct application *a, struct looking *l, struct err *e)
{
	const struct service_row *row;
	bool has, has_foreign;

	memset(l, 0, sizeof *l);
	if (!service_of(o, a, &row, e))
		return false;
	l->acts = row->needs != OLD_NONE;
	l->base = calloc(1, sizeof *l->base);
	if (!l->base)
		return err_internal(e, "out of memory");
	if (!old_certificate(o, a, row, &l->old, &l->known, e) || !old_base(o, a, l->base, &has, e)
	    || (l->known && !old_second(o, a, row, &l->old, &l->second, &l->both, e))
	    || (l->acts && !foreign_load(o->db, a->id, &l->brought, &has_foreign, e))) {
		look_end(l);
		return false;
	}
	if (!has)
		look_end(l);
	return true;
}

static bool
put_old(struct office *o, struct json *j, const struct application *a, const struct looking *l, struct err *e)
{
	struct cert_use use[16];
	char to[21];
	size_t n = 0;

	if (l->known && !cert_uses(o->db, l->old.id, use, 16, &n, e))
		return false;
	when_iso(l->known ? l->old.not_after : l->brought.not_after, to);
	json_open_object(j, "old");
	json_text(j, "serial", l->known ? l->old.serial : a->record.head.old_serial);
	json_text(j, "state", l->known ? cert_state_names[cert_state_at(&l->old, when_now())].stored : NULL);
	json_text(j, "subject", l->known ? l->old.subject : l->brought.application ? l->brought.subject : NULL);
	json_text(j, "not_after", l->known || l->brought.application ? to : NULL);
	json_text(j, "authority", l->brought.application ? l->brought.authority : NULL);
	json_text(j, "token", l->old.token[0] ? l->old.token : NULL);
	json_open_array(j, "uses");
	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, use[i].name);
	json_end(j);
	json_end(j);
	return true;
}

static void
put_changes(struct json *j, const struct application *a, const struct record *base, bool open)
{
	void (*show)(const struct field *, const struct record *, int, char *, size_t) = open ? field_show : field_show_masked;
	char value[FIELD_SHOW_MAX];

	json_open_array(j, "changes");
	for (size_t i = 0; base && i < fields_n; i++) {
		if (!old_changed(&fields[i], base, &a->record, -1))
			continue;
		json_open_object(j, NULL);
		json_text(j, "field", fields[i].id);
		show(&fields[i], base, -1, value, sizeof value);
		json_text(j, "before", value);
		show(&fields[i], &a->record, -1, value, sizeof value);
		json_text(j, "after", value);
		json_end(j);
	}
	json_end(j);
	OPENSSL_cleanse(value, sizeof value);
}

static bool
put_service(struct office *o, struct json *j, const struct application *a, bool open, struct err *e)
{
	struct looking l;
	bool ok = look(o, a, &l, e) && (!l.acts || put_old(o, j, a, &l, e));

	if (ok && l.acts)
		put_changes(j, a, l.base, open);
	json_bool(j, "late", a->late);
	json_bool(j, "emergency", a->emergency);
	look_end(&l);
	return ok;
}

/* What it put on hold and is on hold still. */
static bool
put_holds(struct office *o, struct json *j, const struct application *a, struct err *e)
{
	struct hold h[HOLDS_MAX];
	size_t n;
	char at[21];

	if (!hold_left(o, a, h, &n, e))
		return false;
	json_open_array(j, "holds");
	for (size_t i = 0; i < n; i++) {
		when_iso(h[i].c.revoked_at, at);
		json_open_object(j, NULL);
		json_text(j, "serial", h[i].c.serial);
		json_text(j, "since", h[i].at_ca ? at : NULL);
		json_text(j, "open", h[i].open_no[0] ? h[i].open_no : NULL);
		json_end(j);
	}
	json_end(j);
	return true;
}

static bool
show_holds(struct office *o, const struct application *a, struct err *e)
{
	struct hold h[HOLDS_MAX];
	char why[300];
	size_t n;

	if (!hold_left(o, a, h, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		hold_words(&h[i], why, sizeof why);
		printf("  %s %s  %s: %s%s%s\n", tr("on hold"), h[i].c.serial, why, hold_remedy(&h[i]), h[i].open_no[0] ? " " : "", h[i].open_no);
	}
	return true;
}

/* What is promised and the CA has not done yet. */
static bool
put_waiting(struct office *o, struct json *j, const struct application *a, struct err *e)
{
	struct intent_open w[HOLDS_MAX];
	size_t n;

	if (!intent_revocations_of(o->db, a->id, w, HOLDS_MAX, &n, e))
		return false;
	json_open_array(j, "at_ca");
	for (size_t i = 0; i < n; i++) {
		json_open_object(j, NULL);
		json_text(j, "serial", w[i].serial);
		json_text(j, "reason", crl_reason_names[w[i].reason].stored);
		json_int(j, "tries", w[i].tries);
		json_end(j);
	}
	json_end(j);
	return true;
}

static bool
show_waiting(struct office *o, const struct application *a, struct err *e)
{
	struct intent_open w[HOLDS_MAX];
	size_t n;

	if (!intent_revocations_of(o->db, a->id, w, HOLDS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		printf(tr("  not done at the CA yet: %s, %s: run `ra resume`\n"), w[i].serial, tr_name(crl_reason_names, w[i].reason));
	return true;
}

static bool
show_json(struct office *o, const struct application *a, bool open, struct err *e)
{
	struct json *j = json_new();
	enum act next[ACT_N];
	bool ok;

	json_open_object(j, NULL);
	json_text(j, "no", a->no);
	json_text(j, "scheme", a->record.head.scheme);
	json_text(j, "service", a->record.head.service);
	json_text(j, "channel", a->record.head.channel);
	json_text(j, "state", app_state_names[a->state].stored);
	json_int(j, "version", a->version);
	if (a->why[0])
		json_text(j, "why", a->why);
	ok = put_fields(j, a, open);
	put_money(j, a);
	ok = ok && put_materials(o, j, a, e) && put_items(o, j, a, e) && put_service(o, j, a, open, e)
	    && put_waiting(o, j, a, e) && put_holds(o, j, a, e);
	if (ok) {
		size_t n = workflow_next(o, a, next);

		json_open_array(j, "next");
		for (size_t i = 0; i < n; i++)
			json_text(j, NULL, acts[next[i]].command);
		json_end(j);
		json_end(j);
		ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	}
	json_free(j);
	return ok;
}

/* A changed field stands beside what it was: the second person sees both. */
static void
show_field(const struct application *a, const struct scheme *s, const struct field *f, int user, const struct record *base, bool open)
{
	char value[FIELD_SHOW_MAX] = "", was[FIELD_SHOW_MAX] = "";
	const char *label = tr_english() ? f->en : f->zh;
	bool changed = base && old_changed(f, base, &a->record, user);
	int pad = 26 - text_columns(label);

	if (!changed && !field_filled(f, &a->record, user))
		return;
	field_words(f, s, &a->record, user, open, value, sizeof value);
	if (changed)
		field_words(f, s, base, user, open, was, sizeof was);
	printf(changed ? "* %s%*s %s => %s\n" : "  %s%*s %s\n", label, pad > 0 ? pad : 1, "",
	    changed ? was[0] ? was : "-" : value, changed ? value[0] ? value : "-" : "");
	OPENSSL_cleanse(value, sizeof value);
	OPENSSL_cleanse(was, sizeof was);
}

static void
show_fields(const struct application *a, const struct scheme *s, const struct record *base, bool open)
{
	for (size_t i = 0; i < fields_n; i++)
		show_field(a, s, &fields[i], -1, base, open);
	for (int user = 0; user < a->record.users; user++) {
		printf("  %s %d\n", tr("User"), user + 1);
		for (size_t i = 0; i < user_fields_n; i++)
			show_field(a, s, &user_fields[i], user, NULL, open);
	}
}

static void
show_label(const char *label)
{
	int pad = 26 - text_columns(label);

	printf("  %s%*s ", label, pad > 0 ? pad : 1, "");
}

static void
show_certificate(const struct certificate *c)
{
	char day[11];

	day_show(day_of(c->not_after), day);
	printf("%s  %s  %s %s  %s%s\n", c->serial, tr_name(cert_state_names, (int)cert_state_at(c, when_now())), tr("until"), day,
	    c->token[0] ? tr("token ") : "", c->token);
}

static void
show_old(const struct application *a, const struct looking *l)
{
	char day[11], at[20];

	show_label(tr("old certificate"));
	if (l->known)
		show_certificate(&l->old);
	else if (!l->brought.application)
		printf("%s  %s\n", a->record.head.old_serial, tr("not of this store"));
	else {
		day_show(day_of(l->brought.not_after), day);
		when_show(l->brought.checked_at, at);
		printf(tr("%s  of %s, %s, until %s, read from %s and found good at %s\n"), l->brought.serial, l->brought.authority,
		    l->brought.holder, day, l->brought.source, at);
	}
	if (!l->both)
		return;
	show_label(tr("and its administrator's"));
	show_certificate(&l->second);
}

static bool
show_items(struct office *o, const struct application *a, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	struct certificate c;
	char label[60];
	bool found;
	size_t n;

	if (!app_items(o->db, a->id, item, RECORD_USERS_MAX + 1, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		snprintf(label, sizeof label, "%s %zu", tr("Certificate"), i + 1);
		show_label(label);
		if (item[i].certificate == 0) {
			printf("%s\n", tr_name(item_state_names, (int)item[i].state));
			continue;
		}
		if (!cert_load(o->db, item[i].certificate, &c, &found, e))
			return false;
		if (found)
			show_certificate(&c);
	}
	return true;
}

static bool
show_text(struct office *o, const struct application *a, bool open, struct err *e)
{
	const struct scheme *s;
	struct app_material m[64];
	struct looking l;
	enum act next[ACT_N];
	char due[32], paid[32];
	size_t n;
	bool ok = rules_scheme(o, a, &s, e) && app_materials(o->db, a->id, m, 64, &n, e) && look(o, a, &l, e);

	if (!ok)
		return false;
	money_grouped(a->due_fen, due, sizeof due);
	money_grouped(a->paid_fen, paid, sizeof paid);
	printf("%s  %s  %s%s%s\n", a->no, tr_stored(service_names, a->record.head.service),
	    tr_name(app_state_names, (int)a->state), a->late ? tr("  after expiry") : "", a->emergency ? tr("  EMERGENCY") : "");
	if (l.acts)
		show_old(a, &l);
	show_fields(a, s, l.base, open);
	look_end(&l);
	if (!show_items(o, a, e))
		return false;
	printf("  %s %s / %s\n", tr("paid / due"), paid, due);
	for (size_t i = 0; i < n; i++)
		printf("  [%s] %s × %d%s%s\n", tr_name(material_outcome_names, (int)m[i].outcome),
		    rules_material_name(s, a, m[i].code), m[i].wanted, m[i].reason[0] ? "  " : "", m[i].reason);
	if (!show_waiting(o, a, e) || !show_holds(o, a, e))
		return false;
	n = workflow_next(o, a, next);
	printf("  %s", tr("next:"));
	for (size_t i = 0; i < n; i++)
		printf(" %s", acts[next[i]].command);
	printf("\n");
	return true;
}

static bool
run_show(struct office *o, const struct args *args, struct err_list *problems, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	bool open = args_option(args, "open") != NULL;
	bool ok = a && office_may(o, ACT_SHOW, e) && application_load(o, args->at[0], a, e);

	(void)problems;
	/* the opening is on the audit before anything is shown */
	if (ok && open)
		ok = application_note_opened(o, a, ACT_OPEN_ID, args_option(args, "open"), e);
	ok = ok && (args->json ? show_json(o, a, open, e) : show_text(o, a, open, e));
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}
const struct command command_show = { "show", "NO [--open REASON]", "open=",
	N_("show an application; --open unmasks numbers (audited)"), NEEDS_LOGIN, 1, 1, run_show };
