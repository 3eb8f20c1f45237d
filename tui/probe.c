#include "tui/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 1000	/* a slow line; a terminal that never answers delays the start by so much */
#define ASKED 3
#define FARTHEST 13		/* column behind the longest question, whatever it is taken for; an answer beyond is another program's */

/* 中央 has no byte that an older character set takes for a control; ─ and · stand for their kind. */
static const char question[] = "\r\xE4\xB8\xAD\xE5\xA4\xAE\033[6n\r\xE2\x94\x80\033[6n\r\xC2\xB7\033[6n\r\033[K";

static void
ask(void)
{
	const char *s = question;
	size_t n = sizeof question - 1;

	while (n > 0) {
		ssize_t k = write(STDOUT_FILENO, s, n);

		if (k < 0 && errno != EINTR)
			return;
		if (k > 0) {
			s += k;
			n -= (size_t)k;
		}
	}
}

/* Length of an answer ESC[row;columnR at s, 0 when it is none. */
static size_t
answer_at(const char *s, int *column)
{
	int row, n = 0;

	return sscanf(s, "\033[%d;%dR%n", &row, column, &n) == 2 && n > 0 ? (size_t)n : 0;
}

/* The columns answered so far; everything else that came is put into early. */
static int
sort_out(const char *came, size_t n, int column[ASKED], struct probe *out)
{
	int answers = 0;

	out->early_n = 0;
	for (size_t i = 0, k; i < n; i += k > 0 ? k : 1) {
		int at = 0;

		k = came[i] == '\033' ? answer_at(came + i, &at) : 0;
		if (k > 0 && answers < ASKED && at <= FARTHEST)
			column[answers++] = at;
		else if (k == 0 && out->early_n < sizeof out->early)
			out->early[out->early_n++] = came[i];
	}
	return answers;
}

static bool
hear(int column[ASKED], struct probe *out)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char came[256];
	size_t n = 0;
	int answers = 0;

	while (n < sizeof came - 1 && answers < ASKED && poll(&p, 1, PATIENCE_MS) > 0) {
		ssize_t k = read(STDIN_FILENO, came + n, sizeof came - 1 - n);

		if (k <= 0)
			break;
		n += (size_t)k;
		came[n] = '\0';
		answers = sort_out(came, n, column, out);
	}
	explicit_bzero(came, sizeof came);	/* a password may have been typed ahead */
	return answers == ASKED;
}

void
probe_terminal(const struct termios *before, struct probe *out)
{
	struct termios quiet = *before;
	const char *told = getenv("RA_AMBIGUOUS");
	int column[ASKED];

	*out = (struct probe){ .utf8 = true };
	quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	ask();
	if (hear(column, out)) {
		out->answered = true;
		out->utf8 = column[0] == 5;
		out->wide_frames = column[1] == 3;
		out->wide_ambiguous = column[2] == 3;
	}
	if (told)
		out->wide_frames = out->wide_ambiguous = strcmp(told, "wide") == 0;
}

bool
probe_text_console(const char *tty)
{
	static const char begins[] = "/dev/tty";
	const char *number = tty + sizeof begins - 1;

	return strncmp(tty, begins, sizeof begins - 1) == 0 && *number && number[strspn(number, "0123456789")] == '\0';
}
