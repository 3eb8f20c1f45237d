#include "tests/relay.h"

#include <netinet/in.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_MAX (512 * 1024)

struct bytes { unsigned char p[MESSAGE_MAX]; size_t n; };

/* ---- DER: pieces of a PKIMessage (RFC 4210 5.1), put together anew ---- */

enum { CTX = 0xa0, SEQ = 0x30, UTF8 = 0x0c, BITS = 0x03 };

static void
add(struct bytes *b, const void *p, size_t n)
{
	if (b->n + n > sizeof b->p)
		abort();
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* Puts a head of this tag before all that stands from `from` on. */
static void
wrap(struct bytes *b, size_t from, unsigned char tag)
{
	unsigned char head[4] = { tag, 0x82, (unsigned char)((b->n - from) >> 8), (unsigned char)(b->n - from) };
	size_t n = b->n - from < 0x80 ? 2 : b->n - from < 0x100 ? 3 : 4;

	if (n == 2)
		head[1] = head[3];
	if (n == 3) {
		head[1] = 0x81;
		head[2] = head[3];
	}
	if (b->n + n > sizeof b->p)
		abort();
	memmove(b->p + from + n, b->p + from, b->n - from);
	memcpy(b->p + from, head, n);
	b->n += n;
}

struct piece { const unsigned char *p; size_t n; const unsigned char *in; size_t in_n; unsigned char tag; };

/* The element at p; false at the end. */
static bool
piece_at(const unsigned char *p, const unsigned char *end, struct piece *out)
{
	const unsigned char *q = p;
	long n;
	int tag, class;

	if (p >= end || (ASN1_get_object(&q, &n, &tag, &class, end - p) & 0x80) != 0)
		return false;
	*out = (struct piece){ p, (size_t)(q - p) + (size_t)n, q, (size_t)n, p[0] };
	return true;
}

/* Elements inside `of`, at most max. */
static int
pieces(const struct piece *of, struct piece *out, int max)
{
	const unsigned char *p = of->in, *end = of->in + of->in_n;
	int n = 0;

	for (; n < max && piece_at(p, end, &out[n]); n++)
		p += out[n].n;
	return n;
}

struct parts { struct bytes header, body; };

static bool
take_apart(const struct bytes *msg, struct parts *out)
{
	struct piece whole, part[4];

	if (!piece_at(msg->p, msg->p + msg->n, &whole) || pieces(&whole, part, 4) < 2)
		return false;
	out->header.n = out->body.n = 0;
	add(&out->header, part[0].p, part[0].n);
	add(&out->body, part[1].p, part[1].n);
	return true;
}

static EVP_PKEY *
key_of(const char *path)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (!key)
		abort();
	fclose(f);
	return key;
}

/* header and body as a message, signed by key (NULL: not at all). */
static void
put_together(const struct parts *parts, const char *key_path, struct bytes *out)
{
	static struct bytes part;
	unsigned char sig[128] = { 0 };		/* the first octet of a BIT STRING: no unused bits */
	size_t n = sizeof sig - 1, at;
	EVP_MD_CTX *md;
	EVP_PKEY *key;

	part.n = out->n = 0;
	add(&part, parts->header.p, parts->header.n);
	add(&part, parts->body.p, parts->body.n);
	add(out, part.p, part.n);
	if (key_path) {
		wrap(&part, 0, SEQ);		/* ProtectedPart, RFC 4210 5.1.3 */
		key = key_of(key_path);
		md = EVP_MD_CTX_new();
		if (EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) != 1 || EVP_DigestSign(md, sig + 1, &n, part.p, part.n) != 1)
			abort();
		at = out->n;
		add(out, sig, n + 1);
		wrap(out, at, BITS);
		wrap(out, at, CTX);
		EVP_MD_CTX_free(md);
		EVP_PKEY_free(key);
	}
	wrap(out, 0, SEQ);
}

/* The header without some of its context tags. */
static void
header_without(struct parts *parts, const char *tags)
{
	static struct bytes h;
	struct piece whole, part[16];
	int n = piece_at(parts->header.p, parts->header.p + parts->header.n, &whole) ? pieces(&whole, part, 16) : 0;

	h.n = 0;
	for (int i = 0; i < n; i++)
		if ((part[i].tag & 0xe0) != CTX || !strchr(tags, '0' + (part[i].tag & 0x1f)))
			add(&h, part[i].p, part[i].n);
	wrap(&h, 0, SEQ);
	parts->header = h;
}

