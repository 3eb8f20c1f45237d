/* Two people at once on what makes a certificate more: swaps, users that are added, applications that are marked in a new one. One
 * of them stands still at a step, or both run as they like; one wins, the other is told in words; the store and the CA agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof (a) / sizeof *(a))
#define ROUNDS 4
#define USER(n, name, id) "\"user." n ".name\": \"" name "\", \"user." n ".id_no\": \"" id "\", \"user." n \
	".mobile\": \"13922880055\", \"user." n ".role\": \"user\""
static const char users[] = "\"years\": 1, " USER("1", "黎伟强", "440103198501010518") ", " USER("2", "钟丽萍", "440524188001010014");

static struct life l;
static char organisation[64];		/* of a package, on the holder's own device */

static int
ready(void)
{
	char no[APP_NO_MAX];

	life_scheme(&l, "swaps", "");
	life_scheme(&l, "marks", "1.2.156.10260.4.1.77");
	l.method = "wechat";
	life_ordered(&l, "{\"scheme\": \"yueqiqian\", \"service\": \"new\", \"channel\": \"online\", \"years\": 2, \"ca\": \"netca\","
	    " \"org.name\": \"广州市云山软件有限公司\", \"org.credit_code\": \"91350100M000100Y43\", \"org.legal_rep\": \"邓建华\","
	    " \"org.region\": \"广东省广州市\", \"org.address\": \"广州市天河区龙口西路1号\", \"agent.name\": \"刘晓彤\","
	    " \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"package\": \"org1\", \"auth_way\": \"face\","
	    " \"user.1.name\": \"刘晓彤\", \"user.1.id_no\": \"11010519491231002X\", \"user.1.mobile\": \"13800138000\","
	    " \"user.1.role\": \"administrator\"}", no);
	life_went(&l, ra(l.w, "huang", "issue", no, NULL));
	life_deliver(&l, no);
	sql_int(l.w, "SELECT serial FROM certificate WHERE subject LIKE '%CN=广州市云山软件有限公司%' ORDER BY id LIMIT 1");
	snprintf(organisation, sizeof organisation, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	return ra(l.w, "chen", "token", "add", "--soft", "120", NULL);
}

/* ---- the three services ---- */

enum kind { SWAP, MARK, USERS };
static const struct { const char *service, *scheme, *channel, *method, *edits; int makes; } kinds[] = {
	[SWAP] = { "swap", "swaps", "counter", "card", "\"years\": 1", 1 },
	[MARK] = { "add_application", "marks", "counter", "card", NULL, 1 },
	[USERS] = { "add_users", "yueqiqian", "online", "wechat", users, 2 },
};

/* As the kind's scheme and channel have it: on a certificate of the holder's, or of the organisation with users. */
static void
turn(enum kind k, struct holder *h)
{
	l.scheme = "dongguan";
	l.channel = "counter";
	l.method = "card";
	if (k == USERS)
		snprintf(h->serial, sizeof h->serial, "%s", organisation);
	else
		life_holder(&l, k == SWAP ? "\"scheme\": \"swaps\"" : NULL, h);
	l.scheme = kinds[k].scheme;
	l.channel = kinds[k].channel;
	l.method = kinds[k].method;
}

/* As many as it makes, and the old one is what it is to be. */
static void
is_made_once(enum kind k, const struct holder *h, const char *old)
{
	assert_int_equal(life_certificates(&l, h->no, "c.state = 'valid'"), kinds[k].makes);
	assert_int_equal(life_certificates(&l, h->no, "c.state <> 'revoked'"), kinds[k].makes);
	assert_string_equal(life_state(&l, old), k == USERS ? "valid" : "superseded");
}

static void
of_two_who_carry_out_the_same_one_is_told(void **st)
{
	static const enum step at[3][12] = {
		[SWAP] = { STEP_RESERVED, STEP_INITIALISED, STEP_INITIALISED_STORED, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED,
		    STEP_ANSWERED, STEP_ISSUED, STEP_WRITTEN, STEP_N },
		[MARK] = { STEP_IDENTIFIED, STEP_PIN_SET, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED, STEP_ANSWERED, STEP_ISSUED,
		    STEP_WRITTEN, STEP_N },
		[USERS] = { STEP_RESERVED, STEP_INITIALISED, STEP_KEY_MADE, STEP_INTENT, STEP_SENT, STEP_RECEIVED, STEP_ANSWERED, STEP_WRITTEN,
		    STEP_VERIFIED, STEP_N },
	};
	struct holder h = { 0 };
	char old[64];

	(void)st;
	for (int k = SWAP; k <= USERS; k++)
		for (int i = 0; at[k][i] != STEP_N; i++) {
			turn((enum kind)k, &h);
			snprintf(old, sizeof old, "%s", h.serial);
			life_approved(&l, &h, kinds[k].service, NULL, kinds[k].edits);
			life_beside(&l, "issue", h.no, at[k][i], NULL, NULL, "issued");
			is_made_once((enum kind)k, &h, old);
			life_deliver(&l, h.no);
		}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

/* Nobody waits for anybody: who comes too late is told that it is in hand, or done. */
static void
two_who_carry_out_the_same_at_once_make_it_once(void **st)
{
	struct holder h = { 0 };
	char old[64];

	(void)st;
	for (int k = SWAP; k <= USERS; k++)
		for (int i = 0; i < ROUNDS; i++) {
			struct life_both b;

			turn((enum kind)k, &h);
			snprintf(old, sizeof old, "%s", h.serial);
			life_approved(&l, &h, kinds[k].service, NULL, kinds[k].edits);
			b = life_both(&l, "huang", "issue", h.no, h.no, NULL, NULL);
			/* of two certificates each may have one in hand: said again, the rest is made */
			for (int n = 0; n < 2; n++)
				if (b.rc[n] != 0 && !(b.rc[n] == 3 && strstr(b.err[n], "another console")) && b.rc[n] != 1)
					fail_msg("exit %d: %s", b.rc[n], b.err[n]);
			if (ra(l.w, "huang", "show", h.no, "--json", NULL) == 0 && strcmp(out_value(l.w, "state"), "issued") != 0)
				life_went(&l, ra(l.w, "huang", "issue", h.no, NULL));
			state_is(l.w, h.no, "issued");
			is_made_once((enum kind)k, &h, old);
			life_deliver(&l, h.no);
		}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

static void
of_two_applications_on_one_certificate_one_is_accepted(void **st)
{
	struct holder h = { 0 }, other;

	(void)st;
	for (int k = SWAP; k <= USERS; k++)
		for (int i = 0; i < ROUNDS; i++) {
			struct life_both b;
			const char *won, *lost;

			turn((enum kind)k, &h);
			other = h;
			life_drafted(&l, &h, kinds[k].service, NULL, kinds[k].edits);
			life_drafted(&l, &other, kinds[k].service, NULL, kinds[k].edits);
			b = life_both(&l, "chen", "accept", h.no, other.no, NULL, NULL);
			life_one_of(&b, 1, "old_serial: ");
			won = b.rc[0] == 0 ? h.no : other.no;
			lost = b.rc[0] == 0 ? other.no : h.no;
			life_told(&l, ra(l.w, "chen", "accept", lost, NULL), 1, won);
			life_went(&l, ra(l.w, "chen", "withdraw", lost, "--reason", "另行办理", NULL));
			life_went(&l, ra(l.w, "chen", "withdraw", won, "--reason", "另行办理", NULL));
		}
	audit_is_whole(l.w);
}

/* Of a token from elsewhere the store knows only the serial, whoever says that it is theirs. */
static void
of_two_swaps_of_one_foreign_token_one_is_accepted(void **st)
{
	struct holder h = { 0 }, other;
	char code[20], edits[2][300];

	(void)st;
	l.scheme = "swaps";
	l.channel = "counter";
	l.method = "card";
	for (int i = 0; i < ROUNDS; i++) {
		struct life_both b;

		for (int n = 0; n < 2; n++) {
			world_code(l.w, code);
			snprintf(edits[n], sizeof edits[n], "\"years\": 1, \"org.name\": \"肇庆市端州砚石有限公司\", \"org.credit_code\": \"%s\","
			    " \"agent.name\": \"刘晓彤\", \"agent.id_no\": \"11010519491231002X\"", code);
		}
		snprintf(h.serial, sizeof h.serial, "5A9C0FFEE%.8s", code + 8);
		other = h;
		life_drafted(&l, &h, "swap", NULL, edits[0]);
		life_drafted(&l, &other, "swap", NULL, edits[1]);
		b = life_both(&l, "chen", "accept", h.no, other.no, NULL, NULL);
		life_one_of(&b, 1, "old_serial: ");
		life_went(&l, ra(l.w, "chen", "withdraw", b.rc[0] == 0 ? h.no : other.no, "--reason", "另行办理", NULL));
	}
	audit_is_whole(l.w);
}

/* While it is on its way the certificate that it stands on is held: what was made is revoked, and it waits, approved. */
static void
a_service_whose_certificate_is_held_meanwhile_leaves_no_new_one(void **st)
{
	static const enum step at[] = { STEP_KEY_MADE, STEP_INTENT, STEP_RECEIVED, STEP_ISSUED, STEP_WRITTEN };
	struct holder h = { 0 };
	char no[APP_NO_MAX];

	(void)st;
	for (int k = SWAP; k <= USERS; k++)
		for (size_t i = 0; i < N(at); i++) {
			char old[64];
			pid_t first;

			turn((enum kind)k, &h);
			snprintf(old, sizeof old, "%s", h.serial);
			life_approved(&l, &h, kinds[k].service, NULL, kinds[k].edits);
			first = life_stopped(&l, at[i], "huang", "issue", h.no, NULL, NULL);
			life_went(&l, ra(l.w, "liang", "revoke", "--emergency", old, "--reason", "key_compromise", NULL));
			snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
			if (life_let_go(&l, first) != 1 || !strstr(l.w->err, "old_serial: "))
				fail_msg("%s at %s: %s", kinds[k].service, step_names[at[i]], l.w->err);
			state_is(l.w, h.no, "approved");
			assert_int_equal(life_certificates(&l, h.no, "c.state <> 'revoked'"), 0);
			life_is(&l, old, "hold", 6);
			life_went(&l, ra(l.w, "huang", "review", no, "refuse", "--reason", "查无此事", NULL));
			life_went(&l, ra(l.w, "huang", "issue", h.no, NULL));
			is_made_once((enum kind)k, &h, old);
			life_deliver(&l, h.no);
		}
	assert_true(life_agrees(&l));
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_who_carry_out_the_same_one_is_told),
		cmocka_unit_test(two_who_carry_out_the_same_at_once_make_it_once),
		cmocka_unit_test(of_two_applications_on_one_certificate_one_is_accepted),
		cmocka_unit_test(of_two_swaps_of_one_foreign_token_one_is_accepted),
		cmocka_unit_test(a_service_whose_certificate_is_held_meanwhile_leaves_no_new_one),
	};

	return life_run(&l, tests, ready);
}
