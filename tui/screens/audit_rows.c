#include "tui/screens/audit_rows.h"

#include "forms/tr.h"
#include "ra/application.h"
#include "ra/history.h"
#include "ra/rules.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 128
#define LOOK_ROWS 8192			/* of one part of a search: what it found is shown in between */

void
audit_reader_open(struct audit_reader *r, struct office *o)
{
	*r = (struct audit_reader){ .o = o, .a = calloc(1, sizeof *r->a) };
	if (!r->a)
		abort();
}

void
audit_reader_close(struct audit_reader *r)
{
	OPENSSL_clear_free(r->a, sizeof *r->a);
	r->a = NULL;
}

/* ---- words ---- */

const char *
audit_act_words(const struct audit_row *a)
{
	enum act act = history_act_of(a->act);

	return act == ACT_N ? a->act : act_name(act);
}

const char *
audit_application_of(const char *object)
{
	static const char prefix[] = "application:";

	return strncmp(object, prefix, sizeof prefix - 1) == 0 ? object + sizeof prefix - 1 : NULL;
}

void
audit_object_words(const char *object, char *out, size_t outsz)
{
	static const struct { const char *prefix, *word; } kinds[] = {
		{ "application:", N_("application") }, { "token:", N_("token") }, { "certificate:", N_("certificate") },
		{ "staff:", N_("member") }, { "scheme:", N_("scheme") },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(object, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
			snprintf(out, outsz, "%s %s", tr(kinds[i].word), object + strlen(kinds[i].prefix));
			return;
		}
	snprintf(out, outsz, "%s", strcmp(object, "search") == 0 ? tr("a search") : object);
}

void
audit_reader_detail(struct audit_reader *r, const struct audit_row *a, char *out, size_t outsz)
{
	const char *no = audit_application_of(a->object);
	enum act act = history_act_of(a->act);
	bool asks = no && history_of_scheme(act);
	struct err ignored;

	/* a scheme that is gone: it is told by what is stored */
	if (asks && strcmp(r->a->no, no) != 0
	    && (!application_load(r->o, no, r->a, &ignored) || !rules_scheme(r->o, r->a, &r->scheme, &ignored)))
		r->scheme = NULL;
	history_words(asks ? r->scheme : NULL, r->a, act, a->detail, out, outsz);
}

static const char *
who(struct audit_reader *r, int64_t staff)
{
	struct err ignored;
	bool found = true;

	if (r->who.id != staff && (!staff_load(r->o->db, staff, &r->who, &found, &ignored) || !found))
		memset(&r->who, 0, sizeof r->who);
	return r->who.name;
}

void
audit_reader_row(struct audit_reader *r, const struct audit_row *a, struct list_row *out)
{
	memset(out, 0, sizeof *out);
	out->id = out->key.n[0] = a->seq;
	when_short(a->at, out->cell[0]);
	snprintf(out->cell[1], sizeof out->cell[1], "%s", who(r, a->staff));
	snprintf(out->cell[2], sizeof out->cell[2], "%s", audit_act_words(a));
	snprintf(out->ref, sizeof out->ref, "%s", a->object);
	audit_object_words(a->object, out->cell[3], sizeof out->cell[3]);
	audit_reader_detail(r, a, out->cell[4], sizeof out->cell[4]);
}

/* ---- looking for what was typed ---- */

bool
audit_row_matches(const struct list_row *r, const char *typed)
{
	char upper[TEXT_BYTES(LIST_TYPED)];

	snprintf(upper, sizeof upper, "%s", typed);
	text_upper(upper);
	for (int i = 0; i < 5; i++)
		if (strstr(r->cell[i], typed) || strstr(r->cell[i], upper))
			return true;
	return false;
}

bool
audit_look_on(struct audit_look *k, bool (*stopped)(const void *arg), const void *arg, struct err *e)
{
	struct audit_row *a = calloc(PIECE, sizeof *a);
	size_t got = PIECE, looked = 0;
	struct list_row row;
	bool ok = true;

	if (!a)
		return err_internal(e, "out of memory");
	while (ok && got == PIECE && looked < LOOK_ROWS && k->n < AUDIT_LOOK_HITS && !stopped(arg)) {
		ok = audit_page(k->reader.o->db, k->reader.o->point, k->seq, false, a, PIECE, &got, e);
		for (size_t i = 0; ok && i < got && k->n < AUDIT_LOOK_HITS; i++) {
			audit_reader_row(&k->reader, &a[i], &row);
			if (audit_row_matches(&row, k->typed))
				k->hit[k->n++] = a[i].seq;
			k->seq = a[i].seq;
			k->at = a[i].at;
			looked++;
		}
	}
	k->end = ok && got < PIECE && k->n < AUDIT_LOOK_HITS;
	free(a);
	return ok;
}
