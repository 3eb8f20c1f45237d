#include "tui/entry.h"

#include "forms/tr.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 400
#define CAS_MAX 16

/* The sections in the order of the paper; a field belongs to the first whose beginning its id has. */
static const struct { const char *prefix, *title; } sections[] = {
	{ "org.", N_("Applicant organisation") }, { "agent.", N_("Agent") }, { "seal", N_("Electronic seal") },
	{ "user.", N_("Further users") }, { "recipient.", N_("Recipient of the courier") }, { "invoice.", N_("Invoice") },
	{ "pay.", N_("Payer's account") }, { "", N_("Application") },
};
#define SECTIONS (sizeof sections / sizeof *sections)

/* Asked in every form where the scheme leaves a choice, whatever its lists say. */
static const char *const standing[] = { "cross_border" };

static size_t
section_of(const char *id)
{
	size_t i = 0;

	while (strncmp(id, sections[i].prefix, strlen(sections[i].prefix)) != 0)
		i++;
	return i;
}

/* ---- what the scheme asks ---- */

enum asked { ASKED_NOT, ASKED_OPTIONAL, ASKED_ONE_OF, ASKED_REQUIRED };

static enum asked
in_list(const char *const *list, size_t n, const char *id, enum asked as)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < n; i++)
		for (const char *p = list[i]; *p;) {
			size_t k = strcspn(p, "|");

			if (k == len && strncmp(p, id, k) == 0)
				return strchr(list[i], '|') && as == ASKED_REQUIRED ? ASKED_ONE_OF : as;
			p += k;
			p += *p == '|';
		}
	return ASKED_NOT;
}

static enum asked
asked(const struct entry *n, const struct scheme_asks *k, const char *id)
{
	bool seal = n->record->seal.name[0] != '\0';
	enum asked a;

	if (strcmp(id, "ca") == 0)
		return n->scheme->ca_n > 1 ? ASKED_REQUIRED : ASKED_NOT;
	if (strcmp(id, "certificate_count") == 0)
		return n->scheme->certificates_max > 1 ? ASKED_REQUIRED : ASKED_NOT;
	if (seal && in_list(k->with_seal, k->with_seal_n, id, ASKED_REQUIRED))
		return ASKED_REQUIRED;
	if (!seal && strncmp(id, "seal.", 5) == 0 && strcmp(id, "seal.name") != 0)
		return ASKED_NOT;
	if ((a = in_list(k->required, k->required_n, id, ASKED_REQUIRED)) != ASKED_NOT
	    || (a = in_list(k->optional, k->optional_n, id, ASKED_OPTIONAL)) != ASKED_NOT)
		return a;
	for (size_t i = 0; i < sizeof standing / sizeof *standing; i++)
		if (strcmp(standing[i], id) == 0)
			return ASKED_OPTIONAL;
	return ASKED_NOT;
}

/* ---- rows ---- */

static unsigned
edit_flags(const struct field *f)
{
	return (f->flags & UPPER ? EDIT_UPPER : 0u) | (f->flags & NARROW ? EDIT_NARROW : 0u)
	    | (f->flags & SQUEEZE ? EDIT_SQUEEZE : 0u);
}

static int
digits_of(int n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 6;
}

static void
add_row(struct entry *n, const char *id, const struct field *f, enum asked a)
{
	struct form_row *r = &n->rows[n->rows_n];

	if (n->rows_n == ROWS_MAX)
		return;
	*r = (struct form_row){ .id = id, .en = f->en, .zh = f->zh, .kind = f->kind, .names = f->names, .edit = edit_flags(f),
	    .limit = f->kind == FIELD_NUMBER ? digits_of(f->high) : f->high, .required = a == ASKED_REQUIRED };
	if (a == ASKED_ONE_OF)
		r->hint = N_("one of these numbers is enough");
	if (strcmp(f->id, "ca") == 0) {
		r->kind = FIELD_CHOICE;
		r->names = n->cas;
	}
	n->rows_n++;
}

/* "user.3.name": ids of further users, made once. */
static const char *
user_id(size_t field, int user)
{
	static char ids[RECORD_USERS_MAX][8][24];

	if (!ids[user][field][0])
		snprintf(ids[user][field], sizeof ids[0][0], "user.%d.%s", user + 1, user_fields[field].id + strlen("user.N."));
	return ids[user][field];
}

