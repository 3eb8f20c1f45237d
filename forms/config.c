#include "forms/config.h"

#include "forms/json.h"
#include "forms/text.h"
#include "forms/tr.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_MAX (1024 * 1024)
#define PATH_MAX_BYTES 256	/* of a path in our own code; longer ones are cut in messages only */

struct config {
	config_t lc;
	char *name;		/* for messages */
};

/* Hung on every setting that a reader asked for. */
static char seen_mark;

static const char *const type_names[] = {
	[CONFIG_TYPE_NONE] = N_("nothing"),
	[CONFIG_TYPE_GROUP] = N_("a group { }"),
	[CONFIG_TYPE_INT] = N_("a whole number"),
	[CONFIG_TYPE_INT64] = N_("a whole number"),
	[CONFIG_TYPE_FLOAT] = N_("a number with a point"),
	[CONFIG_TYPE_STRING] = N_("a text in quotes"),
	[CONFIG_TYPE_BOOL] = N_("true or false"),
	[CONFIG_TYPE_ARRAY] = N_("an array [ ]"),
	[CONFIG_TYPE_LIST] = N_("a list ( )"),
};

struct scan {
	const char *name;	/* of the file */
	const char *at;
	int line;
	char before;		/* the character in front of a number */
};

/* Past one string or comment; newlines in it are counted. False when it never ends. */
static bool
skip_to(struct scan *s, const char *end, bool escapes)
{
	size_t n = strlen(end);

	while (*s->at && strncmp(s->at, end, n) != 0) {
		if (escapes && *s->at == '\\' && s->at[1])
			s->at++;
		if (*s->at == '\n')
			s->line++;
		s->at++;
	}
	if (!*s->at)
		return *end == '\n';
	if (*end != '\n')	/* the newline that ends a comment is counted by the caller */
		s->at += n;
	return true;
}

static const char *
token_end(const char *s)
{
	return s + strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_*");
}

/* libconfig 1.5 wraps numbers that do not fit: 5000000000 would be read as 705032704. */
static bool
check_number(struct scan *s, struct err *e)
{
	bool hex = s->at[0] == '0' && (s->at[1] == 'x' || s->at[1] == 'X');
	bool negative = s->before == '-';
	const char *from = s->at, *end = token_end(s->at);
	unsigned long long v, limit;
	char *rest;

	s->at = end;
	/* a float, with or without exponent */
	if (*end == '.' || (!hex && strcspn(from, "eE") < (size_t)(end - from))) {
		if (*end == '.' || *end == '-' || *end == '+')
			s->at = token_end(end + 1);
		if ((*s->at == '-' || *s->at == '+') && (s->at[-1] == 'e' || s->at[-1] == 'E'))
			s->at = token_end(s->at + 1);
		return true;
	}
	errno = 0;
	v = strtoull(from, &rest, hex ? 16 : 10);
	limit = (*rest == 'L' ? (unsigned long long)INT64_MAX : INT32_MAX) + negative;
	if (errno != 0 || v > limit)
		return err_refuse(e, "%s:%d: the number %.*s is too large: %s", s->name, s->line,
		    (int)(end - from > 40 ? 40 : end - from), from,
		    *rest == 'L' || errno != 0 ? tr("write a smaller one")
		    : tr("write a smaller one, or put L behind it"));
	return true;
}

static bool
check_utf8(const char *name, const char *text, struct err *e)
{
	int line = 1;
	size_t len;
	uint32_t cp;

	for (; *text; text += len) {
		len = text_next(text, &cp);
		if (len == 0)
			return err_refuse(e,
			    "%s:%d: byte 0x%02X is not UTF-8 here: save the file as UTF-8", name,
			    line, (unsigned)(unsigned char)*text);
		line += *text == '\n';
	}
	return true;
}

