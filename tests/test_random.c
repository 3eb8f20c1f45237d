/*
 * Random keys: `ra console` of a home with work in it, one member of each role after the other, gets what a keyboard, a mouse,
 * a scanner, a broken line or a cat on the desk may send. It has to answer, to draw whole characters, to leave in order, to
 * give the terminal back; no sanitizer may have a word to say; store and audit are whole afterwards.
 *
 * RA_RANDOM_SEED repeats a run (as far as the clock allows), RA_RANDOM_SECONDS is how long it takes over all roles (5),
 * RA_RANDOM_LOGIN the one login that is tried, RA_RANDOM_HALL makes that many applications first.
 */
#include "tests/clerk.h"
#include "tests/keys.h"
#include "tests/life.h"
#include "tests/million.h"

#include "forms/tr.h"
#include "ra/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 5
#define MEMBERS 5
#define SEEN_MAX 200
#define LEAST_SCREENS 8	/* of each role: keys are sent until they are reached, for so many seconds at most */
#define AT_MOST_S 30

static struct life life;
static struct world *w;
static struct term *t;
static char reports[64];		/* folder where sanitizers write */
static const char *who;			/* login at the console */
static char who_name[64];
static uint64_t seed;
static int seconds, hall;
static char seen[SEEN_MAX][80];		/* titles of screens and frames, in one language */
static int seen_n, screens_n;
static unsigned long events, logins, starts, redrawn;

/* ---- what is seen ---- */

/* The screen's title in Chinese, whatever language it is shown in; "" where the window is too small for one. */
static const char *
title(void)
{
	static char text[80];
	const char *row = term_row(t, 0), *end;

	text[0] = '\0';
	if (t->rows >= 22 && t->cols >= 80 && strncmp(row, " ra  ", 5) == 0) {
		end = strstr(row + 5, "  ");
		snprintf(text, sizeof text, "%.*s", end ? (int)(end - row - 5) : (int)strlen(row + 5), row + 5);
	}
	tr_language("zh");
	return tr(text);
}

static bool
is(const char *name)
{
	return strcmp(title(), tr(name)) == 0;
}

static bool
see(const char *name)
{
	if (!*name)
		return false;
	for (int i = 0; i < seen_n; i++)
		if (strcmp(seen[i], name) == 0)
			return false;
	if (seen_n < SEEN_MAX)
		snprintf(seen[seen_n++], sizeof seen[0], "%s", name);
	return true;
}

/* The title of the frame whose upper edge stands in that row, in Chinese; "" where none does. */
static const char *
frame_title(int row)
{
	static char name[80];
	const char *row_text = term_row(t, row), *at, *end;

	/* in ASCII where lines are drawn two columns wide */
	if ((at = strstr(row_text, "┌─ ")) != NULL) {
		at += strlen("┌─ ");
		end = strstr(at, " ─");
	} else if ((at = strstr(row_text, "+- ")) != NULL) {
		at += strlen("+- ");
		end = strstr(at, " -");
	}
	if (!at || !end)
		return "";
	snprintf(name, sizeof name, "%.*s", (int)(end - at), at);
	tr_language("zh");
	return tr(name);
}

static bool
framed(const char *name)
{
	tr_language("zh");
	for (int r = 1; r < t->rows; r++)
		if (strcmp(frame_title(r), tr(name)) == 0)
			return true;
	return false;
}

/* Dialogs and pop-ups have frames with titles of their own. */
static void
look_at_frames(void)
{
	for (int r = 1; r < t->rows; r++)
		see(frame_title(r));
}

/* A frame that is drawn anew as a whole looks as it did: what had changed was drawn where it belongs. */
static void
draws_the_same_anew(void)
{
	static char before[60][4096];
	int differs = -1;

	for (int try = 0; try < 8; try++) {
		/* a job's progress may change it meanwhile, the clock too: not eight times */
		if (try > 0)
			usleep(300000);
		for (int r = 0; r < t->rows && r < 60; r++)
			snprintf(before[r], sizeof before[0], "%s", term_row(t, r));
		kill(t->pid, SIGCONT);
		if (!term_settles(t))
			return;
		differs = -1;
		for (int r = 0; r < t->rows && r < 60 && differs < 0; r++)
			if (strcmp(before[r], term_row(t, r)) != 0)
				differs = r;
		if (differs < 0) {
			redrawn++;
			return;
		}
	}
	term_dump(t);
	fprintf(stderr, "row %d was '%s' before it was drawn anew\n", differs, before[differs]);
	abort();
}

