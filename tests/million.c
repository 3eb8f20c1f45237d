#include "tests/million.h"

#include "db/migrate.h"
#include "db/schemes.h"
#include "forms/idnumber.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a row holds ---- */

static uint64_t
mixed(uint64_t x)
{
	x += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

/* 0 … n - 1 out of the bits from `at` on. */
static unsigned
below(uint64_t x, int at, unsigned n)
{
	return (unsigned)(x >> at & 0xFFFFFFFF) % n;
}

static const char *const places[] = { "东莞市", "广州市", "深圳市", "肇庆市", "佛山市", "惠州市", "中山市", "珠海市", "广东", "东莞市石龙镇",
    "东莞市虎门镇", "东莞市长安镇", "广州市天河区", "广州市番禺区", "深圳市宝安区", "佛山市顺德区" };
static const char *const signs[] = { "华", "盛", "鑫", "宏", "达", "兴", "隆", "泰", "丰", "润", "恒", "瑞", "祥", "嘉", "美", "佳", "汇", "通", "联",
    "创", "博", "雅", "凯", "诚", "信", "源", "海", "天", "龙", "凤", "松", "湖", "岭", "南", "粤", "珠", "江", "东", "方", "长", "永", "顺", "安",
    "康", "福", "禄", "寿", "喜", "金", "银", "铭", "锐", "飞", "腾", "跃", "旭", "昌", "明", "亮", "辉", "耀", "光", "星", "月" };
static const char *const trades[] = { "科技", "贸易", "实业", "精密制造", "电子", "五金制品", "建筑工程", "装饰设计", "物业管理", "餐饮服务", "投资",
    "供应链管理", "塑胶模具", "服装", "食品", "信息技术", "人力资源", "运输", "机械设备", "环保工程" };
static const char *const forms[] = { "有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "（普通合伙）", "有限公司分公司", "厂" };
static const char *const surnames[] = { "陈", "李", "张", "黄", "何", "刘", "梁", "林", "吴", "周", "欧阳", "司徒" };
static const char *const given[] = { "伟", "晓彤", "志强", "丽华", "建国", "婉仪", "俊杰", "秀英", "明", "思远", "嘉欣", "国栋" };
#define PICK(table, x) (table)[(x) % (sizeof (table) / sizeof *(table))]

void
million_name(int i, char *out, size_t outsz)
{
	uint64_t x = mixed((uint64_t)i);

	snprintf(out, outsz, "%s%s%s%s%s%s", PICK(places, x), PICK(signs, x >> 8), PICK(signs, x >> 16),
	    x >> 24 & 3 ? PICK(signs, x >> 26) : "", PICK(trades, x >> 36), PICK(forms, x >> 44));
}

void
million_agent(int i, char *out, size_t outsz)
{
	uint64_t x = mixed((uint64_t)i ^ 0x4EC);

	snprintf(out, outsz, "%s%s", PICK(surnames, x >> 24), PICK(given, x >> 32));
}

void
million_credit_code(int i, char out[19])
{
	snprintf(out, 19, "91441900%08u", (10000000u + (unsigned)i) % 100000000u);
	out[16] = id_org_code_check(out + 8);
	out[17] = '\0';
	out[17] = id_credit_code_check(out);
	out[18] = '\0';
}

void
million_mobile(int i, char out[12])
{
	snprintf(out, 12, "13%09u", below(mixed((uint64_t)i ^ 0xA11), 0, 1000000000));
}

void
million_phone(int i, char out[16])
{
	snprintf(out, 16, "0769-2%07u", below(mixed((uint64_t)i ^ 0xF0), 0, 10000000));
}

void
million_id_no(int i, char out[19])
{
	uint64_t x = mixed((uint64_t)i ^ 0x1D);

	snprintf(out, 19, "440106%04u%02u%02u%03u", 1950 + below(x, 0, 50), 1 + below(x, 8, 12), 1 + below(x, 16, 28),
	    below(x, 24, 1000));
	out[17] = '\0';
	out[17] = id_resident_check(out);
	out[18] = '\0';
}

void
million_serial(int i, char out[25])
{
	uint64_t x = (uint64_t)i;

	snprintf(out, 25, "%08X%08X%08X", (uint32_t)(x * 2654435761u), (uint32_t)(x * 1597334677u), (uint32_t)x);
}

/* The organisation of row i: most have one application, some of the newest rows come from the same few. */
static int
organisation_of_row(int i, int n)
{
	int from = n - MILLION_AGAIN * MILLION_CASES;

	return from > 0 && i > from ? 1 + (i - from - 1) % MILLION_AGAIN : i;
}

/* ---- the state of a row ---- */

static const struct { enum app_state state; int of_open; } open_states[] = {	/* per thousand of the open ones */
	{ APP_DRAFT, 150 }, { APP_RECEIVED, 200 }, { APP_CORRECTION, 50 }, { APP_REVIEW, 300 }, { APP_APPROVED, 150 },
	{ APP_ISSUED, 100 }, { APP_DELIVERED, 50 },
};

static enum app_state
state_of(int i, int n)
{
	int open = n < MILLION_OPEN ? n / 2 : MILLION_OPEN, k = (int)below(mixed((uint64_t)i ^ 0x57A7E), 0, 1000);

	if (i <= n - open)
		return k < 970 ? APP_CLOSED : k < 985 ? APP_REFUSED : k < 995 ? APP_WITHDRAWN : APP_EXPIRED;
	for (size_t s = 0; s < sizeof open_states / sizeof *open_states; s++)
		if ((k -= open_states[s].of_open) < 0)
			return open_states[s].state;
	return APP_REVIEW;
}

static bool
is_one_of(enum app_state state, unsigned states)
{
	return states >> state & 1;
}
#define REVIEWED (1u << APP_APPROVED | 1u << APP_ISSUED | 1u << APP_DELIVERED | 1u << APP_CLOSED | 1u << APP_REFUSED)
#define HAS_CERTIFICATE (1u << APP_ISSUED | 1u << APP_DELIVERED | 1u << APP_CLOSED)
#define UNACCEPTED (1u << APP_DRAFT | 1u << APP_EXPIRED)

/* ---- filling ---- */

struct fill {
	struct office *o;
	int n;
	int64_t now, scheme_version, clerk[2], reviewer[2];
	struct form_env env;
	struct application a;
};

static void
script(struct fill *f, const char *sql)
{
	struct err e;

	went(db_script(f->o->db, sql, &e), &e);
}

/* Secondary keys are made when the rows are there. malloc'ed: the statements that make them again. */
static char *
drop_indexes(struct fill *f)
{
	char drop[64][128], *again = calloc(1, 65536);
	struct stmt q;
	struct err e;
	size_t n = 0, used = 0;

	stmt_open(&q, f->o->db, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN"
	    " ('application', 'hand', 'organisation', 'item', 'allocation', 'certificate', 'token') ORDER BY name");
	while (n < 64 && stmt_row(&q)) {
		snprintf(drop[n++], sizeof drop[0], "DROP INDEX %.100s", stmt_get_text(&q, 0));
		used += (size_t)snprintf(again + used, 65536 - used, "%s;\n", stmt_get_text(&q, 1));
	}
	went(stmt_close(&q, &e), &e);
	for (size_t i = 0; i < n; i++)
		script(f, drop[i]);
	return again;
}

/* Ten years up to yesterday. */
static int64_t
entered_at(const struct fill *f, int i)
{
	return f->now - 86400 - (int64_t)(f->n - i) * (3650 * INT64_C(86400)) / f->n;
}

static void
fill_record(struct fill *f, int i)
{
	struct record *r = &f->a.record;
	uint64_t x = mixed((uint64_t)i ^ 0x4EC);
	int org = organisation_of_row(i, f->n);

	record_clear(r);
	snprintf(r->head.scheme, sizeof r->head.scheme, "dongguan");
	snprintf(r->head.service, sizeof r->head.service, "new");
	snprintf(r->head.channel, sizeof r->head.channel, "%s", x % 10 < 7 ? "counter" : "mail");
	r->head.years = 1 + (int)below(x, 8, 5);
	million_name(org, r->org.name, sizeof r->org.name);
	million_credit_code(org, r->org.credit_code);
	snprintf(r->org.address, sizeof r->org.address, "东莞市松山湖园区科技路%u号", 1 + below(x, 16, 999));
	million_phone(org, r->org.phone);
	million_agent(i, r->agent.name, sizeof r->agent.name);
	million_mobile(i, r->agent.mobile);
	million_id_no(i, r->agent.id_no);
	snprintf(r->agent.email, sizeof r->agent.email, "agent%d@example.com", i);
	snprintf(r->agent.address, sizeof r->agent.address, "%s", r->org.address);
	record_defaults(r, &f->env);
}

static void
fill_application(struct fill *f, int i)
{
	struct application *a = &f->a;
	int64_t at = entered_at(f, i);
	struct err e;

	fill_record(f, i);
	a->state = state_of(i, f->n);
	a->organisation = organisation_of_row(i, f->n);
	a->entered_by = f->clerk[i % 2];
	a->entered_at = at;
	went(app_next_no(f->o->db, f->o->point, at, a->no, &e) && app_insert(f->o->db, f->o->keys, a, &e), &e);
	if (is_one_of(a->state, UNACCEPTED))
		return;
	a->scheme_version = f->scheme_version;
	a->accepted_by = a->entered_by;
	a->accepted_at = at + 300;
	a->reviewed_by = is_one_of(a->state, REVIEWED) ? f->reviewer[i % 2] : 0;
	a->reviewed_at = a->reviewed_by ? at + 5400 : 0;
	a->delivered_by = a->state == APP_CLOSED ? f->clerk[(i + 1) % 2] : 0;
	a->delivered_at = a->state == APP_CLOSED ? at + 9000 : 0;
	snprintf(a->delivered_to, sizeof a->delivered_to, "%s", a->state == APP_CLOSED ? a->record.agent.name : "");
	snprintf(a->why, sizeof a->why, "%s", a->state == APP_CORRECTION ? "营业执照复印件未盖章" : "");
	went(app_store_head(f->o->db, a, at + (a->state == APP_CLOSED ? 9000 : 5400), &e), &e);
	a->scheme_version = a->accepted_by = a->accepted_at = 0;
}

/* ---- organisations and their grams ---- */

struct gram { int64_t g; int32_t org; };
struct grams {
	struct gram *at;
	size_t n;
	int orgs;
};

static int
by_gram(const void *a, const void *b)
{
	const struct gram *x = a, *y = b;

	return x->g != y->g ? (x->g > y->g) - (x->g < y->g) : (x->org > y->org) - (x->org < y->org);
}

/* As db/organisation.c packs them; sorted, so that the table grows at its end. Runs beside the filling of applications. */
static void *
collect_grams(void *arg)
{
	struct grams *v = arg;
	char name[TEXT_BYTES(64)], folded[TEXT_BYTES(64)];

	v->at = malloc((size_t)v->orgs * 24 * sizeof *v->at);
	for (int i = 1; v->at && i <= v->orgs; i++) {
		uint32_t c[3] = { 0, 0, 0 };
		const char *s = folded;

		million_name(i, name, sizeof name);
		text_fold(name, folded, sizeof folded);
		for (int k = 0; k < 2; k++)
			s += text_next(s, &c[k]);
		while (c[0] != 0) {
			size_t len = text_next(s, &c[2]);

			s += len;
			v->at[v->n++] = (struct gram){ (int64_t)c[0] << 42 | (int64_t)c[1] << 21 | (len ? c[2] : 0), i };
			c[0] = c[1];
			c[1] = len ? c[2] : 0;
		}
	}
	if (v->at)
		qsort(v->at, v->n, sizeof *v->at, by_gram);
	return NULL;
}

static void
fill_grams(struct fill *f, const struct grams *v)
{
	struct stmt q;
	struct err e;

	for (size_t i = 0; i < v->n; i++) {
		if (i > 0 && by_gram(&v->at[i], &v->at[i - 1]) == 0)
			continue;
		stmt_open(&q, f->o->db, "INSERT INTO gram(g, organisation) VALUES (:g, :organisation)");
		stmt_int(&q, ":g", v->at[i].g);
		stmt_int(&q, ":organisation", v->at[i].org);
		went(stmt_run(&q, &e), &e);
	}
}

static void
fill_organisation(struct fill *f, int i)
{
	char name[TEXT_BYTES(64)], folded[TEXT_BYTES(64)], code[19];
	struct stmt q;
	struct err e;

	million_name(i, name, sizeof name);
	million_credit_code(i, code);
	text_fold(name, folded, sizeof folded);
	stmt_open(&q, f->o->db, "INSERT INTO organisation(id, doc, name, folded, changed_at) VALUES (:id, :doc, :name, :folded, :at)");
	stmt_int(&q, ":id", i);
	stmt_text(&q, ":doc", code);
	stmt_text(&q, ":name", name);
	stmt_text(&q, ":folded", folded);
	stmt_int(&q, ":at", entered_at(f, i));
	went(stmt_run(&q, &e), &e);
}

/* ---- what hangs on an application ---- */

static const char parts[] =
    "INSERT INTO hand(application, staff) SELECT id, entered_by FROM application;"
    "INSERT INTO fee_line(application, n, object, unit_fen, pieces, years, amount_fen)"
    " SELECT id, 1, 'certificate', 20000, 1, years, 20000 * years FROM application WHERE accepted_at > 0;"
    "INSERT INTO payment(id, method, amount_fen, reference, taken_by, taken_at)"
    " SELECT id, 'card', 20000 * years, 'POS' || id, accepted_by, accepted_at + 600 FROM application WHERE accepted_at > 0"
    " AND state NOT IN ('received', 'correction', 'refused', 'withdrawn');"
    "INSERT INTO allocation(payment, application, amount_fen) SELECT id, id, amount_fen FROM payment;"
    "INSERT INTO item(id, application, n, kind, state, certificate) SELECT id, id, 1, 'organisation',"
    " CASE WHEN state = 'closed' THEN 'delivered' WHEN state IN ('issued', 'delivered') THEN 'verified' ELSE 'open' END,"
    " CASE WHEN state IN ('issued', 'delivered', 'closed') THEN id END FROM application WHERE accepted_at > 0;";

static void
fill_certificates(struct fill *f)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	unsigned char *der = NULL;
	struct stmt q;
	struct err e;
	int n;

	/* one real certificate for all of them: who opens it sees its own name in it */
	X509_set_pubkey(x, key);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)"million", -1, -1, 0);
	X509_sign(x, key, EVP_sha256());
	n = i2d_X509(x, &der);
	stmt_open(&q, f->o->db, "INSERT INTO certificate(id, ca, serial, state, organisation, application, item, scheme, subject,"
	    " not_before, not_after, der, stored_at) SELECT id, ca, printf('%08X%08X%08X', id * 2654435761 & 4294967295,"
	    " id * 1597334677 & 4294967295, id), CASE WHEN id % 100 = 7 THEN 'revoked' ELSE 'valid' END, organisation, id, id, scheme,"
	    " 'CN = ' || org_name || ', O = ' || org_name || ', C = CN', reviewed_at, reviewed_at + years * 31557600, :der, reviewed_at"
	    " FROM application WHERE state IN ('issued', 'delivered', 'closed')");
	stmt_blob(&q, ":der", der, (size_t)n);
	went(n > 0 && stmt_run(&q, &e), &e);
	script(f, "UPDATE certificate SET revoked_at = not_before + 864000, reason = 5 WHERE state = 'revoked'");
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
fill_parts(struct fill *f)
{
	char sql[2000];

	script(f, parts);
	fill_certificates(f);
	snprintf(sql, sizeof sql, "INSERT INTO token(id, serial, state, item, added_at) SELECT id, printf('%%016x', id * 2654435761),"
	    " 'active', item, stored_at FROM certificate WHERE id > %d; UPDATE item SET token = id WHERE certificate > %d;"
	    "INSERT INTO token_move(token, n, from_state, to_state, at, staff, why) SELECT id, 1, 'reserved', 'active', added_at, %lld,"
	    " 'issued' FROM token", f->n - MILLION_TOKENS, f->n - MILLION_TOKENS, (long long)f->reviewer[0]);
	script(f, sql);
	snprintf(sql, sizeof sql, "INSERT INTO material(application, n, code, wanted, points, copies, outcome, checked_by, checked_at)"
	    " SELECT a.id, m.column1, m.column2, m.column3, 15, m.column3, CASE WHEN a.state IN ('received', 'correction')"
	    " THEN 'pending' ELSE 'pass' END, a.accepted_by, a.accepted_at + 900 FROM application a, (VALUES (1, 'certificate_form', 2),"
	    " (2, 'licence_copy', 1), (3, 'agent_id_copy', 1), (4, 'licence_original', 1), (5, 'agent_id_original', 1)) m"
	    " WHERE a.id > %d AND a.accepted_at > 0 AND a.channel = 'counter' ORDER BY a.id, m.column1", f->n - MILLION_PAPERS);
	script(f, sql);
}

