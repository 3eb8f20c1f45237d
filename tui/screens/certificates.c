/* All certificates, in shelves by what they are now: those that end soon, valid, on hold, revoked … */
#include "db/certificate.h"
#include "ra/certificate.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS 60			/* what "soon" is, until somebody says otherwise */
#define WARN_DAYS 30
#define DAY 86400
#define REFRESH_S 10
#define PIECE 64
#define LOOK_ROWS 2000		/* rows that one page of a typed filter looks through */

static const struct shelf {
	const char *label;
	int state;
	bool soon, newest;	/* within so many days; the latest end first */
} shelves[] = {
	{ N_("Ending within %d days"), CERT_CURRENT, true, false },
	{ N_("Valid"), CERT_VALID, false, false },
	{ N_("On hold"), CERT_HOLD, false, false },
	{ N_("Held, nothing open"), CERT_HELD, false, false },
	{ N_("Superseded"), CERT_SUPERSEDED, false, false },
	{ N_("Revoked"), CERT_REVOKED, false, true },
	{ N_("Expired"), CERT_EXPIRED, false, true },
	{ N_("All"), CERT_ANY, false, true },
};
#define SHELVES ((int)(sizeof shelves / sizeof *shelves))

struct certificates {
	struct screen s;
	struct list list;
	int here, days, since;
	int place[sizeof shelves / sizeof *shelves];
};

/* ---- rows ---- */

static enum ink
ink_of(enum cert_state state, int left)
{
	switch (state) {
	case CERT_VALID:
		return left < WARN_DAYS ? INK_WARN : INK_PLAIN;
	case CERT_HOLD:
	case CERT_UNCONFIRMED:
		return INK_WARN;
	case CERT_SUPERSEDED:
		return INK_PLAIN;
	case CERT_REVOKED:
	case CERT_EXPIRED:
	case CERT_STATE_N:
		break;
	}
	return INK_DIM;
}

static void
put_row(const struct certificate *c, struct list_row *r)
{
	int64_t now = when_now();
	int left = days_left(c->not_after);
	enum cert_state state = cert_state_at(c, now);
	char ends[11];

	memset(r, 0, sizeof *r);
	r->id = c->id;
	r->key.n[0] = c->not_after;
	r->key.n[1] = c->id;
	snprintf(r->ref, sizeof r->ref, "%s", c->serial);
	certificate_holder(c->subject, r->cell[0], sizeof r->cell[0]);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(cert_state_names, (int)state));
	day_show(day_of(c->not_after), ends);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", ends);
	if (c->not_after >= now && state != CERT_REVOKED)
		snprintf(r->cell[3], sizeof r->cell[3], tr("%d d"), left);
	serial_tail(c->serial, r->cell[4], sizeof r->cell[4]);
	snprintf(r->cell[5], sizeof r->cell[5], "%s", c->application_no);
	snprintf(r->cell[6], sizeof r->cell[6], "%s", c->token);
	r->ink = ink_of(state, left);
	r->mark = r->ink == INK_WARN ? '!' : '\0';
}

static bool
matches(const struct list *l, const struct list_row *r)
{
	char typed[sizeof l->typed];

	if (!l->typed[0] || strstr(r->cell[0], l->typed))
		return true;
	snprintf(typed, sizeof typed, "%s", l->typed);
	text_upper(typed);
	return strstr(r->ref, typed) || strstr(r->cell[5], typed) || strstr(r->cell[6], l->typed);
}

/* Pieces are asked for until the page is full: what is typed may fit few of them. */
static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	const struct certificates *u = arg;
	const struct shelf *shelf = &shelves[u->here];
	struct cert_filter f = { .state = shelf->state, .now = when_now() };
	struct certificate *c = calloc(PIECE, sizeof *c);
	struct cert_key edge = { from ? from->n[0] : 0, from ? from->n[1] : 0 };
	bool down = back != shelf->newest, any = from != NULL, ok = true;
	size_t want = PIECE, k = PIECE;

	if (!c)
		return err_internal(e, "out of memory");
	f.before = shelf->soon ? f.now + (int64_t)u->days * DAY : 0;
	*got = 0;
	for (size_t looked = 0; ok && k == want && *got < n && looked < LOOK_ROWS; looked += k) {
		want = l->typed[0] || n - *got > PIECE ? PIECE : (size_t)(n - *got);
		ok = cert_page(console_office()->db, &f, any ? &edge : NULL, down, c, want, &k, e);
		for (size_t i = 0; ok && i < k && *got < n; i++) {
			const struct certificate *at = &c[down ? k - 1 - i : i];

			put_row(at, &out[*got]);
			edge = (struct cert_key){ at->not_after, at->id };
			any = true;
			*got += matches(l, &out[*got]);
		}
	}
	if (back)
		list_turn(out, *got);
	free(c);
	return ok;
}

