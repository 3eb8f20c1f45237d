/* The form of an application has a field for everything that its scheme asks: of every scheme, service, reason and channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/embedded.h"
#include "forms/when.h"
#include "tui/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scheme *scheme;
static int forms, asked, chosen;

static bool
has_row(const struct entry *n, const char *id, size_t len)
{
	for (size_t i = 0; i < n->rows_n; i++)
		if (strlen(n->rows[i].id) == len && strncmp(n->rows[i].id, id, len) == 0)
			return true;
	return false;
}

/* One of "a|b" is enough; what stands fast with the service has no row. */
static void
must_ask(const struct entry *n, const char *what, const char *where)
{
	static const char *const fast[] = { "old_serial", "reason" };

	for (size_t i = 0; i < sizeof fast / sizeof *fast; i++)
		if (strcmp(what, fast[i]) == 0)
			return;
	if ((strcmp(what, "user") == 0 && has_row(n, "user.1.name", 11))
	    || (strcmp(what, "ca") == 0 && n->env.before))	/* the certificate's */
		return;
	asked++;
	for (const char *p = what; *p; p += strcspn(p, "|"), p += *p == '|')
		if (has_row(n, p, strcspn(p, "|")))
			return;
	fail_msg("%s: %s is asked, and the form has no field for it", where, what);
}

/* What the scheme has a list for is chosen from it by name: an id is nothing that anybody knows. */
static void
must_list(const struct entry *n, const char *field, size_t count, const char *where)
{
	struct name name;

	for (size_t i = 0; i < n->rows_n && count > 0; i++) {
		const struct form_row *r = &n->rows[i];

		if (strcmp(r->id, field) != 0)
			continue;
		if (r->kind != FIELD_CHOICE)
			fail_msg("%s: %s is typed, not chosen", where, field);
		for (size_t k = 0; k < count; k++) {
			assert_true(scheme_name_at(scheme, field, k, &name));
			assert_string_equal(r->names[k].stored, name.stored);
			assert_string_equal(r->names[k].zh, name.zh);
			chosen++;
		}
		assert_null(r->names[count].stored);
		assert_false(scheme_name_at(scheme, field, count, &name));
	}
}

static void
look_at(const struct service_row *row, int channel, bool late)
{
	struct form_env env = { .scheme = scheme, .today = day_of(when_now()), .late = late };
	struct record *r = malloc(sizeof *r), *before = malloc(sizeof *before);
	const struct scheme_asks *k;
	struct entry n;
	struct err e;
	char where[200];

	assert_true(r && before);
	record_clear(r);
	record_clear(before);
	snprintf(r->head.scheme, sizeof r->head.scheme, "%s", scheme->id);
	snprintf(r->head.service, sizeof r->head.service, "%s", service_names[row->service].stored);
	snprintf(r->head.channel, sizeof r->head.channel, "%s", channel_names[channel].stored);
	snprintf(r->head.reason, sizeof r->head.reason, "%s", row->reason ? row->reason : "");
	if (row->needs == OLD_CERTIFICATE)
		env.before = before;
	snprintf(where, sizeof where, "%s %s %s %s%s", scheme->id, r->head.service, r->head.reason, r->head.channel, late ? " late" : "");
	k = scheme_asks(scheme, r, late);
	if (!k)
		fail_msg("%s: nothing is asked", where);
	for (int seal = 0; seal < 2; seal++) {
		if (seal)
			snprintf(r->seal.name, sizeof r->seal.name, "印章");
		if (!entry_open(&n, &env, r, &e))
			fail_msg("%s: %s", where, e.text);
		for (size_t i = 0; i < k->required_n; i++)
			must_ask(&n, k->required[i], where);
		for (size_t i = 0; i < k->optional_n; i++)
			if (strcmp(k->optional[i], "user") != 0 && (seal || strncmp(k->optional[i], "seal", 4) != 0 || !strcmp(k->optional[i], "seal.name")))
				must_ask(&n, k->optional[i], where);
		for (size_t i = 0; has_row(&n, "seal.name", 9) && seal && i < k->with_seal_n; i++)
			must_ask(&n, k->with_seal[i], where);
		must_list(&n, "ca", scheme->ca_n, where);
		must_list(&n, "package", scheme->packages_n, where);
		must_list(&n, "auth_way", scheme->ways_n, where);
		entry_close(&n);
		forms++;
	}
	free(r);
	free(before);
}

static void
look_at_service(const struct service_row *row)
{
	for (int c = 0; c < CHANNEL_N; c++) {
		if (!(scheme->channels[row->service] & 1u << c))
			continue;
		look_at(row, c, false);
		if (row->service == SERVICE_RENEW && scheme->after_expiry[row->service] & 1u << c)
			look_at(row, c, true);
	}
}

static void
every_field_that_is_asked_has_its_place_in_the_form(void **st)
{
	(void)st;
	for (const struct embedded *f = scheme_files; f->name; f++) {
		struct err_list problems = { 0 };
		struct scheme *s;

		assert_true(scheme_parse(f->name, f->text, &s, &problems));
		scheme = s;
		for (size_t i = 0; i < service_rows_n; i++)
			if (scheme->services & 1u << service_rows[i].service && !service_rows[i].by_arrangement
			    && !(service_rows[i].where_offered && !scheme->suspension))
				look_at_service(&service_rows[i]);
		scheme_free(s);
	}
	assert_true(forms > 60 && asked > 600 && chosen >= 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_that_is_asked_has_its_place_in_the_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
