/* The work queue: trays of what waits for this member, by role; counts on the tabs, refreshed while one looks. */
#include "db/certificate.h"
#include "db/queue.h"
#include "ra/certificate.h"
#include "ra/draft.h"
#include "ra/rules.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 99
#define REFRESH_S 5
#define HELD_PIECE 64
#define LOOK_ROWS 2000		/* rows that one page of a typed filter looks through */
#define S(state) (1u << APP_##state)
#define DESK (R(CLERK) | R(REVIEWER) | R(SUPERVISOR))
#define ALL (DESK | R(FINANCE) | R(AUDITOR))

/* A tray is shown to the roles that do what comes next there. first: the one that this role opens with. */
static const struct tray {
	const char *label;
	unsigned roles, first, states;
	enum queue_hands hands;
	bool newest;
	enum { APPLICATIONS, FORMS, HELD } of;	/* FORMS: the member's unfinished ones; HELD: certificates on hold that nobody decides about */
} trays[] = {
	{ N_("Review"),     R(REVIEWER) | R(SUPERVISOR), R(REVIEWER), S(REVIEW), QUEUE_NOT_MINE, false, APPLICATIONS },
	{ N_("In work"),    DESK, R(CLERK) | R(SUPERVISOR), S(DRAFT) | S(RECEIVED), QUEUE_ANY, false, APPLICATIONS },
	{ N_("Correction"), DESK, 0, S(CORRECTION), QUEUE_ANY, false, APPLICATIONS },
	{ N_("Issue"),      DESK, 0, S(APPROVED) | S(ISSUING), QUEUE_NOT_MINE, false, APPLICATIONS },
	{ N_("Hand over"),  DESK, 0, S(ISSUED), QUEUE_ANY, false, APPLICATIONS },
	{ N_("Sent"), DESK, 0, S(DELIVERED), QUEUE_ANY, false, APPLICATIONS },
	{ N_("On hold"),    R(SUPERVISOR), 0, 0, QUEUE_ANY, false, HELD },
	{ N_("Forms"), DESK, 0, 0, QUEUE_ANY, true, FORMS },
	{ N_("Mine"),       DESK, 0, 0, QUEUE_MINE, true, APPLICATIONS },
	{ N_("All"),        ALL, R(FINANCE) | R(AUDITOR), 0, QUEUE_ANY, true, APPLICATIONS },
};
#define TRAYS (sizeof trays / sizeof *trays)

struct queue {
	struct screen s;
	struct list list;
	size_t shown[TRAYS];		/* rows of trays that this member has */
	int n, here, since;
	int held;			/* certificates on hold that nobody decides about, for those who have the tray */
	int waits[TRAYS];		/* how many; COUNT_MAX + 1: more; -1: not counted */
	int place[TRAYS];
};

/* ---- rows ---- */

static void
put_row(const struct queue_row *q, struct list_row *r)
{
	enum money_state money = rules_money_of(q->state, q->due_fen, q->paid_fen, q->waived_fen);

	r->id = q->id;
	r->key.n[0] = q->id;
	snprintf(r->ref, sizeof r->ref, "%s", q->no);
	snprintf(r->cell[0], sizeof r->cell[0], "%s", q->no);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(app_state_names, (int)q->state));
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_stored(service_names, q->service));
	snprintf(r->cell[3], sizeof r->cell[3], "%s", q->org_name);
	snprintf(r->cell[4], sizeof r->cell[4], "%s", q->agent_name);
	snprintf(r->cell[5], sizeof r->cell[5], "%s", tr_stored(channel_names, q->channel));
	snprintf(r->cell[6], sizeof r->cell[6], "%s", q->state == APP_DRAFT ? "" : tr_name(money_state_names, (int)money));
	when_ago(q->since, r->cell[7], sizeof r->cell[7]);
	r->mark = q->state == APP_CORRECTION ? '!' : '\0';
	r->ink = INK_PLAIN;
}

