/*
 * The desk: everything that happens to an application on paper. Each verb is one transaction with its audit row; `version`
 * is the one the caller saw (0 = whatever is there), so that two clerks never overwrite each other.
 */
#ifndef RA_DESK_H
#define RA_DESK_H

#include "forms/json.h"
#include "ra/office.h"

/* Stores a complete, checked draft. For a service on an old certificate only what the service changes is given: the rest is
 * the holder's record of before, and an old certificate that the service cannot act on is refused first. A client_ref that was used gives the number of then and changes nothing.
 * false with problems (each a field) or with e. */
bool desk_apply(struct office *o, const struct json_in *j, char no[APP_NO_MAX], struct err_list *problems, struct err *e) MUST_USE;
/* What an application begins with, for the screen: h says scheme, service, channel and, where the service has them, reason and
 * old serial; out is the holder's record with them, for form_env.before too, and *late for form_env.late. What the service
 * may change of it tells service_field(row->changes, id). Refused as apply would refuse it, whatever is typed. */
bool desk_fill(struct office *o, const struct record_head *h, struct record *out, bool *late, struct err *e) MUST_USE;
/* Writes the given fields over the record; voids checks and review when anything changed. */
bool desk_edit(struct office *o, const char *no, int64_t version, const struct json_in *j, struct err_list *problems, struct err *e) MUST_USE;
/* Fixes scheme version and fee, makes the checklist and the items, makes the caller the accepting clerk. The token of a service
 * that takes it out of use is moved, and a lost one's certificate is held at the CA: while that is silent the acceptance stands
 * (FAULT_LATER), and accepting again only sends again. */
bool desk_accept(struct office *o, const char *no, int64_t version, struct err *e) MUST_USE;
/* Emergency revocation by a supervisor, for a reason of the service revoke: the certificate is held at once and the application
 * waits for the second person's review, without papers or money. no is set also when only the CA is silent (FAULT_LATER). */
bool desk_emergency(struct office *o, const char *serial, const char *reason, char no[APP_NO_MAX], struct err *e) MUST_USE;

struct desk_check {
	const char *code;
	enum material_outcome outcome;	/* pending: a check is taken back, until the application is submitted */
	int copies;			/* -1: as many as wanted */
	unsigned bad_points;		/* bits of the points that fail */
	const char *reason, *shelf;	/* NULL = none */
	const void *scan; size_t scan_n;	/* JPEG, or NULL */
};
bool desk_material(struct office *o, const char *no, int64_t version, const struct desk_check *c, struct err *e) MUST_USE;
/* Counter payment. A reference is taken once per method: again, on whatever application, it is refused with the number that has it. */
bool desk_pay(struct office *o, const char *no, int64_t version, const char *method, const char *amount, const char *reference, struct err *e) MUST_USE;
/* Steps without a form: submit, correct, withdraw, approve, return, refuse, confirm. reason is required where the act turns the applicant away.
 * Not while another console carries it out (FAULT_LATER). What that leaves of a hold is told by ra/hold.h; FAULT_LATER: an emergency is refused, but the CA is silent about the end of its hold. */
bool desk_step(struct office *o, const char *no, int64_t version, enum act act, const char *reason, struct err *e) MUST_USE;
/* Counter hand-over: name and document number are compared with the agent's. */
bool desk_deliver(struct office *o, const char *no, int64_t version, const char *to, const char *id_no, struct err *e) MUST_USE;
bool desk_send(struct office *o, const char *no, int64_t version, const char *courier, const char *tracking, struct err *e) MUST_USE;

#endif
