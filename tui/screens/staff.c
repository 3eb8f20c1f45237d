/* The members of this home and what each role may do. A supervisor adds, disables and enables them, and resets passwords. */
#include "ra/staff.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/screens/screens.h"
#include "tui/words.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 500

enum { TAB_MEMBERS, TAB_RIGHTS, TABS };

struct staff {
	struct screen s;
	struct list members, rights;
	int tab, place[TABS];
	struct member *member;		/* MEMBERS_MAX */
	size_t n;
};

/* ---- members ---- */

static bool
take_member(void *arg, const struct member *m, struct err *e)
{
	struct staff *u = arg;

	(void)e;
	if (m->role != ROLE_SYSTEM && u->n < MEMBERS_MAX)
		u->member[u->n++] = *m;
	return true;
}

static void
read_all(struct staff *u)
{
	struct err e;

	u->n = 0;
	if (!staff_each(console_office()->db, take_member, u, &e))
		notice_err(&e);
	list_refresh(&u->members);
	list_refresh(&u->rights);	/* its words */
}

static void
member_state(const struct member *m, char *out, size_t outsz)
{
	if (m->disabled)
		snprintf(out, outsz, "%s", tr("disabled"));
	else if (m->locked_until > when_now())
		snprintf(out, outsz, tr("locked, %d min"), (int)((m->locked_until - when_now() + 59) / 60));
	else if (m->must_change)
		snprintf(out, outsz, "%s", tr("has to change the password"));
	else
		snprintf(out, outsz, "%s", tr("works"));
}

static void
put_member(const struct member *m, struct list_row *r)
{
	r->id = m->id;
	snprintf(r->ref, sizeof r->ref, "%s", m->login);
	snprintf(r->cell[0], sizeof r->cell[0], "%s", m->login);
	snprintf(r->cell[1], sizeof r->cell[1], "%s", m->name);
	snprintf(r->cell[2], sizeof r->cell[2], "%s", tr_name(role_names, (int)m->role));
	member_state(m, r->cell[3], sizeof r->cell[3]);
	when_short(m->made_at, r->cell[4]);
	r->ink = m->disabled ? INK_DIM : m->locked_until > when_now() ? INK_WARN : INK_PLAIN;
}

/* ---- rights ---- */

static void
put_right(int act, struct list_row *r)
{
	r->id = act + 1;
	snprintf(r->cell[0], sizeof r->cell[0], "%s", act_name((enum act)act));
	for (int role = 0; role < ROLE_SYSTEM; role++)
		snprintf(r->cell[1 + role], sizeof r->cell[0], "%s", acts[act].roles & (1u << role) ? tr("yes") : "-");
	r->ink = INK_PLAIN;
}

/* Acts without a person are nobody's right. */
static bool
is_right(int act)
{
	return acts[act].roles != R(SYSTEM);
}

static int
right_at(int64_t n)
{
	for (int act = 0; act < ACT_N; act++)
		if (is_right(act) && --n == 0)
			return act;
	return -1;
}

