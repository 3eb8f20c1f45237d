#include "tests/life.h"

#include "db/audit.h"
#include "db/certificate.h"
#include "db/stock.h"
#include "forms/money.h"
#include "ra/application.h"
#include "ra/certificate.h"
#include "ra/desk.h"
#include "ra/issue.h"
#include "tests/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "cannot %s\n", what);
		abort();
	}
}

void
life_open(struct life *l)
{
	char conf[160];

	memset(l, 0, sizeof *l);
	l->scheme = "dongguan";
	l->channel = "counter";
	l->method = "card";
	l->w = world_new();
	must(ra(l->w, "chen", "token", "add", "--soft", "40", NULL) == 0, "add tokens");
	/* pkcs11-tool is to see them too */
	snprintf(conf, sizeof conf, "%s/softhsm2.conf", l->w->home);
	setenv("SOFTHSM2_CONF", conf, 1);
	l->clerk = world_member(l->w, "chen");
	l->reviewer = world_member(l->w, "huang");
}

void
life_close(struct life *l)
{
	unsetenv("P11SHIM");
	office_close(l->clerk);
	office_close(l->reviewer);
	world_free(l->w);
}

/* cmocka's set-up and tear-down have no argument of the caller's. */
static struct life *running;
static int (*running_ready)(void);

void
life_begin(struct life *l, int (*ready)(void))
{
	running = l;
	running_ready = ready;
}

int
life_set_up(void **state)
{
	(void)state;
	life_open(running);
	return running_ready ? running_ready() : 0;
}

int
life_tear_down(void **state)
{
	(void)state;
	life_close(running);
	return 0;
}

static void
sh(struct life *l, const char *command)
{
	char script[3000];

	snprintf(script, sizeof script, "cd %s && %s", l->w->dir, command);
	if (run(l->w, "sh", "-c", script, NULL) != 0)
		fprintf(stderr, "%s: %s", command, l->w->err);
}

void
life_shim(struct life *l)
{
	char from[200], to[200];

	sh(l, "sed -n 's/.*\\(module = \"[^\"]*\"\\).*/\\1/p' home/ra.conf");
	snprintf(from, sizeof from, "%.*s", (int)strcspn(l->w->out, "\n"), l->w->out);
	snprintf(to, sizeof to, "module = \"%s\"", built("tests/p11shim.so"));
	world_conf(l->w, "ra.conf", from, to);
	setenv("P11SHIM", world_file(l->w, "shim", ""), 1);
}

void
life_fault(struct life *l, const char *faults)
{
	world_file(l->w, "shim", faults);
}

static const char *
path_of(struct life *l, const char *name)
{
	static char path[4][160];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[0], "%s/%s", l->w->dir, name);
	return path[turn];
}

static void
application(struct life *l, const char *no, struct application **a, struct app_item *item)
{
	struct err e;
	size_t n;

	*a = calloc(1, sizeof **a);
	must(*a != NULL, "allocate");
	went(application_load(l->clerk, no, *a, &e) && app_items(l->clerk->db, (*a)->id, item, 1, &n, &e), &e);
	must(n == 1, "find the item");
}

void
life_made(struct life *l, struct holder *h)
{
	struct application *a;
	struct app_item item;
	struct certificate c;
	struct stock t = { 0 };
	struct err e;
	bool found;

	application(l, h->no, &a, &item);
	snprintf(h->code, sizeof h->code, "%.18s", a->record.org.credit_code);
	went(cert_load(l->clerk->db, item.certificate, &c, &found, &e), &e);
	must(found, "find the certificate");
	snprintf(h->serial, sizeof h->serial, "%s", c.serial);
	h->not_after = c.not_after;
	if (item.token != 0)
		went(stock_load(l->clerk->db, item.token, &t, &found, &e), &e);
	snprintf(h->token, sizeof h->token, "%s", t.serial);
	went(app_item_pin(l->clerk->db, l->clerk->keys, item.id, h->pin, &e), &e);
	free(a);
}

void
life_deliver(struct life *l, const char *no)
{
	struct err e;

	went(desk_deliver(l->clerk, no, 0, "刘晓彤", "11010519491231002X", &e), &e);
}

