/* Certificates of other authorities, each with the application that it was brought for. DER in, DER out. */
#ifndef DB_FOREIGN_H
#define DB_FOREIGN_H

#include "db/application.h"

struct foreign {
	int64_t application;
	char authority[24], serial[64], subject[1024], holder[TEXT_BYTES(120)], source[40];
	int64_t not_before, not_after, checked_at, staff;
};

/* Stores or, when it is brought again, replaces it. */
bool foreign_store(struct db *db, const struct foreign *f, const unsigned char *der, size_t n, struct err *e) MUST_USE;
bool foreign_load(struct db *db, int64_t application, struct foreign *f, bool *found, struct err *e) MUST_USE;
/* DER into malloc'ed *der. */
bool foreign_der(struct db *db, int64_t application, unsigned char **der, size_t *n, struct err *e) MUST_USE;
/* The number of another application, open or finished, that has made a seal for that certificate; "" when none has. */
bool foreign_sealed(struct db *db, const char *authority, const char *serial, int64_t not_id, char no[APP_NO_MAX], struct err *e) MUST_USE;

#endif
