/* One-time codes: to whom they go, what they are worth, and a gateway that misbehaves in every way it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/certificate.h"
#include "forms/money.h"
#include "ra/code.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/stock.h"
#include "tests/support.h"
#include "tests/term.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REGISTERED "13800138000"
#define TYPED_NOW "13900139000"

static struct world *w;
static struct office *chen, *huang;
static char holder[APP_NO_MAX], old_serial[64], code_of_org[80];

/* ---- a gateway ---- */

enum mood { TAKES, SAYS_NO, STATUS_500, REDIRECTS, GARBAGE, SAYS_NOTHING, SILENT, FLOOD, HANGS_UP, KILLS_THE_CALLER };
static struct {
	int fd, port;
	enum mood mood;
	int calls;
	char got[8192];			/* the last request, whole */
	pid_t caller;
	pthread_t thread;
} gateway;

static void
answer(int fd, const char *status, const char *body)
{
	char out[512];
	int n = snprintf(out, sizeof out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
	    strlen(body), body);

	if (write(fd, out, (size_t)n) != n)
		fprintf(stderr, "the caller has gone\n");
}

static void
flood(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"accepted\":true,\"x\":\"";
	char block[4096];

	memset(block, 'y', sizeof block);
	if (write(fd, head, sizeof head - 1) < 0)
		return;
	while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
		;
}

static void
behave(int fd)
{
	char byte;

	switch (gateway.mood) {
	case TAKES:
		answer(fd, "200 OK", "{\"accepted\":true,\"code\":0,\"more\":{\"n\":1}}");
		break;
	case SAYS_NO:
		answer(fd, "200 OK", "{\"accepted\":false,\"code\":17}");
		break;
	case STATUS_500:
		answer(fd, "500 Internal Server Error", "{\"accepted\":true}");
		break;
	case REDIRECTS:
		answer(fd, "302 Found\r\nLocation: http://127.0.0.1:1/", "{\"accepted\":true}");
		break;
	case GARBAGE:
		answer(fd, "200 OK", "<html>\xff\xfe accepted=true");
		break;
	case SAYS_NOTHING:
		answer(fd, "200 OK", "{\"ok\":true}");
		break;
	case SILENT:
		while (read(fd, &byte, 1) > 0)
			;
		break;
	case FLOOD:
		flood(fd);
		break;
	case HANGS_UP:
		break;
	case KILLS_THE_CALLER:
		kill(gateway.caller, SIGKILL);
		break;
	}
}

static void *
serve(void *arg)
{
	for (int fd; (fd = accept(gateway.fd, NULL, NULL)) >= 0; close(fd)) {
		size_t n = 0, want = 0;
		const char *body, *length;

		for (ssize_t k; n + 1 < sizeof gateway.got && (k = read(fd, gateway.got + n, sizeof gateway.got - 1 - n)) > 0;) {
			n += (size_t)k;
			gateway.got[n] = '\0';
			body = strstr(gateway.got, "\r\n\r\n");
			length = strstr(gateway.got, "Content-Length: ");
			want = body && length ? (size_t)(body + 4 - gateway.got) + strtoul(length + 16, NULL, 10) : 0;
			if (want > 0 && n >= want)
				break;
		}
		gateway.calls++;
		behave(fd);
	}
	return arg;
}

static void
gateway_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;

	gateway.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(gateway.fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(gateway.fd, 8), 0);
	assert_int_equal(getsockname(gateway.fd, (struct sockaddr *)&a, &n), 0);
	gateway.port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&gateway.thread, NULL, serve, NULL), 0);
}

/* The six digits that the gateway got. */
static const char *
code_got(void)
{
	static char code[7];
	const char *p = strstr(gateway.got, "验证码");

	assert_non_null(p);
	snprintf(code, sizeof code, "%.6s", p + strlen("验证码"));
	assert_true(text_is_digits(code) && strlen(code) == 6);
	return code;
}

/* ---- cases ---- */

