#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does one line of a plan read a whole table, an index that is made of it for this once included, or sort? "w" is a subquery that is
 * bounded inside. */
static bool
costly(const char *line)
{
	if (strstr(line, "USING AUTOMATIC"))
		return true;
	if (strncmp(line, "SCAN ", 5) != 0 && strncmp(line, "USE TEMP B-TREE", 15) != 0)
		return false;
	return strcmp(line, "SCAN w") != 0 && strcmp(line, "SCAN CONSTANT ROW") != 0;
}

static bool
is_allowed(const char *const *allowed, const char *sql)
{
	for (int i = 0; allowed && allowed[i]; i++)
		if (strstr(sql, allowed[i]))
			return true;
	return false;
}

void
plans_are_by_key(struct world *w, struct db *db, const char *const *allowed)
{
	struct office *other = NULL;
	struct err e;
	struct stmt q;
	size_t at = 0;
	int bad = 0;

	went(office_open(w->home, &other, &e), &e);
	for (const char *sql; (sql = db_statement(db, &at)) != NULL;) {
		/* a statement is known by the address of its text: the texts live on */
		static char *kept[4096];
		static size_t n;
		size_t room = strlen(sql) + 32;
		char *explain = malloc(room);

		if (!explain || n == sizeof kept / sizeof *kept)
			abort();
		kept[n++] = explain;
		snprintf(explain, room, "EXPLAIN QUERY PLAN %s", sql);
		stmt_open_(&q, other->db, explain);
		while (stmt_row(&q))
			if (costly(stmt_get_text(&q, 3)) && !is_allowed(allowed, sql)) {
				fprintf(stderr, "%s\n  %s\n", stmt_get_text(&q, 3), sql);
				bad++;
			}
		went(stmt_close(&q, &e), &e);
	}
	office_close(other);
	if (bad > 0)
		abort();
}
