#include "forms/field.h"

#include "forms/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tables, made from forms/record/ *.def ---- */

#define ROW(m, knd, low_, high_, names_, zh_, en_, flags_, check_) \
	{ .id = PREFIX_ID #m, .column = PREFIX_COLUMN #m, .zh = zh_, .en = en_, .kind = knd, \
	  .offset = BASE + offsetof(struct PART, m), .size = sizeof ((struct PART *)0)->m, .low = low_, .high = high_, \
	  .names = names_, .flags = flags_, .check = check_, .of_user = OF_USER },
#define TEXT(m, max, zh, en, flags, check) ROW(m, FIELD_TEXT, 0, max, NULL, zh, en, flags, check)
#define NUMBER(m, low, high, zh, en, flags, check) ROW(m, FIELD_NUMBER, low, high, NULL, zh, en, flags, check)
#define YESNO(m, zh, en, flags, check) ROW(m, FIELD_YESNO, 0, 1, NULL, zh, en, flags, check)
#define CHOICE(m, names, zh, en, flags, check) ROW(m, FIELD_CHOICE, 0, RECORD_NAME_MAX - 1, names, zh, en, flags, check)
#define OF_USER false

const struct field fields[] = {
#define PART record_head
#define BASE offsetof(struct record, head)
#define PREFIX_ID ""
#define PREFIX_COLUMN ""
#include "forms/record/head.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_org
#define BASE offsetof(struct record, org)
#define PREFIX_ID "org."
#define PREFIX_COLUMN "org_"
#include "forms/record/org.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_agent
#define BASE offsetof(struct record, agent)
#define PREFIX_ID "agent."
#define PREFIX_COLUMN "agent_"
#include "forms/record/agent.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_recipient
#define BASE offsetof(struct record, recipient)
#define PREFIX_ID "recipient."
#define PREFIX_COLUMN "recipient_"
#include "forms/record/recipient.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_seal
#define BASE offsetof(struct record, seal)
#define PREFIX_ID "seal."
#define PREFIX_COLUMN "seal_"
#include "forms/record/seal.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_invoice
#define BASE offsetof(struct record, invoice)
#define PREFIX_ID "invoice."
#define PREFIX_COLUMN "invoice_"
#include "forms/record/invoice.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
#define PART record_pay
#define BASE offsetof(struct record, pay)
#define PREFIX_ID "pay."
#define PREFIX_COLUMN "pay_"
#include "forms/record/pay.def"
#undef PART
#undef BASE
#undef PREFIX_ID
#undef PREFIX_COLUMN
};
const size_t fields_n = sizeof fields / sizeof *fields;

#undef OF_USER
#define OF_USER true
const struct field user_fields[] = {
#define PART record_user
#define BASE 0
#define PREFIX_ID "user.N."
#define PREFIX_COLUMN "user_"
#include "forms/record/user.def"
};
const size_t user_fields_n = sizeof user_fields / sizeof *user_fields;

/* ---- finding and reading ---- */

static const struct field *
find_user(const char *id, int *user)
{
	char *end;
	long n;

	if (strncmp(id, "user.", 5) != 0 || id[5] < '1' || id[5] > '9')
		return NULL;
	n = strtol(id + 5, &end, 10);
	if (*end != '.' || n < 1 || n > RECORD_USERS_MAX)
		return NULL;
	for (size_t i = 0; i < user_fields_n; i++)
		if (strcmp(user_fields[i].id + strlen("user.N."), end + 1) == 0) {
			*user = (int)n - 1;
			return &user_fields[i];
		}
	return NULL;
}

const struct field *
field_find(const char *id, int *user)
{
	*user = -1;
	for (size_t i = 0; i < fields_n; i++)
		if (strcmp(fields[i].id, id) == 0)
			return &fields[i];
	return find_user(id, user);
}

void *
field_member(const struct field *f, const struct record *r, int user)
{
	const char *base = f->of_user ? (const char *)&r->user[user < 0 ? 0 : user] : (const char *)r;

	return (void *)(uintptr_t)(base + f->offset);
}

bool
field_filled(const struct field *f, const struct record *r, int user)
{
	const void *m = field_member(f, r, user);

	if (f->kind == FIELD_NUMBER || f->kind == FIELD_YESNO)
		return *(const int *)m != RECORD_UNSET;
	return *(const char *)m != '\0';
}

void
field_show(const struct field *f, const struct record *r, int user, char *out, size_t outsz)
{
	const void *m = field_member(f, r, user);

	out[0] = '\0';
	if (!field_filled(f, r, user))
		return;
	if (f->kind == FIELD_NUMBER)
		snprintf(out, outsz, "%d", *(const int *)m);
	else if (f->kind == FIELD_YESNO)
		snprintf(out, outsz, "%s", *(const int *)m ? "yes" : "no");
	else
		snprintf(out, outsz, "%s", (const char *)m);
}

