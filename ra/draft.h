/*
 * Drafts: forms that are not complete yet, kept while they are typed, so that a kill or a lost line costs a few keys at
 * most. A draft is a sealed file HOME/drafts/LOGIN/ID, its member's own; it is no change of the store and on no audit row.
 * Only the keys of HOME/keys open it, and only as that member's. One is dropped when it was applied.
 *
 * Two consoles of one member may save different drafts at the same time; of one draft the last saving counts.
 */
#ifndef RA_DRAFT_H
#define RA_DRAFT_H

#include "forms/field.h"
#include "ra/office.h"

#define DRAFT_MAX 50		/* per member */
#define DRAFT_ID_MAX 40

struct draft {
	char id[DRAFT_ID_MAX];	/* "" until it was saved once */
	char no[APP_NO_MAX];	/* the application that is edited, "" for a new one */
	int64_t version;	/* as it was seen when the edit began */
	int64_t at;		/* when it was saved */
	char here[48];		/* id of the field with the cursor */
	struct record record;	/* as far as it is typed: no check has passed */
};
struct draft_line {		/* a row of the list */
	char id[DRAFT_ID_MAX], no[APP_NO_MAX];
	int64_t version, at;
	char scheme[RECORD_NAME_MAX], service[RECORD_NAME_MAX], org_name[TEXT_BYTES(64)];
	bool damaged;		/* does not open: nothing but id and at (of the file) is known */
};

/* Writes the file anew, atomically; gives a new draft its id (an edit's follows from its number). Refuses one more than
 * DRAFT_MAX, naming the oldest: nothing is dropped that the member did not drop. FAULT_LATER when the disk is full. */
bool draft_save(struct office *o, struct draft *d, struct err *e) MUST_USE;
/* Refuses one that is not there, or damaged. */
bool draft_load(struct office *o, const char *id, struct draft *d, struct err *e) MUST_USE;
/* The member's edit of an application. Compare its version with the application's: somebody may have changed that since. */
bool draft_of(struct office *o, const char *no, struct draft *d, bool *found, struct err *e) MUST_USE;
/* Newest first, at most max. */
bool draft_list(struct office *o, struct draft_line *line, size_t max, size_t *n, struct err *e) MUST_USE;
/* One that is not there is dropped already. */
bool draft_drop(struct office *o, const char *id, struct err *e) MUST_USE;

#endif
