/* The loaded module: starting it, sharing the start, finding the slot of a token; declared in ra/token.h. */
#include "ra/token_p11.h"
#include "forms/tr.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define SLOTS_MAX 2048

#define LOCK_WAIT_MS 60000	/* for another console that initialises a token */

/* PKCS#11 starts once per process, so the offices of a process (a console's workers have their own) share the start. */
static struct started { CK_FUNCTION_LIST *f; int users, sessions; } started[4];
static pthread_mutex_t started_lock = PTHREAD_MUTEX_INITIALIZER;
#define STARTED_N (sizeof started / sizeof *started)

/* ---- what a module says, in words ---- */

static const struct { CK_RV rv; enum fault code; const char *words; } answers[] = {
	{ CKR_PIN_INCORRECT, FAULT_REFUSED, N_("the PIN of token %s is wrong") },
	{ CKR_PIN_LOCKED, FAULT_REFUSED, N_("the PIN of token %s is locked: unlock it, or replace the token") },
	{ CKR_PIN_LEN_RANGE, FAULT_REFUSED, N_("the PIN has a length that token %s does not take") },
	{ CKR_PIN_INVALID, FAULT_REFUSED, N_("the PIN has characters that token %s does not take") },
	{ CKR_PIN_EXPIRED, FAULT_REFUSED, N_("the PIN of token %s has to be changed first") },
	{ CKR_DEVICE_MEMORY, FAULT_REFUSED, N_("the token %s is full: take another, or have it wiped") },
	{ CKR_DEVICE_REMOVED, FAULT_LATER, N_("the token %s was pulled out: plug it in and repeat") },
	{ CKR_TOKEN_NOT_PRESENT, FAULT_LATER, N_("the token %s is not plugged in: plug it in and repeat") },
	{ CKR_SLOT_ID_INVALID, FAULT_LATER, N_("the token %s is not plugged in: plug it in and repeat") },
	{ CKR_TOKEN_NOT_RECOGNIZED, FAULT_REFUSED, N_("the token %s is not of a kind that the module knows") },
	{ CKR_TOKEN_WRITE_PROTECTED, FAULT_REFUSED, N_("the token %s is write-protected: take another") },
	{ CKR_SESSION_EXISTS, FAULT_LATER, N_("the token %s is in use by another program: close that and repeat") },
};

bool
token_fail(struct err *e, CK_RV rv, const char *serial, const char *what)
{
	const char *words;
	char line[200];

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (answers[i].rv != rv)
			continue;
		words = tr(answers[i].words);
		/* they hold exactly one %s */
		snprintf(line, sizeof line, "%.*s%s%s", (int)(strstr(words, "%s") - words), words, serial, strstr(words, "%s") + 2);
		(answers[i].code == FAULT_LATER ? err_later : err_refuse)(e, "%s", line);
		return err_detail(e, "%s: CKR 0x%lx", what, rv);
	}
	err_later(e, "the token %s does not work (%s): plug it in again and repeat, or take another", serial, what);
	return err_detail(e, "%s: CKR 0x%lx", what, rv);
}

/* ---- the module ---- */

int
token_files_lock(const struct token_module *m, int how, struct err *e)
{
	struct timespec nap = { 0, 2000000 };
	int fd = open(m->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_internal(e, "cannot open %s: %s", m->lock, strerror(errno));
		return -1;
	}
	for (int i = 0; i < LOCK_WAIT_MS / 2; i++) {
		if (flock(fd, how | LOCK_NB) == 0)
			return fd;
		nanosleep(&nap, NULL);
	}
	close(fd);
	err_later(e, "another console is busy with a token for too long: repeat");
	return -1;
}

/* The row of a start; a free one when it is not there. The caller holds started_lock. */
static struct started *
start_of(const CK_FUNCTION_LIST *f)
{
	struct started *empty = NULL;

	for (size_t i = 0; i < STARTED_N; i++) {
		if (started[i].users > 0 && started[i].f == f)
			return &started[i];
		if (started[i].users == 0 && !empty)
			empty = &started[i];
	}
	return empty;
}

static bool
initialize(struct token_module *m, const char *path, struct err *e)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	int lock = -1;
	CK_RV rv;

	if (!m->locked && (lock = token_files_lock(m, LOCK_SH, e)) < 0)
		return false;
	rv = m->f->C_Initialize(&args);
	if (lock >= 0)
		close(lock);
	if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return true;
	err_internal(e, "the token module %s does not start: look at its configuration (softhsm2.conf)", path);
	return err_detail(e, "C_Initialize: CKR 0x%lx", rv);
}

static bool
share_start(struct token_module *m, const char *path, struct err *e)
{
	struct started *s;
	bool ok = false;

	pthread_mutex_lock(&started_lock);
	s = start_of(m->f);
	if (!s)
		err_internal(e, "too many token modules in one program");
	else
		ok = s->users > 0 || initialize(m, path, e);
	if (ok) {
		s->f = m->f;
		s->users++;
	}
	pthread_mutex_unlock(&started_lock);
	return ok;
}

bool
token_module_open(const char *path, const char *lock, struct token_module **out, struct err *e)
{
	struct token_module *m = calloc(1, sizeof *m);
	CK_C_GetFunctionList get = NULL;
	CK_INFO info;

	if (!m)
		return err_internal(e, "out of memory");
	snprintf(m->lock, sizeof m->lock, "%s", lock);
	m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (m->library)
		*(void **)(&get) = dlsym(m->library, "C_GetFunctionList");
	if (!get || get(&m->f) != CKR_OK) {
		err_internal(e, "the token module %s cannot be loaded: look at pkcs11.module in ra.conf", path);
		err_detail(e, "%s", m->library ? "no C_GetFunctionList" : dlerror());
		goto fail;
	}
	if (!share_start(m, path, e))
		goto fail;
	m->soft = m->f->C_GetInfo(&info) == CKR_OK && memcmp(info.manufacturerID, "SoftHSM", 7) == 0;
	*out = m;
	return true;
fail:
	if (m->library)
		dlclose(m->library);
	free(m);
	return false;
}

