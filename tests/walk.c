#include "tests/walk.h"

#include "forms/text.h"
#include "tests/clerk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAIT_MS 30000

/* ---- keys ---- */

static const struct { const char *name; VTermKey key; } named[] = {
	{ "Enter", VTERM_KEY_ENTER }, { "Esc", VTERM_KEY_ESCAPE }, { "Up", VTERM_KEY_UP }, { "Down", VTERM_KEY_DOWN },
	{ "Left", VTERM_KEY_LEFT }, { "Right", VTERM_KEY_RIGHT }, { "Tab", VTERM_KEY_TAB }, { "Back", VTERM_KEY_BACKSPACE },
	{ "PgUp", VTERM_KEY_PAGEUP }, { "Home", VTERM_KEY_HOME }, { "End", VTERM_KEY_END }, { "PgDn", VTERM_KEY_PAGEDOWN },
};

struct walk_count walk_count;

static void
scan(struct term *t, const struct number *n, const char *name)
{
	char line[APP_NO_MAX + 2];

	while (n->name && strcmp(n->name, name) != 0)
		n++;
	if (!n->name)
		abort();
	snprintf(line, sizeof line, "%s\r", n->no);
	term_type(t, line);
}

static void
press(struct term *t, const struct number *numbers, char *word)
{
	struct walk_count before = walk_count;
	char *rest;
	long f = word[0] == 'F' ? strtol(word + 1, &rest, 10) : 0;

	walk_count.keys++;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcmp(named[i].name, word) == 0) {
			term_press(t, named[i].key);
			return;
		}
	if (strcmp(word, "Space") == 0) {
		term_type(t, " ");
	} else if (f > 0 && !*rest) {
		term_press(t, VTERM_KEY_FUNCTION(f));
	} else if (strncmp(word, "Alt-", 4) == 0) {
		term_alt(t, word[4]);
	} else if (word[0] == '@' && word[1]) {
		scan(t, numbers, word + 1);
	} else if (word[0] == '^' && word[1]) {
		term_type(t, (const char[]){ (char)(word[1] & 0x1F), '\0' });
	} else {
		for (char *p = word; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		term_type(t, word);
		walk_count = (struct walk_count){ before.typed + (int)text_chars(word), before.keys };
	}
}

void
walk_keys(struct term *t, const struct number *numbers, const char *keys)
{
	char line[600], *save = NULL;

	snprintf(line, sizeof line, "%s", keys);
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save))
		press(t, numbers, word);
}

/* ---- whose language a word is of ---- */

static char data[400000];	/* everything that is data: the schemes, the demo's members, this world's forms */

void
walk_data(const char *words)
{
	size_t n = strlen(data);

	if (n + strlen(words) + 2 > sizeof data)
		abort();
	snprintf(data + n, sizeof data - n, "%s\n", words);
}

/* Of a file, or of its parts in quotes: a scheme's keys are no data. */
static void
read_file(const char *path, bool quoted)
{
	static char text[100000];
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

	if (!f)
		abort();
	fclose(f);
	text[n] = '\0';
	if (!quoted)
		walk_data(text);
	for (char *p = text, *end; quoted && (p = strchr(p, '"')) != NULL && (end = strchr(p + 1, '"')) != NULL; p = end + 1) {
		*end = '\0';
		walk_data(p + 1);
	}
}

static void
read_data(struct world *w)
{
	static bool done;
	char path[400];
	DIR *d;

	if (done)
		return;
	done = true;
	d = opendir("forms/schemes");
	for (struct dirent *e; d && (e = readdir(d)) != NULL;)
		if (strstr(e->d_name, ".cfg")) {
			snprintf(path, sizeof path, "forms/schemes/%s", e->d_name);
			read_file(path, true);
		}
	closedir(d);
	snprintf(path, sizeof path, "%s/demo-logins", w->home);
	read_file(path, false);
	snprintf(path, sizeof path, "%s/ra.conf", w->home);
	read_file(path, true);
	ra(w, "liang", "staff", "list", NULL);
	walk_data(w->out);
	walk_data(world_read(w, "form1.json"));
	walk_data("C=CN organizationIdentifier PDF find staff reset 中文 YYYY YYMMDD abcdef ABCDEF");
}