static void
add_users(struct entry *n)
{
	int users = n->record->users < RECORD_USERS_MAX ? n->record->users + 1 : RECORD_USERS_MAX;

	if (users > 1 && !n->record->user[users - 2].name[0])
		users--;
	for (int u = 0; u < users; u++)
		for (size_t i = 0; i < user_fields_n && i < 8; i++)
			add_row(n, user_id(i, u), &user_fields[i], ASKED_OPTIONAL);
}

/* Required ones of a section stand before the others: a plain case is typed from the top without skipping. */
static void
add_section(struct entry *n, const struct scheme_asks *k, size_t section)
{
	size_t from = n->rows_n;

	if (strcmp(sections[section].prefix, "user.") == 0) {
		if (in_list(k->optional, k->optional_n, "user", ASKED_OPTIONAL) != ASKED_NOT)
			add_users(n);
	} else {
		for (int round = 0; round < 2; round++)
			for (size_t i = 0; i < fields_n; i++) {
				enum asked a = section_of(fields[i].id) == section ? asked(n, k, fields[i].id) : ASKED_NOT;

				if (a != ASKED_NOT && (a == ASKED_OPTIONAL) == (round == 1))
					add_row(n, fields[i].id, &fields[i], a);
			}
	}
	if (n->rows_n > from)
		n->rows[from].section = sections[section].title;
}

static void
make_rows(struct entry *n)
{
	const struct scheme_asks *k = scheme_asks(n->scheme, n->record, n->env.late);
	size_t last = SECTIONS - 1;

	n->rows_n = 0;
	if (!k)
		return;
	add_section(n, k, last);	/* the application itself heads the form */
	for (size_t i = 0; i < last; i++)
		add_section(n, k, i);
}

/* ---- between form and record ---- */

static void
take_value(struct record *r, const char *id, const char *value)
{
	struct err ignored;
	int user;
	const struct field *f = field_find(id, &user);

	if (!f || !field_set(f, r, user, value, strlen(value), &ignored))
		return;
	if (user >= r->users && *value)
		r->users = user + 1;
}

static void
take_all(struct entry *n, struct record *r)
{
	for (size_t i = 0; i < n->rows_n; i++)
		take_value(r, n->rows[i].id, form_value(&n->form, n->rows[i].id));
}

/* What the form asks and nothing else: fields that it stopped asking are left out. */
static void
record_of(struct entry *n, struct record *out)
{
	const struct record_head *h = &n->record->head;

	record_clear(out);
	snprintf(out->head.scheme, sizeof out->head.scheme, "%s", h->scheme);
	snprintf(out->head.service, sizeof out->head.service, "%s", h->service);
	snprintf(out->head.channel, sizeof out->head.channel, "%s", h->channel);
	take_all(n, out);
}

static bool
check(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	struct entry *n = arg;
	int user;
	const struct field *f = field_find(id, &user);

	if (!f)
		return true;
	if (!field_set(f, n->record, user, value, strlen(value), e))
		return false;
	if (user >= n->record->users)
		n->record->users = user + 1;
	field_show(f, n->record, user, shown, FIELD_SHOW_MAX);
	return !f->check || f->check(n->record, id, shown, &n->env, e);
}

static void
changed(void *arg, const char *id)
{
	struct entry *n = arg;

	take_value(n->record, id, form_value(&n->form, id));
	/* a seal's name brings the seal's fields, a user's name room for the next */
	if (strcmp(id, "seal.name") == 0 || strncmp(id, "user.", 5) == 0) {
		take_all(n, n->record);
		make_rows(n);
		form_rows(&n->form, n->rows, n->rows_n);
	}
	if (n->changed)
		n->changed(n->arg);
}

static void
typed(void *arg)
{
	struct entry *n = arg;
	const char *id = form_here(&n->form);

	take_value(n->record, id, form_value(&n->form, id));
	if (n->typed)
		n->typed(n->arg);
}

static const struct form_calls calls = { check, changed, typed };

static void
show_record(struct entry *n, const struct record *r)
{
	char value[FIELD_SHOW_MAX];
	int user;

	for (size_t i = 0; i < n->rows_n; i++) {
		const struct field *f = field_find(n->rows[i].id, &user);

		field_show(f, r, user, value, sizeof value);
		if (value[0])
			form_set(&n->form, n->rows[i].id, value);
	}
	OPENSSL_cleanse(value, sizeof value);
}

/* ---- the whole ---- */

static void
name_cas(struct entry *n)
{
	size_t k = n->scheme->ca_n < CAS_MAX ? n->scheme->ca_n : CAS_MAX;

	n->cas = calloc(k + 1, sizeof *n->cas);
	for (size_t i = 0; n->cas && i < k; i++)
		n->cas[i] = (struct name){ n->scheme->ca[i].id, n->scheme->ca[i].zh, n->scheme->ca[i].zh };
}

