/*
 * Configuration files in libconfig's format (libconfig inside, nowhere else), for ra.conf, ca.conf and schemes.
 * Paths are libconfig's: "service_point.id", "cas.[0].url". A reader remembers which settings were read so that
 * config_unread can name a misspelt key.
 */
#ifndef FORMS_CONFIG_H
#define FORMS_CONFIG_H

#include "forms/err.h"
#include <stdint.h>

struct config;

/* name stands in messages as `name:line:`. text is NUL-terminated UTF-8. */
bool config_parse(const char *name, const char *text, struct config **out, struct err *e) MUST_USE;
bool config_load(const char *path, struct config **out, struct err *e) MUST_USE;	/* a file of at most 1 MiB */
void config_free(struct config *c);

bool config_has(const struct config *c, const char *path);
int config_line(const struct config *c, const char *path);	/* 1.., 0 when absent */
int config_count(const struct config *c, const char *path);	/* members of a list, array or group; -1 when absent or scalar */
/* Name of the i-th member of a group, NULL for lists. */
const char *config_member(const struct config *c, const char *path, int i);
/* Each: false with `name:line: path: …` when absent or of another type. Texts live as long as the config. */
bool config_text(struct config *c, const char *path, const char **out, struct err *e) MUST_USE;
bool config_int(struct config *c, const char *path, int64_t *out, struct err *e) MUST_USE;
bool config_bool(struct config *c, const char *path, bool *out, struct err *e) MUST_USE;
/* The same with a default when absent (a wrong type is still an error). */
bool config_text_or(struct config *c, const char *path, const char *dflt, const char **out, struct err *e) MUST_USE;
bool config_int_or(struct config *c, const char *path, int64_t dflt, int64_t *out, struct err *e) MUST_USE;
bool config_bool_or(struct config *c, const char *path, bool dflt, bool *out, struct err *e) MUST_USE;
/* Adds one line per setting that no call above has read. */
void config_unread(const struct config *c, struct err_list *l);
/* An error at a path: "name:line: path: <fmt>"; returns false. */
bool config_error(const struct config *c, const char *path, struct err *e, const char *fmt, ...) PRINTF(4, 5);

#endif