static void
look(void)
{
	int row, col;

	if (term_torn(t, &row, &col)) {
		term_dump(t);
		fprintf(stderr, "half a character at %d,%d\n", row, col);
		abort();
	}
	if (see(title()))
		screens_n++;
	if (t->rows >= 22 && t->cols >= 80)
		look_at_frames();
	if (keys_chance(40) == 0)
		draws_the_same_anew();
}

/* ---- the console is started, signed in at, ended ---- */

static void
show_file(const char *path)
{
	char line[400];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof line, f))
		fputs(line, stderr);
	if (f)
		fclose(f);
}

/* The reports, and what was written without being asked where to: the undefined-behaviour sanitizer's in the console's log. */
static int
reported(void)
{
	glob_t g;
	char path[160];
	int n;

	snprintf(path, sizeof path, "%s/*", reports);
	n = glob(path, 0, NULL, &g) == 0 ? (int)g.gl_pathc : 0;
	for (int i = 0; i < n; i++)
		show_file(g.gl_pathv[i]);
	globfree(&g);
	if (!w)
		return n;
	snprintf(path, sizeof path, "%s/home/console.log", w->dir);
	if (run(w, "grep", "-q", "runtime error", path, NULL) == 0) {
		show_file(path);
		n++;
	}
	return n;
}

/* abort() leads here, and the checks below: what was sent last, what a sanitizer wrote. */
static void
tell(int s)
{
	fprintf(stderr, "RA_RANDOM_SEED=%llu, %s; the last that was sent:\n", (unsigned long long)seed, who ? who : "");
	keys_tell();
	reported();
	signal(s, SIG_DFL);
	raise(s);
}

static void
ended_in_order(void)
{
	if (!term_ended(t, 90000) || !WIFEXITED(t->status) || WEXITSTATUS(t->status) != 0) {
		term_dump(t);
		fprintf(stderr, "the console ended with status %x\n", (unsigned)t->status);
		abort();
	}
	if (!term_given_back(t)) {
		fprintf(stderr, "the terminal is not given back as it was\n");
		abort();
	}
	term_free(t);
	t = NULL;
}

static void
start(void)
{
	static const int sizes[][2] = { { 22, 80 }, { 24, 80 }, { 40, 120 }, { 60, 200 } };
	static const struct { const char *type; enum manner manner; } kinds[] = { { "xterm-256color", TERM_USUAL },
		{ "xterm-256color", TERM_USUAL }, { "xterm-256color", TERM_WIDE }, { "screen-256color", TERM_USUAL },
		{ "putty", TERM_USUAL } };
	uint32_t k = keys_chance(4), kind = starts == 0 ? 0 : keys_chance(sizeof kinds / sizeof *kinds);

	term_as(kinds[kind].type, kinds[kind].manner);
	t = term_console(w->home, NULL, sizes[k][0], sizes[k][1]);
	starts++;
}

static void
type_login(void)
{
	char line[200];

	/* to the first row, whatever is typed there */
	term_send(t, "\033[Z\033[Z\x05\x15");
	term_send(t, who);
	term_send(t, "\t\x15");
	snprintf(line, sizeof line, "%s\r", clerk_password(w, who));
	term_send(t, line);
}

/* Puts the member at the console again who is to be there; false: the console has ended. */
static bool
signed_in(void)
{
	char line[200];

	for (int i = 0; i < 30; i++) {
		if (t->rows < 22 || t->cols < 80) {
			if (i == 0 && keys_chance(4) == 0)
				return true;	/* works on blindly; not for long: wrong passwords lock */
			term_size(t, 24, 80);
		} else if (framed("Demo logins")) {
			term_send(t, "\033");
		} else if (is("Log in")) {
			logins++;
			type_login();
		} else if (is("Locked") && term_shows(t, who, NULL, NULL) && i < 3) {
			snprintf(line, sizeof line, "\x05\x15%s\r", clerk_password(w, who));
			term_send(t, line);
		} else if (is("Locked")) {
			term_send(t, "\033[21~\r");	/* somebody else's: logged out */
		} else if (!*title() || strstr(term_row(t, 0), who_name)) {
			return true;
		} else {
			term_send(t, "\033[20~");
		}
		if (!term_settles(t))
			return false;
	}
	term_dump(t);
	fprintf(stderr, "%s cannot sign in\n", who);
	abort();
}

