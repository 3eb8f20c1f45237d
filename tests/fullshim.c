/* LD_PRELOAD: the disk is full as long as the file named by FULL_FLAG is there. Only regular files that have a name know it;
 * what is written to terminals, pipes and memory goes through. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int
is_full(int fd)
{
	const char *flag = getenv("FULL_FLAG");
	struct stat st;

	return flag && access(flag, F_OK) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink > 0;
}

static int
refuse(void)
{
	errno = ENOSPC;
	return -1;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*next)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	return is_full(fd) ? refuse() : next(fd, p, n);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t (*next)(int, const void *, size_t, off64_t) = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT,
	    "pwrite64");

	return is_full(fd) ? refuse() : next(fd, p, n, at);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}
