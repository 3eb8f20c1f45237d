/* A member at the console of a world: logged in, at work. */
#ifndef TESTS_CLERK_H
#define TESTS_CLERK_H

#include "tests/support.h"
#include "tests/term.h"

/* The password of a demo login; lives until the next call. */
const char *clerk_password(struct world *w, const char *login);
/* `ra console` with that login's password typed; the member's first screen is there. term_free it. */
struct term *clerk_at_work(struct world *w, const char *login, int rows, int cols);
/* From the queue into the one unfinished form that this member has. */
void clerk_takes_draft(struct term *t);

#endif
