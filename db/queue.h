/*
 * Work queues and lists of applications, in pages by key in both directions. Nothing here counts past what is shown:
 * every call looks at a bounded number of rows, however many applications are closed.
 */
#ifndef DB_QUEUE_H
#define DB_QUEUE_H

#include "db/application.h"

#define QUEUE_PAGE_MAX 256	/* rows of one page */
#define QUEUE_LOOK 5000		/* rows of one state that one call looks at, at most */

/* Hands: who entered, edited or accepted an application (table hand) may not review or issue it. */
enum queue_hands { QUEUE_ANY, QUEUE_MINE, QUEUE_NOT_MINE };
struct queue_filter {
	unsigned states;		/* bits 1 << enum app_state; 0 = any */
	const char *scheme, *channel, *service, *point;	/* NULL = any */
	enum queue_hands hands;
	int64_t staff;			/* whose hands */
	bool newest;			/* newest first; else oldest first */
};

struct queue_row {
	int64_t id;
	char no[APP_NO_MAX];
	enum app_state state;
	char scheme[RECORD_NAME_MAX], service[RECORD_NAME_MAX], channel[RECORD_NAME_MAX];
	char org_name[TEXT_BYTES(64)], agent_name[TEXT_BYTES(40)];
	int64_t since;			/* when it came into its state */
	int64_t entered_at, changed_at, version;
	int64_t due_fen, paid_fen, waived_fen;
};

/* The rows after `edge` (an id) in the filter's order, or with back the ones before it; edge 0 = from the first, with back
 * from the last. Rows stand in the filter's order either way. *reached is the edge to go on with; *end: nothing lies beyond
 * it. A page may be short, even empty, without being the end: a rare filter over many rows is looked through in pieces. */
bool queue_page(struct db *db, const struct queue_filter *f, int64_t edge, bool back, struct queue_row *row, size_t max,
    size_t *n, int64_t *reached, bool *end, struct err *e) MUST_USE;
/* One row by id, for refreshing a line; found = false when there is none. */
bool queue_row(struct db *db, int64_t id, struct queue_row *row, bool *found, struct err *e) MUST_USE;
/* The edge before the first application that was entered at that time or later. */
bool queue_since(struct db *db, int64_t since, int64_t *edge, struct err *e) MUST_USE;

/* How many applications of a state the filter lets through, counted up to `max`; more: there are, or may be, others. */
struct queue_count { int n; bool more; };
bool queue_counts(struct db *db, const struct queue_filter *f, int max, struct queue_count count[APP_STATE_N], struct err *e) MUST_USE;

#endif
