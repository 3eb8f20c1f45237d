/* How an application comes in: entry and edit; declared in ra/desk.h. */
#include "ra/desk.h"

#include "db/certificate.h"
#include "forms/tr.h"
#include "ra/accept.h"
#include "ra/application.h"
#include "ra/old.h"
#include "ra/rules.h"
#include "ra/workflow.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A form on its way to a draft. */
struct form {
	struct office *o;
	struct application *a;
	struct record *base;		/* what the service begins with, where it acts on a certificate of the store */
	struct form_env env;
	const struct service_row *row;
	struct certificate old;
	bool known;			/* old is one of the store */
	struct err_list *problems;
};

/* What a rule refuses stands in the list, at its field; anything else is e. Returns false. */
static bool
told(struct form *f, const struct err *inner, const char *field, struct err *e)
{
	if (inner->field[0])
		field = inner->field;
	if (inner->code != FAULT_REFUSED)
		*e = *inner;
	else if (!err_list_has(f->problems, field))
		err_list_take(f->problems, inner, field);
	return false;
}

/* Before anything is typed: does the scheme take this service, and for a set fee? */
static bool
may_begin(struct form *f, struct err *e)
{
	struct record_head *h = &f->a->record.head;
	int64_t version;
	struct err inner;

	if (!h->scheme[0]) {
		if (!err_list_has(f->problems, "scheme"))
			err_list_add(f->problems, "scheme", "name the scheme: `ra scheme list` shows the ones in force");
		return false;
	}
	if (!office_scheme_now(f->o, h->scheme, &f->env.scheme, &version, &inner))
		return told(f, &inner, "scheme", e);
	record_defaults(&f->a->record, &f->env);
	if (!scheme_offers(f->env.scheme, h->service, h->channel, &inner)
	    || !(f->row = service_row(f->env.scheme, h->service, h->reason, &inner)))
		return told(f, &inner, "service", e);
	if (f->row->by_arrangement) {
		err_list_add(f->problems, "service", "%s is done by arrangement with the CA: no application is taken for it",
		    tr_stored(service_names, h->service));
		return false;
	}
	return scheme_fee_set(f->env.scheme, h->service, f->env.today, &inner) || told(f, &inner, "service", e);
}

/* Who nobody meets gets everything by courier: to where it went before, unless it is typed anew. */
static void
same_recipient(struct form *f, const struct record *before)
{
	const struct scheme_asks *k = scheme_asks(f->env.scheme, &f->a->record, f->env.late);

	for (size_t i = 0; k && i < k->required_n; i++)
		if (strncmp(k->required[i], "recipient.", strlen("recipient.")) == 0)
			f->base->recipient = before->recipient;
}

/* A certificate's serial in whole octets without any before it, as the store and every CA's list have it: viewers differ in the zeros. A
 * token's keeps them. */
static void
whole_octets(char *serial, size_t sz)
{
	size_t n = strlen(serial), zeros = strspn(serial, "0");
	char whole[TEXT_BYTES(40)];

	if (strspn(serial, "0123456789ABCDEF") != n || zeros == n)
		return;
	snprintf(whole, sizeof whole, "%s%s", (n - zeros) % 2 == 0 ? "" : "0", serial + zeros);
	snprintf(serial, sz, "%s", whole);
}

/* The record begins as the holder's of before, where the service acts on a certificate of the store. */
static bool
fill(struct form *f, struct err *e)
{
	struct application *before = calloc(1, sizeof *before);
	struct err inner = { 0 };
	bool ok;

	if (!before)
		return err_internal(e, "out of memory");
	record_clear(f->base);
	if (!f->row->by_token)
		whole_octets(f->a->record.head.old_serial, sizeof f->a->record.head.old_serial);
	ok = old_certificate(f->o, f->a, f->row, &f->old, &f->known, &inner)
	    && (!f->known || (old_fits(f->o, f->a, f->row, &f->old, &inner) && old_record(f->o, &f->old, before, &inner)
	    && old_fill(f->o, f->row, &f->old, &before->record, f->base, &inner)));
	if (ok && f->known) {
		f->a->filled_from = before->id;
		f->a->organisation = f->old.organisation;
		f->env.before = f->base;
		f->env.late = service_late(f->row, f->a, &f->old, when_now());
		same_recipient(f, &before->record);
	}
	OPENSSL_clear_free(before, sizeof *before);
	return ok || told(f, &inner, "old_serial", e);
}

