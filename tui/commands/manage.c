/* scheme staff audit: what supervisors and auditors do. */
#include "db/schemes.h"
#include "ra/audit.h"
#include "ra/staff.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME_FILE_MAX (1024 * 1024)

/* ---- scheme ---- */

static bool
scheme_line(void *arg, const struct scheme_row *r, struct err *e)
{
	struct json *j = arg;
	char from[21];

	(void)e;
	when_iso(r->effective, from);
	if (!j) {
		printf("%-14s version %lld from %s\n", r->scheme, (long long)r->version, from);
		return true;
	}
	json_open_object(j, NULL);
	json_text(j, "scheme", r->scheme);
	json_int(j, "version", r->version);
	json_text(j, "effective", from);
	json_end(j);
	return true;
}

static bool
scheme_file(const char *path, char **text, struct scheme **s, struct err_list *problems, struct err *e)
{
	size_t n;

	return json_read_file(path, SCHEME_FILE_MAX, text, &n, e) && scheme_parse(path, *text, s, problems);
}

static bool
scheme_load(struct office *o, const char *path, struct err_list *problems, struct err *e)
{
	struct scheme_row row;
	struct scheme *s = NULL;
	char *text = NULL, object[64];
	bool ok = office_may(o, ACT_SCHEME_LOAD, e) && scheme_file(path, &text, &s, problems, e);

	if (ok && office_begin(o, e)) {
		snprintf(object, sizeof object, "scheme:%s", s->id);
		ok = scheme_insert(o->db, s->id, day_start(s->effective), text, o->me.id, when_now(), &row, e)
		    && office_commit(o, ACT_SCHEME_LOAD, object, e, "version %lld", (long long)row.version);
		office_rollback(o);
		if (ok)
			printf("%lld\n", (long long)row.version);
	} else {
		ok = false;
	}
	scheme_free(s);
	free(text);
	return ok;
}

static bool
scheme_show(struct office *o, const char *id, struct err *e)
{
	const struct scheme *s;
	int64_t version;
	char *text = NULL;

	if (!office_scheme_now(o, id, &s, &version, e) || !scheme_text_of(o->db, version, &text, e))
		return false;
	fputs(text, stdout);
	free(text);
	return true;
}

static bool
scheme_list(struct office *o, bool as_json, struct err *e)
{
	struct json *j = as_json ? json_new() : NULL;
	bool ok;

	if (j)
		json_open_array(j, NULL);
	ok = scheme_each(o->db, scheme_line, j, e);
	return list_close(j, ok, e);
}

static bool
run_scheme(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct scheme *s = NULL;
	char *text = NULL;
	bool ok;

	if (strcmp(a->at[0], "list") == 0)
		return office_may(o, ACT_SHOW, e) && scheme_list(o, a->json, e);
	if (a->n == 2 && strcmp(a->at[0], "load") == 0)
		return scheme_load(o, a->at[1], problems, e);
	if (a->n == 2 && strcmp(a->at[0], "show") == 0)
		return office_may(o, ACT_SHOW, e) && scheme_show(o, a->at[1], e);
	if (a->n != 2 || strcmp(a->at[0], "check") != 0)
		return err_usage(e, "usage: ra scheme %s", command_scheme.usage);
	ok = scheme_file(a->at[1], &text, &s, problems, e);
	scheme_free(s);
	free(text);
	return ok;
}
const struct command command_scheme = { "scheme", "list | check FILE | load FILE | show S", "", N_("schemes and their versions"),
	NEEDS_LOGIN, 1, 2, run_scheme };

/* ---- staff ---- */

static bool
member_line(void *arg, const struct member *m, struct err *e)
{
	struct json *j = arg;

	(void)e;
	if (m->role == ROLE_SYSTEM)
		return true;
	if (!j) {
		printf("%-16s %-11s %s%s\n", m->login, role_names[m->role].stored, m->name, m->disabled ? " (disabled)" : "");
		return true;
	}
	json_open_object(j, NULL);
	json_text(j, "login", m->login);
	json_text(j, "name", m->name);
	json_text(j, "role", role_names[m->role].stored);
	json_bool(j, "disabled", m->disabled);
	json_end(j);
	return true;
}

static bool
staff_list(struct office *o, bool as_json, struct err *e)
{
	struct json *j = as_json ? json_new() : NULL;
	bool ok;

	if (j)
		json_open_array(j, NULL);
	ok = staff_each(o->db, member_line, j, e);
	return list_close(j, ok, e);
}

static bool
staff_rights(void)
{
	printf("%-14s", "");
	for (int r = 0; r < ROLE_N; r++)
		printf(" %-10s", role_names[r].stored);
	printf("\n");
	for (int i = 0; i < ACT_N; i++) {
		printf("%-14s", acts[i].stored);
		for (int r = 0; r < ROLE_N; r++)
			printf(" %-10s", acts[i].roles & (1u << r) ? "yes" : "-");
		printf("\n");
	}
	return true;
}