static int
set_up(void **state)
{
	struct application *a = calloc(1, sizeof *a);
	struct issue_medium medium = { 0 };
	struct app_item item;
	struct certificate c;
	char lines[300];
	bool found;
	size_t n;
	int made;
	struct err e;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	w = world_new();
	gateway_start();
	snprintf(lines, sizeof lines, "language = \"zh\";\ngateway = { url = \"http://127.0.0.1:%d/send\"; timeout_s = 1; };",
	    gateway.port);
	world_conf(w, "ra.conf", "language = \"zh\";", lines);
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	went(stock_add_soft(chen, 1, &made, &e), &e);
	world_approved(w, chen, huang, holder);
	went(issue_application(huang, holder, 0, &medium, &e) && desk_load(chen, holder, a, &e)
	    && app_items(chen->db, a->id, &item, 1, &n, &e) && cert_load(chen->db, item.certificate, &c, &found, &e)
	    && desk_deliver(chen, holder, 0, "刘晓彤", "11010519491231002X", &e), &e);
	snprintf(old_serial, sizeof old_serial, "%s", c.serial);
	snprintf(code_of_org, sizeof code_of_org, "%s", a->record.org.credit_code);
	free(a);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	shutdown(gateway.fd, SHUT_RDWR);
	close(gateway.fd);
	pthread_join(gateway.thread, NULL);
	office_close(chen);
	office_close(huang);
	world_free(w);
	return 0;
}

/* An accepted revocation of the holder's certificate, with further edits; the one before it is withdrawn. */
static const char *
revocation_with(const char *more)
{
	static char no[APP_NO_MAX];
	char edits[400];
	struct err e;

	if (no[0])
		went(desk_step(chen, no, 0, ACT_WITHDRAW, "另行办理", &e), &e);
	snprintf(edits, sizeof edits, "\"service\": \"revoke\",\n\"reason\": \"cessation\",\n\"old_serial\": \"%s\",\n"
	    "\"years\": null,\n\"org.credit_code\": \"%s\"%s", old_serial, code_of_org, more);
	world_draft(w, chen, edits, no);
	went(desk_accept(chen, no, 0, &e), &e);
	gateway.mood = TAKES;
	return no;
}

/* By mail, and the agent has another phone now. */
static const char *
revocation(void)
{
	return revocation_with(",\n\"channel\": \"mail\",\n\"agent.mobile\": \"" TYPED_NOW "\"");
}

static struct code_state
state_of(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct code_state s;
	struct err e;

	went(desk_load(chen, no, a, &e) && code_state_of(chen, a->id, &s, &e), &e);
	free(a);
	return s;
}

static bool
is_proven(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	bool yes;
	struct err e;

	went(desk_load(chen, no, a, &e) && code_proven(chen, a->id, &yes, &e), &e);
	free(a);
	return yes;
}

static int64_t later;
static int64_t clock_then(void) { return (int64_t)time(NULL) + later; }

/* ---- tests ---- */

static void
the_code_goes_to_the_registered_phone_and_proves_the_will_once(void **st)
{
	const char *no = revocation();
	char code[7], wide[40];
	struct code_sent sent;
	size_t n = 0;
	struct err e;

	(void)st;
	assert_false(is_proven(no));
	went(code_send(chen, no, 0, &sent, &e), &e);
	assert_non_null(strstr(gateway.got, "\"to\":\"" REGISTERED "\""));
	assert_null(strstr(gateway.got, TYPED_NOW));
	assert_non_null(strstr(gateway.got, "东莞市松湖精密制造有限公司数字证书的注销业务"));
	assert_non_null(strstr(gateway.got, "【东莞业务受理点】"));
	assert_null(strstr(gateway.got, "Authorization"));
	assert_string_equal(sent.to, "138****8000");
	assert_int_equal(sent.left, 2);
	snprintf(code, sizeof code, "%s", code_got());
	/* as it is pasted from a Chinese keyboard: full-width digits, a blank between */
	for (int i = 0; i < 6; i++)
		n += (size_t)snprintf(wide + n, sizeof wide - n, "%s\xef\xbc%c", i == 3 ? " " : "", code[i] - '0' + 0x90);
	went(code_check(huang, no, 0, wide, &e), &e);
	assert_true(is_proven(no));
	assert_int_equal(sql_int(w, "SELECT max(length(code)) FROM will_code"), 0);		/* wiped */
	assert_false(code_check(huang, no, 0, code, &e));
	assert_false(code_send(chen, no, 0, &sent, &e));
	assert_string_equal(e.text, "the will is proven already");
	audit_is_whole(w);
}

