/* list fields: looking at many. */
#include "db/queue.h"
#include "forms/field.h"
#include "forms/json.h"
#include "tui/command.h"

#include <stdio.h>
#include <string.h>

#define PAGE 200
#define SKEW 86400	/* seconds that the clocks of two machines may differ: rows stand in the order in which they came */

/* ---- list ---- */

struct listing {
	struct json *j;			/* NULL: lines */
	int64_t since, left;		/* only those entered since; how many more */
};

static void
put_row(struct json *j, const struct queue_row *r)
{
	char at[21], since[21];

	when_iso(r->changed_at, at);
	when_iso(r->since, since);
	json_open_object(j, NULL);
	json_text(j, "no", r->no);
	json_text(j, "state", app_state_names[r->state].stored);
	json_text(j, "scheme", r->scheme);
	json_text(j, "service", r->service);
	json_text(j, "channel", r->channel);
	json_text(j, "org_name", r->org_name);
	json_int(j, "version", r->version);
	json_text(j, "changed_at", at);
	json_text(j, "state_since", since);
	json_end(j);
}

static void
print_row(const struct queue_row *r)
{
	const char *state = tr_name(app_state_names, (int)r->state), *service = tr_stored(service_names, r->service);
	char at[20];

	when_show(r->since, at);
	printf("%-20s %s%*s %s%*s %s  %s\n", r->no, state, 11 - text_columns(state), "", service, 9 - text_columns(service), "", at,
	    r->org_name);
}

static bool
walk(struct office *o, const struct queue_filter *f, int64_t edge, struct listing *g, struct err *e)
{
	struct queue_row row[PAGE];
	bool end = false;
	size_t n;

	while (!end && g->left > 0) {
		if (!queue_page(o->db, f, edge, false, row, PAGE, &n, &edge, &end, e))
			return false;
		for (size_t i = 0; i < n && g->left > 0; i++) {
			if (f->newest && row[i].entered_at < g->since - SKEW)
				return true;
			if (row[i].entered_at < g->since)
				continue;
			if (g->j)
				put_row(g->j, &row[i]);
			else
				print_row(&row[i]);
			g->left--;
		}
	}
	return true;
}

static bool
stored_name(const struct args *a, const char *option, const struct name *table, const char **out, int *index, struct err *e)
{
	*out = args_option(a, option);
	*index = name_index(table, *out);
	if (*out && *index < 0)
		return err_field(e, option, "there is no %s '%s'", option, *out);
	return true;
}

static bool
read_filter(struct office *o, const struct args *a, struct queue_filter *f, struct err *e)
{
	const char *state;
	int s, ignored;

	f->scheme = args_option(a, "scheme");
	f->newest = args_option(a, "newest") != NULL;
	f->staff = o->me.id;
	f->hands = args_option(a, "mine") ? QUEUE_MINE : args_option(a, "not-mine") ? QUEUE_NOT_MINE : QUEUE_ANY;
	if (!stored_name(a, "state", app_state_names, &state, &s, e)
	    || !stored_name(a, "service", service_names, &f->service, &ignored, e)
	    || !stored_name(a, "channel", channel_names, &f->channel, &ignored, e))
		return false;
	f->states = state ? 1u << s : 0;
	return true;
}

static bool
read_edge(struct office *o, const struct args *a, const struct queue_filter *f, struct listing *g, int64_t *edge, struct err *e)
{
	const char *since = args_option(a, "since"), *after = args_option(a, "after");
	struct day d;

	*edge = 0;
	if (since && !day_parse("since", since, &d, e))
		return false;
	g->since = since ? day_start(d) : 0;
	if (after) {
		if (!app_id_of(o->db, after, edge, e))
			return false;
		return *edge != 0 || err_field(e, "after", "there is no application %s", after);
	}
	return !since || f->newest || queue_since(o->db, g->since - SKEW, edge, e);
}

static bool
run_list(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct queue_filter f = { 0 };
	struct listing g = { .j = a->json ? json_new() : NULL };
	int64_t edge;
	bool ok;

	(void)problems;
	if (g.j)
		json_open_array(g.j, NULL);
	ok = office_may(o, ACT_SHOW, e) && args_int(a, "limit", INT64_MAX, &g.left, e) && read_filter(o, a, &f, e);
	if (ok && g.left < 1)
		ok = err_field(e, "limit", "1 row or more");
	ok = ok && read_edge(o, a, &f, &g, &edge, e) && walk(o, &f, edge, &g, e);
	return list_close(g.j, ok, e);
}
const struct command command_list = { "list", "[--state S] [--scheme S] [--service V] [--channel C] [--mine | --not-mine] [--since D]"
	" [--newest] [--after NO] [--limit N]", "state= scheme= service= channel= mine not-mine since= newest after= limit=",
	N_("list applications; mine: entered, edited or accepted by me"), NEEDS_LOGIN, 0, 0, run_list };

/* ---- fields ---- */

static const char *const kind_words[] = { "text", "number", "yes/no", "choice" };

static bool
listed(const char *const *ids, size_t n, const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < n; i++)		/* "a|b" is both */
		for (const char *p = ids[i]; *p; p += strspn(p, "|")) {
			size_t k = strcspn(p, "|");

			if (k == len && strncmp(p, id, k) == 0)
				return true;
			p += k;
		}
	return false;
}

/* By any channel, in time or late. */
static bool
asked(const struct scheme *s, int service, const struct field *f)
{
	static const char *const always[] = { "scheme", "service", "channel" };

	if (listed(always, sizeof always / sizeof *always, f->id))
		return true;
	for (size_t i = 0; i < s->asks_n; i++) {
		const struct scheme_asks *k = &s->asks[i];

		if (k->services & (1u << service) && (listed(k->required, k->required_n, f->of_user ? "user" : f->id)
		    || listed(k->optional, k->optional_n, f->of_user ? "user" : f->id)
		    || listed(k->with_seal, k->with_seal_n, f->id)))
			return true;
	}
	return false;
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
	int k;

	(void)problems;
	if (scheme && !office_scheme_now(o, scheme, &s, &version, e))
		return false;
	k = service ? name_index(service_names, service) : SERVICE_NEW;
	if (k < 0)
		return err_field(e, "service", "there is no service '%s'", service);
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	for (size_t i = 0; i < fields_n; i++)
		if (!s || asked(s, k, &fields[i]))
			put_field(j, &fields[i]);
	for (size_t i = 0; i < user_fields_n; i++)
		if (!s || asked(s, k, &user_fields[i]))
			put_field(j, &user_fields[i]);
	return list_close(j, ok, e);
}
const struct command command_fields = { "fields", "[--scheme S] [--service V]", "scheme= service=",
	N_("ids, labels and limits of the fields"), NEEDS_OFFICE, 0, 0, run_fields };
