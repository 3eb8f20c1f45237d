/* Login and lock: the password opens the signing key in a job (scrypt takes a tenth of a second, a wrong one is stored). */
#include "ra/staff.h"
#include "tui/dialog.h"
#include "tui/edit.h"
#include "tui/screens/screens.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEMO_MAX 16
struct demo { char login[33], role[24], password[64]; };

struct login {
	struct screen s;
	struct form form;
	struct demo demo[DEMO_MAX];	/* of a demo home */
	int demos;
};

static const struct form_row login_rows[] = {
	{ .id = "login", .en = N_("login"), .kind = FIELD_TEXT, .limit = 32, .edit = EDIT_NARROW | EDIT_SQUEEZE, .required = true },
	{ .id = "password", .en = N_("password"), .kind = FIELD_TEXT, .limit = 64, .edit = EDIT_SECRET, .required = true },
};

/* ---- the attempt ---- */

struct attempt {
	char login[33], password[256];
	struct staff_pass *pass;
};

static bool
attempt_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct attempt *t = arg;

	(void)j;
	return staff_login(o, t->login, t->password, e) && staff_pass_take(o, &t->pass, e);
}

static void
attempt_drop(void *arg)
{
	struct attempt *t = arg;

	staff_pass_free(t->pass);
	OPENSSL_clear_free(t, sizeof *t);
}

static void
attempt_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct login *l = (struct login *)s;
	struct attempt *t = arg;
	struct staff_pass *pass = t->pass;
	char password[256];
	bool must_change;

	if (!ok) {
		form_set(&l->form, "password", "");
		form_refuse(&l->form, e);
		form_go(&l->form, "password");
		return;
	}
	t->pass = NULL;
	must_change = staff_pass_member(pass)->must_change;
	memcpy(password, t->password, sizeof password);
	console_login(pass);
	if (must_change)
		password_ask(password);
	OPENSSL_cleanse(password, sizeof password);
}

static const struct job_plan attempt_plan = { .lane = JOB_STORE, .what = N_("checking the password"), .wait = true,
	.run = attempt_run, .done = attempt_done, .drop = attempt_drop };

static void
attempt(struct screen *s, const char *login, const char *password)
{
	struct attempt *t = OPENSSL_zalloc(sizeof *t);

	if (!t)
		abort();
	snprintf(t->login, sizeof t->login, "%s", login);
	snprintf(t->password, sizeof t->password, "%s", password);
	job_start(s, &attempt_plan, t);
}

/* ---- login ---- */

static void
read_demo(struct login *l)
{
	char path[PATH_MAX_RA];
	FILE *f;

	office_path(console_office(), "demo-logins", path);
	f = fopen(path, "re");
	while (f && l->demos < DEMO_MAX && fscanf(f, "%32s %23s %63s", l->demo[l->demos].login, l->demo[l->demos].role,
	    l->demo[l->demos].password) == 3)
		l->demos++;
	if (f)
		fclose(f);
}

static bool
login_open(struct screen *s, void *arg)
{
	struct login *l = (struct login *)s;
	const char *name = arg;

	form_open(&l->form, login_rows, 2, NULL, NULL);
	if (name && *name) {
		form_set(&l->form, "login", name);
		form_go(&l->form, "password");
	}
	read_demo(l);
	return true;
}

static void
login_try(struct screen *s)
{
	struct login *l = (struct login *)s;

	if (form_check(&l->form))
		attempt(s, form_value(&l->form, "login"), form_value(&l->form, "password"));
}

static bool
login_key(struct screen *s, int key)
{
	switch (form_key(&((struct login *)s)->form, key)) {
	case FORM_DONE:
		login_try(s);
		return true;
	case FORM_TAKEN:
		return true;
	case FORM_IGNORED:
		break;
	}
	return false;
}