void
life_check(struct life *l, const char *no)
{
	struct application *a;
	struct app_item item;
	struct app_material m[32];
	char yuan[32];
	struct err e;
	size_t n;

	application(l, no, &a, &item);
	went(app_materials(l->clerk->db, a->id, m, 32, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		struct desk_check c = { .code = m[i].code, .outcome = MATERIAL_PASS, .copies = -1 };

		went(desk_material(l->clerk, no, 0, &c, &e), &e);
	}
	money_figures(a->due_fen, yuan, sizeof yuan);
	went(a->due_fen == 0 || desk_pay(l->clerk, no, 0, l->method, yuan, no, &e), &e);
	went(desk_step(l->clerk, no, 0, ACT_SUBMIT, NULL, &e) && desk_step(l->reviewer, no, 0, ACT_APPROVE, NULL, &e), &e);
	free(a);
}

void
life_holder(struct life *l, const char *edits, struct holder *h)
{
	struct issue_medium m = { 0 };
	struct err e;

	memset(h, 0, sizeof *h);
	world_draft(l->w, l->clerk, edits, h->no);
	went(desk_accept(l->clerk, h->no, 0, &e), &e);
	life_check(l, h->no);
	went(issue_application(l->reviewer, h->no, 0, &m, &e), &e);
	life_made(l, h);
	life_deliver(l, h->no);
}

/* Only what the service asks: the rest comes from the holder's record. */
void
life_drafted(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits)
{
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	struct err e = { 0 };
	char text[2000];
	bool ok;

	snprintf(text, sizeof text, "{ \"scheme\": \"%s\", \"channel\": \"%s\", \"service\": \"%s\", \"old_serial\": \"%s\"%s%s%s%s%s }",
	    l->scheme, l->channel, service, h->serial, reason ? ", \"reason\": \"" : "", reason ? reason : "", reason ? "\"" : "",
	    edits ? ", " : "", edits ? edits : "");
	went(json_in_parse(text, strlen(text), &j, &e), &e);
	ok = desk_apply(l->clerk, j, h->no, &problems, &e);
	went(ok, problems.n ? &problems.at[0] : &e);
	json_in_free(j);
}

void
life_accepted(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits)
{
	struct err e;

	life_drafted(l, h, service, reason, edits);
	went(desk_accept(l->clerk, h->no, 0, &e), &e);
}

void
life_approved(struct life *l, struct holder *h, const char *service, const char *reason, const char *edits)
{
	life_accepted(l, h, service, reason, edits);
	life_check(l, h->no);
}

void
life_ordered(struct life *l, const char *json, char no[APP_NO_MAX])
{
	if (ra(l->w, "chen", "apply", world_file(l->w, "form.json", json), NULL) != 0)
		fprintf(stderr, "%s", l->w->err);
	snprintf(no, APP_NO_MAX, "%.*s", (int)strcspn(l->w->out, "\n"), l->w->out);
	must(ra(l->w, "chen", "accept", no, NULL) == 0, "accept the order");
	life_check(l, no);
}

void
life_ends(struct life *l, const char *serial, int64_t t)
{
	struct certificate c;
	struct stmt q;
	struct err e;
	bool found;

	went(cert_find(l->clerk->db, serial, &c, &found, &e) && office_begin(l->clerk, &e), &e);
	stmt_open(&q, l->clerk->db, "UPDATE certificate SET not_after = :t WHERE id = :id");
	stmt_int(&q, ":id", c.id);
	stmt_int(&q, ":t", t);
	db_touch(l->clerk->db, OBJECT_CERTIFICATE, c.id);
	went(stmt_run(&q, &e) && office_commit(l->clerk, ACT_RECEIVED, "certificate:test", &e, "another end"), &e);
}

void
life_scheme(struct life *l, const char *id, const char *marker)
{
	static const char sed[] = "sed -e 's/^id = .*/id = \"%s\"; suspension = true; application = { name = \"probe area\"; %s };/'"
	    " -e 's/^services = (/&{ service = \"add_application\"; channels = [\"counter\"]; },"
	    " { service = \"swap\"; channels = [\"counter\"]; },/'"
	    " -e 's/^    lines = (/&{ service = \"add_application\"; on = \"certificate\"; per = \"piece\"; fen = 1000; },"
	    " { service = \"swap\"; on = \"certificate\"; per = \"year\"; fen = 1000; },/'"
	    " -e 's/^materials = (/&{ services = [\"add_application\", \"swap\"]; channels = [\"counter\"]; list = ({ code = \"form\";"
	    " name = \"申请表\"; name_en = \"form\"; copies = 1; points = [\"present\"]; }); },/'"
	    " -e 's/^asks = (/&{ services = [\"add_application\"]; channels = [\"counter\"]; required = [\"old_serial\"]; optional = [\"remark\"]; },"
	    " { services = [\"swap\"]; channels = [\"counter\"]; required = [\"old_serial\", \"years\", \"org.name\", \"org.credit_code\","
	    " \"agent.name\", \"agent.id_no\"]; optional = [\"org.address\", \"org.phone\", \"agent.mobile\", \"agent.email\", \"agent.id_kind\","
	    " \"agent.address\"]; },/' base.cfg > scheme.cfg";
	char script[2400], oid[120] = "";

	if (marker[0])
		snprintf(oid, sizeof oid, "marker = \"%s\";", marker);
	must(ra(l->w, "liang", "scheme", "show", "dongguan", NULL) == 0, "show the scheme");
	world_file(l->w, "base.cfg", l->w->out);
	snprintf(script, sizeof script, sed, id, oid);
	sh(l, script);
	if (ra(l->w, "liang", "scheme", "load", path_of(l, "scheme.cfg"), NULL) != 0)
		fprintf(stderr, "%s", l->w->err);
}

const char *
life_csr(struct life *l, const char *name)
{
	static char path[160];
	char script[600];

	snprintf(script, sizeof script, "{ [ -e %s.key ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s.key; }"
	    " && openssl req -new -key %s.key -subj /CN=holder -out %s.csr", name, name, name, name);
	sh(l, script);
	snprintf(path, sizeof path, "%s/%s.csr", l->w->dir, name);
	return path;
}

void
life_url(struct life *l, char out[80])
{
	sh(l, "sed -n 's/.*\\(http:[^\"]*\\)\".*/\\1/p' home/ra.conf | tr -d '\\n'");
	snprintf(out, 80, "%.79s", l->w->out);
}

int
life_through(struct life *l, const struct relay_plan *plan, const char *login, const char *command, const char *no)
{
	char url[80];
	int port, rc;
	pid_t pid = relay_start(plan, &port);

	snprintf(url, sizeof url, "http://127.0.0.1:%d/pkix/", port);
	world_conf(l->w, "ra.conf", plan->upstream, url);
	rc = ra(l->w, login, command, no, NULL);
	world_conf(l->w, "ra.conf", url, plan->upstream);
	relay_stop(pid);
	return rc;
}

/* ---- looking from outside ---- */

bool
life_verifies(struct life *l, const char *serial)
{
	must(ra(l->w, "huang", "cert", "export", serial, "-o", path_of(l, "c.pem"), NULL) == 0, "export the certificate");
	must(ra(l->w, "huang", "ca", "crl", "-o", path_of(l, "c.crl"), NULL) == 0, "fetch the list");
	sh(l, "openssl crl -inform DER -in c.crl -out c.crl.pem");
	return run(l->w, "openssl", "verify", "-crl_check", "-CAfile", path_of(l, "home/pki/issuer.pem"), "-CRLfile",
	    path_of(l, "c.crl.pem"), path_of(l, "c.pem"), NULL) == 0;
}

int
life_listed(struct life *l, const char *serial)
{
	struct ca *ca;
	X509_CRL *crl;
	ASN1_INTEGER *n;
	struct ca_listed row;
	struct err e;
	int reason = -1;

	went(office_ca(l->clerk, "netca", &ca, &e) && certificate_serial_parse(serial, &n, &e) && ca_crl(ca, &crl, &e), &e);
	if (ca_listed(crl, n, &row))
		reason = row.reason;
	X509_CRL_free(crl);
	ASN1_INTEGER_free(n);
	return reason;
}

const char *
life_state(struct life *l, const char *serial)
{
	must(ra(l->w, "huang", "cert", "show", serial, "--json", NULL) == 0, "show the certificate");
	return out_value(l->w, "state");
}

const char *
life_token_state(struct life *l, const char *token)
{
	struct stock t;
	struct err e;
	bool found;

	went(stock_find(l->clerk->db, token, &t, &found, &e), &e);
	return token_state_names[t.state].stored;
}

int
life_certificates(struct life *l, const char *no, const char *what)
{
	char sql[300];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM certificate c JOIN application a ON a.id = c.application WHERE a.no = '%s'"
	    " AND %s", no, what);
	return sql_int(l->w, sql);
}

