/* A CA that lies, breaks or keeps silent; tokens that lock, vanish or fill up; a store that is tampered with or full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ra/office.h"
#include "tests/relay.h"
#include "tests/support.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world *w;
static char real_url[80];

static int
set_up(void **state)
{
	char path[160], text[4096] = "";
	FILE *f;
	char *p;

	(void)state;
	w = world_new();
	snprintf(path, sizeof path, "%s/ra.conf", w->home);
	f = fopen(path, "re");
	if (!f || fread(text, 1, sizeof text - 1, f) == 0)
		return 1;
	fclose(f);
	p = strstr(text, "http://");
	snprintf(real_url, sizeof real_url, "%.*s", (int)strcspn(p, "\""), p);
	world_conf(w, "ra.conf", "timeout_s = 30", "timeout_s = 2");
	return ra(w, "chen", "token", "add", "--soft", "40", NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* ---- answers that are no CMP ---- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/pkixcmp\r\n"
static const struct liar { const char *name, *head, *body; int repeat; unsigned pause_us; } liars[] = {
	{ "garbage", OK_HEAD "Content-Length: 7\r\n\r\n", "garbage", 1, 0 },
	{ "an empty answer", OK_HEAD "Content-Length: 0\r\n\r\n", "", 0, 0 },
	{ "a web page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n", "<p/>", 1, 0 },
	{ "an error", "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n", "", 0, 0 },
	{ "a huge answer", OK_HEAD "Content-Length: 100000000\r\n\r\n", "0123456789abcdef0123456789abcdef", 100000, 0 },
	{ "headers without end", "HTTP/1.1 200 OK\r\n", "X-Filler: 0123456789abcdef0123456789abcdef\r\n", 5000, 0 },
	{ "a slow drip", OK_HEAD "Content-Length: 1000\r\n\r\n", "x", 100, 200000 },
	{ "silence", "", "", 0, 4000000 },
	{ "a reset", NULL, "", 0, 0 },
};

static void
serve(int listener, const struct liar *l)
{
	struct linger reset = { 1, 0 };
	char buf[65536];
	int fd;

	signal(SIGPIPE, SIG_IGN);
	alarm(20);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (read(fd, buf, sizeof buf) < 0 || !l->head)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		else if (write(fd, l->head, strlen(l->head)) >= 0)
			for (int i = 0; i < l->repeat && write(fd, l->body, strlen(l->body)) > 0; i++)
				if (l->pause_us)
					usleep(l->pause_us);
		if (l->repeat == 0 && l->pause_us)
			usleep(l->pause_us);
		close(fd);
	}
	_exit(0);
}

static pid_t
start_liar(const struct liar *l, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0)
		serve(fd, l);
	close(fd);
	return pid;
}

static void
stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
no_answer_that_is_no_answer_loses_or_makes_anything(void **st)
{
	char no[32], url[80];

	(void)st;
	snprintf(no, sizeof no, "%s", world_case(w, true));
	for (size_t i = 0; i < sizeof liars / sizeof *liars; i++) {
		int port, rc;
		pid_t pid = start_liar(&liars[i], &port);

		snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
		world_conf(w, "ra.conf", real_url, url);
		rc = i == 0 ? ra(w, "huang", "issue", no, NULL) : ra(w, "huang", "resume", NULL);
		stop(pid);
		world_conf(w, "ra.conf", url, real_url);
		if (rc != 3)
			fail_msg("%s: exit %d: %s", liars[i].name, rc, w->err);
		state_is(w, no, "issuing");
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), 0);
	}
	assert_int_equal(ra(w, "huang", "resume", NULL), 0);
	state_is(w, no, "issued");
	assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), 1);
	audit_is_whole(w);
}

/* ---- answers in right CMP by the mock server of `openssl cmp`, with a certificate or a signer that is wrong ---- */

static void
sh(const char *command)
{
	char script[1200];

	snprintf(script, sizeof script, "cd %s && %s", w->dir, command);
	if (run(w, "sh", "-c", script, NULL) != 0)
		fail_msg("%s: %s", command, w->err);
}

