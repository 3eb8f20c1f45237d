#include "tests/held.h"

#include "db/certificate.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "ra/issue.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
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

/* A request of a holder's own device. */
static const char *
request(struct world *w)
{
	static char path[160];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	FILE *f;

	snprintf(path, sizeof path, "%s/holder.csr", w->dir);
	f = fopen(path, "we");
	must(key && req && f && X509_REQ_set_pubkey(req, key) && X509_REQ_sign(req, key, EVP_sha256()) > 0
	    && PEM_write_X509_REQ(f, req) == 1, "make a request");
	fclose(f);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return path;
}

struct held
held_new(struct world *w, struct office *clerk, struct office *reviewer, const char *edits)
{
	struct issue_medium csr = { .csr = request(w) };
	struct application *a = calloc(1, sizeof *a);
	struct app_item item[4];
	struct certificate c;
	struct held h;
	struct err e;
	size_t n;
	bool found;

	must(a != NULL, "allocate");
	world_submitted(w, clerk, edits, h.no);
	went(desk_step(reviewer, h.no, 0, ACT_APPROVE, NULL, &e) && issue_application(reviewer, h.no, 0, &csr, &e)
	    && desk_deliver(clerk, h.no, 0, "刘晓彤", "11010519491231002X", &e) && application_load(clerk, h.no, a, &e)
	    && app_items(clerk->db, a->id, item, 4, &n, &e) && cert_load(clerk->db, item[0].certificate, &c, &found, &e), &e);
	h.id = c.id;
	h.not_after = c.not_after;
	snprintf(h.serial, sizeof h.serial, "%s", c.serial);
	snprintf(h.code, sizeof h.code, "%.19s", a->record.org.credit_code);
	free(a);
	return h;
}

const char *
held_seal(const char *name)
{
	static char text[1024];

	snprintf(text, sizeof text, HELD_SEAL, name);
	return text;
}

const char *
held_applied(struct office *clerk, const char *service, const char *serial, const char *more, char no[APP_NO_MAX])
{
	static char said[600];
	struct err_list problems = { 0 };
	struct json_in *j = NULL;
	char text[2048];
	struct err e = { 0 };

	snprintf(text, sizeof text, "{\"scheme\": \"dongguan\", \"service\": \"%s\", \"old_serial\": \"%s\"%s%s}",
	    service, serial, more[0] ? ", " : "", more);
	went(json_in_parse(text, strlen(text), &j, &e), &e);
	said[0] = '\0';
	if (!desk_apply(clerk, j, no, &problems, &e)) {
		const struct err *x = problems.n > 0 ? &problems.at[0] : &e;

		snprintf(said, sizeof said, "%s: %s", x->field, x->text);
	}
	json_in_free(j);
	return said;
}

void
held_accepted(struct office *clerk, const char *service, const char *serial, const char *more, char no[APP_NO_MAX])
{
	struct err e;
	const char *said = held_applied(clerk, service, serial, more, no);

	if (said[0]) {
		fprintf(stderr, "%s\n", said);
		abort();
	}
	went(desk_accept(clerk, no, 0, &e), &e);
}

int
held_ask(struct world *w, const char *query, const char *value)
{
	char sql[400];

	snprintf(sql, sizeof sql, "%s '%s'", query, value);
	return sql_int(w, sql);
}
