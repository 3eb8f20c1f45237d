#include "db/queue.h"

#include <assert.h>
#include <string.h>

/* Which applications belong to a page is asked state by state, each a walk along a key that gives ids in order; the ids of
 * all walks are merged and only the ones that are shown are read whole. */
enum way {
	WAY_ALL,	/* every application, by id */
	WAY_STATE,	/* one state, by (state, id) */
	WAY_HAND,	/* what passed the member's hands, by (staff, application), one state of it */
};
struct walk {
	enum way way;
	enum app_state state;
	int64_t id[QUEUE_PAGE_MAX + 1];	/* one more than is shown: is there another? */
	size_t n, next;
	int64_t reached;	/* looked at up to here */
	bool end;		/* nothing lies beyond */
};

#define OPEN_STATES (1u << APP_DRAFT | 1u << APP_RECEIVED | 1u << APP_CORRECTION | 1u << APP_REVIEW | 1u << APP_APPROVED \
	| 1u << APP_ISSUING | 1u << APP_ISSUED | 1u << APP_DELIVERED)

/* ---- the walks: up and down ---- */

#define WALK_FILTER \
	" AND (:scheme IS NULL OR a.scheme = :scheme) AND (:channel IS NULL OR a.channel = :channel)" \
	" AND (:service IS NULL OR a.service = :service) AND (:point IS NULL OR a.point = :point)" \
	" AND (:hands = 0 OR (:hands = 1) = EXISTS" \
	" (SELECT 1 FROM hand h WHERE h.application = a.id AND h.staff = :staff))"
#define WALK_HAND_FILTER \
	" AND (:scheme IS NULL OR a.scheme = :scheme) AND (:channel IS NULL OR a.channel = :channel)" \
	" AND (:service IS NULL OR a.service = :service) AND (:point IS NULL OR a.point = :point)"

static void
open_walk(struct stmt *q, struct db *db, enum way way, bool up)
{
	switch (way) {
	case WAY_ALL:
		if (up)
			stmt_open(q, db, "SELECT a.id FROM application a WHERE a.id > :edge AND a.id <= :bound" WALK_FILTER
			    " ORDER BY a.id LIMIT :limit");
		else
			stmt_open(q, db, "SELECT a.id FROM application a WHERE a.id < :edge AND a.id >= :bound" WALK_FILTER
			    " ORDER BY a.id DESC LIMIT :limit");
		return;
	case WAY_STATE:
		if (up)
			stmt_open(q, db, "SELECT a.id FROM application a WHERE a.state = :state AND a.id > :edge AND a.id <= :bound"
			    WALK_FILTER " ORDER BY a.id LIMIT :limit");
		else
			stmt_open(q, db, "SELECT a.id FROM application a WHERE a.state = :state AND a.id < :edge AND a.id >= :bound"
			    WALK_FILTER " ORDER BY a.id DESC LIMIT :limit");
		return;
	case WAY_HAND:
		if (up)
			stmt_open(q, db, "SELECT a.id FROM hand m JOIN application a ON a.id = m.application WHERE m.staff = :staff"
			    " AND m.application > :edge AND m.application <= :bound AND a.state = :state" WALK_HAND_FILTER
			    " ORDER BY m.application LIMIT :limit");
		else
			stmt_open(q, db, "SELECT a.id FROM hand m JOIN application a ON a.id = m.application WHERE m.staff = :staff"
			    " AND m.application < :edge AND m.application >= :bound AND a.state = :state" WALK_HAND_FILTER
			    " ORDER BY m.application DESC LIMIT :limit");
		return;
	}
}

/* Up to which id a walk may look: the QUEUE_LOOK-th one after the edge; count tells whether there are as many. */
static void
open_bound(struct stmt *q, struct db *db, enum way way, bool up)
{
	switch (way) {
	case WAY_ALL:
		if (up)
			stmt_open(q, db, "SELECT COALESCE(MAX(id), 0), count(*) FROM (SELECT id FROM application WHERE id > :edge"
			    " ORDER BY id LIMIT :look) w");
		else
			stmt_open(q, db, "SELECT COALESCE(MIN(id), 0), count(*) FROM (SELECT id FROM application WHERE id < :edge"
			    " ORDER BY id DESC LIMIT :look) w");
		return;
	case WAY_STATE:
		if (up)
			stmt_open(q, db, "SELECT COALESCE(MAX(id), 0), count(*) FROM (SELECT id FROM application WHERE state = :state"
			    " AND id > :edge ORDER BY id LIMIT :look) w");
		else
			stmt_open(q, db, "SELECT COALESCE(MIN(id), 0), count(*) FROM (SELECT id FROM application WHERE state = :state"
			    " AND id < :edge ORDER BY id DESC LIMIT :look) w");
		return;
	case WAY_HAND:
		if (up)
			stmt_open(q, db, "SELECT COALESCE(MAX(id), 0), count(*) FROM (SELECT application AS id FROM hand"
			    " WHERE staff = :staff AND application > :edge ORDER BY application LIMIT :look) w");
		else
			stmt_open(q, db, "SELECT COALESCE(MIN(id), 0), count(*) FROM (SELECT application AS id FROM hand"
			    " WHERE staff = :staff AND application < :edge ORDER BY application DESC LIMIT :look) w");
		return;
	}
}

