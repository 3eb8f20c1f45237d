#include "tests/support.h"

#include "forms/idnumber.h"
#include "forms/json.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/staff.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "cannot %s\n", what);
		abort();
	}
}

void
went(bool ok, const struct err *e)
{
	if (!ok) {
		fprintf(stderr, "%s%s%s (%s)\n", e->field, e->field[0] ? ": " : "", e->text, e->detail);
		abort();
	}
}

double
seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

long
ms_now(void)
{
	return (long)(seconds_now() * 1000);
}

const char *
built(const char *name)
{
	static char path[4][4400];
	static int turn;
	char self[4096], *p = path[turn = (turn + 1) % 4];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	must(n > 0, "find the tests");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(p, sizeof path[0], "%s/%s", self, name);
	return p;
}

static void
slurp(const char *path, char *out, size_t outsz)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(out, 1, outsz - 1, f) : 0;

	out[n] = '\0';
	if (f)
		fclose(f);
}

static pid_t
start(struct world *w, char *const argv[], const char *password, const char *name)
{
	char out[128], err[128];
	pid_t pid;

	snprintf(out, sizeof out, "%s/out%s", w->dir, name);
	snprintf(err, sizeof err, "%s/err%s", w->dir, name);
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		if (password)
			setenv("RA_PASSWORD", password, 1);
		setenv("RA_LANGUAGE", "en", 0);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

int
ra_end(struct world *w, pid_t pid, const char *name)
{
	char path[128];
	int status;

	must(waitpid(pid, &status, 0) == pid, "wait");
	snprintf(path, sizeof path, "%s/out%s", w->dir, name);
	slurp(path, w->out, sizeof w->out);
	snprintf(path, sizeof path, "%s/err%s", w->dir, name);
	slurp(path, w->err, sizeof w->err);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
spawn(struct world *w, char *const argv[], const char *password)
{
	return ra_end(w, start(w, argv, password, ""), "");
}

static int
collect(char *argv[40], int n, va_list ap)
{
	while (n < 39 && (argv[n] = va_arg(ap, char *)) != NULL)
		n++;
	argv[n] = NULL;
	return n;
}

int
run(struct world *w, const char *program, ...)
{
	char *argv[40] = { (char *)(uintptr_t)program };
	va_list ap;

	va_start(ap, program);
	collect(argv, 1, ap);
	va_end(ap);
	return spawn(w, argv, NULL);
}

static void
password_of(struct world *w, const char *login, char out[64])
{
	char path[128], name[64], role[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	f = fopen(path, "re");
	must(f, "read demo-logins");
	while (fscanf(f, "%63s %63s %63s", name, role, out) == 3)
		if (strcmp(name, login) == 0) {
			fclose(f);
			return;
		}
	must(false, "find the login");
}

/* `ra` as that login, its arguments from ap. */
static pid_t
start_ra(struct world *w, const char *name, const char *login, va_list ap)
{
	static char home[] = "--home", as[] = "--as";
	char *argv[40] = { (char *)(uintptr_t)built("ra"), home, w->home };
	char password[64];
	int n = 3;

	if (login) {
		password_of(w, login, password);
		argv[n++] = as;
		argv[n++] = (char *)(uintptr_t)login;
	}
	collect(argv, n, ap);
	return start(w, argv, login ? password : NULL, name);
}

int
ra(struct world *w, const char *login, ...)
{
	va_list ap;
	pid_t pid;

	va_start(ap, login);
	pid = start_ra(w, "", login, ap);
	va_end(ap);
	return ra_end(w, pid, "");
}

pid_t
ra_begin(struct world *w, const char *name, const char *login, ...)
{
	va_list ap;
	pid_t pid;

	va_start(ap, login);
	pid = start_ra(w, name, login, ap);
	va_end(ap);
	return pid;
}

bool
ra_stops(pid_t pid)
{
	int status;
	siginfo_t info;

	/* looked at only: one that has ended is still there for ra_end */
	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT) != 0 || info.si_code != CLD_STOPPED)
		return false;
	return waitpid(pid, &status, WUNTRACED) == pid;
}

struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof *w);

	must(w != NULL, "allocate");
	snprintf(w->dir, sizeof w->dir, "/tmp/ra-test-XXXXXX");
	must(mkdtemp(w->dir) != NULL, "make a folder");
	snprintf(w->home, sizeof w->home, "%s/home", w->dir);
	must(ra(w, NULL, "init", "--demo", NULL) == 0, "init");
	must(ra(w, NULL, "ca", "start", NULL) == 0, "start the CA");
	return w;
}

