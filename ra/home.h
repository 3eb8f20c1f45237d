/* Making a home: directories, keys, store, staff, schemes, and the embedded CA with the RA's certificate from it. */
#ifndef RA_HOME_H
#define RA_HOME_H

#include "forms/err.h"

struct home_plan {
	const char *home;
	bool demo;		/* demo staff with random passwords in HOME/demo-logins */
	const char *store;	/* NULL: "sqlite:ra.db" */
	const char *admin_password;	/* without demo: of the first supervisor, `admin` */
};
/* Makes it beside and renames it into place: a killed init leaves no half home. Refuses a home that is there. */
bool home_make(const struct home_plan *p, struct err *e) MUST_USE;
/* Brings the store of a home to this program's version. */
bool home_migrate(const char *home, int *made, struct err *e) MUST_USE;
/* The embedded CA of a home. */
bool home_ca_start(const char *home, struct err *e) MUST_USE;	/* true when it listens, also when it did before */
bool home_ca_stop(const char *home, struct err *e) MUST_USE;
bool home_ca_running(const char *home, struct err *e) MUST_USE;

#endif
