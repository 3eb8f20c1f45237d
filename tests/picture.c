/* Text pictures of a test's terminal (tests/term.h). */
#include "tests/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
give_up(struct term *t, const char *what)
{
	term_dump(t);
	fprintf(stderr, "%s\n", what);
	abort();
}

void
term_hide(struct term *t, const char *text, const char *instead)
{
	if (t->hidden_n == (int)(sizeof t->hidden / sizeof *t->hidden))
		abort();
	t->hidden[t->hidden_n].text = text;
	t->hidden[t->hidden_n++].instead = instead;
}

static void
replace(char *line, size_t size, const char *text, const char *instead)
{
	char *hit = line;

	while ((hit = strstr(hit, text)) != NULL) {
		size_t a = strlen(text), b = strlen(instead);

		if (strlen(line) - a + b + 1 > size)
			return;
		memmove(hit + b, hit + a, strlen(hit + a) + 1);
		memcpy(hit, instead, b);
		hit += b;
	}
}

/* "09:46" is hidden wherever it stands: the clock, times of acts. */
static void
hide_times(char *line)
{
	for (char *p = line; *p; p++)
		if (p[0] >= '0' && p[0] <= '2' && p[1] >= '0' && p[1] <= '9' && p[2] == ':' && p[3] >= '0' && p[3] <= '5'
		    && p[4] >= '0' && p[4] <= '9')
			memcpy(p, "HH:MM", 5);
}

static void
hide_days(char *line)
{
	for (char *p = line; strlen(p) >= 10; p++)
		if (p[0] == '2' && p[1] == '0' && p[4] == '-' && p[7] == '-' && strspn(p, "0123456789-") == 10)
			memcpy(p, "YYYY-MM-DD", 10);
}

/* "11-26 周四" and "11-26 Thu" of the top line. */
static void
hide_weekdays(char *line)
{
	for (char *p = line; strlen(p) >= 9; p++) {
		if (strspn(p, "0123456789") != 2 || p[2] != '-' || strspn(p + 3, "0123456789") != 2 || p[5] != ' ')
			continue;
		if (strncmp(p + 6, "周", strlen("周")) == 0)
			memcpy(p, "MM-DD 周某", strlen("MM-DD 周某"));
		else if (strchr("SMTWF", p[6]) && p[9] == ' ')
			memcpy(p, "MM-DD Day", strlen("MM-DD Day"));
	}
}

static void
draw_picture(struct term *t, char *out, size_t size)
{
	size_t n = 0;

	for (int r = 0; r < t->rows; r++) {
		char line[4096];

		snprintf(line, sizeof line, "%s", term_row(t, r));
		for (int i = 0; i < t->hidden_n; i++)
			replace(line, sizeof line, t->hidden[i].text, t->hidden[i].instead);
		hide_times(line);
		hide_days(line);
		hide_weekdays(line);
		n += (size_t)snprintf(out + n, size - n, "%s\n", line);
	}
	snprintf(out + n, size - n, "cursor %d,%d%s\n", t->cursor.row, t->cursor.col, t->cursor_shown ? "" : " hidden");
}

void
term_picture(struct term *t, const char *name)
{
	static char now[65536], then[65536];
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "tests/pictures/%s.txt", name);
	draw_picture(t, now, sizeof now);
	if (getenv("RA_PICTURES") && strcmp(getenv("RA_PICTURES"), "update") == 0) {
		f = fopen(path, "we");
		if (!f || fputs(now, f) < 0 || fclose(f) != 0)
			give_up(t, "the picture cannot be written");
		return;
	}
	f = fopen(path, "re");
	n = f ? fread(then, 1, sizeof then - 1, f) : 0;
	then[n] = '\0';
	if (f)
		fclose(f);
	if (strcmp(now, then) == 0)
		return;
	fprintf(stderr, "not as in %s (RA_PICTURES=update writes it anew); it was\n%s", path, then);
	give_up(t, "and is now as above");
}
