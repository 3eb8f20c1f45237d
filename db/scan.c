#include "db/scan.h"

#include "forms/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
full_disk(struct err *e, const char *path)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return err_later(e, "the disk is full: make room and repeat; the scan was not stored");
	return err_internal(e, "the scan cannot be stored at %s: %s", path, strerror(errno));
}

static bool
sync_folder(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		full_disk(e, dir);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Write beside, sync, rename, sync the folder: the name exists only with its whole content. */
static bool
write_durable(const char *folder, const char *path, const unsigned char *p, size_t n, struct err *e)
{
	char tmp[4300];
	size_t done = 0;
	int fd;

	snprintf(tmp, sizeof tmp, "%s.%ld", path, (long)getpid());
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return full_disk(e, tmp);
	while (done < n) {
		ssize_t w = write(fd, p + done, n - done);

		if (w < 0 && errno != EINTR)
			break;
		done += w > 0 ? (size_t)w : 0;
	}
	if (done < n || fsync(fd) != 0 || rename(tmp, path) != 0) {
		full_disk(e, path);
		close(fd);
		unlink(tmp);
		return false;
	}
	close(fd);
	return sync_folder(folder, e);
}

static void
paths(const char *dir, const char *digest, char folder[4200], char path[4280])
{
	snprintf(folder, 4200, "%s/%.2s", dir, digest);
	snprintf(path, 4280, "%s/%s", folder, digest + 2);
}

bool
scan_file(struct keys *k, const char *dir, const void *p, size_t n, char digest[65], struct err *e)
{
	unsigned char md[32], *sealed;
	char folder[4200], path[4280], place[80];
	bool ok;

	if (n > SCAN_MAX)
		return err_field(e, "scan", "the scan has %zu bytes, at most %u are taken: scan it smaller", n, SCAN_MAX);
	if (n < 4 || memcmp(p, "\xff\xd8\xff", 3) != 0)
		return err_field(e, "scan", "the scan is not a JPEG picture: scan it as JPEG");
	if (EVP_Digest(p, n, md, NULL, EVP_sha256(), NULL) != 1)
		return err_internal(e, "the digest cannot be made");
	text_hex(md, sizeof md, digest);
	paths(dir, digest, folder, path);
	if (access(path, F_OK) == 0)
		return true;
	if ((mkdir(dir, 0700) != 0 && errno != EEXIST) || (mkdir(folder, 0700) != 0 && errno != EEXIST))
		return full_disk(e, folder);
	sealed = malloc(n + SEAL_EXTRA);
	if (!sealed)
		return err_internal(e, "out of memory");
	snprintf(place, sizeof place, "scan:%s", digest);
	ok = keys_seal(k, place, p, n, sealed, e) && write_durable(folder, path, sealed, n + SEAL_EXTRA, e)
	    && sync_folder(dir, e);
	free(sealed);
	return ok;
}

bool
scan_row(struct db *db, const char *digest, size_t n, int64_t staff, int64_t now, struct err *e)
{
	struct stmt q;

	stmt_open(&q, db, "INSERT INTO scan(digest, bytes, kind, stored_by, stored_at)"
	    " VALUES (:digest, :bytes, 'jpeg', :staff, :now) ON CONFLICT (digest) DO NOTHING");
	stmt_text(&q, ":digest", digest);
	stmt_int(&q, ":bytes", (int64_t)n);
	stmt_int(&q, ":staff", staff);
	stmt_int(&q, ":now", now);
	return stmt_run(&q, e);
}

bool
scan_load(struct keys *k, const char *dir, const char *digest, unsigned char **p, size_t *n, struct err *e)
{
	char folder[4200], path[4280], place[80], again[65];
	unsigned char md[32], *sealed = NULL;
	size_t got = 0;
	FILE *f;
	bool ok = false;

	*p = NULL;
	*n = 0;
	paths(dir, digest, folder, path);
	snprintf(place, sizeof place, "scan:%s", digest);
	f = fopen(path, "re");
	if (!f)
		return err_internal(e, "the file of the scan is not there: restore scans/%.2s/%s from the backup", digest, digest + 2);
	sealed = malloc(SCAN_MAX + SEAL_EXTRA + 1);
	if (sealed)
		got = fread(sealed, 1, SCAN_MAX + SEAL_EXTRA + 1, f);
	fclose(f);
	if (got > SEAL_EXTRA && got <= SCAN_MAX + SEAL_EXTRA && (*p = malloc(got)) != NULL) {
		*n = got - SEAL_EXTRA;
		ok = keys_open(k, place, sealed, got, *p, e) && EVP_Digest(*p, *n, md, NULL, EVP_sha256(), NULL) == 1;
		if (ok) {
			text_hex(md, sizeof md, again);
			ok = strcmp(again, digest) == 0;
		}
		ok = ok || err_internal(e, "the file of the scan was changed: restore scans/%.2s/%s from"
		    " the backup", digest, digest + 2);
	} else {
		err_internal(e, "the file of the scan is damaged: restore scans/%.2s/%s from the backup", digest, digest + 2);
	}
	free(sealed);
	if (!ok) {
		OPENSSL_clear_free(*p, *n);
		*p = NULL;
	}
	return ok;
}
