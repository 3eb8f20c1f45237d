/* What the parts of the bench share: one world, one clock. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "tests/support.h"

extern struct world *w;
double now(void);		/* seconds, monotonic */
double sync_time(void);		/* of one write + fdatasync on the disk of the home */

/* CPU and wall time of n certificates beside `openssl ca`. */
void bench_issue(int n);

#endif
