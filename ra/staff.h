/*
 * Members: login, passwords (scrypt), lock-out, and the signing key that only the password opens. The member `system`
 * signs acts without a person by the station's key in HOME/keys.
 */
#ifndef RA_STAFF_H
#define RA_STAFF_H

#include "ra/office.h"

#define STAFF_FAILURES 5		/* wrong passwords in a row until the lock */
#define STAFF_LOCK_S (15 * 60)		/* seconds of the lock */
#define STAFF_PASSWORD_MIN 8

#define STAFF_RANDOM 13			/* bytes of a password made at random, with its NUL */

/* Proves the password, unlocks the signing key, makes the member the office's. */
bool staff_login(struct office *o, const char *login, const char *password, struct err *e) MUST_USE;
/* Makes the member `system` the office's (station key): for acts without a person only. */
bool staff_login_system(struct office *o, struct err *e) MUST_USE;
/* May the member who works still sign? Refused when the login was disabled or its password reset since it logged in. */
bool staff_in_force(struct office *o, struct err *e) MUST_USE;
bool staff_create(struct office *o, const char *login, const char *name, enum role role, const char *password, bool must_change, struct err *e) MUST_USE;
/* Inside a running transaction, without rights: for init. */
bool staff_insert_with_key(struct office *o, struct member *m, const char *password, struct err *e) MUST_USE;
/* One's own (old password proven) or, by a supervisor, another's: that makes a new key and must be changed at once. */
bool staff_passwd(struct office *o, const char *login, const char *old_password, const char *new_password, struct err *e) MUST_USE;
/* A first password for somebody: letters and digits that cannot be misread. Cleanse it. */
bool staff_random_password(char out[STAFF_RANDOM], struct err *e) MUST_USE;
bool staff_enable(struct office *o, const char *login, bool enabled, struct err *e) MUST_USE;
/* The member who works in an office, with the signing key, on the way to an office of another thread (console and its
 * workers). The key is a copy: taking one and wearing it need no lock as long as each office stays with its thread. */
struct staff_pass;
bool staff_pass_take(const struct office *o, struct staff_pass **out, struct err *e) MUST_USE;
bool staff_pass_copy(const struct staff_pass *p, struct staff_pass **out, struct err *e) MUST_USE;
const struct member *staff_pass_member(const struct staff_pass *p);
/* o works as that member from now on; p is used up. */
void staff_pass_wear(struct office *o, struct staff_pass *p);
void staff_pass_free(struct staff_pass *p);
/* Nobody works in o: the signing key is gone from it. */
void staff_leave(struct office *o);
/* The member stays (what is open may be kept), the signing key is gone until the next pass. */
void staff_lock(struct office *o);
/* Makes HOME/keys/station.key; inside init. */
bool staff_station_key_create(const char *keys_dir, struct err *e) MUST_USE;
bool staff_station_key(const struct office *o, EVP_PKEY **out, struct err *e) MUST_USE;

#endif
