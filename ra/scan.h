/*
 * Looking at scans: the picture of one material of an application (db/scan.h), opened on purpose. Who opened which scan of
 * which application is durable on the audit before the bytes are given; nothing here writes them anywhere.
 */
#ifndef RA_SCAN_H
#define RA_SCAN_H

#include "ra/office.h"

enum scan_way { SCAN_ON_SCREEN, SCAN_TO_FILE, SCAN_IN_VIEWER };	/* where it goes, for the audit */

/* *jpeg: the whole picture, the caller's (scan_wipe). Refused at `code` where the application has no such material or that one no
 * scan; a file that is gone, damaged or changed is told in words and is no opening. */
bool scan_open(struct office *o, const char *no, const char *code, enum scan_way way, unsigned char **jpeg, size_t *n, struct err *e) MUST_USE;
/* Opens it into a file of that name with mode 0600; one that is there is left alone unless `over`. */
bool scan_export(struct office *o, const char *no, const char *code, const char *path, bool over, struct err *e) MUST_USE;
void scan_wipe(unsigned char *jpeg, size_t n);

#endif