static pid_t
start_mock(const char *signer, const char *cert, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char number[12], crt[200], key[200], path[200], trusted[200], issuer[200];
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	*port = ntohs(a.sin_port);
	snprintf(number, sizeof number, "%d", *port);
	snprintf(crt, sizeof crt, "%s/%s.crt", w->dir, signer);
	snprintf(key, sizeof key, "%s/%s.key", w->dir, signer);
	snprintf(path, sizeof path, "%s/%s.crt", w->dir, cert);
	snprintf(trusted, sizeof trusted, "%s/ca/ca.crt", w->home);
	snprintf(issuer, sizeof issuer, "%s/ca/ca.crt", w->home);
	pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		alarm(30);
		execlp("openssl", "openssl", "cmp", "-port", number, "-srv_cert", crt, "-srv_key", key, "-srv_trusted", trusted,
		    "-rsp_cert", path, "-rsp_extracerts", issuer, "-accept_raverified", (char *)NULL);
		_exit(127);
	}
	wait_for_listener(*port);
	return pid;
}

static void
a_certificate_that_was_not_asked_for_is_refused_and_nothing_lost(void **st)
{
	static const struct { const char *name, *signer, *cert; int rc; const char *state, *words; } rows[] = {
		{ "another key", "rsp", "otherkey", 1, "approved", "" },
		{ "another name", "rsp", "othername", 1, "approved", "subject" },
		{ "another validity", "rsp", "othertime", 1, "approved", "validity" },
		{ "wrong signer", "stranger", "othertime", 3, "issuing", "" },
	};
	char no[32], url[80], csr[200];

	(void)st;
	/* the CA's own key and responder, so that only the certificate is wrong */
	sh("cp home/ca/rsp.crt rsp.crt && openssl pkey -in home/ca/rsp.key -passin file:home/ca/ca.pass -out rsp.key");
	sh("openssl pkey -in home/ca/ca.key -passin file:home/ca/ca.pass -out ca.key && cp home/ca/ca.crt ca.crt");
	sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.crt -subj /CN=x"
	    " -addext keyUsage=digitalSignature");
	sh("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout h.key -out h.csr -subj /CN=holder");
	sh("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o.key -out o.csr -subj /CN=holder");
	sh("openssl x509 -req -in o.csr -CA ca.crt -CAkey ca.key -set_serial 77 -days 30 -out otherkey.crt");
	sh("openssl x509 -req -in h.csr -CA ca.crt -CAkey ca.key -set_serial 78 -days 30 -out othername.crt");
	snprintf(csr, sizeof csr, "%s/h.csr", w->dir);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int port, rc, before = sql_int(w, "SELECT count(*) FROM certificate");
		pid_t pid;

		snprintf(no, sizeof no, "%s", world_case(w, true));
		if (strcmp(rows[i].cert, "othertime") == 0) {	/* the right subject, another time */
			char script[900];

			assert_int_equal(ra(w, "huang", "show", no, "--json", NULL), 0);
			snprintf(script, sizeof script, "openssl req -new -key h.key -utf8 -subj '/C=CN/O=%s/organizationIdentifier=%s/CN=%s'"
			    " -out t.csr && openssl x509 -req -in t.csr -CA ca.crt -CAkey ca.key -set_serial 79 -days 30 -out othertime.crt",
			    "东莞市松湖精密制造有限公司", out_value(w, "org.credit_code"), "东莞市松湖精密制造有限公司");
			sh(script);
		}
		pid = start_mock(rows[i].signer, rows[i].cert, &port);
		snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
		world_conf(w, "ra.conf", real_url, url);
		rc = ra(w, "huang", "issue", no, "--csr", csr, NULL);
		stop(pid);
		world_conf(w, "ra.conf", url, real_url);
		if (rc != rows[i].rc || !strstr(w->err, rows[i].words))
			fail_msg("%s: exit %d: %s", rows[i].name, rc, w->err);
		state_is(w, no, rows[i].state);
		assert_int_equal(sql_int(w, "SELECT count(*) FROM certificate"), before);
		/* and the right CA makes it good */
		assert_int_equal(ra(w, "huang", "issue", no, "--csr", csr, NULL), 0);
		state_is(w, no, "issued");
	}
	audit_is_whole(w);
}

/* ---- tokens ---- */

