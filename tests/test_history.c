/* Histories over a real store: all of an organisation page by page, and one application in words of both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/tr.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/history.h"
#include "tests/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS 7

static struct world *w;
static struct office *chen, *reader;	/* the reader opens no statements but a history's */
static char closed[APP_NO_MAX], returned[APP_NO_MAX], other[OTHERS][APP_NO_MAX], stranger[APP_NO_MAX];
static char credit[80], serial[64], token[40];

static const char reason[] = "营业执照复印件未盖章";

/* Edits that make another application of the organisation that has the first one. */
static const char *
same_organisation(void)
{
	static char edits[160];

	snprintf(edits, sizeof edits, "\"org.credit_code\": \"%s\"", credit);
	return edits;
}

static void
issue_and_hand_over(void)
{
	struct application *a = calloc(1, sizeof *a);
	struct office *huang = world_member(w, "huang");
	struct err e;

	world_approved(w, chen, huang, closed);
	office_close(huang);
	assert_int_equal(ra(w, "huang", "issue", closed, NULL), 0);
	assert_int_equal(ra(w, "chen", "show", closed, "--json", NULL), 0);
	snprintf(serial, sizeof serial, "%s", out_value(w, "serial"));
	snprintf(token, sizeof token, "%s", out_value(w, "token"));
	assert_int_equal(ra(w, "huang", "show", closed, "--open", "核对经办人", NULL), 0);
	assert_int_equal(ra(w, "li", "deliver", closed, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	went(application_load(chen, closed, a, &e), &e);
	snprintf(credit, sizeof credit, "%s", a->record.org.credit_code);
	free(a);
}

static int
set_up(void **state)
{
	struct office *huang;
	struct err e;

	(void)state;
	w = world_new();
	chen = world_member(w, "chen");
	huang = world_member(w, "huang");
	reader = world_member(w, "li");
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "2", NULL), 0);
	issue_and_hand_over();
	world_draft(w, chen, NULL, stranger);
	for (int i = 0; i < OTHERS; i++)
		world_draft(w, chen, same_organisation(), other[i]);
	world_submitted(w, chen, NULL, returned);
	went(desk_step(huang, returned, 0, ACT_RETURN, reason, &e), &e);
	assert_int_equal(ra(w, "chen", "edit", returned, world_file(w, "e.json", "{\"remark\": \"x\", \"years\": 3}"), NULL), 0);
	assert_int_equal(ra(w, "chen", "correct", returned, "--reason", "请补交法定代表人签名", NULL), 0);
	assert_int_equal(ra(w, "chen", "withdraw", returned, "--reason", "单位不办了", NULL), 0);
	office_close(huang);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	office_close(chen);
	office_close(reader);
	world_free(w);
	return 0;
}

static void
an_organisation_s_history_holds_every_application_with_what_came_of_it(void **st)
{
	struct history *h = NULL;
	struct history_case *c;
	int64_t organisation;
	struct err e;

	(void)st;
	went(history_whose(reader, credit, &organisation, &e), &e);
	went(history_read(reader, organisation, 0, false, 100, &h, &e), &e);
	assert_int_equal(h->n, OTHERS + 1);
	assert_true(h->end);
	assert_string_equal(h->who.doc, credit);
	assert_string_equal(h->who.name, "东莞市松湖精密制造有限公司");
	for (int i = 0; i < OTHERS; i++)
		assert_string_equal(h->at[i].row.no, other[OTHERS - 1 - i]);
	c = &h->at[OTHERS];
	assert_string_equal(c->row.no, closed);
	assert_int_equal(c->row.state, APP_CLOSED);
	assert_int_equal(c->money, MONEY_SETTLED);
	assert_string_equal(c->head.delivered_to, "刘晓彤");
	assert_true(c->head.accepted_at > 0 && c->head.reviewed_at >= c->head.accepted_at);
	assert_int_equal(c->certificates, 1);
	assert_string_equal(c->certificate[0].c.serial, serial);
	assert_int_equal(c->certificate[0].now, CERT_VALID);
	assert_string_equal(c->certificate[0].c.token, token);
	assert_int_equal(c->tokens, 1);
	assert_string_equal(c->token[0].serial, token);
	assert_int_equal(c->token[0].state, TOKEN_ACTIVE);
	assert_true(c->token[0].since > 0);
	assert_int_equal(c->payments, 1);
	assert_int_equal(c->payment[0].amount_fen, 40000);
	assert_string_equal(c->payment[0].method, "card");
	assert_string_equal(c->payment[0].reference, closed);
	assert_int_equal(h->at[0].certificates + h->at[0].tokens + h->at[0].payments, 0);
	assert_int_equal(h->at[0].money, MONEY_NONE_DUE);
	history_free(h);
}