static bool
check_source(const char *name, const char *text, struct err *e)
{
	struct scan s = { name, text, 1, '\0' };
	bool closed = true;
	int opened = 1;

	if (!check_utf8(name, text, e))
		return false;
	while (*s.at) {
		opened = s.line;
		if (*s.at == '"') {
			s.at++;
			closed = skip_to(&s, "\"", true);
		} else if (*s.at == '#' || strncmp(s.at, "//", 2) == 0) {
			closed = skip_to(&s, "\n", false);
		} else if (strncmp(s.at, "/*", 2) == 0) {
			s.at += 2;
			closed = skip_to(&s, "*/", false);
		} else if (*s.at == '@') {
			/* a scheme that is loaded must not read other files of this host */
			return err_refuse(e,
			    "%s:%d: @include is not taken here: copy the other file's settings in",
			    name, s.line);
		} else if (*s.at >= '0' && *s.at <= '9') {
			if (!check_number(&s, e))
				return false;
		} else if (token_end(s.at) > s.at) {
			s.at = token_end(s.at);
			while (*s.at == '-')	/* names may hold hyphens and then digits */
				s.at = token_end(s.at + 1);
		} else {
			s.before = *s.at++;
			s.line += s.before == '\n';
		}
	}
	if (!closed)
		return err_refuse(e,
		    "%s:%d: the text or comment that begins here never ends: close it", name,
		    opened);
	return true;
}

/* Escapes (\x80) can make strings that the source did not show: no broken UTF-8, no control
 * characters but newline and tab. */
static bool
check_strings(const char *name, const config_setting_t *s, struct err *e)
{
	const char *t;
	uint32_t cp;
	size_t len;
	int i;

	for (i = 0; config_setting_is_aggregate(s) && i < config_setting_length(s); i++)
		if (!check_strings(name, config_setting_get_elem(s, (unsigned)i), e))
			return false;
	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return true;
	for (t = config_setting_get_string(s); *t; t += len) {
		len = text_next(t, &cp);
		if (len == 0 || (cp < 0x20 && cp != '\n' && cp != '\t')
		    || (cp >= 0x7F && cp < 0xA0))
			return err_refuse(e,
			    "%s:%u: the text holds a control character or a broken one: type it without \\x and the like",
			    name, (unsigned)config_setting_source_line(s));
	}
	return true;
}

bool
config_parse(const char *name, const char *text, struct config **out, struct err *e)
{
	struct config *c = NULL;

	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)	/* some editors put it in front */
		text += 3;
	if (!check_source(name, text, e))
		return false;
	c = calloc(1, sizeof *c);
	if (!c)
		return err_internal(e, "out of memory while reading %s", name);
	config_init(&c->lc);
	c->name = strdup(name);
	if (!c->name) {
		err_internal(e, "out of memory while reading %s", name);
		goto out;
	}
	if (!config_read_string(&c->lc, text)) {
		err_refuse(e,
		    "%s:%d: %s: write settings as  name = value;  each name once, texts in quotes",
		    name, config_error_line(&c->lc), config_error_text(&c->lc));
		goto out;
	}
	if (!check_strings(name, config_root_setting(&c->lc), e))
		goto out;
	*out = c;
	return true;
out:
	config_free(c);
	return false;
}

bool
config_load(const char *path, struct config **out, struct err *e)
{
	char *text = NULL;
	size_t n;
	bool ok;

	if (!json_read_file(path, LOAD_MAX, &text, &n, e))
		return false;
	ok = strlen(text) == n ? config_parse(path, text, out, e)
	    : err_refuse(e, "%s holds a NUL byte: it is no text file, name another", path);
	free(text);
	return ok;
}

void
config_free(struct config *c)
{
	if (!c)
		return;
	config_destroy(&c->lc);
	free(c->name);
	free(c);
}

static config_setting_t *
find(const struct config *c, const char *path)
{
	return *path ? config_lookup(&c->lc, path) : config_root_setting(&c->lc);
}

/* find for readers: what was asked for by name is not misspelt. */
static config_setting_t *
look(const struct config *c, const char *path)
{
	config_setting_t *s = find(c, path);

	if (s)
		config_setting_set_hook(s, &seen_mark);
	return s;
}

bool
config_has(const struct config *c, const char *path)
{
	return look(c, path) != NULL;
}

/* The line to name for a setting, also one that is absent: then that of the nearest one around
 * it. */
static int
nearest_line(const struct config *c, const char *path)
{
	char around[PATH_MAX_BYTES];
	config_setting_t *s;
	char *dot;

	snprintf(around, sizeof around, "%s", path);
	while (!(s = find(c, around))) {
		dot = strrchr(around, '.');
		*(dot ? dot : around) = '\0';
	}
	return config_setting_source_line(s) ? config_setting_source_line(s) : 1;
}

int
config_line(const struct config *c, const char *path)
{
	return find(c, path) ? nearest_line(c, path) : 0;
}

int
config_count(const struct config *c, const char *path)
{
	const config_setting_t *s = look(c, path);

	return s && config_setting_is_aggregate(s) ? config_setting_length(s) : -1;
}

