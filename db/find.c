#include "db/find.h"

#include <stdio.h>
#include <string.h>

/* ---- the list ---- */

static struct find_hit *
add(struct find_list *l, enum find_kind kind, int64_t id)
{
	struct find_hit *h;

	for (size_t i = 0; i < l->n; i++)
		if (l->hit[i].kind == kind && l->hit[i].id == id)
			return NULL;
	if (l->n >= l->max) {
		l->more = true;
		return NULL;
	}
	h = &l->hit[l->n++];
	memset(h, 0, sizeof *h);
	h->kind = kind;
	h->id = id;
	return h;
}

/* How many rows a statement may give: as many as fit, the ones that are there already, and one that tells of more. */
static int64_t
room(const struct find_list *l)
{
	return (int64_t)l->max + 1;
}

/* The end of the range of texts that begin with `head`: no text of ours holds U+10FFFF. */
static void
bind_head(struct stmt *q, const char *head)
{
	char to[TEXT_BYTES(64) + 4];

	snprintf(to, sizeof to, "%.256s\xF4\x8F\xBF\xBF", head);
	stmt_text(q, ":from", head);
	stmt_text(q, ":to", to);
}

static void
bind_tail(struct stmt *q, const char *tail)
{
	size_t n = strlen(tail);

	stmt_text(q, ":four", n > FIND_TAIL ? tail + n - FIND_TAIL : tail);
	stmt_text(q, ":tail", tail);
	stmt_int(q, ":n", (int64_t)n);
}

/* ---- applications ---- */

/* As a hit tells it, with the person by whom it was found. */
#define APPLICATION_BY(person) "SELECT a.id, a.no, a.state, COALESCE(a.org_name, ''), COALESCE(a.agent_name, '')," \
	" a.scheme, a.service, a.entered_at, COALESCE(" person ", '') FROM application a "
#define APPLICATION_COLUMNS APPLICATION_BY("a.agent_name")
#define USER_COLUMNS APPLICATION_BY("u.user_name") "JOIN application_user u ON u.application = a.id "

static bool
take_applications(struct stmt *q, struct find_list *l, struct err *e)
{
	struct find_hit *h;

	stmt_int(q, ":limit", room(l));
	while (!l->more && stmt_row(q)) {
		h = add(l, FIND_APPLICATION, stmt_get_int(q, 0));
		if (!h)
			continue;
		stmt_copy_text(q, 1, h->key, sizeof h->key);
		stmt_copy_text(q, 2, h->state, sizeof h->state);
		stmt_copy_text(q, 3, h->name, sizeof h->name);
		stmt_copy_text(q, 4, h->agent, sizeof h->agent);
		stmt_copy_text(q, 5, h->scheme, sizeof h->scheme);
		stmt_copy_text(q, 6, h->service, sizeof h->service);
		h->at = stmt_get_int(q, 7);
		stmt_copy_text(q, 8, h->person, sizeof h->person);
	}
	return stmt_close(q, e);
}

bool
find_number_head(struct db *db, const char *head, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, APPLICATION_COLUMNS "WHERE a.no >= :from AND a.no < :to ORDER BY a.no DESC LIMIT :limit");
	bind_head(&q, head);
	return take_applications(&q, l, e);
}

bool
find_number_tail(struct db *db, const char *tail, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, APPLICATION_COLUMNS "WHERE substr(a.no, length(a.no) - 3) = :four"
	    " AND substr(a.no, length(a.no) - :n + 1) = :tail ORDER BY a.id DESC LIMIT :limit");
	bind_tail(&q, tail);
	return take_applications(&q, l, e);
}

#define BY_INDEX(columns, x, id) columns "WHERE " x " = :x ORDER BY " id " DESC LIMIT :limit"
static const struct { const char *column, *sql; } sealed[] = {
	[FIND_AGENT_MOBILE] = { "agent_mobile", BY_INDEX(APPLICATION_COLUMNS, "a.agent_mobile_x", "a.id") },
	[FIND_ORG_PHONE] = { "org_phone", BY_INDEX(APPLICATION_COLUMNS, "a.org_phone_x", "a.id") },
	[FIND_AGENT_ID] = { "agent_id_no", BY_INDEX(APPLICATION_COLUMNS, "a.agent_id_no_x", "a.id") },
	[FIND_LEGAL_REP_ID] = { "org_legal_rep_id_no", BY_INDEX(APPLICATION_COLUMNS, "a.org_legal_rep_id_no_x", "a.id") },
	[FIND_USER_MOBILE] = { "user_mobile", BY_INDEX(USER_COLUMNS, "u.user_mobile_x", "u.application") },
	[FIND_USER_ID] = { "user_id_no", BY_INDEX(USER_COLUMNS, "u.user_id_no_x", "u.application") },
};

bool
find_sealed(struct db *db, struct keys *k, enum find_sealed column, const char *value, struct find_list *l, struct err *e)
{
	unsigned char x[INDEX_LEN];
	struct stmt q;

	if (!keys_index(k, sealed[column].column, value, x, e))
		return false;
	stmt_open_(&q, db, sealed[column].sql);
	stmt_blob(&q, ":x", x, sizeof x);
	return take_applications(&q, l, e);
}

