/* What goes for one application: its scheme version, the materials that asks for, and how its money stands. Reads only. */
#ifndef RA_RULES_H
#define RA_RULES_H

#include "ra/office.h"

/* The scheme version of an application: the accepted one, or the one in force. */
bool rules_scheme(struct office *o, const struct application *a, const struct scheme **s, struct err *e) MUST_USE;
/* A material of this application as the scheme has it; NULL when it has none of that code. */
const struct scheme_material *rules_material(const struct scheme *s, const struct application *a, const char *code);
/* What the scheme calls a material of this application, as shown; the code itself when it is none. */
const char *rules_material_name(const struct scheme *s, const struct application *a, const char *code);
enum money_state rules_money(const struct application *a);
/* The same from its parts, for lists. */
enum money_state rules_money_of(enum app_state state, int64_t due_fen, int64_t paid_fen, int64_t waived_fen);

#endif
