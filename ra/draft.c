#include "ra/draft.h"

#include "forms/tr.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAFT_BYTES (JSON_IN_MAX + 256)	/* of one opened file at most */
#define HEAD "ra draft 1"		/* the first line: format; number, version and field follow on it, then the JSON */

/* ---- places ---- */

static void
folder(const struct office *o, char out[PATH_MAX_RA])
{
	char name[48];

	snprintf(name, sizeof name, "drafts/%s", o->me.login);
	office_path(o, name, out);
}

static bool
file_of(const struct office *o, const char *id, const char *before, const char *behind, char *out, size_t outsz,
    struct err *e)
{
	char dir[PATH_MAX_RA];

	/* ids come back from lists and arguments: never a way out of the folder */
	if (id[0] == '\0' || id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")] != '\0')
		return err_refuse(e, "there is no draft '%s'", id);
	folder(o, dir);
	if ((size_t)snprintf(out, outsz, "%s/%s%s%s", dir, before, id, behind) >= outsz)
		return err_internal(e, "the path of the home is too long");
	return true;
}

/* Where a draft was sealed is where it opens: not under another name, not for another member. */
static void
seal_place(const struct office *o, const char *id, char out[128])
{
	snprintf(out, 128, "draft.%s:%s", o->me.login, id);
}

static bool
is_draft(const char *name)
{
	return name[0] != '.' && strlen(name) < DRAFT_ID_MAX;
}

static bool
disk_error(struct err *e, const char *path)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return err_later(e, "the draft is not kept: the disk is full, make room");
	return err_internal(e, "the draft is not kept: %s: %s", path, strerror(errno));
}

static bool
make_folder(const struct office *o, struct err *e)
{
	char path[PATH_MAX_RA];

	office_path(o, "drafts", path);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return disk_error(e, path);
	folder(o, path);
	return mkdir(path, 0700) == 0 || errno == EEXIST || disk_error(e, path);
}

/* ---- a draft as text ---- */

static void
put_field(struct json *j, const struct field *f, const struct record *r, int user)
{
	char id[64], value[FIELD_SHOW_MAX];

	if (!field_filled(f, r, user))
		return;
	field_show(f, r, user, value, sizeof value);
	if (user < 0)
		snprintf(id, sizeof id, "%s", f->id);
	else
		snprintf(id, sizeof id, "user.%d.%s", user + 1, f->id + strlen("user.N."));
	if (f->kind == FIELD_NUMBER)
		json_int(j, id, strtoll(value, NULL, 10));
	else if (f->kind == FIELD_YESNO)
		json_bool(j, id, strcmp(value, "yes") == 0);
	else
		json_text(j, id, value);
	OPENSSL_cleanse(value, sizeof value);
}

/* malloc'ed; cleanse it. */
static bool
to_text(const struct draft *d, char **text, size_t *n, struct err *e)
{
	struct json *j = json_new();
	FILE *f = open_memstream(text, n);
	bool ok;

	json_open_object(j, NULL);
	for (size_t i = 0; i < fields_n; i++)
		put_field(j, &fields[i], &d->record, -1);
	for (int u = 0; u < d->record.users; u++)
		for (size_t i = 0; i < user_fields_n; i++)
			put_field(j, &user_fields[i], &d->record, u);
	json_end(j);
	ok = f && fprintf(f, HEAD " %lld %s %lld %s\n", (long long)d->at, d->no[0] ? d->no : "-", (long long)d->version,
	    d->here[0] ? d->here : "-") > 0 && json_print(j, f);
	json_free(j);
	if (f)
		ok = fclose(f) == 0 && ok;
	return ok || err_internal(e, "the draft could not be written: out of memory");
}

static bool
from_text(const char *text, size_t n, struct draft *d, struct err *e)
{
	const char *body = memchr(text, '\n', n);
	struct err_list ignored = { 0 };	/* a field that a newer program does not have any more */
	struct json_in *j = NULL;
	long long at, version;

	if (!body || sscanf(text, HEAD " %lld %23s %lld %47s", &at, d->no, &version, d->here) != 4)
		return err_refuse(e, "the draft is damaged: drop it");
	if (!json_in_parse(body + 1, n - (size_t)(body + 1 - text), &j, e))
		return false;
	d->at = at;
	d->version = version;
	if (strcmp(d->no, "-") == 0)
		d->no[0] = '\0';
	if (strcmp(d->here, "-") == 0)
		d->here[0] = '\0';
	record_clear(&d->record);
	record_take(&d->record, j, &ignored);
	json_in_free(j);
	return true;
}