static bool
matches(const struct list *l, const struct queue_row *q)
{
	char typed[sizeof l->typed];

	if (!l->typed[0] || strstr(q->org_name, l->typed) || strstr(q->agent_name, l->typed))
		return true;
	snprintf(typed, sizeof typed, "%s", l->typed);
	text_upper(typed);
	return strstr(q->no, typed) != NULL;
}

/* A piece of the store's rows may be short, or hold none that match: pieces are asked for until the page is full. */
static bool
applications(struct queue *u, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct tray *t = &trays[u->shown[u->here]];
	struct queue_filter f = { .states = t->states, .hands = t->hands, .staff = console_office()->me.id, .newest = t->newest };
	struct queue_row row[64];
	int64_t edge = from ? from->n[0] : 0;
	size_t k, looked = 0;
	bool end = false;

	*got = 0;
	while (!end && *got < n && looked < LOOK_ROWS) {
		size_t want = l->typed[0] ? 64 : (size_t)(n - *got) < 64 ? (size_t)(n - *got) : 64;

		if (!queue_page(console_office()->db, &f, edge, back, row, want, &k, &edge, &end, e))
			return false;
		looked += k > 0 ? k : want;
		/* backwards the nearest stands last */
		for (size_t i = 0; i < k && *got < n; i++) {
			const struct queue_row *q = &row[back ? k - 1 - i : i];

			if (matches(l, q)) {
				memset(&out[*got], 0, sizeof *out);
				put_row(q, &out[(*got)++]);
			}
		}
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static bool
unfinished(const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct draft_line *d = calloc(DRAFT_MAX, sizeof *d);
	size_t k = 0;

	(void)l;
	*got = 0;
	if (!d)
		return err_internal(e, "out of memory");
	/* at most DRAFT_MAX: one page */
	if (from || back || !draft_list(console_office(), d, DRAFT_MAX, &k, e)) {
		free(d);
		return from || back;
	}
	for (size_t i = 0; i < k && *got < n; i++) {
		struct list_row *r = &out[(*got)++];

		memset(r, 0, sizeof *r);
		r->id = r->key.n[0] = (int64_t)i + 1;
		snprintf(r->ref, sizeof r->ref, "%s", d[i].id);
		snprintf(r->cell[0], sizeof r->cell[0], "%s", d[i].no[0] ? d[i].no : tr("new application"));
		snprintf(r->cell[1], sizeof r->cell[1], "%s", d[i].damaged ? tr("damaged") : tr("being typed"));
		snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_stored(service_names, d[i].service));
		snprintf(r->cell[3], sizeof r->cell[3], "%s", d[i].org_name);
		when_ago(d[i].at, r->cell[7], sizeof r->cell[7]);
		r->ink = d[i].damaged ? INK_BAD : INK_PLAIN;
	}
	free(d);
	return true;
}

/* The certificate that ends first stands first: what nobody decides about ends by itself. */
static bool
held(const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct cert_filter f = { .state = CERT_HELD, .now = when_now() };
	struct cert_key edge = { from ? from->n[0] : 0, from ? from->n[1] : 0 };
	struct certificate *c = calloc(HELD_PIECE, sizeof *c);
	size_t k;
	bool ok;

	(void)l;
	*got = 0;
	if (!c)
		return err_internal(e, "out of memory");
	ok = cert_page(console_office()->db, &f, from ? &edge : NULL, back, c, n < HELD_PIECE ? (size_t)n : HELD_PIECE, &k, e);
	for (size_t i = 0; ok && i < k; i++) {
		struct list_row *r = &out[(*got)++];

		memset(r, 0, sizeof *r);
		r->id = c[i].id;
		r->key.n[0] = c[i].not_after;
		r->key.n[1] = c[i].id;
		snprintf(r->ref, sizeof r->ref, "%s", c[i].serial);
		snprintf(r->cell[0], sizeof r->cell[0], "%s", c[i].application_no);
		snprintf(r->cell[1], sizeof r->cell[1], "%s", tr_name(cert_state_names, (int)c[i].state));
		certificate_holder(c[i].subject, r->cell[3], sizeof r->cell[3]);
		when_ago(c[i].revoked_at, r->cell[7], sizeof r->cell[7]);
		r->mark = '!';
		r->ink = INK_WARN;
	}
	free(c);
	return ok;
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	struct queue *u = arg;

	switch (trays[u->shown[u->here]].of) {
	case FORMS:
		return unfinished(l, from, back, n, out, got, e);
	case HELD:
		return held(l, from, back, n, out, got, e);
	case APPLICATIONS:
		break;
	}
	return applications(u, l, from, back, n, out, got, e);
}

static const struct list_column columns[] = {
	{ N_("Number"), 18, 0, false }, { N_("State"), 8, 1, false }, { N_("Service"), 8, 1, false },
	{ N_("Organisation"), 28, 6, false }, { N_("Agent"), 0, 2, false }, { N_("Channel"), 0, 1, false },
	{ N_("Money"), 6, 1, false }, { N_("Waits"), 5, 1, true }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = N_("Nothing waits here; Left and Right show the other trays."), .typed = true };

/* ---- tabs ---- */

static int
count_forms(void)
{
	struct draft_line d[DRAFT_MAX];
	struct err ignored;
	size_t n;

	return draft_list(console_office(), d, DRAFT_MAX, &n, &ignored) ? (int)n : 0;
}

static int
count_held(void)
{
	struct cert_filter f = { .state = CERT_HELD, .now = when_now() };
	struct certificate *c = calloc(COUNT_MAX + 1, sizeof *c);
	struct err ignored;
	size_t n = 0;

	if (!c || !cert_page(console_office()->db, &f, NULL, false, c, COUNT_MAX + 1, &n, &ignored))
		n = 0;
	free(c);
	return (int)n;
}

static void
count(struct queue *u)
{
	struct queue_count c[APP_STATE_N];
	struct err ignored;

	for (int i = 0; i < u->n; i++) {
		const struct tray *t = &trays[u->shown[i]];
		struct queue_filter f = { .states = t->states, .hands = t->hands, .staff = console_office()->me.id };
		int n = -1;

		if (t->of != APPLICATIONS) {
			n = t->of == FORMS ? count_forms() : (u->held = count_held());
		} else if (t->states != 0 && queue_counts(console_office()->db, &f, COUNT_MAX, c, &ignored)) {
			n = 0;
			for (int k = 0; k < APP_STATE_N; k++)
				if (t->states & (1u << k))
					n += c[k].more ? COUNT_MAX + 1 : c[k].n;
		}
		u->waits[i] = n > COUNT_MAX ? COUNT_MAX + 1 : n;
	}
	u->since = 0;
}

static void
choose(struct queue *u, int i)
{
	u->here = (i + u->n) % u->n;
	u->list.typed[0] = '\0';
	list_restart(&u->list);
}

/* The role's own tray, or the first other one where something waits. */
static void
open_where_work_waits(struct queue *u)
{
	for (int i = 0; u->waits[u->here] == 0 && i < u->n; i++)
		if (u->waits[i] > 0)
			u->here = i;
}

static bool
queue_open(struct screen *s, void *arg)
{
	struct queue *u = (struct queue *)s;
	unsigned me = 1u << console_office()->me.role;

	(void)arg;
	for (size_t i = 0; i < TRAYS; i++)
		if (trays[i].roles & me) {
			if (trays[i].first & me)
				u->here = u->n;
			u->shown[u->n++] = i;
		}
	list_open(&u->list, &source, u);
	count(u);
	open_where_work_waits(u);
	if (u->held > 0)
		notice(TONE_WARN, N_("%d certificates are on hold and no application is open on them: look at the tray On hold"), u->held);
	return u->n > 0;
}

static void
queue_close(struct screen *s)
{
	list_free(&((struct queue *)s)->list);
}

static void
refresh(struct screen *s)
{
	count((struct queue *)s);
	list_refresh(&((struct queue *)s)->list);
}

static void
queue_tick(struct screen *s)
{
	if (++((struct queue *)s)->since >= REFRESH_S)
		refresh(s);
}

static void
queue_draw(struct screen *s, struct area a)
{
	struct queue *u = (struct queue *)s;
	const char *names[TRAYS];
	char label[TRAYS][48];

	for (int i = 0; i < u->n; i++) {
		const char *name = tr(trays[u->shown[i]].label);
		int n = u->waits[i];

		if (n < 0)
			snprintf(label[i], sizeof label[i], "%s", name);
		else
			snprintf(label[i], sizeof label[i], "%s %d%s", name, n > COUNT_MAX ? COUNT_MAX : n, n > COUNT_MAX ? "+" : "");
		names[i] = label[i];
	}
	paint_tabs(a.y, a.x, a.w, names, u->n, u->here, u->place);
	list_draw(&u->list, (struct area){ a.y + 1, a.x, a.h - 1, a.w });
	hint(u->list.typed[0] && !list_here(&u->list) ? N_("not in this tray: Enter searches everywhere")
	    : N_("type a name or number to narrow the list; Left and Right: other trays"));
}

static bool
queue_key(struct screen *s, int key)
{
	struct queue *u = (struct queue *)s;

	if (key == K_MOUSE && term_mouse().y == 1) {
		for (int i = u->n; i-- > 0;)
			if (term_mouse().x >= u->place[i]) {
				choose(u, i);
				return true;
			}
	}
	return list_key(&u->list, key);
}

/* The queue is the root: Esc only takes the typed filter back. */
static bool
queue_leave(struct screen *s)
{
	(void)s;
	return false;
}

static void
enter(struct screen *s)
{
	struct queue *u = (struct queue *)s;
	const struct list_row *r = list_here(&u->list);
	char typed[sizeof u->list.typed];

	if (!r && u->list.typed[0]) {
		memcpy(typed, u->list.typed, sizeof typed);
		u->list.typed[0] = '\0';
		list_restart(&u->list);
		find_for(typed);
		return;
	}
	if (r && trays[u->shown[u->here]].of == FORMS)
		new_resume(r->ref);
	else if (r && trays[u->shown[u->here]].of == HELD)
		console_certificate(r->ref);
	else if (r && trays[u->shown[u->here]].states == S(REVIEW))
		screen_push(&screen_review, (void *)(uintptr_t)r->ref);
	else if (r && trays[u->shown[u->here]].states == (S(APPROVED) | S(ISSUING)))
		screen_push(&screen_carry, (void *)(uintptr_t)r->ref);
	else if (r)
		console_application(r->ref);
}

static void
next_tray(struct screen *s)
{
	choose((struct queue *)s, ((struct queue *)s)->here + 1);
}

static void
previous_tray(struct screen *s)
{
	choose((struct queue *)s, ((struct queue *)s)->here - 1);
}

static void
new_application(struct screen *s)
{
	(void)s;
	screen_push(&screen_new, NULL);
}

static bool
may_apply(struct screen *s)
{
	(void)s;
	return (acts[ACT_APPLY].roles & (1u << console_office()->me.role)) != 0;
}

static const struct action queue_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected application"), enter, NULL },
	{ K_F(2), N_("New"), N_("a new application"), new_application, may_apply },
	{ K_F(5), "", N_("look again; it does so by itself every few seconds"), refresh, NULL },
	{ K_F(6), N_("Next tray"), N_("next tray; Left and Right too"), next_tray, NULL },
	{ K_RIGHT, "", "", next_tray, NULL },
	{ K_LEFT, "", "", previous_tray, NULL },
	{ 0 }
};
const struct screen_ops screen_queue = { .title = N_("Work"), .size = sizeof(struct queue), .actions = queue_actions,
	.open = queue_open, .draw = queue_draw, .key = queue_key, .tick = queue_tick, .back = refresh, .leave = queue_leave,
	.close = queue_close };
