#include "tests/term.h"

#include "forms/text.h"
#include "tests/support.h"
#include "tui/width.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PATIENCE_MS 20000	/* for a machine that is busy; a test that passes never waits so long */

static const char *next_type = "xterm-256color";
static enum manner next_manner;
static const char *next_library;

/* ---- libvterm calls back ---- */

static int
on_property(VTermProp p, VTermValue *v, void *arg)
{
	struct term *t = arg;

	if (p == VTERM_PROP_ALTSCREEN)
		t->altscreen = v->boolean;
	if (p == VTERM_PROP_CURSORVISIBLE)
		t->cursor_shown = v->boolean;
	return 1;
}

static int
on_cursor(VTermPos at, VTermPos before, int visible, void *arg)
{
	(void)before;
	(void)visible;
	((struct term *)arg)->cursor = at;
	return 1;
}

/* Keys, and what a terminal answers by itself (where is the cursor?). */
static void
on_output(const char *s, size_t n, void *arg)
{
	struct term *t = arg;

	if (t->listening && t->manner == TERM_SILENT)
		return;
	while (n > 0) {
		ssize_t k = write(t->fd, s, n);

		if (k < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (k > 0) {
			s += k;
			n -= (size_t)k;
		}
	}
}

static const VTermScreenCallbacks screen_calls = { .settermprop = on_property, .movecursor = on_cursor };

/* ---- starting and ending ---- */

static void
become(const char *const argv[])
{
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	if (next_type)
		setenv("TERM", next_type, 1);
	else
		unsetenv("TERM");
	if (next_library)
		setenv("LD_PRELOAD", next_library, 1);
	setenv("RA_TUI_TEST", "1", 1);
	setenv("RA_LANGUAGE", "zh", 0);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
term_as(const char *type, enum manner manner)
{
	next_type = type;
	next_manner = manner;
}

void
term_preload(const char *library)
{
	next_library = library;
}

struct term *
term_start(int rows, int cols, const char *const argv[])
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	struct term *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->rows = rows;
	t->cols = cols;
	t->manner = next_manner;
	t->cursor_shown = true;
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, t->manner != TERM_LATIN);
	vterm_output_set_callback(t->vt, on_output, t);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_set_callbacks(t->screen, &screen_calls, t);
	vterm_screen_reset(t->screen, 1);
	t->pid = forkpty(&t->fd, NULL, NULL, &ws);
	if (t->pid < 0)
		abort();
	if (t->pid == 0)
		become(argv);
	return t;
}

void
term_free(struct term *t)
{
	if (!t)
		return;
	if (!t->ended) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, &t->status, 0);
	}
	close(t->fd);
	vterm_free(t->vt);
	free(t);
}

/* ---- reading what it draws ---- */

/* Counts the answers in what comes. Not by libvterm's callback: this version loses a string that comes in two pieces. */
static void
count_answers(struct term *t, const char *s, size_t n)
{
	static const char answer[] = "\033]777;idle\a";

	for (size_t i = 0; i < n; i++) {
		t->matched = s[i] == answer[t->matched] ? t->matched + 1 : s[i] == answer[0];
		if (t->matched == sizeof answer - 1) {
			t->answered++;
			t->matched = 0;
		}
	}
}

static void
set_mode(struct term *t, long mode, bool on)
{
	if (mode == 2004)
		t->brackets = on;
	if (mode == 1000 || mode == 1002)
		t->clicks = on;
}

/* Modes that libvterm does not tell of, or not where several are set at once: ESC [ ? 1006 ; 1000 h. */
static void
note_modes(struct term *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *p = t->mode;

		if (s[i] == '\033')
			t->mode_n = 0;
		if (t->mode_n == sizeof t->mode - 1)
			continue;
		t->mode[t->mode_n++] = s[i];
		t->mode[t->mode_n] = '\0';
		if ((s[i] != 'h' && s[i] != 'l') || strncmp(p, "\033[?", 3) != 0)
			continue;
		for (p += 3; *p >= '0' && *p <= '9'; p += *p == ';')
			set_mode(t, strtol(p, &p, 10), s[i] == 'h');
		t->mode_n = sizeof t->mode - 1;
	}
}

static bool
ambiguous(uint32_t cp)
{
	int narrow = width_of(cp), wide;

	width_ambiguous(true);
	wide = width_of(cp);
	width_ambiguous(false);
	return narrow == 1 && wide == 2;
}