static bool
staff_new(struct office *o, const struct args *a, struct err *e)
{
	const char *name = args_option(a, "name"), *role = args_option(a, "role");
	int r = name_index(role_names, role);
	char password[256];
	bool ok;

	if (r < 0)
		return err_field(e, "role", "clerk, reviewer, finance, supervisor or auditor");
	ok = password_read("RA_NEW_PASSWORD_FILE", "RA_NEW_PASSWORD", N_("new password"), password, e)
	    && staff_create(o, a->at[1], name ? name : "", (enum role)r, password, true, e);
	OPENSSL_cleanse(password, sizeof password);
	return ok;
}

static bool
staff_password(struct office *o, const char *login, struct err *e)
{
	char old[256] = "", new[256];
	bool ok = true;

	if (strcmp(login, o->me.login) == 0)
		ok = password_read("RA_PASSWORD_FILE", "RA_PASSWORD", N_("old password"), old, e);
	ok = ok && password_read("RA_NEW_PASSWORD_FILE", "RA_NEW_PASSWORD", N_("new password"), new, e)
	    && staff_passwd(o, login, old, new, e);
	OPENSSL_cleanse(old, sizeof old);
	OPENSSL_cleanse(new, sizeof new);
	return ok;
}

static bool
run_staff(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *what = a->at[0];

	(void)problems;
	if (strcmp(what, "list") == 0)
		return office_may(o, ACT_SHOW, e) && staff_list(o, a->json, e);
	if (strcmp(what, "rights") == 0)
		return staff_rights();
	if (a->n == 2 && strcmp(what, "add") == 0)
		return staff_new(o, a, e);
	if (a->n == 2 && strcmp(what, "passwd") == 0)
		return staff_password(o, a->at[1], e);
	if (a->n == 2 && (strcmp(what, "disable") == 0 || strcmp(what, "enable") == 0))
		return staff_enable(o, a->at[1], what[0] == 'e', e);
	return err_usage(e, "usage: ra staff %s", command_staff.usage);
}
const struct command command_staff = { "staff", "list | rights | add LOGIN --name N --role R | passwd|disable|enable LOGIN",
	"name= role=", N_("members and their rights"), NEEDS_LOGIN, 1, 2, run_staff };

/* ---- audit ---- */

static bool
audit_line(void *arg, const struct audit_row *r, struct err *e)
{
	struct json *j = arg;
	char at[21];

	(void)e;
	when_iso(r->at, at);
	if (!j) {
		printf("%s/%-6lld %s %3lld %-14s %-30s %s\n", r->chain, (long long)r->seq, at, (long long)r->staff, r->act,
		    r->object, r->detail);
		return true;
	}
	json_open_object(j, NULL);
	json_text(j, "chain", r->chain);
	json_int(j, "seq", r->seq);
	json_text(j, "at", at);
	json_int(j, "staff", r->staff);
	json_text(j, "station", r->station);
	json_text(j, "act", r->act);
	json_text(j, "object", r->object);
	json_text(j, "detail", r->detail);
	json_end(j);
	return true;
}

static bool
audit_list(struct office *o, const struct args *a, struct err *e)
{
	const char *act = args_option(a, "act"), *object = args_option(a, "object");
	struct json *j = a->json ? json_new() : NULL;
	int64_t limit = 100;
	bool ok = args_int(a, "limit", 100, &limit, e);

	if (j)
		json_open_array(j, NULL);
	ok = ok && audit_newest(o->db, act ? act : "", object ? object : "", limit > 0 && limit < 1000000 ? (int)limit : 100,
	    audit_line, j, e);
	return list_close(j, ok, e);
}

static void
tell(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

static bool
run_audit(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct audit_report r;

	(void)problems;
	if (!office_may(o, ACT_AUDIT_READ, e))
		return false;
	if (strcmp(a->at[0], "list") == 0)
		return audit_list(o, a, e);
	if (strcmp(a->at[0], "mark") == 0)
		return audit_mark_all(o, e);
	if (strcmp(a->at[0], "verify") != 0)
		return err_usage(e, "usage: ra audit %s", command_audit.usage);
	if (!audit_verify(o, tell, NULL, &r, e))
		return false;
	printf(tr("%lld rows, %lld objects, %lld problems\n"), (long long)r.rows, (long long)r.objects, (long long)r.problems);
	return r.problems == 0 || err_refuse(e, "the audit does not verify: %.300s", r.first);
}
const struct command command_audit = { "audit", "verify | list [--act A] [--object O] [--limit N] | mark", "act= object= limit=",
	N_("the audit log"), NEEDS_LOGIN, 1, 1, run_audit };
