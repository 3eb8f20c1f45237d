/* Applications and what hangs on one, over a real file: what goes in comes out, and what was sealed opens nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/application.h"
#include "db/scan.h"
#include "forms/field.h"
#include "tests/store.h"
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct store *s;
static struct application *a, *b;

static int
set_up(void **state)
{
	(void)state;
	s = store_new();
	a = calloc(1, sizeof *a);
	b = calloc(1, sizeof *b);
	return a && b ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	free(a);
	free(b);
	store_free(s);
	return 0;
}

/* A value of its own for every field, as long as the field takes. */
static void
fill(struct record *r, int turn)
{
	record_clear(r);
	r->users = RECORD_USERS_MAX;
	for (int u = -1; u < RECORD_USERS_MAX; u++)
		for (size_t i = 0; i < (u < 0 ? fields_n : user_fields_n); i++) {
			const struct field *f = u < 0 ? &fields[i] : &user_fields[i];
			char *text = field_member(f, r, u);

			if (f->kind == FIELD_NUMBER || f->kind == FIELD_YESNO)
				*(int *)field_member(f, r, u) = f->kind == FIELD_YESNO ? turn % 2 : f->low + (int)(i + (size_t)turn) % (f->high - f->low + 1);
			else if (f->kind == FIELD_CHOICE)
				snprintf(text, f->size, "%s", f->names[(i + (size_t)turn) % 3].stored);
			else
				for (int c = 0; c < f->high; c++)
					memcpy(text + 4 * c, (const char *[]){ "𠮷", "𡃁", "𪚥" }[(c + (int)i + u + turn + 1) % 3], 4);
		}
}

static void
application_new(struct application *x, int turn)
{
	struct err e;

	memset(x, 0, sizeof *x);
	fill(&x->record, turn);
	x->entered_by = s->staff;
	x->entered_at = 1795651200 + turn;
	snprintf(x->point, sizeof x->point, "DG01");
	store_begin(s);
	went(app_next_no(s->db, "DG01", x->entered_at, x->no, &e) && app_insert(s->db, s->keys, x, &e), &e);
	store_commit(s);
}

static struct application *
loaded(const char *no)
{
	static struct application x;
	struct err e;
	bool found;

	went(app_load(s->db, s->keys, no, &x, &found, &e), &e);
	assert_true(found);
	return &x;
}

static void
every_field_at_its_full_length_comes_back(void **st)
{
	struct err e;

	(void)st;
	application_new(a, 0);
	store_reopen(s);
	assert_true(record_same(&loaded(a->no)->record, &a->record));
	fill(&a->record, 1);
	a->record.users = 3;		/* fewer than before: the rest is gone */
	store_begin(s);
	went(app_store_record(s->db, s->keys, a, &e), &e);
	store_commit(s);
	store_reopen(s);
	assert_true(record_same(&loaded(a->no)->record, &a->record));
	record_clear(&a->record);	/* and nothing at all, but for what a row cannot be without */
	snprintf(a->record.head.scheme, sizeof a->record.head.scheme, "dongguan");
	snprintf(a->record.head.channel, sizeof a->record.head.channel, "mail");
	snprintf(a->record.head.service, sizeof a->record.head.service, "new");
	store_begin(s);
	went(app_store_record(s->db, s->keys, a, &e), &e);
	store_commit(s);
	assert_true(record_same(&loaded(a->no)->record, &a->record));
}

static void
the_head_comes_back_and_counts_its_changes(void **st)
{
	struct err e;
	struct application *x;

	(void)st;
	a->state = APP_DELIVERED;
	a->accepted_by = a->reviewed_by = a->delivered_by = s->staff;
	a->accepted_at = 11;
	a->reviewed_at = 12;
	a->delivered_at = 13;
	a->waived_fen = 99;
	snprintf(a->delivered_to, sizeof a->delivered_to, "顺丰 SF123");
	snprintf(a->why, sizeof a->why, "材料不全");
	store_begin(s);
	went(app_store_head(s->db, a, 20, &e), &e);
	store_commit(s);
	x = loaded(a->no);
	assert_int_equal(x->state, APP_DELIVERED);
	assert_int_equal(x->version, 2);
	assert_int_equal(x->accepted_at, 11);
	assert_int_equal(x->reviewed_at, 12);
	assert_int_equal(x->delivered_at, 13);
	assert_int_equal(x->changed_at, 20);
	assert_int_equal(x->waived_fen, 99);
	assert_string_equal(x->delivered_to, "顺丰 SF123");
	assert_string_equal(x->why, "材料不全");
}

