#include "tui/entry.h"

#include "forms/tr.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 400

/* The parts of the form; a field belongs to the first whose beginning its id has. What a plain case needs stands in the
 * upper half, by part; the rest follows below under `rest`, so that nobody steps through fields that are hardly ever filled. */
static const struct { const char *prefix, *title, *rest; } parts[] = {
	{ "org.", N_("Applicant organisation"), N_("Applicant organisation, as needed") },
	{ "agent.", N_("Agent"), N_("Agent, as needed") },
	{ "seal", N_("Electronic seal"), N_("Electronic seal, as needed") },
	{ "user.", N_("Authorised users"), N_("Further users") },
	{ "recipient.", N_("Recipient of the courier"), N_("Recipient of the courier, as needed") },
	{ "invoice.", N_("Invoice"), N_("Invoice, as needed") },
	{ "pay.", N_("Payer's account"), N_("Payer's account, as needed") },
	{ "", N_("Application"), N_("Application, as needed") },
};
#define PARTS (sizeof parts / sizeof *parts)
#define PART_SEAL 2
#define PART_USERS 3
#define PART_APPLICATION (PARTS - 1)

/* Chosen from a list of the scheme's own, where it has one. */
static const char *const listed[ENTRY_LISTED] = { "ca", "package", "auth_way" };

/* Asked in every form where the scheme leaves a choice, whatever its lists say. */
static const char *const standing[] = { "cross_border" };

static size_t
part_of(const char *id)
{
	size_t i = 0;

	while (strncmp(id, parts[i].prefix, strlen(parts[i].prefix)) != 0)
		i++;
	return i;
}

/* ---- what the scheme asks ---- */

/* FIRST_OF: the first of several of which one is enough; the others are OPTIONAL. */
enum asked { ASKED_NOT, ASKED_OPTIONAL, ASKED_FIRST_OF, ASKED_REQUIRED };

static enum asked
in_list(const char *const *list, size_t n, const char *id, enum asked as)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < n; i++)
		for (const char *p = list[i]; *p;) {
			size_t k = strcspn(p, "|");

			if (k == len && strncmp(p, id, k) == 0)
				return !strchr(list[i], '|') ? as : p == list[i] ? ASKED_FIRST_OF : ASKED_OPTIONAL;
			p += k;
			p += *p == '|';
		}
	return ASKED_NOT;
}

static bool
with_seal(const struct scheme_asks *k, const char *id)
{
	return in_list(k->with_seal, k->with_seal_n, id, ASKED_REQUIRED) != ASKED_NOT;
}

