/*
 * The running CA: lock, listen, reap, end. And its two companions that look at and end a running one.
 */
#ifndef RA_AUTHORITY_SERVE_H
#define RA_AUTHORITY_SERVE_H

#include "forms/err.h"

/* Runs until SIGTERM or SIGINT. One byte goes to ready_fd (-1: none) once it listens. FAULT_LATER when DIR's CA runs. */
bool serve_run(const char *dir, int ready_fd, struct err *e) MUST_USE;
/* Prints one line; false with FAULT_LATER when it does not run. */
bool serve_status(const char *dir, struct err *e) MUST_USE;
/* Ends a running one and waits until its lock is free; one that does not run is no failure. */
bool serve_stop(const char *dir, struct err *e) MUST_USE;

#endif
