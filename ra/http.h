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
/* POST of body, or GET when body is NULL; type: of body and answer, "" = an answer of any type. *answer belongs to h and lives until the next call. err tells all but ANSWER. */
enum http_outcome http_call(struct http *h, const char *url, const char *type, const void *body, size_t n, size_t max,
    unsigned char **answer, size_t *answer_n, struct err *e);

/* One message to an address that is no CA (the gateway of short messages): a POST of JSON, with `Authorization: Bearer key`
 * unless key is NULL. HTTP_NOT_SENT also when it answers with a status that is no success: then *status has it, else 0.
 * An answer of at most HTTP_JSON_MAX bytes, whatever its type says, is the caller's to judge; it belongs to h. */
#define HTTP_JSON_MAX 16384
enum http_outcome http_post_json(struct http *h, const char *url, const char *key, const char *body, long *status,
    const char **answer, size_t *answer_n);

#endif
