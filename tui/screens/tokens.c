/* The stock of tokens by state, and what is plugged in now, looked at again and again by a job. */
#include "ra/stock.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 9999
#define PIECE 64
#define LOOK_ROWS 2000		/* rows that one page of a typed filter looks through */
#define REFRESH_S 10
#define PLUGGED_S 2		/* between two looks at the readers */
#define PLUGGED_MAX 64

enum { SHELF_ALL, SHELF_STATE, SHELF_PLUGGED = SHELF_STATE + TOKEN_STATE_N, SHELVES };

struct tokens {
	struct screen s;
	struct list stock, slots;
	int here, since, place[SHELVES], count[TOKEN_STATE_N];
	struct stock_plugged *plugged;	/* PLUGGED_MAX */
	size_t plugged_n;
	bool looked;			/* plugged is of now */
	struct err err;			/* why the readers could not be looked at; code 0 = they were */
	struct job *job;		/* the look under way; NULL = none */
};

static bool
on_slots(const struct tokens *u)
{
	return u->here == SHELF_PLUGGED;
}

/* ---- the stock ---- */

static void
put_row(const struct stock_row *t, struct list_row *r)
{
	memset(r, 0, sizeof *r);
	r->id = r->key.n[0] = t->t.id;
	snprintf(r->ref, sizeof r->ref, "%s", t->t.serial);
	snprintf(r->cell[0], sizeof r->cell[0], "%s", t->t.serial);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(token_state_names, (int)t->t.state));
	snprintf(r->cell[2], sizeof r->cell[2], "%s", t->owner);
	snprintf(r->cell[3], sizeof r->cell[3], "%s", t->application_no);
	serial_tail(t->certificate_serial, r->cell[4], sizeof r->cell[4]);
	when_short(t->t.added_at, r->cell[5]);
	r->ink = t->t.state == TOKEN_TERMINATED ? INK_DIM : t->t.state == TOKEN_LOST || t->t.state == TOKEN_DAMAGED ? INK_WARN
	    : INK_PLAIN;
}

static bool
matches(const struct list *l, const struct stock_row *t)
{
	char typed[sizeof l->typed];

	if (!l->typed[0] || strstr(t->owner, l->typed) || strstr(t->t.serial, l->typed))
		return true;
	snprintf(typed, sizeof typed, "%s", l->typed);
	text_upper(typed);
	return strstr(t->application_no, typed) != NULL;
}

static bool
stock_shelf(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct tokens *u = arg;
	struct stock_row *t = calloc(PIECE, sizeof *t);
	int state = u->here == SHELF_ALL || on_slots(u) ? STOCK_ANY : u->here - SHELF_STATE;
	int64_t edge = from ? from->n[0] : 0;
	size_t want = PIECE, k = PIECE;
	bool ok = true;

	*got = 0;
	if (!t)
		return err_internal(e, "out of memory");
	for (size_t looked = 0; ok && k == want && *got < n && looked < LOOK_ROWS; looked += k) {
		want = l->typed[0] || n - *got > PIECE ? PIECE : (size_t)(n - *got);
		ok = stock_page(console_office()->db, state, edge, back, t, want, &k, e);
		for (size_t i = 0; ok && i < k && *got < n; i++) {
			const struct stock_row *at = &t[back ? k - 1 - i : i];

			edge = at->t.id;
			if (matches(l, at))
				put_row(at, &out[(*got)++]);
		}
	}
	if (back)
		list_turn(out, *got);
	free(t);
	return ok;
}

static const struct list_column stock_columns[] = {
	{ N_("Serial"), 18, 1, false }, { N_("State"), 8, 1, false }, { N_("Owner"), 28, 6, false }, { N_("Application"), 18, 1, false },
	{ N_("Certificate"), 0, 2, false }, { N_("Came"), 0, 3, false }, { NULL, 0, 0, false }
};
static const struct list_source stock_source = { .page = stock_shelf, .columns = stock_columns, .empty = N_("No token is here."),
	.typed = true };

/* ---- what is plugged in ---- */

