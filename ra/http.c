#include "ra/http.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_MS 5000L
#define HEADERS_MAX 16384

struct http {
	CURL *curl;
	unsigned char *buf;
	size_t n, room, max, headers;
	bool too_big;
	char error[CURL_ERROR_SIZE];
};

static size_t
take(char *p, size_t size, size_t count, void *arg)
{
	struct http *h = arg;
	size_t n = size * count;

	if (n > h->max - h->n) {
		h->too_big = true;
		return 0;
	}
	if (h->n + n > h->room) {
		size_t room = (h->n + n) * 2;
		unsigned char *b = realloc(h->buf, room);

		if (!b)
			return 0;
		h->buf = b;
		h->room = room;
	}
	memcpy(h->buf + h->n, p, n);
	h->n += n;
	return n;
}

/* Headers without end are a flood too. */
static size_t
take_header(char *p, size_t size, size_t count, void *arg)
{
	struct http *h = arg;

	(void)p;
	h->headers += size * count;
	if (h->headers > HEADERS_MAX) {
		h->too_big = true;
		return 0;
	}
	return size * count;
}

bool
http_open(const struct ca_config *c, struct http **out, struct err *e)
{
	struct http *h = calloc(1, sizeof *h);

	if (!h || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(h->curl = curl_easy_init())) {
		free(h);
		return err_internal(e, "the HTTP library cannot be started");
	}
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h->curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, (long)c->timeout_s * 1000);	/* whole message: a slow drip ends too */
	curl_easy_setopt(h->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(h->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h->curl, CURLOPT_USERAGENT, "ra");
	curl_easy_setopt(h->curl, CURLOPT_PROXY, c->proxy ? c->proxy : "");
	if (c->tls_ca)
		curl_easy_setopt(h->curl, CURLOPT_CAINFO, c->tls_ca);
	if (c->tls_cert && c->tls_key) {
		curl_easy_setopt(h->curl, CURLOPT_SSLCERT, c->tls_cert);
		curl_easy_setopt(h->curl, CURLOPT_SSLKEY, c->tls_key);
	}
	*out = h;
	return true;
}

void
http_close(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h->buf);
	free(h);
}

/* Did the call end before a connection stood? */
static bool
never_connected(CURLcode rc)
{
	static const CURLcode codes[] = { CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
		CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == rc)
			return true;
	return false;
}

static enum http_outcome
failed(struct http *h, CURLcode rc, struct err *e)
{
	if (never_connected(rc))
		err_later(e, "the CA cannot be reached: nothing was sent; repeat later");
	else if (rc == CURLE_OPERATION_TIMEDOUT)
		err_later(e, "the CA does not answer in time: `ra resume` goes on later");
	else
		err_later(e, h->too_big ? "the CA's answer is too large to be one" : "the connection to the CA broke:"
		    " `ra resume` goes on later");
	err_detail(e, "%s: %s", curl_easy_strerror(rc), h->error);
	return never_connected(rc) ? HTTP_NOT_SENT : HTTP_UNKNOWN;
}

enum http_outcome
http_call(struct http *h, const char *url, const char *type, const void *body, size_t n, size_t max,
    unsigned char **answer, size_t *answer_n, struct err *e)
{
	struct curl_slist *headers = NULL;
	char line[120];
	const char *got = NULL;
	long status = 0;
	CURLcode rc;

	snprintf(line, sizeof line, "Content-Type: %s", type);
	headers = curl_slist_append(headers, body ? line : "Accept: */*");
	headers = curl_slist_append(headers, "Expect:");
	h->n = h->headers = 0;
	h->max = max;
	h->too_big = false;
	h->error[0] = '\0';
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	if (body) {
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
	} else {
		curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	}
	rc = curl_easy_perform(h->curl);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (rc != CURLE_OK)
		return failed(h, rc, e);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h->curl, CURLINFO_CONTENT_TYPE, &got);
	if (status != 200 || !got || strncasecmp(got, type, strlen(type)) != 0) {
		err_later(e, "the CA's address answers, but not as a CA: is the url in ra.conf right?");
		err_detail(e, "HTTP %ld %s", status, got ? got : "-");
		return HTTP_UNKNOWN;
	}
	*answer = h->buf;
	*answer_n = h->n;
	return HTTP_ANSWER;
}

enum http_outcome
http_post_json(struct http *h, const char *url, const char *key, const char *body, long *status, const char **answer,
    size_t *answer_n)
{
	struct curl_slist *headers = NULL;
	char line[320];
	CURLcode rc;

	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	snprintf(line, sizeof line, "Authorization: Bearer %s", key ? key : "");
	if (key)
		headers = curl_slist_append(headers, line);
	h->n = h->headers = 0;
	h->max = HTTP_JSON_MAX;
	h->too_big = false;
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body);
	rc = curl_easy_perform(h->curl);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	OPENSSL_cleanse(line, sizeof line);
	*status = 0;
	if (rc != CURLE_OK)
		return never_connected(rc) ? HTTP_NOT_SENT : HTTP_UNKNOWN;
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, status);
	if (*status < 200 || *status > 299)
		return HTTP_NOT_SENT;
	*answer = (const char *)h->buf;
	*answer_n = h->n;
	return HTTP_ANSWER;
}
