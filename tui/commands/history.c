/* history: everything that an organisation asked for and got; what was done to an application. */
#include "forms/money.h"
#include "ra/history.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- as JSON ---- */

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char at[21];

	when_iso(t, at);
	json_text(j, key, t != 0 ? at : NULL);
}

static void
put_some(struct json *j, const char *key, const char *s)
{
	if (s[0])
		json_text(j, key, s);
}

static void
put_certificates(struct json *j, const struct history_case *c)
{
	json_open_array(j, "certificates");
	for (size_t i = 0; i < c->certificates; i++) {
		const struct history_certificate *h = &c->certificate[i];

		json_open_object(j, NULL);
		json_text(j, "serial", h->c.serial);
		json_text(j, "state", cert_state_names[h->now].stored);
		json_text(j, "subject", h->c.subject);
		put_time(j, "not_before", h->c.not_before);
		put_time(j, "not_after", h->c.not_after);
		if (h->c.revoked_at != 0)
			put_time(j, "revoked_at", h->c.revoked_at);
		if (h->c.reason >= 0 && h->c.reason < CRL_REASON_N)
			json_text(j, "reason", crl_reason_names[h->c.reason].stored);
		put_some(j, "replaces", h->replaces);
		put_some(j, "replaced_by", h->replaced_by);
		put_some(j, "token", h->c.token);
		json_end(j);
	}
	json_end(j);
}

static void
put_parts(struct json *j, const struct history_case *c)
{
	put_certificates(j, c);
	json_open_array(j, "tokens");
	for (size_t i = 0; i < c->tokens; i++) {
		json_open_object(j, NULL);
		json_text(j, "serial", c->token[i].serial);
		json_text(j, "state", token_state_names[c->token[i].state].stored);
		put_time(j, "since", c->token[i].since);
		json_end(j);
	}
	json_end(j);
	json_open_array(j, "payments");
	for (size_t i = 0; i < c->payments; i++) {
		json_open_object(j, NULL);
		put_time(j, "at", c->payment[i].at);
		json_text(j, "method", c->payment[i].method);
		json_int(j, "amount_fen", c->payment[i].amount_fen);
		put_some(j, "ref", c->payment[i].reference);
		json_end(j);
	}
	json_end(j);
}

static void
put_case(struct json *j, const struct history_case *c)
{
	json_open_object(j, NULL);
	json_text(j, "no", c->row.no);
	json_text(j, "scheme", c->row.scheme);
	json_text(j, "service", c->row.service);
	json_text(j, "channel", c->row.channel);
	json_text(j, "state", app_state_names[c->row.state].stored);
	json_text(j, "agent", c->row.agent_name);
	put_time(j, "entered_at", c->row.entered_at);
	put_time(j, "state_since", c->row.since);
	put_some(j, "old_serial", c->head.old_serial);
	put_some(j, "reason", c->head.reason);
	put_some(j, "why", c->head.why);
	put_some(j, "delivered_to", c->head.delivered_to);
	json_open_object(j, "money");
	json_int(j, "due_fen", c->row.due_fen);
	json_int(j, "paid_fen", c->row.paid_fen);
	json_text(j, "state", money_state_names[c->money].stored);
	json_end(j);
	put_parts(j, c);
	json_end(j);
}

static bool
history_json(const struct history *h, struct err *e)
{
	struct json *j = json_new();
	bool ok;

	json_open_object(j, NULL);
	json_open_object(j, "organisation");
	json_text(j, "doc", h->who.doc);
	json_text(j, "name", h->who.name);
	json_end(j);
	json_open_array(j, "applications");
	for (size_t i = 0; i < h->n; i++)
		put_case(j, &h->at[i]);
	json_end(j);
	json_text(j, "before", h->end || h->n == 0 ? NULL : h->at[h->n - 1].row.no);
	json_end(j);
	ok = json_print(j, stdout) || err_internal(e, "the output could not be written");
	json_free(j);
	return ok;
}

/* ---- as lines ---- */