static bool
slots_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct tokens *u = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)u->plugged_n + 1 : 0;

	(void)l;
	*got = 0;
	if (u->err.code != FAULT_NONE) {
		*e = u->err;
		return false;
	}
	for (*got = 0; *got < n; ++*got) {
		struct list_row *r = &out[*got];
		const struct stock_plugged *p;
		const char *pin;

		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)u->plugged_n)
			break;
		p = &u->plugged[at - 1];
		pin = stock_pin_words(&p->info);
		memset(r, 0, sizeof *r);
		r->id = r->key.n[0] = at;
		snprintf(r->ref, sizeof r->ref, "%s", p->info.serial);
		snprintf(r->cell[0], sizeof r->cell[0], "%s", p->info.serial);
		snprintf(r->cell[1], sizeof r->cell[1], "%s",
		    p->in_stock ? tr_name(token_state_names, (int)p->row.t.state) : tr("not in the stock"));
		snprintf(r->cell[2], sizeof r->cell[2], "%s", p->in_stock ? p->row.owner : "");
		snprintf(r->cell[3], sizeof r->cell[3], "%s", pin);
		/* blank ones of the stock are called so by chance */
		snprintf(r->cell[4], sizeof r->cell[4], "%s", p->in_stock && p->row.t.state == TOKEN_BLANK ? "" : p->info.label);
		r->mark = p->info.pin_locked || p->info.so_locked || p->info.pin_final_try ? '!' : p->in_stock ? '\0' : '*';
		r->ink = r->mark == '!' ? INK_WARN : INK_PLAIN;
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column slots_columns[] = {
	{ N_("Serial"), 18, 1, false }, { N_("Stock"), 10, 1, false }, { N_("Owner"), 26, 6, false }, { N_("PIN"), 18, 2, false },
	{ N_("Label"), 0, 3, false }, { NULL, 0, 0, false }
};
static const struct list_source slots_source = { .page = slots_page, .columns = slots_columns,
	.empty = N_("No token is plugged in.") };

struct look { bool anew; size_t n; struct stock_plugged p[PLUGGED_MAX]; };

static bool
look_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct look *k = arg;

	(void)j;
	return stock_plugged(o, k->anew, k->p, PLUGGED_MAX, &k->n, e);
}

static void
look_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct tokens *u = (struct tokens *)s;
	const struct look *k = arg;

	u->job = NULL;
	u->since = 0;
	u->looked = true;
	memset(&u->err, 0, sizeof u->err);
	if (!ok)
		u->err = *e;
	u->plugged_n = ok ? k->n : 0;
	memcpy(u->plugged, k->p, u->plugged_n * sizeof *k->p);
	list_refresh(&u->slots);
}

static const struct job_plan look_plan = { .lane = JOB_SLOW, .what = N_("looking at the readers"), .run = look_run,
	.done = look_done, .drop = free };

static void
look(struct tokens *u, bool anew)
{
	struct look *k = u->job ? NULL : calloc(1, sizeof *k);

	if (u->job)
		return;
	if (!k)
		abort();
	k->anew = anew;
	u->job = job_start(&u->s, &look_plan, k);
}

/* ---- the screen ---- */

static void
count(struct tokens *u)
{
	struct err ignored;

	if (!stock_counts(console_office()->db, COUNT_MAX, u->count, &ignored))
		memset(u->count, 0, sizeof u->count);
}

static bool
tokens_open(struct screen *s, void *arg)
{
	struct tokens *u = (struct tokens *)s;

	(void)arg;
	u->plugged = calloc(PLUGGED_MAX, sizeof *u->plugged);
	if (!u->plugged)
		abort();
	list_open(&u->stock, &stock_source, u);
	list_open(&u->slots, &slots_source, u);
	count(u);
	return true;
}

static void
tokens_close(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;

	list_free(&u->stock);
	list_free(&u->slots);
	free(u->plugged);
}

static void
tokens_draw(struct screen *s, struct area a)
{
	struct tokens *u = (struct tokens *)s;
	char label[SHELVES][40];
	const char *names[SHELVES];
	struct area in = { a.y + 1, a.x, a.h - 1, a.w };

	for (int i = 0; i < SHELVES; i++) {
		int state = i - SHELF_STATE;

		if (i == SHELF_ALL || i == SHELF_PLUGGED)
			snprintf(label[i], sizeof label[i], "%s", i == SHELF_ALL ? tr("All") : tr("Plugged in"));
		else
			snprintf(label[i], sizeof label[i], "%s %d%s", tr_name(token_state_names, state), u->count[state],
			    u->count[state] == COUNT_MAX ? "+" : "");
		names[i] = label[i];
	}
	paint_tabs(a.y, a.x, a.w, names, SHELVES, u->here, u->place);
	if (!on_slots(u)) {
		list_draw(&u->stock, in);
		if (u->stock.typed[0] && u->stock.n == 0)
			hint(N_("not among the first %d of this shelf: F3 looks through everything"), LOOK_ROWS);
		else
			hint(N_("type a serial, owner or number to narrow the list, Left and Right change the shelf"));
	} else if (u->looked) {
		list_draw(&u->slots, in);
		hint(N_("looked at again every %d seconds; Enter on a new token adds it to the stock"), PLUGGED_S);
	} else {
		paint_text(in.y + 1, in.x + 2, in.w - 4, INK_DIM, tr("looking at the readers"));
	}
}