/* ---- all of it ---- */

static int64_t
member_id(struct fill *f, const char *login)
{
	struct member m;
	struct err e;
	bool found;

	went(staff_find(f->o->db, login, &m, &found, &e) && found, &e);
	return m.id;
}

static void
open_home(struct world *w, struct fill *f, int n)
{
	struct err e;

	went(office_open(w->home, &f->o, &e), &e);
	went(office_scheme_now(f->o, "dongguan", &f->env.scheme, &f->scheme_version, &e), &e);
	f->n = n;
	f->now = when_now();
	f->clerk[0] = member_id(f, "chen");
	f->clerk[1] = member_id(f, "li");
	f->reviewer[0] = member_id(f, "huang");
	f->reviewer[1] = member_id(f, "zhou");
	snprintf(f->a.point, sizeof f->a.point, "%s", f->o->point);
	/* a kill loses the home, which is made anew: nothing here has to be safe */
	script(f, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000; PRAGMA threads = 2;");
}

void
million_fill(struct world *w, int n)
{
	struct fill *f = calloc(1, sizeof *f);
	struct grams v = { .orgs = n };
	struct err e = { .text = "out of memory" };
	pthread_t beside;
	char *indexes;

	if (!f)
		abort();
	open_home(w, f, n);
	went(pthread_create(&beside, NULL, collect_grams, &v) == 0, &e);
	went(db_begin(f->o->db, &e), &e);
	indexes = drop_indexes(f);
	for (int i = 1; i <= n; i++)
		fill_organisation(f, i);
	for (int i = 1; i <= n; i++) {
		fill_application(f, i);
		db_touched_clear(f->o->db);	/* no audit: see the header */
	}
	fill_parts(f);
	pthread_join(beside, NULL);
	went(v.at != NULL, &e);
	fill_grams(f, &v);
	script(f, indexes);
	went(db_commit(f->o->db, &e), &e);
	script(f, "PRAGMA journal_mode = WAL");
	free(v.at);
	free(indexes);
	office_close(f->o);
	free(f);
}
