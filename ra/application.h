/*
 * One stored application: loaded by its number, and changed in one transaction with its audit row. What may be changed, and when,
 * say the rooms above (ra/workflow.h, ra/desk.h, ra/issue.h).
 */
#ifndef RA_APPLICATION_H
#define RA_APPLICATION_H

#include "ra/office.h"

/* Loads an application by its number; refuses an unknown or mistyped one. */
bool application_load(struct office *o, const char *no, struct application *a, struct err *e) MUST_USE;
/* Notes on the audit that sealed values were opened on purpose. */
bool application_note_opened(struct office *o, const struct application *a, enum act act, const char *why, struct err *e) MUST_USE;
/* Its name in the audit. */
void application_object(const struct application *a, char out[64]);
/* The begin and end of a change. version is the one that the caller saw, 0: whatever is there; a false begin leaves no transaction open.
 * commit stores the head, with the next version, and the audit row; when it refuses nothing is changed. */
bool application_begin(struct office *o, const char *no, int64_t version, struct application *a, struct err *e) MUST_USE;
bool application_commit(struct office *o, struct application *a, enum act act, struct err *e, const char *detail, ...) PRINTF(5, 6) MUST_USE;

#endif
