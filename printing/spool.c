#include "printing/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- to a file ---- */

static bool
disk_error(struct err *e, const char *path)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return err_later(e, "the disk is full: make room and print again; %s was not written", path);
	return err_field(e, "file", "%s cannot be written: %s", path, strerror(errno));
}

static bool
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		at += w;
		n -= (size_t)w;
	}
	return true;
}

static bool
sync_folder(const char *path, struct err *e)
{
	char copy[PATH_MAX];
	int fd;
	bool ok;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok || disk_error(e, path);
}

bool
spool_file(const char *path, const void *pdf, size_t n, struct err *e)
{
	char beside[PATH_MAX];
	struct stat st;
	int fd;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_field(e, "file", "%s is there and is no plain file: name another", path);
	if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= sizeof beside)
		return err_field(e, "file", "the path is too long");
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return disk_error(e, path);
	if (!write_all(fd, pdf, n) || fsync(fd) != 0 || rename(beside, path) != 0) {
		disk_error(e, path);
		close(fd);
		unlink(beside);
		return false;
	}
	close(fd);
	return sync_folder(path, e);
}

/* ---- to a queue ---- */

bool
spool_queue_good(const char *queue, struct err *e)
{
	size_t n = strlen(queue);

	if (n == 0 || n >= SPOOL_QUEUE_MAX || queue[0] == '-'
	    || strspn(queue, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@") != n)
		return err_field(e, "printer", "'%.60s' is no name of a queue: `lpstat -e` lists them", queue);
	return true;
}

static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("page", MFD_CLOEXEC);

	if (fd >= 0 && (!write_all(fd, p, n) || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

extern char **environ;

/* lp with `in` as its input and its words into `out`; 0 or the error. The child starts with no signal blocked or ignored,
 * whatever thread this is. */
static int
start_lp(const char *queue, const char *title, int in, int out, pid_t *pid)
{
	char *argv[] = { (char[]){ "lp" }, (char[]){ "-d" }, (char *)(uintptr_t)queue, (char[]){ "-n" }, (char[]){ "1" },
	    (char[]){ "-t" }, (char *)(uintptr_t)title, (char[]){ "-o" }, (char[]){ "media=A4" }, (char[]){ "-o" },
	    (char[]){ "sides=one-sided" }, (char[]){ "-o" }, (char[]){ "print-scaling=none" }, (char[]){ "-" }, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	int rc;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGTERM);
	sigaddset(&usual, SIGHUP);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(pid, "lp", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* Waits for lp, at most SPOOL_WAIT_S; its exit status, or -1. */
static int
wait_lp(pid_t pid)
{
	struct timespec now, pause = { 0, 10 * 1000 * 1000 };
	int status;
	pid_t got;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + SPOOL_WAIT_S;
	while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end)
			kill(pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
	return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The first line that lp said. */
static void
words_of(int fd, char out[200])
{
	ssize_t n = pread(fd, out, 199, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
}

bool
spool_queue(const char *queue, const char *title, const void *pdf, size_t n, struct err *e)
{
	char said[200] = "";
	int in, out, rc, status = -1;
	pid_t pid;

	if (!spool_queue_good(queue, e))
		return false;
	in = memory_file(pdf, n);
	out = memory_file("", 0);
	rc = in >= 0 && out >= 0 ? start_lp(queue, title, in, out, &pid) : errno;
	if (rc == 0)
		status = wait_lp(pid);
	if (out >= 0)
		words_of(out, said);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	if (status == 0)
		return true;
	if (rc == ENOENT)
		return err_later(e, "the print system is not installed (cups-client), so nothing can be sent to the queue %s", queue);
	if (rc != 0)
		return err_later(e, "lp cannot be started: %s", strerror(rc));
	return err_later(e, "the queue %s does not take it: %s", queue, said[0] ? said : "lp ended without a word");
}
