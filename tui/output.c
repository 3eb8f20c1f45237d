#include "tui/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static FILE *pen;			/* what curses writes on */
static int tty = -1;			/* the terminal, opened anew: its being non-blocking is not the shell's matter */
static bool diverted;
static char *queue;			/* [sent, n) waits */
static size_t sent, n, room;

FILE *
output_open(void)
{
	char name[64];
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

	output_close();
	if (ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
		tty = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	pen = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!pen && fd >= 0)
		close(fd);
	return pen;
}

void
output_divert(void)
{
	int memory = memfd_create("frame", MFD_CLOEXEC);

	fflush(pen);
	diverted = memory >= 0 && dup3(memory, fileno(pen), O_CLOEXEC) >= 0;
	if (memory >= 0)
		close(memory);
}

void
output_close(void)
{
	if (pen)
		fclose(pen);
	if (tty >= 0)
		close(tty);
	free(queue);
	pen = NULL;
	queue = NULL;
	tty = -1;
	sent = n = room = 0;
	diverted = false;
}

int
output_fd(void)
{
	/* a terminal that may not be opened again (another user's) is written to as it is */
	return tty >= 0 ? tty : STDOUT_FILENO;
}

/* Room for `more` bytes behind those that wait. */
static char *
make_room(size_t more)
{
	if (sent > 0) {
		memmove(queue, queue + sent, n - sent);
		n -= sent;
		sent = 0;
	}
	if (n + more > room) {
		char *bigger = realloc(queue, n + more + 4096);

		if (!bigger)
			abort();
		queue = bigger;
		room = n + more + 4096;
	}
	return queue + n;
}

void
output_flush(void)
{
	while (sent < n) {
		ssize_t k = write(output_fd(), queue + sent, n - sent);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && errno == EAGAIN)
			return;
		if (k < 0)
			sent = n;	/* the line is gone: term_wait tells */
		else
			sent += (size_t)k;
	}
}

void
output_collect(void)
{
	off_t length = diverted ? lseek(fileno(pen), 0, SEEK_CUR) : 0;
	ssize_t got;

	if (length <= 0)
		return;
	got = pread(fileno(pen), make_room((size_t)length), (size_t)length, 0);
	n += got > 0 ? (size_t)got : 0;
	if (ftruncate(fileno(pen), 0) != 0 || lseek(fileno(pen), 0, SEEK_SET) != 0)
		abort();
	output_flush();
}

void
output_say(const char *s)
{
	size_t length = strlen(s);

	output_collect();
	memcpy(make_room(length), s, length);
	n += length;
	output_flush();
}

bool
output_behind(void)
{
	return sent < n;
}

void
output_finish(int ms)
{
	struct pollfd p = { .fd = output_fd(), .events = POLLOUT };

	output_flush();
	while (sent < n && poll(&p, 1, ms) > 0)
		output_flush();
	sent = n = 0;
}