static bool
rights_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	int64_t at = from ? from->n[0] : 0;

	(void)arg;
	(void)l;
	(void)e;
	if (!from && back)
		while (right_at(at + 1) >= 0)
			at++;
	else
		at += back ? -1 : 1;
	for (*got = 0; *got < n && at >= 1 && right_at(at) >= 0; ++*got, at += back ? -1 : 1) {
		memset(&out[*got], 0, sizeof *out);
		out[*got].key.n[0] = at;
		put_right(right_at(at), &out[*got]);
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column rights_columns[] = {
	{ N_("Act"), 24, 6, false }, { N_("Clerk"), 8, 1, false }, { N_("Reviewer"), 8, 1, false }, { N_("Finance"), 8, 1, false },
	{ N_("Supervisor"), 10, 1, false }, { N_("Auditor"), 8, 1, false }, { NULL, 0, 0, false }
};
static const struct list_source rights_source = { .page = rights_page, .columns = rights_columns, .empty = "" };

static bool
members_page(void *arg, const struct list *l, const struct list_key *from, bool back, int n, struct list_row *out, int *got,
    struct err *e)
{
	const struct staff *u = arg;
	int64_t at = from ? from->n[0] : back ? (int64_t)u->n + 1 : 0;

	(void)l;
	(void)e;
	for (*got = 0; *got < n; ++*got) {
		at += back ? -1 : 1;
		if (at < 1 || at > (int64_t)u->n)
			break;
		memset(&out[*got], 0, sizeof *out);
		out[*got].key.n[0] = at;
		put_member(&u->member[at - 1], &out[*got]);
	}
	if (back)
		list_turn(out, *got);
	return true;
}

static const struct list_column members_columns[] = {
	{ N_("Login"), 16, 1, false }, { N_("Name"), 18, 2, false }, { N_("Role"), 10, 1, false }, { N_("State"), 28, 3, false },
	{ N_("Since"), 0, 2, false }, { NULL, 0, 0, false }
};
static const struct list_source members_source = { .page = members_page, .columns = members_columns, .empty = "" };

/* ---- the screen ---- */

static bool
staff_open(struct screen *s, void *arg)
{
	struct staff *u = (struct staff *)s;

	(void)arg;
	u->member = calloc(MEMBERS_MAX, sizeof *u->member);
	if (!u->member)
		abort();
	list_open(&u->members, &members_source, u);
	list_open(&u->rights, &rights_source, u);
	read_all(u);
	return true;
}

static void
staff_close(struct screen *s)
{
	struct staff *u = (struct staff *)s;

	list_free(&u->members);
	list_free(&u->rights);
	free(u->member);
}

static void
refresh(struct screen *s)
{
	read_all((struct staff *)s);
}

static void
staff_draw(struct screen *s, struct area a)
{
	struct staff *u = (struct staff *)s;
	const char *names[TABS] = { tr("Members"), tr("Rights") };

	paint_tabs(a.y, a.x, a.w, names, TABS, u->tab, u->place);
	list_draw(u->tab == TAB_MEMBERS ? &u->members : &u->rights, (struct area){ a.y + 1, a.x, a.h - 1, a.w });
}

static bool
staff_key(struct screen *s, int key)
{
	struct staff *u = (struct staff *)s;

	if (key == K_MOUSE && term_mouse().y == 1)
		for (int i = TABS; i-- > 0;)
			if (term_mouse().x >= u->place[i]) {
				u->tab = i;
				return true;
			}
	return list_key(u->tab == TAB_MEMBERS ? &u->members : &u->rights, key);
}

static void
other_tab(struct screen *s)
{
	((struct staff *)s)->tab = (((struct staff *)s)->tab + 1) % TABS;
}

static const struct member *
selected(struct screen *s)
{
	struct staff *u = (struct staff *)s;
	const struct list_row *r = list_here(&u->members);

	return u->tab == TAB_MEMBERS && r ? &u->member[r->key.n[0] - 1] : NULL;
}

static bool
may(enum act act)
{
	return (acts[act].roles & (1u << console_office()->me.role)) != 0;
}

/* ---- changes ---- */

enum change { CHANGE_ADD, CHANGE_RESET, CHANGE_DISABLE, CHANGE_ENABLE };
struct changing {
	enum change what;
	char login[40], name[TEXT_BYTES(32)], role[24], password[256];
	bool made;			/* the password is random: shown once */
};

static bool
change_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct changing *c = arg;

	(void)j;
	if ((c->what == CHANGE_ADD || c->what == CHANGE_RESET) && !c->password[0]) {
		c->made = true;
		if (!staff_random_password(c->password, e))
			return false;
	}
	switch (c->what) {
	case CHANGE_ADD:
		return staff_create(o, c->login, c->name, (enum role)name_index(role_names, c->role), c->password, true, e);
	case CHANGE_RESET:
		return staff_passwd(o, c->login, "", c->password, e);
	case CHANGE_DISABLE:
	case CHANGE_ENABLE:
		return staff_enable(o, c->login, c->what == CHANGE_ENABLE, e);
	}
	return false;
}

/* s: the dialog in which it was typed, or the screen itself. */
static void
change_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	const struct changing *c = arg;
	char text[400];

	if (!ok && dialog_form_of(s)) {
		dialog_refuse(s, e);
		return;
	}
	if (!ok)
		notice_err(e);
	else
		notice(TONE_GOOD, N_("done: %s"), c->login);
	if (dialog_form_of(s))
		dialog_done(s);
	else
		refresh(s);
	if (!ok || !c->made)
		return;
	snprintf(text, sizeof text, tr("The first password of %s, shown this once:\n\n    %s\n\nIt has to be changed at the first login."),
	    c->login, c->password);
	dialog_text(tr("Password"), text);
	OPENSSL_cleanse(text, sizeof text);
}

static void
change_drop(void *arg)
{
	OPENSSL_clear_free(arg, sizeof(struct changing));
}

static const struct job_plan change_plan = { .lane = JOB_STORE, .what = N_("storing"), .wait = true, .run = change_run,
	.done = change_done, .drop = change_drop };

static struct changing *
changing_new(enum change what, const char *login)
{
	struct changing *c = OPENSSL_zalloc(sizeof *c);

	if (!c)
		abort();
	c->what = what;
	snprintf(c->login, sizeof c->login, "%s", login);
	return c;
}

