#include "db/reason.h"

#include <string.h>

static void
open_kind(struct stmt *q, struct db *db, enum reason_kind kind)
{
	switch (kind) {
	case REASON_TURN:
		stmt_open(q, db, "SELECT why, staff FROM turn WHERE act = :of ORDER BY at DESC, application DESC, n DESC LIMIT :limit");
		break;
	case REASON_MOVE:
		stmt_open(q, db, "SELECT why, staff FROM token_move WHERE to_state = :of ORDER BY at DESC, token DESC, n DESC LIMIT :limit");
		break;
	}
}

bool
reason_last(struct db *db, enum reason_kind kind, const char *of, struct reason_row *row, size_t max, size_t *n, struct err *e)
{
	struct stmt q;

	*n = 0;
	open_kind(&q, db, kind);
	stmt_text(&q, ":of", of);
	stmt_int(&q, ":limit", (int64_t)max);
	while (*n < max && stmt_row(&q)) {
		stmt_copy_text(&q, 0, row[*n].text, sizeof row->text);
		row[(*n)++].staff = stmt_get_int(&q, 1);
	}
	return stmt_close(&q, e);
}
