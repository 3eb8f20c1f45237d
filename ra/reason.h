/* The reasons that are given again and again: nobody types them twice. Kept nowhere of their own, read from what was recorded. */
#ifndef RA_REASON_H
#define RA_REASON_H

#include "db/reason.h"
#include "ra/office.h"

#define REASONS_MAX 6
struct reasons { size_t n; char text[REASONS_MAX][TEXT_BYTES(120)]; };

/* What the member who works gave last for this, then what the hall gives most of late, one's own counted thrice. */
bool reasons_usual(struct office *o, enum reason_kind kind, const char *of, struct reasons *out, struct err *e) MUST_USE;

#endif
