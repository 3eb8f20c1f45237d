/* token: the stock of tokens, and what is plugged in. */
#include "ra/handin.h"
#include "ra/stock.h"
#include "ra/tidy.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 200
#define MOVES_MAX 200
#define PLUGGED_MAX 64
#define WRITTEN_MAX 64

/* ---- one token ---- */

static void
put_row(struct json *j, const struct stock_row *row)
{
	char at[21];

	when_iso(row->t.added_at, at);
	json_open_object(j, NULL);
	json_text(j, "serial", row->t.serial);
	json_text(j, "state", token_state_names[row->t.state].stored);
	json_text(j, "owner", row->owner[0] ? row->owner : NULL);
	json_text(j, "application", row->application_no[0] ? row->application_no : NULL);
	json_text(j, "certificate", row->certificate_serial[0] ? row->certificate_serial : NULL);
	json_text(j, "added_at", at);
}

static void
print_row(const struct stock_row *row)
{
	const char *state = tr_name(token_state_names, (int)row->t.state);
	int pad = 11 - text_columns(state);

	printf("%-18s %s%*s %-20s %s\n", row->t.serial, state, pad > 0 ? pad : 0, "", row->application_no, row->owner);
}

static void
put_moves(struct json *j, const struct stock_move *m, size_t n)
{
	char at[21];

	json_open_array(j, "moves");
	for (size_t i = 0; i < n; i++) {
		when_iso(m[i].at, at);
		json_open_object(j, NULL);
		json_text(j, "from", m[i].from[0] ? m[i].from : NULL);
		json_text(j, "to", m[i].to);
		json_text(j, "at", at);
		json_text(j, "login", m[i].login);
		json_text(j, "why", m[i].why);
		json_end(j);
	}
	json_end(j);
}

/* ---- what was written to it, the newest first ---- */

static bool
put_certificates(struct office *o, struct json *j, const struct certificate *c, size_t n, struct err *e)
{
	char to[21], off[21], words[200];

	json_open_array(j, "certificates");
	for (size_t i = 0; i < n; i++) {
		if (!tidy_words(o, &c[i], words, sizeof words, e))
			return false;
		when_iso(c[i].not_after, to);
		when_iso(c[i].off_token_at, off);
		json_open_object(j, NULL);
		json_text(j, "serial", c[i].serial);
		json_text(j, "state", cert_state_names[cert_state_at(&c[i], when_now())].stored);
		json_text(j, "not_after", to);
		json_text(j, "off_token_at", c[i].off_token_at != 0 ? off : NULL);
		json_text(j, "words", words[0] ? words : NULL);
		json_end(j);
	}
	json_end(j);
	return true;
}

static bool
print_certificates(struct office *o, const struct certificate *c, size_t n, struct err *e)
{
	char to[11], words[200];

	for (size_t i = 0; i < n; i++) {
		if (!tidy_words(o, &c[i], words, sizeof words, e))
			return false;
		day_show(day_of(c[i].not_after), to);
		printf("  %-40s %s  %s %s%s%s\n", c[i].serial, tr_name(cert_state_names, (int)cert_state_at(&c[i], when_now())), tr("until"), to,
		    words[0] ? "  " : "", words);
	}
	return true;
}

static bool
token_show(struct office *o, const struct args *a, struct err *e)
{
	struct stock_move *m = calloc(MOVES_MAX, sizeof *m);
	struct certificate *c = calloc(WRITTEN_MAX, sizeof *c);
	struct stock_row row;
	struct json *j = NULL;
	bool found, ok;
	char at[20];
	size_t n, written;

	if (!m || !c) {
		free(m);
		free(c);
		return err_internal(e, "out of memory");
	}
	ok = office_may(o, ACT_SHOW, e) && stock_row(o->db, a->at[1], &row, &found, e)
	    && (found || err_field(e, "token", "the token %s is not in the stock", a->at[1]))
	    && stock_moves(o->db, row.t.id, m, MOVES_MAX, &n, e) && cert_on_token(o->db, row.t.id, c, WRITTEN_MAX, &written, e);
	if (ok && a->json) {
		j = json_new();
		put_row(j, &row);
		ok = put_certificates(o, j, c, written, e);
		put_moves(j, m, n);
		json_end(j);
		ok = ok && (json_print(j, stdout) || err_internal(e, "the output could not be written"));
		json_free(j);
	} else if (ok) {
		print_row(&row);
		ok = print_certificates(o, c, written, e);
		for (size_t i = 0; i < n; i++) {
			when_show(m[i].at, at);
			printf("  %s  %-10s %s  %s\n", at, m[i].login, tr_stored(token_state_names, m[i].to), tr(m[i].why));
		}
	}
	free(m);
	free(c);
	return ok;
}

/* ---- lists ---- */

