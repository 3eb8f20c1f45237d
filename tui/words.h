/* How values are said on a screen, in the clerk's language. */
#ifndef TUI_WORDS_H
#define TUI_WORDS_H

#include "db/application.h"
#include "forms/scheme.h"
#include "ra/office.h"

/* How long ago: "3 min", "5 h", "2 d"; "" for 0. */
void when_ago(int64_t t, char *out, size_t outsz);
/* Calendar days from today to the day of t: 0 today, negative when it is past. */
int days_left(int64_t t);
/* "2026-11-21 09:46", "" for 0. */
void when_short(int64_t t, char out[20]);
/* "Thu". */
const char *weekday_of(int64_t t);
/* A field's value as read: names of choices, of the scheme and what its lists name (s: that scheme, NULL leaves their ids), yes and no, masked
 * unless open. out: FIELD_SHOW_MAX. */
void field_words(const struct field *f, const struct scheme *s, const struct record *r, int user, bool open, char *out,
    size_t outsz);
/* The end of a serial, by which people tell and find it: "..6F0A12C4". */
void serial_tail(const char *serial, char *out, size_t outsz);
/* The service as shown, with its reason where it has several: "report loss-found". Lives until the second next call. */
const char *service_title(const struct record_head *h);
/* A member's name by id, "" for 0 or an unknown one. Lives until the fourth next call. */
const char *member_name(struct office *o, int64_t id);
const char *scheme_title(const struct scheme *s);		/* its name */

#endif
