/*
 * Time: epoch seconds UTC (int64_t) in the store, Asia/Shanghai (fixed +08:00) on screen and paper.
 * when_clock is the only clock of the house; tests replace it.
 */
#ifndef FORMS_WHEN_H
#define FORMS_WHEN_H

#include "forms/err.h"
#include <stdint.h>

extern int64_t (*when_clock)(void);		/* seconds since 1970-01-01T00:00:00Z */
static inline int64_t when_now(void) { return when_clock(); }

struct day { int year, month, day; };		/* a Shanghai calendar day */

bool day_parse(const char *field, const char *s, struct day *d, struct err *e) MUST_USE;	/* "2026-11-21" or "20261121"; real dates only */
bool day_valid(struct day d);
struct day day_of(int64_t t);			/* the Shanghai day in which t lies */
int64_t day_start(struct day d);		/* its 00:00 in Shanghai, as UTC seconds */
int day_compare(struct day a, struct day b);	/* <0, 0, >0 */
void day_show(struct day d, char out[11]);	/* 2026-11-21 */
void when_iso(int64_t t, char out[21]);		/* 2026-11-21T01:46:00Z, UTC, for JSON and the store's readers */
void when_show(int64_t t, char out[20]);	/* 2026-11-21 09:46:00, Shanghai */
void when_paper(int64_t t, char *out, size_t outsz);	/* 2026年11月21日, Shanghai */
/* t + n years at the same Shanghai clock time; 29 February -> 28 where there is none. */
int64_t when_add_years(int64_t t, int years);
bool when_parse_iso(const char *s, int64_t *t);	/* the form of when_iso only */

#endif
