/* A whole record: from JSON, its defaults, its checks; declared in forms/field.h. */
#include "forms/field.h"
#include "forms/scheme.h"
#include "forms/tr.h"

#include <stdio.h>
#include <string.h>

/* ---- from JSON ---- */

static bool
type_good(const struct field *f, const struct json_pair *p, struct err *e)
{
	switch (f->kind) {
	case FIELD_NUMBER:
		return p->kind == JSON_KIND_NUMBER || err_field(e, p->key, "has to be a whole number without quotes");
	case FIELD_YESNO:
		return p->kind == JSON_KIND_BOOL || err_field(e, p->key, "has to be true or false without quotes");
	case FIELD_TEXT:
	case FIELD_CHOICE:
		return p->kind == JSON_KIND_TEXT || err_field(e, p->key, "has to be a text in quotes");
	}
	return false;
}

static bool
take_pair(struct record *r, const struct json_pair *p, struct err *e)
{
	char number[24];
	int user;
	const struct field *f = field_find(p->key, &user);
	const char *text = p->text;
	size_t len = p->len;

	if (!f)
		return err_field(e, p->key, "there is no such field: `ra fields` lists them");
	if (p->kind == JSON_KIND_NULL) {
		text = "";
		len = 0;
	} else if (!type_good(f, p, e)) {
		return false;
	} else if (p->kind == JSON_KIND_NUMBER) {
		snprintf(number, sizeof number, "%lld", (long long)p->number);
		text = number;
		len = strlen(number);
	} else if (p->kind == JSON_KIND_BOOL) {
		text = p->number ? "yes" : "no";
		len = strlen(text);
	}
	if (user >= r->users)
		r->users = user + 1;
	if (field_set(f, r, user, text, len, e))
		return true;
	snprintf(e->field, sizeof e->field, "%s", p->key);
	return false;
}

void
record_take(struct record *r, const struct json_in *j, struct err_list *problems)
{
	struct err e;

	for (size_t i = 0; i < json_in_count(j); i++)
		if (!take_pair(r, json_in_at(j, i), &e))
			err_list_take(problems, &e, NULL);
}

/* ---- defaults ---- */

static void
text_default(char *member, size_t size, const char *value)
{
	if (!member[0])
		snprintf(member, size, "%s", value);
}

void
record_defaults(struct record *r, const struct form_env *env)
{
	struct record_head *h = &r->head;

	text_default(h->channel, sizeof h->channel, "counter");
	if (env->scheme && env->scheme->ca_n == 1)
		text_default(h->ca, sizeof h->ca, env->scheme->ca[0].id);
	if (h->certificate_count == RECORD_UNSET)
		h->certificate_count = 1;
	if (h->cross_border == RECORD_UNSET)
		h->cross_border = 0;
	if (r->agent.id_no[0])
		text_default(r->agent.id_kind, sizeof r->agent.id_kind, "resident_id");
	if (r->org.legal_rep_id_no[0])
		text_default(r->org.legal_rep_id_kind, sizeof r->org.legal_rep_id_kind, "resident_id");
	for (int u = 0; u < r->users; u++)
		if (r->user[u].id_no[0])
			text_default(r->user[u].id_kind, sizeof r->user[u].id_kind, "resident_id");
}

/* ---- checks ---- */

/* A field that was told wrong already is not told again, as missing or otherwise. */
static void PRINTF(3, 4)
tell(struct err_list *l, const char *field, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (err_list_has(l, field))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, tr(fmt), ap);
	va_end(ap);
	err_list_add(l, field, "%s", text);
}

static bool
filled(const struct record *r, const char *id)
{
	int user;
	const struct field *f = field_find(id, &user);

	return f ? field_filled(f, r, user) : strcmp(id, "user") == 0 && r->users > 0;
}

static bool
any_filled_or_told(const struct record *r, const char *ids, const struct err_list *l)
{
	char list[160], *save, *id;

	snprintf(list, sizeof list, "%s", ids);
	for (id = strtok_r(list, "|", &save); id; id = strtok_r(NULL, "|", &save))
		if (filled(r, id) || err_list_has(l, id))
			return true;
	return false;
}