/* To libvterm, with ambiguous characters moved to where it draws them wide. */
static void
show(struct term *t, const char *s, size_t n)
{
	static char kept[4];		/* a character that came in two pieces */
	static size_t kept_n;
	char out[4];

	if (t->manner != TERM_WIDE) {
		vterm_input_write(t->vt, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t cp;

		kept[kept_n++] = s[i];
		kept[kept_n] = '\0';
		if (text_next(kept, &cp) == 0 && kept_n < 3)
			continue;
		if (text_next(kept, &cp) > 0 && cp >= 0x80 && ambiguous(cp))
			vterm_input_write(t->vt, out, text_put(cp + WIDE_SHIFT, out));
		else
			vterm_input_write(t->vt, kept, kept_n);
		kept_n = 0;
	}
}

/* 1: something came, 0: not within ms, -1: nothing comes any more */
static int
pump(struct term *t, long ms)
{
	static char buf[65536];
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	ssize_t n;

	if (t->eof)
		return -1;
	if (poll(&p, 1, (int)ms) <= 0)
		return 0;
	n = read(t->fd, buf, sizeof buf);
	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		t->eof = true;
		return -1;
	}
	t->bytes += (unsigned long)n;
	count_answers(t, buf, (size_t)n);
	note_modes(t, buf, (size_t)n);
	t->listening = true;
	show(t, buf, (size_t)n);
	t->listening = false;
	return 1;
}

static void
give_up(struct term *t, const char *what)
{
	term_dump(t);
	fprintf(stderr, "%s\n", what);
	abort();
}

void
term_barrier(struct term *t)
{
	long end = ms_now() + PATIENCE_MS;

	t->asked++;
	on_output("\033[777~", 6, t);
	while (t->answered < t->asked) {
		long left = end - ms_now();

		if (left <= 0 || pump(t, left) < 0)
			give_up(t, "the console does not answer");
	}
}

bool
term_settles(struct term *t)
{
	long end = ms_now() + 3 * PATIENCE_MS;

	t->asked = t->answered;
	while (t->answered == t->asked) {
		long again = ms_now() + 500;

		if (again > end - 3 * PATIENCE_MS + 3000)
			on_output("\033", 1, t);
		on_output("\033[777~", 6, t);
		while (t->answered == t->asked && ms_now() < again)
			if (pump(t, again - ms_now()) < 0)
				return false;
		if (ms_now() > end)
			give_up(t, "the console does not answer");
	}
	/* those that were sent in vain are answered too */
	while (ms_now() > end - 3 * PATIENCE_MS + 500 && pump(t, 20) > 0)
		;
	t->asked = t->answered;
	return true;
}

bool
term_ended(struct term *t, int ms)
{
	long end = ms_now() + ms;

	while (!t->ended) {
		long left = end - ms_now();

		if (waitpid(t->pid, &t->status, WNOHANG) == t->pid)
			t->ended = true;
		else if (left <= 0)
			return false;
		else if (pump(t, left < 20 ? left : 20) < 0)
			usleep(1000);
	}
	while (pump(t, 0) > 0)
		;		/* the last bytes: the terminal is given back */
	return true;
}

bool
term_given_back(struct term *t)
{
	struct termios now;

	return !t->altscreen && t->cursor_shown && !t->clicks && !t->brackets && tcgetattr(t->fd, &now) == 0
	    && (now.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

void
term_read(struct term *t, int ms)
{
	long end = ms_now() + ms, left;

	while ((left = end - ms_now()) > 0 && pump(t, left) >= 0)
		;
}

void
term_up(struct term *t)
{
	long end = ms_now() + PATIENCE_MS, left;

	/* before it owns the terminal it asks what that can, and takes no keys */
	while (!t->brackets && (left = end - ms_now()) > 0 && pump(t, left) >= 0)
		;
	term_barrier(t);
}

struct term *
term_console(const char *home, const char *login, int rows, int cols)
{
	const char *argv[] = { built("ra"), "--home", home, login ? "--as" : "console", login, "console", NULL };
	struct term *t;

	if (!login)
		argv[4] = NULL;
	t = term_start(rows, cols, argv);
	term_up(t);
	return t;
}

/* ---- keys ---- */

void
term_send(struct term *t, const char *utf8)
{
	on_output(utf8, strlen(utf8), t);
}

void
term_type(struct term *t, const char *utf8)
{
	term_send(t, utf8);
	term_barrier(t);
}

void
term_press(struct term *t, VTermKey key)
{
	vterm_keyboard_key(t->vt, key, VTERM_MOD_NONE);
	term_barrier(t);
}

void
term_alt(struct term *t, char c)
{
	char keys[3] = { 27, c, '\0' };

	term_type(t, keys);
}

void
term_paste(struct term *t, const char *utf8)
{
	vterm_keyboard_start_paste(t->vt);
	term_send(t, utf8);
	vterm_keyboard_end_paste(t->vt);
	term_barrier(t);
}

void
term_size(struct term *t, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	ioctl(t->fd, TIOCSWINSZ, &ws);
}

void
term_resize(struct term *t, int rows, int cols)
{
	term_size(t, rows, cols);
	term_barrier(t);
}

void
term_click(struct term *t, int row, int col)
{
	char keys[80];

	snprintf(keys, sizeof keys, "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1, row + 1);
	term_type(t, keys);
}

bool
term_awaits(struct term *t, const char *text, int ms)
{
	long end = ms_now() + ms;

	while (!term_shows(t, text, NULL, NULL)) {
		long left = end - ms_now();

		if (left <= 0 || pump(t, left) < 0)
			return term_shows(t, text, NULL, NULL);
	}
	term_barrier(t);	/* the rest of its frame */
	return true;
}
