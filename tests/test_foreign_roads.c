/* Certificates of another authority by the channels that nobody comes by: the order of a portal and the parcel, to the hand-over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/desk.h"
#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORG "肇庆市端州砚石有限公司"
#define PERSON "何志刚"

static struct life l;
static char no[APP_NO_MAX];

/* ---- what there is ---- */

/* The authority, what its holders have, and the schemes: Zhaoqing's with amounts, and one that takes swaps by mail too. */
static const char script[] =
	"cd \"$0\" && exec 2>/dev/null && p='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
	"ca() { openssl req -x509 $p -keyout $1.key -out $1.pem -subj /C=CN/CN=$1 -days 3650; }\n"
	"cert() { openssl req -new -utf8 $p -keyout $1.key -subj \"$4\" -out $1.csr && openssl x509 -req -in $1.csr -CA $3.pem -CAkey $3.key"
	" -set_serial 0x$2 -days 800 -out $1.pem && openssl x509 -in $1.pem -outform DER -out $1.der; }\n"
	"list() { openssl ca -config szca.cnf \"$@\" -keyfile szca.key -cert szca.pem; }\n"
	"ca szca && ca stranger && : > szca.txt && echo 1000 > szca.num\n"
	"printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=szca.txt\\ncrlnumber=szca.num\\ndefault_md=sha256\\ndefault_crl_days=30\\n' > szca.cnf\n"
	"o=/C=CN/O=" ORG "/CN=" ORG "; n=/C=CN/CN=" PERSON "\n"
	"for s in 0D01 0D03 0D05 0D06 0D07; do cert $s $s szca $o || exit 1; done; cert 0D02 0D02 szca $n && cert 0D04 0D04 szca $n"
	" && cert 0D08 0D08 szca /C=CN/CN=李四 && cert 0D09 0D09 stranger $o && list -revoke 0D06.pem && list -gencrl -out szca.crl || exit 1\n"
	"printf 'no certificate' > junk.pem\n"
	"printf 'foreign = ( { id = \"szca\"; name = \"深圳CA\"; anchors = \"../szca.pem\"; crl = \"../szca.crl\";"
	" services = [\"swap\"]; } );\\n' >> home/ra.conf\n"
	"sed -e 's/^id = .*/id = \"mailed\";/' -e '/swap/s/\\[\"counter\"\\]/[\"counter\", \"mail\"]/g' scheme.cfg > mailed.cfg";

static int
ready(void)
{
	char command[400];

	life_scheme(&l, "swaps", "");
	if (run(l.w, "bash", "-c", script, l.w->dir, NULL) != 0)
		return -1;
	snprintf(command, sizeof command, "sed 's/\\(per = \"[a-z]*\"; \\)}/\\1fen = 100; }/' forms/schemes/zhaoqing.cfg > %s/z.cfg", l.w->dir);
	if (run(l.w, "sh", "-c", command, NULL) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		snprintf(command, sizeof command, "%s/%s.cfg", l.w->dir, i ? "z" : "mailed");
		life_went(&l, ra(l.w, "liang", "scheme", "load", command, NULL));
	}
	/* the members log in with the new settings */
	office_close(l.clerk);
	office_close(l.reviewer);
	l.clerk = world_member(l.w, "chen");
	l.reviewer = world_member(l.w, "huang");
	return 0;
}

/* ---- the roads ---- */

struct road { const char *scheme, *channel, *method, *seal; };
static const struct road portal = { "zhaoqing", "online", "wechat", "official" }, person = { "zhaoqing", "online", "wechat", "legal_rep" },
	parcel = { "mailed", "mail", "transfer", NULL };

/* The order as it comes. */
static const char *
order(const struct road *r, const char *serial, const char *code)
{
	static char text[1600];
	char more[700] = "";

	if (r->seal)
		snprintf(more, sizeof more, ", \"org.legal_rep\": \"" PERSON "\", \"org.legal_rep_id_kind\": \"resident_id\","
		    " \"org.legal_rep_id_no\": \"441900197903050134\", \"seal.name\": \"%s\", \"seal.type\": \"%s\", \"recipient.name\": \"" PERSON
		    "\", \"recipient.phone\": \"13922880022\", \"recipient.address\": \"肇庆市端州区星湖大道18号\"",
		    strcmp(r->seal, "official") == 0 ? ORG : PERSON, r->seal);
	snprintf(text, sizeof text, "{\"scheme\": \"%s\", \"service\": \"swap\", \"channel\": \"%s\", \"old_serial\": \"%s\", \"years\": 1,"
	    " \"org.name\": \"" ORG "\", \"org.credit_code\": \"%s\", \"agent.name\": \"刘晓彤\", \"agent.mobile\": \"13800138000\","
	    " \"agent.id_kind\": \"resident_id\", \"agent.id_no\": \"11010519491231002X\"%s}", r->scheme, r->channel, serial, code, more);
	return text;
}

static void
accepted(const struct road *r, const char *serial)
{
	char code[20];

	world_code(l.w, code);
	life_went(&l, ra(l.w, "chen", "apply", world_file(l.w, "form.json", order(r, serial, code)), NULL));
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	life_went(&l, ra(l.w, "chen", "accept", no, NULL));
}

static int
bring(const char *file)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", l.w->dir, file);
	return ra(l.w, "chen", "bring", no, "--cert", path, NULL);
}

static bool
is_kept(void)
{
	life_went(&l, ra(l.w, "chen", "show", no, "--json", NULL));
	return strstr(l.w->out, "\"authority\":\"szca\"") != NULL;
}

/* ---- tests ---- */