/* "a|b": at least one; the first is where the cursor goes, and all are called by their labels. */
static void
require(const struct record *r, const char *ids, struct err_list *l)
{
	char list[160], labels[300] = "", *save, *id;
	size_t used = 0;
	int user;

	if (any_filled_or_told(r, ids, l))
		return;
	snprintf(list, sizeof list, "%s", ids);
	for (id = strtok_r(list, "|", &save); id && used < sizeof labels; id = strtok_r(NULL, "|", &save)) {
		const struct field *f = field_find(id, &user);

		used += (size_t)snprintf(labels + used, sizeof labels - used, "%s%s", used ? tr(", ") : "",
		    !f ? id : tr_english() ? f->en : f->zh);
	}
	if (strcmp(ids, "user") == 0)
		tell(l, "user.1.name", "give at least one further user");
	else if (strchr(ids, '|'))
		tell(l, list, "give at least one of these: %s", labels);	/* list is cut behind its first */
	else
		tell(l, ids, "is required: fill it in");
}

static bool
in_list(const char *const *list, size_t n, const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < n; i++)
		for (const char *p = list[i]; *p;) {
			size_t k = strcspn(p, "|");

			if (k == len && strncmp(p, id, k) == 0)
				return true;
			p += k;
			p += *p == '|';
		}
	return false;
}

static const char *const always[] = { "scheme", "service", "channel", "ca", "client_ref", "certificate_count", "cross_border" };

/* Carried over from the holder's record, untouched. */
static bool
carried(const struct field *f, const struct record *r, const struct form_env *env, int user)
{
	return env->before && user < env->before->users && field_same(f, r, env->before, user);
}

static void
not_asked(const struct record *r, const struct scheme_asks *k, const struct form_env *env, struct err_list *l)
{
	bool seal = r->seal.name[0] != '\0';

	for (size_t i = 0; i < fields_n; i++) {
		const char *id = fields[i].id;
		bool with_seal = in_list(k->with_seal, k->with_seal_n, id) || strncmp(id, "seal.", 5) == 0;

		if (!field_filled(&fields[i], r, -1) || in_list(always, sizeof always / sizeof *always, id)
		    || in_list(k->required, k->required_n, id) || in_list(k->optional, k->optional_n, id)
		    || carried(&fields[i], r, env, -1))
			continue;
		if (k->with_seal_n > 0 && with_seal && (seal || strncmp(id, "seal.", 5) != 0))
			continue;
		if (k->with_seal_n > 0 && with_seal)
			tell(l, "seal.name", "give the seal's name, or leave all fields of the seal empty");
		else
			tell(l, id, "is not asked in this service: leave it empty");
	}
	if (r->users > (env->before ? env->before->users : 0) && !in_list(k->optional, k->optional_n, "user")
	    && !in_list(k->required, k->required_n, "user"))
		tell(l, "user.1.name", "this service has no further users: leave them out");
}

/* Its own check, and of what is typed freely: can it stand on paper? */
static bool
value_good(const struct field *f, const char *id, const char *value, const struct record *r, const struct form_env *env,
    struct err *e)
{
	if (f->check && !f->check(r, id, value, env, e))
		return false;
	return f->kind != FIELD_TEXT || !env->printable || env->printable(env->press, id, value, e);
}

static void
own_checks(const struct record *r, const struct form_env *env, struct err_list *l)
{
	char value[FIELD_SHOW_MAX], id[64];
	struct err e;

	for (size_t i = 0; i < fields_n; i++) {
		const struct field *f = &fields[i];

		if (!field_filled(f, r, -1) || err_list_has(l, f->id) || carried(f, r, env, -1))
			continue;
		field_show(f, r, -1, value, sizeof value);
		if (!value_good(f, f->id, value, r, env, &e))
			err_list_take(l, &e, NULL);
	}
	for (int u = 0; u < r->users; u++)
		for (size_t i = 0; i < user_fields_n; i++) {
			const struct field *f = &user_fields[i];

			snprintf(id, sizeof id, "user.%d.%s", u + 1, f->id + strlen("user.N."));
			field_show(f, r, u, value, sizeof value);
			if (value[0] && !err_list_has(l, id) && !carried(f, r, env, u) && !value_good(f, id, value, r, env, &e))
				err_list_take(l, &e, id);
		}
	memset(value, 0, sizeof value);
}

/* Every further user that the form adds is whole. */
static void
users_whole(const struct record *r, const struct scheme_asks *k, const struct form_env *env, struct err_list *l)
{
	char id[64];

	for (int u = env->before ? env->before->users : 0; u < r->users; u++)
		for (size_t i = 0; i < k->each_user_n; i++) {
			snprintf(id, sizeof id, "user.%d.%s", u + 1, k->each_user[i]);
			require(r, id, l);
		}
}