/* What the caller left open and the service or its certificate implies. */
static void
implied(struct form *f)
{
	struct record_head *h = &f->a->record.head;

	if (f->known)		/* as the store writes it, also where the token's was given */
		snprintf(h->old_serial, sizeof h->old_serial, "%s", f->old.serial);
	if (f->row->reason)
		snprintf(h->reason, sizeof h->reason, "%s", f->row->reason);
	if (f->row->new_seal && h->years == RECORD_UNSET)
		h->years = service_years_left(&f->old, when_now());
	record_defaults(&f->a->record, &f->env);
}

/* ---- entry ---- */

/* A reference of the caller's own: the number of then, if there is one. */
static bool
known_reference(struct office *o, const struct record *r, char no[APP_NO_MAX], bool *known, struct err *e)
{
	*known = false;
	return !r->head.client_ref[0] || app_no_of_ref(o->db, r->head.client_ref, no, known, e);
}

static bool
store_draft(struct office *o, struct application *a, char no[APP_NO_MAX], struct err *e)
{
	char object[64];
	bool known;

	if (!office_begin(o, e))
		return false;
	/* asked again under the lock: two consoles may send the same reference at once */
	if (!known_reference(o, &a->record, no, &known, e))
		goto fail;
	if (known) {
		office_rollback(o);
		return true;
	}
	/* a service on a certificate is its holder's; a new name counts when the new certificate is issued */
	if ((a->organisation == 0 && !org_ensure(o->db, &a->record.org, a->entered_at, &a->organisation, e))
	    || !app_next_no(o->db, o->point, a->entered_at, a->no, e)
	    || !app_insert(o->db, o->keys, a, e) || !app_hand_add(o->db, a->id, o->me.id, e))
		goto fail;
	application_object(a, object);
	if (!office_commit(o, ACT_APPLY, object, e, "%s %s %s", a->record.head.scheme, a->record.head.service,
	    a->record.head.channel))
		return false;
	snprintf(no, APP_NO_MAX, "%s", a->no);
	return true;
fail:
	office_rollback(o);
	return false;
}

/* Takes what was typed over what the service begins with, and checks the whole. */
static bool
form_good(struct form *f, const struct json_in *j, struct err *e)
{
	struct err_list again = { 0 };		/* the same wrong fields as at the first reading */
	struct err inner;

	if (!may_begin(f, e)) {
		/* what does not hang on a scheme is told in one go with it */
		if (!f->env.scheme && e->code == FAULT_NONE)
			record_check(&f->a->record, &f->env, f->problems);
		return false;
	}
	if (!fill(f, e))
		return false;
	if (f->known) {
		f->a->record = *f->base;
		record_take(&f->a->record, j, &again);
	}
	implied(f);
	if (!f->known && f->row->foreign_too && !f->a->record.org.name[0])
		err_list_add(f->problems, "org.name", "is required: the certificate is not of this store, and the holder's record is not known by it");
	if (f->known)
		old_changes(f->row, &f->env, &f->a->record, f->problems);
	record_check(&f->a->record, &f->env, f->problems);
	return f->problems->n == 0 && (workflow_entry(f->o, f->a, &inner) || told(f, &inner, "old_serial", e));
}

static bool
form_open(struct form *f, struct office *o, struct err_list *problems, struct err *e)
{
	memset(f, 0, sizeof *f);
	f->o = o;
	f->problems = problems;
	f->env.today = day_of(when_now());
	f->a = calloc(1, sizeof *f->a);
	f->base = calloc(1, sizeof *f->base);
	if (!f->a || !f->base) {
		err_internal(e, "out of memory");
		return false;
	}
	record_clear(&f->a->record);
	f->a->state = APP_DRAFT;
	return office_printable(o, &f->env, e);
}

static void
form_close(struct form *f)
{
	OPENSSL_clear_free(f->a, f->a ? sizeof *f->a : 0);
	OPENSSL_clear_free(f->base, f->base ? sizeof *f->base : 0);
}

bool
desk_apply(struct office *o, const struct json_in *j, char no[APP_NO_MAX], struct err_list *problems, struct err *e)
{
	struct form f;
	bool known, ok;

	*e = (struct err){ 0 };
	ok = form_open(&f, o, problems, e) && office_may(o, ACT_APPLY, e);
	if (ok) {
		record_take(&f.a->record, j, problems);
		ok = known_reference(o, &f.a->record, no, &known, e);
		if (ok && !known) {
			f.a->entered_by = o->me.id;
			f.a->entered_at = when_now();
			snprintf(f.a->point, sizeof f.a->point, "%s", o->point);
			ok = form_good(&f, j, e) && store_draft(o, f.a, no, e);
		}
	}
	form_close(&f);
	return ok;
}

