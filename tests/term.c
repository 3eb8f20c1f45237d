#include "tests/term.h"

#include "forms/text.h"
#include "tests/support.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000	/* for a machine that is busy; a test that passes never waits so long */

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

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
	setenv("TERM", "xterm-256color", 1);
	setenv("RA_TUI_TEST", "1", 1);
	setenv("RA_LANGUAGE", "zh", 0);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
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
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
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
	vterm_input_write(t->vt, buf, (size_t)n);
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
	long end = now_ms() + PATIENCE_MS;

	t->asked++;
	on_output("\033[777~", 6, t);
	while (t->answered < t->asked) {
		long left = end - now_ms();

		if (left <= 0 || pump(t, left) < 0)
			give_up(t, "the console does not answer");
	}
}

bool
term_ended(struct term *t, int ms)
{
	long end = now_ms() + ms;

	while (!t->ended) {
		long left = end - now_ms();

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

struct term *
term_console(const char *home, const char *login, int rows, int cols)
{
	const char *argv[] = { built("ra"), "--home", home, login ? "--as" : "console", login, "console", NULL };
	struct term *t;

	long end = now_ms() + PATIENCE_MS;

	if (!login)
		argv[4] = NULL;
	t = term_start(rows, cols, argv);
	/* before it owns the terminal it measures it, and takes no keys */
	while (!t->altscreen && !t->eof && now_ms() < end)
		pump(t, 100);
	term_barrier(t);
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
term_resize(struct term *t, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	ioctl(t->fd, TIOCSWINSZ, &ws);
	term_barrier(t);
}

void
term_click(struct term *t, int row, int col)
{
	char keys[80];

	snprintf(keys, sizeof keys, "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1, row + 1);
	term_type(t, keys);
}

/* ---- looking ---- */

static size_t
put_cell(struct term *t, int row, int col, char *out, size_t outsz)
{
	VTermScreenCell cell;
	size_t n = 0;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &cell);
	if (cell.chars[0] == (uint32_t)-1)
		return 0;
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && n + 4 < outsz; i++)
		n += text_put(cell.chars[i], out + n);
	if (n == 0)
		out[n++] = ' ';
	return n;
}

const char *
term_row(struct term *t, int row)
{
	static char ring[8][4096];
	static unsigned turn;
	char *out = ring[turn++ & 7];
	size_t n = 0;

	for (int c = 0; c < t->cols && n + 32 < sizeof ring[0]; c++)
		n += put_cell(t, row, c, out + n, sizeof ring[0] - n);
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

int
term_width(struct term *t, int row, int col)
{
	VTermScreenCell cell;

	vterm_screen_get_cell(t->screen, (VTermPos){ row, col }, &cell);
	return cell.chars[0] == (uint32_t)-1 ? 0 : cell.width;
}

bool
term_shows(struct term *t, const char *text, int *row, int *col)
{
	for (int r = 0; r < t->rows; r++) {
		const char *line = term_row(t, r), *hit = strstr(line, text);
		char before[4096];

		if (!hit)
			continue;
		snprintf(before, sizeof before, "%.*s", (int)(hit - line), line);
		if (row)
			*row = r;
		if (col)
			*col = text_columns(before);
		return true;
	}
	return false;
}

bool
term_awaits(struct term *t, const char *text, int ms)
{
	long end = now_ms() + ms;

	while (!term_shows(t, text, NULL, NULL)) {
		long left = end - now_ms();

		if (left <= 0 || pump(t, left) < 0)
			return term_shows(t, text, NULL, NULL);
	}
	term_barrier(t);	/* the rest of its frame */
	return true;
}

void
term_dump(struct term *t)
{
	fprintf(stderr, "-- %dx%d, cursor %d,%d%s%s\n", t->cols, t->rows, t->cursor.row, t->cursor.col, t->eof ? ", gone" : "",
	    t->altscreen ? "" : ", not on the full screen");
	for (int r = 0; r < t->rows; r++)
		fprintf(stderr, "%2d|%s\n", r, term_row(t, r));
}

void
term_see(struct term *t, const char *text)
{
	if (!term_shows(t, text, NULL, NULL)) {
		fprintf(stderr, "not on the screen: %s\n", text);
		give_up(t, "see above");
	}
}

void
term_see_not(struct term *t, const char *text)
{
	if (term_shows(t, text, NULL, NULL)) {
		fprintf(stderr, "still on the screen: %s\n", text);
		give_up(t, "see above");
	}
}

/* ---- pictures ---- */

void
term_hide(struct term *t, const char *text, const char *instead)
{
	if (t->hidden_n == (int)(sizeof t->hidden / sizeof *t->hidden))
		abort();
	t->hidden[t->hidden_n].text = text;
	t->hidden[t->hidden_n++].instead = instead;
}

static void
replace(char *line, size_t size, const char *text, const char *instead)
{
	char *hit = line;

	while ((hit = strstr(hit, text)) != NULL) {
		size_t a = strlen(text), b = strlen(instead);

		if (strlen(line) - a + b + 1 > size)
			return;
		memmove(hit + b, hit + a, strlen(hit + a) + 1);
		memcpy(hit, instead, b);
		hit += b;
	}
}

/* "09:46" is hidden wherever it stands: the clock, times of acts. */
static void
hide_times(char *line)
{
	for (char *p = line; *p; p++)
		if (p[0] >= '0' && p[0] <= '2' && p[1] >= '0' && p[1] <= '9' && p[2] == ':' && p[3] >= '0' && p[3] <= '5'
		    && p[4] >= '0' && p[4] <= '9')
			memcpy(p, "HH:MM", 5);
}

static void
hide_days(char *line)
{
	for (char *p = line; strlen(p) >= 10; p++)
		if (p[0] == '2' && p[1] == '0' && p[4] == '-' && p[7] == '-' && strspn(p, "0123456789-") == 10)
			memcpy(p, "YYYY-MM-DD", 10);
}

static void
draw_picture(struct term *t, char *out, size_t size)
{
	size_t n = 0;

	for (int r = 0; r < t->rows; r++) {
		char line[4096];

		snprintf(line, sizeof line, "%s", term_row(t, r));
		for (int i = 0; i < t->hidden_n; i++)
			replace(line, sizeof line, t->hidden[i].text, t->hidden[i].instead);
		hide_times(line);
		hide_days(line);
		n += (size_t)snprintf(out + n, size - n, "%s\n", line);
	}
	snprintf(out + n, size - n, "cursor %d,%d%s\n", t->cursor.row, t->cursor.col, t->cursor_shown ? "" : " hidden");
}

void
term_picture(struct term *t, const char *name)
{
	static char now[65536], then[65536];
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "tests/pictures/%s.txt", name);
	draw_picture(t, now, sizeof now);
	if (getenv("RA_PICTURES") && strcmp(getenv("RA_PICTURES"), "update") == 0) {
		f = fopen(path, "we");
		if (!f || fputs(now, f) < 0 || fclose(f) != 0)
			give_up(t, "the picture cannot be written");
		return;
	}
	f = fopen(path, "re");
	n = f ? fread(then, 1, sizeof then - 1, f) : 0;
	then[n] = '\0';
	if (f)
		fclose(f);
	if (strcmp(now, then) == 0)
		return;
	fprintf(stderr, "not as in %s (RA_PICTURES=update writes it anew); it was\n%s", path, then);
	give_up(t, "and is now as above");
}