/* Changes the last octet of a header's field, [4] transactionID or [6] recipNonce. */
static void
spoil_header(struct parts *parts, int field)
{
	struct piece whole, part[16];
	int n = piece_at(parts->header.p, parts->header.p + parts->header.n, &whole) ? pieces(&whole, part, 16) : 0;

	for (int i = 0; i < n; i++)
		if (part[i].tag == CTX + field)
			parts->header.p[part[i].p + part[i].n - 1 - parts->header.p] ^= 1;
}

/* PKIStatusInfo: rejection with words and one bit of PKIFailureInfo. */
static void
add_status(struct bytes *b, int failure)
{
	static const char words[] = "so says the liar";
	unsigned char rejection[] = { 0x02, 1, 2 }, bits[8] = { BITS };
	size_t at = b->n, text;

	add(b, rejection, sizeof rejection);
	text = b->n;
	add(b, words, strlen(words));
	wrap(b, text, UTF8);
	wrap(b, text, SEQ);
	bits[1] = (unsigned char)(failure / 8 + 2);
	bits[2] = (unsigned char)(7 - failure % 8);
	bits[3 + failure / 8] = (unsigned char)(0x80 >> failure % 8);
	add(b, bits, (size_t)bits[1] + 2);
	wrap(b, at, SEQ);
}

/* ErrorMsgContent, RFC 4210 5.3.21 */
static void
body_error(struct parts *parts, int failure)
{
	parts->body.n = 0;
	add_status(&parts->body, failure);
	wrap(&parts->body, 0, SEQ);
	wrap(&parts->body, 0, CTX + 23);
}

/* CertRepMessage, RFC 4210 5.3.4, with one CertResponse: the status, or the certificate. */
static void
body_cp(struct parts *parts, X509 *cert)
{
	static const unsigned char id[] = { 0x02, 1, 0 }, accepted[] = { SEQ, 3, 0x02, 1, 0 };
	struct bytes *b = &parts->body;
	unsigned char *der = NULL;
	int n;

	b->n = 0;
	add(b, id, sizeof id);
	if (cert) {
		add(b, accepted, sizeof accepted);
		n = i2d_X509(cert, &der);
		if (n > 0) {
			size_t at = b->n;

			add(b, der, (size_t)n);
			wrap(b, at, CTX + 0);
			wrap(b, at, SEQ);
		}
		OPENSSL_free(der);
	} else {
		add_status(b, 2);	/* badRequest */
	}
	for (int i = 0; i < 3; i++)	/* CertResponse, SEQUENCE OF, CertRepMessage */
		wrap(b, 0, SEQ);
	wrap(b, 0, CTX + 3);
}

/* The certificate in a cp; NULL when there is none. */
static X509 *
certificate_in(const struct parts *parts)
{
	static const int way[] = { 0, -1, 0, -1, 0 };	/* which element to go into, from the body inwards; -1: the last */
	struct piece at, in[8];
	const unsigned char *p;

	if (!piece_at(parts->body.p, parts->body.p + parts->body.n, &at))
		return NULL;
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		int n = pieces(&at, in, 8);

		if (n == 0)
			return NULL;
		at = in[way[i] < 0 ? n - 1 : way[i]];
	}
	if (!piece_at(at.in, at.in + at.in_n, &at))	/* out of [0] */
		return NULL;
	p = at.p;
	return d2i_X509(NULL, &p, (long)at.n);
}

static void
replace_certificate(struct parts *parts, const char *signer, bool ca_true)
{
	X509 *x = certificate_in(parts);
	EVP_PKEY *key = key_of(signer);
	BASIC_CONSTRAINTS *may = BASIC_CONSTRAINTS_new();

	if (!x)
		abort();
	may->ca = 1;
	if (ca_true && X509_add1_ext_i2d(x, NID_basic_constraints, may, 1, X509V3_ADD_REPLACE) != 1)
		abort();
	if (X509_sign(x, key, EVP_sha256()) <= 0)
		abort();
	body_cp(parts, x);
	BASIC_CONSTRAINTS_free(may);
	EVP_PKEY_free(key);
	X509_free(x);
}

/* ---- lies ---- */