static bool
token_list_stock(struct office *o, const struct args *a, struct err *e)
{
	const char *stored = args_option(a, "state");
	int state = stored ? name_index(token_state_names, stored) : STOCK_ANY;
	struct stock_row *row = calloc(PAGE, sizeof *row);
	struct json *j = NULL;
	int64_t edge = 0;
	size_t n = PAGE;
	bool ok;

	if (!row)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_SHOW, e) && (!stored || state >= 0 || err_field(e, "state", "there is no state '%s'", stored));
	if (ok && a->json) {
		j = json_new();
		json_open_array(j, NULL);
	}
	while (ok && n == PAGE) {
		ok = stock_page(o->db, state, edge, false, row, PAGE, &n, e);
		for (size_t i = 0; ok && i < n; i++) {
			if (!j) {
				print_row(&row[i]);
				continue;
			}
			put_row(j, &row[i]);
			json_end(j);
		}
		edge = ok && n > 0 ? row[n - 1].t.id : edge;
	}
	free(row);
	return list_close(j, ok, e);
}

static void
put_plugged(struct json *j, const struct stock_plugged *p)
{
	json_open_object(j, NULL);
	json_text(j, "serial", p->info.serial);
	json_text(j, "label", p->info.label);
	json_text(j, "state", p->in_stock ? token_state_names[p->row.t.state].stored : NULL);
	json_text(j, "owner", p->in_stock && p->row.owner[0] ? p->row.owner : NULL);
	json_bool(j, "initialised", p->info.initialised);
	json_bool(j, "user_pin_set", p->info.user_pin_set);
	json_bool(j, "pin_locked", p->info.pin_locked);
	json_bool(j, "pin_final_try", p->info.pin_final_try);
	json_bool(j, "so_locked", p->info.so_locked);
	json_end(j);
}

static bool
token_plugged(struct office *o, const struct args *a, struct err *e)
{
	struct stock_plugged *p = calloc(PLUGGED_MAX, sizeof *p);
	struct json *j = NULL;
	size_t n;
	bool ok;

	if (!p)
		return err_internal(e, "out of memory");
	ok = stock_plugged(o, false, p, PLUGGED_MAX, &n, e);
	if (ok && a->json) {
		j = json_new();
		json_open_array(j, NULL);
	}
	for (size_t i = 0; ok && i < n; i++)
		if (j)
			put_plugged(j, &p[i]);
		else
			printf("%-18s %s  %s  %s\n", p[i].info.serial,
			    p[i].in_stock ? tr_name(token_state_names, (int)p[i].row.t.state) : tr("not in the stock"),
			    p[i].in_stock ? p[i].row.owner : "", stock_pin_words(&p[i].info));
	free(p);
	return list_close(j, ok, e);
}

/* ---- adding and moving ---- */

static bool
token_add(struct office *o, const struct args *a, struct err *e)
{
	char pin[256];
	int64_t soft;
	int made;
	bool ok;

	if (args_option(a, "soft")) {
		if (!args_int(a, "soft", 0, &soft, e))
			return false;
		ok = stock_add_soft(o, soft < 0 || soft > 1000 ? 0 : (int)soft, &made, e);
		printf("%d\n", made);
		return ok;
	}
	if (a->n != 2)
		return err_usage(e, "usage: ra token add SERIAL | --soft N");
	ok = password_read("RA_SO_PIN_FILE", "RA_SO_PIN", N_("factory SO PIN"), pin, e) && stock_add_token(o, a->at[1], pin, e);
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

static bool
run_token(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	int to;

	(void)problems;
	if (strcmp(a->at[0], "list") == 0 && a->n == 1)
		return token_list_stock(o, a, e);
	if (strcmp(a->at[0], "show") == 0 && a->n == 2)
		return token_show(o, a, e);
	if (strcmp(a->at[0], "plugged") == 0 && a->n == 1)
		return token_plugged(o, a, e);
	if (strcmp(a->at[0], "add") == 0)
		return token_add(o, a, e);
	if (strcmp(a->at[0], "return") == 0 && a->n == 2)
		return handin_token(o, a->at[1], args_option(a, "reason"), e);
	if (strcmp(a->at[0], "move") != 0 || a->n != 3)
		return err_usage(e, "usage: ra token %s", command_token.usage);
	to = name_index(token_state_names, a->at[2]);
	if (to < 0)
		return err_field(e, "state", "there is no state '%s'", a->at[2]);
	return stock_move(o, a->at[1], (enum token_state)to, args_option(a, "reason") ? args_option(a, "reason") : "", e);
}
const struct command command_token = { "token", "list [--state S] | show SERIAL | plugged | add SERIAL | add --soft N"
	" | move SERIAL STATE --reason R | return SERIAL [--reason R]",
	"state= soft= reason=", N_("the stock of tokens"), NEEDS_LOGIN, 1, 3, run_token };