static void
the_code_lies_nowhere_but_on_the_holders_phone(void **st)
{
	const char *no = revocation();
	char command[400], code[7];
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", code_got());
	snprintf(command, sizeof command, "sqlite3 %s/ra.db 'SELECT act, detail FROM audit; SELECT hex(code) FROM will_code' | grep -F %s",
	    w->home, code);
	assert_int_not_equal(system(command), 0);
	assert_int_equal(sql_int(w, "SELECT max(length(code)) FROM will_code"), 32);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM audit WHERE act = 'code' AND detail = 'sending 1 of 3'"), 2);
	went(code_check(chen, no, 0, code, &e), &e);
}

static void
five_wrong_codes_make_it_void_and_three_are_sent_at_most(void **st)
{
	const char *no = revocation();
	char code[7], bad[12];
	struct code_sent sent;
	struct err e;

	(void)st;
	for (int sends = 1; sends <= CODE_SENDS; sends++) {
		went(code_send(chen, no, 0, &sent, &e), &e);
		assert_int_equal(sent.left, CODE_SENDS - sends);
		snprintf(code, sizeof code, "%s", code_got());
		snprintf(bad, sizeof bad, "%06d", ((int)strtol(code, NULL, 10) + sends) % 1000000);
		for (int i = 1; i <= CODE_TRIES; i++) {
			assert_false(code_check(huang, no, 0, bad, &e));
			assert_string_equal(e.field, "code");
			assert_int_equal(state_of(no).tries, i);
		}
		assert_false(code_check(huang, no, 0, code, &e));	/* the right one comes too late */
		assert_string_equal(e.text, "no code is open for this application: send one");
		assert_false(is_proven(no));
	}
	assert_false(code_send(chen, no, 0, &sent, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_non_null(strstr(e.text, "stamped form"));
	audit_is_whole(w);
}

static void
what_is_no_code_is_told_and_not_counted(void **st)
{
	static const char *const rows[] = { "", "12345", "1234567", "12345a", "一二三四五六", "\xff", "123456789012345678901234567890123456789012345678" };
	const char *no = revocation();
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(chen, no, 0, &sent, &e), &e);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(code_check(chen, no, 0, rows[i], &e));
		assert_string_equal(e.field, "code");
	}
	assert_int_equal(state_of(no).tries, 0);
}

static void
a_new_code_makes_the_one_before_void(void **st)
{
	const char *no = revocation();
	char first[7], second[7];
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(chen, no, 0, &sent, &e), &e);
	snprintf(first, sizeof first, "%s", code_got());
	went(code_send(chen, no, 0, &sent, &e), &e);
	snprintf(second, sizeof second, "%s", code_got());
	if (strcmp(first, second) != 0)
		assert_false(code_check(chen, no, 0, first, &e));
	went(code_check(chen, no, 0, second, &e), &e);
}

