/* HTTP over libcurl: one kept connection, limits on time and size. The only room that knows curl. */
#ifndef RA_HTTP_H
#define RA_HTTP_H

#include "ra/ca.h"

struct http;

enum http_outcome {
	HTTP_ANSWER,		/* status 200 with the wanted content type */
	HTTP_NOT_SENT,		/* no connection: nothing can have reached the other side */
	HTTP_UNKNOWN,		/* sent, no usable answer */
};

bool http_open(const struct ca_config *c, struct http **out, struct err *e) MUST_USE;
void http_close(struct http *h);
/* POST of body, or GET when body is NULL. *answer belongs to h and lives until the next call. err tells all but ANSWER. */
enum http_outcome http_call(struct http *h, const char *url, const char *type, const void *body, size_t n, size_t max,
    unsigned char **answer, size_t *answer_n, struct err *e);

#endif