static void
draw_demo(const struct login *l, struct area a)
{
	paint_text(a.y, a.x, a.w, INK_DIM, tr("This is a demo home. Its logins (F4 takes one):"));
	for (int i = 0; i < l->demos && i + 1 < a.h; i++) {
		paint_text(a.y + 1 + i, a.x + 2, 12, INK_STRONG, l->demo[i].login);
		paint_text(a.y + 1 + i, a.x + 14, 14, INK_PLAIN, tr_stored(role_names, l->demo[i].role));
		paint_text(a.y + 1 + i, a.x + 28, 20, INK_PLAIN, l->demo[i].password);
	}
}

static void
login_draw(struct screen *s, struct area a)
{
	struct login *l = (struct login *)s;
	struct area box = paint_middle(a, l->demos > 0 ? 9 + l->demos + 2 : 9, 62), f;

	box.h = 9;
	f = paint_frame(box, tr("Log in"));
	paint_text(f.y, f.x, f.w, INK_STRONG, console_office()->point_name);
	paint_text(f.y + 1, f.x, f.w, INK_DIM, console_office()->point_address);
	form_draw(&l->form, (struct area){ f.y + 3, f.x, f.h - 3, f.w });
	hint(N_("F keys that the terminal lacks: Alt-1 to Alt-0, or Ctrl-G and the digit"));
	if (l->demos > 0)
		draw_demo(l, (struct area){ box.y + box.h + 1, box.x, l->demos + 1, box.w });
}

static void
login_close(struct screen *s)
{
	struct login *l = (struct login *)s;

	form_close(&l->form);
	OPENSSL_cleanse(l->demo, sizeof l->demo);
}

static void
demo_chosen(struct screen *below, void *arg, int i)
{
	struct login *l = (struct login *)below;

	(void)arg;
	form_set(&l->form, "login", l->demo[i].login);
	attempt(below, l->demo[i].login, l->demo[i].password);
}

static void
login_demo(struct screen *s)
{
	struct login *l = (struct login *)s;
	struct dialog_option o[DEMO_MAX] = { 0 };

	for (int i = 0; i < l->demos; i++) {
		o[i].label = l->demo[i].login;
		o[i].more = tr_stored(role_names, l->demo[i].role);
	}
	dialog_choose(tr("Demo logins"), o, l->demos, 0, demo_chosen, NULL);
}

static bool
has_demo(struct screen *s)
{
	return s->ops == &screen_login && ((struct login *)s)->demos > 0;
}

static void
other_language(struct screen *s)
{
	(void)s;
	screen_language();
}

static const struct action login_actions[] = {
	{ K_F(2), N_("Log in"), N_("log in; Enter on the password does it too"), login_try, NULL },
	{ K_F(4), N_("Demo logins"), N_("choose one of the demo's logins"), login_demo, has_demo },
	{ K_ALT('l'), N_("中文"), "", other_language, NULL },
	{ K_F(10), N_("Quit"), N_("leave the console"), screen_back, NULL },
	{ 0 }
};
const struct screen_ops screen_login = { .title = N_("Log in"), .size = sizeof(struct login), .sealed = true,
	.actions = login_actions, .open = login_open, .draw = login_draw, .key = login_key, .close = login_close };

/* ---- lock: the same member's password, everything else stays as it was ---- */

static bool
lock_open(struct screen *s, void *arg)
{
	struct login *l = (struct login *)s;

	(void)arg;
	form_open(&l->form, login_rows + 1, 1, NULL, NULL);
	return true;
}

static void
lock_draw(struct screen *s, struct area a)
{
	struct login *l = (struct login *)s;
	struct area f = paint_frame(paint_middle(a, 7, 62), tr("Locked"));
	char line[300];

	snprintf(line, sizeof line, tr("%s (%s) works here. What is open stays as it is."), console_office()->me.name,
	    console_office()->me.login);
	paint_text(f.y + 1, f.x, f.w, INK_PLAIN, line);
	form_draw(&l->form, (struct area){ f.y + 3, f.x, 2, f.w });
}

static void
lock_try(struct screen *s)
{
	struct login *l = (struct login *)s;

	if (form_check(&l->form))
		attempt(s, console_office()->me.login, form_value(&l->form, "password"));
}