static const struct list_column columns[] = {
	{ N_("Holder"), 30, 8, false }, { N_("State"), 8, 1, false }, { N_("Ends"), 10, 0, false }, { N_("Left"), 7, 0, true },
	{ N_("Serial"), 11, 1, false }, { N_("Application"), 0, 4, false }, { N_("Token"), 0, 3, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = N_("No certificate is here."), .typed = true };

/* ---- the screen ---- */

static bool
certificates_open(struct screen *s, void *arg)
{
	struct certificates *u = (struct certificates *)s;

	(void)arg;
	u->days = DAYS;
	list_open(&u->list, &source, u);
	return true;
}

static void
certificates_close(struct screen *s)
{
	list_free(&((struct certificates *)s)->list);
}

static void
certificates_draw(struct screen *s, struct area a)
{
	struct certificates *u = (struct certificates *)s;
	char label[sizeof shelves / sizeof *shelves][64];
	const char *names[sizeof shelves / sizeof *shelves];

	for (int i = 0; i < SHELVES; i++) {
		if (shelves[i].soon)
			snprintf(label[i], sizeof label[i], tr("Ending within %d days"), u->days);
		names[i] = shelves[i].soon ? label[i] : tr(shelves[i].label);
	}
	paint_tabs(a.y, a.x, a.w, names, SHELVES, u->here, u->place);
	list_draw(&u->list, (struct area){ a.y + 1, a.x, a.h - 1, a.w });
	if (u->list.typed[0] && u->list.n == 0)
		hint(N_("not among the first %d of this shelf: F3 looks through everything"), LOOK_ROWS);
	else
		hint(N_("type a name, serial or number to narrow the list, Enter opens, Left and Right change the shelf"));
}

static void
choose(struct certificates *u, int i)
{
	u->here = (i + SHELVES) % SHELVES;
	u->list.typed[0] = '\0';
	list_restart(&u->list);
}

static bool
certificates_key(struct screen *s, int key)
{
	struct certificates *u = (struct certificates *)s;

	if (key == K_MOUSE && term_mouse().y == 1)
		for (int i = SHELVES; i-- > 0;)
			if (term_mouse().x >= u->place[i]) {
				choose(u, i);
				return true;
			}
	return list_key(&u->list, key);
}

static void
refresh(struct screen *s)
{
	struct certificates *u = (struct certificates *)s;

	u->since = 0;
	list_refresh(&u->list);
}

static void
certificates_tick(struct screen *s)
{
	if (++((struct certificates *)s)->since >= REFRESH_S)
		refresh(s);
}

/* Esc takes the typed filter back first. */
static bool
certificates_leave(struct screen *s)
{
	struct certificates *u = (struct certificates *)s;

	if (!u->list.typed[0])
		return true;
	u->list.typed[0] = '\0';
	list_restart(&u->list);
	return false;
}

static void
enter(struct screen *s)
{
	const struct list_row *r = list_here(&((struct certificates *)s)->list);

	if (r)
		console_certificate(r->ref);
}

static void
next_shelf(struct screen *s)
{
	choose((struct certificates *)s, ((struct certificates *)s)->here + 1);
}

static void
previous_shelf(struct screen *s)
{
	choose((struct certificates *)s, ((struct certificates *)s)->here - 1);
}

/* ---- how many days ---- */

static bool
days_good(void *arg, const char *id, const char *value, char *shown, struct err *e)
{
	long days = strtol(value, NULL, 10);

	(void)arg;
	(void)shown;
	return (days >= 1 && days <= 3650) || err_field(e, id, "1 to 3650 days");
}

static void
days_given(struct screen *dialog, struct form *f, void *arg)
{
	struct certificates *u = arg;

	u->days = (int)strtol(form_value(f, "days"), NULL, 10);
	dialog_done(dialog);
	choose(u, 0);
}

static const struct form_row days_rows[] = {
	{ .id = "days", .en = N_("days"), .kind = FIELD_NUMBER, .limit = 4, .edit = EDIT_DIGITS | EDIT_NARROW, .required = true },
};
static const struct form_calls days_calls = { .check = days_good };
static const struct dialog_form days_dialog = { .title = N_("Certificates that end soon"), .rows = days_rows, .n = 1,
	.calls = &days_calls, .done = days_given };

static void
ask_days(struct screen *s)
{
	struct certificates *u = (struct certificates *)s;
	char days[12];

	snprintf(days, sizeof days, "%d", u->days);
	form_set(dialog_form_of(dialog_form(&days_dialog, tr("Valid and held ones that end within so many days from today."), u)),
	    "days", days);
}

static void
compare(struct screen *s)
{
	(void)s;
	screen_push(&screen_reconcile, NULL);
}

static const struct action certificates_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected certificate"), enter, NULL },
	{ K_F(5), N_("Refresh"), N_("look again; it does so by itself every few seconds"), refresh, NULL },
	{ K_F(6), N_("Next shelf"), N_("next shelf; Left and Right too"), next_shelf, NULL },
	{ K_F(7), N_("Days"), N_("choose within how many days certificates end on the first shelf"), ask_days, NULL },
	{ K_F(8), N_("Compare"), N_("compare the store with the lists of the CAs"), compare, NULL },
	{ K_RIGHT, "", "", next_shelf, NULL },
	{ K_LEFT, "", "", previous_shelf, NULL },
	{ 0 }
};
const struct screen_ops screen_certificates = { .title = N_("Certificates"), .size = sizeof(struct certificates),
	.actions = certificates_actions, .open = certificates_open, .draw = certificates_draw, .key = certificates_key,
	.tick = certificates_tick, .back = refresh, .leave = certificates_leave, .close = certificates_close };