static bool
chinese(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9FFF) || cp >= 0x20000;
}

static bool
latin(uint32_t cp)
{
	return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
}

/* Names of keys and things that have no Chinese word, or are part of what is typed. */
static const char *const known[] = { "Enter", "Ctrl", "Alt", "Esc", "Shift", "Home", "End", "JPEG", "English", "PgDn", "PgUp", "SoftHSM" };

static bool
is_known(const char *word)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], word) == 0)
			return true;
	return false;
}

/* Words of the other script that are no data are told with their row; name NULL: not told. */
static bool
row_is_of(const char *row, bool english, const char *name)
{
	char word[600];
	size_t n = 0, chars = 0, k;
	bool pure = true;
	uint32_t cp;

	for (const char *p = row;; p += k) {
		k = *p ? text_next(p, &cp) : 0;
		if (k > 0 && (english ? chinese(cp) : latin(cp)) && n + k < sizeof word) {
			memcpy(word + n, p, k);
			n += k;
			chars++;
			continue;
		}
		word[n] = '\0';
		if (chars >= (english ? 1u : 4u) && !strstr(data, word) && !is_known(word)) {
			if (name)
				fprintf(stderr, "%s, %s: \"%s\" in: %s\n", name, english ? "English" : "Chinese", word, row);
			pure = false;
		}
		n = chars = 0;
		if (k == 0)
			return pure;
	}
}

static bool
screen_is_of(struct term *t, bool english, const char *name)
{
	bool pure = true;

	for (int r = 0; r < t->rows; r++)
		pure = row_is_of(term_hidden_row(t, r), english, name) && pure;
	return pure;
}

/* ---- looking ---- */

static void
picture(struct term *t, const struct stop *s, bool english)
{
	char name[100];

	snprintf(name, sizeof name, "%s%s-%dx%d", s->name, english ? "-en" : "", t->cols, t->rows);
	if (!(s->looks & LOOK_NOT) && (!english || (s->looks & LOOK_EN)))
		term_picture(t, name);
}

/* What lies below a dialog may be read again by a job that nobody waits for. */
static void
switch_language(struct term *t, bool english)
{
	term_alt(t, 'l');
	for (int n = 0; n < 100 && !screen_is_of(t, english, NULL); n++) {
		term_read(t, 20);
		term_barrier(t);
	}
}

static bool
look(struct term *t, const struct stop *s)
{
	bool pure = true;

	for (int english = 0; english < 2; english++) {
		if (english)
			switch_language(t, true);
		term_resize(t, 24, 80);
		picture(t, s, english);
		pure = screen_is_of(t, english, s->name) && pure;
		term_resize(t, 40, 120);
		picture(t, s, english);
		pure = screen_is_of(t, english, s->name) && pure;
	}
	switch_language(t, false);
	term_resize(t, 24, 80);
	return pure;
}

void
walk(struct world *w, const char *login, const struct stop *stops, const struct number *numbers, void (*hide)(struct term *))
{
	struct term *t;
	bool pure = true;

	read_data(w);
	t = login ? clerk_at_work(w, login, 24, 80) : term_console(w->home, NULL, 24, 80);
	if (hide)
		hide(t);
	for (const struct stop *s = stops; s->keys; s++) {
		walk_keys(t, numbers, s->keys);
		if (s->awaits && !term_awaits(t, s->awaits, AWAIT_MS))
			term_see(t, s->awaits);
		if (s->name)
			pure = look(t, s) && pure;
	}
	term_free(t);
	if (!pure)
		abort();
}