const char *
config_member(const struct config *c, const char *path, int i)
{
	const config_setting_t *s = look(c, path);

	if (!s || !config_setting_is_group(s) || i < 0 || i >= config_setting_length(s))
		return NULL;
	return config_setting_name(config_setting_get_elem(s, (unsigned)i));
}

bool
config_error(const struct config *c, const char *path, struct err *e, const char *fmt, ...)
{
	char text[sizeof e->text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, tr(fmt), ap);
	va_end(ap);
	return err_refuse(e, "%s:%d: %s: %s", c->name, nearest_line(c, path), path, text);
}

static bool
absent(const struct config *c, const char *path, struct err *e)
{
	return config_error(c, path, e, "the setting is missing: add it");
}

static bool
wrong_type(const struct config *c, const char *path, const config_setting_t *s, const char *wanted,
    struct err *e)
{
	return config_error(c, path, e, "write %s, not %s", tr(wanted),
	    tr(type_names[config_setting_type(s)]));
}

bool
config_text_or(struct config *c, const char *path, const char *dflt, const char **out,
    struct err *e)
{
	const config_setting_t *s = look(c, path);

	if (s && config_setting_type(s) != CONFIG_TYPE_STRING)
		return wrong_type(c, path, s, type_names[CONFIG_TYPE_STRING], e);
	*out = s ? config_setting_get_string(s) : dflt;
	return true;
}

bool
config_int_or(struct config *c, const char *path, int64_t dflt, int64_t *out, struct err *e)
{
	const config_setting_t *s = look(c, path);

	if (s && config_setting_type(s) != CONFIG_TYPE_INT
	    && config_setting_type(s) != CONFIG_TYPE_INT64)
		return wrong_type(c, path, s, type_names[CONFIG_TYPE_INT], e);
	*out = s ? config_setting_get_int64(s) : dflt;
	return true;
}

bool
config_bool_or(struct config *c, const char *path, bool dflt, bool *out, struct err *e)
{
	const config_setting_t *s = look(c, path);

	if (s && config_setting_type(s) != CONFIG_TYPE_BOOL)
		return wrong_type(c, path, s, type_names[CONFIG_TYPE_BOOL], e);
	*out = s ? config_setting_get_bool(s) != 0 : dflt;
	return true;
}

bool
config_text(struct config *c, const char *path, const char **out, struct err *e)
{
	return find(c, path) ? config_text_or(c, path, NULL, out, e) : absent(c, path, e);
}

bool
config_int(struct config *c, const char *path, int64_t *out, struct err *e)
{
	return find(c, path) ? config_int_or(c, path, 0, out, e) : absent(c, path, e);
}

bool
config_bool(struct config *c, const char *path, bool *out, struct err *e)
{
	return find(c, path) ? config_bool_or(c, path, false, out, e) : absent(c, path, e);
}

/* Was the setting or anything in it asked for? */
static bool
touched(const config_setting_t *s)
{
	int i;

	if (config_setting_get_hook(s) == &seen_mark)
		return true;
	for (i = 0; config_setting_is_aggregate(s) && i < config_setting_length(s); i++)
		if (touched(config_setting_get_elem(s, (unsigned)i)))
			return true;
	return false;
}

/* A group that nobody asked for is one line, not one for each of its members. */
static void
list_unread(const struct config *c, const config_setting_t *s, const char *path, struct err_list *l)
{
	char inner[PATH_MAX_BYTES];
	const config_setting_t *m;
	int i;

	if (!touched(s)) {
		err_list_add(l, "",
		    "%s:%u: %s: no such setting is known: correct its name or take it out", c->name,
		    (unsigned)config_setting_source_line(s), path);
		return;
	}
	for (i = 0; config_setting_is_aggregate(s) && i < config_setting_length(s); i++) {
		m = config_setting_get_elem(s, (unsigned)i);
		if (config_setting_name(m))
			snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "",
			    config_setting_name(m));
		else
			snprintf(inner, sizeof inner, "%s.[%d]", path, i);
		list_unread(c, m, inner, l);
	}
}

void
config_unread(const struct config *c, struct err_list *l)
{
	/* the root is always "read": a file of unknown settings is told line by line */
	config_setting_set_hook(config_root_setting(&c->lc), &seen_mark);
	list_unread(c, config_root_setting(&c->lc), "", l);
}