bool
desk_fill(struct office *o, const struct record_head *h, struct record *out, bool *late, struct err *e)
{
	struct err_list problems = { 0 };
	struct form f;
	bool ok = form_open(&f, o, &problems, e) && office_may(o, ACT_APPLY, e);

	if (ok) {
		f.a->record.head = *h;
		ok = may_begin(&f, e) && fill(&f, e);
		for (size_t i = 0; ok && f.known && i < fields_n; i++)
			if (!field_filled(&fields[i], &f.a->record, -1))
				memcpy(field_member(&fields[i], &f.a->record, -1), field_member(&fields[i], f.base, -1), fields[i].size);
		if (ok) {
			f.a->record.users = f.base->users;
			memcpy(f.a->record.user, f.base->user, sizeof f.a->record.user);
			implied(&f);
			ok = workflow_entry(o, f.a, e);
		}
		if (ok) {
			*out = f.a->record;
			*late = f.env.late;
		} else if (problems.n > 0) {
			*e = problems.at[0];
		}
	}
	form_close(&f);
	return ok;
}

/* ---- edit ---- */

static bool
edit_apply(struct office *o, struct application *a, const struct scheme *s, struct err *e)
{
	if ((a->filled_from == 0 && !org_ensure(o->db, &a->record.org, when_now(), &a->organisation, e))
	    || !app_store_record(o->db, o->keys, a, e) || !app_hand_add(o->db, a->id, o->me.id, e))
		return false;
	return a->accepted_at == 0 || accept_terms(o, a, s, a->accepted_at, e);
}

/* What the application is about stays; since acceptance the reason too, which has moved the token and may have held the
 * certificate. */
static void
stays(const struct application *a, const struct record *before, struct err_list *problems)
{
	const struct record_head *h = &a->record.head, *was = &before->head;

	if (strcmp(was->scheme, h->scheme) != 0 || strcmp(was->service, h->service) != 0)
		err_list_add(problems, "service", "scheme and service cannot be changed: withdraw this one and apply anew");
	if (strcmp(was->old_serial, h->old_serial) != 0)
		err_list_add(problems, "old_serial", "the certificate cannot be changed: withdraw this one and apply anew");
	if (a->accepted_at != 0 && strcmp(was->reason, h->reason) != 0)
		err_list_add(problems, "reason", "the reason cannot be changed after acceptance: withdraw this one and apply anew");
}

static bool
edit_good(struct office *o, const struct application *a, const struct record *before, struct record *base,
    const struct scheme *s, struct err_list *problems, struct err *e)
{
	struct form_env env = { .scheme = s, .today = day_of(when_now()) };
	const struct service_row *row;
	struct certificate old;
	bool has, known;

	if (!office_printable(o, &env, e))
		return false;
	stays(a, before, problems);
	if (problems->n > 0)
		return false;
	if (!service_of(o, a, &row, e) || !old_base(o, a, base, &has, e)
	    || !old_certificate(o, a, row, &old, &known, e))
		return false;
	if (has) {
		env.before = base;
		env.late = service_late(row, a, &old, when_now());
		old_changes(row, &env, &a->record, problems);
	}
	record_check(&a->record, &env, problems);
	return problems->n == 0;
}

static bool
edit(struct office *o, struct application *a, const struct json_in *j, struct record *before, struct record *base,
    struct err_list *problems, struct err *e)
{
	const struct scheme *s;
	enum app_state to;

	*before = a->record;
	if (!workflow_may(o, a, ACT_EDIT, &to, e) || !rules_scheme(o, a, &s, e))
		return false;
	record_take(&a->record, j, problems);
	if (!edit_good(o, a, before, base, s, problems, e))
		return false;
	if (record_same(before, &a->record))
		return true;		/* nothing changed: the checks stay */
	if (!edit_apply(o, a, s, e))
		return false;
	a->state = to;
	a->reviewed_by = a->reviewed_at = 0;
	return application_commit(o, a, ACT_EDIT, e, "%zu fields given; checks void", json_in_count(j));
}

bool
desk_edit(struct office *o, const char *no, int64_t version, const struct json_in *j, struct err_list *problems,
    struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	struct record *r = calloc(2, sizeof *r);
	bool ok = false;

	if (!a || !r)
		err_internal(e, "out of memory");
	else if (application_begin(o, no, version, a, e))
		ok = edit(o, a, j, &r[0], &r[1], problems, e);
	office_rollback(o);
	OPENSSL_clear_free(r, r ? 2 * sizeof *r : 0);
	OPENSSL_clear_free(a, a ? sizeof *a : 0);
	return ok;
}
