#include "ra/token_p11.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SLOTS_MAX 2048

struct token_module {
	void *library;
	CK_FUNCTION_LIST *f;
};

/* ---- what a module says, in words ---- */

static const struct { CK_RV rv; enum fault code; const char *words; } answers[] = {
	{ CKR_PIN_INCORRECT, FAULT_REFUSED, "the PIN of token %s is wrong" },
	{ CKR_PIN_LOCKED, FAULT_REFUSED, "the PIN of token %s is locked: unlock it, or replace the token" },
	{ CKR_PIN_LEN_RANGE, FAULT_REFUSED, "the PIN has a length that token %s does not take" },
	{ CKR_PIN_INVALID, FAULT_REFUSED, "the PIN has characters that token %s does not take" },
	{ CKR_PIN_EXPIRED, FAULT_REFUSED, "the PIN of token %s has to be changed first" },
	{ CKR_DEVICE_MEMORY, FAULT_REFUSED, "the token %s is full: take another, or have it wiped" },
	{ CKR_DEVICE_REMOVED, FAULT_LATER, "the token %s was pulled out: plug it in and repeat" },
	{ CKR_TOKEN_NOT_PRESENT, FAULT_LATER, "the token %s is not plugged in: plug it in and repeat" },
	{ CKR_SLOT_ID_INVALID, FAULT_LATER, "the token %s is not plugged in: plug it in and repeat" },
	{ CKR_TOKEN_NOT_RECOGNIZED, FAULT_REFUSED, "the token %s is not of a kind that the module knows" },
	{ CKR_TOKEN_WRITE_PROTECTED, FAULT_REFUSED, "the token %s is write-protected: take another" },
	{ CKR_SESSION_EXISTS, FAULT_LATER, "the token %s is in use by another program: close that and repeat" },
};

bool
token_fail(struct err *e, CK_RV rv, const char *serial, const char *what)
{
	char line[200];

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (answers[i].rv != rv)
			continue;
		/* the table's words hold exactly one %s */
		snprintf(line, sizeof line, "%.*s%s%s", (int)(strstr(answers[i].words, "%s") - answers[i].words), answers[i].words,
		    serial, strstr(answers[i].words, "%s") + 2);
		(answers[i].code == FAULT_LATER ? err_later : err_refuse)(e, "%s", line);
		return err_detail(e, "%s: CKR 0x%lx", what, rv);
	}
	err_later(e, "the token %s does not work (%s): plug it in again and repeat, or take another", serial, what);
	return err_detail(e, "%s: CKR 0x%lx", what, rv);
}

/* ---- the module ---- */

bool
token_module_open(const char *path, struct token_module **out, struct err *e)
{
	struct token_module *m = calloc(1, sizeof *m);
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_C_GetFunctionList get = NULL;
	CK_RV rv = CKR_GENERAL_ERROR;

	if (!m)
		return err_internal(e, "out of memory");
	m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (m->library)
		*(void **)(&get) = dlsym(m->library, "C_GetFunctionList");
	if (!get || get(&m->f) != CKR_OK) {
		err_internal(e, "the token module %s cannot be loaded: look at pkcs11.module in ra.conf", path);
		err_detail(e, "%s", m->library ? "no C_GetFunctionList" : dlerror());
		goto fail;
	}
	rv = m->f->C_Initialize(&args);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		err_internal(e, "the token module %s does not start: look at its configuration (softhsm2.conf)", path);
		err_detail(e, "C_Initialize: CKR 0x%lx", rv);
		goto fail;
	}
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
	if (!m)
		return;
	m->f->C_Finalize(NULL);
	dlclose(m->library);
	free(m);
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
		if (m->f->C_GetTokenInfo(s[i], &ti) == CKR_OK && (ti.flags & CKF_TOKEN_INITIALIZED))
			info_of(&ti, &out[(*n)++]);
	free(s);
	return true;
}

