#include "ra/http.h"

#include "forms/tr.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_MS 5000L
#define HEADERS_MAX 16384

/* ---- the library: it brings thirty others along, so it is loaded when the first CA is spoken to, not at every start ---- */

static struct {
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *c, CURLoption o, ...);
	CURLcode (*perform)(CURL *c);
	CURLcode (*getinfo)(CURL *c, CURLINFO i, ...);
	void (*cleanup)(CURL *c);
	const char *(*strerror)(CURLcode rc);
	struct curl_slist *(*append)(struct curl_slist *l, const char *s);
	void (*free_all)(struct curl_slist *l);
	bool ready;
	char why[200];
} lib;

static const struct { const char *name; void *slot; } symbols[] = {
	{ "curl_global_init", &lib.global_init }, { "curl_easy_init", &lib.init }, { "curl_easy_setopt", &lib.setopt },
	{ "curl_easy_perform", &lib.perform }, { "curl_easy_getinfo", &lib.getinfo }, { "curl_easy_cleanup", &lib.cleanup },
	{ "curl_easy_strerror", &lib.strerror }, { "curl_slist_append", &lib.append }, { "curl_slist_free_all", &lib.free_all },
};

static void
load(void)
{
	void *so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; so && i < sizeof symbols / sizeof *symbols; i++) {
		void *p = dlsym(so, symbols[i].name);

		if (!p)
			break;
		memcpy(symbols[i].slot, &p, sizeof p);	/* POSIX: a function fits into a pointer to data */
		lib.ready = i + 1 == sizeof symbols / sizeof *symbols;
	}
	lib.ready = lib.ready && lib.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	if (!lib.ready) {
		const char *why = dlerror();

		snprintf(lib.why, sizeof lib.why, "%s", why ? why : "curl_global_init");
	}
}

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

static void
set_up(struct http *h, const struct ca_config *c)
{
	const struct { CURLoption option; const char *text; } texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "http,https" }, { CURLOPT_USERAGENT, "ra" }, { CURLOPT_PROXY, c->proxy ? c->proxy : "" },
		{ CURLOPT_CAINFO, c->tls_ca }, { CURLOPT_SSLCERT, c->tls_cert }, { CURLOPT_SSLKEY, c->tls_key },
	};
	const struct { CURLoption option; long number; } numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS },
		{ CURLOPT_TIMEOUT_MS, (long)c->timeout_s * 1000 },	/* whole message: a slow drip ends too */
		{ CURLOPT_TCP_KEEPALIVE, 1 }, { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	};

	lib.setopt(h->curl, CURLOPT_WRITEFUNCTION, take);
	lib.setopt(h->curl, CURLOPT_WRITEDATA, h);
	lib.setopt(h->curl, CURLOPT_HEADERFUNCTION, take_header);
	lib.setopt(h->curl, CURLOPT_HEADERDATA, h);
	lib.setopt(h->curl, CURLOPT_ERRORBUFFER, h->error);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		lib.setopt(h->curl, numbers[i].option, numbers[i].number);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].text)
			lib.setopt(h->curl, texts[i].option, texts[i].text);
}

bool
http_open(const struct ca_config *c, struct http **out, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h;

	pthread_once(&once, load);
	if (!lib.ready) {
		err_internal(e, "the HTTP library libcurl cannot be loaded: install the package libcurl4");
		return err_detail(e, "%s", lib.why);
	}
	h = calloc(1, sizeof *h);
	if (!h || !(h->curl = lib.init())) {
		free(h);
		return err_internal(e, "out of memory");
	}
	set_up(h, c);
	*out = h;
	return true;
}

void
http_close(struct http *h)
{
	if (!h)
		return;
	lib.cleanup(h->curl);
	free(h->buf);
	free(h);
}

