#include "tui/console.h"

#include "forms/config.h"
#include "ra/home.h"
#include "ra/staff.h"
#include "tui/dialog.h"
#include "tui/screens/screens.h"
#include "tui/term.h"
#include "tui/words.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IDLE_S 300		/* ra.conf's idle_lock_s where it says nothing */
#define END_WAIT_MS 3000	/* started jobs may end while the clerk waits for the shell … */
#define LOST_WAIT_MS 60000	/* … and when nobody waits any more */

static struct office *office;
static bool logged_in, locked;

struct office *
console_office(void)
{
	return office;
}

bool
console_logged_in(void)
{
	return logged_in && !locked;
}

/* ---- who works ---- */

void
console_login(struct staff_pass *pass)
{
	bool back = locked && office->me.id == staff_pass_member(pass)->id;

	staff_pass_wear(office, pass);
	logged_in = true;
	locked = false;
	/* back from the lock: the same member finds the screens as they were left */
	if (back)
		screen_pop();
	else
		screen_restart(&screen_queue, NULL);
}

void
console_logout(void)
{
	if (!screen_keeps())
		return;
	logged_in = locked = false;
	screen_restart(&screen_login, NULL);
	staff_leave(office);
}

void
console_lock(void)
{
	struct screen *s = screen_top();

	if (!console_logged_in())
		return;
	/* as after a second: what was typed last is kept in its draft before nobody may write any more */
	if (s->ops->tick && !job_awaited(s))
		s->ops->tick(s);
	locked = true;
	staff_lock(office);
	screen_push(&screen_lock, NULL);
}

/* ---- what is the same everywhere ---- */

void
console_application(const char *no)
{
	char copy[APP_NO_MAX];

	snprintf(copy, sizeof copy, "%s", no);
	screen_push(&screen_application, copy);
}

static bool
scan_known(const char *no)
{
	struct application *a = calloc(1, sizeof *a);
	struct err ignored;
	bool found = false;

	if (a && console_logged_in() && !app_load(office->db, office->keys, no, a, &found, &ignored))
		found = false;
	free(a);
	return found;
}

static void
status(char *out, size_t outsz)
{
	char now[20], clock[40];

	when_show(when_now(), now);
	snprintf(clock, sizeof clock, "%.5s %s %.5s", now + 5, weekday_of(when_now()), now + 11);
	if (logged_in)
		snprintf(out, outsz, "%s  %s %s  %s", office->point_name, office->me.name, tr_name(role_names, (int)office->me.role), clock);
	else
		snprintf(out, outsz, "%s  %s", office->point_name, clock);
}

/* ---- the menu ---- */

enum extra { EXTRA_PASSWORD, EXTRA_LANGUAGE, EXTRA_LOCK, EXTRA_LOGOUT, EXTRA_QUIT, EXTRAS };
static const struct { const char *label, *help; char key; } extras[EXTRAS] = {
	[EXTRA_PASSWORD] = { N_("My password"), N_("change it"), 'p' },
	[EXTRA_LANGUAGE] = { N_("Language"), "中文 / English", 'l' },
	[EXTRA_LOCK] = { N_("Lock"), N_("until my password is typed"), 'k' },
	[EXTRA_LOGOUT] = { N_("Log out"), N_("another member works here"), 'o' },
	[EXTRA_QUIT] = { N_("Quit"), N_("leave the console"), 'q' },
};

#define MENU_MAX 40
static int menu_place[MENU_MAX];	/* row of places, or -1 - extra */

static void
quit(struct screen *below, void *arg)
{
	(void)below;
	(void)arg;
	if (screen_keeps())
		screen_quit();
}

static void
ask_quit(void)
{
	dialog_confirm(job_count() > 0 ? tr("Something is still running; it will be finished or ended cleanly. Leave the console?")
	    : tr("Leave the console?"), quit, NULL);
}

static void
go(const struct place *p)
{
	struct screen *root = screen_top();

	/* a place stands on the member's first screen, not on whatever is open: Esc leads back there */
	if (p->ops == &screen_queue) {
		while (root->below)
			root = root->below;
		screen_pop_to(root);
		return;
	}
	screen_push(p->ops, NULL);
}

static void
menu_chosen(struct screen *below, void *arg, int i)
{
	(void)arg;
	(void)below;
	if (menu_place[i] >= 0) {
		go(&places[menu_place[i]]);
		return;
	}
	switch ((enum extra)(-1 - menu_place[i])) {
	case EXTRA_PASSWORD:
		password_ask(NULL);
		return;
	case EXTRA_LANGUAGE:
		screen_language();
		return;
	case EXTRA_LOCK:
		console_lock();
		return;
	case EXTRA_LOGOUT:
		console_logout();
		return;
	case EXTRA_QUIT:
		ask_quit();
		return;
	case EXTRAS:
		return;
	}
}

