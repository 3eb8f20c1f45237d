/*
 * What is asked of the CA for one item: subject and identifying extensions by the scheme's rows, validity and the updated
 * certificate by the service's row (ra/services.def). Results are the caller's; nothing here changes the store.
 */
#ifndef RA_ASK_H
#define RA_ASK_H

#include "db/certificate.h"
#include "ra/workflow.h"

#include <openssl/x509.h>

/* The scheme's CA of this application; NULL with e filled. */
const struct scheme_ca *ask_ca(struct office *o, const struct application *a, struct err *e);
/* The subject of the item's certificate: of an update that of the old certificate, byte for byte (RFC 9483 4.1.3). */
bool ask_subject(struct office *o, const struct application *a, const struct app_item *item, X509_NAME **out, struct err *e) MUST_USE;
/* Is the old certificate still one that the service may follow? One that was revoked or held meanwhile, beside this service, ends
 * it, and so does a revocation or hold that is decided and on its way. Asked until the new one is on its medium. */
bool ask_old_good(struct office *o, const struct application *a, const struct app_item *item, struct err *e) MUST_USE;
/* The whole intent for this public key, as of now; a validity that the CA cannot give is refused at `years`. Ends in
 * intent_clear. */
bool ask_intent(struct office *o, const struct application *a, const struct app_item *item, EVP_PKEY *pub, struct intent *i, struct err *e) MUST_USE;

#endif
