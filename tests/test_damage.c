/* Stores whose pages were overwritten: each is told, by opening or by the audit, and no program falls over one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/issue.h"
#include "tests/support.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPIES 25
#define CASES 4

static struct world *w;
static char no[CASES][APP_NO_MAX];
static long page, pages;

static void
shell(const char *command)
{
	char line[600];

	snprintf(line, sizeof line, "cd %s && %s", w->dir, command);
	if (run(w, "sh", "-c", line, NULL) != 0)
		fail_msg("%s: %s", command, w->err);
}

static int
set_up(void **state)
{
	struct issue_medium any = { 0 };
	struct office *clerk, *reviewer;
	struct err e;
	char path[128];
	struct stat st;

	(void)state;
	w = world_new();
	if (ra(w, "chen", "token", "add", "--soft", "6", NULL) != 0)
		return 1;
	clerk = world_member(w, "chen");
	reviewer = world_member(w, "huang");
	for (int i = 0; i < CASES; i++) {
		world_approved(w, clerk, reviewer, no[i]);
		went(issue_application(reviewer, no[i], 0, &any, &e), &e);
	}
	office_close(clerk);
	office_close(reviewer);
	shell("sqlite3 home/ra.db 'VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'");	/* no page that nothing stands on */
	shell("cp home/ra.db keep.db");
	page = sql_int(w, "PRAGMA page_size");
	snprintf(path, sizeof path, "%s/keep.db", w->dir);
	if (stat(path, &st) != 0)
		return 1;
	pages = st.st_size / page;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* A fresh copy of the store with `n` random bytes at `at`. */
static void
spoil(long at, size_t n)
{
	unsigned char junk[65536];
	char path[128];
	int fd;

	shell("rm -f home/ra.db-wal home/ra.db-shm && cp keep.db home/ra.db");
	assert_int_equal(RAND_bytes(junk, (int)n), 1);
	snprintf(path, sizeof path, "%s/ra.db", w->home);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, n, at), (ssize_t)n);
	close(fd);
}

/* Refused, not fallen over, in one line or more of words. */
static void
is_told(const char *what, long at)
{
	int rc = ra(w, "he", "audit", "verify", NULL);

	if ((rc != 1 && rc != 3 && rc != 4) || !w->err[0])
		fail_msg("%s at %ld of %ld pages: exit %d: %s%s", what, at / page, pages, rc, w->out, w->err);
}

static void
an_overwritten_page_is_told_whichever_it_is(void **st)
{
	int told = 0;

	(void)st;
	assert_true(pages > 2 * COPIES);
	for (int i = 0; i < COPIES; i++) {
		long at = (long)((i * pages / COPIES + i % 3) % pages) * page;	/* over the whole file, the first page among them */

		spoil(at, (size_t)page);
		is_told("a page", at);
		told++;
		/* who works on with it gets an answer too, right or refused */
		if (ra(w, "huang", "show", no[i % CASES], "--json", NULL) > 4 || ra(w, "huang", "list", NULL) > 4)
			fail_msg("fell over page %ld: %s", at / page, w->err);
	}
	printf("%d of %d told\n", told, COPIES);
}

static void
a_page_that_is_zero_or_half_written_is_told(void **st)
{
	(void)st;
	for (int i = 0; i < 8; i++) {
		long at = (long)((i * 7 + 2) % pages) * page;

		/* the half that says what the page is: the end of a text's last page may hold nothing at all */
		spoil(at, (size_t)page / 2);
		is_told("half a page", at);
	}
	for (int i = 0; i < 4; i++) {
		long at = (long)((i * 11 + 5) % pages) * page;
		char command[200];

		shell("rm -f home/ra.db-wal home/ra.db-shm && cp keep.db home/ra.db");
		snprintf(command, sizeof command, "dd if=/dev/zero of=home/ra.db bs=%ld seek=%ld count=1 conv=notrunc 2>/dev/null", page, at / page);
		shell(command);
		is_told("zeros", at);
	}
	shell("rm -f home/ra.db-wal home/ra.db-shm && cp keep.db home/ra.db");
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_overwritten_page_is_told_whichever_it_is),
		cmocka_unit_test(a_page_that_is_zero_or_half_written_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
