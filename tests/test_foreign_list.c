/* The list of revoked certificates of another authority, fetched over HTTP from a server that behaves as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/idnumber.h"
#include "ra/desk.h"
#include "tests/life.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ORG "东莞市万江置业有限公司"

static struct life l;
static char code[20] = "91441900MA4W000000", no[APP_NO_MAX];

/* ---- the server ---- */

enum manner { WHOLE, ENDLESS, DRIPS, HANGS_UP, SILENT };
static struct server {
	int fd, port, calls;
	enum manner manner;
	const char *status, *type;	/* type NULL: none is told */
	char body[20000];
	size_t n;
} server;

static bool
put(int fd, const void *p, size_t n)
{
	return send(fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void
drip(int fd)
{
	for (size_t i = 0; i < server.n && put(fd, server.body + i, 1); i++)
		usleep(200 * 1000);
}

static void
behave(int fd)
{
	char head[300], byte;

	if (server.manner == HANGS_UP)
		return;
	snprintf(head, sizeof head, "HTTP/1.1 %s\r\n%s%s%s", server.status, server.type ? "Content-Type: " : "",
	    server.type ? server.type : "", server.type ? "\r\n\r\n" : "\r\n");
	if (server.manner == SILENT) {
		while (read(fd, &byte, 1) > 0)
			;
		return;
	}
	if (!put(fd, head, strlen(head)))
		return;
	if (server.manner == DRIPS)
		drip(fd);
	else
		do
			if (!put(fd, server.body, server.n))
				return;
		while (server.manner == ENDLESS);
}

static void *
serve(void *arg)
{
	char got[2000];

	for (int fd; (fd = accept(server.fd, NULL, NULL)) >= 0; close(fd)) {
		server.calls++;
		if (read(fd, got, sizeof got) > 0)
			behave(fd);
		shutdown(fd, SHUT_WR);
	}
	return arg;
}

static void
server_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	pthread_t t;

	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(server.fd, 8), 0);
	assert_int_equal(getsockname(server.fd, (struct sockaddr *)&a, &n), 0);
	server.port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&t, NULL, serve, NULL), 0);
	pthread_detach(t);
}

/* ---- the authority ---- */

static int
ready(void)
{
	char script[3000];

	code[16] = id_org_code_check(code + 8);
	code[17] = id_credit_code_check(code);
	server_start();
	snprintf(script, sizeof script, "cd %s && exec 2>/dev/null && ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
	    " -nodes -keyout $1.key -out $1.pem -subj /C=CN/CN=$1 -days 3650 && : > $1.txt && echo 1000 > $1.num && printf '[ca]\\n"
	    "default_ca=a\\n[a]\\ndatabase=%%s.txt\\ncrlnumber=%%s.num\\ndefault_md=sha256\\ndefault_crl_days=30\\n' $1 $1 > $1.cnf; }\n"
	    "cert() { openssl req -new -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -subj '/C=CN/O=" ORG "/CN="
	    ORG "' -out $1.csr && openssl x509 -req -in $1.csr -CA bdc.pem -CAkey bdc.key -set_serial 0x$2 -days 800 -out $1.pem; }\n"
	    "list() { o=$1; c=$2; shift 2; openssl ca -config $c.cnf -gencrl -keyfile $c.key -cert $c.pem \"$@\" -out $o.crl; }\n"
	    "end() { openssl ca -config bdc.cnf -revoke $1.pem -crl_reason $2 -keyfile bdc.key -cert bdc.pem; }\n"
	    "ca bdc && ca other && cert good 0A01 && cert ended 0A02 && cert held 0A03 && list none other"
	    " && list stale bdc -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z && end ended keyCompromise"
	    " && end held certificateHold && list now bdc && openssl crl -in now.crl -outform DER -out now.der\n"
	    "printf 'foreign = ( { id = \"bdc\"; name = \"不动产登记\"; anchors = \"../bdc.pem\"; crl = \"http://127.0.0.1:%d/now.crl\";"
	    " timeout_s = 2; services = [\"add_seal\", \"swap\"]; } );\\n' >> home/ra.conf", l.w->dir, server.port);
	if (run(l.w, "bash", "-c", script, NULL) != 0)
		return -1;
	office_close(l.clerk);
	office_close(l.reviewer);
	l.clerk = world_member(l.w, "chen");
	l.reviewer = world_member(l.w, "huang");
	return 0;
}

static void
accepted(const char *serial)
{
	char text[1200];

	snprintf(text, sizeof text, "{\"scheme\": \"dongguan\", \"service\": \"add_seal\", \"channel\": \"counter\", \"old_serial\": \"%s\","
	    " \"years\": 1, \"org.name\": \"" ORG "\", \"org.credit_code\": \"%s\", \"org.legal_rep\": \"邓建华\", \"org.nature\": \"enterprise\","
	    " \"agent.name\": \"刘晓彤\", \"agent.mobile\": \"13800138000\", \"agent.id_no\": \"11010519491231002X\", \"seal.name\": \"" ORG "\","
	    " \"seal.type\": \"official\", \"seal.manager\": \"钟丽萍\", \"seal.manager_post\": \"行政主管\","
	    " \"seal.manager_phone\": \"0769-22380831\", \"seal_notes_read\": true}", serial, code);
	if (ra(l.w, "chen", "apply", world_file(l.w, "form.json", text), NULL) != 0)
		fail_msg("%s", l.w->err);
	snprintf(no, sizeof no, "%.*s", (int)strcspn(l.w->out, "\n"), l.w->out);
	assert_int_equal(ra(l.w, "chen", "accept", no, NULL), 0);
}

static int
bring(const char *name)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s.pem", l.w->dir, name);
	return ra(l.w, "chen", "bring", no, "--cert", path, NULL);
}

