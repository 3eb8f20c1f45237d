/*
 * Who has an item in hand: one process at a time carries it out. A lock is a byte of HOME/issue.lock and is freed by the kernel
 * when its process dies; nobody waits for one.
 */
#ifndef RA_LOCK_H
#define RA_LOCK_H

#include "forms/record.h"
#include "ra/office.h"

/* close() the descriptor. -1 with e: FAULT_LATER when another console works on the item. */
int lock_item(struct office *o, int64_t item, struct err *e);

struct locks { int fd[RECORD_USERS_MAX + 1]; size_t n; };
/* All items of an application, or none and false. lock_release ends it, also when nothing was locked. */
bool lock_items(struct office *o, int64_t app, struct locks *k, struct err *e) MUST_USE;
void lock_release(struct locks *k);

#endif
