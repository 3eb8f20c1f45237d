/*
 * HTTP for the CA; the only place that knows libmicrohttpd. POST /, /pkix and below take CMP (RFC 6712); GET /pkix/crl,
 * /pkix/ca and /pkix/status/SERIAL tell the world. A thread per connection, with limits on their number, size and time.
 */
#ifndef RA_AUTHORITY_SERVER_H
#define RA_AUTHORITY_SERVER_H

#include "ra/authority/cmpsrv.h"

struct server;

/* Listens when it returns true. FAULT_LATER when the port is taken. */
bool server_start(struct authority *a, struct cmpsrv *c, struct server **out, struct err *e) MUST_USE;
/* Answers what is in work, then ends. */
void server_stop(struct server *s);

#endif