static void
print_certificate(const struct history_certificate *h)
{
	char from[11], to[11];

	day_show(day_of(h->c.not_before), from);
	day_show(day_of(h->c.not_after), to);
	printf("    %s %s  %s  %s - %s", tr("certificate"), h->c.serial, tr_name(cert_state_names, (int)h->now), from, to);
	if (h->c.reason >= 0 && h->c.revoked_at != 0)
		printf("  %s", tr_name(crl_reason_names, h->c.reason));
	if (h->replaces[0])
		printf(tr("  replaces %s"), h->replaces);
	if (h->replaced_by[0])
		printf(tr("  replaced by %s"), h->replaced_by);
	printf("\n");
}

static void
print_case(const struct history_case *c)
{
	char day[11], yuan[32];

	day_show(day_of(c->row.entered_at), day);
	printf("%s  %s  %s  %s  %s  %s\n", day, c->row.no, tr_stored(service_names, c->row.service),
	    tr_name(app_state_names, (int)c->row.state), c->row.agent_name, tr_name(money_state_names, (int)c->money));
	for (size_t i = 0; i < c->certificates; i++)
		print_certificate(&c->certificate[i]);
	for (size_t i = 0; i < c->tokens; i++)
		printf("    %s %s  %s\n", tr("token"), c->token[i].serial, tr_name(token_state_names, (int)c->token[i].state));
	for (size_t i = 0; i < c->payments; i++) {
		day_show(day_of(c->payment[i].at), day);
		money_grouped(c->payment[i].amount_fen, yuan, sizeof yuan);
		printf("    %s  %s %s  %s\n", day, tr_stored(pay_method_names, c->payment[i].method), yuan, c->payment[i].reference);
	}
}

/* ---- the command ---- */

static bool
print_acts(struct office *o, const char *no, bool as_json, struct err *e)
{
	struct json *j = as_json ? json_new() : NULL;
	struct history_act *h = NULL;
	char at[21];
	size_t n = 0;
	bool ok;

	if (j)
		json_open_array(j, NULL);
	ok = history_acts(o, no, &h, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		if (!j) {
			when_show(h[i].at, at);
			printf("%s  %s  %s  %s\n", at, h[i].name, h[i].what, h[i].words);
			continue;
		}
		json_open_object(j, NULL);
		put_time(j, "at", h[i].at);
		json_text(j, "who", h[i].login);
		json_text(j, "name", h[i].name);
		json_text(j, "act", h[i].stored);
		json_text(j, "what", h[i].what);
		json_text(j, "words", h[i].words);
		json_text(j, "station", h[i].station);
		json_text(j, "chain", h[i].chain);
		json_int(j, "seq", h[i].seq);
		json_end(j);
	}
	free(h);
	return list_close(j, ok, e);
}

static bool
run_history(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *before = args_option(a, "before");
	struct history *h = NULL;
	int64_t organisation, edge = 0, limit;

	(void)problems;
	if (args_option(a, "acts"))
		return print_acts(o, a->at[0], a->json, e);
	if (!args_int(a, "limit", 20, &limit, e))
		return false;
	if (limit < 1 || limit > 100)
		return err_field(e, "limit", "1 to 100 applications");
	if (!history_whose(o, a->at[0], &organisation, e) || (before && !app_id_of(o->db, before, &edge, e)))
		return false;
	if (before && edge == 0)
		return err_field(e, "before", "there is no application %s", before);
	if (!history_read(o, organisation, edge, false, (size_t)limit, &h, e))
		return false;
	if (a->json) {
		bool ok = history_json(h, e);

		history_free(h);
		return ok;
	}
	printf("%s  %s\n", h->who.name, h->who.doc);
	for (size_t i = 0; i < h->n; i++)
		print_case(&h->at[i]);
	if (!h->end)
		printf(tr("older ones: --before %s\n"), h->at[h->n - 1].row.no);
	history_free(h);
	return true;
}
const struct command command_history = { "history", "NO|CREDIT_CODE|SERIAL|NAME [--before NO] [--limit N] | NO --acts",
	"before= limit= acts", N_("all of an organisation's applications, certificates, tokens, money; what was done to one"),
	NEEDS_LOGIN, 1, 1, run_history };