static void
choose(struct tokens *u, int i)
{
	u->here = (i + SHELVES) % SHELVES;
	u->stock.typed[0] = '\0';
	list_restart(&u->stock);
	u->looked = false;
	if (on_slots(u))
		look(u, true);
}

static bool
tokens_key(struct screen *s, int key)
{
	struct tokens *u = (struct tokens *)s;

	if (key == K_MOUSE && term_mouse().y == 1)
		for (int i = SHELVES; i-- > 0;)
			if (term_mouse().x >= u->place[i]) {
				choose(u, i);
				return true;
			}
	return list_key(on_slots(u) ? &u->slots : &u->stock, key);
}

static void
refresh(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;

	u->since = 0;
	count(u);
	if (on_slots(u))
		look(u, true);
	list_refresh(&u->stock);
}

static void
tokens_tick(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;

	u->since++;
	if (on_slots(u) && u->since >= PLUGGED_S)
		look(u, false);
	else if (!on_slots(u) && u->since >= REFRESH_S)
		refresh(s);
}

static bool
tokens_leave(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;

	if (on_slots(u) || !u->stock.typed[0])
		return true;
	u->stock.typed[0] = '\0';
	list_restart(&u->stock);
	return false;
}

/* ---- acts ---- */

static void
add_soft(struct screen *s)
{
	(void)s;
	token_add_soft_ask();
}

static bool
may_add(struct screen *s)
{
	(void)s;
	return (acts[ACT_TOKEN_ADD].roles & (1u << console_office()->me.role)) != 0;
}

static bool
may_add_soft(struct screen *s)
{
	return may_add(s) && !on_slots((struct tokens *)s);
}

static const struct stock_plugged *
slot_here(struct tokens *u)
{
	const struct list_row *r = list_here(&u->slots);

	return on_slots(u) && u->looked && r && r->key.n[0] <= (int64_t)u->plugged_n ? &u->plugged[r->key.n[0] - 1] : NULL;
}

static void
enter(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;
	const struct stock_plugged *p = slot_here(u);
	const struct list_row *r = list_here(&u->stock);

	if (p && !p->in_stock && may_add(s))
		token_add_ask(p->info.serial);
	else if (p && p->in_stock)
		console_token(p->info.serial);
	else if (!on_slots(u) && r)
		console_token(r->ref);
}

static void
move_it(struct screen *s)
{
	struct tokens *u = (struct tokens *)s;
	const struct stock_plugged *p = slot_here(u);
	const struct list_row *r = list_here(&u->stock);
	struct stock_row row;
	bool found;
	struct err e;

	if (!p && (on_slots(u) || !r))
		return;
	if (!stock_row(console_office()->db, p ? p->info.serial : r->ref, &row, &found, &e))
		notice_err(&e);
	else if (found)
		token_move_ask(&row);
	else
		notice(TONE_INFO, N_("%s is not in the stock: Enter adds it"), p->info.serial);
}

static bool
may_move(struct screen *s)
{
	(void)s;
	return (acts[ACT_TOKEN_MOVE].roles & (1u << console_office()->me.role)) != 0;
}

static void
next_shelf(struct screen *s)
{
	choose((struct tokens *)s, ((struct tokens *)s)->here + 1);
}

static void
previous_shelf(struct screen *s)
{
	choose((struct tokens *)s, ((struct tokens *)s)->here - 1);
}

static const struct action tokens_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected token; add one that is plugged in and not in the stock"), enter, NULL },
	{ K_F(2), N_("Add"), N_("new soft tokens"), add_soft, may_add_soft },
	{ K_F(5), N_("Refresh"), N_("look again; it does so by itself every few seconds"), refresh, NULL },
	{ K_F(6), N_("Next shelf"), N_("next shelf; Left and Right too"), next_shelf, NULL },
	{ K_F(8), N_("Move"), N_("move the token: lost, damaged, blank again …"), move_it, may_move },
	{ K_RIGHT, "", "", next_shelf, NULL },
	{ K_LEFT, "", "", previous_shelf, NULL },
	{ 0 }
};
const struct screen_ops screen_tokens = { .title = N_("Token stock"), .size = sizeof(struct tokens), .actions = tokens_actions,
	.open = tokens_open, .draw = tokens_draw, .key = tokens_key, .tick = tokens_tick, .back = refresh, .leave = tokens_leave,
	.close = tokens_close };
