/*
 * Out of the house: a finished PDF to a file or to a queue of the print system. Needs nothing but its arguments: any thread
 * may call it.
 */
#ifndef PRINTING_SPOOL_H
#define PRINTING_SPOOL_H

#include "forms/err.h"

#define SPOOL_QUEUE_MAX 128

/* Writes beside, syncs, renames, syncs the folder (0600): the name exists only with its whole content. Refuses a path that is
 * there and no plain file. FAULT_LATER when the disk is full. */
bool spool_file(const char *path, const void *pdf, size_t n, struct err *e) MUST_USE;
/* Hands the bytes to `lp -d queue` through its standard input, so that no file of them lies about. title is shown in the
 * queue. FAULT_LATER, with what lp said, when the queue is not there or does not take it within SPOOL_WAIT_S. */
#define SPOOL_WAIT_S 60
bool spool_queue(const char *queue, const char *title, const void *pdf, size_t n, struct err *e) MUST_USE;
/* Is the name one that a queue may have? */
bool spool_queue_good(const char *queue, struct err *e) MUST_USE;

#endif