/* The slot of a serial, or (serial NULL) of an uninitialised token, or of a label. */
static bool
slot_of(struct token_module *m, const char *serial, const char *label, CK_SLOT_ID *slot, struct token_info *info,
    struct err *e)
{
	struct token_info ti;
	CK_SLOT_ID *s;
	CK_ULONG n;
	CK_TOKEN_INFO raw;
	bool found = false;

	if (!slots(m, &s, &n, e) || !s)
		return false;
	for (CK_ULONG i = 0; i < n && !found; i++) {
		if (m->f->C_GetTokenInfo(s[i], &raw) != CKR_OK)
			continue;
		info_of(&raw, &ti);
		found = serial ? ti.initialised && strcmp(ti.serial, serial) == 0
		    : label ? ti.initialised && strcmp(ti.label, label) == 0 : !ti.initialised;
		if (found)
			*slot = s[i];
	}
	free(s);
	if (found && info)
		*info = ti;
	return found || token_fail(e, CKR_TOKEN_NOT_PRESENT, serial ? serial : "(free slot)", "slot");
}

bool
token_find(struct token_module *m, const char *serial, struct token_info *out, struct err *e)
{
	CK_SLOT_ID slot;

	return slot_of(m, serial, NULL, &slot, out, e);
}

/* ---- initialising ---- */

static void
padded(unsigned char out[32], const char *label)
{
	size_t n = strlen(label);

	n = n > 32 ? 32 : n;
	while (n > 0 && n < strlen(label) && ((unsigned char)label[n] & 0xC0) == 0x80)
		n--;		/* never half a character */
	memset(out, ' ', 32);
	memcpy(out, label, n);
}

static int
creation_lock(void)
{
	const char *conf = getenv("SOFTHSM2_CONF");
	char path[4200];
	int fd;

	snprintf(path, sizeof path, "%s.lock", conf ? conf : "/tmp/softhsm2");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool
token_create_soft(struct token_module *m, const char *label, const char *so_pin, char serial[TOKEN_SERIAL_MAX],
    struct err *e)
{
	unsigned char padded_label[32], random[8];
	char unique[33];
	struct token_info info;
	CK_SLOT_ID slot;
	CK_RV rv;
	int lock;
	bool ok = false;

	/* a label of its own, by which the new token is found again: initialising moves it to another slot */
	if (RAND_bytes(random, sizeof random) != 1)
		return err_internal(e, "no random numbers");
	snprintf(unique, sizeof unique, "%.8s", label);
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(unique + strlen(unique), sizeof unique - strlen(unique), "%02x", random[i]);
	padded(padded_label, unique);
	lock = creation_lock();
	if (slot_of(m, NULL, NULL, &slot, NULL, e)) {
		rv = m->f->C_InitToken(slot, (CK_UTF8CHAR *)(uintptr_t)so_pin, strlen(so_pin), padded_label);
		ok = rv == CKR_OK ? slot_of(m, NULL, unique, &slot, &info, e) : token_fail(e, rv, "(new)", "C_InitToken");
	}
	if (lock >= 0)
		close(lock);
	if (ok)
		memcpy(serial, info.serial, TOKEN_SERIAL_MAX);
	return ok;
}

#define PIN(s) (CK_UTF8CHAR *)(uintptr_t)(s), strlen(s)

static CK_RV
so_session(struct token_module *m, CK_SLOT_ID slot, const char *so_pin, CK_SESSION_HANDLE *h)
{
	CK_RV rv = m->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, h);

	if (rv != CKR_OK)
		return rv;
	rv = m->f->C_Login(*h, CKU_SO, PIN(so_pin));
	if (rv != CKR_OK)
		m->f->C_CloseSession(*h);
	return rv;
}