/* ---- people ---- */

/* Names in the order of their index, so that a common one is no work: the whole one, those that begin so, the given ones. */
#define WHOLE(name) "WHERE " name " = :from ORDER BY "
#define BEGINS(name) "WHERE " name " >= :from AND " name " < :to ORDER BY " name " DESC, "
#define PERSON(columns, name, id) \
	columns WHOLE(name) id " DESC LIMIT :limit", \
	columns BEGINS(name) id " DESC LIMIT :limit", \
	columns BEGINS("substr(" name ", 2)") id " DESC LIMIT :limit"

bool
find_person(struct db *db, const char *name, struct find_list *l, struct err *e)
{
	static const char *const sql[] = { PERSON(APPLICATION_COLUMNS, "a.agent_name", "a.id"),
	    PERSON(USER_COLUMNS, "u.user_name", "u.application"),
	    PERSON(APPLICATION_BY("a.org_legal_rep"), "a.org_legal_rep", "a.id") };
	struct stmt q;

	for (size_t way = 0; way < 3; way++)		/* all whole names before all beginnings before all given names */
		for (size_t who = 0; who < 3; who++) {
			stmt_open_(&q, db, sql[who * 3 + way]);
			if (way == 0)
				stmt_text(&q, ":from", name);
			else
				bind_head(&q, name);
			if (!take_applications(&q, l, e))
				return false;
			if (l->more)
				return true;
		}
	return true;
}

/* ---- organisations ---- */

static void
add_organisation(struct stmt *q, struct find_list *l)
{
	struct find_hit *h = add(l, FIND_ORGANISATION, stmt_get_int(q, 0));

	if (!h)
		return;
	stmt_copy_text(q, 1, h->key, sizeof h->key);
	stmt_copy_text(q, 2, h->name, sizeof h->name);
}

static bool
take_organisations(struct stmt *q, struct find_list *l, struct err *e)
{
	stmt_int(q, ":limit", room(l));
	while (!l->more && stmt_row(q))
		add_organisation(q, l);
	return stmt_close(q, e);
}

bool
find_doc_head(struct db *db, const char *head, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT id, doc, name FROM organisation WHERE doc >= :from AND doc < :to ORDER BY doc LIMIT :limit");
	bind_head(&q, head);
	return take_organisations(&q, l, e);
}

bool
find_doc_tail(struct db *db, const char *tail, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT id, doc, name FROM organisation WHERE substr(doc, length(doc) - 3) = :four"
	    " AND substr(doc, length(doc) - :n + 1) = :tail ORDER BY id DESC LIMIT :limit");
	bind_tail(&q, tail);
	return take_organisations(&q, l, e);
}

bool
find_licence(struct db *db, const char *head, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT o.id, o.doc, o.name FROM application a, organisation o WHERE o.id = a.organisation"
	    " AND a.org_licence_no >= :from AND a.org_licence_no < :to ORDER BY a.org_licence_no, a.id LIMIT :limit");
	bind_head(&q, head);
	return take_organisations(&q, l, e);
}

/* ---- certificates and tokens ---- */

#define CERTIFICATE_COLUMNS "SELECT c.id, c.serial, c.state, COALESCE(o.name, ''), c.not_after FROM certificate c" \
	" LEFT JOIN organisation o ON o.id = c.organisation "
#define TOKEN_COLUMNS "SELECT t.id, t.serial, t.state, COALESCE(a.org_name, ''), 0 FROM token t" \
	" LEFT JOIN item i ON i.id = t.item LEFT JOIN application a ON a.id = i.application "

static bool
take_serials(struct stmt *q, enum find_kind kind, struct find_list *l, struct err *e)
{
	struct find_hit *h;

	stmt_int(q, ":limit", room(l));
	while (!l->more && stmt_row(q)) {
		h = add(l, kind, stmt_get_int(q, 0));
		if (!h)
			continue;
		stmt_copy_text(q, 1, h->key, sizeof h->key);
		stmt_copy_text(q, 2, h->state, sizeof h->state);
		stmt_copy_text(q, 3, h->name, sizeof h->name);
		h->at = stmt_get_int(q, 4);
	}
	return stmt_close(q, e);
}

bool
find_certificate_head(struct db *db, const char *head, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, CERTIFICATE_COLUMNS "WHERE c.serial >= :from AND c.serial < :to ORDER BY c.serial, c.id LIMIT :limit");
	bind_head(&q, head);
	return take_serials(&q, FIND_CERTIFICATE, l, e);
}

bool
find_certificate_tail(struct db *db, const char *tail, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, CERTIFICATE_COLUMNS "WHERE substr(c.serial, length(c.serial) - 3) = :four"
	    " AND substr(c.serial, length(c.serial) - :n + 1) = :tail ORDER BY c.id DESC LIMIT :limit");
	bind_tail(&q, tail);
	return take_serials(&q, FIND_CERTIFICATE, l, e);
}