static void
a_swap_goes_by_each_channel_to_the_hand_over(void **st)
{
	static const struct { const struct road *road; const char *serial, *file, *subject; } rows[] = {
		{ &portal, "0D01", "0D01.der", "C=CN, O=" ORG ", CN=" ORG }, { &person, "0D02", "0D02.pem", "C=CN, CN=" PERSON },
		{ &parcel, "0D03", "0D03.pem", "C=CN, O=" ORG ", CN=" ORG },
	};
	struct holder h = { 0 };
	char code[20];
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		l.method = rows[i].road->method;
		accepted(rows[i].road, rows[i].serial);
		assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
		assert_non_null(strstr(e.text, "ra bring"));
		assert_false(is_kept());
		life_went(&l, bring(rows[i].file));
		assert_true(is_kept());
		assert_non_null(strstr(l.w->out, rows[i].subject));
		life_check(&l, no);
		life_went(&l, ra(l.w, "huang", "issue", no, NULL));
		state_is(l.w, no, "issued");
		snprintf(h.no, sizeof h.no, "%s", no);
		life_made(&l, &h);
		assert_true(life_on_token(&l, h.token, h.serial) && life_pin_opens(&l, h.token, h.pin));
		assert_true(life_verifies(&l, h.serial));
		/* nobody comes: it is sent, and its receipt confirmed */
		life_went(&l, ra(l.w, "chen", "deliver", no, "--courier", "顺丰", "--tracking", "SF1234567890", NULL));
		state_is(l.w, no, "delivered");
		life_went(&l, ra(l.w, "chen", "confirm", no, NULL));
		state_is(l.w, no, "closed");
		/* and gives no second one, whoever sends it */
		world_code(l.w, code);
		assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", order(rows[i].road, rows[i].serial, code)), NULL), 1);
		assert_non_null(strstr(l.w->err, "was swapped already"));
		assert_non_null(strstr(l.w->err, no));
	}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Nothing is kept of what is wrong, it does not go on, and the right one is still taken where there is one. */
static void
what_an_order_brings_is_refused_with_its_reason(void **st)
{
	static const struct { const struct road *road; const char *serial, *file, *words; } rows[] = {
		{ &portal, "0D05", "0D07.pem", "cert: the file holds the certificate 0D07" },
		{ &portal, "0D05", "nowhere.pem", "cert: " }, { &portal, "0D05", ".", "cert: " },
		{ &portal, "0D05", "junk.pem", "holds no certificate, neither as DER nor as PEM" },
		{ &portal, "0D05", "szca.crl", "holds no certificate, neither as DER nor as PEM" },
		{ &portal, "0D06", "0D06.der", "was revoked on 20" },
		{ &parcel, "0D06", "0D06.pem", "was revoked on 20" },
		{ &portal, "0D09", "0D09.pem", "not signed by" },
		{ &parcel, "0D09", "0D09.der", "not signed by" },
		/* a person's is the legal representative's, for his seal; for the organisation's it does not serve */
		{ &person, "0D08", "0D08.pem", "org.legal_rep: " },
		{ &portal, "0D04", "0D04.pem", "org.name: " },
		{ &parcel, "0D04", "0D04.pem", "org.name: " },
	};
	struct err e;

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		accepted(rows[i].road, rows[i].serial);
		if (bring(rows[i].file) != 1 || !strstr(l.w->err, rows[i].words))
			fail_msg("%s for %s: %s", rows[i].file, rows[i].serial, l.w->err);
		assert_false(is_kept());
		assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
		if (strcmp(rows[i].serial, "0D05") == 0)
			life_went(&l, bring("0D05.der"));
		life_went(&l, ra(l.w, "chen", "withdraw", no, "--reason", "证书不符", NULL));
	}
	audit_is_whole(l.w);
}

/* What was read for one holder serves no other: an edit afterwards wants it read again. */
static void
an_edit_of_its_holder_wants_it_read_again(void **st)
{
	struct err e;

	(void)st;
	accepted(&person, "0D04");
	life_went(&l, bring("0D04.der"));
	life_went(&l, ra(l.w, "chen", "edit", no, world_file(l.w, "edit.json", "{\"org.legal_rep\": \"李四\"}"), NULL));
	assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
	assert_non_null(strstr(e.text, "ra bring"));
	assert_int_equal(bring("0D04.der"), 1);
	assert_int_equal(strncmp(l.w->err, "org.legal_rep: ", 15), 0);
	life_went(&l, ra(l.w, "chen", "withdraw", no, "--reason", "证书不符", NULL));
	audit_is_whole(l.w);
}

/* A seal for one is made at the counter, since its token has to lie there: the others are told so before anything else. */
static void
a_seal_for_one_is_made_at_the_counter_only(void **st)
{
	static const char *const channels[] = { "mail", "online" };
	char text[300];

	(void)st;
	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof text, "{\"scheme\": \"dongguan\", \"service\": \"add_seal\", \"channel\": \"%s\", \"old_serial\": \"0D05\"}",
		    channels[i]);
		assert_int_equal(ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL), 1);
		if (strncmp(l.w->err, "channel: ", 9) != 0)
			fail_msg("%s: %s", channels[i], l.w->err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_swap_goes_by_each_channel_to_the_hand_over),
		cmocka_unit_test(what_an_order_brings_is_refused_with_its_reason),
		cmocka_unit_test(an_edit_of_its_holder_wants_it_read_again),
		cmocka_unit_test(a_seal_for_one_is_made_at_the_counter_only),
	};

	return life_run(&l, tests, ready);
}
