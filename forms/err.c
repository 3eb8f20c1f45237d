#include "forms/err.h"

#include "forms/tr.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

/* Cuts at a whole UTF-8 character where the line did not fit. */
static void
whole(char *s, size_t size, int wanted)
{
	size_t n = strlen(s);

	if (wanted < 0 || (size_t)wanted < size)
		return;
	while (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)s[n - 1] >= 0xC0)
		n--;
	s[n] = '\0';
}

static bool PRINTF(4, 0)
fill(struct err *e, enum fault code, const char *field, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (!e)
		return false;
	memset(e, 0, sizeof *e);
	e->code = code;
	e->english = tr_english();
	snprintf(e->field, sizeof e->field, "%s", field);
	va_copy(again, ap);
	n = vsnprintf(e->text, sizeof e->text, tr_in(e->english, fmt), ap);
	whole(e->text, sizeof e->text, n);
	n = vsnprintf(e->other, sizeof e->other, tr_in(!e->english, fmt), again);
	whole(e->other, sizeof e->other, n);
	va_end(again);
	return false;
}

const char *
err_in(const struct err *e, bool english)
{
	return english == e->english || !e->other[0] ? e->text : e->other;
}

#define FILL(code, field) do { \
	va_list ap; \
	va_start(ap, fmt); \
	fill(e, code, field, fmt, ap); \
	va_end(ap); \
	return false; \
} while (0)

bool
err_field(struct err *e, const char *field, const char *fmt, ...)
{
	FILL(FAULT_REFUSED, field);
}

bool
err_refuse(struct err *e, const char *fmt, ...)
{
	FILL(FAULT_REFUSED, "");
}

bool
err_later(struct err *e, const char *fmt, ...)
{
	FILL(FAULT_LATER, "");
}

bool
err_internal(struct err *e, const char *fmt, ...)
{
	FILL(FAULT_INTERNAL, "");
}

bool
err_usage(struct err *e, const char *fmt, ...)
{
	FILL(FAULT_USAGE, "");
}

bool
err_message(struct err *e, enum fault code, const char *message)
{
	if (!e)
		return false;
	memset(e, 0, sizeof *e);
	e->code = code;
	e->english = tr_english();
	snprintf(e->text, sizeof e->text, "%s", tr_in(e->english, message));
	snprintf(e->other, sizeof e->other, "%s", tr_in(!e->english, message));
	return false;
}

bool
err_detail(struct err *e, const char *fmt, ...)
{
	va_list ap;
	size_t n;
	int wanted;

	if (!e)
		return false;
	n = strlen(e->detail);
	if (n > 0 && n + 2 < sizeof e->detail) {
		memcpy(e->detail + n, "; ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	wanted = vsnprintf(e->detail + n, sizeof e->detail - n, fmt, ap);
	va_end(ap);
	whole(e->detail + n, sizeof e->detail - n, wanted);
	return false;
}

bool
err_openssl(struct err *e)
{
	unsigned long code;
	const char *data;
	int flags;

	while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0)
		err_detail(e, "%s%s%s", ERR_reason_error_string(code) ? ERR_reason_error_string(code) : "?",
		    (flags & ERR_TXT_STRING) && data[0] ? ": " : "", flags & ERR_TXT_STRING ? data : "");
	return false;
}

void
err_list_add(struct err_list *l, const char *field, const char *fmt, ...)
{
	va_list ap;

	if (l->n < ERR_LIST_MAX) {
		va_start(ap, fmt);
		fill(&l->at[l->n], FAULT_REFUSED, field, fmt, ap);
		va_end(ap);
	}
	l->n++;
}

bool
err_list_has(const struct err_list *l, const char *field)
{
	for (size_t i = 0; i < l->n && i < ERR_LIST_MAX; i++)
		if (strcmp(l->at[i].field, field) == 0)
			return true;
	return false;
}

void
err_list_take(struct err_list *l, const struct err *e, const char *field)
{
	if (l->n < ERR_LIST_MAX) {
		l->at[l->n] = *e;
		if (field)
			snprintf(l->at[l->n].field, sizeof l->at[l->n].field, "%s", field);
	}
	l->n++;
}