/* What kept the message from going out, in words for who looks after ra.conf; all else may have reached the CA. */
static const struct { CURLcode rc; const char *text; } unsent[] = {
	{ CURLE_COULDNT_CONNECT, N_("the CA cannot be reached: nothing was sent; repeat later") },
	{ CURLE_COULDNT_RESOLVE_HOST, N_("the CA's host name is not known: nothing was sent; look at url in ra.conf and at the network") },
	{ CURLE_COULDNT_RESOLVE_PROXY, N_("the proxy's host name is not known: nothing was sent; look at proxy in ra.conf") },
	{ CURLE_UNSUPPORTED_PROTOCOL, N_("the CA's url is none that can be used: it begins with http:// or https://") },
	{ CURLE_URL_MALFORMAT, N_("the CA's url is none that can be used: it begins with http:// or https://") },
	{ CURLE_SSL_CONNECT_ERROR, N_("the CA's server ended the TLS handshake: nothing was sent; look at url, tls_cert and tls_key in ra.conf") },
	{ CURLE_PEER_FAILED_VERIFICATION, N_("the CA's server shows a TLS certificate that is expired, for another host, or not from tls_ca: nothing was sent") },
	{ CURLE_SSL_CERTPROBLEM, N_("the TLS client certificate cannot be used: nothing was sent; look at tls_cert and tls_key in ra.conf") },
	{ CURLE_SSL_CACERT_BADFILE, N_("the file tls_ca of ra.conf cannot be used: nothing was sent") },
};

static const char *
unsent_text(CURLcode rc)
{
	for (size_t i = 0; i < sizeof unsent / sizeof *unsent; i++)
		if (unsent[i].rc == rc)
			return unsent[i].text;
	return NULL;
}

static enum http_outcome
failed(struct http *h, CURLcode rc, struct err *e)
{
	const char *text = unsent_text(rc);

	if (text)
		err_message(e, FAULT_LATER, text);
	else if (h->too_big)
		err_later(e, "the CA's answer is too large to be one");
	else if (rc == CURLE_OPERATION_TIMEDOUT)
		err_later(e, "the CA does not answer in time: `ra resume` goes on later");
	else if (strstr(h->error, "alert"))	/* TLS 1.3 tells so only after the first message is on its way */
		err_later(e, "the CA's server does not accept the TLS client certificate: look at tls_cert and tls_key in ra.conf");
	else
		err_later(e, "the connection to the CA broke: `ra resume` goes on later");
	err_detail(e, "%s: %s", lib.strerror(rc), h->error);
	return text ? HTTP_NOT_SENT : HTTP_UNKNOWN;
}

/* GET, or POST of body, with up to two headers. */
static CURLcode
perform(struct http *h, const char *url, const char *const headers[2], const void *body, size_t n, size_t max)
{
	struct curl_slist *list = NULL;
	CURLcode rc;

	list = lib.append(list, "Expect:");
	for (int i = 0; i < 2 && headers[i]; i++)
		list = lib.append(list, headers[i]);
	h->n = h->headers = 0;
	h->max = max;
	h->too_big = false;
	h->error[0] = '\0';
	lib.setopt(h->curl, CURLOPT_URL, url);
	lib.setopt(h->curl, CURLOPT_HTTPHEADER, list);
	if (body) {
		lib.setopt(h->curl, CURLOPT_POSTFIELDS, body);
		lib.setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
	} else {
		lib.setopt(h->curl, CURLOPT_HTTPGET, 1L);
	}
	rc = lib.perform(h->curl);
	lib.setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	lib.free_all(list);
	return rc;
}

enum http_outcome
http_call(struct http *h, const char *url, const char *type, const void *body, size_t n, size_t max,
    unsigned char **answer, size_t *answer_n, struct err *e)
{
	char line[120];
	const char *const headers[2] = { body ? line : "Accept: */*" };
	const char *got = NULL;
	long status = 0;
	CURLcode rc;

	snprintf(line, sizeof line, "Content-Type: %s", type);
	rc = perform(h, url, headers, body, n, max);
	if (rc != CURLE_OK)
		return failed(h, rc, e);
	lib.getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	lib.getinfo(h->curl, CURLINFO_CONTENT_TYPE, &got);
	if (status != 200 || (type[0] && (!got || strncasecmp(got, type, strlen(type)) != 0))) {
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
	char line[320];
	const char *const headers[2] = { "Content-Type: application/json", key ? line : NULL };
	CURLcode rc;

	snprintf(line, sizeof line, "Authorization: Bearer %s", key ? key : "");
	rc = perform(h, url, headers, body, strlen(body), HTTP_JSON_MAX);
	OPENSSL_cleanse(line, sizeof line);
	*status = 0;
	if (rc != CURLE_OK)
		return unsent_text(rc) ? HTTP_NOT_SENT : HTTP_UNKNOWN;
	lib.getinfo(h->curl, CURLINFO_RESPONSE_CODE, status);
	if (*status < 200 || *status > 299)
		return HTTP_NOT_SENT;
	*answer = (const char *)h->buf;
	*answer_n = h->n;
	return HTTP_ANSWER;
}
