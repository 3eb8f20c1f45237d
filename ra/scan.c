#include "ra/scan.h"

#include "db/scan.h"
#include "printing/spool.h"
#include "ra/application.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MATERIALS_MAX 64

static const char *const ways[] = { [SCAN_ON_SCREEN] = "", [SCAN_TO_FILE] = " to a file", [SCAN_IN_VIEWER] = " in the viewer" };

static bool
digest_of(struct office *o, const struct application *a, const char *code, char digest[65], struct err *e)
{
	struct app_material m[MATERIALS_MAX];
	char having[300] = "";
	size_t n, used = 0;

	if (!app_materials(o->db, a->id, m, MATERIALS_MAX, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (m[i].scan[0] && strcmp(m[i].code, code) == 0) {
			snprintf(digest, 65, "%s", m[i].scan);
			return true;
		}
		if (m[i].scan[0] && used < sizeof having)
			used += (size_t)snprintf(having + used, sizeof having - used, "%s%s", used ? ", " : "", m[i].code);
	}
	if (!having[0])
		return err_field(e, "code", "no material of %s has a scan: `ra material NO CODE … --scan FILE` adds one", a->no);
	return err_field(e, "code", "'%s' of %s has no scan; these have one: %s", code, a->no, having);
}

bool
scan_open(struct office *o, const char *no, const char *code, enum scan_way way, unsigned char **jpeg, size_t *n, struct err *e)
{
	struct application *a = calloc(1, sizeof *a);
	char dir[PATH_MAX_RA], digest[65], note[200];
	unsigned char *p = NULL;
	size_t size = 0;
	bool ok;

	if (!a)
		return err_internal(e, "out of memory");
	office_path(o, "scans", dir);
	ok = office_may(o, ACT_OPEN_SCAN, e) && application_load(o, no, a, e) && digest_of(o, a, code, digest, e)
	    && scan_load(o->keys, dir, digest, &p, &size, e);
	if (ok) {
		snprintf(note, sizeof note, "%s %s%s", code, digest, ways[way]);
		ok = application_note_opened(o, a, ACT_OPEN_SCAN, note, e);
	}
	if (ok) {
		*jpeg = p;
		*n = size;
	} else {
		scan_wipe(p, size);
	}
	OPENSSL_clear_free(a, sizeof *a);
	return ok;
}

bool
scan_export(struct office *o, const char *no, const char *code, const char *path, bool over, struct err *e)
{
	unsigned char *jpeg;
	size_t n;
	bool ok;

	if (!over && (access(path, F_OK) == 0 || errno != ENOENT))
		return err_field(e, "file", "%s is there already or cannot be looked at: name another, or say --force", path);
	if (!scan_open(o, no, code, SCAN_TO_FILE, &jpeg, &n, e))
		return false;
	ok = spool_file(path, jpeg, n, e);
	scan_wipe(jpeg, n);
	return ok;
}

void
scan_wipe(unsigned char *jpeg, size_t n)
{
	OPENSSL_clear_free(jpeg, n);
}