bool
find_token_head(struct db *db, const char *head, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, TOKEN_COLUMNS "WHERE t.serial >= :from AND t.serial < :to ORDER BY t.serial LIMIT :limit");
	bind_head(&q, head);
	return take_serials(&q, FIND_TOKEN, l, e);
}

bool
find_token_tail(struct db *db, const char *tail, struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, TOKEN_COLUMNS "WHERE substr(t.serial, length(t.serial) - 3) = :four"
	    " AND substr(t.serial, length(t.serial) - :n + 1) = :tail ORDER BY t.id DESC LIMIT :limit");
	bind_tail(&q, tail);
	return take_serials(&q, FIND_TOKEN, l, e);
}

bool
find_newest_certificate(struct db *db, struct find_hit *h, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT state, not_after FROM certificate WHERE organisation = :organisation ORDER BY id DESC LIMIT 1");
	stmt_int(&q, ":organisation", h->id);
	if (stmt_row(&q)) {
		stmt_copy_text(&q, 0, h->state, sizeof h->state);
		h->at = stmt_get_int(&q, 1);
	}
	return stmt_close(&q, e);
}

/* ---- names ---- */

/* A piece of a name as the grams hold it: three characters are one gram, two are the range of all that begin with them. */
struct piece { int64_t from, to, count; };
#define COUNT_MAX 1000

static bool
count_piece(struct db *db, struct piece *p, int64_t best, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT count(*) FROM (SELECT 1 FROM gram WHERE g >= :from AND g < :to LIMIT :limit) w");
	stmt_int(&q, ":from", p->from);
	stmt_int(&q, ":to", p->to);
	stmt_int(&q, ":limit", best);
	if (stmt_row(&q))
		p->count = stmt_get_int(&q, 0);
	return stmt_close(&q, e);
}

/* The rarest piece of the words; count -1 when none has two characters. */
static bool
rarest_piece(struct db *db, char word[][TEXT_BYTES(64)], size_t words, struct piece *best, struct err *e)
{
	best->count = -1;
	for (size_t i = 0; i < words; i++) {
		uint32_t c[3] = { 0, 0, 0 };
		const char *s = word[i];

		s += text_next(s, &c[0]);
		s += text_next(s, &c[1]);
		for (bool first = true; c[1] != 0 && best->count != 0; first = false) {
			struct piece p = { .count = 0 };
			size_t n = text_next(s, &c[2]);

			if (n == 0 && !first)
				break;
			p.from = (int64_t)c[0] << 42 | (int64_t)c[1] << 21 | (n > 0 ? c[2] : 0);
			p.to = p.from + (n > 0 ? 1 : INT64_C(1) << 21);
			if (!count_piece(db, &p, best->count < 0 ? COUNT_MAX : best->count, e))
				return false;
			if (best->count < 0 || p.count < best->count)
				*best = p;
			s += n;
			c[0] = c[1];
			c[1] = n > 0 ? c[2] : 0;
		}
	}
	return true;
}

static bool
holds_all(const char *folded, char word[][TEXT_BYTES(64)], size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (!strstr(folded, word[i]))
			return false;
	return true;
}

static bool
take_names(struct stmt *q, int64_t look, char word[][TEXT_BYTES(64)], size_t words, struct find_list *l, struct err *e)
{
	int64_t looked = 0;

	stmt_int(q, ":limit", look);
	for (; !l->more && stmt_row(q); looked++)
		if (holds_all(stmt_get_text(q, 3), word, words))
			add_organisation(q, l);
	if (looked == FIND_LOOK)
		l->more = true;
	return stmt_close(q, e);
}

/* Who types one word means the beginning of a name more often than its middle. */
static bool
take_beginnings(struct db *db, char word[][TEXT_BYTES(64)], struct find_list *l, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT id, doc, name, folded FROM organisation WHERE folded >= :from AND folded < :to"
	    " ORDER BY folded, id LIMIT :limit");
	bind_head(&q, word[0]);
	return take_names(&q, room(l), word, 1, l, e);
}

bool
find_name(struct db *db, char word[][TEXT_BYTES(64)], size_t words, struct find_list *l, struct err *e)
{
	struct piece best;
	struct stmt q;

	if (!rarest_piece(db, word, words, &best, e))
		return false;
	if (best.count <= 0)
		return true;		/* too short, or nowhere */
	if (words == 1 && !take_beginnings(db, word, l, e))
		return false;
	if (l->more)
		return true;
	if (best.to == best.from + 1) {
		stmt_open(&q, db, "SELECT o.id, o.doc, o.name, o.folded FROM gram n, organisation o WHERE n.g = :from"
		    " AND o.id = n.organisation ORDER BY n.organisation DESC LIMIT :limit");
	} else {
		stmt_open(&q, db, "SELECT o.id, o.doc, o.name, o.folded FROM gram n, organisation o WHERE n.g >= :from AND n.g < :to"
		    " AND o.id = n.organisation ORDER BY n.g, n.organisation LIMIT :limit");
		stmt_int(&q, ":to", best.to);
	}
	stmt_int(&q, ":from", best.from);
	return take_names(&q, FIND_LOOK, word, words, l, e);
}