/* A walk down is a walk up along the negated ids: everything behind these two functions goes upward. */
static int64_t
key_of(int64_t id, bool up)
{
	return up ? id : -id;
}

static bool
bound_of(struct db *db, const struct queue_filter *f, const struct walk *w, int64_t edge, bool up, int64_t *bound,
    bool *end, struct err *e)
{
	bool filtered = f->scheme || f->channel || f->service || f->point || f->hands != QUEUE_ANY;
	struct stmt q;

	*bound = up ? INT64_MAX : 0;
	*end = true;
	if (!filtered)
		return true;		/* every row that is looked at is one of the page */
	open_bound(&q, db, w->way, up);
	if (w->way == WAY_STATE)
		stmt_text(&q, ":state", app_state_names[w->state].stored);
	if (w->way == WAY_HAND)
		stmt_int(&q, ":staff", f->staff);
	stmt_int(&q, ":edge", edge);
	stmt_int(&q, ":look", QUEUE_LOOK);
	if (stmt_row(&q) && stmt_get_int(&q, 1) == QUEUE_LOOK) {
		*bound = stmt_get_int(&q, 0);
		*end = false;
	}
	return stmt_close(&q, e);
}

static bool
walk_run(struct db *db, const struct queue_filter *f, struct walk *w, int64_t edge, bool up, size_t max, struct err *e)
{
	struct stmt q;
	int64_t bound;

	w->n = w->next = 0;
	if (!bound_of(db, f, w, edge, up, &bound, &w->end, e))
		return false;
	w->reached = w->end ? INT64_MAX : key_of(bound, up);
	open_walk(&q, db, w->way, up);
	if (w->way != WAY_ALL)
		stmt_text(&q, ":state", app_state_names[w->state].stored);
	if (w->way != WAY_HAND)
		stmt_int(&q, ":hands", f->hands);
	stmt_int(&q, ":staff", f->staff);
	stmt_text(&q, ":scheme", f->scheme);
	stmt_text(&q, ":channel", f->channel);
	stmt_text(&q, ":service", f->service);
	stmt_text(&q, ":point", f->point);
	stmt_int(&q, ":edge", edge);
	stmt_int(&q, ":bound", bound);
	stmt_int(&q, ":limit", (int64_t)max + 1);
	while (w->n <= max && stmt_row(&q))
		w->id[w->n++] = key_of(stmt_get_int(&q, 0), up);
	if (w->n > max) {
		w->reached = w->id[max];
		w->end = false;
	}
	return stmt_close(&q, e);
}

/* The walks that a filter needs. What passed one member's hands is found by those where the state has many others' rows. */
static size_t
walks_of(const struct queue_filter *f, struct walk w[APP_STATE_N])
{
	unsigned all = (1u << APP_STATE_N) - 1, states = f->states & all;
	size_t n = 0;

	if ((states == 0 || states == all) && f->hands != QUEUE_MINE) {
		w[0].way = WAY_ALL;
		return 1;
	}
	for (int s = 0; s < APP_STATE_N; s++)
		if (states == 0 || states & 1u << s) {
			w[n].way = f->hands == QUEUE_MINE && !(OPEN_STATES & 1u << s) ? WAY_HAND : WAY_STATE;
			w[n++].state = (enum app_state)s;
		}
	return n;
}

/* ---- rows ---- */

bool
queue_row(struct db *db, int64_t id, struct queue_row *row, bool *found, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "SELECT no, state, scheme, service, channel, COALESCE(org_name, ''), COALESCE(agent_name, ''),"
	    " COALESCE(state_since, changed_at), entered_at, changed_at, version, waived_fen,"
	    " (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS INTEGER) FROM fee_line f WHERE f.application = a.id),"
	    " (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS INTEGER) FROM allocation l WHERE l.application = a.id)"
	    " FROM application a WHERE id = :id");
	stmt_int(&q, ":id", id);
	*found = stmt_row(&q);
	if (*found) {
		memset(row, 0, sizeof *row);
		row->id = id;
		stmt_copy_text(&q, 0, row->no, sizeof row->no);
		row->state = (enum app_state)stmt_get_name(&q, 1, app_state_names);
		stmt_copy_text(&q, 2, row->scheme, sizeof row->scheme);
		stmt_copy_text(&q, 3, row->service, sizeof row->service);
		stmt_copy_text(&q, 4, row->channel, sizeof row->channel);
		stmt_copy_text(&q, 5, row->org_name, sizeof row->org_name);
		stmt_copy_text(&q, 6, row->agent_name, sizeof row->agent_name);
		row->since = stmt_get_int(&q, 7);
		row->entered_at = stmt_get_int(&q, 8);
		row->changed_at = stmt_get_int(&q, 9);
		row->version = stmt_get_int(&q, 10);
		row->waived_fen = stmt_get_int(&q, 11);
		row->due_fen = stmt_get_int(&q, 12);
		row->paid_fen = stmt_get_int(&q, 13);
	}
	return stmt_close(&q, e);
}