/* Without what a seal brings: that stands in the seal's own part, behind its name. */
static enum asked
asked(const struct entry *n, const struct scheme_asks *k, const char *id)
{
	enum asked a;

	if (strcmp(id, "old_serial") == 0 || strcmp(id, "reason") == 0)
		return ASKED_NOT;	/* with the service */
	if (strcmp(id, "ca") == 0)
		return n->scheme->ca_n > 1 && !n->env.before ? ASKED_REQUIRED : ASKED_NOT;
	if (strcmp(id, "certificate_count") == 0)
		return n->scheme->certificates_max > 1 ? ASKED_REQUIRED : ASKED_NOT;
	if (part_of(id) == PART_SEAL)
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

/* Of before, and not the service's to change. */
static bool
is_fixed(const struct entry *n, const struct field *f)
{
	return n->env.before && !f->of_user && n->service->changes && field_filled(f, n->env.before, -1)
	    && part_of(f->id) != PART_APPLICATION && !service_field(n->service->changes, f->id);
}

static void
add_row(struct entry *n, const char *id, const struct field *f, enum asked a)
{
	struct form_row *r = &n->rows[n->rows_n];

	if (n->rows_n == ROWS_MAX)
		return;
	*r = (struct form_row){ .id = id, .en = f->en, .zh = f->zh, .kind = f->kind, .names = f->names, .edit = edit_flags(f),
	    .limit = f->kind == FIELD_NUMBER ? digits_of(f->high) : f->high, .required = a == ASKED_REQUIRED,
	    .fixed = is_fixed(n, f) };
	if (a == ASKED_FIRST_OF)
		r->hint = N_("another document of the organisation is asked for below");
	for (size_t i = 0; i < ENTRY_LISTED; i++)
		if (strcmp(f->id, listed[i]) == 0 && n->listed[i][0].stored) {
			r->kind = FIELD_CHOICE;
			r->names = n->listed[i];
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

/* What the first user has to be given, where the service is about users. */
static enum asked
user_asked(const struct scheme_asks *k, size_t field, int user)
{
	if (user > 0 || in_list(k->required, k->required_n, "user", ASKED_REQUIRED) == ASKED_NOT)
		return ASKED_OPTIONAL;
	return in_list(k->each_user, k->each_user_n, user_fields[field].id + strlen("user.N."), ASKED_REQUIRED) == ASKED_NOT
	    ? ASKED_OPTIONAL : ASKED_REQUIRED;
}

static void
add_users(struct entry *n, const struct scheme_asks *k)
{
	int users = n->record->users < RECORD_USERS_MAX ? n->record->users + 1 : RECORD_USERS_MAX;

	if (users > 1 && !n->record->user[users - 2].name[0])
		users--;
	for (int u = 0; u < users; u++)
		for (size_t i = 0; i < user_fields_n && i < 8; i++)
			add_row(n, user_id(i, u), &user_fields[i], user_asked(k, i, u));
}

static bool
has_row(const struct entry *n, const char *id)
{
	for (size_t i = 0; i < n->rows_n; i++)
		if (strcmp(n->rows[i].id, id) == 0)
			return true;
	return false;
}

static void
add_field(struct entry *n, const char *id, enum asked a)
{
	int user;
	const struct field *f = field_find(id, &user);

	if (f && !has_row(n, f->id))
		add_row(n, f->id, f, a);
}

/* Is the service there to change it? */
static bool
is_the_point(const struct entry *n, const char *id)
{
	return n->service->must_change && service_field(n->service->must_change, id);
}

/* The upper half has what is required, or what the service is for, the lower what may be given. */
static void
add_part(struct entry *n, const struct scheme_asks *k, size_t part, bool upper)
{
	for (size_t i = 0; i < fields_n; i++) {
		enum asked a = part_of(fields[i].id) == part ? asked(n, k, fields[i].id) : ASKED_NOT;

		if (a != ASKED_NOT && (a != ASKED_OPTIONAL || is_the_point(n, fields[i].id)) == upper)
			add_field(n, fields[i].id, a);
	}
}

/* The seal's name, and when it is filled all that a seal needs, fields of the organisation among them. */
static void
add_seal(struct entry *n, const struct scheme_asks *k)
{
	enum asked name = in_list(k->required, k->required_n, "seal.name", ASKED_REQUIRED);

	if (name == ASKED_NOT)
		name = in_list(k->optional, k->optional_n, "seal.name", ASKED_OPTIONAL);
	if (name == ASKED_NOT)
		return;
	add_field(n, "seal.name", name);
	for (size_t i = 0; i < k->required_n; i++)
		if (part_of(k->required[i]) == PART_SEAL && strcmp(k->required[i], "seal.name") != 0)
			add_field(n, k->required[i], ASKED_REQUIRED);
	if (!n->record->seal.name[0])
		return;
	for (size_t i = 0; i < k->with_seal_n; i++)
		add_field(n, k->with_seal[i], ASKED_REQUIRED);
}

static void
add_seal_rest(struct entry *n, const struct scheme_asks *k)
{
	for (size_t i = 0; n->record->seal.name[0] && i < k->optional_n; i++)
		if (part_of(k->optional[i]) == PART_SEAL)
			add_field(n, k->optional[i], ASKED_OPTIONAL);
}

static void
add_half(struct entry *n, const struct scheme_asks *k, size_t part, bool upper)
{
	size_t from = n->rows_n;

	if (part == PART_SEAL)
		upper ? add_seal(n, k) : add_seal_rest(n, k);
	else if (part == PART_USERS && upper && (in_list(k->optional, k->optional_n, "user", ASKED_OPTIONAL) != ASKED_NOT
	    || in_list(k->required, k->required_n, "user", ASKED_REQUIRED) != ASKED_NOT))
		add_users(n, k);
	else
		add_part(n, k, part, upper);
	if (n->rows_n > from)
		n->rows[from].section = upper ? parts[part].title : parts[part].rest;
}

static void
make_rows(struct entry *n)
{
	const struct scheme_asks *k = scheme_asks(n->scheme, n->record, n->env.late);

	n->rows_n = 0;
	if (!k)
		return;
	add_half(n, k, PART_APPLICATION, true);
	for (size_t i = 0; i < PART_APPLICATION; i++)
		add_half(n, k, i, true);
	for (size_t i = 0; i < PARTS; i++)
		add_half(n, k, i, false);
	/* a number that the seal needs is required now, wherever it stands */
	for (size_t i = 0; n->record->seal.name[0] && i < n->rows_n; i++)
		if (with_seal(k, n->rows[i].id))
			n->rows[i].required = true;
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
		if (!n->rows[i].fixed)
			take_value(r, n->rows[i].id, form_value(&n->form, n->rows[i].id));
}

/* What the form asks and nothing else: fields that it stopped asking are left out. */
static void
record_of(struct entry *n, struct record *out)
{
	const struct record_head *h = &n->record->head;

	if (n->env.before)
		*out = *n->env.before;
	else
		record_clear(out);
	/* the holder's record of before is of no application yet */
	snprintf(out->head.scheme, sizeof out->head.scheme, "%s", h->scheme);
	snprintf(out->head.service, sizeof out->head.service, "%s", h->service);
	snprintf(out->head.channel, sizeof out->head.channel, "%s", h->channel);
	snprintf(out->head.reason, sizeof out->head.reason, "%s", h->reason);
	snprintf(out->head.old_serial, sizeof out->head.old_serial, "%s", h->old_serial);
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

		(n->rows[i].fixed ? field_show_masked : field_show)(f, r, user, value, sizeof value);
		if (value[0])
			form_set(&n->form, n->rows[i].id, value);
	}
	OPENSSL_cleanse(value, sizeof value);
}

/* What the first user most likely is, where one has to be given. */
static void
usual_user(struct entry *n)
{
	static const char *const usual[][2] = { { "user.1.id_kind", "resident_id" }, { "user.1.role", "user" } };
	bool first = strcmp(n->record->head.service, service_names[SERVICE_NEW].stored) == 0;

	for (size_t i = 0; i < n->rows_n; i++)
		for (size_t k = 0; k < 2; k++)
			if (n->rows[i].required && strcmp(n->rows[i].id, usual[k][0]) == 0 && !form_value(&n->form, usual[k][0])[0]) {
				form_set(&n->form, usual[k][0], k == 1 && first ? "administrator" : usual[k][1]);
				take_value(n->record, usual[k][0], form_value(&n->form, usual[k][0]));
			}
}

/* ---- the whole ---- */

static bool
name_listed(struct entry *n)
{
	struct name name;

	for (size_t f = 0; f < ENTRY_LISTED; f++) {
		size_t k = 0;

		while (scheme_name_at(n->scheme, listed[f], k, &name))
			k++;
		if (!(n->listed[f] = calloc(k + 1, sizeof name)))
			return false;
		while (k-- > 0)
			scheme_name_at(n->scheme, listed[f], k, &n->listed[f][k]);
	}
	return true;
}

bool
entry_open(struct entry *n, const struct form_env *env, const struct record *r, struct err *e)
{
	memset(n, 0, sizeof *n);
	n->scheme = env->scheme;
	n->env = *env;
	if (!(n->service = service_row(env->scheme, r->head.service, r->head.reason, e)))
		return false;
	n->record = malloc(sizeof *n->record);
	n->rows = calloc(ROWS_MAX, sizeof *n->rows);
	if (!n->record || !n->rows || !name_listed(n)) {
		entry_close(n);
		return err_internal(e, "out of memory");
	}
	*n->record = *r;
	if (n->record->head.cross_border == RECORD_UNSET)
		n->record->head.cross_border = 0;
	if (!n->record->agent.id_kind[0])
		snprintf(n->record->agent.id_kind, sizeof n->record->agent.id_kind, "resident_id");
	make_rows(n);
	if (n->rows_n == 0) {
		err_field(e, "service", "the scheme %s does not offer %s by %s", n->scheme->id, r->head.service, r->head.channel);
		entry_close(n);
		return false;
	}
	form_open(&n->form, n->rows, n->rows_n, &calls, n);
	show_record(n, n->record);
	usual_user(n);
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
	for (size_t i = 0; i < ENTRY_LISTED; i++)
		free(n->listed[i]);
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

		if (*value && !n->rows[i].fixed && !field_set(f, r, user, value, strlen(value), &e))
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
	if (n->record->head.old_serial[0])
		json_text(j, "old_serial", n->record->head.old_serial);
	if (n->record->head.reason[0])
		json_text(j, "reason", n->record->head.reason);
	for (size_t i = 0; i < n->rows_n; i++)
		if (!n->rows[i].fixed)
			put_value(j, n->rows[i].id, field_find(n->rows[i].id, &user), form_value(&n->form, n->rows[i].id));
	/* what the form stopped asking goes from the record too; a service that does not ask for the seal leaves the holder's */
	for (size_t i = 0; (!n->env.before || has_row(n, "seal.name")) && i < fields_n; i++)
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