void
world_free(struct world *w)
{
	ra(w, NULL, "ca", "stop", NULL);
	run(w, "chmod", "-R", "u+w", w->dir, NULL);
	run(w, "rm", "-rf", w->dir, NULL);
	free(w);
}

const char *
world_file(struct world *w, const char *name, const char *content)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", w->dir, name);
	f = fopen(path, "we");
	must(f && fputs(content, f) >= 0 && fclose(f) == 0, "write a file");
	return path;
}

const char *
world_read(struct world *w, const char *name)
{
	static char text[8192];
	char path[256];

	snprintf(path, sizeof path, "%s/%s", w->dir, name);
	slurp(path, text, sizeof text);
	return text;
}

pid_t
world_ca(struct world *w)
{
	char path[160];
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof path, "%s/ca/ca.pid", w->home);
	f = fopen(path, "re");
	must(f && fscanf(f, "%d", &pid) == 1, "find the CA");
	fclose(f);
	return pid;
}

/* Puts "key": value over the text of a flat object: an earlier pair of that key goes. */
static void
put_over(char *text, size_t size, const char *edits)
{
	char key[64], *p, *end;
	size_t n = strlen(text);

	for (const char *k = edits; (k = strchr(k, '"')) != NULL;) {
		size_t len = strcspn(k + 1, "\"");

		snprintf(key, sizeof key, "\"%.*s\":", (int)len, k + 1);
		if (k[len + 2] == ':' && (p = strstr(text, key)) != NULL) {
			end = p + strcspn(p, "\n");
			memmove(p, end, strlen(end) + 1);
		}
		k += len + 2;
		if (*k == ':') {	/* skip a text value */
			k += 1 + strspn(k + 1, " ");
			if (*k == '"')
				k += strcspn(k + 1, "\"") + 2;
		}
	}
	n = strlen(text);
	while (n > 0 && strchr("}\n ,", text[n - 1]))
		n--;
	snprintf(text + n, size - n, ",\n%s }\n", edits);
}

void
world_code(struct world *w, char code[20])
{
	w->next++;
	snprintf(code, 20, "91441900%08d", 70000000 + w->next);
	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	code[18] = '\0';
}

const char *
world_form(struct world *w, const char *edits)
{
	static const char base[] = "{\n\"scheme\": \"dongguan\",\n\"service\": \"new\",\n\"channel\": \"counter\",\n\"years\": 2,\n"
	    "\"org.name\": \"东莞市松湖精密制造有限公司\",\n\"org.credit_code\": \"%s\",\n"
	    "\"org.address\": \"东莞市松山湖园区科技十路2号\",\n\"org.phone\": \"0769-22380830\",\n\"agent.name\": \"刘晓彤\",\n"
	    "\"agent.mobile\": \"13800138000\",\n\"agent.email\": \"liu@example.com\",\n"
	    "\"agent.id_no\": \"11010519491231002X\",\n\"agent.address\": \"东莞市松山湖园区科技十路2号\"\n}\n";
	char code[20], text[8192], name[32];

	world_code(w, code);
	snprintf(text, sizeof text, base, code);
	if (edits)
		put_over(text, sizeof text, edits);
	snprintf(name, sizeof name, "form%d.json", w->next);
	return world_file(w, name, text);
}

struct office *
world_member(struct world *w, const char *login)
{
	struct office *o = NULL;
	char password[64];
	struct err e;

	password_of(w, login, password);
	went(office_open(w->home, &o, &e) && staff_login(o, login, password, &e), &e);
	return o;
}

