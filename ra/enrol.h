/*
 * The journal of one certificate at the CA: intent (ra/ask.c says what is asked), sending, storing, confirming. Called by
 * ra/issue.c, which holds the item's lock.
 */
#ifndef RA_ENROL_H
#define RA_ENROL_H

#include "db/certificate.h"
#include "ra/workflow.h"

#include <openssl/x509.h>

/* Journals the intent for this public key: item and application become issuing. */
bool enrol_journal(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *pub, struct err *e) MUST_USE;
/* Sends (again) what is journalled for the item and follows it to `confirmed`: the item is issued. On FAULT_LATER the
 * intent stays; when the CA refuses it ends and the item is open again. *anew: the journalled transaction cannot be
 * finished but the key is good: journal a new one. pub: the journalled key where the caller holds it decoded, else NULL. */
bool enrol_send(struct office *o, struct application *a, struct app_item *item, EVP_PKEY *pub, bool *anew, struct err *e) MUST_USE;
/* Ends the item's intent for good after its certificate is on its medium. */
bool enrol_done(struct office *o, struct application *a, struct app_item *item, struct err *e) MUST_USE;
/* Ends an issuing intent without a certificate in use: item open, application approved. */
bool enrol_end(struct office *o, struct application *a, struct app_item *item, const char *why, struct err *e) MUST_USE;
/* The old certificate ended while the item's new one was made (ask_old_good says so in told): that is revoked, and the item ends as
 * by enrol_end. Always false; told stays, or is why it did not come to that. */
bool enrol_call_off(struct office *o, struct application *a, struct app_item *item, struct err *told) MUST_USE;

#endif
