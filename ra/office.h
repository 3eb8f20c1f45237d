/*
 * The office: one home directory with everything open, and the member who works in it. One struct office serves one
 * thread; a worker opens its own. Every change of the store goes through office_begin and office_commit, which appends
 * the signed audit row.
 */
#ifndef RA_OFFICE_H
#define RA_OFFICE_H

#include "db/application.h"
#include "db/audit.h"
#include "db/db.h"
#include "db/keys.h"
#include "db/staff.h"
#include "forms/scheme.h"
#include "ra/ca.h"
#include "ra/token.h"

#include <openssl/evp.h>

#define HOME_MAX 4096	/* PATH_MAX */
#define PATH_MAX_RA (HOME_MAX + 256)
#define OFFICE_CAS 8

#define ACT(e, stored, command, zh, en, roles) e,
enum act {
#include "ra/acts.def"
	ACT_N
};
#undef ACT
#define R(role) (1u << ROLE_##role)

struct act_row { const char *stored, *command, *zh, *en; unsigned roles; };
extern const struct act_row acts[];	/* by enum act */
const char *act_name(enum act act);	/* as shown */

struct config;
struct office {
	char home[HOME_MAX];
	struct config *conf;
	struct db *db;
	struct keys *keys;
	struct member me;		/* who works; id 0 before login */
	int64_t key_id;			/* row of staff_key that signs */
	EVP_PKEY *signer;
	char station[64];		/* machine and terminal */
	char point[17];			/* service point id = audit chain */
	const char *point_name, *point_address, *language;
	struct ca_config ca[OFFICE_CAS];
	char ca_path[OFFICE_CAS][7][PATH_MAX_RA];	/* the strings of ca[] made absolute */
	struct ca *ca_open[OFFICE_CAS];	/* connections, opened on first use */
	int64_t ca_ends[OFFICE_CAS];	/* end of the issuer's own certificate; 0 = not looked up yet */
	size_t ca_n;
	struct token_module *module;	/* opened on first use */
	struct press *press;		/* the fonts, opened on first use */
	struct { int64_t id; struct scheme *scheme; } schemes[16];	/* parsed versions */
	size_t schemes_n;
	bool changed;			/* something was committed */
};

/* Opens home (0700): ra.conf, keys, store at the program's version. */
bool office_open(const char *home, struct office **out, struct err *e) MUST_USE;
void office_close(struct office *o);
/* HOME/name into out. */
void office_path(const struct office *o, const char *name, char out[PATH_MAX_RA]);

/* May the member who works do this? A refusal names the roles that may. */
bool office_may(const struct office *o, enum act act, struct err *e) MUST_USE;

/* A write transaction. */
bool office_begin(struct office *o, struct err *e) MUST_USE;
/* Appends the audit row (signed by the member who works) and commits; rolls back on failure. object "application:NO". */
bool office_commit(struct office *o, enum act act, const char *object, struct err *e, const char *detail, ...) PRINTF(5, 6) MUST_USE;
void office_rollback(struct office *o);

/* The parsed version of a scheme; borrowed, lives as long as the office. */
bool office_scheme(struct office *o, int64_t version, const struct scheme **out, struct err *e) MUST_USE;
/* The version in force now. */
bool office_scheme_now(struct office *o, const char *scheme, const struct scheme **out, int64_t *version, struct err *e) MUST_USE;
/* The connection to the CA that ra.conf's cas name so, opened on first use; borrowed. */
bool office_ca(struct office *o, const char *id, struct ca **out, struct err *e) MUST_USE;
/* The PKCS#11 module, opened on first use. */
bool office_module(struct office *o, struct token_module **out, struct err *e) MUST_USE;

/* The press, opened on first use: a missing font is told with its package. */
bool office_press(struct office *o, struct press **out, struct err *e) MUST_USE;
/* Lets the checks of a form ask whether what is typed can be printed. */
bool office_printable(struct office *o, struct form_env *env, struct err *e) MUST_USE;

/* A named step of a journalled act. RA_KILL_AT=NAME (or NAME:K, the K-th time) in the environment makes the process kill itself
 * right there, as a crash would, RA_STOP_AT stop until it is continued: ra/steps.def lists the steps, the tests walk that list. */
#define STEP(name) name,
enum step {
#include "ra/steps.def"
	STEP_N
};
#undef STEP
extern const char *const step_names[];
void office_step(enum step s);
/* Who watches the steps of this thread (a job that shows them); NULL: nobody. */
void office_watch(void (*fn)(void *arg, enum step s), void *arg);

#endif