void
world_draft(struct world *w, struct office *clerk, const char *edits, char no[APP_NO_MAX])
{
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	struct err e = { 0 };
	char *text = NULL;
	bool applied;
	size_t n;

	went(json_read_file(world_form(w, edits), JSON_IN_MAX, &text, &n, &e) && json_in_parse(text, n, &j, &e), &e);
	applied = desk_apply(clerk, j, no, &problems, &e);
	went(applied, problems.n ? &problems.at[0] : &e);
	json_in_free(j);
	free(text);
}

void
world_pass(struct office *clerk, const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[32];
	char yuan[32];
	struct err e;
	size_t n;

	must(a != NULL, "allocate");
	went(application_load(clerk, no, a, &e) && app_materials(clerk->db, a->id, m, 32, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(clerk, no, 0, &c, &e), &e);
	}
	money_figures(a->due_fen - a->paid_fen, yuan, sizeof yuan);
	went(a->due_fen <= a->paid_fen || desk_pay(clerk, no, 0, "card", yuan, no, &e), &e);
	went(desk_step(clerk, no, 0, ACT_SUBMIT, NULL, &e), &e);
	free(a);
}

void
world_submitted(struct world *w, struct office *clerk, const char *edits, char no[APP_NO_MAX])
{
	struct err e;

	world_draft(w, clerk, edits, no);
	went(desk_accept(clerk, no, 0, &e), &e);
	world_pass(clerk, no);
}

void
world_approved(struct world *w, struct office *clerk, struct office *reviewer, char no[APP_NO_MAX])
{
	struct err e;

	world_submitted(w, clerk, NULL, no);
	went(desk_step(reviewer, no, 0, ACT_APPROVE, NULL, &e), &e);
}

const char *
world_case(struct world *w, bool approved)
{
	struct office *clerk = world_member(w, "chen"), *reviewer = approved ? world_member(w, "huang") : NULL;
	static char no[APP_NO_MAX];

	if (approved)
		world_approved(w, clerk, reviewer, no);
	else
		world_submitted(w, clerk, NULL, no);
	office_close(clerk);
	office_close(reviewer);
	return no;
}

const char *
out_value(struct world *w, const char *key)
{
	static char value[256];
	char quoted[80];
	const char *p;

	snprintf(quoted, sizeof quoted, "\"%s\":", key);
	p = strstr(w->out, quoted);
	value[0] = '\0';
	if (!p)
		return value;
	p += strlen(quoted);
	p += *p == '"';
	snprintf(value, sizeof value, "%.*s", (int)strcspn(p, "\",}]"), p);
	return value;
}

void
world_conf(struct world *w, const char *file, const char *from, const char *to)
{
	char path[192], text[8192], out[9000];
	char *p;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", w->home, file);
	slurp(path, text, sizeof text);
	p = strstr(text, from);
	must(p != NULL, "find the setting");
	snprintf(out, sizeof out, "%.*s%s%s", (int)(p - text), text, to, p + strlen(from));
	f = fopen(path, "we");
	must(f && fputs(out, f) >= 0 && fclose(f) == 0, "write the configuration");
}

void
audit_is_whole(struct world *w)
{
	int rc = ra(w, "he", "audit", "verify", NULL);

	if (rc != 0 || !strstr(w->out, " 0 problems"))
		fprintf(stderr, "%s%s", w->out, w->err);
	must(rc == 0 && strstr(w->out, " 0 problems"), "verify the audit");
}

int
sql_int(struct world *w, const char *sql)
{
	char db[160];

	snprintf(db, sizeof db, "%s/ra.db", w->home);
	must(run(w, "sqlite3", "-cmd", ".timeout 5000", db, sql, NULL) == 0, "ask the store");
	return (int)strtol(w->out, NULL, 10);
}

void
state_is(struct world *w, const char *no, const char *state)
{
	must(ra(w, "huang", "show", no, "--json", NULL) == 0, "show the application");
	if (strcmp(out_value(w, "state"), state) != 0)
		fprintf(stderr, "%s is %s, not %s\n", no, out_value(w, "state"), state);
	must(strcmp(out_value(w, "state"), state) == 0, "find the state that should be");
}
