/* Certificates of another authority: read from the holder's token or a file, their chain, time, list and holder checked, and a seal
 * made for one; every refusal in words. The authority is one that openssl makes here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/idnumber.h"
#include "ra/desk.h"
#include "tests/clerk.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORG "东莞市万江置业有限公司"
static struct life l;
static char no[APP_NO_MAX], code[20] = "91441900MA4W000000";

#define LONG_MS 30000
static char old_token[TOKEN_SERIAL_MAX];	/* the holder's, of the other authority, none of the stock's */

static void
sh(const char *command)
{
	char script[2000];

	snprintf(script, sizeof script, "cd %s && %s", l.w->dir, command);
	if (run(l.w, "sh", "-c", script, NULL) != 0)
		fail_msg("%s: %s", command, l.w->err);
}

/* name.pem, signed by ca (ca.pem, ca.key) for so many days. */
static void
certificate(const char *name, const char *org, const char *serial, const char *ca, int days)
{
	char command[900];

	snprintf(command, sizeof command, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s.key 2>/dev/null"
	    " && openssl req -new -utf8 -key %s.key -subj '/C=CN/O=%s/CN=%s' -out %s.csr && openssl x509 -req -in %s.csr -CA %s.pem -CAkey %s.key"
	    " -set_serial 0x%s -days %d -out %s.pem 2>/dev/null", name, name, org, org, name, name, ca, ca, serial, days, name);
	sh(command);
}

static void
authority(const char *name)
{
	char command[900];

	snprintf(command, sizeof command, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s.key -out %s.pem"
	    " -subj /C=CN/CN=%s -days 3650 2>/dev/null && : > %s.txt && echo 1000 > %s.num && printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=%s.txt\\n"
	    "crlnumber=%s.num\\ndefault_md=sha256\\ndefault_crl_days=30\\n' > %s.cnf && openssl ca -config %s.cnf -gencrl -keyfile %s.key -cert %s.pem"
	    " -out %s.crl 2>/dev/null", name, name, name, name, name, name, name, name, name, name, name, name);
	sh(command);
}

static int
ready(void)
{
	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	authority("bdc");
	authority("other");
	certificate("good", ORG, "0A01", "bdc", 800);
	certificate("ended", ORG, "0A02", "bdc", -1);
	certificate("revoked", ORG, "0A03", "bdc", 800);
	certificate("stranger", ORG, "0A04", "other", 800);
	certificate("someone", "东莞市别家有限公司", "0A05", "bdc", 800);
	sh("openssl ca -config bdc.cnf -revoke revoked.pem -keyfile bdc.key -cert bdc.pem 2>/dev/null"
	    " && openssl ca -config bdc.cnf -gencrl -keyfile bdc.key -cert bdc.pem -out bdc.crl 2>/dev/null");
	sh("printf 'foreign = ( { id = \"bdc\"; name = \"不动产登记\"; anchors = \"../bdc.pem\"; crl = \"../bdc.crl\";"
	    " services = [\"add_seal\", \"swap\"]; } );\\n' >> home/ra.conf");
	/* the members log in with the new settings */
	office_close(l.clerk);
	office_close(l.reviewer);
	l.clerk = world_member(l.w, "chen");
	l.reviewer = world_member(l.w, "huang");
	return 0;
}

static const char *
form(const char *serial, int years, const char *seal)
{
	static char text[1200];

	snprintf(text, sizeof text, "{\"scheme\": \"dongguan\", \"service\": \"add_seal\", \"channel\": \"counter\", \"old_serial\": \"%s\","
	    " \"years\": %d, \"org.name\": \"" ORG "\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\","
	    " \"agent.name\": \"刘晓彤\", \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"seal.name\": \"%s\","
	    " \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\", \"seal.manager_post\": \"行政主管\", \"seal.manager_phone\": \"0769-22380831\","
	    " \"seal_notes_read\": true}", serial, years, code, seal);
	return text;
}

static void
accepted(const char *serial, int years, const char *seal)
{
	if (ra(l.w, "chen", "apply", world_file(l.w, "form.json", form(serial, years, seal)), NULL) != 0)
		fail_msg("%s", l.w->err);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	if (ra(l.w, "chen", "accept", no, NULL) != 0)
		fail_msg("%s", l.w->err);
}

static const char *
file(const char *name)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/%s.pem", l.w->dir, name);
	return path;
}

static void
refused(int rc, const char *name, const char *words)
{
	int got = ra(l.w, "chen", "bring", no, "--cert", file(name), NULL);

	if (got != rc || !strstr(l.w->err, words))
		fail_msg("%s: exit %d: %s", name, got, l.w->err);
}

