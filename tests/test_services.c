/* The table of services itself: whole, in words that exist, and without a row that contradicts itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/embedded.h"
#include "forms/field.h"
#include "ra/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH(r) for (const struct service_row *r = service_rows; r < service_rows + service_rows_n; r++)

static void
every_service_has_a_row_and_every_reason_is_a_stored_one(void **st)
{
	(void)st;
	for (int k = 0; service_names[k].stored; k++) {
		int n = 0, usual = 0;

		EACH(r) {
			if ((int)r->service != k)
				continue;
			n++;
			usual += r->usual;
			assert_true(!r->reason || name_index(reason_names, r->reason) >= 0);
			assert_true(!r->usual || r->reason);
			/* a row behind one that takes any reason would never be reached */
			for (const struct service_row *later = r + 1; !r->reason && !r->marker && later < service_rows + service_rows_n; later++)
				assert_int_not_equal(later->service, r->service);
		}
		if (n == 0 || usual > 1)
			fail_msg("%s: %d rows, %d usual", service_names[k].stored, n, usual);
	}
}

/* Each word of a list begins the id of some field. */
static void
begins_fields(const char *list)
{
	char word[64];

	for (const char *p = list; p && *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		bool found = false;

		snprintf(word, sizeof word, "%.*s", (int)n, p);
		for (size_t i = 0; i < fields_n && !found; i++)
			found = strncmp(fields[i].id, word, n) == 0;
		for (size_t i = 0; i < user_fields_n && !found; i++)
			found = strncmp(user_fields[i].id, word, n) == 0;
		if (!found)
			fail_msg("no field begins with '%s'", word);
		p += n;
	}
}

static void
what_a_service_changes_are_fields(void **st)
{
	(void)st;
	EACH(r) {
		begins_fields(r->changes);
		begins_fields(r->must_change);
		/* what has to change may change, and nobody changes who the holder is */
		for (size_t i = 0; i < fields_n; i++)
			if (r->must_change && service_field(r->must_change, fields[i].id))
				assert_true(service_field(r->changes, fields[i].id));
		if (r->needs == OLD_CERTIFICATE) {
			assert_non_null(r->changes);
			assert_false(service_field(r->changes, "org.credit_code"));
			assert_false(service_field(r->changes, "org.licence_no"));
			assert_false(service_field(r->changes, "org.doc_no"));
			assert_true(service_field(r->changes, "agent.name"));
		}
	}
}

static void
no_row_contradicts_itself(void **st)
{
	(void)st;
	EACH(r) {
		bool issues = r->at_ca == AT_CA_ISSUE || r->at_ca == AT_CA_UPDATE;

		assert_true(r->act == ACT_ISSUE || r->act == ACT_REVOKE || r->act == ACT_UNLOCK);
		assert_non_null(acts[r->act].command);
		assert_int_equal(issues, r->expiry != EXPIRY_NONE);
		assert_true(!issues || r->act == ACT_ISSUE);
		assert_int_equal(r->act == ACT_REVOKE, r->at_ca == AT_CA_REVOKE);
		assert_int_equal(r->needs == OLD_NONE, r->states == 0);
		assert_true(!(r->states & (1u << CERT_REVOKED | 1u << CERT_UNCONFIRMED)));
		assert_true(r->needs != OLD_NONE || (r->fate == FATE_KEEP && r->expiry == EXPIRY_TERM));
		assert_true(r->fate == FATE_KEEP || issues);
		assert_int_equal(r->crl_reason != 0, r->fate == FATE_REVOKED || r->at_ca == AT_CA_REVOKE);
		assert_true(r->expiry != EXPIRY_OLD || !(r->states & 1u << CERT_EXPIRED));
		assert_true(!issues || r->medium != MEDIUM_NONE);
		assert_true(!r->hold_at_once || r->fate == FATE_REVOKED);
		assert_true(!r->new_seal || !issues);
	}
}

static void
the_reason_decides_the_row_and_the_usual_one_needs_no_words(void **st)
{
	static const struct { const char *service, *reason; int crl; } rows[] = {
		{ "replace", "lost", 1 }, { "replace", "damaged", 4 }, { "revoke", "key_compromise", 1 },
		{ "revoke", "affiliation_changed", 3 }, { "revoke", "superseded", 4 }, { "revoke", "cessation", 5 },
		{ "revoke", "privilege_withdrawn", 9 }, { "revoke", "", 5 }, { "revoke", NULL, 5 }, { "report_loss", "", 6 },
		{ "report_loss", "found", 8 }, { "change", "", 3 }, { "replace", "", -1 }, { "replace", "found", -1 },
		{ "report_loss", "suspend", -1 }, { "", "", -1 },
	};
	struct scheme s = { .id = "x" };
	struct err e = { 0 };

	(void)st;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct service_row *r = service_row(&s, rows[i].service, rows[i].reason, &e);

		if ((r ? r->crl_reason : -1) != rows[i].crl)
			fail_msg("%s %s: %d", rows[i].service, rows[i].reason ? rows[i].reason : "NULL", r ? r->crl_reason : -1);
	}
	assert_null(service_row(&s, "replace", "", &e));
	assert_string_equal(e.field, "reason");
	assert_non_null(strstr(e.text, "lost, damaged"));
	assert_null(service_row(&s, "report_loss", "suspend", &e));
	assert_null(strstr(e.text, "suspend"));		/* not where the scheme does not offer it */
	s.suspension = true;
	assert_non_null(service_row(&s, "report_loss", "suspend", &e));
	assert_int_equal(service_row(&s, "add_application", "", &e)->at_ca, AT_CA_NOTHING);
	s.application_marker = "1.2.3.4";
	assert_int_equal(service_row(&s, "add_application", "", &e)->at_ca, AT_CA_ISSUE);
}