static void
leave(void)
{
	for (int i = 0; i < 60; i++) {
		if (!term_settles(t)) {
			ended_in_order();
			return;
		}
		if (t->rows < 22 || t->cols < 80)
			term_size(t, 24, 80);
		else if (is("Log in"))
			term_send(t, "\033[21~");
		else if (is("Locked"))
			term_send(t, "\033[21~\r");
		else
			term_send(t, i % 3 == 2 ? "\033" : "\033[20~");
	}
	term_dump(t);
	fprintf(stderr, "the console cannot be left\n");
	abort();
}

/* A form as far as it can be filled by somebody who reads only what its rows are called. */
static void
fill_form(void)
{
	for (int i = 0; i < 30 && is("Form"); i++) {
		keys_fitting(t);
		if (!term_settles(t))
			return;
	}
	term_send(t, "\033OQ");
}

static void
random_keys(const char *login, const char *name)
{
	const char *only = getenv("RA_RANDOM_LOGIN");
	double end = seconds_now() + (only ? seconds : (double)seconds / MEMBERS);

	if (only && strcmp(only, login) != 0)
		skip();
	who = login;
	snprintf(who_name, sizeof who_name, "%s", name);
	seen_n = screens_n = 0;
	events = logins = starts = redrawn = 0;
	start();
	while (seconds_now() < end || (screens_n < LEAST_SCREENS && seconds_now() < end + AT_MOST_S)) {
		if (!signed_in()) {
			ended_in_order();
			start();
			continue;
		}
		if (framed("To a file") || framed("Export"))
			keys_harmless(t);
		else if (is("Form") && keys_chance(8) == 0)
			fill_form();
		else
			keys_any(t);
		events++;
		if (!term_settles(t)) {
			ended_in_order();
			start();
		}
		look();
	}
	leave();
	printf("%s: %lu events, %d screens (%d with dialogs), %lu times signed in, %lu consoles, drawn anew alike %lu times\n", login, events,
	    screens_n, seen_n, logins, starts, redrawn);
	if (getenv("RA_RANDOM_SEEN"))
		for (int i = 0; i < seen_n; i++)
			printf("  %s\n", seen[i]);
	assert_true(screens_n >= LEAST_SCREENS);
	assert_int_equal(reported(), 0);
}

/* ---- the home ---- */

