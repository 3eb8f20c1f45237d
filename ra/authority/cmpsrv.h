/*
 * CMP (RFC 4210, 9483) on OpenSSL's server context: ir, cr, p10cr, kur, rr, certConf and genm signed by the RA; everything
 * else gets a CMP error. What a message changes is durable before its answer leaves. Open transactions are kept in
 * memory for speed only: one that is not there (restart, repeat) is brought back by replaying its stored request.
 */
#ifndef RA_AUTHORITY_CMPSRV_H
#define RA_AUTHORITY_CMPSRV_H

#include "ra/authority/authority.h"

struct cmpsrv;

bool cmpsrv_new(struct authority *a, struct cmpsrv **out, struct err *e) MUST_USE;
void cmpsrv_free(struct cmpsrv *c);
/* Answers one PKIMessage (its bytes are changed); any thread. Returns the HTTP status: 200 with *out (OPENSSL_free),
 * 400 when it is no PKIMessage, 500 when nothing could be answered. */
int cmpsrv_answer(struct cmpsrv *c, unsigned char *der, size_t n, unsigned char **out, size_t *out_n);

#endif