/* Wipes by whichever SO PIN is in force; *which gets it. */
static bool
wipe(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new,
    const char **which, struct err *e)
{
	unsigned char padded_label[32];
	CK_SLOT_ID slot;
	CK_RV rv;

	padded(padded_label, label);
	if (!slot_of(m, serial, NULL, &slot, NULL, e))
		return false;
	*which = so_new;
	rv = m->f->C_InitToken(slot, PIN(so_new), padded_label);
	if (rv == CKR_PIN_INCORRECT && strcmp(so_old, so_new) != 0) {
		*which = so_old;
		rv = m->f->C_InitToken(slot, PIN(so_old), padded_label);
	}
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED) {
		err_refuse(e, "the SO PIN of token %s is %s: it is not from this stock, or another program changed it; replace the"
		    " token", serial, rv == CKR_PIN_LOCKED ? "locked" : "not the known one");
		return err_detail(e, "C_InitToken: CKR 0x%lx", rv);
	}
	return rv == CKR_OK || token_fail(e, rv, serial, "C_InitToken");
}

bool
token_initialise(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new,
    const char *pin, struct err *e)
{
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	const char *so;
	CK_RV rv;

	if (!wipe(m, serial, label, so_old, so_new, &so, e) || !slot_of(m, serial, NULL, &slot, NULL, e))
		return false;
	rv = so_session(m, slot, so, &h);
	if (rv != CKR_OK)
		return token_fail(e, rv, serial, "C_Login");
	if (strcmp(so, so_new) != 0)
		rv = m->f->C_SetPIN(h, PIN(so), PIN(so_new));
	if (rv == CKR_OK)
		rv = m->f->C_InitPIN(h, PIN(pin));
	m->f->C_Logout(h);
	m->f->C_CloseSession(h);
	return rv == CKR_OK || token_fail(e, rv, serial, "C_InitPIN");
}

bool
token_set_pin(struct token_module *m, const char *serial, const char *so_pin, const char *pin, struct err *e)
{
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!slot_of(m, serial, NULL, &slot, NULL, e))
		return false;
	rv = so_session(m, slot, so_pin, &h);
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED) {
		err_refuse(e, "the SO PIN of token %s is %s: it cannot be unlocked, replace it", serial,
		    rv == CKR_PIN_LOCKED ? "locked" : "not the known one");
		return err_detail(e, "C_Login: CKR 0x%lx", rv);
	}
	if (rv != CKR_OK)
		return token_fail(e, rv, serial, "C_Login");
	rv = m->f->C_InitPIN(h, PIN(pin));
	m->f->C_Logout(h);
	m->f->C_CloseSession(h);
	return rv == CKR_OK || token_fail(e, rv, serial, "C_InitPIN");
}

/* ---- a session of the holder ---- */

bool
token_open(struct token_module *m, const char *serial, const char *pin, struct token **out, struct err *e)
{
	struct token *t;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!slot_of(m, serial, NULL, &slot, NULL, e))
		return false;
	t = calloc(1, sizeof *t);
	if (!t)
		return err_internal(e, "out of memory");
	t->f = m->f;
	snprintf(t->serial, sizeof t->serial, "%s", serial);
	rv = m->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &t->session);
	if (rv == CKR_OK) {
		rv = m->f->C_Login(t->session, CKU_USER, PIN(pin));
		if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) {
			*out = t;
			return true;
		}
		m->f->C_CloseSession(t->session);
	}
	free(t);
	return token_fail(e, rv, serial, "C_Login");
}

void
token_close(struct token *t)
{
	if (!t)
		return;
	t->f->C_Logout(t->session);
	t->f->C_CloseSession(t->session);
	free(t);
}

bool
token_objects(struct token *t, CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *found, struct err *e)
{
	CK_RV rv;

	TRY(t->f->C_FindObjectsInit(t->session, a, n), t->serial);
	rv = t->f->C_FindObjects(t->session, out, max, found);
	t->f->C_FindObjectsFinal(t->session);
	return rv == CKR_OK || token_fail(e, rv, t->serial, "C_FindObjects");
}