static void
lie_to(const struct relay_plan *plan, struct bytes *answer, const struct bytes *before)
{
	static struct parts parts;
	const char *signer = plan->responder_key;
	X509 *none;

	if (!take_apart(plan->lie == LIE_OLD ? before : answer, &parts))
		abort();
	switch (plan->lie) {
	case LIE_TID:
		spoil_header(&parts, 4);
		break;
	case LIE_NONCE:
		spoil_header(&parts, 6);
		break;
	case LIE_OLD:
		break;
	case LIE_UNPROTECTED_ERROR:
		body_error(&parts, 2);
		header_without(&parts, "1");
		signer = NULL;
		break;
	case LIE_UNPROTECTED_REFUSAL:
		body_cp(&parts, NULL);
		header_without(&parts, "1");
		signer = NULL;
		break;
	case LIE_UNPROTECTED:
		header_without(&parts, "1");
		signer = NULL;
		break;
	case LIE_ERROR:
		body_error(&parts, 2);		/* badRequest */
		break;
	case LIE_BUSY:
		body_error(&parts, 24);		/* systemUnavail */
		break;
	case LIE_REFUSAL:
		body_cp(&parts, NULL);
		break;
	case LIE_CA_TRUE:
		replace_certificate(&parts, plan->ca_key, true);
		break;
	case LIE_NAMESAKE:
		replace_certificate(&parts, plan->other_key, false);
		break;
	case LIE_NO_CERTIFICATE:
		none = X509_new();	/* encodes to nothing */
		body_cp(&parts, none);
		X509_free(none);
		break;
	case LIE_NONE:
	case LIE_CUT:
	case LIE_DROP:
	case LIE_SILENT:
	case LIE_DRIP:
	case LIE_HUGE:
	case LIE_N:
		return;			/* the message is true, its way is not */
	}
	put_together(&parts, signer, answer);
}

/* ---- HTTP over a socket, or over TLS on it ---- */

struct line { int fd; SSL *ssl; };

static ssize_t
get(struct line *l, void *p, size_t n)
{
	return l->ssl ? SSL_read(l->ssl, p, (int)n) : recv(l->fd, p, n, 0);
}

static bool
put(struct line *l, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = l->ssl ? SSL_write(l->ssl, (const char *)p + done, (int)(n - done))
		    : send(l->fd, (const char *)p + done, n - done, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		done += (size_t)k;
	}
	return true;
}