static void
member_given(struct screen *dialog, struct form *f, void *arg)
{
	struct changing *c = changing_new(CHANGE_ADD, form_value(f, "login"));

	(void)arg;
	snprintf(c->name, sizeof c->name, "%s", form_value(f, "name"));
	snprintf(c->role, sizeof c->role, "%s", form_value(f, "role"));
	snprintf(c->password, sizeof c->password, "%s", form_value(f, "password"));
	job_start(dialog, &change_plan, c);
}

#define PASSWORD_ROW { .id = "password", .en = N_("first password"), .limit = 64, .edit = EDIT_SECRET, \
	.hint = N_("empty: made at random and shown once; it has to be changed at the first login") }
static const struct form_row member_rows[] = {
	{ .id = "login", .en = N_("login"), .limit = 32, .edit = EDIT_NARROW | EDIT_SQUEEZE, .required = true,
	  .hint = N_("small letters, digits, dots or hyphens") },
	{ .id = "name", .en = N_("name"), .limit = 32, .required = true },
	{ .id = "role", .en = N_("role"), .kind = FIELD_CHOICE, .names = role_names, .offered = (1u << ROLE_SYSTEM) - 1,
	  .required = true },
	PASSWORD_ROW,
};
static const struct dialog_form member_dialog = { .title = N_("New member"), .rows = member_rows, .n = 4, .done = member_given };

static void
password_given(struct screen *dialog, struct form *f, void *arg)
{
	struct changing *c = changing_new(CHANGE_RESET, arg);

	snprintf(c->password, sizeof c->password, "%s", form_value(f, "password"));
	job_start(dialog, &change_plan, c);
}

static const struct form_row reset_rows[] = { PASSWORD_ROW };
static const struct dialog_form reset_dialog = { .title = N_("Reset the password"), .rows = reset_rows, .n = 1,
	.done = password_given, .drop = free };

static void
add_member(struct screen *s)
{
	(void)s;
	dialog_form(&member_dialog, NULL, NULL);
}

static bool
may_add(struct screen *s)
{
	(void)s;
	return may(ACT_STAFF_ADD);
}

static void
switch_member(struct screen *below, void *arg)
{
	const struct member *m = selected(below);

	(void)arg;
	if (m)
		job_start(below, &change_plan, changing_new(m->disabled ? CHANGE_ENABLE : CHANGE_DISABLE, m->login));
}

static void
step_chosen(struct screen *below, void *arg, int i)
{
	const struct member *m = selected(below);
	char question[300];

	(void)arg;
	if (!m)
		return;
	if (i == 0) {
		snprintf(question, sizeof question, tr("%s (%s) gets a new key with the new password; what was signed before stays"
		    " verifiable."), m->name, m->login);
		dialog_form(&reset_dialog, question, strdup(m->login));
		return;
	}
	snprintf(question, sizeof question, m->disabled ? tr("Enable the login %s (%s) again?")
	    : tr("Disable the login %s (%s)? Nothing can be done with it until it is enabled again."), m->login, m->name);
	dialog_confirm(question, switch_member, NULL);
}

static void
change_member(struct screen *s)
{
	const struct member *m = selected(s);
	struct dialog_option o[2] = { { .label = act_name(ACT_STAFF_RESET), .key = 'r' }, { 0 } };

	if (m && m->id == console_office()->me.id) {
		notice(TONE_INFO, N_("the own password is changed in the menu (F10); nobody can disable the own login"));
	} else if (m) {
		o[1].label = act_name(m->disabled ? ACT_STAFF_ON : ACT_STAFF_OFF);
		o[1].key = 'd';
		dialog_choose(m->name, o, 2, 0, step_chosen, NULL);
	}
}

static bool
may_change(struct screen *s)
{
	return selected(s) && may(ACT_STAFF_RESET);
}

static const struct action staff_actions[] = {
	{ K_ENTER, N_("Account"), N_("reset the password of the selected member, disable or enable the login"), change_member, may_change },
	{ K_F(2), N_("Add"), N_("a new member"), add_member, may_add },
	{ K_F(4), "", "", change_member, may_change },
	{ K_F(5), N_("Refresh"), N_("read it again"), refresh, NULL },
	{ K_F(6), N_("Other tab"), N_("members, or what each role may do; Left and Right too"), other_tab, NULL },
	{ K_RIGHT, "", "", other_tab, NULL },
	{ K_LEFT, "", "", other_tab, NULL },
	{ 0 }
};
const struct screen_ops screen_staff = { .title = N_("Staff"), .size = sizeof(struct staff), .actions = staff_actions,
	.open = staff_open, .draw = staff_draw, .key = staff_key, .back = refresh, .close = staff_close };
