/* list fields: looking at many. */
#include "db/application.h"
#include "forms/field.h"
#include "forms/json.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
