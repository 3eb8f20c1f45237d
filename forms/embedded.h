/*
 * Files that are built into the program: schemes and migrations. The tables are made by tests/embed.sh
 * at build time and live as long as the program.
 */
#ifndef FORMS_EMBEDDED_H
#define FORMS_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *name;	/* file name without folder and ending; NULL ends the table */
	const char *text;	/* content, NUL-terminated */
	size_t len;		/* bytes, without that NUL */
};

extern const struct embedded catalogues[];	/* forms/zh.po, as .mo */
extern const struct embedded scheme_files[];	/* forms/schemes */
extern const struct embedded schema_files[];	/* db/schema, in the order of their numbers */

#endif