/* One request or answer whole; *body: where its body begins. */
static bool
receive(struct line *l, struct bytes *b, size_t *body)
{
	size_t want = 0;

	b->n = *body = 0;
	for (;;) {
		ssize_t k = get(l, b->p + b->n, sizeof b->p - 1 - b->n);
		char *end, *length;

		if (k <= 0)
			return false;
		b->n += (size_t)k;
		b->p[b->n] = '\0';
		if (*body == 0 && (end = strstr((char *)b->p, "\r\n\r\n")) != NULL) {
			*body = (size_t)(end - (char *)b->p) + 4;
			length = strcasestr((char *)b->p, "content-length:");
			want = *body + (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
		}
		if (*body != 0 && b->n >= want)
			return true;
	}
}

static int
connect_to(const char *url)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_port = htons((unsigned short)strtoul(strrchr(url, ':') + 1, NULL, 10));
	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
put_list(const char *path, struct line *l)
{
	static struct bytes b;
	char head[200];
	FILE *f = fopen(path, "re");

	if (!f) {
		static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

		return put(l, none, strlen(none));
	}
	b.n = fread(b.p, 1, sizeof b.p, f);
	fclose(f);
	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: %zu\r\n\r\n", b.n);
	return put(l, head, strlen(head)) && put(l, b.p, b.n);
}

struct talk { struct bytes request, answer, before; int n; };	/* n: CMP messages so far */

/* The answer, or what the lie makes of its way; false when the line is to end. */
static bool
give(const struct relay_plan *plan, bool lies, struct line *l, const struct bytes *cmp)
{
	static const struct linger reset = { 1, 0 };
	enum lie lie = lies ? plan->lie : LIE_NONE;
	size_t n = lie == LIE_HUGE ? (size_t)1 << 30 : cmp->n;
	char head[200];

	if (lie == LIE_SILENT)
		sleep(4);
	if (lie == LIE_DROP)
		setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (lie == LIE_SILENT || lie == LIE_DROP)
		return false;
	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/pkixcmp\r\nContent-Length: %zu\r\n\r\n", n);
	if (!put(l, head, strlen(head)))
		return false;
	if (lie == LIE_CUT)
		put(l, cmp->p, cmp->n / 2);
	for (int i = 0; lie == LIE_DRIP && i < 20 && put(l, cmp->p + i, 1); i++)
		usleep(200000);
	while (lie == LIE_HUGE && put(l, cmp->p, cmp->n))
		;
	return lie != LIE_CUT && lie != LIE_DRIP && lie != LIE_HUGE && put(l, cmp->p, cmp->n);
}

/* One request to the CA and its answer back; false when the line is to end. */
static bool
pass(const struct relay_plan *plan, struct line *l, struct talk *t)
{
	struct line up = { .fd = -1 };
	struct bytes *cmp;
	size_t body;
	bool got, lies;

	if (!receive(l, &t->request, &body))
		return false;
	if (plan->crl && memcmp(t->request.p, "GET", 3) == 0)
		return put_list(plan->crl, l);
	if ((up.fd = connect_to(plan->upstream)) < 0)
		return false;
	t->n += memcmp(t->request.p, "POST", 4) == 0;
	/* curl sends again when a kept connection ends without an answer: that is dropped, too */
	lies = t->n == plan->at || (plan->lie == LIE_DROP && t->n > plan->at);
	got = put(&up, t->request.p, t->request.n) && receive(&up, &t->answer, &body);
	close(up.fd);
	if (!got)
		return false;
	if (memcmp(t->request.p, "POST", 4) != 0)
		return put(l, t->answer.p, t->answer.n);
	cmp = calloc(1, sizeof *cmp);
	add(cmp, t->answer.p + body, t->answer.n - body);
	memcpy(&t->answer, cmp, sizeof *cmp);
	if (lies)
		lie_to(plan, cmp, &t->before);
	memcpy(&t->before, &t->answer, sizeof t->before);
	got = give(plan, lies, l, cmp);
	free(cmp);
	return got;
}

static SSL_CTX *
tls_of(const struct relay_plan *plan)
{
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(c, plan->tls_cert) != 1
	    || SSL_CTX_use_PrivateKey_file(c, plan->tls_key, SSL_FILETYPE_PEM) != 1
	    || SSL_CTX_load_verify_locations(c, plan->tls_client_ca, NULL) != 1)
		abort();
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return c;
}

/* Ends the line so that what was said last arrives: a close with unread bytes would reset it. */
static void
drain(int fd)
{
	struct timeval limit = { 2, 0 };
	char rest[4096];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	shutdown(fd, SHUT_WR);
	while (recv(fd, rest, sizeof rest, 0) > 0)
		;
}

static void
serve(const struct relay_plan *plan, int listener)
{
	static struct talk t;
	SSL_CTX *tls = plan->tls_cert ? tls_of(plan) : NULL;
	struct line l = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	while ((l.fd = accept(listener, NULL, NULL)) >= 0) {
		if (tls) {
			l.ssl = SSL_new(tls);
			SSL_set_fd(l.ssl, l.fd);
		}
		if (!tls || SSL_accept(l.ssl) == 1)
			while (pass(plan, &l, &t))
				;
		else
			drain(l.fd);
		SSL_free(l.ssl);
		l.ssl = NULL;
		close(l.fd);
	}
	_exit(0);
}

pid_t
relay_start(const struct relay_plan *p, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 8) != 0 || getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		abort();
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0)
		serve(p, fd);
	close(fd);
	return pid;
}

void
relay_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A line of /proc/net/tcp: "sl local:port remote:port state", numbers in hex; state 0A listens. */
static bool
listens(const char *table, int port)
{
	char line[300];
	FILE *f = fopen(table, "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f)) {
		char local[80];
		unsigned state;

		found = sscanf(line, " %*[^ ] %79s %*s %x", local, &state) == 2 && state == 10
		    && strrchr(local, ':') && strtoul(strrchr(local, ':') + 1, NULL, 16) == (unsigned long)port;
	}
	if (f)
		fclose(f);
	return found;
}

void
wait_for_listener(int port)
{
	for (int i = 0; i < 1000; i++) {
		if (listens("/proc/net/tcp", port) || listens("/proc/net/tcp6", port))
			return;
		usleep(10000);
	}
	abort();
}
