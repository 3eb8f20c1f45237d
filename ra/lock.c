#include "ra/lock.h"

#include "db/application.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
lock_item(struct office *o, int64_t item, struct err *e)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = item, .l_len = 1 };
	char path[PATH_MAX_RA];
	int fd;

	office_path(o, "issue.lock", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_internal(e, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (fcntl(fd, F_OFD_SETLK, &l) != 0) {
		err_later(e, "this certificate is being worked on at another console just now");
		close(fd);
		return -1;
	}
	return fd;
}

bool
lock_items(struct office *o, int64_t app, struct locks *k, struct err *e)
{
	struct app_item item[RECORD_USERS_MAX + 1];
	size_t n = 0;
	bool ok = app_items(o->db, app, item, RECORD_USERS_MAX + 1, &n, e);

	k->n = 0;
	for (size_t i = 0; ok && i < n; i++) {
		k->fd[k->n] = lock_item(o, item[i].id, e);
		ok = k->fd[k->n] >= 0;
		k->n += ok;
	}
	if (!ok)
		lock_release(k);
	return ok;
}

void
lock_release(struct locks *k)
{
	while (k->n > 0)
		close(k->fd[--k->n]);
}