/* ---- sealed ---- */

static void
application_with_numbers(struct application *x, int turn, const char *id_no)
{
	memset(x, 0, sizeof *x);
	record_clear(&x->record);
	x->entered_by = s->staff;
	x->entered_at = 1795651200 + turn;
	snprintf(x->point, sizeof x->point, "DG01");
	snprintf(x->record.head.scheme, sizeof x->record.head.scheme, "dongguan");
	snprintf(x->record.head.channel, sizeof x->record.head.channel, "counter");
	snprintf(x->record.head.service, sizeof x->record.head.service, "new");
	snprintf(x->record.agent.id_no, sizeof x->record.agent.id_no, "%s", id_no);
	snprintf(x->record.agent.mobile, sizeof x->record.agent.mobile, "13700001111");
	snprintf(x->record.org.phone, sizeof x->record.org.phone, "13700001111");
	snprintf(x->record.user[0].id_no, sizeof x->record.user[0].id_no, "%s", id_no);
	snprintf(x->record.user[1].id_no, sizeof x->record.user[1].id_no, "99887766");
	x->record.users = 2;
	store_begin(s);
	went(app_next_no(s->db, "DG01", x->entered_at, x->no, &(struct err){ 0 }) && app_insert(s->db, s->keys, x, &(struct err){ 0 }),
	    &(struct err){ 0 });
	store_commit(s);
}

