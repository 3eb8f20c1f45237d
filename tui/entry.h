/*
 * The form of an application: which fields, in which sections, with which marks, follows from the scheme's asks and the
 * field table; what is typed goes into a struct record through the field's own cleaning and check, key by key.
 */
#ifndef TUI_ENTRY_H
#define TUI_ENTRY_H

#include "ra/service.h"
#include "tui/form.h"

#define ENTRY_LISTED 3
struct entry {
	struct form form;
	struct record *record;		/* normalised values of everything that is right; the entry's own */
	const struct scheme *scheme;	/* env.scheme */
	struct form_env env;
	const struct service_row *service;
	struct form_row *rows; size_t rows_n;
	struct name *listed[ENTRY_LISTED];	/* fields with a list of the scheme's own: its CAs, its packages, .. */
	void (*changed)(void *arg);	/* a value changed: fees; NULL allowed */
	void (*typed)(void *arg);	/* a key changed something: the draft; NULL allowed */
	void *arg;
};

/* Fields for r's scheme, service and channel (those are set in r, with reason and old serial where the service has them, and not
 * asked again). r is copied; what env points to is borrowed. With env->before, what the service does not change is shown and
 * not typed, numbers of it masked. */
bool entry_open(struct entry *n, const struct form_env *env, const struct record *r, struct err *e) MUST_USE;
void entry_close(struct entry *n);
/* What is typed, over the record: also what is wrong or half typed. Fills problems as record_check words them, the
 * cursor goes to the first. true: none. */
bool entry_check(struct entry *n);
/* The fields as pairs for desk_apply and desk_edit. */
bool entry_json(const struct entry *n, struct json_in **out, struct err *e) MUST_USE;
/* Takes the value of the field with the cursor from another record (the case before); false: it has none. */
bool entry_repeat(struct entry *n, const struct record *from);

#endif
