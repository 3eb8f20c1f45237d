#include "tui/term.h"

#include "forms/tr.h"
#include "tui/keyboard.h"
#include "tui/output.h"
#include "tui/paint.h"
#include "tui/probe.h"
#include "tui/width.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define FINISH_MS 1000		/* a terminal that takes nothing for so long gets nothing more at the end */

static bool hushed, opened, testing, mouse_on;
static struct termios before;		/* the terminal as it was … */
static struct termios during;		/* … and as the console has it */
static char rescue[400];		/* what a crash writes */
static size_t rescue_n;
static sigset_t held;			/* signals that only term_wait lets in */
static volatile sig_atomic_t got_end, got_size, got_back, got_stop;

/* ---- signals ---- */

static void
on_signal(int s)
{
	switch (s) {
	case SIGWINCH:
		got_size = 1;
		return;
	case SIGCONT:
		got_back = 1;
		return;
	case SIGTSTP:
		got_stop = 1;
		return;
	}
	got_end = s;
}

/* Async-signal-safe: poll, write, tcsetattr, raise. SA_RESETHAND: the second time it is the default action, with its core. */
static void
on_crash(int s)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (poll(&p, 1, FINISH_MS) > 0 && write(STDOUT_FILENO, rescue, rescue_n) < 0)
		p.revents = 0;	/* nothing more can be done for it */
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	raise(s);
}

/* A crash by too deep a recursion needs another stack to be told on. */
static void
crash_stack(void)
{
	static char room[16384];
	stack_t other = { .ss_sp = room, .ss_size = sizeof room };

	sigaltstack(&other, NULL);
}