static void
menu(struct screen *s)
{
	struct dialog_option o[MENU_MAX];
	int n = 0;

	(void)s;
	for (int i = 0; places[i].ops && n < MENU_MAX - EXTRAS; i++) {
		if (!(acts[places[i].act].roles & (1u << office->me.role)))
			continue;
		menu_place[n] = i;
		o[n++] = (struct dialog_option){ tr(places[i].label), tr(places[i].help), places[i].key };
	}
	for (int i = 0; i < EXTRAS; i++) {
		menu_place[n] = -1 - i;
		o[n++] = (struct dialog_option){ tr(extras[i].label), tr(extras[i].help), extras[i].key };
	}
	dialog_choose(tr("Menu"), o, n, 0, menu_chosen, NULL);
}

static bool
not_in_dialog(struct screen *s)
{
	return console_logged_in() && !s->ops->overlay;
}

static bool
is_logged_in(struct screen *s)
{
	(void)s;
	return console_logged_in();
}

static void
lock_it(struct screen *s)
{
	(void)s;
	console_lock();
}

static void
find_it(struct screen *s)
{
	(void)s;
	find_ask();
}

static const struct action common[] = {
	{ K_F(3), N_("Find"), N_("find anything by number, phone, serial or name"), find_it, not_in_dialog },
	{ K_F(9), N_("Lock"), N_("lock the console until my password is typed"), lock_it, is_logged_in },
	{ K_F(10), N_("Menu"), N_("everything else, and out"), menu, not_in_dialog },
	{ 0 }
};

/* ---- beginning and end ---- */

/* The embedded CA of this home is started when it is not up: it may be wanted soon, and nobody waits for it. */
static bool
ca_run(struct job *j, struct office *o, void *arg, struct err *e)
{
	char ca[PATH_MAX_RA];

	(void)j;
	(void)arg;
	office_path(o, "ca/ca.conf", ca);
	return access(ca, F_OK) != 0 || home_ca_start(o->home, e);
}

static const struct job_plan ca_plan = { .lane = JOB_SLOW, .what = N_("starting the embedded CA"), .run = ca_run };

/* What libraries and the CA's program say on stderr would be written across the screen: it goes into HOME/console.log. */
static int
stderr_aside(void)
{
	char path[PATH_MAX_RA];
	int kept, fd;

	office_path(office, "console.log", path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	fflush(stderr);
	kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return kept;
}

static void
stderr_back(int kept)
{
	if (kept < 0)
		return;
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static void
begin(void)
{
	struct err e;
	int64_t idle;

	if (!config_int_or(office->conf, "idle_lock_s", IDLE_S, &idle, &e) || idle < 0 || idle > 86400) {
		notice(TONE_WARN, N_("ra.conf: idle_lock_s is a number of seconds from 0 to 86400; %d is taken"), IDLE_S);
		idle = IDLE_S;
	}
	if (!getenv("RA_LANGUAGE") && term_lacks_chinese()) {
		tr_language("en");
		notice(TONE_WARN, N_("the Linux console has no Chinese characters, names cannot be read here: work in fbterm, kmscon or over ssh"));
	}
	screen_common(common);
	screen_status(status);
	screen_on_scan(scan_known, console_application);
	screen_on_idle((int)idle, console_lock);
	job_start(NULL, &ca_plan, NULL);
}

bool
console_run(struct office *o, const char *login, struct err *e)
{
	char name[40] = "";
	struct press *press;
	struct err fonts;
	enum loop_end end;
	bool closed;
	int kept;

	office = o;
	logged_in = locked = false;
	if (!term_open(e))
		return false;
	if (!job_open(o, e)) {
		term_close();
		return false;
	}
	kept = stderr_aside();
	begin();
	/* without its fonts the hall can look, but take no form in and print none: said now, with the package */
	if (!office_press(o, &press, &fonts))
		notice_err(&fonts);
	snprintf(name, sizeof name, "%s", login ? login : "");
	end = screen_run(&screen_login, name);
	term_close();
	stderr_back(kept);
	logged_in = false;
	staff_leave(o);
	closed = job_close(end == LOOP_QUIT ? END_WAIT_MS : LOST_WAIT_MS);
	term_die();
	if (!closed)
		_exit(end == LOOP_QUIT ? 0 : FAULT_LATER);
	return end == LOOP_QUIT || err_later(e, "the terminal is gone; what was typed is kept");
}
