/*
 * Revocation, hold and release at the CA: what ra/journal.c wrote is sent, checked in the CA's list and marked in one
 * transaction. No call of the CA is made inside a transaction; killed anywhere, the open intent is sent again.
 */
#ifndef RA_REVOKE_H
#define RA_REVOKE_H

#include "db/certificate.h"
#include "ra/workflow.h"

/* Carries out an application whose service is to revoke, hold or release, or goes on with it: closed when the CA's list
 * shows it. FAULT_LATER: the CA is silent, nothing lost; when the CA refuses, the application is approved again. */
bool revoke_application(struct office *o, const char *no, int64_t version, struct err *e) MUST_USE;
/* Sends what is journalled for the old certificates of an application: true also when nothing is. After an acceptance that
 * holds at once. FAULT_LATER: the application stands, `ra resume` goes on. */
bool revoke_follow(struct office *o, const char *no, struct err *e) MUST_USE;

/* ---- with the item's lock held ---- */

/* What is journalled for the item's old certificate, in its order. */
bool revoke_open(struct office *o, const struct app_item *item, struct err *e) MUST_USE;
/* One open intent, after those that were journalled for its certificate before. FAULT_LATER also while another console carries
 * one of them out. */
bool revoke_send(struct office *o, struct intent *i, struct err *e) MUST_USE;
/* Journals and carries out the end of a certificate that never went into use. reason: CRLReason. */
bool revoke_unused(struct office *o, int64_t certificate, int reason, struct err *e) MUST_USE;

#endif
