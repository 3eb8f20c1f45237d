/* One-time codes: to whom they go, what they are worth, and a gateway that misbehaves in every way it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/code.h"
#include "ra/desk.h"
#include "tests/gateway.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct by_code b;

static int
set_up(void **state)
{
	(void)state;
	b = gateway_world();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	gateway_world_end(&b);
	return 0;
}

/* By mail, and the agent has another phone now. */
static const char *
revocation(void)
{
	return gateway_revocation(&b, ",\n\"channel\": \"mail\",\n\"agent.mobile\": \"" TYPED_NOW "\"");
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
	assert_false(gateway_proven(&b, no));
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	assert_non_null(strstr(gateway.got, "\"to\":\"" REGISTERED "\""));
	assert_null(strstr(gateway.got, TYPED_NOW));
	assert_non_null(strstr(gateway.got, "东莞市松湖精密制造有限公司数字证书的注销业务"));
	assert_non_null(strstr(gateway.got, "【东莞业务受理点】"));
	assert_null(strstr(gateway.got, "Authorization"));
	assert_string_equal(sent.to, "138****8000");
	assert_int_equal(sent.left, 2);
	snprintf(code, sizeof code, "%s", gateway_code());
	/* as it is pasted from a Chinese keyboard: full-width digits, a blank between */
	for (int i = 0; i < 6; i++)
		n += (size_t)snprintf(wide + n, sizeof wide - n, "%s\xef\xbc%c", i == 3 ? " " : "", code[i] - '0' + 0x90);
	went(code_check(b.huang, no, 0, wide, &e), &e);
	assert_true(gateway_proven(&b, no));
	assert_int_equal(sql_int(b.w, "SELECT max(length(code)) FROM will_code"), 0);		/* wiped */
	assert_false(code_check(b.huang, no, 0, code, &e));
	assert_false(code_send(b.chen, no, 0, &sent, &e));
	assert_string_equal(e.text, "the will is proven already");
	audit_is_whole(b.w);
}

static void
the_code_lies_nowhere_but_on_the_holders_phone(void **st)
{
	const char *no = revocation();
	char command[400], code[7];
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", gateway_code());
	snprintf(command, sizeof command, "sqlite3 %s/ra.db 'SELECT act, detail FROM audit; SELECT hex(code) FROM will_code' | grep -F %s",
	    b.w->home, code);
	assert_int_not_equal(system(command), 0);
	assert_int_equal(sql_int(b.w, "SELECT max(length(code)) FROM will_code"), 32);
	assert_int_equal(sql_int(b.w, "SELECT count(*) FROM audit WHERE act = 'code' AND detail = 'sending 1 of 3'"), 2);
	went(code_check(b.chen, no, 0, code, &e), &e);
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
		went(code_send(b.chen, no, 0, &sent, &e), &e);
		assert_int_equal(sent.left, CODE_SENDS - sends);
		snprintf(code, sizeof code, "%s", gateway_code());
		snprintf(bad, sizeof bad, "%06d", ((int)strtol(code, NULL, 10) + sends) % 1000000);
		for (int i = 1; i <= CODE_TRIES; i++) {
			assert_false(code_check(b.huang, no, 0, bad, &e));
			assert_string_equal(e.field, "code");
			assert_int_equal(gateway_state(&b, no).tries, i);
		}
		assert_false(code_check(b.huang, no, 0, code, &e));	/* the right one comes too late */
		assert_string_equal(e.text, "no code is open for this application: send one");
		assert_false(gateway_proven(&b, no));
	}
	assert_false(code_send(b.chen, no, 0, &sent, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	assert_non_null(strstr(e.text, "stamped form"));
	audit_is_whole(b.w);
}

static void
what_is_no_code_is_told_and_not_counted(void **st)
{
	static const char *const rows[] = { "", "12345", "1234567", "12345a", "一二三四五六", "\xff", "123456789012345678901234567890123456789012345678" };
	const char *no = revocation();
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(code_check(b.chen, no, 0, rows[i], &e));
		assert_string_equal(e.field, "code");
	}
	assert_int_equal(gateway_state(&b, no).tries, 0);
}

