/* DER that both sides of the CMP wire look at before OpenSSL parses it. */
#ifndef FORMS_DER_H
#define FORMS_DER_H

#include <stddef.h>

/* Cuts extraCerts off a PKIMessage in place and returns its new length. For a side that knows its peer's certificate: each
 * foreign certificate costs its decoding. extraCerts are not part of what is signed (RFC 4210 5.1.3). What does not look
 * like a PKIMessage is left as it is. */
size_t der_strip_extra_certs(unsigned char *der, size_t n);

/* Between these two, this thread's d2i calls leave the public keys inside certificates and requests undecoded: OpenSSL 3.0
 * decodes each on sight, at some 150 us. For a message whose parts are copied before their keys are used: a copy decodes.
 * begin returns what end takes; nothing else of OpenSSL is called between them. */
struct ossl_lib_ctx_st;
struct ossl_lib_ctx_st *der_keys_later_begin(void);
void der_keys_later_end(struct ossl_lib_ctx_st *was);

#endif
