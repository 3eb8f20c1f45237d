/*
 * The field table: every field of a record by its id, with its label, limits and check; intake from JSON and the
 * checks of a whole record. Never knows a store or a screen.
 */
#ifndef FORMS_FIELD_H
#define FORMS_FIELD_H

#include "forms/json.h"
#include "forms/names.h"
#include "forms/record.h"
#include "forms/when.h"

struct scheme;
struct press;			/* the print room's: only handed through */

struct form_env {		/* what a check may look at besides the value */
	const struct scheme *scheme;
	struct day today;
	/* The holder's record of before, for a service on an old certificate: what is the same as there is not checked again
	 * and is never "not asked". NULL = none. */
	const struct record *before;
	bool late;		/* a renewal after the old certificate's end */
	/* Can s be printed whole? Asked of every text; NULL = not asked. A refusal names the character. `press` is borrowed. */
	bool (*printable)(const struct press *press, const char *field, const char *s, struct err *e);
	const struct press *press;
};

enum field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_YESNO, FIELD_CHOICE };
enum field_flag {
	NARROW = 1,	/* full-width typed characters become ASCII */
	UPPER = 2,	/* lower case becomes upper */
	SEALED = 4,	/* encrypted in the store */
	INDEXED = 8,	/* sealed, and found by a keyed index: column <name>_x */
	MASKED = 16,	/* shown with stars unless opened on purpose */
	SQUEEZE = 32,	/* blanks inside are dropped (phone numbers, accounts) */
	OCTETS = 64,	/* with SQUEEZE: colons between octets are dropped too (serials as certificate viewers show them) */
};

typedef bool (*field_check_fn)(const struct record *r, const char *field, const char *value, const struct form_env *env, struct err *e);

struct field {
	const char *id;		/* "org.name"; users: "user.N.name" with the letter N */
	const char *column;	/* "org_name" */
	const char *zh, *en;	/* label */
	enum field_kind kind;
	size_t offset, size;	/* in struct record (users: in struct record_user) */
	int low, high;		/* TEXT: high = characters; NUMBER: both bounds */
	const struct name *names;	/* CHOICE */
	unsigned flags;
	field_check_fn check;	/* may be NULL; called on filled fields only */
	bool of_user;
};

extern const struct field fields[];	/* all but the users' */
extern const size_t fields_n;
extern const struct field user_fields[];
extern const size_t user_fields_n;

/* Finds "org.name" or "user.3.name" (then *user = 2, else -1); NULL when there is no such field. */
const struct field *field_find(const char *id, int *user);
bool field_filled(const struct field *f, const struct record *r, int user);
/* The value as JSON and forms have it: text, number in digits, "yes"/"no"; "" when not given. outsz >= FIELD_SHOW_MAX. */
#define FIELD_SHOW_MAX 1024
void field_show(const struct field *f, const struct record *r, int user, char *out, size_t outsz);
/* The same with MASKED fields masked (identity numbers keep 6 and 4, mobiles 3 and 4, accounts 4 and 4). */
void field_show_masked(const struct field *f, const struct record *r, int user, char *out, size_t outsz);
/* The raw member: char * for TEXT and CHOICE, int * else. */
void *field_member(const struct field *f, const struct record *r, int user);
/* Cleans, normalises and stores one typed value ("yes"/"no" for YESNO); "" un-sets. Limits and choice are checked, the field's check is not. */
bool field_set(const struct field *f, struct record *r, int user, const char *text, size_t len, struct err *e) MUST_USE;

/* Is the one field alike in both? user as in field_find. */
bool field_same(const struct field *f, const struct record *a, const struct record *b, int user);
/* Are all fields and users alike? */
bool record_same(const struct record *a, const struct record *b);
/* Writes the pairs over r: types, limits, choices, unknown ids. Every wrong one is listed; the right ones are set. */
void record_take(struct record *r, const struct json_in *j, struct err_list *problems);
/* Fills defaults, and what the scheme implies where it is known (channel counter, the only CA, certificate_count 1, resident_id where an ID number stands, cross_border no). */
void record_defaults(struct record *r, const struct form_env *env);
/* All checks (without env's scheme only the fields' own): scheme, service and channel offered; required and not-asked fields of the scheme; each field's own check; the checks between fields. */
void record_check(const struct record *r, const struct form_env *env, struct err_list *problems);

#endif
