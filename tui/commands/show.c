/* show list fields: looking. */
#include "db/certificate.h"
#include "db/stock.h"
#include "forms/money.h"
#include "ra/desk.h"
#include "tui/command.h"

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
	json_text(j, "state", money_state_names[workflow_money(a)].stored);
	json_end(j);
}

static const char *
material_label(struct office *o, const struct application *a, const char *code)
{
	const struct scheme *s;
	struct err ignored;

	return workflow_scheme(o, a, &s, &ignored) ? workflow_material_name(s, a, code) : code;
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
	char from[21], to[21];
	bool cert = false, token = false;

	if (item->certificate != 0 && !cert_load(o->db, item->certificate, &c, &cert, e))
		return false;
	if (item->token != 0 && !stock_load(o->db, item->token, &t, &token, e))
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
	ok = ok && put_materials(o, j, a, e) && put_items(o, j, a, e);
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

static void
show_fields(const struct application *a, bool open)
{
	bool en = tr_english();
	char value[FIELD_SHOW_MAX] = "";

	for (size_t i = 0; i < fields_n; i++) {
		const struct field *f = &fields[i];
		const char *label = en ? f->en : f->zh;
		int pad;

		if (!field_filled(f, &a->record, -1))
			continue;
		(open ? field_show : field_show_masked)(f, &a->record, -1, value, sizeof value);
		pad = 26 - text_columns(label);
		printf("  %s%*s %s\n", label, pad > 0 ? pad : 1, "", value);
	}
	OPENSSL_cleanse(value, sizeof value);
}

static bool
show_text(struct office *o, const struct application *a, bool open, struct err *e)
{
	struct app_material m[64];
	enum act next[ACT_N];
	char due[32], paid[32];
	size_t n;

	if (!app_materials(o->db, a->id, m, 64, &n, e))
		return false;
	money_grouped(a->due_fen, due, sizeof due);
	money_grouped(a->paid_fen, paid, sizeof paid);
	printf("%s  %s\n", a->no, tr_name(app_state_names, (int)a->state));
	show_fields(a, open);
	printf("  %s %s / %s\n", tr("paid / due"), paid, due);
	for (size_t i = 0; i < n; i++)
		printf("  [%s] %s × %d%s%s\n", tr_name(material_outcome_names, (int)m[i].outcome),
		    material_label(o, a, m[i].code), m[i].wanted, m[i].reason[0] ? "  " : "", m[i].reason);
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
	bool ok = a && office_may(o, ACT_SHOW, e) && desk_load(o, args->at[0], a, e);

	(void)problems;
	/* the opening is on the audit before anything is shown */
	if (ok && open)
		ok = desk_note_opened(o, a, ACT_OPEN_ID, args_option(args, "open"), e);
	ok = ok && (args->json ? show_json(o, a, open, e) : show_text(o, a, open, e));
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}
const struct command command_show = { "show", "NO [--open REASON]", "open=",
	N_("show an application; --open unmasks numbers (audited)"), NEEDS_LOGIN, 1, 1, run_show };

/* ---- list ---- */

struct listing { struct json *j; };

static bool
list_line(void *arg, const struct app_line *l, struct err *e)
{
	struct listing *g = arg;
	char at[21];

	(void)e;
	if (g->j) {
		json_open_object(g->j, NULL);
		json_text(g->j, "no", l->no);
		json_text(g->j, "state", app_state_names[l->state].stored);
		json_text(g->j, "scheme", l->scheme);
		json_text(g->j, "service", l->service);
		json_text(g->j, "channel", l->channel);
		json_text(g->j, "org_name", l->org_name);
		json_int(g->j, "version", l->version);
		when_iso(l->changed_at, at);
		json_text(g->j, "changed_at", at);
		json_end(g->j);
	} else {
		when_show(l->changed_at, at);
		printf("%-20s %-12s %s  %s\n", l->no, tr_name(app_state_names, (int)l->state), at, l->org_name);
	}
	return true;
}

static bool
run_list(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct app_filter f = { .state = args_option(a, "state"), .scheme = args_option(a, "scheme"),
	    .channel = args_option(a, "channel") };
	struct listing g = { a->json ? json_new() : NULL };
	const char *since = args_option(a, "since");
	struct day d;
	int64_t limit = 0;
	bool ok;

	(void)problems;
	ok = office_may(o, ACT_SHOW, e) && args_int(a, "limit", 0, &limit, e);
	if (ok && f.state && name_index(app_state_names, f.state) < 0)
		ok = err_field(e, "state", "there is no state '%s'", f.state);
	if (ok && since && (ok = day_parse("since", since, &d, e)))
		f.since = day_start(d);
	f.limit = limit > 0 && limit < INT32_MAX ? (int)limit : 0;
	if (g.j)
		json_open_array(g.j, NULL);
	ok = ok && app_each(o->db, &f, list_line, &g, e);
	return list_close(g.j, ok, e);
}
const struct command command_list = { "list", "[--state S] [--scheme S] [--channel C] [--since D] [--limit N]",
	"state= scheme= channel= since= limit=", N_("list applications"), NEEDS_LOGIN, 0, 0, run_list };

/* ---- fields ---- */

static const char *const kind_words[] = { "text", "number", "yes/no", "choice" };

static bool
asked(const struct scheme *s, const char *service, const struct field *f)
{
	struct record *r = calloc(1, sizeof *r);
	const struct scheme_asks *k;
	bool yes = false;

	if (!r)
		return false;
	record_clear(r);
	snprintf(r->head.service, sizeof r->head.service, "%s", service);
	snprintf(r->head.channel, sizeof r->head.channel, "counter");
	k = scheme_asks(s, r);
	for (size_t i = 0; k && i < k->required_n; i++)
		yes = yes || strstr(k->required[i], f->id) != NULL;
	for (size_t i = 0; k && i < k->optional_n; i++)
		yes = yes || strcmp(k->optional[i], f->id) == 0;
	for (size_t i = 0; k && i < k->with_seal_n; i++)
		yes = yes || strcmp(k->with_seal[i], f->id) == 0;
	free(r);
	return yes || strcmp(f->id, "scheme") == 0 || strcmp(f->id, "service") == 0 || strcmp(f->id, "seal.name") == 0;
}

static void
put_field(struct json *j, const struct field *f)
{
	if (!j) {
		printf("%-26s %-8s %5d  %s / %s\n", f->id, kind_words[f->kind], f->high, f->zh, f->en);
		return;
	}
	json_open_object(j, NULL);
	json_text(j, "id", f->id);
	json_text(j, "kind", kind_words[f->kind]);
	json_text(j, "zh", f->zh);
	json_text(j, "en", f->en);
	json_int(j, "low", f->low);
	json_int(j, "high", f->high);
	if (f->names) {
		json_open_array(j, "choices");
		for (const struct name *n = f->names; n->stored; n++)
			json_text(j, NULL, n->stored);
		json_end(j);
	}
	json_end(j);
}

static bool
run_fields(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *scheme = args_option(a, "scheme"), *service = args_option(a, "service");
	const struct scheme *s = NULL;
	struct json *j;
	int64_t version;
	bool ok = true;

	(void)problems;
	if (scheme && !office_scheme_now(o, scheme, &s, &version, e))
		return false;
	if (service && name_index(service_names, service) < 0)
		return err_field(e, "service", "there is no service '%s'", service);
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	for (size_t i = 0; i < fields_n; i++)
		if (!s || asked(s, service ? service : "new", &fields[i]))
			put_field(j, &fields[i]);
	for (size_t i = 0; !s && i < user_fields_n; i++)
		put_field(j, &user_fields[i]);
	return list_close(j, ok, e);
}
const struct command command_fields = { "fields", "[--scheme S] [--service V]", "scheme= service=",
	N_("ids, labels and limits of the fields"), NEEDS_OFFICE, 0, 0, run_fields };