static void
gives(const char *name)
{
	char path[160];
	FILE *f;

	server.manner = WHOLE;
	server.status = "200 OK";
	server.type = "application/pkix-crl";
	snprintf(path, sizeof path, "%s/%s", l.w->dir, name);
	f = fopen(path, "re");
	assert_non_null(f);
	server.n = fread(server.body, 1, sizeof server.body, f);
	fclose(f);
	assert_true(server.n > 0 && server.n < sizeof server.body);
}

static bool
is_kept(void)
{
	assert_int_equal(ra(l.w, "chen", "show", no, "--json", NULL), 0);
	return strstr(l.w->out, "\"authority\":\"bdc\"") != NULL;
}

/* ---- tests ---- */

static void
a_list_is_taken_in_every_form_that_servers_give_it(void **st)
{
	static const struct { const char *file, *type; } forms[] = {
		{ "now.der", "application/pkix-crl" }, { "now.crl", "application/pkix-crl" }, { "now.crl", "text/plain; charset=utf-8" },
		{ "now.der", "application/octet-stream" }, { "now.der", NULL },
	};

	(void)st;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		int before = server.calls;

		accepted("0A01");
		gives(forms[i].file);
		server.type = forms[i].type;
		if (bring("good") != 0)
			fail_msg("%s as %s: %s", forms[i].file, forms[i].type ? forms[i].type : "nothing", l.w->err);
		assert_true(server.calls > before);
		assert_true(is_kept());
		assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "改期", NULL), 0);
	}
	audit_is_whole(l.w);
}

static void
what_the_list_has_is_refused_with_its_day(void **st)
{
	static const struct { const char *serial, *name, *words; } rows[] = {
		{ "0A02", "ended", "was revoked on 20" }, { "0A03", "held", "is on hold since 20" },
	};

	(void)st;
	for (size_t i = 0; i < 2; i++) {
		accepted(rows[i].serial);
		gives("now.der");
		assert_int_equal(bring(rows[i].name), 1);
		if (!strstr(l.w->err, rows[i].words))
			fail_msg("%s: %s", rows[i].name, l.w->err);
		assert_false(is_kept());
		assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "证书不符", NULL), 0);
	}
}

/* Nothing is taken for good without a list that proves it; it is repeated when there is one. */
static void
a_list_that_proves_nothing_is_told_and_nothing_is_kept(void **st)
{
	static const struct {
		const char *file;
		enum manner manner;
		const char *status, *body, *words;
	} rows[] = {
		{ "stale.crl", WHOLE, "200 OK", NULL, "is out of date" },
		{ "none.crl", WHOLE, "200 OK", NULL, "not signed by it" },
		{ "now.der", WHOLE, "200 OK", "<html><body>please log in</body></html>", "is no list" },
		{ "now.der", WHOLE, "200 OK", "0", "is no list" },
		{ "now.der", ENDLESS, "200 OK", NULL, "cannot be had now" },
		{ "now.der", DRIPS, "200 OK", NULL, "cannot be had now" },
		{ "now.der", HANGS_UP, "200 OK", NULL, "cannot be had now" },
		{ "now.der", SILENT, "200 OK", NULL, "cannot be had now" },
		{ "now.der", WHOLE, "404 Not Found", NULL, "HTTP 404" },
		{ "now.der", WHOLE, "500 Internal Server Error", NULL, "HTTP 500" },
		{ "now.der", WHOLE, "302 Found\r\nLocation: http://127.0.0.1:1/", NULL, "HTTP 302" },
	};
	struct err e;

	(void)st;
	accepted("0A01");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		gives(rows[i].file);
		server.manner = rows[i].manner;
		server.status = rows[i].status;
		if (rows[i].body) {
			server.n = strlen(rows[i].body);
			memcpy(server.body, rows[i].body, server.n);
		}
		if (bring("good") != 3 || !strstr(l.w->err, rows[i].words))
			fail_msg("%zu, %s: %s", i, rows[i].words, l.w->err);
		assert_false(is_kept());
		assert_false(desk_step(l.clerk, no, 0, ACT_SUBMIT, NULL, &e));
	}
	gives("now.der");
	assert_int_equal(bring("good"), 0);
	assert_true(is_kept());
	audit_is_whole(l.w);
}

/* Looked at once more when the seal is made: what was revoked meanwhile gets none, and a silent server ends nothing. */
static void
the_list_is_looked_at_again_when_it_is_carried_out(void **st)
{
	(void)st;
	life_check(&l, no);
	server.manner = HANGS_UP;
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 3);
	state_is(l.w, no, "approved");
	assert_int_equal(run(l.w, "sh", "-c", "cd \"$0\" && openssl ca -config bdc.cnf -revoke good.pem -keyfile bdc.key -cert bdc.pem 2>/dev/null"
	    " && openssl ca -config bdc.cnf -gencrl -keyfile bdc.key -cert bdc.pem -out now.crl 2>/dev/null", l.w->dir, NULL), 0);
	gives("now.crl");
	assert_int_equal(ra(l.w, "huang", "issue", no, NULL), 1);
	assert_non_null(strstr(l.w->err, "was revoked on 20"));
	state_is(l.w, no, "approved");
	assert_int_equal(ra(l.w, "chen", "withdraw", no, "--reason", "原证书已注销", NULL), 0);
	audit_is_whole(l.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_taken_in_every_form_that_servers_give_it),
		cmocka_unit_test(what_the_list_has_is_refused_with_its_day),
		cmocka_unit_test(a_list_that_proves_nothing_is_told_and_nothing_is_kept),
		cmocka_unit_test(the_list_is_looked_at_again_when_it_is_carried_out),
	};

	signal(SIGPIPE, SIG_IGN);
	return life_run(&l, tests, ready);
}