/* The way by which the organisation proves its will: one of the scheme's, for its region, with what it needs. */
static void
way_fits(const struct record *r, const struct scheme *s, struct err_list *l)
{
	const struct scheme_way *way = scheme_way(s, r->head.auth_way);
	char ways[200] = "";
	size_t n = 0;

	if (!r->head.auth_way[0])
		return;
	for (size_t i = 0; i < s->ways_n && n < sizeof ways; i++)
		n += (size_t)snprintf(ways + n, sizeof ways - n, "%s%s (%s)", n ? ", " : "", s->way[i].id, s->way[i].zh);
	if (!way) {
		tell(l, "auth_way", "one of these ways: %s", ways);
		return;
	}
	if (way->region && strncmp(r->org.region, way->region, strlen(way->region)) != 0)
		tell(l, "auth_way", "%s is for organisations of the region %s only: take another way", way->zh, way->region);
	for (size_t i = 0; i < way->needs_n; i++)
		require(r, way->needs[i], l);
}

/* A package has its number of users; the agent is one of them, and one is the administrator. */
static void
package_fits(const struct record *r, const struct scheme *s, struct err_list *l)
{
	const struct scheme_package *p = scheme_package(s, r->head.package);
	int wanted, administrators = 0;
	bool agent = false;

	if (!p) {
		tell(l, "package", "this scheme has no package '%s'", r->head.package);
		return;
	}
	wanted = p->users + (r->head.extra_users > 0 ? r->head.extra_users : 0);
	if (r->users != wanted)
		tell(l, "extra_users", "the package has places for %d users with the further ones, and %d are given", wanted, r->users);
	for (int u = 0; u < r->users; u++) {
		administrators += strcmp(r->user[u].role, user_role_names[USER_ADMINISTRATOR].stored) == 0;
		agent = agent || strcmp(r->user[u].id_no, r->agent.id_no) == 0;
	}
	if (administrators != 1)
		tell(l, "user.1.role", "one of the users is the administrator, not %d", administrators);
	if (!agent)
		tell(l, "user.1.id_no", "the agent takes one of the places: give the agent as a user, too");
}

static void
invoice_fits(const struct record *r, const struct scheme *s, struct err_list *l)
{
	char title[TEXT_BYTES(64)], name[TEXT_BYTES(64)];

	text_fold(r->invoice.title, title, sizeof title);
	text_fold(r->org.name, name, sizeof name);
	if (s->invoice_remark && r->invoice.title[0] && strcmp(title, name) != 0 && !r->invoice.remark[0])
		tell(l, "invoice.remark", "the invoice goes to another title than the organisation's: say why");
}

static void
between(const struct record *r, const struct form_env *env, struct err_list *l)
{
	const struct scheme *s = env->scheme;
	const struct record_head *h = &r->head;

	if (h->years != RECORD_UNSET && (h->years < s->term_min || h->years > s->term_max))
		tell(l, "years", "the term is %d to %d years, not %d", s->term_min, s->term_max, h->years);
	if (h->certificate_count != RECORD_UNSET && h->certificate_count > s->certificates_max)
		tell(l, "certificate_count", "this scheme takes %d per application: fill in a form for each", s->certificates_max);
	if (h->ca[0] && !scheme_ca(s, h->ca))
		tell(l, "ca", "this scheme has no CA '%s'", h->ca);
	if (r->org.doc_no[0] && !r->org.doc_kind[0])
		tell(l, "org.doc_kind", "say what document the number belongs to");
	if (r->org.doc_kind[0] && !r->org.doc_no[0])
		tell(l, "org.doc_no", "give the number of the document");
	if (r->seal.name[0] && h->seal_notes_read == 0)
		tell(l, "seal_notes_read", "a seal is made only when the seal notes were read and accepted");
	way_fits(r, s, l);
	if (h->package[0] && !env->before)
		package_fits(r, s, l);
	invoice_fits(r, s, l);
}

void
record_check(const struct record *r, const struct form_env *env, struct err_list *l)
{
	const struct scheme *s = env->scheme;
	const struct scheme_asks *k;
	struct err e;

	if (!s) {		/* not known which: what does not hang on it is told all the same */
		own_checks(r, env, l);
		return;
	}
	if (!scheme_offers(s, r->head.service, r->head.channel, &e) && !err_list_has(l, e.field))
		err_list_take(l, &e, NULL);
	k = scheme_asks(s, r, env->late);
	if (k) {
		for (size_t i = 0; i < k->required_n; i++)
			require(r, k->required[i], l);
		for (size_t i = 0; r->seal.name[0] && i < k->with_seal_n; i++)
			require(r, k->with_seal[i], l);
		users_whole(r, k, env, l);
		not_asked(r, k, env, l);
	}
	own_checks(r, env, l);
	between(r, env, l);
}
