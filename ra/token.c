/* Initialising a token, its PINs, and sessions on it; declared in ra/token.h. */
#include "ra/token_p11.h"
#include "forms/tr.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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
write_lock(struct token_module *m, struct err *e)
{
	int fd = token_files_lock(m, LOCK_EX, e);

	m->locked = fd >= 0;
	return fd;
}

static void
write_unlock(struct token_module *m, int fd)
{
	m->locked = false;
	if (fd >= 0)
		close(fd);
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
	lock = write_lock(m, e);
	if (lock < 0)
		return false;
	if (token_slot(m, NULL, NULL, &slot, NULL, e)) {
		rv = m->f->C_InitToken(slot, (CK_UTF8CHAR *)(uintptr_t)so_pin, strlen(so_pin), padded_label);
		ok = rv == CKR_OK ? token_slot(m, NULL, unique, &slot, &info, e) : token_fail(e, rv, "(new)", "C_InitToken");
	}
	write_unlock(m, lock);
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

#define LEFT_MAX 16		/* objects of which a kill may leave half */

/* An object's file without its lock, as a kill leaves it, SoftHSM2 takes away but calls a fault: so it is asked again. */
static bool
init_token(struct token_module *m, const char *serial, unsigned char label[32], const char *so, CK_RV *rv, struct err *e)
{
	CK_SLOT_ID slot;
	bool again;

	*rv = CKR_DEVICE_ERROR;
	for (int i = 0; *rv == CKR_DEVICE_ERROR && i < (m->soft ? LEFT_MAX : 1); i++) {
		again = i > 0 && token_look_again(m);
		(void)again;		/* where somebody else works with a token, this start has to do */
		if (!token_slot(m, serial, NULL, &slot, NULL, e))
			return false;
		*rv = m->f->C_InitToken(slot, PIN(so), label);
	}
	return true;
}

/* Wipes by whichever SO PIN is in force; *which gets it. */
static bool
wipe(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new,
    const char **which, struct err *e)
{
	unsigned char padded_label[32];
	CK_RV rv;

	padded(padded_label, label);
	*which = so_new;
	if (!init_token(m, serial, padded_label, so_new, &rv, e))
		return false;
	if (rv == CKR_PIN_INCORRECT && strcmp(so_old, so_new) != 0) {
		*which = so_old;
		if (!init_token(m, serial, padded_label, so_old, &rv, e))
			return false;
	}
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED) {
		err_refuse(e, "the SO PIN of token %s is %s: it is not from this stock, or another program changed it; replace the"
		    " token", serial, rv == CKR_PIN_LOCKED ? tr("locked") : tr("not the known one"));
		return err_detail(e, "C_InitToken: CKR 0x%lx", rv);
	}
	return rv == CKR_OK || token_fail(e, rv, serial, "C_InitToken");
}

static bool
initialise(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new,
    const char *pin, struct err *e)
{
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	const char *so;
	CK_RV rv;

	if (!wipe(m, serial, label, so_old, so_new, &so, e) || !token_slot(m, serial, NULL, &slot, NULL, e))
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
token_initialise(struct token_module *m, const char *serial, const char *label, const char *so_old, const char *so_new,
    const char *pin, struct err *e)
{
	int lock = -1;
	bool ok;

	if (m->soft && (lock = write_lock(m, e)) < 0)
		return false;
	ok = initialise(m, serial, label, so_old, so_new, pin, e);
	write_unlock(m, lock);
	return ok;
}

bool
token_prove_so(struct token_module *m, const char *serial, const char *so_pin, struct err *e)
{
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!token_slot(m, serial, NULL, &slot, NULL, e))
		return false;
	rv = so_session(m, slot, so_pin, &h);
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
		return err_field(e, "so_pin", "this is not the SO PIN of token %s: read it again on the maker's paper; a few more wrong"
		    " tries lock the token", serial);
	if (rv == CKR_PIN_LOCKED)
		return err_field(e, "so_pin", "the SO PIN of token %s is locked: send it back", serial);
	if (rv != CKR_OK)
		return token_fail(e, rv, serial, "C_Login");
	m->f->C_Logout(h);
	m->f->C_CloseSession(h);
	return true;
}

/* SoftHSM2 reads a token's PINs once per process: one that another console set since is seen after a new start. */
static bool
is_stale(struct token_module *m, CK_RV rv)
{
	return rv == CKR_PIN_INCORRECT && token_look_again(m);
}

bool
token_set_pin(struct token_module *m, const char *serial, const char *so_pin, const char *pin, struct err *e)
{
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!token_slot(m, serial, NULL, &slot, NULL, e))
		return false;
	rv = so_session(m, slot, so_pin, &h);
	if (is_stale(m, rv)) {
		if (!token_slot(m, serial, NULL, &slot, NULL, e))
			return false;
		rv = so_session(m, slot, so_pin, &h);
	}
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED) {
		err_refuse(e, "the SO PIN of token %s is %s: it cannot be unlocked, replace it", serial,
		    rv == CKR_PIN_LOCKED ? tr("locked") : tr("not the known one"));
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

static CK_RV
user_session(struct token_module *m, CK_SLOT_ID slot, const char *pin, CK_SESSION_HANDLE *h)
{
	CK_RV rv = m->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, h);

	if (rv != CKR_OK || !pin)
		return rv;
	rv = m->f->C_Login(*h, CKU_USER, PIN(pin));
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return CKR_OK;
	m->f->C_CloseSession(*h);
	return rv;
}

bool
token_open(struct token_module *m, const char *serial, const char *pin, struct token **out, struct err *e)
{
	struct token *t;
	CK_SESSION_HANDLE h;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!token_slot(m, serial, NULL, &slot, NULL, e))
		return false;
	rv = user_session(m, slot, pin, &h);
	if (is_stale(m, rv)) {
		if (!token_slot(m, serial, NULL, &slot, NULL, e))
			return false;
		rv = user_session(m, slot, pin, &h);
	}
	if (rv != CKR_OK)
		return token_fail(e, rv, serial, "C_Login");
	t = calloc(1, sizeof *t);
	if (!t) {
		m->f->C_CloseSession(h);
		return err_internal(e, "out of memory");
	}
	t->f = m->f;
	t->session = h;
	snprintf(t->serial, sizeof t->serial, "%s", serial);
	token_count_session(t->f, 1);
	*out = t;
	return true;
}

void
token_close(struct token *t)
{
	if (!t)
		return;
	t->f->C_Logout(t->session);
	t->f->C_CloseSession(t->session);
	token_count_session(t->f, -1);
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
