/* Rows of the audit log as they are read: by the screen, and by the job that looks through the log for what was typed. */
#ifndef TUI_SCREENS_AUDIT_ROWS_H
#define TUI_SCREENS_AUDIT_ROWS_H

#include "db/application.h"
#include "db/audit.h"
#include "db/staff.h"
#include "forms/scheme.h"
#include "tui/list.h"

/* What rows are told with. Rows about one application and of one member come in runs: the last ones are kept. One thread's. */
struct audit_reader {
	struct office *o;
	struct application *a;		/* that the last such row was about, … */
	const struct scheme *scheme;	/* … by this scheme; NULL: not known */
	struct member who;
};
void audit_reader_open(struct audit_reader *r, struct office *o);
void audit_reader_close(struct audit_reader *r);

/* Cells: when, who, what, on what, details; ref is the object. */
void audit_reader_row(struct audit_reader *r, const struct audit_row *a, struct list_row *out);
/* What else the row says, as shown. */
void audit_reader_detail(struct audit_reader *r, const struct audit_row *a, char *out, size_t outsz);
/* The act as shown; one that this program does not know as it is stored. */
const char *audit_act_words(const struct audit_row *a);
/* "application:DG01…" as people read it. */
void audit_object_words(const char *object, char *out, size_t outsz);
/* The number of the application that the object is, NULL for another. */
const char *audit_application_of(const char *object);

/* Who, what, on what, which day: does one of the cells contain what was typed? */
bool audit_row_matches(const struct list_row *r, const char *typed);

#define AUDIT_LOOK_HITS 100
struct audit_look {			/* one part of a search */
	struct audit_reader reader;
	char typed[TEXT_BYTES(LIST_TYPED)];
	unsigned turn;			/* of the screen: of which search it is */
	int64_t seq, at;		/* in: from which row on (0: the newest); out: how far it looked */
	int64_t hit[AUDIT_LOOK_HITS]; size_t n;	/* rows */
	bool end;			/* nothing is left to look through */
};
/* Looks on through the log of this office's service point, a moment's worth of it; stopped: asked now and then. */
bool audit_look_on(struct audit_look *k, bool (*stopped)(const void *arg), const void *arg, struct err *e) MUST_USE;

#endif
