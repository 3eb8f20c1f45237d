#include "tui/viewer.h"

#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16

extern char **environ;

static bool
settings(struct config *c, const char **program, bool *on_terminal, struct err *e)
{
	return config_text_or(c, "viewer", "", program, e) && config_bool_or(c, "viewer_on_terminal", false, on_terminal, e);
}

bool
viewer_named(struct config *c)
{
	const char *program = "";
	bool on_terminal;
	struct err ignored;

	return settings(c, &program, &on_terminal, &ignored) && program[strspn(program, " ")] != '\0';
}

/* The words of the setting and the path behind them; words is cut up. */
static bool
arguments(char *words, char *path, char *argv[WORDS_MAX + 2], struct err *e)
{
	char *save, *word = strtok_r(words, " ", &save);
	int n = 0;

	for (; word && n < WORDS_MAX; word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	if (n == 0 || word)
		return err_refuse(e, "ra.conf: viewer = \"PROGRAM OPTIONS\" names a program with at most %d words", WORDS_MAX);
	argv[n++] = path;
	argv[n] = NULL;
	return true;
}

static bool
remember(struct viewer *v, const void *jpeg, size_t n, struct err *e)
{
	const char *p = jpeg;

	v->fd = memfd_create("scan.jpg", MFD_CLOEXEC);
	while (v->fd >= 0 && n > 0) {
		ssize_t w = write(v->fd, p, n);

		if (w < 0 && errno != EINTR)
			return err_later(e, "the picture cannot be kept for the viewer: %s", strerror(errno));
		p += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
	return v->fd >= 0 || err_later(e, "the picture cannot be kept for the viewer: %s", strerror(errno));
}

/* With signals as a shell would start it; off the terminal unless it draws on it. */
static int
start(pid_t *pid, char *const argv[], bool on_terminal)
{
	static const int ours[] = { SIGPIPE, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, defaults;
	int rc;

	sigemptyset(&none);
	sigemptyset(&defaults);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		sigaddset(&defaults, ours[i]);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &defaults);
	posix_spawnattr_setflags(&how, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (on_terminal ? 0 : POSIX_SPAWN_SETSID)));
	for (int fd = 0; fd < 3 && !on_terminal; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	rc = posix_spawnp(pid, argv[0], &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static bool
run(struct viewer *v, char *const argv[], bool on_terminal, struct err *e)
{
	int rc, status;

	if (on_terminal)
		term_leave();
	rc = start(&v->pid, argv, on_terminal);
	while (rc == 0 && on_terminal && waitpid(v->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (on_terminal) {
		term_return();
		v->pid = 0;
	}
	if (rc == 0)
		return true;
	v->pid = 0;
	return err_refuse(e, "the viewer %s cannot be started: %s; `viewer` in ra.conf names it", argv[0], strerror(rc));
}

bool
viewer_show(struct viewer *v, struct config *c, const void *jpeg, size_t n, struct err *e)
{
	const char *program;
	char words[512], path[64], *argv[WORDS_MAX + 2];
	bool on_terminal;

	viewer_close(v);
	if (!settings(c, &program, &on_terminal, e) || !remember(v, jpeg, n, e))
		return false;
	snprintf(words, sizeof words, "%s", program);
	/* by our own number: the program may hand it on to another one that runs already */
	snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), v->fd);
	return arguments(words, path, argv, e) && run(v, argv, on_terminal, e);
}

void
viewer_close(struct viewer *v)
{
	if (v->pid > 0 && waitpid(v->pid, NULL, WNOHANG) == v->pid)
		v->pid = 0;
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}
