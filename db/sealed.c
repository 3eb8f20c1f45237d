#include "db/sealed.h"

#include <assert.h>
#include <string.h>

void
sealed_bind(struct stmt *q, const char *param, struct keys *k, const char *place, const char *text)
{
	unsigned char sealed[SEALED_MAX + SEAL_EXTRA];
	size_t n = text ? strlen(text) : 0;
	struct err e;

	assert(n < SEALED_MAX);
	if (n == 0)
		stmt_null(q, param);
	else if (keys_seal(k, place, text, n, sealed, &e))
		stmt_blob(q, param, sealed, n + SEAL_EXTRA);
	else
		stmt_fail(q, &e);
}

void
sealed_index(struct stmt *q, const char *param, struct keys *k, const char *column, const char *text)
{
	unsigned char x[INDEX_LEN];
	struct err e;

	if (!text || !text[0])
		stmt_null(q, param);
	else if (keys_index(k, column, text, x, &e))
		stmt_blob(q, param, x, sizeof x);
	else
		stmt_fail(q, &e);
}

void
sealed_read(struct stmt *q, int col, struct keys *k, const char *place, char *out, size_t outsz)
{
	size_t n;
	const void *p = stmt_get_blob(q, col, &n);
	struct err e;

	out[0] = '\0';
	if (stmt_get_null(q, col))
		return;
	if (n < SEAL_EXTRA || n - SEAL_EXTRA >= outsz) {
		err_internal(&e, "the sealed value at %s is damaged", place);
		stmt_fail(q, &e);
	} else if (keys_open(k, place, p, n, out, &e)) {
		out[n - SEAL_EXTRA] = '\0';
	} else {
		stmt_fail(q, &e);
	}
}