static void
a_code_is_taken_for_ten_minutes(void **st)
{
	int64_t (*was)(void) = when_clock;
	const char *no = revocation();
	char code[7];
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", code_got());
	when_clock = clock_then;
	later = CODE_LIFE_S + 2;
	assert_false(state_of(no).open);
	assert_false(code_check(chen, no, 0, code, &e));
	assert_non_null(strstr(e.text, "expired"));
	later = 0;				/* it does not come to life again */
	assert_false(code_check(chen, no, 0, code, &e));
	went(code_send(chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", code_got());
	later = CODE_LIFE_S - 5;
	went(code_check(chen, no, 0, code, &e), &e);
	when_clock = was;
	audit_is_whole(w);
}

static void
a_gateway_that_fails_is_told_and_leaves_nothing_half_done(void **st)
{
	static const struct { enum mood mood; int counted; const char *words; } rows[] = {
		{ SAYS_NO, 0, "did not take the message" }, { STATUS_500, 0, "HTTP 500" }, { REDIRECTS, 0, "HTTP 302" },
		{ GARBAGE, 1, "may have gone out" }, { SAYS_NOTHING, 1, "may have gone out" }, { SILENT, 1, "may have gone out" },
		{ FLOOD, 1, "may have gone out" }, { HANGS_UP, 1, "may have gone out" },
	};
	struct code_sent sent;
	char code[7];
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *no = revocation();
		int calls = gateway.calls;

		gateway.mood = rows[i].mood;
		assert_false(code_send(chen, no, 0, &sent, &e));
		assert_int_equal(e.code, FAULT_LATER);
		if (!strstr(e.text, rows[i].words))
			fprintf(stderr, "%d: %s\n", (int)rows[i].mood, e.text);
		assert_non_null(strstr(e.text, rows[i].words));
		assert_int_equal(gateway.calls, calls + 1);		/* never twice */
		assert_int_equal(state_of(no).sends, rows[i].counted);
		snprintf(code, sizeof code, "%s", code_got());
		/* what surely did not go out is void; what may have gone out is taken */
		assert_int_equal(code_check(chen, no, 0, code, &e), rows[i].counted);
		gateway.mood = TAKES;
		if (!rows[i].counted) {
			went(code_send(chen, no, 0, &sent, &e), &e);
			went(code_check(chen, no, 0, code_got(), &e), &e);
		}
		assert_true(is_proven(no));
	}
	audit_is_whole(w);
}

static void
a_program_killed_while_it_sends_knows_the_code_that_went_out(void **st)
{
	const char *no = revocation();
	int go[2], status;
	struct err e;
	char byte;
	pid_t pid;

	(void)st;
	gateway.mood = KILLS_THE_CALLER;
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct code_sent sent;
		struct office *o = world_member(w, "li");

		_exit(read(go[0], &byte, 1) == 1 && code_send(o, no, 0, &sent, &e) ? 0 : 1);
	}
	gateway.caller = pid;
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(go[0]);
	close(go[1]);
	assert_int_equal(state_of(no).sends, 1);
	went(code_check(chen, no, 0, code_got(), &e), &e);
	assert_true(is_proven(no));
	audit_is_whole(w);
}

static void
a_code_is_for_ending_a_certificate_from_afar_only(void **st)
{
	char no[APP_NO_MAX];
	struct code_sent sent;
	int calls = gateway.calls;
	struct err e;

	(void)st;
	world_draft(w, chen, NULL, no);
	assert_false(code_send(chen, no, 0, &sent, &e));		/* not accepted yet */
	went(desk_accept(chen, no, 0, &e), &e);
	assert_false(code_send(chen, no, 0, &sent, &e));
	assert_non_null(strstr(e.text, "revoke or to hold"));
	assert_false(code_send(chen, revocation_with(""), 0, &sent, &e));
	assert_non_null(strstr(e.text, "at the counter"));
	assert_int_equal(gateway.calls, calls);
	assert_int_equal(sql_int(w, "SELECT count(*) FROM will_code w JOIN application a ON a.id = w.application WHERE a.channel = 'counter'"), 0);
}

static void
the_command_sends_checks_and_shows(void **st)
{
	char no[APP_NO_MAX];

	(void)st;
	snprintf(no, sizeof no, "%s", revocation());
	assert_int_equal(ra(w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(w->out, "\"code\""));		/* among what is next */
	assert_int_equal(ra(w, "wu", "code", no, "send", NULL), 1);	/* finance may not */
	assert_int_equal(ra(w, "chen", "code", no, "send", "--version", "1", NULL), 1);
	assert_int_equal(ra(w, "chen", "code", no, "send", NULL), 0);
	assert_non_null(strstr(w->out, "138****8000"));
	assert_null(strstr(w->out, code_got()));
	assert_int_equal(ra(w, "huang", "code", no, "check", "12", NULL), 1);
	assert_non_null(strstr(w->err, "code: "));
	assert_int_equal(ra(w, "he", "code", no, "show", "--json", NULL), 0);
	assert_string_equal(out_value(w, "open"), "true");
	assert_string_equal(out_value(w, "proven_at"), "null");
	assert_int_equal(ra(w, "huang", "code", no, "check", code_got(), NULL), 0);
	assert_int_equal(ra(w, "he", "code", no, "show", NULL), 0);
	assert_non_null(strstr(w->out, "the will is proven"));
	assert_int_equal(ra(w, "huang", "code", no, "tell", NULL), 2);
}

/* Submitted: everything brought passes, everything due is paid. */
static void
submit(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct app_material m[32];
	char yuan[32];
	size_t n;
	struct err e;

	went(desk_load(chen, no, a, &e) && app_materials(chen->db, a->id, m, 32, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(chen, no, 0, &c, &e), &e);
	}
	money_figures(a->due_fen, yuan, sizeof yuan);
	went(a->due_fen == 0 || desk_pay(chen, no, 0, "wechat", yuan, no, &e), &e);
	went(desk_step(chen, no, 0, ACT_SUBMIT, NULL, &e), &e);
	free(a);
}

static void
number_of(const char *out, char no[APP_NO_MAX])
{
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(out, "\n"), out);
}