static void
signals_open(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS };
	static const int asked[] = { SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	struct sigaction crash = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK };
	struct sigaction ask = { .sa_handler = on_signal };

	crash_stack();
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigaction(crashes[i], &crash, NULL);
	sigemptyset(&held);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		sigaction(asked[i], &ask, NULL);
		sigaddset(&held, asked[i]);
	}
	/* a signal between looking at its flag and waiting would be slept over: they come in while term_wait waits */
	sigprocmask(SIG_BLOCK, &held, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- opening and closing ---- */

static void
rescue_add(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (n > 0 && rescue_n + n < sizeof rescue) {
		memcpy(rescue + rescue_n, s, n + 1);
		rescue_n += n;
	}
}

/* What gives the terminal back after a crash. CAN ends a sequence that was cut; where there is no other screen to go back
 * to, nobody's numbers stay on this one. */
static void
rescue_open(void)
{
	rescue_n = 0;
	rescue_add("\030\033[?2004l\033[?1000l\033[?1002l\033[?1006l");
	rescue_add(exit_attribute_mode);
	rescue_add(clear_screen);
	rescue_add(exit_ca_mode);
	rescue_add(cursor_normal);
	rescue_add(keypad_local);
}

static void
modes_on(void)
{
	output_say("\033[?2004h");
	/* digits from the numeric pad, where curses has just put it into its application mode */
	if (keypad_xmit && strstr(keypad_xmit, "\033="))
		output_say("\033>");
}

/* curses gives the terminal back, with nothing of us left on it where it has no other screen. */
static void
modes_off(void)
{
	output_say("\033[?2004l");
	if (!isendwin()) {
		erase();
		curs_set(1);
		refresh();
		endwin();
	}
	output_collect();
	/* some terminals bring a hidden cursor back with the screen that was kept */
	if (cursor_normal)
		output_say(cursor_normal);
	output_finish(FINISH_MS);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* Terminals that understand what xterm does; which type they are taken for where this machine does not know their own. */
static const struct { const char *begins, *instead; } families[] = {
	{ "xterm", "xterm-256color" }, { "putty", "xterm-256color" }, { "screen", "screen-256color" }, { "tmux", "screen-256color" },
	{ "rxvt", "xterm-256color" }, { "konsole", "xterm-256color" }, { "gnome", "xterm-256color" }, { "vte", "xterm-256color" },
	{ "alacritty", "xterm-256color" }, { "foot", "xterm-256color" }, { "st-", "xterm-256color" }, { "wezterm", "xterm-256color" },
	{ "mlterm", "xterm-256color" }, { "mintty", "xterm-256color" }, { "iterm", "xterm-256color" }, { "contour", "xterm-256color" },
};

/* NULL: like none of them. */
static const char *
family(const char *type)
{
	for (size_t i = 0; type && i < sizeof families / sizeof *families; i++)
		if (strncasecmp(type, families[i].begins, strlen(families[i].begins)) == 0)
			return families[i].instead;
	return NULL;
}

static bool
known_type(struct err *e)
{
	const char *type = getenv("TERM"), *instead = family(type);
	int rc;

	if (!type || !*type)
		return err_refuse(e, "the terminal does not say what it is: set TERM, for instance TERM=xterm");
	if (setupterm(type, STDOUT_FILENO, &rc) != OK) {
		if (!instead || setupterm(instead, STDOUT_FILENO, &rc) != OK)
			return err_refuse(e, "the terminal type TERM=%s is not known: try TERM=xterm", type);
		setenv("TERM", instead, 1);
	}
	if (!cursor_address)
		return err_refuse(e, "the terminal type TERM=%s cannot place a cursor: try TERM=xterm", type);
	return true;
}

static bool
curses_open(const struct probe *probe, struct err *e)
{
	FILE *out = output_open();
	TERMINAL *asked = cur_term;	/* known_type's: newterm reads its own */

	setenv("NCURSES_NO_UTF8_ACS", "1", 1);	/* PuTTY in UTF-8 ignores the VT100 line set */
	if (!out || !newterm(NULL, out, stdin))
		return err_refuse(e, "the terminal type TERM=%s is not known: try TERM=xterm", getenv("TERM"));
	if (asked != cur_term)
		del_curterm(asked);
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	keyboard_open(testing, probe->early, probe->early_n);
	mouse_on = getenv("RA_NO_MOUSE") == NULL;
	keyboard_mouse(mouse_on);
	tcgetattr(STDIN_FILENO, &during);
	output_divert();
	return true;
}

static void
locale_open(void)
{
	/* the console speaks UTF-8 whatever the environment says: cn.GB18030 and POSIX alike */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && !setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "en_US.UTF-8");
}

/* Refuses a terminal whose characters would be garbage; in ASCII, since that is what it shows. */
static bool
shows_utf8(const struct probe *probe, struct err *e)
{
	if (probe->utf8)
		return true;
	tr_language("en");
	return err_refuse(e, "this terminal does not show Chinese in UTF-8: set its character set to UTF-8 (PuTTY: Window,"
	    " Translation; xterm: -u8; a GBK or GB18030 window: open a UTF-8 one) and repeat");
}

static void
unhush(void)
{
	if (!opened)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void
term_hush(void)
{
	struct termios quiet;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	hushed = true;
	atexit(unhush);
}

bool
term_open(struct err *e)
{
	struct probe probe;
	bool ok;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || (!hushed && tcgetattr(STDIN_FILENO, &before) != 0))
		return err_usage(e, "the console needs a terminal for its input and output");
	testing = getenv("RA_TUI_TEST") != NULL;
	locale_open();
	if (!known_type(e))
		return false;
	probe_terminal(&before, &probe);
	ok = shows_utf8(&probe, e) && curses_open(&probe, e);
	OPENSSL_cleanse(probe.early, sizeof probe.early);
	if (!ok) {
		output_close();
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
		return false;
	}
	width_ambiguous(probe.wide_ambiguous);
	rescue_open();
	signals_open();
	paint_open(probe.wide_frames || getenv("RA_ASCII"));
	modes_on();
	if (!opened)
		atexit(term_close);
	opened = true;
	return true;
}

bool
term_lacks_chinese(void)
{
	char name[64];

	return ttyname_r(STDOUT_FILENO, name, sizeof name) == 0 && probe_text_console(name);
}

void
term_close(void)
{
	if (!opened)
		return;
	opened = false;
	modes_off();
	output_close();
}

void
term_leave(void)
{
	modes_off();
}

void
term_return(void)
{
	got_back = 1;
}

/* SIGTSTP (not Ctrl-Z, which undoes): the shell gets the terminal, and the next SIGCONT gives it back to us. */
static void
stop(void)
{
	struct sigaction ask, usual = { .sa_handler = SIG_DFL };
	sigset_t only;

	got_stop = 0;
	modes_off();
	sigaction(SIGTSTP, &usual, &ask);
	raise(SIGTSTP);
	sigemptyset(&only);
	sigaddset(&only, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	/* … stopped … */
	sigprocmask(SIG_BLOCK, &only, NULL);
	sigaction(SIGTSTP, &ask, NULL);
	got_back = 1;
}

/* ---- waiting ---- */

/* Looks at what the terminal told of itself; WAIT_LOST first: one that is gone is readable too, for ever. */
static unsigned
what_came(const struct pollfd p[3])
{
	if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		return WAIT_LOST;
	if (p[2].revents)
		output_flush();
	return (p[0].revents & POLLIN ? (unsigned)WAIT_KEY : 0) | (p[1].revents & POLLIN ? (unsigned)WAIT_FD : 0);
}

unsigned
term_wait(int fd, int ms)
{
	struct pollfd p[3] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN },
	    { .fd = output_behind() ? output_fd() : -1, .events = POLLOUT } };
	struct timespec t;
	sigset_t open;
	int n;

	if (keyboard_wait(&ms))
		return WAIT_KEY;
	t = (struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 };
	sigprocmask(SIG_BLOCK, NULL, &open);
	for (int s = 1; s < 32; s++)
		if (sigismember(&held, s) == 1)
			sigdelset(&open, s);
	n = ppoll(p, 3, ms < 0 ? NULL : &t, &open);
	if (got_stop)
		stop();
	return n > 0 ? what_came(p) : 0;
}

