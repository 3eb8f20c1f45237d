/*
 * The workflow: one table of steps {from, act, to, guards}. A step that is not in the table does not exist, on any screen.
 * Guards say in words what is missing. Needs nothing but the office's readers; changes nothing.
 */
#ifndef RA_WORKFLOW_H
#define RA_WORKFLOW_H

#include "ra/office.h"

/* Is the step open to the member who works, now? *to gets the state after it. */
bool workflow_may(struct office *o, const struct application *a, enum act act, enum app_state *to, struct err *e) MUST_USE;
/* Would acceptance refuse a draft, as it is now, whatever is mended on its form? For telling so before it is typed out. */
bool workflow_entry(struct office *o, const struct application *a, struct err *e) MUST_USE;
/* The acts that are open now, in the order of the table, one per command; returns how many. Guards that only look are asked too. */
size_t workflow_next(struct office *o, const struct application *a, enum act out[ACT_N]);
/* The scheme version of an application: the accepted one, or the one in force. */
bool workflow_scheme(struct office *o, const struct application *a, const struct scheme **s, struct err *e) MUST_USE;
/* A material of this application as the scheme has it; NULL when it has none of that code. */
const struct scheme_material *workflow_material(const struct scheme *s, const struct application *a, const char *code);
/* What the scheme calls a material of this application, as shown; the code itself when it is none. */
const char *workflow_material_name(const struct scheme *s, const struct application *a, const char *code);
enum money_state workflow_money(const struct application *a);
/* The same from its parts, for lists. */
enum money_state workflow_money_of(enum app_state state, int64_t due_fen, int64_t paid_fen, int64_t waived_fen);

#endif
