/* Inside the form of an application: new.c has the screen, keep.c its draft, edit.c what it may begin with. */
#ifndef TUI_SCREENS_NEW_H
#define TUI_SCREENS_NEW_H

#include "ra/draft.h"
#include "tui/entry.h"
#include "tui/screens/screens.h"

#define SCHEMES_MAX 32

struct new {
	struct screen s;
	bool typing;			/* the form; before: which service */
	struct form pick;
	struct name schemes[SCHEMES_MAX + 1];
	const struct scheme *scheme;
	struct record *record;		/* what the form began with */
	struct record *before;		/* the holder's, for a service on an old certificate; NULL = none */
	int64_t old_end;		/* of that certificate; 0 = none */
	struct entry entry;
	struct draft *draft;
	bool dirty;			/* not in the draft yet … */
	struct draft *saving;		/* … or on its way there: the job's, NULL = none */
	struct job *saver;
	int quiet;			/* seconds since the last key */
	bool done;			/* stored: the draft is dropped, not kept */
};

/* Makes the empty record and draft. */
void new_make(struct new *n);
/* Opens the form over n->record; env is borrowed. */
bool new_form(struct new *n, const struct form_env *env, struct err *e) MUST_USE;
/* keep.c: something was typed (n); the screen's tick and keep; writes the draft now; ends the writing that is under way. */
void new_typed(void *n);
void new_tick(struct screen *s);
bool new_keep(struct screen *s);
bool new_save(struct new *n, struct err *e) MUST_USE;
void new_stop_saving(struct new *n);
/* begin.c, in a job: what a service begins with, and the opening of its numbers on the audit. */
bool begin_fill(struct office *o, const struct record_head *head, struct record *out, struct err *e) MUST_USE;
/* pick.c: the question before the form. arg: serial of the certificate that the service acts on, or NULL. */
void pick_open(struct new *n, const char *serial);
/* What stands in the field `channel` stays where it is offered (bits of enum channel), else the first that is takes its place. */
void pick_channel(struct form *f, unsigned offered);
void pick_take(struct screen *s);		/* on to the form */
void pick_holder(struct screen *s);		/* the certificate by its holder */
bool pick_needs_old(struct screen *s);
/* open() of screen_edit; arg: struct draft *, which the screen takes over. */
bool new_begin(struct screen *s, void *arg);
extern const struct screen_ops screen_edit;

#endif
