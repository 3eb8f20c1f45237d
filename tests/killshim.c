/* LD_PRELOAD: the program dies before its KILL_CHANGE-th change of a file of a SoftHSM2 token: made, cut, written, removed. The
 * counter that SoftHSM2 keeps beside a token's files is none of them: it is written at each start for each token. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
changes(const char *path)
{
	static int n;
	const char *at = getenv("KILL_CHANGE");

	if (at && strstr(path, "/tokens/") && !strstr(path, "/generation") && ++n == atoi(at))
		raise(SIGKILL);
}

static void
changes_fd(int fd)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	changes(path);
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if ((flags & O_CREAT) && access(path, F_OK) != 0)
		changes(path);
	return NEXT(int (*)(const char *, int, ...), "open")(path, flags, mode);
}

FILE *
fopen(const char *path, const char *how)
{
	if (how[0] != 'r' && access(path, F_OK) != 0)
		changes(path);
	return NEXT(FILE *(*)(const char *, const char *), "fopen")(path, how);
}

int
ftruncate(int fd, off_t size)
{
	changes_fd(fd);
	return NEXT(int (*)(int, off_t), "ftruncate")(fd, size);
}

/* What was written comes into the file now. */
static void
flushes(FILE *f)
{
	int flags = f ? fcntl(fileno(f), F_GETFL) : -1;

	if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
		changes_fd(fileno(f));
}

int
fflush(FILE *f)
{
	flushes(f);
	return NEXT(int (*)(FILE *), "fflush")(f);
}

int
fclose(FILE *f)
{
	flushes(f);
	return NEXT(int (*)(FILE *), "fclose")(f);
}

int
remove(const char *path)
{
	changes(path);
	return NEXT(int (*)(const char *), "remove")(path);
}
