/* A member at the console of a world: logged in, at work. */
#ifndef TESTS_CLERK_H
#define TESTS_CLERK_H

#include "tests/support.h"
#include "tests/term.h"

/* The password of a demo login; lives until the next call. */
const char *clerk_password(struct world *w, const char *login);
/* `ra console` with that login's password typed; the member's first screen is there. term_free it. */
struct term *clerk_at_work(struct world *w, const char *login, int rows, int cols);
/* From the queue into the first of a tray, which says how many it has: "待制证 1". */
void clerk_takes(struct term *t, const char *tray);

#endif
