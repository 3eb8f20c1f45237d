/*
 * F3: anything by what is in hand. Each key starts the search anew in a thread of its own and stops the one before; Enter
 * opens what is selected. Identity numbers are looked for by Enter only, since each such search is on the audit. With
 * nothing typed the list holds what was opened last.
 */
#include "db/history.h"
#include "ra/find.h"
#include "tui/edit.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS 100
#define RECENT 12
#define LABEL_W 8

struct looking {		/* one search on its way */
	char text[TEXT_BYTES(64)];
	bool complete, by_id;
	atomic_bool stop;
	struct find_list list;
};
struct find {
	struct screen s;
	struct edit edit;
	struct list list;
	struct find_list *hits;
	struct looking *now;	/* the newest search, until it is over */
	bool by_id;		/* what is typed has the form of an identity number */
	bool asked;		/* the first hit is opened when the answer comes */
	bool answered;		/* the list holds hits, not what was opened last */
	bool over;		/* it was looked elsewhere since: what is typed now is another search */
};

/* Of this session: what its member opened last, the newest first. */
static struct { int64_t who; size_t n; struct find_hit hit[RECENT]; } recent;

/* ---- rows ---- */

/* Short words for a narrow column. */
static const char *const kinds[FIND_KIND_N] = { N_("case"), N_("org."), N_("cert."), N_("token") };

static void
extra_of(const struct find_hit *h, char *out, size_t outsz)
{
	char day[11];

	day_show(day_of(h->at), day);
	out[0] = '\0';
	if (h->kind == FIND_APPLICATION)
		snprintf(out, outsz, "%s %s", tr_stored(service_names, h->service), h->person);
	else if (h->at != 0)
		snprintf(out, outsz, tr("to %s"), day);
}

static void
put_row(const struct find_hit *h, int i, struct list_row *r)
{
	char day[11];

	memset(r, 0, sizeof *r);
	r->id = r->key.n[0] = i + 1;
	snprintf(r->ref, sizeof r->ref, "%.63s", h->key);
	snprintf(r->cell[0], sizeof r->cell[0], "%s", tr(kinds[h->kind]));
	if (h->kind == FIND_CERTIFICATE)
		serial_tail(h->key, r->cell[1], sizeof r->cell[1]);
	else
		snprintf(r->cell[1], sizeof r->cell[1], "%s", h->key);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", find_state_shown(h));
	snprintf(r->cell[3], sizeof r->cell[3], "%s", h->name);
	extra_of(h, r->cell[4], sizeof r->cell[4]);
	if (h->kind == FIND_APPLICATION) {
		day_show(day_of(h->at), day);
		snprintf(r->cell[5], sizeof r->cell[5], "%s", day);
	}
}

static const struct find_hit *
hits_of(const struct find *f, size_t *n)
{
	if (f->edit.text[0]) {
		*n = f->hits->n;
		return f->hits->hit;
	}
	*n = recent.who == console_office()->me.id ? recent.n : 0;
	return recent.hit;
}

static bool
page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got, struct err *e)
{
	size_t all, first;
	const struct find_hit *hit = hits_of(arg, &all);

	(void)l;
	(void)e;
	first = from ? (size_t)from->n[0] : back ? all + 1 : 0;
	if (back) {
		size_t before = first > 0 ? first - 1 : 0;

		first = before > (size_t)n ? before - (size_t)n : 0;
		all = before < all ? before : all;
	}
	for (*got = 0; *got < n && first < all; first++)
		put_row(&hit[first], (int)first, &out[(*got)++]);
	return true;
}

static const struct list_column columns[] = {
	{ N_("Kind"), 5, 0, false }, { N_("Number or serial"), 18, 1, false }, { N_("State"), 8, 1, false }, { N_("Organisation"), 27, 9, false },
	{ "", 13, 2, false }, { N_("Entered"), 0, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source source = { .page = page, .columns = columns, .empty = "" };

/* ---- searching ---- */

static void open_hit(struct find *f, size_t i);

static bool
look_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct looking *k = arg;
	struct find_query q = { .text = k->text, .complete = k->complete, .max = HITS, .stop = &k->stop };

	(void)j;
	return find_all(o, &q, &k->list, &k->by_id, e);
}

static void
look_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct find *f = (struct find *)s;
	struct looking *k = arg;
	bool asked = f->asked;

	if (k != f->now)
		return;			/* another text stands there by now */
	f->now = NULL;
	f->asked = false;
	f->by_id = ok && k->by_id && !k->complete;
	f->hits->n = 0;
	if (ok)
		memcpy(f->hits, &k->list, sizeof *f->hits);
	else
		notice_err(e);
	list_restart(&f->list);
	if (asked && f->hits->n > 0)
		open_hit(f, 0);
	else if (ok && k->complete && f->hits->n == 0)
		notice(TONE_WARN, N_("no application has this identity number; the search is on the audit"));
}