static int64_t
at(const char *iso)
{
	int64_t t;

	assert_true(when_parse_iso(iso, &t));
	return t;
}

static void
the_new_end_follows_the_row_to_the_second(void **st)
{
	static const struct { const char *service, *now, *old; int years; const char *end; } rows[] = {
		{ "new", "2026-11-21T01:46:07Z", NULL, 2, "2028-11-21T01:46:07Z" },
		{ "renew", "2026-11-21T01:46:07Z", "2027-01-05T03:04:05Z", 3, "2030-01-05T03:04:05Z" },	/* runs on from the old end */
		{ "renew", "2026-11-21T01:46:07Z", "2026-11-21T01:46:06Z", 1, "2027-11-21T01:46:07Z" },	/* a second late: from now */
		{ "renew", "2026-11-21T01:46:07Z", "2028-02-29T03:04:05Z", 1, "2029-02-28T03:04:05Z" },	/* 29 February -> 28 */
		{ "renew", "2026-11-21T01:46:07Z", "2028-02-29T03:04:05Z", 4, "2032-02-29T03:04:05Z" },
		{ "renew", "2026-11-21T01:46:07Z", "2028-02-28T17:00:00Z", 1, "2029-02-27T17:00:00Z" },	/* 29 February in Shanghai */
		{ "replace", "2026-11-21T01:46:07Z", "2027-01-05T03:04:05Z", -1, "2027-01-05T03:04:05Z" },
		{ "change", "2026-11-21T01:46:07Z", "2027-01-05T03:04:05Z", -1, "2027-01-05T03:04:05Z" },
	};
	struct application *a = calloc(1, sizeof *a);
	struct scheme s = { .id = "x" };
	struct err e;

	(void)st;
	assert_non_null(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct service_row *r = service_row(&s, rows[i].service, strcmp(rows[i].service, "replace") == 0 ? "lost" : "", &e);
		struct certificate old = { .state = CERT_VALID };
		char end[21];

		a->record.head.years = rows[i].years;
		if (rows[i].old)
			old.not_after = at(rows[i].old);
		when_iso(service_not_after(r, a, rows[i].old ? &old : NULL, at(rows[i].now)), end);
		assert_string_equal(end, rows[i].end);
	}
	/* what was accepted in time stays in time */
	a->accepted_at = 1;
	a->record.head.years = 1;
	{
		struct certificate old = { .state = CERT_VALID, .not_after = at("2026-11-21T01:46:06Z") };

		assert_int_equal(service_not_after(service_row(&s, "renew", "", &e), a, &old, at("2026-11-25T00:00:00Z")),
		    at("2027-11-21T01:46:06Z"));
		assert_int_equal(service_not_after(service_row(&s, "unlock", "", &e), a, &old, at("2026-11-20T00:00:00Z")), 0);
		assert_int_equal(service_years_left(&old, at("2026-11-20T00:00:00Z")), 1);
		assert_int_equal(service_years_left(&old, at("2025-11-21T01:46:06Z")), 1);
		assert_int_equal(service_years_left(&old, at("2025-11-21T01:46:05Z")), 2);
		assert_int_equal(service_years_left(&old, at("2026-11-21T01:46:06Z")), 0);
	}
	free(a);
}

/* Every shipped scheme parses, and offers no service whose row it cannot carry. */
static void
every_shipped_scheme_is_whole(void **st)
{
	(void)st;
	for (const struct embedded *f = scheme_files; f->name; f++) {
		struct err_list problems = { 0 };
		struct scheme *s = NULL;
		struct err e;

		if (!scheme_parse(f->name, f->text, &s, &problems))
			fail_msg("%s", problems.at[0].text);
		for (int k = 0; k < SERVICE_N; k++) {
			if (!(s->services & 1u << k))
				continue;
			if (!service_row(s, service_names[k].stored, NULL, &e) && strcmp(e.field, "reason") != 0)
				fail_msg("%s offers %s without a row", f->name, service_names[k].stored);
			assert_true(scheme_offers(s, service_names[k].stored, NULL, &e));
		}
		scheme_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_service_has_a_row_and_every_reason_is_a_stored_one),
		cmocka_unit_test(what_a_service_changes_are_fields),
		cmocka_unit_test(no_row_contradicts_itself),
		cmocka_unit_test(the_reason_decides_the_row_and_the_usual_one_needs_no_words),
		cmocka_unit_test(the_new_end_follows_the_row_to_the_second),
		cmocka_unit_test(every_shipped_scheme_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