static void
a_new_code_makes_the_one_before_void(void **st)
{
	const char *no = revocation();
	char first[7], second[7];
	struct code_sent sent;
	struct err e;

	(void)st;
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	snprintf(first, sizeof first, "%s", gateway_code());
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	snprintf(second, sizeof second, "%s", gateway_code());
	if (strcmp(first, second) != 0)
		assert_false(code_check(b.chen, no, 0, first, &e));
	went(code_check(b.chen, no, 0, second, &e), &e);
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
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", gateway_code());
	when_clock = clock_then;
	later = CODE_LIFE_S + 2;
	assert_false(gateway_state(&b, no).open);
	assert_false(code_check(b.chen, no, 0, code, &e));
	assert_non_null(strstr(e.text, "expired"));
	later = 0;				/* it does not come to life again */
	assert_false(code_check(b.chen, no, 0, code, &e));
	went(code_send(b.chen, no, 0, &sent, &e), &e);
	snprintf(code, sizeof code, "%s", gateway_code());
	later = CODE_LIFE_S - 5;
	went(code_check(b.chen, no, 0, code, &e), &e);
	when_clock = was;
	audit_is_whole(b.w);
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
		assert_false(code_send(b.chen, no, 0, &sent, &e));
		assert_int_equal(e.code, FAULT_LATER);
		if (!strstr(e.text, rows[i].words))
			fprintf(stderr, "%d: %s\n", (int)rows[i].mood, e.text);
		assert_non_null(strstr(e.text, rows[i].words));
		assert_int_equal(gateway.calls, calls + 1);		/* never twice */
		assert_int_equal(gateway_state(&b, no).sends, rows[i].counted);
		snprintf(code, sizeof code, "%s", gateway_code());
		/* what surely did not go out is void; what may have gone out is taken */
		assert_int_equal(code_check(b.chen, no, 0, code, &e), rows[i].counted);
		gateway.mood = TAKES;
		if (!rows[i].counted) {
			went(code_send(b.chen, no, 0, &sent, &e), &e);
			went(code_check(b.chen, no, 0, gateway_code(), &e), &e);
		}
		assert_true(gateway_proven(&b, no));
	}
	audit_is_whole(b.w);
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
		struct office *o = world_member(b.w, "li");

		_exit(read(go[0], &byte, 1) == 1 && code_send(o, no, 0, &sent, &e) ? 0 : 1);
	}
	gateway.caller = pid;
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(go[0]);
	close(go[1]);
	assert_int_equal(gateway_state(&b, no).sends, 1);
	went(code_check(b.chen, no, 0, gateway_code(), &e), &e);
	assert_true(gateway_proven(&b, no));
	audit_is_whole(b.w);
}

static void
a_code_is_for_ending_a_certificate_from_afar_only(void **st)
{
	char no[APP_NO_MAX];
	struct code_sent sent;
	int calls = gateway.calls;
	struct err e;

	(void)st;
	world_draft(b.w, b.chen, NULL, no);
	assert_false(code_send(b.chen, no, 0, &sent, &e));		/* not accepted yet */
	went(desk_accept(b.chen, no, 0, &e), &e);
	assert_false(code_send(b.chen, no, 0, &sent, &e));
	assert_non_null(strstr(e.text, "revoke or to hold"));
	assert_false(code_send(b.chen, gateway_revocation(&b, ""), 0, &sent, &e));
	assert_non_null(strstr(e.text, "at the counter"));
	assert_int_equal(gateway.calls, calls);
	assert_int_equal(sql_int(b.w, "SELECT count(*) FROM will_code w JOIN application a ON a.id = w.application WHERE a.channel = 'counter'"), 0);
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
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
