/* material pay deliver pin: what happens at the counter. */
#include "db/scan.h"
#include "ra/application.h"
#include "ra/desk.h"
#include "tui/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
points_of(const char *list, unsigned *bits, struct err *e)
{
	char word[24];

	*bits = 0;
	while (list && *list) {
		size_t n = strcspn(list, ",");
		int i;

		snprintf(word, sizeof word, "%.*s", (int)n, list);
		i = name_index(material_point_names, word);
		if (i < 0)
			return err_field(e, "not", "present, stamped, legible or agrees, not '%s'", word);
		*bits |= 1u << i;
		list += n;
		list += *list == ',';
	}
	return true;
}

static bool
run_material(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct desk_check c = { .code = a->at[1], .reason = args_option(a, "reason"), .shelf = args_option(a, "shelf") };
	const char *scan = args_option(a, "scan");
	int outcome = name_index(material_outcome_names, a->at[2]);
	int64_t version, copies;
	char *picture = NULL;
	bool ok;

	(void)problems;
	if (outcome < 0)
		return err_usage(e, "pass, fail, missing or pending, not '%s'", a->at[2]);
	c.outcome = (enum material_outcome)outcome;
	if (!args_int(a, "version", 0, &version, e) || !args_int(a, "copies", -1, &copies, e)
	    || !points_of(args_option(a, "not"), &c.bad_points, e))
		return false;
	if (copies < -1 || copies > 99 || (copies == -1 && args_option(a, "copies")))
		return err_field(e, "copies", "0 to 99 copies");
	c.copies = (int)copies;
	if (scan && !json_read_file(scan, SCAN_MAX, &picture, &c.scan_n, e))
		return false;
	c.scan = picture;
	ok = desk_material(o, a->at[0], version, &c, e);
	OPENSSL_clear_free(picture, c.scan_n);
	return ok;
}
const struct command command_material = { "material",
	"NO CODE pass|fail|missing|pending [--copies N] [--not P,..] [--reason R] [--scan FILE] [--shelf L]",
	"version= copies= not= reason= scan= shelf=", N_("check one material; pending takes the check back"), NEEDS_LOGIN, 3, 3, run_material };

static bool
run_pay(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *method = args_option(a, "method"), *amount = args_option(a, "amount");
	int64_t version;

	(void)problems;
	if (!method || !amount)
		return err_usage(e, "usage: ra pay %s", command_pay.usage);
	return args_int(a, "version", 0, &version, e)
	    && desk_pay(o, a->at[0], version, method, amount, args_option(a, "ref"), e);
}
const struct command command_pay = { "pay", "NO --method cash|card|wechat|alipay|transfer --amount 400.00 [--ref R]",
	"version= method= amount= ref=", N_("take a payment"), NEEDS_LOGIN, 1, 1, run_pay };

static bool
run_deliver(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	const char *to = args_option(a, "to"), *id = args_option(a, "id-no");
	const char *courier = args_option(a, "courier"), *tracking = args_option(a, "tracking");
	int64_t version;

	(void)problems;
	if (!args_int(a, "version", 0, &version, e))
		return false;
	if (to && id && !courier)
		return desk_deliver(o, a->at[0], version, to, id, e);
	if (courier && tracking && !to)
		return desk_send(o, a->at[0], version, courier, tracking, e);
	return err_usage(e, "usage: ra deliver %s", command_deliver.usage);
}
const struct command command_deliver = { "deliver", "NO --to NAME --id-no N | --courier C --tracking T",
	"version= to= id-no= courier= tracking=", N_("hand over, or send by courier"), NEEDS_LOGIN, 1, 1, run_deliver };

/* The opening is on the audit before the PIN is shown. */
static bool
run_pin(struct office *o, const struct args *a, struct err_list *problems, struct err *e)
{
	struct application *app = calloc(1, sizeof *app);
	struct app_item item[RECORD_USERS_MAX + 1];
	char pin[64];
	size_t n = 0;
	bool ok;

	(void)problems;
	ok = app && application_load(o, a->at[0], app, e) && app_items(o->db, app->id, item, RECORD_USERS_MAX + 1, &n, e)
	    && application_note_opened(o, app, ACT_OPEN_PIN, args_option(a, "reason") ? args_option(a, "reason") : "PIN letter", e);
	for (size_t i = 0; ok && i < n; i++) {
		ok = app_item_pin(o->db, o->keys, item[i].id, pin, e);
		if (ok && pin[0])
			printf("%s\n", pin);
		else if (ok)
			ok = err_refuse(e, "item %d has no initial PIN here any more: it was handed over, or is not made yet", item[i].n);
		OPENSSL_cleanse(pin, sizeof pin);
	}
	OPENSSL_clear_free(app, app ? sizeof *app : 0);
	return ok;
}
const struct command command_pin = { "pin", "NO [--reason R]", "reason=", N_("show the initial PIN for the PIN letter (audited)"),
	NEEDS_LOGIN, 1, 1, run_pin };
