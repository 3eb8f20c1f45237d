/* The console at its full size: from a key to the complete frame, through a pseudo-terminal. */
#ifndef TESTS_BENCH_CONSOLE_H
#define TESTS_BENCH_CONSOLE_H

#include "tests/support.h"

/* w's home holds the applications. */
void bench_console(struct world *w);

#endif
