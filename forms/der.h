/* DER that both sides of the CMP wire look at before OpenSSL parses it. */
#ifndef FORMS_DER_H
#define FORMS_DER_H

#include <stddef.h>

/* Cuts extraCerts off a PKIMessage in place and returns its new length. For a side that knows its peer's certificate: each
 * foreign certificate costs its decoding. extraCerts are not part of what is signed (RFC 4210 5.1.3). What does not look
 * like a PKIMessage is left as it is. */
size_t der_strip_extra_certs(unsigned char *der, size_t n);

/* Between these two, this thread's d2i calls leave the public keys inside certificates and requests undecoded: OpenSSL 3.0
 * decodes each on sight, at some 150 us. For what is only passed on or copied (a copy decodes), or asked by der_key for the
 * one key that counts. Whatever needs an algorithm between them has to name its library context. begin returns what end
 * takes. */
struct ossl_lib_ctx_st *der_keys_later_begin(void);
void der_keys_later_end(struct ossl_lib_ctx_st *was);

/* The key of a SubjectPublicKeyInfo, decoded or not; the caller frees it. P-256 is made straight from its point, which has
 * to lie on the curve and not at infinity, a tenth of the work of OpenSSL's way, which all other keys go. NULL when it is
 * none. */
struct X509_pubkey_st;
struct evp_pkey_st;
struct evp_pkey_st *der_key(const struct X509_pubkey_st *pub);
/* The SubjectPublicKeyInfo of a key, the same bytes as i2d_PUBKEY's; its length, OPENSSL_free *out; -1 on failure. */
int der_spki(struct evp_pkey_st *key, unsigned char **out);

#endif