static void
no_personal_number_lies_open_in_the_store(void **st)
{
	(void)st;
	application_with_numbers(a, 0, "11010519491231002X");
	application_with_numbers(b, 1, "11010519491231002X");
	assert_false(store_holds(s, "11010519491231002"));
	assert_false(store_holds(s, "13700001111"));
	assert_false(store_holds(s, "99887766"));
	store_script(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_false(store_holds(s, "11010519491231002"));
	assert_true(store_holds(s, a->no));		/* the search itself works */
}

static void
the_same_number_has_the_same_index_and_another_ciphertext(void **st)
{
	(void)st;
	assert_int_equal(store_number(s, "SELECT count(DISTINCT agent_id_no_x) FROM application WHERE agent_id_no_x IS NOT NULL"), 1);
	assert_int_equal(store_number(s, "SELECT count(DISTINCT agent_id_no) FROM application WHERE agent_id_no_x IS NOT NULL"), 2);
	/* the column is part of it: one number as a mobile and as a phone */
	assert_int_equal(store_number(s, "SELECT count(*) FROM application WHERE agent_mobile_x = org_phone_x"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM application WHERE length(agent_mobile_x) = 32"), 2);
}

/* @A and @B stand for the numbers of the two applications. */
static void
written(const char *move, char *out, size_t size)
{
	size_t n = 0;

	for (const char *p = move; *p; p++) {
		if (*p == '@') {
			n += (size_t)snprintf(out + n, size - n, "'%s'", p[1] == 'A' ? a->no : b->no);
			p++;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
}

static void
a_ciphertext_opens_only_where_it_was_sealed(void **st)
{
	static const char *const moves[] = {
		"UPDATE application SET agent_id_no = (SELECT agent_id_no FROM application WHERE no = @B) WHERE no = @A",
		"UPDATE application SET agent_mobile = org_phone WHERE no = @A",
		"UPDATE application SET agent_id_no = CAST(substr(agent_id_no, 1, length(agent_id_no) - 1) || x'00' AS BLOB) WHERE no = @A",
		"UPDATE application SET agent_id_no = CAST(substr(agent_id_no, 1, 20) AS BLOB) WHERE no = @A",
		"UPDATE application SET agent_id_no = x'' WHERE no = @A",
		"UPDATE application SET agent_id_no = CAST(x'7f' || substr(agent_id_no, 2) AS BLOB) WHERE no = @A",
		"UPDATE application SET no = 'DG01261121999990' WHERE no = @A",
		"UPDATE application_user SET user_id_no = (SELECT user_id_no FROM application_user u WHERE u.application ="
		    " application_user.application AND n = 1) WHERE n = 2 AND application = (SELECT id FROM application WHERE no = @A)",
	};
	char sql[700];

	(void)st;
	store_script(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		struct err e = { 0 };
		bool found;

		snprintf(sql, sizeof sql, "cp %s/ra.db %s/keep", s->dir, s->dir);
		assert_int_equal(system(sql), 0);
		written(moves[i], sql, sizeof sql);
		store_script(s, sql);
		if (app_load(s->db, s->keys, strstr(moves[i], "SET no") ? "DG01261121999990" : a->no, b, &found, &e))
			fail_msg("opened: %s", moves[i]);
		assert_int_equal(e.code, FAULT_INTERNAL);
		assert_non_null(strstr(e.text, "application"));
		db_close(s->db);
		s->db = NULL;
		snprintf(sql, sizeof sql, "rm -f %s/ra.db-*; mv %s/keep %s/ra.db", s->dir, s->dir, s->dir);
		assert_int_equal(system(sql), 0);
		store_reopen(s);
		assert_string_equal(loaded(a->no)->record.agent.id_no, "11010519491231002X");
	}
}

static void
shell(const char *command)
{
	char line[400];

	snprintf(line, sizeof line, "cd %s && %s", s->dir, command);
	assert_int_equal(system(line), 0);
}

static void
keys_rotate_and_a_missing_or_spoilt_one_is_told(void **st)
{
	static const struct { const char *spoil, *words; } rows[] = {
		{ "mv seal.key s", "seal.key" }, { "mv index.key i", "index.key" }, { "chmod 640 seal.key", "chmod 600" },
		{ ": > seal.key", "damaged" }, { "echo '1 abc' > seal.key", "damaged" }, { "echo '0 '$(printf %064d 0) > seal.key", "damaged" },
		{ "echo '256 '$(printf %064d 0) > seal.key", "damaged" }, { "printf 'x' >> seal.key", "damaged" },
		{ "echo zz > index.key", "damaged" }, { ": > index.key", "damaged" },
		{ "echo '2 '$(printf %064d 1) > seal.key", "key 1, which is not in keys/seal.key" },
		{ "echo '1 '$(printf %064d 1) > seal.key", "does not open" },
	};

	static struct application other;

	(void)st;
	/* a second key seals from now on, the first opens what it sealed */
	shell("cp -p seal.key keep.key && cp -p index.key keep.index && echo '2 '$(printf %064d 7) >> seal.key &&"
	    " cp -p seal.key both.key");
	store_reopen(s);
	assert_string_equal(loaded(a->no)->record.agent.id_no, "11010519491231002X");
	application_with_numbers(b, 2, "440524188001010014");
	assert_int_equal(store_number(s, "SELECT count(*) FROM application WHERE substr(agent_id_no, 1, 1) = x'02'"), 1);
	assert_string_equal(loaded(b->no)->record.agent.id_no, "440524188001010014");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct keys *k = NULL;
		struct err e = { 0 };
		bool found, ok;

		shell("cp -p keep.key seal.key && cp -p keep.index index.key");
		shell(rows[i].spoil);
		ok = keys_load(s->dir, &k, &e) && app_load(s->db, k, a->no, &other, &found, &e);
		if (ok || e.code != FAULT_INTERNAL || !strstr(e.text, rows[i].words))
			fail_msg("%s: %s", rows[i].spoil, ok ? "went through" : e.text);
		keys_free(k);
	}
	shell("cp -p both.key seal.key && cp -p keep.index index.key");
	assert_false(keys_create(s->dir, &(struct err){ 0 }));		/* never over what is there */
	store_reopen(s);
}

/* ---- numbers ---- */

static void
numbers_run_by_point_and_day_and_catch_one_wrong_digit(void **st)
{
	char no[APP_NO_MAX], next[APP_NO_MAX];
	struct err e = { 0 };

	(void)st;
	store_begin(s);
	went(app_next_no(s->db, "GZ02", 1795651200, no, &e) && app_next_no(s->db, "GZ02", 1795651200, next, &e), &e);
	assert_int_equal(strncmp(no, "GZ0226112600001", 15), 0);
	assert_int_equal(strncmp(next, "GZ0226112600002", 15), 0);
	/* 16:00 UTC is the next day in Shanghai */
	went(app_next_no(s->db, "GZ02", 1795651200 + 57600, next, &e), &e);
	assert_int_equal(strncmp(next, "GZ0226112700001", 15), 0);
	store_commit(s);
	assert_true(app_no_valid(no));
	for (size_t i = 4; i < strlen(no); i++)
		for (char c = '0'; c <= '9'; c++) {
			char other[APP_NO_MAX];

			snprintf(other, sizeof other, "%s", no);
			other[i] = c;
			assert_int_equal(app_no_valid(other), c == no[i]);
		}
	assert_false(app_no_valid(""));
	assert_false(app_no_valid("GZ02"));
	assert_false(app_no_valid("GZ022611260000100000000000000000"));
	store_begin(s);
	store_commit(s);
	store_script(s, "UPDATE counter SET value = 99999 WHERE name = 'no:GZ02:261126'");
	store_begin(s);
	assert_false(app_next_no(s->db, "GZ02", 1795651200, no, &e));
	assert_int_equal(e.code, FAULT_REFUSED);
	db_rollback(s->db);
}

/* ---- what hangs on an application ---- */

static void
fee_lines_checklist_and_items_come_back(void **st)
{
	struct scheme_material one = { .code = "licence_copy", .copies = 3, .points = 0xf }, two = { .code = "seal_form", .copies = 1 };
	const struct scheme_material *list[] = { &one, &two };
	struct fee_line line[SCHEME_LINES_MAX] = { { FEE_CERTIFICATE, 20000, 1, 2, 40000 }, { FEE_SEAL, 20000, 1, 2, 40000 } };
	struct app_material m[8];
	struct app_item i[8];
	struct err e;
	size_t n;

	(void)st;
	store_begin(s);
	went(app_fee_store(s->db, a->id, line, 2, &e) && app_fee_store(s->db, a->id, line, 1, &e)
	    && app_materials_make(s->db, a->id, list, 2, &e) && app_item_add(s->db, a->id, 1, "organisation", 0, &e)
	    && app_item_add(s->db, a->id, 1, "organisation", 0, &e), &e);
	went(app_materials(s->db, a->id, m, 8, &n, &e), &e);
	m[0].outcome = MATERIAL_FAIL;
	m[0].copies = 2;
	m[0].bad_points = 1u << POINT_STAMPED;
	m[0].checked_by = s->staff;
	m[0].checked_at = 7;
	snprintf(m[0].reason, sizeof m[0].reason, "未盖章");
	went(app_material_store(s->db, a->id, &m[0], &e), &e);
	store_commit(s);
	memset(line, 0, sizeof line);
	went(app_fee_load(s->db, a->id, line, &n, &e), &e);
	assert_int_equal(n, 1);			/* written anew, not added */
	assert_int_equal(line[0].amount_fen, 40000);
	went(app_materials(s->db, a->id, m, 8, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_string_equal(m[0].code, "licence_copy");
	assert_int_equal(m[0].wanted, 3);
	assert_int_equal(m[0].copies, 2);
	assert_int_equal(m[0].outcome, MATERIAL_FAIL);
	assert_int_equal(m[0].bad_points, 1u << POINT_STAMPED);
	assert_string_equal(m[0].reason, "未盖章");
	assert_int_equal(m[1].outcome, MATERIAL_PENDING);
	went(app_items(s->db, a->id, i, 8, &n, &e), &e);
	assert_int_equal(n, 1);			/* the same item again is the same item */
	assert_int_equal(i[0].state, ITEM_OPEN);
}

static void
an_initial_pin_is_sealed_to_its_item_and_wiped(void **st)
{
	struct app_item i[2];
	struct err e = { 0 };
	char pin[64], sql[200];
	size_t n;

	(void)st;
	went(app_items(s->db, a->id, i, 2, &n, &e), &e);
	store_begin(s);
	went(app_item_add(s->db, b->id, 1, "organisation", 0, &e) && app_item_pin_store(s->db, s->keys, &i[0], "77665544", &e), &e);
	store_commit(s);
	went(app_item_pin(s->db, s->keys, i[0].id, pin, &e), &e);
	assert_string_equal(pin, "77665544");
	assert_false(store_holds(s, "77665544"));
	snprintf(sql, sizeof sql, "UPDATE item SET pin = (SELECT pin FROM item WHERE id = %d) WHERE id <> %d", (int)i[0].id, (int)i[0].id);
	store_script(s, sql);
	went(app_items(s->db, b->id, i + 1, 1, &n, &e), &e);
	assert_false(app_item_pin(s->db, s->keys, i[1].id, pin, &e));
	store_begin(s);
	went(app_item_pin_store(s->db, s->keys, &i[0], NULL, &e), &e);
	store_commit(s);
	went(app_item_pin(s->db, s->keys, i[0].id, pin, &e), &e);
	assert_string_equal(pin, "");
}

static void
a_reference_pays_once_per_method(void **st)
{
	struct err e;
	char by[APP_NO_MAX];
	bool taken;

	(void)st;
	store_begin(s);
	went(app_pay(s->db, a->id, "card", 100, "R1", s->staff, 1, &taken, by, &e), &e);
	assert_true(taken);
	went(app_pay(s->db, b->id, "card", 100, "R1", s->staff, 1, &taken, by, &e), &e);
	assert_false(taken);
	assert_string_equal(by, a->no);
	went(app_pay(s->db, b->id, "wechat", 100, "R1", s->staff, 1, &taken, by, &e), &e);
	assert_true(taken);
	for (int i = 0; i < 2; i++) {		/* cash has none */
		went(app_pay(s->db, a->id, "cash", 100, "", s->staff, 1, &taken, by, &e), &e);
		assert_true(taken);
	}
	store_commit(s);
	assert_int_equal(loaded(a->no)->paid_fen, 300);
	assert_int_equal(loaded(b->no)->paid_fen, 100);
	assert_int_equal(store_number(s, "SELECT (SELECT sum(amount_fen) FROM payment) - (SELECT sum(amount_fen) FROM allocation)"), 0);
}

/* ---- organisations ---- */

static void
an_organisation_is_one_row_per_document_and_its_grams_follow_its_name(void **st)
{
	struct record_org o = { .name = "东莞市松湖精密制造有限公司", .credit_code = "91110000600037341L" };
	int64_t id, again;
	struct err e;

	(void)st;
	store_begin(s);
	went(org_ensure(s->db, &o, 1, &id, &e) && org_ensure(s->db, &o, 2, &again, &e), &e);
	assert_int_equal(id, again);
	store_commit(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM gram"), 13);	/* one per start position */
	snprintf(o.name, sizeof o.name, "松湖");
	store_begin(s);
	went(org_ensure(s->db, &o, 3, &again, &e), &e);
	assert_int_equal(id, again);
	store_commit(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM gram"), 2);
	assert_int_equal(store_number(s, "SELECT count(*) FROM organisation WHERE name = '松湖' AND changed_at = 3"), 1);
	/* without a code the licence, without that the other document names it */
	o.credit_code[0] = '\0';
	snprintf(o.licence_no, sizeof o.licence_no, "110108000000016");
	store_begin(s);
	went(org_ensure(s->db, &o, 4, &again, &e), &e);
	assert_int_not_equal(id, again);
	o.licence_no[0] = '\0';
	snprintf(o.doc_kind, sizeof o.doc_kind, "law_firm");
	snprintf(o.doc_no, sizeof o.doc_no, "A1");
	went(org_ensure(s->db, &o, 5, &id, &e), &e);
	store_commit(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM organisation WHERE doc IN ('110108000000016', 'law_firm:A1')"), 2);
}

/* ---- scans ---- */

static void
scans_are_sealed_files_named_by_what_they_hold(void **st)
{
	static unsigned char jpeg[200000] = { 0xff, 0xd8, 0xff, 0xe0, 'S', 'E', 'C', 'R', 'E', 'T', 'S', 'C', 'A', 'N' };
	char dir[100], digest[65], again[65], other[65], path[600];
	unsigned char *back = NULL;
	struct err e = { 0 };
	struct stat st1, st2;
	size_t n;

	(void)st;
	snprintf(dir, sizeof dir, "%s/scans", s->dir);
	went(scan_file(s->keys, dir, jpeg, sizeof jpeg, digest, &e), &e);
	snprintf(path, sizeof path, "%s/%.2s/%s", dir, digest, digest + 2);
	assert_int_equal(stat(path, &st1), 0);
	assert_int_equal(st1.st_mode & 0777, 0600);
	assert_false(store_holds(s, "SECRETSCAN"));
	went(scan_file(s->keys, dir, jpeg, sizeof jpeg, again, &e), &e);	/* the same again changes nothing */
	assert_string_equal(digest, again);
	assert_int_equal(stat(path, &st2), 0);
	assert_int_equal(st1.st_ino, st2.st_ino);
	store_begin(s);
	went(scan_row(s->db, digest, sizeof jpeg, s->staff, 1, &e) && scan_row(s->db, digest, sizeof jpeg, s->staff, 2, &e), &e);
	store_commit(s);
	went(scan_load(s->keys, dir, digest, &back, &n, &e), &e);
	assert_int_equal(n, sizeof jpeg);
	assert_memory_equal(back, jpeg, n);
	free(back);
	/* under another name, changed, cut, or gone */
	jpeg[100] = 1;
	went(scan_file(s->keys, dir, jpeg, sizeof jpeg, other, &e), &e);
	snprintf(path, sizeof path, "cp %s/%.2s/%s %s/%.2s/%s", dir, other, other + 2, dir, digest, digest + 2);
	assert_int_equal(system(path), 0);
	assert_false(scan_load(s->keys, dir, digest, &back, &n, &e));
	assert_null(back);
	snprintf(path, sizeof path, "printf x | dd of=%s/%.2s/%s bs=1 seek=5000 conv=notrunc 2>/dev/null", dir, other, other + 2);
	assert_int_equal(system(path), 0);
	assert_false(scan_load(s->keys, dir, other, &back, &n, &e));
	snprintf(path, sizeof path, "truncate -s 10 %s/%.2s/%s", dir, other, other + 2);
	assert_int_equal(system(path), 0);
	assert_false(scan_load(s->keys, dir, other, &back, &n, &e));
	assert_non_null(strstr(e.text, "damaged"));
	assert_false(scan_load(s->keys, dir, "0000000000000000000000000000000000000000000000000000000000000000", &back, &n, &e));
	assert_non_null(strstr(e.text, "not there"));
	/* what is no JPEG, or too large */
	assert_false(scan_file(s->keys, dir, "%PDF", 4, other, &e));
	assert_string_equal(e.field, "scan");
	assert_false(scan_file(s->keys, dir, jpeg, SCAN_MAX + 1, other, &e));
	assert_non_null(strstr(e.text, "smaller"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_at_its_full_length_comes_back),
		cmocka_unit_test(the_head_comes_back_and_counts_its_changes),
		cmocka_unit_test(no_personal_number_lies_open_in_the_store),
		cmocka_unit_test(the_same_number_has_the_same_index_and_another_ciphertext),
		cmocka_unit_test(a_ciphertext_opens_only_where_it_was_sealed),
		cmocka_unit_test(keys_rotate_and_a_missing_or_spoilt_one_is_told),
		cmocka_unit_test(numbers_run_by_point_and_day_and_catch_one_wrong_digit),
		cmocka_unit_test(fee_lines_checklist_and_items_come_back),
		cmocka_unit_test(an_initial_pin_is_sealed_to_its_item_and_wiped),
		cmocka_unit_test(a_reference_pays_once_per_method),
		cmocka_unit_test(an_organisation_is_one_row_per_document_and_its_grams_follow_its_name),
		cmocka_unit_test(scans_are_sealed_files_named_by_what_they_hold),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