/* ---- files ---- */

/* The new file is whole on the disk before it takes the old one's name. The folder is not synced: after a power cut the
 * saving before this one may be there, which is as good. */
static bool
write_file(const struct office *o, const char *id, const unsigned char *p, size_t n, struct err *e)
{
	char path[PATH_MAX_RA + 64], fresh[PATH_MAX_RA + 64];
	bool ok;
	int fd;

	if (!file_of(o, id, "", "", path, sizeof path, e) || !file_of(o, id, ".", ".new", fresh, sizeof fresh, e))
		return false;
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return disk_error(e, fresh);
	ok = write(fd, p, n) == (ssize_t)n && fdatasync(fd) == 0;
	ok = (ok || disk_error(e, fresh)) && (close(fd) == 0 || disk_error(e, fresh));
	ok = ok && (rename(fresh, path) == 0 || disk_error(e, path));
	if (!ok)
		unlink(fresh);
	return ok;
}

static bool
read_file(const struct office *o, const char *id, unsigned char **p, size_t *n, bool *found, struct err *e)
{
	char path[PATH_MAX_RA + 64];
	struct stat st;
	ssize_t got;
	int fd;

	if (!file_of(o, id, "", "", path, sizeof path, e))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*found = fd >= 0;
	if (!*found)
		return errno == ENOENT || err_internal(e, "the draft cannot be read: %s: %s", path, strerror(errno));
	*p = NULL;
	if (fstat(fd, &st) == 0 && st.st_size >= SEAL_EXTRA && st.st_size < DRAFT_BYTES)
		*p = malloc((size_t)st.st_size);
	got = *p ? read(fd, *p, (size_t)st.st_size) : -1;
	close(fd);
	*n = got > 0 ? (size_t)got : 0;
	if (*n >= SEAL_EXTRA)
		return true;
	free(*p);
	*p = NULL;
	return err_refuse(e, "the draft is damaged: drop it");
}

static bool
open_text(struct office *o, const char *id, const unsigned char *sealed, size_t n, struct draft *d, struct err *e)
{
	char place[128], *text = malloc(n + 1);
	struct err why;
	bool ok;

	if (!text)
		return err_internal(e, "out of memory");
	seal_place(o, id, place);
	ok = keys_open(o->keys, place, sealed, n, text, &why);
	text[ok ? n - SEAL_EXTRA : 0] = '\0';
	if (ok)
		ok = from_text(text, n - SEAL_EXTRA, d, e);
	else
		ok = err_refuse(e, "the draft is damaged or not yours: drop it") || err_detail(e, "%s", why.text);
	OPENSSL_clear_free(text, n);
	return ok;
}

static bool
load(struct office *o, const char *id, struct draft *d, bool *found, struct err *e)
{
	unsigned char *sealed = NULL;
	size_t n = 0;
	bool ok = true;

	if (!read_file(o, id, &sealed, &n, found, e))
		return false;
	if (sealed) {
		memset(d, 0, sizeof *d);
		snprintf(d->id, sizeof d->id, "%s", id);
		ok = open_text(o, id, sealed, n, d, e);
	}
	free(sealed);
	return ok;
}

/* ---- the list ---- */

static void
line_of(struct office *o, const char *id, struct draft *d, struct draft_line *l)
{
	char path[PATH_MAX_RA + 64];
	struct err ignored;
	struct stat st;
	bool found;

	memset(l, 0, sizeof *l);
	snprintf(l->id, sizeof l->id, "%.39s", id);
	l->damaged = !load(o, id, d, &found, &ignored) || !found;
	if (l->damaged) {
		if (file_of(o, id, "", "", path, sizeof path, &ignored) && stat(path, &st) == 0)
			l->at = st.st_mtime;
		return;
	}
	l->at = d->at;
	l->version = d->version;
	snprintf(l->no, sizeof l->no, "%s", d->no);
	snprintf(l->scheme, sizeof l->scheme, "%.23s", d->record.head.scheme);
	snprintf(l->service, sizeof l->service, "%s", d->record.head.service);
	snprintf(l->org_name, sizeof l->org_name, "%s", d->record.org.name);
}

static int
newer(const void *a, const void *b)
{
	const struct draft_line *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : strcmp(y->id, x->id);
}

