#include "forms/config.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX (1024 * 1024)
#define READ_MARK ((void *)1)	/* hook of a setting that somebody read */

struct config {
	config_t c;
	char name[256];
};

static bool
whole_text(const char *name, const char *text, struct err *e)
{
	char line[16];
	size_t n = strlen(text);
	int at = 1;

	/* broken UTF-8 would reach the certificates */
	for (size_t i = 0; i < n;) {
		unsigned char b = (unsigned char)text[i];
		size_t k = b < 0x80 ? 1 : b >= 0xC2 && b < 0xE0 ? 2 : b >= 0xE0 && b < 0xF0 ? 3 : b >= 0xF0 && b < 0xF5 ? 4 : 0;

		at += b == '\n';
		for (size_t x = 1; x < k; x++)
			if (i + x >= n || ((unsigned char)text[i + x] & 0xC0) != 0x80)
				k = 0;
		if (k == 0) {
			snprintf(line, sizeof line, "%d", at);
			return err_refuse(e, "%s:%s: the text is not valid UTF-8: save the file as UTF-8", name, line);
		}
		i += k;
	}
	return true;
}

bool
config_parse(const char *name, const char *text, struct config **out, struct err *e)
{
	struct config *c;

	if (!whole_text(name, text, e))
		return false;
	if (strstr(text, "@include"))
		return err_refuse(e, "%s: @include is not taken: a scheme is one file", name);
	c = calloc(1, sizeof *c);
	if (!c)
		return err_internal(e, "out of memory");
	snprintf(c->name, sizeof c->name, "%s", name);
	config_init(&c->c);
	if (config_read_string(&c->c, text) == CONFIG_TRUE) {
		*out = c;
		return true;
	}
	err_refuse(e, "%s:%d: %s", name, config_error_line(&c->c), config_error_text(&c->c));
	config_free(c);
	return false;
}

bool
config_load(const char *path, struct config **out, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *text;
	size_t n;
	bool ok;

	if (!f)
		return err_internal(e, "cannot read %s: %s", path, strerror(errno));
	text = malloc(CONFIG_MAX + 2);
	n = text ? fread(text, 1, CONFIG_MAX + 1, f) : 0;
	fclose(f);
	if (!text)
		return err_internal(e, "out of memory");
	text[n] = '\0';
	if (n > CONFIG_MAX || strlen(text) != n)
		ok = err_internal(e, "%s is no configuration file", path);
	else
		ok = config_parse(path, text, out, e);
	free(text);
	return ok;
}

void
config_free(struct config *c)
{
	if (!c)
		return;
	config_destroy(&c->c);
	free(c);
}

static config_setting_t *
find(const struct config *c, const char *path)
{
	return path[0] ? config_lookup(&c->c, path) : config_root_setting(&c->c);
}

bool
config_has(const struct config *c, const char *path)
{
	return find(c, path) != NULL;
}

int
config_line(const struct config *c, const char *path)
{
	config_setting_t *s = find(c, path);

	return s ? (int)config_setting_source_line(s) : 0;
}

int
config_count(const struct config *c, const char *path)
{
	config_setting_t *s = find(c, path);

	if (!s || !config_setting_is_aggregate(s))
		return -1;
	config_setting_set_hook(s, READ_MARK);
	return config_setting_length(s);
}

const char *
config_member(const struct config *c, const char *path, int i)
{
	config_setting_t *s = find(c, path);
	config_setting_t *m = s && config_setting_is_aggregate(s) && i >= 0 ? config_setting_get_elem(s, (unsigned)i) : NULL;

	return m ? config_setting_name(m) : NULL;
}

bool
config_error(const struct config *c, const char *path, struct err *e, const char *fmt, ...)
{
	char text[300], parent[200];
	va_list ap;
	int line = config_line(c, path);

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* what is absent is told at the line of what should hold it */
	snprintf(parent, sizeof parent, "%s", path);
	while (line == 0 && parent[0]) {
		char *dot = strrchr(parent, '.');

		*(dot ? dot : parent) = '\0';
		line = config_line(c, parent);
	}
	return err_refuse(e, "%s:%d: %s: %s", c->name, line ? line : 1, path, text);
}

/* The setting, marked as read and with its parents; NULL with an error when absent. */
static config_setting_t *
take(struct config *c, const char *path, struct err *e)
{
	config_setting_t *s = find(c, path);

	if (!s) {
		config_error(c, path, e, "is missing: add it");
		return NULL;
	}
	for (config_setting_t *p = s; p; p = config_setting_parent(p))
		config_setting_set_hook(p, READ_MARK);
	return s;
}

bool
config_text(struct config *c, const char *path, const char **out, struct err *e)
{
	config_setting_t *s = take(c, path, e);

	if (!s)
		return false;
	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return config_error(c, path, e, "has to be a text in quotes");
	*out = config_setting_get_string(s);
	return true;
}

bool
config_int(struct config *c, const char *path, int64_t *out, struct err *e)
{
	config_setting_t *s = take(c, path, e);

	if (!s)
		return false;
	if (config_setting_type(s) != CONFIG_TYPE_INT && config_setting_type(s) != CONFIG_TYPE_INT64)
		return config_error(c, path, e, "has to be a whole number");
	*out = config_setting_get_int64(s);
	return true;
}

bool
config_bool(struct config *c, const char *path, bool *out, struct err *e)
{
	config_setting_t *s = take(c, path, e);

	if (!s)
		return false;
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return config_error(c, path, e, "has to be true or false");
	*out = config_setting_get_bool(s) == CONFIG_TRUE;
	return true;
}

bool
config_text_or(struct config *c, const char *path, const char *dflt, const char **out, struct err *e)
{
	*out = dflt;
	return !config_has(c, path) || config_text(c, path, out, e);
}

bool
config_int_or(struct config *c, const char *path, int64_t dflt, int64_t *out, struct err *e)
{
	*out = dflt;
	return !config_has(c, path) || config_int(c, path, out, e);
}

bool
config_bool_or(struct config *c, const char *path, bool dflt, bool *out, struct err *e)
{
	*out = dflt;
	return !config_has(c, path) || config_bool(c, path, out, e);
}

static void
unread(const struct config *c, config_setting_t *s, const char *path, struct err_list *l)
{
	char sub[256];

	for (int i = 0; i < config_setting_length(s); i++) {
		config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
		const char *name = config_setting_name(m);

		if (name)
			snprintf(sub, sizeof sub, "%.200s%s%.40s", path, path[0] ? "." : "", name);
		else
			snprintf(sub, sizeof sub, "%.200s.[%d]", path, i);
		if (config_setting_get_hook(m) != READ_MARK && name)
			err_list_add(l, "", "%s:%d: %s: there is no such setting: remove it or mend its name", c->name,
			    (int)config_setting_source_line(m), sub);
		else if (config_setting_is_aggregate(m))
			unread(c, m, sub, l);
	}
}

void
config_unread(const struct config *c, struct err_list *l)
{
	unread(c, config_root_setting(&c->c), "", l);
}