static void
each_failure_of_a_brought_certificate_is_told(void **st)
{
	static const struct { const char *serial, *name, *words; } rows[] = {
		{ "0A02", "ended", "ended on 20" }, { "0A03", "revoked", "was revoked on 20" }, { "0A04", "stranger", "not signed by" },
		{ "0A05", "someone", "别家" }, { "0A06", "good", "the file holds the certificate 0A01" },
	};
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		accepted(rows[i].serial, 1, ORG);
		refused(1, rows[i].name, rows[i].words);
		/* without it nothing goes on */
		assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
		assert_non_null(strstr(e.text, "ra bring"));
		assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "证书不符", NULL), 0);
	}
	/* its holder has to be told: nobody here knows it by the serial */
	{
		char text[1200], *name;

		snprintf(text, sizeof text, "%s", form("0A01", 1, ORG));
		name = strstr(text, "\"org.name\": \"" ORG "\", ");
		memmove(name, name + strlen("\"org.name\": \"" ORG "\", "), strlen(name + strlen("\"org.name\": \"" ORG "\", ")) + 1);
		assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL), 1);
		assert_non_null(strstr(l.w->err, "org.name: "));
	}
	/* a list that is not there, and one that another signed: not now */
	accepted("00:A:01", 3, ORG);			/* other zeros, as another viewer shows them */
	sh("mv bdc.crl away");
	refused(3, "good", "cannot be had now");
	sh("cp other.crl bdc.crl");
	refused(3, "good", "not signed by it");
	sh("mv away bdc.crl");
	world_conf(l.w, "ra.conf", "../bdc.crl", "http://127.0.0.1:9/none.crl");
	refused(3, "good", "cannot be had now");
	world_conf(l.w, "ra.conf", "http://127.0.0.1:9/none.crl", "../bdc.crl");
	assert_int_equal(ra(l.w, "chen", "bring", no, "--cert", file("good"), NULL), 0);
	assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "改期", NULL), 0);
	accepted("0A01", 5, ORG);
	refused(1, "good", "years: ");
	assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "年限", NULL), 0);
	audit_is_whole(l.w);
}

static void
a_seal_is_made_for_a_certificate_of_another_authority(void **st)
{
	struct err e;
	char first[APP_NO_MAX];

	(void)st;
	accepted("0A01", 2, ORG);
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"bring\""));
	assert_int_equal(ra(l.w, "chen", "bring", no, "--cert", file("good"), NULL), 0);
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"authority\":\"bdc\""));
	life_check(&l, no);
	/* revoked there after it was read: asked once more before it is carried out */
	sh("cp bdc.crl before.crl && cp bdc.txt before.txt && openssl ca -config bdc.cnf -revoke good.pem -keyfile bdc.key -cert bdc.pem 2>/dev/null"
	    " && openssl ca -config bdc.cnf -gencrl -keyfile bdc.key -cert bdc.pem -out bdc.crl 2>/dev/null");
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 1);
	assert_non_null(strstr(l.w->err, "was revoked on"));
	state_is(l.w, no, "approved");
	sh("cp before.crl bdc.crl && cp before.txt bdc.txt");
	if (ra(l.w, "huang", "issue", no, NULL) != 0)
		fail_msg("%s", l.w->err);
	life_deliver(&l, no);
	state_is(l.w, no, "closed");
	snprintf(first, sizeof first, "%s", no);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate"), 0);
	/* one seal, one certificate */
	accepted("0A01", 2, "东莞市万江置业有限公司合同专用章");
	refused(1, "good", first);
	assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "已有印章", NULL), 0);
	(void)e;
	audit_is_whole(l.w);
}