static void
learn(const char *sql)
{
	char db[160], *line, *rest = NULL;

	snprintf(db, sizeof db, "%s/ra.db", w->home);
	assert_int_equal(run(w, "sqlite3", "-cmd", ".timeout 5000", db, sql, NULL), 0);
	for (line = strtok_r(w->out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		keys_know(line);
}

/* An application at each place of its road, certificates in each state, services on them. */
static void
work_of_all_kinds(void)
{
	struct holder h[4];
	char no[APP_NO_MAX];
	struct err e;

	for (int i = 0; i < 4; i++)
		life_holder(&life, NULL, &h[i]);
	life_accepted(&life, &h[0], "change", NULL, "\"org.name\": \"东莞市松湖智能制造有限公司\"");
	life_approved(&life, &h[1], "replace", "lost", NULL);
	life_drafted(&life, &h[2], "unlock", NULL, NULL);
	world_draft(w, life.clerk, NULL, no);
	world_draft(w, life.clerk, NULL, no);
	went(desk_accept(life.clerk, no, 0, &e), &e);
	for (int i = 0; i < 3; i++)
		world_submitted(w, life.clerk, NULL, no);
	went(desk_step(life.reviewer, no, 0, ACT_RETURN, "单位地址与执照不一致", &e), &e);
	world_submitted(w, life.clerk, NULL, no);
	went(desk_step(life.reviewer, no, 0, ACT_REFUSE, "经办人授权已撤销", &e), &e);
	for (int i = 0; i < 4; i++)
		world_approved(w, life.clerk, life.reviewer, no);
	assert_int_equal(ra(w, "zhou", "issue", no, NULL), 0);
}

static int
number_from(const char *variable, int otherwise)
{
	const char *s = getenv(variable);

	return s && *s ? (int)strtol(s, NULL, 10) : otherwise;
}

/* Sanitizers write where the test can read it, and take crashes before the console's own handler does. */
static void
sanitizers_tell(void)
{
	static const char options[] = "halt_on_error=1:abort_on_error=0:exitcode=86:print_stacktrace=1:strict_string_checks=1:handle_segv=2:handle_abort=2:"
	    "handle_sigbus=2:handle_sigfpe=2:handle_sigill=2:log_path=%s/report";
	char text[400];

	snprintf(reports, sizeof reports, "/tmp/ra-reports-XXXXXX");
	assert_non_null(mkdtemp(reports));
	snprintf(text, sizeof text, options, reports);
	setenv("ASAN_OPTIONS", text, 1);
	setenv("UBSAN_OPTIONS", text, 1);
}

static int
setup(void **st)
{
	(void)st;
	sanitizers_tell();
	seconds = number_from("RA_RANDOM_SECONDS", SECONDS);
	hall = number_from("RA_RANDOM_HALL", 0);
	seed = getenv("RA_RANDOM_SEED") ? strtoull(getenv("RA_RANDOM_SEED"), NULL, 10) : (uint64_t)time(NULL) * 1000 + (uint64_t)getpid() % 1000;
	keys_seed(seed);
	printf("RA_RANDOM_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	/* not life_open: a hall is filled before anything else is in the home */
	life = (struct life){ .w = world_new(), .scheme = "dongguan", .channel = "counter", .method = "card" };
	w = life.w;
	assert_int_equal(chdir(w->dir), 0);
	if (hall > 0)
		million_fill(w, hall);
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "12", NULL), 0);
	life.clerk = world_member(w, "chen");
	life.reviewer = world_member(w, "huang");
	work_of_all_kinds();
	learn("SELECT no FROM application ORDER BY id DESC LIMIT 40");
	learn("SELECT serial FROM certificate ORDER BY id DESC LIMIT 15; SELECT serial FROM token ORDER BY id LIMIT 10");
	learn("SELECT name FROM organisation ORDER BY id DESC LIMIT 15; SELECT doc FROM organisation ORDER BY id DESC LIMIT 10");
	keys_know("13800138000");
	keys_know("刘晓彤");
	signal(SIGABRT, tell);
	return 0;
}

static int
teardown(void **st)
{
	(void)st;
	signal(SIGABRT, SIG_DFL);
	assert_int_equal(chdir("/"), 0);
	life_close(&life);
	w = NULL;
	assert_int_equal(reported(), 0);
	rmdir(reports);
	return 0;
}

/* ---- the members ---- */

static void
no_key_leads_the_clerk_astray(void **st)
{
	(void)st;
	random_keys("chen", "陈晓敏");
}

static void
nor_the_reviewer(void **st)
{
	(void)st;
	random_keys("huang", "黄婉仪");
}

static void
nor_the_auditor(void **st)
{
	(void)st;
	random_keys("he", "何静");
}

static void
nor_the_finance_clerk(void **st)
{
	(void)st;
	random_keys("wu", "吴佩珊");
}

/* The last one: a supervisor may disable the others. */
static void
nor_the_supervisor(void **st)
{
	(void)st;
	random_keys("liang", "梁伟雄");
}

static void
the_store_and_the_audit_are_whole_afterwards(void **st)
{
	(void)st;
	assert_int_equal(sql_int(w, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	if (hall > 0)
		return;		/* its rows have no audit */
	assert_int_equal(ra(w, "liang", "audit", "verify", NULL), 0);
	assert_non_null(strstr(w->out, " 0 problems"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_leads_the_clerk_astray),
		cmocka_unit_test(nor_the_reviewer),
		cmocka_unit_test(nor_the_auditor),
		cmocka_unit_test(nor_the_finance_clerk),
		cmocka_unit_test(nor_the_supervisor),
		cmocka_unit_test(the_store_and_the_audit_are_whole_afterwards),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