static void
look_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct looking));
}

static const struct job_plan look_plan = { .lane = JOB_READ, .what = N_("searching"), .run = look_run, .done = look_done,
	.drop = look_drop };
/* Enter was pressed before the answer: what is typed meanwhile is for the screen that it opens. */
static const struct job_plan look_open_plan = { .lane = JOB_READ, .what = N_("searching"), .wait = true, .may_stop = true,
	.run = look_run, .done = look_done, .drop = look_drop };
/* This one writes a row of the audit. */
static const struct job_plan look_id_plan = { .lane = JOB_STORE, .what = N_("searching"), .wait = true, .run = look_run,
	.done = look_done, .drop = look_drop };

static void
look(struct find *f, const struct job_plan *plan)
{
	if (f->now)
		atomic_store(&f->now->stop, true);
	f->now = NULL;
	f->by_id = f->asked = false;
	/* hits of the text before stand until there are new ones */
	if (!f->edit.text[0] || !f->answered) {
		f->hits->n = 0;
		list_restart(&f->list);
	}
	f->answered = f->edit.text[0] != '\0';
	if (!f->answered)
		return;
	f->now = OPENSSL_zalloc(sizeof *f->now);
	if (!f->now)
		abort();
	snprintf(f->now->text, sizeof f->now->text, "%.256s", f->edit.text);
	f->now->complete = plan == &look_id_plan;
	f->asked = plan == &look_open_plan;
	job_start(&f->s, plan, f->now);
}

/* ---- opening ---- */

static void
remember(const struct find_hit *h)
{
	struct find_hit copy = *h;
	size_t i = 0;

	if (recent.who != console_office()->me.id)
		recent.n = 0;
	recent.who = console_office()->me.id;
	while (i < recent.n && !(recent.hit[i].kind == copy.kind && recent.hit[i].id == copy.id))
		i++;
	if (i == recent.n)
		i = recent.n < RECENT ? recent.n++ : RECENT - 1;
	memmove(recent.hit + 1, recent.hit, i * sizeof copy);
	recent.hit[0] = copy;
}

static void
open_hit(struct find *f, size_t i)
{
	size_t n;
	const struct find_hit *h = hits_of(f, &n);
	struct find_hit copy;

	if (i >= n)
		return;
	copy = h[i];
	remember(&copy);
	switch (copy.kind) {
	case FIND_APPLICATION:
		console_application(copy.key);
		return;
	case FIND_ORGANISATION:
		console_organisation(copy.id);
		return;
	case FIND_CERTIFICATE:
		console_certificate(copy.key);
		return;
	case FIND_TOKEN:
		console_token(copy.key);
		return;
	case FIND_KIND_N:
		return;
	}
}

static void
enter(struct screen *s)
{
	struct find *f = (struct find *)s;
	const struct list_row *r = list_here(&f->list);

	if (f->now)
		look(f, &look_open_plan);
	else if (r)
		open_hit(f, (size_t)r->id - 1);
	else if (f->by_id)
		look(f, &look_id_plan);
}

/* Everything that the selected line's organisation ever had. */
static void
whole(struct screen *s)
{
	struct find *f = (struct find *)s;
	const struct list_row *r = list_here(&f->list);
	int64_t organisation;
	struct err e;
	size_t n;
	const struct find_hit *h = hits_of(f, &n);

	if (!r || f->now)
		return;
	if (!organisation_of(console_office()->db, h[r->id - 1].kind, h[r->id - 1].id, &organisation, &e))
		notice_err(&e);
	else if (organisation != 0)
		console_organisation(organisation);
	else
		notice(TONE_INFO, N_("no organisation has this token"));
}

/* ---- the screen ---- */

static bool
find_open(struct screen *s, void *arg)
{
	struct find *f = (struct find *)s;

	f->hits = OPENSSL_zalloc(sizeof *f->hits);
	if (!f->hits)
		abort();
	edit_open(&f->edit, 64, 0);
	list_open(&f->list, &source, f);
	if (arg) {
		edit_set(&f->edit, arg);
		look(f, &look_open_plan);
	}
	return true;
}