/* The key is proven by the holder's PIN; the token is none of the stock's. */
static void
it_is_read_from_the_holders_token_by_the_pin(void **st)
{
	const char *serial = old_token;
	struct term *t;

	(void)st;
	certificate("ontoken", ORG, "0A07", "bdc", 800);
	sh("m=$(sed -n 's/.*module = \"\\([^\"]*\\)\".*/\\1/p' home/ra.conf) && softhsm2-util --init-token --free --label bdc --so-pin 12345678"
	    " --pin Abc-1234 --module $m >/dev/null && openssl pkcs8 -topk8 -nocrypt -in ontoken.key -out ontoken.p8 && softhsm2-util --import ontoken.p8"
	    " --token bdc --label key --id $(openssl pkey -in ontoken.key -pubout -outform DER | openssl sha1 -r | cut -c1-40) --pin Abc-1234 --module $m"
	    " >/dev/null && pkcs11-tool --module $m --token-label bdc --login --pin Abc-1234 --write-object ontoken.pem --type cert"
	    " --id $(openssl pkey -in ontoken.key -pubout -outform DER | openssl sha1 -r | cut -c1-40) >/dev/null 2>&1"
	    " && pkcs11-tool --module $m --list-token-slots 2>/dev/null | grep -A9 'token label *: bdc' | sed -n 's/.*serial num *: *//p' | head -n 1");
	snprintf(old_token, sizeof old_token, "%.16s", l.w->out);
	accepted("0A07", 1, "东莞市万江置业有限公司抵押专用章");
	setenv("RA_TOKEN_PIN", "wrong-pin", 1);
	assert_int_equal(ra(l.w, "chen", "bring", no, "--token", serial, NULL), 1);
	unsetenv("RA_TOKEN_PIN");
	/* at the counter it stands there, and the holder types the PIN */
	t = clerk_at_work(l.w, "chen", 24, 80);
	term_type(t, no);
	term_type(t, "\r");
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_type(t, "z");
	assert_true(term_awaits(t, serial, LONG_MS));
	term_type(t, "Abc-1235");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "的密码不对", LONG_MS));
	term_see_not(t, "Abc-123");
	term_type(t, "\x15" "Abc-1234");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "已读取", LONG_MS));
	term_free(t);
	assert_int_equal(ra(l.w, "chen", "show", no, NULL), 0);
	assert_non_null(strstr(l.w->out, serial));
	life_check(&l, no);
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 0);
	life_deliver(&l, no);
	audit_is_whole(l.w);
}

/* The same for a swap: the old token's certificate is read and found good before a new one is made for its holder. */
static void
a_swap_begins_with_the_other_authoritys_certificate(void **st)
{
	char text[900];
	struct err e;

	(void)st;
	life_scheme(&l, "swaps", "");
	snprintf(text, sizeof text, "{\"scheme\": \"swaps\", \"service\": \"swap\", \"channel\": \"counter\", \"old_serial\": \"0A08\","
	    " \"years\": 1, \"org.name\": \"" ORG "\", \"org.credit_code\": \"%s\", \"agent.name\": \"刘晓彤\","
	    " \"agent.id_no\": \"11010519491231002X\"}", code);
	certificate("swapped", ORG, "0A08", "bdc", 800);
	if (ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL) != 0)
		fail_msg("%s", l.w->err);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	assert_int_equal(ra(l.w, "chen", "accept", no, NULL), 0);
	assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
	assert_non_null(strstr(e.text, "ra bring"));
	assert_int_equal(ra(l.w, "chen", "bring", no, "--cert", file("swapped"), NULL), 0);
	life_check(&l, no);
	if (ra(l.w, "huang", "issue", no, NULL) != 0)
		fail_msg("%s", l.w->err);
	state_is(l.w, no, "issued");
	/* it gives no second one, neither now nor later */
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL), 1);
	assert_non_null(strstr(l.w->err, "old_serial: "));
	life_deliver(&l, no);
	state_is(l.w, no, "closed");
	assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL), 1);
	assert_non_null(strstr(l.w->err, "was swapped already"));
	assert_non_null(strstr(l.w->err, no));
	audit_is_whole(l.w);
}

/* A swap of a brought one, approved. */
static void
swap_of(const char *serial, struct holder *h)
{
	char text[900], name[80], own[20];

	world_code(l.w, own);
	snprintf(name, sizeof name, "东莞市万江第%s置业有限公司", serial);
	certificate(serial, name, serial, "bdc", 800);
	snprintf(text, sizeof text, "{\"scheme\": \"swaps\", \"service\": \"swap\", \"channel\": \"counter\", \"old_serial\": \"%s\","
	    " \"years\": 1, \"org.name\": \"%s\", \"org.credit_code\": \"%s\", \"agent.name\": \"刘晓彤\","
	    " \"agent.id_no\": \"11010519491231002X\"}", serial, name, own);
	life_went(&l, ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL));
	snprintf(h->no, sizeof h->no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	life_went(&l, ra(l.w, "chen", "accept", h->no, NULL));
	life_went(&l, ra(l.w, "chen", "bring", h->no, "--cert", file(serial), NULL));
	life_check(&l, h->no);
}

