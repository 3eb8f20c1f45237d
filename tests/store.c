#include "tests/store.h"

#include "db/migrate.h"
#include "db/staff.h"
#include "tests/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "cannot %s\n", what);
		abort();
	}
}

struct store *
store_new(void)
{
	struct store *s = calloc(1, sizeof *s);
	struct member m = { .role = ROLE_CLERK, .login = "chen", .name = "陈晓敏", .made_at = 1 };
	struct err e;
	int made;

	must(s != NULL, "allocate");
	snprintf(s->dir, sizeof s->dir, "/tmp/ra-store-XXXXXX");
	must(mkdtemp(s->dir) != NULL, "make a folder");
	went(keys_create(s->dir, &e) && keys_load(s->dir, &s->keys, &e), &e);
	went(db_open("sqlite:ra.db", s->dir, DB_CREATE, &s->db, &e) && db_migrate(s->db, schema_files, &made, &e), &e);
	store_begin(s);
	went(staff_insert(s->db, &m, &e), &e);
	store_commit(s);
	s->staff = m.id;
	return s;
}

void
store_free(struct store *s)
{
	char command[100];

	db_close(s->db);
	keys_free(s->keys);
	snprintf(command, sizeof command, "rm -rf %s", s->dir);
	must(system(command) == 0, "remove the folder");
	free(s);
}

void
store_reopen(struct store *s)
{
	struct err e;

	db_close(s->db);
	keys_free(s->keys);
	s->keys = NULL;
	s->db = NULL;
	went(keys_load(s->dir, &s->keys, &e) && db_open("sqlite:ra.db", s->dir, DB_WRITE, &s->db, &e), &e);
}

void
store_begin(struct store *s)
{
	struct err e;

	went(db_begin(s->db, &e), &e);
}

void
store_commit(struct store *s)
{
	struct err e;

	db_touched_clear(s->db);
	went(db_commit(s->db, &e), &e);
}

int64_t
store_number(struct store *s, const char *sql)
{
	char command[2000], line[64] = "";
	FILE *f;

	must((size_t)snprintf(command, sizeof command, "sqlite3 %s/ra.db \"%s\"", s->dir, sql) < sizeof command, "fit a query");
	f = popen(command, "r");
	must(f && fgets(line, sizeof line, f) != NULL && pclose(f) == 0, sql);
	return strtoll(line, NULL, 10);
}

void
store_script(struct store *s, const char *sql)
{
	char command[4000];

	must((size_t)snprintf(command, sizeof command, "sqlite3 -bail %s/ra.db \"%s\"", s->dir, sql) < sizeof command, "fit a script");
	must(system(command) == 0, sql);
}

bool
store_holds(struct store *s, const char *bytes)
{
	char command[400];
	int status;

	must((size_t)snprintf(command, sizeof command, "grep -raqF -e '%s' %s", bytes, s->dir) < sizeof command, "fit a search");
	status = system(command);
	must(WIFEXITED(status) && WEXITSTATUS(status) < 2, "search");
	return WEXITSTATUS(status) == 0;
}
