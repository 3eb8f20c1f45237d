#include "ra/authority/server.h"

#include "forms/when.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_MAX (256 * 1024)		/* octets of a message */
#define DRAIN_MAX (1024 * 1024)		/* a refused body up to this is read, so that the refusal arrives */
#define IDLE_S 30
#define CONNECTIONS_MAX 128
#define CMP_TYPE "application/pkixcmp"

struct server {
	struct MHD_Daemon *daemon;
	struct authority *a;
	struct cmpsrv *cmp;
};

struct request {
	int refused;		/* HTTP status, 0 when the body is wanted */
	size_t size, got;
	unsigned char body[];
};

static enum MHD_Result
reply(struct MHD_Connection *conn, int status, const char *type, const void *p, size_t n)
{
	/* MHD copies it; its interface takes the buffer without const */
	struct MHD_Response *r = MHD_create_response_from_buffer(n, (void *)(uintptr_t)p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ok;

	if (!r)
		return MHD_NO;
	if (type)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	ok = MHD_queue_response(conn, (unsigned)status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result
reply_status(struct MHD_Connection *conn, int status)
{
	return reply(conn, status, NULL, "", 0);
}

/* ---- GET ---- */

static enum MHD_Result
get_crl(struct server *s, struct MHD_Connection *conn, const char *rest)
{
	struct authority_crl c = { 0 };
	struct err e;
	enum MHD_Result ok;
	bool got;

	if (rest[0])
		return reply_status(conn, MHD_HTTP_NOT_FOUND);
	pthread_mutex_lock(&s->a->store_lock);
	got = authority_crl_get(s->a->db, &c, &e);
	pthread_mutex_unlock(&s->a->store_lock);
	if (!got || c.number == 0)
		ok = reply_status(conn, MHD_HTTP_SERVICE_UNAVAILABLE);
	else
		ok = reply(conn, MHD_HTTP_OK, "application/pkix-crl", c.der, c.der_n);
	authority_crl_clear(&c);
	return ok;
}

static enum MHD_Result
get_ca(struct server *s, struct MHD_Connection *conn, const char *rest)
{
	unsigned char *der = NULL;
	int n = rest[0] ? 0 : i2d_X509(s->a->cert, &der);
	enum MHD_Result ok;

	ok = n > 0 ? reply(conn, MHD_HTTP_OK, "application/pkix-cert", der, (size_t)n)
	    : reply_status(conn, MHD_HTTP_NOT_FOUND);
	OPENSSL_free(der);
	return ok;
}

/* Only hex digits and dates stand in the answer, no names. */
static enum MHD_Result
get_status(struct server *s, struct MHD_Connection *conn, const char *serial)
{
	struct authority_cert c = { 0 };
	struct err e;
	char json[512], from[21], to[21], at[23] = "null", reason[16] = "null", shown[21];
	bool found = false, got;
	int n;

	pthread_mutex_lock(&s->a->store_lock);
	got = authority_by_serial(s->a->db, serial, &c, &found, &e);
	pthread_mutex_unlock(&s->a->store_lock);
	if (!got || !found)
		return reply_status(conn, got ? MHD_HTTP_NOT_FOUND : MHD_HTTP_SERVICE_UNAVAILABLE);
	when_iso(c.not_before, from);
	when_iso(c.not_after, to);
	if (c.revoked_at != 0) {
		when_iso(c.revoked_at, shown);
		snprintf(at, sizeof at, "\"%s\"", shown);
		snprintf(reason, sizeof reason, "%d", c.reason);
	}
	n = snprintf(json, sizeof json, "{\"serial\":\"%s\",\"state\":\"%s\",\"not_before\":\"%s\",\"not_after\":\"%s\","
	    "\"revoked_at\":%s,\"reason\":%s}\n", c.serial, cert_state_names[c.state].stored, from, to, at, reason);
	authority_cert_clear(&c);
	return reply(conn, MHD_HTTP_OK, "application/json", json, (size_t)n);
}

static const struct page {
	const char *path;
	enum MHD_Result (*get)(struct server *s, struct MHD_Connection *conn, const char *rest);
} pages[] = {
	{ "/pkix/crl", get_crl },
	{ "/pkix/ca", get_ca },
	{ "/pkix/status/", get_status },
};

static enum MHD_Result
answer_get(struct server *s, struct MHD_Connection *conn, const char *path)
{
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (strncmp(path, pages[i].path, strlen(pages[i].path)) == 0)
			return pages[i].get(s, conn, path + strlen(pages[i].path));
	return reply_status(conn, MHD_HTTP_NOT_FOUND);
}

/* ---- POST ---- */

static bool
is_cmp_path(const char *path)
{
	return strcmp(path, "/") == 0 || strcmp(path, "/pkix") == 0 || strncmp(path, "/pkix/", 6) == 0;
}

static bool
is_cmp_type(const char *type)
{
	size_t n = strlen(CMP_TYPE);

	return type && strncasecmp(type, CMP_TYPE, n) == 0 && (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* Content-Length in octets; false when there is none or it is no number. */
static bool
length_of(const char *s, unsigned long long *n)
{
	char *end;

	if (!s || s[0] < '0' || s[0] > '9')
		return false;
	errno = 0;
	*n = strtoull(s, &end, 10);
	return errno == 0 && *end == '\0';
}

static enum MHD_Result
begin_post(struct MHD_Connection *conn, const char *path, void **state)
{
	const char *type = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
	const char *length = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	unsigned long long n = 0;
	struct request *r;
	int refused = 0;

	if (!is_cmp_path(path))
		refused = MHD_HTTP_NOT_FOUND;
	else if (!length_of(length, &n))
		refused = MHD_HTTP_LENGTH_REQUIRED;
	else if (n > BODY_MAX)
		refused = MHD_HTTP_CONTENT_TOO_LARGE;
	else if (!is_cmp_type(type))
		refused = MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	r = calloc(1, sizeof *r + (refused ? 0 : (size_t)n));
	if (!r)
		return MHD_NO;
	r->refused = refused;
	r->size = refused ? 0 : (size_t)n;
	*state = r;
	if (refused && (n > DRAIN_MAX || !length))
		return reply_status(conn, refused);
	return MHD_YES;
}

static enum MHD_Result
take_body(struct request *r, const char *data, size_t *n)
{
	if (!r->refused) {
		if (*n > r->size - r->got)
			return MHD_NO;
		memcpy(r->body + r->got, data, *n);
		r->got += *n;
	}
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result
answer_post(struct server *s, struct MHD_Connection *conn, struct request *r)
{
	unsigned char *out = NULL;
	size_t n = 0;
	int status = r->refused ? r->refused : cmpsrv_answer(s->cmp, r->body, r->got, &out, &n);
	enum MHD_Result ok;

	if (status == MHD_HTTP_OK)
		ok = reply(conn, status, CMP_TYPE, out, n);
	else
		ok = reply_status(conn, status);
	OPENSSL_free(out);
	return ok;
}

static enum MHD_Result
handle(void *arg, struct MHD_Connection *conn, const char *path, const char *method, const char *version,
    const char *data, size_t *n, void **state)
{
	struct server *s = arg;

	(void)version;
	if (strcmp(method, MHD_HTTP_METHOD_POST) == 0) {
		if (!*state)
			return begin_post(conn, path, state);
		if (*n > 0)
			return take_body(*state, data, n);
		return answer_post(s, conn, *state);
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		return answer_get(s, conn, path);
	return reply_status(conn, MHD_HTTP_METHOD_NOT_ALLOWED);
}

static void
finished(void *arg, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)conn;
	(void)why;
	free(*state);
	*state = NULL;
}

/* ---- the daemon ---- */

static bool
address_of(const struct settings *set, struct sockaddr_storage *to, bool *v6, struct err *e)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof *to);
	*v6 = inet_pton(AF_INET6, set->listen, &six->sin6_addr) == 1;
	if (*v6) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)set->port);
		return true;
	}
	if (inet_pton(AF_INET, set->listen, &four->sin_addr) != 1)
		return err_internal(e, "ca.conf: listen: \"%s\" is not an address, such as 127.0.0.1", set->listen);
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)set->port);
	return true;
}

bool
server_start(struct authority *a, struct cmpsrv *c, struct server **out, struct err *e)
{
	struct sockaddr_storage at;
	struct server *s = NULL;
	bool v6;

	if (!address_of(&a->set, &at, &v6, e))
		return false;
	s = calloc(1, sizeof *s);
	if (!s)
		return err_internal(e, "out of memory");
	s->a = a;
	s->cmp = c;
	s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL
	    | (v6 ? MHD_USE_IPv6 : 0u), (uint16_t)a->set.port, NULL, NULL, handle, s,
	    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
	    MHD_OPTION_NOTIFY_COMPLETED, finished, NULL, MHD_OPTION_END);
	if (!s->daemon) {
		err_later(e, "cannot listen on %s port %d: another program has it, or it is not allowed", a->set.listen,
		    a->set.port);
		free(s);
		return false;
	}
	*out = s;
	return true;
}

void
server_stop(struct server *s)
{
	if (!s)
		return;
	MHD_stop_daemon(s->daemon);
	free(s);
}