void
field_show_masked(const struct field *f, const struct record *r, int user, char *out, size_t outsz)
{
	char open[FIELD_SHOW_MAX];
	bool id = strstr(f->id, "id_no") != NULL;

	if (!(f->flags & MASKED)) {
		field_show(f, r, user, out, outsz);
		return;
	}
	field_show(f, r, user, open, sizeof open);
	text_mask(open, id ? 6 : 3, 4, out, outsz);
	memset(open, 0, sizeof open);
}

/* ---- writing ---- */

static bool
set_number(const struct field *f, int *m, const char *field, const char *text, struct err *e)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (end == text || *end != '\0' || text[0] == '+' || strlen(text) > 10)
		return err_field(e, field, "a whole number from %d to %d, not '%.40s'", f->low, f->high, text);
	if (v < f->low || v > f->high) {
		if (strcmp(f->id, "years") == 0)
			return err_field(e, field, "the term is %d to %d years, not %ld", f->low, f->high, v);
		return err_field(e, field, "from %d to %d, not %ld", f->low, f->high, v);
	}
	*m = (int)v;
	return true;
}

static bool
set_choice(const struct field *f, char *m, const char *field, const char *text, struct err *e)
{
	char all[300] = "";
	size_t n = 0;

	if (name_index(f->names, text) >= 0) {
		memset(m, 0, f->size);
		snprintf(m, f->size, "%s", text);
		return true;
	}
	for (const struct name *x = f->names; x->stored; x++)
		n += (size_t)snprintf(all + n, n < sizeof all ? sizeof all - n : 0, "%s%s", n ? ", " : "", x->stored);
	return err_field(e, field, "one of %s, not '%.40s'", all, text);
}

static void
squeeze(char *s, bool colons)
{
	char *out = s;
	size_t n = strlen(s);

	for (const char *p = s; *p; p++)
		if (*p != ' ' && !(colons && *p == ':'))
			*out++ = *p;
	memset(out, 0, n - (size_t)(out - s));
}

static bool
field_set_as(const struct field *f, struct record *r, int user, const char *field, const char *text, size_t len, struct err *e)
{
	char clean[TEXT_BYTES(FIELD_SHOW_MAX / 4)];
	void *m = field_member(f, r, user);
	/* blanks that are dropped may stand between the characters that count */
	size_t max = f->kind == FIELD_TEXT ? (size_t)f->high : 40;

	if (!text_clean(field, text, len, f->flags & SQUEEZE ? max * 2 : max, clean, sizeof clean, e))
		return false;
	if (f->flags & NARROW)
		text_narrow(clean);
	if (f->flags & UPPER)
		text_upper(clean);
	if (f->flags & SQUEEZE)
		squeeze(clean, (f->flags & OCTETS) != 0);
	if (text_chars(clean) > max)
		return err_field(e, field, "at most %zu characters, this has %zu: shorten it", max, text_chars(clean));
	if (!clean[0]) {
		if (f->kind == FIELD_TEXT || f->kind == FIELD_CHOICE)
			memset(m, 0, f->size);
		else
			*(int *)m = RECORD_UNSET;
		return true;
	}
	switch (f->kind) {
	case FIELD_NUMBER:
		return set_number(f, m, field, clean, e);
	case FIELD_YESNO:
		if (strcmp(clean, "yes") != 0 && strcmp(clean, "no") != 0)
			return err_field(e, field, "yes or no, not '%.40s'", clean);
		*(int *)m = clean[0] == 'y';
		return true;
	case FIELD_CHOICE:
		return set_choice(f, m, field, clean, e);
	case FIELD_TEXT:
		break;
	}
	memset(m, 0, f->size);
	memcpy(m, clean, strlen(clean));
	return true;
}

bool
field_set(const struct field *f, struct record *r, int user, const char *text, size_t len, struct err *e)
{
	return field_set_as(f, r, user, f->id, text, len, e);
}

void
record_clear(struct record *r)
{
	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < fields_n; i++)
		if (fields[i].kind == FIELD_NUMBER || fields[i].kind == FIELD_YESNO)
			*(int *)field_member(&fields[i], r, -1) = RECORD_UNSET;
	for (int u = 0; u < RECORD_USERS_MAX; u++)
		for (size_t i = 0; i < user_fields_n; i++)
			if (user_fields[i].kind == FIELD_NUMBER || user_fields[i].kind == FIELD_YESNO)
				*(int *)field_member(&user_fields[i], r, u) = RECORD_UNSET;
}

bool
field_same(const struct field *f, const struct record *a, const struct record *b, int user)
{
	if (f->kind == FIELD_NUMBER || f->kind == FIELD_YESNO)
		return *(const int *)field_member(f, a, user) == *(const int *)field_member(f, b, user);
	return strcmp(field_member(f, a, user), field_member(f, b, user)) == 0;
}

bool
record_same(const struct record *a, const struct record *b)
{
	if (a->users != b->users)
		return false;
	for (size_t i = 0; i < fields_n; i++)
		if (!field_same(&fields[i], a, b, -1))
			return false;
	for (int u = 0; u < a->users; u++)
		for (size_t i = 0; i < user_fields_n; i++)
			if (!field_same(&user_fields[i], a, b, u))
				return false;
	return true;
}
