#include "tests/gateway.h"

#include "db/certificate.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "ra/stock.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct gateway gateway;
static pthread_t thread;

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "cannot %s\n", what);
		abort();
	}
}

static void
answer(int fd, const char *status, const char *body)
{
	char out[512];
	int n = snprintf(out, sizeof out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
	    strlen(body), body);

	if (write(fd, out, (size_t)n) != n)
		fprintf(stderr, "the caller has gone\n");
}

static void
flood(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"accepted\":true,\"x\":\"";
	char block[4096];

	memset(block, 'y', sizeof block);
	if (write(fd, head, sizeof head - 1) < 0)
		return;
	while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
		;
}

static void
behave(int fd)
{
	char byte;

	switch (gateway.mood) {
	case TAKES:
		answer(fd, "200 OK", "{\"accepted\":true,\"code\":0,\"more\":{\"n\":1}}");
		break;
	case SAYS_NO:
		answer(fd, "200 OK", "{\"accepted\":false,\"code\":17}");
		break;
	case STATUS_500:
		answer(fd, "500 Internal Server Error", "{\"accepted\":true}");
		break;
	case REDIRECTS:
		answer(fd, "302 Found\r\nLocation: http://127.0.0.1:1/", "{\"accepted\":true}");
		break;
	case GARBAGE:
		answer(fd, "200 OK", "<html>\xff\xfe accepted=true");
		break;
	case SAYS_NOTHING:
		answer(fd, "200 OK", "{\"ok\":true}");
		break;
	case SILENT:
		while (read(fd, &byte, 1) > 0)
			;
		break;
	case FLOOD:
		flood(fd);
		break;
	case HANGS_UP:
		break;
	case KILLS_THE_CALLER:
		kill(gateway.caller, SIGKILL);
		break;
	}
}

static void *
serve(void *arg)
{
	for (int fd; (fd = accept(gateway.fd, NULL, NULL)) >= 0; close(fd)) {
		size_t n = 0, want = 0;
		const char *body, *length;

		for (ssize_t k; n + 1 < sizeof gateway.got && (k = read(fd, gateway.got + n, sizeof gateway.got - 1 - n)) > 0;) {
			n += (size_t)k;
			gateway.got[n] = '\0';
			body = strstr(gateway.got, "\r\n\r\n");
			length = strstr(gateway.got, "Content-Length: ");
			want = body && length ? (size_t)(body + 4 - gateway.got) + strtoul(length + 16, NULL, 10) : 0;
			if (want > 0 && n >= want)
				break;
		}
		gateway.calls++;
		behave(fd);
	}
	return arg;
}

void
gateway_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;

	gateway.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(gateway.fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(gateway.fd, 8) == 0
	    && getsockname(gateway.fd, (struct sockaddr *)&a, &n) == 0, "listen");
	gateway.port = ntohs(a.sin_port);
	must(pthread_create(&thread, NULL, serve, NULL) == 0, "start a thread");
}

void
gateway_stop(void)
{
	shutdown(gateway.fd, SHUT_RDWR);
	close(gateway.fd);
	pthread_join(thread, NULL);
}

const char *
gateway_code(void)
{
	static char code[7];
	const char *p = strstr(gateway.got, "验证码");

	must(p != NULL, "find the code");
	snprintf(code, sizeof code, "%.6s", p + strlen("验证码"));
	must(text_is_digits(code) && strlen(code) == 6, "read the code");
	return code;
}

/* ---- a holder whose will is proven by a code ---- */

struct by_code
gateway_world(void)
{
	struct by_code b;
	struct application *a = calloc(1, sizeof *a);
	struct issue_medium medium = { 0 };
	struct app_item item;
	struct certificate c;
	char lines[300];
	bool found;
	size_t n;
	int made;
	char holder[APP_NO_MAX];
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	b.w = world_new();
	gateway_start();
	snprintf(lines, sizeof lines, "language = \"zh\";\ngateway = { url = \"http://127.0.0.1:%d/send\"; timeout_s = 1; };",
	    gateway.port);
	world_conf(b.w, "ra.conf", "language = \"zh\";", lines);
	b.chen = world_member(b.w, "chen");
	b.huang = world_member(b.w, "huang");
	went(stock_add_soft(b.chen, 1, &made, &e), &e);
	world_approved(b.w, b.chen, b.huang, holder);
	went(issue_application(b.huang, holder, 0, &medium, &e) && application_load(b.chen, holder, a, &e)
	    && app_items(b.chen->db, a->id, &item, 1, &n, &e) && cert_load(b.chen->db, item.certificate, &c, &found, &e)
	    && desk_deliver(b.chen, holder, 0, "刘晓彤", "11010519491231002X", &e), &e);
	snprintf(b.serial, sizeof b.serial, "%s", c.serial);
	snprintf(b.org, sizeof b.org, "%s", a->record.org.credit_code);
	free(a);
	return b;
}

void
gateway_world_end(struct by_code *b)
{
	gateway_stop();
	office_close(b->chen);
	office_close(b->huang);
	world_free(b->w);
}

const char *
gateway_revocation(struct by_code *b, const char *more)
{
	static char no[APP_NO_MAX];
	char edits[400];
	struct err e;

	if (no[0])
		went(desk_step(b->chen, no, 0, ACT_WITHDRAW, "另行办理", &e), &e);
	snprintf(edits, sizeof edits, "\"service\": \"revoke\",\n\"reason\": \"cessation\",\n\"old_serial\": \"%s\",\n"
	    "\"years\": null,\n\"org.credit_code\": \"%s\"%s", b->serial, b->org, more);
	world_draft(b->w, b->chen, edits, no);
	went(desk_accept(b->chen, no, 0, &e), &e);
	gateway.mood = TAKES;
	return no;
}

struct code_state
gateway_state(struct by_code *b, const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct code_state s;
	struct err e;

	went(application_load(b->chen, no, a, &e) && code_state_of(b->chen, a->id, &s, &e), &e);
	free(a);
	return s;
}

bool
gateway_proven(struct by_code *b, const char *no)
{
	return gateway_state(b, no).proven_at != 0;
}
