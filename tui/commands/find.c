/* find: anything by what is in hand. */
#include "ra/find.h"
#include "tui/command.h"

#include <stdio.h>
#include <stdlib.h>

static void
put_hit(struct json *j, const struct find_hit *h)
{
	char line[1200], at[21];

	find_line(h, line, sizeof line);
	json_open_object(j, NULL);
	json_text(j, "kind", find_kind_name(h->kind));
	json_text(j, "key", h->key);
	json_text(j, h->kind == FIND_ORGANISATION ? "certificate_state" : "state", h->state[0] ? h->state : NULL);
	json_text(j, "name", h->name);
	json_text(j, "line", line);
	if (h->kind == FIND_APPLICATION) {
		json_text(j, "scheme", h->scheme);
		json_text(j, "service", h->service);
		json_text(j, "agent", h->agent);
		json_text(j, "person", h->person);
	}
	when_iso(h->at, at);
	if (h->at != 0)
		json_text(j, h->kind == FIND_APPLICATION ? "entered_at" : "not_after", at);
	json_end(j);
}

static void
print_hit(const struct find_hit *h)
{
	const char *kind = find_kind_shown(h->kind), *state = find_state_shown(h);
	char line[1200];

	find_line(h, line, sizeof line);
	printf("%s%*s %-20s %s%*s %s\n", kind, 13 - text_columns(kind), "", h->key, state, 11 - text_columns(state), "", line);
}

static bool
run_find(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct find_list *l = malloc(sizeof *l);
	struct find_query q = { .text = a->at[0], .complete = true };
	struct json *j;
	int64_t limit;
	bool by_id, ok;

	(void)problems;
	if (!l)
		return err_internal(e, "out of memory");
	j = a->json ? json_new() : NULL;
	if (j)
		json_open_array(j, NULL);
	ok = args_int(a, "limit", 50, &limit, e);
	if (ok && (limit < 1 || limit > FIND_MAX))
		ok = err_field(e, "limit", "1 to %d hits", FIND_MAX);
	q.max = ok ? (size_t)limit : 1;
	ok = ok && find_all(o, &q, l, &by_id, e);
	for (size_t i = 0; ok && i < l->n; i++)
		if (j)
			put_hit(j, &l->hit[i]);
		else
			print_hit(&l->hit[i]);
	if (ok && !j && l->more)
		printf("%s\n", tr("there are more: type more of it"));
	free(l);
	return list_close(j, ok, e);
}
const struct command command_find = { "find", "TEXT [--limit N]", "limit=",
	N_("find by number, its end, credit code, phone, ID number (audited), serial, part of a name, or a person's"), NEEDS_LOGIN, 1, 1, run_find };