static void
a_token_that_locks_vanishes_or_fills_up_is_told_and_gone_on_with(void **st)
{
	static const struct { const char *fault; int rc; } rows[] = {
		{ "lock\n", 1 }, { "removed\n", 3 }, { "full\n", 1 },
		{ "fail C_InitToken 1\n", 0 /* asked again: ra/token.c */ }, { "fail C_InitPIN 1\n", 3 }, { "fail C_SetPIN 1\n", 3 }, { "fail C_OpenSession 1\n", 3 },
		{ "fail C_OpenSession 2\n", 3 }, { "fail C_GenerateKeyPair 1\n", 3 }, { "fail C_SetAttributeValue 2\n", 3 },
		{ "fail C_GetAttributeValue 1\n", 3 }, { "fail C_FindObjectsInit 1\n", 3 }, { "fail C_Sign 1\n", 3 },
		{ "fail C_SignInit 2\n", 3 }, { "fail C_CreateObject 1\n", 3 }, { "fail C_CreateObject 2\n", 3 },
		{ "fail C_Login 3\n", 3 }, { "kill C_InitToken 1\n", 137 }, { "kill C_InitPIN 1\n", 137 }, { "kill C_GenerateKeyPair 1\n", 137 },
		{ "kill C_CreateObject 1\n", 137 }, { "kill C_CreateObject 2\n", 137 }, { "kill C_Sign 2\n", 137 },
	};
	char no[32], from[200], to[200], path[200];

	(void)st;
	snprintf(to, sizeof to, "module = \"%s\"", built("tests/p11shim.so"));
	snprintf(path, sizeof path, "%s/ra.conf", w->home);
	assert_int_equal(run(w, "sed", "-n", "s/.*\\(module = \"[^\"]*\"\\).*/\\1/p", path, NULL), 0);
	snprintf(from, sizeof from, "%.*s", (int)strcspn(w->out, "\n"), w->out);
	world_conf(w, "ra.conf", from, to);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc;

		snprintf(no, sizeof no, "%s", world_case(w, true));
		setenv("P11SHIM", world_file(w, "shim", rows[i].fault), 1);
		rc = ra(w, "huang", "issue", no, NULL);
		world_file(w, "shim", "");
		if (rc != rows[i].rc)
			fail_msg("%s: exit %d: %s", rows[i].fault, rc, w->err);
		rc = rc == 0 ? 0 : ra(w, "huang", "issue", no, NULL);
		if (rc != 0)
			fail_msg("%s, then again: exit %d: %s", rows[i].fault, rc, w->err);
		state_is(w, no, "issued");
		assert_int_equal(ra(w, "chen", "deliver", no, "--to", "刘晓彤", "--id-no", "11010519491231002X", NULL), 0);
	}
	unsetenv("P11SHIM");
	world_conf(w, "ra.conf", to, "module = \"/nowhere.so\"");
	assert_int_equal(ra(w, "chen", "token", "add", "--soft", "1", NULL), 4);
	assert_non_null(strstr(w->err, "pkcs11.module"));
	world_conf(w, "ra.conf", "module = \"/nowhere.so\"", from);
	audit_is_whole(w);
}

/* ---- the store ---- */

static void
what_is_changed_behind_the_audit_is_found(void **st)
{
	static const char *const tampers[] = {
		"UPDATE application SET org_name = 'x' WHERE id = 1",
		"UPDATE material SET outcome = 'fail' WHERE application = 1 AND n = 1",
		"UPDATE payment SET amount_fen = 1 WHERE id = 1",
		"UPDATE certificate SET state = 'valid', not_after = not_after + 1 WHERE id = 1",
		"UPDATE staff SET role = 'supervisor' WHERE login = 'chen'",
		"DELETE FROM allocation WHERE application = 1",
		"DROP TRIGGER audit_no_update; UPDATE audit SET detail = 'x' WHERE seq = 5",
		"DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq = 7",
		"DROP TRIGGER audit_object_no_update; UPDATE audit_object SET digest = zeroblob(32) WHERE seq = 9",
		"UPDATE audit_head SET seq = seq - 1",
		"UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 10), seq = 10; DROP TRIGGER audit_no_delete;"
		" DROP TRIGGER audit_object_no_delete; DELETE FROM audit_object WHERE seq > 10; DELETE FROM audit WHERE seq > 10",
		"INSERT INTO token(serial, state, added_at) VALUES ('feedfeedfeedfeed', 'blank', 0)",
		"UPDATE application SET agent_id_no = (SELECT agent_id_no FROM application WHERE id = 2) WHERE id = 1",
	};
	char db[200], keep[200];

	(void)st;
	audit_is_whole(w);
	snprintf(db, sizeof db, "%s/ra.db", w->home);
	snprintf(keep, sizeof keep, "%s/keep.db", w->dir);
	assert_int_equal(run(w, "sqlite3", db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL), 0);
	assert_int_equal(run(w, "cp", db, keep, NULL), 0);
	for (size_t i = 0; i < sizeof tampers / sizeof *tampers; i++) {
		assert_int_equal(run(w, "sqlite3", db, tampers[i], NULL), 0);
		if (ra(w, "he", "audit", "verify", NULL) == 0)
			fail_msg("not found: %s", tampers[i]);
		assert_int_equal(run(w, "sh", "-c", "rm -f \"$0\"-wal \"$0\"-shm; cp \"$1\" \"$0\"", db, keep, NULL), 0);
	}
	/* and the triggers hold while they are there */
	assert_int_not_equal(run(w, "sqlite3", db, "DELETE FROM audit WHERE seq = 1", NULL), 0);
	assert_int_not_equal(run(w, "sqlite3", db, "UPDATE audit SET act = 'x'", NULL), 0);
	audit_is_whole(w);
}