static void
find_close(struct screen *s)
{
	struct find *f = (struct find *)s;

	if (f->now)
		atomic_store(&f->now->stop, true);
	edit_close(&f->edit);
	list_free(&f->list);
	OPENSSL_clear_free(f->hits, sizeof *f->hits);
}

static void
say(struct find *f, struct area a)
{
	size_t n;

	hits_of(f, &n);
	if (n > 0 || f->now)
		return;
	a.y++;
	a.x += 2;
	a.w -= 4;
	if (!f->edit.text[0])
		paint_lines(a, INK_DIM, tr("Type what is in hand: an application number or its last digits, a credit code, a licence number, a"
		    " phone, an identity number, the serial of a certificate or a token, some characters of the organisation's name"
		    " (several words with blanks between), or the name of its agent, user or legal representative, with or without the"
		    " surname."));
	else if (text_chars(f->edit.text) < 2)
		paint_lines(a, INK_DIM, tr("Type one more character."));
	else if (f->by_id)
		paint_lines(a, INK_WARN, tr("This looks like an identity number. Enter searches for it; the search is noted on the audit."));
	else
		paint_lines(a, INK_DIM, tr("Nothing is found by this."));
}

static void
find_draw(struct screen *s, struct area a)
{
	struct find *f = (struct find *)s;
	size_t n;

	hits_of(f, &n);
	paint_text(a.y, a.x + 1, LABEL_W, INK_STRONG, tr("Find"));
	paint_rule(a.y + 1, a.x, a.w, f->edit.text[0] ? f->hits->more && !f->now ? tr("the first of many: type more") : NULL
	    : n > 0 ? tr("opened last") : NULL);
	list_draw(&f->list, (struct area){ a.y + 2, a.x, a.h - 2, a.w });
	say(f, (struct area){ a.y + 3, a.x, a.h - 3, a.w });
	/* after the list: the cursor stays in what is typed */
	edit_draw(&f->edit, a.y, a.x + 1 + LABEL_W, a.w - LABEL_W - 2, true);
	if (f->over && f->edit.text[0])
		hint(N_("what is typed now begins another search; Backspace changes this one"));
}

static bool
is_for_list(int key)
{
	return key == K_UP || key == K_DOWN || key == K_PGUP || key == K_PGDN || key == K_MOUSE;
}

static bool
find_key(struct screen *s, int key)
{
	struct find *f = (struct find *)s;

	if (is_for_list(key))
		return list_key(&f->list, key);
	if (f->over && (key == K_PASTE || (key >= ' ' && key < K_SPECIAL)))
		edit_set(&f->edit, "");
	f->over = false;
	switch (edit_key(&f->edit, key)) {
	case EDIT_CHANGED:
		look(f, &look_plan);
		return true;
	case EDIT_MOVED:
		return true;
	case EDIT_REFUSED:
		notice(TONE_WARN, "%s", edit_why());
		return true;
	case EDIT_IGNORED:
		break;
	}
	return list_key(&f->list, key);
}

/* What was found may have been changed in the screen above. */
static void
find_back(struct screen *s)
{
	struct find *f = (struct find *)s;
	int here = f->list.here;

	f->over = true;
	if (f->edit.text[0])
		look(f, &look_plan);
	else
		list_restart(&f->list);
	f->list.here = here;
}

/* Esc takes back what is typed, then leaves. */
static bool
find_leave(struct screen *s)
{
	struct find *f = (struct find *)s;

	if (!f->edit.text[0])
		return true;
	edit_set(&f->edit, "");
	look(f, &look_plan);
	return false;
}

static const struct action find_actions[] = {
	{ K_ENTER, N_("Open"), N_("open the selected line; search for an identity number"), enter, NULL },
	{ K_F(6), N_("Whole history"), N_("everything of the organisation that the selected line belongs to"), whole, NULL },
	{ 0 }
};
const struct screen_ops screen_find = { .title = N_("Find"), .size = sizeof(struct find), .actions = find_actions,
	.open = find_open, .draw = find_draw, .key = find_key, .back = find_back, .leave = find_leave, .close = find_close };

void
find_ask(void)
{
	struct screen *s = screen_top();

	/* one is enough: it is come back to */
	while (s && s->ops != &screen_find)
		s = s->below;
	if (!s) {
		screen_push(&screen_find, NULL);
		return;
	}
	screen_pop_to(s);
	((struct find *)s)->over = true;
}

void
find_for(const char *text)
{
	screen_push(&screen_find, (void *)(uintptr_t)text);
}