static void
pages_follow_each_other_without_gap_or_repetition(void **st)
{
	int64_t organisation;
	struct err e;

	(void)st;
	went(history_whose(reader, credit, &organisation, &e), &e);
	for (size_t max = 1; max <= OTHERS + 2; max++)
		for (int back = 0; back < 2; back++) {
			int64_t edge = 0;
			size_t seen = 0;
			bool end = false;

			while (!end) {
				struct history *h = NULL;

				went(history_read(reader, organisation, edge, back, max, &h, &e), &e);
				assert_true(h->n > 0);
				for (size_t i = 0; i < h->n; i++) {
					size_t at = back ? OTHERS - seen - (h->n - 1 - i) : seen + i;

					assert_string_equal(h->at[i].row.no, at < OTHERS ? other[OTHERS - 1 - at] : closed);
				}
				seen += h->n;
				end = h->end;
				edge = back ? h->at[0].row.id : h->at[h->n - 1].row.id;
				history_free(h);
			}
			assert_int_equal(seen, OTHERS + 1);
		}
	assert_false(history_read(reader, 999999, 0, false, 10, &(struct history *){ NULL }, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
}

static void
whose_it_is_is_told_from_anything_that_names_it_alone(void **st)
{
	const char *names[] = { credit, closed, serial, token, other[0], "" };
	int64_t organisation, one;
	char tail[16];
	struct err e;

	(void)st;
	went(history_whose(reader, credit, &organisation, &e), &e);
	snprintf(tail, sizeof tail, "%s", closed + strlen(closed) - 6);
	names[5] = tail;
	for (size_t i = 0; i < 6; i++) {
		went(history_whose(reader, names[i], &one, &e), &e);
		assert_int_equal(one, organisation);
	}
	went(history_whose(reader, stranger, &one, &e), &e);
	assert_int_not_equal(one, organisation);
	assert_false(history_whose(reader, "松湖", &one, &e));	/* several of that name */
	assert_non_null(strstr(e.text, "several"));
	assert_false(history_whose(reader, "没有这家", &one, &e));
	assert_non_null(strstr(e.text, "no organisation"));
}

static void
certificates_to_pick_from_tell_their_state_of_now_and_their_chain(void **st)
{
	struct history_certificate c[8];
	int64_t organisation;
	struct err e;
	size_t n;

	(void)st;
	/* a second one that took the place of the first, and a third whose end has come */
	assert_int_equal(sql_int(w, "INSERT INTO certificate(ca, serial, state, organisation, application, item, scheme, subject,"
	    " not_before, not_after, der, stored_at, replaces) SELECT ca, 'AA02', 'valid', organisation, application, item, scheme,"
	    " subject, not_before, not_after, der, stored_at, id FROM certificate;"
	    "UPDATE certificate SET state = 'superseded', replaced_by = (SELECT id FROM certificate WHERE serial = 'AA02')"
	    " WHERE serial <> 'AA02';"
	    "INSERT INTO certificate(ca, serial, state, organisation, application, item, scheme, subject, not_before, not_after, der,"
	    " stored_at) SELECT ca, 'AA03', 'valid', organisation, application, item, scheme, subject, 1600000000, 1700000000, der,"
	    " stored_at FROM certificate WHERE serial = 'AA02'; SELECT count(*) FROM certificate"), 3);
	went(history_whose(reader, credit, &organisation, &e), &e);
	went(history_pick(reader, organisation, 0, false, c, 8, &n, &e), &e);
	assert_int_equal(n, 3);
	assert_string_equal(c[0].c.serial, "AA03");
	assert_int_equal(c[0].now, CERT_EXPIRED);
	assert_int_equal(c[0].c.state, CERT_VALID);
	assert_string_equal(c[1].c.serial, "AA02");
	assert_int_equal(c[1].now, CERT_VALID);
	assert_string_equal(c[1].replaces, serial);
	assert_string_equal(c[1].replaced_by, "");
	assert_string_equal(c[2].c.serial, serial);
	assert_int_equal(c[2].now, CERT_SUPERSEDED);
	assert_string_equal(c[2].replaced_by, "AA02");
	went(history_pick(reader, organisation, c[1].c.id, false, c, 8, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_string_equal(c[0].c.serial, serial);
	went(history_pick(reader, organisation, c[0].c.id, true, c, 1, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_string_equal(c[0].c.serial, "AA02");
	went(history_pick(reader, organisation, 0, true, c, 2, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_string_equal(c[0].c.serial, "AA02");
	assert_string_equal(c[1].c.serial, serial);
}

/* The act of that stored name; which: 0 the first, 1 the second … */
static const struct history_act *
nth(const struct history_act *h, size_t n, const char *stored, int which)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(h[i].stored, stored) == 0 && which-- == 0)
			return &h[i];
	fail_msg("there is no act %s", stored);
	return NULL;
}

static void
an_application_s_history_tells_who_did_what_and_when_in_either_language(void **st)
{
	static const struct { const char *stored; int which; const char *who, *zh, *en; } rows[] = {
		{ "apply", 0, "chen", "东莞市住房公积金数字证书，新申请，现场", "new, counter" }, { "accept", 0, "chen", "1", "by version 1" },
		{ "material", 0, "chen", "合格", "pass" }, { "pay", 0, "chen", "刷卡 400.00 元", "card 400.00 yuan" },
		{ "submit", 0, "chen", "由已受理到待复查", "from received to review" },
		{ "approve", 0, "huang", "由待复查到已通过", "from review to approved" }, { "reserve", 0, "huang", "介质", "token" },
		{ "received", 0, "huang", "证书", "certificate" }, { "open_id", 0, "huang", "核对经办人", "核对经办人" },
		{ "deliver", 0, "li", "经办人证件一致", "ID agrees" },
	};
	static const char *const machine[] = { " to ", " fen", "item ", "certificate ", "scheme version", "checks void", "reason ",
	    " pass", "try " };
	struct history_act *h = NULL;
	struct err e;
	size_t n;

	(void)st;
	for (int zh = 0; zh < 2; zh++) {
		tr_language(zh ? "zh" : "en");
		went(history_acts(reader, closed, &h, &n, &e), &e);
		assert_true(n > 12);
		for (size_t i = 1; i < n; i++)
			assert_true(h[i].at >= h[i - 1].at);
		assert_string_equal(h[0].stored, "apply");
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			const struct history_act *a = nth(h, n, rows[i].stored, rows[i].which);

			assert_string_equal(a->login, rows[i].who);
			assert_true(a->name[0] != '\0' && a->station[0] != '\0');
			if (!strstr(a->words, zh ? rows[i].zh : rows[i].en))
				fail_msg("%s: %s", a->stored, a->words);
		}
		for (size_t i = 0; zh && i < n; i++)
			for (size_t k = 0; k < sizeof machine / sizeof *machine; k++)
				if (strstr(h[i].words, machine[k]))
					fail_msg("%s: %s", h[i].stored, h[i].words);
		assert_string_equal(nth(h, n, "deliver", 0)->what, zh ? "交付" : "handed over");
		free(h);
	}
	tr_language("en");
	went(history_acts(reader, returned, &h, &n, &e), &e);
	assert_non_null(strstr(nth(h, n, "return", 0)->words, "from review to received"));
	assert_non_null(strstr(nth(h, n, "return", 0)->words, reason));
	assert_non_null(strstr(nth(h, n, "edit", 0)->words, "void"));
	assert_non_null(strstr(nth(h, n, "correct", 0)->words, "请补交法定代表人签名"));
	assert_non_null(strstr(nth(h, n, "withdraw", 0)->words, "单位不办了"));
	audit_is_whole(w);
	free(h);
	assert_false(history_acts(reader, "DG01000000000000", &h, &n, &e));
}

static void
a_detail_of_no_known_form_is_shown_as_it_stands(void **st)
{
	static const struct { enum act act; const char *detail, *shown; } rows[] = {
		{ ACT_SHOW, "something new", "something new" }, { ACT_PAY, "card 1 fen more", "card 1 fen more" }, { ACT_PAY, "", "" },
		{ ACT_PAY, "card 123456 fen", "card 1,234.56 yuan" }, { ACT_RETURN, "review to received", "from review to received" },
		{ ACT_RETURN, "nowhere to received", "from nowhere to received" }, { ACT_MATERIAL, "no_such pass", "no_such: pass" },
		{ ACT_ENDED, "item 2: token dead: again", "item 2: token dead: again" }, { ACT_REVOKED, "reason 4", "reason: superseded" },
		{ ACT_REVOKED, "reason 99", "reason: 99" }, { ACT_N, "{1} %s", "{1} %s" },
	};
	char out[512], tiny[8];

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		history_words(NULL, NULL, rows[i].act, rows[i].detail, out, sizeof out);
		assert_string_equal(out, rows[i].shown);
		history_words(NULL, NULL, rows[i].act, rows[i].detail, tiny, sizeof tiny);
		assert_true(strlen(tiny) < sizeof tiny);
	}
	for (int i = 0; i < ACT_N; i++)
		assert_int_equal(history_act_of(acts[i].stored), i);
	assert_int_equal(history_act_of("none"), ACT_N);
}

#define ACT(e, stored, command, zh, en, roles) #e,
static const char *const act_enums[] = {
#include "ra/acts.def"
};
#undef ACT

static enum act
act_by_enum(const char *call)
{
	size_t n = strspn(call, "ACT_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	int i = 0;

	while (i < ACT_N && !(strlen(act_enums[i]) == n && strncmp(act_enums[i], call, n) == 0))
		i++;
	return (enum act)i;
}

/* A format as it would be filled: numbers 7, words x. */
static void
filled(const char *format, size_t n, char *out, size_t outsz)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 2 < outsz; i++) {
		if (format[i] != '%') {
			out[used++] = format[i];
			continue;
		}
		i += 1 + strspn(format + i + 1, "0123456789.lz");
		out[used++] = format[i] == 's' ? 'x' : '7';
	}
	out[used] = '\0';
}

static void
every_detail_that_the_program_writes_has_its_words(void **st)
{
	/* one act and its detail per line, from the source; those with a choice of acts or texts in the call are left out */
	static const char calls[] = "cat ra/*.c tui/*.c tui/commands/*.c tui/screens/*.c | tr '\\n\\t' '  '"
	    " | grep -oE '(office_commit|application_commit|application_note_opened)\\((\"[^\"]*\"|[^;{\"])*;' | grep -oE 'ACT_[A-Z_]+,.*' | grep -vE ' \\? |args_option' | sort -u";
	int seen = 0;

	(void)st;
	assert_int_equal(run(w, "sh", "-c", calls, NULL), 0);
	for (char *line = w->out, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		enum act act = act_by_enum(line);
		char detail[256], en[512], zh[512];
		const char *format;

		*end = '\0';
		/* the last text of the call; a fixed object may stand before it */
		format = strchr(line, '"');
		if (!format || act == ACT_N)
			continue;
		if (strncmp(format, "\"search\"", 8) == 0 || strncmp(format, "\"audit\"", 7) == 0 || strncmp(format, "\"store\"", 7) == 0)
			format = strchr(strchr(format + 1, '"') + 1, '"');
		filled(format + 1, strcspn(format + 1, "\""), detail, sizeof detail);
		if (strcmp(detail, "x") == 0 || strcmp(detail, "x x") == 0)
			continue;	/* a word of a list alone */
		tr_language("zh");
		history_words(NULL, NULL, act, detail, zh, sizeof zh);
		tr_language("en");
		history_words(NULL, NULL, act, detail, en, sizeof en);
		if (strcmp(zh, en) == 0 && strspn(detail, "x7 :") != strlen(detail))
			fail_msg("ra/history_words.c has no words for \"%s\" of %s", detail, acts[act].stored);
		seen++;
	}
	assert_true(seen > 20);
}

static void
the_command_tells_both_histories(void **st)
{
	(void)st;
	assert_int_equal(ra(w, "he", "history", serial, "--limit", "3", NULL), 0);
	assert_non_null(strstr(w->out, credit));
	assert_non_null(strstr(w->out, other[OTHERS - 1]));
	assert_null(strstr(w->out, other[0]));
	assert_non_null(strstr(w->out, "--before"));
	assert_int_equal(ra(w, "he", "history", serial, "--before", other[1], "--json", NULL), 0);
	assert_string_equal(out_value(w, "no"), other[0]);
	assert_non_null(strstr(w->out, "\"before\":null"));
	assert_non_null(strstr(w->out, serial));
	assert_non_null(strstr(w->out, "\"replaces\":"));
	assert_non_null(strstr(w->out, "\"amount_fen\":40000"));
	assert_null(strstr(w->out, "11010519491231002X"));
	assert_int_equal(ra(w, "he", "history", closed, "--acts", NULL), 0);
	assert_non_null(strstr(w->out, "card 400.00 yuan"));
	assert_int_equal(ra(w, "he", "history", closed, "--acts", "--json", NULL), 0);
	assert_string_equal(out_value(w, "act"), "apply");
	assert_string_equal(out_value(w, "who"), "chen");
	assert_int_equal(ra(w, "he", "history", "松湖", NULL), 1);
	assert_int_equal(ra(w, "he", "history", credit, "--limit", "0", NULL), 1);
}

static void
no_statement_of_a_history_reads_a_table(void **st)
{
	/* the rows of one application in order of time: a sort of a handful */
	static const char *const sorted[] = { "FROM audit WHERE object = :object) w", "FROM scheme WHERE scheme = :scheme", NULL };

	(void)st;
	plans_are_by_key(w, reader->db, sorted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_organisation_s_history_holds_every_application_with_what_came_of_it),
		cmocka_unit_test(pages_follow_each_other_without_gap_or_repetition),
		cmocka_unit_test(whose_it_is_is_told_from_anything_that_names_it_alone),
		cmocka_unit_test(an_application_s_history_tells_who_did_what_and_when_in_either_language),
		cmocka_unit_test(certificates_to_pick_from_tell_their_state_of_now_and_their_chain),
		cmocka_unit_test(a_detail_of_no_known_form_is_shown_as_it_stands),
		cmocka_unit_test(every_detail_that_the_program_writes_has_its_words),
		cmocka_unit_test(the_command_tells_both_histories),
		cmocka_unit_test(no_statement_of_a_history_reads_a_table),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