static bool
lock_key(struct screen *s, int key)
{
	if (key == K_ESC)
		return true;
	if (form_key(&((struct login *)s)->form, key) == FORM_DONE)
		lock_try(s);
	return true;
}

static void
logout_yes(struct screen *below, void *arg)
{
	(void)below;
	(void)arg;
	console_logout();
}

static void
lock_logout(struct screen *s)
{
	(void)s;
	dialog_confirm(tr("Log this member out? Forms that are being typed are kept as drafts."), logout_yes, NULL);
}

static const struct action lock_actions[] = {
	{ K_F(2), N_("Unlock"), N_("unlock; Enter does it too"), lock_try, NULL },
	{ K_F(10), N_("Log out"), N_("log this member out, for another one"), lock_logout, NULL },
	{ K_ALT('l'), N_("中文"), "", other_language, NULL },
	{ 0 }
};
const struct screen_ops screen_lock = { .title = N_("Locked"), .size = sizeof(struct login), .sealed = true,
	.actions = lock_actions, .open = lock_open, .draw = lock_draw, .key = lock_key, .close = login_close };

/* ---- one's own password ---- */

struct change {
	char old[256], new[256];
	struct staff_pass *pass;
};

static bool
change_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	struct change *c = arg;

	(void)j;
	return staff_passwd(o, o->me.login, c->old, c->new, e) && staff_pass_take(o, &c->pass, e);
}

static void
change_drop(void *arg)
{
	struct change *c = arg;

	staff_pass_free(c->pass);
	OPENSSL_clear_free(c, sizeof *c);
}

static void
change_done(struct screen *s, void *arg, bool ok, const struct err *e)
{
	struct change *c = arg;

	if (!ok) {
		dialog_refuse(s, e);
		return;
	}
	staff_pass_wear(console_office(), c->pass);
	c->pass = NULL;
	dialog_done(s);
	notice(TONE_GOOD, N_("the password is changed"));
}

static const struct job_plan change_plan = { .lane = JOB_STORE, .what = N_("storing the password"), .wait = true,
	.run = change_run, .done = change_done, .drop = change_drop };

static void
password_done(struct screen *dialog, struct form *f, void *arg)
{
	struct change *c = OPENSSL_zalloc(sizeof *c);
	struct err e;
	const char *old = arg;

	if (!c)
		abort();
	if (strcmp(form_value(f, "password"), form_value(f, "again")) != 0) {
		err_field(&e, "again", "the two do not agree: type the new password twice");
		dialog_refuse(dialog, &e);
		change_drop(c);
		return;
	}
	snprintf(c->old, sizeof c->old, "%s", old ? old : form_value(f, "old_password"));
	snprintf(c->new, sizeof c->new, "%s", form_value(f, "password"));
	job_start(dialog, &change_plan, c);
}

static void
password_drop(void *arg)
{
	if (arg)
		OPENSSL_clear_free(arg, 256);
}

static const struct form_row password_rows[] = {
	{ .id = "old_password", .en = N_("present password"), .limit = 64, .edit = EDIT_SECRET, .required = true },
	{ .id = "password", .en = N_("new password"), .limit = 64, .edit = EDIT_SECRET, .required = true },
	{ .id = "again", .en = N_("once more"), .limit = 64, .edit = EDIT_SECRET, .required = true },
};
static const struct dialog_form password_own = { .title = N_("My password"), .rows = password_rows, .n = 3, .done = password_done,
	.drop = password_drop };
static const struct dialog_form password_first = { .title = N_("A password of your own"), .rows = password_rows + 1, .n = 2,
	.done = password_done, .drop = password_drop, .refused = console_logout };

void
password_ask(const char *old)
{
	char *copy = NULL;

	if (!old) {
		dialog_form(&password_own, NULL, NULL);
		return;
	}
	copy = OPENSSL_zalloc(256);
	if (!copy)
		abort();
	snprintf(copy, 256, "%s", old);
	dialog_form(&password_first, N_("Your password was set by somebody else. Choose your own before you work: at least 8"
	    " characters, without your login in it."), copy);
}