bool
term_behind(void)
{
	return output_behind();
}

void
term_shown(void)
{
	output_collect();
}

bool
term_resized(void)
{
	struct winsize ws;

	/* one that came while we worked is held back until now */
	sigprocmask(SIG_UNBLOCK, &held, NULL);
	sigprocmask(SIG_BLOCK, &held, NULL);
	if (!got_size && !got_back)
		return false;
	if (got_back) {
		/* a shell that had the terminal meanwhile left its own modes on it */
		tcsetattr(STDIN_FILENO, TCSANOW, &during);
		if (isendwin())
			refresh();	/* back from the shell: curses puts on what it took off */
		modes_on();
	}
	got_size = got_back = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 && ws.ws_col > 0)
		resizeterm(ws.ws_row, ws.ws_col);
	/* what a terminal does with its lines when its size changes is its own: nothing that is there counts */
	clearok(curscr, TRUE);
	return true;
}

int
term_signal(void)
{
	return got_end;
}

void
term_die(void)
{
	if (got_end == 0)
		return;
	signal(got_end, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &held, NULL);
	raise(got_end);
}

void
term_answer(void)
{
	for (int n = keyboard_barriers(); n > 0; n--)
		output_say("\033]777;idle\a");
}

/* ---- the terminal's own machine ---- */

bool
term_mouse_switch(void)
{
	mouse_on = !mouse_on;
	keyboard_mouse(mouse_on);
	return mouse_on;
}

void
term_copy(const char *text)
{
	unsigned char base64[4 * 200 + 8];
	size_t n = strlen(text);

	/* the Linux console and real terminals would write it across the screen */
	if (n > 600 || !family(getenv("TERM")))
		return;
	EVP_EncodeBlock(base64, (const unsigned char *)text, (int)n);
	output_say("\033]52;c;");
	output_say((const char *)base64);
	output_say("\a");
}