bool
entry_open(struct entry *n, const struct scheme *s, const struct record *r, struct err *e)
{
	memset(n, 0, sizeof *n);
	n->scheme = s;
	n->env.scheme = s;
	n->env.today = day_of(when_now());
	n->record = malloc(sizeof *n->record);
	n->rows = calloc(ROWS_MAX, sizeof *n->rows);
	name_cas(n);
	if (!n->record || !n->rows || !n->cas) {
		entry_close(n);
		return err_internal(e, "out of memory");
	}
	*n->record = *r;
	if (n->record->head.cross_border == RECORD_UNSET)
		n->record->head.cross_border = 0;
	make_rows(n);
	if (n->rows_n == 0) {
		entry_close(n);
		return err_field(e, "service", "the scheme %s does not offer %s by %s", s->id, r->head.service, r->head.channel);
	}
	form_open(&n->form, n->rows, n->rows_n, &calls, n);
	show_record(n, n->record);
	return true;
}

void
entry_close(struct entry *n)
{
	form_close(&n->form);
	if (n->record)
		OPENSSL_cleanse(n->record, sizeof *n->record);
	free(n->record);
	free(n->rows);
	free(n->cas);
	memset(n, 0, sizeof *n);
}

bool
entry_check(struct entry *n)
{
	struct err_list problems = { 0 };
	struct record *r = malloc(sizeof *r);
	struct err e;
	int user;

	if (!r)
		abort();
	record_of(n, r);
	/* what cannot even be stored is told before what the stored values break */
	for (size_t i = 0; i < n->rows_n; i++) {
		const char *id = n->rows[i].id, *value = form_value(&n->form, id);
		const struct field *f = field_find(id, &user);

		if (*value && !field_set(f, r, user, value, strlen(value), &e))
			err_list_take(&problems, &e, id);
	}
	record_defaults(r, &n->env);
	record_check(r, &n->env, &problems);
	OPENSSL_clear_free(r, sizeof *r);
	if (problems.n == 0)
		return true;
	form_refuse_all(&n->form, &problems);
	return false;
}

/* ---- to the office ---- */

static void
put_value(struct json *j, const char *id, const struct field *f, const char *value)
{
	if (!*value) {
		/* null un-sets; a user that was never there stays away */
		if (!f->of_user)
			json_text(j, id, NULL);
	} else if (f->kind == FIELD_NUMBER) {
		json_int(j, id, strtoll(value, NULL, 10));
	} else if (f->kind == FIELD_YESNO) {
		json_bool(j, id, strcmp(value, "yes") == 0);
	} else {
		json_text(j, id, value);
	}
}

static bool
has_row(const struct entry *n, const char *id)
{
	for (size_t i = 0; i < n->rows_n; i++)
		if (strcmp(n->rows[i].id, id) == 0)
			return true;
	return false;
}

bool
entry_json(const struct entry *n, struct json_in **out, struct err *e)
{
	struct json *j = json_new();
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int user;
	bool ok;

	json_open_object(j, NULL);
	json_text(j, "scheme", n->record->head.scheme);
	json_text(j, "service", n->record->head.service);
	json_text(j, "channel", n->record->head.channel);
	for (size_t i = 0; i < n->rows_n; i++)
		put_value(j, n->rows[i].id, field_find(n->rows[i].id, &user), form_value(&n->form, n->rows[i].id));
	/* what the form stopped asking goes from the record too */
	for (size_t i = 0; i < fields_n; i++)
		if (strncmp(fields[i].id, "seal", 4) == 0 && field_filled(&fields[i], n->record, -1) && !has_row(n, fields[i].id))
			json_text(j, fields[i].id, NULL);
	json_end(j);
	ok = f && json_print(j, f);
	if (f)
		ok = fclose(f) == 0 && ok;
	ok = ok ? json_in_parse(text, size, out, e) : err_internal(e, "out of memory");
	if (text)
		OPENSSL_cleanse(text, size);
	free(text);
	json_free(j);
	return ok;
}

bool
entry_repeat(struct entry *n, const struct record *from)
{
	char value[FIELD_SHOW_MAX];
	int user;
	const struct field *f = field_find(form_here(&n->form), &user);

	if (!f || !field_filled(f, from, user))
		return false;
	field_show(f, from, user, value, sizeof value);
	form_set(&n->form, form_here(&n->form), value);
	changed(n, form_here(&n->form));
	typed(n);
	OPENSSL_cleanse(value, sizeof value);
	return true;
}