static void
a_damaged_newer_or_locked_store_and_missing_keys_are_told_in_words(void **st)
{
	static const struct { const char *spoil, *words; } rows[] = {
		{ "sqlite3 home/ra.db 'INSERT INTO schema_version VALUES (99, 0)'", "newer" },
		{ "printf 'not a database, not at all, no' > home/ra.db; rm -f home/ra.db-wal home/ra.db-shm", "" },
		{ "rm home/ra.db", "ra init" },
		{ "mv home/keys/seal.key home/keys/s", "seal.key" },
		{ "mv home/keys/index.key home/keys/i", "index.key" },
		{ "chmod 644 home/keys/seal.key", "chmod 600" },
		{ "chmod 755 home", "chmod 700" },
		{ "echo 'colour' >> home/ra.conf", "ra.conf" },
	};

	(void)st;
	sh("sqlite3 home/ra.db 'PRAGMA wal_checkpoint(TRUNCATE)' && cp -a home keep");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc;

		sh(rows[i].spoil);
		rc = ra(w, "chen", "list", NULL);
		if (rc != 4 || !strstr(w->err, rows[i].words))
			fail_msg("%s: exit %d: %s", rows[i].spoil, rc, w->err);
		sh("rm -rf home/ra.db* home/keys home/ra.conf && cp -a keep/ra.db keep/keys keep/ra.conf home/ && chmod 700 home");
	}
	assert_int_equal(ra(w, "chen", "list", NULL), 0);
	/* a key for the station is asked for only where it signs */
	sh("mv home/keys/station.key home/keys/s");
	assert_int_equal(ra(w, "he", "audit", "verify", NULL), 4);
	assert_non_null(strstr(w->err, "station.key"));
	sh("mv home/keys/s home/keys/station.key");
}

static void
wrong_passwords_lock_and_a_supervisor_resets(void **st)
{
	(void)st;
	for (int i = 0; i < 5; i++)
		assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=wrong-one \"$0\" --home \"$1\" --as li list", built("ra"), w->home, NULL), 1);
	assert_int_equal(ra(w, "li", "list", NULL), 1);
	assert_non_null(strstr(w->err, "locked"));
	setenv("RA_NEW_PASSWORD", "neues-Passwort-1", 1);
	assert_int_equal(ra(w, "chen", "staff", "passwd", "li", NULL), 1);
	assert_int_equal(ra(w, "liang", "staff", "passwd", "li", NULL), 0);
	unsetenv("RA_NEW_PASSWORD");
	/* set by another: it opens nothing until the member has made it the own one */
	assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=neues-Passwort-1 \"$0\" --home \"$1\" --as li list", built("ra"), w->home, NULL),
	    1);
	assert_non_null(strstr(w->err, "change it first"));
	assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=neues-Passwort-1 RA_NEW_PASSWORD=neues-Passwort-2 \"$0\" --home \"$1\" --as li"
	    " staff passwd li", built("ra"), w->home, NULL), 0);
	assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=neues-Passwort-2 \"$0\" --home \"$1\" --as li list", built("ra"), w->home, NULL),
	    0);
	assert_int_equal(ra(w, "liang", "staff", "disable", "li", NULL), 0);
	assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=neues-Passwort-2 \"$0\" --home \"$1\" --as li list", built("ra"), w->home, NULL),
	    1);
	assert_int_equal(run(w, "sh", "-c", "RA_PASSWORD=x \"$0\" --home \"$1\" --as system list", built("ra"), w->home, NULL), 1);
	audit_is_whole(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_answer_that_is_no_answer_loses_or_makes_anything),
		cmocka_unit_test(a_certificate_that_was_not_asked_for_is_refused_and_nothing_lost),
		cmocka_unit_test(a_token_that_locks_vanishes_or_fills_up_is_told_and_gone_on_with),
		cmocka_unit_test(what_is_changed_behind_the_audit_is_found),
		cmocka_unit_test(a_damaged_newer_or_locked_store_and_missing_keys_are_told_in_words),
		cmocka_unit_test(wrong_passwords_lock_and_a_supervisor_resets),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
