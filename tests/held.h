/* A holder of a certificate on a device of its own, and services applied for on it, for the tests of the papers of issue 4. */
#ifndef TESTS_HELD_H
#define TESTS_HELD_H

#include "tests/support.h"

struct held { char no[APP_NO_MAX], serial[64], code[20]; int64_t id, not_after; };

/* A certificate of an organisation of its own, handed over; edits as in world_form. */
struct held held_new(struct world *w, struct office *clerk, struct office *reviewer, const char *edits);
/* The fields of a seal of that name, for edits. */
#define HELD_SEAL "\"org.legal_rep\": \"邓建华\",\"org.nature\": \"enterprise\",\"seal.name\": \"%s\",\"seal.type\": \"official\"," \
	"\"seal.manager\": \"钟丽萍\",\"seal.manager_post\": \"行政主管\",\"seal.manager_phone\": \"0769-22380831\",\"seal_notes_read\": true"
const char *held_seal(const char *name);
/* Applies for a service of Dongguan's on a certificate: "" when it went through, with the number in no; else "field: words" of the
 * first. Lives until the next call. The macros say which of the two it is. */
const char *held_applied(struct office *clerk, const char *service, const char *serial, const char *more, char no[APP_NO_MAX]);
#define REFUSED(said, field, words) do { \
	const char *s_ = (said); \
	if (strncmp(s_, field ": ", strlen(field) + 2) != 0 || !strstr(s_, words)) \
		fail_msg("'%s' instead of '%s: …%s…'", s_, field, words); \
} while (0)
#define WENT(said) assert_string_equal(said, "")
void held_accepted(struct office *clerk, const char *service, const char *serial, const char *more, char no[APP_NO_MAX]);
/* The number that a query gives which ends with a value. */
int held_ask(struct world *w, const char *query, const char *value);

#endif