/* The other authority is asked again each time: its certificate stays what it is, and one new one is made. */
static void
a_swap_and_a_seal_of_a_brought_one_killed_at_each_step_are_there_once(void **st)
{
	static const struct life_steps recording = { { STEP_RECORDED }, 1 };
	struct life_steps s = { .n = 1 };
	struct holder h = { 0 };
	int certificates;

	(void)st;
	for (size_t k = 0; k <= s.n; k++) {
		char serial[8];

		snprintf(serial, sizeof serial, "0B%02zu", k);
		swap_of(serial, &h);
		if (k == 0)
			s = life_steps_of_issue(&l, h.no);
		else
			life_goes_on(&l, &s, k - 1, "huang", "issue", h.no, NULL, NULL, "issued");
		life_made(&l, &h);
		life_deliver(&l, h.no);
		life_is(&l, h.serial, "valid", -1);
		assert_int_equal(life_certificates(&l, h.no, "1"), 1);
	}
	assert_true(s.n >= 10);
	certificates = sql_int(l.w, "SELECT count(*) FROM certificate");
	certificate("sealed", ORG, "0C01", "bdc", 800);
	accepted("0C01", 1, "东莞市万江置业有限公司抵押业务专用章");
	life_went(&l, ra(l.w, "chen", "bring", no, "--cert", file("sealed"), NULL));
	life_check(&l, no);
	life_goes_on(&l, &recording, 0, "huang", "issue", no, NULL, NULL, "issued");
	life_deliver(&l, no);
	assert_int_equal(sql_int(l.w, "SELECT count(*) FROM certificate"), certificates);
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}


/* What differs from run to run is put over in the pictures. */
static void
seen(struct term *t)
{
	static char dir[160];

	snprintf(dir, sizeof dir, "%s", l.w->dir);
	term_hide(t, dir, "/tmp/ra-test-0000000000" + (23 - strlen(dir)));
	term_hide(t, no, "DG01YYMMDD000010");
	term_hide(t, code, "91441900MA4W000000");
	term_hide(t, "1分", "0分");
}

static void
pictures(struct term *t, const char *name)
{
	char as[60];

	for (int english = 0; english < 2; english++) {
		snprintf(as, sizeof as, "%s%s-80x24", name, english ? "-en" : "");
		term_picture(t, as);
		term_resize(t, 40, 120);
		snprintf(as, sizeof as, "%s%s-120x40", name, english ? "-en" : "");
		term_picture(t, as);
		term_resize(t, 24, 80);
		term_alt(t, 'l');
	}
}

static void
at_the_counter_it_is_read_by_a_step_of_the_application(void **st)
{
	struct term *t;
	char typed[200];

	(void)st;
	certificate("counter", ORG, "0A09", "bdc", 800);
	accepted("0A09", 1, "东莞市万江置业有限公司信贷专用章");
	t = clerk_at_work(l.w, "chen", 24, 80);
	seen(t);
	snprintf(typed, sizeof typed, "%s\r", no);
	term_type(t, typed);
	term_press(t, VTERM_KEY_FUNCTION(4));
	term_see(t, "读取其他机构的证书");
	term_type(t, "z");
	assert_true(term_awaits(t, old_token, LONG_MS));
	term_hide(t, old_token, "0123456789abcdef");
	pictures(t, "bring");
	term_type(t, "\r");
	term_type(t, file("revoked"));
	term_type(t, "\r");
	term_awaits(t, "0A03", 5000);
	term_see(t, "0A03");			/* another's serial, told at its field */
	pictures(t, "bring-wrong");
	for (size_t i = 0; i < strlen(file("revoked")); i++)
		term_press(t, VTERM_KEY_BACKSPACE);
	term_type(t, file("counter"));
	term_type(t, "\r");
	term_awaits(t, "已读取", 5000);
	term_see(t, "已读取");
	term_free(t);
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	assert_non_null(strstr(l.w->out, "\"authority\":\"bdc\""));
	/* the reviewer sees whose it is and what was looked at; the seal is made and handed over */
	world_pass(l.clerk, no);
	t = clerk_at_work(l.w, "huang", 24, 80);
	seen(t);
	clerk_takes(t, "待复查 1");
	term_see(t, "不动产登记");
	pictures(t, "review-brought");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "本次已处理 1 件", LONG_MS));
	term_free(t);
	t = clerk_at_work(l.w, "huang", 24, 80);
	clerk_takes(t, "待制证 1");
	term_press(t, VTERM_KEY_FUNCTION(2));
	assert_true(term_awaits(t, "办下一件", LONG_MS));
	state_is(l.w, no, "issued");
	term_free(t);
	life_deliver(&l, no);
	state_is(l.w, no, "closed");
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failure_of_a_brought_certificate_is_told),
		cmocka_unit_test(a_seal_is_made_for_a_certificate_of_another_authority),
		cmocka_unit_test(it_is_read_from_the_holders_token_by_the_pin),
		cmocka_unit_test(a_swap_begins_with_the_other_authoritys_certificate),
		cmocka_unit_test(a_swap_and_a_seal_of_a_brought_one_killed_at_each_step_are_there_once),
		cmocka_unit_test(at_the_counter_it_is_read_by_a_step_of_the_application),
	};

	return life_run(&l, tests, ready);
}
