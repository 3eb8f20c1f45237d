#include "ra/stock.h"

#include "db/application.h"
#include "forms/tr.h"
#include "ra/issue.h"
#include "ra/pin.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which moves a person may make; reserved and active come about by issuing. */
static const struct { enum token_state from, to; } moves[] = {
	{ TOKEN_BLANK, TOKEN_DAMAGED }, { TOKEN_BLANK, TOKEN_LOST }, { TOKEN_BLANK, TOKEN_TERMINATED },
	{ TOKEN_RESERVED, TOKEN_BLANK }, { TOKEN_RESERVED, TOKEN_DAMAGED }, { TOKEN_RESERVED, TOKEN_LOST },
	{ TOKEN_ACTIVE, TOKEN_SUSPENDED }, { TOKEN_ACTIVE, TOKEN_LOST }, { TOKEN_ACTIVE, TOKEN_DAMAGED },
	{ TOKEN_ACTIVE, TOKEN_TERMINATED },
	{ TOKEN_SUSPENDED, TOKEN_ACTIVE }, { TOKEN_SUSPENDED, TOKEN_LOST }, { TOKEN_SUSPENDED, TOKEN_DAMAGED },
	{ TOKEN_SUSPENDED, TOKEN_TERMINATED },
	{ TOKEN_LOST, TOKEN_TERMINATED }, { TOKEN_LOST, TOKEN_SUSPENDED },
	{ TOKEN_DAMAGED, TOKEN_TERMINATED }, { TOKEN_DAMAGED, TOKEN_BLANK },
};

static bool
add(struct office *o, const char *serial, const char *so_pin, struct err *e)
{
	char object[64];
	int64_t id;

	if (!office_begin(o, e))
		return false;
	snprintf(object, sizeof object, "token:%s", serial);
	if (stock_add(o->db, o->keys, serial, so_pin, o->me.id, when_now(), &id, e))
		return office_commit(o, ACT_TOKEN_ADD, object, e, "blank");
	office_rollback(o);
	return false;
}

bool
stock_add_soft(struct office *o, int n, int *made, struct err *e)
{
	struct token_module *m;
	char pin[PIN_SO_LEN + 1], serial[TOKEN_SERIAL_MAX];
	bool ok = true;

	*made = 0;
	if (n < 1 || n > 1000)
		return err_field(e, "soft", "1 to 1000 tokens at once, not %d", n);
	if (!office_may(o, ACT_TOKEN_ADD, e) || !office_module(o, &m, e))
		return false;
	while (ok && *made < n) {
		ok = pin_random(pin, PIN_SO_LEN, e) && token_create_soft(m, "blank", pin, serial, e)
		    && add(o, serial, pin, e);
		*made += ok;
	}
	OPENSSL_cleanse(pin, sizeof pin);
	return ok;
}

bool
stock_add_token(struct office *o, const char *serial, const char *so_pin, struct err *e)
{
	struct token_module *m;
	struct token_info info;
	struct stock t;
	bool found;

	if (!office_may(o, ACT_TOKEN_ADD, e) || !office_module(o, &m, e) || !token_find(m, serial, &info, e))
		return false;
	if (info.so_locked)
		return err_field(e, "so_pin", "the SO PIN of token %s is locked: send it back", serial);
	/* asked of the store first, so that a serial that is there costs the token no try */
	if (!stock_find(o->db, info.serial, &t, &found, e))
		return false;
	if (found)
		return err_refuse(e, "the token %s is in the stock already", info.serial);
	return token_prove_so(m, info.serial, so_pin, e) && add(o, info.serial, so_pin, e);
}

size_t
stock_moves_from(enum token_state from, enum token_state to[TOKEN_STATE_N])
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		if (moves[i].from == from)
			to[n++] = moves[i].to;
	return n;
}

static bool
move_good(enum token_state from, enum token_state to, struct err *e)
{
	enum token_state may[TOKEN_STATE_N];
	size_t count = stock_moves_from(from, may), n = 0;
	char allowed[160] = "";

	for (size_t i = 0; i < count; i++) {
		if (may[i] == to)
			return true;
		n += (size_t)snprintf(allowed + n, sizeof allowed - n, "%s%s", n ? ", " : "", tr_name(token_state_names, (int)may[i]));
	}
	return err_refuse(e, "a token goes from %s to %s only, not to %s", tr_name(token_state_names, (int)from),
	    n ? allowed : "-", tr_name(token_state_names, (int)to));
}

bool
stock_move(struct office *o, const char *serial, enum token_state to, const char *why, struct err *e)
{
	struct stock t;
	char object[64], reason[TEXT_BYTES(100)];
	int64_t item;
	bool found;

	if (!office_may(o, ACT_TOKEN_MOVE, e) || !text_clean("reason", why, strlen(why), 100, reason, sizeof reason, e)
	    || !stock_find(o->db, serial, &t, &found, e))
		return false;
	if (!reason[0])
		return err_field(e, "reason", "say why the token is moved");
	if (!found)
		return err_refuse(e, "the token %s is not in the stock", serial);
	if (!move_good(t.state, to, e))
		return false;
	/* what is half made on it ends first: certificate revoked, application approved again */
	if (!app_item_on_token(o->db, t.id, &item, e) || !issue_abandon(o, item, reason, e))
		return false;
	if (!office_begin(o, e))
		return false;
	snprintf(object, sizeof object, "token:%s", serial);
	if (stock_find(o->db, serial, &t, &found, e) && move_good(t.state, to, e)
	    && stock_store(o->db, &t, to, t.state == TOKEN_RESERVED ? 0 : t.item, o->me.id, when_now(), reason, e))
		return office_commit(o, ACT_TOKEN_MOVE, object, e, "%s", token_state_names[to].stored);
	office_rollback(o);
	return false;
}

/* What the stock does not know comes first, then in the order in which they came. */
static int
by_ledger(const void *a, const void *b)
{
	const struct stock_plugged *p = a, *q = b;
	int64_t x = p->in_stock ? p->row.t.id : 0, y = q->in_stock ? q->row.t.id : 0;

	return x != y ? (x > y) - (x < y) : strcmp(p->info.serial, q->info.serial);
}

bool
stock_plugged(struct office *o, bool anew, struct stock_plugged *out, size_t max, size_t *n, struct err *e)
{
	struct token_info *info = calloc(max, sizeof *info);
	struct token_module *m;
	size_t count = 0;
	bool again = false, ok;

	if (!info)
		return err_internal(e, "out of memory");
	ok = office_may(o, ACT_SHOW, e) && office_module(o, &m, e);
	if (ok && anew)
		again = token_look_again(m);
	(void)again;		/* the list is of now either way */
	ok = ok && token_list(m, info, max, &count, e);
	for (size_t i = 0; ok && i < count; i++) {
		out[i].info = info[i];
		ok = stock_row(o->db, info[i].serial, &out[i].row, &out[i].in_stock, e);
	}
	if (ok && count > 0)
		qsort(out, count, sizeof *out, by_ledger);
	if (ok)
		*n = count;
	free(info);
	return ok;
}

const char *
stock_pin_words(const struct token_info *info)
{
	if (info->so_locked)
		return tr("SO PIN locked: send it back");
	if (info->pin_locked)
		return tr("PIN locked: unlock it");
	if (info->pin_final_try)
		return tr("PIN: one try left");
	return info->user_pin_set ? "" : tr("no PIN yet");
}
