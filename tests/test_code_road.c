/* One-time codes on their way through a case: by command, online, typed at the counter; the gateway's configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/money.h"
#include "ra/application.h"
#include "ra/code.h"
#include "ra/desk.h"
#include "tests/gateway.h"
#include "tests/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

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

static void
the_command_sends_checks_and_shows(void **st)
{
	char no[APP_NO_MAX];

	(void)st;
	snprintf(no, sizeof no, "%s", revocation());
	assert_int_equal(ra(b.w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(b.w->out, "\"code\""));		/* among what is next */
	assert_int_equal(ra(b.w, "wu", "code", no, "send", NULL), 1);	/* finance may not */
	assert_int_equal(ra(b.w, "chen", "code", no, "send", "--version", "1", NULL), 1);
	assert_int_equal(ra(b.w, "chen", "code", no, "send", NULL), 0);
	assert_non_null(strstr(b.w->out, "138****8000"));
	assert_null(strstr(b.w->out, gateway_code()));
	assert_int_equal(ra(b.w, "huang", "code", no, "check", "12", NULL), 1);
	assert_non_null(strstr(b.w->err, "code: "));
	assert_int_equal(ra(b.w, "he", "code", no, "show", "--json", NULL), 0);
	assert_string_equal(out_value(b.w, "open"), "true");
	assert_string_equal(out_value(b.w, "proven_at"), "null");
	assert_int_equal(ra(b.w, "huang", "code", no, "check", gateway_code(), NULL), 0);
	assert_int_equal(ra(b.w, "he", "code", no, "show", NULL), 0);
	assert_non_null(strstr(b.w->out, "the will is proven"));
	assert_int_equal(ra(b.w, "huang", "code", no, "tell", NULL), 2);
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

	went(application_load(b.chen, no, a, &e) && app_materials(b.chen->db, a->id, m, 32, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(b.chen, no, 0, &c, &e), &e);
	}
	money_figures(a->due_fen, yuan, sizeof yuan);
	went(a->due_fen == 0 || desk_pay(b.chen, no, 0, "wechat", yuan, no, &e), &e);
	went(desk_step(b.chen, no, 0, ACT_SUBMIT, NULL, &e), &e);
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
	    b.w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/z.cfg", b.w->dir);
	assert_int_equal(ra(b.w, "liang", "scheme", "load", command, NULL), 0);
	snprintf(command, sizeof command, "sed 's/91441201600000025W/91350100M000100Y43/' forms/demo/swap.json > %s/swap.json", b.w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/swap.json", b.w->dir);
	assert_int_equal(ra(b.w, "chen", "apply", command, NULL), 0);
	number_of(b.w->out, no);
	assert_int_equal(ra(b.w, "chen", "accept", no, NULL), 0);
	submit(no);
	assert_int_equal(ra(b.w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(b.w, "chen", "token", "add", "--soft", "1", NULL), 0);
	assert_int_equal(ra(b.w, "huang", "issue", no, NULL), 0);
	assert_int_equal(ra(b.w, "huang", "show", no, "--json", NULL), 0);
	/* the old one, of another CA, stands first */
	assert_int_equal(ra(b.w, "chen", "cert", "list", "--state", "valid", "--json", "--expiring", "400", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(b.w, "serial"));
	assert_string_equal(out_value(b.w, "scheme"), "zhaoqing");
	assert_int_equal(ra(b.w, "chen", "deliver", no, "--courier", "顺丰", "--tracking", "SF1", NULL), 0);
	assert_int_equal(ra(b.w, "chen", "confirm", no, NULL), 0);
	snprintf(form, sizeof form, "{ \"scheme\": \"zhaoqing\", \"service\": \"revoke\", \"channel\": \"online\", \"reason\": \"cessation\","
	    " \"old_serial\": \"%s\", \"agent.mobile\": \"" TYPED_NOW "\" }", serial);
	assert_int_equal(ra(b.w, "chen", "apply", world_file(b.w, "z.json", form), NULL), 0);
	number_of(b.w->out, no);
	assert_int_equal(ra(b.w, "chen", "accept", no, NULL), 0);
	assert_int_equal(ra(b.w, "chen", "submit", no, NULL), 1);
	assert_non_null(strstr(b.w->err, "not proven"));
	assert_int_equal(ra(b.w, "chen", "code", no, "send", NULL), 0);
	assert_null(strstr(gateway.got, TYPED_NOW));
	assert_int_equal(ra(b.w, "chen", "submit", no, NULL), 1);	/* sent is not told */
	went(code_check(b.chen, no, 0, gateway_code(), &e), &e);
	assert_int_equal(ra(b.w, "chen", "submit", no, NULL), 0);
	assert_int_equal(ra(b.w, "huang", "review", no, "approve", NULL), 0);
	assert_int_equal(ra(b.w, "huang", "revoke", no, NULL), 0);
	state_is(b.w, no, "closed");
	assert_int_equal(ra(b.w, "he", "cert", "check", serial, "--json", NULL), 0);
	assert_string_equal(out_value(b.w, "store_state"), "revoked");
	assert_string_equal(out_value(b.w, "ca_state"), "revoked");
	assert_string_equal(out_value(b.w, "ca_reason"), "cessation");
	assert_string_equal(out_value(b.w, "difference"), "null");
	audit_is_whole(b.w);
}

static void
at_the_counter_the_code_is_sent_and_typed(void **st)
{
	struct term *t;
	char no[APP_NO_MAX], path[160], login[64], role[32], password[64];
	FILE *f;

	(void)st;
	snprintf(no, sizeof no, "%s", revocation());
	snprintf(path, sizeof path, "%s/demo-logins", b.w->home);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fscanf(f, "%63s %31s %63s", login, role, password) == 3 && strcmp(login, "li") != 0)
		;
	fclose(f);
	t = term_console(b.w->home, "li", 24, 80);
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
	term_see_not(t, gateway_code());
	term_type(t, "12\r");
	term_see(t, "6 位数字");
	term_press(t, VTERM_KEY_ESCAPE);		/* the holder has to look for it */
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "v");
	term_type(t, "t");
	term_type(t, gateway_code());
	term_type(t, "\r");
	assert_true(term_awaits(t, "办理意愿已核实", 10000));
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see_not(t, "发送验证码");
	term_free(t);
	assert_true(gateway_proven(&b, no));
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
		world_conf(b.w, "ra.conf", "timeout_s = 1; };", wrong[i].setting);
		assert_int_not_equal(ra(b.w, "chen", "code", no, "send", NULL), 0);
		if (!strstr(b.w->err, wrong[i].words))
			fprintf(stderr, "%s", b.w->err);
		assert_non_null(strstr(b.w->err, wrong[i].words));
		world_conf(b.w, "ra.conf", wrong[i].setting, "timeout_s = 1; };");
	}
	assert_int_equal(gateway_state(&b, no).sends, 0);
	snprintf(key, sizeof key, "%s/keys/gateway.key", b.w->home);
	f = fopen(key, "we");
	assert_non_null(f);
	fputs("s3cret-of-the-gateway\n", f);
	fclose(f);
	snprintf(key_file, sizeof key_file, "timeout_s = 1; key_file = \"keys/gateway.key\"; accepted = \"code=0\"; text = \"{holder}验证码{code}\"; };");
	world_conf(b.w, "ra.conf", "timeout_s = 1; };", key_file);
	assert_int_equal(ra(b.w, "chen", "code", no, "send", NULL), 0);
	assert_non_null(strstr(gateway.got, "Authorization: Bearer s3cret-of-the-gateway\r\n"));
	assert_non_null(strstr(gateway.got, "\"text\":\"东莞市松湖精密制造有限公司验证码"));
	/* down: nobody listens there */
	world_conf(b.w, "ra.conf", "/send", "1/send");
	assert_int_equal(ra(b.w, "chen", "code", no, "send", NULL), 3);
	assert_non_null(strstr(b.w->err, "cannot be reached"));
	assert_int_equal(gateway_state(&b, no).sends, 1);
	/* none */
	world_conf(b.w, "ra.conf", "gateway = ", "no_gateway = ");
	assert_int_equal(ra(b.w, "chen", "code", no, "send", NULL), 1);
	assert_non_null(strstr(b.w->err, "no gateway"));
	audit_is_whole(b.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_sends_checks_and_shows),
		cmocka_unit_test(a_revocation_online_goes_on_only_after_the_code),
		cmocka_unit_test(at_the_counter_the_code_is_sent_and_typed),
		cmocka_unit_test(the_configuration_of_the_gateway_is_read_with_its_key_and_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