void
life_went(struct life *l, int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "exit %d: %s%s\n", rc, l->w->out, l->w->err);
	abort();
}

void
life_is(struct life *l, const char *serial, const char *state, int listed)
{
	int reason = life_listed(l, serial);

	if (strcmp(life_state(l, serial), state) == 0 && reason == listed)
		return;
	fprintf(stderr, "%s is %s, listed %d, not %s, %d\n", serial, out_value(l->w, "state"), reason, state, listed);
	abort();
}

bool
life_at_token(struct life *l, const char *token, const char *commands, const char *pin)
{
	char script[1200];

	snprintf(script, sizeof script, "cd %s && m=$(sed -n 's/.*module = \"\\([^\"]*\\)\".*/\\1/p' home/ra.conf)"
	    " && slot=$(pkcs11-tool --module $m --list-token-slots 2>/dev/null | awk '/^Slot/ { s = $3 } /serial num/ && $NF == \"%s\""
	    " { gsub(/[()]/, \"\", s); print s }' | grep -o '0x[0-9a-f]*') && slot=$((slot)) && pin='%s' && %s", l->w->dir, token, pin, commands);
	return run(l->w, "sh", "-c", script, NULL) == 0;
}

bool
life_on_token(struct life *l, const char *token, const char *serial)
{
	must(ra(l->w, "huang", "cert", "export", serial, "-o", path_of(l, "c.pem"), NULL) == 0, "export the certificate");
	/* CKA_ID of a certificate is the SHA-1 of its key's SubjectPublicKeyInfo: a renewal that keeps the key has the old one's, and
	 * the tool reads one of the two; the other it names by its serial */
	return life_at_token(l, token, "id=$(openssl x509 -in c.pem -noout -pubkey | openssl pkey -pubin -outform DER"
	    " | openssl sha1 -r | cut -c1-40) && openssl x509 -in c.pem -outform DER -out c.der"
	    " && pkcs11-tool --module $m --slot $slot --read-object --type cert --id $id -o t.der 2>/dev/null"
	    " && { cmp -s c.der t.der || { pkcs11-tool --module $m --slot $slot --list-objects --type cert 2>/dev/null >t.lst"
	    " && test $(grep -c \"ID: *$id\" t.lst) = 2 && grep -q \"serial: *$(openssl x509 -in c.pem -noout -serial | cut -d= -f2)$\" t.lst; }; }", "");
}

bool
life_pin_opens(struct life *l, const char *token, const char *pin)
{
	return life_at_token(l, token, "pkcs11-tool --module $m --slot $slot --login --pin \"$pin\" --list-objects --type privkey"
	    " | grep -q 'Private Key'", pin);
}

bool
life_agrees(struct life *l)
{
	char ca[160], valid[64];
	int n = sql_int(l->w, "SELECT count(*) FROM certificate WHERE state IN ('valid', 'superseded')");

	if (sql_int(l->w, "SELECT count(*) FROM intent WHERE state NOT IN ('done', 'ended')") != 0)
		return false;
	if (ra(l->w, "huang", "cert", "reconcile", NULL) != 0) {
		fprintf(stderr, "%s%s", l->w->out, l->w->err);
		return false;
	}
	snprintf(ca, sizeof ca, "%s/ca", l->w->home);
	run(l->w, built("ra-ca"), "status", ca, NULL);
	snprintf(valid, sizeof valid, " valid %d, unconfirmed 0,", n);
	if (!strstr(l->w->out, valid))
		fprintf(stderr, "store %d, CA %s", n, l->w->out);
	return strstr(l->w->out, valid) != NULL;
}