bool
draft_list(struct office *o, struct draft_line *line, size_t max, size_t *n, struct err *e)
{
	struct draft_line all[2 * DRAFT_MAX];	/* two consoles may both save a last one */
	struct draft *d = malloc(sizeof *d);
	char path[PATH_MAX_RA];
	struct dirent *entry;
	size_t found = 0;
	DIR *dir;

	*n = 0;
	folder(o, path);
	dir = opendir(path);
	if (!dir || !d) {
		free(d);
		if (dir)
			closedir(dir);
		return errno == ENOENT || err_internal(e, "the drafts cannot be listed: %s: %s", path, strerror(errno));
	}
	while (found < 2 * DRAFT_MAX && (entry = readdir(dir)) != NULL)
		if (is_draft(entry->d_name))
			line_of(o, entry->d_name, d, &all[found++]);
	closedir(dir);
	OPENSSL_clear_free(d, sizeof *d);
	qsort(all, found, sizeof *all, newer);
	*n = found < max ? found : max;
	memcpy(line, all, *n * sizeof *line);
	return true;
}

/* ---- verbs ---- */

/* A new draft needs room. The form stays on the screen when there is none. */
static bool
room_for(struct office *o, const char *id, struct err *e)
{
	struct draft_line line[2 * DRAFT_MAX];
	char at[20];
	size_t n;

	if (!draft_list(o, line, 2 * DRAFT_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(line[i].id, id) == 0)
			return true;
	if (n < DRAFT_MAX)
		return true;
	when_show(line[n - 1].at, at);
	return err_refuse(e, "this draft is not kept: %zu are there already. Finish or drop one; the oldest is of %s: %s %s", n, at,
	    line[n - 1].no, line[n - 1].org_name[0] ? line[n - 1].org_name : tr_stored(service_names, line[n - 1].service));
}

static bool
id_for(struct draft *d, struct err *e)
{
	unsigned char random[4];
	char hex[9];

	if (d->id[0])
		return true;
	if (d->no[0]) {
		snprintf(d->id, sizeof d->id, "edit-%s", d->no);
		return true;
	}
	if (RAND_bytes(random, sizeof random) != 1)
		return err_internal(e, "no random numbers") || err_openssl(e);
	text_hex(random, sizeof random, hex);
	snprintf(d->id, sizeof d->id, "new-%lld-%s", (long long)when_now(), hex);
	return true;
}

bool
draft_save(struct office *o, struct draft *d, struct err *e)
{
	unsigned char *sealed = NULL;
	char place[128], *text = NULL;
	bool fresh = d->id[0] == '\0', ok;
	size_t n = 0;

	if (!id_for(d, e))
		return false;
	d->at = when_now();
	ok = (!fresh || (make_folder(o, e) && room_for(o, d->id, e))) && to_text(d, &text, &n, e);
	if (ok && n + SEAL_EXTRA >= DRAFT_BYTES)
		ok = err_refuse(e, "the form is too long for a draft");
	seal_place(o, d->id, place);
	if (ok && !(sealed = malloc(n + SEAL_EXTRA)))
		ok = err_internal(e, "out of memory");
	ok = ok && keys_seal(o->keys, place, text, n, sealed, e) && write_file(o, d->id, sealed, n + SEAL_EXTRA, e);
	OPENSSL_clear_free(text, text ? n : 0);
	free(sealed);
	if (!ok && fresh)
		d->id[0] = '\0';
	return ok;
}

bool
draft_load(struct office *o, const char *id, struct draft *d, struct err *e)
{
	bool found;

	return load(o, id, d, &found, e) && (found || err_refuse(e, "there is no draft '%s'", id));
}

bool
draft_of(struct office *o, const char *no, struct draft *d, bool *found, struct err *e)
{
	char id[DRAFT_ID_MAX];

	snprintf(id, sizeof id, "edit-%s", no);
	return load(o, id, d, found, e);
}

bool
draft_drop(struct office *o, const char *id, struct err *e)
{
	char path[PATH_MAX_RA + 64];

	if (!file_of(o, id, ".", ".new", path, sizeof path, e))
		return false;
	unlink(path);		/* what a kill in the middle of a saving left */
	if (!file_of(o, id, "", "", path, sizeof path, e))
		return false;
	return unlink(path) == 0 || errno == ENOENT || err_internal(e, "the draft %s cannot be dropped: %s", id, strerror(errno));
}