/* Zhaoqing: nothing is brought and nobody comes, so that the code alone stands for the holder's will. */
static void
a_revocation_online_goes_on_only_after_the_code(void **st)
{
	char no[APP_NO_MAX], serial[64], command[500], form[400];
	struct err e;

	(void)st;
	snprintf(command, sizeof command, "sed 's/\\(per = \"[a-z]*\"; \\)}/\\1fen = 100; }/' forms/schemes/zhaoqing.cfg > %s/z.cfg",
	    w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/z.cfg", w->dir);
	assert_int_equal(ra(w, "liang", "scheme", "load", command, NULL), 0);
	snprintf(command, sizeof command, "sed 's/91441201600000025W/91350100M000100Y43/' forms/demo/swap.json > %s/swap.json", w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/swap.json", w->dir);
	assert_int_equal(ra(w, "chen", "apply", command, NULL), 0);
	number_of(w->out, no);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	submit(no);
	assert_int_equal(ra(w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "1", NULL), 0);
	assert_int_equal(ra(w, "huang", "issue", no, NULL), 0);
	assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
	/* the old one, of another CA, stands first */
	assert_int_equal(ra(w, "chen", "cert", "list", "--state", "valid", "--json", "--expiring", "400", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	assert_string_equal(out_value(w, "scheme"), "zhaoqing");
	assert_int_equal(ra(w, "chen", "deliver", no, "--courier", "顺丰", "--tracking", "SF1", NULL), 0);
	assert_int_equal(ra(w, "chen", "confirm", no, NULL), 0);
	snprintf(form, sizeof form, "{ \"scheme\": \"zhaoqing\", \"service\": \"revoke\", \"channel\": \"online\", \"reason\": \"cessation\","
	    " \"old_serial\": \"%s\", \"agent.mobile\": \"" TYPED_NOW "\" }", serial);
	assert_int_equal(ra(w, "chen", "apply", world_file(w, "z.json", form), NULL), 0);
	number_of(w->out, no);
	assert_int_equal(ra(w, "chen", "accept", no, NULL), 0);
	assert_int_equal(ra(w, "chen", "submit", no, NULL), 1);
	assert_non_null(strstr(w->err, "not proven"));
	assert_int_equal(ra(w, "chen", "code", no, "send", NULL), 0);
	assert_null(strstr(gateway.got, TYPED_NOW));
	assert_int_equal(ra(w, "chen", "submit", no, NULL), 1);	/* sent is not told */
	went(code_check(chen, no, 0, code_got(), &e), &e);
	assert_int_equal(ra(w, "chen", "submit", no, NULL), 0);
	assert_int_equal(ra(w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(w, "huang", "revoke", no, NULL), 0);
	state_is(w, no, "closed");
	assert_int_equal(ra(w, "he", "cert", "check", serial, "--json", NULL), 0);
	assert_string_equal(out_value(w, "store_state"), "revoked");
	assert_string_equal(out_value(w, "ca_state"), "revoked");
	assert_string_equal(out_value(w, "ca_reason"), "cessation");
	assert_string_equal(out_value(w, "difference"), "null");
	audit_is_whole(w);
}

static void
at_the_counter_the_code_is_sent_and_typed(void **st)
{
	struct term *t;
	char no[APP_NO_MAX], path[160], login[64], role[32], password[64];
	FILE *f;

	(void)st;
	snprintf(no, sizeof no, "%s", revocation());
	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fscanf(f, "%63s %31s %63s", login, role, password) == 3 && strcmp(login, "li") != 0)
		;
	fclose(f);
	t = term_console(w->home, "li", 24, 80);
	term_type(t, password);
	term_type(t, "\r");
	term_see(t, no);
	term_type(t, no);
	term_type(t, "\r");				/* the queue narrowed to it */
	term_see(t, "F4");
	term_press(t, VTERM_KEY_FUNCTION(4));
	gateway.mood = STATUS_500;
	term_type(t, "v");
	assert_true(term_awaits(t, "HTTP 500", 10000));
	gateway.mood = TAKES;
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "v");
	assert_true(term_awaits(t, "138****8000", 10000));
	term_see_not(t, code_got());
	term_type(t, "12\r");
	term_see(t, "6 位数字");
	term_press(t, VTERM_KEY_ESCAPE);		/* the holder has to look for it */
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "v");
	term_type(t, "t");
	term_type(t, code_got());
	term_type(t, "\r");
	assert_true(term_awaits(t, "办理意愿已核实", 10000));
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see_not(t, "发送验证码");
	term_free(t);
	assert_true(is_proven(no));
}

static void
the_configuration_of_the_gateway_is_read_with_its_key_and_words(void **st)
{
	static const struct { const char *setting, *words; } wrong[] = {
		{ "timeout_s = 0; };", "gateway.timeout_s" }, { "accepted = \"ok\"; };", "gateway.accepted" },
		{ "text = \"no place for it\"; };", "gateway.text" }, { "key_file = \"keys/none\"; };", "keys/none" },
	};
	char no[APP_NO_MAX], key[160], key_file[160];
	FILE *f;

	(void)st;
	snprintf(no, sizeof no, "%s", revocation());
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		world_conf(w, "ra.conf", "timeout_s = 1; };", wrong[i].setting);
		assert_int_not_equal(ra(w, "chen", "code", no, "send", NULL), 0);
		if (!strstr(w->err, wrong[i].words))
			fprintf(stderr, "%s", w->err);
		assert_non_null(strstr(w->err, wrong[i].words));
		world_conf(w, "ra.conf", wrong[i].setting, "timeout_s = 1; };");
	}
	assert_int_equal(state_of(no).sends, 0);
	snprintf(key, sizeof key, "%s/keys/gateway.key", w->home);
	f = fopen(key, "we");
	assert_non_null(f);
	fputs("s3cret-of-the-gateway\n", f);
	fclose(f);
	snprintf(key_file, sizeof key_file, "timeout_s = 1; key_file = \"keys/gateway.key\"; accepted = \"code=0\"; text = \"{holder}验证码{code}\"; };");
	world_conf(w, "ra.conf", "timeout_s = 1; };", key_file);
	assert_int_equal(ra(w, "chen", "code", no, "send", NULL), 0);
	assert_non_null(strstr(gateway.got, "Authorization: Bearer s3cret-of-the-gateway\r\n"));
	assert_non_null(strstr(gateway.got, "\"text\":\"东莞市松湖精密制造有限公司验证码"));
	/* down: nobody listens there */
	world_conf(w, "ra.conf", "/send", "1/send");
	assert_int_equal(ra(w, "chen", "code", no, "send", NULL), 3);
	assert_non_null(strstr(w->err, "cannot be reached"));
	assert_int_equal(state_of(no).sends, 1);
	/* none */
	world_conf(w, "ra.conf", "gateway = ", "no_gateway = ");
	assert_int_equal(ra(w, "chen", "code", no, "send", NULL), 1);
	assert_non_null(strstr(w->err, "no gateway"));
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_goes_to_the_registered_phone_and_proves_the_will_once),
		cmocka_unit_test(the_code_lies_nowhere_but_on_the_holders_phone),
		cmocka_unit_test(five_wrong_codes_make_it_void_and_three_are_sent_at_most),
		cmocka_unit_test(what_is_no_code_is_told_and_not_counted),
		cmocka_unit_test(a_new_code_makes_the_one_before_void),
		cmocka_unit_test(a_code_is_taken_for_ten_minutes),
		cmocka_unit_test(a_gateway_that_fails_is_told_and_leaves_nothing_half_done),
		cmocka_unit_test(a_program_killed_while_it_sends_knows_the_code_that_went_out),
		cmocka_unit_test(a_code_is_for_ending_a_certificate_from_afar_only),
		cmocka_unit_test(the_command_sends_checks_and_shows),
		cmocka_unit_test(a_revocation_online_goes_on_only_after_the_code),
		cmocka_unit_test(at_the_counter_the_code_is_sent_and_typed),
		cmocka_unit_test(the_configuration_of_the_gateway_is_read_with_its_key_and_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
