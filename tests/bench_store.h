/* The reading side at its full size: `ra show`, pages of queues, finds and histories on a store of so many applications. */
#ifndef TESTS_BENCH_STORE_H
#define TESTS_BENCH_STORE_H

void bench_store(int rows);

#endif