/* The walk whose next id is the lowest of those that all walks have looked up to. */
static struct walk *
lowest(struct walk *w, size_t walks, int64_t reached)
{
	struct walk *best = NULL;

	for (size_t i = 0; i < walks; i++)
		if (w[i].next < w[i].n && w[i].id[w[i].next] <= reached
		    && (!best || w[i].id[w[i].next] < best->id[best->next]))
			best = &w[i];
	return best;
}

static bool
merge(struct db *db, const struct queue_filter *f, struct walk *w, size_t walks, bool up, struct queue_row *row, size_t max,
    size_t *n, int64_t *reached, bool *end, struct err *e)
{
	int64_t common = INT64_MAX;	/* all walks have looked up to here */
	struct walk *next;
	bool found;

	*end = true;
	for (size_t i = 0; i < walks; i++) {
		*end = *end && w[i].end;
		if (w[i].reached < common)
			common = w[i].reached;
	}
	*n = 0;
	while (*n < max && (next = lowest(w, walks, common)) != NULL) {
		int64_t key = next->id[next->next++];

		if (!queue_row(db, key_of(key, up), &row[*n], &found, e))
			return false;
		*reached = key_of(key, up);
		/* a row that was moved on meanwhile is not of this list any more */
		if (found && (f->states == 0 || f->states & 1u << row[*n].state))
			++*n;
	}
	*end = *end && !lowest(w, walks, INT64_MAX);
	if (*n < max && common != INT64_MAX)
		*reached = key_of(common, up);
	return true;
}

bool
queue_page(struct db *db, const struct queue_filter *f, int64_t edge, bool back, struct queue_row *row, size_t max,
    size_t *n, int64_t *reached, bool *end, struct err *e)
{
	struct walk w[APP_STATE_N];
	size_t walks = walks_of(f, w);
	bool up = f->newest == back;

	assert(max > 0 && max <= QUEUE_PAGE_MAX);
	if (edge == 0 && !up)
		edge = INT64_MAX;
	*reached = edge;
	for (size_t i = 0; i < walks; i++)
		if (!walk_run(db, f, &w[i], edge, up, max, e))
			return false;
	if (!merge(db, f, w, walks, up, row, max, n, reached, end, e))
		return false;
	for (size_t i = 0; back && i < *n / 2; i++) {
		struct queue_row swap = row[i];

		row[i] = row[*n - 1 - i];
		row[*n - 1 - i] = swap;
	}
	return true;
}

bool
queue_since(struct db *db, int64_t since, int64_t *edge, struct err *e)
{
	struct stmt q;

	*edge = INT64_MAX;
	stmt_open(&q, db, "SELECT id FROM application WHERE entered_at >= :since ORDER BY entered_at, id LIMIT 1");
	stmt_int(&q, ":since", since);
	if (stmt_row(&q))
		*edge = stmt_get_int(&q, 0) - 1;
	return stmt_close(&q, e);
}

/* ---- counts ---- */

static bool
count_walk(struct db *db, const struct queue_filter *f, struct walk *w, int max, struct queue_count *count, struct err *e)
{
	int64_t edge = 0;
	int pieces = 1 + max / QUEUE_PAGE_MAX;

	count->n = 0;
	count->more = true;
	for (int i = 0; i < pieces && count->more; i++) {
		if (!walk_run(db, f, w, edge, true, QUEUE_PAGE_MAX, e))
			return false;
		count->n += (int)(w->n > QUEUE_PAGE_MAX ? QUEUE_PAGE_MAX : w->n);
		count->more = !w->end;
		edge = w->n > QUEUE_PAGE_MAX ? w->id[QUEUE_PAGE_MAX - 1] : w->reached;
	}
	if (count->n > max) {
		count->n = max;
		count->more = true;
	}
	return true;
}

bool
queue_counts(struct db *db, const struct queue_filter *f, int max, struct queue_count count[APP_STATE_N], struct err *e)
{
	struct queue_filter one = *f;
	struct walk w[APP_STATE_N];

	memset(count, 0, APP_STATE_N * sizeof *count);
	for (int s = 0; s < APP_STATE_N; s++) {
		one.states = 1u << s;
		if ((f->states == 0 || f->states & one.states)
		    && (walks_of(&one, w) != 1 || !count_walk(db, &one, w, max, &count[s], e)))
			return false;
	}
	return true;
}
