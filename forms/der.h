/* DER that both sides of the CMP wire look at before OpenSSL parses it. */
#ifndef FORMS_DER_H
#define FORMS_DER_H

#include <stddef.h>

/* Cuts extraCerts off a PKIMessage in place and returns its new length. For a side that knows its peer's certificate: each
 * foreign certificate costs its decoding. extraCerts are not part of what is signed (RFC 4210 5.1.3). What does not look
 * like a PKIMessage is left as it is. */
size_t der_strip_extra_certs(unsigned char *der, size_t n);

#endif
