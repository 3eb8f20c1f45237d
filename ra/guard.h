/*
 * The guards of the workflow's steps: each true, or in words what is missing, at its field. They look only, also at
 * applications that are not stored yet; nothing here calls a CA or a token.
 */
#ifndef RA_GUARD_H
#define RA_GUARD_H

#include "ra/office.h"

typedef bool (*guard_fn)(struct office *o, const struct application *a, struct err *e);

#define GUARDS_ALL(X) \
	X(ordinary)		/* no emergency: that one is not edited */ \
	X(overdue)		/* the scheme's period for it is over: it lapses */ \
	X(complete)		/* every field of the form is there and right */ \
	X(other_person)		/* the member had no hand in its entry and acceptance */ \
	X(brings)		/* it is on a certificate of another authority, which is read from the holder's token */ \
	X(brought)		/* and that was read and found good, where one has to be */ \
	X(has_materials)	/* the checklist is not empty */ \
	X(gate_later)		/* the scheme's materials and money wait for the hand-over */ \
	X(materials_passed)	/* every material, where the scheme's gate stands here */ \
	X(settled)		/* the fee is paid or waived, where the scheme's gate stands here */ \
	X(money_open)		/* something is left to be paid */ \
	X(by_issue)		/* the service is carried out by ra issue; by_revoke and by_unlock likewise */ \
	X(by_revoke) \
	X(by_unlock) \
	X(recorded)		/* the service is a record only */ \
	X(code_open)		/* a one-time code may prove the will here, and has not yet */ \
	X(will_proven)		/* where the scheme asks a one-time code, the right one came */ \
	X(items_verified)	/* every certificate is on its medium */ \
	X(unfinished)		/* issued, but a token is not written yet or the old certificate's end not sent */ \
	X(old_settled)		/* what a new certificate means for the old one is carried out at the CA */ \
	X(no_second)		/* one certificate per organisation, or per seal, as the scheme says */ \
	X(old_good)		/* the old certificate may still be acted on */ \
	X(no_other_open)	/* one open application per certificate; urgent services may come beside another */ \
	X(seal_free)		/* a seal hangs on one certificate only */ \
	X(renewal_open)		/* the scheme's renewal window has begun */ \
	X(term_fits)		/* the new certificate ends within its issuer's life */
#define GUARD_DECLARE(name) bool guard_##name(struct office *o, const struct application *a, struct err *e) MUST_USE;
GUARDS_ALL(GUARD_DECLARE)
#undef GUARD_DECLARE

#endif