void
token_module_close(struct token_module *m)
{
	struct started *s;

	if (!m)
		return;
	pthread_mutex_lock(&started_lock);
	s = start_of(m->f);
	if (--s->users == 0)
		m->f->C_Finalize(NULL);
	pthread_mutex_unlock(&started_lock);
	dlclose(m->library);
	free(m);
}

bool
token_look_again(struct token_module *m)
{
	struct started *s;
	struct err ignored;
	bool again;

	pthread_mutex_lock(&started_lock);
	s = start_of(m->f);
	again = m->soft && s->users == 1 && s->sessions == 0 && m->f->C_Finalize(NULL) == CKR_OK && initialize(m, "", &ignored);
	pthread_mutex_unlock(&started_lock);
	return again;
}

void
token_count_session(const CK_FUNCTION_LIST *f, int by)
{
	pthread_mutex_lock(&started_lock);
	start_of(f)->sessions += by;
	pthread_mutex_unlock(&started_lock);
}

static void
trimmed(char *out, const unsigned char *in, size_t n)
{
	while (n > 0 && (in[n - 1] == ' ' || in[n - 1] == '\0'))
		n--;
	memcpy(out, in, n);
	out[n] = '\0';
}

static void
info_of(const CK_TOKEN_INFO *ti, struct token_info *out)
{
	memset(out, 0, sizeof *out);
	trimmed(out->serial, ti->serialNumber, 16);
	trimmed(out->label, ti->label, 32);
	out->initialised = (ti->flags & CKF_TOKEN_INITIALIZED) != 0;
	out->user_pin_set = (ti->flags & CKF_USER_PIN_INITIALIZED) != 0;
	out->pin_locked = (ti->flags & CKF_USER_PIN_LOCKED) != 0;
	out->pin_final_try = (ti->flags & CKF_USER_PIN_FINAL_TRY) != 0;
	out->so_locked = (ti->flags & CKF_SO_PIN_LOCKED) != 0;
}

static bool
slots(struct token_module *m, CK_SLOT_ID **out, CK_ULONG *n, struct err *e)
{
	CK_RV rv;

	/* the call without a list makes a module look again at what is plugged in */
	rv = m->f->C_GetSlotList(CK_TRUE, NULL, n);
	*out = rv == CKR_OK && *n < SLOTS_MAX ? calloc(*n + 1, sizeof **out) : NULL;
	if (*out)
		rv = m->f->C_GetSlotList(CK_TRUE, *out, n);
	if (*out && rv == CKR_OK)
		return true;
	free(*out);
	*out = NULL;
	return token_fail(e, rv, "-", "C_GetSlotList");
}

bool
token_list(struct token_module *m, struct token_info *out, size_t max, size_t *n, struct err *e)
{
	CK_SLOT_ID *s;
	CK_ULONG count;
	CK_TOKEN_INFO ti;

	*n = 0;
	if (!slots(m, &s, &count, e) || !s)
		return false;
	for (CK_ULONG i = 0; i < count && *n < max; i++)
		if (m->f->C_GetTokenInfo(s[i], &ti) == CKR_OK) {
			info_of(&ti, &out[*n]);
			*n += out[*n].initialised || out[*n].serial[0];
		}
	free(s);
	return true;
}

static bool
slot_search(struct token_module *m, const char *serial, const char *label, CK_SLOT_ID *slot, struct token_info *info,
    bool *found, struct err *e)
{
	CK_SLOT_ID *s;
	CK_ULONG n;
	CK_TOKEN_INFO raw;

	*found = false;
	if (!slots(m, &s, &n, e) || !s)
		return false;
	for (CK_ULONG i = 0; i < n && !*found; i++) {
		if (m->f->C_GetTokenInfo(s[i], &raw) != CKR_OK)
			continue;
		info_of(&raw, info);
		/* a token of a maker keeps its serial number when it was interrupted in being initialised */
		*found = serial ? serial[0] && strcmp(info->serial, serial) == 0
		    : label ? info->initialised && strcmp(info->label, label) == 0 : !info->initialised;
		*slot = s[i];
	}
	free(s);
	return true;
}

bool
token_slot(struct token_module *m, const char *serial, const char *label, CK_SLOT_ID *slot, struct token_info *info,
    struct err *e)
{
	struct token_info ti;
	bool found;

	if (!slot_search(m, serial, label, slot, &ti, &found, e)
	    || (!found && serial && token_look_again(m) && !slot_search(m, serial, label, slot, &ti, &found, e)))
		return false;
	if (found && info)
		*info = ti;
	return found || token_fail(e, CKR_TOKEN_NOT_PRESENT, serial ? serial : tr("(free slot)"), "slot");
}

bool
token_find(struct token_module *m, const char *serial, struct token_info *out, struct err *e)
{
	CK_SLOT_ID slot;

	return token_slot(m, serial, NULL, &slot, out, e);
}

bool
token_destroyed(struct token_module *m, const char *serial)
{
	struct token_info info;
	struct err ignored;
	CK_SLOT_ID slot;
	bool found;

	return m->soft && token_look_again(m) && slot_search(m, serial, NULL, &slot, &info, &found, &ignored) && !found;
}
