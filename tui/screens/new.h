/* Inside the form of an application: new.c has the screen, edit.c what it may begin with. */
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
	struct entry entry;
	struct draft *draft;
	struct record *before;		/* the holder's, for a service on a certificate; else NULL */
	bool dirty, saving;		/* not in the draft yet; on its way there */
	int quiet;			/* seconds since the last key */
	bool done;			/* stored: the draft is dropped, not kept */
};

/* Makes the empty record and draft. */
void new_make(struct new *n);
/* Opens the form over n->record and n->scheme. */
bool new_form(struct new *n, struct err *e) MUST_USE;
/* open() of screen_edit; arg: struct draft *, which the screen takes over. */
bool new_begin(struct screen *s, void *arg);
extern const struct screen_ops screen_edit;

#endif
